/*
 * The process with the network: asked for files, it writes what came into
 * descriptors it was given, and tells how it went. It has no store, no
 * folders it could write to and no environment. libcurl speaks TLS and HTTP;
 * what an answer must be to be taken is decided by http_rules.c.
 */
#include "fetch/http.h"

#include <sys/resource.h>

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <curl/curl.h>

#include "fetch/inflate.h"
#include "file/file.h"

#define TURN_MS      200
#define PACKED_MORE  1024
#define THREAD_STACK ((size_t)512 << 10)
#define HTTP_ROOM    (HTTP_URL + 8)
#define MEMORY       ((uint64_t)2 << 30) /* mostly of stacks never used */

struct net {
	CURLM *multi;
	int sock, roots;
	const char *roots_folder;
	const struct https_settings *settings;
	const struct limits *limits;
	struct transfer *first;
	struct http_ask ask; /* the one just received */
};

struct transfer {
	struct net *net;
	struct transfer *next;
	struct http_ask ask;
	int body, post;          /* -1: none */
	struct inflate *inflate; /* NULL until something comes packed */
	CURL *easy;
	struct curl_slist *fields;
	struct uri uri; /* in room */
	char room[HTTP_ROOM], other[HTTP_ROOM];
	struct http_head head;
	struct http_clock clock;
	unsigned redirects, addresses;
	bool has_denied;         /* a local address */
	uint64_t received, kept; /* from the network, into body */
	enum reason reason;
	char error[CURL_ERROR_SIZE];
};

/* ---- what curl calls ------------------------------------------------- */

static size_t
refuse(struct transfer *t, enum reason why)
{
	if (t->reason == REASON_OK)
		t->reason = why;
	return 0;
}

/* What is packed may be a little longer than what is in it. */
static uint64_t
wire_max(const struct transfer *t)
{
	bool is_packed = t->head.is_gzip && t->ask.unpacks;

	return t->ask.bytes_max + (is_packed ? PACKED_MORE : 0);
}

/* Nobody reads what comes with a redirect. */
static bool
is_kept(const struct transfer *t)
{
	return t->head.status == 200 ||
	       (t->ask.takes_all && !http_head_is_redirect(&t->head));
}

static size_t
on_header(char *line, size_t one, size_t n, void *data)
{
	struct transfer *t = data;
	bool is_last = n > 0 && (line[0] == '\r' || line[0] == '\n');
	enum reason r;
	long status;

	(void)one;
	http_clock_bytes(&t->clock, clock_ms(), n);
	r = http_head_line(&t->head, span_of(line, n), t->net->limits);
	if (r != REASON_OK)
		return refuse(t, r);
	if (!is_last || curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE,
			    &status) != CURLE_OK)
		return n;
	t->head.status = (unsigned)status;
	if (status < 200 || t->received > 0) /* interim; or a trailer */
		return n;
	r = http_head_check(&t->head,
	    t->ask.etag[0] != '\0' || t->ask.modified[0] != '\0',
	    t->ask.wants_gzip);
	if (r == R_FETCH_HTTP_STATUS && t->ask.takes_all)
		r = http_head_check_content(&t->head, t->ask.wants_gzip);
	if (r == REASON_OK && t->head.has_length && is_kept(t) &&
	    t->head.length > wire_max(t))
		r = R_FETCH_HTTP_SIZE;
	return r == REASON_OK ? n : refuse(t, r);
}

static enum reason
body_take(void *ctx, struct span bytes)
{
	struct transfer *t = ctx;

	t->kept += bytes.n;
	if (t->kept > t->ask.bytes_max)
		return R_FETCH_HTTP_SIZE;
	return file_write(t->body, bytes) ? REASON_OK : R_FETCH_SPOOL;
}

/* Unpacked here, where nothing is that could be lost. */
static enum reason
packed_take(struct transfer *t, struct span bytes)
{
	const struct inflate_sink sink = { body_take, t };

	if (t->inflate == NULL)
		TRY(inflate_new(&t->inflate, t->net->limits));
	return inflate_feed(t->inflate, bytes, &sink);
}

