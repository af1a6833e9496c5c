/* What an answer may be, how slow, and from where. */
#include "tests/check.h"

#include <arpa/inet.h>
#include <string.h>

#include "fetch/http.h"

static const struct {
	const char *address;
	bool is_local;
} addresses[] = {
	{ "192.0.1.1", false },
	{ "8.8.8.8", false },
	{ "9.255.255.255", false },
	{ "11.0.0.0", false },
	{ "100.63.255.255", false },
	{ "100.128.0.0", false },
	{ "126.255.255.255", false },
	{ "172.15.255.255", false },
	{ "172.32.0.0", false },
	{ "223.255.255.255", false },
	{ "0.0.0.0", true },
	{ "10.0.0.1", true },
	{ "100.64.0.1", true },
	{ "127.0.0.1", true },
	{ "127.255.255.255", true },
	{ "169.254.169.254", true },
	{ "172.16.0.1", true },
	{ "172.31.255.255", true },
	{ "192.0.0.8", true },
	{ "192.168.1.1", true },
	{ "198.18.0.1", true },
	{ "198.19.255.255", true },
	{ "224.0.0.1", true },
	{ "240.0.0.1", true },
	{ "255.255.255.255", true },
	{ "2001:67c:2e8::1", false },
	{ "2a00::1", false },
	{ "::ffff:8.8.8.8", false },
	{ "64:ff9b::8.8.8.8", false },
	{ "2002:808:808::1", false },
	{ "::", true },
	{ "::1", true },
	{ "::8.8.8.8", true },
	{ "::ffff:127.0.0.1", true },
	{ "::ffff:10.0.0.1", true },
	{ "64:ff9b::7f00:1", true },
	{ "2002:7f00:1::1", true },
	{ "2002:a00:1::1", true },
	{ "fc00::1", true },
	{ "fdff::1", true },
	{ "fe80::1", true },
	{ "febf::1", true },
	{ "fec0::1", true },
	{ "ff02::1", true },
	{ "100::1", true },
};

static void
test_addresses(void **state)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	struct sockaddr other = { .sa_family = AF_UNIX };

	(void)state;
	for (size_t i = 0; i < COUNT(addresses); i++) {
		const char *a = addresses[i].address;
		const struct sockaddr *s = (const struct sockaddr *)&v4;

		if (inet_pton(AF_INET, a, &v4.sin_addr) != 1) {
			assert_int_equal(
			    inet_pton(AF_INET6, a, &v6.sin6_addr), 1);
			s = (const struct sockaddr *)&v6;
		}
		CHECK(a, http_address_is_local(s) == addresses[i].is_local);
	}
	assert_true(http_address_is_local(&other));
}

static const struct {
	const char *what, *head; /* lines end in LF */
	bool sent, wants_gzip;
	enum reason want;
} heads[] = {
	{ "length", "HTTP/1.1 200 OK\nContent-Length: 5\n", false, false,
	    REASON_OK },
	{ "chunked", "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n", false,
	    false, REASON_OK },
	{ "neither", "HTTP/1.1 200 OK\n", false, false, REASON_OK },
	{ "gzip", "HTTP/1.1 200 OK\nCONTENT-ENCODING:GZIP \n", false, true,
	    REASON_OK },
	{ "identity", "HTTP/1.1 200 OK\nContent-Encoding: identity\n", false,
	    false, REASON_OK },
	{ "interim",
	    "HTTP/1.1 103 x\nContent-Length: 9\n\n"
	    "HTTP/1.1 200 OK\nContent-Length: 5\n",
	    false, false, REASON_OK },
	{ "not modified", "HTTP/1.1 304 x\n", true, false, REASON_OK },
	{ "redirect", "HTTP/1.1 301 x\n", false, false, REASON_OK },
	{ "not modified, unasked", "HTTP/1.1 304 x\n", false, true,
	    R_FETCH_HTTP_UNASKED },
	{ "both",
	    "HTTP/1.1 200 OK\nContent-Length: 5\n"
	    "Transfer-Encoding: chunked\n",
	    false, false, R_FETCH_HTTP_LENGTH },
	{ "twice", "HTTP/1.1 200 OK\nContent-Length: 5\nContent-Length: 5\n",
	    false, false, R_FETCH_HTTP_LENGTH },
	{ "twice, with a line between to forget it",
	    "HTTP/1.1 200 OK\nContent-Length: 5\nHTTP/1.1 200 OK\n"
	    "Content-Length: 5\n",
	    false, false, R_FETCH_HTTP_LENGTH },
	{ "list", "HTTP/1.1 200 OK\nContent-Length: 5, 5\n", false, false,
	    R_FETCH_HTTP_LENGTH },
	{ "minus", "HTTP/1.1 200 OK\nContent-Length: -1\n", false, false,
	    R_FETCH_HTTP_LENGTH },
	{ "plus", "HTTP/1.1 200 OK\nContent-Length: +1\n", false, false,
	    R_FETCH_HTTP_LENGTH },
	{ "2^64-1", "HTTP/1.1 200 OK\nContent-Length: 18446744073709551615\n",
	    false, false, R_FETCH_HTTP_LENGTH },
	{ "coding twice",
	    "HTTP/1.1 200 OK\nTransfer-Encoding: chunked\n"
	    "Transfer-Encoding: chunked\n",
	    false, false, R_FETCH_HTTP_LENGTH },
	{ "coding of gzip", "HTTP/1.1 200 OK\nTransfer-Encoding: gzip\n", false,
	    true, R_FETCH_HTTP_LENGTH },
	{ "gzip unasked", "HTTP/1.1 200 OK\nContent-Encoding: gzip\n", false,
	    false, R_FETCH_HTTP_ENCODING },
	{ "nested", "HTTP/1.1 200 OK\nContent-Encoding: gzip, gzip\n", false,
	    true, R_FETCH_HTTP_ENCODING },
	{ "nested in two lines",
	    "HTTP/1.1 200 OK\nContent-Encoding: gzip\n"
	    "Content-Encoding: gzip\n",
	    false, true, R_FETCH_HTTP_ENCODING },
	{ "deflate", "HTTP/1.1 200 OK\nContent-Encoding: deflate\n", false,
	    true, R_FETCH_HTTP_ENCODING },
	{ "part", "HTTP/1.1 206 x\n", false, false, R_FETCH_HTTP_STATUS },
	{ "created", "HTTP/1.1 201 x\n", false, false, R_FETCH_HTTP_STATUS },
	{ "choices", "HTTP/1.1 300 x\n", false, false, R_FETCH_HTTP_STATUS },
	{ "gone", "HTTP/1.1 410 x\n", false, false, R_FETCH_HTTP_STATUS },
};

