/* Parts in the making: what is pointed at is put down once, and numbered. */
#include <string.h>

#include "view/format.h"

/* Offsets and record numbers have 32 bits. */
#define PART_MAX ((size_t)UINT32_MAX - VIEW_PAGE)

void
shelf_init(struct shelf *s)
{
	*s = (struct shelf){ 0 };
	for (size_t i = 0; i < PART_COUNT; i++)
		buf_init(&s->part[i], PART_MAX);
	map_init(&s->text);
	map_init(&s->links);
	map_init(&s->statements);
	map_init(&s->origins);
	map_init(&s->ranges);
}

void
shelf_fini(struct shelf *s)
{
	for (size_t i = 0; i < PART_COUNT; i++)
		buf_fini(&s->part[i]);
	map_fini(&s->text);
	map_fini(&s->links);
	map_fini(&s->statements);
	map_fini(&s->origins);
	map_fini(&s->ranges);
}

uint32_t
shelf_count(const struct shelf *s, enum view_part part)
{
	return (uint32_t)(s->part[part].n / view_part_size(part));
}

void
shelf_add(struct shelf *s, enum view_part part, const struct record *r)
{
	ASSERT(r->n == view_part_size(part));
	buf_add(&s->part[part], r->b, r->n);
}

/* A number as a map's value, which may not be NULL. */
static void *
number_value(uint32_t i)
{
	return (void *)((uintptr_t)i + 1);
}

static bool
known(uint32_t *out, const struct map *map, struct span key)
{
	const void *value = map_get(map, key);

	*out = (uint32_t)((uintptr_t)value - 1);
	return value != NULL;
}

static void
learn(struct shelf *s, struct map *map, struct span key, uint32_t i)
{
	if (!map_put(map, key, number_value(i)))
		s->failed = true;
}

void
shelf_text(struct shelf *s, struct record *r, struct span text)
{
	uint32_t at = 0;

	if (text.n > 0 && !known(&at, &s->text, text)) {
		at = (uint32_t)s->part[PART_TEXT].n;
		buf_span(&s->part[PART_TEXT], text);
		learn(s, &s->text, text, at);
	}
	record_u32(r, at);
	record_u32(r, (uint32_t)text.n);
}

/* What nobody else says: no need to look. */
static void
put_new_text(struct shelf *s, struct record *r, struct span text)
{
	record_u32(r, (uint32_t)s->part[PART_TEXT].n);
	record_u32(r, (uint32_t)text.n);
	buf_span(&s->part[PART_TEXT], text);
}

void
shelf_reason(struct shelf *s, struct record *r, enum reason reason)
{
	struct record id = { 0 };

	if (s->reasons[reason] == 0) {
		shelf_text(s, &id, span_str(reason_id(reason)));
		shelf_add(s, PART_REASONS, &id);
		s->reasons[reason] = shelf_count(s, PART_REASONS);
	}
	record_u32(r, s->reasons[reason] - 1);
}

/* ---- provenance ---------------------------------------------------------- */

static void
add_link(struct shelf *s, const struct link *l, uint32_t parent)
{
	struct record r = { 0 };

	record_u32(&r, parent);
	record_u32(&r, l->depth);
	shelf_text(s, &r, l->uri);
	shelf_text(s, &r, l->manifest_uri);
	record_bytes(&r, l->hash.b, sizeof(l->hash.b));
	record_u64(&r, (uint64_t)l->not_before_at);
	record_u64(&r, (uint64_t)l->not_after_at);
	record_u64(&r, (uint64_t)l->chain_from_at);
	record_u64(&r, (uint64_t)l->chain_until_at);
	shelf_add(s, PART_LINKS, &r);
}

/* From the first that is not there yet down to this one. */
uint32_t
shelf_link(struct shelf *s, const struct link *const *link)
{
	VEC(const struct link *const *) missing = { 0 };
	const struct link *const *at = link;
	uint32_t i = VIEW_NONE;

	while (*at != NULL && !known(&i, &s->links, SPAN_OF(*at))) {
		if (!vec_push(&missing, at)) {
			s->failed = true;
			break;
		}
		at = &(*at)->parent;
		i = VIEW_NONE;
	}
	while (missing.n > 0) {
		at = missing.v[--missing.n];
		add_link(s, *at, i);
		i = shelf_count(s, PART_LINKS) - 1;
		learn(s, &s->links, SPAN_OF(*at), i);
	}
	vec_fini(&missing);
	return i;
}

