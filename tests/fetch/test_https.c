/* Rows HT and RR of hostile.md against a server that misbehaves. */
#include "tests/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fetch/serve.h"

static struct served server;
static bool has_server;

static int
set_up(void **state)
{
	(void)state;
	has_server = serve_start(&server);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	if (has_server)
		serve_end(&server);
	return 0;
}

#define NEED_SERVER()            \
	do {                     \
		if (!has_server) \
			skip();  \
	} while (0)

/* ---- answers --------------------------------------------------------- */

static const struct {
	const char *path;
	enum port port;
	enum https_what what;
	enum reason want;
	uint32_t retry_after_s;
} rows[] = {
	{ "/ok", PORT_GOOD, HTTPS_FILE, REASON_OK, 0 },
	{ "/ok-chunked", PORT_GOOD, HTTPS_FILE, REASON_OK, 0 },
	{ "/ok-interim", PORT_GOOD, HTTPS_FILE, REASON_OK, 0 },
	{ "/hop1", PORT_GOOD, HTTPS_FILE, REASON_OK, 0 },
	{ "/hop2", PORT_GOOD, HTTPS_FILE, REASON_OK, 0 },
	/* HT1, HT2 */
	{ "/drip", PORT_GOOD, HTTPS_FILE, R_FETCH_SLOW, 0 },
	{ "/idle", PORT_GOOD, HTTPS_FILE, R_FETCH_SLOW, 0 },
	{ "/never", PORT_GOOD, HTTPS_FILE, R_FETCH_SLOW, 0 },
	{ "/x", PORT_HUNG, HTTPS_FILE, R_FETCH_CONNECT, 0 },
	/* HT3, HT4 */
	{ "/endless", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_SIZE, 0 },
	{ "/endless", PORT_GOOD, HTTPS_RRDP, R_FETCH_HTTP_SIZE, 0 },
	{ "/length-large", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_SIZE, 0 },
	{ "/header-lines", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_HEADER, 0 },
	{ "/interim", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_HEADER, 0 },
	/* HT5 */
	{ "/hop3", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/loop", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/nowhere", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/to-port", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/to-address", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/to-ssh", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/to-http", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/to-file", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/to-query", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	{ "/to-user", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_REDIRECT, 0 },
	/* HT6 */
	{ "/chunk-huge", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/chunk-minus", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/chunk-short", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/both", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_LENGTH, 0 },
	{ "/length-twice", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_LENGTH, 0 },
	{ "/length-minus", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/length-huge", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_LENGTH, 0 },
	{ "/length-more", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/nothing", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/half", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/not-http", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	{ "/09", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP, 0 },
	/* HT8 */
	{ "/304", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_UNASKED, 0 },
	{ "/304", PORT_GOOD, HTTPS_RRDP, R_FETCH_HTTP_UNASKED, 0 },
	{ "/empty", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_EMPTY, 0 },
	{ "/204", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_STATUS, 0 },
	{ "/206", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_STATUS, 0 },
	{ "/404", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_STATUS, 0 },
	/* HT9 */
	{ "/503-day", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_STATUS, 3600 },
	{ "/503-9999", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_STATUS, 3600 },
	{ "/503-minute", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_STATUS, 60 },
	{ "/429-minus", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_STATUS, 0 },
	/* HT10 */
	{ "/ok", PORT_SELF_SIGNED, HTTPS_FILE, R_FETCH_TLS, 0 },
	{ "/ok", PORT_EXPIRED, HTTPS_FILE, R_FETCH_TLS, 0 },
	{ "/ok", PORT_WRONG_NAME, HTTPS_FILE, R_FETCH_TLS, 0 },
	{ "/ok", PORT_OLD_TLS, HTTPS_FILE, R_FETCH_TLS, 0 },
	/* HT11 */
	{ "/bomb", PORT_GOOD, HTTPS_RRDP, R_RRDP_XML, 0 },
	{ "/nested", PORT_GOOD, HTTPS_RRDP, R_FETCH_HTTP_ENCODING, 0 },
	{ "/nested2", PORT_GOOD, HTTPS_RRDP, R_FETCH_HTTP_ENCODING, 0 },
	{ "/cut-gzip", PORT_GOOD, HTTPS_RRDP, R_FETCH_GZIP, 0 },
	{ "/not-gzip", PORT_GOOD, HTTPS_RRDP, R_FETCH_GZIP, 0 },
	{ "/deflate", PORT_GOOD, HTTPS_RRDP, R_FETCH_HTTP_ENCODING, 0 },
	{ "/br", PORT_GOOD, HTTPS_RRDP, R_FETCH_HTTP_ENCODING, 0 },
	{ "/gzip-unasked", PORT_GOOD, HTTPS_FILE, R_FETCH_HTTP_ENCODING, 0 },
};

static void
check_row(size_t i, const struct https_job *job)
{
	char what[128];

	(void)snprintf(what, sizeof(what), "%s on %d (%.60s)", rows[i].path,
	    (int)rows[i].port, job->detail);
	CHECK_REASON(what, job->reason, rows[i].want);
	CHECK(what, job->retry_after_s == rows[i].retry_after_s);
	CHECK(what, job->duration_ms < 15000);
	for (const char *c = job->detail; *c != '\0'; c++)
		CHECK(what, *c >= ' ' && *c <= '~');
	if (job->reason == REASON_OK)
		CHECK(what, job->bytes.n == 300 && job->bytes.p[299] == 'x');
}

/* All at once: what one host does, no other row may feel. */
static void
test_rows(void **state)
{
	static struct https_job jobs[COUNT(rows)];
	static char uris[COUNT(rows)][128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	for (size_t i = 0; i < COUNT(rows); i++) {
		serve_uri(uris[i], sizeof(uris[i]), &server, rows[i].port,
		    rows[i].path);
		jobs[i] = (struct https_job){ .what = rows[i].what,
			.uri = span_str(uris[i]),
			.is_named = true };
		https_start(h, &jobs[i], serve_now_ms());
	}
	serve_wait(h);
	for (size_t i = 0; i < COUNT(rows); i++) {
		check_row(i, &jobs[i]);
		https_drop(&jobs[i]);
	}
	https_close(h);
}

static enum reason
get(struct https_job *job, struct https *h, const char *uri,
    enum https_what what, bool is_named)
{
	*job = (struct https_job){
		.what = what, .uri = span_str(uri), .is_named = is_named
	};
	https_start(h, job, serve_now_ms());
	serve_wait(h);
	return job->reason;
}

/* HT5: not one packet went where a redirect pointed. Runs after the rows. */
static void
test_untouched(void **state)
{
	char uri[128];
	static struct https_job job;
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/touched");
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, true), REASON_OK);
	assert_true(span_eq(job.bytes, SPAN("n")));
	https_drop(&job);
	/* That it would have been seen. */
	serve_uri(uri, sizeof(uri), &server, PORT_SILENT, "/");
	assert_int_not_equal(get(&job, h, uri, HTTPS_FILE, true), REASON_OK);
	https_drop(&job);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/touched");
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, true), REASON_OK);
	assert_true(span_eq(job.bytes, SPAN("y")));
	https_drop(&job);
	https_close(h);
}

/* What only the network named: neither local names nor local addresses. */
static void
test_local(void **state)
{
	static struct http_ask ask = { .id = 7, .bytes_max = 1000 };
	struct http_told told;
	static struct https_job job;
	int fds[PROCESS_FDS], body;
	char uri[128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/ok");
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, false), R_FETCH_LOCAL);
	https_drop(&job);
	assert_int_equal(get(&job, h, "http://example.net/x", HTTPS_FILE, true),
	    R_URI_SCHEME);
	https_drop(&job);
	/* As if a name led there. */
	(void)snprintf(ask.url, sizeof(ask.url), "%s", uri);
	body = file_new();
	assert_true(process_send(h->net.sock, SPAN_OF(ask), &body, 1));
	assert_int_equal(
	    process_receive(h->net.sock, &told, sizeof(told), fds, true),
	    sizeof(told));
	assert_int_equal(told.id, 7);
	assert_int_equal(told.reason, R_FETCH_ADDRESS);
	(void)close(body);
	https_close(h);
}

