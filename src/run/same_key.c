/*
 * What a result depends on, but for what the store holds, and time.
 *
 * Too much in it costs a walk, too little would keep a view that is wrong: so
 * all that was configured is in it, to the byte, whatever it means.
 */
#include <stdlib.h>
#include <string.h>

#include "file/file.h"
#include "run/follow.h"
#include "run/same.h"
#include "run/whole.h" /* made by local.mk */

static void
put_u64(struct buf *b, uint64_t v)
{
	buf_add(b, &v, sizeof(v));
}

static void
put_span(struct buf *b, struct span s)
{
	put_u64(b, s.n);
	buf_span(b, s);
}

static enum reason
digest_of(struct digest *out, struct buf *b)
{
	enum reason why = b->failed ? R_LIMIT_MEMORY : REASON_OK;

	if (why == REASON_OK)
		crypt_sha256(out->b, buf_view(b));
	buf_fini(b);
	return why;
}

/* ---- before ---------------------------------------------------------- */

/* Beside what was said, what may have become of it since. */
static void
put_conf(struct buf *b, const struct conf *c)
{
	const struct policy *p = &c->policy;

	for (const struct conf_said *s = c->said; s != NULL; s = s->before)
		put_span(b, s->text);
	put_span(b, SPAN_OF(c->limits));
	put_u64(b, c->offline);
	put_u64(b, c->allow_local);
	put_u64(b, c->rrdp_fallback);
	put_u64(b, c->n_mirrors);
	put_u64(b, c->n_ledgers);
	put_u64(b, p->mode);
	put_u64(b, p->minimum_level);
	put_u64(b, p->endorsers.n);
	put_u64(b, p->n_rules);
	put_u64(b, p->n_regions);
	put_u64(b, p->unsafe);
	put_u64(b, p->hold_shrink);
	put_u64(b, p->hold_for);
}

/* Read before they are read for use: who changes one in between makes the next
 * run see a difference. */
static void
put_slurm(struct buf *b, const struct conf *c)
{
	for (size_t i = 0; i < c->n_slurm; i++) {
		struct buf text;

		buf_init(&text, (size_t)c->limits.slurm_bytes);
		/* What cannot be read, slurm_take judges. */
		put_u64(b, file_load(&text, c->slurm[i]));
		put_span(b, span_str(c->slurm[i]));
		put_span(b, buf_view(&text));
		buf_fini(&text);
	}
}

enum reason
same_key_early(struct digest *out, struct run *run)
{
	struct buf b;

	buf_init(&b, SIZE_MAX);
	put_span(&b, SPAN(WHOLE_VERSION));
	put_conf(&b, run->conf);
	put_slurm(&b, run->conf);
	return digest_of(out, &b);
}

/* ---- after ----------------------------------------------------------- */

static void
put_anchors(struct buf *b, const struct run *run)
{
	put_u64(b, run->n_tas);
	for (size_t i = 0; i < run->n_tas; i++) {
		const struct ta *ta = &run->tas[i];

		put_span(b, ta->name);
		put_span(b, SPAN_OF(ta->tal_key));
		put_span(b, SPAN_OF(ta->scope));
		put_span(b, SPAN_OF(ta->files));
		put_u64(b, ta->usable);
		put_u64(b, ta->report->kept);
		put_span(b, ta->uri);
		put_span(b, SPAN_OF(ta->report->hash));
		put_u64(b, ta->report->reason);
		put_span(b, span_str(ta->report->detail));
	}
}

/* Whom the view may name; the file that names them may have changed. */
static void
put_witnesses(struct buf *b, const struct tlog_keys *keys)
{
	put_u64(b, keys->n_witnesses);
	for (size_t i = 0; i < keys->n_witnesses; i++) {
		put_span(b, keys->witnesses[i].name);
		put_span(b, SPAN_OF(keys->witnesses[i].key));
	}
}

