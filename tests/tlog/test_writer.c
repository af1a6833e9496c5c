/* Every size, against the definition of what its files are. */
#include "tests/check.h"

#include <string.h>

#include "tlog/tlog.h"

#define SIZE_MAX_HERE 600

/* A folder in memory. */
struct folder {
	struct arena arena;
	struct map files; /* of struct span */
	size_t puts;
};

static enum reason
folder_put(void *ctx, const char *path, struct span bytes)
{
	struct folder *f = ctx;
	struct span *file = ARENA_NEW(&f->arena, struct span);

	*file = arena_dup(&f->arena, bytes);
	f->puts++;
	assert_true(
	    map_put(&f->files, arena_dup(&f->arena, span_str(path)), file));
	return REASON_OK;
}

static enum reason
folder_get(void *ctx, struct buf *out, const char *path)
{
	struct folder *f = ctx;
	const struct span *file = map_get(&f->files, span_str(path));

	if (file == NULL)
		return R_LOG_MISSING;
	buf_span(out, *file);
	return REASON_OK;
}

static void
folder_init(struct folder *f)
{
	arena_init(&f->arena, SIZE_MAX);
	map_init(&f->files);
	f->puts = 0;
}

static void
folder_fini(struct folder *f)
{
	map_fini(&f->files);
	arena_fini(&f->arena);
}

/* ---- the model: no tree but the definition ------------------------------- */

/* Entry i: of lengths 0 to 40, so that an empty one is among them. */
static struct span
entry_of(uint8_t bytes[41], size_t i)
{
	for (size_t k = 0; k < 41; k++)
		bytes[k] = (uint8_t)(i * 7 + k + (i >> 8));
	return span_of(bytes, i * 13 % 41);
}

/* RFC 6962 2.1 for a power of two, from the bottom. */
static struct digest
perfect(size_t first, size_t n)
{
	static struct digest row[256];
	uint8_t bytes[41];

	for (size_t i = 0; i < n; i++)
		merkle_leaf(&row[i], entry_of(bytes, first + i));
	for (; n > 1; n /= 2)
		for (size_t i = 0; i < n / 2; i++)
			merkle_node(&row[i], &row[2 * i], &row[2 * i + 1]);
	return row[0];
}

static void
file_is(struct folder *f, int level, size_t index, size_t width,
    const struct buf *want)
{
	const struct span *have;
	char path[TILE_PATH];

	tile_path(path, level, index, (unsigned)width);
	have = map_get(&f->files, span_str(path));
	CHECK(path, have != NULL);
	CHECK(path, span_eq(*have, buf_view(want)));
}

static void
bundle_is(struct folder *f, size_t index, size_t width)
{
	uint8_t bytes[41];
	struct buf want;

	buf_init(&want, 20000);
	for (size_t i = 0; i < width; i++) {
		struct span e = entry_of(bytes, index * 256 + i);

		buf_byte(&want, 0);
		buf_byte(&want, (uint8_t)e.n);
		buf_span(&want, e);
	}
	file_is(f, -1, index, width, &want);
	buf_fini(&want);
}

static void
tile_is(struct folder *f, int level, size_t index, size_t width)
{
	size_t n = level == 0 ? 1 : 256;
	struct buf want;

	buf_init(&want, 8192);
	for (size_t i = 0; i < width; i++) {
		struct digest d = perfect((index * 256 + i) * n, n);

		buf_span(&want, SPAN_OF(d.b));
	}
	file_is(f, level, index, width, &want);
	buf_fini(&want);
}

/* What C2SP tlog-tiles wants of a tree of this size, from tile `from` on. */
static void
folder_holds(struct folder *f, size_t size, size_t from)
{
	size_t full = size / 256, rest = size % 256;

	for (size_t i = from; i < full; i++) {
		bundle_is(f, i, 256);
		tile_is(f, 0, i, 256);
	}
	if (rest > 0) {
		bundle_is(f, full, rest);
		tile_is(f, 0, full, rest);
	}
	if (full > 0)
		tile_is(f, 1, 0, full);
}

