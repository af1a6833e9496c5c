/* The table of formats, and the stream they write into. */
#include <string.h>

#include "output/output.h"
#include "output/stream.h"

/* One item is smaller; and so is a whole ccr of several million VRPs. */
#define STREAM_CAP    ((size_t)64 * 1024 * 1024)
#define STREAM_FULL   ((size_t)64 * 1024)

#define TELLS_TIME    true
#define TELLS_NO_TIME false

static const struct output_format table[] = {
	{ "csv", format_csv, TELLS_NO_TIME, "comma-separated values" },
	{ "csvcompat", format_csvcompat, TELLS_NO_TIME,
	    "the same with all fields quoted" },
	{ "csvext", format_csvext, TELLS_NO_TIME,
	    "with the object's URI and validity instead of the trust anchor" },
	{ "json", format_json, TELLS_TIME, "JSON, with router keys and ASPAs" },
	{ "jsonext", format_jsonext, TELLS_TIME,
	    "JSON with all sources of each payload" },
	{ "ndjson", format_ndjson, TELLS_NO_TIME,
	    "one JSON object a line, with chains, hashes and expiry" },
	{ "slurm", format_slurm, TELLS_NO_TIME,
	    "SLURM assertions of VRPs and router keys (RFC 8416)" },
	{ "slurm2", format_slurm2, TELLS_NO_TIME,
	    "the same in version 2, with ASPAs" },
	{ "openbgpd", format_openbgpd, TELLS_NO_TIME, "OpenBGPD's roa-set" },
	{ "bird", format_bird, TELLS_NO_TIME,
	    "BIRD 2: tables ROAS4 and ROAS6, to include" },
	{ "bird1", format_bird1, TELLS_NO_TIME,
	    "BIRD 1: lines for a roa table" },
	{ "bird2", format_bird2, TELLS_NO_TIME,
	    "BIRD 2: lines for a static protocol" },
	{ "rpsl", format_rpsl, TELLS_TIME, "route and route6 objects" },
	{ "ccr", format_ccr, TELLS_TIME,
	    "the canonical cache representation, a draft of the IETF, in DER" },
	{ "summary", format_summary, TELLS_TIME,
	    "counts for each trust anchor" },
};

const struct output_format *
output_table(size_t *n)
{
	*n = COUNT(table);
	return table;
}

const struct output_format *
output_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(table); i++)
		if (strcmp(table[i].name, name) == 0)
			return &table[i];
	return NULL;
}

static void
write_findings(struct output_stream *s, const struct output_in *in)
{
	for (size_t i = 0; i < in->view->n_findings; i++) {
		struct emit e;

		emit_init(&e, &s->buf, EMIT_JSON_LINE);
		finding_emit(&e, &in->view->findings[i]);
		stream_flow(s);
	}
}

const struct output_format output_findings = { "findings", write_findings,
	TELLS_NO_TIME, "what was refused and why" };

static void
stream_pass(struct output_stream *s)
{
	if (s->reason == REASON_OK && s->buf.failed)
		s->reason = R_LIMIT_MEMORY;
	if (s->reason == REASON_OK)
		s->reason = s->sink.write(s->sink.ctx, buf_view(&s->buf));
	buf_reset(&s->buf);
}

void
stream_flow(struct output_stream *s)
{
	if (s->buf.n >= STREAM_FULL || s->buf.failed)
		stream_pass(s);
}

enum reason
output_write(const struct output_format *format, const struct output_in *in,
    struct output_sink sink)
{
	struct output_stream s = { .sink = sink };

	buf_init(&s.buf, STREAM_CAP);
	format->write(&s, in);
	stream_pass(&s);
	buf_fini(&s.buf);
	return s.reason;
}

/* Names and URIs were checked where they came in; still, one byte too many
 * must not break the document. */
void
stream_json(struct output_stream *s, struct span text)
{
	size_t from = 0;

	for (size_t i = 0; i < text.n; i++) {
		uint8_t c = text.p[i];

		if (c >= 0x20 && c <= 0x7e && c != '"' && c != '\\')
			continue;
		buf_add(&s->buf, text.p + from, i - from);
		buf_printf(&s->buf, "\\u%04x", (unsigned)c);
		from = i + 1;
	}
	if (text.n > from)
		buf_add(&s->buf, text.p + from, text.n - from);
}

void
stream_time(struct output_stream *s, int64_t at)
{
	char text[32];

	time_write(text, sizeof(text), at);
	buf_puts(&s->buf, text);
}

void
stream_base64url(struct output_stream *s, struct span bytes)
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

size_t
stream_groups(struct output_stream *s, const struct view *view,
    enum payload_kind kind, group_write *write, const void *ctx)
{
	const struct payload *p = view->payloads;
	struct group g = { 0 };
	size_t end;

	for (size_t i = 0; i < view->n; i = end) {
		end = i + 1;
		if (p[i].kind != kind)
			continue;
		while (end < view->n && payload_cmp(&p[i], &p[end]) == 0)
			end++;
		g.first = &p[i];
		g.n = end - i;
		write(s, &g, ctx);
		stream_flow(s);
		g.at++;
	}
	return g.at;
}