/* Nor by a connection that was made for somebody who may. */
static void
test_local_reused(void **state)
{
	static struct http_ask ask = { .bytes_max = 100000 };
	struct http_told told;
	int fds[PROCESS_FDS], body;
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	serve_file(&server, "kept", SPAN("kept"));
	serve_uri(ask.url, sizeof(ask.url), &server, PORT_GOOD, "/www/kept");
	for (ask.id = 1; ask.id <= 2; ask.id++) {
		ask.is_named = ask.id == 1;
		body = file_new();
		assert_true(process_send(h->net.sock, SPAN_OF(ask), &body, 1));
		assert_int_equal(process_receive(h->net.sock, &told,
				     sizeof(told), fds, true),
		    sizeof(told));
		assert_int_equal(
		    told.reason, ask.is_named ? REASON_OK : R_FETCH_ADDRESS);
		(void)close(body);
	}
	https_close(h);
}

/* At most so many at once from one host. */
static void
test_host_limit(void **state)
{
	static struct https_job jobs[12], job;
	char uri[128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	l.host_connections = 3;
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/slow/x");
	for (size_t i = 0; i < COUNT(jobs); i++) {
		jobs[i] = (struct https_job){ .what = HTTPS_FILE,
			.uri = span_str(uri),
			.is_named = true };
		https_start(h, &jobs[i], serve_now_ms());
	}
	serve_wait(h);
	for (size_t i = 0; i < COUNT(jobs); i++) {
		assert_int_equal(jobs[i].reason, REASON_OK);
		https_drop(&jobs[i]);
	}
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/most");
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, true), REASON_OK);
	assert_int_equal(job.bytes.p[0], '3');
	https_drop(&job);
	https_close(h);
}

