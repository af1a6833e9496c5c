/*
 * The walk: from a trust anchor down, level by level, without recursion.
 *
 * A point is descended once for each (key, subject, manifest URI, effective
 * resources), so that two certificates a level do not make 2^32 walks
 * (hostile.md TR5), and who copies another's key and URIs is another point and
 * hides nobody (finding 7). What else reaches the same point becomes an edge,
 * which may make its payloads last longer. Because levels come one after the
 * other, and each is sorted by its certificates' hashes, the chain reported is
 * the shortest, then the one of least bytes, whatever the order of arrival.
 *
 * Budgets: below a CA there may be a share of what there may be below the
 * trust anchor. The share is half at its children and a quarter of that with
 * each level further down, so that it takes several who use theirs up to
 * exhaust the one above. Where a share has no room the newcomer stays out, and
 * all that was let in before stays in: levels come one after the other, so
 * whoever fills a share with what is deep below it takes nothing from those
 * who are nearer to the trust anchor than that.
 */
#include <stdlib.h>
#include <string.h>

#include "run/inside.h"

void
tree_fini(struct tree *t)
{
	map_fini(&t->seen);
	map_fini(&t->charged);
	vec_fini(&t->nodes);
	vec_fini(&t->edges);
	vec_fini(&t->findings);
	arena_fini(&t->arena);
}

static void
tree_reset(struct tree *t, unsigned generation)
{
	struct arena arena = t->arena;

	t->arena = (struct arena){ 0 };
	tree_fini(t);
	*t = (struct tree){ .arena = arena, .generation = generation };
	arena_reset(&t->arena);
	map_init(&t->seen);
	map_init(&t->charged);
}

bool
node_is_cut(const struct node *n)
{
	for (; n != NULL; n = n->parent)
		if (n->cut != REASON_OK)
			return true;
	return false;
}

bool
node_stands(const struct node *n)
{
	return n->judged.point != NULL && !node_is_cut(n);
}

/* ---- findings
 * ---------------------------------------------------------------------
 */

