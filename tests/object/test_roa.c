/* RFC 9582 route origin authorizations. */
#include <string.h>

#include "tests/object/fixture.h"

/* A ROA of AS64496 with these families. */
#define ROA(families) "30{ 02{00fbf0} 30{ " families " } }"
#define V4(addresses) "30{ 04{0001} 30{ " addresses " } } "
#define V6(addresses) "30{ 04{0002} 30{ " addresses " } } "
#define NET24         "30{ 03{00c00002} } "
#define NET32         "30{ 03{0020010db8} } "

static const struct {
	const char *what, *der;
	enum reason want;
} contents[] = {
	{ "one IPv4 prefix", ROA(V4(NET24)), REASON_OK },
	{ "one IPv6 prefix", ROA(V6(NET32)), REASON_OK },
	{ "both families", ROA(V4(NET24) V6(NET32)), REASON_OK },
	{ "AS0", "30{ 02{00} 30{ " V4(NET24) " } }", REASON_OK },
	{ "the last AS", "30{ 02{00ffffffff} 30{ " V4(NET24) " } }",
	    REASON_OK },
	{ "AS 2^32", "30{ 02{0100000000} 30{ " V4(NET24) " } }", R_DER_RANGE },
	{ "AS -1", "30{ 02{ff} 30{ " V4(NET24) " } }", R_DER_RANGE },
	{ "maxLength 24 of 24", ROA(V4("30{ 03{00c00002} 02{18} }")),
	    REASON_OK },
	{ "maxLength 32 of 24", ROA(V4("30{ 03{00c00002} 02{20} }")),
	    REASON_OK },
	{ "maxLength 33", ROA(V4("30{ 03{00c00002} 02{21} }")), R_ROA_MAXLEN },
	{ "maxLength 23 of 24", ROA(V4("30{ 03{00c00002} 02{17} }")),
	    R_ROA_MAXLEN },
	{ "maxLength 0 of 24", ROA(V4("30{ 03{00c00002} 02{00} }")),
	    R_ROA_MAXLEN },
	{ "maxLength 255", ROA(V4("30{ 03{00c00002} 02{00ff} }")),
	    R_ROA_MAXLEN },
	{ "maxLength -1", ROA(V4("30{ 03{00c00002} 02{ff} }")), R_DER_RANGE },
	{ "maxLength 2^64",
	    ROA(V4("30{ 03{00c00002} 02{010000000000000000} }")), R_DER_RANGE },
	{ "maxLength 128 of 32", ROA(V6("30{ 03{0020010db8} 02{0080} }")),
	    REASON_OK },
	{ "maxLength 129", ROA(V6("30{ 03{0020010db8} 02{0081} }")),
	    R_ROA_MAXLEN },
	{ "0.0.0.0/0", ROA(V4("30{ 03{00} }")), REASON_OK },
	{ "/32", ROA(V4("30{ 03{00c0000201} }")), REASON_OK },
	{ "/33", ROA(V4("30{ 03{07c000020100} }")), R_ROA_PREFIX },
	{ "/40", ROA(V4("30{ 03{00c000020100} }")), R_ROA_PREFIX },
	{ "an IPv6 prefix as IPv4", ROA(V4("30{ 03{0020010db80000} }")),
	    R_ROA_PREFIX },
	{ "/129", ROA(V6("30{ 03{0720010db8000000000000000000000000 00} }")),
	    R_ROA_PREFIX },
	{ "unused bits set", ROA(V4("30{ 03{04c0000f} }")), R_DER_BITS },
	{ "8 unused bits", ROA(V4("30{ 03{08c00000} }")), R_DER_BITS },
	{ "family 3", ROA("30{ 04{0003} 30{ " NET24 " } }"), R_ROA_FAMILY },
	{ "a SAFI", ROA("30{ 04{000101} 30{ " NET24 " } }"), R_ROA_FAMILY },
	{ "family twice", ROA(V4(NET24) V4(NET24)), R_ROA_FAMILY_TWICE },
	{ "IPv6 twice", ROA(V6(NET32) V6(NET32)), R_ROA_FAMILY_TWICE },
	{ "IPv6 first", ROA(V6(NET32) V4(NET24)), REASON_OK },
	{ "IPv6 first and last", ROA(V6(NET32) V4(NET24) V6(NET32)),
	    R_ROA_FAMILY_TWICE },
	{ "three families", ROA(V4(NET24) V6(NET32) V6(NET32)),
	    R_ROA_FAMILY_TWICE },
	{ "no family", ROA(""), R_ROA_EMPTY },
	{ "no prefix", ROA(V4("")), R_ROA_EMPTY },
	{ "no prefix in the second", ROA(V4(NET24) V6("")), R_ROA_EMPTY },
	{ "version 0, encoded",
	    "30{ a0{ 02{00} } 02{00fbf0} 30{ " V4(NET24) " } }",
	    R_DER_DEFAULT },
	{ "version 1", "30{ a0{ 02{01} } 02{00fbf0} 30{ " V4(NET24) " } }",
	    R_ROA_VERSION },
	{ "trailing in the address", ROA(V4("30{ 03{00c00002} 02{18} 05{} }")),
	    R_DER_TRAILING },
	{ "trailing in the family", ROA("30{ 04{0001} 30{ " NET24 " } 05{} }"),
	    R_DER_TRAILING },
	{ "trailing in the ROA", "30{ 02{00fbf0} 30{ " V4(NET24) " } 05{} }",
	    R_DER_TRAILING },
	{ "trailing bytes", ROA(V4(NET24)) " 0000", R_DER_TRAILING },
	{ "one NUL byte", "00", R_DER_TAG },
	{ "nothing", "", R_DER_TAG },
	{ "a set of families", "30{ 02{00fbf0} 31{ " V4(NET24) " } }",
	    R_DER_TAG },
	/* Lenient on purpose: doc/strictness.md. */
	{ "the same prefix twice", ROA(V4(NET24 NET24)), REASON_OK },
	{ "not in order", ROA(V4(NET24 "30{ 03{000a} }")), REASON_OK },
};

