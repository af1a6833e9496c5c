/* What a reader takes, the writer writes the same: there is one encoding. */
#include "tests/fuzz/fuzz.h"

#include "der/der.h"

static void
same(const struct buf *have, struct span want)
{
	ASSERT(span_eq(buf_view(have), want));
}

static void
put_integer(struct buf *b, struct span s)
{
	if (s.p[0] < 0x80)
		der_put_integer(b, s);
	else /* the writer has no negative ones */
		der_put(b, DER_INTEGER, s);
}

/* Write the element that `at` begins with again, if some reader takes it. */
static bool
rewrite(struct buf *b, struct der at)
{
	struct der d = at;
	struct span s;
	uint64_t number;
	int64_t time;
	unsigned unused;
	bool flag;

	if (der_boolean(&flag, &d) == REASON_OK)
		der_put_boolean(b, flag);
	else if (der_uint(&number, &d, UINT64_MAX) == REASON_OK)
		der_put_uint(b, number);
	else if (der_integer(&s, &d) == REASON_OK)
		put_integer(b, s);
	else if (der_null(&d) == REASON_OK)
		der_put_null(b);
	else if (der_oid(&s, &d) == REASON_OK)
		der_put_oid(b, s);
	else if (der_bits(&s, &unused, &d) == REASON_OK)
		der_put_bits(b, s, unused);
	else if (der_octets(&s, &d) == REASON_OK)
		der_put_octets(b, s);
	else if (der_ia5(&s, &d) == REASON_OK)
		der_put_ia5(b, s);
	else if (der_time(&time, &d) == REASON_OK)
		der_put_time(b, time);
	else if (der_generalized_time(&time, &d) == REASON_OK)
		der_put_generalized_time(b, time);
	else
		return false;
	return true;
}

/* A SET in order is as sorting leaves it. */
static void
sort(struct buf *b, struct der at)
{
	struct span whole, contents;
	struct der d = at, inside;
	size_t mark;

	if (der_whole(&whole, &contents, &d, DER_SET) != REASON_OK)
		return;
	der_init(&inside, contents, at.why);
	if (der_set_order(&inside) != REASON_OK)
		return;
	mark = der_open(b, DER_SET);
	buf_span(b, contents);
	der_sort(b, mark);
	der_close(b, mark);
	same(b, whole);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span whole, input = span_of(data, n);
	char text[200];
	struct fault why;
	struct der d;
	struct buf b;

	fault_init(&why, input);
	der_init(&d, input, &why);
	buf_init(&b, n + 16);
	while (der_more(&d)) {
		struct der at = d;

		if (der_any(&whole, &d) != REASON_OK)
			break;
		buf_reset(&b);
		if (rewrite(&b, at))
			same(&b, whole);
		buf_reset(&b);
		sort(&b, at);
	}
	(void)!der_oid_text(text, sizeof(text), input);
	buf_fini(&b);
	return 0;
}
