/*
 * The server in a process of its own, and clients on loopback that behave, or
 * do not. What is said is tests/rtr's; here it is about connections.
 */
#include "tests/check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/serve/server.h"

/* No data, then a view, then its successor, told by a Notify. */
static void
test_views(void **state)
{
	struct server s;
	struct rtr_client c;
	int fd;

	(void)state;
	server_init(&s);
	server_start(&s);
	fd = dial(s.names[0]);
	rtr_client_init(&c, 2);
	ask(&c, fd);
	assert_int_equal(hear(&c, fd, 5000), RTR_REPORTED);
	assert_int_equal(c.report, RTR_NO_DATA);
	publish_some(&s, 10, 1);
	assert_int_equal(hear(&c, fd, 5000), RTR_NOTIFIED);
	assert_int_equal(c.notified, 1);
	fetch(&c, fd, 10);
	publish_some(&s, 30, 2);
	(void)usleep(300000);
	fetch(&c, fd, 30); /* a Notify would be too early: one a minute */
	assert_int_equal(c.serial, 2);
	rtr_client_fini(&c);
	(void)close(fd);
	server_stop(&s);
	server_fini(&s);
}

/* After a restart the routers of before get a difference. */
static void
test_restart(void **state)
{
	struct payload *p = many(30);
	struct view one = view_of(p, 10, 1), two = view_of(p, 20, 2);
	struct view three = view_of(p + 5, 25, 3);
	struct server s;
	struct rtr_client c;
	int fd;

	(void)state;
	server_init(&s);
	publish_next(&s, &one);
	server_start(&s);
	fd = dial(s.names[0]);
	rtr_client_init(&c, 2);
	fetch(&c, fd, 10);
	server_tell(&s, "stop");
	/* 8210bis-26 8.5 */
	assert_int_equal(hear(&c, fd, 5000), RTR_REPORTED);
	assert_int_equal(c.report, RTR_RESTART);
	(void)close(fd);
	server_end(&s);
	c.why.reason = REASON_OK;

	publish_next(&s, &two);
	publish_next(&s, &three);
	assert_int_equal(three.serial, one.serial + 2);
	server_start(&s);
	fd = dial(s.names[0]);
	fetch(&c, fd, 25);
	assert_int_equal(c.serial, three.serial);
	rtr_client_fini(&c);
	(void)close(fd);
	server_stop(&s);
	server_fini(&s);
	test_free(p);
}

/* A damaged view changes nothing, one too old is not served. */
static void
test_bad_views(void **state)
{
	struct payload *p = many(3);
	struct view old = view_of(p, 3, 7);
	struct server s;
	struct rtr_client c;
	char path[96], other[96];
	int fd;

	(void)state;
	server_init(&s);
	publish_some(&s, 10, 1);
	server_start(&s);
	check_good(s.names[0], 10);
	(void)snprintf(path, sizeof(path), "%s/current", s.folder);
	(void)snprintf(other, sizeof(other), "%s/x", s.folder);
	fd = open(other, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, "no view", 7), 7);
	(void)close(fd);
	assert_int_equal(rename(other, path), 0);
	(void)usleep(300000);
	check_good(s.names[0], 10);

	old.made_at -= 3700;
	publish(&s, &old);
	(void)usleep(300000);
	fd = dial(s.names[0]);
	rtr_client_init(&c, 1);
	ask(&c, fd);
	assert_int_equal(hear(&c, fd, 5000), RTR_REPORTED);
	assert_int_equal(c.report, RTR_NO_DATA);
	rtr_client_fini(&c);
	(void)close(fd);
	server_stop(&s);
	server_fini(&s);
	test_free(p);
}

/* Each listener has its own version and its own list of who may come. */
static void
test_listeners(void **state)
{
	static const struct prefix elsewhere = { FAMILY_V4, 24,
		{ { 192, 0, 2 } } };
	static const struct prefix here = { FAMILY_V4, 8, { { 127 } } };
	struct prefix both[] = { elsewhere, here };
	struct server s;
	struct rtr_client c;
	int fd;

	(void)state;
	server_init(&s);
	s.settings.n = 3;
	s.listeners[0].allow = &elsewhere;
	s.listeners[0].n_allow = 1;
	s.listeners[1].allow = both;
	s.listeners[1].n_allow = 2;
	s.listeners[2].max_version = 1;
	publish_some(&s, 10, 1);
	server_start(&s);
	fd = dial(s.names[0]);
	assert_true(is_closed_within(fd, 5000));
	(void)close(fd);
	check_good(s.names[1], 10);
	fd = dial(s.names[2]);
	rtr_client_init(&c, 2);
	ask(&c, fd);
	assert_int_equal(hear(&c, fd, 5000), RTR_DOWNGRADED);
	fetch(&c, fd, 10);
	assert_int_equal(c.version, 1);
	rtr_client_fini(&c);
	(void)close(fd);
	server_stop(&s);
	server_fini(&s);
}

