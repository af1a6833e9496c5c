/*
 * What to fetch: nothing, deltas or the snapshot (RFC 8182 3.4.1, RFC 9697).
 * A snapshot is always right; deltas only where nothing speaks against them.
 */
#include <string.h>

#include "fetch/rrdp.h"

/* The index of the delta with this serial, or n. */
static size_t
find(const struct rrdp_notification *x, uint64_t serial)
{
	size_t lo = 0, hi = x->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (x->deltas[mid].serial < serial)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < x->n && x->deltas[lo].serial == serial ? lo : x->n;
}

/* RFC 9697 3: what was listed before, and is listed now, is the same. */
static bool
is_mutated(const struct rrdp_state *had, const struct rrdp_notification *x)
{
	for (size_t i = 0; i < had->n_seen; i++) {
		size_t at = find(x, had->seen[i].serial);

		if (at < x->n &&
		    !digest_eq(&x->deltas[at].hash, &had->seen[i].hash))
			return true;
	}
	return false;
}

/* Each serial from the next one of ours to the notification's, and none
 * beyond. */
static bool
is_chain(const struct rrdp_plan *p, const struct rrdp_notification *x)
{
	if (p->n > x->n - p->first || x->deltas[x->n - 1].serial != x->serial)
		return false;
	for (size_t i = 1; i < p->n; i++)
		if (x->deltas[p->first + i].serial !=
		    x->deltas[p->first + i - 1].serial + 1)
			return false;
	return true;
}

void
rrdp_plan(struct rrdp_plan *out, const struct rrdp_state *had,
    const struct rrdp_notification *x, const struct limits *limits)
{
	*out = (struct rrdp_plan){ .what = RRDP_BY_SNAPSHOT };
	if (had == NULL || had->serial == 0)
		return;
	if (memcmp(&had->session, &x->session, sizeof(had->session)) != 0) {
		out->why = R_RRDP_NEW_SESSION;
		return;
	}
	if (x->serial < had->serial) {
		out->why = R_RRDP_BACKWARDS;
		return;
	}
	if (is_mutated(had, x)) {
		out->why = R_RRDP_MUTATED;
		return;
	}
	if (x->serial == had->serial) {
		out->what = RRDP_NOTHING;
		return;
	}
	if (x->is_cut || x->serial - had->serial > limits->delta_apply) {
		out->why = R_RRDP_MANY;
		return;
	}
	out->n = (size_t)(x->serial - had->serial);
	out->first = find(x, had->serial + 1);
	if (out->first == x->n || !is_chain(out, x)) {
		out->n = out->first = 0;
		out->why = R_RRDP_GAP;
		return;
	}
	out->what = RRDP_BY_DELTAS;
}

void
rrdp_state_next(struct rrdp_state *out, const struct rrdp_notification *x)
{
	size_t first = x->n > RRDP_SEEN ? x->n - RRDP_SEEN : 0;

	*out = (struct rrdp_state){ .serial = x->serial,
		.session = x->session,
		.n_seen = x->n - first };
	for (size_t i = 0; i < out->n_seen; i++) {
		out->seen[i].serial = x->deltas[first + i].serial;
		out->seen[i].hash = x->deltas[first + i].hash;
	}
}
