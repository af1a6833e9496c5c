/*
 * policy - decide what routers hear.
 *
 * What	    Makes one view of the payload sets that were found valid: total
 *	    order, one entry for each origin, the ASPAs of one customer united.
 * In	    Const payload sets, one for each trust anchor.
 * Out	    A view and the findings the making of it added, in the caller's
 *	    arena; origins are borrowed.
 * Owns	    Nothing.
 * Fails    R_LIMIT_MEMORY. A customer whose ASPAs are too many is left out
 *	    with a finding.
 * Threads  No state.
 * Standards draft-ietf-sidrops-aspa-verification (union of a customer's
 *	    ASPAs), RFC 6811 (VRP).
 */
#ifndef CAIRN_POLICY_H
#define CAIRN_POLICY_H

#include "base/base.h"
#include "model/model.h"

/* What one source said. */
struct policy_set {
	size_t source; /* index in facts.sources */
	const struct payload *payloads;
	size_t n;
};

struct policy_in {
	const struct policy_set *sets;
	size_t n;
	/* Sources, repositories, authorities, holders, holdings: the view
	 * takes them over as they are. No payloads, nothing left out. */
	const struct view *facts;
	int64_t at;
	const struct limits *limits;
};

/*
 * view->payloads: sorted by payload_order, the same payload by the same origin
 * once. An ASPA's providers are those of all ASPAs of its customer, so that
 * the entries of one customer are equal but for their origins. view->findings
 * holds what was left out here: the caller's own are added by him.
 */
enum reason policy_merge(
    struct view *out, const struct policy_in *, struct arena *) MUST_CHECK;

/* ---- looking a route up: RFC 6811 2 ------------------------------------- */

enum route_state {
	ROUTE_NOT_FOUND,
	ROUTE_VALID,
	ROUTE_INVALID
};

/* The VRPs of the view whose prefix covers this one, equal ones once, shortest
 * first: for (struct covering c = covering_of(&view, &prefix);
 * (p = covering_next(&c)) != NULL;) */
struct covering {
	const struct view *view;
	struct prefix prefix, at;
	size_t i;
};

struct covering covering_of(const struct view *, const struct prefix *);
const struct payload *covering_next(struct covering *);

#endif
