/* Canonical cache representations: written, read again, and bent. */
#include <string.h>

#include "tests/object/fixture.h"

#include "base/base.h"

/* Any SubjectPublicKeyInfo will do: keys are not used. */
static const uint8_t spki[] = { 0x30, 0x03, 0x02, 0x01, 0x07 };
static const struct asn zero[] = { { 0 } };
static const struct asn two[] = { { 64501 }, { 4294967295 } };

static const struct payload payloads[] = {
	{ .kind = PAYLOAD_VRP,
	    .vrp = { { 64500 }, { FAMILY_V4, 8, { { 10 } } }, 8 } },
	{ .kind = PAYLOAD_VRP,
	    .vrp = { { 7 }, { FAMILY_V4, 24, { { 192, 0, 2 } } }, 26 } },
	{ .kind = PAYLOAD_VRP,
	    .vrp = { { 64500 }, { FAMILY_V4, 24, { { 192, 0, 2 } } }, 26 } },
	/* The same by another origin, as in a view. */
	{ .kind = PAYLOAD_VRP,
	    .vrp = { { 64500 }, { FAMILY_V4, 24, { { 192, 0, 2 } } }, 26 } },
	{ .kind = PAYLOAD_VRP,
	    .vrp = { { 64500 },
		{ FAMILY_V6, 32, { { 0x20, 0x01, 0x0d, 0xb8 } } }, 48 } },
	{ .kind = PAYLOAD_ASPA, .aspa = { { 64496 }, 1, zero } },
	{ .kind = PAYLOAD_ASPA, .aspa = { { 64500 }, 2, two } },
	{ .kind = PAYLOAD_ROUTER_KEY,
	    .key = { { 64500 }, { { 0xab } }, { spki, sizeof(spki) } } },
	{ .kind = PAYLOAD_ROUTER_KEY,
	    .key = { { 64500 }, { { 0xac } }, { spki, sizeof(spki) } } },
};

static const struct ccr all = { .produced_at = 1789000000,
	.has_vrps = true,
	.has_aspas = true,
	.has_keys = true,
	.n = COUNT(payloads),
	.payloads = (struct payload *)(uintptr_t)payloads };

static enum reason
parse(struct ccr *out, struct fixture *f, const struct buf *b)
{
	struct decode *dec = fixture_decode(f, buf_view(b));
	enum reason reason = ccr_parse(out, buf_view(b), dec);

	assert_int_equal(dec->why.reason, reason);
	assert_true(dec->why.offset <= b->n);
	return reason;
}

/* What is read is what was written, by AS number. */
static void
test_write(void **state)
{
	static const size_t order[] = { 1, 0, 2, 4, 5, 6, 7, 8 };
	struct fixture *f = *state;
	struct ccr again;
	struct buf b, twice;

	buf_init(&b, BUF_CAP);
	buf_init(&twice, BUF_CAP);
	ccr_write(&b, &all);
	assert_int_equal(parse(&again, f, &b), REASON_OK);
	assert_int_equal(again.produced_at, all.produced_at);
	assert_true(again.has_vrps && again.has_aspas && again.has_keys);
	assert_int_equal(again.n, COUNT(order));
	for (size_t i = 0; i < again.n; i++)
		assert_int_equal(
		    payload_cmp(&again.payloads[i], &payloads[order[i]]), 0);
	/* Nothing but the order of AS numbers is another. */
	ccr_write(&twice, &(struct ccr){ .produced_at = 1789000000,
			      .has_vrps = true,
			      .has_aspas = true,
			      .has_keys = true,
			      .n = again.n,
			      .payloads = again.payloads });
	assert_true(span_eq(buf_view(&b), buf_view(&twice)));
	buf_fini(&b);
	buf_fini(&twice);
}

