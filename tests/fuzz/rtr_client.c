/* A cache may send anything: the client takes it without harm, and what it
 * then holds can be read back as payloads. The first byte is its version. */
#include "rtr/rtr.h"
#include "tests/fuzz/fuzz.h"

static void
read_back(const struct rtr_client *c)
{
	struct origin origin = { 0 };
	struct payload *all;
	struct arena arena;
	size_t n;

	arena_init(&arena, 100000000);
	ASSERT(rtr_client_payloads(&all, &n, c, &origin, &arena) == REASON_OK);
	ASSERT(n == rtr_client_count(c));
	for (size_t i = 1; i < n; i++)
		ASSERT(payload_cmp(&all[i - 1], &all[i]) < 0);
	arena_fini(&arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	enum rtr_event e = RTR_NOTHING;
	struct span input = { data + 1, n - 1 };
	struct rtr_client c;
	struct buf ask;

	if (n < 1)
		return 0;
	rtr_client_init(&c, data[0] % RTR_VERSIONS);
	buf_init(&ask, 1000000);
	rtr_client_ask(&c, &ask);
	while (input.n > 0 && e != RTR_REFUSED && e != RTR_REPORTED) {
		e = rtr_client_feed(&c, &input);
		if (e == RTR_COMPLETE)
			read_back(&c);
		if (e == RTR_COMPLETE || e == RTR_MUST_RESET ||
		    e == RTR_DOWNGRADED) {
			buf_reset(&ask);
			rtr_client_ask(&c, &ask);
		}
	}
	buf_fini(&ask);
	rtr_client_fini(&c);
	return 0;
}
