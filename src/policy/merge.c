/*
 * From payload sets to the view: the one place where the worlds meet.
 *
 * All that was found valid lies in one array, in the order of the view, with
 * what becomes of each beside it. First each is judged by itself (rules, level,
 * endorsement); what stands then meets the other world.
 */
#include <stdlib.h>

#include "policy/inside.h"

static const char *const mode_ids[POLICY_MODES] = {
	[POLICY_LEGACY_ONLY] = "legacy-only",
	[POLICY_LEDGER_ONLY] = "ledger-only",
	[POLICY_LEGACY_FIRST] = "legacy-first",
	[POLICY_LEDGER_FIRST] = "ledger-first",
	[POLICY_UNION] = "union",
	[POLICY_AGREEMENT] = "agreement",
};

const char *
policy_mode_id(enum policy_mode mode)
{
	ASSERT(mode < POLICY_MODES);
	return mode_ids[mode];
}

bool
policy_mode_parse(enum policy_mode *out, struct span text)
{
	for (enum policy_mode m = 0; m < POLICY_MODES; m++)
		if (span_eq(text, span_str(mode_ids[m]))) {
			*out = m;
			return true;
		}
	return false;
}

void
policy_init(struct policy *out)
{
	*out = (struct policy){ .mode = POLICY_LEGACY_FIRST,
		.minimum_level = 1,
		.hold_shrink = 10,
		.hold_for = 3600 };
}

bool
merge_find(struct merge *m, const struct finding *f)
{
	return vec_push(&m->findings, *f);
}

