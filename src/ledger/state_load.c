/*
 * A state from its flat form. The checksum says that nobody damaged it by
 * accident; every number is checked all the same, as a state that lies must
 * not become a crash.
 */
#include <stdlib.h>
#include <string.h>

#include "ledger/state.h"
#include "ledger/state_save.h"

struct load {
	struct ledger_state *st;
	const uint8_t *at, *end;
	bool bad;
	struct claim **claims;
	size_t n_claims;
	struct lease_link **links;
	size_t n_links;
};

static const uint8_t *
take(struct load *l, size_t n)
{
	const uint8_t *p = l->at;

	if (l->bad || (size_t)(l->end - l->at) < n) {
		l->bad = true;
		return NULL;
	}
	l->at += n;
	return p;
}

static uint64_t
get(struct load *l, unsigned bytes)
{
	const uint8_t *p = take(l, bytes);
	uint64_t v = 0;

	for (unsigned i = 0; p != NULL && i < bytes; i++)
		v = v << 8 | p[i];
	return v;
}

/* How many of something that takes `size` bytes at least. */
static size_t
get_count(struct load *l, size_t size)
{
	uint64_t n = get(l, 4);

	if (n > (size_t)(l->end - l->at) / size)
		l->bad = true;
	return l->bad ? 0 : (size_t)n;
}

static void
get_digest(struct digest *out, struct load *l)
{
	const uint8_t *p = take(l, sizeof(out->b));

	if (p != NULL)
		memcpy(out->b, p, sizeof(out->b));
}

static struct num
get_num(struct load *l)
{
	struct num x;

	x.hi = get(l, 8);
	x.lo = get(l, 8);
	return x;
}

static void *
alloc(struct load *l, size_t n)
{
	void *p = state_alloc(l->st, n);

	l->bad |= p == NULL;
	return p;
}

static struct holder *
get_holder(struct load *l, bool may_be_none)
{
	uint64_t n = get(l, 4);

	if (!l->bad && n < l->st->holder_ids.n)
		return holder_at(l->st, (uint32_t)n);
	l->bad |= n != ID_NONE || !may_be_none;
	return NULL;
}

static uint32_t
get_statement(struct load *l)
{
	uint64_t n = get(l, 4);

	l->bad |= n >= l->st->statements.n;
	return l->bad ? 0 : (uint32_t)n;
}

/* ---- head, holders
 * ------------------------------------------------------------- */

static void
load_ids(struct load *l)
{
	struct digest id;

	for (size_t i = 0, n = get_count(l, 32); i < n && !l->bad; i++) {
		get_digest(&id, l);
		/* Each is there once. */
		l->bad |= ids_add(&l->st->statements, &id) != i;
	}
	l->bad |= l->st->applied != l->st->statements.n ||
		  l->st->applied > l->st->size || l->st->applied == 0;
}

static void
load_head(struct load *l)
{
	struct ledger_state *st = l->st;
	struct succession *list;

	st->size = get(l, 8);
	st->time = get(l, 8);
	st->applied = get(l, 8);
	st->challenge = get(l, 8);
	get_digest(&st->sequencer, l);
	st->n_anchors = get_count(l, 32);
	l->bad |= st->n_anchors > COUNT(st->anchors);
	for (size_t i = 0; !l->bad && i < st->n_anchors; i++)
		get_digest(&st->anchors[i], l);
	st->n_successions = get_count(l, 40);
	list = alloc(l, st->n_successions * sizeof(*list));
	for (size_t i = 0; !l->bad && i < st->n_successions; i++) {
		list[i].size = get(l, 8);
		get_digest(&list[i].holder, l);
	}
	base_free(st->successions);
	st->successions = list;
	load_ids(l);
}

static struct record *load_record(struct load *l);

static void
load_holder(struct load *l)
{
	struct digest id = { { 0 } };
	struct holder *h;

	get_digest(&id, l);
	l->bad |= holder_find(l->st, &id) != NULL;
	h = l->bad ? NULL : holder_add(l->st, &id);
	if (h == NULL) {
		l->bad = true;
		return;
	}
	get_digest(&h->key, l);
	get_digest(&h->next, l);
	h->sequence = get(l, 8);
	h->last = get_statement(l);
	h->enrolled = get_statement(l);
	h->threshold = (uint8_t)get(l, 1);
	h->lock = get(l, 1) != 0;
	h->n_guardians = (uint8_t)get(l, 1);
	if (h->n_guardians > 0)
		h->guardians = alloc(l, h->n_guardians * sizeof(*h->guardians));
	for (size_t g = 0; !l->bad && g < h->n_guardians; g++)
		get_digest(&h->guardians[g], l);
	if (get(l, 1) != 0) {
		h->services = load_record(l);
		l->bad |=
		    h->services == NULL || h->services->kind != RECORD_SERVICE;
	}
	if (l->bad)
		h->n_guardians = h->guardians == NULL ? 0 : h->n_guardians;
}

