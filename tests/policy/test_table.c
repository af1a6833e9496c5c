/*
 * Routing tables: MRT, RIS whois dumps, lines; and what other validators say.
 *
 * With a folder as argument: write the seeds of the fuzz target there.
 */
#include <string.h>

#include "tests/check.h"

#include "policy/policy.h"

/* ---- MRT in the making ----------------------------------------------- */

static struct buf mrt;

static void
put(uint64_t v, size_t n)
{
	while (n-- > 0)
		buf_byte(&mrt, (uint8_t)(v >> (8 * n)));
}

/* A record; its length is filled in by record_end. */
static size_t
record(unsigned type, unsigned subtype)
{
	put(1700000000, 4);
	put(type, 2);
	put(subtype, 2);
	put(0, 4);
	return mrt.n;
}

static void
record_end(size_t begin)
{
	size_t n = mrt.n - begin;

	for (size_t i = 0; i < 4; i++)
		mrt.p[begin - 1 - i] = (uint8_t)(n >> (8 * i));
}

static void
put_prefix(const char *text)
{
	struct prefix p = { .family = FAMILY_V4 };

	ASSERT(prefix_parse(&p, text));
	put(p.len, 1);
	buf_add(&mrt, p.addr.b, (p.len + 7U) / 8);
}

/* An entry whose path has one segment of that type. */
static void
entry(bool addpath, unsigned segment, const uint32_t *path, size_t n)
{
	put(0, 2); /* peer */
	put(1700000000, 4);
	if (addpath)
		put(7, 4);
	put(4 + 4 + 2 + 4 * n, 2);
	put(0x40010100, 4); /* ORIGIN: IGP */
	put(0x5002, 2);     /* AS_PATH, extended length */
	put(2 + 4 * n, 2);
	put(segment, 1);
	put(n, 1);
	for (size_t i = 0; i < n; i++)
		put(path[i], 4);
}

static const uint32_t path_a[] = { 64496, 64500 };
static const uint32_t path_b[] = { 64497, 64501 };

static size_t
rib(unsigned subtype, const char *prefix, unsigned n)
{
	size_t begin = record(13, subtype);

	put(0, 4);
	put_prefix(prefix);
	put(n, 2);
	return begin;
}

static void
mrt_make(void)
{
	size_t r;

	buf_init(&mrt, 100000);
	r = record(13, 1); /* peers: none of them is looked at */
	put(0, 4 + 2 + 2);
	record_end(r);
	r = rib(2, "192.0.2.0/24", 3);
	entry(false, 2, path_a, 2);
	entry(false, 2, path_b, 2);
	entry(false, 2, path_a, 2);
	record_end(r);
	r = rib(4, "2001:db8::/33", 1);
	entry(false, 2, path_b, 2);
	record_end(r);
	r = rib(8, "10.0.0.0/8", 2);
	entry(true, 1, path_a, 2); /* a set: no origin */
	entry(true, 2, path_b, 1);
	record_end(r);
	r = record(16, 4); /* of another kind */
	put(0, 8);
	record_end(r);
	r = rib(3, "192.0.2.0/24", 0); /* multicast */
	record_end(r);
}

/* ---- tables ---------------------------------------------------------- */

static void
check_route(const struct table *t, size_t i, const char *prefix, uint32_t asn)
{
	char text[PREFIX_TEXT];

	CHECK(prefix, i < t->routes.n);
	prefix_write(text, &t->routes.v[i].prefix);
	assert_string_equal(text, prefix);
	assert_int_equal(t->routes.v[i].origin, asn);
}

static void
parse(struct table *out, struct span bytes)
{
	struct fault why;

	CHECK_REASON("parse", table_parse(out, bytes, &why), REASON_OK);
}

