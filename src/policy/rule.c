/*
 * The first rule that matches. A rule is looked for by what it is most
 * particular about (prefixes, AS numbers, holders), so that many rules of
 * that kind cost a payload no more than a search.
 */
#include <stdlib.h>

#include "policy/inside.h"

struct rule {
	const struct policy_rule *said;
	struct asn_set asns;
	struct who_set holders, endorsers;
	struct who_set regional; /* those the operator counts to its regions */
};

/* ---- making ---------------------------------------------------------- */

static bool
is_named(const struct policy_names *names, struct span name)
{
	for (size_t i = 0; i < names->n; i++)
		if (policy_is_named(name, names->v[i]))
			return true;
	return false;
}

static enum reason
copy_asns(struct rule *r, struct arena *arena)
{
	size_t n = r->said->n_asns;

	r->asns.r = ARENA_ARRAY(arena, n, struct asn_range);
	if (r->asns.r == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++)
		r->asns.r[i] = r->said->asns[i];
	r->asns.n = n;
	r->asns.holding = n > 0 ? HOLDS_SOME : HOLDS_NONE;
	asn_set_normalise(&r->asns);
	return REASON_OK;
}

static enum reason
compile(struct rules *rules, struct rule *r)
{
	const struct view *facts = rules->world->facts;
	const struct policy *policy = rules->policy;

	TRY(copy_asns(r, &rules->arena));
	if (!who_add(&r->holders, &r->said->holders, facts) ||
	    !who_add(&r->endorsers, &r->said->endorsers, facts))
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < policy->n_regions; i++)
		if (is_named(&r->said->regions, policy->regions[i].name) &&
		    !who_add(&r->regional, &policy->regions[i].holders, facts))
			return R_LIMIT_MEMORY;
	who_seal(&r->holders);
	who_seal(&r->endorsers);
	who_seal(&r->regional);
	return REASON_OK;
}

static bool
is_single(const struct asn_set *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->r[i].lo != s->r[i].hi)
			return false;
	return s->n > 0;
}

static bool
file_by_prefix(struct rules *rules, const struct rule *r, uint32_t number)
{
	struct nest_item item = { .number = number };

	if (r->asns.n == 1 && is_single(&r->asns))
		item.tag = 1 + (uint64_t)r->asns.r[0].lo;
	for (size_t i = 0; i < r->said->n_prefixes; i++) {
		item.prefix = r->said->prefixes[i];
		if (!nest_add(&rules->by_prefix, &item))
			return false;
	}
	return true;
}

/* Under what it is most particular about. */
static bool
file(struct rules *rules, const struct rule *r, uint32_t number)
{
	struct rule_key key = { .rule = number };

	if (r->said->n_prefixes > 0)
		return file_by_prefix(rules, r, number);
	if (is_single(&r->asns)) {
		for (size_t i = 0; i < r->asns.n; i++) {
			key.key = r->asns.r[i].lo;
			if (!vec_push(&rules->by_asn, key))
				return false;
		}
		return true;
	}
	if (r->said->holders.n == 0)
		return vec_push(&rules->others, number);
	for (size_t i = 0; i < r->holders.v.n; i++) {
		if (!digests_find(&key.key, &rules->ids, &r->holders.v.v[i].id))
			BUG("an id that was just put there");
		if (!vec_push(&rules->by_holder, key))
			return false;
	}
	return true;
}

static int
key_order(const void *va, const void *vb)
{
	const struct rule_key *a = va, *b = vb;

	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return (a->rule > b->rule) - (a->rule < b->rule);
}

/* Who takes part in a contest. */
static enum reason
make_sides(struct rules *rules)
{
	const struct view *facts = rules->world->facts;

	for (size_t i = 0; i < facts->n_holdings; i++) {
		const struct view_holding *h = &facts->holdings[i];

		if (h->contender == NULL)
			continue;
		if (!who_put(
			&rules->holders, h->holder->ledger, &h->holder->id) ||
		    !who_put(&rules->contenders, h->contender->ledger,
			&h->contender->id))
			return R_LIMIT_MEMORY;
	}
	who_seal(&rules->holders);
	who_seal(&rules->contenders);
	return REASON_OK;
}

