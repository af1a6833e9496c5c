/*
 * Reading a log through its entry bundles. Entries are believed only under
 * the signed root, so all of them are hashed first; what is then read again
 * has to be what was hashed. In memory are one bundle and 32 bytes a bundle.
 */
#include <string.h>

#include "tlog/tlog.h"

/* 256 entries of 65,535 bytes, and their lengths. */
#define BUNDLE_MAX ((size_t)TILE_WIDTH * (TLOG_ENTRY_MAX + 2))

/* A partial bundle may be gone once the full one is there: then its first
 * entries do (C2SP tlog-tiles). What follows them is not looked at. */
static enum reason
bundle_get(
    struct span *out, struct buf *b, const struct log_reader *r, uint64_t index)
{
	unsigned width = tile_width(0, index, r->head.size);
	char path[TILE_PATH];
	struct span all[TILE_WIDTH];
	enum reason why;

	buf_reset(b);
	tile_path(path, -1, index, width);
	why = r->source.get(r->source.ctx, b, path);
	if (why == REASON_OK)
		return tile_entries(out, width, buf_view(b));
	if (why != R_LOG_MISSING || width == TILE_WIDTH)
		return why;
	buf_reset(b);
	tile_path(path, -1, index, TILE_WIDTH);
	TRY(r->source.get(r->source.ctx, b, path));
	TRY(tile_entries(all, TILE_WIDTH, buf_view(b)));
	memcpy(out, all, width * sizeof(*out));
	return REASON_OK;
}

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
	struct merkle_frontier f = { .size = 0 };
	struct span entries[TILE_WIDTH];
	struct digest leaf, root;

	if (past != NULL && past->size == 0)
		merkle_root(&past->root, &f);
	for (uint64_t i = 0; f.size < r->head.size; i++) {
		unsigned n = tile_width(0, i, r->head.size);
		struct digest digest;

		TRY(bundle_get(entries, b, r, i));
		bundle_digest(&digest, entries, n);
		if (!vec_push(&r->bundles, digest))
			return R_LIMIT_MEMORY;
		for (unsigned k = 0; k < n; k++) {
			merkle_leaf(&leaf, entries[k]);
			merkle_push(&f, &leaf);
			if (past != NULL && past->size == f.size)
				merkle_root(&past->root, &f);
		}
	}
	merkle_root(&root, &f);
	return digest_eq(&root, &r->head.root) ? REASON_OK : R_LOG_ROOT;
}

enum reason
log_open(struct log_reader *r, struct merkle_head *past)
{
	enum reason why;
	struct buf b;

	ASSERT(past == NULL || past->size <= r->head.size);
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

	ASSERT(n <= r->head.size);
	for (uint64_t i = 0, at = 0; at < n; i++) {
		unsigned width = tile_width(0, i, r->head.size);

		TRY(bundle_get(entries, b, r, i));
		bundle_digest(&digest, entries, width);
		if (!digest_eq(&digest, &r->bundles.v[i]))
			return R_LOG_ROOT;
		for (unsigned k = 0; k < width && at < n; k++, at++)
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
