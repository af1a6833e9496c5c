/*
 * Logs that show two histories, witnesses that are dead, clocks that are off:
 * what was accepted last stays in force, and the alarm names the evidence.
 */
#include "tests/run/follow_world.h"

#include <string.h>
#include <sys/stat.h>

/* ---- histories that do not agree -------------------------------------- */

/* The first n entries, of which the last is another. */
static void
make_fork(struct world *w, const char *name, size_t n)
{
	struct span last = w->kit.log.v[n - 1];

	w->kit.log.v[n - 1] = SPAN("another");
	make(w, name, n);
	w->kit.log.v[n - 1] = last;
}

/* The one file that the alarm names, and what is in it. */
static void
check_evidence(struct world *w)
{
	const struct run_ledger *r = &w->result.ledgers[0];
	char path[256];
	struct stat st;
	struct buf b;
	size_t heads = 0;

	(void)snprintf(path, sizeof(path), "%.*s", SPAN_FMT(r->evidence));
	assert_int_equal(stat(path, &st), 0);
	assert_non_null(strstr(r->detail, "evidence/kit-split-"));
	buf_init(&b, 1 << 20);
	shell(w, "rm -rf d && mkdir d && cp cache/evidence/*split* d");
	slurp(&b, at(w, "d"));
	buf_byte(&b, '\0');
	for (const char *p = (const char *)b.p;
	     (p = strstr(p, "kit.example\n")) != NULL; p++)
		heads++;
	assert_int_equal(heads, 2);
	buf_fini(&b);
}

static void
check_frozen(struct world *w, const char *what, uint64_t size, uint64_t vrps)
{
	const struct how how = { .sources = "%0, %1", .quorum = 2 };
	const struct run_ledger *r = &w->result.ledgers[0];
	unsigned before;

	check_is(w, what, size, vrps);
	check_reason(w, what, R_CHECKPOINT_SPLIT_VIEW);
	assert_string_equal(r->decision, "split-view");
	assert_true(r->frozen && w->result.degraded);
	check_evidence(w);
	/* And nothing more is asked, let alone accepted. */
	make(w, "a", WHOLE(w));
	before = server_count(&w->servers[0], 0);
	r = run(w, &how);
	check_is(w, what, size, vrps);
	check_reason(w, what, R_LEDGER_FROZEN);
	assert_true(r->frozen && w->result.degraded);
	check_evidence(w);
	assert_int_equal(server_count(&w->servers[0], 0), before);
}

static void
clear(struct world *w, bool restart)
{
	const struct how how = { .sources = "%0, %1", .quorum = 2 };

	configure(w, &how);
	CHECK_REASON("clear",
	    run_ledger_clear(&w->conf, "kit", restart, &w->why), REASON_OK);
	CHECK_REASON("clear",
	    run_ledger_clear(&w->conf, "tik", restart, &w->why),
	    R_LEDGER_UNKNOWN);
}

static void
test_split(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "%0, %1", .quorum = 2 };

	make(w, "a", SMALL(w));
	make(w, "b", SMALL(w));
	serve(w, 0, "a");
	serve(w, 1, "b");
	/* The same size. */
	(void)run(w, &how);
	make_fork(w, "b", SMALL(w));
	(void)run(w, &how);
	check_frozen(w, "same size", SMALL(w), 1);
	/* Cleared while it is still there: seen again. */
	clear(w, false);
	shell(w, "rm -r a");
	make(w, "a", SMALL(w));
	(void)run(w, &how);
	check_frozen(w, "still there", SMALL(w), 1);
	clear(w, false);
	shell(w, "rm -r b");
	make(w, "b", SMALL(w));
	(void)run(w, &how);
	check_is(w, "mended", WHOLE(w), 2);
	check_reason(w, "mended", REASON_OK);
}

/* A larger tree that holds another entry where an accepted one is: its tiles
 * show it. */
