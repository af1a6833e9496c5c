/*
 * The process for programs and people. It holds no session that anybody would
 * miss: a reload ends it, and the next one has the new configuration; the
 * sockets stay open meanwhile.
 */
#include <sys/mman.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/supervise_inside.h"

static void
say(void *ctx, const char *text)
{
	const struct supervisor *s = ctx;

	s->daemon->say(s->daemon->ctx, text);
}

static void
ready(void *ctx)
{
	if (!box_server())
		say(ctx, "http: the process cannot be confined");
}

static enum reason
name_listeners(struct serve_listener *out, const struct supervisor *s)
{
	const struct conf_http *http = &s->conf->http;

	for (size_t i = 0; i < http->n; i++) {
		const struct conf_listener *l = &http->listeners[i];
		const struct sock *sock =
		    sockets_find(&s->sockets, l->address, l->is_tls);

		if (sock == NULL)
			return R_SERVE_LISTEN;
		/* The loop closes its own: the supervisor's goes with us. */
		out[i] = (struct serve_listener){ .fd = dup(sock->fd),
			.name = l->address,
			.is_tls = l->is_tls };
	}
	return REASON_OK;
}

static enum reason
serve(struct supervisor *s, struct fault *why)
{
	const struct conf_http *http = &s->conf->http;
	const struct serve_hooks hooks = { .ctx = s, .say = say };
	struct serve_listener *listeners =
	    base_alloc((http->n + 1) * sizeof(*listeners));
	struct buf cert, key;
	char folder[PATH_MAX];
	struct serve_site site = { .n = http->n,
		.listeners = listeners,
		.view_folder = folder,
		.max_age = (int64_t)s->conf->max_age,
		.n_hosts = http->n_hosts,
		.hosts = http->hosts,
		.per_entity = http->per_entity,
		.counters = s->counters,
		.hooks = &hooks };
	enum reason r;

	(void)snprintf(folder, sizeof(folder), "%s/view", s->conf->cache);
	if (listeners == NULL)
		return R_LIMIT_MEMORY;
	if (!supervise_read(&cert, http->certificate) ||
	    !supervise_read(&key, http->key))
		return fault_say(why, R_SERVE_TLS, NULL,
		    "certificate or key cannot be read: %s", strerror(errno));
	site.tls = (struct serve_tls){ .certificate = buf_view(&cert),
		.key = buf_view(&key) };
	r = name_listeners(listeners, s);
	return r == REASON_OK ? serve_site(&site, ready, why) : r;
}

static void
site_main(struct supervisor *s)
{
	struct fault why;
	enum reason r;

	supervise_child(s, -1);
	box_oom_score(0);
	fault_init(&why, (struct span){ 0 });
	r = serve(s, &why);
	if (r != REASON_OK)
		supervise_say(s, "http: %s: %s", reason_text(r), why.detail);
	_exit(r == REASON_OK ? 0 : 1);
}

/* ---- in the supervisor --------------------------------------------------- */

bool
site_is_wanted(const struct supervisor *s)
{
	return s->conf->http.n > 0;
}

void
site_start(struct supervisor *s)
{
	struct child *c = &s->site;

	c->began_ms = run_clock_ms();
	c->due_ms = INT64_MAX;
	c->pid = fork();
	if (c->pid == 0)
		site_main(s);
	if (c->pid < 0) {
		c->pid = 0;
		supervise_say(s, "no process: %s", strerror(errno));
		c->due_ms = c->began_ms + supervise_backoff_ms(++c->failures);
	}
}

bool
counters_open(struct supervisor *s)
{
	void *p = mmap(NULL, sizeof(*s->counters), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	s->counters = p != MAP_FAILED ? p : NULL;
	return s->counters != NULL;
}

void
counters_close(struct supervisor *s)
{
	if (s->counters != NULL)
		(void)munmap(s->counters, sizeof(*s->counters));
}

void
counters_take(struct http_counters *out, const struct serve_counters *c)
{
	for (size_t i = 0; i < RTR_VERSIONS; i++)
		out->rtr_clients[i] = c->clients_of[i];
	out->rtr_accepted = c->accepted;
	out->rtr_refused = c->refused;
	out->rtr_errors = c->errors;
	out->rtr_queries = c->queries;
	out->rtr_resets = c->resets;
	out->rtr_timeouts = c->timeouts;
	out->rtr_sent_bytes = c->sent_bytes;
	out->rtr_received_bytes = c->received_bytes;
}
