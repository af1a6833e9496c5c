/* Signed prefix lists. */
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
		{ "nothing", "3005 020105 3000", REASON_OK, 0 },
		{ "10.0.0.0/8", "3011 020105 300c 300a 04020001 3004 0302000a",
		    REASON_OK, 0 },
		{ "AS 2^32", "3009 02050100000000 3000", R_DER_RANGE, 2 },
		{ "version 1", "300a a003020101 020105 3000",
		    R_PREFIX_LIST_VERSION, 2 },
		{ "version 0 written", "300a a003020100 020105 3000",
		    R_DER_DEFAULT, 2 },
		{ "no prefixes of a family",
		    "300d 020105 3008 3006 04020001 3000", R_PREFIX_LIST_EMPTY,
		    15 },
		{ "family 3", "3011 020105 300c 300a 04020003 3004 0302000a",
		    R_PREFIX_LIST_FAMILY, 9 },
		{ "SAFI", "3012 020105 300d 300b 0403000101 3004 0302000a",
		    R_PREFIX_LIST_FAMILY, 9 },
		{ "family twice",
		    "301d 020105 3018 300a 04020001 3004 0302000a"
		    "300a 04020001 3004 0302000b",
		    R_PREFIX_LIST_FAMILY, 19 },
		{ "IPv6 first",
		    "301d 020105 3018 300a 04020002 3004 03020020"
		    "300a 04020001 3004 0302000b",
		    R_PREFIX_LIST_FAMILY, 19 },
		{ "33 bits",
		    "3015 020105 3010 300e 04020001 3008 0306070a00000000",
		    R_PREFIX_LIST_PREFIX, 15 },
		{ "host bits", "3011 020105 300c 300a 04020001 3004 0302040f",
		    R_DER_BITS, 15 },
		{ "not sorted",
		    "3015 020105 3010 300e 04020001 3008 0302000b 0302000a",
		    R_PREFIX_LIST_ORDER, 19 },
		{ "twice",
		    "3015 020105 3010 300e 04020001 3008 0302000a 0302000a",
		    R_PREFIX_LIST_ORDER, 19 },
		{ "longer first",
		    "3016 020105 3011 300f 04020001 3009 0303000a00 0302000a",
		    R_PREFIX_LIST_ORDER, 20 },
		{ "shorter first",
		    "3016 020105 3011 300f 04020001 3009 0302000a 0303000a00",
		    REASON_OK, 0 },
		{ "something after", "3007 020105 3000 0500", R_DER_TRAILING,
		    7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix_list list;
		struct span der;
		struct buf b;
		struct kit k;

		kit_init(&k);
		der = kit_hex(&k, cases[i].hex);
		CHECK_REASON(cases[i].what,
		    prefix_list_parse(&list, der, kit_decode(&k, der)),
		    cases[i].want);
		if (k.dec.why.offset != cases[i].offset)
			fail_msg("%s: at %zu, not %zu", cases[i].what,
			    k.dec.why.offset, cases[i].offset);
		if (cases[i].want == REASON_OK) {
			buf_init(&b, 1000);
			prefix_list_write(&b, &list);
			CHECK(cases[i].what, span_eq(kit_take(&k, &b), der));
		}
		kit_fini(&k);
	}
}

static void
test_limit(void **state)
{
	static const char *const texts[] = { "10.0.0.0/8", "10.0.0.0/9",
		"255.255.255.255/32", "::/0", "2001:db8::/32",
		"2001:db8::1/128" };
	struct prefix prefixes[COUNT(texts)];
	struct prefix_list in = { { 4294967295 }, COUNT(texts), prefixes };
	struct prefix_list out;
	struct span der;
	struct buf b;
	struct kit k;

	(void)state;
	kit_init(&k);
	for (size_t i = 0; i < COUNT(texts); i++)
		assert_true(prefix_parse(&prefixes[i], texts[i]));
	buf_init(&b, 1000);
	prefix_list_write(&b, &in);
	der = kit_take(&k, &b);
	k.limits.resource_items = COUNT(texts);
	assert_int_equal(
	    prefix_list_parse(&out, der, kit_decode(&k, der)), REASON_OK);
	assert_int_equal(out.asn.v, in.asn.v);
	assert_int_equal(out.n, in.n);
	for (size_t i = 0; i < out.n; i++)
		assert_int_equal(prefix_cmp(&out.prefixes[i], &prefixes[i]), 0);
	k.limits.resource_items--;
	assert_int_equal(
	    prefix_list_parse(&out, der, kit_decode(&k, der)), R_LIMIT_ITEMS);
	k.limits.resource_items = 2;
	assert_int_equal(
	    prefix_list_parse(&out, der, kit_decode(&k, der)), R_LIMIT_ITEMS);
	k.limits.resource_items = COUNT(texts);
	k.arena.budget = k.arena.used;
	assert_int_equal(
	    prefix_list_parse(&out, der, kit_decode(&k, der)), R_LIMIT_MEMORY);
	kit_fini(&k);
}

static void
test_check(void **state)
{
	static const struct {
		const char *what, *ee;
		enum reason want;
	} cases[] = {
		{ "the AS", "AS64496", REASON_OK },
		{ "among others", "AS64490-AS64500", REASON_OK },
		{ "another", "AS64497", R_PREFIX_LIST_RESOURCES },
		{ "inherited", "inherit-as", R_PREFIX_LIST_INHERIT },
		{ "IPv4 too", "AS64496 10.0.0.0/8",
		    R_PREFIX_LIST_IP_RESOURCES },
		{ "IPv6 inherited too", "AS64496 inherit6",
		    R_PREFIX_LIST_IP_RESOURCES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix_list list = { .asn = { 64496 } };
		struct cert ee;
		struct kit k;

		kit_init(&k);
		ee = kit_ee(&k, cases[i].ee);
		CHECK_REASON(cases[i].what,
		    prefix_list_check(&list, &ee, &k.dec), cases[i].want);
		kit_fini(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
