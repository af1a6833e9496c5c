/* Comma-separated values, as Routinator prints them. */
#include "output/stream.h"

/* quote: around each field. */
static void
write_plain(struct output_stream *s, const struct output_in *in,
    const char *header, const char *quote)
{
	struct group g;
	char prefix[PREFIX_TEXT];

	buf_puts(&s->buf, header);
	for (size_t i = 0; group_next(&g, in->view, PAYLOAD_VRP, &i);) {
		const struct vrp *vrp = &g.first->vrp;

		prefix_write(prefix, &vrp->prefix);
		buf_printf(&s->buf, "%sAS%u%s,%s%s%s,%s%u%s,%s", quote,
		    vrp->asn.v, quote, quote, prefix, quote, quote,
		    (unsigned)vrp->max_len, quote, quote);
		buf_span(&s->buf, g.first->origin->source);
		buf_printf(&s->buf, "%s\n", quote);
		stream_flow(s);
	}
}

void
format_csv(struct output_stream *s, const struct output_in *in)
{
	write_plain(s, in, "ASN,IP Prefix,Max Length,Trust Anchor\n", "");
}

void
format_csvcompat(struct output_stream *s, const struct output_in *in)
{
	write_plain(s, in,
	    "\"ASN\",\"IP Prefix\",\"Max Length\",\"Trust Anchor\"\n", "\"");
}

/* "2026-11-21 01:31:00" */
static void
write_time(struct buf *out, int64_t at)
{
	struct civil c;

	time_to_civil(&c, at);
	buf_printf(out, "%04d-%02d-%02d %02d:%02d:%02d", c.year, c.month, c.day,
	    c.hour, c.minute, c.second);
}

void
format_csvext(struct output_stream *s, const struct output_in *in)
{
	struct group g;
	char prefix[PREFIX_TEXT];

	buf_puts(
	    &s->buf, "URI,ASN,IP Prefix,Max Length,Not Before,Not After\n");
	for (size_t i = 0; group_next(&g, in->view, PAYLOAD_VRP, &i);) {
		const struct vrp *vrp = &g.first->vrp;
		const struct origin *from = g.first->origin;

		prefix_write(prefix, &vrp->prefix);
		buf_span(&s->buf, from->uri);
		buf_printf(&s->buf, ",AS%u,%s,%u,", vrp->asn.v, prefix,
		    (unsigned)vrp->max_len);
		write_time(&s->buf, from->not_before_at);
		buf_byte(&s->buf, ',');
		write_time(&s->buf, from->not_after_at);
		buf_byte(&s->buf, '\n');
		stream_flow(s);
	}
}
