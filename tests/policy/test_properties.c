/* What holds of every view, whatever the world and the exceptions: on random
 * worlds, which test_merge.c holds against a reference. */
#include <stdio.h>
#include <string.h>

#include "tests/policy/worlds.h"

#define WORLDS 300

static struct small_world world;

/* A payload, written as an exception. */
static void
write_item(struct buf *out, const struct payload *p, bool is_assertion)
{
	char text[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(text, &p->vrp.prefix);
		buf_printf(out, "{\"prefix\": \"%s\", \"asn\": %u", text,
		    p->vrp.asn.v);
		if (is_assertion)
			buf_printf(
			    out, ", \"maxPrefixLength\": %u", p->vrp.max_len);
		break;
	case PAYLOAD_ASPA:
		buf_printf(out, "{\"customerAsn\": %u", p->aspa.customer.v);
		if (is_assertion)
			buf_puts(out, ", \"providerAsns\": [4000000000]");
		break;
	case PAYLOAD_ROUTER_KEY:
		buf_printf(out, "{\"asn\": %u", p->key.asn.v);
		if (is_assertion)
			fail_msg("no key in this table");
		break;
	}
	buf_puts(out, "}");
}

static void
write_list(struct buf *out, const char *name, enum payload_kind kind,
    struct random *r, bool is_assertion)
{
	const char *comma = "";

	buf_printf(out, "\"%s\": [", name);
	for (size_t s = 0; s < SETS; s++)
		for (size_t i = 0; i < world.sets[s].n; i++) {
			struct payload p = world.sets[s].payloads[i];

			if (p.kind != kind || !random_is(r, 3))
				continue;
			/* What nobody says, too. */
			if (kind == PAYLOAD_VRP && random_is(r, 50))
				p.vrp.asn.v += 1 + random_below(r, 3);
			buf_puts(out, comma);
			write_item(out, &p, is_assertion);
			comma = ", ";
		}
	buf_puts(out, "]");
}

static void
random_slurm(struct slurm *out, struct random *r)
{
	struct slurm_error error;
	struct buf b;

	buf_init(&b, 100000);
	buf_puts(&b, "{\"slurmVersion\": 2, \"validationOutputFilters\": {");
	write_list(&b, "prefixFilters", PAYLOAD_VRP, r, false);
	buf_puts(&b, ", ");
	write_list(&b, "bgpsecFilters", PAYLOAD_ROUTER_KEY, r, false);
	buf_puts(&b, ", ");
	write_list(&b, "aspaFilters", PAYLOAD_ASPA, r, false);
	buf_puts(&b, "}, \"locallyAddedAssertions\": {");
	write_list(&b, "prefixAssertions", PAYLOAD_VRP, r, true);
	buf_puts(&b, ", \"bgpsecAssertions\": [], ");
	write_list(&b, "aspaAssertions", PAYLOAD_ASPA, r, true);
	buf_puts(&b, "}}");
	slurm_init(out);
	CHECK_REASON("slurm",
	    slurm_parse(out, buf_view(&b), "x.json", &world.limits, &error),
	    REASON_OK);
	buf_fini(&b);
}

/* ---- where payloads come from ------------------------------------------- */

static bool
has_provider(const struct payload *p, struct asn customer, struct asn provider)
{
	if (p->kind != PAYLOAD_ASPA || p->aspa.customer.v != customer.v)
		return false;
	for (size_t i = 0; i < p->aspa.n; i++)
		if (p->aspa.providers[i].v == provider.v)
			return true;
	return false;
}

static bool
anyone_provides(
    const struct slurm *slurm, struct asn customer, struct asn provider)
{
	for (size_t s = 0; s < SETS; s++)
		for (size_t i = 0; i < world.sets[s].n; i++)
			if (has_provider(
				&world.sets[s].payloads[i], customer, provider))
				return true;
	for (size_t i = 0; i < slurm->assertions.n; i++)
		if (has_provider(
			&slurm->assertions.v[i].payload, customer, provider))
			return true;
	return false;
}

