/*
 * Which checkpoint to go by: ledger.md 2. The largest that counts is tried
 * first; what cannot be had, or is not accepted, leaves what is in force as
 * it was. Two that cannot both be true freeze the ledger.
 */
#include <string.h>

#include "run/follow.h"

/* One checkpoint, on trial. */
struct trial {
	struct follow *f;
	struct spot *spot; /* who gave it */
	struct merkle_head head;
	struct spool *spool;
	struct replay_to to;
	enum checkpoint_decision decision;
	enum reason why; /* it could not be had: the entries, or the state */
	char detail[160];
};

static bool
has_accepted(const struct follow *f)
{
	return f->kept.frontier.size > 0;
}

static struct merkle_head
accepted(const struct follow *f)
{
	return (struct merkle_head){ f->kept.frontier.size, f->kept.root };
}

/* ---- time ------------------------------------------------------------ */

static enum checkpoint_decision
decide(const struct trial *t, uint64_t time)
{
	const struct merkle_head a = accepted(t->f);
	const struct checkpoint_proposal p = {
		.accepted =
		    has_accepted(t->f) && t->head.size == a.size ? &a : NULL,
		.head = t->head,
		.counts = true,
		.consistent = true,
		.time = time,
		.clock_at = t->f->run->at,
		.newest_at = t->spot->count.newest_at,
	};

	return checkpoint_decide(&p);
}

/* ---- entries --------------------------------------------------------- */

/* From this place; what its entries come to is for the caller to look at. */
static enum reason
fetch_from(struct trial *t, struct place *place)
{
	struct follow *f = t->f;

	t->spool->frontier = (struct merkle_frontier){ .size = 0 };
	if (f->state != NULL && !f->is_outdated)
		t->spool->frontier = f->kept.frontier;
	return spool_fill(t->spool, f, place, &t->head);
}

/* The machine's trouble, which fails the run. */
static bool
is_ours(enum reason r)
{
	return r == R_LIMIT_MEMORY || r == R_STORE_IO || r == R_STORE_FULL;
}

/* From the one that gave the checkpoint, then from all others. What is
 * returned is our own trouble. */
static enum reason
fetch(struct trial *t)
{
	struct follow *f = t->f;

	TRY(follow_need_state(f));
	for (size_t i = 0; i <= f->n_spots; i++) {
		struct spot *s = i == 0 ? t->spot : &f->spots[i - 1];
		enum reason why;

		if (s->place == NULL || (i > 0 && s == t->spot))
			continue;
		why = fetch_from(t, s->place);
		if (i == 0 || why == REASON_OK)
			t->why = why; /* else what the giver had to say */
		if (why == REASON_OK) {
			f->report->source =
			    arena_dup(&f->run->out->arena, span_str(s->text));
			return f->report->source.p != NULL ? REASON_OK
							   : R_LIMIT_MEMORY;
		}
		if (is_ours(why))
			return why;
		if (i == 0)
			(void)snprintf(t->detail, sizeof(t->detail), "%s",
			    place_detail(s->place));
		TRY(follow_find(f, why, EFFECT_WARNING, span_str(s->text),
		    place_detail(s->place)));
	}
	return REASON_OK;
}

/* Tiles of any of them may show that two signed trees are no one log. */
static bool
is_split(const struct trial *t)
{
	const struct follow *f = t->f;
	const struct merkle_head a = accepted(f);
	struct digest root;

	for (size_t i = 0; i < f->n_spots; i++)
		if (f->spots[i].place != NULL &&
		    is_shown(&root, a.size, f->spots[i].place, &t->head))
			return !digest_eq(&root, &a.root);
	return false;
}

/* ---- the state ------------------------------------------------------- */

