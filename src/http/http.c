/* The table of paths, and the way of a request through it. */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "http/inside.h"

#define ANSWER_MAX ((size_t)64 * 1024 * 1024)

static const struct http_row rows[] = {
	{ "/", false, false, answer_page, "text/html; charset=utf-8",
	    "the page for people", { { 0 } } },
	{ "/page.css", false, false, answer_page, "text/css; charset=utf-8",
	    "of the page", { { 0 } } },
	{ "/page.js", false, false, answer_page,
	    "text/javascript; charset=utf-8", "of the page", { { 0 } } },
	{ "/api/v1/why", false, true, answer_why, HTTP_JSON,
	    "the state of a route and its whole story",
	    { { "prefix", "192.0.2.0/24", HTTP_PREFIX, true },
		{ "asn", "its origin; without one, any", HTTP_ASN "|^$",
		    false } } },
	{ "/api/v1/compare", false, true, answer_compare, HTTP_JSON,
	    "legacy and ledger: totals, and of each class the first prefixes",
	    { { 0 } } },
	{ "/api/v1/lookup", false, true, answer_lookup, HTTP_JSON,
	    "what is known of a prefix or address (and AS), an AS number, a "
	    "holder or a name",
	    { { "q", "any of these", "[^ ]", true } } },
	{ "/api/v1/history", false, true, answer_history, HTTP_JSON,
	    "what came and went, when and why, the newest first",
	    { { "prefix", "what covers it and what it covers", HTTP_PREFIX,
		  false },
		{ "asn", "of this origin, customer or router", HTTP_ASN,
		    false },
		{ "before",
		    "only what was before this time, such as `from` of an "
		    "answer with more",
		    HTTP_TIME, false },
		{ "limit", "so many at most; 100", HTTP_LIMIT, false },
		{ "heard", "1: only what routers hear of", "^1$", false } } },
	{ "/version", false, false, answer_version, "text/plain",
	    "name and version of the program", { { 0 } } },
	{ "/health", false, false, answer_health, HTTP_JSON,
	    "ready; degraded, with the causes; 503 when stale, with the age, "
	    "or before the first view",
	    { { 0 } } },
	{ "/api/v1/status", false, false, answer_status, HTTP_JSON,
	    "trust anchors, ledgers, repositories and the server", { { 0 } } },
	{ "/api/v1/ledger/", false, true, answer_ledger, HTTP_JSON,
	    "one ledger: state, size, root, witnesses",
	    { { "{name}", "as the configuration names it", "^[^/]+$",
		true } } },
	{ "/metrics", false, false, answer_metrics,
	    "application/openmetrics-text; version=1.0.0; charset=utf-8",
	    "OpenMetrics, for Prometheus and others", { { 0 } } },
	{ "/api/v1/validity/", false, true, answer_validity_path, HTTP_JSON,
	    "the RFC 6811 state of one route",
	    { { "{asn}", "origin, AS64500 or 64500", HTTP_ASN, true },
		{ "{prefix}", "its prefix, 192.0.2.0/24", HTTP_PREFIX,
		    true } } },
	{ "/validity", true, true, answer_validity, HTTP_JSON,
	    "the same; by POST of {\"routes\": [{\"asn\": ..., \"prefix\": "
	    "...}]} for many",
	    { { "asn", "origin", HTTP_ASN, true },
		{ "prefix", "its prefix", HTTP_PREFIX, true } } },
	{ "/json-delta", false, true, answer_delta, HTTP_JSON,
	    "what changed since a serial, or all of it",
	    { { "session", "of the serial", NULL, false },
		{ "serial", "what is there already", NULL, false } } },
	{ "/json-delta/notify", false, true, answer_notify, HTTP_JSON,
	    "session and serial, once they are others than these",
	    { { "session", "of the serial", NULL, false },
		{ "serial", "what is there already", NULL, false } } },
	{ "/api/v1/events", false, false, answer_events, "text/event-stream",
	    "an event for each new view", { { 0 } } },
	{ "/api/v1/openapi.json", false, false, answer_openapi, HTTP_JSON,
	    "this description", { { 0 } } },
};

const struct http_row *
http_rows(size_t *n)
{
	*n = COUNT(rows);
	return rows;
}

const char *
http_param(const struct http_call *call, const char *name)
{
	for (size_t i = 0; i < call->request->n_params; i++)
		if (strcmp(call->request->params[i].name, name) == 0)
			return call->request->params[i].value;
	return NULL;
}

/* Into the answer's body, which is there. */
static void
say_problem(struct http_answer *out, unsigned status, const char *text)
{
	struct emit e;

	out->kind = HTTP_BODY;
	out->status = status;
	out->type = HTTP_JSON;
	out->etag[0] = '\0';
	buf_reset(&out->body);
	emit_init(&e, &out->body, EMIT_JSON);
	emit_object(&e, NULL);
	emit_str(&e, "error", text);
	emit_end(&e);
}

void
http_problem(struct http_answer *out, unsigned status, const char *text)
{
	*out = (struct http_answer){ 0 };
	buf_init(&out->body, ANSWER_MAX);
	say_problem(out, status, text);
}

