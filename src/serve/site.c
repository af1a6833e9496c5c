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
#include "serve/web.h"
#include "view/view.h"

#define VIEW_MEMORY ((size_t)4 << 30)
#define IDLE_S      10
#define WAIT_S      60
#define SAMPLE_S    300 /* of the day's lines */
#define PAST_MS     300

struct site {
	const struct serve_site *settings;
	struct event_base *base;
	struct web *web;
	struct tls *tls;
	struct http_world world;
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

/* ---- what changed since -------------------------------------------------- */

struct heard {
	const struct view_change *change;
	size_t order; /* newest first */
};

static int
heard_order(const void *va, const void *vb)
{
	const struct heard *a = va, *b = vb;
	int c = payload_cmp(&a->change->payload, &b->change->payload);

	if (c != 0)
		return c;
	return (a->order > b->order) - (a->order < b->order);
}

/* From the first to the last of what was said of a payload. */
static void
take_net(struct http_changes *out, const struct payload **announced,
    const struct payload **withdrawn, const struct heard *all, size_t n)
{
	for (size_t i = 0, k; i < n; i += k) {
		const struct payload *p = &all[i].change->payload;
		bool was, is = all[i].change->op != CHANGE_REMOVED;

		for (k = 1; i + k < n &&
			    payload_cmp(&all[i + k].change->payload, p) == 0;)
			k++;
		was = all[i + k - 1].change->op == CHANGE_REMOVED;
		if (is && !was)
			announced[out->n_announced++] = p;
		else if (was && !is)
			withdrawn[out->n_withdrawn++] = p;
	}
	out->announced = announced;
	out->withdrawn = withdrawn;
}

static enum reason
gather(struct http_changes *out, struct site *s, const struct view_past *past,
    size_t n)
{
	const struct payload **announced, **withdrawn;
	VEC(struct heard) all = { 0 };
	enum reason r = R_VIEW_PAST;

	for (size_t i = 0; i < n && r == R_VIEW_PAST; i++) {
		struct view_delta *d =
		    ARENA_NEW(&s->changes, struct view_delta);

		if (d == NULL || view_past_read(d, s->settings->view_folder,
				     &past[i], &s->changes) != REASON_OK)
			break;
		for (size_t j = 0; j < d->n; j++) {
			struct heard h = { &d->changes[j], i };

			if (!h.change->is_left && h.change->is_heard &&
			    !vec_push(&all, h))
				r = R_LIMIT_MEMORY;
		}
		if (d->from_serial == out->from && r == R_VIEW_PAST)
			r = REASON_OK;
	}
	announced = ARENA_ARRAY(&s->changes, all.n, const struct payload *);
	withdrawn = ARENA_ARRAY(&s->changes, all.n, const struct payload *);
	if (announced == NULL || withdrawn == NULL)
		r = R_LIMIT_MEMORY;
	if (all.n > 1)
		qsort(all.v, all.n, sizeof(*all.v), heard_order);
	if (r == REASON_OK)
		take_net(out, announced, withdrawn, all.v, all.n);
	vec_fini(&all);
	return r;
}

static bool
since(void *ctx, uint32_t serial, struct http_changes *out)
{
	struct site *s = ctx;
	struct view_past *past;
	size_t n = 0, skipped = 0;

	arena_fini(&s->changes);
	arena_init(&s->changes, VIEW_MEMORY);
	*out = (struct http_changes){ .from = serial, .to = s->view.serial };
	if (view_past_list(&past, &n, s->settings->view_folder, &s->changes) !=
	    REASON_OK)
		return false;
	/* A newer view may be there already. */
	while (skipped < n && past[skipped].made_at > s->view.made_at)
		skipped++;
	return gather(out, s, past + skipped, n - skipped) == REASON_OK;
}

/* ---- what led to the view ------------------------------------------------ */

static int64_t
clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Those from this view's on back to a gap, but what is not before. */
static void
list_past(struct site *s, int64_t before_at)
{
	uint64_t edition = view_head(s->file)->edition.number;
	size_t n, from = 0;

	arena_fini(&s->list);
	arena_init(&s->list, VIEW_MEMORY);
	s->n_past = 0;
	s->past_until_ms = clock_ms() + PAST_MS;
	if (view_past_list(&s->past, &n, s->settings->view_folder, &s->list) !=
	    REASON_OK)
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
	struct site *s = ctx;

	if (i == 0)
		list_past(s, before_at);
	if (i >= s->n_past)
		return HTTP_PAST_NONE;
	if (i > 0 && clock_ms() > s->past_until_ms)
		return HTTP_PAST_LATER;
	arena_fini(&s->one);
	arena_init(&s->one, VIEW_MEMORY);
	if (view_past_read(&s->delta, s->settings->view_folder, &s->past[i],
		&s->one) != REASON_OK)
		return HTTP_PAST_NONE;
	*out = &s->delta;
	return HTTP_PAST_ONE;
}

/* ---- the view ------------------------------------------------------------ */

static void
say(const struct site *s, const char *text)
{
	s->settings->hooks->say(s->settings->hooks->ctx, text);
}

static enum reason
load(struct site *s)
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

static void
look(struct site *s)
{
	char line[256];
	struct stat st;
	uint64_t seen[4];
	enum reason r;

	if (stat(s->path, &st) != 0)
		return;
	seen[0] = st.st_dev;
	seen[1] = st.st_ino;
	seen[2] = (uint64_t)st.st_mtim.tv_sec * 1000000000 +
		  (uint64_t)st.st_mtim.tv_nsec;
	seen[3] = (uint64_t)st.st_size;
	if (memcmp(seen, s->seen, sizeof(seen)) == 0)
		return;
	memcpy(s->seen, seen, sizeof(seen));
	r = load(s);
	if (r == REASON_OK) {
		s->sampled_at = 0;
		return;
	}
	(void)snprintf(line, sizeof(line),
	    "the view: %s; answering from what "
	    "there was",
	    reason_text(r));
	say(s, line);
}

/* ---- the day ------------------------------------------------------------- */

static void
take_sample(struct site *s)
{
	const struct http_counters *c = s->settings->counters;
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
	struct site *s = ctx;

	s->world.now = (int64_t)time(NULL);
	return &s->world;
}

static void
on_second(evutil_socket_t fd, short what, void *ctx)
{
	struct site *s = ctx;
	int64_t before = s->world.view != NULL ? s->view.made_at : 0;

	(void)fd, (void)what;
	(void)world(s);
	look(s);
	take_sample(s);
	if (s->world.view != NULL && s->view.made_at != before)
		web_changed(s->web);
}

static void
on_term(evutil_socket_t fd, short what, void *ctx)
{
	(void)fd, (void)what;
	(void)event_base_loopbreak(ctx);
}

static enum reason
listen_all(struct site *s, struct fault *why)
{
	const struct serve_site *settings = s->settings;
	struct ssl_ctx_st *context = NULL;

	if (settings->tls.certificate.n > 0) {
		TRY(tls_new(&s->tls, &settings->tls, why));
		context = tls_context(s->tls);
	}
	for (size_t i = 0; i < settings->n; i++)
		if (!web_listen(s->web, settings->listeners[i].fd,
			settings->listeners[i].is_tls ? context : NULL))
			return fault_say(why, R_SERVE_LISTEN, NULL, "%s",
			    settings->listeners[i].name);
	return REASON_OK;
}

static enum reason
loop(struct site *s, void (*ready)(void *ctx), struct fault *why)
{
	const struct web_settings web = { .world = world,
		.counters = s->settings->counters,
		.ctx = s,
		.n_hosts = s->settings->n_hosts,
		.hosts = s->settings->hosts,
		.idle_s = IDLE_S,
		.wait_s = WAIT_S };
	const struct timeval second = { 1, 0 };
	struct event *tick, *term;
	enum reason r = R_LIMIT_MEMORY;

	s->web = web_new(s->base, &web);
	tick = event_new(s->base, -1, EV_PERSIST, on_second, s);
	term = evsignal_new(s->base, SIGTERM, on_term, s->base);
	if (s->web != NULL && tick != NULL && term != NULL &&
	    event_add(tick, &second) == 0 && event_add(term, NULL) == 0)
		r = listen_all(s, why);
	if (r == REASON_OK) {
		(void)world(s);
		look(s);
		take_sample(s);
		ready(s->settings->hooks->ctx);
		(void)event_base_dispatch(s->base);
	}
	web_free(s->web);
	if (tick != NULL)
		event_free(tick);
	if (term != NULL)
		event_free(term);
	return r;
}

enum reason
serve_site(const struct serve_site *settings, void (*ready)(void *ctx),
    struct fault *why)
{
	struct site *s = base_alloc(sizeof(*s));
	enum reason r = R_LIMIT_MEMORY;

	if (s == NULL)
		return r;
	s->settings = settings;
	s->world = (struct http_world){ .counters = settings->counters,
		.max_age = settings->max_age,
		.per_entity = settings->per_entity,
		.since = since,
		.past = past,
		.ctx = s };
	arena_init(&s->arena, VIEW_MEMORY);
	arena_init(&s->changes, VIEW_MEMORY);
	arena_init(&s->list, VIEW_MEMORY);
	arena_init(&s->one, VIEW_MEMORY);
	(void)snprintf(
	    s->path, sizeof(s->path), "%s/current", settings->view_folder);
	s->base = event_base_new();
	if (s->base != NULL) {
		r = loop(s, ready, why);
		tls_free(s->tls);
		event_base_free(s->base);
	}
	arena_fini(&s->one);
	arena_fini(&s->list);
	arena_fini(&s->changes);
	arena_fini(&s->arena);
	view_close(s->file);
	base_free(s);
	return r;
}
