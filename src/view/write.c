/* A view, part by part. */
#include <stdlib.h>
#include <string.h>

#include "view/format.h"

/* ---- spans --------------------------------------------------------------- */

/* Of VRPs, which payload_order has put in the order of spans: only `up` is to
 * be found. [at, n) of one family. */
struct ups {
	VEC(uint32_t) of; /* of each */
	VEC(uint32_t) open;
	bool failed;
};

static void
add_up(struct ups *u, const struct payload *all, size_t at, size_t first)
{
	struct addr lo, hi, other_hi;
	uint32_t up = VIEW_NONE;

	if (at == first)
		u->open.n = 0;
	if (all[at].kind == PAYLOAD_VRP) {
		prefix_range(&lo, &hi, &all[at].vrp.prefix);
		for (; u->open.n > 0; u->open.n--) {
			uint32_t top = u->open.v[u->open.n - 1];

			prefix_range(&lo, &other_hi, &all[top].vrp.prefix);
			if (addr_cmp(&other_hi, &hi) > 0)
				break;
		}
		if (u->open.n > 0)
			up = u->open.v[u->open.n - 1];
		u->failed |= !vec_push(&u->open, (uint32_t)at);
	}
	u->failed |= !vec_push(&u->of, up);
}

/* IPv4 VRPs, IPv6 VRPs, ASPAs, router keys: 0 to 3. */
static unsigned
kind_of(const struct payload *p)
{
	if (p->kind == PAYLOAD_VRP)
		return p->vrp.prefix.family == FAMILY_V4 ? 0 : 1;
	return p->kind == PAYLOAD_ASPA ? 2 : 3;
}

static void
count_kind(struct kinds *k, const struct payload *p)
{
	unsigned kind = kind_of(p);

	if (kind < COUNT(k->n))
		k->n[kind]++;
}

static void
put_payloads(struct shelf *s, struct kinds *kinds, const struct view *v)
{
	struct ups u = { 0 };
	size_t first = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct payload *p = &v->payloads[i];
		struct record r = { 0 };

		if (i > 0 && kind_of(p) != kind_of(p - 1))
			first = i;
		add_up(&u, v->payloads, i, first);
		if (u.failed)
			break;
		shelf_payload(s, &r, p);
		record_u32(&r, u.of.v[i]);
		shelf_add(s, PART_PAYLOADS, &r);
		count_kind(kinds, p);
	}
	s->failed |= u.failed;
	vec_fini(&u.of);
	vec_fini(&u.open);
}

/* The same of what was left out: few. */
static void
put_left(struct shelf *s, struct kinds *kinds, const struct view *v)
{
	struct payload *all = base_alloc(v->n_left * sizeof(*all) + 1);
	struct ups u = { 0 };
	size_t first = 0;

	u.failed = all == NULL;
	for (size_t i = 0; i < v->n_left && !u.failed; i++) {
		struct record r = { 0 };

		all[i] = v->left[i].payload;
		if (i > 0 && kind_of(&all[i]) != kind_of(&all[i - 1]))
			first = i;
		add_up(&u, all, i, first);
		if (u.failed)
			break;
		shelf_payload(s, &r, &v->left[i].payload);
		record_u32(&r, u.of.v[i]);
		shelf_left(s, &r, &v->left[i]);
		shelf_add(s, PART_LEFT, &r);
		count_kind(kinds, &all[i]);
	}
	s->failed |= u.failed;
	vec_fini(&u.of);
	vec_fini(&u.open);
	base_free(all);
}

static void
put_reaches(struct shelf *s, enum view_part part, struct reach *all, size_t n)
{
	if (reach_order(all, n) != REASON_OK)
		s->failed = true;
	for (size_t i = 0; i < n && !s->failed; i++) {
		struct record r = { 0 };

		record_bytes(&r, all[i].lo.b, sizeof(all[i].lo.b));
		record_bytes(&r, all[i].hi.b, sizeof(all[i].hi.b));
		record_u32(&r, all[i].item);
		record_u32(&r, all[i].up);
		shelf_add(s, part, &r);
	}
}

/* ---- sources, repositories ----------------------------------------------- */

static void
put_source(struct shelf *s, const struct view_source *v)
{
	struct record r = { 0 };

	record_u32(&r, (uint32_t)v->kind);
	shelf_text(s, &r, v->name);
	shelf_reason(s, &r, v->reason);
	shelf_text(s, &r, v->detail);
	record_u64(&r, (uint64_t)v->held_until_at);
	record_u64(&r, v->n_payloads);
	record_u64(&r, v->size);
	record_bytes(&r, v->root.b, sizeof(v->root.b));
	record_u64(&r, (uint64_t)v->cosigned_at);
	shelf_text(s, &r, v->evidence);
	shelf_add(s, PART_SOURCES, &r);
}