static void
test_mrt(void **state)
{
	struct table t;

	(void)state;
	mrt_make();
	parse(&t, buf_view(&mrt));
	assert_string_equal(t.format, "mrt");
	assert_int_equal(t.n_read, 6);
	assert_int_equal(t.routes.n, 5);
	/* a, b, a set, and b cut to one. */
	assert_int_equal(t.paths.n, 4);
	assert_int_equal(t.paths.v[0].count, 2);
	assert_int_equal(t.paths.v[0].n, 2);
	assert_int_equal(t.numbers.v[t.paths.v[0].first + 1], 64500);
	assert_true(t.paths.v[2].has_set && !t.paths.v[1].has_set);
	assert_int_equal(t.paths.v[3].n, 1);
	check_route(&t, 0, "10.0.0.0/8", 0);
	check_route(&t, 1, "10.0.0.0/8", 64497);
	check_route(&t, 2, "192.0.2.0/24", 64500);
	check_route(&t, 3, "192.0.2.0/24", 64501);
	check_route(&t, 4, "2001:db8::/33", 64501);
	table_fini(&t);
	buf_fini(&mrt);
}

/* Cut anywhere it is refused, but between two records. */
static void
test_mrt_cut(void **state)
{
	size_t whole = 0;

	(void)state;
	mrt_make();
	for (size_t n = 13; n < mrt.n; n++) {
		struct fault why;
		struct table t;
		enum reason r = table_parse(&t, span_of(mrt.p, n), &why);

		whole += r == REASON_OK;
		if (r != REASON_OK)
			CHECK_REASON("cut", r, R_TABLE_MRT);
		table_fini(&t);
	}
	assert_int_equal(whole, 5);
	buf_fini(&mrt);
}

static void
test_mrt_wrong(void **state)
{
	static const struct {
		const char *what;
		unsigned len, attributes, path;
	} cases[] = {
		{ "33 bits", 33, 6, 1 },
		{ "attributes are longer", 24, 60, 1 },
		{ "path is longer", 24, 9, 9 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fault why;
		struct table t;
		size_t r;

		buf_init(&mrt, 1000);
		r = record(13, 2);
		put(0, 4);
		put(cases[i].len, 1);
		put(0, (cases[i].len + 7U) / 8);
		put(1, 2);
		put(0, 6);
		put(cases[i].attributes, 2);
		put(0x4002, 2);
		put(6, 1);
		put(2, 1);
		put(cases[i].path, 1);
		put(64500, 4);
		record_end(r);
		CHECK_REASON(cases[i].what,
		    table_parse(&t, buf_view(&mrt), &why), R_TABLE_MRT);
		table_fini(&t);
		buf_fini(&mrt);
	}
}

static void
test_lines(void **state)
{
	struct table t;

	(void)state;
	parse(&t, SPAN("prefix,origin\r\n192.0.2.0/24,AS64500\r\n"
		       "# note\n\n10.0.0.0/8,64501\n192.0.2.0/24,64500\n"));
	assert_string_equal(t.format, "csv");
	assert_int_equal(t.n_read, 3);
	assert_int_equal(t.routes.n, 2);
	check_route(&t, 0, "10.0.0.0/8", 64501);
	check_route(&t, 1, "192.0.2.0/24", 64500);
	table_fini(&t);
	parse(&t, SPAN("% RIS\n\n64500\t192.0.2.0/24\t300\n"
		       "{64500,64501}\t2001:db8::/32\t2"));
	assert_string_equal(t.format, "ris");
	assert_int_equal(t.routes.n, 2);
	check_route(&t, 0, "192.0.2.0/24", 64500);
	check_route(&t, 1, "2001:db8::/32", 0);
	table_fini(&t);
}

static void
test_lines_wrong(void **state)
{
	static const char *const cases[] = { "", "prefix,origin\n",
		"192.0.2.0/24\n", "192.0.2.1/24,1\n", "192.0.2.0/24,\n",
		"192.0.2.0/24,AS4294967296\n", "AS1,192.0.2.0/24\n",
		"1\t192.0.2.0/24\n2\n", "192.0.2.0/33,1\n", "\n\n% none\n" };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fault why;
		struct table t;

		CHECK_REASON(cases[i],
		    table_parse(&t, span_str(cases[i]), &why), R_TABLE_LINE);
		CHECK(cases[i], why.detail[0] != '\0');
		table_fini(&t);
	}
}

/* ---- what others say ------------------------------------------------- */

