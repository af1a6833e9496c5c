#include "tests/check.h"

static int
sign(int x)
{
	return (x > 0) - (x < 0);
}

static void
test_order(void **state)
{
	static const struct {
		const char *what, *a, *b;
		int want;
		bool starts, ends;
	} cases[] = {
		{ "equal", "abc", "abc", 0, true, true },
		{ "both empty", "", "", 0, true, true },
		{ "shorter first", "ab", "abc", -1, false, false },
		{ "longer after", "abc", "ab", 1, true, false },
		{ "empty first", "", "a", -1, false, false },
		{ "ends so", "abc", "bc", -1, false, true },
		{ "bytes have no sign", "\x80", "\x7f", 1, false, false },
		{ "first difference counts", "ba", "abc", 1, false, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span a = span_str(cases[i].a);
		struct span b = span_str(cases[i].b);

		CHECK(cases[i].what, sign(span_cmp(a, b)) == cases[i].want);
		CHECK(cases[i].what, sign(span_cmp(b, a)) == -cases[i].want);
		CHECK(cases[i].what, span_eq(a, b) == (cases[i].want == 0));
		CHECK(cases[i].what, span_starts(a, b) == cases[i].starts);
		CHECK(cases[i].what, span_ends(a, b) == cases[i].ends);
	}
}

static void
test_null_is_empty(void **state)
{
	struct span none = span_of(NULL, 0);

	(void)state;
	assert_true(span_eq(none, SPAN("")));
	assert_int_equal(span_cmp(none, SPAN("")), 0);
	assert_true(span_starts(none, none));
	assert_true(span_ends(SPAN("a"), none));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_null_is_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
