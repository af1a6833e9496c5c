/*
 * Certificate revocation list, RFC 5280 5.1 in the profile of RFC 6487 5.
 * RFC 9829: the number has a range and no other meaning.
 *
 *	CertificateList ::= SEQUENCE {
 *		SEQUENCE {
 *			version			INTEGER { v2(1) },
 *			signature		AlgorithmIdentifier,
 *			issuer			Name,
 *			thisUpdate, nextUpdate	Time,
 *			revokedCertificates	SEQUENCE OF SEQUENCE {
 *			    serialNumber INTEGER, revocationDate Time },
 *			crlExtensions [0]	EXPLICIT Extensions },
 *		signatureAlgorithm	AlgorithmIdentifier,
 *		signature		BIT STRING }
 */
#include <stdlib.h>
#include <string.h>

#include "object/cert.h"

#define OID_CRL_NUMBER SPAN("\x55\x1d\x14")

/* Entries have a serial number and a date. No entry extensions: RFC 6487 5. */
static enum reason
entry_next(struct span *serial, struct der *list)
{
	struct der d;
	int64_t at;

	TRY(der_enter(&d, list, DER_SEQUENCE));
	TRY(der_integer(serial, &d));
	TRY(der_time(&at, &d));
	return der_more(&d) ? der_fail(&d, R_CRL_ENTRY) : REASON_OK;
}

static enum reason
revoked_parse(struct crl *c, struct der *d, struct decode *dec)
{
	struct span serial;
	struct der list;

	c->revoked = span_of(d->at, 0);
	if (!der_is(d, DER_SEQUENCE))
		return REASON_OK;
	TRY(der_next(&c->revoked, d, DER_SEQUENCE));
	der_init(&list, c->revoked, &dec->why);
	TRY(der_count(&c->n, &list, (size_t)dec->limits->crl_entries));
	while (der_more(&list))
		TRY(entry_next(&serial, &list));
	return REASON_OK;
}

static enum reason
number_parse(struct crl *c, struct span value, struct fault *why)
{
	struct der d;

	der_init(&d, value, why);
	TRY(part_number(&c->number, &d, R_CRL_NUMBER));
	return der_end(&d);
}

/* Exactly two, neither critical (RFC 5280 5.2.1, 5.2.3). */
static enum reason
extensions_parse(struct crl *c, struct der *d)
{
	struct der in, list, ext;
	struct span oid, value;
	bool has_aki = false, has_number = false;

	if (!der_is(d, DER_CONTEXT_CONS(0)))
		return der_fail(d, R_CRL_EXTENSION);
	TRY(der_enter(&in, d, DER_CONTEXT_CONS(0)));
	TRY(der_enter(&list, &in, DER_SEQUENCE));
	TRY(der_end(&in));
	while (der_more(&list)) {
		const uint8_t *at = list.at;

		TRY(der_enter(&ext, &list, DER_SEQUENCE));
		TRY(der_oid(&oid, &ext));
		if (der_is(&ext, DER_BOOLEAN))
			return fault_at(d->why, R_CRL_EXTENSION, at);
		TRY(der_octets(&value, &ext));
		TRY(der_end(&ext));
		if (span_eq(oid, OID_AKI) && !has_aki) {
			has_aki = true;
			TRY(cert_ext_aki(&c->aki, value, d->why));
		} else if (span_eq(oid, OID_CRL_NUMBER) && !has_number) {
			has_number = true;
			TRY(number_parse(c, value, d->why));
		} else {
			return fault_at(d->why, R_CRL_EXTENSION, at);
		}
	}
	return has_aki && has_number ? REASON_OK
				     : der_fail(&list, R_CRL_EXTENSION);
}

static enum reason
tbs_parse(
    struct crl *c, struct span *algorithm, struct der *d, struct decode *dec)
{
	const uint8_t *at = d->at;
	struct span contents;
	uint64_t version;

	if (!der_is(d, DER_INTEGER))
		return der_fail(d, R_CRL_VERSION); /* version 1 */
	TRY(der_uint(&version, d, UINT32_MAX));
	if (version != 1)
		return fault_at(&dec->why, R_CRL_VERSION, at);
	TRY(part_algorithm(
	    algorithm, d, OID_SHA256_RSA, R_SIGNATURE_ALGORITHM));
	TRY(der_whole(&c->issuer, &contents, d, DER_SEQUENCE));
	at = d->at;
	TRY(der_time(&c->this_update_at, d));
	TRY(der_time(&c->next_update_at, d));
	if (c->this_update_at >= c->next_update_at)
		return fault_at(&dec->why, R_CRL_WINDOW, at);
	TRY(revoked_parse(c, d, dec));
	TRY(extensions_parse(c, d));
	TRY(der_end(d));
	return name_check(c->issuer, &dec->why);
}

