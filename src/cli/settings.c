/* What a command that takes a configuration was asked for. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "output/output.h"

int
conf_refused(const struct command *self, const struct conf_error *error)
{
	struct buf text;
	int status;

	buf_init(&text, 10000);
	conf_error_write(&text, error);
	buf_byte(&text, '\0');
	status = usage_error(self, "%s: %s", reason_id(error->reason),
	    text.failed ? error->text : (const char *)text.p);
	buf_fini(&text);
	return status;
}

/* The command's own options; those of conf where `conf` says so. The file is
 * read between the two passes, so that options win wherever they stand. */
static int
read_options(struct settings *v, int argc, char **argv, bool conf)
{
	struct options o;
	struct conf_error error;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;

	options_init(&o, v->self, argc, argv);
	while ((kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		if (kind == OPTION_OPERAND)
			return usage_error(
			    v->self, "what is \"%s\" for?", value);
		if (strcmp(name, "config") == 0)
			v->file = value;
		else if (strcmp(name, "quiet") == 0)
			v->quiet = true;
		else if (strcmp(name, "verbose") == 0)
			v->verbose = true;
		else if (strcmp(name, "json") == 0)
			v->json = true;
		else if (conf && conf_option(&v->conf, name, value, &error) !=
				     REASON_OK)
			return conf_refused(v->self, &error);
	}
	return STATUS_DONE;
}

/* Are trust anchors or ledgers named on the command line? Then no file is read
 * that was not asked for. */
static bool
is_one_off(const struct settings *v, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;

	options_init(&o, v->self, argc, argv);
	while ((kind = options_next(&o, &name, &value)) == OPTION_NAMED)
		if (strcmp(name, "tal") == 0 || strcmp(name, "ledger") == 0)
			return true;
	return false;
}

static int
check_format(const struct settings *v, const struct conf_output *output)
{
	const char *names[32], *near;
	struct conf_error error = { .reason = R_CONF_VALUE,
		.line = output->line };
	size_t n;
	const struct output_format *table = output_table(&n);

	if (output_by_name(output->format) != NULL)
		return STATUS_DONE;
	ASSERT(n <= COUNT(names));
	for (size_t i = 0; i < n; i++)
		names[i] = table[i].name;
	near = conf_nearest(output->format, names, n);
	if (output->line > 0)
		(void)snprintf(
		    error.file, sizeof(error.file), "%s", v->conf.file);
	(void)snprintf(error.text, sizeof(error.text),
	    "no output format \"%s\"%s%s%s", output->format,
	    near != NULL ? ": did you mean \"" : ": see cairn-validate(1)",
	    near != NULL ? near : "", near != NULL ? "\"?" : "");
	return conf_refused(v->self, &error);
}

/* One thing at a time on standard output. */
static int
check_outputs(const struct settings *v)
{
	const struct conf *c = &v->conf;
	size_t n = v->json;

	for (size_t i = 0; i < c->n_outputs; i++) {
		int status = check_format(v, &c->outputs[i]);

		if (status != STATUS_DONE)
			return status;
		n += c->outputs[i].path == NULL;
	}
	n += c->findings != NULL && strcmp(c->findings, "-") == 0;
	if (v->writes && n > 1)
		return usage_error(
		    v->self, "two outputs to standard output: give one a path");
	return STATUS_DONE;
}

int
settings_read(struct settings *v, int argc, char **argv)
{
	struct conf_error error;
	int status = read_options(v, argc, argv, false);

	if (status != STATUS_DONE)
		return status;
	if (v->file == NULL && !is_one_off(v, argc, argv) &&
	    access(conf_default_file(), F_OK) == 0)
		v->file = conf_default_file();
	if (v->file != NULL &&
	    conf_load(&v->conf, v->file, &error) != REASON_OK)
		return conf_refused(v->self, &error);
	status = read_options(v, argc, argv, true);
	if (status == STATUS_DONE)
		status = check_outputs(v);
	if (status == STATUS_DONE && conf_finish(&v->conf, &error) != REASON_OK)
		return conf_refused(v->self, &error);
	return status;
}
