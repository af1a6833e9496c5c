/* One validation: a fork that publishes, reports and ends. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "supervise/inside.h"

#define SOON_MS 60000 /* an expiry is not worth more than a run a minute */

static void
engine_main(struct supervisor *s, int out)
{
	struct supervise_report report;

	supervise_child(s, out, "cairn-engine");
	sockets_close(&s->sockets);
	box_oom_score(300);
	report = s->daemon->validate(s->daemon->ctx, s->conf);
	(void)!write(out, &report, sizeof(report));
	_exit(report.status);
}

void
engine_start(struct supervisor *s)
{
	struct child *c = &s->engine;
	int ends[2];

	c->began_ms = clock_ms();
	c->due_ms = INT64_MAX;
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		supervise_say(s, "no pipe: %s", strerror(errno));
		c->due_ms = c->began_ms + supervise_backoff_ms(++c->failures);
		return;
	}
	c->pid = fork();
	if (c->pid == 0) {
		/* A group, so that all of it can be ended. */
		(void)setpgid(0, 0);
		(void)close(ends[0]);
		engine_main(s, ends[1]);
	}
	(void)close(ends[1]);
	if (c->pid < 0) {
		c->pid = 0;
		(void)close(ends[0]);
		supervise_say(s, "no process: %s", strerror(errno));
		c->due_ms = c->began_ms + supervise_backoff_ms(++c->failures);
		return;
	}
	(void)setpgid(c->pid, c->pid);
	c->fd = ends[0];
}

/* When its view will no longer be right. */
void
engine_hear(struct supervisor *s)
{
	struct child *c = &s->engine;
	struct supervise_report report;
	int64_t now = (int64_t)time(NULL), at, soonest;

	if (c->fd < 0 || read(c->fd, &report, sizeof(report)) != sizeof(report))
		return;
	if (report.status != 0)
		return;
	serving_tell(&s->server, "look");
	serving_tell(&s->site, "look");
	soonest = c->began_ms + SOON_MS;
	if (report.expires_at == INT64_MAX || report.expires_at - now > 86400)
		return;
	at = clock_ms() + (report.expires_at - now + 1) * 1000;
	c->due_ms = at > soonest ? at : soonest;
}
