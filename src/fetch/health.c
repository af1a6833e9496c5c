/*
 * Patience: when to try a source again, and when rsync may stand in for RRDP.
 * Pure functions of what is remembered and the time.
 */
#include "fetch/fetch.h"

#define HOUR          3600
#define TRIES         3 /* failures in a row before there is a wait */
#define WAIT_MIN      (30 * 60)
#define WAIT_MAX      (24 * HOUR)
#define FALLBACK_MIN  HOUR
#define FALLBACK_SPAN (HOUR / 2) /* and up to this much more */

static size_t
flips_in_last_hour(const struct fetch_health *h, int64_t now)
{
	size_t n = 0;

	while (
	    n < COUNT(h->flips) && h->flips[n] > 0 && h->flips[n] > now - HOUR)
		n++;
	return n;
}

/* More than this many cannot be remembered. */
static size_t
flips_allowed(const struct limits *limits)
{
	return limits->session_changes <
		       COUNT(((struct fetch_health *)0)->flips)
		   ? (size_t)limits->session_changes
		   : COUNT(((struct fetch_health *)0)->flips) - 1;
}

void
fetch_health_good(struct fetch_health *h, int64_t now, bool is_new_session,
    const struct limits *limits)
{
	h->failures = 0;
	h->good_at = now;
	h->next_at = 0;
	if (!is_new_session)
		return;
	for (size_t i = COUNT(h->flips) - 1; i > 0; i--)
		h->flips[i] = h->flips[i - 1];
	h->flips[0] = now;
	/* Hostile.md A12: each change costs a snapshot. */
	if (flips_in_last_hour(h, now) > flips_allowed(limits))
		h->next_at = now + HOUR;
}

static int64_t
wait_for(uint32_t failures)
{
	int64_t wait = WAIT_MIN;

	if (failures < TRIES)
		return 0;
	for (uint32_t i = TRIES; i < failures && wait < WAIT_MAX; i++)
		wait *= 2;
	return wait < WAIT_MAX ? wait : WAIT_MAX;
}

void
fetch_health_failed(struct fetch_health *h, int64_t now, uint32_t retry_after_s)
{
	int64_t wait;

	if (h->failures < UINT32_MAX)
		h->failures++;
	wait = wait_for(h->failures);
	if (wait < retry_after_s)
		wait = retry_after_s;
	h->next_at = wait > 0 ? now + wait : 0;
}

/* A clock that was set back must not make us wait for longer than a wait
 * can be. */
enum reason
fetch_health_check(
    const struct fetch_health *h, int64_t now, const struct limits *limits)
{
	if (now >= h->next_at || h->next_at - now > WAIT_MAX)
		return REASON_OK;
	return h->failures == 0 &&
		       flips_in_last_hour(h, now) > flips_allowed(limits)
		   ? R_RRDP_FLIPS
		   : R_FETCH_BACKOFF;
}

/* From 0 to FALLBACK_SPAN, the same for the same repository: so that not all
 * of a failed server's go to rsync in one minute, hostile.md A17. */
static int64_t
spread(const struct digest *key)
{
	uint32_t n = (uint32_t)key->b[0] << 24 | (uint32_t)key->b[1] << 16 |
		     (uint32_t)key->b[2] << 8 | key->b[3];

	return n % (FALLBACK_SPAN + 1);
}

bool
fetch_may_fall_back(enum fetch_fallback policy, const struct fetch_health *rrdp,
    const struct digest *key, int64_t now)
{
	switch (policy) {
	case FALLBACK_NEW:
		return rrdp->good_at == 0;
	case FALLBACK_STALE:
		return rrdp->good_at == 0 ||
		       now - rrdp->good_at >= FALLBACK_MIN + spread(key);
	case FALLBACK_NEVER:
	default:
		return false;
	}
}
