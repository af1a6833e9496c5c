/* Who holds what: changes to the runs of holdings, and the sums of what each
 * holds at level 0, which the rule of claims asks for. */
#include <string.h>

#include "ledger/state.h"

void
claim_drop(struct claim *c)
{
	if (c == NULL || --c->uses > 0)
		return;
	base_free(c->ca_key);
	base_free(c);
}

unsigned
claim_level(const struct claim *c)
{
	return c->ca_key != NULL;
}

static void
level0_add(enum space space, const struct run *r)
{
	struct holder *h = r->is.hold.holder;

	if (claim_level(r->is.hold.claim) != 0)
		return;
	if (space == SPACE_V6)
		amount_add(&h->v6, r->lo, r->hi);
	else if (space == SPACE_V4)
		h->v4 += r->hi.lo - r->lo.lo + 1;
	else
		h->as += r->hi.lo - r->lo.lo + 1;
}

static void
level0_subtract(enum space space, const struct run *r)
{
	struct holder *h = r->is.hold.holder;

	if (claim_level(r->is.hold.claim) != 0)
		return;
	if (space == SPACE_V6)
		amount_subtract(&h->v6, r->lo, r->hi);
	else if (space == SPACE_V4)
		h->v4 -= r->hi.lo - r->lo.lo + 1;
	else
		h->as -= r->hi.lo - r->lo.lo + 1;
}

void
hold_add(struct ledger_state *st, const struct piece *p, struct claim *c)
{
	struct run *r = runs_add(&st->holds[p->space], p->lo, p->hi);

	if (r == NULL) {
		st->failed = true;
		return;
	}
	r->is.hold.holder = c->holder;
	r->is.hold.claim = c;
	c->uses++;
	level0_add(p->space, r);
}

void
hold_remove(struct ledger_state *st, enum space space, struct run *r)
{
	level0_subtract(space, r);
	claim_drop(r->is.hold.claim);
	claim_drop(r->is.hold.contender);
	runs_remove(&st->holds[space], r);
}

void
hold_contest(struct run *r, struct claim *contender)
{
	ASSERT(r->is.hold.contender == NULL);
	r->is.hold.contender = contender;
	contender->uses++;
}

void
hold_clear(struct run *r)
{
	claim_drop(r->is.hold.contender);
	r->is.hold.contender = NULL;
}

void
hold_move(
    struct ledger_state *st, enum space space, struct run *r, struct holder *to)
{
	(void)st;
	level0_subtract(space, r);
	r->is.hold.holder = to;
	level0_add(space, r);
	if (r->is.hold.contender != NULL && r->is.hold.contender->holder == to)
		hold_clear(r);
}

void
hold_reclaim(
    struct ledger_state *st, enum space space, struct run *r, struct claim *c)
{
	(void)st;
	level0_subtract(space, r);
	c->uses++;
	claim_drop(r->is.hold.claim);
	r->is.hold.claim = c;
	r->is.hold.holder = c->holder;
	level0_add(space, r);
}

/* Cut so that one run ends before x, and the next begins there. */
static void
cut_at(struct ledger_state *st, enum space space, struct num x)
{
	struct run *r = runs_from(&st->holds[space], x), *below;

	if (r == NULL || num_cmp(r->lo, x) >= 0)
		return;
	below = runs_add(&st->holds[space], r->lo, num_prev(x));
	if (below == NULL) {
		st->failed = true;
		return;
	}
	r->lo = x;
	below->is = r->is;
	r->is.hold.claim->uses++;
	if (r->is.hold.contender != NULL)
		r->is.hold.contender->uses++;
}

static bool
is_last(enum space space, struct num x)
{
	return x.lo == (space == SPACE_V6 ? UINT64_MAX : UINT32_MAX) &&
	       x.hi == (space == SPACE_V6 ? UINT64_MAX : 0);
}

void
hold_cut(struct ledger_state *st, const struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct piece *x = &p->pieces[i];

		cut_at(st, x->space, x->lo);
		if (!is_last(x->space, x->hi))
			cut_at(st, x->space, num_next(x->hi));
	}
}

static bool
is_alike(const struct run *a, const struct run *b)
{
	return a->is.hold.holder == b->is.hold.holder &&
	       a->is.hold.claim == b->is.hold.claim &&
	       a->is.hold.contender == b->is.hold.contender &&
	       num_cmp(num_next(a->hi), b->lo) == 0;
}

void
hold_join(struct ledger_state *st, const struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct piece *x = &p->pieces[i];
		struct runs *t = &st->holds[x->space];
		struct run *r = runs_from(t, x->lo), *below;

		for (; r != NULL; r = runs_next(r)) {
			below = runs_before(r);
			if (below != NULL && is_alike(below, r)) {
				r->lo = below->lo;
				claim_drop(below->is.hold.claim);
				claim_drop(below->is.hold.contender);
				runs_remove(t, below);
			}
			if (num_cmp(r->lo, x->hi) > 0)
				break;
		}
	}
}

bool
hold_is_all(const struct ledger_state *st, const struct parcel *p,
    const struct holder *h)
{
	struct parts parts;
	struct part part;

	parts_init(&parts, st->holds, p);
	while (parts_next(&part, &parts))
		if (part.run == NULL || part.run->is.hold.holder != h)
			return false;
	return true;
}
