/* Descriptions, and the worlds they make. */
#include "tests/check.h"

#include <string.h>

#include "world/world.h"

static const struct {
	const char *what, *text, *says;
} refused[] = {
	{ "nothing", "# only a comment", "no trust anchor" },
	{ "no name", "ta {", "a name takes" },
	{ "a name with capitals", "ta Alpha {", "a name takes" },
	{ "a name that leads out", "ta ../x {", "a name takes" },
	{ "a word unknown", "ta a { host h module m colour red }",
	    "line 1: this has no place here: colour" },
	{ "the line", "ta a {\n\thost h module m\n\troa x { as 1 }\n}",
	    "line 3: a ROA needs a prefix" },
	{ "a CA at the top", "ca a { }", "this has no place here" },
	{ "a trust anchor below", "ta a { host h module m ta b { } }",
	    "this has no place here" },
	{ "a CA in a ROA", "ta a { host h module m roa r { ca b { } } }",
	    "this has no place here" },
	{ "an open block", "ta a { host h module m", "'}' expected" },
	{ "too many ends", "ta a { host h module m } }",
	    "this has no place here" },
	{ "no host", "ta a { }", "needs a host" },
	{ "a prefix with host bits",
	    "ta a { host h module m roa r { as 1 prefix 10.0.0.1/8 } }",
	    "not a prefix" },
	{ "maxlen too short",
	    "ta a { host h module m roa r { as 1 prefix 10.0.0.0/8 maxlen 7 } }",
	    "not a length" },
	{ "maxlen too long",
	    "ta a { host h module m roa r { as 1 prefix 10.0.0.0/8 maxlen 33 } }",
	    "not a length" },
	{ "maxlen twice",
	    "ta a { host h module m roa r { as 1 prefix 10.0.0.0/8 maxlen 9 "
	    "maxlen 9 } }",
	    "follows a prefix" },
	{ "AS 2^32", "ta a { host h module m roa r { as 4294967296 } }",
	    "not an AS number" },
	{ "a resource upside down",
	    "ta a { host h module m resources AS5-AS1 }", "not a resource" },
	{ "an ASPA without providers",
	    "ta a { host h module m aspa x { customer 1 } }",
	    "needs providers" },
	{ "two CAs of a name",
	    "ta a { host h module m ca b { } ca c { ca b { } } }",
	    "a second CA of this name: b" },
	{ "two files of a name",
	    "ta a { host h module m file x.roa { } roa x { as 1 "
	    "prefix ::/0 } }",
	    "a second file of this name: x.roa" },
	{ "a module on two hosts",
	    "ta a { host h module m } ta b { host i module m }",
	    "on another host" },
	{ "a copy of nobody", "ta a { host h module m copy b { of nobody } }",
	    "no CA of this name: nobody" },
	{ "an unknown fault", "ta a { host h module m fault no.such }",
	    "no such fault: no.such" },
	{ "a ROA's fault in a CA",
	    "ta a { host h module m fault roa.maxlength-255 }",
	    "no place here" },
	{ "an unknown reason",
	    "ta a { host h module m ca b { expect no.such object } }",
	    "no such reason" },
	{ "a ledger without origin", "ta a { host h module m } ledger l { }",
	    "needs an origin" },
	{ "two ledgers",
	    "ta a { host h module m } ledger l { origin o } ledger k { origin "
	    "o }",
	    "one ledger is enough" },
	{ "an open ledger", "ta a { host h module m } ledger l { origin o",
	    "'}' expected: l" },
	{ "a word unknown in it",
	    "ta a { host h module m } ledger l { origin o colour }",
	    "no place here: colour" },
	{ "a word unknown in a statement",
	    "ta a { host h module m } ledger l { origin o tick t { colour } }",
	    "no place here: colour" },
	{ "a tick without a time",
	    "ta a { host h module m } ledger l { origin o tick t { } }",
	    "a tick needs" },
	{ "no time",
	    "ta a { host h module m } ledger l { origin o tick t { at noon } }",
	    "a time such as" },
	{ "nobody says it",
	    "ta a { host h module m } ledger l { origin o claim c { } }",
	    "who says it?" },
	{ "an offer to nobody",
	    "ta a { host h module m } ledger l { origin o offer x { by h } }",
	    "to whom and until when" },
	{ "of what",
	    "ta a { host h module m } ledger l { origin o accept x { by h } }",
	    "of what?" },
	{ "of what is to come",
	    "ta a { host h module m } ledger l { origin o accept x { by h of y "
	    "} }",
	    "no earlier statement of this name: y" },
	{ "a name without label",
	    "ta a { host h module m } ledger l { origin o name x { by h } }",
	    "needs a label" },
	{ "nothing authorized",
	    "ta a { host h module m } ledger l { origin o roa x { by h as 1 } }",
	    "it authorizes nothing" },
	{ "reverse DNS of nothing",
	    "ta a { host h module m } ledger l { origin o rdns x { by h } }",
	    "one prefix expected" },
	{ "two of a name in a ledger",
	    "ta a { host h module m } ledger l { origin o holder x { } tick x { "
	    "at 0 } }",
	    "line 1: a second of this name: x" },
	{ "evidence by nobody",
	    "ta a { host h module m } ledger l { origin o claim c { by h "
	    "evidence b } }",
	    "no CA of this name: b" },
	{ "no such anchor",
	    "ta a { host h module m } ledger l { origin o anchors b }",
	    "no trust anchor of this name: b" },
	{ "an unknown fault in a ledger",
	    "ta a { host h module m } ledger l { origin o tick t { fault x } }",
	    "no such fault: x" },
	{ "emits what",
	    "ta a { host h module m } ledger l { origin o roa x { emits light "
	    "} }",
	    "nobody knows this: light" },
	{ "an unknown effect",
	    "ta a { host h module m ca b { expect path.overclaim huge } }",
	    "no such effect" },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct world *w;
		struct fault why;

		CHECK_REASON(refused[i].what,
		    world_parse(&w, span_str(refused[i].text), &why),
		    R_WORLD_DESCRIPTION);
		assert_null(w);
		if (strstr(why.detail, refused[i].says) == NULL)
			fail_msg("%s: \"%s\"", refused[i].what, why.detail);
	}
}

