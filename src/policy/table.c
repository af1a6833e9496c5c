/* Routing tables as lines: RIPE's RIS whois dump, and "prefix,origin". */
#include <stdlib.h>
#include <string.h>

#include "policy/table.h"

/* ---- lines --------------------------------------------------------------- */

static struct span
next_line(struct span *rest)
{
	const uint8_t *end =
	    rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
	size_t n = end == NULL ? rest->n : (size_t)(end - rest->p);
	struct span line = span_of(rest->p, n);

	rest->p += n + (end != NULL);
	rest->n -= n + (end != NULL);
	while (line.n > 0 &&
	       (line.p[line.n - 1] == '\r' || line.p[line.n - 1] == ' '))
		line.n--;
	return line;
}

/* What stands before the separator, which goes as well. */
static struct span
next_field(struct span *line, uint8_t separator)
{
	const uint8_t *end =
	    line->n > 0 ? memchr(line->p, separator, line->n) : NULL;
	size_t n = end == NULL ? line->n : (size_t)(end - line->p);
	struct span field = span_of(line->p, n);

	line->p += n + (end != NULL);
	line->n -= n + (end != NULL);
	return field;
}

static bool
text_of(char out[64], struct span s)
{
	if (s.n >= 64 || memchr(s.p, '\0', s.n) != NULL)
		return false;
	memcpy(out, s.p, s.n);
	out[s.n] = '\0';
	return true;
}

/* "64500", "AS64500"; "{64500,64501}" is an AS_SET. */
static bool
read_origin(uint32_t *out, struct span s)
{
	char text[64];
	struct asn asn;

	*out = 0;
	if (s.n > 2 && s.p[0] == '{' && s.p[s.n - 1] == '}')
		return true;
	if (s.n == 0 || !text_of(text, s) || !asn_parse(&asn, text))
		return false;
	*out = asn.v;
	return true;
}

static bool
read_prefix(struct prefix *out, struct span s)
{
	char text[64];

	return s.n > 0 && text_of(text, s) && prefix_parse(out, text);
}

static bool
is_header(struct span line)
{
	char text[64];

	return text_of(text, line) && (strcmp(text, "prefix,origin") == 0 ||
					  strcmp(text, "Prefix,Origin") == 0);
}

static enum reason
parse_line(struct table *out, struct span line, bool is_ris)
{
	struct table_route r = { .origin = 0 };
	struct span first = next_field(&line, is_ris ? '\t' : ',');
	struct span second = next_field(&line, is_ris ? '\t' : ',');

	if (!read_prefix(&r.prefix, is_ris ? second : first) ||
	    !read_origin(&r.origin, is_ris ? first : second))
		return R_TABLE_LINE;
	out->n_read++;
	return vec_push(&out->routes, r) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
parse_lines(struct table *out, struct span bytes, struct fault *why)
{
	struct span rest = bytes;
	bool first = true, is_ris = false;

	for (size_t number = 1; rest.n > 0; number++) {
		struct span line = next_line(&rest);
		enum reason reason;

		if (line.n == 0 || line.p[0] == '%' || line.p[0] == '#')
			continue;
		if (first) {
			first = false;
			is_ris = memchr(line.p, '\t', line.n) != NULL;
			out->format = is_ris ? "ris" : "csv";
			if (is_header(line))
				continue;
		}
		reason = parse_line(out, line, is_ris);
		if (reason != REASON_OK)
			return fault_say(
			    why, reason, line.p, "line %zu", number);
	}
	return out->n_read > 0 ? REASON_OK
			       : fault_say(why, R_TABLE_LINE, NULL,
				     "the file holds no route");
}

/* ---- the whole ----------------------------------------------------------- */

static int
route_order(const void *va, const void *vb)
{
	const struct table_route *a = va, *b = vb;
	int c = prefix_cmp(&a->prefix, &b->prefix);

	return c != 0 ? c : (a->origin > b->origin) - (a->origin < b->origin);
}

static void
tidy(struct table *t)
{
	size_t kept = 0;

	if (t->routes.n > 1)
		qsort(t->routes.v, t->routes.n, sizeof(*t->routes.v),
		    route_order);
	for (size_t i = 0; i < t->routes.n; i++)
		if (kept == 0 ||
		    route_order(&t->routes.v[kept - 1], &t->routes.v[i]) != 0)
			t->routes.v[kept++] = t->routes.v[i];
	t->routes.n = kept;
}

enum reason
table_parse(struct table *out, struct span bytes, struct fault *why)
{
	*out = (struct table){ 0 };
	fault_init(why, bytes);
	if (mrt_is(bytes))
		TRY(mrt_parse(out, bytes, why));
	else
		TRY(parse_lines(out, bytes, why));
	tidy(out);
	return REASON_OK;
}

void
table_fini(struct table *t)
{
	vec_fini(&t->routes);
	vec_fini(&t->paths);
	vec_fini(&t->numbers);
}
