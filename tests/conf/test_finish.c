/* Trust anchors: files, folders, their names and constraints. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

#include "conf/conf.h"

static const char *const files[] = { "b.tal", "a.tal", "a.constraints",
	".hidden.tal", "README", "other.constraints", "sp ace.tal.off" };

static int
setup(void **state)
{
	static char folder[64];

	(void)snprintf(folder, sizeof(folder), "/tmp/cairn-tals-XXXXXX");
	if (mkdtemp(folder) == NULL || chdir(folder) != 0 ||
	    mkdir("t", 0700) != 0 || mkdir("empty", 0700) != 0 ||
	    mkdir("u", 0700) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(files) + 2; i++) {
		char path[64];
		FILE *f;

		(void)snprintf(path, sizeof(path), "%s",
		    i == COUNT(files)  ? "u/a.tal"
		    : i > COUNT(files) ? "u/sp ace.tal"
				       : "");
		if (i < COUNT(files))
			(void)snprintf(path, sizeof(path), "t/%s", files[i]);
		f = fopen(path, "w");
		if (f == NULL || fclose(f) != 0)
			return -1;
	}
	*state = folder;
	return 0;
}

static int
teardown(void **state)
{
	for (size_t i = 0; i < COUNT(files); i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "t/%s", files[i]);
		(void)unlink(path);
	}
	(void)unlink("u/a.tal");
	(void)unlink("u/sp ace.tal");
	(void)rmdir("t");
	(void)rmdir("u");
	(void)rmdir("empty");
	return chdir("/") != 0 || rmdir(*state) != 0;
}

static const struct {
	const char *what;
	const char *places[3], *constraints[3];
	uint64_t tal_count;
	enum reason reason;
	const char *says;   /* on failure */
	const char *result; /* else name=constraints, ... */
} cases[] = {
	{ .what = "folder",
	    .places = { "t" },
	    .result = "a=t/a.constraints b= " },
	{ .what = "folder with a slash",
	    .places = { "t/" },
	    .result = "a=t/a.constraints b= " },
	{ .what = "file", .places = { "t/b.tal" }, .result = "b= " },
	{ .what = "file of another name",
	    .places = { "t/README" },
	    .result = "README= " },
	{ .what = "given constraints, by name",
	    .places = { "t/b.tal", "t/a.tal" },
	    .constraints = { "t/a.constraints" },
	    .result = "a=t/a.constraints b= " },
	{ .what = "given constraints of the only one",
	    .places = { "t/b.tal" },
	    .constraints = { "t/other.constraints" },
	    .result = "b=t/other.constraints " },
	{ .what = "given constraints over those beside",
	    .places = { "t/a.tal" },
	    .constraints = { "t/other.constraints" },
	    .result = "a=t/other.constraints " },
	{ .what = "constraints of nobody",
	    .places = { "t" },
	    .constraints = { "t/other.constraints" },
	    .reason = R_CONF_TALS,
	    .says = "no trust anchor of this name" },
	{ .what = "same name",
	    .places = { "t", "u/a.tal" },
	    .reason = R_CONF_TALS,
	    .says = "the same name" },
	{ .what = "not there",
	    .places = { "t/c.tal" },
	    .reason = R_CONF_TALS,
	    .says = "No such file" },
	{ .what = "empty folder",
	    .places = { "empty" },
	    .reason = R_CONF_TALS,
	    .says = "no *.tal" },
	{ .what = "strange name",
	    .places = { "u/sp ace.tal" },
	    .reason = R_CONF_TALS,
	    .says = "letters" },
	{ .what = "as many as may be",
	    .places = { "t" },
	    .tal_count = 2,
	    .result = "a=t/a.constraints b= " },
	{ .what = "one more",
	    .places = { "t" },
	    .tal_count = 1,
	    .reason = R_LIMIT_ITEMS,
	    .says = "tal-count" },
};

static void
test_cases(void **state)
{
	struct conf_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf c;
		struct buf out;

		conf_init(&c);
		if (cases[i].tal_count > 0)
			c.limits.tal_count = cases[i].tal_count;
		for (size_t j = 0; cases[i].places[j] != NULL; j++)
			assert_int_equal(
			    conf_option(&c, "tal", cases[i].places[j], &error),
			    REASON_OK);
		for (size_t j = 0; cases[i].constraints[j] != NULL; j++)
			assert_int_equal(conf_option(&c, "constraints",
					     cases[i].constraints[j], &error),
			    REASON_OK);
		CHECK_REASON(
		    cases[i].what, conf_finish(&c, &error), cases[i].reason);
		buf_init(&out, 1000);
		for (size_t j = 0; j < c.n_tals; j++)
			buf_printf(&out, "%s=%s ", c.tals[j].name,
			    c.tals[j].constraints != NULL
				? c.tals[j].constraints
				: "");
		if (cases[i].reason == REASON_OK &&
		    !span_eq(buf_view(&out), span_str(cases[i].result)))
			fail_msg("%s: %.*s", cases[i].what,
			    SPAN_FMT(buf_view(&out)));
		if (cases[i].reason != REASON_OK &&
		    strstr(error.text, cases[i].says) == NULL)
			fail_msg("%s: %s", cases[i].what, error.text);
		buf_fini(&out);
		conf_fini(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
