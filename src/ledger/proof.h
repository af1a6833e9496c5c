/*
 * A proof that a payload follows from a log: the log itself, up to a signed
 * checkpoint, in one file. doc/ledger.md 9 has its form, and says why no less
 * would prove it.
 */
#ifndef CAIRN_LEDGER_PROOF_H
#define CAIRN_LEDGER_PROOF_H

#include "ledger/ledger.h"

struct ledger_proof {
	struct span prefix_text, as_text; /* of the route */
	struct prefix prefix;
	struct asn as;
	struct span note;    /* the checkpoint */
	struct span entries; /* as in bundles, all in a row */
};

/* Borrows the bytes. R_PROOF_SYNTAX; R_PROOF_CHECKSUM when all else may be. */
enum reason ledger_proof_parse(
    struct ledger_proof *out, struct span bytes) MUST_CHECK;

/* Write one: its beginning, each entry by tile_entry_write, its end. */
void ledger_proof_begin(struct buf *, const struct ledger_proof *);
void ledger_proof_end(struct buf *);

/* The entries as a log's source: its checkpoint and bundles. */
struct ledger_proof_log {
	const struct ledger_proof *proof;
	uint64_t size;
	VEC(size_t) starts; /* of each bundle, and the end */
};

/* R_PROOF_SYNTAX: the entries are not as many as the checkpoint says. */
enum reason ledger_proof_open(struct ledger_proof_log *out,
    const struct ledger_proof *, uint64_t size) MUST_CHECK;
void ledger_proof_close(struct ledger_proof_log *);
struct log_source ledger_proof_source(struct ledger_proof_log *);

/* Does it make the route valid (RFC 6811)? */
bool ledger_proof_is_met(
    const struct ledger_proof *, const struct ledger_payload *);

#endif
