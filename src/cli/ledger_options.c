/* The options of those that write a log, and their way through a run. */
#include <string.h>

#include "cli/ledger_write.h"

#define CHALLENGE_DEFAULT 604800 /* seconds: a week */

/* A validator does not take a ledger time that its clock has not reached. */
static int
time_check(const struct ledger_write *w)
{
	if (w->anyway || w->time_at - w->now <= CHECKPOINT_AHEAD_MAX)
		return STATUS_DONE;
	return ledger_write_fail(w, "--time", R_CHECKPOINT_TIME_AHEAD);
}

static int
take_number(struct ledger_write *w, const char *name, const char *value)
{
	if (strcmp(name, "challenge") == 0)
		return decimal_parse(&w->challenge, span_str(value), 31536000)
			   ? STATUS_DONE
			   : usage_error(
				 w->self, "--challenge: 0 to 31536000 seconds");
	w->has_time = true;
	return time_parse(&w->time_at, value) && w->time_at >= 0
		   ? STATUS_DONE
		   : usage_error(w->self, "--time: a time is wanted");
}

static int
take_option(struct ledger_write *w, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **path;
	} paths[] = {
		{ "origin", &w->origin },
		{ "key", &w->log_key_path },
		{ "log-key", &w->log_key_path },
		{ "new-key", &w->new_key_path },
		{ "holder-key", &w->holder_key_path },
		{ "next-key", &w->next_key_path },
		{ "passphrase-file", &w->passphrase_path },
		{ "successions", &w->successions_path },
		{ "ca-file", &w->ca_path },
		{ "keys", &w->keys_path },
		{ "listen", &w->address },
		{ "tick", &w->tick },
		{ "rate", &w->rate },
	};

	for (size_t i = 0; i < COUNT(paths); i++)
		if (strcmp(name, paths[i].name) == 0) {
			*paths[i].path = value;
			return STATUS_DONE;
		}
	if (strcmp(name, "anyway") == 0) {
		w->anyway = true;
		return STATUS_DONE;
	}
	if (strcmp(name, "anchor") == 0)
		return vec_push(&w->anchors, value)
			   ? STATUS_DONE
			   : failure(
				 w->self, "%s", reason_text(R_LIMIT_MEMORY));
	return take_number(w, name, value);
}

static int
take_operand(struct ledger_write *w, const char *value)
{
	if (w->place == NULL)
		w->place = value;
	else if (strstr(w->self->operands, "...") == NULL)
		return usage_error(w->self, "one folder only");
	else if (!vec_push(&w->files, value))
		return failure(w->self, "%s", reason_text(R_LIMIT_MEMORY));
	return STATUS_DONE;
}

static int
read_options(struct ledger_write *w, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;
	int status = STATUS_DONE;

	w->challenge = CHALLENGE_DEFAULT;
	options_init(&o, w->self, argc, argv);
	while (status == STATUS_DONE &&
	       (kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		status = kind == OPTION_OPERAND ? take_operand(w, value)
						: take_option(w, name, value);
	}
	if (status != STATUS_DONE)
		return status;
	if (!w->has_time)
		w->time_at = w->now;
	if (w->place == NULL)
		return usage_error(w->self, "which folder?");
	status = passphrase_read(w);
	return status == STATUS_DONE ? time_check(w) : status;
}

int
ledger_write_run(const struct command *self, int argc, char **argv,
    int (*work)(struct ledger_write *))
{
	struct ledger_write w;
	int status = ledger_write_init(&w, self);

	if (status == STATUS_DONE)
		status = read_options(&w, argc, argv);
	if (status == STATUS_DONE)
		status = work(&w);
	ledger_write_fini(&w);
	return status;
}
