/* cairn ledger tick: say what time it is. */
#include "cli/ledger_command.h"
#include "cli/ledger_write.h"

static int
tick_judge(struct ledger_write *w, struct statement *s)
{
	struct ledger_tip tip;
	struct digest id;
	struct span spki;

	if (ledger_key(&spki, &id, w->holder, &w->arena) != REASON_OK)
		return ledger_write_fail(w, "tick", R_LIMIT_MEMORY);
	/* Else the replay would have to say it of a statement by nobody. */
	if (!ledger_sequencer(&tip, w->state))
		return ledger_write_fail(
		    w, w->place, R_STATEMENT_UNKNOWN_HOLDER);
	if (!digest_eq(&tip.key, &id))
		return ledger_write_fail(
		    w, w->holder_key_path, R_STATEMENT_WRONG_KEY);
	s->kind = STATEMENT_TICK;
	s->ledger = ledger_summary(w->state).genesis;
	s->holder = tip.holder;
	s->sequence = tip.sequence + 1;
	s->previous = tip.last;
	s->body.time = (uint64_t)w->time_at;
	return ledger_write_sign(w, s);
}

int
ledger_tick(struct ledger_write *w)
{
	struct statement *s = base_alloc(sizeof(*s));
	int status;

	if (s == NULL)
		return ledger_write_fail(w, "tick", R_LIMIT_MEMORY);
	status = tick_judge(w, s);
	base_free(s);
	return status;
}

static int
tick(struct ledger_write *w)
{
	int status;

	if (w->log_key_path == NULL || w->holder_key_path == NULL)
		return usage_error(
		    w->self, "--log-key and --holder-key: who signs?");
	status = log_key_read(w);
	if (status == STATUS_DONE)
		status = secret_read(w, &w->holder, w->holder_key_path);
	if (status == STATUS_DONE)
		status = ledger_write_open(w);
	if (status == STATUS_DONE)
		status = ledger_tick(w);
	if (status == STATUS_DONE)
		status = ledger_write_commit(w);
	return status == STATUS_DONE ? ledger_write_print(w) : status;
}

static int
run_tick(const struct command *self, int argc, char **argv)
{
	return ledger_write_run(self, argc, argv, tick);
}

static const struct option_row rows[] = {
	ROW_LOG_KEY,
	{ .name = "holder-key",
	    .argument = "FILE",
	    .text = "the sequencer's private key, PKCS #8 in PEM" },
	ROW_PASSPHRASE,
	ROW_TIME("ledger time from now on"),
	ROW_SUCCESSIONS,
	ROW_ANYWAY("even ahead of the clock"),
};

const struct command command_ledger_tick = {
	.name = "ledger tick",
	.operands = "DIR",
	.text = "append the sequencer's statement of what time it is",
	.run = run_tick,
	.n_rows = COUNT(rows),
	.rows = rows,
};
