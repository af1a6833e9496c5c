/*
 * The algebra of ranges. Everything on sets a and b of n and m ranges takes
 * O(n log m) steps and what it writes: one certificate of 200,000 ranges
 * costs milliseconds, and a small one below a large one costs nothing.
 */
#include <stdlib.h>

#include "model/resources_ranges.h"

struct ranges
ranges_of(const struct resources *r, enum range_kind kind)
{
	struct ranges out = { .kind = kind };

	if (kind == RANGE_AS) {
		out.holding = r->as.holding;
		out.n = r->as.n;
		out.as = r->as.r;
	} else {
		const struct addr_set *s = &r->ip[kind == RANGE_V6];

		out.holding = s->holding;
		out.n = s->n;
		out.ip = s->r;
	}
	return out;
}

void
ranges_set(struct resources *r, const struct ranges *s)
{
	if (s->kind == RANGE_AS)
		r->as = (struct asn_set){ s->holding, s->n, s->as };
	else
		r->ip[s->kind == RANGE_V6] =
		    (struct addr_set){ s->holding, s->n, s->ip };
}

static struct number
load(const struct addr *a, enum range_kind kind)
{
	unsigned half = kind == RANGE_V4 ? 0 : 8;
	unsigned n = kind == RANGE_V4 ? 4 : 16;
	struct number x = { 0, 0 };

	for (unsigned i = 0; i < half; i++)
		x.hi = x.hi << 8 | a->b[i];
	for (unsigned i = half; i < n; i++)
		x.lo = x.lo << 8 | a->b[i];
	return x;
}

static struct addr
store(struct number x, enum range_kind kind)
{
	unsigned half = kind == RANGE_V4 ? 0 : 8;
	unsigned n = kind == RANGE_V4 ? 4 : 16;
	struct addr a = { { 0 } };

	for (unsigned i = n; i > half; i--, x.lo >>= 8)
		a.b[i - 1] = (uint8_t)x.lo;
	for (unsigned i = half; i > 0; i--, x.hi >>= 8)
		a.b[i - 1] = (uint8_t)x.hi;
	return a;
}

struct range
ranges_at(const struct ranges *s, size_t i)
{
	if (s->kind == RANGE_AS)
		return (struct range){ { 0, s->as[i].lo }, { 0, s->as[i].hi } };
	return (struct range){ load(&s->ip[i].lo, s->kind),
		load(&s->ip[i].hi, s->kind) };
}

void
ranges_put(struct ranges *s, size_t i, const struct range *r)
{
	if (s->kind == RANGE_AS)
		s->as[i] = (struct asn_range){ (uint32_t)r->lo.lo,
			(uint32_t)r->hi.lo };
	else
		s->ip[i] = (struct addr_range){ store(r->lo, s->kind),
			store(r->hi, s->kind) };
}

bool
ranges_alloc(struct ranges *s, struct arena *a, size_t n)
{
	if (s->kind == RANGE_AS)
		s->as = ARENA_ARRAY(a, n, struct asn_range);
	else
		s->ip = ARENA_ARRAY(a, n, struct addr_range);
	return s->kind == RANGE_AS ? s->as != NULL : s->ip != NULL;
}

int
number_cmp(struct number a, struct number b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return (a.lo > b.lo) - (a.lo < b.lo);
}

/* The number before x > 0, and after x: callers know that there is one. */
static struct number
before(struct number x)
{
	return (struct number){ x.lo == 0 ? x.hi - 1 : x.hi, x.lo - 1 };
}

static struct number
after(struct number x)
{
	return (
	    struct number){ x.lo == UINT64_MAX ? x.hi + 1 : x.hi, x.lo + 1 };
}

bool
ranges_are_canonical(const struct ranges *s)
{
	struct range last = { 0 }, r;

	for (size_t i = 0; i < s->n; i++, last = r) {
		r = ranges_at(s, i);
		if (number_cmp(r.lo, r.hi) > 0)
			return false;
		/* A gap of one number at least, so not adjacent either. */
		if (i > 0 && (number_cmp(r.lo, last.hi) <= 0 ||
				 number_cmp(before(r.lo), last.hi) == 0))
			return false;
	}
	return true;
}

static int
ip_order(const void *va, const void *vb)
{
	const struct addr_range *a = va, *b = vb;

	return addr_cmp(&a->lo, &b->lo);
}

static int
as_order(const void *va, const void *vb)
{
	const struct asn_range *a = va, *b = vb;

	return (a->lo > b->lo) - (a->lo < b->lo);
}

void
ranges_normalise(struct ranges *s)
{
	struct range last = { 0 }, r;
	size_t n = 0;

	if (ranges_are_canonical(s))
		return;
	if (s->kind == RANGE_AS)
		qsort(s->as, s->n, sizeof(*s->as), as_order);
	else
		qsort(s->ip, s->n, sizeof(*s->ip), ip_order);
	for (size_t i = 0; i < s->n; i++) {
		r = ranges_at(s, i);
		if (number_cmp(r.lo, r.hi) > 0)
			continue; /* upside down: holds nothing */
		if (n > 0 && (number_cmp(r.lo, last.hi) <= 0 ||
				 number_cmp(before(r.lo), last.hi) == 0)) {
			if (number_cmp(r.hi, last.hi) > 0)
				last.hi = r.hi;
		} else {
			last = r;
			n++;
		}
		ranges_put(s, n - 1, &last);
	}
	s->n = n;
}

/* By steps that double, then by halves: near is cheap, far is O(log n). */
size_t
ranges_find(const struct ranges *s, size_t from, struct number x)
{
	size_t end = from, step = 1;

	while (end < s->n && number_cmp(ranges_at(s, end).hi, x) < 0) {
		from = end + 1;
		end = s->n - end > step ? end + step : s->n;
		step *= 2;
	}
	while (from < end) {
		size_t mid = from + (end - from) / 2;

		if (number_cmp(ranges_at(s, mid).hi, x) < 0)
			from = mid + 1;
		else
			end = mid;
	}
	return from;
}

static size_t
add(struct ranges *out, size_t n, struct number lo, struct number hi)
{
	struct range r = { lo, hi };

	if (out != NULL)
		ranges_put(out, n, &r);
	return n + 1;
}

size_t
ranges_intersect(
    struct ranges *out, const struct ranges *a, const struct ranges *b)
{
	size_t n = 0, j = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct range x = ranges_at(a, i);

		j = ranges_find(b, j, x.lo);
		for (size_t k = j; k < b->n; k++) {
			struct range y = ranges_at(b, k);

			if (number_cmp(y.lo, x.hi) > 0)
				break;
			n = add(out, n,
			    number_cmp(x.lo, y.lo) > 0 ? x.lo : y.lo,
			    number_cmp(x.hi, y.hi) < 0 ? x.hi : y.hi);
		}
	}
	return n;
}

size_t
ranges_subtract(
    struct ranges *out, const struct ranges *a, const struct ranges *b)
{
	size_t n = 0, j = 0;

	for (size_t i = 0; i < a->n; i++) {
		struct range x = ranges_at(a, i);
		bool left = true;

		j = ranges_find(b, j, x.lo);
		for (size_t k = j; left && k < b->n; k++) {
			struct range y = ranges_at(b, k);

			if (number_cmp(y.lo, x.hi) > 0)
				break;
			if (number_cmp(y.lo, x.lo) > 0)
				n = add(out, n, x.lo, before(y.lo));
			left = number_cmp(y.hi, x.hi) < 0;
			if (left)
				x.lo = after(y.hi);
		}
		if (left)
			n = add(out, n, x.lo, x.hi);
	}
	return n;
}
