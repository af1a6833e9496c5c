/* What the files of this room share. Private to it. */
#ifndef CAIRN_POLICY_INSIDE_H
#define CAIRN_POLICY_INSIDE_H

#include "policy/policy.h"

/* ---- cover.c: which ranges overlap or contain this one? ----------------- */

/* Of addresses, or of AS numbers as the first 4 bytes of one. */
struct reach {
	enum holding_kind kind;
	struct addr lo, hi; /* both included */
};

struct reach reach_of_prefix(const struct prefix *);
struct reach reach_of_asns(uint32_t lo, uint32_t hi);
struct reach reach_of_holding(const struct view_holding *);
/* What a payload is about: its prefix, customer or AS. */
struct reach reach_of_payload(const struct payload *);

/* Ranges under keys; a set of ranges for each key. */
struct cover_row {
	uint32_t key;
	struct reach reach;
	size_t number; /* of the caller's own */
	size_t far;    /* which row so far, of this key and kind, ends last */
};

struct cover {
	VEC(struct cover_row) rows;
};

bool cover_add(struct cover *, uint32_t key, const struct reach *,
    size_t number) MUST_CHECK;
bool cover_add_resources(struct cover *, uint32_t key, const struct resources *,
    size_t number) MUST_CHECK;
/* Once all are there. Of equal rows the lowest number is found. */
void cover_seal(struct cover *);
/* One row that overlaps all or part, or that contains all of it; or NULL. */
const struct cover_row *cover_overlapping(
    const struct cover *, uint32_t key, const struct reach *);
const struct cover_row *cover_containing(
    const struct cover *, uint32_t key, const struct reach *);
void cover_fini(struct cover *);

/* ---- who.c: holders by id and name ------------------------------------- */

/* Digests in order, each once, as keys from 0. */
struct digests {
	VEC(struct digest) v;
};

void digests_seal(struct digests *);
/* False when it is not there. */
bool digests_find(
    uint32_t *out, const struct digests *, const struct digest *) MUST_CHECK;

struct who {
	struct digest id;
	struct span ledger; /* empty: any */
};

struct who_set {
	VEC(struct who) v;
};

/* Names are looked up among the holders of each ledger. */
bool who_add(struct who_set *, const struct policy_whos *,
    const struct view *) MUST_CHECK;
bool who_put(
    struct who_set *, struct span ledger, const struct digest *id) MUST_CHECK;
void who_seal(struct who_set *);
void who_fini(struct who_set *);
bool who_has(
    const struct who_set *, struct span ledger, const struct digest *id);

/* ---- world.c: who holds what in either world ---------------------------- */

/* A CA certificate by its link, or by that of the one above it. */
struct linked {
	const struct link *link;
	size_t number;
};

/* Both worlds, prepared for questions. All is borrowed from facts. */
struct world {
	const struct view *facts;
	struct digests keys; /* of CA certificates */
	VEC(struct linked) links;
	struct cover certificates; /* by key: what each certificate has */
	struct cover refused;      /* of CAs without a point in force */
	struct cover own;          /* what CAs have that are a holder's own */
	bool reachable;            /* no trust anchor failed */
};

enum reason world_make(struct world *out, const struct view *facts) MUST_CHECK;
/* Has the key a valid CA certificate that covers all of it? */
bool world_certifies(
    const struct world *, const struct digest *key, const struct reach *);
/* ledger.md 5: attested with the key of a CA that has it no more, as far as
 * the legacy world can be seen there. */
bool world_withdrew(
    const struct world *, const struct digest *key, const struct reach *);
/* Of a CA certificate of the view; NULL: it is none. */
const struct digest *world_key(const struct world *, const struct link *);
void world_fini(struct world *);

/* ---- nest.c: prefixes within prefixes ----------------------------------- */

/* Something that is said of a prefix, and of one of many under a tag. */
struct nest_item {
	struct prefix prefix;
	uint64_t tag;
	uint32_t number;
};

struct nest_node {
	struct prefix prefix;
	size_t up;       /* the node that covers it next; NEST_NONE */
	size_t first, n; /* items */
};

#define NEST_NONE SIZE_MAX

struct nest {
	VEC(struct nest_item) items;
	VEC(struct nest_node) nodes;
};

