/*
 * Which signatures are known to hold. Private to the room.
 *
 * That a signature in an object holds under an issuer's key is so for ever,
 * whatever else becomes of the object: revocation, containment and time are
 * judged anew each time. Kept for each trust anchor by itself, since workers
 * are: one that was taken over must not vouch for another's objects.
 */
#ifndef CAIRN_RUN_VERDICT_H
#define CAIRN_RUN_VERDICT_H

#include "model/model.h"

struct verdicts {
	struct map known;
	struct arena arena;
};

void verdicts_init(struct verdicts *);
void verdicts_fini(struct verdicts *);

/* Under whom. */
struct verdict_issuer {
	struct digest tal; /* SHA-256 of the TAL's key */
	struct digest key; /* and of the issuer's */
};

/* HELD_*, of wire.h. */
uint8_t verdict_get(const struct verdicts *, const struct verdict_issuer *,
    const struct digest *object);
/* What holds besides what was known; false: no memory. */
bool verdict_add(struct verdicts *, const struct verdict_issuer *,
    const struct digest *object, uint8_t held) MUST_CHECK;

#endif