static void
put_repository(struct shelf *s, const struct view_repository *v)
{
	struct record r = { 0 };

	shelf_text(s, &r, v->uri);
	shelf_text(s, &r, v->from);
	shelf_text(s, &r, v->state);
	shelf_reason(s, &r, v->reason);
	shelf_text(s, &r, v->detail);
	record_u64(&r, (uint64_t)v->fetched_at);
	record_u64(&r, v->files);
	record_u64(&r, v->bytes);
	shelf_add(s, PART_REPOSITORIES, &r);
}

/* ---- authorities --------------------------------------------------------- */

static void
put_ip_ranges(struct shelf *s, int family, const struct addr_set *set)
{
	size_t size = family == 0 ? 4 : sizeof(set->r->lo.b);

	for (size_t i = 0; i < set->n; i++) {
		struct record r = { 0 };

		record_bytes(&r, set->r[i].lo.b, size);
		record_bytes(&r, set->r[i].hi.b, size);
		shelf_add(s, PART_RANGES_V4 + (enum view_part)family, &r);
	}
}

/* Lists that many inherit are one array: it is put down once, known by where
 * it is and how long (n and r lie side by side). */
static void
put_set(
    struct shelf *s, struct record *r, const struct resources *all, int kind)
{
	const struct addr_set *ip = &all->ip[kind < 2 ? kind : 0];
	enum view_part part = PART_RANGES_V4 + (enum view_part)kind;
	size_t n = kind < 2 ? ip->n : all->as.n;
	struct span key =
	    kind < 2
		? span_of(&ip->n, sizeof(ip->n) + sizeof(ip->r))
		: span_of(&all->as.n, sizeof(all->as.n) + sizeof(all->as.r));
	const void *value = n == 0 ? NULL : map_get(&s->ranges, key);
	uint32_t at = shelf_count(s, part);

	if (value != NULL)
		at = (uint32_t)((uintptr_t)value - 1);
	else if (n > 0) {
		s->failed |=
		    !map_put(&s->ranges, key, (void *)((uintptr_t)at + 1));
		if (kind < 2)
			put_ip_ranges(s, kind, ip);
		for (size_t i = 0; kind == 2 && i < n; i++) {
			struct record range = { 0 };

			record_u32(&range, all->as.r[i].lo);
			record_u32(&range, all->as.r[i].hi);
			shelf_add(s, part, &range);
		}
	}
	record_u32(r, at);
	record_u32(r, (uint32_t)n);
}

static void
put_authority(struct shelf *s, const struct view_authority *v)
{
	struct record r = { 0 };

	shelf_text(s, &r, v->source);
	record_u32(&r, shelf_link(s, &v->link));
	record_bytes(&r, v->key.b, sizeof(v->key.b));
	for (int kind = 0; kind < 3; kind++)
		put_set(s, &r, &v->resources, kind);
	record_u8(&r, (uint8_t)v->resources.ip[0].holding);
	record_u8(&r, (uint8_t)v->resources.ip[1].holding);
	record_u8(&r, (uint8_t)v->resources.as.holding);
	record_u8(&r, (uint8_t)(v->in_force | v->is_holder << 1));
	shelf_add(s, PART_AUTHORITIES, &r);
}

static void
put_held(struct shelf *s, const struct view *v, int family)
{
	VEC(struct reach) all = { 0 };

	for (size_t i = 0; i < v->n_authorities; i++) {
		const struct addr_set *set =
		    &v->authorities[i].resources.ip[family];

		for (size_t j = 0; j < set->n; j++) {
			struct reach r = { set->r[j].lo, set->r[j].hi,
				(uint32_t)i, 0 };

			s->failed |= !vec_push(&all, r);
		}
	}
	put_reaches(s, PART_HELD_V4 + (enum view_part)family, all.v, all.n);
	vec_fini(&all);
}

/* ---- holders ------------------------------------------------------------- */

static uint32_t
holder_number(const struct view *v, const struct view_holder *h)
{
	if (h == NULL)
		return VIEW_NONE;
	ASSERT(h >= v->holders && h < v->holders + v->n_holders);
	return (uint32_t)(h - v->holders);
}

static void
put_holder(struct shelf *s, const struct view_holder *v)
{
	struct record r = { 0 };

	shelf_text(s, &r, v->ledger);
	record_bytes(&r, v->id.b, sizeof(v->id.b));
	shelf_text(s, &r, v->name);
	shelf_text(s, &r, v->region);
	shelf_add(s, PART_HOLDERS, &r);
}

static void
put_witness(struct shelf *s, const struct view_witness *v)
{
	struct record r = { 0 };

	shelf_text(s, &r, v->ledger);
	shelf_text(s, &r, v->name);
	record_u64(&r, (uint64_t)v->cosigned_at);
	shelf_add(s, PART_WITNESSES, &r);
}

