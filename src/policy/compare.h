/* Two sides compared. Part of policy.h, which includes it. */
#ifndef CAIRN_POLICY_COMPARE_H
#define CAIRN_POLICY_COMPARE_H

#include "view/view.h"

/* What of a view is one side. */
enum compare_world {
	COMPARE_ALL,    /* what routers hear */
	COMPARE_LEGACY, /* what trust anchors say, left out or not */
	COMPARE_LEDGER  /* what ledgers say, left out or not */
};

/* All kinds of payloads, a bit each. */
#define COMPARE_KINDS \
	(1U << PAYLOAD_VRP | 1U << PAYLOAD_ASPA | 1U << PAYLOAD_ROUTER_KEY)

struct compare_side {
	const char *name; /* "legacy" */
	const struct view *view;
	enum compare_world world;
	unsigned kinds; /* bits 1 << payload_kind: what it can say; 0: all */
	/* It is later than the other, or what comes of it: what only this one
	 * says has come, and is not gone. */
	bool is_next;
	/* As view_back makes it: of what was not said then nobody knows what
	 * was refused, nor who held what. */
	bool is_past;
};

enum compare_class {
	COMPARE_AGREE,
	COMPARE_CONFLICT,  /* same prefix, other AS or maximum length */
	COMPARE_UNSETTLED, /* the other has a contested or immature claim */
	COMPARE_ONLY,
	COMPARE_CLASSES
};

const char *compare_class_id(enum compare_class); /* "agree" */

struct compare_item {
	const struct payload *of[2]; /* NULL: that side does not say it */
	enum compare_class class;
	const struct payload *rival; /* CONFLICT: what the other says */
	struct cause cause;          /* why the other does not say it */
};

/* VRPs of one class and side; what is agreed stands under side 0. */
struct compare_total {
	uint64_t vrps, prefixes;
	uint64_t v4_addresses;
	uint64_t v6_nets; /* of 64 bits, begun ones counted */
};

enum compare_group_kind {
	COMPARE_SOURCE, /* a trust anchor, a ledger */
	COMPARE_HOLDER  /* a CA, by its certificate; a holder of a ledger */
};

struct compare_group {
	enum compare_group_kind kind;
	struct span name, source;
	struct digest id;               /* of a holder of a ledger */
	uint64_t n[2][COMPARE_CLASSES]; /* by side; AGREE in both */
};

struct compare {
	struct compare_side side[2];
	unsigned kinds; /* what both can say, and so is compared */
	size_t n;
	struct compare_item *items; /* by contents */
	struct compare_total total[2][COMPARE_CLASSES];
	/* Why the other side does not say it. */
	uint64_t causes[2][COMPARE_CLASSES][CAUSE_SILENT + 1];
	uint64_t n_differ; /* payloads of any kind, of either side */
	size_t n_groups;
	struct compare_group *groups; /* sources, then holders; most differing
				       * first */
};

/*
 * What other validators say, as a view of payloads alone: csv, by the names of
 * its columns, of VRPs; json, as Routinator, rpki-client and we ourselves
 * write it, and our ndjson, of ASPAs and router keys as well.
 */
struct said_file {
	struct view view;
	unsigned kinds; /* as in a side */
};
enum reason policy_said(struct said_file *out, struct span bytes,
    struct arena *, struct fault *why) MUST_CHECK;
/* What the sources of a view say, merged anew. The ASPAs of its payloads were
 * united before. Borrows the view. */
struct policy;
struct slurm;
struct policy_wish {
	const struct policy *policy;
	const struct slurm *slurm; /* NULL: none; outlives the view */
	const struct limits *limits;
};
enum reason policy_again(struct view *out, const struct view *,
    const struct policy_wish *, struct arena *) MUST_CHECK;

/* The views are borrowed. */
enum reason policy_compare(struct compare *out, const struct compare_side *a,
    const struct compare_side *b, struct arena *) MUST_CHECK;

/* ---- routes -------------------------------------------------------------- */

struct table_route {
	struct prefix prefix;
	uint32_t origin; /* 0: an AS_SET, or none: RFC 6811 2, "NONE" */
};

/* AS numbers from the peer to the origin, each once where it is repeated. */
struct table_path {
	size_t first, n; /* in numbers; n > 0 */
	uint64_t count;  /* entries of the table that have it */
	bool has_set;    /* an AS_SET or confederation is in it */
	bool has_last;   /* its last AS is the origin */
};

/* A routing table, each route once, in order. */
struct table {
	VEC(struct table_route) routes;
	VEC(struct table_path) paths; /* of MRT only */
	VEC(uint32_t) numbers;
	uint64_t n_read; /* entries, before that */
	const char *format;
};

/*
 * From the bytes of an MRT TABLE_DUMP_V2 file (RFC 6396, 8050), of a RIPE RIS
 * whois dump, or of lines "prefix,origin". table_fini is due in either case.
 */
enum reason table_parse(
    struct table *out, struct span bytes, struct fault *) MUST_CHECK;
void table_fini(struct table *);

struct compare_route {
	const struct table_route *route;
	enum route_state state[2];
};

/* By ASPAs: NOT_FOUND is "unknown". */
struct compare_path {
	const struct table_path *path;
	enum route_state state[2];
};

struct compare_routes {
	uint64_t n, count[3][3]; /* [state by A][state by B] */
	size_t n_differ;
	struct compare_route *differ; /* in order of the table */
	/* Of entries, by their paths. */
	uint64_t n_paths, path_count[3][3];
	size_t n_paths_differ; /* distinct paths */
	struct compare_path *paths_differ;
};

enum reason policy_compare_routes(struct compare_routes *out,
    const struct compare *, const struct table *, struct arena *) MUST_CHECK;

/* ---- in words ------------------------------------------------------------ */

struct compare_report {
	const struct compare *compare;
	const struct compare_routes *routes; /* NULL: none were asked about */
	const struct table *table;           /* of these */
	const char *table_name;
	size_t most; /* of a list in text; 0: all */
};

void compare_text(struct buf *, const struct compare_report *);
void compare_emit(struct emit *, const struct compare_report *);
void compare_csv(struct buf *, const struct compare_report *);
/* One document without outside resources. */
void compare_html(struct buf *, const struct compare_report *);

#endif
