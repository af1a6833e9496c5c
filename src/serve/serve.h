/*
 * serve - sockets, TLS and time for the protocols that answer from a view.
 *
 * What	    One event loop: listeners, connections, deadlines, the view file
 *	    and its successors. What is said on a connection is rtr's.
 * In	    Listening sockets, PEM texts, limits; the view file, a new one by
 *	    rename; messages on one control socket.
 * Out	    Bytes to clients; words for the log, by a hook; counters.
 * Owns	    Its copies of the listening sockets, and all connections.
 * Fails    R_SERVE_* where settings cannot be used: the old ones stay. What a
 *	    client does ends its own connection at most; a failing accept is
 *	    never fatal. Writes no file.
 * Threads  One.
 * Standards 8210bis-26 9 (transport), RFC 8446, RFC 9325 (TLS).
 */
#ifndef CAIRN_SERVE_H
#define CAIRN_SERVE_H

#include "base/base.h"
#include "http/http.h"
#include "model/model.h"
#include "rtr/rtr.h"

struct serve_listener {
	int fd; /* bound and listening; stays the caller's */
	const char *name;
	bool is_tls;
	unsigned max_version; /* of RTR */
	size_t n_allow;
	const struct prefix *allow; /* who may come; none: everybody may */
};

/* PEM. Both empty: no listener is of TLS. */
struct serve_tls {
	struct span certificate, key;
	struct span client_ca; /* empty: clients need no certificate */
};

/* Could a server use these? *until_at: when its own certificate ends. */
enum reason serve_tls_check(
    int64_t *until_at, const struct serve_tls *, struct fault *) MUST_CHECK;

struct serve_settings {
	size_t n;
	const struct serve_listener *listeners;
	struct serve_tls tls;
	const char *view_folder; /* as the engine's; NULL: serve_view only */
	size_t history;
	struct rtr_timers timers;
	int64_t max_age; /* seconds */
	const struct limits *limits;
};

struct serve_hooks {
	void *ctx;
	/* One line for the log. */
	void (*say)(void *ctx, const char *text);
	/* A message came, with a descriptor (-1: none) that is the hook's; at
	 * the other end's close, of no bytes. May call what is below. */
	void (*message)(void *ctx, struct span text, int fd);
	void (*second)(void *ctx); /* each second */
};

struct serve_counters {
	uint64_t accepted, refused, failed_accepts;
	uint64_t clients, clients_of[RTR_VERSIONS]; /* now */
	uint64_t sent_bytes, received_bytes, errors, timeouts;
	uint64_t queries, resets, views;
};

struct serve;

/* control: a SOCK_SEQPACKET socket, or -1; stays the caller's. */
enum reason serve_open(struct serve **out, const struct serve_settings *,
    const struct serve_hooks *, int control, struct fault *why) MUST_CHECK;
/* New settings for old: connections stay as they are. */
enum reason serve_apply(struct serve *, const struct serve_settings *,
    struct fault *why) MUST_CHECK;
/* Serve this view from now on: for who has no file. */
enum reason serve_view(struct serve *, const struct view *) MUST_CHECK;
/* Look for a new view file now. */
void serve_look(struct serve *);
/* Until serve_stop. */
void serve_loop(struct serve *);
/* Say goodbye, give clients a second to hear it, and end the loop. */
void serve_stop(struct serve *);
void serve_counters(struct serve_counters *out, const struct serve *);
/* At most n, who came first first; how many. */
size_t serve_routers(struct http_router *out, size_t n, const struct serve *);
void serve_rtr_facts(struct rtr_cache_facts *out, const struct serve *);
void serve_close(struct serve *); /* may be NULL */

/* ---- the other server: programs and people --------------------------------
 * A process of its own, so that nothing asked of it delays a router.
 */

struct serve_site_settings {
	size_t n;
	const struct serve_listener *listeners; /* fd and is_tls count */
	struct serve_tls tls;                   /* no client_ca */
	const char *view_folder;
	int64_t max_age; /* seconds */
	size_t n_hosts;
	const char *const *hosts; /* borrowed until the next ones */
	bool per_entity;
	struct http_counters *counters; /* HTTP's are written, RTR's read */
	const struct limits *limits;
};

struct serve_site;

/* As serve_open and those after it. */
enum reason serve_site_open(struct serve_site **out,
    const struct serve_site_settings *, const struct serve_hooks *, int control,
    struct fault *why) MUST_CHECK;
/* Connections stay, also those that wait. */
enum reason serve_site_apply(struct serve_site *,
    const struct serve_site_settings *, struct fault *why) MUST_CHECK;
void serve_site_look(struct serve_site *);
void serve_site_loop(struct serve_site *);
/* Answers under way have a second. */
void serve_site_stop(struct serve_site *);
void serve_site_close(struct serve_site *); /* may be NULL */

/* ---- the other end: a connection to a cache ---------------------------------
 */

struct serve_dial;

struct serve_dial_tls {
	bool is_on;                    /* else in the clear */
	const char *ca_file;           /* NULL: the system's */
	const char *certificate, *key; /* NULL: none */
	int timeout_ms;                /* -1: for ever */
};

/* R_SERVE_DIAL in all that follows, with what the system said. */
enum reason serve_dial(struct serve_dial **out, const char *host,
    const char *port, const struct serve_dial_tls *,
    struct fault *why) MUST_CHECK;
enum reason serve_dial_send(
    struct serve_dial *, struct span, struct fault *why) MUST_CHECK;
/* At least a byte, into the caller's room. */
enum reason serve_dial_receive(struct span *out, struct serve_dial *,
    uint8_t *room, size_t n, struct fault *why) MUST_CHECK;
void serve_dial_timeout(struct serve_dial *, int timeout_ms);
void serve_hang_up(struct serve_dial *); /* may be NULL */

#endif
