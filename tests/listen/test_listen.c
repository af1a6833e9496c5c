/* Requests taken apart, and a server that nobody can hold up. */
#include "tests/check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "listen/listen.h"

#define H "Host: x\r\n"

static void
test_parse(void **state)
{
	static const struct {
		const char *what, *text;
		unsigned status;
	} rows[] = {
		{ "nothing", "", 0 },
		{ "half a line", "GET / HT", 0 },
		{ "no empty line", "GET / HTTP/1.1\r\n" H, 0 },
		{ "a request", "GET / HTTP/1.1\r\n" H "\r\n", 200 },
		{ "HTTP/1.0", "GET / HTTP/1.0\r\n\r\n", 200 },
		{ "HTTP/2.0", "GET / HTTP/2.0\r\n" H "\r\n", 505 },
		{ "no version", "GET /\r\n" H "\r\n", 400 },
		{ "no HTTP", "GET / HTPP/1.1\r\n" H "\r\n", 400 },
		{ "no host", "GET / HTTP/1.1\r\n\r\n", 400 },
		{ "two hosts", "GET / HTTP/1.1\r\n" H H "\r\n", 400 },
		{ "no path", "GET * HTTP/1.1\r\n" H "\r\n", 400 },
		{ "a URL", "GET http://x/ HTTP/1.1\r\n" H "\r\n", 400 },
		{ "two spaces", "GET  / HTTP/1.1\r\n" H "\r\n", 400 },
		{ "no method", " / HTTP/1.1\r\n" H "\r\n", 400 },
		{ "a method that is none", "G(T / HTTP/1.1\r\n" H "\r\n", 400 },
		{ "a byte above", "GET /\xc3\xa4 HTTP/1.1\r\n" H "\r\n", 400 },
		{ "a lone LF", "GET / HTTP/1.1\n" H "\r\n\r\n", 400 },
		{ "a lone CR", "GET /\r HTTP/1.1\r\n" H "\r\n", 400 },
		{ "a folded field", "GET / HTTP/1.1\r\n" H " folded\r\n\r\n",
		    400 },
		{ "a space before the colon",
		    "GET / HTTP/1.1\r\nHost : x\r\n\r\n", 400 },
		{ "no colon", "GET / HTTP/1.1\r\n" H "field\r\n\r\n", 400 },
		{ "a control", "GET / HTTP/1.1\r\n" H "A: \x01\r\n\r\n", 400 },
		{ "a post without a length", "POST / HTTP/1.1\r\n" H "\r\n",
		    411 },
		{ "chunks",
		    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked"
		    "\r\n\r\n",
		    411 },
		{ "both",
		    "POST / HTTP/1.1\r\n" H "Transfer-Encoding: chunked\r\n"
		    "Content-Length: 1\r\n\r\nx",
		    400 },
		{ "two lengths",
		    "POST / HTTP/1.1\r\n" H "Content-Length: 1\r\n"
		    "Content-Length: 1\r\n\r\nx",
		    400 },
		{ "a list of lengths",
		    "POST / HTTP/1.1\r\n" H "Content-Length: 1, 1\r\n\r\nx",
		    400 },
		{ "+1", "POST / HTTP/1.1\r\n" H "Content-Length: +1\r\n\r\nx",
		    400 },
		{ "01", "POST / HTTP/1.1\r\n" H "Content-Length: 01\r\n\r\nx",
		    400 },
		{ "-1", "POST / HTTP/1.1\r\n" H "Content-Length: -1\r\n\r\nx",
		    400 },
		{ "2^64",
		    "POST / HTTP/1.1\r\n" H
		    "Content-Length: 18446744073709551616\r\n\r\nx",
		    400 },
		{ "all of a body",
		    "POST / HTTP/1.1\r\n" H "content-length: 10\r\n\r\n"
		    "0123456789",
		    200 },
		{ "not yet all of it",
		    "POST / HTTP/1.1\r\n" H "Content-Length: 10\r\n\r\n"
		    "012345678",
		    0 },
		{ "one too long",
		    "POST / HTTP/1.1\r\n" H "Content-Length: 11\r\n\r\n", 413 },
	};
	struct listen_request r;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t used = 0;

		CHECK(rows[i].what,
		    listen_parse(&r, &used, span_str(rows[i].text), 10) ==
			rows[i].status);
		CHECK(rows[i].what,
		    rows[i].status != 200 || used == strlen(rows[i].text));
	}
}

