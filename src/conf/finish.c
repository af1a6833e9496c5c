/* Trust anchors: from files and folders to one list by name. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "conf/conf.h"
#include "conf/node.h"
#include "conf/set.h"

#define TAL_END         SPAN(".tal")
#define CONSTRAINTS_END ".constraints"

static enum reason
fail_memory(struct conf_error *error)
{
	return conf_fail(error, R_LIMIT_MEMORY, 0, "no memory");
}

static struct span
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return span_str(slash != NULL ? slash + 1 : path);
}

/* The file's name without its end, where it has that end. */
static struct span
stem(const char *path, struct span end)
{
	struct span name = base_name(path);

	if (span_ends(name, end) && name.n > end.n)
		name.n -= end.n;
	return name;
}

/* "DIR/NAME.constraints" beside "DIR/NAME.tal", if it is there. */
static enum reason
find_constraints(struct conf *c, struct conf_tal *tal, struct conf_error *error)
{
	size_t folder = strlen(tal->path) - base_name(tal->path).n;
	size_t name = strlen(tal->name);
	char *path =
	    arena_alloc(&c->arena, folder + name + sizeof(CONSTRAINTS_END));

	if (path == NULL)
		return fail_memory(error);
	memcpy(path, tal->path, folder);
	memcpy(path + folder, tal->name, name);
	memcpy(path + folder + name, CONSTRAINTS_END, sizeof(CONSTRAINTS_END));
	if (access(path, F_OK) == 0)
		tal->constraints = path;
	return REASON_OK;
}

/* Names appear in outputs between commas, quotes and in metrics. */
bool
conf_is_name(struct span name)
{
	for (size_t i = 0; i < name.n; i++) {
		uint8_t b = name.p[i];

		if (!(b >= 'a' && b <= 'z') && !(b >= 'A' && b <= 'Z') &&
		    !(b >= '0' && b <= '9') && b != '-' && b != '_' && b != '.')
			return false;
	}
	return name.n > 0;
}

static enum reason
add_tal(struct conf *c, const char *path, struct conf_error *error)
{
	struct span name = stem(path, TAL_END);
	struct conf_tal *tal = &c->tals[c->n_tals];

	if (!conf_is_name(name))
		return conf_fail(error, R_CONF_TALS, 0,
		    "%s: the name of a TAL is made of letters, digits, "
		    "'-', '_' and '.'",
		    path);
	for (size_t i = 0; i < c->n_tals; i++)
		if (span_eq(span_str(c->tals[i].name), name))
			return conf_fail(error, R_CONF_TALS, 0,
			    "%s and %s have the same name", c->tals[i].path,
			    path);
	if (c->n_tals == c->limits.tal_count)
		return conf_fail(error, R_LIMIT_ITEMS, 0,
		    "more than %zu trust anchors (limit tal-count)", c->n_tals);
	*tal = (struct conf_tal){ .name = arena_str(&c->arena, name),
		.path = path };
	if (tal->name == NULL)
		return fail_memory(error);
	c->n_tals++;
	return find_constraints(c, tal, error);
}

static enum reason
add_entry(struct conf *c, const char *folder, const char *name,
    struct conf_error *error)
{
	size_t a = strlen(folder), b = strlen(name);
	bool slash = a > 0 && folder[a - 1] == '/';
	char *path;

	if (!span_ends(span_str(name), TAL_END) || name[0] == '.')
		return REASON_OK;
	path = arena_alloc(&c->arena, a + b + 2);
	if (path == NULL)
		return fail_memory(error);
	memcpy(path, folder, a);
	if (!slash)
		path[a++] = '/';
	memcpy(path + a, name, b);
	return add_tal(c, path, error);
}

static enum reason
add_folder(struct conf *c, const char *path, struct conf_error *error)
{
	DIR *folder = opendir(path);
	struct dirent *entry;
	size_t before = c->n_tals;
	enum reason why = REASON_OK;

	if (folder == NULL)
		return conf_fail(error, R_CONF_TALS, 0, "trust anchors %s: %s",
		    path, strerror(errno));
	while (why == REASON_OK && (entry = readdir(folder)) != NULL)
		why = add_entry(c, path, entry->d_name, error);
	(void)closedir(folder);
	if (why == REASON_OK && c->n_tals == before)
		return conf_fail(error, R_CONF_TALS, 0,
		    "trust anchors %s: no *.tal in this folder", path);
	return why;
}

static enum reason
add_place(struct conf *c, const char *path, struct conf_error *error)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return conf_fail(error, R_CONF_TALS, 0, "trust anchor %s: %s",
		    path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return add_folder(c, path, error);
	return add_tal(c, path, error);
}

static int
by_name(const void *a, const void *b)
{
	const struct conf_tal *x = a, *y = b;

	return strcmp(x->name, y->name);
}

/* Given constraints belong to the TAL of their name, or to the only one. */
static enum reason
assign_constraints(struct conf *c, const char *path, struct conf_error *error)
{
	struct span name = stem(path, SPAN(CONSTRAINTS_END));

	if (c->n_tals == 1 && c->n_constraints == 1) {
		c->tals[0].constraints = path;
		return REASON_OK;
	}
	for (size_t i = 0; i < c->n_tals; i++)
		if (span_eq(span_str(c->tals[i].name), name)) {
			c->tals[i].constraints = path;
			return REASON_OK;
		}
	return conf_fail(error, R_CONF_TALS, 0,
	    "--constraints %s: there is no trust anchor of this name", path);
}

/* Outputs tell sources by their names alone. */
static enum reason
check_ledger(const struct conf *c, const struct conf_ledger *ledger,
    struct conf_error *error)
{
	for (size_t i = 0; i < c->n_tals; i++)
		if (strcmp(c->tals[i].name, ledger->name) == 0)
			return conf_fail(error, R_CONF_VALUE, 0,
			    "%s:%u: ledger %s: a trust anchor has this name",
			    ledger->file, ledger->line, ledger->name);
	return REASON_OK;
}

enum reason
conf_finish(struct conf *c, struct conf_error *error)
{
	static const char *const otherwise[] = { CONF_TALS };
	const char *const *places = otherwise;
	size_t n = COUNT(otherwise);

	*error = (struct conf_error){ 0 };
	/* Who names ledgers on the command line, and no trust anchor, means
	 * them alone. */
	if (c->n_places > 0 || c->has_places ||
	    (c->has_option_ledgers && c->file == NULL)) {
		places = c->places;
		n = c->n_places;
	}
	if (n == 0 && c->n_ledgers == 0)
		return conf_fail(
		    error, R_CONF_TALS, 0, "neither trust anchors nor ledgers");
	c->tals = ARENA_ARRAY(
	    &c->arena, (size_t)c->limits.tal_count + 1, struct conf_tal);
	if (c->tals == NULL)
		return fail_memory(error);
	for (size_t i = 0; i < n; i++)
		TRY(add_place(c, places[i], error));
	qsort(c->tals, c->n_tals, sizeof(*c->tals), by_name);
	for (size_t i = 0; i < c->n_constraints; i++)
		TRY(assign_constraints(c, c->constraints[i], error));
	for (size_t i = 0; i < c->n_ledgers; i++)
		TRY(check_ledger(c, &c->ledgers[i], error));
	if (conf_finish_rtr(c) != REASON_OK || conf_finish_http(c) != REASON_OK)
		return fail_memory(error);
	return conf_finish_listeners(c, error);
}
