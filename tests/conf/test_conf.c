/* Configuration: what is taken, and what is refused in which line and why. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/starve.h"

#include "conf/conf.h"

static enum reason
parse(struct conf *c, const char *text, struct conf_error *error)
{
	conf_init(c);
	return conf_parse(c, span_str(text), "/etc/x/cairn.yaml", error);
}

/* hostile.md CF1, and each reason of the room. */
static const struct {
	const char *what, *text;
	enum reason reason;
	unsigned line;
	const char *says; /* part of the message */
} bad[] = {
	{ "unknown key", "jobs: 2\ncahce: /x\n", R_CONF_KEY, 2,
	    "unknown key \"cahce\": did you mean \"cache\"?" },
	{ "unknown key, nothing near", "\n\nzzzzzzz: 1\n", R_CONF_KEY, 3,
	    "unknown key \"zzzzzzz\"" },
	{ "option that is no key", "offline: true\n", R_CONF_KEY, 1,
	    "offline" },
	{ "key twice", "jobs: 2\ncache: /x\njobs: 3\n", R_CONF_DUPLICATE, 3,
	    "\"jobs\" is already set in line 1" },
	{ "key twice, quoted", "jobs: 2\n\"jobs\": 3\n", R_CONF_DUPLICATE, 2,
	    "jobs" },
	{ "not a map", "- a\n- b\n", R_CONF_TYPE, 1, "keys and values" },
	{ "text alone", "hello\n", R_CONF_TYPE, 1, "keys and values" },
	{ "tab", "limits:\n\tdepth-max: 3\n", R_CONF_YAML, 2, "token" },
	{ "open bracket", "outputs: [\n", R_CONF_YAML, 2, "" },
	{ "alias", "cache: &a /x\nca-file: *a\n", R_CONF_REFERENCE, 1,
	    "anchors" },
	{ "alias of nothing", "cache: /x\nca-file: *a\n", R_CONF_REFERENCE, 2,
	    "aliases" },
	{ "laughs", "a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: [*b,*b,*b]\n",
	    R_CONF_REFERENCE, 1, "anchors" },
	{ "merge key", "limits: {<<: {depth-max: 3}}\n", R_CONF_KEY, 1, "<<" },
	{ "tag", "cache: !!python/object:os.system /x\n", R_CONF_REFERENCE, 1,
	    "tags" },
	{ "plain tag", "jobs: !!int 3\n", R_CONF_REFERENCE, 1, "tags" },
	{ "tag on a map", "limits: !x {depth-max: 3}\n", R_CONF_REFERENCE, 1,
	    "tags" },
	{ "second document", "jobs: 1\n---\njobs: 2\n", R_CONF_YAML, 2,
	    "second document" },
	{ "nine deep", "outputs: [[[[[[[[]]]]]]]]\n", R_CONF_DEPTH, 1,
	    "deeper" },
	{ "map as key", "{a: 1}: 2\n", R_CONF_TYPE, 1, "a key" },
	{ "bad UTF-8", "jobs: 1\ncache: \xff\n", R_CONF_YAML, 2, "UTF-8" },
	{ "control byte",
	    "jobs: 1\n\ncache: a\x01"
	    "b\n",
	    R_CONF_YAML, 3, "control" },
	{ "escaped control byte", "cache: \"a\\nb\"\n", R_CONF_VALUE, 1,
	    "control" },
	{ "no", "cache: no\n", R_CONF_TYPE, 1, "quotes" },
	{ "Yes", "cache: Yes\n", R_CONF_TYPE, 1, "quotes" },
	{ "octal path", "cache: 0755\n", R_CONF_TYPE, 1, "quotes" },
	{ "number as path", "cache: -1e3\n", R_CONF_TYPE, 1, "quotes" },
	{ "sexagesimal", "cache: 12:30:45\n", R_CONF_TYPE, 1, "quotes" },
	{ "empty path", "cache: ''\n", R_CONF_VALUE, 1, "empty" },
	{ "list as path", "cache: [/x]\n", R_CONF_TYPE, 1, "one value" },
	{ "yes is no truth", "strict: yes\n", R_CONF_TYPE, 1, "true or false" },
	{ "True is no truth", "strict: True\n", R_CONF_TYPE, 1,
	    "true or false" },
	{ "quoted truth", "strict: \"true\"\n", R_CONF_TYPE, 1,
	    "true or false" },
	{ "octal", "jobs: 010\n", R_CONF_TYPE, 1, "leading zero" },
	{ "hex", "jobs: 0x10\n", R_CONF_TYPE, 1, "whole number" },
	{ "negative", "jobs: -1\n", R_CONF_TYPE, 1, "whole number" },
	{ "fraction", "jobs: 1.0\n", R_CONF_TYPE, 1, "whole number" },
	{ "underscore", "jobs: 1_0\n", R_CONF_TYPE, 1, "whole number" },
	{ "quoted number", "jobs: \"3\"\n", R_CONF_TYPE, 1, "whole number" },
	{ "jobs 0", "jobs: 0\n", R_CONF_RANGE, 1, "between 1 and 256" },
	{ "jobs 257", "jobs: 257\n", R_CONF_RANGE, 1, "257" },
	{ "unknown limit", "limits:\n  depht-max: 3\n", R_CONF_KEY, 2,
	    "did you mean \"depth-max\"" },
	{ "limit 0", "limits: {depth-max: 0}\n", R_CONF_RANGE, 1,
	    "between 1 and 3200" },
	{ "limit too high", "limits: {depth-max: 3201}\n", R_CONF_RANGE, 1,
	    "3201" },
	{ "limit 2^64", "limits: {depth-max: 18446744073709551616}\n",
	    R_CONF_TYPE, 1, "whole number" },
	{ "negative time", "limits: {run-time: -5m}\n", R_CONF_TYPE, 1,
	    "seconds" },
	{ "time without number", "limits: {run-time: m}\n", R_CONF_TYPE, 1,
	    "seconds" },
	{ "time of bytes", "limits: {object-max: 5m}\n", R_CONF_TYPE, 1,
	    "bytes" },
	{ "limits as a list", "limits: [1]\n", R_CONF_TYPE, 1, "names" },
	{ "outputs without list", "outputs: {format: csv}\n", R_CONF_TYPE, 1,
	    "a list" },
	{ "output without format", "outputs:\n- path: x\n", R_CONF_VALUE, 2,
	    "\"format\" is missing" },
	{ "output with more", "outputs:\n- {format: csv, paht: x}\n",
	    R_CONF_KEY, 2, "did you mean \"path\"" },
	{ "output as text", "outputs: [csv]\n", R_CONF_TYPE, 1, "\"format\"" },
	{ "mirror without to", "mirrors: [{from: rsync://a.example/m/}]\n",
	    R_CONF_TYPE, 1, "\"to\" is a list" },
	{ "mirror to nothing",
	    "mirrors: [{from: rsync://a.example/m/, to: []}]\n", R_CONF_TYPE, 1,
	    "\"to\" is a list" },
	{ "mirror from a folder", "mirrors:\n- from: /srv/\n  to: [/x]\n",
	    R_CONF_VALUE, 2, "URI" },
	{ "mirror from half a name",
	    "mirrors:\n- to: [/x]\n  from: rsync://a.example/m/x\n",
	    R_CONF_VALUE, 3, "end with '/'" },
	{ "mirror by HTTPS of half a name",
	    "mirrors:\n- from: rsync://a.example/m/\n  to:\n"
	    "  - https://b.example/m\n",
	    R_CONF_VALUE, 4, "end with '/'" },
	{ "no fallback of this name", "rrdp-fallback: sometimes\n",
	    R_CONF_VALUE, 1, "one of never, stale, new" },
	{ "a fallback that is none", "rrdp-fallback: [stale]\n", R_CONF_TYPE, 1,
	    "one value" },
	{ "proxy by HTTPS", "proxy: https://p.example:3128\n", R_CONF_VALUE, 1,
	    "http://HOST:PORT" },
	{ "proxy without port", "proxy: http://p.example\n", R_CONF_VALUE, 1,
	    "http://HOST:PORT" },
	{ "proxy with port 0", "proxy: http://p.example:0\n", R_CONF_VALUE, 1,
	    "http://HOST:PORT" },
	{ "proxy without host", "proxy: http://:3128\n", R_CONF_VALUE, 1,
	    "http://HOST:PORT" },
	{ "proxy with a path", "proxy: http://p.example/x:3128\n", R_CONF_VALUE,
	    1, "http://HOST:PORT" },
	{ "proxy as a number", "proxy: 3128\n", R_CONF_TYPE, 1, "quotes" },
	{ "mirror by HTTP",
	    "mirrors:\n- from: rsync://a.example/m/\n  to:\n"
	    "  - http://b.example/m/\n",
	    R_CONF_VALUE, 4, "URI" },
	{ "port 65536",
	    "mirrors: [{from: 'rsync://a.example:65536/m/', to: [/x]}]\n",
	    R_CONF_VALUE, 1, "port" },
	{ "port 0", "mirrors: [{from: 'rsync://a.example:0/m/', to: [/x]}]\n",
	    R_CONF_VALUE, 1, "port" },
};

