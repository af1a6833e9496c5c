#include "tests/check.h"

#include "tests/der/bytes.h"

/* One element of any tag. */
static const struct {
	const char *what, *hex;
	enum reason want;
} headers[] = {
	{ "short length", "0400", REASON_OK },
	{ "contents", "0402abcd", REASON_OK },
	{ "longest tag in one byte", "9e00", REASON_OK },
	{ "tag 31 in two bytes", "9f1f00", REASON_OK },
	{ "tag 128 in three bytes", "9f810000", REASON_OK },
	{ "nothing", "", R_DER_TAG },
	{ "tag 30 in two bytes", "9f1e00", R_DER_TAG },
	{ "tag with a leading zero", "9f801f00", R_DER_TAG },
	{ "end-of-contents", "0000", R_DER_TAG },
	{ "end-of-contents, constructed", "2000", R_DER_TAG },
	{ "tag only", "04", R_DER_TRUNCATED },
	{ "long tag cut after its first byte", "9f", R_DER_TRUNCATED },
	{ "long tag cut", "9f81", R_DER_TRUNCATED },
	{ "long tag without length", "9f1f", R_DER_TRUNCATED },
	{ "one byte short", "0402ab", R_DER_TRUNCATED },
	{ "indefinite", "30800000", R_DER_LENGTH },
	{ "reserved first octet", "04ff", R_DER_LENGTH },
	{ "127 in a long form", "04817f", R_DER_LENGTH },
	{ "255 with a zero", "048200ff", R_DER_LENGTH },
	{ "zero in a long form", "048100", R_DER_LENGTH },
	{ "length cut before its first octet", "0481", R_DER_TRUNCATED },
	{ "length cut", "048201", R_DER_TRUNCATED },
	{ "2^63", "04888000000000000000", R_DER_TRUNCATED },
	{ "2^64 - 1", "0488ffffffffffffffff", R_DER_TRUNCATED },
	{ "2^64", "0489010000000000000000", R_DER_TRUNCATED },
	{ "2^32 - 1", "0484ffffffff", R_DER_TRUNCATED },
};

static void
test_headers(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(headers); i++) {
		struct span element = { NULL, 99 };
		struct bytes b;
		struct fault why;
		struct der d = cursor(&b, &why, headers[i].hex), before = d;
		enum reason r = der_any(&element, &d);

		CHECK_REASON(headers[i].what, r, headers[i].want);
		CHECK_REASON(headers[i].what, why.reason, headers[i].want);
		if (r == REASON_OK) {
			CHECK(headers[i].what, !der_more(&d));
			CHECK(headers[i].what,
			    span_eq(element, span_of(b.p, b.n)));
		} else {
			CHECK(headers[i].what, d.at == before.at);
			CHECK(headers[i].what, element.n == 99);
		}
	}
}

/* The lengths at which the form changes, with as many bytes or one less. */
static void
test_lengths(void **state)
{
	static const size_t lengths[] = { 0, 1, 127, 128, 255, 256, 65535,
		65536 };
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct span contents, all;
		struct fault why;
		struct der d;
		size_t mark;

		buf_reset(&b);
		mark = der_open(&b, DER_OCTET_STRING);
		for (size_t n = 0; n < lengths[i]; n++)
			buf_byte(&b, 0xaa);
		der_close(&b, mark);
		all = buf_view(&b);
		fault_init(&why, all);
		der_init(&d, all, &why);
		CHECK_REASON("whole", der_octets(&contents, &d), REASON_OK);
		assert_int_equal(contents.n, lengths[i]);
		der_init(&d, span_of(all.p, all.n - 1), &why);
		CHECK_REASON("cut", der_octets(&contents, &d), R_DER_TRUNCATED);
	}
	buf_fini(&b);
}

/* SEQUENCE { SEQUENCE { INTEGER 5 }, NULL }, then another NULL. */
#define NESTED       \
	"3007"       \
	"3003020105" \
	"0500"       \
	"0500"

static void
test_containers(void **state)
{
	struct bytes b;
	struct fault why;
	struct der top = cursor(&b, &why, NESTED), outer, inner;
	uint64_t number = 0;
	size_t n;

	(void)state;
	CHECK_REASON("count", der_count(&n, &top, 2), REASON_OK);
	assert_int_equal(n, 2);
	CHECK_REASON("outer", der_enter(&outer, &top, DER_SEQUENCE), REASON_OK);
	assert_true(der_is(&outer, DER_SEQUENCE));
	assert_false(der_is(&outer, DER_SET));
	CHECK_REASON(
	    "inner", der_enter(&inner, &outer, DER_SEQUENCE), REASON_OK);
	CHECK_REASON("number", der_uint(&number, &inner, 5), REASON_OK);
	assert_int_equal(number, 5);
	CHECK_REASON("end", der_end(&inner), REASON_OK);
	assert_false(der_is(&inner, DER_NULL));
	CHECK_REASON("null", der_null(&outer), REASON_OK);
	CHECK_REASON("end", der_end(&outer), REASON_OK);
	CHECK_REASON("nothing went wrong", why.reason, REASON_OK);
	CHECK_REASON("a null more", der_end(&top), R_DER_TRAILING);
	assert_int_equal(why.offset, 9);
}

