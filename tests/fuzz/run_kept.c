/* What is kept of a ledger from run to run: read, it can be written, and is
 * then read as the same. */
#include "tests/fuzz/fuzz.h"

#include "run/follow.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct kept *kept = base_alloc(2 * sizeof(*kept));
	struct buf b;

	ASSERT(kept != NULL);
	buf_init(&b, SIZE_MAX);
	if (kept_parse(&kept[0], span_of(data, n))) {
		kept_write(&b, &kept[0]);
		ASSERT(!b.failed);
		ASSERT(kept_parse(&kept[1], buf_view(&b)));
		ASSERT(span_eq(kept[0].note, kept[1].note));
		ASSERT(kept[0].n_mirrors == kept[1].n_mirrors);
	}
	buf_fini(&b);
	base_free(kept);
	return 0;
}
