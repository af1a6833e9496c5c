/* Which manifest is in force: rows MF3 and A28, A29 of the hostile catalogue,
 * and RFC 9286 4.2.1. */
#include <string.h>

#include "tests/check.h"

#include "rpki/rpki.h"

#define NOW 1000

/* An issue whose hash says which it is; number -1 is 2^159 - 1. */
static struct rpki_issue
issue(char hash, int number, int64_t this_update_at, int64_t next_update_at)
{
	struct rpki_issue i = { .this_update_at = this_update_at,
		.next_update_at = next_update_at };

	memset(i.hash.b, hash, sizeof(i.hash.b));
	if (number < 0) {
		memset(i.number, 0xff, sizeof(i.number));
		i.number[0] = 0x7f;
	} else {
		i.number[19] = (uint8_t)number;
		i.number[18] = (uint8_t)(number >> 8);
	}
	return i;
}

#define NONE               \
	{                  \
		0, 0, 0, 0 \
	}

static const struct {
	const char *what;
	struct {
		char hash; /* 0: there is none */
		int number;
		int64_t this_update_at, next_update_at;
	} candidate, last_good, floor;
	enum rpki_choice want;
	enum reason why;
} cases[] = {
	{ "nothing at all", NONE, NONE, NONE, RPKI_USE_NONE, REASON_OK },
	{ "the first ever", { 'a', 1, 900, 1100 }, NONE, NONE,
	    RPKI_USE_CANDIDATE, REASON_OK },
	{ "the first, with the greatest number", { 'a', -1, 900, 1100 }, NONE,
	    NONE, RPKI_USE_CANDIDATE, REASON_OK },
	{ "the first, already stale: the judge's matter", { 'a', 1, 100, 200 },
	    NONE, NONE, RPKI_USE_CANDIDATE, REASON_OK },
	{ "number and time grow", { 'b', 6, 950, 1100 }, { 'a', 5, 900, 1100 },
	    { 'a', 5, 900, 1100 }, RPKI_USE_CANDIDATE, REASON_OK },
	{ "number grows over a byte", { 'b', 256, 950, 1100 },
	    { 'a', 255, 900, 1100 }, { 'a', 255, 900, 1100 },
	    RPKI_USE_CANDIDATE, REASON_OK },
	{ "unchanged", { 'a', 5, 900, 1100 }, { 'a', 5, 900, 1100 },
	    { 'a', 5, 900, 1100 }, RPKI_USE_CANDIDATE, REASON_OK },
	{ "unchanged, the last good one lost", { 'a', 5, 900, 1100 }, NONE,
	    { 'a', 5, 900, 1100 }, RPKI_USE_CANDIDATE, REASON_OK },
	{ "same as the last good one, below the floor", { 'a', 5, 900, 1100 },
	    { 'a', 5, 900, 1100 }, { 'b', 6, 950, 1100 }, RPKI_USE_CANDIDATE,
	    REASON_OK },
	{ "same number, other content", { 'b', 5, 950, 1100 },
	    { 'a', 5, 900, 1100 }, { 'a', 5, 900, 1100 }, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_REUSED_NUMBER },
	{ "same number and time, other content", { 'b', 5, 900, 1100 },
	    { 'a', 5, 900, 1100 }, { 'a', 5, 900, 1100 }, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_REUSED_NUMBER },
	{ "lower number, later time", { 'b', 4, 950, 1100 },
	    { 'a', 5, 900, 1100 }, { 'a', 5, 900, 1100 }, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_NUMBER },
	{ "higher number, earlier time", { 'b', 6, 850, 1100 },
	    { 'a', 5, 900, 1100 }, { 'a', 5, 900, 1100 }, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_TIME },
	{ "higher number, same time", { 'b', 6, 900, 1100 },
	    { 'a', 5, 900, 1100 }, { 'a', 5, 900, 1100 }, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_TIME },
	{ "replay", { 'b', 4, 850, 1100 }, { 'a', 5, 900, 1100 },
	    { 'a', 5, 900, 1100 }, RPKI_USE_LAST_GOOD, R_MANIFEST_REPLAY },
	{ "replay, last good expired", { 'b', 4, 850, 1100 },
	    { 'a', 5, 900, 999 }, { 'a', 5, 900, 999 }, RPKI_USE_NONE,
	    R_MANIFEST_REPLAY },
	{ "replay, last good collected", { 'b', 4, 850, 1100 }, NONE,
	    { 'a', 5, 900, 999 }, RPKI_USE_NONE, R_MANIFEST_REPLAY },
	{ "the floor outlives what it was", { 'c', 6, 950, 1100 },
	    { 'a', 5, 900, 1100 }, { 'b', 7, 940, 1100 }, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_NUMBER },
	{ "no floor: the last good one is one", { 'b', 4, 850, 1100 },
	    { 'a', 5, 900, 1100 }, NONE, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_REPLAY },
	{ "after the greatest number", { 'b', 1, 950, 1100 },
	    { 'a', -1, 900, 1100 }, { 'a', -1, 900, 1100 }, RPKI_USE_LAST_GOOD,
	    R_MANIFEST_NUMBER },
	{ "gone", NONE, { 'a', 5, 900, 1100 }, { 'a', 5, 900, 1100 },
	    RPKI_USE_LAST_GOOD, REASON_OK },
	{ "gone, in its last second", NONE, { 'a', 5, 900, NOW },
	    { 'a', 5, 900, NOW }, RPKI_USE_LAST_GOOD, REASON_OK },
	{ "gone, a second too late", NONE, { 'a', 5, 900, NOW - 1 },
	    { 'a', 5, 900, NOW - 1 }, RPKI_USE_NONE, REASON_OK },
};

