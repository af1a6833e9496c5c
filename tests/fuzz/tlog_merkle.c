/*
 * Proofs of inclusion and consistency: those that are made hold, and none that
 * is any other. Bytes: how many leaves, which of them (or how many before),
 * then what each byte of the proof is to be changed by.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "tlog/tlog.h"

#define LEAVES 300

struct tree {
	struct digest leaf[LEAVES];
	size_t n;
};

/* RFC 9162 2.1.1, of a perfect subtree: level by level. */
static enum reason
hash(struct digest *out, void *ctx, unsigned level, uint64_t index)
{
	const struct tree *t = ctx;
	struct merkle_frontier f = { 0 };

	ASSERT((index + 1) << level <= t->n);
	for (uint64_t i = index << level; i < (index + 1) << level; i++)
		merkle_push(&f, &t->leaf[i]);
	merkle_root(out, &f);
	return REASON_OK;
}

static void
head_make(struct merkle_head *out, const struct tree *t, uint64_t size)
{
	struct merkle_frontier f = { 0 };

	for (uint64_t i = 0; i < size; i++)
		merkle_push(&f, &t->leaf[i]);
	out->size = size;
	merkle_root(&out->root, &f);
}

/* Is it still the same? */
static bool
bend(struct merkle_proof *p, const uint8_t *data, size_t n)
{
	uint8_t *bytes = (uint8_t *)p->hash;
	size_t size = p->n * sizeof(p->hash[0]);
	bool same = true;

	for (size_t i = 0; i < n && i < size; i++) {
		bytes[i] ^= data[i];
		same = same && data[i] == 0;
	}
	return same;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static struct tree t;
	const struct tile_source tiles = { hash, &t };
	struct merkle_head older, newer;
	struct merkle_proof p;
	uint64_t at;
	bool same;

	if (n < 4)
		return 0;
	t.n = ((size_t)data[0] << 8 | data[1]) % LEAVES + 1;
	at = ((uint64_t)data[2] << 8 | data[3]) % t.n;
	for (size_t i = 0; i < t.n; i++)
		merkle_leaf(&t.leaf[i], SPAN_OF(i));
	head_make(&newer, &t, t.n);
	ASSERT(merkle_inclusion_make(&p, at, t.n, &tiles) == REASON_OK);
	same = bend(&p, data + 4, n - 4);
	ASSERT(merkle_inclusion(
		   &newer.root, t.n, &t.leaf[at], at, p.hash, p.n) == same);
	head_make(&older, &t, at + 1);
	ASSERT(merkle_consistency_make(&p, at + 1, t.n, &tiles) == REASON_OK);
	same = bend(&p, data + 4, n - 4);
	ASSERT(merkle_consistency(&older, &newer, p.hash, p.n) == same);
	if (p.n > 0)
		ASSERT(!merkle_consistency(&older, &newer, p.hash, p.n - 1));
	return 0;
}
