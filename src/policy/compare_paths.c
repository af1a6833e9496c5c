/*
 * What the difference of two sides does to the paths of a table:
 * draft-ietf-sidrops-aspa-verification 6, as a route from a provider is
 * judged ("downstream"). That is the most permissive, and all that can be said
 * of a table whose owner's relations to its peers are not known.
 */
#include "policy/compare_inside.h"

enum hop {
	HOP_NONE, /* no attestation */
	HOP_PROVIDER,
	HOP_NOT_PROVIDER
};

/* ASPAs of one side, by customer. */
struct attested {
	VEC(const struct aspa *) v;
};

static bool
attested_make(struct attested *out, const struct compare *c, int side)
{
	bool ok = true;

	for (size_t i = 0; ok && i < c->n; i++) {
		const struct payload *p = c->items[i].of[side];

		if (p != NULL && p->kind == PAYLOAD_ASPA)
			ok = vec_push(&out->v, &p->aspa);
	}
	return ok;
}

static bool
has_provider(const struct aspa *a, uint32_t provider)
{
	size_t lo = 0, hi = a->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a->providers[mid].v == provider)
			return true;
		if (a->providers[mid].v < provider)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* Several ASPAs of one customer are one: their union. */
static enum hop
hop(const struct attested *a, uint32_t customer, uint32_t provider)
{
	size_t lo = 0, hi = a->v.n;
	enum hop out = HOP_NONE;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (a->v.v[mid]->customer.v < customer)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < a->v.n && a->v.v[lo]->customer.v == customer; lo++) {
		if (has_provider(a->v.v[lo], provider))
			return HOP_PROVIDER;
		out = HOP_NOT_PROVIDER;
	}
	return out;
}

/* How many ASes up from this end: at most, and at least. */
static void
ramp(size_t out[2], const struct attested *a, const uint32_t *path, size_t n,
    bool from_origin)
{
	bool open[2] = { true, true };

	out[0] = out[1] = 1;
	for (size_t i = 0; i + 1 < n && open[0]; i++) {
		size_t at = from_origin ? n - 1 - i : i;
		size_t next = from_origin ? at - 1 : at + 1;
		enum hop h = hop(a, path[at], path[next]);

		open[0] = open[0] && h != HOP_NOT_PROVIDER;
		open[1] = open[1] && h == HOP_PROVIDER;
		out[0] += open[0];
		out[1] += open[1];
	}
}

static enum route_state
state_of(
    const struct attested *a, const struct table *t, const struct table_path *p)
{
	const uint32_t *path = t->numbers.v + p->first;
	size_t up[2], down[2];

	if (p->has_set)
		return ROUTE_INVALID;
	ramp(up, a, path, p->n, true);
	ramp(down, a, path, p->n, false);
	if (up[0] + down[0] < p->n)
		return ROUTE_INVALID;
	return up[1] + down[1] < p->n ? ROUTE_NOT_FOUND : ROUTE_VALID;
}

static enum reason
classify(struct compare_routes *out, const struct attested *sides,
    const struct table *t, struct arena *arena)
{
	VEC(struct compare_path) differ = { 0 };
	bool ok = true;

	for (size_t i = 0; ok && i < t->paths.n; i++) {
		struct compare_path p = { .path = &t->paths.v[i] };

		for (int side = 0; side < 2; side++)
			p.state[side] = state_of(&sides[side], t, p.path);
		out->n_paths += p.path->count;
		out->path_count[p.state[0]][p.state[1]] += p.path->count;
		if (p.state[0] != p.state[1])
			ok = vec_push(&differ, p);
	}
	out->paths_differ = ARENA_ARRAY(arena, differ.n, struct compare_path);
	ok = ok && out->paths_differ != NULL;
	for (size_t i = 0; ok && i < differ.n; i++)
		out->paths_differ[i] = differ.v[i];
	out->n_paths_differ = differ.n;
	vec_fini(&differ);
	return ok ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
compare_paths(struct compare_routes *out, const struct compare *c,
    const struct table *table, struct arena *arena)
{
	struct attested sides[2] = { 0 };
	enum reason reason = R_LIMIT_MEMORY;

	if (attested_make(&sides[0], c, 0) && attested_make(&sides[1], c, 1))
		reason = classify(out, sides, table, arena);
	vec_fini(&sides[0].v);
	vec_fini(&sides[1].v);
	return reason;
}
