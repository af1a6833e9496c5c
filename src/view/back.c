/*
 * A view as it was: now, without what came since, with what went since.
 *
 * Each change says of one entry (contents, source, URI, hash) whether it was
 * there before; of several changes of one entry the oldest counts. So all of
 * them are sorted once, and one pass over the view is enough however many
 * differences there are.
 */
#include <stdlib.h>
#include <string.h>

#include "view/format.h"

struct past {
	struct payload payload; /* with the origin it had */
	const struct view_left *left;
	size_t age; /* of the difference; larger is older */
	bool was_there;
};

struct back {
	VEC(struct past) past;
	bool failed;
};

static int
entry_cmp(const struct payload *a, const struct payload *b)
{
	int c = payload_cmp(a, b);

	if (c == 0)
		c = span_cmp(a->origin->source, b->origin->source);
	if (c == 0)
		c = span_cmp(a->origin->uri, b->origin->uri);
	return c != 0 ? c
		      : span_cmp(
			    SPAN_OF(a->origin->hash), SPAN_OF(b->origin->hash));
}

/* By entry, the oldest first; of one difference, what was there first. */
static int
past_cmp(const void *va, const void *vb)
{
	const struct past *a = va, *b = vb;
	int c = entry_cmp(&a->payload, &b->payload);

	if (c == 0)
		c = (a->age < b->age) - (a->age > b->age);
	return c != 0 ? c : b->was_there - a->was_there;
}

static void
note(struct back *b, const struct view_change *c, size_t age)
{
	struct past p = { .payload = c->payload,
		.left = c->is_left ? &c->left : NULL,
		.age = age,
		.was_there = c->op == CHANGE_REMOVED };

	b->failed |= !vec_push(&b->past, p);
	if (c->op != CHANGE_REPLACED)
		return;
	p.payload.origin = c->before;
	p.was_there = true;
	b->failed |= !vec_push(&b->past, p);
}

static enum reason
collect(struct back *b, const struct view_delta *const *deltas, size_t n,
    bool is_left)
{
	size_t kept = 0;

	b->past.n = 0;
	for (size_t age = 0; age < n; age++)
		for (size_t i = 0; i < deltas[age]->n; i++)
			if (deltas[age]->changes[i].is_left == is_left)
				note(b, &deltas[age]->changes[i], age);
	if (b->failed)
		return R_LIMIT_MEMORY;
	if (b->past.n > 1)
		qsort(b->past.v, b->past.n, sizeof(*b->past.v), past_cmp);
	for (size_t i = 0; i < b->past.n; i++)
		if (kept == 0 || entry_cmp(&b->past.v[kept - 1].payload,
				     &b->past.v[i].payload) != 0)
			b->past.v[kept++] = b->past.v[i];
	b->past.n = kept;
	return REASON_OK;
}

/* Has any change to do with this entry? */
static bool
is_touched(const struct back *b, const struct payload *p)
{
	size_t lo = 0, hi = b->past.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = entry_cmp(&b->past.v[mid].payload, p);

		if (c == 0)
			return true;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

static int
past_order(const void *va, const void *vb)
{
	const struct past *a = va, *b = vb;

	return payload_order(&a->payload, &b->payload);
}

/* Those that were there, in the order of views. */
static void
keep_there(struct back *b)
{
	size_t kept = 0;

	for (size_t i = 0; i < b->past.n; i++)
		if (b->past.v[i].was_there)
			b->past.v[kept++] = b->past.v[i];
	b->past.n = kept;
	if (kept > 1)
		qsort(b->past.v, kept, sizeof(*b->past.v), past_order);
}

/* ---- payloads ------------------------------------------------------------ */

static enum reason
back_payloads(struct view *out, struct back *b, const struct view *now,
    struct arena *arena)
{
	size_t n = 0, j = 0;
	struct payload *stay = ARENA_ARRAY(arena, now->n, struct payload);
	struct payload *all;

	if (stay == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < now->n; i++)
		if (!is_touched(b, &now->payloads[i]))
			stay[n++] = now->payloads[i];
	keep_there(b);
	all = ARENA_ARRAY(arena, n + b->past.n, struct payload);
	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n || j < b->past.n;) {
		bool first = j == b->past.n ||
			     (i < n && payload_order(&stay[i],
					   &b->past.v[j].payload) <= 0);

		all[out->n++] = first ? stay[i++] : b->past.v[j++].payload;
	}
	out->payloads = all;
	return REASON_OK;
}

/* ---- what was left out --------------------------------------------------- */

static int
left_order(const void *va, const void *vb)
{
	const struct view_left *a = va, *b = vb;

	return payload_order(&a->payload, &b->payload);
}

static enum reason
back_left(struct view *out, struct back *b, const struct view *now,
    struct arena *arena)
{
	struct view_left *all =
	    ARENA_ARRAY(arena, now->n_left + b->past.n, struct view_left);

	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < now->n_left; i++)
		if (!is_touched(b, &now->left[i].payload))
			all[out->n_left++] = now->left[i];
	for (size_t i = 0; i < b->past.n; i++)
		if (b->past.v[i].was_there) {
			all[out->n_left] = *b->past.v[i].left;
			all[out->n_left++].payload = b->past.v[i].payload;
		}
	if (out->n_left > 1)
		qsort(all, out->n_left, sizeof(*all), left_order);
	out->left = all;
	return REASON_OK;
}

static enum reason
back_all(struct view *out, struct back *b, const struct view *now,
    const struct view_delta *const *deltas, size_t n, struct arena *arena)
{
	TRY(collect(b, deltas, n, false));
	TRY(back_payloads(out, b, now, arena));
	TRY(collect(b, deltas, n, true));
	return back_left(out, b, now, arena);
}

enum reason
view_back(struct view *out, const struct view *now,
    const struct view_delta *const *deltas, size_t n, struct arena *arena)
{
	struct back b = { 0 };
	enum reason reason;

	*out = (struct view){ .sources = now->sources,
		.n_sources = now->n_sources,
		.at = n > 0 ? deltas[n - 1]->from_at : now->at,
		.made_at = n > 0 ? deltas[n - 1]->from_made_at : now->made_at,
		.serial = n > 0 ? deltas[n - 1]->from_serial : now->serial };
	memcpy(out->sessions, now->sessions, sizeof(out->sessions));
	reason = back_all(out, &b, now, deltas, n, arena);
	vec_fini(&b.past);
	return reason;
}
