/*
 * What a log's folder is made of, as it grows: entry bundles and tiles, the
 * full ones as soon as they are full, the partial ones when the tree ends
 * (C2SP tlog-tiles). Where they go is the sink's to know.
 *
 * A writer that goes on where another stopped is given the entries that are
 * there already, without a sink: what it holds then is what its own would
 * have held, whoever wrote them.
 */
#include "tlog/tlog.h"

void
log_writer_init(struct log_writer *w)
{
	*w = (struct log_writer){ .start = 0 };
	buf_init(&w->bundle, BUNDLE_MAX);
}

void
log_writer_fini(struct log_writer *w)
{
	buf_fini(&w->bundle);
}

static enum reason
put(const struct log_sink *sink, int level, uint64_t index, unsigned width,
    struct span bytes)
{
	char path[TILE_PATH];

	if (sink == NULL)
		return REASON_OK;
	tile_path(path, level, index, width);
	return sink->put(sink->ctx, path, bytes);
}

static struct span
hashes(const struct log_writer *w, unsigned level, unsigned n)
{
	return span_of(w->hash[level], n * sizeof(w->hash[level][0]));
}

/* The leaf is the `leaves`-th, and each tile it fills is a hash above. */
static enum reason
levels_add(struct log_writer *w, struct digest hash, uint64_t leaves,
    const struct log_sink *sink)
{
	for (unsigned level = 0;; level++) {
		unsigned at = (unsigned)((leaves - 1) % TILE_WIDTH);

		ASSERT(level < LOG_LEVELS);
		w->hash[level][at] = hash;
		if (leaves % TILE_WIDTH != 0)
			return REASON_OK;
		leaves /= TILE_WIDTH;
		TRY(put(sink, (int)level, leaves - 1, TILE_WIDTH,
		    hashes(w, level, TILE_WIDTH)));
		tile_root(&hash, w->hash[level]);
	}
}

enum reason
log_writer_add(
    struct log_writer *w, struct span entry, const struct log_sink *sink)
{
	struct digest leaf;

	if (w->frontier.size % TILE_WIDTH == 0)
		buf_reset(&w->bundle);
	tile_entry_write(&w->bundle, entry);
	if (w->bundle.failed)
		return R_LIMIT_MEMORY;
	merkle_leaf(&leaf, entry);
	merkle_push(&w->frontier, &leaf);
	if (sink == NULL)
		w->start = w->frontier.size;
	/* Entries before their hashes: a tile never promises what is not
	 * there. */
	if (w->frontier.size % TILE_WIDTH == 0)
		TRY(put(sink, -1, w->frontier.size / TILE_WIDTH - 1, TILE_WIDTH,
		    buf_view(&w->bundle)));
	return levels_add(w, leaf, w->frontier.size, sink);
}

enum reason
log_writer_end(struct log_writer *w, const struct log_sink *sink)
{
	uint64_t size = w->frontier.size, start = w->start;
	unsigned width = (unsigned)(size % TILE_WIDTH);

	if (width != 0 && size != start)
		TRY(put(
		    sink, -1, size / TILE_WIDTH, width, buf_view(&w->bundle)));
	/* A level that has not grown has its partial tile already. */
	for (unsigned level = 0; size != start; level++) {
		width = (unsigned)(size % TILE_WIDTH);
		if (width != 0)
			TRY(put(sink, (int)level, size / TILE_WIDTH, width,
			    hashes(w, level, width)));
		size /= TILE_WIDTH;
		start /= TILE_WIDTH;
	}
	w->start = w->frontier.size;
	return REASON_OK;
}

void
log_writer_head(struct merkle_head *out, const struct log_writer *w)
{
	out->size = w->frontier.size;
	merkle_root(&out->root, &w->frontier);
}
