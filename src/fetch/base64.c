/*
 * RFC 4648 section 4 in pieces. Groups are whole and padded, pad bits are
 * zero, nothing follows the padding; white space may be anywhere (RFC 8182
 * files are folded and indented).
 */
#include "fetch/rrdp.h"

#define WHITE 64
#define PAD   65
#define BAD   66

static unsigned
value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return (unsigned)(c - 'A');
	if (c >= 'a' && c <= 'z')
		return (unsigned)(c - 'a') + 26;
	if (c >= '0' && c <= '9')
		return (unsigned)(c - '0') + 52;
	switch (c) {
	case '+':
		return 62;
	case '/':
		return 63;
	case '=':
		return PAD;
	case ' ':
	case '\t':
	case '\n':
	case '\r':
		return WHITE;
	default:
		return BAD;
	}
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
		unsigned v = value(text.p[i]);

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