/* New settings: sessions go on; what cannot be used changes nothing. */
static void
test_apply(void **state)
{
	struct server s;
	struct rtr_client c;
	int fd;

	(void)state;
	server_init(&s);
	publish_some(&s, 10, 1);
	server_start(&s);
	fd = dial(s.names[0]);
	rtr_client_init(&c, 2);
	fetch(&c, fd, 10);
	server_tell(&s, "broken");
	fetch(&c, fd, 10);
	check_good(s.names[0], 10);
	server_tell(&s, "second");
	fetch(&c, fd, 10);
	check_good(s.names[1], 10);
	rtr_client_fini(&c);
	(void)close(fd);
	server_stop(&s);
	server_fini(&s);
}

static bool
all_are_closed(const struct seen *seen)
{
	return seen->counters.timeouts == 4 && seen->n_routers == 0;
}

/* hostile.md RT1, RT5: silence and halves end by the clock, and by a word. */
static void
test_deadlines(void **state)
{
	static const uint8_t junk[] = { 0xff };
	struct server s;
	int silent, half, stuck, idle, space = 4096;

	(void)state;
	server_init(&s);
	s.limits.rtr_first_time = 1;
	s.limits.rtr_pdu_time = 1;
	s.limits.rtr_stall_time = 1;
	s.limits.rtr_idle_time = 1;
	publish_some(&s, 200000, 1); /* 4 MB: more than sockets hold */
	server_start(&s);
	silent = dial(s.names[0]);
	half = dial(s.names[0]);
	assert_int_equal(send(half, reset_2, 7, MSG_NOSIGNAL), 7);
	idle = dial(s.names[0]);
	assert_int_equal(send(idle, junk, 1, MSG_NOSIGNAL), 1);
	stuck = dial(s.names[0]);
	(void)setsockopt(stuck, SOL_SOCKET, SO_RCVBUF, &space, sizeof(space));
	assert_int_equal(send(stuck, reset_2, 8, MSG_NOSIGNAL), 8);
	assert_true(is_closed_within(silent, 8000));
	assert_true(is_closed_within(half, 8000));
	assert_true(is_closed_within(idle, 8000));
	(void)sleep(3);
	assert_true(is_closed_within(stuck, 8000));
	server_wait(&s, all_are_closed);
	assert_true(s.seen->n_said > 0);
	assert_non_null(strstr(s.seen->said[0], "router 127.0.0.1: closed: "));
	(void)close(silent);
	(void)close(half);
	(void)close(idle);
	(void)close(stuck);
	server_stop(&s);
	server_fini(&s);
}

#define HALVES 500

/* So many halves of a header, and silence: others are served, these end. */
static void
test_halves(void **state)
{
	struct server s;
	int fds[HALVES];

	(void)state;
	server_init(&s);
	s.limits.rtr_address_clients = 2 * HALVES;
	s.limits.rtr_pdu_time = 3;
	publish_some(&s, 10, 1);
	server_start(&s);
	for (size_t i = 0; i < HALVES; i++) {
		fds[i] = dial(s.names[0]);
		assert_int_equal(send(fds[i], reset_2, 4, MSG_NOSIGNAL), 4);
	}
	check_good(s.names[0], 10);
	for (size_t i = 0; i < HALVES; i++) {
		assert_true(is_closed_within(fds[i], 20000));
		(void)close(fds[i]);
	}
	check_good(s.names[0], 10);
	server_stop(&s);
	assert_int_equal(s.seen->counters.timeouts, HALVES);
	server_fini(&s);
}

/* Each router is seen, and what it was told. */
static bool
one_is_served(const struct seen *seen)
{
	return seen->n_routers == 2 && seen->routers[0].has_serial;
}

static bool
one_is_gone(const struct seen *seen)
{
	return seen->n_routers == 1 && !seen->routers[0].is_open;
}

