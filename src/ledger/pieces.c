/* Where holdings and leases are: maximal pieces about which one thing is
 * known, whatever cuts earlier statements left behind. */
#include "ledger/state.h"

void
hold_pieces(const struct ledger_state *st,
    void (*take)(void *ctx, const struct piece *, const struct run *),
    void *ctx)
{
	for (enum space s = 0; s < SPACES; s++) {
		const struct run *r = runs_first(&st->holds[s]), *next;

		while (r != NULL) {
			struct piece p = { s, r->lo, r->hi };

			for (next = runs_next(r);
			     next != NULL &&
			     num_cmp(num_next(p.hi), next->lo) == 0 &&
			     next->is.hold.holder == r->is.hold.holder &&
			     next->is.hold.claim == r->is.hold.claim &&
			     next->is.hold.contender == r->is.hold.contender;
			     next = runs_next(next))
				p.hi = next->hi;
			take(ctx, &p, r);
			r = next;
		}
	}
}

/* Neighbours with one lessor are one. */
struct pending {
	const struct holder *lessor; /* NULL: nothing yet */
	struct piece piece;
	lease_taker *take;
	void *ctx;
};

static void
pending_add(
    struct pending *p, const struct piece *x, const struct holder *lessor)
{
	if (p->lessor == lessor && x != NULL && x->space == p->piece.space &&
	    num_cmp(num_next(p->piece.hi), x->lo) == 0) {
		p->piece.hi = x->hi;
		return;
	}
	if (p->lessor != NULL)
		p->take(p->ctx, &p->piece, p->lessor);
	p->lessor = lessor;
	if (x != NULL)
		p->piece = *x;
}

/* Leased out by whoever holds it. */
static void
held_add(
    struct pending *p, const struct ledger_state *st, const struct piece *x)
{
	struct parts holds;
	struct part hold;

	parts_init_range(&holds, st->holds, x);
	while (parts_next(&hold, &holds)) {
		const struct piece y = { hold.space, hold.lo, hold.hi };

		pending_add(p, &y, hold.run->is.hold.holder);
	}
}

void
lease_pieces(const struct ledger_state *st, const struct record *r,
    lease_taker *take, void *ctx)
{
	struct pending pending = { .take = take, .ctx = ctx };
	struct parts parts;
	struct part part;

	parts_init(&parts, st->chains, &r->parcel);
	while (parts_next(&part, &parts)) {
		const struct lease_link *l =
		    part.run == NULL ? NULL : part.run->is.chain.leaf;
		uint64_t n = l == NULL ? 0 : part.run->is.chain.n;
		struct piece x = { part.space, part.lo, part.hi };

		while (n > 0 && l->lease != r) {
			l = l->up;
			n--;
		}
		if (n > 1)
			pending_add(&pending, &x, l->up->lease->to);
		else if (n == 1)
			held_add(&pending, st, &x);
	}
	pending_add(&pending, NULL, NULL);
}
