/*
 * One publication point: which manifest is in force, and what it says.
 *
 * The candidate is what the repository has now under the manifest's URI. When
 * it may not follow what was seen before, or fails, the last good one holds
 * (RFC 9286 6.6). What was judged once in a run is not judged again.
 *
 * What is on a manifest, and what a point says, is for workers to find out
 * (ask.c). Who needs it and does not have it yet wishes for it, and is asked
 * again when it came: so that all points of a level are judged at once, by
 * the same steps as one.
 */
#include <string.h>

#include "run/inside.h"

/* The same says the same, until a file comes that was missing: whoever lists
 * what will never come is not judged again with each arrival. */
static bool
is_outdated(const struct run *run, struct memo *m)
{
	if (!m->came || !m->point.incomplete ||
	    m->generation == run->generation)
		return false;
	if (store_object(run->now, &m->point.missing).p != NULL)
		return true;
	m->generation = run->generation;
	return false;
}

/* NULL in *out: these bytes are not there, or *waits. */
static enum reason
judge_manifest(const struct memo **out, bool *waits, struct run *run,
    const struct node *n, const struct digest *manifest)
{
	struct memo_key key = { n->key, *manifest };
	struct listed *listed;
	struct memo *m;

	*out = NULL;
	TRY(memo_find(&m, run, n, manifest));
	if (m != NULL && !is_outdated(run, m)) {
		*waits = !m->came;
		if (m->came)
			*out = m;
		return REASON_OK;
	}
	/* What is on it comes before the point is judged (ask_all). */
	TRY(ask_list(&listed, waits, run, manifest));
	if (listed == NULL)
		return REASON_OK;
	if (m == NULL)
		TRY(memo_new(&m, run, &key));
	*waits = true;
	return ask_point(run, n, m, listed);
}

/* ---- which one ------------------------------------------------------- */

struct candidate {
	bool there;
	struct digest hash;
	bool readable;
	struct rpki_issue issue; /* if so */
};

static void
issue_from(struct rpki_issue *out, const struct store_issue *in)
{
	out->hash = in->hash;
	memcpy(out->number, in->number, sizeof(out->number));
	out->this_update_at = in->this_update_at;
	out->next_update_at = in->next_update_at;
}

static void
candidate_take(struct candidate *out, const struct listing *l)
{
	out->there = true;
	out->readable = l->readable;
	out->issue = l->issue;
}

/* What is known of it need not be read again. */
static enum reason
candidate_find(struct candidate *out, bool *waits, struct run *run,
    const struct node *n, const struct digest *repository)
{
	const struct store_point *stored = &n->judged.stored;
	struct store_name name;
	struct listed *listed;
	struct memo *m;

	*out = (struct candidate){ 0 };
	if (!store_name(
		&name, run->now, repository, n->issuer->cert.manifest_uri))
		return REASON_OK;
	out->hash = name.hash;
	if (stored->has_last && digest_eq(&stored->last.hash, &name.hash)) {
		out->there = out->readable = true;
		issue_from(&out->issue, &stored->last);
		return REASON_OK;
	}
	TRY(memo_find(&m, run, n, &name.hash));
	if (m != NULL && m->came) {
		candidate_take(out, &m->list);
		return REASON_OK;
	}
	TRY(ask_list(&listed, waits, run, &name.hash));
	if (listed != NULL)
		candidate_take(out, &listed->list);
	return REASON_OK;
}

static void
stored_find(struct store_point *out, struct run *run, const struct node *n)
{
	struct digest issuer;

	crypt_sha256(issuer.b, n->issuer->cert.spki.der);
	if (!store_point(out, run->now, &issuer, n->issuer->cert.manifest_uri))
		*out = (struct store_point){ 0 };
}

static enum rpki_choice
choose(struct run *run, struct judged *j, const struct rpki_issue *candidate)
{
	struct rpki_issue last, floor;
	enum rpki_choice choice;
	enum reason why;

	issue_from(&last, &j->stored.last);
	issue_from(&floor, &j->stored.floor);
	choice = rpki_point_choose(&why, candidate,
	    j->stored.has_last ? &last : NULL,
	    j->stored.has_floor ? &floor : NULL, run->at);
	if (candidate != NULL)
		j->why = why;
	return choice;
}

