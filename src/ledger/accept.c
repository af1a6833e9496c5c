/* Whether to accept a checkpoint: ledger.md 2. Pure: what is true of it comes
 * in, what to do goes out. */
#include "ledger/ledger.h"

static const char *const ids[] = {
	[LEDGER_ACCEPTED] = "accepted",
	[LEDGER_SAME] = "same",
	[LEDGER_STALE] = "stale",
	[LEDGER_SPLIT_VIEW] = "split-view",
	[LEDGER_NOT_COUNTED] = "not-counted",
	[LEDGER_TIME_AHEAD] = "time-ahead",
	[LEDGER_TIME_BEHIND] = "time-behind",
};

const char *
ledger_decision_id(enum ledger_decision d)
{
	ASSERT(d < COUNT(ids));
	return ids[d];
}

bool
ledger_decision_accepts(enum ledger_decision d)
{
	return d == LEDGER_ACCEPTED || d == LEDGER_SAME ||
	       d == LEDGER_TIME_BEHIND;
}

static bool
is_later(uint64_t time, int64_t than, uint64_t by)
{
	uint64_t t = than < 0 ? 0 : (uint64_t)than;

	return time > t && time - t > by;
}

enum ledger_decision
ledger_decide(const struct ledger_proposal *p)
{
	const struct merkle_head *a = p->accepted;
	bool same = a != NULL && a->size == p->head.size;

	if (!p->counts)
		return LEDGER_NOT_COUNTED;
	if (a != NULL && p->head.size < a->size)
		return LEDGER_STALE;
	if ((same && !digest_eq(&a->root, &p->head.root)) ||
	    (a != NULL && !same && !p->consistent))
		return LEDGER_SPLIT_VIEW;
	/* Also of the same tree: cosignatures are new, and tell the time. */
	if (is_later(p->time, p->clock_at, LEDGER_AHEAD_MAX) ||
	    (p->newest_at != 0 &&
		is_later(p->time, p->newest_at, LEDGER_AHEAD_MAX)))
		return LEDGER_TIME_AHEAD;
	if (p->newest_at > 0 &&
	    (uint64_t)p->newest_at > p->time + LEDGER_BEHIND_MAX)
		return LEDGER_TIME_BEHIND;
	return same ? LEDGER_SAME : LEDGER_ACCEPTED;
}
