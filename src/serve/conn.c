/*
 * One connection: what came is fed to the session, what it says is sent, by
 * turns. A session that owes an answer reads nothing, and no turn is longer
 * than TURN bytes, so that nobody waits for another's appetite.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <string.h>
#include <unistd.h>

#include "serve/inside.h"

#define SEND_SPACE (256 << 10) /* of the kernel, for each, which doubles it */
#define TURN       ((size_t)2 * SEND_SPACE)
#define READS      16 /* in one turn */
#define LINGER_MS  2000

/* ---- how many come from where -------------------------------------------- */

static struct span
address_key(const struct address *a)
{
	/* Both are filled with zeros where they say nothing. */
	return span_of(&a->addr, sizeof(a->addr));
}

static struct address *
address_get(struct serve *s, const struct addr *addr, enum family family)
{
	struct address key = { .addr = *addr, .family = family }, *a;

	/* An IPv4 address differs from each IPv6 one by its place. */
	if (family == FAMILY_V4)
		memcpy(key.addr.b + 4,
		    "\xff\xff\xff\xff\xff\xff\xff\xff"
		    "\xff\xff\xff\xff",
		    12);
	a = map_get(&s->addresses, address_key(&key));
	if (a != NULL)
		return a;
	a = base_alloc(sizeof(*a));
	if (a == NULL)
		return NULL;
	*a = key;
	if (!map_put(&s->addresses, address_key(a), a)) {
		base_free(a);
		return NULL;
	}
	return a;
}

static void
address_leave(struct serve *s, struct address *a)
{
	if (a == NULL || --a->n > 0)
		return;
	map_remove(&s->addresses, address_key(a));
	base_free(a);
}

/* ---- begin and end ----------------------------------------------------------
 */

void
conn_close(struct conn *c)
{
	struct serve *s = c->serve;

	(void)event_del(&c->event);
	s->counters.queries += c->rtr.queries;
	s->counters.resets += c->rtr.resets;
	s->counters.errors += c->rtr.reports;
	rtr_session_fini(&c->rtr);
	tls_conn_free(c->wire.tls);
	(void)close(c->wire.fd);
	TAILQ_REMOVE(&s->conns, c, next);
	s->n_conns--;
	address_leave(s, c->address);
	base_free(c);
}

static void
on_event(evutil_socket_t fd, short what, void *ctx)
{
	struct conn *c = ctx;

	(void)fd, (void)what;
	conn_run(c);
}

static void
wait_for(struct conn *c, short what)
{
	struct event_base *base = c->serve->base;

	if (c->waits == what)
		return;
	(void)event_del(&c->event);
	(void)event_assign(&c->event, base, c->wire.fd,
	    (short)(what | EV_PERSIST), on_event, c);
	c->waits = event_add(&c->event, NULL) == 0 ? what : 0;
}

static void
set_options(int fd)
{
	int on = 1, space = SEND_SPACE, idle = 60, every = 20, times = 3;

	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &space, sizeof(space));
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof(times));
}

void
conn_start(
    struct listener *l, int fd, const struct addr *addr, enum family family)
{
	struct serve *s = l->serve;
	struct address *a = address_get(s, addr, family);
	struct conn *c = NULL;

	if (a != NULL)
		a->n++;
	if (a != NULL && a->n <= s->limits.rtr_address_clients &&
	    s->n_conns < s->limits.rtr_clients)
		c = base_alloc(sizeof(*c));
	if (c != NULL && l->tls != NULL) {
		c->wire.tls = tls_accept(l->tls, fd);
		if (c->wire.tls == NULL) {
			base_free(c);
			c = NULL;
		}
	}
	if (c == NULL) {
		s->counters.refused++;
		address_leave(s, a);
		(void)close(fd);
		return;
	}
	set_options(fd);
	c->serve = s;
	c->wire.fd = fd;
	c->address = a;
	c->came_ms = c->since_ms = c->heard_ms = serve_clock_ms();
	rtr_session_init(&c->rtr, s->rtr, l->max_version);
	(void)event_assign(&c->event, s->base, fd, EV_READ, on_event, c);
	TAILQ_INSERT_TAIL(&s->conns, c, next);
	s->n_conns++;
	s->counters.accepted++;
	conn_run(c);
}

/* ---- a turn
 * ------------------------------------------------------------------- */

enum turn {
	TURN_MORE,
	TURN_WAIT, /* an event will come */
	TURN_OVER  /* close */
};

static enum turn
on_wire(struct conn *c, ssize_t n)
{
	if (n != WIRE_AGAIN)
		return TURN_OVER;
	wait_for(c, c->wire.wants);
	return TURN_WAIT;
}

static enum turn
send_some(struct conn *c, const struct span *out, size_t n_out, size_t *left)
{
	struct span part[RTR_SPANS];
	size_t room = *left, asked;
	ssize_t n;

	for (size_t i = 0; i < n_out; i++) {
		part[i] = span_of(out[i].p, out[i].n < room ? out[i].n : room);
		room -= part[i].n;
	}
	asked = *left - room;
	n = wire_write(&c->wire, part, n_out);
	if (n < 0)
		return on_wire(c, n);
	rtr_sent(&c->rtr, (size_t)n);
	c->sent_bytes += (uint64_t)n;
	c->serve->counters.sent_bytes += (uint64_t)n;
	c->since_ms = serve_clock_ms();
	*left = room;
	if ((size_t)n == asked && room > 0)
		return TURN_MORE;
	/* It takes no more now, or it is the others' turn. */
	wait_for(c, c->wire.wants);
	return TURN_WAIT;
}

