/* Two sides compared: classes, causes, sums, routes; compare(A, A) is empty
 * and compare(B, A) is compare(A, B) mirrored. */
#include <string.h>

#include "tests/check.h"

#include "policy/policy.h"

static struct arena arena;

/* Of static storage, where a compound literal is none of C. */
#define TEXT(s)                                     \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

static struct link ta_link = { .uri = TEXT("rsync://r.example/ta.cer"),
	.manifest_uri = TEXT("rsync://r.example/ta/ta.mft") };
static struct link links[] = {
	{ .parent = &ta_link,
	    .uri = TEXT("rsync://r.example/ta/one.cer"),
	    .manifest_uri = TEXT("rsync://r.example/one/one.mft"),
	    .depth = 1 },
	{ .parent = &ta_link,
	    .uri = TEXT("rsync://r.example/ta/two.cer"),
	    .manifest_uri = TEXT("rsync://r.example/two/two.mft"),
	    .depth = 1 },
};
static struct origin roas[] = {
	{ .source = TEXT("ta"),
	    .chain = &links[0],
	    .uri = TEXT("rsync://r.example/one/a.roa"),
	    .not_after_at = 9000,
	    .stale_at = 9000,
	    .chain_until_at = 9000 },
	{ .source = TEXT("ta"),
	    .chain = &links[1],
	    .uri = TEXT("rsync://r.example/two/b.roa"),
	    .not_after_at = 9000,
	    .stale_at = 9000,
	    .chain_until_at = 9000 },
};
static struct statement_origin statement = {
	.entry = 9, .holder.b = { 7 }, .name = TEXT("<b>north"), .level = 1
};
static struct origin entry = { .source = TEXT("ledger"),
	.statement = &statement,
	.uri = TEXT("ledger:ledger/9"),
	.not_after_at = 9000,
	.stale_at = 9000,
	.chain_until_at = 9000 };
