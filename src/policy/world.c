/*
 * Who holds what. In the legacy world: valid CA certificates, and of what
 * they hold the part that is a holder's own. In the ledgers: what was attested
 * with which CA's key.
 */
#include <stdlib.h>

#include "policy/inside.h"

static int
linked_order(const void *va, const void *vb)
{
	const struct linked *a = va, *b = vb;

	if (a->link != b->link)
		return (uintptr_t)a->link < (uintptr_t)b->link ? -1 : 1;
	return (a->number > b->number) - (a->number < b->number);
}

static size_t
first_linked(const struct linked *v, size_t n, const struct link *link)
{
	size_t lo = 0, hi = n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if ((uintptr_t)v[mid].link < (uintptr_t)link)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/*
 * interface.md: a CA without children, or that issued a ROA or ASPA. One whose
 * own point is not in force has no valid child: what it holds stays its
 * holder's. A trust anchor is never one for that alone.
 */
static bool
is_own(const struct view_authority *a)
{
	return a->is_holder || (!a->in_force && a->link->depth > 0);
}

/* ---- what of it is not a child's ------------------------------------- */

static enum reason
unite_ranges(struct resources *out, const struct view *facts,
    const struct linked *b, size_t n, struct arena *arena)
{
	struct resources r = { 0 };
	size_t count[2] = { 0 }, as = 0;

	for (size_t i = 0; i < n; i++) {
		const struct resources *c =
		    &facts->authorities[b[i].number].resources;

		count[0] += c->ip[0].n;
		count[1] += c->ip[1].n;
		as += c->as.n;
	}
	for (int f = 0; f < 2; f++) {
		r.ip[f].r = ARENA_ARRAY(arena, count[f], struct addr_range);
		if (r.ip[f].r == NULL)
			return R_LIMIT_MEMORY;
	}
	r.as.r = ARENA_ARRAY(arena, as, struct asn_range);
	if (r.as.r == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++) {
		const struct resources *c =
		    &facts->authorities[b[i].number].resources;

		for (int f = 0; f < 2; f++)
			for (size_t j = 0; j < c->ip[f].n; j++)
				r.ip[f].r[r.ip[f].n++] = c->ip[f].r[j];
		for (size_t j = 0; j < c->as.n; j++)
			r.as.r[r.as.n++] = c->as.r[j];
	}
	for (int f = 0; f < 2; f++) {
		r.ip[f].holding = r.ip[f].n > 0 ? HOLDS_SOME : HOLDS_NONE;
		addr_set_normalise(&r.ip[f], f == 0 ? FAMILY_V4 : FAMILY_V6);
	}
	r.as.holding = r.as.n > 0 ? HOLDS_SOME : HOLDS_NONE;
	asn_set_normalise(&r.as);
	*out = r;
	return REASON_OK;
}

static enum reason
add_own(
    struct world *w, const struct linked *b, size_t number, struct arena *arena)
{
	const struct view *facts = w->facts;
	const struct view_authority *a = &facts->authorities[number];
	size_t n = facts->n_authorities, first, end;
	struct resources children, own = a->resources;

	if (!is_own(a))
		return REASON_OK;
	first = end = first_linked(b, n, a->link);
	while (end < n && b[end].link == a->link)
		end++;
	if (end > first) {
		TRY(unite_ranges(
		    &children, facts, b + first, end - first, arena));
		TRY(resources_subtract(&own, &a->resources, &children, arena));
	}
	return cover_add_resources(&w->own, 0, &own, number) ? REASON_OK
							     : R_LIMIT_MEMORY;
}

static enum reason
make_own(struct world *w, struct arena *arena)
{
	const struct view *facts = w->facts;
	struct linked *b =
	    ARENA_ARRAY(arena, facts->n_authorities, struct linked);

	if (b == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < facts->n_authorities; i++)
		b[i] = (struct linked){ facts->authorities[i].link->parent, i };
	if (facts->n_authorities > 1)
		qsort(b, facts->n_authorities, sizeof(*b), linked_order);
	for (size_t i = 0; i < facts->n_authorities; i++)
		TRY(add_own(w, b, i, arena));
	cover_seal(&w->own);
	return REASON_OK;
}

/* ---- keys ------------------------------------------------------------ */

static enum reason
make_keys(struct world *w)
{
	const struct view *facts = w->facts;

	for (size_t i = 0; i < facts->n_authorities; i++)
		if (!vec_push(&w->keys.v, facts->authorities[i].key))
			return R_LIMIT_MEMORY;
	digests_seal(&w->keys);
	return REASON_OK;
}

static enum reason
make_certificates(struct world *w)
{
	const struct view *facts = w->facts;
	uint32_t key = 0;

	for (size_t i = 0; i < facts->n_authorities; i++) {
		const struct view_authority *a = &facts->authorities[i];

		if (!digests_find(&key, &w->keys, &a->key))
			BUG("a key that was just put there");
		if (!cover_add_resources(
			&w->certificates, key, &a->resources, i) ||
		    (!a->in_force &&
			!cover_add_resources(&w->refused, 0, &a->resources, i)))
			return R_LIMIT_MEMORY;
	}
	cover_seal(&w->certificates);
	cover_seal(&w->refused);
	return REASON_OK;
}

static enum reason
make_links(struct world *w)
{
	const struct view *facts = w->facts;

	for (size_t i = 0; i < facts->n_authorities; i++) {
		struct linked l = { facts->authorities[i].link, i };

		if (!vec_push(&w->links, l))
			return R_LIMIT_MEMORY;
	}
	if (w->links.n > 1)
		qsort(
		    w->links.v, w->links.n, sizeof(*w->links.v), linked_order);
	return REASON_OK;
}

static enum reason
make(struct world *w, struct arena *arena)
{
	const struct view *facts = w->facts;
	size_t anchors = 0;

	w->reachable = true;
	for (size_t i = 0; i < facts->n_sources; i++) {
		if (facts->sources[i].kind != SOURCE_TRUST_ANCHOR)
			continue;
		anchors++;
		if (facts->sources[i].reason != REASON_OK)
			w->reachable = false;
	}
	w->reachable = w->reachable && anchors > 0;
	TRY(make_links(w));
	TRY(make_keys(w));
	TRY(make_certificates(w));
	return make_own(w, arena);
}

enum reason
world_make(struct world *out, const struct view *facts)
{
	struct arena scratch;
	enum reason r;

	*out = (struct world){ .facts = facts };
	arena_init(&scratch, SIZE_MAX);
	r = make(out, &scratch);
	arena_fini(&scratch);
	return r;
}

bool
world_certifies(
    const struct world *w, const struct digest *key, const struct reach *reach)
{
	uint32_t number;

	return digests_find(&number, &w->keys, key) &&
	       cover_containing(&w->certificates, number, reach) != NULL;
}

bool
world_withdrew(
    const struct world *w, const struct digest *key, const struct reach *reach)
{
	return w->reachable && !world_certifies(w, key, reach) &&
	       cover_overlapping(&w->refused, 0, reach) == NULL;
}

const struct digest *
world_key(const struct world *w, const struct link *link)
{
	size_t i = first_linked(w->links.v, w->links.n, link);

	return i < w->links.n && w->links.v[i].link == link
		   ? &w->facts->authorities[w->links.v[i].number].key
		   : NULL;
}

void
world_fini(struct world *w)
{
	vec_fini(&w->links);
	vec_fini(&w->keys.v);
	cover_fini(&w->certificates);
	cover_fini(&w->refused);
	cover_fini(&w->own);
}
