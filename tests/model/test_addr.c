#include "tests/check.h"

#include <string.h>

#include "model/model.h"

static void
test_prefix_text(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = {
		{ "192.0.2.0/24", "192.0.2.0/24" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "255.255.255.255/32", "255.255.255.255/32" },
		{ "128.0.0.0/1", "128.0.0.0/1" },
		{ "2001:DB8::/32", "2001:db8::/32" },
		{ "::/0", "::/0" },
		{ "::/128", "::/128" },
		{ "::1/128", "::1/128" },
		{ "1::/16", "1::/16" },
		/* RFC 5952 4.2.2: one group of zeros is not shortened */
		{ "2001:db8:0:1:1:1:1:1/128", "2001:db8:0:1:1:1:1:1/128" },
		/* 4.2.3: the longest, of equals the first */
		{ "2001:0:0:1:0:0:0:1/128", "2001:0:0:1::1/128" },
		{ "2001:db8:0:0:1:0:0:1/128", "2001:db8::1:0:0:1/128" },
		{ "0:0:1:0:0:0:0:0/48", "0:0:1::/48" },
		{ "1:0:0:0:0:0:0:1/128", "1::1/128" },
		{ "1:2:3:4:5:6:0:0/96", "1:2:3:4:5:6::/96" },
		{ "0:0:3:4:5:6:7:8/128", "::3:4:5:6:7:8/128" },
		{ "fe80:0:0:1::/64", "fe80:0:0:1::/64" },
		/* hex groups, whichever block it is in */
		{ "::ffff:192.0.2.1/128", "::ffff:c000:201/128" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128" },
		{ "192.0.2.1/24", NULL },
		{ "192.0.2.128/24", NULL },
		{ "2001:db8::1/32", NULL },
		{ "192.0.2.0/33", NULL },
		{ "::/129", NULL },
		{ "192.0.2.0/-1", NULL },
		{ "192.0.2.0/024", NULL },
		{ "192.0.2.0/", NULL },
		{ "192.0.2.0", NULL },
		{ "192.0.2/24", NULL },
		{ "192.0.02.0/24", NULL },
		{ "192.0.2.256/32", NULL },
		{ " 192.0.2.0/24", NULL },
		{ "192.0.2.0 /24", NULL },
		{ "192.0.2.0/24 ", NULL },
		{ "192.0.2.0/24/24", NULL },
		{ "2001:db8::%eth0/32", NULL },
		{ "1:2:3:4:5:6:7:8:9/128", NULL },
		{ "1::2::3/128", NULL },
		{ "::/18446744073709551616", NULL },
		{ "0000000000000000000000000000000000000000000000000000/0",
		    NULL },
		{ "", NULL },
		{ "/", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix p;
		char text[PREFIX_TEXT];
		bool good = prefix_parse(&p, cases[i].in);

		CHECK(cases[i].in, good == (cases[i].out != NULL));
		if (!good)
			continue;
		prefix_write(text, &p);
		CHECK(cases[i].in, strcmp(text, cases[i].out) == 0);
	}
}

/* Text of any address reads back; zero groups at random places. */
static void
test_v6_identity(void **state)
{
	uint32_t x = 3;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct addr a, back;
		enum family family;
		char text[PREFIX_TEXT];

		for (size_t i = 0; i < sizeof(a.b); i += 2) {
			x = x * 1664525 + 1013904223;
			a.b[i] = (uint8_t)(x >> 30 == 0 ? x >> 20 : 0);
			a.b[i + 1] = (uint8_t)(x >> 29 < 3 ? x >> 12 : 0);
		}
		addr_write(text, FAMILY_V6, &a);
		assert_true(addr_parse(&back, &family, text));
		assert_int_equal(family, FAMILY_V6);
		assert_int_equal(addr_cmp(&a, &back), 0);
	}
}

static void
test_covers(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool want;
	} cases[] = {
		{ "10.0.0.0/8", "10.0.0.0/8", true },
		{ "10.0.0.0/8", "10.255.255.255/32", true },
		{ "10.0.0.0/8", "11.0.0.0/8", false },
		{ "10.0.0.0/9", "10.128.0.0/9", false },
		{ "10.0.0.0/9", "10.0.0.0/8", false },
		{ "0.0.0.0/0", "255.0.0.0/8", true },
		{ "0.0.0.0/0", "::/0", false },
		{ "::/0", "0.0.0.0/0", false },
		{ "::/0", "ffff::/16", true },
		{ "2001:db8::/33", "2001:db8:8000::/33", false },
		{ "2001:db8::/33", "2001:db8:7fff::/48", true },
		{ "::/127", "::1/128", true },
		{ "::/127", "::2/128", false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix outer, inner;

		assert_true(prefix_parse(&outer, cases[i].outer));
		assert_true(prefix_parse(&inner, cases[i].inner));
		CHECK(cases[i].inner,
		    prefix_covers(&outer, &inner) == cases[i].want);
	}
}

static void
test_cut(void **state)
{
	static const struct {
		const char *of;
		uint8_t len;
		const char *want;
	} cases[] = {
		{ "255.255.255.255/32", 32, "255.255.255.255/32" },
		{ "255.255.255.255/32", 31, "255.255.255.254/31" },
		{ "255.255.255.255/32", 9, "255.128.0.0/9" },
		{ "10.1.0.0/16", 8, "10.0.0.0/8" },
		{ "10.1.0.0/16", 0, "0.0.0.0/0" },
		{ "2001:db8:ffff::/48", 35, "2001:db8:e000::/35" },
		{ "2001:db8:ffff::/48", 0, "::/0" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix of, want;

		assert_true(prefix_parse(&of, cases[i].of));
		assert_true(prefix_parse(&want, cases[i].want));
		of = prefix_cut(&of, cases[i].len);
		CHECK(cases[i].want, prefix_cmp(&of, &want) == 0);
	}
}

static void
test_range(void **state)
{
	static const struct {
		const char *prefix, *lo, *hi;
	} cases[] = {
		{ "10.0.0.0/8", "10.0.0.0", "10.255.255.255" },
		{ "0.0.0.0/0", "0.0.0.0", "255.255.255.255" },
		{ "192.0.2.4/30", "192.0.2.4", "192.0.2.7" },
		{ "192.0.2.4/32", "192.0.2.4", "192.0.2.4" },
		{ "::/0", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
		{ "2001:db8::/61",
		    "2001:db8::", "2001:db8:0:7:ffff:ffff:ffff:ffff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct prefix p;
		struct addr lo, hi;
		char text[PREFIX_TEXT];

		assert_true(prefix_parse(&p, cases[i].prefix));
		prefix_range(&lo, &hi, &p);
		addr_write(text, p.family, &lo);
		CHECK(cases[i].prefix, strcmp(text, cases[i].lo) == 0);
		addr_write(text, p.family, &hi);
		CHECK(cases[i].prefix, strcmp(text, cases[i].hi) == 0);
		/* Beyond the family's bytes there is nothing. */
		if (p.family == FAMILY_V4)
			for (size_t j = 4; j < sizeof(hi.b); j++)
				CHECK(cases[i].prefix, hi.b[j] == 0);
	}
}

static void
test_order(void **state)
{
	static const char *const sorted[] = { "0.0.0.0/0", "10.0.0.0/8",
		"10.0.0.0/9", "10.128.0.0/9", "192.0.2.0/24", "::/0", "::/1",
		"1::/16", "ffff::/16" };

	(void)state;
	for (size_t i = 0; i < COUNT(sorted); i++)
		for (size_t j = 0; j < COUNT(sorted); j++) {
			struct prefix a, b;
			int c;

			assert_true(prefix_parse(&a, sorted[i]));
			assert_true(prefix_parse(&b, sorted[j]));
			c = prefix_cmp(&a, &b);
			CHECK(sorted[i], (c < 0) == (i < j));
			CHECK(sorted[i], (c > 0) == (i > j));
		}
}

static void
test_asn(void **state)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t want;
	} cases[] = {
		{ "AS64500", true, 64500 },
		{ "as0", true, 0 },
		{ "64500", true, 64500 },
		{ "AS4294967295", true, UINT32_MAX },
		{ "AS4294967296", false, 0 },
		{ "AS", false, 0 },
		{ "", false, 0 },
		{ "A", false, 0 },
		{ "A1", false, 0 },
		{ "ASAS1", false, 0 },
		{ "AS 1", false, 0 },
		{ "AS-1", false, 0 },
		{ "AS01", false, 0 },
		{ "1.10", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct asn out = { 77 };
		bool good = asn_parse(&out, cases[i].text);

		CHECK(cases[i].text, good == cases[i].good);
		CHECK(cases[i].text, out.v == (good ? cases[i].want : 77));
	}
}

static void
test_digest(void **state)
{
	struct digest a = { { 1 } }, b = { { 1 } };

	(void)state;
	assert_true(digest_eq(&a, &b));
	b.b[31] = 1;
	assert_false(digest_eq(&a, &b));
	assert_int_equal(family_bits(FAMILY_V4), 32);
	assert_int_equal(family_bits(FAMILY_V6), 128);
}

static void
test_or_addr(void **state)
{
	static const struct {
		const char *in, *out; /* NULL: refused */
	} cases[] = { { "192.0.2.1", "192.0.2.1/32" },
		{ "2001:db8::", "2001:db8::/128" },
		{ "192.0.2.0/24", "192.0.2.0/24" }, { "192.0.2.1/24", NULL },
		{ "192.0.2", NULL }, { "", NULL }, { "/", NULL } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char text[PREFIX_TEXT];
		struct prefix p;
		bool good = prefix_or_addr_parse(&p, cases[i].in);

		CHECK(cases[i].in, good == (cases[i].out != NULL));
		if (!good)
			continue;
		prefix_write(text, &p);
		CHECK(cases[i].in, strcmp(text, cases[i].out) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prefix_text),
		cmocka_unit_test(test_or_addr),
		cmocka_unit_test(test_v6_identity),
		cmocka_unit_test(test_covers),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_range),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_asn),
		cmocka_unit_test(test_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
