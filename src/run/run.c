/*
 * Rounds: walk what is there, fetch what it names, walk again, until nothing
 * new is named. Then harvest, settle.
 *
 * The order of arrival shows nowhere in the result: the last walk is over all
 * trees, after the last fetch.
 */
#include "config.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "run/finish.h"
#include "run/follow.h"

#define WAIT_MS       200
#define WAIT_BOTH_MS  20  /* two that cannot be waited for at once */
#define WALK_EVERY_MS 500 /* at least, while fetches are still running */

const char *
run_state_id(enum run_state s)
{
	static const char *const ids[] = { [RUN_FRESH] = "fresh",
		[RUN_KEPT] = "kept",
		[RUN_OFFLINE] = "offline",
		[RUN_FAILED] = "failed",
		[RUN_REFUSED] = "refused" };

	ASSERT(s < COUNT(ids));
	return ids[s];
}

const char *
run_via_id(enum run_via v)
{
	static const char *const ids[] = { [RUN_VIA_STORE] = "store",
		[RUN_VIA_RRDP] = "rrdp",
		[RUN_VIA_RSYNC] = "rsync",
		[RUN_VIA_FOLDER] = "folder" };

	ASSERT(v < COUNT(ids));
	return ids[v];
}

const char *
run_rrdp_id(enum run_rrdp v)
{
	static const char *const ids[] = { [RUN_RRDP_CURRENT] = "current",
		[RUN_RRDP_DELTAS] = "deltas",
		[RUN_RRDP_SNAPSHOT] = "snapshot" };

	ASSERT(v < COUNT(ids));
	return ids[v];
}

enum reason
run_find(struct run *run, const struct finding *f)
{
	return vec_push(&run->findings, *f) ? REASON_OK : R_LIMIT_MEMORY;
}

/* See what was committed. Spans of before are gone: whoever keeps something
 * has copied it, so that the store can use its old pages again. */
enum reason
run_renew(struct run *run)
{
	store_read_end(run->now);
	run->now = NULL;
	run->generation++;
	return store_read_begin(&run->now, run->store, run->why);
}

static size_t
n_pending(const struct run *run)
{
	return run->fetch == NULL
		   ? 0
		   : fetch_pending(run->fetch) + https_pending(run->https);
}

static void
show_fetches(struct run *run)
{
	if (run->progress.update != NULL && run->fetch != NULL)
		run->progress.update(run->progress.ctx, RUN_PHASE_FETCH,
		    run->n_fetched, run->n_fetched + n_pending(run));
}

/* ---- opening
 * -------------------------------------------------------------------------
 */

/* Before all else: what forks is small, and holds nothing. */
static enum reason
open_pool(struct run *run)
{
	struct pool_settings settings;

	pool_settings_init(&settings);
	settings.jobs = run->conf->jobs < UINT32_MAX ? (uint32_t)run->conf->jobs
						     : UINT32_MAX;
	settings.entries = run->conf->n_ledgers > 0;
	return pool_open(&run->pool, &settings, run->why);
}

/* The same. */
static enum reason
open_https(struct run *run)
{
	const struct conf *conf = run->conf;
	struct https_settings *settings =
	    ARENA_NEW(&run->work, struct https_settings);
	struct span cache = span_str(conf->cache), tail = SPAN("/spool");
	char *spool = arena_alloc(&run->work, cache.n + tail.n + 1);

	if (settings == NULL || spool == NULL)
		return R_LIMIT_MEMORY;
	memcpy(spool, cache.p, cache.n);
	memcpy(spool + cache.n, tail.p, tail.n);
	spool[cache.n + tail.n] = '\0';
	*settings = (struct https_settings){ .spool = spool,
		.ca_file = conf->ca_file,
		.proxy = conf->proxy,
		.agent = "cairn/" PACKAGE_VERSION,
		.limits = &conf->limits };
	return https_open(&run->https, settings, run->why);
}

