/*
 * What a source said before and says no more. Payloads are told by their
 * contents, whatever object says them; an ASPA by its customer.
 */
#include <stdlib.h>

#include "policy/policy.h"

struct said {
	const struct payload *payload;
	size_t source;
	struct span repository;
	size_t lost; /* index in lost; SIZE_MAX: it is still said */
};

/* "rsync://host/module/" of an object's URI, and the like. */
static struct span
root_of(struct span uri)
{
	unsigned slashes = 0;

	for (size_t i = 0; i < uri.n; i++)
		if (uri.p[i] == '/' && ++slashes == 4)
			return span_of(uri.p, i + 1);
	return uri;
}

static int
said_cmp(const struct said *a, const struct said *b)
{
	const struct payload *x = a->payload, *y = b->payload;

	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	if (x->kind != PAYLOAD_ASPA || y->kind != PAYLOAD_ASPA)
		return payload_cmp(x, y);
	return (x->aspa.customer.v > y->aspa.customer.v) -
	       (x->aspa.customer.v < y->aspa.customer.v);
}

static int
said_order(const void *va, const void *vb)
{
	const struct said *a = va, *b = vb;
	int c = said_cmp(a, b);

	return c != 0 ? c : payload_order(a->payload, b->payload);
}

static int
repository_order(const void *va, const void *vb)
{
	const struct said *a = va, *b = vb;
	int c;

	if (a->source != b->source)
		return a->source < b->source ? -1 : 1;
	c = span_cmp(a->repository, b->repository);
	return c != 0 ? c : said_order(va, vb);
}

/* What the operator asserts himself is never lost. */
static bool
find_source(size_t *out, const struct view *now, const struct payload *p)
{
	bool is_ledger = p->origin->statement != NULL;

	if (p->origin->chain == NULL && !is_ledger)
		return false;
	for (size_t i = 0; i < now->n_sources; i++)
		if (now->sources[i].kind ==
			(is_ledger ? SOURCE_LEDGER : SOURCE_TRUST_ANCHOR) &&
		    span_eq(now->sources[i].name, p->origin->source)) {
			*out = i;
			return true;
		}
	return false;
}

static void
add(struct said *all, size_t *n, const struct view *now,
    const struct payload *p)
{
	/* A ledger is one place, however many mirrors have it. */
	struct said said = { .payload = p,
		.repository = p->origin->chain != NULL ? root_of(p->origin->uri)
						       : SPAN(""),
		.lost = SIZE_MAX };

	if (find_source(&said.source, now, p))
		all[(*n)++] = said;
}

/* What sources said in a view, in it or left out; each once. */
static struct said *
gather(size_t *n, const struct view *v, const struct view *now,
    struct arena *arena)
{
	struct said *all = ARENA_ARRAY(arena, v->n + v->n_left, struct said);
	size_t kept = 0;

	*n = 0;
	if (all == NULL)
		return NULL;
	for (size_t i = 0; i < v->n; i++)
		add(all, n, now, &v->payloads[i]);
	for (size_t i = 0; i < v->n_left; i++)
		add(all, n, now, &v->left[i].payload);
	if (*n > 1)
		qsort(all, *n, sizeof(*all), said_order);
	for (size_t i = 0; i < *n; i++)
		if (kept == 0 || said_cmp(&all[kept - 1], &all[i]) != 0)
			all[kept++] = all[i];
	*n = kept;
	return all;
}

enum reason
hold_find(struct hold *out, const struct view *before, const struct view *now,
    struct arena *arena)
{
	size_t n, at = 0;
	struct said *then = gather(&out->n_said, before, now, arena);
	struct said *still = gather(&n, now, now, arena);

	out->said = then;
	out->lost = ARENA_ARRAY(arena, out->n_said, struct hold_lost);
	if (then == NULL || still == NULL || out->lost == NULL)
		return R_LIMIT_MEMORY;
	out->n_lost = 0;
	for (size_t i = 0; i < out->n_said; i++) {
		while (at < n && said_cmp(&still[at], &then[i]) < 0)
			at++;
		if (at < n && said_cmp(&still[at], &then[i]) == 0)
			continue;
		then[i].lost = out->n_lost;
		out->lost[out->n_lost++] =
		    (struct hold_lost){ .payload = then[i].payload,
			    .source = then[i].source };
	}
	return REASON_OK;
}

/* ---- deciding -------------------------------------------------------- */

