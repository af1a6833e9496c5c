/* The loop: settings, views, the second hand, the end. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "serve/inside.h"

#define STOP_MS 1000

int64_t
serve_clock_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
serve_say(struct serve *s, const char *fmt, ...)
{
	char line[512];
	va_list args;

	if (s->hooks.say == NULL)
		return;
	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	s->hooks.say(s->hooks.ctx, line);
}

/* ---- clients, all of them
 * ----------------------------------------------------- */

static void
tick_all(struct serve *s)
{
	int64_t now = serve_clock_ms();
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		conn_tick(c, now);
	}
	if (s->n_told > 1)
		serve_say(s, "and %zu more routers", s->n_told - 1);
	s->n_told = 0;
}

enum reason
serve_view(struct serve *s, const struct view *view)
{
	struct rtr_cache_facts before, after;

	rtr_cache_facts(&before, s->rtr);
	TRY(rtr_cache_take(s->rtr, view));
	s->made_at = view->made_at;
	s->counters.views++;
	rtr_cache_facts(&after, s->rtr);
	if (after.left_out > 0 && after.serial != before.serial)
		serve_say(s, "%zu payloads that no PDU may carry are left out",
		    after.left_out);
	source_age(s);
	tick_all(s);
	return REASON_OK;
}

static void
begin_goodbyes(struct serve *s)
{
	struct conn *c, *next;

	for (c = TAILQ_FIRST(&s->conns); c != NULL; c = next) {
		next = TAILQ_NEXT(c, next);
		rtr_goodbye(&c->rtr);
		conn_run(c);
	}
}

void
serve_stop(struct serve *s)
{
	if (s->is_stopping)
		return;
	s->is_stopping = true;
	s->stop_ms = serve_clock_ms();
	for (size_t i = 0; i < s->n_listeners; i++)
		(void)event_del(s->listeners[i].event);
	begin_goodbyes(s);
}

/* ---- the second hand
 * ------------------------------------------------------------ */

static void
on_tick(evutil_socket_t fd, short what, void *ctx)
{
	struct serve *s = ctx;

	(void)fd, (void)what;
	if (s->is_stopping &&
	    (s->n_conns == 0 || serve_clock_ms() - s->stop_ms >= STOP_MS)) {
		(void)event_base_loopbreak(s->base);
		return;
	}
	source_look(s);
	source_age(s);
	tick_all(s);
	if (s->hooks.second != NULL)
		s->hooks.second(s->hooks.ctx);
}

/* ---- settings
 * --------------------------------------------------------------------- */

static enum reason
set_folder(struct serve *s, const char *folder)
{
	char *copy = folder == NULL ? NULL : base_strdup(folder);

	if (folder != NULL && copy == NULL)
		return R_LIMIT_MEMORY;
	if (s->folder == NULL || folder == NULL ||
	    strcmp(s->folder, folder) != 0) {
		base_free(s->folder);
		s->folder = copy;
		memset(s->view_seen, 0, sizeof(s->view_seen));
		source_watch(s);
	} else {
		base_free(copy);
	}
	return REASON_OK;
}

enum reason
serve_apply(
    struct serve *s, const struct serve_settings *settings, struct fault *why)
{
	struct listener *listeners = NULL;
	struct tls *tls;
	enum reason r = tls_new(&tls, &settings->tls, why);

	if (r == REASON_OK)
		r = listeners_make(&listeners, s, settings, tls, why);
	if (r == REASON_OK)
		r = set_folder(s, settings->view_folder);
	if (r != REASON_OK) {
		listeners_free(listeners, settings->n);
		tls_free(tls);
		return r;
	}
	listeners_free(s->listeners, s->n_listeners);
	tls_free(s->tls);
	s->listeners = listeners;
	s->n_listeners = settings->n;
	s->tls = tls;
	s->limits = *settings->limits;
	s->max_age = settings->max_age;
	s->history = settings->history;
	rtr_cache_set(s->rtr, settings->history, &settings->timers);
	source_look(s);
	source_age(s);
	return REASON_OK;
}

/* ---- open, loop, close
 * ---------------------------------------------------------------- */

