/* cairn ledger clear: the operator has read the evidence. */
#include <string.h>
#include <unistd.h>

#include "cli/ledger_command.h"

struct clear {
	const struct command *self;
	const char *file, *cache, *name;
	VEC(const char *) ledgers;
	bool evidence_read, restart;
	struct conf conf;
};

static int
take(void *ctx, const char *name, const char *value)
{
	struct clear *c = ctx;

	if (name == NULL && c->name != NULL)
		return usage_error(c->self, "one ledger only");
	if (name == NULL)
		c->name = value;
	else if (strcmp(name, "config") == 0)
		c->file = value;
	else if (strcmp(name, "cache") == 0)
		c->cache = value;
	else if (strcmp(name, "evidence-read") == 0)
		c->evidence_read = true;
	else if (strcmp(name, "restart") == 0)
		c->restart = true;
	else if (!vec_push(&c->ledgers, value))
		return failure(c->self, "no memory");
	return STATUS_DONE;
}

/* The file, unless all is on the command line. */
static int
configure(struct clear *c)
{
	bool wants_file = c->file != NULL || c->ledgers.n == 0;
	struct conf_error error;

	if (c->file == NULL)
		c->file = conf_default_file();
	if (wants_file && conf_load(&c->conf, c->file, &error) != REASON_OK)
		return conf_refused(c->self, &error);
	if (c->cache != NULL &&
	    conf_option(&c->conf, "cache", c->cache, &error) != REASON_OK)
		return conf_refused(c->self, &error);
	for (size_t i = 0; i < c->ledgers.n; i++)
		if (conf_option(&c->conf, "ledger", c->ledgers.v[i], &error) !=
		    REASON_OK)
			return conf_refused(c->self, &error);
	return STATUS_DONE;
}

static int
clear(struct clear *c)
{
	struct fault why;
	enum reason r;
	int status = configure(c);

	if (status != STATUS_DONE)
		return status;
	fault_init(&why, SPAN(""));
	r = run_ledger_clear(&c->conf, c->name, c->restart, &why);
	if (r == REASON_OK)
		return STATUS_DONE;
	if (r == R_LEDGER_UNKNOWN)
		return usage_error(c->self, "%s: %s: %s", c->name, reason_id(r),
		    reason_text(r));
	return failure(c->self, "%s: %s%s%s", reason_id(r), reason_text(r),
	    why.detail[0] != '\0' ? ": " : "", why.detail);
}

static int
run_clear(const struct command *self, int argc, char **argv)
{
	struct clear c = { .self = self };
	int status;

	conf_init(&c.conf);
	status = options_each(self, argc, argv, take, &c);
	if (status == STATUS_DONE && c.name == NULL)
		status = usage_error(self, "which ledger?");
	else if (status == STATUS_DONE && !c.evidence_read)
		status = usage_error(self,
		    "read the evidence that cairn validate names, then say so "
		    "by --evidence-read");
	if (status == STATUS_DONE)
		status = clear(&c);
	vec_fini(&c.ledgers);
	conf_fini(&c.conf);
	return status;
}

static const struct option_row rows[] = {
	OPTION_CONFIG,
	OPTION_CACHE,
	{ .name = "ledger",
	    .argument = "FILE",
	    .many = true,
	    .text = "files with ledgers, as validate takes them" },
	{ .name = "evidence-read",
	    .text = "both signed checkpoints were looked at" },
	{ .name = "restart",
	    .text = "forget what was accepted, too: take the log as its "
		    "sources have it next time" },
};

const struct command command_ledger_clear = {
	.name = "ledger clear",
	.operands = "NAME",
	.text = "accept again from a log of which two views were seen",
	.run = run_clear,
	.n_rows = COUNT(rows),
	.rows = rows,
};
