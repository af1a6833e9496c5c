/* YAML as a tree of lines and texts: what the setters read. */
#ifndef CAIRN_CONF_NODE_H
#define CAIRN_CONF_NODE_H

#include "conf/conf.h"

enum node_kind {
	NODE_TEXT,
	NODE_LIST,
	NODE_MAP
};

struct node {
	enum node_kind kind;
	unsigned line; /* from 1 */
	bool plain;    /* a scalar without quotes */
	bool option;   /* from the command line: a scalar may be one of many */
	struct span text;
	const struct node *key; /* of an entry of a map */
	struct node *first, *last, *next;
};

#define NODE_DEPTH   8
#define NODE_ENTRIES 256 /* in one map: more than there are keys, or limits */

/* The one document's root: a map without entries where the file is empty. */
enum reason node_parse(struct node **out, struct span text, struct arena *,
    struct conf_error *) MUST_CHECK;
/* Nothing was said: an empty value, null or ~. */
bool node_is_null(const struct node *);
/* The entry of that key, or NULL. */
const struct node *node_entry(const struct node *map, const char *key);
/* What appears in outputs between commas, quotes and in metrics. */
bool conf_is_name(struct span);
/* Record and return. */
enum reason conf_fail(struct conf_error *, enum reason, unsigned line,
    const char *fmt, ...) FORMAT(4, 5);

#endif
