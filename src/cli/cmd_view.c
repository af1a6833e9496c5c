/* cairn view: what was published, now or at a time, in any format. */
#include <string.h>

#include "cli/shown.h"
#include "output/output.h"

struct printing {
	const struct command *self;
	const char *config, *cache, *path;
	const struct output_format *format;
	bool has_at;
	int64_t at;
};

/* FORMAT[:PATH] */
static int
take_output(struct printing *p, const char *value)
{
	size_t n = strcspn(value, ":");
	char name[32] = "";

	if (n < sizeof(name))
		memcpy(name, value, n);
	p->format = output_by_name(name);
	p->path = value[n] == ':' ? value + n + 1 : NULL;
	return p->format != NULL && (p->path == NULL || p->path[0] != '\0')
		   ? STATUS_DONE
		   : usage_error(p->self, "\"%s\" is no FORMAT[:PATH]", value);
}

static int
take(void *ctx, const char *name, const char *value)
{
	struct printing *p = ctx;

	if (name == NULL)
		return usage_error(p->self, "what is \"%s\" for?", value);
	if (strcmp(name, "output") == 0)
		return take_output(p, value);
	if (strcmp(name, "config") == 0)
		p->config = value;
	else if (strcmp(name, "cache") == 0)
		p->cache = value;
	else {
		p->has_at = true;
		if (!time_parse(&p->at, value))
			return usage_error(
			    p->self, "\"%s\" is no time: RFC 3339", value);
	}
	return STATUS_DONE;
}

static int
write_view(const struct printing *p, struct shown *s, const struct view *v)
{
	struct span *sources =
	    ARENA_ARRAY(&s->arena, v->n_sources, struct span);
	struct output_in in = { .view = v, .sources = sources };
	struct output_file file;
	struct fault why;

	if (sources == NULL)
		return shown_failure(s, R_LIMIT_MEMORY, "");
	for (size_t i = 0; i < v->n_sources; i++)
		if (v->sources[i].kind != SOURCE_SLURM)
			sources[in.n_sources++] = v->sources[i].name;
	fault_init(&why, SPAN(""));
	if (output_prepare(&file, p->format, &in, p->path, &why) != REASON_OK ||
	    output_commit(&file, &why) != REASON_OK)
		return failure(
		    p->self, "%s: %s", reason_id(why.reason), why.detail);
	return STATUS_DONE;
}

static int
run_command(const struct command *self, int argc, char **argv)
{
	struct printing p = { .self = self, .format = output_by_name("csv") };
	int status = options_each(self, argc, argv, take, &p);
	enum reason reason;
	struct view view;
	struct shown s;

	if (status != STATUS_DONE)
		return status;
	status = shown_open(&s, self, p.config, p.cache);
	if (status == STATUS_DONE) {
		reason = p.has_at
			     ? view_at(&view, s.file, s.folder, p.at, &s.arena)
			     : view_load(&view, s.file, &s.arena);
		status = reason == REASON_OK ? write_view(&p, &s, &view)
					     : shown_failure(&s, reason, "");
	}
	shown_close(&s);
	return status;
}

static const struct option_row rows[] = {
	{ .name = "config",
	    .letter = 'c',
	    .argument = "FILE",
	    .text = "the configuration, cairn.yaml(5)" },
	{ .name = "cache",
	    .argument = "DIR",
	    .text = "the cache whose views are read" },
	{ .name = "at",
	    .argument = "TIME",
	    .otherwise = "now",
	    .text = "the view that was the newest at that time" },
	{ .name = "output",
	    .argument = "FORMAT[:PATH]",
	    .otherwise = "csv",
	    .text = "as cairn validate writes it; without a path to standard "
		    "output" },
};

const struct command command_view = {
	.name = "view",
	.operands = "",
	.text = "print what was published, now or at a time, in any format",
	.run = run_command,
	.n_rows = COUNT(rows),
	.rows = rows,
};
