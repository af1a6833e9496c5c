/* A file of keys: what is taken can be used. */
#include "tests/fuzz/fuzz.h"

#include "tlog/tlog.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct tlog_keys keys;
	struct arena arena;
	unsigned line;

	arena_init(&arena, (size_t)16 << 20);
	if (tlog_keys_parse(&keys, span_of(data, n), &arena, &line) ==
	    REASON_OK) {
		ASSERT(keys.n_logs > 0 && keys.n_logs <= TLOG_KEYS_MAX);
		ASSERT(keys.n_witnesses <= TLOG_KEYS_MAX);
		for (size_t g = 0; g < keys.n_groups; g++) {
			const struct witness_group *group = &keys.groups[g];

			ASSERT(group->threshold >= 1 &&
			       group->threshold <= group->n);
			for (size_t i = 0; i < group->n; i++)
				ASSERT(
				    group->members[i] < TLOG_KEYS_MAX
					? group->members[i] < keys.n_witnesses
					: group->members[i] - TLOG_KEYS_MAX <
					      g);
		}
	}
	arena_fini(&arena);
	return 0;
}
