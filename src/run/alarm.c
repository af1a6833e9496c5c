/*
 * Telling what of a new view its operator wants to know: by a command, by
 * POST, by syslog. After the view is where routers find it, so that nobody who
 * is told has to wait for it, and no receiver can hold it up.
 */
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <syslog.h>
#include <unistd.h>

#include "config.h"

#include "run/inside.h"

#define RECEIVER_S 30  /* seconds that each has */
#define TOLD_MAX   100 /* alerts of one entry in one run */

struct alarm {
	struct run *run;
	const struct conf_alert *to;
	struct span json, text;
};

/* ---- the view before ------------------------------------------------- */

enum reason
alarm_remember(struct run *run)
{
	char path[4096];
	struct fault why;

	if (run->conf->n_alerts == 0 || !run->is_now)
		return REASON_OK;
	fault_init(&why, span_of(NULL, 0));
	(void)snprintf(path, sizeof(path), "%s/view/current", run->conf->cache);
	if (view_open(&run->before_file, path, &why) != REASON_OK)
		return REASON_OK; /* the first run, and nothing is news */
	run->has_before =
	    view_load(&run->before, run->before_file, &run->work) == REASON_OK;
	return REASON_OK;
}

/* ---- one receiver ---------------------------------------------------- */

/* In the child. */
static void
become_command(const char *path, int in)
{
	char *const argv[] = { (char *)(uintptr_t)path, NULL };
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(126);
	if (close_range(3, ~0U, 0) != 0)
		_exit(126);
	(void)setpgid(0, 0);
	(void)execv(path, argv);
	_exit(127);
}

static void
post(const struct alarm *a)
{
	const struct fetch_post p = { .url = a->to->url,
		.body = a->json,
		.agent = PACKAGE_NAME "/" PACKAGE_VERSION,
		.proxy = a->run->conf->proxy,
		.ca_file = a->run->conf->ca_file,
		.timeout_s = RECEIVER_S };
	struct fault why;

	fault_init(&why, a->json);
	_exit(fetch_post(&p, &why) == REASON_OK ? 0 : 1);
}

static void
write_all(int fd, struct span bytes)
{
	while (bytes.n > 0) {
		ssize_t n = write(fd, bytes.p, bytes.n);

		if (n <= 0)
			return; /* it does not want to know: its status tells */
		bytes.p += n;
		bytes.n -= (size_t)n;
	}
}

/* Did it end well, and in time? */
static bool
await(pid_t pid)
{
	int64_t until_ms = run_clock_ms() + RECEIVER_S * 1000;
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (run_clock_ms() > until_ms) {
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return false;
		}
		(void)poll(NULL, 0, 10);
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
tell_child(const struct alarm *a, bool command)
{
	int pipes[2];
	pid_t pid;

	if (pipe2(pipes, O_CLOEXEC) != 0)
		return false;
	/* A pipe holds more than any alert is long: no wait here. */
	(void)fcntl(pipes[1], F_SETFL, O_NONBLOCK);
	pid = fork();
	if (pid == 0 && command)
		become_command(a->to->command, pipes[0]);
	else if (pid == 0)
		post(a);
	(void)close(pipes[0]);
	if (pid > 0 && command)
		write_all(pipes[1], a->json);
	(void)close(pipes[1]);
	return pid > 0 && await(pid);
}

static void
tell(const struct alarm *a)
{
	struct run_result *out = a->run->out;
	bool good = true;

	if (a->to->command != NULL)
		good = tell_child(a, true) && good;
	if (a->to->url != NULL)
		good = tell_child(a, false) && good;
	if (a->to->syslog)
		syslog(LOG_DAEMON | LOG_WARNING, "%.*s", SPAN_FMT(a->text));
	if (good)
		out->alerts_told++;
	else
		out->alerts_lost++;
}

/* ---- all of them ----------------------------------------------------- */

static void
tell_alert(struct alarm *a, const struct alert *alert)
{
	struct buf json, text;

	buf_init(&json, 1 << 20);
	buf_init(&text, 1 << 16);
	alert_emit(&json, alert, a->run->out->view.made_at);
	alert_text(&text, alert);
	a->json = buf_view(&json);
	a->text = buf_view(&text);
	if (!json.failed && !text.failed)
		tell(a);
	buf_fini(&json);
	buf_fini(&text);
}

/* A thousand alerts are one: the rest is told as a number. */
static void
tell_more(struct alarm *a, size_t n)
{
	char json[160], text[64], at[TIME_TEXT];

	time_write(at, sizeof(at), a->run->out->view.made_at);
	(void)snprintf(text, sizeof(text), "and %zu more", n);
	(void)snprintf(json, sizeof(json),
	    "{\"alert\":\"more\",\"at\":\"%s\",\"count\":%zu,\"text\":\"%s\"}\n",
	    at, n, text);
	a->json = span_str(json);
	a->text = span_str(text);
	tell(a);
}

static enum reason
tell_entry(struct alarm *a)
{
	struct run *run = a->run;
	struct alerts news;

	TRY(alert_news(
	    &news, &run->before, &run->out->view, &a->to->watch, &run->work));
	for (size_t i = 0; i < news.n && i < TOLD_MAX; i++)
		tell_alert(a, &news.v[i]);
	if (news.n > TOLD_MAX)
		tell_more(a, news.n - TOLD_MAX);
	return REASON_OK;
}

enum reason
alarm_tell(struct run *run)
{
	struct alarm a = { .run = run };
	enum reason r = REASON_OK;

	if (!run->has_before || !run->out->is_published)
		return REASON_OK;
	for (size_t i = 0; r == REASON_OK && i < run->conf->n_alerts; i++) {
		a.to = &run->conf->alerts[i];
		r = tell_entry(&a);
	}
	return r;
}

void
alarm_forget(struct run *run)
{
	view_close(run->before_file);
	run->before_file = NULL;
}
