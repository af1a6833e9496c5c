/* Files of RRDP: what is taken, what is refused and for what. */
#include "tests/check.h"

#include <stdlib.h>
#include <string.h>

#include "tests/fetch/files.h"

#define LISTED(hash) "<snapshot uri=\"" HOST "s.xml\" hash=\"" hash "\"/>"
#define DELTA(serial)                                                      \
	"<delta serial=\"" serial "\" uri=\"" HOST "d.xml\" hash=\"" HEX64 \
	"\"/>"
#define NOTE(body)          FILE_HEAD("notification", "3") body "</notification>"
#define SNAP(body)          FILE_HEAD("snapshot", "3") body "</snapshot>"
#define CHANGES(body)       FILE_HEAD("delta", "3") body "</delta>"
#define PUBLISH(name, text) "<publish uri=\"" OBJ name "\">" text "</publish>"
#define A10                 "aaaaaaaaaa"
#define A100                A10 A10 A10 A10 A10 A10 A10 A10 A10 A10
#define A1000               A100 A100 A100 A100 A100 A100 A100 A100 A100 A100
/* 102 bytes */
#define OBJECT                                                                 \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" \
	"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct {
	const char *what;
	enum rrdp_kind kind;
	const char *text;
	enum reason want;
} files[] = {
	{ "plain", RRDP_NOTIFICATION, NOTE(LISTED(HEX64)), REASON_OK },
	{ "deltas", RRDP_NOTIFICATION,
	    NOTE(LISTED(HEX64) DELTA("3") "\n" DELTA("2")), REASON_OK },
	{ "declared", RRDP_NOTIFICATION,
	    "<?xml version=\"1.0\" encoding=\"us-ascii\"?>" NOTE(LISTED(HEX64)),
	    REASON_OK },
	{ "declared UTF-8", RRDP_NOTIFICATION,
	    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" NOTE(LISTED(HEX64)),
	    REASON_OK },
	{ "prefixed", RRDP_SNAPSHOT,
	    "<r:snapshot xmlns:r=\"" SPACE
	    "\" version=\"1\" session_id=\"" SESSION
	    "\" serial=\"1\"></r:snapshot>",
	    REASON_OK },
	{ "short comment", RRDP_SNAPSHOT, SNAP("<!-- here -->"), REASON_OK },
	{ "empty snapshot", RRDP_SNAPSHOT, SNAP(""), REASON_OK },
	{ "empty delta", RRDP_DELTA, CHANGES(""), REASON_OK },
	{ "object", RRDP_SNAPSHOT, SNAP(PUBLISH("a.roa", OBJECT)), REASON_OK },
	{ "withdraw", RRDP_DELTA,
	    CHANGES("<withdraw uri=\"" OBJ "a.roa\" hash=\"" HEX64 "\"/>"),
	    REASON_OK },
	{ "replace", RRDP_DELTA,
	    CHANGES("<publish uri=\"" OBJ "a.roa\" hash=\"" HEX64 "\">" OBJECT
		    "</publish>"),
	    REASON_OK },

	/* RR1, RR15: what XML has and we do not */
	{ "nothing", RRDP_SNAPSHOT, "", R_RRDP_XML },
	{ "half", RRDP_SNAPSHOT, FILE_HEAD("snapshot", "3"), R_RRDP_XML },
	{ "not XML", RRDP_SNAPSHOT, "snapshot", R_RRDP_XML },
	{ "two roots", RRDP_SNAPSHOT, SNAP("") SNAP(""), R_RRDP_XML },
	{ "document type", RRDP_NOTIFICATION,
	    "<!DOCTYPE x SYSTEM \"http://127.0.0.1/x\">" NOTE(LISTED(HEX64)),
	    R_RRDP_DOCTYPE },
	{ "external entity", RRDP_SNAPSHOT,
	    "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>" SNAP(
		"&e;"),
	    R_RRDP_DOCTYPE },
	{ "undefined entity", RRDP_SNAPSHOT, SNAP("&e;"), R_RRDP_XML },
	{ "instruction", RRDP_SNAPSHOT, SNAP("<?x y?>"), R_RRDP_CONSTRUCT },
	{ "instruction before", RRDP_SNAPSHOT, "<?x y?>" SNAP(""),
	    R_RRDP_CONSTRUCT },
	{ "CDATA", RRDP_SNAPSHOT, SNAP("<![CDATA[ ]]>"), R_RRDP_CONSTRUCT },
	{ "declared UTF-16", RRDP_SNAPSHOT,
	    "<?xml version=\"1.0\" encoding=\"UTF-16\"?>" SNAP(""),
	    R_RRDP_ENCODING },
	{ "declared EBCDIC", RRDP_SNAPSHOT,
	    "<?xml version=\"1.0\" encoding=\"ebcdic-cp-us\"?>" SNAP(""),
	    R_RRDP_ENCODING },
	{ "XML 1.1", RRDP_SNAPSHOT, "<?xml version=\"1.1\"?>" SNAP(""),
	    R_RRDP_ENCODING },
	{ "not ASCII", RRDP_SNAPSHOT, SNAP("\xc3\xa4"), R_RRDP_XML },
	{ "byte order mark", RRDP_SNAPSHOT, "\xef\xbb\xbf" SNAP(""),
	    REASON_OK },
	{ "UTF-16", RRDP_SNAPSHOT, "\xff\xfe<", R_RRDP_XML },

	/* RFC 8182 3.5.4: the schema */
	{ "no namespace", RRDP_SNAPSHOT,
	    "<snapshot version=\"1\" session_id=\"" SESSION "\" serial=\"1\"/>",
	    R_RRDP_ELEMENT },
	{ "other namespace", RRDP_SNAPSHOT,
	    "<snapshot xmlns=\"" SPACE
	    "/2\" version=\"1\" session_id=\"" SESSION "\" serial=\"1\"/>",
	    R_RRDP_ELEMENT },
	{ "other kind", RRDP_SNAPSHOT, CHANGES(""), R_RRDP_ELEMENT },
	{ "no snapshot", RRDP_NOTIFICATION, NOTE(""), R_RRDP_ELEMENT },
	{ "two snapshots", RRDP_NOTIFICATION, NOTE(LISTED(HEX64) LISTED(HEX64)),
	    R_RRDP_ELEMENT },
	{ "delta first", RRDP_NOTIFICATION, NOTE(DELTA("3") LISTED(HEX64)),
	    R_RRDP_ELEMENT },
	{ "nested", RRDP_NOTIFICATION,
	    NOTE("<snapshot uri=\"" HOST "s\" hash=\"" HEX64
		 "\"><delta/></snapshot>"),
	    R_RRDP_ELEMENT },
	{ "publish in publish", RRDP_SNAPSHOT,
	    SNAP(
		"<publish uri=\"" OBJ "a\">" PUBLISH("b", OBJECT) "</publish>"),
	    R_RRDP_ELEMENT },
	{ "withdraw in a snapshot", RRDP_SNAPSHOT,
	    SNAP("<withdraw uri=\"" OBJ "a.roa\" hash=\"" HEX64 "\"/>"),
	    R_RRDP_ELEMENT },
	{ "unknown element", RRDP_DELTA, CHANGES("<move/>"), R_RRDP_ELEMENT },
	{ "text in a notification", RRDP_NOTIFICATION, NOTE("x" LISTED(HEX64)),
	    R_RRDP_TEXT },
	{ "text in a withdraw", RRDP_DELTA,
	    CHANGES("<withdraw uri=\"" OBJ "a.roa\" hash=\"" HEX64
		    "\">x</withdraw>"),
	    R_RRDP_TEXT },
	{ "no version", RRDP_SNAPSHOT,
	    "<snapshot xmlns=\"" SPACE "\" session_id=\"" SESSION
	    "\" serial=\"1\"/>",
	    R_RRDP_ATTRIBUTE },
	{ "unknown attribute", RRDP_SNAPSHOT,
	    "<snapshot xmlns=\"" SPACE "\" version=\"1\" session_id=\"" SESSION
	    "\" serial=\"1\" at=\"now\"/>",
	    R_RRDP_ATTRIBUTE },
	{ "attribute twice", RRDP_SNAPSHOT,
	    "<snapshot xmlns=\"" SPACE "\" version=\"1\" session_id=\"" SESSION
	    "\" session_id=\"" SESSION "\" serial=\"1\"/>",
	    R_RRDP_XML },
	{ "attribute of a namespace", RRDP_SNAPSHOT,
	    "<snapshot xmlns=\"" SPACE "\" version=\"1\" session_id=\"" SESSION
	    "\" serial=\"1\" xml:lang=\"en\"/>",
	    R_RRDP_ATTRIBUTE },
	{ "hash in a snapshot", RRDP_SNAPSHOT,
	    SNAP("<publish uri=\"" OBJ "a\" hash=\"" HEX64 "\">" OBJECT
		 "</publish>"),
	    R_RRDP_ATTRIBUTE },
	{ "withdraw without a hash", RRDP_DELTA,
	    CHANGES("<withdraw uri=\"" OBJ "a.roa\"/>"), R_RRDP_ATTRIBUTE },
	{ "version 2", RRDP_SNAPSHOT,
	    "<snapshot xmlns=\"" SPACE "\" version=\"2\" session_id=\"" SESSION
	    "\" serial=\"1\"/>",
	    R_RRDP_VERSION },
	{ "hash too short", RRDP_NOTIFICATION, NOTE(LISTED("0011")),
	    R_RRDP_HASH_FORM },
	{ "hash of other digits", RRDP_NOTIFICATION,
	    NOTE(LISTED("g0112233445566778899aabbccddeeff"
			"00112233445566778899aabbccddeeff")),
	    R_RRDP_HASH_FORM },

	/* RR13 */
	{ "no padding", RRDP_SNAPSHOT, SNAP(PUBLISH("a.roa", OBJECT "AA")),
	    R_RRDP_BASE64 },
	{ "bad character", RRDP_SNAPSHOT, SNAP(PUBLISH("a.roa", "!" OBJECT)),
	    R_RRDP_BASE64 },
	{ "behind the padding", RRDP_SNAPSHOT,
	    SNAP(PUBLISH("a.roa", OBJECT "AA==" OBJECT)), R_RRDP_BASE64 },
	{ "character by number", RRDP_SNAPSHOT,
	    SNAP(PUBLISH("a.roa", "&#65;AAA" OBJECT)), REASON_OK },

	/* RR14 */
	{ "up", RRDP_SNAPSHOT, SNAP(PUBLISH("../a.roa", OBJECT)), R_RRDP_URI },
	{ "hidden", RRDP_SNAPSHOT, SNAP(PUBLISH(".a.roa", OBJECT)),
	    R_RRDP_URI },
	{ "up, by numbers", RRDP_SNAPSHOT,
	    SNAP(PUBLISH("&#46;&#x2e;/a.roa", OBJECT)), R_RRDP_URI },
	{ "percent", RRDP_SNAPSHOT, SNAP(PUBLISH("%2e%2e/a.roa", OBJECT)),
	    R_RRDP_URI },
	{ "NUL", RRDP_SNAPSHOT, SNAP(PUBLISH("a&#0;.roa", OBJECT)),
	    R_RRDP_XML },
	{ "more characters than 2048", RRDP_SNAPSHOT,
	    SNAP(PUBLISH(A1000 A1000 A100 "/a.roa", OBJECT)), R_RRDP_URI },
	{ "host of dots", RRDP_SNAPSHOT,
	    SNAP("<publish uri=\"rsync://..//x\">" OBJECT "</publish>"),
	    R_RRDP_URI },
	{ "object by https", RRDP_SNAPSHOT,
	    SNAP("<publish uri=\"" HOST "a.roa\">" OBJECT "</publish>"),
	    R_RRDP_URI },
	{ "name nobody takes", RRDP_SNAPSHOT, SNAP(PUBLISH("a b.roa", OBJECT)),
	    REASON_OK },
};

