/*
 * Prefixes nest or are apart: in their order, each has the next that covers
 * it before it. So all that cover one are found by one binary search and a
 * walk up, of at most as many steps as a prefix has bits.
 */
#include <stdlib.h>

#include "policy/inside.h"

bool
nest_add(struct nest *n, const struct nest_item *item)
{
	return vec_push(&n->items, *item);
}

static int
item_order(const void *va, const void *vb)
{
	const struct nest_item *a = va, *b = vb;
	int c = prefix_cmp(&a->prefix, &b->prefix);

	if (c == 0)
		c = (a->tag > b->tag) - (a->tag < b->tag);
	return c != 0 ? c : (a->number > b->number) - (a->number < b->number);
}

/* From the node before upwards: the first that covers it. */
static size_t
climb(const struct nest *n, size_t node, const struct prefix *p)
{
	while (node != NEST_NONE && !prefix_covers(&n->nodes.v[node].prefix, p))
		node = n->nodes.v[node].up;
	return node;
}

bool
nest_seal(struct nest *n)
{
	if (n->items.n > 1)
		qsort(n->items.v, n->items.n, sizeof(*n->items.v), item_order);
	n->nodes.n = 0;
	for (size_t i = 0; i < n->items.n; i++) {
		const struct prefix *p = &n->items.v[i].prefix;
		struct nest_node node = { .prefix = *p, .first = i, .n = 1 };
		size_t last = n->nodes.n > 0 ? n->nodes.n - 1 : NEST_NONE;

		if (last != NEST_NONE &&
		    prefix_cmp(&n->nodes.v[last].prefix, p) == 0) {
			n->nodes.v[last].n++;
			continue;
		}
		node.up = climb(n, last, p);
		if (!vec_push(&n->nodes, node))
			return false;
	}
	return true;
}

size_t
nest_covering(const struct nest *n, const struct prefix *p)
{
	size_t lo = 0, hi = n->nodes.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (prefix_cmp(&n->nodes.v[mid].prefix, p) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return climb(n, lo > 0 ? lo - 1 : NEST_NONE, p);
}

bool
nest_first(const struct nest *n, size_t node, uint64_t tag, size_t *first)
{
	size_t lo = n->nodes.v[node].first;
	size_t end = lo + n->nodes.v[node].n, hi = end;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (n->items.v[mid].tag < tag)
			lo = mid + 1;
		else
			hi = mid;
	}
	*first = lo;
	return lo < end && n->items.v[lo].tag == tag;
}

void
nest_fini(struct nest *n)
{
	vec_fini(&n->items);
	vec_fini(&n->nodes);
}
