/*
 * What a run leaves for the next: floors and last good points, trust anchors,
 * which repositories are in use. One transaction, durable before anything is
 * published, so that what was acted upon cannot be taken back by a replay.
 */
#include <string.h>

#include "run/finish.h"

static void
issue_to(struct store_issue *out, const struct rpki_issue *in)
{
	out->hash = in->hash;
	memcpy(out->number, in->number, sizeof(out->number));
	out->this_update_at = in->this_update_at;
	out->next_update_at = in->next_update_at;
}

/* ---- points
 * -------------------------------------------------------------------------
 */

static bool
is_advance(const struct rpki_issue *to, const struct store_point *from)
{
	return !from->has_floor ||
	       (memcmp(to->number, from->floor.number, sizeof(to->number)) >
		       0 &&
		   to->this_update_at > from->floor.this_update_at);
}

/* The hashes on a manifest that was found good. */
static enum reason
needs_of(struct store_point *out, const struct memo *m, struct arena *arena)
{
	struct digest *all = ARENA_ARRAY(arena, m->list.n, struct digest);

	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->list.n; i++)
		all[i] = m->list.files[i].hash;
	out->n_needs = m->list.n;
	out->needs = span_of(all, m->list.n * sizeof(*all));
	return REASON_OK;
}

/* Is it what the store has, in force and known to hold? */
static bool
is_settled(const struct node *n)
{
	const struct judged *j = &n->judged;

	return j->stored.has_last &&
	       digest_eq(&j->stored.last.hash, &j->point->issue.hash) &&
	       digest_eq(&j->stored.held_by, &n->ta->scope);
}

static enum reason
settle_point(struct store_write *w, const struct node *n, struct arena *arena)
{
	const struct judged *j = &n->judged;
	const struct rpki_point *p = j->point;
	struct store_point next = j->stored;
	struct digest issuer;

	if (p == NULL || j->last_good || n->pending || is_settled(n))
		return REASON_OK;
	if (is_advance(&p->issue, &j->stored)) {
		issue_to(&next.floor, &p->issue);
		next.has_floor = true;
	}
	issue_to(&next.last, &p->issue);
	next.has_last = true;
	next.stale_at = p->stale_at;
	arena_reset(arena);
	TRY(needs_of(&next, j->memo, arena));
	next.held = span_of(j->memo->held, next.n_needs + 1);
	next.held_by = n->ta->scope;
	crypt_sha256(issuer.b, n->issuer->cert.spki.der);
	return store_write_point(
	    w, &issuer, n->issuer->cert.manifest_uri, &next);
}

static enum reason
settle_points(struct run *run, struct store_write *w)
{
	struct arena arena;
	enum reason r = REASON_OK;

	arena_init(&arena, SIZE_MAX);
	for (size_t i = 0; i < run->n_tas; i++) {
		const struct tree *t = &run->tas[i].tree;

		for (size_t k = 0; r == REASON_OK && k < t->nodes.n; k++)
			r = settle_point(w, t->nodes.v[k], &arena);
	}
	arena_fini(&arena);
	return r;
}

/* ---- the rest
 * ------------------------------------------------------------------------
 */

static enum reason
settle_anchors(struct run *run, struct store_write *w)
{
	for (size_t i = 0; i < run->n_tas; i++) {
		const struct ta *ta = &run->tas[i];

		if (ta->usable && !ta->kept)
			TRY(store_write_anchor(
			    w, &ta->tal_key, ta->issuer.cert.der, ta->uri));
	}
	return REASON_OK;
}

/* If nothing at all could be had, then it was us, and nobody is to blame. */
static bool
is_cut_off(struct run *run)
{
	struct span uri;
	void *value;

	for (size_t i = 0; map_next(&run->repositories, &i, &uri, &value);) {
		const struct repository *r = value;

		if (r->is_fresh && r->report.via != RUN_VIA_FOLDER)
			return false;
	}
	return true;
}

static enum reason
settle_health(struct repository *r, struct run *run, struct store_write *w)
{
	struct buf bytes;
	enum reason why;

	fetch_health_failed(&r->health, run->clock_at, r->want.retry_after_s);
	buf_init(&bytes, 4096);
	fetch_health_write(&bytes, &r->health);
	why = bytes.failed ? R_LIMIT_MEMORY
			   : store_write_blob(
				 w, STORE_HEALTH, &r->key, buf_view(&bytes));
	buf_fini(&bytes);
	return why;
}

static enum reason
settle_repository(struct repository *r, struct run *run, struct store_write *w,
    bool is_cut_off)
{
	struct store_repository stored = { .key = r->key, .uri = r->uri };
	bool is_blamed =
	    r->is_blamed && (!is_cut_off || r->want.retry_after_s > 0);

	if (!store_repository(&stored, run->now, &r->key) && !is_blamed)
		return REASON_OK;
	if (is_blamed && !r->is_settled) {
		TRY(settle_health(r, run, w));
		r->is_settled = true;
	}
	if (r->is_current)
		TRY(intake_remember(run, r, w));
	if (r->used) {
		stored.used_at = run->clock_at;
		stored.stood_in = !r->used_itself;
	}
	stored.fetched_at = r->fetched_at;
	return store_write_repository(w, &stored);
}

static enum reason
settle_repositories(struct run *run, struct store_write *w)
{
	bool cut_off = is_cut_off(run);
	struct span uri;
	void *value;

	for (size_t i = 0; map_next(&run->repositories, &i, &uri, &value);)
		TRY(settle_repository(value, run, w, cut_off));
	return REASON_OK;
}

static enum reason
settle_all(struct run *run, struct store_write *w)
{
	struct store_swept swept;

	TRY(store_forget_damaged(w, &run->out->work.objects_damaged));
	if (!run->is_now)
		return REASON_OK;
	TRY(settle_points(run, w));
	TRY(memos_settle(run, w));
	TRY(settle_anchors(run, w));
	TRY(settle_repositories(run, w));
	/* A collection needs to know what there is: a walk's; and what went
	 * away is looked into until the end (withdrawn.c). */
	if (run->same.holds)
		return store_is_due(w) ? REASON_OK
				       : same_say(w, run->same.last);
	if (run->is_early || !store_is_due(w))
		return REASON_OK;
	TRY(memos_collect(run, w));
	return store_collect(w, &swept, run->at);
}

struct in_use {
	struct run *run;
};

static bool
is_in_use(void *ctx, const struct digest *key)
{
	const struct in_use *u = ctx;
	struct store_repository stored;

	if (store_repository(&stored, u->run->now, key))
		return true;
	for (size_t i = 0; i < u->run->n_tas; i++) {
		const struct tal *tal = &u->run->tas[i].tal;

		for (size_t k = 0; k < tal->n_uris; k++) {
			struct digest d;

			crypt_sha256(d.b, tal->uris[k].text);
			if (digest_eq(&d, key))
				return true;
		}
	}
	return false;
}

enum reason
settle(struct run *run)
{
	struct in_use in_use = { run };
	struct store_write *w;
	enum reason r;

	TRY(store_write_begin(&w, run->store, run->why));
	r = settle_all(run, w);
	if (r != REASON_OK) {
		store_write_abort(w);
		return r;
	}
	TRY(store_write_commit(w));
	TRY(run_renew(run));
	/* Not what is just being filled. */
	if (run->fetch != NULL && run->is_now && !run->is_early)
		fetch_tidy(run->fetch, is_in_use, &in_use);
	return REASON_OK;
}
