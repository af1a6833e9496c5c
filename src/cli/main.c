/* The table of commands. */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

static const struct command *const commands[] = {
	&command_validate,
	&command_why,
	&command_compare,
	&command_serve,
	&command_rtr,
	&command_show,
	&command_slurm,
	&command_view,
	&command_holder,
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

const char *
command_word(const struct command *command)
{
	const char *space = strrchr(command->name, ' ');

	return space != NULL ? space + 1 : command->name;
}

static const struct command *
find(const struct command *const *all, size_t n, const char *word)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(command_word(all[i]), word) == 0)
			return all[i];
	return NULL;
}

const struct command *
command_by_name(const char *name)
{
	return find(commands, COUNT(commands), name);
}

/* `of` NULL: of all commands. */
static void
say_unknown(const struct command *of, const struct command *const *all,
    size_t n, const char *word)
{
	const char *names[64], *near;
	struct buf text;

	ASSERT(n <= COUNT(names));
	for (size_t i = 0; i < n; i++)
		names[i] = command_word(all[i]);
	near = conf_nearest(word, names, n);
	buf_init(&text, 10000);
	buf_printf(&text, "cairn%s%s: no command \"", of != NULL ? " " : "",
	    of != NULL ? of->name : "");
	escape_write(&text, span_str(word));
	buf_puts(&text, "\": ");
	if (near != NULL)
		buf_printf(&text, "did you mean \"%s\"?\n", near);
	else
		buf_printf(&text, "see cairn help%s%s\n", of != NULL ? " " : "",
		    of != NULL ? of->name : "");
	(void)cli_print(stderr, &text);
	buf_fini(&text);
}

const struct command *
command_find(int *n, int argc, char **argv)
{
	const struct command *command = command_by_name(argv[0]), *job;
	size_t n_jobs = 0;

	*n = 1;
	if (command == NULL)
		say_unknown(NULL, commands, COUNT(commands), argv[0]);
	if (command == NULL || command->jobs == NULL || argc < 2 ||
	    argv[1][0] == '-')
		return command;
	while (command->jobs[n_jobs] != NULL)
		n_jobs++;
	*n = 2;
	job = find(command->jobs, n_jobs, argv[1]);
	if (job == NULL)
		say_unknown(command, command->jobs, n_jobs, argv[1]);
	return job;
}

/* For completion in shells: the words that may follow these. */
static int
complete(int argc, char **argv)
{
	const struct command *const *all = commands;
	const struct command *command = NULL;
	struct option_row row;
	size_t n = COUNT(commands);
	struct buf text;

	buf_init(&text, 100000);
	for (int i = 0; i < argc && (command == NULL || command->jobs != NULL);
	     i++) {
		const struct command *next = find(all, n, argv[i]);

		if (next == NULL)
			continue;
		command = next;
		all = next->jobs;
		for (n = 0; all != NULL && all[n] != NULL;)
			n++;
	}
	if (command == &command_help)
		all = commands, n = COUNT(commands);
	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s\n", command_word(all[i]));
	for (size_t i = 0; command != NULL && option_row(&row, command, i); i++)
		buf_printf(&text, "--%s\n", row.name);
	(void)cli_print(stdout, &text);
	buf_fini(&text);
	return STATUS_DONE;
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

static int
version_answer(void)
{
	char text[] = "cairn " PACKAGE_VERSION "\n";

	return print_answer(&command_help,
	    &(struct buf){ .p = (uint8_t *)text, .n = sizeof(text) - 1 });
}

/* Where SIGPIPE was ignored the shell knows it all the same. */
static int
status_of(int status)
{
	if (status == STATUS_LEFT) {
		(void)signal(SIGPIPE, SIG_DFL);
		(void)raise(SIGPIPE);
	}
	return status;
}

int
main(int argc, char **argv)
{
	const struct command *command;
	const char *word;
	int n = 0;

	if (argc > 1 && strcmp(argv[1], "--complete") == 0)
		return complete(argc - 2, argv + 2);
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
		return version_answer();
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
		return command_help.run(&command_help, argc - 2, argv + 2);
	command = command_find(&n, argc - 1, argv + 1);
	if (command == NULL)
		return STATUS_USAGE;
	if (asks_help(argc - 1 - n, argv + 1 + n))
		return usage_answer(command);
	if (command->jobs != NULL)
		return usage_error(command,
		    "which of its commands? See cairn help %s", command->name);
	return status_of(command->run(command, argc - 1 - n, argv + 1 + n));
}
