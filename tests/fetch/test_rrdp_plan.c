/* What to fetch, for what we have and what is listed. */
#include "tests/check.h"

#include <string.h>

#include "tests/fetch/files.h"

#define LISTED_MAX 1024

/* A repository that says it is at `serial`, with deltas first to last but for
 * `hole`, the hash of `mutated` being another one. */
struct listing {
	const char *session;
	uint64_t serial, first, last, hole, mutated;
};

static struct digest
hash(uint64_t serial)
{
	return hash_of(SPAN_OF(serial));
}

static void
list(struct rrdp_notification *out, struct rrdp_listed deltas[LISTED_MAX],
    const struct listing *in)
{
	*out = (struct rrdp_notification){ .serial = in->serial,
		.deltas = deltas };
	assert_true(rrdp_session_parse(&out->session, span_str(in->session)));
	for (uint64_t s = in->first; s <= in->last && s > 0; s++) {
		if (s == in->hole)
			continue;
		assert_true(out->n < LISTED_MAX);
		deltas[out->n++] = (struct rrdp_listed){ .serial = s,
			.hash = hash(s == in->mutated ? s + 1000 : s) };
	}
}

#define NEVER 0, 0, 0, 0, 0
static const struct {
	const char *what;
	struct listing had, now;
	enum rrdp_outcome want;
	enum reason why;
	size_t n;
} cases[] = {
	{ "first time", { SESSION, NEVER }, { SESSION, 9, 5, 9, 0, 0 },
	    RRDP_BY_SNAPSHOT, REASON_OK, 0 },
	{ "unchanged", { SESSION, 9, 5, 9, 0, 0 }, { SESSION, 9, 5, 9, 0, 0 },
	    RRDP_NOTHING, REASON_OK, 0 },
	{ "unchanged, deltas gone", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 9, 0, 0, 0, 0 }, RRDP_NOTHING, REASON_OK, 0 },
	{ "one later", { SESSION, 9, 5, 9, 0, 0 }, { SESSION, 10, 5, 10, 0, 0 },
	    RRDP_BY_DELTAS, REASON_OK, 1 },
	{ "some later", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 14, 10, 14, 0, 0 }, RRDP_BY_DELTAS, REASON_OK, 5 },
	{ "as many as are applied", { SESSION, 9, 0, 0, 0, 0 },
	    { SESSION, 109, 1, 109, 0, 0 }, RRDP_BY_DELTAS, REASON_OK, 100 },
	{ "one more", { SESSION, 9, 0, 0, 0, 0 },
	    { SESSION, 110, 1, 110, 0, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_MANY, 0 },
	{ "other session", { SESSION, 9, 5, 9, 0, 0 },
	    { OTHER, 10, 5, 10, 0, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_NEW_SESSION,
	    0 },
	{ "other session, same serial", { SESSION, 9, 5, 9, 0, 0 },
	    { OTHER, 9, 5, 9, 0, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_NEW_SESSION, 0 },
	{ "backwards", { SESSION, 9, 5, 9, 0, 0 }, { SESSION, 8, 5, 8, 0, 0 },
	    RRDP_BY_SNAPSHOT, R_RRDP_BACKWARDS, 0 },
	/* RR9 */
	{ "mutated, same serial", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 9, 5, 9, 0, 9 }, RRDP_BY_SNAPSHOT, R_RRDP_MUTATED, 0 },
	{ "mutated, long ago", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 12, 5, 12, 0, 5 }, RRDP_BY_SNAPSHOT, R_RRDP_MUTATED, 0 },
	{ "mutated, not seen before", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 12, 4, 12, 0, 4 }, RRDP_BY_DELTAS, REASON_OK, 3 },
	/* A11 */
	{ "hole at the start", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 12, 5, 12, 10, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_GAP, 0 },
	{ "hole in the middle", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 12, 5, 12, 11, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_GAP, 0 },
	{ "ends early", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 12, 5, 11, 0, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_GAP, 0 },
	{ "ends late", { SESSION, 9, 5, 9, 0, 0 }, { SESSION, 12, 5, 13, 0, 0 },
	    RRDP_BY_SNAPSHOT, R_RRDP_GAP, 0 },
	{ "begins late", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 12, 11, 12, 0, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_GAP, 0 },
	{ "none listed", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 10, 0, 0, 0, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_GAP, 0 },
	{ "hole before ours", { SESSION, 9, 5, 9, 0, 0 },
	    { SESSION, 10, 5, 10, 7, 0 }, RRDP_BY_DELTAS, REASON_OK, 1 },
	{ "far ahead", { SESSION, 1, 0, 0, 0, 0 },
	    { SESSION, INT64_MAX, 0, 0, 0, 0 }, RRDP_BY_SNAPSHOT, R_RRDP_MANY,
	    0 },
};

static void
test_cases(void **state)
{
	static struct rrdp_listed deltas[LISTED_MAX];
	struct rrdp_notification n;
	static struct rrdp_state had;
	struct limits limits;
	struct rrdp_plan p;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;

		list(&n, deltas, &cases[i].had);
		rrdp_state_next(&had, &n);
		list(&n, deltas, &cases[i].now);
		rrdp_plan(&p, &had, &n, &limits);
		CHECK_REASON(what, p.why, cases[i].why);
		CHECK(what, p.what == cases[i].want);
		CHECK(what, p.n == cases[i].n);
		rrdp_plan(&p, NULL, &n, &limits);
		CHECK(what, p.what == RRDP_BY_SNAPSHOT && p.why == REASON_OK);
	}
}

