/* HT11: gzip that is none, not all, more, or too much. */
#include "tests/check.h"

#include <string.h>

#include <zlib.h>

#include "fetch/inflate.h"

static enum reason
count(void *ctx, struct span bytes)
{
	*(uint64_t *)ctx += bytes.n;
	return REASON_OK;
}

/* n zeros, or what does not compress. */
static void
put_gzip(struct buf *out, size_t n, bool is_noise, int bits)
{
	static uint8_t in[65536], piece[65536];
	uint32_t x = 1;
	z_stream z = { 0 };
	int e = Z_OK;

	assert_int_equal(
	    deflateInit2(&z, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
	while (e != Z_STREAM_END) {
		if (z.avail_in == 0 && n > 0) {
			size_t part = n < sizeof(in) ? n : sizeof(in);

			for (size_t i = 0; i < part; i++)
				in[i] = is_noise ? (uint8_t)((x = x * 1664525 +
								  1013904223) >>
							     24)
						 : 0;
			z.next_in = in;
			z.avail_in = (unsigned)part;
			n -= part;
		}
		z.next_out = piece;
		z.avail_out = sizeof(piece);
		e = deflate(&z, n == 0 ? Z_FINISH : Z_NO_FLUSH);
		assert_true(e == Z_OK || e == Z_STREAM_END);
		buf_add(out, piece, sizeof(piece) - z.avail_out);
	}
	assert_int_equal(deflateEnd(&z), Z_OK);
	assert_false(out->failed);
}

static enum reason
run(uint64_t *n, struct span bytes, size_t piece)
{
	struct inflate_sink sink = { count, n };
	enum reason r = REASON_OK;
	struct inflate *x;
	struct limits l;

	*n = 0;
	limits_init(&l);
	assert_int_equal(inflate_new(&x, &l), REASON_OK);
	while (bytes.n > 0 && r == REASON_OK) {
		size_t part = bytes.n < piece ? bytes.n : piece;

		r = inflate_feed(x, span_of(bytes.p, part), &sink);
		bytes = span_of(bytes.p + part, bytes.n - part);
	}
	if (r == REASON_OK)
		r = inflate_check_end(x);
	inflate_free(x);
	return r;
}

static void
test_whole(void **state)
{
	static const size_t sizes[] = { 0, 1, 1000, 100000, 3000000 };
	static const size_t pieces[] = { 1, 7, 4096, 1 << 20 };

	(void)state;
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t j = 0; j < COUNT(pieces); j++) {
			struct buf b;
			uint64_t n;

			buf_init(&b, 16 << 20);
			put_gzip(&b, sizes[i], true, 16 + MAX_WBITS);
			if (sizes[i] < 3000000 || pieces[j] > 7)
				assert_int_equal(
				    run(&n, buf_view(&b), pieces[j]),
				    REASON_OK);
			if (sizes[i] < 3000000 || pieces[j] > 7)
				assert_int_equal(n, sizes[i]);
			buf_fini(&b);
		}
}

static void
test_bent(void **state)
{
	struct buf b;
	uint64_t n;

	(void)state;
	buf_init(&b, 1 << 20);
	put_gzip(&b, 5000, true, 16 + MAX_WBITS);
	CHECK_REASON("fetch.gzip", run(&n, SPAN(""), 1), R_FETCH_GZIP);
	for (size_t i = 1; i < b.n; i += 37)
		CHECK_REASON(
		    "fetch.gzip", run(&n, span_of(b.p, i), 4096), R_FETCH_GZIP);
	CHECK_REASON(
	    "fetch.gzip", run(&n, span_of(b.p, b.n - 1), 4096), R_FETCH_GZIP);
	b.p[b.n - 6] ^= 1; /* of the checksum */
	CHECK_REASON("fetch.gzip", run(&n, buf_view(&b), 4096), R_FETCH_GZIP);
	b.p[b.n - 6] ^= 1;
	buf_byte(&b, 0);
	CHECK_REASON("fetch.gzip", run(&n, buf_view(&b), 4096), R_FETCH_GZIP);
	CHECK_REASON(
	    "fetch.gzip", run(&n, buf_view(&b), b.n - 1), R_FETCH_GZIP);
	buf_reset(&b);
	put_gzip(&b, 5000, true, -MAX_WBITS); /* raw */
	CHECK_REASON("fetch.gzip", run(&n, buf_view(&b), 4096), R_FETCH_GZIP);
	buf_reset(&b);
	put_gzip(&b, 5000, true, MAX_WBITS); /* zlib */
	CHECK_REASON("fetch.gzip", run(&n, buf_view(&b), 4096), R_FETCH_GZIP);
	buf_reset(&b);
	put_gzip(&b, 5000, true, 16 + MAX_WBITS); /* a second member */
	put_gzip(&b, 5000, true, 16 + MAX_WBITS);
	CHECK_REASON("fetch.gzip", run(&n, buf_view(&b), 4096), R_FETCH_GZIP);
	buf_fini(&b);
}

/* A gibibyte of zeros in a megabyte: ends soon after the first MiB. */
static void
test_bomb(void **state)
{
	struct buf b;
	uint64_t n;

	(void)state;
	buf_init(&b, 16 << 20);
	put_gzip(&b, 1 << 20, false, 16 + MAX_WBITS);
	assert_int_equal(run(&n, buf_view(&b), 4096), REASON_OK);
	assert_int_equal(n, 1 << 20);
	buf_reset(&b);
	put_gzip(&b, (1 << 20) + 1, false, 16 + MAX_WBITS);
	CHECK_REASON("fetch.gzip-ratio", run(&n, buf_view(&b), 4096),
	    R_FETCH_GZIP_RATIO);
	buf_reset(&b);
	put_gzip(&b, (size_t)1 << 30, false, 16 + MAX_WBITS);
	CHECK_REASON("fetch.gzip-ratio", run(&n, buf_view(&b), 65536),
	    R_FETCH_GZIP_RATIO);
	assert_true(n <= (1 << 20) + 65536);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_bent),
		cmocka_unit_test(test_bomb),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
