/*
 * What a view says beside payloads: which sources there were, where the bytes
 * came from, and who was found to hold what.
 */
#include <string.h>

#include "run/finish.h"
#include "run/follow.h"

static bool
keep_text(struct span *out, struct run *run, const char *text)
{
	*out = arena_dup(&run->out->arena, span_str(text));
	return out->p != NULL;
}

static enum reason
gather_ledgers(struct view_source *to, struct run *run)
{
	for (size_t i = 0; i < run->out->n_ledgers; i++) {
		const struct run_ledger *r = &run->out->ledgers[i];

		to[i] = (struct view_source){ .kind = SOURCE_LEDGER,
			.name = r->name,
			.reason = r->reason,
			.n_payloads = r->payloads.vrps +
				      r->payloads.aspa_customers +
				      r->payloads.router_keys,
			.size = r->size,
			.root = r->root,
			.cosigned_at = r->cosigned_at,
			.evidence = r->evidence };
		if (r->reason != REASON_OK && r->size > 0 && !r->gone)
			to[i].held_until_at = r->until_at;
		if (!keep_text(&to[i].detail, run, r->detail))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

static enum reason
gather_sources(struct view *out, struct run *run)
{
	size_t n = run->n_tas + run->out->n_ledgers;

	out->sources = ARENA_ARRAY(&run->out->arena, n, struct view_source);
	if (out->sources == NULL)
		return R_LIMIT_MEMORY;
	out->n_sources = n;
	TRY(gather_ledgers(out->sources + run->n_tas, run));
	for (size_t i = 0; i < run->n_tas; i++) {
		const struct run_ta *ta = run->tas[i].report;
		struct view_source *s = &out->sources[i];

		*s = (struct view_source){ .kind = SOURCE_TRUST_ANCHOR,
			.name = ta->name,
			.reason = ta->reason,
			.n_payloads = ta->payloads.vrps +
				      ta->payloads.aspa_customers +
				      ta->payloads.router_keys };
		if (!keep_text(&s->detail, run, ta->detail))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

/* ---- repositories ---------------------------------------------------- */

static int64_t
fetched_at(struct run *run, const struct run_repository *r)
{
	struct store_repository stored;
	struct digest key;

	if (r->state == RUN_FRESH)
		return run->clock_at;
	crypt_sha256(key.b, r->uri);
	return store_repository(&stored, run->now, &key) ? stored.fetched_at
							 : 0;
}

static enum reason
gather_repositories(struct view *out, struct run *run)
{
	size_t n = run->out->n_repositories;

	out->repositories =
	    ARENA_ARRAY(&run->out->arena, n, struct view_repository);
	if (out->repositories == NULL)
		return R_LIMIT_MEMORY;
	out->n_repositories = n;
	for (size_t i = 0; i < n; i++) {
		const struct run_repository *from = &run->out->repositories[i];
		struct view_repository *to = &out->repositories[i];

		*to = (struct view_repository){ .uri = from->uri,
			.from = from->source,
			.state = span_str(run_state_id(from->state)),
			.reason = from->reason,
			.fetched_at = fetched_at(run, from),
			.files = from->files,
			.bytes = from->bytes };
		if (!keep_text(&to->detail, run, from->detail))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

/* ---- authorities ----------------------------------------------------- */

static bool
copy_ranges(void **ranges, size_t n, size_t size, struct arena *arena)
{
	void *copy;

	if (n == 0)
		return true;
	copy = arena_alloc(arena, n * size);
	if (copy == NULL)
		return false;
	memcpy(copy, *ranges, n * size);
	*ranges = copy;
	return true;
}

/* What a CA holds: ranges that it has from its issuer are kept once. */
static bool
copy_resources(struct resources *out, const struct resources *in,
    const struct resources *above, const struct resources *above_copy,
    struct arena *arena)
{
	*out = *in;
	for (int f = 0; f < 2; f++) {
		void *r = out->ip[f].r;

		if (above != NULL && in->ip[f].r == above->ip[f].r)
			r = above_copy->ip[f].r;
		else if (!copy_ranges(
			     &r, in->ip[f].n, sizeof(*in->ip[f].r), arena))
			return false;
		out->ip[f].r = r;
	}
	if (above != NULL && in->as.r == above->as.r)
		out->as.r = above_copy->as.r;
	else {
		void *r = out->as.r;

		if (!copy_ranges(&r, in->as.n, sizeof(*in->as.r), arena))
			return false;
		out->as.r = r;
	}
	return true;
}

/* interface.md, "legacy-covered": the registries' own do not count. */
static bool
is_holder(const struct rpki_point *p)
{
	return p != NULL && (p->n_children == 0 || p->n_valid[OBJECT_ROA] > 0 ||
				p->n_valid[OBJECT_ASPA] > 0);
}

static enum reason
gather_authority(
    struct view *out, struct run *run, const struct ta *ta, struct node *n)
{
	struct arena *arena = &run->out->arena;
	struct view_authority *a = &out->authorities[out->n_authorities];
	const struct rpki_issuer *issuer = n->issuer;
	const struct node *up = n->parent;

	*a = (struct view_authority){ .source = ta->name,
		.link = n->link,
		.in_force = n->link != NULL,
		.is_holder = n->link != NULL && is_holder(n->judged.point) };
	crypt_sha256(a->key.b, issuer->cert.spki.der);
	if (!copy_resources(&a->resources, &issuer->resources,
		up == NULL ? NULL : &up->issuer->resources,
		up == NULL ? NULL : &out->authorities[up->number].resources,
		arena))
		return R_LIMIT_MEMORY;
	if (a->link == NULL) {
		struct link *l = ARENA_NEW(arena, struct link);

		if (l == NULL)
			return R_LIMIT_MEMORY;
		*l = (struct link){ .parent =
					up == NULL
					    ? NULL
					    : out->authorities[up->number].link,
			.uri = arena_dup(arena, n->uri),
			.hash = n->hash,
			.manifest_uri =
			    arena_dup(arena, issuer->cert.manifest_uri),
			.not_before_at = issuer->cert.not_before_at,
			.not_after_at = issuer->cert.not_after_at,
			.depth = n->depth };
		if (l->uri.p == NULL || l->manifest_uri.p == NULL)
			return R_LIMIT_MEMORY;
		a->link = l;
	}
	n->number = out->n_authorities++;
	return REASON_OK;
}

static enum reason
gather_authorities(struct view *out, struct run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_tas; i++)
		if (run->tas[i].usable)
			n += run->tas[i].tree.nodes.n;
	out->authorities =
	    ARENA_ARRAY(&run->out->arena, n, struct view_authority);
	if (out->authorities == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < run->n_tas; i++) {
		const struct ta *ta = &run->tas[i];

		if (!ta->usable)
			continue;
		for (size_t j = 0; j < ta->tree.nodes.n; j++)
			TRY(gather_authority(
			    out, run, ta, ta->tree.nodes.v[j]));
	}
	return REASON_OK;
}

enum reason
facts_gather(struct view *out, struct run *run)
{
	TRY(gather_sources(out, run));
	TRY(gather_repositories(out, run));
	TRY(follow_facts(out, run));
	TRY(follow_witnesses(out, run));
	return gather_authorities(out, run);
}
