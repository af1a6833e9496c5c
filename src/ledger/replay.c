/*
 * The replay: ledger.md 4. Checks are made in its order, the first that fails
 * names the reason, and a statement that is rejected has no effect: no check
 * writes, and no effect fails but for memory.
 */
#include <string.h>

#include "ledger/replay.h"

const struct replay_row replay_rows[STATEMENT_KINDS] = {
	[STATEMENT_TICK] = { tick_check, tick_apply },
	[STATEMENT_ENROLL] = { enroll_check, enroll_apply },
	[STATEMENT_ROTATE] = { rotate_check, rotate_apply },
	[STATEMENT_RECOVER] = { recover_check, recover_apply },
	[STATEMENT_CLAIM] = { claim_check, claim_apply },
	[STATEMENT_RELEASE] = { release_check, release_apply },
	[STATEMENT_OFFER] = { offer_check, offer_apply },
	[STATEMENT_ACCEPT] = { accept_check, accept_apply },
	[STATEMENT_SETTLE] = { settle_check, settle_apply },
	[STATEMENT_LEASE] = { lease_check, lease_apply },
	[STATEMENT_AUTHORIZE] = { authorize_check, authorize_apply },
	[STATEMENT_WITHDRAW] = { withdraw_check, withdraw_apply },
	[STATEMENT_ENDORSE] = { endorse_check, endorse_apply },
	[STATEMENT_NAME] = { name_check_rule, name_apply },
	[STATEMENT_SERVICE] = { service_check, service_apply },
	[STATEMENT_RDNS] = { rdns_check, rdns_apply },
};

void
parcel_take(struct record *r, struct step *step)
{
	r->parcel = step->parcel;
	step->parcel = (struct parcel){ 0, NULL };
}

/* ---- the genesis ----------------------------------------------------- */

static bool
is_zero(const struct digest *d)
{
	const struct digest zero = { { 0 } };

	return digest_eq(d, &zero);
}

static bool
genesis_is_valid(const struct ledger_entry *e)
{
	const struct statement *s = &e->statement;

	return e->frame == REASON_OK && s->kind == STATEMENT_GENESIS &&
	       is_zero(&s->ledger) && is_zero(&s->previous) &&
	       s->sequence == 0 && digest_eq(&s->holder, &e->body_key) &&
	       s->n_signatures == 1 && e->signed_well &&
	       digest_eq(&s->signatures[0].holder, &s->holder) &&
	       digest_eq(&e->keys[0], &e->body_key);
}

static enum reason
genesis_replay(struct step *step)
{
	const struct statement_body *b = step->body;
	struct ledger_state *st = step->st;

	if (!genesis_is_valid(step->entry))
		return R_LOG_GENESIS;
	st->time = b->time;
	st->challenge = b->challenge;
	st->sequencer = step->s->holder;
	st->n_anchors = b->n_anchors;
	memcpy(st->anchors, b->anchors, sizeof(st->anchors));
	return REASON_OK;
}

/* ---- steps 3 and 4 --------------------------------------------------- */

static enum reason
enroll_author_check(const struct step *step)
{
	if (!digest_eq(&step->s->holder, &step->entry->body_key))
		return R_STATEMENT_WRONG_KEY;
	if (holder_find(step->st, &step->s->holder) != NULL)
		return R_STATEMENT_EXISTS;
	if (step->s->sequence != 0)
		return R_STATEMENT_SEQUENCE;
	return is_zero(&step->s->previous) ? REASON_OK : R_STATEMENT_PREVIOUS;
}

