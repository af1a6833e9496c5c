/*
 * Ledgers in a run. Private to the room.
 *
 * What was accepted of one lives in the store: the tree's frontier, the note,
 * whether it is frozen; the state of that size lies in a file beside it. A
 * newer checkpoint is accepted when the entries behind the frontier meet its
 * root, and is on the disk before anything is made of it.
 */
#ifndef CAIRN_RUN_FOLLOW_H
#define CAIRN_RUN_FOLLOW_H

#include "ledger/ledger.h"
#include "run/inside.h"

#define NOTE_MAX    ((size_t)65536)
#define MIRRORS_MAX 8 /* that a ledger announces, and that are used */

/* What is believed of a ledger, and kept. */
struct kept {
	struct merkle_frontier frontier; /* of size 0: nothing */
	struct digest root;
	int64_t cosigned_at; /* newest counted cosignature; 0: none */
	bool frozen;
	struct digest successions; /* that the state was replayed under */
	struct span note;          /* as accepted */
	struct span evidence;      /* path */
	/* Who serves that very note, and the tag they gave it. */
	size_t n_tags;
	struct kept_tag {
		struct digest source;
		char etag[HTTPS_ETAG];
	} tags[16];
	uint64_t reasons[REASON_COUNT]; /* of entries rejected */
	bool has_looked; /* for mirrors that the state announces */
	size_t n_mirrors;
	struct span mirrors[MIRRORS_MAX];
};

/* The log from one succession to the next. */
struct segment {
	uint64_t from, until; /* sizes that count */
	struct span origin;
	struct tlog_keys keys;
};

/* One source of one segment. */
struct spot {
	const char *text;
	const struct segment *segment;
	struct digest key;   /* SHA-256 of the text */
	struct place *place; /* NULL: it could not be opened */
	enum reason reason;  /* REASON_OK: the checkpoint counts */
	char detail[160];
	char etag[HTTPS_ETAG];
	bool is_announced; /* by a holder, not the operator */
	struct buf note;
	struct checkpoint checkpoint; /* of size 0 where it is none */
	struct checkpoint_count count;
	bool judged;
};

/* What the state says at the time of evaluation: follow_said.c. */
struct said {
	bool is_there, has_body; /* read when it is wanted */
	struct digest digest;    /* of all it says, but for when it is true */
	struct ledger_summary sum;
	uint64_t payloads; /* where they begin */
	struct buf bytes;
};

struct follow {
	struct run *run;
	const struct conf_ledger *conf;
	struct run_ledger *report;
	unsigned number;
	struct digest key;
	size_t n_segments, n_spots, n_successions;
	struct segment *segments;
	struct spot *spots;
	struct succession *successions;
	struct digest succession_digest;
	struct kept kept;
	struct ledger_state *state; /* of that size; NULL: none, or not */
	char state_file[128];       /* read from there; "": none */
	struct said said;
	struct people *people; /* follow_emit.c's, of that; NULL: not yet */
	uint64_t tally[REASON_COUNT]; /* of a state on trial */
	int64_t deadline_ms;
	bool is_outdated; /* the state is of other successions */
	bool is_new;      /* the record is to be written */
};

/* follow_choose.c: what to do with what the sources said. */
enum reason follow_choose(struct follow *) MUST_CHECK;

/* follow.c: know all ledgers; then follow them, one after the other. */
enum reason follow_begin(struct run *) MUST_CHECK;
enum reason follow_all(struct run *) MUST_CHECK;
/* Who is not followed to the end yet is, until _down, as the last run left it.
 * The reports are then to be restored by the caller. */
struct stand_in {
	struct follow *follows; /* the true ones */
};
enum reason follow_stand_in(struct stand_in *out, struct run *) MUST_CHECK;
void follow_stand_down(struct stand_in *, struct run *);
/* Before the store, as it forks: the process that has what is not in folders,
 * if there is any. */
enum reason follow_open(struct run *) MUST_CHECK;
void follow_fini(struct follow *);
/* A finding about it; object: the source, or its name. */
enum reason follow_find(struct follow *, enum reason, enum effect,
    struct span object, const char *detail) MUST_CHECK;

/* follow_conf.c: whose signatures count where. R_KEYS_LINE and the like, with
 * run->why. */
enum reason follow_init(
    struct follow *, struct run *, const struct conf_ledger *) MUST_CHECK;
/* Sources of it; there is room for MIRRORS_MAX more than the operator's. */
enum reason follow_add_spots(struct follow *, const struct segment *,
    const char *const *texts, size_t n) MUST_CHECK;
void follow_key(struct digest *out, const struct conf_ledger *);

/* follow_record.c */
void kept_write(struct buf *, const struct kept *);
/* Spans borrow. */
bool kept_parse(struct kept *out, struct span) MUST_CHECK;

