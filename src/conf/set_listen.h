/* Where a server listens. Private to the room. */
#ifndef CAIRN_CONF_SET_LISTEN_H
#define CAIRN_CONF_SET_LISTEN_H

#include "conf/set.h"

struct listening {
	const struct setting *s;
	struct conf_server *server;
	unsigned port; /* of examples in what is said */
	bool has_client_ca;
	struct conf_listener common; /* of each that does not say otherwise */
	/* A listener that may be more than its address; NULL: none is. */
	enum reason (*get)(const struct setting *, const struct node *,
	    struct conf_listener *out, const struct node **address);
};

/* What stands under `listen`, and under `tls` of the same map. */
enum reason listening_list(
    const struct listening *, const struct node *map, bool is_tls) MUST_CHECK;
enum reason listening_tls(
    const struct listening *, const struct node *map) MUST_CHECK;
/* An address by option: in the place of all of the file's. */
enum reason listening_option(
    const struct listening *, const struct node *) MUST_CHECK;
/* That one, where no list was given. */
enum reason listening_otherwise(struct conf *, struct conf_server *,
    const struct conf_listener *) MUST_CHECK;

/* R_CONF_VALUE, with the name of the key or option. */
enum reason setting_refuse(
    const struct setting *, const struct node *, const char *what);
/* NULL also where nothing stands there. */
const struct node *setting_entry(const struct node *map, const char *key);
/* An address, which no other reading fits: quotes or not. */
enum reason setting_address(
    const struct setting *, const struct node *, const char **out) MUST_CHECK;

#endif
