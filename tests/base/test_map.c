#include "tests/check.h"

#include <string.h>

#include "tests/starve.h"

/* The first vectors of the reference implementation: key 00..0f, input the
 * first n bytes of 00 01 02 .... */
static void
test_siphash(void **state)
{
	static const uint64_t seed[2] = { 0x0706050403020100,
		0x0f0e0d0c0b0a0908 };
	static const struct {
		const char *what;
		size_t n;
		uint64_t want;
	} cases[] = {
		{ "empty", 0, 0x726fdb47dd0e0e31 },
		{ "1 byte", 1, 0x74f839c593dc67fd },
		{ "7 bytes", 7, 0xab0200f58b01d137 },
		{ "8 bytes", 8, 0x93f5f5799a932462 },
		{ "15 bytes", 15, 0xa129ca6149be45e5 },
	};
	uint8_t in[16];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	for (size_t i = 0; i < COUNT(cases); i++)
		CHECK(cases[i].what,
		    map_hash(seed, span_of(in, cases[i].n)) == cases[i].want);
}

static void
test_seeds_differ(void **state)
{
	struct map a, b;

	(void)state;
	map_init(&a);
	map_init(&b);
	assert_true(memcmp(a.seed, b.seed, sizeof(a.seed)) != 0);
	map_fini(&a);
	map_fini(&b);
}

#define KEYS 3000

static uint32_t
next_random(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

/* Random puts, replacements and removals against an array of what should be
 * there and a counter of when it was put. */
static void
test_against_array(void **state)
{
	static char keys[KEYS][8];
	static size_t put_at[KEYS], values[2];
	static void *want[KEYS];
	struct map m;
	uint32_t x = 7;
	size_t n = 0;

	(void)state;
	map_init(&m);
	for (size_t i = 0; i < KEYS; i++)
		(void)snprintf(keys[i], sizeof(keys[i]), "%zu", i);
	for (size_t step = 0; step < 20 * KEYS; step++) {
		size_t k = next_random(&x) % KEYS;
		struct span key = span_str(keys[k]);
		void *value = &values[next_random(&x) % 2];

		if (next_random(&x) % 5 < 2) {
			map_remove(&m, key);
			n -= want[k] != NULL;
			want[k] = NULL;
			continue;
		}
		assert_true(map_put(&m, key, value));
		if (want[k] == NULL) {
			put_at[k] = step;
			n++;
		}
		want[k] = value;
	}
	assert_int_equal(m.n, n);
	for (size_t k = 0; k < KEYS; k++)
		assert_ptr_equal(map_get(&m, span_str(keys[k])), want[k]);

	struct span key;
	void *value;
	size_t seen = 0, last = 0;

	for (size_t i = 0; map_next(&m, &i, &key, &value); seen++) {
		char text[8];
		uint64_t k;

		(void)snprintf(text, sizeof(text), "%.*s", SPAN_FMT(key));
		assert_true(decimal_parse(&k, key, KEYS - 1));
		assert_ptr_equal(value, want[k]);
		assert_true(seen == 0 || put_at[k] > last);
		last = put_at[k];
	}
	assert_int_equal(seen, n);
	map_fini(&m);
	assert_null(map_get(&m, SPAN("1")));
}

/* Room is for what is there, not for what ever was. */
static void
test_churn_stays_small(void **state)
{
	static uint32_t keys[100000];
	struct map m;

	(void)state;
	map_init(&m);
	for (uint32_t i = 0; i < COUNT(keys); i++) {
		keys[i] = i;
		assert_true(map_put(&m, SPAN_OF(keys[i]), &keys[i]));
		if (i >= 10)
			map_remove(&m, SPAN_OF(keys[i - 10]));
	}
	assert_int_equal(m.n, 10);
	assert_true(m.slot_count <= 64);
	map_fini(&m);
}

static void
test_edges(void **state)
{
	struct map m;
	int value;

	(void)state;
	map_init(&m);
	assert_null(map_get(&m, SPAN("nothing yet")));
	map_remove(&m, SPAN("nothing yet"));
	assert_true(map_put(&m, span_of(NULL, 0), &value));
	assert_ptr_equal(map_get(&m, SPAN("")), &value);
	assert_true(map_put(&m, SPAN("a\0b"), &value));
	assert_null(map_get(&m, SPAN("a\0c")));
	assert_null(map_get(&m, SPAN("a")));
	assert_int_equal(m.n, 2);
	/* A removed entry has no key, which is not the empty key. */
	map_remove(&m, SPAN(""));
	map_remove(&m, SPAN(""));
	assert_null(map_get(&m, SPAN("")));
	assert_true(map_put(&m, SPAN(""), &value));
	assert_int_equal(m.n, 2);
	map_fini(&m);
}

/* Whichever allocation fails, the map keeps what it has. */
static void
test_no_memory(void **state)
{
	static uint32_t keys[100];

	(void)state;
	for (size_t fail = 0; fail < 8; fail++) {
		struct map m;
		size_t n = 0;

		map_init(&m);
		starve_after(fail);
		for (; n < COUNT(keys); n++) {
			keys[n] = (uint32_t)n;
			if (!map_put(&m, SPAN_OF(keys[n]), &keys[n]))
				break;
		}
		starve_never();
		assert_int_equal(m.n, n);
		for (size_t i = 0; i < n; i++)
			assert_ptr_equal(
			    map_get(&m, SPAN_OF(keys[i])), &keys[i]);
		if (n < COUNT(keys))
			assert_true(map_put(&m, SPAN_OF(keys[n]), &keys[n]));
		map_fini(&m);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_siphash),
		cmocka_unit_test(test_seeds_differ),
		cmocka_unit_test(test_against_array),
		cmocka_unit_test(test_churn_stays_small),
		cmocka_unit_test(test_edges),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
