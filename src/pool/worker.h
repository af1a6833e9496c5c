/*
 * The other side: a zygote that forks workers, and the workers. Private to the
 * room.
 *
 * The zygote is forked while the run is small and holds nothing; it does no
 * more than fork, kill and reap. A worker answers the jobs in its ring until
 * its socket ends.
 */
#ifndef CAIRN_POOL_WORKER_H
#define CAIRN_POOL_WORKER_H

#include <sys/types.h>

#include "pool/ring.h"
#include "pool/wire.h"

enum zygote_op {
	ZYGOTE_SPAWN, /* with two descriptors: the ring's, the socket */
	ZYGOTE_KILL,
	ZYGOTE_BORN, /* answers */
	ZYGOTE_DIED
};

/* Both ways, one a packet. */
struct zygote_message {
	enum zygote_op op;
	uint32_t slot, generation;
	pid_t pid;  /* born */
	int status; /* died: as of waitpid; -1: it could not be forked */
};

/* To a worker: that many jobs, in so many bytes; and back. */
struct worker_message {
	uint64_t jobs, bytes;
};

/* Of each worker: what the zygote knows beforehand. */
struct worker_settings {
	uint32_t slots;
	size_t in_size, out_size;
	size_t memory; /* that it may have beyond that */
	bool entries;  /* of logs: with keys that are not RSA */
};

/* At the beginning of `out`, before the answers. */
struct worker_state {
	uint64_t at; /* the job in hand: whom to blame */
};
#define WORKER_STATE      64

#define WORKER_UNCONFINED 77 /* exit status */

/* In the forked child; does not return. */
NORETURN void zygote_main(int control, const struct worker_settings *);

/* zygote_main's: answer jobs on this socket until it ends. */
NORETURN void worker_main(
    int sock, struct ring *, struct crypt *, const struct worker_settings *);

#ifdef CAIRN_POISON
/* In tests: what a manifest does to the worker that judges it. */
void worker_poison(const struct job *);
#endif

#endif
