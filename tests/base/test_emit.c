#include "tests/check.h"

#include <string.h>

/* One description with everything in it. */
static void
describe(struct emit *e)
{
	emit_object(e, NULL);
	emit_str(e, "type", "roa");
	emit_uint(e, "most", UINT64_MAX);
	emit_int(e, "least", INT64_MIN);
	emit_object(e, "nested");
	emit_array(e, "items");
	emit_str(e, NULL, "one");
	emit_object(e, NULL);
	emit_bool(e, "good", true);
	emit_bool(e, "bad", false);
	emit_array(e, "deeper");
	emit_uint(e, NULL, 7);
	emit_end(e);
	emit_end(e);
	emit_array(e, NULL);
	emit_uint(e, NULL, 1);
	emit_uint(e, NULL, 2);
	emit_end(e);
	emit_object(e, NULL);
	emit_end(e);
	emit_end(e);
	emit_end(e);
	emit_array(e, "nothing");
	emit_end(e);
	emit_null(e, "unknown");
	emit_time(e, "at", 1795225873);
	emit_hex(e, "hash", SPAN("\x01\xff"));
	emit_base64(e, "key", SPAN("\xff\xff"));
	emit_base64(e, "no_key", SPAN(""));
	emit_fmt(e, "version", "%d.%s", 3, "1");
	emit_str(e, "empty", "");
	emit_end(e);
}

static const char text_form[] = "type: roa\n"
				"most: 18446744073709551615\n"
				"least: -9223372036854775808\n"
				"nested:\n"
				"  items:\n"
				"    - one\n"
				"    - good: yes\n"
				"      bad: no\n"
				"      deeper:\n"
				"        - 7\n"
				"    - - 1\n"
				"      - 2\n"
				"    - none\n"
				"nothing: none\n"
				"unknown: none\n"
				"at: 2026-11-21T01:51:13Z\n"
				"hash: 01ff\n"
				"key: //8=\n"
				"no_key: \"\"\n"
				"version: 3.1\n"
				"empty: \"\"\n";

static const char json_form[] = "{\n"
				"  \"type\": \"roa\",\n"
				"  \"most\": 18446744073709551615,\n"
				"  \"least\": -9223372036854775808,\n"
				"  \"nested\": {\n"
				"    \"items\": [\n"
				"      \"one\",\n"
				"      {\n"
				"        \"good\": true,\n"
				"        \"bad\": false,\n"
				"        \"deeper\": [\n"
				"          7\n"
				"        ]\n"
				"      },\n"
				"      [\n"
				"        1,\n"
				"        2\n"
				"      ],\n"
				"      {}\n"
				"    ]\n"
				"  },\n"
				"  \"nothing\": [],\n"
				"  \"unknown\": null,\n"
				"  \"at\": \"2026-11-21T01:51:13Z\",\n"
				"  \"hash\": \"01ff\",\n"
				"  \"key\": \"//8=\",\n"
				"  \"no_key\": \"\",\n"
				"  \"version\": \"3.1\",\n"
				"  \"empty\": \"\"\n"
				"}\n";

static const char line_form[] =
    "{\"type\":\"roa\",\"most\":18446744073709551615,"
    "\"least\":-9223372036854775808,\"nested\":{\"items\":[\"one\","
    "{\"good\":true,\"bad\":false,\"deeper\":[7]},[1,2],{}]},"
    "\"nothing\":[],\"unknown\":null,\"at\":\"2026-11-21T01:51:13Z\","
    "\"hash\":\"01ff\",\"key\":\"//8=\",\"no_key\":\"\",\"version\":\"3.1\",\"empty\":\"\"}\n";

