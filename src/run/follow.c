/*
 * Ledgers, one after the other: what is in force, what its sources say, what
 * to do about it, and how old it may become.
 */
#include "config.h"

#include <string.h>
#include <time.h>

#include "run/follow.h"

static int64_t
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

enum reason
follow_find(struct follow *f, enum reason why, enum effect effect,
    struct span object, const char *detail)
{
	struct arena *arena = &f->run->work;
	struct finding x = { .reason = why,
		.effect = effect,
		.object = arena_dup(arena, object),
		.trust_anchor = f->report->name,
		.detail = arena_dup(arena, span_str(detail)) };

	return x.object.p != NULL && x.detail.p != NULL ? run_find(f->run, &x)
							: R_LIMIT_MEMORY;
}

static enum reason
alarm(struct follow *f, enum reason why, const char *detail)
{
	f->report->reason = why;
	(void)snprintf(
	    f->report->detail, sizeof(f->report->detail), "%s", detail);
	return follow_find(f, why, EFFECT_LEDGER, f->report->name, detail);
}

/* ---- one ledger ------------------------------------------------------ */

static enum reason
report_frozen(struct follow *f)
{
	char detail[400];

	(void)snprintf(detail, sizeof(detail), "evidence: %.*s",
	    SPAN_FMT(f->kept.evidence));
	return alarm(f, R_LEDGER_FROZEN, detail);
}

/* None of the sources has a checkpoint that counts. */
static void
report_silence(struct follow *f)
{
	struct run_ledger *r = f->report;

	for (size_t i = 0; i < f->n_spots; i++)
		if (f->spots[i].reason == REASON_OK)
			return;
	if (r->reason != REASON_OK || f->n_spots == 0)
		return;
	r->decision = decision_id(CHECKPOINT_NOT_COUNTED);
	r->reason = f->spots[0].reason;
	(void)snprintf(r->detail, sizeof(r->detail), "%s: %.100s",
	    f->spots[0].text, f->spots[0].detail);
}

static bool
has_witnesses(const struct follow *f)
{
	for (size_t i = 0; i < f->n_segments; i++)
		if (f->segments[i].keys.need_quorum)
			return true;
	return false;
}

/* interface.md, max-age. */
static enum reason
judge_age(struct follow *f)
{
	const struct kept *k = &f->kept;
	int64_t at = f->run->at;
	char detail[64], time[TIME_TEXT];

	f->report->until_at = INT64_MAX;
	if (k->frontier.size == 0 || !has_witnesses(f))
		return REASON_OK;
	/* A witness may have said any time. */
	if (k->cosigned_at <= INT64_MAX - (int64_t)f->conf->max_age)
		f->report->until_at =
		    k->cosigned_at + (int64_t)f->conf->max_age;
	if (k->cosigned_at >= at ||
	    (uint64_t)(at - k->cosigned_at) <= f->conf->max_age)
		return REASON_OK;
	f->report->gone = true;
	time_write(time, sizeof(time), k->cosigned_at);
	(void)snprintf(detail, sizeof(detail), "cosigned at %s", time);
	return alarm(f, R_LEDGER_STALE, detail);
}

static void
count_requests(struct follow *f)
{
	for (size_t i = 0; i < f->n_spots; i++)
		if (f->spots[i].place != NULL)
			f->report->requests +=
			    place_requests(f->spots[i].place);
}

/* What it comes to with what is there now. */
static enum reason
conclude(struct follow *f)
{
	struct run *run = f->run;
	struct run_ledger *r = f->report;

	TRY(judge_age(f));
	if (!follow_has_state(f) && r->reason == REASON_OK)
		TRY(alarm(f, r->size > 0 ? R_LOG_STATE : R_LOG_MISSING, ""));
	if (!follow_has_state(f) || r->gone || r->frozen)
		run->out->degraded = true;
	TRY(assume_statements(f));
	/* From here on what it says is all that is wanted of it. */
	if (f->state != NULL && !f->said.is_there)
		TRY(said_make(f));
	ledger_state_free(f->state);
	f->state = NULL;
	if (f->said.is_there) {
		r->time = f->said.sum.time;
		r->applied = f->said.sum.applied;
		r->rejected = f->said.sum.rejected;
		memcpy(r->reasons, f->kept.reasons, sizeof(r->reasons));
	}
	return REASON_OK;
}

