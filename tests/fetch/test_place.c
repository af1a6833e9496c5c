/* Places with files: folders and URLs, which must not differ but in how. */
#include "tests/check.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fetch/serve.h"

static struct limits limits;
static struct web *web;

static bool
open_web(struct web **out, const struct limits *with)
{
	static char roots[128];
	struct https_settings settings = {
		.ca_file = roots, .agent = "cairn-test", .limits = with
	};
	struct fault why;

	(void)snprintf(roots, sizeof(roots), "%s/ca.pem", server.folder);
	fault_init(&why, SPAN(""));
	return web_open(out, &settings, &why) == REASON_OK;
}

static int
set_up(void **state)
{
	(void)serve_set_up(state);
	if (!has_server)
		return 0;
	serve_limits(&limits);
	return open_web(&web, &limits) ? 0 : -1;
}

static int
tear_down(void **state)
{
	web_close(web);
	return serve_tear_down(state);
}

static struct place *
open_place(const char *text)
{
	struct place *p = NULL;
	struct fault why;

	fault_init(&why, SPAN(""));
	CHECK_REASON(text, place_open(&p, text, web, &why), REASON_OK);
	return p;
}

/* The ways to the same files. */
static void
place_text(char out[256], size_t way)
{
	static const char *const paths[] = { "/www/", "/gz", "/www/" };
	static const enum port ports[] = { PORT_PLAIN, PORT_GOOD, PORT_GOOD };

	if (way < COUNT(paths))
		serve_uri(out, 256, &server, ports[way], paths[way]);
	else
		(void)snprintf(out, 256, "%s%s/www", way == 3 ? "" : "file://",
		    server.folder);
}

#define WAYS 5

static void
get(size_t way, const char *path, size_t cap, enum reason want,
    struct span content)
{
	char text[256], what[300];
	struct place *p;
	struct buf b;

	place_text(text, way);
	p = open_place(text);
	buf_init(&b, cap);
	buf_puts(&b, "<");
	(void)snprintf(what, sizeof(what), "%s %s", text, path);
	CHECK_REASON(what, place_get(p, &b, path), want);
	if (want == REASON_OK)
		CHECK(what, span_eq(span_of(b.p + 1, b.n - 1), content));
	buf_fini(&b);
	place_close(p);
}

static void
test_get(void **state)
{
	static char large[100000];
	struct span content = span_of(large, sizeof(large));

	(void)state;
	NEED_SERVER();
	memset(large, 'x', sizeof(large));
	serve_file(&server, "large", content);
	serve_file(&server, "small", SPAN("y"));
	for (size_t way = 0; way < WAYS; way++) {
		get(way, "large", sizeof(large) + 1, REASON_OK, content);
		get(way, "large", sizeof(large), R_FETCH_HTTP_SIZE, content);
		get(way, "small", 2, REASON_OK, SPAN("y"));
		get(way, "absent", 2, R_LOG_MISSING, SPAN(""));
	}
}

/* A link, and what is no file, is not in a folder. */
static void
test_folder(void **state)
{
	char path[256];

	(void)state;
	NEED_SERVER();
	serve_file(&server, "target", SPAN("z"));
	(void)snprintf(path, sizeof(path), "%s/www/link", server.folder);
	assert_int_equal(symlink("target", path), 0);
	(void)snprintf(path, sizeof(path), "%s/www/folder", server.folder);
	assert_int_equal(mkdir(path, 0700), 0);
	get(3, "link", 100, R_FETCH_FILE, SPAN(""));
	get(3, "folder", 100, R_FETCH_FILE, SPAN(""));
	get(4, "target", 100, REASON_OK, SPAN("z"));
}

static void
test_open(void **state)
{
	struct place *p;
	struct fault why;

	(void)state;
	fault_init(&why, SPAN(""));
	CHECK_REASON("folder", place_open(&p, "/nowhere/at/all", NULL, &why),
	    R_FETCH_FOLDER);
	CHECK("detail", strstr(why.detail, "/nowhere/at/all") != NULL);
}

/* What a log's server might answer instead. */
static void
test_answers(void **state)
{
	static const struct {
		const char *path;
		enum port port;
		enum reason want;
	} rows[] = {
		{ "ok", PORT_PLAIN, REASON_OK },
		{ "hop2", PORT_GOOD, REASON_OK },
		{ "to-https", PORT_PLAIN, R_FETCH_HTTP_REDIRECT },
		{ "to-http", PORT_GOOD, R_FETCH_HTTP_REDIRECT },
		{ "503-day", PORT_PLAIN, R_FETCH_HTTP_STATUS },
		{ "bomb", PORT_PLAIN, R_FETCH_GZIP_RATIO },
		{ "not-gzip", PORT_PLAIN, R_FETCH_GZIP },
		{ "cut-gzip", PORT_PLAIN, R_FETCH_GZIP },
		{ "br", PORT_PLAIN, R_FETCH_HTTP_ENCODING },
		{ "304", PORT_PLAIN, R_FETCH_HTTP_UNASKED },
		{ "empty", PORT_PLAIN, R_FETCH_HTTP_EMPTY },
		{ "drip", PORT_PLAIN, R_FETCH_SLOW },
		{ "length-more", PORT_PLAIN, R_FETCH_HTTP },
		{ "ok", PORT_SELF_SIGNED, R_FETCH_TLS },
	};
	char text[256];

	(void)state;
	NEED_SERVER();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct place *p;
		struct buf b;

		serve_uri(text, sizeof(text), &server, rows[i].port, "");
		p = open_place(text);
		buf_init(&b, 1 << 20);
		CHECK_REASON(
		    rows[i].path, place_get(p, &b, rows[i].path), rows[i].want);
		CHECK(rows[i].path, rows[i].want != REASON_OK || b.n == 300);
		buf_fini(&b);
		place_close(p);
	}
}

