/* The story of a route: the state, who says so, what would change it. */
#include <string.h>

#include "tests/check.h"

#include "policy/policy.h"

/* SPAN, where a constant is wanted. */
#define TEXT(s)                                     \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

static struct arena arena;

/* Of static storage, where a compound literal is none of C. */
#define TEXT(s)                                     \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

/* Two CAs below an anchor; a claim; a finding nearby. */
static struct link ta_link = { .uri = TEXT("rsync://r.example/ta.cer"),
	.manifest_uri = TEXT("rsync://r.example/ta/ta.mft"),
	.hash.b = { 1 },
	.not_after_at = 9000 };
static struct link ca_link = { .parent = &ta_link,
	.uri = TEXT("rsync://r.example/ta/ca.cer"),
	.manifest_uri = TEXT("rsync://r.example/ca/ca.mft"),
	.hash.b = { 2 },
	.not_after_at = 8000,
	.depth = 1 };
static struct origin roa = { .source = TEXT("ta"),
	.chain = &ca_link,
	.uri = TEXT("rsync://r.example/ca/a.roa"),
	.not_after_at = 5000,
	.stale_at = 5000,
	.chain_until_at = 5000 };
static struct statement_origin statement = {
	.entry = 9, .name = TEXT("north"), .level = 1
};
static struct origin entry = { .source = TEXT("ledger"),
	.statement = &statement,
	.uri = TEXT("ledger:ledger/9"),
	.not_after_at = 6000,
	.stale_at = 6000,
	.chain_until_at = 6000 };
static struct addr_range range = { { { 10 } }, { { 10, 255, 255, 255 } } };
static struct view_authority authorities[] = {
	{ .source = TEXT("ta"),
	    .link = &ta_link,
	    .resources.ip[0] = { HOLDS_SOME, 1, &range },
	    .in_force = true },
	{ .source = TEXT("ta"),
	    .link = &ca_link,
	    .resources.ip[0] = { HOLDS_SOME, 1, &range },
	    .in_force = true },
};
static struct finding findings[] = {
	{ .reason = R_FETCH_TIME,
	    .effect = EFFECT_REPOSITORY,
	    .object = TEXT("rsync://gone.example/x/") },
	{ .reason = R_ROA_MAXLEN,
	    .effect = EFFECT_OBJECT,
	    .object = TEXT("rsync://r.example/ca/b\x1b[31m.roa"),
	    .point = TEXT("rsync://r.example/ca/ca.mft") },
	{ .reason = R_ROA_MAXLEN,
	    .effect = EFFECT_OBJECT,
	    .object = TEXT("rsync://r.example/far/c.roa"),
	    .point = TEXT("rsync://r.example/far/far.mft") },
	{ .reason = R_TA_LIFETIME,
	    .effect = EFFECT_WARNING,
	    .object = TEXT("rsync://r.example/ta.cer") },
};
static struct view_holder holder = { .ledger = TEXT("ledger"),
	.name = TEXT("north") };
static struct view_holding holdings[] = {
	{ .kind = HOLDING_V4,
	    .ip = { { { 10, 1 } }, { { 10, 1, 255, 255 } } },
	    .holder = &holder,
	    .contender = &holder },
	{ .kind = HOLDING_V4,
	    .ip = { { { 11, 1 } }, { { 11, 1, 255, 255 } } },
	    .holder = &holder },
	{ .kind = HOLDING_AS, .as = { 0, 9 }, .holder = &holder },
};
static struct view_source sources[] = {
	{ .kind = SOURCE_TRUST_ANCHOR, .name = TEXT("ta") },
	{ .kind = SOURCE_LEDGER, .name = TEXT("ledger") },
};
static struct view_repository repositories[] = {
	{ .uri = TEXT("rsync://r.example/"),
	    .from = TEXT("rsync://mirror.example/"),
	    .fetched_at = 900 },
};

static struct payload
vrp(const char *prefix, unsigned max_len, uint32_t asn, const struct origin *o)
{
	struct payload p = { .kind = PAYLOAD_VRP,
		.vrp = { .asn = { asn }, .max_len = (uint8_t)max_len },
		.origin = o };

	assert_true(prefix_parse(&p.vrp.prefix, prefix));
	return p;
}

/* 10.0.0.0/8-16 AS1 of both; 10.1.0.0/16-24 AS2; AS 0 for 10.9.0.0/16;
 * 10.1.2.0/24 AS3 was left out. */