/* follow_kept.c */
enum reason follow_load(struct follow *) MUST_CHECK;
/* The state alone, once more: read, or replayed. NULL: neither could be. */
enum reason follow_load_state(struct follow *) MUST_CHECK;
/* Where only what it says was read so far. */
enum reason follow_need_state(struct follow *) MUST_CHECK;
/* There is one, and its ledger time. */
bool follow_has_state(const struct follow *);
uint64_t follow_time(const struct follow *);
/* A file of this ledger beside it, whole or not at all; what cannot be written
 * is not there. */
void follow_file_put(struct follow *, const char *suffix, struct span);
/* -1: it could not be opened. */
int follow_file_open(const struct follow *, const char *suffix, int flags);
void follow_file_drop(const struct follow *, const char *suffix);
/* At most so many bytes of it. */
bool follow_file_get(
    struct buf *, const struct follow *, const char *suffix, size_t most);
/* Durable, state and all. */
enum reason follow_save(struct follow *, bool with_state) MUST_CHECK;

/* follow_discover.c: mirrors announced by the state become kept. */
enum reason follow_discover(struct follow *) MUST_CHECK;
/* Those kept become sources, after those of the operator. */
enum reason follow_announced(struct follow *) MUST_CHECK;

/* follow_ask.c: what the sources say now. */
enum reason follow_ask(struct follow *) MUST_CHECK;
/* Of one of them: ask; and then what came. Fails for memory alone. */
void follow_spot_begin(struct follow *, struct spot *);
enum reason follow_spot_end(struct follow *, struct spot *) MUST_CHECK;

/* follow_read.c: the entries behind a tree, in an unnamed file. */
#define SPOOL_MARKS 64

struct spool {
	int fd;
	uint64_t first, end;             /* entries in it */
	uint64_t bytes;                  /* that they take, from its start on */
	struct span *entries;            /* of the bundle at hand */
	struct merkle_frontier frontier; /* of all of them */
	/* Sizes of which the root is wanted too, and the roots. */
	size_t n_marks;
	struct merkle_head marks[SPOOL_MARKS];
};

/* Have the root of the tree of this size, if it lies in between. */
void spool_mark(struct spool *, uint64_t size);
/* The root, where it lay in between; or NULL. */
const struct digest *spool_root(const struct spool *, uint64_t size);

void spool_init(struct spool *out);
void spool_close(struct spool *);
/* Those from out->frontier on; only REASON_OK says they are of the head. */
enum reason spool_fill(struct spool *, struct follow *, struct place *,
    const struct merkle_head *) MUST_CHECK;
/* The root of the first `size` entries of the tree of this head, shown by
 * tiles that a place has. */
bool is_shown(struct digest *root, uint64_t size, struct place *,
    const struct merkle_head *head) MUST_CHECK;

/* follow_entries.c: what was accepted is replayed from what is kept of it, as a
 * state and its tally that are saved. R_LOG_MISSING: it is not there. */
enum reason entries_replay(struct follow *) MUST_CHECK;
/* Those of the spool are about to be accepted. */
void entries_keep(struct follow *, const struct spool *);

/* follow_replay.c: the state moves on over the spool; when it fails it is of
 * no use any more, and `detail` may say more. */
struct replay_to {
	struct ledger_state *state;
	uint64_t *reasons; /* REASON_COUNT: one more for each rejected */
	char detail[160];
};
enum reason spool_replay(
    struct replay_to *, struct follow *, const struct spool *) MUST_CHECK;

/* follow_said.c: of a state that is loaded, kept for runs that need no more;
 * or as an earlier run did, if it is true now. */
enum reason said_make(struct follow *) MUST_CHECK;
bool said_load(struct follow *);
void said_fini(struct follow *);
/* All of it, where it is there: before the two below. It may turn out not to
 * be. */
enum reason said_need(struct follow *) MUST_CHECK;
/* As ledger_facts has holdings, names and services; and ledger_emit. */
enum reason said_facts(
    const struct follow *, const struct ledger_facts *) MUST_CHECK;
enum reason said_payloads(
    const struct follow *, const struct ledger_taker *) MUST_CHECK;

/* follow_evidence.c: *path is in the run's arena; empty where it could not be
 * written. */
enum evidence_kind {
	EVIDENCE_REFUSED, /* bounded in number: the oldest goes */
	EVIDENCE_SPLIT    /* both notes, one after the other */
};
enum reason evidence_keep(struct span *path, struct follow *,
    enum evidence_kind, struct span first, struct span second) MUST_CHECK;

/* follow_emit.c: payloads at the time of evaluation, into the result. */
enum reason follow_emit(struct policy_set *out, struct follow *) MUST_CHECK;
void follow_people_free(struct follow *);
/* Holders and holdings of all ledgers. */
enum reason follow_facts(struct view *, struct run *) MUST_CHECK;
/* follow_witness.c: who cosigned what was accepted. */
enum reason follow_witnesses(struct view *, struct run *) MUST_CHECK;

#endif
