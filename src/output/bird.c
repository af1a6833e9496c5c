/*
 * For BIRD: lines as Routinator prints them, to be included inside of a roa
 * table (BIRD 1) or a static protocol (BIRD 2); and a whole file as
 * rpki-client prints it, without ASPAs, which only BIRD 2.16 and later takes.
 */
#include <inttypes.h>

#include "output/stream.h"

/* What comes before a route, and the family it must be of; 0: any. */
struct line {
	const char *lead;
	int family;
};

static void
write_line(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct vrp *vrp = &g->first->vrp;
	const struct line *line = ctx;
	char prefix[PREFIX_TEXT];

	if (line->family != 0 && (int)vrp->prefix.family != line->family)
		return;
	prefix_write(prefix, &vrp->prefix);
	buf_printf(&s->buf, "%s %s max %u as %u;\n", line->lead, prefix,
	    (unsigned)vrp->max_len, vrp->asn.v);
}

void
format_bird1(struct output_stream *s, const struct output_in *in)
{
	struct line line = { "roa", 0 };

	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_line, &line);
}

void
format_bird2(struct output_stream *s, const struct output_in *in)
{
	struct line line = { "route", 0 };

	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_line, &line);
}

static void
add_vrp(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct vrp *vrp = &g->first->vrp;
	uint64_t *const *sum = ctx;
	uint32_t asn = vrp->asn.v;
	uint8_t bytes[16 + 7];

	(void)s;
	for (size_t i = 0; i < 16; i++)
		bytes[i] = vrp->prefix.addr.b[i];
	bytes[16] = (uint8_t)vrp->prefix.family;
	bytes[17] = vrp->prefix.len;
	bytes[18] = vrp->max_len;
	for (size_t i = 19; i < sizeof(bytes); i++, asn >>= 8)
		bytes[i] = (uint8_t)asn;
	**sum = map_hash(*sum, SPAN_OF(bytes));
}

/*
 * A number for all VRPs. rpki-client gives the time, so that a filter that
 * names the constant is evaluated anew after each configuration; ours changes
 * when a VRP does, so that a file that says the same stays the same.
 */
static uint32_t
version_of(struct output_stream *s, const struct output_in *in)
{
	uint64_t sum[2] = { 0 }, *at = sum;

	(void)stream_groups(s, in->view, PAYLOAD_VRP, add_vrp, &at);
	return (uint32_t)(sum[0] & 0x7fffffff);
}

static void
write_table(struct output_stream *s, const struct output_in *in, int family,
    const char *digit)
{
	struct line line = { "\troute", family };

	buf_printf(&s->buf,
	    "\nprotocol static {\n\troa%s { table ROAS%s; };\n\n", digit,
	    digit);
	(void)stream_groups(s, in->view, PAYLOAD_VRP, write_line, &line);
	buf_puts(&s->buf, "}\n");
}

void
format_bird(struct output_stream *s, const struct output_in *in)
{
	buf_printf(&s->buf,
	    "# For BIRD 2\n\ndefine force_roa_table_update = %" PRIu32 ";\n\n"
	    "roa4 table ROAS4;\nroa6 table ROAS6;\n",
	    version_of(s, in));
	write_table(s, in, FAMILY_V4, "4");
	write_table(s, in, FAMILY_V6, "6");
}