static void
test_said(void **state)
{
	static const char *const cases[] = {
		"ASN,IP Prefix,Max Length,Trust Anchor\n"
		"AS64500,192.0.2.0/24,28,ripe\nAS64501,10.0.0.0/8,8,arin\n",
		"\"ASN\",\"IP Prefix\",\"Max Length\",\"Trust Anchor\"\r\n"
		"\"AS64501\",\"10.0.0.0/8\",\"8\",\"arin\"\r\n"
		"\"64500\",\"192.0.2.0/24\",\"28\",\"ripe\"\r\n",
		"{\"metadata\": {\"roas\": 2, \"x\": [\"{\\\"\"]}, \"roas\": ["
		"{\"asn\": \"AS64500\", \"prefix\": \"192.0.2.0/24\", "
		"\"maxLength\": 28, \"ta\": \"ripe\", \"source\": [{\"asn\": "
		"3}], \"expires\": 1},"
		"{ \"asn\": 64501, \"prefix\": \"10.0.0.0/8\", "
		"\"maxLength\": 8, \"ta\": \"arin\" } ], \"aspas\": [] }",
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena arena;
		struct fault why;
		struct said_file said;
		const struct view *v = &said.view;

		arena_init(&arena, SIZE_MAX);
		CHECK_REASON(cases[i],
		    policy_said(&said, span_str(cases[i]), &arena, &why),
		    REASON_OK);
		CHECK(cases[i], said.kinds == (i < 2 ? 1U << PAYLOAD_VRP : 0));
		CHECK(cases[i], v->n == 2);
		CHECK(cases[i], v->payloads[0].vrp.asn.v == 64501);
		CHECK(cases[i], v->payloads[1].vrp.max_len == 28);
		CHECK(cases[i],
		    span_eq(v->payloads[1].origin->source, SPAN("ripe")));
		arena_fini(&arena);
	}
}

/* ASPAs and router keys, as Routinator, rpki-client and jsonext write them. */
static void
test_said_kinds(void **state)
{
	static const char *const cases[] = {
		"{\n  \"metadata\": {\n    \"generated\": 1\n  },\n"
		"  \"routerKeys\": [\n    { \"asn\": \"AS64500\", \"SKI\": "
		"\"AB00000000000000000000000000000000000000\", "
		"\"routerPublicKey\": \"-__-AA\", \"ta\": \"ripe\" }\n  ],\n"
		"  \"aspas\": [\n    { \"customer\": \"AS64501\", "
		"\"providers\": [\"AS1\", \"AS4294967295\"], \"ta\": \"ripe\" "
		"}\n  ]\n}\n",
		"{\"metadata\":{},\"roas\":[],\"aspas\":[{\"customer_asid\":"
		"64501,\"expires\":1,\"providers\":[4294967295,1,1],\"ta\":"
		"\"ripe\"}],\"bgpsec_keys\":[{\"asn\":64500,\"ski\":"
		"\"ab00000000000000000000000000000000000000\",\"pubkey\":"
		"\"+//+AA==\",\"ta\":\"ripe\",\"expires\":1}]}",
		"{\"metadata\":{},\"aspas\":[{\"customer\":\"AS64501\","
		"\"providers\":[\"AS1\",\"AS4294967295\"],\"source\":[{"
		"\"type\":\"aspa\",\"uri\":\"x\",\"tal\":\"ripe\"},{\"tal\":"
		"\"arin\"}]}],\"routerKeys\":[{\"asn\":\"AS64500\",\"SKI\":"
		"\"AB00000000000000000000000000000000000000\","
		"\"routerPublicKey\":\"-__-AA\",\"source\":[{\"tal\":"
		"\"ripe\"}]}]}",
		"{\"kind\":\"aspa\",\"customer\":64501,\"providers\":[1,"
		"4294967295],\"expires\":\"x\",\"origins\":[{\"source\":"
		"\"ripe\",\"chain\":[{\"uri\":\"x\"}]},{\"source\":\"arin\"}]}\n"
		"{\"kind\":\"router_key\",\"asn\":64500,\"ski\":"
		"\"ab00000000000000000000000000000000000000\",\"spki\":"
		"\"+//+AA==\",\"origins\":[{\"source\":\"ripe\"}]}\n",
	};
	static const uint8_t spki[] = { 0xfb, 0xff, 0xfe, 0x00 };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena arena;
		struct fault why;
		struct said_file said;
		const struct payload *p;

		arena_init(&arena, SIZE_MAX);
		CHECK_REASON(cases[i],
		    policy_said(&said, span_str(cases[i]), &arena, &why),
		    REASON_OK);
		assert_int_equal(said.kinds, 0);
		assert_int_equal(said.view.n, 2);
		p = said.view.payloads;
		CHECK(cases[i], p[0].kind == PAYLOAD_ASPA);
		CHECK(cases[i], p[0].aspa.customer.v == 64501);
		CHECK(cases[i], p[0].aspa.n == 2);
		CHECK(cases[i], p[0].aspa.providers[1].v == UINT32_MAX);
		CHECK(cases[i], p[1].kind == PAYLOAD_ROUTER_KEY);
		CHECK(cases[i], p[1].key.asn.v == 64500);
		CHECK(cases[i], p[1].key.ski.b[0] == 0xab);
		CHECK(cases[i], span_eq(p[1].key.spki, SPAN_OF(spki)));
		CHECK(cases[i], span_eq(p[0].origin->source, SPAN("ripe")));
		CHECK(cases[i], span_eq(p[1].origin->source, SPAN("ripe")));
		arena_fini(&arena);
	}
}