static enum reason
author_check(struct step *step)
{
	const struct statement *s = step->s;

	if (!digest_eq(&s->ledger, ids_at(&step->st->statements, 0)))
		return R_STATEMENT_WRONG_LEDGER;
	if (s->kind == STATEMENT_ENROLL)
		return enroll_author_check(step);
	step->author = holder_find(step->st, &s->holder);
	if (step->author == NULL)
		return R_STATEMENT_UNKNOWN_HOLDER;
	if (s->sequence != step->author->sequence + 1)
		return R_STATEMENT_SEQUENCE;
	if (!digest_eq(&s->previous,
		ids_at(&step->st->statements, step->author->last)))
		return R_STATEMENT_PREVIOUS;
	if (s->kind != STATEMENT_RECOVER)
		return REASON_OK;
	step->subject = holder_find(step->st, &step->body->subject);
	return step->subject != NULL ? REASON_OK : R_STATEMENT_UNKNOWN_HOLDER;
}

static enum reason
resources_take(struct step *step)
{
	if (step->s->kind != STATEMENT_CLAIM &&
	    step->s->kind != STATEMENT_RELEASE &&
	    step->s->kind != STATEMENT_OFFER &&
	    step->s->kind != STATEMENT_LEASE)
		return REASON_OK;
	step->parcel = parcel_of(&step->body->resources.set);
	return step->parcel.pieces != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
statement_judge(struct step *step)
{
	if (step->entry->frame != REASON_OK)
		return step->entry->frame;
	if (step->s->kind == STATEMENT_GENESIS)
		return R_STATEMENT_MISPLACED;
	TRY(author_check(step));
	TRY(resources_take(step));
	TRY(signers_check(step));
	return replay_rows[step->s->kind].check(step);
}

/* ---- effect ---------------------------------------------------------- */

static void
statement_apply(struct step *step)
{
	struct ledger_state *st = step->st;

	step->number = ids_add(&st->statements, &step->s->id);
	if (step->number == ID_NONE) {
		st->failed = true;
		return;
	}
	st->applied++;
	if (step->author != NULL) {
		step->author->sequence++;
		step->author->last = step->number;
		/* Whoever still speaks needs no recovery. */
		if (step->author->recovery != NULL) {
			record_end(st, step->author->recovery);
			step->author->recovery = NULL;
		}
	}
	if (step->s->kind == STATEMENT_GENESIS)
		holder_enroll(step);
	else
		replay_rows[step->s->kind].apply(step);
	rdns_recheck(st);
}

enum reason
ledger_admit(enum reason *verdict, struct ledger_state *st,
    const struct ledger_entry *entry)
{
	struct step step = { .st = st,
		.entry = entry,
		.s = &entry->statement,
		.body = &entry->statement.body };
	enum reason r;

	if (st->failed)
		return R_LIMIT_MEMORY;
	r = st->size == 0 ? genesis_replay(&step) : statement_judge(&step);
	if (r == R_LOG_GENESIS || r == R_LIMIT_MEMORY) {
		st->failed |= r == R_LIMIT_MEMORY;
		base_free(step.parcel.pieces);
		return r;
	}
	if (r == REASON_OK)
		statement_apply(&step);
	base_free(step.parcel.pieces);
	st->size += r == REASON_OK;
	*verdict = r;
	return st->failed ? R_LIMIT_MEMORY : REASON_OK;
}

enum reason
ledger_replay(enum reason *verdict, struct ledger_state *st,
    const struct ledger_entry *entry)
{
	TRY(ledger_admit(verdict, st, entry));
	st->size += *verdict != REASON_OK;
	return REASON_OK;
}

void
ledger_log_line(struct buf *b, uint64_t number, const struct ledger_entry *e,
    enum reason verdict)
{
	const struct statement *s = &e->statement;
	char hex[65];

	buf_printf(b, "%llu\t", (unsigned long long)number);
	if (e->parsed) {
		hex_write(hex, SPAN_OF(s->id.b));
		buf_printf(b, "%s\t", hex);
		hex_write(hex, SPAN_OF(s->holder.b));
		buf_printf(b, "%s\t%s\t", hex, statement_kind_id(s->kind));
	} else {
		buf_puts(b, "-\t-\t-\t");
	}
	buf_printf(b, "%s\n",
	    verdict == REASON_OK ? "applied"
				 : strchr(reason_id(verdict), '.') + 1);
}