static void
put_holding(struct shelf *s, const struct view *v, const struct view_holding *h)
{
	struct record r = { 0 };

	record_u32(&r, (uint32_t)h->kind);
	record_bytes(&r, h->ip.lo.b, sizeof(h->ip.lo.b));
	record_bytes(&r, h->ip.hi.b, sizeof(h->ip.hi.b));
	record_u32(&r, h->as.lo);
	record_u32(&r, h->as.hi);
	record_u32(&r, holder_number(v, h->holder));
	record_u32(&r, holder_number(v, h->contender));
	record_bytes(&r, h->claim.b, sizeof(h->claim.b));
	record_u32(&r, h->level);
	record_u32(&r, (uint32_t)(h->is_young | h->evidence_withdrawn << 1 |
				  h->has_ca_key << 2));
	record_bytes(&r, h->ca_key.b, sizeof(h->ca_key.b));
	shelf_add(s, PART_HOLDINGS, &r);
}

static void
put_claimed(struct shelf *s, const struct view *v, enum holding_kind kind)
{
	VEC(struct reach) all = { 0 };

	for (size_t i = 0; i < v->n_holdings; i++) {
		const struct view_holding *h = &v->holdings[i];
		struct reach r = { h->ip.lo, h->ip.hi, (uint32_t)i, 0 };

		if (h->kind == kind)
			s->failed |= !vec_push(&all, r);
	}
	put_reaches(s, PART_CLAIMED_V4 + (enum view_part)kind, all.v, all.n);
	vec_fini(&all);
}

/* ---- findings ------------------------------------------------------------ */

static void
put_finding(struct shelf *s, const struct finding *f)
{
	struct record r = { 0 };

	shelf_reason(s, &r, f->reason);
	record_u32(&r, (uint32_t)f->effect);
	shelf_text(s, &r, f->object);
	record_bytes(&r, f->hash.b, sizeof(f->hash.b));
	shelf_text(s, &r, f->trust_anchor);
	shelf_text(s, &r, f->point);
	shelf_text(s, &r, f->certificate);
	record_u64(&r, (uint64_t)f->offset);
	shelf_text(s, &r, f->detail);
	shelf_add(s, PART_FINDINGS, &r);
}

struct by_point {
	struct span point;
	uint32_t i;
};

static int
by_point_cmp(const void *va, const void *vb)
{
	const struct by_point *a = va, *b = vb;
	int c = span_cmp(a->point, b->point);

	return c != 0 ? c : (a->i > b->i) - (a->i < b->i);
}

static void
put_points(struct shelf *s, const struct view *v)
{
	struct by_point *all = base_alloc(v->n_findings * sizeof(*all) + 1);

	if (all == NULL) {
		s->failed = true;
		return;
	}
	for (size_t i = 0; i < v->n_findings; i++)
		all[i] = (struct by_point){ v->findings[i].point, (uint32_t)i };
	if (v->n_findings > 1)
		qsort(all, v->n_findings, sizeof(*all), by_point_cmp);
	for (size_t i = 0; i < v->n_findings; i++) {
		struct record r = { 0 };

		record_u32(&r, all[i].i);
		shelf_add(s, PART_POINTS, &r);
	}
	base_free(all);
}

/* ---- the whole ----------------------------------------------------------- */

static void
put_view(struct shelf *s, struct view_front *front, const struct view *v)
{
	put_payloads(s, &front->payloads, v);
	put_left(s, &front->left, v);
	for (size_t i = 0; i < v->n_sources; i++)
		put_source(s, &v->sources[i]);
	for (size_t i = 0; i < v->n_repositories; i++)
		put_repository(s, &v->repositories[i]);
	for (size_t i = 0; i < v->n_authorities; i++)
		put_authority(s, &v->authorities[i]);
	for (size_t i = 0; i < v->n_holders; i++)
		put_holder(s, &v->holders[i]);
	for (size_t i = 0; i < v->n_witnesses; i++)
		put_witness(s, &v->witnesses[i]);
	for (size_t i = 0; i < v->n_holdings; i++)
		put_holding(s, v, &v->holdings[i]);
	for (size_t i = 0; i < v->n_findings; i++)
		put_finding(s, &v->findings[i]);
	put_points(s, v);
	for (int family = 0; family < 2; family++) {
		put_held(s, v, family);
		put_claimed(s, v, (enum holding_kind)family);
	}
}

enum reason
view_bytes(struct buf *out, const struct view *v, struct view_edition edition)
{
	struct view_front front = { .kind = VIEW_WHOLE,
		.head = { .at = v->at,
		    .made_at = v->made_at,
		    .edition = edition,
		    .serial = v->serial,
		    .n_payloads = v->n } };
	struct shelf s;
	enum reason reason;

	memcpy(front.head.sessions, v->sessions, sizeof(v->sessions));
	shelf_init(&s);
	put_view(&s, &front, v);
	reason = shelf_pack(out, &s, &front);
	shelf_fini(&s);
	return reason;
}

enum reason
view_write(const char *path, const struct view *v, struct view_edition edition,
    struct fault *why)
{
	struct buf bytes;
	enum reason reason;

	buf_init(&bytes, SIZE_MAX);
	reason = view_bytes(&bytes, v, edition);
	if (reason == REASON_OK)
		reason = view_file_put(path, &bytes, why);
	else
		(void)fault_say(why, reason, NULL, "%s", path);
	buf_fini(&bytes);
	return reason;
}
