#include "tests/check.h"

#include <string.h>

static void
test_table_is_struct(void **state)
{
	const struct limit_row *rows;
	struct limits limits;
	size_t n;

	(void)state;
	limits_init(&limits);
	rows = limits_table(&n);
	assert_int_equal(n * sizeof(uint64_t), sizeof(limits));
	for (size_t i = 0; i < n; i++) {
		uint64_t value;

		memcpy(&value, (const uint8_t *)&limits + rows[i].offset,
		    sizeof(value));
		CHECK(rows[i].name, value == rows[i].value && value > 0);
		CHECK(rows[i].name, rows[i].offset == i * sizeof(value));
	}
}

/* Keys are those of the configuration file: the name, with hyphens. */
static void
test_keys(void **state)
{
	const struct limit_row *rows;
	size_t n;

	(void)state;
	rows = limits_table(&n);
	for (size_t i = 0; i < n; i++) {
		const char *name = rows[i].name, *key = rows[i].key;

		CHECK(name, strlen(name) == strlen(key));
		for (size_t c = 0; name[c] != '\0'; c++)
			CHECK(name, key[c] == (name[c] == '_' ? '-' : name[c]));
		CHECK(name, rows[i].text[0] != '\0' && rows[i].unit[0] != '\0');
		for (size_t j = 0; j < i; j++)
			CHECK(name, strcmp(key, rows[j].key) != 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_is_struct),
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
