/*
 * What fetches brought, into the store.
 *
 * What a fetch brought is committed at once: first the bytes, which nothing
 * refers to yet and which may take several transactions; then all changes of
 * the repository's names, and the state of RRDP that they are, in one. A run
 * killed between them has lost nothing and gained some bytes.
 */
#include <string.h>

#include "run/inside.h"

#define SKIPPED_MAX 20 /* findings about passed over files, a repository */
#define FLUSH_BYTES ((uint64_t)64 << 20)

struct intake {
	struct run *run;
	struct repository *repository;
	struct store_write *write;
	struct arena arena; /* URIs */
	VEC(struct store_name) names;
	struct store_name known;  /* the one asked about last */
	struct fetch_count count; /* of a folder */
	uint64_t unflushed;
};

/* Is it the store, not the repository, that is in trouble? */
static bool
is_ours(enum reason r)
{
	return reason_class(r) == CLASS_SYSTEM || r == R_LIMIT_MEMORY;
}

/* One line of text about what is not kept. */
static void
skipped(void *ctx, struct span uri, enum reason why)
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
add_object(struct intake *in, struct digest *hash, struct span bytes)
{
	bool fresh;

	TRY(store_write_object(in->write, hash, &fresh, bytes));
	in->repository->report.new_objects += fresh;
	in->unflushed += bytes.n;
	if (in->unflushed < FLUSH_BYTES)
		return REASON_OK;
	in->unflushed = 0;
	return store_write_flush(in->write);
}

enum reason
intake_remember(
    struct run *run, struct repository *r, struct store_write *write)
{
	const struct want *w = &r->want;
	bool is_https = want_source(w)->is_https;
	struct buf bytes;
	enum reason why;

	buf_init(&bytes, 65536);
	if (is_https)
		rrdp_state_write(&bytes, &w->https->state);
	why = store_write_blob(write, STORE_RRDP, &r->key, buf_view(&bytes));
	buf_reset(&bytes);
	if (!r->by_mirror) {
		fetch_health_good(&r->health, run->clock_at,
		    is_https && w->https->is_new_session, &run->conf->limits);
		fetch_health_write(&bytes, &r->health);
		if (why == REASON_OK)
			why = store_write_blob(
			    write, STORE_HEALTH, &r->key, buf_view(&bytes));
	}
	if (why == REASON_OK && bytes.failed)
		why = R_LIMIT_MEMORY;
	buf_fini(&bytes);
	return why;
}

static enum reason
commit(struct intake *in)
{
	struct run *run = in->run;
	struct store_repository stored = { 0 };
	struct repository *r = in->repository;

	TRY(intake_remember(run, r, in->write));
	TRY(store_write_blob(in->write, STORE_TREE, &r->key,
	    in->count.is_stamped ? SPAN_OF(in->count.stamp)
				 : span_of(NULL, 0)));
	(void)!store_repository(&stored, run->now, &r->key);
	stored.key = r->key;
	stored.uri = r->uri;
	stored.fetched_at = run->clock_at;
	if (stored.used_at == 0)
		stored.used_at = run->clock_at;
	return store_write_repository(in->write, &stored);
}

static enum reason
begin(struct intake *in, struct run *run, struct repository *r)
{
	*in = (struct intake){ .run = run, .repository = r };
	arena_init(&in->arena, SIZE_MAX);
	return store_write_begin(&in->write, run->store, run->why);
}

/* Commits, unless something went wrong. */
static enum reason
end(struct intake *in, enum reason why, struct fault *bad)
{
	if (why == REASON_OK)
		why = commit(in);
	if (why == REASON_OK) {
		why = store_write_commit(in->write);
		in->write = NULL;
		in->run->same.is_alive = false;
	}
	store_write_abort(in->write);
	vec_fini(&in->names);
	arena_fini(&in->arena);
	if (why == REASON_OK || is_ours(why))
		return why;
	(void)fault_at(bad, why, NULL);
	return REASON_OK;
}

/* ---- folders, and what rsync made -------------------------------------- */

static bool
is_known(void *ctx, struct span uri, uint64_t stamp)
{
	struct intake *in = ctx;
	struct store_name *name = &in->known;

	return !store_is_suspect(in->run->store) &&
	       store_write_name(name, in->write, &in->repository->key, uri) &&
	       name->stamp == stamp && store_write_has(in->write, &name->hash);
}

