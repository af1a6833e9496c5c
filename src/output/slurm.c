/*
 * Local exceptions that say what the view says, as Routinator prints them, to
 * the blank: for a validator that cannot validate, or to compare with one.
 */
#include "output/stream.h"

/* Every item ends with it: who says so. */
static void
write_comment(struct output_stream *s, const struct group *g)
{
	buf_puts(&s->buf, "        \"comment\": \"");
	stream_json(s, g->first->origin->source);
	buf_puts(&s->buf, "\"\n      }");
}

static void
write_prefix(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct vrp *vrp = &g->first->vrp;
	char prefix[PREFIX_TEXT];

	(void)ctx;
	prefix_write(prefix, &vrp->prefix);
	buf_printf(&s->buf,
	    "%s      {\n        \"asn\": %u,\n        \"prefix\": \"%s\",\n",
	    g->at > 0 ? ",\n" : "", vrp->asn.v, prefix);
	/* RFC 8416 section 3.4.1: absent, it is the prefix's length. */
	if (vrp->max_len > vrp->prefix.len)
		buf_printf(&s->buf, "        \"maxPrefixLength\": %u,\n",
		    (unsigned)vrp->max_len);
	write_comment(s, g);
}

static void
write_key(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct router_key *key = &g->first->key;

	(void)ctx;
	buf_printf(&s->buf,
	    "%s      {\n        \"asn\": %u,\n        \"SKI\": \"",
	    g->at > 0 ? ",\n" : "", key->asn.v);
	stream_base64url(s, SPAN_OF(key->ski));
	buf_puts(&s->buf, "\",\n        \"routerPublicKey\": \"");
	stream_base64url(s, key->spki);
	buf_puts(&s->buf, "\",\n");
	write_comment(s, g);
}

static void
write_aspa(struct output_stream *s, const struct group *g, const void *ctx)
{
	const struct aspa *aspa = &g->first->aspa;

	(void)ctx;
	buf_printf(&s->buf,
	    "%s      { \n        \"customerAsn\": %u, \n"
	    "        \"providerAsns\": [",
	    g->at > 0 ? ",\n" : "", aspa->customer.v);
	for (size_t i = 0; i < aspa->n; i++)
		buf_printf(&s->buf, "%s\n          %u", i > 0 ? ", " : "",
		    aspa->providers[i].v);
	buf_puts(&s->buf, "\n        ],\n");
	write_comment(s, g);
}

static void
write_list(struct output_stream *s, const struct output_in *in,
    enum payload_kind kind, const char *name, group_write *write)
{
	buf_printf(&s->buf, "    \"%s\": [\n", name);
	(void)stream_groups(s, in->view, kind, write, NULL);
	buf_puts(&s->buf, "\n    ]");
}

static void
write_start(struct output_stream *s, const struct output_in *in, int version)
{
	buf_printf(&s->buf,
	    "{\n  \"slurmVersion\": %d,\n"
	    "  \"validationOutputFilters\": {\n"
	    "    \"prefixFilters\": [ ],\n"
	    "    \"bgpsecFilters\": [ ]%s\n"
	    "  },\n"
	    "  \"locallyAddedAssertions\": {\n",
	    version, version > 1 ? ",\n    \"aspaFilters\": [ ]" : "");
	write_list(s, in, PAYLOAD_VRP, "prefixAssertions", write_prefix);
	buf_puts(&s->buf, ",\n");
	write_list(s, in, PAYLOAD_ROUTER_KEY, "bgpsecAssertions", write_key);
}

void
format_slurm(struct output_stream *s, const struct output_in *in)
{
	write_start(s, in, 1);
	buf_puts(&s->buf, "\n  }\n}\n");
}

void
format_slurm2(struct output_stream *s, const struct output_in *in)
{
	write_start(s, in, 2);
	buf_puts(&s->buf, ",\n");
	write_list(s, in, PAYLOAD_ASPA, "aspaAssertions", write_aspa);
	buf_puts(&s->buf, "\n  }\n}\n");
}
