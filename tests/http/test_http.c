/* Requests and what they are answered with. */
#include <string.h>

#include "tests/check.h"

#include "tests/http/world.h"

static struct small_world w;

/* "/path?name=value&name=value", taken apart as a library would. */
struct asked {
	char text[2048];
	struct http_param params[32];
	struct http_request request;
};

static struct http_request *
ask(struct asked *a, const char *target)
{
	char *at;

	(void)snprintf(a->text, sizeof(a->text), "%s", target);
	a->request =
	    (struct http_request){ .path = a->text, .params = a->params };
	for (at = strchr(a->text, '?'); at != NULL; at = strchr(at, '&')) {
		char *equals = strchr(at + 1, '=');

		*at++ = '\0';
		*equals = '\0';
		a->params[a->request.n_params++] =
		    (struct http_param){ at, equals + 1 };
		at = equals + 1;
	}
	return &a->request;
}

static enum reason
collect(void *ctx, struct span bytes)
{
	buf_span(ctx, bytes);
	return REASON_OK;
}

/* The body, also of a file; with a NUL. */
static const char *
body_of(struct http_answer *a)
{
	struct output_sink sink = { collect, &a->body };

	if (a->kind == HTTP_FILE)
		CHECK_REASON("write", http_write(a, &w.world, sink), REASON_OK);
	buf_byte(&a->body, '\0');
	return (const char *)a->body.p;
}

