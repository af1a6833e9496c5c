/* The supervisor's arithmetic and its words to systemd; what it does to
 * processes is in tests/cli/serve.sh. */
#include "tests/check.h"

#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "supervise/inside.h"

#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED true
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define IS_SANITIZED true
#endif
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED false
#endif

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

/* A socket by the name that $NOTIFY_SOCKET then has. */
static int
hear_notices(void)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char name[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)snprintf(name, sizeof(name), "@cairn-notify-%d", getpid());
	memcpy(at.sun_path, name, strlen(name));
	at.sun_path[0] = '\0';
	assert_int_equal(
	    bind(fd, (struct sockaddr *)&at,
		(socklen_t)(offsetof(struct sockaddr_un, sun_path) +
			    strlen(name))),
	    0);
	(void)setenv("NOTIFY_SOCKET", name, 1);
	return fd;
}

static void
test_notify(void **state)
{
	char text[64];
	ssize_t n;
	int fd;

	(void)state;
	(void)unsetenv("NOTIFY_SOCKET");
	notify_systemd("nobody hears");
	fd = hear_notices();
	notify_systemd("READY=1");
	n = recv(fd, text, sizeof(text), MSG_DONTWAIT);
	assert_int_equal(n, 7);
	assert_memory_equal(text, "READY=1", 7);
	(void)close(fd);
	notify_systemd("nor now");
}

/* Type=notify-reload wants the time, to tell this from an older notice. */
static void
test_reloading(void **state)
{
	static const char want[] = "RELOADING=1\nMONOTONIC_USEC=";
	char text[64] = "";
	uint64_t usec;
	int fd = hear_notices();

	(void)state;
	notify_reloading();
	assert_true(recv(fd, text, sizeof(text) - 1, MSG_DONTWAIT) > 0);
	assert_memory_equal(text, want, sizeof(want) - 1);
	assert_true(decimal_parse(
	    &usec, span_str(text + sizeof(want) - 1), UINT64_MAX));
	assert_true(usec > 0);
	(void)close(fd);
	(void)unsetenv("NOTIFY_SOCKET");
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

/* ---- the box of the servers ---------------------------------------------- */

static int box_file, box_pair[2];

static bool
try_open_read(void)
{
	return open("/proc/self/status", O_RDONLY | O_CLOEXEC) >= 0;
}

static bool
try_list(void)
{
	DIR *dir = opendir("/");

	return dir != NULL && readdir(dir) != NULL;
}

static bool
try_open_write(void)
{
	return open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0;
}

static bool
try_create(void)
{
	return open("box-file", O_RDONLY | O_CREAT | O_CLOEXEC, 0600) >= 0;
}

static bool
try_socket(void)
{
	return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}

static bool
try_talk(void)
{
	char c;

	return send(box_pair[0], "x", 1, 0) == 1 &&
	       recv(box_pair[1], &c, 1, 0) == 1;
}

static bool
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool
try_exec(void)
{
	char *argv[] = { (char *)(uintptr_t) "true", NULL };

	(void)execv("/bin/true", argv);
	return false; /* as a child that ended with 0, else */
}

static bool
try_kill(void)
{
	return kill(getppid(), 0) == 0;
}

static bool
try_tgkill(void)
{
	return syscall(SYS_tgkill, getppid(), getppid(), 0) == 0;
}

static bool
try_tgkill_self(void)
{
	return syscall(SYS_tgkill, getpid(), getpid(), 0) == 0;
}

static bool
try_truncate(void)
{
	return ftruncate(box_file, 0) == 0;
}

static bool
try_unlink(void)
{
	return unlink("box-file") == 0;
}

static bool
try_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED;
}

static bool
try_memory(void)
{
	char *p = malloc((size_t)8 << 20);

	if (p != NULL)
		memset(p, 1, (size_t)8 << 20);
	free(p);
	return p != NULL;
}

static int
status_of(bool (*try)(void), bool in_box)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(in_box && !box_server() ? 2 : try() ? 0 : 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void
test_box(void **state)
{
	static const struct {
		const char *what;
		bool (*try)(void);
		bool allowed, also_sanitized;
	} cases[] = {
		{ "read a file", try_open_read, true, true },
		{ "list a folder", try_list, true, true },
		{ "talk", try_talk, true, true },
		{ "memory", try_memory, true, true },
		{ "a signal to itself", try_tgkill_self, true, true },
		{ "write a file", try_open_write, false, true },
		{ "make a file", try_create, false, true },
		{ "remove a file", try_unlink, false, true },
		{ "cut a file", try_truncate, false, false },
		{ "a socket", try_socket, false, true },
		{ "a process", try_fork, false, false },
		{ "a program", try_exec, false, true },
		{ "a signal", try_kill, false, true },
		{ "a signal to a thread", try_tgkill, false, true },
		{ "code", try_code, false, false },
	};

	(void)state;
	box_file = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, box_pair), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (!cases[i].also_sanitized && IS_SANITIZED)
			continue;
		CHECK(cases[i].what,
		    status_of(cases[i].try, true) == !cases[i].allowed);
		/* Outside it can be done: it is the box that denies it. */
		CHECK(cases[i].what, status_of(cases[i].try, false) == 0);
	}
	(void)close(box_file);
	(void)close(box_pair[0]);
	(void)close(box_pair[1]);
}

/* Who keeps files: all but that. 0, or which of these it could do, or not. */
static int
keeper_tries(void)
{
	char *const words[] = { (char[]){ "true" }, NULL };
	struct sockaddr a = { .sa_family = AF_INET };
	int fd;

	if (!supervise_box_keeper())
		return 1;
	if (execv("/bin/true", words) == 0 || errno != EPERM)
		return 2;
	if (syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0) >= 0 || errno != EPERM)
		return 3;
	fd = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(fd, &a, sizeof(a)) == 0 || errno != EPERM)
		return 4;
	if (bind(fd, &a, sizeof(a)) == 0 || errno != EPERM)
		return 5;
	if (kill(getppid(), 0) == 0 || errno != EPERM)
		return 6;
	fd = open("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600);
	return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 ? 0 : 7;
}

static void
test_keeper(void **state)
{
	pid_t pid;
	int st;

	(void)state;
	if (IS_SANITIZED)
		SKIP("boxes of sanitizer builds are wider");
	pid = fork();
	if (pid == 0)
		_exit(keeper_tries());
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff),
		cmocka_unit_test(test_notify),
		cmocka_unit_test(test_reloading),
		cmocka_unit_test(test_watchdog),
		cmocka_unit_test(test_box),
		cmocka_unit_test(test_keeper),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