static void
test_forms(void **state)
{
	static const struct {
		const char *what;
		enum emit_form form;
		const char *want;
	} cases[] = {
		{ "text", EMIT_TEXT, text_form },
		{ "json", EMIT_JSON, json_form },
		{ "json line", EMIT_JSON_LINE, line_form },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;
		struct emit e;

		buf_init(&out, 1 << 16);
		emit_init(&e, &out, cases[i].form);
		describe(&e);
		CHECK(cases[i].what,
		    span_eq(buf_view(&out), span_str(cases[i].want)));
		CHECK(cases[i].what, e.depth == 0);
		buf_fini(&out);
	}
}

/* Objects one after the other: a blank line between in text, a line each in
 * JSON. */
static void
test_sequence(void **state)
{
	static const char *const want[] = {
		[EMIT_TEXT] = "a: 1\n\na: 2\n",
		[EMIT_JSON] = "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n",
		[EMIT_JSON_LINE] = "{\"a\":1}\n{\"a\":2}\n",
	};

	(void)state;
	for (enum emit_form f = EMIT_TEXT; f <= EMIT_JSON_LINE; f++) {
		struct buf out;
		struct emit e;

		buf_init(&out, 1000);
		emit_init(&e, &out, f);
		for (unsigned i = 1; i <= 2; i++) {
			emit_object(&e, NULL);
			emit_uint(&e, "a", i);
			emit_end(&e);
		}
		assert_true(span_eq(buf_view(&out), span_str(want[f])));
		buf_fini(&out);
	}
}

