/* Ordered runs of numbers, and passes over them. */
#include <string.h>

#include "ledger/runs.h"

int
num_cmp(struct num a, struct num b)
{
	if (a.hi != b.hi)
		return a.hi < b.hi ? -1 : 1;
	return (a.lo > b.lo) - (a.lo < b.lo);
}

struct num
num_next(struct num x)
{
	return (struct num){ x.hi + (x.lo == UINT64_MAX), x.lo + 1 };
}

struct num
num_prev(struct num x)
{
	return (struct num){ x.hi - (x.lo == 0), x.lo - 1 };
}

/* hi - lo + 1 */
static struct amount
size_of(struct num lo, struct num hi)
{
	struct amount n = { 0, hi.hi - lo.hi - (hi.lo < lo.lo), hi.lo - lo.lo };

	n.lo++;
	n.hi += n.lo == 0;
	n.top += n.lo == 0 && n.hi == 0;
	return n;
}

void
amount_add(struct amount *a, struct num lo, struct num hi)
{
	struct amount n = size_of(lo, hi);
	bool carry;

	a->lo += n.lo;
	carry = a->lo < n.lo;
	a->hi += n.hi;
	a->top += a->hi < n.hi;
	a->hi += carry;
	a->top += carry && a->hi == 0;
	a->top += n.top;
}

void
amount_subtract(struct amount *a, struct num lo, struct num hi)
{
	struct amount n = size_of(lo, hi);
	bool borrow = a->lo < n.lo;

	a->lo -= n.lo;
	a->top -= a->hi < n.hi;
	a->hi -= n.hi;
	a->top -= borrow && a->hi == 0;
	a->hi -= borrow;
	a->top -= n.top;
}

int
amount_cmp(const struct amount *a, const struct amount *b)
{
	if (a->top != b->top)
		return a->top < b->top ? -1 : 1;
	return num_cmp(
	    (struct num){ a->hi, a->lo }, (struct num){ b->hi, b->lo });
}

bool
amount_is_zero(const struct amount *a)
{
	return a->top == 0 && a->hi == 0 && a->lo == 0;
}

/* ---- pieces ---------------------------------------------------------- */

const char *const space_id[SPACES] = {
	[SPACE_V4] = "ipv4",
	[SPACE_V6] = "ipv6",
	[SPACE_AS] = "as",
};

static struct num
addr_num(const struct addr *a, enum space space)
{
	struct num x = { 0, 0 };

	for (unsigned i = 0; space == SPACE_V6 && i < 8; i++)
		x.hi = x.hi << 8 | a->b[i];
	for (unsigned i = 0; i < (space == SPACE_V6 ? 8U : 4U); i++)
		x.lo = x.lo << 8 | a->b[i + (space == SPACE_V6 ? 8U : 0U)];
	return x;
}

static void
num_addr(struct addr *a, struct num x, enum space space)
{
	*a = (struct addr){ { 0 } };
	if (space == SPACE_V4) {
		for (unsigned i = 0; i < 4; i++)
			a->b[i] = (uint8_t)(x.lo >> (24 - 8 * i));
		return;
	}
	for (unsigned i = 0; i < 8; i++) {
		a->b[i] = (uint8_t)(x.hi >> (56 - 8 * i));
		a->b[8 + i] = (uint8_t)(x.lo >> (56 - 8 * i));
	}
}

struct parcel
parcel_of(const struct resources *r)
{
	struct parcel p = { r->ip[0].n + r->ip[1].n + r->as.n, NULL };
	struct piece *at;

	at = p.pieces = base_alloc(p.n * sizeof(*at));
	if (at == NULL)
		return p;
	for (int f = 0; f < 2; f++)
		for (size_t i = 0; i < r->ip[f].n; i++, at++) {
			at->space = f == 0 ? SPACE_V4 : SPACE_V6;
			at->lo = addr_num(&r->ip[f].r[i].lo, at->space);
			at->hi = addr_num(&r->ip[f].r[i].hi, at->space);
		}
	for (size_t i = 0; i < r->as.n; i++)
		*at++ = (struct piece){ SPACE_AS, { 0, r->as.r[i].lo },
			{ 0, r->as.r[i].hi } };
	return p;
}

