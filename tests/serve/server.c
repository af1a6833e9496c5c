/* See server.h. */
#include "tests/check.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/serve/server.h"

/* ---- the server -------------------------------------------------------------
 */

static int
listen_anywhere(char name[32])
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&to, n), 0);
	assert_int_equal(listen(fd, 512), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&to, &n), 0);
	(void)snprintf(name, 32, "127.0.0.1:%u", ntohs(to.sin_port));
	return fd;
}

void
server_init(struct server *s)
{
	*s = (struct server){ .control = -1 };
	limits_init(&s->limits);
	(void)snprintf(s->folder, sizeof(s->folder), "/tmp/cairn-serve-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	s->seen = mmap(NULL, sizeof(*s->seen), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	assert_true(s->seen != MAP_FAILED);
	for (size_t i = 0; i < LISTENERS; i++)
		s->listeners[i] =
		    (struct serve_listener){ .fd = listen_anywhere(s->names[i]),
			    .name = s->names[i],
			    .max_version = 2 };
	s->settings = (struct serve_settings){ .n = 1,
		.listeners = s->listeners,
		.view_folder = s->folder,
		.history = 8,
		.timers = RTR_TIMERS,
		.max_age = 3600,
		.limits = &s->limits };
}

static void
on_message(void *ctx, struct span text, int fd)
{
	struct server *s = ctx;
	struct fault why;

	assert_int_equal(fd, -1);
	fault_init(&why, (struct span){ 0 });
	if (text.n == 0 || span_eq(text, SPAN("stop"))) {
		serve_stop(s->serve);
	} else if (span_eq(text, SPAN("second"))) {
		/* The second listener instead of the first. */
		s->settings.listeners = &s->listeners[1];
		if (serve_apply(s->serve, &s->settings, &why) != REASON_OK)
			exit(3);
	} else if (span_eq(text, SPAN("broken"))) {
		s->settings.tls.certificate = SPAN("none");
		if (serve_apply(s->serve, &s->settings, &why) != R_SERVE_TLS)
			exit(4);
		s->settings.tls.certificate.n = 0;
		s->listeners[0].is_tls = true;
		if (serve_apply(s->serve, &s->settings, &why) != R_SERVE_TLS)
			exit(5);
	}
	(void)send(s->control, "done", 4, 0);
}

static void
on_second(void *ctx)
{
	struct server *s = ctx;

	s->seen->n_routers =
	    serve_routers(s->seen->routers, COUNT(s->seen->routers), s->serve);
	serve_counters(&s->seen->counters, s->serve);
}

static void
on_say(void *ctx, const char *text)
{
	struct seen *seen = ((struct server *)ctx)->seen;

	if (seen->n_said < COUNT(seen->said))
		(void)snprintf(seen->said[seen->n_said++],
		    sizeof(seen->said[0]), "%s", text);
}

static void
server_main(struct server *s)
{
	const struct serve_hooks hooks = { s, on_say, on_message, on_second };
	struct serve_counters counters;
	struct fault why;

	if (s->files > 0) {
		struct rlimit r = { s->files, s->files };

		if (setrlimit(RLIMIT_NOFILE, &r) != 0)
			exit(1);
	}
	fault_init(&why, (struct span){ 0 });
	if (serve_open(&s->serve, &s->settings, &hooks, s->control, &why) !=
	    REASON_OK)
		exit(2);
	serve_loop(s->serve);
	serve_counters(&counters, s->serve);
	serve_close(s->serve);
	exit(counters.clients > 0 ? 6 : 0);
}

void
server_start(struct server *s)
{
	int ends[2];

	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
	s->pid = fork();
	assert_true(s->pid >= 0);
	if (s->pid == 0) {
		(void)close(ends[0]);
		s->control = ends[1];
		server_main(s);
	}
	(void)close(ends[1]);
	s->control = ends[0];
}

void
server_tell(struct server *s, const char *what)
{
	struct pollfd p = { .fd = s->control, .events = POLLIN };
	char text[16];

	assert_true(send(s->control, what, strlen(what), MSG_NOSIGNAL) > 0);
	assert_int_equal(poll(&p, 1, 20000), 1);
	assert_int_equal(recv(s->control, text, sizeof(text), 0), 4);
}

void
server_wait(struct server *s, bool (*is)(const struct seen *))
{
	size_t tries = 0, times = 0;

	/* Once more, as it may have been written just then. */
	for (; times < 2; tries++) {
		assert_true(tries < 200);
		times = is(s->seen) ? times + 1 : 0;
		(void)usleep(100000);
	}
}

/* It ended well: nothing is left, also of memory. */
void
server_end(struct server *s)
{
	int status;

	assert_int_equal(waitpid(s->pid, &status, 0), s->pid);
	if (status != 0)
		fail_msg("the server ended with 0x%x", (unsigned)status);
	(void)close(s->control);
}

void
server_fini(struct server *s)
{
	char path[256];
	struct dirent *d;
	DIR *dir;

	for (size_t i = 0; i < LISTENERS; i++)
		(void)close(s->listeners[i].fd);
	(void)munmap(s->seen, sizeof(*s->seen));
	(void)snprintf(path, sizeof(path), "%s/history", s->folder);
	dir = opendir(path);
	while (dir != NULL && (d = readdir(dir)) != NULL)
		(void)unlinkat(dirfd(dir), d->d_name, 0);
	if (dir != NULL)
		(void)closedir(dir);
	(void)rmdir(path);
	(void)snprintf(path, sizeof(path), "%s/current", s->folder);
	(void)unlink(path);
	assert_int_equal(rmdir(s->folder), 0);
}

void
server_stop(struct server *s)
{
	server_tell(s, "stop");
	server_end(s);
}

/* ---- views ------------------------------------------------------------------
 */

struct payload *
many(size_t n)
{
	static struct link link = { .uri = { (const uint8_t *)"x", 1 } };
	static struct origin origin;
	struct payload *p = test_malloc((n + 1) * sizeof(*p));

	origin = (struct origin){ .source = SPAN("ta"),
		.chain = &link,
		.uri = SPAN("rsync://x/y/z.roa"),
		.not_after_at = INT64_MAX / 2,
		.stale_at = INT64_MAX / 2,
		.chain_until_at = INT64_MAX / 2 };
	for (uint32_t i = 0; i < n; i++) {
		p[i] = kit_vrp(i, "10.0.0.0/8", 8);
		p[i].origin = &origin;
	}
	return p;
}

struct view
view_of(struct payload *p, size_t n, uint32_t serial)
{
	struct view v = kit_view(p, n, serial);

	v.made_at = (int64_t)time(NULL);
	v.at = v.made_at;
	return v;
}

void
publish(struct server *s, const struct view *v)
{
	char path[96];
	struct fault why;

	fault_init(&why, (struct span){ 0 });
	(void)snprintf(path, sizeof(path), "%s/current", s->folder);
	CHECK_REASON("publish",
	    view_write(path, v, (struct view_edition){ v->serial, 0 }, &why),
	    REASON_OK);
}

void
publish_next(struct server *s, struct view *v)
{
	const struct view_folder folder = { .path = s->folder,
		.serials = 24,
		.keep_n = 24,
		.keep_bytes = 1 << 30,
		.now = v->made_at,
		.sessions = { 1, 2, 3 } };
	struct view_published out;
	struct fault why;

	fault_init(&why, (struct span){ 0 });
	CHECK_REASON(
	    "publish", view_publish(&out, v, &folder, &why), REASON_OK);
}

void
publish_some(struct server *s, size_t n, uint32_t serial)
{
	struct payload *p = many(n);
	struct view v = view_of(p, n, serial);

	publish(s, &v);
	test_free(p);
}

/* ---- clients
 * ------------------------------------------------------------------ */

int
dial(const char *name)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	uint64_t port;

	assert_true(
	    decimal_parse(&port, span_str(strchr(name, ':') + 1), UINT16_MAX));
	to.sin_port = htons((uint16_t)port);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

/* Bytes within some time; 0 at the end; -1: nothing came. */
ssize_t
receive(int fd, void *p, size_t n, int ms)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	ssize_t got;

	if (poll(&pfd, 1, ms) != 1)
		return -1;
	got = recv(fd, p, n, 0);
	return got < 0 ? 0 : got; /* a reset is an end */
}

