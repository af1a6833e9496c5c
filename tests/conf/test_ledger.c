/* Ledgers in the configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"

#include "conf/conf.h"

#define ID        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEAD      "ledgers:\n- name: a\n  origin: a.example/log\n  key: a+1+AA==\n"
#define WITNESSES "  witnesses: {quorum: 0}\n"
#define SOURCES   "  sources: [log, 'file:///srv/x', 'https://a.example/']\n"
#define ALL       HEAD WITNESSES SOURCES

static const struct {
	const char *what, *text;
	enum reason reason;
	unsigned line;
	const char *says;
} rows[] = {
	{ "all", ALL, REASON_OK, 0, "" },
	{ "none", "ledgers: []\n", REASON_OK, 0, "" },
	{ "a map", "ledgers: {name: a}\n", R_CONF_TYPE, 1, "a list" },
	{ "text", "ledgers: [a]\n", R_CONF_TYPE, 1, "name, origin" },
	{ "unknown", ALL "  sorces: [x]\n", R_CONF_KEY, 7, "sources" },
	{ "no key", "ledgers:\n- {name: a, origin: b}\n", R_CONF_VALUE, 2,
	    "\"key\" is missing" },
	{ "null key", "ledgers:\n- {name: a, origin: b, key: ~}\n",
	    R_CONF_VALUE, 2, "not empty" },
	{ "name", "ledgers:\n- {name: 'a,b', origin: b, key: c}\n",
	    R_CONF_VALUE, 2, "letters" },
	{ "same name", ALL "- name: a\n  origin: b\n  key: c\n", R_CONF_VALUE,
	    7, "same name" },
	{ "no witnesses", HEAD SOURCES, R_CONF_TYPE, 2, "quorum: 0" },
	{ "no quorum", HEAD "  witnesses: {keys: [x]}\n" SOURCES, R_CONF_VALUE,
	    5, "\"quorum\" is missing" },
	{ "quorum of all", HEAD "  witnesses: {quorum: 1, keys: [x]}\n" SOURCES,
	    REASON_OK, 0, "" },
	{ "quorum of more", HEAD "  witnesses: {quorum: 2, keys: [x]}\n",
	    R_CONF_RANGE, 5, "at most 1" },
	{ "quorum as text", HEAD "  witnesses: {quorum: '1', keys: [x]}\n",
	    R_CONF_TYPE, 5, "whole number" },
	{ "policy", HEAD "  witnesses: {policy: p}\n" SOURCES, REASON_OK, 0,
	    "" },
	{ "policy and more", HEAD "  witnesses: {policy: p, quorum: 1}\n",
	    R_CONF_VALUE, 5, "policy says it all" },
	{ "no sources", HEAD WITNESSES, R_CONF_VALUE, 2, "one at least" },
	{ "a source by rsync", HEAD WITNESSES "  sources: ['rsync://a/b']\n",
	    R_CONF_VALUE, 6, "file:///" },
	{ "a source of two slashes",
	    HEAD WITNESSES "  sources: ['file://a/b']\n", R_CONF_VALUE, 6,
	    "file:///" },
	{ "sources as text", HEAD WITNESSES "  sources: log\n", R_CONF_TYPE, 6,
	    "a list" },
	{ "age", ALL "  max-age: 36h\n", REASON_OK, 0, "" },
	{ "least age", ALL "  max-age: 60\n", REASON_OK, 0, "" },
	{ "less age", ALL "  max-age: 59s\n", R_CONF_RANGE, 7, "one minute" },
	{ "most age", ALL "  max-age: 3650d\n", REASON_OK, 0, "" },
	{ "more age", ALL "  max-age: 3651d\n", R_CONF_RANGE, 7, "ten years" },
	{ "age of weeks", ALL "  max-age: 1w\n", R_CONF_TYPE, 7, "7d" },
	{ "discovery", ALL "  discover: true\n", REASON_OK, 0, "" },
	{ "discovery of a word", ALL "  discover: \"true\"\n", R_CONF_TYPE, 7,
	    "true or false" },
	{ "discovery of a list", ALL "  discover: [true]\n", R_CONF_TYPE, 7,
	    "true or false" },
	{ "no discovery", ALL "  discover: false\n", REASON_OK, 0, "" },
	{ "successions",
	    ALL "  successions:\n  - {size: 1, sequencer: " ID "}\n"
		"  - size: 2\n    sequencer: " ID "\n    key: b+1+AA==\n"
		"    origin: b\n    sources: [log2]\n",
	    REASON_OK, 0, "" },
	{ "succession of nothing",
	    ALL "  successions:\n  - {size: 0, sequencer: " ID "}\n",
	    R_CONF_VALUE, 8, "ascend" },
	{ "successions back",
	    ALL "  successions:\n  - {size: 2, sequencer: " ID "}\n"
		"  - {size: 2, sequencer: " ID "}\n",
	    R_CONF_VALUE, 9, "ascend" },
	{ "succession by nobody", ALL "  successions:\n  - {size: 2}\n",
	    R_CONF_VALUE, 8, "64 hexadecimal" },
	{ "succession by 63 digits",
	    ALL "  successions:\n  - {size: 2, sequencer: abc}\n", R_CONF_VALUE,
	    8, "64 hexadecimal" },
	{ "succession by another origin",
	    ALL "  successions:\n  - {size: 2, sequencer: " ID ", origin: b}\n",
	    R_CONF_VALUE, 8, "another key" },
	{ "succession as text", ALL "  successions: [x]\n", R_CONF_TYPE, 7,
	    "wanted" },
};

static void
test_rows(void **state)
{
	struct conf c;
	struct conf_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		conf_init(&c);
		CHECK_REASON(rows[i].what,
		    conf_parse(
			&c, span_str(rows[i].text), "/etc/x.yaml", &error),
		    rows[i].reason);
		if (rows[i].reason != REASON_OK &&
		    (error.line != rows[i].line ||
			strstr(error.text, rows[i].says) == NULL))
			fail_msg("%s: line %u: %s", rows[i].what, error.line,
			    error.text);
		conf_fini(&c);
	}
}

static void
test_values(void **state)
{
	static const char text[] = ALL
	    "  max-age: 2d\n  successions:\n  - {size: 7, sequencer: " ID "}\n"
	    "- {name: b, origin: o, key: k, witnesses: {policy: p},"
	    " sources: [/x]}\n";
	const struct conf_ledger *a;
	struct conf c;
	struct conf_error error;

	(void)state;
	conf_init(&c);
	CHECK_REASON("values",
	    conf_parse(&c, SPAN(text), "/etc/x.yaml", &error), REASON_OK);
	assert_int_equal(c.n_ledgers, 2);
	a = &c.ledgers[0];
	assert_string_equal(a->name, "a");
	assert_string_equal(a->origin, "a.example/log");
	assert_string_equal(a->key, "a+1+AA==");
	assert_int_equal(a->max_age, 2 * 86400);
	assert_int_equal(a->n_sources, 3);
	assert_string_equal(a->sources[0], "/etc/log");
	assert_string_equal(a->sources[1], "file:///srv/x");
	assert_string_equal(a->sources[2], "https://a.example/");
	assert_int_equal(a->n_successions, 1);
	assert_int_equal(a->successions[0].size, 7);
	assert_int_equal(a->successions[0].sequencer.b[0], 0x01);
	assert_string_equal(c.ledgers[1].policy, "/etc/p");
	assert_int_equal(c.ledgers[1].max_age, 7 * 86400);
	conf_fini(&c);
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fputs(text, f) < 0, 0);
	assert_int_equal(fclose(f), 0);
}

/* --ledger: one entry, or a list; in the place of what the file said. */
static void
test_files(void **state)
{
	char folder[] = "/tmp/cairn-ledger-XXXXXX", one[64], list[64], bad[64];
	struct conf c;
	struct conf_error error;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(one, sizeof(one), "%s/one", folder);
	(void)snprintf(list, sizeof(list), "%s/list", folder);
	(void)snprintf(bad, sizeof(bad), "%s/bad", folder);
	put(one, "name: one\norigin: o\nkey: k\nsources: [log]\n"
		 "witnesses: {quorum: 0}\n");
	put(list, ALL);
	put(bad, "name: bad\n\norigin: o\nkey: k\nsource: [log]\n");
	conf_init(&c);
	CHECK_REASON(
	    "the file", conf_parse(&c, SPAN(ALL), "x", &error), REASON_OK);
	CHECK_REASON("one", conf_option(&c, "ledger", one, &error), REASON_OK);
	assert_int_equal(c.n_ledgers, 1);
	assert_string_equal(c.ledgers[0].sources[0] + strlen(folder), "/log");
	assert_string_equal(c.ledgers[0].file, one);
	CHECK_REASON(
	    "list", conf_option(&c, "ledger", list, &error), REASON_OK);
	assert_int_equal(c.n_ledgers, 2);
	CHECK_REASON(
	    "twice", conf_option(&c, "ledger", list, &error), R_CONF_VALUE);
	CHECK_REASON("bad", conf_option(&c, "ledger", bad, &error), R_CONF_KEY);
	CHECK("where", error.line == 5 && strcmp(error.file, bad) == 0);
	put(bad, "- {name: bare, origin: o, key: k, sources: [log],\n"
		 "   witnesses: {quorum: 0}}\n");
	CHECK_REASON(
	    "bare list", conf_option(&c, "ledger", bad, &error), REASON_OK);
	CHECK("it comes to them", c.n_ledgers == 3);
	put(bad, "bad\n");
	CHECK_REASON(
	    "text", conf_option(&c, "ledger", bad, &error), R_CONF_TYPE);
	CHECK_REASON(
	    "absent", conf_option(&c, "ledger", folder, &error), R_CONF_FILE);
	conf_fini(&c);
	(void)unlink(one);
	(void)unlink(list);
	(void)unlink(bad);
	(void)rmdir(folder);
}