/* ---- records
 * ------------------------------------------------------------------------ */

static struct span
get_copy(struct load *l)
{
	size_t n = get_count(l, 1);
	const uint8_t *from = take(l, n);
	uint8_t *p = from == NULL ? NULL : alloc(l, n);

	if (p != NULL && n > 0)
		memcpy(p, from, n);
	return span_of(p, p == NULL ? 0 : n);
}

static bool
space_has(enum space s, struct num x)
{
	return s == SPACE_V6 || (x.hi == 0 && x.lo <= UINT32_MAX);
}

static void
load_parcel(struct load *l, struct record *r)
{
	r->parcel.n = get_count(l, 33);
	if (r->parcel.n > 0)
		r->parcel.pieces =
		    alloc(l, r->parcel.n * sizeof(*r->parcel.pieces));
	for (size_t i = 0; !l->bad && i < r->parcel.n; i++) {
		struct piece *p = &r->parcel.pieces[i], *before = p - 1;

		p->space = (enum space)get(l, 1);
		p->lo = get_num(l);
		p->hi = get_num(l);
		l->bad |= p->space >= SPACES || !space_has(p->space, p->hi) ||
			  num_cmp(p->lo, p->hi) > 0 ||
			  (i > 0 && (before->space > p->space ||
					(before->space == p->space &&
					    num_cmp(before->hi, p->lo) >= 0)));
	}
	if (r->parcel.pieces == NULL)
		r->parcel.n = 0;
}

static void
load_texts(struct load *l, struct record *r)
{
	size_t n, at = 0;
	const uint8_t *texts;

	r->n_texts = get_count(l, 4);
	r->n_ds = get_count(l, 4);
	n = r->n_texts + r->n_ds;
	l->bad |= n > 3 * LEDGER_SERVICES;
	texts = l->at;
	for (size_t i = 0; !l->bad && i < n; i++)
		(void)take(l, get_count(l, 1));
	r->bytes =
	    span_of(l->bad ? NULL : alloc(l, (size_t)(l->at - texts)), 0);
	r->texts = l->bad ? NULL : alloc(l, n * sizeof(*r->texts));
	if (l->bad)
		return;
	l->at = texts;
	for (size_t i = 0; i < n; i++) {
		size_t size = get_count(l, 1);
		uint8_t *to = (uint8_t *)(uintptr_t)r->bytes.p + at;

		if (size > 0)
			memcpy(to, take(l, size), size);
		r->texts[i] = span_of(to, size);
		at += size;
	}
}

static void
load_prefix(struct load *l, struct prefix *p)
{
	const uint8_t *bytes;

	p->family = (enum family)get(l, 1);
	p->len = (uint8_t)get(l, 1);
	bytes = take(l, sizeof(p->addr.b));
	l->bad |= (p->family != FAMILY_V4 && p->family != FAMILY_V6) ||
		  p->len > 128 || (p->family == FAMILY_V4 && p->len > 32);
	if (bytes != NULL)
		memcpy(p->addr.b, bytes, sizeof(p->addr.b));
}

static void
load_fields(struct load *l, struct record *r)
{
	r->to = get_holder(l, true);
	r->escrow = get_holder(l, true);
	r->flag = get(l, 1) != 0;
	r->has_hashlock = get(l, 1) != 0;
	r->type = (enum authorize_type)get(l, 1);
	l->bad |= r->type > AUTHORIZE_ROUTER_KEY;
	r->subject = get_statement(l);
	r->entry = get(l, 8);
	if (r->kind == RECORD_OFFER || r->kind == RECORD_RECOVERY) {
		get_digest(&r->digest, l);
		get_digest(&r->next, l);
	}
	if (r->kind == RECORD_RDNS)
		load_prefix(l, &r->prefix);
	if (r->kind == RECORD_RDNS || r->kind == RECORD_SERVICE)
		load_texts(l, r);
	else
		r->bytes = get_copy(l);
	load_parcel(l, r);
	l->bad |= (r->kind == RECORD_OFFER || r->kind == RECORD_LEASE) &&
		  r->to == NULL;
}

/* Not yet in any tree, but for the service records of holders being read:
 * their holder is the one that is being read. */