static void
test_bad(void **state)
{
	struct conf c;
	struct conf_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(bad); i++) {
		CHECK_REASON(
		    bad[i].what, parse(&c, bad[i].text, &error), bad[i].reason);
		CHECK_REASON(bad[i].what, error.reason, bad[i].reason);
		if (error.line != bad[i].line)
			fail_msg("%s: line %u: %s", bad[i].what, error.line,
			    error.text);
		if (strstr(error.text, bad[i].says) == NULL)
			fail_msg("%s: %s", bad[i].what, error.text);
		assert_string_equal(error.file, "/etc/x/cairn.yaml");
		conf_fini(&c);
	}
}

/* 10^6 brackets, and maps of more keys than there are. */
static void
test_large(void **state)
{
	struct conf c;
	struct conf_error error;
	struct buf text;

	(void)state;
	buf_init(&text, 2000000);
	buf_puts(&text, "outputs: ");
	for (int i = 0; i < 1000000; i++)
		buf_byte(&text, '[');
	conf_init(&c);
	assert_int_equal(
	    conf_parse(&c, buf_view(&text), "x", &error), R_CONF_DEPTH);
	conf_fini(&c);
	buf_reset(&text);
	for (int i = 0; i < 257; i++)
		buf_printf(&text, "k%d:\n", i);
	conf_init(&c);
	assert_int_equal(
	    conf_parse(&c, buf_view(&text), "x", &error), R_LIMIT_ITEMS);
	assert_int_equal(error.line, 257);
	conf_fini(&c);
	buf_fini(&text);
}

