/* What the readers of other validators' files share. Private to the room. */
#ifndef CAIRN_POLICY_SAID_H
#define CAIRN_POLICY_SAID_H

#include "policy/policy.h"

struct reading {
	struct arena *arena;
	VEC(struct payload) payloads;
	struct map origins; /* source -> origin */
};

/* Each payload's origin says no more than the name of its source. */
enum reason said_add(
    struct reading *, struct payload *, struct span source) MUST_CHECK;
/* The words of a VRP; an empty max_len: the prefix's. */
struct said_vrp {
	struct span asn, prefix, max_len, source;
};
enum reason said_vrp(struct reading *, const struct said_vrp *) MUST_CHECK;
bool said_asn(struct asn *out, struct span text) MUST_CHECK;

/* said_json.c */
enum reason said_json(
    struct reading *, struct span bytes, struct fault *) MUST_CHECK;

#endif