static void
test_files(void **state)
{
	struct limits limits;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(files); i++) {
		struct taken t;

		take_file(
		    &t, files[i].kind, span_str(files[i].text), false, &limits);
		CHECK_REASON(files[i].what, t.reason, files[i].want);
		taken_fini(&t);
	}
}

static const struct {
	const char *session, *serial;
	enum reason want;
} heads[] = {
	{ SESSION, "1", REASON_OK },
	{ SESSION, "9223372036854775807", REASON_OK },
	{ "B912D0FC-14D3-4A51-BC6B-CEB9E7384222", "1", REASON_OK },
	/* RR4 */
	{ SESSION, "0", R_RRDP_SERIAL },
	{ SESSION, "-1", R_RRDP_SERIAL },
	{ SESSION, "+1", R_RRDP_SERIAL },
	{ SESSION, "01", R_RRDP_SERIAL },
	{ SESSION, "1e3", R_RRDP_SERIAL },
	{ SESSION, " 1", R_RRDP_SERIAL },
	{ SESSION, "", R_RRDP_SERIAL },
	{ SESSION, "9223372036854775808", R_RRDP_SERIAL },
	{ SESSION, "18446744073709551616", R_RRDP_SERIAL },
	/* RR5 */
	{ "", "1", R_RRDP_SESSION },
	{ "b912d0fc14d34a51bc6bceb9e7384222", "1", R_RRDP_SESSION },
	{ "b912d0fc-14d3-1a51-bc6b-ceb9e7384222", "1", R_RRDP_SESSION },
	{ "b912d0fc-14d3-4a51-7c6b-ceb9e7384222", "1", R_RRDP_SESSION },
	{ "b912d0fc-14d3-4a51-bc6b-ceb9e738422g", "1", R_RRDP_SESSION },
	{ "b912d0fc-14d3-4a51-bc6b-ceb9e73842220", "1", R_RRDP_SESSION },
	{ "b912d0fc_14d3_4a51_bc6b_ceb9e7384222", "1", R_RRDP_SESSION },
};

