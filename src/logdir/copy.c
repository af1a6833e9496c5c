/*
 * A log copied while it is verified. The hashes of all new entries come first,
 * as tiles, and have to go on from our own tree and meet the signed root; then
 * each bundle is held against them as it comes. So nothing lands here that is
 * not the log's, and what an interrupted copy left can be told from what is
 * missing.
 */
#include "logdir/logdir.h"

struct copy {
	struct logdir *dir;
	struct logdir_copy *job;
	struct merkle_head have;
	struct log_writer writer;
	VEC(struct digest) leaves; /* from have.size on */
	struct digest past;        /* root of theirs at the size that we have */
	struct buf bundle;
	struct digest tile[TILE_WIDTH];
};

/* The leaves of the tree from `known` on, and the root they make. */
static enum reason
leaves_read(
    struct copy *c, struct digest *root, const struct merkle_frontier *known)
{
	struct merkle_frontier f = *known;
	uint64_t size = c->job->want.size;

	c->leaves.n = 0;
	if (f.size == c->job->have.size)
		merkle_root(&c->past, &f);
	for (uint64_t i = f.size / TILE_WIDTH; f.size < size; i++) {
		unsigned n = tile_width(0, i, size);

		c->job->tiles++;
		TRY(log_tile(
		    c->tile, &c->job->from, (struct tile_name){ 0, i, size }));
		for (unsigned k = f.size % TILE_WIDTH; k < n; k++) {
			merkle_push(&f, &c->tile[k]);
			if (f.size == c->job->have.size)
				merkle_root(&c->past, &f);
			if (!vec_push(&c->leaves, c->tile[k]))
				return R_LIMIT_MEMORY;
		}
	}
	merkle_root(root, &f);
	return REASON_OK;
}

/* They meet the signed root; do they go on from what we have? */
static enum reason
past_check(const struct copy *c)
{
	return digest_eq(&c->past, &c->job->have.root)
		   ? REASON_OK
		   : R_CHECKPOINT_SPLIT_VIEW;
}

static enum reason
hashes_read(struct copy *c)
{
	const struct merkle_frontier none = { .size = 0 };
	struct digest root;

	TRY(leaves_read(c, &root, &c->writer.frontier));
	if (digest_eq(&root, &c->job->want.root))
		return past_check(c);
	if (c->have.size == 0)
		return R_LOG_ROOT;
	/* Does the source lie, or has the log two histories? */
	TRY(leaves_read(c, &root, &none));
	if (!digest_eq(&root, &c->job->want.root))
		return R_LOG_ROOT;
	/* It said otherwise a moment ago. */
	return past_check(c) == REASON_OK ? R_LOG_ROOT
					  : R_CHECKPOINT_SPLIT_VIEW;
}

/* Are these the entries behind our leaves? Those before them are ours. */
static bool
is_bundle(const struct copy *c, const struct span *entries, uint64_t index)
{
	unsigned n = tile_width(0, index, c->job->want.size);
	struct digest leaf;

	for (unsigned k = 0; k < n; k++) {
		uint64_t at = index * TILE_WIDTH + k;

		if (at < c->have.size)
			continue;
		merkle_leaf(&leaf, entries[k]);
		if (!digest_eq(&leaf, &c->leaves.v[at - c->have.size]))
			return false;
	}
	return true;
}

/* Ours, if it is here already, else theirs. */
static enum reason
bundle_read(struct copy *c, struct span *entries, uint64_t index)
{
	const struct log_source ours = logdir_source(c->dir);
	uint64_t size = c->job->want.size;
	enum reason why = log_bundle(entries, &c->bundle, &ours, index, size);

	if (why == REASON_OK && is_bundle(c, entries, index))
		return REASON_OK;
	buf_fini(&c->bundle);
	buf_init(&c->bundle, BUNDLE_MAX);
	c->job->bundles++;
	TRY(log_bundle(entries, &c->bundle, &c->job->from, index, size));
	return is_bundle(c, entries, index) ? REASON_OK : R_LOG_ROOT;
}

/* What is there and the same is not written again. */
static enum reason
put_new(void *ctx, const char *path, struct span bytes)
{
	struct copy *c = ctx;
	struct buf have;
	bool same;

	buf_init(&have, bytes.n);
	same = logdir_get(c->dir, &have, path) == REASON_OK &&
	       span_eq(buf_view(&have), bytes);
	buf_fini(&have);
	return same ? REASON_OK : logdir_put(c->dir, path, bytes);
}

static enum reason
bundles_write(struct copy *c)
{
	const struct log_sink sink = { put_new, c };
	struct span entries[TILE_WIDTH];
	uint64_t at = c->have.size, size = c->job->want.size;

	for (uint64_t i = at / TILE_WIDTH; at < size; i++) {
		unsigned n = tile_width(0, i, size);

		TRY(bundle_read(c, entries, i));
		for (unsigned k = at % TILE_WIDTH; k < n; k++, at++)
			TRY(log_writer_add(&c->writer, entries[k], &sink));
	}
	return log_writer_end(&c->writer, &sink);
}

/* Where our own files are not what they were, all is asked for again. */
static void
begin(struct copy *c)
{
	const struct log_source ours = logdir_source(c->dir);

	log_writer_init(&c->writer);
	c->have = c->job->have;
	if (log_writer_resume(&c->writer, &c->have, &ours) == REASON_OK)
		return;
	log_writer_fini(&c->writer);
	log_writer_init(&c->writer);
	c->have.size = 0;
}

static enum reason
copy(struct copy *c)
{
	begin(c);
	TRY(hashes_read(c));
	TRY(bundles_write(c));
	return logdir_state_put(c->dir, &c->job->want);
}

enum reason
logdir_copy(struct logdir *d, struct logdir_copy *job)
{
	struct copy *c = base_alloc(sizeof(*c));
	enum reason why;

	ASSERT(job->have.size <= job->want.size);
	if (c == NULL)
		return R_LIMIT_MEMORY;
	c->dir = d;
	c->job = job;
	job->bundles = job->tiles = 0;
	buf_init(&c->bundle, BUNDLE_MAX);
	why = copy(c);
	buf_fini(&c->bundle);
	vec_fini(&c->leaves);
	log_writer_fini(&c->writer);
	base_free(c);
	return why;
}
