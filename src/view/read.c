/*
 * From records to structs. What is wrong marks the file as damaged and reads
 * as nothing; who reads asks reader_end() before it believes any of it.
 */
#include <string.h>

#include "view/format.h"

enum reason
reader_end(const struct reader *r)
{
	if (r->file->damaged)
		return R_VIEW_DAMAGED;
	return r->no_memory ? R_LIMIT_MEMORY : REASON_OK;
}

/* Memory for all records of a part, which are there, or NULL. */
void *
reader_array(struct reader *r, enum view_part part, size_t size)
{
	size_t n = r->file->part[part].n;
	void *p = NULL;

	if (file_run(r->file, part, 0, n) != NULL)
		p = arena_array(r->arena, n, size);
	if (p == NULL && !r->file->damaged)
		r->no_memory = true;
	return p;
}

/* A value of an enumeration that ends with `last`. */
static uint32_t
at_most(struct reader *r, uint32_t value, uint32_t last)
{
	if (value <= last)
		return value;
	r->file->damaged = true;
	return 0;
}

static int64_t
field_time(struct field *f)
{
	return (int64_t)field_u64(f);
}

static struct span
text(struct reader *r, struct field *f)
{
	return file_text(r->file, f);
}

/* ---- provenance ---------------------------------------------------------- */

/* All but its parent, whose number is returned. */
static uint32_t
fill_link(struct link *out, struct reader *r, uint32_t i)
{
	struct field f = { file_at(r->file, PART_LINKS, i) };
	uint32_t parent;

	if (f.p == NULL)
		return VIEW_NONE;
	parent = field_u32(&f);
	out->depth = field_u32(&f);
	out->uri = text(r, &f);
	out->manifest_uri = text(r, &f);
	field_bytes(&f, out->hash.b, sizeof(out->hash.b));
	out->not_before_at = field_time(&f);
	out->not_after_at = field_time(&f);
	out->chain_from_at = field_time(&f);
	out->chain_until_at = field_time(&f);
	/* Its own number above every parent's: a chain has an end. */
	if (parent != VIEW_NONE && parent >= i) {
		r->file->damaged = true;
		return VIEW_NONE;
	}
	return parent;
}

const struct link *
read_link(struct reader *r, uint32_t i)
{
	const struct link *first = NULL, **to = &first;

	if (i == VIEW_NONE)
		return NULL;
	if (r->links != NULL) {
		if (i < r->file->part[PART_LINKS].n)
			return &r->links[i];
		r->file->damaged = true;
		return NULL;
	}
	for (; i != VIEW_NONE && reader_end(r) == REASON_OK;) {
		struct link *l = ARENA_NEW(r->arena, struct link);

		if (l == NULL) {
			r->no_memory = true;
			break;
		}
		i = fill_link(l, r, i);
		*to = l;
		to = &l->parent;
	}
	return first;
}

static void
fill_statement(struct statement_origin *out, struct reader *r, uint32_t i)
{
	struct field f = { file_at(r->file, PART_STATEMENTS, i) };
	uint32_t at, n;
	const uint8_t *p;

	if (f.p == NULL)
		return;
	out->entry = field_u64(&f);
	field_bytes(&f, out->holder.b, sizeof(out->holder.b));
	out->name = text(r, &f);
	out->region = text(r, &f);
	out->level = field_u32(&f);
	out->has_ca_key = field_u32(&f) != 0;
	field_bytes(&f, out->ca_key.b, sizeof(out->ca_key.b));
	at = field_u32(&f);
	n = field_u32(&f);
	p = file_run(r->file, PART_DIGESTS, at, n);
	if (p == NULL)
		return;
	/* Bytes only: no alignment to mind. */
	out->endorsers = (const struct digest *)(const void *)p;
	out->n_endorsers = n;
}

static const struct statement_origin *
read_statement(struct reader *r, uint32_t i)
{
	struct statement_origin *out;

	if (i == VIEW_NONE)
		return NULL;
	if (r->statements != NULL) {
		if (i < r->file->part[PART_STATEMENTS].n)
			return &r->statements[i];
		r->file->damaged = true;
		return NULL;
	}
	out = ARENA_NEW(r->arena, struct statement_origin);
	if (out == NULL)
		r->no_memory = true;
	else
		fill_statement(out, r, i);
	return out;
}

static void
fill_origin(struct origin *out, struct reader *r, uint32_t i)
{
	struct field f = { file_at(r->file, PART_ORIGINS, i) };

	if (f.p == NULL)
		return;
	out->source = text(r, &f);
	out->chain = read_link(r, field_u32(&f));
	out->statement = read_statement(r, field_u32(&f));
	out->uri = text(r, &f);
	field_bytes(&f, out->hash.b, sizeof(out->hash.b));
	out->not_before_at = field_time(&f);
	out->not_after_at = field_time(&f);
	out->stale_at = field_time(&f);
	out->chain_from_at = field_time(&f);
	out->chain_until_at = field_time(&f);
}

