/* cairn ledger log, state, digest, emit: replay a log, and say what it comes
 * to. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

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

/* ---- options --------------------------------------------------------- */

static int
take_operand(
    struct ledger_run *run, const struct command *self, const char *value)
{
	if (run->place != NULL)
		return usage_error(self, "one log only");
	run->place = value;
	return STATUS_DONE;
}

static int
take_option(struct ledger_run *run, const struct command *self,
    const char *name, const char *value)
{
	if (strcmp(name, "keys") == 0)
		run->keys_path = value;
	else if (strcmp(name, "successions") == 0)
		run->successions_path = value;
	else if (strcmp(name, "checkpoint") == 0)
		run->checkpoint_path = value;
	else if (strcmp(name, "after") == 0)
		run->after_path = value;
	else if (strcmp(name, "at-size") == 0) {
		run->has_at_size = true;
		if (!decimal_parse(&run->at_size, span_str(value), INT64_MAX) ||
		    run->at_size == 0)
			return usage_error(self, "--at-size: a number of "
						 "entries is wanted");
	} else if (strcmp(name, "now") == 0) {
		if (!time_parse(&run->now, value))
			return usage_error(self, "--now: a time is wanted");
	}
	return STATUS_DONE; /* --canonical: there is no other form */
}

static int
read_options(
    struct ledger_run *run, const struct command *self, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;
	int status = STATUS_DONE;

	run->now = time(NULL);
	options_init(&o, self, argc, argv);
	while (status == STATUS_DONE &&
	       (kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		status = kind == OPTION_OPERAND
			     ? take_operand(run, self, value)
			     : take_option(run, self, name, value);
	}
	if (status != STATUS_DONE)
		return status;
	if (run->place == NULL)
		return usage_error(self, "of which log?");
	return run->keys_path != NULL
		   ? STATUS_DONE
		   : usage_error(self, "--keys: whose signatures count?");
}

/* ---- the command ----------------------------------------------------- */

/* The decision alone, or what was asked for when it is in favour. */
static int
answer(struct ledger_run *run, const struct command *self)
{
	bool accepts = decision_accepts(run->decision);
	enum reason why = decision_reason(run->decision);

	if (run->has_after) {
		buf_reset(&run->out);
		buf_printf(&run->out, "%s\n", decision_id(run->decision));
	} else if (why != REASON_OK) {
		(void)failure(self, "%s: %s: %s", run->place, reason_id(why),
		    reason_text(why));
	}
	if ((run->has_after || accepts) && !cli_print(stdout, &run->out))
		return STATUS_FAILED;
	return accepts ? STATUS_DONE : STATUS_FAILED;
}

static int
replay(struct ledger_run *run, const struct command *self)
{
	enum reason why = ledger_run_read(run);

	if (why != REASON_OK)
		return usage_error(self, "%s: %s: %s", run->detail,
		    reason_id(why), reason_text(why));
	why = ledger_run_replay(run);
	if (why == R_CONF_RANGE)
		return usage_error(self, "--at-size: the log is smaller");
	if (why == R_SUCCESSION_LINE)
		return usage_error(
		    self, "%s: %s", run->successions_path, reason_text(why));
	if (why != REASON_OK)
		return failure(self, "%s: %s: %s", run->place, reason_id(why),
		    reason_text(why));
	return answer(run, self);
}

static int
run_read(const struct command *self, int argc, char **argv,
    enum reason (*tell)(
	struct buf *, const struct ledger_run *, const struct ledger_state *))
{
	struct ledger_run run;
	int status;

	ledger_run_init(&run);
	run.tell = tell;
	run.log = tell == tell_nothing;
	status = read_options(&run, self, argc, argv);
	if (status == STATUS_DONE)
		status = replay(&run, self);
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
	{ .name = "keys",
	    .argument = "FILE",
	    .text = "whose signatures count: lines of log, witness and quorum, "
		    "or a C2SP tlog-policy" },
	{ .name = "at-size",
	    .argument = "N",
	    .text = "tell of the first N entries only" },
	{ .name = "successions",
	    .argument = "FILE",
	    .text = "who succeeds the sequencer: a size and a holder a line" },
	{ .name = "now",
	    .argument = "TIME",
	    .otherwise = "now",
	    .text = "the clock, RFC 3339 or seconds since 1970" },
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
