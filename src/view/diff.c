/*
 * What changed from one view to another, entry by entry.
 *
 * Both are sorted by contents first, so that one pass meets the entries of
 * each payload in both; these, usually one, are matched by source and URI.
 */
#include <stdlib.h>
#include <string.h>

#include "view/format.h"

struct side {
	const struct view *view;
	struct view_index *index;
	size_t at, end; /* the entries of the payload at hand */
};

struct diff {
	struct side from, to;
	bool is_left;
	VEC(struct view_change) changes;
	VEC(const struct payload *) old, new; /* of the payload at hand */
	bool failed;
};

static const struct payload *
entry(const struct diff *d, const struct side *s, size_t i)
{
	return d->is_left ? &s->view->left[i].payload : &s->view->payloads[i];
}

static size_t
count(const struct diff *d, const struct side *s)
{
	return d->is_left ? s->view->n_left : s->view->n;
}

/* The payload of what was left out is the first of its fields. */
static const struct view_left *
left_of(const struct payload *p)
{
	return (const struct view_left *)(const void *)p;
}

/* ---- one entry ----------------------------------------------------------- */

static void
add(struct diff *d, enum change_op op, const struct payload *p, bool is_heard)
{
	struct view_change c = { .op = op,
		.is_left = d->is_left,
		.is_heard = is_heard && !d->is_left,
		.payload = *p };

	if (d->is_left) {
		c.left = *left_of(p);
		c.left.payload = (struct payload){ 0 };
	}
	d->failed |= !vec_push(&d->changes, c);
}

static void
replace(struct diff *d, const struct payload *old, const struct payload *new)
{
	struct view_change c = { .op = CHANGE_REPLACED,
		.is_left = d->is_left,
		.payload = *new,
		.before = old->origin,
		.cause = { .kind = CAUSE_REPLACED } };

	if (d->is_left) {
		c.left = *left_of(new);
		c.left.payload = (struct payload){ 0 };
	}
	d->failed |= !vec_push(&d->changes, c);
}

static bool
is_left_alike(const struct view_left *a, const struct view_left *b)
{
	return a->cause == b->cause && a->rule == b->rule &&
	       span_eq(a->why, b->why);
}

/* ---- the entries of one payload ------------------------------------------ */

static int
place_cmp(const struct payload *a, const struct payload *b)
{
	int c = span_cmp(a->origin->source, b->origin->source);

	return c != 0 ? c : span_cmp(a->origin->uri, b->origin->uri);
}

static int
place_order(const void *va, const void *vb)
{
	const struct payload *const *a = va, *const *b = vb;
	int c = place_cmp(*a, *b);

	return c != 0 ? c
		      : span_cmp(SPAN_OF((*a)->origin->hash),
			    SPAN_OF((*b)->origin->hash));
}

static void
compare(struct diff *d, const struct payload *old, const struct payload *new)
{
	if (d->is_left && !is_left_alike(left_of(old), left_of(new))) {
		add(d, CHANGE_REMOVED, old, false);
		add(d, CHANGE_ADDED, new, false);
	} else if (!digest_eq(&old->origin->hash, &new->origin->hash))
		replace(d, old, new);
}

static void
match(struct diff *d)
{
	size_t i = 0, j = 0;
	bool came = d->old.n == 0, went = d->new.n == 0;

	if (d->old.n > 1)
		qsort(d->old.v, d->old.n, sizeof(*d->old.v), place_order);
	if (d->new.n > 1)
		qsort(d->new.v, d->new.n, sizeof(*d->new.v), place_order);
	while (i < d->old.n || j < d->new.n) {
		int c = i == d->old.n   ? 1
			: j == d->new.n ? -1
					: place_cmp(d->old.v[i], d->new.v[j]);

		if (c == 0)
			compare(d, d->old.v[i], d->new.v[j]);
		else if (c < 0)
			add(d, CHANGE_REMOVED, d->old.v[i], went && i == 0);
		else
			add(d, CHANGE_ADDED, d->new.v[j], came && j == 0);
		i += c <= 0;
		j += c >= 0;
	}
}

