/*
 * http - answer programs and people from a const view.
 *
 * What	    One table of paths: each with its parameters, its sentence (for
 *	    the OpenAPI description) and the function that answers.
 * In	    A request that a library has taken apart: method, decoded path and
 *	    parameters, body. A view, the counters of the server, the time.
 * Out	    Status, type, validator and body; or which format of payloads is
 *	    to be written, by http_write; or that the answer is to come when
 *	    the view changes.
 * Owns	    Nothing.
 * Fails    What a client asks wrongly is an answer of 4xx, as JSON with one
 *	    sentence. R_LIMIT_MEMORY is 503.
 * Threads  No state.
 * Standards RFC 9110 (HTTP), OpenAPI 3.0, OpenMetrics 1.0, RFC 6811; paths and
 *	    shapes as Routinator's where it has them.
 */
#ifndef CAIRN_HTTP_H
#define CAIRN_HTTP_H

#include "base/base.h"
#include "model/model.h"
#include "output/output.h"
#include "view/view.h"

#define HTTP_BODY_MAX   65536 /* bytes of a request's */
#define HTTP_ROUTES_MAX 1000  /* routes asked about in one request */

struct http_param { /* both decoded; neither holds a NUL inside */
	const char *name, *value;
};

enum http_method {
	HTTP_GET, /* and HEAD, whose body is left out by the caller */
	HTTP_POST,
	HTTP_OTHER
};

struct http_request {
	enum http_method method;
	const char *path; /* decoded, begins with '/' */
	size_t n_params;
	const struct http_param *params;
	struct span body;
	const char *if_none_match; /* NULL: not given */
};

/* A router, as its server sees it. Times are since 1970. */
#define HTTP_ROUTERS 500 /* those that came first are listed */
struct http_router {
	struct addr addr;
	enum family family;
	bool is_tls, is_open, has_serial; /* is_open: its version is known */
	uint8_t version;
	uint32_t serial; /* that it was told last */
	int64_t came_at, heard_at;
	uint64_t queries, resets, sent_bytes;
};

/* What the serving processes count. Another process writes while this one is
 * read: each number by itself is right. */
struct http_counters {
	int64_t started_at;
	uint64_t rtr_clients[3], rtr_accepted, rtr_refused; /* [version] */
	uint64_t rtr_sent_bytes, rtr_received_bytes, rtr_errors;
	uint64_t rtr_queries, rtr_resets, rtr_timeouts;
	size_t n_routers;
	struct http_router routers[HTTP_ROUTERS];
	uint64_t http_clients, http_accepted, http_refused;
	uint64_t http_answers[6]; /* [status / 100] */
};

/* How it went: oldest first. */
#define HTTP_SAMPLES 288 /* a day, every five minutes */
struct http_sample {
	int64_t at;
	uint64_t payloads, left, findings, rtr;
};

/* What changed from one view to the next: payloads of the two views. */
struct http_changes {
	uint32_t from, to;
	size_t n_announced, n_withdrawn;
	const struct payload *const *announced;
	const struct payload *const *withdrawn;
};

enum http_past {
	HTTP_PAST_ONE,
	HTTP_PAST_NONE, /* no more is kept */
	HTTP_PAST_LATER /* it took too long: ask for what was before */
};

struct http_world {
	const struct view *view; /* NULL: there is none yet */
	const struct http_counters *counters;
	int64_t now, max_age; /* seconds; an older view is stale */
	size_t n_samples;
	const struct http_sample *samples;
	bool per_entity; /* metrics with a label for each repository */
	/* From that serial to the view's; false when it is not known. The
	 * result is valid until the next call. */
	bool (*since)(void *ctx, uint32_t serial, struct http_changes *out);
	/* The i-th of the differences that led to the view and were made
	 * before that time, the newest first, asked for in order. The result
	 * is valid until the next call. NULL: no history. */
	enum http_past (*past)(void *ctx, int64_t before_at, size_t i,
	    const struct view_delta **out);
	void *ctx;
};

enum http_answer_kind {
	HTTP_BODY,  /* body is all of it */
	HTTP_FILE,  /* http_write makes the body, the same for one etag */
	HTTP_WAIT,  /* ask again when the view has changed, or time is up */
	HTTP_EVENTS /* an event for each view from now on */
};

/* Which payloads, of those in the view. */
struct http_selection {
	bool given;
	bool left[3]; /* by payload kind: left out */
	size_t n_asns, n_prefixes;
	struct asn asns[16];
	struct prefix prefixes[16];
	bool more_specific; /* also what these prefixes cover */
};

struct http_answer {
	enum http_answer_kind kind;
	unsigned status;
	const char *type;  /* of the body */
	const char *allow; /* of a 405; else NULL */
	bool is_fixed;   /* may be kept by who asked, until the etag changes */
	char etag[80];   /* with its quotes; "": none */
	struct buf body; /* initialised by http_answer; buf_fini is due */
	/* Of an HTTP_FILE, one of the two: */
	const struct output_format *format;
	enum reason (*write)(const struct http_world *, struct output_sink);
	struct http_selection selection;
};

/* `timed_out`: it is asked again because time is up. */
void http_answer(struct http_answer *out, const struct http_request *,
    const struct http_world *, bool timed_out);
/* An answer that refuses, as all do: {"error": text}. */
void http_problem(struct http_answer *out, unsigned status, const char *text);
enum reason http_write(const struct http_answer *, const struct http_world *,
    struct output_sink) MUST_CHECK;
/* The event that tells of the view: one line of JSON. */
void http_event(struct buf *, const struct http_world *);

#endif
