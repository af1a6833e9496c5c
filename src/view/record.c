/* Records: fields in the order they are written, little-endian. */
#include <stdlib.h>
#include <string.h>

#include "view/format.h"

size_t
view_part_size(enum view_part part)
{
	static const size_t sizes[] = {
		[PART_TEXT] = 1,
		[PART_NUMBERS] = 4,
		[PART_DIGESTS] = 32,
		[PART_RANGES_V4] = 8,
		[PART_RANGES_V6] = 32,
		[PART_RANGES_AS] = 8,
		[PART_REASONS] = 8,
		[PART_LINKS] = 88,
		[PART_STATEMENTS] = 104,
		[PART_ORIGINS] = 96,
		[PART_PAYLOADS] = 32,
		[PART_LEFT] = 52,
		[PART_SOURCES] = 96,
		[PART_REPOSITORIES] = 60,
		[PART_AUTHORITIES] = 72,
		[PART_HOLDERS] = 56,
		[PART_WITNESSES] = 24,
		[PART_HOLDINGS] = 124,
		[PART_FINDINGS] = 88,
		[PART_POINTS] = 4,
		[PART_HELD_V4] = 40,
		[PART_HELD_V6] = 40,
		[PART_CLAIMED_V4] = 40,
		[PART_CLAIMED_V6] = 40,
		[PART_CHANGES] = 36,
	};

	ASSERT(part < COUNT(sizes));
	return sizes[part];
}

void
record_bytes(struct record *r, const void *p, size_t n)
{
	ASSERT(n <= sizeof(r->b) - r->n);
	memcpy(r->b + r->n, p, n);
	r->n += n;
}

void
record_u8(struct record *r, uint8_t v)
{
	record_bytes(r, &v, 1);
}

void
record_u32(struct record *r, uint32_t v)
{
	uint8_t b[4];

	for (size_t i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)(v >> (8 * i));
	record_bytes(r, b, sizeof(b));
}

void
record_u64(struct record *r, uint64_t v)
{
	record_u32(r, (uint32_t)v);
	record_u32(r, (uint32_t)(v >> 32));
}

void
field_bytes(struct field *f, void *out, size_t n)
{
	memcpy(out, f->p, n);
	f->p += n;
}

uint8_t
field_u8(struct field *f)
{
	return *f->p++;
}

uint32_t
field_u32(struct field *f)
{
	uint32_t v = 0;

	for (size_t i = 0; i < 4; i++)
		v |= (uint32_t)*f->p++ << (8 * i);
	return v;
}

uint64_t
field_u64(struct field *f)
{
	uint64_t v = field_u32(f);

	return v | (uint64_t)field_u32(f) << 32;
}

/* ---- spans --------------------------------------------------------------- */

static int
reach_cmp(const void *va, const void *vb)
{
	const struct reach *a = va, *b = vb;
	int c = addr_cmp(&a->lo, &b->lo);

	if (c == 0)
		c = addr_cmp(&b->hi, &a->hi);
	return c != 0 ? c : (a->item > b->item) - (a->item < b->item);
}

enum reason
reach_order(struct reach *r, size_t n)
{
	VEC(uint32_t) open = { 0 }; /* those that end later than the next */
	bool ok = n < VIEW_NONE;

	if (n > 1)
		qsort(r, n, sizeof(*r), reach_cmp);
	for (size_t i = 0; ok && i < n; i++) {
		while (open.n > 0 &&
		       addr_cmp(&r[open.v[open.n - 1]].hi, &r[i].hi) <= 0)
			open.n--;
		r[i].up = open.n > 0 ? open.v[open.n - 1] : VIEW_NONE;
		ok = vec_push(&open, (uint32_t)i);
	}
	vec_fini(&open);
	return ok ? REASON_OK : R_LIMIT_MEMORY;
}
