/*
 * What a worker may do: compute, and read and write one descriptor. Private
 * to the room.
 */
#ifndef CAIRN_POOL_BOX_H
#define CAIRN_POOL_BOX_H

#include "base/base.h"

/*
 * From now on this process, which has one thread, keeps only descriptor
 * `keep`, opens no file and no socket, starts no process and signals none, and
 * has no more than `memory` bytes of address space beyond what it has. What
 * it tries in spite of that ends it. False: it cannot be confined, and must
 * not go on.
 *
 * By seccomp and, where the kernel has it, Landlock. A sanitizer build needs
 * memory and calls of its own: there what is forbidden fails with EPERM, and
 * the address space is as large as it was.
 */
bool box_enter(int keep, size_t memory) MUST_CHECK;
/* Close all descriptors from `from` on, but `keep`. */
void box_close_others(int keep, int from);

#endif
