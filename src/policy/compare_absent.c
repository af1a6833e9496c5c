/* Why one side does not say what the other does. */
#include "policy/compare_inside.h"

/* Keys of the covers. */
enum {
	KEY_ALL,
	KEY_BAD, /* authorities near which something was refused */
	KEY_CONTESTED,
	KEY_YOUNG
};

struct absent {
	const struct compare_side *side;
	bool is_before; /* the other side is_next */
	struct view_index *index;
	struct map sources; /* name -> source */
	struct map points;  /* certificate, or manifest: first finding there */
	struct cover certified; /* number: of the finding, for KEY_BAD */
	struct cover claimed;
	const struct view_source *failed[2]; /* a trust anchor, a ledger */
	bool has[2];                         /* any of them */
};

static bool
add_sources(struct absent *a)
{
	const struct view *v = a->side->view;
	bool ok = true;

	for (size_t i = 0; ok && i < v->n_sources; i++) {
		const struct view_source *s = &v->sources[i];

		ok = s->name.n == 0 ||
		     map_put(&a->sources, s->name, (void *)(uintptr_t)s);
		if (s->kind == SOURCE_SLURM)
			continue;
		a->has[s->kind == SOURCE_LEDGER] = true;
		if (s->reason != REASON_OK)
			a->failed[s->kind == SOURCE_LEDGER] = s;
	}
	return ok;
}

/* Several certificates may lead to one point: each has findings of its own. */
static const struct finding *
finding_of(const struct absent *a, const struct link *l)
{
	const struct finding *f = map_get(&a->points, l->uri);

	if (f == NULL)
		f = map_get(&a->points, l->manifest_uri);
	return f != NULL && finding_is_under(f, l) ? f : NULL;
}

static bool
add_authorities(struct absent *a)
{
	const struct view *v = a->side->view;
	bool ok = true;

	for (size_t i = 0; ok && i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];

		struct span key =
		    f->certificate.n > 0 ? f->certificate : f->point;

		if (f->effect != EFFECT_WARNING && f->point.n > 0 &&
		    map_get(&a->points, key) == NULL)
			ok = map_put(&a->points, key, (void *)(uintptr_t)f);
	}
	for (size_t i = 0; ok && i < v->n_authorities; i++) {
		const struct view_authority *x = &v->authorities[i];
		const struct finding *f = finding_of(a, x->link);

		/* The registries' own say nothing about who authorizes. */
		if (x->in_force ? !x->is_holder : x->link->depth == 0)
			continue;
		ok = cover_add_resources(
		    &a->certified, KEY_ALL, &x->resources, i);
		if (ok && f != NULL)
			ok = cover_add_resources(&a->certified, KEY_BAD,
			    &x->resources, (size_t)(f - v->findings));
	}
	cover_seal(&a->certified);
	return ok;
}

static bool
add_holdings(struct absent *a)
{
	const struct view *v = a->side->view;
	bool ok = true;

	for (size_t i = 0; ok && i < v->n_holdings; i++) {
		const struct view_holding *h = &v->holdings[i];
		struct reach r = reach_of_holding(h);

		ok = cover_add(&a->claimed, KEY_ALL, &r, i);
		if (ok && h->contender != NULL)
			ok = cover_add(&a->claimed, KEY_CONTESTED, &r, i);
		if (ok && h->is_young)
			ok = cover_add(&a->claimed, KEY_YOUNG, &r, i);
	}
	cover_seal(&a->claimed);
	return ok;
}

enum reason
absent_make(struct absent **out, const struct compare_side *side,
    const struct map *about, bool is_before)
{
	struct absent *a = base_alloc(sizeof(*a));
	enum reason reason;

	if (a == NULL)
		return R_LIMIT_MEMORY;
	*out = a;
	a->side = side;
	a->is_before = is_before;
	map_init(&a->sources);
	map_init(&a->points);
	reason = view_index_new(&a->index, side->view, about);
	if (reason == REASON_OK &&
	    (!add_sources(a) || !add_authorities(a) || !add_holdings(a)))
		reason = R_LIMIT_MEMORY;
	return reason;
}

void
absent_free(struct absent *a)
{
	if (a == NULL)
		return;
	view_index_free(a->index);
	map_fini(&a->sources);
	map_fini(&a->points);
	cover_fini(&a->certified);
	cover_fini(&a->claimed);
	base_free(a);
}

