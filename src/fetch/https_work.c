/*
 * A repository by RRDP, RFC 8182 3.4: the notification; then, by the plan,
 * nothing, deltas or the snapshot. Whatever is wrong with deltas, the
 * snapshot is tried; whatever is wrong with that, the job has failed.
 */
#include "fetch/https.h"

#include <string.h>

#define ARENA ((size_t)8 << 20)

static void
put_done(struct https *h, struct https_job *job)
{
	job->next = NULL;
	*h->done_end = job;
	h->done_end = &job->next;
}

static void
say(struct https_job *job, enum reason r, const char *detail)
{
	job->reason = r;
	(void)snprintf(job->detail, sizeof(job->detail), "%s", detail);
}

/* ---- begin and end --------------------------------------------------- */

static enum reason
check_uri(struct uri *out, const struct https_job *job, const struct https *h)
{
	TRY(uri_parse(out, job->uri, h->limits));
	if (out->scheme != URI_HTTPS)
		return R_URI_SCHEME;
	return !job->is_named && uri_is_local(out) ? R_FETCH_LOCAL : REASON_OK;
}

static void
reset_results(struct https_job *job)
{
	job->reason = REASON_OK;
	job->detail[0] = '\0';
	job->outcome = RRDP_NOTHING;
	job->why = REASON_OK;
	job->is_new_session = false;
	job->n_changes = 0;
	job->changes = NULL;
	job->bytes = SPAN("");
	job->duration_ms = job->received = job->files = 0;
	job->retry_after_s = 0;
	job->work = NULL;
}

void
work_begin(struct https *h, struct https_job *job)
{
	struct https_work *w = base_alloc(sizeof(*w));
	bool is_file = job->what == HTTPS_FILE;
	enum reason r;

	reset_results(job);
	h->n_jobs++;
	r = w == NULL ? R_LIMIT_MEMORY : check_uri(&w->uri, job, h);
	if (r != REASON_OK) {
		base_free(w);
		say(job, r, "");
		put_done(h, job);
		return;
	}
	job->work = w;
	w->https = h;
	w->job = job;
	w->begun_ms = h->now_ms;
	w->phase = is_file ? PHASE_FILE : PHASE_NOTIFICATION;
	arena_init(&w->arena, ARENA);
	rrdp_notification_init(&w->notification, &w->uri, &w->arena, h->limits);
	rrdp_fold_init(&w->fold, h->limits);
	doc_init(&w->snapshot, w, SPAN(""), 0, RRDP_SNAPSHOT);
	doc_init(&w->first, w, job->uri,
	    is_file ? h->limits->object_max : h->limits->notification_bytes,
	    RRDP_NOTIFICATION);
	w->next = h->running;
	h->running = w;
	doc_ask(h, &w->first);
}

static void
cancel_deltas(struct https *h, struct https_work *w)
{
	for (size_t i = 0; i < w->n_asked; i++)
		doc_cancel(h, &w->deltas[i]);
	w->n_asked = w->n_folded = 0;
}

/* What is done keeps its bytes for the changes: https_drop frees them. */
void
work_end(
    struct https *h, struct https_work *w, enum reason r, const char *detail)
{
	struct https_work **at = &h->running;

	while (*at != w)
		at = &(*at)->next;
	*at = w->next;
	if (r != REASON_OK) {
		cancel_deltas(h, w);
		doc_cancel(h, &w->snapshot);
		doc_cancel(h, &w->first);
	}
	w->job->duration_ms = (uint64_t)(h->now_ms - w->begun_ms);
	say(w->job, r, detail);
	put_done(h, w->job);
}

void
https_drop(struct https_job *job)
{
	struct https_work *w = job->work;

	if (w == NULL)
		return;
	for (size_t i = 0; i < w->n_asked; i++)
		doc_fini(&w->deltas[i]);
	doc_fini(&w->snapshot);
	doc_fini(&w->first);
	rrdp_fold_fini(&w->fold);
	arena_fini(&w->arena);
	base_free(w);
	job->work = NULL;
	job->changes = NULL;
	job->n_changes = 0;
	job->bytes = SPAN("");
}

static void
succeed(struct https *h, struct https_work *w, enum rrdp_outcome outcome)
{
	struct https_job *job = w->job;

	job->outcome = outcome;
	job->changes = w->fold.changes.v;
	job->n_changes = w->fold.changes.n;
	rrdp_state_next(&job->state, &w->notification);
	memcpy(job->state.etag, w->first.told.etag, sizeof(job->state.etag));
	memcpy(job->state.modified, w->first.told.modified,
	    sizeof(job->state.modified));
	work_end(h, w, REASON_OK, "");
}

/* ---- snapshot and deltas --------------------------------------------- */

static void
ask_named(struct https *h, struct https_work *w, struct doc *d,
    struct rrdp_expected want, struct span uri)
{
	doc_init(d, w, uri, h->limits->repository_bytes, want.kind);
	d->want = want;
	doc_ask(h, d);
}

