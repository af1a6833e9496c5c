/*
 * What one certificate of evidence must be: ledger.md 8. The frame and the
 * single decoders are room object's; which of them count, and how, is frozen
 * here, whatever becomes of the profile of the published RPKI.
 */
#include <string.h>

#include "ledger/evidence.h"

#define OID_COMMON_NAME   SPAN("\x55\x04\x03")
#define OID_SERIAL_NUMBER SPAN("\x55\x04\x05")
#define OID_RESOURCES     SPAN("\x2b\x06\x01\x05\x05\x07\x0e\x02")
#define OID_RECONSIDERED  SPAN("\x2b\x06\x01\x05\x05\x07\x0e\x03")
/* sha256WithRSAEncryption with NULL parameters, and nothing else. */
#define SHA256_RSA_TLV                                          \
	SPAN("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01" \
	     "\x0b\x05\x00")

static bool
is_printable(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9') ||
	       (c != '\0' && strchr(" '()+,-./:=?", c) != NULL);
}

static enum reason
text_check(struct der *d)
{
	const uint8_t *at = d->at;
	bool printable = der_is(d, DER_PRINTABLE_STRING), well = true;
	struct span text;

	TRY(der_next(
	    &text, d, printable ? DER_PRINTABLE_STRING : DER_UTF8_STRING));
	for (size_t i = 0; printable && i < text.n; i++)
		well = well && is_printable(text.p[i]);
	if (!well || text.n == 0 || (!printable && !utf8_is_valid(text)))
		return EVIDENCE_BAD(d->why, at);
	return REASON_OK;
}

