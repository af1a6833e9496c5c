/* What changed between two views and why; and back again. */
#include <string.h>

#include "tests/check.h"
#include "tests/view/sample.h"

static struct arena arena;

static void
diff(struct view_delta *out, const struct view *a, const struct view *b)
{
	CHECK_REASON("diff", view_diff(out, a, b, &arena), REASON_OK);
}

static void
test_same(void **state)
{
	static struct sample s, t;
	struct view_delta d;

	(void)state;
	sample_init(&s);
	sample_init(&t);
	diff(&d, &s.view, &s.view);
	assert_int_equal(d.n, 0);
	/* Times that moved are no change. */
	t.roa.stale_at += 100;
	t.ca.chain_until_at += 100;
	diff(&d, &s.view, &t.view);
	assert_int_equal(d.n, 0);
}

/* The view without its entry i. */
static struct view
without(const struct view *v, size_t i)
{
	struct view out = *v;

	out.payloads = ARENA_ARRAY(&arena, v->n, struct payload);
	assert_non_null(out.payloads);
	out.n = 0;
	for (size_t j = 0; j < v->n; j++)
		if (j != i)
			out.payloads[out.n++] = v->payloads[j];
	return out;
}

/* Routers hear when the first says it and when the last stops. */
static void
test_heard(void **state)
{
	static const bool is_heard[] = { true, false, false, true, true, true,
		true, true };
	struct sample s;

	(void)state;
	sample_init(&s);
	for (size_t i = 0; i < s.view.n; i++) {
		struct view less = without(&s.view, i);
		struct view_delta d;

		diff(&d, &s.view, &less);
		assert_int_equal(d.n, 1);
		assert_int_equal(d.changes[0].op, CHANGE_REMOVED);
		assert_int_equal(
		    payload_order(&d.changes[0].payload, &s.payloads[i]), 0);
		assert_true(d.changes[0].is_heard == is_heard[i]);
		diff(&d, &less, &s.view);
		assert_int_equal(d.n, 1);
		assert_int_equal(d.changes[0].op, CHANGE_ADDED);
		assert_true(d.changes[0].is_heard == is_heard[i]);
	}
	/* Both entries of one payload: once. */
	struct view none = without(&s.view, 1);
	struct view_delta d;

	none = without(&none, 1);
	diff(&d, &s.view, &none);
	assert_int_equal(d.n, 2);
	assert_true(d.changes[0].is_heard && !d.changes[1].is_heard);
}

/* ---- causes ---------------------------------------------------------- */

/* What happens in the later view to "10.1.2.0/24", of a.roa. */
struct happening {
	const char *what;
	void (*happen)(struct sample *);
	enum cause_kind want;
	enum reason reason;
};

static void
nothing(struct sample *s)
{
	(void)s;
}

/* a.roa says nothing any more at all. */
static void
silence(struct sample *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->view.n; i++)
		if (s->payloads[i].origin != &s->roa)
			s->payloads[n++] = s->payloads[i];
	s->view.n = n;
	for (size_t i = 0; i < s->view.n_left; i++)
		if (s->left[i].payload.origin == &s->roa)
			s->left[i].payload.origin = &s->other;
}

static void
refused(struct sample *s)
{
	silence(s);
	s->findings[2].object = s->roa.uri;
	s->findings[2].effect = EFFECT_OBJECT;
	s->findings[2].reason = R_ROA_MAXLEN;
}

static void
revoked(struct sample *s)
{
	refused(s);
	s->findings[2].reason = R_PATH_REVOKED;
}

static void
expired(struct sample *s)
{
	silence(s);
	s->view.at = 5000;
}

static void
stale_point(struct sample *s)
{
	silence(s);
	s->findings[2].point = s->ca.manifest_uri;
	s->findings[2].object = s->ca.manifest_uri;
}

static void
not_fetched(struct sample *s)
{
	stale_point(s);
	s->repositories[1].reason = R_FETCH_TIME;
}

static void
ca_refused(struct sample *s)
{
	silence(s);
	s->findings[2].object = s->ca.uri;
	s->findings[2].reason = R_PATH_REVOKED;
	s->findings[2].effect = EFFECT_OBJECT;
}

static void
ca_gone(struct sample *s)
{
	silence(s);
	s->view.n_authorities = 1;
}

static void
anchor_failed(struct sample *s)
{
	silence(s);
	s->sources[0].reason = R_FETCH_TIME;
}

static void
anchor_unset(struct sample *s)
{
	silence(s);
	s->sources[0].name = SPAN("another");
}

static void
left_out(struct sample *s)
{
	silence(s);
	s->left[1].payload = vrp_of("10.1.2.0/24", 24, 64502, &s->roa);
	s->left[1].rule = 4;
}

/* What a.roa says now is left out: still, it is there. */
static void
other_left_out(struct sample *s)
{
	silence(s);
	s->left[1].payload = vrp_of("10.1.3.0/24", 24, 64502, &s->roa);
}

