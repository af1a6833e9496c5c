/* The command line, and how to use it. */
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

bool
option_row(struct option_row *out, const struct command *command, size_t i)
{
	size_t n;
	const struct conf_row *rows = conf_table(&n);

	if (i < command->n_rows) {
		*out = command->rows[i];
		return true;
	}
	if (!command->takes_conf)
		return false;
	i -= command->n_rows;
	for (size_t j = 0; j < n; j++) {
		if (rows[j].option == NULL ||
		    (rows[j].server && !command->serves) || i-- > 0)
			continue;
		*out = (struct option_row){ .name = rows[j].option,
			.many = rows[j].many,
			.argument = rows[j].argument,
			.otherwise =
			    rows[j].argument != NULL ? rows[j].otherwise : NULL,
			.text = rows[j].text };
		return true;
	}
	return false;
}

/* By name, or by letter where name is NULL. */
static bool
find(struct option_row *out, const struct command *command, struct span name,
    char letter)
{
	for (size_t i = 0; option_row(out, command, i); i++)
		if (name.n > 0 ? span_eq(span_str(out->name), name)
			       : out->letter == letter && letter != '\0')
			return true;
	return false;
}

void
options_init(
    struct options *o, const struct command *command, int argc, char **argv)
{
	*o = (struct options){ .command = command, .argc = argc, .argv = argv };
}

static enum option_kind
fail_unknown(const struct options *o, struct span name)
{
	const char *names[64], *near = NULL;
	struct option_row row;
	char word[40];
	size_t n = 0;

	for (; n < COUNT(names) && option_row(&row, o->command, n); n++)
		names[n] = row.name;
	if (name.n < sizeof(word)) {
		memcpy(word, name.p, name.n);
		word[name.n] = '\0';
		near = conf_nearest(word, names, n);
	}
	if (near != NULL)
		(void)usage_error(o->command,
		    "no option --%.*s: did you mean --%s?", SPAN_FMT(name),
		    near);
	else
		(void)usage_error(
		    o->command, "no option --%.*s", SPAN_FMT(name));
	return OPTION_BAD;
}

/* "--name", "--name=value", "--name value" */
static enum option_kind
next_long(
    struct options *o, const char *word, const char **name, const char **value)
{
	const char *equals = strchr(word, '=');
	struct span s = span_of(
	    word, equals != NULL ? (size_t)(equals - word) : strlen(word));

	if (s.n == 0 || !find(&o->last, o->command, s, '\0'))
		return fail_unknown(o, s);
	*name = o->last.name;
	*value = equals != NULL ? equals + 1 : NULL;
	if (o->last.argument == NULL) {
		if (*value == NULL)
			return OPTION_NAMED;
		(void)usage_error(o->command, "--%s takes no value", *name);
		return OPTION_BAD;
	}
	if (*value == NULL && o->at < o->argc)
		*value = o->argv[o->at++];
	if (*value == NULL) {
		(void)usage_error(o->command, "--%s needs a value: %s", *name,
		    o->last.argument);
		return OPTION_BAD;
	}
	o->open = o->last.many;
	return OPTION_NAMED;
}

/* "-c FILE", "-cFILE", "-qv" */
static enum option_kind
next_short(struct options *o, const char **name, const char **value)
{
	char letter = *o->cluster++;

	if (!find(&o->last, o->command, (struct span){ 0 }, letter)) {
		(void)usage_error(o->command, "no option -%c", letter);
		return OPTION_BAD;
	}
	*name = o->last.name;
	*value = NULL;
	if (o->last.argument == NULL)
		return OPTION_NAMED;
	if (*o->cluster != '\0')
		*value = o->cluster;
	else if (o->at < o->argc)
		*value = o->argv[o->at++];
	o->cluster = NULL;
	if (*value == NULL) {
		(void)usage_error(o->command, "-%c needs a value: %s", letter,
		    o->last.argument);
		return OPTION_BAD;
	}
	return OPTION_NAMED;
}

enum option_kind
options_next(struct options *o, const char **name, const char **value)
{
	const char *word;

	if (o->cluster != NULL && *o->cluster != '\0')
		return next_short(o, name, value);
	o->cluster = NULL;
	if (o->at >= o->argc)
		return OPTION_END;
	word = o->argv[o->at++];
	if (!o->ended && strcmp(word, "--") == 0) {
		o->ended = true;
		o->open = false;
		return options_next(o, name, value);
	}
	if (o->ended || word[0] != '-' || word[1] == '\0') {
		*name = o->last.name;
		*value = word;
		return o->open ? OPTION_NAMED : OPTION_OPERAND;
	}
	o->open = false;
	if (word[1] == '-')
		return next_long(o, word + 2, name, value);
	o->cluster = word + 1;
	return next_short(o, name, value);
}

bool
asks_help(int argc, char **argv)
{
	for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--help") == 0 ||
		    strcmp(argv[i], "-h") == 0)
			return true;
	return false;
}

/* ---- how to use it --------------------------------------------------- */

#define TEXT_AT    28
#define LINE_MAX_N 78