/* A list that was cut is none. */
static void
test_cut(void **state)
{
	static struct rrdp_listed deltas[LISTED_MAX];
	struct listing now = { SESSION, 10, 5, 10, 0, 0 };
	struct rrdp_state had = { .serial = 9 };
	struct rrdp_notification n;
	struct limits limits;
	struct rrdp_plan p;

	(void)state;
	limits_init(&limits);
	list(&n, deltas, &now);
	had.session = n.session;
	rrdp_plan(&p, &had, &n, &limits);
	assert_int_equal(p.what, RRDP_BY_DELTAS);
	n.is_cut = true;
	rrdp_plan(&p, &had, &n, &limits);
	assert_int_equal(p.what, RRDP_BY_SNAPSHOT);
	CHECK_REASON("rrdp.many", p.why, R_RRDP_MANY);
}

/*
 * For every pair of small listings: by deltas only when these are exactly
 * those from ours to theirs, and none seen before is another; nothing only
 * when it is the same serial of the same session.
 */
static void
check_plan(const struct rrdp_state *had, const struct rrdp_notification *n,
    const struct rrdp_plan *p)
{
	bool same = memcmp(&had->session, &n->session, sizeof(n->session)) == 0;

	if (p->what == RRDP_NOTHING)
		assert_true(same && had->serial == n->serial);
	if (p->what != RRDP_BY_DELTAS)
		return;
	assert_true(same && had->serial > 0 && had->serial < n->serial);
	assert_int_equal(p->n, n->serial - had->serial);
	assert_int_equal(n->deltas[n->n - 1].serial, n->serial);
	for (size_t i = 0; i < p->n; i++)
		assert_int_equal(
		    n->deltas[p->first + i].serial, had->serial + 1 + i);
	for (size_t i = 0; i < n->n; i++)
		for (size_t j = 0; j < had->n_seen; j++)
			assert_true(
			    n->deltas[i].serial != had->seen[j].serial ||
			    digest_eq(&n->deltas[i].hash, &had->seen[j].hash));
}

static void
test_property(void **state)
{
	static struct rrdp_listed deltas[LISTED_MAX];
	static struct rrdp_state had;
	struct rrdp_notification n;
	size_t outcomes[3] = { 0 };
	struct limits limits;
	struct rrdp_plan p;

	(void)state;
	limits_init(&limits);
	limits.delta_apply = 3;
	for (uint64_t x = 0; x < 7 * 7 * 7 * 7 * 7 * 2; x++) {
		struct listing a = { SESSION, x % 7, 1, x % 7, 0, 0 };
		struct listing b = { x % 2 == 0 ? SESSION : OTHER,
			1 + x / 7 % 7, x / 49 % 7, 1 + x / 343 % 7,
			x / 2401 % 7, (x / 2401 + x) % 9 };

		list(&n, deltas, &a);
		rrdp_state_next(&had, &n);
		list(&n, deltas, &b);
		rrdp_plan(&p, &had, &n, &limits);
		check_plan(&had, &n, &p);
		outcomes[p.what]++;
	}
	assert_true(outcomes[0] > 50 && outcomes[1] > 50 && outcomes[2] > 50);
}

/* ---- state ----------------------------------------------------------- */

static void
test_state_form(void **state)
{
	static struct rrdp_listed deltas[LISTED_MAX];
	static struct rrdp_state s, back;
	struct listing now = { SESSION, 300, 1, 300, 0, 0 };
	struct rrdp_notification n;
	struct buf b;

	(void)state;
	list(&n, deltas, &now);
	rrdp_state_next(&s, &n);
	assert_int_equal(s.n_seen, RRDP_SEEN);
	assert_int_equal(s.seen[RRDP_SEEN - 1].serial, 300);
	(void)snprintf(s.etag, sizeof(s.etag), "W/\"x\"");
	(void)snprintf(s.modified, sizeof(s.modified), "yesterday");
	buf_init(&b, 1 << 16);
	rrdp_state_write(&b, &s);
	assert_true(rrdp_state_parse(&back, buf_view(&b)));
	assert_memory_equal(&back, &s, sizeof(s));
	for (size_t i = 0; i < b.n; i++)
		assert_false(rrdp_state_parse(&back, span_of(b.p, i)));
	buf_byte(&b, 0);
	assert_false(rrdp_state_parse(&back, buf_view(&b)));
	assert_false(rrdp_state_parse(&back, SPAN("\2")));
	buf_fini(&b);
}

/* What is damaged is not taken for something else. */
static void
test_state_bent(void **state)
{
	static struct rrdp_state s = { .serial = 7, .etag = "a" }, back;
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 16);
	rrdp_state_write(&b, &s);
	assert_true(rrdp_state_parse(&back, buf_view(&b)));
	b.p[1 + 8 + 16 + 8] = '\n'; /* in the tag */
	assert_false(rrdp_state_parse(&back, buf_view(&b)));
	b.p[1 + 8 + 16 + 8] = 'a';
	b.p[1 + 8 + 16] = 0xff; /* its length */
	assert_false(rrdp_state_parse(&back, buf_view(&b)));
	b.p[1 + 8 + 16] = 0;
	b.p[b.n - 1] = RRDP_SEEN + 1;
	assert_false(rrdp_state_parse(&back, buf_view(&b)));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_property),
		cmocka_unit_test(test_state_form),
		cmocka_unit_test(test_state_bent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
