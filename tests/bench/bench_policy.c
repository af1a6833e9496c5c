/*
 * What merging costs: 800,000 VRPs of trust anchors and 100,000 of a ledger,
 * 50,000 CA certificates, without rules and with 500,000 of them.
 *
 *	tests/bench/bench_policy
 */
#include <stdio.h>
#include <time.h>

#include "policy/policy.h"

#define VRPS  800000
#define SAID  100000
#define CAS   50000
#define RULES 500000

static struct prefix
prefix_of(uint32_t i, uint8_t len)
{
	struct prefix p = { .family = FAMILY_V4, .len = len };
	uint32_t v = len == 0 ? 0 : i << (32 - len);

	p.addr.b[0] = (uint8_t)(v >> 24);
	p.addr.b[1] = (uint8_t)(v >> 16);
	p.addr.b[2] = (uint8_t)(v >> 8);
	p.addr.b[3] = (uint8_t)v;
	return p;
}

static void
make_payloads(struct payload *p, size_t n, const struct origin *o, uint32_t at)
{
	for (uint32_t i = 0; i < n; i++) {
		p[i] = (struct payload){ .kind = PAYLOAD_VRP, .origin = o };
		p[i].vrp.prefix = prefix_of(at + i * 3, 24);
		p[i].vrp.max_len = 24;
		p[i].vrp.asn.v = i % 70000;
	}
}

/* An anchor, and holders below it with a /16 each and some /20. */
static void
make_cas(struct view *facts, struct link *links, struct addr_range *ranges)
{
	for (uint32_t i = 0; i < CAS; i++) {
		struct view_authority *a = &facts->authorities[i];
		struct prefix p = prefix_of(i, i == 0      ? 0
					       : i < 60000 ? 20
							   : 24);

		links[i] = (struct link){ .parent = i == 0 ? NULL : links,
			.depth = i > 0 };
		prefix_range(&ranges[i].lo, &ranges[i].hi, &p);
		*a = (struct view_authority){
			.link = &links[i], .in_force = true, .is_holder = i > 0
		};
		a->key.b[0] = (uint8_t)i;
		a->key.b[1] = (uint8_t)(i >> 8);
		a->resources.ip[0] =
		    (struct addr_set){ HOLDS_SOME, 1, &ranges[i] };
	}
	facts->n_authorities = CAS;
}

/* Half name one prefix and one AS, a quarter an AS, a quarter a prefix. */
static void
make_rules(
    struct policy_rule *rules, struct prefix *prefixes, struct asn_range *asns)
{
	for (uint32_t i = 0; i < RULES; i++) {
		struct policy_rule *r = &rules[i];

		prefixes[i] = prefix_of(i * 7, i % 2 == 0 ? 24 : 22);
		asns[i].lo = asns[i].hi = 100000 + i;
		*r = (struct policy_rule){ .mode = POLICY_UNION };
		if (i % 4 != 1) {
			r->n_prefixes = 1;
			r->prefixes = &prefixes[i];
		}
		if (i % 4 != 3) {
			r->n_asns = 1;
			r->asns = &asns[i];
		}
	}
}

static double
measure(const struct policy_in *in, struct view *view)
{
	clock_t from = clock();
	struct arena arena;

	arena_init(&arena, SIZE_MAX);
	if (policy_merge(view, in, &arena) != REASON_OK)
		return -1;
	arena_fini(&arena);
	return (double)(clock() - from) / CLOCKS_PER_SEC;
}

static void
run(struct arena *a)
{
	struct limits limits;
	struct origin legacy = { .source = SPAN("ta") };
	struct statement_origin statement = { .level = 1 };
	struct origin said = { .source = SPAN("log"), .statement = &statement };
	struct policy policy;
	struct payload *x = ARENA_ARRAY(a, VRPS, struct payload);
	struct payload *y = ARENA_ARRAY(a, SAID, struct payload);
	struct policy_rule *rules = ARENA_ARRAY(a, RULES, struct policy_rule);
	struct prefix *prefixes = ARENA_ARRAY(a, RULES, struct prefix);
	struct asn_range *asns = ARENA_ARRAY(a, RULES, struct asn_range);
	struct link *links = ARENA_ARRAY(a, CAS, struct link);
	struct addr_range *ranges = ARENA_ARRAY(a, CAS, struct addr_range);
	struct view facts = { .authorities =
				  ARENA_ARRAY(a, CAS, struct view_authority) };
	struct policy_set sets[] = { { 0, x, VRPS }, { 1, y, SAID } };
	struct policy_in in = { .policy = &policy,
		.sets = sets,
		.n = 2,
		.facts = &facts,
		.limits = &limits };
	struct view view;
	double seconds;

	if (x == NULL || y == NULL || rules == NULL || prefixes == NULL ||
	    asns == NULL || links == NULL || ranges == NULL ||
	    facts.authorities == NULL)
		return;
	limits_init(&limits);
	policy_init(&policy);
	make_payloads(x, VRPS, &legacy, 0);
	make_payloads(y, SAID, &said, 1);
	make_cas(&facts, links, ranges);
	make_rules(rules, prefixes, asns);
	in.n = 1;
	printf("%d VRPs: %.2f s\n", VRPS, measure(&in, &view));
	in.n = 2;
	seconds = measure(&in, &view);
	printf("%d more of a ledger, %d CAs: %.2f s, %zu left out\n", SAID, CAS,
	    seconds, view.n_left);
	policy.rules = rules;
	policy.n_rules = RULES;
	seconds = measure(&in, &view);
	printf("%d rules: %.2f s, %zu left out\n", RULES, seconds,
	    view.n_left);
}

int
main(void)
{
	struct arena arena;

	arena_init(&arena, SIZE_MAX);
	run(&arena);
	arena_fini(&arena);
	return 0;
}
