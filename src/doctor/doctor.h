/*
 * doctor - looking without running: what is wrong, and what to do.
 *
 * What	    The configuration, the clock, the cache and its disk, the folders
 *	    of outputs, rsync, trust anchor locators and their hosts, mirrors,
 *	    repositories, ledgers, who is told and who listens: one check
 *	    after the other.
 * In	    A const configuration.
 * Out	    Checks, as text to people.
 * Owns	    Its arena. Makes no folder; a store that is there is opened and
 *	    closed; rsync is asked for its version.
 * Fails    R_LIMIT_MEMORY. All else is a check.
 * Threads  None.
 */
#ifndef CAIRN_DOCTOR_H
#define CAIRN_DOCTOR_H

#include "base/base.h"
#include "conf/conf.h"

enum doctor_health {
	DOCTOR_OK,
	DOCTOR_WARN, /* a run would work, but worse */
	DOCTOR_FAIL  /* something would not work */
};

const char *doctor_health_id(enum doctor_health); /* "ok" */

struct doctor_check {
	const char *name;   /* "rsync" */
	const char *object; /* which of several; "" where there is one */
	enum doctor_health health;
	const char *text;
	const char *advice; /* what to do; "" when nothing is */
};

struct doctor_checkup {
	struct arena arena;
	VEC(struct doctor_check) checks;
	bool failed; /* memory */
};

/* doctor_fini is due in either case. */
enum reason doctor_look(
    struct doctor_checkup *out, const struct conf *) MUST_CHECK;
void doctor_fini(struct doctor_checkup *);

#endif
