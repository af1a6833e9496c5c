/*
 * From the trees walked to the result: chains, origins, payloads, findings,
 * counts. Everything is copied into the result's arena, which outlives the
 * store.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "run/finish.h"
#include "run/follow.h"

/* Paths that alternate between more CAs than this keep an earlier expiry. */
#define PASSES_MAX 64

struct harvest {
	struct run *run;
	struct ta *ta;
	const struct node *node;      /* the point at hand; NULL: none */
	VEC(struct payload) payloads; /* of the trust anchor at hand */
	VEC(struct policy_set) sets;
	VEC(struct finding) findings;
	struct harvest_hold hold;
};

static bool
keep(struct harvest *h, struct span *s)
{
	*s = arena_dup(&h->run->out->arena, *s);
	return s->p != NULL;
}

static enum reason
report(struct harvest *h, const struct finding *f)
{
	struct finding copy = *f;

	if (!keep(h, &copy.object) || !keep(h, &copy.point) ||
	    !keep(h, &copy.trust_anchor) || !keep(h, &copy.certificate) ||
	    !keep(h, &copy.detail) || !vec_push(&h->findings, copy))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* A finding of the trust anchor at hand. */
static enum reason
report_ta(struct harvest *h, const struct finding *f)
{
	struct finding copy = *f;

	copy.trust_anchor = h->ta->name;
	if (h->node != NULL)
		copy.certificate = h->node->uri;
	if (f->effect != EFFECT_WARNING)
		h->ta->report->refused++;
	return report(h, &copy);
}

/* ---- how long
 * ------------------------------------------------------------------------
 */

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* A point is believed as long as the longest-lived of the paths to it. */
static void
spread_times(struct tree *t)
{
	bool changed = true;

	for (size_t i = 0; i < t->nodes.n; i++)
		t->nodes.v[i]->until_at = INT64_MIN;
	if (t->nodes.n > 0 && node_stands(t->nodes.v[0])) {
		struct node *root = t->nodes.v[0];

		root->until_at = least(root->issuer->cert.not_after_at,
		    root->judged.point->stale_at);
	}
	for (size_t pass = 0; changed && pass < PASSES_MAX; pass++) {
		changed = false;
		for (size_t i = 0; i < t->edges.n; i++) {
			const struct edge *e = &t->edges.v[i];
			int64_t at;

			if (!node_stands(e->from) || !node_stands(e->to))
				continue;
			at = least(e->from->until_at, e->not_after_at);
			at = least(at, e->to->judged.point->stale_at);
			if (at > e->to->until_at) {
				e->to->until_at = at;
				changed = true;
			}
		}
	}
}

/* ---- chains
 * ---------------------------------------------------------------------------
 */

static enum reason
make_link(struct harvest *h, struct node *n)
{
	const struct cert *c = &n->issuer->cert;
	struct link *l = ARENA_NEW(&h->run->out->arena, struct link);

	if (l == NULL)
		return R_LIMIT_MEMORY;
	*l = (struct link){ .uri = n->uri,
		.hash = n->hash,
		.manifest_uri = c->manifest_uri,
		.not_before_at = c->not_before_at,
		.not_after_at = c->not_after_at,
		.chain_from_at = c->not_before_at,
		.chain_until_at = n->until_at,
		.depth = n->depth };
	if (n->judged.point->issue.this_update_at > l->chain_from_at)
		l->chain_from_at = n->judged.point->issue.this_update_at;
	if (n->parent != NULL) {
		l->parent = n->parent->link;
		if (l->parent->chain_from_at > l->chain_from_at)
			l->chain_from_at = l->parent->chain_from_at;
	}
	if (!keep(h, &l->uri) || !keep(h, &l->manifest_uri))
		return R_LIMIT_MEMORY;
	n->link = l;
	return REASON_OK;
}

static enum reason
make_origin(struct origin **out, struct harvest *h, const struct node *n,
    const struct rpki_object *o)
{
	struct origin *origin = ARENA_NEW(&h->run->out->arena, struct origin);

	if (origin == NULL)
		return R_LIMIT_MEMORY;
	*origin = (struct origin){ .source = h->ta->name,
		.chain = n->link,
		.uri = o->uri,
		.hash = o->hash,
		.not_before_at = o->not_before_at,
		.not_after_at = o->not_after_at,
		.stale_at = n->judged.point->stale_at,
		.chain_from_at = n->link->chain_from_at,
		.chain_until_at = n->link->chain_until_at };
	*out = origin;
	return keep(h, &origin->uri) ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- payloads
 * --------------------------------------------------------------------------
 */

/* May the object say anything under this trust anchor? */
static enum reason
constrain(bool *allowed, struct harvest *h, const struct node *n,
    const struct rpki_object *o)
{
	char what[RESOURCE_TEXT];
	struct finding f = { .effect = EFFECT_OBJECT,
		.object = o->uri,
		.hash = o->hash,
		.point = n->issuer->cert.manifest_uri };

	f.reason = constraints_check(&h->ta->constraints, &o->resources, what);
	*allowed = f.reason == REASON_OK;
	if (*allowed)
		return REASON_OK;
	f.detail = span_str(what);
	return report_ta(h, &f);
}

/* Also of what policy leaves out, and so does not unite into its own. */
static bool
keep_providers(struct harvest *h, struct aspa *a)
{
	struct asn *all = ARENA_ARRAY(&h->run->out->arena, a->n, struct asn);

	if (all == NULL)
		return false;
	if (a->n > 0)
		memcpy(all, a->providers, a->n * sizeof(*all));
	a->providers = all;
	return true;
}

static enum reason
add_payload(
    struct harvest *h, const struct payload *p, const struct origin *origin)
{
	struct payload copy = *p;

	copy.origin = origin;
	if (p->kind == PAYLOAD_ROUTER_KEY && !keep(h, &copy.key.spki))
		return R_LIMIT_MEMORY;
	if (p->kind == PAYLOAD_ASPA && !keep_providers(h, &copy.aspa))
		return R_LIMIT_MEMORY;
	return vec_push(&h->payloads, copy) ? REASON_OK : R_LIMIT_MEMORY;
}

static void
count_object(struct run_ta *r, enum payload_kind kind)
{
	r->roas += kind == PAYLOAD_VRP;
	r->aspas += kind == PAYLOAD_ASPA;
	r->router_certs += kind == PAYLOAD_ROUTER_KEY;
}

/* Payloads come object by object. */
static enum reason
take_payloads(struct harvest *h, const struct node *n)
{
	const struct rpki_point *p = n->judged.point;
	struct origin *origin = NULL;
	size_t i = 0;

	while (i < p->n_payloads) {
		uint32_t object = p->payloads[i].object;
		bool allowed;

		TRY(constrain(&allowed, h, n, &p->objects[object]));
		if (allowed) {
			TRY(make_origin(&origin, h, n, &p->objects[object]));
			count_object(
			    h->ta->report, p->payloads[i].payload.kind);
		}
		for (; i < p->n_payloads && p->payloads[i].object == object;
		     i++)
			if (allowed)
				TRY(add_payload(
				    h, &p->payloads[i].payload, origin));
	}
	return REASON_OK;
}

/* ---- one point
 * ---------------------------------------------------------------------------
 */

static enum reason
report_point(struct harvest *h, const struct rpki_point *p)
{
	for (size_t i = 0; p != NULL && i < p->n_findings; i++)
		TRY(report_ta(h, &p->findings[i]));
	return REASON_OK;
}

/* Why the candidate was not judged, or that there was none. */
static enum reason
report_choice(struct harvest *h, const struct node *n)
{
	const struct judged *j = &n->judged;
	struct finding f = { .reason = j->why,
		.effect = EFFECT_POINT,
		.object = n->issuer->cert.manifest_uri,
		.point = n->issuer->cert.manifest_uri,
		.hash = j->why_hash };

	if (j->why == REASON_OK) {
		if (j->point != NULL || j->refused != NULL)
			return REASON_OK;
		f.reason = R_POINT_NO_MANIFEST;
	}
	return report_ta(h, &f);
}

static enum reason
take_node(struct harvest *h, struct node *n)
{
	struct run_ta *r = h->ta->report;

	h->node = n;
	if (node_is_cut(n))
		return REASON_OK;
	r->cas++;
	if (!n->skipped)
		TRY(report_choice(h, n));
	TRY(report_point(h, n->judged.refused));
	if (n->judged.point == NULL) {
		r->points_failed++;
		return REASON_OK;
	}
	TRY(report_point(h, n->judged.point));
	r->points++;
	r->points_old += n->judged.last_good;
	r->objects += n->judged.point->n_files;
	TRY(make_link(h, n));
	return take_payloads(h, n);
}

/* ---- one trust anchor
 * ----------------------------------------------------------------------
 */

/* Why nothing is in force there: what the judge found, or the walk. */
static enum reason
root_reason(const struct node *root, struct span *detail)
{
	const struct rpki_point *p = root->judged.refused;

	*detail = span_of(NULL, 0);
	if (root->cut != REASON_OK)
		return root->cut;
	for (size_t i = 0; p != NULL && i < p->n_findings; i++)
		if (p->findings[i].effect == EFFECT_POINT) {
			*detail = p->findings[i].detail;
			return p->findings[i].reason;
		}
	return root->judged.why != REASON_OK ? root->judged.why
					     : R_POINT_NO_MANIFEST;
}

/* Without its own point a trust anchor says nothing: it has failed. */
static void
judge_root(struct harvest *h, const struct node *root)
{
	struct run_ta *r = h->ta->report;
	struct span detail;

	if (node_stands(root))
		return;
	r->reason = root_reason(root, &detail);
	(void)snprintf(r->detail, sizeof(r->detail), "%.*s", SPAN_FMT(detail));
	h->run->out->degraded = true;
}

static enum reason
take_anchor(struct harvest *h, struct ta *ta)
{
	struct policy_set set;
	struct payload *all;

	h->ta = ta;
	h->payloads.n = 0;
	spread_times(&ta->tree);
	judge_root(h, ta->tree.nodes.v[0]);
	for (size_t i = 0; i < ta->tree.nodes.n; i++)
		TRY(take_node(h, ta->tree.nodes.v[i]));
	h->node = NULL;
	for (size_t i = 0; i < ta->tree.findings.n; i++)
		TRY(report_ta(h, &ta->tree.findings.v[i]));
	all = ARENA_ARRAY(&h->run->work, h->payloads.n, struct payload);
	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < h->payloads.n; i++)
		all[i] = h->payloads.v[i];
	set = (struct policy_set){ (size_t)(ta - h->run->tas), all,
		h->payloads.n };
	if (set.n > 1)
		qsort(all, set.n, sizeof(*all), payload_order);
	ta->report->payloads = payload_count(all, set.n);
	return vec_push(&h->sets, set) ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- the whole
 * -------------------------------------------------------------------------------
 */

static int
repository_cmp(const void *va, const void *vb)
{
	const struct run_repository *a = va, *b = vb;

	return span_cmp(a->uri, b->uri);
}

/* Many rsync URIs are only ever what would be asked if RRDP failed. */
static bool
is_told(const struct repository *r)
{
	return r->used || r->state != REPOSITORY_NEW ||
	       r->report.state != RUN_OFFLINE;
}

enum reason
harvest_repositories(struct run *run)
{
	struct run_result *out = run->out;
	struct map *all = &run->repositories;
	struct span uri;
	void *value;
	size_t n = 0;

	for (size_t i = 0; map_next(all, &i, &uri, &value);)
		n += is_told(value);
	out->repositories = ARENA_ARRAY(&out->arena, n, struct run_repository);
	if (out->repositories == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; map_next(all, &i, &uri, &value);) {
		const struct repository *r = value;

		if (is_told(r))
			out->repositories[out->n_repositories++] = r->report;
	}
	if (n > 1)
		qsort(out->repositories, n, sizeof(*out->repositories),
		    repository_cmp);
	return REASON_OK;
}

static enum reason
take_view(struct harvest *h)
{
	struct run_result *out = h->run->out;
	struct view facts = { 0 };
	struct policy_in in = { .policy = &h->run->conf->policy,
		.slurm = h->run->conf->n_slurm > 0 ? &out->slurm : NULL,
		.sets = h->sets.v,
		.n = h->sets.n,
		.facts = &facts,
		.at = h->run->at,
		.limits = &h->run->conf->limits };

	TRY(facts_gather(&facts, h->run));
	for (size_t i = 0; h->hold.until != NULL && i < facts.n_sources; i++)
		if (h->hold.until[i] != 0)
			facts.sources[i].held_until_at = h->hold.until[i];
	TRY(policy_merge(&out->view, &in, &out->arena));
	for (size_t i = 0; i < out->view.n_findings; i++)
		if (!vec_push(&h->findings, out->view.findings[i]))
			return R_LIMIT_MEMORY;
	return REASON_OK;
}

static enum reason
take_findings(struct harvest *h)
{
	struct run_result *out = h->run->out;
	struct finding *all =
	    ARENA_ARRAY(&out->arena, h->findings.n, struct finding);

	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < h->findings.n; i++) {
		all[i] = h->findings.v[i];
		if (all[i].effect == EFFECT_WARNING)
			out->warnings++;
		else
			out->reasons[all[i].reason]++;
	}
	if (h->findings.n > 1)
		qsort(all, h->findings.n, sizeof(*all), finding_cmp);
	out->view.findings = all;
	out->view.n_findings = h->findings.n;
	return REASON_OK;
}

/* Made once without a hold, which shows whether one is needed. */
static enum reason
take_held(struct harvest *h)
{
	struct run_result *out = h->run->out;
	size_t n = h->findings.n;

	TRY(take_view(h));
	out->view.findings = h->findings.v;
	out->view.n_findings = h->findings.n;
	TRY(hold_back(&h->hold, h->run));
	if (h->hold.set.n > 0) {
		out->degraded = true;
		if (!vec_push(&h->sets, h->hold.set))
			return R_LIMIT_MEMORY;
		h->findings.n = n;
		TRY(take_view(h));
	}
	/* What is held, and what vanished since, is told once. */
	if (h->hold.set.n > 0 || h->hold.findings.n > 0)
		h->run->same.is_unsure = true;
	for (size_t i = 0; i < h->hold.findings.n; i++)
		TRY(report(h, &h->hold.findings.v[i]));
	return REASON_OK;
}

static enum reason
take_all(struct harvest *h)
{
	struct run *run = h->run;

	for (size_t i = 0; i < run->findings.n; i++)
		TRY(report(h, &run->findings.v[i]));
	for (size_t i = 0; i < run->n_tas; i++)
		if (run->tas[i].usable)
			TRY(take_anchor(h, &run->tas[i]));
	for (size_t i = 0; i < run->n_follows; i++) {
		struct policy_set set;

		TRY(follow_emit(&set, &run->follows[i]));
		if (!vec_push(&h->sets, set))
			return R_LIMIT_MEMORY;
	}
	TRY(harvest_repositories(run));
	TRY(take_held(h));
	return take_findings(h);
}

enum reason
harvest(struct run *run)
{
	struct harvest h = { .run = run };
	enum reason r = take_all(&h);

	vec_fini(&h.payloads);
	vec_fini(&h.sets);
	vec_fini(&h.findings);
	vec_fini(&h.hold.findings);
	return r;
}