static void
test_etag(void **state)
{
	char text[256], etag[HTTPS_ETAG] = "";
	struct place *p;
	struct buf b;
	bool unchanged;

	(void)state;
	NEED_SERVER();
	serve_file(&server, "checkpoint", SPAN("one"));
	place_text(text, 0);
	p = open_place(text);
	buf_init(&b, 100);
	for (int i = 0; i < 2; i++) {
		CHECK_REASON("etag",
		    place_get_if(p, &b, "checkpoint", etag, &unchanged),
		    REASON_OK);
		CHECK("unchanged", unchanged == (i == 1));
		CHECK("once", span_eq(buf_view(&b), SPAN("one")));
	}
	serve_file(&server, "checkpoint", SPAN("two"));
	buf_reset(&b);
	CHECK_REASON("etag",
	    place_get_if(p, &b, "checkpoint", etag, &unchanged), REASON_OK);
	CHECK("changed", !unchanged && span_eq(buf_view(&b), SPAN("two")));
	CHECK("requests", place_requests(p) == 3);
	buf_fini(&b);
	place_close(p);
}

/* More are expected than can be on their way: the first are asked for again. */
static void
test_expect(void **state)
{
	char text[256], name[16];
	struct place *p;
	struct buf b;

	(void)state;
	NEED_SERVER();
	place_text(text, 0);
	p = open_place(text);
	for (int i = 0; i < 20; i++) {
		(void)snprintf(name, sizeof(name), "file%d", i);
		serve_file(&server, name, span_str(name));
		place_expect(p, name);
		place_expect(p, name);
	}
	CHECK("requests", place_requests(p) == 20);
	for (int i = 0; i < 20; i++) {
		buf_init(&b, 100);
		(void)snprintf(name, sizeof(name), "file%d", i);
		CHECK_REASON(name, place_get(p, &b, name), REASON_OK);
		CHECK(name, span_eq(buf_view(&b), span_str(name)));
		buf_fini(&b);
	}
	place_expect(p, "never taken");
	place_close(p);
}

/* More than what the socket to the process has room for, also of answers that
 * nobody takes meanwhile. */
static void
test_burst(void **state)
{
	enum {
		MANY = 100
	};
	static struct web_file files[MANY];
	static char urls[MANY][64];
	struct limits patient;
	struct web *own;
	struct buf b;

	(void)state;
	NEED_SERVER();
	limits_init(&patient); /* the server makes a thread for each */
	CHECK("web", open_web(&own, &patient));
	for (size_t i = 0; i < MANY; i++) {
		serve_uri(urls[i], sizeof(urls[i]), &server, PORT_PLAIN, "/ok");
		files[i].url = urls[i];
		files[i].bytes_max = 1000;
		web_start(own, &files[i]);
	}
	for (size_t i = 0; i < MANY; i++) {
		buf_init(&b, 1000);
		CHECK_REASON("burst", web_wait(own, &files[i], &b), REASON_OK);
		CHECK("burst", b.n == 300);
		buf_fini(&b);
	}
	web_close(own);
}

static void
test_post(void **state)
{
	static char large[300000];
	struct web_file f = { .is_post = true, .bytes_max = sizeof(large) };
	char text[256];
	struct buf b;

	(void)state;
	NEED_SERVER();
	memset(large, 'p', sizeof(large));
	serve_uri(text, sizeof(text), &server, PORT_GOOD, "/echo");
	f.url = text;
	f.post = span_of(large, sizeof(large));
	buf_init(&b, sizeof(large));
	web_start(web, &f);
	CHECK_REASON(f.url, web_wait(web, &f, &b), REASON_OK);
	CHECK("echo", span_eq(buf_view(&b), f.post));
	buf_reset(&b);
	f.post = SPAN("");
	f.takes_all = true;
	web_start(web, &f);
	CHECK_REASON(f.url, web_wait(web, &f, &b), REASON_OK);
	CHECK("nothing", b.n == 0);
	serve_uri(text, sizeof(text), &server, PORT_PLAIN, "/conflict");
	web_start(web, &f);
	CHECK_REASON(f.url, web_wait(web, &f, &b), REASON_OK);
	CHECK("409", f.status == 409 && span_eq(buf_view(&b), SPAN("17\n")));
	f.takes_all = false;
	web_start(web, &f);
	CHECK_REASON("409", web_wait(web, &f, &b), R_FETCH_HTTP_STATUS);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_get),
		cmocka_unit_test(test_folder),
		cmocka_unit_test(test_open),
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_etag),
		cmocka_unit_test(test_expect),
		cmocka_unit_test(test_burst),
		cmocka_unit_test(test_post),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