/* All payloads, each by each origin once, and room for assertions. */
static enum reason
gather(struct merge *m)
{
	size_t n = 0, at = 0, room = 0;

	for (size_t i = 0; i < m->in->n; i++)
		n += m->in->sets[i].n;
	if (m->in->slurm != NULL)
		room = m->in->slurm->assertions.n;
	m->all = ARENA_ARRAY(m->arena, n + room, struct payload);
	if (m->all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < m->in->n; i++)
		for (size_t j = 0; j < m->in->sets[i].n; j++)
			m->all[at++] = m->in->sets[i].payloads[j];
	if (n > 1)
		qsort(m->all, n, sizeof(*m->all), payload_order);
	for (size_t i = 0; i < n; i++)
		if (m->n == 0 ||
		    payload_order(&m->all[m->n - 1], &m->all[i]) != 0)
			m->all[m->n++] = m->all[i];
	m->fates = base_alloc((m->n + 1) * sizeof(*m->fates));
	return m->fates != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- each by itself -------------------------------------------------- */

static void
leave(struct fate *f, enum left_cause cause)
{
	f->stands = false;
	f->is_left = true;
	f->cause = cause;
}

/* Its space overlaps what a CA has whose own point is refused: routes that
 * point would have made valid may now be invalid. */
static enum reason
judge_unsafe(struct merge *m, size_t at)
{
	struct fate *f = &m->fates[at];
	const struct payload *p = &m->all[at];
	struct reach reach = reach_of_payload(p);
	const struct cover_row *row;
	char text[RESOURCE_TEXT];
	struct finding found = { .reason = R_POLICY_UNSAFE,
		.effect = m->rules.policy->unsafe == POLICY_UNSAFE_REJECT
			      ? EFFECT_OBJECT
			      : EFFECT_WARNING,
		.object = p->origin->uri,
		.hash = p->origin->hash,
		.trust_anchor = p->origin->source };

	if (f->is_ledger || p->kind != PAYLOAD_VRP)
		return REASON_OK;
	row = cover_overlapping(&m->world.refused, 0, &reach);
	if (row == NULL)
		return REASON_OK;
	f->is_unsafe = true;
	m->n_unsafe += at == 0 || payload_cmp(&m->all[at - 1], p) != 0 ||
		       !m->fates[at - 1].is_unsafe;
	if (m->rules.policy->unsafe == POLICY_UNSAFE_ACCEPT)
		return REASON_OK;
	TRY(first_authority(&f->by, m, row->number));
	if (p->origin->chain != NULL)
		found.point = p->origin->chain->manifest_uri;
	found.certificate = f->by->uri;
	prefix_write(text, &p->vrp.prefix);
	found.detail = arena_dup(m->arena, span_str(text));
	if (found.detail.p == NULL || !merge_find(m, &found))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

static void
judge_one(struct merge *m, size_t at)
{
	const struct policy *policy = m->rules.policy;
	const struct payload *p = &m->all[at];
	struct fate *f = &m->fates[at];
	unsigned rule = rules_match(&m->rules, p);
	enum policy_action action =
	    rule > 0 ? policy->rules[rule - 1].action : POLICY_USE;

	if (action == POLICY_ACCEPT) {
		f->is_accepted = true;
		return;
	}
	if (action == POLICY_REJECT) {
		f->rule = rule;
		leave(f, LEFT_RULE);
		return;
	}
	if (f->is_unsafe && policy->unsafe == POLICY_UNSAFE_REJECT)
		leave(f, LEFT_UNSAFE);
	else if (f->is_ledger &&
		 p->origin->statement->level < policy->minimum_level)
		leave(f, LEFT_LEVEL);
	else if (f->is_ledger && !rules_endorsed(&m->rules, p))
		leave(f, LEFT_ENDORSERS);
	else if (rule > 0) {
		f->rule = rule;
		f->mode = policy->rules[rule - 1].mode;
	}
}

static enum reason
judge_all(struct merge *m)
{
	for (size_t i = 0; i < m->n; i++) {
		m->fates[i] = (struct fate){ .mode = m->rules.policy->mode,
			.is_ledger = m->all[i].origin->statement != NULL,
			.stands = true };
		TRY(judge_unsafe(m, i));
		judge_one(m, i);
	}
	return REASON_OK;
}

/* ---- against the other world ----------------------------------------- */

static enum reason
meet_one(struct merge *m, size_t at, bool agreed)
{
	struct fate *f = &m->fates[at];

	if (!f->stands || f->is_accepted)
		return REASON_OK;
	switch (f->mode) {
	case POLICY_LEGACY_ONLY:
	case POLICY_LEDGER_ONLY:
		if (f->is_ledger != (f->mode == POLICY_LEDGER_ONLY))
			leave(f, LEFT_MODE);
		return REASON_OK;
	case POLICY_LEGACY_FIRST:
	case POLICY_LEDGER_FIRST:
		if (f->is_ledger != (f->mode == POLICY_LEGACY_FIRST))
			return REASON_OK;
		TRY(first_against(&f->by, m, at));
		if (f->by != NULL)
			leave(f, LEFT_COVERED);
		return REASON_OK;
	case POLICY_AGREEMENT:
		if (!agreed)
			leave(f, LEFT_UNAGREED);
		return REASON_OK;
	case POLICY_UNION:
	case POLICY_MODES:
		return REASON_OK;
	}
	BUG("a mode");
}

/* How many say the same, from `at` on: of an ASPA, about the customer. */
static size_t
same_run(const struct merge *m, size_t at)
{
	size_t end = at + 1;

	if (m->all[at].kind == PAYLOAD_ASPA)
		return aspa_run(m->all, m->n, at);
	while (end < m->n && payload_cmp(&m->all[at], &m->all[end]) == 0)
		end++;
	return end - at;
}

static enum reason
agree(bool *out, struct merge *m, size_t at, size_t n)
{
	bool legacy = false, ledger = false;

	if (m->all[at].kind == PAYLOAD_ASPA)
		return aspa_agree(out, m, at, n);
	for (size_t i = at; i < at + n; i++) {
		if (m->fates[i].stands && m->fates[i].is_ledger)
			ledger = true;
		else if (m->fates[i].stands)
			legacy = true;
	}
	*out = legacy && ledger;
	return REASON_OK;
}

static enum reason
meet_all(struct merge *m)
{
	size_t n;

	TRY(first_make(m));
	for (size_t i = 0; i < m->n; i += n) {
		bool agreed;

		n = same_run(m, i);
		TRY(agree(&agreed, m, i, n));
		for (size_t j = i; j < i + n; j++)
			TRY(meet_one(m, j, agreed));
	}
	return REASON_OK;
}

/* ---- all of it ------------------------------------------------------- */

static enum reason
merge(struct view *out, struct merge *m, const struct policy *policy)
{
	TRY(gather(m));
	TRY(world_make(&m->world, m->in->facts));
	TRY(rules_make(&m->rules, policy, &m->world));
	TRY(judge_all(m));
	TRY(meet_all(m));
	return take_view(out, m);
}

enum reason
policy_merge(struct view *out, const struct policy_in *in, struct arena *arena)
{
	struct merge m = { .in = in, .arena = arena };
	struct policy otherwise;
	enum reason r;

	policy_init(&otherwise);
	*out = *in->facts;
	r = merge(out, &m, in->policy != NULL ? in->policy : &otherwise);
	rules_fini(&m.rules);
	world_fini(&m.world);
	cover_fini(&m.legacy);
	cover_fini(&m.ledger);
	cover_fini(&m.attested);
	base_free(m.fates);
	vec_fini(&m.providers);
	vec_fini(&m.others);
	vec_fini(&m.findings);
	vec_fini(&m.left);
	return r;
}
