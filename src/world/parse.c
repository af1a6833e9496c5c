/*
 * The language of descriptions: words, braces, comments from '#' to the end
 * of the line; ';' and line ends only separate. doc/world.md says what each
 * word means.
 */
#include <stdlib.h>
#include <string.h>

#include "world/parse.h"

enum reason
parse_refuse(const struct parser *p, const char *what, struct span word)
{
	int n = word.n < 60 ? (int)word.n : 60;

	return fault_say(p->why, R_WORLD_DESCRIPTION, NULL, "line %u: %s%s%.*s",
	    p->token_line, what, n > 0 ? ": " : "", n, (const char *)word.p);
}

static bool
is_break(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == ';' ||
	       c == '{' || c == '}' || c == '#' || c == '"';
}

/* Skip what separates tokens. */
static void
skip(struct parser *p)
{
	for (; p->at < p->end; p->at++) {
		if (*p->at == '#') {
			while (p->at < p->end && *p->at != '\n')
				p->at++;
			if (p->at == p->end)
				return;
		}
		if (*p->at == '\n')
			p->line++;
		else if (*p->at != ' ' && *p->at != '\t' && *p->at != '\r' &&
			 *p->at != ';')
			return;
	}
}

/* The next token becomes p->token: a word, a brace, or what is quoted, with
 * its opening quote. */
void
parse_next(struct parser *p)
{
	const uint8_t *from;

	skip(p);
	p->token_line = p->line;
	from = p->at;
	if (p->at < p->end && *p->at == '"') {
		for (p->at++; p->at < p->end && *p->at != '"'; p->at++)
			p->line += *p->at == '\n';
		p->token = span_of(from, (size_t)(p->at - from));
		p->at += p->at < p->end;
		return;
	}
	while (p->at < p->end && !is_break(*p->at))
		p->at++;
	if (p->at == from && p->at < p->end)
		p->at++; /* a brace */
	p->token = span_of(from, (size_t)(p->at - from));
}

bool
parse_is(const struct parser *p, const char *word)
{
	return span_eq(p->token, span_str(word));
}

/* A name that is safe in URIs, file names and commonNames alike. */
static bool
is_name(struct span s)
{
	if (s.n == 0 || s.n > 60 || s.p[0] == '.' || s.p[0] == '-')
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'a' && s.p[i] <= 'z') &&
		    !(s.p[i] >= '0' && s.p[i] <= '9') && s.p[i] != '-' &&
		    s.p[i] != '.')
			return false;
	return true;
}

enum reason
parse_string(struct parser *p, const char **out)
{
	struct span s = p->token;

	if (s.n > 0 && s.p[0] == '"')
		s = span_of(s.p + 1, s.n - 1);
	*out = arena_str(&p->world->arena, s);
	if (*out == NULL)
		return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	parse_next(p);
	return REASON_OK;
}

enum reason
parse_name(struct parser *p, const char **out)
{
	if (!is_name(p->token))
		return parse_refuse(p,
		    "a name takes a-z, 0-9, '-' and '.', 60 at most", p->token);
	return parse_string(p, out);
}

enum reason
parse_asn(struct parser *p, struct asn *out)
{
	const char *text;

	TRY(parse_string(p, &text));
	if (!asn_parse(out, text))
		return parse_refuse(p, "not an AS number", span_str(text));
	return REASON_OK;
}

/* ---- what may stand in a block --------------------------------------- */

bool
parse_is_resource(struct span s)
{
	return s.n > 0 &&
	       ((s.p[0] >= '0' && s.p[0] <= '9') || s.p[0] == ':' ||
		   span_starts(s, SPAN("AS")) || memchr(s.p, ':', s.n) != NULL);
}

