/* What this kernel has to confine what we run: asked of it. */
#include <sys/syscall.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "doctor/inside.h"

#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#endif
#define ASK_VERSION 1 /* LANDLOCK_CREATE_RULESET_VERSION */
#define MINDS_ALL   3 /* the first that minds truncate(2) */

static bool
has_seccomp(void)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

void
doctor_kernel(struct doctor_checkup *c)
{
	struct doctor_check check = { .name = "confinement" };
	long landlock =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
	char text[64] = "no Landlock";

	if (landlock > 0)
		(void)snprintf(
		    text, sizeof(text), "Landlock, version %ld", landlock);
	if (!has_seccomp()) {
		check.health = DOCTOR_WARN;
		check.advice =
		    "run a kernel with seccomp, or let the container "
		    "have it: what reads hostile bytes is to have "
		    "nothing else";
	} else if (landlock < MINDS_ALL) {
		check.health = DOCTOR_WARN;
		check.advice = "run Linux 6.2 or later with Landlock: a server "
			       "that takes rsync over reaches what this user "
			       "may write";
	}
	doctor_say(c, &check, "%s; %s",
	    has_seccomp() ? "seccomp" : "no seccomp", text);
}
