/*
 * Leases. Of one address they form a line: the holder leases to A, A to B,
 * and so on; the latest is what a run keeps, with a link to the one above.
 * The lessor of the first is always the holder of the moment, that of each
 * other the lessee above it, so neither is kept. Links are shared by runs
 * that a cut made of one; how many of them still count is the run's to know,
 * as a lease may end at either end of the line: the last by surrender or
 * time, the first when the holder becomes its own lessee.
 */
#include "ledger/state.h"

void
link_drop(struct lease_link *l)
{
	while (l != NULL && --l->uses == 0) {
		struct lease_link *up = l->up;

		base_free(l);
		l = up;
	}
}

static void
run_end(struct ledger_state *st, enum space space, struct run *r)
{
	link_drop(r->is.chain.leaf);
	runs_remove(&st->chains[space], r);
}

static void
live_subtract(
    struct ledger_state *st, struct record *lease, const struct run *r)
{
	amount_subtract(&lease->live, r->lo, r->hi);
	if (amount_is_zero(&lease->live))
		record_end(st, lease);
}

void
chain_push(struct ledger_state *st, const struct piece *p, struct record *lease)
{
	struct run *r = runs_from(&st->chains[p->space], p->lo);
	struct lease_link *l = state_alloc(st, sizeof(*l));

	if (l == NULL)
		return;
	if (r == NULL || num_cmp(r->lo, p->lo) != 0)
		r = runs_add(&st->chains[p->space], p->lo, p->hi);
	if (r == NULL) {
		base_free(l);
		st->failed = true;
		return;
	}
	*l = (struct lease_link){
		.up = r->is.chain.leaf, .lease = lease, .uses = 1
	};
	r->is.chain.leaf = l;
	r->is.chain.n++;
	amount_add(&lease->live, p->lo, p->hi);
}

void
chain_pop(struct ledger_state *st, enum space space, struct run *r)
{
	struct lease_link *l = r->is.chain.leaf;
	struct record *lease = l->lease;

	live_subtract(st, lease, r);
	if (--r->is.chain.n == 0) {
		run_end(st, space, r);
		return;
	}
	r->is.chain.leaf = l->up;
	l->up->uses++;
	link_drop(l);
}

bool
chain_restore(struct ledger_state *st, const struct piece *p,
    struct lease_link *leaf, uint64_t n)
{
	struct run *r = runs_from(&st->chains[p->space], p->lo);

	if (r != NULL && num_cmp(r->lo, p->hi) <= 0)
		return false;
	r = runs_add(&st->chains[p->space], p->lo, p->hi);
	if (r == NULL) {
		st->failed = true;
		return false;
	}
	leaf->uses++;
	r->is.chain.leaf = leaf;
	r->is.chain.n = n;
	return true;
}

static struct lease_link *
root_link(const struct run *r)
{
	struct lease_link *l = r->is.chain.leaf;

	for (uint64_t i = 1; i < r->is.chain.n; i++)
		l = l->up;
	return l;
}

struct record *
chain_root(const struct run *r)
{
	return root_link(r)->lease;
}

void
chain_pop_root(struct ledger_state *st, enum space space, struct run *r)
{
	live_subtract(st, chain_root(r), r);
	if (--r->is.chain.n == 0)
		run_end(st, space, r);
}

static void
cut_at(struct ledger_state *st, enum space space, struct num x)
{
	struct run *r = runs_from(&st->chains[space], x), *below;

	if (r == NULL || num_cmp(r->lo, x) >= 0)
		return;
	below = runs_add(&st->chains[space], r->lo, num_prev(x));
	if (below == NULL) {
		st->failed = true;
		return;
	}
	r->lo = x;
	below->is = r->is;
	r->is.chain.leaf->uses++;
}

static bool
is_last(enum space space, struct num x)
{
	return x.lo == (space == SPACE_V6 ? UINT64_MAX : UINT32_MAX) &&
	       x.hi == (space == SPACE_V6 ? UINT64_MAX : 0);
}

void
chain_cut(struct ledger_state *st, const struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct piece *x = &p->pieces[i];

		cut_at(st, x->space, x->lo);
		if (!is_last(x->space, x->hi))
			cut_at(st, x->space, num_next(x->hi));
	}
}

void
chain_join(struct ledger_state *st, const struct parcel *p)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct piece *x = &p->pieces[i];
		struct runs *t = &st->chains[x->space];
		struct run *r = runs_from(t, x->lo), *below;

		for (; r != NULL; r = runs_next(r)) {
			below = runs_before(r);
			if (below != NULL &&
			    below->is.chain.leaf == r->is.chain.leaf &&
			    below->is.chain.n == r->is.chain.n &&
			    num_cmp(num_next(below->hi), r->lo) == 0) {
				r->lo = below->lo;
				link_drop(below->is.chain.leaf);
				runs_remove(t, below);
			}
			if (num_cmp(r->lo, x->hi) > 0)
				break;
		}
	}
}

void
chain_end(struct ledger_state *st, const struct piece *p)
{
	const struct parcel one = { 1, (struct piece *)(uintptr_t)p };
	struct parts parts;
	struct part part;

	chain_cut(st, &one);
	parts_init(&parts, st->chains, &one);
	while (!st->failed && parts_next(&part, &parts)) {
		if (part.run == NULL)
			continue;
		for (uint64_t n = part.run->is.chain.n; n > 0; n--)
			chain_pop(st, part.space, part.run);
	}
}

