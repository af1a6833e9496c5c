/* What a view says beside payloads, from records to structs. */
#include <string.h>

#include "view/format.h"

void
read_head(struct view *out, const struct view_file *f)
{
	const struct view_head *h = &f->front.head;

	*out = (struct view){
		.at = h->at, .made_at = h->made_at, .serial = h->serial
	};
	memcpy(out->sessions, h->sessions, sizeof(out->sessions));
}

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

/* ---- sources, repositories ----------------------------------------------- */

bool
read_sources(struct view *out, struct reader *r)
{
	size_t n = r->file->part[PART_SOURCES].n;
	struct view_source *all = reader_array(r, PART_SOURCES, sizeof(*all));

	for (size_t i = 0; all != NULL && i < n && !r->file->damaged; i++) {
		struct field f = { file_at(r->file, PART_SOURCES, i) };
		struct view_source *s = &all[i];

		s->kind =
		    (enum source_kind)at_most(r, field_u32(&f), SOURCE_SLURM);
		s->name = file_text(r->file, &f);
		s->reason = file_reason(r->file, &f);
		s->detail = file_text(r->file, &f);
		s->held_until_at = field_time(&f);
		s->n_payloads = field_u64(&f);
		s->size = field_u64(&f);
		field_bytes(&f, s->root.b, sizeof(s->root.b));
		s->cosigned_at = field_time(&f);
		s->evidence = file_text(r->file, &f);
	}
	out->sources = all;
	out->n_sources = all == NULL ? 0 : n;
	return all != NULL;
}

bool
read_repositories(struct view *out, struct reader *r)
{
	size_t n = r->file->part[PART_REPOSITORIES].n;
	struct view_repository *all =
	    reader_array(r, PART_REPOSITORIES, sizeof(*all));

	for (size_t i = 0; all != NULL && i < n && !r->file->damaged; i++) {
		struct field f = { file_at(r->file, PART_REPOSITORIES, i) };
		struct view_repository *p = &all[i];

		p->uri = file_text(r->file, &f);
		p->from = file_text(r->file, &f);
		p->state = file_text(r->file, &f);
		p->reason = file_reason(r->file, &f);
		p->detail = file_text(r->file, &f);
		p->fetched_at = field_time(&f);
		p->files = field_u64(&f);
		p->bytes = field_u64(&f);
	}
	out->repositories = all;
	out->n_repositories = all == NULL ? 0 : n;
	return all != NULL;
}

/* ---- authorities --------------------------------------------------------- */

void
read_authority(struct view_authority *out, struct range_parts *ranges,
    struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_AUTHORITIES, i) };
	uint8_t holding[3], flags;

	*out = (struct view_authority){ 0 };
	*ranges = (struct range_parts){ 0 };
	if (f.p == NULL)
		return;
	out->source = file_text(r->file, &f);
	out->link = read_link(r, field_u32(&f));
	field_bytes(&f, out->key.b, sizeof(out->key.b));
	for (size_t kind = 0; kind < 3; kind++) {
		enum view_part part = PART_RANGES_V4 + (enum view_part)kind;

		ranges->at[kind] = field_u32(&f);
		ranges->n[kind] = field_u32(&f);
		if (ranges->n[kind] > 0 &&
		    file_run(r->file, part, ranges->at[kind],
			ranges->n[kind]) == NULL)
			ranges->n[kind] = 0;
	}
	for (size_t kind = 0; kind < 3; kind++)
		holding[kind] =
		    (uint8_t)at_most(r, field_u8(&f), HOLDS_INHERIT);
	out->resources.ip[0].holding = (enum holding)holding[0];
	out->resources.ip[1].holding = (enum holding)holding[1];
	out->resources.as.holding = (enum holding)holding[2];
	flags = field_u8(&f);
	out->in_force = flags & 1;
	out->is_holder = flags >> 1 & 1;
	/* Without one there is nothing to say about it. */
	if (out->link == NULL)
		r->file->damaged = true;
}

void
read_range(struct addr_range *out, struct reader *r, int family, size_t i)
{
	enum view_part part = PART_RANGES_V4 + (enum view_part)family;
	size_t size = family == 0 ? 4 : sizeof(out->lo.b);
	struct field f = { file_at(r->file, part, i) };

	*out = (struct addr_range){ 0 };
	if (f.p == NULL)
		return;
	field_bytes(&f, out->lo.b, size);
	field_bytes(&f, out->hi.b, size);
	if (addr_cmp(&out->lo, &out->hi) > 0)
		r->file->damaged = true;
}

