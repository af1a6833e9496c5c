/* The rules of offer, accept and settle, and the transfer they end in. */
#include "ledger/replay.h"

/* ---- offer ----------------------------------------------------------- */

enum reason
offer_check(struct step *step)
{
	const struct statement_body *b = step->body;
	struct parts parts;
	struct part part;

	if (!hold_is_all(step->st, &step->parcel, step->author))
		return R_STATEMENT_NOT_HELD;
	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run->is.hold.contender != NULL)
			return R_STATEMENT_CONTESTED;
	parts_init(&parts, step->st->offers, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run != NULL)
			return R_STATEMENT_LOCKED;
	step->to = holder_find(step->st, &b->subject);
	if (step->to == NULL)
		return R_STATEMENT_UNKNOWN_HOLDER;
	if (step->to == step->author)
		return R_STATEMENT_NOT_PARTY;
	if (b->has_escrow) {
		step->escrow = holder_find(step->st, &b->escrow);
		if (step->escrow == NULL)
			return R_STATEMENT_UNKNOWN_HOLDER;
	}
	return b->time > step->st->time ? REASON_OK : R_STATEMENT_TIME;
}

void
offer_apply(struct step *step)
{
	struct ledger_state *st = step->st;
	struct record *r = record_new(st, RECORD_OFFER, step->author);

	if (r == NULL)
		return;
	r->to = step->to;
	r->escrow = step->escrow;
	r->until = step->body->time;
	r->has_hashlock = step->body->has_hashlock;
	r->digest = step->body->hashlock;
	parcel_take(r, step);
	record_add(st, r, step->number);
	for (size_t i = 0; i < r->parcel.n; i++) {
		const struct piece *x = &r->parcel.pieces[i];
		struct run *run = runs_add(&st->offers[x->space], x->lo, x->hi);

		if (run == NULL) {
			st->failed = true;
			return;
		}
		run->is.offer = r;
	}
}

/* ---- the transfer ---------------------------------------------------- */

/* The holder's leases become the new holder's, without a word of it in the
 * chains; only one to the new holder itself ends. */
static void
transfer(struct ledger_state *st, struct record *offer)
{
	const struct parcel *p = &offer->parcel;
	struct parts parts;
	struct part part;

	hold_cut(st, p);
	chain_cut(st, p);
	parts_init(&parts, st->holds, p);
	while (!st->failed && parts_next(&part, &parts))
		hold_move(st, part.space, part.run, offer->to);
	parts_init(&parts, st->chains, p);
	while (!st->failed && parts_next(&part, &parts))
		if (part.run != NULL && chain_root(part.run)->to == offer->to)
			chain_pop_root(st, part.space, part.run);
	for (size_t i = 0; i < p->n; i++)
		state_touched(st, &p->pieces[i]);
	hold_join(st, p);
	chain_join(st, p);
	offer_end(st, offer);
}

/* ---- accept, settle -------------------------------------------------- */

static struct record *
offer_find(const struct step *step)
{
	uint32_t n = ids_find(&step->st->statements, &step->body->subject);
	struct record *r = n == ID_NONE ? NULL : record_find(step->st, n);

	return r != NULL && r->kind == RECORD_OFFER ? r : NULL;
}

enum reason
accept_check(struct step *step)
{
	struct digest hash;
	struct record *r = step->record = offer_find(step);

	if (r == NULL)
		return R_STATEMENT_NO_OFFER;
	if (r->to != step->author)
		return R_STATEMENT_NOT_PARTY;
	if (r->flag)
		return R_STATEMENT_LOCKED;
	if (!r->has_hashlock)
		return REASON_OK;
	crypt_sha256(hash.b, step->body->preimage);
	return step->body->preimage.n > 0 && digest_eq(&hash, &r->digest)
		   ? REASON_OK
		   : R_STATEMENT_PREIMAGE;
}

void
accept_apply(struct step *step)
{
	if (step->record->escrow == NULL)
		transfer(step->st, step->record);
	else
		step->record->flag = true;
}

enum reason
settle_check(struct step *step)
{
	const struct record *r = step->record = offer_find(step);
	bool complete = step->body->flag;

	if (r == NULL)
		return R_STATEMENT_NO_OFFER;
	if (r->escrow == step->author && (r->flag || !complete))
		return REASON_OK;
	if (complete)
		return R_STATEMENT_NOT_PARTY;
	if (r->holder == step->author && !r->has_hashlock && !r->flag)
		return REASON_OK;
	return r->to == step->author && r->flag ? REASON_OK
						: R_STATEMENT_NOT_PARTY;
}

void
settle_apply(struct step *step)
{
	if (step->body->flag)
		transfer(step->st, step->record);
	else
		offer_end(step->st, step->record);
}