/* What is in force, what it says now, and all that the view tells of it. */
static void
put_ledgers(struct buf *b, const struct run *run)
{
	put_u64(b, run->n_follows);
	for (size_t i = 0; i < run->n_follows; i++) {
		const struct follow *f = &run->follows[i];
		const struct run_ledger *r = f->report;

		put_span(b, r->name);
		put_u64(b, r->reason);
		put_span(b, span_str(r->detail));
		put_u64(b, r->size);
		put_span(b, SPAN_OF(r->root));
		put_u64(b, (uint64_t)r->cosigned_at);
		put_u64(b, r->frozen);
		put_u64(b, r->gone);
		put_u64(b, (uint64_t)r->until_at);
		put_span(b, r->evidence);
		put_span(b, f->kept.note);
		put_span(b, SPAN_OF(f->kept.successions));
		put_u64(b, f->said.is_there);
		put_span(b, SPAN_OF(f->said.digest));
		put_witnesses(b, &f->segments[f->n_segments - 1].keys);
	}
}

static int
repository_order(const void *va, const void *vb)
{
	struct repository *const *a = va, *const *b = vb;

	return span_cmp((*a)->uri, (*b)->uri);
}

/* All that the view says of it, but when it was had, and by RRDP how much came:
 * that is of the last time that anything did. */
static void
put_repository(struct buf *b, const struct repository *r)
{
	const struct run_repository *p = &r->report;

	put_span(b, r->uri);
	put_u64(b, r->by_rrdp);
	put_u64(b, r->used);
	put_u64(b, r->used_itself);
	put_u64(b, r->by_mirror);
	put_u64(b, r->is_fresh);
	put_u64(b, p->state);
	put_u64(b, p->reason);
	put_span(b, span_str(p->detail));
	put_span(b, p->source);
	put_span(b, p->instead_of);
	put_u64(b, r->by_rrdp ? 0 : p->files);
	put_u64(b, r->by_rrdp ? 0 : p->bytes);
}

static void
put_repositories(struct buf *b, const struct run *run)
{
	VEC(struct repository *) all = { 0 };
	struct span uri;
	void *value;

	for (size_t i = 0; map_next(&run->repositories, &i, &uri, &value);)
		if (!vec_push(&all, value))
			b->failed = true;
	if (all.n > 1)
		qsort(all.v, all.n, sizeof(*all.v), repository_order);
	put_u64(b, all.n);
	for (size_t i = 0; i < all.n; i++)
		put_repository(b, all.v[i]);
	vec_fini(&all);
}

static int
digest_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

/* They come in the order of arrival, which says nothing. */
static enum reason
put_findings(struct buf *out, const struct run *run)
{
	VEC(struct digest) all = { 0 };
	enum reason why = REASON_OK;

	for (size_t i = 0; why == REASON_OK && i < run->findings.n; i++) {
		const struct finding *f = &run->findings.v[i];
		struct digest d;
		struct buf b;

		buf_init(&b, SIZE_MAX);
		put_u64(&b, f->reason);
		put_u64(&b, f->effect);
		put_span(&b, f->object);
		put_span(&b, SPAN_OF(f->hash));
		put_span(&b, f->trust_anchor);
		put_span(&b, f->point);
		put_span(&b, f->certificate);
		put_u64(&b, f->offset);
		put_span(&b, f->detail);
		why = digest_of(&d, &b);
		if (why == REASON_OK && !vec_push(&all, d))
			why = R_LIMIT_MEMORY;
	}
	if (all.n > 1)
		qsort(all.v, all.n, sizeof(*all.v), digest_order);
	put_span(out, span_of(all.v, all.n * sizeof(*all.v)));
	vec_fini(&all);
	return why;
}

enum reason
same_key(struct digest *out, struct run *run)
{
	enum reason why;
	struct buf b;

	buf_init(&b, SIZE_MAX);
	put_span(&b, SPAN_OF(run->same.early));
	put_anchors(&b, run);
	put_ledgers(&b, run);
	put_repositories(&b, run);
	why = put_findings(&b, run);
	if (why != REASON_OK) {
		buf_fini(&b);
		return why;
	}
	return digest_of(out, &b);
}
