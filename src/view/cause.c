/* Why something is not in a view, from what the view says of its sources,
 * findings and authorities. */
#include "view/format.h"

static const char *const ids[] = {
	[CAUSE_NONE] = "unknown",
	[CAUSE_PUBLISHED] = "published",
	[CAUSE_GONE] = "gone",
	[CAUSE_REPLACED] = "replaced",
	[CAUSE_REFUSED] = "refused",
	[CAUSE_REVOKED] = "revoked",
	[CAUSE_EXPIRED] = "expired",
	[CAUSE_CHAIN] = "chain",
	[CAUSE_FETCH] = "fetch",
	[CAUSE_SOURCE] = "source",
	[CAUSE_UNCONFIGURED] = "unconfigured",
	[CAUSE_POLICY] = "policy",
	[CAUSE_CONTESTED] = "contested",
	[CAUSE_YOUNG] = "young",
	[CAUSE_UNCLAIMED] = "unclaimed",
	[CAUSE_UNCERTIFIED] = "uncertified",
	[CAUSE_SILENT] = "silent",
};

const char *
cause_id(enum cause_kind kind)
{
	ASSERT(kind < COUNT(ids));
	return ids[kind];
}

const char *
cause_text(enum cause_kind kind)
{
	static const char *const texts[] = {
		[CAUSE_NONE] = "nothing is known that would explain it",
		[CAUSE_PUBLISHED] = "it was published",
		[CAUSE_GONE] =
		    "it is no longer published, though it would still hold",
		[CAUSE_REPLACED] =
		    "its object is there and says something else",
		[CAUSE_REFUSED] = "its object was refused",
		[CAUSE_REVOKED] = "its object, or a CA above it, was revoked",
		[CAUSE_EXPIRED] =
		    "its time, or that of the chain above it, is over",
		[CAUSE_CHAIN] =
		    "a CA above it, or its publication point, was refused",
		[CAUSE_FETCH] = "its repository could not be had",
		[CAUSE_SOURCE] = "its trust anchor or ledger failed",
		[CAUSE_UNCONFIGURED] =
		    "its trust anchor, ledger or SLURM file is not configured",
		[CAUSE_POLICY] = "policy left it out",
		[CAUSE_CONTESTED] = "the claim it rests on is contested",
		[CAUSE_YOUNG] = "the claim it rests on is too young",
		[CAUSE_UNCLAIMED] = "nobody holds that space in the ledger",
		[CAUSE_UNCERTIFIED] =
		    "no holder has a CA for that space in the RPKI",
		[CAUSE_SILENT] = "its holder authorizes nothing such",
	};

	ASSERT(kind < COUNT(texts));
	return texts[kind];
}

const char *
change_op_id(enum change_op op)
{
	static const char *const ops[] = { [CHANGE_ADDED] = "added",
		[CHANGE_REMOVED] = "removed",
		[CHANGE_REPLACED] = "replaced" };

	ASSERT(op < COUNT(ops));
	return ops[op];
}

struct view_index {
	const struct view *view;
	struct map objects;     /* URI -> finding, no warning */
	struct map points;      /* manifest URI -> finding about all of it */
	struct map authorities; /* manifest URI -> authority */
	struct map speaking;    /* URI -> origin with payloads, also left out */
	struct map sources;     /* name -> source */
	struct map repositories; /* URI -> repository that could not be had */
	struct tally *tallies;   /* one more than there are holdings */
};

/* Of the holdings before this one. */
struct tally {
	uint32_t contested, young;
};

/* The first stays. */
static bool
put(struct map *map, struct span key, const void *value)
{
	return key.n == 0 || map_get(map, key) != NULL ||
	       map_put(map, key, (void *)(uintptr_t)value);
}

static bool
put_speaking(struct view_index *x, const struct map *about,
    const struct origin *o, const struct origin *last)
{
	/* Most objects say more than one thing, side by side. */
	if (o == last || (about != NULL && map_get(about, o->uri) == NULL))
		return true;
	return put(&x->speaking, o->uri, o);
}

/* Whether routers hear what they say, or policy leaves it out. */
static bool
fill_speaking(struct view_index *x, const struct map *about)
{
	const struct view *v = x->view;
	const struct origin *last = NULL;
	bool ok = true;

	for (size_t i = 0; ok && i < v->n; i++) {
		ok = put_speaking(x, about, v->payloads[i].origin, last);
		last = v->payloads[i].origin;
	}
	for (size_t i = 0; ok && i < v->n_left; i++) {
		ok = put_speaking(x, about, v->left[i].payload.origin, last);
		last = v->left[i].payload.origin;
	}
	return ok;
}

