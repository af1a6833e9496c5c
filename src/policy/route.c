/* Which VRPs cover a prefix: those of one prefix lie together, and there are
 * no more prefixes that cover it than it has bits. */
#include <string.h>

#include "policy/policy.h"

/* The first payload that is no VRP, or whose prefix is not before this one. */
static size_t
find(const struct view *view, const struct prefix *p)
{
	size_t lo = 0, hi = view->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct payload *x = &view->payloads[mid];

		if (x->kind == PAYLOAD_VRP && prefix_cmp(&x->vrp.prefix, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct covering
covering_of(const struct view *view, const struct prefix *prefix)
{
	struct covering c = { .view = view, .prefix = *prefix };

	c.at = prefix_cut(prefix, 0);
	c.i = find(view, &c.at);
	return c;
}

const struct payload *
covering_next(struct covering *c)
{
	const struct view *view = c->view;

	for (;;) {
		for (; c->i < view->n; c->i++) {
			const struct payload *p = &view->payloads[c->i];

			if (p->kind != PAYLOAD_VRP ||
			    prefix_cmp(&p->vrp.prefix, &c->at) != 0)
				break;
			if (c->i > 0 && payload_cmp(p - 1, p) == 0)
				continue;
			c->i++;
			return p;
		}
		if (c->at.len >= c->prefix.len)
			return NULL;
		c->at = prefix_cut(&c->prefix, (uint8_t)(c->at.len + 1));
		c->i = find(view, &c->at);
	}
}
