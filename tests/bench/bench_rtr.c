/*
 * Many routers at once, and the plain loop that their cache is measured by:
 * contrib/bench-rtr runs it. All on loopback; routers come from 250 addresses.
 *
 *	bench_rtr answer PORT VERSION		the answer to a Reset Query
 *	bench_rtr load PORT VERSION N		N routers want all of it
 *	bench_rtr update PORT VERSION N		then stay for the next serial
 *	bench_rtr hold PORT VERSION [N]		are connected, and say nothing
 *	bench_rtr slow PORT VERSION N		want all, read a byte a second
 *	bench_rtr plain PORT FILE SPACE		writes FILE to whoever asks
 *
 * SPACE: bytes of the kernel's buffer for each; 0: its own choice.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROOM   (1 << 18)
#define EVENTS 64
#define TAIL   24
#define FILES  16384

enum {
	NOTIFY = 0,
	RESPONSE = 3,
	END = 7
};

struct peer {
	int fd;
	uint64_t done; /* bytes, of the full answer */
	uint16_t session;
	uint32_t serial;
	/* full answer: its first and last bytes */
	uint8_t head[8], tail[TAIL];
	/* afterwards: a PDU's first bytes, and how much of it is to come */
	uint8_t pdu[12];
	size_t pdu_n, skip;
	bool is_whole, has_asked, is_new;
};

static uint8_t room[ROOM];
static int port;
static uint8_t version;

static void
die(const char *what)
{
	(void)fprintf(stderr, "bench_rtr: %s: %s\n", what, strerror(errno));
	exit(1);
}

static double
now(clockid_t clock)
{
	struct timespec t;

	if (clock_gettime(clock, &t) != 0)
		die("clock");
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
cpu(void)
{
	struct rusage r;

	(void)getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) * 1e-6;
}

static uint32_t
get32(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	       (uint32_t)p[2] << 8 | p[3];
}

/* ---- connections --------------------------------------------------------- */

static struct sockaddr_in
place(uint32_t address, int at)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)at),
		.sin_addr.s_addr = htonl(address) };
}

