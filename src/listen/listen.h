/*
 * listen - answer small requests by HTTP.
 *
 * What	    A server for one thing, such as a witness: requests are small, are
 *	    answered one after the other, and nobody can hold it up. There is
 *	    no TLS: who needs it puts a proxy before it.
 * In	    An address; whoever connects.
 * Out	    Calls of `answer`, one at a time.
 * Owns	    Its sockets, and what of a request has come.
 * Fails    R_LISTEN_ADDRESS.
 * Threads  One; listen_run returns only when it cannot go on.
 * Standards RFC 9110, RFC 9112. Without what is optional there, but for
 *	    connections that go on.
 */
#ifndef CAIRN_LISTEN_H
#define CAIRN_LISTEN_H

#include "base/base.h"

#define LISTEN_HEAD_MAX    8192 /* bytes of request line and fields */
#define LISTEN_CONNECTIONS 64   /* at once; others wait for them */
#define LISTEN_SECONDS     10   /* for a whole request, and for its answer */
/* Bytes of answers that wait for their readers; more are answered with 503. */
#define LISTEN_WAITING ((size_t)64 << 20)

struct listen_request {
	struct span method, path; /* GET also for HEAD */
	struct span body;
	bool is_head, closes; /* no other will follow */
	/* Who asks: an IPv4 address, or the /48 of an IPv6 one; zero from
	 * listen_parse. To be compared, no more. */
	uint8_t peer[8];
};

/*
 * What has come is taken apart. Returns 0: not all of it is there yet; 200: it
 * is, in the first *used bytes; any other: the status to refuse it with, and
 * to close after.
 */
unsigned listen_parse(struct listen_request *out, size_t *used,
    struct span bytes, size_t body_max) MUST_CHECK;

struct listen_answer {
	unsigned status;
	const char *type;     /* of content */
	const char *cache;    /* Cache-Control; NULL: "no-store" */
	unsigned retry_after; /* seconds; 0: not said */
	struct buf body;      /* empty; listen owns it */
};

struct listen_settings {
	const char *address; /* "127.0.0.1:8090", "[::1]:0" */
	size_t body_max;     /* of a request, and of an answer */
	size_t answer_max;   /* of an answer; 0: body_max */
	void (*answer)(
	    void *ctx, struct listen_answer *, const struct listen_request *);
	void *ctx;
	unsigned seconds; /* 0: LISTEN_SECONDS */
};

struct listen;

enum reason listen_open(struct listen **out, const struct listen_settings *,
    struct fault *why) MUST_CHECK;
unsigned listen_port(const struct listen *); /* the one there is, for port 0 */
/* Wait at most wait_ms for something to happen, and look after it. No byte of
 * an answer made meanwhile goes out before the next call: what it promises may
 * be made true in between, for all of them at once. */
void listen_poll(struct listen *, int wait_ms);
NORETURN void listen_run(struct listen *);
void listen_close(struct listen *); /* may be NULL */

#endif
