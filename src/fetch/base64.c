/*
 * RFC 4648 section 4 in pieces. Groups are whole and padded, pad bits are
 * zero, nothing follows the padding; white space may be anywhere (RFC 8182
 * files are folded and indented).
 */
#include "fetch/rrdp.h"

/* What is no value has the bit of 64. */
#define WHITE 64
#define PAD   65
#define BAD   66

/* clang-format off */
static const uint8_t values[128] = {
	BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	BAD, WHITE, WHITE, BAD, BAD, WHITE, BAD, BAD,
	BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	BAD, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	WHITE, BAD, BAD, BAD, BAD, BAD, BAD, BAD,
	BAD, BAD, BAD, 62, BAD, BAD, BAD, 63,
	52, 53, 54, 55, 56, 57, 58, 59,
	60, 61, BAD, BAD, BAD, PAD, BAD, BAD,
	BAD, 0, 1, 2, 3, 4, 5, 6,
	7, 8, 9, 10, 11, 12, 13, 14,
	15, 16, 17, 18, 19, 20, 21, 22,
	23, 24, 25, BAD, BAD, BAD, BAD, BAD,
	BAD, 26, 27, 28, 29, 30, 31, 32,
	33, 34, 35, 36, 37, 38, 39, 40,
	41, 42, 43, 44, 45, 46, 47, 48,
	49, 50, 51, BAD, BAD, BAD, BAD, BAD,
};
/* clang-format on */

static unsigned
value(uint8_t c)
{
	return c < COUNT(values) ? values[c] : BAD;
}

/* As many whole groups as follow one another without anything between: nearly
 * all of any file. Returns the characters read. */
static size_t
decode_groups(uint8_t *out, size_t *n_out, struct span text)
{
	size_t at = 0;

	for (; text.n - at >= 4; at += 4) {
		const uint8_t *c = text.p + at;
		unsigned v0 = value(c[0]), v1 = value(c[1]);
		unsigned v2 = value(c[2]), v3 = value(c[3]);
		uint32_t bits = v0 << 18 | v1 << 12 | v2 << 6 | v3;

		if (((v0 | v1 | v2 | v3) & WHITE) != 0)
			break;
		out[*n_out] = (uint8_t)(bits >> 16);
		out[*n_out + 1] = (uint8_t)(bits >> 8);
		out[*n_out + 2] = (uint8_t)bits;
		*n_out += 3;
	}
	return at;
}

/* A group of four. */
static bool
finish(struct base64 *b, uint8_t *out, size_t *n_out)
{
	size_t n = 3 - b->pad;

	/* The bits that the padding leaves over. */
	if ((b->pad == 1 && (b->bits & 0xff) != 0) ||
	    (b->pad == 2 && (b->bits & 0xffff) != 0))
		return false;
	for (size_t i = 0; i < n; i++)
		out[*n_out + i] = (uint8_t)(b->bits >> (16 - 8 * i));
	*n_out += n;
	b->has_ended = b->pad > 0;
	b->n = 0;
	b->bits = 0;
	return true;
}

bool
base64_feed(struct base64 *b, uint8_t *out, size_t *n_out, struct span text)
{
	*n_out = 0;
	for (size_t i = 0; i < text.n; i++) {
		unsigned v;

		if (b->n == 0 && !b->has_ended)
			i += decode_groups(
			    out, n_out, span_of(text.p + i, text.n - i));
		if (i == text.n)
			break;
		v = value(text.p[i]);
		if (v == WHITE)
			continue;
		if (v == BAD || b->has_ended || (v != PAD && b->pad > 0) ||
		    (v == PAD && b->n < 2))
			return false;
		if (v == PAD) {
			b->pad++;
			v = 0;
		}
		b->bits = b->bits << 6 | v;
		if (++b->n == 4 && !finish(b, out, n_out))
			return false;
	}
	return true;
}

bool
base64_is_whole(const struct base64 *b)
{
	return b->n == 0;
}
