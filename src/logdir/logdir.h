/*
 * logdir - logs on disk: the folder of one that we write or copy, a proof.
 *
 * What	    Files of a transparency log on disk, laid out and locked as
 *	    Tessera's POSIX storage does, so that either goes on where the
 *	    other stopped. Each file is whole or not there, on the disk before
 *	    the next; tiles and entries first, then .state/treeState, then the
 *	    checkpoint: whoever reads a checkpoint finds all it implies.
 * In	    Paths and bytes, by room tlog.
 * Out	    The same, when asked; what .state says the tree is.
 * Owns	    Descriptors and locks, until logdir_close.
 * Fails    R_LOG_BUSY, R_LOG_EXISTS, R_LOG_TREE_STATE, R_LOG_MISSING,
 *	    R_LOG_WRITE; the fault says which file, and the system's words.
 * Threads  The locks are the process's (fcntl): one logdir for each folder.
 * Standards C2SP tlog-tiles; Tessera 1.0 for .state.
 */
#ifndef CAIRN_LOGDIR_H
#define CAIRN_LOGDIR_H

#include "base/base.h"
#include "model/model.h"
#include "tlog/tlog.h"

struct logdir {
	int folder, tree_lock, publish_lock;
	struct merkle_head state; /* what .state/treeState says */
	struct fault why;         /* of the last failure */
};

/* Of a folder without a log, which is made when it is not there. */
enum reason logdir_create(struct logdir *out, const char *path) MUST_CHECK;
/* R_LOG_TREE_STATE: there is a checkpoint, and no .state we know. */
enum reason logdir_open(struct logdir *out, const char *path) MUST_CHECK;
/* Of a copy of another's log: whatever of it is there. A .state is not needed,
 * and is made. */
enum reason logdir_open_copy(struct logdir *out, const char *path) MUST_CHECK;
/* Of files of ours that are no log, and for nobody else to read. */
enum reason logdir_open_own(struct logdir *out, const char *path) MUST_CHECK;
/* Also after a failure of any. */
void logdir_close(struct logdir *);

/* Files by their path below the folder. */
struct log_source logdir_source(struct logdir *);
struct log_sink logdir_sink(struct logdir *);
enum reason logdir_get(void *logdir, struct buf *out, const char *path);
enum reason logdir_put(void *logdir, const char *path, struct span bytes);

/* May we go on behind this checkpoint, by .state? It may be ahead, as it is
 * after a work that was ended between the two: then what it says is to be
 * published first. R_LOG_TREE_STATE: it is behind, or contradicts it. */
enum reason logdir_check(
    struct logdir *, const struct merkle_head *published) MUST_CHECK;
/* The tree, once all its files are there; then what is signed of it. */
enum reason logdir_state_put(
    struct logdir *, const struct merkle_head *) MUST_CHECK;
enum reason logdir_checkpoint_put(struct logdir *, struct span note) MUST_CHECK;

/* ---- copies: copy.c ---- */

struct logdir_copy {
	/* The caller's. */
	struct log_source from;
	struct merkle_head have; /* whose files are here; of size 0: none */
	struct merkle_head want; /* signed, and no smaller */
	/* What it took. */
	uint64_t bundles, tiles; /* asked for */
};

/*
 * All that a tree of this head implies, verified before it is written, and
 * .state; not its checkpoint. What an interrupted copy brought is not asked
 * for again; where the files of `have` are damaged, all is. R_LOG_ROOT: the
 * source is not of this head. R_CHECKPOINT_SPLIT_VIEW: it is, but does not go
 * on from what we have.
 */
enum reason logdir_copy(struct logdir *, struct logdir_copy *) MUST_CHECK;

/* ---- proofs: a log in one file, proof.c ---- */

/* That a route is valid by it: doc/ledger.md 9 has its form, and says why
 * nothing less than the log would prove it. */
struct log_proof {
	struct span prefix_text, as_text; /* of the route */
	struct prefix prefix;
	struct asn as;
	struct span note;    /* the checkpoint */
	struct span entries; /* as in bundles, all in a row */
};

/* Borrows the bytes. R_PROOF_SYNTAX; R_PROOF_CHECKSUM when all else may be. */
enum reason log_proof_parse(
    struct log_proof *out, struct span bytes) MUST_CHECK;

/* Write one: its beginning, each entry by tile_entry_write, its end. */
void log_proof_begin(struct buf *, const struct log_proof *);
void log_proof_end(struct buf *);

/* The entries as a log's source: its checkpoint and bundles. */
struct log_proof_log {
	const struct log_proof *proof;
	uint64_t size;
	VEC(size_t) starts; /* of each bundle, and the end */
};

/* R_PROOF_SYNTAX: the entries are not as many as the checkpoint says. */
enum reason log_proof_open(struct log_proof_log *out, const struct log_proof *,
    uint64_t size) MUST_CHECK;
void log_proof_close(struct log_proof_log *);
struct log_source log_proof_source(struct log_proof_log *);

/* Does this make the route valid (RFC 6811)? */
bool log_proof_is_met(const struct log_proof *, const struct vrp *);

#endif