static struct record *
load_record(struct load *l)
{
	enum record_kind kind = (enum record_kind)get(l, 1);
	uint32_t statement = get_statement(l);
	uint64_t until = get(l, 8);
	struct holder *h = get_holder(l, false);
	struct record *r;

	if (l->bad || kind > RECORD_SERVICE)
		l->bad = true;
	r = l->bad ? NULL : record_new(l->st, kind, h);
	if (r == NULL) {
		l->bad = true;
		return NULL;
	}
	r->statement = statement;
	r->until = until;
	load_fields(l, r);
	return r;
}

static void
record_link(struct load *l, struct record *r)
{
	struct ledger_state *st = l->st;

	record_add(st, r, r->statement);
	if (r->kind == RECORD_NAME)
		r->holder->n_names++;
	if (r->kind == RECORD_RECOVERY)
		r->holder->recovery = r;
	for (size_t i = 0; r->kind == RECORD_OFFER && i < r->parcel.n; i++) {
		const struct piece *x = &r->parcel.pieces[i];
		struct run *next = runs_from(&st->offers[x->space], x->lo);
		struct run *run = NULL;

		if (next == NULL || num_cmp(next->lo, x->hi) > 0)
			run = runs_add(&st->offers[x->space], x->lo, x->hi);
		l->bad |= run == NULL;
		if (run != NULL)
			run->is.offer = r;
	}
}

static bool
is_new(const struct load *l, const struct record *r, const struct record *last)
{
	return (last == NULL || last->statement < r->statement) &&
	       r->kind != RECORD_SERVICE &&
	       (r->kind != RECORD_NAME || name_find(l->st, r->bytes) == NULL) &&
	       (r->kind != RECORD_RDNS || rdns_find(l->st, &r->prefix) == NULL);
}

static void
load_records(struct load *l)
{
	struct record *last = NULL, *r;

	for (size_t n = get_count(l, 40); n > 0 && !l->bad; n--) {
		r = load_record(l);
		if (r != NULL && (l->bad || !is_new(l, r, last))) {
			l->bad = true;
			record_discard(r);
			return;
		}
		if (r != NULL)
			record_link(l, r);
		last = r;
	}
}

/* ---- holdings, leases
 * ---------------------------------------------------------------- */

static void
load_claims(struct load *l)
{
	size_t n = get_count(l, 25);

	l->claims = alloc(l, n * sizeof(*l->claims));
	for (; !l->bad && l->n_claims < n; l->n_claims++) {
		struct claim *c = alloc(l, sizeof(*c));

		if (c == NULL)
			return;
		l->claims[l->n_claims] = c;
		c->uses = 1; /* this table's */
		c->statement = get_statement(l);
		c->holder = get_holder(l, false);
		c->at = get(l, 8);
		c->entry = get(l, 8);
		l->bad |= l->n_claims > 0 &&
			  l->claims[l->n_claims - 1]->statement >= c->statement;
		if (get(l, 1) == 0)
			continue;
		c->ca_key = alloc(l, sizeof(*c->ca_key));
		if (c->ca_key != NULL)
			get_digest(c->ca_key, l);
	}
}

static struct claim *
get_claim(struct load *l, bool may_be_none)
{
	uint64_t n = get(l, 4);
	size_t lo = 0, hi = l->n_claims;

	if (may_be_none && n == ID_NONE)
		return NULL;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (l->claims[mid]->statement < n)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < l->n_claims && l->claims[lo]->statement == n)
		return l->claims[lo];
	l->bad = true;
	return NULL;
}

/* The next piece of runs that ascend; false at their end. */
static bool
run_next(struct load *l, struct piece *p, bool *first)
{
	struct piece before = *p;

	if (get(l, 1) != 1 || l->bad)
		return false;
	p->space = (enum space)get(l, 1);
	p->lo = get_num(l);
	p->hi = get_num(l);
	l->bad |= p->space >= SPACES || !space_has(p->space, p->hi) ||
		  num_cmp(p->lo, p->hi) > 0 ||
		  (!*first && (before.space > p->space ||
				  (before.space == p->space &&
				      num_cmp(before.hi, p->lo) >= 0)));
	*first = false;
	return !l->bad;
}

static void
load_holds(struct load *l)
{
	struct piece p = { 0 };
	bool first = true;

	load_claims(l);
	while (!l->bad && run_next(l, &p, &first)) {
		struct holder *h = get_holder(l, false);
		struct claim *c = get_claim(l, false), *k = get_claim(l, true);
		struct run *r;

		if (l->bad)
			return;
		hold_add(l->st, &p, c);
		r = runs_from(&l->st->holds[p.space], p.lo);
		if (l->st->failed || r == NULL)
			return;
		hold_move(l->st, p.space, r, h);
		if (k != NULL)
			hold_contest(r, k);
	}
}

