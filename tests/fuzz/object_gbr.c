/* Ghostbusters records. */
#include "tests/fuzz/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct object_fuzz f;
	struct ghostbusters out;

	object_fuzz_init(&f, data, n);
	if (ghostbusters_parse(&out, f.input, &f.dec) == REASON_OK) {
		ASSERT(span_eq(out.vcard, f.input));
		ASSERT(utf8_is_valid(out.vcard));
	}
	return object_fuzz_fini(&f);
}
