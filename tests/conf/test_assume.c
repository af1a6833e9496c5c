/* Files of assumptions. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"

#include "conf/conf.h"

#define ADD(x)    "add: [{" x "}]\n"
#define REMOVE(x) "remove: [{" x "}]\n"
#define TWO                                                                                   \
	"ledgers: [{name: one, origin: o/1, key: k, witnesses: {quorum: 0}, sources: [log]}," \
	" {name: two, origin: o/2, key: k, witnesses: {quorum: 0}, sources: [other]}]\n"

static const struct {
	const char *what, *text;
	enum reason reason;
	unsigned line;
	const char *says;
} rows[] = {
	{ "nothing", "", R_CONF_TYPE, 1, "what if" },
	{ "a list", "- add\n", R_CONF_TYPE, 1, "what if" },
	{ "unknown key", "\nadd: []\nremoves: []\n", R_CONF_KEY, 3,
	    "\"remove\"" },
	{ "key twice", "add: []\nadd: []\n", R_CONF_DUPLICATE, 2, "line 1" },
	{ "no change", "add: []\n", REASON_OK, 0, "" },
	{ "not a list", "add: {roa: x}\n", R_CONF_TYPE, 1, "a list" },
	{ "two keys", ADD("roa: x, aspa: y"), R_CONF_TYPE, 1, "one key" },
	{ "no key", "add: [x]\n", R_CONF_TYPE, 1, "one key" },
	{ "what cannot be added", ADD("object: rsync://h/m/a.roa"), R_CONF_KEY,
	    1, "unknown" },
	{ "what cannot be removed", REMOVE("router: x"), R_CONF_KEY, 1,
	    "unknown" },
	{ "a statement by its id",
	    REMOVE("statement: "
		   "0123456789abcdef0123456789abcdef"
		   "0123456789abcdef0123456789abcdef"),
	    REASON_OK, 0, "" },
	{ "by half of it",
	    REMOVE("statement: 0123456789abcdef0123456789abcdef"), R_CONF_VALUE,
	    1, "64 hex digits" },
	{ "ROA as text", ADD("roa: 192.0.2.0/24"), R_CONF_TYPE, 1, "prefix" },
	{ "ROA without prefix", ADD("roa: {asn: 1}"), R_CONF_VALUE, 1,
	    "prefix: a word" },
	{ "ROA without AS", ADD("roa: {prefix: 192.0.2.0/24}"), R_CONF_VALUE, 1,
	    "asn: a word" },
	{ "host bits", ADD("roa: {prefix: 192.0.2.1/24, asn: 1}"), R_CONF_VALUE,
	    1, "such as" },
	{ "long word",
	    ADD("roa: {prefix: "
		"111111111111111111111111111111111111111111111111111"
		"1111111111111111, asn: 1}"),
	    R_CONF_VALUE, 1, "such as" },
	{ "AS", ADD("roa: {prefix: 192.0.2.0/24, asn: 4294967296}"),
	    R_CONF_VALUE, 1, "AS number" },
	{ "greatest AS", ADD("roa: {prefix: 192.0.2.0/24, asn: 4294967295}"),
	    REASON_OK, 0, "" },
	{ "least length",
	    ADD("roa: {prefix: 192.0.2.0/24, asn: 1, max-length: 24}"),
	    REASON_OK, 0, "" },
	{ "shorter", ADD("roa: {prefix: 192.0.2.0/24, asn: 1, max-length: 23}"),
	    R_CONF_VALUE, 1, "less than" },
	{ "greatest length",
	    ADD("roa: {prefix: 192.0.2.0/24, asn: 1, max-length: 32}"),
	    REASON_OK, 0, "" },
	{ "longer", ADD("roa: {prefix: 192.0.2.0/24, asn: 1, max-length: 33}"),
	    R_CONF_VALUE, 1, "at most 32" },
	{ "unknown anchor",
	    ADD("roa: {prefix: 192.0.2.0/24, asn: 1, trust-anchor: c}"),
	    R_CONF_VALUE, 1, "no trust anchor" },
	{ "ROA's unknown key",
	    ADD("roa: {prefix: 192.0.2.0/24, asn: 1, maxlength: 24}"),
	    R_CONF_KEY, 1, "\"max-length\"" },
	{ "ASPA", ADD("aspa: {customer: 1, providers: [2, 3]}"), REASON_OK, 0,
	    "" },
	{ "ASPA without providers", ADD("aspa: {customer: 1}"), R_CONF_VALUE, 1,
	    "providers" },
	{ "empty ASPA", ADD("aspa: {customer: 1, providers: []}"), R_CONF_VALUE,
	    1, "providers" },
	{ "provider twice", ADD("aspa: {customer: 1, providers: [2, 2]}"),
	    R_CONF_VALUE, 1, "ascending" },
	{ "itself", ADD("aspa: {customer: 1, providers: [1]}"), R_CONF_VALUE, 1,
	    "ascending" },
	{ "ASPA goes whole", REMOVE("aspa: {customer: 1, providers: [2]}"),
	    R_CONF_KEY, 1, "unknown" },
	{ "ASPA goes", REMOVE("aspa: {customer: 1}"), REASON_OK, 0, "" },
	{ "statement", ADD("statement: {file: x, ledger: one}"), REASON_OK, 0,
	    "" },
	{ "statement without file", ADD("statement: {ledger: one}"),
	    R_CONF_VALUE, 1, "file" },
	{ "unknown ledger", ADD("statement: {file: x, ledger: three}"),
	    R_CONF_VALUE, 1, "no ledger" },
	{ "entry", REMOVE("entry: {ledger: two, number: 17}"), REASON_OK, 0,
	    "" },
	{ "entry of which", REMOVE("entry: {number: 17}"), R_CONF_VALUE, 1,
	    "of which" },
	{ "entry as number", REMOVE("entry: 17"), R_CONF_TYPE, 1,
	    "number: 17" },
	{ "no such number", REMOVE("entry: {ledger: two, number: -1}"),
	    R_CONF_VALUE, 1, "a number" },
	{ "object", REMOVE("object: rsync://h/m/a.roa"), REASON_OK, 0, "" },
	{ "object as list", REMOVE("object: [x]"), R_CONF_TYPE, 1, "a word" },
	{ "anchor goes", REMOVE("trust-anchor: a"), REASON_OK, 0, "" },
	{ "no such anchor", REMOVE("trust-anchor: c"), R_CONF_VALUE, 1,
	    "no trust anchor" },
	{ "no such ledger", REMOVE("ledger: c"), R_CONF_VALUE, 1, "no ledger" },
	{ "all goes",
	    "remove: [{ledger: one}, {ledger: two}, {trust-anchor: a}]\n",
	    R_CONF_VALUE, 1, "neither" },
	{ "mode", "mode: union\n", REASON_OK, 0, "" },
	{ "no mode", "mode: onion\n", R_CONF_VALUE, 1, "legacy-first" },
	{ "policy", "\npolicy: {mod: union}\n", R_CONF_KEY, 2, "\"mode\"" },
	{ "slurm", "slurm: [a.json, b.json]\n", REASON_OK, 0, "" },
};

static void
begin(struct conf *c, struct conf_tal *tal)
{
	struct conf_error error = { 0 };

	conf_init(c);
	CHECK_REASON(error.text,
	    conf_parse(c, SPAN(TWO), "/etc/c.yaml", &error), REASON_OK);
	*tal = (struct conf_tal){ .name = "a" };
	c->tals = tal;
	c->n_tals = 1;
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct conf c;
		struct conf_tal tal;
		struct conf_error error;

		begin(&c, &tal);
		CHECK_REASON(rows[i].what,
		    conf_assume_parse(
			&c, span_str(rows[i].text), "/x/if.yaml", &error),
		    rows[i].reason);
		if (rows[i].reason != REASON_OK) {
			CHECK(rows[i].what,
			    strstr(error.text, rows[i].says) != NULL);
			CHECK(rows[i].what, error.line == rows[i].line);
			CHECK(rows[i].what,
			    strcmp(error.file, "/x/if.yaml") == 0);
		}
		conf_fini(&c);
	}
}

static void
test_values(void **state)
{
	static const char text[] =
	    "add:\n"
	    "- roa: {prefix: 192.0.2.0/24, asn: AS7, trust-anchor: a}\n"
	    "- statement: new\n"
	    "remove:\n"
	    "- ca: rsync://h/m/a.cer\n"
	    "- entry: {ledger: two, number: 17}\n"
	    "- ledger: one\n"
	    "mode: union\n"
	    "slurm: [s.json]\n";
	struct conf c;
	struct conf_tal tal;
	struct conf_error error;
	const struct conf_assumption *a;

	(void)state;
	begin(&c, &tal);
	CHECK_REASON("values",
	    conf_assume_parse(&c, SPAN(text), "/x/if.yaml", &error), REASON_OK);
	a = c.assumptions;
	assert_int_equal(c.n_assumptions, 4);
	assert_string_equal(c.assumed, "/x/if.yaml");
	assert_true(a[0].is_added && a[0].kind == CONF_ASSUME_PAYLOAD);
	assert_int_equal(a[0].line, 2);
	assert_int_equal(a[0].payload.vrp.asn.v, 7);
	assert_int_equal(a[0].payload.vrp.max_len, 24);
	assert_string_equal(a[0].source, "a");
	assert_true(a[1].is_added && a[1].kind == CONF_ASSUME_STATEMENT);
	assert_string_equal(a[1].text, "/x/new");
	assert_null(a[1].source);
	assert_true(!a[2].is_added && a[2].kind == CONF_ASSUME_CA);
	assert_true(!a[3].is_added && a[3].kind == CONF_ASSUME_ENTRY);
	assert_int_equal(a[3].entry, 17);
	assert_string_equal(a[3].source, "two");
	assert_int_equal(c.n_ledgers, 1);
	assert_string_equal(c.ledgers[0].name, "two");
	assert_int_equal(c.policy.mode, POLICY_UNION);
	assert_int_equal(c.n_slurm, 1);
	assert_string_equal(c.slurm[0], "/x/s.json");
	conf_fini(&c);
}

/* The boundary: 10,000 of them. */
static void
test_many(void **state)
{
	struct buf text;

	(void)state;
	buf_init(&text, 1 << 20);
	buf_puts(&text, "remove:\n");
	for (size_t i = 0; i <= 10000; i++) {
		struct conf c;
		struct conf_tal tal;
		struct conf_error error;

		buf_printf(&text, "- object: rsync://h/m/%zu\n", i);
		if (i + 1 < 10000)
			continue;
		begin(&c, &tal);
		CHECK_REASON("many",
		    conf_assume_parse(&c, buf_view(&text), "x", &error),
		    i < 10000 ? REASON_OK : R_CONF_VALUE);
		conf_fini(&c);
	}
	buf_fini(&text);
}

static void
test_file(void **state)
{
	struct conf c;
	struct conf_tal tal;
	struct conf_error error;

	(void)state;
	begin(&c, &tal);
	CHECK_REASON("no file", conf_assume(&c, "/nowhere/if.yaml", &error),
	    R_CONF_FILE);
	assert_string_equal(error.file, "/nowhere/if.yaml");
	conf_fini(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_file),
	};

	return cmocka_run_group_tests_name("assume", tests, NULL, NULL);
}
