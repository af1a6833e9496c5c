/*
 * The server for programs and people: the view file and its successors, loaded
 * whole; the web's loop; what changed since a serial, from the differences
 * beside the view.
 */
#include <sys/stat.h>

#include <event2/event.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "serve/inside.h"
#include "serve/site_since.h"
#include "serve/web.h"
#include "view/view.h"

#define VIEW_MEMORY ((size_t)4 << 30)
#define IDLE_S      10
#define WAIT_S      60
#define SEND_S      600
#define STOP_MS     1000
#define SAMPLE_S    300 /* of the day's lines */
#define PAST_MS     300

struct serve_site {
	struct serve_hooks hooks;
	struct control control;
	struct event_base *base;
	struct event *tick;
	struct web_settings settings;
	struct web *web;
	struct http_world world;
	bool is_stopping;
	int64_t stop_ms;
	char folder[PATH_MAX]; /* of the view file */
	struct http_sample samples[HTTP_SAMPLES];
	int64_t sampled_at;
	/* What the world's view is of; and the answer to `since`. */
	struct view_file *file;
	struct arena arena, changes;
	/* Of `past`: the differences, the one that is told, time's end. */
	struct arena list, one;
	struct view_past *past;
	size_t n_past;
	struct view_delta delta;
	int64_t past_until_ms;
	struct view view;
	uint64_t seen[4];
	char path[PATH_MAX];
};

static bool
since(void *ctx, uint32_t serial, struct http_changes *out)
{
	struct serve_site *s = ctx;

	arena_fini(&s->changes);
	arena_init(&s->changes, VIEW_MEMORY);
	*out = (struct http_changes){ .from = serial, .to = s->view.serial };
	return site_since(out, &s->view, s->folder, &s->changes);
}

/* ---- what led to the view ------------------------------------------------ */

/* Those from this view's on back to a gap, but what is not before. */
static void
list_past(struct serve_site *s, int64_t before_at)
{
	uint64_t edition = view_head(s->file)->edition.number;
	size_t n, from = 0;

	arena_fini(&s->list);
	arena_init(&s->list, VIEW_MEMORY);
	s->n_past = 0;
	s->past_until_ms = serve_clock_ms() + PAST_MS;
	if (view_past_list(&s->past, &n, s->folder, &s->list) != REASON_OK)
		return;
	/* A newer view may be there already. */
	while (from < n && s->past[from].edition > edition)
		from++;
	s->past += from;
	while (s->n_past < n - from &&
	       s->past[s->n_past].edition == edition - s->n_past)
		s->n_past++;
	while (s->n_past > 0 && s->past[0].made_at >= before_at) {
		s->past++;
		s->n_past--;
	}
}

/* Nobody who asks keeps all others waiting for long. */
static enum http_past
past(void *ctx, int64_t before_at, size_t i, const struct view_delta **out)
{
	struct serve_site *s = ctx;

	if (i == 0)
		list_past(s, before_at);
	if (i >= s->n_past)
		return HTTP_PAST_NONE;
	if (i > 0 && serve_clock_ms() > s->past_until_ms)
		return HTTP_PAST_LATER;
	arena_fini(&s->one);
	arena_init(&s->one, VIEW_MEMORY);
	if (view_past_read(&s->delta, s->folder, &s->past[i], &s->one) !=
	    REASON_OK)
		return HTTP_PAST_NONE;
	*out = &s->delta;
	return HTTP_PAST_ONE;
}

/* ---- the view ------------------------------------------------------------ */

static void
say(const struct serve_site *s, const char *text)
{
	s->hooks.say(s->hooks.ctx, text);
}

static enum reason
load(struct serve_site *s)
{
	struct view_file *file;
	struct arena arena;
	struct view view;
	struct fault why;
	enum reason r;

	fault_init(&why, (struct span){ 0 });
	TRY(view_open(&file, s->path, &why));
	arena_init(&arena, VIEW_MEMORY);
	r = view_load(&view, file, &arena);
	if (r != REASON_OK) {
		arena_fini(&arena);
		view_close(file);
		return r;
	}
	arena_fini(&s->arena);
	view_close(s->file);
	s->file = file;
	s->arena = arena;
	s->view = view;
	s->world.view = &s->view;
	return REASON_OK;
}