/* one: 10/8, silent; two: 11/8, where something was refused. */
static struct addr_range ranges[] = {
	{ { { 10 } }, { { 10, 255, 255, 255 } } },
	{ { { 11 } }, { { 11, 255, 255, 255 } } },
	{ { { 0 } }, { { 255, 255, 255, 255 } } },
};
static struct view_authority authorities[] = {
	{ .source = TEXT("ta"),
	    .link = &ta_link,
	    .resources.ip[0] = { HOLDS_SOME, 1, &ranges[2] },
	    .in_force = true },
	{ .source = TEXT("ta"),
	    .link = &links[0],
	    .resources.ip[0] = { HOLDS_SOME, 1, &ranges[0] },
	    .in_force = true,
	    .is_holder = true },
	{ .source = TEXT("ta"),
	    .link = &links[1],
	    .resources.ip[0] = { HOLDS_SOME, 1, &ranges[1] },
	    .in_force = true,
	    .is_holder = true },
};
static struct finding findings[] = {
	{ .reason = R_ROA_MAXLEN,
	    .effect = EFFECT_OBJECT,
	    .object = TEXT("rsync://r.example/two/c.roa"),
	    .point = TEXT("rsync://r.example/two/two.mft") },
};
static struct view_holder holder = {
	.ledger = TEXT("ledger"), .id.b = { 7 }, .name = TEXT("<b>north")
};
/* 10.0/16 settled, 10.1/16 contested, 10.2/16 young, 11/8 settled. */
static struct view_holding holdings[] = {
	{ .kind = HOLDING_V4,
	    .ip = { { { 10, 0 } }, { { 10, 0, 255, 255 } } },
	    .holder = &holder },
	{ .kind = HOLDING_V4,
	    .ip = { { { 10, 1 } }, { { 10, 1, 255, 255 } } },
	    .holder = &holder,
	    .contender = &holder },
	{ .kind = HOLDING_V4,
	    .ip = { { { 10, 2 } }, { { 10, 2, 255, 255 } } },
	    .holder = &holder,
	    .is_young = true },
	{ .kind = HOLDING_V4,
	    .ip = { { { 11 } }, { { 12, 255, 255, 255 } } },
	    .holder = &holder },
};
static struct view_source sources[] = {
	{ .kind = SOURCE_TRUST_ANCHOR, .name = TEXT("ta") },
	{ .kind = SOURCE_LEDGER, .name = TEXT("ledger") },
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

static void
facts(struct view *out)
{
	*out = (struct view){ .findings = findings,
		.n_findings = COUNT(findings),
		.sources = sources,
		.n_sources = COUNT(sources),
		.authorities = authorities,
		.n_authorities = COUNT(authorities),
		.holders = &holder,
		.n_holders = 1,
		.holdings = holdings,
		.n_holdings = COUNT(holdings),
		.at = 1000 };
}

struct expected {
	const char *prefix;
	unsigned max_len;
	uint32_t asn;
	bool ledger, left;
	enum compare_class class;
	enum cause_kind cause;
};

static const struct expected world[] = {
	{ "10.0.0.0/24", 24, 1, false, false, COMPARE_AGREE, CAUSE_NONE },
	{ "10.0.0.0/24", 24, 1, true, true, COMPARE_AGREE, CAUSE_NONE },
	{ "10.0.1.0/24", 24, 1, false, false, COMPARE_CONFLICT, CAUSE_SILENT },
	{ "10.0.1.0/24", 24, 2, true, true, COMPARE_CONFLICT, CAUSE_SILENT },
	{ "10.0.2.0/24", 24, 1, false, false, COMPARE_CONFLICT, CAUSE_SILENT },
	{ "10.0.2.0/24", 25, 1, true, true, COMPARE_CONFLICT, CAUSE_SILENT },
	{ "10.0.3.0/24", 24, 1, false, false, COMPARE_ONLY, CAUSE_SILENT },
	{ "10.1.0.0/24", 24, 1, false, false, COMPARE_UNSETTLED,
	    CAUSE_CONTESTED },
	{ "10.2.0.0/24", 24, 1, false, false, COMPARE_UNSETTLED, CAUSE_YOUNG },
	{ "10.9.0.0/24", 24, 1, false, false, COMPARE_ONLY, CAUSE_UNCLAIMED },
	{ "10.0.4.0/24", 24, 1, true, true, COMPARE_ONLY, CAUSE_SILENT },
	{ "11.0.0.0/24", 24, 1, true, false, COMPARE_ONLY, CAUSE_REFUSED },
	{ "12.0.0.0/24", 24, 1, true, false, COMPARE_ONLY, CAUSE_UNCERTIFIED },
};

static void
world_make(struct view *out)
{
	static struct payload payloads[COUNT(world)];
	static struct view_left left[COUNT(world)];

	facts(out);
	for (size_t i = 0; i < COUNT(world); i++) {
		const struct expected *w = &world[i];
		struct payload p = vrp(w->prefix, w->max_len, w->asn,
		    w->ledger ? &entry : &roas[0]);

		if (w->left)
			left[out->n_left++] = (struct view_left){ .payload = p,
				.cause = LEFT_COVERED };
		else
			payloads[out->n++] = p;
	}
	qsort(payloads, out->n, sizeof(*payloads), payload_order);
	out->payloads = payloads;
	qsort(left, out->n_left, sizeof(*left), payload_order);
	out->left = left;
}

static void
compare(struct compare *out, const struct compare_side *a,
    const struct compare_side *b)
{
	CHECK_REASON("compare", policy_compare(out, a, b, &arena), REASON_OK);
}

static void
compare_worlds(struct compare *out, const struct view *v)
{
	struct compare_side a = {
		.name = "legacy", .view = v, .world = COMPARE_LEGACY
	};
	struct compare_side b = {
		.name = "ledger", .view = v, .world = COMPARE_LEDGER
	};

	compare(out, &a, &b);
}

static void
test_worlds(void **state)
{
	static struct view v;
	struct compare c;

	(void)state;
	world_make(&v);
	compare_worlds(&c, &v);
	assert_int_equal(c.n, COUNT(world) - 1);
	for (size_t i = 0; i < COUNT(world); i++) {
		const struct expected *w = &world[i];
		struct payload p = vrp(w->prefix, w->max_len, w->asn, NULL);
		const struct compare_item *item = NULL;

		for (size_t j = 0; j < c.n; j++)
			if (c.items[j].of[w->ledger] != NULL &&
			    payload_cmp(c.items[j].of[w->ledger], &p) == 0)
				item = &c.items[j];
		CHECK(w->prefix, item != NULL);
		CHECK(w->prefix, item->class == w->class);
		if (item->cause.kind != w->cause)
			fail_msg(
			    "%s: %s", w->prefix, cause_id(item->cause.kind));
		CHECK(w->prefix,
		    (item->rival != NULL) == (w->class == COMPARE_CONFLICT));
	}
	assert_int_equal(c.n_differ, COUNT(world) - 2);
	assert_int_equal(c.total[0][COMPARE_AGREE].vrps, 1);
	assert_int_equal(c.total[0][COMPARE_CONFLICT].vrps, 2);
	assert_int_equal(c.total[1][COMPARE_CONFLICT].vrps, 2);
	assert_int_equal(c.total[0][COMPARE_UNSETTLED].vrps, 2);
	assert_int_equal(c.total[0][COMPARE_ONLY].v4_addresses, 512);
	assert_int_equal(c.total[1][COMPARE_ONLY].prefixes, 3);
	assert_int_equal(c.causes[1][COMPARE_ONLY][CAUSE_REFUSED], 1);
	assert_int_equal(c.n_groups, 4);
	assert_int_equal(c.groups[0].kind, COMPARE_SOURCE);
	assert_int_equal(
	    c.groups[0].n[0][COMPARE_AGREE] + c.groups[1].n[0][COMPARE_AGREE],
	    1);
}

/* Addresses count once, however often they are named. */
static void
test_totals(void **state)
{
	struct payload all[] = { vrp("10.0.0.0/8", 8, 1, &roas[0]),
		vrp("10.0.0.0/8", 9, 1, &roas[0]),
		vrp("10.1.0.0/16", 16, 1, &roas[0]),
		vrp("12.0.0.0/24", 24, 1, &roas[0]),
		vrp("2001:db8::/32", 32, 1, &roas[0]),
		vrp("2001:db8:1::/48", 48, 1, &roas[0]),
		vrp("2001:db9::/128", 128, 1, &roas[0]),
		vrp("2001:db9::1/128", 128, 1, &roas[0]) };
	struct view v, none = { 0 };
	struct compare_side a = {
		.name = "a", .view = &v, .world = COMPARE_ALL
	};
	struct compare_side b = {
		.name = "b", .view = &none, .world = COMPARE_ALL
	};
	const struct compare_total *t;
	struct compare c;

	(void)state;
	facts(&v);
	v.payloads = all;
	v.n = COUNT(all);
	compare(&c, &a, &b);
	t = &c.total[0][COMPARE_ONLY];
	assert_int_equal(t->vrps, 8);
	assert_int_equal(t->prefixes, 7);
	assert_int_equal(t->v4_addresses, (1U << 24) + 256);
	assert_int_equal(t->v6_nets, (UINT64_C(1) << 32) + 1);
}

static uint32_t
next_random(uint32_t *x)
{
	*x = *x * 1664525 + 1013904223;
	return *x >> 8;
}

static void
random_view(struct view *out, uint32_t *x)
{
	size_t n = 60;

	facts(out);
	out->payloads = ARENA_ARRAY(&arena, n, struct payload);
	assert_non_null(out->payloads);
	out->n = n;
	for (size_t i = 0; i < n; i++) {
		static const struct origin *const origins[] = { &roas[0],
			&roas[1], &entry };
		char prefix[64];
		uint32_t r = next_random(x);

		(void)snprintf(prefix, sizeof(prefix), "%u.%u.%u.0/24",
		    10 + r % 3, r / 4 % 4, r / 16 % 4);
		out->payloads[i] = vrp(prefix, 24 + r / 64 % 3, r / 256 % 3,
		    origins[r / 1024 % 3]);
	}
	qsort(out->payloads, n, sizeof(*out->payloads), payload_order);
}

static void
test_self(void **state)
{
	uint32_t x = 3;

	(void)state;
	for (size_t round = 0; round < 20; round++) {
		struct compare c;
		struct view v;

		random_view(&v, &x);
		for (int w = COMPARE_ALL; w <= COMPARE_LEDGER; w++) {
			struct compare_side a = { .name = "a",
				.view = &v,
				.world = (enum compare_world)w };

			compare(&c, &a, &a);
			assert_int_equal(c.n_differ, 0);
		}
	}
}

static void
test_mirror(void **state)
{
	uint32_t x = 4;

	(void)state;
	for (size_t round = 0; round < 40; round++) {
		struct compare c, d;
		struct view v, w;
		struct compare_side a = { .name = "a",
			.view = &v,
			.world = (enum compare_world)(round % 3) };
		struct compare_side b = { .name = "b",
			.view = &w,
			.world = (enum compare_world)(round / 3 % 3) };

		random_view(&v, &x);
		random_view(&w, &x);
		compare(&c, &a, &b);
		compare(&d, &b, &a);
		assert_int_equal(c.n, d.n);
		for (size_t i = 0; i < c.n; i++) {
			const struct compare_item *p = &c.items[i];
			const struct compare_item *q = &d.items[i];

			assert_ptr_equal(p->of[0], q->of[1]);
			assert_ptr_equal(p->of[1], q->of[0]);
			assert_int_equal(p->class, q->class);
			assert_ptr_equal(p->rival, q->rival);
			assert_int_equal(p->cause.kind, q->cause.kind);
		}
		for (int class = 1; class < COMPARE_CLASSES; class ++)
			assert_memory_equal(&c.total[0][class],
			    &d.total[1][class], sizeof(c.total[0][0]));
	}
}

/* ---- routes ---------------------------------------------------------- */

/* RFC 6811 by looking at every VRP. */
static enum route_state
plain_state(const struct view *v, const struct table_route *r)
{
	enum route_state state = ROUTE_NOT_FOUND;

	for (size_t i = 0; i < v->n; i++) {
		const struct vrp *x = &v->payloads[i].vrp;

		if (!prefix_covers(&x->prefix, &r->prefix))
			continue;
		if (x->asn.v == r->origin && r->origin != 0 &&
		    r->prefix.len <= x->max_len)
			return ROUTE_VALID;
		state = ROUTE_INVALID;
	}
	return state;
}

static void
test_routes(void **state)
{
	struct buf text;
	struct table table;
	struct fault why;
	struct view v, w;
	struct compare_side a = {
		.name = "a", .view = &v, .world = COMPARE_ALL
	};
	struct compare_side b = {
		.name = "b", .view = &w, .world = COMPARE_ALL
	};
	struct compare c;
	struct compare_routes routes;
	uint64_t count[3][3] = { 0 };
	size_t differ = 0;
	uint32_t x = 9;

	(void)state;
	buf_init(&text, 100000);
	for (size_t i = 0; i < 500; i++) {
		uint32_t r = next_random(&x), len = 24 + r / 64 % 4;

		buf_printf(&text, "%u.%u.%u.0/%u,%u\n", 10 + r % 3, r / 4 % 4,
		    r / 16 % 4, len, r / 256 % 3);
	}
	CHECK_REASON(
	    "table", table_parse(&table, buf_view(&text), &why), REASON_OK);
	random_view(&v, &x);
	random_view(&w, &x);
	compare(&c, &a, &b);
	CHECK_REASON("routes",
	    policy_compare_routes(&routes, &c, &table, &arena), REASON_OK);
	for (size_t i = 0; i < table.routes.n; i++) {
		const struct table_route *r = &table.routes.v[i];
		enum route_state s = plain_state(&v, r);
		enum route_state t = plain_state(&w, r);

		count[s][t]++;
		if (s == t)
			continue;
		assert_ptr_equal(routes.differ[differ].route, r);
		assert_int_equal(routes.differ[differ].state[0], s);
		assert_int_equal(routes.differ[differ].state[1], t);
		differ++;
	}
	assert_int_equal(routes.n_differ, differ);
	assert_memory_equal(count, routes.count, sizeof(count));
	assert_true(differ > 20);
	table_fini(&table);
	buf_fini(&text);
}

/* draft-ietf-sidrops-aspa-verification 6.2, by hand: 1 and 2 are customers of
 * 10, 10 of nobody, 20 of 10. */
static void
test_paths(void **state)
{
	static const struct {
		const char *what;
		uint32_t path[6]; /* from the peer; 0 ends it */
		bool has_set;
		enum route_state want;
	} cases[] = {
		{ "origin alone", { 1 }, false, ROUTE_VALID },
		{ "up", { 10, 1 }, false, ROUTE_VALID },
		{ "up, across", { 99, 10, 1 }, false, ROUTE_VALID },
		{ "up and down", { 2, 10, 1 }, false, ROUTE_VALID },
		{ "up, across, down", { 20, 10, 10, 1 }, false, ROUTE_VALID },
		{ "a leak: down and up again", { 10, 2, 10, 1 }, false,
		    ROUTE_INVALID },
		{ "a leak between others", { 99, 10, 2, 98, 1 }, false,
		    ROUTE_INVALID },
		{ "not a provider at either end", { 2, 98, 97, 1 }, false,
		    ROUTE_INVALID },
		{ "nothing said", { 97, 98, 99 }, false, ROUTE_NOT_FOUND },
		{ "a set", { 10, 1 }, true, ROUTE_INVALID },
	};
	static const struct asn ten[] = { { 10 } }, none[] = { { 0 } };
	struct payload aspas[] = {
		{ .kind = PAYLOAD_ASPA,
		    .aspa = { { 1 }, 1, ten },
		    .origin = &roas[0] },
		{ .kind = PAYLOAD_ASPA,
		    .aspa = { { 2 }, 1, ten },
		    .origin = &roas[0] },
		{ .kind = PAYLOAD_ASPA,
		    .aspa = { { 10 }, 1, none },
		    .origin = &roas[0] },
		{ .kind = PAYLOAD_ASPA,
		    .aspa = { { 20 }, 1, ten },
		    .origin = &roas[0] },
	};
	struct view v, without = { 0 };
	struct compare_side a = {
		.name = "a", .view = &v, .world = COMPARE_ALL
	};
	struct compare_side b = {
		.name = "b", .view = &without, .world = COMPARE_ALL
	};
	struct compare c;

	(void)state;
	facts(&v);
	v.payloads = aspas;
	v.n = COUNT(aspas);
	compare(&c, &a, &b);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct table t = { 0 };
		struct table_path p = { .count = 3,
			.has_set = cases[i].has_set };
		struct compare_routes x;
		enum route_state other =
		    cases[i].has_set ? ROUTE_INVALID : ROUTE_NOT_FOUND;

		for (; p.n < 6 && cases[i].path[p.n] != 0; p.n++)
			assert_true(vec_push(&t.numbers, cases[i].path[p.n]));
		if (p.n <= 2 && !cases[i].has_set)
			other = ROUTE_VALID;
		assert_true(vec_push(&t.paths, p));
		CHECK_REASON(cases[i].what,
		    policy_compare_routes(&x, &c, &t, &arena), REASON_OK);
		CHECK(cases[i].what, x.n_paths == 3);
		CHECK(cases[i].what, x.path_count[cases[i].want][other] == 3);
		CHECK(cases[i].what,
		    x.n_paths_differ == (cases[i].want != other));
		table_fini(&t);
	}
}

