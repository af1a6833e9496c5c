/*
 * HTTP over libevent's evhttp, which reads requests; room http answers them.
 *
 * A large body is made once for each view, format and encoding, and is shared
 * by all who are being sent it. Who waits for the next view costs a request
 * and a timer.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/bufferevent_ssl.h>
#include <event2/event.h>
#include <event2/http.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <string.h>
#include <sys/queue.h>

#include "serve/web_body.h"

#define HEADERS_MAX 65536 /* bytes of a request's */
#define PARAMS_MAX  32
#define UNSENT_MAX  65536 /* of events, to one client */
#define PAUSE_MS    100   /* after an accept that failed */
#define BEAT_S      30    /* between signs of life to who waits for events */

struct listener {
	struct evhttp *http;
	struct evconnlistener *socket; /* http's */
	struct event *pause;
};

/* A connection, from its first request on. */
struct client {
	struct web *web;
	struct evhttp_connection *connection;
	struct evhttp_request *request; /* waits to be answered; NULL: none */
	bool wants_events;
	struct event *timer;
	struct client *next, **link;
};

struct web {
	struct event_base *base;
	const struct web_settings *settings;
	struct client *clients;
	struct web_bodies bodies;
	VEC(struct listener *) listeners;
};

/* ---- clients --------------------------------------------------------- */

static void
client_free(struct client *c)
{
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	if (c->timer != NULL)
		event_free(c->timer);
	c->web->settings->counters->http_clients--;
	base_free(c);
}

static void
closed(struct evhttp_connection *connection, void *ctx)
{
	(void)connection;
	client_free(ctx);
}

static struct client *
client_of(struct web *web, struct evhttp_connection *connection)
{
	struct client *c;

	for (c = web->clients; c != NULL; c = c->next)
		if (c->connection == connection)
			return c;
	c = base_alloc(sizeof(*c));
	if (c == NULL)
		return NULL;
	c->web = web;
	c->connection = connection;
	c->next = web->clients;
	c->link = &web->clients;
	if (c->next != NULL)
		c->next->link = &c->next;
	web->clients = c;
	evhttp_connection_set_closecb(connection, closed, c);
	web->settings->counters->http_clients++;
	return c;
}

/* ---- answering ------------------------------------------------------- */

static void
add_header(struct evhttp_request *request, const char *name, const char *value)
{
	(void)evhttp_add_header(
	    evhttp_request_get_output_headers(request), name, value);
}

/* Nothing of ours is to be run, framed or guessed at by anybody's page. */
static void
add_headers(struct evhttp_request *request, const struct http_answer *a)
{
	char etag[sizeof(a->etag) + 2];

	add_header(request, "Content-Type", a->type);
	add_header(request, "Vary", "Accept-Encoding");
	add_header(request, "X-Content-Type-Options", "nosniff");
	add_header(request, "Referrer-Policy", "no-referrer");
	add_header(request, "Content-Security-Policy", HTTP_POLICY);
	add_header(request, "Cache-Control",
	    a->etag[0] != '\0' ? "no-cache" : "no-store");
	if (a->etag[0] != '\0') {
		(void)snprintf(etag, sizeof(etag), "W/%s", a->etag);
		add_header(request, "ETag", etag);
	}
	if (a->allow != NULL)
		add_header(request, "Allow", a->allow);
}

static void
count_answer(struct web *web, unsigned status)
{
	web->settings->counters->http_answers[status / 100 % 6]++;
}

static void
send_answer(struct web *web, struct evhttp_request *request,
    const struct http_answer *a, struct web_body *body)
{
	bool head = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;
	struct evbuffer *out = evhttp_request_get_output_buffer(request);
	char length[24];

	count_answer(web, a->status);
	add_headers(request, a);
	if (body != NULL && body->is_gzip)
		add_header(request, "Content-Encoding", "gzip");
	if (head && body != NULL) {
		(void)snprintf(length, sizeof(length), "%zu", body->bytes.n);
		add_header(request, "Content-Length", length);
	} else if (body != NULL) {
		web_body_hold(body);
		if (evbuffer_add_reference(out, body->bytes.p, body->bytes.n,
			web_body_sent, body) != 0)
			web_body_drop(body);
	}
	web_body_drop(body);
	evhttp_send_reply(request, (int)a->status, NULL, NULL);
}

