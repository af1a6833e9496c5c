/*
 * Reading a log through its entry bundles. Entries are believed only under
 * the signed root, so all of them are hashed first; what is then read again
 * has to be what was hashed. In memory are one bundle and 32 bytes a bundle.
 */
#include "tlog/tlog.h"

/* Length by length, so that other cuts are other digests. */
static void
bundle_digest(struct digest *out, const struct span *entries, unsigned n)
{
	const uint8_t *start = entries[0].p - 2;
	const struct span *last = &entries[n - 1];

	crypt_sha256(
	    out->b, span_of(start, (size_t)(last->p + last->n - start)));
}

static enum reason
bundles_hash(struct log_reader *r, struct merkle_head *past, struct buf *b)
{
	struct merkle_frontier *f = &r->frontier;
	struct span entries[TILE_WIDTH];
	struct digest leaf, root;

	*f = r->known;
	if (past != NULL && past->size == f->size)
		merkle_root(&past->root, f);
	for (uint64_t i = f->size / TILE_WIDTH; f->size < r->head.size; i++) {
		unsigned n = tile_width(0, i, r->head.size);
		struct digest digest;

		TRY(log_bundle(entries, b, &r->source, i, r->head.size));
		bundle_digest(&digest, entries, n);
		if (!vec_push(&r->bundles, digest))
			return R_LIMIT_MEMORY;
		for (unsigned k = f->size % TILE_WIDTH; k < n; k++) {
			merkle_leaf(&leaf, entries[k]);
			merkle_push(f, &leaf);
			if (past != NULL && past->size == f->size)
				merkle_root(&past->root, f);
		}
	}
	merkle_root(&root, f);
	return digest_eq(&root, &r->head.root) ? REASON_OK : R_LOG_ROOT;
}

enum reason
log_open(struct log_reader *r, struct merkle_head *past)
{
	enum reason why;
	struct buf b;

	ASSERT(r->known.size <= r->head.size);
	ASSERT(past == NULL ||
	       (past->size >= r->known.size && past->size <= r->head.size));
	buf_init(&b, BUNDLE_MAX);
	why = bundles_hash(r, past, &b);
	buf_fini(&b);
	return why;
}

static enum reason
bundles_take(const struct log_reader *r, uint64_t n,
    enum reason (*take)(void *ctx, uint64_t i, struct span entry), void *ctx,
    struct buf *b)
{
	struct span entries[TILE_WIDTH];
	struct digest digest;

	uint64_t at = r->known.size, first = at / TILE_WIDTH;

	ASSERT(n <= r->head.size);
	for (uint64_t i = first; at < n; i++) {
		unsigned width = tile_width(0, i, r->head.size);

		TRY(log_bundle(entries, b, &r->source, i, r->head.size));
		bundle_digest(&digest, entries, width);
		if (!digest_eq(&digest, &r->bundles.v[i - first]))
			return R_LOG_ROOT;
		for (unsigned k = at % TILE_WIDTH; k < width && at < n;
		     k++, at++)
			TRY(take(ctx, at, entries[k]));
	}
	return REASON_OK;
}

enum reason
log_each(const struct log_reader *r, uint64_t n,
    enum reason (*take)(void *ctx, uint64_t i, struct span entry), void *ctx)
{
	enum reason why;
	struct buf b;

	buf_init(&b, BUNDLE_MAX);
	why = bundles_take(r, n, take, ctx, &b);
	buf_fini(&b);
	return why;
}

void
log_close(struct log_reader *r)
{
	vec_fini(&r->bundles);
}

/* ---- tiles ----------------------------------------------------------- */

/* Of 2^(level mod 8) hashes of one tile. */
static enum reason
tiles_hash(struct digest *out, void *ctx, unsigned level, uint64_t index)
{
	struct log_tiles *t = ctx;
	unsigned up = level % 8, n = 1U << up;
	uint64_t first = index << up;
	struct tile_name name = { level / 8, first / TILE_WIDTH, t->size };
	struct merkle_frontier f = { .size = 0 };

	if (first % TILE_WIDTH + n >
	    tile_width((int)name.level, name.index, t->size))
		return R_LOG_MISSING;
	TRY(log_tile(t->tile, &t->source, name));
	for (unsigned i = 0; i < n; i++)
		merkle_push(&f, &t->tile[first % TILE_WIDTH + i]);
	merkle_root(out, &f);
	return REASON_OK;
}

struct tile_source
log_tile_source(struct log_tiles *t)
{
	return (struct tile_source){ tiles_hash, t };
}
