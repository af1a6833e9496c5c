/* Policy: from the configuration, or from a file of its own. */
#include <string.h>

#include "conf/set.h"

#define TREE_MEMORY ((size_t)32 << 20)
#define ITEMS_MAX   16384 /* in one list */
#define HOLD_MAX    ((uint64_t)7 * 86400)

static const char *const levels[] = { "self-asserted", "attested" };

static enum reason
fail(const struct setting *s, const struct node *n, const char *what)
{
	return conf_fail(
	    s->error, R_CONF_VALUE, n->line, "%s: %s", s->row->key, what);
}

static enum reason
fail_type(const struct setting *s, const struct node *n, const char *what)
{
	return conf_fail(
	    s->error, R_CONF_TYPE, n->line, "%s: %s", s->row->key, what);
}

/* One of a few words, by its number. */
static enum reason
get_word(const struct setting *s, const struct node *n,
    const char *const *words, size_t count, unsigned *out)
{
	const char *near;
	char word[32];

	if (n->kind != NODE_TEXT)
		return fail_type(s, n, "a word is wanted");
	for (unsigned i = 0; i < count; i++)
		if (span_eq(n->text, span_str(words[i]))) {
			*out = i;
			return REASON_OK;
		}
	(void)snprintf(word, sizeof(word), "%.*s",
	    (int)(n->text.n < sizeof(word) ? n->text.n : sizeof(word) - 1),
	    (const char *)n->text.p);
	near = conf_nearest(word, words, count);
	if (near == NULL)
		near = words[0];
	return conf_fail(s->error, R_CONF_VALUE, n->line,
	    "policy: \"%s\" is none of its values: did you mean \"%s\"?", word,
	    near);
}

static enum reason
get_mode(const struct setting *s, const struct node *n, enum policy_mode *out)
{
	const char *words[POLICY_MODES];
	unsigned word = 0;

	for (enum policy_mode m = 0; m < POLICY_MODES; m++)
		words[m] = policy_mode_id(m);
	TRY(get_word(s, n, words, COUNT(words), &word));
	*out = (enum policy_mode)word;
	return REASON_OK;
}

/* ---- lists ----------------------------------------------------------- */

/* How many there are; *first NULL where the key is absent. */
static enum reason
open_list(const struct setting *s, const struct node *map, const char *key,
    const struct node **first, size_t *n)
{
	const struct node *list = node_entry(map, key);

	*first = NULL;
	*n = 0;
	if (list == NULL || node_is_null(list))
		return REASON_OK;
	if (list->kind != NODE_LIST || list->first == NULL)
		return conf_fail(s->error, R_CONF_TYPE, list->line,
		    "%s: %s: a list is wanted, such as [a, b]", s->row->key,
		    key);
	for (const struct node *e = list->first; e != NULL; e = e->next)
		if (e->kind != NODE_TEXT || e->text.n == 0 || ++*n > ITEMS_MAX)
			return conf_fail(s->error, R_CONF_TYPE, e->line,
			    "%s: %s: at most %d words", s->row->key, key,
			    ITEMS_MAX);
	*first = list->first;
	return REASON_OK;
}

static enum reason
get_names(const struct setting *s, const struct node *map, const char *key,
    struct policy_names *out)
{
	const struct node *e;
	struct span *list;
	size_t n;

	TRY(open_list(s, map, key, &e, &n));
	list = ARENA_ARRAY(&s->conf->arena, n, struct span);
	if (list == NULL)
		return setting_memory(s, map);
	*out = (struct policy_names){ n, list };
	for (; e != NULL; e = e->next, list++) {
		*list = arena_dup(&s->conf->arena, e->text);
		if (list->p == NULL)
			return setting_memory(s, e);
	}
	return REASON_OK;
}

/* ledger.md 4, `name`: a-z 0-9 '-'. */
static bool
is_label(struct span text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!(text.p[i] >= 'a' && text.p[i] <= 'z') &&
		    !(text.p[i] >= '0' && text.p[i] <= '9') && text.p[i] != '-')
			return false;
	return text.n >= 3 && text.n <= 63;
}

static enum reason
get_whos(const struct setting *s, const struct node *map, const char *key,
    struct policy_whos *out)
{
	const struct node *e;
	struct policy_who *list;
	size_t n;

