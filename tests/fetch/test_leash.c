/* Who is on a leash ends when its holder does, whatever ended that. */
#include "tests/check.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fetch/leash.h"

enum end {
	KILLED,
	CLOSED,
	RELEASED
};

/* A group of two, each with `out` open; says which it is. */
NORETURN static void
group(struct leash *l, int out)
{
	pid_t self = getpid();

	if (setpgid(0, 0) != 0 || !leash_wear(l))
		_exit(1);
	if (fork() == 0) {
		(void)!write(out, &self, sizeof(self));
		(void)execl("/bin/sleep", "sleep", "1000", (char *)NULL);
		_exit(127);
	}
	for (;;)
		(void)pause();
}

/* Until there is nothing more to read. */
NORETURN static void
holder(int out, int in, enum end end)
{
	struct leash l;
	char c;

	if (!leash_open(&l))
		_exit(1);
	if (fork() == 0)
		group(&l, out);
	(void)close(out);
	(void)!read(in, &c, 1);
	if (end == KILLED)
		(void)raise(SIGKILL);
	if (end == RELEASED) {
		leash_release(&l);
		_exit(0);
	}
	leash_close(&l);
	for (;;)
		(void)pause();
}

static void
test_ends(void **state)
{
	(void)state;
	for (enum end end = KILLED; end <= RELEASED; end++) {
		pid_t pid, of_group;
		int said[2], told[2];
		struct pollfd p;
		char c;

		assert_int_equal(pipe(said), 0);
		assert_int_equal(pipe(told), 0);
		pid = fork();
		if (pid == 0) {
			(void)close(told[1]);
			holder(said[1], told[0], end);
		}
		(void)close(said[1]);
		(void)close(told[0]);
		(void)alarm(60);
		assert_int_equal(read(said[0], &of_group, sizeof(of_group)),
		    sizeof(of_group));
		(void)close(told[1]);
		if (end != CLOSED)
			assert_int_equal(waitpid(pid, NULL, 0), pid);
		p = (struct pollfd){ said[0], POLLIN, 0 };
		if (end == RELEASED) {
			assert_int_equal(poll(&p, 1, 200), 0);
			assert_int_equal(kill(-of_group, SIGKILL), 0);
		}
		/* The last that could write is gone. */
		assert_int_equal(read(said[0], &c, 1), 0);
		(void)alarm(0);
		if (end == CLOSED) {
			assert_int_equal(kill(pid, SIGKILL), 0);
			assert_int_equal(waitpid(pid, NULL, 0), pid);
		}
		(void)close(said[0]);
	}
}

/* It ended before the other had the leash on. */
static void
test_late(void **state)
{
	struct leash l;
	int status;
	pid_t pid;

	(void)state;
	assert_true(leash_open(&l));
	pid = fork();
	if (pid == 0) {
		(void)setpgid(0, 0);
		(void)raise(SIGSTOP);
		_exit(leash_wear(&l) ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	leash_close(&l);
	assert_int_equal(kill(pid, SIGCONT), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_late),
	};

	return cmocka_run_group_tests_name("leash", tests, NULL, NULL);
}
