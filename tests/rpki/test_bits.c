/*
 * hostile.md DE3 and DE4: a good object with one bit changed, or cut short
 * anywhere, is not good. No bit of a signed file is free: DER leaves no choice
 * of encoding, and what no signature covers is held against what it does.
 */
#include <string.h>

#include "tests/rpki/kit.h"

#define MANIFEST KIT_FILES /* not among the files of the plan */

static const struct {
	const char *what;
	size_t file;
	enum object_type type;
} cases[] = {
	{ "ROA", KIT_BENT, OBJECT_ROA },
	{ "manifest", MANIFEST, OBJECT_MANIFEST },
	{ "certificate", KIT_CHILD, OBJECT_CERT },
	{ "router certificate", KIT_ROUTER, OBJECT_CERT },
	{ "CRL", KIT_THE_CRL, OBJECT_CRL },
	{ "ASPA", KIT_ASPA, OBJECT_ASPA },
	{ "TAK", KIT_TAK, OBJECT_TAK },
};

static enum reason
judge(struct kit *k, struct span bytes, enum object_type type)
{
	struct rpki_issued in = { &k->issuer.cert, KIT_AT, &k->verifier };
	struct arena arena;
	struct decode dec;
	enum reason r;

	arena_init(&arena, (size_t)1 << 24);
	decode_init(&dec, &arena, &k->limits, bytes);
	r = rpki_issued(bytes, type, &in, &dec);
	arena_fini(&arena);
	return r;
}

/* As it was written. */
static struct span
original(struct kit *k, size_t i)
{
	const struct kit_file *f =
	    cases[i].file == MANIFEST ? &k->mft : &k->files[cases[i].file];

	return buf_view(&f->bytes);
}

static void
test_bits(void **state)
{
	struct kit *k = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span good = original(k, i);
		uint8_t *copy = base_alloc(good.n);

		assert_non_null(copy);
		memcpy(copy, good.p, good.n);
		CHECK_REASON(cases[i].what,
		    judge(k, span_of(copy, good.n), cases[i].type), REASON_OK);
		for (size_t bit = 0; bit < good.n * 8; bit++) {
			uint8_t mask = (uint8_t)(1U << bit % 8);

			copy[bit / 8] ^= mask;
			if (judge(k, span_of(copy, good.n), cases[i].type) ==
			    REASON_OK)
				fail_msg("%s: taken with bit %zu of byte %zu "
					 "changed",
				    cases[i].what, bit % 8, bit / 8);
			copy[bit / 8] ^= mask;
		}
		base_free(copy);
	}
}

static void
test_truncations(void **state)
{
	struct kit *k = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span good = original(k, i);

		for (size_t n = 0; n < good.n; n++) {
			uint8_t *copy = base_alloc(n + 1);

			assert_non_null(copy);
			memcpy(copy + 1, good.p, n);
			if (judge(k, span_of(copy + 1, n), cases[i].type) ==
			    REASON_OK)
				fail_msg("%s: taken when cut after %zu bytes",
				    cases[i].what, n);
			base_free(copy);
		}
	}
}

static int
setup(void **state)
{
	struct kit *k = kit_new();

	kit_write(k);
	*state = k;
	return 0;
}

static int
teardown(void **state)
{
	kit_free(*state);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests_name("bits", tests, setup, teardown);
}