static enum reason
follow_one(struct follow *f)
{
	struct run *run = f->run;
	struct run_ledger *r = f->report;
	int64_t begun = clock_ms(), cpu = cpu_ms();

	TRY(follow_load(f));
	f->deadline_ms =
	    clock_ms() + (int64_t)run->conf->limits.repository_time * 1000;
	TRY(follow_announced(f));
	if (f->kept.frozen) {
		TRY(report_frozen(f));
	} else if (!run->conf->offline) {
		TRY(follow_ask(f));
		TRY(follow_choose(f));
		report_silence(f);
	}
	TRY(conclude(f));
	count_requests(f);
	r->duration_ms = (uint64_t)(clock_ms() - begun);
	r->cpu_ms = (uint64_t)(cpu_ms() - cpu);
	return REASON_OK;
}

/* ---- the process with the network ------------------------------------ */

static bool
has_web(const char *const *texts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (place_is_web(texts[i]))
			return true;
	return false;
}

static bool
needs_web(const struct conf_ledger *c)
{
	bool needs = c->discover || has_web(c->sources, c->n_sources);

	for (size_t i = 0; i < c->n_successions; i++)
		needs = needs || has_web(c->successions[i].sources,
				     c->successions[i].n_sources);
	return needs;
}

enum reason
follow_open(struct run *run)
{
	const struct conf *conf = run->conf;
	struct https_settings settings = { .ca_file = conf->ca_file,
		.proxy = conf->proxy,
		.agent = "cairn/" PACKAGE_VERSION,
		.limits = &conf->limits };
	bool needed = false;

	for (size_t i = 0; i < conf->n_ledgers; i++)
		needed = needed || needs_web(&conf->ledgers[i]);
	return needed && !conf->offline
		   ? web_open(&run->web, &settings, run->why)
		   : REASON_OK;
}

/* ---- all of them ----------------------------------------------------- */

enum reason
follow_begin(struct run *run)
{
	size_t n = run->conf->n_ledgers;
	struct run_result *out = run->out;

	run->follows = ARENA_ARRAY(&run->work, n, struct follow);
	out->ledgers = ARENA_ARRAY(&out->arena, n, struct run_ledger);
	if (run->follows == NULL || out->ledgers == NULL)
		return R_LIMIT_MEMORY;
	out->n_ledgers = n;
	for (size_t i = 0; i < n; i++) {
		struct run_ledger *r = &out->ledgers[i];

		r->decision = "";
		r->name = arena_dup(
		    &out->arena, span_str(run->conf->ledgers[i].name));
		if (r->name.p == NULL)
			return R_LIMIT_MEMORY;
		run->follows[i].report = r;
		run->follows[i].number = (unsigned)i;
		run->n_follows++;
		TRY(follow_init(&run->follows[i], run, &run->conf->ledgers[i]));
	}
	return REASON_OK;
}

enum reason
follow_all(struct run *run)
{
	for (size_t i = 0; i < run->n_follows; i++) {
		TRY(follow_one(&run->follows[i]));
		run->n_followed++;
	}
	return REASON_OK;
}

/* ---- those who keep the run waiting ---------------------------------- */

static enum reason
stand_in_one(struct follow *f, struct run *run, size_t i)
{
	struct run_ledger *r = &run->out->ledgers[i];

	*r = (struct run_ledger){ .name = r->name, .decision = "" };
	*f = (struct follow){ .report = r, .number = (unsigned)i };
	TRY(follow_init(f, run, &run->conf->ledgers[i]));
	TRY(follow_load(f));
	if (f->kept.frozen)
		TRY(report_frozen(f));
	return conclude(f);
}

enum reason
follow_stand_in(struct stand_in *out, struct run *run)
{
	size_t n = run->n_follows;
	struct follow *all = ARENA_ARRAY(&run->work, n, struct follow);
	enum reason why = all != NULL ? REASON_OK : R_LIMIT_MEMORY;

	*out = (struct stand_in){ run->follows };
	if (why != REASON_OK)
		return why;
	for (size_t i = 0; i < run->n_followed; i++)
		all[i] = run->follows[i];
	for (size_t i = run->n_followed; why == REASON_OK && i < n; i++)
		why = stand_in_one(&all[i], run, i);
	run->follows = all;
	return why;
}

void
follow_stand_down(struct stand_in *s, struct run *run)
{
	struct follow *all = run->follows;

	run->follows = s->follows;
	/* What was read of the others in the meantime is theirs. */
	for (size_t i = 0; all != s->follows && i < run->n_followed; i++)
		s->follows[i] = all[i];
	for (size_t i = run->n_followed;
	     all != s->follows && i < run->n_follows; i++)
		follow_fini(&all[i]);
}

void
follow_fini(struct follow *f)
{
	for (size_t i = 0; i < f->n_spots; i++) {
		place_close(f->spots[i].place);
		buf_fini(&f->spots[i].note);
	}
	ledger_state_free(f->state);
	said_fini(f);
	follow_people_free(f);
}