/* Of each of the two kinds at most one, and a commonName. */
static enum reason
dn_check(struct span name, struct fault *why)
{
	struct der d, in, set, attribute;
	unsigned common = 0, serial = 0;
	struct span type;

	der_init(&d, name, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	while (der_more(&in)) {
		TRY(der_enter(&set, &in, DER_SET));
		if (!der_more(&set))
			return EVIDENCE_BAD(why, set.at);
		TRY(der_set_order(&set));
		while (der_more(&set)) {
			TRY(der_enter(&attribute, &set, DER_SEQUENCE));
			TRY(der_oid(&type, &attribute));
			common += span_eq(type, OID_COMMON_NAME);
			serial += span_eq(type, OID_SERIAL_NUMBER);
			if (!span_eq(type, OID_COMMON_NAME) &&
			    !span_eq(type, OID_SERIAL_NUMBER))
				return EVIDENCE_BAD(why, attribute.at);
			TRY(text_check(&attribute));
			TRY(der_end(&attribute));
		}
	}
	return common == 1 && serial <= 1 ? REASON_OK
					  : EVIDENCE_BAD(why, name.p);
}

/* In both places: the frame saw that they are the same. */
static enum reason
algorithm_check(const struct cert *c, struct fault *why)
{
	struct der d, tbs;
	struct span skipped, algorithm;

	der_init(&d, c->tbs, why);
	TRY(der_enter(&tbs, &d, DER_SEQUENCE));
	TRY(der_any(&skipped, &tbs)); /* version */
	TRY(der_any(&skipped, &tbs)); /* serialNumber */
	TRY(der_any(&algorithm, &tbs));
	return span_eq(algorithm, SHA256_RSA_TLV)
		   ? REASON_OK
		   : EVIDENCE_BAD(why, algorithm.p);
}

/* 1 to 2^159 - 1 */
static bool
serial_is_valid(struct span s)
{
	return s.n >= 1 && s.n <= 20 && (s.p[0] & 0x80) == 0 &&
	       !(s.n == 1 && s.p[0] == 0);
}

/* SEQUENCE OF { OID, qualifiers SEQUENCE OPTIONAL }: exactly one. What is in
 * the qualifiers is not looked at. */
static enum reason
policy_check(struct evidence_cert *c, struct fault *why)
{
	const struct cert_ext_value *ext = &c->cert.ext[CERT_EXT_POLICIES];
	struct span oid, qualifiers, contents;
	struct der d, list, one;

	if (!ext->present || !ext->critical)
		return EVIDENCE_BAD(why, NULL);
	der_init(&d, ext->value, why);
	TRY(der_enter(&list, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_enter(&one, &list, DER_SEQUENCE));
	TRY(der_end(&list));
	TRY(der_oid(&oid, &one));
	if (der_more(&one))
		TRY(der_whole(&qualifiers, &contents, &one, DER_SEQUENCE));
	TRY(der_end(&one));
	c->reconsidered = span_eq(oid, OID_RECONSIDERED);
	return c->reconsidered || span_eq(oid, OID_RESOURCES)
		   ? REASON_OK
		   : EVIDENCE_BAD(why, oid.p);
}

typedef enum reason resources_read(
    struct resources *, struct der *, struct decode *);

static enum reason
extension_read(struct resources *out, const struct cert_ext_value *ext,
    resources_read *read, struct decode *dec)
{
	struct der d;

	if (!ext->present)
		return REASON_OK;
	if (!ext->critical)
		return EVIDENCE_BAD(&dec->why, ext->value.p);
	der_init(&d, ext->value, &dec->why);
	TRY(read(out, &d, dec));
	return der_end(&d);
}

/* RFC 3779's with the one policy, RFC 8360's with the other; one at least. */
static enum reason
resources_check(struct evidence_cert *c, struct decode *dec)
{
	const struct cert_ext_value *ext = c->cert.ext;
	enum cert_ext ip = c->reconsidered ? CERT_EXT_IP_V2 : CERT_EXT_IP;
	enum cert_ext as = c->reconsidered ? CERT_EXT_AS_V2 : CERT_EXT_AS;
	enum cert_ext no_ip = c->reconsidered ? CERT_EXT_IP : CERT_EXT_IP_V2;
	enum cert_ext no_as = c->reconsidered ? CERT_EXT_AS : CERT_EXT_AS_V2;

	if (ext[no_ip].present || ext[no_as].present ||
	    (!ext[ip].present && !ext[as].present))
		return EVIDENCE_BAD(&dec->why, NULL);
	TRY(extension_read(&c->resources, &ext[ip], resources_ip_parse, dec));
	return extension_read(&c->resources, &ext[as], canonical_as_parse, dec);
}

static enum reason
usage_check(const struct cert *c, enum evidence_role role, struct fault *why)
{
	const struct cert_ext_value *ext = &c->ext[CERT_EXT_KEY_USAGE];
	uint16_t bits, want = role == EVIDENCE_EE
				  ? KEY_USAGE_DIGITAL_SIGNATURE
				  : KEY_USAGE_CERT_SIGN | KEY_USAGE_CRL_SIGN;

	if (!ext->present || !ext->critical)
		return EVIDENCE_BAD(why, NULL);
	TRY(cert_ext_key_usage(&bits, ext->value, why));
	return bits == want ? REASON_OK : EVIDENCE_BAD(why, ext->value.p);
}

static enum reason
constraints_check(
    const struct cert *c, enum evidence_role role, struct fault *why)
{
	const struct cert_ext_value *ext = &c->ext[CERT_EXT_BASIC_CONSTRAINTS];
	bool ca, has_path_len;

	if (role == EVIDENCE_EE)
		return ext->present ? EVIDENCE_BAD(why, ext->value.p)
				    : REASON_OK;
	if (!ext->present || !ext->critical)
		return EVIDENCE_BAD(why, NULL);
	TRY(cert_ext_basic_constraints(&ca, &has_path_len, ext->value, why));
	return ca && !has_path_len ? REASON_OK
				   : EVIDENCE_BAD(why, ext->value.p);
}

/* Contents not looked at; which of them there are is. */
static enum reason
pointers_check(const struct cert *c, enum evidence_role role, struct fault *why)
{
	const struct {
		enum cert_ext which;
		bool want;
	} rows[] = {
		{ CERT_EXT_CRL_DP, role != EVIDENCE_TA },
		{ CERT_EXT_AIA, role != EVIDENCE_TA },
		{ CERT_EXT_SIA, role != EVIDENCE_EE },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		const struct cert_ext_value *ext = &c->ext[rows[i].which];

		if (ext->present != rows[i].want ||
		    (ext->present && ext->critical))
			return EVIDENCE_BAD(why, NULL);
	}
	return REASON_OK;
}

static enum reason
key_check(struct evidence_cert *c, struct fault *why)
{
	const struct cert_ext_value *ext = &c->cert.ext[CERT_EXT_SKI];
	struct ski stated;

	if (c->cert.spki.key.alg != CRYPT_RSA || !ext->present)
		return EVIDENCE_BAD(why, c->cert.spki.der.p);
	spki_ski(&c->ski, &c->cert.spki);
	TRY(cert_ext_ski(&stated, ext->value, why));
	return span_eq(SPAN_OF(stated.b), SPAN_OF(c->ski.b))
		   ? REASON_OK
		   : EVIDENCE_BAD(why, ext->value.p);
}

enum reason
evidence_cert_check(
    struct evidence_cert *c, enum evidence_role role, struct decode *dec)
{
	const struct cert *cert = &c->cert;
	struct fault *why = &dec->why;

	if (cert->duplicate_extension || cert->unknown_extension ||
	    cert->ext[CERT_EXT_EXT_KEY_USAGE].present ||
	    !serial_is_valid(cert->serial))
		return EVIDENCE_BAD(why, cert->der.p);
	TRY(algorithm_check(cert, why));
	TRY(dn_check(cert->issuer, why));
	TRY(dn_check(cert->subject, why));
	TRY(key_check(c, why));
	TRY(usage_check(cert, role, why));
	TRY(constraints_check(cert, role, why));
	TRY(pointers_check(cert, role, why));
	TRY(policy_check(c, why));
	TRY(resources_check(c, dec));
	if (role != EVIDENCE_CA && resources_has_inherit(&c->resources))
		return EVIDENCE_BAD(why, cert->der.p);
	return REASON_OK;
}
