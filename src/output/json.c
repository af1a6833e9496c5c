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

/* RFC 4648 section 5 without padding, as RFC 8416 writes keys. */
static void
write_base64url(struct output_stream *s, struct span bytes)
{
	size_t start = s->buf.n;

	base64_write(&s->buf, bytes);
	for (size_t i = start; i < s->buf.n; i++) {
		uint8_t *c = &s->buf.p[i];

		if (*c == '+')
			*c = '-';
		else if (*c == '/')
			*c = '_';
		else if (*c == '=') {
			s->buf.n = i;
			break;
		}
	}
}

static void
write_key(struct output_stream *s, const struct payload *p)
{
	buf_printf(&s->buf, "\"asn\": \"AS%u\", \"SKI\": \"", p->key.asn.v);
	for (size_t i = 0; i < sizeof(p->key.ski.b); i++)
		buf_printf(&s->buf, "%02X", (unsigned)p->key.ski.b[i]);
	buf_puts(&s->buf, "\", \"routerPublicKey\": \"");
	write_base64url(s, p->key.spki);
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

/* In the order in which the lists are printed. */
static const struct {
	enum payload_kind kind;
	const char *name, *type;
	void (*write)(struct output_stream *, const struct payload *);
} lists[] = {
	{ PAYLOAD_VRP, "roas", "roa", write_vrp },
	{ PAYLOAD_ROUTER_KEY, "routerKeys", "cer", write_key },
	{ PAYLOAD_ASPA, "aspas", "aspa", write_aspa },
};

typedef void write_origin(
    struct output_stream *, const struct group *, const char *type);

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
	for (size_t k = 0; k < COUNT(lists); k++) {
		struct group g;
		bool any = false;

		for (size_t i = 0;
		     group_next(&g, in->view, lists[k].kind, &i);) {
			if (any)
				buf_puts(&s->buf, ",\n    { ");
			else
				buf_printf(&s->buf, ",\n  \"%s\": [\n    { ",
				    lists[k].name);
			any = true;
			lists[k].write(s, g.first);
			origin(s, &g, lists[k].type);
			buf_puts(&s->buf, " }");
			stream_flow(s);
		}
		if (any)
			buf_puts(&s->buf, "\n  ]");
	}
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
