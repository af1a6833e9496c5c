/*
 * Ledgers followed from real folders and servers, as they should be, and where
 * sources lag, die and withhold.
 */
#include "tests/run/follow_world.h"

#include <string.h>
#include <unistd.h>

#include "pool/worker.h"

/* ---- an entry that ends its worker ----------------------------------- */

#define POISON "poison"

static bool is_poison; /* set before a run forks */

void
worker_poison(const struct job *j)
{
	for (size_t i = 0; is_poison && i < j->n_entries; i++)
		if (span_eq(j->entries[i], SPAN(POISON)))
			_exit(3);
}

/* ---- as it should be ------------------------------------------------- */

static void
check_origin(const struct world *w)
{
	const struct payload *p = &w->result.view.payloads[0];
	const struct origin *o = p->origin;
	char uri[64];

	(void)snprintf(
	    uri, sizeof(uri), "ledger:kit/%u", (unsigned)w->small - 2);
	assert_true(span_eq(o->source, SPAN("kit")));
	assert_true(span_eq(o->uri, span_str(uri)));
	assert_null(o->chain);
	assert_non_null(o->statement);
	assert_int_equal(o->statement->entry, w->small - 2);
	assert_true(digest_eq(&o->statement->holder, &w->kit.holder[1].id));
	assert_int_equal(o->statement->level, 0);
	assert_true(payload_expires_at(p) == INT64_MAX);
}

static void
check_facts(const struct world *w)
{
	const struct view *v = &w->result.view;
	const struct view_source *s = &v->sources[0];

	assert_int_equal(v->n_sources, 1);
	assert_int_equal(s->kind, SOURCE_LEDGER);
	assert_int_equal(s->size, w->small);
	assert_int_equal(s->n_payloads, 1);
	assert_int_equal(v->n_holders, 1);
	assert_int_equal(v->n_holdings, 2);
	assert_int_equal(v->holdings[0].kind, HOLDING_V4);
	assert_int_equal(v->holdings[1].kind, HOLDING_AS);
	assert_int_equal(v->holdings[1].as.hi, 64500);
	assert_true(v->holdings[0].holder == &v->holders[0]);
	assert_true(digest_eq(&v->holders[0].id, &w->kit.holder[1].id));
}

/* A folder and a server: accepted, the same, more. */
static void
test_follow(void **state)
{
	static const struct how hows[] = { { .sources = "a", .quorum = 2 },
		{ .sources = "%0", .quorum = 2 } };
	struct world *w = *state;

	make(w, "a", SMALL(w));
	serve(w, 0, "a");
	for (size_t i = 0; i < COUNT(hows); i++) {
		const struct how *how = &hows[i];
		const struct run_ledger *r;

		shell(w, "rm -rf cache");
		make(w, "a", SMALL(w));
		r = run(w, how);
		check_is(w, "first", SMALL(w), 1);
		check_reason(w, "first", REASON_OK);
		assert_string_equal(r->decision, "accepted");
		assert_int_equal(r->fresh, SMALL(w));
		assert_false(w->result.degraded);
		check_origin(w);
		check_facts(w);
		r = run(w, how);
		check_is(w, "again", SMALL(w), 1);
		assert_string_equal(r->decision, "same");
		assert_int_equal(r->fresh, 0);
		assert_int_equal(r->requests, 1);
		make(w, "a", WHOLE(w));
		r = run(w, how);
		check_is(w, "more", WHOLE(w), 2);
		assert_string_equal(r->decision, "accepted");
		assert_int_equal(r->fresh, WHOLE(w) - SMALL(w));
		assert_int_equal(r->rejected, 1);
		assert_int_equal(r->reasons[R_STATEMENT_OVERLAP], 1);
	}
	/* Of all requests, only those for the same checkpoint were empty. */
	assert_int_equal(server_count(&w->servers[0], 304), 1);
	(void)run(w, &hows[1]);
	assert_int_equal(server_count(&w->servers[0], 304), 2);
}

/* The state is one, however it came about: steps, workers, sources. */
static void
test_same_state(void **state)
{
	static const unsigned jobs[] = { 1, 2, 8 };
	struct world *w = *state;
	struct buf first, b;

	buf_init(&first, 1 << 24);
	buf_init(&b, 1 << 24);
	for (size_t i = 0; i < COUNT(jobs); i++)
		for (size_t step = 1; step <= WHOLE(w); step += 4) {
			struct how how = { .sources = "a", .jobs = jobs[i] };

			shell(w, "rm -rf cache a");
			for (size_t n = step; n < WHOLE(w); n += step) {
				make(w, "a", n);
				(void)run(w, &how);
			}
			make(w, "a", WHOLE(w));
			(void)run(w, &how);
			check_is(w, "whole", WHOLE(w), 2);
			buf_reset(&b);
			shell(w, "rm cache/ledgers/*.said "
				 "cache/ledgers/*.entries");
			slurp(&b, at(w, "cache/ledgers"));
			if (first.n == 0)
				buf_span(&first, buf_view(&b));
			assert_true(span_eq(buf_view(&first), buf_view(&b)));
		}
	buf_fini(&first);
	buf_fini(&b);
}

