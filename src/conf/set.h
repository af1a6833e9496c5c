/* Setters: one a kind, for a key of the file and for an option alike. */
#ifndef CAIRN_CONF_SET_H
#define CAIRN_CONF_SET_H

#include "conf/node.h"

struct setting {
	struct conf *conf;
	const struct conf_row *row;
	const char *folder; /* of the file, ending in '/'; "" for options */
	struct conf_error *error;
};

/* What the node says, into the struct. */
enum reason conf_set(const struct setting *, const struct node *) MUST_CHECK;
/* The same for kinds of many values. */
enum reason conf_add(const struct setting *, const struct node *) MUST_CHECK;

/* For messages: the name as the operator wrote it, with "--" or "". */
const char *setting_name(const struct setting *, const struct node *);
const char *setting_dashes(const struct node *);
enum reason setting_fail(
    const struct setting *, const struct node *, const char *wanted);
enum reason setting_memory(const struct setting *, const struct node *);
/* Is the node text that is meant as text? */
enum reason setting_text(
    const struct setting *, const struct node *) MUST_CHECK;
/* Is each key of the map one of those n? */
enum reason setting_keys(const struct setting *, const struct node *map,
    const char *const *keys, size_t n) MUST_CHECK;
/* Paths in a file are relative to its folder. NULL without memory. */
const char *setting_path(const struct setting *, struct span path);
enum reason conf_unknown(struct conf_error *, const struct node *key,
    const char *const *names, size_t n);

#endif
