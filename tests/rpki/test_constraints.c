/* NAME.constraints: what is taken, what it allows, and the files we ship. */
#include "tests/check.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rpki/rpki.h"

struct kit {
	struct arena arena;
	struct limits limits;
	struct decode dec;
};

static void
kit_init(struct kit *k, struct span text)
{
	arena_init(&k->arena, 1 << 24);
	limits_init(&k->limits);
	decode_init(&k->dec, &k->arena, &k->limits, text);
}

static void
kit_fini(struct kit *k)
{
	arena_fini(&k->arena);
}

/* "10.0.0.0/8 AS5" */
static struct resources
resources_of(struct kit *k, const char *items)
{
	struct resources r = { 0 };
	char item[64];
	int used;

	for (; sscanf(items, "%63s%n", item, &used) == 1; items += used)
		assert_int_equal(
		    resources_add_text(&r, &k->arena, item), REASON_OK);
	addr_set_normalise(&r.ip[0], FAMILY_V4);
	addr_set_normalise(&r.ip[1], FAMILY_V6);
	asn_set_normalise(&r.as);
	return r;
}

static void
test_parse(void **state)
{
	static const struct {
		const char *what, *text;
		enum reason want;
		unsigned line;
	} cases[] = {
		{ "nothing", "", REASON_OK, 0 },
		{ "comments only", "# a\n\n  \t# b\n", REASON_OK, 0 },
		{ "no newline at the end", "allow 10.0.0.0/8", REASON_OK, 0 },
		{ "CRLF", "allow 10.0.0.0/8\r\ndeny AS1\r\n", REASON_OK, 0 },
		{ "blanks and comment", " \tallow\t 10.0.0.0 -\t10.0.0.5 # x",
		    REASON_OK, 0 },
		{ "IPv6 range", "deny ::-1fff::", REASON_OK, 0 },
		{ "bare AS number", "allow 64496\ndeny 1 - 5", REASON_OK, 0 },
		{ "overlap", "deny 10.0.0.0/8\ndeny 10.1.0.0/16", REASON_OK,
		    0 },
		{ "other word", "permit AS1", R_CONSTRAINTS_TEXT, 1 },
		{ "in capitals", "\nAllow AS1", R_CONSTRAINTS_TEXT, 2 },
		{ "no blank", "allowAS1", R_CONSTRAINTS_TEXT, 1 },
		{ "word alone", "allow", R_CONSTRAINTS_TEXT, 1 },
		{ "word and comment", "allow # AS1", R_CONSTRAINTS_TEXT, 1 },
		{ "two items", "allow AS1 AS2", R_CONSTRAINTS_TEXT, 1 },
		{ "host bits", "# x\nallow AS1\nallow 10.0.0.1/8\n",
		    R_CONSTRAINTS_TEXT, 3 },
		{ "upside down", "deny AS5-AS1", R_CONSTRAINTS_TEXT, 1 },
		{ "mixed families", "deny 10.0.0.0-2001::", R_CONSTRAINTS_TEXT,
		    1 },
		{ "too large", "deny AS4294967296", R_CONSTRAINTS_TEXT, 1 },
		{ "long line",
		    "allow 00000000000000000000000000000000000000000000000000"
		    "00000000000000000000000000000000000000000000000000000000"
		    "000000000000000000000000000000000000000000000000001",
		    R_CONSTRAINTS_TEXT, 1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct constraints c = { 0 };
		struct kit k;
		unsigned line;

		kit_init(&k, span_str(cases[i].text));
		CHECK_REASON(cases[i].what,
		    constraints_parse(
			&c, span_str(cases[i].text), &k.dec, &line),
		    cases[i].want);
		CHECK(cases[i].what, line == cases[i].line);
		CHECK(cases[i].what, k.dec.why.reason == cases[i].want);
		CHECK(cases[i].what, c.given == (cases[i].want == REASON_OK));
		kit_fini(&k);
	}
}

static void
test_nul(void **state)
{
	struct span text = SPAN("allow AS1\0\n");
	struct constraints c = { 0 };
	struct kit k;
	unsigned line;

	(void)state;
	kit_init(&k, text);
	assert_int_equal(
	    constraints_parse(&c, text, &k.dec, &line), R_CONSTRAINTS_TEXT);
	kit_fini(&k);
}

static void
test_size(void **state)
{
	struct span text = SPAN("deny AS1\n");
	struct constraints c = { 0 };
	struct kit k;
	unsigned line;

	(void)state;
	kit_init(&k, text);
	k.limits.object_max = text.n;
	assert_int_equal(constraints_parse(&c, text, &k.dec, &line), REASON_OK);
	k.limits.object_max = text.n - 1;
	assert_int_equal(
	    constraints_parse(&c, text, &k.dec, &line), R_LIMIT_SIZE);
	kit_fini(&k);
}

static void
test_memory(void **state)
{
	struct span text = SPAN("allow 10.0.0.0/8\ndeny 10.1.0.0/16\n");
	enum reason r = R_LIMIT_MEMORY;
	struct constraints c;
	struct kit k;
	unsigned line;

	(void)state;
	for (size_t budget = 0; r != REASON_OK; budget += 16) {
		kit_init(&k, text);
		k.arena.budget = budget;
		c.given = false;
		r = constraints_parse(&c, text, &k.dec, &line);
		assert_true(r == REASON_OK || r == R_LIMIT_MEMORY);
		assert_true(c.given == (r == REASON_OK));
		assert_int_equal(k.dec.why.reason, r);
		assert_true(budget < 65536);
		kit_fini(&k);
	}
}

/* `outside` is the first resource refused, or NULL. */
static void
test_check(void **state)
{
	static const struct {
		const char *what, *text, *ee, *outside;
	} cases[] = {
		{ "nothing said", "", "10.0.0.0/8 ::/0 AS0", NULL },
		{ "allowed", "allow 10.0.0.0/8", "10.1.0.0/16", NULL },
		{ "not allowed", "allow 10.0.0.0/8", "11.0.0.0/8",
		    "11.0.0.0/8" },
		{ "half", "allow 10.0.0.0/8", "10.0.0.0/7", "10.0.0.0/7" },
		{ "across two lines", "allow 10.0.0.0/9\nallow 10.128.0.0/9",
		    "10.0.0.0/8", NULL },
		{ "addresses say nothing of AS numbers", "allow 10.0.0.0/8",
		    "AS5", NULL },
		{ "nor AS numbers of addresses", "allow AS5", "10.0.0.0/8",
		    NULL },
		{ "IPv4 speaks for IPv6", "allow 10.0.0.0/8", "2001:db8::/32",
		    "2001:db8::/32" },
		{ "denied", "deny 10.0.0.0/8", "10.1.0.0/16", "10.1.0.0/16" },
		{ "around the denied", "deny 10.0.0.0/8", "8.0.0.0/6",
		    "8.0.0.0/6" },
		{ "besides the denied", "deny 10.0.0.0/8", "11.0.0.0/8", NULL },
		{ "a hole", "allow 10.0.0.0/8\ndeny 10.1.0.0/16", "10.1.2.0/24",
		    "10.1.2.0/24" },
		{ "a hole, first", "deny 10.1.0.0/16\nallow 10.0.0.0/8",
		    "10.1.2.0/24", "10.1.2.0/24" },
		{ "beside a hole", "allow 10.0.0.0/8\ndeny 10.1.0.0/16",
		    "10.2.0.0/16", NULL },
		{ "AS denied", "deny AS0\ndeny 64496 - 64511", "AS64500",
		    "AS64500" },
		{ "AS beside", "deny AS0\ndeny 64496 - 64511", "AS64512",
		    NULL },
		{ "last AS", "deny AS0", "AS4294967295", NULL },
		{ "no resources", "allow AS1\nallow 10.0.0.0/8", "", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span text = span_str(cases[i].text);
		char what[RESOURCE_TEXT] = "";
		struct constraints c;
		struct resources ee;
		struct kit k;
		unsigned line;

		kit_init(&k, text);
		CHECK_REASON(cases[i].what,
		    constraints_parse(&c, text, &k.dec, &line), REASON_OK);
		ee = resources_of(&k, cases[i].ee);
		CHECK_REASON(cases[i].what, constraints_check(&c, &ee, what),
		    cases[i].outside == NULL ? REASON_OK
					     : R_CONSTRAINTS_OUTSIDE);
		if (cases[i].outside != NULL)
			assert_string_equal(what, cases[i].outside);
		kit_fini(&k);
	}
}

static void
test_inherit(void **state)
{
	struct span text = SPAN("allow 192.0.2.0/24\nallow AS64496\n");
	struct constraints c, none = { 0 };
	char what[RESOURCE_TEXT];
	struct resources ee;
	struct kit k;
	unsigned line;

	(void)state;
	kit_init(&k, text);
	assert_int_equal(constraints_parse(&c, text, &k.dec, &line), REASON_OK);
	ee = resources_of(&k, "10.0.0.0/8 2001:db8::/32 AS5");
	assert_int_equal(constraints_check(&none, &ee, what), REASON_OK);
	ee.ip[0].holding = ee.ip[1].holding = HOLDS_INHERIT;
	assert_int_equal(
	    constraints_check(&c, &ee, what), R_CONSTRAINTS_OUTSIDE);
	assert_string_equal(what, "AS5");
	ee.as.holding = HOLDS_INHERIT;
	assert_int_equal(constraints_check(&c, &ee, what), REASON_OK);
	kit_fini(&k);
}

/* ---- the files in etc/tals ----------------------------------------------- */

static struct span
file_read(struct kit *k, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[512], *p;
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/etc/tals/%s.constraints",
	    top != NULL ? top : ".", name);
	f = fopen(path, "rb");
	if (f == NULL)
		fail_msg("%s: cannot be read", path);
	p = arena_alloc(&k->arena, 65536);
	assert_non_null(p);
	n = fread(p, 1, 65536, f);
	(void)fclose(f);
	assert_true(n > 0 && n < 65536);
	return span_of(p, n);
}

/* "." in all of them: a name stands for the registries that may have it. */
static const struct {
	const char *ee, *allowed;
} shipped[] = {
	/* special purpose: nobody's */
	{ "0.0.0.0/8", "" },
	{ "10.0.0.0/8", "" },
	{ "100.64.0.0/10", "" },
	{ "127.0.0.0/8", "" },
	{ "169.254.0.0/16", "" },
	{ "172.16.0.0/12", "" },
	{ "192.0.2.0/24", "" },
	{ "192.168.1.0/24", "" },
	{ "198.18.0.0/15", "" },
	{ "198.51.100.0/24", "" },
	{ "203.0.113.0/24", "" },
	{ "224.0.0.0/4", "" },
	{ "255.255.255.255/32", "" },
	{ "0.0.0.0/0", "" },
	{ "::/0", "" },
	{ "::1/128", "" },
	{ "64:ff9b::/96", "" },
	{ "2001:db8::/32", "" },
	{ "2002::/16", "" },
	{ "3fff::/20", "" },
	{ "fc00::/7", "" },
	{ "fe80::/10", "" },
	{ "ff00::/8", "" },
	{ "AS0", "" },
	{ "AS23456", "" },
	{ "AS64496", "" },
	{ "AS64512", "" },
	{ "AS65535", "" },
	{ "AS65551", "" },
	{ "AS4200000000", "" },
	{ "AS4294967295", "" },
	/* beside them, and what moves between registries */
	{ "9.0.0.0/8", "." },
	{ "11.0.0.0/8", "." },
	{ "172.32.0.0/11", "." },
	{ "192.175.48.0/24", "." }, /* AS112 */
	{ "223.255.255.0/24", "." },
	{ "2001:4:112::/48", "." }, /* AS112 */
	{ "2001:500::/30", "." },
	{ "AS1", "." },
	{ "AS23455", "." },
	{ "AS64495", "." },
	{ "AS131072", "." },
	{ "AS4199999999", "." },
	/* IPv6 does not move */
	{ "2400::/12", "apnic" },
	{ "2600::/12", "arin" },
	{ "2800::/12", "lacnic" },
	{ "2a00::/12", "ripe" },
	{ "2c00::/12", "afrinic" },
};

static void
test_shipped(void **state)
{
	static const char *const names[] = { "afrinic", "apnic", "arin",
		"lacnic", "ripe" };
	(void)state;
	for (size_t n = 0; n < COUNT(names); n++) {
		char what[RESOURCE_TEXT];
		struct constraints c;
		unsigned line;
		struct kit k;

		kit_init(&k, SPAN(""));
		CHECK_REASON(names[n],
		    constraints_parse(
			&c, file_read(&k, names[n]), &k.dec, &line),
		    REASON_OK);
		for (size_t i = 0; i < COUNT(shipped); i++) {
			struct resources ee = resources_of(&k, shipped[i].ee);
			bool may = shipped[i].allowed[0] == '.' ||
				   strcmp(shipped[i].allowed, names[n]) == 0;

			if ((constraints_check(&c, &ee, what) == REASON_OK) !=
			    may)
				fail_msg("%s: %s", names[n], shipped[i].ee);
		}
		kit_fini(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_nul),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_shipped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