static void
send_plain(struct web *web, struct evhttp_request *request, unsigned status)
{
	struct http_answer a = { .status = status,
		.type = "text/plain; charset=utf-8" };

	send_answer(web, request, &a, NULL);
}

/* ---- those who wait -------------------------------------------------- */

static void client_answer(struct client *, bool timed_out);

static void
send_event(struct client *c, const char *name)
{
	struct evbuffer *out = evbuffer_new();
	struct buf text;

	buf_init(&text, 4096);
	if (name != NULL) {
		buf_printf(&text, "event: %s\ndata: ", name);
		http_event(
		    &text, c->web->settings->world(c->web->settings->ctx));
		buf_puts(&text, "\n\n");
	} else {
		buf_puts(&text, ":\n\n");
	}
	if (out != NULL && !text.failed &&
	    evbuffer_add(out, text.p, text.n) == 0)
		evhttp_send_reply_chunk(c->request, out);
	if (out != NULL)
		evbuffer_free(out);
	buf_fini(&text);
}

static void
begin_events(struct client *c)
{
	struct evhttp_request *request = c->request;

	count_answer(c->web, 200);
	add_header(request, "Content-Type", "text/event-stream");
	add_header(request, "Cache-Control", "no-store");
	add_header(request, "X-Content-Type-Options", "nosniff");
	c->wants_events = true;
	evhttp_send_reply_start(request, 200, NULL);
	send_event(c, "view");
}

/* Is so little read of what is sent that no more of it shall be kept? */
static bool
is_stuck(const struct client *c)
{
	struct bufferevent *bev =
	    evhttp_connection_get_bufferevent(c->connection);

	return evbuffer_get_length(bufferevent_get_output(bev)) > UNSENT_MAX;
}

static void
arm(struct client *c)
{
	const struct timeval every = {
		c->wants_events ? BEAT_S : (time_t)c->web->settings->wait_s, 0
	};

	(void)event_add(c->timer, &every);
}

static void
timer_due(int fd, short what, void *ctx)
{
	struct client *c = ctx;

	(void)fd, (void)what;
	if (!c->wants_events) {
		client_answer(c, true);
		return;
	}
	if (is_stuck(c)) {
		evhttp_connection_free(c->connection);
		return;
	}
	send_event(c, NULL);
	arm(c);
}

/* Who waits need not say anything; who asks has to go on. */
static void
set_patience(struct client *c, bool waits)
{
	const struct timeval idle = { (time_t)c->web->settings->idle_s, 0 };

	bufferevent_set_timeouts(
	    evhttp_connection_get_bufferevent(c->connection),
	    waits ? NULL : &idle, &idle);
}

static void
wait_begin(struct client *c, enum http_answer_kind kind)
{
	if (c->timer == NULL)
		c->timer = evtimer_new(c->web->base, timer_due, c);
	if (c->timer == NULL) {
		struct evhttp_request *request = c->request;

		c->request = NULL;
		send_plain(c->web, request, 503);
		return;
	}
	set_patience(c, true);
	if (kind == HTTP_EVENTS)
		begin_events(c);
	arm(c);
}

void
web_changed(struct web *web)
{
	struct client *next;

	web_bodies_reset(&web->bodies);
	for (struct client *c = web->clients; c != NULL; c = next) {
		next = c->next;
		if (c->request == NULL)
			continue;
		if (!c->wants_events)
			client_answer(c, false);
		else if (is_stuck(c))
			evhttp_connection_free(c->connection);
		else
			send_event(c, "view");
	}
}