enum reason
item_resources(struct parser *p, struct world_item *item)
{
	const char *text;

	if (!parse_is_resource(p->token) && !parse_is(p, "inherit"))
		return parse_refuse(p, "not a resource", p->token);
	if (parse_is(p, "inherit")) {
		item->resources.ip[0].holding = HOLDS_INHERIT;
		item->resources.ip[1].holding = HOLDS_INHERIT;
		item->resources.as.holding = HOLDS_INHERIT;
		parse_next(p);
		return REASON_OK;
	}
	while (parse_is_resource(p->token)) {
		struct span token = p->token;

		TRY(parse_string(p, &text));
		if (resources_add_text(
			&item->resources, &p->world->arena, text) != REASON_OK)
			return parse_refuse(p, "not a resource", token);
	}
	addr_set_normalise(&item->resources.ip[0], FAMILY_V4);
	addr_set_normalise(&item->resources.ip[1], FAMILY_V6);
	asn_set_normalise(&item->resources.as);
	return REASON_OK;
}

enum reason
item_as(struct parser *p, struct world_item *item)
{
	return parse_asn(p, &item->asn);
}

enum reason
item_prefix(struct parser *p, struct world_item *item)
{
	struct world_vrp *v = ARENA_NEW(&p->world->arena, struct world_vrp);
	const char *text;

	if (v == NULL)
		return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	TRY(parse_string(p, &text));
	if (!prefix_parse(&v->vrp.prefix, text))
		return parse_refuse(p, "not a prefix", span_str(text));
	v->vrp.max_len = v->vrp.prefix.len;
	*item->vrps_tail = v;
	item->vrps_tail = &v->next;
	item->n_vrps++;
	return REASON_OK;
}

enum reason
item_maxlen(struct parser *p, struct world_item *item)
{
	struct world_vrp *last = NULL;
	uint64_t n;

	for (struct world_vrp *v = item->vrps; v != NULL; v = v->next)
		last = v;
	if (last == NULL || last->has_max_len)
		return parse_refuse(p, "maxlen follows a prefix", p->token);
	if (!decimal_parse(
		&n, p->token, family_bits(last->vrp.prefix.family)) ||
	    n < last->vrp.prefix.len)
		return parse_refuse(
		    p, "not a length for this prefix", p->token);
	last->vrp.max_len = (uint8_t)n;
	last->has_max_len = true;
	parse_next(p);
	return REASON_OK;
}

static int
asn_order(const void *a, const void *b)
{
	const struct asn *x = a, *y = b;

	return (x->v > y->v) - (x->v < y->v);
}

enum reason
item_providers(struct parser *p, struct world_item *item)
{
	struct asn *grown;

	do {
		grown = ARENA_ARRAY(
		    &p->world->arena, item->n_providers + 1, struct asn);
		if (grown == NULL)
			return fault_at(p->why, R_LIMIT_MEMORY, NULL);
		if (item->n_providers > 0)
			memcpy(grown, item->providers,
			    item->n_providers * sizeof(*grown));
		item->providers = grown;
		TRY(parse_asn(p, &grown[item->n_providers]));
		item->n_providers++;
	} while (parse_is_resource(p->token));
	qsort(item->providers, item->n_providers, sizeof(*item->providers),
	    asn_order);
	return REASON_OK;
}

static enum reason
do_host(struct parser *p, struct world_item *item)
{
	return parse_name(p, &item->ca->host);
}

static enum reason
do_module(struct parser *p, struct world_item *item)
{
	return parse_name(p, &item->ca->module);
}

static enum reason
do_manifest(struct parser *p, struct world_item *item)
{
	return parse_name(p, &item->ca->manifest);
}

static enum reason
do_reconsidered(struct parser *p, struct world_item *item)
{
	(void)p;
	item->ca->reconsidered = true;
	return REASON_OK;
}

static enum reason
do_of(struct parser *p, struct world_item *item)
{
	return parse_name(p, &item->of);
}

static enum reason
do_text(struct parser *p, struct world_item *item)
{
	return parse_string(p, &item->text);
}

static enum reason
do_expect(struct parser *p, struct world_item *item)
{
	const char *text;

	TRY(parse_string(p, &text));
	item->expect = reason_by_id(text);
	if (item->expect == REASON_OK)
		return parse_refuse(p, "no such reason", span_str(text));
	TRY(parse_string(p, &text));
	for (int e = EFFECT_WARNING; e <= EFFECT_TRUST_ANCHOR; e++)
		if (strcmp(effect_id((enum effect)e), text) == 0) {
			item->expect_effect = (enum effect)e;
			return REASON_OK;
		}
	return parse_refuse(p, "no such effect", span_str(text));
}