static void
failed(struct cause *out, const struct view_source *s)
{
	*out = (struct cause){
		.kind = CAUSE_SOURCE, .reason = s->reason, .detail = s->detail
	};
}

/* ---- the RPKI's ---------------------------------------------------------- */

static void
refused(struct cause *out, const struct finding *f)
{
	*out =
	    (struct cause){ .kind = f->effect == EFFECT_OBJECT ? CAUSE_REFUSED
							       : CAUSE_CHAIN,
		    .reason = f->reason,
		    .detail = f->detail,
		    .object = f->object };
	if (f->reason == R_PATH_REVOKED)
		out->kind = CAUSE_REVOKED;
	if (f->reason == R_PATH_EXPIRED)
		out->kind = CAUSE_EXPIRED;
	if (reason_class(f->reason) == CLASS_FETCH)
		out->kind = CAUSE_FETCH;
}

static void
why_no_roa(struct cause *out, const struct absent *a, const struct reach *r)
{
	const struct cover_row *row =
	    cover_containing(&a->certified, KEY_BAD, r);

	if (row != NULL)
		refused(out, &a->side->view->findings[row->number]);
	else if (cover_containing(&a->certified, KEY_ALL, r) != NULL)
		out->kind = CAUSE_SILENT;
	else if (a->failed[0] != NULL)
		failed(out, a->failed[0]);
	else
		out->kind = CAUSE_UNCERTIFIED;
}

/* ---- a ledger's ---------------------------------------------------------- */

static void
why_no_statement(
    struct cause *out, const struct absent *a, const struct reach *r)
{
	if (cover_overlapping(&a->claimed, KEY_CONTESTED, r) != NULL)
		out->kind = CAUSE_CONTESTED;
	else if (cover_overlapping(&a->claimed, KEY_YOUNG, r) != NULL)
		out->kind = CAUSE_YOUNG;
	else if (cover_overlapping(&a->claimed, KEY_ALL, r) != NULL)
		out->kind = CAUSE_SILENT;
	else if (a->failed[1] != NULL)
		failed(out, a->failed[1]);
	else
		out->kind = a->has[1] ? CAUSE_UNCLAIMED : CAUSE_UNCONFIGURED;
}

/* ---- either -------------------------------------------------------------- */

static void
why_nothing(struct cause *out, const struct absent *a, const struct payload *p)
{
	struct reach r = reach_of_payload(p);

	*out = (struct cause){ .kind = CAUSE_NONE };
	if (p->origin->statement != NULL || !a->has[0])
		why_no_statement(out, a, &r);
	else
		why_no_roa(out, a, &r);
}

/* Is it known which object, statement or file said it? Not of what another
 * validator lists. */
static bool
is_traced(const struct origin *o)
{
	return o->chain != NULL || o->statement != NULL ||
	       span_starts(o->source, SPAN("slurm:"));
}

/* By what is kept of it, if that says. */
static void
why_not_then(struct cause *out, const struct absent *a, const struct payload *p)
{
	view_absence(out, a->index, p);
	if (out->kind == CAUSE_POLICY || out->kind == CAUSE_REPLACED ||
	    out->kind == CAUSE_EXPIRED)
		return;
	*out = (struct cause){ .kind = a->is_before ? CAUSE_PUBLISHED
						    : CAUSE_NONE };
}

void
absent_why(struct cause *out, const struct absent *a, const struct payload *p)
{
	bool traced = is_traced(p->origin);
	enum compare_world world = a->side->world;
	struct reach r = reach_of_payload(p);

	*out = (struct cause){ .kind = CAUSE_NONE };
	/* A file says nothing of why. */
	if (!a->has[0] && !a->has[1])
		return;
	if (a->side->is_past && world == COMPARE_ALL)
		why_not_then(out, a, p);
	else if (a->side->is_past)
		return;
	else if (world == COMPARE_LEDGER)
		why_no_statement(out, a, &r);
	else if (world == COMPARE_LEGACY && a->has[0])
		why_no_roa(out, a, &r);
	else if (traced || map_get(&a->sources, p->origin->source) != NULL)
		view_absence(out, a->index, p);
	else
		why_nothing(out, a, p);
	/* It cannot be gone before it came, nor when it never was there. */
	if (out->kind == CAUSE_GONE && (a->is_before || !traced))
		why_nothing(out, a, p);
}
