/*
 * The state: who is there, who has what, and what was said. Private to the
 * room.
 *
 * Everything that a statement leaves behind, and that a later one can name or
 * time can end, is a struct record, numbered like its statement. Whoever
 * changes holdings or leases says so by state_touched, and the reverse DNS
 * records it may have undone are looked at when the statement is done.
 */
#ifndef CAIRN_LEDGER_STATE_H
#define CAIRN_LEDGER_STATE_H

#include "ledger/ids.h"
#include "ledger/runs.h"
#include "ledger/statement.h"

struct record;

struct holder {
	struct digest key, next; /* SHA-256 of the current; committed */
	uint64_t sequence;
	uint64_t v4, as; /* held at level 0 */
	struct amount v6;
	uint32_t number;         /* of its id */
	uint32_t last, enrolled; /* statements */
	uint8_t threshold, n_guardians, n_names;
	bool lock;
	struct digest *guardians;
	struct record *recovery;
	struct record *services; /* of kind service, or NULL */
};

struct claim {
	struct holder *holder;
	uint64_t at, entry; /* ledger time when it applied */
	uint32_t statement, uses;
	struct digest *ca_key; /* level 1; NULL: level 0 */
};

/* The leases of one address, from the last to the holder's: they form a
 * line, as whoever has leased out once cannot do so again. Shared by the
 * runs that a cut made of one. */
struct lease_link {
	struct lease_link *up;
	struct record *lease;
	uint64_t uses;
};

enum record_kind {
	RECORD_OFFER,
	RECORD_LEASE,
	RECORD_AUTHORIZE,
	RECORD_ENDORSE,
	RECORD_NAME,
	RECORD_RDNS,
	RECORD_RECOVERY, /* holder: the subject */
	RECORD_CONTEST,  /* ends marks 4 x challenge after a claim */
	RECORD_SERVICE   /* replaced, never named */
};

struct record {
	RB_ENTRY(record) by_number;
	RB_ENTRY(record) by_time;    /* only where until is not LEDGER_NEVER */
	RB_ENTRY(record) by_subject; /* endorsement, name, rdns: see state.c */
	uint64_t until;
	uint32_t statement;
	enum record_kind kind;
	struct holder *holder, *to, *escrow;
	bool flag; /* offer: accepted; lease: sublease */
	bool has_hashlock;
	enum authorize_type type;
	uint32_t subject;     /* endorsement */
	uint64_t entry;       /* authorization */
	struct digest digest; /* hashlock; key of a recovery */
	struct digest next;   /* of a recovery */
	struct amount live;   /* lease: addresses where it is in force */
	struct parcel parcel; /* offer, lease, contest */
	struct prefix prefix; /* rdns */
	size_t n_texts, n_ds;
	struct span bytes;  /* content, label, or what texts lie in */
	struct span *texts; /* servers, ds; kind, uri, region of services */
};

RB_HEAD(numbers, record);
RB_HEAD(times, record);
RB_HEAD(subjects, record);
RB_HEAD(labels, record);
RB_HEAD(prefixes, record);

struct ledger_state {
	struct succession *successions;
	size_t n_successions;
	uint64_t size, time, applied, challenge;
	struct digest sequencer; /* the genesis's */
	size_t n_anchors;
	struct digest anchors[64];
	struct ids statements; /* applied */
	struct ids holder_ids;
	VEC(struct holder *) holder_chunks;
	struct runs holds[SPACES], chains[SPACES], offers[SPACES];
	struct numbers numbers;
	struct times times;
	struct subjects subjects;
	struct labels labels;
	struct prefixes prefixes;
	VEC(struct piece) touched;
	bool failed; /* out of memory: nothing in here counts any more */
};

/* Zeroed; NULL, and the state has failed. */
void *state_alloc(struct ledger_state *, size_t n) MUST_CHECK;

struct holder *holder_at(const struct ledger_state *, uint32_t number);
struct holder *holder_find(
    const struct ledger_state *, const struct digest *id);
struct holder *holder_add(
    struct ledger_state *, const struct digest *id) MUST_CHECK;
const struct digest *holder_id(
    const struct ledger_state *, const struct holder *);

/* Made by the caller, who fills in what its kind needs before adding it. */
struct record *record_new(
    struct ledger_state *, enum record_kind, struct holder *) MUST_CHECK;