/* The candidate is no good, or there is none. */
static enum reason
judge_last(bool *waits, struct run *run, struct node *n)
{
	struct judged *j = &n->judged;
	const struct memo *m;

	if (choose(run, j, NULL) != RPKI_USE_LAST_GOOD)
		return REASON_OK;
	/* Where the candidate is the last good one, it was judged above. */
	if (j->refused_memo != NULL &&
	    digest_eq(&j->refused_memo->key.manifest, &j->stored.last.hash))
		return REASON_OK;
	TRY(judge_manifest(&m, waits, run, n, &j->stored.last.hash));
	if (m != NULL && !m->point.failed) {
		j->memo = m;
		j->point = &m->point;
		j->last_good = true;
	}
	return REASON_OK;
}

static void
judge_begin(struct run *run, struct node *n)
{
	n->judged = (struct judged){ 0 };
	stored_find(&n->judged.stored, run, n);
}

/* As far as it gets with what is known; *waits: not to the end, to be tried
 * again with what was wished for. */
static enum reason
judge_try(bool *waits, struct run *run, struct node *n,
    const struct digest *repository)
{
	struct judged *j = &n->judged;
	const struct memo *m = NULL;
	struct candidate c;

	*waits = false;
	TRY(candidate_find(&c, waits, run, n, repository));
	if (*waits)
		return REASON_OK;
	/* One that cannot be read fails, and the judge says why. */
	if (c.there &&
	    (!c.readable || choose(run, j, &c.issue) == RPKI_USE_CANDIDATE))
		TRY(judge_manifest(&m, waits, run, n, &c.hash));
	if (*waits)
		return REASON_OK;
	j->why_hash = c.hash;
	if (m != NULL && !m->point.failed) {
		j->memo = m;
		j->point = &m->point;
		return REASON_OK;
	}
	if (m != NULL) {
		j->refused_memo = m;
		j->refused = &m->point;
	}
	return judge_last(waits, run, n);
}

enum reason
judge_node(struct run *run, struct node *n, const struct digest *repository)
{
	bool waits = !n->judged.done;

	run->out->work.points_looked_up++;
	if (waits)
		judge_begin(run, n);
	while (waits) {
		TRY(judge_try(&waits, run, n, repository));
		if (waits)
			TRY(ask_all(run, n->ta));
	}
	n->judged.done = true;
	return REASON_OK;
}

/* ---- many at once ----------------------------------------------------- */

#define AT_ONCE 4096 /* points: what is wished for takes memory */

struct waiting {
	struct node *node;
	struct digest repository;
};

/* Could it be judged now? Looks only: what the walk does when it comes here
 * is the walk's. */
static bool
is_ready(struct digest *repository, const struct run *run, const struct node *n)
{
	return !node_is_cut(n) &&
	       repository_is_ready(repository, run, &n->issuer->cert);
}

static enum reason
judge_some(struct run *run, struct ta *ta, struct waiting *w, size_t n)
{
	for (size_t i = 0; i < n; i++)
		judge_begin(run, w[i].node);
	while (n > 0) {
		size_t left = 0;

		for (size_t i = 0; i < n; i++) {
			bool waits;

			TRY(judge_try(
			    &waits, run, w[i].node, &w[i].repository));
			w[i].node->judged.done = !waits;
			if (waits)
				w[left++] = w[i];
		}
		n = left;
		if (n > 0)
			TRY(ask_all(run, ta));
	}
	return REASON_OK;
}

enum reason
judge_ahead(struct run *run, struct node *const *nodes, size_t n)
{
	VEC(struct waiting) some = { 0 };
	struct waiting w;
	enum reason r = REASON_OK;

	for (size_t i = 0; r == REASON_OK && i < n; i++) {
		w.node = nodes[i];
		if (is_ready(&w.repository, run, nodes[i]) &&
		    !vec_push(&some, w))
			r = R_LIMIT_MEMORY;
		if (r == REASON_OK && (some.n == AT_ONCE || i + 1 == n)) {
			r = judge_some(run, nodes[i]->ta, some.v, some.n);
			some.n = 0;
		}
	}
	vec_fini(&some);
	return r;
}