	TRY(open_list(s, map, key, &e, &n));
	list = ARENA_ARRAY(&s->conf->arena, n, struct policy_who);
	if (list == NULL)
		return setting_memory(s, map);
	*out = (struct policy_whos){ n, list };
	for (; e != NULL; e = e->next, list++) {
		list->has_id =
		    hex_parse(list->id.b, sizeof(list->id.b), e->text);
		if (list->has_id)
			continue;
		if (!is_label(e->text))
			return fail(s, e,
			    "a holder is a name in a ledger, or an id of 64 "
			    "hexadecimal digits");
		list->name = arena_dup(&s->conf->arena, e->text);
		if (list->name.p == NULL)
			return setting_memory(s, e);
	}
	return REASON_OK;
}

static enum reason
get_prefixes(
    const struct setting *s, const struct node *map, struct policy_rule *out)
{
	const struct node *e;
	struct prefix *list;
	char text[PREFIX_TEXT];
	size_t n;

	TRY(open_list(s, map, "prefixes", &e, &n));
	list = ARENA_ARRAY(&s->conf->arena, n, struct prefix);
	if (list == NULL)
		return setting_memory(s, map);
	out->n_prefixes = n;
	out->prefixes = list;
	for (; e != NULL; e = e->next, list++) {
		if (e->text.n < sizeof(text)) {
			memcpy(text, e->text.p, e->text.n);
			text[e->text.n] = '\0';
		}
		if (e->text.n >= sizeof(text) || !prefix_parse(list, text))
			return fail(s, e,
			    "a prefix is wanted, such as 192.0.2.0/24, "
			    "without host bits");
	}
	return REASON_OK;
}

static enum reason
get_asns(
    const struct setting *s, const struct node *map, struct policy_rule *out)
{
	struct resources all = { 0 };
	const struct node *e;
	size_t n;

	TRY(open_list(s, map, "asns", &e, &n));
	for (; e != NULL; e = e->next) {
		const char *text = arena_str(&s->conf->arena, e->text);
		size_t before = all.as.n;
		enum reason why;

		if (text == NULL)
			return setting_memory(s, e);
		why = resources_add_text(&all, &s->conf->arena, text);
		if (why == R_LIMIT_MEMORY)
			return setting_memory(s, e);
		if (why != REASON_OK || all.as.n == before)
			return fail(s, e,
			    "an AS number is wanted, such as 64500 or "
			    "AS64496-AS64511");
	}
	out->n_asns = all.as.n;
	out->asns = all.as.r;
	return REASON_OK;
}

enum reason
conf_get_watched(
    const struct setting *s, const struct node *map, struct policy_rule *out)
{
	TRY(get_prefixes(s, map, out));
	TRY(get_asns(s, map, out));
	return get_whos(s, map, "holders", &out->holders);
}

/* ---- a rule ---------------------------------------------------------- */

static enum reason
get_levels(
    const struct setting *s, const struct node *map, struct policy_rule *out)
{
	const struct node *e;
	size_t n;
	unsigned level = 0;

	TRY(open_list(s, map, "levels", &e, &n));
	for (; e != NULL; e = e->next) {
		TRY(get_word(s, e, levels, COUNT(levels), &level));
		out->levels |= 1U << level;
	}
	return REASON_OK;
}

static enum reason
get_conditions(
    const struct setting *s, const struct node *map, struct policy_rule *out)
{
	static const char *const sides[] = { [POLICY_SIDE_ANY] = "any",
		[POLICY_SIDE_HOLDER] = "holder",
		[POLICY_SIDE_CONTENDER] = "contender",
		[POLICY_SIDE_EITHER] = "either" };
	const struct node *n;
	unsigned word = 0;

	TRY(get_prefixes(s, map, out));
	TRY(get_asns(s, map, out));
	TRY(get_names(s, map, "trust-anchors", &out->trust_anchors));
	TRY(get_names(s, map, "ledgers", &out->ledgers));
	TRY(get_whos(s, map, "holders", &out->holders));
	TRY(get_names(s, map, "regions", &out->regions));
	TRY(get_whos(s, map, "endorsed-by", &out->endorsers));
	TRY(get_levels(s, map, out));
	n = node_entry(map, "contested");
	if (n != NULL)
		TRY(get_word(s, n, sides, COUNT(sides), &word));
	out->contested = (enum policy_side)word;
	n = node_entry(map, "evidence-withdrawn");
	if (n != NULL && (n->kind != NODE_TEXT || !n->plain ||
			     !span_eq(n->text, SPAN("true"))))
		return fail_type(
		    s, n, "evidence-withdrawn: true, or not at all");
	out->evidence_withdrawn = n != NULL;
	return REASON_OK;
}

