/*
 * The server's process, and the talk with it: packets of one line. To it:
 * "socket ADDRESS" or "tls ADDRESS" with a descriptor, then "apply"; "look";
 * "stop". From it: "ready", "alive", "applied", "refused TEXT".
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "run/supervise_inside.h"

#define PEM_MAX  ((size_t)1 << 20)
#define TEXT_MAX 600

/* ---- in the server --------------------------------------------------------
 */

struct server {
	struct supervisor *parent; /* as it was at the fork */
	const struct run_daemon *daemon;
	int fd;
	struct serve *serve;
	struct conf *conf;
	struct sockets sockets; /* of the reload under way */
};

static void
answer(const struct server *v, const char *text)
{
	(void)send(v->fd, text, strlen(text), MSG_NOSIGNAL);
}

static void
say(void *ctx, const char *text)
{
	const struct server *v = ctx;

	v->daemon->say(v->daemon->ctx, text);
}

bool
supervise_read(struct buf *out, const char *path)
{
	uint8_t piece[4096];
	ssize_t n = 0;
	int fd;

	buf_init(out, PEM_MAX);
	if (path == NULL)
		return true;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return false;
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	(void)close(fd);
	return n == 0 && !out->failed;
}

static enum reason
name_listeners(struct serve_listener *out, const struct conf *conf,
    const struct sockets *sockets, struct fault *why)
{
	for (size_t i = 0; i < conf->rtr.n; i++) {
		const struct conf_listener *l = &conf->rtr.listeners[i];
		const struct sock *s =
		    sockets_find(sockets, l->address, l->is_tls);

		if (s == NULL)
			return fault_say(why, R_SERVE_LISTEN, NULL,
			    "%s: no socket: the configuration changed again",
			    l->address);
		out[i] = (struct serve_listener){ .fd = s->fd,
			.name = l->address,
			.is_tls = l->is_tls,
			.max_version = l->max_version,
			.n_allow = l->n_allow,
			.allow = l->allow };
	}
	return REASON_OK;
}

/* Open the server, or have it take new settings. */
static enum reason
use(struct server *v, struct serve_settings *settings,
    const struct serve_hooks *hooks, struct fault *why)
{
	return v->serve == NULL
		   ? serve_open(&v->serve, settings, hooks, v->fd, why)
		   : serve_apply(v->serve, settings, why);
}

static enum reason
apply(struct server *v, const struct conf *conf, const struct sockets *sockets,
    const struct serve_hooks *hooks, struct fault *why)
{
	struct serve_listener *listeners =
	    base_alloc((conf->rtr.n + 1) * sizeof(*listeners));
	struct buf cert, key, ca;
	char folder[PATH_MAX];
	enum reason r = R_LIMIT_MEMORY;
	struct serve_settings settings = { .n = conf->rtr.n,
		.listeners = listeners,
		.history = (size_t)conf->rtr.history,
		.timers = { (uint32_t)conf->rtr.refresh,
		    (uint32_t)conf->rtr.retry, (uint32_t)conf->rtr.expire },
		.max_age = (int64_t)conf->max_age,
		.limits = &conf->limits };
	bool read_all = supervise_read(&cert, conf->rtr.certificate);

	read_all = supervise_read(&key, conf->rtr.key) && read_all;
	read_all = supervise_read(&ca, conf->rtr.client_ca) && read_all;
	(void)snprintf(folder, sizeof(folder), "%s/view", conf->cache);
	settings.view_folder = folder;
	settings.tls = (struct serve_tls){ buf_view(&cert), buf_view(&key),
		buf_view(&ca) };
	if (!read_all)
		r = fault_say(why, R_SERVE_TLS, NULL,
		    "certificate, key or client-ca cannot be read: %s",
		    strerror(errno));
	else if (listeners != NULL)
		r = name_listeners(listeners, conf, sockets, why);
	if (r == REASON_OK)
		r = use(v, &settings, hooks, why);
	buf_fini(&cert);
	buf_fini(&key);
	buf_fini(&ca);
	base_free(listeners);
	return r;
}

static void
apply_new(struct server *v)
{
	struct conf *conf = v->daemon->load(v->daemon->ctx);
	char text[TEXT_MAX];
	struct fault why;
	enum reason r = R_CONF_FILE;

	fault_init(&why, (struct span){ 0 });
	if (conf != NULL)
		r = apply(v, conf, &v->sockets, NULL, &why);
	sockets_close(&v->sockets);
	if (r == REASON_OK) {
		v->daemon->drop(v->daemon->ctx, v->conf);
		v->conf = conf;
		answer(v, "applied");
		return;
	}
	if (conf != NULL)
		v->daemon->drop(v->daemon->ctx, conf);
	(void)snprintf(
	    text, sizeof(text), "refused %s: %s", reason_text(r), why.detail);
	answer(v, text);
}

static void
take_socket(struct server *v, struct span name, bool is_tls, int fd)
{
	struct sock s = { .fd = fd, .is_tls = is_tls };

	s.name = base_alloc(name.n + 1);
	if (s.name != NULL)
		memcpy(s.name, name.p, name.n);
	if (fd >= 0 && s.name != NULL && vec_push(&v->sockets, s))
		return;
	base_free(s.name);
	if (fd >= 0)
		(void)close(fd);
}