enum reason
crl_parse(struct crl *out, struct span der, struct decode *dec)
{
	struct crl c = { .der = der };
	struct span contents, algorithm;
	struct der d, in, tbs;

	der_init(&d, der, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_whole(&c.tbs, &contents, &in, DER_SEQUENCE));
	der_init(&tbs, contents, &dec->why);
	TRY(tbs_parse(&c, &algorithm, &tbs, dec));
	TRY(part_signature(
	    &c.signature, &in, algorithm, R_SIGNATURE_ALGORITHM));
	TRY(der_end(&in));
	*out = c;
	return REASON_OK;
}

enum reason
crl_verify(const struct crl *crl, const struct cert *issuer,
    const struct verifier *v, struct fault *why)
{
	enum reason r;

	if (!span_eq(crl->issuer, issuer->subject))
		return fault_at(why, R_CRL_ISSUER, crl->issuer.p);
	if (memcmp(&crl->aki, &issuer->ski, sizeof(issuer->ski)) != 0)
		return fault_at(why, R_CRL_ISSUER_KEY, crl->issuer.p);
	r = v->verify(v->ctx, &issuer->spki.key, crl->tbs, crl->signature);
	return r == REASON_OK ? r : fault_at(why, r, crl->signature.p);
}

/* Equal serials have equal octets: DER has one form of an integer. */
static int
by_octets(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

enum reason
crl_index(struct crl_index *out, const struct crl *crl, struct decode *dec)
{
	struct crl_index index = { .n = crl->n };
	struct der list;

	der_init(&list, crl->revoked, &dec->why);
	index.serials = ARENA_ARRAY(dec->arena, crl->n, struct span);
	if (index.serials == NULL)
		return der_fail(&list, R_LIMIT_MEMORY);
	for (size_t i = 0; i < index.n; i++)
		TRY(entry_next(&index.serials[i], &list));
	qsort(index.serials, index.n, sizeof(*index.serials), by_octets);
	*out = index;
	return REASON_OK;
}

bool
crl_index_has(const struct crl_index *index, struct span serial)
{
	return index->n > 0 && bsearch(&serial, index->serials, index->n,
				   sizeof(*index->serials), by_octets) != NULL;
}

static void
revoked_write(struct buf *b, const struct crl_spec *s)
{
	size_t list, entry;

	if (s->n == 0) /* RFC 5280 5.1.2.6 */
		return;
	list = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < s->n; i++) {
		entry = der_open(b, DER_SEQUENCE);
		der_put_integer(b, s->serials[i]);
		der_put_time(b, s->revoked_at);
		der_close(b, entry);
	}
	der_close(b, list);
}

static void
extensions_write(struct buf *b, const struct crl_spec *s)
{
	size_t outer = der_open(b, DER_CONTEXT_CONS(0));
	size_t list = der_open(b, DER_SEQUENCE), ext, octets, aki;

	if (s->aki != NULL) {
		ext = der_open(b, DER_SEQUENCE);
		der_put_oid(b, OID_AKI);
		octets = der_open(b, DER_OCTET_STRING);
		aki = der_open(b, DER_SEQUENCE);
		der_put(b, DER_CONTEXT(0), SPAN_OF(s->aki->b));
		der_close(b, aki);
		der_close(b, octets);
		der_close(b, ext);
	}
	ext = der_open(b, DER_SEQUENCE);
	der_put_oid(b, OID_CRL_NUMBER);
	octets = der_open(b, DER_OCTET_STRING);
	der_put_integer(b, s->number);
	der_close(b, octets);
	der_close(b, ext);
	der_close(b, list);
	der_close(b, outer);
}

enum reason
crl_write(
    struct buf *b, const struct crl_spec *s, const struct crypt_secret *issuer)
{
	struct buf tbs;
	enum reason r;
	size_t mark;

	buf_init(&tbs, b->cap);
	mark = der_open(&tbs, DER_SEQUENCE);
	der_put_uint(&tbs, 1);
	part_algorithm_write(&tbs, OID_SHA256_RSA);
	name_write(&tbs, s->issuer);
	der_put_time(&tbs, s->this_update_at);
	der_put_time(&tbs, s->next_update_at);
	revoked_write(&tbs, s);
	extensions_write(&tbs, s);
	der_close(&tbs, mark);
	r = part_signed_write(b, &tbs, issuer);
	buf_fini(&tbs);
	return r;
}
