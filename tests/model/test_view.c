/* Names of what a view is made of: each its own, all lower-case. */
#include <string.h>

#include "tests/check.h"

#include "model/model.h"

static void
test_causes(void **state)
{
	(void)state;
	for (int a = 0; a <= LEFT_PROVIDERS; a++) {
		const char *id = left_cause_id((enum left_cause)a);

		assert_int_equal(
		    strspn(id, "abcdefghijklmnopqrstuvwxyz-"), strlen(id));
		for (int b = 0; b < a; b++)
			CHECK(id,
			    strcmp(id, left_cause_id((enum left_cause)b)) != 0);
	}
}

static void
test_expiry(void **state)
{
	struct origin o[] = {
		{ .not_after_at = 500, .stale_at = 300, .chain_until_at = 900 },
		{ .not_after_at = 400, .stale_at = 700, .chain_until_at = 900 }
	};
	struct payload p[] = { { .origin = &o[0] }, { .origin = &o[1] },
		{ .origin = NULL } };
	struct view v = { .payloads = p, .n = 3 };

	(void)state;
	assert_int_equal(view_next_expiry(&v, 0), 300);
	assert_int_equal(view_next_expiry(&v, 300), 400);
	assert_int_equal(view_next_expiry(&v, 400), INT64_MAX);
	v.n = 0;
	assert_int_equal(view_next_expiry(&v, 0), INT64_MAX);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_expiry),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
