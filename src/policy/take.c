/*
 * The view, of what stands: exceptions are made, the ASPAs of a customer are
 * united, and what is left out is put beside.
 */
#include <stdlib.h>

#include "policy/inside.h"

/* ---- holdings -------------------------------------------------------- */

static bool
withdrew(const struct world *w, const struct view_holding *h)
{
	struct reach reach = reach_of_holding(h);

	return h->has_ca_key && world_withdrew(w, &h->ca_key, &reach);
}

/* The facts' holdings, with what the legacy world says of their evidence. */
static enum reason
take_holdings(struct view *out, struct merge *m)
{
	const struct view *facts = m->in->facts;

	out->holdings =
	    ARENA_ARRAY(m->arena, facts->n_holdings, struct view_holding);
	if (out->holdings == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < facts->n_holdings; i++) {
		out->holdings[i] = facts->holdings[i];
		out->holdings[i].evidence_withdrawn =
		    withdrew(&m->world, &facts->holdings[i]);
	}
	return REASON_OK;
}

/* ledger.md 5: what a claim stood on is there no more. */
static enum reason
find_withdrawn(struct merge *m)
{
	const struct view *facts = m->in->facts;
	char text[RESOURCE_TEXT];
	struct finding f = { .reason = R_POLICY_EVIDENCE_WITHDRAWN,
		.effect = EFFECT_WARNING };

	for (size_t i = 0; i < facts->n_holdings; i++) {
		const struct view_holding *h = &facts->holdings[i];

		if (!withdrew(&m->world, h))
			continue;
		if (h->kind == HOLDING_AS)
			asn_range_text(text, &h->as);
		else
			addr_range_text(text,
			    h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6,
			    &h->ip);
		f.trust_anchor = h->holder->ledger;
		f.hash = h->claim;
		f.detail = arena_dup(m->arena, span_str(text));
		if (f.detail.p == NULL || !merge_find(m, &f))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

/* ---- what is in and what is not -------------------------------------- */

static enum reason
leave_out(struct merge *m, const struct payload *p, const struct fate *f)
{
	const struct policy *policy = m->rules.policy;
	struct view_left left = {
		.payload = *p, .cause = f->cause, .rule = f->rule
	};

	if (f->cause == LEFT_COVERED || f->cause == LEFT_UNSAFE)
		left.by = f->by;
	if (f->rule > 0) {
		left.why = arena_dup(m->arena, policy->rules[f->rule - 1].why);
		if (left.why.p == NULL)
			return R_LIMIT_MEMORY;
	}
	return vec_push(&m->left, left) ? REASON_OK : R_LIMIT_MEMORY;
}

/* From here on there are no fates: what is left out is out. */
static enum reason
split(struct merge *m)
{
	size_t kept = 0;

	for (size_t i = 0; i < m->n; i++)
		if (m->fates[i].is_left)
			TRY(leave_out(m, &m->all[i], &m->fates[i]));
		else
			m->all[kept++] = m->all[i];
	m->n = kept;
	return REASON_OK;
}

/* ---- exceptions ------------------------------------------------------ */

/* A filter, said as an origin: made once, and kept. */
static enum reason
filter_origin(
    const struct origin **out, struct merge *m, const struct origin **made)
{
	const struct slurm_filter *f =
	    &m->in->slurm->filters.v[made - m->by_filter];
	struct origin *o;
	char line[16];
	struct buf uri;

	if (*made != NULL) {
		*out = *made;
		return REASON_OK;
	}
	o = ARENA_NEW(m->arena, struct origin);
	if (o == NULL)
		return R_LIMIT_MEMORY;
	(void)snprintf(line, sizeof(line), "/%u", f->line);
	o->source = m->in->slurm->files.v[f->file].source;
	buf_init(&uri, 512);
	buf_span(&uri, o->source);
	buf_puts(&uri, line);
	o->uri = arena_dup(m->arena, buf_view(&uri));
	buf_fini(&uri);
	*out = *made = o;
	return o->uri.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
filter_out(struct merge *m, const struct payload *p, unsigned number)
{
	struct view_left left = {
		.payload = *p, .cause = LEFT_SLURM, .rule = number
	};

	TRY(filter_origin(&left.by, m, &m->by_filter[number - 1]));
	left.why =
	    arena_dup(m->arena, m->in->slurm->filters.v[number - 1].comment);
	if (left.why.p == NULL || !vec_push(&m->left, left))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

static enum reason
filter_all(struct merge *m, const struct filters *filters)
{
	size_t kept = 0;

	m->by_filter = ARENA_ARRAY(
	    m->arena, m->in->slurm->filters.n, const struct origin *);
	if (m->by_filter == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->n; i++) {
		unsigned number = filters_match(filters, &m->all[i]);

		if (number > 0)
			TRY(filter_out(m, &m->all[i], number));
		else
			m->all[kept++] = m->all[i];
	}
	m->n = kept;
	return REASON_OK;
}

/* RFC 8416 3.4: assertions are added after, and no filter removes them. */
static enum reason
except(struct merge *m)
{
	const struct slurm *slurm = m->in->slurm;
	struct filters filters;
	enum reason why = R_LIMIT_MEMORY;

	if (slurm == NULL)
		return REASON_OK;
	if (filters_make(&filters, slurm))
		why = filter_all(m, &filters);
	filters_fini(&filters);
	if (why != REASON_OK)
		return why;
	for (size_t i = 0; i < slurm->assertions.n; i++)
		m->all[m->n++] = slurm->assertions.v[i].payload;
	return REASON_OK;
}

/* ---- the view -------------------------------------------------------- */

static enum reason
unite_customers(struct merge *m)
{
	size_t kept = 0, n;

	for (size_t i = 0; i < m->n; i += n) {
		n = 1;
		if (m->all[i].kind != PAYLOAD_ASPA)
			continue;
		n = aspa_run(m->all, m->n, i);
		TRY(aspa_unite(m, i, n));
	}
	for (size_t i = 0; i < m->n; i++)
		if (m->all[i].origin != NULL)
			m->all[kept++] = m->all[i];
	m->n = kept;
	return REASON_OK;
}

static void
sort(struct merge *m)
{
	size_t kept = 0;

	if (m->n > 1)
		qsort(m->all, m->n, sizeof(*m->all), payload_order);
	for (size_t i = 0; i < m->n; i++)
		if (kept == 0 ||
		    payload_order(&m->all[kept - 1], &m->all[i]) != 0)
			m->all[kept++] = m->all[i];
	m->n = kept;
}

static enum reason
take_sources(struct view *out, struct merge *m)
{
	const struct slurm *slurm = m->in->slurm;
	const struct view *facts = m->in->facts;
	struct view_source *all;

	if (slurm == NULL || slurm->files.n == 0)
		return REASON_OK;
	all = ARENA_ARRAY(
	    m->arena, facts->n_sources + slurm->files.n, struct view_source);
	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < facts->n_sources; i++)
		all[i] = facts->sources[i];
	out->sources = all;
	all += facts->n_sources;
	for (size_t i = 0; i < slurm->files.n; i++)
		all[i] = (struct view_source){ .kind = SOURCE_SLURM,
			.name = slurm->files.v[i].source,
			.reason = slurm->files.v[i].reason,
			.detail = slurm->files.v[i].detail };
	for (size_t i = 0; i < slurm->assertions.n; i++)
		all[slurm->assertions.v[i].file].n_payloads++;
	out->n_sources += slurm->files.n;
	return REASON_OK;
}

static enum reason
take_left(struct view *out, struct merge *m)
{
	out->n_left = m->left.n;
	out->left = ARENA_ARRAY(m->arena, m->left.n, struct view_left);
	if (out->left == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->left.n; i++)
		out->left[i] = m->left.v[i];
	if (out->n_left > 1) /* its payload comes first */
		qsort(
		    out->left, out->n_left, sizeof(*out->left), payload_order);
	return REASON_OK;
}

static enum reason
take_findings(struct view *out, struct merge *m)
{
	TRY(find_withdrawn(m));
	out->n_findings = m->findings.n;
	out->findings = ARENA_ARRAY(m->arena, m->findings.n, struct finding);
	if (out->findings == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->findings.n; i++)
		out->findings[i] = m->findings.v[i];
	return REASON_OK;
}

/*
 * Sorted twice: once each entry of a customer has the same providers, the
 * order puts the entries of one customer side by side by their origins, as it
 * does those of one VRP.
 */
enum reason
take_view(struct view *out, struct merge *m)
{
	TRY(split(m));
	TRY(except(m));
	sort(m);
	TRY(unite_customers(m));
	sort(m);
	out->payloads = m->all;
	out->n = m->n;
	TRY(take_left(out, m));
	TRY(take_holdings(out, m));
	TRY(take_sources(out, m));
	out->n_unsafe = m->n_unsafe;
	out->at = m->in->at;
	return take_findings(out, m);
}
