/* Where the web listens; its beginning and end. */
#include <fcntl.h>
#include <unistd.h>

#include "serve/inside.h"
#include "serve/web_inside.h"

#define HEADERS_MAX 65536 /* bytes of a request's */

/* ---- one socket ---------------------------------------------------------- */

/* Out of descriptors: never our end. Until the next second; the context is
 * evhttp's. */
static void
accept_failed(struct evconnlistener *socket, void *ctx)
{
	(void)ctx;
	(void)evconnlistener_disable(socket);
}

static void
listener_end(struct web_listener *l)
{
	if (l->bound != NULL)
		evhttp_del_accept_socket(l->http, l->bound);
	else if (l->socket != NULL)
		evconnlistener_free(l->socket);
}

static void
listeners_end(struct web_listener *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		listener_end(&all[i]);
	base_free(all);
}

static bool
listener_begin(
    struct web_listener *l, struct web *web, const struct web_socket *from)
{
	int fd = fcntl(from->fd, F_DUPFD_CLOEXEC, 3);

	l->http = from->is_tls ? web->secure : web->plain;
	l->socket =
	    fd < 0 ? NULL
		   : evconnlistener_new(web->base, NULL, NULL,
			 LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE, 0, fd);
	if (l->socket == NULL && fd >= 0)
		(void)close(fd);
	if (l->socket == NULL)
		return false;
	l->bound = evhttp_bind_listener(l->http, l->socket);
	if (l->bound == NULL)
		return false;
	evconnlistener_set_error_cb(l->socket, accept_failed);
	return true;
}

/* ---- all of them ----------------------------------------------------------
 */

bool
web_listen(
    struct web *web, const struct web_socket *sockets, size_t n, SSL_CTX *tls)
{
	struct web_listener *all = base_alloc((n + 1) * sizeof(*all));

	for (size_t i = 0; all != NULL && i < n; i++)
		if (!listener_begin(&all[i], web, &sockets[i])) {
			listeners_end(all, n);
			return false;
		}
	if (all == NULL)
		return false;
	web_unlisten(web);
	web->listeners = all;
	web->n_listeners = n;
	if (tls != NULL && SSL_CTX_up_ref(tls) != 1)
		tls = NULL; /* it cannot fail */
	SSL_CTX_free(web->tls);
	web->tls = tls;
	return true;
}

void
web_resume(struct web *web)
{
	for (size_t i = 0; i < web->n_listeners; i++)
		(void)evconnlistener_enable(web->listeners[i].socket);
}

void
web_unlisten(struct web *web)
{
	listeners_end(web->listeners, web->n_listeners);
	web->listeners = NULL;
	web->n_listeners = 0;
}

/* ---- the whole ------------------------------------------------------------
 */

static struct bufferevent *
plain_came(struct event_base *base, void *ctx)
{
	(void)base;
	return client_accept(ctx, NULL);
}

static struct bufferevent *
secure_came(struct event_base *base, void *ctx)
{
	struct web *web = ctx;

	(void)base;
	return client_accept(web, web->tls);
}

static struct evhttp *
evhttp_of(
    struct web *web, struct bufferevent *(*came)(struct event_base *, void *))
{
	struct evhttp *http = evhttp_new(web->base);

	if (http == NULL)
		return NULL;
	evhttp_set_max_headers_size(http, HEADERS_MAX);
	evhttp_set_max_body_size(http, HTTP_BODY_MAX);
	evhttp_set_timeout(http, (int)web->settings->idle_s);
	/* Ours to answer, but CONNECT: what it names is no path. */
	evhttp_set_allowed_methods(http, UINT16_MAX & ~EVHTTP_REQ_CONNECT);
	evhttp_set_gencb(http, web_requested, web);
	evhttp_set_bevcb(http, came, web);
	return http;
}

struct web *
web_new(struct event_base *base, const struct web_settings *settings)
{
	struct web *web = base_alloc(sizeof(*web));

	if (web == NULL)
		return NULL;
	web->base = base;
	web->settings = settings;
	web->plain = evhttp_of(web, plain_came);
	web->secure = evhttp_of(web, secure_came);
	if (web->plain != NULL && web->secure != NULL)
		return web;
	web_free(web);
	return NULL;
}

void
web_free(struct web *web)
{
	if (web == NULL)
		return;
	web_unlisten(web);
	while (web->clients != NULL)
		client_end(web->clients);
	if (web->plain != NULL)
		evhttp_free(web->plain);
	if (web->secure != NULL)
		evhttp_free(web->secure);
	SSL_CTX_free(web->tls);
	web_bodies_reset(&web->bodies);
	base_free(web);
}