static bool
fill_tallies(struct view_index *x)
{
	const struct view *v = x->view;
	struct tally sum = { 0 };

	if (v->n_holdings > SIZE_MAX / sizeof(sum) - 1)
		return false;
	x->tallies = base_alloc((v->n_holdings + 1) * sizeof(sum));
	if (x->tallies == NULL)
		return false;
	for (size_t i = 0; i < v->n_holdings; i++) {
		x->tallies[i] = sum;
		sum.contested += v->holdings[i].contender != NULL;
		sum.young += v->holdings[i].is_young;
	}
	x->tallies[v->n_holdings] = sum;
	return true;
}

static bool
fill(struct view_index *x, const struct map *about)
{
	const struct view *v = x->view;
	bool ok = true;

	for (size_t i = 0; ok && i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];

		if (f->effect == EFFECT_WARNING)
			continue;
		ok = put(&x->objects, f->object, f);
		if (ok && f->effect != EFFECT_OBJECT)
			ok = put(&x->points, f->point, f);
	}
	for (size_t i = 0; ok && i < v->n_authorities; i++)
		ok = put(&x->authorities, v->authorities[i].link->manifest_uri,
		    &v->authorities[i]);
	ok = ok && fill_tallies(x) && fill_speaking(x, about);
	for (size_t i = 0; ok && i < v->n_sources; i++)
		ok = put(&x->sources, v->sources[i].name, &v->sources[i]);
	for (size_t i = 0; ok && i < v->n_repositories; i++)
		if (v->repositories[i].reason != REASON_OK)
			ok = put(&x->repositories, v->repositories[i].uri,
			    &v->repositories[i]);
	return ok;
}

enum reason
view_index_new(
    struct view_index **out, const struct view *view, const struct map *about)
{
	struct view_index *x = base_alloc(sizeof(*x));

	if (x == NULL)
		return R_LIMIT_MEMORY;
	x->view = view;
	map_init(&x->objects);
	map_init(&x->points);
	map_init(&x->authorities);
	map_init(&x->speaking);
	map_init(&x->sources);
	map_init(&x->repositories);
	if (!fill(x, about)) {
		view_index_free(x);
		return R_LIMIT_MEMORY;
	}
	*out = x;
	return REASON_OK;
}

void
view_index_free(struct view_index *x)
{
	if (x == NULL)
		return;
	map_fini(&x->objects);
	map_fini(&x->points);
	map_fini(&x->authorities);
	map_fini(&x->speaking);
	map_fini(&x->sources);
	map_fini(&x->repositories);
	base_free(x->tallies);
	base_free(x);
}

/* ---- one cause after the other ------------------------------------------- */

static bool
because(struct cause *out, enum cause_kind kind, const struct finding *f)
{
	*out = (struct cause){ .kind = kind,
		.reason = f->reason,
		.detail = f->detail,
		.object = f->object };
	if (f->reason == R_PATH_REVOKED)
		out->kind = CAUSE_REVOKED;
	if (f->reason == R_PATH_EXPIRED)
		out->kind = CAUSE_EXPIRED;
	return true;
}

