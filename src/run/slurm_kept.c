/*
 * The last good SLURM files, CACHE/slurm: of a server, which must not do
 * without exceptions because somebody is editing them. A header, then paths
 * and texts, each after its length; then the hash of all that.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "file/file.h"
#include "run/inside.h"
#include "run/slurm.h"

#define FORM "cairn slurm 1\n"

static char *
path_of(struct run *run, const char *name)
{
	size_t n = strlen(run->conf->cache) + strlen(name) + 2;
	char *path = arena_alloc(&run->work, n);

	if (path != NULL)
		(void)snprintf(path, n, "%s/%s", run->conf->cache, name);
	return path;
}

/* ---- its form ---------------------------------------------------------- */

static void
put(struct buf *out, struct span s)
{
	uint64_t n = s.n;

	buf_add(out, &n, sizeof(n));
	buf_span(out, s);
}

static bool
get(struct span *out, struct span *from)
{
	uint64_t n;

	if (from->n < sizeof(n))
		return false;
	memcpy(&n, from->p, sizeof(n));
	*from = span_of(from->p + sizeof(n), from->n - sizeof(n));
	if (n > from->n)
		return false;
	*out = span_of(from->p, (size_t)n);
	*from = span_of(from->p + n, from->n - (size_t)n);
	return true;
}

static void
kept_write(struct buf *out, const struct run *run, const struct slurm_texts *t)
{
	uint8_t hash[32];

	buf_span(out, SPAN(FORM));
	for (size_t i = 0; i < t->texts.n; i++) {
		put(out, span_str(run->conf->slurm[i]));
		put(out, buf_view(&t->texts.v[i]));
	}
	crypt_sha256(hash, buf_view(out));
	buf_add(out, hash, sizeof(hash));
}

/* Of the same files as are configured now, in their order. */
static bool
kept_parse(struct slurm_texts *out, const struct run *run, struct span bytes)
{
	struct span form = SPAN(FORM), path, text;
	uint8_t hash[32];

	if (bytes.n < form.n + sizeof(hash))
		return false;
	bytes.n -= sizeof(hash);
	crypt_sha256(hash, bytes);
	if (memcmp(hash, bytes.p + bytes.n, sizeof(hash)) != 0 ||
	    memcmp(bytes.p, form.p, form.n) != 0)
		return false;
	bytes = span_of(bytes.p + form.n, bytes.n - form.n);
	for (size_t i = 0; i < run->conf->n_slurm; i++) {
		struct buf b;

		if (!get(&path, &bytes) || !get(&text, &bytes) ||
		    !span_eq(path, span_str(run->conf->slurm[i])))
			return false;
		buf_init(&b, text.n);
		buf_span(&b, text);
		if (!vec_push(&out->texts, b)) {
			buf_fini(&b);
			return false;
		}
	}
	return bytes.n == 0;
}

/* ---- its file ---------------------------------------------------------- */

/* What cannot be kept is not there when it is needed: the run then fails, as
 * without it. */
static void
keep(struct run *run, const struct slurm_texts *t)
{
	const char *path = path_of(run, "slurm");
	struct buf now, before;

	buf_init(&now, SIZE_MAX);
	buf_init(&before, SIZE_MAX);
	kept_write(&now, run, t);
	if (path != NULL && !now.failed &&
	    (!file_load(&before, path) ||
		!span_eq(buf_view(&now), buf_view(&before))))
		(void)!file_replace(AT_FDCWD, path, buf_view(&now), 0600);
	buf_fini(&now);
	buf_fini(&before);
}

/* ---- the exceptions of a run ------------------------------------------- */

static bool
take_kept(struct run *run)
{
	const char *path = path_of(run, "slurm");
	struct slurm_texts texts = { 0 };
	struct fault why;
	struct buf b;
	bool good;

	buf_init(&b, SIZE_MAX);
	fault_init(&why, SPAN(""));
	good = path != NULL && file_load(&b, path) &&
	       kept_parse(&texts, run, buf_view(&b)) &&
	       slurm_texts_parse(&run->out->slurm, &texts, run->conf->slurm,
		   &run->conf->limits, &why) == REASON_OK;
	slurm_texts_fini(&texts);
	buf_fini(&b);
	return good;
}

/* They are in force without what is in their files now. */
static enum reason
tell(struct run *run, enum reason reason)
{
	struct slurm *s = &run->out->slurm;
	struct finding f = { .reason = reason,
		.effect = EFFECT_WARNING,
		.detail = arena_dup(&s->arena, span_str(run->why->detail)) };

	if (f.detail.p == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < s->files.n; i++) {
		s->files.v[i].reason = reason;
		s->files.v[i].detail = f.detail;
	}
	run->out->degraded = true;
	return run_find(run, &f);
}

enum reason
slurm_take(struct run *run)
{
	const struct conf *c = run->conf;
	struct slurm *out = &run->out->slurm;
	struct slurm_texts texts;
	enum reason reason;

	slurm_init(out);
	reason = slurm_texts_read(
	    &texts, c->slurm, c->n_slurm, &c->limits, run->why);
	if (reason == REASON_OK)
		reason = slurm_texts_parse(
		    out, &texts, c->slurm, &c->limits, run->why);
	if (reason == REASON_OK && c->keeps_slurm && c->n_slurm > 0 &&
	    run->is_now)
		keep(run, &texts);
	slurm_texts_fini(&texts);
	if (reason == REASON_OK || reason == R_LIMIT_MEMORY || !c->keeps_slurm)
		return reason;
	slurm_fini(out);
	slurm_init(out);
	return take_kept(run) ? tell(run, reason) : reason;
}
