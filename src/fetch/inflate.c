#include "fetch/inflate.h"

#define ZLIB_CONST /* input is const */
#include <zlib.h>

#define PIECE     32768
#define FREE_SIZE (UINT64_C(1) << 20) /* may be any number of times larger */
#define GZIP_ONLY (16 + MAX_WBITS)

struct inflate {
	z_stream z;
	const struct limits *limits;
	bool has_ended;
	uint64_t in, out;
	uint8_t piece[PIECE];
};

static void *
heap_alloc(void *ctx, unsigned n, unsigned size)
{
	(void)ctx;
	return base_alloc((size_t)n * size);
}

static void
heap_free(void *ctx, void *p)
{
	(void)ctx;
	base_free(p);
}

enum reason
inflate_new(struct inflate **out, const struct limits *limits)
{
	struct inflate *x = base_alloc(sizeof(*x));

	if (x == NULL)
		return R_LIMIT_MEMORY;
	x->limits = limits;
	x->z.zalloc = heap_alloc;
	x->z.zfree = heap_free;
	if (inflateInit2(&x->z, GZIP_ONLY) != Z_OK) {
		base_free(x);
		return R_LIMIT_MEMORY;
	}
	*out = x;
	return REASON_OK;
}

/* One call of zlib; *more: it may have more without more input. */
static enum reason
step(struct inflate *x, bool *more, const struct inflate_sink *sink)
{
	unsigned before = x->z.avail_in;
	size_t n;
	int e;

	x->z.next_out = x->piece;
	x->z.avail_out = PIECE;
	e = inflate(&x->z, Z_NO_FLUSH);
	if (e == Z_MEM_ERROR)
		return R_LIMIT_MEMORY;
	if (e != Z_OK && e != Z_STREAM_END && e != Z_BUF_ERROR)
		return R_FETCH_GZIP;
	n = PIECE - x->z.avail_out;
	x->in += before - x->z.avail_in;
	x->out += n;
	x->has_ended = e == Z_STREAM_END;
	*more = !x->has_ended && (x->z.avail_in > 0 || n == PIECE);
	if (x->out > FREE_SIZE && x->out / x->limits->gzip_ratio >= x->in)
		return R_FETCH_GZIP_RATIO;
	return n > 0 ? sink->take(sink->ctx, span_of(x->piece, n)) : REASON_OK;
}

enum reason
inflate_feed(
    struct inflate *x, struct span bytes, const struct inflate_sink *sink)
{
	bool more = bytes.n > 0;

	if (more && x->has_ended)
		return R_FETCH_GZIP; /* something behind the end */
	ASSERT(bytes.n <= UINT32_MAX);
	x->z.next_in = bytes.p;
	x->z.avail_in = (unsigned)bytes.n;
	while (more)
		TRY(step(x, &more, sink));
	return x->z.avail_in == 0 ? REASON_OK : R_FETCH_GZIP;
}

enum reason
inflate_check_end(const struct inflate *x)
{
	return x->has_ended ? REASON_OK : R_FETCH_GZIP;
}

void
inflate_free(struct inflate *x)
{
	if (x == NULL)
		return;
	(void)inflateEnd(&x->z);
	base_free(x);
}
