/*
 * Telling what of a new view its operator wants to know: by a command, by
 * POST, by syslog. After the view is where routers find it, so that nobody who
 * is told has to wait for it, and no receiver can hold it up.
 */
#include <sys/mman.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "config.h"

#include "run/alarm.h"
#include "run/finish.h"

#define RECEIVER_S 30  /* seconds that each has */
#define TOLD_MAX   100 /* alerts of one entry in one run */

/* Who does not take an alert is told again, after a minute, two, four, ... */
#define AGAIN_S     60
#define AGAIN_MAX_S 3600
#define GIVE_UP_S   86400

struct alarm {
	struct run *run;
	const struct conf_alert *to;
	int64_t now;
	struct alarm_queue queue;
};

/* ---- the view before ------------------------------------------------- */

enum reason
alarm_remember(struct run *run)
{
	static const char *const names[] = { ALARM_FOLDER "/" ALARM_SEEN,
		"/view/current" };
	char path[4096];
	struct fault why;

	if (!run->is_now)
		return REASON_OK;
	if (run->conf->n_alerts == 0) {
		alarm_queue_drop(run->conf->cache);
		return REASON_OK;
	}
	for (size_t i = 0; i < COUNT(names) && run->before_file == NULL; i++) {
		fault_init(&why, span_of(NULL, 0));
		(void)snprintf(
		    path, sizeof(path), "%s%s", run->conf->cache, names[i]);
		if (view_open(&run->before_file, path, &why) != REASON_OK)
			run->before_file = NULL;
	}
	return REASON_OK;
}

/* The view that news are counted from: as a rule what was published before
 * this run, which is read already. NULL: the first run, and nothing is news. */
static const struct view *
seen_before(struct run *run)
{
	const struct run_before *b = &run->out->before;
	struct view_name name;
	struct view *seen;

	if (run->before_file == NULL)
		return NULL;
	view_name_of(&name, view_head(run->before_file));
	if (b->is_there && view_is_named(view_head(b->file), &name))
		return &b->view;
	seen = ARENA_NEW(&run->work, struct view);
	return seen != NULL && view_load(seen, run->before_file, &run->work) ==
				   REASON_OK
		   ? seen
		   : NULL;
}

/* ---- one receiver ---------------------------------------------------- */

/* In the child. */
static void
become_command(const char *path, int in, struct leash *leash)
{
	char *const argv[] = { (char *)(uintptr_t)path, NULL };
	int null = open("/dev/null", O_RDWR);

	if (null < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(null, STDOUT_FILENO) < 0 || dup2(null, STDERR_FILENO) < 0)
		_exit(126);
	(void)setpgid(0, 0);
	if (close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) != 0 || !leash_wear(leash))
		_exit(126);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)signal(SIGUSR1, SIG_DFL);
	(void)execv(path, argv);
	_exit(127);
}

static void
post(const struct alarm *a, struct span body)
{
	const struct fetch_post p = { .url = a->to->url,
		.body = body,
		.agent = PACKAGE_NAME "/" PACKAGE_VERSION,
		.proxy = a->run->conf->proxy,
		.ca_file = a->run->conf->ca_file,
		.timeout_s = RECEIVER_S };
	struct fault why;

	fault_init(&why, body);
	_exit(fetch_post(&p, &why) == REASON_OK ? 0 : 1);
}

