/* What a run leaves for one that finds all unchanged, as bytes. */
#include <string.h>

#include "pool/pool.h"
#include "run/same.h"

/* ---- writing --------------------------------------------------------- */

static void
put_ta(struct wire_out *w, const struct run_ta *t)
{
	const uint64_t n[] = { t->cas, t->points, t->points_old,
		t->points_failed, t->objects, t->roas, t->aspas,
		t->router_certs, t->payloads.vrps, t->payloads.aspa_customers,
		t->payloads.router_keys, t->refused };

	wire_put_u64(w, t->reason);
	wire_put_span(w, span_str(t->detail));
	for (size_t i = 0; i < COUNT(n); i++)
		wire_put_u64(w, n[i]);
}

static void
put_ledger(struct wire_out *w, const struct run_ledger *l)
{
	wire_put_u64(w, l->holders);
	wire_put_u64(w, l->holdings);
	wire_put_u64(w, l->payloads.vrps);
	wire_put_u64(w, l->payloads.aspa_customers);
	wire_put_u64(w, l->payloads.router_keys);
}

static void
put_all(struct wire_out *w, const struct same_last *s)
{
	wire_put(w, &s->at, sizeof(s->at));
	wire_put(w, &s->until_at, sizeof(s->until_at));
	wire_put_u64(w, s->view.edition);
	wire_put(w, &s->view.made_at, sizeof(s->view.made_at));
	wire_put(w, s->view.sessions, sizeof(s->view.sessions));
	wire_put(w, &s->key, sizeof(s->key));
	wire_put(w, &s->contents, sizeof(s->contents));
	wire_put(w, &s->expires_at, sizeof(s->expires_at));
	wire_put_u64(w, s->degraded);
	wire_put_u64(w, s->warnings);
	for (size_t i = 0; i < REASON_COUNT; i++)
		wire_put_u64(w, s->reasons[i]);
	wire_put_u64(w, s->n_tas);
	for (size_t i = 0; i < s->n_tas; i++)
		put_ta(w, &s->tas[i]);
	wire_put_u64(w, s->n_ledgers);
	for (size_t i = 0; i < s->n_ledgers; i++)
		put_ledger(w, &s->ledgers[i]);
	wire_put_u64(w, s->n_places);
	for (size_t i = 0; i < s->n_places; i++) {
		wire_put_span(w, s->places[i].tree);
		wire_put_span(w, s->places[i].rrdp);
		wire_put(w, &s->places[i].key, sizeof(s->places[i].key));
	}
}

#define NUMBER_MAX 10 /* bytes */
#define TA_MAX     (sizeof(((struct run_ta *)0)->detail) + 14 * NUMBER_MAX)
#define PLACE_MAX  (sizeof(struct digest) + 2 * NUMBER_MAX)

enum reason
same_write(struct buf *out, const struct same_last *s)
{
	struct wire_out w = { 0 };

	w.cap = sizeof(*s) + (REASON_COUNT + 9) * NUMBER_MAX +
		s->n_ledgers * 5 * NUMBER_MAX + s->n_tas * TA_MAX +
		s->n_places * PLACE_MAX;
	for (size_t i = 0; i < s->n_places; i++)
		w.cap += s->places[i].tree.n + s->places[i].rrdp.n;
	w.p = base_alloc(w.cap);
	if (w.p == NULL)
		return R_LIMIT_MEMORY;
	put_all(&w, s);
	ASSERT(!w.failed);
	buf_add(out, w.p, w.n);
	base_free(w.p);
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}

/* ---- reading --------------------------------------------------------- */

static void
get_ta(struct wire_in *r, struct run_ta *t)
{
	uint64_t *n[] = { &t->cas, &t->points, &t->points_old,
		&t->points_failed, &t->objects, &t->roas, &t->aspas,
		&t->router_certs, &t->payloads.vrps,
		&t->payloads.aspa_customers, &t->payloads.router_keys,
		&t->refused };
	struct span detail;

	t->reason = (enum reason)wire_get_max(r, REASON_COUNT - 1);
	detail = wire_get_span(r);
	(void)snprintf(t->detail, sizeof(t->detail), "%.*s", SPAN_FMT(detail));
	for (size_t i = 0; i < COUNT(n); i++)
		*n[i] = wire_get_u64(r);
}

static void
get_front(struct wire_in *r, struct same_last *s)
{
	s->at = wire_get_time(r);
	s->until_at = wire_get_time(r);
	s->view.edition = wire_get_u64(r);
	s->view.made_at = wire_get_time(r);
	wire_get(r, s->view.sessions, sizeof(s->view.sessions));
	wire_get(r, &s->key, sizeof(s->key));
	wire_get(r, &s->contents, sizeof(s->contents));
	s->expires_at = wire_get_time(r);
	s->degraded = wire_get_bool(r);
	s->warnings = wire_get_u64(r);
	for (size_t i = 0; i < REASON_COUNT; i++)
		s->reasons[i] = wire_get_u64(r);
}

static void
get_ledger(struct wire_in *r, struct run_ledger *l)
{
	l->holders = wire_get_u64(r);
	l->holdings = wire_get_u64(r);
	l->payloads.vrps = wire_get_u64(r);
	l->payloads.aspa_customers = wire_get_u64(r);
	l->payloads.router_keys = wire_get_u64(r);
}

bool
same_read(struct same_last *out, struct span bytes, struct arena *arena)
{
	struct wire_in r = { .p = bytes.p, .n = bytes.n };

	*out = (struct same_last){ 0 };
	get_front(&r, out);
	out->n_tas = wire_get_count(&r, 14);
	out->tas = ARENA_ARRAY(arena, out->n_tas, struct run_ta);
	if (out->tas == NULL)
		return false;
	for (size_t i = 0; i < out->n_tas; i++)
		get_ta(&r, &out->tas[i]);
	out->n_ledgers = wire_get_count(&r, 5);
	out->ledgers = ARENA_ARRAY(arena, out->n_ledgers, struct run_ledger);
	if (out->ledgers == NULL)
		return false;
	for (size_t i = 0; i < out->n_ledgers; i++)
		get_ledger(&r, &out->ledgers[i]);
	out->n_places = wire_get_count(&r, sizeof(struct digest) + 2);
	out->places = ARENA_ARRAY(arena, out->n_places, struct same_place);
	if (out->places == NULL)
		return false;
	for (size_t i = 0; i < out->n_places; i++) {
		struct same_place *p = &out->places[i];

		p->tree = wire_get_span(&r);
		p->rrdp = wire_get_span(&r);
		wire_get(&r, &p->key, sizeof(p->key));
	}
	return !r.failed && r.at == r.n;
}
