/*
 * The supervisor's loop. It does little, so that little can go wrong: no file
 * is read here but the configuration, no packet, no object.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "supervise/inside.h"

#define BACKOFF_MAX_MS 60000
#define TERM_MS        1500 /* from the goodbye to SIGTERM */
#define KILL_MS        3500 /* from the goodbye to SIGKILL */
#define RELOAD_MS      10000
#define ALIVE_MS       20000
#define START_MS       60000 /* a large view is read before the first sign */
#define PAUSE_MS       5000  /* longer than a turn is by itself */

FORMAT(3, 0)
static void
tell(
    void (*how)(void *, const char *), void *ctx, const char *fmt, va_list args)
{
	char line[512];

	(void)vsnprintf(line, sizeof(line), fmt, args);
	how(ctx, line);
}

void
supervise_say(const struct supervisor *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(s->daemon->say, s->daemon->ctx, fmt, args);
	va_end(args);
}

void
supervise_note(const struct supervisor *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	tell(s->daemon->note, s->daemon->ctx, fmt, args);
	va_end(args);
}

int64_t
supervise_backoff_ms(unsigned failures)
{
	int64_t ms = 1000;

	if (failures == 0)
		return 0;
	while (--failures > 0 && ms < BACKOFF_MAX_MS)
		ms *= 2;
	return ms < BACKOFF_MAX_MS ? ms : BACKOFF_MAX_MS;
}

void
supervise_child(struct supervisor *s, int keep, const char *name)
{
	(void)prctl(PR_SET_NAME, name);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() == 1)
		_exit(1); /* it died in between */
	/* Not for us, but sent to all of a group, or of a name. */
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGUSR1, SIG_IGN);
	(void)sigprocmask(SIG_SETMASK, &s->old_mask, NULL);
	(void)close(s->signals);
	(void)close(s->lock);
	for (struct child *const *c = (struct child *const[]){ &s->engine,
		 &s->server, &s->site, NULL };
	     *c != NULL; c++)
		if ((*c)->fd >= 0 && (*c)->fd != keep)
			(void)close((*c)->fd);
}

/* ---- what ended -------------------------------------------------------------
 */

static void
say_ended(const struct supervisor *s, const char *who, int status)
{
	if (WIFSIGNALED(status))
		supervise_say(
		    s, "%s ended by signal %d", who, WTERMSIG(status));
	else if (WEXITSTATUS(status) != 0)
		supervise_say(
		    s, "%s ended with status %d", who, WEXITSTATUS(status));
}

static void
engine_ended(struct supervisor *s, int status)
{
	struct child *c = &s->engine;
	int64_t now = clock_ms(), refresh, next;

	if (!s->is_stopping)
		say_ended(s, "the validation", status);
	engine_hear(s);               /* its report, if it made one */
	(void)kill(-c->pid, SIGKILL); /* what it left behind */
	c->pid = 0;
	if (c->fd >= 0)
		(void)close(c->fd);
	c->fd = -1;
	refresh = (int64_t)s->conf->refresh * 1000;
	if (status == 0)
		c->failures = 0;
	else
		c->failures++;
	/* A run that fails by itself will do so again. */
	next = WIFSIGNALED(status) ? now + supervise_backoff_ms(c->failures)
	       : status != 0 ? now + 10 * supervise_backoff_ms(c->failures)
			     : c->began_ms + refresh;
	if (status != 0 && next > now + refresh)
		next = now + refresh;
	if (next < c->due_ms)
		c->due_ms = next;
	if (s->run_again)
		c->due_ms = now;
	s->run_again = false;
}

static void
process_ended(struct supervisor *s, struct child *c, int status)
{
	int64_t now = clock_ms();

	serving_hear(s, c); /* its last words */
	if (!s->is_stopping)
		say_ended(s, c->protocol->what, status);
	(void)close(c->fd);
	c->fd = -1;
	c->pid = 0;
	c->is_applying = false; /* the next one begins with what there is */
	if (now - c->began_ms > BACKOFF_MAX_MS)
		c->failures = 0;
	c->due_ms =
	    status == 0 ? now : now + supervise_backoff_ms(c->failures++);
}

static void
reap(struct supervisor *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (pid == s->engine.pid)
			engine_ended(s, status);
		else if (pid == s->server.pid)
			process_ended(s, &s->server, status);
		else if (pid == s->site.pid)
			process_ended(s, &s->site, status);
	}
}

/* ---- signals
 * ------------------------------------------------------------------- */

/* All of it anew, or nothing. */
static void
reload(struct supervisor *s)
{
	struct conf *next;

	s->reload_again = s->next != NULL;
	if (s->reload_again)
		return;
	notify_reloading();
	next = s->daemon->load(s->daemon->ctx);
	if (next == NULL || !pem_check(s, next) || !sockets_open(s, next)) {
		supervise_say(s, "the configuration stays as it was");
		if (next != NULL)
			s->daemon->drop(s->daemon->ctx, next);
		notify_systemd("READY=1");
		return;
	}
	s->next = next;
	s->reload_ms = clock_ms();
	serving_apply(s, &s->server);
	serving_apply(s, &s->site);
}

