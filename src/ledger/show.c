/* Statements for people and programs. */
#include <inttypes.h>

#include "ledger/statement.h"

struct show {
	struct emit *e;
	const struct statement *s;
	const struct statement_names *names;
	struct arena *arena;
};

static void
id_emit(const struct show *w, const char *key, const struct digest *id)
{
	struct buf text;
	char hex[65];

	hex_write(hex, SPAN_OF(id->b));
	buf_init(&text, 512);
	buf_puts(&text, hex);
	if (w->names != NULL)
		w->names->name(&text, w->names->ctx, id);
	emit_span(w->e, key, buf_view(&text));
	buf_fini(&text);
}

/* Statements have no names. */
static void
statement_id_emit(
    const struct show *w, const char *key, const struct digest *id)
{
	emit_hex(w->e, key, SPAN_OF(id->b));
}

static void
time_emit(const struct show *w, const char *key, uint64_t at)
{
	if (at == LEDGER_NEVER)
		emit_str(w->e, key, "never");
	else
		emit_time(w->e, key, (int64_t)at);
}

static void
until_emit(const struct show *w)
{
	if (w->s->body.time != LEDGER_NEVER)
		time_emit(w, "until", w->s->body.time);
}

/* Read again: whoever makes a statement has the bytes alone. */
static void
key_emit(const struct show *w, const char *key, const struct statement_key *k)
{
	static const char *const algs[] = { [CRYPT_RSA] = "RSA",
		[CRYPT_P256] = "P-256",
		[CRYPT_ED25519] = "Ed25519" };
	struct statement_key known = { .known = false };
	struct digest id;
	struct fault quiet;
	struct der d;

	fault_init(&quiet, k->der);
	der_init(&d, k->der, &quiet);
	if (statement_key_parse(&known, &d) != REASON_OK)
		known.known = false;
	crypt_sha256(id.b, k->der);
	emit_object(w->e, key);
	emit_str(w->e, "algorithm",
	    known.known ? algs[known.key.alg] : "another");
	emit_hex(w->e, "sha256", SPAN_OF(id.b));
	emit_end(w->e);
}

/* ---- bodies ---------------------------------------------------------- */

static void
guardians_emit(const struct show *w)
{
	const struct statement_guardians *g = &w->s->body.guardians;

	if (!g->given)
		return;
	emit_object(w->e, "guardians");
	emit_uint(w->e, "threshold", g->threshold);
	emit_array(w->e, "holders");
	for (size_t i = 0; i < g->n; i++)
		id_emit(w, NULL, &g->holder[i]);
	emit_end(w->e);
	emit_bool(w->e, "lock", g->lock);
	emit_end(w->e);
}

static void
genesis_show(const struct show *w)
{
	const struct statement_body *b = &w->s->body;

	emit_span(w->e, "origin", b->origin);
	time_emit(w, "time", b->time);
	emit_uint(w->e, "challenge", b->challenge);
	emit_array(w->e, "anchors");
	for (size_t i = 0; i < b->n_anchors; i++)
		emit_hex(w->e, NULL, SPAN_OF(b->anchors[i].b));
	emit_end(w->e);
	key_emit(w, "key", &b->key);
	emit_hex(w->e, "next", SPAN_OF(b->next.b));
}

static void
tick_show(const struct show *w)
{
	time_emit(w, "time", w->s->body.time);
}

static void
key_change_show(const struct show *w)
{
	key_emit(w, "key", &w->s->body.key);
	emit_hex(w->e, "next", SPAN_OF(w->s->body.next.b));
	guardians_emit(w);
}

static void
recover_show(const struct show *w)
{
	id_emit(w, "subject", &w->s->body.subject);
	key_change_show(w);
}

static void
claim_show(const struct show *w)
{
	const struct statement_body *b = &w->s->body;

	resources_emit(w->e, "resources", &b->resources.set);
	if (!b->has_evidence)
		return;
	emit_object(w->e, "evidence");
	emit_uint(w->e, "certificates", b->n_chain);
	emit_uint(w->e, "checklist_bytes", b->rsc.n);
	emit_end(w->e);
}

static void
release_show(const struct show *w)
{
	resources_emit(w->e, "resources", &w->s->body.resources.set);
}

static void
offer_show(const struct show *w)
{
	const struct statement_body *b = &w->s->body;

	release_show(w);
	id_emit(w, "to", &b->subject);
	time_emit(w, "expires", b->time);
	if (b->has_escrow)
		id_emit(w, "escrow", &b->escrow);
	if (b->has_hashlock)
		emit_hex(w->e, "hashlock", SPAN_OF(b->hashlock.b));
}

static void
accept_show(const struct show *w)
{
	statement_id_emit(w, "offer", &w->s->body.subject);
	if (w->s->body.preimage.n > 0)
		emit_hex(w->e, "preimage", w->s->body.preimage);
}

static void
settle_show(const struct show *w)
{
	statement_id_emit(w, "offer", &w->s->body.subject);
	emit_bool(w->e, "complete", w->s->body.flag);
}

static void
lease_show(const struct show *w)
{
	release_show(w);
	id_emit(w, "to", &w->s->body.subject);
	time_emit(w, "until", w->s->body.time);
	emit_bool(w->e, "sublease", w->s->body.flag);
}

