/*
 * Statements out of descriptions; private to the room.
 */
#ifndef CAIRN_WORLD_SAY_H
#define CAIRN_WORLD_SAY_H

#include "world/tree.h"

#define AUTHOR_RECOVERED 1000 /* number of the key after a recovery */
#define SEQUENCER        "sequencer"

struct world_author {
	const char *name;
	struct digest id, last;
	uint64_t sequence;
	unsigned key; /* the current: 0 at first */
	bool enrolled, is_rsa, recovering;
	int64_t recovers_at; /* then it gets a new one, unless it speaks */
	struct world_author *next;
};

/* All that was said so far. */
struct world_speech {
	const struct world_writer *w;
	struct arena arena;
	struct world_author *authors, **tail;
	size_t n;
	struct span *entries; /* one for each statement, and the genesis */
	struct world_said *said;
	struct digest genesis;
	int64_t ledger_at;   /* ledger time, less the world's */
	struct statement *s; /* in the making */
	struct ledger_signer by[LEDGER_SIGNATURES];
	size_t n_by;
};

enum reason speech_init(
    struct world_speech *, const struct world_writer *) MUST_CHECK;
void speech_fini(struct world_speech *);
enum reason speech_genesis(struct world_speech *) MUST_CHECK;
enum reason speech_say(
    struct world_speech *, const struct world_say *) MUST_CHECK;

/* NULL without memory. Its key of that number. */
struct crypt_secret *author_key(
    const struct world_writer *, const struct world_author *, unsigned number);
struct world_author *author_find(
    struct world_speech *, const char *name) MUST_CHECK;

/* What it says, into k->s; not who says it. */
enum reason body_fill(
    struct world_speech *, const struct world_say *) MUST_CHECK;
/* Checklist and certificates for a claim that is filled in. */
enum reason body_evidence(
    struct world_speech *, const struct world_say *) MUST_CHECK;
/* Of an earlier statement. */
const struct world_said *said_find(
    const struct world_speech *, const char *name);

#endif
