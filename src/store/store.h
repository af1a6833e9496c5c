/*
 * store - what a run leaves for the next one.
 *
 * What	    Objects by SHA-256; which URI a repository gave to which object;
 *	    for each publication point the newest issue ever found good and
 *	    the last one in force; the trust anchor certificates in use; for
 *	    each repository what those who fetch it want to find again; what
 *	    points were found to say.
 * In	    A cache folder on a local disk.
 * Out	    Spans into the mapped store: no copies.
 * Owns	    The folder's lock, the map, and what a read pins.
 * Fails    R_STORE_*. A failed write leaves what was there before. A record
 *	    or an object that does not bear its own checksum is not there.
 * Threads  One process at a time, by a lock that names its holder, and those
 *	    that only look; in it one write at a time and any number of reads.
 *	    Not across fork.
 * Standards None: format 1 is described in format.h, and is private.
 */
#ifndef CAIRN_STORE_H
#define CAIRN_STORE_H

#include "base/base.h"
#include "model/model.h"

struct store;

/* Makes the folder (not those above it) where there is none. R_STORE_DAMAGED:
 * it is no store, or not all of it can be read. */
enum reason store_open(
    struct store **out, const char *cache, struct fault *why) MUST_CHECK;
/* The same as it is, for reads alone: makes nothing, and takes no lock, so
 * that a run may go on meanwhile; what it writes is not seen. Believed when a
 * run has it, else looked at first as above. */
enum reason store_look(
    struct store **out, const char *cache, struct fault *why) MUST_CHECK;
/* One that opening does not have to make. */
bool store_is_there(const char *cache);
void store_close(struct store *); /* after all reads and writes; may be NULL */
/* Nothing was wrong with it: the next who opens it need not look at all of it
 * first, if the file is still as it is when it is closed. */
void store_is_well(struct store *);
/* Somebody else wrote its file since it was closed in good order: what it says
 * is there may not be so, though each record and object bears its digest. */
bool store_is_suspect(const struct store *);
/* After R_STORE_DAMAGED: its file is STORE/damaged.mdb from now on, in the
 * place of an earlier one, and the next who opens the store makes another. */
enum reason store_set_aside(const char *cache, struct fault *why) MUST_CHECK;

/* ---- reading --------------------------------------------------------- */

/*
 * One state of the store. Spans from it stay valid, and unchanged, until it
 * ends; and also until any older read ends, so that who needs the spans of
 * several reads holds the first one.
 */
struct store_read;

enum reason store_read_begin(
    struct store_read **out, struct store *, struct fault *why) MUST_CHECK;
void store_read_end(struct store_read *); /* may be NULL */

/* The bytes, hashed anew on each call; empty when not there, or damaged. */
struct span store_object(struct store_read *, const struct digest *);
/* What does the repository with this key have under this URI? */
struct store_name {
	struct span uri;
	struct digest hash;
	uint64_t stamp;    /* of the file it was read from; 0: unknown */
	struct digest key; /* the store's own: SHA-256 of the URI */
	bool is_there;     /* as it was read: need not be written again */
};
bool store_name(struct store_name *out, struct store_read *,
    const struct digest *repository, struct span uri) MUST_CHECK;

/* One issue of a manifest. */
struct store_issue {
	struct digest hash;
	uint8_t number[20];
	int64_t this_update_at, next_update_at;
};

struct store_point {
	bool has_floor, has_last;
	struct store_issue floor; /* newest ever found good */
	struct store_issue last;  /* last good, RFC 9286 6.6 */
	int64_t stale_at;         /* of the last good: of no use from then on */
	size_t n_needs;
	struct span needs; /* hashes of the last good's objects, packed */
	/* What the caller knows of each of these, a byte each, and at last of
	 * the manifest; none, or n_needs + 1. */
	struct span held;
	struct digest held_by; /* the caller's mark: by whom it is known */
};
/* Of the CA with this key (SHA-256 of its SPKI) and manifest. */
bool store_point(struct store_point *out, struct store_read *,
    const struct digest *issuer, struct span manifest_uri) MUST_CHECK;

/*
 * What a point was found to say, in a form the store does not know: of the CA
 * known by this digest, under the manifest with this hash.
 */
bool store_memo(struct span *out, struct store_read *, const struct digest *who,
    const struct digest *manifest) MUST_CHECK;

/* The certificate in use for the TAL's key (SHA-256 of its SPKI). */
bool store_anchor(struct span *der, struct span *uri, struct store_read *,
    const struct digest *tal) MUST_CHECK;

struct store_repository {
	struct digest key; /* SHA-256 of the URI */
	struct span uri;
	int64_t used_at;    /* last named by a valid CA */
	int64_t fetched_at; /* last fetched with success; 0: never */
	bool stood_in;      /* when last used, for another that failed */
};
bool store_repository(struct store_repository *out, struct store_read *,
    const struct digest *key) MUST_CHECK;