static enum reason
take_file(void *ctx, const struct fetch_file *file)
{
	struct intake *in = ctx;
	struct store_name name = { 0 };

	if (!file->known)
		TRY(add_object(in, &name.hash, file->bytes));
	else /* is_known was asked last about this one */
		name = in->known;
	name.stamp = file->stamp;
	name.uri = arena_dup(&in->arena, file->uri);
	return name.uri.p != NULL && vec_push(&in->names, name)
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

static void
report_tree(struct repository *r, const struct fetch_count *count)
{
	r->report.files = count->files;
	r->report.bytes = count->bytes;
}

/* Does the folder look as it did when it was read? */
static bool
is_unchanged(struct run *run, struct repository *r)
{
	struct fetch_count count;
	struct fault why;
	struct span stamp;

	fault_init(&why, span_of(NULL, 0));
	if (store_is_suspect(run->store) ||
	    !store_blob(&stamp, run->now, STORE_TREE, &r->key) ||
	    fetch_read(&count, run->fetch, &r->want.fetch, r->uri,
		run->clock_at, NULL, &why) != REASON_OK ||
	    !count.is_stamped || !span_eq(stamp, SPAN_OF(count.stamp)))
		return false;
	report_tree(r, &count);
	return true;
}

enum reason
intake_tree(struct run *run, struct repository *r, struct fault *bad)
{
	struct intake in;
	struct fetch_reader reader = { is_known, take_file, skipped, &in };
	enum reason why;

	r->is_current = is_unchanged(run, r);
	if (r->is_current)
		return REASON_OK;
	why = begin(&in, run, r);
	if (why == REASON_OK)
		why = fetch_read(&in.count, run->fetch, &r->want.fetch, r->uri,
		    run->clock_at, &reader, bad);
	if (why == REASON_OK)
		why = store_write_names(
		    in.write, &r->key, in.names.v, in.names.n);
	report_tree(r, &in.count);
	return end(&in, why, bad);
}

/* ---- RRDP -------------------------------------------------------------- */

/* The bytes are what the box said they are. */
static enum reason
take_bytes(struct intake *in, const struct rrdp_change *c)
{
	struct digest hash;

	if (c->is_withdrawn)
		return REASON_OK;
	if (c->bad != REASON_OK) {
		skipped(in, c->uri, c->bad);
		return REASON_OK;
	}
	TRY(add_object(in, &hash, c->bytes));
	in->repository->report.bytes += c->bytes.n;
	return digest_eq(&hash, &c->hash) ? REASON_OK : R_FETCH_PROCESS;
}

/* What is bad has its hash and no bytes: the point that lists it fails. */
static enum reason
take_name(
    struct intake *in, const struct rrdp_change *c, enum rrdp_outcome outcome)
{
	const struct digest *key = &in->repository->key;
	struct store_name name = { .uri = c->uri, .hash = c->hash };

	in->repository->report.files++;
	if (outcome == RRDP_BY_SNAPSHOT)
		return vec_push(&in->names, name) ? REASON_OK : R_LIMIT_MEMORY;
	return c->is_withdrawn ? store_write_name_drop(in->write, key, c->uri)
			       : store_write_name_put(in->write, key, &name);
}

static enum reason
take_changes(struct intake *in, const struct https_job *job)
{
	for (size_t i = 0; i < job->n_changes; i++)
		TRY(take_bytes(in, &job->changes[i]));
	/* From here on no flush: names are changed all at once. */
	for (size_t i = 0; i < job->n_changes; i++)
		TRY(take_name(in, &job->changes[i], job->outcome));
	if (job->outcome != RRDP_BY_SNAPSHOT)
		return REASON_OK;
	return store_write_names(
	    in->write, &in->repository->key, in->names.v, in->names.n);
}

enum reason
intake_changes(struct run *run, struct repository *r, struct fault *bad)
{
	struct intake in;
	enum reason why = begin(&in, run, r);

	if (why == REASON_OK)
		why = take_changes(&in, r->want.https);
	return end(&in, why, bad);
}
