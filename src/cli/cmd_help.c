/* cairn help */
#include <stdio.h>

#include "cli/cli.h"

static int
run_help(const struct command *self, int argc, char **argv)
{
	const struct command *about = NULL;
	struct buf text;
	bool written;

	if (argc > 1)
		return usage_error(self, "one command at a time");
	if (argc == 1) {
		about = command_by_name(argv[0]);
		if (about == NULL)
			return usage_error(self, "no command \"%s\"", argv[0]);
	}
	buf_init(&text, 100000);
	usage_write(&text, about);
	written = cli_print(stdout, &text);
	buf_fini(&text);
	return written ? STATUS_DONE : STATUS_FAILED;
}

const struct command command_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.text = "say how a command is used",
	.run = run_help,
};