static void
take(struct diff *d, struct side *s, const struct payload *first, bool old)
{
	for (s->end = s->at; s->end < count(d, s) &&
			     payload_cmp(entry(d, s, s->end), first) == 0;
	     s->end++) {
		const struct payload *p = entry(d, s, s->end);

		d->failed |=
		    old ? !vec_push(&d->old, p) : !vec_push(&d->new, p);
	}
	s->at = s->end;
}

static bool
is_same(const struct origin *a, const struct origin *b)
{
	return digest_eq(&a->hash, &b->hash) && span_eq(a->uri, b->uri) &&
	       span_eq(a->source, b->source);
}

static void
walk(struct diff *d, bool is_left)
{
	size_t n, m;

	d->is_left = is_left;
	d->from.at = d->to.at = 0;
	n = count(d, &d->from);
	m = count(d, &d->to);
	while (!d->failed && (d->from.at < n || d->to.at < m)) {
		const struct payload *a =
		    d->from.at < n ? entry(d, &d->from, d->from.at) : NULL;
		const struct payload *b =
		    d->to.at < m ? entry(d, &d->to, d->to.at) : NULL;
		int c = a == NULL ? 1 : b == NULL ? -1 : payload_cmp(a, b);

		d->old.n = d->new.n = 0;
		if (c <= 0)
			take(d, &d->from, a, true);
		if (c >= 0)
			take(d, &d->to, b, false);
		/* Nearly all of them. */
		if (d->old.n == 1 && d->new.n == 1 && !is_left &&
		    is_same(a->origin, b->origin))
			continue;
		if (!d->failed)
			match(d);
	}
}

/* ---- the whole ----------------------------------------------------------- */

static void
explain(const struct diff *d, struct view_change *c)
{
	if (c->op == CHANGE_REMOVED)
		view_absence(&c->cause, d->to.index, &c->payload);
	if (c->op != CHANGE_ADDED)
		return;
	view_absence(&c->cause, d->from.index, &c->payload);
	if (c->cause.kind == CAUSE_GONE)
		c->cause.kind = CAUSE_PUBLISHED;
}

static enum reason
explain_all(struct diff *d, struct map *about)
{
	for (size_t i = 0; i < d->changes.n; i++)
		if (!map_put(about, d->changes.v[i].payload.origin->uri, d))
			return R_LIMIT_MEMORY;
	TRY(view_index_new(&d->from.index, d->from.view, about));
	TRY(view_index_new(&d->to.index, d->to.view, about));
	for (size_t i = 0; i < d->changes.n; i++)
		explain(d, &d->changes.v[i]);
	return REASON_OK;
}

static enum reason
diff_all(struct view_delta *out, struct diff *d, struct arena *arena)
{
	struct map about;
	enum reason reason;

	walk(d, false);
	walk(d, true);
	if (d->failed)
		return R_LIMIT_MEMORY;
	map_init(&about);
	reason = d->changes.n > 0 ? explain_all(d, &about) : REASON_OK;
	map_fini(&about);
	if (reason != REASON_OK)
		return reason;
	out->changes = ARENA_ARRAY(arena, d->changes.n, struct view_change);
	if (out->changes == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < d->changes.n; i++)
		out->changes[i] = d->changes.v[i];
	out->n = d->changes.n;
	return REASON_OK;
}

enum reason
view_diff(struct view_delta *out, const struct view *from,
    const struct view *to, struct arena *arena)
{
	struct diff d = { .from.view = from, .to.view = to };
	enum reason reason;

	*out = (struct view_delta){ .from_at = from->at,
		.from_made_at = from->made_at,
		.at = to->at,
		.made_at = to->made_at,
		.from_serial = from->serial,
		.serial = to->serial };
	memcpy(out->sessions, to->sessions, sizeof(out->sessions));
	reason = diff_all(out, &d, arena);
	view_index_free(d.from.index);
	view_index_free(d.to.index);
	vec_fini(&d.changes);
	vec_fini(&d.old);
	vec_fini(&d.new);
	return reason;
}
