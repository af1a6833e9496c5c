/* Views before and after one change each, and what is told of it. */
#include <string.h>

#include "tests/check.h"

#include "alert/alert.h"

#define AT 1000000

/* SPAN, where a constant is wanted. */
#define TEXT(s)                                     \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

static struct link link_of_ta = { .depth = 0 };
static struct statement_origin statement;
static const struct origin legacy = { .source = TEXT("alpha"),
	.chain = &link_of_ta,
	.uri = TEXT("rsync://a.example/r/1.roa"),
	.not_after_at = AT + 90000,
	.stale_at = AT + 90000,
	.chain_until_at = AT + 90000 };
static const struct origin legacy_soon = { .source = TEXT("alpha"),
	.chain = &link_of_ta,
	.uri = TEXT("rsync://a.example/r/2.roa"),
	.not_after_at = AT + 90000,
	.stale_at = AT + 3599,
	.chain_until_at = AT + 90000 };
static const struct origin ledger = { .source = TEXT("gamma"),
	.statement = &statement,
	.uri = TEXT("ledger:gamma/7"),
	.not_after_at = INT64_MAX,
	.stale_at = INT64_MAX,
	.chain_until_at = INT64_MAX };
static const struct view_holder mine = { .ledger = TEXT("gamma"),
	.name = TEXT("mine") };
static const struct view_holder theirs = {
	.ledger = TEXT("gamma"), .id = { { 7 } }, .name = TEXT("theirs\n")
};

struct scene {
	struct payload payloads[8];
	struct view_left left[4];
	struct view_source sources[2];
	struct view_holding holdings[2];
	struct view view;
};

static struct payload
vrp(const char *prefix, uint32_t asn, const struct origin *origin)
{
	struct payload p = {
		.kind = PAYLOAD_VRP, .vrp = { .asn = { asn } }, .origin = origin
	};

	assert_true(prefix_parse(&p.vrp.prefix, prefix));
	p.vrp.max_len = p.vrp.prefix.len;
	return p;
}

static void
add(struct scene *s, struct payload p)
{
	s->payloads[s->view.n++] = p;
}

/* The same in every case: two payloads, two sources, a holding of mine. */
static void
begin(struct scene *s)
{
	*s = (struct scene){ .view = { .at = AT } };
	s->view.payloads = s->payloads;
	s->view.left = s->left;
	s->view.sources = s->sources;
	s->view.n_sources = 2;
	s->view.holdings = s->holdings;
	s->view.n_holdings = 1;
	s->sources[0].name = SPAN("alpha");
	s->sources[1].name = SPAN("gamma");
	s->sources[1].kind = SOURCE_LEDGER;
	s->holdings[0] = (struct view_holding){ .kind = HOLDING_V4,
		.ip = { { { 10, 1 } }, { { 10, 1, 255, 255 } } },
		.holder = &mine };
	add(s, vrp("10.1.0.0/16", 64500, &legacy));
}

static void
change_nothing(struct scene *s)
{
	add(s, vrp("10.2.0.0/16", 64500, &legacy));
}

static void
change_gone(struct scene *s)
{
	(void)s;
}

static void
change_origin(struct scene *s)
{
	change_nothing(s);
	add(s, vrp("10.2.0.0/16", 64666, &legacy));
}

static void
change_length(struct scene *s)
{
	change_nothing(s);
	add(s, vrp("10.2.0.0/16", 64500, &legacy));
	s->payloads[2].vrp.max_len = 17;
}

static void
change_elsewhere(struct scene *s)
{
	change_nothing(s);
	add(s, vrp("11.0.0.0/16", 64666, &legacy));
}

static void
change_expiring(struct scene *s)
{
	add(s, vrp("10.2.0.0/16", 64500, &legacy_soon));
}

static void
change_renewed(struct scene *s)
{
	add(s, vrp("10.2.0.0/16", 64500, &legacy));
	add(s, vrp("10.2.0.0/16", 64500, &legacy_soon));
}

static void
change_conflict(struct scene *s)
{
	change_nothing(s);
	s->left[0].payload = vrp("10.2.0.0/16", 64501, &ledger);
	s->view.n_left = 1;
}

static void
change_agreed(struct scene *s)
{
	change_nothing(s);
	s->left[0].payload = vrp("10.2.0.0/16", 64500, &ledger);
	s->view.n_left = 1;
}

static void
change_claim(struct scene *s)
{
	change_nothing(s);
	s->holdings[1] = s->holdings[0];
	s->holdings[1].ip = (struct addr_range){ { { 10, 3 } }, { { 10, 3 } } };
	s->holdings[1].holder = &theirs;
	s->view.n_holdings = 2;
}

static void
change_contended(struct scene *s)
{
	change_nothing(s);
	s->holdings[0].contender = &theirs;
}

static void
change_collapse(struct scene *s)
{
	change_nothing(s);
	s->sources[0].held_until_at = AT + 1;
}

static void
change_released(struct scene *s)
{
	change_nothing(s);
	s->sources[0].held_until_at = AT;
}

static void
change_fork(struct scene *s)
{
	change_nothing(s);
	s->sources[1].reason = R_CHECKPOINT_SPLIT_VIEW;
	s->sources[1].evidence = SPAN("/e/gamma.note");
}

static void
change_ledger(struct scene *s)
{
	change_nothing(s);
	s->sources[1].reason = R_LOG_MISSING;
}

static struct arena arena;

static const struct prefix *
watched(void)
{
	static struct prefix p;

	assert_true(prefix_parse(&p, "10.0.0.0/8"));
	return &p;
}