static void
put_head(struct buf *out, const char *session, const char *serial)
{
	buf_printf(out,
	    "<snapshot xmlns=\"" SPACE
	    "\" version=\"1\" session_id=\"%s\" serial=\"%s\">",
	    session, serial);
}

static void
test_heads(void **state)
{
	struct limits limits;

	(void)state;
	limits_init(&limits);
	for (size_t i = 0; i < COUNT(heads); i++) {
		struct taken t;
		struct buf b;

		buf_init(&b, 1024);
		put_head(&b, heads[i].session, heads[i].serial);
		buf_puts(&b, "</snapshot>");
		take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, &limits);
		CHECK_REASON(heads[i].serial, t.reason, heads[i].want);
		taken_fini(&t);
		buf_fini(&b);
	}
}

/* RR4: a serial of 4000 digits is refused as any other. */
static void
test_long_serial(void **state)
{
	struct limits limits;
	struct taken t;
	struct buf b;

	(void)state;
	limits_init(&limits);
	buf_init(&b, 8192);
	buf_puts(&b, "<snapshot xmlns=\"" SPACE
		     "\" version=\"1\" session_id=\"" SESSION "\" serial=\"");
	for (int i = 0; i < 4000; i++)
		buf_byte(&b, '9');
	buf_puts(&b, "\"/>");
	take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, &limits);
	CHECK_REASON("rrdp.serial", t.reason, R_RRDP_SERIAL);
	taken_fini(&t);
	buf_fini(&b);
}