static void
view_init(struct view *out)
{
	static struct payload payloads[4];
	static struct view_left left[2];

	payloads[0] = vrp("10.0.0.0/8", 16, 1, &entry);
	payloads[1] = vrp("10.0.0.0/8", 16, 1, &roa);
	payloads[2] = vrp("10.1.0.0/16", 24, 2, &roa);
	payloads[3] = vrp("10.9.0.0/16", 32, 0, &roa);
	left[0] =
	    (struct view_left){ .payload = vrp("10.1.2.0/24", 24, 3, &entry),
		    .cause = LEFT_COVERED,
		    .rule = 2,
		    .why = SPAN("because"),
		    .by = &roa };
	left[1] =
	    (struct view_left){ .payload = vrp("172.16.0.0/12", 12, 3, &entry),
		    .cause = LEFT_LEVEL };
	*out = (struct view){ .payloads = payloads,
		.n = 4,
		.left = left,
		.n_left = 2,
		.findings = findings,
		.n_findings = COUNT(findings),
		.sources = sources,
		.n_sources = COUNT(sources),
		.repositories = repositories,
		.n_repositories = 1,
		.authorities = authorities,
		.n_authorities = 2,
		.holders = &holder,
		.n_holders = 1,
		.holdings = holdings,
		.n_holdings = COUNT(holdings),
		.at = 1000 };
}

static struct route
route(const char *prefix, int64_t asn)
{
	struct route r = { .has_asn = asn >= 0, .asn = { (uint32_t)asn } };

	assert_true(prefix_parse(&r.prefix, prefix));
	return r;
}

static void
explain(struct explanation *out, const char *prefix, int64_t asn)
{
	static struct view view;
	struct route r = route(prefix, asn);

	view_init(&view);
	CHECK_REASON(
	    "explain", policy_explain(out, &view, &r, &arena), REASON_OK);
}

static void
test_states(void **state)
{
	static const struct {
		const char *prefix;
		int64_t asn;
		enum route_state want, if_all;
		size_t covering, left, inside;
		int64_t until_at;
	} cases[] = {
		{ "10.0.0.0/8", 1, ROUTE_VALID, ROUTE_VALID, 1, 0, 2, 6000 },
		{ "10.0.0.0/16", 1, ROUTE_VALID, ROUTE_VALID, 1, 0, 0, 6000 },
		{ "10.0.0.0/17", 1, ROUTE_INVALID, ROUTE_INVALID, 1, 0, 0,
		    6000 },
		{ "10.1.0.0/16", 2, ROUTE_VALID, ROUTE_VALID, 2, 0, 0, 5000 },
		{ "10.1.2.0/24", 2, ROUTE_VALID, ROUTE_VALID, 2, 1, 0, 5000 },
		{ "10.1.2.0/25", 2, ROUTE_INVALID, ROUTE_INVALID, 2, 1, 0,
		    6000 },
		{ "10.1.2.0/24", 3, ROUTE_INVALID, ROUTE_VALID, 2, 1, 0, 6000 },
		{ "10.9.0.0/16", 0, ROUTE_INVALID, ROUTE_INVALID, 2, 0, 0,
		    6000 },
		{ "10.9.0.0/24", -1, ROUTE_INVALID, ROUTE_INVALID, 2, 0, 0,
		    6000 },
		{ "10.1.2.0/24", -1, ROUTE_VALID, ROUTE_VALID, 2, 1, 0, 5000 },
		{ "172.16.0.0/12", 3, ROUTE_NOT_FOUND, ROUTE_VALID, 0, 1, 0,
		    INT64_MAX },
		{ "0.0.0.0/0", 1, ROUTE_NOT_FOUND, ROUTE_NOT_FOUND, 0, 0, 3,
		    INT64_MAX },
		{ "2001:db8::/32", 1, ROUTE_NOT_FOUND, ROUTE_NOT_FOUND, 0, 0, 0,
		    INT64_MAX },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].prefix;
		struct explanation x;

		explain(&x, what, cases[i].asn);
		CHECK(what, x.state == cases[i].want);
		CHECK(what, x.if_all == cases[i].if_all);
		CHECK(what, x.n_covering == cases[i].covering);
		CHECK(what, x.n_left == cases[i].left);
		CHECK(what, x.n_inside == cases[i].inside);
		CHECK(what, x.until_at == cases[i].until_at);
		CHECK(what, x.n_changes > 0);
	}
}