static void
test_parts(void **state)
{
	static const char post[] =
	    "POST /a?b HTTP/1.1\r\n" H "Content-Length: \t3 \r\n\r\nabcGET";
	static const char head[] = "HEAD /x HTTP/1.1\r\n" H "\r\n";
	struct listen_request r;
	size_t used;

	(void)state;
	assert_int_equal(listen_parse(&r, &used, SPAN(post), 10), 200);
	assert_true(span_eq(r.method, SPAN("POST")));
	assert_true(span_eq(r.path, SPAN("/a?b")));
	assert_true(span_eq(r.body, SPAN("abc")));
	assert_int_equal(used, sizeof(post) - 1 - 3);
	assert_false(r.closes);
	assert_int_equal(listen_parse(&r, &used, SPAN(head), 10), 200);
	assert_true(r.is_head && span_eq(r.method, SPAN("GET")));
}

static void
test_closes(void **state)
{
	static const struct {
		const char *text;
		bool closes;
	} rows[] = {
		{ "GET / HTTP/1.1\r\n" H "\r\n", false },
		{ "GET / HTTP/1.0\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\n" H "Connection: close\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\n" H "connection: a, CLOSE\r\n\r\n", true },
		{ "GET / HTTP/1.1\r\n" H "Connection: closed\r\n\r\n", false },
		{ "GET / HTTP/1.1\r\n" H "Connection: \r\n\r\n", false },
	};
	struct listen_request r;
	size_t used;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		assert_int_equal(
		    listen_parse(&r, &used, span_str(rows[i].text), 0), 200);
		CHECK(rows[i].text, r.closes == rows[i].closes);
	}
}

/* As long as a head may be, and one longer. */
static void
test_head_max(void **state)
{
	struct listen_request r;
	struct buf b;
	size_t used;

	(void)state;
	for (size_t n = LISTEN_HEAD_MAX; n <= LISTEN_HEAD_MAX + 1; n++) {
		buf_init(&b, 20000);
		buf_puts(&b, "GET / HTTP/1.1\r\n" H "A: ");
		while (b.n < n - 2)
			buf_byte(&b, 'x');
		buf_puts(&b, "\r\n\r\n");
		assert_int_equal(listen_parse(&r, &used, buf_view(&b), 0),
		    n == LISTEN_HEAD_MAX ? 200 : 431);
		/* Nor is more waited for. */
		b.n -= 4;
		buf_puts(&b, "xxxx");
		assert_int_equal(listen_parse(&r, &used, buf_view(&b), 0), 431);
		buf_fini(&b);
	}
}

/* ---- over sockets ------------------------------------------------------ */

struct served {
	struct listen *listen;
	unsigned calls;
	uint8_t peer[8];
};

/* Five of them may wait at once. */
#define LONG (LISTEN_WAITING / 5 - LISTEN_HEAD_MAX)

/* What was sent, backwards in its status: 200, or what the path says. */
static void
echo(void *ctx, struct listen_answer *a, const struct listen_request *r)
{
	struct served *s = ctx;

	s->calls++;
	memcpy(s->peer, r->peer, sizeof(s->peer));
	if (span_eq(r->path, SPAN("/409"))) {
		a->status = 409;
		a->type = "text/x.tlog.size";
	}
	if (span_eq(r->path, SPAN("/429"))) {
		a->status = 429;
		a->retry_after = 21;
		a->cache = "public";
	}
	if (span_eq(r->path, SPAN("/long")))
		while (a->body.n < LONG)
			buf_puts(&a->body, "0123456789abcdef");
	buf_span(&a->body, r->method);
	buf_byte(&a->body, ' ');
	buf_span(&a->body, r->body);
}

static int
setup(void **state)
{
	static struct served s;
	const struct listen_settings settings = { .address = "127.0.0.1:0",
		.body_max = 1000,
		.answer_max = LONG + 16,
		.answer = echo,
		.ctx = &s,
		.seconds = 2 };
	struct fault why;

	s.calls = 0;
	fault_init(&why, SPAN(""));
	*state = &s;
	return listen_open(&s.listen, &settings, &why) == REASON_OK ? 0 : -1;
}

static int
teardown(void **state)
{
	struct served *s = *state;

	listen_close(s->listen);
	return 0;
}

