#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "model/model.h"

static const struct asn providers[] = { { 1 }, { 2 }, { 3 } };
static const struct asn others[] = { { 1 }, { 3 } };

static struct payload
vrp(const char *prefix, unsigned max_len, uint32_t asn)
{
	struct payload p = { .kind = PAYLOAD_VRP };

	assert_true(prefix_parse(&p.vrp.prefix, prefix));
	p.vrp.max_len = (uint8_t)max_len;
	p.vrp.asn.v = asn;
	return p;
}

static struct payload
aspa(uint32_t customer, const struct asn *list, size_t n)
{
	return (struct payload){ .kind = PAYLOAD_ASPA,
		.aspa = { { customer }, n, list } };
}

static struct payload
key(uint32_t asn, uint8_t ski, struct span spki)
{
	return (struct payload){ .kind = PAYLOAD_ROUTER_KEY,
		.key = { { asn }, { { ski } }, spki } };
}

static void
test_contents(void **state)
{
	const struct payload sorted[] = {
		vrp("10.0.0.0/8", 8, 9),
		vrp("10.0.0.0/8", 24, 1),
		vrp("10.0.0.0/8", 24, 4294967295),
		vrp("10.0.0.0/9", 9, 1),
		vrp("10.128.0.0/9", 9, 1),
		vrp("::/0", 0, 0),
		aspa(1, providers, 0),
		aspa(1, providers, 1),
		aspa(1, providers, 3),
		aspa(1, others, 2),
		aspa(4294967295, providers, 1),
		key(1, 1, SPAN("a")),
		key(1, 1, SPAN("b")),
		key(1, 2, SPAN("a")),
		key(2, 1, SPAN("a")),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(sorted); i++)
		for (size_t j = 0; j < COUNT(sorted); j++) {
			int c = payload_cmp(&sorted[i], &sorted[j]);

			assert_int_equal(c < 0, i < j);
			assert_int_equal(c > 0, i > j);
		}
}

static const struct link root = { .uri = { (const uint8_t *)"r", 1 } };
static const struct link other_root = { .uri = { (const uint8_t *)"s", 1 } };
static const struct link child = {
	.parent = &root, .uri = { (const uint8_t *)"c", 1 }, .depth = 1
};
static const struct link cousin = {
	.parent = &other_root, .uri = { (const uint8_t *)"c", 1 }, .depth = 1
};
static const struct link twin = { .parent = &root,
	.uri = { (const uint8_t *)"c", 1 },
	.hash = { { 1 } },
	.depth = 1 };

#define TEXT(literal)                                           \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}

/* In order: source, depth, URI, hash, chain. */
static const struct origin origins[] = {
	{ .source = TEXT("apnic"), .chain = &child, .uri = TEXT("z") },
	{ .source = TEXT("ledger") },
	{ .source = TEXT("ripe"), .chain = &root, .uri = TEXT("z") },
	{ .source = TEXT("ripe"), .chain = &child, .uri = TEXT("a") },
	{ .source = TEXT("ripe"), .chain = &cousin, .uri = TEXT("a") },
	{ .source = TEXT("ripe"), .chain = &twin, .uri = TEXT("a") },
	{ .source = TEXT("ripe"),
	    .chain = &child,
	    .uri = TEXT("a"),
	    .hash = { { 1 } } },
	{ .source = TEXT("ripe"), .chain = &child, .uri = TEXT("b") },
};

static void
test_origins(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(origins); i++)
		for (size_t j = 0; j < COUNT(origins); j++) {
			struct payload a = vrp("10.0.0.0/8", 8, 1), b = a;
			int c;

			a.origin = &origins[i];
			b.origin = &origins[j];
			c = payload_order(&a, &b);
			assert_int_equal(c < 0, i < j);
			assert_int_equal(c > 0, i > j);
			assert_int_equal(payload_cmp(&a, &b), 0);
		}
}

/* Contents before origins, and for qsort. */
static void
test_order(void **state)
{
	struct payload p[3];

	(void)state;
	p[0] = vrp("10.0.0.0/9", 9, 1);
	p[0].origin = &origins[0];
	p[1] = vrp("10.0.0.0/8", 8, 1);
	p[1].origin = &origins[2];
	p[2] = p[1];
	p[2].origin = &origins[1];
	qsort(p, COUNT(p), sizeof(p[0]), payload_order);
	assert_ptr_equal(p[0].origin, &origins[1]);
	assert_ptr_equal(p[1].origin, &origins[2]);
	assert_ptr_equal(p[2].origin, &origins[0]);
}

static void
test_expires(void **state)
{
	static const struct {
		const char *what;
		int64_t not_after, stale, chain, want;
	} cases[] = {
		{ "end entity first", 1, 2, 3, 1 },
		{ "manifest first", 2, 1, 3, 1 },
		{ "chain first", 3, 2, 1, 1 },
		{ "far away", INT64_MAX, INT64_MAX, 7, 7 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct origin o = { .not_after_at = cases[i].not_after,
			.stale_at = cases[i].stale,
			.chain_until_at = cases[i].chain };
		struct payload p = vrp("10.0.0.0/8", 8, 1);

		p.origin = &o;
		CHECK(cases[i].what, payload_expires_at(&p) == cases[i].want);
	}
}

static void
test_count(void **state)
{
	struct payload all[] = {
		vrp("10.0.0.0/8", 8, 1),
		vrp("10.0.0.0/8", 8, 1),
		vrp("10.0.0.0/8", 9, 1),
		aspa(1, providers, 2),
		aspa(1, providers, 3),
		aspa(1, providers, 3),
		aspa(2, providers, 3),
		key(1, 1, SPAN("a")),
		key(1, 1, SPAN("a")),
	};
	struct payload_counts n = payload_count(all, COUNT(all));

	(void)state;
	assert_int_equal(n.vrps, 2);
	assert_int_equal(n.aspa_customers, 2);
	assert_int_equal(n.router_keys, 1);
	n = payload_count(NULL, 0);
	assert_int_equal(n.vrps + n.aspa_customers + n.router_keys, 0);
}

static void
test_words(void **state)
{
	static struct asn many[102];
	const struct {
		const char *words;
		uint32_t asn;
		struct payload payload;
	} cases[] = {
		{ "10.0.0.0/8 AS1", 1, vrp("10.0.0.0/8", 8, 1) },
		{ "2001:db8::/32-48 AS4294967295", UINT32_MAX,
		    vrp("2001:db8::/32", 48, UINT32_MAX) },
		{ "ASPA AS7: AS1 AS2 AS3", 7, aspa(7, providers, 3) },
		{ "ASPA AS7", 7, aspa(7, NULL, 0) },
		{ "router key AS9", 9, key(9, 1, SPAN("a")) },
	};
	struct payload all = aspa(1, many, 100), more = aspa(1, many, 102);
	struct buf b;

	(void)state;
	buf_init(&b, 2000);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&b);
		payload_words(&b, &cases[i].payload);
		CHECK(cases[i].words,
		    span_eq(buf_view(&b), span_str(cases[i].words)));
		CHECK(cases[i].words,
		    payload_asn(&cases[i].payload).v == cases[i].asn);
	}
	buf_reset(&b);
	payload_words(&b, &all);
	assert_int_equal(b.n, strlen("ASPA AS1:") + 100 * strlen(" AS0"));
	payload_words(&b, &more);
	buf_byte(&b, '\0');
	assert_non_null(strstr((const char *)b.p, " AS0 and 2 more"));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_contents),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_expires),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
