/*
 * ledger - believe a log only as far as it proves itself.
 *
 * What	    Checks checkpoint signatures and witness quorum, that each
 *	    checkpoint extends the last one accepted, that entries hash to it;
 *	    then replays entries in order into one state, and says what that
 *	    state emits.
 * In	    Bytes somebody served (checkpoint, bundles, tiles), the keys that
 *	    count, the last accepted checkpoint, the time.
 * Out	    A decision on the checkpoint; a verdict on each entry; a state;
 *	    payloads with their origin. There is no half step.
 * Owns	    A struct ledger owns its state; everything else borrows.
 * Fails    R_NOTE_*, R_CHECKPOINT_*, R_LOG_* for what a server gave;
 *	    R_STATEMENT_* are the reasons of doc/ledger.md 4.
 * Threads  One caller per ledger; ledgers are independent.
 * Standards doc/ledger.md (normative); C2SP signed-note, tlog-checkpoint,
 *	    tlog-cosignature, tlog-tiles, tlog-policy, tlog-proof; RFC 6962 2.1,
 *	    RFC 9162 2.1.3-2.1.4.
 */
#ifndef CAIRN_LEDGER_H
#define CAIRN_LEDGER_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "der/der.h"
#include "model/model.h"
#include "object/object.h"

/* ---- Merkle trees (RFC 6962 2.1, SHA-256) -------------------------------- */

void merkle_leaf(struct digest *out, struct span entry);
void merkle_node(
    struct digest *out, const struct digest *left, const struct digest *right);

/* The roots of a tree's perfect subtrees, largest first: enough to append and
 * to know the root. That the old one, extended by the new leaves, meets the
 * new signed root is the proof of consistency. */
struct merkle_frontier {
	uint64_t size;
	struct digest hash[64]; /* one for each bit set in size */
};

void merkle_push(struct merkle_frontier *, const struct digest *leaf);
void merkle_root(struct digest *out, const struct merkle_frontier *);
/* RFC 9162 2.1.3.2 */
bool merkle_inclusion(const struct digest *root, uint64_t size,
    const struct digest *leaf, uint64_t index, const struct digest *proof,
    size_t n) MUST_CHECK;

struct merkle_head {
	uint64_t size;
	struct digest root;
};

/* RFC 9162 2.1.4.2 */
bool merkle_consistency(const struct merkle_head *older,
    const struct merkle_head *newer, const struct digest *proof,
    size_t n) MUST_CHECK;

/* ---- signed notes and verifier keys (C2SP signed-note) ------------------- */

enum vkey_type {
	VKEY_ED25519 = 1,     /* a log's */
	VKEY_COSIGNATURE = 4, /* a witness's: cosignature/v1 */
	VKEY_ML_DSA_44 = 6    /* read, never counted: OpenSSL 3.0 has none */
};

struct vkey {
	struct span name;
	uint32_t id;
	uint8_t type;
	uint8_t key[32];
};

/* name+id+base64(type || key); the id is recomputed and must agree. */
enum reason vkey_parse(struct vkey *out, struct span text) MUST_CHECK;
void vkey_write(struct buf *, const struct vkey *);
/* SHA-256(name || LF || type || key), first four bytes. */
uint32_t vkey_id(const struct vkey *);

struct note_signature {
	struct span name, line;
	uint32_t id;
	struct span value; /* without the id */
};

struct note {
	struct span text; /* with its last LF: what is signed */
	size_t n;
	struct note_signature *signatures;
};

enum reason note_parse(
    struct note *out, struct span bytes, struct arena *) MUST_CHECK;
void note_write_signature(
    struct buf *, struct span name, uint32_t id, struct span value);

/* ---- checkpoints (C2SP tlog-checkpoint, tlog-cosignature) ---------------- */

struct checkpoint {
	struct span origin;
	struct merkle_head head;
	struct note note;
};

enum reason checkpoint_parse(
    struct checkpoint *out, struct span bytes, struct arena *) MUST_CHECK;
