/* All of a view, from its file. */
#include "view/format.h"

static void
load_payloads(struct view *out, struct reader *r)
{
	size_t n = r->file->part[PART_PAYLOADS].n;
	size_t n_left = r->file->part[PART_LEFT].n;

	out->payloads = reader_array(r, PART_PAYLOADS, sizeof(*out->payloads));
	out->left = reader_array(r, PART_LEFT, sizeof(*out->left));
	if (out->payloads == NULL || out->left == NULL)
		return;
	for (size_t i = 0; i < n && !r->file->damaged; i++)
		read_payload(&out->payloads[i], r, i);
	for (size_t i = 0; i < n_left && !r->file->damaged; i++)
		read_left(&out->left[i], r, i);
	out->n = n;
	out->n_left = n_left;
}

/* Those of one family, all of them: sets point into them. */
static bool
load_ranges(struct reader *r)
{
	for (int family = 0; family < 2; family++) {
		enum view_part part = PART_RANGES_V4 + (enum view_part)family;
		size_t n = r->file->part[part].n;

		r->ranges[family] =
		    reader_array(r, part, sizeof(struct addr_range));
		if (r->ranges[family] == NULL)
			return false;
		for (size_t i = 0; i < n; i++)
			read_range(&r->ranges[family][i], r, family, i);
	}
	r->as_ranges =
	    reader_array(r, PART_RANGES_AS, sizeof(struct asn_range));
	if (r->as_ranges == NULL)
		return false;
	for (size_t i = 0; i < r->file->part[PART_RANGES_AS].n; i++)
		read_asn_range(&r->as_ranges[i], r, i);
	return true;
}

static void
load_authorities(struct view *out, struct reader *r)
{
	size_t n = r->file->part[PART_AUTHORITIES].n;
	struct view_authority *all =
	    reader_array(r, PART_AUTHORITIES, sizeof(*all));

	if (all == NULL || !load_ranges(r))
		return;
	for (size_t i = 0; i < n && !r->file->damaged; i++) {
		struct range_parts at;

		read_authority(&all[i], &at, r, i);
		for (int family = 0; family < 2; family++) {
			all[i].resources.ip[family].n = at.n[family];
			all[i].resources.ip[family].r =
			    at.n[family] > 0 ? r->ranges[family] + at.at[family]
					     : NULL;
		}
		all[i].resources.as.n = at.n[2];
		all[i].resources.as.r =
		    at.n[2] > 0 ? r->as_ranges + at.at[2] : NULL;
	}
	out->authorities = all;
	out->n_authorities = n;
}

static void
load_rest(struct view *out, struct reader *r)
{
	size_t n_holdings = r->file->part[PART_HOLDINGS].n;
	size_t n_findings = r->file->part[PART_FINDINGS].n;

	out->holdings = reader_array(r, PART_HOLDINGS, sizeof(*out->holdings));
	out->findings = reader_array(r, PART_FINDINGS, sizeof(*out->findings));
	if (out->holdings == NULL || out->findings == NULL)
		return;
	for (size_t i = 0; i < n_holdings; i++)
		read_holding(&out->holdings[i], r, i);
	for (size_t i = 0; i < n_findings; i++)
		read_finding(&out->findings[i], r, i);
	out->n_holdings = n_holdings;
	out->n_findings = n_findings;
}

/* Look-ups and who comes after believe in the order. */
static bool
is_ordered(const struct view *v)
{
	for (size_t i = 1; i < v->n; i++)
		if (payload_order(&v->payloads[i - 1], &v->payloads[i]) > 0)
			return false;
	for (size_t i = 1; i < v->n_left; i++)
		if (payload_order(
			&v->left[i - 1].payload, &v->left[i].payload) > 0)
			return false;
	return true;
}

enum reason
view_load(struct view *out, struct view_file *f, struct arena *arena)
{
	struct reader r = { .file = f, .arena = arena };

	if (f->front.kind != VIEW_WHOLE)
		return R_VIEW_DAMAGED;
	read_head(out, f);
	if (reader_shared(&r)) {
		load_payloads(out, &r);
		if (read_sources(out, &r) && read_repositories(out, &r) &&
		    read_holders(out, &r) && read_witnesses(out, &r)) {
			load_authorities(out, &r);
			load_rest(out, &r);
		}
	}
	TRY(reader_end(&r));
	return is_ordered(out) ? REASON_OK : R_VIEW_DAMAGED;
}

enum reason
view_load_heard(struct view *out, struct view_file *f, struct arena *arena)
{
	struct reader r = { .file = f, .arena = arena };
	size_t n = f->part[PART_PAYLOADS].n;

	if (f->front.kind != VIEW_WHOLE)
		return R_VIEW_DAMAGED;
	read_head(out, f);
	out->payloads = reader_array(&r, PART_PAYLOADS, sizeof(*out->payloads));
	for (size_t i = 0; reader_end(&r) == REASON_OK && i < n; i++) {
		struct payload *p = &out->payloads[out->n];
		int c = -1;

		read_heard(p, &r, i);
		if (out->n > 0)
			c = payload_cmp(p - 1, p);
		f->damaged |= c > 0;
		out->n += c < 0;
	}
	return reader_end(&r);
}
