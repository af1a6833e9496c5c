/*
 * tlog - believe a transparency log only as far as it proves itself.
 *
 * What	    Signed notes and checkpoints, whose signatures count, whether to
 *	    accept a checkpoint; Merkle trees, tiles and entry bundles; reading
 *	    all entries of a log under its signed root; the files that new
 *	    entries make. What an entry says is for room ledger to know.
 * In	    Bytes somebody served, through a source; the keys that count; the
 *	    last accepted tree; the time.
 * Out	    A decision; entries that hash to what was signed.
 * Owns	    Nothing but what a reader remembers, until log_close.
 * Fails    R_NOTE_*, R_CHECKPOINT_*, R_KEYS_LINE, R_LOG_*; a sink's own.
 * Threads  No state.
 * Standards C2SP signed-note, tlog-checkpoint, tlog-cosignature, tlog-tiles,
 *	    tlog-policy; RFC 6962 2.1, RFC 9162 2.1.3-2.1.4; doc/ledger.md 2.
 */
#ifndef CAIRN_TLOG_H
#define CAIRN_TLOG_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "model/model.h"

#define TLOG_ENTRY_MAX 65535 /* bytes */

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
	uint8_t key[32]; /* ML-DSA: the SHA-256 of it */
};

/* name+id+base64(type || key); the id is recomputed and must agree. */
enum reason vkey_parse(struct vkey *out, struct span text) MUST_CHECK;
void vkey_write(struct buf *, const struct vkey *);
/* SHA-256(name || LF || type || key), first four bytes. */
uint32_t vkey_id(const struct vkey *);

/* Not empty, valid UTF-8, no '+' and no white space. */
bool vkey_name_is_valid(struct span name);

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

/* A log's private key: "PRIVATE+KEY+name+id+base64(type || seed)", as Go's
 * note package and the tools built on it take it. The name is borrowed. */
struct note_secret {
	struct span name;
	struct crypt_secret *secret; /* Ed25519; owned */
};

/* R_NOTE_SECRET; then there is nothing to end. */
enum reason note_secret_parse(
    struct note_secret *out, struct span text) MUST_CHECK;
void note_secret_fini(struct note_secret *);
void note_secret_write(struct buf *, const struct note_secret *); /* no LF */
void note_secret_vkey(struct vkey *out, const struct note_secret *);
/* The whole note: text, which ends with LF, and its one signature. */
enum reason note_sign(
    struct buf *, const struct note_secret *, struct span text) MUST_CHECK;
/* The same key as a witness's, as Go's tools derive it. */
void note_secret_witness(struct vkey *out, const struct note_secret *);

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
#define TLOG_KEYS_MAX 64

/* Whose signatures count. A member below TLOG_KEYS_MAX is a witness, any
 * other, less that number, a group that stands before this one. */
struct witness_group {
	struct span name;
	size_t threshold, n;
	const size_t *members;
};

struct tlog_keys {
	size_t n_logs, n_witnesses, n_groups;
	struct vkey *logs, *witnesses;
	struct span *urls; /* of the witnesses; empty: none was given */
	struct witness_group *groups;
	bool need_quorum;
	size_t quorum; /* index as in members */
};

/* Lines `log VKEY`, `witness VKEY`, `quorum N`, or a C2SP tlog-policy file;
 * strict. On failure *line is the line. */
enum reason tlog_keys_parse(struct tlog_keys *out, struct span text,
    struct arena *, unsigned *line) MUST_CHECK;

/* Could there be a quorum if all signed whose signatures can be counted? */
bool tlog_keys_suffice(const struct tlog_keys *) MUST_CHECK;

/* What the signatures say. */
struct checkpoint_count {
	size_t witnesses;  /* distinct keys that cosigned */
	int64_t newest_at; /* newest counted cosignature; 0: none */
};

/* REASON_OK: the log's key and the quorum signed it. A known key whose
 * signature fails refuses the whole note. */
enum reason checkpoint_count(struct checkpoint_count *out,
    const struct checkpoint *, const struct tlog_keys *,
    const struct verifier *) MUST_CHECK;