/* What cannot be read is had again. */
static enum reason
open_store(struct run *run)
{
	const char *cache = run->conf->cache;
	enum reason why = store_open(&run->store, cache, run->why);
	struct finding f = { .reason = why, .effect = EFFECT_WARNING };

	if (why != R_STORE_DAMAGED)
		return why;
	f.detail = arena_dup(&run->work, span_str(run->why->detail));
	if (f.detail.p == NULL)
		return R_LIMIT_MEMORY;
	fault_init(run->why, span_of(NULL, 0));
	TRY(store_set_aside(cache, run->why));
	TRY(store_open(&run->store, cache, run->why));
	return run_find(run, &f);
}

static enum reason
open_all(struct run *run)
{
	const struct conf *conf = run->conf;
	struct fetch_settings settings = { .cache = conf->cache,
		.command = conf->rsync_command,
		.proxy = conf->proxy,
		.limits = &conf->limits };

	/* A file that may not grow is an error to deal with, not the end. */
	(void)signal(SIGXFSZ, SIG_IGN);
	TRY(open_pool(run));
	if (!conf->offline)
		TRY(open_https(run));
	TRY(follow_open(run));
	run->crypt = crypt_new();
	if (run->crypt == NULL)
		return R_LIMIT_MEMORY;
	run->verifier = crypt_verifier(run->crypt);
	TRY(run->is_guess ? store_look(&run->store, conf->cache, run->why)
			  : open_store(run));
	TRY(store_read_begin(&run->now, run->store, run->why));
	return conf->offline ? REASON_OK
			     : fetch_open(&run->fetch, &settings, run->why);
}

static enum reason
load_anchors(struct run *run)
{
	const struct conf *conf = run->conf;
	size_t n = conf->n_tals;

	run->tas = ARENA_ARRAY(&run->work, n, struct ta);
	run->out->tas = ARENA_ARRAY(&run->out->arena, n, struct run_ta);
	if (run->tas == NULL || run->out->tas == NULL)
		return R_LIMIT_MEMORY;
	run->n_tas = run->out->n_tas = n;
	for (size_t i = 0; i < n; i++) {
		run->tas[i].report = &run->out->tas[i];
		TRY(anchor_load(run, &run->tas[i], &conf->tals[i]));
	}
	return source_name_hosts(run);
}

static enum reason
want_anchors(struct run *run)
{
	for (size_t i = 0; i < run->n_tas; i++)
		TRY(anchor_want(run, &run->tas[i]));
	return repository_prefetch(run);
}

/* ---- rounds
 * ---------------------------------------------------------------------------
 */

static enum reason
took(struct run *run, struct want *w)
{
	run->n_fetched++;
	return w->ta != NULL ? anchor_took(run, w->ta)
			     : repository_took(run, w->repository);
}

bool
run_is_quiet(const struct run *run)
{
	return n_pending(run) == 0;
}

static bool
network_is_over(const struct run *run)
{
	int64_t most_ms = (int64_t)run->conf->limits.run_time * 1000 / 6 * 5;

	return clock_ms() - run->begun_ms >= most_ms;
}

static void
look_after(struct run *run, int64_t now_ms, int wait_ms)
{
	bool fetches = fetch_pending(run->fetch) > 0;
	bool https = https_pending(run->https) > 0;

	if (network_is_over(run)) {
		fetch_end(run->fetch, R_RUN_TIME);
		https_end(run->https, R_RUN_TIME);
	}
	fetch_poll(run->fetch, now_ms, https ? 0 : wait_ms);
	if (https)
		https_poll(run->https, now_ms,
		    fetches && wait_ms > WAIT_BOTH_MS ? WAIT_BOTH_MS : wait_ms);
}

static enum reason
take_all(bool *any, struct run *run)
{
	struct want *w;

	while ((w = want_take(run)) != NULL) {
		TRY(took(run, w));
		*any = true;
	}
	return REASON_OK;
}

/* Take in what comes, until it is worth another walk. *any: something came, or
 * will not come any more. */