static enum reason
accept(struct trial *t)
{
	struct follow *f = t->f;
	struct kept *k = &f->kept;

	if (f->state != t->to.state)
		ledger_state_free(f->state);
	f->state = t->to.state;
	said_fini(f);
	f->is_outdated = false;
	k->frontier = t->spool->frontier;
	k->root = t->head.root;
	k->cosigned_at = t->spot->count.newest_at;
	k->successions = f->succession_digest;
	k->note = arena_dup(&f->run->work, buf_view(&t->spot->note));
	memcpy(k->reasons, f->tally, sizeof(k->reasons));
	if (k->note.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(follow_discover(f));
	entries_keep(f, t->spool);
	return follow_save(f, true);
}

static void
replay_begin(struct trial *t, bool whole)
{
	struct follow *f = t->f;

	t->to = (struct replay_to){ .state = f->state, .reasons = f->tally };
	memset(f->tally, 0, sizeof(f->tally));
	if (whole)
		t->to.state =
		    ledger_state_new(f->successions, f->n_successions);
	else
		memcpy(f->tally, f->kept.reasons, sizeof(f->tally));
}

/* On from where the state is, or from nothing. */
static enum reason
replay(struct trial *t)
{
	struct follow *f = t->f;
	bool whole = t->spool->first == 0;
	enum reason ours;

	replay_begin(t, whole);
	if (t->to.state == NULL)
		return R_LIMIT_MEMORY;
	t->why = t->head.size == 0 ? R_LOG_GENESIS
				   : spool_replay(&t->to, f, t->spool);
	if (t->why == REASON_OK)
		t->decision = decide(t, ledger_summary(t->to.state).time);
	if (t->why == REASON_OK && decision_accepts(t->decision))
		return accept(t);
	memcpy(t->detail, t->to.detail, sizeof(t->detail));
	ours = is_ours(t->why) ? t->why : REASON_OK;
	if (whole) {
		ledger_state_free(t->to.state);
		return ours;
	}
	/* What was accepted is on the disk. */
	TRY(follow_load_state(f));
	return ours;
}

/* ---- successions ----------------------------------------------------- */

/* May what was accepted go, as far as it lies beyond the succession? */
static bool
may_go_back(const struct trial *t)
{
	const struct follow *f = t->f;

	return t->spot->segment->from > 0 &&
	       f->kept.frontier.size > t->spot->segment->from &&
	       !digest_eq(&f->kept.successions, &f->succession_digest);
}

/* The successor's log, from its beginning: its first entries have to be the
 * former's, which the former's tiles show. */
static enum reason
go_back(struct trial *t)
{
	struct follow *f = t->f;
	const uint64_t size = t->spot->segment->from;
	const struct merkle_head a = accepted(f);
	const struct digest *now;
	struct digest then;
	bool shown = false;

	t->decision = CHECKPOINT_STALE;
	for (size_t i = 0; i < f->n_spots && !shown; i++)
		shown = f->spots[i].place != NULL &&
			is_shown(&then, size, f->spots[i].place, &a);
	t->why = R_LEDGER_SUCCESSION;
	if (!shown)
		return REASON_OK;
	spool_mark(t->spool, size);
	TRY(fetch(t));
	now = spool_root(t->spool, size);
	if (t->why == REASON_OK && (now == NULL || !digest_eq(now, &then)))
		t->why = R_LEDGER_SUCCESSION;
	return t->why == REASON_OK ? replay(t) : REASON_OK;
}

/* ---- one checkpoint -------------------------------------------------- */

/* Of the same tree: cosignatures may be new, and the state may be gone. */
static enum reason
try_same(struct trial *t)
{
	struct follow *f = t->f;
	struct kept *k = &f->kept;

	if (!follow_has_state(f) || f->is_outdated) {
		TRY(fetch(t));
		return t->why == REASON_OK ? replay(t) : REASON_OK;
	}
	t->why = REASON_OK;
	t->decision = decide(t, follow_time(f));
	if (!decision_accepts(t->decision) ||
	    t->spot->count.newest_at <= k->cosigned_at)
		return REASON_OK;
	k->cosigned_at = t->spot->count.newest_at;
	k->note = arena_dup(&f->run->work, buf_view(&t->spot->note));
	f->is_new = true;
	return k->note.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

/* Entries that meet the new root, behind what is not the accepted tree. */
static bool
is_other_past(const struct trial *t)
{
	const struct merkle_head a = accepted(t->f);
	const struct digest *past = spool_root(t->spool, a.size);

	return has_accepted(t->f) && t->spool->first < a.size && past != NULL &&
	       !digest_eq(past, &a.root);
}

static enum reason
try_larger(struct trial *t)
{
	struct follow *f = t->f;

	t->decision = CHECKPOINT_ACCEPTED;
	if (has_accepted(f))
		spool_mark(t->spool, f->kept.frontier.size);
	for (size_t i = 0; i < f->n_spots; i++)
		if (f->spots[i].reason == REASON_OK)
			spool_mark(t->spool, f->spots[i].checkpoint.head.size);
	TRY(fetch(t));
	if (t->why == REASON_OK && !is_other_past(t))
		return replay(t);
	if (t->why == REASON_OK || (has_accepted(f) && is_split(t)))
		t->decision = CHECKPOINT_SPLIT_VIEW;
	t->why = t->decision == CHECKPOINT_SPLIT_VIEW ? REASON_OK : t->why;
	return REASON_OK;
}

static enum reason
try_one(struct trial *t)
{
	const struct merkle_head a = accepted(t->f);

	t->why = REASON_OK;
	if (has_accepted(t->f) && t->head.size < a.size)
		t->decision = CHECKPOINT_STALE;
	else if (has_accepted(t->f) && t->head.size == a.size &&
		 !digest_eq(&t->head.root, &a.root))
		t->decision = CHECKPOINT_SPLIT_VIEW;
	else if (has_accepted(t->f) && t->head.size == a.size)
		TRY(try_same(t));
	else
		TRY(try_larger(t));
	if ((t->decision == CHECKPOINT_STALE ||
		t->decision == CHECKPOINT_SPLIT_VIEW) &&
	    t->why == REASON_OK && may_go_back(t))
		return go_back(t);
	return REASON_OK;
}

/* ---- what it comes to ------------------------------------------------ */

static enum reason
alarm(
    struct follow *f, enum reason why, const struct spot *s, const char *detail)
{
	f->report->reason = why;
	(void)snprintf(
	    f->report->detail, sizeof(f->report->detail), "%s", detail);
	return follow_find(f, why, EFFECT_LEDGER, span_str(s->text), detail);
}

/* Persisted before the alarm: a run that ends here stays frozen. */
static enum reason
freeze(struct trial *t)
{
	struct follow *f = t->f;
	char detail[400];
	struct span path;

	TRY(evidence_keep(
	    &path, f, EVIDENCE_SPLIT, f->kept.note, buf_view(&t->spot->note)));
	f->kept.frozen = true;
	f->kept.evidence = path;
	f->report->evidence = path;
	TRY(follow_save(f, false));
	(void)snprintf(
	    detail, sizeof(detail), "evidence: %.*s", SPAN_FMT(path));
	return alarm(f, R_CHECKPOINT_SPLIT_VIEW, t->spot, detail);
}

static enum reason
refuse(struct trial *t, enum reason why)
{
	struct follow *f = t->f;
	char detail[400];
	struct span path;

	TRY(evidence_keep(&path, f, EVIDENCE_REFUSED, buf_view(&t->spot->note),
	    span_of(NULL, 0)));
	(void)snprintf(detail, sizeof(detail), "%s%s%.*s", t->detail,
	    t->detail[0] != '\0' && path.n > 0 ? ": " : "", SPAN_FMT(path));
	f->report->evidence = path;
	return alarm(f, why, t->spot, detail);
}

static enum reason
conclude(struct trial *t)
{
	struct follow *f = t->f;
	const char *id = decision_id(t->decision);

	if (t->why != REASON_OK)
		return refuse(t, t->why);
	if (t->decision == CHECKPOINT_SPLIT_VIEW) {
		f->report->decision = id;
		return freeze(t);
	}
	if (f->report->decision[0] == '\0')
		f->report->decision = id;
	if (t->decision == CHECKPOINT_TIME_AHEAD)
		return refuse(t, R_CHECKPOINT_TIME_AHEAD);
	if (t->decision == CHECKPOINT_STALE ||
	    t->decision == CHECKPOINT_TIME_BEHIND)
		return follow_find(f, decision_reason(t->decision),
		    EFFECT_WARNING, span_str(t->spot->text), "");
	return REASON_OK;
}

/* ---- all of them ----------------------------------------------------- */

/* The largest that counts and was not judged; of equals, the first source's. */
static struct spot *
next_spot(struct follow *f)
{
	struct spot *best = NULL;

	for (size_t i = 0; i < f->n_spots; i++) {
		struct spot *s = &f->spots[i];

		if (s->reason == REASON_OK && !s->judged &&
		    (best == NULL ||
			s->checkpoint.head.size > best->checkpoint.head.size))
			best = s;
	}
	return best;
}

/* One that lies in what was accepted just now has to be of it. */
static enum reason
check_between(bool *split, struct trial *t, const struct spool *spool)
{
	const struct digest *root = spool_root(spool, t->head.size);

	*split = root != NULL && !digest_eq(root, &t->head.root) &&
		 digest_eq(&t->f->kept.successions, &t->f->succession_digest);
	if (!*split)
		return REASON_OK;
	t->decision = CHECKPOINT_SPLIT_VIEW;
	t->why = REASON_OK;
	return conclude(t);
}

static enum reason
choose(struct follow *f, struct spool *spool)
{
	bool took = false, split;
	struct spot *s;

	while (!f->kept.frozen && (s = next_spot(f)) != NULL) {
		struct trial t = { .f = f,
			.spot = s,
			.head = s->checkpoint.head,
			.spool = spool };

		s->judged = true;
		if (took) {
			TRY(check_between(&split, &t, spool));
			if (split || t.head.size < f->kept.frontier.size)
				continue;
		}
		if (!took)
			*spool = (struct spool){ .fd = spool->fd };
		TRY(try_one(&t));
		TRY(conclude(&t));
		took = took || (t.why == REASON_OK &&
				   t.decision == CHECKPOINT_ACCEPTED);
	}
	return REASON_OK;
}

/* Who serves the note in force: whether it still does is all there is to ask
 * next time. */
static void
tag(struct follow *f)
{
	struct kept *k = &f->kept;
	struct kept_tag tags[COUNT(k->tags)] = { 0 };
	size_t n = 0;

	for (size_t i = 0; i < f->n_spots && n < COUNT(tags); i++) {
		const struct spot *s = &f->spots[i];

		if (s->etag[0] == '\0' || !span_eq(buf_view(&s->note), k->note))
			continue;
		tags[n].source = s->key;
		(void)snprintf(
		    tags[n].etag, sizeof(tags[n].etag), "%s", s->etag);
		n++;
	}
	if (n == k->n_tags && memcmp(tags, k->tags, sizeof(tags)) == 0)
		return;
	memcpy(k->tags, tags, sizeof(tags));
	k->n_tags = n;
	f->is_new = true;
}

enum reason
follow_choose(struct follow *f)
{
	struct spool *spool = base_alloc(sizeof(*spool));
	enum reason why;

	if (spool == NULL)
		return R_LIMIT_MEMORY;
	spool_init(spool);
	why = choose(f, spool);
	spool_close(spool);
	base_free(spool);
	/* It was not wanted before. */
	if (why == REASON_OK && f->conf->discover && !f->kept.has_looked) {
		why = follow_need_state(f);
		f->is_new = f->state != NULL;
		if (why == REASON_OK && f->state != NULL)
			why = follow_discover(f);
	}
	if (why == REASON_OK && has_accepted(f)) {
		tag(f);
		if (f->is_new)
			why = follow_save(f, false);
	}
	return why;
}
