/* cairn ledger prove, check-proof: show that a payload follows from a log, to
 * whoever has only the log's key and policy. */
#include <errno.h>
#include <string.h>

#include "cli/ledger_command.h"
#include "cli/ledger_run.h"
#include "logdir/logdir.h"

struct prove {
	struct ledger_run run;
	struct log_proof proof;
	bool has_prefix, has_as, json;
	uint64_t size; /* of what is to be proved */
	/* What it came to. */
	struct ledger_summary summary;
	struct digest digest;
	uint64_t met;
	VEC(struct span) lines; /* of those payloads, as CSV */
};

/* ---- both --------------------------------------------------------------- */

static enum reason
take_payload(void *ctx, const struct ledger_payload *payload)
{
	struct prove *p = ctx;
	struct span copy;
	struct buf line;

	if (payload->payload.kind != PAYLOAD_VRP ||
	    !log_proof_is_met(&p->proof, &payload->payload.vrp))
		return REASON_OK;
	p->met++;
	buf_init(&line, CLI_TEXT);
	ledger_csv_line(&line, payload);
	copy = line.failed ? span_of(NULL, 0)
			   : arena_dup(&p->run.arena, buf_view(&line));
	buf_fini(&line);
	return copy.p != NULL && vec_push(&p->lines, copy) ? REASON_OK
							   : R_LIMIT_MEMORY;
}

static enum reason
take_state(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	struct prove *p = run->ctx;
	const struct ledger_taker taker = { take_payload, p };

	(void)out;
	p->summary = ledger_summary(state);
	TRY(ledger_digest(&p->digest, state));
	return ledger_emit(state, run->now, &taker);
}

/* REASON_OK: the checkpoint is accepted, and some payload is met. */
static int
judge(struct prove *p, const char *what)
{
	enum reason why = decision_reason(p->run.decision);

	if (why != REASON_OK)
		(void)failure(p->run.self, "%s: %s: %s", what, reason_id(why),
		    reason_text(why));
	if (!decision_accepts(p->run.decision))
		return STATUS_FAILED;
	if (p->met > 0)
		return STATUS_DONE;
	return failure(p->run.self, "%s: %s: %s", what,
	    reason_id(R_PROOF_ROUTE), reason_text(R_PROOF_ROUTE));
}

static void
init(struct prove *p, const struct command *self)
{
	*p = (struct prove){ .has_prefix = false };
	ledger_run_init(&p->run, self);
	p->run.tell = take_state;
}

static void
fini(struct prove *p)
{
	vec_fini(&p->lines);
	ledger_run_fini(&p->run);
}

/* ---- prove --------------------------------------------------------------- */

static enum reason
take_entry(void *ctx, uint64_t i, struct span entry)
{
	struct prove *p = ctx;

	if (i == 0) {
		p->proof.note = buf_view(&p->run.bytes[2]);
		log_proof_begin(&p->run.out, &p->proof);
	}
	tile_entry_write(&p->run.out, entry);
	return p->run.out.failed ? R_LIMIT_MEMORY : REASON_OK;
}

static int
take_prove(void *ctx, const char *name, const char *value)
{
	struct prove *p = ctx;

	if (name != NULL)
		return ledger_run_option(&p->run, name, value);
	if (p->run.place == NULL) {
		p->run.place = value;
	} else if (!p->has_prefix) {
		p->has_prefix = true;
		if (!prefix_parse(&p->proof.prefix, value))
			return usage_error(p->run.self, "no prefix: %s", value);
	} else if (!p->has_as) {
		p->has_as = true;
		if (!asn_parse(&p->proof.as, value))
			return usage_error(
			    p->run.self, "no AS number: %s", value);
	} else {
		return usage_error(p->run.self, "one route only");
	}
	return STATUS_DONE;
}

static int
run_prove(const struct command *self, int argc, char **argv)
{
	struct prove p;
	int status;

	init(&p, self);
	p.run.ctx = &p;
	p.run.each = take_entry;
	p.run.keys_optional = true;
	status = options_each(self, argc, argv, take_prove, &p);
	if (status == STATUS_DONE && !p.has_as)
		status = usage_error(self, "which log, prefix and AS?");
	if (status == STATUS_DONE)
		status = ledger_run_status(&p.run);
	if (status == STATUS_DONE)
		status = judge(&p, p.run.place);
	if (status == STATUS_DONE) {
		log_proof_end(&p.run.out);
		status = print_answer(self, &p.run.out);
	}
	fini(&p);
	return status;
}

/* ---- check-proof -------------------------------------------------------- */