static uint32_t
add_statement(struct shelf *s, const struct statement_origin *const *where)
{
	const struct statement_origin *o = *where;
	struct record r = { 0 };
	uint32_t i = VIEW_NONE;

	if (o == NULL || known(&i, &s->statements, SPAN_OF(*where)))
		return i;
	record_u64(&r, o->entry);
	record_bytes(&r, o->holder.b, sizeof(o->holder.b));
	shelf_text(s, &r, o->name);
	shelf_text(s, &r, o->region);
	record_u32(&r, o->level);
	record_u32(&r, o->has_ca_key);
	record_bytes(&r, o->ca_key.b, sizeof(o->ca_key.b));
	record_u32(&r, shelf_count(s, PART_DIGESTS));
	record_u32(&r, (uint32_t)o->n_endorsers);
	for (size_t j = 0; j < o->n_endorsers; j++)
		buf_add(&s->part[PART_DIGESTS], o->endorsers[j].b,
		    sizeof(o->endorsers[j].b));
	shelf_add(s, PART_STATEMENTS, &r);
	i = shelf_count(s, PART_STATEMENTS) - 1;
	learn(s, &s->statements, SPAN_OF(*where), i);
	return i;
}

uint32_t
shelf_origin(struct shelf *s, const struct origin *const *where)
{
	const struct origin *o = *where;
	struct record r = { 0 };
	uint32_t i = VIEW_NONE;

	if (o == NULL || known(&i, &s->origins, SPAN_OF(*where)))
		return i;
	shelf_text(s, &r, o->source);
	record_u32(&r, shelf_link(s, &o->chain));
	record_u32(&r, add_statement(s, &o->statement));
	put_new_text(s, &r, o->uri);
	record_bytes(&r, o->hash.b, sizeof(o->hash.b));
	record_u64(&r, (uint64_t)o->not_before_at);
	record_u64(&r, (uint64_t)o->not_after_at);
	record_u64(&r, (uint64_t)o->stale_at);
	record_u64(&r, (uint64_t)o->chain_from_at);
	record_u64(&r, (uint64_t)o->chain_until_at);
	shelf_add(s, PART_ORIGINS, &r);
	i = shelf_count(s, PART_ORIGINS) - 1;
	learn(s, &s->origins, SPAN_OF(*where), i);
	return i;
}

/* ---- payloads ------------------------------------------------------------ */

static void
put_vrp(struct record *r, const struct vrp *v)
{
	record_u8(r, (uint8_t)v->prefix.family);
	record_u8(r, v->prefix.len);
	record_u8(r, v->max_len);
	record_u32(r, v->asn.v);
	record_bytes(r, v->prefix.addr.b, sizeof(v->prefix.addr.b));
}

static void
put_aspa(struct shelf *s, struct record *r, const struct aspa *a)
{
	static const uint8_t nothing[8];

	record_bytes(r, nothing, 3);
	record_u32(r, a->customer.v);
	record_u32(r, shelf_count(s, PART_NUMBERS));
	record_u32(r, (uint32_t)a->n);
	record_bytes(r, nothing, sizeof(nothing));
	for (size_t i = 0; i < a->n; i++) {
		struct record n = { 0 };

		record_u32(&n, a->providers[i].v);
		shelf_add(s, PART_NUMBERS, &n);
	}
}

/* The SKI before the key: both as one text. */
static void
put_key(struct shelf *s, struct record *r, const struct router_key *k)
{
	static const uint8_t nothing[8];
	struct buf *text = &s->part[PART_TEXT];

	record_bytes(r, nothing, 3);
	record_u32(r, k->asn.v);
	record_u32(r, (uint32_t)text->n);
	record_u32(r, (uint32_t)(sizeof(k->ski.b) + k->spki.n));
	record_bytes(r, nothing, sizeof(nothing));
	buf_add(text, k->ski.b, sizeof(k->ski.b));
	buf_span(text, k->spki);
}

void
shelf_payload(struct shelf *s, struct record *r, const struct payload *p)
{
	record_u8(r, (uint8_t)p->kind);
	switch (p->kind) {
	case PAYLOAD_VRP:
		put_vrp(r, &p->vrp);
		break;
	case PAYLOAD_ASPA:
		put_aspa(s, r, &p->aspa);
		break;
	case PAYLOAD_ROUTER_KEY:
		put_key(s, r, &p->key);
		break;
	}
	record_u32(r, shelf_origin(s, &p->origin));
}

/* What follows the payload and its `up`. */
void
shelf_left(struct shelf *s, struct record *r, const struct view_left *l)
{
	record_u32(r, (uint32_t)l->cause);
	record_u32(r, l->rule);
	shelf_text(s, r, l->why);
	record_u32(r, shelf_origin(s, &l->by));
}
