/* Totals of a comparison, and whose payloads agree and differ. */
#include <stdlib.h>
#include <string.h>

#include "policy/compare_inside.h"

/* ---- totals -------------------------------------------------------------- */

/* The part of the prefix that was not counted yet. In the order of payloads
 * each is inside what was counted, or after it. */
struct counted {
	struct prefix last; /* counted, and reaching farthest */
	bool any;
};

static uint64_t
v6_nets(uint8_t len)
{
	if (len >= 64)
		return 1;
	/* 2^64 does not fit: one less is near enough for "all". */
	return len == 0 ? UINT64_MAX : UINT64_C(1) << (64 - len);
}

/* Of prefixes longer than 64 bits, those of one net count once. */
static struct prefix
counted_as(const struct prefix *p)
{
	struct prefix out = *p;

	if (p->family == FAMILY_V6 && p->len > 64) {
		memset(out.addr.b + 8, 0, 8);
		out.len = 64;
	}
	return out;
}

static void
count(struct compare_total *t, struct counted *c, const struct prefix *p)
{
	struct prefix q = counted_as(p);

	if (c->any && prefix_covers(&c->last, &q))
		return;
	if (q.family == FAMILY_V4)
		t->v4_addresses += UINT64_C(1) << (32 - q.len);
	else if (t->v6_nets > UINT64_MAX - v6_nets(q.len))
		t->v6_nets = UINT64_MAX;
	else
		t->v6_nets += v6_nets(q.len);
	c->last = q;
	c->any = true;
}

static void
sum(struct compare *out)
{
	struct counted counted[2][COMPARE_CLASSES] = { 0 };
	const struct prefix *last[2][COMPARE_CLASSES] = { 0 };

	for (size_t i = 0; i < out->n; i++) {
		const struct compare_item *item = &out->items[i];
		int side = item->of[0] == NULL;
		const struct payload *p = item->of[side];
		const struct prefix *prefix = &p->vrp.prefix;
		struct compare_total *t = &out->total[side][item->class];

		if (item->class != COMPARE_AGREE)
			out->causes[side][item->class][item->cause.kind]++;
		if (p->kind != PAYLOAD_VRP)
			continue;
		t->vrps++;
		if (last[side][item->class] == NULL ||
		    prefix_cmp(last[side][item->class], prefix) != 0)
			t->prefixes++;
		last[side][item->class] = prefix;
		count(t, &counted[side][item->class], prefix);
	}
}

/* ---- groups -------------------------------------------------------------- */

struct grouping {
	struct map
	    map; /* source, then holder's name and source -> number + 1 */
	VEC(struct compare_group) groups;
	struct arena *arena;
};

static struct compare_group *
group(struct grouping *g, const struct compare_group *like)
{
	struct buf key;
	struct span kept;
	uintptr_t number;

	buf_init(&key, 8192);
	buf_byte(&key, (uint8_t)like->kind);
	buf_add(&key, like->id.b, sizeof(like->id.b));
	buf_span(&key, like->source);
	buf_byte(&key, 0);
	buf_span(&key, like->name);
	number = (uintptr_t)map_get(&g->map, buf_view(&key));
	if (number == 0 && !key.failed) {
		kept = arena_dup(g->arena, buf_view(&key));
		if (kept.p != NULL && vec_push(&g->groups, *like)) {
			number = g->groups.n;
			if (!map_put(&g->map, kept, (void *)number))
				number = 0;
		}
	}
	buf_fini(&key);
	return number == 0 ? NULL : &g->groups.v[number - 1];
}

static bool
add(struct grouping *g, const struct payload *p, int side,
    enum compare_class class)
{
	const struct origin *o = p->origin;
	struct compare_group of_source = { .kind = COMPARE_SOURCE,
		.name = o->source };
	struct compare_group of_holder = { .kind = COMPARE_HOLDER,
		.source = o->source };
	struct compare_group *found = group(g, &of_source);

	if (found == NULL)
		return false;
	found->n[side][class]++;
	if (o->chain != NULL)
		of_holder.name = o->chain->uri;
	else if (o->statement != NULL) {
		of_holder.name = o->statement->name;
		of_holder.id = o->statement->holder;
	} else
		return true;
	found = group(g, &of_holder);
	if (found == NULL)
		return false;
	found->n[side][class]++;
	return true;
}

static uint64_t
differing(const struct compare_group *g)
{
	uint64_t n = 0;

	for (int side = 0; side < 2; side++)
		for (int class = COMPARE_AGREE + 1; class < COMPARE_CLASSES;
		     class ++)
			n += g->n[side][class];
	return n;
}

static int
group_order(const void *va, const void *vb)
{
	const struct compare_group *a = va, *b = vb;
	uint64_t x = differing(a), y = differing(b);
	int c;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (x != y)
		return x < y ? 1 : -1;
	c = span_cmp(a->source, b->source);
	if (c == 0)
		c = span_cmp(a->name, b->name);
	return c != 0 ? c : span_cmp(SPAN_OF(a->id), SPAN_OF(b->id));
}

static bool
add_all(struct grouping *g, const struct compare *out)
{
	bool ok = true;

	for (size_t i = 0; ok && i < out->n; i++)
		for (int side = 0; ok && side < 2; side++)
			if (out->items[i].of[side] != NULL)
				ok = add(g, out->items[i].of[side], side,
				    out->items[i].class);
	return ok;
}

enum reason
compare_sum(struct compare *out, struct arena *arena)
{
	struct grouping g = { .arena = arena };
	bool ok;

	sum(out);
	map_init(&g.map);
	ok = add_all(&g, out);
	out->groups = ARENA_ARRAY(arena, g.groups.n, struct compare_group);
	ok = ok && out->groups != NULL;
	for (size_t i = 0; ok && i < g.groups.n; i++)
		out->groups[i] = g.groups.v[i];
	out->n_groups = ok ? g.groups.n : 0;
	if (out->n_groups > 1)
		qsort(out->groups, out->n_groups, sizeof(*out->groups),
		    group_order);
	vec_fini(&g.groups);
	map_fini(&g.map);
	return ok ? REASON_OK : R_LIMIT_MEMORY;
}