static void
tell(struct prove *p)
{
	const struct ledger_run *run = &p->run;
	struct emit e;

	buf_reset(&p->run.out);
	emit_init(&e, &p->run.out, p->json ? EMIT_JSON : EMIT_TEXT);
	emit_object(&e, NULL);
	emit_fmt(&e, "route", "%.*s %.*s", SPAN_FMT(p->proof.prefix_text),
	    SPAN_FMT(p->proof.as_text));
	emit_time(&e, "at", run->now);
	emit_span(&e, "origin", run->checkpoint.origin);
	emit_uint(&e, "size", run->checkpoint.head.size);
	emit_base64(&e, "root", SPAN_OF(run->checkpoint.head.root.b));
	emit_uint(&e, "witnesses", run->count.witnesses);
	if (run->count.newest_at != 0)
		emit_time(&e, "newest_cosignature", run->count.newest_at);
	emit_hex(&e, "genesis", SPAN_OF(p->summary.genesis.b));
	emit_time(&e, "time", (int64_t)p->summary.time);
	emit_hex(&e, "digest", SPAN_OF(p->digest.b));
	emit_array(&e, "payloads");
	for (size_t i = 0; i < p->lines.n; i++)
		emit_span(
		    &e, NULL, span_of(p->lines.v[i].p, p->lines.v[i].n - 1));
	emit_end(&e);
	emit_end(&e);
}

static int
bad(const struct prove *p, enum reason why)
{
	return failure(p->run.self, "%s: %s: %s", p->run.place, reason_id(why),
	    reason_text(why));
}

static int
check_log(struct prove *p, struct log_proof_log *log)
{
	int status;

	p->run.source = log_proof_source(log);
	p->run.ctx = p;
	status = ledger_run_status(&p->run);
	if (status == STATUS_DONE)
		status = judge(p, p->run.place);
	if (status != STATUS_DONE)
		return status;
	tell(p);
	return print_answer(p->run.self, &p->run.out);
}

/* How many entries there are, the checkpoint says; whether that is so, the
 * root. */
static int
check(struct prove *p, struct span bytes)
{
	struct log_proof_log log = { .size = 0 };
	struct checkpoint c;
	enum reason why = log_proof_parse(&p->proof, bytes);
	int status;

	if (why == REASON_OK)
		why = checkpoint_parse(&c, p->proof.note, &p->run.arena);
	if (why == REASON_OK)
		why = log_proof_open(&log, &p->proof, c.head.size);
	status = why == REASON_OK ? check_log(p, &log) : bad(p, why);
	log_proof_close(&log);
	return status;
}

static int
take_check(void *ctx, const char *name, const char *value)
{
	struct prove *p = ctx;

	if (name == NULL && p->run.place != NULL)
		return usage_error(p->run.self, "one proof only");
	if (name == NULL)
		p->run.place = value;
	else if (strcmp(name, "json") == 0)
		p->json = true;
	else
		return ledger_run_option(&p->run, name, value);
	return STATUS_DONE;
}

static int
run_check(const struct command *self, int argc, char **argv)
{
	struct prove p;
	struct buf bytes;
	int status;

	init(&p, self);
	buf_init(&bytes, SIZE_MAX / 2);
	status = options_each(self, argc, argv, take_check, &p);
	if (status == STATUS_DONE && p.run.place == NULL)
		status = usage_error(self, "which proof?");
	if (status == STATUS_DONE && !cli_read(&bytes, p.run.place))
		status =
		    usage_error(self, "%s: %s", p.run.place, strerror(errno));
	if (status == STATUS_DONE)
		status = check(&p, buf_view(&bytes));
	buf_fini(&bytes);
	fini(&p);
	return status;
}

/* ---- the commands -------------------------------------------------------- */

static const struct option_row prove_rows[] = {
	ROW_KEYS,
	ROW_SUCCESSIONS,
	ROW_NOW,
	ROW_CA_FILE,
};

const struct command command_ledger_prove = {
	.name = "ledger prove",
	.operands = "PLACE PREFIX AS",
	.text = "print a proof that the ledger makes a route valid",
	.run = run_prove,
	.n_rows = COUNT(prove_rows),
	.rows = prove_rows,
};

static const struct option_row check_rows[] = {
	ROW_KEYS,
	ROW_SUCCESSIONS,
	ROW_NOW,
	{ .name = "json", .text = "print JSON" },
};

const struct command command_ledger_check_proof = {
	.name = "ledger check-proof",
	.operands = "FILE",
	.text = "check such a proof, without the log",
	.run = run_check,
	.n_rows = COUNT(check_rows),
	.rows = check_rows,
};
