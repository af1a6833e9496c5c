/*
 * A file of assumptions:
 *
 *	add:	[{roa: {prefix:, max-length:, asn:, trust-anchor:}},
 *		 {aspa: {customer:, providers: [], trust-anchor:}},
 *		 {statement: FILE} or {statement: {file:, ledger:}}]
 *	remove:	[{roa: {...}}, {aspa: {customer:, trust-anchor:}},
 *		 {object: URI}, {ca: URI}, {entry: {ledger:, number:}},
 *		 {statement: ID}, {trust-anchor: NAME}, {ledger: NAME}]
 *	mode:	or policy:, slurm:, in the place of the configuration's
 *
 * What is about the configuration is done here: it is then another one. What
 * is about what others publish is left to the run.
 */
#include <string.h>

#include "conf/set.h"

#define TREE_MEMORY ((size_t)16 << 20)
#define ASSUMED_MAX 10000
#define WORD_SIZE   64

struct assumptions {
	struct setting s;
	const char *name; /* the file's */
	struct conf_assumption *all;
	size_t n;
};

static enum reason
fail(const struct assumptions *a, const struct node *n, const char *what)
{
	return conf_fail(a->s.error, R_CONF_VALUE, n->line, "%s", what);
}

static enum reason
fail_type(const struct assumptions *a, const struct node *n, const char *what)
{
	return conf_fail(a->s.error, R_CONF_TYPE, n->line, "%s", what);
}

/* ---- words --------------------------------------------------------------- */

static enum reason
get_text(const char **out, const struct assumptions *a, const struct node *n)
{
	if (n->kind != NODE_TEXT || n->text.n == 0)
		return fail_type(a, n, "a word is wanted here");
	*out = arena_str(&a->s.conf->arena, n->text);
	return *out != NULL ? REASON_OK : setting_memory(&a->s, n);
}

static bool
is_anchor(const struct conf *c, struct span name)
{
	for (size_t i = 0; i < c->n_tals; i++)
		if (span_eq(span_str(c->tals[i].name), name))
			return true;
	return false;
}

static bool
is_ledger(const struct conf *c, struct span name)
{
	for (size_t i = 0; i < c->n_ledgers; i++)
		if (span_eq(span_str(c->ledgers[i].name), name))
			return true;
	return false;
}

/* One that is configured; NULL where the key is absent. */
static enum reason
get_source(const char **out, const struct assumptions *a,
    const struct node *map, const char *key)
{
	const struct node *n = node_entry(map, key);
	bool is_known;

	*out = NULL;
	if (n == NULL || node_is_null(n))
		return REASON_OK;
	TRY(get_text(out, a, n));
	is_known = strcmp(key, "ledger") == 0 ? is_ledger(a->s.conf, n->text)
					      : is_anchor(a->s.conf, n->text);
	return is_known ? REASON_OK
			: conf_fail(a->s.error, R_CONF_VALUE, n->line,
			      "there is no %s of this name",
			      strcmp(key, "ledger") == 0 ? "ledger"
							 : "trust anchor");
}

static const struct node *
wanted(const struct assumptions *a, const struct node *map, const char *key)
{
	const struct node *n = node_entry(map, key);

	if (n == NULL || n->kind != NODE_TEXT)
		(void)conf_fail(a->s.error, R_CONF_VALUE, map->line,
		    "%s: a word is wanted", key);
	return n != NULL && n->kind == NODE_TEXT ? n : NULL;
}

static enum reason
get_number(uint64_t *out, const struct assumptions *a, const struct node *n,
    uint64_t most)
{
	if (!decimal_parse(out, n->text, most))
		return conf_fail(a->s.error, R_CONF_VALUE, n->line,
		    "a number is wanted, at most %llu",
		    (unsigned long long)most);
	return REASON_OK;
}

static bool
word_of(char out[WORD_SIZE], const struct node *n)
{
	if (n->kind != NODE_TEXT || n->text.n >= WORD_SIZE)
		return false;
	memcpy(out, n->text.p, n->text.n);
	out[n->text.n] = '\0';
	return true;
}

static enum reason
get_asn(struct asn *out, const struct assumptions *a, const struct node *n)
{
	char word[WORD_SIZE];

	if (!word_of(word, n) || !asn_parse(out, word))
		return fail(a, n, "an AS number is wanted, such as 64500");
	return REASON_OK;
}

