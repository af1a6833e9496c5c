/*
 * The sockets. A connection is read until a request is whole, which is then
 * answered at once, and read again only when its answer has gone out. It has
 * so many seconds for the one and for the other, however slowly it goes on:
 * libevent's evhttp, in the version that Debian 12 has, can limit neither
 * that nor how many there are, which is why this is not made of it.
 */
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "listen/listen.h"

struct connection {
	int fd; /* -1: free */
	struct buf in, out;
	size_t sent;
	bool closes; /* when all is sent */
	uint8_t peer[8];
	int64_t until_s; /* of the monotonic clock */
};

struct listen {
	struct listen_settings settings;
	int fd;
	struct connection connections[LISTEN_CONNECTIONS];
};

static int64_t
now_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

/* ---- connections ------------------------------------------------------- */

static void
deadline_set(const struct listen *l, struct connection *c)
{
	c->until_s = now_s() + l->settings.seconds;
}

static void
connection_close(struct connection *c)
{
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	buf_fini(&c->in);
	buf_fini(&c->out);
}

static void
connection_open(struct listen *l, struct connection *c, int fd)
{
	*c = (struct connection){ .fd = fd };
	buf_init(&c->in, LISTEN_HEAD_MAX + l->settings.body_max + 4);
	buf_init(&c->out, LISTEN_HEAD_MAX + l->settings.answer_max);
	deadline_set(l, c);
}

static const char *
phrase(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} rows[] = { { 200, "OK" }, { 400, "Bad Request" },
		{ 403, "Forbidden" }, { 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 411, "Length Required" }, { 413, "Content Too Large" },
		{ 422, "Unprocessable Content" }, { 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" },
		{ 505, "HTTP Version Not Supported" } };

	for (size_t i = 0; i < COUNT(rows); i++)
		if (rows[i].status == status)
			return rows[i].text;
	return "Error"; /* RFC 9112 4: nobody reads it */
}

static void
answer_write(struct connection *c, const struct listen_answer *a, bool is_head)
{
	char retry[48] = "";

	if (a->retry_after > 0)
		(void)snprintf(retry, sizeof(retry), "Retry-After: %u\r\n",
		    a->retry_after);
	c->sent = 0;
	buf_reset(&c->out);
	buf_printf(&c->out,
	    "HTTP/1.1 %u %s\r\n"
	    "Content-Type: %s\r\n"
	    "Content-Length: %zu\r\n"
	    "Cache-Control: %s\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "%s%s\r\n",
	    a->status, phrase(a->status), a->type, a->body.n,
	    a->cache != NULL ? a->cache : "no-store", retry,
	    c->closes ? "Connection: close\r\n" : "");
	if (!is_head)
		buf_span(&c->out, buf_view(&a->body));
}

static size_t
waiting(const struct listen *l)
{
	size_t n = 0;

	for (size_t i = 0; i < LISTEN_CONNECTIONS; i++)
		if (l->connections[i].fd >= 0)
			n += l->connections[i].out.n;
	return n;
}

static void
answer_make(struct listen *l, struct listen_answer *a, struct listen_request *r,
    const struct connection *c)
{
	memcpy(r->peer, c->peer, sizeof(r->peer));
	l->settings.answer(l->settings.ctx, a, r);
	if (!a->body.failed && waiting(l) + a->body.n <= LISTEN_WAITING)
		return;
	/* Who reads slowly is not to fill the memory. */
	a->status = a->body.failed ? 500 : 503;
	a->cache = NULL;
	buf_reset(&a->body);
}

/* One request, if it is there. */
static void
request_answer(struct listen *l, struct connection *c)
{
	struct listen_answer a = { .type = "text/plain; charset=utf-8" };
	struct listen_request r;
	size_t used = 0;

	a.status =
	    listen_parse(&r, &used, buf_view(&c->in), l->settings.body_max);
	if (a.status == 0)
		return;
	buf_init(&a.body, l->settings.answer_max);
	c->closes = a.status != 200 || r.closes;
	if (a.status == 200)
		answer_make(l, &a, &r, c);
	answer_write(c, &a, r.is_head);
	buf_fini(&a.body);
	memmove(c->in.p, c->in.p + used, c->in.n - used);
	c->in.n -= used;
	deadline_set(l, c);
	if (c->out.failed)
		connection_close(c);
}

