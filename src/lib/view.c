/* What many points say together, and the routes that are looked up in it. */
#include <string.h>

#include "lib/lib.h"

struct cairn_set {
	struct arena arena; /* origins, providers, keys */
	VEC(struct payload) payloads;
	VEC(struct cairn_ca *) cas; /* held: their links and names */
};

struct cairn_view {
	struct cairn_set from;
	struct arena arena;
	struct cairn_payload *payloads;
	const struct vrp **vrps; /* of the first n_vrps payloads */
	size_t n, n_vrps;
};

/* ---- the set ------------------------------------------------------------- */

static void
set_fini(struct cairn_set *s)
{
	for (size_t i = 0; i < s->cas.n; i++)
		cairn_ca_free(s->cas.v[i]);
	vec_fini(&s->cas);
	vec_fini(&s->payloads);
	arena_fini(&s->arena);
}

struct cairn_set *
cairn_set_new(void)
{
	struct cairn_set *s = base_alloc(sizeof(*s));

	if (s != NULL)
		arena_init(&s->arena, SIZE_MAX);
	return s;
}

void
cairn_set_free(struct cairn_set *s)
{
	if (s == NULL)
		return;
	set_fini(s);
	base_free(s);
}

static bool
keep(struct arena *a, struct span *s)
{
	*s = arena_dup(a, *s);
	return s->p != NULL;
}

static struct origin *
copy_origin(struct cairn_set *s, const struct origin *in)
{
	struct origin *out = ARENA_NEW(&s->arena, struct origin);
	const char *uri = arena_str(&s->arena, in->uri);

	if (out == NULL || uri == NULL)
		return NULL;
	*out = *in; /* chain and source: the CA is held */
	out->uri = span_str(uri);
	return out;
}

static enum reason
add_payload(
    struct cairn_set *s, const struct payload *in, const struct origin *origin)
{
	struct payload copy = *in;
	struct span providers;

	copy.origin = origin;
	if (copy.kind == PAYLOAD_ROUTER_KEY && !keep(&s->arena, &copy.key.spki))
		return R_LIMIT_MEMORY;
	if (copy.kind == PAYLOAD_ASPA) {
		providers = span_of(in->aspa.providers,
		    in->aspa.n * sizeof(*in->aspa.providers));
		if (!keep(&s->arena, &providers))
			return R_LIMIT_MEMORY;
		copy.aspa.providers =
		    (const struct asn *)(const void *)providers.p;
	}
	return vec_push(&s->payloads, copy) ? REASON_OK : R_LIMIT_MEMORY;
}

/* Payloads come object by object. */
static enum reason
add_payloads(struct cairn_set *s, const struct rpki_point *j)
{
	const struct origin *origin = NULL;

	for (size_t i = 0; i < j->n_payloads; i++) {
		const struct payload *p = &j->payloads[i].payload;

		if (i == 0 ||
		    j->payloads[i - 1].object != j->payloads[i].object)
			origin = copy_origin(s, p->origin);
		if (origin == NULL)
			return R_LIMIT_MEMORY;
		TRY(add_payload(s, p, origin));
	}
	return REASON_OK;
}

int
cairn_set_add(struct cairn_set *s, const struct cairn_point *p)
{
	const struct arena_mark mark = arena_mark(&s->arena);
	const size_t n = s->payloads.n;
	enum reason r;

	if (p->judged.n_payloads == 0)
		return REASON_OK;
	r = add_payloads(s, &p->judged);
	if (r == REASON_OK && !vec_push(&s->cas, p->ca))
		r = R_LIMIT_MEMORY;
	if (r == REASON_OK) {
		(void)lib_ca_hold(p->ca);
		return REASON_OK;
	}
	s->payloads.n = n;
	arena_rewind(&s->arena, mark);
	return (int)r;
}

/* ---- the view ------------------------------------------------------------ */

static enum reason
fill(struct cairn_view *v, const struct view *merged)
{
	v->payloads = ARENA_ARRAY(&v->arena, merged->n, struct cairn_payload);
	v->vrps = ARENA_ARRAY(&v->arena, merged->n, const struct vrp *);
	if (v->payloads == NULL || v->vrps == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < merged->n; i++) {
		const struct payload *p = &merged->payloads[i];

		if (i > 0 && payload_cmp(p - 1, p) == 0)
			continue;
		if (p->kind == PAYLOAD_VRP)
			v->vrps[v->n_vrps++] = &p->vrp;
		lib_payload(&v->payloads[v->n++], p);
	}
	return REASON_OK;
}