/* ---- limits ---------------------------------------------------------- */

static void
put_many(struct buf *b, size_t n, char c)
{
	while (n-- > 0)
		buf_byte(b, (uint8_t)c);
}

static enum reason
snapshot_with(
    const char *before, size_t n, char c, const char *after, struct limits *l)
{
	enum reason r;
	struct taken t;
	struct buf b;

	buf_init(&b, 80 << 20);
	put_head(&b, SESSION, "1");
	buf_puts(&b, before);
	put_many(&b, n, c);
	buf_puts(&b, after);
	buf_puts(&b, "</snapshot>");
	assert_false(b.failed);
	take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, l);
	r = t.reason;
	taken_fini(&t);
	buf_fini(&b);
	return r;
}

/* RR3, RR15: attributes, comments and white space are bounded to the byte;
 * 64 MiB of them are no more trouble than one too many. */
static void
test_tag_limit(void **state)
{
	struct limits l;
	static const char a[] = "<publish uri=\"", z[] = "\">";
	static const char c[] = "<!--", d[] = "-->";
	size_t tag, comment;

	(void)state;
	limits_init(&l);
	tag = (size_t)l.rrdp_tag - strlen(a) - strlen(z);
	comment = (size_t)l.rrdp_tag - strlen(c) - strlen(d);
	CHECK_REASON("rrdp.uri", snapshot_with(a, tag, 'a', z, &l), R_RRDP_URI);
	CHECK_REASON(
	    "rrdp.tag", snapshot_with(a, tag + 1, 'a', z, &l), R_RRDP_TAG);
	CHECK_REASON(
	    "rrdp.tag", snapshot_with(a, 64 << 20, 'a', z, &l), R_RRDP_TAG);
	CHECK_REASON(
	    "rrdp.tag", snapshot_with(a, 1 << 20, '>', z, &l), R_RRDP_TAG);
	assert_int_equal(snapshot_with(c, comment, 'c', d, &l), REASON_OK);
	CHECK_REASON(
	    "rrdp.tag", snapshot_with(c, comment + 1, 'c', d, &l), R_RRDP_TAG);
	CHECK_REASON(
	    "rrdp.tag", snapshot_with(c, 8 << 20, 'c', d, &l), R_RRDP_TAG);
	/* White space between elements is text, and costs nothing. */
	assert_int_equal(snapshot_with("", 1 << 20, ' ', "", &l), REASON_OK);
}