/* Bytes whose form the store does not know, by repository. */
enum store_blob {
	STORE_RRDP,   /* what its names are the state of; goes with them */
	STORE_HEALTH, /* how well it can be had */
	STORE_LEDGER, /* of a ledger: what was accepted. It never goes */
	STORE_TREE,   /* how the folder looked that its names are of: goes as
		       * STORE_RRDP does */
	STORE_SAME    /* see store_write_same */
};
bool store_blob(struct span *out, struct store_read *, enum store_blob,
    const struct digest *repository) MUST_CHECK;
/* What store_write_same wrote, if nothing was written since. */
bool store_same(struct span *out, struct store_read *) MUST_CHECK;
/* All repositories, by key; false from the callback ends it. */
enum reason store_repositories(struct store_read *,
    bool (*each)(void *ctx, const struct store_repository *),
    void *ctx) MUST_CHECK;

/* ---- writing --------------------------------------------------------- */

/* All of it or nothing, durable once committed. */
struct store_write;

enum reason store_write_begin(
    struct store_write **out, struct store *, struct fault *why) MUST_CHECK;
/* Both end the write; commit also where it fails. */
enum reason store_write_commit(struct store_write *) MUST_CHECK;
void store_write_abort(struct store_write *); /* may be NULL */

/* *fresh: it was not there. */
enum reason store_write_object(struct store_write *, struct digest *out,
    bool *fresh, struct span bytes) MUST_CHECK;
/* Is it there, by name only? What the write has done so far counts. */
bool store_write_has(struct store_write *, const struct digest *);
bool store_write_name(struct store_name *out, struct store_write *,
    const struct digest *repository, struct span uri) MUST_CHECK;
/* Commit what was written and go on: for objects, which nothing refers to
 * yet, so that a large repository need not be in memory whole. */
enum reason store_write_flush(struct store_write *) MUST_CHECK;
/* From now on the repository has these names and no others. Sorts them. */
enum reason store_write_names(struct store_write *,
    const struct digest *repository, struct store_name *, size_t n) MUST_CHECK;
/* One more, or in the place of the one with this URI. */
enum reason store_write_name_put(struct store_write *,
    const struct digest *repository, struct store_name *) MUST_CHECK;
/* Without it; it need not be there. */
enum reason store_write_name_drop(struct store_write *,
    const struct digest *repository, struct span uri) MUST_CHECK;
enum reason store_write_point(struct store_write *, const struct digest *issuer,
    struct span manifest_uri, const struct store_point *) MUST_CHECK;
enum reason store_write_memo(struct store_write *, const struct digest *who,
    const struct digest *manifest, struct span memo) MUST_CHECK;
/* Of the memos of this one, keep at most these. */
enum reason store_write_memo_only(struct store_write *,
    const struct digest *who, const struct digest *const *manifests,
    size_t n) MUST_CHECK;
enum reason store_write_anchor(struct store_write *, const struct digest *tal,
    struct span der, struct span uri) MUST_CHECK;
enum reason store_write_repository(
    struct store_write *, const struct store_repository *) MUST_CHECK;
/*
 * What is so as long as the store is as it is now. Every write takes it away,
 * whatever it writes, unless it is one that says it again.
 */
enum reason store_write_same(struct store_write *, struct span) MUST_CHECK;
/* Empty: it goes. */
enum reason store_write_blob(struct store_write *, enum store_blob,
    const struct digest *repository, struct span bytes) MUST_CHECK;

/* ---- collection ------------------------------------------------------ */

#define STORE_KEEP_UNUSED ((int64_t)14 * 86400) /* names of a repository */
#define STORE_KEEP_FAILED ((int64_t)2 * 86400)  /* one never fetched */
#define STORE_KEEP_STALE  ((int64_t)30 * 86400) /* a last good point */

/* What a collection did. */
struct store_swept {
	uint64_t objects, kept, repositories, points;
};

/*
 * Remove, as of `at`: names and blobs of repositories no valid CA has named
 * for STORE_KEEP_UNUSED; last good points stale for STORE_KEEP_STALE (never
 * floors); then every object that neither a name nor a last good point
 * refers to; and what is damaged.
 */
enum reason store_collect(
    struct store_write *, struct store_swept *, int64_t at) MUST_CHECK;
/* Remove the memos of all but these, who are in ascending order. */
enum reason store_collect_memos(
    struct store_write *, const struct digest *who, size_t n) MUST_CHECK;
/* Has enough been replaced for a collection to be worth its walk? */
bool store_is_due(struct store_write *);
/* If reads found a damaged object, remove all that are damaged. Then, and where
 * the record of a name was, remove every STORE_RRDP and STORE_TREE as well,
 * because what is new since would not bring them: so that they are had again.
 * n: how many objects. */
enum reason store_forget_damaged(struct store_write *, uint64_t *n) MUST_CHECK;

#endif