/* A ledger alone will do; nothing at all will not. */
static void
test_finish(void **state)
{
	static const struct {
		const char *what, *text;
		enum reason reason;
	} cases[] = {
		{ "a ledger", "trust-anchors: []\n" ALL, REASON_OK },
		{ "nothing", "trust-anchors: []\n", R_CONF_TALS },
	};
	struct conf c;
	struct conf_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		conf_init(&c);
		CHECK_REASON(cases[i].what,
		    conf_parse(&c, span_str(cases[i].text), "x", &error),
		    REASON_OK);
		CHECK_REASON(
		    cases[i].what, conf_finish(&c, &error), cases[i].reason);
		conf_fini(&c);
	}
}

/* Payloads of both would look alike. */
static void
test_name(void **state)
{
	char tal[] = "/tmp/cairn-ledger-XXXXXX.tal", text[512];
	int fd = mkstemps(tal, 4);
	struct conf c;
	struct conf_error error;

	(void)state;
	assert_true(fd >= 0);
	(void)close(fd);
	(void)snprintf(text, sizeof(text),
	    "trust-anchors: [%s]\nledgers:\n- {name: %.*s, origin: o, key: k, "
	    "witnesses: {quorum: 0}, sources: [/x]}\n",
	    tal, (int)strlen(tal) - 9, tal + 5);
	conf_init(&c);
	CHECK_REASON(
	    "name", conf_parse(&c, span_str(text), "x", &error), REASON_OK);
	CHECK_REASON("name", conf_finish(&c, &error), R_CONF_VALUE);
	CHECK(error.text, strstr(error.text, "has this name") != NULL);
	conf_fini(&c);
	(void)unlink(tal);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
