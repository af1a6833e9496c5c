/* What stands under `rtr`, refresh and max-age. */
#include "tests/check.h"

#include "conf/conf.h"

static const struct {
	const char *what, *text;
	enum reason reason;
	size_t n; /* listeners */
} cases[] = {
	{ "nothing", "cache: x", REASON_OK, 0 },
	{ "none", "rtr: {listen: []}", REASON_OK, 0 },
	{ "one", "rtr: {listen: [\"127.0.0.1:3323\"]}", REASON_OK, 1 },
	{ "without quotes", "rtr: {listen: [127.0.0.1:3323]}", REASON_OK, 1 },
	{ "IPv6", "rtr: {listen: [\"[::1]:3323\"]}", REASON_OK, 1 },
	{ "IPv6 without brackets", "rtr: {listen: [\"::1:3323\"]}",
	    R_CONF_VALUE, 0 },
	{ "a name", "rtr: {listen: [\"localhost:3323\"]}", R_CONF_VALUE, 0 },
	{ "no port", "rtr: {listen: [\"127.0.0.1\"]}", R_CONF_VALUE, 0 },
	{ "port 65536", "rtr: {listen: [\"127.0.0.1:65536\"]}", R_CONF_VALUE,
	    0 },
	{ "a map",
	    "rtr: {listen: [{address: \"127.0.0.1:1\", max-version: 1, "
	    "allow: [10.0.0.0/8]}]}",
	    REASON_OK, 1 },
	{ "a map without address", "rtr: {listen: [{max-version: 1}]}",
	    R_CONF_VALUE, 0 },
	{ "version 3", "rtr: {max-version: 3}", R_CONF_RANGE, 0 },
	{ "version one", "rtr: {max-version: one}", R_CONF_TYPE, 0 },
	{ "an address to allow", "rtr: {allow: [\"192.0.2.1\", \"::1\"]}",
	    REASON_OK, 0 },
	{ "host bits", "rtr: {allow: [10.0.0.1/8]}", R_CONF_VALUE, 0 },
	{ "allow a text", "rtr: {allow: all}", R_CONF_TYPE, 0 },
	{ "history 1000", "rtr: {history: 1000}", REASON_OK, 0 },
	{ "history 1001", "rtr: {history: 1001}", R_CONF_RANGE, 0 },
	{ "an unknown key", "rtr: {lisen: []}", R_CONF_KEY, 0 },
	{ "a list", "rtr: [a]", R_CONF_TYPE, 0 },
	{ "listen a text", "rtr: {listen: \"127.0.0.1:1\"}", R_CONF_TYPE, 0 },
	{ "timers", "rtr: {refresh: 1m, retry: 30s, expire: 10m}", REASON_OK,
	    0 },
	{ "expire not above refresh", "rtr: {expire: 1h}", R_CONF_RANGE, 0 },
	{ "expire too short", "rtr: {refresh: 1, retry: 1, expire: 599}",
	    R_CONF_RANGE, 0 },
	{ "expire too long", "rtr: {expire: 172801}", R_CONF_RANGE, 0 },
	{ "retry too long", "rtr: {retry: 7201, expire: 2d}", R_CONF_RANGE, 0 },
	{ "a timer that is none", "rtr: {retry: soon}", R_CONF_TYPE, 0 },
	{ "TLS",
	    "rtr: {tls: {listen: [\"127.0.0.1:324\"], certificate: a, key: b, "
	    "client-ca: c}}",
	    REASON_OK, 1 },
	{ "TLS without key",
	    "rtr: {tls: {listen: [\"127.0.0.1:324\"], certificate: a}}",
	    R_CONF_VALUE, 0 },
	{ "TLS without listeners", "rtr: {tls: {listen: []}}", REASON_OK, 0 },
	{ "TLS a text", "rtr: {tls: yes}", R_CONF_TYPE, 0 },
	{ "refresh 9s", "refresh: 9s", R_CONF_RANGE, 0 },
	{ "refresh 10s", "refresh: 10s", REASON_OK, 0 },
	{ "refresh 1d", "refresh: 1d", REASON_OK, 0 },
	{ "refresh 86401", "refresh: 86401", R_CONF_RANGE, 0 },
	{ "refresh often", "refresh: often", R_CONF_TYPE, 0 },
	{ "max-age 59s", "max-age: 59s", R_CONF_RANGE, 0 },
	{ "max-age 60", "max-age: 60", REASON_OK, 0 },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct conf c;
		struct conf_error error;

		conf_init(&c);
		CHECK_REASON(cases[i].what,
		    conf_parse(&c, span_str(cases[i].text), "/x/y", &error),
		    cases[i].reason);
		if (cases[i].reason == REASON_OK)
			CHECK(cases[i].what, c.rtr.server.n == cases[i].n);
		conf_fini(&c);
	}
}

/* What is said for all holds where a listener does not say otherwise. */
static void
test_values(void **state)
{
	static const char text[] =
	    "rtr:\n"
	    "  listen:\n"
	    "    - {address: \"127.0.0.1:1\", max-version: 0, allow: []}\n"
	    "    - \"127.0.0.1:2\"\n"
	    "  max-version: 1\n"
	    "  allow: [10.0.0.0/8, 192.0.2.1]\n"
	    "  tls: {listen: [\"127.0.0.1:3\"], certificate: a, key: /b}\n"
	    "refresh: 2m\n"
	    "max-age: 3h\n";
	struct conf c;
	struct conf_error error;

	(void)state;
	conf_init(&c);
	assert_int_equal(c.refresh, 600);
	assert_int_equal(c.max_age, 86400);
	CHECK_REASON(
	    "parse", conf_parse(&c, SPAN(text), "/x/y", &error), REASON_OK);
	assert_int_equal(c.refresh, 120);
	assert_int_equal(c.max_age, 10800);
	assert_int_equal(c.rtr.server.n, 3);
	assert_int_equal(c.rtr.server.listeners[0].max_version, 0);
	assert_int_equal(c.rtr.server.listeners[0].n_allow, 0);
	assert_int_equal(c.rtr.server.listeners[1].max_version, 1);
	assert_int_equal(c.rtr.server.listeners[1].n_allow, 2);
	assert_int_equal(c.rtr.server.listeners[1].allow[1].len, 32);
	assert_true(c.rtr.server.listeners[2].is_tls);
	assert_string_equal(c.rtr.server.certificate, "/x/a");
	assert_string_equal(c.rtr.server.key, "/b");
	/* An option says it anew. */
	CHECK_REASON(
	    "option", conf_option(&c, "rtr", "127.0.0.1:9", &error), REASON_OK);
	CHECK_REASON(
	    "option", conf_option(&c, "rtr", "[::1]:9", &error), REASON_OK);
	assert_int_equal(c.rtr.server.n, 2);
	assert_string_equal(c.rtr.server.listeners[0].address, "127.0.0.1:9");
	CHECK_REASON(
	    "option", conf_option(&c, "rtr", "here", &error), R_CONF_VALUE);
	conf_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
