/* Time, resources and names along a certification path. */
#include <string.h>

#include "tests/check.h"

#include "rpki/path.h"

static void
test_interval(void **state)
{
	struct interval i;

	(void)state;
	interval_init(&i, 100);
	assert_int_equal(i.from_at, INT64_MIN);
	assert_int_equal(i.until_at, INT64_MAX);
	assert_true(interval_reached(&i, 50));
	assert_false(interval_reached(&i, 200));
	assert_int_equal(i.from_at, 50);
	assert_int_equal(i.until_at, 200);
	/* Wider answers leave the narrower ones. */
	assert_true(interval_reached(&i, 10));
	assert_false(interval_reached(&i, 300));
	assert_int_equal(i.from_at, 50);
	assert_int_equal(i.until_at, 200);
	/* The very second is reached. */
	assert_true(interval_reached(&i, 100));
	assert_false(interval_reached(&i, 101));
	assert_int_equal(i.from_at, 100);
	assert_int_equal(i.until_at, 101);
}

static void
test_time(void **state)
{
	static const struct {
		const char *what;
		int64_t at;
		enum reason want;
		int64_t from_at, until_at;
	} cases[] = {
		{ "long before", 0, R_PATH_EARLY, INT64_MIN, 100 },
		{ "just before", 99, R_PATH_EARLY, INT64_MIN, 100 },
		{ "first second", 100, REASON_OK, 100, 201 },
		{ "last second", 200, REASON_OK, 100, 201 },
		{ "just after", 201, R_PATH_EXPIRED, 201, INT64_MAX },
	};
	const struct cert cert = { .not_before_at = 100, .not_after_at = 200 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct interval time;
		struct fault why;

		fault_init(&why, span_of(NULL, 0));
		interval_init(&time, cases[i].at);
		CHECK_REASON(cases[i].what, path_check_time(&cert, &time, &why),
		    cases[i].want);
		CHECK_REASON(cases[i].what, why.reason, cases[i].want);
		CHECK(cases[i].what, time.from_at == cases[i].from_at);
		CHECK(cases[i].what, time.until_at == cases[i].until_at);
	}
}

/* "10.0.0.0/8 AS1-AS5", "inherit" for all of it, "v4" to inherit IPv4; in the
 * arena. */
static struct resources
holding(const char *text, struct arena *a)
{
	struct resources r = { 0 };
	char item[64];
	size_t n;

	if (strcmp(text, "inherit") == 0)
		r.ip[0].holding = r.ip[1].holding = r.as.holding =
		    HOLDS_INHERIT;
	else
		for (; *text != '\0'; text += n + (text[n] == ' ')) {
			n = strcspn(text, " ");
			assert_true(n < sizeof(item));
			memcpy(item, text, n);
			item[n] = '\0';
			if (strcmp(item, "v4") == 0)
				r.ip[0].holding = HOLDS_INHERIT;
			else
				assert_int_equal(
				    resources_add_text(&r, a, item), REASON_OK);
		}
	for (int i = 0; i < 2; i++)
		if (r.ip[i].holding == HOLDS_SOME)
			addr_set_normalise(
			    &r.ip[i], i == 0 ? FAMILY_V4 : FAMILY_V6);
	if (r.as.holding == HOLDS_SOME)
		asn_set_normalise(&r.as);
	return r;
}

/* What is named stays so, whatever is left of it. */
static bool
names_as_many(const struct resources *held, const struct resources *own,
    const struct resources *issuer)
{
	struct resources want;

	resources_inherit(&want, own, issuer);
	return held->ip[0].holding == want.ip[0].holding &&
	       held->ip[1].holding == want.ip[1].holding &&
	       held->as.holding == want.as.holding;
}