static void
test_split_larger(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "%0, %1", .quorum = 2 };
	struct span old;

	make(w, "a", SMALL(w));
	make(w, "b", SMALL(w));
	serve(w, 0, "a");
	serve(w, 1, "b");
	(void)run(w, &how);
	old = w->kit.log.v[SMALL(w) - 1];
	w->kit.log.v[SMALL(w) - 1] = SPAN("another");
	make(w, "b", WHOLE(w));
	w->kit.log.v[SMALL(w) - 1] = old;
	(void)run(w, &how);
	check_frozen(w, "larger", SMALL(w), 1);
	/* Without the state, which is had again: entries show it too. */
	clear(w, false);
	shell(w, "rm -r cache/ledgers a b/tile/0; rm -rf d");
	make(w, "a", SMALL(w));
	(void)run(w, &how);
	check_reason(w, "no state", R_CHECKPOINT_SPLIT_VIEW);
	/* The operator believes the other: from the beginning. */
	clear(w, true);
	shell(w, "rm -r a");
	(void)run(w, &how);
	assert_int_equal(w->result.ledgers[0].size, WHOLE(w));
	assert_false(w->result.ledgers[0].frozen);
}

/* Two sources, two histories, both ahead of what was accepted. */
static void
test_split_between(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "%0, %1", .quorum = 2 };

	make(w, "a", SMALL(w));
	make(w, "b", SMALL(w));
	serve(w, 0, "a");
	serve(w, 1, "b");
	(void)run(w, &how);
	make(w, "a", WHOLE(w));
	make_fork(w, "b", WHOLE(w) - 1);
	(void)run(w, &how);
	check_frozen(w, "between", WHOLE(w), 2);
}

static void
test_rollback(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "%0", .quorum = 2 };

	make(w, "a", WHOLE(w));
	serve(w, 0, "a");
	(void)run(w, &how);
	make(w, "a", SMALL(w));
	(void)run(w, &how);
	check_is(w, "rollback", WHOLE(w), 2);
	assert_string_equal(w->result.ledgers[0].decision, "stale");
	assert_true(found(w, R_CHECKPOINT_STALE));
	assert_false(w->result.ledgers[0].frozen);
}

/* ---- witnesses and clocks -------------------------------------------- */

static void
test_witnesses(void **state)
{
	static const struct {
		unsigned witnesses;
		bool counts;
	} rows[] = { { 7, true }, { 6, true }, { 5, true }, { 4, false },
		{ 0, false } };
	struct world *w = *state;
	const struct how how = { .sources = "%0", .quorum = 2 };

	make(w, "a", SMALL(w));
	serve(w, 0, "a");
	for (size_t i = 0; i < COUNT(rows); i++) {
		shell(w, "rm -rf cache a");
		make(w, "a", SMALL(w));
		(void)run(w, &how);
		log_make(at(w, "a"), &w->signers, w->kit.log.v, WHOLE(w),
		    by(w, rows[i].witnesses, 5));
		(void)run(w, &how);
		if (rows[i].counts) {
			check_is(w, "counts", WHOLE(w), 2);
			continue;
		}
		check_is(w, "does not count", SMALL(w), 1);
		assert_string_equal(
		    w->result.ledgers[0].decision, "not-counted");
		CHECK_REASON(
		    "quorum", w->result.ledgers[0].reason, R_CHECKPOINT_QUORUM);
		shell(w, "ls cache/evidence/kit-refused-*.note >saved");
	}
}

/* Whatever comes, no more than so many are kept. */
static void
test_evidence_bounded(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 2 };

	for (int64_t i = 0; i < 40; i++) {
		log_make(at(w, "a"), &w->signers, w->kit.log.v, SMALL(w),
		    by(w, 1, i));
		(void)run(w, &how);
	}
	shell(w, "test $(ls cache/evidence | wc -l) -eq 32");
}