static void
test_demo(void **state)
{
	struct world *w;
	struct world_size size;
	struct fault why;

	(void)state;
	if (world_demo(&w, 0, &why) != REASON_OK)
		fail_msg("%s", why.detail);
	world_measure(&size, w);
	world_free(w);
	assert_int_equal(size.tas, 3);
	assert_in_range(size.cas, 25, 35);
	assert_in_range(size.objects, 180, 220);
	assert_true(size.faults >= 10);
	assert_in_range(size.statements, 150, 220);
}

static void
test_generated(void **state)
{
	static const uint64_t cas[] = { 3, 4, 10, 100, 1000, 20000 };
	struct world *w;
	struct fault why;

	(void)state;
	for (size_t i = 0; i < COUNT(cas); i++) {
		struct world_size size;

		if (world_demo(&w, cas[i], &why) != REASON_OK)
			fail_msg("%s", why.detail);
		world_measure(&size, w);
		world_free(w);
		assert_int_equal(size.cas, cas[i]);
		assert_int_equal(size.faults, 0);
	}
	CHECK_REASON("two CAs", world_demo(&w, 2, &why), R_WORLD_DESCRIPTION);
	CHECK_REASON(
	    "too many", world_demo(&w, UINT64_MAX, &why), R_WORLD_DESCRIPTION);
}

/* Where the world cannot be written, it says which file. */
static void
test_write(void **state)
{
	struct world *w;
	struct fault why;

	(void)state;
	assert_int_equal(world_demo(&w, 3, &why), REASON_OK);
	CHECK_REASON("below a file",
	    world_write(w, "/dev/null/world", 0, 1, &why), R_WORLD_WRITE);
	assert_non_null(strstr(why.detail, "/dev/null"));
	world_free(w);
}

static void
test_rrdp(void **state)
{
	static const char *const bad[] = { "", "https://localhost:8443",
		"http://localhost:8443/", "rsync://localhost/m/", "/srv/" };
	struct world *w;
	struct fault why;

	(void)state;
	assert_int_equal(world_demo(&w, 3, &why), REASON_OK);
	for (size_t i = 0; i < COUNT(bad); i++) {
		fault_init(&why, SPAN(""));
		CHECK_REASON(bad[i], world_use_rrdp(w, bad[i], &why),
		    R_WORLD_DESCRIPTION);
		CHECK(bad[i], strstr(why.detail, "https URI") != NULL);
	}
	CHECK_REASON("good", world_use_rrdp(w, "https://localhost:8443/", &why),
	    REASON_OK);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_demo),
		cmocka_unit_test(test_generated),
		cmocka_unit_test(test_rrdp),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