/* ---- payloads ------------------------------------------------------------ */

static enum reason
get_roa(struct conf_assumption *out, const struct assumptions *a,
    const struct node *map)
{
	static const char *const keys[] = { "prefix", "max-length", "asn",
		"trust-anchor" };
	struct vrp *vrp = &out->payload.vrp;
	const struct node *n;
	char word[WORD_SIZE];
	uint64_t max_len;

	if (map->kind != NODE_MAP)
		return fail_type(
		    a, map, "roa: {prefix: 192.0.2.0/24, asn: 64500}");
	TRY(setting_keys(&a->s, map, keys, COUNT(keys)));
	out->payload.kind = PAYLOAD_VRP;
	n = wanted(a, map, "prefix");
	if (n == NULL)
		return R_CONF_VALUE;
	if (!word_of(word, n) || !prefix_parse(&vrp->prefix, word))
		return fail(a, n, "prefix: such as 192.0.2.0/24");
	n = wanted(a, map, "asn");
	if (n == NULL)
		return R_CONF_VALUE;
	TRY(get_asn(&vrp->asn, a, n));
	vrp->max_len = vrp->prefix.len;
	n = node_entry(map, "max-length");
	if (n != NULL && !node_is_null(n)) {
		TRY(get_number(
		    &max_len, a, n, family_bits(vrp->prefix.family)));
		if (max_len < vrp->prefix.len)
			return fail(a, n, "max-length: less than the prefix's");
		vrp->max_len = (uint8_t)max_len;
	}
	return get_source(&out->source, a, map, "trust-anchor");
}

/* draft-ietf-sidrops-aspa-profile 3: ascending, each once, without the
 * customer. */
static enum reason
get_providers(
    struct aspa *out, const struct assumptions *a, const struct node *list)
{
	struct asn *all;
	size_t n = 0;

	for (const struct node *e = list->first; e != NULL; e = e->next)
		n++;
	all = ARENA_ARRAY(&a->s.conf->arena, n, struct asn);
	if (all == NULL)
		return setting_memory(&a->s, list);
	for (const struct node *e = list->first; e != NULL; e = e->next) {
		struct asn *asn = &all[out->n];

		TRY(get_asn(asn, a, e));
		if (asn->v == out->customer.v ||
		    (out->n > 0 && asn[-1].v >= asn->v))
			return fail(a, e,
			    "providers: ascending, each once, "
			    "and not the customer");
		out->n++;
	}
	out->providers = all;
	return REASON_OK;
}

static enum reason
get_aspa(struct conf_assumption *out, const struct assumptions *a,
    const struct node *map)
{
	static const char *const keys[] = { "customer", "trust-anchor",
		"providers" };
	const struct node *n;

	if (map->kind != NODE_MAP)
		return fail_type(
		    a, map, "aspa: {customer: 64500, providers: [1]}");
	TRY(setting_keys(
	    &a->s, map, keys, COUNT(keys) - (out->is_added ? 0 : 1)));
	out->payload.kind = PAYLOAD_ASPA;
	n = wanted(a, map, "customer");
	if (n == NULL)
		return R_CONF_VALUE;
	TRY(get_asn(&out->payload.aspa.customer, a, n));
	TRY(get_source(&out->source, a, map, "trust-anchor"));
	if (!out->is_added)
		return REASON_OK;
	n = node_entry(map, "providers");
	if (n == NULL || n->kind != NODE_LIST || n->first == NULL)
		return fail(a, map, "providers: a list is wanted");
	return get_providers(&out->payload.aspa, a, n);
}

/* ---- ledgers ------------------------------------------------------------- */

static enum reason
get_statement(struct conf_assumption *out, const struct assumptions *a,
    const struct node *n)
{
	static const char *const keys[] = { "file", "ledger" };

	out->kind = CONF_ASSUME_STATEMENT;
	if (n->kind == NODE_MAP) {
		TRY(setting_keys(&a->s, n, keys, COUNT(keys)));
		TRY(get_source(&out->source, a, n, "ledger"));
		n = wanted(a, n, "file");
	}
	if (n == NULL || n->kind != NODE_TEXT || n->text.n == 0)
		return conf_fail(a->s.error, R_CONF_VALUE, out->line,
		    "statement: a file is wanted");
	out->text = setting_path(&a->s, n->text);
	return out->text != NULL ? REASON_OK : setting_memory(&a->s, n);
}

