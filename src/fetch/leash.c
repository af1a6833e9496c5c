/*
 * A group of processes that ends when we do, however we end: by SIGKILL, too.
 *
 * PR_SET_PDEATHSIG reaches one process and none that it forks. So the group
 * keeps the reading end of a pipe that nobody writes to, which is told to
 * signal all of the group when anything happens to it (fcntl(2), F_SETOWN,
 * F_SETSIG): what happens is that its last writer is gone. The kernel keeps
 * the group by reference, so no stranger can have its number.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "fetch/leash.h"

bool
leash_open(struct leash *out)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	*out = (struct leash){ ends[1], ends[0] };
	return true;
}

bool
leash_wear(struct leash *l)
{
	if (fcntl(l->worn, F_SETOWN, -getpgrp()) != 0 ||
	    fcntl(l->worn, F_SETSIG, SIGKILL) != 0 ||
	    fcntl(l->worn, F_SETFL, O_ASYNC) != 0 ||
	    fcntl(l->worn, F_SETFD, 0) != 0)
		return false;
	/* Where we are the last, this is the end. */
	return close(l->held) == 0;
}

void
leash_close(struct leash *l)
{
	if (l->held < 0)
		return;
	(void)close(l->held);
	(void)close(l->worn);
	*l = LEASH_NONE;
}

void
leash_release(struct leash *l)
{
	(void)fcntl(l->worn, F_SETFL, 0);
	leash_close(l);
}