/* ---- items ----------------------------------------------------------- */

/* Manifest and CRL that many minutes later, the objects as they were. */
static enum reason
do_reissued(struct parser *p, struct world_item *item)
{
	uint64_t minutes;

	if (!decimal_parse(&minutes, p->token, 60))
		return parse_refuse(p, "0 to 60 minutes", p->token);
	item->ca->later = (int64_t)minutes * 60;
	parse_next(p);
	return REASON_OK;
}

#define IN(kind) (1u << (kind))
#define CAS      (IN(WORLD_TA) | IN(WORLD_CA))
#define PREFIXES (IN(WORLD_ROA) | IN(WORLD_PREFIX_LIST))

static const char *const kind_words[WORLD_KINDS] = {
	[WORLD_TA] = "ta",
	[WORLD_CA] = "ca",
	[WORLD_COPY] = "copy",
	[WORLD_ROA] = "roa",
	[WORLD_ASPA] = "aspa",
	[WORLD_ROUTER] = "router",
	[WORLD_TAK] = "tak",
	[WORLD_GHOSTBUSTERS] = "ghostbusters",
	[WORLD_PREFIX_LIST] = "prefix-list",
	[WORLD_FILE] = "file",
};

/* A fault stands in the block of what it breaks; those of a manifest or CRL
 * in the block of their CA. */
static enum reason
do_fault(struct parser *p, struct world_item *item)
{
	const struct world_fault *f = world_fault(p->token);
	const struct world_fault **to = &item->fault;
	const char *on;

	if (f == NULL)
		return parse_refuse(p, "no such fault", p->token);
	on = f->on;
	if (item->ca != NULL && item->kind != WORLD_COPY) {
		if (strcmp(on, "manifest") == 0)
			to = &item->ca->on_manifest;
		else if (strcmp(on, "crl") == 0)
			to = &item->ca->on_crl;
		else if (strcmp(on, kind_words[item->kind]) != 0 &&
			 (strcmp(on, "any") != 0 || item->in == NULL))
			return parse_refuse(
			    p, "this fault has no place here", p->token);
	} else if (strcmp(on, "signed") == 0) {
		if (item->kind == WORLD_ROUTER || item->kind == WORLD_FILE)
			return parse_refuse(p, "not a signed object", p->token);
	} else if (strcmp(on, "any") != 0 &&
		   strcmp(on, kind_words[item->kind]) != 0) {
		return parse_refuse(
		    p, "this fault has no place here", p->token);
	}
	if (*to != NULL)
		return parse_refuse(p, "one fault is enough", p->token);
	*to = f;
	parse_next(p);
	return REASON_OK;
}

static const struct {
	const char *word;
	unsigned in;
	enum reason (*take)(struct parser *, struct world_item *);
} properties[] = {
	{ "resources", CAS | IN(WORLD_COPY), item_resources },
	{ "host", CAS, do_host },
	{ "module", CAS, do_module },
	{ "manifest", CAS, do_manifest },
	{ "reconsidered", CAS, do_reconsidered },
	{ "reissued", CAS, do_reissued },
	{ "of", IN(WORLD_COPY), do_of },
	{ "as", PREFIXES | IN(WORLD_ROUTER), item_as },
	{ "prefix", PREFIXES, item_prefix },
	{ "maxlen", IN(WORLD_ROA), item_maxlen },
	{ "customer", IN(WORLD_ASPA), item_as },
	{ "providers", IN(WORLD_ASPA), item_providers },
	{ "text", IN(WORLD_FILE) | IN(WORLD_GHOSTBUSTERS), do_text },
	{ "fault", ~0u, do_fault },
	{ "expect", ~0u, do_expect },
};

static enum reason
ca_open(struct parser *p, struct world_item *item)
{
	struct world_ca *ca = ARENA_NEW(&p->world->arena, struct world_ca);

	if (ca == NULL)
		return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	ca->item = item;
	ca->parent = p->ca;
	ca->number = p->world->n_cas++;
	ca->manifest = item->name;
	ca->items_tail = &ca->items;
	if (p->ca != NULL) {
		ca->host = p->ca->host;
		ca->module = p->ca->module;
		ca->reconsidered = p->ca->reconsidered;
	}
	*p->world->cas_tail = ca;
	p->world->cas_tail = &ca->next;
	item->ca = ca;
	p->ca = ca;
	return REASON_OK;
}

