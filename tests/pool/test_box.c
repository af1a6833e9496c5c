/* From inside the box: what must not be possible is not (hostile.md G9). */
#include "tests/check.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypt/crypt.h"
#include "pool/box.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define MEMORY ((size_t)64 << 20)

enum {
	DID = 0,      /* it worked */
	REFUSED = 10, /* EPERM, EACCES */
	OTHER = 11,
	NO_BOX = 12
};

static int
judge_result(long result)
{
	if (result >= 0)
		return DID;
	return errno == EPERM || errno == EACCES ? REFUSED : OTHER;
}

/* ---- what is forbidden ------------------------------------------------ */

static int
try_open(void)
{
	return judge_result(open("/etc/passwd", O_RDONLY));
}

static int
try_create(void)
{
	return judge_result(
	    open("/tmp/cairn-box", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int
try_socket(void)
{
	return judge_result(socket(AF_INET, SOCK_STREAM, 0));
}

static int
try_unix_socket(void)
{
	return judge_result(socket(AF_UNIX, SOCK_STREAM, 0));
}

static int
try_execve(void)
{
	char *argv[] = { NULL };

	return judge_result(execve("/bin/true", argv, argv));
}

static int
try_ptrace(void)
{
	return judge_result(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL));
}

static int
try_kill(void)
{
	return judge_result(kill(getppid(), SIGURG));
}

static int
try_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return judge_result(pid);
}

static int
try_unbox(void)
{
	return judge_result(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int
try_bpf(void)
{
	return judge_result(syscall(SYS_bpf, 0, NULL, 0));
}

static int
try_io_uring(void)
{
	return judge_result(syscall(SYS_io_uring_setup, 1, NULL));
}

/* ---- what is not --------------------------------------------------------- */

static int
try_compute(void)
{
	uint8_t digest[32], seed[16];
	struct timespec t;
	void *p = base_alloc((size_t)8 << 20);

	if (p == NULL || getrandom(seed, sizeof(seed), 0) != sizeof(seed) ||
	    clock_gettime(CLOCK_MONOTONIC, &t) != 0)
		return OTHER;
	base_free(p);
	crypt_sha256(digest, SPAN_OF(seed));
	return DID;
}

static int
try_code(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ? REFUSED : DID;
}

static int
try_memory(void)
{
	size_t n = 0;

	while (n < 4 * MEMORY) {
		if (base_alloc((size_t)1 << 20) == NULL)
			return REFUSED;
		n += (size_t)1 << 20;
	}
	return DID;
}

static int
try_abort(void)
{
	abort();
}

static const struct {
	const char *what;
	int (*try)(void);
	bool forbidden;
	bool real_box_only;
	int signal; /* 0: SIGSYS, where forbidden */
} cases[] = {
	{ "open", try_open, true, false, 0 },
	{ "create", try_create, true, false, 0 },
	{ "socket", try_socket, true, false, 0 },
	{ "local socket", try_unix_socket, true, false, 0 },
	{ "execve", try_execve, true, false, 0 },
	{ "ptrace", try_ptrace, true, false, 0 },
	{ "kill", try_kill, true, false, 0 },
	{ "fork", try_fork, true, false, 0 },
	{ "prctl", try_unbox, true, false, 0 },
	{ "bpf", try_bpf, true, false, 0 },
	{ "io_uring", try_io_uring, true, false, 0 },
	{ "code", try_code, true, true, 0 },
	{ "memory", try_memory, true, true, 0 },
	{ "compute", try_compute, false, false, 0 },
	{ "abort", try_abort, false, true, SIGABRT },
};

static int
run_boxed(int (*try)(void))
{
	int status, pair[2];
	pid_t pid;

	assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
	pid = fork();
	if (pid == 0) {
		uint8_t digest[32];

		crypt_sha256(digest, SPAN("libcrypto is warm"));
		_exit(box_enter(pair[1], MEMORY) ? try() : NO_BOX);
	}
	(void)close(pair[0]);
	(void)close(pair[1]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static void
test_box(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		int status;

		if (SANITIZED && cases[i].real_box_only)
			continue;
		status = run_boxed(cases[i].try);
		if (cases[i].signal != 0)
			CHECK(cases[i].what,
			    WIFSIGNALED(status) &&
				WTERMSIG(status) == cases[i].signal);
		else if (!cases[i].forbidden)
			CHECK(cases[i].what,
			    WIFEXITED(status) && WEXITSTATUS(status) == DID);
		else
			CHECK(cases[i].what,
			    (WIFSIGNALED(status) &&
				WTERMSIG(status) == SIGSYS) ||
				(WIFEXITED(status) &&
				    WEXITSTATUS(status) == REFUSED));
	}
}

/* One descriptor is left, wherever it was. */
static void
test_descriptors(void **state)
{
	static const int places[] = { 3, 4, 40 };

	(void)state;
	for (size_t i = 0; i < COUNT(places); i++) {
		int status, pair[2], other;
		char text[8] = "";
		pid_t pid;

		assert_int_equal(
		    socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair), 0);
		pid = fork();
		if (pid == 0) {
			int from = fcntl(pair[1], F_DUPFD, 100);
			int keep = places[i];

			other = fcntl(pair[0], F_DUPFD, 41);
			if (dup2(from, keep) != keep ||
			    !box_enter(keep, MEMORY))
				_exit(NO_BOX);
			if (write(other, "x", 1) >= 0 ||
			    write(from, "x", 1) >= 0 ||
			    write(STDOUT_FILENO, "x", 1) >= 0)
				_exit(1);
			_exit(write(keep, "kept", 4) == 4 ? 0 : 2);
		}
		(void)close(pair[1]);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		assert_int_equal(read(pair[0], text, sizeof(text)), 4);
		assert_string_equal(text, "kept");
		(void)close(pair[0]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_box),
		cmocka_unit_test(test_descriptors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