/* Too many of these? Then each of the lost is held that may be. */
static size_t
judge(struct hold *h, const struct policy *policy, const struct said *group,
    size_t n)
{
	size_t lost = 0;

	for (size_t i = 0; i < n; i++)
		lost += group[i].lost != SIZE_MAX &&
			h->lost[group[i].lost].may_hold;
	if (lost * 100 <= n * policy->hold_shrink)
		return 0;
	for (size_t i = 0; i < n; i++)
		if (group[i].lost != SIZE_MAX &&
		    h->lost[group[i].lost].may_hold)
			h->lost[group[i].lost].is_held = true;
	return lost;
}

static enum reason
report(struct hold *h, const struct view *now, const struct said *group,
    size_t lost, size_t n)
{
	struct finding *f = &h->findings[h->n_findings];
	const struct view_source *source = &now->sources[group->source];
	char text[128], until[TIME_TEXT];

	time_write(until, sizeof(until), h->until[group->source]);
	(void)snprintf(text, sizeof(text),
	    "%zu of %zu payloads are gone at once: held until %s", lost, n,
	    until);
	*f = (struct finding){ .reason = R_POLICY_HELD,
		.effect = EFFECT_REPOSITORY,
		.object = group->repository,
		.trust_anchor = source->name };
	f->detail = arena_dup(h->arena, span_str(text));
	h->n_findings++;
	return f->detail.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

/* Until when may this source be held? 0: not, or not any more. */
static int64_t
until_of(const struct policy *policy, const struct view *before,
    const struct view_source *source, int64_t at)
{
	int64_t until = at + (int64_t)policy->hold_for;

	if (policy->hold_for == 0)
		return 0;
	for (size_t i = 0; i < before->n_sources; i++) {
		int64_t held = before->sources[i].held_until_at;

		if (held == 0 || before->sources[i].kind != source->kind ||
		    !span_eq(before->sources[i].name, source->name))
			continue;
		if (held <= at)
			return 0;
		/* A ledger's last state may have been in force for longer. */
		return held < until ? held : until;
	}
	return until;
}

static enum reason
decide_all(struct hold *h, const struct policy *policy, const struct view *now)
{
	size_t n, lost;

	/* By trust anchor, then each of its repositories. */
	for (size_t i = 0; i < h->n_said; i += n) {
		for (n = 1; i + n < h->n_said &&
			    h->said[i + n].source == h->said[i].source;
		     n++)
			;
		lost = judge(h, policy, &h->said[i], n);
		if (lost > 0) {
			TRY(report(h, now, &h->said[i], lost, n));
			h->findings[h->n_findings - 1].effect =
			    now->sources[h->said[i].source].kind ==
				    SOURCE_LEDGER
				? EFFECT_LEDGER
				: EFFECT_TRUST_ANCHOR;
			h->findings[h->n_findings - 1].object = SPAN("");
		}
	}
	if (h->n_said > 1)
		qsort(h->said, h->n_said, sizeof(*h->said), repository_order);
	for (size_t i = 0; i < h->n_said; i += n) {
		for (n = 1;
		     i + n < h->n_said &&
		     h->said[i + n].source == h->said[i].source &&
		     span_eq(h->said[i + n].repository, h->said[i].repository);
		     n++)
			;
		if (h->said[i].repository.n == 0)
			continue;
		lost = judge(h, policy, &h->said[i], n);
		if (lost > 0)
			TRY(report(h, now, &h->said[i], lost, n));
	}
	return REASON_OK;
}

enum reason
hold_decide(struct hold *h, const struct policy *policy,
    const struct view *before, const struct view *now, struct arena *arena)
{
	bool *is_held = ARENA_ARRAY(arena, now->n_sources, bool);

	h->arena = arena;
	h->until = ARENA_ARRAY(arena, now->n_sources, int64_t);
	h->findings = ARENA_ARRAY(arena, 2 * h->n_lost, struct finding);
	h->held = ARENA_ARRAY(arena, h->n_lost, struct payload);
	if (is_held == NULL || h->until == NULL || h->findings == NULL ||
	    h->held == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < now->n_sources; i++)
		h->until[i] =
		    until_of(policy, before, &now->sources[i], now->at);
	for (size_t i = 0; i < h->n_lost; i++) {
		struct hold_lost *l = &h->lost[i];

		l->may_hold = l->may_hold && h->until[l->source] != 0 &&
			      payload_expires_at(l->payload) > now->at;
	}
	TRY(decide_all(h, policy, now));
	h->n_held = 0;
	for (size_t i = 0; i < h->n_lost; i++)
		if (h->lost[i].is_held) {
			h->held[h->n_held++] = *h->lost[i].payload;
			is_held[h->lost[i].source] = true;
		}
	/* Those nothing is held of have no end of it. */
	for (size_t i = 0; i < now->n_sources; i++)
		if (!is_held[i])
			h->until[i] = 0;
	return REASON_OK;
}
