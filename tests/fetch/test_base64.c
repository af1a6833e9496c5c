#include "tests/check.h"

#include <string.h>

#include "fetch/rrdp.h"

static const struct {
	const char *text, *bytes; /* NULL: refused */
} cases[] = {
	{ "", "" },
	{ "TQ==", "M" },
	{ "TWE=", "Ma" },
	{ "TWFu", "Man" },
	{ " T\tW\r\nF u\n", "Man" },
	{ "TWFuTWFu", "ManMan" },
	{ "TQ= =", "M" },
	{ "+/+/", "\xfb\xff\xbf" },
	{ "TQ", NULL },
	{ "TQ=", NULL },
	{ "T", NULL },
	{ "T===", NULL },
	{ "====", NULL },
	{ "TR==", NULL }, /* bits left over */
	{ "TWF=", NULL },
	{ "TQ==TWFu", NULL },
	{ "TQ==\nTQ==", NULL },
	{ "TQ=A", NULL },
	{ "TW-_", NULL },
	{ "TW.u", NULL },
	{ "TWF\vu", NULL },
	{ "TWFu=", NULL },
};

static void
check(const char *text, const char *want, size_t piece)
{
	struct base64 b = { 0 };
	uint8_t got[64];
	size_t n_got = 0, n = strlen(text);
	bool ok = true;

	for (size_t i = 0; i < n && ok; i += piece) {
		size_t part = n - i < piece ? n - i : piece, out;

		ok =
		    base64_feed(&b, got + n_got, &out, span_of(text + i, part));
		n_got += ok ? out : 0;
	}
	ok = ok && base64_is_whole(&b);
	CHECK(text, ok == (want != NULL));
	if (want != NULL)
		CHECK(text, span_eq(span_of(got, n_got), span_str(want)));
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++)
		for (size_t piece = 1; piece < 9; piece++)
			check(cases[i].text, cases[i].bytes, piece);
}

/* As the whole-text decoder of base says, for all pairs of bytes. */
static void
test_as_base(void **state)
{
	char text[5] = "AA";

	(void)state;
	for (unsigned a = 1; a < 256; a++)
		for (unsigned b = 1; b < 256; b++) {
			struct base64 x = { 0 };
			struct buf want;
			uint8_t got[8];
			size_t n = 0;
			bool ok;

			text[2] = (char)a;
			text[3] = (char)b;
			buf_init(&want, 16);
			ok = base64_feed(&x, got, &n, span_of(text, 4)) &&
			     base64_is_whole(&x);
			assert_int_equal(
			    ok, base64_parse(&want, span_of(text, 4), true));
			if (ok)
				assert_true(
				    span_eq(span_of(got, n), buf_view(&want)));
			buf_fini(&want);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_as_base),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
