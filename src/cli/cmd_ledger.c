/* The commands of cairn ledger. */
#include "cli/ledger_command.h"

static const struct command *const jobs[] = {
	&command_ledger_log,
	&command_ledger_state,
	&command_ledger_digest,
	&command_ledger_emit,
	&command_ledger_resolve,
	&command_ledger_audit,
	&command_ledger_prove,
	&command_ledger_check_proof,
	&command_ledger_mirror,
	&command_ledger_witness,
	&command_ledger_witness_key,
	&command_ledger_init,
	&command_ledger_append,
	&command_ledger_submit,
	&command_ledger_tick,
	&command_ledger_serve,
	&command_ledger_clear,
	NULL,
};

const struct command command_ledger = {
	.name = "ledger",
	.operands = "",
	.text = "replay a ledger's log and say what it comes to; or keep one",
	.jobs = jobs,
};