bool
is_closed_within(int fd, int ms)
{
	uint8_t waste[4096];
	ssize_t n;

	while ((n = receive(fd, waste, sizeof(waste), ms)) > 0)
		continue;
	return n == 0;
}

void
ask(struct rtr_client *c, int fd)
{
	struct buf pdu;

	buf_init(&pdu, 64);
	rtr_client_ask(c, &pdu);
	(void)send(fd, pdu.p, pdu.n, MSG_NOSIGNAL); /* what comes, tells */
	buf_fini(&pdu);
}

enum rtr_event
hear(struct rtr_client *c, int fd, int ms)
{
	static uint8_t room[65536];
	enum rtr_event e = RTR_NOTHING;

	while (e == RTR_NOTHING) {
		ssize_t n = receive(fd, room, sizeof(room), ms);
		struct span s = span_of(room, n > 0 ? (size_t)n : 0);

		if (n <= 0)
			return RTR_NOTHING;
		e = rtr_client_feed(c, &s);
		assert_int_equal(s.n, 0);
	}
	return e;
}

void
fetch(struct rtr_client *c, int fd, size_t want)
{
	enum rtr_event e;

	ask(c, fd);
	while ((e = hear(c, fd, 10000)) == RTR_NOTIFIED)
		continue;
	assert_int_equal(e, RTR_COMPLETE);
	assert_int_equal(rtr_client_count(c), want);
}

/* A client that behaves gets what there is. */
void
check_good(const char *name, size_t want)
{
	struct rtr_client c;
	int fd = dial(name);

	rtr_client_init(&c, 2);
	c.wants_order = true;
	fetch(&c, fd, want);
	rtr_client_fini(&c);
	(void)close(fd);
}

const uint8_t reset_2[8] = { 2, 2, 0, 0, 0, 0, 0, 8 };
