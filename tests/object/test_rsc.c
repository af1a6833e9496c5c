/* Signed checklists. */
#include "tests/check.h"

#include "tests/object/kit.h"

#define HASH_1 \
	"04200101010101010101010101010101010101010101010101010101010101010101"
/* digestAlgorithm, and a list of one file without a name */
#define SHA_256 "300b0609608648016503040201"
#define LIST    "3024 3022" HASH_1

static struct digest
digest(uint8_t fill)
{
	struct digest d;

	memset(d.b, fill, sizeof(d.b));
	return d;
}

static struct span
written(struct kit *k, const struct rsc *rsc)
{
	struct buf b;

	buf_init(&b, 1 << 24);
	rsc_write(&b, rsc);
	return kit_take(k, &b);
}

/* The SEQUENCE around what the cases give. */
static struct span
wrapped(struct kit *k, const char *hex)
{
	struct buf b;
	size_t mark;

	buf_init(&b, 10000);
	mark = der_open(&b, DER_SEQUENCE);
	buf_span(&b, kit_hex(k, hex));
	der_close(&b, mark);
	return kit_take(k, &b);
}

static void
test_parse(void **state)
{
	static const struct {
		const char *what, *hex;
		enum reason want;
	} cases[] = {
		{ "AS neither number nor range",
		    "300aa0083006a0043002 0500" SHA_256 LIST, R_DER_TAG },
		{ "one AS", "300b a009 3007 a005 3003 020105" SHA_256 LIST,
		    REASON_OK },
		{ "one prefix",
		    "3010 a10e 300c 300a 04020001 3004 0302000a" SHA_256 LIST,
		    REASON_OK },
		{ "digest with NULL",
		    "300b a009 3007 a005 3003 020105"
		    "300d06096086480165030402010500" LIST,
		    REASON_OK },
		{ "version 0 written",
		    "a003020100 300b a009 3007 a005 3003 020105" SHA_256 LIST,
		    R_DER_DEFAULT },
		{ "version 1",
		    "a003020101 300b a009 3007 a005 3003 020105" SHA_256 LIST,
		    R_RSC_VERSION },
		{ "no resources", "3000" SHA_256 LIST, R_RSC_NO_RESOURCES },
		{ "AS inherited", "3008 a006 3004 a002 0500" SHA_256 LIST,
		    R_RSC_INHERIT },
		{ "IPv4 inherited",
		    "300c a10a 3008 3006 04020001 0500" SHA_256 LIST,
		    R_RSC_INHERIT },
		{ "SHA-1",
		    "300b a009 3007 a005 3003 020105"
		    "300706052b0e03021a" LIST,
		    R_RSC_DIGEST },
		{ "no files", "300b a009 3007 a005 3003 020105" SHA_256 "3000",
		    R_RSC_NO_FILES },
		{ "hash of 20 octets",
		    "300b a009 3007 a005 3003 020105" SHA_256
		    "3018 3016 0414 0101010101010101010101010101010101010101",
		    R_RSC_HASH },
		{ "hash with something after",
		    "300b a009 3007 a005 3003 020105" SHA_256 "3026 3024" HASH_1
		    "0500",
		    R_DER_TRAILING },
		{ "empty name",
		    "300b a009 3007 a005 3003 020105" SHA_256
		    "3026 3024 1600" HASH_1,
		    R_RSC_NAME },
		{ "a hash twice, without names",
		    "300b a009 3007 a005 3003 020105" SHA_256 "3048 3022" HASH_1
		    "3022" HASH_1,
		    R_RSC_NAME_TWICE },
		{ "something after",
		    "300b a009 3007 a005 3003 020105" SHA_256 LIST "0500",
		    R_DER_TRAILING },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span der;
		struct rsc rsc;
		struct kit k;

		kit_init(&k);
		der = wrapped(&k, cases[i].hex);
		CHECK_REASON(cases[i].what,
		    rsc_parse(&rsc, der, kit_decode(&k, der)), cases[i].want);
		kit_fini(&k);
	}
}

