/* What merging promises, on random worlds. */
#include <string.h>

#include "tests/policy/worlds.h"

#define WORLDS 3000

static struct small_world world;
static struct verdict verdicts[SETS][PAYLOADS_MAX];

static void
merge(struct view *out, const struct small_world *w, struct arena *arena)
{
	CHECK_REASON("merge", policy_merge(out, &w->in, arena), REASON_OK);
}

/* Which payload is it that has this origin? */
static void
find_origin(size_t *set, size_t *i, const struct origin *o)
{
	for (*set = 0; *set < SETS; ++*set)
		if (o >= world.origins[*set] &&
		    o < world.origins[*set] + PAYLOADS_MAX) {
			*i = (size_t)(o - world.origins[*set]);
			return;
		}
	fail_msg("an origin from nowhere");
}

static uint64_t
bits_of_providers(const struct aspa *a)
{
	uint64_t out = 0;

	for (size_t i = 0; i < a->n; i++)
		out |= bits_of_asns(a->providers[i].v, a->providers[i].v);
	return out;
}

/* Each of the view is in the input, and the other way round. */
static void
check_view(const struct view *view, unsigned seed)
{
	size_t set = 0, i = 0, n = 0;

	for (size_t k = 0; k < view->n; k++) {
		const struct payload *p = &view->payloads[k];
		const struct verdict *v;

		find_origin(&set, &i, p->origin);
		v = &verdicts[set][i];
		if (v->is_left)
			fail_msg("world %u: %s %zu is in", seed,
			    left_cause_id(v->cause), set);
		if (p->kind != PAYLOAD_ASPA)
			assert_int_equal(
			    payload_cmp(p, &world.payloads[set][i]), 0);
		else
			assert_true(
			    bits_of_providers(&p->aspa) == v->providers);
		if (k > 0)
			assert_true(
			    payload_order(&view->payloads[k - 1], p) < 0);
	}
	for (size_t k = 0; k < view->n_left; k++) {
		const struct view_left *l = &view->left[k];
		const struct verdict *v;

		find_origin(&set, &i, l->payload.origin);
		v = &verdicts[set][i];
		if (!v->is_left || v->cause != l->cause || v->rule != l->rule)
			fail_msg("world %u: %s by rule %u is out, not %d %s %u",
			    seed, left_cause_id(l->cause), l->rule, v->is_left,
			    left_cause_id(v->cause), v->rule);
		assert_int_equal(
		    payload_cmp(&l->payload, &world.payloads[set][i]), 0);
		assert_true((l->by != NULL) == (l->cause == LEFT_COVERED ||
						   l->cause == LEFT_UNSAFE));
		assert_int_equal(l->why.n, l->rule > 0 ? 7 : 0);
		if (k > 0)
			assert_true(payload_order(&view->left[k - 1].payload,
					&l->payload) < 0);
	}
	for (set = 0; set < SETS; set++)
		n += world.sets[set].n;
	assert_int_equal(view->n + view->n_left, n);
}

/* Findings are as the reference says. */
static void
check_findings(const struct view *view, uint64_t found[2])
{
	size_t unsafe = 0, withdrawn = 0;

	for (size_t i = 0; i < view->n_holdings; i++)
		withdrawn += view->holdings[i].evidence_withdrawn;
	for (size_t i = 0; i < view->n_findings; i++) {
		enum reason why = view->findings[i].reason;

		provoked(why);
		assert_true(view->findings[i].detail.n > 0);
		if (why == R_POLICY_EVIDENCE_WITHDRAWN)
			withdrawn--;
		else if (why == R_POLICY_UNSAFE)
			unsafe++;
		found[why == R_POLICY_UNSAFE]++;
	}
	assert_int_equal(withdrawn, 0);
	if (world.policy.unsafe == POLICY_UNSAFE_ACCEPT)
		assert_int_equal(unsafe, 0);
	else
		assert_true(unsafe >= view->n_unsafe);
	for (size_t s = 0; s < 2; s++)
		for (size_t i = 0; i < world.sets[s].n; i++)
			if (world_unsafe(&world, &world.payloads[s][i]))
				unsafe--;
	if (world.policy.unsafe != POLICY_UNSAFE_ACCEPT)
		assert_int_equal(unsafe, 0);
}

static void
test_reference(void **state)
{
	uint64_t causes[LEFT_PROVIDERS + 1] = { 0 }, kept = 0;
	uint64_t found[2] = { 0 };
	struct view view;
	struct arena arena;

	(void)state;
	for (unsigned seed = 0; seed < WORLDS; seed++) {
		struct random r = { seed };

		arena_init(&arena, SIZE_MAX);
		world_random(&world, &r);
		merge(&view, &world, &arena);
		world_judge(verdicts, &world);
		check_view(&view, seed);
		check_findings(&view, found);
		for (size_t i = 0; i < view.n_left; i++)
			causes[view.left[i].cause]++;
		kept += view.n;
		arena_fini(&arena);
	}
	/* The worlds are such that all of it happens, often. */
	assert_true(kept > WORLDS);
	assert_true(found[0] > WORLDS / 20 && found[1] > WORLDS / 20);
	for (size_t i = 0; i < LEFT_PROVIDERS; i++)
		if (i != LEFT_SLURM && causes[i] < WORLDS / 20)
			fail_msg("%s: only %llu times",
			    left_cause_id((enum left_cause)i),
			    (unsigned long long)causes[i]);
}

