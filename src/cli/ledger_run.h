/* One run over the log in a folder: what cairn ledger's subcommands share. */
#ifndef CAIRN_CLI_LEDGER_RUN_H
#define CAIRN_CLI_LEDGER_RUN_H

#include "ledger/ledger.h"

struct ledger_run {
	/* What was asked for. */
	const char *place, *keys_path, *successions_path, *checkpoint_path,
	    *after_path;
	int64_t now;
	bool has_at_size;
	uint64_t at_size;
	/* What is to be told of the state at that size; and of each entry. */
	enum reason (*tell)(struct buf *, const struct ledger_run *,
	    const struct ledger_state *);
	bool log;
	struct buf out;

	/* What was found. */
	struct arena arena;
	struct buf bytes[4]; /* of the files named above */
	struct tlog_keys keys;
	struct checkpoint checkpoint;
	struct checkpoint_count count;
	bool has_after;
	struct merkle_head after;
	enum checkpoint_decision decision;
	char detail[160]; /* of a failure */
};

void ledger_run_init(struct ledger_run *);
void ledger_run_fini(struct ledger_run *);
/* R_CONF_FILE, R_KEYS_LINE, R_SUCCESSION_LINE, ...: `detail` names the file.
 * These are the caller's mistakes. */
enum reason ledger_run_read(struct ledger_run *) MUST_CHECK;
/* Decide on the checkpoint, and replay. REASON_OK: decision and out are
 * set, even if the decision is against it. */
enum reason ledger_run_replay(struct ledger_run *) MUST_CHECK;

#endif
