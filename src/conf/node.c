/*
 * YAML events to a tree. libyaml reads; what a configuration has no need of
 * (anchors, aliases, tags, a second document, deep nesting) is refused at the
 * first event that shows it, before any of it can multiply.
 */
#include <stdio.h>
#include <string.h>

#include <yaml.h>

#include "conf/node.h"

struct builder {
	yaml_parser_t yaml;
	struct arena *arena;
	struct conf_error *error;
	struct node *stack[NODE_DEPTH]; /* open maps and lists */
	size_t depth;
	struct node *key; /* of the innermost map, waiting for its value */
	struct node *root;
	bool done;
};

enum reason
conf_fail(
    struct conf_error *e, enum reason why, unsigned line, const char *fmt, ...)
{
	va_list args;

	e->reason = why;
	e->line = line;
	va_start(args, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, args);
	va_end(args);
	for (char *c = e->text; *c != '\0'; c++)
		if (*c < ' ' || *c > '~')
			*c = '?';
	return why;
}

static unsigned
line_of(yaml_mark_t mark)
{
	return (unsigned)mark.line + 1;
}

/* The same key twice in one map: YAML 1.2.2 3.2.1.3. */
static enum reason
check_key(const struct builder *b, const struct node *key)
{
	const struct node *map = b->stack[b->depth - 1];
	size_t entries = 0;

	if (key->kind != NODE_TEXT)
		return conf_fail(
		    b->error, R_CONF_TYPE, key->line, "a key must be a word");
	for (const struct node *n = map->first; n != NULL; n = n->next) {
		if (span_eq(n->key->text, key->text))
			return conf_fail(b->error, R_CONF_DUPLICATE, key->line,
			    "\"%.*s\" is already set in line %u",
			    (int)(key->text.n > 64 ? 64 : key->text.n),
			    (const char *)key->text.p, n->key->line);
		if (++entries == NODE_ENTRIES)
			return conf_fail(b->error, R_LIMIT_ITEMS, key->line,
			    "more than %d keys", NODE_ENTRIES);
	}
	return REASON_OK;
}

/* Hang a node into what is open: as a key, a value, an item or the root. */
static enum reason
attach(struct builder *b, struct node *node)
{
	struct node *in = b->depth > 0 ? b->stack[b->depth - 1] : NULL;

	if (in == NULL) {
		b->root = node;
		return REASON_OK;
	}
	if (in->kind == NODE_MAP && b->key == NULL) {
		TRY(check_key(b, node));
		b->key = node;
		return REASON_OK;
	}
	node->key = b->key;
	b->key = NULL;
	if (in->last == NULL)
		in->first = node;
	else
		in->last->next = node;
	in->last = node;
	return REASON_OK;
}

static enum reason
add(struct builder *b, enum node_kind kind, const yaml_event_t *event)
{
	unsigned line = line_of(event->start_mark);
	struct node *node = ARENA_NEW(b->arena, struct node);

	if (node == NULL)
		return conf_fail(
		    b->error, R_LIMIT_MEMORY, line, "the file says too much");
	node->kind = kind;
	node->line = line;
	if (kind == NODE_TEXT) {
		node->plain =
		    event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		node->text =
		    arena_dup(b->arena, span_of(event->data.scalar.value,
					    event->data.scalar.length));
		if (node->text.p == NULL)
			return conf_fail(b->error, R_LIMIT_MEMORY, line,
			    "the file says too much");
		return attach(b, node);
	}
	if (b->depth == NODE_DEPTH)
		return conf_fail(b->error, R_CONF_DEPTH, line,
		    "nested deeper than %d", NODE_DEPTH);
	TRY(attach(b, node));
	b->stack[b->depth++] = node;
	return REASON_OK;
}