static void
test_strings(void **state)
{
	static const struct {
		const char *in, *json, *text;
	} cases[] = {
		{ "plain", "plain", "plain" },
		{ "a\"b", "a\\\"b", "a\"b" },
		{ "a\\b", "a\\\\b", "a\\x5cb" },
		{ "a\nb\tc", "a\\nb\\tc", "a\\x0ab\\x09c" },
		{ "\x1b[2J\x7f", "\\u001b[2J\\u007f", "\\x1b[2J\\x7f" },
		{ "\xc3\xa9\xe2\x82\xac", "\xc3\xa9\xe2\x82\xac",
		    "\xc3\xa9\xe2\x82\xac" },
		{ "\xf0\x9f\x8c\x8d", "\xf0\x9f\x8c\x8d", "\xf0\x9f\x8c\x8d" },
		/* a C1 control, a turn of direction, a tag */
		{ "\xc2\x9b", "\\u009b", "\\xc2\\x9b" },
		{ "\xe2\x80\xae", "\\u202e", "\\xe2\\x80\\xae" },
		{ "\xf3\xa0\x81\x81", "\\udb40\\udc41",
		    "\\xf3\\xa0\\x81\\x81" },
		/* RFC 3629: overlong, surrogate, beyond, cut short, stray */
		{ "\xc0\xaf", "\\ufffd\\ufffd", "\\xc0\\xaf" },
		{ "\xe0\x80\xaf", "\\ufffd\\ufffd\\ufffd", "\\xe0\\x80\\xaf" },
		{ "\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd", "\\xed\\xa0\\x80" },
		{ "\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd",
		    "\\xf4\\x90\\x80\\x80" },
		{ "\xe2\x82", "\\ufffd\\ufffd", "\\xe2\\x82" },
		{ "\xe2\x82z", "\\ufffd\\ufffdz", "\\xe2\\x82z" },
		{ "\x80z\xff", "\\ufffdz\\ufffd", "\\x80z\\xff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;
		struct emit e;
		char want[100];

		buf_init(&out, 1000);
		emit_init(&e, &out, EMIT_JSON_LINE);
		emit_str(&e, NULL, cases[i].in);
		(void)snprintf(want, sizeof(want), "\"%s\"\n", cases[i].json);
		CHECK(cases[i].json, span_eq(buf_view(&out), span_str(want)));
		buf_reset(&out);
		emit_init(&e, &out, EMIT_TEXT);
		emit_str(&e, NULL, cases[i].in);
		(void)snprintf(want, sizeof(want), "%s\n", cases[i].text);
		CHECK(cases[i].json, span_eq(buf_view(&out), span_str(want)));
		buf_fini(&out);
	}
}

static void
test_nul_inside(void **state)
{
	struct buf out;
	struct emit e;

	(void)state;
	buf_init(&out, 100);
	emit_init(&e, &out, EMIT_JSON_LINE);
	emit_span(&e, NULL, SPAN("a\0b"));
	assert_true(span_eq(buf_view(&out), SPAN("\"a\\u0000b\"\n")));
	buf_fini(&out);
}

/* The inside of a JSON string, by the grammar of RFC 8259 section 7 with
 * nothing but ASCII let through raw that is not two bytes or more of UTF-8
 * as the reader below takes it. */
static bool
is_json_string(struct span s)
{
	size_t i = 1;

	if (s.n < 3 || s.p[0] != '"' || s.p[s.n - 2] != '"')
		return false;
	while (i < s.n - 2) {
		uint8_t c = s.p[i];
		size_t more = c < 0x80 ? 0 : c < 0xe0 ? 1 : c < 0xf0 ? 2 : 3;

		if (c < 0x20 || c == '"' || (c >= 0x80 && c < 0xc2) || c > 0xf4)
			return false;
		if (c == '\\') {
			uint8_t hex[2];

			i++;
			if (s.p[i] == 'u' &&
			    (!hex_parse(hex, 2, span_of(s.p + i + 1, 4))))
				return false;
			if (strchr("\"\\/bfnrtu", s.p[i]) == NULL)
				return false;
			i += s.p[i] == 'u' ? 5 : 1;
			continue;
		}
		for (i++; more > 0; more--, i++)
			if ((s.p[i] & 0xc0) != 0x80)
				return false;
	}
	return i == s.n - 2;
}

static void
test_any_bytes(void **state)
{
	uint8_t in[24];
	uint32_t x = 1;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		struct buf out;
		struct emit e;

		for (size_t i = 0; i < sizeof(in); i++) {
			x = x * 1664525 + 1013904223;
			/* many lead and continuation bytes */
			in[i] = (uint8_t)((x >> 24) |
					  ((x >> 8 & 3) == 0 ? 0x80 : 0));
		}
		buf_init(&out, 1000);
		emit_init(&e, &out, EMIT_JSON_LINE);
		emit_span(&e, NULL, span_of(in, sizeof(in)));
		assert_true(is_json_string(buf_view(&out)));
		buf_reset(&out);
		emit_init(&e, &out, EMIT_TEXT);
		emit_span(&e, NULL, span_of(in, sizeof(in)));
		for (size_t i = 0; i + 1 < out.n; i++)
			assert_true(out.p[i] >= 0x20 && out.p[i] != 0x7f);
		buf_fini(&out);
	}
}

static void
test_deepest(void **state)
{
	(void)state;
	for (enum emit_form f = EMIT_TEXT; f <= EMIT_JSON_LINE; f++) {
		struct buf out;
		struct emit e;

		buf_init(&out, 1 << 16);
		emit_init(&e, &out, f);
		for (int i = 0; i < EMIT_DEPTH; i++) {
			if (i % 2 == 0)
				emit_array(&e, NULL);
			else
				emit_object(&e, NULL);
			if (i % 2 == 1 && i + 1 < EMIT_DEPTH) {
				emit_array(&e, "in");
				i++;
			}
		}
		while (e.depth > 0)
			emit_end(&e);
		assert_false(out.failed);
		buf_fini(&out);
	}
}

static void
test_cap(void **state)
{
	struct buf out;
	struct emit e;

	(void)state;
	for (size_t cap = 0; cap < sizeof(line_form) - 1; cap++) {
		buf_init(&out, cap);
		emit_init(&e, &out, EMIT_JSON_LINE);
		describe(&e);
		assert_true(out.failed);
		buf_fini(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_sequence),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_nul_inside),
		cmocka_unit_test(test_any_bytes),
		cmocka_unit_test(test_deepest),
		cmocka_unit_test(test_cap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
