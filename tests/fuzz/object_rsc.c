/* Checklists: what is taken, and written, is taken to be the same. (Written
 * the same it is not: a digest algorithm may come with NULL.) */
#include "tests/fuzz/object.h"

static void
same(const struct rsc *a, const struct rsc *b)
{
	ASSERT(a->n == b->n && resources_eq(&a->resources, &b->resources));
	for (size_t i = 0; i < a->n; i++) {
		ASSERT(span_eq(a->files[i].name, b->files[i].name));
		ASSERT(digest_eq(&a->files[i].hash, &b->files[i].hash));
	}
	ASSERT(rsc_find(a, a->files[0].name, &a->files[0].hash) == RSC_LISTED);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct object_fuzz f;
	struct rsc out, again;

	object_fuzz_init(&f, data, n);
	if (rsc_parse(&out, f.input, &f.dec) == REASON_OK) {
		rsc_write(&f.out, &out);
		ASSERT(
		    rsc_parse(&again, buf_view(&f.out), &f.dec) == REASON_OK);
		same(&out, &again);
	}
	return object_fuzz_fini(&f);
}