/* RR3: a million attributes, and A9: a million elements in one another. */
static void
test_many(void **state)
{
	struct limits l;
	struct taken t;
	struct buf b;

	(void)state;
	limits_init(&l);
	buf_init(&b, 32 << 20);
	buf_puts(&b, "<snapshot ");
	for (int i = 0; i < 1000000; i++)
		buf_printf(&b, "a%d=\"\" ", i);
	take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, &l);
	CHECK_REASON("rrdp.tag", t.reason, R_RRDP_TAG);
	taken_fini(&t);
	buf_reset(&b);
	put_head(&b, SESSION, "1");
	for (int i = 0; i < 1000000; i++)
		buf_puts(&b, "<a>");
	take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, &l);
	CHECK_REASON("rrdp.element", t.reason, R_RRDP_ELEMENT);
	taken_fini(&t);
	buf_fini(&b);
}

/* RR13: what is too small or too large keeps its hash, and nothing else. */
static void
test_object_size(void **state)
{
	struct {
		size_t chars; /* of base64: three bytes for four */
		enum reason want;
	} sizes[] = { { 0, R_RRDP_OBJECT_SIZE }, { 132, R_RRDP_OBJECT_SIZE },
		{ 136, REASON_OK }, { 400, REASON_OK },
		{ 404, R_RRDP_OBJECT_SIZE }, { 40000, R_RRDP_OBJECT_SIZE } };
	static uint8_t zeros[30000];
	struct limits l;

	(void)state;
	limits_init(&l);
	l.object_max = 300;
	for (size_t i = 0; i < COUNT(sizes); i++) {
		struct digest want =
		    hash_of(span_of(zeros, sizes[i].chars / 4 * 3));
		struct rrdp_record r;
		struct span uri;
		struct taken t;
		struct buf b;

		buf_init(&b, 1 << 20);
		put_head(&b, SESSION, "1");
		buf_puts(&b, "<publish uri=\"" OBJ "a.roa\">");
		put_many(&b, sizes[i].chars, 'A');
		buf_puts(&b, "</publish></snapshot>");
		take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, &l);
		assert_int_equal(t.reason, REASON_OK);
		assert_true(rrdp_index_next(&r, &uri, &t.view));
		assert_true(rrdp_index_next(&r, &uri, &t.view));
		assert_int_equal(r.kind, RECORD_PUBLISH);
		assert_int_equal(r.reason, sizes[i].want);
		provoked((enum reason)r.reason);
		assert_true(digest_eq(&r.hash, &want));
		assert_int_equal(t.bytes_map.n,
		    sizes[i].want == REASON_OK ? sizes[i].chars / 4 * 3 : 0);
		t.view.rest =
		    span_of(t.view.rest.p - 2 * sizeof(r) - (uri.n + 7) / 8 * 8,
			t.view.rest.n + 2 * sizeof(r) + (uri.n + 7) / 8 * 8);
		taken_fini(&t);
		buf_fini(&b);
	}
}