static void
test_resources(void **state)
{
	static const struct {
		const char *what, *issuer, *own;
		bool reconsidered;
		enum reason want;
		const char *held, *cut; /* cut: R_PATH_CUT's detail */
	} cases[] = {
		{ "contained", "10.0.0.0/8 AS1-AS9", "10.1.0.0/16 AS5", false,
		    REASON_OK, "10.1.0.0/16 AS5", "" },
		{ "all of it", "10.0.0.0/8 AS1-AS9", "10.0.0.0/8 AS1-AS9",
		    false, REASON_OK, "10.0.0.0/8 AS1-AS9", "" },
		{ "inherited", "10.0.0.0/8 2001:db8::/32 AS1-AS9", "inherit",
		    false, REASON_OK, "10.0.0.0/8 2001:db8::/32 AS1-AS9", "" },
		{ "nothing of one kind", "10.0.0.0/8 AS1-AS9", "AS5", false,
		    REASON_OK, "AS5", "" },
		{ "IPv4 overclaim", "10.0.0.0/8", "10.0.0.0/7", false,
		    R_PATH_OVERCLAIM, NULL, NULL },
		{ "IPv6 overclaim", "2001:db8::/32", "2001:db8::/31", false,
		    R_PATH_OVERCLAIM, NULL, NULL },
		{ "AS overclaim", "AS1-AS9", "AS9-AS10", false,
		    R_PATH_OVERCLAIM, NULL, NULL },
		{ "a family the issuer has none of", "10.0.0.0/8",
		    "10.0.0.0/8 AS1", false, R_PATH_OVERCLAIM, NULL, NULL },
		{ "RFC 8360, contained", "10.0.0.0/8", "10.1.0.0/16", true,
		    REASON_OK, "10.1.0.0/16", "" },
		{ "RFC 8360, cut", "10.0.0.0/8 AS1-AS9",
		    "10.1.0.0/16 192.0.2.0/24 AS5-AS20", true, REASON_OK,
		    "10.1.0.0/16 AS5-AS9", "192.0.2.0/24" },
		{ "RFC 8360, nothing left", "10.0.0.0/8", "192.0.2.0/24", true,
		    REASON_OK, "", "192.0.2.0/24" },
		{ "inherited in part", "10.0.0.0/8 AS1-AS9", "v4 AS5", false,
		    REASON_OK, "10.0.0.0/8 AS5", "" },
		{ "inherited in part, overclaim", "10.0.0.0/8 AS1-AS9",
		    "v4 AS5-AS20", false, R_PATH_OVERCLAIM, NULL, NULL },
		{ "RFC 8360, inherited in part, cut", "10.0.0.0/8 AS1-AS9",
		    "v4 AS5-AS20", true, REASON_OK, "10.0.0.0/8 AS5-AS9",
		    "AS5-AS20" },
		{ "RFC 8360, inherited", "10.0.0.0/8", "inherit", true,
		    REASON_OK, "10.0.0.0/8", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct resources issuer, held, want, copy;
		char cut[RESOURCE_TEXT];
		struct cert cert = { 0 };
		struct limits limits;
		struct decode dec;
		struct arena a;

		arena_init(&a, 1 << 20);
		limits_init(&limits);
		decode_init(&dec, &a, &limits, span_of(NULL, 0));
		issuer = holding(cases[i].issuer, &a);
		cert.resources = holding(cases[i].own, &a);
		cert.reconsidered = cases[i].reconsidered;
		CHECK_REASON(what,
		    path_resources(&held, cut, &cert, &issuer, &dec),
		    cases[i].want);
		CHECK_REASON(what, dec.why.reason, cases[i].want);
		if (cases[i].want == REASON_OK) {
			want = holding(cases[i].held, &a);
			CHECK(what, resources_contain(&held, &want, NULL) &&
					resources_contain(&want, &held, NULL));
			CHECK(what, strcmp(cut, cases[i].cut) == 0);
			CHECK(what,
			    names_as_many(&held, &cert.resources, &issuer));
			CHECK_REASON(what,
			    path_resources_copy(&copy, &held, NULL, &a),
			    REASON_OK);
			CHECK(what, resources_eq(&copy, &held));
			CHECK(what,
			    copy.ip[0].n == 0 || copy.ip[0].r != held.ip[0].r);
		}
		arena_fini(&a);
	}
}

static void
test_copy_without_memory(void **state)
{
	struct resources r, copy;
	struct arena a, none;

	(void)state;
	arena_init(&a, 1 << 20);
	arena_init(&none, 0);
	r = holding("10.0.0.0/8 AS1", &a);
	assert_int_equal(
	    path_resources_copy(&copy, &r, NULL, &none), R_LIMIT_MEMORY);
	arena_fini(&none);
	arena_fini(&a);
}

static void
test_name(void **state)
{
	static const struct {
		const char *folder, *uri, *want; /* NULL: not in it */
	} cases[] = {
		{ "rsync://h/m/a/", "rsync://h/m/a/b.roa", "b.roa" },
		{ "rsync://h/m/a", "rsync://h/m/a/b.roa", "b.roa" },
		{ "rsync://h/m/a/", "rsync://h/m/a/", NULL },
		{ "rsync://h/m/a", "rsync://h/m/a", NULL },
		{ "rsync://h/m/a", "rsync://h/m/a/", NULL },
		{ "rsync://h/m/a", "rsync://h/m/ab.roa", NULL },
		{ "rsync://h/m/a/", "rsync://h/m/b.roa", NULL },
		{ "rsync://h/m/a/", "rsync://h/m/a/c/b.roa", NULL },
		{ "rsync://h/m/a/", "rsync://H/m/a/b.roa", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span name = { 0 };
		bool got = path_name(
		    &name, span_str(cases[i].folder), span_str(cases[i].uri));

		CHECK(cases[i].uri, got == (cases[i].want != NULL));
		if (got)
			CHECK(cases[i].uri,
			    span_eq(name, span_str(cases[i].want)));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_resources),
		cmocka_unit_test(test_copy_without_memory),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
