#include "tests/check.h"

#include <string.h>

#include "tests/starve.h"

static void
test_budget(void **state)
{
	static const struct {
		const char *what;
		size_t budget, first, second;
		bool first_fits, second_fits;
	} cases[] = {
		{ "all of it at once", 64, 64, 1, true, false },
		{ "one byte too many", 64, 65, 64, false, true },
		{ "in two steps", 64, 48, 16, true, true },
		{ "second past the end", 64, 48, 17, true, false },
		{ "nothing is there to have", 0, 1, 0, false, true },
		{ "size that wraps around", 64, SIZE_MAX, 1, false, true },
		{ "larger than a block", 1 << 20, 300000, 300000, true, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena a;
		uint8_t *p;

		arena_init(&a, cases[i].budget);
		p = arena_alloc(&a, cases[i].first);
		CHECK(cases[i].what, (p != NULL) == cases[i].first_fits);
		if (p != NULL)
			memset(p, 0xff, cases[i].first);
		p = arena_alloc(&a, cases[i].second);
		CHECK(cases[i].what, (p != NULL) == cases[i].second_fits);
		if (p != NULL && cases[i].second > 0)
			CHECK(cases[i].what,
			    p[0] == 0 && p[cases[i].second - 1] == 0);
		arena_fini(&a);
	}
}

static void
test_array_overflow(void **state)
{
	struct arena a;

	(void)state;
	arena_init(&a, SIZE_MAX);
	assert_null(arena_array(&a, SIZE_MAX / 2, 3));
	assert_non_null(arena_array(&a, 3, 7));
	arena_fini(&a);
}

/* Many sizes, each aligned, none overlapping another. */
static void
test_apart(void **state)
{
	struct arena a;
	uint8_t *p[200];

	(void)state;
	arena_init(&a, 1 << 24);
	for (size_t i = 0; i < COUNT(p); i++) {
		p[i] = arena_alloc(&a, i * 7);
		assert_non_null(p[i]);
		assert_int_equal((uintptr_t)p[i] % _Alignof(max_align_t), 0);
		memset(p[i], (int)i, i * 7);
	}
	for (size_t i = 0; i < COUNT(p); i++)
		for (size_t j = 0; j < i * 7; j++)
			assert_int_equal(p[i][j], (uint8_t)i);
	arena_fini(&a);
}

static void
test_reset(void **state)
{
	struct arena a;
	uint8_t *p;

	(void)state;
	arena_init(&a, 100000);
	for (int round = 0; round < 3; round++) {
		for (int i = 0; i < 5; i++) {
			p = arena_alloc(&a, 20000);
			assert_non_null(p);
			assert_int_equal(p[0] | p[19999], 0);
			memset(p, 0xff, 20000);
		}
		assert_null(arena_alloc(&a, 1));
		arena_reset(&a);
		assert_int_equal(a.used, 0);
	}
	arena_fini(&a);
}

static void
test_copies(void **state)
{
	struct arena a;
	struct span s;
	char *text;

	(void)state;
	arena_init(&a, 1000);
	s = arena_dup(&a, SPAN("abc"));
	assert_true(span_eq(s, SPAN("abc")));
	s = arena_dup(&a, span_of(NULL, 0));
	assert_non_null(s.p);
	assert_int_equal(s.n, 0);
	text = arena_str(&a, SPAN("abc"));
	assert_string_equal(text, "abc");
	arena_fini(&a);

	arena_init(&a, 2);
	assert_null(arena_dup(&a, SPAN("abc")).p);
	assert_null(arena_str(&a, SPAN("ab"))); /* the NUL does not fit */
	assert_null(arena_str(&a, span_of("", SIZE_MAX)));
	arena_fini(&a);
}

static void
test_no_memory(void **state)
{
	struct arena a;
	void *v = NULL, *p;
	size_t cap = 0;

	(void)state;
	arena_init(&a, SIZE_MAX);
	starve_after(0);
	assert_null(arena_alloc(&a, 1));
	assert_null(arena_dup(&a, SPAN("abc")).p);
	assert_null(arena_str(&a, SPAN("abc")));
	assert_null(base_alloc(1));
	assert_null(base_strdup("abc"));
	assert_false(base_vec_grow(&v, &cap, 0, 8));
	assert_null(v);
	assert_int_equal(cap, 0);
	starve_never();
	p = arena_alloc(&a, 1);
	assert_non_null(p);
	arena_fini(&a);
}

static void
test_vector(void **state)
{
	VEC(size_t) v = { 0 };
	void *p = NULL;
	size_t cap = SIZE_MAX / 4;

	(void)state;
	for (size_t i = 0; i < 1000; i++)
		assert_true(vec_push(&v, i * i));
	assert_int_equal(v.n, 1000);
	for (size_t i = 0; i < v.n; i++)
		assert_int_equal(v.v[i], i * i);
	vec_fini(&v);
	assert_null(v.v);
	assert_int_equal(v.n + v.cap, 0);
	assert_false(base_vec_grow(&p, &cap, cap, 8));
	cap = SIZE_MAX / 2 + 1;
	assert_false(base_vec_grow(&p, &cap, cap, 1));
}

static void
test_heap(void **state)
{
	char *text = base_strdup("a name");
	uint8_t *p = base_alloc(0);

	(void)state;
	assert_string_equal(text, "a name");
	base_free(text);
	assert_non_null(p);
	base_free(p);
	p = base_alloc(100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	p = base_realloc(p, 0);
	assert_non_null(p);
	base_free(p);
	base_free(NULL);
}

/* What a rewind takes back is there again, as zeros. */
static void
test_rewind(void **state)
{
	struct arena_mark empty, mark;
	struct arena a;
	uint8_t *kept, *p;

	(void)state;
	arena_init(&a, 1 << 20);
	empty = arena_mark(&a);
	kept = arena_alloc(&a, 100);
	assert_non_null(kept);
	memset(kept, 0x5a, 100);
	mark = arena_mark(&a);
	for (int round = 0; round < 3; round++) {
		for (size_t n = 1; n <= 200000; n *= 7) {
			p = arena_alloc(&a, n);
			assert_non_null(p);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xa5, n);
		}
		arena_rewind(&a, mark);
		assert_int_equal(a.used, mark.used);
		for (size_t i = 0; i < 100; i++)
			assert_int_equal(kept[i], 0x5a);
	}
	arena_rewind(&a, empty);
	assert_int_equal(a.used, 0);
	assert_non_null(arena_alloc(&a, 1 << 20));
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_budget),
		cmocka_unit_test(test_array_overflow),
		cmocka_unit_test(test_apart),
		cmocka_unit_test(test_reset),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_vector),
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_rewind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
