/*
 * One payload a line, with all that is known of it: each origin, the chain of
 * certificates from the issuing authority to the trust anchor, and until when
 * it holds.
 */
#include "output/stream.h"

static void
emit_payload(struct emit *e, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		emit_str(e, "prefix", prefix);
		emit_uint(e, "max_length", p->vrp.max_len);
		emit_uint(e, "asn", p->vrp.asn.v);
		return;
	case PAYLOAD_ASPA:
		emit_uint(e, "customer", p->aspa.customer.v);
		emit_array(e, "providers");
		for (size_t i = 0; i < p->aspa.n; i++)
			emit_uint(e, NULL, p->aspa.providers[i].v);
		emit_end(e);
		return;
	case PAYLOAD_ROUTER_KEY:
		emit_uint(e, "asn", p->key.asn.v);
		emit_hex(e, "ski", SPAN_OF(p->key.ski));
		emit_base64(e, "spki", p->key.spki);
		return;
	}
	BUG("a kind of payload");
}

static void
emit_link(struct emit *e, const struct link *l)
{
	emit_object(e, NULL);
	emit_span(e, "uri", l->uri);
	emit_hex(e, "hash", SPAN_OF(l->hash));
	emit_span(e, "manifest", l->manifest_uri);
	emit_time(e, "not_before", l->not_before_at);
	emit_time(e, "not_after", l->not_after_at);
	emit_end(e);
}

static void
emit_origin(struct emit *e, const struct payload *p)
{
	const struct origin *o = p->origin;

	emit_object(e, NULL);
	emit_span(e, "source", o->source);
	emit_span(e, "uri", o->uri);
	emit_hex(e, "hash", SPAN_OF(o->hash));
	emit_time(e, "not_before", o->not_before_at);
	emit_time(e, "not_after", o->not_after_at);
	emit_time(e, "stale", o->stale_at);
	emit_time(e, "chain_from", o->chain_from_at);
	emit_time(e, "chain_until", o->chain_until_at);
	emit_time(e, "expires", payload_expires_at(p));
	emit_array(e, "chain");
	for (const struct link *l = o->chain; l != NULL; l = l->parent)
		emit_link(e, l);
	emit_end(e);
	emit_end(e);
}

/* It holds for as long as anyone says so. */
static int64_t
expires_at(const struct group *g)
{
	int64_t at = payload_expires_at(g->first);

	for (size_t i = 1; i < g->n; i++)
		if (payload_expires_at(&g->first[i]) > at)
			at = payload_expires_at(&g->first[i]);
	return at;
}

/* ctx: the name of the kind. */
static void
write_payload(struct output_stream *s, const struct group *g, const void *ctx)
{
	struct emit e;

	emit_init(&e, &s->buf, EMIT_JSON_LINE);
	emit_object(&e, NULL);
	emit_str(&e, "kind", ctx);
	emit_payload(&e, g->first);
	emit_time(&e, "expires", expires_at(g));
	emit_array(&e, "origins");
	for (size_t i = 0; i < g->n; i++)
		emit_origin(&e, &g->first[i]);
	emit_end(&e);
	emit_end(&e);
}

void
format_ndjson(struct output_stream *s, const struct output_in *in)
{
	const struct view *view = in->view;

	(void)stream_groups(s, view, PAYLOAD_VRP, write_payload, "vrp");
	(void)stream_groups(s, view, PAYLOAD_ASPA, write_payload, "aspa");
	(void)stream_groups(
	    s, view, PAYLOAD_ROUTER_KEY, write_payload, "router_key");
}
