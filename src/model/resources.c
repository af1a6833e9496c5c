/* Resource sets (RFC 3779): the three of them together. */
#include <string.h>

#include "model/resources_ranges.h"

bool
addr_set_is_canonical(const struct addr_set *s, enum family family)
{
	struct ranges r = { .kind = family == FAMILY_V4 ? RANGE_V4 : RANGE_V6,
		.n = s->n,
		.ip = s->r };

	return ranges_are_canonical(&r);
}

bool
asn_set_is_canonical(const struct asn_set *s)
{
	struct ranges r = { .kind = RANGE_AS, .n = s->n, .as = s->r };

	return ranges_are_canonical(&r);
}

void
addr_set_normalise(struct addr_set *s, enum family family)
{
	struct ranges r = { .kind = family == FAMILY_V4 ? RANGE_V4 : RANGE_V6,
		.n = s->n,
		.ip = s->r };

	ranges_normalise(&r);
	s->n = r.n;
}

void
asn_set_normalise(struct asn_set *s)
{
	struct ranges r = { .kind = RANGE_AS, .n = s->n, .as = s->r };

	ranges_normalise(&r);
	s->n = r.n;
}

bool
resources_is_empty(const struct resources *r)
{
	for (enum range_kind k = 0; k < RANGE_KINDS; k++) {
		struct ranges s = ranges_of(r, k);

		if (s.holding == HOLDS_INHERIT || s.n > 0)
			return false;
	}
	return true;
}

bool
resources_has_inherit(const struct resources *r)
{
	return r->ip[0].holding == HOLDS_INHERIT ||
	       r->ip[1].holding == HOLDS_INHERIT ||
	       r->as.holding == HOLDS_INHERIT;
}

bool
resources_eq(const struct resources *a, const struct resources *b)
{
	for (enum range_kind k = 0; k < RANGE_KINDS; k++) {
		struct ranges x = ranges_of(a, k), y = ranges_of(b, k);

		if ((x.holding == HOLDS_INHERIT) !=
			(y.holding == HOLDS_INHERIT) ||
		    x.n != y.n)
			return false;
		for (size_t i = 0; i < x.n; i++) {
			struct range p = ranges_at(&x, i), q = ranges_at(&y, i);

			if (number_cmp(p.lo, q.lo) != 0 ||
			    number_cmp(p.hi, q.hi) != 0)
				return false;
		}
	}
	return true;
}

/* The index of the first range of inner that is not within one of outer. */
static size_t
first_outside(const struct ranges *outer, const struct ranges *inner)
{
	size_t i, j = 0;

	for (i = 0; i < inner->n; i++) {
		struct range x = ranges_at(inner, i), y;

		j = ranges_find(outer, j, x.lo);
		if (j == outer->n)
			break;
		y = ranges_at(outer, j);
		if (number_cmp(x.lo, y.lo) < 0 || number_cmp(x.hi, y.hi) > 0)
			break;
	}
	return i;
}

bool
resources_contain(const struct resources *outer, const struct resources *inner,
    char what[RESOURCE_TEXT])
{
	for (enum range_kind k = 0; k < RANGE_KINDS; k++) {
		struct ranges o = ranges_of(outer, k), i = ranges_of(inner, k);
		size_t at;

		ASSERT(
		    o.holding != HOLDS_INHERIT && i.holding != HOLDS_INHERIT);
		at = first_outside(&o, &i);
		if (at == i.n)
			continue;
		if (what != NULL && k == RANGE_AS)
			asn_range_text(what, &i.as[at]);
		else if (what != NULL)
			addr_range_text(what,
			    k == RANGE_V4 ? FAMILY_V4 : FAMILY_V6, &i.ip[at]);
		return false;
	}
	return true;
}

/* The one range of this prefix, and the set that it belongs to. */
static struct ranges
prefix_ranges(struct ranges *set, struct addr_range *store,
    const struct resources *r, const struct prefix *p)
{
	enum range_kind kind = p->family == FAMILY_V4 ? RANGE_V4 : RANGE_V6;

	*set = ranges_of(r, kind);
	prefix_range(&store->lo, &store->hi, p);
	return (struct ranges){ .kind = kind, .n = 1, .ip = store };
}

bool
resources_contain_prefix(const struct resources *r, const struct prefix *p)
{
	struct addr_range store;
	struct ranges set, one = prefix_ranges(&set, &store, r, p);

	return first_outside(&set, &one) == 1;
}

bool
resources_overlap_prefix(const struct resources *r, const struct prefix *p)
{
	struct addr_range store;
	struct ranges set, one = prefix_ranges(&set, &store, r, p);

	return ranges_intersect(NULL, &one, &set) > 0;
}

bool
resources_contain_asn(const struct resources *r, struct asn asn)
{
	struct asn_range store = { asn.v, asn.v };
	struct ranges set = ranges_of(r, RANGE_AS);
	struct ranges one = { .kind = RANGE_AS, .n = 1, .as = &store };

	return first_outside(&set, &one) == 1;
}

void
resources_inherit(struct resources *out, const struct resources *own,
    const struct resources *issuer)
{
	struct resources r = *own;

	for (int i = 0; i < 2; i++)
		if (r.ip[i].holding == HOLDS_INHERIT)
			r.ip[i] = issuer->ip[i];
	if (r.as.holding == HOLDS_INHERIT)
		r.as = issuer->as;
	*out = r;
}

typedef size_t range_op(
    struct ranges *, const struct ranges *, const struct ranges *);

static enum reason
combine(struct resources *out, const struct resources *a,
    const struct resources *b, struct arena *arena, range_op *op)
{
	struct resources made = { 0 };

	for (enum range_kind k = 0; k < RANGE_KINDS; k++) {
		struct ranges x = ranges_of(a, k), y = ranges_of(b, k);
		struct ranges r = { .kind = k };

		ASSERT(
		    x.holding != HOLDS_INHERIT && y.holding != HOLDS_INHERIT);
		r.n = op(NULL, &x, &y);
		r.holding = r.n > 0 ? HOLDS_SOME : HOLDS_NONE;
		if (r.n > 0 && !ranges_alloc(&r, arena, r.n))
			return R_LIMIT_MEMORY;
		if (r.n > 0)
			(void)op(&r, &x, &y);
		ranges_set(&made, &r);
	}
	*out = made;
	return REASON_OK;
}

enum reason
resources_intersect(struct resources *out, const struct resources *a,
    const struct resources *b, struct arena *arena)
{
	return combine(out, a, b, arena, ranges_intersect);
}

enum reason
resources_subtract(struct resources *out, const struct resources *a,
    const struct resources *b, struct arena *arena)
{
	return combine(out, a, b, arena, ranges_subtract);
}

void
resources_digest_form(struct buf *out, const struct resources *r)
{
	for (enum range_kind k = 0; k < RANGE_KINDS; k++) {
		struct ranges s = ranges_of(r, k);
		bool inherit = s.holding == HOLDS_INHERIT;

		buf_byte(out, inherit ? 'i' : 'r');
		for (int shift = 56; shift >= 0; shift -= 8)
			buf_byte(out, (uint8_t)((uint64_t)s.n >> shift));
		for (size_t i = 0; i < s.n; i++) {
			struct range x = ranges_at(&s, i);
			uint64_t words[4] = { x.lo.hi, x.lo.lo, x.hi.hi,
				x.hi.lo };
			uint8_t bytes[32];

			for (size_t j = 0; j < sizeof(bytes); j++)
				bytes[j] = (uint8_t)(words[j / 8] >>
						     (56 - 8 * (j % 8)));
			buf_add(out, bytes, sizeof(bytes));
		}
	}
}
