/*
 * Which issue of a manifest is in force: RFC 9286 4.2.1 and 6, RFC 9981.
 *
 * Number and thisUpdate must both grow. One alone would do against a
 * repository that replays what it once published, but a CA that restored a
 * backup, or an attacker who got one manifest signed with a huge number or a
 * date far ahead, shows in the other.
 */
#include <string.h>

#include "rpki/rpki.h"

static bool
issue_is(const struct rpki_issue *a, const struct rpki_issue *b)
{
	return b != NULL && digest_eq(&a->hash, &b->hash);
}

static enum reason
issue_advances(const struct rpki_issue *to, const struct rpki_issue *from)
{
	int number = memcmp(to->number, from->number, sizeof(to->number));
	bool later = to->this_update_at > from->this_update_at;

	if (number > 0)
		return later ? REASON_OK : R_MANIFEST_TIME;
	if (number == 0)
		return R_MANIFEST_REUSED_NUMBER;
	return later ? R_MANIFEST_NUMBER : R_MANIFEST_REPLAY;
}

enum rpki_choice
rpki_point_choose(enum reason *why, const struct rpki_issue *candidate,
    const struct rpki_issue *last_good, const struct rpki_issue *floor,
    int64_t at)
{
	*why = REASON_OK;
	if (floor == NULL)
		floor = last_good;
	if (candidate != NULL) {
		if (floor == NULL || issue_is(candidate, floor) ||
		    issue_is(candidate, last_good))
			return RPKI_USE_CANDIDATE;
		*why = issue_advances(candidate, floor);
		if (*why == REASON_OK)
			return RPKI_USE_CANDIDATE;
	}
	if (last_good != NULL && at <= last_good->next_update_at)
		return RPKI_USE_LAST_GOOD;
	return RPKI_USE_NONE;
}