static int
dial(size_t i, int space)
{
	struct sockaddr_in to = place(INADDR_LOOPBACK, port);
	struct sockaddr_in from =
	    place(0x7f000100 + 1 + (uint32_t)(i % 250), 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

	if (fd < 0)
		die("socket");
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (space > 0)
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_RCVBUF, &space, sizeof(space));
	if (bind(fd, (struct sockaddr *)&from, sizeof(from)) != 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	return fd;
}

static void
ask_all(int fd)
{
	const uint8_t query[8] = { version, 2, 0, 0, 0, 0, 0, 8 };

	if (send(fd, query, sizeof(query), MSG_NOSIGNAL) != sizeof(query))
		die("send");
}

static void
ask_since(struct peer *p)
{
	uint8_t query[12] = { version, 1, (uint8_t)(p->session >> 8),
		(uint8_t)p->session, 0, 0, 0, 12, (uint8_t)(p->serial >> 24),
		(uint8_t)(p->serial >> 16), (uint8_t)(p->serial >> 8),
		(uint8_t)p->serial };

	if (send(p->fd, query, sizeof(query), MSG_NOSIGNAL) != sizeof(query))
		die("send");
	p->has_asked = true;
}

static void
watch(int epoll, int fd, uint32_t what, void *ctx, int op)
{
	struct epoll_event e = { .events = what, .data.ptr = ctx };

	if (epoll_ctl(epoll, op, fd, &e) != 0)
		die("epoll");
}

/* ---- the full answer ------------------------------------------------------
 */

/* Of one router that reads all PDUs: how long it is. To `out`, if any. */
static uint64_t
fetch(FILE *out)
{
	int fd = dial(0, 0);
	FILE *in = fdopen(fd, "r");
	uint64_t total = 0;
	uint8_t type;

	ask_all(fd);
	if (in == NULL)
		die("fdopen");
	do {
		size_t n;

		if (fread(room, 1, 8, in) != 8)
			die("the first answer");
		n = get32(room + 4);
		type = room[1];
		if (n < 8 || n > sizeof(room) || type > 11 || type == 10 ||
		    fread(room + 8, 1, n - 8, in) != n - 8)
			die("a PDU");
		if (out != NULL && fwrite(room, 1, n, out) != n)
			die("write");
		total += type == NOTIFY ? 0 : n;
	} while (type != END);
	(void)fclose(in);
	return total;
}

static bool
take_full(struct peer *p, size_t n, uint64_t whole)
{
	for (size_t i = 0; p->done < 8 && i < n; i++)
		if (p->done + i < 8)
			p->head[p->done + i] = room[i];
	if (n >= TAIL) {
		memcpy(p->tail, room + n - TAIL, TAIL);
	} else {
		memmove(p->tail, p->tail + n, TAIL - n);
		memcpy(p->tail + TAIL - n, room, n);
	}
	p->done += n;
	if (p->done < whole)
		return false;
	const uint8_t *end = p->tail + (version == 0 ? 12 : 0);
	if (p->done > whole || p->head[1] != RESPONSE || end[1] != END) {
		errno = EPROTO;
		die("not the answer of before");
	}
	p->session = (uint16_t)(p->head[2] << 8 | p->head[3]);
	p->serial = get32(end + 8);
	return p->is_whole = true;
}

static void
load(struct peer *all, size_t n, uint64_t whole, int epoll)
{
	struct epoll_event e[EVENTS];
	double from, used;
	size_t left = n;

	for (size_t i = 0; i < n; i++) {
		all[i].fd = dial(i, 0);
		watch(epoll, all[i].fd, EPOLLIN, &all[i], EPOLL_CTL_ADD);
	}
	from = now(CLOCK_MONOTONIC);
	used = cpu();
	for (size_t i = 0; i < n; i++)
		ask_all(all[i].fd);
	while (left > 0) {
		int k = epoll_wait(epoll, e, EVENTS, 600000);

		if (k <= 0)
			die("nothing came");
		for (int i = 0; i < k; i++) {
			struct peer *p = e[i].data.ptr;
			ssize_t got =
			    recv(p->fd, room, sizeof(room), MSG_DONTWAIT);

			if (got == 0 || (got < 0 && errno != EAGAIN))
				die("closed");
			if (got > 0 && take_full(p, (size_t)got, whole))
				left--;
		}
	}
	(void)printf("full %zu clients %.3f s %.1f MB/s, client %.2f s CPU\n",
	    n, now(CLOCK_MONOTONIC) - from,
	    (double)whole * (double)n / 1e6 / (now(CLOCK_MONOTONIC) - from),
	    cpu() - used);
	(void)fflush(stdout);
}

/* ---- the next serial --------------------------------------------------------
 */

/* Is this router where the cache is? */
static bool
take_update(struct peer *p, const uint8_t *b, size_t n)
{
	bool is_new = false;

	while (n > 0) {
		size_t want, step = p->skip < n ? p->skip : n;

		p->skip -= step;
		b += step;
		n -= step;
		if (n == 0)
			break;
		p->pdu[p->pdu_n++] = *b++;
		n--;
		want = p->pdu[1] == NOTIFY || p->pdu[1] == END ? 12 : 8;
		if (p->pdu_n < 2 || p->pdu_n < want)
			continue;
		p->skip = get32(p->pdu + 4) - p->pdu_n;
		p->pdu_n = 0;
		if (p->pdu[1] == NOTIFY && !p->has_asked)
			ask_since(p);
		else if (p->pdu[1] == END)
			is_new = get32(p->pdu + 8) != p->serial;
		else if (p->pdu[1] == 8 || p->pdu[1] == 10)
			die("a reset");
	}
	return is_new;
}

static void
update(size_t n, int epoll)
{
	struct epoll_event e[EVENTS];
	double first = 0, last = 0;
	uint64_t bytes = 0;
	size_t left = n;

	while (left > 0) {
		int k = epoll_wait(epoll, e, EVENTS, 600000);

		if (k <= 0)
			die("no update");
		for (int i = 0; i < k; i++) {
			struct peer *p = e[i].data.ptr;
			ssize_t got =
			    recv(p->fd, room, sizeof(room), MSG_DONTWAIT);

			if (got <= 0)
				die("closed");
			if (first == 0)
				first = now(CLOCK_REALTIME);
			bytes += (uint64_t)got;
			if (!p->is_new && take_update(p, room, (size_t)got)) {
				p->is_new = true;
				left--;
			}
		}
	}
	last = now(CLOCK_REALTIME);
	(void)printf("update %zu clients first %.4f last %.4f bytes %llu\n", n,
	    first, last, (unsigned long long)bytes);
}

/* ---- slow readers ----------------------------------------------------------
 */

static void
slow(size_t n)
{
	int *fds = calloc(n, sizeof(*fds));
	size_t left = n;

	if (fds == NULL)
		die("memory");
	for (size_t i = 0; i < n; i++) {
		fds[i] = dial(i, 4096);
		ask_all(fds[i]);
	}
	(void)printf("slow %zu clients\n", n);
	(void)fflush(stdout);
	while (left > 0) {
		left = 0;
		for (size_t i = 0; i < n; i++) {
			ssize_t got = recv(fds[i], room, 1, MSG_DONTWAIT);

			left += got > 0 || (got < 0 && errno == EAGAIN);
		}
		(void)sleep(1);
	}
	free(fds);
}

static void
hold(size_t n)
{
	for (size_t i = 0; i < n; i++)
		(void)dial(i, 0);
	(void)pause();
}

/* ---- the plain loop ---------------------------------------------------------
 */

struct reader {
	int fd;
	size_t at;
	bool has_asked;
};

static void
serve_reader(int epoll, struct reader *r, const uint8_t *p, size_t n)
{
	ssize_t step;

	if (!r->has_asked) {
		if (recv(r->fd, room, 8, 0) != 8)
			goto over;
		r->has_asked = true;
		watch(epoll, r->fd, EPOLLOUT, r, EPOLL_CTL_MOD);
	}
	step = send(r->fd, p + r->at, n - r->at, MSG_NOSIGNAL | MSG_DONTWAIT);
	if (step < 0 && errno != EAGAIN)
		goto over;
	r->at += step > 0 ? (size_t)step : 0;
	if (r->at == n) { /* as before the question */
		r->at = 0;
		r->has_asked = false;
		watch(epoll, r->fd, EPOLLIN, r, EPOLL_CTL_MOD);
	}
	return;
over:
	(void)close(r->fd);
	free(r);
}

static struct reader *
take_reader(int listening, int space)
{
	struct reader *r = calloc(1, sizeof(*r));

	if (r == NULL)
		die("memory");
	r->fd = accept(listening, NULL, NULL);
	if (r->fd < 0)
		die("accept");
	if (space > 0)
		(void)setsockopt(
		    r->fd, SOL_SOCKET, SO_SNDBUF, &space, sizeof(space));
	return r;
}

static void
plain(const uint8_t *p, size_t n, int space)
{
	struct sockaddr_in at = place(INADDR_LOOPBACK, port);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	int epoll = epoll_create1(EPOLL_CLOEXEC);
	struct epoll_event e[EVENTS];

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(fd, 1024) != 0)
		die("listen");
	watch(epoll, fd, EPOLLIN, NULL, EPOLL_CTL_ADD);
	for (;;) {
		int k = epoll_wait(epoll, e, EVENTS, -1);

		for (int i = 0; i < k; i++) {
			struct reader *r = e[i].data.ptr;

			if (r != NULL) {
				serve_reader(epoll, r, p, n);
				continue;
			}
			r = take_reader(fd, space);
			watch(epoll, r->fd, EPOLLIN, r, EPOLL_CTL_ADD);
		}
	}
}

