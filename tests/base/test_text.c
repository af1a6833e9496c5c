#include "tests/check.h"

#include <string.h>

static void
test_hex(void **state)
{
	static const struct {
		const char *text;
		size_t n;
		bool good;
		const char *back;
	} cases[] = {
		{ "", 0, true, "" },
		{ "00ff7f", 3, true, "00ff7f" },
		{ "ABcdEF", 3, true, "abcdef" },
		{ "abcde", 2, false, "" },
		{ "abcde", 3, false, "" },
		{ "abcd", 3, false, "" },
		{ "abcd", 1, false, "" },
		{ "ag", 1, false, "" },
		{ "a ", 1, false, "" },
		{ "@a", 1, false, "" },
		{ "/0", 1, false, "" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t out[4] = { 0xee, 0xee, 0xee, 0xee };
		char back[9];

		CHECK(cases[i].text,
		    hex_parse(out, cases[i].n, span_str(cases[i].text)) ==
			cases[i].good);
		if (!cases[i].good) {
			CHECK(cases[i].text, out[0] == 0xee);
			continue;
		}
		hex_write(back, span_of(out, cases[i].n));
		CHECK(cases[i].text, strcmp(back, cases[i].back) == 0);
	}
}

static void
test_base64(void **state)
{
	static const struct {
		const char *text, *bytes; /* NULL: refused */
		bool white;
	} cases[] = {
		/* RFC 4648 10 */
		{ "", "", false },
		{ "Zg==", "f", false },
		{ "Zm8=", "fo", false },
		{ "Zm9v", "foo", false },
		{ "Zm9vYg==", "foob", false },
		{ "Zm9vYmE=", "fooba", false },
		{ "Zm9vYmFy", "foobar", false },
		{ "+/+/", "\xfb\xff\xbf", false },
		{ " Zm9v\r\n\tYg = =\n", "foob", true },
		{ "Zm9v\n", NULL, false },
		{ "Zm9v Yg==", NULL, false },
		{ "Zg", NULL, false },
		{ "Zg=", NULL, false },
		{ "Zg===", NULL, false },
		{ "Zg==Zg==", NULL, false }, /* padding ends it */
		{ "Zg== \n", "f", true },
		{ "Z===", NULL, false },
		{ "====", NULL, false },
		{ "=", NULL, false },
		{ "Zm=v", NULL, false },
		{ "Zh==", NULL, false }, /* bits that carry nothing */
		{ "Zm9=", NULL, false },
		{ "-_-_", NULL, false },
		{ "Zm9v\v", NULL, true },
		{ "Zm\xc2\xa0"
		  "9v",
		    NULL, true },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;
		bool good;

		buf_init(&out, 100);
		buf_puts(&out, ">");
		good =
		    base64_parse(&out, span_str(cases[i].text), cases[i].white);
		CHECK(cases[i].text, good == (cases[i].bytes != NULL));
		if (good)
			buf_byte(&out, 0);
		CHECK(cases[i].text,
		    good ? strcmp((char *)out.p + 1, cases[i].bytes) == 0
			 : out.n == 1);
		buf_fini(&out);
	}
}

/* What is written reads back, for every length and many bytes. */
static void
test_base64_identity(void **state)
{
	uint8_t in[100];

	(void)state;
	for (size_t n = 0; n <= sizeof(in); n++) {
		struct buf text, out;

		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)(i * 167 + n * 91);
		buf_init(&text, 1000);
		buf_init(&out, sizeof(in));
		base64_write(&text, span_of(in, n));
		assert_int_equal(text.n, (n + 2) / 3 * 4);
		assert_true(base64_parse(&out, buf_view(&text), false));
		assert_true(span_eq(buf_view(&out), span_of(in, n)));
		buf_fini(&text);
		buf_fini(&out);
	}
}

static void
test_base64_cap(void **state)
{
	struct buf out;

	(void)state;
	buf_init(&out, 5);
	assert_false(base64_parse(&out, SPAN("Zm9vYmFy"), false));
	assert_int_equal(out.n, 0);
	buf_fini(&out);
	buf_init(&out, 6);
	assert_true(base64_parse(&out, SPAN("Zm9vYmFy"), false));
	buf_fini(&out);
}

static void
test_decimal(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		bool good;
		uint64_t want;
	} cases[] = {
		{ "0", 0, true, 0 },
		{ "1", 0, false, 0 },
		{ "4294967295", UINT32_MAX, true, UINT32_MAX },
		{ "4294967296", UINT32_MAX, false, 0 },
		{ "18446744073709551615", UINT64_MAX, true, UINT64_MAX },
		{ "18446744073709551616", UINT64_MAX, false, 0 },
		{ "99999999999999999999999", UINT64_MAX, false, 0 },
		{ "00", 9, false, 0 },
		{ "07", 9, false, 0 },
		{ "", 9, false, 0 },
		{ "-1", 9, false, 0 },
		{ "+1", 9, false, 0 },
		{ " 1", 9, false, 0 },
		{ "1 ", 9, false, 0 },
		{ "1e3", 9999, false, 0 },
		{ "0x1", 9, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint64_t out = 77;
		bool good =
		    decimal_parse(&out, span_str(cases[i].text), cases[i].max);

		CHECK(cases[i].text, good == cases[i].good);
		CHECK(cases[i].text, out == (good ? cases[i].want : 77));
	}
}

static void
test_escape(void **state)
{
	static const struct {
		struct span in;
		const char *want;
	} cases[] = {
		{ { (const uint8_t *)"", 0 }, "" },
		{ { (const uint8_t *)"plain ~", 7 }, "plain ~" },
		{ { (const uint8_t *)"a\0b", 3 }, "a\\x00b" },
		{ { (const uint8_t *)"\x1b[2J", 4 }, "\\x1b[2J" },
		{ { (const uint8_t *)"\\x", 2 }, "\\x5cx" },
		{ { (const uint8_t *)"\x7f\x80\xff", 3 }, "\\x7f\\x80\\xff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf out;

		buf_init(&out, 100);
		escape_write(&out, cases[i].in);
		CHECK(cases[i].want,
		    span_eq(buf_view(&out), span_str(cases[i].want)));
		buf_fini(&out);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hex),
		cmocka_unit_test(test_base64),
		cmocka_unit_test(test_base64_identity),
		cmocka_unit_test(test_base64_cap),
		cmocka_unit_test(test_decimal),
		cmocka_unit_test(test_escape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
