/* Whatever a file of another validator says, it is refused with a sentence, or
 * its VRPs are in order and well formed; compared with itself nothing differs.
 */
#include "tests/fuzz/fuzz.h"

#include "policy/policy.h"

static void
compare(const struct view *v, struct arena *arena)
{
	struct compare_side side = { .name = "file", .view = v };
	struct compare c;

	ASSERT(policy_compare(&c, &side, &side, arena) == REASON_OK);
	ASSERT(c.n_differ == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct arena arena;
	struct said_file said;
	const struct view *v = &said.view;
	struct fault why;
	enum reason reason;

	arena_init(&arena, SIZE_MAX);
	reason = policy_said(&said, span_of(data, n), &arena, &why);
	ASSERT(reason == REASON_OK || why.detail[0] != '\0');
	for (size_t i = 0; reason == REASON_OK && i < v->n; i++) {
		const struct payload *p = &v->payloads[i];
		const struct vrp *x = &p->vrp;

		for (size_t j = 0; p->kind == PAYLOAD_ASPA && j < p->aspa.n;
		     j++)
			ASSERT(j == 0 || p->aspa.providers[j].v >
					     p->aspa.providers[j - 1].v);
		if (p->kind != PAYLOAD_VRP)
			continue;
		ASSERT(x->max_len >= x->prefix.len);
		ASSERT(x->max_len <= family_bits(x->prefix.family));
		ASSERT(prefix_covers(&x->prefix, &x->prefix));
	}
	if (reason == REASON_OK)
		compare(v, &arena);
	arena_fini(&arena);
	return 0;
}
