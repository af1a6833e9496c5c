/* Processes of the room: made early, given nothing, told what to do. */
#ifndef CAIRN_FETCH_PROCESS_H
#define CAIRN_FETCH_PROCESS_H

#include <sys/types.h>

#include "fetch/rrdp_index.h"

/* ---- process.c ------------------------------------------------------- */

/* Sockets keep the borders of messages (SOCK_SEQPACKET). */
struct process {
	pid_t pid; /* 0: none */
	int sock;
};

/* In the child `sock` and, when it is not -1, `keep` are open, and nothing
 * else; `body` must not return. */
struct process_body {
	const char *name; /* for ps(1), at most 15 characters */
	void (*run)(int sock, int keep, const void *ctx);
	const void *ctx;
};

enum reason process_start(
    struct process *out, int keep, const struct process_body *) MUST_CHECK;
/* Kills it and waits; may have none. */
void process_end(struct process *);

#define PROCESS_FDS 4
/* False when there is no room for it now (errno is EAGAIN), or the other end
 * is dead. */
bool process_send(
    int sock, struct span message, const int *fds, size_t n_fds) MUST_CHECK;
/* Waits for room, which a parent must not: its child may be waiting too. False
 * when the other end is dead. */
bool process_send_wait(int sock, struct span message) MUST_CHECK;
/* The bytes of one message, 0 at the end, -1 when there is none yet. Fills
 * fds with those that came, the rest with -1. */
ssize_t process_receive(
    int sock, void *out, size_t n, int fds[PROCESS_FDS], bool wait) MUST_CHECK;

/* At most this much more memory than now; not in sanitizer builds, whose
 * shadow is larger than any limit. Ends the process when it cannot. */
void process_limit_memory(uint64_t more);

/* ---- box.c ----------------------------------------------------------- */

/* Makes boxes: a small process that forks one for each file to read. */
enum reason box_open(struct process *out, const struct limits *) MUST_CHECK;
/* Read one file. A byte comes out of `alive` when all of it was; the end of
 * that alone is the end of the box. False: none could be made. */
bool box_start(
    const struct process *, int *alive, const struct rrdp_spool *) MUST_CHECK;
/* From now on: no files, no sockets, no processes; memory and time as the
 * limits say. In sanitizer builds only the latter. */
void box_confine(const struct limits *);

/* ---- roots.c --------------------------------------------------------- */

/* The system's roots, each found by the hash of its subject, so that only those
 * are read that some server needs: all of them are most of what a run costs
 * that finds nothing new. NULL: there is no such folder. */
const char *roots_folder(void);
/* One file, which the process with the network may read wherever it is: the
 * operator's roots, and where there is no such folder the system's. -1: there
 * is nothing to be in it. */
enum reason roots_open(int *out, const char *extra, struct fault *) MUST_CHECK;

/* confine.c: no file may be changed; what a resolver needs may be read. */
bool confine_reads(void);

#endif
