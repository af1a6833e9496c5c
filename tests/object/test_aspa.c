/* ASPA: the content, the certificate it needs, and objects from the wild. */
#include "tests/check.h"

#include "tests/object/kit.h"

static void
test_parse(void **state)
{
	static const struct {
		const char *what, *hex;
		enum reason want;
		size_t offset;
	} cases[] = {
		{ "one provider", "300d a003020101 020105 3003020107",
		    REASON_OK, 0 },
		{ "AS 0 alone", "300d a003020101 020105 3003020100", REASON_OK,
		    0 },
		{ "the largest numbers",
		    "3015 a003020101 020500ffffffff 3007020500fffffffe",
		    REASON_OK, 0 },
		{ "not a sequence", "310d a003020101 020105 3003020107",
		    R_DER_TAG, 0 },
		{ "bytes after", "300d a003020101 020105 3003020107 00",
		    R_DER_TRAILING, 15 },
		{ "bytes within", "300f a003020101 020105 3003020107 0500",
		    R_DER_TRAILING, 15 },
		{ "no version", "3008 020105 3003020107", R_ASPA_VERSION, 2 },
		{ "version 0", "300d a003020100 020105 3003020107",
		    R_DER_DEFAULT, 2 },
		{ "version 2", "300d a003020102 020105 3003020107",
		    R_ASPA_VERSION, 2 },
		{ "version not tagged", "300b 020101 020105 3003020107",
		    R_ASPA_VERSION, 2 },
		{ "customer 0", "300d a003020101 020100 3003020107",
		    R_ASPA_CUSTOMER, 7 },
		{ "customer 2^32", "3011 a003020101 02050100000000 3003020107",
		    R_DER_RANGE, 7 },
		{ "customer -1", "300d a003020101 0201ff 3003020107",
		    R_DER_RANGE, 7 },
		{ "no provider", "300a a003020101 020105 3000",
		    R_ASPA_NO_PROVIDERS, 12 },
		{ "not sorted", "3010 a003020101 020105 3006020107020106",
		    R_ASPA_ORDER, 15 },
		{ "twice", "3010 a003020101 020105 3006020107020107",
		    R_ASPA_ORDER, 15 },
		{ "its own provider", "3010 a003020101 020105 3006020104020105",
		    R_ASPA_SELF, 15 },
		{ "AS 0 and another", "3010 a003020101 020105 3006020100020107",
		    R_ASPA_AS0, 12 },
		{ "provider 2^32", "3011 a003020101 020105 300702050100000000",
		    R_DER_RANGE, 12 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct aspa aspa;
		struct span der;
		struct kit k;

		kit_init(&k);
		der = kit_hex(&k, cases[i].hex);
		CHECK_REASON(cases[i].what,
		    aspa_parse(&aspa, der, kit_decode(&k, der)), cases[i].want);
		CHECK(cases[i].what, k.dec.why.reason == cases[i].want);
		if (k.dec.why.offset != cases[i].offset)
			fail_msg("%s: at %zu, not %zu", cases[i].what,
			    k.dec.why.offset, cases[i].offset);
		kit_fini(&k);
	}
}

static void
test_limit(void **state)
{
	struct asn providers[4] = { { 1 }, { 2 }, { 3 }, { 4294967295 } };
	struct aspa in = { { 4294967294 }, 4, providers }, out;
	struct span der;
	struct buf b;
	struct kit k;

	(void)state;
	kit_init(&k);
	buf_init(&b, 1000);
	aspa_write(&b, &in);
	der = kit_take(&k, &b);
	k.limits.aspa_providers = 3;
	assert_int_equal(
	    aspa_parse(&out, der, kit_decode(&k, der)), R_LIMIT_ITEMS);
	k.limits.aspa_providers = 4;
	assert_int_equal(aspa_parse(&out, der, kit_decode(&k, der)), REASON_OK);
	assert_int_equal(out.customer.v, in.customer.v);
	assert_int_equal(out.n, 4);
	assert_memory_equal(out.providers, providers, sizeof(providers));
	k.arena.budget = k.arena.used;
	assert_int_equal(
	    aspa_parse(&out, der, kit_decode(&k, der)), R_LIMIT_MEMORY);
	kit_fini(&k);
}

static void
test_check(void **state)
{
	static const struct {
		const char *what, *ee;
		enum reason want;
	} cases[] = {
		{ "the customer", "AS64496", REASON_OK },
		{ "among others", "AS64490-AS64500", REASON_OK },
		{ "another", "AS64497", R_ASPA_RESOURCES },
		{ "none", "", R_ASPA_RESOURCES },
		{ "inherited", "inherit-as", R_ASPA_INHERIT },
		{ "IPv4 too", "AS64496 10.0.0.0/8", R_ASPA_IP_RESOURCES },
		{ "IPv6 inherited too", "AS64496 inherit6",
		    R_ASPA_IP_RESOURCES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct aspa aspa = { .customer = { 64496 } };
		struct cert ee;
		struct kit k;

		kit_init(&k);
		ee = kit_ee(&k, cases[i].ee);
		CHECK_REASON(cases[i].what, aspa_check(&aspa, &ee, &k.dec),
		    cases[i].want);
		kit_fini(&k);
	}
}

static void
test_wild(void **state)
{
	static const uint32_t providers[] = { 2914, 8283, 51088, 206238 };
	struct aspa aspa;
	struct span der;
	struct buf b;
	struct kit k;

	(void)state;
	kit_init(&k);
	der = kit_file(&k, "tests/wild/rpki-rs/aspa-content.der");
	assert_int_equal(
	    aspa_parse(&aspa, der, kit_decode(&k, der)), REASON_OK);
	assert_int_equal(aspa.customer.v, 15562);
	assert_int_equal(aspa.n, COUNT(providers));
	for (size_t i = 0; i < aspa.n; i++)
		assert_int_equal(aspa.providers[i].v, providers[i]);
	buf_init(&b, 1000);
	aspa_write(&b, &aspa);
	assert_true(span_eq(kit_take(&k, &b), der));
	/* Of draft 13: no version, and providers with address families. */
	der = kit_file(&k, "tests/wild/rpki-rs/aspa-content-draft-13.der");
	assert_int_equal(
	    aspa_parse(&aspa, der, kit_decode(&k, der)), R_ASPA_VERSION);
	kit_fini(&k);
}

/* No byte of it can change without another meaning or a refusal: what is
 * taken is written back the same. */
static void
test_flips(void **state)
{
	struct span der;
	struct kit k;
	uint8_t *p;

	(void)state;
	kit_init(&k);
	der = kit_file(&k, "tests/wild/rpki-rs/aspa-content.der");
	p = arena_alloc(&k.arena, der.n);
	assert_non_null(p);
	for (size_t bit = 0; bit < der.n * 8; bit++) {
		struct aspa aspa;
		struct buf b;

		memcpy(p, der.p, der.n);
		p[bit / 8] ^= (uint8_t)(1U << bit % 8);
		if (aspa_parse(&aspa, span_of(p, der.n),
			kit_decode(&k, span_of(p, der.n))) != REASON_OK)
			continue;
		buf_init(&b, 1000);
		aspa_write(&b, &aspa);
		assert_true(span_eq(buf_view(&b), span_of(p, der.n)));
		buf_fini(&b);
	}
	kit_fini(&k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_wild),
		cmocka_unit_test(test_flips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
