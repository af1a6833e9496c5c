/* One run over a log: what those of cairn ledger's commands share that read. */
#ifndef CAIRN_CLI_LEDGER_RUN_H
#define CAIRN_CLI_LEDGER_RUN_H

#include "cli/cli.h"
#include "cli/ledger_place.h"
#include "cli/ledger_rows.h"
#include "ledger/ledger.h"

struct ledger_run {
	const struct command *self;

	/* What was asked for. */
	const char *place, *keys_path, *successions_path, *checkpoint_path,
	    *after_path, *ca_path;
	int64_t now;
	bool keys_optional; /* without them every checkpoint counts */
	bool has_at_size;
	uint64_t at_size;
	/* What is to be told of the state at that size; and of each entry. */
	enum reason (*tell)(struct buf *, const struct ledger_run *,
	    const struct ledger_state *);
	bool log, keep; /* keep: hand the state over */
	struct buf out;
	/* Each entry before it is replayed; NULL: nobody wants them. */
	enum reason (*each)(void *ctx, uint64_t i, struct span entry);
	void *ctx; /* of each and tell */

	/* What was found. */
	struct ledger_place opened;
	struct log_source source; /* of the place, unless the caller has one */
	struct arena arena;
	struct buf bytes[4]; /* of the files named above */
	struct tlog_keys keys;
	struct checkpoint checkpoint;
	struct checkpoint_count count;
	bool has_after;
	struct merkle_head after;
	enum checkpoint_decision decision;
	struct ledger_state *state; /* with keep: the caller's to free */
	char detail[160];           /* of a failure */
};

void ledger_run_init(struct ledger_run *, const struct command *);
void ledger_run_fini(struct ledger_run *);
/* R_CONF_FILE, R_KEYS_LINE, R_SUCCESSION_LINE, ...: `detail` names the file.
 * These are the caller's mistakes. */
enum reason ledger_run_read(struct ledger_run *) MUST_CHECK;
/* Decide on the checkpoint, and replay. REASON_OK: decision and out are
 * set, even if the decision is against it. */
enum reason ledger_run_replay(struct ledger_run *) MUST_CHECK;

/* ---- the command line -------------------------------------------------- */

/* Any of the rows that read; others are taken for flags. */
int ledger_run_option(struct ledger_run *, const char *name, const char *value);
/* Read, decide and replay; what is not STATUS_DONE has been said. */
int ledger_run_status(struct ledger_run *);

#endif
