/*
 * Wants: one thing, to be had from the first of several places that has it.
 *
 * By HTTPS or by rsync and folders: two rooms' worth of jobs, of which a want
 * has one at a time. The time for all of its sources is limited together.
 */
#include "run/inside.h"

const struct source *
want_source(const struct want *w)
{
	return &w->sources[w->at];
}

/* What we have under this URI, for deltas. */
static bool
knows(void *ctx, struct span uri, struct digest *hash)
{
	const struct want *w = ctx;
	struct store_name name;

	if (!store_name(&name, w->run->now, &w->key, uri))
		return false;
	*hash = name.hash;
	return true;
}

static void
start_https(struct run *run, struct want *w)
{
	const struct source *s = want_source(w);

	*w->https = (struct https_job){
		.what = w->repository != NULL ? HTTPS_RRDP : HTTPS_FILE,
		.uri = s->at.text,
		.is_named = s->is_named,
		.had = w->had,
		.known = knows,
		.ctx = w,
		.owner = w,
	};
	https_start(run->https, w->https, clock_ms());
}

static void
start_fetch(struct run *run, struct want *w)
{
	w->fetch = (struct fetch_job){
		.key = w->key,
		.what = w->repository != NULL ? FETCH_TREE : FETCH_FILE,
		.n_sources = 1,
		.sources = &want_source(w)->at,
		.owner = w,
	};
	fetch_start(run->fetch, &w->fetch);
}

enum reason
want_start(struct run *run, struct want *w)
{
	ASSERT(w->at < w->n);
	w->run = run;
	if (!want_source(w)->is_https) {
		start_fetch(run, w);
		return REASON_OK;
	}
	if (w->https == NULL)
		w->https = ARENA_NEW(&run->work, struct https_job);
	if (w->https == NULL)
		return R_LIMIT_MEMORY;
	start_https(run, w);
	return REASON_OK;
}

enum reason
want_next(bool *goes_on, struct run *run, struct want *w)
{
	want_drop(w);
	*goes_on = w->at + 1 < w->n &&
		   w->spent_ms < run->conf->limits.repository_time * 1000;
	if (!*goes_on)
		return REASON_OK;
	w->at++;
	return want_start(run, w);
}

void
want_refuse(struct want *w, enum reason why, const char *detail)
{
	w->reason = why;
	(void)snprintf(w->detail, sizeof(w->detail), "%s", detail);
}

void
want_drop(struct want *w)
{
	if (w->https != NULL)
		https_drop(w->https);
}

static void
took(struct want *w, enum reason why, const char *detail, uint64_t ms)
{
	want_refuse(w, why, detail);
	w->spent_ms += ms;
}

struct want *
want_take(struct run *run)
{
	struct fetch_job *fetch = fetch_take(run->fetch);
	struct https_job *https;
	struct want *w;

	if (fetch != NULL) {
		w = fetch->owner;
		took(w, fetch->reason, fetch->detail, fetch->duration_ms);
		return w;
	}
	https = https_take(run->https);
	if (https == NULL)
		return NULL;
	w = https->owner;
	took(w, https->reason, https->detail, https->duration_ms);
	if (https->retry_after_s > w->retry_after_s)
		w->retry_after_s = https->retry_after_s;
	return w;
}