/* When each witness of the keys signed it, 0: it did not; `at` has room for
 * TLOG_KEYS_MAX. A known key whose signature fails refuses the whole note. */
enum reason checkpoint_witnesses(int64_t *at, const struct checkpoint *,
    const struct tlog_keys *, const struct verifier *) MUST_CHECK;

/* ---- whether to accept a checkpoint: ledger.md 2 ------------------------- */

/* clang-format off */
enum checkpoint_decision {
	CHECKPOINT_ACCEPTED, CHECKPOINT_SAME, CHECKPOINT_STALE, CHECKPOINT_SPLIT_VIEW,
	CHECKPOINT_NOT_COUNTED, CHECKPOINT_TIME_AHEAD,
	CHECKPOINT_TIME_BEHIND /* accepted, with a warning */
};
/* clang-format on */

#define CHECKPOINT_AHEAD_MAX  300   /* seconds */
#define CHECKPOINT_BEHIND_MAX 86400 /* seconds */

struct checkpoint_proposal {
	const struct merkle_head *accepted; /* the last one; NULL: none yet */
	struct merkle_head head;
	bool counts;     /* checkpoint_count said so */
	bool consistent; /* the accepted tree, extended, met the root */
	uint64_t time;   /* ledger time at its size */
	int64_t clock_at, newest_at; /* newest counted cosignature, or 0 */
};

enum checkpoint_decision checkpoint_decide(const struct checkpoint_proposal *);
bool decision_accepts(enum checkpoint_decision);
const char *decision_id(enum checkpoint_decision); /* "split-view" */
/* Of a finding about it: REASON_OK when there is nothing to find. */
enum reason decision_reason(enum checkpoint_decision);

/* ---- witnesses (C2SP tlog-cosignature, tlog-witness) ----------------------
 */

/* A signature line. */
enum reason checkpoint_cosign(struct buf *, const struct checkpoint *,
    const struct note_secret *, uint64_t time) MUST_CHECK;

struct merkle_proof {
	size_t n;
	struct digest hash[64];
};

#define WITNESS_HASHES_MAX 63
/* Of what is sent: the size, the hashes, the checkpoint. */
#define WITNESS_BODY_MAX ((size_t)72 * 1024)

struct witness_answer {
	struct span body;
	const struct verifier *verifier;
	struct arena *arena;
};

struct witness_request {
	uint64_t old;
	struct merkle_proof proof;
	struct span note;
};

/* The body of add-checkpoint: R_WITNESS_REQUEST. */
enum reason witness_request_parse(
    struct witness_request *out, struct span body) MUST_CHECK;
void witness_request_write(struct buf *, const struct witness_request *);
/* What came back: the cosignature of this witness, which holds, as a line
 * without its end. R_NOTE_SYNTAX, R_NOTE_SIGNATURE; R_CHECKPOINT_QUORUM: it is
 * not among them. */
enum reason witness_answer_take(struct span *line, const struct checkpoint *,
    const struct vkey *who, struct witness_answer *) MUST_CHECK;
/* The checkpoint with this line instead of an older one of the same key. */
void checkpoint_write_with(struct buf *, const struct checkpoint *,
    const struct vkey *who, struct span line);

/* What a witness goes by. `last`: what it cosigned last, of size 0 when it
 * never did. Of the keys only those of logs count. */
struct witness_view {
	const struct tlog_keys *keys;
	const struct verifier *verifier;
	struct merkle_head (*last)(void *ctx, struct span origin);
	void *ctx;
};

/* The status that tlog-witness wants. 200: cosign it, once it is on the disk;
 * *out is what was sent. Each other one has its reason. */
int witness_judge(struct checkpoint *out, enum reason *why,
    const struct witness_view *, struct span body, struct arena *) MUST_CHECK;

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

enum reason merkle_inclusion_make(struct merkle_proof *out, uint64_t index,
    uint64_t size, const struct tile_source *) MUST_CHECK;