static void
test_changes(void **state)
{
	static const struct {
		const char *what;
		void (*change)(struct scene *);
		const char *told; /* "kind kind", as told */
		const char *has;  /* in the JSON */
	} cases[] = {
		{ "nothing", change_nothing, "", "" },
		{ "gone", change_gone, "gone ", "\"prefix\":\"10.2.0.0/16\"" },
		{ "new origin", change_origin, "new-origin ", "\"asn\":64666" },
		{ "same origin, other length", change_length, "", "" },
		{ "elsewhere", change_elsewhere, "", "" },
		{ "expiring", change_expiring, "expiring ", "\"expires\":" },
		{ "expiring, but renewed", change_renewed, "", "" },
		{ "conflict", change_conflict, "conflict conflict ",
		    "\"source\":\"gamma\"" },
		{ "agreement", change_agreed, "", "" },
		{ "claim", change_claim, "claim ", "\"name\":\"theirs\\n\"" },
		{ "contender", change_contended, "claim ", "10.1.0.0/16" },
		{ "collapse", change_collapse, "collapse ", "\"held_until\"" },
		{ "hold is over", change_released, "", "" },
		{ "fork", change_fork, "fork ", "/e/gamma.note" },
		{ "ledger", change_ledger, "ledger ", "log.missing" },
	};
	const struct policy_who who = { .name = TEXT("mine") };
	const struct alert_watch watch = { .n_prefixes = 1,
		.prefixes = watched(),
		.holders = { 1, &who },
		.kinds = (1U << ALERT_KINDS) - 1,
		.soon = 3600 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct scene before, after;
		struct alerts news;
		struct buf told, text;

		buf_init(&told, 10000);
		buf_init(&text, 10000);
		begin(&before);
		change_nothing(&before);
		begin(&after);
		cases[i].change(&after);
		arena_reset(&arena);
		CHECK_REASON(cases[i].what,
		    alert_news(
			&news, &before.view, &after.view, &watch, &arena),
		    REASON_OK);
		for (size_t j = 0; j < news.n; j++) {
			buf_printf(&told, "%s ", alert_kind_id(news.v[j].kind));
			alert_emit(&text, &news.v[j], AT, "17");
			alert_text(&text, &news.v[j]);
		}
		buf_byte(&told, '\0');
		buf_byte(&text, '\0');
		if (strcmp((char *)told.p, cases[i].told) != 0)
			fail_msg(
			    "%s: told of %s", cases[i].what, (char *)told.p);
		CHECK(cases[i].what,
		    strstr((char *)text.p, cases[i].has) != NULL);
		/* Told once: nothing is new in the next run. */
		CHECK_REASON("again",
		    alert_news(&news, &after.view, &after.view, &watch, &arena),
		    REASON_OK);
		CHECK(cases[i].what, news.n == 0);
		buf_fini(&told);
		buf_fini(&text);
	}
}

/* One second makes it soon. */
static void
test_soon(void **state)
{
	const struct alert_watch watch = { .n_prefixes = 1,
		.prefixes = watched(),
		.kinds = 1U << ALERT_EXPIRING };
	struct alert_watch w = watch;
	struct scene s;
	struct alerts a;

	(void)state;
	begin(&s);
	change_expiring(&s);
	for (w.soon = 3599; w.soon <= 3600; w.soon++) {
		arena_reset(&arena);
		CHECK_REASON(
		    "find", alert_find(&a, &s.view, &w, &arena), REASON_OK);
		assert_int_equal(a.n, w.soon == 3600);
	}
}

/* By AS number; only the kinds that are asked for; from nothing, no news. */
static void
test_watch(void **state)
{
	const struct asn_range asns = { 64500, 64500 };
	struct alert_watch w = {
		.n_asns = 1, .asns = &asns, .kinds = 1U << ALERT_GONE
	};
	struct scene before, after;
	struct alerts a;

	(void)state;
	begin(&before);
	change_nothing(&before);
	begin(&after);
	CHECK_REASON("asn",
	    alert_news(&a, &before.view, &after.view, &w, &arena), REASON_OK);
	assert_int_equal(a.n, 1);
	w.kinds = 1U << ALERT_NEW_ORIGIN;
	CHECK_REASON("kind",
	    alert_news(&a, &before.view, &after.view, &w, &arena), REASON_OK);
	assert_int_equal(a.n, 0);
	w.kinds = (1U << ALERT_KINDS) - 1;
	CHECK_REASON(
	    "first", alert_news(&a, NULL, &after.view, &w, &arena), REASON_OK);
	assert_int_equal(a.n, 0);
}

static void
test_kinds(void **state)
{
	enum alert_kind kind;

	(void)state;
	for (int i = 0; i < ALERT_KINDS; i++) {
		const char *id = alert_kind_id((enum alert_kind)i);

		CHECK(id, alert_kind_parse(&kind, span_str(id)));
		CHECK(id, (int)kind == i);
	}
	assert_false(alert_kind_parse(&kind, SPAN("nothing")));
}

static void
test_memory(void **state)
{
	const struct alert_watch watch = { .n_prefixes = 1,
		.prefixes = watched(),
		.kinds = 1U << ALERT_GONE };
	struct arena small;
	struct scene s;
	struct alerts a;

	(void)state;
	begin(&s);
	arena_init(&small, 8);
	CHECK_REASON(
	    "memory", alert_find(&a, &s.view, &watch, &small), R_LIMIT_MEMORY);
	arena_fini(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_soon),
		cmocka_unit_test(test_watch),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_memory),
	};

	arena_init(&arena, SIZE_MAX);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
