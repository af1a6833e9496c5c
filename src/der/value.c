/* Values: what each type allows between its header and its end. */
#include <inttypes.h>

#include "der/der.h"
#include "der/tlv.h"

#define ENUMERATED 0x0a

/* X.690 11.1 */
static enum reason
boolean_check(struct span s)
{
	return s.n == 1 && (s.p[0] == 0x00 || s.p[0] == 0xff) ? REASON_OK
							      : R_DER_BOOLEAN;
}

/* X.690 8.3.2: the first nine bits neither all ones nor all zero. */
static enum reason
integer_check(struct span s)
{
	if (s.n == 0)
		return R_DER_INTEGER;
	if (s.n == 1)
		return REASON_OK;
	if (s.p[0] == (s.p[1] < 0x80 ? 0x00 : 0xff))
		return R_DER_INTEGER;
	return REASON_OK;
}

static enum reason
null_check(struct span s)
{
	return s.n == 0 ? REASON_OK : R_DER_NULL;
}

/* X.690 8.19.2: each number ends, and none begins with a zero digit. */
static enum reason
oid_check(struct span s)
{
	bool start = true;

	for (size_t i = 0; i < s.n; i++) {
		if (start && s.p[i] == 0x80)
			return R_DER_OID;
		start = s.p[i] < 0x80;
	}
	return s.n > 0 && start ? REASON_OK : R_DER_OID;
}

/* X.690 8.6.2 and 11.2.1. */
static enum reason
bits_check(struct span s)
{
	if (s.n == 0 || s.p[0] > 7 || (s.n == 1 && s.p[0] != 0))
		return R_DER_BITS;
	return (s.p[s.n - 1] & ((1U << s.p[0]) - 1)) == 0 || s.n == 1
		   ? REASON_OK
		   : R_DER_BITS;
}

static enum reason
ia5_check(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] > 0x7f)
			return R_DER_STRING;
	return REASON_OK;
}

enum reason
tlv_check(uint8_t tag, struct span contents)
{
	switch (tag) {
	case DER_BOOLEAN:
		return boolean_check(contents);
	case DER_INTEGER:
	case ENUMERATED:
		return integer_check(contents);
	case DER_NULL:
		return null_check(contents);
	case DER_OID:
		return oid_check(contents);
	case DER_BIT_STRING:
		return bits_check(contents);
	case DER_IA5_STRING:
		return ia5_check(contents);
	default:
		return REASON_OK;
	}
}

/* The next element, if of that tag and its contents pass; a failure leaves
 * the cursor on it. */
static enum reason
checked(struct span *out, struct der *d, uint8_t tag, uint8_t type)
{
	struct der after = *d;
	struct span s;
	enum reason r;

	TRY(der_next(&s, &after, tag));
	r = tlv_check(type, s);
	if (r != REASON_OK)
		return der_fail(d, r);
	*d = after;
	*out = s;
	return REASON_OK;
}

enum reason
der_boolean(bool *out, struct der *d)
{
	struct span s;

	TRY(checked(&s, d, DER_BOOLEAN, DER_BOOLEAN));
	*out = s.p[0] != 0;
	return REASON_OK;
}

enum reason
der_integer(struct span *out, struct der *d)
{
	return checked(out, d, DER_INTEGER, DER_INTEGER);
}

enum reason
der_uint(uint64_t *out, struct der *d, uint64_t max)
{
	struct der after = *d;
	struct span s;
	uint64_t v = 0;

	TRY(der_integer(&s, &after));
	/* Shortest form: nine octets hold 64 bits, the first of them zero. */
	if (s.p[0] >= 0x80 || s.n > 9 || (s.n == 9 && s.p[0] != 0))
		return der_fail(d, R_DER_RANGE);
	for (size_t i = 0; i < s.n; i++)
		v = v << 8 | s.p[i];
	if (v > max)
		return der_fail(d, R_DER_RANGE);
	*d = after;
	*out = v;
	return REASON_OK;
}

enum reason
der_null(struct der *d)
{
	struct span s;

	return checked(&s, d, DER_NULL, DER_NULL);
}

enum reason
der_oid(struct span *out, struct der *d)
{
	return checked(out, d, DER_OID, DER_OID);
}

enum reason
der_oid_is(struct der *d, struct span oid, enum reason otherwise)
{
	struct der after = *d;
	struct span s;

	TRY(der_oid(&s, &after));
	if (!span_eq(s, oid))
		return der_fail(d, otherwise);
	*d = after;
	return REASON_OK;
}

