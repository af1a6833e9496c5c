/*
 * alert - what of a new view its operator wants to be told of.
 *
 * What	    Finds in a view what is to be worried about, for what is watched:
 *	    conflicts, claims, ends of validity, sources that fail. What holds
 *	    now and did not before, and what is gone since, are the alerts: so
 *	    each change is told once, not once a run.
 * In	    The view before (or none) and the view now; what is watched.
 * Out	    Alerts, in a total order, in the caller's arena; as JSON.
 * Owns	    Nothing.
 * Fails    R_LIMIT_MEMORY.
 * Threads  No state.
 * Standards None; the JSON is described by doc/alert.schema.json.
 */
#ifndef CAIRN_ALERT_H
#define CAIRN_ALERT_H

#include "base/base.h"
#include "model/model.h"
#include "policy/policy.h"

enum alert_kind {
	ALERT_GONE,       /* a payload left the view */
	ALERT_NEW_ORIGIN, /* a VRP of an AS that had none for this prefix */
	ALERT_EXPIRING,   /* a payload ends soon, and nothing renews it */
	ALERT_CONFLICT,   /* the two worlds say different things */
	ALERT_CLAIM,      /* a holder that is not named claims the space */
	ALERT_COLLAPSE,   /* a trust anchor fails, or is held back */
	ALERT_FORK,       /* a ledger shows two faces */
	ALERT_LEDGER,     /* a ledger is stale, or cannot be had */
	ALERT_KINDS
};

const char *alert_kind_id(enum alert_kind); /* "new-origin" */
bool alert_kind_parse(enum alert_kind *out, struct span text) MUST_CHECK;

struct alert_watch {
	size_t n_prefixes, n_asns;
	const struct prefix *prefixes; /* these, and what is in them */
	const struct asn_range *asns;
	struct policy_whos holders; /* whose space this is: they may claim it */
	unsigned kinds;             /* bits 1 << kind */
	int64_t soon;               /* seconds: of ALERT_EXPIRING */
};

struct alert {
	enum alert_kind kind;
	struct payload payload; /* of the first four; its origin may be NULL */
	struct view_holding holding;      /* of ALERT_CLAIM */
	const struct view_source *source; /* of the last three */
	int64_t expires_at;               /* of ALERT_EXPIRING */
	struct span key; /* what makes it the same alert in another view */
};

struct alerts {
	size_t n;
	struct alert *v;
};

/* What holds in this view; by key. */
enum reason alert_find(struct alerts *out, const struct view *,
    const struct alert_watch *, struct arena *) MUST_CHECK;
/* What is new since `before` (NULL: nothing is, all of it was known). */
enum reason alert_news(struct alerts *out, const struct view *before,
    const struct view *now, const struct alert_watch *,
    struct arena *) MUST_CHECK;
/* One JSON object in one line. */
void alert_emit(struct buf *, const struct alert *, int64_t at, const char *id);
/* The same for a terminal or a log, one line without LF. */
void alert_text(struct buf *, const struct alert *);

#endif
