/*
 * The entries of a log that are not known yet: hashed as they come and put by,
 * and not looked at before all of them meet the signed root. That the frontier
 * of what was accepted, extended by them, meets it is the proof that nothing
 * accepted was changed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "file/file.h"
#include "run/follow.h"

#define AHEAD 6 /* bundles on their way */

void
spool_init(struct spool *out)
{
	*out = (struct spool){ .fd = -1 };
}

static enum reason
spool_open(struct spool *out, const struct conf *conf)
{
	char path[4096];

	out->fd = open(conf->cache, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (out->fd >= 0)
		return REASON_OK;
	/* A file system without unnamed files. */
	if (snprintf(path, sizeof(path), "%s/ledger-spool", conf->cache) >=
	    (int)sizeof(path))
		return R_STORE_IO;
	(void)unlink(path);
	out->fd = open(
	    path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out->fd >= 0)
		(void)unlink(path);
	return out->fd >= 0 ? REASON_OK : R_STORE_IO;
}

void
spool_close(struct spool *s)
{
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}

void
spool_mark(struct spool *s, uint64_t size)
{
	if (s->n_marks < SPOOL_MARKS)
		s->marks[s->n_marks++].size = size;
}

const struct digest *
spool_root(const struct spool *s, uint64_t size)
{
	if (size < s->first || size > s->end)
		return NULL;
	for (size_t i = 0; i < s->n_marks; i++)
		if (s->marks[i].size == size)
			return &s->marks[i].root;
	return NULL;
}

static void
mark_roots(struct spool *s)
{
	for (size_t i = 0; i < s->n_marks; i++)
		if (s->marks[i].size == s->frontier.size)
			merkle_root(&s->marks[i].root, &s->frontier);
}

static enum reason
spool_put(
    struct spool *s, const struct span *entries, unsigned from, unsigned n)
{
	/* They lie one after the other, each behind its length. */
	const uint8_t *start = entries[from].p - 2;
	const struct span *last = &entries[n - 1];
	struct span all = span_of(start, (size_t)(last->p + last->n - start));

	s->bytes += all.n;
	return file_write(s->fd, all) ? REASON_OK
	       : errno == ENOSPC      ? R_STORE_FULL
				      : R_STORE_IO;
}

/* The next bundle; of the first, entries may be known. */
static enum reason
bundle_take(struct spool *s, struct buf *b, const struct log_source *source,
    uint64_t size)
{
	struct merkle_frontier *fr = &s->frontier;
	uint64_t index = fr->size / TILE_WIDTH;
	unsigned from = (unsigned)(fr->size % TILE_WIDTH);
	unsigned n = tile_width(0, index, size);
	struct span *entries = s->entries;
	struct digest leaf;

	TRY(log_bundle(entries, b, source, index, size));
	for (unsigned i = from; i < n; i++) {
		merkle_leaf(&leaf, entries[i]);
		merkle_push(fr, &leaf);
		mark_roots(s);
	}
	return spool_put(s, entries, from, n);
}

static void
expect(struct place *place, uint64_t index, uint64_t size)
{
	unsigned width = tile_width(0, index, size);
	char path[TILE_PATH];

	if (width == 0)
		return;
	tile_path(path, -1, index, width);
	place_expect(place, path);
}

static enum reason
fill(struct spool *s, struct follow *f, struct place *place, uint64_t size)
{
	const struct log_source source = { place_get, place };
	struct run *run = f->run;
	struct buf b;
	enum reason why = REASON_OK;

	s->entries = base_alloc(TILE_WIDTH * sizeof(*s->entries));
	if (s->entries == NULL)
		return R_LIMIT_MEMORY;
	buf_init(&b, BUNDLE_MAX);
	for (uint64_t i = 0; i < AHEAD; i++)
		expect(place, s->frontier.size / TILE_WIDTH + i, size);
	while (why == REASON_OK && s->frontier.size < size) {
		expect(place, s->frontier.size / TILE_WIDTH + AHEAD, size);
		why = bundle_take(s, &b, &source, size);
		if (clock_ms() > f->deadline_ms)
			why = why == REASON_OK ? R_FETCH_TIME : why;
		if (run->progress.update != NULL)
			run->progress.update(run->progress.ctx,
			    RUN_PHASE_LEDGER, s->frontier.size, size);
	}
	buf_fini(&b);
	base_free(s->entries);
	return why;
}

enum reason
spool_fill(struct spool *s, struct follow *f, struct place *place,
    const struct merkle_head *head)
{
	const struct merkle_frontier start = s->frontier;
	struct digest root;
	enum reason why;

	if (s->fd < 0)
		TRY(spool_open(s, f->run->conf));
	if (ftruncate(s->fd, 0) != 0 || lseek(s->fd, 0, SEEK_SET) != 0)
		return R_STORE_IO;
	s->bytes = 0;
	mark_roots(s);
	why = fill(s, f, place, head->size);
	if (why == REASON_OK) {
		merkle_root(&root, &s->frontier);
		why = digest_eq(&root, &head->root) ? REASON_OK : R_LOG_ROOT;
	}
	s->first = start.size;
	s->end = s->frontier.size;
	if (why != REASON_OK)
		s->frontier = start; /* for the next source */
	return why;
}

/* ---- what tiles show ------------------------------------------------- */

/* The root of its first `size` leaves. */
static enum reason
tiles_root(struct digest *out, const struct tile_source *tiles, uint64_t size)
{
	struct merkle_frontier f = { .size = size };
	uint64_t at = 0;
	size_t n = 0;

	for (unsigned bit = 64; bit-- > 0;) {
		if ((size >> bit & 1) == 0)
			continue;
		TRY(tiles->hash(&f.hash[n++], tiles->ctx, bit, at >> bit));
		at += UINT64_C(1) << bit;
	}
	merkle_root(out, &f);
	return REASON_OK;
}

static bool
shows(struct digest *root, uint64_t size, const struct tile_source *tiles,
    const struct merkle_head *head)
{
	struct merkle_head part = { .size = size };
	struct merkle_proof proof;

	if (tiles_root(&part.root, tiles, size) != REASON_OK ||
	    merkle_consistency_make(&proof, size, head->size, tiles) !=
		REASON_OK)
		return false;
	*root = part.root;
	return merkle_consistency(&part, head, proof.hash, proof.n);
}

bool
is_shown(struct digest *root, uint64_t size, struct place *place,
    const struct merkle_head *head)
{
	struct log_tiles *tiles = base_alloc(sizeof(*tiles));
	struct tile_source source;
	bool shown;

	if (tiles == NULL)
		return false;
	tiles->source = (struct log_source){ place_get, place };
	tiles->size = head->size;
	source = log_tile_source(tiles);
	shown = shows(root, size, &source, head);
	base_free(tiles);
	return shown;
}
