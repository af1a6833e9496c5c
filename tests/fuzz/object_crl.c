/* CRLs; each serial of an accepted one is found in its index. */
#include "tests/fuzz/fuzz.h"

#include "object/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span input = span_of(data, n);
	struct crl_index index;
	struct limits limits;
	struct decode dec;
	struct arena arena;
	struct crl crl;

	limits_init(&limits);
	arena_init(&arena, limits.point_memory);
	decode_init(&dec, &arena, &limits, input);
	if (crl_parse(&crl, input, &dec) != REASON_OK) {
		ASSERT(dec.why.reason != REASON_OK && dec.why.offset <= n);
	} else {
		ASSERT(crl_index(&index, &crl, &dec) == REASON_OK);
		for (size_t i = 0; i < index.n; i++)
			ASSERT(crl_index_has(&index, index.serials[i]));
	}
	arena_fini(&arena);
	return 0;
}
