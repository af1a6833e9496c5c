/* Local exceptions: what is taken, what is refused and where, what they do. */
#include <string.h>
#include <time.h>

#include "tests/check.h"

#include "policy/policy.h"

#define SPKI                                                           \
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define SKI "AAAAAAAAAAAAAAAAAAAAAAAAAAA"

/* A file with that in its lists. */
#define FILE_OF(version, pf, bf, af, pa, ba, aa)                      \
	"{\"slurmVersion\":" version                                  \
	",\"validationOutputFilters\":{\"prefixFilters\":[" pf        \
	"],\n\"bgpsecFilters\":[" bf "]" af                           \
	"},\n\"locallyAddedAssertions\":{\n\"prefixAssertions\":[" pa \
	"],\n\"bgpsecAssertions\":[" ba "]" aa "}}"
#define PF(x)    FILE_OF("1", x, "", "", "", "", "")
#define BF(x)    FILE_OF("1", "", x, "", "", "", "")
#define AF(x)    FILE_OF("2", "", "", ",\"aspaFilters\":[" x "]", "", "", "")
#define PA(x)    FILE_OF("1", "", "", "", x, "", "")
#define BA(x)    FILE_OF("1", "", "", "", "", x, "")
#define AA(x)    FILE_OF("2", "", "", "", "", "", ",\"aspaAssertions\":[" x "]")
#define EMPTY(v) FILE_OF(v, "", "", "", "", "", "")