static const struct happening happenings[] = {
	{ "the object says something else", nothing, CAUSE_REPLACED, 0 },
	{ "which is left out", other_left_out, CAUSE_REPLACED, 0 },
	{ "the object is gone", silence, CAUSE_GONE, 0 },
	{ "refused", refused, CAUSE_REFUSED, R_ROA_MAXLEN },
	{ "revoked", revoked, CAUSE_REVOKED, R_PATH_REVOKED },
	{ "expired", expired, CAUSE_EXPIRED, 0 },
	{ "its point is stale", stale_point, CAUSE_CHAIN, R_MANIFEST_STALE },
	{ "not fetched", not_fetched, CAUSE_FETCH, R_FETCH_TIME },
	{ "its CA is revoked", ca_refused, CAUSE_REVOKED, R_PATH_REVOKED },
	{ "its CA is gone", ca_gone, CAUSE_CHAIN, 0 },
	{ "its anchor failed", anchor_failed, CAUSE_SOURCE, R_FETCH_TIME },
	{ "its anchor is not set", anchor_unset, CAUSE_UNCONFIGURED, 0 },
	{ "left out", left_out, CAUSE_POLICY, 0 },
};

static const struct view_change *
change_of(const struct view_delta *d, const struct payload *p)
{
	for (size_t i = 0; i < d->n; i++)
		if (!d->changes[i].is_left &&
		    payload_cmp(&d->changes[i].payload, p) == 0)
			return &d->changes[i];
	fail_msg("no such change");
	return NULL;
}

static void
test_causes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(happenings); i++) {
		const struct happening *h = &happenings[i];
		const struct view_change *c;
		static struct sample before, after;
		struct view later;
		struct payload p;
		struct view_delta d;

		sample_init(&before);
		sample_init(&after);
		h->happen(&after);
		p = vrp_of("10.1.2.0/24", 24, 64502, &before.roa);
		later = after.view;
		for (size_t j = 0; j < later.n; j++)
			if (payload_cmp(&later.payloads[j], &p) == 0)
				later = without(&later, j);
		diff(&d, &before.view, &later);
		c = change_of(&d, &p);
		CHECK(h->what, c->op == CHANGE_REMOVED);
		if (c->cause.kind != h->want)
			fail_msg("%s: %s", h->what, cause_id(c->cause.kind));
		CHECK(h->what, c->cause.reason == h->reason);
		/* And when it comes back it is because that is over. */
		diff(&d, &later, &before.view);
		c = change_of(&d, &p);
		CHECK(h->what, c->op == CHANGE_ADDED);
		CHECK(h->what,
		    c->cause.kind ==
			(h->want == CAUSE_GONE ? CAUSE_PUBLISHED : h->want));
	}
}

/* Of a ledger. */
static void
test_claims(void **state)
{
	static const struct {
		const char *what;
		bool contested, young, released;
		enum cause_kind want;
	} cases[] = {
		{ "withdrawn", false, false, false, CAUSE_GONE },
		{ "contested", true, false, false, CAUSE_CONTESTED },
		{ "young", false, true, false, CAUSE_YOUNG },
		{ "released", false, false, true, CAUSE_UNCLAIMED },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		static struct sample before, after;
		struct view_delta d;
		struct view later;

		sample_init(&before);
		sample_init(&after);
		if (cases[i].contested)
			after.holdings[0].contender = &after.holders[1];
		after.holdings[0].is_young = cases[i].young;
		if (cases[i].released)
			after.holdings[0].ip = range_of("10.0.0.0/16");
		later = without(&after.view, 1);
		assert_ptr_equal(after.payloads[1].origin, &after.entry);
		diff(&d, &before.view, &later);
		CHECK(cases[i].what, d.n == 1);
		if (d.changes[0].cause.kind != cases[i].want)
			fail_msg("%s: %s", cases[i].what,
			    cause_id(d.changes[0].cause.kind));
	}
}

/* ---- back ------------------------------------------------------------ */

static void
same_entries(const struct view *a, const struct view *b)
{
	struct view_delta d;

	diff(&d, a, b);
	assert_int_equal(d.n, 0);
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->n_left, b->n_left);
}

/* Each payload there or not, some by another object, some left out. */
static struct view
random_view(struct sample *s, uint32_t *x)
{
	struct view v = s->view;
	struct origin *reissued = ARENA_NEW(&arena, struct origin);

	assert_non_null(reissued);
	*x = *x * 1664525 + 1013904223;
	*reissued = s->roa;
	reissued->hash.b[1] = (uint8_t)(*x >> 28);
	v.payloads = ARENA_ARRAY(&arena, v.n, struct payload);
	v.left = ARENA_ARRAY(&arena, v.n_left, struct view_left);
	assert_true(v.payloads != NULL && v.left != NULL);
	v.n = v.n_left = 0;
	for (size_t i = 0; i < s->view.n; i++) {
		if ((*x >> (8 + i) & 1) == 0)
			continue;
		v.payloads[v.n] = s->payloads[i];
		if (s->payloads[i].origin == &s->roa)
			v.payloads[v.n].origin = reissued;
		v.n++;
	}
	for (size_t i = 0; i < 2; i++)
		if ((*x >> (20 + i) & 1) != 0) {
			v.left[v.n_left] = s->left[i];
			v.left[v.n_left++].rule = *x >> 26 & 1;
		}
	v.at = (int64_t)(*x >> 8);
	v.serial = *x;
	return v;
}

