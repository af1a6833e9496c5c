/* What is remembered of a repository, and of a source: read, it is written as
 * it was. The first byte says which. */
#include "tests/fuzz/fuzz.h"

#include "fetch/fetch.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span value = span_of(data + 1, n - 1);
	struct fetch_health health;
	struct rrdp_state state;
	struct buf b;

	if (n < 1)
		return 0;
	buf_init(&b, n + sizeof(state));
	if (data[0] == 0 && rrdp_state_parse(&state, value))
		rrdp_state_write(&b, &state);
	else if (data[0] == 1 && fetch_health_parse(&health, value))
		fetch_health_write(&b, &health);
	ASSERT(b.n == 0 || span_eq(buf_view(&b), value));
	buf_fini(&b);
	return 0;
}
