#include "tests/check.h"

#include <string.h>

/* Ids are API: "room.noun", lower case, each once. */
static void
test_table(void **state)
{
	(void)state;
	for (int r = REASON_OK + 1; r < REASON_COUNT; r++) {
		const char *id = reason_id((enum reason)r);
		const char *dot = strchr(id, '.');
		const char *text = reason_text((enum reason)r);

		CHECK(id, dot != NULL && dot != id && dot[1] != '\0');
		CHECK(id, strchr(dot + 1, '.') == NULL);
		CHECK(id,
		    id[strspn(id, "abcdefghijklmnopqrstuvwxyz0123456789.-")] ==
			'\0');
		CHECK(id, text[0] != '\0' && text[strlen(text) - 1] != '.');
		/* The first with this id is this one. */
		CHECK(id, reason_by_id(id) == (enum reason)r);
		CHECK(id,
		    reason_class_id(reason_class((enum reason)r))[0] != '\0');
		CHECK(id, reason_clause((enum reason)r) != NULL);
	}
	assert_int_equal(reason_by_id("no.such"), REASON_OK);
	assert_int_equal(reason_by_id(""), REASON_OK);
	assert_string_equal(reason_id(REASON_OK), "ok");
}

static void
test_classes(void **state)
{
	(void)state;
	for (int a = CLASS_SYNTAX; a <= CLASS_SYSTEM; a++)
		for (int b = CLASS_SYNTAX; b < a; b++)
			assert_string_not_equal(
			    reason_class_id((enum reason_class)a),
			    reason_class_id((enum reason_class)b));
}

static void
test_first_fault_stays(void **state)
{
	static const uint8_t object[] = "object";
	struct fault f;

	(void)state;
	fault_init(&f, SPAN_OF(object));
	assert_int_equal(f.reason, REASON_OK);
	assert_int_equal(
	    fault_say(&f, R_LIMIT_SIZE, object + 3, "%d bytes", 17),
	    R_LIMIT_SIZE);
	assert_int_equal(fault_at(&f, R_LIMIT_DEPTH, object), R_LIMIT_DEPTH);
	assert_int_equal(
	    fault_say(&f, R_LIMIT_ITEMS, object + 1, "later"), R_LIMIT_ITEMS);
	assert_int_equal(f.reason, R_LIMIT_SIZE);
	assert_int_equal(f.offset, 3);
	assert_string_equal(f.detail, "17 bytes");
}

static void
test_detail_is_printable(void **state)
{
	struct fault f;
	char big[400];

	(void)state;
	fault_init(&f, SPAN("x"));
	assert_int_equal(
	    fault_say(&f, R_LIMIT_SIZE, NULL, "%s", "a\nb\x1b[2J\xff"),
	    R_LIMIT_SIZE);
	assert_string_equal(f.detail, "a?b?[2J?");
	assert_int_equal(f.offset, 0);

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	fault_init(&f, SPAN("x"));
	assert_int_equal(
	    fault_say(&f, R_LIMIT_SIZE, NULL, "%s", big), R_LIMIT_SIZE);
	assert_int_equal(strlen(f.detail), sizeof(f.detail) - 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_classes),
		cmocka_unit_test(test_first_fault_stays),
		cmocka_unit_test(test_detail_is_printable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
