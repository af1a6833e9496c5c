/* Policy in the configuration. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"

#include "conf/conf.h"

#define ID "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define R  "policy:\n  rules:\n  - {"

static const struct {
	const char *what, *text;
	enum reason reason;
	unsigned line;
	const char *says;
} rows[] = {
	{ "empty", "policy: {}\n", REASON_OK, 0, "" },
	{ "null", "policy:\n", REASON_OK, 0, "" },
	{ "a word", "policy: union\n", R_CONF_TYPE, 1, "such as" },
	{ "unknown key", "policy:\n  mod: union\n", R_CONF_KEY, 2, "\"mode\"" },
	{ "unknown mode", "policy:\n  mode: legacy-frist\n", R_CONF_VALUE, 2,
	    "\"legacy-first\"" },
	{ "mode as list", "policy:\n  mode: [union]\n", R_CONF_TYPE, 2,
	    "a word" },
	{ "every mode", "policy: {mode: agreement}\n", REASON_OK, 0, "" },
	{ "level", "policy: {ledger: {minimum-level: attestd}}\n", R_CONF_VALUE,
	    1, "\"attested\"" },
	{ "ledger as text", "policy: {ledger: attested}\n", R_CONF_TYPE, 1,
	    "minimum-level" },
	{ "ledger's unknown key", "policy: {ledger: {level: attested}}\n",
	    R_CONF_KEY, 1, "unknown key" },
	{ "no endorsers", "policy: {ledger: {endorsed-by: []}}\n", REASON_OK, 0,
	    "" },
	{ "endorser", "policy: {ledger: {endorsed-by: [ripe, " ID "]}}\n",
	    REASON_OK, 0, "" },
	{ "no name", "policy: {ledger: {endorsed-by: [RIPE]}}\n", R_CONF_VALUE,
	    1, "a name in a ledger" },
	{ "short name", "policy: {ledger: {endorsed-by: [ab]}}\n", R_CONF_VALUE,
	    1, "a name in a ledger" },
	{ "rules as map", "policy: {rules: {mode: union}}\n", R_CONF_TYPE, 1,
	    "a list" },
	{ "rule as text", "policy: {rules: [union]}\n", R_CONF_TYPE, 1,
	    "a rule is" },
	{ "no outcome", R "prefixes: [10.0.0.0/8]}\n", R_CONF_VALUE, 3,
	    "a mode or an action" },
	{ "two outcomes", R "mode: union, action: accept}\n", R_CONF_VALUE, 3,
	    "a mode or an action" },
	{ "unknown action", R "action: deny}\n", R_CONF_VALUE, 3, "accept" },
	{ "no condition", R "action: reject, why: 'x, y'}\n", REASON_OK, 0,
	    "" },
	{ "why as list", R "action: reject, why: [x]}\n", R_CONF_TYPE, 3,
	    "a sentence" },
	{ "rule's unknown key", R "prefix: [10.0.0.0/8], mode: union}\n",
	    R_CONF_KEY, 3, "\"prefixes\"" },
	{ "host bits", R "prefixes: [10.0.0.1/8], mode: union}\n", R_CONF_VALUE,
	    3, "host bits" },
	{ "prefix as text", R "prefixes: 10.0.0.0/8, mode: union}\n",
	    R_CONF_TYPE, 3, "a list" },
	{ "empty list", R "prefixes: [], mode: union}\n", R_CONF_TYPE, 3,
	    "a list" },
	{ "AS number", R "asns: [64500, AS1, AS2-AS9], mode: union}\n",
	    REASON_OK, 0, "" },
	{ "AS too large", R "asns: [4294967296], mode: union}\n", R_CONF_VALUE,
	    3, "an AS number" },
	{ "prefix as AS", R "asns: [10.0.0.0/8], mode: union}\n", R_CONF_VALUE,
	    3, "an AS number" },
	{ "levels", R "levels: [self-asserted], action: reject}\n", REASON_OK,
	    0, "" },
	{ "no level", R "levels: [none], action: reject}\n", R_CONF_VALUE, 3,
	    "none of its values" },
	{ "side", R "contested: contender, action: reject}\n", REASON_OK, 0,
	    "" },
	{ "no side", R "contested: true, action: reject}\n", R_CONF_VALUE, 3,
	    "none of its values" },
	{ "evidence", R "evidence-withdrawn: true, action: reject}\n",
	    REASON_OK, 0, "" },
	{ "no evidence", R "evidence-withdrawn: 'true', action: reject}\n",
	    R_CONF_TYPE, 3, "true, or not" },
	{ "regions", "policy: {regions: {EU: [alpha, beta]}}\n", REASON_OK, 0,
	    "" },
	{ "regions as list", "policy: {regions: [EU]}\n", R_CONF_TYPE, 1,
	    "regions" },
	{ "unsafe", "policy: {unsafe: reject}\n", REASON_OK, 0, "" },
	{ "no unsafe", "policy: {unsafe: deny}\n", R_CONF_VALUE, 1,
	    "none of its values" },
	{ "hold", "policy: {hold: {shrink: 1%, for: 7d}}\n", REASON_OK, 0, "" },
	{ "hold of 0", "policy: {hold: {shrink: 0%}}\n", R_CONF_VALUE, 1,
	    "from 1%" },
	{ "hold of 100", "policy: {hold: {shrink: 100%}}\n", REASON_OK, 0, "" },
	{ "hold of 101", "policy: {hold: {shrink: 101%}}\n", R_CONF_VALUE, 1,
	    "from 1%" },
	{ "hold of a number", "policy: {hold: {shrink: 10}}\n", R_CONF_VALUE, 1,
	    "from 1%" },
	{ "hold for long", "policy: {hold: {for: 8d}}\n", R_CONF_VALUE, 1,
	    "at most 7d" },
	{ "hold as text", "policy: {hold: 10%}\n", R_CONF_TYPE, 1, "shrink" },
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
	static const char text[] =
	    "policy:\n  mode: ledger-first\n"
	    "  ledger: {minimum-level: self-asserted, endorsed-by: [one]}\n"
	    "  rules:\n"
	    "  - {prefixes: [192.0.2.0/24, '2001:db8::/32'], mode: union}\n"
	    "  - {holders: [" ID "], asns: [AS7-AS9], action: reject,"
	    " why: court order 12/2026}\n"
	    "  unsafe: warn\n  regions: {DE: [one]}\n"
	    "  hold: {shrink: 25%, for: 2h}\n";
	struct conf c;
	struct conf_error error;
	const struct policy *p = &c.policy;

	(void)state;
	conf_init(&c);
	assert_int_equal(p->mode, POLICY_LEGACY_FIRST);
	assert_int_equal(p->minimum_level, 1);
	assert_int_equal(p->hold_shrink, 10);
	assert_int_equal(p->hold_for, 3600);
	CHECK_REASON("values",
	    conf_parse(&c, SPAN(text), "/etc/x.yaml", &error), REASON_OK);
	assert_int_equal(p->mode, POLICY_LEDGER_FIRST);
	assert_int_equal(p->minimum_level, 0);
	assert_int_equal(p->endorsers.n, 1);
	assert_true(span_eq(p->endorsers.v[0].name, SPAN("one")));
	assert_int_equal(p->n_rules, 2);
	assert_int_equal(p->rules[0].n_prefixes, 2);
	assert_int_equal(p->rules[0].prefixes[1].family, FAMILY_V6);
	assert_int_equal(p->rules[0].action, POLICY_USE);
	assert_int_equal(p->rules[0].mode, POLICY_UNION);
	assert_int_equal(p->rules[1].action, POLICY_REJECT);
	assert_true(p->rules[1].holders.v[0].has_id);
	assert_int_equal(p->rules[1].holders.v[0].id.b[1], 0x23);
	assert_int_equal(p->rules[1].asns[0].hi, 9);
	assert_true(span_eq(p->rules[1].why, SPAN("court order 12/2026")));
	assert_int_equal(p->unsafe, POLICY_UNSAFE_WARN);
	assert_int_equal(p->n_regions, 1);
	assert_int_equal(p->hold_shrink, 25);
	assert_int_equal(p->hold_for, 7200);
	conf_fini(&c);
}

/* --policy: the map itself, or under its key; it replaces what was said. */
static void
test_files(void **state)
{
	static const struct {
		const char *text;
		enum reason reason;
		unsigned line;
	} files[] = {
		{ "mode: union\n", REASON_OK, 0 },
		{ "policy:\n  mode: union\n", REASON_OK, 0 },
		{ "policy: {}\ncache: x\n", R_CONF_KEY, 2 },
		{ "- union\n", R_CONF_TYPE, 1 },
		{ "\nmode: onion\n", R_CONF_VALUE, 2 },
	};
	char path[] = "/tmp/cairn-policy-XXXXXX";
	int fd = mkstemp(path);
	struct conf c;
	struct conf_error error;

	(void)state;
	assert_true(fd >= 0);
	for (size_t i = 0; i < COUNT(files); i++) {
		size_t n = strlen(files[i].text);

		assert_int_equal(ftruncate(fd, 0), 0);
		assert_int_equal(pwrite(fd, files[i].text, n, 0), n);
		conf_init(&c);
		c.policy.mode = POLICY_AGREEMENT;
		CHECK_REASON(files[i].text,
		    conf_option(&c, "policy", path, &error), files[i].reason);
		if (files[i].reason == REASON_OK)
			assert_int_equal(c.policy.mode, POLICY_UNION);
		else {
			assert_string_equal(error.file, path);
			assert_int_equal(error.line, files[i].line);
		}
		conf_fini(&c);
	}
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_files),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