static void
connection_send(struct listen *l, struct connection *c)
{
	ssize_t n = send(c->fd, c->out.p + c->sent, c->out.n - c->sent,
	    MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n < 0 && errno != EAGAIN && errno != EINTR)
		connection_close(c);
	if (n <= 0)
		return;
	c->sent += (size_t)n;
	if (c->sent < c->out.n)
		return;
	if (c->closes) {
		/* So that the answer is not lost to what was not read. */
		(void)shutdown(c->fd, SHUT_WR);
		connection_close(c);
		return;
	}
	buf_reset(&c->out);
	c->sent = 0;
	deadline_set(l, c);
	request_answer(l, c); /* one may be here already */
}

static void
connection_receive(struct listen *l, struct connection *c)
{
	uint8_t piece[4096];
	size_t most = sizeof(piece), room = c->in.cap - c->in.n;
	ssize_t n;

	if (most > room)
		most = room;
	n = recv(c->fd, piece, most, MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		connection_close(c);
		return;
	}
	/* An idle one has all its time from its first byte. */
	if (c->in.n == 0)
		deadline_set(l, c);
	buf_add(&c->in, piece, (size_t)n);
	if (c->in.failed)
		connection_close(c);
	else
		request_answer(l, c);
}

/* ---- the listener ------------------------------------------------------ */

static struct connection *
connection_free(struct listen *l)
{
	for (size_t i = 0; i < LISTEN_CONNECTIONS; i++)
		if (l->connections[i].fd < 0)
			return &l->connections[i];
	return NULL;
}

/* While all are in use, those that ask for nothing make room. */
static struct connection *
connection_idle(struct listen *l)
{
	struct connection *oldest = NULL;

	for (size_t i = 0; i < LISTEN_CONNECTIONS; i++) {
		struct connection *c = &l->connections[i];

		if (c->in.n == 0 && c->out.n == 0 &&
		    (oldest == NULL || c->until_s < oldest->until_s))
			oldest = c;
	}
	return oldest;
}

static void
peer_of(uint8_t out[8], const struct sockaddr_storage *a)
{
	const struct sockaddr_in6 *six = (const struct sockaddr_in6 *)a;

	memset(out, 0, 8);
	if (a->ss_family == AF_INET)
		memcpy(out, &((const struct sockaddr_in *)a)->sin_addr, 4);
	if (a->ss_family != AF_INET6)
		return;
	if (IN6_IS_ADDR_V4MAPPED(&six->sin6_addr)) {
		memcpy(out, six->sin6_addr.s6_addr + 12, 4);
		return;
	}
	memcpy(out, &six->sin6_addr, 6);
	out[7] = 6; /* no IPv4 address has it */
}

static void
one_accept(struct listen *l)
{
	struct connection *c = connection_free(l);
	struct sockaddr_storage from = { 0 };
	socklen_t n = sizeof(from);
	int fd = accept(l->fd, (struct sockaddr *)&from, &n);

	if (fd < 0)
		return;
	if (c == NULL)
		c = connection_idle(l);
	if (c == NULL) {
		(void)close(fd);
		return;
	}
	if (c->fd >= 0)
		connection_close(c);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	connection_open(l, c, fd);
	peer_of(c->peer, &from);
}

static bool
has_room(struct listen *l)
{
	return connection_free(l) != NULL || connection_idle(l) != NULL;
}

static void
late_close(struct listen *l)
{
	int64_t now = now_s();

	for (size_t i = 0; i < LISTEN_CONNECTIONS; i++)
		if (l->connections[i].fd >= 0 &&
		    l->connections[i].until_s <= now)
			connection_close(&l->connections[i]);
}

