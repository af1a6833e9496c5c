/* The supervisor's arithmetic and its words to systemd; what it does to
 * processes is in tests/cli/serve.sh. */
#include "tests/check.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/supervise_inside.h"

static void
test_backoff(void **state)
{
	static const int64_t want[] = { 0, 1000, 2000, 4000, 8000, 16000, 32000,
		60000, 60000 };

	(void)state;
	for (unsigned i = 0; i < COUNT(want); i++)
		assert_int_equal(supervise_backoff_ms(i), want[i]);
	assert_int_equal(supervise_backoff_ms(1000000), 60000);
}

static void
test_expiry(void **state)
{
	struct origin o[] = {
		{ .not_after_at = 500, .stale_at = 300, .chain_until_at = 900 },
		{ .not_after_at = 400, .stale_at = 700, .chain_until_at = 900 }
	};
	struct payload p[] = { { .origin = &o[0] }, { .origin = &o[1] },
		{ .origin = NULL } };
	struct view v = { .payloads = p, .n = 3 };

	(void)state;
	assert_int_equal(run_next_expiry(&v, 0), 300);
	assert_int_equal(run_next_expiry(&v, 300), 400);
	assert_int_equal(run_next_expiry(&v, 400), INT64_MAX);
	v.n = 0;
	assert_int_equal(run_next_expiry(&v, 0), INT64_MAX);
}

static void
test_notify(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char text[64], name[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	ssize_t n;

	(void)state;
	(void)snprintf(name, sizeof(name), "@cairn-notify-%d", getpid());
	memcpy(at.sun_path, name, strlen(name));
	at.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&at,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			    strlen(name))),
	    0);
	(void)unsetenv("NOTIFY_SOCKET");
	notify_systemd("nobody hears");
	(void)setenv("NOTIFY_SOCKET", name, 1);
	notify_systemd("READY=1");
	n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
	assert_int_equal(n, 7);
	assert_memory_equal(text, "READY=1", 7);
	(void)close(fd);
	notify_systemd("nor now");
}

static void
test_watchdog(void **state)
{
	char pid[16];

	(void)state;
	(void)unsetenv("WATCHDOG_PID");
	(void)unsetenv("WATCHDOG_USEC");
	assert_int_equal(notify_watchdog_ms(), 0);
	(void)setenv("WATCHDOG_USEC", "60000000", 1);
	assert_int_equal(notify_watchdog_ms(), 60000);
	(void)setenv("WATCHDOG_PID", "1", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
	(void)snprintf(pid, sizeof(pid), "%d", getpid());
	(void)setenv("WATCHDOG_PID", pid, 1);
	assert_int_equal(notify_watchdog_ms(), 60000);
	(void)setenv("WATCHDOG_USEC", "much", 1);
	assert_int_equal(notify_watchdog_ms(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_watchdog),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
