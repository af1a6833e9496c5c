/*
 * file - whole files of this machine.
 *
 * What	    All of a file into a buffer, all of a buffer into a file, a file in
 *	    the place of another.
 * In	    Descriptors, paths of the operator's, names in our own folders.
 *	    What the network named is opened by fetch, which trusts none of it.
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
/*
 * Durable, and in the place of what is there: whole, or not at all. Of one
 * writer at a time: "NAME.new" beside it is what a crash may leave, until the
 * next. In the folder, or where the path says: AT_FDCWD.
 */
bool file_replace(
    int folder, const char *path, struct span, unsigned mode) MUST_CHECK;
/* The names in a folder are on the disk: of the one that this path is in. */
bool file_sync_folder(int folder, const char *path) MUST_CHECK;

#endif