/* A name nobody takes, or one that is too long, is kept as it is. */
static void
test_object_uri(void **state)
{
	char name[300] = { 0 };
	struct limits l;

	(void)state;
	limits_init(&l);
	for (int i = 0; i < 3; i++) {
		struct rrdp_index x;
		struct rrdp_record r;
		struct span uri;
		struct taken t;
		struct buf b;

		memset(name, 'a', 257);
		name[i == 2 ? 255 : 256] = '\0';
		buf_init(&b, 4096);
		buf_puts(&b, FILE_HEAD("snapshot", "3"));
		buf_printf(&b,
		    "<publish uri=\"" OBJ "%s\">" OBJECT "</publish>",
		    i == 0 ? "&#10;a&quot;b.roa" : name);
		buf_puts(&b, "</snapshot>");
		take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, &l);
		assert_int_equal(t.reason, REASON_OK);
		x = t.view;
		assert_true(rrdp_index_next(&r, &uri, &x));
		assert_true(rrdp_index_next(&r, &uri, &x));
		assert_int_equal(r.kind, RECORD_PUBLISH);
		assert_int_equal(
		    r.reason, i == 2 ? REASON_OK : R_RRDP_OBJECT_URI);
		provoked((enum reason)r.reason);
		assert_int_equal(t.bytes_map.n, i == 2 ? 102 : 0);
		if (i == 0)
			assert_true(span_eq(uri, SPAN(OBJ "\na\"b.roa")));
		taken_fini(&t);
		buf_fini(&b);
	}
}

static void
test_file_limits(void **state)
{
	struct limits l;
	struct taken t;

	(void)state;
	limits_init(&l);
	l.repository_files = 1;
	take_file(
	    &t, RRDP_SNAPSHOT, span_str(SNAP(PUBLISH("a", OBJECT))), false, &l);
	assert_int_equal(t.reason, REASON_OK);
	taken_fini(&t);
	take_file(&t, RRDP_SNAPSHOT,
	    span_str(SNAP(PUBLISH("a", OBJECT) PUBLISH("b", OBJECT))), false,
	    &l);
	CHECK_REASON("fetch.files", t.reason, R_FETCH_FILES);
	taken_fini(&t);
	l.notification_bytes = strlen(NOTE(LISTED(HEX64)));
	take_file(
	    &t, RRDP_NOTIFICATION, span_str(NOTE(LISTED(HEX64))), false, &l);
	assert_int_equal(t.reason, REASON_OK);
	taken_fini(&t);
	take_file(&t, RRDP_NOTIFICATION, span_str(NOTE(LISTED(HEX64)) " "),
	    false, &l);
	CHECK_REASON("fetch.http-size", t.reason, R_FETCH_HTTP_SIZE);
	taken_fini(&t);
}

