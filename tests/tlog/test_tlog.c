/* Trees, tiles, notes, keys, checkpoints, decisions. */
#include "tests/check.h"

#include <string.h>

#include "tlog/tlog.h"

#define LEAVES 600

/* ---- trees ---- */

struct tree {
	struct digest leaf[LEAVES];
};

/* The definition itself: RFC 6962 2.1. */
static struct digest
root_of(const struct digest *leaf, size_t n)
{
	struct digest stack[64], out;
	size_t size[64], depth = 0;

	crypt_sha256(out.b, span_of(NULL, 0));
	for (size_t i = 0; i < n; i++) {
		stack[depth] = leaf[i];
		size[depth++] = 1;
		while (depth > 1 && size[depth - 1] == size[depth - 2]) {
			merkle_node(&out, &stack[depth - 2], &stack[depth - 1]);
			stack[--depth - 1] = out;
			size[depth - 1] *= 2;
		}
	}
	if (depth > 0)
		out = stack[--depth];
	while (depth-- > 0) {
		struct digest joined;

		merkle_node(&joined, &stack[depth], &out);
		out = joined;
	}
	return out;
}

static enum reason
tree_hash(struct digest *out, void *ctx, unsigned level, uint64_t index)
{
	const struct tree *t = ctx;
	uint64_t n = UINT64_C(1) << level;

	assert_true((index + 1) * n <= LEAVES);
	*out = root_of(t->leaf + index * n, (size_t)n);
	return REASON_OK;
}

static void
tree_make(struct tree *t)
{
	for (uint64_t i = 0; i < LEAVES; i++)
		merkle_leaf(&t->leaf[i], SPAN_OF(i));
}

static void
test_frontier(void **unused)
{
	struct merkle_frontier f = { .size = 0 };
	struct digest have, want;
	static struct tree t;

	(void)unused;
	tree_make(&t);
	for (size_t n = 0; n <= LEAVES; n++) {
		merkle_root(&have, &f);
		want = root_of(t.leaf, n);
		assert_memory_equal(&have, &want, sizeof(have));
		if (n < LEAVES)
			merkle_push(&f, &t.leaf[n]);
	}
}

static void
test_inclusion(void **unused)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 8, 9, 255, 256, 257, 600 };
	struct merkle_proof p;
	struct digest root;
	static struct tree t;

	(void)unused;
	tree_make(&t);
	for (size_t s = 0; s < COUNT(sizes); s++)
		for (uint64_t i = 0; i < sizes[s]; i += 1 + i / 9) {
			const struct tile_source source = { tree_hash, &t };

			root = root_of(t.leaf, sizes[s]);
			assert_int_equal(
			    merkle_inclusion_make(&p, i, sizes[s], &source),
			    REASON_OK);
			assert_true(merkle_inclusion(
			    &root, sizes[s], &t.leaf[i], i, p.hash, p.n));
			assert_false(merkle_inclusion(&root, sizes[s],
			    &t.leaf[(i + 1) % LEAVES], i, p.hash, p.n));
			assert_false(merkle_inclusion(&root, sizes[s],
			    &t.leaf[i], sizes[s], p.hash, p.n));
			p.hash[p.n] = root; /* LE8: one too many */
			assert_false(merkle_inclusion(
			    &root, sizes[s], &t.leaf[i], i, p.hash, p.n + 1));
			if (p.n > 0)
				assert_false(merkle_inclusion(&root, sizes[s],
				    &t.leaf[i], i, p.hash, p.n - 1));
		}
}

static void
consistency_holds(struct tree *t, size_t m, size_t n)
{
	const struct tile_source source = { tree_hash, t };
	struct merkle_head older = { m, root_of(t->leaf, m) };
	struct merkle_head newer = { n, root_of(t->leaf, n) };
	struct merkle_proof p;

	assert_int_equal(merkle_consistency_make(&p, m, n, &source), REASON_OK);
	assert_true(merkle_consistency(&older, &newer, p.hash, p.n));
	p.hash[p.n] = older.root;
	assert_false(merkle_consistency(&older, &newer, p.hash, p.n + 1));
	if (p.n > 0) {
		assert_false(
		    merkle_consistency(&older, &newer, p.hash, p.n - 1));
		p.hash[0].b[0] ^= 1;
		assert_false(merkle_consistency(&older, &newer, p.hash, p.n));
		p.hash[0].b[0] ^= 1;
	}
	older.root.b[31] ^= 1;
	if (m > 0)
		assert_false(merkle_consistency(&older, &newer, p.hash, p.n));
	if (m < n)
		assert_false(merkle_consistency(&newer, &older, p.hash, p.n));
}

