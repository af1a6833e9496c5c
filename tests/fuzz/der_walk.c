/* The walk over unknown structure; what it accepts, the cursor reads too. */
#include "tests/fuzz/fuzz.h"

#include "der/der.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span element, input = span_of(data, n);
	struct fault why;
	struct der d;
	size_t count = 0;

	fault_init(&why, input);
	if (der_walk(input, 32, &why) != REASON_OK) {
		ASSERT(why.reason != REASON_OK && why.offset <= n);
		return 0;
	}
	der_init(&d, input, &why);
	ASSERT(der_count(&count, &d, n) == REASON_OK);
	while (der_more(&d)) {
		ASSERT(der_any(&element, &d) == REASON_OK);
		count--;
	}
	ASSERT(count == 0 && why.reason == REASON_OK);
	return 0;
}
