/* Trust anchor locators: those in use, and those that are none. */
#include "tests/check.h"

#include "tests/object/kit.h"

#define URI "https://rpki.example/ta.cer\n"

/* Text that ends in the base64 of a good key. */
static struct span
tal_text(struct kit *k, const char *head, const char *tail)
{
	struct crypt_key key = kit_key(k, 1);
	struct buf spki, b;

	buf_init(&spki, 1000);
	buf_init(&b, 100000);
	spki_write(&spki, &key);
	buf_puts(&b, head);
	base64_write(&b, buf_view(&spki));
	buf_puts(&b, tail);
	buf_fini(&spki);
	return kit_take(k, &b);
}

/* hostile.md TAL1 and TAL2. */
static void
test_head(void **state)
{
	static const struct {
		const char *what, *head;
		enum reason want;
		size_t offset;
	} cases[] = {
		{ "one URI", URI "\n", REASON_OK, 0 },
		{ "two URIs", URI "rsync://rpki.example/m/ta.cer\n\n",
		    REASON_OK, 0 },
		{ "CRLF", "https://rpki.example/ta.cer\r\n\r\n", REASON_OK, 0 },
		{ "comments", "# a\n#b\n" URI "\n", REASON_OK, 0 },
		{ "more empty lines", URI "\n\n\n", REASON_OK, 0 },
		{ "byte order mark", "\xef\xbb\xbf" URI "\n", R_TAL_TEXT, 0 },
		{ "no URI", "\n", R_TAL_NO_URI, 0 },
		{ "comments, no URI", "# a\n\n", R_TAL_NO_URI, 4 },
		{ "no empty line", URI, R_URI_SCHEME, 28 },
		{ "comment between URIs", URI "# a\n" URI "\n", R_URI_SCHEME,
		    28 },
		{ "blank line with a blank", URI " \n", R_URI_SCHEME, 28 },
		{ "blank before a URI", " " URI "\n", R_URI_SCHEME, 0 },
		{ "path goes up", "rsync://h.example/m/../../etc/passwd\n\n",
		    R_URI_PATH, 0 },
		{ "local file", "file:///etc/ta.cer\n\n", R_URI_SCHEME, 0 },
		{ "http", "http://rpki.example/ta.cer\n\n", R_URI_SCHEME, 0 },
		{ "user", "https://u:p@rpki.example/ta.cer\n\n", R_URI_SYNTAX,
		    0 },
		{ "a folder", "https://rpki.example/ta/\n\n", R_TAL_URI, 0 },
		{ "a host only", "https://rpki.example/\n\n", R_TAL_URI, 0 },
		{ "not base64", URI "\n!", R_TAL_KEY, 29 },
		{ "another key first", URI "\nMIIB\n", R_TAL_KEY, 29 },
		{ "comment before the key", URI "\n# key\n", R_TAL_KEY, 29 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span text;
		struct tal tal;
		struct kit k;

		kit_init(&k);
		text = tal_text(&k, cases[i].head, "\n");
		CHECK_REASON(cases[i].what,
		    tal_parse(&tal, text, kit_decode(&k, text)), cases[i].want);
		CHECK(cases[i].what, k.dec.why.reason == cases[i].want);
		if (k.dec.why.offset != cases[i].offset)
			fail_msg("%s: at %zu, not %zu", cases[i].what,
			    k.dec.why.offset, cases[i].offset);
		kit_fini(&k);
	}
}

static void
test_whole(void **state)
{
	static const struct {
		const char *what;
		struct span text;
		enum reason want;
	} cases[] = {
		{ "empty", { (const uint8_t *)"", 0 }, R_TAL_NO_URI },
		{ "only comments", { (const uint8_t *)"# a\n# b\n", 8 },
		    R_TAL_NO_URI },
		{ "only a comment, unended", { (const uint8_t *)"#", 1 },
		    R_TAL_NO_URI },
		{ "ends after the URI", { (const uint8_t *)URI, 28 },
		    R_TAL_NO_KEY },
		{ "ends after the empty line",
		    { (const uint8_t *)URI "\n", 29 }, R_TAL_KEY },
		{ "a NUL", { (const uint8_t *)URI "\0\n", 30 }, R_TAL_TEXT },
		{ "base64 of no key",
		    { (const uint8_t *)URI "\nMAAwAA==\n", 38 }, R_TAL_KEY },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct tal tal;
		struct kit k;

		kit_init(&k);
		CHECK_REASON(cases[i].what,
		    tal_parse(
			&tal, cases[i].text, kit_decode(&k, cases[i].text)),
		    cases[i].want);
		kit_fini(&k);
	}
}

/* RFC 7935 3: of 2048 bits, and RSA. */
static void
test_other_keys(void **state)
{
	static const struct {
		const char *what;
		enum crypt_alg alg;
		size_t n;
		enum reason want;
	} cases[] = {
		{ "RSA, 2048 bits", CRYPT_RSA, 256, REASON_OK },
		{ "RSA, 2056 bits", CRYPT_RSA, 257, R_TAL_KEY },
		{ "RSA, 4096 bits", CRYPT_RSA, 512, R_TAL_KEY },
		{ "P-256", CRYPT_P256, 65, R_TAL_KEY },
		{ "Ed25519", CRYPT_ED25519, 32, R_TAL_KEY },
	};
	static uint8_t raw[512];

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const struct crypt_key key = { cases[i].alg,
			span_of(raw, cases[i].n) };
		struct buf spki, text;
		struct tal tal;
		struct kit k;

		kit_init(&k);
		memset(raw, 0xff, sizeof(raw));
		if (cases[i].alg == CRYPT_P256)
			raw[0] = 4;
		buf_init(&spki, 4096);
		buf_init(&text, 8192);
		spki_write(&spki, &key);
		buf_puts(&text, URI "\n");
		base64_write(&text, buf_view(&spki));
		CHECK_REASON(cases[i].what,
		    tal_parse(
			&tal, buf_view(&text), kit_decode(&k, buf_view(&text))),
		    cases[i].want);
		buf_fini(&text);
		buf_fini(&spki);
		kit_fini(&k);
	}
}

