/* What every test includes: cmocka with its prerequisites, in order. */
#ifndef CAIRN_TESTS_CHECK_H
#define CAIRN_TESTS_CHECK_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/base.h"

/*
 * A test made this happen. contrib/check-reasons.sh, the last of the tests,
 * fails for every reason of reason.def that none of them wrote down here: in
 * the folder $CAIRN_PROVOKED, one file a program.
 */
__attribute__((noinline, unused)) static void
provoked(enum reason reason)
{
	const char *folder = getenv("CAIRN_PROVOKED");
	char path[1024];
	FILE *f;

	if (folder == NULL || reason == REASON_OK)
		return;
	(void)snprintf(
	    path, sizeof(path), "%s/%s", folder, program_invocation_short_name);
	f = fopen(path, "a");
	if (f == NULL)
		return;
	(void)fprintf(f, "%s\n", reason_id(reason));
	(void)fclose(f);
}

/* In a test's own function. (cmocka's skip() says "not ok ... # SKIP", which
 * Automake counts as a failure.) */
#define SKIP(why)                                   \
	do {                                        \
		print_message("# SKIP: " why "\n"); \
		return;                             \
	} while (0)

/* For a shell: that byte of the file is another, whatever it was. */
#define BEND(file, at)                                                   \
	"printf \"\\\\$(printf %o $(($(od -An -tu1 -j " at " -N 1 " file \
	") ^ 255)))\" | dd of=" file " bs=1 seek=" at                    \
	" conv=notrunc 2>/dev/null"

/* In a table of cases: fail with the case's name. */
#define CHECK(what, condition)                                  \
	do {                                                    \
		if (!(condition))                               \
			fail_msg("%s: %s", (what), #condition); \
	} while (0)
#define CHECK_REASON(what, got, want)                            \
	do {                                                     \
		enum reason got_ = (got), want_ = (want);        \
		if (got_ != want_)                               \
			fail_msg("%s: %s instead of %s", (what), \
			    reason_id(got_), reason_id(want_));  \
		provoked(got_);                                  \
	} while (0)

#endif