/* Did it end well, and in time? */
static bool
await(pid_t pid)
{
	int64_t until_ms = clock_ms() + RECEIVER_S * 1000;
	int status = 0;

	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (clock_ms() > until_ms) {
			(void)kill(-pid, SIGKILL);
			(void)kill(pid, SIGKILL);
			(void)waitpid(pid, &status, 0);
			return false;
		}
		(void)poll(NULL, 0, 10);
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* In a file: a pipe that nobody reads would end us with a signal. */
static int
body_file(struct span body)
{
	int fd = memfd_create("alert", MFD_CLOEXEC);

	if (fd < 0 || write(fd, body.p, body.n) != (ssize_t)body.n ||
	    lseek(fd, 0, SEEK_SET) != 0) {
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	return fd;
}

static bool
tell_child(const struct alarm *a, bool command, struct span body)
{
	int in = command ? body_file(body) : -1;
	struct leash leash = LEASH_NONE;
	bool is_told = false;
	pid_t pid;

	if (command && (in < 0 || !leash_open(&leash)))
		goto out;
	pid = fork();
	if (pid == 0 && command)
		become_command(a->to->command, in, &leash);
	else if (pid == 0)
		post(a, body);
	is_told = pid > 0 && await(pid);
	if (is_told) /* it may have left somebody to do the work */
		leash_release(&leash);
out:
	leash_close(&leash);
	if (in >= 0)
		(void)close(in);
	return is_told;
}

static bool
tell(const struct alarm *a, enum alarm_way way, struct span body)
{
	switch (way) {
	case ALARM_COMMAND:
	case ALARM_URL:
		return tell_child(a, way == ALARM_COMMAND, body);
	case ALARM_SYSLOG:
		syslog(LOG_DAEMON | LOG_WARNING, "%.*s",
		    (int)(body.n > 0 ? body.n - 1 : 0), (const char *)body.p);
		return true;
	}
	BUG("a way to tell");
}

/* Of the way `w` of this entry; NULL: it has none. */
static const char *
receiver(const struct conf_alert *to, enum alarm_way way)
{
	switch (way) {
	case ALARM_COMMAND:
		return to->command;
	case ALARM_URL:
		return to->url;
	case ALARM_SYSLOG:
		return to->syslog ? "syslog" : NULL;
	}
	BUG("a way to tell");
}

/* ---- what is owed ---------------------------------------------------- */

static const enum alarm_way ways[] = { ALARM_COMMAND, ALARM_URL, ALARM_SYSLOG };

static void
owe(struct alarm *a, struct span key, struct span json, struct span text)
{
	struct alarm_owed one = {
		.key = alarm_mark_of(key), .since_at = a->now, .due_at = a->now
	};

	for (size_t i = 0; i < COUNT(ways); i++) {
		const char *name = receiver(a->to, ways[i]);

		if (name == NULL)
			continue;
		one.way = ways[i];
		one.to = alarm_mark_of(span_str(name));
		one.body = ways[i] == ALARM_SYSLOG ? text : json;
		if (!alarm_queue_add(&a->queue, &one))
			a->run->out->alerts_lost++;
	}
}

/* Of this alert in this view: who is told twice can tell. */
static void
id_of(char out[17], const struct alarm *a, struct span key)
{
	int64_t at = a->run->out->view.made_at;
	struct alarm_mark mark;
	struct buf b;

	buf_init(&b, key.n + sizeof(at));
	buf_span(&b, key);
	buf_add(&b, &at, sizeof(at));
	mark = alarm_mark_of(buf_view(&b));
	hex_write(out, SPAN_OF(mark.b));
	buf_fini(&b);
}

static void
owe_alert(struct alarm *a, const struct alert *alert)
{
	struct buf json, text;
	char id[17];

	buf_init(&json, 1 << 20);
	buf_init(&text, 1 << 16);
	id_of(id, a, alert->key);
	alert_emit(&json, alert, a->run->out->view.made_at, id);
	alert_text(&text, alert);
	buf_byte(&text, '\n');
	if (!json.failed && !text.failed)
		owe(a, alert->key, buf_view(&json), buf_view(&text));
	buf_fini(&json);
	buf_fini(&text);
}

/* A thousand alerts are one: the rest is told as a number. */
static void
owe_more(struct alarm *a, size_t n)
{
	char json[200], text[64], at[TIME_TEXT], id[17];

	time_write(at, sizeof(at), a->run->out->view.made_at);
	(void)snprintf(text, sizeof(text), "and %zu more\n", n);
	id_of(id, a, span_str(text));
	(void)snprintf(json, sizeof(json),
	    "{\"alert\":\"more\",\"id\":\"%s\",\"at\":\"%s\",\"count\":%zu,"
	    "\"text\":\"and %zu more\"}\n",
	    id, at, n, n);
	owe(a, span_str(json), span_str(json), span_str(text));
}

static enum reason
owe_entry(struct alarm *a, const struct view *before)
{
	struct run *run = a->run;
	struct alerts news;

	TRY(alert_news(
	    &news, before, &run->out->view, &a->to->watch, &run->work));
	for (size_t i = 0; i < news.n && i < TOLD_MAX; i++)
		owe_alert(a, &news.v[i]);
	if (news.n > TOLD_MAX)
		owe_more(a, news.n - TOLD_MAX);
	return REASON_OK;
}

/* What is news in the view that this run has published. */
static enum reason
owe_news(struct alarm *a)
{
	struct run *run = a->run;
	const struct view *before;

	if (!run->out->is_published)
		return REASON_OK;
	before = seen_before(run);
	if (before != NULL)
		TRY(run_result_view(run->out, run->conf, run->why));
	for (size_t i = 0; before != NULL && i < run->conf->n_alerts; i++) {
		a->to = &run->conf->alerts[i];
		TRY(owe_entry(a, before));
	}
	alarm_queue_save(&a->queue);
	alarm_seen(&a->queue, run->conf->cache);
	return REASON_OK;
}

/* ---- telling --------------------------------------------------------- */

static bool
is_owed_to(
    const struct alarm_owed *o, enum alarm_way way, const struct alarm_mark *to)
{
	return o->waits && o->way == way &&
	       memcmp(o->to.b, to->b, sizeof(to->b)) == 0;
}

static void
put_off(struct alarm_owed *o, int64_t now)
{
	int64_t wait = AGAIN_S;

	for (uint64_t i = 0; i < o->tries && wait < AGAIN_MAX_S; i++)
		wait *= 2;
	o->tries++;
	o->due_at = now + (wait < AGAIN_MAX_S ? wait : AGAIN_MAX_S);
}

/* In order, the oldest first; who does not take one is left in peace until it
 * is due again, and so is never asked more than once in vain in one run. */
static void
tell_receiver(struct alarm *a, enum alarm_way way)
{
	struct alarm_mark to = alarm_mark_of(span_str(receiver(a->to, way)));

	for (size_t i = 0; i < a->queue.owed.n; i++) {
		struct alarm_owed *o = &a->queue.owed.v[i];

		if (!is_owed_to(o, way, &to))
			continue;
		/* A clock that was set back makes nobody wait for years. */
		if (o->due_at > a->now && o->due_at <= a->now + AGAIN_MAX_S)
			return;
		o->waits = !tell(a, way, o->body);
		if (o->waits)
			put_off(o, a->now);
		else
			a->run->out->alerts_told++;
		alarm_queue_note(&a->queue, o);
		if (o->waits)
			return;
	}
}

/* Those who are not to be told any more, or could not be for too long. */
static void
give_up(struct alarm *a)
{
	for (size_t i = 0; i < a->queue.owed.n; i++) {
		struct alarm_owed *o = &a->queue.owed.v[i];
		bool known = false;

		for (size_t k = 0; k < a->run->conf->n_alerts; k++) {
			const char *name =
			    receiver(&a->run->conf->alerts[k], o->way);
			struct alarm_mark to;

			if (name == NULL)
				continue;
			to = alarm_mark_of(span_str(name));
			known = known || is_owed_to(o, o->way, &to);
		}
		if (known && o->since_at + GIVE_UP_S > a->now)
			continue;
		o->waits = false;
		alarm_queue_note(&a->queue, o);
		if (known)
			a->run->out->alerts_lost++;
	}
}

static void
tell_all(struct alarm *a)
{
	const struct conf *conf = a->run->conf;

	give_up(a);
	for (size_t i = 0; i < conf->n_alerts; i++)
		for (size_t w = 0; w < COUNT(ways); w++) {
			a->to = &conf->alerts[i];
			if (receiver(a->to, ways[w]) != NULL)
				tell_receiver(a, ways[w]);
		}
	for (size_t i = 0; i < a->queue.owed.n; i++)
		a->run->out->alerts_waiting += a->queue.owed.v[i].waits;
}

enum reason
alarm_tell(struct run *run)
{
	struct alarm a = { .run = run, .now = (int64_t)time(NULL) };
	enum reason r;

	if (run->conf->n_alerts == 0 || !run->is_now)
		return REASON_OK;
	alarm_queue_open(&a.queue, run->conf->cache, &run->work);
	r = owe_news(&a);
	if (r == REASON_OK)
		tell_all(&a);
	alarm_queue_close(&a.queue);
	return r;
}

void
alarm_forget(struct run *run)
{
	view_close(run->before_file);
	run->before_file = NULL;
}
