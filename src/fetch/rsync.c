/*
 * One rsync: started in a group of its own that ends with us, with limits,
 * nothing of our environment and (confine.c) no place to write but its folder;
 * listened to; ended when it is time.
 *
 * Options: no links, devices, owners or permissions are copied; --delete so
 * that the folder is what the server has. --max-size leaves out what no
 * object can be; no --min-size, because a file of no bytes that its manifest
 * lists is a bad object, not a missing one. What it changed it prints as
 * numbers of bytes, a line a file: that is how the size of a repository is
 * bounded while it still comes in.
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "fetch/inside.h"

#define LINE_MAX_BYTES   8192
#define ERRORS_MAX_BYTES ((uint64_t)1 << 20)
#define CHILD_MEMORY     ((rlim_t)1 << 30)
#define CHILD_FILES      256
#define SIZE_SLACK       65536 /* rsync writes a little past --max-size */

struct options {
	char max_size[48], connect[48], idle[48];
	char proxy[512]; /* "": none */
	const char *argv[16];
};

static void
options_init(struct options *o, const struct fetch_settings *settings,
    const struct fetch_job *job)
{
	const struct limits *l = settings->limits;
	const char *uri = (const char *)job->sources[job->source].text.p;
	size_t n = 0;

	(void)snprintf(o->max_size, sizeof(o->max_size), "--max-size=%llu",
	    (unsigned long long)l->object_max);
	(void)snprintf(o->connect, sizeof(o->connect), "--contimeout=%llu",
	    (unsigned long long)l->connect_time);
	(void)snprintf(o->idle, sizeof(o->idle), "--timeout=%llu",
	    (unsigned long long)l->idle_time);
	o->proxy[0] = '\0';
	if (settings->proxy != NULL)
		(void)snprintf(o->proxy, sizeof(o->proxy), "RSYNC_PROXY=%s",
		    settings->proxy + strlen("http://"));
	o->argv[n++] = settings->command;
	o->argv[n++] = job->what == FETCH_TREE ? "-rtO" : "-t";
	o->argv[n++] = "--no-motd";
	o->argv[n++] = "--chmod=D700,F600";
	o->argv[n++] = "--out-format=%l";
	o->argv[n++] = o->max_size;
	o->argv[n++] = o->connect;
	o->argv[n++] = o->idle;
	if (job->what == FETCH_TREE)
		o->argv[n++] = "--delete";
	o->argv[n++] = "--";
	o->argv[n++] = uri;
	o->argv[n++] = job->what == FETCH_TREE ? "./" : "./" STAGING_FILE;
	o->argv[n] = NULL;
	ASSERT(n < COUNT(o->argv));
}

/* ---- in the child
 * ---------------------------------------------------------------
 */

static void
child_limit(int resource, rlim_t most)
{
	struct rlimit limit;

	if (getrlimit((__rlimit_resource_t)resource, &limit) != 0)
		return;
	if (limit.rlim_max == RLIM_INFINITY || limit.rlim_max > most)
		limit.rlim_max = most;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit((__rlimit_resource_t)resource, &limit);
}

NORETURN static void
child_fail(const char *what)
{
	const char *text = strerror(errno);

	(void)!write(STDERR_FILENO, what, strlen(what));
	(void)!write(STDERR_FILENO, ": ", 2);
	(void)!write(STDERR_FILENO, text, strlen(text));
	_exit(127);
}