static const struct {
	const char *what, *text;
	enum reason reason;
	unsigned line;
	const char *path; /* what it ends with */
} rows[] = {
	{ "empty", EMPTY("1"), REASON_OK, 0, "" },
	{ "version 2", EMPTY("2"), REASON_OK, 0, "" },
	{ "version 3", EMPTY("3"), R_SLURM_VERSION, 1, "slurmVersion" },
	{ "version 0", EMPTY("0"), R_SLURM_VERSION, 1, "slurmVersion" },
	{ "version as text", EMPTY("\"1\""), R_SLURM_VERSION, 1,
	    "slurmVersion" },
	{ "no text", "", R_SLURM_JSON, 1, "" },
	{ "byte order mark", "\xef\xbb\xbf" EMPTY("1"), R_SLURM_JSON, 1, "" },
	{ "not UTF-8", PF("{\"asn\":1,\"comment\":\"\xff\"}"), R_SLURM_JSON, 1,
	    "" },
	{ "NaN", PF("{\"asn\":NaN}"), R_SLURM_JSON, 1, "prefixFilters[0].asn" },
	{ "a list", "[]", R_SLURM_VALUE, 1, "" },
	{ "more after it", EMPTY("1") "\n{}", R_SLURM_JSON, 6, "" },
	{ "no version",
	    "{\"validationOutputFilters\":{\"prefixFilters\":[],"
	    "\"bgpsecFilters\":[]},\"locallyAddedAssertions\":{"
	    "\"prefixAssertions\":[],\"bgpsecAssertions\":[]}}",
	    R_SLURM_MEMBER, 1, "slurmVersion" },
	{ "no filters", "{\"slurmVersion\":1}", R_SLURM_MEMBER, 1,
	    "validationOutputFilters" },
	{ "no list",
	    "{\"slurmVersion\":1,\"validationOutputFilters\":{\n"
	    "\"prefixFilters\":[]}}",
	    R_SLURM_MEMBER, 2, "validationOutputFilters.bgpsecFilters" },
	{ "version twice", "{\"slurmVersion\":1,\n\"slurmVersion\":1}",
	    R_SLURM_MEMBER, 2, "slurmVersion" },
	{ "unknown member", "{\"slurmVersion\":1,\n\"comment\":\"x\"}",
	    R_SLURM_MEMBER, 2, "" },
	{ "aspa in version 1",
	    FILE_OF("1", "", "", ",\"aspaFilters\":[]", "", "", ""),
	    R_SLURM_VERSION, 5, "slurmVersion" },
	{ "filter", PF("{\"prefix\":\"10.0.0.0/8\",\"asn\":1}"), REASON_OK, 0,
	    "" },
	{ "filter of nothing", PF("{\"comment\":\"x\"}"), R_SLURM_MEMBER, 1,
	    "validationOutputFilters.prefixFilters[0]" },
	{ "second filter", PF("{\"asn\":1},\n{\"asn\":-1}"), R_SLURM_VALUE, 2,
	    "prefixFilters[1].asn" },
	{ "asn twice", PF("{\"asn\":1,\"asn\":1}"), R_SLURM_MEMBER, 1,
	    "prefixFilters[0].asn" },
	{ "asn 1e10", PF("{\"asn\":1e10}"), R_SLURM_VALUE, 1, ".asn" },
	{ "asn 1.0", PF("{\"asn\":1.0}"), R_SLURM_VALUE, 1, ".asn" },
	{ "asn as text", PF("{\"asn\":\"64496\"}"), R_SLURM_VALUE, 1, ".asn" },
	{ "greatest asn", PF("{\"asn\":4294967295}"), REASON_OK, 0, "" },
	{ "greater asn", PF("{\"asn\":4294967296}"), R_SLURM_VALUE, 1, ".asn" },
	{ "null", PF("{\"asn\":null}"), R_SLURM_VALUE, 1, ".asn" },
	{ "host bits", PF("{\"prefix\":\"10.0.0.1/8\"}"), R_SLURM_VALUE, 1,
	    ".prefix" },
	{ "no length", PF("{\"prefix\":\"10.0.0.0\"}"), R_SLURM_VALUE, 1,
	    ".prefix" },
	{ "length 33", PF("{\"prefix\":\"10.0.0.0/33\"}"), R_SLURM_VALUE, 1,
	    ".prefix" },
	{ "IPv6", PF("{\"prefix\":\"2001:db8::/32\"}"), REASON_OK, 0, "" },
	{ "SKI among prefixes", PF("{\"SKI\":\"" SKI "\"}"), R_SLURM_MEMBER, 1,
	    "prefixFilters[0]" },
	{ "comment of another type", PF("{\"asn\":1,\"comment\":1}"),
	    R_SLURM_VALUE, 1, ".comment" },
	{ "key filter", BF("{\"SKI\":\"" SKI "\"}"), REASON_OK, 0, "" },
	{ "padded SKI", BF("{\"SKI\":\"" SKI "=\"}"), R_SLURM_VALUE, 2,
	    ".SKI" },
	{ "short SKI", BF("{\"SKI\":\"AAAA\"}"), R_SLURM_VALUE, 2, ".SKI" },
	{ "SKI by the other alphabet",
	    BF("{\"SKI\":\"++AAAAAAAAAAAAAAAAAAAAAAAAA\"}"), R_SLURM_VALUE, 2,
	    ".SKI" },
	{ "aspa filter", AF("{\"customerAsn\":1}"), REASON_OK, 0, "" },
	{ "aspa filter's other name", AF("{\"customerAsid\":1}"), REASON_OK, 0,
	    "" },
	{ "both names", AF("{\"customerAsid\":1,\"customerAsn\":1}"),
	    R_SLURM_MEMBER, 2, "aspaFilters[0].customerAsn" },
	{ "assertion", PA("{\"prefix\":\"10.0.0.0/8\",\"asn\":0}"), REASON_OK,
	    0, "" },
	{ "assertion without asn", PA("{\"prefix\":\"10.0.0.0/8\"}"),
	    R_SLURM_MEMBER, 4, "prefixAssertions[0].asn" },
	{ "equal length",
	    PA("{\"prefix\":\"10.0.0.0/8\",\"asn\":1,\"maxPrefixLength\":8}"),
	    REASON_OK, 0, "" },
	{ "less length",
	    PA("{\"prefix\":\"10.0.0.0/8\",\"asn\":1,\"maxPrefixLength\":7}"),
	    R_SLURM_VALUE, 4, ".maxPrefixLength" },
	{ "most length",
	    PA("{\"prefix\":\"10.0.0.0/8\",\"asn\":1,\"maxPrefixLength\":32}"),
	    REASON_OK, 0, "" },
	{ "more length",
	    PA("{\"prefix\":\"10.0.0.0/8\",\"asn\":1,\"maxPrefixLength\":33}"),
	    R_SLURM_VALUE, 4, ".maxPrefixLength" },
	{ "key",
	    BA("{\"asn\":1,\"SKI\":\"" SKI "\",\"routerPublicKey\":\"" SPKI
	       "\"}"),
	    REASON_OK, 0, "" },
	{ "no key", BA("{\"asn\":1,\"SKI\":\"" SKI "\"}"), R_SLURM_MEMBER, 5,
	    ".routerPublicKey" },
	{ "another key",
	    BA("{\"asn\":1,\"SKI\":\"" SKI "\",\"routerPublicKey\":\"AAAA\"}"),
	    R_SLURM_VALUE, 5, ".routerPublicKey" },
	{ "aspa", AA("{\"customerAsn\":1,\"providerAsns\":[3,2,3]}"), REASON_OK,
	    0, "" },
	{ "aspa of AS0", AA("{\"customerAsn\":1,\"providerAsns\":[0]}"),
	    REASON_OK, 0, "" },
	{ "aspa of AS0 and more",
	    AA("{\"customerAsn\":1,\"providerAsns\":[0,2]}"), R_SLURM_VALUE, 5,
	    ".providerAsns" },
	{ "aspa of itself", AA("{\"customerAsn\":1,\"providerAsns\":[1]}"),
	    R_SLURM_VALUE, 5, ".providerAsns" },
	{ "aspa of nobody", AA("{\"customerAsn\":1,\"providerAsns\":[]}"),
	    R_SLURM_VALUE, 5, ".providerAsns" },
	{ "aspa of text", AA("{\"customerAsn\":1,\"providerAsns\":[\"2\"]}"),
	    R_SLURM_VALUE, 5, ".providerAsns" },
};

