/* Sets of holders, and of ids. */
#include <stdlib.h>

#include "policy/inside.h"

static int
digest_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

void
digests_seal(struct digests *d)
{
	size_t kept = 0;

	if (d->v.n > 1)
		qsort(d->v.v, d->v.n, sizeof(*d->v.v), digest_order);
	for (size_t i = 0; i < d->v.n; i++)
		if (kept == 0 || !digest_eq(&d->v.v[kept - 1], &d->v.v[i]))
			d->v.v[kept++] = d->v.v[i];
	d->v.n = kept;
}

bool
digests_find(uint32_t *out, const struct digests *d, const struct digest *x)
{
	size_t lo = 0, hi = d->v.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = memcmp(&d->v.v[mid], x, sizeof(*x));

		if (c == 0) {
			*out = (uint32_t)mid;
			return true;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return false;
}

/* ---- holders --------------------------------------------------------- */

bool
policy_is_named(struct span names, struct span name)
{
	size_t at = 0;

	if (name.n == 0)
		return false;
	for (size_t i = 0; i <= names.n; i++) {
		if (i < names.n && names.p[i] != ' ')
			continue;
		if (span_eq(span_of(names.p + at, i - at), name))
			return true;
		at = i + 1;
	}
	return false;
}

bool
who_put(struct who_set *s, struct span ledger, const struct digest *id)
{
	struct who who = { .id = *id, .ledger = ledger };

	return vec_push(&s->v, who);
}

bool
who_add(
    struct who_set *s, const struct policy_whos *whos, const struct view *facts)
{
	for (size_t i = 0; i < whos->n; i++) {
		const struct policy_who *w = &whos->v[i];

		if (w->has_id && !who_put(s, SPAN(""), &w->id))
			return false;
		for (size_t j = 0; !w->has_id && j < facts->n_holders; j++) {
			const struct view_holder *h = &facts->holders[j];

			if (policy_is_named(h->name, w->name) &&
			    !who_put(s, h->ledger, &h->id))
				return false;
		}
	}
	return true;
}

static int
who_cmp(const struct who *a, const struct who *b)
{
	int c = memcmp(&a->id, &b->id, sizeof(a->id));

	return c != 0 ? c : span_cmp(a->ledger, b->ledger);
}

static int
who_order(const void *a, const void *b)
{
	return who_cmp(a, b);
}

void
who_seal(struct who_set *s)
{
	size_t kept = 0;

	if (s->v.n > 1)
		qsort(s->v.v, s->v.n, sizeof(*s->v.v), who_order);
	for (size_t i = 0; i < s->v.n; i++)
		if (kept == 0 || who_cmp(&s->v.v[kept - 1], &s->v.v[i]) != 0)
			s->v.v[kept++] = s->v.v[i];
	s->v.n = kept;
}

static bool
has(const struct who_set *s, const struct who *w)
{
	return s->v.n > 0 &&
	       bsearch(w, s->v.v, s->v.n, sizeof(*s->v.v), who_order) != NULL;
}

bool
who_has(const struct who_set *s, struct span ledger, const struct digest *id)
{
	struct who there = { *id, ledger }, anywhere = { *id, SPAN("") };

	return has(s, &anywhere) || has(s, &there);
}

void
who_fini(struct who_set *s)
{
	vec_fini(&s->v);
}
