/* Comma-separated values, as Routinator prints them. */
#include "output/stream.h"

/* ctx: the quotation mark around each field. */
static void
write_row(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct vrp *vrp = &g->first->vrp;
	const char *q = ctx;
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &vrp->prefix);
	buf_printf(&s->buf, "%sAS%u%s,%s%s%s,%s%u%s,%s", q, vrp->asn.v, q, q,
	    prefix, q, q, (unsigned)vrp->max_len, q, q);
	buf_span(&s->buf, g->first->origin->source);
	buf_printf(&s->buf, "%s\n", q);
}

void
format_csv(struct output_stream *s, const struct output_in *in)
{
	buf_puts(&s->buf, "ASN,IP Prefix,Max Length,Trust Anchor\n");
	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_row, "");
}

void
format_csvcompat(struct output_stream *s, const struct output_in *in)
{
	buf_puts(
	    &s->buf, "\"ASN\",\"IP Prefix\",\"Max Length\",\"Trust Anchor\"\n");
	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_row, "\"");
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

static void
write_ext(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct vrp *vrp = &g->first->vrp;
	const struct origin *from = g->first->origin;
	char prefix[PREFIX_TEXT];

	(void)ctx;
	prefix_write(prefix, &vrp->prefix);
	buf_span(&s->buf, from->uri);
	buf_printf(&s->buf, ",AS%u,%s,%u,", vrp->asn.v, prefix,
	    (unsigned)vrp->max_len);
	write_time(&s->buf, from->not_before_at);
	buf_byte(&s->buf, ',');
	write_time(&s->buf, from->not_after_at);
	buf_byte(&s->buf, '\n');
}

void
format_csvext(struct output_stream *s, const struct output_in *in)
{
	buf_puts(
	    &s->buf, "URI,ASN,IP Prefix,Max Length,Not Before,Not After\n");
	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_ext, NULL);
}
