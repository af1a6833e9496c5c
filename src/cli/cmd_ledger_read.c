/* cairn ledger log, state, digest, emit: replay a log, and say what it comes
 * to. */
#include <stdlib.h>

#include "cli/ledger_command.h"
#include "cli/ledger_run.h"

/* ---- what to tell -------------------------------------------------------- */

static void
text_take(void *ctx, struct span text)
{
	buf_span(ctx, text);
}

static enum reason
tell_state(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	const struct ledger_sink sink = { text_take, out };

	(void)run;
	return ledger_dump(state, &sink);
}

static enum reason
tell_digest(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	struct digest digest;
	char hex[65];

	(void)run;
	TRY(ledger_digest(&digest, state));
	hex_write(hex, SPAN_OF(digest.b));
	buf_printf(out, "%s\n", hex);
	return REASON_OK;
}

struct csv {
	struct arena arena;
	VEC(struct span) lines;
};

static enum reason
line_take(void *ctx, const struct ledger_payload *payload)
{
	struct csv *csv = ctx;
	struct span copy;
	struct buf line;

	buf_init(&line, CLI_TEXT);
	ledger_csv_line(&line, payload);
	copy = line.failed ? span_of(NULL, 0)
			   : arena_dup(&csv->arena, buf_view(&line));
	buf_fini(&line);
	return copy.p != NULL && vec_push(&csv->lines, copy) ? REASON_OK
							     : R_LIMIT_MEMORY;
}

static int
line_order(const void *a, const void *b)
{
	return span_cmp(*(const struct span *)a, *(const struct span *)b);
}

static enum reason
tell_emit(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	struct csv csv = { .lines = { 0 } };
	const struct ledger_taker taker = { line_take, &csv };
	enum reason why;

	arena_init(&csv.arena, SIZE_MAX);
	why = ledger_emit(state, run->now, &taker);
	if (csv.lines.n > 0)
		qsort(
		    csv.lines.v, csv.lines.n, sizeof(*csv.lines.v), line_order);
	buf_puts(out, LEDGER_CSV_HEAD);
	for (size_t i = 0; i < csv.lines.n; i++)
		buf_span(out, csv.lines.v[i]);
	vec_fini(&csv.lines);
	arena_fini(&csv.arena);
	return why;
}

static enum reason
tell_nothing(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	(void)out, (void)run, (void)state;
	return REASON_OK;
}

/* ---- the command line ------------------------------------------------ */

static int
take(void *ctx, const char *name, const char *value)
{
	struct ledger_run *run = ctx;

	if (name == NULL && run->place != NULL)
		return usage_error(run->self, "one log only");
	if (name == NULL)
		run->place = value;
	else
		return ledger_run_option(run, name, value);
	return STATUS_DONE;
}

/* ---- the command ----------------------------------------------------- */

/* The decision alone, or what was asked for when it is in favour. */
static int
answer(struct ledger_run *run)
{
	bool accepts = decision_accepts(run->decision);
	enum reason why = decision_reason(run->decision);
	int status = STATUS_DONE;

	if (run->has_after) {
		buf_reset(&run->out);
		buf_printf(&run->out, "%s\n", decision_id(run->decision));
	} else if (why != REASON_OK) {
		(void)failure(run->self, "%s: %s: %s", run->place,
		    reason_id(why), reason_text(why));
	}
	if (run->has_after || accepts)
		status = print_answer(run->self, &run->out);
	return status == STATUS_DONE && !accepts ? STATUS_FAILED : status;
}

static int
run_read(const struct command *self, int argc, char **argv,
    enum reason (*tell)(
	struct buf *, const struct ledger_run *, const struct ledger_state *))
{
	struct ledger_run run;
	int status;

	ledger_run_init(&run, self);
	run.tell = tell;
	run.log = tell == tell_nothing;
	status = options_each(self, argc, argv, take, &run);
	if (status == STATUS_DONE)
		status = ledger_run_status(&run);
	if (status == STATUS_DONE)
		status = answer(&run);
	ledger_run_fini(&run);
	return status;
}

static int
run_log(const struct command *self, int argc, char **argv)
{
	return run_read(self, argc, argv, tell_nothing);
}

static int
run_state(const struct command *self, int argc, char **argv)
{
	return run_read(self, argc, argv, tell_state);
}

static int
run_digest(const struct command *self, int argc, char **argv)
{
	return run_read(self, argc, argv, tell_digest);
}

static int
run_emit(const struct command *self, int argc, char **argv)
{
	return run_read(self, argc, argv, tell_emit);
}

static const struct option_row rows[] = {
	ROW_KEYS,
	ROW_AT_SIZE,
	ROW_AT,
	ROW_SUCCESSIONS,
	ROW_NOW,
	ROW_CA_FILE,
	{ .name = "checkpoint",
	    .argument = "FILE",
	    .text = "another checkpoint of the same log" },
	{ .name = "after",
	    .argument = "FILE",
	    .text = "a checkpoint accepted before: only print what to do with "
		    "the new one" },
	{ .name = "canonical",
	    .text = "of state: the text that its digest is of, which is what "
		    "is printed anyway" },
};

const struct command command_ledger_log = {
	.name = "ledger log",
	.operands = "PLACE",
	.text = "say of each entry whether it applied, or why not",
	.run = run_log,
	.n_rows = COUNT(rows) - 1,
	.rows = rows,
};

const struct command command_ledger_state = {
	.name = "ledger state",
	.operands = "PLACE",
	.text = "print the state, one fact a line",
	.run = run_state,
	.n_rows = COUNT(rows),
	.rows = rows,
};

const struct command command_ledger_digest = {
	.name = "ledger digest",
	.operands = "PLACE",
	.text = "print the digest of the state",
	.run = run_digest,
	.n_rows = COUNT(rows) - 1,
	.rows = rows,
};

const struct command command_ledger_emit = {
	.name = "ledger emit",
	.operands = "PLACE",
	.text = "print the payloads that the state gives, as CSV",
	.run = run_emit,
	.n_rows = COUNT(rows) - 1,
	.rows = rows,
};
