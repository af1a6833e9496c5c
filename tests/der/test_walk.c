#include "tests/check.h"

#include <time.h>

#include "tests/der/bytes.h"

static const struct {
	const char *what, *hex;
	enum reason want;
	size_t offset;
} cases[] = {
	{ "nothing", "", REASON_OK, 0 },
	{ "several",
	    "0500"
	    "3000"
	    "020101",
	    REASON_OK, 0 },
	{ "context tags, either form",
	    "8001ff"
	    "a0020500",
	    REASON_OK, 0 },
	{ "a long tag", "bf1f020500", REASON_OK, 0 },
	{ "application and private tags",
	    "4001aa"
	    "c001bb",
	    REASON_OK, 0 },
	{ "beyond the parent",
	    "3003"
	    "040200"
	    "00",
	    R_DER_TRUNCATED, 2 },
	{ "sequence without its bit", "1000", R_DER_TAG, 0 },
	{ "set without its bit", "1100", R_DER_TAG, 0 },
	{ "constructed string",
	    "3006"
	    "2404"
	    "0402abcd",
	    R_DER_TAG, 2 },
	{ "constructed integer", "2203020101", R_DER_TAG, 0 },
	{ "inner boolean", "3003010101", R_DER_BOOLEAN, 2 },
	{ "inner integer", "30040202007f", R_DER_INTEGER, 2 },
	{ "inner enumerated", "30040a02007f", R_DER_INTEGER, 2 },
	{ "inner null", "3003050100", R_DER_NULL, 2 },
	{ "inner oid", "3003060180", R_DER_OID, 2 },
	{ "inner bits", "3003030108", R_DER_BITS, 2 },
	{ "inner ia5", "30031601ff", R_DER_STRING, 2 },
	{ "end-of-contents", "30020000", R_DER_TAG, 2 },
	{ "indefinite", "30800000", R_DER_LENGTH, 0 },
	{ "after a container",
	    "3000"
	    "010101",
	    R_DER_BOOLEAN, 2 },
	{ "after two that end together",
	    "30043002300001"
	    "01",
	    R_DER_TRUNCATED, 6 },
};

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes b;
		struct span s = from_hex(&b, cases[i].hex);
		struct fault why;

		fault_init(&why, s);
		CHECK_REASON(
		    cases[i].what, der_walk(s, 8, &why), cases[i].want);
		CHECK_REASON(cases[i].what, why.reason, cases[i].want);
		CHECK(cases[i].what, why.offset == cases[i].offset);
	}
}

/* n SEQUENCEs within each other. */
static void
nest(struct buf *b, size_t n)
{
	size_t mark = 0;

	buf_reset(b);
	for (size_t i = 0; i < n; i++) {
		size_t size = b->n, octets = 0;
		uint8_t *p;

		for (size_t v = size; size >= 0x80 && v > 0; v >>= 8)
			octets++;
		p = buf_insert(b, mark, 2 + octets);
		assert_non_null(p);
		p[0] = DER_SEQUENCE;
		p[1] = (uint8_t)(octets > 0 ? 0x80 | octets : size);
		for (size_t k = octets; k > 0; k--, size >>= 8)
			p[1 + k] = (uint8_t)size;
	}
}

static void
test_depth(void **state)
{
	static const struct {
		const char *what;
		size_t nested;
		unsigned depth;
		enum reason want;
	} depths[] = {
		{ "none allowed, none there", 0, 0, REASON_OK },
		{ "none allowed, one there", 1, 0, R_LIMIT_DEPTH },
		{ "as deep as allowed", 5, 5, REASON_OK },
		{ "one deeper", 6, 5, R_LIMIT_DEPTH },
		{ "the greatest depth", 64, DER_WALK_DEPTH, REASON_OK },
		{ "one deeper than that", 65, DER_WALK_DEPTH, R_LIMIT_DEPTH },
		{ "20,000 deep", 20000, DER_WALK_DEPTH, R_LIMIT_DEPTH },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < COUNT(depths); i++) {
		struct fault why;

		nest(&b, depths[i].nested);
		fault_init(&why, buf_view(&b));
		CHECK_REASON(depths[i].what,
		    der_walk(buf_view(&b), depths[i].depth, &why),
		    depths[i].want);
	}
	buf_fini(&b);
}

static double
seconds(void)
{
	struct timespec t;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t), 0);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

/* Hostile sizes cost milliseconds; 1 s leaves room for slow machines and
 * sanitizers, and is far below anything quadratic. */
static void
test_large(void **state)
{
	static const struct {
		const char *what, *unit;
		enum reason want;
	} large[] = {
		{ "4 MB of 30 80", "3080", R_DER_LENGTH },
		{ "4 MB of empty sequences", "3000", REASON_OK },
		{ "4 MB of one long tag", "9fff", R_DER_TRUNCATED },
	};
	struct buf b;

	(void)state;
	buf_init(&b, 4000000);
	for (size_t i = 0; i < COUNT(large); i++) {
		struct bytes unit;
		struct span s = from_hex(&unit, large[i].unit);
		struct fault why;
		double start;

		buf_reset(&b);
		while (b.n < b.cap)
			buf_span(&b, i == 2 && b.n > 0 ? SPAN("\xff\xff") : s);
		fault_init(&why, buf_view(&b));
		start = seconds();
		CHECK_REASON(large[i].what, der_walk(buf_view(&b), 32, &why),
		    large[i].want);
		CHECK(large[i].what, seconds() - start < 1);
	}
	buf_fini(&b);
}

/* SEQUENCE { SEQUENCE { OID, NULL }, BIT STRING, [0] { INTEGER },
 * OCTET STRING of 130 bytes }. */
static void
sample(struct buf *b)
{
	uint8_t octets[130] = { 0x30, 0x80 };
	size_t all = der_open(b, DER_SEQUENCE), mark;

	mark = der_open(b, DER_SEQUENCE);
	der_put_oid(b, SPAN("\x2a\x86\x48\x86\xf7\x0d"));
	der_put_null(b);
	der_close(b, mark);
	der_put_bits(b, SPAN("\x80"), 7);
	mark = der_open(b, DER_CONTEXT_CONS(0));
	der_put_uint(b, 65536);
	der_close(b, mark);
	der_put_octets(b, SPAN_OF(octets));
	der_close(b, all);
}

/* No prefix of an element is one: each is found out, and at its start. */
static void
test_truncations(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, 4096);
	sample(&b);
	for (size_t n = 1; n <= b.n; n++) {
		/* On the heap and no longer, for AddressSanitizer. */
		uint8_t *copy = base_alloc(n);
		struct fault why;

		assert_non_null(copy);
		memcpy(copy, b.p, n);
		fault_init(&why, span_of(copy, n));
		CHECK_REASON("cut", der_walk(span_of(copy, n), 8, &why),
		    n == b.n ? REASON_OK : R_DER_TRUNCATED);
		assert_int_equal(why.offset, 0);
		base_free(copy);
	}
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_truncations),
	};

	return cmocka_run_group_tests_name("walk", tests, NULL, NULL);
}
