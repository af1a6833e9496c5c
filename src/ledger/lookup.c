/* What writers and people have to know of the state. */
#include <string.h>

#include "ledger/replay.h"

bool
ledger_sequencer(struct ledger_tip *out, const struct ledger_state *st)
{
	const struct holder *h = NULL;

	out->holder = *state_sequencer(st);
	if (st->size > 0)
		h = holder_find(st, &out->holder);
	if (h == NULL)
		return false;
	out->key = h->key;
	out->sequence = h->sequence;
	out->last = *ids_at(&st->statements, h->last);
	return true;
}

bool
ledger_holder(struct ledger_holder *out, const struct ledger_state *st,
    const struct digest *id)
{
	const struct holder *h = holder_find(st, id);

	if (h == NULL)
		return false;
	*out = (struct ledger_holder){
		.id = *id,
		.key = h->key,
		.next = h->next,
		.last = *ids_at(&st->statements, h->last),
		.enrolled = *ids_at(&st->statements, h->enrolled),
		.sequence = h->sequence,
		.threshold = h->threshold,
		.n_guardians = h->n_guardians,
		.guardians = h->guardians,
		.lock = h->lock,
	};
	return true;
}

bool
ledger_name(
    struct digest *out, const struct ledger_state *st, struct span label)
{
	const struct record *r = name_find(st, label);

	if (r == NULL)
		return false;
	*out = *holder_id(st, r->holder);
	return true;
}

/* Digits of `hex` are those that an id begins with? */
static bool
id_begins(const struct digest *id, const char *hex, size_t n)
{
	char text[65];

	hex_write(text, SPAN_OF(id->b));
	return n <= 64 && memcmp(text, hex, n) == 0;
}

size_t
ledger_statement_find(
    struct digest *out, const struct ledger_state *st, const char *hex)
{
	const size_t n = strlen(hex);
	size_t found = 0;

	for (uint32_t i = 0; i < st->statements.n && found < 2; i++)
		if (id_begins(ids_at(&st->statements, i), hex, n)) {
			*out = *ids_at(&st->statements, i);
			found++;
		}
	return found;
}

/* ---- facts ----------------------------------------------------------- */

struct walk {
	const struct ledger_state *st;
	const struct ledger_facts *facts;
	struct ledger_fact fact;
	VEC(struct addr_range) ip[2];
	VEC(struct asn_range) as;
	enum reason why;
};

static void
resources_add(struct walk *w, const struct piece *p)
{
	struct addr_range range;
	bool good;

	if (p->space == SPACE_AS) {
		const struct asn_range as = { (uint32_t)p->lo.lo,
			(uint32_t)p->hi.lo };

		good = vec_push(&w->as, as);
	} else {
		piece_range(&range, p);
		good = p->space == SPACE_V4 ? vec_push(&w->ip[0], range)
					    : vec_push(&w->ip[1], range);
	}
	if (!good)
		w->why = R_LIMIT_MEMORY;
}

static void
fact_begin(struct walk *w, enum ledger_fact_kind kind)
{
	w->fact = (struct ledger_fact){ .kind = kind, .until = LEDGER_NEVER };
	w->ip[0].n = w->ip[1].n = w->as.n = 0;
}

static void
fact_end(struct walk *w)
{
	struct resources *r = &w->fact.resources;

	for (int i = 0; i < 2; i++)
		r->ip[i] =
		    (struct addr_set){ w->ip[i].n > 0 ? HOLDS_SOME : HOLDS_NONE,
			    w->ip[i].n, w->ip[i].v };
	r->as = (struct asn_set){ w->as.n > 0 ? HOLDS_SOME : HOLDS_NONE,
		w->as.n, w->as.v };
	if (w->why == REASON_OK)
		w->why = w->facts->take(w->facts->ctx, &w->fact);
}

