/*
 * From payload sets to the view: the one place where sources meet.
 *
 * ASPAs come first in the work and not in the order: once each entry of a
 * customer has the same providers, sorting puts the entries of one customer
 * side by side, as it does those of one VRP.
 */
#include <stdlib.h>

#include "policy/policy.h"

struct merge {
	const struct policy_in *in;
	struct arena *arena;
	struct payload *all;
	size_t n;
	VEC(struct asn) providers; /* of the customer at hand */
	VEC(struct finding) findings;
};

static int
asn_order(const void *a, const void *b)
{
	const struct asn *x = a, *y = b;

	return (x->v > y->v) - (x->v < y->v);
}

/* ASPAs by customer, then as in the view; all else after them. */
static int
customer_order(const void *va, const void *vb)
{
	const struct payload *a = va, *b = vb;
	bool x = a->kind == PAYLOAD_ASPA, y = b->kind == PAYLOAD_ASPA;

	if (!x || !y)
		return y - x;
	if (a->aspa.customer.v != b->aspa.customer.v)
		return asn_order(&a->aspa.customer, &b->aspa.customer);
	return payload_order(a, b);
}

static enum reason
gather(struct merge *m)
{
	size_t n = 0, at = 0;

	for (size_t i = 0; i < m->in->n; i++)
		n += m->in->sets[i].n;
	m->all = ARENA_ARRAY(m->arena, n, struct payload);
	if (m->all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->in->n; i++)
		for (size_t j = 0; j < m->in->sets[i].n; j++)
			m->all[at++] = m->in->sets[i].payloads[j];
	m->n = n;
	return REASON_OK;
}

/* ---- ASPA ------------------------------------------------------------ */

/* All providers of these entries, ascending, each once. */
static enum reason
unite(struct merge *m, const struct payload *p, size_t n)
{
	size_t kept = 0;

	m->providers.n = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < p[i].aspa.n; j++)
			if (!vec_push(&m->providers, p[i].aspa.providers[j]))
				return R_LIMIT_MEMORY;
	if (m->providers.n > 1)
		qsort(m->providers.v, m->providers.n, sizeof(struct asn),
		    asn_order);
	for (size_t i = 0; i < m->providers.n; i++)
		if (kept == 0 ||
		    m->providers.v[kept - 1].v != m->providers.v[i].v)
			m->providers.v[kept++] = m->providers.v[i];
	m->providers.n = kept;
	return REASON_OK;
}

static enum reason
leave_out(struct merge *m, const struct payload *p)
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
	if (f.detail.p == NULL || !vec_push(&m->findings, f))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* One customer: false in *keep when it has too many. */
static enum reason
customer(struct merge *m, struct payload *p, size_t n, bool *keep)
{
	struct asn *providers;

	TRY(unite(m, p, n));
	*keep = m->providers.n <= m->in->limits->aspa_merged;
	if (!*keep)
		return leave_out(m, p);
	providers = ARENA_ARRAY(m->arena, m->providers.n, struct asn);
	if (providers == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->providers.n; i++)
		providers[i] = m->providers.v[i];
	for (size_t i = 0; i < n; i++) {
		p[i].aspa.n = m->providers.n;
		p[i].aspa.providers = providers;
	}
	return REASON_OK;
}

static enum reason
customers(struct merge *m)
{
	size_t i = 0, kept = 0, n;

	if (m->n > 1)
		qsort(m->all, m->n, sizeof(*m->all), customer_order);
	for (; i < m->n && m->all[i].kind == PAYLOAD_ASPA; i += n) {
		bool keep;

		n = 1;
		while (
		    i + n < m->n && m->all[i + n].kind == PAYLOAD_ASPA &&
		    m->all[i + n].aspa.customer.v == m->all[i].aspa.customer.v)
			n++;
		TRY(customer(m, &m->all[i], n, &keep));
		for (size_t j = 0; keep && j < n; j++)
			m->all[kept++] = m->all[i + j];
	}
	for (; i < m->n; i++)
		m->all[kept++] = m->all[i];
	m->n = kept;
	return REASON_OK;
}

/* ---- the view -------------------------------------------------------- */

static enum reason
merge(struct view *out, struct merge *m)
{
	size_t kept = 0;

	TRY(gather(m));
	TRY(customers(m));
	if (m->n > 1)
		qsort(m->all, m->n, sizeof(*m->all), payload_order);
	for (size_t i = 0; i < m->n; i++)
		if (kept == 0 ||
		    payload_order(&m->all[kept - 1], &m->all[i]) != 0)
			m->all[kept++] = m->all[i];
	out->payloads = m->all;
	out->n = kept;
	out->n_findings = m->findings.n;
	out->findings = ARENA_ARRAY(m->arena, m->findings.n, struct finding);
	if (out->findings == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->findings.n; i++)
		out->findings[i] = m->findings.v[i];
	out->at = m->in->at;
	return REASON_OK;
}

enum reason
policy_merge(struct view *out, const struct policy_in *in, struct arena *arena)
{
	struct merge m = { .in = in, .arena = arena };
	enum reason r;

	*out = *in->facts;
	r = merge(out, &m);
	vec_fini(&m.providers);
	vec_fini(&m.findings);
	return r;
}
