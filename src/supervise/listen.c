/* Listening sockets: the supervisor's, so that they outlive a server and that
 * a port that only root may bind needs no root in the server. */
#include <netinet/in.h>
#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "supervise/inside.h"

#define BACKLOG       1024
#define SYSTEMD_FIRST 3
#define SYSTEMD_MANY  64

const struct sock *
sockets_find(const struct sockets *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->v[i].name, name) == 0)
			return &all->v[i];
	return NULL;
}

static void
drop(struct sockets *all, size_t i)
{
	(void)close(all->v[i].fd);
	base_free(all->v[i].name);
	all->v[i] = all->v[--all->n];
}

void
sockets_tidy(struct sockets *all)
{
	for (size_t i = all->n; i-- > 0;)
		if (!all->v[i].keep)
			drop(all, i);
}

void
sockets_close(struct sockets *all)
{
	while (all->n > 0)
		drop(all, all->n - 1);
	vec_fini(all);
}

static socklen_t
sockaddr_of(struct sockaddr_storage *out, const char *name)
{
	struct sockaddr_in *v4 = (void *)out;
	struct sockaddr_in6 *v6 = (void *)out;
	struct addr addr;
	enum family family;
	uint16_t port;

	*out = (struct sockaddr_storage){ 0 };
	if (!conf_address_parse(&addr, &family, &port, name))
		return 0;
	if (family == FAMILY_V4) {
		v4->sin_family = AF_INET;
		v4->sin_port = htons(port);
		memcpy(&v4->sin_addr, addr.b, 4);
		return sizeof(*v4);
	}
	v6->sin6_family = AF_INET6;
	v6->sin6_port = htons(port);
	memcpy(&v6->sin6_addr, addr.b, 16);
	return sizeof(*v6);
}

int
supervise_bind(const char *name)
{
	struct sockaddr_storage to;
	socklen_t n = sockaddr_of(&to, name);
	int fd, on = 1;

	errno = EINVAL;
	if (n == 0)
		return -1;
	fd =
	    socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (to.ss_family == AF_INET6)
		(void)setsockopt(
		    fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&to, n) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		int error = errno;

		(void)close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

int
supervise_dial(const char *name)
{
	struct sockaddr_storage to;
	socklen_t n = sockaddr_of(&to, name);
	int fd =
	    n == 0 ? -1 : socket(to.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&to, n) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

/* One that systemd passed and that no listener has yet is bound to it? */
static struct sock *
passed_one(struct sockets *all, const struct conf_listener *l)
{
	struct sockaddr_storage want, is;
	socklen_t n = sockaddr_of(&want, l->address);

	for (size_t i = 0; i < all->n; i++) {
		socklen_t is_n = sizeof(is);

		memset(&is, 0, sizeof(is));
		if (all->v[i].from_systemd && all->v[i].name[0] == '#' &&
		    getsockname(all->v[i].fd, (struct sockaddr *)&is, &is_n) ==
			0 &&
		    is_n == n && memcmp(&is, &want, n) == 0)
			return &all->v[i];
	}
	return NULL;
}

/* Those that will not be kept, and are of this port, make way: an address in
 * one and all addresses in the other cannot both be listened on. What they
 * had not accepted yet is lost, connections are not. */
static bool
make_way(struct sockets *all, const char *name)
{
	bool was_there = false;

	for (size_t i = 0; i < all->n; i++) {
		struct sock *s = &all->v[i];
		const char *port = strrchr(s->name, ':');

		if (s->keep || s->is_shut || port == NULL ||
		    strcmp(port, strrchr(name, ':')) != 0)
			continue;
		s->is_shut = shutdown(s->fd, SHUT_RD) == 0;
		was_there = was_there || s->is_shut;
	}
	return was_there;
}

static bool
add(struct supervisor *s, const char *name)
{
	struct sockets *all = &s->sockets;
	struct sock new = { .fd = supervise_bind(name), .keep = true };

	if (new.fd < 0 && errno == EADDRINUSE && make_way(all, name))
		new.fd = supervise_bind(name);
	if (new.fd < 0) {
		supervise_say(
		    s, "cannot listen on %s: %s", name, strerror(errno));
		return false;
	}
	new.name = base_strdup(name);
	if (new.name != NULL && vec_push(all, new))
		return true;
	base_free(new.name);
	(void)close(new.fd);
	return false;
}

static bool
have(struct supervisor *s, const struct conf_listener *l)
{
	struct sockets *all = &s->sockets;
	struct sock *known =
	    (struct sock *)(uintptr_t)sockets_find(all, l->address);
	char *name;

	if (known == NULL) {
		known = passed_one(all, l);
		if (known == NULL)
			return true; /* a new one, later */
		name = base_strdup(l->address);
		if (name == NULL)
			return false;
		base_free(known->name);
		known->name = name;
	}
	known->keep = true;
	return true;
}

/* What goes on comes first: what does not may be in the way of the new. */
static bool
open_all(struct supervisor *s, const struct conf_listener *all, size_t n,
    bool is_new)
{
	for (size_t i = 0; i < n; i++)
		if (!is_new
			? !have(s, &all[i])
			: sockets_find(&s->sockets, all[i].address) == NULL &&
			      !add(s, all[i].address))
			return false;
	return true;
}

static void
keep_only(struct supervisor *s, const struct conf *conf)
{
	for (size_t i = 0; i < s->sockets.n; i++)
		s->sockets.v[i].keep = false;
	(void)open_all(
	    s, conf->rtr.server.listeners, conf->rtr.server.n, false);
	(void)open_all(
	    s, conf->http.server.listeners, conf->http.server.n, false);
}

/* As it was before. */
static void
undo(struct supervisor *s)
{
	keep_only(s, s->conf);
	sockets_tidy(&s->sockets);
	for (size_t i = 0; i < s->sockets.n; i++) {
		struct sock *one = &s->sockets.v[i];

		if (one->is_shut && listen(one->fd, BACKLOG) != 0)
			supervise_say(s, "%s: %s", one->name, strerror(errno));
		one->is_shut = false;
	}
}

bool
sockets_open(struct supervisor *s, const struct conf *conf)
{
	keep_only(s, conf);
	if (open_all(s, conf->rtr.server.listeners, conf->rtr.server.n, true) &&
	    open_all(s, conf->http.server.listeners, conf->http.server.n, true))
		return true;
	undo(s);
	return false;
}

static uint64_t
number_of(const char *variable)
{
	const char *text = getenv(variable);
	uint64_t n;

	return text != NULL && decimal_parse(&n, span_str(text), INT32_MAX) ? n
									    : 0;
}

/* sd_listen_fds(3): those bound to the address of a listener are used for it;
 * others are closed, so that nothing listens that nobody answers. */
void
sockets_inherit(struct supervisor *s)
{
	uint64_t n = number_of("LISTEN_FDS");

	if (number_of("LISTEN_PID") != (uint64_t)getpid() || n > SYSTEMD_MANY)
		n = 0;
	for (int fd = SYSTEMD_FIRST; fd < SYSTEMD_FIRST + (int)n; fd++) {
		char name[16];
		struct sock one = { .fd = fd, .from_systemd = true };

		(void)snprintf(name, sizeof(name), "#%d", fd);
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
		(void)fcntl(fd, F_SETFL, O_NONBLOCK);
		one.name = base_strdup(name);
		if (one.name == NULL || !vec_push(&s->sockets, one)) {
			base_free(one.name);
			(void)close(fd);
		}
	}
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
}