static enum turn
read_some(struct conn *c)
{
	ssize_t n = wire_read(&c->wire, c->in, sizeof(c->in));

	if (n <= 0)
		return on_wire(c, n);
	c->in_at = 0;
	c->in_n = (size_t)n;
	c->serve->counters.received_bytes += (uint64_t)n;
	return TURN_MORE;
}

/* One line a turn of the clock: who is many does not fill the log. */
FORMAT(2, 3)
static void
tell(struct conn *c, const char *fmt, ...)
{
	struct serve *s = c->serve;
	char peer[PREFIX_TEXT], text[128];
	va_list args;

	if (s->n_told++ > 0)
		return;
	addr_write(peer, c->address->family, &c->address->addr);
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	serve_say(s, "router %s: %s", peer, text);
}

static void
feed(struct conn *c)
{
	bool was_midway = rtr_is_midway(&c->rtr);

	c->in_at +=
	    rtr_feed(&c->rtr, span_of(c->in + c->in_at, c->in_n - c->in_at));
	c->heard_ms = serve_clock_ms();
	if (!was_midway || !rtr_is_midway(&c->rtr))
		c->since_ms = c->heard_ms;
	if (c->rtr.peer_error >= 0)
		tell(c, "it ends the session: Error Report %d",
		    c->rtr.peer_error);
}

/* All was said: the client is given time to read it before the reset that
 * closing over unread input would be. */
static enum turn
linger(struct conn *c)
{
	uint8_t waste[CONN_INPUT];
	ssize_t n;

	if (!c->is_lingering) {
		c->is_lingering = true;
		c->since_ms = serve_clock_ms();
		wire_end(&c->wire);
	}
	for (size_t i = 0; i < READS; i++) {
		n = recv(c->wire.fd, waste, sizeof(waste), MSG_DONTWAIT);
		if (n == 0)
			return TURN_OVER;
		if (n < 0) {
			wait_for(c, EV_READ);
			return TURN_WAIT;
		}
	}
	wait_for(c, EV_READ);
	return TURN_WAIT;
}

static enum turn
begin(struct conn *c)
{
	int n = wire_begin(&c->wire, &c->address->addr, c->address->family);

	if (n != 1)
		return on_wire(c, n);
	c->is_begun = true;
	c->since_ms = serve_clock_ms();
	return TURN_MORE;
}

static enum turn
take_turn(struct conn *c)
{
	struct span out[RTR_SPANS];
	size_t left = TURN, reads = 0, n;
	enum turn t = TURN_MORE;

	while (t == TURN_MORE) {
		if (!c->is_begun)
			t = begin(c);
		else if (c->is_lingering)
			t = linger(c);
		else if ((n = rtr_output(&c->rtr, out)) > 0)
			t = send_some(c, out, n, &left);
		else if (c->rtr.is_closing)
			t = linger(c);
		else if (c->in_at < c->in_n)
			feed(c);
		else if (reads++ < READS)
			t = read_some(c);
		else {
			/* It goes on at once if more is there already; what
			 * TLS holds back needs no event of the socket. */
			wait_for(c, EV_READ);
			event_active(&c->event, EV_READ, 1);
			t = TURN_WAIT;
		}
	}
	return t;
}

void
conn_run(struct conn *c)
{
	if (take_turn(c) == TURN_OVER)
		conn_close(c);
}

/* ---- by the clock
 * ----------------------------------------------------------------- */

/* How long may it stay as it is, and what is said when it does not change. */
struct patience {
	int64_t s;
	const char *word;
};

static struct patience
patience_of(const struct conn *c)
{
	const struct limits *l = &c->serve->limits;
	struct span out[RTR_SPANS];

	if (!c->is_begun)
		return (struct patience){ (int64_t)l->rtr_handshake_time,
			"no TLS handshake" };
	/* No Error Report: it takes nothing, so that would not arrive. */
	if (rtr_output(&c->rtr, out) > 0)
		return (struct patience){ (int64_t)l->rtr_stall_time,
			"it takes nothing of its answer" };
	if (rtr_is_midway(&c->rtr))
		return (struct patience){ (int64_t)l->rtr_pdu_time,
			"a PDU that does not end" };
	if (!c->rtr.is_open)
		return (
		    struct patience){ (int64_t)l->rtr_first_time, "no query" };
	return (
	    struct patience){ (int64_t)l->rtr_idle_time, "no query for long" };
}

static void
close_overdue(struct conn *c, const char *word)
{
	tell(c, "closed: %s", word);
	c->serve->counters.timeouts++;
	conn_close(c);
}

void
conn_tick(struct conn *c, int64_t now_ms)
{
	struct patience p = patience_of(c);

	if (c->is_lingering) {
		if (now_ms - c->since_ms >= LINGER_MS)
			conn_close(c);
		return;
	}
	if (rtr_lag(&c->rtr) > c->serve->limits.rtr_lag) {
		close_overdue(c, "too many views behind");
		return;
	}
	if (now_ms - c->since_ms >= p.s * 1000) {
		close_overdue(c, p.word);
		return;
	}
	if (!c->is_begun)
		return;
	(void)rtr_notify(&c->rtr, now_ms);
	if (c->rtr.small_n > 0 && c->waits != EV_WRITE)
		conn_run(c);
}