static struct limits limits;

static void
test_rows(void **state)
{
	struct slurm slurm;
	struct slurm_error error;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].path), has;

		slurm_init(&slurm);
		CHECK_REASON(rows[i].what,
		    slurm_parse(&slurm, span_str(rows[i].text), "x.json",
			&limits, &error),
		    rows[i].reason);
		has = strlen(error.path);
		if (rows[i].reason != REASON_OK &&
		    (error.line != rows[i].line || has < n ||
			strcmp(error.path + has - n, rows[i].path) != 0 ||
			(n == 0 && has > 0 && rows[i].reason == R_SLURM_VALUE)))
			fail_msg("%s: line %u: %s: %s", rows[i].what,
			    error.line, error.path, error.text);
		CHECK(rows[i].what,
		    (error.text[0] != '\0') == (rows[i].reason != REASON_OK));
		slurm_fini(&slurm);
	}
}

/* SL1: deep nesting costs nothing; a file at its limit is read, past it not. */
static void
test_limits(void **state)
{
	static char deep[100000];
	static const char list[] = PF("");
	struct limits small = limits;
	struct slurm slurm;
	struct slurm_error error;

	(void)state;
	memset(deep, '[', sizeof(deep));
	slurm_init(&slurm);
	CHECK_REASON("deep",
	    slurm_parse(&slurm, SPAN_OF(deep), "x.json", &limits, &error),
	    R_SLURM_VALUE);
	slurm_fini(&slurm);
	memcpy(deep, list, (size_t)(strchr(list, '[') - list));
	slurm_init(&slurm);
	CHECK_REASON("deep in a list",
	    slurm_parse(&slurm, SPAN_OF(deep), "x.json", &limits, &error),
	    R_SLURM_VALUE);
	slurm_fini(&slurm);
	for (int more = 0; more < 2; more++) {
		small.slurm_bytes = strlen(EMPTY("1")) - (size_t)more;
		slurm_init(&slurm);
		CHECK_REASON("size",
		    slurm_parse(
			&slurm, SPAN(EMPTY("1")), "x.json", &small, &error),
		    more ? R_LIMIT_SIZE : REASON_OK);
		slurm_fini(&slurm);
	}
	small.slurm_bytes = limits.slurm_bytes;
	for (unsigned n = 2; n > 0; n--) {
		small.aspa_providers = n;
		slurm_init(&slurm);
		CHECK_REASON("providers",
		    slurm_parse(&slurm,
			SPAN(AA("{\"customerAsn\":1,\"providerAsns\":[2,3]}")),
			"x.json", &small, &error),
		    n < 2 ? R_LIMIT_ITEMS : REASON_OK);
		slurm_fini(&slurm);
	}
}

/* ---- what they do ---------------------------------------------------- */

static struct arena arena;

static const struct origin origin = { .source = { (const uint8_t *)"ta", 2 },
	.uri = { (const uint8_t *)"rsync://a/m/x", 13 } };

