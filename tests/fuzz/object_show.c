/* Any object, shown in each form: all of the decoders, and the same verdict
 * whatever the form. */
#include "tests/fuzz/object.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const enum emit_form forms[] = { EMIT_TEXT, EMIT_JSON,
		EMIT_JSON_LINE };
	struct object_fuzz f;
	enum reason first = REASON_OK, r;

	object_fuzz_init(&f, data, n);
	for (size_t i = 0; i < COUNT(forms); i++) {
		struct emit e;

		buf_reset(&f.out);
		arena_reset(&f.arena);
		decode_init(&f.dec, &f.arena, &f.limits, f.input);
		emit_init(&e, &f.out, forms[i]);
		emit_object(&e, NULL);
		r = object_show(&e, f.input, OBJECT_UNKNOWN, &f.dec);
		emit_end(&e);
		ASSERT(i == 0 || r == first);
		first = r;
	}
	return object_fuzz_fini(&f);
}
