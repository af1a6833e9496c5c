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

/* Whose payloads they are that have one provenance: numbers of groups. */
struct member {
	size_t group[2]; /* of the source; of the holder */
	size_t n;        /* 1: nobody is the holder */
};

struct grouping {
	struct map
	    map; /* source, then holder's name and source -> number + 1 */
	struct map members; /* provenance -> member */
	VEC(struct compare_group) groups;
	struct arena *arena;
};

/* Its number, which is the last when it is new. */
static bool
group(size_t *out, struct grouping *g, const struct compare_group *like)
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
	*out = number - 1;
	return number != 0;
}

static bool
member_make(struct member *out, struct grouping *g, const struct origin *o)
{
	struct compare_group of_source = { .kind = COMPARE_SOURCE,
		.name = o->source };
	struct compare_group of_holder = { .kind = COMPARE_HOLDER,
		.source = o->source };

	*out = (struct member){ .n = 1 };
	if (!group(&out->group[0], g, &of_source))
		return false;
	if (o->chain != NULL)
		of_holder.name = o->chain->uri;
	else if (o->statement != NULL) {
		of_holder.name = o->statement->name;
		of_holder.id = o->statement->holder;
	} else
		return true;
	out->n = 2;
	return group(&out->group[1], g, &of_holder);
}

/* What has it in common: the pointer to its chain, its holder, its file. */
static struct span
provenance(const struct origin *o)
{
	return o->chain != NULL       ? SPAN_OF(o->chain)
	       : o->statement != NULL ? SPAN_OF(o->statement->holder)
				      : o->source;
}

static bool
is_member(
    const struct grouping *g, const struct member *m, const struct origin *o)
{
	return span_eq(g->groups.v[m->group[0]].name, o->source) &&
	       (o->statement == NULL ||
		   span_eq(g->groups.v[m->group[1]].name, o->statement->name));
}

/* Half a million payloads have some thousand chains. */
static const struct member *
member_of(struct grouping *g, const struct origin *o)
{
	struct span key = provenance(o);
	struct member *m = map_get(&g->members, key);

	if (m != NULL && is_member(g, m, o))
		return m;
	m = ARENA_NEW(g->arena, struct member);
	return m != NULL && member_make(m, g, o) && map_put(&g->members, key, m)
		   ? m
		   : NULL;
}

static bool
add(struct grouping *g, const struct payload *p, int side,
    enum compare_class class)
{
	const struct member *m = member_of(g, p->origin);

	for (size_t i = 0; m != NULL && i < m->n; i++)
		g->groups.v[m->group[i]].n[side][class]++;
	return m != NULL;
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
	map_init(&g.members);
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
	map_fini(&g.members);
	return ok ? REASON_OK : R_LIMIT_MEMORY;
}
