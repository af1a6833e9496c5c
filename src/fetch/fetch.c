/*
 * The scheduler: which jobs run now, for how long, and from where next.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fetch/inside.h"

#define LOOK_MS 100 /* a child may end without closing its pipes */

/* ---- opening
 * ------------------------------------------------------------------
 */

enum reason
fetch_open(struct fetch **out, const struct fetch_settings *settings,
    struct fault *why)
{
	struct fetch *f = base_alloc(sizeof(*f));
	int cache;

	if (f == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	f->settings = *settings;
	f->waiting_end = &f->waiting;
	f->done_end = &f->done;
	f->staging = -1;
	cache = open(settings->cache, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (cache >= 0) {
		if (mkdirat(cache, "rsync", 0700) == 0 || errno == EEXIST)
			f->staging = openat(cache, "rsync",
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(cache);
	}
	if (f->staging < 0) {
		base_free(f);
		return fault_say(why, R_FETCH_FOLDER, NULL, "%s/rsync: %s",
		    settings->cache, strerror(errno));
	}
	*out = f;
	return REASON_OK;
}

void
fetch_close(struct fetch *f)
{
	if (f == NULL)
		return;
	fetch_end(f, R_RUN_TIME);
	(void)close(f->staging);
	base_free(f);
}

/* ---- lists
 * --------------------------------------------------------------------
 */

static void
put_waiting(struct fetch *f, struct fetch_job *job)
{
	job->state = FETCH_WAITING;
	job->next = NULL;
	*f->waiting_end = job;
	f->waiting_end = &job->next;
	f->n_waiting++;
}

static void
put_done(struct fetch *f, struct fetch_job *job)
{
	job->state = FETCH_DONE;
	job->next = NULL;
	*f->done_end = job;
	f->done_end = &job->next;
	f->n_done++;
}

void
fetch_start(struct fetch *f, struct fetch_job *job)
{
	ASSERT(job->n_sources > 0);
	job->source = 0;
	job->has_begun = false;
	job->reason = REASON_OK;
	job->detail[0] = '\0';
	put_waiting(f, job);
}

struct fetch_job *
fetch_take(struct fetch *f)
{
	struct fetch_job *job = f->done;

	if (job == NULL)
		return NULL;
	f->done = job->next;
	if (f->done == NULL)
		f->done_end = &f->done;
	f->n_done--;
	job->next = NULL;
	return job;
}

size_t
fetch_pending(const struct fetch *f)
{
	return f->n_waiting + f->n_running + f->n_done;
}

/* ---- one job
 * -------------------------------------------------------------------
 */

/* Is there a next source, and time left to try it? */
static bool
has_next(const struct fetch *f, const struct fetch_job *job)
{
	uint64_t most_ms = f->settings.limits->repository_time * 1000;

	return job->source + 1 < job->n_sources && job->duration_ms < most_ms;
}

static void
failed(struct fetch *f, struct fetch_job *job, enum reason why)
{
	job->reason = why;
	if (has_next(f, job)) {
		job->source++;
		put_waiting(f, job);
	} else {
		put_done(f, job);
	}
}

bool
fetch_refuse(
    struct fetch *f, struct fetch_job *job, enum reason why, const char *detail)
{
	job->reason = why;
	(void)snprintf(job->detail, sizeof(job->detail), "%s", detail);
	if (!has_next(f, job))
		return false;
	job->source++;
	put_waiting(f, job);
	return true;
}

static bool
host_is_busy(const struct fetch *f, struct span host)
{
	uint64_t n = 0;

	for (const struct fetch_job *j = f->running; j != NULL; j = j->next)
		n += span_eq(j->sources[j->source].host, host);
	return n >= f->settings.limits->host_connections;
}

static void
begin(struct fetch *f, struct fetch_job *job, int64_t now_ms)
{
	struct fault why;
	enum reason r;
	int folder;

	if (!job->has_begun)
		job->begun_ms = now_ms;
	job->has_begun = true;
	job->begun_source_ms = now_ms;
	if (job->sources[job->source].via == FETCH_BY_FOLDER) {
		job->reason = REASON_OK;
		put_done(f, job);
		return;
	}
	fault_init(&why, (struct span){ NULL, 0 });
	r = staging_open(&folder, f, &job->key, &why);
	if (r != REASON_OK) {
		(void)snprintf(
		    job->detail, sizeof(job->detail), "%s", why.detail);
		failed(f, job, r);
		return;
	}
	job->child = child_new(&f->settings, job, folder, job->detail);
	(void)close(folder);
	if (job->child == NULL) {
		failed(f, job, R_FETCH_START);
		return;
	}
	job->state = FETCH_RUNNING;
	job->next = f->running;
	f->running = job;
	f->n_running++;
}

/* Start what may start, in the order of asking. */
static void
begin_waiting(struct fetch *f, int64_t now_ms)
{
	struct fetch_job *job = f->waiting, *next;

	/* What fails at once goes to the end of the list anew: only those
	 * that are there now. */
	f->waiting = NULL;
	f->waiting_end = &f->waiting;
	f->n_waiting = 0;
	for (; job != NULL; job = next) {
		const struct fetch_source *s = &job->sources[job->source];

		next = job->next;
		if (s->via == FETCH_BY_RSYNC &&
		    (f->n_running >= f->settings.limits->rsync_count ||
			host_is_busy(f, s->host)))
			put_waiting(f, job);
		else
			begin(f, job, now_ms);
	}
}

static int64_t
deadline(const struct fetch *f, const struct fetch_job *job)
{
	const struct limits *l = f->settings.limits;
	int64_t source =
	    job->begun_source_ms + (int64_t)l->transfer_time * 1000;
	int64_t all = job->begun_ms + (int64_t)l->repository_time * 1000;

	return source < all ? source : all;
}

/* True: the job left the running ones. */
static bool
look_after(struct fetch *f, struct fetch_job *job, int64_t now_ms)
{
	enum reason r;

	child_listen(job->child, f->settings.limits);
	if (now_ms >= deadline(f, job))
		child_kill(job->child, R_FETCH_TIME);
	if (!child_ended(job->child, f->settings.limits, &r, job->detail))
		return false;
	child_free(job->child);
	job->child = NULL;
	job->duration_ms = (uint64_t)(now_ms - job->begun_ms);
	f->n_running--;
	if (r == REASON_OK) {
		job->reason = r;
		put_done(f, job);
	} else {
		failed(f, job, r);
	}
	return true;
}

static void
look_after_all(struct fetch *f, int64_t now_ms)
{
	struct fetch_job **at = &f->running;

	while (*at != NULL) {
		struct fetch_job *job = *at, *next = job->next;

		if (look_after(f, job, now_ms))
			*at = next;
		else
			at = &job->next;
	}
}

/* ---- all jobs
 * -------------------------------------------------------------------
 */

static void
wait_for_children(const struct fetch *f, int64_t now_ms, int wait_ms)
{
	struct pollfd fds[64];
	nfds_t n = 0;

	for (const struct fetch_job *j = f->running; j != NULL; j = j->next) {
		int64_t left = deadline(f, j) - now_ms;

		if (left < wait_ms)
			wait_ms = left < 0 ? 0 : (int)left;
		if (n + 2 <= COUNT(fds)) {
			fds[n++] = (struct pollfd){ .fd = j->child->out,
				.events = POLLIN };
			fds[n++] = (struct pollfd){ .fd = j->child->err,
				.events = POLLIN };
		}
	}
	if (wait_ms > LOOK_MS)
		wait_ms = LOOK_MS;
	(void)poll(fds, n, wait_ms);
}

void
fetch_poll(struct fetch *f, int64_t now_ms, int wait_ms)
{
	begin_waiting(f, now_ms);
	if (f->n_running > 0 && f->n_done == 0 && wait_ms > 0)
		wait_for_children(f, now_ms, wait_ms);
	look_after_all(f, now_ms);
}

void
fetch_end(struct fetch *f, enum reason why)
{
	struct fetch_job *job;

	while ((job = f->running) != NULL) {
		enum reason r;

		f->running = job->next;
		f->n_running--;
		child_kill(job->child, why);
		while (!child_ended(
		    job->child, f->settings.limits, &r, job->detail))
			(void)poll(NULL, 0, 1);
		child_free(job->child);
		job->child = NULL;
		job->reason = why;
		put_done(f, job);
	}
	while ((job = f->waiting) != NULL) {
		f->waiting = job->next;
		job->reason = why;
		put_done(f, job);
	}
	f->waiting_end = &f->waiting;
	f->n_waiting = 0;
}

/* ---- what came
 * -------------------------------------------------------------------
 */

static enum reason
source_open(
    int *out, struct fetch *f, const struct fetch_job *job, struct fault *why)
{
	const struct fetch_source *s = &job->sources[job->source];

	if (s->via == FETCH_BY_RSYNC)
		return staging_open(out, f, &job->key, why);
	*out =
	    open((const char *)s->text.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return *out >= 0 ? REASON_OK
			 : fault_say(why, R_FETCH_FOLDER, NULL, "%s: %s",
			       (const char *)s->text.p, strerror(errno));
}

enum reason
fetch_read(struct fetch_count *out, struct fetch *f,
    const struct fetch_job *job, struct span root, int64_t now,
    const struct fetch_reader *reader, struct fault *why)
{
	enum reason r;
	int folder;

	*out = (struct fetch_count){ 0 };
	r = source_open(&folder, f, job, why);
	if (r != REASON_OK)
		return r;
	r = fetch_tree_read(out, folder, root, f->settings.limits, now, reader);
	if (reader != NULL && (r == R_FETCH_FILES || r == R_FETCH_BYTES) &&
	    job->sources[job->source].via == FETCH_BY_RSYNC)
		staging_empty(folder);
	(void)close(folder);
	if (r != REASON_OK)
		(void)fault_at(why, r, NULL);
	return r;
}

enum reason
fetch_read_file(struct buf *out, struct fetch *f, const struct fetch_job *job,
    struct fault *why)
{
	const struct fetch_source *s = &job->sources[job->source];
	enum reason r;
	int folder;

	r = source_open(&folder, f, job, why);
	if (r != REASON_OK)
		return r;
	r = fetch_file_read(out, folder,
	    s->via == FETCH_BY_RSYNC ? SPAN(STAGING_FILE) : s->rest);
	(void)close(folder);
	if (r != REASON_OK)
		(void)fault_at(why, r, NULL);
	return r;
}
