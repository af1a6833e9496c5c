/* Alerts in the configuration. */
#include <string.h>

#include "tests/check.h"

#include "conf/conf.h"

static const struct {
	const char *what, *text;
	enum reason reason;
	unsigned line;
	const char *says;
} rows[] = {
	{ "none", "alerts: []\n", REASON_OK, 0, "" },
	{ "null", "alerts:\n", REASON_OK, 0, "" },
	{ "a word", "alerts: all\n", R_CONF_TYPE, 1, "a list" },
	{ "an entry that is a word", "alerts: [all]\n", R_CONF_VALUE, 1,
	    "such as" },
	{ "unknown key", "alerts:\n  - {prefix: [10.0.0.0/8]}\n", R_CONF_KEY, 2,
	    "\"prefixes\"" },
	{ "nobody to tell", "alerts:\n  - {prefixes: [10.0.0.0/8]}\n",
	    R_CONF_VALUE, 2, "whom" },
	{ "command", "alerts: [{command: /bin/true}]\n", REASON_OK, 0, "" },
	{ "command as list", "alerts: [{command: [a]}]\n", R_CONF_VALUE, 1,
	    "command" },
	{ "url", "alerts: [{url: 'https://a.example/x'}]\n", REASON_OK, 0, "" },
	{ "url of files", "alerts: [{url: 'file:///etc'}]\n", R_CONF_VALUE, 1,
	    "url" },
	{ "syslog", "alerts: [{syslog: true}]\n", REASON_OK, 0, "" },
	{ "syslog as text", "alerts: [{syslog: 'true'}]\n", R_CONF_VALUE, 1,
	    "syslog" },
	{ "kinds", "alerts: [{on: [gone, fork], syslog: true}]\n", REASON_OK, 0,
	    "" },
	{ "no kinds", "alerts: [{on: [], syslog: true}]\n", R_CONF_VALUE, 1,
	    "on:" },
	{ "host bits", "alerts: [{prefixes: [10.0.0.1/8], syslog: true}]\n",
	    R_CONF_VALUE, 1, "alerts: " },
	{ "soon", "alerts: [{expires-within: 1h, syslog: true}]\n", REASON_OK,
	    0, "" },
	{ "too soon", "alerts: [{expires-within: 366d, syslog: true}]\n",
	    R_CONF_VALUE, 1, "expires-within" },
	{ "no time", "alerts: [{expires-within: [], syslog: true}]\n",
	    R_CONF_VALUE, 1, "expires-within" },
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

static void
test_values(void **state)
{
	static const char text[] =
	    "alerts:\n"
	    "  - prefixes: [10.0.0.0/8, '2001:db8::/32']\n"
	    "    asns: [64500, AS64496-AS64499]\n"
	    "    holders: [mine]\n"
	    "    on: [gone, claim]\n"
	    "    expires-within: 30m\n"
	    "    command: bin/tell\n"
	    "  - {syslog: true}\n";
	struct conf_error error = { 0 };
	const struct conf_alert *a;
	struct conf c;

	(void)state;
	conf_init(&c);
	CHECK_REASON("values",
	    conf_parse(&c, span_str(text), "/etc/x.yaml", &error), REASON_OK);
	assert_int_equal(c.n_alerts, 2);
	a = &c.alerts[0];
	assert_int_equal(a->watch.n_prefixes, 2);
	assert_int_equal(a->watch.n_asns, 2);
	assert_int_equal(a->watch.holders.n, 1);
	assert_int_equal(a->watch.kinds, 1U << ALERT_GONE | 1U << ALERT_CLAIM);
	assert_int_equal(a->watch.soon, 1800);
	assert_string_equal(a->command, "/etc/bin/tell");
	assert_int_equal(a[1].watch.kinds, (1U << ALERT_KINDS) - 1);
	assert_int_equal(a[1].watch.soon, 7200);
	assert_true(a[1].syslog);
	conf_fini(&c);
}

/* Two hundred, and one more. */
static void
test_many(void **state)
{
	(void)state;
	for (int n = 200; n <= 201; n++) {
		struct conf_error error = { 0 };
		struct buf text;
		struct conf c;

		buf_init(&text, 1 << 20);
		buf_puts(&text, "alerts:\n");
		for (int i = 0; i < n; i++)
			buf_puts(&text, "  - {syslog: true}\n");
		conf_init(&c);
		CHECK_REASON("many",
		    conf_parse(&c, buf_view(&text), "x.yaml", &error),
		    n == 200 ? REASON_OK : R_CONF_RANGE);
		conf_fini(&c);
		buf_fini(&text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
