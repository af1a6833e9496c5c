/*
 * Ledgers followed from real folders and servers, which lie, lag and die:
 * whatever they do, what was accepted last stays in force, and the alarm
 * names the evidence.
 */
#include "tests/check.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "tests/ledger/kit.h"
#include "tests/run/log.h"
#include "tests/run/server.h"

#include "run/run.h"
#include "run/worker.h"

#define ALL 7U /* witnesses */
#define DAY 86400

struct world {
	char root[64];
	int64_t now;
	struct kit kit;
	struct signers signers;
	struct server servers[3];
	struct conf conf;
	struct run_result result;
	struct fault why;
	struct policy policy;
	bool has_result;
	size_t small; /* size that emits one VRP */
};

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

/* ---- the world ------------------------------------------------------- */

static const char *
at(const struct world *w, const char *name)
{
	static char path[8][128];
	static unsigned next;
	char *out = path[next++ % 8];

	(void)snprintf(out, sizeof(path[0]), "%s/%s", w->root, name);
	return out;
}

static void
shell(const struct world *w, const char *script)
{
	char line[1024];

	(void)snprintf(line, sizeof(line), "cd %s && %s", w->root, script);
	assert_int_equal(system(line), 0); /* NOLINT: names of ours */
}

static void
authorize(struct kit *k, size_t holder, uint32_t as, const char *prefix)
{
	struct buf content;
	struct roa roa = { .asn = { as }, .n = 1 };
	struct vrp vrp = { .asn = { as } };

	assert_true(prefix_parse(&vrp.prefix, prefix));
	vrp.max_len = vrp.prefix.len;
	roa.vrps = &vrp;
	buf_init(&content, 1000);
	roa_write(&content, &roa);
	kit_new(k, STATEMENT_AUTHORIZE);
	k->s.body.type = SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x18");
	k->s.body.content = buf_view(&content);
	assert_int_equal(kit_say(k, holder), REASON_OK);
	buf_fini(&content);
}

static int
setup(void **state)
{
	struct world *w = base_alloc(sizeof(*w));
	struct kit *k;

	assert_non_null(w);
	k = &w->kit;
	(void)snprintf(w->root, sizeof(w->root), "/tmp/cairn-follow-XXXXXX");
	assert_non_null(mkdtemp(w->root));
	w->now = time(NULL);
	kit_init(k);
	signers_init(&w->signers, "kit.example", 1);
	assert_int_equal(kit_claim(k, 1, "10.0.0.0/16 AS64500"), REASON_OK);
	authorize(k, 1, 64500, "10.0.0.0/16");
	assert_int_equal(
	    kit_tick(k, (uint64_t)w->now - KIT_AT - 3600), REASON_OK);
	w->small = k->log.n;
	assert_int_equal(kit_claim(k, 2, "10.1.0.0/16"), REASON_OK);
	authorize(k, 2, 64501, "10.1.0.0/16");
	assert_int_equal(kit_claim(k, 3, "10.1.0.0/24"), R_STATEMENT_OVERLAP);
	assert_int_equal(kit_tick(k, 1000), REASON_OK);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(w->servers); i++)
		server_end(&w->servers[i]);
	if (w->has_result)
		run_result_fini(&w->result);
	conf_fini(&w->conf);
	kit_fini(&w->kit);
	signers_fini(&w->signers);
	shell(w, "rm -rf cache a b c d");
	shell(w, "rm -f a.log b.log c.log saved");
	(void)rmdir(w->root);
	base_free(w);
	return 0;
}

static struct cosigned
by(const struct world *w, unsigned witnesses, int64_t ago)
{
	return (struct cosigned){ witnesses, w->now - ago };
}

/* Folder NAME with the first n entries, cosigned by all just now. */
static void
make(const struct world *w, const char *name, size_t n)
{
	log_make(at(w, name), &w->signers, w->kit.log.v, n, by(w, ALL, 10));
}

static void
serve(struct world *w, size_t i, const char *folder)
{
	char log[32];

	(void)snprintf(log, sizeof(log), "%s.log", folder);
	server_start(&w->servers[i], at(w, folder), at(w, log));
}

/* ---- runs ------------------------------------------------------------ */

struct how {
	const char *sources; /* comma separated; %0 is the first server's URL */
	unsigned quorum;
	int64_t later; /* --at so much after now; 0: now */
	unsigned jobs;
	const char *more; /* lines of the ledger's entry */
};

static void
put_sources(struct buf *b, const struct world *w, const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '%') {
			text++;
			buf_printf(b, "'http://127.0.0.1:%u/'",
			    w->servers[*text - '0'].port);
		} else {
			buf_byte(b, (uint8_t)*text);
		}
}

