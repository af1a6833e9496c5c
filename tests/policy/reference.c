/*
 * The policy once more, from its description, by trying everything against
 * everything over sets of cells: shares nothing with src/policy but its types.
 */
#include <string.h>

#include "tests/policy/worlds.h"

static uint64_t
bits_of_resources(const struct resources *r, enum holding_kind kind)
{
	uint64_t out = 0;

	if (kind == HOLDING_AS) {
		for (size_t i = 0; i < r->as.n; i++)
			out |= bits_of_asns(r->as.r[i].lo, r->as.r[i].hi);
		return out;
	}
	for (size_t i = 0; i < r->ip[kind].n; i++)
		out |= cells_of_range(&r->ip[kind].r[i],
		    kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6);
	return out;
}

static uint64_t
bits_of_holding(const struct view_holding *h)
{
	if (h->kind == HOLDING_AS)
		return bits_of_asns(h->as.lo, h->as.hi);
	return cells_of_range(
	    &h->ip, h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6);
}

uint64_t
world_covered(const struct small_world *w, enum holding_kind kind)
{
	uint64_t out = 0;
	enum holding_kind k;

	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < w->sets[s].n; i++) {
			uint64_t bits = bits_of_payload(&k, &w->payloads[s][i]);

			if (k == kind)
				out |= bits;
		}
	for (size_t i = 0; i < w->facts.n_authorities; i++) {
		const struct view_authority *a = &w->cas[i];
		uint64_t mine = bits_of_resources(&a->resources, kind);

		if (!a->is_holder && (a->in_force || w->parents[i] < 0))
			continue;
		for (size_t j = 0; j < w->facts.n_authorities; j++)
			if (w->parents[j] == (int)i)
				mine &= ~bits_of_resources(
				    &w->cas[j].resources, kind);
		out |= mine;
	}
	return out;
}

static bool
certified(const struct small_world *w, const struct digest *key,
    enum holding_kind kind, uint64_t bits)
{
	for (size_t i = 0; i < w->facts.n_authorities; i++)
		if (digest_eq(&w->cas[i].key, key) &&
		    (bits & ~bits_of_resources(&w->cas[i].resources, kind)) ==
			0)
			return true;
	return false;
}

static bool
withdrawn(const struct small_world *w, const struct statement_origin *st,
    enum holding_kind kind, uint64_t bits)
{
	if (!st->has_ca_key || w->sources[0].reason != REASON_OK ||
	    w->sources[1].reason != REASON_OK)
		return false;
	for (size_t i = 0; i < w->facts.n_authorities; i++)
		if (!w->cas[i].in_force &&
		    (bits & bits_of_resources(&w->cas[i].resources, kind)) != 0)
			return false;
	return !certified(w, &st->ca_key, kind, bits);
}

/* ---- rules ----------------------------------------------------------- */

static bool
is_one(const struct small_world *w, const struct policy_whos *whos,
    struct span ledger, const struct digest *id)
{
	for (size_t i = 0; i < whos->n; i++) {
		const struct policy_who *who = &whos->v[i];

		if (who->has_id && digest_eq(&who->id, id))
			return true;
		for (size_t j = 0; !who->has_id && j < w->facts.n_holders; j++)
			if (span_eq(w->holders[j].ledger, ledger) &&
			    digest_eq(&w->holders[j].id, id) &&
			    span_eq(w->holders[j].name, who->name))
				return true;
	}
	return false;
}

static bool
endorsed(const struct small_world *w, const struct policy_whos *by,
    const struct origin *o)
{
	for (size_t i = 0; i < o->statement->n_endorsers; i++)
		if (is_one(w, by, o->source, &o->statement->endorsers[i]))
			return true;
	return false;
}

static bool
takes_side(
    const struct small_world *w, enum policy_side side, const struct origin *o)
{
	const struct digest *id = &o->statement->holder;

	for (size_t i = 0; i < w->facts.n_holdings; i++) {
		const struct view_holding *h = &w->holdings[i];

		if (h->contender == NULL)
			continue;
		if (side != POLICY_SIDE_CONTENDER &&
		    digest_eq(&h->holder->id, id) &&
		    span_eq(h->holder->ledger, o->source))
			return true;
		if (side != POLICY_SIDE_HOLDER &&
		    digest_eq(&h->contender->id, id) &&
		    span_eq(h->contender->ledger, o->source))
			return true;
	}
	return false;
}