/* In all, whatever the hosts. */
static void
test_limit_of_all(void **state)
{
	static struct https_job jobs[8], job;
	char uri[128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	l.http_count = 2;
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/slow/x");
	for (size_t i = 0; i < COUNT(jobs); i++) {
		jobs[i] = (struct https_job){ .what = HTTPS_FILE,
			.uri = span_str(uri),
			.is_named = true };
		https_start(h, &jobs[i], serve_now_ms());
	}
	for (;;) {
		https_poll(h, serve_now_ms(), 20);
		assert_true(h->n_fetching <= 2);
		if (https_take(h) == NULL && https_pending(h) == 0)
			break;
	}
	for (size_t i = 0; i < COUNT(jobs); i++) {
		assert_int_equal(jobs[i].reason, REASON_OK);
		assert_true(jobs[i].duration_ms >= 300 * (i / 2));
		https_drop(&jobs[i]);
	}
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/ok");
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, true), REASON_OK);
	https_drop(&job);
	https_close(h);
}

static void
test_proxy(void **state)
{
	static struct https_job job;
	char uri[128], proxy[128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/proxied");
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, true), REASON_OK);
	assert_true(span_eq(job.bytes, SPAN("n")));
	https_drop(&job);
	https_close(h);
	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
	    server.ports[PORT_PROXY]);
	h = serve_open_by(&server, &l, proxy);
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, true), REASON_OK);
	assert_true(span_eq(job.bytes, SPAN("y")));
	https_drop(&job);
	/* A name is the proxy's to look up, but local ones stay ours. */
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, false), R_FETCH_LOCAL);
	https_drop(&job);
	https_close(h);
}