void checkpoint_write(
    struct buf *, struct span origin, const struct merkle_head *);
/* What a witness signs: cosignature/v1, time, text. */
void cosignature_message(struct buf *, uint64_t time, struct span text);

/* Logs, witnesses and groups in one file, each. */
#define LEDGER_KEYS_MAX 64

/* Whose signatures count. A member below LEDGER_KEYS_MAX is a witness, any
 * other, less that number, a group that stands before this one. */
struct witness_group {
	struct span name;
	size_t threshold, n;
	const size_t *members;
};

struct ledger_keys {
	size_t n_logs, n_witnesses, n_groups;
	struct vkey *logs, *witnesses;
	struct witness_group *groups;
	bool need_quorum;
	size_t quorum; /* index as in members */
};

/* Lines `log VKEY`, `witness VKEY`, `quorum N`, or a C2SP tlog-policy file;
 * strict. On failure *line is the line. */
enum reason ledger_keys_parse(struct ledger_keys *out, struct span text,
    struct arena *, unsigned *line) MUST_CHECK;

/* What the signatures say. */
struct checkpoint_count {
	size_t witnesses;  /* distinct keys that cosigned */
	int64_t newest_at; /* newest counted cosignature; 0: none */
};

/* REASON_OK: the log's key and the quorum signed it. A known key whose
 * signature fails refuses the whole note. */
enum reason checkpoint_count(struct checkpoint_count *out,
    const struct checkpoint *, const struct ledger_keys *,
    const struct verifier *) MUST_CHECK;

/* ---- whether to accept a checkpoint: ledger.md 2 ------------------------- */

/* clang-format off */
enum ledger_decision {
	LEDGER_ACCEPTED, LEDGER_SAME, LEDGER_STALE, LEDGER_SPLIT_VIEW,
	LEDGER_NOT_COUNTED, LEDGER_TIME_AHEAD,
	LEDGER_TIME_BEHIND /* accepted, with a warning */
};
/* clang-format on */

#define LEDGER_AHEAD_MAX  300   /* seconds */
#define LEDGER_BEHIND_MAX 86400 /* seconds */

struct ledger_proposal {
	const struct merkle_head *accepted; /* the last one; NULL: none yet */
	struct merkle_head head;
	bool counts;     /* checkpoint_count said so */
	bool consistent; /* the accepted tree, extended, met the root */
	uint64_t time;   /* ledger time at its size */
	int64_t clock_at, newest_at; /* newest counted cosignature, or 0 */
};

enum ledger_decision ledger_decide(const struct ledger_proposal *);
bool ledger_decision_accepts(enum ledger_decision);
const char *ledger_decision_id(enum ledger_decision); /* "split-view" */

/* ---- tiles (C2SP tlog-tiles) ---- */

#define TILE_WIDTH 256
#define TILE_PATH  80

/* "tile/0/x001/234.p/7"; level -1: "tile/entries/...". width 256: full. */
void tile_path(char out[TILE_PATH], int level, uint64_t index, unsigned width);
/* How many of the tile of this level and index a tree of `size` fills. */
unsigned tile_width(int level, uint64_t index, uint64_t size);
/* The entries of a bundle; exactly `n`, and nothing after them. */
enum reason tile_entries(
    struct span *out, size_t n, struct span bundle) MUST_CHECK;
void tile_entry_write(struct buf *, struct span entry);

/* Hashes of perfect subtrees from tiles: level 0 are leaves. R_LOG_MISSING. */
struct tile_source {
	enum reason (*hash)(
	    struct digest *out, void *ctx, unsigned level, uint64_t index);
	void *ctx;
};

struct merkle_proof {
	size_t n;
	struct digest hash[64];
};

enum reason merkle_inclusion_make(struct merkle_proof *out, uint64_t index,
    uint64_t size, const struct tile_source *) MUST_CHECK;
enum reason merkle_consistency_make(struct merkle_proof *out, uint64_t older,
    uint64_t newer, const struct tile_source *) MUST_CHECK;