static const struct {
	const char *target;
	unsigned status;
	const char *has;
} paths[] = {
	{ "/version", 200, "cairn " },
	{ "/csv", 200, "AS1,10.0.0.0/8,8,alpha\n" },
	{ "/json", 200, "\"roas\"" },
	{ "/ndjson", 200, "<script>" }, /* JSON, not markup */
	{ "/csv?select-asn=AS2", 200, "AS2,10.1.0.0/16,20" },
	{ "/csv?select-prefix=10.1.2.0/24", 200, "AS1,10.0.0.0/8" },
	{ "/csv?select-prefix=10.0.0.0/8&include=more-specifics", 200,
	    "AS0,10.2.0.0/16" },
	{ "/csv?filter-asn=AS2", 200, "Trust Anchor\nAS2,10.1.0.0/16,20" },
	{ "/csv?filter-prefix=10.1.2.0/24", 200, "AS1,10.0.0.0/8" },
	{ "/csv?select-asns=AS2", 400, "select-asns" },
	{ "/csv?asn=AS2", 400, "asn" },
	{ "/csv?select-asn=x", 400, "select-asn" },
	{ "/csv?select-asn=4294967296", 400, "select-asn" },
	{ "/csv?select-prefix=10.0.0.1/8", 400, "select-prefix" },
	{ "/csv?include=all", 400, "include" },
	{ "/csv?exclude=everything", 400, "exclude" },
	{ "/json?exclude=routeOrigins", 200, "customer" },
	{ "/nothing", 404, "no such path" },
	{ "/../etc/passwd", 404, "no such path" },
	{ "/", 200, "<title>Cairn</title>" },
	{ "/page.js", 200, "use strict" },
	{ "/page.css", 200, ":root" },
	{ "/page.html", 404, "no such path" },
	{ "/api/v1/why?prefix=10.1.0.0/16&asn=AS2", 200,
	    "\"state\": \"valid\"" },
	{ "/api/v1/why?prefix=10.1.0.1", 200, "10.1.0.1/32" },
	{ "/api/v1/why?prefix=10.1.0.1/16", 400, "host bits" },
	{ "/api/v1/why?prefix=10.1.0.0/16&asn=x", 400, "asn" },
	{ "/api/v1/why", 400, "prefix" },
	{ "/api/v1/lookup?q=10.1.0.0/16", 200, "\"kind\": \"prefix\"" },
	{ "/api/v1/lookup?q=10.1.0.0/16  AS2", 200, "valid" },
	{ "/api/v1/lookup?q=10.1.0.0/16 x", 400, "second" },
	{ "/api/v1/lookup?q=10.1.0.0/33", 400, "prefix" },
	{ "/api/v1/lookup?q=AS2", 200, "\"kind\": \"asn\"" },
	{ "/api/v1/lookup?q=AS64496", 200, "ASPA AS64496: AS" },
	{ "/api/v1/lookup?q=nobody", 200, "\"kind\": \"none\"" },
	{ "/api/v1/lookup?q=mine", 200, "\"kind\": \"holder\"" },
	{ "/api/v1/lookup?q=", 400, "looked up" },
	{ "/api/v1/lookup", 400, "looked up" },
	{ "/api/v1/compare", 200, "\"legacy\":4" },
	{ "/api/v1/validity/AS1/10.0.0.0/8", 200, "\"state\": \"valid\"" },
	{ "/api/v1/validity/1/10.0.0.0/8", 200, "\"matched\"" },
	{ "/api/v1/validity/AS1/10.0.0.0/9", 200, "\"reason\": \"length\"" },
	{ "/api/v1/validity/AS9/10.1.0.0/16", 200, "\"reason\": \"as\"" },
	{ "/api/v1/validity/AS0/10.2.0.0/16", 200, "\"state\": \"invalid\"" },
	{ "/api/v1/validity/AS9/11.0.0.0/8", 200, "not-found" },
	{ "/api/v1/validity/AS3/2001:db8:1::/48", 200, "\"state\": \"valid\"" },
	{ "/api/v1/validity/AS/10.0.0.0/8", 400, "asn" },
	{ "/api/v1/validity/AS4294967296/10.0.0.0/8", 400, "asn" },
	{ "/api/v1/validity/\xc2\xb4/10.0.0.0/8", 400, "asn" },
	{ "/api/v1/validity/AS1/10.0.0.0/33", 400, "prefix" },
	{ "/api/v1/validity/AS1/::/129", 400, "prefix" },
	{ "/api/v1/validity/AS1/10.0.0.1/8", 400, "host bits" },
	{ "/api/v1/validity/AS1", 400, "ASN/PREFIX" },
	{ "/api/v1/validity/11111111111111111111111/", 400, "ASN/PREFIX" },
	{ "/validity?asn=1&prefix=10.0.0.0/8", 200, "valid" },
	{ "/validity?asn=1", 400, "prefix" },
	{ "/validity", 400, "asn" },
	{ "/api/v1/status", 200, "\"serial\": 7" },
	{ "/api/v1/ledger/gamma", 200, "\"size\": 120" },
	{ "/api/v1/ledger/alpha", 404, "no ledger" },
	{ "/api/v1/ledger/", 404, "no ledger" },
	{ "/health", 200, "degraded" },
	{ "/metrics", 200, "# EOF\n" },
	{ "/api/v1/openapi.json", 200, "/api/v1/validity/{asn}/{prefix}" },
	{ "/json-delta", 200, "\"reset\":true" },
	{ "/json-delta?session=11&serial=7", 200, "\"reset\":false" },
	{ "/json-delta?session=11&serial=6", 200, "\"reset\":true" },
	{ "/json-delta?session=99&serial=7", 200, "\"reset\":true" },
	{ "/json-delta?session=x&serial=-1", 200, "\"reset\":true" },
	{ "/json-delta/notify", 200, "\"serial\":7" },
	{ "/json-delta/notify?session=11&serial=6", 200, "\"serial\":7" },
	{ "/json-delta/notify?serial=6", 400, "neither" },
};

static void
test_paths(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(paths); i++) {
		struct asked asked;
		struct http_answer a;

		http_answer(&a, ask(&asked, paths[i].target), &w.world, false);
		CHECK(paths[i].target, a.status == paths[i].status);
		CHECK(paths[i].target, strstr(body_of(&a), paths[i].has));
		buf_fini(&a.body);
	}
}