static enum reason
find_point(struct node *n, enum reason why, const char *detail)
{
	struct tree *t = &n->ta->tree;
	struct finding f = { .reason = why,
		.effect = EFFECT_POINT,
		.object = n->issuer->cert.manifest_uri,
		.point = n->issuer->cert.manifest_uri };

	f.detail = arena_dup(&t->arena, span_str(detail));
	if (f.detail.p == NULL || !vec_push(&t->findings, f))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* A certificate that is not followed. */
static enum reason
find_child(struct node *n, const struct rpki_child *child, enum reason why)
{
	struct finding f = { .reason = why,
		.effect = EFFECT_OBJECT,
		.object = child->uri,
		.hash = child->hash,
		.point = n->issuer->cert.manifest_uri };

	return vec_push(&n->ta->tree.findings, f) ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- budgets
 * ----------------------------------------------------------------------
 */

static uint64_t
share(uint64_t budget, unsigned depth, uint64_t least)
{
	unsigned shift = depth == 0 ? 0 : 2 * depth - 1;
	uint64_t part = shift < 64 ? budget >> shift : 0;

	if (least > budget)
		least = budget;
	return part > least ? part : least;
}

#define LEAST_CAS          1024
#define LEAST_REPOSITORIES 8

/* The lowest CA above whose share has no room for so many more, or NULL. */
static struct node *
first_full(struct node *n, uint64_t (*used)(const struct node *), uint64_t more,
    uint64_t budget, uint64_t least)
{
	for (; n != NULL; n = n->parent)
		if (used(n) + more > share(budget, n->depth, least))
			return n;
	return NULL;
}

static uint64_t
cas_of(const struct node *n)
{
	return n->cas;
}

static uint64_t
objects_of(const struct node *n)
{
	return n->objects;
}

/* Whose share it was that had no room. */
static enum reason
find_full(struct node *n, enum reason why, const struct node *full)
{
	char detail[160];

	(void)snprintf(detail, sizeof(detail), "%.*s",
	    SPAN_FMT(full->issuer->cert.manifest_uri));
	return find_point(n, why, detail);
}

/* One more point below all of these. False: there is no room for it. */
static enum reason
charge_ca(bool *fits, struct run *run, struct node *parent)
{
	uint64_t budget = run->conf->limits.ta_cas;
	struct node *full = first_full(parent, cas_of, 1, budget, LEAST_CAS);

	*fits = full == NULL;
	if (full != NULL) {
		bool said = parent->full;

		parent->full = true;
		return said ? REASON_OK : find_full(parent, R_TREE_CAS, full);
	}
	for (struct node *n = parent; n != NULL; n = n->parent)
		n->cas++;
	return REASON_OK;
}

static enum reason
charge_objects(struct run *run, struct node *node, uint64_t files)
{
	const struct limits *l = &run->conf->limits;
	struct node *full = first_full(
	    node, objects_of, files, l->ta_objects, l->manifest_files);

	if (full != NULL) {
		node->cut = R_TREE_OBJECTS;
		return find_full(node, R_TREE_OBJECTS, full);
	}
	for (struct node *n = node; n != NULL; n = n->parent)
		n->objects += files;
	return REASON_OK;
}

/* May this point name this repository? The first that does so pays. */
static enum reason
charge_repository(struct run *run, struct node *node, struct repository *r)
{
	const struct limits *l = &run->conf->limits;
	struct tree *t = &node->ta->tree;
	struct node *n;

	if (map_get(&t->charged, r->uri) != NULL)
		return REASON_OK;
	for (n = node; n != NULL; n = n->parent)
		if (n->repositories >=
		    share(l->ta_repositories, n->depth, LEAST_REPOSITORIES))
			return R_TREE_REPOSITORIES;
	if (!r->known && node->parent != NULL &&
	    node->parent->child_repositories >= l->ca_repositories)
		return R_TREE_CHILD_REPOSITORIES;
	for (n = node; n != NULL; n = n->parent)
		n->repositories++;
	if (!r->known && node->parent != NULL)
		node->parent->child_repositories++;
	return map_put(&t->charged, r->uri, r) ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- nodes
 * ------------------------------------------------------------------------
 */

struct level {
	VEC(struct node *) nodes;
};

/* By certificate, then by who issued it, whose order is already fixed. */
static int
node_cmp(const void *va, const void *vb)
{
	struct node *const *pa = va, *const *pb = vb;
	const struct node *a = *pa, *b = *pb;
	int c = memcmp(a->hash.b, b->hash.b, sizeof(a->hash.b));

	return c != 0 ? c : memcmp(a->key.b, b->key.b, sizeof(a->key.b));
}

static enum reason
add_edge(struct node *from, struct node *to, const struct cert *cert)
{
	struct edge e = { from, to, cert->not_after_at };

	return vec_push(&to->ta->tree.edges, e) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
add_node(struct run *run, struct level *level, struct node *parent,
    const struct node *like)
{
	struct tree *t = &like->ta->tree;
	struct node *n = map_get(&t->seen, SPAN_OF(like->key));
	bool fits;

	if (n != NULL)
		return add_edge(parent, n, &like->issuer->cert);
	TRY(charge_ca(&fits, run, parent));
	if (!fits)
		return REASON_OK;
	n = ARENA_NEW(&t->arena, struct node);
	if (n == NULL)
		return R_LIMIT_MEMORY;
	*n = *like;
	n->parent = parent;
	if (!map_put(&t->seen, SPAN_OF(n->key), n) || !vec_push(&t->nodes, n) ||
	    !vec_push(&level->nodes, n))
		return R_LIMIT_MEMORY;
	return parent == NULL ? REASON_OK
			      : add_edge(parent, n, &like->issuer->cert);
}

static bool
is_loop(const struct node *n, const struct cert *child)
{
	for (; n != NULL; n = n->parent)
		if (span_eq(n->issuer->cert.spki.der, child->spki.der))
			return true;
	return false;
}

/* What a point is known by, whoever certified it. */
static enum reason
descent_key(struct digest *out, struct run *run, const struct ta *ta,
    const struct rpki_issuer *issuer)
{
	return rpki_point_key(out, issuer, &ta->scope, &run->conf->limits);
}

static enum reason
add_child(struct run *run, struct level *next, struct node *n,
    const struct rpki_child *child)
{
	struct node like = { .ta = n->ta,
		.issuer = &child->issuer,
		.uri = child->uri,
		.hash = child->hash,
		.depth = n->depth + 1 };

	if (is_loop(n, &child->issuer.cert))
		return find_child(n, child, R_TREE_LOOP);
	if (like.depth > run->conf->limits.depth_max)
		return find_child(n, child, R_TREE_DEPTH);
	TRY(descent_key(&like.key, run, n->ta, like.issuer));
	return add_node(run, next, n, &like);
}

/* ---- visiting
 * ----------------------------------------------------------------------
 */

/* Room for one more repository? If not, the point goes without. */
static enum reason
charge(bool *fits, struct run *run, struct node *n, struct repository *r)
{
	enum reason why = charge_repository(run, n, r);

	*fits = why == REASON_OK || r->state != REPOSITORY_NEW;
	if (why == R_LIMIT_MEMORY || *fits)
		return why == R_LIMIT_MEMORY ? why : REASON_OK;
	n->skipped = true;
	r->report.state = RUN_REFUSED;
	r->report.reason = why;
	return find_point(n, why, "");
}

/* Has all been done to have what its points are in? If not, *out is NULL: the
 * point waits, or goes without. */
static enum reason
admit(struct repository **out, struct run *run, struct node *n,
    const struct places *p)
{
	struct repository *r;
	enum step step;
	bool fits, itself;

	*out = NULL;
	while ((step = repository_step(&r, &itself, run, p)) == STEP_ASK) {
		TRY(charge(&fits, run, n, r));
		if (!fits)
			return REASON_OK;
		r->used = true;
		TRY(repository_want(run, r, itself));
	}
	if (step == STEP_WAIT) {
		n->pending = true;
		n->ta->tree.n_pending++;
	}
	TRY(charge(&fits, run, n, r));
	if (step == STEP_WAIT || !fits)
		return REASON_OK;
	repository_use(r, p);
	*out = r;
	return REASON_OK;
}

static void
show_walk(struct run *run)
{
	if (run->progress.update != NULL)
		run->progress.update(run->progress.ctx, RUN_PHASE_VALIDATE,
		    run->out->work.points_judged, 0);
}

static enum reason
visit(struct run *run, struct level *next, struct node *n)
{
	struct repository *r;
	struct places places;
	enum reason why;

	if (node_is_cut(n))
		return REASON_OK;
	why = repository_places(&places, run, &n->issuer->cert);
	if (why == R_LIMIT_MEMORY)
		return why;
	if (why != REASON_OK) {
		n->skipped = true;
		return find_point(n, why, "");
	}
	TRY(admit(&r, run, n, &places));
	if (r == NULL)
		return REASON_OK;
	TRY(judge_node(run, n, &r->key));
	TRY(assume_point(run, n));
	show_walk(run);
	if (n->judged.point == NULL)
		return REASON_OK;
	TRY(charge_objects(run, n, n->judged.point->n_files));
	for (size_t i = 0; i < n->judged.point->n_children; i++) {
		if (node_is_cut(n))
			break;
		TRY(add_child(run, next, n, &n->judged.point->children[i]));
	}
	return REASON_OK;
}

static enum reason
walk_levels(struct run *run, struct ta *ta, struct level levels[2])
{
	struct node root = { .ta = ta,
		.issuer = &ta->issuer,
		.uri = ta->uri,
		.hash = ta->report->hash };
	size_t at = 0;

	TRY(descent_key(&root.key, run, ta, root.issuer));
	TRY(add_node(run, &levels[at], NULL, &root));
	for (; levels[at].nodes.n > 0; at ^= 1) {
		struct level *level = &levels[at], *next = &levels[at ^ 1];

		if (level->nodes.n > 1)
			qsort(level->nodes.v, level->nodes.n,
			    sizeof(*level->nodes.v), node_cmp);
		TRY(judge_ahead(run, level->nodes.v, level->nodes.n));
		next->nodes.n = 0;
		for (size_t i = 0; i < level->nodes.n; i++)
			TRY(visit(run, next, level->nodes.v[i]));
	}
	return REASON_OK;
}

enum reason
walk_anchor(struct run *run, struct ta *ta)
{
	struct level levels[2] = { 0 };
	enum reason r;

	tree_reset(&ta->tree, run->generation);
	r = walk_levels(run, ta, levels);
	run->out->work.walks++;
	vec_fini(&levels[0].nodes);
	vec_fini(&levels[1].nodes);
	return r;
}
