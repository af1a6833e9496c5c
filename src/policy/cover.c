/*
 * Ranges by where they begin, each with the one so far that ends last: what
 * overlaps or contains a range is found by one binary search, however the
 * ranges lie.
 */
#include <stdlib.h>

#include "policy/inside.h"

static void
put_asn(struct addr *out, uint32_t v)
{
	*out = (struct addr){ .b = { (uint8_t)(v >> 24), (uint8_t)(v >> 16),
				  (uint8_t)(v >> 8), (uint8_t)v } };
}

struct reach
reach_of_prefix(const struct prefix *p)
{
	struct reach r = { .kind = p->family == FAMILY_V4 ? HOLDING_V4
							  : HOLDING_V6 };

	prefix_range(&r.lo, &r.hi, p);
	return r;
}

struct reach
reach_of_asns(uint32_t lo, uint32_t hi)
{
	struct reach r = { .kind = HOLDING_AS };

	put_asn(&r.lo, lo);
	put_asn(&r.hi, hi);
	return r;
}

struct reach
reach_of_payload(const struct payload *p)
{
	uint32_t asn = payload_asn(p).v;

	return p->kind == PAYLOAD_VRP ? reach_of_prefix(&p->vrp.prefix)
				      : reach_of_asns(asn, asn);
}

struct reach
reach_of_holding(const struct view_holding *h)
{
	if (h->kind == HOLDING_AS)
		return reach_of_asns(h->as.lo, h->as.hi);
	return (struct reach){ h->kind, h->ip.lo, h->ip.hi };
}

bool
cover_add(
    struct cover *c, uint32_t key, const struct reach *reach, size_t number)
{
	struct cover_row row = {
		.key = key, .reach = *reach, .number = number
	};

	return vec_push(&c->rows, row);
}

bool
cover_add_resources(
    struct cover *c, uint32_t key, const struct resources *r, size_t number)
{
	struct reach reach;

	for (int f = 0; f < 2; f++)
		for (size_t i = 0; i < r->ip[f].n; i++) {
			reach =
			    (struct reach){ f == 0 ? HOLDING_V4 : HOLDING_V6,
				    r->ip[f].r[i].lo, r->ip[f].r[i].hi };
			if (!cover_add(c, key, &reach, number))
				return false;
		}
	for (size_t i = 0; i < r->as.n; i++) {
		reach = reach_of_asns(r->as.r[i].lo, r->as.r[i].hi);
		if (!cover_add(c, key, &reach, number))
			return false;
	}
	return true;
}

static int
place_cmp(const struct cover_row *a, uint32_t key, const struct reach *b)
{
	if (a->key != key)
		return a->key < key ? -1 : 1;
	if (a->reach.kind != b->kind)
		return a->reach.kind < b->kind ? -1 : 1;
	return 0;
}

static int
row_order(const void *va, const void *vb)
{
	const struct cover_row *a = va, *b = vb;
	int c = place_cmp(a, b->key, &b->reach);

	if (c == 0)
		c = addr_cmp(&a->reach.lo, &b->reach.lo);
	if (c == 0)
		c = addr_cmp(&a->reach.hi, &b->reach.hi);
	return c != 0 ? c : (a->number > b->number) - (a->number < b->number);
}

void
cover_seal(struct cover *c)
{
	struct cover_row *rows = c->rows.v;

	if (c->rows.n > 1)
		qsort(rows, c->rows.n, sizeof(*rows), row_order);
	for (size_t i = 0; i < c->rows.n; i++) {
		size_t far = i > 0 ? rows[i - 1].far : i;

		if (i > 0 && place_cmp(&rows[i], rows[i - 1].key,
				 &rows[i - 1].reach) != 0)
			far = i;
		rows[i].far =
		    addr_cmp(&rows[i].reach.hi, &rows[far].reach.hi) > 0 ? i
									 : far;
	}
}

/* Of those that begin at `at` or before, the one that ends last. */
static const struct cover_row *
farthest(const struct cover *c, uint32_t key, const struct reach *r,
    const struct addr *at)
{
	size_t lo = 0, hi = c->rows.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const struct cover_row *row = &c->rows.v[mid];
		int order = place_cmp(row, key, r);

		if (order == 0)
			order = addr_cmp(&row->reach.lo, at);
		if (order <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == 0 || place_cmp(&c->rows.v[lo - 1], key, r) != 0)
		return NULL;
	return &c->rows.v[c->rows.v[lo - 1].far];
}

const struct cover_row *
cover_overlapping(const struct cover *c, uint32_t key, const struct reach *r)
{
	const struct cover_row *row = farthest(c, key, r, &r->hi);

	return row != NULL && addr_cmp(&row->reach.hi, &r->lo) >= 0 ? row
								    : NULL;
}

const struct cover_row *
cover_containing(const struct cover *c, uint32_t key, const struct reach *r)
{
	const struct cover_row *row = farthest(c, key, r, &r->lo);

	return row != NULL && addr_cmp(&row->reach.hi, &r->hi) >= 0 ? row
								    : NULL;
}

void
cover_fini(struct cover *c)
{
	vec_fini(&c->rows);
}
