/* Whether all is as the run before left it, and then what follows. */
#include <string.h>

#include "run/same.h"

/* ---- before anything is fetched -------------------------------------- */

/* What this run finds may be of use to another. */
static bool
may_be_kept(const struct run *run)
{
	return run->is_now && !run->conf->no_memo;
}

/* Is the view there that it speaks of? */
static bool
has_view(struct run *run, const struct same_last *last)
{
	struct view_folder folder;
	struct view_name name;
	struct view_head head;

	if (publish_folder(&folder, run) != REASON_OK ||
	    !view_newest(&head, folder.path))
		return false;
	view_name_of(&name, &head);
	return name.edition == last->view.edition &&
	       name.made_at == last->view.made_at &&
	       memcmp(name.sessions, last->view.sessions,
		   sizeof(name.sessions)) == 0;
}

enum reason
same_open(struct run *run)
{
	struct same *s = &run->same;
	struct span bytes;

	if (!may_be_kept(run))
		return REASON_OK;
	TRY(same_key_early(&s->early, run));
	if (!store_same(&bytes, run->now))
		return REASON_OK;
	bytes = arena_dup(&run->work, bytes);
	s->last = ARENA_NEW(&run->work, struct same_last);
	if (bytes.p == NULL || s->last == NULL)
		return R_LIMIT_MEMORY;
	s->is_alive = same_read(s->last, bytes, &run->work) &&
		      s->last->n_tas == run->conf->n_tals &&
		      s->last->n_ledgers == run->conf->n_ledgers &&
		      s->last->at <= run->at && run->at < s->last->until_at &&
		      has_view(run, s->last);
	return REASON_OK;
}

/* ---- once all came --------------------------------------------------- */

/* What a walk would have asked for by now. *as_before: it would use what it
 * used then. */
static enum reason
ask_for(bool *as_before, struct run *run, const struct same_place *at)
{
	struct places places;
	struct repository *r;
	enum step step;
	bool itself;

	TRY(repository_again(&places, run, at->tree, at->rrdp));
	while (
	    (step = repository_step(&r, &itself, run, &places)) == STEP_ASK) {
		r->used = true;
		TRY(repository_want(run, r, itself));
	}
	if (step == STEP_WAIT)
		return REASON_OK;
	repository_use(r, &places);
	*as_before = *as_before && digest_eq(&r->key, &at->key);
	return REASON_OK;
}

enum reason
same_go_on(struct run *run)
{
	struct same *s = &run->same;
	bool as_before = true;
	struct digest key;

	if (!s->is_alive || !run_is_quiet(run))
		return REASON_OK;
	for (size_t i = 0; i < s->last->n_places; i++)
		TRY(ask_for(&as_before, run, &s->last->places[i]));
	if (!run_is_quiet(run))
		return REASON_OK;
	TRY(same_key(&key, run));
	s->holds = as_before && digest_eq(&key, &s->last->key);
	s->is_alive = s->holds;
	return REASON_OK;
}

/* ---- the same -------------------------------------------------------- */

static void
take_last(struct run *run)
{
	const struct same_last *last = run->same.last;
	struct run_result *out = run->out;

	for (size_t i = 0; i < out->n_tas; i++) {
		struct run_ta *to = &out->tas[i], *from = &last->tas[i];

		from->name = to->name;
		from->uri = to->uri;
		from->hash = to->hash;
		from->kept = to->kept;
		*to = *from;
	}
	for (size_t i = 0; i < out->n_ledgers; i++) {
		struct run_ledger *to = &out->ledgers[i];

		to->holders = last->ledgers[i].holders;
		to->holdings = last->ledgers[i].holdings;
		to->payloads = last->ledgers[i].payloads;
	}
	out->degraded = last->degraded;
	out->warnings = last->warnings;
	memcpy(out->reasons, last->reasons, sizeof(out->reasons));
	out->contents = last->contents;
	out->expires_at = last->expires_at;
	out->is_same = true;
}

enum reason
same_publish(struct run *run)
{
	struct same_last *last = run->same.last;
	const struct view_again again = { .was = last->view,
		.at = run->at,
		.state = span_str(run_state_id(RUN_FRESH)),
		.fetched_at = run->clock_at };
	struct view_folder folder;
	enum reason why;

	TRY(publish_folder(&folder, run));
	/* Said before it is so: a crash in between costs a walk. */
	last->view.made_at = view_made_after(last->view.made_at, run->clock_at);
	TRY(settle(run));
	why =
	    view_publish_again(&run->out->published, &again, &folder, run->why);
	run->same.holds = why == REASON_OK;
	run->same.is_alive = false;
	if (why != REASON_OK)
		return why == R_VIEW_DAMAGED ? REASON_OK : why;
	take_last(run);
	run->out->is_published = true;
	return harvest_repositories(run);
}

/* ---- for the next run ------------------------------------------------ */

enum reason
same_note(struct run *run)
{
	return may_be_kept(run) ? same_key(&run->same.key, run) : REASON_OK;
}

/* The first moment after this run at which it might not hold. */
static void
bound(int64_t *until_at, const struct run *run, int64_t at)
{
	if (at > run->at && at < *until_at)
		*until_at = at;
}