static const struct rpki_issue *
given(struct rpki_issue *out, char hash, int number, int64_t from, int64_t to)
{
	*out = issue(hash, number, from, to);
	return hash == 0 ? NULL : out;
}
#define GIVEN(out, c) \
	given(out, (c).hash, (c).number, (c).this_update_at, (c).next_update_at)

static void
test_choose(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct rpki_issue candidate, last_good, floor;
		enum reason why = R_LIMIT_MEMORY;
		enum rpki_choice got = rpki_point_choose(&why,
		    GIVEN(&candidate, cases[i].candidate),
		    GIVEN(&last_good, cases[i].last_good),
		    GIVEN(&floor, cases[i].floor), NOW);

		CHECK(cases[i].what, got == cases[i].want);
		CHECK_REASON(cases[i].what, why, cases[i].why);
	}
}

/*
 * However a repository mixes and repeats what a CA once issued, what is in
 * force never goes back: of all orders of five issues of which each is newer
 * than the one before, the number in force only grows.
 */
static void
test_never_back(void **state)
{
	int order[5];

	(void)state;
	for (int all = 0; all < 5 * 5 * 5 * 5 * 5; all++) {
		struct rpki_issue kept;
		const struct rpki_issue *have = NULL;
		enum reason why;

		for (int i = 0, rest = all; i < 5; i++, rest /= 5)
			order[i] = rest % 5;
		for (int i = 0; i < 5; i++) {
			struct rpki_issue next = issue((char)('a' + order[i]),
			    order[i], 900 + order[i], 1100);
			enum rpki_choice c =
			    rpki_point_choose(&why, &next, have, have, NOW);

			assert_true(c != RPKI_USE_NONE);
			if (c == RPKI_USE_LAST_GOOD) {
				assert_non_null(have);
				assert_true(next.number[19] < kept.number[19]);
				continue;
			}
			assert_true(
			    have == NULL || next.number[19] >= kept.number[19]);
			kept = next;
			have = &kept;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),
		cmocka_unit_test(test_never_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