/* Routers are listed as far as there is room, and what another process left
 * there is not believed. */
static void
test_routers(void **state)
{
	static const struct {
		struct http_router router;
		const char *has; /* NULL: not listed */
	} cases[] = {
		{ { .family = FAMILY_V4, .addr.b = { 192, 0, 2, 1 } },
		    "\"address\": \"192.0.2.1\"" },
		{ { .family = FAMILY_V6, .addr.b = { 0x20, 1, 0xd, 0xb8 } },
		    "\"address\": \"2001:db8::\"" },
		{ { .family = FAMILY_V4, .is_open = true, .version = 2 },
		    "\"version\": 2" },
		{ { .family = FAMILY_V4,
		      .has_serial = true,
		      .serial = 4000000000 },
		    "\"serial\": 4000000000" },
		{ { .family = FAMILY_V4, .is_tls = true }, "\"tls\": true" },
		{ { .family = FAMILY_V4,
		      .resets = 77,
		      .queries = 78,
		      .sent_bytes = 79 },
		    "\"queries\": 78" },
		{ { .family = (enum family)7 }, NULL },
	};
	struct http_counters *c = &w.counters;
	struct asked asked;
	struct http_answer a;

	(void)state;
	c->n_routers = 1;
	for (size_t i = 0; i < COUNT(cases); i++) {
		c->routers[0] = cases[i].router;
		http_answer(&a, ask(&asked, "/api/v1/status"), &w.world, false);
		if (cases[i].has != NULL)
			CHECK(cases[i].has, strstr(body_of(&a), cases[i].has));
		else
			assert_null(strstr(body_of(&a), "\"address\""));
		buf_fini(&a.body);
	}
	c->n_routers = SIZE_MAX;
	http_answer(&a, ask(&asked, "/api/v1/status"), &w.world, false);
	assert_int_equal(a.status, 200);
	buf_fini(&a.body);
	c->n_routers = 0;
}

static void
test_excluded(void **state)
{
	struct asked asked;
	struct http_answer a;

	(void)state;
	http_answer(&a, ask(&asked, "/csv?select-asn=AS2"), &w.world, false);
	assert_null(strstr(body_of(&a), "AS1,"));
	buf_fini(&a.body);
	http_answer(&a, ask(&asked, "/json?exclude=aspas"), &w.world, false);
	assert_null(strstr(body_of(&a), "AS64496"));
	buf_fini(&a.body);
}

/* The same until the view is another. */
static void
test_etag(void **state)
{
	struct asked asked;
	struct http_answer a;
	char etag[80];

	(void)state;
	http_answer(&a, ask(&asked, "/json"), &w.world, false);
	assert_int_equal(a.kind, HTTP_FILE);
	(void)snprintf(etag, sizeof(etag), "%s", a.etag);
	assert_int_equal(etag[0], '"');
	buf_fini(&a.body);
	ask(&asked, "/json")->if_none_match = etag;
	http_answer(&a, &asked.request, &w.world, false);
	assert_int_equal(a.status, 304);
	assert_int_equal(a.kind, HTTP_BODY);
	assert_int_equal(a.body.n, 0);
	buf_fini(&a.body);
	w.view.made_at++;
	http_answer(&a, &asked.request, &w.world, false);
	assert_int_equal(a.status, 200);
	buf_fini(&a.body);
	ask(&asked, "/csv")->if_none_match = etag;
	http_answer(&a, &asked.request, &w.world, false);
	assert_int_equal(a.status, 200);
	buf_fini(&a.body);
}