/* `KIND NAME {` */
static enum reason
item_open(struct parser *p, enum world_kind kind)
{
	struct world_item *item =
	    ARENA_NEW(&p->world->arena, struct world_item);

	if (item == NULL)
		return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	item->kind = kind;
	item->line = p->token_line;
	item->in = p->ca;
	item->vrps_tail = &item->vrps;
	parse_next(p);
	TRY(parse_name(p, &item->name));
	if (!parse_is(p, "{"))
		return parse_refuse(p, "'{' expected", p->token);
	parse_next(p);
	if (p->ca != NULL) {
		*p->ca->items_tail = item;
		p->ca->items_tail = &item->next;
	}
	if (kind == WORLD_TA || kind == WORLD_CA)
		return ca_open(p, item);
	p->item = item;
	return REASON_OK;
}

/* What a block must have said when it ends. */
static enum reason
item_close(struct parser *p)
{
	struct world_item *item = p->item != NULL ? p->item : p->ca->item;
	const char *missing = NULL;

	if (item->kind == WORLD_ROA && item->n_vrps == 0)
		missing = "a ROA needs a prefix";
	if (item->kind == WORLD_ASPA && item->n_providers == 0)
		missing = "an ASPA needs providers";
	if (item->kind == WORLD_COPY && item->of == NULL)
		missing = "a copy needs 'of NAME'";
	if (item->ca != NULL &&
	    (item->ca->host == NULL || item->ca->module == NULL))
		missing = "a trust anchor needs a host and a module";
	if (missing != NULL)
		return parse_refuse(p, missing, span_str(item->name));
	parse_next(p);
	if (p->item != NULL)
		p->item = NULL;
	else
		p->ca = p->ca->parent;
	return REASON_OK;
}

static enum reason
statement(struct parser *p)
{
	struct world_item *item = p->item;

	if (p->ledger != NULL)
		return ledger_word(p);
	if (p->ca == NULL && parse_is(p, "ledger"))
		return ledger_open(p);
	if (item == NULL && p->ca != NULL)
		item = p->ca->item;
	if (item != NULL && parse_is(p, "}"))
		return item_close(p);
	for (int kind = 0; p->item == NULL && kind < WORLD_KINDS; kind++)
		if (parse_is(p, kind_words[kind]) &&
		    (kind == WORLD_TA) == (p->ca == NULL))
			return item_open(p, (enum world_kind)kind);
	for (size_t i = 0; item != NULL && i < COUNT(properties); i++)
		if (parse_is(p, properties[i].word) &&
		    (properties[i].in & IN(item->kind)) != 0) {
			parse_next(p);
			return properties[i].take(p, item);
		}
	return parse_refuse(p, "this has no place here", p->token);
}

/* ---- the whole ------------------------------------------------------- */

/* Give each copy its CA, and refuse a second of a name. */
static enum reason
resolve(struct parser *p, struct map *names)
{
	for (struct world_ca *ca = p->world->cas; ca != NULL; ca = ca->next) {
		struct span name = span_str(ca->item->name);

		p->token_line = ca->item->line;
		if (map_get(names, name) != NULL)
			return parse_refuse(
			    p, "a second CA of this name", name);
		if (!map_put(names, name, ca))
			return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	}
	for (struct world_ca *ca = p->world->cas; ca != NULL; ca = ca->next)
		for (struct world_item *i = ca->items; i != NULL; i = i->next) {
			if (i->kind != WORLD_COPY)
				continue;
			i->ca = map_get(names, span_str(i->of));
			p->token_line = i->line;
			if (i->ca == NULL)
				return parse_refuse(
				    p, "no CA of this name", span_str(i->of));
		}
	return REASON_OK;
}

/* No two items of one CA share a file name, and no module is on two hosts:
 * one rsync daemon serves them all. */
