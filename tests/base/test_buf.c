#include "tests/check.h"

#include <string.h>

#include "tests/starve.h"

static void
test_cap(void **state)
{
	static const struct {
		const char *what;
		size_t cap, add[3];
		bool failed;
		size_t n;
	} cases[] = {
		{ "exactly full", 10, { 4, 6, 0 }, false, 10 },
		{ "one too many", 10, { 4, 7, 0 }, true, 4 },
		{ "failure sticks", 10, { 4, 7, 1 }, true, 4 },
		{ "nothing fits", 0, { 1, 0, 0 }, true, 0 },
		{ "nothing added", 0, { 0, 0, 0 }, false, 0 },
		{ "grows past its first size", 5000, { 200, 300, 4500 }, false,
		    5000 },
	};
	static const uint8_t bytes[5000] = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;

		buf_init(&b, cases[i].cap);
		for (size_t j = 0; j < COUNT(cases[i].add); j++)
			buf_add(&b, bytes, cases[i].add[j]);
		CHECK(cases[i].what, b.failed == cases[i].failed);
		CHECK(cases[i].what, b.n == cases[i].n);
		CHECK(cases[i].what, b.size <= b.cap || b.p == NULL);
		buf_fini(&b);
	}
}

static void
test_additions(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_byte(&b, 'a');
	buf_puts(&b, "bc");
	buf_span(&b, SPAN("de"));
	buf_span(&b, span_of(NULL, 0));
	buf_printf(&b, "%d-%s", 17, "x");
	buf_printf(&b, "%s", "");
	assert_true(span_eq(buf_view(&b), SPAN("abcde17-x")));
	buf_reset(&b);
	assert_int_equal(buf_view(&b).n, 0);
	buf_fini(&b);
	buf_puts(&b, "it can be used again");
	assert_int_equal(b.n, 20);
	buf_fini(&b);
}

static void
test_printf_at_cap(void **state)
{
	struct buf b;

	(void)state;
	for (size_t cap = 3; cap <= 5; cap++) {
		buf_init(&b, cap);
		buf_printf(&b, "%s", "abcd");
		/* Text needs room for a NUL that is not counted. */
		assert_int_equal(b.failed, cap < 5);
		assert_int_equal(b.n, cap < 5 ? 0 : 4);
		buf_fini(&b);
	}
}

static void
test_insert(void **state)
{
	static const struct {
		const char *what;
		size_t at;
		const char *want;
	} cases[] = {
		{ "at the start", 0, "..abc" },
		{ "in the middle", 1, "a..bc" },
		{ "at the end", 3, "abc.." },
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t *p;

		buf_init(&b, 5);
		buf_puts(&b, "abc");
		p = buf_insert(&b, cases[i].at, 2);
		CHECK(cases[i].what, p != NULL);
		memcpy(p, "..", 2);
		CHECK(cases[i].what,
		    span_eq(buf_view(&b), span_str(cases[i].want)));
		CHECK(cases[i].what, buf_insert(&b, 0, 1) == NULL);
		CHECK(cases[i].what, b.failed && b.n == 5);
		buf_fini(&b);
	}
}

static void
test_no_memory(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	buf_puts(&b, "kept");
	starve_after(0);
	for (int i = 0; i < 1000; i++)
		buf_puts(&b, "more");
	starve_never();
	assert_true(b.failed);
	assert_true(span_starts(buf_view(&b), SPAN("keptmore")));
	buf_puts(&b, "still failed");
	assert_int_equal(b.n % 4, 0);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cap),
		cmocka_unit_test(test_additions),
		cmocka_unit_test(test_printf_at_cap),
		cmocka_unit_test(test_insert),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
