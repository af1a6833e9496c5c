#include "tests/check.h"

#include <string.h>

#include "model/model.h"

#define LABEL60 "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffff"

static void
test_taken(void **state)
{
	static const struct {
		const char *text;
		enum uri_scheme scheme;
		const char *host, *port, *module, *path, *root;
	} cases[] = {
		{ "rsync://rpki.ripe.net/repository/DEFAULT/XjMs73.crl",
		    URI_RSYNC, "rpki.ripe.net", "", "repository",
		    "DEFAULT/XjMs73.crl", "rsync://rpki.ripe.net/repository/" },
		{ "rsync://h.example/m/", URI_RSYNC, "h.example", "", "m", "",
		    "rsync://h.example/m/" },
		{ "rsync://h.example/m/a/", URI_RSYNC, "h.example", "", "m",
		    "a/", "rsync://h.example/m/" },
		{ "rsync://127.0.0.1:8873/m/x.roa", URI_RSYNC, "127.0.0.1",
		    "8873", "m", "x.roa", "rsync://127.0.0.1:8873/m/" },
		{ "https://rrdp.ripe.net/notification.xml", URI_HTTPS,
		    "rrdp.ripe.net", "", "", "notification.xml",
		    "https://rrdp.ripe.net/" },
		{ "https://h.example/", URI_HTTPS, "h.example", "", "", "",
		    "https://h.example/" },
		{ "https://h.example:8443/a/b", URI_HTTPS, "h.example", "8443",
		    "", "a/b", "https://h.example:8443/" },
		{ "rsync://h/m/a..b-_~+=,@c.cer", URI_RSYNC, "h", "", "m",
		    "a..b-_~+=,@c.cer", "rsync://h/m/" },
		{ "https://xn--bcher-kva.example/a", URI_HTTPS,
		    "xn--bcher-kva.example", "", "", "a",
		    "https://xn--bcher-kva.example/" },
		{ "https://1and1.example/a", URI_HTTPS, "1and1.example", "", "",
		    "a", "https://1and1.example/" },
	};
	struct limits limits;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *t = cases[i].text;
		struct uri u;

		CHECK_REASON(t, uri_parse(&u, span_str(t), &limits), REASON_OK);
		CHECK(t, u.scheme == cases[i].scheme);
		CHECK(t, span_eq(u.text, span_str(t)));
		CHECK(t, span_eq(u.host, span_str(cases[i].host)));
		CHECK(t, span_eq(u.port, span_str(cases[i].port)));
		CHECK(t, span_eq(u.module, span_str(cases[i].module)));
		CHECK(t, span_eq(u.path, span_str(cases[i].path)));
		CHECK(t, span_eq(uri_module_root(&u), span_str(cases[i].root)));
	}
}

#define BYTES(literal)                                          \
	{                                                       \
		(const uint8_t *)(literal), sizeof(literal) - 1 \
	}

