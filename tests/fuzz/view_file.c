/*
 * Whatever a file says, it is read or refused, and what is read can be
 * written. Digests are made to hold first: who can write the file can do so.
 */
#include <stdlib.h>

#include "tests/fuzz/fuzz.h"

#include "crypt/crypt.h"
#include "view/format.h"

/* Where put_parts of pack.c writes where the digests begin. */
#define FRONT   (VIEW_MAGIC_N + 4 + 4 + 5 * 8 + 4 + 12 + 3 * 8 + 4 + 24)
#define DIGESTS (FRONT + PART_COUNT * 16)

static void
seal(uint8_t *p, size_t n)
{
	uint8_t le[8];
	struct field f = { p + DIGESTS };
	uint64_t at = field_u64(&f);
	size_t pages;

	if (at < VIEW_HEADER || at > n)
		return;
	pages = (size_t)(at - VIEW_HEADER + VIEW_PAGE - 1) / VIEW_PAGE;
	if (n - at != pages * 32)
		return;
	for (size_t i = 0; i < pages; i++) {
		size_t from = VIEW_HEADER + i * VIEW_PAGE;
		size_t to = from + VIEW_PAGE < at ? from + VIEW_PAGE : at;

		crypt_sha256(p + at + 32 * i, span_of(p + from, to - from));
	}
	for (size_t i = 0; i < 8; i++)
		le[i] = (uint8_t)(n >> (8 * i));
	memcpy(p + DIGESTS + 8, le, sizeof(le));
	crypt_sha256(p + DIGESTS + 16, span_of(p + at, pages * 32));
	crypt_sha256(p + VIEW_HEADER - 32, span_of(p, VIEW_HEADER - 32));
}

static void
read_whole(struct view_file *f, struct arena *arena)
{
	struct view v;
	struct buf b;

	if (view_load(&v, f, arena) != REASON_OK)
		return;
	buf_init(&b, SIZE_MAX);
	ASSERT(view_bytes(&b, &v, view_head(f)->edition) == REASON_OK);
	buf_fini(&b);
}

static void
read_difference(struct view_file *f, struct arena *arena)
{
	struct view_delta d;
	struct view now = { 0 }, then;
	const struct view_delta *all[] = { &d };
	struct buf b;

	if (view_delta_load(&d, f, arena) != REASON_OK)
		return;
	buf_init(&b, SIZE_MAX);
	ASSERT(view_delta_bytes(&b, &d) == REASON_OK);
	ASSERT(view_back(&then, &now, all, 1, arena) == REASON_OK);
	buf_fini(&b);
}

static void
read_near(struct view_file *f, struct arena *arena)
{
	static const char *const prefixes[] = { "10.1.2.0/24", "0.0.0.0/0",
		"2001:db8::/40" };

	for (size_t i = 0; i < COUNT(prefixes); i++) {
		struct prefix p;
		struct view v;

		ASSERT(prefix_parse(&p, prefixes[i]));
		if (view_near(&v, f, &p, arena) == REASON_OK)
			ASSERT(v.n <= VIEW_NEAR + VIEW_INSIDE);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *p = malloc(n + 1);
	struct view_file *f;
	struct arena arena;

	ASSERT(p != NULL);
	if (n > 0)
		memcpy(p, data, n);
	if (n >= VIEW_HEADER)
		seal(p, n);
	arena_init(&arena, (size_t)64 << 20);
	if (view_open_bytes(&f, span_of(p, n)) == REASON_OK) {
		read_near(f, &arena);
		read_whole(f, &arena);
		read_difference(f, &arena);
		view_close(f);
	}
	arena_fini(&arena);
	free(p);
	return 0;
}
