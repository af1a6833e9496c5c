/* The DER editor: every operation on one small structure. */
#include "tests/check.h"

#include <string.h>

#include "world/edit.h"

/* SEQUENCE { INTEGER 1, SEQUENCE { OID 2.5.29.14, OCTET STRING { NULL } },
 * BIT STRING { INTEGER 5 } } */
#define BEFORE       \
	"3014"       \
	"020101"     \
	"3009"       \
	"0603551d0e" \
	"04020500"   \
	"0304"       \
	"00020105"

static const struct {
	const char *what, *program, *after; /* NULL: refused */
} cases[] = {
	{ "replace", "0 = 020200ff",
	    "3015"
	    "020200ff"
	    "30090603551d0e04020500"
	    "030400020105" },
	{ "before", "0 < 0500",
	    "3016"
	    "0500020101"
	    "30090603551d0e04020500"
	    "030400020105" },
	{ "after, from the end", "-1 > 0500",
	    "3016"
	    "020101"
	    "30090603551d0e04020500"
	    "030400020105"
	    "0500" },
	{ "last inside, in an OCTET STRING", "1/1 + 0500",
	    "3016"
	    "020101"
	    "300b0603551d0e040405000500"
	    "030400020105" },
	{ "into a BIT STRING", "2/0 = 020109",
	    "3014"
	    "020101"
	    "30090603551d0e04020500"
	    "030400020109" },
	{ "by OID", "@2.5.29.14/0 del",
	    "300f"
	    "020101"
	    "300404020500"
	    "030400020105" },
	{ "by word", "ski/value = 0101ff",
	    "3015"
	    "020101"
	    "300a0603551d0e04030101ff"
	    "030400020105" },
	{ "copies", "0 x 3",
	    "301a"
	    "020101020101020101"
	    "30090603551d0e04020500"
	    "030400020105" },
	{ "swap", "0 swap",
	    "3014"
	    "30090603551d0e04020500"
	    "020101"
	    "030400020105" },
	{ "tag", "0 tag 0a",
	    "3014"
	    "0a0101"
	    "30090603551d0e04020500"
	    "030400020105" },
	{ "wrap", "0 wrap a0",
	    "3016"
	    "a003020101"
	    "30090603551d0e04020500"
	    "030400020105" },
	{ "long length", "0 long",
	    "3018"
	    "02840000000101"
	    "30090603551d0e04020500"
	    "030400020105" },
	{ "indefinite length", "1 open",
	    "3016"
	    "020101"
	    "30800603551d0e040205000000"
	    "030400020105" },
	{ "cut the contents", "1/0 cut 1",
	    "3012"
	    "020101"
	    "3007"
	    "060155"
	    "04020500"
	    "030400020105" },
	{ "cut from their end", "1/0 cut -1",
	    "3013"
	    "020101"
	    "3008"
	    "0602551d"
	    "04020500"
	    "030400020105" },
	{ "trailing byte", ". > 00", BEFORE "00" },
	{ "cut the file", ". cut 5", "3014020101" },
	{ "cut its end", ". cut -21", "30" },
	{ "another file", ". = 30(0101ff)", "30030101ff" },
	{ "text and times", ". = 18(@60) 17(u@60) \"a b\"",
	    "180f31393730303130313030303130305a"
	    "170d3730303130313030303130305a"
	    "612062" },
	{ "many bytes", ". = 04(41*5 42)", "0406414141414142" },
	{ "two steps", "0 del; 1 del",
	    "300b"
	    "30090603551d0e04020500" },
	{ "no such element", "7 del", NULL },
	{ "no such element from the end", "-4 del", NULL },
	{ "no such OID", "@2.5.29.15 del", NULL },
	{ "no such operation", "0 frobnicate", NULL },
	{ "no operation", "0", NULL },
	{ "open parenthesis", "0 = 30(05", NULL },
	{ "stray parenthesis", "0 = 05)", NULL },
	{ "half a byte", "0 = 0", NULL },
	{ "open quote", "0 = \"a", NULL },
	{ "nothing to swap with", "-1 swap", NULL },
	{ "cut too much", "0 cut 9", NULL },
	{ "signing without keys", ". signed", NULL },
};

static void
test_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t before[sizeof(BEFORE) / 2];
		char after[256];
		struct buf b;
		bool ok;

		assert_true(
		    hex_parse(before, sizeof(before), span_str(BEFORE)));
		buf_init(&b, 1024);
		buf_add(&b, before, sizeof(before));
		ok = edit_run(&b, cases[i].program, 0, NULL);
		CHECK(cases[i].what, ok == (cases[i].after != NULL));
		if (ok) {
			CHECK(cases[i].what, b.n < sizeof(after) / 2);
			hex_write(after, buf_view(&b));
			if (strcmp(after, cases[i].after) != 0)
				fail_msg("%s: %s", cases[i].what, after);
		}
		buf_fini(&b);
	}
}

/* Lengths around the change grow from one octet to two, and to three. */
static void
test_growth(void **state)
{
	static const struct {
		size_t n;
		const char *head;
	} sizes[] = {
		{ 124, "307e047c" },
		{ 125, "307f047d" },
		{ 126, "308180047e" },
		{ 127, "308181047f" },
		{ 128, "308183048180" },
		{ 252, "3081ff0481fc" },
		{ 253, "308201000481fd" },
		{ 65535, "30830100030482ffff" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		char program[64], head[32];
		struct buf b;

		buf_init(&b, 100000);
		buf_add(&b, "\x30\x02\x04\x00", 4);
		(void)snprintf(
		    program, sizeof(program), "0 = 04(00*%zu)", sizes[i].n);
		assert_true(edit_run(&b, program, 0, NULL));
		hex_write(head, span_of(b.p, strlen(sizes[i].head) / 2));
		assert_string_equal(head, sizes[i].head);
		buf_fini(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_growth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
