/* The rule of lease. */
#include "ledger/replay.h"

/* May the author sublease under one of these until then? */
static bool
may_sublease(const struct run *r, const struct holder *h, uint64_t until)
{
	const struct lease_link *l = r->is.chain.leaf;

	for (uint64_t i = 0; i < r->is.chain.n; i++, l = l->up)
		if (l->lease->to == h && l->lease->flag &&
		    until <= l->lease->until)
			return true;
	return false;
}

/* A lessee has leased out when a lease stands under one to it; what is under
 * the holder is all of it. */
static bool
has_subleased(const struct run *r, const struct holder *h)
{
	const struct lease_link *l = r->is.chain.leaf;

	for (uint64_t i = 1; i < r->is.chain.n; i++, l = l->up)
		if (l->up->lease->to == h)
			return true;
	return false;
}

/* One pass over holdings, in each a pass over leases. */
static enum reason
each_check(const struct step *step,
    enum reason (*check)(
	const struct step *, const struct part *hold, const struct run *chain))
{
	struct parts parts, inner;
	struct part part, in;

	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts)) {
		const struct piece x = { part.space, part.lo, part.hi };

		parts_init_range(&inner, step->st->chains, &x);
		while (parts_next(&in, &inner))
			TRY(check(step, &part, in.run));
	}
	return REASON_OK;
}

static enum reason
held_check(
    const struct step *step, const struct part *hold, const struct run *chain)
{
	if (hold->run != NULL && hold->run->is.hold.holder == step->author)
		return REASON_OK;
	return chain != NULL &&
		       may_sublease(chain, step->author, step->body->time)
		   ? REASON_OK
		   : R_STATEMENT_NOT_HELD;
}

static enum reason
leased_check(
    const struct step *step, const struct part *hold, const struct run *chain)
{
	if (chain == NULL)
		return REASON_OK;
	return hold->run->is.hold.holder == step->author ||
		       has_subleased(chain, step->author)
		   ? R_STATEMENT_LEASED
		   : REASON_OK;
}

enum reason
lease_check(struct step *step)
{
	struct parts parts;
	struct part part;

	TRY(each_check(step, held_check));
	TRY(each_check(step, leased_check));
	parts_init(&parts, step->st->offers, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run != NULL)
			return R_STATEMENT_LOCKED;
	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run->is.hold.contender != NULL)
			return R_STATEMENT_CONTESTED;
	if (step->body->time <= step->st->time)
		return R_STATEMENT_TIME;
	step->to = holder_find(step->st, &step->body->subject);
	if (step->to == NULL)
		return R_STATEMENT_UNKNOWN_HOLDER;
	return step->to != step->author ? REASON_OK : R_STATEMENT_NOT_PARTY;
}

void
lease_apply(struct step *step)
{
	struct ledger_state *st = step->st;
	struct record *r = record_new(st, RECORD_LEASE, step->author);
	struct parts parts;
	struct part part;

	if (r == NULL)
		return;
	r->to = step->to;
	r->until = step->body->time;
	r->flag = step->body->flag;
	parcel_take(r, step);
	record_add(st, r, step->number);
	chain_cut(st, &r->parcel);
	parts_init(&parts, st->chains, &r->parcel);
	while (!st->failed && parts_next(&part, &parts)) {
		const struct piece x = { part.space, part.lo, part.hi };

		chain_push(st, &x, r);
	}
}
