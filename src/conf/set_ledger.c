/* Ledgers: from entries of the configuration, and from files of their own. */
#include <string.h>

#include "conf/set.h"

#define KEYS_MAX    64 /* of witnesses: as tlog-policy asks for at least 32 */
#define SOURCES_MAX 16
#define TREE_MEMORY ((size_t)32 << 20)
#define WEEK        ((uint64_t)7 * 86400)
#define AGE_MIN     60
#define AGE_MAX     ((uint64_t)3650 * 86400)

static enum reason
fail(const struct setting *s, const struct node *n, const char *what)
{
	return conf_fail(
	    s->error, R_CONF_VALUE, n->line, "%s: %s", s->row->key, what);
}

/* Text under that key; *out stays where there is none. */
static enum reason
get_text(const struct setting *s, const struct node *map, const char *key,
    const char **out)
{
	const struct node *n = node_entry(map, key);

	if (n == NULL || node_is_null(n))
		return REASON_OK;
	TRY(setting_text(s, n));
	*out = arena_str(&s->conf->arena, n->text);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

static enum reason
get_number(const struct setting *s, const struct node *map, const char *key,
    uint64_t max, uint64_t *out)
{
	const struct node *n = node_entry(map, key);

	if (n == NULL || node_is_null(n))
		return REASON_OK;
	if (n->kind != NODE_TEXT || !n->plain ||
	    !decimal_parse(out, n->text, UINT64_MAX))
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "%s: a whole number is wanted", key);
	return *out <= max
		   ? REASON_OK
		   : conf_fail(s->error, R_CONF_RANGE, n->line,
			 "%s: at most %llu", key, (unsigned long long)max);
}

/* ---- lists of texts -------------------------------------------------- */

/* A place with a log: a path, or a URL. */
static enum reason
source_text(const struct setting *s, const struct node *n, const char **out)
{
	static const struct span schemes[] = { { (const uint8_t *)"file:///",
						   8 },
		{ (const uint8_t *)"http://", 7 },
		{ (const uint8_t *)"https://", 8 } };
	bool is_url = false;

	for (size_t i = 0; i < COUNT(schemes); i++)
		is_url = is_url || span_starts(n->text, schemes[i]);
	for (size_t i = 0; !is_url && i + 2 < n->text.n; i++)
		if (memcmp(n->text.p + i, "://", 3) == 0)
			return fail(s, n,
			    "a source is a folder, or an URL of file:///, "
			    "http:// or https://");
	*out = is_url ? arena_str(&s->conf->arena, n->text)
		      : setting_path(s, n->text);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

static enum reason
plain_text(const struct setting *s, const struct node *n, const char **out)
{
	*out = arena_str(&s->conf->arena, n->text);
	return *out != NULL ? REASON_OK : setting_memory(s, n);
}

struct texts {
	const char *key;
	size_t max;
	enum reason (*read)(
	    const struct setting *, const struct node *, const char **out);
};

static enum reason
get_texts(const struct setting *s, const struct node *map,
    const struct texts *how, const char ***out, size_t *n)
{
	const struct node *list = node_entry(map, how->key);

	if (list == NULL || node_is_null(list))
		return REASON_OK;
	if (list->kind != NODE_LIST)
		return conf_fail(s->error, R_CONF_TYPE, list->line,
		    "%s: a list is wanted, such as [a, b]", how->key);
	*out = ARENA_ARRAY(&s->conf->arena, how->max, const char *);
	if (*out == NULL)
		return setting_memory(s, list);
	for (const struct node *e = list->first; e != NULL; e = e->next) {
		if (*n == how->max)
			return conf_fail(s->error, R_CONF_RANGE, e->line,
			    "%s: at most %zu", how->key, how->max);
		TRY(setting_text(s, e));
		TRY(how->read(s, e, &(*out)[(*n)++]));
	}
	return REASON_OK;
}

static const struct texts sources = { "sources", SOURCES_MAX, source_text };
static const struct texts witnesses = { "keys", KEYS_MAX, plain_text };

/* ---- parts of an entry ----------------------------------------------- */

static enum reason
get_witnesses(
    const struct setting *s, const struct node *entry, struct conf_ledger *out)
{
	static const char *const keys[] = { "quorum", "keys", "policy" };
	const struct node *map = node_entry(entry, "witnesses");
	const struct node *policy;

	if (map == NULL || map->kind != NODE_MAP)
		return conf_fail(s->error, R_CONF_TYPE,
		    map != NULL ? map->line : entry->line,
		    "witnesses: \"quorum\" and \"keys\" are wanted, or "
		    "\"policy\"; {quorum: 0} where there are none");
	TRY(setting_keys(s, map, keys, COUNT(keys)));
	policy = node_entry(map, "policy");
	if (policy != NULL) {
		if (map->first->next != NULL)
			return fail(s, map, "policy says it all: no more");
		TRY(setting_text(s, policy));
		out->policy = setting_path(s, policy->text);
		return out->policy != NULL ? REASON_OK
					   : setting_memory(s, policy);
	}
	if (node_entry(map, "quorum") == NULL)
		return fail(s, map, "\"quorum\" is missing");
	TRY(get_texts(s, map, &witnesses, &out->witnesses, &out->n_witnesses));
	return get_number(s, map, "quorum", out->n_witnesses, &out->quorum);
}

static enum reason
get_max_age(const struct setting *s, const struct node *entry, uint64_t *out)
{
	const struct node *n = node_entry(entry, "max-age");

	*out = WEEK;
	if (n == NULL || node_is_null(n))
		return REASON_OK;
	if (n->kind != NODE_TEXT || !n->plain ||
	    !setting_duration(out, n->text))
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "max-age: a time is wanted, such as 90m, 36h, 7d");
	return *out >= AGE_MIN && *out <= AGE_MAX
		   ? REASON_OK
		   : conf_fail(s->error, R_CONF_RANGE, n->line,
			 "max-age: from one minute to ten years");
}

