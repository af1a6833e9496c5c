/* Bars on a terminal: what is done, of how much, and how long it will take. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

#define WIDTH       24
#define INTERVAL_MS 100

void
progress_init(struct progress *p, bool quiet)
{
	const char *term = getenv("TERM");

	*p = (struct progress){ .shown = !quiet && isatty(STDERR_FILENO) &&
					 term != NULL &&
					 strcmp(term, "dumb") != 0 };
}

static void
draw(struct progress *p, uint64_t done, uint64_t total, int64_t now)
{
	static const char *const names[] = { [RUN_PHASE_LEDGER] = "following",
		[RUN_PHASE_FETCH] = "fetching",
		[RUN_PHASE_VALIDATE] = "validating",
		[RUN_PHASE_PUBLISH] = "publishing" };
	static const char full[] = "########################";
	int filled = total > 0 ? (int)(done * WIDTH / total) : 0;
	int64_t spent = now - p->began_ms;

	if (filled > WIDTH)
		filled = WIDTH;
	fprintf(stderr, "\r\033[K%-10s ", names[p->phase]);
	if (total > 0)
		fprintf(stderr, "[%-*.*s] %llu/%llu", WIDTH, filled, full,
		    (unsigned long long)done, (unsigned long long)total);
	else /* nobody knows how much there is */
		fprintf(stderr, "%llu", (unsigned long long)done);
	/* New work may yet be named: an estimate, and said as one. */
	if (done > 0 && done < total && spent > 2000)
		fprintf(stderr, "  about %lld s",
		    (long long)(spent / (int64_t)done *
				(int64_t)(total - done) / 1000));
	(void)fflush(stderr);
	p->drawn = true;
	p->drawn_ms = now;
}

static void
update(void *ctx, enum run_phase phase, uint64_t done, uint64_t total)
{
	struct progress *p = ctx;
	int64_t now = clock_ms();

	if (p->phase != phase || p->began_ms == 0) {
		p->phase = phase;
		p->began_ms = now;
		p->drawn_ms = 0;
	}
	if (now - p->drawn_ms >= INTERVAL_MS)
		draw(p, done, total, now);
}

struct run_progress
progress_of(struct progress *p)
{
	struct run_progress out = { .update = p->shown ? update : NULL,
		.ctx = p };

	return out;
}

void
progress_end(struct progress *p)
{
	if (p->drawn)
		(void)fputs("\r\033[K", stderr);
	p->drawn = false;
}
