/* The writer: DER by construction. A failure sticks in the buffer. */
#include <stdlib.h>
#include <string.h>

#include "der/der.h"

#define TIME_SIZE 32

/* A mark is the offset of the one octet kept for the length. */
size_t
der_open(struct buf *b, uint8_t tag)
{
	buf_byte(b, tag);
	buf_byte(b, 0);
	return b->n - 1;
}

void
der_close(struct buf *b, size_t mark)
{
	size_t n, octets = 0;
	uint8_t *p;

	if (b->failed)
		return;
	ASSERT(mark < b->n);
	n = b->n - mark - 1;
	if (n < 0x80) {
		b->p[mark] = (uint8_t)n;
		return;
	}
	for (size_t v = n; v > 0; v >>= 8)
		octets++;
	p = buf_insert(b, mark + 1, octets);
	if (p == NULL)
		return;
	b->p[mark] = (uint8_t)(0x80 | octets);
	for (size_t i = octets; i > 0; i--, n >>= 8)
		p[i - 1] = (uint8_t)n;
}

void
der_put(struct buf *b, uint8_t tag, struct span contents)
{
	size_t mark = der_open(b, tag);

	buf_span(b, contents);
	der_close(b, mark);
}

void
der_put_boolean(struct buf *b, bool value)
{
	der_put(b, DER_BOOLEAN, value ? SPAN("\xff") : SPAN("\x00"));
}

static void
put_magnitude(struct buf *b, uint8_t tag, struct span s)
{
	size_t mark = der_open(b, tag);

	while (s.n > 0 && s.p[0] == 0)
		s = span_of(s.p + 1, s.n - 1);
	if (s.n == 0 || s.p[0] >= 0x80)
		buf_byte(b, 0);
	buf_span(b, s);
	der_close(b, mark);
}

void
der_put_integer(struct buf *b, struct span magnitude)
{
	put_magnitude(b, DER_INTEGER, magnitude);
}

void
der_put_uint_tagged(struct buf *b, uint8_t tag, uint64_t value)
{
	uint8_t octets[sizeof(value)];

	for (size_t i = sizeof(octets); i > 0; i--, value >>= 8)
		octets[i - 1] = (uint8_t)value;
	put_magnitude(b, tag, SPAN_OF(octets));
}

void
der_put_uint(struct buf *b, uint64_t value)
{
	der_put_uint_tagged(b, DER_INTEGER, value);
}

void
der_put_null(struct buf *b)
{
	der_put(b, DER_NULL, span_of(NULL, 0));
}

void
der_put_oid(struct buf *b, struct span oid)
{
	der_put(b, DER_OID, oid);
}

void
der_put_bits(struct buf *b, struct span bytes, unsigned unused)
{
	size_t mark = der_open(b, DER_BIT_STRING);

	ASSERT(unused == 0 ||
	       (unused < 8 && bytes.n > 0 &&
		   (bytes.p[bytes.n - 1] & ((1U << unused) - 1)) == 0));
	buf_byte(b, (uint8_t)unused);
	buf_span(b, bytes);
	der_close(b, mark);
}

void
der_put_octets(struct buf *b, struct span s)
{
	der_put(b, DER_OCTET_STRING, s);
}

void
der_put_ia5(struct buf *b, struct span s)
{
	der_put(b, DER_IA5_STRING, s);
}

void
der_put_printable(struct buf *b, struct span s)
{
	der_put(b, DER_PRINTABLE_STRING, s);
}

void
der_put_utf8(struct buf *b, struct span s)
{
	der_put(b, DER_UTF8_STRING, s);
}

static void
put_time(struct buf *b, const struct civil *c, bool utc)
{
	size_t mark = der_open(b, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME);

	ASSERT(c->year >= 0 && c->year <= 9999);
	if (utc)
		buf_printf(b, "%02d", c->year % 100);
	else
		buf_printf(b, "%04d", c->year);
	buf_printf(b, "%02d%02d%02d%02d%02dZ", c->month, c->day, c->hour,
	    c->minute, c->second);
	der_close(b, mark);
}

void
der_put_time(struct buf *b, int64_t at)
{
	struct civil c;

	time_to_civil(&c, at);
	put_time(b, &c, c.year >= 1950 && c.year < 2050);
}

void
der_put_generalized_time(struct buf *b, int64_t at)
{
	struct civil c;

	time_to_civil(&c, at);
	put_time(b, &c, false);
}

static int
by_bytes(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

void
der_sort(struct buf *b, size_t mark)
{
	VEC(struct span) elements = { 0 };
	struct span element, old;
	struct buf sorted;
	struct fault why;
	struct der d;

	if (b->failed)
		return;
	ASSERT(mark < b->n);
	old = span_of(b->p + mark + 1, b->n - mark - 1);
	fault_init(&why, old);
	der_init(&d, old, &why);
	buf_init(&sorted, old.n);
	while (der_more(&d)) {
		enum reason r = der_any(&element, &d);

		ASSERT(r == REASON_OK);
		if (!vec_push(&elements, element)) {
			b->failed = true;
			goto out;
		}
	}
	if (elements.n > 1)
		qsort(elements.v, elements.n, sizeof(*elements.v), by_bytes);
	for (size_t i = 0; i < elements.n; i++)
		buf_span(&sorted, elements.v[i]);
	b->failed = sorted.failed;
	if (!b->failed && sorted.n > 0)
		memcpy(b->p + mark + 1, sorted.p, sorted.n);
out:
	vec_fini(&elements);
	buf_fini(&sorted);
}
