/* From a ledger's state to payloads with their origin, and to the facts that
 * policy and people go by. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "run/follow.h"

/* ---- holders --------------------------------------------------------- */

/* Of one ledger; names and regions as the state has them. */
struct people {
	struct follow *f;
	struct map by_id; /* id -> view_holder */
	VEC(struct view_holder *) all;
	uint64_t holdings;
	struct view_holding *out; /* NULL: only count */
	size_t n;
};

static struct view_holder *
holder_of(struct people *p, const struct digest *id)
{
	struct view_holder *h = map_get(&p->by_id, SPAN_OF(*id));

	if (h != NULL)
		return h;
	h = ARENA_NEW(&p->f->run->out->arena, struct view_holder);
	if (h == NULL)
		return NULL;
	h->ledger = p->f->report->name;
	h->id = *id;
	return map_put(&p->by_id, SPAN_OF(h->id), h) && vec_push(&p->all, h)
		   ? h
		   : NULL;
}

static enum reason
keep_text(struct span *out, struct people *p, struct span text)
{
	*out = arena_dup(&p->f->run->out->arena, text);
	return out->p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

/* One more of several, in their order, with a blank between. */
static enum reason
add_word(struct span *words, struct people *p, struct span word)
{
	enum reason reason;
	struct buf all;

	if (words->n == 0)
		return keep_text(words, p, word);
	buf_init(&all, words->n + 1 + word.n);
	buf_span(&all, *words);
	buf_byte(&all, ' ');
	buf_span(&all, word);
	reason =
	    all.failed ? R_LIMIT_MEMORY : keep_text(words, p, buf_view(&all));
	buf_fini(&all);
	return reason;
}

/* kind, uri, region of two letters, one record after the other. */
static enum reason
take_services(
    struct people *p, struct view_holder *h, const struct ledger_fact *f)
{
	for (size_t i = 0; i + 2 < f->n_texts; i += 3) {
		struct span region = f->texts[i + 2];

		if (region.n > 0 && !policy_is_named(h->region, region))
			TRY(add_word(&h->region, p, region));
	}
	return REASON_OK;
}

static enum reason
take_person(void *ctx, const struct ledger_fact *f)
{
	struct people *p = ctx;
	struct view_holder *h;

	if (f->kind != FACT_HOLD && f->kind != FACT_NAME &&
	    f->kind != FACT_SERVICE)
		return REASON_OK;
	h = holder_of(p, &f->holder);
	if (h == NULL || (f->kind == FACT_HOLD && f->has_other &&
			     holder_of(p, &f->other) == NULL))
		return R_LIMIT_MEMORY;
	p->holdings += f->kind == FACT_HOLD;
	if (f->kind == FACT_NAME)
		return add_word(&h->name, p, f->bytes);
	return f->kind == FACT_SERVICE ? take_services(p, h, f) : REASON_OK;
}

/* They are what the state says: once is enough. */
static enum reason
people_of(struct people **out, struct follow *f)
{
	struct people *p = f->people;
	struct ledger_facts facts = { take_person, NULL };

	*out = p;
	if (p != NULL)
		return REASON_OK;
	facts.ctx = *out = f->people = p = base_alloc(sizeof(*p));
	if (p == NULL)
		return R_LIMIT_MEMORY;
	p->f = f;
	map_init(&p->by_id);
	return said_facts(f, &facts);
}

void
follow_people_free(struct follow *f)
{
	if (f->people == NULL)
		return;
	map_fini(&f->people->by_id);
	vec_fini(&f->people->all);
	base_free(f->people);
	f->people = NULL;
}

/* ---- payloads -------------------------------------------------------- */

struct emission {
	struct follow *f;
	struct people *people;
	VEC(struct payload) payloads;
	struct origin *last; /* payloads of one statement come together */
	const struct statement_origin *last_said;
};

static enum reason
author_make(const struct statement_origin **out, struct emission *e,
    const struct ledger_payload *p)
{
	struct arena *arena = &e->f->run->out->arena;
	const struct view_holder *h =
	    map_get(&e->people->by_id, SPAN_OF(p->holder));
	struct statement_origin *s = ARENA_NEW(arena, struct statement_origin);
	struct span copy = arena_dup(arena,
	    span_of(p->endorsers, p->n_endorsers * sizeof(*p->endorsers)));

	if (s == NULL || copy.p == NULL)
		return R_LIMIT_MEMORY;
	*s = (struct statement_origin){ .entry = p->entry,
		.holder = p->holder,
		.level = p->level,
		.has_ca_key = p->has_ca_key,
		.ca_key = p->ca_key,
		.n_endorsers = p->n_endorsers };
	s->endorsers = (const struct digest *)(const void *)copy.p;
	if (h != NULL) {
		s->name = h->name;
		s->region = h->region;
	}
	*out = s;
	return REASON_OK;
}

static int64_t
end_of(const struct ledger_payload *p)
{
	return p->until > INT64_MAX ? INT64_MAX : (int64_t)p->until;
}

static enum reason
origin_make(struct emission *e, const struct ledger_payload *p)
{
	struct arena *arena = &e->f->run->out->arena;
	struct origin *o = ARENA_NEW(arena, struct origin);
	const struct statement_origin *s = NULL;
	char uri[320];

	if (o == NULL)
		return R_LIMIT_MEMORY;
	TRY(author_make(&s, e, p));
	(void)snprintf(
	    uri, sizeof(uri), "ledger:%s/%" PRIu64, e->f->conf->name, p->entry);
	*o = (struct origin){ .source = e->f->report->name,
		.statement = s,
		.hash = p->statement,
		.not_after_at = end_of(p),
		.stale_at = INT64_MAX,
		.chain_until_at = INT64_MAX };
	o->uri = arena_dup(arena, span_str(uri));
	e->last = o;
	return o->uri.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

static bool
is_same_origin(const struct origin *o, const struct ledger_payload *p)
{
	const struct statement_origin *s = o->statement;

	return s->entry == p->entry && s->level == p->level &&
	       o->not_after_at == end_of(p) && s->has_ca_key == p->has_ca_key &&
	       digest_eq(&s->ca_key, &p->ca_key) &&
	       s->n_endorsers == p->n_endorsers &&
	       (p->n_endorsers == 0 ||
		   memcmp(s->endorsers, p->endorsers,
		       p->n_endorsers * sizeof(*p->endorsers)) == 0);
}

static enum reason
take_payload(void *ctx, const struct ledger_payload *p)
{
	struct emission *e = ctx;
	struct arena *arena = &e->f->run->out->arena;
	struct payload copy = p->payload;
	struct span bytes;

	if (e->last == NULL || !is_same_origin(e->last, p))
		TRY(origin_make(e, p));
	copy.origin = e->last;
	if (copy.kind == PAYLOAD_ROUTER_KEY)
		copy.key.spki = arena_dup(arena, copy.key.spki);
	if (copy.kind == PAYLOAD_ROUTER_KEY && copy.key.spki.p == NULL)
		return R_LIMIT_MEMORY;
	if (copy.kind == PAYLOAD_ASPA) {
		bytes = arena_dup(
		    arena, span_of(copy.aspa.providers,
			       copy.aspa.n * sizeof(*copy.aspa.providers)));
		if (bytes.p == NULL)
			return R_LIMIT_MEMORY;
		copy.aspa.providers = (void *)(uintptr_t)bytes.p;
	}
	return vec_push(&e->payloads, copy) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
emit(struct policy_set *out, struct emission *e)
{
	const struct ledger_taker taker = { take_payload, e };
	struct run *run = e->f->run;
	struct payload *all;
	size_t n;

	TRY(said_payloads(e->f, &taker));
	n = e->payloads.n;
	all = ARENA_ARRAY(&run->work, n, struct payload);
	if (all == NULL)
		return R_LIMIT_MEMORY;
	if (n > 0)
		memcpy(all, e->payloads.v, n * sizeof(*all));
	if (n > 1)
		qsort(all, n, sizeof(*all), payload_order);
	e->f->report->payloads = payload_count(all, n);
	out->payloads = all;
	out->n = n;
	return REASON_OK;
}

enum reason
follow_emit(struct policy_set *out, struct follow *f)
{
	struct emission e = { .f = f };
	enum reason why;

	*out = (struct policy_set){ .source = f->run->n_tas + f->number };
	TRY(said_need(f));
	if (!f->said.is_there)
		return REASON_OK;
	TRY(people_of(&e.people, f));
	f->report->holders = e.people->all.n;
	f->report->holdings = e.people->holdings;
	why = f->report->gone ? REASON_OK : emit(out, &e);
	vec_fini(&e.payloads);
	return why;
}

/* ---- facts ----------------------------------------------------------- */

static int
holder_order(const void *va, const void *vb)
{
	const struct view_holder *a = va, *b = vb;
	int by_ledger = span_cmp(a->ledger, b->ledger);

	return by_ledger != 0 ? by_ledger
			      : memcmp(a->id.b, b->id.b, sizeof(a->id.b));
}

static const struct view_holder *
holder_find(
    const struct people *p, const struct view *v, const struct digest *id)
{
	const struct view_holder key = { .ledger = p->f->report->name,
		.id = *id };

	return bsearch(
	    &key, v->holders, v->n_holders, sizeof(*v->holders), holder_order);
}

struct holdings {
	struct people *people;
	struct view *view;
};

static void
holding_of(struct view_holding *h, const struct resources *r)
{
	if (r->ip[0].n > 0) {
		h->kind = HOLDING_V4;
		h->ip = r->ip[0].r[0];
	} else if (r->ip[1].n > 0) {
		h->kind = HOLDING_V6;
		h->ip = r->ip[1].r[0];
	} else {
		h->kind = HOLDING_AS;
		h->as = r->as.r[0];
	}
}

static enum reason
take_holding(void *ctx, const struct ledger_fact *f)
{
	const struct holdings *x = ctx;
	struct view *v = x->view;
	struct view_holding *h;

	if (f->kind != FACT_HOLD)
		return REASON_OK;
	h = &v->holdings[v->n_holdings++];
	*h = (struct view_holding){ .claim = f->statement,
		.holder = holder_find(x->people, v, &f->holder),
		.contender =
		    f->has_other ? holder_find(x->people, v, &f->other) : NULL,
		.level = f->level,
		.has_ca_key = f->has_ca_key,
		.ca_key = f->ca_key,
		.is_young = f->level == 0 && f->fresh };
	holding_of(h, &f->resources);
	return REASON_OK;
}

static int
first_cmp(const struct view_holding *a, const struct view_holding *b)
{
	if (a->kind != HOLDING_AS)
		return addr_cmp(&a->ip.lo, &b->ip.lo);
	return a->as.lo < b->as.lo ? -1 : a->as.lo > b->as.lo;
}

static int
holding_order(const void *va, const void *vb)
{
	const struct view_holding *a = va, *b = vb;
	int c = span_cmp(a->holder->ledger, b->holder->ledger);

	if (c == 0)
		c = (int)a->kind - (int)b->kind;
	return c != 0 ? c : first_cmp(a, b);
}

static enum reason
add_people(struct view *v, struct people *p)
{
	for (size_t i = 0; i < p->all.n; i++)
		v->holders[v->n_holders + i] = *p->all.v[i];
	v->n_holders += p->all.n;
	return REASON_OK;
}

static enum reason
room_make(struct view *v, struct run *run)
{
	size_t holders = 0, holdings = 0;

	for (size_t i = 0; i < run->n_follows; i++) {
		const struct people *p = run->follows[i].people;

		holders += p != NULL ? p->all.n : 0;
		holdings += p != NULL ? (size_t)p->holdings : 0;
	}
	v->holders = ARENA_ARRAY(&run->out->arena, holders, struct view_holder);
	v->holdings =
	    ARENA_ARRAY(&run->out->arena, holdings, struct view_holding);
	return v->holders != NULL && v->holdings != NULL ? REASON_OK
							 : R_LIMIT_MEMORY;
}

static enum reason
fill(struct view *v, struct run *run)
{
	TRY(room_make(v, run));
	for (size_t i = 0; i < run->n_follows; i++)
		if (run->follows[i].people != NULL)
			TRY(add_people(v, run->follows[i].people));
	if (v->n_holders > 1)
		qsort(v->holders, v->n_holders, sizeof(*v->holders),
		    holder_order);
	for (size_t i = 0; i < run->n_follows; i++) {
		struct holdings x = { run->follows[i].people, v };
		const struct ledger_facts facts = { take_holding, &x };

		if (x.people != NULL)
			TRY(said_facts(&run->follows[i], &facts));
	}
	if (v->n_holdings > 1)
		qsort(v->holdings, v->n_holdings, sizeof(*v->holdings),
		    holding_order);
	return REASON_OK;
}

enum reason
follow_facts(struct view *v, struct run *run)
{
	struct people *unused;

	for (size_t i = 0; i < run->n_follows; i++) {
		TRY(said_need(&run->follows[i]));
		if (run->follows[i].said.is_there)
			TRY(people_of(&unused, &run->follows[i]));
	}
	return fill(v, run);
}