/* ---- words ----------------------------------------------------------- */

static bool
has(const struct buf *b, const char *text)
{
	return memmem(b->p, b->n, text, strlen(text)) != NULL;
}

static void
test_words(void **state)
{
	static struct view v;
	struct compare c;
	struct table table;
	struct fault why;
	struct compare_routes routes;
	struct compare_report r = { .compare = &c,
		.routes = &routes,
		.table = &table,
		.table_name = "<routes>" };
	struct emit e;
	struct buf b;

	(void)state;
	world_make(&v);
	compare_worlds(&c, &v);
	CHECK_REASON("table",
	    table_parse(&table, SPAN("10.0.1.0/24,1\n10.0.0.0/24,1\n"), &why),
	    REASON_OK);
	CHECK_REASON("routes",
	    policy_compare_routes(&routes, &c, &table, &arena), REASON_OK);
	buf_init(&b, 1 << 20);
	compare_text(&b, &r);
	assert_true(has(&b, "legacy: 10.0.1.0/24 AS1; ledger: 10.0.1.0/24 "
			    "AS2; silent"));
	assert_true(has(&b, "11.0.0.0/24 AS1; refused (roa.maxlength)"));
	assert_true(has(&b, "10.0.1.0/24 AS1: valid, invalid"));
	buf_reset(&b);
	emit_init(&e, &b, EMIT_JSON);
	compare_emit(&e, &r);
	assert_true(has(&b, "\"differing\": 11"));
	assert_true(has(&b, "\"cause\": \"uncertified\""));
	assert_int_equal(e.depth, 0);
	buf_reset(&b);
	compare_csv(&b, &r);
	assert_true(has(&b, "conflict,\"legacy\",\"10.0.1.0/24 AS1\","
			    "\"10.0.1.0/24 AS2\",\"silent\""));
	buf_reset(&b);
	compare_html(&b, &r);
	assert_true(has(&b, "<svg"));
	assert_true(has(&b, "&lt;b&gt;north"));
	assert_false(has(&b, "<b>"));
	assert_false(has(&b, "http:") || has(&b, "https:"));
	assert_false(has(&b, "<script"));
	assert_false(b.failed);
	buf_fini(&b);
	table_fini(&table);
}

/* The same sources under another mode. */
static void
test_again(void **state)
{
	static const struct {
		enum policy_mode mode;
		size_t n;
	} cases[] = { { POLICY_LEGACY_ONLY, 7 }, { POLICY_LEDGER_ONLY, 6 },
		{ POLICY_UNION, 13 }, { POLICY_AGREEMENT, 2 } };
	static struct view v;
	struct limits limits;

	(void)state;
	world_make(&v);
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct policy policy;
		struct policy_wish wish = { .policy = &policy,
			.limits = &limits };
		struct view w;

		policy_init(&policy);
		policy.mode = cases[i].mode;
		CHECK_REASON(
		    "again", policy_again(&w, &v, &wish, &arena), REASON_OK);
		assert_int_equal(w.n, cases[i].n);
		assert_int_equal(w.n + w.n_left, COUNT(world));
	}
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
		CASE(test_worlds),
		CASE(test_totals),
		CASE(test_self),
		CASE(test_mirror),
		CASE(test_routes),
		CASE(test_paths),
		CASE(test_words),
		CASE(test_again),
	};

	return cmocka_run_group_tests_name("compare", tests, NULL, NULL);
}