static const struct {
	struct span text;
	enum reason want;
} refused[] = {
	{ BYTES(""), R_URI_SCHEME },
	{ BYTES("rsync"), R_URI_SCHEME },
	{ BYTES("rsync:/h/m/x"), R_URI_SCHEME },
	{ BYTES("RSYNC://h/m/x"), R_URI_SCHEME },
	{ BYTES("http://h/x"), R_URI_SCHEME },
	{ BYTES("file:///etc/passwd"), R_URI_SCHEME },
	{ BYTES(" rsync://h/m/x"), R_URI_SCHEME },
	{ BYTES("-rsync://h/m/x"), R_URI_SCHEME },
	{ BYTES("rsync://"), R_URI_HOST },
	{ BYTES("rsync:///m/x"), R_URI_HOST },
	{ BYTES("rsync://../m/x"), R_URI_HOST },
	{ BYTES("rsync://h./m/x"), R_URI_HOST },
	{ BYTES("rsync://.h/m/x"), R_URI_HOST },
	{ BYTES("rsync://a..b/m/x"), R_URI_HOST },
	{ BYTES("rsync://-h.example/m/x"), R_URI_HOST },
	{ BYTES("rsync://h-.example/m/x"), R_URI_HOST },
	{ BYTES("rsync://h_x.example/m/x"), R_URI_SYNTAX },
	/* what inet_aton(3) takes for 127.0.0.1 */
	{ BYTES("https://127.1/x"), R_URI_HOST },
	{ BYTES("https://0000000000000127.000000000000000.00000000000.1/x"),
	    R_URI_HOST },
	{ BYTES("https://2130706433/x"), R_URI_HOST },
	{ BYTES("https://0x7f.0.0.0x1/x"), R_URI_HOST },
	{ BYTES("https://0177.0.0.01/x"), R_URI_HOST },
	{ BYTES("https://127.0.0.256/x"), R_URI_HOST },
	{ BYTES("https://1.127.0.0.1/x"), R_URI_HOST },
	{ BYTES("https://[::1]/x"), R_URI_SYNTAX },
	{ BYTES("https://u@h/x"), R_URI_SYNTAX },
	{ BYTES("https://u:p@h/x"), R_URI_SYNTAX },
	{ BYTES("https://h%2e/x"), R_URI_SYNTAX },
	{ BYTES("https://h\0/x"), R_URI_SYNTAX },
	{ BYTES("https://h\\x/x"), R_URI_SYNTAX },
	{ BYTES("https://h:/x"), R_URI_PORT },
	{ BYTES("https://h:0/x"), R_URI_PORT },
	{ BYTES("https://h:65536/x"), R_URI_PORT },
	{ BYTES("https://h:080/x"), R_URI_PORT },
	{ BYTES("https://h:1:2/x"), R_URI_PORT },
	{ BYTES("https://h:x/x"), R_URI_PORT },
	{ BYTES("https://:80/x"), R_URI_HOST },
	{ BYTES("https://h"), R_URI_PATH },
	{ BYTES("rsync://h"), R_URI_PATH },
	{ BYTES("rsync://h/"), R_URI_PATH },
	{ BYTES("rsync://h/m"), R_URI_PATH },
	{ BYTES("rsync://h//x"), R_URI_PATH },
	{ BYTES("rsync://h/m//x"), R_URI_PATH },
	{ BYTES("rsync://h/m/x//"), R_URI_PATH },
	{ BYTES("rsync://h/../x"), R_URI_PATH },
	{ BYTES("rsync://h/m/.."), R_URI_PATH },
	{ BYTES("rsync://h/m/../x"), R_URI_PATH },
	{ BYTES("rsync://h/m/./x"), R_URI_PATH },
	{ BYTES("rsync://h/m/.x"), R_URI_PATH },
	{ BYTES("rsync://h/.m/x"), R_URI_PATH },
	{ BYTES("https://h/../x"), R_URI_PATH },
	{ BYTES("https://h//x"), R_URI_PATH },
	{ BYTES("rsync://h/m/%2e%2e/x"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/x\0.roa"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/x y"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/x\n"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/x\\y"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/x*"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/a:b"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/$x"), R_URI_SYNTAX },
	{ BYTES("rsync://h/m/\xc3\xa9"), R_URI_SYNTAX },
	{ BYTES("https://h/x?y"), R_URI_SYNTAX },
	{ BYTES("https://h/x#y"), R_URI_SYNTAX },
	{ BYTES("https://h?y"), R_URI_SYNTAX },
	{ BYTES("https://h#y"), R_URI_SYNTAX },
};

static void
test_refused(void **state)
{
	struct limits limits;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(refused); i++) {
		struct uri u = { .port = { NULL, 77 } };

		CHECK_REASON((const char *)refused[i].text.p,
		    uri_parse(&u, refused[i].text, &limits), refused[i].want);
		CHECK((const char *)refused[i].text.p, u.port.n == 77);
	}
}

/* "rsync://h/m/aaa...", with a segment of n. */
static struct span
long_segment(char *text, size_t size, size_t n)
{
	int at = snprintf(text, size, "rsync://h/m/");

	memset(text + at, 'a', n);
	return span_of(text, (size_t)at + n);
}

static void
test_lengths(void **state)
{
	static char text[4096];
	struct limits limits;
	struct span s;
	struct uri u;
	size_t n = 0;

	(void)state;
	limits_init(&limits);
	s = long_segment(text, sizeof(text), limits.name_max);
	assert_int_equal(uri_parse(&u, s, &limits), REASON_OK);
	s = long_segment(text, sizeof(text), limits.name_max + 1);
	CHECK_REASON("too long", uri_parse(&u, s, &limits), R_URI_LENGTH);

	n = (size_t)snprintf(text, sizeof(text), "rsync://h/m/");
	while (n < limits.uri_max) {
		text[n] = n % 2 == 0 ? 'a' : '/';
		n++;
	}
	assert_int_equal(uri_parse(&u, span_of(text, n), &limits), REASON_OK);
	text[n] = 'a';
	assert_int_equal(
	    uri_parse(&u, span_of(text, n + 1), &limits), R_URI_LENGTH);
}

static void
test_host_lengths(void **state)
{
	static const struct {
		const char *what, *text;
		enum reason want;
	} cases[] = {
		{ "label of 63", "https://" LABEL60 "123.example/", REASON_OK },
		{ "label of 64", "https://" LABEL60 "1234.example/",
		    R_URI_HOST },
		{ "name of 253",
		    "https://" LABEL60 "." LABEL60 "." LABEL60 "." LABEL60
		    ".1234567.x/",
		    REASON_OK },
		{ "name of 254",
		    "https://" LABEL60 "." LABEL60 "." LABEL60 "." LABEL60
		    ".12345678.x/",
		    R_URI_HOST },
	};
	struct limits limits;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct uri u;

		CHECK_REASON(cases[i].what,
		    uri_parse(&u, span_str(cases[i].text), &limits),
		    cases[i].want);
	}
}

