/*
 * Who keeps us waiting must not keep routers waiting (hostile.md D2): when the
 * healthy have come, or at `publish-after`, what there is goes out, with what
 * was had last of those who have not come. The run goes on, and publishes
 * once more at its end. What is published is durable first, as at the end.
 */
#include <string.h>

#include "run/finish.h"
#include "run/follow.h"

#define HEALTHY_SHARE 12 /* of publish-after, that all are waited for */

/* Failed before this run. */
static bool
is_straggler(const struct repository *r)
{
	return r->health.failures > 0;
}

static bool
is_pending(const struct ta *ta)
{
	return !ta->usable && ta->want.ta != NULL &&
	       ta->report->reason == REASON_OK;
}

static bool
waits_for_healthy(struct run *run)
{
	struct span uri;
	void *value;

	for (size_t i = 0; i < run->n_tas; i++)
		if (is_pending(&run->tas[i]))
			return true;
	for (size_t i = 0; map_next(&run->repositories, &i, &uri, &value);) {
		const struct repository *r = value;

		if (r->state == REPOSITORY_PENDING && !is_straggler(r))
			return true;
	}
	return false;
}

bool
early_is_due(struct run *run)
{
	int64_t most_ms = (int64_t)run->conf->limits.publish_after * 1000;
	int64_t waited_ms = clock_ms() - run->begun_ms;

	/* As long as nothing is new there is nothing to publish. */
	if (run->early.publish == NULL || run->out->early_ms > 0 ||
	    run->same.is_alive || waited_ms < most_ms / HEALTHY_SHARE)
		return false;
	return waited_ms >= most_ms || !waits_for_healthy(run);
}

/* ---- for the time being ---------------------------------------------- */

/* What is not to be seen of it later. */
struct before {
	struct run_ta *tas;
	struct run_ledger *ledgers;
	size_t n_findings;
	bool degraded;
	bool *was_usable;
};

static enum reason
remember(struct before *out, struct run *run)
{
	size_t n = run->n_tas;

	out->tas = ARENA_ARRAY(&run->work, n, struct run_ta);
	out->was_usable = ARENA_ARRAY(&run->work, n, bool);
	out->ledgers =
	    ARENA_ARRAY(&run->work, run->out->n_ledgers, struct run_ledger);
	if (out->tas == NULL || out->was_usable == NULL || out->ledgers == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < run->out->n_ledgers; i++)
		out->ledgers[i] = run->out->ledgers[i];
	for (size_t i = 0; i < n; i++) {
		out->tas[i] = *run->tas[i].report;
		out->was_usable[i] = run->tas[i].usable;
	}
	out->n_findings = run->findings.n;
	out->degraded = run->out->degraded;
	return REASON_OK;
}

static void
restore(struct run *run, const struct before *before)
{
	struct run_result *out = run->out;

	for (size_t i = 0; i < run->n_tas; i++) {
		*run->tas[i].report = before->tas[i];
		run->tas[i].usable = before->was_usable[i];
	}
	for (size_t i = 0; i < out->n_ledgers; i++)
		out->ledgers[i] = before->ledgers[i];
	run->findings.n = before->n_findings;
	out->degraded = before->degraded;
	out->view = (struct view){ 0 };
	out->repositories = NULL;
	out->n_repositories = 0;
	out->warnings = 0;
	memset(out->reasons, 0, sizeof(out->reasons));
}

static uint64_t
count_waiting(struct run *run)
{
	struct span uri;
	void *value;
	uint64_t n = run->n_follows - run->n_followed;

	for (size_t i = 0; i < run->n_tas; i++)
		n += is_pending(&run->tas[i]);
	for (size_t i = 0; map_next(&run->repositories, &i, &uri, &value);) {
		const struct repository *r = value;

		n += r->state == REPOSITORY_PENDING;
	}
	return n;
}

static enum reason
walk_as_it_is(struct run *run)
{
	for (size_t i = 0; i < run->n_tas; i++) {
		struct ta *ta = &run->tas[i];

		if (is_pending(ta))
			TRY(anchor_use_kept(run, ta));
		if (ta->usable)
			TRY(walk_anchor(run, ta));
	}
	return REASON_OK;
}

enum reason
early_publish(struct run *run)
{
	struct stand_in ledgers;
	struct before before;
	enum reason why;

	TRY(hold_open(run));
	TRY(remember(&before, run));
	run->out->early_waiting = count_waiting(run);
	run->out->early_ms = (uint64_t)(clock_ms() - run->begun_ms);
	run->is_early = true;
	run->generation++;
	why = follow_stand_in(&ledgers, run);
	if (why == REASON_OK)
		why = walk_as_it_is(run);
	if (why == REASON_OK)
		why = harvest(run);
	if (why == REASON_OK)
		why = settle(run);
	if (why == REASON_OK)
		why = publish(run);
	if (why == REASON_OK)
		run->early.publish(run->early.ctx, run->out);
	run->is_early = false;
	/* All of it is walked again, once the others have come. */
	run->generation++;
	follow_stand_down(&ledgers, run);
	restore(run, &before);
	return why;
}
