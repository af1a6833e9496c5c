/*
 * pool - boxed processes that judge what others published.
 *
 * What	    Any number of tasks at once, in boxed processes; all done when
 *	    pool_run returns. Workers are made when there is something to do,
 *	    serve one trust anchor, and are replaced after a thousand jobs.
 * In	    Jobs: the bytes of one publication point, or entries of a log.
 * Out	    Answers, believed only as far as they lie inside what was asked;
 *	    and the same as bytes, for the store (memos).
 * Owns	    The zygote and its workers, their memory and their sockets.
 * Fails    A task whose worker dies, or takes too long, is tried once more
 *	    alone in a fresh one; then it is given up: `lost` says why. Only
 *	    that no worker can be had fails a run: R_RUN_WORKER.
 * Threads  One pool belongs to one thread, which had no other when it forked.
 */
#ifndef CAIRN_POOL_H
#define CAIRN_POOL_H

#include "pool/wire.h"

struct pool_settings {
	uint32_t jobs;            /* workers at once; 0: the processors */
	size_t in_size, out_size; /* of a ring, whole pages */
	size_t memory;            /* of a worker, beyond that */
	int64_t cpu_ms, wall_ms;  /* for one job */
	uint64_t recycle;         /* jobs in the life of a worker */
	bool entries;             /* of logs are among the jobs */
};

void pool_settings_init(struct pool_settings *out);

struct task {
	struct job job;       /* the caller's, but for its id */
	struct answer answer; /* unless lost */
	bool lost;
	char why[64]; /* "signal 11" */

	/* The pool's. */
	struct task *next;
	bool done, alone;
	unsigned met, blame;
};

struct pool;

/* Forks: to be called while the process is small, and before it opens what is
 * not to be inherited. */
enum reason pool_open(struct pool **out, const struct pool_settings *,
    struct fault *why) MUST_CHECK;
void pool_close(struct pool *); /* may be NULL */

/* Who asks. */
struct pool_for {
	unsigned anchor; /* a number that is the trust anchor's own */
	/* Fill in the bytes of a job's files, which is about to be handed
	 * over: while others are being worked at. May come again. */
	void (*load)(void *ctx, struct job *);
	void *ctx;
};

/*
 * Do all of these. Answers are in the arena. Jobs are done in about their
 * order; what comes of them depends on neither order nor number of workers.
 */
enum reason pool_run(struct pool *, const struct pool_for *, struct task *,
    size_t n, struct arena *) MUST_CHECK;
uint32_t pool_workers(const struct pool *);

struct pool_work {
	struct crypt_work crypt;
	uint64_t jobs, spawned, died; /* died: not when told to */
};
struct pool_work pool_work(const struct pool *);

/* For tests that torment them: the zygote, and the workers of now (at most n;
 * how many is returned). */
int pool_zygote_pid(const struct pool *);
size_t pool_pids(const struct pool *, int *out, size_t n);

#endif
