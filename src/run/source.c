/*
 * From where: mirrors the operator configured, then the place itself.
 *
 * hostile.md A6, A14: a host on this machine or a private network, or a port,
 * is only for who sits at this machine to name. The network's word is not
 * enough.
 */
#include <string.h>

#include "run/inside.h"

static struct span
host_of(const struct uri *u)
{
	return span_of(u->host.p,
	    u->port.n > 0 ? (size_t)(u->port.p + u->port.n - u->host.p)
			  : u->host.n);
}

static enum reason
name_host(struct run *run, const struct uri *u)
{
	return vec_push(&run->named, host_of(u)) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
name_place(struct run *run, const struct conf_place *place)
{
	struct uri u;

	if (place->is_folder || uri_parse(&u, span_str(place->text),
				    &run->conf->limits) != REASON_OK)
		return REASON_OK;
	return name_host(run, &u);
}

enum reason
source_name_hosts(struct run *run)
{
	for (size_t i = 0; i < run->conf->n_mirrors; i++) {
		const struct conf_mirror *m = &run->conf->mirrors[i];

		TRY(name_host(run, &m->from));
		for (size_t j = 0; j < m->n; j++)
			TRY(name_place(run, &m->to[j]));
	}
	for (size_t i = 0; i < run->n_tas; i++)
		for (size_t j = 0; j < run->tas[i].tal.n_uris; j++)
			TRY(name_host(run, &run->tas[i].tal.uris[j]));
	return REASON_OK;
}

static bool
is_allowed(const struct run *run, const struct uri *u)
{
	struct span host = host_of(u);

	if (run->conf->allow_local || !uri_is_local(u))
		return true;
	for (size_t i = 0; i < run->named.n; i++)
		if (span_eq(run->named.v[i], host))
			return true;
	return false;
}

/* The mirror that stands for the smallest part of the tree. */
static const struct conf_mirror *
mirror_of(const struct conf *conf, struct span uri)
{
	const struct conf_mirror *best = NULL;

	for (size_t i = 0; i < conf->n_mirrors; i++) {
		const struct conf_mirror *m = &conf->mirrors[i];

		if (span_starts(uri, m->from.text) &&
		    (best == NULL || m->from.text.n > best->from.text.n))
			best = m;
	}
	return best;
}

struct span
source_root(const struct conf *conf, const struct uri *u)
{
	const struct conf_mirror *m = mirror_of(conf, u->text);
	struct span root = uri_module_root(u);

	return m != NULL && m->from.text.n > root.n
		   ? span_of(u->text.p, m->from.text.n)
		   : root;
}

/* A copy of both, with a NUL after it. */
static struct span
join(struct run *run, struct span a, struct span b)
{
	uint8_t *p = arena_alloc(&run->work, a.n + b.n + 1);

	if (p == NULL)
		return span_of(NULL, 0);
	if (a.n > 0)
		memcpy(p, a.p, a.n);
	if (b.n > 0)
		memcpy(p + a.n, b.p, b.n);
	return span_of(p, a.n + b.n);
}

static enum reason
add_place(struct fetch_source *out, struct run *run,
    const struct conf_place *place, struct span rest)
{
	struct span text = span_str(place->text);
	struct uri u;

	*out = (struct fetch_source){ .rest = rest };
	out->via = place->is_folder ? FETCH_BY_FOLDER : FETCH_BY_RSYNC;
	out->text = join(run, text, place->is_folder ? span_of(NULL, 0) : rest);
	if (out->text.p == NULL)
		return R_LIMIT_MEMORY;
	if (place->is_folder)
		return REASON_OK;
	TRY(uri_parse(&u, out->text, &run->conf->limits));
	if (u.scheme != URI_RSYNC)
		return R_FETCH_SCHEME;
	out->host = host_of(&u);
	return REASON_OK;
}

static enum reason
add_itself(struct fetch_source *out, struct run *run, const struct uri *u)
{
	if (u->scheme != URI_RSYNC)
		return R_FETCH_SCHEME;
	if (!is_allowed(run, u))
		return R_FETCH_LOCAL;
	*out =
	    (struct fetch_source){ .via = FETCH_BY_RSYNC, .host = host_of(u) };
	out->text = join(run, u->text, span_of(NULL, 0));
	return out->text.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
source_list(struct fetch_job *job, struct run *run, const struct uri *u,
    enum reason *why)
{
	const struct conf_mirror *m = mirror_of(run->conf, u->text);
	size_t n_places = m != NULL ? m->n : 0, n = 0;
	struct fetch_source *list =
	    ARENA_ARRAY(&run->work, n_places + 1, struct fetch_source);

	if (list == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < n_places; i++) {
		struct span rest = span_of(
		    u->text.p + m->from.text.n, u->text.n - m->from.text.n);

		*why = add_place(&list[n], run, &m->to[i], rest);
		if (*why == R_LIMIT_MEMORY)
			return *why;
		n += *why == REASON_OK;
	}
	*why = add_itself(&list[n], run, u);
	if (*why == R_LIMIT_MEMORY)
		return *why;
	n += *why == REASON_OK;
	job->sources = list;
	job->n_sources = n;
	return REASON_OK;
}