void record_add(struct ledger_state *, struct record *, uint32_t statement);
/* Takes it out of every tree and frees it. */
void record_end(struct ledger_state *, struct record *);
void record_discard(struct record *); /* one that was never added */
struct record *record_find(const struct ledger_state *, uint32_t statement);
struct record *record_first(const struct ledger_state *);
struct record *record_next(const struct record *);
struct record *record_due(const struct ledger_state *); /* the first to end */
/* The first endorsement of this statement, and the next of the same. */
struct record *endorsement_first(const struct ledger_state *, uint32_t subject);
struct record *endorsement_next(const struct record *);
struct record *name_find(const struct ledger_state *, struct span label);
struct record *rdns_find(const struct ledger_state *, const struct prefix *);
/* The first that begins at this prefix or after, in the order of prefixes. */
struct record *rdns_from(const struct ledger_state *, const struct prefix *);
struct record *rdns_next(const struct record *);

/* ---- holdings: state_hold.c ------------------------------------------ */

void claim_drop(struct claim *); /* one use less */
unsigned claim_level(const struct claim *);
/* Give a piece to a claim's author: no run may be in it. */
void hold_add(struct ledger_state *, const struct piece *, struct claim *);
void hold_remove(struct ledger_state *, enum space, struct run *);
void hold_contest(struct run *, struct claim *contender);
void hold_clear(struct run *); /* no contender */
/* Same claim, other holder; or same place, other claim. */
void hold_move(
    struct ledger_state *, enum space, struct run *, struct holder *to);
void hold_reclaim(
    struct ledger_state *, enum space, struct run *, struct claim *);
/* Cut at both ends of each piece, so that no run is partly in one. */
void hold_cut(struct ledger_state *, const struct parcel *);
/* Join what cuts left alike. */
void hold_join(struct ledger_state *, const struct parcel *);
/* Is all of it held by this holder? */
bool hold_is_all(
    const struct ledger_state *, const struct parcel *, const struct holder *);

/* ---- leases: state_chain.c ------------------------------------------- */

void chain_cut(struct ledger_state *, const struct parcel *);
void chain_join(struct ledger_state *, const struct parcel *);
/* Append a lease where the holder, or the last lessee, leases out. */
void chain_push(
    struct ledger_state *, const struct piece *, struct record *lease);
void link_drop(struct lease_link *); /* one use less */
/* As it was saved: false when another is there, or memory is not. */
bool chain_restore(struct ledger_state *, const struct piece *,
    struct lease_link *leaf, uint64_t n) MUST_CHECK;
/* End the last lease of a run; ends the record too when it is nowhere. */
void chain_pop(struct ledger_state *, enum space, struct run *);
/* End the holder's own lease: what was subleased becomes the holder's. */
void chain_pop_root(struct ledger_state *, enum space, struct run *);
struct record *chain_root(const struct run *);
/* End all leases in a piece that is no longer theirs. */
void chain_end(struct ledger_state *, const struct piece *);
/* End a lease wherever it is the last, and all after it that ended before. */
void lease_end(struct ledger_state *, struct record *);
bool lease_has_sublease(const struct ledger_state *, const struct record *);
/* Held by this holder, or leased to it beyond `after`: the lowest level of
 * what covers it, or -1 when not all is. `why` may be NULL. */
struct cover {
	unsigned level;
	bool contested, young;
	uint64_t until; /* of the leases */
};
bool cover_find(struct cover *out, const struct ledger_state *,
    const struct piece *, const struct holder *, uint64_t after);
void state_touched(struct ledger_state *, const struct piece *);
void rdns_recheck(struct ledger_state *); /* and forget what was touched */

/* ---- to tell of: pieces.c -------------------------------------------- */

/* Every maximal piece held, with one of its runs. */
void hold_pieces(const struct ledger_state *,
    void (*take)(void *ctx, const struct piece *, const struct run *),
    void *ctx);
/* Where this lease is in force, and who leases it out there. */
typedef void lease_taker(
    void *ctx, const struct piece *, const struct holder *lessor);
void lease_pieces(const struct ledger_state *, const struct record *,
    lease_taker *, void *ctx);

/* ---- time: state_expire.c -------------------------------------------- */

void state_expire(struct ledger_state *);
void offer_end(struct ledger_state *, struct record *);
void contest_end(struct ledger_state *, struct record *);

#endif