static void
test_consistency(void **unused)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 4, 6, 7, 8, 9, 64, 100, 128,
		255, 256, 257, 599, 600 };
	static struct tree t;

	(void)unused;
	tree_make(&t);
	for (size_t i = 0; i < COUNT(sizes); i++)
		for (size_t k = i; k < COUNT(sizes); k++)
			consistency_holds(&t, sizes[i], sizes[k]);
}

/* ---- tiles ---- */

static void
test_tile_path(void **unused)
{
	static const struct {
		const char *want;
		int level;
		uint64_t index;
		unsigned width;
	} rows[] = {
		{ "tile/0/000", 0, 0, 256 },
		{ "tile/entries/005.p/7", -1, 5, 7 },
		{ "tile/2/999.p/255", 2, 999, 255 },
		{ "tile/0/x001/000", 0, 1000, 256 },
		{ "tile/1/x001/x234/067", 1, 1234067, 256 },
		{ "tile/entries/x018/x446/x744/x073/x709/x551/615.p/1", -1,
		    UINT64_MAX, 1 },
	};
	char path[TILE_PATH];

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++) {
		tile_path(path, rows[i].level, rows[i].index, rows[i].width);
		assert_string_equal(path, rows[i].want);
	}
}

static void
test_tile_width(void **unused)
{
	(void)unused;
	assert_int_equal(tile_width(-1, 0, 0), 0);
	assert_int_equal(tile_width(-1, 0, 255), 255);
	assert_int_equal(tile_width(0, 0, 256), 256);
	assert_int_equal(tile_width(0, 1, 256), 0);
	assert_int_equal(tile_width(0, 1, 257), 1);
	assert_int_equal(tile_width(0, 7, 257), 0);
	assert_int_equal(tile_width(1, 0, 600), 2);
	assert_int_equal(tile_width(1, 0, 65536), 256);
	assert_int_equal(tile_width(2, 0, 65536), 1);
}

static void
test_tile_root(void **unused)
{
	struct digest have, want;
	static struct tree t;

	(void)unused;
	tree_make(&t);
	tile_root(&have, t.leaf);
	want = root_of(t.leaf, TILE_WIDTH);
	assert_memory_equal(&have, &want, sizeof(have));
}

static void
test_bundle(void **unused)
{
	static const struct {
		const char *what;
		struct span bundle;
		size_t n;
		enum reason want;
	} rows[] = {
		{ "two", { (const uint8_t *)"\0\1a\0\2bc", 7 }, 2, REASON_OK },
		{ "empty entry", { (const uint8_t *)"\0\0", 2 }, 1, REASON_OK },
		{ "none", { (const uint8_t *)"", 0 }, 0, REASON_OK },
		{ "trailing", { (const uint8_t *)"\0\1ab", 4 }, 1,
		    R_LOG_BUNDLE },
		{ "overrun", { (const uint8_t *)"\0\3ab", 4 }, 1,
		    R_LOG_BUNDLE },
		{ "half a length", { (const uint8_t *)"\0", 1 }, 1,
		    R_LOG_BUNDLE },
		{ "too few", { (const uint8_t *)"\0\1a", 3 }, 2, R_LOG_BUNDLE },
	};
	struct span entries[2];
	struct buf b;

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_REASON(rows[i].what,
		    tile_entries(entries, rows[i].n, rows[i].bundle),
		    rows[i].want);
	buf_init(&b, 100);
	tile_entry_write(&b, SPAN("a"));
	tile_entry_write(&b, SPAN("bc"));
	assert_true(span_eq(buf_view(&b), rows[0].bundle));
	buf_fini(&b);
}

/* ---- reading ---- */

struct files {
	unsigned full; /* is only the full bundle there? */
	bool wrong, changes;
	unsigned asked;
};

static enum reason
file_get(void *ctx, struct buf *out, const char *path)
{
	struct files *f = ctx;
	unsigned first, n;

	f->asked++;
	if (f->full > 0) {
		if (strcmp(path, "tile/entries/000") != 0)
			return R_LOG_MISSING;
		first = 0;
		n = 256;
	} else if (strcmp(path, "tile/entries/000") == 0) {
		first = 0;
		n = 256;
	} else if (strcmp(path, "tile/entries/001.p/44") == 0) {
		first = 256;
		n = 44;
	} else {
		return R_LOG_MISSING;
	}
	for (unsigned i = first; i < first + n; i++) {
		uint64_t v = i;

		if ((f->wrong || (f->changes && f->asked > 2)) && i == 17)
			v++;
		tile_entry_write(out, SPAN_OF(v));
	}
	return REASON_OK;
}

static enum reason
entry_take(void *ctx, uint64_t i, struct span entry)
{
	uint64_t *n = ctx;

	assert_int_equal(i, *n);
	assert_int_equal(entry.n, 8);
	assert_memory_equal(entry.p, &i, 8);
	++*n;
	return REASON_OK;
}

