/*
 * What other validators say, from their files: csv of Routinator and
 * rpki-client, by the names of its columns; json with an array "roas".
 */
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"

struct reading {
	struct arena *arena;
	VEC(struct payload) payloads;
	struct map origins; /* source -> origin */
};

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

struct words {
	struct span asn, prefix, max_len, source;
};

static enum reason
add(struct reading *r, const struct words *w)
{
	struct payload p = { .kind = PAYLOAD_VRP };
	char asn[64], prefix[64];
	uint64_t max_len;

	if (!text_of(asn, w->asn) || !text_of(prefix, w->prefix) ||
	    !asn_parse(&p.vrp.asn, asn) || !prefix_parse(&p.vrp.prefix, prefix))
		return R_TABLE_LINE;
	max_len = p.vrp.prefix.len;
	if (w->max_len.n > 0 && !decimal_parse(&max_len, w->max_len,
				    family_bits(p.vrp.prefix.family)))
		return R_TABLE_LINE;
	if (max_len < p.vrp.prefix.len)
		return R_TABLE_LINE;
	p.vrp.max_len = (uint8_t)max_len;
	p.origin = origin_of(r, w->source);
	return p.origin != NULL && vec_push(&r->payloads, p) ? REASON_OK
							     : R_LIMIT_MEMORY;
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
		struct words w;
		enum reason reason = R_TABLE_LINE;

		bytes.p += n + (end != NULL);
		bytes.n -= n + (end != NULL);
		if (!has_columns) {
			has_columns = find_columns(&columns, line);
			if (has_columns)
				continue;
		} else {
			n = split(cells, line);
			w = (struct words){ column(cells, n, columns.asn),
				column(cells, n, columns.prefix),
				column(cells, n, columns.max_len),
				column(cells, n, columns.source) };
			reason = add(r, &w);
		}
		if (reason != REASON_OK)
			return fault_say(
			    why, reason, line.p, "line %zu", number);
	}
	return has_columns ? REASON_OK
			   : fault_say(why, R_TABLE_LINE, NULL, "no columns");
}

/* ---- json ---------------------------------------------------------------- */

/* A string without its quotes (escapes stay as they are: no value that counts
 * needs any), a number or word, or one character of punctuation. */
struct token {
	uint8_t kind; /* '"', 'a', '{', '}', '[', ']', ',', ':'; 0: the end */
	struct span text;
};

static bool
is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool
is_word(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	       (c >= 'A' && c <= 'Z') || c == '-' || c == '+' || c == '.';
}

static struct token
next_token(struct span *rest)
{
	struct token t = { 0 };
	size_t n = 0;

	while (rest->n > 0 && is_space(rest->p[0])) {
		rest->p++;
		rest->n--;
	}
	if (rest->n == 0)
		return t;
	t.kind = rest->p[0];
	if (t.kind == '"') {
		for (n = 1; n < rest->n && rest->p[n] != '"'; n++)
			n += rest->p[n] == '\\';
		if (n >= rest->n) {
			t.kind = 0;
			n = rest->n;
		} else {
			t.text = span_of(rest->p + 1, n - 1);
			n++;
		}
	} else if (is_word(t.kind)) {
		while (n < rest->n && is_word(rest->p[n]))
			n++;
		t.kind = 'a';
		t.text = span_of(rest->p, n);
	} else
		n = 1;
	rest->p += n;
	rest->n -= n;
	return t;
}

static void
keep(struct words *w, struct span key, struct span value)
{
	if (span_eq(key, SPAN("asn")))
		w->asn = value;
	else if (span_eq(key, SPAN("prefix")))
		w->prefix = value;
	else if (span_eq(key, SPAN("maxLength")))
		w->max_len = value;
	else if (span_eq(key, SPAN("ta")))
		w->source = value;
}

/* After its '{', up to its '}'. What is inside its values is passed over. */
static enum reason
parse_object(struct reading *r, struct span *rest)
{
	struct words w = { .source = SPAN("") };
	struct span key = SPAN("");
	size_t depth = 0;
	bool is_value = false;

	for (;;) {
		struct token t = next_token(rest);

		switch (t.kind) {
		case 0:
			return R_TABLE_LINE;
		case '{':
		case '[':
			depth++;
			break;
		case ']':
		case '}':
			if (depth == 0)
				return add(r, &w);
			depth--;
			break;
		case ':':
			is_value = is_value || depth == 0;
			break;
		case ',':
			is_value = is_value && depth > 0;
			break;
		default:
			if (depth == 0 && is_value)
				keep(&w, key, t.text);
			else if (depth == 0)
				key = t.text;
		}
	}
}

static enum reason
parse_roas(struct reading *r, struct span *rest)
{
	struct token t = next_token(rest);

	if (t.kind != ':' || next_token(rest).kind != '[')
		return R_TABLE_LINE;
	t = next_token(rest);
	while (t.kind == '{') {
		TRY(parse_object(r, rest));
		t = next_token(rest);
		if (t.kind == ',')
			t = next_token(rest);
	}
	return t.kind == ']' ? REASON_OK : R_TABLE_LINE;
}

static enum reason
parse_json(struct reading *r, struct span bytes, struct fault *why)
{
	struct span rest = bytes;
	size_t depth = 0;
	enum reason reason = R_TABLE_LINE;

	for (;;) {
		struct token t = next_token(&rest);

		if (t.kind == 0)
			break;
		depth += t.kind == '{' || t.kind == '[';
		depth -= depth > 0 && (t.kind == '}' || t.kind == ']');
		if (depth != 1 || t.kind != '"' ||
		    !span_eq(t.text, SPAN("roas")))
			continue;
		reason = parse_roas(r, &rest);
		break;
	}
	return reason == REASON_OK ? reason
				   : fault_say(why, reason, rest.p,
					 "no array \"roas\" of VRPs");
}

/* ---- the whole ----------------------------------------------------------- */

static enum reason
parse(struct view *out, struct reading *r, struct span bytes, struct fault *why)
{
	size_t i = 0;

	while (i < bytes.n && is_space(bytes.p[i]))
		i++;
	if (i < bytes.n && bytes.p[i] == '{')
		TRY(parse_json(r, bytes, why));
	else
		TRY(parse_csv(r, bytes, why));
	out->payloads = ARENA_ARRAY(r->arena, r->payloads.n, struct payload);
	if (out->payloads == NULL)
		return R_LIMIT_MEMORY;
	for (size_t j = 0; j < r->payloads.n; j++)
		out->payloads[j] = r->payloads.v[j];
	out->n = r->payloads.n;
	if (out->n > 1)
		qsort(out->payloads, out->n, sizeof(*out->payloads),
		    payload_order);
	return REASON_OK;
}

enum reason
policy_said(
    struct view *out, struct span bytes, struct arena *arena, struct fault *why)
{
	struct reading r = { .arena = arena };
	enum reason reason;

	*out = (struct view){ 0 };
	fault_init(why, bytes);
	map_init(&r.origins);
	reason = parse(out, &r, bytes, why);
	map_fini(&r.origins);
	vec_fini(&r.payloads);
	return reason;
}