/* ---- notifications --------------------------------------------------- */

static enum reason
note(struct rrdp_notification *out, struct arena *a, struct span text,
    struct limits *l)
{
	struct fault why;
	enum reason r;
	struct taken t;
	struct uri uri;

	fault_init(&why, SPAN(""));
	assert_int_equal(
	    uri_parse(&uri, SPAN(HOST "notification.xml"), l), REASON_OK);
	rrdp_notification_init(out, &uri, a, l);
	take_file(&t, RRDP_NOTIFICATION, text, false, l);
	r = rrdp_index_notification(out, &t.view, &why);
	taken_fini(&t);
	return r;
}

static const struct {
	const char *uri;
	enum reason want;
} origins[] = {
	{ "https://rrdp.example.net/x/s.xml", REASON_OK },
	{ "https://rrdp.example.net:443/s.xml", REASON_OK },
	{ "https://rrdp.example.net:444/s.xml", R_RRDP_ORIGIN },
	{ "https://rrdp.example.org/s.xml", R_RRDP_ORIGIN },
	{ "https://cdn.rrdp.example.net/s.xml", R_RRDP_ORIGIN },
	{ "http://rrdp.example.net/s.xml", R_RRDP_URI },
	{ "rsync://rrdp.example.net/m/s.xml", R_RRDP_URI },
	{ "s.xml", R_RRDP_URI },
	{ "https://rrdp.example.net/../s.xml", R_RRDP_URI },
	{ "https://a@rrdp.example.net/s.xml", R_RRDP_URI },
	{ "https://rrdp.example.net/s.xml?x", R_RRDP_URI },
};

/* RFC 9674: A13. */
static void
test_origin(void **state)
{
	struct rrdp_notification n;
	struct limits l;
	struct arena a;

	(void)state;
	limits_init(&l);
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNT(origins); i++) {
		struct buf b;

		buf_init(&b, 4096);
		buf_puts(&b, FILE_HEAD("notification", "3"));
		buf_printf(&b,
		    "<snapshot uri=\"%s\" hash=\"" HEX64 "\"/></notification>",
		    origins[i].uri);
		CHECK_REASON(origins[i].uri, note(&n, &a, buf_view(&b), &l),
		    origins[i].want);
		buf_reset(&b);
		buf_puts(&b, FILE_HEAD("notification", "3") LISTED(HEX64));
		buf_printf(&b,
		    "<delta serial=\"3\" uri=\"%s\" hash=\"" HEX64
		    "\"/></notification>",
		    origins[i].uri);
		CHECK_REASON(origins[i].uri, note(&n, &a, buf_view(&b), &l),
		    origins[i].want);
		buf_fini(&b);
	}
	arena_fini(&a);
}

static void
put_note(struct buf *b, unsigned n)
{
	buf_puts(b, FILE_HEAD("notification", "2000000") LISTED(HEX64));
	for (unsigned i = 0; i < n; i++)
		buf_printf(b,
		    "<delta serial=\"%u\" uri=\"" HOST "d\" hash=\"" HEX64
		    "\"/>",
		    2000000 - i);
	buf_puts(b, "</notification>");
}

