/* What several sources say becomes one view. */
#include "tests/check.h"

#include "policy/policy.h"

static struct arena arena;
static struct limits limits;

static struct origin
origin(const char *source, const char *uri)
{
	return (struct origin){ .source = span_str(source),
		.uri = span_str(uri),
		.not_after_at = 2000,
		.stale_at = 2000,
		.chain_until_at = 2000 };
}

static struct payload
vrp(uint32_t asn, const char *prefix, const struct origin *o)
{
	struct payload p = { .kind = PAYLOAD_VRP, .origin = o };

	assert_true(prefix_parse(&p.vrp.prefix, prefix));
	p.vrp.asn.v = asn;
	p.vrp.max_len = p.vrp.prefix.len;
	return p;
}

static const struct view none;

static struct payload
aspa(uint32_t customer, const struct asn *providers, size_t n,
    const struct origin *o)
{
	return (struct payload){ .kind = PAYLOAD_ASPA,
		.aspa = { { customer }, n, providers },
		.origin = o };
}

static void
merge(struct view *out, const struct policy_set *sets, size_t n)
{
	struct policy_in in = { .sets = sets,
		.n = n,
		.facts = &none,
		.at = 1000,
		.limits = &limits };

	CHECK_REASON("merge", policy_merge(out, &in, &arena), REASON_OK);
	assert_int_equal(out->at, 1000);
}

/* A holder may have several names, and each is his. */
static void
test_names(void **state)
{
	static const struct {
		const char *names, *name;
		bool is_named;
	} rows[] = { { "north", "north", true }, { "north", "nort", false },
		{ "north", "north-b", false }, { "north south", "north", true },
		{ "north south", "south", true },
		{ "north south", "north south", false }, { "a b c", "b", true },
		{ "a b c", "c", true }, { "a b c", "", false },
		{ "", "", false }, { "", "a", false } };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(rows[i].name,
		    policy_is_named(span_str(rows[i].names),
			span_str(rows[i].name)) == rows[i].is_named);
}

static void
test_no_source(void **state)
{
	struct view view;

	(void)state;
	merge(&view, NULL, 0);
	assert_int_equal(view.n, 0);
	assert_int_equal(view.n_findings, 0);
}

/* Sorted whatever the order of the sets; one entry for each origin. */
static void
test_order(void **state)
{
	struct origin a = origin("a", "rsync://a.example/m/1.roa");
	struct origin b = origin("b", "rsync://b.example/m/1.roa");
	struct payload of_a[] = { vrp(2, "192.0.2.0/24", &a),
		vrp(1, "10.0.0.0/8", &a), vrp(2, "192.0.2.0/24", &a) };
	struct payload of_b[] = { vrp(2, "192.0.2.0/24", &b),
		vrp(9, "2001:db8::/32", &b) };
	struct policy_set there[] = { { 0, of_a, 3 }, { 0, of_b, 2 } };
	struct policy_set back[] = { { 0, of_b, 2 }, { 0, of_a, 3 } };
	struct view x, y;

	(void)state;
	merge(&x, there, 2);
	merge(&y, back, 2);
	assert_int_equal(x.n, 4);
	assert_int_equal(y.n, 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(
		    payload_order(&x.payloads[i], &y.payloads[i]), 0);
	assert_int_equal(x.payloads[0].vrp.asn.v, 1);
	assert_ptr_equal(x.payloads[1].origin, &a);
	assert_ptr_equal(x.payloads[2].origin, &b);
	assert_int_equal(x.payloads[3].vrp.asn.v, 9);
}

static void
test_aspa_union(void **state)
{
	static const struct asn one[] = { { 3 }, { 7 } };
	static const struct asn two[] = { { 5 }, { 7 } };
	static const struct asn other[] = { { 1 } };
	struct origin a = origin("a", "rsync://a.example/m/1.asa");
	struct origin b = origin("b", "rsync://b.example/m/1.asa");
	struct payload of_a[] = { aspa(64500, one, 2, &a) };
	struct payload of_b[] = { aspa(64501, other, 1, &b),
		aspa(64500, two, 2, &b) };
	struct policy_set sets[] = { { 0, of_a, 1 }, { 0, of_b, 2 } };
	static const uint32_t want[] = { 3, 5, 7 };
	struct view view;

	(void)state;
	merge(&view, sets, 2);
	assert_int_equal(view.n, 3);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(view.payloads[i].aspa.customer.v, 64500);
		assert_int_equal(view.payloads[i].aspa.n, 3);
		for (size_t j = 0; j < 3; j++)
			assert_int_equal(
			    view.payloads[i].aspa.providers[j].v, want[j]);
	}
	assert_int_equal(payload_cmp(&view.payloads[0], &view.payloads[1]), 0);
	assert_ptr_equal(view.payloads[0].origin, &a);
	assert_int_equal(view.payloads[2].aspa.customer.v, 64501);
	/* What came in is as it was. */
	assert_int_equal(of_a[0].aspa.n, 2);
}

/* hostile.md AS1: at the limit all stay; past it that customer goes. */
static void
test_aspa_limit(void **state)
{
	static const struct asn one[] = { { 3 }, { 7 } };
	static const struct asn two[] = { { 5 } };
	struct origin a = origin("a", "rsync://a.example/m/1.asa");
	struct origin b = origin("b", "rsync://b.example/m/1.asa");
	struct payload of_a[] = { aspa(64500, one, 2, &a),
		vrp(1, "10.0.0.0/8", &a) };
	struct payload of_b[] = { aspa(64500, two, 1, &b),
		aspa(64501, two, 1, &b) };
	struct policy_set sets[] = { { 0, of_a, 2 }, { 0, of_b, 2 } };
	struct view view;

	(void)state;
	limits.aspa_merged = 3;
	merge(&view, sets, 2);
	assert_int_equal(view.n, 4);
	assert_int_equal(view.n_findings, 0);
	limits.aspa_merged = 2;
	merge(&view, sets, 2);
	assert_int_equal(view.n, 2);
	assert_int_equal(view.payloads[0].kind, PAYLOAD_VRP);
	assert_int_equal(view.payloads[1].aspa.customer.v, 64501);
	assert_int_equal(view.n_findings, 1);
	CHECK_REASON("limit", view.findings[0].reason, R_POLICY_ASPA_PROVIDERS);
	assert_true(
	    span_eq(view.findings[0].detail, SPAN("AS64500: 3 providers")));
}

static void
test_memory(void **state)
{
	struct origin a = origin("a", "rsync://a.example/m/1.roa");
	struct payload of_a[] = { vrp(2, "192.0.2.0/24", &a) };
	struct policy_set sets[] = { { 0, of_a, 1 } };
	struct policy_in in = { .sets = sets,
		.n = 1,
		.facts = &none,
		.at = 1000,
		.limits = &limits };
	struct arena small;
	struct view view;

	(void)state;
	arena_init(&small, 8);
	CHECK_REASON(
	    "memory", policy_merge(&view, &in, &small), R_LIMIT_MEMORY);
	arena_fini(&small);
}

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, SIZE_MAX);
	limits_init(&limits);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test_setup_teardown(
		    test_no_source, setup, teardown),
		cmocka_unit_test_setup_teardown(test_order, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_aspa_union, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_aspa_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(test_memory, setup, teardown),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