static struct payload
vrp(uint32_t asn, const char *prefix)
{
	struct payload p = { .kind = PAYLOAD_VRP, .origin = &origin };

	assert_true(prefix_parse(&p.vrp.prefix, prefix));
	p.vrp.asn.v = asn;
	p.vrp.max_len = p.vrp.prefix.len;
	return p;
}

static void
apply(struct view *out, struct slurm *slurm, const struct payload *payloads,
    size_t n)
{
	static const struct view none;
	struct policy_set set = { 0, payloads, n };
	struct policy_in in = { .slurm = slurm,
		.sets = &set,
		.n = 1,
		.facts = &none,
		.limits = &limits };

	CHECK_REASON("merge", policy_merge(out, &in, &arena), REASON_OK);
}

static void
read_two(struct slurm *slurm, const char *a, const char *b)
{
	struct slurm_error error;

	slurm_init(slurm);
	CHECK_REASON(a,
	    slurm_parse(slurm, span_str(a), "d/a,b.json", &limits, &error),
	    REASON_OK);
	CHECK_REASON(b, slurm_parse(slurm, span_str(b), "two", &limits, &error),
	    REASON_OK);
}

/* RFC 8416 3.3.1: what is within the prefix, of that AS. The first that
 * matches is told, by file and line. */
static void
test_prefixes(void **state)
{
	struct payload all[] = { vrp(1, "10.0.0.0/8"), vrp(1, "10.0.0.0/7"),
		vrp(2, "10.1.0.0/16"), vrp(3, "10.1.0.0/16"),
		vrp(7, "192.0.2.0/24"), vrp(8, "192.0.2.0/24"),
		vrp(9, "2001:db8::/32") };
	struct slurm slurm;
	struct view view;

	(void)state;
	read_two(&slurm,
	    PF("{\"asn\":2,\"prefix\":\"10.0.0.0/8\"},\n"
	       "{\"asn\":7,\"comment\":\"se\\u0076en\"}"),
	    FILE_OF("1", "{\"prefix\":\"10.0.0.0/8\"}", "", "",
		"{\"prefix\":\"10.1.0.0/16\",\"asn\":2}", "", ""));
	apply(&view, &slurm, all, COUNT(all));
	assert_int_equal(view.n_left, 4);
	assert_int_equal(view.n, 4);
	assert_int_equal(view.left[0].payload.vrp.asn.v, 1);
	assert_int_equal(view.left[0].rule, 3);
	assert_true(span_eq(view.left[0].by->uri, SPAN("slurm:two/1")));
	assert_int_equal(view.left[1].payload.vrp.asn.v, 2);
	assert_int_equal(view.left[1].rule, 1);
	assert_true(span_eq(view.left[1].by->source, SPAN("slurm:a_b")));
	assert_int_equal(view.left[2].payload.vrp.asn.v, 3);
	assert_int_equal(view.left[2].rule, 3);
	assert_int_equal(view.left[3].payload.vrp.asn.v, 7);
	assert_int_equal(view.left[3].cause, LEFT_SLURM);
	assert_true(span_eq(view.left[3].why, SPAN("seven")));
	assert_true(span_eq(view.left[3].by->uri, SPAN("slurm:a_b/2")));
	/* What is asserted is not filtered. */
	assert_int_equal(view.payloads[1].vrp.asn.v, 2);
	assert_true(
	    span_eq(view.payloads[1].origin->source, SPAN("slurm:two")));
	assert_null(view.payloads[1].origin->statement);
	assert_int_equal(view.n_sources, 2);
	assert_int_equal(view.sources[1].kind, SOURCE_SLURM);
	assert_int_equal(view.sources[1].n_payloads, 1);
	slurm_fini(&slurm);
}

static void
test_aspas(void **state)
{
	static const struct asn providers[] = { { 5 } };
	struct payload all[] = {
		{ .kind = PAYLOAD_ASPA,
		    .aspa = { { 1 }, 1, providers },
		    .origin = &origin },
		{ .kind = PAYLOAD_ASPA,
		    .aspa = { { 2 }, 1, providers },
		    .origin = &origin },
	};
	struct slurm slurm;
	struct view view;

	(void)state;
	read_two(&slurm, AF("{\"customerAsn\":1}"),
	    AA("{\"customerAsn\":2,\"providerAsns\":[7,6]},"
	       "{\"customerAsn\":3,\"providerAsns\":[0]}"));
	apply(&view, &slurm, all, COUNT(all));
	assert_int_equal(view.n_left, 1);
	assert_int_equal(view.left[0].payload.aspa.customer.v, 1);
	assert_int_equal(view.n, 3);
	assert_int_equal(view.payloads[0].aspa.customer.v, 2);
	assert_int_equal(view.payloads[0].aspa.n, 3);
	assert_int_equal(payload_cmp(&view.payloads[0], &view.payloads[1]), 0);
	assert_int_equal(view.payloads[2].aspa.customer.v, 3);
	slurm_fini(&slurm);
}