static void
test_defaults(void **state)
{
	static const char *const empty[] = { "", "# nothing\n", "---\n",
		"null\n",
		"cache:\njobs: ~\nlimits: null\nproxy:\nslurm: []\n" };
	struct conf c;
	struct conf_error error;
	struct limits limits;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(empty); i++) {
		CHECK_REASON(empty[i], parse(&c, empty[i], &error), REASON_OK);
		CHECK(empty[i], strcmp(c.rsync_command, "rsync") == 0);
		CHECK(empty[i], c.cache[0] == '/' && c.jobs == 0);
		CHECK(empty[i], c.n_outputs == 0 && c.n_places == 0);
		CHECK(empty[i], c.proxy == NULL);
		CHECK(empty[i], c.rrdp_fallback == CONF_FALLBACK_STALE);
		CHECK(
		    empty[i], memcmp(&c.limits, &limits, sizeof(limits)) == 0);
		conf_fini(&c);
	}
}

static const char good[] =
    "cache: var/cache\n"
    "trust-anchors: [tals, /opt/one.tal]\n"
    "mirrors:\n"
    "  - from: rsync://a.example/m/\n"
    "    to: [rsync://b.example/m/, copies/a, /srv/a]\n"
    "  - {from: rsync://a.example/m/, to: [/srv/b, "
    "https://b.example/m/, https://b.example/n.xml]}\n"
    "user: cairn\n"
    "rsync-command: bin/rsync\n"
    "ca-file: '2026.pem'\n"
    "jobs: 256\n"
    "allow-local: true\n"
    "outputs: [{format: csv, path: out.csv}, {format: json}, "
    "{format: summary, path: '-'}]\n"
    "findings: /var/f\n"
    "strict: true\n"
    "limits: {depth-max: 3200, run-time: 2h, object-min: 1}\n"
    "proxy: http://me:secret@[2001:db8::1]:65535\n"
    "rrdp-fallback: new\n";

