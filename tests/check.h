/* What every test includes: cmocka with its prerequisites, in order. */
#ifndef CAIRN_TESTS_CHECK_H
#define CAIRN_TESTS_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/base.h"

/* In a table of cases: fail with the case's name. */
#define CHECK(what, condition)                                             \
	do {                                                               \
		if (!(condition))                                          \
			fail_msg("%s: %s", (what), #condition);            \
	} while (0)
#define CHECK_REASON(what, got, want)                                      \
	do {                                                               \
		enum reason got_ = (got), want_ = (want);                  \
		if (got_ != want_)                                         \
			fail_msg("%s: %s instead of %s", (what),           \
			    reason_id(got_), reason_id(want_));            \
	} while (0)

#endif