static enum reason
read_head(struct http_head *h, const char *text, const struct limits *l)
{
	enum reason r = REASON_OK;

	*h = (struct http_head){ 0 };
	while (*text != '\0' && r == REASON_OK) {
		size_t n = strcspn(text, "\n") + 1;

		r = http_head_line(h, span_of(text, n), l);
		text += n;
	}
	return r;
}

static void
test_heads(void **state)
{
	struct http_head h;
	struct limits l;

	(void)state;
	limits_init(&l);
	for (size_t i = 0; i < COUNT(heads); i++) {
		const char *last = strstr(heads[i].head, "\n\n");
		uint64_t status;

		assert_int_equal(read_head(&h, heads[i].head, &l), REASON_OK);
		last = last == NULL ? heads[i].head : last + 2;
		assert_true(decimal_parse(&status, span_of(last + 9, 3), 999));
		h.status = (unsigned)status;
		CHECK_REASON(heads[i].what,
		    http_head_check(&h, heads[i].sent, heads[i].wants_gzip),
		    heads[i].want);
	}
}

/* HT4: to the byte, over all headers there are. */
static void
test_head_limit(void **state)
{
	static const char line[] = "HTTP/1.1 100 x\n";
	struct http_head h = { 0 };
	struct limits l;

	(void)state;
	limits_init(&l);
	l.http_header = 2 * strlen(line) + 2;
	assert_int_equal(http_head_line(&h, span_str(line), &l), REASON_OK);
	assert_int_equal(http_head_line(&h, SPAN("\n"), &l), REASON_OK);
	assert_int_equal(http_head_line(&h, span_str(line), &l), REASON_OK);
	assert_int_equal(http_head_line(&h, SPAN("\n"), &l), REASON_OK);
	CHECK_REASON("fetch.http-header", http_head_line(&h, SPAN("\n"), &l),
	    R_FETCH_HTTP_HEADER);
}

/* What would be sent back is what can be sent back. */
static void
test_validators(void **state)
{
	struct http_head h;
	struct limits l;
	struct buf b;

	(void)state;
	limits_init(&l);
	assert_int_equal(read_head(&h,
			     "HTTP/1.1 200 OK\neTag: W/\"a\"\n"
			     "Last-Modified:\tyesterday\n",
			     &l),
	    REASON_OK);
	assert_string_equal(h.etag, "W/\"a\"");
	assert_string_equal(h.modified, "yesterday");
	assert_int_equal(
	    read_head(&h, "HTTP/1.1 200 OK\nETag: a\vb\n", &l), REASON_OK);
	assert_string_equal(h.etag, "");
	for (int n = HTTPS_ETAG - 1; n <= HTTPS_ETAG; n++) {
		buf_init(&b, 1000);
		buf_puts(&b, "HTTP/1.1 200 OK\nETag: ");
		for (int i = 0; i < n; i++)
			buf_byte(&b, 'a');
		buf_add(&b, "\n", 2);
		assert_int_equal(
		    read_head(&h, (const char *)b.p, &l), REASON_OK);
		assert_int_equal(strlen(h.etag), n < HTTPS_ETAG ? n : 0);
		buf_fini(&b);
	}
}

/* ---- time ------------------------------------------------------------ */

