/*
 * RFC 8416 4.2: files of several operators must not be about the same address
 * or AS number, in filters or assertions: which of them would win is nobody's
 * to guess. Within one file all is as its operator wants it.
 */
#include <stdlib.h>

#include "policy/policy.h"

/* What an item is about. */
struct about {
	struct prefix prefix;
	struct asn asn;
	size_t file;
	unsigned line;
};

typedef VEC(struct about) abouts;

static bool
add(abouts *to, struct prefix prefix, struct asn asn, size_t file,
    unsigned line)
{
	struct about a = {
		.prefix = prefix, .asn = asn, .file = file, .line = line
	};

	return vec_push(to, a);
}

static bool
gather(abouts *of, const struct slurm *s)
{
	static const struct prefix none;
	bool ok = true;

	for (size_t i = 0; ok && i < s->filters.n; i++) {
		const struct slurm_filter *f = &s->filters.v[i];

		if (f->kind == PAYLOAD_VRP ? f->has_prefix : f->has_asn)
			ok = add(&of[f->kind], f->has_prefix ? f->prefix : none,
			    f->asn, f->file, f->line);
	}
	for (size_t i = 0; ok && i < s->assertions.n; i++) {
		const struct slurm_assertion *a = &s->assertions.v[i];
		const struct payload *p = &a->payload;

		ok = add(&of[p->kind],
		    p->kind == PAYLOAD_VRP ? p->vrp.prefix : none,
		    p->kind == PAYLOAD_ASPA  ? p->aspa.customer
		    : p->kind == PAYLOAD_VRP ? p->vrp.asn
					     : p->key.asn,
		    a->file, a->line);
	}
	return ok;
}

static int
place_cmp(const struct about *a, const struct about *b)
{
	if (a->file != b->file)
		return a->file < b->file ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

/* A prefix comes before those within it. */
static int
prefix_order(const void *va, const void *vb)
{
	const struct about *a = va, *b = vb;
	int c = prefix_cmp(&a->prefix, &b->prefix);

	return c != 0 ? c : place_cmp(a, b);
}

static int
asn_order(const void *va, const void *vb)
{
	const struct about *a = va, *b = vb;

	if (a->asn.v != b->asn.v)
		return a->asn.v < b->asn.v ? -1 : 1;
	return place_cmp(a, b);
}

static enum reason
fail(struct fault *why, const struct slurm *s, const struct about *a,
    const struct about *b, enum payload_kind kind)
{
	struct span one = s->files.v[b->file].name;
	struct span other = s->files.v[a->file].name;
	char text[PREFIX_TEXT];

	prefix_write(text, &b->prefix);
	if (kind != PAYLOAD_VRP)
		(void)snprintf(text, sizeof(text), "AS%u", b->asn.v);
	return fault_say(why, R_SLURM_OVERLAP, NULL,
	    "%.*s:%u: %s is what %.*s:%u is about", SPAN_FMT(one), b->line,
	    text, SPAN_FMT(other), a->line);
}

/* As prefixes nest, all that is within the first of a nest must be of its
 * file. */
static enum reason
check(const struct slurm *s, abouts *all, enum payload_kind kind,
    struct fault *why)
{
	const struct about *first = all->v;
	bool is_vrp = kind == PAYLOAD_VRP;

	if (all->n > 1)
		qsort(all->v, all->n, sizeof(*all->v),
		    is_vrp ? prefix_order : asn_order);
	for (size_t i = 1; i < all->n; i++) {
		const struct about *a = &all->v[i];

		if (is_vrp ? !prefix_covers(&first->prefix, &a->prefix)
			   : first->asn.v != a->asn.v)
			first = a;
		else if (first->file != a->file)
			return fail(why, s, first, a, kind);
	}
	return REASON_OK;
}

enum reason
slurm_check(const struct slurm *s, struct fault *why)
{
	abouts of[PAYLOAD_ROUTER_KEY + 1] = { 0 };
	enum reason reason = R_LIMIT_MEMORY;

	if (s->files.n < 2)
		return REASON_OK;
	if (gather(of, s))
		reason = REASON_OK;
	for (size_t i = 0; i < COUNT(of); i++) {
		if (reason == REASON_OK)
			reason = check(s, &of[i], (enum payload_kind)i, why);
		vec_fini(&of[i]);
	}
	return reason;
}
