/* Names of tiles and the contents of entry bundles (C2SP tlog-tiles). */
#include <inttypes.h>
#include <string.h>

#include "tlog/tlog.h"

void
tile_path(char out[TILE_PATH], int level, uint64_t index, unsigned width)
{
	char name[TILE_PATH] = "";
	unsigned group[7];
	size_t at = 0, groups = 0;
	int n;

	ASSERT(level < 64 && width >= 1 && width <= TILE_WIDTH);
	do {
		group[groups++] = (unsigned)(index % 1000);
		index /= 1000;
	} while (index > 0);
	/* Three digits a group; all but the last have an x. */
	while (groups-- > 1) {
		n = snprintf(
		    name + at, sizeof(name) - at, "x%03u/", group[groups]);
		at += (size_t)n;
	}
	(void)snprintf(name + at, sizeof(name) - at, "%03u", group[0]);
	n = level < 0 ? snprintf(out, TILE_PATH, "tile/entries/")
		      : snprintf(out, TILE_PATH, "tile/%d/", level);
	(void)snprintf(out + n, TILE_PATH - (size_t)n, "%.40s", name);
	at = strlen(out);
	if (width < TILE_WIDTH)
		(void)snprintf(out + at, TILE_PATH - at, ".p/%u", width);
}

enum reason
tile_entries(struct span *out, size_t n, struct span bundle)
{
	for (size_t i = 0; i < n; i++) {
		size_t size;

		if (bundle.n < 2)
			return R_LOG_BUNDLE;
		size = (size_t)bundle.p[0] << 8 | bundle.p[1];
		if (bundle.n - 2 < size)
			return R_LOG_BUNDLE;
		out[i] = span_of(bundle.p + 2, size);
		bundle = span_of(bundle.p + 2 + size, bundle.n - 2 - size);
	}
	return bundle.n == 0 ? REASON_OK : R_LOG_BUNDLE;
}

void
tile_entry_write(struct buf *b, struct span entry)
{
	ASSERT(entry.n <= TLOG_ENTRY_MAX);
	buf_byte(b, (uint8_t)(entry.n >> 8));
	buf_byte(b, (uint8_t)entry.n);
	buf_span(b, entry);
}

/* Hashes of a level: one for each full tile of the level below. */
unsigned
tile_width(int level, uint64_t index, uint64_t size)
{
	for (; level > 0; level--)
		size /= TILE_WIDTH;
	if (index > size / TILE_WIDTH)
		return 0;
	return index < size / TILE_WIDTH ? TILE_WIDTH
					 : (unsigned)(size % TILE_WIDTH);
}

void
tile_root(struct digest *out, const struct digest hash[TILE_WIDTH])
{
	struct merkle_frontier f = { .size = 0 };

	for (size_t i = 0; i < TILE_WIDTH; i++)
		merkle_push(&f, &hash[i]);
	*out = f.hash[0];
}
