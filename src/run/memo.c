/*
 * What points were found to say: in this run, and by runs before.
 *
 * Judging a point is a pure function of what memo_key names: the judge's own
 * code, the issuer as its point is judged against it, the limits (all in the
 * node's key, see walk.c) and the manifest, which pins all other bytes. So the
 * result holds until the first of its own objects begins or ends to be valid,
 * whatever happens elsewhere, and a run that finds it in the store reads none
 * of the point's objects.
 *
 * Not in the store: a result that lacked a listed file, met a budget, or came
 * from a worker that died. Under another time than now nothing is stored.
 */
#include <stdlib.h>
#include <string.h>

#include "run/inside.h"

#define RECORD_MAX  ((size_t)256 << 20)
#define RECORD_MIN  ((size_t)64 << 10)
#define PENDING_MAX ((size_t)8 << 20) /* bytes, until they are written */

static bool
is_storing(const struct run *run)
{
	return run->is_now && !run->conf->no_memo;
}

/* ---- finding ------------------------------------------------------------- */

enum reason
memo_new(struct memo **out, struct run *run, const struct memo_key *key)
{
	struct memo *m = ARENA_NEW(&run->work, struct memo);

	*out = m;
	if (m == NULL)
		return R_LIMIT_MEMORY;
	m->key = *key;
	return map_put(&run->memos, SPAN_OF(m->key), m) ? REASON_OK
							: R_LIMIT_MEMORY;
}

static enum reason
load(struct answer *out, struct run *run, const struct node *n,
    const struct digest *manifest, struct span record)
{
	struct job job = { .limits = &run->conf->limits,
		.manifest_hash = *manifest,
		.at = run->at,
		.issuer = n->issuer };
	struct wire_in r = { .p = record.p, .n = record.n };
	struct arena_mark mark = arena_mark(&run->work);
	enum reason why;

	arena_reset(&run->scratch);
	why = memo_read(out, &r, &job, &run->work, &run->scratch);
	if (why == R_RUN_WORKER)
		arena_rewind(&run->work, mark);
	return why;
}

enum reason
memo_find(struct memo **out, struct run *run, const struct node *n,
    const struct digest *manifest)
{
	struct memo_key key = { n->key, *manifest };
	struct answer answer;
	struct span record;
	enum reason r;

	*out = map_get(&run->memos, SPAN_OF(key));
	if (*out != NULL || run->conf->no_memo ||
	    !store_memo(&record, run->now, &key.who, &key.manifest))
		return REASON_OK;
	r = load(&answer, run, n, manifest, record);
	if (r != REASON_OK)
		return r == R_RUN_WORKER ? REASON_OK : r;
	TRY(memo_new(out, run, &key));
	(*out)->came = true;
	(*out)->list = answer.list;
	(*out)->point = answer.point;
	(*out)->held = answer.held;
	return REASON_OK;
}

/* ---- keeping ------------------------------------------------------------- */

void
memos_init(struct run *run)
{
	map_init(&run->memos);
	buf_init(&run->pending_bytes, SIZE_MAX);
}

void
memos_fini(struct run *run)
{
	base_free(run->record.p);
	buf_fini(&run->pending_bytes);
	vec_fini(&run->pending);
	map_fini(&run->memos);
}

static enum reason
memos_flush(struct run *run, struct store_write *w)
{
	for (size_t i = 0; i < run->pending.n; i++) {
		const struct pending *p = &run->pending.v[i];

		TRY(store_write_memo(w, &p->key.who, &p->key.manifest,
		    span_of(run->pending_bytes.p + p->at, p->n)));
	}
	run->pending.n = 0;
	buf_reset(&run->pending_bytes);
	return REASON_OK;
}

static enum reason
flush_now(struct run *run)
{
	struct store_write *w;
	enum reason r;

	TRY(store_write_begin(&w, run->store, run->why));
	r = memos_flush(run, w);
	if (r == REASON_OK)
		return store_write_commit(w);
	store_write_abort(w);
	return r;
}

/* More memory for the record, or none: it is too large to be worth it. */
static enum reason
record_grow(struct wire_out *w)
{
	size_t cap = w->cap == 0 ? RECORD_MIN : 4 * w->cap;

	base_free(w->p);
	*w = (struct wire_out){ 0 };
	if (cap > RECORD_MAX)
		return REASON_OK;
	w->p = base_alloc(cap);
	w->cap = cap;
	return w->p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
record_write(struct wire_out *w, const struct job *job, const struct answer *a)
{
	do {
		if (w->cap == 0 || w->failed)
			TRY(record_grow(w));
		w->n = 0;
		w->failed = false;
		memo_write(w, job, a);
	} while (w->failed && w->cap > 0);
	return REASON_OK;
}

enum reason
memo_keep(struct run *run, struct memo *m, const struct job *job,
    const struct answer *answer)
{
	struct pending p = { .key = m->key, .at = run->pending_bytes.n };
	struct answer all = *answer;

	m->fresh = is_storing(run) && !m->point.incomplete;
	if (!m->fresh)
		return REASON_OK;
	all.list = m->list;
	TRY(record_write(&run->record, job, &all));
	p.n = run->record.n;
	if (run->record.failed)
		return REASON_OK;
	buf_add(&run->pending_bytes, run->record.p, p.n);
	if (run->pending_bytes.failed || !vec_push(&run->pending, p))
		return R_LIMIT_MEMORY;
	return p.at + p.n > PENDING_MAX ? flush_now(run) : REASON_OK;
}

/* ---- the end of a run ---------------------------------------------------- */

/* Of a point that was judged anew, what it said before goes. */
static enum reason
prune(struct store_write *w, const struct node *n)
{
	const struct memo *used[] = { n->judged.memo, n->judged.refused_memo };
	const struct digest *keep[COUNT(used)];
	bool fresh = false;
	size_t k = 0;

	for (size_t i = 0; i < COUNT(used); i++) {
		if (used[i] == NULL)
			continue;
		keep[k++] = &used[i]->key.manifest;
		fresh = fresh || used[i]->fresh;
	}
	return fresh ? store_write_memo_only(w, &n->key, keep, k) : REASON_OK;
}

enum reason
memos_settle(struct run *run, struct store_write *w)
{
	if (!is_storing(run))
		return REASON_OK;
	TRY(memos_flush(run, w));
	for (size_t i = 0; i < run->n_tas; i++) {
		const struct tree *t = &run->tas[i].tree;

		for (size_t k = 0; k < t->nodes.n; k++)
			TRY(prune(w, t->nodes.v[k]));
	}
	return REASON_OK;
}

static int
digest_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

/* Only of points that this run came by: what none of them needs can be found
 * out again. */
enum reason
memos_collect(struct run *run, struct store_write *w)
{
	VEC(struct digest) live = { 0 };
	enum reason r = REASON_OK;

	for (size_t i = 0; i < run->n_tas; i++) {
		const struct tree *t = &run->tas[i].tree;

		for (size_t k = 0; k < t->nodes.n; k++)
			if (!vec_push(&live, t->nodes.v[k]->key))
				r = R_LIMIT_MEMORY;
	}
	if (live.n > 1)
		qsort(live.v, live.n, sizeof(*live.v), digest_order);
	if (r == REASON_OK)
		r = store_collect_memos(w, live.v, live.n);
	vec_fini(&live);
	return r;
}