static void
test_local(void **state)
{
	static const struct {
		const char *text;
		bool want;
	} cases[] = {
		{ "https://rpki.example.net/x", false },
		{ "https://rpki.example.net:443/x", true },
		{ "https://localhost/x", true },
		{ "https://a.LocalHost/x", true },
		{ "https://repo/x", true },
		{ "https://repo.local/x", true },
		{ "https://repo.internal/x", true },
		{ "https://1.0.0.127.in-addr.arpa/x", true },
		{ "https://locals.example/x", false },
		{ "https://0.0.0.0/x", true },
		{ "https://10.255.255.255/x", true },
		{ "https://11.0.0.0/x", false },
		{ "https://100.63.255.255/x", false },
		{ "https://100.64.0.0/x", true },
		{ "https://100.127.255.255/x", true },
		{ "https://100.128.0.0/x", false },
		{ "https://127.0.0.1/x", true },
		{ "https://128.0.0.1/x", false },
		{ "https://169.254.169.254/x", true },
		{ "https://169.253.0.1/x", false },
		{ "https://172.15.255.255/x", false },
		{ "https://172.16.0.0/x", true },
		{ "https://172.31.255.255/x", true },
		{ "https://172.32.0.0/x", false },
		{ "https://192.168.0.1/x", true },
		{ "https://192.169.0.1/x", false },
		{ "https://223.255.255.255/x", false },
		{ "https://224.0.0.1/x", true },
		{ "https://255.255.255.255/x", true },
	};
	struct limits limits;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct uri u;

		CHECK_REASON(cases[i].text,
		    uri_parse(&u, span_str(cases[i].text), &limits), REASON_OK);
		CHECK(cases[i].text, uri_is_local(&u) == cases[i].want);
	}
}

static void
test_join(void **state)
{
	static const struct {
		const char *folder, *name, *want;
	} cases[] = { { "rsync://h/m", "x.roa", "rsync://h/m/x.roa" },
		{ "rsync://h/m/", "x.roa", "rsync://h/m/x.roa" },
		{ "", "x.roa", "x.roa" },
		{ "rsync://h/m/", "", "rsync://h/m/" } };
	struct arena arena, none;

	(void)state;
	arena_init(&arena, 1000);
	arena_init(&none, 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span folder = span_str(cases[i].folder),
			    name = span_str(cases[i].name);

		CHECK(cases[i].want, span_eq(uri_join(&arena, folder, name),
					 span_str(cases[i].want)));
		CHECK(cases[i].want, uri_join(&none, folder, name).p == NULL);
	}
	arena_fini(&arena);
	arena_fini(&none);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_taken),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_host_lengths),
		cmocka_unit_test(test_local),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
