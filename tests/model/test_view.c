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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_causes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
