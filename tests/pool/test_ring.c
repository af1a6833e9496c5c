/* Shared memory that only its owner can bend. */
#include "tests/check.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "pool/ring.h"

#define IN  ((size_t)1 << 20)
#define OUT ((size_t)16 << 20)

static void
open_ring(struct ring *r)
{
	struct fault why;

	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON(why.detail, ring_open(r, IN, OUT, &why), REASON_OK);
}

static void
test_both_ways(void **state)
{
	struct ring ours, theirs;

	(void)state;
	open_ring(&ours);
	memcpy(ours.in, "ask", 3);
	assert_true(ring_join(&theirs, dup(ours.fd), IN, OUT));
	assert_memory_equal(theirs.in, "ask", 3);
	memcpy(theirs.out + OUT - 6, "answer", 6);
	assert_memory_equal(ours.out + OUT - 6, "answer", 6);
	ring_close(&theirs);
	ring_close(&ours);
	assert_int_equal(ours.fd, -1);
	ring_close(&ours);
}

/* Whoever has the descriptor can neither shrink it under us, nor grow it. */
static void
test_sealed(void **state)
{
	struct ring r;

	(void)state;
	open_ring(&r);
	assert_int_not_equal(ftruncate(r.fd, (off_t)IN), 0);
	assert_int_equal(errno, EPERM);
	assert_int_not_equal(ftruncate(r.fd, (off_t)(IN + OUT + 4096)), 0);
	ring_close(&r);
}

/* The worker cannot write what it is asked. */
static void
test_read_only(void **state)
{
	struct ring ours, theirs;
	int status;
	pid_t pid;

	(void)state;
	open_ring(&ours);
	pid = fork();
	if (pid == 0) {
		(void)signal(SIGSEGV, SIG_DFL);
		if (!ring_join(&theirs, ours.fd, IN, OUT))
			_exit(1);
		*(volatile uint8_t *)theirs.in = 1;
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
	ring_close(&ours);
}

static blkcnt_t
blocks(const struct ring *r)
{
	struct stat st;

	assert_int_equal(fstat(r->fd, &st), 0);
	return st.st_blocks;
}

/* Memory of a large batch goes back; that of a small one stays. */
static void
test_tidy(void **state)
{
	const size_t large = (size_t)8 << 20;
	struct ring r;

	(void)state;
	open_ring(&r);
	assert_int_equal(blocks(&r), 0);
	memset(r.out, 1, large);
	ring_tidy(&r, 0, 1000);
	assert_true((size_t)blocks(&r) * 512 >= large);
	ring_tidy(&r, 0, large);
	assert_int_equal(blocks(&r), 0);
	assert_int_equal(r.out[0], 0);
	ring_close(&r);
}

static void
test_too_large(void **state)
{
	struct ring r;
	struct fault why;

	(void)state;
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON("more than there can be",
	    ring_open(&r, (size_t)1 << 62, OUT, &why), R_RUN_WORKER);
	assert_int_equal(r.fd, -1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_ways),
		cmocka_unit_test(test_sealed),
		cmocka_unit_test(test_read_only),
		cmocka_unit_test(test_tidy),
		cmocka_unit_test(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