static void
test_routers(void **state)
{
	const struct http_router *r;
	struct rtr_client c;
	struct server s;
	int fds[2];

	(void)state;
	server_init(&s);
	publish_some(&s, 10, 7);
	server_start(&s);
	r = s.seen->routers;
	for (size_t i = 0; i < 2; i++)
		fds[i] = dial(s.names[0]);
	rtr_client_init(&c, 1);
	fetch(&c, fds[0], 10);
	server_wait(&s, one_is_served);
	assert_int_equal(r[0].family, FAMILY_V4);
	assert_memory_equal(r[0].addr.b, "\x7f\0\0\1", 4);
	assert_true(r[0].is_open && !r[0].is_tls);
	assert_int_equal(r[0].version, 1);
	assert_int_equal(r[0].serial, 7);
	assert_int_equal(r[0].resets, 1);
	assert_int_equal(r[0].queries, 0);
	assert_int_equal(r[0].sent_bytes, 8 + 10 * 20 + 24);
	assert_true(r[0].came_at <= r[0].heard_at);
	assert_true(llabs(time(NULL) - r[0].came_at) < 20);
	assert_false(r[1].is_open || r[1].has_serial);
	(void)close(fds[0]);
	server_wait(&s, one_is_gone);
	(void)close(fds[1]);
	rtr_client_fini(&c);
	server_stop(&s);
	assert_int_equal(s.seen->counters.timeouts, 0);
	assert_int_equal(s.seen->n_said, 0);
	server_fini(&s);
}

#define SLOW 100

/* hostile.md RT3, A47: who does not read costs a cursor; others are served. */
static void
test_slow(void **state)
{
	struct server s;
	struct timespec from, to;
	int fds[SLOW], space = 4096;
	long alone; /* seconds, without the others */
	uint8_t byte;

	(void)state;
	server_init(&s);
	s.limits.rtr_address_clients = 2 * SLOW;
	s.limits.rtr_lag = 2;
	publish_some(&s, 100000, 1);
	server_start(&s);
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	check_good(s.names[0], 100000);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	alone = to.tv_sec - from.tv_sec + 1;
	for (size_t i = 0; i < SLOW; i++) {
		fds[i] = dial(s.names[0]);
		(void)setsockopt(
		    fds[i], SOL_SOCKET, SO_RCVBUF, &space, sizeof(space));
		/* many queries, of which the first is being answered */
		for (size_t j = 0; j < 40; j++)
			assert_int_equal(
			    send(fds[i], reset_2, 8, MSG_NOSIGNAL), 8);
		assert_int_equal(receive(fds[i], &byte, 1, 10000), 1);
	}
	(void)clock_gettime(CLOCK_MONOTONIC, &from);
	check_good(s.names[0], 100000);
	(void)clock_gettime(CLOCK_MONOTONIC, &to);
	if (to.tv_sec - from.tv_sec > 5 + 5 * alone)
		fail_msg(
		    "%ld s, and %ld alone", to.tv_sec - from.tv_sec, alone);
	/* Nor do they keep the server from the next views, or these alive. */
	for (uint32_t serial = 2; serial <= 5; serial++) {
		publish_some(&s, 100000 + serial, serial);
		(void)usleep(400000);
		check_good(s.names[0], 100000 + serial);
	}
	(void)sleep(1);
	for (size_t i = 0; i < SLOW; i++) {
		assert_true(is_closed_within(fds[i], 10000));
		(void)close(fds[i]);
	}
	check_good(s.names[0], 100005);
	server_stop(&s);
	server_fini(&s);
}

/* As check_good, from a server that may still be busy with others. */
static void
wait_good(const char *name, size_t want)
{
	for (size_t i = 0; i < 100; i++) {
		struct rtr_client c;
		int fd = dial(name);
		bool good;

		rtr_client_init(&c, 2);
		ask(&c, fd);
		good = hear(&c, fd, 10000) == RTR_COMPLETE &&
		       rtr_client_count(&c) == want;
		rtr_client_fini(&c);
		(void)close(fd);
		if (good)
			return;
		(void)usleep(100000);
	}
	fail_msg("no answer");
}