#define STEPS 12

/* From the last of a row of views to each earlier one, through files. */
static void
test_back(void **state)
{
	static struct sample s;
	static struct view views[STEPS + 1];
	static struct view_delta deltas[STEPS];
	const struct view_delta *newest_first[STEPS];
	struct view_file *files[STEPS];
	struct buf bytes[STEPS];
	uint32_t x = 5;

	(void)state;
	sample_init(&s);
	for (size_t i = 0; i <= STEPS; i++)
		views[i] = random_view(&s, &x);
	for (size_t i = 0; i < STEPS; i++) {
		struct view_delta d;

		diff(&d, &views[i], &views[i + 1]);
		d.edition = i + 1;
		buf_init(&bytes[i], SIZE_MAX);
		CHECK_REASON(
		    "bytes", view_delta_bytes(&bytes[i], &d), REASON_OK);
		CHECK_REASON("open",
		    view_open_bytes(&files[i], buf_view(&bytes[i])), REASON_OK);
		CHECK_REASON("load",
		    view_delta_load(&deltas[i], files[i], &arena), REASON_OK);
		assert_int_equal(deltas[i].n, d.n);
		assert_int_equal(deltas[i].edition, i + 1);
		assert_int_equal(deltas[i].from_serial, views[i].serial);
		newest_first[STEPS - 1 - i] = &deltas[i];
	}
	for (size_t n = 0; n <= STEPS; n++) {
		struct view then;

		CHECK_REASON("back",
		    view_back(&then, &views[STEPS], newest_first, n, &arena),
		    REASON_OK);
		same_entries(&then, &views[STEPS - n]);
		assert_int_equal(then.at, views[STEPS - n].at);
		assert_int_equal(then.serial, views[STEPS - n].serial);
	}
	for (size_t i = 0; i < STEPS; i++) {
		view_close(files[i]);
		buf_fini(&bytes[i]);
	}
}

/* A difference is no view, nor the other way round; and keeps its causes. */
static void
test_delta_file(void **state)
{
	static struct sample s, t;
	struct view_delta d, e;
	struct view_file *f;
	struct view v;
	struct buf b;

	(void)state;
	sample_init(&s);
	sample_init(&t);
	left_out(&t);
	diff(&d, &s.view, &t.view);
	buf_init(&b, SIZE_MAX);
	CHECK_REASON("bytes", view_delta_bytes(&b, &d), REASON_OK);
	CHECK_REASON("open", view_open_bytes(&f, buf_view(&b)), REASON_OK);
	CHECK_REASON("view", view_load(&v, f, &arena), R_VIEW_DAMAGED);
	CHECK_REASON("load", view_delta_load(&e, f, &arena), REASON_OK);
	assert_int_equal(d.n, e.n);
	for (size_t i = 0; i < d.n; i++) {
		const struct view_change *c = &d.changes[i];
		const struct view_change *g = &e.changes[i];

		assert_int_equal(c->op, g->op);
		assert_true(c->is_left == g->is_left);
		assert_true(c->is_heard == g->is_heard);
		assert_int_equal(c->cause.kind, g->cause.kind);
		assert_int_equal(c->cause.left, g->cause.left);
		assert_int_equal(c->cause.rule, g->cause.rule);
		assert_int_equal(payload_order(&c->payload, &g->payload), 0);
		if (c->is_left)
			assert_int_equal(c->left.cause, g->left.cause);
	}
	view_close(f);
	buf_fini(&b);
	buf_init(&b, SIZE_MAX);
	CHECK_REASON("view bytes",
	    view_bytes(&b, &s.view, (struct view_edition){ 1, 1 }), REASON_OK);
	CHECK_REASON("open", view_open_bytes(&f, buf_view(&b)), REASON_OK);
	CHECK_REASON(
	    "no delta", view_delta_load(&e, f, &arena), R_VIEW_DAMAGED);
	view_close(f);
	buf_fini(&b);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same, setup, teardown),
		cmocka_unit_test_setup_teardown(test_heard, setup, teardown),
		cmocka_unit_test_setup_teardown(test_causes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_claims, setup, teardown),
		cmocka_unit_test_setup_teardown(test_back, setup, teardown),
		cmocka_unit_test_setup_teardown(
		    test_delta_file, setup, teardown),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
