/*
 * What the store keeps of a point, from the first byte on: whatever became of
 * it, what is taken of it lies within the resources of the issuer, and bytes
 * are there for all that has any.
 */
#include "tests/fuzz/fuzz.h"

#include "pool/wire.h"

#define AT INT64_C(1796083200)

static uint64_t
sum_of(struct span s)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s.n; i++)
		sum += s.p[i];
	return sum;
}

static void
check(const struct rpki_point *p, const struct resources *held)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < p->n_payloads; i++) {
		const struct payload *y = &p->payloads[i].payload;

		if (y->kind == PAYLOAD_VRP)
			ASSERT(resources_contain_prefix(held, &y->vrp.prefix));
		if (y->kind == PAYLOAD_ROUTER_KEY)
			sum += sum_of(y->key.spki);
	}
	for (size_t i = 0; i < p->n_children; i++) {
		const struct rpki_issuer *c = &p->children[i].issuer;

		ASSERT(resources_contain(held, &c->resources, NULL));
		sum += sum_of(c->cert.der) + sum_of(c->cert.subject) +
		       sum_of(c->cert.spki.key.raw);
	}
	ASSERT(sum < UINT64_MAX);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct addr_range v4 = { .hi = { { 127, 255, 255, 255 } } };
	struct asn_range as = { 0, 100000 };
	struct rpki_issuer issuer = { .cert.repository_uri =
					  SPAN("rsync://a.example/a/") };
	struct job job = { .at = AT, .issuer = &issuer };
	struct wire_in in = { .p = data, .n = n };
	struct arena arena, scratch;
	struct limits limits;
	struct answer answer;

	issuer.resources.ip[0] = (struct addr_set){ HOLDS_SOME, 1, &v4 };
	issuer.resources.as = (struct asn_set){ HOLDS_SOME, 1, &as };
	limits_init(&limits);
	job.limits = &limits;
	arena_init(&arena, (size_t)64 << 20);
	arena_init(&scratch, (size_t)64 << 20);
	if (memo_read(&answer, &in, &job, &arena, &scratch) == REASON_OK)
		check(&answer.point, &issuer.resources);
	arena_fini(&scratch);
	arena_fini(&arena);
	return 0;
}
