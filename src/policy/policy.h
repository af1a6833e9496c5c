/*
 * policy - decide what routers hear.
 *
 * What	    Makes one view of the payload sets that were found valid, of both
 *	    worlds: rules, modes, levels, total order, one entry for each
 *	    origin, the ASPAs of one customer united. What it leaves out it
 *	    keeps beside, with the cause.
 * In	    Const payload sets, one for each trust anchor and ledger; the
 *	    facts of the run (who holds what); what the operator wants.
 * Out	    A view and the findings the making of it added, in the caller's
 *	    arena; origins are borrowed.
 * Owns	    Nothing.
 * Fails    R_LIMIT_MEMORY. A customer whose ASPAs are too many is left out
 *	    with a finding.
 * Threads  No state.
 * Standards doc/policy.md (modes, rules), RFC 6811 (VRP),
 *	    draft-ietf-sidrops-aspa-verification (union of a customer's
 *	    ASPAs).
 */
#ifndef CAIRN_POLICY_H
#define CAIRN_POLICY_H

#include "base/base.h"
#include "model/model.h"

/* ---- what the operator wants ------------------------------------------ */

enum policy_mode {
	POLICY_LEGACY_ONLY,
	POLICY_LEDGER_ONLY,
	POLICY_LEGACY_FIRST,
	POLICY_LEDGER_FIRST,
	POLICY_UNION,
	POLICY_AGREEMENT,
	POLICY_MODES
};

const char *policy_mode_id(enum policy_mode); /* "legacy-first" */
bool policy_mode_parse(enum policy_mode *out, struct span text) MUST_CHECK;

/* A holder, by its id or by a name it has in a ledger. */
struct policy_who {
	bool has_id;
	struct digest id;
	struct span name;
};

/* Is it one of a holder's names or regions, as a view has them: with blanks
 * between? */
bool policy_is_named(struct span names, struct span name);

struct policy_whos {
	size_t n;
	const struct policy_who *v;
};

struct policy_names {
	size_t n;
	const struct span *v;
};

enum policy_action {
	POLICY_USE, /* the rule's mode */
	POLICY_ACCEPT,
	POLICY_REJECT
};

/* Whose author is one of the two sides of a contested resource. */
enum policy_side {
	POLICY_SIDE_ANY, /* no condition */
	POLICY_SIDE_HOLDER,
	POLICY_SIDE_CONTENDER,
	POLICY_SIDE_EITHER
};

/*
 * The first rule all of whose conditions hold decides. An empty list is no
 * condition; of a list one must hold. A rule's prefixes match what they cover
 * and so VRPs only; its AS numbers the origin, the customer, the router.
 * Trust anchors and ledgers are one condition: the source is any of them.
 * What follows those is said of statements: nothing else meets it.
 */
struct policy_rule {
	size_t n_prefixes, n_asns;
	const struct prefix *prefixes;
	const struct asn_range *asns;
	struct policy_names trust_anchors, ledgers;
	struct policy_whos holders;
	struct policy_names regions;
	struct policy_whos endorsers;
	unsigned levels; /* bits 1 << level; 0: no condition */
	enum policy_side contested;
	bool evidence_withdrawn;
	enum policy_action action;
	enum policy_mode mode;
	struct span why;
};

/* Holders that the operator counts to a region, beside what they say. */
struct policy_region {
	struct span name;
	struct policy_whos holders;
};

/* VRPs that overlap what a CA has whose own point is refused. */
enum policy_unsafe {
	POLICY_UNSAFE_ACCEPT,
	POLICY_UNSAFE_WARN,
	POLICY_UNSAFE_REJECT
};

struct policy {
	enum policy_mode mode;
	unsigned minimum_level;
	struct policy_whos endorsers; /* one must endorse; none: no matter */
	size_t n_rules, n_regions;
	const struct policy_rule *rules;
	const struct policy_region *regions;
	enum policy_unsafe unsafe;
	unsigned hold_shrink; /* per cent lost in one run that are too many */
	uint64_t hold_for;    /* seconds; 0: never */
};

/* The defaults: legacy-first, attested, unsafe accepted, 10 % for an hour. */
void policy_init(struct policy *out);

/* ---- local exceptions: RFC 8416, draft-ietf-sidrops-aspa-slurm --------- */

struct slurm_filter {
	enum payload_kind kind;
	bool has_prefix, has_asn, has_ski;
	struct prefix prefix;
	struct asn asn; /* of an ASPA: the customer */
	struct ski ski;
	struct span comment;
	size_t file;
	unsigned line;
};

struct slurm_assertion {
	struct payload payload; /* its origin says file and line */
	struct span comment;
	size_t file;
	unsigned line;
};

struct slurm_file {
	struct span name;   /* as given */
	struct span source; /* "slurm:NAME": what payloads say */
	unsigned version;
	/* The caller's to set: why a newer one is not in force. */
	enum reason reason;
	struct span detail;
};

/* All of several files. */
struct slurm {
	struct arena arena;
	VEC(struct slurm_file) files;
	VEC(struct slurm_filter) filters;
	VEC(struct slurm_assertion) assertions;
};

struct slurm_error {
	enum reason reason;
	unsigned line;
	char path[96];  /* "validationOutputFilters.prefixFilters[3].asn" */
	char text[128]; /* printable */
};

