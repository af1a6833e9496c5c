/*
 * The view file: seen when a new one takes its place, read, and let go. At the
 * start the differences beside it become the history, so that routers that
 * come back after a restart get a difference too.
 */
#include <sys/inotify.h>
#include <sys/stat.h>

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "serve/inside.h"
#include "view/view.h"

#define VIEW_MEMORY ((size_t)4 << 30)

static bool
set_path(struct serve *s, const char *name)
{
	int n = snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, name);

	return n > 0 && (size_t)n < sizeof(s->path);
}

/* ---- the history
 * ------------------------------------------------------------- */

/* What routers heard of it. */
static enum reason
heard(struct rtr_step *step, const struct view_delta *d, struct arena *arena)
{
	struct payload *came = ARENA_ARRAY(arena, d->n, struct payload);
	struct payload *went = ARENA_ARRAY(arena, d->n, struct payload);

	if (came == NULL || went == NULL)
		return R_LIMIT_MEMORY;
	*step = (struct rtr_step){ .from = d->from_serial,
		.until = d->serial,
		.came = came,
		.went = went };
	for (size_t i = 0; i < d->n; i++) {
		const struct view_change *c = &d->changes[i];

		if (c->is_left || !c->is_heard)
			continue;
		if (c->op == CHANGE_ADDED)
			came[step->n_came++] = c->payload;
		else if (c->op == CHANGE_REMOVED)
			went[step->n_went++] = c->payload;
	}
	return REASON_OK;
}

static enum reason
load_step(struct serve *s, const struct view_past *past, struct arena *arena)
{
	struct rtr_cache_facts facts;
	struct view_delta d;
	struct rtr_step step;

	rtr_cache_facts(&facts, s->rtr);
	TRY(view_past_read(&d, s->folder, past, arena));
	if (memcmp(d.sessions, facts.sessions, sizeof(d.sessions)) != 0)
		return R_VIEW_PAST;
	TRY(heard(&step, &d, arena));
	return rtr_cache_past(s->rtr, &step);
}

/* As far back as it is wanted and whole. */
static void
load_history(struct serve *s, uint64_t edition)
{
	struct rtr_cache_facts facts = { 0 };
	struct view_past *past;
	struct arena list, one;
	size_t n = 0;
	enum reason r;

	arena_init(&list, VIEW_MEMORY);
	r = view_past_list(&past, &n, s->folder, &list);
	for (size_t i = 0;
	     r == REASON_OK && i < n && facts.history < s->history; i++) {
		if (past[i].edition > edition)
			continue; /* of a view that was never published */
		arena_init(&one, VIEW_MEMORY);
		r = load_step(s, &past[i], &one);
		arena_fini(&one);
		rtr_cache_facts(&facts, s->rtr);
	}
	arena_fini(&list);
}

/* ---- the view in force
 * ---------------------------------------------------------- */

static enum reason
load(struct serve *s, struct fault *why)
{
	struct rtr_cache_facts before;
	struct view_file *file;
	struct arena arena;
	struct view view;
	uint64_t edition;
	enum reason r;

	rtr_cache_facts(&before, s->rtr);
	TRY(view_open(&file, s->path, why));
	arena_init(&arena, VIEW_MEMORY);
	edition = view_head(file)->edition.number;
	r = view_load_heard(&view, file, &arena);
	if (r == REASON_OK)
		r = serve_view(s, &view);
	arena_fini(&arena);
	view_close(file);
	if (r == REASON_OK && s->counters.views == 1)
		load_history(s, edition);
	return r;
}

void
source_look(struct serve *s)
{
	struct fault why;
	struct stat st;
	enum reason r;

	if (s->notice == NULL)
		source_watch(s);
	if (s->folder == NULL || s->is_stopping || !set_path(s, "current") ||
	    stat(s->path, &st) != 0)
		return;
	uint64_t seen[] = { st.st_dev, st.st_ino,
		(uint64_t)st.st_mtim.tv_sec * 1000000000 +
		    (uint64_t)st.st_mtim.tv_nsec,
		(uint64_t)st.st_size };

	if (memcmp(seen, s->view_seen, sizeof(seen)) == 0)
		return;
	memcpy(s->view_seen, seen, sizeof(seen));
	fault_init(&why, (struct span){ 0 });
	r = load(s, &why);
	if (r != REASON_OK)
		serve_say(s, "%s: %s; serving what there was", s->path,
		    reason_text(r));
}

/* A view that nobody renewed says nothing about now. */
void
source_age(struct serve *s)
{
	int64_t age = (int64_t)time(NULL) - s->made_at;
	bool old = s->counters.views > 0 && age > s->max_age;

	rtr_cache_silence(s->rtr, old);
	if (old && !s->is_old)
		serve_say(s,
		    "the view is %lld seconds old, more than max-age: "
		    "routers are told that there is no data",
		    (long long)age);
	s->is_old = old;
}

/* ---- who tells that there is a new one
 * -------------------------------------------- */

static void
on_notice(evutil_socket_t fd, short what, void *ctx)
{
	struct serve *s = ctx;
	char waste[4096];

	(void)what;
	while (read(fd, waste, sizeof(waste)) > 0)
		continue;
	source_look(s);
}

/* The folder may not be there yet: the second hand comes back. */
void
source_watch(struct serve *s)
{
	if (s->notice != NULL)
		event_free(s->notice);
	s->notice = NULL;
	if (s->notice_fd >= 0)
		(void)close(s->notice_fd);
	s->notice_fd = -1;
	if (s->folder == NULL)
		return;
	s->notice_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->notice_fd < 0)
		return;
	if (inotify_add_watch(s->notice_fd, s->folder, IN_MOVED_TO) >= 0)
		s->notice = event_new(
		    s->base, s->notice_fd, EV_READ | EV_PERSIST, on_notice, s);
	if (s->notice != NULL && event_add(s->notice, NULL) == 0)
		return;
	if (s->notice != NULL)
		event_free(s->notice);
	s->notice = NULL;
	(void)close(s->notice_fd);
	s->notice_fd = -1;
}