/* For writers: a full tile is one hash of the level above. */
void tile_root(struct digest *out, const struct digest hash[TILE_WIDTH]);

/* ---- reading a log ---- */

/* A file of the log by its path, appended: R_LOG_MISSING when there is none. */
struct log_source {
	enum reason (*get)(void *ctx, struct buf *out, const char *path);
	void *ctx;
};

/* All entries, hashed before any of them is looked at. */
struct log_reader {
	struct log_source source;
	struct merkle_head head;
	VEC(struct digest) bundles; /* what was hashed is what is read later */
};

/* R_LOG_ROOT when they do not hash to the head. `past`, unless NULL: its root
 * becomes that of the tree of its size, which is no larger. */
enum reason log_open(
    struct log_reader *out, struct merkle_head *past) MUST_CHECK;
/* Each entry from 0 to before n, until one is not taken. */
enum reason log_each(const struct log_reader *, uint64_t n,
    enum reason (*take)(void *ctx, uint64_t i, struct span entry),
    void *ctx) MUST_CHECK;
void log_close(struct log_reader *);

/* ---- statements: ledger.md 3 ---- */

#define LEDGER_ENTRY_MAX  65535
#define LEDGER_SIGNATURES 17
#define LEDGER_GUARDIANS  16
#define LEDGER_CHAIN      16
#define LEDGER_SERVICES   32
#define LEDGER_RDNS       16

enum statement_kind {
#define K(name, id, stem) STATEMENT_##name,
#include "ledger/statement.def"
#undef K
	STATEMENT_KINDS
};

const char *statement_kind_id(enum statement_kind); /* "genesis" */

struct statement_key {
	struct span der;      /* SubjectPublicKeyInfo */
	bool known;           /* one of the three kinds, by its shape */
	struct crypt_key key; /* when known */
};

struct statement_guardians {
	bool given;
	unsigned threshold, n;
	struct digest holder[LEDGER_GUARDIANS];
	bool lock;
};

struct statement_resources {
	struct resources set;
	struct span der;
};

struct service_record {
	struct span kind, uri, region; /* region.n == 0: absent */
};

enum authorize_type {
	AUTHORIZE_ROA,
	AUTHORIZE_ASPA,
	AUTHORIZE_ROUTER_KEY
};

#define LEDGER_NEVER UINT64_MAX /* no `until` */

/* The bodies, named as in ledger.md 3; what several kinds share has one place:
 * `time` is also until and expires, `subject` whom or which statement it is
 * about (also `to`), `flag` complete and sublease. */
struct statement_body {
	struct span origin, preimage, type, content, label; /* n == 0: none */
	uint64_t challenge, time;
	bool has_evidence, has_escrow, has_hashlock, flag;
	struct digest next, subject, escrow, hashlock;
	struct statement_key key;
	struct statement_guardians guardians;
	struct statement_resources resources;
	struct prefix prefix; /* rdns */
	size_t n_anchors, n_chain, n_records, n_ds;
	struct digest anchors[64];
	struct span chain[LEDGER_CHAIN], rsc;
	struct service_record records[LEDGER_SERVICES];
	struct span servers[LEDGER_RDNS]; /* n_records of them */
	struct span ds[LEDGER_RDNS];
};

struct statement_signature {
	struct digest holder;
	struct statement_key key;
	struct span value;
};

struct statement {
	struct span tbs;
	struct digest id, ledger, holder, previous;
	uint64_t sequence;
	enum statement_kind kind;
	struct statement_body body;
	size_t n_signatures;
	struct statement_signature signatures[LEDGER_SIGNATURES];
};

/* R_STATEMENT_MALFORMED, whose fault says more, or R_LIMIT_MEMORY. */
enum reason statement_parse(
    struct statement *out, struct span entry, struct decode *) MUST_CHECK;
