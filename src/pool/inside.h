/* The state of the pool. Private to pool.c. */
#ifndef CAIRN_POOL_INSIDE_H
#define CAIRN_POOL_INSIDE_H

#include "pool/pool.h"
#include "pool/worker.h"

#define POOL_MAX       64 /* workers */
#define POOL_BLAME     2  /* for a death of its own; 1 where it may not be */
#define POOL_FAILURES  5  /* without an answer in between */
#define POOL_TICK_MS   100
#define POOL_BURIAL_MS 5000 /* between a kill and word of the death */
#define BATCH_MAX      64
#define BATCH_BYTES    ((size_t)1 << 20)

enum slot_state {
	SLOT_EMPTY,
	SLOT_IDLE,
	SLOT_BUSY,
	SLOT_RETIRED, /* told to end, with nothing in hand */
	SLOT_DYING    /* killed, or gone */
};

/* One place for a worker. */
struct slot {
	enum slot_state state;
	uint32_t generation;
	struct ring ring;
	int sock, pid;
	unsigned anchor;
	uint64_t n_jobs;  /* done in its life */
	int64_t since_ms; /* in this state */
	int64_t cpu_ms;   /* when the batch began; -1: not known */
	size_t in_used, n_batch;
	struct task *batch[BATCH_MAX];
	char why[64]; /* it was killed */
	bool idle;    /* and did nothing */
};

struct pool {
	struct pool_settings settings;
	struct fault *why;
	int zygote, control;
	uint32_t n_slots;
	struct slot *slots;
	unsigned anchor;
	void (*load)(void *ctx, struct job *);
	void *load_ctx;
	struct task *queue;
	size_t n_queued; /* of the queue, about */
	size_t n_open;   /* tasks not done */
	uint64_t last_id;
	unsigned failures;
	struct pool_work work;
};

/* pool.c */
void task_finish(struct pool *, struct task *);

/* slot.c */
/* The worker has ended: an empty place. */
void slot_forget(struct slot *);
void slot_kill(struct pool *, struct slot *, enum slot_state);
/* Give it of the queue what it can take, if it can take any. */
enum reason slot_feed(struct pool *, struct slot *) MUST_CHECK;
/* Its socket has something to say, or has ended. */
enum reason slot_answered(
    struct pool *, struct slot *, struct arena *) MUST_CHECK;

#endif
