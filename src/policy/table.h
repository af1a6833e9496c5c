/* The forms of routing tables. Private to the room. */
#ifndef CAIRN_POLICY_TABLE_H
#define CAIRN_POLICY_TABLE_H

#include "policy/policy.h"

/* Does it begin as a dump of a table does? */
bool mrt_is(struct span bytes);
enum reason mrt_parse(
    struct table *out, struct span bytes, struct fault *why) MUST_CHECK;

#endif
