/*
 * Conditions of a view, each with a key; alerts are the keys that are new.
 *
 * What a payload says, and not by whom, makes its key: that another object
 * says the same is no news.
 */
#include <stdlib.h>
#include <string.h>

#include "alert/alert.h"

struct search {
	const struct view *view;
	const struct alert_watch *watch;
	struct arena *arena;
	VEC(struct alert) found;
};

static const char *const ids[] = { [ALERT_GONE] = "gone",
	[ALERT_NEW_ORIGIN] = "new-origin",
	[ALERT_EXPIRING] = "expiring",
	[ALERT_CONFLICT] = "conflict",
	[ALERT_CLAIM] = "claim",
	[ALERT_COLLAPSE] = "collapse",
	[ALERT_FORK] = "fork",
	[ALERT_LEDGER] = "ledger" };
_Static_assert(COUNT(ids) == ALERT_KINDS, "an id for each kind");

const char *
alert_kind_id(enum alert_kind kind)
{
	ASSERT(kind < COUNT(ids));
	return ids[kind];
}

bool
alert_kind_parse(enum alert_kind *out, struct span text)
{
	for (int i = 0; i < ALERT_KINDS; i++)
		if (span_eq(text, span_str(ids[i]))) {
			*out = (enum alert_kind)i;
			return true;
		}
	return false;
}

static bool
wants(const struct search *s, enum alert_kind kind)
{
	return (s->watch->kinds & 1U << kind) != 0;
}

/* ---- what is watched ------------------------------------------------- */

static bool
watches_asn(const struct alert_watch *w, uint32_t lo, uint32_t hi)
{
	for (size_t i = 0; i < w->n_asns; i++)
		if (lo <= w->asns[i].hi && w->asns[i].lo <= hi)
			return true;
	return false;
}

static bool
watches_prefix(const struct alert_watch *w, const struct prefix *p)
{
	for (size_t i = 0; i < w->n_prefixes; i++)
		if (prefix_covers(&w->prefixes[i], p))
			return true;
	return false;
}

static bool
watches(const struct alert_watch *w, const struct payload *p)
{
	uint32_t asn = payload_asn(p).v;

	return watches_asn(w, asn, asn) ||
	       (p->kind == PAYLOAD_VRP && watches_prefix(w, &p->vrp.prefix));
}

static bool
is_named(const struct policy_whos *whos, const struct view_holder *holder)
{
	for (size_t i = 0; i < whos->n; i++)
		if (whos->v[i].has_id
			? digest_eq(&whos->v[i].id, &holder->id)
			: policy_is_named(holder->name, whos->v[i].name))
			return true;
	return false;
}

static bool
holding_overlaps(const struct view_holding *h, const struct prefix *p)
{
	struct addr lo, hi;

	if (h->kind == HOLDING_AS || (int)h->kind != FAMILY_INDEX(p->family))
		return false;
	prefix_range(&lo, &hi, p);
	return addr_cmp(&h->ip.lo, &hi) <= 0 && addr_cmp(&lo, &h->ip.hi) <= 0;
}

static bool
watches_holding(const struct alert_watch *w, const struct view_holding *h)
{
	if (h->kind == HOLDING_AS)
		return watches_asn(w, h->as.lo, h->as.hi);
	for (size_t i = 0; i < w->n_prefixes; i++)
		if (holding_overlaps(h, &w->prefixes[i]))
			return true;
	return false;
}

/* ---- keys ------------------------------------------------------------ */

static void
key_number(struct buf *out, uint64_t n)
{
	buf_add(out, &n, sizeof(n)); /* never leaves the process */
}

static void
key_payload(struct buf *out, const struct payload *p)
{
	buf_byte(out, (uint8_t)p->kind);
	switch (p->kind) {
	case PAYLOAD_VRP:
		buf_byte(out, (uint8_t)p->vrp.prefix.family);
		buf_add(
		    out, p->vrp.prefix.addr.b, sizeof(p->vrp.prefix.addr.b));
		buf_byte(out, p->vrp.prefix.len);
		buf_byte(out, p->vrp.max_len);
		key_number(out, p->vrp.asn.v);
		return;
	case PAYLOAD_ASPA:
		key_number(out, p->aspa.customer.v);
		for (size_t i = 0; i < p->aspa.n; i++)
			key_number(out, p->aspa.providers[i].v);
		return;
	case PAYLOAD_ROUTER_KEY:
		key_number(out, p->key.asn.v);
		buf_span(out, SPAN_OF(p->key.ski));
		buf_span(out, p->key.spki);
		return;
	}
	BUG("a kind of payload");
}

static void
key_holding(struct buf *out, const struct view_holding *h)
{
	buf_byte(out, (uint8_t)h->kind);
	buf_add(out, &h->ip, sizeof(h->ip));
	buf_add(out, &h->as, sizeof(h->as));
	buf_span(out, SPAN_OF(h->holder->id));
}