/* No such name; nobody there; no room for what comes. */
static void
test_trouble(void **state)
{
	static struct https_job job;
	char uri[128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	assert_int_equal(
	    get(&job, h, "https://repository.invalid/x", HTTPS_FILE, false),
	    R_FETCH_RESOLVE);
	https_drop(&job);
	assert_int_equal(
	    get(&job, h, "https://localhost:1/x", HTTPS_FILE, true),
	    R_FETCH_CONNECT);
	https_drop(&job);
	https_close(h);
	l.repository_bytes = 299; /* also of any file, by RLIMIT_FSIZE */
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/ok");
	assert_int_equal(get(&job, h, uri, HTTPS_FILE, true), R_FETCH_SPOOL);
	https_drop(&job);
	https_close(h);
}

/* ---- repositories ---------------------------------------------------- */

struct repository {
	struct buf notification;
	const char *session;
	char base[96]; /* URI of its files */
	const char *name;
};

static void
put_named(struct buf *out, const struct repository *r, const char *file,
    struct span bytes)
{
	struct digest d = hash_of(bytes);

	buf_printf(out, " uri=\"%s%s-%s\" hash=\"", r->base, r->name, file);
	put_hash(out, &d);
	buf_puts(out, "\"/>\n");
}

static void
repository_file(const struct repository *r, const char *file, struct span b)
{
	char name[96];

	(void)snprintf(name, sizeof(name), "%s-%s", r->name, file);
	serve_file(&server, name, b);
}

/* A new notification, with this snapshot. */
static void
repository_begin(struct repository *r, const char *session, uint64_t serial,
    const char *words)
{
	struct buf b;

	r->session = session;
	buf_reset(&r->notification);
	buf_init(&b, 1 << 20);
	put_words(&b, "snapshot", session, serial, words);
	repository_file(r, "snapshot", buf_view(&b));
	buf_printf(&r->notification,
	    "<notification xmlns=\"" SPACE
	    "\" version=\"1\" session_id=\"%s\" serial=\"%llu\">\n<snapshot",
	    session, (unsigned long long)serial);
	put_named(&r->notification, r, "snapshot", buf_view(&b));
	buf_fini(&b);
}

static void
repository_delta(struct repository *r, uint64_t serial, const char *words)
{
	char file[32];
	struct buf b;

	(void)snprintf(file, sizeof(file), "%llu", (unsigned long long)serial);
	buf_init(&b, 1 << 20);
	put_words(&b, "delta", r->session, serial, words);
	repository_file(r, file, buf_view(&b));
	buf_printf(&r->notification, "<delta serial=\"%s\"", file);
	put_named(&r->notification, r, file, buf_view(&b));
	buf_fini(&b);
}

static void
repository_end(struct repository *r)
{
	buf_puts(&r->notification, "</notification>");
	repository_file(r, "notification", buf_view(&r->notification));
}

/* What we have: the store of a test. names[c - 'a'] is 0 or an object. */
struct have {
	struct rrdp_state state;
	unsigned names[26];
};

static bool
known(void *ctx, struct span uri, struct digest *hash)
{
	const struct have *have = ctx;
	unsigned number = have->names[uri.p[uri.n - 5] - 'a'];

	if (number != 0)
		*hash = object_hash(number);
	return number != 0;
}

static void
apply(struct have *have, const struct https_job *job)
{
	if (job->outcome == RRDP_BY_SNAPSHOT)
		memset(have->names, 0, sizeof(have->names));
	for (size_t i = 0; i < job->n_changes; i++) {
		const struct rrdp_change *c = &job->changes[i];
		unsigned *name = &have->names[c->uri.p[c->uri.n - 5] - 'a'];
		struct digest got = hash_of(c->bytes), d = { { 0 } };

		*name = 0;
		if (c->is_withdrawn)
			continue;
		assert_true(digest_eq(&got, &c->hash));
		while (!digest_eq(&d, &c->hash) && *name < 9)
			d = object_hash(++*name);
	}
	have->state = job->state;
}

static const char *
text_of(const struct have *have)
{
	static char out[128];
	size_t n = 0;

	out[0] = '\0';
	for (size_t i = 0; i < 26; i++)
		if (have->names[i] != 0)
			n += (size_t)snprintf(out + n, sizeof(out) - n, "%c%u ",
			    (char)('a' + i), have->names[i]);
	return out;
}

static void
update(struct have *have, struct https *h, const struct repository *r,
    struct https_job *job)
{
	char uri[160];

	(void)snprintf(uri, sizeof(uri), "%s%s-notification", r->base, r->name);
	*job = (struct https_job){ .what = HTTPS_RRDP,
		.uri = span_str(uri),
		.is_named = true,
		.had = &have->state,
		.known = known,
		.ctx = have };
	https_start(h, job, serve_now_ms());
	serve_wait(h);
	if (job->reason == REASON_OK)
		apply(have, job);
	https_drop(job);
}

#define EXPECT(job, want_outcome, want_why)                                   \
	do {                                                                  \
		if ((job).reason != REASON_OK)                                \
			fail_msg(                                             \
			    "%s: %s", reason_id((job).reason), (job).detail); \
		assert_int_equal((job).outcome, (want_outcome));              \
		CHECK_REASON("why", (job).why, (want_why));                   \
	} while (0)

static void
repository_init(struct repository *r, const char *name, const char *path)
{
	r->name = name;
	serve_uri(r->base, sizeof(r->base), &server, PORT_GOOD, path);
	buf_init(&r->notification, 1 << 20);
}

/* A life: snapshot, nothing new, deltas, another session. */
static void
live(const char *name, const char *path)
{
	struct repository r;
	static struct have have;
	static struct https_job job;
	struct limits l;
	struct https *h;

	memset(&have, 0, sizeof(have));
	serve_limits(&l);
	h = serve_open(&server, &l);
	repository_init(&r, name, path);
	repository_begin(&r, SESSION, 3, "+a1 +b2");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, REASON_OK);
	assert_string_equal(text_of(&have), "a1 b2 ");
	assert_int_equal(have.state.serial, 3);
	assert_true(have.state.etag[0] == '"');

	update(&have, h, &r, &job);
	EXPECT(job, RRDP_NOTHING, REASON_OK);
	assert_int_equal(job.files, 0); /* 304 */
	assert_int_equal(have.state.serial, 3);

	have.state.etag[0] = have.state.modified[0] = '\0';
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_NOTHING, REASON_OK);
	assert_int_equal(job.files, 1); /* the same again */

	repository_begin(&r, SESSION, 5, "+a3 +c1");
	repository_delta(&r, 5, "~a23 +c1");
	repository_delta(&r, 4, "~a12 -b2");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_DELTAS, REASON_OK);
	assert_int_equal(job.files, 3);
	assert_int_equal(job.n_changes, 0); /* dropped */
	assert_string_equal(text_of(&have), "a3 c1 ");
	assert_int_equal(have.state.n_seen, 2);

	repository_begin(&r, OTHER, 5, "+a3 +d4");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_NEW_SESSION);
	assert_true(job.is_new_session);
	assert_string_equal(text_of(&have), "a3 d4 ");
	buf_fini(&r.notification);
	https_close(h);
}

