/* ROA contents; what is accepted is the same again once written. */
#include "tests/fuzz/fuzz.h"

#include "object/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span input = span_of(data, n);
	struct roa roa, again;
	struct limits limits;
	struct decode dec;
	struct arena arena;
	struct buf b;

	limits_init(&limits);
	arena_init(&arena, limits.point_memory);
	buf_init(&b, 2 * n + 1024);
	decode_init(&dec, &arena, &limits, input);
	if (roa_parse(&roa, input, &dec) != REASON_OK) {
		ASSERT(dec.why.reason != REASON_OK && dec.why.offset <= n);
		goto out;
	}
	roa_write(&b, &roa);
	decode_init(&dec, &arena, &limits, buf_view(&b));
	ASSERT(roa_parse(&again, buf_view(&b), &dec) == REASON_OK);
	ASSERT(again.n == roa.n && again.asn.v == roa.asn.v);
	for (size_t i = 0; i < roa.n; i++)
		ASSERT(vrp_cmp(&again.vrps[i], &roa.vrps[i]) == 0);
out:
	buf_fini(&b);
	arena_fini(&arena);
	return 0;
}
