/* cairn ledger resolve: what a holder says of itself, by its name or id. */
#include <string.h>

#include "cli/ledger_command.h"
#include "cli/ledger_run.h"

struct resolve {
	struct ledger_run run;
	const char *name;
	bool json, found;
	/* While it prints. */
	struct emit emit;
	struct digest holder;
	enum ledger_fact_kind kind; /* of which facts */
};

static void
emit_service(struct emit *e, const struct ledger_fact *f)
{
	for (size_t i = 0; i + 3 <= f->n_texts; i += 3) {
		emit_object(e, NULL);
		emit_span(e, "kind", f->texts[i]);
		emit_span(e, "uri", f->texts[i + 1]);
		if (f->texts[i + 2].n > 0)
			emit_span(e, "region", f->texts[i + 2]);
		emit_end(e);
	}
}

static void
emit_rdns(struct emit *e, const struct ledger_fact *f)
{
	char prefix[PREFIX_TEXT];

	prefix_write(prefix, &f->prefix);
	emit_object(e, NULL);
	emit_str(e, "prefix", prefix);
	emit_array(e, "servers");
	for (size_t i = 0; i < f->n_texts; i++)
		emit_span(e, NULL, f->texts[i]);
	emit_end(e);
	emit_array(e, "ds");
	for (size_t i = 0; i < f->n_ds; i++)
		emit_hex(e, NULL, f->texts[f->n_texts + i]);
	emit_end(e);
	emit_end(e);
}

static enum reason
take_fact(void *ctx, const struct ledger_fact *f)
{
	struct resolve *r = ctx;

	if (f->kind != r->kind || !digest_eq(&f->holder, &r->holder))
		return REASON_OK;
	if (f->kind == FACT_NAME)
		emit_span(&r->emit, NULL, f->bytes);
	else if (f->kind == FACT_SERVICE)
		emit_service(&r->emit, f);
	else if (f->kind == FACT_RDNS)
		emit_rdns(&r->emit, f);
	else
		resources_emit(&r->emit, NULL, &f->resources);
	return REASON_OK;
}

static enum reason
emit_all(struct resolve *r, const struct ledger_state *state)
{
	static const struct {
		enum ledger_fact_kind kind;
		const char *key;
	} rows[] = { { FACT_NAME, "names" }, { FACT_SERVICE, "services" },
		{ FACT_RDNS, "reverse_dns" }, { FACT_HOLD, "holds" } };
	const struct ledger_facts facts = { take_fact, r };

	for (size_t i = 0; i < COUNT(rows); i++) {
		r->kind = rows[i].kind;
		emit_array(&r->emit, rows[i].key);
		TRY(ledger_facts(state, &facts));
		emit_end(&r->emit);
	}
	return REASON_OK;
}

static bool
find(struct resolve *r, const struct ledger_state *state)
{
	struct ledger_holder holder;
	struct span name = span_str(r->name);

	if (!hex_parse(r->holder.b, sizeof(r->holder.b), name) &&
	    !ledger_name(&r->holder, state, name))
		return false;
	return ledger_holder(&holder, state, &r->holder);
}

static enum reason
tell(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	struct resolve *r = run->ctx;

	r->found = find(r, state);
	if (!r->found)
		return REASON_OK;
	emit_init(&r->emit, out, r->json ? EMIT_JSON : EMIT_TEXT);
	emit_object(&r->emit, NULL);
	emit_hex(&r->emit, "holder", SPAN_OF(r->holder.b));
	TRY(emit_all(r, state));
	emit_end(&r->emit);
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}

static int
answer(struct resolve *r)
{
	const struct command *self = r->run.self;
	enum reason why = decision_reason(r->run.decision);

	if (why != REASON_OK)
		(void)failure(self, "%s: %s: %s", r->run.place, reason_id(why),
		    reason_text(why));
	if (!decision_accepts(r->run.decision))
		return STATUS_FAILED;
	if (!r->found)
		return failure(
		    self, "%s: nobody there has this name or id", r->name);
	return print_answer(self, &r->run.out);
}

static int
take(void *ctx, const char *name, const char *value)
{
	struct resolve *r = ctx;

	if (name == NULL && r->run.place == NULL)
		r->run.place = value;
	else if (name == NULL && r->name == NULL)
		r->name = value;
	else if (name == NULL)
		return usage_error(r->run.self, "one name only");
	else if (strcmp(name, "json") == 0)
		r->json = true;
	else
		return ledger_run_option(&r->run, name, value);
	return STATUS_DONE;
}

static int
run_resolve(const struct command *self, int argc, char **argv)
{
	struct resolve r = { .name = NULL };
	int status;

	ledger_run_init(&r.run, self);
	r.run.ctx = &r;
	r.run.tell = tell;
	status = options_each(self, argc, argv, take, &r);
	if (status == STATUS_DONE && r.name == NULL)
		status = usage_error(self, "whom, in which log?");
	if (status == STATUS_DONE)
		status = ledger_run_status(&r.run);
	if (status == STATUS_DONE)
		status = answer(&r);
	ledger_run_fini(&r.run);
	return status;
}

static const struct option_row rows[] = {
	ROW_KEYS,
	ROW_AT_SIZE,
	ROW_SUCCESSIONS,
	ROW_NOW,
	ROW_CA_FILE,
	{ .name = "json", .text = "print JSON" },
};

const struct command command_ledger_resolve = {
	.name = "ledger resolve",
	.operands = "PLACE NAME",
	.text = "print a holder's names, services, reverse DNS and holdings",
	.run = run_resolve,
	.n_rows = COUNT(rows),
	.rows = rows,
};