void
http_refuse(struct http_call *call, unsigned status, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	say_problem(call->out, status, text);
}

void
answer_version(struct http_call *call)
{
	buf_puts(&call->out->body, PACKAGE_NAME " " PACKAGE_VERSION "\n");
}

/* ---- which one ------------------------------------------------------- */

static const struct http_row *
find_row(struct http_call *call)
{
	const char *path = call->request->path;

	for (size_t i = 0; i < COUNT(rows); i++) {
		size_t n = strlen(rows[i].path);

		if (n > 1 && rows[i].path[n - 1] == '/'
			? strncmp(path, rows[i].path, n) == 0
			: strcmp(path, rows[i].path) == 0) {
			call->rest = path + n;
			return &rows[i];
		}
	}
	return NULL;
}

const char *
http_format_type(const char *name)
{
	if (strncmp(name, "csv", 3) == 0)
		return "text/csv; charset=utf-8";
	if (strcmp(name, "ccr") == 0)
		return "application/octet-stream";
	if (strcmp(name, "ndjson") == 0)
		return "application/x-ndjson";
	return strncmp(name, "json", 4) == 0 || strncmp(name, "slurm", 5) == 0
		   ? HTTP_JSON
		   : "text/plain; charset=utf-8";
}

/* Of this view and no other, also after a restart. */
void
http_set_etag(struct http_call *call, const char *what)
{
	const struct view *view = call->world->view;
	struct http_answer *out = call->out;

	(void)snprintf(out->etag, sizeof(out->etag), "\"%s-%04x-%lu-%lld\"",
	    what, view->sessions[1], (unsigned long)view->serial,
	    (long long)view->made_at);
}

static bool
is_unchanged(const struct http_call *call)
{
	const char *have = call->request->if_none_match;

	return have != NULL && call->out->etag[0] != '\0' &&
	       (strcmp(have, "*") == 0 ||
		   strstr(have, call->out->etag) != NULL);
}

/* ---- the whole ------------------------------------------------------- */

static void
answer_format(struct http_call *call, const struct output_format *format)
{
	struct http_answer *out = call->out;

	out->type = http_format_type(format->name);
	if (!select_read(call))
		return;
	out->kind = HTTP_FILE;
	out->format = format;
	out->is_fixed = true;
	/* A selection is small, and is made each time. */
	if (!out->selection.given)
		http_set_etag(call, format->name);
}

static void
answer_row(struct http_call *call, const struct http_row *row)
{
	call->out->type = row->type;
	row->answer(call);
}

static void
route(struct http_call *call)
{
	const struct output_format *format =
	    output_by_name(call->request->path + 1);
	const struct http_row *row = find_row(call);
	enum http_method method = call->request->method;

	if (row == NULL && format == NULL) {
		http_refuse(call, 404, "no such path");
		return;
	}
	if (method == HTTP_OTHER ||
	    (method == HTTP_POST && (row == NULL || !row->post))) {
		http_refuse(call, 405, "no such method here");
		call->out->allow =
		    row != NULL && row->post ? "GET, HEAD, POST" : "GET, HEAD";
		return;
	}
	if ((row == NULL || row->needs_view) && call->world->view == NULL) {
		http_refuse(call, 503, "the first validation is under way");
		return;
	}
	if (row != NULL)
		answer_row(call, row);
	else
		answer_format(call, format);
}

void
http_answer(struct http_answer *out, const struct http_request *request,
    const struct http_world *world, bool timed_out)
{
	struct http_call call = { .request = request,
		.world = world,
		.out = out,
		.timed_out = timed_out };

	*out = (struct http_answer){ .status = 200 };
	buf_init(&out->body, ANSWER_MAX);
	if (request->body.n > HTTP_BODY_MAX)
		http_refuse(&call, 413, "a body of at most %d bytes is taken",
		    HTTP_BODY_MAX);
	else
		route(&call);
	if (out->body.failed) {
		buf_fini(&out->body);
		buf_init(&out->body, ANSWER_MAX);
		http_refuse(&call, 503, "out of memory");
	} else if (out->status == 200 && is_unchanged(&call)) {
		out->status = 304;
		out->kind = HTTP_BODY;
		buf_reset(&out->body);
	}
}

enum reason
http_write(const struct http_answer *answer, const struct http_world *world,
    struct output_sink sink)
{
	struct output_in in = { .view = world->view };
	struct span *sources;
	struct arena arena;
	struct view view;
	enum reason r;

	if (answer->write != NULL)
		return answer->write(world, sink);
	arena_init(&arena, SIZE_MAX);
	sources = ARENA_ARRAY(&arena, world->view->n_sources, struct span);
	r = sources == NULL
		? R_LIMIT_MEMORY
		: select_view(&view, &answer->selection, world->view, &arena);
	if (r == REASON_OK) {
		for (size_t i = 0; i < view.n_sources; i++)
			sources[i] = view.sources[i].name;
		in.view = &view;
		in.n_sources = view.n_sources;
		in.sources = sources;
		r = output_write(answer->format, &in, sink);
	}
	arena_fini(&arena);
	return r;
}
