/*
 * What crosses between the run and its workers, as flat bytes: questions and
 * answers. A part of pool.h.
 *
 * A worker holds nothing the run does not have: bytes of objects are named by
 * the number of the file on the manifest it was given, parts of them by their
 * offset. So an answer cannot name what was not asked about, and all else in
 * it is compared with the issuer's resources and the limits before it counts.
 */
#ifndef CAIRN_POOL_WIRE_H
#define CAIRN_POOL_WIRE_H

#include "crypt/crypt.h"
#include "ledger/ledger.h"
#include "rpki/rpki.h"

/* ---- cursors ---------------------------------------------------------- */

/* Over memory of a fixed size; what does not fit sets `failed`. */
struct wire_out {
	uint8_t *p;
	size_t n, cap;
	bool failed;
};

/* What is not there reads as zero and sets `failed`. */
struct wire_in {
	const uint8_t *p;
	size_t n, at;
	bool failed;
};

void wire_put(struct wire_out *, const void *, size_t n);
void wire_put_u64(struct wire_out *, uint64_t);
void wire_put_span(struct wire_out *, struct span); /* length first */
/* A kind that is the very array of `like` (NULL: none) is not written: what is
 * inherited is not to become as many lists as it has heirs. */
void wire_put_resources(
    struct wire_out *, const struct resources *, const struct resources *like);
void wire_get(struct wire_in *, void *, size_t n);
uint64_t wire_get_u64(struct wire_in *);
/* At most max, or failed. */
uint64_t wire_get_max(struct wire_in *, uint64_t max);
int64_t wire_get_time(struct wire_in *);
bool wire_get_bool(struct wire_in *);
struct span wire_get_span(struct wire_in *);            /* borrowed */
struct span wire_get_raw(struct wire_in *, uint64_t n); /* borrowed */
/* A count of things that take at least `each` bytes. */
size_t wire_get_count(struct wire_in *, size_t each);
/* Canonical sets, or failed; of the same `like`. False: no memory. */
bool wire_get_resources(struct wire_in *, struct resources *,
    const struct resources *like, struct arena *) MUST_CHECK;

/* ---- questions -------------------------------------------------------- */

enum job_kind {
	JOB_LIST,   /* what is on this manifest? */
	JOB_CHECK,  /* which of these objects' signatures hold? */
	JOB_JUDGE,  /* what does this point say? */
	JOB_ENTRIES /* which of these entries of a log are well made? */
};

/* Which signatures in an object are known to hold. That is so for ever, for
 * this object under this issuer's key. */
#define HELD_BY_ISSUER 1 /* of the (EE) certificate, or CRL */
#define HELD_BY_OWN    2 /* of the signed object, by its EE */

struct job_file {
	struct span name, bytes; /* no bytes: not there */
	struct digest hash;
	uint8_t held;
};

struct job {
	enum job_kind kind;
	uint64_t id;
	const struct limits *limits;
	struct digest manifest_hash;
	struct span manifest; /* list, judge */
	uint8_t manifest_held;
	int64_t at;
	const struct rpki_issuer *issuer; /* check, judge */
	size_t n_files;
	struct job_file *files; /* in the manifest's order */
	size_t n_entries;
	struct span *entries; /* entries: nothing but kind and id beside */
};

void job_write(struct wire_out *, const struct job *);
/* In the worker. False: no memory, or not what job_write writes. */
bool job_read(struct job *out, struct wire_in *, struct limits *,
    struct arena *) MUST_CHECK;

/* ---- answers ---------------------------------------------------------- */

struct listing {
	bool readable;
	struct rpki_issue issue;
	size_t n;
	struct manifest_file *files; /* names borrow the manifest */
};

struct answer {
	bool outgrown; /* more memory than it may have */
	struct crypt_work work;
	struct listing list; /* list */
	uint8_t *held;       /* check, judge: n_files; judge: then manifest */
	struct rpki_point point;        /* judge */
	struct ledger_checked *checked; /* entries: one for each */
};

/* In the worker. The job is the one that was read. */
void answer_write(struct wire_out *, const struct job *, const struct answer *);
/*
 * In the run: is this an answer to that job, of which each word could be so?
 * R_RUN_WORKER: no. R_LIMIT_MEMORY: no memory.
 */
enum reason answer_read(struct answer *out, struct wire_in *,
    const struct job *asked, struct arena *) MUST_CHECK;

/* ---- memos ------------------------------------------------------------- */

/* The code that writes and reads them, and no other understands. What the
 * judge is made of is rpki's to say. */
struct span memo_version(void);

/* For the run itself: an answer (with its list, but for the files) to a job
 * that judged, to be read without the bytes of the point's objects. */
void memo_write(struct wire_out *, const struct job *, const struct answer *);
/*
 * The job holds limits, manifest_hash, at and issuer; the rest of it comes, and
 * its files are in `scratch`. R_RUN_WORKER: not a memo, or
 * not one that holds at this time.
 */
enum reason memo_read(struct answer *out, struct wire_in *r, struct job *,
    struct arena *, struct arena *scratch) MUST_CHECK;

/* ---- entries of logs: wire_entries.c ----------------------------------- */

void wire_put_entries(struct wire_out *, const struct job *);
bool wire_get_entries(
    struct wire_in *, struct job *, struct arena *) MUST_CHECK;
void wire_put_checked(
    struct wire_out *, const struct ledger_checked *, size_t n);
/* False: no memory. */
bool wire_get_checked(struct wire_in *, struct ledger_checked **out, size_t n,
    struct arena *) MUST_CHECK;

#endif