static void
plain_file(const char *name, int space)
{
	struct stat st;
	FILE *in = fopen(name, "r");
	uint8_t *p;

	if (in == NULL || fstat(fileno(in), &st) != 0)
		die(name);
	p = malloc((size_t)st.st_size);
	if (p == NULL ||
	    fread(p, 1, (size_t)st.st_size, in) != (size_t)st.st_size)
		die(name);
	plain(p, (size_t)st.st_size, space);
}

static void
load_and_stay(size_t n, bool for_update)
{
	struct peer *all = calloc(n, sizeof(*all));
	int epoll = epoll_create1(EPOLL_CLOEXEC);

	if (all == NULL || epoll < 0)
		die("memory");
	load(all, n, fetch(NULL), epoll);
	if (for_update)
		update(n, epoll);
	free(all);
}

int
main(int argc, char **argv)
{
	struct rlimit files = { FILES, FILES };
	size_t n = argc > 4 ? strtoul(argv[4], NULL, 10) : 1;

	if (argc < 4) {
		(void)fputs("usage: see the source\n", stderr);
		return 2;
	}
	(void)setrlimit(RLIMIT_NOFILE, &files);
	port = (int)strtoul(argv[2], NULL, 10);
	version = (uint8_t)strtoul(argv[3], NULL, 10);
	if (strcmp(argv[1], "plain") == 0)
		plain_file(argv[3], (int)n);
	else if (strcmp(argv[1], "answer") == 0)
		(void)fetch(stdout);
	else if (strcmp(argv[1], "slow") == 0)
		slow(n);
	else if (strcmp(argv[1], "hold") == 0)
		hold(n);
	else
		load_and_stay(n, strcmp(argv[1], "update") == 0);
	return 0;
}