static void
test_methods(void **state)
{
	static const struct {
		const char *path, *body;
		unsigned status;
		const char *has;
	} cases[] = {
		{ "/json", "", 405, "method" },
		{ "/metrics", "", 405, "method" },
		{ "/validity", "", 400, "JSON" },
		{ "/validity", "[1]", 400, "array" },
		{ "/validity", "{\"routes\": 1}", 400, "array" },
		{ "/validity", "{\"routes\": []}", 200, "validated_routes" },
		{ "/validity", "{\"routes\": [1]}", 400, "asn" },
		{ "/validity", "{\"routes\": [{\"asn\": 1}]}", 400, "prefix" },
		{ "/validity", "{\"routes\": [{\"asn\": -1}]}", 400, "asn" },
		{ "/validity",
		    "{\"routes\": [{\"asn\": 1, \"prefix\": \"10.0.0.0/8\"}, "
		    "{\"asn\": \"AS2\", \"prefix\": \"10.0.0.0/8\"}]}",
		    200, "\"state\": \"invalid\"" },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_request r = { .method = HTTP_POST,
			.path = cases[i].path,
			.body = span_str(cases[i].body) };
		struct http_answer a;

		http_answer(&a, &r, &w.world, false);
		CHECK(cases[i].body, a.status == cases[i].status);
		CHECK(cases[i].body, (a.status == 405) == (a.allow != NULL));
		CHECK(cases[i].body, strstr(body_of(&a), cases[i].has));
		buf_fini(&a.body);
	}
}

/* One byte, and one route, too many. */
static void
test_limits(void **state)
{
	static uint8_t body[HTTP_BODY_MAX + 1];
	struct http_request r = { .method = HTTP_POST, .path = "/validity" };
	struct http_answer a;
	struct buf many;

	(void)state;
	memset(body, ' ', sizeof(body));
	for (size_t n = HTTP_BODY_MAX; n <= HTTP_BODY_MAX + 1; n++) {
		r.body = span_of(body, n);
		http_answer(&a, &r, &w.world, false);
		assert_int_equal(a.status, n > HTTP_BODY_MAX ? 413 : 400);
		buf_fini(&a.body);
	}
	for (size_t n = HTTP_ROUTES_MAX; n <= HTTP_ROUTES_MAX + 1; n++) {
		buf_init(&many, HTTP_BODY_MAX);
		buf_puts(&many, "{\"routes\":[");
		for (size_t i = 0; i < n; i++)
			buf_printf(&many,
			    "%s{\"asn\":1,\"prefix\":\"9.0.0.0/8\"}",
			    i > 0 ? "," : "");
		buf_puts(&many, "]}");
		r.body = buf_view(&many);
		http_answer(&a, &r, &w.world, false);
		assert_int_equal(a.status, n > HTTP_ROUTES_MAX ? 400 : 200);
		buf_fini(&a.body);
		buf_fini(&many);
	}
}

static bool
since(void *ctx, uint32_t serial, struct http_changes *out)
{
	static const struct payload *announced[1];

	(void)ctx;
	announced[0] = &w.payloads[2];
	*out = (struct http_changes){ .from = serial,
		.to = 7,
		.n_announced = 1,
		.announced = announced };
	return serial == 5;
}

static void
test_changes(void **state)
{
	struct asked asked;
	struct http_answer a;

	(void)state;
	w.world.since = since;
	http_answer(&a, ask(&asked, "/json-delta?session=11&serial=5"),
	    &w.world, false);
	assert_non_null(strstr(body_of(&a), "\"fromSerial\":5"));
	assert_non_null(strstr(body_of(&a), "10.1.0.0/16"));
	assert_null(strstr(body_of(&a), "10.0.0.0/8"));
	buf_fini(&a.body);
	http_answer(&a, ask(&asked, "/json-delta?session=11&serial=4"),
	    &w.world, false);
	assert_non_null(strstr(body_of(&a), "\"reset\":true"));
	buf_fini(&a.body);
	w.world.since = NULL;
}

