/* Flat bytes, written and read within bounds. */
#include <string.h>

#include "pool/wire.h"

void
wire_put(struct wire_out *w, const void *p, size_t n)
{
	if (w->failed || n > w->cap - w->n) {
		w->failed = true;
		return;
	}
	if (n > 0)
		memcpy(w->p + w->n, p, n);
	w->n += n;
}

/* Seven bits a byte, the low ones first: most numbers are small. */
void
wire_put_u64(struct wire_out *w, uint64_t v)
{
	uint8_t b[10];
	size_t n = 0;

	for (; v >= 0x80; v >>= 7)
		b[n++] = (uint8_t)(v | 0x80);
	b[n++] = (uint8_t)v;
	wire_put(w, b, n);
}

void
wire_put_span(struct wire_out *w, struct span s)
{
	wire_put_u64(w, s.n);
	wire_put(w, s.p, s.n);
}

void
wire_put_resources(
    struct wire_out *w, const struct resources *r, const struct resources *like)
{
	static const struct resources none = { 0 };
	const struct resources *l = like != NULL ? like : &none;

	for (size_t i = 0; i < COUNT(r->ip); i++) {
		const struct addr_set *s = &r->ip[i], *as = &l->ip[i];
		bool same = s->r == as->r && s->n == as->n;

		wire_put_u64(w, s->holding);
		wire_put_u64(w, same);
		wire_put_u64(w, same ? 0 : s->n);
		if (!same)
			wire_put(w, s->r, s->n * sizeof(*s->r));
	}
	wire_put_u64(w, r->as.holding);
	wire_put_u64(w, r->as.r == l->as.r && r->as.n == l->as.n);
	if (r->as.r == l->as.r && r->as.n == l->as.n) {
		wire_put_u64(w, 0);
		return;
	}
	wire_put_u64(w, r->as.n);
	wire_put(w, r->as.r, r->as.n * sizeof(*r->as.r));
}

void
wire_get(struct wire_in *r, void *out, size_t n)
{
	if (r->failed || n > r->n - r->at) {
		r->failed = true;
		memset(out, 0, n);
		return;
	}
	memcpy(out, r->p + r->at, n);
	r->at += n;
}

uint64_t
wire_get_u64(struct wire_in *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t b;

		wire_get(r, &b, 1);
		if (r->failed)
			return 0;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (b < 0x80)
			return v;
	}
	r->failed = true;
	return 0;
}

uint64_t
wire_get_max(struct wire_in *r, uint64_t max)
{
	uint64_t v = wire_get_u64(r);

	if (v > max) {
		r->failed = true;
		return 0;
	}
	return v;
}

int64_t
wire_get_time(struct wire_in *r)
{
	int64_t v;

	wire_get(r, &v, sizeof(v));
	return v;
}

bool
wire_get_bool(struct wire_in *r)
{
	return wire_get_max(r, 1) == 1;
}

struct span
wire_get_raw(struct wire_in *r, uint64_t n)
{
	struct span s = { r->p + r->at, 0 };

	if (r->failed || n > r->n - r->at) {
		r->failed = true;
		return s;
	}
	s.n = (size_t)n;
	r->at += s.n;
	return s;
}

struct span
wire_get_span(struct wire_in *r)
{
	return wire_get_raw(r, wire_get_u64(r));
}

size_t
wire_get_count(struct wire_in *r, size_t each)
{
	return (size_t)wire_get_max(r, (r->n - r->at) / each);
}

/* ---- resources ---------------------------------------------------------- */

static void
require(struct wire_in *r, bool ok)
{
	r->failed = r->failed || !ok;
}

/* What comes before the ranges of one set. */
struct set_head {
	enum holding holding;
	bool same;
	size_t n;
	void *ranges; /* NULL: no memory; not where it is the same */
};

static struct set_head
get_head(struct wire_in *r, size_t size, struct arena *arena)
{
	struct set_head h = { 0 };

	h.holding = (enum holding)wire_get_max(r, (uint64_t)HOLDS_INHERIT);
	h.same = wire_get_bool(r);
	h.n = wire_get_count(r, size);
	require(r, h.n == 0 || (h.holding == HOLDS_SOME && !h.same));
	h.ranges = arena_array(arena, h.n, size);
	if (h.ranges != NULL)
		wire_get(r, h.ranges, h.n * size);
	return h;
}

static bool
get_addresses(struct wire_in *r, struct addr_set *out, enum family family,
    const struct addr_set *like, struct arena *arena)
{
	struct set_head h = get_head(r, sizeof(*out->r), arena);

	*out = (struct addr_set){ h.holding, h.n, h.ranges };
	if (h.same)
		*out = (struct addr_set){ h.holding, like->n, like->r };
	else if (h.ranges != NULL)
		require(r, addr_set_is_canonical(out, family));
	require(r, out->n == 0 || out->holding == HOLDS_SOME);
	return h.ranges != NULL;
}

static bool
get_asns(struct wire_in *r, struct asn_set *out, const struct asn_set *like,
    struct arena *arena)
{
	struct set_head h = get_head(r, sizeof(*out->r), arena);

	*out = (struct asn_set){ h.holding, h.n, h.ranges };
	if (h.same)
		*out = (struct asn_set){ h.holding, like->n, like->r };
	else if (h.ranges != NULL)
		require(r, asn_set_is_canonical(out));
	require(r, out->n == 0 || out->holding == HOLDS_SOME);
	return h.ranges != NULL;
}

bool
wire_get_resources(struct wire_in *r, struct resources *out,
    const struct resources *like, struct arena *arena)
{
	static const struct resources none = { 0 };
	const struct resources *l = like != NULL ? like : &none;

	*out = none;
	return get_addresses(r, &out->ip[0], FAMILY_V4, &l->ip[0], arena) &&
	       get_addresses(r, &out->ip[1], FAMILY_V6, &l->ip[1], arena) &&
	       get_asns(r, &out->as, &l->as, arena);
}
