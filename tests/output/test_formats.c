/* Formats for routers and for programs, on two trust anchors and a ledger. */
#include <string.h>

#include "tests/check.h"
#include "tests/output/mixed.h"

#include "output/output.h"

/* What each prints of all payloads, and of none. */
static const struct {
	const char *format, *all, *none;
} t[] = {
	{ "openbgpd",
	    "roa-set {\n"
	    "    192.0.2.0/24 maxlen 26 source-as 64500\n"
	    "    2001:db8::/32 source-as 4294967295\n"
	    "}\n",
	    "roa-set {\n}\n" },
	{ "bird1",
	    "roa 192.0.2.0/24 max 26 as 64500;\n"
	    "roa 2001:db8::/32 max 32 as 4294967295;\n",
	    "" },
	{ "bird2",
	    "route 192.0.2.0/24 max 26 as 64500;\n"
	    "route 2001:db8::/32 max 32 as 4294967295;\n",
	    "" },
	{ "bird",
	    "# For BIRD 2\n\n"
	    "define force_roa_table_update = VERSION;\n\n"
	    "roa4 table ROAS4;\nroa6 table ROAS6;\n\n"
	    "protocol static {\n\troa4 { table ROAS4; };\n\n"
	    "\troute 192.0.2.0/24 max 26 as 64500;\n}\n\n"
	    "protocol static {\n\troa6 { table ROAS6; };\n\n"
	    "\troute 2001:db8::/32 max 32 as 4294967295;\n}\n",
	    "# For BIRD 2\n\n"
	    "define force_roa_table_update = 0;\n\n"
	    "roa4 table ROAS4;\nroa6 table ROAS6;\n\n"
	    "protocol static {\n\troa4 { table ROAS4; };\n\n}\n\n"
	    "protocol static {\n\troa6 { table ROAS6; };\n\n}\n" },
	{ "rpsl",
	    "\nroute: 192.0.2.0/24\norigin: AS64500\n"
	    "descr: RPKI attestation\nmnt-by: NA\n"
	    "created: 1970-01-01T00:01:00Z\n"
	    "last-modified: 1970-01-01T00:01:00Z\n"
	    "source: ROA-A-RPKI-ROOT\n\n"
	    "\nroute6: 2001:db8::/32\norigin: AS4294967295\n"
	    "descr: RPKI attestation\nmnt-by: NA\n"
	    "created: 1970-01-01T00:01:00Z\n"
	    "last-modified: 1970-01-01T00:01:00Z\n"
	    "source: ROA-B-RPKI-ROOT\n\n",
	    "" },
	{ "slurm2",
	    "{\n  \"slurmVersion\": 2,\n"
	    "  \"validationOutputFilters\": {\n"
	    "    \"prefixFilters\": [ ],\n    \"bgpsecFilters\": [ ],\n"
	    "    \"aspaFilters\": [ ]\n  },\n"
	    "  \"locallyAddedAssertions\": {\n"
	    "    \"prefixAssertions\": [\n"
	    "      {\n        \"asn\": 64500,\n"
	    "        \"prefix\": \"192.0.2.0/24\",\n"
	    "        \"maxPrefixLength\": 26,\n"
	    "        \"comment\": \"a\"\n      },\n"
	    "      {\n        \"asn\": 4294967295,\n"
	    "        \"prefix\": \"2001:db8::/32\",\n"
	    "        \"comment\": \"b\"\n      }\n    ],\n"
	    "    \"bgpsecAssertions\": [\n"
	    "      {\n        \"asn\": 64500,\n"
	    "        \"SKI\": \"qwAAAAAAAAAAAAAAAAAAAAAAAAA\",\n"
	    "        \"routerPublicKey\": \"-__-AA\",\n"
	    "        \"comment\": \"a\"\n      }\n    ],\n"
	    "    \"aspaAssertions\": [\n"
	    "      { \n        \"customerAsn\": 64500, \n"
	    "        \"providerAsns\": [\n          0\n        ],\n"
	    "        \"comment\": \"b\"\n      },\n"
	    "      { \n        \"customerAsn\": 64501, \n"
	    "        \"providerAsns\": [\n          1, \n"
	    "          4294967295\n        ],\n"
	    "        \"comment\": \"l\"\n      }\n    ]\n  }\n}\n",
	    NULL },
};

/* The number of the bird format, which only its own test looks at. */
static uint64_t
take_version(struct buf *text)
{
	static const char lead[] = "force_roa_table_update = ";
	uint8_t *at = memmem(text->p, text->n, lead, sizeof(lead) - 1);
	uint8_t *end;
	struct span digits;
	uint64_t version;

	assert_non_null(at);
	at += sizeof(lead) - 1;
	end = memchr(at, ';', text->n - (size_t)(at - text->p));
	assert_non_null(end);
	digits = span_of(at, (size_t)(end - at));
	/* BIRD's numbers are of 32 bits. */
	assert_true(decimal_parse(&version, digits, UINT32_MAX));
	return version;
}