/* Of two letters each, a blank between. */
static bool
is_in(struct span region, struct span regions)
{
	for (size_t i = 0; i + region.n <= regions.n; i += 3)
		if (span_eq(region, span_of(regions.p + i, region.n)))
			return true;
	return false;
}

static bool
statement_meets(const struct small_world *w, const struct policy_rule *r,
    const struct payload *p)
{
	const struct origin *o = p->origin;
	const struct statement_origin *st = o->statement;
	bool asks = r->holders.n + r->endorsers.n + r->regions.n > 0 ||
		    r->levels != 0 || r->contested != POLICY_SIDE_ANY ||
		    r->evidence_withdrawn;
	enum holding_kind kind;
	uint64_t bits = bits_of_payload(&kind, p);

	if (!asks)
		return true;
	if (st == NULL)
		return false;
	if (r->holders.n > 0 && !is_one(w, &r->holders, o->source, &st->holder))
		return false;
	if (r->endorsers.n > 0 && !endorsed(w, &r->endorsers, o))
		return false;
	if (r->regions.n > 0 && !is_in(r->regions.v[0], st->region) &&
	    !(w->policy.n_regions > 0 &&
		span_eq(w->region.name, r->regions.v[0]) &&
		is_one(w, &w->region.holders, o->source, &st->holder)))
		return false;
	if (r->levels != 0 && (r->levels & 1U << st->level) == 0)
		return false;
	if (r->contested != POLICY_SIDE_ANY && !takes_side(w, r->contested, o))
		return false;
	return !r->evidence_withdrawn || withdrawn(w, st, kind, bits);
}

static bool
rule_meets(const struct small_world *w, const struct policy_rule *r,
    const struct payload *p)
{
	const struct policy_names *sources =
	    p->origin->statement != NULL ? &r->ledgers : &r->trust_anchors;
	uint32_t asn = p->kind == PAYLOAD_VRP    ? p->vrp.asn.v
		       : p->kind == PAYLOAD_ASPA ? p->aspa.customer.v
						 : p->key.asn.v;
	bool hit = r->n_prefixes == 0;

	for (size_t i = 0; i < r->n_prefixes; i++)
		hit =
		    hit || (p->kind == PAYLOAD_VRP &&
			       prefix_covers(&r->prefixes[i], &p->vrp.prefix));
	if (!hit)
		return false;
	if (r->n_asns > 0 && (asn < r->asns[0].lo || asn > r->asns[0].hi))
		return false;
	if (r->ledgers.n + r->trust_anchors.n > 0 &&
	    (sources->n == 0 || !span_eq(sources->v[0], p->origin->source)))
		return false;
	return statement_meets(w, r, p);
}

static unsigned
first_rule(const struct small_world *w, const struct payload *p)
{
	for (size_t i = 0; i < w->policy.n_rules; i++)
		if (rule_meets(w, &w->rules[i], p))
			return (unsigned)i + 1;
	return 0;
}

/* ---- judging --------------------------------------------------------- */

struct state {
	const struct small_world *w;
	struct verdict (*out)[PAYLOADS_MAX];
	bool stands[SETS][PAYLOADS_MAX], accepted[SETS][PAYLOADS_MAX];
	enum policy_mode modes[SETS][PAYLOADS_MAX];
};

bool
world_unsafe(const struct small_world *w, const struct payload *p)
{
	enum holding_kind kind;
	uint64_t bits = bits_of_payload(&kind, p), refused = 0;

	for (size_t i = 0; i < w->facts.n_authorities; i++)
		if (!w->cas[i].in_force)
			refused |=
			    bits_of_resources(&w->cas[i].resources, kind);
	return p->kind == PAYLOAD_VRP && p->origin->statement == NULL &&
	       (bits & refused) != 0;
}

static void
leave(
    struct state *s, size_t set, size_t i, enum left_cause cause, unsigned rule)
{
	s->stands[set][i] = false;
	s->out[set][i].is_left = true;
	s->out[set][i].cause = cause;
	s->out[set][i].rule = rule;
}