static void
configure(struct world *w, const struct how *how)
{
	struct conf_error error;
	struct buf b;

	conf_fini(&w->conf);
	conf_init(&w->conf);
	buf_init(&b, 1 << 16);
	buf_printf(&b,
	    "cache: cache\ntrust-anchors: []\njobs: %u\n"
	    "limits: {connect-time: 2, first-byte-time: 3}\n"
	    "policy: {mode: union, ledger: {minimum-level: self-asserted}}\n"
	    "ledgers:\n- name: kit\n",
	    how->jobs == 0 ? 2 : how->jobs);
	signers_write(&b, &w->signers, how->quorum);
	buf_puts(&b, "  sources: [");
	put_sources(&b, w, how->sources);
	buf_printf(&b, "]\n%s", how->more == NULL ? "" : how->more);
	if (conf_parse(&w->conf, buf_view(&b), at(w, "cairn.yaml"), &error) !=
		REASON_OK ||
	    conf_finish(&w->conf, &error) != REASON_OK)
		fail_msg("%u: %s", error.line, error.text);
	buf_fini(&b);
	w->conf.has_at = how->later != 0;
	w->conf.at = w->now + how->later;
}

static const struct run_ledger *
run(struct world *w, const struct how *how)
{
	enum reason r;

	configure(w, how);
	if (w->has_result)
		run_result_fini(&w->result);
	w->has_result = true;
	r = run_validate(&w->result, &w->conf, (struct run_progress){ 0 },
	    (struct run_early){ 0 }, &w->why);
	if (r != REASON_OK)
		fail_msg("run: %s: %s", reason_id(r), w->why.detail);
	assert_int_equal(w->result.n_ledgers, 1);
	return &w->result.ledgers[0];
}

static bool
found(const struct world *w, enum reason reason)
{
	for (size_t i = 0; i < w->result.view.n_findings; i++)
		if (w->result.view.findings[i].reason == reason) {
			provoked(reason);
			return true;
		}
	return false;
}

/* In force: that size, and that many VRPs. */
static void
check_is(const struct world *w, const char *what, uint64_t size, uint64_t vrps)
{
	const struct run_ledger *r = &w->result.ledgers[0];

	if (r->size != size || r->vrps != vrps || w->result.view.n != vrps)
		fail_msg("%s: size %u, %u VRPs, %u in the view (%s %s)", what,
		    (unsigned)r->size, (unsigned)r->vrps,
		    (unsigned)w->result.view.n, reason_id(r->reason),
		    r->detail);
}

static void
check_reason(const struct world *w, const char *what, enum reason want)
{
	CHECK_REASON(what, w->result.ledgers[0].reason, want);
	CHECK(what, want == REASON_OK || found(w, want));
}

#define SMALL(w) ((w)->small)
#define WHOLE(w) ((w)->kit.log.n)

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

/* What is in a file of this folder. */
static void
slurp(struct buf *out, const char *folder)
{
	DIR *d = opendir(folder);
	char path[512];
	struct dirent *e;
	size_t n = 0;

	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		int c;
		FILE *f;

		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(path, sizeof(path), "%s/%s", folder, e->d_name);
		f = fopen(path, "rb");
		assert_non_null(f);
		while ((c = fgetc(f)) != EOF)
			buf_byte(out, (uint8_t)c);
		(void)fclose(f);
		n++;
	}
	(void)closedir(d);
	assert_int_equal(n, 1);
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
		"for f in cache/ledgers/*; do echo x >$f; done" };
	struct world *w = *state;

	for (size_t i = 0; i < COUNT(scripts); i++) {
		shell(w, "rm -rf cache a");
		make(w, "a", SMALL(w));
		(void)run(w, &how);
		shell(w, scripts[i]);
		(void)run(w, &how);
		check_is(w, "same", SMALL(w), 1);
		assert_int_equal(w->result.ledgers[0].fresh, SMALL(w));
		shell(w, scripts[i]);
		make(w, "a", WHOLE(w));
		(void)run(w, &how);
		check_is(w, "larger", WHOLE(w), 2);
		shell(w, scripts[i]);
		shell(w, "rm -r a");
		(void)run(w, &how);
		check_is(w, "nowhere", WHOLE(w), 0);
		assert_true(w->result.degraded);
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
		"for f in a/tile/entries/*/*; do printf x | "
		"dd of=$f bs=1 seek=$(($(stat -c %s $f) - 20)) conv=notrunc "
		"2>/dev/null; done",
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

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_follow),
		TEST(test_same_state),
		TEST(test_lost_state),
		TEST(test_sources),
		TEST(test_withheld),
		TEST(test_nothing_ever),
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
		TEST(test_silence),
		TEST(test_cosigned_anew),
		TEST(test_succession),
		TEST(test_poison),
		TEST(test_bad_keys),
		TEST(test_policy_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