static void
test_parse(void **state)
{
	struct fixture *f = *state;
	struct buf b;
	struct roa roa;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(contents); i++) {
		struct decode *dec;
		enum reason r;

		buf_reset(&b);
		der_text(&b, contents[i].der);
		dec = fixture_decode(f, buf_view(&b));
		r = roa_parse(&roa, buf_view(&b), dec);
		CHECK_REASON(contents[i].what, r, contents[i].want);
		CHECK_REASON(
		    contents[i].what, dec->why.reason, contents[i].want);
		CHECK(contents[i].what, dec->why.offset <= b.n);
	}
	buf_fini(&b);
}

static void
test_values(void **state)
{
	struct fixture *f = *state;
	struct buf b;
	struct roa roa;

	buf_init(&b, BUF_CAP);
	der_text(&b,
	    ROA(V4("30{ 03{04c000f0} 02{18} }") V6("30{ 03{0020010db8} }")));
	assert_int_equal(
	    roa_parse(&roa, buf_view(&b), fixture_decode(f, buf_view(&b))),
	    REASON_OK);
	assert_int_equal(roa.asn.v, 64496);
	assert_int_equal(roa.n, 2);
	assert_int_equal(roa.vrps[0].prefix.len, 20);
	assert_int_equal(roa.vrps[0].max_len, 24);
	assert_int_equal(roa.vrps[0].prefix.addr.b[2], 0xf0);
	assert_int_equal(roa.vrps[1].prefix.family, FAMILY_V6);
	assert_int_equal(roa.vrps[1].max_len, 32);
	assert_int_equal(roa.vrps[1].asn.v, 64496);
	buf_fini(&b);
}

static void
test_write(void **state)
{
	struct fixture *f = *state;
	struct vrp vrps[5];
	struct roa roa = { { 64496 }, 5, vrps }, again;
	struct buf b;

	memset(vrps, 0, sizeof(vrps));
	assert_true(prefix_parse(&vrps[0].prefix, "192.0.2.0/24"));
	assert_true(prefix_parse(&vrps[1].prefix, "10.128.0.0/9"));
	assert_true(prefix_parse(&vrps[2].prefix, "0.0.0.0/0"));
	assert_true(prefix_parse(&vrps[3].prefix, "2001:db8::/45"));
	assert_true(prefix_parse(&vrps[4].prefix, "2001:db8::1/128"));
	for (size_t i = 0; i < 5; i++) {
		vrps[i].asn = roa.asn;
		vrps[i].max_len = vrps[i].prefix.len;
	}
	vrps[1].max_len = 32;
	buf_init(&b, BUF_CAP);
	roa_write(&b, &roa);
	assert_int_equal(
	    roa_parse(&again, buf_view(&b), fixture_decode(f, buf_view(&b))),
	    REASON_OK);
	assert_int_equal(again.n, 5);
	assert_int_equal(again.asn.v, 64496);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(vrp_cmp(&again.vrps[i], &vrps[i]), 0);
	buf_fini(&b);
}

