/* Merkle trees of RFC 6962: frontier, inclusion, consistency. */
#include "tlog/tlog.h"

static struct span
digest_span(const struct digest *d)
{
	return span_of(d->b, sizeof(d->b));
}

void
merkle_leaf(struct digest *out, struct span entry)
{
	crypt_sha256_2(out->b, SPAN("\0"), entry);
}

void
merkle_node(
    struct digest *out, const struct digest *left, const struct digest *right)
{
	uint8_t pair[65] = { 1 };

	for (size_t i = 0; i < 32; i++) {
		pair[1 + i] = left->b[i];
		pair[33 + i] = right->b[i];
	}
	crypt_sha256(out->b, span_of(pair, sizeof(pair)));
}

static size_t
bits_set(uint64_t v)
{
	size_t n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

void
merkle_push(struct merkle_frontier *f, const struct digest *leaf)
{
	size_t n = bits_set(f->size);

	ASSERT(f->size < UINT64_MAX >> 1);
	f->hash[n++] = *leaf;
	/* Each trailing one of the old size is a pair that is now whole. */
	for (uint64_t carry = f->size; (carry & 1) != 0; carry >>= 1) {
		struct digest joined;

		merkle_node(&joined, &f->hash[n - 2], &f->hash[n - 1]);
		f->hash[n - 2] = joined;
		n--;
	}
	f->size++;
}

void
merkle_root(struct digest *out, const struct merkle_frontier *f)
{
	size_t n = bits_set(f->size);

	if (n == 0) {
		crypt_sha256(out->b, span_of(NULL, 0));
		return;
	}
	*out = f->hash[--n];
	while (n-- > 0) {
		struct digest joined;

		merkle_node(&joined, &f->hash[n], out);
		*out = joined;
	}
}

bool
merkle_inclusion(const struct digest *root, uint64_t size,
    const struct digest *leaf, uint64_t index, const struct digest *proof,
    size_t n)
{
	uint64_t fn = index, sn = size - 1;
	struct digest r = *leaf, joined;

	if (index >= size)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(&joined, &proof[i], &r);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(&joined, &r, &proof[i]);
		}
		r = joined;
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && span_eq(digest_span(&r), digest_span(root));
}

/* The walk of RFC 9162 2.1.4.2 once the first hash is chosen. */
static bool
consistency_walk(const struct merkle_head *older,
    const struct merkle_head *newer, const struct digest *first,
    const struct digest *rest, size_t n)
{
	uint64_t fn = older->size - 1, sn = newer->size - 1;
	struct digest fr = *first, sr = *first, joined;

	while ((fn & 1) != 0) {
		fn >>= 1;
		sn >>= 1;
	}
	for (size_t i = 0; i < n; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) != 0 || fn == sn) {
			merkle_node(&joined, &rest[i], &fr);
			fr = joined;
			merkle_node(&joined, &rest[i], &sr);
			while ((fn & 1) == 0 && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			merkle_node(&joined, &sr, &rest[i]);
		}
		sr = joined;
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 &&
	       span_eq(digest_span(&fr), digest_span(&older->root)) &&
	       span_eq(digest_span(&sr), digest_span(&newer->root));
}

bool
merkle_consistency(const struct merkle_head *older,
    const struct merkle_head *newer, const struct digest *proof, size_t n)
{
	if (older->size > newer->size)
		return false;
	if (older->size == newer->size)
		return n == 0 && span_eq(digest_span(&older->root),
				     digest_span(&newer->root));
	if (older->size == 0)
		return n == 0;
	if ((older->size & (older->size - 1)) == 0)
		return consistency_walk(older, newer, &older->root, proof, n);
	return n > 0 && consistency_walk(older, newer, proof, proof + 1, n - 1);
}
