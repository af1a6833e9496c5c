/* Manifest contents; what is accepted is the same bytes once written. */
#include "tests/fuzz/fuzz.h"

#include "object/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span input = span_of(data, n);
	struct limits limits;
	struct manifest m;
	struct decode dec;
	struct arena arena;
	struct buf b;

	limits_init(&limits);
	arena_init(&arena, limits.point_memory);
	buf_init(&b, 2 * n + 1024);
	decode_init(&dec, &arena, &limits, input);
	if (manifest_parse(&m, input, &dec) != REASON_OK) {
		ASSERT(dec.why.reason != REASON_OK && dec.why.offset <= n);
	} else {
		manifest_write(&b, &m);
		ASSERT(span_eq(buf_view(&b), input));
	}
	buf_fini(&b);
	arena_fini(&arena);
	return 0;
}