void slurm_init(struct slurm *out);
/* Add what a file says; after a failure there is only slurm_fini to do. */
enum reason slurm_parse(struct slurm *, struct span text, const char *name,
    const struct limits *, struct slurm_error *) MUST_CHECK;
void slurm_fini(struct slurm *);
/* RFC 8416 4.2: R_SLURM_OVERLAP where two files are about the same addresses
 * or AS number; `why` says file and line of both. */
enum reason slurm_check(const struct slurm *, struct fault *why) MUST_CHECK;
/* What a filter removes and an assertion adds, in one line. */
void slurm_filter_write(struct buf *out, const struct slurm_filter *);

/* ---- hold: what vanished at once ---------------------------------------- */

struct hold_lost {
	const struct payload *payload; /* as it was */
	size_t source;                 /* index in now->sources */
	bool may_hold; /* the caller says: nobody took it back */
	bool is_held;
};

struct hold {
	struct said *said; /* before, each contents once */
	size_t n_said, n_lost, n_held, n_findings;
	struct hold_lost *lost;
	struct payload *held;
	struct finding *findings; /* R_POLICY_HELD, one a group */
	int64_t *until;           /* of each source; 0: nothing is held */
	struct arena *arena;
};

/* What trust anchors and ledgers said in the view before, in it or left out,
 * and say no more in this one, which was made without any hold. */
enum reason hold_find(struct hold *out, const struct view *before,
    const struct view *now, struct arena *) MUST_CHECK;
/*
 * Once may_hold is set: where a ledger, a trust anchor, or what it has in one
 * repository, lost more than policy->hold_shrink per cent of its payloads that
 * way, these are held, each until it expires, for hold_for in all: a source
 * whose hold is over is not held anew in the run that sees it end.
 */
enum reason hold_decide(struct hold *, const struct policy *,
    const struct view *before, const struct view *now,
    struct arena *) MUST_CHECK;

/* ---- the merge --------------------------------------------------------- */

/* What one source said. */
struct policy_set {
	size_t source; /* index in facts.sources */
	const struct payload *payloads;
	size_t n;
};

struct policy_in {
	const struct policy *policy; /* NULL: the defaults */
	const struct slurm *slurm;   /* NULL: none; outlives the view */
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
 * once. An ASPA's providers are those of all ASPAs of its customer that are in
 * the view, so that the entries of one customer are equal but for their
 * origins. view->left: all else that was in the sets, as it was there.
 * Filters and assertions come last: what a filter leaves out has the number of
 * the filter as its rule, from 1, and file and line as who displaced it.
 * view->findings holds what was found here: the caller's own are added by him.
 * All of it is independent of the order of sets and payloads.
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

/* ---- two sides compared ------------------------------------------------- */

#include "policy/compare.h"

/* ---- why: the story of a route ------------------------------------------- */

struct route {
	struct prefix prefix;
	bool has_asn; /* else any origin */
	struct asn asn;
};

enum route_match {
	MATCH_YES,
	MATCH_AS,    /* covers the prefix, for another AS */
	MATCH_LENGTH /* for this AS, but the prefix is too long */
};

const char *route_state_id(enum route_state); /* "not-found" */
const char *route_match_id(enum route_match); /* "length" */
enum route_match route_match(const struct route *, const struct vrp *);

/* A payload that covers the prefix: its entries in the view, one for each
 * origin. */
struct explain_vrp {
	const struct payload *entries;
	size_t n;
	enum route_match match;
};

struct explanation {
	const struct view *view;
	struct route route;
	enum route_state state;  /* without an AS: VALID when some origin is */
	enum route_state if_all; /* when nothing was left out by policy */
	size_t n_covering;
	struct explain_vrp *covering; /* shortest prefix first */
	size_t n_left;
	const struct view_left **left; /* that cover the prefix */
	size_t n_inside;
	const struct payload **inside; /* more specific, one of each */
	size_t n_holders;
	const struct view_authority **holders; /* the deepest of each anchor */
	size_t n_claims;
	const struct view_holding **claims; /* of ledgers; they overlap it */
	size_t n_refused;
	const struct finding **refused; /* nearby, no warnings */
	size_t n_troubles;
	const struct finding **troubles; /* of sources and repositories */
	int64_t until_at; /* the state is so no longer, if nothing comes;
			   * INT64_MAX: nothing ends it */
	size_t n_changes;
	const char **changes; /* what would change the answer */
};

/* Of a view, or the part of one that bears on the prefix. */
enum reason policy_explain(struct explanation *out, const struct view *,
    const struct route *, struct arena *) MUST_CHECK;
void explanation_text(struct buf *, const struct explanation *);
void explanation_emit(struct emit *, const struct explanation *);

/* ---- what changed ------------------------------------------------------ */

/* Is it of a VRP that the route meets? */
bool change_meets(const struct view_change *, const struct route *);
/* Two lines; of a VRP. */
void change_text(
    struct buf *, const struct view_delta *, const struct view_change *);
void change_emit(
    struct emit *, const struct view_delta *, const struct view_change *);
/* Into the open object: its id, words, reason and clause. */
void cause_emit(struct emit *, const struct cause *);

#endif