static void
roa_emit(struct emit *e, struct span content, struct decode *dec)
{
	char prefix[PREFIX_TEXT];
	struct roa roa;

	if (roa_parse(&roa, content, dec) != REASON_OK)
		return;
	emit_uint(e, "asid", roa.asn.v);
	emit_array(e, "vrps");
	for (size_t i = 0; i < roa.n; i++) {
		prefix_write(prefix, &roa.vrps[i].prefix);
		emit_object(e, NULL);
		emit_str(e, "prefix", prefix);
		emit_uint(e, "maxlen", roa.vrps[i].max_len);
		emit_end(e);
	}
	emit_end(e);
}

static void
aspa_emit(struct emit *e, struct span content, struct decode *dec)
{
	struct aspa aspa;

	if (aspa_parse(&aspa, content, dec) != REASON_OK)
		return;
	emit_uint(e, "customer_asid", aspa.customer.v);
	emit_array(e, "providers");
	for (size_t i = 0; i < aspa.n; i++)
		emit_uint(e, NULL, aspa.providers[i].v);
	emit_end(e);
}

static void
router_key_emit(struct emit *e, struct span content, struct decode *dec)
{
	struct statement_key key;
	struct asn asn;
	struct ski ski;

	if (router_key_parse(&asn, &key, content, dec) != REASON_OK)
		return;
	crypt_sha1(ski.b, key.key.raw);
	emit_uint(e, "asid", asn.v);
	emit_hex(e, "ski", SPAN_OF(ski.b));
}

void
authorize_content_emit(struct emit *e, enum authorize_type type,
    struct span content, struct arena *arena)
{
	static const struct {
		const char *id;
		void (*emit)(struct emit *, struct span, struct decode *);
	} types[] = {
		[AUTHORIZE_ROA] = { "roa", roa_emit },
		[AUTHORIZE_ASPA] = { "aspa", aspa_emit },
		[AUTHORIZE_ROUTER_KEY] = { "router-key", router_key_emit },
	};
	struct decode dec;

	decode_init(&dec, arena, ledger_limits(), content);
	emit_str(e, "type", types[type].id);
	types[type].emit(e, content, &dec);
}

static void
authorize_show(const struct show *w)
{
	const struct statement_body *b = &w->s->body;
	enum authorize_type type;

	if (authorize_type_parse(&type, b->type) == REASON_OK)
		authorize_content_emit(w->e, type, b->content, w->arena);
	else
		emit_hex(w->e, "type_oid", b->type);
	until_emit(w);
}

static void
withdraw_show(const struct show *w)
{
	statement_id_emit(w, "statement", &w->s->body.subject);
}

static void
endorse_show(const struct show *w)
{
	withdraw_show(w);
	until_emit(w);
}

static void
label_show(const struct show *w)
{
	emit_span(w->e, "label", w->s->body.label);
}

static void
service_show(const struct show *w)
{
	const struct statement_body *b = &w->s->body;

	emit_array(w->e, "records");
	for (size_t i = 0; i < b->n_records; i++) {
		emit_object(w->e, NULL);
		emit_span(w->e, "kind", b->records[i].kind);
		emit_span(w->e, "uri", b->records[i].uri);
		if (b->records[i].region.n > 0)
			emit_span(w->e, "region", b->records[i].region);
		emit_end(w->e);
	}
	emit_end(w->e);
}

static void
rdns_show(const struct show *w)
{
	const struct statement_body *b = &w->s->body;
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &b->prefix);
	emit_str(w->e, "prefix", prefix);
	emit_array(w->e, "servers");
	for (size_t i = 0; i < b->n_records; i++)
		emit_span(w->e, NULL, b->servers[i]);
	emit_end(w->e);
	emit_array(w->e, "ds");
	for (size_t i = 0; i < b->n_ds; i++)
		emit_hex(w->e, NULL, b->ds[i]);
	emit_end(w->e);
}

static void (*const bodies[STATEMENT_KINDS])(const struct show *) = {
#define K(name, id, stem) [STATEMENT_##name] = stem##_show,
#include "ledger/statement.def"
#undef K
};

/* ---- the whole ------------------------------------------------------- */

static void
signatures_emit(const struct show *w)
{
	emit_array(w->e, "signatures");
	for (size_t i = 0; i < w->s->n_signatures; i++) {
		emit_object(w->e, NULL);
		id_emit(w, "holder", &w->s->signatures[i].holder);
		key_emit(w, "key", &w->s->signatures[i].key);
		emit_end(w->e);
	}
	emit_end(w->e);
}

void
statement_emit(struct emit *e, const struct statement *s,
    const struct statement_names *names, struct arena *arena)
{
	const struct show w = { e, s, names, arena };

	ASSERT(s->kind < STATEMENT_KINDS);
	emit_str(e, "type", "statement");
	emit_str(e, "kind", statement_kind_id(s->kind));
	statement_id_emit(&w, "id", &s->id);
	statement_id_emit(&w, "ledger", &s->ledger);
	id_emit(&w, "holder", &s->holder);
	emit_uint(e, "sequence", s->sequence);
	statement_id_emit(&w, "previous", &s->previous);
	emit_object(e, "body");
	bodies[s->kind](&w);
	emit_end(e);
	if (s->n_signatures > 0)
		signatures_emit(&w);
}
