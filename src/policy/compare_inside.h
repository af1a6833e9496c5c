/* What the files of the comparison share. Private to the room. */
#ifndef CAIRN_POLICY_COMPARE_INSIDE_H
#define CAIRN_POLICY_COMPARE_INSIDE_H

#include "policy/inside.h"

/* What one side says, each contents once, in order. */
struct said {
	VEC(const struct payload *) v;
};

struct absent;

struct comparing {
	struct compare *out;
	struct said said[2];
	struct absent *absent[2];
	VEC(struct compare_item) items;
};

/* compare_absent.c: why does that side not say what another one does? The
 * keys of `about` are the URIs of all that will be asked about. */
enum reason absent_make(struct absent **out, const struct compare_side *,
    const struct map *about, bool is_before) MUST_CHECK;
void absent_free(struct absent *); /* may be NULL */
void absent_why(
    struct cause *out, const struct absent *, const struct payload *);

/* compare_paths.c: the ASPA states of a table's paths. */
enum reason compare_paths(struct compare_routes *, const struct compare *,
    const struct table *, struct arena *) MUST_CHECK;

/* compare_sum.c: totals and groups. */
enum reason compare_sum(struct compare *, struct arena *) MUST_CHECK;

#endif