static void
test_said_wrong(void **state)
{
	static const char *const cases[] = {
		"", "ASN,IP Prefix", "IP Prefix,Max Length\n10.0.0.0/8,8\n",
		"ASN,IP Prefix\nAS1\n", "ASN,IP Prefix\nAS1,10.0.0.1/8\n",
		"ASN,IP Prefix,Max Length\nAS1,10.0.0.0/8,7\n",
		"ASN,IP Prefix,Max Length\nAS1,10.0.0.0/8,33\n", "{}",
		"{\"roas\": 3}", "{\"roas\": [",
		"{\"roas\": [{\"asn\": 1, \"prefix\": \"10.0.0.0/8\"}",
		"{\"roas\": [{\"asn\": 1}]}", "{\"roas\": [{\"asn\": \"1",
		"{\"roas\": []} x", "{\"roas\": [[]]}", "{\"other\": []}",
		"{\"aspas\": [{\"customer\": \"AS1\"}]}",
		"{\"aspas\": [{\"customer\": \"AS1\", \"providers\": []}]}",
		"{\"aspas\": [{\"customer\": 1, \"providers\": [{}]}]}",
		"{\"aspas\": [{\"customer\": 1, \"providers\": [1",
		"{\"aspas\": [{\"source\": [{\"tal\": ",
		"{\"routerKeys\": [{\"asn\": 1, \"SKI\": \"ab\", "
		"\"routerPublicKey\": \"AAAA\"}]}",
		"{\"routerKeys\": [{\"asn\": 1, \"SKI\": "
		"\"ab00000000000000000000000000000000000000\"}]}",
		"{\"routerKeys\": [{\"asn\": 1, \"SKI\": "
		"\"ab00000000000000000000000000000000000000\", "
		"\"routerPublicKey\": \"A*\"}]}",
		"{\"kind\": \"vrp\", \"asn\": 1, \"prefix\": \"10.0.0.0/8\"} 1",
		"{\"kind\": \"vrp\", \"asn\": 1}",
		"{\"kind\": \"route\", \"asn\": 1, \"prefix\": \"10.0.0.0/8\"}",
		"{\"kind\": \"aspa\", \"customer\": 1, \"providers\": [2]}\n[]"
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct arena arena;
		struct fault why;
		struct said_file said;
		/* A header alone is a file of nothing. */
		enum reason want = i == 1 ? REASON_OK : R_TABLE_LINE;

		arena_init(&arena, SIZE_MAX);
		CHECK_REASON(cases[i],
		    policy_said(&said, span_str(cases[i]), &arena, &why), want);
		arena_fini(&arena);
	}
}

static int
seed(const char *folder)
{
	char path[1024];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/mrt", folder);
	f = fopen(path, "wb");
	if (f == NULL)
		return 1;
	mrt_make();
	(void)fwrite(mrt.p, 1, mrt.n, f);
	buf_fini(&mrt);
	return fclose(f);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mrt),
		cmocka_unit_test(test_mrt_cut),
		cmocka_unit_test(test_mrt_wrong),
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_lines_wrong),
		cmocka_unit_test(test_said),
		cmocka_unit_test(test_said_kinds),
		cmocka_unit_test(test_said_wrong),
	};

	if (argc > 1)
		return seed(argv[1]);
	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