enum reason merkle_consistency_make(struct merkle_proof *out, uint64_t older,
    uint64_t newer, const struct tile_source *) MUST_CHECK;
/* For writers: a full tile is one hash of the level above. */
void tile_root(struct digest *out, const struct digest hash[TILE_WIDTH]);

/* ---- writing a log ---- */

#define LOG_LEVELS 8 /* of tiles: 256^8 entries are all there can be */

/* Where a file of the log is to be, by its path. */
struct log_sink {
	enum reason (*put)(void *ctx, const char *path, struct span bytes);
	void *ctx;
};

struct log_writer {
	struct merkle_frontier frontier;
	uint64_t start;    /* the size whose files are there */
	struct buf bundle; /* the last, as far as it is filled */
	/* Of each level the last tile: its first size / 256^level mod 256
	 * hashes count. */
	struct digest hash[LOG_LEVELS][TILE_WIDTH];
};

void log_writer_init(struct log_writer *);
void log_writer_fini(struct log_writer *);
/* sink NULL: an entry that is there already. Full bundles and tiles go out as
 * they fill. The entry has TLOG_ENTRY_MAX bytes at most. */
enum reason log_writer_add(struct log_writer *, struct span entry,
    const struct log_sink *sink) MUST_CHECK;
/* The partial ones that a tree of this size has and one of `start` had not;
 * older ones stay, for those who have an older checkpoint. */
enum reason log_writer_end(
    struct log_writer *, const struct log_sink *) MUST_CHECK;
void log_writer_head(struct merkle_head *out, const struct log_writer *);

/* ---- reading a log ---- */

/* A file of the log by its path, appended: R_LOG_MISSING when there is none. */
struct log_source {
	enum reason (*get)(void *ctx, struct buf *out, const char *path);
	void *ctx;
};

/* 256 entries of 65,535 bytes, and their lengths. */
#define BUNDLE_MAX ((size_t)TILE_WIDTH * (TLOG_ENTRY_MAX + 2))

/* The index-th bundle of a tree of `size`, and its tile of a level: as many
 * as tile_width says. Where the partial one is gone, the full one's first
 * (C2SP tlog-tiles). The entries are in *b, which holds BUNDLE_MAX. */
enum reason log_bundle(struct span out[TILE_WIDTH], struct buf *b,
    const struct log_source *, uint64_t index, uint64_t size) MUST_CHECK;
struct tile_name {
	unsigned level;
	uint64_t index, size;
};
enum reason log_tile(struct digest out[TILE_WIDTH], const struct log_source *,
    struct tile_name) MUST_CHECK;

/* The hashes of a tree of `size`, by its tiles. */
struct log_tiles {
	struct log_source source;
	uint64_t size;
	struct digest tile[TILE_WIDTH]; /* the one at hand */
};
struct tile_source log_tile_source(struct log_tiles *);

/* As if all entries of this tree had been added without a sink, but from the
 * right edge of its files alone: R_LOG_ROOT when they are not of it. */
enum reason log_writer_resume(struct log_writer *, const struct merkle_head *,
    const struct log_source *) MUST_CHECK;

/* All entries, hashed before any of them is looked at: those behind `known`,
 * which is of no entry or what another reader has come to. */
struct log_reader {
	struct log_source source;
	struct merkle_head head;
	struct merkle_frontier known, frontier; /* log_open sets the second */
	VEC(struct digest) bundles; /* what was hashed is what is read later */
};

/* R_LOG_ROOT when they do not hash to the head, which is no smaller than what
 * is known. `past`, unless NULL: its root becomes that of the tree of its
 * size, which lies between the two. */
enum reason log_open(
    struct log_reader *out, struct merkle_head *past) MUST_CHECK;
/* Each entry from the first not known to before n, until one is not taken. */
enum reason log_each(const struct log_reader *, uint64_t n,
    enum reason (*take)(void *ctx, uint64_t i, struct span entry),
    void *ctx) MUST_CHECK;
void log_close(struct log_reader *);

#endif