NORETURN static void
child_run(const struct options *o, const struct limits *limits, int folder,
    const int pipes[2], struct leash *leash)
{
	/* RSYNC_RSH and the rest stay outside: hostile.md A16. */
	char *const env[] = { (char[]){ "LC_ALL=C" },
		(char[]){ "PATH=/usr/local/bin:/usr/bin:/bin" },
		o->proxy[0] != '\0' ? (char *)(uintptr_t)o->proxy : NULL,
		NULL };
	sigset_t none;
	int null = open("/dev/null", O_RDONLY);

	(void)setpgid(0, 0);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGPIPE, SIG_DFL);
	if (null < 0 || dup2(null, STDIN_FILENO) < 0 ||
	    dup2(pipes[1], STDERR_FILENO) < 0 ||
	    dup2(pipes[0], STDOUT_FILENO) < 0 || fchdir(folder) != 0)
		child_fail("starting rsync");
	child_limit(RLIMIT_FSIZE, limits->object_max + SIZE_SLACK);
	child_limit(RLIMIT_AS, CHILD_MEMORY);
	child_limit(RLIMIT_NOFILE, CHILD_FILES);
	child_limit(RLIMIT_CORE, 0);
	/* LMDB opens its file without O_CLOEXEC. */
	if (close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
		child_fail("closing files");
	if (!leash_wear(leash))
		child_fail("leashing rsync");
	if (!confine_writes(folder, o->argv[0]))
		child_fail("confining rsync");
	execvpe(o->argv[0], (char *const *)(uintptr_t)o->argv, env);
	child_fail(o->argv[0]);
}

/* ---- in the parent
 * ---------------------------------------------------------------
 */

static void
close_both(const int pair[2])
{
	(void)close(pair[0]);
	(void)close(pair[1]);
}

struct fetch_child *
child_new(const struct fetch_settings *settings, const struct fetch_job *job,
    int folder, char detail[160])
{
	struct fetch_child *c = base_alloc(sizeof(*c));
	struct options options;
	int out[2] = { -1, -1 }, err[2] = { -1, -1 };

	options_init(&options, settings, job);
	if (c == NULL || !leash_open(&c->leash))
		goto fail;
	if (pipe2(out, O_CLOEXEC | O_NONBLOCK) != 0)
		goto fail_leash;
	if (pipe2(err, O_CLOEXEC | O_NONBLOCK) != 0)
		goto fail_out;
	/* The child's ends may wait. */
	(void)fcntl(out[1], F_SETFL, 0);
	(void)fcntl(err[1], F_SETFL, 0);
	c->pid = fork();
	if (c->pid == 0)
		child_run(&options, settings->limits, folder,
		    (int[2]){ out[1], err[1] }, &c->leash);
	if (c->pid < 0)
		goto fail_err;
	(void)setpgid(c->pid, c->pid); /* whoever is first */
	(void)close(out[1]);
	(void)close(err[1]);
	c->out = out[0];
	c->err = err[0];
	return c;
fail_err:
	close_both(err);
fail_out:
	close_both(out);
fail_leash:
	leash_close(&c->leash);
fail:
	(void)snprintf(detail, 160, "%s", strerror(errno));
	base_free(c);
	return NULL;
}

void
child_kill(struct fetch_child *c, enum reason why)
{
	if (c->killed_for == REASON_OK)
		c->killed_for = why;
	/* Not reaped yet, so the group is still its own. */
	(void)kill(-c->pid, SIGKILL);
	(void)kill(c->pid, SIGKILL);
}

void
child_free(struct fetch_child *c)
{
	if (c == NULL)
		return;
	if (c->out >= 0)
		(void)close(c->out);
	if (c->err >= 0)
		(void)close(c->err);
	leash_close(&c->leash);
	base_free(c);
}

/* A line of digits is a file's size; others say what was passed over. */
static void
count_line(
    struct fetch_child *c, const uint8_t *p, size_t n, const struct limits *l)
{
	for (size_t i = 0; i < n; i++) {
		if (p[i] != '\n') {
			bool digit = p[i] >= '0' && p[i] <= '9';

			c->number =
			    digit && c->number <= l->object_max
				? c->number * 10 + (uint64_t)(p[i] - '0')
				: c->number;
			c->line++;
			continue;
		}
		c->items++;
		c->bytes += c->number <= l->object_max ? c->number : 0;
		c->number = 0;
		c->line = 0;
	}
	if (c->items > l->repository_files)
		child_kill(c, R_FETCH_FILES);
	else if (c->bytes > l->repository_bytes)
		child_kill(c, R_FETCH_BYTES);
	else if (c->line > LINE_MAX_BYTES)
		child_kill(c, R_FETCH_OUTPUT);
}