/* Three differences, each of two changes; the fourth takes too long. */
static enum http_past
past(void *ctx, int64_t before_at, size_t i, const struct view_delta **out)
{
	static struct view_change changes[2];
	static struct view_delta delta;

	(void)ctx;
	i += before_at == 1000;
	if (i >= 3)
		return HTTP_PAST_LATER;
	changes[0] = (struct view_change){ .op = CHANGE_REMOVED,
		.is_heard = true,
		.payload = w.payloads[2],
		.cause = { .kind = CAUSE_REFUSED,
		    .reason = R_ROA_MAXLEN,
		    .detail = SPAN("33") } };
	changes[1] = changes[0];
	changes[1].payload = w.payloads[0];
	changes[1].op = CHANGE_ADDED;
	changes[1].is_heard = false;
	changes[1].cause = (struct cause){ .kind = CAUSE_PUBLISHED };
	delta = (struct view_delta){ .from_made_at = 900 - 100 * (int64_t)i,
		.made_at = 1000 - 100 * (int64_t)i,
		.serial = 7 - (uint32_t)i,
		.n = 2,
		.changes = changes };
	*out = &delta;
	return HTTP_PAST_ONE;
}

static size_t
count(const char *in, const char *what)
{
	size_t n = 0;

	for (; (in = strstr(in, what)) != NULL; in++)
		n++;
	return n;
}

static void
test_history(void **state)
{
	static const struct {
		const char *target;
		unsigned status;
		size_t changes;
		const char *has;
	} cases[] = {
		{ "", 200, 6, "\"from\":\"1970-01-01T00:13:20Z\"" },
		{ "?prefix=10.1.0.0/16", 200, 6, "its object was refused" },
		{ "?asn=AS2", 200, 3, "\"clause\":\"RFC" },
		{ "?prefix=10.2.0.0/16", 200, 3, "it was published" },
		{ "?prefix=2001:db8::/32", 200, 0, "\"changes\":[]" },
		{ "?limit=5", 200, 4, "\"from\":\"1970-01-01T00:15:00Z\"" },
		{ "?limit=1", 200, 1, "\"cut\":1" },
		{ "?limit=6", 200, 6, "\"more\":true" },
		{ "?limit=1000", 200, 6, "\"detail\":\"33\"" },
		{ "?before=1970-01-01T00:16:40Z", 200, 4, "\"serial\":6" },
		{ "?heard=1", 200, 3, "\"heard\":true" },
		{ "?heard=0", 400, 0, "heard" },
		{ "?limit=1001", 400, 0, "limit" },
		{ "?limit=0", 400, 0, "limit" },
		{ "?prefix=10.1.0.1/16", 400, 0, "prefix" },
		{ "?asn=x", 400, 0, "asn" },
		{ "?before=noon", 400, 0, "before" },
	};
	struct asked asked;
	struct http_answer a;
	char target[128];

	(void)state;
	w.world.past = past;
	for (size_t i = 0; i < COUNT(cases); i++) {
		(void)snprintf(target, sizeof(target), "/api/v1/history%s",
		    cases[i].target);
		http_answer(&a, ask(&asked, target), &w.world, false);
		CHECK(target, a.status == cases[i].status);
		CHECK(target,
		    count(body_of(&a), "\"change\":") == cases[i].changes);
		CHECK(target, strstr(body_of(&a), cases[i].has) != NULL);
		buf_fini(&a.body);
	}
	w.world.past = NULL;
	http_answer(&a, ask(&asked, "/api/v1/history"), &w.world, false);
	assert_non_null(strstr(body_of(&a), "\"more\":false"));
	buf_fini(&a.body);
}

static void
test_witnesses(void **state)
{
	struct view_witness all[] = { { SPAN("gamma"), SPAN("w.example"), 900 },
		{ SPAN("gamma"), SPAN("x.example"), 0 },
		{ SPAN("other"), SPAN("y.example"), 900 } };
	struct asked asked;
	struct http_answer a;

	(void)state;
	w.view.witnesses = all;
	w.view.n_witnesses = COUNT(all);
	http_answer(&a, ask(&asked, "/api/v1/status"), &w.world, false);
	assert_int_equal(count(body_of(&a), "\"cosigned\":"), 1);
	assert_non_null(strstr(body_of(&a), "w.example"));
	assert_non_null(strstr(body_of(&a), "x.example"));
	assert_null(strstr(body_of(&a), "y.example"));
	buf_fini(&a.body);
	small_world(&w);
}

