/* cairn ledger JOB: which of its commands it is. */
#include <string.h>

#include "cli/ledger_command.h"

static const struct command *const jobs[] = {
	&command_ledger_init,
	&command_ledger_append,
	&command_ledger_tick,
};

int
ledger_no_job(const struct command *self, const char *word)
{
	struct buf names;
	int status;

	buf_init(&names, CLI_TEXT);
	for (size_t i = 0; i < COUNT(jobs); i++)
		buf_printf(&names, ", %s", strchr(jobs[i]->name, ' ') + 1);
	status =
	    usage_error(self, "no job \"%s\": log, state, digest, emit%.*s",
		word, (int)names.n, (const char *)names.p);
	buf_fini(&names);
	return status;
}

static int
run_ledger(const struct command *self, int argc, char **argv)
{
	const struct command *job = &command_ledger_read;

	if (argc == 0)
		return usage_error(self, "what, and of which log?");
	for (size_t i = 0; i < COUNT(jobs); i++)
		if (strcmp(strchr(jobs[i]->name, ' ') + 1, argv[0]) == 0)
			return jobs[i]->run(jobs[i], argc - 1, argv + 1);
	return job->run(job, argc, argv);
}

static void
usage_jobs(struct buf *out)
{
	for (size_t i = 0; i < COUNT(jobs); i++) {
		buf_byte(out, '\n');
		usage_write(out, jobs[i]);
	}
}

const struct command command_ledger = {
	.name = "ledger",
	.operands = "log|state|digest|emit PLACE",
	.text = "replay a ledger's log and say what it comes to; or keep one",
	.run = run_ledger,
	.n_rows = LEDGER_READ_ROWS,
	.rows = ledger_read_rows,
	.more = usage_jobs,
};
