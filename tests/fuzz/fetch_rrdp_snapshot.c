/* An RRDP snapshot. Seeds: tests/wild/rrdp, tests/fetch/test_rrdp. */
#include "tests/fuzz/fetch_rrdp.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	fuzz_rrdp(RRDP_SNAPSHOT, span_of(data, n));
	return 0;
}
