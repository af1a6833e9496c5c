/* The table of commands. */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct command *const commands[] = {
	&command_validate,
	&command_show,
	&command_ledger,
	&command_doctor,
	&command_demo,
	&command_help,
};

const struct command *
command_at(size_t i)
{
	return i < COUNT(commands) ? commands[i] : NULL;
}

const struct command *
command_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(commands); i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}

static int
unknown_command(const char *word)
{
	const char *names[COUNT(commands)], *near;
	struct buf text;

	for (size_t i = 0; i < COUNT(commands); i++)
		names[i] = commands[i]->name;
	near = conf_nearest(word, names, COUNT(names));
	buf_init(&text, 10000);
	buf_puts(&text, "cairn: no command \"");
	escape_write(&text, span_str(word));
	if (near != NULL)
		buf_printf(&text, "\": did you mean \"%s\"?\n", near);
	else
		buf_puts(&text, "\": see cairn help\n");
	(void)cli_print(stderr, &text);
	buf_fini(&text);
	return STATUS_USAGE;
}

/* As with git, "cairn -c FILE validate" is "cairn validate -c FILE". */
static void
command_first(int argc, char **argv)
{
	for (int i = 2; argv[1][0] == '-' && i < argc; i++) {
		char *word = argv[i];

		if (command_by_name(word) == NULL)
			continue;
		memmove(argv + 2, argv + 1, (size_t)(i - 1) * sizeof(*argv));
		argv[1] = word;
	}
}

int
main(int argc, char **argv)
{
	const struct command *command;
	const char *word;

	if (argc > 1)
		command_first(argc, argv);
	word = argc > 1 ? argv[1] : NULL;

	if (word == NULL) {
		struct buf text;

		buf_init(&text, 10000);
		usage_write(&text, NULL);
		(void)cli_print(stderr, &text);
		buf_fini(&text);
		return STATUS_USAGE;
	}
	if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0 ||
	    strcmp(word, "version") == 0)
		return puts("cairn " PACKAGE_VERSION) < 0 || fflush(stdout) != 0
			   ? STATUS_FAILED
			   : STATUS_DONE;
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		word = "help";
	command = command_by_name(word);
	if (command == NULL)
		return unknown_command(word);
	if (answered_help(command, argc - 2, argv + 2))
		return STATUS_DONE;
	return command->run(command, argc - 2, argv + 2);
}
