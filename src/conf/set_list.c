/* Settings of many values: trust anchors, mirrors, outputs. */
#include <string.h>

#include "conf/set.h"

void *
setting_grown(struct conf *c, const void *old, size_t n, size_t size)
{
	char *out = arena_array(&c->arena, n + 1, size);

	if (out != NULL && n > 0)
		memcpy(out, old, n * size);
	return out;
}

static enum reason
add_path(const struct setting *s, const struct node *n, const char ***list,
    size_t *count)
{
	const char **paths;

	TRY(setting_text(s, n));
	paths = setting_grown(s->conf, *list, *count, sizeof(*paths));
	if (paths == NULL)
		return setting_memory(s, n);
	paths[*count] = setting_path(s, n->text);
	if (paths[*count] == NULL)
		return setting_memory(s, n);
	*list = paths;
	++*count;
	return REASON_OK;
}

/* Options say it anew: they do not add to what the file said. */
static enum reason
add_place(const struct setting *s, const struct node *n)
{
	struct conf *c = s->conf;

	if (n->option && !c->has_option_places) {
		c->has_option_places = c->has_places = true;
		c->n_places = 0;
	}
	return add_path(s, n, &c->places, &c->n_places);
}

static enum reason
add_constraints(const struct setting *s, const struct node *n)
{
	return add_path(s, n, &s->conf->constraints, &s->conf->n_constraints);
}

static enum reason
add_slurm(const struct setting *s, const struct node *n)
{
	struct conf *c = s->conf;

	if (n->option && !c->has_option_slurm) {
		c->has_option_slurm = true;
		c->n_slurm = 0;
	}
	return add_path(s, n, &c->slurm, &c->n_slurm);
}

/* ---- mirrors --------------------------------------------------------- */

static bool
is_uri(struct span text)
{
	return span_starts(text, SPAN("rsync://")) ||
	       span_starts(text, SPAN("https://")) ||
	       span_starts(text, SPAN("http://"));
}

static enum reason
check_uri(const struct setting *s, const struct node *n, struct span text,
    struct uri *out)
{
	enum reason why = uri_parse(out, text, &s->conf->limits);

	if (why != REASON_OK)
		return conf_fail(s->error, R_CONF_VALUE, n->line, "%s%s: %s",
		    setting_dashes(n), setting_name(s, n), reason_text(why));
	return REASON_OK;
}

/* A prefix of URIs: checked, and ending at a segment. */
static enum reason
check_prefix(const struct setting *s, const struct node *n, struct span text,
    struct uri *out)
{
	TRY(check_uri(s, n, text, out));
	if (!span_ends(text, SPAN("/")))
		return conf_fail(s->error, R_CONF_VALUE, n->line,
		    "%s%s: the URI must end with '/'", setting_dashes(n),
		    setting_name(s, n));
	return REASON_OK;
}

/* The mirror of that URI, or a new one. NULL without memory. */
static struct conf_mirror *
mirror_of(struct conf *c, const struct uri *from)
{
	struct conf_mirror *list;

	for (size_t i = 0; i < c->n_mirrors; i++)
		if (span_eq(c->mirrors[i].from.text, from->text))
			return &c->mirrors[i];
	list = setting_grown(c, c->mirrors, c->n_mirrors, sizeof(*list));
	if (list == NULL)
		return NULL;
	list[c->n_mirrors].from = *from;
	c->mirrors = list;
	return &list[c->n_mirrors++];
}

static enum reason
add_target(const struct setting *s, const struct node *n,
    struct conf_mirror *mirror, struct span text)
{
	struct conf_place *list =
	    setting_grown(s->conf, mirror->to, mirror->n, sizeof(*list));
	struct conf_place *place = &list[mirror->n];
	struct uri uri;

	if (list == NULL)
		return setting_memory(s, n);
	*place = (struct conf_place){ .is_folder = !is_uri(text) };
	if (place->is_folder) {
		place->text = setting_path(s, text);
	} else {
		TRY(check_uri(s, n, text, &uri));
		place->is_notification =
		    uri.scheme == URI_HTTPS && span_ends(text, SPAN(".xml"));
		if (!place->is_notification)
			TRY(check_prefix(s, n, text, &uri));
		place->text = arena_str(&s->conf->arena, text);
	}
	if (place->text == NULL)
		return setting_memory(s, n);
	mirror->to = list;
	mirror->n++;
	return REASON_OK;
}

static enum reason
start_mirror(const struct setting *s, const struct node *n, struct span from,
    struct conf_mirror **out)
{
	struct span kept = arena_dup(&s->conf->arena, from);
	struct uri uri;