#define T0 INT64_C(1000000)

/* LO9: a name that nobody answers for. */
static void
test_resolve(void **state)
{
	struct http_clock c;
	struct limits l;

	(void)state;
	limits_init(&l);
	http_clock_init(&c, T0);
	assert_int_equal(http_clock_check(&c, T0 + 5000, &l), REASON_OK);
	CHECK_REASON("fetch.resolve", http_clock_check(&c, T0 + 5001, &l),
	    R_FETCH_RESOLVE);
	c.is_resolved = true;
	assert_int_equal(http_clock_check(&c, T0 + 5001, &l), REASON_OK);
}

static void
test_first_byte(void **state)
{
	struct http_clock c;
	struct limits l;

	(void)state;
	limits_init(&l);
	http_clock_init(&c, T0);
	c.is_resolved = true;
	assert_int_equal(http_clock_check(&c, T0 + 30000, &l), REASON_OK);
	CHECK_REASON(
	    "fetch.slow", http_clock_check(&c, T0 + 30001, &l), R_FETCH_SLOW);
}

/* A redirect has its own patience; the whole has one, too. */
static void
test_again(void **state)
{
	struct http_clock c;
	struct limits l;

	(void)state;
	limits_init(&l);
	l.idle_time = 10;
	http_clock_init(&c, T0);
	c.is_resolved = true;
	http_clock_bytes(&c, T0 + 1000, 100);
	http_clock_again(&c, T0 + 2000);
	assert_int_equal(http_clock_check(&c, T0 + 32000, &l), REASON_OK);
	CHECK_REASON(
	    "fetch.slow", http_clock_check(&c, T0 + 32001, &l), R_FETCH_SLOW);
	http_clock_bytes(&c, T0 + 31000, 100);
	assert_int_equal(http_clock_check(&c, T0 + 41000, &l), REASON_OK);
	CHECK_REASON(
	    "fetch.slow", http_clock_check(&c, T0 + 41001, &l), R_FETCH_SLOW);
	http_clock_again(&c, T0 + 299999);
	assert_int_equal(http_clock_check(&c, T0 + 300000, &l), REASON_OK);
	CHECK_REASON(
	    "fetch.time", http_clock_check(&c, T0 + 300001, &l), R_FETCH_TIME);
}

static void
test_idle(void **state)
{
	struct http_clock c;
	struct limits l;

	(void)state;
	limits_init(&l);
	http_clock_init(&c, T0);
	c.is_resolved = true;
	http_clock_bytes(&c, T0 + 1000, 1000000);
	assert_int_equal(http_clock_check(&c, T0 + 31000, &l), REASON_OK);
	CHECK_REASON(
	    "fetch.slow", http_clock_check(&c, T0 + 31001, &l), R_FETCH_SLOW);
}

/* HT1, A2: bytes come, but too few of them. */
static enum reason
drip(size_t bytes_a_second, int64_t *seconds)
{
	enum reason r = REASON_OK;
	struct http_clock c;
	struct limits l;

	limits_init(&l);
	http_clock_init(&c, T0);
	c.is_resolved = true;
	for (*seconds = 1; *seconds < 1000 && r == REASON_OK; (*seconds)++) {
		int64_t now = T0 + *seconds * 1000;

		http_clock_bytes(&c, now, bytes_a_second);
		r = http_clock_check(&c, now, &l);
	}
	return r;
}

static void
test_drip(void **state)
{
	int64_t seconds;

	(void)state;
	CHECK_REASON("fetch.slow", drip(1, &seconds), R_FETCH_SLOW);
	assert_in_range(seconds, 60, 65);
	CHECK_REASON("fetch.slow", drip(900, &seconds), R_FETCH_SLOW);
	assert_in_range(seconds, 60, 65);
	CHECK_REASON("fetch.time", drip(1024, &seconds), R_FETCH_TIME);
	assert_in_range(seconds, 300, 303);
}

static void
test_retry_after(void **state)
{
	struct limits l;

	(void)state;
	limits_init(&l);
	assert_int_equal(http_retry_after(-1, &l), 0);
	assert_int_equal(http_retry_after(0, &l), 0);
	assert_int_equal(http_retry_after(3599, &l), 3599);
	assert_int_equal(http_retry_after(3600, &l), 3600);
	assert_int_equal(http_retry_after(3601, &l), 3600);
	assert_int_equal(http_retry_after(INT64_MAX, &l), 3600);
	l.retry_after = UINT64_MAX;
	assert_int_equal(http_retry_after(INT64_MAX, &l), INT32_MAX);
}

static void
test_text(void **state)
{
	char out[8];

	(void)state;
	http_text(out, sizeof(out), SPAN("a\x1b[1m\xff"));
	assert_string_equal(out, "a?[1m?");
	http_text(out, sizeof(out), SPAN("0123456789"));
	assert_string_equal(out, "0123456");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_head_limit),
		cmocka_unit_test(test_validators),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_first_byte),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_idle),
		cmocka_unit_test(test_drip),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
