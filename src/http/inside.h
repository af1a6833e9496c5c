/* What the files of this room share. Private to it. */
#ifndef CAIRN_HTTP_INSIDE_H
#define CAIRN_HTTP_INSIDE_H

#include "http/http.h"

#define HTTP_JSON "application/json"

struct http_call {
	const struct http_request *request;
	const struct http_world *world;
	struct http_answer *out;
	const char *rest; /* of the path, after that of the row */
	bool timed_out;
};

/* Regular expressions for the description, of all that is taken; but host
 * bits, which no expression of a sensible length can tell. */
#define HTTP_ASN                                                      \
	"^([Aa][Ss])?(0|[1-9][0-9]{0,8}|[1-3][0-9]{9}|4[01][0-9]{8}|" \
	"42[0-8][0-9]{7}|429[0-3][0-9]{6}|4294[0-8][0-9]{5}|"         \
	"42949[0-5][0-9]{4}|429496[0-6][0-9]{3}|4294967[01][0-9]{2}|" \
	"42949672[0-8][0-9]|429496729[0-5])$"
#define HTTP_LIMIT "^([1-9][0-9]{0,2}|1000)$"
#define HTTP_TIME                                               \
	"^(0|[1-9][0-9]{0,9}|20[0-9]{2}-(0[1-9]|1[0-2])-"       \
	"(0[1-9]|1[0-9]|2[0-8])T([01][0-9]|2[0-3]):[0-5][0-9]:" \
	"[0-5][0-9]Z)$"
#define HTTP_PREFIX "^[0-9A-Fa-f:.]+/[0-9]{1,3}$"

struct http_parameter {
	const char *name; /* in braces in the path: of the path */
	const char *text;
	const char *pattern; /* NULL: any text */
	bool required;
};

struct http_row {
	const char *path; /* ends in '/': the rest are parameters */
	bool post;        /* also by POST */
	bool needs_view;
	void (*answer)(struct http_call *);
	const char *type, *text;
	struct http_parameter parameters[5];
};

/* http.c: all but formats. */
const struct http_row *http_rows(size_t *n);

/* The value of a parameter, or NULL. */
const char *http_param(const struct http_call *, const char *name);
/* {"error": "..."}, printf's */
void http_refuse(struct http_call *, unsigned status, const char *fmt, ...)
    FORMAT(3, 4);

/* The media type of a format of payloads. */
const char *http_format_type(const char *name);

/* Of this view and no other, also after a restart. */
void http_set_etag(struct http_call *, const char *what);

/* One for each row. */
void answer_page(struct http_call *);
void answer_why(struct http_call *);
void answer_compare(struct http_call *);
void answer_history(struct http_call *);
void answer_lookup(struct http_call *);
void answer_version(struct http_call *);
void answer_health(struct http_call *);
void answer_status(struct http_call *);
void answer_ledger(struct http_call *);
void answer_metrics(struct http_call *);
void answer_validity_path(struct http_call *);
void answer_validity(struct http_call *);
void answer_delta(struct http_call *);
void answer_notify(struct http_call *);
void answer_events(struct http_call *);
void answer_openapi(struct http_call *);

/* select.c */
/* False: refused. */
bool select_read(struct http_call *);
enum reason select_view(struct view *out, const struct http_selection *,
    const struct view *, struct arena *) MUST_CHECK;

/* status.c */
/* Why the view is less than it could be; how many causes. The age is in
 * *stale when it is more than it may be. */
size_t health_causes(const struct http_world *, bool *stale);

#endif