static enum reason
get_outcome(
    const struct setting *s, const struct node *map, struct policy_rule *out)
{
	static const char *const actions[] = { "accept", "reject" };
	const struct node *mode = node_entry(map, "mode");
	const struct node *action = node_entry(map, "action");
	const struct node *why = node_entry(map, "why");
	unsigned word = 0;

	if ((mode != NULL) == (action != NULL))
		return fail(s, map, "a rule has a mode or an action");
	if (mode != NULL)
		TRY(get_mode(s, mode, &out->mode));
	else {
		TRY(get_word(s, action, actions, COUNT(actions), &word));
		out->action = word == 0 ? POLICY_ACCEPT : POLICY_REJECT;
	}
	if (why == NULL)
		return REASON_OK;
	if (why->kind != NODE_TEXT || !utf8_is_valid(why->text))
		return fail_type(s, why, "why: a sentence is wanted");
	out->why = arena_dup(&s->conf->arena, why->text);
	return out->why.p != NULL ? REASON_OK : setting_memory(s, why);
}

static enum reason
get_rules(const struct setting *s, const struct node *list, struct policy *out)
{
	static const char *const keys[] = { "prefixes", "asns", "trust-anchors",
		"ledgers", "holders", "regions", "endorsed-by", "levels",
		"contested", "evidence-withdrawn", "mode", "action", "why" };
	struct policy_rule *rules;
	size_t n = 0;

	if (list->kind != NODE_LIST)
		return fail_type(s, list, "rules: a list is wanted");
	for (const struct node *e = list->first; e != NULL; e = e->next)
		n++;
	rules = ARENA_ARRAY(&s->conf->arena, n, struct policy_rule);
	if (rules == NULL)
		return setting_memory(s, list);
	out->n_rules = n;
	out->rules = rules;
	for (const struct node *e = list->first; e != NULL;
	     e = e->next, rules++) {
		if (e->kind != NODE_MAP)
			return fail_type(s, e,
			    "a rule is such as {prefixes: [...], mode: ...}");
		TRY(setting_keys(s, e, keys, COUNT(keys)));
		TRY(get_conditions(s, e, rules));
		TRY(get_outcome(s, e, rules));
	}
	return REASON_OK;
}

/* ---- the rest -------------------------------------------------------- */

static enum reason
get_ledger(const struct setting *s, const struct node *map, struct policy *out)
{
	static const char *const keys[] = { "minimum-level", "endorsed-by" };
	const struct node *n;

	if (map->kind != NODE_MAP)
		return fail_type(s, map, "ledger: {minimum-level: attested}");
	TRY(setting_keys(s, map, keys, COUNT(keys)));
	n = node_entry(map, "minimum-level");
	if (n != NULL && !node_is_null(n))
		TRY(get_word(s, n, levels, COUNT(levels), &out->minimum_level));
	n = node_entry(map, "endorsed-by");
	if (n != NULL && n->kind == NODE_LIST && n->first == NULL)
		return REASON_OK;
	return get_whos(s, map, "endorsed-by", &out->endorsers);
}

static enum reason
get_regions(const struct setting *s, const struct node *map, struct policy *out)
{
	struct policy_region *regions;
	size_t n = 0;

	if (map->kind != NODE_MAP)
		return fail_type(s, map, "regions: {EU: [holder, ...]}");
	for (const struct node *e = map->first; e != NULL; e = e->next)
		n++;
	regions = ARENA_ARRAY(&s->conf->arena, n, struct policy_region);
	if (regions == NULL)
		return setting_memory(s, map);
	out->n_regions = n;
	out->regions = regions;
	for (const struct node *e = map->first; e != NULL;
	     e = e->next, regions++) {
		char key[64];

		if (e->key->text.n >= sizeof(key))
			return fail(s, e, "the name of a region is short");
		memcpy(key, e->key->text.p, e->key->text.n);
		key[e->key->text.n] = '\0';
		TRY(get_whos(s, map, key, &regions->holders));
		regions->name = arena_dup(&s->conf->arena, e->key->text);
		if (regions->name.p == NULL)
			return setting_memory(s, e);
	}
	return REASON_OK;
}

