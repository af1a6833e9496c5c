/*
 * Connections of the web: how many, how long, and who has to go.
 *
 * evhttp closes whoever is silent; who sends a byte now and then (slowloris)
 * is ours to end, by a deadline for the whole request. When all places are
 * taken the newest gets one: who has least to do here loses its own, so that
 * idlers cannot keep out who asks.
 */
#include <event2/bufferevent_ssl.h>
#include <sys/socket.h>

#include "serve/inside.h"
#include "serve/web_inside.h"

static void
release(struct client *c)
{
	(void)bufferevent_decref(c->bev);
	c->bev = NULL;
}

static void
client_free(struct client *c)
{
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	if (c->timer != NULL)
		event_free(c->timer);
	if (c->connection == NULL)
		release(c);
	c->web->settings->counters->http_clients = --c->web->n_clients;
	base_free(c);
}

static void
closed(struct evhttp_connection *connection, void *ctx)
{
	(void)connection;
	client_free(ctx);
}

void
client_end(struct client *c)
{
	if (c->connection != NULL) {
		evhttp_connection_free(c->connection); /* calls closed */
		return;
	}
	/* evhttp, whose it is, sees an end like any other. */
	(void)shutdown(bufferevent_getfd(c->bev), SHUT_RDWR);
	client_free(c);
}

void
client_becomes(struct client *c, enum client_state state)
{
	c->state = state;
	c->since_ms = serve_clock_ms();
}

/* ---- who comes ---------------------------------------------------------- */

bool
clients_end_one(struct web *web, enum client_state state)
{
	struct client *oldest = NULL;

	for (struct client *c = web->clients; c != NULL; c = c->next)
		if (c->state == state &&
		    (oldest == NULL || c->since_ms <= oldest->since_ms))
			oldest = c;
	if (oldest == NULL)
		return false;
	web->settings->counters->http_refused++;
	client_end(oldest);
	return true;
}

/* A place for who comes. */
static void
make_place(struct web *web)
{
	if (web->n_clients < web->settings->clients_max ||
	    clients_end_one(web, CLIENT_ASKS) ||
	    clients_end_one(web, CLIENT_WAITS))
		return;
	(void)clients_end_one(web, CLIENT_TAKES);
}

static struct bufferevent *
bufferevent_of(struct web *web, SSL_CTX *tls)
{
	SSL *ssl = tls != NULL ? SSL_new(tls) : NULL;

	if (tls == NULL)
		return bufferevent_socket_new(
		    web->base, -1, BEV_OPT_CLOSE_ON_FREE);
	return ssl == NULL
		   ? NULL
		   : bufferevent_openssl_socket_new(web->base, -1, ssl,
			 BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

struct bufferevent *
client_accept(struct web *web, SSL_CTX *tls)
{
	struct client *c = base_alloc(sizeof(*c));

	web->settings->counters->http_accepted++;
	make_place(web);
	if (c != NULL)
		c->bev = bufferevent_of(web, tls);
	if (c == NULL || c->bev == NULL) {
		base_free(c);
		return NULL;
	}
	bufferevent_incref(c->bev);
	c->web = web;
	client_becomes(c, CLIENT_ASKS);
	c->next = web->clients;
	c->link = &web->clients;
	if (c->next != NULL)
		c->next->link = &c->next;
	web->clients = c;
	web->settings->counters->http_clients = ++web->n_clients;
	return c->bev;
}

struct client *
client_asks(struct web *web, struct evhttp_connection *connection)
{
	struct bufferevent *bev = evhttp_connection_get_bufferevent(connection);
	struct client *c = web->clients;

	while (c != NULL && c->connection != connection &&
	       (c->connection != NULL || c->bev != bev))
		c = c->next;
	if (c != NULL && c->connection == NULL) {
		c->connection = connection;
		release(c);
		evhttp_connection_set_closecb(connection, closed, c);
	}
	return c;
}

/* ---- time ---------------------------------------------------------------- */

/* evhttp has let go of it: nobody is called any more. */
static bool
is_gone(struct client *c)
{
	bufferevent_event_cb event;

	if (c->connection != NULL)
		return false;
	bufferevent_getcb(c->bev, NULL, NULL, &event, NULL);
	return event == NULL;
}

/* A connection that has been answered may rest for as long as one that is
 * new, and then has the time to ask that a new one has. */
static int64_t
most_ms(const struct client *c)
{
	const struct web_settings *s = c->web->settings;
	int64_t idle = (int64_t)s->idle_s * 1000;

	switch (c->state) {
	case CLIENT_ASKS:
		return c->connection == NULL ? idle : 2 * idle;
	case CLIENT_TAKES:
		return (int64_t)s->send_s * 1000;
	case CLIENT_WAITS:
		break;
	}
	return INT64_MAX;
}

void
clients_tick(struct web *web)
{
	int64_t now = serve_clock_ms();
	struct client *next;

	for (struct client *c = web->clients; c != NULL; c = next) {
		next = c->next;
		if (is_gone(c))
			client_free(c);
		else if (now - c->since_ms > most_ms(c))
			client_end(c);
	}
}
