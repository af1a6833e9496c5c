/* Version, reasons, limits, prefixes: what needs no objects. */
#include <string.h>

#include "tests/check.h"

#include "lib/lib.h"

static void
test_reasons(void **state)
{
	static const int none[] = { 0, -1, REASON_COUNT, INT32_MAX };

	(void)state;
	assert_int_equal(cairn_reason_count(), REASON_COUNT);
	for (int r = 1; r < cairn_reason_count(); r++) {
		const char *id = cairn_reason_id(r);

		assert_non_null(id);
		CHECK(id, cairn_reason_by_id(id) == r);
		CHECK(id, cairn_reason_text(r)[0] != '\0');
		CHECK(id, cairn_reason_class(r)[0] != '\0');
		CHECK(id, cairn_reason_clause(r) != NULL);
	}
	for (size_t i = 0; i < COUNT(none); i++) {
		assert_null(cairn_reason_id(none[i]));
		assert_null(cairn_reason_text(none[i]));
		assert_null(cairn_reason_class(none[i]));
		assert_null(cairn_reason_clause(none[i]));
	}
	assert_int_equal(cairn_reason_by_id("no.such"), 0);
	assert_string_equal(
	    cairn_reason_clause(cairn_reason_by_id("ta.key")), "RFC 8630 3");
}

static void
test_limits(void **state)
{
	struct cairn *c = cairn_new();

	(void)state;
	assert_non_null(c);
	assert_int_equal(cairn_limit_set(c, "depth-max", 1), 0);
	assert_int_equal(c->limits.depth_max, 1);
	assert_int_equal(cairn_limit_set(c, "depth-max", 3200), 0);
	assert_int_equal(c->limits.depth_max, 3200);
	CHECK_REASON("none", (enum reason)cairn_limit_set(c, "depth-max", 0),
	    R_CONF_RANGE);
	CHECK_REASON("too many",
	    (enum reason)cairn_limit_set(c, "depth-max", 3201), R_CONF_RANGE);
	CHECK_REASON("no such limit",
	    (enum reason)cairn_limit_set(c, "depth", 5), R_CONF_KEY);
	assert_int_equal(c->limits.depth_max, 3200);
	cairn_free(c);
	cairn_free(NULL);
}

static void
test_fault(void **state)
{
	struct cairn_fault out;
	struct fault why;

	(void)state;
	fault_init(&why, SPAN("abc"));
	assert_int_equal(
	    fault_say(&why, R_TA_KEY, why.base + 2, "x"), R_TA_KEY);
	assert_int_equal(lib_fault(&out, R_TA_KEY, &why), R_TA_KEY);
	assert_int_equal(out.reason, R_TA_KEY);
	assert_int_equal(out.offset, 2);
	assert_string_equal(out.detail, "x");
	/* What came before memory ran out is not why it did. */
	assert_int_equal(lib_fault(&out, R_LIMIT_MEMORY, &why), R_LIMIT_MEMORY);
	assert_int_equal(out.reason, R_LIMIT_MEMORY);
	assert_int_equal(out.offset, 0);
	assert_string_equal(out.detail, "");
	assert_int_equal(lib_fault(NULL, R_TA_KEY, &why), R_TA_KEY);
	assert_int_equal(lib_fault(&out, REASON_OK, &why), 0);
	assert_int_equal(out.reason, 0);
}

static void
test_prefix(void **state)
{
	static const struct {
		const char *text;
		bool good;
	} cases[] = {
		{ "0.0.0.0/0", true },
		{ "192.0.2.0/24", true },
		{ "192.0.2.1/32", true },
		{ "2001:db8::/32", true },
		{ "::/0", true },
		{ "2001:db8::1/128", true },
		{ "192.0.2.0/33", false },
		{ "192.0.2.1/24", false },
		{ "2001:db8::/129", false },
		{ "192.0.2.0", false },
		{ "", false },
	};
	char text[CAIRN_PREFIX_TEXT];
	struct cairn_prefix p;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].text;
		enum reason r = (enum reason)cairn_prefix_parse(&p, what);

		CHECK_REASON(
		    what, r, cases[i].good ? REASON_OK : R_RESOURCES_TEXT);
		if (!cases[i].good)
			continue;
		cairn_prefix_write(text, &p);
		CHECK(what, strcmp(text, what) == 0);
	}
}

/* As a caller may fill it in by himself. */
static void
test_prefix_made(void **state)
{
	static const struct {
		const char *what;
		struct cairn_prefix p;
		const char *text;
	} cases[] = {
		{ "IPv4", { 4, 8, { 10 } }, "10.0.0.0/8" },
		{ "IPv6", { 6, 16, { 0x20, 1 } }, "2001::/16" },
		{ "no family", { 0, 8, { 10 } }, "" },
		{ "model's number", { 2, 8, { 10 } }, "" },
		{ "33 of 32 bits", { 4, 33, { 10 } }, "" },
		{ "129 of 128 bits", { 6, 129, { 10 } }, "" },
		{ "host bits", { 4, 8, { 10, 1 } }, "" },
		{ "bytes behind IPv4", { 4, 8, { 10, 0, 0, 0, 1 } }, "" },
	};
	char text[CAIRN_PREFIX_TEXT];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		cairn_prefix_write(text, &cases[i].p);
		CHECK(cases[i].what, strcmp(text, cases[i].text) == 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_fault),
		cmocka_unit_test(test_prefix),
		cmocka_unit_test(test_prefix_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
