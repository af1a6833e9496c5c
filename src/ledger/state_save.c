/* A state in its flat form. */
#include <stdlib.h>
#include <string.h>

#include "ledger/state.h"
#include "ledger/state_save.h"

struct save {
	const struct ledger_state *st;
	struct buf *out;
	VEC(const struct claim *) claims;
	struct arena arena; /* keys of the map */
	struct map links;   /* (link, live depth) to number + 1 */
	size_t n_links;
	struct buf link_rows;
	bool failed;
};

static void
put(struct buf *b, uint64_t v, int bytes)
{
	uint8_t p[8];

	for (int i = 0; i < bytes; i++)
		p[i] = (uint8_t)(v >> 8 * (bytes - 1 - i));
	buf_add(b, p, (size_t)bytes);
}

static void
put_digest(struct buf *b, const struct digest *d)
{
	buf_add(b, d->b, sizeof(d->b));
}

static void
put_span(struct buf *b, struct span s)
{
	put(b, s.n, 4);
	buf_span(b, s);
}

static void
put_num(struct buf *b, struct num x)
{
	put(b, x.hi, 8);
	put(b, x.lo, 8);
}

static void
put_holder(struct buf *b, const struct holder *h)
{
	put(b, h == NULL ? ID_NONE : h->number, 4);
}

static void
put_parcel(struct buf *b, const struct parcel *p)
{
	put(b, p->n, 4);
	for (size_t i = 0; i < p->n; i++) {
		put(b, p->pieces[i].space, 1);
		put_num(b, p->pieces[i].lo);
		put_num(b, p->pieces[i].hi);
	}
}

static void
put_texts(struct buf *b, const struct record *r)
{
	put(b, r->n_texts, 4);
	put(b, r->n_ds, 4);
	for (size_t i = 0; i < r->n_texts + r->n_ds; i++)
		put_span(b, r->texts[i]);
}

static void
put_record(struct buf *b, const struct record *r)
{
	put(b, r->kind, 1);
	put(b, r->statement, 4);
	put(b, r->until, 8);
	put_holder(b, r->holder);
	put_holder(b, r->to);
	put_holder(b, r->escrow);
	put(b, r->flag, 1);
	put(b, r->has_hashlock, 1);
	put(b, r->type, 1);
	put(b, r->subject, 4);
	put(b, r->entry, 8);
	if (r->kind == RECORD_OFFER || r->kind == RECORD_RECOVERY) {
		put_digest(b, &r->digest);
		put_digest(b, &r->next);
	}
	if (r->kind == RECORD_RDNS) {
		put(b, r->prefix.family, 1);
		put(b, r->prefix.len, 1);
		buf_add(b, r->prefix.addr.b, sizeof(r->prefix.addr.b));
	}
	if (r->kind == RECORD_RDNS || r->kind == RECORD_SERVICE)
		put_texts(b, r);
	else
		put_span(b, r->bytes);
	put_parcel(b, &r->parcel);
}

static void
save_head(struct save *s)
{
	const struct ledger_state *st = s->st;
	struct buf *b = s->out;

	buf_span(b, SAVE_MAGIC);
	put(b, st->size, 8);
	put(b, st->time, 8);
	put(b, st->applied, 8);
	put(b, st->challenge, 8);
	put_digest(b, &st->sequencer);
	put(b, st->n_anchors, 4);
	for (size_t i = 0; i < st->n_anchors; i++)
		put_digest(b, &st->anchors[i]);
	put(b, st->n_successions, 4);
	for (size_t i = 0; i < st->n_successions; i++) {
		put(b, st->successions[i].size, 8);
		put_digest(b, &st->successions[i].holder);
	}
	put(b, st->statements.n, 4);
	for (uint32_t i = 0; i < st->statements.n; i++)
		put_digest(b, ids_at(&st->statements, i));
}

static void
save_holders(struct save *s)
{
	struct buf *b = s->out;

	put(b, s->st->holder_ids.n, 4);
	for (uint32_t i = 0; i < s->st->holder_ids.n; i++) {
		const struct holder *h = holder_at(s->st, i);

		put_digest(b, holder_id(s->st, h));
		put_digest(b, &h->key);
		put_digest(b, &h->next);
		put(b, h->sequence, 8);
		put(b, h->last, 4);
		put(b, h->enrolled, 4);
		put(b, h->threshold, 1);
		put(b, h->lock, 1);
		put(b, h->n_guardians, 1);
		for (size_t g = 0; g < h->n_guardians; g++)
			put_digest(b, &h->guardians[g]);
		put(b, h->services != NULL, 1);
		if (h->services != NULL)
			put_record(b, h->services);
	}
}

static void
save_records(struct save *s)
{
	const struct record *r;
	uint64_t n = 0;

	for (r = record_first(s->st); r != NULL; r = record_next(r))
		n++;
	put(s->out, n, 4);
	for (r = record_first(s->st); r != NULL; r = record_next(r))
		put_record(s->out, r);
}

/* ---- holdings
 * ------------------------------------------------------------------ */