static size_t
on_content(char *bytes, size_t one, size_t n, void *data)
{
	struct transfer *t = data;
	enum reason r;

	(void)one;
	http_clock_bytes(&t->clock, clock_ms(), n);
	t->received += n;
	if (t->received > wire_max(t))
		return refuse(t, R_FETCH_HTTP_SIZE);
	if (!is_kept(t))
		return n;
	r = t->head.is_gzip && t->ask.unpacks
		? packed_take(t, span_of(bytes, n))
		: body_take(t, span_of(bytes, n));
	return r == REASON_OK ? n : refuse(t, r);
}

static size_t
on_post(char *out, size_t one, size_t n, void *data)
{
	struct transfer *t = data;
	ssize_t r;

	do
		r = read(t->post, out, one * n);
	while (r < 0 && errno == EINTR);
	return r < 0 ? CURL_READFUNC_ABORT : (size_t)r;
}

/* Before the first packet to it. */
static curl_socket_t
on_socket(void *data, curlsocktype purpose, struct curl_sockaddr *address)
{
	struct transfer *t = data;

	(void)purpose;
	t->clock.is_resolved = true;
	/* A proxy is named by the operator, and looks at no address for us. */
	if (!t->ask.is_named && t->net->settings->proxy == NULL &&
	    http_address_is_local(&address->addr)) {
		t->has_denied = true;
		return CURL_SOCKET_BAD;
	}
	if (++t->addresses > t->net->limits->http_addresses)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC,
	    address->protocol);
}

/* A connection made for somebody who may is not for somebody who may not. */
static int
on_connection(
    void *data, char *theirs, char *ours, int their_port, int our_port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct transfer *t = data;
	bool is_local = true;

	(void)ours, (void)their_port, (void)our_port;
	t->clock.is_resolved = true;
	if (t->ask.is_named || t->net->settings->proxy != NULL)
		return CURL_PREREQFUNC_OK;
	if (inet_pton(AF_INET, theirs, &v4.sin_addr) == 1)
		is_local = http_address_is_local((const struct sockaddr *)&v4);
	else if (inet_pton(AF_INET6, theirs, &v6.sin6_addr) == 1)
		is_local = http_address_is_local((const struct sockaddr *)&v6);
	t->has_denied = t->has_denied || is_local;
	return is_local ? CURL_PREREQFUNC_ABORT : CURL_PREREQFUNC_OK;
}

/* ---- a transfer ------------------------------------------------------ */