static enum reason
add(struct search *s, const struct alert *alert)
{
	struct alert copy = *alert;
	struct buf key;

	buf_init(&key, 1 << 20);
	buf_byte(&key, (uint8_t)alert->kind);
	if (alert->source != NULL)
		buf_span(&key, alert->source->name);
	else if (alert->holding.holder != NULL)
		key_holding(&key, &alert->holding);
	else
		key_payload(&key, &alert->payload);
	copy.key =
	    key.failed ? span_of(NULL, 0) : arena_dup(s->arena, buf_view(&key));
	buf_fini(&key);
	return copy.key.p != NULL && vec_push(&s->found, copy) ? REASON_OK
							       : R_LIMIT_MEMORY;
}

/* ---- payloads -------------------------------------------------------- */

/* The latest of the origins that say the same: from i on, how many. */
static size_t
group(int64_t *expires_at, const struct view *view, size_t i)
{
	size_t n = 0;

	*expires_at = INT64_MIN;
	for (; i + n < view->n; n++) {
		const struct payload *p = &view->payloads[i + n];
		int64_t at;

		if (n > 0 && payload_cmp(&view->payloads[i], p) != 0)
			break;
		at = p->origin == NULL ? INT64_MAX : payload_expires_at(p);
		if (at > *expires_at)
			*expires_at = at;
	}
	return n;
}

/* Those present are conditions too: that one is no more is the news. */
static enum reason
find_payloads(struct search *s)
{
	const struct view *view = s->view;
	int64_t expires_at;

	for (size_t i = 0; i < view->n;) {
		struct alert a = { .payload = view->payloads[i] };
		size_t n = group(&expires_at, view, i);

		i += n;
		if (!watches(s->watch, &a.payload))
			continue;
		a.kind = ALERT_GONE;
		if (wants(s, a.kind))
			TRY(add(s, &a));
		a.kind = ALERT_NEW_ORIGIN;
		if (wants(s, a.kind) && a.payload.kind == PAYLOAD_VRP)
			TRY(add(s, &a));
		a.kind = ALERT_EXPIRING;
		a.expires_at = expires_at;
		if (wants(s, a.kind) && expires_at < view->at + s->watch->soon)
			TRY(add(s, &a));
	}
	return REASON_OK;
}

/* ---- conflicts ------------------------------------------------------- */

struct said {
	const struct payload *payload;
	bool by_ledger;
};

static int
said_order(const void *va, const void *vb)
{
	const struct said *a = va, *b = vb;
	int c = prefix_cmp(&a->payload->vrp.prefix, &b->payload->vrp.prefix);

	if (c == 0)
		c = vrp_cmp(&a->payload->vrp, &b->payload->vrp);
	return c != 0 ? c : (int)a->by_ledger - (int)b->by_ledger;
}

static bool
take_said(struct said *out, const struct search *s, const struct payload *p)
{
	if (p->kind != PAYLOAD_VRP || p->origin == NULL ||
	    !watches(s->watch, p))
		return false;
	*out = (struct said){ p, p->origin->statement != NULL };
	return p->origin->statement != NULL || p->origin->chain != NULL;
}

/* n VRPs of one prefix: each that one world says and the other, which also
 * speaks of the prefix, does not. */
static enum reason
find_contradictions(struct search *s, const struct said *said, size_t n)
{
	size_t by[2] = { 0, 0 };

	for (size_t i = 0; i < n; i++)
		by[said[i].by_ledger]++;
	if (by[0] == 0 || by[1] == 0)
		return REASON_OK;
	for (size_t i = 0, k; i < n; i += k) {
		bool both = false;
		struct alert a = { .kind = ALERT_CONFLICT,
			.payload = *said[i].payload };

		for (k = 1; i + k < n && vrp_cmp(&said[i].payload->vrp,
					     &said[i + k].payload->vrp) == 0;
		     k++)
			both =
			    both || said[i + k].by_ledger != said[i].by_ledger;
		if (!both)
			TRY(add(s, &a));
	}
	return REASON_OK;
}

static enum reason
find_conflicts(struct search *s)
{
	const struct view *view = s->view;
	VEC(struct said) all = { 0 };
	enum reason r = REASON_OK;
	struct said said;

	for (size_t i = 0; r == REASON_OK && i < view->n; i++)
		if (take_said(&said, s, &view->payloads[i]) &&
		    !vec_push(&all, said))
			r = R_LIMIT_MEMORY;
	for (size_t i = 0; r == REASON_OK && i < view->n_left; i++)
		if (take_said(&said, s, &view->left[i].payload) &&
		    !vec_push(&all, said))
			r = R_LIMIT_MEMORY;
	if (all.n > 1)
		qsort(all.v, all.n, sizeof(*all.v), said_order);
	for (size_t i = 0, n; r == REASON_OK && i < all.n; i += n) {
		for (n = 1; i + n < all.n &&
			    prefix_cmp(&all.v[i].payload->vrp.prefix,
				&all.v[i + n].payload->vrp.prefix) == 0;)
			n++;
		r = find_contradictions(s, &all.v[i], n);
	}
	vec_fini(&all);
	return r;
}