/* What was kept is gone, or damaged: had again, and believed no further than
 * what was accepted. */
static void
test_lost_state(void **state)
{
	const struct how how = { .sources = "a", .quorum = 2 };
	static const char *const scripts[] = { "rm -r cache/ledgers",
		"for f in cache/ledgers/*; do echo x >$f; done",
		"echo x >$(echo cache/ledgers/*.said)",
		"find cache/ledgers -type f ! -name '*.said' -delete" };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(scripts); i++) {
		shell(w, "rm -rf cache a");
		make(w, "a", SMALL(w));
		(void)run(w, &how);
		shell(w, scripts[i]);
		(void)run(w, &how);
		check_is(w, "same", SMALL(w), 1);
		/* Either of what is kept of it will do. */
		assert_int_equal(
		    w->result.ledgers[0].fresh, i < 2 ? SMALL(w) : 0);
		shell(w, scripts[i]);
		make(w, "a", WHOLE(w));
		(void)run(w, &how);
		check_is(w, "larger", WHOLE(w), 2);
		shell(w, scripts[i]);
		shell(w, "rm -r a");
		(void)run(w, &how);
		/* Where it says nothing, what it said last is held. */
		assert_int_equal(
		    w->result.ledgers[0].payloads.vrps, i < 2 ? 0 : 2);
		assert_int_equal(w->result.view.n, 2);
		assert_int_equal(w->result.degraded, i < 2);
	}
}

/* What another version replayed is replayed from what is kept of the log,
 * whoever is gone; and from nothing that is not what was accepted. */
static void
test_other_version(void **state)
{
	const struct how how = { .sources = "a", .quorum = 2 };
	const struct how anew = {
		.sources = "a", .quorum = 2, .no_memo = true
	};
	static const struct {
		const char *what, *script;
		bool counts;
	} cases[] = {
		{ "as it was left", ":", true },
		{ "more than was accepted", "echo more >>$e", true },
		{ "with its end cut off", "truncate -s -9 $e", false },
		{ "bent", BEND("$e", "9"), false },
		{ "gone", "rm $e", false },
	};
	static const char old[] =
	    "rm cache/ledgers/*.said; e=$(echo cache/ledgers/*.entries);"
	    "for f in cache/ledgers/*.?*.*; do"
	    " LC_ALL=C sed -i '1s/[0-9a-f]$/x/' $f; done;";
	struct world *w = *state;
	char script[512];

	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct run_ledger *r;
		bool counts = cases[i].counts;

		shell(w, "rm -rf cache a");
		make(w, "a", SMALL(w) - 1);
		(void)run(w, &how);
		make(w, "a", SMALL(w));
		(void)run(w, &how);
		(void)snprintf(
		    script, sizeof(script), "%s %s", old, cases[i].script);
		shell(w, script);
		shell(w, "mv a b");
		r = run(w, &how);
		CHECK(cases[i].what, r->fresh == (counts ? SMALL(w) : 0));
		CHECK(cases[i].what, r->payloads.vrps == counts);
		CHECK(cases[i].what, found(w, R_LOG_STATE) == counts);
		CHECK(cases[i].what, w->result.degraded == !counts);
		r = run(w, &how);
		CHECK(cases[i].what, r->payloads.vrps == counts);
		assert_int_equal(r->fresh, 0);
		r = run(w, &anew);
		CHECK(cases[i].what, r->fresh == (counts ? SMALL(w) : 0));
		shell(w, "mv b a");
		make(w, "a", WHOLE(w));
		r = run(w, &how);
		check_is(w, cases[i].what, WHOLE(w), 2);
		CHECK(cases[i].what,
		    r->fresh == WHOLE(w) - (counts ? SMALL(w) : 0));
		/* And kept again. */
		r = run(w, &anew);
		CHECK(cases[i].what, r->fresh == WHOLE(w));
		check_is(w, cases[i].what, WHOLE(w), 2);
	}
}