/* Anchors and tags of whatever kind of node. */
static enum reason
check_plainness(const struct builder *b, const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL, *tag = NULL;
	const char *what;

	if (event->type == YAML_SCALAR_EVENT) {
		anchor = event->data.scalar.anchor;
		tag = event->data.scalar.tag;
	} else if (event->type == YAML_SEQUENCE_START_EVENT) {
		anchor = event->data.sequence_start.anchor;
		tag = event->data.sequence_start.tag;
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		anchor = event->data.mapping_start.anchor;
		tag = event->data.mapping_start.tag;
	}
	if (anchor != NULL)
		what = "anchors (&)";
	else if (tag != NULL)
		what = "tags (!)";
	else if (event->type == YAML_ALIAS_EVENT)
		what = "aliases (*)";
	else
		return REASON_OK;
	return conf_fail(b->error, R_CONF_REFERENCE, line_of(event->start_mark),
	    "%s are not taken", what);
}

static enum reason
take(struct builder *b, const yaml_event_t *event)
{
	TRY(check_plainness(b, event));
	switch ((int)event->type) {
	case YAML_SCALAR_EVENT:
		return add(b, NODE_TEXT, event);
	case YAML_SEQUENCE_START_EVENT:
		return add(b, NODE_LIST, event);
	case YAML_MAPPING_START_EVENT:
		return add(b, NODE_MAP, event);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		b->depth--;
		return REASON_OK;
	case YAML_DOCUMENT_START_EVENT:
		if (b->root != NULL)
			return conf_fail(b->error, R_CONF_YAML,
			    line_of(event->start_mark),
			    "a second document begins");
		return REASON_OK;
	case YAML_STREAM_END_EVENT:
		b->done = true;
		return REASON_OK;
	default:
		return REASON_OK;
	}
}

/* The reader, which sees bytes, knows only an offset. */
static enum reason
fail_yaml(const struct builder *b, struct span text)
{
	unsigned line = line_of(b->yaml.problem_mark);

	if (b->yaml.error == YAML_READER_ERROR) {
		line = 1;
		for (size_t i = 0; i < text.n && i < b->yaml.problem_offset;
		     i++)
			line += text.p[i] == '\n';
	}
	return conf_fail(b->error, R_CONF_YAML, line, "%s",
	    b->yaml.problem != NULL ? b->yaml.problem : "not YAML");
}

static enum reason
read_events(struct builder *b, struct span text)
{
	yaml_event_t event;
	enum reason why = REASON_OK;

	while (!b->done && why == REASON_OK) {
		if (!yaml_parser_parse(&b->yaml, &event))
			return fail_yaml(b, text);
		why = take(b, &event);
		yaml_event_delete(&event);
	}
	return why;
}

enum reason
node_parse(struct node **out, struct span text, struct arena *arena,
    struct conf_error *error)
{
	struct builder b = { .arena = arena, .error = error };
	enum reason why;

	if (!yaml_parser_initialize(&b.yaml))
		return conf_fail(error, R_LIMIT_MEMORY, 0, "no memory");
	yaml_parser_set_encoding(&b.yaml, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(
	    &b.yaml, text.n > 0 ? text.p : (const uint8_t *)"", text.n);
	why = read_events(&b, text);
	yaml_parser_delete(&b.yaml);
	if (why != REASON_OK)
		return why;
	if (b.root == NULL || node_is_null(b.root)) {
		b.root = ARENA_NEW(arena, struct node);
		if (b.root == NULL)
			return conf_fail(error, R_LIMIT_MEMORY, 0, "no memory");
		b.root->kind = NODE_MAP;
		b.root->line = 1;
	}
	*out = b.root;
	return REASON_OK;
}

bool
node_is_null(const struct node *n)
{
	return n->kind == NODE_TEXT && n->plain &&
	       (n->text.n == 0 || span_eq(n->text, SPAN("~")) ||
		   span_eq(n->text, SPAN("null")));
}

const struct node *
node_entry(const struct node *map, const char *key)
{
	for (const struct node *n = map->first; n != NULL; n = n->next)
		if (span_eq(n->key->text, span_str(key)))
			return n;
	return NULL;
}
