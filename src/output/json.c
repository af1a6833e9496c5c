/*
 * JSON as Routinator prints it, to the blank: a list without items is left
 * out, one payload is one line.
 */
#include "output/stream.h"

/* The part of a line before its origin. */
static void
write_vrp(struct output_stream *s, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &p->vrp.prefix);
	buf_printf(&s->buf,
	    "\"asn\": \"AS%u\", \"prefix\": \"%s\", \"maxLength\": %u",
	    p->vrp.asn.v, prefix, (unsigned)p->vrp.max_len);
}

static void
write_key(struct output_stream *s, const struct payload *p)
{
	buf_printf(&s->buf, "\"asn\": \"AS%u\", \"SKI\": \"", p->key.asn.v);
	for (size_t i = 0; i < sizeof(p->key.ski.b); i++)
		buf_printf(&s->buf, "%02X", (unsigned)p->key.ski.b[i]);
	buf_puts(&s->buf, "\", \"routerPublicKey\": \"");
	stream_base64url(s, p->key.spki);
	buf_byte(&s->buf, '"');
}

static void
write_aspa(struct output_stream *s, const struct payload *p)
{
	buf_printf(&s->buf, "\"customer\": \"AS%u\", \"providers\": [",
	    p->aspa.customer.v);
	for (size_t i = 0; i < p->aspa.n; i++)
		buf_printf(&s->buf, "%s\"AS%u\"", i > 0 ? ", " : "",
		    p->aspa.providers[i].v);
	buf_byte(&s->buf, ']');
}

typedef void write_origin(
    struct output_stream *, const struct group *, const char *type);

struct list {
	const char *name, *type;
	void (*payload)(struct output_stream *, const struct payload *);
	write_origin *origin;
};

static void
write_item(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct list *list = ctx;

	if (g->at == 0)
		buf_printf(&s->buf, ",\n  \"%s\": [\n    { ", list->name);
	else
		buf_puts(&s->buf, ",\n    { ");
	list->payload(s, g->first);
	list->origin(s, g, list->type);
	buf_puts(&s->buf, " }");
}

static void
write_list(struct output_stream *s, const struct output_in *in,
    enum payload_kind kind, struct list list)
{
	if (stream_groups(s, in->view, kind, write_item, &list) > 0)
		buf_puts(&s->buf, "\n  ]");
}

static void
write_document(
    struct output_stream *s, const struct output_in *in, write_origin *origin)
{
	buf_printf(&s->buf,
	    "{\n  \"metadata\": {\n    \"generated\": %lld,\n"
	    "    \"generatedTime\": \"",
	    (long long)in->view->at);
	stream_time(s, in->view->at);
	buf_puts(&s->buf, "\"\n  }");
	write_list(s, in, PAYLOAD_VRP,
	    (struct list){ "roas", "roa", write_vrp, origin });
	write_list(s, in, PAYLOAD_ROUTER_KEY,
	    (struct list){ "routerKeys", "cer", write_key, origin });
	write_list(s, in, PAYLOAD_ASPA,
	    (struct list){ "aspas", "aspa", write_aspa, origin });
	buf_puts(&s->buf, "\n}\n");
}

static void
write_name(struct output_stream *s, const struct group *g, const char *type)
{
	(void)type;
	buf_puts(&s->buf, ", \"ta\": \"");
	stream_json(s, g->first->origin->source);
	buf_byte(&s->buf, '"');
}

void
format_json(struct output_stream *s, const struct output_in *in)
{
	write_document(s, in, write_name);
}

static void
write_window(
    struct output_stream *s, const char *name, int64_t from, int64_t until)
{
	buf_printf(&s->buf, ", \"%s\": { \"notBefore\": \"", name);
	stream_time(s, from);
	buf_puts(&s->buf, "\", \"notAfter\": \"");
	stream_time(s, until);
	buf_puts(&s->buf, "\" }");
}

static void
write_source(struct output_stream *s, const struct origin *o, const char *type)
{
	buf_printf(&s->buf, " { \"type\": \"%s\", \"uri\": \"", type);
	stream_json(s, o->uri);
	buf_puts(&s->buf, "\", \"tal\": \"");
	stream_json(s, o->source);
	buf_byte(&s->buf, '"');
	write_window(s, "validity", o->not_before_at, o->not_after_at);
	write_window(s, "chainValidity",
	    o->chain_from_at > o->not_before_at ? o->chain_from_at
						: o->not_before_at,
	    o->chain_until_at < o->not_after_at ? o->chain_until_at
						: o->not_after_at);
	buf_puts(&s->buf, ", \"stale\": \"");
	stream_time(s, o->stale_at);
	buf_puts(&s->buf, "\" }");
}

static void
write_sources(struct output_stream *s, const struct group *g, const char *type)
{
	buf_puts(&s->buf, ", \"source\": [");
	for (size_t i = 0; i < g->n; i++) {
		if (i > 0)
			buf_puts(&s->buf, ", ");
		write_source(s, g->first[i].origin, type);
	}
	buf_byte(&s->buf, ']');
}

void
format_jsonext(struct output_stream *s, const struct output_in *in)
{
	write_document(s, in, write_sources);
}