/* The other end first, and what is in a set too. */
static void
turn(struct small_world *w)
{
	for (size_t s = 0; s < SETS / 2; s++) {
		struct policy_set t = w->sets[s];

		w->sets[s] = w->sets[SETS - 1 - s];
		w->sets[SETS - 1 - s] = t;
	}
	for (size_t s = 0; s < SETS; s++) {
		struct payload *p = w->payloads[w->sets[s].source];

		for (size_t i = 0; i < w->sets[s].n / 2; i++) {
			struct payload t = p[i];

			p[i] = p[w->sets[s].n - 1 - i];
			p[w->sets[s].n - 1 - i] = t;
		}
	}
}

static void
test_order(void **state)
{
	struct view a, b;
	struct arena arena;

	(void)state;
	for (unsigned seed = 0; seed < WORLDS / 10; seed++) {
		struct random r = { seed };

		arena_init(&arena, SIZE_MAX);
		world_random(&world, &r);
		merge(&a, &world, &arena);
		turn(&world);
		merge(&b, &world, &arena);
		assert_int_equal(a.n, b.n);
		assert_int_equal(a.n_left, b.n_left);
		for (size_t i = 0; i < a.n; i++)
			assert_int_equal(
			    payload_order(&a.payloads[i], &b.payloads[i]), 0);
		for (size_t i = 0; i < a.n_left; i++) {
			const struct view_left *x = &a.left[i], *y = &b.left[i];

			assert_int_equal(
			    payload_order(&x->payload, &y->payload), 0);
			assert_int_equal(x->cause, y->cause);
			assert_true((x->by == NULL) == (y->by == NULL));
			if (x->by != NULL) {
				assert_true(
				    span_eq(x->by->source, y->by->source));
				assert_true(span_eq(x->by->uri, y->by->uri));
			}
		}
		arena_fini(&arena);
	}
}

static void
no_rules(struct small_world *w, enum policy_mode mode)
{
	policy_init(&w->policy);
	w->policy.mode = mode;
	w->policy.minimum_level = 0;
}

/* As if there were no ledgers. */
static void
test_legacy_only(void **state)
{
	struct view a, b;
	struct arena arena;

	(void)state;
	for (unsigned seed = 0; seed < WORLDS / 10; seed++) {
		struct random r = { seed };

		arena_init(&arena, SIZE_MAX);
		world_random(&world, &r);
		no_rules(&world, POLICY_LEGACY_ONLY);
		merge(&a, &world, &arena);
		world.in.n = 2;
		world.facts.n_holders = world.facts.n_holdings = 0;
		merge(&b, &world, &arena);
		assert_int_equal(b.n_left, 0);
		assert_int_equal(a.n_left, world.sets[2].n + world.sets[3].n);
		assert_int_equal(a.n, b.n);
		for (size_t i = 0; i < a.n; i++) {
			assert_int_equal(
			    payload_order(&a.payloads[i], &b.payloads[i]), 0);
			assert_ptr_equal(
			    a.payloads[i].origin, b.payloads[i].origin);
		}
		arena_fini(&arena);
	}
}

/* RFC 6811: 0 not found, 1 invalid, 2 valid. */
static int
route_state(const struct view *view, const struct prefix *prefix, uint32_t asn)
{
	int out = 0;

	for (size_t i = 0; i < view->n; i++) {
		const struct payload *p = &view->payloads[i];

		if (p->kind != PAYLOAD_VRP ||
		    !prefix_covers(&p->vrp.prefix, prefix))
			continue;
		if (p->vrp.asn.v == asn && p->vrp.max_len >= prefix->len)
			return 2;
		out = 1;
	}
	return out;
}

static unsigned
compare_routes(const struct view *a, const struct view *b, enum family f)
{
	uint64_t covered =
	    world_covered(&world, f == FAMILY_V4 ? HOLDING_V4 : HOLDING_V6);
	unsigned others = 0;

	for (unsigned bits = 0; bits <= CELL_BITS; bits++)
		for (unsigned c = 0; c < 64; c += 1U << (CELL_BITS - bits))
			for (uint32_t asn = 1; asn <= 5; asn++) {
				struct prefix p = prefix_of_cell(f, c, bits);
				bool same = route_state(a, &p, asn) ==
					    route_state(b, &p, asn);

				if ((cells_of_prefix(&p) & covered) != 0)
					assert_true(same);
				others += !same;
			}
	return others;
}

/* interface.md: no route that overlaps somebody's legacy space changes its
 * state, in either direction; others do. */
static void
test_routes(void **state)
{
	struct view legacy, both;
	struct arena arena;
	unsigned changed = 0;

	(void)state;
	for (unsigned seed = 0; seed < WORLDS / 10; seed++) {
		struct random r = { seed };

		arena_init(&arena, SIZE_MAX);
		world_random(&world, &r);
		for (size_t s = 2; s < SETS; s++)
			for (size_t i = 0; i < world.sets[s].n; i++)
				world.statements[s][i].has_ca_key = false;
		no_rules(&world, POLICY_LEGACY_FIRST);
		merge(&both, &world, &arena);
		world.policy.mode = POLICY_LEGACY_ONLY;
		merge(&legacy, &world, &arena);
		changed += compare_routes(&legacy, &both, FAMILY_V4);
		changed += compare_routes(&legacy, &both, FAMILY_V6);
		arena_fini(&arena);
	}
	assert_true(changed > 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reference),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_legacy_only),
		cmocka_unit_test(test_routes),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