const struct origin *
read_origin(struct reader *r, uint32_t i)
{
	struct origin *out;

	if (r->origins != NULL) {
		if (i < r->file->part[PART_ORIGINS].n)
			return &r->origins[i];
		r->file->damaged = true;
		return NULL;
	}
	out = ARENA_NEW(r->arena, struct origin);
	if (out == NULL)
		r->no_memory = true;
	else
		fill_origin(out, r, i);
	return out;
}

/* What many point at, each made once. */
bool
reader_shared(struct reader *r)
{
	struct view_file *f = r->file;
	struct link *links = reader_array(r, PART_LINKS, sizeof(*links));
	struct statement_origin *said =
	    reader_array(r, PART_STATEMENTS, sizeof(*said));
	struct origin *origins =
	    reader_array(r, PART_ORIGINS, sizeof(*origins));

	if (links == NULL || said == NULL || origins == NULL)
		return false;
	for (uint32_t i = 0; i < f->part[PART_LINKS].n && !f->damaged; i++) {
		uint32_t parent = fill_link(&links[i], r, i);

		links[i].parent = parent == VIEW_NONE ? NULL : &links[parent];
	}
	r->links = links;
	for (uint32_t i = 0; i < f->part[PART_STATEMENTS].n; i++)
		fill_statement(&said[i], r, i);
	r->statements = said;
	for (uint32_t i = 0; i < f->part[PART_ORIGINS].n && !f->damaged; i++)
		fill_origin(&origins[i], r, i);
	r->origins = origins;
	return !f->damaged;
}

/* ---- payloads ------------------------------------------------------------ */

static void
read_vrp(struct vrp *out, struct reader *r, struct field *f)
{
	uint8_t family = field_u8(f);
	struct prefix *p = &out->prefix;

	p->family = family == FAMILY_V6 ? FAMILY_V6 : FAMILY_V4;
	p->len = field_u8(f);
	out->max_len = field_u8(f);
	out->asn.v = field_u32(f);
	field_bytes(f, p->addr.b, sizeof(p->addr.b));
	if (family != (uint8_t)p->family || p->len > out->max_len ||
	    out->max_len > family_bits(p->family)) {
		r->file->damaged = true;
		*out = (struct vrp){ .prefix.family = FAMILY_V4 };
		return;
	}
	/* Host bits are zero, or it would not cover itself. */
	if (!prefix_covers(p, p))
		r->file->damaged = true;
}

static void
read_aspa(struct aspa *out, struct reader *r, struct field *f)
{
	struct field numbers;
	struct asn *all;
	uint32_t at, n;

	f->p += 3;
	out->customer.v = field_u32(f);
	at = field_u32(f);
	n = field_u32(f);
	f->p += 8;
	numbers.p = file_run(r->file, PART_NUMBERS, at, n);
	if (numbers.p == NULL)
		return;
	all = ARENA_ARRAY(r->arena, n, struct asn);
	if (all == NULL) {
		r->no_memory = true;
		return;
	}
	for (uint32_t i = 0; i < n; i++) {
		all[i].v = field_u32(&numbers);
		if (i > 0 && all[i].v <= all[i - 1].v)
			r->file->damaged = true;
	}
	out->providers = all;
	out->n = n;
}

static void
read_key(struct router_key *out, struct reader *r, struct field *f)
{
	struct span both;

	f->p += 3;
	out->asn.v = field_u32(f);
	both = text(r, f);
	f->p += 8;
	if (both.n < sizeof(out->ski.b)) {
		r->file->damaged = true;
		return;
	}
	memcpy(out->ski.b, both.p, sizeof(out->ski.b));
	out->spki =
	    span_of(both.p + sizeof(out->ski.b), both.n - sizeof(out->ski.b));
}

/* The origin's number is returned. */
static uint32_t
read_contents(struct payload *out, struct reader *r, struct field *f)
{
	out->kind =
	    (enum payload_kind)at_most(r, field_u8(f), PAYLOAD_ROUTER_KEY);
	switch (out->kind) {
	case PAYLOAD_VRP:
		read_vrp(&out->vrp, r, f);
		break;
	case PAYLOAD_ASPA:
		read_aspa(&out->aspa, r, f);
		break;
	case PAYLOAD_ROUTER_KEY:
		read_key(&out->key, r, f);
		break;
	}
	return field_u32(f);
}

void
read_payload(struct payload *out, struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_PAYLOADS, i) };

	*out = (struct payload){ 0 };
	if (f.p == NULL)
		return;
	out->origin = read_origin(r, read_contents(out, r, &f));
}

void
read_heard(struct payload *out, struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_PAYLOADS, i) };

	*out = (struct payload){ 0 };
	if (f.p != NULL)
		(void)read_contents(out, r, &f);
}

void
read_left(struct view_left *out, struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_LEFT, i) };
	uint32_t by;

	*out = (struct view_left){ 0 };
	if (f.p == NULL)
		return;
	out->payload.origin =
	    read_origin(r, read_contents(&out->payload, r, &f));
	(void)field_u32(&f); /* up */
	out->cause = (enum left_cause)at_most(r, field_u32(&f), LEFT_PROVIDERS);
	out->rule = field_u32(&f);
	out->why = text(r, &f);
	by = field_u32(&f);
	out->by = by == VIEW_NONE ? NULL : read_origin(r, by);
}