/* ---- requests -------------------------------------------------------- */

struct asked {
	struct http_request request;
	struct http_param params[PARAMS_MAX];
	struct evkeyvalq query;
	char *path;
};

static bool
read_query(struct asked *a, const char *query)
{
	const struct evkeyval *kv;

	if (query == NULL)
		return true;
	if (evhttp_parse_query_str(query, &a->query) != 0)
		return false;
	for (kv = a->query.tqh_first; kv != NULL; kv = kv->next.tqe_next) {
		if (a->request.n_params == PARAMS_MAX)
			return false;
		a->params[a->request.n_params++] =
		    (struct http_param){ kv->key, kv->value };
	}
	return true;
}

/* False: no such request can be answered. asked_fini is due. */
static bool
read_request(struct asked *a, struct evhttp_request *request)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(request);
	const char *path = uri != NULL ? evhttp_uri_get_path(uri) : NULL;
	struct evbuffer *body = evhttp_request_get_input_buffer(request);
	enum evhttp_cmd_type command;
	size_t n = 0;

	*a = (struct asked){ 0 };
	TAILQ_INIT(&a->query);
	a->path = path != NULL ? evhttp_uridecode(path, 0, &n) : NULL;
	if (a->path == NULL || a->path[0] != '/' || strlen(a->path) != n)
		return false;
	a->request.path = a->path;
	a->request.params = a->params;
	command = evhttp_request_get_command(request);
	a->request.method =
	    command == EVHTTP_REQ_GET || command == EVHTTP_REQ_HEAD ? HTTP_GET
	    : command == EVHTTP_REQ_POST                            ? HTTP_POST
					 : HTTP_OTHER;
	a->request.body =
	    span_of(evbuffer_pullup(body, -1), evbuffer_get_length(body));
	a->request.if_none_match = evhttp_find_header(
	    evhttp_request_get_input_headers(request), "If-None-Match");
	return read_query(a, evhttp_uri_get_query(uri));
}

static void
asked_fini(struct asked *a)
{
	evhttp_clear_headers(&a->query);
	if (a->path != NULL)
		base_free(a->path); /* libevent's is malloc, as ours is */
}

static void
client_answer(struct client *c, bool timed_out)
{
	const struct http_world *world =
	    c->web->settings->world(c->web->settings->ctx);
	struct evhttp_request *request = c->request;
	struct web_body *body = NULL;
	struct http_answer answer;
	struct asked asked;

	if (!read_request(&asked, request)) {
		c->request = NULL;
		send_plain(c->web, request, 400);
		asked_fini(&asked);
		return;
	}
	http_answer(&answer, &asked.request, world, timed_out);
	asked_fini(&asked);
	if (answer.kind == HTTP_WAIT || answer.kind == HTTP_EVENTS) {
		buf_fini(&answer.body);
		wait_begin(c, answer.kind);
		return;
	}
	c->request = NULL;
	if (c->timer != NULL) {
		(void)event_del(c->timer);
		set_patience(c, false);
	}
	if (!web_body_make(&body, &c->web->bodies, &answer, world,
		web_takes_gzip(evhttp_find_header(
		    evhttp_request_get_input_headers(request),
		    "Accept-Encoding"))))
		send_plain(c->web, request, 503);
	else
		send_answer(c->web, request, &answer, body);
	buf_fini(&answer.body);
}

static bool
is_known_host(const struct web_settings *s, const char *host)
{
	struct addr addr;
	enum family family;

	/* HTTP/1.0 may have none. */
	if (host == NULL || addr_parse(&addr, &family, host) ||
	    evutil_ascii_strcasecmp(host, "localhost") == 0)
		return true;
	if (host[0] == '[')
		return true; /* an address: libevent has checked it */
	for (size_t i = 0; i < s->n_hosts; i++)
		if (evutil_ascii_strcasecmp(host, s->hosts[i]) == 0)
			return true;
	return false;
}

