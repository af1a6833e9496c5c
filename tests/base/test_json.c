/* JSON as events. */
#include <string.h>

#include "tests/check.h"

#include "base/base.h"

static const struct {
	const char *text;
	const char *events; /* one letter each; B: bad */
	unsigned line;      /* of the last */
} rows[] = {
	{ "{}", "{ED", 1 },
	{ "[]", "[ED", 1 },
	{ " \t\r\n1\n", "nD", 3 },
	{ "{\"a\":1,\"b\":[true,false,null,\"x\"]}", "{knk[tf0sEED", 1 },
	{ "[\n1,\n{\"a\"\n:\n{}}]", "[n{k{EEED", 5 },
	{ "", "B", 1 },
	{ "\n\n", "B", 3 },
	{ "[1,]", "[nB", 1 },
	{ "[,1]", "[B", 1 },
	{ "[1 2]", "[nB", 1 },
	{ "[1}", "[nB", 1 },
	{ "{1:2}", "{B", 1 },
	{ "{\"a\":1,}", "{knB", 1 },
	{ "{\"a\" 1}", "{B", 1 },
	{ "{\"a\":}", "{kB", 1 },
	{ "{\"a\"}", "{B", 1 },
	{ "[1", "[nB", 1 },
	{ "1 2", "nB", 1 },
	{ "tru", "B", 1 },
	{ "truex", "tB", 1 },
	{ "NaN", "B", 1 },
	{ "[Infinity]", "[B", 1 },
	{ "0", "nD", 1 },
	{ "-0.5e+10", "nD", 1 },
	{ "01", "B", 1 },
	{ "-", "B", 1 },
	{ "1.", "B", 1 },
	{ "1e", "B", 1 },
	{ ".5", "B", 1 },
	{ "+1", "B", 1 },
	{ "\"\\u0041\\n\\/\"", "sD", 1 },
	{ "\"\\ud83d\\ude00\"", "sD", 1 },
	{ "\"\\ud83d\"", "B", 1 },
	{ "\"\\ude00\"", "B", 1 },
	{ "\"\\u12\"", "B", 1 },
	{ "\"\\x41\"", "B", 1 },
	{ "\"a\nb\"", "B", 1 },
	{ "\"a", "B", 1 },
	{ "\"a\\", "B", 1 },
	{ "\xef\xbb\xbf{}", "B", 1 },
	{ "\"\xff\"", "B", 1 },
	{ "// x\n1", "B", 1 },
	{ "'a'", "B", 1 },
};

static void
test_rows(void **state)
{
	static const char letters[] = { [JSON_AT_OBJECT] = '{',
		[JSON_AT_ARRAY] = '[',
		[JSON_AT_END] = 'E',
		[JSON_AT_KEY] = 'k',
		[JSON_AT_STRING] = 's',
		[JSON_AT_NUMBER] = 'n',
		[JSON_AT_TRUE] = 't',
		[JSON_AT_FALSE] = 'f',
		[JSON_AT_NULL] = '0',
		[JSON_AT_DONE] = 'D',
		[JSON_AT_BAD] = 'B' };

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct json j;
		struct json_event e;
		char got[64];
		size_t n = 0;

		json_init(&j, span_str(rows[i].text));
		do {
			json_next(&e, &j);
			got[n++] = letters[e.kind];
		} while (e.kind != JSON_AT_BAD && e.kind != JSON_AT_DONE);
		got[n] = '\0';
		if (strcmp(got, rows[i].events) != 0 || e.line != rows[i].line)
			fail_msg(
			    "%s: %s in line %u", rows[i].text, got, e.line);
		CHECK(rows[i].text, (e.kind == JSON_AT_BAD) == (j.why != NULL));
		json_next(&e, &j);
		CHECK(rows[i].text, letters[e.kind] == got[n - 1]);
	}
}

static void
test_text(void **state)
{
	static const char text[] =
	    "\"\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\b\\t\\\"\\\\/\"";
	struct json j;
	struct json_event e;
	struct buf out;

	(void)state;
	json_init(&j, SPAN(text));
	json_next(&e, &j);
	assert_int_equal(e.kind, JSON_AT_STRING);
	assert_true(e.is_escaped);
	buf_init(&out, 100);
	assert_true(json_text(&out, &e));
	assert_true(span_eq(buf_view(&out),
	    SPAN("A\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\b\t\"\\/")));
	buf_fini(&out);
	buf_init(&out, 3);
	assert_false(json_text(&out, &e));
	buf_fini(&out);
}

/* At the limit it is taken, past it it is not. */
static void
test_depth(void **state)
{
	char text[200];
	struct json j;
	struct json_event e;

	(void)state;
	for (size_t depth = JSON_DEPTH; depth <= JSON_DEPTH + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		json_init(&j, span_of(text, 2 * depth));
		do
			json_next(&e, &j);
		while (e.kind != JSON_AT_BAD && e.kind != JSON_AT_DONE);
		assert_int_equal(
		    e.kind, depth > JSON_DEPTH ? JSON_AT_BAD : JSON_AT_DONE);
	}
}

static void
test_skip(void **state)
{
	struct json j;
	struct json_event e;

	(void)state;
	json_init(&j, SPAN("{\"a\":[1,{\"b\":2}],\"c\":3}"));
	json_next(&e, &j);
	json_next(&e, &j);
	assert_true(json_is(&e, "a"));
	json_skip(&e, &j);
	json_next(&e, &j);
	assert_int_equal(e.kind, JSON_AT_KEY);
	assert_true(json_is(&e, "c"));
	json_skip(&e, &j);
	json_next(&e, &j);
	assert_int_equal(e.kind, JSON_AT_END);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_skip),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
