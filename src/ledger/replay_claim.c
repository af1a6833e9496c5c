/* The rules of claim and release: ledger.md 4 and 5. */
#include "ledger/replay.h"

#define LEVEL0_V4 65536
#define LEVEL0_AS 16
/* 2^96 */
static const struct amount level0_v6 = { 0, UINT64_C(1) << 32, 0 };

/* ---- claim ----------------------------------------------------------- */

/* What another holds may be taken, or contested, by evidence alone. */
static bool
may_be_had(const struct step *step, const struct run *r)
{
	const struct claim *c = r->is.hold.claim;

	if (!step->body->has_evidence)
		return false;
	return claim_level(c) == 0 ||
	       (step->st->time < c->at + step->st->challenge &&
		   r->is.hold.contender == NULL);
}

static enum reason
holders_check(const struct step *step)
{
	struct parts parts;
	struct part part;

	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run != NULL &&
		    part.run->is.hold.holder != step->author &&
		    !may_be_had(step, part.run))
			return R_STATEMENT_OVERLAP;
	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run != NULL &&
		    part.run->is.hold.holder == step->author &&
		    (!step->body->has_evidence ||
			claim_level(part.run->is.hold.claim) != 0))
			return R_STATEMENT_HELD;
	return REASON_OK;
}

static enum reason
level0_check(const struct step *step)
{
	const struct holder *h = step->author;
	uint64_t v4 = h->v4, as = h->as;
	struct amount v6 = h->v6;

	for (size_t i = 0; i < step->parcel.n; i++) {
		const struct piece *p = &step->parcel.pieces[i];

		if (p->space == SPACE_V6)
			amount_add(&v6, p->lo, p->hi);
		else if (p->space == SPACE_V4)
			v4 += p->hi.lo - p->lo.lo + 1;
		else
			as += p->hi.lo - p->lo.lo + 1;
	}
	return v4 <= LEVEL0_V4 && as <= LEVEL0_AS &&
		       amount_cmp(&v6, &level0_v6) <= 0
		   ? REASON_OK
		   : R_STATEMENT_LIMIT;
}

static enum reason
evidence_rule(const struct step *step)
{
	const struct ledger_evidence *e = &step->entry->evidence;
	const struct ledger_state *st = step->st;
	bool anchored = false;

	for (size_t i = 0; i < st->n_anchors; i++)
		anchored |= digest_eq(&st->anchors[i], &e->anchor);
	return e->holds && anchored && (int64_t)st->time >= e->from_at &&
		       (int64_t)st->time <= e->until_at
		   ? REASON_OK
		   : R_STATEMENT_EVIDENCE;
}

enum reason
claim_check(struct step *step)
{
	TRY(holders_check(step));
	return step->body->has_evidence ? evidence_rule(step)
					: level0_check(step);
}

static struct claim *
claim_new(const struct step *step)
{
	struct claim *c = state_alloc(step->st, sizeof(*c));

	if (c == NULL)
		return NULL;
	*c = (struct claim){ .holder = step->author,
		.at = step->st->time,
		.entry = step->st->size,
		.statement = step->number,
		.uses = 1 };
	if (step->body->has_evidence) {
		c->ca_key = state_alloc(step->st, sizeof(*c->ca_key));
		if (c->ca_key != NULL)
			*c->ca_key = step->entry->evidence.ca_key;
	}
	return c;
}

/* Offers with any of it end whole, leases and subleases for these parts. */
static void
take(struct step *step, const struct piece *x, struct run *r, struct claim *c)
{
	struct ledger_state *st = step->st;
	struct run *o;

	while ((o = runs_from(&st->offers[x->space], x->lo)) != NULL &&
	       num_cmp(o->lo, x->hi) <= 0)
		offer_end(st, o->is.offer);
	chain_end(st, x);
	hold_reclaim(st, x->space, r, c);
	state_touched(st, x);
}

static void
contest_add(struct step *step, const struct claim *c)
{
	struct record *r = record_new(step->st, RECORD_CONTEST, step->author);

	if (r == NULL)
		return;
	r->subject = c->statement;
	r->until = c->at + 4 * step->st->challenge;
	parcel_take(r, step);
	record_add(step->st, r, step->number);
}

void
claim_apply(struct step *step)
{
	struct ledger_state *st = step->st;
	struct claim *c = claim_new(step);
	bool contested = false;
	struct parts parts;
	struct part part;

	if (c != NULL)
		hold_cut(st, &step->parcel);
	parts_init(&parts, st->holds, &step->parcel);
	while (!st->failed && parts_next(&part, &parts)) {
		const struct piece x = { part.space, part.lo, part.hi };

		if (part.run == NULL) {
			hold_add(st, &x, c);
		} else if (part.run->is.hold.holder == step->author) {
			hold_reclaim(st, x.space, part.run, c);
		} else if (claim_level(part.run->is.hold.claim) == 0) {
			take(step, &x, part.run, c);
		} else {
			hold_contest(part.run, c);
			contested = true;
		}
	}
	hold_join(st, &step->parcel);
	if (contested && !st->failed)
		contest_add(step, c);
	claim_drop(c);
}

/* ---- release --------------------------------------------------------- */

static bool
contends(const struct run *r, const struct holder *h)
{
	return r->is.hold.contender != NULL &&
	       r->is.hold.contender->holder == h;
}

/* Of what the author holds: is any of it in these trees? */
static bool
any_in(const struct step *step, const struct runs trees[SPACES])
{
	struct parts parts, inner;
	struct part part, in;

	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts)) {
		const struct piece x = { part.space, part.lo, part.hi };

		if (part.run->is.hold.holder != step->author)
			continue;
		parts_init_range(&inner, trees, &x);
		while (parts_next(&in, &inner))
			if (in.run != NULL)
				return true;
	}
	return false;
}

enum reason
release_check(struct step *step)
{
	struct parts parts;
	struct part part;

	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run == NULL ||
		    (part.run->is.hold.holder != step->author &&
			!contends(part.run, step->author)))
			return R_STATEMENT_NOT_HELD;
	if (any_in(step, step->st->offers))
		return R_STATEMENT_LOCKED;
	return any_in(step, step->st->chains) ? R_STATEMENT_LEASED : REASON_OK;
}

void
release_apply(struct step *step)
{
	struct ledger_state *st = step->st;
	struct parts parts;
	struct part part;

	hold_cut(st, &step->parcel);
	parts_init(&parts, st->holds, &step->parcel);
	while (!st->failed && parts_next(&part, &parts)) {
		const struct piece x = { part.space, part.lo, part.hi };
		struct claim *c = part.run->is.hold.contender;

		if (part.run->is.hold.holder != step->author) {
			hold_clear(part.run);
			continue;
		}
		state_touched(st, &x);
		if (c == NULL) {
			hold_remove(st, part.space, part.run);
			continue;
		}
		hold_reclaim(st, part.space, part.run, c);
		hold_clear(part.run);
	}
	hold_join(st, &step->parcel);
}
