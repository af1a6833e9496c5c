/*
 * The frame of a certificate, RFC 5280 4.1: every field in its place, the
 * extensions as raw values. Nothing here is a rule of the RPKI alone but the
 * algorithm; those rules are in cert_check.c. Whoever has another profile
 * (the ledger) uses this file and cert_ext.c.
 *
 *	Certificate ::= SEQUENCE {
 *		SEQUENCE {
 *			version [0] EXPLICIT	INTEGER { v3(2) },
 *			serialNumber		INTEGER,
 *			signature		AlgorithmIdentifier,
 *			issuer			Name,
 *			validity		SEQUENCE { Time, Time },
 *			subject			Name,
 *			subjectPublicKeyInfo	SubjectPublicKeyInfo,
 *			extensions [3] EXPLICIT	SEQUENCE OF Extension },
 *		signatureAlgorithm	AlgorithmIdentifier,
 *		signature		BIT STRING }
 */
#include <string.h>

#include "object/cert.h"

/* Far above what any profile allows; keeps the search for the same unknown
 * extension twice short. */
#define EXTENSIONS_MAX 32

static enum cert_ext
ext_by_oid(struct span oid)
{
	unsigned i = 0;

	while (
	    i < CERT_EXT_COUNT && !span_eq(oid, cert_ext_oid((enum cert_ext)i)))
		i++;
	return (enum cert_ext)i;
}

/* Extension ::= SEQUENCE { OID, critical BOOLEAN DEFAULT FALSE, OCTETS } */
static enum reason
ext_next(struct span *oid, struct cert_ext_value *out, struct der *extensions)
{
	struct der d;

	TRY(der_enter(&d, extensions, DER_SEQUENCE));
	TRY(der_oid(oid, &d));
	out->present = true;
	out->critical = false;
	if (der_is(&d, DER_BOOLEAN)) {
		const uint8_t *at = d.at;

		TRY(der_boolean(&out->critical, &d));
		if (!out->critical)
			return fault_at(d.why, R_DER_DEFAULT, at);
	}
	TRY(der_octets(&out->value, &d));
	return der_end(&d);
}

static enum reason
extensions_parse(struct cert *c, struct der *d)
{
	struct span unknown[EXTENSIONS_MAX], oid;
	struct cert_ext_value value;
	struct der in, list;
	size_t n, n_unknown = 0;

	TRY(der_enter(&in, d, DER_CONTEXT_CONS(3)));
	TRY(der_enter(&list, &in, DER_SEQUENCE));
	TRY(der_end(&in));
	TRY(der_count(&n, &list, EXTENSIONS_MAX));
	while (der_more(&list)) {
		enum cert_ext which;

		TRY(ext_next(&oid, &value, &list));
		which = ext_by_oid(oid);
		if (which != CERT_EXT_COUNT) {
			c->duplicate_extension |= c->ext[which].present;
			c->ext[which] = value;
			continue;
		}
		for (size_t i = 0; i < n_unknown; i++)
			c->duplicate_extension |= span_eq(oid, unknown[i]);
		unknown[n_unknown++] = oid;
		c->unknown_extension = true;
		c->unknown_critical |= value.critical;
	}
	return REASON_OK;
}

static enum reason
validity_parse(struct cert *c, struct der *d)
{
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_time(&c->not_before_at, &in));
	TRY(der_time(&c->not_after_at, &in));
	return der_end(&in);
}

static enum reason
version_parse(struct der *d)
{
	const uint8_t *at = d->at;
	uint64_t version;
	struct der in;

	if (!der_is(d, DER_CONTEXT_CONS(0)))
		return der_fail(d, R_CERT_VERSION); /* version 1 */
	TRY(der_enter(&in, d, DER_CONTEXT_CONS(0)));
	TRY(der_uint(&version, &in, UINT32_MAX));
	TRY(der_end(&in));
	return version == 2 ? REASON_OK : fault_at(d->why, R_CERT_VERSION, at);
}

static enum reason
tbs_parse(
    struct cert *c, struct span *algorithm, struct der *d, struct decode *dec)
{
	struct span contents;

	TRY(version_parse(d));
	TRY(der_integer(&c->serial, d));
	TRY(part_algorithm(
	    algorithm, d, OID_SHA256_RSA, R_SIGNATURE_ALGORITHM));
	TRY(der_whole(&c->issuer, &contents, d, DER_SEQUENCE));
	TRY(validity_parse(c, d));
	TRY(der_whole(&c->subject, &contents, d, DER_SEQUENCE));
	TRY(spki_parse(&c->spki, d, dec));
	TRY(extensions_parse(c, d));
	return der_end(d);
}

enum reason
cert_parse_from(struct cert *out, struct der *from, struct decode *dec)
{
	struct cert c = { 0 };
	struct span contents, algorithm;
	struct der d, tbs;

	TRY(der_whole(&c.der, &contents, from, DER_SEQUENCE));
	der_init(&d, contents, &dec->why);
	TRY(der_whole(&c.tbs, &contents, &d, DER_SEQUENCE));
	der_init(&tbs, contents, &dec->why);
	TRY(tbs_parse(&c, &algorithm, &tbs, dec));
	TRY(part_signature(&c.signature, &d, algorithm, R_SIGNATURE_ALGORITHM));
	TRY(der_end(&d));
	*out = c;
	return REASON_OK;
}

enum reason
cert_parse(struct cert *out, struct span der, struct decode *dec)
{
	struct cert c;
	struct der d;

	der_init(&d, der, &dec->why);
	TRY(cert_parse_from(&c, &d, dec));
	TRY(der_end(&d));
	*out = c;
	return REASON_OK;
}

enum reason
cert_verify(const struct cert *subject, const struct cert *issuer,
    const struct verifier *v, struct fault *why)
{
	enum reason r;

	if (!span_eq(subject->issuer, issuer->subject))
		return fault_at(why, R_CERT_ISSUER, subject->issuer.p);
	if (subject->has_aki &&
	    memcmp(&subject->aki, &issuer->ski, sizeof(issuer->ski)) != 0)
		return fault_at(
		    why, R_CERT_ISSUER_KEY, subject->ext[CERT_EXT_AKI].value.p);
	r = v->verify(
	    v->ctx, &issuer->spki.key, subject->tbs, subject->signature);
	return r == REASON_OK ? r : fault_at(why, r, subject->signature.p);
}