static int
claim_order(const void *a, const void *b)
{
	const struct claim *x = *(const struct claim *const *)a;
	const struct claim *y = *(const struct claim *const *)b;

	return (x->statement > y->statement) - (x->statement < y->statement);
}

static void
claims_collect(struct save *s)
{
	size_t n = 0;

	for (enum space k = 0; k < SPACES; k++)
		for (const struct run *r = runs_first(&s->st->holds[k]);
		     r != NULL; r = runs_next(r)) {
			const struct claim *c = r->is.hold.contender;

			if (!vec_push(&s->claims, r->is.hold.claim) ||
			    (c != NULL && !vec_push(&s->claims, c)))
				s->failed = true;
		}
	if (s->claims.n > 0)
		qsort(s->claims.v, s->claims.n, sizeof(*s->claims.v),
		    claim_order);
	for (size_t i = 0; i < s->claims.n; i++)
		if (n == 0 || s->claims.v[n - 1] != s->claims.v[i])
			s->claims.v[n++] = s->claims.v[i];
	s->claims.n = n;
}

static void
save_holds(struct save *s)
{
	struct buf *b = s->out;

	claims_collect(s);
	put(b, s->claims.n, 4);
	for (size_t i = 0; i < s->claims.n; i++) {
		const struct claim *c = s->claims.v[i];

		put(b, c->statement, 4);
		put_holder(b, c->holder);
		put(b, c->at, 8);
		put(b, c->entry, 8);
		put(b, c->ca_key != NULL, 1);
		if (c->ca_key != NULL)
			put_digest(b, c->ca_key);
	}
	for (enum space k = 0; k < SPACES; k++)
		for (const struct run *r = runs_first(&s->st->holds[k]);
		     r != NULL; r = runs_next(r)) {
			const struct claim *c = r->is.hold.contender;

			put(b, 1, 1);
			put(b, k, 1);
			put_num(b, r->lo);
			put_num(b, r->hi);
			put_holder(b, r->is.hold.holder);
			put(b, r->is.hold.claim->statement, 4);
			put(b, c == NULL ? ID_NONE : c->statement, 4);
		}
	put(b, 0, 1);
}

/* ---- leases
 * ---------------------------------------------------------------------- */

/* The number of a link with n live ones from it to the holder's; each is
 * written once, after the one it hangs on. */
static size_t
link_number(struct save *s, const struct lease_link *l, uint64_t n)
{
	struct key {
		const struct lease_link *l;
		uint64_t n;
	} key;
	VEC(struct key) path = { 0 };
	size_t up = 0; /* number + 1; 0: none */
	void *known = NULL;

	for (key = (struct key){ l, n }; key.n > 0 && known == NULL;) {
		known = map_get(&s->links, SPAN_OF(key));
		if (known != NULL)
			break;
		if (!vec_push(&path, key)) {
			s->failed = true;
			break;
		}
		key = (struct key){ key.l->up, key.n - 1 };
	}
	up = (size_t)(uintptr_t)known;
	while (path.n > 0 && !s->failed) {
		struct span copy;

		key = path.v[--path.n];
		put(&s->link_rows, key.l->lease->statement, 4);
		put(&s->link_rows, up, 4);
		up = ++s->n_links;
		copy = arena_dup(&s->arena, SPAN_OF(key));
		if (copy.p == NULL ||
		    !map_put(&s->links, copy, (void *)(uintptr_t)up))
			s->failed = true;
	}
	vec_fini(&path);
	return up;
}

static void
save_chains(struct save *s)
{
	struct buf rows;

	buf_init(&rows, SIZE_MAX / 2);
	for (enum space k = 0; k < SPACES; k++)
		for (const struct run *r = runs_first(&s->st->chains[k]);
		     r != NULL; r = runs_next(r)) {
			put(&rows, 1, 1);
			put(&rows, k, 1);
			put_num(&rows, r->lo);
			put_num(&rows, r->hi);
			put(&rows,
			    link_number(s, r->is.chain.leaf, r->is.chain.n), 4);
			put(&rows, r->is.chain.n, 8);
		}
	put(&rows, 0, 1);
	put(s->out, s->n_links, 4);
	buf_span(s->out, buf_view(&s->link_rows));
	buf_span(s->out, buf_view(&rows));
	s->failed |= rows.failed;
	buf_fini(&rows);
}

void
ledger_save(struct buf *out, const struct ledger_state *st)
{
	struct save s = { .st = st, .out = out };
	size_t start = out->n;
	struct digest sum;

	ASSERT(!st->failed);
	arena_init(&s.arena, SIZE_MAX);
	map_init(&s.links);
	buf_init(&s.link_rows, SIZE_MAX / 2);
	save_head(&s);
	save_holders(&s);
	save_records(&s);
	save_holds(&s);
	save_chains(&s);
	out->failed |= s.failed || s.link_rows.failed;
	if (!out->failed) {
		crypt_sha256(sum.b, span_of(out->p + start, out->n - start));
		put_digest(out, &sum);
	}
	buf_fini(&s.link_rows);
	map_fini(&s.links);
	arena_fini(&s.arena);
	vec_fini(&s.claims);
}