/* RR7: the list is read as far as the limit, and what follows is not. */
static void
test_delta_list(void **state)
{
	struct rrdp_notification n;
	struct limits l;
	struct arena a;
	struct buf b;

	(void)state;
	limits_init(&l);
	arena_init(&a, 1 << 20);
	buf_init(&b, 8 << 20);
	put_note(&b, 500);
	assert_int_equal(note(&n, &a, buf_view(&b), &l), REASON_OK);
	assert_int_equal(n.n, 500);
	assert_false(n.is_cut);
	assert_int_equal(n.deltas[0].serial, 1999501);
	assert_int_equal(n.deltas[499].serial, 2000000);
	arena_reset(&a);
	buf_reset(&b);
	put_note(&b, 501);
	assert_int_equal(note(&n, &a, buf_view(&b), &l), REASON_OK);
	assert_int_equal(n.n, 500);
	assert_true(n.is_cut);
	arena_reset(&a);
	buf_reset(&b);
	put_note(&b, 40000);
	assert_int_equal(note(&n, &a, buf_view(&b), &l), REASON_OK);
	assert_true(n.is_cut);
	CHECK_REASON("rrdp.duplicate",
	    note(&n, &a, SPAN(NOTE(LISTED(HEX64) DELTA("3") DELTA("3"))), &l),
	    R_RRDP_DUPLICATE);
	buf_fini(&b);
	arena_fini(&a);
}

/* ---- found in the wild ----------------------------------------------- */

static void
read_wild(struct buf *out, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[1024], piece[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/tests/wild/rrdp/%s",
	    top == NULL ? "." : top, name);
	f = fopen(path, "rb");
	assert_non_null(f);
	buf_init(out, 1 << 20);
	while ((n = fread(piece, 1, sizeof(piece), f)) > 0)
		buf_add(out, piece, n);
	assert_int_equal(fclose(f), 0);
	assert_false(out->failed);
}

static const struct {
	const char *name;
	enum rrdp_kind kind;
	enum reason want;
	unsigned records; /* with head and end */
	unsigned bad;     /* objects of no bytes, by whoever made them */
} wild[] = {
	{ "lolz-notification.xml", RRDP_NOTIFICATION, R_RRDP_DOCTYPE, 1, 0 },
	{ "ripe-notification.xml", RRDP_NOTIFICATION, REASON_OK, 94, 0 },
	{ "ripe-notification-unsorted.xml", RRDP_NOTIFICATION, REASON_OK, 94,
	    0 },
	{ "ripe-notification-with-gaps.xml", RRDP_NOTIFICATION, REASON_OK, 93,
	    0 },
	{ "fort-notification.xml", RRDP_NOTIFICATION, REASON_OK, 8, 0 },
	{ "ripe-delta.xml", RRDP_DELTA, REASON_OK, 68, 2 },
	{ "ripe-snapshot.xml", RRDP_SNAPSHOT, REASON_OK, 0, 2 },
};

static void
test_wild(void **state)
{
	struct limits l;

	(void)state;
	limits_init(&l);
	for (size_t i = 0; i < COUNT(wild); i++) {
		struct rrdp_index x;
		struct rrdp_record r;
		unsigned n = 0, bad = 0;
		struct span text;
		struct taken t;
		struct buf b;

		read_wild(&b, wild[i].name);
		take_file(&t, wild[i].kind, buf_view(&b), false, &l);
		CHECK_REASON(wild[i].name, t.reason, wild[i].want);
		for (x = t.view; rrdp_index_next(&r, &text, &x); n++)
			bad += r.kind != RECORD_END && r.reason != 0;
		CHECK(wild[i].name, bad == wild[i].bad);

		CHECK(wild[i].name,
		    wild[i].records == 0 ? n > 20 : n == wild[i].records);
		taken_fini(&t);
		buf_fini(&b);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_long_serial),
		cmocka_unit_test(test_tag_limit),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_object_size),
		cmocka_unit_test(test_object_uri),
		cmocka_unit_test(test_file_limits),
		cmocka_unit_test(test_origin),
		cmocka_unit_test(test_delta_list),
		cmocka_unit_test(test_wild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
