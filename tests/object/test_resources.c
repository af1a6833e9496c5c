/* RFC 3779 resources. */
#include <string.h>

#include "tests/object/fixture.h"

#define V4(list) "30{ 30{ 04{0001} 30{ " list " } } }"
#define V6(list) "30{ 30{ 04{0002} 30{ " list " } } }"
#define AS(list) "30{ a0{ 30{ " list " } } }"
#define NET10    "03{000a} "
#define NET11    "03{000b} "
#define NET12    "03{000c} "

static const struct {
	const char *what, *der;
	enum reason want;
} ip[] = {
	{ "a prefix", V4(NET10), REASON_OK },
	{ "everything", V4("03{00}"), REASON_OK },
	{ "two", V4(NET10 NET12), REASON_OK },
	{ "adjacent", V4(NET10 NET11), R_RESOURCES_ORDER },
	{ "not sorted", V4(NET12 NET10), R_RESOURCES_ORDER },
	{ "the same twice", V4(NET10 NET10), R_RESOURCES_ORDER },
	{ "overlap", V4(NET10 "03{000a01}"), R_RESOURCES_ORDER },
	{ "after the last address", V4("03{00ff} 03{00ff}"),
	    R_RESOURCES_ORDER },
	{ "a range", V4("30{ 03{00c0000201} 03{02c00000} }"), REASON_OK },
	{ "a range that is a prefix", V4("30{ 03{00c00002} 03{01c00002} }"),
	    R_RESOURCES_RANGE },
	{ "a range of one address", V4("30{ 03{00c0000201} 03{00c0000201} }"),
	    R_RESOURCES_RANGE },
	{ "upside down", V4("30{ 03{00c00003} 03{00c00002} }"),
	    R_RESOURCES_RANGE },
	{ "zeros at the end of min", V4("30{ 03{00c0000200} 03{00c00004} }"),
	    R_RESOURCES_RANGE },
	{ "ones at the end of max", V4("30{ 03{00c0000201} 03{00c000ff} }"),
	    R_RESOURCES_RANGE },
	{ "trailing in a range", V4("30{ 03{00c0000201} 03{02c00000} 05{} }"),
	    R_DER_TRAILING },
	{ "/33", V4("03{070a00000000}"), R_RESOURCES_LENGTH },
	{ "/129", V6("03{0720010db800000000000000000000000000}"),
	    R_RESOURCES_LENGTH },
	{ "an IPv6 prefix as IPv4", V4("03{0020010db80001}"),
	    R_RESOURCES_LENGTH },
	{ "bits beyond the length", V4("03{040f}"), R_DER_BITS },
	{ "inherit", "30{ 30{ 04{0001} 05{} } 30{ 04{0002} 05{} } }",
	    REASON_OK },
	{ "no list", "30{}", R_RESOURCES_EMPTY },
	{ "an empty list", V4(""), R_RESOURCES_EMPTY },
	{ "family 3", "30{ 30{ 04{0003} 05{} } }", R_RESOURCES_FAMILY },
	{ "a SAFI", "30{ 30{ 04{000101} 05{} } }", R_RESOURCES_FAMILY },
	{ "one octet of family", "30{ 30{ 04{01} 05{} } }",
	    R_RESOURCES_FAMILY },
	{ "family twice", "30{ 30{ 04{0001} 05{} } 30{ 04{0001} 05{} } }",
	    R_RESOURCES_FAMILY },
	{ "IPv6 first", "30{ 30{ 04{0002} 05{} } 30{ 04{0001} 05{} } }",
	    R_RESOURCES_FAMILY },
	{ "trailing in a family", "30{ 30{ 04{0001} 05{} 05{} } }",
	    R_DER_TRAILING },
	{ "no address at all", "30{ 30{ 04{0001} } }", R_DER_TAG },
};

static const struct {
	const char *what, *der;
	enum reason want;
} as[] = {
	{ "a number", AS("02{01}"), REASON_OK },
	{ "all numbers", AS("30{ 02{00} 02{00ffffffff} }"), REASON_OK },
	{ "two", AS("02{01} 02{03}"), REASON_OK },
	{ "adjacent", AS("02{01} 02{02}"), R_RESOURCES_ORDER },
	{ "not sorted", AS("02{03} 02{01}"), R_RESOURCES_ORDER },
	{ "twice", AS("02{03} 02{03}"), R_RESOURCES_ORDER },
	{ "overlap", AS("30{ 02{01} 02{05} } 02{05}"), R_RESOURCES_ORDER },
	{ "after the last", AS("30{ 02{01} 02{00ffffffff} } 02{00}"),
	    R_RESOURCES_ORDER },
	{ "upside down", AS("30{ 02{05} 02{01} }"), R_RESOURCES_RANGE },
	{ "a range of one", AS("30{ 02{05} 02{05} }"), R_RESOURCES_RANGE },
	{ "2^32", AS("02{0100000000}"), R_DER_RANGE },
	{ "-1", AS("02{ff}"), R_DER_RANGE },
	{ "inherit", "30{ a0{ 05{} } }", REASON_OK },
	{ "nothing", "30{}", R_RESOURCES_EMPTY },
	{ "an empty list", AS(""), R_RESOURCES_EMPTY },
	{ "rdi alone", "30{ a1{ 05{} } }", R_RESOURCES_RDI },
	{ "rdi too", "30{ a0{ 05{} } a1{ 05{} } }", R_RESOURCES_RDI },
	{ "trailing", "30{ a0{ 05{} 05{} } }", R_DER_TRAILING },
	{ "trailing outside", "30{ a0{ 05{} } a2{ 05{} } }", R_DER_TRAILING },
};