static void
bound_by_node(int64_t *until_at, const struct run *run, const struct node *n)
{
	const struct judged *j = &n->judged;

	if (j->memo != NULL)
		bound(until_at, run, j->memo->point.until_at);
	if (j->refused_memo != NULL)
		bound(until_at, run, j->refused_memo->point.until_at);
	bound(until_at, run, n->issuer->cert.not_after_at + 1);
	/* rpki_point_choose: to the end of that second. */
	if (j->stored.has_last && j->stored.last.next_update_at < INT64_MAX)
		bound(until_at, run, j->stored.last.next_update_at + 1);
}

static int64_t
until_of(const struct run *run)
{
	const struct view *v = &run->out->view;
	int64_t until_at = INT64_MAX;

	for (size_t i = 0; i < run->n_tas; i++) {
		const struct tree *t = &run->tas[i].tree;

		for (size_t k = 0; k < t->nodes.n; k++)
			bound_by_node(&until_at, run, t->nodes.v[k]);
	}
	for (size_t i = 0; i < v->n; i++)
		if (v->payloads[i].origin != NULL)
			bound(&until_at, run,
			    payload_expires_at(&v->payloads[i]));
	return until_at;
}

struct placing {
	struct run *run;
	VEC(struct same_place) all;
	struct map seen;
};

/* False in *sure: it went without, or where to is not certain. */
static enum reason
place(bool *sure, struct placing *p, const struct node *n)
{
	struct places places;
	struct same_place at;
	struct repository *r, *key[2];
	bool itself;

	TRY(repository_places(&places, p->run, &n->issuer->cert));
	key[0] = places.tree;
	key[1] = places.rrdp;
	if (map_get(&p->seen, SPAN_OF(key)) != NULL)
		return REASON_OK;
	if (repository_step(&r, &itself, p->run, &places) != STEP_USE) {
		*sure = false;
		return REASON_OK;
	}
	at = (struct same_place){ .tree = places.tree->uri, .key = r->key };
	if (places.rrdp != NULL)
		at.rrdp = places.rrdp->uri;
	if (!vec_push(&p->all, at) ||
	    !map_put(
		&p->seen, arena_dup(&p->run->work, SPAN_OF(key)), places.tree))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

static enum reason
place_all(bool *sure, struct placing *p)
{
	struct run *run = p->run;

	for (size_t i = 0; i < run->n_tas; i++) {
		const struct tree *t = &run->tas[i].tree;

		for (size_t k = 0; *sure && k < t->nodes.n; k++) {
			const struct node *n = t->nodes.v[k];

			*sure = !n->skipped && !n->pending;
			if (*sure)
				TRY(place(sure, p, n));
		}
	}
	return REASON_OK;
}

enum reason
same_say(struct store_write *w, const struct same_last *last)
{
	struct buf bytes;
	enum reason why;

	buf_init(&bytes, SIZE_MAX);
	why = same_write(&bytes, last);
	if (why == REASON_OK)
		why = store_write_same(w, buf_view(&bytes));
	buf_fini(&bytes);
	return why;
}

static enum reason
store(struct run *run, const struct placing *p)
{
	struct run_result *out = run->out;
	struct same_last last = { .at = run->at,
		.until_at = until_of(run),
		.view = { .edition = out->published.edition.number,
		    .made_at = out->view.made_at },
		.key = run->same.key,
		.contents = out->contents,
		.expires_at = out->expires_at,
		.degraded = out->degraded,
		.warnings = out->warnings,
		.n_tas = out->n_tas,
		.tas = out->tas,
		.n_ledgers = out->n_ledgers,
		.ledgers = out->ledgers,
		.n_places = p->all.n,
		.places = p->all.v };
	struct store_write *w;
	enum reason why;

	memcpy(
	    last.view.sessions, out->view.sessions, sizeof(last.view.sessions));
	memcpy(last.reasons, out->reasons, sizeof(last.reasons));
	TRY(store_write_begin(&w, run->store, run->why));
	why = same_say(w, &last);
	if (why == REASON_OK)
		return store_write_commit(w);
	store_write_abort(w);
	return why;
}

/* What is in the view is known by when it was first published. */
static void
name_contents(struct run_result *out)
{
	const uint64_t name[] = { out->published.edition.number,
		(uint64_t)out->view.made_at, out->view.sessions[0],
		out->view.sessions[1], out->view.sessions[2] };

	crypt_sha256(out->contents.b, SPAN_OF(name));
}

enum reason
same_keep(struct run *run)
{
	struct run_result *out = run->out;
	struct placing p = { .run = run };
	bool sure = !run->same.is_unsure && out->work.workers_died == 0;
	enum reason why = REASON_OK;

	out->expires_at = view_next_expiry(&out->view, out->started_at);
	if (!out->is_published)
		return REASON_OK;
	name_contents(out);
	if (!may_be_kept(run) || !sure)
		return REASON_OK;
	map_init(&p.seen);
	why = place_all(&sure, &p);
	if (why == REASON_OK && sure)
		why = store(run, &p);
	map_fini(&p.seen);
	vec_fini(&p.all);
	return why;
}
