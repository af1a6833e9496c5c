/*
 * A process that serves, and the talk with it: packets of one line. To it:
 * "socket ADDRESS" with a descriptor, then "apply"; "look"; "stop". From it:
 * "ready", "alive", "applied", "refused TEXT".
 */
#include <sys/prctl.h>
#include <sys/socket.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "supervise/inside.h"

#define TEXT_MAX 600

/* ---- in the process -------------------------------------------------------
 */

/* Not heard where the supervisor hangs: routers go on. */
static void
answer(const struct serving *v, const char *text)
{
	(void)send(v->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void
say(void *ctx, const char *text)
{
	const struct serving *v = ctx;

	v->daemon->say(v->daemon->ctx, text);
}

static void
apply_new(struct serving *v)
{
	struct conf *conf = v->daemon->load(v->daemon->ctx);
	char text[TEXT_MAX];
	struct fault why;
	enum reason r = R_CONF_FILE;

	fault_init(&why, (struct span){ 0 });
	if (conf != NULL)
		r = v->protocol->apply(v, conf, &v->sockets, NULL, &why);
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
take_socket(struct serving *v, struct span name, int fd)
{
	struct sock s = { .fd = fd };

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
	const struct span socket = SPAN("socket ");
	struct serving *v = ctx;

	if (span_starts(text, socket)) {
		take_socket(
		    v, span_of(text.p + socket.n, text.n - socket.n), fd);
		return;
	}
	if (fd >= 0)
		(void)close(fd);
	if (span_eq(text, SPAN("apply")))
		apply_new(v);
	else if (span_eq(text, SPAN("look")))
		v->protocol->look(v);
	else if (text.n == 0 || span_eq(text, SPAN("stop")))
		v->protocol->stop(v);
}

static void
on_second(void *ctx)
{
	struct serving *v = ctx;

	if (v->protocol->second != NULL)
		v->protocol->second(v);
	answer(v, "alive");
}

static void
process_main(struct supervisor *s, const struct protocol *protocol, int fd)
{
	struct serving v = { .daemon = s->daemon,
		.protocol = protocol,
		.counters = s->counters,
		.fd = fd,
		.conf = s->next != NULL ? s->next : s->conf };
	const struct serve_hooks hooks = { &v, say, on_message, on_second };
	struct fault why;
	enum reason r;

	supervise_child(s, fd, protocol->name);
	box_oom_score(0);
	fault_init(&why, (struct span){ 0 });
	r = protocol->apply(&v, v.conf, &s->sockets, &hooks, &why);
	sockets_close(&s->sockets);
	if (r != REASON_OK) {
		supervise_say(s, "%s: %s: %s", protocol->what, reason_text(r),
		    why.detail);
		_exit(1);
	}
	if (!box_server())
		supervise_say(s, "%s: it cannot be confined", protocol->what);
	answer(&v, "ready");
	protocol->loop(&v);
	_exit(0);
}

enum reason
serving_name(struct serve_listener *out, const struct conf_listener *from,
    size_t n, const struct sockets *sockets, struct fault *why)
{
	for (size_t i = 0; i < n; i++) {
		const struct sock *s = sockets_find(sockets, from[i].address);

		if (s == NULL)
			return fault_say(why, R_SERVE_LISTEN, NULL,
			    "%s: no socket: the configuration changed again",
			    from[i].address);
		out[i] = (struct serve_listener){ .fd = s->fd,
			.name = from[i].address,
			.is_tls = from[i].is_tls,
			.max_version = from[i].max_version,
			.n_allow = from[i].n_allow,
			.allow = from[i].allow };
	}
	return REASON_OK;
}

/* ---- in the supervisor ----------------------------------------------------
 */

static void
try_again_later(struct child *c)
{
	c->due_ms = c->began_ms + supervise_backoff_ms(++c->failures);
}

void
serving_start(struct supervisor *s, struct child *c)
{
	int ends[2];

	c->began_ms = c->heard_ms = clock_ms();
	c->due_ms = INT64_MAX;
	c->is_ready = c->is_applying = false;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) {
		supervise_say(s, "no socket: %s", strerror(errno));
		try_again_later(c);
		return;
	}
	c->pid = fork();
	if (c->pid == 0) {
		(void)close(ends[0]);
		process_main(s, c->protocol, ends[1]);
	}
	(void)close(ends[1]);
	c->fd = ends[0];
	if (c->pid > 0)
		return;
	supervise_say(s, "no process: %s", strerror(errno));
	c->pid = 0;
	(void)close(c->fd);
	c->fd = -1;
	try_again_later(c);
}

void
serving_tell(struct child *c, const char *what)
{
	if (c->fd >= 0)
		(void)send(
		    c->fd, what, strlen(what), MSG_NOSIGNAL | MSG_DONTWAIT);
}

static bool
send_socket(int to, const struct sock *s)
{
	union { /* aligned as CMSG_DATA wants it */
		char bytes[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} extra = { 0 };
	char text[TEXT_MAX];
	int n = snprintf(text, sizeof(text), "socket %s", s->name);
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
	return sendmsg(to, &m, MSG_NOSIGNAL | MSG_DONTWAIT) ==
	       (ssize_t)part.iov_len;
}

/* Those of the other protocol too: it takes what it has a listener for. */
void
serving_apply(struct supervisor *s, struct child *c)
{
	if (c->pid == 0)
		return; /* the next one begins with what is there */
	c->is_applying = true;
	for (size_t i = 0; i < s->sockets.n; i++)
		if (s->sockets.v[i].keep &&
		    !send_socket(c->fd, &s->sockets.v[i])) {
			serving_end(s, c, "takes no sockets");
			return;
		}
	serving_tell(c, "apply");
}

void
serving_end(struct supervisor *s, struct child *c, const char *why)
{
	supervise_say(s, "%s %s: ending it", c->protocol->what, why);
	(void)kill(c->pid, SIGKILL);
	c->heard_ms = clock_ms();
	c->is_applying = false; /* the next one begins with what there is */
}

void
serving_hear(struct supervisor *s, struct child *c)
{
	char text[TEXT_MAX + 1];
	ssize_t n;

	while (
	    c->fd >= 0 && (n = recv(c->fd, text, TEXT_MAX, MSG_DONTWAIT)) > 0) {
		text[n] = '\0';
		c->heard_ms = clock_ms();
		if (strcmp(text, "ready") == 0) {
			c->is_ready = true;
		} else if (strcmp(text, "applied") == 0) {
			c->is_applying = false;
		} else if (strncmp(text, "refused ", 8) == 0) {
			supervise_say(s, "%s goes on with its old settings: %s",
			    c->protocol->what, text + 8);
			c->is_applying = false;
		}
	}
}