/* As the log and the state name it. */
static enum reason
get_id(struct conf_assumption *out, const struct assumptions *a,
    const struct node *n)
{
	out->kind = CONF_ASSUME_STATEMENT;
	if (n->kind != NODE_TEXT ||
	    !hex_parse(out->id.b, sizeof(out->id.b), n->text))
		return fail(a, n, "statement: its id, of 64 hex digits");
	return get_text(&out->text, a, n);
}

static enum reason
get_entry(struct conf_assumption *out, const struct assumptions *a,
    const struct node *map)
{
	static const char *const keys[] = { "number", "ledger" };
	const struct node *n;

	out->kind = CONF_ASSUME_ENTRY;
	if (map->kind != NODE_MAP)
		return fail_type(a, map, "entry: {ledger: NAME, number: 17}");
	TRY(setting_keys(&a->s, map, keys, COUNT(keys)));
	TRY(get_source(&out->source, a, map, "ledger"));
	if (out->source == NULL && a->s.conf->n_ledgers != 1)
		return fail(a, map, "ledger: of which?");
	n = wanted(a, map, "number");
	if (n == NULL)
		return R_CONF_VALUE;
	return get_number(&out->entry, a, n, INT64_MAX);
}

/* ---- the configuration itself -------------------------------------------- */

static enum reason
drop_tal(struct conf *c, const struct assumptions *a, const struct node *n)
{
	for (size_t i = 0; i < c->n_tals; i++)
		if (span_eq(span_str(c->tals[i].name), n->text)) {
			c->n_tals--;
			memmove(&c->tals[i], &c->tals[i + 1],
			    (c->n_tals - i) * sizeof(*c->tals));
			return REASON_OK;
		}
	return fail(a, n, "there is no trust anchor of this name");
}

static enum reason
drop_ledger(struct conf *c, const struct assumptions *a, const struct node *n)
{
	for (size_t i = 0; i < c->n_ledgers; i++)
		if (span_eq(span_str(c->ledgers[i].name), n->text)) {
			c->n_ledgers--;
			memmove(&c->ledgers[i], &c->ledgers[i + 1],
			    (c->n_ledgers - i) * sizeof(*c->ledgers));
			return REASON_OK;
		}
	return fail(a, n, "there is no ledger of this name");
}

static enum reason
get_mode(const struct assumptions *a, const struct node *n)
{
	if (n->kind != NODE_TEXT ||
	    !policy_mode_parse(&a->s.conf->policy.mode, n->text))
		return fail(a, n, "mode: such as legacy-first");
	return REASON_OK;
}

/* As a key of the configuration, in the place of what that says. */
static enum reason
get_setting(struct assumptions *a, const struct node *n)
{
	a->s.row = conf_row_by_option(
	    span_eq(n->key->text, SPAN("slurm")) ? "slurm" : "policy");
	if (a->s.row->kind == CONF_SLURM)
		a->s.conf->n_slurm = 0;
	return conf_set(&a->s, n);
}

/* ---- one after the other ------------------------------------------------- */

/* A URI is data that is compared. */
static enum reason
get_uri(struct conf_assumption *out, const struct assumptions *a,
    const struct node *n, enum conf_assumed kind)
{
	out->kind = kind;
	return get_text(&out->text, a, n);
}

static enum reason
add_one(struct conf_assumption *out, const struct assumptions *a,
    const struct node *n)
{
	static const char *const names[] = { "roa", "aspa", "statement" };

	if (span_eq(n->key->text, SPAN("roa")))
		return get_roa(out, a, n);
	if (span_eq(n->key->text, SPAN("aspa")))
		return get_aspa(out, a, n);
	if (span_eq(n->key->text, SPAN("statement")))
		return get_statement(out, a, n);
	return conf_unknown(a->s.error, n->key, names, COUNT(names));
}

