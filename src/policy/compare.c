/*
 * What two sides say, payload by payload: agreed, in conflict, or said by one
 * alone, and then why not by the other.
 *
 * Everything is symmetrical: compare(A, B) is compare(B, A) with the sides
 * exchanged.
 */
#include <stdlib.h>
#include <string.h>

#include "policy/compare_inside.h"

const char *compare_class_id(enum compare_class class)
{
	static const char *const ids[] = { [COMPARE_AGREE] = "agree",
		[COMPARE_CONFLICT] = "conflict",
		[COMPARE_UNSETTLED] = "unsettled",
		[COMPARE_ONLY] = "only" };

	ASSERT(class < COUNT(ids));
	return ids[class];
}

/* ---- what a side says ---------------------------------------------------- */

static bool
is_compared(const struct comparing *c, const struct payload *p,
    enum compare_world world)
{
	const struct origin *o = p->origin;

	if ((c->out->kinds & 1U << p->kind) == 0)
		return false;
	switch (world) {
	case COMPARE_ALL:
		return true;
	case COMPARE_LEGACY:
		return o->chain != NULL;
	case COMPARE_LEDGER:
		return o->statement != NULL;
	}
	BUG("a world");
}

static int
pointer_order(const void *va, const void *vb)
{
	const struct payload *const *a = va, *const *b = vb;

	return payload_order(*a, *b);
}

static bool
collect(struct comparing *c, int side)
{
	const struct compare_side *s = &c->out->side[side];
	const struct view *v = s->view;
	struct said *said = &c->said[side];
	size_t kept = 0;
	bool ok = true;

	for (size_t i = 0; ok && i < v->n; i++)
		if (is_compared(c, &v->payloads[i], s->world))
			ok = vec_push(&said->v, &v->payloads[i]);
	if (s->world != COMPARE_ALL && v->n_left > 0) {
		for (size_t i = 0; ok && i < v->n_left; i++)
			if (is_compared(c, &v->left[i].payload, s->world))
				ok = vec_push(&said->v, &v->left[i].payload);
		if (said->v.n > 1)
			qsort(said->v.v, said->v.n, sizeof(*said->v.v),
			    pointer_order);
	}
	for (size_t i = 0; ok && i < said->v.n; i++)
		if (kept == 0 ||
		    payload_cmp(said->v.v[kept - 1], said->v.v[i]) != 0)
			said->v.v[kept++] = said->v.v[i];
	said->v.n = kept;
	return ok;
}

/* ---- classes ------------------------------------------------------------- */

/* What the payload is about is the same: prefix, customer, router. */
static int
subject_cmp(const struct payload *a, const struct payload *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	switch (a->kind) {
	case PAYLOAD_VRP:
		return prefix_cmp(&a->vrp.prefix, &b->vrp.prefix);
	case PAYLOAD_ASPA:
		return (a->aspa.customer.v > b->aspa.customer.v) -
		       (a->aspa.customer.v < b->aspa.customer.v);
	case PAYLOAD_ROUTER_KEY:
		if (a->key.asn.v != b->key.asn.v)
			return a->key.asn.v < b->key.asn.v ? -1 : 1;
		return memcmp(a->key.ski.b, b->key.ski.b, sizeof(a->key.ski.b));
	}
	BUG("a kind of payload");
}

/* The first thing the other side says of the same subject. */
static const struct payload *
rival_of(const struct said *other, const struct payload *p)
{
	size_t lo = 0, hi = other->v.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (subject_cmp(other->v.v[mid], p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < other->v.n && subject_cmp(other->v.v[lo], p) == 0
		   ? other->v.v[lo]
		   : NULL;
}

static bool
add_item(struct comparing *c, const struct payload *a, const struct payload *b)
{
	struct compare_item item = { .of = { a, b } };

	if (a == NULL || b == NULL) {
		item.class = COMPARE_ONLY;
		item.rival = rival_of(&c->said[a != NULL], a != NULL ? a : b);
		if (item.rival != NULL)
			item.class = COMPARE_CONFLICT;
	}
	return vec_push(&c->items, item);
}

static bool
match(struct comparing *c)
{
	const struct said *a = &c->said[0], *b = &c->said[1];
	size_t i = 0, j = 0;
	bool ok = true;

	while (ok && (i < a->v.n || j < b->v.n)) {
		int order = i == a->v.n   ? 1
			    : j == b->v.n ? -1
					  : payload_cmp(a->v.v[i], b->v.v[j]);

		ok = add_item(c, order <= 0 ? a->v.v[i] : NULL,
		    order >= 0 ? b->v.v[j] : NULL);
		i += order <= 0;
		j += order >= 0;
	}
	return ok;
}

/* ---- causes -------------------------------------------------------------- */

static enum reason
explain(struct comparing *c)
{
	struct map about;
	enum reason reason = REASON_OK;

	map_init(&about);
	for (size_t i = 0; reason == REASON_OK && i < c->items.n; i++) {
		const struct compare_item *item = &c->items.v[i];
		const struct payload *p =
		    item->of[0] != NULL ? item->of[0] : item->of[1];

		if (item->class != COMPARE_AGREE &&
		    !map_put(&about, p->origin->uri, c))
			reason = R_LIMIT_MEMORY;
	}
	for (int side = 0; reason == REASON_OK && side < 2; side++)
		reason = absent_make(&c->absent[side], &c->out->side[side],
		    &about, c->out->side[!side].is_next);
	for (size_t i = 0; reason == REASON_OK && i < c->items.n; i++) {
		struct compare_item *item = &c->items.v[i];
		int other = item->of[0] != NULL;

		if (item->class == COMPARE_AGREE)
			continue;
		absent_why(&item->cause, c->absent[other], item->of[!other]);
		if (item->class == COMPARE_ONLY &&
		    (item->cause.kind == CAUSE_CONTESTED ||
			item->cause.kind == CAUSE_YOUNG))
			item->class = COMPARE_UNSETTLED;
	}
	map_fini(&about);
	return reason;
}

/* ---- the whole ----------------------------------------------------------- */

static enum reason
compare_all(struct comparing *c, struct arena *arena)
{
	struct compare *out = c->out;

	if (!collect(c, 0) || !collect(c, 1) || !match(c))
		return R_LIMIT_MEMORY;
	TRY(explain(c));
	out->items = ARENA_ARRAY(arena, c->items.n, struct compare_item);
	if (out->items == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < c->items.n; i++) {
		out->items[i] = c->items.v[i];
		out->n_differ += c->items.v[i].class != COMPARE_AGREE;
	}
	out->n = c->items.n;
	return compare_sum(out, arena);
}

static unsigned
kinds_of(const struct compare_side *s)
{
	return s->kinds != 0 ? s->kinds : COMPARE_KINDS;
}

enum reason
policy_compare(struct compare *out, const struct compare_side *a,
    const struct compare_side *b, struct arena *arena)
{
	struct comparing c = { .out = out };
	enum reason reason;

	*out = (struct compare){ .side = { *a, *b },
		.kinds = kinds_of(a) & kinds_of(b) };
	reason = compare_all(&c, arena);
	for (int side = 0; side < 2; side++) {
		vec_fini(&c.said[side].v);
		absent_free(c.absent[side]);
	}
	vec_fini(&c.items);
	return reason;
}
