/* route and route6 objects, as Routinator prints them. */
#include "output/stream.h"

static void
write_upper(struct buf *out, struct span text)
{
	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 'a' + 'A');
		buf_byte(out, c);
	}
}

/* ctx: the time of evaluation, as text. */
static void
write_route(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct vrp *vrp = &g->first->vrp;
	const char *at = ctx;
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &vrp->prefix);
	buf_printf(&s->buf,
	    "\n%s: %s\norigin: AS%u\ndescr: RPKI attestation\nmnt-by: NA\n"
	    "created: %s\nlast-modified: %s\nsource: ROA-",
	    vrp->prefix.family == FAMILY_V4 ? "route" : "route6", prefix,
	    vrp->asn.v, at, at);
	write_upper(&s->buf, g->first->origin->source);
	buf_puts(&s->buf, "-RPKI-ROOT\n\n");
}

void
format_rpsl(struct output_stream *s, const struct output_in *in)
{
	char at[TIME_TEXT];

	time_write(at, sizeof(at), in->view->at);
	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_route, at);
}
