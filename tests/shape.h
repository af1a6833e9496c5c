/* DER with one element bent: for tests that nothing but what belongs in an
 * object passes. */
#ifndef CAIRN_TESTS_SHAPE_H
#define CAIRN_TESTS_SHAPE_H

#include "tests/check.h"

#include "der/der.h"

enum bend {
	BEND_TAG,  /* another tag, of a class that nothing here has */
	BEND_MORE, /* a BOOLEAN at its end */
	BENDS
};

/*
 * A copy of these elements, in which the one of that number is bent so, if
 * there is one; returns how many there are. Octets that are DER themselves, as
 * extensions are, count as constructed where `octets` says so.
 */
size_t shape_bend(struct buf *out, struct span good, bool octets, size_t which,
    enum bend how);

#endif
