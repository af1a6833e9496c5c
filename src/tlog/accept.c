/* Whether to accept a checkpoint: ledger.md 2. Pure: what is true of it comes
 * in, what to do goes out. */
#include "tlog/tlog.h"

static const char *const ids[] = {
	[CHECKPOINT_ACCEPTED] = "accepted",
	[CHECKPOINT_SAME] = "same",
	[CHECKPOINT_STALE] = "stale",
	[CHECKPOINT_SPLIT_VIEW] = "split-view",
	[CHECKPOINT_NOT_COUNTED] = "not-counted",
	[CHECKPOINT_TIME_AHEAD] = "time-ahead",
	[CHECKPOINT_TIME_BEHIND] = "time-behind",
};

const char *
decision_id(enum checkpoint_decision d)
{
	ASSERT(d < COUNT(ids));
	return ids[d];
}

bool
decision_accepts(enum checkpoint_decision d)
{
	return d == CHECKPOINT_ACCEPTED || d == CHECKPOINT_SAME ||
	       d == CHECKPOINT_TIME_BEHIND;
}

static bool
is_later(uint64_t time, int64_t than, uint64_t by)
{
	uint64_t t = than < 0 ? 0 : (uint64_t)than;

	return time > t && time - t > by;
}

enum checkpoint_decision
checkpoint_decide(const struct checkpoint_proposal *p)
{
	const struct merkle_head *a = p->accepted;
	bool same = a != NULL && a->size == p->head.size;

	if (!p->counts)
		return CHECKPOINT_NOT_COUNTED;
	if (a != NULL && p->head.size < a->size)
		return CHECKPOINT_STALE;
	if ((same && !digest_eq(&a->root, &p->head.root)) ||
	    (a != NULL && !same && !p->consistent))
		return CHECKPOINT_SPLIT_VIEW;
	/* Also of the same tree: cosignatures are new, and tell the time. */
	if (is_later(p->time, p->clock_at, CHECKPOINT_AHEAD_MAX) ||
	    (p->newest_at != 0 &&
		is_later(p->time, p->newest_at, CHECKPOINT_AHEAD_MAX)))
		return CHECKPOINT_TIME_AHEAD;
	if (p->newest_at > 0 &&
	    (uint64_t)p->newest_at > p->time + CHECKPOINT_BEHIND_MAX)
		return CHECKPOINT_TIME_BEHIND;
	return same ? CHECKPOINT_SAME : CHECKPOINT_ACCEPTED;
}