static void
hold_take(void *ctx, const struct piece *p, const struct run *r)
{
	const struct claim *c = r->is.hold.claim, *k = r->is.hold.contender;
	struct walk *w = ctx;
	struct ledger_fact *f = &w->fact;

	fact_begin(w, FACT_HOLD);
	f->holder = *holder_id(w->st, r->is.hold.holder);
	f->statement = *ids_at(&w->st->statements, c->statement);
	f->level = claim_level(c);
	f->has_ca_key = c->ca_key != NULL;
	if (f->has_ca_key)
		f->ca_key = *c->ca_key;
	f->entry = c->entry;
	f->until = c->at + w->st->challenge;
	f->fresh = w->st->time < f->until;
	f->flag = f->has_other = k != NULL;
	if (k != NULL)
		f->other = *holder_id(w->st, k->holder);
	resources_add(w, p);
	fact_end(w);
}

static void
lease_take(void *ctx, const struct piece *p, const struct holder *lessor)
{
	struct walk *w = ctx;
	const struct digest *from = holder_id(w->st, lessor);

	/* One fact for all that is leased out by one. */
	if (w->ip[0].n + w->ip[1].n + w->as.n > 0 &&
	    !digest_eq(from, &w->fact.holder)) {
		fact_end(w);
		w->ip[0].n = w->ip[1].n = w->as.n = 0;
	}
	w->fact.holder = *from;
	resources_add(w, p);
}

static void
record_fact(struct walk *w, const struct record *r)
{
	static const enum ledger_fact_kind kinds[] = {
		[RECORD_OFFER] = FACT_OFFER,
		[RECORD_LEASE] = FACT_LEASE,
		[RECORD_AUTHORIZE] = FACT_AUTHORIZE,
		[RECORD_ENDORSE] = FACT_ENDORSE,
		[RECORD_NAME] = FACT_NAME,
		[RECORD_RDNS] = FACT_RDNS,
		[RECORD_RECOVERY] = FACT_RECOVERY,
		[RECORD_SERVICE] = FACT_SERVICE,
	};
	struct ledger_fact *f = &w->fact;

	if (r->kind == RECORD_CONTEST)
		return; /* said of the holding */
	fact_begin(w, kinds[r->kind]);
	if (r->kind != RECORD_SERVICE) /* nobody can name it */
		f->statement = *ids_at(&w->st->statements, r->statement);
	f->holder = *holder_id(w->st, r->holder);
	f->until = r->until;
	f->flag = r->flag;
	f->entry = r->entry;
	f->type = r->type;
	f->bytes = r->bytes;
	f->prefix = r->prefix;
	f->n_texts = r->n_texts;
	f->n_ds = r->n_ds;
	f->texts = r->texts;
	f->digest = r->digest;
	f->has_hashlock = r->has_hashlock;
	f->has_other = r->escrow != NULL;
	if (r->to != NULL)
		f->to = *holder_id(w->st, r->to);
	if (r->escrow != NULL)
		f->other = *holder_id(w->st, r->escrow);
	if (r->kind == RECORD_ENDORSE)
		f->to = *ids_at(&w->st->statements, r->subject);
	if (r->kind == RECORD_OFFER)
		for (size_t i = 0; i < r->parcel.n; i++)
			resources_add(w, &r->parcel.pieces[i]);
	if (r->kind == RECORD_LEASE)
		lease_pieces(w->st, r, lease_take, w);
	fact_end(w);
}

enum reason
ledger_facts(const struct ledger_state *st, const struct ledger_facts *facts)
{
	struct walk w = { .st = st, .facts = facts };
	const struct record *r;

	if (st->failed)
		return R_LIMIT_MEMORY;
	hold_pieces(st, hold_take, &w);
	for (r = record_first(st); r != NULL; r = record_next(r))
		record_fact(&w, r);
	for (uint32_t i = 0; i < st->holder_ids.n; i++)
		if (holder_at(st, i)->services != NULL)
			record_fact(&w, holder_at(st, i)->services);
	vec_fini(&w.ip[0]);
	vec_fini(&w.ip[1]);
	vec_fini(&w.as);
	return w.why;
}