static void
put_version(struct buf *out, const char *want, uint64_t version)
{
	const char *at = strstr(want, "VERSION");

	buf_reset(out);
	if (at == NULL) {
		buf_puts(out, want);
		return;
	}
	buf_add(out, want, (size_t)(at - want));
	buf_printf(out, "%llu", (unsigned long long)version);
	buf_puts(out, at + strlen("VERSION"));
}

static void
test_texts(void **state)
{
	struct buf got, want;

	(void)state;
	buf_init(&got, 100000);
	buf_init(&want, 100000);
	for (size_t i = 0; i < COUNT(t); i++) {
		bool numbered = strcmp(t[i].format, "bird") == 0;

		print_mixed(&got, t[i].format, COUNT(mixed));
		put_version(&want, t[i].all, numbered ? take_version(&got) : 0);
		if (!span_eq(buf_view(&got), buf_view(&want)))
			fail_msg(
			    "%s:\n%.*s", t[i].format, SPAN_FMT(buf_view(&got)));
		if (t[i].none == NULL)
			continue;
		print_mixed(&got, t[i].format, 0);
		if (!span_eq(buf_view(&got), span_str(t[i].none)))
			fail_msg(
			    "%s:\n%.*s", t[i].format, SPAN_FMT(buf_view(&got)));
	}
	buf_fini(&got);
	buf_fini(&want);
}

/* What says when it was made is written anew in a run to which nothing is new;
 * all else is left as it is. */
static void
test_time(void **state)
{
	struct payload payloads[COUNT(mixed)];
	struct span sources[] = { SPAN("a"), SPAN("b"), SPAN("c") };
	struct view view = { .payloads = payloads, .n = COUNT(mixed) };
	struct output_in in = { &view, COUNT(sources), sources };
	const struct output_format *table;
	struct buf before, after;
	size_t n;

	(void)state;
	memcpy(payloads, mixed, sizeof(mixed));
	buf_init(&before, 100000);
	buf_init(&after, 100000);
	table = output_table(&n);
	for (size_t i = 0; i < n; i++) {
		view.at = 60;
		print(&before, table[i].name, &in);
		view.at = 100060;
		print(&after, table[i].name, &in);
		CHECK(table[i].name,
		    span_eq(buf_view(&before), buf_view(&after)) !=
			table[i].tells_time);
	}
	buf_fini(&before);
	buf_fini(&after);
}

/* It changes with what the VRPs say, not with who says it or with what else
 * is said. */
static void
test_bird_version(void **state)
{
	uint64_t version[COUNT(mixed)];
	struct buf got;

	(void)state;
	buf_init(&got, 100000);
	for (size_t n = 0; n < COUNT(mixed); n++) {
		print_mixed(&got, "bird", n);
		version[n] = take_version(&got);
	}
	assert_true(version[1] != version[0]);
	assert_int_equal(version[2], version[1]);
	assert_int_equal(version[3], version[1]);
	assert_true(version[4] != version[3]);
	assert_int_equal(version[5], version[4]);
	assert_int_equal(version[6], version[4]);
	/* The same on every machine. */
	assert_int_equal(version[4], 0x252ed2ac);
	buf_fini(&got);
}

#define ZEROS_31 \
	"00000000000000000000000000000000000000000000000000000000000000"
#define ROOT                                                             \
	"{\"uri\":\"rsync://h.example/m/ta.cer\",\"hash\":\"0a" ZEROS_31 \
	"\",\"manifest\":\"rsync://h.example/m/ta.mft\","                \
	"\"not_before\":\"1970-01-01T00:00:00Z\","                       \
	"\"not_after\":\"1970-01-01T00:16:40Z\"}"
#define CA                                                               \
	"{\"uri\":\"rsync://h.example/m/ca.cer\",\"hash\":\"0c" ZEROS_31 \
	"\",\"manifest\":\"rsync://h.example/m/ca.mft\","                \
	"\"not_before\":\"1970-01-01T00:00:01Z\","                       \
	"\"not_after\":\"1970-01-01T00:15:00Z\"}"
#define A1                                                         \
	"{\"source\":\"a\",\"uri\":\"rsync://h.example/m/1.roa\"," \
	"\"hash\":\"01" ZEROS_31 "\","                             \
	"\"not_before\":\"1970-01-01T00:00:02Z\","                 \
	"\"not_after\":\"1970-01-01T00:13:20Z\","                  \
	"\"stale\":\"1970-01-01T00:08:20Z\","                      \
	"\"chain_from\":\"1970-01-01T00:00:03Z\","                 \
	"\"chain_until\":\"1970-01-01T00:10:00Z\","                \
	"\"expires\":\"1970-01-01T00:08:20Z\",\"chain\":[" CA "," ROOT "]}"