static enum reason
gather(struct run *run, bool *any)
{
	int64_t since = clock_ms();

	*any = false;
	while (!run_is_quiet(run)) {
		int64_t now = clock_ms();

		if ((*any && now - since >= WALK_EVERY_MS) || early_is_due(run))
			break;
		look_after(run, now, WAIT_MS);
		TRY(take_all(any, run));
		show_fetches(run);
	}
	run->out->work.fetch_ms += (uint64_t)(clock_ms() - since);
	return REASON_OK;
}

/* Only trees that wait for something, or, at last, those whose walk is older
 * than the store: a listed file may have come from anywhere. */
static enum reason
walk_all(struct run *run, bool last, bool *walked)
{
	*walked = false;
	for (size_t i = 0; i < run->n_tas; i++) {
		struct ta *ta = &run->tas[i];
		const struct tree *t = &ta->tree;
		bool stale = t->generation != run->generation &&
			     (last || t->n_pending > 0);

		if (!ta->usable || (t->nodes.n > 0 && !stale))
			continue;
		TRY(walk_anchor(run, ta));
		*walked = true;
	}
	return REASON_OK;
}

static enum reason
rounds(struct run *run)
{
	bool any, walked;

	do {
		TRY(gather(run, &any));
		/* Also a fetch that failed ends the waiting for it. */
		run->generation += any;
		walked = false;
		TRY(same_go_on(run));
		if (run->same.is_alive)
			continue;
		TRY(walk_all(run, run_is_quiet(run), &walked));
		if (!run_is_quiet(run) && early_is_due(run))
			TRY(early_publish(run));
	} while (walked || !run_is_quiet(run));
	return REASON_OK;
}

/* One round without waiting. */
static enum reason
turn(struct run *run)
{
	bool any = false, walked;

	look_after(run, clock_ms(), 0);
	TRY(take_all(&any, run));
	run->generation += any;
	TRY(walk_all(run, run_is_quiet(run), &walked));
	return early_is_due(run) ? early_publish(run) : REASON_OK;
}

/* Who serves a ledger must not keep the RPKI waiting (hostile.md D2). */
static void
meanwhile(void *ctx)
{
	struct run *run = ctx;

	if (run->meanwhile != REASON_OK || clock_ms() < run->turn_ms)
		return;
	run->meanwhile = turn(run);
	run->turn_ms = clock_ms() + WALK_EVERY_MS;
}

/* What both worlds have, at the same time. */
static enum reason
ask_both(struct run *run)
{
	if (run->web != NULL)
		web_meanwhile(run->web, meanwhile, run);
	TRY(follow_all(run));
	TRY(run->meanwhile);
	return rounds(run);
}

/* ---- the whole
 * ---------------------------------------------------------------------------
 */

static void
count_work(struct run *run)
{
	struct run_work *w = &run->out->work;
	struct pool_work pool = pool_work(run->pool);

	w->crypt = crypt_work(run->crypt);
	w->crypt.signatures += pool.crypt.signatures;
	w->crypt.hashed_bytes += pool.crypt.hashed_bytes;
	if (w->points_looked_up > w->points_judged)
		w->points_from_memo = w->points_looked_up - w->points_judged;
	w->workers = pool.spawned;
	w->workers_died = pool.died;
}

static enum reason
publish_anew(struct run *run)
{
	TRY(rounds(run)); /* what was not walked so far */
	TRY(same_note(run));
	TRY(hold_open(run));
	TRY(harvest(run));
	TRY(settle(run));
	TRY(publish(run));
	count_work(run);
	return same_keep(run);
}

static enum reason
run_all(struct run *run)
{
	TRY(open_all(run));
	TRY(same_open(run));
	TRY(load_anchors(run));
	TRY(clock_check(run));
	TRY(slurm_take(run));
	TRY(follow_begin(run));
	TRY(want_anchors(run));
	TRY(alarm_remember(run));
	TRY(ask_both(run));
	if (run->same.holds)
		TRY(same_publish(run));
	count_work(run);
	if (!run->same.holds)
		TRY(publish_anew(run));
	return alarm_tell(run);
}