static enum reason
file_all(struct rules *rules, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < rules->all[i].holders.v.n; j++)
			if (!vec_push(
				&rules->ids.v, rules->all[i].holders.v.v[j].id))
				return R_LIMIT_MEMORY;
	digests_seal(&rules->ids);
	for (size_t i = 0; i < n; i++)
		if (!file(rules, &rules->all[i], (uint32_t)i))
			return R_LIMIT_MEMORY;
	if (rules->by_asn.n > 1)
		qsort(rules->by_asn.v, rules->by_asn.n,
		    sizeof(*rules->by_asn.v), key_order);
	if (rules->by_holder.n > 1)
		qsort(rules->by_holder.v, rules->by_holder.n,
		    sizeof(*rules->by_holder.v), key_order);
	return nest_seal(&rules->by_prefix) ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
rules_make(
    struct rules *out, const struct policy *policy, const struct world *world)
{
	size_t n = policy->n_rules;

	*out = (struct rules){ .policy = policy, .world = world };
	arena_init(&out->arena, SIZE_MAX);
	out->all = ARENA_ARRAY(&out->arena, n, struct rule);
	if (out->all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++) {
		out->all[i].said = &policy->rules[i];
		TRY(compile(out, &out->all[i]));
	}
	if (!who_add(&out->endorsers, &policy->endorsers, world->facts))
		return R_LIMIT_MEMORY;
	who_seal(&out->endorsers);
	TRY(make_sides(out));
	return file_all(out, n);
}

void
rules_fini(struct rules *rules)
{
	for (size_t i = 0; rules->all != NULL && i < rules->policy->n_rules;
	     i++) {
		who_fini(&rules->all[i].holders);
		who_fini(&rules->all[i].endorsers);
		who_fini(&rules->all[i].regional);
	}
	nest_fini(&rules->by_prefix);
	vec_fini(&rules->by_asn);
	vec_fini(&rules->by_holder);
	vec_fini(&rules->others);
	vec_fini(&rules->ids.v);
	who_fini(&rules->holders);
	who_fini(&rules->contenders);
	who_fini(&rules->endorsers);
	arena_fini(&rules->arena);
}

/* ---- matching -------------------------------------------------------- */

static bool
has_asn(const struct asn_set *s, struct asn asn)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (s->r[mid].hi < asn.v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < s->n && s->r[lo].lo <= asn.v;
}

static bool
endorsed(const struct who_set *by, const struct origin *o)
{
	const struct statement_origin *st = o->statement;

	for (size_t i = 0; i < st->n_endorsers; i++)
		if (who_has(by, o->source, &st->endorsers[i]))
			return true;
	return false;
}

static bool
takes_side(
    const struct rules *rules, enum policy_side side, const struct origin *o)
{
	const struct digest *id = &o->statement->holder;

	return (side != POLICY_SIDE_CONTENDER &&
		   who_has(&rules->holders, o->source, id)) ||
	       (side != POLICY_SIDE_HOLDER &&
		   who_has(&rules->contenders, o->source, id));
}

static bool
is_withdrawn(const struct rules *rules, const struct payload *p)
{
	const struct statement_origin *st = p->origin->statement;
	struct reach reach = reach_of_payload(p);

	return st->has_ca_key &&
	       world_withdrew(rules->world, &st->ca_key, &reach);
}

