/*
 * What one world says where the other comes first.
 *
 * Legacy-covered is what a valid legacy payload is about, and what a valid CA
 * certificate gives to a holder of its own. AS numbers are covered as
 * addresses are, by ASPAs and router keys instead of VRPs. The mirror image:
 * what a ledger's payload is about, and what a ledger's holder holds, as far
 * as the policy believes it.
 */
#include "policy/inside.h"

static enum reason
seal(struct cover *c, bool held)
{
	cover_seal(c);
	return held ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
make_legacy(struct merge *m)
{
	bool held = true;

	for (size_t i = 0; held && i < m->n; i++) {
		struct reach reach = reach_of_payload(&m->all[i]);

		if (!m->fates[i].is_ledger)
			held = cover_add(&m->legacy, 0, &reach, i);
	}
	return seal(&m->legacy, held);
}

/* ---- ledgers --------------------------------------------------------- */

static bool
add_ledger(struct merge *m, const struct reach *reach,
    const struct digest *ca_key, size_t number)
{
	uint32_t key;

	if (!cover_add(&m->ledger, 0, reach, number))
		return false;
	if (ca_key == NULL || !digests_find(&key, &m->world.keys, ca_key))
		return true;
	return cover_add(&m->attested, key, reach, number);
}

/* The least prefix around the range. */
static struct prefix
around(const struct view_holding *h)
{
	struct prefix p = { .family =
				h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6 };

	while (p.len < family_bits(p.family)) {
		unsigned at = p.len / 8, bit = 0x80U >> p.len % 8;

		if (((h->ip.lo.b[at] ^ h->ip.hi.b[at]) & bit) != 0)
			break;
		p.addr.b[at] = (uint8_t)(p.addr.b[at] | (h->ip.lo.b[at] & bit));
		p.len++;
	}
	return p;
}

/* What would become of its holder's payload for all of it? */
static bool
is_believed(const struct merge *m, const struct view_holding *h)
{
	const struct policy *policy = m->rules.policy;
	struct statement_origin st = { .holder = h->holder->id,
		.name = h->holder->name,
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
		p = (struct payload){ .kind = PAYLOAD_VRP, .origin = &o };
		p.vrp.prefix = around(h);
	}
	rule = rules_match(&m->rules, &p);
	if (rule > 0 && policy->rules[rule - 1].action != POLICY_USE)
		return policy->rules[rule - 1].action == POLICY_ACCEPT;
	return h->level >= policy->minimum_level &&
	       rules_endorsed(&m->rules, &p);
}

static enum reason
make_ledger(struct merge *m)
{
	const struct view *facts = m->in->facts;
	struct reach reach;
	bool held = true;

	for (size_t i = 0; held && i < m->n; i++) {
		const struct statement_origin *st = m->all[i].origin->statement;

		if (!m->fates[i].is_ledger || !m->fates[i].stands)
			continue;
		reach = reach_of_payload(&m->all[i]);
		held = add_ledger(
		    m, &reach, st->has_ca_key ? &st->ca_key : NULL, i);
	}
	for (size_t i = 0; held && i < facts->n_holdings; i++) {
		const struct view_holding *h = &facts->holdings[i];

		if (!is_believed(m, h))
			continue;
		reach = reach_of_holding(h);
		held = add_ledger(
		    m, &reach, h->has_ca_key ? &h->ca_key : NULL, m->n + i);
	}
	cover_seal(&m->attested);
	return seal(&m->ledger, held);
}

enum reason
first_make(struct merge *m)
{
	bool legacy = false, ledger = false;

	for (size_t i = 0; i < m->n; i++) {
		const struct fate *f = &m->fates[i];

		legacy = legacy || (f->mode == POLICY_LEGACY_FIRST &&
				       f->is_ledger && f->stands);
		ledger = ledger || (f->mode == POLICY_LEDGER_FIRST &&
				       !f->is_ledger && f->stands);
	}
	if (legacy)
		TRY(make_legacy(m));
	return ledger ? make_ledger(m) : REASON_OK;
}

/* ---- who is against it ----------------------------------------------- */

static struct origin *
of_authority(struct merge *m, const struct view_authority *a)
{
	struct origin *o = ARENA_NEW(m->arena, struct origin);

	if (o != NULL)
		*o = (struct origin){ .source = a->source,
			.chain = a->link->parent,
			.uri = a->link->uri,
			.hash = a->link->hash,
			.not_before_at = a->link->not_before_at,
			.not_after_at = a->link->not_after_at };
	return o;
}

static struct origin *
of_holding(struct merge *m, const struct view_holding *h)
{
	struct statement_origin *st =
	    ARENA_NEW(m->arena, struct statement_origin);
	struct origin *o = ARENA_NEW(m->arena, struct origin);

	if (st == NULL || o == NULL)
		return NULL;
	*st = (struct statement_origin){ .holder = h->holder->id,
		.name = h->holder->name,
		.region = h->holder->region,
		.level = h->level,
		.has_ca_key = h->has_ca_key,
		.ca_key = h->ca_key };
	*o = (struct origin){
		.source = h->holder->ledger, .statement = st, .hash = h->claim
	};
	return o;
}

/* What is in the way, said as an origin: made once, and kept. */
static enum reason
say(const struct origin **out, struct merge *m, bool is_holding, size_t number)
{
	const struct view *facts = m->in->facts;
	const struct origin **kept;
	size_t n = facts->n_authorities + facts->n_holdings;

	if (m->made == NULL)
		m->made = ARENA_ARRAY(m->arena, n, const struct origin *);
	if (m->made == NULL)
		return R_LIMIT_MEMORY;
	kept = &m->made[is_holding ? facts->n_authorities + number : number];
	if (*kept == NULL && is_holding)
		*kept = of_holding(m, &facts->holdings[number]);
	else if (*kept == NULL)
		*kept = of_authority(m, &facts->authorities[number]);
	*out = *kept;
	return *kept != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
first_authority(const struct origin **out, struct merge *m, size_t number)
{
	return say(out, m, false, number);
}

static enum reason
against_ledger(const struct origin **out, struct merge *m,
    const struct payload *p, const struct reach *reach)
{
	const struct statement_origin *st = p->origin->statement;
	const struct cover_row *row;

	if (st->has_ca_key && world_certifies(&m->world, &st->ca_key, reach))
		return REASON_OK;
	row = cover_overlapping(&m->legacy, 0, reach);
	if (row != NULL) {
		*out = m->all[row->number].origin;
		return REASON_OK;
	}
	row = cover_overlapping(&m->world.own, 0, reach);
	return row == NULL ? REASON_OK : say(out, m, false, row->number);
}

/* Did who issued it attest a claim of all of it? */
static bool
is_attested(
    const struct merge *m, const struct origin *o, const struct reach *reach)
{
	const struct digest *key;
	uint32_t number;

	for (const struct link *l = o->chain; l != NULL; l = l->parent) {
		key = world_key(&m->world, l);
		if (key != NULL && digests_find(&number, &m->world.keys, key) &&
		    cover_containing(&m->attested, number, reach) != NULL)
			return true;
	}
	return false;
}

static enum reason
against_legacy(const struct origin **out, struct merge *m,
    const struct payload *p, const struct reach *reach)
{
	const struct cover_row *row = cover_overlapping(&m->ledger, 0, reach);

	if (row == NULL || is_attested(m, p->origin, reach))
		return REASON_OK;
	if (row->number >= m->n)
		return say(out, m, true, row->number - m->n);
	*out = m->all[row->number].origin;
	return REASON_OK;
}

enum reason
first_against(const struct origin **out, struct merge *m, size_t at)
{
	const struct payload *p = &m->all[at];
	struct reach reach = reach_of_payload(p);

	*out = NULL;
	return m->fates[at].is_ledger ? against_ledger(out, m, p, &reach)
				      : against_legacy(out, m, p, &reach);
}
