/* Making proofs, from hashes of perfect subtrees: RFC 9162 2.1.3.1 and
 * 2.1.4.1, without their recursion. */
#include "tlog/tlog.h"

/* Of the leaves from `at` on, the root of n: n is cut into perfect subtrees,
 * largest first, and folded from the right. */
static enum reason
range_root(struct digest *out, uint64_t at, uint64_t n,
    const struct tile_source *source)
{
	struct digest stack[64], joined;
	size_t depth = 0;

	for (int bit = 62; bit >= 0; bit--) {
		unsigned level = (unsigned)bit;

		if ((n >> level & 1) == 0)
			continue;
		TRY(source->hash(
		    &stack[depth++], source->ctx, level, at >> level));
		at += UINT64_C(1) << level;
	}
	ASSERT(depth > 0);
	*out = stack[--depth];
	while (depth-- > 0) {
		merkle_node(&joined, &stack[depth], out);
		*out = joined;
	}
	return REASON_OK;
}

/* The largest power of two below n, which is 2 at least. */
static uint64_t
split(uint64_t n)
{
	uint64_t k = 1;

	while (k < n - k)
		k <<= 1;
	return k;
}

static void
reverse(struct merkle_proof *p)
{
	for (size_t i = 0; i < p->n / 2; i++) {
		struct digest d = p->hash[i];

		p->hash[i] = p->hash[p->n - 1 - i];
		p->hash[p->n - 1 - i] = d;
	}
}

/* From the root down the sibling is what comes last in the proof. */
enum reason
merkle_inclusion_make(struct merkle_proof *out, uint64_t index, uint64_t size,
    const struct tile_source *source)
{
	uint64_t at = 0, n = size;

	ASSERT(index < size);
	out->n = 0;
	while (n > 1) {
		uint64_t k = split(n);
		struct digest *d = &out->hash[out->n++];

		if (index < at + k) {
			TRY(range_root(d, at + k, n - k, source));
			n = k;
		} else {
			TRY(range_root(d, at, k, source));
			at += k;
			n -= k;
		}
	}
	reverse(out);
	return REASON_OK;
}

enum reason
merkle_consistency_make(struct merkle_proof *out, uint64_t older,
    uint64_t newer, const struct tile_source *source)
{
	uint64_t at = 0, n = newer, m = older;

	ASSERT(older <= newer);
	out->n = 0;
	if (older == 0 || older == newer)
		return REASON_OK;
	while (m != n) {
		uint64_t k = split(n);
		struct digest *d = &out->hash[out->n++];

		if (m <= k) {
			TRY(range_root(d, at + k, n - k, source));
			n = k;
		} else {
			TRY(range_root(d, at, k, source));
			at += k;
			n -= k;
			m -= k;
		}
	}
	/* What the verifier has already is left out. */
	if (at != 0)
		TRY(range_root(&out->hash[out->n++], at, m, source));
	reverse(out);
	return REASON_OK;
}
