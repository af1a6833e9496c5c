/*
 * The signed checklist of evidence, taken apart as ledger.md 8 says. Not by
 * cms_parse: that asks of the EE certificate what today's profile asks, and
 * for a signing time.
 */
#include <string.h>

#include "ledger/evidence.h"

#define OID_SIGNED_DATA    SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_CONTENT_TYPE   SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_TIME   SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define OID_RSA            SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")
#define OID_SHA256_RSA     SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b")
#define OID_SHA256         SPAN("\x60\x86\x48\x01\x65\x03\x04\x02\x01")

static enum reason
version3(struct der *d)
{
	const uint8_t *at = d->at;
	uint64_t version;

	TRY(der_uint(&version, d, UINT32_MAX));
	return version == 3 ? REASON_OK : EVIDENCE_BAD(d->why, at);
}

static enum reason
sha256_parse(struct der *d)
{
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_oid_is(&in, OID_SHA256, R_STATEMENT_EVIDENCE));
	if (der_more(&in))
		TRY(der_null(&in));
	return der_end(&in);
}

static enum reason
rsa_parse(struct der *d)
{
	struct der in;
	struct span oid;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_oid(&oid, &in));
	if (!span_eq(oid, OID_RSA) && !span_eq(oid, OID_SHA256_RSA))
		return EVIDENCE_BAD(d->why, oid.p);
	TRY(der_null(&in));
	return der_end(&in);
}

struct attributes {
	bool type, digest, time;
};

/* SEQUENCE { type OID, values SET OF exactly one }. */
static enum reason
attribute_parse(
    struct attributes *seen, struct der *list, const uint8_t digest[32])
{
	struct span type, value;
	struct der d, set;
	int64_t at;

	TRY(der_enter(&d, list, DER_SEQUENCE));
	TRY(der_oid(&type, &d));
	TRY(der_enter(&set, &d, DER_SET));
	TRY(der_end(&d));
	if (span_eq(type, OID_CONTENT_TYPE) && !seen->type) {
		seen->type = true;
		TRY(der_oid_is(
		    &set, object_oid(OBJECT_RSC), R_STATEMENT_EVIDENCE));
	} else if (span_eq(type, OID_MESSAGE_DIGEST) && !seen->digest) {
		seen->digest = true;
		TRY(der_octets(&value, &set));
		if (!span_eq(value, span_of(digest, 32)))
			return EVIDENCE_BAD(list->why, value.p);
	} else if (span_eq(type, OID_SIGNING_TIME) && !seen->time) {
		seen->time = true;
		TRY(der_time(&at, &set));
	} else {
		return EVIDENCE_BAD(list->why, type.p);
	}
	return der_end(&set);
}

static enum reason
attributes_parse(struct evidence_cms *c, struct der *d)
{
	struct attributes seen = { false, false, false };
	uint8_t digest[32];
	struct der list;

	TRY(der_next(&c->signed_attrs, d, DER_CONTEXT_CONS(0)));
	der_init(&list, c->signed_attrs, d->why);
	TRY(der_set_order(&list));
	crypt_sha256(digest, c->content);
	while (der_more(&list))
		TRY(attribute_parse(&seen, &list, digest));
	return seen.type && seen.digest ? REASON_OK
					: EVIDENCE_BAD(d->why, list.at);
}

static enum reason
signer_parse(struct evidence_cms *c, struct der *d)
{
	struct der set, one;

	TRY(der_enter(&set, d, DER_SET));
	TRY(der_enter(&one, &set, DER_SEQUENCE));
	TRY(der_end(&set));
	TRY(version3(&one));
	TRY(der_next(&c->sid, &one, DER_CONTEXT(0)));
	TRY(sha256_parse(&one));
	TRY(attributes_parse(c, &one));
	TRY(rsa_parse(&one));
	TRY(der_octets(&c->signature, &one));
	return der_end(&one); /* no unsigned attributes */
}

static enum reason
content_parse(struct evidence_cms *c, struct der *d)
{
	struct der info, in;

	TRY(der_enter(&info, d, DER_SEQUENCE));
	TRY(der_oid_is(&info, object_oid(OBJECT_RSC), R_STATEMENT_EVIDENCE));
	TRY(der_enter(&in, &info, DER_CONTEXT_CONS(0)));
	TRY(der_end(&info));
	TRY(der_octets(&c->content, &in));
	return der_end(&in);
}

static enum reason
data_parse(struct evidence_cms *c, struct der *d, struct decode *dec)
{
	struct der in;

	TRY(version3(d));
	TRY(der_enter(&in, d, DER_SET));
	TRY(sha256_parse(&in));
	TRY(der_end(&in));
	TRY(content_parse(c, d));
	TRY(der_enter(&in, d, DER_CONTEXT_CONS(0)));
	TRY(cert_parse_from(&c->ee, &in, dec));
	TRY(der_end(&in));
	TRY(signer_parse(c, d)); /* a CRL in between has another tag */
	return der_end(d);
}

enum reason
evidence_cms_parse(
    struct evidence_cms *out, struct span rsc, struct decode *dec)
{
	struct der d, info, outer, data;

	*out = (struct evidence_cms){ 0 };
	der_init(&d, rsc, &dec->why);
	TRY(der_enter(&info, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_oid_is(&info, OID_SIGNED_DATA, R_STATEMENT_EVIDENCE));
	TRY(der_enter(&outer, &info, DER_CONTEXT_CONS(0)));
	TRY(der_end(&info));
	TRY(der_enter(&data, &outer, DER_SEQUENCE));
	TRY(der_end(&outer));
	return data_parse(out, &data, dec);
}
