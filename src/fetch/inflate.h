/* gzip, one member, bounded in how much it grows (hostile.md A7). */
#ifndef CAIRN_FETCH_INFLATE_H
#define CAIRN_FETCH_INFLATE_H

#include "base/base.h"

struct inflate;

/* Given what came out, piece by piece. */
struct inflate_sink {
	enum reason (*take)(void *ctx, struct span);
	void *ctx;
};

enum reason inflate_new(struct inflate **out, const struct limits *) MUST_CHECK;
enum reason inflate_feed(
    struct inflate *, struct span, const struct inflate_sink *) MUST_CHECK;
/* There is no more: R_FETCH_GZIP when there should be. */
enum reason inflate_check_end(const struct inflate *) MUST_CHECK;
void inflate_free(struct inflate *); /* may be NULL */

#endif
