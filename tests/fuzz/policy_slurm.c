/* Whatever a SLURM file says, it is taken or refused with a printable
 * sentence, and what is taken may be asserted. */
#include "tests/fuzz/fuzz.h"

#include "policy/policy.h"

static void
check_assertion(const struct slurm_assertion *a)
{
	const struct payload *p = &a->payload;

	ASSERT(a->line > 0 && p->origin->uri.n > 0);
	if (p->kind == PAYLOAD_VRP)
		ASSERT(p->vrp.max_len >= p->vrp.prefix.len &&
		       p->vrp.max_len <= family_bits(p->vrp.prefix.family));
	else if (p->kind == PAYLOAD_ROUTER_KEY)
		ASSERT(p->key.spki.n == 91);
	else
		for (size_t i = 1; i < p->aspa.n; i++)
			ASSERT(p->aspa.providers[i - 1].v <
			       p->aspa.providers[i].v);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct view none;
	struct limits limits;
	struct slurm slurm;
	struct slurm_error error;
	struct policy_in in = {
		.slurm = &slurm, .facts = &none, .limits = &limits
	};
	struct arena arena;
	struct view view;

	limits_init(&limits);
	slurm_init(&slurm);
	arena_init(&arena, SIZE_MAX);
	if (slurm_parse(&slurm, span_of(data, n), "a/x.json", &limits,
		&error) != REASON_OK) {
		ASSERT(error.text[0] != '\0');
		for (const char *c = error.text; *c != '\0'; c++)
			ASSERT(*c >= ' ' && *c <= '~');
	} else {
		for (size_t i = 0; i < slurm.assertions.n; i++)
			check_assertion(&slurm.assertions.v[i]);
		ASSERT(policy_merge(&view, &in, &arena) == REASON_OK);
	}
	arena_fini(&arena);
	slurm_fini(&slurm);
	return 0;
}
