/*
 * Against what the last run published: what vanished, whether it may have, and
 * what is held for a while.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/finish.h"
#include "run/withdrawn.h"

static enum reason
read_before(struct run *run, const char *folder, struct fault *why)
{
	struct run_before *b = &run->out->before;
	size_t n = strlen(folder) + sizeof("/current");
	char *path = arena_alloc(&run->work, n);
	enum reason reason;

	if (path == NULL)
		return R_LIMIT_MEMORY;
	(void)snprintf(path, n, "%s/current", folder);
	reason = view_open(&b->file, path, why);
	if (reason == REASON_OK)
		reason = view_load(&b->view, b->file, &b->arena);
	b->is_there = reason == REASON_OK;
	return reason;
}

/* The operator is to hear that what was published cannot be read any more:
 * sessions and history begin anew. */
static enum reason
tell_lost(struct run *run, enum reason reason, const struct fault *why)
{
	struct finding f = { .reason = reason, .effect = EFFECT_WARNING };

	if (reason == REASON_OK || reason == R_VIEW_MISSING ||
	    reason == R_LIMIT_MEMORY)
		return reason == R_LIMIT_MEMORY ? reason : REASON_OK;
	run->same.is_unsure = true; /* the next run does not tell it */
	f.detail = arena_dup(&run->work, span_str(why->detail));
	return f.detail.p != NULL ? run_find(run, &f) : R_LIMIT_MEMORY;
}

enum reason
hold_open(struct run *run)
{
	struct run_before *b = &run->out->before;
	struct view_folder folder;
	struct fault why;

	if (!run->is_now || b->is_read)
		return REASON_OK;
	b->is_read = true;
	TRY(publish_folder(&folder, run));
	fault_init(&why, SPAN(""));
	TRY(tell_lost(run, view_past_check(folder.path, &why), &why));
	return tell_lost(run, read_before(run, folder.path, &why), &why);
}

/* What could not be had, or was refused, may come again. */
static bool
may_return(const struct cause *cause)
{
	if (reason_class(cause->reason) == CLASS_CONF &&
	    cause->reason != REASON_OK)
		return false;
	return cause->kind == CAUSE_CHAIN || cause->kind == CAUSE_FETCH ||
	       cause->kind == CAUSE_SOURCE || cause->kind == CAUSE_REFUSED;
}

/* What the replay takes away is taken back by its holder, expired, or
 * contested: final. A ledger whose state is lost and cannot be had again may
 * come back; one that is stale leaves, as its max-age says. */
static bool
may_return_ledger(const struct cause *cause)
{
	return cause->kind == CAUSE_SOURCE && cause->reason != R_LEDGER_STALE;
}

/* Nothing is wrong with it, nor with what is above it, but that it is not
 * there: it, or the certificate of a CA above. */
static bool
is_withdrawn(const struct cause *cause)
{
	return cause->kind == CAUSE_GONE ||
	       (cause->kind == CAUSE_CHAIN && cause->reason == REASON_OK);
}

struct judging {
	struct harvest_hold *out;
	struct run *run;
	struct view_index *index;
	struct withdrawn *withdrawn;
};

/* RFC 8211. */
static enum reason
tell_vanished(
    struct judging *j, const struct payload *p, enum withdrawn_state state)
{
	struct finding f = { .reason = R_POLICY_VANISHED,
		.effect = EFFECT_WARNING,
		.object = p->origin->uri,
		.hash = p->origin->hash,
		.trust_anchor = p->origin->source,
		.point = p->origin->chain->manifest_uri };
	char text[128], at[TIME_TEXT];

