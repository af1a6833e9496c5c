/* cairn ledger append: add statements to the log in a folder. */
#include <errno.h>
#include <string.h>

#include "cli/ledger_command.h"
#include "cli/ledger_write.h"

#define SMALL_FILE ((size_t)1 << 20)

static int
file_judge(struct ledger_write *w, const char *path)
{
	struct buf entry;
	int status;

	buf_init(&entry, SMALL_FILE);
	status = cli_read(&entry, path)
		     ? ledger_write_judge(w, buf_view(&entry), path)
		     : usage_error(w->self, "%s: %s", path, strerror(errno));
	buf_fini(&entry);
	return status;
}

int
ledger_append(struct ledger_write *w)
{
	int status;

	if (w->log_key_path == NULL)
		return usage_error(w->self, "--log-key: who signs?");
	if (w->files.n == 0)
		return usage_error(w->self, "which statements?");
	status = log_key_read(w);
	if (status == STATUS_DONE)
		status = ledger_write_open(w);
	for (size_t i = 0; status == STATUS_DONE && i < w->files.n; i++)
		status = file_judge(w, w->files.v[i]);
	if (status == STATUS_DONE)
		status = ledger_write_commit(w);
	return status == STATUS_DONE ? ledger_write_print(w) : status;
}

static int
run_append(const struct command *self, int argc, char **argv)
{
	return ledger_write_run(self, argc, argv, ledger_append);
}

static const struct option_row rows[] = {
	ROW_LOG_KEY,
	ROW_SUCCESSIONS,
	ROW_ANYWAY("also what the replay rejects"),
};

const struct command command_ledger_append = {
	.name = "ledger append",
	.operands = "DIR STATEMENT...",
	.text = "append statements, files of DER, all or none of them",
	.run = run_append,
	.n_rows = COUNT(rows),
	.rows = rows,
};