struct taken {
	size_t n;
};

static enum reason
entry_take(void *ctx, uint64_t i, struct span entry)
{
	struct taken *t = ctx;
	uint8_t bytes[41];

	assert_int_equal(i, t->n++);
	assert_true(span_eq(entry, entry_of(bytes, (size_t)i)));
	return REASON_OK;
}

static void
reader_agrees(struct folder *f, const struct merkle_head *head)
{
	struct log_reader r = { .source = { folder_get, f }, .head = *head };
	struct taken t = { 0 };

	assert_int_equal(log_open(&r, NULL), REASON_OK);
	assert_int_equal(log_each(&r, head->size, entry_take, &t), REASON_OK);
	assert_int_equal(t.n, head->size);
	log_close(&r);
}

/* ---- the tests ------------------------------------------------------- */

static void
add(struct log_writer *w, size_t from, size_t to, const struct log_sink *sink)
{
	uint8_t bytes[41];

	for (size_t i = from; i < to; i++)
		assert_int_equal(
		    log_writer_add(w, entry_of(bytes, i), sink), REASON_OK);
}

/* One by one: each size has its files, and keeps those of the sizes before. */
static void
test_every_size(void **state)
{
	static struct log_writer w;
	struct merkle_head head;
	struct folder f;
	struct log_sink sink = { folder_put, &f };

	(void)state;
	folder_init(&f);
	log_writer_init(&w);
	for (size_t size = 0; size <= SIZE_MAX_HERE; size++) {
		if (size > 0)
			add(&w, size - 1, size, &sink);
		assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
		log_writer_head(&head, &w);
		assert_int_equal(head.size, size);
		folder_holds(&f, size, size / 256);
		reader_agrees(&f, &head);
	}
	for (size_t size = 0; size <= SIZE_MAX_HERE; size += 37)
		folder_holds(&f, size, 0);
	log_writer_fini(&w);
	folder_fini(&f);
}

/* In two parts, by two writers: the same files as by one, and no more. */
static void
test_going_on(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 255, 256, 257, 300, 511, 512,
		513, 600 };
	static struct log_writer w;
	struct log_sink sink;
	struct merkle_head head;
	struct folder f;

	(void)state;
	sink = (struct log_sink){ folder_put, &f };
	for (size_t a = 0; a < COUNT(sizes); a++)
		for (size_t b = a; b < COUNT(sizes); b++) {
			folder_init(&f);
			log_writer_init(&w);
			add(&w, 0, sizes[a], &sink);
			assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
			log_writer_fini(&w);

			log_writer_init(&w);
			add(&w, 0, sizes[a], NULL);
			f.puts = 0;
			add(&w, sizes[a], sizes[b], &sink);
			assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
			log_writer_head(&head, &w);
			/* An end without more to say says nothing. */
			assert_true(a != b || f.puts == 0);
			assert_true(f.puts <=
				    3 + 2 * (sizes[b] / 256 - sizes[a] / 256));
			folder_holds(&f, sizes[a], 0);
			folder_holds(&f, sizes[b], 0);
			reader_agrees(&f, &head);
			log_writer_fini(&w);
			folder_fini(&f);
		}
}

/* The third level: a full tile of the second is its first hash. */
static void
test_third_level(void **state)
{
	static struct log_writer w;
	const struct span *two, *one;
	static struct digest hash[256];
	struct digest root;
	struct folder f;
	struct log_sink sink = { folder_put, &f };

	(void)state;
	folder_init(&f);
	log_writer_init(&w);
	add(&w, 0, 65535, NULL);
	add(&w, 65535, 65537, &sink);
	assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
	/* 255, 256 of entries, leaves and level 1; and the three partials. */
	assert_int_equal(f.puts, 6);
	one = map_get(&f.files, SPAN("tile/1/000"));
	two = map_get(&f.files, SPAN("tile/2/000.p/1"));
	assert_non_null(one);
	assert_non_null(two);
	assert_int_equal(one->n, sizeof(hash));
	memcpy(hash, one->p, sizeof(hash));
	tile_root(&root, hash);
	assert_true(span_eq(*two, SPAN_OF(root.b)));
	assert_null(map_get(&f.files, SPAN("tile/1/001.p/1")));
	log_writer_fini(&w);
	folder_fini(&f);
}