void
read_asn_range(struct asn_range *out, struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_RANGES_AS, i) };

	*out = (struct asn_range){ 0 };
	if (f.p == NULL)
		return;
	out->lo = field_u32(&f);
	out->hi = field_u32(&f);
	if (out->lo > out->hi)
		r->file->damaged = true;
}

/* ---- holders ------------------------------------------------------------- */

bool
read_holders(struct view *out, struct reader *r)
{
	size_t n = r->file->part[PART_HOLDERS].n;
	struct view_holder *all = reader_array(r, PART_HOLDERS, sizeof(*all));

	for (size_t i = 0; all != NULL && i < n && !r->file->damaged; i++) {
		struct field f = { file_at(r->file, PART_HOLDERS, i) };

		all[i].ledger = file_text(r->file, &f);
		field_bytes(&f, all[i].id.b, sizeof(all[i].id.b));
		all[i].name = file_text(r->file, &f);
		all[i].region = file_text(r->file, &f);
	}
	out->holders = r->holders = all;
	out->n_holders = all == NULL ? 0 : n;
	return all != NULL;
}

bool
read_witnesses(struct view *out, struct reader *r)
{
	size_t n = r->file->part[PART_WITNESSES].n;
	struct view_witness *all =
	    reader_array(r, PART_WITNESSES, sizeof(*all));

	for (size_t i = 0; all != NULL && i < n && !r->file->damaged; i++) {
		struct field f = { file_at(r->file, PART_WITNESSES, i) };

		all[i].ledger = file_text(r->file, &f);
		all[i].name = file_text(r->file, &f);
		all[i].cosigned_at = field_time(&f);
	}
	out->witnesses = all;
	out->n_witnesses = all == NULL ? 0 : n;
	return all != NULL;
}

static const struct view_holder *
holder(struct reader *r, uint32_t i)
{
	if (i == VIEW_NONE)
		return NULL;
	if (i < r->file->part[PART_HOLDERS].n)
		return &r->holders[i];
	r->file->damaged = true;
	return NULL;
}

void
read_holding(struct view_holding *out, struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_HOLDINGS, i) };
	uint32_t flags;

	*out = (struct view_holding){ 0 };
	if (f.p == NULL)
		return;
	out->kind = (enum holding_kind)at_most(r, field_u32(&f), HOLDING_AS);
	field_bytes(&f, out->ip.lo.b, sizeof(out->ip.lo.b));
	field_bytes(&f, out->ip.hi.b, sizeof(out->ip.hi.b));
	out->as.lo = field_u32(&f);
	out->as.hi = field_u32(&f);
	out->holder = holder(r, field_u32(&f));
	out->contender = holder(r, field_u32(&f));
	field_bytes(&f, out->claim.b, sizeof(out->claim.b));
	out->level = field_u32(&f);
	flags = field_u32(&f);
	out->is_young = flags & 1;
	out->evidence_withdrawn = flags >> 1 & 1;
	out->has_ca_key = flags >> 2 & 1;
	field_bytes(&f, out->ca_key.b, sizeof(out->ca_key.b));
	if (out->holder == NULL || addr_cmp(&out->ip.lo, &out->ip.hi) > 0 ||
	    out->as.lo > out->as.hi)
		r->file->damaged = true;
}

/* ---- findings ------------------------------------------------------------ */

void
read_finding(struct finding *out, struct reader *r, size_t i)
{
	struct field f = { file_at(r->file, PART_FINDINGS, i) };

	*out = (struct finding){ 0 };
	if (f.p == NULL)
		return;
	out->reason = file_reason(r->file, &f);
	out->effect = (enum effect)at_most(r, field_u32(&f), EFFECT_LEDGER);
	out->object = file_text(r->file, &f);
	field_bytes(&f, out->hash.b, sizeof(out->hash.b));
	out->trust_anchor = file_text(r->file, &f);
	out->point = file_text(r->file, &f);
	out->certificate = file_text(r->file, &f);
	out->offset = (size_t)field_u64(&f);
	out->detail = file_text(r->file, &f);
}
