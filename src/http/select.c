/* Which payloads are asked for: the selectors that Routinator has. */
#include <string.h>

#include "http/inside.h"

static bool
select_kind(struct http_selection *s, const char *word)
{
	static const char *const words[] = { [PAYLOAD_VRP] = "routeOrigins",
		[PAYLOAD_ASPA] = "aspas",
		[PAYLOAD_ROUTER_KEY] = "routerKeys" };

	for (size_t i = 0; i < COUNT(words); i++)
		if (strcmp(word, words[i]) == 0) {
			s->left[i] = true;
			return true;
		}
	return false;
}

/* "select-asn" and "filter-asn" are the same, as they are there. */
static bool
is_selector(const char *name, const char *of)
{
	return (strncmp(name, "select-", 7) == 0 ||
		   strncmp(name, "filter-", 7) == 0) &&
	       strcmp(name + 7, of) == 0;
}

/* One parameter. False: it is wrong, or no selector: who means less than all
 * must not be given all. */
static bool
select_param(struct http_selection *s, const struct http_param *p)
{
	if (is_selector(p->name, "asn"))
		return s->n_asns < COUNT(s->asns) &&
		       asn_parse(&s->asns[s->n_asns++], p->value);
	if (is_selector(p->name, "prefix"))
		return s->n_prefixes < COUNT(s->prefixes) &&
		       prefix_parse(&s->prefixes[s->n_prefixes++], p->value);
	if (strcmp(p->name, "include") == 0) {
		s->more_specific = true;
		return strcmp(p->value, "more-specifics") == 0;
	}
	if (strcmp(p->name, "exclude") == 0)
		return select_kind(s, p->value);
	return false;
}

bool
select_read(struct http_call *call)
{
	struct http_selection *s = &call->out->selection;

	for (size_t i = 0; i < call->request->n_params; i++)
		if (!select_param(s, &call->request->params[i])) {
			http_refuse(call, 400, "%s: no such selector, or value",
			    call->request->params[i].name);
			return false;
		}
	s->given = s->n_asns > 0 || s->n_prefixes > 0 || s->left[0] ||
		   s->left[1] || s->left[2];
	return true;
}

static bool
matches_asn(const struct http_selection *s, const struct payload *p)
{
	for (size_t i = 0; i < s->n_asns; i++)
		if (s->asns[i].v == payload_asn(p).v)
			return true;
	return false;
}

static bool
matches_prefix(const struct http_selection *s, const struct payload *p)
{
	if (p->kind != PAYLOAD_VRP)
		return false;
	for (size_t i = 0; i < s->n_prefixes; i++)
		if (prefix_covers(&p->vrp.prefix, &s->prefixes[i]) ||
		    (s->more_specific &&
			prefix_covers(&s->prefixes[i], &p->vrp.prefix)))
			return true;
	return false;
}

static bool
matches(const struct http_selection *s, const struct payload *p)
{
	if (s->left[p->kind])
		return false;
	return (s->n_asns == 0 && s->n_prefixes == 0) || matches_asn(s, p) ||
	       matches_prefix(s, p);
}

enum reason
select_view(struct view *out, const struct http_selection *s,
    const struct view *view, struct arena *arena)
{
	*out = *view;
	if (!s->given)
		return REASON_OK;
	out->payloads = ARENA_ARRAY(arena, view->n, struct payload);
	if (out->payloads == NULL)
		return R_LIMIT_MEMORY;
	out->n = 0;
	for (size_t i = 0; i < view->n; i++)
		if (matches(s, &view->payloads[i]))
			out->payloads[out->n++] = view->payloads[i];
	return REASON_OK;
}