static void
test_keys(void **state)
{
	struct payload all[4];
	struct slurm slurm;
	struct view view;

	(void)state;
	for (size_t i = 0; i < COUNT(all); i++) {
		all[i] = (struct payload){ .kind = PAYLOAD_ROUTER_KEY,
			.key = { .asn = { (uint32_t)i }, .spki = SPAN("x") },
			.origin = &origin };
		all[i].key.ski.b[0] = i == 2 ? 0 : 1;
	}
	read_two(&slurm,
	    BF("{\"SKI\":\"" SKI "\"},{\"asn\":3,\"SKI\":\"" SKI "\"}"),
	    BF("{\"asn\":1}"));
	apply(&view, &slurm, all, COUNT(all));
	assert_int_equal(view.n_left, 2);
	assert_int_equal(view.left[0].payload.key.asn.v, 1);
	assert_int_equal(view.left[0].rule, 3);
	assert_int_equal(view.left[1].payload.key.asn.v, 2);
	assert_int_equal(view.left[1].rule, 1);
	slurm_fini(&slurm);
}

/* ---- many ------------------------------------------------------------ */

#define FILTERS 500000
#define VRPS    800000

static struct prefix
prefix_at(uint32_t i)
{
	struct prefix p = { .family = FAMILY_V4, .len = 24 };

	p.addr.b[0] = (uint8_t)(i >> 14);
	p.addr.b[1] = (uint8_t)(i >> 6);
	p.addr.b[2] = (uint8_t)(i << 2);
	return p;
}

/* SL2: half a million filters, nested, against 800,000 VRPs, not one by one.
 * Half of the filters are of one prefix that covers everything, each of an AS
 * of its own. */
static void
test_many(void **state)
{
	struct payload *all = base_alloc(VRPS * sizeof(*all));
	struct slurm_filter f = {
		.kind = PAYLOAD_VRP, .has_prefix = true, .has_asn = true
	};
	struct slurm slurm;
	struct view view;
	clock_t from;

	(void)state;
	assert_non_null(all);
	slurm_init(&slurm);
	for (uint32_t i = 0; i < FILTERS; i++) {
		f.prefix = i % 2 == 0 ? prefix_at(i)
				      : (struct prefix){ .family = FAMILY_V4 };
		f.asn.v = i % 2 == 0 ? i : VRPS + i;
		assert_true(vec_push(&slurm.filters, f));
	}
	assert_true(vec_push(&slurm.files,
	    ((struct slurm_file){
		.name = SPAN("x"), .source = SPAN("x"), .version = 1 })));
	for (uint32_t i = 0; i < VRPS; i++) {
		all[i] =
		    (struct payload){ .kind = PAYLOAD_VRP, .origin = &origin };
		all[i].vrp = (struct vrp){ { i }, prefix_at(i), 24 };
	}
	from = clock();
	apply(&view, &slurm, all, VRPS);
	assert_int_equal(view.n_left, FILTERS / 2);
	assert_true((clock() - from) / CLOCKS_PER_SEC < 5 * 8);
	print_message("%d filters, %d VRPs: %.2f s\n", FILTERS, VRPS,
	    (double)(clock() - from) / CLOCKS_PER_SEC);
	slurm_fini(&slurm);
	base_free(all);
}

/* ---- several files: RFC 8416 4.2 ----------------------------------------- */