/* Both servers have it. */
static void
reloaded(struct supervisor *s)
{
	s->daemon->drop(s->daemon->ctx, s->conf);
	s->conf = s->next;
	s->next = NULL;
	sockets_tidy(&s->sockets);
	supervise_note(s, "configuration reloaded");
	if (s->conf->http.server.n == 0)
		serving_tell(&s->site, "stop");
	/* Trust anchors and exceptions may be others. */
	if (s->engine.pid > 0)
		s->run_again = true;
	else
		s->engine.due_ms = clock_ms();
	notify_systemd("READY=1");
}

static void
begin_stop(struct supervisor *s)
{
	if (s->is_stopping)
		return;
	s->is_stopping = true;
	s->stop_ms = clock_ms();
	supervise_note(s, "stopping");
	notify_systemd("STOPPING=1");
	serving_tell(&s->server, "stop");
	serving_tell(&s->site, "stop");
	if (s->engine.pid > 0)
		(void)kill(-s->engine.pid, SIGTERM);
}

static void
on_signal(struct supervisor *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		switch (info.ssi_signo) {
		case SIGHUP:
			reload(s);
			break;
		case SIGUSR1:
			if (s->engine.pid > 0)
				s->run_again = true;
			else
				s->engine.due_ms = clock_ms();
			break;
		case SIGTERM:
		case SIGINT:
			begin_stop(s);
			break;
		default:
			break;
		}
	reap(s);
}

/* ---- time
 * --------------------------------------------------------------------- */

static void
feed_watchdog(struct supervisor *s, int64_t now)
{
	if (s->watchdog_ms == 0 || now - s->fed_ms < s->watchdog_ms / 3)
		return;
	s->fed_ms = now;
	notify_systemd("WATCHDOG=1");
}

static void
note_listeners(
    const struct supervisor *s, const char *who, const struct conf_server *of)
{
	for (size_t i = 0; i < of->n; i++)
		supervise_note(s, "listening for %s%s on %s", who,
		    of->listeners[i].is_tls ? " over TLS" : "",
		    of->listeners[i].address);
}

/* Once. */
static void
say_ready(struct supervisor *s)
{
	if (s->is_ready || !s->server.is_ready ||
	    (s->conf->http.server.n > 0 && !s->site.is_ready))
		return;
	s->is_ready = true;
	note_listeners(s, "routers", &s->conf->rtr.server);
	note_listeners(s, "HTTP", &s->conf->http.server);
	notify_systemd("READY=1");
}

static void
end_what_hangs(struct supervisor *s, struct child *c, int64_t now)
{
	int64_t patience = c->is_ready ? ALIVE_MS : START_MS;

	if (c->pid > 0 && now - c->heard_ms > patience)
		serving_end(s, c, "gives no sign");
	else if (c->is_applying && now - s->reload_ms > RELOAD_MS)
		serving_end(s, c, "does not take the configuration");
}

/* Who was stopped, or had no processor, for long knows nothing about others:
 * they may have been so, too, and have their time anew. */
static void
mind_pauses(struct supervisor *s)
{
	int64_t now = clock_ms();

	if (now - s->turned_ms > PAUSE_MS)
		s->server.heard_ms = s->site.heard_ms = s->reload_ms = now;
	s->turned_ms = now;
}

/* Who was asked to end and has not: harder. */
static void
press(struct child *c, int64_t waited_ms)
{
	pid_t whom = c->protocol == NULL ? -c->pid : c->pid;

	if (c->pid > 0 && waited_ms > KILL_MS)
		(void)kill(whom, SIGKILL);
	else if (c->pid > 0 && waited_ms > TERM_MS)
		(void)kill(whom, SIGTERM);
}

static void
start_what_is_due(struct supervisor *s, int64_t now)
{
	if (s->server.pid == 0 && now >= s->server.due_ms)
		serving_start(s, &s->server);
	if (s->site.pid == 0 && now >= s->site.due_ms &&
	    s->conf->http.server.n > 0)
		serving_start(s, &s->site);
	if (s->engine.pid == 0 && now >= s->engine.due_ms)
		engine_start(s);
}

