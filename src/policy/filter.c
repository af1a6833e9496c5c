/* Which filter removes a payload: the first of those that match. */
#include <stdlib.h>

#include "policy/inside.h"

static int
key_order(const void *va, const void *vb)
{
	const struct filter_key *a = va, *b = vb;
	int c = 0;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->tag != b->tag)
		return a->tag < b->tag ? -1 : 1;
	if (a->has_ski != b->has_ski)
		return a->has_ski ? 1 : -1;
	if (a->has_ski)
		c = span_cmp(SPAN_OF(a->ski), SPAN_OF(b->ski));
	return c != 0 ? c : (a->number > b->number) - (a->number < b->number);
}

bool
filters_make(struct filters *out, const struct slurm *slurm)
{
	*out = (struct filters){ .slurm = slurm };
	for (size_t i = 0; i < slurm->filters.n; i++) {
		const struct slurm_filter *f = &slurm->filters.v[i];
		uint64_t tag = f->has_asn ? 1 + (uint64_t)f->asn.v : 0;
		struct nest_item item = { f->prefix, tag, (uint32_t)i };
		struct filter_key key = { .kind = f->kind,
			.tag = tag,
			.has_ski = f->has_ski,
			.ski = f->ski,
			.number = (uint32_t)i };

		if (f->has_prefix ? !nest_add(&out->prefixes, &item)
				  : !vec_push(&out->keys, key))
			return false;
	}
	if (out->keys.n > 1)
		qsort(
		    out->keys.v, out->keys.n, sizeof(*out->keys.v), key_order);
	return nest_seal(&out->prefixes);
}

static void
match_key(uint32_t *best, const struct filters *f, struct filter_key key)
{
	size_t lo = 0, hi = f->keys.n;
	const struct filter_key *found;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (key_order(&f->keys.v[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo == f->keys.n)
		return;
	found = &f->keys.v[lo];
	key.number = found->number;
	if (key_order(found, &key) == 0 && found->number < *best)
		*best = found->number;
}

static void
match_prefix(uint32_t *best, const struct filters *f, const struct vrp *vrp)
{
	uint64_t tags[] = { 0, 1 + (uint64_t)vrp->asn.v };
	size_t node = nest_covering(&f->prefixes, &vrp->prefix), first;

	for (; node != NEST_NONE; node = f->prefixes.nodes.v[node].up)
		for (size_t i = 0; i < COUNT(tags); i++)
			if (nest_first(&f->prefixes, node, tags[i], &first) &&
			    f->prefixes.items.v[first].number < *best)
				*best = f->prefixes.items.v[first].number;
}

unsigned
filters_match(const struct filters *f, const struct payload *p)
{
	uint32_t best = UINT32_MAX;
	struct filter_key key = { .kind = p->kind };

	switch (p->kind) {
	case PAYLOAD_VRP:
		match_prefix(&best, f, &p->vrp);
		key.tag = 1 + (uint64_t)p->vrp.asn.v;
		match_key(&best, f, key);
		break;
	case PAYLOAD_ASPA:
		key.tag = 1 + (uint64_t)p->aspa.customer.v;
		match_key(&best, f, key);
		break;
	case PAYLOAD_ROUTER_KEY:
		key.tag = 1 + (uint64_t)p->key.asn.v;
		match_key(&best, f, key);
		key.has_ski = true;
		key.ski = p->key.ski;
		match_key(&best, f, key);
		key.tag = 0;
		match_key(&best, f, key);
		break;
	}
	return best == UINT32_MAX ? 0 : best + 1;
}

void
filters_fini(struct filters *f)
{
	nest_fini(&f->prefixes);
	vec_fini(&f->keys);
}
