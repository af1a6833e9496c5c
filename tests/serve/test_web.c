/* Bytes over real sockets, against a child that serves a small view. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/check.h"

#include "serve/web.h"
#include "serve/web_body.h"
#include "tests/http/world.h"

#define ANSWER_MAX  (1 << 20)
#define CLIENTS_MAX 200

static struct small_world small;
static struct web *web;
static uint16_t port;
static pid_t child;

static const struct http_world *
world(void *ctx)
{
	(void)ctx;
	return &small.world;
}

static void
another_view(int fd, short what, void *ctx)
{
	(void)fd, (void)what, (void)ctx;
	small.view.serial++;
	small.view.made_at++;
	web_changed(web);
}

static void
second(int fd, short what, void *ctx)
{
	(void)fd, (void)what, (void)ctx;
	web_tick(web);
}

static void
serve(int fd)
{
	static const char *const hosts[] = { "cairn.example" };
	const struct web_settings settings = { .world = world,
		.counters = &small.counters,
		.n_hosts = 1,
		.hosts = hosts,
		.idle_s = 2,
		.wait_s = 3,
		.send_s = 30,
		.clients_max = CLIENTS_MAX,
		.bytes_max = 1 << 20 };
	const struct web_socket socket = { .fd = fd };
	const struct timeval often = { 0, 100000 };
	struct event_base *base = event_base_new();
	struct event *usr1, *tick;

	if (base == NULL)
		_exit(1);
	usr1 = evsignal_new(base, SIGUSR1, another_view, NULL);
	web = web_new(base, &settings);
	tick = event_new(base, -1, EV_PERSIST, second, NULL);
	if (usr1 == NULL || event_add(usr1, NULL) != 0 || tick == NULL ||
	    event_add(tick, &often) != 0 || web == NULL ||
	    !web_listen(web, &socket, 1, NULL))
		_exit(1);
	(void)event_base_dispatch(base);
	_exit(0);
}

static int
begin(void **state)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	(void)state;
	small_world(&small);
	if (fd < 0 || bind(fd, (void *)&a, sizeof(a)) != 0 ||
	    listen(fd, 128) != 0 || getsockname(fd, (void *)&a, &n) != 0)
		return -1;
	port = ntohs(a.sin_port);
	child = fork();
	if (child == 0)
		serve(fd);
	(void)close(fd);
	return child > 0 ? 0 : -1;
}

static int
finish(void **state)
{
	(void)state;
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	return 0;
}

static int
dial(void)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (void *)&a, sizeof(a)), 0);
	return fd;
}

static void
say(int fd, struct span bytes)
{
	while (bytes.n > 0) {
		ssize_t n = send(fd, bytes.p, bytes.n, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* it has heard enough */
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
}

/* What comes until `until` is in it, the end, or `ms` of silence. */
static size_t
hear(char *out, int fd, const char *until, int ms)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t n = 0;

	out[0] = '\0';
	while (n < ANSWER_MAX - 1 && poll(&p, 1, ms) == 1) {
		ssize_t got = recv(fd, out + n, ANSWER_MAX - 1 - n, 0);

		if (got <= 0)
			break;
		n += (size_t)got;
		out[n] = '\0';
		if (until != NULL && strstr(out, until) != NULL)
			break;
	}
	return n;
}

static char answer[ANSWER_MAX];

#define HOST "Host: localhost\r\nConnection: close\r\n\r\n"

