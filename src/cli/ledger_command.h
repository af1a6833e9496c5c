/* The commands of cairn ledger; cmd_ledger.c has the table of them. */
#ifndef CAIRN_CLI_LEDGER_COMMAND_H
#define CAIRN_CLI_LEDGER_COMMAND_H

#include "cli/cli.h"

extern const struct command command_ledger_log, command_ledger_state,
    command_ledger_digest, command_ledger_emit;
extern const struct command command_ledger_init, command_ledger_append,
    command_ledger_tick;
extern const struct command command_ledger_audit, command_ledger_mirror,
    command_ledger_witness, command_ledger_witness_key, command_ledger_prove,
    command_ledger_check_proof, command_ledger_resolve,
    command_ledger_submit, command_ledger_serve;

extern const struct command command_ledger_clear;

/* cmd_ledger_mirror.c: "60s", "10m", "6h" or seconds, up to a day. */
bool ledger_every_parse(uint64_t *out, const char *value) MUST_CHECK;

#endif
