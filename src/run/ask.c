/*
 * What is put to the workers, and what is made of their answers.
 *
 * First what is on a manifest; then, for a point of very many files, the
 * signatures in them, in parts; then the point. What a worker found to hold
 * is remembered; what it died of is said of the point it died of.
 */
#include <string.h>

#include "run/inside.h"

#define CHECK_AT_ONCE 512 /* objects, of a point that has more */

/* ---- wishes ----------------------------------------------------------- */

enum reason
ask_list(struct listed **out, bool *waits, struct run *run,
    const struct digest *manifest)
{
	struct listed *l = map_get(&run->listed, SPAN_OF(*manifest));
	struct span bytes;

	*out = l;
	*waits = l != NULL && !l->came;
	if (l != NULL && l->generation == run->generation)
		return REASON_OK;
	bytes = store_object(run->now, manifest);
	if (l != NULL) {
		l->bytes = bytes;
		l->generation = run->generation;
	}
	if (bytes.p == NULL)
		*out = NULL;
	*waits = *waits && *out != NULL;
	if (l != NULL || bytes.p == NULL)
		return REASON_OK;
	l = ARENA_NEW(&run->work, struct listed);
	if (l == NULL)
		return R_LIMIT_MEMORY;
	l->hash = *manifest;
	l->bytes = bytes;
	l->generation = run->generation;
	*out = l;
	*waits = true;
	return map_put(&run->listed, SPAN_OF(l->hash), l) &&
		       vec_push(&run->wish_lists, l)
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

enum reason
ask_point(struct run *run, const struct node *n, struct memo *m,
    const struct listed *manifest)
{
	struct wish wish = { .memo = m, .node = n, .manifest = manifest };

	m->came = false;
	return vec_push(&run->wish_points, wish) ? REASON_OK : R_LIMIT_MEMORY;
}

/* ---- points that a worker cannot judge -------------------------------- */

static enum reason
no_point(struct rpki_point *out, struct run *run, const struct wish *wish,
    enum reason why, const char *detail)
{
	struct finding *f = ARENA_NEW(&run->work, struct finding);

	run->same.is_unsure = true;
	if (f == NULL)
		return R_LIMIT_MEMORY;
	*f = (struct finding){ .reason = why,
		.effect = EFFECT_POINT,
		.object = wish->node->issuer->cert.manifest_uri,
		.point = wish->node->issuer->cert.manifest_uri,
		.hash = wish->manifest->hash,
		.detail = arena_dup(&run->work, span_str(detail)) };
	*out = (struct rpki_point){ .failed = true,
		.issue.hash = wish->manifest->hash,
		.n_findings = 1,
		.findings = f };
	return f->detail.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

/* It ended its worker: not judged again until its bytes change, and what was
 * good before holds. */
static enum reason
quarantine(struct rpki_point *out, struct run *run, const struct wish *wish,
    const char *detail)
{
	run->out->work.points_quarantined++;
	return no_point(out, run, wish, R_POINT_QUARANTINED, detail);
}

/* ---- jobs ------------------------------------------------------------- */

/* In the making of one round of questions. */
struct asking {
	struct run *run;
	struct pool_for who;
	struct arena arena; /* until it is answered */
	const struct ta *ta;
	VEC(struct task) tasks;
};

static void
load_files(void *ctx, struct job *j)
{
	const struct run *run = ctx;

	for (size_t i = 0; i < j->n_files; i++)
		if (j->files[i].bytes.p == NULL)
			j->files[i].bytes =
			    store_object(run->now, &j->files[i].hash);
}

static bool
asking_add(struct asking *a, const struct job *job)
{
	struct task t = { .job = *job };

	t.job.limits = &a->run->conf->limits;
	t.job.at = a->run->at;
	return vec_push(&a->tasks, t);
}

static enum reason
asking_run(struct asking *a)
{
	return pool_run(
	    a->run->pool, &a->who, a->tasks.v, a->tasks.n, &a->run->work);
}

static void
asking_init(struct asking *out, struct run *run, const struct ta *ta)
{
	*out = (struct asking){ .run = run, .ta = ta };
	out->who.anchor = (unsigned)(ta - run->tas);
	out->who.load = load_files;
	out->who.ctx = run;
	arena_init(&out->arena, SIZE_MAX);
}

static void
asking_fini(struct asking *a)
{
	vec_fini(&a->tasks);
	arena_fini(&a->arena);
}

/* ---- lists ------------------------------------------------------------ */

static void
take_list(struct listed *l, const struct task *t)
{
	l->came = true;
	if (t->lost)
		(void)snprintf(l->lost, sizeof(l->lost), "%s", t->why);
	else if (!t->answer.outgrown)
		l->list = t->answer.list;
}

static enum reason
ask_lists(struct asking *a)
{
	struct run *run = a->run;

	for (size_t i = 0; i < run->wish_lists.n; i++) {
		const struct listed *l = run->wish_lists.v[i];
		struct job job = { .kind = JOB_LIST,
			.manifest = l->bytes,
			.manifest_hash = l->hash };

		if (!asking_add(a, &job))
			return R_LIMIT_MEMORY;
	}
	TRY(asking_run(a));
	for (size_t i = 0; i < run->wish_lists.n; i++)
		take_list(run->wish_lists.v[i], &a->tasks.v[i]);
	run->out->work.manifests_listed += run->wish_lists.n;
	run->wish_lists.n = 0;
	a->tasks.n = 0;
	return REASON_OK;
}

/* ---- points ----------------------------------------------------------- */

/* Both signatures of a signed object, the one of another: by the name, which
 * is all that the run knows of it. */
static uint8_t
held_most(struct span name)
{
	enum object_type type = object_type_by_name(name);

	switch (type) {
	case OBJECT_UNKNOWN:
	case OBJECT_TAL:
		return 0;
	case OBJECT_CERT:
	case OBJECT_CRL:
		return HELD_BY_ISSUER;
	case OBJECT_MANIFEST:
	case OBJECT_ROA:
	case OBJECT_ASPA:
	case OBJECT_TAK:
	case OBJECT_RSC:
	case OBJECT_GHOSTBUSTERS:
	case OBJECT_PREFIX_LIST:
	default:
		return HELD_BY_ISSUER | HELD_BY_OWN;
	}
}

/*
 * Whether a signature holds depends on the object and the key alone. So what
 * was found of the objects of this CA's last good point is so still, whatever
 * became of the manifest; and what this very manifest was found to list, when
 * some of it was missing. Known by this trust anchor's workers, that is: one
 * that was taken over must not vouch for another's objects.
 */
static const uint8_t *
stored_held(const struct wish *w)
{
	const struct store_point *p = &w->node->judged.stored;

	return p->held.n > 0 && digest_eq(&p->held_by, &w->node->ta->scope)
		   ? p->held.p
		   : NULL;
}

/* A map of the last good's objects: each to the byte about it. */
static enum reason
map_stored(struct map *out, struct digest *hashes, const struct wish *w)
{
	const struct store_point *p = &w->node->judged.stored;
	const uint8_t *held = stored_held(w);

	for (size_t i = 0; i < p->n_needs; i++) {
		memcpy(&hashes[i], p->needs.p + i * sizeof(*hashes),
		    sizeof(*hashes));
		if (!map_put(
			out, SPAN_OF(hashes[i]), (void *)(uintptr_t)&held[i]))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

static enum reason
take_stored(struct job *job, struct asking *a, const struct wish *w)
{
	const struct store_point *p = &w->node->judged.stored;
	struct digest *hashes =
	    ARENA_ARRAY(&a->arena, p->n_needs, struct digest);
	enum reason r = hashes != NULL ? REASON_OK : R_LIMIT_MEMORY;
	struct map known;

	map_init(&known);
	if (r == REASON_OK)
		r = map_stored(&known, hashes, w);
	for (size_t i = 0; r == REASON_OK && i < job->n_files; i++) {
		const uint8_t *held =
		    map_get(&known, SPAN_OF(job->files[i].hash));

		if (held != NULL)
			job->files[i].held =
			    *held & (HELD_BY_ISSUER | HELD_BY_OWN);
	}
	map_fini(&known);
	if (digest_eq(&p->last.hash, &job->manifest_hash))
		job->manifest_held =
		    stored_held(w)[p->n_needs] & (HELD_BY_ISSUER | HELD_BY_OWN);
	return r;
}

static enum reason
take_held(struct job *job, struct asking *a, const struct wish *w)
{
	const uint8_t *held = w->memo->held;

	if (held == NULL)
		return a->run->conf->no_memo || stored_held(w) == NULL
			   ? REASON_OK
			   : take_stored(job, a, w);
	for (size_t i = 0; i < job->n_files; i++)
		job->files[i].held = held[i];
	job->manifest_held = held[job->n_files];
	return REASON_OK;
}

static enum reason
job_of(struct job *out, struct asking *a, const struct wish *w)
{
	const struct listing *l = &w->manifest->list;
	struct run *run = a->run;

	*out = (struct job){ .kind = JOB_JUDGE,
		.manifest = w->manifest->bytes,
		.manifest_hash = w->manifest->hash,
		.issuer = w->node->issuer,
		.n_files = l->n };
	out->files = ARENA_ARRAY(&a->arena, l->n, struct job_file);
	if (out->files == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < l->n; i++) {
		out->files[i].name = l->files[i].name;
		out->files[i].hash = l->files[i].hash;
	}
	TRY(take_held(out, a, w));
	for (size_t i = 0; i < l->n; i++) {
		const struct job_file *f = &out->files[i];

		run->out->work.objects_checked +=
		    (f->held | held_most(f->name)) != f->held;
	}
	return REASON_OK;
}

/* The files of a job whose signatures are not known, in parts: for as many
 * workers as there are. */
static enum reason
add_checks(struct asking *a, struct job *job)
{
	size_t n = 0;

	if (job->n_files <= CHECK_AT_ONCE || pool_workers(a->run->pool) < 2)
		return REASON_OK;
	for (size_t i = 0; i < job->n_files; i++)
		n += job->files[i].held != held_most(job->files[i].name);
	if (n <= CHECK_AT_ONCE)
		return REASON_OK;
	for (size_t i = 0; i < job->n_files; i += CHECK_AT_ONCE) {
		struct job part = *job;

		part.kind = JOB_CHECK;
		part.manifest = span_of(NULL, 0);
		part.files = job->files + i;
		part.n_files = job->n_files - i < CHECK_AT_ONCE
				   ? job->n_files - i
				   : CHECK_AT_ONCE;
		if (!asking_add(a, &part))
			return R_LIMIT_MEMORY;
	}
	return REASON_OK;
}

static enum reason
ask_checks(struct asking *a, struct job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		TRY(add_checks(a, &jobs[i]));
	TRY(asking_run(a));
	for (size_t i = 0; i < a->tasks.n; i++) {
		struct task *t = &a->tasks.v[i];

		if (t->lost || t->answer.outgrown)
			continue;
		for (size_t k = 0; k < t->job.n_files; k++)
			t->job.files[k].held = t->answer.held[k];
	}
	a->tasks.n = 0;
	return REASON_OK;
}

static enum reason
take_point(struct asking *a, const struct wish *w, const struct task *t)
{
	struct run *run = a->run;
	struct memo *m = w->memo;

	m->came = true;
	m->generation = run->generation;
	run->out->work.points_judged++;
	if (t->lost)
		return quarantine(&m->point, run, w, t->why);
	if (t->answer.outgrown)
		return no_point(&m->point, run, w, R_LIMIT_MEMORY, "");
	m->point = t->answer.point;
	m->list = w->manifest->list;
	m->held = t->answer.held;
	return memo_keep(run, m, &t->job, &t->answer);
}

static enum reason
ask_judge(struct asking *a, struct wish *wishes, struct job *jobs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!asking_add(a, &jobs[i]))
			return R_LIMIT_MEMORY;
	TRY(asking_run(a));
	for (size_t i = 0; i < n; i++)
		TRY(take_point(a, &wishes[i], &a->tasks.v[i]));
	return REASON_OK;
}

/* Not even its list could be read without a death. */
static enum reason
take_unlisted(struct run *run, size_t *n)
{
	struct wish *w = run->wish_points.v;

	*n = 0;
	for (size_t i = 0; i < run->wish_points.n; i++) {
		if (w[i].manifest->lost[0] == '\0') {
			w[(*n)++] = w[i];
			continue;
		}
		w[i].memo->came = true;
		TRY(quarantine(
		    &w[i].memo->point, run, &w[i], w[i].manifest->lost));
	}
	return REASON_OK;
}

static enum reason
ask_points(struct asking *a)
{
	struct run *run = a->run;
	struct job *jobs;
	size_t n;

	TRY(take_unlisted(run, &n));
	jobs = ARENA_ARRAY(&a->arena, n, struct job);
	if (jobs == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n; i++)
		TRY(job_of(&jobs[i], a, &run->wish_points.v[i]));
	TRY(ask_checks(a, jobs, n));
	TRY(ask_judge(a, run->wish_points.v, jobs, n));
	run->wish_points.n = 0;
	return REASON_OK;
}

enum reason
ask_all(struct run *run, const struct ta *ta)
{
	struct asking a;
	enum reason r;

	asking_init(&a, run, ta);
	r = ask_lists(&a);
	if (r == REASON_OK)
		r = ask_points(&a);
	asking_fini(&a);
	return r;
}