static void
test_good(void **state)
{
	struct conf c;
	struct conf_error error;

	(void)state;
	assert_int_equal(parse(&c, good, &error), REASON_OK);
	assert_string_equal(c.file, "/etc/x/cairn.yaml");
	assert_string_equal(c.cache, "/etc/x/var/cache");
	assert_int_equal(c.n_places, 2);
	assert_string_equal(c.places[0], "/etc/x/tals");
	assert_string_equal(c.places[1], "/opt/one.tal");
	assert_int_equal(c.n_mirrors, 1);
	assert_true(
	    span_eq(c.mirrors[0].from.text, SPAN("rsync://a.example/m/")));
	assert_true(span_eq(c.mirrors[0].from.host, SPAN("a.example")));
	assert_int_equal(c.mirrors[0].n, 6);
	assert_false(c.mirrors[0].to[0].is_folder);
	assert_string_equal(c.mirrors[0].to[0].text, "rsync://b.example/m/");
	assert_true(c.mirrors[0].to[1].is_folder);
	assert_string_equal(c.mirrors[0].to[1].text, "/etc/x/copies/a");
	assert_string_equal(c.mirrors[0].to[3].text, "/srv/b");
	assert_false(c.mirrors[0].to[4].is_folder);
	assert_false(c.mirrors[0].to[4].is_notification);
	assert_true(c.mirrors[0].to[5].is_notification);
	assert_string_equal(c.proxy, "http://me:secret@[2001:db8::1]:65535");
	assert_int_equal(c.rrdp_fallback, CONF_FALLBACK_NEW);
	assert_string_equal(c.rsync_command, "/etc/x/bin/rsync");
	assert_string_equal(c.user, "cairn");
	assert_string_equal(c.ca_file, "/etc/x/2026.pem");
	assert_int_equal(c.jobs, 256);
	assert_true(c.allow_local && c.strict);
	assert_int_equal(c.n_outputs, 3);
	assert_string_equal(c.outputs[0].format, "csv");
	assert_string_equal(c.outputs[0].path, "/etc/x/out.csv");
	assert_int_equal(c.outputs[0].line, 12);
	assert_null(c.outputs[1].path);
	assert_null(c.outputs[2].path);
	assert_string_equal(c.findings, "/var/f");
	assert_int_equal(c.limits.depth_max, 3200);
	assert_int_equal(c.limits.run_time, 7200);
	assert_int_equal(c.limits.object_min, 1);
	conf_fini(&c);
}

/* Without memory for the n-th thing it needs, for each n. */
static void
test_starved(void **state)
{
	struct conf_error error;
	enum reason why;
	size_t n = 0;

	(void)state;
	do {
		struct conf c;

		conf_init(&c);
		starve_after(n++);
		why =
		    conf_parse(&c, span_str(good), "/etc/x/cairn.yaml", &error);
		if (why == REASON_OK)
			why = conf_option(&c, "output", "csv:x", &error);
		starve_never();
		if (why != REASON_OK)
			assert_int_equal(why, R_LIMIT_MEMORY);
		conf_fini(&c);
	} while (why != REASON_OK);
	assert_true(n > 1);
}

/* Each limit by its own key, at both ends of its range. */
static void
test_every_limit(void **state)
{
	size_t n;
	const struct limit_row *rows = limits_table(&n);
	char text[128];
	struct conf c;
	struct conf_error error;

	(void)state;
	for (size_t i = 0; i < n; i++) {
		unsigned long long max = rows[i].value * CONF_LIMIT_FACTOR;
		uint64_t got;

		(void)snprintf(text, sizeof(text), "limits: {%s: %llu}\n",
		    rows[i].key, max);
		CHECK_REASON(text, parse(&c, text, &error), REASON_OK);
		memcpy(&got, (const char *)&c.limits + rows[i].offset,
		    sizeof(got));
		CHECK(text, got == max);
		conf_fini(&c);
		(void)snprintf(text, sizeof(text), "limits: {%s: %llu}\n",
		    rows[i].key, max + 1);
		CHECK_REASON(text, parse(&c, text, &error), R_CONF_RANGE);
		conf_fini(&c);
	}
}

