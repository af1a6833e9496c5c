/* What the files of the web share. Private to them. */
#ifndef CAIRN_SERVE_WEB_INSIDE_H
#define CAIRN_SERVE_WEB_INSIDE_H

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/listener.h>

#include "serve/web_body.h"

/* What a connection does. Who does least goes first when another one comes
 * and there is no room. */
enum client_state {
	CLIENT_ASKS,  /* it has not said all of its request, or any of it */
	CLIENT_WAITS, /* for the next view */
	CLIENT_TAKES  /* its answer */
};

/* A connection. evhttp tells of it with its first request, and is silent
 * when it ends before: until then the bufferevent is held, so that it can be
 * looked at. */
struct client {
	struct web *web;
	struct bufferevent *bev;
	struct evhttp_connection *connection; /* NULL: bev is held */
	struct evhttp_request *request;       /* that waits; NULL: none */
	enum client_state state;
	int64_t since_ms; /* of the state */
	bool wants_events;
	unsigned told; /* of which change */
	struct event *timer;
	struct client *next, **link;
};

struct web_listener {
	struct evhttp *http;
	struct evhttp_bound_socket *bound;
	struct evconnlistener *socket; /* bound's */
};

struct web {
	struct event_base *base;
	const struct web_settings *settings;
	struct evhttp *plain, *secure;
	SSL_CTX *tls; /* of secure's connections to come; may be NULL */
	struct client *clients;
	size_t n_clients;
	struct web_bodies bodies;
	unsigned changes;
	size_t n_listeners;
	struct web_listener *listeners;
	bool is_stopping;
};

/* A connection is there, as yet of no descriptor. NULL: no memory. */
struct bufferevent *client_accept(struct web *, SSL_CTX *) MUST_CHECK;
/* That of a request: its first one or a later one. NULL: it is not known. */
struct client *client_asks(struct web *, struct evhttp_connection *);
void client_becomes(struct client *, enum client_state);
/* Closes it. The client is gone after that. */
void client_end(struct client *);
/* What is due by the clock. */
void clients_tick(struct web *);
/* Ends who is in that state for longest. False: there is nobody. */
bool clients_end_one(struct web *, enum client_state);

/* web.c: evhttp's callback; ctx is the web. */
void web_requested(struct evhttp_request *, void *ctx);

/* web_listen.c */
void web_unlisten(struct web *);
/* Listen again where accepting failed. */
void web_resume(struct web *);

#endif