/* No more of a log is kept than of a repository: else nothing of it. */
static void
test_kept_limit(void **state)
{
	struct world *w = *state;
	uint64_t bytes = 0;
	struct buf kept;

	for (size_t i = 0; i < SMALL(w); i++)
		bytes += 2 + w->kit.log.v[i].n;
	for (uint64_t less = 0; less < 2; less++) {
		const struct how how = { .sources = "a",
			.repository_bytes = bytes - less };

		for (size_t n = SMALL(w) - 1; n <= SMALL(w); n++) {
			make(w, "a", n);
			(void)run(w, &how);
		}
		check_is(w, "followed all the same", SMALL(w), 1);
		shell(w, "mkdir b; touch b/none;"
			 "if mv cache/ledgers/*.entries b 2>/dev/null;"
			 "then rm b/none; fi");
		buf_init(&kept, 1 << 20);
		slurp(&kept, at(w, "b"));
		assert_int_equal(kept.n, less > 0 ? 0 : bytes + 8);
		buf_fini(&kept);
		shell(w, "rm -r b cache");
	}
}

/* ---- sources --------------------------------------------------------- */

static void
test_sources(void **state)
{
	struct world *w = *state;
	struct how how = { .sources = "%0, nowhere, %1, c", .quorum = 2 };

	make(w, "a", SMALL(w));
	make(w, "b", WHOLE(w));
	make(w, "c", WHOLE(w));
	serve(w, 0, "a");
	serve(w, 1, "b");
	/* One lags, one is not there: the newest of all counts. */
	(void)run(w, &how);
	check_is(w, "lag", WHOLE(w), 2);
	check_reason(w, "lag", REASON_OK);
	assert_true(found(w, R_FETCH_FOLDER));
	(void)run(w, &how);
	check_is(w, "lag", WHOLE(w), 2);
	assert_true(found(w, R_CHECKPOINT_STALE));
	/* A dead one is passed over. */
	server_end(&w->servers[1]);
	shell(w, "rm -rf cache");
	(void)run(w, &how);
	check_is(w, "dead", WHOLE(w), 2);
	assert_true(found(w, R_FETCH_CONNECT));
}

/* A bundle withheld, or changed, or of a length of its own. */
static void
test_withheld(void **state)
{
	static const char *const scripts[] = { "rm -r a/tile/entries",
		"for f in a/tile/entries/*/*; do " BEND(
		    "$f", "$(($(stat -c %s $f) - 20))") "; done",
		"for f in a/tile/entries/*/*; do echo >>$f; done" };
	static const enum reason reasons[] = { R_LOG_MISSING, R_LOG_ROOT,
		R_LOG_BUNDLE };
	struct world *w = *state;
	struct how how = { .sources = "%0", .quorum = 2 };
	struct how both = { .sources = "%0, %1", .quorum = 2 };

	make(w, "a", SMALL(w));
	make(w, "b", WHOLE(w));
	serve(w, 0, "a");
	serve(w, 1, "b");
	for (size_t i = 0; i < COUNT(scripts); i++) {
		shell(w, "rm -rf cache a");
		make(w, "a", SMALL(w));
		(void)run(w, &how);
		shell(w, "rm -r a");
		make(w, "a", WHOLE(w));
		shell(w, scripts[i]);
		(void)run(w, &how);
		check_is(w, scripts[i], SMALL(w), 1);
		check_reason(w, scripts[i], reasons[i]);
		assert_false(w->result.ledgers[0].frozen);
		(void)run(w, &both);
		check_is(w, scripts[i], WHOLE(w), 2);
		check_reason(w, scripts[i], REASON_OK);
		assert_true(found(w, reasons[i]));
	}
}

static void
test_nothing_ever(void **state)
{
	struct world *w = *state;
	struct how how = { .sources = "%0", .quorum = 2 };

	make(w, "a", SMALL(w));
	serve(w, 0, "a");
	shell(w, "rm a/checkpoint");
	(void)run(w, &how);
	check_is(w, "nothing", 0, 0);
	assert_true(w->result.degraded);
	CHECK_REASON("nothing", w->result.ledgers[0].reason, R_LOG_MISSING);
}

/* ---- successions ----------------------------------------------------- */

static void
succession(char out[1024], const struct world *w, const struct signers *next,
    uint64_t size, const char *folder)
{
	char hex[65];
	struct buf key;
	struct vkey k;

	buf_init(&key, 512);
	note_secret_vkey(&k, &next->log);
	vkey_write(&key, &k);
	hex_write(hex, SPAN_OF(w->kit.holder[1].id));
	(void)snprintf(out, 1024,
	    "  successions:\n  - {size: %u, sequencer: %s, origin: %.*s,\n"
	    "    key: '%.*s', sources: [%s]}\n",
	    (unsigned)size, hex, SPAN_FMT(next->log.name),
	    SPAN_FMT(buf_view(&key)), folder);
	buf_fini(&key);
}