static void
ask_snapshot(struct https *h, struct https_work *w, enum reason why)
{
	const struct rrdp_notification *n = &w->notification;
	struct rrdp_expected want = { RRDP_SNAPSHOT, n->session, n->serial,
		n->snapshot_hash };

	w->job->why = why;
	w->job->is_new_session = why == R_RRDP_NEW_SESSION;
	w->phase = PHASE_SNAPSHOT;
	cancel_deltas(h, w);
	rrdp_fold_fini(&w->fold);
	rrdp_fold_init(&w->fold, h->limits);
	ask_named(h, w, &w->snapshot, want, n->snapshot_uri);
}

/* A few at a time: the one host would not serve more anyway. */
static void
ask_deltas(struct https *h, struct https_work *w)
{
	while (w->n_asked < w->plan.n &&
	       w->n_asked < w->n_folded + h->limits->host_connections) {
		const struct rrdp_listed *d =
		    &w->notification.deltas[w->plan.first + w->n_asked];
		struct rrdp_expected want = { RRDP_DELTA,
			w->notification.session, d->serial, d->hash };

		ask_named(h, w, &w->deltas[w->n_asked++], want, d->uri);
	}
}

static void
begin_deltas(struct https *h, struct https_work *w)
{
	w->deltas = ARENA_ARRAY(&w->arena, w->plan.n, struct doc);
	if (w->deltas == NULL) {
		work_end(h, w, R_LIMIT_MEMORY, "");
		return;
	}
	w->phase = PHASE_DELTAS;
	w->fold.known = w->job->known;
	w->fold.ctx = w->job->ctx;
	ask_deltas(h, w);
}

/* In the order of serials, as far as they are there. */
static void
fold_deltas(struct https *h, struct https_work *w)
{
	struct fault why;

	while (w->n_folded < w->n_asked &&
	       w->deltas[w->n_folded].state == DOC_DONE) {
		struct doc *d = &w->deltas[w->n_folded];
		enum reason r;

		fault_init(&why, SPAN(""));
		r = rrdp_fold_add(&w->fold, &d->want, &d->view, &why);
		if (r != REASON_OK) {
			ask_snapshot(h, w, r);
			return;
		}
		w->job->files++;
		w->n_folded++;
	}
	if (w->n_folded == w->plan.n)
		succeed(h, w, RRDP_BY_DELTAS);
	else
		ask_deltas(h, w);
}

static void
fold_snapshot(struct https *h, struct https_work *w)
{
	struct fault why;
	enum reason r;

	fault_init(&why, SPAN(""));
	r = rrdp_fold_add(&w->fold, &w->snapshot.want, &w->snapshot.view, &why);
	if (r != REASON_OK) {
		work_end(h, w, r, why.detail);
		return;
	}
	w->job->files++;
	succeed(h, w, RRDP_BY_SNAPSHOT);
}

/* ---- notification ---------------------------------------------------- */

static void
act(struct https *h, struct https_work *w)
{
	rrdp_plan(&w->plan, w->job->had, &w->notification, h->limits);
	switch (w->plan.what) {
	case RRDP_BY_DELTAS:
		begin_deltas(h, w);
		break;
	case RRDP_BY_SNAPSHOT:
		ask_snapshot(h, w, w->plan.why);
		break;
	case RRDP_NOTHING:
	default:
		succeed(h, w, RRDP_NOTHING);
		break;
	}
}

static void
read_notification(struct https *h, struct https_work *w)
{
	struct fault why;
	enum reason r;

	if (w->first.told.status == 304) {
		w->job->outcome = RRDP_NOTHING;
		w->job->state = *w->job->had;
		work_end(h, w, REASON_OK, "");
		return;
	}
	fault_init(&why, SPAN(""));
	r = rrdp_index_notification(&w->notification, &w->first.view, &why);
	/* All that is of use is in the arena now. */
	doc_fini(&w->first);
	if (r != REASON_OK) {
		work_end(h, w, r, why.detail);
		return;
	}
	w->job->files++;
	if (w->job->what == HTTPS_NOTIFICATION)
		succeed(h, w, RRDP_NOTHING);
	else
		act(h, w);
}

void
work_go_on(struct https *h, struct doc *d, enum reason r, const char *detail)
{
	struct https_work *w = d->work;

	switch (w->phase) {
	case PHASE_NOTIFICATION:
		if (r == REASON_OK)
			read_notification(h, w);
		break;
	case PHASE_DELTAS:
		if (r != REASON_OK)
			ask_snapshot(h, w, r);
		else
			fold_deltas(h, w);
		return;
	case PHASE_SNAPSHOT:
		if (r == REASON_OK)
			fold_snapshot(h, w);
		break;
	case PHASE_FILE:
	default:
		if (r != REASON_OK)
			break;
		w->job->bytes = d->map[0];
		w->job->files++;
		work_end(h, w, REASON_OK, "");
		break;
	}
	if (r != REASON_OK)
		work_end(h, w, r, detail);
}