/* To the byte, as the draft's module has it. */
static void
test_bytes(void **state)
{
	struct fixture *f = *state;
	struct ccr none = { .produced_at = 0, .has_aspas = true }, again;
	struct buf got, want;

	buf_init(&got, BUF_CAP);
	buf_init(&want, BUF_CAP);
	ccr_write(&got, &none);
	der_text(&want,
	    "30{ 06{2a864886f70d0109100136} a0{ 30{"
	    " 30{ 06{608648016503040201} }"
	    " 18{31393730303130313030303030305a}"
	    " a3{ 30{ 30{} 04{e4f60d0aa6d7f3d3b6a6494b1c861b99f649c6f9"
	    "ec51abaf201b20f297327c95} } } } } }");
	assert_true(span_eq(buf_view(&got), buf_view(&want)));
	assert_int_equal(parse(&again, f, &got), REASON_OK);
	assert_true(again.has_aspas && !again.has_vrps && again.n == 0);
	buf_fini(&got);
	buf_fini(&want);
}

/* A state's list, with the hash it needs. */
static void
state_put(struct buf *b, unsigned number, const char *list)
{
	size_t outer = der_open(b, DER_CONTEXT_CONS(number));
	size_t inner = der_open(b, DER_SEQUENCE), start = b->n;
	uint8_t hash[32];

	der_text(b, list);
	crypt_sha256(hash, span_of(b->p + start, b->n - start));
	der_put_octets(b, SPAN_OF(hash));
	der_close(b, inner);
	der_close(b, outer);
}

#define TYPE   "06{2a864886f70d0109100136} "
#define SHA256 "30{ 06{608648016503040201} } "
#define TIME   "18{31393730303130313030303030305a} "
#define VRPS   "30{ 30{ 02{01} 30{ 30{ 04{0001} 30{ 30{ 03{000a} } } } } } }"
#define SKI    "04{ab00000000000000000000000000000000000000} "
#define SKI19  "04{ab000000000000000000000000000000000000} "

static const struct {
	const char *what, *type, *head;
	unsigned state;
	const char *list, *after;
	enum reason want;
} cases[] = {
	{ "VRPs alone", TYPE, SHA256 TIME, 2, VRPS, "", REASON_OK },
	{ "NULL parameters", TYPE, "30{ 06{608648016503040201} 05{} } " TIME, 2,
	    VRPS, "", REASON_OK },
	{ "a later state", TYPE, SHA256 TIME, 2, VRPS, "a7{ 05{} }",
	    REASON_OK },
	{ "manifests and anchors", TYPE, SHA256 TIME "a1{ 30{} } ", 2, VRPS,
	    "a4{ 30{} }", REASON_OK },
	{ "manifests alone", TYPE, SHA256 TIME, 1, "30{}", "", R_CCR_EMPTY },
	{ "the first drafts' type", "06{2b06010401 82c75c 8639} ", SHA256 TIME,
	    2, VRPS, "", R_CCR_TYPE },
	{ "a signed object", "06{2a864886f70d010702} ", SHA256 TIME, 2, VRPS,
	    "", R_CCR_TYPE },
	{ "version 1", TYPE, "a0{ 02{01} } " SHA256 TIME, 2, VRPS, "",
	    R_CCR_VERSION },
	{ "version 0, encoded", TYPE, "a0{ 02{00} } " SHA256 TIME, 2, VRPS, "",
	    R_DER_DEFAULT },
	{ "SHA-512", TYPE, "30{ 06{608648016503040203} } " TIME, 2, VRPS, "",
	    R_CCR_DIGEST },
	{ "UTCTime", TYPE, SHA256 "17{3730303130313030303030305a} ", 2, VRPS,
	    "", R_DER_TAG },
	{ "maxLength 7 of 8", TYPE, SHA256 TIME, 2,
	    "30{ 30{ 02{01} 30{ 30{ 04{0001} 30{ 30{ 03{000a} 02{07} } } } } } "
	    "}",
	    "", R_ROA_MAXLEN },
	{ "customer AS0's", TYPE, SHA256 TIME, 3,
	    "30{ 30{ 02{00} 30{ 02{01} "
	    "} } }",
	    "", REASON_OK },
	{ "no providers", TYPE, SHA256 TIME, 3, "30{ 30{ 02{01} 30{} } }", "",
	    R_CCR_PROVIDERS },
	{ "providers upside down", TYPE, SHA256 TIME, 3,
	    "30{ 30{ 02{01} 30{ 02{03} 02{02} } } }", "", R_CCR_PROVIDERS },
	{ "a provider twice", TYPE, SHA256 TIME, 3,
	    "30{ 30{ 02{01} 30{ 02{03} 02{03} } } }", "", R_CCR_PROVIDERS },
	{ "its own provider", TYPE, SHA256 TIME, 3,
	    "30{ 30{ 02{01} 30{ 02{01} } } }", "", R_CCR_PROVIDERS },
	{ "AS0 and another", TYPE, SHA256 TIME, 3,
	    "30{ 30{ 02{01} 30{ 02{00} 02{02} } } }", "", R_CCR_PROVIDERS },
	{ "AS 2^32", TYPE, SHA256 TIME, 3,
	    "30{ 30{ 02{0100000000} 30{ 02{02} } } }", "", R_DER_RANGE },
	{ "a router key", TYPE, SHA256 TIME, 5,
	    "30{ 30{ 02{01} 30{ 30{ " SKI " 30{ 02{07} } } } } }", "",
	    REASON_OK },
	{ "SKI of 19 bytes", TYPE, SHA256 TIME, 5,
	    "30{ 30{ 02{01} 30{ 30{ " SKI19 " 30{ 02{07} } } } } }", "",
	    R_CCR_SKI },
	{ "trailing in a key", TYPE, SHA256 TIME, 5,
	    "30{ 30{ 02{01} 30{ 30{ " SKI " 30{ 02{07} } 05{} } } } }", "",
	    R_DER_TRAILING },
};

