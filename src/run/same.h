/*
 * A run that finds everything as the run before it left it. Private to the
 * room.
 *
 * What is published is a function of what `same_key` digests, of the store,
 * and of time. So a run that ends with a view leaves beside it that key, the
 * time until which nothing that was judged begins or ends to be valid, and
 * what to report; the store drops it with the first write of anything. The
 * next run fetches as always; where then key, store and time say the same, it
 * walks nothing, and the view that is there goes out once more, at its time.
 */
#ifndef CAIRN_RUN_SAME_H
#define CAIRN_RUN_SAME_H

#include "run/finish.h"

/* Where points of some CAs came from, among the places they could have. */
struct same_place {
	struct span tree, rrdp; /* URIs; rrdp empty: none */
	struct digest key;      /* of the one that was used */
};

/* What one run leaves for the next. */
struct same_last {
	int64_t at, until_at; /* holds in [at, until_at) */
	struct view_name view;
	struct digest key, contents;
	int64_t expires_at;
	bool degraded;
	uint64_t warnings, reasons[REASON_COUNT];
	size_t n_places, n_tas, n_ledgers;
	struct same_place *places;
	struct run_ta *tas;         /* reasons and counts alone */
	struct run_ledger *ledgers; /* what is counted in payloads and facts */
};

/* same_record.c */
enum reason same_write(struct buf *out, const struct same_last *) MUST_CHECK;
/* Borrows the bytes. False: it is none of this program's. */
bool same_read(
    struct same_last *out, struct span bytes, struct arena *) MUST_CHECK;

/* same_key.c */
/* What is known before anything is read: the code, the configuration, the
 * operator's files. */
enum reason same_key_early(struct digest *out, struct run *) MUST_CHECK;
/* And, once all came that was asked for: from where, and with which result. */
enum reason same_key(struct digest *out, struct run *) MUST_CHECK;

#endif