static void
test_names(void **state)
{
	static const struct {
		const char *what, *first, *second;
		enum reason want;
	} cases[] = {
		{ "two", "a.txt", "b.txt", REASON_OK },
		{ "all kinds of characters", "az-AZ_09.", "..", REASON_OK },
		{ "differ in case", "a", "A", REASON_OK },
		{ "the same", "a.txt", "a.txt", R_RSC_NAME_TWICE },
		{ "slash", "a/b", "c", R_RSC_NAME },
		{ "blank", "a", "b c", R_RSC_NAME },
		{ "control", "a\n", "b", R_RSC_NAME },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rsc_file files[] = {
			{ span_str(cases[i].first), digest(1) },
			{ span_str(cases[i].second), digest(2) },
		};
		struct rsc in = { .n = 2, .files = files }, out;
		struct span der;
		struct kit k;

		kit_init(&k);
		in.resources = kit_resources(&k, "10.0.0.0/8 ::/0 AS1-AS9");
		der = written(&k, &in);
		CHECK_REASON(cases[i].what,
		    rsc_parse(&out, der, kit_decode(&k, der)), cases[i].want);
		if (cases[i].want == REASON_OK) {
			CHECK(cases[i].what,
			    resources_eq(&in.resources, &out.resources));
			CHECK(cases[i].what, span_eq(written(&k, &out), der));
		}
		kit_fini(&k);
	}
}

static void
test_limits(void **state)
{
	struct rsc_file files[] = { { SPAN(""), digest(1) },
		{ SPAN("four"), digest(1) }, { SPAN(""), digest(2) } };
	struct rsc in = { .n = 3, .files = files }, out;
	struct span der;
	struct kit k;

	(void)state;
	kit_init(&k);
	in.resources = kit_resources(&k, "AS1 AS3");
	der = written(&k, &in);
	k.limits.manifest_files = 3;
	k.limits.name_max = 4;
	k.limits.resource_items = 2;
	assert_int_equal(rsc_parse(&out, der, kit_decode(&k, der)), REASON_OK);
	k.limits.manifest_files = 2;
	assert_int_equal(
	    rsc_parse(&out, der, kit_decode(&k, der)), R_LIMIT_ITEMS);
	k.limits.manifest_files = 3;
	k.limits.name_max = 3;
	assert_int_equal(rsc_parse(&out, der, kit_decode(&k, der)), R_RSC_NAME);
	k.limits.name_max = 4;
	k.limits.resource_items = 1;
	assert_int_equal(
	    rsc_parse(&out, der, kit_decode(&k, der)), R_LIMIT_ITEMS);
	k.limits.resource_items = 2;
	k.arena.budget = k.arena.used + 64;
	assert_int_equal(
	    rsc_parse(&out, der, kit_decode(&k, der)), R_LIMIT_MEMORY);
	kit_fini(&k);
}

static void
test_check(void **state)
{
	static const struct {
		const char *what, *rsc, *ee;
		bool sia;
		enum reason want;
	} cases[] = {
		{ "the same", "10.0.0.0/8 AS5", "10.0.0.0/8 AS5", false,
		    REASON_OK },
		{ "some of them", "10.1.0.0/16", "10.0.0.0/8 AS5", false,
		    REASON_OK },
		{ "another AS", "AS6", "10.0.0.0/8 AS5", false,
		    R_RSC_RESOURCES },
		{ "no such family", "::/0", "10.0.0.0/8", false,
		    R_RSC_RESOURCES },
		{ "inherited", "AS5", "inherit4 AS5", false, R_RSC_INHERIT },
		{ "published", "AS5", "AS5", true, R_RSC_SIA },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rsc rsc = { 0 };
		struct cert ee;
		struct kit k;

		kit_init(&k);
		rsc.resources = kit_resources(&k, cases[i].rsc);
		ee = kit_ee(&k, cases[i].ee);
		ee.ext[CERT_EXT_SIA].present = cases[i].sia;
		CHECK_REASON(
		    cases[i].what, rsc_check(&rsc, &ee, &k.dec), cases[i].want);
		kit_fini(&k);
	}
}

static void
test_find(void **state)
{
	struct rsc_file files[] = { { SPAN("a.txt"), digest(1) },
		{ SPAN(""), digest(2) } };
	struct rsc rsc = { .n = 2, .files = files };
	static const struct {
		const char *what, *name;
		uint8_t hash;
		enum rsc_match want;
	} cases[] = {
		{ "name and hash", "a.txt", 1, RSC_LISTED },
		{ "name, another hash", "a.txt", 3, RSC_DIFFERS },
		{ "name, hash of one without name", "a.txt", 2, RSC_DIFFERS },
		{ "hash without name", "b.txt", 2, RSC_LISTED },
		{ "hash of another name", "b.txt", 1, RSC_NOT_LISTED },
		{ "no name to ask for", "", 2, RSC_LISTED },
		{ "no name, hash of a name", "", 1, RSC_NOT_LISTED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct digest d = digest(cases[i].hash);

		CHECK(cases[i].what, rsc_find(&rsc, span_str(cases[i].name),
					 &d) == cases[i].want);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_find),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