/* As many prefixes as the limit allows, and one more. */
static void
test_limit(void **state)
{
	struct fixture *f = *state;
	size_t n = 200000;
	struct vrp *vrps = base_alloc((n + 1) * sizeof(*vrps));
	struct roa roa = { { 1 }, n, vrps }, again;
	struct buf b;

	assert_non_null(vrps);
	assert_int_equal(f->limits.resource_items, n);
	for (size_t i = 0; i <= n; i++) {
		uint8_t a[4] = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
			(uint8_t)i };

		vrps[i].prefix.family = FAMILY_V4;
		vrps[i].prefix.len = vrps[i].max_len = 32;
		memcpy(vrps[i].prefix.addr.b, a, 4);
	}
	buf_init(&b, BUF_CAP);
	roa_write(&b, &roa);
	assert_int_equal(
	    roa_parse(&again, buf_view(&b), fixture_decode(f, buf_view(&b))),
	    REASON_OK);
	assert_int_equal(again.n, n);
	buf_reset(&b);
	roa.n++;
	roa_write(&b, &roa);
	assert_int_equal(
	    roa_parse(&again, buf_view(&b), fixture_decode(f, buf_view(&b))),
	    R_LIMIT_ITEMS);
	buf_fini(&b);
	base_free(vrps);
}

static void
test_no_memory(void **state)
{
	struct fixture *f = *state;
	struct decode *dec;
	struct roa roa;
	struct buf b;

	buf_init(&b, BUF_CAP);
	der_text(&b, ROA(V4(NET24)));
	dec = fixture_decode(f, buf_view(&b));
	f->arena.budget = sizeof(struct vrp) - 1;
	assert_int_equal(roa_parse(&roa, buf_view(&b), dec), R_LIMIT_MEMORY);
	f->arena.budget = BUF_CAP;
	buf_fini(&b);
}

static const struct {
	const char *what, *prefix;
	enum reason want;
} rights[] = {
	{ "a part of it", "10.1.0.0/16", REASON_OK },
	{ "all of it", "10.0.0.0/8", REASON_OK },
	{ "in a range", "192.0.3.0/24", REASON_OK },
	{ "one address short", "192.0.2.0/24", R_ROA_RESOURCES },
	{ "more than it", "8.0.0.0/6", R_ROA_RESOURCES },
	{ "everything", "0.0.0.0/0", R_ROA_RESOURCES },
	{ "elsewhere", "198.51.100.0/24", R_ROA_RESOURCES },
	{ "IPv6", "2001:db8:1::/48", REASON_OK },
	{ "other IPv6", "2001:db9::/48", R_ROA_RESOURCES },
};

static void
test_check(void **state)
{
	struct fixture *f = *state;
	struct cert ee = { .kind = CERT_EE };
	struct vrp vrp = { .asn = { 1 } };
	struct roa roa = { { 1 }, 1, &vrp };

	ee.resources = fixture_resources(f);
	ee.resources.as = (struct asn_set){ 0 };
	for (size_t i = 0; i < COUNT(rights); i++) {
		struct decode *dec = fixture_decode(f, SPAN(""));

		assert_true(prefix_parse(&vrp.prefix, rights[i].prefix));
		CHECK_REASON(
		    rights[i].what, roa_check(&roa, &ee, dec), rights[i].want);
		if (rights[i].want != REASON_OK)
			assert_string_equal(dec->why.detail, rights[i].prefix);
	}
	assert_true(prefix_parse(&vrp.prefix, "10.0.0.0/8"));
	ee.resources.as.holding = HOLDS_SOME;
	assert_int_equal(roa_check(&roa, &ee, fixture_decode(f, SPAN(""))),
	    R_ROA_AS_RESOURCES);
	ee.resources.as.holding = HOLDS_NONE;
	ee.resources.ip[1] = (struct addr_set){ HOLDS_INHERIT, 0, NULL };
	assert_int_equal(
	    roa_check(&roa, &ee, fixture_decode(f, SPAN(""))), R_ROA_INHERIT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