static void
on_message(void *ctx, struct span text, int fd)
{
	static const struct {
		struct span word;
		bool is_tls;
	} sockets[] = { { { (const uint8_t *)"socket ", 7 }, false },
		{ { (const uint8_t *)"tls ", 4 }, true } };
	struct server *v = ctx;

	for (size_t i = 0; i < COUNT(sockets); i++) {
		size_t n = sockets[i].word.n;

		if (span_starts(text, sockets[i].word)) {
			take_socket(v, span_of(text.p + n, text.n - n),
			    sockets[i].is_tls, fd);
			return;
		}
	}
	if (fd >= 0)
		(void)close(fd);
	if (span_eq(text, SPAN("apply")))
		apply_new(v);
	else if (span_eq(text, SPAN("look")))
		serve_look(v->serve);
	else if (text.n == 0 || span_eq(text, SPAN("stop")))
		serve_stop(v->serve);
}

static void
on_second(void *ctx)
{
	const struct server *v = ctx;
	struct serve_counters counters;

	serve_counters(&counters, v->serve);
	counters_take(v->parent->counters, &counters);
	v->parent->counters->n_routers =
	    serve_routers(v->parent->counters->routers, HTTP_ROUTERS, v->serve);
	answer(v, "alive");
}

static void
server_main(struct supervisor *s, int fd)
{
	struct server v = {
		.parent = s, .daemon = s->daemon, .fd = fd, .conf = s->conf
	};
	const struct serve_hooks hooks = { &v, say, on_message, on_second };
	struct fault why;
	enum reason r;

	supervise_child(s, fd);
	box_oom_score(0);
	fault_init(&why, (struct span){ 0 });
	r = apply(&v, s->conf, &s->sockets, &hooks, &why);
	sockets_close(&s->sockets);
	if (r != REASON_OK) {
		supervise_say(s, "server: %s: %s", reason_text(r), why.detail);
		_exit(1);
	}
	if (!box_server())
		supervise_say(s, "server: it cannot be confined");
	answer(&v, "ready");
	serve_loop(v.serve);
	serve_close(v.serve);
	_exit(0);
}

/* ---- in the supervisor
 * ------------------------------------------------------- */

void
server_start(struct supervisor *s)
{
	struct child *c = &s->server;
	int ends[2];

	c->began_ms = s->heard_ms = run_clock_ms();
	c->due_ms = INT64_MAX;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		supervise_say(s, "no socket: %s", strerror(errno));
		c->due_ms = c->began_ms + supervise_backoff_ms(++c->failures);
		return;
	}
	c->pid = fork();
	if (c->pid == 0) {
		(void)close(ends[0]);
		server_main(s, ends[1]);
	}
	(void)close(ends[1]);
	c->fd = ends[0];
	if (c->pid < 0) {
		c->pid = 0;
		(void)close(c->fd);
		c->fd = -1;
		supervise_say(s, "no process: %s", strerror(errno));
		c->due_ms = c->began_ms + supervise_backoff_ms(++c->failures);
	}
}

void
server_tell(struct supervisor *s, const char *what)
{
	if (s->server.fd >= 0)
		(void)send(s->server.fd, what, strlen(what),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool
send_socket(int to, const struct sock *s)
{
	union { /* aligned as CMSG_DATA wants it */
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} extra = { 0 };
	char text[TEXT_MAX];
	int n = snprintf(
	    text, sizeof(text), "%s %s", s->is_tls ? "tls" : "socket", s->name);
	struct iovec part = { text, n > 0 ? (size_t)n : 0 };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = extra.bytes,
		.msg_controllen = sizeof(extra.bytes) };
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);

	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(s->fd));
	memcpy(CMSG_DATA(h), &s->fd, sizeof(s->fd));
	return sendmsg(to, &m, MSG_NOSIGNAL) == (ssize_t)part.iov_len;
}

bool
server_reload(struct supervisor *s)
{
	for (size_t i = 0; i < s->sockets.n; i++)
		if (s->sockets.v[i].keep &&
		    !send_socket(s->server.fd, &s->sockets.v[i]))
			return false;
	server_tell(s, "apply");
	return true;
}

static void
reloaded(struct supervisor *s, bool good)
{
	if (s->next == NULL)
		return;
	if (good) {
		s->daemon->drop(s->daemon->ctx, s->conf);
		s->conf = s->next;
		sockets_tidy(&s->sockets);
		if (s->site.pid > 0)
			(void)kill(s->site.pid, SIGTERM);
		supervise_say(s, "configuration reloaded");
		/* Trust anchors and exceptions may be others. */
		if (s->engine.pid > 0)
			s->run_again = true;
		else
			s->engine.due_ms = run_clock_ms();
	} else {
		supervise_say(s, "the configuration stays as it was");
		s->daemon->drop(s->daemon->ctx, s->next);
	}
	s->next = NULL;
	notify_systemd("READY=1");
}

void
server_hear(struct supervisor *s)
{
	char text[TEXT_MAX + 1];
	ssize_t n;

	while (s->server.fd >= 0 &&
	       (n = recv(s->server.fd, text, TEXT_MAX, MSG_DONTWAIT)) > 0) {
		text[n] = '\0';
		s->heard_ms = run_clock_ms();
		if (strcmp(text, "ready") == 0) {
			if (!s->is_ready)
				notify_systemd("READY=1");
			s->is_ready = true;
		} else if (strcmp(text, "applied") == 0) {
			reloaded(s, true);
		} else if (strncmp(text, "refused ", 8) == 0) {
			supervise_say(s, "%s", text + 8);
			reloaded(s, false);
		}
	}
}