/* Is there another one? */
static bool
look(struct serve_site *s)
{
	char line[256];
	struct stat st;
	uint64_t seen[4];
	enum reason r;

	if (stat(s->path, &st) != 0)
		return false;
	seen[0] = st.st_dev;
	seen[1] = st.st_ino;
	seen[2] = (uint64_t)st.st_mtim.tv_sec * 1000000000 +
		  (uint64_t)st.st_mtim.tv_nsec;
	seen[3] = (uint64_t)st.st_size;
	if (memcmp(seen, s->seen, sizeof(seen)) == 0)
		return false;
	memcpy(s->seen, seen, sizeof(seen));
	r = load(s);
	if (r == REASON_OK) {
		s->sampled_at = 0;
		return true;
	}
	(void)snprintf(line, sizeof(line),
	    "the view: %s; answering from what "
	    "there was",
	    reason_text(r));
	say(s, line);
	return false;
}

/* ---- the day ------------------------------------------------------------- */

static void
take_sample(struct serve_site *s)
{
	const struct http_counters *c = s->settings.counters;
	struct http_sample *last = &s->samples[HTTP_SAMPLES - 1];

	if (s->world.view == NULL || s->world.now - s->sampled_at < SAMPLE_S)
		return;
	s->sampled_at = s->world.now;
	memmove(s->samples, s->samples + 1,
	    (HTTP_SAMPLES - 1) * sizeof(*s->samples));
	*last = (struct http_sample){ .at = s->world.now,
		.payloads = s->view.n,
		.left = s->view.n_left,
		.findings = s->view.n_findings,
		.rtr =
		    c->rtr_clients[0] + c->rtr_clients[1] + c->rtr_clients[2] };
	if (s->world.n_samples < HTTP_SAMPLES)
		s->world.n_samples++;
	s->world.samples = s->samples + HTTP_SAMPLES - s->world.n_samples;
}

/* ---- the loop ------------------------------------------------------------ */

static const struct http_world *
world(void *ctx)
{
	struct serve_site *s = ctx;

	s->world.now = (int64_t)time(NULL);
	return &s->world;
}

static void
on_second(evutil_socket_t fd, short what, void *ctx)
{
	struct serve_site *s = ctx;

	(void)fd, (void)what;
	if (s->is_stopping &&
	    (web_stop(s->web) || serve_clock_ms() - s->stop_ms >= STOP_MS)) {
		(void)event_base_loopbreak(s->base);
		return;
	}
	serve_site_look(s);
	web_tick(s->web);
	if (s->hooks.second != NULL)
		s->hooks.second(s->hooks.ctx);
}

void
serve_site_look(struct serve_site *s)
{
	bool is_new;

	(void)world(s);
	is_new = look(s);
	take_sample(s);
	if (is_new)
		web_changed(s->web);
}

void
serve_site_loop(struct serve_site *s)
{
	(void)event_base_dispatch(s->base);
}

void
serve_site_stop(struct serve_site *s)
{
	const struct timeval soon = { 0, 100000 };

	if (s->is_stopping)
		return;
	s->is_stopping = true;
	s->stop_ms = serve_clock_ms();
	if (web_stop(s->web))
		(void)event_base_loopbreak(s->base);
	else
		(void)event_add(s->tick, &soon); /* more often */
}

/* ---- settings ------------------------------------------------------------ */

static enum reason
listen_all(struct serve_site *s, const struct serve_site_settings *settings,
    struct tls *tls, struct fault *why)
{
	struct web_socket *sockets =
	    base_alloc((settings->n + 1) * sizeof(*sockets));
	enum reason r = sockets == NULL ? R_LIMIT_MEMORY : REASON_OK;

