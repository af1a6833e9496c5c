/* A roa-set of bgpd.conf(5), as Routinator prints it. */
#include "output/stream.h"

static void
write_roa(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct vrp *vrp = &g->first->vrp;
	char prefix[PREFIX_TEXT];

	(void)ctx;
	prefix_write(prefix, &vrp->prefix);
	buf_printf(&s->buf, "    %s", prefix);
	if (vrp->max_len > vrp->prefix.len)
		buf_printf(&s->buf, " maxlen %u", (unsigned)vrp->max_len);
	buf_printf(&s->buf, " source-as %u\n", vrp->asn.v);
}

void
format_openbgpd(struct output_stream *s, const struct output_in *in)
{
	buf_puts(&s->buf, "roa-set {\n");
	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_roa, NULL);
	buf_puts(&s->buf, "}\n");
}