static void
test_other_logs(void **state)
{
	static const struct {
		const char *origin;
		uint8_t seed;
		enum reason want;
	} rows[] = { { "kit.example", 9, R_CHECKPOINT_UNSIGNED },
		{ "tik.example", 1, R_CHECKPOINT_ORIGIN } };
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 0 };

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct signers other;

		signers_init(&other, rows[i].origin, rows[i].seed);
		log_make(
		    at(w, "a"), &other, w->kit.log.v, SMALL(w), by(w, ALL, 0));
		(void)run(w, &how);
		check_is(w, rows[i].origin, 0, 0);
		CHECK_REASON(
		    rows[i].origin, w->result.ledgers[0].reason, rows[i].want);
		signers_fini(&other);
	}
}

/* A log whose genesis says that it is another, and one that is no ledger. */
static void
test_no_ledger(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 0 };
	struct span junk[] = { SPAN("junk") };

	log_make(at(w, "a"), &w->signers, junk, 1, by(w, 0, 0));
	(void)run(w, &how);
	check_is(w, "junk", 0, 0);
	check_reason(w, "junk", R_LOG_GENESIS);
	signers_fini(&w->signers);
	signers_init(&w->signers, "tik.example", 1);
	make(w, "a", SMALL(w));
	(void)run(w, &how);
	check_is(w, "other genesis", 0, 0);
	check_reason(w, "other genesis", R_CHECKPOINT_ORIGIN);
}

/* Ledger time ahead of the clock: not now; once it has passed, yes. */
static void
test_time_ahead(void **state)
{
	struct world *w = *state;
	struct how how = { .sources = "a", .quorum = 0 };

	make(w, "a", SMALL(w));
	(void)run(w, &how);
	assert_int_equal(kit_tick(&w->kit, 3600 + 1000), REASON_OK);
	/* A cosignature would say that it is ahead for ever. */
	log_make(at(w, "a"), &w->signers, w->kit.log.v, WHOLE(w), by(w, 0, 0));
	(void)run(w, &how);
	check_is(w, "ahead", SMALL(w), 1);
	check_reason(w, "ahead", R_CHECKPOINT_TIME_AHEAD);
	assert_string_equal(w->result.ledgers[0].decision, "time-ahead");
	assert_false(w->result.ledgers[0].frozen);
	how.later = 7200;
	(void)run(w, &how);
	check_is(w, "passed", WHOLE(w), 2);
	/* A run at another time has left nothing. */
	how.later = 0;
	(void)run(w, &how);
	check_is(w, "ahead", SMALL(w), 1);
	/* The clock went back: what was accepted stays. */
	how.later = -2 * (int64_t)DAY;
	(void)run(w, &how);
	check_is(w, "back", SMALL(w), 1);
}

static void
test_time_behind(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 2 };
	size_t before = w->small - 1; /* the last tick is not in it */

	log_make(at(w, "a"), &w->signers, w->kit.log.v, before, by(w, ALL, 0));
	(void)run(w, &how);
	assert_int_equal(w->result.ledgers[0].size, before);
	assert_string_equal(w->result.ledgers[0].decision, "time-behind");
	assert_true(found(w, R_CHECKPOINT_TIME_BEHIND));
	assert_false(w->result.degraded);
}

/* hostile.md LE4: the last second that can be told. */
static void
test_time_last(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 2 };
	const struct cosigned last = { ALL, INT64_MAX };

	log_make(at(w, "a"), &w->signers, w->kit.log.v, SMALL(w), last);
	(void)run(w, &how);
	check_is(w, "accepted", SMALL(w), 1);
	assert_true(found(w, R_CHECKPOINT_TIME_BEHIND));
	assert_true(w->result.ledgers[0].until_at == INT64_MAX);
	assert_false(w->result.ledgers[0].gone);
}