/* *is_done: it was about the configuration. */
static enum reason
remove_one(bool *is_done, struct conf_assumption *out,
    const struct assumptions *a, const struct node *n)
{
	static const char *const names[] = { "roa", "aspa", "object", "ca",
		"trust-anchor", "ledger", "entry", "statement" };

	*is_done = false;
	if (span_eq(n->key->text, SPAN("roa")))
		return get_roa(out, a, n);
	if (span_eq(n->key->text, SPAN("aspa")))
		return get_aspa(out, a, n);
	if (span_eq(n->key->text, SPAN("object")))
		return get_uri(out, a, n, CONF_ASSUME_OBJECT);
	if (span_eq(n->key->text, SPAN("ca")))
		return get_uri(out, a, n, CONF_ASSUME_CA);
	if (span_eq(n->key->text, SPAN("entry")))
		return get_entry(out, a, n);
	if (span_eq(n->key->text, SPAN("statement")))
		return get_id(out, a, n);
	*is_done = true;
	if (span_eq(n->key->text, SPAN("trust-anchor")))
		return drop_tal(a->s.conf, a, n);
	if (span_eq(n->key->text, SPAN("ledger")))
		return drop_ledger(a->s.conf, a, n);
	return conf_unknown(a->s.error, n->key, names, COUNT(names));
}

static enum reason
get_list(struct assumptions *a, const struct node *list, bool is_added)
{
	if (list->kind != NODE_LIST)
		return fail_type(
		    a, list, "a list is wanted, such as [{roa: ...}]");
	for (const struct node *e = list->first; e != NULL; e = e->next) {
		struct conf_assumption x = { .line = e->line,
			.is_added = is_added };
		bool is_done = false;

		if (e->kind != NODE_MAP || e->first == NULL ||
		    e->first->next != NULL)
			return fail_type(a, e,
			    "one key and its value are wanted, "
			    "such as {roa: ...}");
		if (a->n == ASSUMED_MAX)
			return fail(a, e, "more than 10000 assumptions");
		TRY(is_added ? add_one(&x, a, e->first)
			     : remove_one(&is_done, &x, a, e->first));
		if (!is_done)
			a->all[a->n++] = x;
	}
	return REASON_OK;
}

static enum reason
get_root(struct assumptions *a, const struct node *root)
{
	static const char *const keys[] = { "add", "remove", "mode", "policy",
		"slurm" };
	struct conf *c = a->s.conf;

	if (root->kind != NODE_MAP || root->first == NULL)
		return fail_type(a, root,
		    "what if what? add, remove, mode, policy "
		    "or slurm");
	a->all = ARENA_ARRAY(&c->arena, ASSUMED_MAX, struct conf_assumption);
	if (a->all == NULL)
		return setting_memory(&a->s, root);
	for (const struct node *e = root->first; e != NULL; e = e->next) {
		struct span key = e->key->text;

		if (span_eq(key, SPAN("add")) || span_eq(key, SPAN("remove")))
			TRY(get_list(a, e, span_eq(key, SPAN("add"))));
		else if (span_eq(key, SPAN("mode")))
			TRY(get_mode(a, e));
		else if (span_eq(key, SPAN("policy")) ||
			 span_eq(key, SPAN("slurm")))
			TRY(get_setting(a, e));
		else
			return conf_unknown(
			    a->s.error, e->key, keys, COUNT(keys));
	}
	if (c->n_tals == 0 && c->n_ledgers == 0)
		return fail(a, root,
		    "neither trust anchors nor ledgers are "
		    "left");
	c->assumed = a->name;
	c->assumptions = a->all;
	c->n_assumptions = a->n;
	return REASON_OK;
}

enum reason
conf_assume_parse(struct conf *c, struct span text, const char *path,
    struct conf_error *error)
{
	struct assumptions a = { .s = { .conf = c, .error = error } };
	struct arena tree;
	struct node *root;
	enum reason why;

	*error = (struct conf_error){ 0 };
	(void)snprintf(error->file, sizeof(error->file), "%s", path);
	a.s.row = conf_row_by_option("policy"); /* for messages */
	a.s.folder = conf_folder_of(c, path);
	a.name = arena_str(&c->arena, span_str(path));
	if (a.s.folder == NULL || a.name == NULL)
		return conf_fail(error, R_LIMIT_MEMORY, 0, "no memory");
	arena_init(&tree, TREE_MEMORY);
	why = node_parse(&root, text, &tree, error);
	if (why == REASON_OK)
		why = get_root(&a, root);
	arena_fini(&tree);
	return why;
}

enum reason
conf_assume(struct conf *c, const char *path, struct conf_error *error)
{
	struct buf text;
	enum reason why;

	*error = (struct conf_error){ 0 };
	(void)snprintf(error->file, sizeof(error->file), "%s", path);
	TRY(conf_read(&text, path, error));
	why = conf_assume_parse(c, buf_view(&text), path, error);
	buf_fini(&text);
	return why;
}