static enum reason
put_fails(void *ctx, const char *path, struct span bytes)
{
	(void)ctx, (void)path, (void)bytes;
	return R_LOG_WRITE;
}

static void
test_sink_fails(void **state)
{
	const struct log_sink sink = { put_fails, NULL };
	static struct log_writer w;

	(void)state;
	log_writer_init(&w);
	add(&w, 0, 255, &sink);
	assert_int_equal(log_writer_end(&w, &sink), R_LOG_WRITE);
	assert_int_equal(log_writer_add(&w, SPAN("x"), &sink), R_LOG_WRITE);
	log_writer_fini(&w);
}

/* What a writer that was given every entry holds, from the files alone. */
static void
resumes(struct folder *f, const struct log_writer *have)
{
	static struct log_writer w;
	const struct log_source source = { folder_get, f };
	struct merkle_head head, again;
	uint64_t size;

	log_writer_head(&head, have);
	size = head.size;
	log_writer_init(&w);
	assert_int_equal(log_writer_resume(&w, &head, &source), REASON_OK);
	log_writer_head(&again, &w);
	assert_int_equal(again.size, head.size);
	assert_true(digest_eq(&again.root, &head.root));
	assert_int_equal(w.start, head.size);
	if (size % 256 != 0)
		assert_true(
		    span_eq(buf_view(&w.bundle), buf_view(&have->bundle)));
	for (size_t level = 0; level < LOG_LEVELS; level++, size /= 256)
		assert_memory_equal(w.hash[level], have->hash[level],
		    size % 256 * sizeof(struct digest));
	log_writer_fini(&w);
}

static void
test_resume(void **state)
{
	static struct log_writer w;
	struct folder f;
	struct log_sink sink = { folder_put, &f };

	(void)state;
	folder_init(&f);
	log_writer_init(&w);
	resumes(&f, &w);
	for (size_t size = 1; size <= SIZE_MAX_HERE; size++) {
		add(&w, size - 1, size, &sink);
		assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
		resumes(&f, &w);
	}
	log_writer_fini(&w);
	log_writer_init(&w);
	add(&w, 0, 65535, NULL);
	add(&w, 65535, 65537, &sink);
	assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
	resumes(&f, &w);
	log_writer_fini(&w);
	folder_fini(&f);
}

/* A partial file may be gone once the full one is there. */
static void
test_resume_by_full(void **state)
{
	static struct log_writer w, again;
	struct folder f;
	struct log_sink sink = { folder_put, &f };
	const struct log_source source = { folder_get, &f };
	struct merkle_head head;

	(void)state;
	folder_init(&f);
	log_writer_init(&w);
	log_writer_init(&again);
	add(&w, 0, 100, NULL);
	log_writer_head(&head, &w);
	add(&w, 100, 300, &sink);
	assert_int_equal(log_writer_resume(&again, &head, &source), REASON_OK);
	add(&again, 100, 300, &sink);
	assert_int_equal(log_writer_end(&again, &sink), REASON_OK);
	folder_holds(&f, 300, 0);
	log_writer_fini(&again);
	log_writer_fini(&w);
	folder_fini(&f);
}