/* What is said of statements. */
static bool
meets_statement(
    const struct rules *rules, const struct rule *r, const struct payload *p)
{
	const struct policy_rule *s = r->said;
	const struct origin *o = p->origin;
	const struct statement_origin *st = o->statement;

	if (s->holders.n == 0 && s->regions.n == 0 && s->endorsers.n == 0 &&
	    s->levels == 0 && s->contested == POLICY_SIDE_ANY &&
	    !s->evidence_withdrawn)
		return true;
	if (st == NULL)
		return false;
	return (s->holders.n == 0 ||
		   who_has(&r->holders, o->source, &st->holder)) &&
	       (s->regions.n == 0 || is_named(&s->regions, st->region) ||
		   who_has(&r->regional, o->source, &st->holder)) &&
	       (s->endorsers.n == 0 || endorsed(&r->endorsers, o)) &&
	       (s->levels == 0 || (s->levels >> st->level & 1) != 0) &&
	       (s->contested == POLICY_SIDE_ANY ||
		   takes_side(rules, s->contested, o)) &&
	       (!s->evidence_withdrawn || is_withdrawn(rules, p));
}

/* All but its prefixes. */
static bool
meets(const struct rules *rules, uint32_t number, const struct payload *p)
{
	const struct rule *r = &rules->all[number];
	const struct policy_rule *s = r->said;
	bool is_ledger = p->origin->statement != NULL;

	if (s->n_asns > 0 && !has_asn(&r->asns, payload_asn(p)))
		return false;
	if ((s->trust_anchors.n > 0 || s->ledgers.n > 0) &&
	    !is_named(
		is_ledger ? &s->ledgers : &s->trust_anchors, p->origin->source))
		return false;
	return meets_statement(rules, r, p);
}

static void
match_node(uint32_t *best, const struct rules *rules, size_t node,
    const struct payload *p, uint64_t tag)
{
	const struct nest *n = &rules->by_prefix;
	size_t end = n->nodes.v[node].first + n->nodes.v[node].n, i;

	if (!nest_first(n, node, tag, &i))
		return;
	for (; i < end && n->items.v[i].tag == tag; i++) {
		uint32_t number = n->items.v[i].number;

		if (number >= *best)
			return;
		if (meets(rules, number, p))
			*best = number;
	}
}

static void
match_prefixes(
    uint32_t *best, const struct rules *rules, const struct payload *p)
{
	size_t node;

	if (p->kind != PAYLOAD_VRP)
		return;
	node = nest_covering(&rules->by_prefix, &p->vrp.prefix);
	for (; node != NEST_NONE; node = rules->by_prefix.nodes.v[node].up) {
		match_node(best, rules, node, p, 0);
		match_node(best, rules, node, p, 1 + (uint64_t)p->vrp.asn.v);
	}
}

static void
match_keys(uint32_t *best, const struct rules *rules, const struct payload *p,
    bool by_holder)
{
	const struct rule_key *keys =
	    by_holder ? rules->by_holder.v : rules->by_asn.v;
	size_t n = by_holder ? rules->by_holder.n : rules->by_asn.n;
	size_t lo = 0, hi = n;
	uint32_t key = payload_asn(p).v;

	if (by_holder && (p->origin->statement == NULL ||
			     !digests_find(&key, &rules->ids,
				 &p->origin->statement->holder)))
		return;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (keys[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < n && keys[lo].key == key && keys[lo].rule < *best; lo++)
		if (meets(rules, keys[lo].rule, p))
			*best = keys[lo].rule;
}

unsigned
rules_match(const struct rules *rules, const struct payload *p)
{
	uint32_t best = UINT32_MAX;

	match_prefixes(&best, rules, p);
	match_keys(&best, rules, p, false);
	match_keys(&best, rules, p, true);
	for (size_t i = 0; i < rules->others.n && rules->others.v[i] < best;
	     i++)
		if (meets(rules, rules->others.v[i], p))
			best = rules->others.v[i];
	return best == UINT32_MAX ? 0 : best + 1;
}

bool
rules_endorsed(const struct rules *rules, const struct payload *p)
{
	return rules->policy->endorsers.n == 0 ||
	       endorsed(&rules->endorsers, p->origin);
}