/* The same contents, by the same origin; the providers of an ASPA are those
 * of its customer's ASPAs. */
static bool
is_said(const struct payload *p, const struct payload *by)
{
	if (p->origin != by->origin || p->kind != by->kind)
		return false;
	if (p->kind != PAYLOAD_ASPA)
		return payload_cmp(p, by) == 0;
	return p->aspa.customer.v == by->aspa.customer.v;
}

static bool
is_input(const struct payload *p)
{
	for (size_t s = 0; s < SETS; s++)
		for (size_t i = 0; i < world.sets[s].n; i++)
			if (is_said(p, &world.sets[s].payloads[i]))
				return true;
	return false;
}

static bool
is_assertion(const struct payload *p, const struct slurm *slurm)
{
	for (size_t i = 0; i < slurm->assertions.n; i++)
		if (is_said(p, &slurm->assertions.v[i].payload))
			return true;
	return false;
}

/* Each payload of a view is in at least one input, or an assertion; each input
 * is in the view, or left out with a cause. */
static void
test_inputs(void **state)
{
	size_t inputs = 0, asserted = 0, filtered = 0;

	(void)state;
	for (unsigned seed = 0; seed < WORLDS; seed++) {
		struct random r = { seed };
		struct arena arena;
		struct slurm slurm;
		struct view v;
		size_t n = 0, said = 0;

		arena_init(&arena, SIZE_MAX);
		world_random(&world, &r);
		random_slurm(&slurm, &r);
		world.in.slurm = &slurm;
		CHECK_REASON(
		    "merge", policy_merge(&v, &world.in, &arena), REASON_OK);
		for (size_t i = 0; i < v.n; i++) {
			const struct payload *p = &v.payloads[i];
			bool is_in = is_input(p);

			if (!is_in && !is_assertion(p, &slurm))
				fail_msg(
				    "world %u: %zu is from nowhere", seed, i);
			said += is_in;
			asserted += !is_in;
			for (size_t k = 0;
			     p->kind == PAYLOAD_ASPA && k < p->aspa.n; k++)
				assert_true(anyone_provides(&slurm,
				    p->aspa.customer, p->aspa.providers[k]));
		}
		for (size_t s = 0; s < SETS; s++)
			n += world.sets[s].n;
		assert_int_equal(said + v.n_left, n);
		for (size_t i = 0; i < v.n_left; i++) {
			assert_true(is_input(&v.left[i].payload));
			filtered += v.left[i].cause == LEFT_SLURM;
		}
		inputs += said;
		slurm_fini(&slurm);
		arena_fini(&arena);
	}
	assert_true(inputs > 10 * WORLDS);
	assert_true(asserted > WORLDS);
	assert_true(filtered > WORLDS);
}

/* ---- order --------------------------------------------------------------- */

static void
shuffle(struct random *r)
{
	for (size_t s = SETS - 1; s > 0; s--) {
		size_t to = random_below(r, (unsigned)s + 1);
		struct policy_set t = world.sets[s];

		world.sets[s] = world.sets[to];
		world.sets[to] = t;
	}
	for (size_t s = 0; s < SETS; s++) {
		struct payload *p = world.payloads[world.sets[s].source];

		for (size_t i = world.sets[s].n; i-- > 1;) {
			size_t to = random_below(r, (unsigned)i + 1);
			struct payload t = p[i];

			p[i] = p[to];
			p[to] = t;
		}
	}
}