static void
by_the_clock(struct supervisor *s)
{
	int64_t now = clock_ms();
	int64_t most = ((int64_t)s->conf->limits.run_time + 60) * 1000;

	feed_watchdog(s, now);
	say_ready(s);
	if (s->engine.pid > 0 && now - s->engine.began_ms > most) {
		supervise_say(s, "the validation takes too long: ending it");
		(void)kill(-s->engine.pid, SIGKILL);
	}
	if (s->is_stopping) {
		press(&s->server, now - s->stop_ms);
		press(&s->site, now - s->stop_ms);
		press(&s->engine, now - s->stop_ms);
		return;
	}
	end_what_hangs(s, &s->server, now);
	end_what_hangs(s, &s->site, now);
	if (s->next != NULL && !s->server.is_applying && !s->site.is_applying)
		reloaded(s);
	start_what_is_due(s, now);
	if (s->reload_again && s->next == NULL)
		reload(s);
}

/* ---- the loop
 * ------------------------------------------------------------------ */

static void
turn(struct supervisor *s)
{
	struct pollfd fds[] = { { .fd = s->signals, .events = POLLIN },
		{ .fd = s->server.fd, .events = POLLIN },
		{ .fd = s->site.fd, .events = POLLIN } };

	/* What is due by the clock is looked at then. */
	if (poll(fds, COUNT(fds), 200) < 0 && errno != EINTR)
		return;
	mind_pauses(s);
	serving_hear(s, &s->server);
	serving_hear(s, &s->site);
	on_signal(s);
	by_the_clock(s);
}

static bool
take_lock(struct supervisor *s)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/serve.lock", s->conf->cache);

	if (n < 0 || (size_t)n >= sizeof(path))
		return false;
	if (mkdir(s->conf->cache, 0750) != 0 && errno != EEXIST) {
		supervise_say(s, "%s: %s", s->conf->cache, strerror(errno));
		return false;
	}
	s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock < 0) {
		supervise_say(s, "%s: %s", path, strerror(errno));
		return false;
	}
	if (flock(s->lock, LOCK_EX | LOCK_NB) != 0) {
		supervise_say(s, "%s: another cairn serve uses this cache",
		    s->conf->cache);
		return false;
	}
	return true;
}

static bool
take_signals(struct supervisor *s)
{
	sigset_t mask;

	(void)sigemptyset(&mask);
	(void)sigaddset(&mask, SIGHUP);
	(void)sigaddset(&mask, SIGUSR1);
	(void)sigaddset(&mask, SIGTERM);
	(void)sigaddset(&mask, SIGINT);
	(void)sigaddset(&mask, SIGCHLD);
	(void)signal(SIGPIPE, SIG_IGN);
	if (sigprocmask(SIG_BLOCK, &mask, &s->old_mask) != 0)
		return false;
	s->signals = signalfd(-1, &mask, SFD_NONBLOCK | SFD_CLOEXEC);
	return s->signals >= 0;
}

static bool
counters_open(struct supervisor *s)
{
	void *p = mmap(NULL, sizeof(*s->counters), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	s->counters = p != MAP_FAILED ? p : NULL;
	return s->counters != NULL;
}

static void
counters_close(struct supervisor *s)
{
	if (s->counters != NULL)
		(void)munmap(s->counters, sizeof(*s->counters));
}

/* Once the sockets are there, which root alone may have. */
static bool
become_user(struct supervisor *s)
{
	struct fault why;
	enum reason r;

	fault_init(&why, SPAN(""));
	r = supervise_become_user(s->conf, &why);
	if (r != REASON_OK)
		supervise_say(
		    s, "%s: %s: %s", reason_id(r), reason_text(r), why.detail);
	return r == REASON_OK;
}

static int
run(struct supervisor *s)
{
	if (!take_signals(s) || !counters_open(s))
		return 1;
	s->counters->started_at = (int64_t)time(NULL);
	sockets_inherit(s);
	if (!sockets_open(s, s->conf))
		return 1;
	sockets_tidy(&s->sockets);
	if (!become_user(s) || !pem_check(s, s->conf))
		return 2;
	if (!take_lock(s))
		return 1;
	s->watchdog_ms = notify_watchdog_ms();
	supervise_note(s, "version %s", PACKAGE_VERSION);
	while (!s->is_stopping || s->server.pid > 0 || s->engine.pid > 0 ||
	       s->site.pid > 0)
		turn(s);
	return 0;
}

int
supervise_run(const struct supervise_hooks *daemon, struct conf *first)
{
	struct supervisor s = { .daemon = daemon,
		.conf = first,
		.engine = { .fd = -1 },
		.server = { .protocol = &protocol_rtr, .fd = -1 },
		.site = { .protocol = &protocol_http, .fd = -1 },
		.signals = -1,
		.lock = -1 };
	int status = run(&s);

	counters_close(&s);
	sockets_close(&s.sockets);
	if (s.next != NULL)
		daemon->drop(daemon->ctx, s.next);
	daemon->drop(daemon->ctx, s.conf);
	if (s.signals >= 0)
		(void)close(s.signals);
	if (s.lock >= 0)
		(void)close(s.lock);
	return status;
}