static enum reason
check_modules(struct parser *p, struct map *modules)
{
	for (struct world_ca *ca = p->world->cas; ca != NULL; ca = ca->next) {
		struct span module = span_str(ca->module);
		const char *host = map_get(modules, module);

		p->token_line = ca->item->line;
		if (host != NULL && strcmp(host, ca->host) != 0)
			return parse_refuse(
			    p, "this module is on another host", module);
		if (!map_put(modules, module, (void *)(uintptr_t)ca->host))
			return fault_at(p->why, R_LIMIT_MEMORY, NULL);
	}
	return REASON_OK;
}

static enum reason
check_files(struct parser *p, const struct world_ca *ca)
{
	struct map files;
	enum reason r = REASON_OK;

	map_init(&files);
	for (struct world_item *i = ca->items; i != NULL && r == REASON_OK;
	     i = i->next) {
		char name[96];
		struct span key;

		world_item_file(name, sizeof(name), i);
		key = arena_dup(&p->world->arena, span_str(name));
		p->token_line = i->line;
		if (key.p == NULL)
			r = fault_at(p->why, R_LIMIT_MEMORY, NULL);
		else if (map_get(&files, key) != NULL)
			r = parse_refuse(p, "a second file of this name", key);
		else if (!map_put(&files, key, i))
			r = fault_at(p->why, R_LIMIT_MEMORY, NULL);
	}
	map_fini(&files);
	return r;
}

static enum reason
parse(struct parser *p)
{
	struct map names;
	enum reason r = REASON_OK;

	parse_next(p);
	while (p->token.n > 0 && r == REASON_OK)
		r = statement(p);
	if (r == REASON_OK && p->ca != NULL)
		r = parse_refuse(
		    p, "'}' expected", span_str(p->ca->item->name));
	if (r == REASON_OK && p->ledger != NULL)
		r = parse_refuse(p, "'}' expected", span_str(p->ledger->name));
	if (r == REASON_OK && p->world->cas == NULL)
		r = parse_refuse(p, "no trust anchor", p->token);
	map_init(&names);
	if (r == REASON_OK)
		r = resolve(p, &names);
	map_fini(&names);
	map_init(&names);
	if (r == REASON_OK)
		r = check_modules(p, &names);
	map_fini(&names);
	for (struct world_ca *ca = p->world->cas; ca != NULL && r == REASON_OK;
	     ca = ca->next)
		r = check_files(p, ca);
	return r == REASON_OK && p->world->ledger != NULL ? ledger_resolve(p)
							  : r;
}

enum reason
world_parse(struct world **out, struct span text, struct fault *why)
{
	struct world *w = base_alloc(sizeof(*w));
	struct parser p = { .world = w, .line = 1, .why = why };
	enum reason r;

	*out = NULL;
	fault_init(why, text);
	if (w == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	arena_init(&w->arena, SIZE_MAX);
	w->cas_tail = &w->cas;
	w->text = arena_dup(&w->arena, text);
	p.at = w->text.p;
	p.end = w->text.p + w->text.n;
	r = w->text.p == NULL ? fault_at(why, R_LIMIT_MEMORY, NULL) : parse(&p);
	if (r != REASON_OK) {
		why->offset = p.token.p != NULL && w->text.p != NULL
				  ? (size_t)(p.token.p - w->text.p)
				  : 0;
		world_free(w);
		return r;
	}
	world_judge(w);
	*out = w;
	return REASON_OK;
}

enum reason
world_use_rrdp(struct world *w, const char *base, struct fault *why)
{
	struct limits limits;
	struct span text = span_str(base);
	struct uri uri;

	limits_init(&limits);
	if (uri_parse(&uri, text, &limits) != REASON_OK ||
	    uri.scheme != URI_HTTPS || !span_ends(text, SPAN("/")))
		return fault_say(why, R_WORLD_DESCRIPTION, NULL,
		    "RRDP: an https URI that ends with '/' is wanted");
	w->rrdp = arena_str(&w->arena, text);
	return w->rrdp != NULL ? REASON_OK
			       : fault_at(why, R_LIMIT_MEMORY, NULL);
}

void
world_free(struct world *w)
{
	if (w == NULL)
		return;
	arena_fini(&w->arena);
	base_free(w);
}