	if (kept.p == NULL)
		return setting_memory(s, n);
	TRY(check_prefix(s, n, kept, &uri));
	*out = mirror_of(s->conf, &uri);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

/* FROM=TO: no URI that passes has a '='. */
static enum reason
add_mirror_option(const struct setting *s, const struct node *n)
{
	const uint8_t *equals = memchr(n->text.p, '=', n->text.n);
	struct conf_mirror *mirror;
	size_t at;

	if (equals == NULL || equals == n->text.p + n->text.n - 1)
		return conf_fail(
		    s->error, R_CONF_VALUE, 0, "--mirror: FROM=TO is wanted");
	at = (size_t)(equals - n->text.p);
	TRY(start_mirror(s, n, span_of(n->text.p, at), &mirror));
	return add_target(
	    s, n, mirror, span_of(equals + 1, n->text.n - at - 1));
}

/* A map of that required key and that other one. */
static enum reason
check_pair(
    const struct setting *s, const struct node *n, const char *const keys[2])
{
	if (n->kind != NODE_MAP)
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "%s: \"%s\" and \"%s\" are wanted", s->row->key, keys[0],
		    keys[1]);
	TRY(setting_keys(s, n, keys, 2));
	if (node_entry(n, keys[0]) == NULL)
		return conf_fail(s->error, R_CONF_VALUE, n->line,
		    "%s: \"%s\" is missing", s->row->key, keys[0]);
	return REASON_OK;
}

static enum reason
add_mirror(const struct setting *s, const struct node *n)
{
	static const char *const keys[] = { "from", "to" };
	const struct node *from, *to;
	struct conf_mirror *mirror;

	if (n->option)
		return add_mirror_option(s, n);
	TRY(check_pair(s, n, keys));
	from = node_entry(n, "from");
	to = node_entry(n, "to");
	TRY(setting_text(s, from));
	if (to == NULL || to->kind != NODE_LIST || to->first == NULL)
		return setting_fail(s, to != NULL ? to : n,
		    "\"to\" is a list of URIs and folders");
	TRY(start_mirror(s, from, from->text, &mirror));
	for (to = to->first; to != NULL; to = to->next) {
		TRY(setting_text(s, to));
		TRY(add_target(s, to, mirror, to->text));
	}
	return REASON_OK;
}

/* ---- outputs --------------------------------------------------------- */

/* FORMAT or FORMAT:PATH */
static void
split_output(struct span *format, struct span *path, struct span text)
{
	const uint8_t *colon = memchr(text.p, ':', text.n);
	size_t at = colon != NULL ? (size_t)(colon - text.p) : text.n;

	*format = span_of(text.p, at);
	*path = colon != NULL ? span_of(colon + 1, text.n - at - 1)
			      : (struct span){ 0 };
}

static enum reason
read_output(const struct setting *s, const struct node *n, struct span *format,
    struct span *path)
{
	static const char *const keys[] = { "format", "path" };
	const struct node *name, *file;

	if (n->option) {
		TRY(setting_text(s, n));
		split_output(format, path, n->text);
		return REASON_OK;
	}
	TRY(check_pair(s, n, keys));
	name = node_entry(n, "format");
	file = node_entry(n, "path");
	TRY(setting_text(s, name));
	*format = name->text;
	*path = (struct span){ 0 };
	if (file == NULL || node_is_null(file))
		return REASON_OK;
	TRY(setting_text(s, file));
	*path = file->text;
	return REASON_OK;
}

static enum reason
add_output(const struct setting *s, const struct node *n)
{
	struct conf *c = s->conf;
	struct conf_output *list, *out;
	struct span format, path;

	TRY(read_output(s, n, &format, &path));
	if (n->option && !c->has_option_outputs) {
		c->has_option_outputs = true;
		c->n_outputs = 0;
	}
	list = setting_grown(c, c->outputs, c->n_outputs, sizeof(*list));
	if (list == NULL)
		return setting_memory(s, n);
	out = &list[c->n_outputs];
	*out = (struct conf_output){ .line = n->line };
	out->format = arena_str(&c->arena, format);
	if (path.n > 0 && !span_eq(path, SPAN("-"))) {
		out->path = setting_path(s, path);
		if (out->path == NULL)
			return setting_memory(s, n);
	}
	if (out->format == NULL)
		return setting_memory(s, n);
	c->outputs = list;
	c->n_outputs++;
	return REASON_OK;
}

static enum reason
add_one(const struct setting *s, const struct node *n)
{
	switch ((int)s->row->kind) {
	case CONF_PLACES:
		return add_place(s, n);
	case CONF_CONSTRAINTS:
		return add_constraints(s, n);
	case CONF_MIRRORS:
		return add_mirror(s, n);
	case CONF_SLURM:
		return add_slurm(s, n);
	case CONF_RELEASES:
		return add_path(s, n, &s->conf->releases, &s->conf->n_releases);
	case CONF_LEDGERS:
		return conf_add_ledger(s, n);
	case CONF_ALERTS:
		return conf_add_alert(s, n);
	default:
		return add_output(s, n);
	}
}

enum reason
conf_add(const struct setting *s, const struct node *n)
{
	if (n->option)
		return add_one(s, n);
	if (n->kind != NODE_LIST)
		return setting_fail(s, n, "a list is wanted, such as [a, b]");
	if (s->row->kind == CONF_PLACES)
		s->conf->has_places = true;
	for (n = n->first; n != NULL; n = n->next)
		TRY(add_one(s, n));
	return REASON_OK;
}
