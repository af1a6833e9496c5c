/*
 * Repositories: which there are in this run, and what they brought.
 *
 * What a fetch brought is committed at once: first the bytes, which nothing
 * refers to yet and which may take several transactions; then all names of the
 * repository in one. A run killed between them has lost nothing and gained
 * some bytes.
 */
#include <string.h>

#include "run/inside.h"

#define SKIPPED_MAX 20 /* findings about passed over files, a repository */
#define FLUSH_BYTES ((uint64_t)64 << 20)

static enum reason
repository_new(
    struct repository **out, struct run *run, const struct uri *folder)
{
	struct repository *r = ARENA_NEW(&run->work, struct repository);
	struct store_repository stored;
	struct span root = source_root(run->conf, folder);

	if (r == NULL)
		return R_LIMIT_MEMORY;
	r->uri = arena_dup(&run->out->arena, root);
	if (r->uri.p == NULL || !map_put(&run->repositories, r->uri, r))
		return R_LIMIT_MEMORY;
	crypt_sha256(r->key.b, r->uri);
	r->known = store_repository(&stored, run->pin, &r->key) &&
		   stored.fetched_at != 0;
	r->report.uri = r->uri;
	r->report.state = RUN_OFFLINE;
	r->job.key = r->key;
	r->job.what = FETCH_TREE;
	r->job.owner = r;
	*out = r;
	return REASON_OK;
}

enum reason
repository_get(struct repository **out, struct run *run, struct span folder_uri)
{
	struct uri u;

	TRY(uri_parse(&u, folder_uri, &run->conf->limits));
	*out = map_get(&run->repositories, source_root(run->conf, &u));
	return *out != NULL ? REASON_OK : repository_new(out, run, &u);
}

/* ---- asking
 * ----------------------------------------------------------------------
 */

void
repository_want(struct run *run, struct repository *r)
{
	enum reason why = REASON_OK;
	struct uri u;

	r->state = REPOSITORY_DONE;
	if (run->fetch == NULL)
		return;
	if (uri_parse(&u, r->uri, &run->conf->limits) != REASON_OK ||
	    source_list(&r->job, run, &u, &why) != REASON_OK)
		why = R_LIMIT_MEMORY;
	if (r->job.n_sources == 0) {
		r->report.state = r->known ? RUN_KEPT : RUN_REFUSED;
		r->report.reason = why;
		return;
	}
	r->state = REPOSITORY_PENDING;
	fetch_start(run->fetch, &r->job);
}

struct prefetch {
	struct run *run;
	int64_t last_at; /* of the last run */
	bool fetch;
	enum reason failed;
};

static bool
prefetch_one(void *ctx, const struct store_repository *stored)
{
	struct prefetch *p = ctx;
	struct repository *r = NULL;

	if (!p->fetch) {
		if (stored->used_at > p->last_at)
			p->last_at = stored->used_at;
		return true;
	}
	if (stored->used_at < p->last_at)
		return true;
	/* Under another configuration it may be part of another. */
	if (repository_get(&r, p->run, stored->uri) == R_LIMIT_MEMORY)
		p->failed = R_LIMIT_MEMORY;
	else if (r != NULL && r->state == REPOSITORY_NEW)
		repository_want(p->run, r);
	return p->failed == REASON_OK;
}

/* What the last run used this one will want too: all at once, instead of one
 * level of the tree after the other. */
enum reason
repository_prefetch(struct run *run)
{
	struct prefetch p = { .run = run };

	if (run->fetch == NULL)
		return REASON_OK;
	TRY(store_repositories(run->pin, prefetch_one, &p));
	p.fetch = true;
	TRY(store_repositories(run->pin, prefetch_one, &p));
	return p.failed;
}

/* ---- what came
 * ----------------------------------------------------------------------
 */

struct intake {
	struct run *run;
	struct repository *repository;
	struct store_write *write;
	struct arena arena; /* URIs */
	VEC(struct store_name) names;
	uint64_t unflushed;
};

static bool
intake_known(void *ctx, struct span uri, uint64_t stamp)
{
	struct intake *in = ctx;
	struct store_name name;

	return store_write_name(&name, in->write, &in->repository->key, uri) &&
	       name.stamp == stamp && store_write_has(in->write, &name.hash);
}

