/* What a box cannot do, and what becomes of one that tries. */
#include "tests/check.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fetch/files.h"

#include "fetch/process.h"

#if defined(__SANITIZE_ADDRESS__)
#define WIDE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WIDE 1
#endif
#endif

/* ---- confinement ----------------------------------------------------- */

static void
try_open(void)
{
	(void)open("/etc/passwd", O_RDONLY | O_CLOEXEC);
}

static void
try_socket(void)
{
	(void)socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

static void
try_exec(void)
{
	(void)execl("/bin/true", "true", (char *)NULL);
}

static void
try_fork(void)
{
	if (fork() == 0)
		_exit(0);
}

static void
try_kill(void)
{
	(void)kill(getppid(), 0);
}

static void
try_code(void)
{
	(void)mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void
try_nothing(void)
{
	uint8_t *p = base_alloc(1 << 20);

	if (p == NULL)
		_exit(1);
	base_free(p);
}

static int
outcome(void (*attempt)(void))
{
	struct limits l;
	pid_t pid;
	int st;

	limits_init(&l);
	pid = fork();
	if (pid == 0) {
		box_confine(&l);
		attempt();
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &st, 0), pid);
	return WIFSIGNALED(st) ? WTERMSIG(st) : WEXITSTATUS(st);
}

static void
test_confined(void **state)
{
	static const struct {
		const char *what;
		void (*attempt)(void);
		int want;
	} attempts[] = { { "nothing", try_nothing, 0 },
		{ "open", try_open, SIGSYS }, { "socket", try_socket, SIGSYS },
		{ "exec", try_exec, SIGSYS }, { "fork", try_fork, SIGSYS },
		{ "kill", try_kill, SIGSYS }, { "code", try_code, SIGSYS } };

	(void)state;
	for (size_t i = 0; i < COUNT(attempts); i++) {
#ifdef WIDE
		if (attempts[i].want != 0)
			continue; /* the real one is tried elsewhere */
#endif
		CHECK(attempts[i].what,
		    outcome(attempts[i].attempt) == attempts[i].want);
	}
}

static void
spin(void)
{
	for (volatile unsigned i = 0;; i++)
		;
}

static void
eat(void)
{
	size_t n = 0;

	while (base_alloc(1 << 20) != NULL)
		n++;
	_exit(n < 200 ? 7 : 1);
}

/* RLIMIT_CPU and RLIMIT_AS. */
static void
test_bounded(void **state)
{
	struct limits l;
	pid_t pid;
	int st;

	(void)state;
	limits_init(&l);
	l.parse_time = 1;
	pid = fork();
	if (pid == 0) {
		box_confine(&l);
		spin();
	}
	assert_int_equal(waitpid(pid, &st, 0), pid);
	assert_true(WIFSIGNALED(st));
#ifndef WIDE
	assert_int_equal(outcome(eat), 7);
#else
	(void)eat;
#endif
}

/* ---- the maker ------------------------------------------------------- */

/* It comes to its end, says so, and has ended. */
static void
wait_for(int alive)
{
	char c;

	assert_int_equal(read(alive, &c, 1), 1);
	assert_int_equal(read(alive, &c, 1), 0);
	(void)close(alive);
}

static void
test_reads(void **state)
{
	struct rrdp_spool ask = { .kind = RRDP_SNAPSHOT, .bytes_max = 1 << 20 };
	struct process maker;
	struct rrdp_record end;
	struct rrdp_index x;
	struct span detail;
	struct limits l;
	struct buf b;
	int alive[4];

	(void)state;
	limits_init(&l);
	assert_int_equal(box_open(&maker, &l), REASON_OK);
	buf_init(&b, 1 << 20);
	put_words(&b, "snapshot", SESSION, 3, "+a1 +b2");
	for (size_t i = 0; i < COUNT(alive); i++) {
		ask.body = file_of(buf_view(&b));
		ask.bytes = file_new();
		ask.index = file_new();
		assert_true(box_start(&maker, &alive[i], &ask));
		wait_for(alive[i]);
		x = (struct rrdp_index){ file_map(ask.index),
			file_map(ask.bytes), &l };
		assert_int_equal(
		    rrdp_index_check(&end, &detail, &x), REASON_OK);
		assert_int_equal(x.bytes.n, 240);
		file_unmap(x.rest);
		file_unmap(x.bytes);
		(void)close(ask.body);
		(void)close(ask.bytes);
		(void)close(ask.index);
	}
	buf_fini(&b);
	process_end(&maker);
	process_end(&maker); /* twice is once */
	assert_false(box_start(&maker, &alive[0], &ask));
}

/* A box that breaks leaves no last record, and the next one is as good as
 * ever. */
static void
test_breaks(void **state)
{
	struct rrdp_spool ask = { .kind = RRDP_SNAPSHOT, .bytes_max = 1 << 20 };
	struct process maker;
	struct rrdp_record end;
	struct rrdp_index x;
	struct span detail;
	struct limits l;
	int alive;

	(void)state;
	limits_init(&l);
	assert_int_equal(box_open(&maker, &l), REASON_OK);
	ask.body = file_of(SPAN("<x/>"));
	ask.bytes = file_new();
	/* It may not write to what is only open for reading. */
	ask.index = open("/dev/null", O_RDONLY | O_CLOEXEC);
	assert_true(box_start(&maker, &alive, &ask));
	wait_for(alive);
	x = (struct rrdp_index){ SPAN(""), SPAN(""), &l };
	CHECK_REASON("fetch.process", rrdp_index_check(&end, &detail, &x),
	    R_FETCH_PROCESS);
	(void)close(ask.index);
	ask.index = file_new();
	assert_int_equal(lseek(ask.body, 0, SEEK_SET), 0);
	assert_true(box_start(&maker, &alive, &ask));
	wait_for(alive);
	x.rest = file_map(ask.index);
	CHECK_REASON("rrdp.element", rrdp_index_check(&end, &detail, &x),
	    R_RRDP_ELEMENT);
	file_unmap(x.rest);
	(void)close(ask.body);
	(void)close(ask.bytes);
	(void)close(ask.index);
	process_end(&maker);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_confined),
		cmocka_unit_test(test_bounded),
		cmocka_unit_test(test_reads),
		cmocka_unit_test(test_breaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