static int
connect_to(const struct served *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)listen_port(s->listen));
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void
turn(struct served *s, int times)
{
	while (times-- > 0)
		listen_poll(s->listen, 20);
}

/* What is there by now; -1: closed. */
static ssize_t
hear(struct served *s, int fd, char out[4096])
{
	size_t n = 0;
	ssize_t got = 0;

	turn(s, 8);
	do {
		n += (size_t)got;
		got = recv(fd, out + n, 4095 - n, MSG_DONTWAIT);
	} while (got > 0);
	out[n] = '\0';
	return n == 0 && got == 0 ? -1 : (ssize_t)n;
}

static void
test_answers(void **state)
{
	struct served *s = *state;
	char text[4096];
	int fd = connect_to(s);

	say(fd, "POST /add HTTP/1.1\r\n" H "Content-Length: 3\r\n\r\nab");
	assert_int_equal(hear(s, fd, text), 0);
	say(fd, "c");
	assert_true(hear(s, fd, text) > 0);
	assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(text, "Content-Length: 8\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nPOST abc"));
	/* The connection goes on; two at once, in their order. */
	say(fd, "HEAD /409 HTTP/1.1\r\n" H "\r\nGET / HTTP/1.0\r\n\r\n");
	assert_true(hear(s, fd, text) > 0);
	assert_non_null(strstr(text, "HTTP/1.1 409 Conflict\r\n"
				     "Content-Type: text/x.tlog.size\r\n"
				     "Content-Length: 4\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nHTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(text, "Connection: close\r\n"));
	assert_int_equal(s->calls, 3);
	assert_int_equal(hear(s, fd, text), -1);
	assert_int_equal(close(fd), 0);
}

static void
test_fields(void **state)
{
	static const uint8_t loopback[8] = { 127, 0, 0, 1 };
	struct served *s = *state;
	char text[4096];
	int fd = connect_to(s);

	say(fd, "GET /429 HTTP/1.0\r\n\r\n");
	assert_true(hear(s, fd, text) > 0);
	assert_non_null(strstr(text, "HTTP/1.1 429 Too Many Requests\r\n"));
	assert_non_null(strstr(text, "Cache-Control: public\r\n"));
	assert_non_null(strstr(text, "Retry-After: 21\r\n"));
	assert_memory_equal(s->peer, loopback, sizeof(loopback));
	assert_int_equal(close(fd), 0);
}

/* What an answer promises may be made true before the next turn. */
static void
test_turns(void **state)
{
	struct served *s = *state;
	char text[64];
	int fd = connect_to(s);

	for (int i = 0; s->calls == 0 && i < 100; i++) {
		say(fd, i == 0 ? "GET / HTTP/1.1\r\n" H "\r\n" : "");
		turn(s, 1);
	}
	assert_int_equal(s->calls, 1);
	assert_int_equal(recv(fd, text, sizeof(text), MSG_DONTWAIT), -1);
	assert_true(hear(s, fd, (char[4096]){ 0 }) > 0);
	assert_int_equal(close(fd), 0);
}

/* Those who do not read what they asked for fill no more than so much. */
static void
test_waiting(void **state)
{
	struct served *s = *state;
	char text[4096];
	int lazy[6];

	for (size_t i = 0; i < COUNT(lazy); i++) {
		lazy[i] = connect_to(s);
		say(lazy[i], "GET /long HTTP/1.1\r\n" H "\r\n");
		turn(s, 4);
	}
	assert_int_equal(s->calls, COUNT(lazy));
	for (size_t i = 0; i < COUNT(lazy); i++) {
		assert_true(
		    recv(lazy[i], text, 12, MSG_DONTWAIT | MSG_WAITALL) == 12);
		CHECK("200 while there is room",
		    memcmp(text, i < 5 ? "HTTP/1.1 200" : "HTTP/1.1 503", 12) ==
			0);
		assert_int_equal(close(lazy[i]), 0);
	}
}

static void
test_refuses(void **state)
{
	struct served *s = *state;
	char text[4096];
	int fd = connect_to(s);

	say(fd, "POST / HTTP/1.1\r\n" H "Content-Length: 1001\r\n\r\n");
	assert_true(hear(s, fd, text) > 0);
	assert_non_null(strstr(text, "HTTP/1.1 413 "));
	assert_int_equal(hear(s, fd, text), -1);
	assert_int_equal(s->calls, 0);
	assert_int_equal(close(fd), 0);
}

/* A byte now and then is no request: its time ends all the same. */
static void
test_slow(void **state)
{
	struct served *s = *state;
	time_t began = time(NULL);
	char text[4096];
	int slow = connect_to(s), idle = connect_to(s), fd;
	ssize_t got = 0;

	while (got == 0 && time(NULL) - began < 10) {
		(void)!send(slow, "G", 1, MSG_NOSIGNAL);
		got = hear(s, slow, text);
	}
	assert_int_equal(got, -1);
	assert_true(time(NULL) - began < 8);
	fd = connect_to(s);
	say(fd, "GET / HTTP/1.0\r\n\r\n");
	assert_true(hear(s, fd, text) > 0);
	assert_int_equal(hear(s, idle, text), -1);
	assert_int_equal(close(slow), 0);
	assert_int_equal(close(idle), 0);
	assert_int_equal(close(fd), 0);
}

/* As many as there may be ask for nothing: one more is served. As many send
 * half a request: one more waits until their time is over. */
static void
test_crowd(void **state)
{
	struct served *s = *state;
	char text[4096];
	int crowd[LISTEN_CONNECTIONS], fd;
	ssize_t got = 0;
	time_t began;

	for (size_t i = 0; i < COUNT(crowd); i++) {
		crowd[i] = connect_to(s);
		turn(s, 1);
	}
	fd = connect_to(s);
	say(fd, "GET / HTTP/1.0\r\n\r\n");
	assert_true(hear(s, fd, text) > 0);
	assert_int_equal(close(fd), 0);
	for (size_t i = 0; i < COUNT(crowd); i++) {
		assert_int_equal(close(crowd[i]), 0);
		turn(s, 1);
		crowd[i] = connect_to(s);
		say(crowd[i], "GET");
		turn(s, 2);
	}
	fd = connect_to(s);
	say(fd, "GET / HTTP/1.0\r\n\r\n");
	began = time(NULL);
	while (got == 0 && time(NULL) - began < 10)
		got = hear(s, fd, text);
	assert_true(got > 0);
	assert_int_equal(close(fd), 0);
	for (size_t i = 0; i < COUNT(crowd); i++)
		assert_int_equal(close(crowd[i]), 0);
}

/* Who goes away does not take others along. */
static void
test_gone(void **state)
{
	struct served *s = *state;
	struct linger hard = { 1, 0 };
	char text[4096];
	int fd;

	for (int i = 0; i < 100; i++) {
		fd = connect_to(s);
		say(fd, "GET / HTTP/1.1\r\n" H "\r\n");
		(void)setsockopt(
		    fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
		if (i % 2 == 0)
			turn(s, 1);
		assert_int_equal(close(fd), 0);
		turn(s, 1);
	}
	fd = connect_to(s);
	say(fd, "GET / HTTP/1.0\r\n\r\n");
	assert_true(hear(s, fd, text) > 0);
	assert_int_equal(close(fd), 0);
}

static void
test_address(void **state)
{
	static const char *const none[] = { "", ":", "127.0.0.1", ":80",
		"127.0.0.1:", "127.0.0.1:x", "localhost:0", "[127.0.0.1:0",
		"[]:0", "256.0.0.1:0" };
	struct listen_settings settings = { .body_max = 1, .answer = echo };
	struct listen *l;
	struct fault why;

	(void)state;
	for (size_t i = 0; i < COUNT(none); i++) {
		settings.address = none[i];
		fault_init(&why, SPAN(""));
		CHECK_REASON(none[i], listen_open(&l, &settings, &why),
		    R_LISTEN_ADDRESS);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_closes),
		cmocka_unit_test(test_head_max),
		cmocka_unit_test(test_address),
		cmocka_unit_test_setup_teardown(test_answers, setup, teardown),
		cmocka_unit_test_setup_teardown(test_fields, setup, teardown),
		cmocka_unit_test_setup_teardown(test_turns, setup, teardown),
		cmocka_unit_test_setup_teardown(test_waiting, setup, teardown),
		cmocka_unit_test_setup_teardown(test_refuses, setup, teardown),
		cmocka_unit_test_setup_teardown(test_slow, setup, teardown),
		cmocka_unit_test_setup_teardown(test_crowd, setup, teardown),
		cmocka_unit_test_setup_teardown(test_gone, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