static void
requested(struct evhttp_request *request, void *ctx)
{
	struct web *web = ctx;
	struct client *c =
	    client_of(web, evhttp_request_get_connection(request));

	if (c == NULL) {
		send_plain(web, request, 503);
	} else if (!is_known_host(
		       web->settings, evhttp_request_get_host(request))) {
		send_plain(web, request, 421);
	} else {
		c->request = request;
		client_answer(c, false);
	}
}

/* ---- listening ------------------------------------------------------- */

static void
resume(int fd, short what, void *ctx)
{
	struct listener *l = ctx;

	(void)fd, (void)what;
	(void)evconnlistener_enable(l->socket);
}

/* Out of descriptors, or the peer has gone: never our end. */
static void
accept_failed(struct evconnlistener *socket, void *ctx)
{
	const struct timeval pause = { 0, PAUSE_MS * 1000 };
	struct listener *l = ctx;

	(void)evconnlistener_disable(socket);
	(void)event_add(l->pause, &pause);
}

static struct bufferevent *
connected(struct event_base *base, void *ctx)
{
	SSL *ssl = SSL_new(ctx);

	/* Without memory: a connection that says nothing, and times out. */
	return ssl == NULL
		   ? bufferevent_socket_new(base, -1, 0)
		   : bufferevent_openssl_socket_new(base, -1, ssl,
			 BUFFEREVENT_SSL_ACCEPTING, BEV_OPT_CLOSE_ON_FREE);
}

static void
listener_free(struct listener *l)
{
	if (l->http != NULL)
		evhttp_free(l->http);
	if (l->pause != NULL)
		event_free(l->pause);
	base_free(l);
}

static bool
listener_init(struct listener *l, struct web *web, SSL_CTX *tls)
{
	l->http = evhttp_new(web->base);
	l->pause = evtimer_new(web->base, resume, l);
	if (l->http == NULL || l->pause == NULL)
		return false;
	evhttp_set_max_headers_size(l->http, HEADERS_MAX);
	evhttp_set_max_body_size(l->http, HTTP_BODY_MAX);
	evhttp_set_timeout(l->http, (int)web->settings->idle_s);
	evhttp_set_allowed_methods(l->http,
	    EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
		EVHTTP_REQ_PUT | EVHTTP_REQ_DELETE | EVHTTP_REQ_OPTIONS |
		EVHTTP_REQ_TRACE | EVHTTP_REQ_PATCH);
	evhttp_set_gencb(l->http, requested, web);
	if (tls != NULL)
		evhttp_set_bevcb(l->http, connected, tls);
	return true;
}

bool
web_listen(struct web *web, int fd, SSL_CTX *tls)
{
	struct listener *l = base_alloc(sizeof(*l));
	struct evhttp_bound_socket *bound;

	if (l == NULL)
		return false;
	if (!listener_init(l, web, tls) || !vec_push(&web->listeners, l)) {
		listener_free(l);
		return false;
	}
	l->socket = evconnlistener_new(web->base, NULL, NULL,
	    LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_CLOSE_ON_FREE,
	    SOMAXCONN, fd);
	if (l->socket == NULL)
		return false;
	bound = evhttp_bind_listener(l->http, l->socket);
	if (bound == NULL) {
		evconnlistener_free(l->socket);
		return false;
	}
	evconnlistener_set_error_cb(l->socket, accept_failed);
	return true;
}

struct web *
web_new(struct event_base *base, const struct web_settings *settings)
{
	struct web *web = base_alloc(sizeof(*web));

	if (web == NULL)
		return NULL;
	web->base = base;
	web->settings = settings;
	return web;
}

void
web_free(struct web *web)
{
	if (web == NULL)
		return;
	for (size_t i = 0; i < web->listeners.n; i++)
		listener_free(web->listeners.v[i]);
	vec_fini(&web->listeners);
	while (web->clients != NULL)
		client_free(web->clients);
	web_bodies_reset(&web->bodies);
	base_free(web);
}
