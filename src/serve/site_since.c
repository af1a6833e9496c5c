/* What changed since a serial, from the differences beside the view. */
#include <stdlib.h>

#include "serve/site_since.h"
#include "view/view.h"

struct heard {
	const struct view_change *change;
	size_t order; /* newest first */
};

static int
heard_order(const void *va, const void *vb)
{
	const struct heard *a = va, *b = vb;
	int c = payload_cmp(&a->change->payload, &b->change->payload);

	if (c != 0)
		return c;
	return (a->order > b->order) - (a->order < b->order);
}

/* From the first to the last of what was said of a payload. */
static void
take_net(struct http_changes *out, const struct payload **announced,
    const struct payload **withdrawn, const struct heard *all, size_t n)
{
	for (size_t i = 0, k; i < n; i += k) {
		const struct payload *p = &all[i].change->payload;
		bool was, is = all[i].change->op != CHANGE_REMOVED;

		for (k = 1; i + k < n &&
			    payload_cmp(&all[i + k].change->payload, p) == 0;)
			k++;
		was = all[i + k - 1].change->op == CHANGE_REMOVED;
		if (is && !was)
			announced[out->n_announced++] = p;
		else if (was && !is)
			withdrawn[out->n_withdrawn++] = p;
	}
	out->announced = announced;
	out->withdrawn = withdrawn;
}

static enum reason
gather(struct http_changes *out, const char *folder, struct arena *arena,
    const struct view_past *past, size_t n)
{
	const struct payload **announced, **withdrawn;
	VEC(struct heard) all = { 0 };
	enum reason r = R_VIEW_PAST;

	for (size_t i = 0; i < n && r == R_VIEW_PAST; i++) {
		struct view_delta *d = ARENA_NEW(arena, struct view_delta);

		if (d == NULL ||
		    view_past_read(d, folder, &past[i], arena) != REASON_OK)
			break;
		for (size_t j = 0; j < d->n; j++) {
			struct heard h = { &d->changes[j], i };

			if (!h.change->is_left && h.change->is_heard &&
			    !vec_push(&all, h))
				r = R_LIMIT_MEMORY;
		}
		if (d->from_serial == out->from && r == R_VIEW_PAST)
			r = REASON_OK;
	}
	announced = ARENA_ARRAY(arena, all.n, const struct payload *);
	withdrawn = ARENA_ARRAY(arena, all.n, const struct payload *);
	if (announced == NULL || withdrawn == NULL)
		r = R_LIMIT_MEMORY;
	if (all.n > 1)
		qsort(all.v, all.n, sizeof(*all.v), heard_order);
	if (r == REASON_OK)
		take_net(out, announced, withdrawn, all.v, all.n);
	vec_fini(&all);
	return r;
}

bool
site_since(struct http_changes *out, const struct view *view,
    const char *folder, struct arena *arena)
{
	struct view_past *past;
	size_t n = 0, skipped = 0;

	if (view_past_list(&past, &n, folder, arena) != REASON_OK)
		return false;
	/* A newer view may be there already. */
	while (skipped < n && past[skipped].made_at > view->made_at)
		skipped++;
	return gather(out, folder, arena, past + skipped, n - skipped) ==
	       REASON_OK;
}