static void
load_links(struct load *l)
{
	size_t n = get_count(l, 8);

	l->links = alloc(l, n * sizeof(*l->links));
	for (; !l->bad && l->n_links < n; l->n_links++) {
		struct record *lease = record_find(l->st, get_statement(l));
		uint64_t up = get(l, 4);
		struct lease_link *x = alloc(l, sizeof(*x));

		if (x == NULL)
			return;
		l->links[l->n_links] = x;
		x->uses = 1; /* this table's */
		x->lease = lease;
		l->bad |= lease == NULL || lease->kind != RECORD_LEASE ||
			  up > l->n_links;
		if (!l->bad && up > 0) {
			x->up = l->links[up - 1];
			x->up->uses++;
		}
	}
}

static void
load_chains(struct load *l)
{
	struct piece p = { 0 };
	bool first = true;

	load_links(l);
	while (!l->bad && run_next(l, &p, &first)) {
		uint64_t number = get(l, 4), n = get(l, 8), depth = 0;
		struct lease_link *leaf = NULL;

		if (!l->bad && number > 0 && number <= l->n_links)
			leaf = l->links[number - 1];
		for (struct lease_link *x = leaf; x != NULL; x = x->up) {
			amount_add(&x->lease->live, p.lo, p.hi);
			depth++;
		}
		l->bad |=
		    n == 0 || depth != n || !chain_restore(l->st, &p, leaf, n);
	}
}

/* A lease is in force somewhere, and only where it says. */
static bool
lease_is_sound(const struct ledger_state *st, const struct record *lease)
{
	struct amount seen = { 0, 0, 0 };
	struct parts parts;
	struct part part;

	parts_init(&parts, st->chains, &lease->parcel);
	while (parts_next(&part, &parts)) {
		const struct lease_link *l =
		    part.run == NULL ? NULL : part.run->is.chain.leaf;

		for (; l != NULL; l = l->up)
			if (l->lease == lease)
				amount_add(&seen, part.lo, part.hi);
	}
	return !amount_is_zero(&seen) && amount_cmp(&seen, &lease->live) == 0;
}

/* Only what is held is leased out. */
static bool
chains_are_held(const struct ledger_state *st)
{
	for (enum space s = 0; s < SPACES; s++)
		for (const struct run *r = runs_first(&st->chains[s]);
		     r != NULL; r = runs_next(r)) {
			const struct piece p = { s, r->lo, r->hi };
			struct parts parts;
			struct part part;

			parts_init_range(&parts, st->holds, &p);
			while (parts_next(&part, &parts))
				if (part.run == NULL)
					return false;
		}
	return true;
}

/* What the replay takes for granted. */
static bool
state_is_sound(const struct ledger_state *st)
{
	for (const struct record *r = record_first(st); r != NULL;
	     r = record_next(r)) {
		if (r->kind == RECORD_LEASE && !lease_is_sound(st, r))
			return false;
		if (r->kind == RECORD_OFFER &&
		    !hold_is_all(st, &r->parcel, r->holder))
			return false;
	}
	return chains_are_held(st);
}

static void
tables_drop(struct load *l)
{
	for (size_t i = 0; i < l->n_claims; i++)
		claim_drop(l->claims[i]);
	base_free(l->claims);
	for (size_t i = l->n_links; i-- > 0;)
		link_drop(l->links[i]);
	base_free(l->links);
}

enum reason
ledger_load(struct ledger_state **out, struct span saved)
{
	struct load l = { 0 };
	struct digest sum;
	bool failed;

	if (saved.n < SAVE_MAGIC.n + 32 || !span_starts(saved, SAVE_MAGIC))
		return R_LOG_STATE;
	crypt_sha256(sum.b, span_of(saved.p, saved.n - 32));
	if (memcmp(sum.b, saved.p + saved.n - 32, 32) != 0)
		return R_LOG_STATE;
	l.at = saved.p + SAVE_MAGIC.n;
	l.end = saved.p + saved.n - 32;
	l.st = ledger_state_new(NULL, 0);
	if (l.st == NULL)
		return R_LIMIT_MEMORY;
	load_head(&l);
	for (size_t n = get_count(&l, 100); n > 0 && !l.bad; n--)
		load_holder(&l);
	if (!l.bad)
		load_records(&l);
	if (!l.bad)
		load_holds(&l);
	if (!l.bad)
		load_chains(&l);
	l.bad = l.bad || l.at != l.end || !state_is_sound(l.st);
	tables_drop(&l);
	failed = l.st->failed;
	if (l.bad || failed) {
		ledger_state_free(l.st);
		return failed ? R_LIMIT_MEMORY : R_LOG_STATE;
	}
	*out = l.st;
	return REASON_OK;
}
