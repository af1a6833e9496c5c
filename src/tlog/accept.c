/* Whether to accept a checkpoint: ledger.md 2. Pure: what is true of it comes
 * in, what to do goes out. */
#include "tlog/tlog.h"

static const struct {
	const char *id;
	enum reason reason;
} rows[] = {
	[CHECKPOINT_ACCEPTED] = { "accepted", REASON_OK },
	[CHECKPOINT_SAME] = { "same", REASON_OK },
	[CHECKPOINT_STALE] = { "stale", R_CHECKPOINT_STALE },
	[CHECKPOINT_SPLIT_VIEW] = { "split-view", R_CHECKPOINT_SPLIT_VIEW },
	[CHECKPOINT_NOT_COUNTED] = { "not-counted", R_CHECKPOINT_UNSIGNED },
	[CHECKPOINT_TIME_AHEAD] = { "time-ahead", R_CHECKPOINT_TIME_AHEAD },
	[CHECKPOINT_TIME_BEHIND] = { "time-behind", R_CHECKPOINT_TIME_BEHIND },
};

const char *
decision_id(enum checkpoint_decision d)
{
	ASSERT(d < COUNT(rows));
	return rows[d].id;
}

enum reason
decision_reason(enum checkpoint_decision d)
{
	ASSERT(d < COUNT(rows));
	return rows[d].reason;
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