static enum reason
open_base(struct serve *s, int control)
{
	struct event_config *config = event_config_new();
	struct timeval second = { 1, 0 };

	if (config == NULL)
		return R_LIMIT_MEMORY;
	/* What an epoll change list saves, many small turns would lose. */
	s->base = event_base_new_with_config(config);
	event_config_free(config);
	if (s->base == NULL)
		return R_LIMIT_MEMORY;
	s->tick = event_new(s->base, -1, EV_PERSIST, on_tick, s);
	if (s->tick == NULL || event_add(s->tick, &second) != 0)
		return R_LIMIT_MEMORY;
	return control_open(&s->control, s->base, control, &s->hooks)
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

enum reason
serve_open(struct serve **out, const struct serve_settings *settings,
    const struct serve_hooks *hooks, int control, struct fault *why)
{
	struct serve *s = base_alloc(sizeof(*s));
	enum reason r;

	*out = NULL;
	if (s == NULL)
		return R_LIMIT_MEMORY;
	/* OpenSSL writes without MSG_NOSIGNAL. */
	(void)signal(SIGPIPE, SIG_IGN);
	TAILQ_INIT(&s->conns);
	map_init(&s->addresses);
	s->hooks = *hooks;
	s->notice_fd = -1;
	s->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	s->rtr = rtr_cache_new(settings->history, &settings->timers);
	r = s->rtr == NULL ? R_LIMIT_MEMORY : open_base(s, control);
	if (r == REASON_OK)
		r = serve_apply(s, settings, why);
	if (r != REASON_OK) {
		serve_close(s);
		return r;
	}
	*out = s;
	return REASON_OK;
}

void
serve_loop(struct serve *s)
{
	(void)event_base_dispatch(s->base);
}

static void
free_event(struct event *e)
{
	if (e != NULL)
		event_free(e);
}

void
serve_close(struct serve *s)
{
	if (s == NULL)
		return;
	while (!TAILQ_EMPTY(&s->conns))
		conn_close(TAILQ_FIRST(&s->conns));
	listeners_free(s->listeners, s->n_listeners);
	tls_free(s->tls);
	rtr_cache_free(s->rtr);
	map_fini(&s->addresses);
	free_event(s->tick);
	free_event(s->resume);
	control_close(&s->control);
	free_event(s->notice);
	if (s->notice_fd >= 0)
		(void)close(s->notice_fd);
	if (s->reserve >= 0)
		(void)close(s->reserve);
	if (s->base != NULL)
		event_base_free(s->base);
	base_free(s->folder);
	base_free(s);
}

void
serve_look(struct serve *s)
{
	source_look(s);
}

void
serve_counters(struct serve_counters *out, const struct serve *s)
{
	const struct conn *c;

	*out = s->counters;
	out->clients = s->n_conns;
	TAILQ_FOREACH(c, &s->conns, next)
	{
		out->errors += c->rtr.reports;
		out->queries += c->rtr.queries;
		out->resets += c->rtr.resets;
		if (c->rtr.is_open)
			out->clients_of[c->rtr.version]++;
	}
}

size_t
serve_routers(struct http_router *out, size_t n, const struct serve *s)
{
	int64_t now = (int64_t)time(NULL), now_ms = serve_clock_ms();
	const struct conn *c;
	size_t k = 0;

	TAILQ_FOREACH(c, &s->conns, next)
	{
		if (k == n)
			break;
		out[k++] = (struct http_router){ .addr = c->address->addr,
			.family = c->address->family,
			.is_tls = c->wire.tls != NULL,
			.is_open = c->rtr.is_open,
			.has_serial = c->rtr.told,
			.version = c->rtr.version,
			.serial = c->rtr.serial,
			.came_at = now - (now_ms - c->came_ms) / 1000,
			.heard_at = now - (now_ms - c->heard_ms) / 1000,
			.queries = c->rtr.queries,
			.resets = c->rtr.resets,
			.sent_bytes = c->sent_bytes };
	}
	return k;
}

void
serve_rtr_facts(struct rtr_cache_facts *out, const struct serve *s)
{
	rtr_cache_facts(out, s->rtr);
}
