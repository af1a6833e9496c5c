/* Rows HT of hostile.md against a server that misbehaves. */
#include "tests/check.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fetch/serve.h"

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
	{ "/ok", PORT_LONG_CHAIN, HTTPS_FILE, R_FETCH_TLS, 0 },
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
	CHECK_REASON(
	    "fetch.local", get(&job, h, uri, HTTPS_FILE, false), R_FETCH_LOCAL);
	https_drop(&job);
	CHECK_REASON("uri.scheme",
	    get(&job, h, "http://example.net/x", HTTPS_FILE, true),
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
	CHECK_REASON("fetch.address", told.reason, R_FETCH_ADDRESS);
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
	CHECK_REASON(
	    "fetch.local", get(&job, h, uri, HTTPS_FILE, false), R_FETCH_LOCAL);
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
	CHECK_REASON("fetch.resolve",
	    get(&job, h, "https://repository.invalid/x", HTTPS_FILE, false),
	    R_FETCH_RESOLVE);
	https_drop(&job);
	CHECK_REASON("fetch.connect",
	    get(&job, h, "https://localhost:1/x", HTTPS_FILE, true),
	    R_FETCH_CONNECT);
	https_drop(&job);
	https_close(h);
	l.repository_bytes = 299; /* also of any file, by RLIMIT_FSIZE */
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/ok");
	CHECK_REASON(
	    "fetch.spool", get(&job, h, uri, HTTPS_FILE, true), R_FETCH_SPOOL);
	https_drop(&job);
	https_close(h);
}

/* ---- processes ------------------------------------------------------- */

/* Until the file is with the process that makes boxes now. */
static void
await_reading(struct https *h)
{
	while (h->running != NULL &&
	       (h->docs == NULL || h->docs->state != DOC_READING ||
		   h->docs->maker != h->restarts))
		https_poll(h, serve_now_ms(), 10);
}

/* Its file is with a process that makes boxes, which dies so many times; and
 * is stopped before it is asked, as it could be done too soon. */
static void
stopped_maker(struct https_job *job, struct https *h, const char *uri, int n)
{
	*job = (struct https_job){
		.what = HTTPS_RRDP, .uri = span_str(uri), .is_named = true
	};
	assert_int_equal(kill(h->maker.pid, SIGSTOP), 0);
	https_start(h, job, serve_now_ms());
	while (n-- > 0) {
		await_reading(h);
		process_end(&h->maker);
		assert_true(https_revive(h));
		if (n > 0)
			assert_int_equal(kill(h->maker.pid, SIGSTOP), 0);
	}
	serve_wait(h);
}

/* What dies is made anew, and costs only what it had in its hands, and that
 * only where it died of it twice. */
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
	/* None of this is about time. */
	l.connect_time = l.first_byte_time = l.idle_time = 60;
	l.transfer_time = l.repository_time = 120;
	h = serve_open(&server, &l);
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/never");
	never = (struct https_job){
		.what = HTTPS_FILE, .uri = span_str(uri), .is_named = true
	};
	https_start(h, &never, serve_now_ms());
	https_poll(h, serve_now_ms(), 100);
	https_poll(h, serve_now_ms(), 100);
	for (int deaths = 0; deaths < 2; deaths++) {
		assert_int_equal(https_pending(h), 1);
		assert_int_equal(kill(h->net.pid, SIGKILL), 0);
		https_poll(h, serve_now_ms(), 1000);
	}
	serve_wait(h);
	CHECK_REASON("fetch.process", never.reason, R_FETCH_PROCESS);
	https_drop(&never);
	serve_file(&server, "deaths", SPAN("<x/>"));
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/www/deaths");
	CHECK_REASON("rrdp.element", get(&job, h, uri, HTTPS_RRDP, true),
	    R_RRDP_ELEMENT);
	https_drop(&job);
	/* Before it was asked for the box, and after. */
	assert_int_equal(kill(h->maker.pid, SIGKILL), 0);
	assert_int_equal(waitpid(h->maker.pid, NULL, 0), h->maker.pid);
	CHECK_REASON("rrdp.element", get(&job, h, uri, HTTPS_RRDP, true),
	    R_RRDP_ELEMENT);
	https_drop(&job);
	stopped_maker(&job, h, uri, 1);
	CHECK_REASON("rrdp.element", job.reason, R_RRDP_ELEMENT);
	https_drop(&job);
	stopped_maker(&job, h, uri, 2);
	CHECK_REASON("fetch.process", job.reason, R_FETCH_PROCESS);
	https_drop(&job);
	https_close(h);
}