static const struct {
	const char *option, *value;
	enum reason reason;
	const char *says;
} options[] = {
	{ "cache", "x", REASON_OK, "" },
	{ "cache", "no", REASON_OK, "" },
	{ "cache", "", R_CONF_VALUE, "--cache: empty" },
	{ "cache", NULL, R_CONF_VALUE, "--cache takes a value: DIR" },
	{ "offline", NULL, REASON_OK, "" },
	{ "offline", "1", R_CONF_VALUE, "--offline takes no value" },
	{ "jobs", "4", REASON_OK, "" },
	{ "jobs", "0", R_CONF_RANGE, "--jobs: 0 is not between" },
	{ "jobs", "four", R_CONF_TYPE, "--jobs: a whole number" },
	{ "at", "2026-11-21T01:00:00Z", REASON_OK, "" },
	{ "at", "1795219200", REASON_OK, "" },
	{ "at", "yesterday", R_CONF_VALUE, "--at: a time" },
	{ "output", "csv", REASON_OK, "" },
	{ "output", "csv:a:b", REASON_OK, "" },
	{ "mirror", "rsync://a.example/m/=/srv", REASON_OK, "" },
	{ "mirror", "rsync://localhost:8873/m/=rsync://b.example/m/", REASON_OK,
	    "" },
	{ "mirror", "rsync://a.example/m/", R_CONF_VALUE, "FROM=TO" },
	{ "mirror", "rsync://a.example/m/=", R_CONF_VALUE, "FROM=TO" },
	{ "mirror", "rsync://a.example/m/=https://b.example/x.xml", REASON_OK,
	    "" },
	{ "mirror", "rsync://a.example/m/=rsync://b.example/m/x.xml",
	    R_CONF_VALUE, "end with '/'" },
	{ "nothing", "x", R_CONF_KEY, "--nothing" },
};

static void
test_options(void **state)
{
	struct conf c;
	struct conf_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(options); i++) {
		conf_init(&c);
		CHECK_REASON(options[i].option,
		    conf_option(
			&c, options[i].option, options[i].value, &error),
		    options[i].reason);
		if (options[i].reason != REASON_OK &&
		    strstr(error.text, options[i].says) == NULL)
			fail_msg("%s: %s", options[i].option, error.text);
		CHECK(options[i].option, error.file[0] == '\0');
		conf_fini(&c);
	}
}

/* Options replace the file's lists of trust anchors and outputs, and add to
 * its mirrors. */
static void
test_options_over_file(void **state)
{
	struct conf c;
	struct conf_error error;

	(void)state;
	assert_int_equal(
	    parse(&c,
		"trust-anchors: [a]\noutputs: [{format: csv}]\n"
		"mirrors: [{from: rsync://a.example/m/, to: [/x]}]\n",
		&error),
	    REASON_OK);
	assert_int_equal(conf_option(&c, "tal", "b", &error), REASON_OK);
	assert_int_equal(conf_option(&c, "tal", "d/c", &error), REASON_OK);
	assert_int_equal(
	    conf_option(&c, "output", "json:p:q", &error), REASON_OK);
	assert_int_equal(
	    conf_option(&c, "mirror", "rsync://a.example/m/=y", &error),
	    REASON_OK);
	assert_int_equal(c.n_places, 2);
	assert_string_equal(c.places[0], "b");
	assert_string_equal(c.places[1], "d/c");
	assert_int_equal(c.n_outputs, 1);
	assert_string_equal(c.outputs[0].format, "json");
	assert_string_equal(c.outputs[0].path, "p:q");
	assert_int_equal(c.n_mirrors, 1);
	assert_int_equal(c.mirrors[0].n, 2);
	assert_string_equal(c.mirrors[0].to[1].text, "y");
	conf_fini(&c);
}

