/* The rules of tick, enroll, rotate and recover. */
#include <string.h>

#include "ledger/replay.h"

/* ---- tick ------------------------------------------------------------ */

const struct digest *
state_sequencer(const struct ledger_state *st)
{
	const struct digest *who = &st->sequencer;

	for (size_t i = 0; i < st->n_successions; i++)
		if (st->successions[i].size <= st->size)
			who = &st->successions[i].holder;
	return who;
}

enum reason
tick_check(struct step *step)
{
	if (!digest_eq(&step->s->holder, state_sequencer(step->st)))
		return R_STATEMENT_AUTHORITY;
	return step->body->time > step->st->time ? REASON_OK : R_STATEMENT_TIME;
}

void
tick_apply(struct step *step)
{
	step->st->time = step->body->time;
	state_expire(step->st);
}

/* ---- enroll, rotate -------------------------------------------------- */

static enum reason
guardians_check(const struct step *step)
{
	const struct statement_guardians *g = &step->body->guardians;

	if (!g->given)
		return REASON_OK;
	if (g->threshold > g->n || (g->threshold == 0 && (g->n > 0 || g->lock)))
		return R_STATEMENT_MALFORMED;
	for (size_t i = 0; i < g->n; i++) {
		if (digest_eq(&g->holder[i], &step->s->holder))
			return R_STATEMENT_MALFORMED;
		for (size_t j = 0; j < i; j++)
			if (digest_eq(&g->holder[i], &g->holder[j]))
				return R_STATEMENT_MALFORMED;
	}
	return REASON_OK;
}

static void
guardians_set(struct step *step, struct holder *h)
{
	const struct statement_guardians *g = &step->body->guardians;
	struct digest *ids = NULL;

	if (!g->given)
		return;
	if (g->n > 0) {
		ids = state_alloc(step->st, g->n * sizeof(*ids));
		if (ids == NULL)
			return;
		memcpy(ids, g->holder, g->n * sizeof(*ids));
	}
	base_free(h->guardians);
	h->guardians = ids;
	h->n_guardians = (uint8_t)g->n;
	h->threshold = (uint8_t)g->threshold;
	h->lock = g->lock;
}

enum reason
enroll_check(struct step *step)
{
	return guardians_check(step);
}

void
holder_enroll(struct step *step)
{
	struct holder *h = holder_add(step->st, &step->s->holder);

	if (h == NULL)
		return;
	h->key = step->entry->body_key;
	h->next = step->body->next;
	h->last = h->enrolled = step->number;
	guardians_set(step, h);
}

void
enroll_apply(struct step *step)
{
	holder_enroll(step);
}

enum reason
rotate_check(struct step *step)
{
	return guardians_check(step);
}

void
rotate_apply(struct step *step)
{
	step->author->key = step->entry->body_key;
	step->author->next = step->body->next;
	guardians_set(step, step->author);
}

/* ---- recover --------------------------------------------------------- */

enum reason
recover_check(struct step *step)
{
	bool author = false;

	for (size_t i = 0; i < step->s->n_signatures; i++)
		author |=
		    digest_eq(&step->s->signatures[i].holder, &step->s->holder);
	/* That all are guardians, each once, step 5 saw. */
	if (!author || step->s->n_signatures < step->subject->threshold)
		return R_STATEMENT_NOT_PARTY;
	return step->subject->recovery == NULL ? REASON_OK : R_STATEMENT_LOCKED;
}

void
recover_apply(struct step *step)
{
	struct record *r = record_new(step->st, RECORD_RECOVERY, step->subject);

	if (r == NULL)
		return;
	r->digest = step->entry->body_key;
	r->next = step->body->next;
	r->until = step->st->time + step->st->challenge;
	record_add(step->st, r, step->number);
	step->subject->recovery = r;
}
