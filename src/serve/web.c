/*
 * HTTP over libevent's evhttp, which reads requests; room http answers them.
 *
 * A large body is made once for each view, format and encoding, and is shared
 * by all who are being sent it. Who waits for the next view costs a request
 * and a timer.
 */
#include <event2/buffer.h>
#include <event2/keyvalq_struct.h>
#include <string.h>
#include <sys/queue.h>

#include "serve/web_inside.h"

#define PARAMS_MAX 32
#define UNSENT_MAX 65536 /* of events, to one client */
#define BEAT_S     30    /* between signs of life to who waits for events */

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

/* All of it has gone out. */
static void
taken(struct evhttp_request *request, void *ctx)
{
	(void)request;
	client_becomes(ctx, CLIENT_ASKS);
}

static void
count_answer(struct web *web, unsigned status)
{
	web->settings->counters->http_answers[status / 100 % 6]++;
}

/* evhttp reads no body of these methods: what follows the header would be
 * taken for another request, which a proxy before us never saw (RFC 9112
 * 11.2). */
static bool
has_rest(struct evhttp_request *request)
{
	struct evkeyvalq *headers = evhttp_request_get_input_headers(request);
	const char *length = evhttp_find_header(headers, "Content-Length");
	enum evhttp_cmd_type command = evhttp_request_get_command(request);

	if (command == EVHTTP_REQ_POST || command == EVHTTP_REQ_PUT ||
	    command == EVHTTP_REQ_PATCH)
		return false;
	return (length != NULL && strcmp(length, "0") != 0) ||
	       evhttp_find_header(headers, "Transfer-Encoding") != NULL;
}

/* `client` NULL: one that is not known, for want of memory. */
static void
send_answer(struct web *web, struct client *client,
    struct evhttp_request *request, const struct http_answer *a,
    struct web_body *body)
{
	bool head = evhttp_request_get_command(request) == EVHTTP_REQ_HEAD;
	struct evbuffer *out = evhttp_request_get_output_buffer(request);
	char length[24];

	count_answer(web, a->status);
	add_headers(request, a);
	if (body != NULL && body->is_gzip)
		add_header(request, "Content-Encoding", "gzip");
	if (web->is_stopping || has_rest(request))
		add_header(request, "Connection", "close");
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
	if (client != NULL) {
		client_becomes(client, CLIENT_TAKES);
		evhttp_request_set_on_complete_cb(request, taken, client);
	}
	evhttp_send_reply(request, (int)a->status, NULL, NULL);
}

/* What room http was not asked about. */
static void
refuse(struct web *web, struct client *client, struct evhttp_request *request,
    unsigned status, const char *text)
{
	struct web_body *body = NULL;
	struct http_answer a;

	http_problem(&a, status, text);
	if (!web_body_make(&body, &web->bodies, &a, NULL, false))
		body = NULL;
	send_answer(web, client, request, &a, body);
	buf_fini(&a.body);
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
		client_end(c);
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
		refuse(c->web, c, request, 503, "out of memory");
		return;
	}
	set_patience(c, true);
	client_becomes(c, CLIENT_WAITS);
	if (kind == HTTP_EVENTS)
		begin_events(c);
	arm(c);
}

static struct client *
next_to_tell(struct web *web)
{
	struct client *c = web->clients;

	while (c != NULL && (c->request == NULL || c->told == web->changes))
		c = c->next;
	return c;
}

void
web_changed(struct web *web)
{
	struct client *c;

	web_bodies_reset(&web->bodies);
	web->changes++;
	/* From the start each time: an answer may cost others their place. */
	while ((c = next_to_tell(web)) != NULL) {
		c->told = web->changes;
		if (!c->wants_events)
			client_answer(c, false);
		else if (is_stuck(c))
			client_end(c);
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

/* What is held for slow takers is not for all of the memory: those of former
 * answers go before there is none for this one. */
static void
make_room(struct web *web)
{
	struct web_bodies *bodies = &web->bodies;
	size_t half;

	bodies->bytes_max = web->settings->bytes_max;
	half = bodies->bytes_max / 2;
	if (bodies->n_bytes > half)
		web_bodies_reset(bodies);
	while (bodies->n_bytes > half && clients_end_one(web, CLIENT_TAKES))
		;
}

static void
answer_now(struct client *c, struct http_answer *answer,
    const struct http_world *world)
{
	struct evhttp_request *request = c->request;
	struct web_body *body = NULL;
	const char *accepts = evhttp_find_header(
	    evhttp_request_get_input_headers(request), "Accept-Encoding");

	c->request = NULL;
	if (c->timer != NULL) {
		(void)event_del(c->timer);
		set_patience(c, false);
	}
	make_room(c->web);
	if (web_body_make(
		&body, &c->web->bodies, answer, world, web_takes_gzip(accepts)))
		send_answer(c->web, c, request, answer, body);
	else
		refuse(c->web, c, request, 503, "out of memory");
}

static void
client_answer(struct client *c, bool timed_out)
{
	const struct http_world *world =
	    c->web->settings->world(c->web->settings->ctx);
	struct evhttp_request *request = c->request;
	struct http_answer answer;
	struct asked asked;

	if (!read_request(&asked, request)) {
		c->request = NULL;
		refuse(c->web, c, request, 400, "no such request is known");
		asked_fini(&asked);
		return;
	}
	http_answer(&answer, &asked.request, world, timed_out);
	asked_fini(&asked);
	if (answer.kind == HTTP_WAIT || answer.kind == HTTP_EVENTS)
		wait_begin(c, answer.kind);
	else
		answer_now(c, &answer, world);
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

void
web_requested(struct evhttp_request *request, void *ctx)
{
	struct web *web = ctx;
	struct client *c =
	    client_asks(web, evhttp_request_get_connection(request));

	if (c == NULL) {
		refuse(web, NULL, request, 503, "out of memory");
	} else if (!is_known_host(
		       web->settings, evhttp_request_get_host(request))) {
		refuse(web, c, request, 421,
		    "not our name: see hosts, cairn.yaml(5)");
	} else {
		c->request = request;
		client_answer(c, false);
	}
}

/* ---- the end --------------------------------------------------------- */

void
web_tick(struct web *web)
{
	clients_tick(web);
	web_resume(web);
}

bool
web_stop(struct web *web)
{
	struct client *next;
	bool is_done = true;

	web->is_stopping = true;
	web_unlisten(web);
	for (struct client *c = web->clients; c != NULL; c = next) {
		next = c->next;
		if (c->state == CLIENT_TAKES)
			is_done = false;
		else
			client_end(c);
	}
	return is_done;
}
