/* What bears on one prefix, found without reading the rest. */
#include <stdlib.h>
#include <string.h>

#include "view/format.h"

struct near {
	struct view *out;
	struct reader r;
	const struct prefix *prefix;
	struct addr lo, hi;
	uint32_t *found; /* room for VIEW_NEAR + VIEW_INSIDE */
};

/* ---- walking overlaps ---------------------------------------------------- */

/* Records of a part that have `up`, of one family. */
struct shore {
	enum view_part part;
	size_t base, n; /* the records of the family */
};

static struct shore
shore_of(const struct view_file *f, enum view_part part,
    const struct kinds *kinds, enum family family)
{
	struct shore s = { part, 0, f->part[part].n };

	if (kinds != NULL && family == FAMILY_V4)
		s.n = kinds->n[0];
	else if (kinds != NULL) {
		s.base = kinds->n[0];
		s.n = kinds->n[1];
	}
	return s;
}

static struct reach
reach_at(struct near *w, const struct shore *s, size_t i)
{
	struct field f = { file_at(w->r.file, s->part, s->base + i) };
	struct reach out = { .up = VIEW_NONE };
	struct prefix p = { .family = w->prefix->family };

	if (f.p == NULL)
		return out;
	if (s->part == PART_PAYLOADS || s->part == PART_LEFT) {
		f.p += 2; /* kind, family */
		p.len = field_u8(&f);
		f.p += 1 + 4;
		field_bytes(&f, p.addr.b, sizeof(p.addr.b));
		if (p.len > family_bits(p.family)) {
			w->r.file->damaged = true;
			return out;
		}
		prefix_range(&out.lo, &out.hi, &p);
		f.p += 4; /* origin */
		out.item = (uint32_t)(s->base + i);
		out.up = field_u32(&f);
		/* Numbered among all. */
		if (out.up != VIEW_NONE)
			out.up -= (uint32_t)s->base;
	} else {
		field_bytes(&f, out.lo.b, sizeof(out.lo.b));
		field_bytes(&f, out.hi.b, sizeof(out.hi.b));
		out.item = field_u32(&f);
		out.up = field_u32(&f);
	}
	if (out.up != VIEW_NONE && out.up >= i)
		w->r.file->damaged = true;
	return out;
}