static void
test_around(void **state)
{
	struct explanation x;

	(void)state;
	explain(&x, "10.1.2.0/24", 3);
	assert_int_equal(x.covering[0].n, 2);
	assert_int_equal(x.covering[0].match, MATCH_AS);
	assert_int_equal(x.n_holders, 1);
	assert_ptr_equal(x.holders[0], &authorities[1]);
	assert_int_equal(x.n_claims, 1);
	assert_ptr_equal(x.claims[0], &holdings[0]);
	assert_int_equal(x.n_refused, 1);
	assert_ptr_equal(x.refused[0], &findings[1]);
	assert_int_equal(x.n_troubles, 1);
	assert_ptr_equal(x.troubles[0], &findings[0]);
	explain(&x, "10.0.0.0/17", 1);
	assert_int_equal(x.covering[0].match, MATCH_LENGTH);
	assert_string_equal(route_match_id(MATCH_LENGTH), "length");
	explain(&x, "192.0.2.0/24", 1);
	assert_int_equal(x.n_holders + x.n_claims + x.n_refused, 0);
	assert_string_equal(route_state_id(x.state), "not-found");
}

static bool
has(const struct buf *b, const char *text)
{
	return memmem(b->p, b->n, text, strlen(text)) != NULL;
}

static void
test_text(void **state)
{
	static const char *const wanted[] = { "10.1.2.0/24 AS3: invalid",
		"10.1.0.0/16-24 AS2: is for another AS",
		"trust-anchor ta: rsync://r.example/ca/a.roa",
		"by CA  rsync://r.example/ta/ca.cer", "holds 10.0.0.0/8",
		"from rsync://mirror.example/",
		"10.1.2.0/24 AS3: the other kind of source comes first there, number 2",
		", because, by rsync://r.example/ca/a.roa", "holder north",
		"entry 9, attested", "contested by north", "roa.maxlength",
		"\\x1b[31m", "rsync://gone.example/x/",
		"valid if policy took what ledger says (left out: the other",
		"valid if nothing were left out by policy",
		"no longer invalid after 1970-01-01T01:40:00Z" };
	struct explanation x;
	struct buf b;

	(void)state;
	explain(&x, "10.1.2.0/24", 3);
	buf_init(&b, 100000);
	explanation_text(&b, &x);
	for (size_t i = 0; i < COUNT(wanted); i++)
		CHECK(wanted[i], has(&b, wanted[i]));
	/* Text of the network is never control characters. */
	for (size_t i = 0; i < b.n; i++)
		assert_true(b.p[i] == '\n' || (b.p[i] >= ' ' && b.p[i] < 127));
	buf_fini(&b);
}

static void
test_json(void **state)
{
	static const char *const wanted[] = { "\"prefix\": \"10.1.2.0/24\"",
		"\"asn\": \"AS3\"", "\"state\": \"invalid\"",
		"\"state_if_nothing_left_out\": \"valid\"",
		"\"matches\": \"as\"", "\"gives\": \"10.0.0.0/8\"",
		"\"fetched_from\": \"rsync://mirror.example/\"",
		"\"cause\": \"covered\"", "\"entry\": 9",
		"\"contested_by\":", "\"reason\": \"roa.maxlength\"",
		"\"would_change\": [" };
	struct explanation x;
	struct emit e;
	struct buf b;

	(void)state;
	explain(&x, "10.1.2.0/24", 3);
	buf_init(&b, 100000);
	emit_init(&e, &b, EMIT_JSON);
	explanation_emit(&e, &x);
	assert_int_equal(e.depth, 0);
	for (size_t i = 0; i < COUNT(wanted); i++)
		CHECK(wanted[i], has(&b, wanted[i]));
	buf_fini(&b);
}

static void
test_memory(void **state)
{
	struct route r = route("10.1.2.0/24", 3);
	struct explanation x;
	struct arena small;
	struct view view;

	(void)state;
	view_init(&view);
	arena_init(&small, 64);
	CHECK_REASON(
	    "memory", policy_explain(&x, &view, &r, &small), R_LIMIT_MEMORY);
	arena_fini(&small);
}

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, SIZE_MAX);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_states),
		CASE(test_around),
		CASE(test_text),
		CASE(test_json),
		CASE(test_memory),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
