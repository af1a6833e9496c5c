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
names_host(const struct run *run, const struct uri *u)
{
	struct span host = host_of(u);

	if (run->conf->allow_local)
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

static bool
is_https(const struct conf_place *place)
{
	return !place->is_folder &&
	       span_starts(span_str(place->text), SPAN("https://"));
}

/* Are there such things at this place? */
static bool
place_fits(const struct conf_place *place, enum source_of of)
{
	if (of == SOURCE_OF_FILE)
		return !place->is_notification;
	return of == SOURCE_OF_TREE || is_https(place);
}

/* Where `rest` is at this place. */
static struct span
place_text(struct run *run, enum source_of of, const struct conf_place *place,
    struct span rest)
{
	if (place->is_folder || place->is_notification)
		rest = span_of(NULL, 0);
	else if (of == SOURCE_OF_TREE && is_https(place))
		rest = SPAN("notification.xml");
	return join(run, span_str(place->text), rest);
}

static enum reason
add_place(struct source *out, struct run *run, enum source_of of,
    const struct conf_place *place, struct span rest)
{
	struct uri u;

	*out = (struct source){ .is_https = is_https(place),
		.is_named = true,
		.at = { .rest = rest, .via = FETCH_BY_RSYNC } };
	if (place->is_folder)
		out->at.via = FETCH_BY_FOLDER;
	out->at.text = place_text(run, of, place, rest);
	if (out->at.text.p == NULL)
		return R_LIMIT_MEMORY;
	if (place->is_folder)
		return REASON_OK;
	TRY(uri_parse(&u, out->at.text, &run->conf->limits));
	out->at.host = host_of(&u);
	return REASON_OK;
}

static enum reason
add_itself(struct source *out, struct run *run, const struct uri *u)
{
	*out = (struct source){ .is_https = u->scheme == URI_HTTPS,
		.is_named = names_host(run, u),
		.at = { .via = FETCH_BY_RSYNC, .host = host_of(u) } };
	if (uri_is_local(u) && !out->is_named)
		return R_FETCH_LOCAL;
	out->at.text = join(run, u->text, span_of(NULL, 0));
	return out->at.text.p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
source_list(struct sources *out, struct run *run, enum source_of of,
    const struct uri *u)
{
	const struct conf_mirror *m = mirror_of(run->conf, u->text);
	size_t n_places = m != NULL ? m->n : 0;
	struct source *list =
	    ARENA_ARRAY(&run->work, n_places + 1, struct source);

	if (list == NULL)
		return R_LIMIT_MEMORY;
	*out = (struct sources){ .list = list };
	for (size_t i = 0; i < n_places; i++) {
		struct span rest = span_of(
		    u->text.p + m->from.text.n, u->text.n - m->from.text.n);
		enum reason why;

		if (!place_fits(&m->to[i], of))
			continue;
		why =
		    add_place(&list[out->n_mirrors], run, of, &m->to[i], rest);
		if (why == R_LIMIT_MEMORY)
			return why;
		out->n_mirrors += why == REASON_OK;
	}
	out->why_not = add_itself(&list[out->n_mirrors], run, u);
	return out->why_not == R_LIMIT_MEMORY ? R_LIMIT_MEMORY : REASON_OK;
}
