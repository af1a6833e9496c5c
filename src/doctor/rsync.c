/* Which rsync it is: asked of itself. */
#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "doctor/inside.h"

#define ANSWER_MS 5000

NORETURN static void
child_run(const char *command, int out)
{
	char *const argv[] = { (char *)(uintptr_t)command,
		(char[]){ "--version" }, NULL };
	char *const env[] = { (char[]){ "LC_ALL=C" },
		(char[]){ "PATH=/usr/local/bin:/usr/bin:/bin" }, NULL };
	int null = open("/dev/null", O_RDWR);

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(null, STDERR_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0)
		_exit(126);
	execvpe(command, argv, env);
	_exit(127);
}

/* What it prints first, as long as it takes no longer than it may. */
static void
read_answer(char *out, size_t n, int fd)
{
	int64_t until = clock_ms() + ANSWER_MS;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	size_t have = 0;

	while (have + 1 < n) {
		int64_t left = until - clock_ms();
		ssize_t got;

		if (left <= 0 || poll(&p, 1, (int)left) <= 0)
			break;
		got = read(fd, out + have, n - 1 - have);
		if (got <= 0)
			break;
		have += (size_t)got;
	}
	out[have] = '\0';
}

/* Its exit status, or -1. */
static int
ask(char *out, size_t n, const char *command)
{
	int pipes[2], status = 0;
	pid_t pid;

	out[0] = '\0';
	if (pipe2(pipes, O_CLOEXEC) != 0)
		return -1;
	pid = fork();
	if (pid == 0)
		child_run(command, pipes[1]);
	(void)close(pipes[1]);
	if (pid > 0) {
		read_answer(out, n, pipes[0]);
		(void)close(pipes[0]);
		if (waitpid(pid, &status, WNOHANG) == 0) {
			/* It ends by the closed pipe, or now. */
			(void)poll(NULL, 0, 50);
			(void)kill(pid, SIGKILL);
			while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
				continue;
		}
		return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
	}
	(void)close(pipes[0]);
	return -1;
}

/* "rsync  version 3.5.0  protocol version 32": 3, 5; false for another. */
static bool
version_parse(unsigned out[2], const char *text)
{
	const char *at = strstr(text, "version ");
	uint64_t v;

	if (strncmp(text, "rsync", 5) != 0 || at == NULL)
		return false;
	at += strlen("version ");
	if (*at == 'v')
		at++;
	for (int i = 0; i < 2; i++) {
		size_t n = strspn(at, "0123456789");

		if (!decimal_parse(&v, span_of(at, n), 1000000))
			return false;
		out[i] = (unsigned)v;
		at += n;
		if (i == 0 && *at++ != '.')
			return false;
	}
	return true;
}

void
doctor_rsync(struct doctor_checkup *c, const struct conf *conf)
{
	struct doctor_check check = { .name = "rsync",
		.object = conf->rsync_command,
		.health = DOCTOR_FAIL };
	char answer[4096], *text;
	unsigned v[2];
	int status = ask(answer, sizeof(answer), conf->rsync_command);

	answer[strcspn(answer, "\n")] = '\0';
	if (status != 0 || !version_parse(v, answer)) {
		check.advice = "install rsync 3.5.0 or later, or name it: "
			       "rsync-command";
		if (status == 127)
			doctor_say(c, &check, "there is no such program");
		else
			doctor_say(c, &check, "it does not say its version");
		return;
	}
	check.health = DOCTOR_OK;
	if (v[0] < 3 || (v[0] == 3 && v[1] < 5)) {
		check.health = DOCTOR_WARN;
		check.advice = "install 3.5.0 or later: servers can harm "
			       "clients of earlier versions";
	}
	text = strstr(answer, "version ");
	doctor_say(c, &check, "%.*s",
	    (int)(strlen("version ") + strcspn(text + strlen("version "), " ")),
	    text);
}
