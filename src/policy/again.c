/* The same sources under another policy, from a view. */
#include "policy/policy.h"

static bool
is_of(const struct payload *p, const struct view_source *s)
{
	const struct origin *o = p->origin;
	bool is_ledger = o->statement != NULL;

	return (o->chain != NULL || is_ledger) &&
	       is_ledger == (s->kind == SOURCE_LEDGER) &&
	       span_eq(o->source, s->name);
}

/* What one source said, whatever became of it. */
static bool
collect(struct policy_set *out, const struct view *v, size_t number,
    const struct view_source *s, struct arena *arena)
{
	VEC(struct payload) all = { 0 };
	struct payload *kept = NULL;
	bool ok = true;

	for (size_t i = 0; ok && i < v->n; i++)
		if (is_of(&v->payloads[i], s))
			ok = vec_push(&all, v->payloads[i]);
	for (size_t i = 0; ok && i < v->n_left; i++)
		if (is_of(&v->left[i].payload, s))
			ok = vec_push(&all, v->left[i].payload);
	if (ok)
		kept = ARENA_ARRAY(arena, all.n, struct payload);
	for (size_t i = 0; kept != NULL && i < all.n; i++)
		kept[i] = all.v[i];
	*out = (struct policy_set){ number, kept, all.n };
	vec_fini(&all);
	return kept != NULL;
}

/* Exceptions of then are not facts: those of now come with the wish. */
static bool
keep_sources(struct view *facts, struct arena *arena)
{
	struct view_source *all =
	    ARENA_ARRAY(arena, facts->n_sources, struct view_source);
	size_t n = 0;

	for (size_t i = 0; all != NULL && i < facts->n_sources; i++)
		if (facts->sources[i].kind != SOURCE_SLURM)
			all[n++] = facts->sources[i];
	facts->sources = all;
	facts->n_sources = n;
	return all != NULL;
}

enum reason
policy_again(struct view *out, const struct view *from,
    const struct policy_wish *wish, struct arena *arena)
{
	struct view facts = *from;
	struct policy_set *sets;
	struct policy_in in = { .policy = wish->policy,
		.slurm = wish->slurm,
		.facts = &facts,
		.at = from->at,
		.limits = wish->limits };

	if (!keep_sources(&facts, arena))
		return R_LIMIT_MEMORY;
	sets = ARENA_ARRAY(arena, facts.n_sources, struct policy_set);
	if (sets == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < facts.n_sources; i++)
		if (!collect(&sets[i], from, i, &facts.sources[i], arena))
			return R_LIMIT_MEMORY;
	in.sets = sets;
	in.n = facts.n_sources;
	facts.payloads = NULL;
	facts.left = NULL;
	facts.findings = NULL;
	facts.n = facts.n_left = facts.n_findings = 0;
	TRY(policy_merge(out, &in, arena));
	/* What was found is as before; the merge's own findings with it. */
	out->findings = from->findings;
	out->n_findings = from->n_findings;
	return REASON_OK;
}