static enum reason
make(struct cairn_view *v, const struct cairn *c, const struct cairn_set *s)
{
	struct policy_set set = { 0, s->payloads.v, s->payloads.n };
	struct view facts = { 0 };
	struct policy_in in = {
		.sets = &set, .n = 1, .facts = &facts, .limits = &c->limits
	};
	struct view merged;

	TRY(policy_merge(&merged, &in, &v->arena));
	return fill(v, &merged);
}

int
cairn_view_new(struct cairn_view **out, struct cairn *c, struct cairn_set *set)
{
	struct cairn_view *v = base_alloc(sizeof(*v));
	enum reason r;

	*out = NULL;
	if (v == NULL)
		return R_LIMIT_MEMORY;
	arena_init(&v->arena, SIZE_MAX);
	r = make(v, c, set);
	if (r != REASON_OK) {
		cairn_view_free(v);
		return (int)r;
	}
	v->from = *set;
	vec_fini(&v->from.payloads); /* merged into the view's own */
	*set = (struct cairn_set){ 0 };
	arena_init(&set->arena, SIZE_MAX);
	*out = v;
	return REASON_OK;
}

void
cairn_view_free(struct cairn_view *v)
{
	if (v == NULL)
		return;
	set_fini(&v->from);
	arena_fini(&v->arena);
	base_free(v);
}

const struct cairn_payload *
cairn_view_payload(const struct cairn_view *v, size_t i)
{
	return i < v->n ? &v->payloads[i] : NULL;
}

/* ---- RFC 6811 --------------------------------------------------------------
 */

/* The first VRP whose prefix is not before this one: prefixes are in order. */
static size_t
find(const struct cairn_view *v, const struct prefix *p)
{
	size_t lo = 0, hi = v->n_vrps;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (prefix_cmp(&v->vrps[mid]->prefix, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* VRPs of one prefix lie together; those that cover a prefix are of each of
 * its lengths, so of one cut after the other. */
static size_t
next_covering(const struct cairn_view *v, const struct prefix *p, size_t at)
{
	unsigned len = 0;

	if (at > 0 && at <= v->n_vrps) {
		const struct prefix *last = &v->vrps[at - 1]->prefix;

		if (at < v->n_vrps &&
		    prefix_cmp(last, &v->vrps[at]->prefix) == 0)
			return at + 1;
		len = last->len + 1U;
	}
	for (; len <= p->len; len++) {
		struct prefix one = prefix_cut(p, (uint8_t)len);
		size_t i = find(v, &one);

		if (i < v->n_vrps && prefix_cmp(&v->vrps[i]->prefix, &one) == 0)
			return i + 1;
	}
	return 0;
}

/* *at is the index of the last one found, plus 1; SIZE_MAX: that was all. */
static const struct cairn_payload *
covering(const struct cairn_view *v, const struct prefix *p, size_t *at)
{
	size_t next = *at == SIZE_MAX ? 0 : next_covering(v, p, *at);

	*at = next > 0 ? next : SIZE_MAX;
	return next > 0 ? &v->payloads[next - 1] : NULL;
}

const struct cairn_payload *
cairn_view_covering(
    const struct cairn_view *v, const struct cairn_prefix *prefix, size_t *at)
{
	struct prefix p;

	return lib_prefix_take(&p, prefix) ? covering(v, &p, at) : NULL;
}

int
cairn_view_origin(enum cairn_validity *out, const struct cairn_view *v,
    uint32_t asn, const struct cairn_prefix *prefix)
{
	const struct cairn_payload *vrp;
	struct prefix p;
	size_t at = 0;

	*out = CAIRN_NOT_FOUND;
	if (!lib_prefix_take(&p, prefix))
		return R_RESOURCES_TEXT;
	while (*out != CAIRN_VALID && (vrp = covering(v, &p, &at)) != NULL)
		*out = asn != 0 && vrp->asn == asn && p.len <= vrp->max_length
			   ? CAIRN_VALID
			   : CAIRN_INVALID;
	return REASON_OK;
}
