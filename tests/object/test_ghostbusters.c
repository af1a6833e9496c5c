/* Ghostbusters records: vCards. */
#include "tests/check.h"

#include "tests/object/kit.h"

#define HEAD "BEGIN:VCARD\r\nVERSION:4.0\r\n"
#define FN   "FN:Egon\r\n"
#define MAIL "EMAIL:egon@example.net\r\n"
#define END  "END:VCARD\r\n"

static void
test_parse(void **state)
{
	static const struct {
		const char *what, *text;
		enum reason want;
		size_t offset;
	} cases[] = {
		{ "least of all", HEAD FN MAIL END, REASON_OK, 0 },
		{ "all of it",
		    HEAD FN "ORG:Ghostbusters\r\nADR;TYPE=WORK:;;14 North "
			    "Moore;New York;;10013;USA\r\n"
			    "TEL;TYPE=VOICE,TEXT:+1-555-2368\r\n" MAIL END,
		    REASON_OK, 0 },
		{ "LF alone",
		    "BEGIN:VCARD\nVERSION:4.0\nFN:x\nTEL:1\nEND:VCARD\n",
		    REASON_OK, 0 },
		{ "no end of the last line",
		    "BEGIN:VCARD\nVERSION:4.0\nFN:x\nTEL:1\nEND:VCARD",
		    REASON_OK, 0 },
		{ "in lower case",
		    "begin:vcard\nversion:4.0\nfn:x\ntel:1\nend:vcard\n",
		    REASON_OK, 0 },
		{ "a group", HEAD FN "home.TEL:1\r\n" END, REASON_OK, 0 },
		{ "folded", HEAD "FN:Ego\r\n n\r\n" MAIL END, REASON_OK, 0 },
		{ "in UTF-8", HEAD "FN:\xc3\x89gon\r\n" MAIL END, REASON_OK,
		    0 },
		{ "not UTF-8", HEAD "FN:\xc9gon\r\n" MAIL END,
		    R_GHOSTBUSTERS_TEXT, 0 },
		{ "empty", "", R_GHOSTBUSTERS_VCARD, 0 },
		{ "no BEGIN", "VERSION:4.0\r\n" FN MAIL END,
		    R_GHOSTBUSTERS_VCARD, 0 },
		{ "BEGIN alone", "BEGIN:VCARD", R_GHOSTBUSTERS_VCARD, 0 },
		{ "no VERSION", "BEGIN:VCARD\r\n" FN MAIL END,
		    R_GHOSTBUSTERS_VCARD, 13 },
		{ "version 3", "BEGIN:VCARD\r\nVERSION:3.0\r\n" FN MAIL END,
		    R_GHOSTBUSTERS_VCARD, 13 },
		{ "VERSION twice", HEAD "VERSION:4.0\r\n" FN MAIL END,
		    R_GHOSTBUSTERS_VCARD, 0 },
		{ "BEGIN twice", HEAD "BEGIN:VCARD\r\n" FN MAIL END,
		    R_GHOSTBUSTERS_VCARD, 0 },
		{ "no FN", HEAD MAIL END, R_GHOSTBUSTERS_VCARD, 0 },
		{ "no way to call", HEAD FN END, R_GHOSTBUSTERS_VCARD, 0 },
		{ "no END", HEAD FN MAIL, R_GHOSTBUSTERS_VCARD, 0 },
		{ "END of something else", HEAD FN MAIL "END:VCALENDAR\r\n",
		    R_GHOSTBUSTERS_VCARD, 59 },
		{ "two cards", HEAD FN MAIL END HEAD FN MAIL END,
		    R_GHOSTBUSTERS_VCARD, 0 },
		{ "another property", HEAD FN "NOTE:x\r\n" MAIL END,
		    R_GHOSTBUSTERS_PROPERTY, 35 },
		{ "no property", HEAD FN "Egon\r\n" MAIL END,
		    R_GHOSTBUSTERS_PROPERTY, 35 },
		{ "empty line", HEAD FN "\r\n" MAIL END,
		    R_GHOSTBUSTERS_PROPERTY, 35 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span text = span_str(cases[i].text);
		struct ghostbusters g = { 0 };
		struct kit k;

		kit_init(&k);
		CHECK_REASON(cases[i].what,
		    ghostbusters_parse(&g, text, kit_decode(&k, text)),
		    cases[i].want);
		if (k.dec.why.offset != cases[i].offset)
			fail_msg("%s: at %zu, not %zu", cases[i].what,
			    k.dec.why.offset, cases[i].offset);
		CHECK(cases[i].what,
		    cases[i].want != REASON_OK || span_eq(g.vcard, text));
		kit_fini(&k);
	}
}

static void
test_nul(void **state)
{
	struct span text = SPAN(HEAD "FN:E\0on\r\n" MAIL END);
	struct ghostbusters g;
	struct kit k;

	(void)state;
	kit_init(&k);
	assert_int_equal(ghostbusters_parse(&g, text, kit_decode(&k, text)),
	    R_GHOSTBUSTERS_TEXT);
	kit_fini(&k);
}

static void
test_check(void **state)
{
	static const char *const holdings[] = { "inherit4 inherit6 inherit-as",
		"10.0.0.0/8", "AS1", "" };
	struct ghostbusters g = { SPAN(HEAD FN MAIL END) };

	(void)state;
	for (size_t i = 0; i < COUNT(holdings); i++) {
		struct cert ee;
		struct kit k;

		kit_init(&k);
		ee = kit_ee(&k, holdings[i]);
		CHECK_REASON(holdings[i], ghostbusters_check(&g, &ee, &k.dec),
		    REASON_OK);
		kit_fini(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