	for (size_t i = 0; i < settings->n && r == REASON_OK; i++) {
		const struct serve_listener *l = &settings->listeners[i];

		sockets[i] = (struct web_socket){ l->fd, l->is_tls };
		if (l->is_tls && tls == NULL)
			r = fault_say(why, R_SERVE_TLS, NULL,
			    "%s: no certificate", l->name);
	}
	if (r == REASON_OK && !web_listen(s->web, sockets, settings->n,
				  tls != NULL ? tls_context(tls) : NULL))
		r = R_SERVE_LISTEN;
	base_free(sockets);
	return r;
}

static enum reason
set_folder(struct serve_site *s, const char *folder)
{
	int n;

	if (strcmp(s->folder, folder) == 0)
		return REASON_OK;
	if (strlen(folder) + sizeof("/current") > sizeof(s->path))
		return R_LIMIT_MEMORY;
	n = snprintf(s->folder, sizeof(s->folder), "%s", folder);
	(void)snprintf(s->path, sizeof(s->path), "%.*s/current", n, folder);
	memset(s->seen, 0, sizeof(s->seen));
	return REASON_OK;
}

enum reason
serve_site_apply(struct serve_site *s,
    const struct serve_site_settings *settings, struct fault *why)
{
	struct tls *tls;
	enum reason r = tls_new(&tls, &settings->tls, why);

	if (r == REASON_OK)
		r = listen_all(s, settings, tls, why);
	tls_free(tls); /* what is needed of it, the web has */
	TRY(r);
	TRY(set_folder(s, settings->view_folder));
	s->world.max_age = settings->max_age;
	s->world.per_entity = settings->per_entity;
	s->settings.n_hosts = settings->n_hosts;
	s->settings.hosts = settings->hosts;
	s->settings.clients_max = settings->limits->http_clients;
	s->settings.bytes_max = settings->limits->http_memory;
	serve_site_look(s);
	return REASON_OK;
}

/* ---- open, close --------------------------------------------------------- */

static enum reason
open_loop(struct serve_site *s, int control)
{
	const struct timeval second = { 1, 0 };

	s->base = event_base_new();
	if (s->base == NULL)
		return R_LIMIT_MEMORY;
	s->web = web_new(s->base, &s->settings);
	s->tick = event_new(s->base, -1, EV_PERSIST, on_second, s);
	return s->web != NULL && s->tick != NULL &&
		       event_add(s->tick, &second) == 0 &&
		       control_open(&s->control, s->base, control, &s->hooks)
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

enum reason
serve_site_open(struct serve_site **out,
    const struct serve_site_settings *settings, const struct serve_hooks *hooks,
    int control, struct fault *why)
{
	struct serve_site *s = base_alloc(sizeof(*s));
	enum reason r;

	*out = NULL;
	if (s == NULL)
		return R_LIMIT_MEMORY;
	s->hooks = *hooks;
	s->settings = (struct web_settings){ .world = world,
		.counters = settings->counters,
		.ctx = s,
		.idle_s = IDLE_S,
		.wait_s = WAIT_S,
		.send_s = SEND_S };
	s->world = (struct http_world){ .counters = settings->counters,
		.since = since,
		.past = past,
		.ctx = s };
	arena_init(&s->arena, VIEW_MEMORY);
	arena_init(&s->changes, VIEW_MEMORY);
	arena_init(&s->list, VIEW_MEMORY);
	arena_init(&s->one, VIEW_MEMORY);
	r = open_loop(s, control);
	if (r == REASON_OK)
		r = serve_site_apply(s, settings, why);
	if (r != REASON_OK) {
		serve_site_close(s);
		return r;
	}
	*out = s;
	return REASON_OK;
}

void
serve_site_close(struct serve_site *s)
{
	if (s == NULL)
		return;
	web_free(s->web);
	control_close(&s->control);
	if (s->tick != NULL)
		event_free(s->tick);
	if (s->base != NULL)
		event_base_free(s->base);
	arena_fini(&s->one);
	arena_fini(&s->list);
	arena_fini(&s->changes);
	arena_fini(&s->arena);
	view_close(s->file);
	base_free(s);
}
