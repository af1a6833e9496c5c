/* cairn demo DIR: a small Internet in a folder. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "world/world.h"

#define CAS_MAX 1000000

struct demo {
	const char *folder, *description, *rrdp;
	uint64_t cas, seed;
	int64_t at;
	bool quiet, json;
};

static int
read_options(
    struct demo *out, const struct command *self, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;

	options_init(&o, self, argc, argv);
	while ((kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		if (kind == OPTION_OPERAND) {
			if (out->folder != NULL)
				return usage_error(self, "one folder only");
			out->folder = value;
		} else if (strcmp(name, "quiet") == 0)
			out->quiet = true;
		else if (strcmp(name, "json") == 0)
			out->json = true;
		else if (strcmp(name, "world") == 0)
			out->description = value;
		else if (strcmp(name, "rrdp") == 0)
			out->rrdp = value;
		else if (strcmp(name, "at") == 0) {
			if (!time_parse(&out->at, value))
				return usage_error(
				    self, "--at: a time is wanted");
		} else if (strcmp(name, "cas") == 0) {
			if (!decimal_parse(
				&out->cas, span_str(value), CAS_MAX) ||
			    out->cas == 0)
				return usage_error(self,
				    "--cas: a number from 1 to %d", CAS_MAX);
		} else if (!decimal_parse(
			       &out->seed, span_str(value), UINT64_MAX))
			return usage_error(self, "--seed: a number is wanted");
	}
	if (out->folder == NULL || out->folder[0] == '\0')
		return usage_error(self, "which folder?");
	return STATUS_DONE;
}

static int
print_size(
    const struct command *self, const struct demo *d, const struct world *world)
{
	struct world_size size;
	struct buf text;
	struct emit e;
	int status;

	if (d->quiet && !d->json)
		return STATUS_DONE;
	world_measure(&size, world);
	buf_init(&text, 100000);
	emit_init(&e, &text, d->json ? EMIT_JSON : EMIT_TEXT);
	emit_object(&e, NULL);
	emit_str(&e, "folder", d->folder);
	emit_time(&e, "at", d->at);
	emit_uint(&e, "trust_anchors", size.tas);
	emit_uint(&e, "cas", size.cas);
	emit_uint(&e, "objects", size.objects);
	emit_uint(&e, "vrps", size.vrps);
	emit_uint(&e, "faults", size.faults);
	emit_uint(&e, "statements", size.statements);
	emit_end(&e);
	if (!d->json) {
		buf_puts(&text, "validate it: cairn validate -c ");
		escape_write(&text, span_str(d->folder));
		buf_puts(&text, "/cairn.yaml\n");
	}
	status = print_answer(self, &text);
	buf_fini(&text);
	return status;
}

/* The one described in a file, or one of those built in. */
static enum reason
read_world(struct world **out, const struct demo *d, struct fault *why)
{
	struct buf text;
	enum reason reason;

	*out = NULL;
	if (d->description == NULL)
		return world_demo(out, d->cas, why);
	buf_init(&text, 1 << 30);
	reason = cli_read(&text, d->description)
		     ? world_parse(out, buf_view(&text), why)
		     : fault_say(why, R_CONF_FILE, NULL, "%s: %s",
			   d->description, strerror(errno));
	buf_fini(&text);
	return reason;
}

/* Somebody's own configuration is not written over. */
static bool
is_anothers(const char *folder)
{
	char own[2048], mark[2048];

	return snprintf(own, sizeof(own), "%s/cairn.yaml", folder) <
		   (int)sizeof(own) &&
	       snprintf(mark, sizeof(mark), "%s/world.txt", folder) <
		   (int)sizeof(mark) &&
	       access(own, F_OK) == 0 && access(mark, F_OK) != 0;
}

static int
run_demo(const struct command *self, int argc, char **argv)
{
	struct demo d = { .at = time(NULL) };
	struct world *world;
	struct fault why;
	enum reason reason;
	int status = read_options(&d, self, argc, argv);

	if (status != STATUS_DONE)
		return status;
	if (is_anothers(d.folder))
		return failure(self,
		    "%s: has a cairn.yaml that is of no demonstration: name "
		    "another folder",
		    d.folder);
	fault_init(&why, SPAN(""));
	reason = read_world(&world, &d, &why);
	if (reason == REASON_OK && d.rrdp != NULL)
		reason = world_use_rrdp(world, d.rrdp, &why);
	if (reason == REASON_OK)
		reason = world_write(world, d.folder, d.at, d.seed, &why);
	if (reason != REASON_OK)
		status =
		    failure(self, "%s: %s", reason_text(reason), why.detail);
	else
		status = print_size(self, &d, world);
	world_free(world);
	return status;
}

static const struct option_row rows[] = {
	{ .name = "cas",
	    .argument = "N",
	    .text = "instead of the small one, a generated world of N CAs" },
	{ .name = "world",
	    .argument = "FILE",
	    .text = "instead, the world that FILE describes" },
	{ .name = "rrdp",
	    .argument = "URI",
	    .text = "publish by RRDP, too, below this https URI" },
	{ .name = "at",
	    .argument = "TIME",
	    .otherwise = "now",
	    .text = "time around which everything is valid" },
	{ .name = "seed",
	    .argument = "N",
	    .otherwise = "0",
	    .text = "the same seed and time give the same bytes" },
	{ .name = "json", .text = "print what was made as JSON" },
	{ .name = "quiet", .letter = 'q', .text = "print nothing" },
};

const struct command command_demo = {
	.name = "demo",
	.operands = "DIR",
	.text = "make a small Internet in a folder, some of it broken",
	.run = run_demo,
	.n_rows = COUNT(rows),
	.rows = rows,
};
