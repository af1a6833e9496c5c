/* The commands of cairn ledger; cmd_ledger.c has the table of them. */
#ifndef CAIRN_CLI_LEDGER_COMMAND_H
#define CAIRN_CLI_LEDGER_COMMAND_H

#include "cli/cli.h"

/* log, state, digest, emit: argv[0] says which. */
extern const struct command command_ledger_read;
#define LEDGER_READ_ROWS 7
extern const struct option_row ledger_read_rows[LEDGER_READ_ROWS];

extern const struct command command_ledger_init, command_ledger_append,
    command_ledger_tick;

/* What there is instead; STATUS_USAGE. */
int ledger_no_job(const struct command *, const char *word);

#endif