bool nest_add(struct nest *, const struct nest_item *) MUST_CHECK;
/* Once all are there; items are then by prefix, tag, number. */
bool nest_seal(struct nest *) MUST_CHECK;
/* The longest prefix there that covers it. */
size_t nest_covering(const struct nest *, const struct prefix *);
/* The first item of a node under a tag; false: there is none. */
bool nest_first(
    const struct nest *, size_t node, uint64_t tag, size_t *first) MUST_CHECK;
void nest_fini(struct nest *);

/* ---- rule.c: the first rule that matches -------------------------------- */

struct rule;

/* A rule that needs that number to be met, in order of numbers. */
struct rule_key {
	uint32_t key, rule;
};

struct rules {
	const struct policy *policy;
	const struct world *world;
	struct arena arena;
	struct rule *all; /* as in the policy */
	/* Each rule is in one of these, or more than once. */
	struct nest by_prefix;          /* tag: 1 + its only AS number, or 0 */
	VEC(struct rule_key) by_asn;    /* of single AS numbers */
	VEC(struct rule_key) by_holder; /* key of ids */
	VEC(uint32_t) others;           /* ascending */
	struct digests ids;
	struct who_set holders, contenders; /* of what is contested */
	struct who_set endorsers;           /* of policy->endorsers */
};

enum reason rules_make(
    struct rules *out, const struct policy *, const struct world *) MUST_CHECK;
/* Its number from 1; 0: none matches. */
unsigned rules_match(const struct rules *, const struct payload *);
/* Is it of one that the policy wants to be endorsed by? */
bool rules_endorsed(const struct rules *, const struct payload *);
void rules_fini(struct rules *);

/* ---- filter.c ----------------------------------------------------------- */

struct filter_key {
	enum payload_kind kind;
	uint64_t tag; /* 1 + AS number; 0: any */
	bool has_ski;
	struct ski ski;
	uint32_t number;
};

struct filters {
	const struct slurm *slurm;
	struct nest prefixes;
	VEC(struct filter_key) keys;
};

bool filters_make(struct filters *out, const struct slurm *) MUST_CHECK;
/* Its number from 1; 0: none matches. */
unsigned filters_match(const struct filters *, const struct payload *);
void filters_fini(struct filters *);

/* ---- merge.c, aspa.c, take.c
 * ---------------------------------------------------- */

/* What becomes of a payload. */
struct fate {
	enum policy_mode mode;
	enum left_cause cause;
	unsigned rule;
	bool is_ledger;
	bool is_unsafe;   /* a refused CA's space is overlapped */
	bool stands;      /* no rule, level or endorsement is against it */
	bool is_accepted; /* by a rule, whatever else */
	bool is_left;
	const struct origin *by;
};

struct merge {
	const struct policy_in *in;
	struct arena *arena;
	struct world world;
	struct rules rules;
	struct payload *all; /* by payload_order, each once */
	struct fate *fates;
	size_t n;
	/* What comes first, where asked: payloads by their number, then
	 * CAs or holdings from n on. */
	struct cover legacy, ledger;
	struct cover attested;      /* by key of world.keys */
	const struct origin **made; /* for CAs, then holdings */
	VEC(struct asn) providers;  /* of the customer at hand */
	VEC(struct asn) others;
	VEC(struct finding) findings;
	VEC(struct view_left) left;
	const struct origin **by_filter;
	uint64_t n_unsafe;
};

bool merge_find(struct merge *, const struct finding *) MUST_CHECK;
/* One customer after the other: entries from `at` on; how many. */
size_t aspa_run(const struct payload *, size_t n, size_t at);
/* Do both worlds give this customer the same providers? */
enum reason aspa_agree(
    bool *out, struct merge *, size_t at, size_t n) MUST_CHECK;
/* Unite the providers of what is in the view; too many: all of them lose
 * their origin, and are left out. */
enum reason aspa_unite(struct merge *, size_t at, size_t n) MUST_CHECK;
/* What stands, to the view. */
enum reason take_view(struct view *out, struct merge *) MUST_CHECK;

/* first.c: interface.md, "legacy-covered", and its mirror image. */
enum reason first_make(struct merge *) MUST_CHECK;
/* A CA's certificate, as an origin. */
enum reason first_authority(
    const struct origin **out, struct merge *, size_t number) MUST_CHECK;
/* Who of the other world keeps it out; NULL: nobody. */
enum reason first_against(
    const struct origin **out, struct merge *, size_t at) MUST_CHECK;

#endif
