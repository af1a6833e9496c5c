/* Listeners: who may come, and what to do when nobody can be let in. */
#include <netinet/in.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "serve/inside.h"

#define ACCEPTS  64 /* in one turn */
#define PAUSE_MS 100

/* An IPv4 client of an IPv6 socket is an IPv4 client. */
static bool
address_of(
    struct addr *out, enum family *family, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *v4 = (const void *)from;
	const struct sockaddr_in6 *v6 = (const void *)from;

	*out = (struct addr){ 0 };
	if (from->ss_family == AF_INET) {
		*family = FAMILY_V4;
		memcpy(out->b, &v4->sin_addr, 4);
		return true;
	}
	if (from->ss_family != AF_INET6)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr)) {
		*family = FAMILY_V4;
		memcpy(out->b, v6->sin6_addr.s6_addr + 12, 4);
	} else {
		*family = FAMILY_V6;
		memcpy(out->b, &v6->sin6_addr, 16);
	}
	return true;
}

static bool
may_come(const struct listener *l, const struct addr *addr, enum family family)
{
	struct prefix host = { family, (uint8_t)family_bits(family), *addr };

	for (size_t i = 0; i < l->n_allow; i++)
		if (prefix_covers(&l->allow[i], &host))
			return true;
	return l->n_allow == 0;
}

/* ---- when accept fails ------------------------------------------------------
 */

static void
on_resume(evutil_socket_t fd, short what, void *ctx)
{
	struct serve *s = ctx;

	(void)fd, (void)what;
	s->is_paused = false;
	for (size_t i = 0; i < s->n_listeners && !s->is_stopping; i++)
		(void)event_add(s->listeners[i].event, NULL);
}

void
listeners_pause(struct serve *s)
{
	struct timeval pause = { 0, PAUSE_MS * 1000 };

	if (s->is_paused)
		return;
	s->is_paused = true;
	for (size_t i = 0; i < s->n_listeners; i++)
		(void)event_del(s->listeners[i].event);
	if (s->resume == NULL)
		s->resume = evtimer_new(s->base, on_resume, s);
	if (s->resume == NULL || evtimer_add(s->resume, &pause) != 0)
		on_resume(-1, 0, s);
}

/* Descriptors are used up: with the one kept back, the client is told by a
 * close what it would else wait for. */
static void
turn_away(struct listener *l)
{
	struct serve *s = l->serve;
	int fd;

	if (s->reserve >= 0)
		(void)close(s->reserve);
	fd = accept4(l->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (fd >= 0)
		(void)close(fd);
	s->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
	s->counters.refused++;
}

/* False: enough for this turn. No error ends the server (CVE-2024-1622,
 * CVE-2026-49232). */
static bool
accept_failed(struct listener *l, int error)
{
	struct serve *s = l->serve;

	switch (error) {
	case EAGAIN:
		return false;
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
	case EPERM: /* by a firewall */
		s->counters.failed_accepts++;
		return true;
	case EMFILE:
	case ENFILE:
		turn_away(l);
		break;
	default:
		break;
	}
	if (s->counters.failed_accepts++ % 600 == 0)
		serve_say(s, "%s: accept: %s: pausing", l->name,
		    strerrorname_np(error));
	listeners_pause(s);
	return false;
}

static void
on_accept(evutil_socket_t listening, short what, void *ctx)
{
	struct listener *l = ctx;

	(void)what;
	for (size_t i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage from;
		socklen_t n = sizeof(from);
		struct addr addr;
		enum family family;
		int fd = accept4(listening, (struct sockaddr *)&from, &n,
		    SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0) {
			if (!accept_failed(l, errno))
				return;
			continue;
		}
		if (!address_of(&addr, &family, &from) ||
		    !may_come(l, &addr, family)) {
			l->serve->counters.refused++;
			(void)close(fd);
			continue;
		}
		conn_start(l, fd, &addr, family);
	}
}

/* ---- making them
 * ---------------------------------------------------------------- */

void
listeners_free(struct listener *all, size_t n)
{
	for (size_t i = 0; all != NULL && i < n; i++) {
		struct listener *l = &all[i];

		if (l->event != NULL)
			event_free(l->event);
		if (l->fd >= 0)
			(void)close(l->fd);
		base_free(l->name);
		base_free(l->allow);
	}
	base_free(all);
}

static bool
make(struct listener *l, struct serve *s, const struct serve_listener *from,
    struct tls *tls)
{
	l->serve = s;
	l->tls = from->is_tls ? tls : NULL;
	l->max_version = from->max_version;
	l->name = base_strdup(from->name);
	l->fd = fcntl(from->fd, F_DUPFD_CLOEXEC, 3);
	if (l->name == NULL || l->fd < 0 ||
	    evutil_make_socket_nonblocking(l->fd) != 0)
		return false;
	l->allow = base_alloc((from->n_allow + 1) * sizeof(*l->allow));
	if (l->allow == NULL)
		return false;
	l->n_allow = from->n_allow;
	if (from->n_allow > 0)
		memcpy(
		    l->allow, from->allow, from->n_allow * sizeof(*l->allow));
	l->event =
	    event_new(s->base, l->fd, EV_READ | EV_PERSIST, on_accept, l);
	return l->event != NULL && event_add(l->event, NULL) == 0;
}

enum reason
listeners_make(struct listener **out, struct serve *s,
    const struct serve_settings *settings, struct tls *tls, struct fault *why)
{
	struct listener *all = base_alloc((settings->n + 1) * sizeof(*all));

	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < settings->n; i++)
		all[i].fd = -1;
	for (size_t i = 0; i < settings->n; i++) {
		const struct serve_listener *from = &settings->listeners[i];
		enum reason r = REASON_OK;

		if (from->is_tls && tls == NULL)
			r = fault_say(why, R_SERVE_TLS, NULL,
			    "%s: no certificate", from->name);
		else if (!make(&all[i], s, from, tls))
			r = fault_say(
			    why, R_SERVE_LISTEN, NULL, "%s", from->name);
		if (r != REASON_OK) {
			listeners_free(all, settings->n);
			return r;
		}
	}
	*out = all;
	return REASON_OK;
}