static void
judge_alone(struct state *s, size_t set, size_t i)
{
	const struct small_world *w = s->w;
	const struct payload *p = &w->payloads[set][i];
	const struct statement_origin *st = p->origin->statement;
	unsigned rule = first_rule(w, p);

	s->stands[set][i] = true;
	s->modes[set][i] = w->policy.mode;
	if (rule > 0 && w->rules[rule - 1].action == POLICY_REJECT)
		leave(s, set, i, LEFT_RULE, rule);
	else if (rule > 0 && w->rules[rule - 1].action == POLICY_ACCEPT)
		s->accepted[set][i] = true;
	else if (w->policy.unsafe == POLICY_UNSAFE_REJECT && world_unsafe(w, p))
		leave(s, set, i, LEFT_UNSAFE, 0);
	else if (st != NULL && st->level < w->policy.minimum_level)
		leave(s, set, i, LEFT_LEVEL, 0);
	else if (st != NULL && w->policy.endorsers.n > 0 &&
		 !endorsed(w, &w->policy.endorsers, p->origin))
		leave(s, set, i, LEFT_ENDORSERS, 0);
	else if (rule > 0) {
		s->modes[set][i] = w->rules[rule - 1].mode;
		s->out[set][i].rule = rule;
	}
}

/* Is a holding believed, as if its holder had said all of it? */
static bool
holding_counts(const struct small_world *w, const struct view_holding *h)
{
	struct statement_origin st = { .holder = h->holder->id,
		.region = h->holder->region,
		.level = h->level,
		.has_ca_key = h->has_ca_key,
		.ca_key = h->ca_key };
	struct origin o = { .source = h->holder->ledger, .statement = &st };
	struct payload p = { .kind = PAYLOAD_ROUTER_KEY, .origin = &o };
	unsigned rule;

	if (h->contender != NULL || h->is_young)
		return false;
	p.key.asn.v = h->as.lo;
	if (h->kind != HOLDING_AS) {
		enum family f = h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6;
		struct addr_range whole;

		/* Here holdings of addresses are prefixes. */
		p.kind = PAYLOAD_VRP;
		p.vrp = (struct vrp){ 0 };
		for (unsigned bits = 0; bits <= CELL_BITS; bits++)
			for (unsigned c = 0; c < 64; c++) {
				struct prefix x = prefix_of_cell(f, c, bits);

				prefix_range(&whole.lo, &whole.hi, &x);
				if (addr_cmp(&whole.lo, &h->ip.lo) == 0 &&
				    addr_cmp(&whole.hi, &h->ip.hi) == 0)
					p.vrp.prefix = x;
			}
	}
	rule = first_rule(w, &p);
	if (rule > 0 && w->rules[rule - 1].action != POLICY_USE)
		return w->rules[rule - 1].action == POLICY_ACCEPT;
	return h->level >= w->policy.minimum_level &&
	       w->policy.endorsers.n == 0;
}

/* Ledger-covered; and is it by who attested a claim of all of it? */
static bool
ledger_covers(const struct state *s, const struct payload *p)
{
	const struct small_world *w = s->w;
	enum holding_kind kind, k;
	uint64_t bits = bits_of_payload(&kind, p), covered = 0;

	for (const struct link *l = p->origin->chain; l != NULL; l = l->parent)
		for (size_t set = 2; set < SETS; set++)
			for (size_t i = 0; i < w->sets[set].n; i++) {
				const struct statement_origin *st =
				    &w->statements[set][i];
				uint64_t theirs =
				    bits_of_payload(&k, &w->payloads[set][i]);

				if (s->stands[set][i] && k == kind &&
				    (bits & ~theirs) == 0 && st->has_ca_key &&
				    digest_eq(
					&st->ca_key, &w->cas[l - w->links].key))
					return false;
			}
	for (size_t i = 0; i < w->facts.n_holdings; i++) {
		const struct view_holding *h = &w->holdings[i];

		if (h->kind != kind || !holding_counts(w, h))
			continue;
		covered |= bits_of_holding(h);
		for (const struct link *l = p->origin->chain; l != NULL;
		     l = l->parent)
			if (h->has_ca_key &&
			    digest_eq(&h->ca_key, &w->cas[l - w->links].key) &&
			    (bits & ~bits_of_holding(h)) == 0)
				return false;
	}
	for (size_t set = 2; set < SETS; set++)
		for (size_t i = 0; i < w->sets[set].n; i++) {
			uint64_t theirs =
			    bits_of_payload(&k, &w->payloads[set][i]);

			if (s->stands[set][i] && k == kind)
				covered |= theirs;
		}
	return (bits & covered) != 0;
}

