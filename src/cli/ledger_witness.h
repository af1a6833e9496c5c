/* A witness: what it goes by, and what it does with one checkpoint. */
#ifndef CAIRN_CLI_LEDGER_WITNESS_H
#define CAIRN_CLI_LEDGER_WITNESS_H

#include "cli/cli.h"
#include "cli/ledger_place.h"
#include "ledger/ledger.h"
#include "logdir/logdir.h"

struct ledger_witness {
	const struct command *self;

	/* What was asked for. */
	const char *place, *key_path, *keys_path, *state_path, *ca_path,
	    *successions_path, *address;
	bool has_now;
	int64_t now;

	/* What it works with. */
	struct arena arena, scratch; /* of the run, of one request or entry */
	struct arena request;
	struct buf key_text, keys_text, successions_text;
	struct note_secret key;
	struct tlog_keys keys;
	struct crypt *crypt;
	struct verifier verifier;
	struct logdir store;
	enum reason store_failed; /* nothing is cosigned any more */
	struct ledger_place from;

	/* The log as far as it was replayed. */
	struct ledger_entry *entry;
	struct ledger_state *state; /* NULL: not at all */
	struct merkle_frontier known;
	struct span origin; /* of the checkpoint at hand */
	bool has_recalled;  /* looked for what was saved */
	uint64_t saved;     /* size that was; 0: none */
	int64_t save_s;     /* from when on it may be again, monotonic */
};

void ledger_witness_init(struct ledger_witness *, const struct command *);
void ledger_witness_fini(struct ledger_witness *);
/* Keys, place, and what was cosigned before. What is not STATUS_DONE has been
 * said. */
int ledger_witness_open(struct ledger_witness *);

int64_t ledger_witness_clock(const struct ledger_witness *);
/* What it cosigned last of this log; of size 0 when it never did. */
struct merkle_head ledger_witness_last(void *witness, struct span origin);
/* Where that is, below --state. */
void ledger_witness_path(char out[TILE_PATH], struct span origin);

/*
 * Replay the log up to this checkpoint, whose signature holds. `past`, unless
 * NULL: its root becomes that of the log at its size. Fails with what the log
 * fails with, R_CHECKPOINT_TIME_AHEAD, or a reason why it is no ledger.
 */
enum reason ledger_witness_replay(struct ledger_witness *,
    const struct checkpoint *, struct merkle_head *past) MUST_CHECK;
/* Nothing of it is known any more. */
void ledger_witness_forget(struct ledger_witness *);
/* ledger_witness_state.c: what was replayed, for the next run; and what the
 * last one had, once. */
void ledger_witness_save(struct ledger_witness *);
void ledger_witness_recall(struct ledger_witness *);
/* Cosign it: on the disk first, then appended to *line. */
enum reason ledger_witness_cosign(struct ledger_witness *, struct buf *line,
    const struct checkpoint *) MUST_CHECK;
/* One that contradicts what was cosigned: for others to see. */
void ledger_witness_evidence(
    struct ledger_witness *, const struct checkpoint *, struct span note);

/* C2SP tlog-witness at --listen; does not come back but with a failure. */
int ledger_witness_serve(struct ledger_witness *);

#endif
