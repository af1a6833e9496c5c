/* One connection, opened and closed. */
#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "doctor/inside.h"

#define HOST_MAX 256
#define PATIENCE 15 /* seconds */

/* 0, or an errno. */
static int
try_one(const struct addrinfo *ai, int wait_ms)
{
	int fd = socket(ai->ai_family,
	    ai->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, ai->ai_protocol);
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	socklen_t n = sizeof(int);
	int error = 0;

	if (fd < 0)
		return errno;
	if (connect(fd, ai->ai_addr, ai->ai_addrlen) != 0) {
		error = errno;
		if (error == EINPROGRESS) {
			error = ETIMEDOUT;
			if (poll(&p, 1, wait_ms) > 0 &&
			    getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) !=
				0)
				error = errno;
		}
	}
	(void)close(fd);
	return error;
}

/* Without the brackets of an IPv6 address. */
static void
host_write(char out[HOST_MAX], struct span host)
{
	if (host.n > 2 && host.p[0] == '[')
		host = span_of(host.p + 1, host.n - 2);
	(void)snprintf(out, HOST_MAX, "%.*s", SPAN_FMT(host));
}

bool
doctor_reaches(const struct uri *uri, uint64_t seconds, char detail[160])
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list, *ai;
	char host[HOST_MAX], port[8];
	int error;

	host_write(host, uri->host);
	(void)snprintf(
	    port, sizeof(port), "%s", uri->scheme == URI_RSYNC ? "873" : "443");
	if (uri->port.n > 0)
		(void)snprintf(port, sizeof(port), "%.*s", SPAN_FMT(uri->port));
	error = getaddrinfo(host, port, &hints, &list);
	if (error != 0) {
		(void)snprintf(detail, 160, "DNS: %s", gai_strerror(error));
		return false;
	}
	error = EHOSTUNREACH;
	for (ai = list; ai != NULL && error != 0; ai = ai->ai_next)
		error = try_one(ai, (int)(seconds * 1000));
	freeaddrinfo(list);
	(void)snprintf(detail, 160, "port %s: %s", port,
	    error == 0 ? "answers" : strerror(error));
	return error == 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void
doctor_hurry(struct limits *l)
{
	l->connect_time = least(l->connect_time, PATIENCE / 3);
	l->first_byte_time = least(l->first_byte_time, PATIENCE);
	l->transfer_time = least(l->transfer_time, PATIENCE);
	l->repository_time = least(l->repository_time, PATIENCE);
}
