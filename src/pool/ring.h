/*
 * The memory that one worker shares with the run: what is asked, what is
 * answered. Private to the room.
 *
 * A mapping of a sealed memfd, large and mostly untouched: pages come as they
 * are written. It cannot shrink under the run, and what a worker writes is
 * copied before it is read, so that it cannot change while it is checked.
 */
#ifndef CAIRN_POOL_RING_H
#define CAIRN_POOL_RING_H

#include "base/base.h"

struct ring {
	int fd;       /* -1: none */
	uint8_t *in;  /* to the worker, which cannot write it */
	uint8_t *out; /* from the worker */
	size_t in_size, out_size;
};

/* Sizes are whole pages. */
enum reason ring_open(struct ring *out, size_t in_size, size_t out_size,
    struct fault *why) MUST_CHECK;
/* The same memory from the worker's side; takes the descriptor. */
bool ring_join(struct ring *out, int fd, size_t in_size, size_t out_size);
/* Give back the pages of what was used, where that is much. */
void ring_tidy(struct ring *, size_t in_used, size_t out_used);
void ring_close(struct ring *);

#endif
