/*
 * Memos: what a point was found to say, as the store keeps it, so that it can
 * be read again without any of its objects.
 *
 * It is an answer, and before it the question as far as the answer refers to
 * it: the names, hashes and sizes of the files, and the bytes of certificates
 * alone, whose parts children and router keys are. It is read as an answer is,
 * so that no record, whatever became of it, says what could not be so.
 */
#include <string.h>

#include "pool/version.h" /* made by local.mk */
#include "pool/wire_answer.h"

struct span
memo_version(void)
{
	return SPAN(WIRE_VERSION);
}

static bool
is_kept(const struct job_file *f)
{
	return f->bytes.p != NULL &&
	       object_type_by_name(f->name) == OBJECT_CERT;
}

void
memo_write(struct wire_out *w, const struct job *job, const struct answer *a)
{
	wire_put_u64(w, job->manifest.n);
	wire_put_u64(w, a->list.readable);
	wire_put_issue(w, &a->list.issue);
	wire_put_u64(w, job->n_files);
	for (size_t i = 0; i < job->n_files; i++) {
		const struct job_file *f = &job->files[i];
		bool kept = is_kept(f);

		wire_put_u64(w, f->bytes.n);
		wire_put(w, &f->hash, sizeof(f->hash));
		wire_put_span(w, f->name);
		wire_put_u64(w, kept);
		if (kept)
			wire_put(w, f->bytes.p, f->bytes.n);
	}
	wire_put(w, a->held, job->n_files + 1);
	wire_put_point(w, job, &a->point);
}

/* Of most files there is a size, and no bytes. */
static void
get_file(struct wire_in *r, const struct limits *limits, struct job_file *f)
{
	f->bytes = span_of(NULL, (size_t)wire_get_max(r, limits->object_max));
	wire_get(r, &f->hash, sizeof(f->hash));
	f->name = wire_get_span(r);
	if (wire_get_bool(r))
		f->bytes = wire_get_raw(r, f->bytes.n);
	if (!r->failed && !manifest_name_is_valid(f->name, limits))
		r->failed = true;
}

#define LEAST_FILE (sizeof(struct digest) + 3)

/* False: no memory. */
static bool
get_files(struct wire_in *r, struct job *job, struct arena *scratch)
{
	job->n_files = wire_get_count(r, LEAST_FILE);
	if (job->n_files > job->limits->manifest_files)
		r->failed = true;
	if (r->failed)
		return true;
	job->files = ARENA_ARRAY(scratch, job->n_files, struct job_file);
	if (job->files == NULL)
		return false;
	for (size_t i = 0; i < job->n_files && !r->failed; i++)
		get_file(r, job->limits, &job->files[i]);
	return true;
}

/* Who needs names has the manifest. */
static bool
get_list(struct answer *out, const struct job *job, struct span held,
    struct arena *arena)
{
	struct listing *l = &out->list;

	l->n = job->n_files;
	l->files = ARENA_ARRAY(arena, l->n, struct manifest_file);
	out->held = arena_alloc(arena, held.n);
	if (l->files == NULL || out->held == NULL)
		return false;
	for (size_t i = 0; i < l->n; i++)
		l->files[i].hash = job->files[i].hash;
	memcpy(out->held, held.p, held.n);
	return true;
}

enum reason
memo_read(struct answer *out, struct wire_in *r, struct job *job,
    struct arena *arena, struct arena *scratch)
{
	struct span held;

	*out = (struct answer){ 0 };
	job->kind = JOB_JUDGE;
	job->manifest =
	    span_of(NULL, (size_t)wire_get_max(r, job->limits->object_max));
	out->list.readable = wire_get_bool(r);
	wire_get_issue(r, &out->list.issue);
	out->list.issue.hash = job->manifest_hash;
	if (!get_files(r, job, scratch))
		return R_LIMIT_MEMORY;
	held = wire_get_raw(r, job->n_files + 1);
	if (r->failed)
		return R_RUN_WORKER;
	if (!get_list(out, job, held, arena))
		return R_LIMIT_MEMORY;
	TRY(wire_get_point(r, &out->point, job, arena));
	return r->at == r->n ? REASON_OK : R_RUN_WORKER;
}