void
listen_poll(struct listen *l, int wait_ms)
{
	struct pollfd fds[1 + LISTEN_CONNECTIONS];

	for (size_t i = 0; i < LISTEN_CONNECTIONS; i++)
		fds[i] = (struct pollfd){ .fd = l->connections[i].fd,
			.events =
			    l->connections[i].out.n > 0 ? POLLOUT : POLLIN };
	fds[LISTEN_CONNECTIONS] =
	    (struct pollfd){ .fd = has_room(l) ? l->fd : -1, .events = POLLIN };
	if (poll(fds, COUNT(fds), wait_ms) > 0) {
		for (size_t i = 0; i < LISTEN_CONNECTIONS; i++) {
			if (fds[i].revents == 0)
				continue;
			if (fds[i].events == POLLOUT)
				connection_send(l, &l->connections[i]);
			else
				connection_receive(l, &l->connections[i]);
		}
		if (fds[LISTEN_CONNECTIONS].revents != 0)
			one_accept(l);
	}
	late_close(l);
}

void
listen_run(struct listen *l)
{
	for (;;)
		listen_poll(l, 1000);
}

/* ---- open and close ---------------------------------------------------- */

/* "[::1]:8090": what is before the last colon, and what is behind it. */
static bool
address_split(char host[256], const char **port, const char *address)
{
	const char *colon = strrchr(address, ':');
	size_t n = colon == NULL ? 0 : (size_t)(colon - address);

	if (colon == NULL || n == 0 || n >= 256 || colon[1] == '\0')
		return false;
	if (address[0] == '[') {
		if (n < 3 || address[n - 1] != ']')
			return false;
		address++;
		n -= 2;
	}
	memcpy(host, address, n);
	host[n] = '\0';
	*port = colon + 1;
	return true;
}

static int
socket_open(const struct addrinfo *a)
{
	int on = 1, fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);

	if (fd < 0)
		return -1;
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, 128) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* Numbers only: what a name means is no business of a listener. */
static int
address_open(const char *address)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE };
	struct addrinfo *found;
	char host[256];
	const char *port;
	int fd;

	errno = EINVAL;
	if (!address_split(host, &port, address) ||
	    getaddrinfo(host, port, &hints, &found) != 0)
		return -1;
	fd = socket_open(found);
	freeaddrinfo(found);
	return fd;
}

enum reason
listen_open(struct listen **out, const struct listen_settings *settings,
    struct fault *why)
{
	struct listen *l = base_alloc(sizeof(*l));

	if (l == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	l->settings = *settings;
	if (l->settings.seconds == 0)
		l->settings.seconds = LISTEN_SECONDS;
	if (l->settings.answer_max == 0)
		l->settings.answer_max = l->settings.body_max;
	for (size_t i = 0; i < LISTEN_CONNECTIONS; i++)
		l->connections[i].fd = -1;
	l->fd = address_open(settings->address);
	if (l->fd < 0) {
		listen_close(l);
		return fault_say(why, R_LISTEN_ADDRESS, NULL, "%.100s: %s",
		    settings->address, strerror(errno));
	}
	*out = l;
	return REASON_OK;
}

unsigned
listen_port(const struct listen *l)
{
	struct sockaddr_storage a;
	socklen_t n = sizeof(a);

	if (getsockname(l->fd, (struct sockaddr *)&a, &n) != 0)
		return 0;
	if (a.ss_family == AF_INET6)
		return ntohs(((struct sockaddr_in6 *)&a)->sin6_port);
	return ntohs(((struct sockaddr_in *)&a)->sin_port);
}

void
listen_close(struct listen *l)
{
	if (l == NULL)
		return;
	for (size_t i = 0; i < LISTEN_CONNECTIONS; i++)
		if (l->connections[i].fd >= 0)
			connection_close(&l->connections[i]);
	if (l->fd >= 0)
		(void)close(l->fd);
	base_free(l);
}
