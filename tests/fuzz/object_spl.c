/* Prefix lists: what is taken is written the same. */
#include "tests/fuzz/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct object_fuzz f;
	struct prefix_list out;

	object_fuzz_init(&f, data, n);
	if (prefix_list_parse(&out, f.input, &f.dec) == REASON_OK) {
		prefix_list_write(&f.out, &out);
		ASSERT(span_eq(buf_view(&f.out), f.input));
	}
	return object_fuzz_fini(&f);
}