/* hostile.md A46: no accept, whatever it says, ends the server. */
static void
test_many(void **state)
{
	struct server s;
	int fds[80];

	(void)state;
	server_init(&s);
	s.files = 40;
	publish_some(&s, 10, 1);
	server_start(&s);
	check_good(s.names[0], 10);
	for (size_t i = 0; i < COUNT(fds); i++)
		fds[i] = dial(s.names[0]);
	(void)usleep(500000);
	for (size_t i = 0; i < COUNT(fds); i++)
		(void)close(fds[i]);
	wait_good(s.names[0], 10);
	for (size_t i = 0; i < 300; i++) { /* open, reset, again */
		struct linger now = { 1, 0 };
		int fd = dial(s.names[0]);

		(void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
		(void)close(fd);
	}
	wait_good(s.names[0], 10);
	server_stop(&s);
	server_fini(&s);
}

static void
test_limits(void **state)
{
	struct server s;
	int fds[3];

	(void)state;
	for (int which = 0; which < 2; which++) {
		server_init(&s);
		if (which == 0)
			s.limits.rtr_address_clients = 2;
		else
			s.limits.rtr_clients = 2;
		publish_some(&s, 10, 1);
		server_start(&s);
		for (size_t i = 0; i < COUNT(fds); i++)
			fds[i] = dial(s.names[0]);
		assert_true(is_closed_within(fds[2], 5000));
		assert_false(is_closed_within(fds[1], 300));
		for (size_t i = 0; i < COUNT(fds); i++)
			(void)close(fds[i]);
		wait_good(s.names[0], 10);
		server_stop(&s);
		server_fini(&s);
	}
}

/* Floods: an error and an end, or answers as fast as they are read. */
static void
test_floods(void **state)
{
	static uint8_t junk[65536];
	struct server s;
	uint8_t report[512];
	ssize_t n;
	int fd;

	(void)state;
	memset(junk, 0xff, sizeof(junk));
	server_init(&s);
	publish_some(&s, 10, 1);
	server_start(&s);
	fd = dial(s.names[0]);
	(void)send(fd, junk, sizeof(junk), MSG_NOSIGNAL);
	n = receive(fd, report, sizeof(report), 5000);
	assert_true(n > 8 && n < 200); /* one report */
	assert_int_equal(report[1], 10);
	assert_true(is_closed_within(fd, 5000));
	(void)close(fd);

	fd = dial(s.names[0]);
	for (size_t i = 0; i + 8 <= sizeof(junk); i += 8)
		memcpy(junk + i, reset_2, 8);
	(void)fcntl(fd, F_SETFL, O_NONBLOCK);
	for (size_t i = 0; i < 8; i++)
		(void)send(fd, junk, sizeof(junk), MSG_NOSIGNAL);
	check_good(s.names[0], 10);
	(void)close(fd);
	server_stop(&s);
	server_fini(&s);
}

static bool
has_reports(const struct seen *seen)
{
	return seen->counters.errors == 2 && seen->n_said > 0;
}

/* Error Reports are counted both ways, also of who stays; a router's is in the
 * log (8210bis-26 5.11). */
static void
test_reports(void **state)
{
	static const uint8_t newer[] = { 9, 2, 0, 0, 0, 0, 0, 8 };
	static const uint8_t duplicate[16] = { 2, 10, 0, 7, 0, 0, 0, 16 };
	struct server s;
	uint8_t heard[512];
	int stays, leaves;

	(void)state;
	server_init(&s);
	publish_some(&s, 10, 1);
	server_start(&s);
	stays = dial(s.names[0]);
	assert_int_equal(send(stays, newer, sizeof(newer), 0), sizeof(newer));
	assert_true(receive(stays, heard, sizeof(heard), 5000) > 8);
	leaves = dial(s.names[0]);
	assert_int_equal(
	    send(leaves, duplicate, sizeof(duplicate), 0), sizeof(duplicate));
	assert_true(is_closed_within(leaves, 5000));
	server_wait(&s, has_reports);
	assert_string_equal(s.seen->said[0],
	    "router 127.0.0.1: it ends the session: Error Report 7");
	(void)close(stays);
	(void)close(leaves);
	server_stop(&s);
	server_fini(&s);
}

/* What cannot be used is refused before anything is opened. */
static void
test_settings(void **state)
{
	const struct serve_hooks hooks = { 0 };
	struct server s;
	struct serve *serve;
	struct fault why;

	(void)state;
	server_init(&s);
	fault_init(&why, (struct span){ 0 });
	s.listeners[0].fd = -1;
	CHECK_REASON("no socket",
	    serve_open(&serve, &s.settings, &hooks, -1, &why), R_SERVE_LISTEN);
	assert_null(serve);
	fault_init(&why, (struct span){ 0 });
	s.listeners[0].is_tls = true;
	CHECK_REASON("no certificate",
	    serve_open(&serve, &s.settings, &hooks, -1, &why), R_SERVE_TLS);
	assert_null(serve);
	server_fini(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_views),
		cmocka_unit_test(test_restart),
		cmocka_unit_test(test_bad_views),
		cmocka_unit_test(test_listeners),
		cmocka_unit_test(test_apply),
		cmocka_unit_test(test_deadlines),
		cmocka_unit_test(test_halves),
		cmocka_unit_test(test_routers),
		cmocka_unit_test(test_slow),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_floods),
		cmocka_unit_test(test_reports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