struct piece
piece_of_prefix(const struct prefix *p)
{
	struct addr lo, hi;
	struct piece out;

	prefix_range(&lo, &hi, p);
	out.space = p->family == FAMILY_V4 ? SPACE_V4 : SPACE_V6;
	out.lo = addr_num(&lo, out.space);
	out.hi = addr_num(&hi, out.space);
	return out;
}

struct piece
piece_of_asn(struct asn asn)
{
	return (struct piece){ SPACE_AS, { 0, asn.v }, { 0, asn.v } };
}

void
piece_range(struct addr_range *out, const struct piece *p)
{
	num_addr(&out->lo, p->lo, p->space);
	num_addr(&out->hi, p->hi, p->space);
}

static void
num_write(struct buf *b, enum space space, struct num x)
{
	char text[PREFIX_TEXT];
	struct addr a;

	if (space == SPACE_AS) {
		buf_printf(b, "%u", (unsigned)x.lo);
		return;
	}
	num_addr(&a, x, space);
	addr_write(text, space == SPACE_V4 ? FAMILY_V4 : FAMILY_V6, &a);
	buf_puts(b, text);
}

void
piece_write(struct buf *b, const struct piece *p)
{
	num_write(b, p->space, p->lo);
	buf_byte(b, '-');
	num_write(b, p->space, p->hi);
}

/* ---- runs ------------------------------------------------------------ */

static int
run_cmp(const struct run *a, const struct run *b)
{
	return num_cmp(a->hi, b->hi);
}

TREE(runs, run, node, run_cmp)

struct run *
runs_from(const struct runs *t, struct num x)
{
	struct run key = { .hi = x };
	struct runs tree = *t; /* the macro wants one it could change */

	return RB_NFIND(runs, &tree, &key);
}

struct run *
runs_next(const struct run *r)
{
	return runs_RB_NEXT((struct run *)(uintptr_t)r);
}

struct run *
runs_before(const struct run *r)
{
	return runs_RB_PREV((struct run *)(uintptr_t)r);
}

struct run *
runs_first(const struct runs *t)
{
	struct runs tree = *t;

	return RB_MIN(runs, &tree);
}

struct run *
runs_add(struct runs *t, struct num lo, struct num hi)
{
	struct run *r = base_alloc(sizeof(*r));

	if (r == NULL)
		return NULL;
	r->lo = lo;
	r->hi = hi;
	ASSERT(RB_INSERT(runs, t, r) == NULL);
	return r;
}

void
runs_remove(struct runs *t, struct run *r)
{
	(void)RB_REMOVE(runs, t, r);
	base_free(r);
}

void
parts_init(struct parts *p, const struct runs trees[SPACES],
    const struct parcel *parcel)
{
	*p = (struct parts){ .trees = trees,
		.piece = parcel->pieces,
		.end = parcel->pieces + parcel->n };
}

void
parts_init_range(
    struct parts *p, const struct runs trees[SPACES], const struct piece *piece)
{
	*p = (struct parts){ .trees = trees, .piece = piece, .end = piece + 1 };
}

bool
parts_next(struct part *out, struct parts *p)
{
	const struct piece *piece = p->piece;

	if (piece == p->end)
		return false;
	if (!p->started) {
		p->started = true;
		p->at = piece->lo;
		p->run = runs_from(&p->trees[piece->space], p->at);
	}
	*out = (struct part){ piece->space, p->at, piece->hi, NULL };
	if (p->run != NULL && num_cmp(p->run->lo, p->at) <= 0) {
		out->run = p->run;
		if (num_cmp(p->run->hi, out->hi) < 0)
			out->hi = p->run->hi;
		p->run = runs_next(p->run);
	} else if (p->run != NULL && num_cmp(p->run->lo, out->hi) <= 0) {
		out->hi = num_prev(p->run->lo);
	}
	if (num_cmp(out->hi, piece->hi) == 0) {
		p->piece++;
		p->started = false;
	} else {
		p->at = num_next(out->hi);
	}
	return true;
}