/* "10%" */
static enum reason
get_hold(const struct setting *s, const struct node *map, struct policy *out)
{
	static const char *const keys[] = { "shrink", "for" };
	const struct node *n;
	uint64_t value;

	if (map->kind != NODE_MAP)
		return fail_type(s, map, "hold: {shrink: 10%, for: 1h}");
	TRY(setting_keys(s, map, keys, COUNT(keys)));
	n = node_entry(map, "shrink");
	if (n != NULL && !node_is_null(n)) {
		if (n->kind != NODE_TEXT || n->text.n < 2 ||
		    n->text.p[n->text.n - 1] != '%' ||
		    !decimal_parse(
			&value, span_of(n->text.p, n->text.n - 1), 100) ||
		    value == 0)
			return fail(s, n, "shrink: from 1% to 100%");
		out->hold_shrink = (unsigned)value;
	}
	n = node_entry(map, "for");
	if (n == NULL || node_is_null(n))
		return REASON_OK;
	if (n->kind != NODE_TEXT || !n->plain ||
	    !setting_duration(&out->hold_for, n->text) ||
	    out->hold_for > HOLD_MAX)
		return fail(s, n, "for: a time of at most 7d, or 0");
	return REASON_OK;
}

static enum reason
get_policy(const struct setting *s, const struct node *map)
{
	static const char *const keys[] = { "mode", "ledger", "rules",
		"regions", "hold", "unsafe" };
	static const char *const unsafe[] = { "accept", "warn", "reject" };
	struct policy *out = &s->conf->policy;
	unsigned word = 0;

	if (map->kind != NODE_MAP)
		return fail_type(s, map, "such as {mode: legacy-first}");
	TRY(setting_keys(s, map, keys, COUNT(keys)));
	policy_init(out);
	for (const struct node *e = map->first; e != NULL; e = e->next) {
		struct span key = e->key->text;

		if (node_is_null(e))
			continue;
		if (span_eq(key, SPAN("mode")))
			TRY(get_mode(s, e, &out->mode));
		else if (span_eq(key, SPAN("ledger")))
			TRY(get_ledger(s, e, out));
		else if (span_eq(key, SPAN("rules")))
			TRY(get_rules(s, e, out));
		else if (span_eq(key, SPAN("regions")))
			TRY(get_regions(s, e, out));
		else if (span_eq(key, SPAN("hold")))
			TRY(get_hold(s, e, out));
		else {
			TRY(get_word(s, e, unsafe, COUNT(unsafe), &word));
			out->unsafe = (enum policy_unsafe)word;
		}
	}
	return REASON_OK;
}

/* ---- files ----------------------------------------------------------- */

/* The map itself, or a file of nothing but `policy:`. */
static enum reason
get_root(const struct setting *s, const struct node *root)
{
	static const char *const keys[] = { "policy" };

	if (root->kind != NODE_MAP || node_entry(root, "policy") == NULL)
		return get_policy(s, root);
	TRY(setting_keys(s, root, keys, COUNT(keys)));
	return get_policy(s, node_entry(root, "policy"));
}

enum reason
conf_set_policy(const struct setting *s, const struct node *n)
{
	struct arena tree;
	struct node *root;
	struct buf text;
	const char *path;
	enum reason why;

	if (!n->option)
		return get_policy(s, n);
	TRY(setting_text(s, n));
	path = setting_path(s, n->text);
	if (path == NULL)
		return setting_memory(s, n);
	(void)snprintf(s->error->file, sizeof(s->error->file), "%s", path);
	TRY(conf_read(&text, path, s->error));
	arena_init(&tree, TREE_MEMORY);
	why = node_parse(&root, buf_view(&text), &tree, s->error);
	if (why == REASON_OK)
		why = conf_remember(s->conf, buf_view(&text), s->error);
	if (why == REASON_OK)
		why = get_root(s, root);
	if (why == REASON_OK)
		s->error->file[0] = '\0';
	arena_fini(&tree);
	buf_fini(&text);
	return why;
}