/* Whatever was made under it says to end no later. */
void
lease_end(struct ledger_state *st, struct record *lease)
{
	struct parcel p = lease->parcel;
	struct parts parts;
	struct part part;

	/* The record goes with its last address, its pieces only then. */
	lease->parcel = (struct parcel){ 0, NULL };
	parts_init(&parts, st->chains, &p);
	while (parts_next(&part, &parts)) {
		uint64_t n = part.run == NULL ? 0 : part.run->is.chain.n;
		struct lease_link *l = n == 0 ? NULL : part.run->is.chain.leaf;
		uint64_t i;

		for (i = 0; i < n && l->lease != lease; i++)
			l = l->up;
		for (n = i < n ? i + 1 : 0; n > 0; n--)
			chain_pop(st, part.space, part.run);
	}
	for (size_t i = 0; i < p.n; i++)
		state_touched(st, &p.pieces[i]);
	chain_join(st, &p);
	base_free(p.pieces);
}

bool
lease_has_sublease(const struct ledger_state *st, const struct record *lease)
{
	struct parts parts;
	struct part part;

	parts_init(&parts, st->chains, &lease->parcel);
	while (parts_next(&part, &parts)) {
		const struct lease_link *l;

		if (part.run == NULL)
			continue;
		l = part.run->is.chain.leaf;
		for (uint64_t i = 1; i < part.run->is.chain.n; i++) {
			if (l->up->lease == lease)
				return true;
			l = l->up;
		}
	}
	return false;
}

/* Until when, by the longest of them; 0: not beyond `after`. */
static uint64_t
leased_until(const struct run *r, const struct holder *h, uint64_t after)
{
	const struct lease_link *l = r->is.chain.leaf;
	uint64_t until = 0;

	for (uint64_t i = 0; i < r->is.chain.n; i++, l = l->up)
		if (l->lease->to == h && l->lease->until > after &&
		    l->lease->until > until)
			until = l->lease->until;
	return until;
}

/* The least of its parts; 0: not all of it. */
static uint64_t
all_leased_until(const struct ledger_state *st, const struct piece *p,
    const struct holder *h, uint64_t after)
{
	uint64_t until = LEDGER_NEVER;
	struct parts parts;
	struct part part;

	parts_init_range(&parts, st->chains, p);
	while (until > 0 && parts_next(&part, &parts)) {
		uint64_t one =
		    part.run == NULL ? 0 : leased_until(part.run, h, after);

		until = one < until ? one : until;
	}
	return until;
}

bool
cover_find(struct cover *out, const struct ledger_state *st,
    const struct piece *p, const struct holder *h, uint64_t after)
{
	struct parts parts;
	struct part part;

	*out = (struct cover){ .level = 1, .until = LEDGER_NEVER };
	parts_init_range(&parts, st->holds, p);
	while (parts_next(&part, &parts)) {
		const struct piece x = { part.space, part.lo, part.hi };
		const struct claim *c;
		uint64_t until = LEDGER_NEVER;

		if (part.run == NULL)
			return false;
		if (part.run->is.hold.holder != h)
			until = all_leased_until(st, &x, h, after);
		if (until == 0)
			return false;
		out->until = until < out->until ? until : out->until;
		c = part.run->is.hold.claim;
		if (claim_level(c) == 0) {
			out->level = 0;
			out->young |= st->time < c->at + st->challenge;
		}
		out->contested |= part.run->is.hold.contender != NULL;
	}
	return true;
}

/* ---- what changes undo -------------------------------------------------- */

void
state_touched(struct ledger_state *st, const struct piece *p)
{
	if (p->space != SPACE_AS && !vec_push(&st->touched, *p))
		st->failed = true;
}

static void
rdns_recheck_one(struct ledger_state *st, struct record *r)
{
	const struct piece p = piece_of_prefix(&r->prefix);
	struct cover unused;

	if (!cover_find(&unused, st, &p, r->holder, 0))
		record_end(st, r);
}

/* Of the prefixes that hold the first address of a piece, one a length; and
 * all that begin after it within the piece. */
static void
rdns_recheck_in(struct ledger_state *st, const struct piece *p)
{
	enum family family = p->space == SPACE_V4 ? FAMILY_V4 : FAMILY_V6;
	struct prefix first = { .family = family }, cut;
	struct record *r, *next;

	for (unsigned i = 0; i < family_bits(family) / 8; i++) {
		uint64_t word =
		    family == FAMILY_V6 && i < 8 ? p->lo.hi : p->lo.lo;
		unsigned last = family == FAMILY_V4 ? 3 : i < 8 ? 7 : 15;

		first.addr.b[i] = (uint8_t)(word >> 8 * (last - i));
	}
	for (unsigned len = 0; len <= family_bits(family); len++) {
		cut = first;
		cut.len = (uint8_t)len;
		for (unsigned i = len; i < family_bits(family); i++)
			cut.addr.b[i / 8] &= (uint8_t) ~(0x80U >> i % 8);
		r = rdns_find(st, &cut);
		if (r != NULL)
			rdns_recheck_one(st, r);
	}
	for (r = rdns_from(st, &first); r != NULL; r = next) {
		struct piece x = piece_of_prefix(&r->prefix);

		next = rdns_next(r);
		if (x.space != p->space || num_cmp(x.lo, p->hi) > 0)
			break;
		rdns_recheck_one(st, r);
	}
}

void
rdns_recheck(struct ledger_state *st)
{
	for (size_t i = 0; !RB_EMPTY(&st->prefixes) && i < st->touched.n; i++)
		rdns_recheck_in(st, &st->touched.v[i]);
	st->touched.n = 0;
}