/* Words from `column` on, the lines below it indented alike. */
static void
write_words(struct buf *out, size_t *column, const char *text)
{
	while (*text != '\0') {
		size_t n = strcspn(text, " ");

		if (*column + 1 + n > LINE_MAX_N) {
			buf_printf(out, "\n%*s", TEXT_AT, "");
			*column = TEXT_AT;
		} else if (*column > TEXT_AT) {
			buf_byte(out, ' ');
			++*column;
		}
		buf_add(out, text, n);
		*column += n;
		text += n;
		text += strspn(text, " ");
	}
}

static void
write_option(struct buf *out, const struct option_row *row)
{
	size_t start = out->n, column = TEXT_AT;

	if (row->letter != '\0')
		buf_printf(out, "  -%c, --%s", row->letter, row->name);
	else
		buf_printf(out, "      --%s", row->name);
	if (row->argument != NULL)
		buf_printf(out, " %s%s", row->argument, row->many ? "..." : "");
	if (out->n - start > TEXT_AT - 2)
		buf_printf(out, "\n%*s", TEXT_AT, "");
	else
		buf_printf(out, "%*s", (int)(TEXT_AT - (out->n - start)), "");
	write_words(out, &column, row->text);
	if (row->otherwise != NULL) {
		write_words(out, &column, "(default:");
		write_words(out, &column, row->otherwise);
		buf_byte(out, ')');
	}
	buf_byte(out, '\n');
}

static void
write_commands(struct buf *out)
{
	const struct command *c;

	buf_puts(out, "usage: cairn COMMAND [OPTION...]\n\n");
	for (size_t i = 0; (c = command_at(i)) != NULL; i++)
		buf_printf(out, "  %-10s %s\n", c->name, c->text);
	buf_puts(out, "  version    print the version\n\n"
		      "cairn help COMMAND says more; so does cairn(1).\n");
}

static void
write_jobs(struct buf *out, const struct command *command)
{
	buf_printf(out, "usage: cairn %s COMMAND [OPTION...] ...\n\n%c%s.\n\n",
	    command->name, command->text[0] - 'a' + 'A', command->text + 1);
	for (const struct command *const *job = command->jobs; *job != NULL;
	     job++)
		buf_printf(
		    out, "  %-14s %s\n", command_word(*job), (*job)->text);
	buf_printf(out, "\nSee cairn help %s COMMAND, or cairn-%s(1).\n",
	    command->name, command->name);
}

/* A line for each of the alternatives in "A | B". */
static void
write_forms(struct buf *out, const struct command *command)
{
	struct option_row row;
	const char *form = command->operands, *word = "usage:", *end;

	while (form != NULL) {
		end = strstr(form, " | ");
		buf_printf(out, "%s cairn %s%s%s%.*s\n", word, command->name,
		    option_row(&row, command, 0) ? " [OPTION...]" : "",
		    form[0] != '\0' ? " " : "",
		    (int)(end != NULL ? (size_t)(end - form) : strlen(form)),
		    form);
		form = end != NULL ? end + 3 : NULL;
		word = "      ";
	}
}

void
usage_write(struct buf *out, const struct command *command)
{
	struct option_row row;

	if (command == NULL) {
		write_commands(out);
		return;
	}
	if (command->jobs != NULL) {
		write_jobs(out, command);
		return;
	}
	write_forms(out, command);
	buf_printf(
	    out, "\n%c%s.\n", command->text[0] - 'a' + 'A', command->text + 1);
	if (option_row(&row, command, 0))
		buf_byte(out, '\n');
	for (size_t i = 0; option_row(&row, command, i); i++)
		write_option(out, &row);
	if (command->more != NULL)
		command->more(out);
}

int
usage_answer(const struct command *command)
{
	struct buf text;
	int status;

	buf_init(&text, 100000);
	usage_write(&text, command);
	status = print_answer(command != NULL ? command : &command_help, &text);
	buf_fini(&text);
	return status;
}

/* What the arguments hold may be anything: nothing of it reaches the terminal
 * as it is. */
static void say(const struct command *, const char *fmt, va_list) FORMAT(2, 0);

static void
say(const struct command *command, const char *fmt, va_list args)
{
	char line[1024];
	struct buf text;

	(void)vsnprintf(line, sizeof(line), fmt, args);
	buf_init(&text, 8192);
	buf_printf(&text, "cairn %s: ", command->name);
	escape_write(&text, span_str(line));
	buf_byte(&text, '\n');
	(void)cli_print(stderr, &text);
	buf_fini(&text);
}

int
usage_error(const struct command *command, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(command, fmt, args);
	va_end(args);
	return STATUS_USAGE;
}

int
failure(const struct command *command, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	say(command, fmt, args);
	va_end(args);
	return STATUS_FAILED;
}

int
options_each(const struct command *self, int argc, char **argv,
    int (*take)(void *ctx, const char *name, const char *value), void *ctx)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;
	int status = STATUS_DONE;

	options_init(&o, self, argc, argv);
	while (status == STATUS_DONE &&
	       (kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		status = take(ctx, kind == OPTION_OPERAND ? NULL : name, value);
	}
	return status;
}