static enum reason
get_sequencer(
    const struct setting *s, const struct node *entry, struct digest *out)
{
	const struct node *n = node_entry(entry, "sequencer");

	if (n == NULL || n->kind != NODE_TEXT ||
	    !hex_parse(out->b, sizeof(out->b), n->text))
		return fail(s, n != NULL ? n : entry,
		    "\"sequencer\" is a holder's id, 64 hexadecimal digits");
	return REASON_OK;
}

static enum reason
add_succession(
    const struct setting *s, const struct node *n, struct conf_ledger *ledger)
{
	static const char *const keys[] = { "size", "sequencer", "origin",
		"key", "sources" };
	struct conf_succession *list, *out;
	size_t count = ledger->n_successions;

	if (n->kind != NODE_MAP)
		return conf_fail(s->error, R_CONF_TYPE, n->line,
		    "successions: \"size\" and \"sequencer\" are wanted");
	TRY(setting_keys(s, n, keys, COUNT(keys)));
	list =
	    setting_grown(s->conf, ledger->successions, count, sizeof(*list));
	if (list == NULL)
		return setting_memory(s, n);
	out = &list[count];
	TRY(get_number(s, n, "size", INT64_MAX, &out->size));
	if (out->size <= (count > 0 ? list[count - 1].size : 0))
		return fail(s, n, "the sizes of successions ascend, from 1 on");
	TRY(get_sequencer(s, n, &out->sequencer));
	TRY(get_text(s, n, "origin", &out->origin));
	TRY(get_text(s, n, "key", &out->key));
	if (out->origin != NULL && out->key == NULL)
		return fail(s, n, "another origin has another key");
	TRY(get_texts(s, n, &sources, &out->sources, &out->n_sources));
	ledger->successions = list;
	ledger->n_successions++;
	return REASON_OK;
}

static enum reason
get_successions(
    const struct setting *s, const struct node *entry, struct conf_ledger *out)
{
	const struct node *list = node_entry(entry, "successions");

	if (list == NULL || node_is_null(list))
		return REASON_OK;
	if (list->kind != NODE_LIST)
		return conf_fail(s->error, R_CONF_TYPE, list->line,
		    "successions: a list is wanted");
	for (const struct node *e = list->first; e != NULL; e = e->next)
		TRY(add_succession(s, e, out));
	return REASON_OK;
}

static enum reason
get_discover(const struct setting *s, const struct node *entry, bool *out)
{
	const struct node *n = node_entry(entry, "discover");

	if (n == NULL || node_is_null(n))
		return REASON_OK;
	*out =
	    n->kind == NODE_TEXT && n->plain && span_eq(n->text, SPAN("true"));
	if (*out || (n->kind == NODE_TEXT && n->plain &&
			span_eq(n->text, SPAN("false"))))
		return REASON_OK;
	return conf_fail(
	    s->error, R_CONF_TYPE, n->line, "discover: write true or false");
}

/* ---- an entry -------------------------------------------------------- */

