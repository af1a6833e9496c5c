/* Bodies of answers: made once, shared by all who are sent them. Private to
 * the room. */
#ifndef CAIRN_SERVE_WEB_BODY_H
#define CAIRN_SERVE_WEB_BODY_H

#include <openssl/ssl.h>

#include "serve/web.h"

#define HTTP_POLICY                                                   \
	"default-src 'none'; script-src 'self'; style-src 'self'; "   \
	"connect-src 'self'; img-src 'self' data:; base-uri 'none'; " \
	"form-action 'self'; frame-ancestors 'none'"

struct web_bodies;

struct web_body {
	struct web_bodies *of;
	unsigned held; /* by the cache, and by those it is being sent to */
	bool for_gzip; /* for who takes it */
	bool is_gzip;  /* and it is worth it */
	char etag[80];
	struct buf bytes;
};

/* Of the view there is now; and how much is held in all, also of those
 * before it. */
struct web_bodies {
	VEC(struct web_body *) all;
	size_t n_bytes, bytes_max;
};

void web_bodies_reset(struct web_bodies *);

/* *out is held for the caller; NULL for no body. False: no memory. */
bool web_body_make(struct web_body **out, struct web_bodies *,
    struct http_answer *, const struct http_world *, bool gzip) MUST_CHECK;
void web_body_hold(struct web_body *);
void web_body_drop(struct web_body *); /* may be NULL */
/* As evbuffer wants it: ctx is the body. */
void web_body_sent(const void *bytes, size_t n, void *ctx);

/* Does Accept-Encoding take gzip? */
bool web_takes_gzip(const char *accepts);

#endif