static void
test_life(void **state)
{
	(void)state;
	NEED_SERVER();
	live("plain", "/www/");
	live("packed", "/gz/");
}

/* Wrong deltas cost a snapshot; a wrong snapshot costs nothing we have. */
static void
test_wrong_files(void **state)
{
	static const struct {
		const char *what, *delta;
		enum reason why;
	} deltas[] = {
		{ "withdraw unknown", "-x1", R_RRDP_WITHDRAW },
		{ "publish over", "+a2", R_RRDP_PUBLISH },
		{ "replace another", "~a23", R_RRDP_REPLACE },
		{ "both in one", "+x1 -x1", R_RRDP_DUPLICATE },
	};
	struct repository r;
	static struct have have;
	static struct https_job job;
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	repository_init(&r, "wrong", "/www/");
	repository_begin(&r, SESSION, 10, "+a1");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, REASON_OK);
	for (size_t i = 0; i < COUNT(deltas); i++) {
		uint64_t serial = 11 + i;

		repository_begin(&r, SESSION, serial, "+a1 +c3");
		repository_delta(&r, serial, deltas[i].delta);
		repository_end(&r);
		update(&have, h, &r, &job);
		EXPECT(job, RRDP_BY_SNAPSHOT, deltas[i].why);
		CHECK(deltas[i].what, strcmp(text_of(&have), "a1 c3 ") == 0);
	}
	/* RR9: the delta of 14 was another one. */
	repository_begin(&r, SESSION, 15, "+a2");
	repository_delta(&r, 15, "~a12 -c3");
	repository_delta(&r, 14, "");
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_MUTATED);
	/* RR8: not the delta that was announced. */
	repository_begin(&r, SESSION, 16, "+a3");
	repository_delta(&r, 16, "~a23");
	repository_file(&r, "16", SPAN("<delta/>"));
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_ELEMENT);
	assert_string_equal(text_of(&have), "a3 ");
	/* A delta that is not there. */
	repository_begin(&r, SESSION, 17, "+a4");
	repository_delta(&r, 17, "~a34");
	buf_printf(&r.notification,
	    "<delta serial=\"18\" uri=\"%snone\" hash=\"" HEX64 "\"/>", r.base);
	repository_end(&r);
	update(&have, h, &r, &job);
	EXPECT(job, RRDP_BY_SNAPSHOT, R_RRDP_GAP);
	/* RR8: the snapshot is another file. */
	repository_begin(&r, OTHER, 1, "+a5");
	repository_file(&r, "snapshot", SPAN("<snapshot/>"));
	repository_end(&r);
	update(&have, h, &r, &job);
	assert_int_equal(job.reason, R_RRDP_ELEMENT);
	assert_string_equal(text_of(&have), "a4 ");
	assert_int_equal(have.state.serial, 17);
	buf_fini(&r.notification);
	https_close(h);
}

