/* Of what is published no more: was it revoked? Private to the room. */
#ifndef CAIRN_RUN_WITHDRAWN_H
#define CAIRN_RUN_WITHDRAWN_H

#include "run/inside.h"

struct withdrawn;

enum withdrawn_state {
	WITHDRAWN_UNKNOWN,
	WITHDRAWN_ONLY, /* its certificate is not on the CRL */
	WITHDRAWN_REVOKED
};

enum reason withdrawn_new(struct withdrawn **out, struct run *) MUST_CHECK;
void withdrawn_free(struct withdrawn *); /* may be NULL */
/* Of a trust anchor's: it, or the certificate above it that went. *is_first:
 * nothing of its object was asked about before. */
enum reason withdrawn_find(enum withdrawn_state *out, bool *is_first,
    struct withdrawn *, const struct payload *) MUST_CHECK;

#endif
