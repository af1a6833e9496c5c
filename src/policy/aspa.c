/* ASPAs: the whole record of one customer at a time. */
#include <stdlib.h>

#include "policy/inside.h"

static int
asn_order(const void *a, const void *b)
{
	const struct asn *x = a, *y = b;

	return (x->v > y->v) - (x->v < y->v);
}

size_t
aspa_run(const struct payload *p, size_t n, size_t at)
{
	size_t end = at;

	while (end < n && p[end].kind == PAYLOAD_ASPA &&
	       p[end].aspa.customer.v == p[at].aspa.customer.v)
		end++;
	return end - at;
}

/* Ascending, each once. */
static void
sort_providers(struct merge *m)
{
	size_t kept = 0;

	if (m->providers.n > 1)
		qsort(m->providers.v, m->providers.n, sizeof(struct asn),
		    asn_order);
	for (size_t i = 0; i < m->providers.n; i++)
		if (kept == 0 ||
		    m->providers.v[kept - 1].v != m->providers.v[i].v)
			m->providers.v[kept++] = m->providers.v[i];
	m->providers.n = kept;
}

static bool
add_providers(struct merge *m, const struct aspa *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (!vec_push(&m->providers, a->providers[i]))
			return false;
	return true;
}

/* All providers that one world gives, of the entries that stand. */
static enum reason
unite_world(struct merge *m, size_t at, size_t n, bool is_ledger, bool *some)
{
	*some = false;
	m->providers.n = 0;
	for (size_t i = at; i < at + n; i++) {
		if (!m->fates[i].stands || m->fates[i].is_ledger != is_ledger)
			continue;
		*some = true;
		if (!add_providers(m, &m->all[i].aspa))
			return R_LIMIT_MEMORY;
	}
	sort_providers(m);
	return REASON_OK;
}

enum reason
aspa_agree(bool *out, struct merge *m, size_t at, size_t n)
{
	bool legacy, ledger;

	TRY(unite_world(m, at, n, false, &legacy));
	m->others.n = 0;
	for (size_t i = 0; i < m->providers.n; i++)
		if (!vec_push(&m->others, m->providers.v[i]))
			return R_LIMIT_MEMORY;
	TRY(unite_world(m, at, n, true, &ledger));
	*out = legacy && ledger && m->others.n == m->providers.n;
	for (size_t i = 0; *out && i < m->others.n; i++)
		*out = m->others.v[i].v == m->providers.v[i].v;
	return REASON_OK;
}

/* ---- one record ------------------------------------------------------ */

static enum reason
report(struct merge *m, const struct payload *p)
{
	char text[96];
	struct finding f = { .reason = R_POLICY_ASPA_PROVIDERS,
		.effect = EFFECT_OBJECT,
		.object = p->origin->uri,
		.hash = p->origin->hash,
		.trust_anchor = p->origin->source };

	if (p->origin->chain != NULL)
		f.point = p->origin->chain->manifest_uri;
	(void)snprintf(text, sizeof(text), "AS%u: %zu providers",
	    p->aspa.customer.v, m->providers.n);
	f.detail = arena_dup(m->arena, span_str(text));
	if (f.detail.p == NULL || !merge_find(m, &f))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* hostile.md A42: all of it goes, so that no part is taken for the whole. */
static enum reason
leave(struct merge *m, size_t at, size_t n)
{
	TRY(report(m, &m->all[at]));
	for (size_t i = at; i < at + n; i++) {
		struct view_left left = { .payload = m->all[i],
			.cause = LEFT_PROVIDERS };

		if (!vec_push(&m->left, left))
			return R_LIMIT_MEMORY;
		m->all[i].origin = NULL;
	}
	return REASON_OK;
}

enum reason
aspa_unite(struct merge *m, size_t at, size_t n)
{
	struct asn *providers;

	m->providers.n = 0;
	for (size_t i = at; i < at + n; i++)
		if (!add_providers(m, &m->all[i].aspa))
			return R_LIMIT_MEMORY;
	sort_providers(m);
	if (m->providers.n > m->in->limits->aspa_merged)
		return leave(m, at, n);
	providers = ARENA_ARRAY(m->arena, m->providers.n, struct asn);
	if (providers == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->providers.n; i++)
		providers[i] = m->providers.v[i];
	for (size_t i = at; i < at + n; i++) {
		m->all[i].aspa.n = m->providers.n;
		m->all[i].aspa.providers = providers;
	}
	return REASON_OK;
}
