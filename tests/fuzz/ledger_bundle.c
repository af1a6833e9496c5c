/* An entry bundle; the first byte says how many entries it should have. */
#include "tests/fuzz/fuzz.h"

#include "tlog/tlog.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span entries[TILE_WIDTH];
	struct buf again;
	size_t count;

	if (n == 0)
		return 0;
	count = (size_t)data[0] + 1;
	if (tile_entries(entries, count, span_of(data + 1, n - 1)) != REASON_OK)
		return 0;
	buf_init(&again, n);
	for (size_t i = 0; i < count; i++)
		tile_entry_write(&again, entries[i]);
	ASSERT(span_eq(buf_view(&again), span_of(data + 1, n - 1)));
	buf_fini(&again);
	return 0;
}
