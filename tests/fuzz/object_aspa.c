/* ASPA: what is taken is written the same. */
#include "tests/fuzz/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct object_fuzz f;
	struct aspa out;

	object_fuzz_init(&f, data, n);
	if (aspa_parse(&out, f.input, &f.dec) == REASON_OK) {
		aspa_write(&f.out, &out);
		ASSERT(span_eq(buf_view(&f.out), f.input));
	}
	return object_fuzz_fini(&f);
}
