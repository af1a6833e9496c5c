/* A log's files by their names, and a writer that goes on from the last of
 * them. */
#include <string.h>

#include "tlog/tlog.h"

#define TILE_BYTES (TILE_WIDTH * sizeof(struct digest))

enum reason
log_bundle(struct span out[TILE_WIDTH], struct buf *b,
    const struct log_source *source, uint64_t index, uint64_t size)
{
	unsigned width = tile_width(0, index, size);
	char path[TILE_PATH];
	enum reason why;

	ASSERT(width > 0);
	buf_reset(b);
	tile_path(path, -1, index, width);
	why = source->get(source->ctx, b, path);
	if (why == REASON_OK)
		return tile_entries(out, width, buf_view(b));
	if (why != R_LOG_MISSING || width == TILE_WIDTH)
		return why;
	buf_reset(b);
	tile_path(path, -1, index, TILE_WIDTH);
	TRY(source->get(source->ctx, b, path));
	/* All of it has to be well formed; only the first are wanted. */
	return tile_entries(out, TILE_WIDTH, buf_view(b));
}

static enum reason
tile_read(struct digest *out, struct buf *b, const struct log_source *source,
    const char *path, size_t width)
{
	buf_reset(b);
	TRY(source->get(source->ctx, b, path));
	if (b->n != width * sizeof(*out))
		return R_LOG_TILE;
	memcpy(out, b->p, b->n);
	return REASON_OK;
}

enum reason
log_tile(struct digest out[TILE_WIDTH], const struct log_source *source,
    struct tile_name t)
{
	unsigned width = tile_width((int)t.level, t.index, t.size);
	char path[TILE_PATH];
	struct buf b;
	enum reason why;

	ASSERT(width > 0);
	buf_init(&b, TILE_BYTES + 1); /* one too many is no tile, too */
	tile_path(path, (int)t.level, t.index, width);
	why = tile_read(out, &b, source, path, width);
	if (why == R_LOG_MISSING && width < TILE_WIDTH) {
		tile_path(path, (int)t.level, t.index, TILE_WIDTH);
		why = tile_read(out, &b, source, path, TILE_WIDTH);
	}
	buf_fini(&b);
	/* A source that had more to say than a tile can hold. */
	return why == R_LOG_BUNDLE ? R_LOG_TILE : why;
}

/* A level's hashes are roots of full tiles below: the perfect subtrees of the
 * tree are those of each level's last tile, the highest level first. */
static enum reason
edge_read(struct log_writer *w, const struct merkle_head *head,
    const struct log_source *source)
{
	uint64_t sizes[LOG_LEVELS] = { head->size };
	size_t n = 0;

	for (unsigned level = 1; level < LOG_LEVELS; level++)
		sizes[level] = sizes[level - 1] / TILE_WIDTH;
	for (unsigned level = LOG_LEVELS; level-- > 0;) {
		struct merkle_frontier f = { .size = 0 };
		unsigned width = (unsigned)(sizes[level] % TILE_WIDTH);

		if (width == 0)
			continue;
		TRY(log_tile(w->hash[level], source,
		    (struct tile_name){
			level, sizes[level] / TILE_WIDTH, head->size }));
		for (unsigned i = 0; i < width; i++)
			merkle_push(&f, &w->hash[level][i]);
		for (unsigned bits = width, i = 0; bits != 0;
		     bits &= bits - 1, i++)
			w->frontier.hash[n++] = f.hash[i];
	}
	w->frontier.size = head->size;
	return REASON_OK;
}

/* The last bundle, unless it is full: its entries are those of the tile. */
static enum reason
bundle_read(struct log_writer *w, const struct merkle_head *head,
    const struct log_source *source)
{
	unsigned width = (unsigned)(head->size % TILE_WIDTH);
	struct span entries[TILE_WIDTH];
	struct digest leaf;
	const struct span *last;

	if (width == 0)
		return REASON_OK;
	TRY(log_bundle(
	    entries, &w->bundle, source, head->size / TILE_WIDTH, head->size));
	for (unsigned i = 0; i < width; i++) {
		merkle_leaf(&leaf, entries[i]);
		if (!digest_eq(&leaf, &w->hash[0][i]))
			return R_LOG_ROOT;
	}
	last = &entries[width - 1];
	w->bundle.n = (size_t)(last->p + last->n - w->bundle.p);
	return REASON_OK;
}

enum reason
log_writer_resume(struct log_writer *w, const struct merkle_head *head,
    const struct log_source *source)
{
	struct digest root;

	ASSERT(w->frontier.size == 0);
	TRY(edge_read(w, head, source));
	merkle_root(&root, &w->frontier);
	if (!digest_eq(&root, &head->root))
		return R_LOG_ROOT;
	TRY(bundle_read(w, head, source));
	w->start = head->size;
	return REASON_OK;
}