	time_write(at, sizeof(at), payload_expires_at(p));
	(void)snprintf(text, sizeof(text), "it would hold until %s%s", at,
	    state == WITHDRAWN_ONLY ? ""
				    : "; whether it was revoked is not known");
	f.detail = arena_dup(&j->run->out->arena, span_str(text));
	if (f.detail.p == NULL || !vec_push(&j->out->findings, f))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* While a hold lasts, what is held is lost in each run anew, and its bytes
 * may be swept: it was judged when the hold began. */
static bool
is_held_already(const struct judging *j, const struct payload *p)
{
	const struct view *before = &j->run->out->before.view;

	for (size_t i = 0; i < before->n_sources; i++)
		if (span_eq(before->sources[i].name, p->origin->source))
			return before->sources[i].held_until_at != 0;
	return false;
}

/* What a CA takes back it revokes: that, and what time takes, is final. */
static enum reason
judge_withdrawn(struct judging *j, struct hold_lost *lost)
{
	const struct payload *p = lost->payload;
	enum withdrawn_state state;
	bool is_first;

	TRY(withdrawn_find(&state, &is_first, j->withdrawn, p));
	lost->may_hold = state == WITHDRAWN_ONLY ||
			 (state == WITHDRAWN_UNKNOWN && is_held_already(j, p));
	return state == WITHDRAWN_REVOKED || !is_first
		   ? REASON_OK
		   : tell_vanished(j, p, state);
}

static enum reason
judge_one(struct judging *j, struct hold_lost *lost)
{
	struct cause cause;

	view_absence(&cause, j->index, lost->payload);
	if (lost->payload->origin->chain == NULL)
		lost->may_hold = may_return_ledger(&cause);
	else if (is_withdrawn(&cause))
		return judge_withdrawn(j, lost);
	else
		lost->may_hold = may_return(&cause);
	return REASON_OK;
}

static enum reason
judge_lost(struct harvest_hold *out, struct run *run, struct hold *hold)
{
	struct judging j = { .out = out, .run = run };
	enum reason reason = REASON_OK;

	if (hold->n_lost == 0)
		return REASON_OK;
	reason = withdrawn_new(&j.withdrawn, run);
	if (reason == REASON_OK)
		reason = view_index_new(&j.index, &run->out->view, NULL);
	for (size_t i = 0; reason == REASON_OK && i < hold->n_lost; i++)
		reason = judge_one(&j, &hold->lost[i]);
	view_index_free(j.index);
	withdrawn_free(j.withdrawn);
	return reason;
}

/* CACHE/release/NAME, or the option. */
static bool
is_released(struct run *run, struct span name, bool *failed)
{
	const struct conf *c = run->conf;
	size_t n = strlen(c->cache) + name.n + sizeof("/release/");
	char *path;

	for (size_t i = 0; i < c->n_releases; i++)
		if (span_eq(span_str(c->releases[i]), name))
			return true;
	path = arena_alloc(&run->work, n);
	*failed = *failed || path == NULL;
	if (path == NULL)
		return false;
	(void)snprintf(path, n, "%s/release/%.*s", c->cache, SPAN_FMT(name));
	return access(path, F_OK) == 0;
}

static enum reason
release(struct run *run, struct hold *hold)
{
	bool failed = false;

	for (size_t s = 0; s < run->out->view.n_sources; s++) {
		const struct view_source *source = &run->out->view.sources[s];

		if (source->kind == SOURCE_SLURM ||
		    !is_released(run, source->name, &failed))
			continue;
		for (size_t i = 0; i < hold->n_lost; i++)
			if (hold->lost[i].source == s)
				hold->lost[i].may_hold = false;
	}
	return failed ? R_LIMIT_MEMORY : REASON_OK;
}

enum reason
hold_back(struct harvest_hold *out, struct run *run)
{
	struct run_before *b = &run->out->before;
	struct hold hold = { 0 };

	if (!b->is_there)
		return REASON_OK;
	TRY(hold_find(&hold, &b->view, &run->out->view, &b->arena));
	TRY(judge_lost(out, run, &hold));
	TRY(release(run, &hold));
	TRY(hold_decide(
	    &hold, &run->conf->policy, &b->view, &run->out->view, &b->arena));
	for (size_t i = 0; i < hold.n_findings; i++)
		if (!vec_push(&out->findings, hold.findings[i]))
			return R_LIMIT_MEMORY;
	out->set =
	    (struct policy_set){ .payloads = hold.held, .n = hold.n_held };
	out->until = hold.until;
	return REASON_OK;
}
