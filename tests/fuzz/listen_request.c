/* A request by HTTP: whatever is taken is within what was given, and is the
 * same whether more follows it or not. */
#include "tests/fuzz/fuzz.h"

#include "listen/listen.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct listen_request r, again;
	size_t used = 0, used_again = 0;

	if (listen_parse(&r, &used, span_of(data, n), 1000) != 200)
		return 0;
	ASSERT(used <= n && r.body.n <= 1000);
	ASSERT(r.body.p + r.body.n == data + used);
	ASSERT(listen_parse(&again, &used_again, span_of(data, used), 1000) ==
	       200);
	ASSERT(used == used_again && span_eq(r.path, again.path));
	return 0;
}
