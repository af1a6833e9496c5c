/*
 * What other validators say, from their files: csv of Routinator and
 * rpki-client, by the names of its columns; json in said_json.c.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/said.h"

/* ---- what both have ------------------------------------------------------ */

static const struct origin *
origin_of(struct reading *r, struct span source)
{
	struct origin *o = map_get(&r->origins, source);

	if (o != NULL)
		return o;
	o = ARENA_NEW(r->arena, struct origin);
	if (o == NULL)
		return NULL;
	*o = (struct origin){ .source = arena_dup(r->arena, source),
		.not_after_at = INT64_MAX,
		.stale_at = INT64_MAX,
		.chain_until_at = INT64_MAX };
	if (o->source.p == NULL || !map_put(&r->origins, o->source, o))
		return NULL;
	return o;
}

static bool
text_of(char out[64], struct span s)
{
	if (s.n == 0 || s.n >= 64 || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

bool
said_asn(struct asn *out, struct span text)
{
	char word[64];

	return text_of(word, text) && asn_parse(out, word);
}

enum reason
said_add(struct reading *r, struct payload *p, struct span source)
{
	p->origin = origin_of(r, source);
	return p->origin != NULL && vec_push(&r->payloads, *p) ? REASON_OK
							       : R_LIMIT_MEMORY;
}

enum reason
said_vrp(struct reading *r, const struct said_vrp *w)
{
	struct payload p = { .kind = PAYLOAD_VRP };
	char prefix[64];
	uint64_t max_len;

	if (!said_asn(&p.vrp.asn, w->asn) || !text_of(prefix, w->prefix) ||
	    !prefix_parse(&p.vrp.prefix, prefix))
		return R_TABLE_LINE;
	max_len = p.vrp.prefix.len;
	if (w->max_len.n > 0 && !decimal_parse(&max_len, w->max_len,
				    family_bits(p.vrp.prefix.family)))
		return R_TABLE_LINE;
	if (max_len < p.vrp.prefix.len)
		return R_TABLE_LINE;
	p.vrp.max_len = (uint8_t)max_len;
	return said_add(r, &p, w->source);
}

/* ---- csv ----------------------------------------------------------------- */

#define COLUMNS 16

static size_t
split(struct span out[COLUMNS], struct span line)
{
	size_t n = 0;

	while (line.n > 0 && line.p[line.n - 1] == '\r')
		line.n--;
	for (size_t at = 0; at <= line.n && n < COLUMNS;) {
		size_t end = at;

		while (end < line.n && line.p[end] != ',')
			end++;
		out[n] = span_of(line.p + at, end - at);
		if (out[n].n >= 2 && out[n].p[0] == '"' &&
		    out[n].p[out[n].n - 1] == '"')
			out[n] = span_of(out[n].p + 1, out[n].n - 2);
		n++;
		at = end + 1;
	}
	return n;
}

struct columns {
	size_t asn, prefix, max_len, source;
};

static bool
find_columns(struct columns *out, struct span line)
{
	struct span names[COLUMNS];
	size_t n = split(names, line);

	*out = (struct columns){ SIZE_MAX, SIZE_MAX, SIZE_MAX, SIZE_MAX };
	for (size_t i = 0; i < n; i++) {
		if (span_eq(names[i], SPAN("ASN")))
			out->asn = i;
		else if (span_eq(names[i], SPAN("IP Prefix")))
			out->prefix = i;
		else if (span_eq(names[i], SPAN("Max Length")))
			out->max_len = i;
		else if (span_eq(names[i], SPAN("Trust Anchor")))
			out->source = i;
	}
	return out->asn < n && out->prefix < n;
}

static struct span
column(const struct span cells[COLUMNS], size_t n, size_t i)
{
	return i < n ? cells[i] : SPAN("");
}

static enum reason
parse_csv(struct reading *r, struct span bytes, struct fault *why)
{
	struct columns columns;
	bool has_columns = false;

	for (size_t number = 1; bytes.n > 0; number++) {
		const uint8_t *end = memchr(bytes.p, '\n', bytes.n);
		size_t n = end == NULL ? bytes.n : (size_t)(end - bytes.p);
		struct span line = span_of(bytes.p, n), cells[COLUMNS];
		struct said_vrp w;
		enum reason reason = R_TABLE_LINE;

		bytes.p += n + (end != NULL);
		bytes.n -= n + (end != NULL);
		if (!has_columns) {
			has_columns = find_columns(&columns, line);
			if (has_columns)
				continue;
		} else {
			n = split(cells, line);
			w = (struct said_vrp){ column(cells, n, columns.asn),
				column(cells, n, columns.prefix),
				column(cells, n, columns.max_len),
				column(cells, n, columns.source) };
			reason = said_vrp(r, &w);
		}
		if (reason != REASON_OK)
			return fault_say(
			    why, reason, line.p, "line %zu", number);
	}
	return has_columns ? REASON_OK
			   : fault_say(why, R_TABLE_LINE, NULL, "no columns");
}

/* ---- the whole ----------------------------------------------------------- */

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static enum reason
parse(struct said_file *out, struct reading *r, struct span bytes,
    struct fault *why)
{
	struct view *v = &out->view;
	size_t i = 0;

	while (i < bytes.n && is_space(bytes.p[i]))
		i++;
	if (i < bytes.n && bytes.p[i] == '{')
		TRY(said_json(r, bytes, why));
	else {
		out->kinds = 1U << PAYLOAD_VRP;
		TRY(parse_csv(r, bytes, why));
	}
	v->payloads = ARENA_ARRAY(r->arena, r->payloads.n, struct payload);
	if (v->payloads == NULL)
		return R_LIMIT_MEMORY;
	for (size_t j = 0; j < r->payloads.n; j++)
		v->payloads[j] = r->payloads.v[j];
	v->n = r->payloads.n;
	if (v->n > 1)
		qsort(v->payloads, v->n, sizeof(*v->payloads), payload_order);
	return REASON_OK;
}

enum reason
policy_said(struct said_file *out, struct span bytes, struct arena *arena,
    struct fault *why)
{
	struct reading r = { .arena = arena };
	enum reason reason;

	*out = (struct said_file){ 0 };
	fault_init(why, bytes);
	map_init(&r.origins);
	reason = parse(out, &r, bytes, why);
	map_fini(&r.origins);
	vec_fini(&r.payloads);
	return reason;
}
