/* HTTP over libevent: connections, encodings, those who wait. What is answered
 * is room http's. Private to the room. */
#ifndef CAIRN_SERVE_WEB_H
#define CAIRN_SERVE_WEB_H

#include "http/http.h"

struct event_base;
struct ssl_ctx_st;
struct web;

struct web_settings {
	/* What to answer from, now: as long as the loop is not gone back to. */
	const struct http_world *(*world)(void *ctx);
	struct http_counters *counters; /* of HTTP: kept up to date */
	void *ctx;
	/* Names by which we may be asked for, beside addresses and localhost:
	 * what another name leads to us by is somebody's trick (rebinding). */
	size_t n_hosts;
	const char *const *hosts;
	unsigned idle_s; /* of a connection, and for a whole request */
	unsigned wait_s; /* for a change, by long poll */
	unsigned send_s; /* for an answer to be taken */
	size_t clients_max;
	size_t bytes_max; /* of bodies held; half of it for one */
};

struct web_socket {
	int fd; /* bound and listening; stays the caller's */
	bool is_tls;
};

/* NULL without memory. The settings are borrowed, and may change between
 * calls. */
struct web *web_new(struct event_base *, const struct web_settings *);
/* Listen there, and no more where it was before; connections stay. `tls`:
 * of those to come, borrowed for this call. False: all is as it was. */
bool web_listen(struct web *, const struct web_socket *, size_t n,
    struct ssl_ctx_st *tls) MUST_CHECK;
/* There is another view: tell all who wait. */
void web_changed(struct web *);
/* Once a second: what is due by the clock. */
void web_tick(struct web *);
/* No more requests; who waits is let go. False: somebody still takes an
 * answer. */
bool web_stop(struct web *);
void web_free(struct web *); /* may be NULL */

#endif