static enum reason
intake_file(void *ctx, const struct fetch_file *file)
{
	struct intake *in = ctx;
	struct store_name name = { 0 };
	bool fresh = false;

	if (file->known) {
		if (!store_write_name(
			&name, in->write, &in->repository->key, file->uri))
			return R_STORE_DAMAGED;
	} else {
		TRY(store_write_object(
		    in->write, &name.hash, &fresh, file->bytes));
		in->unflushed += file->size;
	}
	in->repository->report.new_objects += fresh;
	name.stamp = file->stamp;
	name.uri = arena_dup(&in->arena, file->uri);
	if (name.uri.p == NULL || !vec_push(&in->names, name))
		return R_LIMIT_MEMORY;
	if (in->unflushed < FLUSH_BYTES)
		return REASON_OK;
	in->unflushed = 0;
	return store_write_flush(in->write);
}

static void
intake_skipped(void *ctx, struct span uri, enum reason why)
{
	struct intake *in = ctx;
	struct finding f = { .reason = why, .effect = EFFECT_WARNING };

	if (in->repository->n_skipped++ >= SKIPPED_MAX)
		return;
	f.object = arena_dup(&in->run->work, uri);
	if (f.object.p != NULL)
		(void)!run_find(in->run, &f);
}

static enum reason
intake_commit(struct intake *in)
{
	struct run *run = in->run;
	struct store_repository stored = { 0 };
	struct repository *r = in->repository;

	TRY(store_write_names(in->write, &r->key, in->names.v, in->names.n));
	(void)!store_repository(&stored, run->now, &r->key);
	stored.key = r->key;
	stored.uri = r->uri;
	stored.fetched_at = run->clock_at;
	if (stored.used_at == 0)
		stored.used_at = run->clock_at;
	return store_write_repository(in->write, &stored);
}

/* Is it the store, not the repository, that is in trouble? */
static bool
is_ours(enum reason r)
{
	return reason_class(r) == CLASS_SYSTEM || r == R_LIMIT_MEMORY;
}

/* *bad: why what came is no good; what is returned is our own trouble. */
static enum reason
intake(struct run *run, struct repository *r, struct fault *bad)
{
	struct intake in = { .run = run, .repository = r };
	struct fetch_reader reader = { intake_known, intake_file,
		intake_skipped, &in };
	struct fetch_count count;
	enum reason result;

	TRY(store_write_begin(&in.write, run->store, run->why));
	arena_init(&in.arena, SIZE_MAX);
	result = fetch_read(
	    &count, run->fetch, &r->job, r->uri, run->clock_at, &reader, bad);
	if (result == REASON_OK)
		result = intake_commit(&in);
	if (result == REASON_OK) {
		result = store_write_commit(in.write);
		in.write = NULL;
	}
	store_write_abort(in.write);
	vec_fini(&in.names);
	arena_fini(&in.arena);
	r->report.files = count.files;
	r->report.bytes = count.bytes;
	if (result != REASON_OK && !is_ours(result)) {
		(void)fault_at(bad, result, NULL);
		return REASON_OK;
	}
	return result;
}

static enum reason
repository_failed(struct run *run, struct repository *r)
{
	struct finding f = { .reason = r->job.reason,
		.effect = EFFECT_REPOSITORY,
		.object = r->uri };

	r->state = REPOSITORY_DONE;
	r->report.state = r->known ? RUN_KEPT : RUN_FAILED;
	r->report.reason = r->job.reason;
	(void)snprintf(
	    r->report.detail, sizeof(r->report.detail), "%s", r->job.detail);
	f.detail = arena_dup(&run->work, span_str(r->job.detail));
	if (f.detail.p == NULL)
		return R_LIMIT_MEMORY;
	return run_find(run, &f);
}

/* Its job has ended: take in what it brought. */
enum reason
repository_took(struct run *run, struct repository *r)
{
	const struct fetch_source *s = &r->job.sources[r->job.source];
	struct fault bad;

	r->report.duration_ms = r->job.duration_ms;
	if (r->job.reason != REASON_OK)
		return repository_failed(run, r);
	fault_init(&bad, span_of(NULL, 0));
	TRY(intake(run, r, &bad));
	if (bad.reason != REASON_OK)
		return fetch_refuse(run->fetch, &r->job, bad.reason, bad.detail)
			   ? REASON_OK
			   : repository_failed(run, r);
	r->state = REPOSITORY_DONE;
	r->report.state = RUN_FRESH;
	r->report.source = arena_dup(&run->out->arena, s->text);
	if (r->report.source.p == NULL)
		return R_LIMIT_MEMORY;
	return run_renew(run);
}