/* ---- claims and sources ---------------------------------------------- */

static enum reason
find_claims(struct search *s)
{
	for (size_t i = 0; i < s->view->n_holdings; i++) {
		struct alert a = { .kind = ALERT_CLAIM,
			.holding = s->view->holdings[i] };

		if (!watches_holding(s->watch, &a.holding))
			continue;
		if (!is_named(&s->watch->holders, a.holding.holder))
			TRY(add(s, &a));
		if (a.holding.contender == NULL)
			continue;
		a.holding.holder = a.holding.contender;
		if (!is_named(&s->watch->holders, a.holding.holder))
			TRY(add(s, &a));
	}
	return REASON_OK;
}

static enum reason
find_sources(struct search *s)
{
	for (size_t i = 0; i < s->view->n_sources; i++) {
		struct alert a = { .source = &s->view->sources[i] };

		if (a.source->reason == REASON_OK &&
		    a.source->held_until_at <= s->view->at)
			continue;
		a.kind = a.source->kind == SOURCE_TRUST_ANCHOR ? ALERT_COLLAPSE
			 : a.source->reason == R_CHECKPOINT_SPLIT_VIEW
			     ? ALERT_FORK
			     : ALERT_LEDGER;
		if (a.source->kind != SOURCE_SLURM && wants(s, a.kind))
			TRY(add(s, &a));
	}
	return REASON_OK;
}

/* ---- the whole ------------------------------------------------------- */

static int
alert_order(const void *va, const void *vb)
{
	const struct alert *a = va, *b = vb;

	return span_cmp(a->key, b->key);
}

static enum reason
find_all(struct search *s)
{
	TRY(find_payloads(s));
	if (wants(s, ALERT_CONFLICT))
		TRY(find_conflicts(s));
	if (wants(s, ALERT_CLAIM))
		TRY(find_claims(s));
	return find_sources(s);
}

enum reason
alert_find(struct alerts *out, const struct view *view,
    const struct alert_watch *watch, struct arena *arena)
{
	struct search s = { .view = view, .watch = watch, .arena = arena };
	enum reason r = find_all(&s);

	*out = (struct alerts){ 0 };
	if (s.found.n > 1)
		qsort(s.found.v, s.found.n, sizeof(*s.found.v), alert_order);
	if (r == REASON_OK) {
		out->v = ARENA_ARRAY(arena, s.found.n, struct alert);
		r = out->v != NULL ? REASON_OK : R_LIMIT_MEMORY;
	}
	for (size_t i = 0; r == REASON_OK && i < s.found.n; i++)
		if (out->n == 0 ||
		    span_cmp(out->v[out->n - 1].key, s.found.v[i].key) != 0)
			out->v[out->n++] = s.found.v[i];
	vec_fini(&s.found);
	return r;
}

/* Has this AS spoken for this prefix before, with whatever length? */
static bool
had_origin(const struct view *before, const struct vrp *vrp)
{
	struct covering c = covering_of(before, &vrp->prefix);
	const struct payload *p;

	while ((p = covering_next(&c)) != NULL)
		if (p->vrp.asn.v == vrp->asn.v &&
		    prefix_cmp(&p->vrp.prefix, &vrp->prefix) == 0)
			return true;
	return false;
}

/* What is only in a: of those kinds whose coming, or going, is the news. */
static enum reason
take_only(struct alerts *out, const struct alerts *a, const struct alerts *b,
    bool going, const struct view *before)
{
	for (size_t i = 0, j = 0; i < a->n; i++) {
		const struct alert *x = &a->v[i];

		while (j < b->n && span_cmp(b->v[j].key, x->key) < 0)
			j++;
		if (j < b->n && span_cmp(b->v[j].key, x->key) == 0)
			continue;
		if ((x->kind == ALERT_GONE) != going ||
		    (x->kind == ALERT_NEW_ORIGIN &&
			had_origin(before, &x->payload.vrp)))
			continue;
		out->v[out->n++] = *x;
	}
	return REASON_OK;
}

enum reason
alert_news(struct alerts *out, const struct view *before,
    const struct view *now, const struct alert_watch *watch,
    struct arena *arena)
{
	struct alerts was, is;

	*out = (struct alerts){ 0 };
	if (before == NULL)
		return REASON_OK;
	TRY(alert_find(&was, before, watch, arena));
	TRY(alert_find(&is, now, watch, arena));
	out->v = ARENA_ARRAY(arena, was.n + is.n, struct alert);
	if (out->v == NULL)
		return R_LIMIT_MEMORY;
	TRY(take_only(out, &was, &is, true, before));
	return take_only(out, &is, &was, false, before);
}
