/* Old objects are in BER (RFC 6488 2 wants DER): what they would be in DER, so
 * that a person who looks at one sees more than that it is refused. */
#include "object/show.h"

#include "der/der.h"

#define DEEPEST    32
#define INDEFINITE 0x80
#define LONG_TAG   0x1f
#define SEGMENTS   0x24 /* a constructed octet string */
#define SEGMENT    0x04

struct level {
	size_t mark;
	bool segments; /* of one string: their headers go */
};

struct transcoder {
	struct buf *out;
	const uint8_t *p, *end;
	struct level levels[DEEPEST];
	size_t depth;
};

static size_t
left(const struct transcoder *t)
{
	return (size_t)(t->end - t->p);
}

static bool
enter(struct transcoder *t)
{
	bool segments = t->p[0] == SEGMENTS;

	if (t->depth == DEEPEST ||
	    (t->depth > 0 && segments && t->levels[t->depth - 1].segments))
		return false;
	t->levels[t->depth++] =
	    (struct level){ der_open(t->out, segments ? SEGMENT : t->p[0]),
		    segments };
	t->p += 2;
	return true;
}

/* An element with a length, as it is; of a segment the contents. */
static bool
copy(struct transcoder *t)
{
	bool segment = t->depth > 0 && t->levels[t->depth - 1].segments;
	size_t n = t->p[1], head = 2;

	if (n > INDEFINITE) {
		head += n - INDEFINITE;
		if (head > 2 + 4 || head > left(t))
			return false;
		n = 0;
		for (size_t i = 2; i < head; i++)
			n = n << 8 | t->p[i];
	}
	if (n > left(t) - head || (segment && t->p[0] != SEGMENT))
		return false;
	buf_add(t->out, segment ? t->p + head : t->p, segment ? n : head + n);
	t->p += head + n;
	return true;
}

static bool
step(struct transcoder *t)
{
	if (left(t) < 2 || (t->p[0] & LONG_TAG) == LONG_TAG)
		return false;
	if (t->p[0] == 0 && t->p[1] == 0) {
		der_close(t->out, t->levels[--t->depth].mark);
		t->p += 2;
		return true;
	}
	return t->p[1] == INDEFINITE ? enter(t) : copy(t);
}

bool
show_from_ber(struct buf *out, struct span ber)
{
	struct transcoder t = { .out = out, .p = ber.p, .end = ber.p + ber.n };

	if (left(&t) < 2 || t.p[0] != DER_SEQUENCE || t.p[1] != INDEFINITE ||
	    !enter(&t))
		return false;
	while (t.depth > 0)
		if (!step(&t))
			return false;
	return left(&t) == 0 && !out->failed;
}
