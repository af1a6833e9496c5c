/* Small random worlds of both kinds: 64 cells of addresses in each family and
 * 16 AS numbers, so that a set of either is a word. */
#ifndef CAIRN_TESTS_WORLDS_H
#define CAIRN_TESTS_WORLDS_H

#include "policy/policy.h"
#include "tests/check.h"

#define CELL_BITS 6
#define ALL_CELLS UINT64_MAX
#define SETS      4 /* two trust anchors, two ledgers */

struct random {
	uint64_t state;
};

uint64_t random_next(struct random *);
/* 0 to n - 1 */
unsigned random_below(struct random *, unsigned n);
bool random_is(struct random *, unsigned percent);

/* A world has no more of these than this. */
#define CAS_MAX      24
#define HOLDERS      6
#define HOLDINGS_MAX 12
#define PAYLOADS_MAX 40 /* of one set */
#define RULES_MAX    6

struct small_world {
	struct view facts;
	struct view_source sources[SETS];
	struct view_authority cas[CAS_MAX];
	struct link links[CAS_MAX];
	struct addr_range ranges[CAS_MAX][2];
	struct asn_range asns[CAS_MAX];
	int parents[CAS_MAX];
	struct view_holder holders[2 * HOLDERS];
	struct view_holding holdings[HOLDINGS_MAX];
	struct payload payloads[SETS][PAYLOADS_MAX];
	struct origin origins[SETS][PAYLOADS_MAX];
	struct statement_origin statements[SETS][PAYLOADS_MAX];
	struct digest endorsers[SETS][PAYLOADS_MAX][2];
	struct asn providers[SETS][PAYLOADS_MAX][3];
	char uris[SETS][PAYLOADS_MAX][24];
	struct policy_set sets[SETS];
	struct policy policy;
	struct policy_rule rules[RULES_MAX];
	struct prefix rule_prefixes[RULES_MAX][2];
	struct asn_range rule_asns[RULES_MAX];
	struct policy_who rule_holders[RULES_MAX], rule_endorsers[RULES_MAX];
	struct policy_who endorser, regional;
	struct policy_region region;
	struct limits limits;
	struct policy_in in;
};

void world_random(struct small_world *out, struct random *);

uint64_t cells_of_prefix(const struct prefix *);
uint64_t cells_of_range(const struct addr_range *, enum family);
uint64_t bits_of_asns(uint32_t lo, uint32_t hi);
/* What a payload is about. *kind as of holdings. */
uint64_t bits_of_payload(enum holding_kind *kind, const struct payload *);
struct prefix prefix_of_cell(enum family, unsigned cell, unsigned bits);

/* What becomes of each, by trying everything against everything. */
struct verdict {
	bool is_left;
	enum left_cause cause;
	unsigned rule;
	uint64_t providers; /* of an ASPA in the view */
};

void world_judge(
    struct verdict out[SETS][PAYLOADS_MAX], const struct small_world *);
bool world_unsafe(const struct small_world *, const struct payload *);
/* Legacy-covered cells, or AS numbers. */
uint64_t world_covered(const struct small_world *, enum holding_kind);

#endif
