/* The server for programs and people in the configuration. */
#include <string.h>

#include "tests/check.h"

#include "conf/conf.h"
#include "conf/set.h"

static const struct {
	const char *what, *text;
	enum reason reason;
	unsigned line;
	const char *says;
} rows[] = {
	{ "empty", "http: {}\n", REASON_OK, 0, "" },
	{ "null", "http:\n", REASON_OK, 0, "" },
	{ "a word", "http: on\n", R_CONF_TYPE, 1, "keys and values" },
	{ "unknown key", "http: {liste: []}\n", R_CONF_KEY, 1, "\"listen\"" },
	{ "nowhere", "http: {listen: []}\n", REASON_OK, 0, "" },
	{ "a word to listen on", "http: {listen: '127.0.0.1:1'}\n", R_CONF_TYPE,
	    1, "a list" },
	{ "no port", "http: {listen: ['127.0.0.1']}\n", R_CONF_VALUE, 1,
	    "port" },
	{ "a name", "http: {listen: ['localhost:80']}\n", R_CONF_VALUE, 1,
	    "address" },
	{ "a map", "http: {listen: [{address: '127.0.0.1:80'}]}\n", R_CONF_TYPE,
	    1, "one address" },
	{ "hosts", "http: {hosts: [cairn.example]}\n", REASON_OK, 0, "" },
	{ "hosts as text", "http: {hosts: cairn.example}\n", R_CONF_TYPE, 1,
	    "names" },
	{ "host as list", "http: {hosts: [[a]]}\n", R_CONF_VALUE, 1, "names" },
	{ "labels", "http: {metrics-per-entity: true}\n", REASON_OK, 0, "" },
	{ "labels, some", "http: {metrics-per-entity: some}\n", R_CONF_TYPE, 1,
	    "true or false" },
	{ "tls",
	    "http: {tls: {listen: ['[::1]:443'], certificate: c, key: k}}\n",
	    REASON_OK, 0, "" },
	{ "tls without key",
	    "http: {tls: {listen: ['[::1]:443'], certificate: c}}\n",
	    R_CONF_VALUE, 1, "\"key\"" },
	{ "tls as text", "http: {tls: on}\n", R_CONF_TYPE, 1, "tls" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct conf_error error = { 0 };
		struct conf c;

		conf_init(&c);
		CHECK_REASON(rows[i].what,
		    conf_parse(&c, span_str(rows[i].text), "x.yaml", &error),
		    rows[i].reason);
		if (rows[i].reason != REASON_OK) {
			CHECK(rows[i].what, error.line == rows[i].line);
			CHECK(rows[i].what,
			    strstr(error.text, rows[i].says) != NULL);
		}
		conf_fini(&c);
	}
}

/* Without a list the default; options replace the file's. */
static void
test_listeners(void **state)
{
	struct conf_error error = { 0 };
	struct conf c;

	(void)state;
	conf_init(&c);
	CHECK_REASON("file",
	    conf_parse(&c,
		SPAN("trust-anchors: []\n"
		     "http: {listen: ['127.0.0.1:1', '[::1]:2'], tls: {listen: "
		     "['127.0.0.1:3'], certificate: c, key: k}}\n"),
		"/etc/x.yaml", &error),
	    REASON_OK);
	assert_int_equal(c.http.server.n, 3);
	assert_string_equal(c.http.server.listeners[1].address, "[::1]:2");
	assert_true(c.http.server.listeners[2].is_tls);
	assert_string_equal(c.http.server.certificate, "/etc/c");
	CHECK_REASON("option", conf_option(&c, "http", "127.0.0.1:9", &error),
	    REASON_OK);
	CHECK_REASON("option", conf_option(&c, "http", "127.0.0.1:10", &error),
	    REASON_OK);
	assert_int_equal(c.http.server.n, 2);
	assert_string_equal(c.http.server.listeners[0].address, "127.0.0.1:9");
	conf_fini(&c);
	conf_init(&c);
	CHECK_REASON("no list",
	    conf_parse(&c, SPAN("http: {}\n"), "x.yaml", &error), REASON_OK);
	assert_int_equal(c.http.server.n, 0);
	assert_false(c.http.server.has_listen);
	CHECK_REASON("default", conf_finish_http(&c), REASON_OK);
	assert_int_equal(c.http.server.n, 1);
	assert_string_equal(
	    c.http.server.listeners[0].address, "127.0.0.1:8323");
	conf_fini(&c);
	conf_init(&c);
	CHECK_REASON("empty list",
	    conf_parse(&c, SPAN("http: {listen: []}\n"), "x.yaml", &error),
	    REASON_OK);
	CHECK_REASON("nowhere", conf_finish_http(&c), REASON_OK);
	assert_int_equal(c.http.server.n, 0);
	conf_fini(&c);
}

/* An address is of one listener, however it is written. */
static void
test_clashes(void **state)
{
	static const struct {
		const char *what, *text;
		enum reason reason;
	} cases[] = {
		{ "both protocols",
		    "{rtr: {listen: ['[::1]:9']}, http: {listen: ['[0::1]:9']}}",
		    R_CONF_VALUE },
		{ "one protocol",
		    "{http: {listen: ['127.0.0.1:9', '127.0.0.1:9']}}",
		    R_CONF_VALUE },
		{ "with TLS and without",
		    "{http: {listen: ['127.0.0.1:9'], tls: {listen: "
		    "['127.0.0.1:9'], certificate: c, key: k}}}",
		    R_CONF_VALUE },
		{ "the other's default", "{http: {listen: ['127.0.0.1:3323']}}",
		    R_CONF_VALUE },
		{ "ports", "{http: {listen: ['127.0.0.1:9', '127.0.0.1:8']}}",
		    REASON_OK },
		{ "addresses", "{http: {listen: ['127.0.0.1:9', '[::1]:9']}}",
		    REASON_OK },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf_error error = { 0 };
		struct conf c;

		conf_init(&c);
		CHECK_REASON(cases[i].what,
		    conf_parse(&c, span_str(cases[i].text), "x.yaml", &error),
		    REASON_OK);
		CHECK_REASON(cases[i].what, conf_finish_rtr(&c), REASON_OK);
		CHECK_REASON(cases[i].what, conf_finish_http(&c), REASON_OK);
		CHECK_REASON(cases[i].what, conf_finish_listeners(&c, &error),
		    cases[i].reason);
		conf_fini(&c);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_listeners),
		cmocka_unit_test(test_clashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