static void
test_key(void **state)
{
	struct span text;
	struct tal tal;
	struct kit k;

	(void)state;
	kit_init(&k);
	/* What follows the key is not in it. */
	text = tal_text(&k, URI "\n", "MAA=\n");
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), R_TAL_KEY);
	text = tal_text(&k, URI "\n", "# end\n");
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), R_TAL_KEY);
	text = tal_text(&k, URI "\n", "");
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), REASON_OK);
	kit_fini(&k);
}

static void
test_limits(void **state)
{
	struct span text;
	struct buf head;
	struct tal tal;
	struct kit k;

	(void)state;
	kit_init(&k);
	buf_init(&head, 100000);
	for (size_t i = 0; i < k.limits.tal_uris; i++)
		buf_puts(&head, URI);
	buf_puts(&head, "\n");
	buf_byte(&head, '\0');
	text = tal_text(&k, (const char *)head.p, "\n");
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), REASON_OK);
	assert_int_equal(tal.n_uris, k.limits.tal_uris);
	k.limits.tal_uris--;
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), R_LIMIT_ITEMS);
	k.limits.tal_uris++;
	k.limits.object_max = text.n;
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), REASON_OK);
	k.limits.object_max = text.n - 1;
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), R_LIMIT_SIZE);
	buf_fini(&head);
	kit_fini(&k);
}

static void
test_long_line(void **state)
{
	struct span text;
	struct tal tal;
	struct kit k;
	uint8_t *p;

	(void)state;
	kit_init(&k);
	p = arena_alloc(&k.arena, 7000000);
	assert_non_null(p);
	memset(p, 'a', 7000000);
	text = span_of(p, 7000000);
	assert_true(tal_parse(&tal, text, kit_decode(&k, text)) != REASON_OK);
	p[0] = '#';
	assert_int_equal(
	    tal_parse(&tal, text, kit_decode(&k, text)), R_TAL_NO_URI);
	kit_fini(&k);
}

/* Everybody's, as they came: LF and CRLF, lines of 64, 80 and 392. */
static void
test_wild(void **state)
{
	static const struct {
		const char *name, *first;
	} files[] = {
		{ "etc/tals/afrinic.tal", NULL },
		{ "etc/tals/apnic.tal", NULL },
		{ "etc/tals/arin.tal", NULL },
		{ "etc/tals/lacnic.tal", NULL },
		{ "etc/tals/ripe.tal",
		    "https://rpki.ripe.net/ta/ripe-ncc-ta.cer" },
		{ "tests/wild/routinator/afrinic.tal", NULL },
		{ "tests/wild/routinator/apnic-testbed.tal", NULL },
		{ "tests/wild/routinator/apnic.tal", NULL },
		{ "tests/wild/routinator/arin-ote.tal", NULL },
		{ "tests/wild/routinator/arin.tal",
		    "rsync://rpki.arin.net/repository/arin-rpki-ta.cer" },
		{ "tests/wild/routinator/lacnic.tal", NULL },
		{ "tests/wild/routinator/nlnetlabs-testbed.tal", NULL },
		{ "tests/wild/routinator/ripe-pilot.tal", NULL },
		{ "tests/wild/routinator/ripe.tal", NULL },
		{ "tests/wild/fort/afrinic.tal", NULL },
		{ "tests/wild/fort/apnic.tal", NULL },
		{ "tests/wild/fort/arin.tal", NULL },
		{ "tests/wild/fort/lacnic.tal", NULL },
		{ "tests/wild/fort/ripe-ncc.tal", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(files); i++) {
		struct tal tal, again;
		struct span text;
		struct buf b;
		struct kit k;

		kit_init(&k);
		text = kit_file(&k, files[i].name);
		CHECK_REASON(files[i].name,
		    tal_parse(&tal, text, kit_decode(&k, text)), REASON_OK);
		CHECK(files[i].name, tal.n_uris == 2);
		if (files[i].first != NULL)
			CHECK(files[i].name, span_eq(tal.uris[0].text,
						 span_str(files[i].first)));
		buf_init(&b, 10000);
		tal_write(&b, &tal);
		text = kit_take(&k, &b);
		CHECK_REASON(files[i].name,
		    tal_parse(&again, text, kit_decode(&k, text)), REASON_OK);
		CHECK(files[i].name, span_eq(again.spki, tal.spki));
		CHECK(files[i].name,
		    span_eq(again.uris[1].text, tal.uris[1].text));
		kit_fini(&k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_head),
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_other_keys),
		cmocka_unit_test(test_key),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_wild),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
