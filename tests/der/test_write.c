#include "tests/check.h"

#include "tests/der/bytes.h"

static void
put_false(struct buf *b)
{
	der_put_boolean(b, false);
}

static void
put_true(struct buf *b)
{
	der_put_boolean(b, true);
}

static void
put_zero(struct buf *b)
{
	der_put_uint(b, 0);
}

static void
put_127(struct buf *b)
{
	der_put_uint(b, 127);
}

static void
put_128(struct buf *b)
{
	der_put_uint(b, 128);
}

static void
put_most(struct buf *b)
{
	der_put_uint(b, UINT64_MAX);
}

static void
put_tagged(struct buf *b)
{
	der_put_uint_tagged(b, DER_CONTEXT(3), 300);
}

static void
put_empty_magnitude(struct buf *b)
{
	der_put_integer(b, span_of(NULL, 0));
}

static void
put_magnitude(struct buf *b)
{
	der_put_integer(b, SPAN("\x00\x00\x80\x01"));
}

static void
put_null(struct buf *b)
{
	der_put_null(b);
}

static void
put_oid(struct buf *b)
{
	der_put_oid(b, SPAN("\x2a\x03"));
}

static void
put_no_bits(struct buf *b)
{
	der_put_bits(b, span_of(NULL, 0), 0);
}

static void
put_nine_bits(struct buf *b)
{
	der_put_bits(b, SPAN("\xff\x80"), 7);
}

static void
put_strings(struct buf *b)
{
	der_put_octets(b, SPAN("\x01"));
	der_put_ia5(b, SPAN("a"));
	der_put_printable(b, SPAN("A"));
	der_put_utf8(b, SPAN("\xc3\xa9"));
}

static void
put_1950(struct buf *b)
{
	der_put_time(b, -631152000);
}

static void
put_1949(struct buf *b)
{
	der_put_time(b, -631152001);
}

static void
put_2049(struct buf *b)
{
	der_put_time(b, 2524607999);
}

static void
put_2050(struct buf *b)
{
	der_put_time(b, 2524608000);
}

static void
put_generalized(struct buf *b)
{
	der_put_generalized_time(b, 0);
}

static const struct {
	const char *what;
	void (*put)(struct buf *);
	const char *hex;
} cases[] = {
	{ "false", put_false, "010100" },
	{ "true", put_true, "0101ff" },
	{ "zero", put_zero, "020100" },
	{ "127", put_127, "02017f" },
	{ "128", put_128, "02020080" },
	{ "2^64 - 1", put_most, "020900ffffffffffffffff" },
	{ "tagged number", put_tagged, "8302012c" },
	{ "empty magnitude", put_empty_magnitude, "020100" },
	{ "magnitude with zeros", put_magnitude, "0203008001" },
	{ "null", put_null, "0500" },
	{ "oid", put_oid, "06022a03" },
	{ "no bits", put_no_bits, "030100" },
	{ "nine bits", put_nine_bits, "030307ff80" },
	{ "strings", put_strings,
	    "040101160161130141"
	    "0c02c3a9" },
	{ "1950", put_1950, "170d3530303130313030303030305a" },
	{ "1949", put_1949, "180f31393439313233313233353935395a" },
	{ "2049", put_2049, "170d3439313233313233353935395a" },
	{ "2050", put_2050, "180f32303530303130313030303030305a" },
	{ "generalized", put_generalized,
	    "180f31393730303130313030303030305a" },
};

static void
test_cases(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 256);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes want;
		struct span s = from_hex(&want, cases[i].hex);

		buf_reset(&b);
		cases[i].put(&b);
		CHECK(cases[i].what, !b.failed && span_eq(buf_view(&b), s));
	}
	buf_fini(&b);
}

/* Containers whose lengths take one to four octets, one in the other. */
static void
test_nested(void **state)
{
	static const size_t lengths[] = { 0, 127, 128, 255, 256, 65535, 65536 };
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct der d, outer;
		struct fault why;
		struct span s;
		size_t marks[2];

		buf_reset(&b);
		marks[0] = der_open(&b, DER_SEQUENCE);
		marks[1] = der_open(&b, DER_CONTEXT_CONS(0));
		for (size_t n = 0; n < lengths[i]; n++)
			buf_byte(&b, 0);
		der_close(&b, marks[1]);
		der_put_null(&b);
		der_close(&b, marks[0]);
		fault_init(&why, buf_view(&b));
		der_init(&d, buf_view(&b), &why);
		CHECK_REASON(
		    "outer", der_enter(&outer, &d, DER_SEQUENCE), REASON_OK);
		CHECK_REASON("end", der_end(&d), REASON_OK);
		CHECK_REASON("inner",
		    der_whole(&s, &s, &outer, DER_CONTEXT_CONS(0)), REASON_OK);
		assert_int_equal(s.n, lengths[i]);
		CHECK_REASON("null", der_null(&outer), REASON_OK);
		CHECK_REASON("end", der_end(&outer), REASON_OK);
	}
	buf_fini(&b);
}

/* Every cap smaller than needed fails, sticks, and breaks nothing. */
static void
test_no_room(void **state)
{
	(void)state;
	for (size_t cap = 0; cap <= 264; cap++) {
		struct buf b;
		size_t outer, inner;

		buf_init(&b, cap);
		outer = der_open(&b, DER_SET);
		inner = der_open(&b, DER_SEQUENCE);
		for (int i = 0; i < 64; i++)
			der_put_uint_tagged(&b, DER_CONTEXT(0), 300);
		der_close(&b, inner);
		der_sort(&b, outer);
		der_close(&b, outer);
		assert_int_equal(b.failed, cap < 264);
		buf_fini(&b);
	}
}

static void
test_sort(void **state)
{
	static const struct {
		const char *what, *before, *after;
	} sets[] = {
		{ "empty", "", "" },
		{ "one", "0500", "0500" },
		{ "in order", "020101040100", "020101040100" },
		{ "by tag", "040100020101", "020101040100" },
		{ "by length",
		    "02020100"
		    "020109",
		    "020109"
		    "02020100" },
		{ "three", "020103020101020102", "020101020102020103" },
		{ "equal stay", "020101020101", "020101020101" },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 256);
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct bytes before, after;
		size_t mark;

		(void)from_hex(&before, sets[i].before);
		(void)from_hex(&after, sets[i].after);
		buf_reset(&b);
		buf_puts(&b, "in front");
		mark = der_open(&b, DER_SET);
		buf_add(&b, before.p, before.n);
		der_sort(&b, mark);
		der_close(&b, mark);
		CHECK(sets[i].what, b.n == 8 + 2 + after.n);
		CHECK(sets[i].what, b.p[8] == DER_SET && b.p[9] == after.n);
		CHECK(sets[i].what, memcmp(b.p + 10, after.p, after.n) == 0);
	}
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_nested),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_sort),
	};

	return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
