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
/* An array of n things, one longer; the old one stays behind in the arena.
 * NULL without memory. */
void *setting_grown(struct conf *, const void *old, size_t n, size_t size);
/* Seconds, or such as 90s, 10m, 2h, 7d. */
bool setting_duration(uint64_t *out, struct span text) MUST_CHECK;
/* conf.c: all of a file that is one, that not everybody may write. */
enum reason conf_read(
    struct buf *out, const char *path, struct conf_error *) MUST_CHECK;
/* What a configuration is told apart by: also what a file says that an option
 * names. */
enum reason conf_remember(
    struct conf *, struct span text, struct conf_error *) MUST_CHECK;
/* Up to and with the last '/', or "". NULL without memory. */
const char *conf_folder_of(struct conf *, const char *path);
/* set_ledger.c: an entry of `ledgers`, or a file with one or more. */
enum reason conf_add_ledger(
    const struct setting *, const struct node *) MUST_CHECK;
/* set_policy.c: the map, or a file with it. */
enum reason conf_set_policy(
    const struct setting *, const struct node *) MUST_CHECK;
/* Of a map: prefixes, asns and holders, which a rule also has. */
enum reason conf_get_watched(const struct setting *, const struct node *map,
    struct policy_rule *out) MUST_CHECK;
/* set_alert.c: an entry of `alerts`. */
enum reason conf_add_alert(
    const struct setting *, const struct node *) MUST_CHECK;
/* set_rtr.c: the map under `rtr`, or a listener's address by option. */
enum reason conf_set_rtr(
    const struct setting *, const struct node *) MUST_CHECK;
/* The default listener, where none was named. */
enum reason conf_finish_rtr(struct conf *) MUST_CHECK;
/* set_http.c */
enum reason conf_set_http(
    const struct setting *, const struct node *) MUST_CHECK;
enum reason conf_finish_http(struct conf *) MUST_CHECK;
/* set_listen.c: after both: no address twice. */
enum reason conf_finish_listeners(
    const struct conf *, struct conf_error *) MUST_CHECK;
enum reason conf_unknown(struct conf_error *, const struct node *key,
    const char *const *names, size_t n);

#endif