/* In the place of the process with the network: it says that a file came, and
 * cuts it short when it is told to. */
static void
lie(int sock, int keep, const void *ctx)
{
	const size_t *n = ctx;
	struct http_told told = { .status = 200 };
	static struct http_ask ask;
	int fds[PROCESS_FDS], none[PROCESS_FDS];

	(void)keep;
	if (process_receive(sock, &ask, sizeof(ask), fds, true) <= 0 ||
	    ftruncate(fds[0], (off_t)*n) != 0)
		return;
	told.id = ask.id;
	if (!process_send_wait(sock, SPAN_OF(told)) ||
	    process_receive(sock, &ask, sizeof(ask), none, true) <= 0)
		return;
	(void)!ftruncate(fds[0], 0);
}

/* What a process that was taken over may still do to what it wrote. */
static void
test_lies(void **state)
{
	static const struct {
		const char *what;
		size_t n;
		enum reason want;
	} cases[] = {
		{ "cut short", 100000, REASON_OK },
		{ "nothing", 0, R_FETCH_HTTP_EMPTY },
		{ "too much", 100001, R_FETCH_HTTP_SIZE },
	};
	struct limits l;

	(void)state;
	NEED_SERVER();
	serve_limits(&l);
	l.object_max = 100000;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct process_body liar = { "liar", lie, &cases[i].n };
		struct https *h = serve_open(&server, &l);
		static struct https_job job;
		size_t zeros = 0;

		process_end(&h->net);
		assert_int_equal(process_start(&h->net, -1, &liar), REASON_OK);
		CHECK_REASON(cases[i].what,
		    get(&job, h, "https://localhost:1/x", HTTPS_FILE, true),
		    cases[i].want);
		assert_true(process_send_wait(h->net.sock, SPAN("now")));
		assert_int_equal(waitpid(h->net.pid, NULL, 0), h->net.pid);
		h->net.pid = 0;
		for (size_t k = 0; k < job.bytes.n; k++)
			zeros += job.bytes.p[k] == 0;
		CHECK(cases[i].what,
		    zeros == (cases[i].want == REASON_OK ? cases[i].n : 0));
		https_drop(&job);
		https_close(h);
	}
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
		CHECK_REASON("run.time", j->reason, R_RUN_TIME);
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
	CHECK_REASON(
	    "fetch.time", get(&job, h, uri, HTTPS_RRDP, true), R_FETCH_TIME);
	assert_in_range(job.duration_ms, 1000, 4000);
	https_drop(&job);
	https_close(h);
}

static void
test_open_fails(void **state)
{
	static struct https_job job;
	struct limits l;
	struct https_settings s = {
		.spool = "/nonexistent/x", .agent = "x", .limits = &l
	};
	struct fault why;
	struct https *h = NULL;

	(void)state;
	limits_init(&l);
	fault_init(&why, SPAN(""));
	/* The folder it is in may be made between opening and asking. */
	CHECK_REASON("open", https_open(&h, &s, &why), REASON_OK);
	CHECK_REASON("fetch.spool",
	    get(&job, h, "https://localhost:1/x", HTTPS_FILE, true),
	    R_FETCH_SPOOL);
	https_drop(&job);
	https_close(h);
	s.spool = "/tmp";
	s.ca_file = "/nonexistent/ca.pem";
	fault_init(&why, SPAN(""));
	CHECK_REASON("fetch.file", https_open(&h, &s, &why), R_FETCH_FILE);
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
		cmocka_unit_test(test_deaths),
		cmocka_unit_test(test_lies),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_repository_time),
		cmocka_unit_test(test_open_fails),
	};

	return cmocka_run_group_tests(tests, serve_set_up, serve_tear_down);
}