/* tbs is not read but made of the other fields; sets tbs in out's bytes. */
void statement_write_tbs(struct buf *, const struct statement *);
/* What is signed, and whose SHA-256 is the id. */
void statement_message(struct buf *, struct span tbs);
/* tbs and signatures as they are. */
void statement_write(struct buf *, const struct statement *);
/* No limit of limits.def may change a verdict: these never bind. */
const struct limits *ledger_limits(void);

/* ---- one entry, judged without the state ---- */

/* What can be said of evidence without ledger time and anchors. */
struct ledger_evidence {
	bool holds;                   /* all else does */
	int64_t from_at, until_at;    /* valid, both ends included */
	struct digest anchor, ca_key; /* SHA-256 of SubjectPublicKeyInfo */
};

struct ledger_entry {
	enum reason frame; /* malformed, key-type, or REASON_OK */
	bool parsed;       /* statement may be read */
	bool signed_well;  /* every signature verifies */
	bool content_well; /* authorize: valid by its own profile */
	struct ledger_evidence evidence;
	enum authorize_type type;
	struct digest keys[LEDGER_SIGNATURES]; /* SHA-256 of the keys */
	struct digest body_key;
	struct statement statement;
};

/* Costs what the entry's own bytes and signatures cost; any process may do
 * it, in any order. R_LIMIT_MEMORY or REASON_OK. */
enum reason ledger_precheck(struct ledger_entry *out, struct span entry,
    struct crypt *, const struct verifier *, struct arena *) MUST_CHECK;

/* ---- the state and its replay: ledger.md 4 to 7 ---- */

struct ledger_state;

struct succession {
	uint64_t size;
	struct digest holder;
};

/* Lines "SIZE\tHOLDER". */
enum reason successions_parse(struct succession **out, size_t *n,
    struct span text, struct arena *) MUST_CHECK;

/* NULL without memory. The successions are copied. */
struct ledger_state *ledger_state_new(const struct succession *, size_t n);
void ledger_state_free(struct ledger_state *);

/* *verdict: REASON_OK when applied, else why not. Fails with R_LOG_GENESIS
 * when the log is not a ledger, or R_LIMIT_MEMORY; then the state is lost. */
enum reason ledger_replay(enum reason *verdict, struct ledger_state *,
    const struct ledger_entry *) MUST_CHECK;

struct ledger_summary {
	struct digest genesis;
	uint64_t size, time, applied, rejected;
};

struct ledger_summary ledger_summary(const struct ledger_state *);
/* number, id, author, kind, verdict; tab separated, with LF */
void ledger_log_line(struct buf *, uint64_t number, const struct ledger_entry *,
    enum reason verdict);

/* A form of its own with a checksum: load(save(s)) replays on as s does. */
void ledger_save(struct buf *, const struct ledger_state *);
enum reason ledger_load(
    struct ledger_state **out, struct span saved) MUST_CHECK;

struct ledger_sink {
	void (*take)(void *ctx, struct span text);
	void *ctx;
};

/* The canonical text of ledger.md 7, and its digest. */
enum reason ledger_dump(
    const struct ledger_state *, const struct ledger_sink *) MUST_CHECK;
enum reason ledger_digest(
    struct digest *out, const struct ledger_state *) MUST_CHECK;

struct ledger_payload {
	struct payload payload; /* origin is NULL */
	struct digest holder, statement;
	uint64_t entry;
	unsigned level;
	bool has_ca_key; /* level 1: of the last CA of the evidence */
	struct digest ca_key;
	size_t n_endorsers;
	const struct digest *endorsers; /* sorted, each once */
};

struct ledger_taker {
	enum reason (*take)(void *ctx, const struct ledger_payload *);
	void *ctx;
};

/* What the state emits at `now`: ledger.md 6. */
enum reason ledger_emit(const struct ledger_state *, int64_t now,
    const struct ledger_taker *) MUST_CHECK;
/* One line of `ledger emit`, with LF. */
#define LEDGER_CSV_HEAD                                                       \
	"kind,asn,prefix,maxlen,providers,spki,holder,level,statement,entry," \
	"endorsers\n"
void ledger_csv_line(struct buf *, const struct ledger_payload *);

#endif
