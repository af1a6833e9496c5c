/* What sessions ask of the cache. Private to the room. */
#ifndef CAIRN_RTR_CACHE_H
#define CAIRN_RTR_CACHE_H

#include "rtr/table.h"

/* A serial that routers may still hold, and what happened since. */
struct past {
	uint32_t serial;
	struct delta delta;
	struct rtr_bytes *made[RTR_VERSIONS];
};

struct rtr_cache {
	struct rtr_timers timers;
	size_t history;
	bool has_data, is_silent;
	uint32_t serial;
	uint16_t sessions[RTR_VERSIONS];
	size_t generation; /* counts views */
	struct table table;
	struct rtr_bytes *full[RTR_VERSIONS];
	VEC(struct past *) past; /* newest first */
};

/* Is there anything to be told? */
bool cache_speaks(const struct rtr_cache *);
/* The body of an answer, with a hold on it for the caller. */
enum reason cache_full(
    struct rtr_bytes **out, struct rtr_cache *, uint8_t version) MUST_CHECK;
/* What happened since: *out NULL where that is not known, or nothing did. */
enum reason cache_since(struct rtr_bytes **out, bool *known, struct rtr_cache *,
    uint8_t version, uint32_t serial) MUST_CHECK;

#endif