/* A run that ends where it would begin to keep something. */
static enum reason
guess_all(struct run *run)
{
	TRY(assume_begin(run));
	TRY(open_all(run));
	TRY(run_slurm_load(&run->out->slurm, run->conf->slurm,
	    run->conf->n_slurm, &run->conf->limits, run->why));
	TRY(follow_begin(run));
	TRY(load_anchors(run));
	TRY(want_anchors(run));
	TRY(follow_all(run));
	TRY(rounds(run));
	TRY(assume_payloads(run));
	TRY(hold_open(run));
	TRY(harvest(run));
	TRY(assume_check(run));
	count_work(run);
	return REASON_OK;
}

static void
run_init(struct run *run)
{
	map_init(&run->repositories);
	memos_init(run);
	map_init(&run->listed);
	arena_init(&run->scratch, SIZE_MAX);
	arena_init(&run->work, SIZE_MAX);
	run->begun_ms = clock_ms();
	run->clock_at = (int64_t)time(NULL);
	run->is_now = !run->conf->has_at;
	run->at = run->is_now ? run->clock_at : run->conf->at;
}

static void
run_fini(struct run *run)
{
	for (size_t i = 0; i < run->n_tas; i++)
		tree_fini(&run->tas[i].tree);
	for (size_t i = 0; i < run->n_follows; i++)
		follow_fini(&run->follows[i]);
	alarm_forget(run);
	web_close(run->web);
	fetch_close(run->fetch);
	https_close(run->https);
	store_read_end(run->now);
	store_close(run->store);
	crypt_free(run->crypt);
	vec_fini(&run->findings);
	vec_fini(&run->named);
	vec_fini(&run->wish_lists);
	vec_fini(&run->wish_points);
	map_fini(&run->listed);
	memos_fini(run);
	arena_fini(&run->scratch);
	pool_close(run->pool);
	assume_fini(run);
	map_fini(&run->repositories);
	arena_fini(&run->work);
}

static enum reason
run_whole(struct run *run, enum reason (*all)(struct run *))
{
	struct run_result *out = run->out;
	enum reason r;

	*out = (struct run_result){ 0 };
	arena_init(&out->arena, SIZE_MAX);
	arena_init(&out->before.arena, SIZE_MAX);
	fault_init(run->why, span_of(NULL, 0));
	run_init(run);
	out->at = run->at;
	out->started_at = run->clock_at;
	r = all(run);
	out->work.total_ms = (uint64_t)(clock_ms() - run->begun_ms);
	if (r == REASON_OK && !run->is_guess)
		store_is_well(run->store);
	run_fini(run);
	return r;
}

enum reason
run_validate(struct run_result *out, const struct conf *conf,
    struct run_progress progress, struct run_early early, struct fault *why)
{
	struct run run = { .conf = conf,
		.out = out,
		.progress = progress,
		.early = early,
		.why = why };

	return run_whole(&run, run_all);
}

enum reason
run_guess(struct run_result *out, const struct conf *conf, struct fault *why)
{
	struct conf offline = *conf;
	struct run run = {
		.conf = &offline, .out = out, .why = why, .is_guess = true
	};

	offline.offline = true;
	offline.has_at = false;
	return run_whole(&run, guess_all);
}

enum reason
run_result_view(
    struct run_result *r, const struct conf *conf, struct fault *why)
{
	char path[4096];
	enum reason reason;

	if (!r->is_same || r->file != NULL)
		return REASON_OK;
	(void)snprintf(path, sizeof(path), "%s/view/current", conf->cache);
	reason = view_open(&r->file, path, why);
	if (reason == REASON_OK)
		reason = view_load(&r->view, r->file, &r->arena);
	return reason == REASON_OK ? reason : fault_at(why, reason, NULL);
}

void
run_result_fini(struct run_result *r)
{
	slurm_fini(&r->slurm);
	view_close(r->file);
	view_close(r->before.file);
	arena_fini(&r->before.arena);
	arena_fini(&r->arena);
}
