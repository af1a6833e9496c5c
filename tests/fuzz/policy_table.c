/* Whatever a routing table says, it is refused with a sentence, or its routes
 * are in order, each once, with no bit beyond their length. */
#include "tests/fuzz/fuzz.h"

#include "policy/policy.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct table t;
	struct fault why;
	enum reason reason = table_parse(&t, span_of(data, n), &why);

	ASSERT(reason == REASON_OK || why.detail[0] != '\0');
	for (size_t i = 0; reason == REASON_OK && i < t.routes.n; i++) {
		const struct table_route *r = &t.routes.v[i];

		ASSERT(prefix_covers(&r->prefix, &r->prefix));
		ASSERT(r->prefix.len <= family_bits(r->prefix.family));
		if (i == 0)
			continue;
		ASSERT(prefix_cmp(&r[-1].prefix, &r->prefix) < 0 ||
		       (prefix_cmp(&r[-1].prefix, &r->prefix) == 0 &&
			   r[-1].origin < r->origin));
	}
	table_fini(&t);
	return 0;
}