static void
keep_noise(struct fetch_child *c, const uint8_t *p, size_t n)
{
	size_t room = sizeof(c->noise) - c->n_noise;

	c->err_bytes += n;
	if (c->err_bytes > ERRORS_MAX_BYTES)
		child_kill(c, R_FETCH_OUTPUT);
	if (n > room)
		n = room;
	memcpy(c->noise + c->n_noise, p, n);
	c->n_noise += n;
}

/* At most so much at a time, so that one that floods does not keep us. */
#define CHUNKS_AT_ONCE 64

void
child_listen(struct fetch_child *c, const struct limits *limits)
{
	uint8_t chunk[4096];

	for (int which = 0; which < 2; which++) {
		int *fd = which == 0 ? &c->out : &c->err;
		ssize_t n = 1;

		for (int i = 0; *fd >= 0 && i < CHUNKS_AT_ONCE; i++) {
			n = read(*fd, chunk, sizeof(chunk));
			if (n <= 0)
				break;
			if (which == 0)
				count_line(c, chunk, (size_t)n, limits);
			else
				keep_noise(c, chunk, (size_t)n);
		}
		if (*fd >= 0 &&
		    (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))) {
			(void)close(*fd);
			*fd = -1;
		}
	}
}

/* The last line of these bytes, or its end. */
static struct span
last_line(struct span noise)
{
	size_t n = noise.n, from;

	while (n > 0 && (noise.p[n - 1] == '\n' || noise.p[n - 1] == '\r'))
		n--;
	from = n;
	while (from > 0 && n - from < 120 && noise.p[from - 1] != '\n')
		from--;
	return span_of(noise.p + from, n - from);
}

/* The last words of what it said, which say most, in printable form. What its
 * very last line sums up, the one before says: what the server said. */
static void
noise_write(const struct fetch_child *c, char detail[160])
{
	struct span noise = span_of(c->noise, c->n_noise);
	struct span line = last_line(noise);
	struct buf text;

	if (span_starts(line, SPAN("rsync error: "))) {
		struct span before =
		    last_line(span_of(noise.p, (size_t)(line.p - noise.p)));

		if (before.n > 0)
			line = before;
	}
	buf_init(&text, FETCH_NOISE * 4);
	escape_write(&text, line);
	(void)snprintf(detail, 160, "%.*s", (int)text.n,
	    text.p != NULL ? (const char *)text.p : "");
	buf_fini(&text);
}

static enum reason
end_reason(const struct fetch_child *c, const siginfo_t *info, char detail[160])
{
	char said[160];

	noise_write(c, said);
	(void)snprintf(detail, 160, "%s", said);
	if (c->killed_for != REASON_OK)
		return c->killed_for;
	if (info->si_code != CLD_EXITED) {
		(void)snprintf(
		    detail, 160, "signal %d: %.130s", info->si_status, said);
		return R_FETCH_KILLED;
	}
	if (info->si_status == 0)
		return REASON_OK;
	if (info->si_status == 127)
		return R_FETCH_START;
	(void)snprintf(detail, 160, "status %d: %.130s", info->si_status, said);
	return R_FETCH_EXIT;
}

bool
child_ended(struct fetch_child *c, const struct limits *limits,
    enum reason *out, char detail[160])
{
	siginfo_t info = { 0 };

	/* Look without reaping: until it is reaped no other process can have
	 * its number, and the group can be ended safely. */
	if (waitid(P_PID, (id_t)c->pid, &info, WEXITED | WNOHANG | WNOWAIT) !=
		0 ||
	    info.si_pid == 0)
		return false;
	child_listen(c, limits); /* its last words count */
	(void)kill(-c->pid, SIGKILL);
	(void)waitpid(c->pid, NULL, 0);
	*out = end_reason(c, &info, detail);
	return true;
}
