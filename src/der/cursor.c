/* The cursor: headers, containers, and what may follow what. */
#include "der/der.h"
#include "der/tlv.h"

#define HIGH_TAG 0x1f /* X.690 8.1.2.4.1: the number follows */

/* The octets of a tag, 0 when it is none: X.690 8.1.2. The numbers of tags
 * above 30 must be shortest, as all else. */
static size_t
tag_size(const uint8_t *at, const uint8_t *end, enum reason *why)
{
	const uint8_t *p = at + 1;

	*why = R_DER_TAG;
	if ((*at & ~0x20) == 0) /* end-of-contents: not in DER */
		return 0;
	if ((*at & HIGH_TAG) != HIGH_TAG)
		return 1;
	if (p < end && (*p == 0x80 || *p < HIGH_TAG))
		return 0;
	while (p < end && (*p & 0x80) != 0)
		p++;
	*why = R_DER_TRUNCATED;
	return p == end ? 0 : (size_t)(p - at) + 1;
}

/* The length at `at`: X.690 8.1.3 as 10.1 narrows it. A length beyond what
 * size_t holds is beyond the end too. */
static enum reason
length_parse(
    size_t *length, size_t *octets, const uint8_t *at, const uint8_t *end)
{
	size_t n, v = 0;

	if (at == end)
		return R_DER_TRUNCATED;
	n = *at & 0x7f;
	*octets = 1;
	*length = n;
	if (*at < 0x80)
		return REASON_OK;
	if (n == 0 || n == 0x7f)
		return R_DER_LENGTH;
	if (end - at < 2)
		return R_DER_TRUNCATED;
	if (at[1] == 0 || (n == 1 && at[1] < 0x80))
		return R_DER_LENGTH;
	if (n > sizeof(v) || n > (size_t)(end - at) - 1)
		return R_DER_TRUNCATED;
	for (size_t i = 1; i <= n; i++)
		v = v << 8 | at[i];
	*octets = 1 + n;
	*length = v;
	return REASON_OK;
}

enum reason
tlv_parse(struct tlv *out, const uint8_t *at, const uint8_t *end)
{
	size_t tag, octets, length;
	enum reason why;

	if (at == end)
		return R_DER_TAG;
	tag = tag_size(at, end, &why);
	if (tag == 0)
		return why;
	TRY(length_parse(&length, &octets, at + tag, end));
	out->head = tag + octets;
	if (length > (size_t)(end - at) - out->head)
		return R_DER_TRUNCATED;
	out->contents = span_of(at + out->head, length);
	return REASON_OK;
}

void
der_init(struct der *out, struct span bytes, struct fault *why)
{
	/* Not NULL + 0 later on: an empty span may have no address. */
	const uint8_t *p = bytes.n == 0 ? (const uint8_t *)"" : bytes.p;

	if (bytes.p != NULL)
		p = bytes.p;
	*out = (struct der){ .at = p, .end = p + bytes.n, .why = why };
}

enum reason
der_fail(const struct der *d, enum reason r)
{
	return fault_at(d->why, r, d->at);
}

enum reason
der_end(const struct der *d)
{
	return der_more(d) ? der_fail(d, R_DER_TRAILING) : REASON_OK;
}

static enum reason
next(struct tlv *out, struct der *d)
{
	enum reason r = tlv_parse(out, d->at, d->end);

	if (r != REASON_OK)
		return der_fail(d, r);
	d->at = out->contents.p + out->contents.n;
	return REASON_OK;
}

enum reason
der_next(struct span *out, struct der *d, uint8_t tag)
{
	struct span whole;

	return der_whole(&whole, out, d, tag);
}

enum reason
der_enter(struct der *out, struct der *d, uint8_t tag)
{
	struct span contents;

	TRY(der_next(&contents, d, tag));
	der_init(out, contents, d->why);
	return REASON_OK;
}

enum reason
der_any(struct span *out, struct der *d)
{
	const uint8_t *start = d->at;
	struct tlv t;

	TRY(next(&t, d));
	*out = span_of(start, t.head + t.contents.n);
	return REASON_OK;
}

enum reason
der_whole(struct span *whole, struct span *contents, struct der *d, uint8_t tag)
{
	const uint8_t *start = d->at;
	struct tlv t;

	if (!der_is(d, tag))
		return der_fail(d, R_DER_TAG);
	TRY(next(&t, d));
	*whole = span_of(start, t.head + t.contents.n);
	*contents = t.contents;
	return REASON_OK;
}

enum reason
der_count(size_t *out, const struct der *d, size_t max)
{
	struct der at = *d;
	struct span element;
	size_t n = 0;

	while (der_more(&at)) {
		if (n == max)
			return der_fail(&at, R_LIMIT_ITEMS);
		TRY(der_any(&element, &at));
		n++;
	}
	*out = n;
	return REASON_OK;
}

/* X.690 11.6 pads the shorter with zeros to compare; as no element is the
 * start of another, comparing bytes decides the same. */
enum reason
der_set_order(const struct der *d)
{
	struct span before = { NULL, 0 }, element;
	struct der at = *d, here = *d;

	while (der_more(&at)) {
		here = at;
		TRY(der_any(&element, &at));
		if (before.p != NULL && span_cmp(before, element) >= 0)
			return der_fail(&here, R_DER_SET_ORDER);
		before = element;
	}
	return REASON_OK;
}