static void
test_requests(void **state)
{
	static const struct {
		const char *what, *request, *status, *has;
	} cases[] = {
		{ "get", "GET /csv HTTP/1.1\r\n" HOST, "200",
		    "AS1,10.0.0.0/8" },
		{ "policy", "GET /csv HTTP/1.1\r\n" HOST, "200",
		    "Content-Security-Policy: default-src 'none'" },
		{ "head", "HEAD /csv HTTP/1.1\r\n" HOST, "200",
		    "Content-Length: " },
		{ "query", "GET /csv?select-asn=AS2 HTTP/1.1\r\n" HOST, "200",
		    "AS2" },
		{ "escaped", "GET /%63sv HTTP/1.1\r\n" HOST, "200", "AS1" },
		{ "validity",
		    "GET /api/v1/validity/AS1/10.0.0.0%2F8 HTTP/1.1\r\n" HOST,
		    "200", "valid" },
		{ "post",
		    "POST /validity HTTP/1.1\r\nContent-Length: "
		    "13\r\n" HOST "{\"routes\":[]}",
		    "200", "validated_routes" },
		{ "gzip",
		    "GET /metrics HTTP/1.1\r\nAccept-Encoding: br, "
		    "gzip\r\n" HOST,
		    "200", "Content-Encoding: gzip" },
		{ "not found", "GET /x HTTP/1.1\r\n" HOST, "404", "error" },
		{ "up", "GET /../etc/passwd HTTP/1.1\r\n" HOST, "404", "" },
		{ "NUL", "GET /csv%00 HTTP/1.1\r\n" HOST, "400", "" },
		{ "other method", "DELETE /csv HTTP/1.1\r\n" HOST, "405",
		    "Allow: GET" },
		{ "trace", "TRACE / HTTP/1.1\r\n" HOST, "405", "" },
		{ "options", "OPTIONS /csv HTTP/1.1\r\n" HOST, "405", "" },
		{ "unknown method", "BREW /csv HTTP/1.1\r\n" HOST, "405", "" },
		{ "name of ours",
		    "GET /csv HTTP/1.1\r\nHost: cairn.example\r\nConnection: "
		    "close\r\n\r\n",
		    "200", "" },
		{ "address",
		    "GET /csv HTTP/1.1\r\nHost: 127.0.0.1:80\r\nConnection: "
		    "close\r\n\r\n",
		    "200", "" },
		{ "rebinding",
		    "GET /csv HTTP/1.1\r\nHost: evil.example\r\nConnection: "
		    "close\r\n\r\n",
		    "421", "" },
		{ "no HTTP", "hello\r\n\r\n", "400", "" },
		{ "length of a body",
		    "POST /validity HTTP/1.1\r\nContent-Length: 65537\r\n" HOST,
		    "413", "" },
		{ "length that is none",
		    "POST /validity HTTP/1.1\r\nContent-Length: -1\r\n" HOST,
		    "400", "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		char status[16];
		int fd = dial();

		say(fd, span_str(cases[i].request));
		(void)hear(answer, fd, NULL, 3000);
		(void)close(fd);
		(void)snprintf(
		    status, sizeof(status), "HTTP/1.1 %s ", cases[i].status);
		if (strncmp(answer, status, strlen(status)) != 0)
			fail_msg("%s: %.60s", cases[i].what, answer);
		CHECK(cases[i].what, strstr(answer, cases[i].has) != NULL);
	}
}

/* What stands where a body would is no request. */
static void
test_smuggling(void **state)
{
	static const char *const heads[] = {
		"GET /version HTTP/1.1\r\nHost: a\r\nContent-Length: 42\r\n\r\n",
		"TRACE /version HTTP/1.1\r\nHost: a\r\nContent-Length: "
		"42\r\n\r\n",
		"GET /version HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
		"chunked\r\n\r\n",
		"POST /version HTTP/1.1\r\nHost: a\r\nContent-Length: 42\r\n\r\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(heads); i++) {
		int fd = dial();
		const char *second;

		say(fd, span_str(heads[i]));
		say(fd,
		    SPAN("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"));
		(void)hear(answer, fd, NULL, 500);
		(void)close(fd);
		second = strstr(answer, "HTTP/1.1 ");
		CHECK(heads[i], second != NULL);
		CHECK(heads[i], strstr(second + 1, "HTTP/1.1 ") == NULL);
	}
}

static void
test_head_is_short(void **state)
{
	int fd = dial();

	(void)state;
	say(fd, SPAN("HEAD /csv HTTP/1.1\r\n" HOST));
	(void)hear(answer, fd, NULL, 3000);
	(void)close(fd);
	assert_null(strstr(answer, "AS1"));
}

/* As long as a client likes; others are answered all the while. */
static void
test_endless(void **state)
{
	static char line[8192];
	int slow[64], fd;

	(void)state;
	memset(line, 'a', sizeof(line));
	for (size_t i = 0; i < COUNT(slow); i++) {
		slow[i] = dial();
		say(slow[i], SPAN("GET /csv HTTP/1.1\r\nX: "));
	}
	fd = dial();
	say(fd, SPAN("GET /"));
	for (int i = 0; i < 40; i++)
		say(fd, span_of(line, sizeof(line)));
	(void)hear(answer, fd, NULL, 3000);
	assert_null(strstr(answer, " 200 "));
	(void)close(fd);
	fd = dial();
	say(fd, SPAN("GET /version HTTP/1.1\r\n" HOST));
	(void)hear(answer, fd, NULL, 1000);
	assert_non_null(strstr(answer, "200"));
	(void)close(fd);
	/* idle_s */
	assert_int_equal(hear(answer, slow[0], NULL, 4000), 0);
	for (size_t i = 0; i < COUNT(slow); i++)
		(void)close(slow[i]);
}

/* More than there is room for, each with a byte now and then (slowloris): who
 * asks is answered at once, and none of them stays. */
static void
test_slow(void **state)
{
	static int slow[CLIENTS_MAX * 5 / 2];
	size_t n_open = 0;

	(void)state;
	for (size_t i = 0; i < COUNT(slow); i++) {
		slow[i] = dial();
		say(slow[i], SPAN("GET /csv HTTP/1.1\r\nX: "));
	}
	for (int i = 0; i < 5; i++) {
		int fd = dial();

		say(fd, SPAN("GET /version HTTP/1.1\r\n" HOST));
		(void)hear(answer, fd, NULL, 1000);
		assert_non_null(strstr(answer, "200"));
		(void)close(fd);
	}
	/* Past idle_s without ever being silent for as long. */
	for (int i = 0; i < 14; i++) {
		(void)usleep(250000);
		for (size_t j = 0; j < COUNT(slow); j++)
			say(slow[j], SPAN("x"));
	}
	for (size_t i = 0; i < COUNT(slow); i++) {
		struct pollfd p = { .fd = slow[i], .events = POLLIN };
		char c;

		n_open += poll(&p, 1, 0) == 0 ||
			  recv(slow[i], &c, 1, MSG_DONTWAIT) > 0;
		(void)close(slow[i]);
	}
	assert_int_equal(n_open, 0);
}

/* A connection that was answered may rest, and ask again. */
static void
test_keep_alive(void **state)
{
	int fd = dial();

	(void)state;
	for (int i = 0; i < 3; i++) {
		say(fd,
		    SPAN("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"));
		(void)hear(answer, fd, "cairn", 1000);
		assert_non_null(strstr(answer, "200"));
		(void)usleep(1200000);
	}
	(void)close(fd);
}

/* Without a descriptor for who comes: later is early enough. */
static void
test_no_descriptors(void **state)
{
	struct rlimit before, few;
	int fd[64];

	(void)state;
	assert_int_equal(prlimit(child, RLIMIT_NOFILE, NULL, &before), 0);
	few = before;
	few.rlim_cur = 24;
	assert_int_equal(prlimit(child, RLIMIT_NOFILE, &few, NULL), 0);
	for (size_t i = 0; i < COUNT(fd); i++)
		fd[i] = dial();
	say(fd[COUNT(fd) - 1], SPAN("GET /version HTTP/1.1\r\n" HOST));
	assert_int_equal(hear(answer, fd[COUNT(fd) - 1], NULL, 500), 0);
	assert_int_equal(waitpid(child, NULL, WNOHANG), 0);
	assert_int_equal(prlimit(child, RLIMIT_NOFILE, &before, NULL), 0);
	(void)hear(answer, fd[COUNT(fd) - 1], NULL, 5000);
	assert_non_null(strstr(answer, "200"));
	for (size_t i = 0; i < COUNT(fd); i++)
		(void)close(fd[i]);
}

static void
test_pipeline(void **state)
{
	int fd = dial();
	size_t n = 0;

	(void)state;
	for (int i = 0; i < 100; i++)
		say(fd, SPAN("GET /version HTTP/1.1\r\nHost: a\r\n\r\n"));
	for (int i = 0; i < 3 && n < 100; i++) {
		(void)hear(answer, fd, NULL, 300);
		for (const char *at = answer;
		     (at = strstr(at, "HTTP/1.1 ")) != NULL; at++)
			n++;
	}
	(void)close(fd);
	assert_int_equal(n, 100);
}

/* Notify answers when the view changes, or when time is up. */
static void
test_wait(void **state)
{
	char request[256];
	int fd;

	(void)state;
	(void)snprintf(request, sizeof(request),
	    "GET /json-delta/notify?session=11&serial=7 HTTP/1.1\r\n" HOST);
	fd = dial();
	say(fd, span_str(request));
	assert_int_equal(hear(answer, fd, NULL, 300), 0);
	(void)kill(child, SIGUSR1);
	(void)hear(answer, fd, NULL, 3000);
	assert_non_null(strstr(answer, "\"serial\":8"));
	(void)close(fd);
	(void)snprintf(request, sizeof(request),
	    "GET /json-delta/notify?session=11&serial=8 HTTP/1.1\r\n" HOST);
	fd = dial();
	say(fd, span_str(request));
	(void)hear(answer, fd, NULL, 5000);
	assert_non_null(strstr(answer, "\"serial\":8"));
	(void)close(fd);
}

static void
test_events(void **state)
{
	int fd = dial(), gone = dial();

	(void)state;
	say(gone, SPAN("GET /api/v1/events HTTP/1.1\r\nHost: [::1]\r\n\r\n"));
	say(fd, SPAN("GET /api/v1/events HTTP/1.1\r\nHost: [::1]\r\n\r\n"));
	(void)hear(answer, fd, "\"serial\":8", 3000);
	assert_non_null(strstr(answer, "text/event-stream"));
	assert_non_null(strstr(answer, "event: view"));
	(void)hear(answer, gone, "\"serial\":8", 3000);
	(void)close(gone);
	/* Longer than idle_s: it is alive though it says nothing. */
	(void)sleep(3);
	(void)kill(child, SIGUSR1);
	(void)hear(answer, fd, "\"serial\":9", 3000);
	assert_non_null(strstr(answer, "\"serial\":9"));
	(void)close(fd);
}

/* Is there memory for /csv, as gzip for who takes that? */
static bool
is_held(struct web_body **out, struct web_bodies *bodies, bool gzip)
{
	const struct http_request request = { .method = HTTP_GET,
		.path = "/csv" };
	struct http_answer a;
	bool held;

	http_answer(&a, &request, &small.world, false);
	held = web_body_make(out, bodies, &a, &small.world, gzip);
	buf_fini(&a.body);
	return held;
}

/* The limit http-memory: for one body, and for those that are held. */
static void
test_memory(void **state)
{
	struct web_bodies bodies = { .bytes_max = ANSWER_MAX };
	struct web_body *one, *two;
	size_t n;

	(void)state;
	assert_true(is_held(&one, &bodies, false));
	n = bodies.n_bytes;
	assert_true(n > 0 && n == one->bytes.n);
	bodies.bytes_max = 2 * n;
	assert_true(is_held(&two, &bodies, true));
	assert_ptr_not_equal(one, two);
	assert_int_equal(bodies.n_bytes, 2 * n);
	web_body_drop(two);
	web_body_drop(one);
	web_bodies_reset(&bodies);
	assert_int_equal(bodies.n_bytes, 0);

	bodies.bytes_max = n;
	assert_true(is_held(&one, &bodies, false));
	bodies.bytes_max = 2 * n - 1;
	assert_false(is_held(&two, &bodies, true));
	assert_int_equal(bodies.n_bytes, n);
	web_body_drop(one);
	web_bodies_reset(&bodies);
	bodies.bytes_max = n - 1;
	assert_false(is_held(&one, &bodies, false));
	assert_int_equal(bodies.n_bytes, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_requests),
		cmocka_unit_test(test_head_is_short),
		cmocka_unit_test(test_smuggling),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_keep_alive),
		cmocka_unit_test(test_no_descriptors),
		cmocka_unit_test(test_pipeline),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_events),
	};

	return cmocka_run_group_tests(tests, begin, finish);
}