static void
test_resume_refused(void **state)
{
	const struct {
		const char *path;
		struct span bytes;
		enum reason reason;
	} rows[] = {
		{ "tile/0/001.p/44", { NULL, 0 }, R_LOG_TILE },
		{ "tile/entries/001.p/44", { NULL, 0 }, R_LOG_BUNDLE },
		{ "tile/1/000.p/1", SPAN("01234567890123456789012345678901"),
		    R_LOG_ROOT },
		{ "tile/1/000.p/1", SPAN("0123456789012345678901234567890"),
		    R_LOG_TILE },
	};
	static struct log_writer w, again;
	struct folder f;
	struct log_sink sink = { folder_put, &f };
	const struct log_source source = { folder_get, &f };
	struct merkle_head head;

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		folder_init(&f);
		log_writer_init(&w);
		log_writer_init(&again);
		add(&w, 0, 300, &sink);
		assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
		log_writer_head(&head, &w);
		assert_int_equal(
		    folder_put(&f, rows[i].path, rows[i].bytes), REASON_OK);
		CHECK_REASON(rows[i].path,
		    log_writer_resume(&again, &head, &source), rows[i].reason);
		log_writer_fini(&again);
		log_writer_init(&again);
		map_remove(&f.files, span_str(rows[i].path));
		CHECK_REASON(rows[i].path,
		    log_writer_resume(&again, &head, &source), R_LOG_MISSING);
		log_writer_fini(&again);
		log_writer_fini(&w);
		folder_fini(&f);
	}
}

/* The entries are not those of the tile. */
static void
test_resume_other_entries(void **state)
{
	static struct log_writer w, again;
	struct folder f;
	struct log_sink sink = { folder_put, &f };
	const struct log_source source = { folder_get, &f };
	struct merkle_head head;

	(void)state;
	folder_init(&f);
	log_writer_init(&w);
	log_writer_init(&again);
	add(&w, 0, 1, &sink);
	assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
	log_writer_head(&head, &w);
	assert_int_equal(
	    folder_put(&f, "tile/entries/000.p/1", SPAN("\0\1x")), REASON_OK);
	CHECK_REASON("other entries", log_writer_resume(&again, &head, &source),
	    R_LOG_ROOT);
	log_writer_fini(&again);
	log_writer_fini(&w);
	folder_fini(&f);
}

static void
follows(
    struct folder *f, const struct merkle_head *a, const struct merkle_head *b)
{
	static struct log_reader r, more;
	struct merkle_head past = *a;
	struct taken t = { .n = a->size };

	r = (struct log_reader){ .source = { folder_get, f }, .head = *a };
	more = (struct log_reader){ .source = { folder_get, f }, .head = *b };
	assert_int_equal(log_open(&r, NULL), REASON_OK);
	more.known = r.frontier;
	past.root.b[0] ^= 1;
	assert_int_equal(log_open(&more, &past), REASON_OK);
	assert_true(digest_eq(&past.root, &a->root));
	assert_int_equal(log_each(&more, b->size, entry_take, &t), REASON_OK);
	assert_int_equal(t.n, b->size);
	/* What is known is not of this tree. */
	more.known.hash[0].b[0] ^= 1;
	more.bundles.n = 0;
	CHECK_REASON("another history", log_open(&more, NULL),
	    a->size == 0 ? REASON_OK : R_LOG_ROOT);
	log_close(&more);
	log_close(&r);
}

/* One reader goes on where another stopped: all pairs of sizes. */
static void
test_follow(void **state)
{
	static const size_t sizes[] = { 0, 1, 2, 255, 256, 257, 300, 511, 512,
		513, 600 };
	static struct log_writer w;
	static struct merkle_head heads[SIZE_MAX_HERE + 1];
	struct folder f;
	struct log_sink sink = { folder_put, &f };

	(void)state;
	folder_init(&f);
	log_writer_init(&w);
	for (size_t size = 0; size <= SIZE_MAX_HERE; size++) {
		if (size > 0)
			add(&w, size - 1, size, &sink);
		assert_int_equal(log_writer_end(&w, &sink), REASON_OK);
		log_writer_head(&heads[size], &w);
	}
	log_writer_fini(&w);
	for (size_t a = 0; a < COUNT(sizes); a++)
		for (size_t b = a; b < COUNT(sizes); b++)
			follows(&f, &heads[sizes[a]], &heads[sizes[b]]);
	folder_fini(&f);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_size),
		cmocka_unit_test(test_going_on),
		cmocka_unit_test(test_third_level),
		cmocka_unit_test(test_sink_fails),
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_resume_by_full),
		cmocka_unit_test(test_resume_refused),
		cmocka_unit_test(test_resume_other_entries),
		cmocka_unit_test(test_follow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
