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
	unsigned idle_s,
	    wait_s; /* of a connection; of who waits for a change */
};

/* NULL without memory. The settings are borrowed. */
struct web *web_new(struct event_base *, const struct web_settings *);
/* A bound socket, which is taken over; tls NULL: none. */
bool web_listen(struct web *, int fd, struct ssl_ctx_st *tls) MUST_CHECK;
/* There is another view: tell all who wait. */
void web_changed(struct web *);
void web_free(struct web *); /* may be NULL */

#endif