static void
test_nearest(void **state)
{
	static const char *const names[] = { "validate", "show", "demo",
		"help" };
	static const struct {
		const char *word, *near;
	} t[] = {
		{ "validte", "validate" },
		{ "shwo", "show" },
		{ "sxx", NULL },
		{ "shw", "show" },
		{ "demos", "demo" },
		{ "x", NULL },
		{ "", NULL },
		{ "valiadateeeeeeeeeeeeeeeeeeeeeeeeeeeeee", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(t); i++) {
		const char *got = conf_nearest(t[i].word, names, COUNT(names));

		CHECK(t[i].word, (got == NULL) == (t[i].near == NULL));
		if (got != NULL)
			assert_string_equal(got, t[i].near);
	}
}

/* Every row can be reached, and no name is there twice. */
static void
test_table(void **state)
{
	size_t n;
	const struct conf_row *rows = conf_table(&n);

	(void)state;
	for (size_t i = 0; i < n; i++) {
		assert_true(rows[i].key != NULL || rows[i].option != NULL);
		assert_true(rows[i].text[0] != '\0');
		if (rows[i].option != NULL)
			assert_ptr_equal(
			    conf_row_by_option(rows[i].option), &rows[i]);
		for (size_t j = 0; j < i && rows[i].key != NULL; j++)
			assert_true(rows[j].key == NULL ||
				    strcmp(rows[i].key, rows[j].key) != 0);
	}
}

/* ---- files ----------------------------------------------------------- */

static void
put_file(const char *path, const char *text, mode_t mode)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static void
test_load(void **state)
{
	char folder[] = "/tmp/cairn-conf-XXXXXX", path[64];
	struct conf c;
	struct conf_error error;
	struct buf text;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/cairn.yaml", folder);
	conf_init(&c);
	CHECK_REASON("not there", conf_load(&c, path, &error), R_CONF_FILE);
	assert_non_null(strstr(error.text, "No such file"));
	put_file(path, "cache: here\n", 0646);
	CHECK_REASON("anyone may write it", conf_load(&c, path, &error),
	    R_CONF_WRITABLE);
	put_file(path, "cache: here\nx\n", 0600);
	assert_int_equal(conf_load(&c, path, &error), R_CONF_YAML);
	buf_init(&text, 512);
	conf_error_write(&text, &error);
	assert_true(span_starts(buf_view(&text), span_str(path)));
	buf_byte(&text, 0);
	assert_non_null(strstr((char *)text.p, "cairn.yaml:3: "));
	buf_fini(&text);
	put_file(path, "cache: here\n", 0644);
	assert_int_equal(conf_load(&c, path, &error), REASON_OK);
	assert_true(span_starts(span_str(c.cache), span_str(folder)));
	assert_true(span_ends(span_str(c.cache), SPAN("/here")));
	assert_int_equal(truncate(path, 256 * 1024 + 1), 0);
	assert_int_equal(conf_load(&c, path, &error), R_CONF_FILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(conf_load(&c, path, &error), R_CONF_FILE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(conf_load(&c, folder, &error), R_CONF_FILE);
	assert_int_equal(rmdir(folder), 0);
	conf_fini(&c);
}

/* etc/cairn.yaml says the defaults, and finds the five TALs beside it. */
static void
test_example(void **state)
{
	char path[4096];
	struct conf c, defaults;
	struct conf_error error;

	(void)state;
	(void)snprintf(
	    path, sizeof(path), "%s/etc/cairn.yaml", getenv("top_srcdir"));
	conf_init(&c);
	conf_init(&defaults);
	if (conf_load(&c, path, &error) != REASON_OK)
		fail_msg("%u: %s", error.line, error.text);
	assert_int_equal(conf_finish(&c, &error), REASON_OK);
	assert_int_equal(c.n_tals, 5);
	assert_string_equal(c.tals[0].name, "afrinic");
	assert_non_null(c.tals[0].constraints);
	assert_memory_equal(&c.limits, &defaults.limits, sizeof(c.limits));
	assert_string_equal(c.rsync_command, defaults.rsync_command);
	assert_true(c.findings == NULL && c.ca_file == NULL && c.jobs == 0);
	assert_int_equal(c.n_mirrors + c.n_outputs, 0);
	conf_fini(&c);
	conf_fini(&defaults);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_every_limit),
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_options_over_file),
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_table),
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
