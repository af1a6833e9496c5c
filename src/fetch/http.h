/* The process with the network: what it is asked and tells, and its rules. */
#ifndef CAIRN_FETCH_HTTP_H
#define CAIRN_FETCH_HTTP_H

#include <sys/socket.h>

#include "fetch/process.h"

#define HTTP_URL    4096
#define HTTP_DETAIL 128

/* With the descriptor of the file for the content. Strings end in NUL. */
struct http_ask {
	uint32_t id;
	bool is_cancel; /* of the one with this id */
	bool is_named, wants_gzip;
	bool is_plain;  /* http as well as https */
	bool is_post;   /* of what is in the second descriptor */
	bool unpacks;   /* what comes as gzip; else the caller does */
	bool takes_all; /* content of any status, and none */
	uint64_t bytes_max;
	char url[HTTP_URL], etag[HTTPS_ETAG], modified[HTTPS_MODIFIED];
};

struct http_told {
	uint32_t id;
	uint32_t reason;
	uint32_t status; /* 200 or 304, when the reason is REASON_OK */
	bool is_gzip;
	uint32_t retry_after_s;
	uint64_t received;
	char etag[HTTPS_ETAG], modified[HTTPS_MODIFIED];
	char detail[HTTP_DETAIL]; /* printable */
};

/* http.c: the body of the process; ctx is struct https_settings, keep the
 * roots_open's file or -1. */
void http_run(int sock, int keep, const void *ctx);

/* ---- http_rules.c: pure ---------------------------------------------- */

/* Loopback, private, link-local, shared, multicast, unspecified; also in
 * IPv6 clothes. Also what is no address. */
bool http_address_is_local(const struct sockaddr *);

/* What is known of the answer's header so far. */
struct http_head {
	unsigned status;
	uint64_t bytes; /* of all headers of the transfer */
	uint64_t length;
	bool is_open; /* begun, and its empty line has not come */
	bool has_length, has_coding, is_gzip;
	enum reason bad; /* of the fields */
	char etag[HTTPS_ETAG], modified[HTTPS_MODIFIED];
};

/* One line with its end; the empty one ends the header. */
enum reason http_head_line(
    struct http_head *, struct span line, const struct limits *) MUST_CHECK;
/* The whole of it. `sent`: a validator was sent. */
enum reason http_head_check(
    const struct http_head *, bool sent, bool wants_gzip) MUST_CHECK;
/* What describes the content, whatever the status. */
enum reason http_head_check_content(
    const struct http_head *, bool wants_gzip) MUST_CHECK;
bool http_head_is_redirect(const struct http_head *);

struct http_clock {
	int64_t begun_ms, asked_ms, last_ms; /* last_ms 0: no byte yet */
	bool is_resolved;                    /* the host has addresses */
	int64_t window_ms;                   /* when it began */
	uint64_t window_bytes;
};

void http_clock_init(struct http_clock *out, int64_t now_ms);
/* Asked once more, elsewhere: the first byte is to come again. */
void http_clock_again(struct http_clock *, int64_t now_ms);
void http_clock_bytes(struct http_clock *, int64_t now_ms, size_t n);
enum reason http_clock_check(
    struct http_clock *, int64_t now_ms, const struct limits *) MUST_CHECK;

/* What it may at most be, in seconds. */
uint32_t http_retry_after(int64_t asked_s, const struct limits *);
/* Printable, cut where it must be. */
void http_text(char *out, size_t size, struct span text);

#endif
