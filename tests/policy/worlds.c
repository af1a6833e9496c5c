/* Random worlds, for the tests of policy. */
#include <string.h>

#include "tests/policy/worlds.h"

/* splitmix64: any state will do. */
uint64_t
random_next(struct random *r)
{
	uint64_t z = r->state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

unsigned
random_below(struct random *r, unsigned n)
{
	return (unsigned)(random_next(r) % n);
}

bool
random_is(struct random *r, unsigned percent)
{
	return random_below(r, 100) < percent;
}

/* ---- cells ----------------------------------------------------------- */

static unsigned
base_len(enum family family)
{
	return family == FAMILY_V4 ? 8 : 32;
}

static unsigned
base_byte(enum family family)
{
	return family == FAMILY_V4 ? 1 : 4;
}

static void
put_base(struct addr *a, enum family family)
{
	*a = (struct addr){ 0 };
	if (family == FAMILY_V4)
		a->b[0] = 10;
	else
		memcpy(a->b, "\x20\x01\x0d\xb8", 4);
}

struct prefix
prefix_of_cell(enum family family, unsigned cell, unsigned bits)
{
	struct prefix p = { .family = family,
		.len = (uint8_t)(base_len(family) + bits) };

	put_base(&p.addr, family);
	cell = cell >> (CELL_BITS - bits) << (CELL_BITS - bits);
	p.addr.b[base_byte(family)] = (uint8_t)(cell << (8 - CELL_BITS));
	return p;
}

static unsigned
cell_of(const struct addr *a, enum family family)
{
	return a->b[base_byte(family)] >> (8 - CELL_BITS);
}

uint64_t
cells_of_range(const struct addr_range *r, enum family family)
{
	uint64_t out = 0;

	for (unsigned c = cell_of(&r->lo, family); c <= cell_of(&r->hi, family);
	     c++)
		out |= (uint64_t)1 << c;
	return out;
}

uint64_t
cells_of_prefix(const struct prefix *p)
{
	struct addr_range r;

	prefix_range(&r.lo, &r.hi, p);
	return cells_of_range(&r, p->family);
}

uint64_t
bits_of_asns(uint32_t lo, uint32_t hi)
{
	uint64_t out = 0;

	for (uint32_t v = lo; v <= hi; v++)
		out |= (uint64_t)1 << v;
	return out;
}

uint64_t
bits_of_payload(enum holding_kind *kind, const struct payload *p)
{
	*kind = HOLDING_AS;
	switch (p->kind) {
	case PAYLOAD_VRP:
		*kind =
		    p->vrp.prefix.family == FAMILY_V4 ? HOLDING_V4 : HOLDING_V6;
		return cells_of_prefix(&p->vrp.prefix);
	case PAYLOAD_ASPA:
		return bits_of_asns(p->aspa.customer.v, p->aspa.customer.v);
	case PAYLOAD_ROUTER_KEY:
		return bits_of_asns(p->key.asn.v, p->key.asn.v);
	}
	BUG("a kind");
}

/* ---- making ---------------------------------------------------------- */

static struct digest
digest_of(unsigned n)
{
	struct digest d = { { (uint8_t)(n * 37), (uint8_t)n } };

	return d;
}

static struct digest
random_key(struct random *r)
{
	return digest_of(100 + random_below(r, 8));
}

static struct prefix
random_prefix(struct random *r)
{
	enum family f = random_is(r, 70) ? FAMILY_V4 : FAMILY_V6;

	return prefix_of_cell(
	    f, random_below(r, 64), random_below(r, CELL_BITS + 1));
}

static void
make_ca(struct small_world *w, struct random *r, size_t i)
{
	struct view_authority *a = &w->cas[i];
	bool root = i < 2;
	int up = root ? -1 : (int)random_below(r, (unsigned)i);
	static const enum family families[] = { FAMILY_V4, FAMILY_V6 };

	w->parents[i] = up;
	w->links[i] = (struct link){ .parent = root ? NULL : &w->links[up],
		.depth = root ? 0 : w->links[up].depth + 1 };
	*a = (struct view_authority){ .source = root ? w->sources[i].name
						     : w->cas[up].source,
		.link = &w->links[i],
		.key = random_key(r),
		.in_force = root || random_is(r, 85) };
	for (int f = 0; f < 2; f++) {
		struct prefix p =
		    prefix_of_cell(families[f], random_below(r, 64),
			root ? 0 : random_below(r, CELL_BITS + 1));
		struct addr_range *mine = &w->ranges[i][f];

		prefix_range(&mine->lo, &mine->hi, &p);
		if (!root) {
			const struct addr_range *above = &w->ranges[up][f];

			if (w->cas[up].resources.ip[f].n == 0 ||
			    (cells_of_range(mine, families[f]) &
				~cells_of_range(above, families[f])) != 0)
				continue;
		}
		a->resources.ip[f] = (struct addr_set){ HOLDS_SOME, 1, mine };
	}
	w->asns[i] = (struct asn_range){ 1, 15 };
	if (!root) {
		w->asns[i].lo =
		    w->asns[up].lo +
		    random_below(r, w->asns[up].hi - w->asns[up].lo + 1);
		w->asns[i].hi =
		    w->asns[i].lo +
		    random_below(r, w->asns[up].hi - w->asns[i].lo + 1);
	}
	a->resources.as = (struct asn_set){ HOLDS_SOME, 1, &w->asns[i] };
}

static void
make_cas(struct small_world *w, struct random *r)
{
	size_t n = 2 + random_below(r, CAS_MAX - 1);

	for (size_t i = 0; i < n; i++)
		make_ca(w, r, i);
	for (size_t i = 0; i < n; i++) {
		bool leaf = true;

		for (size_t j = 0; j < n; j++)
			leaf = leaf && w->parents[j] != (int)i;
		w->cas[i].is_holder =
		    w->cas[i].in_force && (leaf || random_is(r, 20));
	}
	w->facts.authorities = w->cas;
	w->facts.n_authorities = n;
}

static const char *const names[] = { "anna", "bert", "carl", "dora", "", "" };
static const char *const regions[] = { "EU", "US", "", "US EU" };

static void
make_holders(struct small_world *w, struct random *r)
{
	for (unsigned i = 0; i < 2 * HOLDERS; i++)
		w->holders[i] = (struct view_holder){
			.ledger = w->sources[2 + i / HOLDERS].name,
			.id = digest_of(i % HOLDERS),
			.name = span_str(names[random_below(r, HOLDERS)]),
			.region =
			    span_str(regions[random_below(r, COUNT(regions))])
		};
	w->facts.holders = w->holders;
	w->facts.n_holders = 2 * HOLDERS;
	w->facts.n_holdings = random_below(r, HOLDINGS_MAX + 1);
	w->facts.holdings = w->holdings;
	for (size_t i = 0; i < w->facts.n_holdings; i++) {
		struct view_holding *h = &w->holdings[i];
		struct prefix p = random_prefix(r);
		unsigned lo = 1 + random_below(r, 15);

		*h = (struct view_holding){
			.kind = p.family == FAMILY_V4 ? HOLDING_V4 : HOLDING_V6,
			.holder = &w->holders[random_below(r, 2 * HOLDERS)],
			.level = random_below(r, 2),
			.is_young = random_is(r, 10)
		};
		if (random_is(r, 30)) {
			h->kind = HOLDING_AS;
			h->as = (struct asn_range){ lo,
				lo + random_below(r, 16 - lo) };
		} else
			prefix_range(&h->ip.lo, &h->ip.hi, &p);
		if (random_is(r, 20))
			h->contender = &w->holders[random_below(r, HOLDERS)];
		h->has_ca_key = h->level == 1 && random_is(r, 80);
		h->ca_key = random_key(r);
	}
}

static void
make_statement(struct small_world *w, struct random *r, size_t s, size_t i)
{
	const struct view_holder *h =
	    &w->holders[(s - 2) * HOLDERS + random_below(r, HOLDERS)];
	struct statement_origin *st = &w->statements[s][i];

	*st = (struct statement_origin){ .entry = i,
		.holder = h->id,
		.name = h->name,
		.region = h->region,
		.level = random_below(r, 2),
		.ca_key = random_key(r),
		.n_endorsers = random_below(r, 3),
		.endorsers = w->endorsers[s][i] };
	st->has_ca_key = st->level == 1 && random_is(r, 80);
	for (size_t j = 0; j < 2; j++)
		w->endorsers[s][i][j] = digest_of(random_below(r, HOLDERS));
	w->origins[s][i].statement = st;
}

static void
make_payload(struct small_world *w, struct random *r, size_t s, size_t i)
{
	struct payload *p = &w->payloads[s][i];
	struct origin *o = &w->origins[s][i];
	unsigned kind = random_below(r, 10);

	(void)snprintf(w->uris[s][i], sizeof(w->uris[s][i]), "u%zu", i);
	*o = (struct origin){ .source = w->sources[s].name,
		.uri = span_str(w->uris[s][i]) };
	if (s < 2)
		o->chain = &w->links[random_below(
		    r, (unsigned)w->facts.n_authorities)];
	else
		make_statement(w, r, s, i);
	*p = (struct payload){ .kind = PAYLOAD_VRP, .origin = o };
	if (kind < 6) {
		p->vrp.asn.v = 1 + random_below(r, 4);
		p->vrp.prefix = random_prefix(r);
		p->vrp.max_len =
		    (uint8_t)(p->vrp.prefix.len + random_below(r, 2));
		return;
	}
	if (kind == 9) {
		p->kind = PAYLOAD_ROUTER_KEY;
		p->key =
		    (struct router_key){ .asn = { 1 + random_below(r, 15) } };
		p->key.spki = random_is(r, 50) ? SPAN("x") : SPAN("y");
		return;
	}
	p->kind = PAYLOAD_ASPA;
	p->aspa = (struct aspa){ .customer = { 1 + random_below(r, 15) },
		.n = 1 + random_below(r, 3),
		.providers = w->providers[s][i] };
	w->providers[s][i][0].v = 20 + random_below(r, 3);
	w->providers[s][i][1].v = w->providers[s][i][0].v + 1;
	w->providers[s][i][2].v = w->providers[s][i][1].v + 1;
}

static struct policy_who
random_who(struct random *r)
{
	struct policy_who who = { .has_id = random_is(r, 50),
		.id = digest_of(random_below(r, HOLDERS)),
		.name = span_str(names[random_below(r, 4)]) };

	return who;
}

static void
make_rule(struct small_world *w, struct random *r, size_t i)
{
	static const struct span sources[] = { { (const uint8_t *)"ta0", 3 },
		{ (const uint8_t *)"log2", 4 }, { (const uint8_t *)"EU", 2 },
		{ (const uint8_t *)"US", 2 } };
	struct policy_rule *rule = &w->rules[i];

	*rule = (struct policy_rule){ .mode = (enum policy_mode)random_below(
					  r, POLICY_MODES),
		.why = SPAN("because") };
	rule->action =
	    (enum policy_action)(random_is(r, 50) ? 0 : 1 + random_below(r, 2));
	if (random_is(r, 50)) {
		rule->n_prefixes = 1 + random_below(r, 2);
		rule->prefixes = w->rule_prefixes[i];
		for (size_t j = 0; j < 2; j++)
			w->rule_prefixes[i][j] = random_prefix(r);
	}
	if (random_is(r, 30)) {
		rule->n_asns = 1;
		rule->asns = &w->rule_asns[i];
		w->rule_asns[i].lo = 1 + random_below(r, 4);
		w->rule_asns[i].hi = w->rule_asns[i].lo + random_below(r, 2);
	}
	if (random_is(r, 10))
		rule->trust_anchors = (struct policy_names){ 1, &sources[0] };
	if (random_is(r, 10))
		rule->ledgers = (struct policy_names){ 1, &sources[1] };
	if (random_is(r, 20)) {
		w->rule_holders[i] = random_who(r);
		rule->holders = (struct policy_whos){ 1, &w->rule_holders[i] };
	}
	if (random_is(r, 10)) {
		w->rule_endorsers[i] = random_who(r);
		rule->endorsers =
		    (struct policy_whos){ 1, &w->rule_endorsers[i] };
	}
	if (random_is(r, 10))
		rule->regions = (struct policy_names){ 1,
			&sources[2 + random_below(r, 2)] };
	if (random_is(r, 10))
		rule->levels = 1 + random_below(r, 3);
	if (random_is(r, 10))
		rule->contested = (enum policy_side)random_below(r, 4);
	rule->evidence_withdrawn = random_is(r, 8);
}

static void
make_policy(struct small_world *w, struct random *r)
{
	policy_init(&w->policy);
	w->policy.mode = (enum policy_mode)random_below(r, POLICY_MODES);
	w->policy.minimum_level = random_below(r, 2);
	w->policy.unsafe = (enum policy_unsafe)random_below(r, 3);
	w->policy.n_rules = random_below(r, RULES_MAX + 1);
	w->policy.rules = w->rules;
	for (size_t i = 0; i < w->policy.n_rules; i++)
		make_rule(w, r, i);
	if (random_is(r, 20)) {
		w->endorser = random_who(r);
		w->policy.endorsers = (struct policy_whos){ 1, &w->endorser };
	}
	w->regional = random_who(r);
	w->region = (struct policy_region){ SPAN("EU"), { 1, &w->regional } };
	w->policy.n_regions = random_below(r, 2);
	w->policy.regions = &w->region;
}

void
world_random(struct small_world *w, struct random *r)
{
	static const char *const sources[SETS] = { "ta0", "ta1", "log2",
		"log3" };

	*w = (struct small_world){ 0 };
	limits_init(&w->limits);
	for (size_t s = 0; s < SETS; s++)
		w->sources[s] = (struct view_source){
			.kind = s < 2 ? SOURCE_TRUST_ANCHOR : SOURCE_LEDGER,
			.name = span_str(sources[s]),
			.reason =
			    s == 1 && random_is(r, 10) ? R_TA_FILE : REASON_OK
		};
	w->facts.sources = w->sources;
	w->facts.n_sources = SETS;
	make_cas(w, r);
	make_holders(w, r);
	for (size_t s = 0; s < SETS; s++) {
		size_t n = random_below(r, PAYLOADS_MAX + 1);

		for (size_t i = 0; i < n; i++)
			make_payload(w, r, s, i);
		w->sets[s] = (struct policy_set){ s, w->payloads[s], n };
	}
	make_policy(w, r);
	w->in = (struct policy_in){ .policy = &w->policy,
		.sets = w->sets,
		.n = SETS,
		.facts = &w->facts,
		.at = 1000,
		.limits = &w->limits };
}