/* RR8: right by its hash, wrong by what it says; or by neither. */
static void
test_wrong_snapshots(void **state)
{
	static struct have have;
	struct repository r;
	static struct https_job job;
	struct limits l;
	struct https *h;
	struct buf b;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	repository_init(&r, "snapshots", "/www/");
	buf_init(&b, 1 << 20);
	repository_begin(&r, SESSION, 3, "+a1");
	put_words(&b, "snapshot", SESSION, 3, "+a2");
	repository_file(&r, "snapshot", buf_view(&b));
	repository_end(&r);
	update(&have, h, &r, &job);
	assert_int_equal(job.reason, R_RRDP_HASH);
	for (int i = 0; i < 2; i++) {
		buf_reset(&r.notification);
		buf_reset(&b);
		put_words(&b, "snapshot", i == 0 ? SESSION : OTHER,
		    i == 0 ? 4 : 3, "+a2");
		repository_file(&r, "snapshot", buf_view(&b));
		buf_puts(&r.notification,
		    FILE_HEAD("notification", "3") "<snapshot");
		put_named(&r.notification, &r, "snapshot", buf_view(&b));
		repository_end(&r);
		update(&have, h, &r, &job);
		assert_int_equal(job.reason, R_RRDP_MISMATCH);
	}
	assert_string_equal(text_of(&have), "");
	buf_fini(&b);
	buf_fini(&r.notification);
	https_close(h);
}

/* Bombs, whole, with what they cost. */
static void
test_bombs(void **state)
{
	static const struct {
		const char *name, *path;
		size_t n;
		const char *before;
		char c;
		enum reason want;
	} bombs[] = {
		/* HT11: a gzip bomb; A7: white space; A9: an attribute */
		{ "zip", "/gz/", (size_t)64 << 20,
		    FILE_HEAD("notification", "1"), ' ', R_FETCH_GZIP_RATIO },
		{ "white", "/www/", (size_t)64 << 20,
		    FILE_HEAD("notification", "1"), ' ', R_FETCH_HTTP_SIZE },
		{ "prolog", "/gz/", (size_t)1 << 19, "<?xml version=\"1.0\"?>",
		    ' ', R_RRDP_XML },
		{ "attribute", "/gz/", (size_t)64 << 20,
		    "<notification xmlns=\"", 'a', R_RRDP_TAG },
		{ "comment", "/gz/", (size_t)64 << 20, "<!--", 'a',
		    R_RRDP_TAG },
	};
	struct repository r;
	static struct have have;
	struct rusage before, after;
	static struct https_job job;
	struct limits l;
	struct https *h;
	struct buf b;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	l.notification_bytes = 8 << 20;
	h = serve_open(&server, &l);
	for (size_t i = 0; i < COUNT(bombs); i++) {
		repository_init(&r, bombs[i].name, bombs[i].path);
		buf_init(&b, (size_t)80 << 20);
		buf_puts(&b, bombs[i].before);
		for (size_t n = 0; n < bombs[i].n; n += 4096) {
			char piece[4096];

			memset(piece, bombs[i].c, sizeof(piece));
			buf_add(&b, piece, sizeof(piece));
		}
		repository_file(&r, "notification", buf_view(&b));
		assert_int_equal(getrusage(RUSAGE_SELF, &before), 0);
		update(&have, h, &r, &job);
		assert_int_equal(getrusage(RUSAGE_SELF, &after), 0);
		CHECK_REASON(bombs[i].name, job.reason, bombs[i].want);
		CHECK(bombs[i].name,
		    after.ru_maxrss - before.ru_maxrss < 16 << 10);
		buf_fini(&b);
		buf_fini(&r.notification);
	}
	https_close(h);
}