static enum reason
check_name(const struct setting *s, const struct node *entry,
    const struct conf_ledger *ledger)
{
	const struct conf *c = s->conf;

	if (!conf_is_name(span_str(ledger->name)))
		return fail(s, entry,
		    "a name is made of letters, digits, '-', '_' and '.'");
	for (size_t i = 0; i < c->n_ledgers; i++)
		if (strcmp(c->ledgers[i].name, ledger->name) == 0)
			return fail(s, entry, "two have the same name");
	return REASON_OK;
}

static enum reason
get_entry(
    const struct setting *s, const struct node *n, struct conf_ledger *out)
{
	static const char *const keys[] = { "name", "origin", "key",
		"witnesses", "max-age", "successions", "sources", "discover" };

	TRY(setting_keys(s, n, keys, COUNT(keys)));
	for (size_t i = 0; i < 3; i++)
		if (node_entry(n, keys[i]) == NULL)
			return conf_fail(s->error, R_CONF_VALUE, n->line,
			    "%s: \"%s\" is missing", s->row->key, keys[i]);
	TRY(get_text(s, n, "name", &out->name));
	TRY(get_text(s, n, "origin", &out->origin));
	TRY(get_text(s, n, "key", &out->key));
	if (out->name == NULL || out->origin == NULL || out->key == NULL)
		return fail(s, n, "name, origin and key are not empty");
	TRY(check_name(s, n, out));
	TRY(get_witnesses(s, n, out));
	TRY(get_max_age(s, n, &out->max_age));
	TRY(get_successions(s, n, out));
	TRY(get_texts(s, n, &sources, &out->sources, &out->n_sources));
	if (out->n_sources == 0)
		return fail(s, n, "\"sources\": one at least");
	return get_discover(s, n, &out->discover);
}

static enum reason
add_entry(const struct setting *s, const struct node *n)
{
	struct conf *c = s->conf;
	struct conf_ledger *list;

	if (n->kind != NODE_MAP)
		return setting_fail(s, n, "a map is wanted, with name, origin, key, sources");
	list = setting_grown(c, c->ledgers, c->n_ledgers, sizeof(*list));
	if (list == NULL)
		return setting_memory(s, n);
	list[c->n_ledgers] = (struct conf_ledger){ .line = n->line };
	list[c->n_ledgers].file =
	    arena_str(&c->arena, span_str(s->error->file));
	if (list[c->n_ledgers].file == NULL)
		return setting_memory(s, n);
	TRY(get_entry(s, n, &list[c->n_ledgers]));
	c->ledgers = list;
	c->n_ledgers++;
	return REASON_OK;
}

/* ---- files ----------------------------------------------------------- */

static enum reason
add_root(const struct setting *s, const struct node *root)
{
	static const char *const keys[] = { "ledgers" };
	const struct node *list = root;

	if (root->kind == NODE_MAP) {
		list = node_entry(root, "ledgers");
		if (list == NULL)
			return add_entry(s, root);
		TRY(setting_keys(s, root, keys, COUNT(keys)));
	}
	if (list->kind != NODE_LIST)
		return setting_fail(s, list, "a list is wanted");
	for (const struct node *e = list->first; e != NULL; e = e->next)
		TRY(add_entry(s, e));
	return REASON_OK;
}

/* From here on errors are of that file; paths are relative to it. */
static enum reason
add_file(const struct setting *s, const char *path)
{
	struct setting in = *s;
	struct arena tree;
	struct node *root;
	struct buf text;
	enum reason why;

	(void)snprintf(s->error->file, sizeof(s->error->file), "%s", path);
	in.folder = conf_folder_of(s->conf, path);
	if (in.folder == NULL)
		return conf_fail(s->error, R_LIMIT_MEMORY, 0, "no memory");
	TRY(conf_read(&text, path, s->error));
	arena_init(&tree, TREE_MEMORY);
	why = node_parse(&root, buf_view(&text), &tree, s->error);
	if (why == REASON_OK)
		why = conf_remember(s->conf, buf_view(&text), s->error);
	if (why == REASON_OK)
		why = add_root(&in, root);
	if (why == REASON_OK)
		s->error->file[0] = '\0';
	arena_fini(&tree);
	buf_fini(&text);
	return why;
}

enum reason
conf_add_ledger(const struct setting *s, const struct node *n)
{
	struct conf *c = s->conf;
	const char *path;

	if (!n->option)
		return add_entry(s, n);
	TRY(setting_text(s, n));
	path = setting_path(s, n->text);
	if (path == NULL)
		return setting_memory(s, n);
	/* Options say it anew: they do not add to what the file said. */
	if (!c->has_option_ledgers)
		c->n_ledgers = 0;
	c->has_option_ledgers = true;
	return add_file(s, path);
}
