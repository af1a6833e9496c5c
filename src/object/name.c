/*
 * Distinguished names as RFC 6487 4.4 and 4.5 want them: one commonName, at
 * most one serialNumber. What the commonName says means nothing to anyone.
 *
 *	Name ::= SEQUENCE OF SET OF SEQUENCE { type OID, value ANY }
 */
#include "object/part.h"

#define OID_COMMON_NAME   SPAN("\x55\x04\x03")
#define OID_SERIAL_NUMBER SPAN("\x55\x04\x05")

struct name {
	struct span common, serial;
	unsigned n_common, n_serial;
};

/* UTF8String is what RFC 5280 prefers and RFC 6487 forbids. */
static enum reason
text_next(struct span *out, struct der *d)
{
	uint8_t tag = DER_PRINTABLE_STRING;

	if (der_is(d, DER_UTF8_STRING))
		tag = DER_UTF8_STRING;
	TRY(der_next(out, d, tag));
	if (out->n == 0)
		return fault_at(d->why, R_CERT_NAME, out->p);
	for (size_t i = 0; i < out->n; i++)
		if (out->p[i] < 0x20 || out->p[i] == 0x7f ||
		    (tag == DER_PRINTABLE_STRING && out->p[i] > 0x7f))
			return fault_at(d->why, R_CERT_NAME, out->p + i);
	return REASON_OK;
}

static enum reason
attribute_next(struct name *out, struct der *set)
{
	const uint8_t *at = set->at;
	struct der d;
	struct span type, text;

	TRY(der_enter(&d, set, DER_SEQUENCE));
	TRY(der_oid(&type, &d));
	TRY(text_next(&text, &d));
	TRY(der_end(&d));
	if (span_eq(type, OID_COMMON_NAME) && out->n_common++ == 0)
		out->common = text;
	else if (span_eq(type, OID_SERIAL_NUMBER) && out->n_serial++ == 0)
		out->serial = text;
	else
		return fault_at(set->why, R_CERT_NAME, at);
	return REASON_OK;
}

static enum reason
name_parse(struct name *out, struct span name, struct fault *why)
{
	struct der d, in, set;

	*out = (struct name){ 0 };
	der_init(&d, name, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	while (der_more(&in)) {
		TRY(der_enter(&set, &in, DER_SET));
		if (!der_more(&set))
			return der_fail(&set, R_CERT_NAME);
		TRY(der_set_order(&set));
		while (der_more(&set))
			TRY(attribute_next(out, &set));
	}
	if (out->n_common != 1)
		return fault_say(why, R_CERT_NAME, name.p, "no commonName");
	return REASON_OK;
}

enum reason
name_check(struct span name, struct fault *why)
{
	struct name parsed;

	return name_parse(&parsed, name, why);
}

struct span
name_common(struct span name)
{
	struct fault ignored;
	struct name parsed;

	fault_init(&ignored, name);
	if (name_parse(&parsed, name, &ignored) != REASON_OK)
		return span_of(name.p, 0);
	return parsed.common;
}

void
name_write(struct buf *b, const char *common_name)
{
	size_t name = der_open(b, DER_SEQUENCE);
	size_t set = der_open(b, DER_SET);
	size_t attribute = der_open(b, DER_SEQUENCE);

	der_put_oid(b, OID_COMMON_NAME);
	der_put_printable(b, span_str(common_name));
	der_close(b, attribute);
	der_close(b, set);
	der_close(b, name);
}
