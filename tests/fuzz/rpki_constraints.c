/* Constraints: what they allow is canonical, and allows itself. */
#include "tests/fuzz/object.h"

#include "rpki/rpki.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct constraints c = { 0 };
	char what[RESOURCE_TEXT];
	struct object_fuzz f;
	unsigned line;

	object_fuzz_init(&f, data, n);
	if (constraints_parse(&c, f.input, &f.dec, &line) == REASON_OK) {
		ASSERT(line == 0 && c.given);
		ASSERT(addr_set_is_canonical(&c.allowed.ip[0], FAMILY_V4));
		ASSERT(addr_set_is_canonical(&c.allowed.ip[1], FAMILY_V6));
		ASSERT(asn_set_is_canonical(&c.allowed.as));
		ASSERT(constraints_check(&c, &c.allowed, what) == REASON_OK);
	}
	return object_fuzz_fini(&f);
}