static void
test_succession(void **state)
{
	struct world *w = *state;
	struct how how = { .sources = "a", .quorum = 2 };
	struct signers next;
	char more[1024];
	struct span last;

	signers_init(&next, "next.example", 77);
	make(w, "a", WHOLE(w));
	(void)run(w, &how);
	/* A checkpoint of the former log counts only up to there. */
	succession(more, w, &next, SMALL(w), "b");
	how.more = more;
	(void)run(w, &how);
	check_is(w, "former", WHOLE(w), 2);
	assert_true(found(w, R_CHECKPOINT_SEGMENT));
	/* The successor's log goes on from there, otherwise. */
	last = w->kit.log.v[SMALL(w)];
	w->kit.log.v[SMALL(w)] = SPAN("another");
	log_make(at(w, "b"), &next, w->kit.log.v, SMALL(w) + 1, by(w, ALL, 0));
	w->kit.log.v[SMALL(w)] = last;
	(void)run(w, &how);
	check_is(w, "successor", SMALL(w) + 1, 1);
	check_reason(w, "successor", REASON_OK);
	/* But the former's entries may not be others. */
	shell(w, "rm -rf cache b");
	how.more = NULL;
	(void)run(w, &how);
	how.more = more;
	last = w->kit.log.v[SMALL(w) - 2];
	w->kit.log.v[SMALL(w) - 2] = SPAN("another");
	log_make(at(w, "b"), &next, w->kit.log.v, SMALL(w) + 1, by(w, ALL, 0));
	w->kit.log.v[SMALL(w) - 2] = last;
	(void)run(w, &how);
	check_is(w, "changed", WHOLE(w), 2);
	check_reason(w, "changed", R_LEDGER_SUCCESSION);
	signers_fini(&next);
}

/* ---- workers --------------------------------------------------------- */

/* As no other validator skips it, neither do we: what is in force stays. */
static void
test_poison(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 2 };

	make(w, "a", SMALL(w));
	(void)run(w, &how);
	assert_true(vec_push(&w->kit.log, SPAN(POISON)));
	make(w, "a", WHOLE(w));
	is_poison = true;
	(void)run(w, &how);
	is_poison = false;
	check_is(w, "poison", SMALL(w), 1);
	check_reason(w, "poison", R_RUN_WORKER);
	assert_false(w->result.ledgers[0].frozen);
	(void)run(w, &how);
	check_is(w, "harmless", WHOLE(w), 2);
	assert_int_equal(
	    w->result.ledgers[0].reasons[R_STATEMENT_MALFORMED], 1);
}

/* ---- configuration --------------------------------------------------- */

static void
test_bad_keys(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 0 };

	configure(w, &how);
	w->conf.ledgers[0].key = "kit.example+00000000+AAAA";
	CHECK_REASON("key",
	    run_validate(&w->result, &w->conf, (struct run_progress){ 0 },
		(struct run_early){ 0 }, &w->why),
	    R_NOTE_KEY);
	w->has_result = true;
	assert_non_null(strstr(w->why.detail, "ledger kit"));
}

static void
test_policy_file(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 0 };
	struct vkey k;
	struct buf b;

	buf_init(&b, 4096);
	note_secret_vkey(&k, &w->signers.log);
	buf_puts(&b, "log ");
	vkey_write(&b, &k);
	note_secret_witness(&k, &w->signers.witness[0]);
	buf_puts(&b, "\nwitness one ");
	vkey_write(&b, &k);
	buf_puts(&b, "\nquorum one\n");
	log_file(w->root, "d/policy", buf_view(&b));
	buf_fini(&b);
	for (unsigned witnesses = 0; witnesses < 2; witnesses++) {
		shell(w, "rm -rf cache");
		log_make(at(w, "a"), &w->signers, w->kit.log.v, SMALL(w),
		    by(w, witnesses, 0));
		configure(w, &how);
		w->conf.ledgers[0].policy = at(w, "d/policy");
		if (w->has_result)
			run_result_fini(&w->result);
		w->has_result = true;
		CHECK_REASON("policy",
		    run_validate(&w->result, &w->conf,
			(struct run_progress){ 0 }, (struct run_early){ 0 },
			&w->why),
		    REASON_OK);
		assert_int_equal(
		    w->result.ledgers[0].size, witnesses == 0 ? 0 : SMALL(w));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_follow),
		TEST(test_same_state),
		TEST(test_lost_state),
		TEST(test_other_version),
		TEST(test_kept_limit),
		TEST(test_sources),
		TEST(test_withheld),
		TEST(test_nothing_ever),
		TEST(test_succession),
		TEST(test_poison),
		TEST(test_bad_keys),
		TEST(test_policy_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
