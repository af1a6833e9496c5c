/* Words that all forms of a comparison use. Private to the room. */
#ifndef CAIRN_POLICY_COMPARE_WORDS_H
#define CAIRN_POLICY_COMPARE_WORDS_H

#include "policy/policy.h"

/* "192.0.2.0/24-28 AS64500" */
/* "VRPs, ASPAs": what is compared */
void words_kinds(struct buf *, unsigned kinds);
/* "refused (roa.maxlength)" */
void words_cause(struct buf *, const struct cause *);
void words_group(struct buf *, const struct compare_group *);

#endif
