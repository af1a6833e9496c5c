/*
 * Digests numbered in the order in which they came: 32 bytes each, and about
 * six more to find one. Private to the room.
 */
#ifndef CAIRN_LEDGER_IDS_H
#define CAIRN_LEDGER_IDS_H

#include "ledger/ledger.h"

#define ID_NONE UINT32_MAX

struct ids {
	VEC(struct digest *) chunks;
	uint32_t n;
	uint32_t *slots; /* 0 is free, else number + 1 */
	size_t slot_count;
	uint64_t seed[2];
};

/* Seeded, as whoever makes the ids may choose among many. */
void ids_init(struct ids *);
void ids_fini(struct ids *);
/* ID_NONE when it is not there. */
uint32_t ids_find(const struct ids *, const struct digest *);
/* Its number, which is new unless it was there; or ID_NONE without memory. */
uint32_t ids_add(struct ids *, const struct digest *) MUST_CHECK;
const struct digest *ids_at(const struct ids *, uint32_t number);

#endif