#define SET(option, value)                                                  \
	do {                                                                \
		if (curl_easy_setopt(t->easy, CURLOPT_##option, (value)) != \
		    CURLE_OK)                                               \
			return false;                                       \
	} while (0)

static bool
set_tls(struct transfer *t)
{
	const struct https_settings *s = t->net->settings;
	char roots[32];

	SET(SSL_VERIFYPEER, 1L);
	SET(SSL_VERIFYHOST, 2L);
	SET(SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(CAPATH, t->net->roots_folder);
	(void)snprintf(roots, sizeof(roots), "/proc/self/fd/%d", t->net->roots);
	SET(CAINFO, t->net->roots < 0 ? NULL : roots);
	SET(PROXY, s->proxy != NULL ? s->proxy : "");
	SET(PROTOCOLS_STR, t->ask.is_plain ? "https,http" : "https");
	SET(FOLLOWLOCATION, 0L);
	SET(HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	SET(USERAGENT, s->agent);
	return true;
}

static bool
set_rules(struct transfer *t)
{
	const struct limits *l = t->net->limits;

	SET(NOSIGNAL, 1L);
	SET(QUICK_EXIT, 1L); /* wait for no resolver that is given up */
	SET(CONNECTTIMEOUT_MS, (long)l->connect_time * 1000L);
	SET(TIMEOUT_MS, (long)l->transfer_time * 1000L);
	SET(HEADERFUNCTION, on_header);
	SET(HEADERDATA, t);
	SET(WRITEFUNCTION, on_content);
	SET(WRITEDATA, t);
	SET(OPENSOCKETFUNCTION, on_socket);
	SET(OPENSOCKETDATA, t);
	SET(PREREQFUNCTION, on_connection);
	SET(PREREQDATA, t);
	SET(SUPPRESS_CONNECT_HEADERS, 1L);
	SET(HTTP09_ALLOWED, 0L);
	SET(ERRORBUFFER, t->error);
	SET(PRIVATE, t);
	return true;
}

static bool
add_field(struct transfer *t, const char *name, const char *value)
{
	char line[512];
	struct curl_slist *more;

	if (value[0] == '\0')
		return true;
	(void)snprintf(line, sizeof(line), "%s: %s", name, value);
	more = curl_slist_append(t->fields, line);
	if (more != NULL)
		t->fields = more;
	return more != NULL;
}

/* What a log takes is bytes: a note, a statement. */
static bool
set_post(struct transfer *t)
{
	off_t n = lseek(t->post, 0, SEEK_END);

	if (n < 0 || lseek(t->post, 0, SEEK_SET) != 0 ||
	    !add_field(t, "Content-Type", "application/octet-stream"))
		return false;
	SET(POST, 1L);
	SET(POSTFIELDSIZE_LARGE, (curl_off_t)n);
	SET(READFUNCTION, on_post);
	SET(READDATA, t);
	return true;
}

static bool
set_request(struct transfer *t)
{
	if (t->ask.is_post && !set_post(t))
		return false;
	if (!add_field(t, "If-None-Match", t->ask.etag) ||
	    !add_field(t, "If-Modified-Since", t->ask.modified) ||
	    !add_field(t, "Accept-Encoding", t->ask.wants_gzip ? "gzip" : ""))
		return false;
	SET(HTTPHEADER, t->fields);
	SET(URL, t->ask.url);
	return true;
}

static void
transfer_free(struct transfer *t)
{
	struct transfer **at = &t->net->first;

	while (*at != NULL && *at != t)
		at = &(*at)->next;
	if (*at == t)
		*at = t->next;
	if (t->easy != NULL) {
		(void)curl_multi_remove_handle(t->net->multi, t->easy);
		curl_easy_cleanup(t->easy);
	}
	curl_slist_free_all(t->fields);
	inflate_free(t->inflate);
	if (t->body >= 0)
		(void)close(t->body);
	if (t->post >= 0)
		(void)close(t->post);
	base_free(t);
}

static void
tell(struct transfer *t)
{
	struct http_told told = { .id = t->ask.id,
		.reason = (uint32_t)t->reason,
		.status = t->head.status,
		.is_gzip = t->head.is_gzip,
		.received = t->received };
	curl_off_t wait = 0;

	memcpy(told.etag, t->head.etag, sizeof(told.etag));
	memcpy(told.modified, t->head.modified, sizeof(told.modified));
	(void)curl_easy_getinfo(t->easy, CURLINFO_RETRY_AFTER, &wait);
	if (t->head.status == 429 || t->head.status == 503)
		told.retry_after_s = http_retry_after(wait, t->net->limits);
	if (t->reason == R_FETCH_HTTP_STATUS)
		(void)snprintf(told.detail, sizeof(told.detail), "status %u",
		    t->head.status);
	else if (t->reason != REASON_OK)
		http_text(told.detail, sizeof(told.detail),
		    span_of(t->error, strnlen(t->error, sizeof(t->error))));
	if (!process_send_wait(t->net->sock, SPAN_OF(told)))
		_exit(1);
	transfer_free(t);
}

static void
fail(struct transfer *t, enum reason why)
{
	t->reason = why;
	tell(t);
}

static bool
is_plain(const char *url)
{
	return strncmp(url, "http://", 7) == 0;
}

/* http in the clothes of https, in `room`: read by the same rules. */
static enum reason
url_parse(struct uri *out, char room[HTTP_ROOM], const char *url,
    const struct limits *limits)
{
	(void)snprintf(room, HTTP_ROOM, "%s%s", is_plain(url) ? "https" : "",
	    is_plain(url) ? url + 4 : url);
	TRY(uri_parse(out, span_str(room), limits));
	return out->scheme == URI_HTTPS ? REASON_OK : R_URI_SCHEME;
}

static void
start(struct net *net, const struct http_ask *ask, const int fds[PROCESS_FDS])
{
	struct transfer *t = base_alloc(sizeof(*t));
	enum reason r;

	if (t == NULL)
		_exit(1);
	t->net = net;
	t->ask = *ask;
	t->body = fds[0];
	t->post = fds[1];
	t->next = net->first;
	net->first = t;
	http_clock_init(&t->clock, clock_ms());
	t->easy = curl_easy_init();
	r = url_parse(&t->uri, t->room, t->ask.url, net->limits);
	if (r == REASON_OK && is_plain(t->ask.url) && !t->ask.is_plain)
		r = R_URI_SCHEME;
	if (r != REASON_OK) {
		fail(t, r);
		return;
	}
	if (t->easy == NULL || !set_tls(t) || !set_rules(t) ||
	    !set_request(t) ||
	    curl_multi_add_handle(net->multi, t->easy) != CURLM_OK)
		fail(t, R_LIMIT_MEMORY);
}

/* ---- how it ended ---------------------------------------------------- */

static enum reason
reason_of(const struct transfer *t, CURLcode code)
{
	bool has_answer = t->clock.last_ms != 0;

	switch ((int)code) {
	case CURLE_OK:
		return REASON_OK;
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return R_FETCH_RESOLVE;
	case CURLE_COULDNT_CONNECT:
		return t->has_denied ? R_FETCH_ADDRESS : R_FETCH_CONNECT;
	case CURLE_ABORTED_BY_CALLBACK:
		return t->has_denied ? R_FETCH_ADDRESS : R_FETCH_HTTP;
	case CURLE_OPERATION_TIMEDOUT:
		if (has_answer)
			return R_FETCH_TIME;
		return t->addresses > 0 ? R_FETCH_CONNECT : R_FETCH_RESOLVE;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_INVALIDCERTSTATUS:
		return R_FETCH_TLS;
	case CURLE_SEND_ERROR:
	case CURLE_RECV_ERROR:
		return has_answer ? R_FETCH_HTTP : R_FETCH_CONNECT;
	case CURLE_OUT_OF_MEMORY:
		return R_LIMIT_MEMORY;
	default:
		return R_FETCH_HTTP;
	}
}

/* RFC 9674: to the same origin or nowhere. True: on its way again. */
static bool
redirect(struct transfer *t)
{
	char *to = NULL, *room = t->other;
	struct uri uri;
	size_t n;

	if (curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &to) !=
		CURLE_OK ||
	    to == NULL || t->ask.is_post ||
	    t->redirects >= t->net->limits->http_redirects)
		return false;
	n = strnlen(to, HTTP_URL);
	if (n == HTTP_URL || is_plain(to) != is_plain(t->ask.url) ||
	    url_parse(&uri, room, to, t->net->limits) != REASON_OK ||
	    !uri_is_same_origin(&uri, &t->uri))
		return false;
	memmove(t->ask.url, to, n + 1);
	t->redirects++;
	t->received = 0;
	http_clock_again(&t->clock, clock_ms());
	t->head = (struct http_head){ .bytes = t->head.bytes };
	(void)curl_multi_remove_handle(t->net->multi, t->easy);
	return url_parse(&t->uri, t->room, t->ask.url, t->net->limits) ==
		   REASON_OK &&
	       curl_easy_setopt(t->easy, CURLOPT_URL, t->ask.url) == CURLE_OK &&
	       curl_multi_add_handle(t->net->multi, t->easy) == CURLM_OK;
}

/* CURLE_OK does not say that all of it came. */
static enum reason
check_content(const struct transfer *t)
{
	if (t->head.status == 304)
		return REASON_OK;
	if (!is_kept(t))
		return R_FETCH_HTTP;
	if (t->received == 0 && !t->ask.takes_all)
		return R_FETCH_HTTP_EMPTY;
	if (t->head.has_length && t->head.length != t->received)
		return R_FETCH_HTTP_LENGTH;
	return t->inflate == NULL ? REASON_OK : inflate_check_end(t->inflate);
}

static void
finish(struct transfer *t, CURLcode code)
{
	if (t->reason == REASON_OK)
		t->reason = reason_of(t, code);
	if (t->reason == REASON_OK && http_head_is_redirect(&t->head)) {
		if (redirect(t))
			return;
		t->reason = R_FETCH_HTTP_REDIRECT;
	}
	if (t->reason == REASON_OK)
		t->reason = check_content(t);
	tell(t);
}

/* ---- the loop -------------------------------------------------------- */

static struct transfer *
find(struct net *net, uint32_t id)
{
	struct transfer *t = net->first;

	while (t != NULL && t->ask.id != id)
		t = t->next;
	return t;
}

static void
listen_to_parent(struct net *net)
{
	struct http_ask *ask = &net->ask;
	int fds[PROCESS_FDS];
	ssize_t n;

	while ((n = process_receive(
		    net->sock, ask, sizeof(*ask), fds, false)) >= 0) {
		struct transfer *t;

		if (n != (ssize_t)sizeof(*ask))
			_exit(0); /* it is gone */
		if (!ask->is_cancel) {
			start(net, ask, fds);
			continue;
		}
		t = find(net, ask->id);
		if (t != NULL)
			transfer_free(t);
	}
}

static void
look_at_clocks(struct net *net)
{
	int64_t now = clock_ms();
	struct transfer *t = net->first, *next;

	for (; t != NULL; t = next) {
		enum reason r = http_clock_check(&t->clock, now, net->limits);

		next = t->next;
		if (r != REASON_OK)
			fail(t, r);
	}
}

static void
take_ended(struct net *net)
{
	CURLMsg *m;
	int left;

	while ((m = curl_multi_info_read(net->multi, &left)) != NULL) {
		CURLcode code = m->data.result;
		char *t = NULL;

		if (m->msg == CURLMSG_DONE &&
		    curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &t) ==
			CURLE_OK)
			finish((struct transfer *)(void *)t, code);
	}
}

static void
limit(int what, rlim_t n)
{
	struct rlimit r = { n, n };

	(void)setrlimit((__rlimit_resource_t)what, &r);
}

/* Each name that is looked up has a thread, and one that nobody answers for
 * keeps it for as long as the resolver's library likes. */
static void
keep_threads_small(void)
{
	pthread_attr_t a;

	if (pthread_attr_init(&a) != 0)
		return;
	(void)pthread_attr_setstacksize(&a, THREAD_STACK);
	(void)pthread_setattr_default_np(&a);
	(void)pthread_attr_destroy(&a);
	/* Each would reserve an arena. */
	(void)mallopt(M_ARENA_MAX, 1);
}

static void
confine(const struct limits *l)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, l->repository_bytes);
	limit(RLIMIT_NOFILE, 64 + 8 * l->http_count);
	process_limit_memory(MEMORY);
	keep_threads_small();
	(void)clearenv();
	if (!confine_reads())
		_exit(1);
}

void
http_run(int sock, int keep, const void *ctx)
{
	const struct https_settings *settings = ctx;
	struct net net = { .sock = sock,
		.roots = keep,
		.roots_folder = roots_folder(),
		.settings = settings,
		.limits = settings->limits };
	struct curl_waitfd wait = { .fd = sock, .events = CURL_WAIT_POLLIN };
	int running;

	confine(net.limits);
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		_exit(1);
	net.multi = curl_multi_init();
	if (net.multi == NULL)
		_exit(1);
	for (;;) {
		if (curl_multi_perform(net.multi, &running) != CURLM_OK)
			_exit(1);
		take_ended(&net);
		look_at_clocks(&net);
		if (curl_multi_poll(net.multi, &wait, 1, TURN_MS, NULL) !=
		    CURLM_OK)
			_exit(1);
		listen_to_parent(&net);
	}
}
