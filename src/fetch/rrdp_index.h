/*
 * What a box says of a file that it read: records in one file, the objects'
 * bytes in another. Written by who had the hostile bytes, so read with the
 * same care.
 */
#ifndef CAIRN_FETCH_RRDP_INDEX_H
#define CAIRN_FETCH_RRDP_INDEX_H

#include "fetch/rrdp.h"

enum rrdp_record_kind {
	RECORD_HEAD = 1,
	RECORD_SNAPSHOT,
	RECORD_DELTA,
	RECORD_PUBLISH,
	RECORD_WITHDRAW,
	RECORD_END
};

/* In the byte order of the machine: it never leaves it. Followed by its text,
 * and zeros to a multiple of 8. */
struct rrdp_record {
	uint32_t kind, n_text;
	uint64_t number; /* serial; publish: offset; end: bytes of the file */
	uint64_t size;   /* publish: of its bytes */
	uint32_t has_old, reason;
	struct digest old, hash;
	struct rrdp_session session;
};

#define RECORD_TEXT_MAX ((size_t)65536)

/* ---- rrdp_spool.c: in the box ---------------------------------------- */

struct rrdp_spool {
	enum rrdp_kind kind;
	bool is_gzip;
	uint64_t bytes_max;     /* of the file, decoded */
	int body, bytes, index; /* descriptors; read, written, written */
};

/* The last record is RECORD_END; where there is none, the box is dead. */
void rrdp_spool(const struct rrdp_spool *, const struct limits *);

/* ---- rrdp_index.c: outside ------------------------------------------- */

struct rrdp_index {
	struct span rest, bytes;
	const struct limits *limits;
};

/* True: *out and its text. False: the end, or what is there is no record. */
bool rrdp_index_next(
    struct rrdp_record *out, struct span *text, struct rrdp_index *) MUST_CHECK;

/* What the notification says that named it. */
struct rrdp_expected {
	enum rrdp_kind kind;
	struct rrdp_session session;
	uint64_t serial;
	struct digest hash;
};

/* Complete, and without a fault: `end` is its last record. R_FETCH_PROCESS
 * when it is not complete. */
enum reason rrdp_index_check(struct rrdp_record *end, struct span *detail,
    const struct rrdp_index *) MUST_CHECK;
/* All of a notification into its struct, checked. */
enum reason rrdp_index_notification(struct rrdp_notification *,
    const struct rrdp_index *, struct fault *why) MUST_CHECK;

/* ---- rrdp_fold.c: many files, one set of changes --------------------- */

struct rrdp_fold {
	struct map at; /* by URI: 1 + place in changes */
	VEC(struct rrdp_change) changes;
	VEC(uint32_t) file; /* in which the change came last */
	uint32_t n_files;
	uint64_t bytes;
	bool (*known)(void *ctx, struct span uri, struct digest *hash);
	void *ctx;
	const struct limits *limits;
};

void rrdp_fold_init(struct rrdp_fold *out, const struct limits *);
/* The next file, in the order of serials. What it is built on is what `known`
 * says and the files before; a snapshot is built on nothing. */
enum reason rrdp_fold_add(struct rrdp_fold *, const struct rrdp_expected *,
    const struct rrdp_index *, struct fault *why) MUST_CHECK;
void rrdp_fold_fini(struct rrdp_fold *);

#endif