static void
test_log(void **unused)
{
	static struct tree t;

	(void)unused;
	tree_make(&t);
	for (int row = 0; row < 4; row++) {
		struct files files = {
			.full = row == 1, .wrong = row == 2, .changes = row == 3
		};
		size_t size = row == 1 ? 200 : 300;
		struct log_reader r = { .source = { file_get, &files },
			.head = { size, root_of(t.leaf, size) } };
		struct merkle_head past = { .size = 77 };
		struct digest want = root_of(t.leaf, 77);
		uint64_t n = 0;

		CHECK_REASON("open", log_open(&r, &past),
		    row == 2 ? R_LOG_ROOT : REASON_OK);
		if (row != 2) {
			assert_memory_equal(&past.root, &want, 32);
			assert_int_equal(log_each(&r, size, entry_take, &n),
			    row == 3 ? R_LOG_ROOT : REASON_OK);
			assert_int_equal(n, row == 3 ? 0 : size);
		}
		log_close(&r);
	}
}

static void
test_log_missing(void **unused)
{
	struct files files = { .full = 1 };
	struct log_reader r = { .source = { file_get, &files },
		.head = { 300, { { 0 } } } };

	(void)unused;
	CHECK_REASON("withheld", log_open(&r, NULL), R_LOG_MISSING);
	log_close(&r);
}

/* ---- decisions ---- */

static void
test_decide(void **unused)
{
	static const struct merkle_head a = { 10, { { 1 } } };
	static const struct {
		const char *what;
		struct checkpoint_proposal p;
		enum checkpoint_decision want;
	} rows[] = {
		{ "first", { NULL, { 10, { { 1 } } }, true, true, 5, 5, 5 },
		    CHECKPOINT_ACCEPTED },
		{ "larger", { &a, { 11, { { 2 } } }, true, true, 5, 5, 0 },
		    CHECKPOINT_ACCEPTED },
		{ "same", { &a, { 10, { { 1 } } }, true, false, 5, 5, 5 },
		    CHECKPOINT_SAME },
		{ "smaller", { &a, { 9, { { 1 } } }, true, true, 5, 5, 5 },
		    CHECKPOINT_STALE },
		{ "fork", { &a, { 10, { { 2 } } }, true, true, 5, 5, 5 },
		    CHECKPOINT_SPLIT_VIEW },
		{ "fork, larger",
		    { &a, { 11, { { 2 } } }, true, false, 5, 5, 5 },
		    CHECKPOINT_SPLIT_VIEW },
		{ "not counted, fork",
		    { &a, { 10, { { 2 } } }, false, true, 5, 5, 5 },
		    CHECKPOINT_NOT_COUNTED },
		{ "clock 300 s behind",
		    { NULL, { 10, { { 1 } } }, true, true, 1300, 1000, 0 },
		    CHECKPOINT_ACCEPTED },
		{ "clock 301 s behind",
		    { NULL, { 10, { { 1 } } }, true, true, 1301, 1000, 0 },
		    CHECKPOINT_TIME_AHEAD },
		{ "cosignature 301 s behind",
		    { NULL, { 10, { { 1 } } }, true, true, 1301, 9000, 1000 },
		    CHECKPOINT_TIME_AHEAD },
		{ "clock before 1970",
		    { NULL, { 10, { { 1 } } }, true, true, 301, -5, 0 },
		    CHECKPOINT_TIME_AHEAD },
		{ "cosignature 24 h ahead",
		    { NULL, { 10, { { 1 } } }, true, true, 100, 200000, 86500 },
		    CHECKPOINT_ACCEPTED },
		{ "cosignature 24 h and 1 s ahead",
		    { NULL, { 10, { { 1 } } }, true, true, 100, 200000, 86501 },
		    CHECKPOINT_TIME_BEHIND },
		{ "ahead by far",
		    { NULL, { 10, { { 1 } } }, true, true, INT64_MAX, 5, 5 },
		    CHECKPOINT_TIME_AHEAD },
	};

	(void)unused;
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK_REASON(rows[i].what,
		    decision_reason(checkpoint_decide(&rows[i].p)),
		    decision_reason(rows[i].want));
	for (size_t i = 0; i < COUNT(rows); i++)
		CHECK(rows[i].what,
		    checkpoint_decide(&rows[i].p) == rows[i].want);
	assert_string_equal(decision_id(CHECKPOINT_SPLIT_VIEW), "split-view");
	assert_true(decision_accepts(CHECKPOINT_TIME_BEHIND));
	assert_false(decision_accepts(CHECKPOINT_STALE));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_frontier),
		cmocka_unit_test(test_inclusion),
		cmocka_unit_test(test_consistency),
		cmocka_unit_test(test_tile_path),
		cmocka_unit_test(test_tile_width),
		cmocka_unit_test(test_tile_root),
		cmocka_unit_test(test_bundle),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_log_missing),
		cmocka_unit_test(test_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
