/*
 * What if what a statement left were taken back by whoever may? The rules and
 * effects are those of withdraw and release. Nobody signs, and no sequence
 * goes on, so that statements made for the log as it is still follow.
 */
#include <stdlib.h>

#include "ledger/replay.h"

bool
ledger_entry_find(
    struct digest *out, const struct ledger_state *st, uint64_t entry)
{
	const struct record *r = record_first(st);

	while (r != NULL && (r->kind != RECORD_AUTHORIZE || r->entry != entry))
		r = record_next(r);
	if (r != NULL) {
		*out = *ids_at(&st->statements, r->statement);
		return true;
	}
	for (enum space s = 0; s < SPACES; s++)
		for (const struct run *run = runs_first(&st->holds[s]);
		     run != NULL; run = runs_next(run)) {
			const struct claim *c = run->is.hold.claim;
			const struct claim *k = run->is.hold.contender;

			if (k != NULL && k->entry == entry)
				c = k;
			if (c->entry == entry) {
				*out = *ids_at(&st->statements, c->statement);
				return true;
			}
		}
	return false;
}

/* ---- what was said ---------------------------------------------------- */

static enum reason
withdraw(struct step *step, const struct record *r)
{
	step->author = r->kind == RECORD_LEASE ? r->to : r->holder;
	TRY(withdraw_check(step));
	withdraw_apply(step);
	return REASON_OK;
}

/* ---- what was claimed ------------------------------------------------- */

/* Of the claim, and who has it by now, or contends for it by that claim. */
struct claimed {
	struct holder *by;
	struct piece piece;
};

struct search {
	uint32_t statement;
	VEC(struct claimed) found;
	bool failed;
};

static void
piece_take(void *ctx, const struct piece *p, const struct run *r)
{
	const struct claim *k = r->is.hold.contender;
	struct search *x = ctx;
	struct claimed c = { r->is.hold.holder, *p };

	if (r->is.hold.claim->statement != x->statement) {
		if (k == NULL || k->statement != x->statement)
			return;
		c.by = k->holder;
	}
	x->failed |= !vec_push(&x->found, c);
}

static int
claimed_order(const void *va, const void *vb)
{
	const struct claimed *a = va, *b = vb;

	if (a->by != b->by)
		return a->by->number < b->by->number ? -1 : 1;
	if (a->piece.space != b->piece.space)
		return a->piece.space < b->piece.space ? -1 : 1;
	return num_cmp(a->piece.lo, b->piece.lo);
}

/* All of one holder's, as one statement. */
static enum reason
release(struct step *step, const struct claimed *all, size_t n)
{
	step->author = all->by;
	step->parcel = (struct parcel){ n,
		state_alloc(step->st, n * sizeof(struct piece)) };
	if (step->parcel.pieces == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++)
		step->parcel.pieces[i] = all[i].piece;
	TRY(release_check(step));
	release_apply(step);
	return REASON_OK;
}

static enum reason
release_all(struct step *step, uint32_t statement)
{
	struct search x = { .statement = statement };
	enum reason why = R_STATEMENT_NO_STATEMENT;

	hold_pieces(step->st, piece_take, &x);
	if (x.found.n > 1)
		qsort(x.found.v, x.found.n, sizeof(*x.found.v), claimed_order);
	if (x.failed)
		why = R_LIMIT_MEMORY;
	else if (x.found.n > 0)
		why = REASON_OK;
	for (size_t i = 0, end; why == REASON_OK && i < x.found.n; i = end) {
		for (end = i + 1;
		     end < x.found.n && x.found.v[end].by == x.found.v[i].by;)
			end++;
		why = release(step, &x.found.v[i], end - i);
		base_free(step->parcel.pieces);
	}
	vec_fini(&x.found);
	return why;
}

enum reason
ledger_take_back(enum reason *verdict, struct ledger_state *st,
    const struct digest *statement)
{
	struct statement_body body = { .subject = *statement };
	struct step step = { .st = st, .body = &body };
	uint32_t n = ids_find(&st->statements, statement);
	const struct record *r = NULL;

	*verdict = R_STATEMENT_NO_STATEMENT;
	if (n == ID_NONE)
		return REASON_OK;
	r = record_find(st, n);
	*verdict = r != NULL ? withdraw(&step, r) : release_all(&step, n);
	rdns_recheck(st);
	return st->failed || *verdict == R_LIMIT_MEMORY ? R_LIMIT_MEMORY
							: REASON_OK;
}
