/*
 * What is where in the store. Private to the room.
 *
 *   CACHE/lock		held (flock) while the store is open; holds the pid
 *   CACHE/store/	the LMDB environment, with these tables:
 *
 *   meta	    name -> text or number
 *   objects	    number -> bytes
 *   numbers	    SHA-256 -> number of the object
 *   names	    repository key, SHA-256 of URI -> record
 *   points	    issuer key, SHA-256 of manifest URI -> record
 *   anchors	    TAL key -> record
 *   repositories   repository key -> record
 *   blobs	    kind, repository key -> record
 *   memos	    whose, manifest's hash -> record
 *
 * Objects have numbers, in the order of their coming, because a page filled
 * from one end to the other holds three of them, and one of a tree ordered by
 * hashes not quite two.
 *
 * A record is 8 bytes of SHA-256 over key and value, then the value. Numbers
 * are big-endian.
 */
#ifndef CAIRN_STORE_FORMAT_H
#define CAIRN_STORE_FORMAT_H

#include <lmdb.h>

#include "store/store.h"

#define STORE_FORMAT "cairn store 3"

enum table {
	TABLE_META,
	TABLE_OBJECTS,
	TABLE_NUMBERS,
	TABLE_NAMES,
	TABLE_POINTS,
	TABLE_ANCHORS,
	TABLE_REPOSITORIES,
	TABLE_BLOBS,
	TABLE_MEMOS,
	TABLE_COUNT
};

const char *store_table_name(enum table);

struct store {
	MDB_env *env;
	MDB_dbi tables[TABLE_COUNT];
	int folder, lock;
	bool is_suspect; /* somebody wrote its file since it was closed */
	bool is_well; /* it need not be looked at before it is opened again */
	VEC(struct digest) damaged; /* objects */
	bool lost_name;             /* the record of one is damaged */
};

struct store_read {
	struct store *store;
	MDB_txn *txn;
};

struct store_write {
	struct store *store;
	MDB_txn *txn;
	struct fault *why;
	struct buf scratch; /* the record in the making */
	uint64_t dropped;   /* references removed since the last collection */
	bool is_same;       /* it said what is so since */
};

/* check.c: what the lock's file says while nobody has it: how the store's file
 * looked when it was closed. */
#define STAMP_TEXT 128
void stamp_write(char out[STAMP_TEXT], int folder);
/* Could all of it be read? */
bool store_is_whole(const char *path, size_t map_size) MUST_CHECK;

/* A key of one or two digests, or of a byte and one. */
struct store_key {
	uint8_t b[64];
	size_t n;
};

void store_key_one(struct store_key *, const struct digest *);
void store_key_two(
    struct store_key *, const struct digest *first, const struct digest *);
void store_key_blob(
    struct store_key *, enum store_blob, const struct digest *repository);
void store_key_uri(struct digest *out, struct span uri);
MDB_val store_key_val(struct store_key *);

/* What LMDB or the system said, as a reason; `what` was being done. */
enum reason store_trouble(struct fault *, int rc, const char *what);

/* The checked value of a record; false: not there, or damaged. */
bool record_open(struct span *value, struct span key, struct span record);
bool record_get(struct span *value, MDB_txn *, MDB_dbi, struct store_key *);
/* Write unless the same is there; *changed says which. */
enum reason record_put(struct store_write *, enum table, struct store_key *,
    bool *changed) MUST_CHECK;

/* Values of records, in write->scratch by _write. */
void record_name_write(struct buf *, const struct store_name *);
bool record_name_read(struct store_name *, struct span value);
void record_point_write(struct buf *, const struct store_point *);
bool record_point_read(struct store_point *, struct span value);
void record_anchor_write(struct buf *, struct span der, struct span uri);
bool record_anchor_read(struct span *der, struct span *uri, struct span value);
void record_repository_write(struct buf *, const struct store_repository *);
bool record_repository_read(struct store_repository *, struct span value);

/* The bytes under that hash, unchecked; MDB_NOTFOUND. */
int object_get(
    MDB_val *out, const struct store *, MDB_txn *, const struct digest *);
/* It need not be there. */
int object_drop(struct store_write *, const struct digest *);

enum reason write_dropped(struct store_write *) MUST_CHECK;

#endif
