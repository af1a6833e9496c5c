/* What the difference of two sides does to the routes of a table. */
#include "policy/compare_inside.h"

#define LONGEST 128U

static bool
add_vrps(struct nest *out, const struct compare *c, int side)
{
	bool ok = true;

	for (size_t i = 0; ok && i < c->n; i++) {
		const struct payload *p = c->items[i].of[side];
		struct nest_item item = { 0 };

		if (p == NULL || p->kind != PAYLOAD_VRP)
			continue;
		item.prefix = p->vrp.prefix;
		item.tag = p->vrp.asn.v;
		/* The first under an AS is then the one that allows most. */
		item.number = LONGEST - p->vrp.max_len;
		ok = nest_add(out, &item);
	}
	return ok && nest_seal(out);
}

/* RFC 6811 2. */
static enum route_state
state_of(const struct nest *n, const struct table_route *r)
{
	size_t node = nest_covering(n, &r->prefix), first;
	enum route_state state =
	    node == NEST_NONE ? ROUTE_NOT_FOUND : ROUTE_INVALID;

	for (; node != NEST_NONE && r->origin != 0; node = n->nodes.v[node].up)
		if (nest_first(n, node, r->origin, &first) &&
		    r->prefix.len <= LONGEST - n->items.v[first].number)
			return ROUTE_VALID;
	return state;
}

static enum reason
classify(struct compare_routes *out, const struct nest *sides,
    const struct table *table, struct arena *arena)
{
	VEC(struct compare_route) differ = { 0 };
	bool ok = true;

	out->n = table->routes.n;
	for (size_t i = 0; ok && i < table->routes.n; i++) {
		const struct table_route *r = &table->routes.v[i];
		struct compare_route c = { r,
			{ state_of(&sides[0], r), state_of(&sides[1], r) } };

		out->count[c.state[0]][c.state[1]]++;
		if (c.state[0] != c.state[1])
			ok = vec_push(&differ, c);
	}
	out->differ = ARENA_ARRAY(arena, differ.n, struct compare_route);
	ok = ok && out->differ != NULL;
	for (size_t i = 0; ok && i < differ.n; i++)
		out->differ[i] = differ.v[i];
	out->n_differ = differ.n;
	vec_fini(&differ);
	return ok ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
policy_compare_routes(struct compare_routes *out, const struct compare *c,
    const struct table *table, struct arena *arena)
{
	struct nest sides[2] = { 0 };
	enum reason reason = R_LIMIT_MEMORY;

	*out = (struct compare_routes){ 0 };
	if (add_vrps(&sides[0], c, 0) && add_vrps(&sides[1], c, 1))
		reason = classify(out, sides, table, arena);
	if (reason == REASON_OK)
		reason = compare_paths(out, c, table, arena);
	nest_fini(&sides[0]);
	nest_fini(&sides[1]);
	return reason;
}