static void
test_wait(void **state)
{
	const char *target = "/json-delta/notify?session=11&serial=7";
	struct asked asked;
	struct http_answer a;

	(void)state;
	http_answer(&a, ask(&asked, target), &w.world, false);
	assert_int_equal(a.kind, HTTP_WAIT);
	buf_fini(&a.body);
	http_answer(&a, ask(&asked, target), &w.world, true);
	assert_int_equal(a.kind, HTTP_BODY);
	assert_int_equal(a.status, 200);
	buf_fini(&a.body);
	http_answer(&a, ask(&asked, "/api/v1/events"), &w.world, false);
	assert_int_equal(a.kind, HTTP_EVENTS);
	buf_fini(&a.body);
}

/* Before the first view, with a stale one, and when all is well. */
static void
test_health(void **state)
{
	static const struct {
		const char *what;
		bool none, failed;
		int64_t now;
		unsigned status;
		const char *has;
	} cases[] = {
		{ "none", true, false, 1000, 503, "starting" },
		{ "ready", false, false, 1000, 200, "ready" },
		{ "degraded", false, true, 1000, 200, "ta.file" },
		{ "at the age", false, false, 4601, 200, "ready" },
		{ "beyond it", false, false, 4602, 503, "stale" },
	};
	struct asked asked;

	(void)state;
	w.view.made_at = 1001;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct http_answer a;

		w.world.view = cases[i].none ? NULL : &w.view;
		w.sources[1].reason = cases[i].failed ? R_TA_FILE : REASON_OK;
		w.world.now = cases[i].now;
		http_answer(&a, ask(&asked, "/health"), &w.world, false);
		CHECK(cases[i].what, a.status == cases[i].status);
		CHECK(cases[i].what, strstr(body_of(&a), cases[i].has));
		buf_fini(&a.body);
		if (!cases[i].none)
			continue;
		http_answer(&a, ask(&asked, "/json"), &w.world, false);
		assert_int_equal(a.status, 503);
		buf_fini(&a.body);
		http_answer(&a, ask(&asked, "/metrics"), &w.world, false);
		assert_int_equal(a.status, 200);
		buf_fini(&a.body);
	}
	small_world(&w);
}

static void
test_metrics(void **state)
{
	struct asked asked;
	struct http_answer a;
	const char *text;

	(void)state;
	w.world.per_entity = true;
	http_answer(&a, ask(&asked, "/metrics"), &w.world, false);
	text = body_of(&a);
	assert_non_null(strstr(text, "cairn_payloads{kind=\"vrp\"} 4\n"));
	assert_non_null(
	    strstr(text, "cairn_source_up{source=\"beta \\\"x\\\\x5c\"} 0\n"));
	assert_non_null(
	    strstr(text, "cairn_ledger_size{source=\"gamma\"} 120\n"));
	assert_null(strstr(text, "cairn_ledger_size{source=\"alpha\"}"));
	assert_non_null(strstr(text, "cairn_repository_up{uri="));
	assert_non_null(strstr(text, "cairn_http_accepted_total 0\n"));
	buf_fini(&a.body);
	w.world.per_entity = false;
	http_answer(&a, ask(&asked, "/metrics"), &w.world, false);
	assert_null(strstr(body_of(&a), "cairn_repository_up{"));
	buf_fini(&a.body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_routers),
		cmocka_unit_test(test_excluded),
		cmocka_unit_test(test_etag),
		cmocka_unit_test(test_methods),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_history),
		cmocka_unit_test(test_witnesses),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_health),
		cmocka_unit_test(test_metrics),
	};

	small_world(&w);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
