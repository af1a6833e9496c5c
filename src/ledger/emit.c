/* What the state emits: ledger.md 6. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/state.h"

struct emission {
	const struct ledger_state *st;
	const struct ledger_taker *taker;
	const struct record *r;
	uint64_t now;
	struct arena arena; /* for one authorization */
	VEC(struct digest) endorsers;
};

static enum reason
endorsers_add(struct emission *e, uint32_t statement)
{
	const struct record *r = endorsement_first(e->st, statement);

	for (; r != NULL; r = endorsement_next(r))
		if (r->until > e->now &&
		    !vec_push(&e->endorsers, *holder_id(e->st, r->holder)))
			return R_LIMIT_MEMORY;
	return REASON_OK;
}

static int
digest_cmp(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

static void
endorsers_sort(struct emission *e)
{
	struct digest *v = e->endorsers.v;
	size_t n = 0;

	if (e->endorsers.n > 0)
		qsort(v, e->endorsers.n, sizeof(*v), digest_cmp);
	for (size_t i = 0; i < e->endorsers.n; i++)
		if (n == 0 || !digest_eq(&v[n - 1], &v[i]))
			v[n++] = v[i];
	e->endorsers.n = n;
}

/* The claims that cover it: their endorsements, and the first's evidence. */
static enum reason
claims_take(
    struct ledger_payload *out, struct emission *e, const struct piece *where)
{
	struct parts parts;
	struct part part;

	e->endorsers.n = 0;
	TRY(endorsers_add(e, e->r->statement));
	TRY(endorsers_add(e, e->r->holder->enrolled));
	parts_init_range(&parts, e->st->holds, where);
	while (parts_next(&part, &parts)) {
		const struct claim *c = part.run->is.hold.claim;

		TRY(endorsers_add(e, c->statement));
		if (out->level == 1 && !out->has_ca_key) {
			out->has_ca_key = true;
			out->ca_key = *c->ca_key;
		}
	}
	endorsers_sort(e);
	return REASON_OK;
}

/* One payload, if the author may say it of this place. */
static enum reason
payload_emit(struct emission *e, const struct payload *payload,
    const struct piece *where)
{
	struct ledger_payload out = { .payload = *payload,
		.entry = e->r->entry };
	struct cover cover;

	if (!cover_find(&cover, e->st, where, e->r->holder, e->now) ||
	    cover.contested || cover.young)
		return REASON_OK;
	out.level = cover.level;
	out.until = cover.until < e->r->until ? cover.until : e->r->until;
	out.holder = *holder_id(e->st, e->r->holder);
	out.statement = *ids_at(&e->st->statements, e->r->statement);
	TRY(claims_take(&out, e, where));
	out.n_endorsers = e->endorsers.n;
	out.endorsers = e->endorsers.v;
	return e->taker->take(e->taker->ctx, &out);
}

static enum reason
roa_emit(struct emission *e, struct decode *dec)
{
	struct roa roa;

	TRY(roa_parse(&roa, e->r->bytes, dec));
	for (size_t i = 0; i < roa.n; i++) {
		const struct payload p = { .kind = PAYLOAD_VRP,
			.vrp = roa.vrps[i] };
		const struct piece where = piece_of_prefix(&roa.vrps[i].prefix);

		TRY(payload_emit(e, &p, &where));
	}
	return REASON_OK;
}

static enum reason
aspa_emit(struct emission *e, struct decode *dec)
{
	struct payload p = { .kind = PAYLOAD_ASPA };
	struct piece where;

	TRY(aspa_parse(&p.aspa, e->r->bytes, dec));
	where = piece_of_asn(p.aspa.customer);
	return payload_emit(e, &p, &where);
}

static enum reason
router_key_emit(struct emission *e, struct decode *dec)
{
	struct payload p = { .kind = PAYLOAD_ROUTER_KEY };
	struct statement_key key;
	struct piece where;

	TRY(router_key_parse(&p.key.asn, &key, e->r->bytes, dec));
	p.key.spki = key.der;
	crypt_sha1(p.key.ski.b, key.key.raw);
	where = piece_of_asn(p.key.asn);
	return payload_emit(e, &p, &where);
}

static enum reason
authorization_emit(struct emission *e)
{
	struct decode dec;

	arena_reset(&e->arena);
	decode_init(&dec, &e->arena, ledger_limits(), e->r->bytes);
	switch (e->r->type) {
	case AUTHORIZE_ROA:
		return roa_emit(e, &dec);
	case AUTHORIZE_ASPA:
		return aspa_emit(e, &dec);
	case AUTHORIZE_ROUTER_KEY:
		return router_key_emit(e, &dec);
	}
	BUG("type of authorization");
}

enum reason
ledger_emit(const struct ledger_state *st, int64_t now,
    const struct ledger_taker *taker)
{
	struct emission e = {
		.st = st, .taker = taker, .now = now < 0 ? 0 : (uint64_t)now
	};
	enum reason r = st->failed ? R_LIMIT_MEMORY : REASON_OK;

	arena_init(&e.arena, SIZE_MAX);
	for (e.r = record_first(st); r == REASON_OK && e.r != NULL;
	     e.r = record_next(e.r))
		if (e.r->kind == RECORD_AUTHORIZE && e.r->until > e.now)
			r = authorization_emit(&e);
	vec_fini(&e.endorsers);
	arena_fini(&e.arena);
	return r;
}

/* ---- as a line of CSV ------------------------------------------------ */

static void
put_hex(struct buf *b, struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		buf_printf(b, "%02x", s.p[i]);
}

static void
payload_write(struct buf *b, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		buf_printf(b, "roa,%" PRIu32 ",%s,%u,-,-", p->vrp.asn.v, prefix,
		    p->vrp.max_len);
		return;
	case PAYLOAD_ASPA:
		buf_printf(b, "aspa,%" PRIu32 ",-,-,", p->aspa.customer.v);
		for (size_t i = 0; i < p->aspa.n; i++)
			buf_printf(b, "%s%" PRIu32, i > 0 ? " " : "",
			    p->aspa.providers[i].v);
		buf_puts(b, ",-");
		return;
	case PAYLOAD_ROUTER_KEY:
		buf_printf(b, "router-key,%" PRIu32 ",-,-,-,", p->key.asn.v);
		put_hex(b, p->key.spki);
		return;
	}
}

void
ledger_csv_line(struct buf *b, const struct ledger_payload *p)
{
	payload_write(b, &p->payload);
	buf_byte(b, ',');
	put_hex(b, SPAN_OF(p->holder.b));
	buf_printf(b, ",%u,", p->level);
	put_hex(b, SPAN_OF(p->statement.b));
	buf_printf(b, ",%" PRIu64 ",", p->entry);
	for (size_t i = 0; i < p->n_endorsers; i++) {
		if (i > 0)
			buf_byte(b, ' ');
		put_hex(b, SPAN_OF(p->endorsers[i].b));
	}
	buf_puts(b, p->n_endorsers == 0 ? "-\n" : "\n");
}