static void
test_ip(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(ip); i++) {
		struct resources r = { 0 };
		struct decode *dec;
		struct der d;

		buf_reset(&b);
		der_text(&b, ip[i].der);
		dec = fixture_decode(f, buf_view(&b));
		der_init(&d, buf_view(&b), &dec->why);
		CHECK_REASON(
		    ip[i].what, resources_ip_parse(&r, &d, dec), ip[i].want);
		CHECK_REASON(ip[i].what, dec->why.reason, ip[i].want);
		if (ip[i].want == REASON_OK)
			CHECK(ip[i].what,
			    r.ip[0].holding == HOLDS_INHERIT ||
				addr_set_is_canonical(&r.ip[0], FAMILY_V4));
	}
	buf_fini(&b);
}

static void
test_as(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(as); i++) {
		struct resources r = { 0 };
		struct decode *dec;
		struct der d;

		buf_reset(&b);
		der_text(&b, as[i].der);
		dec = fixture_decode(f, buf_view(&b));
		der_init(&d, buf_view(&b), &dec->why);
		CHECK_REASON(
		    as[i].what, resources_as_parse(&r, &d, dec), as[i].want);
		CHECK_REASON(as[i].what, dec->why.reason, as[i].want);
		if (as[i].want == REASON_OK)
			CHECK(as[i].what, r.as.holding == HOLDS_INHERIT ||
					      asn_set_is_canonical(&r.as));
	}
	buf_fini(&b);
}

static const char *const sets[] = {
	"10.0.0.0/8",
	"0.0.0.0/0",
	"10.0.0.1-10.0.0.1",
	"10.0.0.1-10.0.0.2",
	"10.0.0.0-10.0.2.255",
	"0.0.0.0-254.255.255.255",
	"0.0.0.1-255.255.255.255",
	"2001:db8::/32",
	"::/0",
	"2001:db8::1-2001:db8::ffff",
	"::1-ffff::",
	"AS0",
	"AS64496-AS64511",
	"AS0-AS4294967295",
	"AS128",
	"AS4294967295",
};

/* parse(write(x)) == x, for each and for all of them merged. */
static void
test_write(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(sets); i++) {
		struct resources r = { 0 }, again = { 0 };
		struct decode *dec = fixture_decode(f, SPAN(""));
		struct der d;

		assert_int_equal(
		    resources_add_text(&r, &f->arena, sets[i]), REASON_OK);
		addr_set_normalise(&r.ip[0], FAMILY_V4);
		addr_set_normalise(&r.ip[1], FAMILY_V6);
		asn_set_normalise(&r.as);
		buf_reset(&b);
		if (r.as.n > 0)
			resources_as_write(&b, &r);
		else
			resources_ip_write(&b, &r);
		der_init(&d, buf_view(&b), &dec->why);
		CHECK_REASON(sets[i],
		    r.as.n > 0 ? resources_as_parse(&again, &d, dec)
			       : resources_ip_parse(&again, &d, dec),
		    REASON_OK);
		CHECK(sets[i], resources_eq(&r, &again));
	}
	buf_fini(&b);
}

/* Hostile.md finding 2: 1.1 million items took others 14 seconds. */
static void
test_limit(void **state)
{
	struct fixture *f = *state;
	size_t n = 200000;
	struct addr_range *r = base_alloc((n + 1) * sizeof(*r));
	struct resources all = { 0 }, again = { 0 };
	struct decode *dec;
	struct der d;
	struct buf b;

	assert_non_null(r);
	for (size_t i = 0; i <= n; i++) {
		size_t v = i * 2;

		r[i].lo.b[1] = r[i].hi.b[1] = (uint8_t)(v >> 16);
		r[i].lo.b[2] = r[i].hi.b[2] = (uint8_t)(v >> 8);
		r[i].lo.b[3] = r[i].hi.b[3] = (uint8_t)v;
	}
	buf_init(&b, BUF_CAP);
	all.ip[0] = (struct addr_set){ HOLDS_SOME, n, r };
	resources_ip_write(&b, &all);
	dec = fixture_decode(f, buf_view(&b));
	der_init(&d, buf_view(&b), &dec->why);
	assert_int_equal(resources_ip_parse(&again, &d, dec), REASON_OK);
	assert_int_equal(again.ip[0].n, n);
	buf_reset(&b);
	all.ip[0].n++;
	resources_ip_write(&b, &all);
	dec = fixture_decode(f, buf_view(&b));
	der_init(&d, buf_view(&b), &dec->why);
	assert_int_equal(resources_ip_parse(&again, &d, dec), R_LIMIT_ITEMS);
	buf_fini(&b);
	base_free(r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ip),
		cmocka_unit_test(test_as),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_limit),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