static bool
legacy_covers(const struct state *s, const struct payload *p)
{
	const struct statement_origin *st = p->origin->statement;
	enum holding_kind kind;
	uint64_t bits = bits_of_payload(&kind, p);

	if (st->has_ca_key && certified(s->w, &st->ca_key, kind, bits))
		return false;
	return (bits & world_covered(s->w, kind)) != 0;
}

static uint64_t
bits_of_providers(const struct aspa *a)
{
	uint64_t out = 0;

	for (size_t i = 0; i < a->n; i++)
		out |= bits_of_asns(a->providers[i].v, a->providers[i].v);
	return out;
}

static bool
agreed(bool stands[SETS][PAYLOADS_MAX], const struct small_world *w,
    const struct payload *p)
{
	bool said[2] = { false, false };
	uint64_t providers[2] = { 0, 0 };

	for (size_t set = 0; set < SETS; set++)
		for (size_t i = 0; i < w->sets[set].n; i++) {
			const struct payload *x = &w->payloads[set][i];
			bool same = payload_cmp(p, x) == 0;

			if (p->kind == PAYLOAD_ASPA)
				same = x->kind == PAYLOAD_ASPA &&
				       x->aspa.customer.v == p->aspa.customer.v;
			if (!stands[set][i] || !same)
				continue;
			said[set / 2] = true;
			if (p->kind == PAYLOAD_ASPA)
				providers[set / 2] |=
				    bits_of_providers(&x->aspa);
		}
	return said[0] && said[1] && providers[0] == providers[1];
}

static void
judge_between(
    struct state *s, bool stood[SETS][PAYLOADS_MAX], size_t set, size_t i)
{
	const struct payload *p = &s->w->payloads[set][i];
	enum policy_mode mode = s->modes[set][i];
	struct verdict *v = &s->out[set][i];
	bool ledger = set >= 2, left = false;

	v->cause = LEFT_MODE;
	if (mode == POLICY_LEGACY_ONLY)
		left = ledger;
	else if (mode == POLICY_LEDGER_ONLY)
		left = !ledger;
	else if (mode == POLICY_AGREEMENT) {
		v->cause = LEFT_UNAGREED;
		left = !agreed(stood, s->w, p);
	} else {
		v->cause = LEFT_COVERED;
		if (mode == POLICY_LEGACY_FIRST)
			left = ledger && legacy_covers(s, p);
		else if (mode == POLICY_LEDGER_FIRST)
			left = !ledger && ledger_covers(s, p);
	}
	v->is_left = left;
}

static void
unite(struct state *s, size_t set, size_t i)
{
	const struct small_world *w = s->w;
	const struct aspa *mine = &w->payloads[set][i].aspa;

	for (size_t t = 0; t < SETS; t++)
		for (size_t j = 0; j < w->sets[t].n; j++) {
			const struct payload *p = &w->payloads[t][j];

			if (p->kind == PAYLOAD_ASPA &&
			    p->aspa.customer.v == mine->customer.v &&
			    !s->out[t][j].is_left)
				s->out[set][i].providers |=
				    bits_of_providers(&p->aspa);
		}
}

void
world_judge(struct verdict out[SETS][PAYLOADS_MAX], const struct small_world *w)
{
	struct state s = { .w = w, .out = out };
	bool stood[SETS][PAYLOADS_MAX];

	memset(out, 0, sizeof(struct verdict) * SETS * PAYLOADS_MAX);
	for (size_t set = 0; set < SETS; set++)
		for (size_t i = 0; i < w->sets[set].n; i++)
			judge_alone(&s, set, i);
	memcpy(stood, s.stands, sizeof(stood));
	for (size_t set = 0; set < SETS; set++)
		for (size_t i = 0; i < w->sets[set].n; i++)
			if (stood[set][i] && !s.accepted[set][i])
				judge_between(&s, stood, set, i);
	for (size_t set = 0; set < SETS; set++)
		for (size_t i = 0; i < w->sets[set].n; i++)
			if (w->payloads[set][i].kind == PAYLOAD_ASPA &&
			    !out[set][i].is_left)
				unite(&s, set, i);
}