/* ---- processes ------------------------------------------------------- */

/* What dies is made anew, and costs only what it had in its hands. */
static void
test_deaths(void **state)
{
	static struct https_job never, job;
	char uri[128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/never");
	never = (struct https_job){
		.what = HTTPS_FILE, .uri = span_str(uri), .is_named = true
	};
	https_start(h, &never, serve_now_ms());
	https_poll(h, serve_now_ms(), 100);
	https_poll(h, serve_now_ms(), 100);
	assert_int_equal(kill(h->net.pid, SIGKILL), 0);
	serve_wait(h);
	assert_int_equal(never.reason, R_FETCH_PROCESS);
	https_drop(&never);
	serve_file(&server, "deaths", SPAN("<x/>"));
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/www/deaths");
	assert_int_equal(get(&job, h, uri, HTTPS_RRDP, true), R_RRDP_ELEMENT);
	https_drop(&job);
	assert_int_equal(kill(h->maker.pid, SIGKILL), 0);
	assert_int_equal(waitpid(h->maker.pid, NULL, 0), h->maker.pid);
	assert_int_equal(get(&job, h, uri, HTTPS_RRDP, true), R_FETCH_PROCESS);
	https_drop(&job);
	assert_int_equal(get(&job, h, uri, HTTPS_RRDP, true), R_RRDP_ELEMENT);
	https_drop(&job);
	https_close(h);
}

/* The run ends before they do: all can be taken, nothing is left. */
static void
test_end(void **state)
{
	static struct https_job jobs[5];
	char uri[128];
	struct limits l;
	struct https *h;
	size_t n = 0;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	l.host_connections = 2; /* three wait */
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/never");
	for (size_t i = 0; i < COUNT(jobs); i++) {
		jobs[i] = (struct https_job){ .what = HTTPS_FILE,
			.uri = span_str(uri),
			.is_named = true };
		https_start(h, &jobs[i], serve_now_ms());
	}
	https_poll(h, serve_now_ms(), 100);
	assert_int_equal(https_pending(h), COUNT(jobs));
	https_end(h, R_RUN_TIME);
	for (struct https_job *j; (j = https_take(h)) != NULL; n++) {
		assert_int_equal(j->reason, R_RUN_TIME);
		https_drop(j);
	}
	assert_int_equal(n, COUNT(jobs));
	assert_int_equal(https_pending(h), 0);
	/* And it goes on. */
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/ok");
	assert_int_equal(get(&jobs[0], h, uri, HTTPS_FILE, true), REASON_OK);
	https_drop(&jobs[0]);
	https_close(h);
}

/* A repository has its own wall, over all its files. */
static void
test_repository_time(void **state)
{
	static struct https_job job;
	char uri[128];
	struct limits l;
	struct https *h;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	l.repository_time = 1;
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/never");
	assert_int_equal(get(&job, h, uri, HTTPS_RRDP, true), R_FETCH_TIME);
	assert_in_range(job.duration_ms, 1000, 4000);
	https_drop(&job);
	https_close(h);
}

static void
test_open_fails(void **state)
{
	struct limits l;
	struct https_settings s = {
		.spool = "/nonexistent/x", .agent = "x", .limits = &l
	};
	struct fault why;
	struct https *h;

	(void)state;
	limits_init(&l);
	fault_init(&why, SPAN(""));
	assert_int_equal(https_open(&h, &s, &why), R_FETCH_SPOOL);
	s.spool = "/tmp";
	s.ca_file = "/nonexistent/ca.pem";
	fault_init(&why, SPAN(""));
	assert_int_equal(https_open(&h, &s, &why), R_FETCH_FILE);
	assert_non_null(strstr(why.detail, "/nonexistent/ca.pem"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_untouched),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_local_reused),
		cmocka_unit_test(test_host_limit),
		cmocka_unit_test(test_limit_of_all),
		cmocka_unit_test(test_proxy),
		cmocka_unit_test(test_trouble),
		cmocka_unit_test(test_life),
		cmocka_unit_test(test_wrong_files),
		cmocka_unit_test(test_wrong_snapshots),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_repository_time),
		cmocka_unit_test(test_open_fails),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
