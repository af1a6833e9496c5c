/* Trust anchor locators: what is taken, and written, is taken again. */
#include "tests/fuzz/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct object_fuzz f;
	struct tal out, again;

	object_fuzz_init(&f, data, n);
	if (tal_parse(&out, f.input, &f.dec) == REASON_OK) {
		tal_write(&f.out, &out);
		ASSERT(
		    tal_parse(&again, buf_view(&f.out), &f.dec) == REASON_OK);
		ASSERT(span_eq(out.spki, again.spki));
		ASSERT(out.n_uris == again.n_uris);
		for (size_t i = 0; i < out.n_uris; i++)
			ASSERT(span_eq(out.uris[i].text, again.uris[i].text));
	}
	return object_fuzz_fini(&f);
}
