/* cairn serve: validate and serve, for ever. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "supervise/supervise.h"

struct daemon_ctx {
	const struct command *self;
	int argc;
	char **argv;
	int status; /* of the last reading */
	bool quiet; /* by the last one that was good */
};

/* Exceptions that are wrong now are wrong in each run. */
static int
check_slurm(const struct daemon_ctx *d, const struct conf *c)
{
	struct slurm slurm;
	struct fault why;
	enum reason reason;

	fault_init(&why, SPAN(""));
	reason = run_slurm_load(&slurm, c->slurm, c->n_slurm, &c->limits, &why);
	slurm_fini(&slurm);
	if (reason == REASON_OK)
		return STATUS_DONE;
	(void)failure(d->self, "%s: %s", reason_id(reason), why.detail);
	return reason == R_LIMIT_MEMORY ? STATUS_FAILED : STATUS_USAGE;
}

/* The settings it stands in, so that drop finds them again. */
struct held {
	struct settings settings;
};

static struct conf *
load(void *ctx)
{
	struct daemon_ctx *d = ctx;
	struct held *h = base_alloc(sizeof(*h));

	if (h == NULL)
		return NULL;
	h->settings = (struct settings){ .self = d->self, .writes = true };
	conf_init(&h->settings.conf);
	d->status = settings_read(&h->settings, d->argc, d->argv);
	if (d->status == STATUS_DONE && h->settings.conf.has_at)
		d->status = usage_error(
		    d->self, "--at is for one run: see cairn-validate(1)");
	if (d->status == STATUS_DONE)
		d->status = check_slurm(d, &h->settings.conf);
	h->settings.conf.keeps_slurm = true;
	h->settings.conf.strict = false; /* for one run */
	if (d->status == STATUS_DONE) {
		d->quiet = h->settings.quiet;
		return &h->settings.conf;
	}
	conf_fini(&h->settings.conf);
	base_free(h);
	return NULL;
}

static struct held *
held_of(struct conf *conf)
{
	return (struct held *)(void *)((char *)conf -
				       offsetof(struct held, settings.conf));
}

static void
drop(void *ctx, struct conf *conf)
{
	struct held *h = held_of(conf);

	(void)ctx;
	conf_fini(&h->settings.conf);
	base_free(h);
}

/* In a process of its own, which has a copy of the settings. */
static struct supervise_report
validate(void *ctx, const struct conf *conf)
{
	struct held *h = held_of((struct conf *)(uintptr_t)conf);
	struct supervise_report report = { .expires_at = INT64_MAX };

	(void)ctx;
	h->settings.notes = !h->settings.quiet;
	h->settings.quiet = h->settings.quiet || !h->settings.verbose;
	report.status = validate_once(&h->settings, &report.expires_at);
	if (report.status == STATUS_LEFT)
		report.status = STATUS_DONE;
	return report;
}

static void
say(void *ctx, const char *text)
{
	const struct daemon_ctx *d = ctx;

	(void)failure(d->self, "%s", text);
}

static void
note(void *ctx, const char *text)
{
	const struct daemon_ctx *d = ctx;

	if (!d->quiet)
		say(ctx, text);
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct daemon_ctx d = { .self = self, .argc = argc, .argv = argv };
	const struct supervise_hooks daemon = { &d, load, drop, validate, say,
		note };
	struct conf *conf = load(&d);

	if (conf == NULL)
		return d.status == STATUS_DONE ? STATUS_FAILED : d.status;
	return supervise_run(&daemon, conf);
}

static const struct option_row rows[] = {
	OPTION_CONFIG,
	{ .name = "quiet", .letter = 'q', .text = "say only what is wrong" },
	{ .name = "verbose",
	    .letter = 'v',
	    .text = "a summary of each run, too" },
	{ .name = "json", .text = "the summary as JSON" },
};

const struct command command_serve = {
	.name = "serve",
	.operands = "",
	.text = "validate again and again, and serve routers",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
	.takes_conf = true,
	.serves = true,
};
