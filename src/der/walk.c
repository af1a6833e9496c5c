/* A walk over structure nobody knows: the stack is an array, not ours. */
#include "der/der.h"
#include "der/tlv.h"

#define CONSTRUCTED 0x20
#define CLASS_BITS  0xc0
#define HIGH_TAG    0x1f

/* X.690 10.2: a string is primitive; EXTERNAL, EMBEDDED PDV, SEQUENCE, SET
 * and CHARACTER STRING are constructed always. */
static bool
form_is_right(uint8_t tag)
{
	const uint32_t containers =
	    1U << 8 | 1U << 11 | 1U << 16 | 1U << 17 | 1U << 29;
	bool constructed = (tag & CONSTRUCTED) != 0;

	if ((tag & CLASS_BITS) != 0)
		return true;
	return constructed == ((containers >> (tag & HIGH_TAG) & 1) != 0);
}

enum reason
der_walk(struct span bytes, unsigned depth, struct fault *why)
{
	const uint8_t *ends[DER_WALK_DEPTH];
	unsigned n = 0;
	struct der d;

	ASSERT(depth <= DER_WALK_DEPTH);
	der_init(&d, bytes, why);
	for (;;) {
		struct tlv t;
		enum reason r;

		while (!der_more(&d) && n > 0)
			d.end = ends[--n];
		if (!der_more(&d))
			return REASON_OK;
		r = tlv_parse(&t, d.at, d.end);
		if (r == REASON_OK && !form_is_right(*d.at))
			r = R_DER_TAG;
		if (r == REASON_OK && (*d.at & CONSTRUCTED) == 0)
			r = tlv_check(*d.at, t.contents);
		else if (r == REASON_OK && n == depth)
			r = R_LIMIT_DEPTH;
		if (r != REASON_OK)
			return der_fail(&d, r);
		if ((*d.at & CONSTRUCTED) != 0) {
			ends[n++] = d.end;
			d.end = t.contents.p + t.contents.n;
			d.at = t.contents.p;
		} else {
			d.at = t.contents.p + t.contents.n;
		}
	}
}