static const struct {
	const char *what, *one, *other;
	const char *detail; /* NULL: they may stand together */
} pairs[] = {
	{ "apart", PF("{\"prefix\":\"10.0.0.0/8\"}"),
	    PA("{\"prefix\":\"11.0.0.0/8\",\"asn\":1}"), NULL },
	{ "the same prefix", PF("{\"prefix\":\"10.0.0.0/8\"}"),
	    PA("{\"prefix\":\"10.0.0.0/8\",\"asn\":1}"),
	    "two:4: 10.0.0.0/8 is what one:1 is about" },
	{ "within an assertion", PA("{\"prefix\":\"2001:db8::/32\",\"asn\":1}"),
	    PA("{\"prefix\":\"2001:db8:ff::/48\",\"asn\":1}"),
	    "two:4: 2001:db8:ff::/48 is what one:4 is about" },
	{ "around, behind others",
	    PF("{\"prefix\":\"10.0.0.0/24\"},{\"prefix\":\"10.9.0.0/24\"},"
	       "{\"prefix\":\"12.0.0.0/8\"}"),
	    PF("{\"prefix\":\"10.8.0.0/13\"}"),
	    "one:1: 10.9.0.0/24 is what two:1 is about" },
	{ "not side by side in a nest",
	    PF("{\"prefix\":\"10.0.0.0/8\"},{\"prefix\":\"10.1.0.0/16\"}"),
	    PF("{\"prefix\":\"10.2.0.0/16\"}"),
	    "two:1: 10.2.0.0/16 is what one:1 is about" },
	{ "families", PF("{\"prefix\":\"0.0.0.0/0\"}"),
	    PF("{\"prefix\":\"::/0\"}"), NULL },
	/* An origin alone is no address. */
	{ "origins", PF("{\"asn\":1}"), PF("{\"asn\":1}"), NULL },
	{ "an origin and its prefix", PF("{\"asn\":1}"),
	    PA("{\"prefix\":\"10.0.0.0/8\",\"asn\":1}"), NULL },
	{ "keys of one AS", BF("{\"asn\":1}"),
	    BA("{\"asn\":1,\"SKI\":\"" SKI "\",\"routerPublicKey\":\"" SPKI
	       "\"}"),
	    "two:5: AS1 is what one:2 is about" },
	{ "keys of two", BF("{\"asn\":1}"), BF("{\"asn\":2}"), NULL },
	{ "a key of any", BF("{\"SKI\":\"" SKI "\"}"),
	    BF("{\"SKI\":\"" SKI "\"}"), NULL },
	{ "one customer", AF("{\"customerAsn\":1}"),
	    AA("{\"customerAsn\":1,\"providerAsns\":[2]}"),
	    "two:5: AS1 is what one:2 is about" },
	{ "customers", AA("{\"customerAsn\":2,\"providerAsns\":[1]}"),
	    AA("{\"customerAsn\":1,\"providerAsns\":[2]}"), NULL },
	{ "a key and an ASPA of one AS", BF("{\"asn\":1}"),
	    AF("{\"customerAsn\":1}"), NULL },
};

static void
test_overlaps(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(pairs); i++) {
		struct slurm_error error;
		struct slurm slurm;
		struct fault why;

		slurm_init(&slurm);
		fault_init(&why, SPAN(""));
		CHECK_REASON(pairs[i].what,
		    slurm_parse(
			&slurm, span_str(pairs[i].one), "one", &limits, &error),
		    REASON_OK);
		/* Whatever a file says twice is its own. */
		CHECK_REASON(
		    pairs[i].what, slurm_check(&slurm, &why), REASON_OK);
		CHECK_REASON(pairs[i].what,
		    slurm_parse(&slurm, span_str(pairs[i].other), "two",
			&limits, &error),
		    REASON_OK);
		CHECK_REASON(pairs[i].what, slurm_check(&slurm, &why),
		    pairs[i].detail == NULL ? REASON_OK : R_SLURM_OVERLAP);
		if (pairs[i].detail != NULL)
			assert_string_equal(why.detail, pairs[i].detail);
		slurm_fini(&slurm);
	}
}

static int
setup(void **state)
{
	(void)state;
	arena_init(&arena, SIZE_MAX);
	limits_init(&limits);
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_rows, setup, teardown),
		cmocka_unit_test_setup_teardown(test_limits, setup, teardown),
		cmocka_unit_test_setup_teardown(test_prefixes, setup, teardown),
		cmocka_unit_test_setup_teardown(test_aspas, setup, teardown),
		cmocka_unit_test_setup_teardown(test_keys, setup, teardown),
		cmocka_unit_test_setup_teardown(test_many, setup, teardown),
		cmocka_unit_test_setup_teardown(test_overlaps, setup, teardown),
	};

	return cmocka_run_group_tests_name("slurm", tests, NULL, NULL);
}