/* A child is bounded by its parent, though there are bytes behind it. */
static void
test_child_beyond_parent(void **state)
{
	struct bytes b;
	struct fault why;
	struct der top = cursor(&b, &why, "30030403aabbcc"), inner;
	struct span s;

	(void)state;
	CHECK_REASON("enter", der_enter(&inner, &top, DER_SEQUENCE), REASON_OK);
	CHECK_REASON("octets", der_octets(&s, &inner), R_DER_TRUNCATED);
	assert_int_equal(why.offset, 2);
}

/* An element that is missing at the end of its container. */
static void
test_missing(void **state)
{
	struct bytes b;
	struct fault why;
	struct der top = cursor(&b, &why, "3003020105"), inner;
	uint64_t number;
	struct span s;

	(void)state;
	CHECK_REASON("enter", der_enter(&inner, &top, DER_SEQUENCE), REASON_OK);
	CHECK_REASON("there", der_uint(&number, &inner, 9), REASON_OK);
	CHECK_REASON("not there", der_octets(&s, &inner), R_DER_TAG);
	assert_int_equal(why.offset, 5);
}

static void
test_whole(void **state)
{
	struct bytes b;
	struct fault why;
	struct der d = cursor(&b, &why,
	    "a003020105"
	    "0500");
	struct span whole = { 0 }, contents = { 0 };

	(void)state;
	CHECK_REASON("other tag",
	    der_whole(&whole, &contents, &d, DER_CONTEXT_CONS(1)), R_DER_TAG);
	assert_null(whole.p);
	CHECK_REASON("tag",
	    der_whole(&whole, &contents, &d, DER_CONTEXT_CONS(0)), REASON_OK);
	assert_true(whole.p == b.p && whole.n == 5);
	assert_true(contents.p == b.p + 2 && contents.n == 3);
	assert_true(der_is(&d, DER_NULL));
	CHECK_REASON("own reason", der_fail(&d, R_DER_DEFAULT), R_DER_DEFAULT);
	CHECK_REASON("the first stays", why.reason, R_DER_TAG);
}

static void
test_count(void **state)
{
	static const struct {
		const char *what, *hex;
		size_t max, n;
		enum reason want;
		size_t offset;
	} cases[] = {
		{ "none", "", 0, 0, REASON_OK, 0 },
		{ "as many as allowed", "050005000500", 3, 3, REASON_OK, 0 },
		{ "one more", "050005000500", 2, 99, R_LIMIT_ITEMS, 4 },
		{ "the second cut", "05000501", 3, 99, R_DER_TRUNCATED, 2 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes b;
		struct fault why;
		struct der d = cursor(&b, &why, cases[i].hex);
		size_t n = 99;

		CHECK_REASON(cases[i].what, der_count(&n, &d, cases[i].max),
		    cases[i].want);
		CHECK(cases[i].what, n == cases[i].n);
		CHECK(cases[i].what, why.offset == cases[i].offset);
		CHECK(cases[i].what, d.at == b.p);
	}
}

static void
test_set_order(void **state)
{
	static const struct {
		const char *what, *hex;
		enum reason want;
		size_t offset;
	} cases[] = {
		{ "none", "", REASON_OK, 0 },
		{ "one", "0500", REASON_OK, 0 },
		{ "by tag", "020109040100", REASON_OK, 0 },
		{ "by length",
		    "020109"
		    "02020100",
		    REASON_OK, 0 },
		{ "by contents", "020101020102", REASON_OK, 0 },
		{ "twice", "020101020101", R_DER_SET_ORDER, 3 },
		{ "descending tags", "040100020109", R_DER_SET_ORDER, 3 },
		{ "descending lengths",
		    "02020100"
		    "020109",
		    R_DER_SET_ORDER, 4 },
		{ "the third", "020101020103020102", R_DER_SET_ORDER, 6 },
		{ "the second cut", "0201010201", R_DER_TRUNCATED, 3 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes b;
		struct fault why;
		struct der d = cursor(&b, &why, cases[i].hex);

		CHECK_REASON(cases[i].what, der_set_order(&d), cases[i].want);
		CHECK(cases[i].what, why.offset == cases[i].offset);
		CHECK(cases[i].what, d.at == b.p);
	}
}

static void
test_empty_span(void **state)
{
	struct fault why;
	struct span s;
	struct der d;

	(void)state;
	fault_init(&why, span_of(NULL, 0));
	der_init(&d, span_of(NULL, 0), &why);
	assert_false(der_more(&d));
	CHECK_REASON("end", der_end(&d), REASON_OK);
	CHECK_REASON("any", der_any(&s, &d), R_DER_TAG);
	assert_int_equal(why.offset, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_child_beyond_parent),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_set_order),
		cmocka_unit_test(test_empty_span),
	};

	return cmocka_run_group_tests_name("cursor", tests, NULL, NULL);
}