#define A2                                                         \
	"{\"source\":\"a\",\"uri\":\"rsync://h.example/m/2.roa\"," \
	"\"hash\":\"02" ZEROS_31 "\","                             \
	"\"not_before\":\"1970-01-01T00:00:00Z\","                 \
	"\"not_after\":\"1970-01-01T00:06:40Z\","                  \
	"\"stale\":\"1970-01-01T00:08:20Z\","                      \
	"\"chain_from\":\"1970-01-01T00:00:00Z\","                 \
	"\"chain_until\":\"1970-01-01T00:10:00Z\","                \
	"\"expires\":\"1970-01-01T00:06:40Z\",\"chain\":[" CA "," ROOT "]}"
#define B1                                                         \
	"{\"source\":\"b\",\"uri\":\"rsync://h.example/m/1.roa\"," \
	"\"hash\":\"03" ZEROS_31 "\","                             \
	"\"not_before\":\"1970-01-01T00:00:00Z\","                 \
	"\"not_after\":\"1970-01-01T00:11:40Z\","                  \
	"\"stale\":\"1970-01-01T00:11:40Z\","                      \
	"\"chain_from\":\"1970-01-01T00:00:00Z\","                 \
	"\"chain_until\":\"1970-01-01T00:10:50Z\","                \
	"\"expires\":\"1970-01-01T00:10:50Z\",\"chain\":[" ROOT "]}"

/* Every origin and its chain; the payload expires with the last of them. */
static void
test_ndjson(void **state)
{
	static const char *const want[] = {
		"{\"kind\":\"vrp\",\"prefix\":\"192.0.2.0/24\","
		"\"max_length\":26,\"asn\":64500,"
		"\"expires\":\"1970-01-01T00:10:50Z\","
		"\"origins\":[" A1 "," A2 "," B1 "]}\n",
		"{\"kind\":\"vrp\",\"prefix\":\"2001:db8::/32\","
		"\"max_length\":32,\"asn\":4294967295,"
		"\"expires\":\"1970-01-01T00:10:50Z\",\"origins\":[" B1 "]}\n",
		"{\"kind\":\"aspa\",\"customer\":64500,\"providers\":[0],"
		"\"expires\":\"1970-01-01T00:10:50Z\",\"origins\":[" B1 "]}\n",
		"{\"kind\":\"aspa\",\"customer\":64501,"
		"\"providers\":[1,4294967295],"
		"\"expires\":\"1970-01-01T00:11:40Z\",\"origins\":["
		"{\"source\":\"l\",\"uri\":\"\",\"hash\":\"00" ZEROS_31 "\","
		"\"not_before\":\"1970-01-01T00:00:00Z\","
		"\"not_after\":\"1970-01-01T00:11:40Z\","
		"\"stale\":\"1970-01-01T00:11:40Z\","
		"\"chain_from\":\"1970-01-01T00:00:00Z\","
		"\"chain_until\":\"1970-01-01T00:11:40Z\","
		"\"expires\":\"1970-01-01T00:11:40Z\",\"chain\":[]}]}\n",
		"{\"kind\":\"router_key\",\"asn\":64500,"
		"\"ski\":\"ab00000000000000000000000000000000000000\","
		"\"spki\":\"+//+AA==\",\"expires\":\"1970-01-01T00:08:20Z\","
		"\"origins\":[" A1 "]}\n",
	};
	struct buf got;
	struct span rest;

	(void)state;
	buf_init(&got, 100000);
	print_mixed(&got, "ndjson", COUNT(mixed));
	rest = buf_view(&got);
	for (size_t i = 0; i < COUNT(want); i++) {
		struct span line = span_str(want[i]);

		if (!span_starts(rest, line))
			fail_msg("%.*s", SPAN_FMT(rest));
		rest = span_of(rest.p + line.n, rest.n - line.n);
	}
	assert_int_equal(rest.n, 0);
	print_mixed(&got, "ndjson", 0);
	assert_int_equal(got.n, 0);
	buf_fini(&got);
}

static bool
has(const struct buf *text, const char *what)
{
	return memmem(text->p, text->n, what, strlen(what)) != NULL;
}

/* Names come from the operator: still, none may end a string early. */
static void
test_hostile_name(void **state)
{
	static const struct origin evil = { .source = LITERAL("\"},\n{\\") };
	struct payload one = mixed[0];
	struct view view = { .payloads = &one, .n = 1 };
	struct output_in in = { .view = &view };
	struct buf got;

	(void)state;
	one.origin = &evil;
	buf_init(&got, 100000);
	print(&got, "slurm", &in);
	assert_true(
	    has(&got, "\"comment\": \"\\u0022},\\u000a{\\u005c\"\n      }\n"));
	print(&got, "ndjson", &in);
	assert_true(has(&got, "\"source\":\"\\\"},\\n{\\\\\",\"uri\""));
	buf_fini(&got);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_bird_version),
		cmocka_unit_test(test_ndjson),
		cmocka_unit_test(test_hostile_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