/* Left out, as the same source said it? */
static bool
by_policy(
    struct cause *out, const struct view_index *x, const struct payload *p)
{
	const struct view *v = x->view;
	size_t lo = 0, hi = v->n_left;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (payload_cmp(&v->left[mid].payload, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (; lo < v->n_left && payload_cmp(&v->left[lo].payload, p) == 0;
	     lo++) {
		const struct view_left *l = &v->left[lo];

		if (!span_eq(l->payload.origin->source, p->origin->source))
			continue;
		*out = (struct cause){ .kind = CAUSE_POLICY,
			.left = l->cause,
			.rule = l->rule,
			.detail = l->why };
		return true;
	}
	return false;
}

static bool
by_source(struct cause *out, const struct view_index *x, const struct origin *o)
{
	const struct view_source *s = map_get(&x->sources, o->source);

	if (s == NULL) {
		*out = (struct cause){ .kind = CAUSE_UNCONFIGURED };
		return true;
	}
	if (s->reason == REASON_OK)
		return false;
	*out = (struct cause){
		.kind = CAUSE_SOURCE, .reason = s->reason, .detail = s->detail
	};
	return true;
}

/* What a payload is about, as holdings are: by ledger, kind, and place, none
 * of which overlap. */
struct about {
	struct span ledger;
	enum holding_kind kind;
	struct addr_range ip;
	uint32_t as;
};

static struct about
about_of(const struct payload *p)
{
	struct about a = { .ledger = p->origin->source, .kind = HOLDING_AS };

	switch (p->kind) {
	case PAYLOAD_VRP:
		a.kind = (enum holding_kind)FAMILY_INDEX(p->vrp.prefix.family);
		prefix_range(&a.ip.lo, &a.ip.hi, &p->vrp.prefix);
		break;
	case PAYLOAD_ASPA:
		a.as = p->aspa.customer.v;
		break;
	case PAYLOAD_ROUTER_KEY:
		a.as = p->key.asn.v;
		break;
	}
	return a;
}

/* Before it, after it, or 0: it overlaps. */
static int
place_cmp(const struct view_holding *h, const struct about *a)
{
	int c = span_cmp(h->holder->ledger, a->ledger);

	if (c == 0)
		c = (int)h->kind - (int)a->kind;
	if (c != 0)
		return c;
	if (h->kind == HOLDING_AS)
		return h->as.hi < a->as ? -1 : h->as.lo > a->as;
	return addr_cmp(&h->ip.hi, &a->ip.lo) < 0
		   ? -1
		   : addr_cmp(&h->ip.lo, &a->ip.hi) > 0;
}

/* The first that is not before it; or, `after`, the first behind it. */
static size_t
find_holding(const struct view *v, const struct about *a, bool after)
{
	size_t lo = 0, hi = v->n_holdings;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = place_cmp(&v->holdings[mid], a);

		if (c < 0 || (after && c == 0))
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* A ledger's: what became of the claim. */
static bool
by_claim(struct cause *out, const struct view_index *x, const struct payload *p)
{
	const struct about a = about_of(p);
	size_t first = find_holding(x->view, &a, false);
	size_t end = find_holding(x->view, &a, true);
	const struct tally *from = &x->tallies[first], *to = &x->tallies[end];

	*out = (struct cause){ .kind = CAUSE_NONE };
	if (first == end)
		out->kind = CAUSE_UNCLAIMED;
	else if (to->contested > from->contested)
		out->kind = CAUSE_CONTESTED;
	else if (to->young > from->young)
		out->kind = CAUSE_YOUNG;
	return out->kind != CAUSE_NONE;
}

/* Could the place that URI is in be had? */
static const struct view_repository *
failed_repository(const struct view_index *x, struct span uri)
{
	const struct view_repository *r = NULL;

	for (size_t i = 0; r == NULL && i < uri.n; i++)
		if (uri.p[i] == '/')
			r = map_get(&x->repositories, span_of(uri.p, i + 1));
	return r;
}

static bool
by_fetch(struct cause *out, const struct view_index *x, struct span uri)
{
	const struct view_repository *r = failed_repository(x, uri);

	if (r == NULL)
		return false;
	*out = (struct cause){ .kind = CAUSE_FETCH,
		.reason = r->reason,
		.detail = r->detail,
		.object = r->uri };
	return true;
}

/* Something above it, from the issuing CA up. */
static bool
by_chain(struct cause *out, const struct view_index *x, const struct origin *o)
{
	for (const struct link *l = o->chain; l != NULL; l = l->parent) {
		const struct finding *f = map_get(&x->objects, l->uri);

		if (f != NULL)
			return because(out, CAUSE_CHAIN, f);
		f = map_get(&x->points, l->manifest_uri);
		if (f != NULL)
			return by_fetch(out, x, l->manifest_uri) ||
			       because(out, CAUSE_CHAIN, f);
	}
	return false;
}

/* Of the RPKI: what became of the object. */
static bool
by_object(struct cause *out, const struct view_index *x, const struct origin *o)
{
	const struct finding *f = map_get(&x->objects, o->uri);
	const struct origin *there = map_get(&x->speaking, o->uri);

	if (f != NULL)
		return because(out, CAUSE_REFUSED, f);
	if (there == NULL)
		return false;
	*out = (struct cause){ .kind = CAUSE_REPLACED, .object = there->uri };
	return true;
}

void
view_absence(
    struct cause *out, const struct view_index *x, const struct payload *p)
{
	const struct origin *o = p->origin;

	if (by_policy(out, x, p) || by_source(out, x, o))
		return;
	if (o->chain != NULL && (by_object(out, x, o) || by_chain(out, x, o)))
		return;
	*out = (struct cause){ .kind = CAUSE_EXPIRED };
	if (payload_expires_at(p) <= x->view->at)
		return;
	if (o->statement != NULL && by_claim(out, x, p))
		return;
	*out = (struct cause){ .kind = CAUSE_GONE };
	if (o->chain != NULL && x->view->n_authorities > 0 &&
	    map_get(&x->authorities, o->chain->manifest_uri) == NULL)
		*out = (struct cause){ .kind = CAUSE_CHAIN,
			.object = o->chain->uri };
}
