/* What vanished at once stays for a while. */
#include <string.h>

#include "tests/check.h"

#include "policy/policy.h"

#define N 20

static struct arena arena;
static struct link chain;
static struct origin origins[N];
static struct payload all[N];
static struct view_source sources[] = {
	{ .kind = SOURCE_TRUST_ANCHOR, .name = { (const uint8_t *)"ta", 2 } },
	{ .kind = SOURCE_LEDGER, .name = { (const uint8_t *)"log", 3 } },
};
static struct policy policy;

/* 0 to 9 in one repository, 10 to 19 in another. */
static void
make_all(void)
{
	static char uris[N][40];

	for (unsigned i = 0; i < N; i++) {
		(void)snprintf(uris[i], sizeof(uris[i]),
		    "rsync://a.example/m%u/%u.roa", i / 10, i);
		origins[i] = (struct origin){ .source = sources[0].name,
			.chain = &chain,
			.uri = span_str(uris[i]),
			.not_after_at = 5000 + i,
			.stale_at = 9000,
			.chain_until_at = 9000 };
		all[i] = (struct payload){ .kind = PAYLOAD_VRP,
			.origin = &origins[i] };
		all[i].vrp.prefix.family = FAMILY_V4;
		all[i].vrp.prefix.len = 8;
		all[i].vrp.prefix.addr.b[0] = (uint8_t)i;
		all[i].vrp.max_len = 8;
	}
}

static struct view
view_of(size_t from, size_t to, int64_t at)
{
	return (struct view){ .payloads = all + from,
		.n = to - from,
		.sources = sources,
		.n_sources = COUNT(sources),
		.at = at };
}

static void
hold(struct hold *out, const struct view *before, const struct view *now,
    bool may)
{
	*out = (struct hold){ 0 };
	CHECK_REASON("find", hold_find(out, before, now, &arena), REASON_OK);
	for (size_t i = 0; i < out->n_lost; i++)
		out->lost[i].may_hold = may;
	CHECK_REASON("decide", hold_decide(out, &policy, before, now, &arena),
	    REASON_OK);
}

/* At the share nothing is held, past it all that was lost is. */
static void
test_share(void **state)
{
	struct view before = view_of(0, N, 1000), now;
	struct hold h;

	(void)state;
	now = view_of(1, N, 1100); /* of the first repository 10 % */
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_lost, 1);
	assert_int_equal(h.n_held, 0);
	assert_int_equal(h.until[0], 0);
	now = view_of(2, N, 1100); /* 20 % of it; of the anchor 10 % */
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_held, 2);
	assert_int_equal(h.n_findings, 1);
	CHECK_REASON("held", h.findings[0].reason, R_POLICY_HELD);
	assert_int_equal(h.findings[0].effect, EFFECT_REPOSITORY);
	assert_true(
	    span_eq(h.findings[0].object, SPAN("rsync://a.example/m0/")));
	assert_int_equal(h.until[0], 1100 + 3600);
	assert_int_equal(h.until[1], 0);
	assert_ptr_equal(h.held[0].origin, &origins[0]);
	now = view_of(3, N, 1100); /* of the anchor 15 % */
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_held, 3);
	assert_int_equal(h.n_findings, 2);
	assert_int_equal(h.findings[0].effect, EFFECT_TRUST_ANCHOR);
}

/* What was taken back is not held, nor counted; what expired neither. */
static void
test_final(void **state)
{
	struct view before = view_of(0, N, 1000), now = view_of(N, N, 1100);
	struct hold h;

	(void)state;
	hold(&h, &before, &now, false);
	assert_int_equal(h.n_lost, N);
	assert_int_equal(h.n_held, 0);
	now = view_of(N, N, 5009);
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_held, 10);
	assert_ptr_equal(h.held[0].origin, &origins[10]);
}

/* A hold ends when it was to end, and does not begin again by itself. */
static void
test_time(void **state)
{
	struct view_source held[COUNT(sources)];
	struct view before = view_of(0, N, 1000), now = view_of(N, N, 1100);
	struct hold h;

	(void)state;
	memcpy(held, sources, sizeof(held));
	before.sources = held;
	held[0].held_until_at = 1101;
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_held, N);
	assert_int_equal(h.until[0], 1101);
	held[0].held_until_at = 1100;
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_held, 0);
	held[0].held_until_at = 0;
	policy.hold_for = 0;
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_held, 0);
}

/* Another object that says the same is no loss; what policy left out was said
 * too; an ASPA is its customer's. */
static void
test_same(void **state)
{
	static const struct asn one[] = { { 1 } }, two[] = { { 2 } };
	struct view before = view_of(0, 2, 1000), now = view_of(0, 0, 1100);
	struct view_left left = { .payload = all[0] };
	struct payload again[2] = { all[0], all[1] };
	struct hold h;

	(void)state;
	again[1].origin = &origins[5];
	now.payloads = &again[1];
	now.n = 1;
	now.left = &left;
	now.n_left = 1;
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_lost, 0);
	again[0] = (struct payload){ .kind = PAYLOAD_ASPA,
		.aspa = { { 7 }, 1, one },
		.origin = &origins[0] };
	again[1] = again[0];
	again[1].aspa.providers = two;
	before.payloads = &again[0];
	before.n = 1;
	now.n_left = 0;
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_lost, 0);
	now.n = 0;
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_lost, 1);
	/* The operator's own is not looked at. */
	origins[0].chain = NULL;
	origins[0].source = sources[1].name;
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_lost, 0);
}

/* A ledger is one group, whatever its entries are called. */
static void
test_ledger(void **state)
{
	static const struct statement_origin statement;
	struct view_source held[COUNT(sources)];
	struct view before = view_of(0, N, 1000), now;
	struct hold h;

	(void)state;
	for (size_t i = 0; i < N; i++) {
		origins[i].chain = NULL;
		origins[i].statement = &statement;
		origins[i].source = sources[1].name;
		origins[i].uri = SPAN("ledger:log/7");
	}
	now = view_of(2, N, 1100); /* 10 % */
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_lost, 2);
	assert_int_equal(h.n_held, 0);
	now = view_of(3, N, 1100);
	hold(&h, &before, &now, true);
	assert_int_equal(h.n_held, 3);
	assert_int_equal(h.n_findings, 1);
	CHECK_REASON("held", h.findings[0].reason, R_POLICY_HELD);
	assert_int_equal(h.findings[0].effect, EFFECT_LEDGER);
	assert_true(span_eq(h.findings[0].trust_anchor, SPAN("log")));
	assert_int_equal(h.until[1], 1100 + 3600);
	assert_int_equal(h.until[0], 0);
	/* Its last state was in force without end: a hold is shorter. */
	memcpy(held, sources, sizeof(held));
	before.sources = held;
	held[1].held_until_at = INT64_MAX;
	hold(&h, &before, &now, true);
	assert_int_equal(h.until[1], 1100 + 3600);
}

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, SIZE_MAX);
	policy_init(&policy);
	make_all();
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
		cmocka_unit_test_setup_teardown(test_share, setup, teardown),
		cmocka_unit_test_setup_teardown(test_final, setup, teardown),
		cmocka_unit_test_setup_teardown(test_time, setup, teardown),
		cmocka_unit_test_setup_teardown(test_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ledger, setup, teardown),
	};

	return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
