/* cairn help */
#include <stdio.h>

#include "cli/cli.h"

static int
run_help(const struct command *self, int argc, char **argv)
{
	const struct command *about = NULL;
	int n = 0;

	if (argc > 0) {
		about = command_find(&n, argc, argv);
		if (about == NULL)
			return STATUS_USAGE;
	}
	if (argc > n)
		return usage_error(self, "one command at a time");
	return usage_answer(about);
}

const struct command command_help = {
	.name = "help",
	.operands = "[COMMAND]",
	.text = "say how a command is used",
	.run = run_help,
};