enum reason
der_bits_tagged(struct span *out, unsigned *unused, struct der *d, uint8_t tag)
{
	struct span s;

	TRY(checked(&s, d, tag, DER_BIT_STRING));
	*unused = s.p[0];
	*out = span_of(s.p + 1, s.n - 1);
	return REASON_OK;
}

enum reason
der_bits(struct span *out, unsigned *unused, struct der *d)
{
	return der_bits_tagged(out, unused, d, DER_BIT_STRING);
}

enum reason
der_octets(struct span *out, struct der *d)
{
	return der_next(out, d, DER_OCTET_STRING);
}

enum reason
der_ia5(struct span *out, struct der *d)
{
	return checked(out, d, DER_IA5_STRING, DER_IA5_STRING);
}

/* Two digits, or so far below zero that a year of two pairs is too. */
static int
pair(const uint8_t *p)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return -10000;
	return (p[0] - '0') * 10 + (p[1] - '0');
}

/* MMDDHHMMSSZ, after a year. */
static bool
time_rest(int64_t *out, int year, const uint8_t *p)
{
	struct civil c = {
		.year = year,
		.month = pair(p),
		.day = pair(p + 2),
		.hour = pair(p + 4),
		.minute = pair(p + 6),
		.second = pair(p + 8),
	};

	return year >= 0 && p[10] == 'Z' && time_from_civil(out, &c);
}

/* RFC 5280 4.1.2.5.1: 50 to 99 are of the twentieth century. */
static bool
utc_time(int64_t *out, struct span s)
{
	int year;

	if (s.n != sizeof("YYMMDDHHMMSSZ") - 1)
		return false;
	year = pair(s.p);
	year += year >= 50 ? 1900 : 2000;
	return time_rest(out, year, s.p + 2);
}

/* No earlier year than `first`. */
static bool
generalized(int64_t *out, struct span s, int first)
{
	int year;

	if (s.n != sizeof("YYYYMMDDHHMMSSZ") - 1)
		return false;
	year = pair(s.p) * 100 + pair(s.p + 2);
	return year >= first && time_rest(out, year, s.p + 4);
}

enum reason
der_time(int64_t *out, struct der *d)
{
	struct der after = *d;
	struct span s;
	int64_t at;
	bool good;

	if (der_is(d, DER_UTC_TIME)) {
		TRY(der_next(&s, &after, DER_UTC_TIME));
		good = utc_time(&at, s);
	} else {
		TRY(der_next(&s, &after, DER_GENERALIZED_TIME));
		good = generalized(&at, s, 2050);
	}
	if (!good)
		return der_fail(d, R_DER_TIME);
	*d = after;
	*out = at;
	return REASON_OK;
}

enum reason
der_generalized_time(int64_t *out, struct der *d)
{
	struct der after = *d;
	struct span s;
	int64_t at;

	TRY(der_next(&s, &after, DER_GENERALIZED_TIME));
	if (!generalized(&at, s, 0))
		return der_fail(d, R_DER_TIME);
	*d = after;
	*out = at;
	return REASON_OK;
}

/* One number of an OID: the octets it took, 0 when it has more than 64 bits
 * or no end. */
static size_t
arc_parse(uint64_t *out, struct span s)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (v > UINT64_MAX >> 7)
			return 0;
		v = v << 7 | (s.p[i] & 0x7f);
		if (s.p[i] < 0x80) {
			*out = v;
			return i + 1;
		}
	}
	return 0;
}

bool
der_oid_text(char *out, size_t n, struct span oid)
{
	size_t used = 0;

	for (size_t i = 0, took; i < oid.n; i += took) {
		uint64_t v = 0, top;
		int wrote;

		took = arc_parse(&v, span_of(oid.p + i, oid.n - i));
		if (took == 0)
			return false;
		/* X.690 8.19.4: the first number holds two. */
		top = v < 80 ? v / 40 : 2;
		wrote = i == 0 ? snprintf(out + used, n - used,
				     "%" PRIu64 ".%" PRIu64, top, v - top * 40)
			       : snprintf(out + used, n - used, ".%" PRIu64, v);
		if (wrote < 0 || (size_t)wrote >= n - used)
			return false;
		used += (size_t)wrote;
	}
	return oid.n > 0;
}