/* How many begin at or before that address. */
static size_t
begun(struct near *w, const struct shore *s, const struct addr *at)
{
	size_t lo = 0, hi = s->n;

	while (lo < hi && !w->r.file->damaged) {
		size_t mid = lo + (hi - lo) / 2;
		struct reach r = reach_at(w, s, mid);

		if (addr_cmp(&r.lo, at) <= 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Items that begin by `from` and reach `to` at least, the last first: at most
 * `max`. */
static size_t
find(uint32_t *out, struct near *w, const struct shore *s,
    const struct addr bounds[2], size_t max)
{
	size_t i = begun(w, s, &bounds[0]), n = 0;

	while (i > 0 && n < max) {
		struct reach r = reach_at(w, s, i - 1);

		if (w->r.file->damaged)
			break;
		if (addr_cmp(&r.hi, &bounds[1]) >= 0) {
			out[n++] = r.item;
			i--;
		} else
			i = r.up == VIEW_NONE ? 0 : (size_t)r.up + 1;
	}
	return n;
}

static int
number_cmp(const void *va, const void *vb)
{
	const uint32_t *a = va, *b = vb;

	return (*a > *b) - (*a < *b);
}

/* Ascending, each once. */
static size_t
tidy(uint32_t *v, size_t n)
{
	size_t kept = 0;

	if (n > 1)
		qsort(v, n, sizeof(*v), number_cmp);
	for (size_t i = 0; i < n; i++)
		if (kept == 0 || v[kept - 1] != v[i])
			v[kept++] = v[i];
	return kept;
}

/* ---- payloads ------------------------------------------------------------ */

/* Those that cover the prefix, then those it covers, in the order of the
 * file. */
static size_t
find_vrps(uint32_t *out, struct near *w, enum view_part part,
    const struct kinds *kinds)
{
	struct shore s = shore_of(w->r.file, part, kinds, w->prefix->family);
	const struct addr around[2] = { w->lo, w->hi };
	size_t n = find(out, w, &s, around, VIEW_NEAR);
	size_t at = begun(w, &s, &w->lo), inside = 0;

	/* Of those that begin at the same address some are longer. */
	while (at > 0) {
		struct reach r = reach_at(w, &s, at - 1);

		if (addr_cmp(&r.lo, &w->lo) != 0)
			break;
		at--;
	}
	for (; at < s.n && inside < VIEW_INSIDE && !w->r.file->damaged; at++) {
		struct reach r = reach_at(w, &s, at);

		if (addr_cmp(&r.lo, &w->hi) > 0)
			break;
		if (addr_cmp(&r.hi, &w->hi) <= 0 &&
		    addr_cmp(&r.lo, &w->lo) >= 0) {
			out[n++] = r.item;
			inside++;
		}
	}
	return tidy(out, n);
}

static void
near_payloads(struct near *w)
{
	uint32_t *found = w->found;
	struct view_file *f = w->r.file;
	size_t n = find_vrps(found, w, PART_PAYLOADS, &f->front.payloads);

	w->out->payloads = ARENA_ARRAY(w->r.arena, n, struct payload);
	w->r.no_memory |= w->out->payloads == NULL;
	for (size_t i = 0; i < n && reader_end(&w->r) == REASON_OK; i++)
		read_payload(&w->out->payloads[w->out->n++], &w->r, found[i]);
	n = find_vrps(found, w, PART_LEFT, &f->front.left);
	w->out->left = ARENA_ARRAY(w->r.arena, n, struct view_left);
	w->r.no_memory |= w->out->left == NULL;
	for (size_t i = 0; i < n && reader_end(&w->r) == REASON_OK; i++)
		read_left(&w->out->left[w->out->n_left++], &w->r, found[i]);
}

/* ---- authorities --------------------------------------------------------- */

/* The ranges that overlap the prefix: at most a few, by bisection. */
static void
cut_ranges(struct addr_set *out, struct near *w, const struct range_parts *at)
{
	int family = FAMILY_INDEX(w->prefix->family);
	size_t base = at->at[family], lo = 0, hi = at->n[family], n = 0;
	struct addr_range r;

	while (lo < hi) { /* the first that ends at or after the prefix */
		size_t mid = lo + (hi - lo) / 2;

		read_range(&r, &w->r, family, base + mid);
		if (addr_cmp(&r.hi, &w->lo) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (hi = lo; hi < at->n[family] && n < VIEW_INSIDE; hi++, n++) {
		read_range(&r, &w->r, family, base + hi);
		if (addr_cmp(&r.lo, &w->hi) > 0)
			break;
	}
	out->r = ARENA_ARRAY(w->r.arena, n, struct addr_range);
	w->r.no_memory |= out->r == NULL;
	for (size_t i = 0; i < n && out->r != NULL; i++)
		read_range(&out->r[i], &w->r, family, base + lo + i);
	out->n = out->r == NULL ? 0 : n;
}

static void
near_authorities(struct near *w)
{
	uint32_t *found = w->found;
	int family = FAMILY_INDEX(w->prefix->family);
	enum view_part part = PART_HELD_V4 + (enum view_part)family;
	struct shore s = shore_of(w->r.file, part, NULL, FAMILY_V4);
	const struct addr around[2] = { w->lo, w->hi };
	size_t n = tidy(found, find(found, w, &s, around, VIEW_NEAR));

	w->out->authorities = ARENA_ARRAY(w->r.arena, n, struct view_authority);
	w->r.no_memory |= w->out->authorities == NULL;
	for (size_t i = 0; i < n && reader_end(&w->r) == REASON_OK; i++) {
		struct view_authority *a =
		    &w->out->authorities[w->out->n_authorities++];
		struct range_parts at;

		read_authority(a, &at, &w->r, found[i]);
		cut_ranges(&a->resources.ip[family], w, &at);
	}
}

static void
near_holdings(struct near *w)
{
	uint32_t *found = w->found;
	int family = FAMILY_INDEX(w->prefix->family);
	enum view_part part = PART_CLAIMED_V4 + (enum view_part)family;
	struct shore s = shore_of(w->r.file, part, NULL, FAMILY_V4);
	const struct addr across[2] = { w->hi, w->lo };
	size_t n = tidy(found, find(found, w, &s, across, VIEW_NEAR));

	w->out->holdings = ARENA_ARRAY(w->r.arena, n, struct view_holding);
	w->r.no_memory |= w->out->holdings == NULL;
	for (size_t i = 0; i < n && reader_end(&w->r) == REASON_OK; i++)
		read_holding(
		    &w->out->holdings[w->out->n_holdings++], &w->r, found[i]);
}

/* ---- findings ------------------------------------------------------------ */

static uint32_t
finding_at(struct near *w, size_t i, struct span *point)
{
	struct field f = { file_at(w->r.file, PART_POINTS, i) };
	struct field finding;
	uint32_t number;

	*point = SPAN("");
	if (f.p == NULL)
		return 0;
	number = field_u32(&f);
	finding.p = file_at(w->r.file, PART_FINDINGS, number);
	if (finding.p == NULL)
		return 0;
	finding.p += 4 + 4 + 8 + 32 + 8;
	*point = file_text(w->r.file, &finding);
	return number;
}

static size_t
find_point(uint32_t *out, struct near *w, struct span point, size_t max)
{
	size_t lo = 0, hi = w->r.file->part[PART_POINTS].n, n = 0;
	struct span p;

	for (size_t end = hi; lo < end && !w->r.file->damaged;) {
		size_t mid = lo + (end - lo) / 2;

		(void)finding_at(w, mid, &p);
		if (span_cmp(p, point) < 0)
			lo = mid + 1;
		else
			end = mid;
	}
	for (; lo < hi && n < max && !w->r.file->damaged; lo++) {
		uint32_t number = finding_at(w, lo, &p);

		if (!span_eq(p, point))
			break;
		out[n++] = number;
	}
	return n;
}

/* The deepest authorities know best: should there be too many, theirs are
 * the ones that stay. */
static int
deeper_first(const void *va, const void *vb)
{
	const struct view_authority *const *a = va, *const *b = vb;
	unsigned x = (*a)->link->depth, y = (*b)->link->depth;

	return (x < y) - (x > y);
}

static void
near_findings(struct near *w)
{
	uint32_t *found = w->found;
	size_t n = 0, n_by = w->out->n_authorities;
	const struct view_authority **by =
	    ARENA_ARRAY(w->r.arena, n_by, const struct view_authority *);

	if (by == NULL || reader_end(&w->r) != REASON_OK) {
		w->r.no_memory |= by == NULL;
		return;
	}
	for (size_t i = 0; i < n_by; i++)
		by[i] = &w->out->authorities[i];
	if (n_by > 1)
		qsort(by, n_by, sizeof(*by), deeper_first);
	n = find_point(found, w, SPAN(""), VIEW_NEAR / 4);
	for (size_t i = 0; i < n_by && n < VIEW_NEAR; i++)
		if (by[i]->link->manifest_uri.n > 0)
			n += find_point(found + n, w, by[i]->link->manifest_uri,
			    VIEW_NEAR - n);
	n = tidy(found, n);
	w->out->findings = ARENA_ARRAY(w->r.arena, n, struct finding);
	w->r.no_memory |= w->out->findings == NULL;
	for (size_t i = 0; i < n && reader_end(&w->r) == REASON_OK; i++)
		read_finding(
		    &w->out->findings[w->out->n_findings++], &w->r, found[i]);
}

enum reason
view_near(struct view *out, struct view_file *f, const struct prefix *prefix,
    struct arena *arena)
{
	struct near w = {
		.out = out, .r = { .file = f, .arena = arena }, .prefix = prefix
	};

	if (f->front.kind != VIEW_WHOLE)
		return R_VIEW_DAMAGED;
	read_head(out, f);
	prefix_range(&w.lo, &w.hi, prefix);
	w.found = ARENA_ARRAY(arena, VIEW_NEAR + VIEW_INSIDE, uint32_t);
	if (w.found == NULL)
		return R_LIMIT_MEMORY;
	near_payloads(&w);
	near_authorities(&w);
	near_findings(&w);
	if (read_sources(out, &w.r) && read_repositories(out, &w.r) &&
	    read_holders(out, &w.r) && read_witnesses(out, &w.r))
		near_holdings(&w);
	return reader_end(&w.r);
}
