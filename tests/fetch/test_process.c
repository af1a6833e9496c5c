/* Children that have nothing, and messages with files in them. */
#include "tests/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fetch/files.h"

#include "fetch/process.h"

/* Says which descriptors it has, and what is in the kept one. */
static void
look(int sock, int keep, const void *ctx)
{
	char said[80] = "";
	size_t n = 0;

	(void)ctx;
	for (int fd = 0; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0 && n < 64)
			n += (size_t)snprintf(
			    said + n, sizeof(said) - n, "%d ", fd);
	if (keep >= 0 && pread(keep, said + n, 4, 0) != 4)
		_exit(1);
	if (!process_send(sock, span_str(said), NULL, 0))
		_exit(1);
}

static void
test_has_nothing(void **state)
{
	struct process_body body = { "look", look, NULL };
	int fds[PROCESS_FDS], open_here = file_of(SPAN("mine")), high;
	struct process p;
	char said[80];
	ssize_t n;

	(void)state;
	high = fcntl(open_here, F_DUPFD_CLOEXEC, 700);
	for (int with = 0; with < 2; with++) {
		assert_int_equal(
		    process_start(&p, with ? open_here : -1, &body), REASON_OK);
		n = process_receive(p.sock, said, sizeof(said), fds, true);
		assert_true(span_eq(span_of(said, (size_t)n),
		    with ? SPAN("0 1 2 3 4 mine") : SPAN("0 1 2 3 4 ")));
		/* It has returned, and so has ended. */
		assert_int_equal(
		    process_receive(p.sock, said, sizeof(said), fds, true), 0);
		process_end(&p);
	}
	(void)close(high);
	(void)close(open_here);
}

static void
test_messages(void **state)
{
	int pair[2], fds[PROCESS_FDS], sent[2];
	char got[16];

	(void)state;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	assert_int_equal(
	    process_receive(pair[1], got, sizeof(got), fds, false), -1);
	sent[0] = file_of(SPAN("one"));
	sent[1] = file_of(SPAN("two"));
	assert_true(process_send(pair[0], SPAN("first"), sent, 2));
	assert_true(process_send(pair[0], SPAN("second"), NULL, 0));
	assert_int_equal(
	    process_receive(pair[1], got, sizeof(got), fds, false), 5);
	assert_true(fds[0] >= 0 && fds[1] >= 0 && fds[2] == -1);
	assert_int_equal(pread(fds[1], got, sizeof(got), 0), 3);
	assert_memory_equal(got, "two", 3);
	(void)close(fds[0]);
	(void)close(fds[1]);
	assert_int_equal(
	    process_receive(pair[1], got, sizeof(got), fds, true), 6);
	assert_int_equal(fds[0], -1);
	(void)close(pair[0]);
	assert_int_equal(
	    process_receive(pair[1], got, sizeof(got), fds, false), 0);
	(void)signal(SIGPIPE, SIG_DFL);
	assert_false(process_send(pair[1], SPAN("x"), NULL, 0));
	(void)close(pair[1]);
	(void)close(sent[0]);
	(void)close(sent[1]);
}

/* Nobody listens: it says so, and does not wait. */
static void
test_full(void **state)
{
	static const uint8_t message[4096];
	size_t n = 0;
	int pair[2];

	(void)state;
	assert_int_equal(
	    socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	while (n < 100000 && process_send(pair[0], SPAN_OF(message), NULL, 0))
		n++;
	assert_in_range(n, 1, 99999);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

/* Where the kernel has Landlock: nothing may be written, nor what is not the
 * system's be read; what a resolver and TLS need may. */
static int
try_files(const char *mine)
{
	char path[64];
	int roots = memfd_create("roots", MFD_CLOEXEC);

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", roots);
	if (!confine_reads())
		return 1;
	if (open(mine, O_WRONLY | O_CLOEXEC) >= 0)
		return 2;
	if (open(mine, O_RDONLY | O_CLOEXEC) >= 0)
		return 3;
	if (unlink(mine) == 0)
		return 4;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0)
		return 5;
	return open(path, O_RDONLY | O_CLOEXEC) < 0 ? 6 : 0;
}

static void
test_reads_only(void **state)
{
	char mine[] = "/tmp/cairn-confine-XXXXXX";
	int fd, st;
	pid_t pid;

	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 1)
		SKIP("no Landlock, or an old one");
	fd = mkstemp(mine);
	assert_true(fd >= 0);
	pid = fork();
	if (pid == 0)
		_exit(try_files(mine));
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
	(void)close(fd);
	assert_int_equal(unlink(mine), 0);
}

/* What is below a folder of its own it may do as it likes, and no more. */
static int
try_folder(const char *mine, const char *others)
{
	char path[128], other[128];
	int folder = open(mine, O_RDONLY | O_DIRECTORY | O_CLOEXEC), fd;

	if (folder < 0 || !confine_folders(&folder, 1, false))
		return 1;
	(void)snprintf(path, sizeof(path), "%s/below/a", mine);
	(void)snprintf(other, sizeof(other), "%s/b", mine);
	if (mkdirat(folder, "below", 0700) != 0)
		return 2;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, "x", 1) != 1 || close(fd) != 0)
		return 3;
	if (rename(path, other) != 0) /* from one of its folders to another */
		return 4;
	if (open(other, O_RDONLY | O_CLOEXEC) < 0 || unlink(other) != 0)
		return 5;
	if (open(others, O_RDONLY | O_CLOEXEC) >= 0 || unlink(others) == 0)
		return 6;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0)
		return 7;
	return unlinkat(folder, "below", AT_REMOVEDIR) == 0 ? 0 : 8;
}

static void
test_folders(void **state)
{
	char mine[] = "/tmp/cairn-confine-XXXXXX";
	char others[] = "/tmp/cairn-confine-XXXXXX";
	int fd, st;
	pid_t pid;

	(void)state;
	if (syscall(SYS_landlock_create_ruleset, NULL, 0, 1) < 2)
		SKIP("no Landlock, or an old one");
	fd = mkstemp(others);
	assert_true(fd >= 0);
	assert_non_null(mkdtemp(mine));
	pid = fork();
	if (pid == 0)
		_exit(try_folder(mine, others));
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 0);
	(void)close(fd);
	assert_int_equal(unlink(others), 0);
	assert_int_equal(rmdir(mine), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_has_nothing),
		cmocka_unit_test(test_messages),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_reads_only),
		cmocka_unit_test(test_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
