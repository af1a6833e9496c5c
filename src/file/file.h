/*
 * file - whole files of this machine.
 *
 * What	    All of a file into a buffer, all of a buffer into a file.
 * In	    Paths of the operator's and of the cache; never what the network
 *	    named (those are fetch's staging folders, read without links).
 * Out	    Bytes.
 * Owns	    Nothing: a descriptor is the caller's, or closed on return.
 * Fails    False, with errno; EFBIG where the buffer's limit is met.
 * Threads  No state.
 */
#ifndef CAIRN_FILE_H
#define CAIRN_FILE_H

#include "base/base.h"

/* From where the descriptor is to the end. */
bool file_read(struct buf *out, int fd) MUST_CHECK;
/* A regular file, all of it; others are EINVAL, without waiting for the other
 * end of a FIFO. */
bool file_load(struct buf *out, const char *path) MUST_CHECK;
/* All of it, where the descriptor is. */
bool file_write(int fd, struct span) MUST_CHECK;

#endif
