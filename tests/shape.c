#include "tests/shape.h"

struct bending {
	struct buf *out;
	bool octets;
	size_t at,
	    which; /* of its elements: the one met now, the one to bend */
	enum bend how;
};

static bool
is_der(struct span s)
{
	struct fault ignored;

	fault_init(&ignored, s);
	return s.n > 1 &&
	       (s.p[0] == DER_SEQUENCE || s.p[0] == DER_OCTET_STRING ||
		   s.p[0] == DER_BIT_STRING) &&
	       der_walk(s, 16, &ignored) == REASON_OK;
}

static void
copy_elements(struct bending *b, struct span bytes)
{
	struct fault why;
	struct der d;

	fault_init(&why, bytes);
	for (der_init(&d, bytes, &why); der_more(&d);) {
		bool bent = b->at++ == b->which;
		uint8_t tag = *d.at, other = (tag & 0x20) | 0xc1;
		struct span contents;
		size_t mark;

		assert_int_equal(der_next(&contents, &d, tag), REASON_OK);
		mark =
		    der_open(b->out, bent && b->how == BEND_TAG ? other : tag);
		if ((tag & 0x20) == 0 &&
		    (!b->octets || tag != DER_OCTET_STRING ||
			!is_der(contents))) {
			buf_span(b->out, contents);
		} else {
			copy_elements(b, contents);
			if (bent && b->how == BEND_MORE)
				der_put(b->out, DER_BOOLEAN, SPAN("\xff"));
		}
		der_close(b->out, mark);
	}
}

size_t
shape_bend(
    struct buf *out, struct span good, bool octets, size_t which, enum bend how)
{
	struct bending b = { out, octets, 0, which, how };

	buf_reset(out);
	copy_elements(&b, good);
	assert_false(out->failed);
	return b.at;
}