/* hostile.md LE1: the accepted root, signed as that of other sizes. */
static void
test_same_root(void **state)
{
	struct world *w = *state;
	const struct how how = { .sources = "a", .quorum = 2 };
	const struct {
		uint64_t size;
		enum reason want;
	} rows[] = {
		{ SMALL(w) - 1, R_CHECKPOINT_STALE },
		{ SMALL(w) + 1, R_LOG_ROOT },
		{ WHOLE(w), R_LOG_ROOT },
		{ WHOLE(w) + 1, R_LOG_MISSING },
	};
	struct merkle_head head;

	make(w, "a", SMALL(w));
	head.root = run(w, &how)->root;
	make(w, "a", SMALL(w) + 1);
	make(w, "a", WHOLE(w));
	for (size_t i = 0; i < COUNT(rows); i++) {
		head.size = rows[i].size;
		log_sign_head(at(w, "a"), &w->signers, &head, by(w, ALL, 5));
		(void)run(w, &how);
		check_is(w, "what was accepted", SMALL(w), 1);
		assert_true(found(w, rows[i].want));
		assert_false(w->result.ledgers[0].frozen);
	}
	make(w, "a", WHOLE(w));
	(void)run(w, &how);
	check_is(w, "and it goes on", WHOLE(w), 2);
}

/* hostile.md LE14: all mirrors down for 25 hours, and for 8 days. */
static void
test_silence(void **state)
{
	static const struct {
		int64_t later;
		unsigned quorum;
		uint64_t vrps;
	} rows[] = { { 25 * 3600, 2, 2 }, { 7 * DAY - 10, 2, 2 },
		{ 7 * DAY - 9, 2, 0 }, { 8 * DAY, 2, 0 },
		{ 800 * (int64_t)DAY, 0, 2 } };
	struct world *w = *state;
	struct how how = { .sources = "%0, %1" };

	for (size_t i = 0; i < COUNT(rows); i++) {
		shell(w, "rm -rf cache a");
		make(w, "a", WHOLE(w));
		serve(w, 0, "a");
		serve(w, 1, "a");
		how.quorum = rows[i].quorum;
		how.later = 0;
		(void)run(w, &how);
		check_is(w, "before", WHOLE(w), 2);
		server_end(&w->servers[0]);
		server_end(&w->servers[1]);
		how.later = rows[i].later;
		(void)run(w, &how);
		check_is(w, "after", WHOLE(w), rows[i].vrps);
		assert_true(found(w, R_FETCH_CONNECT));
		assert_true(w->result.degraded == (rows[i].vrps == 0));
		check_reason(w, "after",
		    rows[i].vrps == 0 ? R_LEDGER_STALE : R_FETCH_CONNECT);
	}
}

/* New cosignatures of the same tree keep it in force. */
static void
test_cosigned_anew(void **state)
{
	struct world *w = *state;
	struct how how = { .sources = "a", .quorum = 2 };

	log_make(at(w, "a"), &w->signers, w->kit.log.v, SMALL(w) - 1,
	    by(w, ALL, 6 * DAY));
	how.more = "  max-age: 8d\n";
	(void)run(w, &how);
	assert_int_equal(w->result.ledgers[0].cosigned_at, w->now - 6 * DAY);
	log_sign(at(w, "a"), &w->signers, w->kit.log.v, SMALL(w) - 1,
	    by(w, ALL, 30));
	(void)run(w, &how);
	assert_int_equal(w->result.ledgers[0].cosigned_at, w->now - 30);
	/* An older note of a lagging mirror takes nothing back. */
	log_sign(at(w, "a"), &w->signers, w->kit.log.v, SMALL(w) - 1,
	    by(w, ALL, 3 * DAY));
	(void)run(w, &how);
	assert_int_equal(w->result.ledgers[0].cosigned_at, w->now - 30);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_split),
		TEST(test_split_larger),
		TEST(test_split_between),
		TEST(test_rollback),
		TEST(test_witnesses),
		TEST(test_evidence_bounded),
		TEST(test_other_logs),
		TEST(test_no_ledger),
		TEST(test_time_ahead),
		TEST(test_time_behind),
		TEST(test_time_last),
		TEST(test_same_root),
		TEST(test_silence),
		TEST(test_cosigned_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