static void
test_order(void **state)
{
	(void)state;
	for (unsigned seed = 0; seed < WORLDS; seed++) {
		struct random r = { seed };
		struct arena arena;
		struct slurm slurm;
		struct view a, b;

		arena_init(&arena, SIZE_MAX);
		world_random(&world, &r);
		random_slurm(&slurm, &r);
		world.in.slurm = &slurm;
		CHECK_REASON(
		    "merge", policy_merge(&a, &world.in, &arena), REASON_OK);
		for (int i = 0; i < 4; i++) {
			shuffle(&r);
			CHECK_REASON("merge",
			    policy_merge(&b, &world.in, &arena), REASON_OK);
			assert_int_equal(a.n, b.n);
			assert_int_equal(a.n_left, b.n_left);
			for (size_t k = 0; k < a.n; k++)
				assert_int_equal(payload_order(&a.payloads[k],
						     &b.payloads[k]),
				    0);
			for (size_t k = 0; k < a.n_left; k++) {
				assert_int_equal(
				    payload_order(
					&a.left[k].payload, &b.left[k].payload),
				    0);
				assert_int_equal(
				    a.left[k].cause, b.left[k].cause);
				assert_int_equal(
				    a.left[k].rule, b.left[k].rule);
			}
		}
		slurm_fini(&slurm);
		arena_fini(&arena);
	}
}

/* ---- comparisons --------------------------------------------------------- */

static void
compare_with_itself(const struct view *v, struct arena *arena)
{
	for (int w = COMPARE_ALL; w <= COMPARE_LEDGER; w++) {
		struct compare_side a = {
			.name = "a", .view = v, .world = (enum compare_world)w
		};
		struct compare c;

		CHECK_REASON(
		    "compare", policy_compare(&c, &a, &a, arena), REASON_OK);
		assert_int_equal(c.n_differ, 0);
	}
}

static size_t
compare_both_ways(const struct compare_side *a, const struct compare_side *b,
    struct arena *arena)
{
	struct compare c, d;

	CHECK_REASON("compare", policy_compare(&c, a, b, arena), REASON_OK);
	CHECK_REASON("compare", policy_compare(&d, b, a, arena), REASON_OK);
	assert_int_equal(c.n, d.n);
	assert_int_equal(c.n_differ, d.n_differ);
	for (size_t i = 0; i < c.n; i++) {
		const struct compare_item *p = &c.items[i], *q = &d.items[i];

		assert_ptr_equal(p->of[0], q->of[1]);
		assert_ptr_equal(p->of[1], q->of[0]);
		assert_int_equal(p->class, q->class);
		assert_ptr_equal(p->rival, q->rival);
		assert_int_equal(p->cause.kind, q->cause.kind);
		assert_int_equal(p->cause.reason, q->cause.reason);
	}
	for (int class = 1; class < COMPARE_CLASSES; class ++) {
		assert_memory_equal(&c.total[0][class], &d.total[1][class],
		    sizeof(c.total[0][0]));
		assert_memory_equal(&c.causes[0][class], &d.causes[1][class],
		    sizeof(c.causes[0][0]));
	}
	return c.n_differ;
}

/* Of all kinds of payloads: two policies over one world, and its two halves. */
static void
test_compare(void **state)
{
	size_t kinds[3] = { 0 }, differ = 0;

	(void)state;
	for (unsigned seed = 0; seed < WORLDS; seed++) {
		struct random r = { seed };
		struct arena arena;
		struct view v, w;
		struct compare_side a = { .name = "a", .view = &v };
		struct compare_side b = { .name = "b", .view = &w };

		arena_init(&arena, SIZE_MAX);
		world_random(&world, &r);
		CHECK_REASON(
		    "merge", policy_merge(&v, &world.in, &arena), REASON_OK);
		world.policy.mode =
		    (enum policy_mode)random_below(&r, POLICY_MODES);
		CHECK_REASON(
		    "merge", policy_merge(&w, &world.in, &arena), REASON_OK);
		compare_with_itself(&v, &arena);
		differ += compare_both_ways(&a, &b, &arena);
		b.view = &v;
		a.world = COMPARE_LEGACY;
		b.world = COMPARE_LEDGER;
		differ += compare_both_ways(&a, &b, &arena);
		for (size_t i = 0; i < v.n; i++)
			kinds[v.payloads[i].kind]++;
		arena_fini(&arena);
	}
	assert_true(differ > WORLDS);
	for (int i = 0; i < 3; i++)
		assert_true(kinds[i] > WORLDS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inputs),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_compare),
	};

	return cmocka_run_group_tests_name("properties", tests, NULL, NULL);
}
