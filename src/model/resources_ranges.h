/*
 * One algebra for addresses of both families and AS numbers: all are ranges
 * of numbers below 2^128. Private to room model.
 */
#ifndef CAIRN_MODEL_RESOURCES_RANGES_H
#define CAIRN_MODEL_RESOURCES_RANGES_H

#include "model/model.h"

struct number { /* hi * 2^64 + lo */
	uint64_t hi, lo;
};

struct range {
	struct number lo, hi;
};

enum range_kind {
	RANGE_V4,
	RANGE_V6,
	RANGE_AS,
	RANGE_KINDS
};

/* A set seen as numbers; where it is kept stays what it is. */
struct ranges {
	enum range_kind kind;
	enum holding holding;
	size_t n;
	struct addr_range *ip; /* of V4 and V6 */
	struct asn_range *as;
};

struct ranges ranges_of(const struct resources *, enum range_kind);
void ranges_set(struct resources *, const struct ranges *);
struct range ranges_at(const struct ranges *, size_t i);
void ranges_put(struct ranges *, size_t i, const struct range *);
bool ranges_alloc(struct ranges *, struct arena *, size_t n) MUST_CHECK;

int number_cmp(struct number, struct number);
bool ranges_are_canonical(const struct ranges *);
void ranges_normalise(struct ranges *);
/* The first index not before `from` whose range ends at x or after. */
size_t ranges_find(const struct ranges *, size_t from, struct number x);
/* Writes to out, unless that is NULL; the number of ranges. */
size_t ranges_intersect(
    struct ranges *out, const struct ranges *a, const struct ranges *b);
size_t ranges_subtract(
    struct ranges *out, const struct ranges *a, const struct ranges *b);

#endif