static void
make(struct buf *b, size_t i)
{
	size_t info = der_open(b, DER_SEQUENCE), outer, content;

	der_text(b, cases[i].type);
	outer = der_open(b, DER_CONTEXT_CONS(0));
	content = der_open(b, DER_SEQUENCE);
	der_text(b, cases[i].head);
	state_put(b, cases[i].state, cases[i].list);
	der_text(b, cases[i].after);
	der_close(b, content);
	der_close(b, outer);
	der_close(b, info);
}

static void
test_parse(void **state)
{
	struct fixture *f = *state;
	struct ccr ccr;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_reset(&b);
		make(&b, i);
		CHECK_REASON(cases[i].what, parse(&ccr, f, &b), cases[i].want);
	}
	/* The last byte of the only hash. */
	buf_reset(&b);
	make(&b, 0);
	b.p[b.n - 1] ^= 1;
	CHECK_REASON("hash", parse(&ccr, f, &b), R_CCR_HASH);
	b.p[b.n - 1] ^= 1;
	buf_byte(&b, 0);
	CHECK_REASON("trailing", parse(&ccr, f, &b), R_DER_TRAILING);
	buf_fini(&b);
}

/* More VRPs of one AS than any ROA may have. */
static void
test_many(void **state)
{
	struct fixture *f = *state;
	size_t n = (size_t)f->limits.resource_items + 1;
	struct payload *many = base_alloc(n * sizeof(*many));
	struct ccr ccr = { .has_vrps = true, .n = n, .payloads = many }, again;
	struct buf b;

	assert_non_null(many);
	for (size_t i = 0; i < n; i++)
		many[i] = (struct payload){ .kind = PAYLOAD_VRP,
			.vrp = { { 1 },
			    { FAMILY_V4, 32,
				{ { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8),
				    (uint8_t)i } } },
			    32 } };
	buf_init(&b, SIZE_MAX);
	ccr_write(&b, &ccr);
	assert_int_equal(parse(&again, f, &b), REASON_OK);
	assert_int_equal(again.n, n);
	buf_fini(&b);
	base_free(many);
}

static int
seed(const char *folder)
{
	char path[1024];
	struct buf b;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/all", folder);
	f = fopen(path, "wb");
	if (f == NULL)
		return 1;
	buf_init(&b, BUF_CAP);
	ccr_write(&b, &all);
	(void)fwrite(b.p, 1, b.n, f);
	buf_fini(&b);
	return fclose(f);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_bytes),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_many),
	};

	if (argc > 1)
		return seed(argv[1]);
	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
