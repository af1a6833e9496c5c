/*
 * One publication point: which manifest is in force, and what it says.
 *
 * The candidate is what the repository has now under the manifest's URI. When
 * it may not follow what was seen before, or fails, the last good one holds
 * (RFC 9286 6.6). What was judged once in a run is not judged again.
 */
#include <string.h>

#include "run/inside.h"

static struct span
source_object(void *ctx, const struct digest *hash)
{
	const struct run *run = ctx;

	return store_object(run->now, hash);
}

/* The same key says the same, until a file comes that was missing: whoever
 * lists what will never come is not judged again with each arrival. */
static struct memo *
memo_find(const struct run *run, const struct digest *key)
{
	struct memo *m = map_get(&run->memos, SPAN_OF(*key));

	if (m == NULL || !m->point.incomplete ||
	    m->generation == run->generation)
		return m;
	if (store_object(run->now, &m->point.missing).p != NULL)
		return NULL;
	m->generation = run->generation;
	return m;
}

static enum reason
memo_make(struct memo **out, struct run *run, const struct digest *key)
{
	struct memo *m = map_get(&run->memos, SPAN_OF(*key));

	*out = m;
	if (m != NULL)
		return REASON_OK;
	*out = m = ARENA_NEW(&run->work, struct memo);
	if (m == NULL)
		return R_LIMIT_MEMORY;
	m->key = *key;
	return map_put(&run->memos, SPAN_OF(m->key), m) ? REASON_OK
							: R_LIMIT_MEMORY;
}

/* A point that needs more memory than it may have is a failed one. */
static enum reason
too_large(struct rpki_point *out, struct run *run, const struct node *n,
    const struct digest *manifest)
{
	struct finding *f = ARENA_NEW(&run->work, struct finding);

	if (f == NULL)
		return R_LIMIT_MEMORY;
	*f = (struct finding){ .reason = R_LIMIT_MEMORY,
		.effect = EFFECT_POINT,
		.object = n->issuer->cert.manifest_uri,
		.point = n->issuer->cert.manifest_uri,
		.hash = *manifest };
	*out = (struct rpki_point){
		.failed = true, .n_findings = 1, .findings = f
	};
	return REASON_OK;
}

static enum reason
judge_bytes(struct rpki_point *out, struct run *run, const struct node *n,
    const struct digest *manifest, struct span bytes)
{
	struct rpki_point_in in = { .issuer = n->issuer,
		.manifest = bytes,
		.manifest_hash = *manifest,
		.at = run->at,
		.source = { source_object, run },
		.limits = &run->conf->limits,
		.verifier = &run->verifier };
	enum reason r = rpki_point_judge(out, &in, &run->work);

	run->out->work.points_judged++;
	return r == R_LIMIT_MEMORY ? too_large(out, run, n, manifest) : r;
}

/* NULL in *out: these bytes are not there. */
static enum reason
judge_manifest(const struct rpki_point **out, struct run *run,
    const struct node *n, const struct digest *manifest, struct span bytes)
{
	struct digest key;
	struct memo *m;

	*out = NULL;
	if (bytes.p == NULL)
		return REASON_OK;
	TRY(rpki_point_key(&key, n->issuer, manifest, &run->conf->limits));
	m = memo_find(run, &key);
	if (m != NULL) {
		run->out->work.points_from_memo++;
	} else {
		TRY(memo_make(&m, run, &key));
		TRY(judge_bytes(&m->point, run, n, manifest, bytes));
		m->generation = run->generation;
	}
	*out = &m->point;
	return REASON_OK;
}

/* ---- which one
 * -------------------------------------------------------------------
 */

struct candidate {
	bool there;
	struct digest hash;
	struct span bytes;
};

static void
candidate_find(struct candidate *out, struct run *run, const struct node *n,
    const struct repository *repository)
{
	struct store_name name;

	*out = (struct candidate){ 0 };
	if (!store_name(&name, run->now, &repository->key,
		n->issuer->cert.manifest_uri))
		return;
	out->hash = name.hash;
	out->bytes = store_object(run->now, &name.hash);
	out->there = out->bytes.p != NULL;
}

static void
issue_from(struct rpki_issue *out, const struct store_issue *in)
{
	out->hash = in->hash;
	memcpy(out->number, in->number, sizeof(out->number));
	out->this_update_at = in->this_update_at;
	out->next_update_at = in->next_update_at;
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

/* May the candidate follow what was seen before? Where it cannot be read it
 * may, as the judge says what is wrong with it. It is not read where what was
 * seen decides without: to parse each manifest twice is 2 % of a run. */
static bool
may_follow(struct run *run, struct judged *j, const struct candidate *c)
{
	const struct store_point *seen = &j->stored;
	struct rpki_issue issue;
	struct decode dec;
	struct arena arena;
	enum reason r;

	if ((!seen->has_floor && !seen->has_last) ||
	    (seen->has_last && digest_eq(&c->hash, &seen->last.hash)))
		return true;
	arena_init(&arena, (size_t)run->conf->limits.point_memory);
	decode_init(&dec, &arena, &run->conf->limits, c->bytes);
	r = rpki_issue_read(&issue, c->bytes, &c->hash, &dec);
	arena_fini(&arena);
	return r != REASON_OK || choose(run, j, &issue) == RPKI_USE_CANDIDATE;
}

/* The candidate is no good, or there is none. */
static enum reason
judge_last(struct run *run, struct node *n)
{
	struct judged *j = &n->judged;
	const struct rpki_point *point;

	if (choose(run, j, NULL) != RPKI_USE_LAST_GOOD)
		return REASON_OK;
	/* Where the candidate is the last good one, it was judged above. */
	if (j->refused != NULL &&
	    digest_eq(&j->refused->issue.hash, &j->stored.last.hash))
		return REASON_OK;
	TRY(judge_manifest(&point, run, n, &j->stored.last.hash,
	    store_object(run->now, &j->stored.last.hash)));
	if (point != NULL && !point->failed) {
		j->point = point;
		j->last_good = true;
	}
	return REASON_OK;
}

enum reason
judge_node(struct run *run, struct node *n, const struct repository *repository)
{
	struct judged *j = &n->judged;
	const struct rpki_point *point = NULL;
	struct candidate c;

	*j = (struct judged){ 0 };
	stored_find(&j->stored, run, n);
	candidate_find(&c, run, n, repository);
	if (c.there && may_follow(run, j, &c))
		TRY(judge_manifest(&point, run, n, &c.hash, c.bytes));
	j->why_hash = c.hash;
	if (point != NULL && !point->failed) {
		j->point = point;
		return REASON_OK;
	}
	j->refused = point;
	return judge_last(run, n);
}
