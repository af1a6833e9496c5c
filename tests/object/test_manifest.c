/* RFC 9286 manifests. */
#include <stdio.h>
#include <string.h>

#include "tests/object/fixture.h"

#define H32(x) x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x
#define THIS   "18{32303236303130313030303030305a} "
#define NEXT   "18{32303236303130323030303030305a} "
#define SHA256 "06{608648016503040201} "
/* a.crl and b.roa */
#define CRL "30{ 16{612e63726c} 03{00 " H32("11") "} } "
#define ROA "30{ 16{622e726f61} 03{00 " H32("22") "} } "
#define MFT(number, files) \
	"30{ 02{" number "} " THIS NEXT SHA256 "30{ " files " } }"
#define M20 "7fffffffffffffffffffffffffffffffffffffff"

static const struct {
	const char *what, *der;
	enum reason want;
} contents[] = {
	{ "two files", MFT("2a", CRL ROA), REASON_OK },
	{ "number 0", MFT("00", CRL), REASON_OK },
	{ "number 2^159 - 1", MFT(M20, CRL), REASON_OK },
	{ "number 2^159",
	    MFT("00"
		"80"
		"00000000000000000000000000000000000000",
		CRL),
	    R_MANIFEST_NUMBER_RANGE },
	{ "number 2^160",
	    MFT("01"
		"0000000000000000000000000000000000000000",
		CRL),
	    R_MANIFEST_NUMBER_RANGE },
	{ "number -1", MFT("ff", CRL), R_MANIFEST_NUMBER_RANGE },
	{ "number not minimal", MFT("002a", CRL), R_DER_INTEGER },
	{ "no file", MFT("2a", ""), R_MANIFEST_EMPTY },
	{ "version 0, encoded",
	    "30{ a0{ 02{00} } 02{2a} " THIS NEXT SHA256 "30{ " CRL " } }",
	    R_DER_DEFAULT },
	{ "version 1",
	    "30{ a0{ 02{01} } 02{2a} " THIS NEXT SHA256 "30{ " CRL " } }",
	    R_MANIFEST_VERSION },
	{ "window upside down",
	    "30{ 02{2a} " NEXT THIS SHA256 "30{ " CRL " } }",
	    R_MANIFEST_WINDOW },
	{ "window empty", "30{ 02{2a} " THIS THIS SHA256 "30{ " CRL " } }",
	    R_MANIFEST_WINDOW },
	{ "UTCTime",
	    "30{ 02{2a} 17{3236303130313030303030305a} " NEXT SHA256 "30{ " CRL
	    " } }",
	    R_DER_TAG },
	{ "fraction of a second",
	    "30{ 02{2a} 18{32303236303130313030303030302e355a} " NEXT SHA256
	    "30{ " CRL " } }",
	    R_DER_TIME },
	{ "30 February",
	    "30{ 02{2a} 18{32303236303233303030303030305a} " NEXT SHA256
	    "30{ " CRL " } }",
	    R_DER_TIME },
	{ "SHA-512",
	    "30{ 02{2a} " THIS NEXT "06{608648016503040203} 30{ " CRL " } }",
	    R_MANIFEST_HASH_ALGORITHM },
	{ "hash of 31 bytes", MFT("2a", "30{ 16{612e63726c} 03{00 1111} } "),
	    R_MANIFEST_HASH },
	{ "hash of 255 bits",
	    MFT("2a", "30{ 16{612e63726c} 03{01 " H32("22") "} } "),
	    R_MANIFEST_HASH },
	{ "name twice",
	    MFT("2a", CRL ROA "30{ 16{612e63726c} 03{00 " H32("33") "} } "),
	    R_MANIFEST_DUPLICATE },
	{ "hash twice",
	    MFT("2a", CRL ROA "30{ 16{632e726f61} 03{00 " H32("11") "} } "),
	    R_MANIFEST_DUPLICATE },
	{ "trailing in a file",
	    MFT("2a", "30{ 16{612e63726c} 03{00 " H32("11") "} 05{} } "),
	    R_DER_TRAILING },
	{ "trailing after the list",
	    "30{ 02{2a} " THIS NEXT SHA256 "30{ " CRL " } 05{} }",
	    R_DER_TRAILING },
	{ "trailing bytes", MFT("2a", CRL) " 00", R_DER_TRAILING },
	{ "a UTF8String name",
	    MFT("2a", "30{ 0c{612e63726c} 03{00 " H32("11") "} } "),
	    R_DER_TAG },
	{ "a name with NUL",
	    MFT("2a", "30{ 16{61002e63726c} 03{00 " H32("11") "} } "),
	    R_MANIFEST_NAME },
};

static void
test_parse(void **state)
{
	struct fixture *f = *state;
	struct manifest m;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(contents); i++) {
		struct decode *dec;

		buf_reset(&b);
		der_text(&b, contents[i].der);
		dec = fixture_decode(f, buf_view(&b));
		CHECK_REASON(contents[i].what,
		    manifest_parse(&m, buf_view(&b), dec), contents[i].want);
		CHECK_REASON(
		    contents[i].what, dec->why.reason, contents[i].want);
	}
	buf_fini(&b);
}

static const struct {
	const char *name;
	bool valid;
} names[] = {
	{ "a.roa", true },
	{ "AZaz09-_.xyz", true },
	{ "-.crl", true },
	{ "conx.roa", true },
	{ "com0.roa", true },
	{ "icon.roa", true },
	{ ".roa", false },
	{ "a.ro", false },
	{ "a.roaa", false },
	{ "a.ROA", false },
	{ "a.r0a", false },
	{ "a.b.roa", false },
	{ "a..roa", false },
	{ "aroa", false },
	{ "", false },
	{ "../x.roa", false },
	{ "/x.roa", false },
	{ "a/b.roa", false },
	{ "a\\b.roa", false },
	{ "a b.roa", false },
	{ "a%2e.roa", false },
	{ "\xc3\xa9.roa", false },
	{ "a\n.roa", false },
	{ "CON.roa", false },
	{ "nul.crl", false },
	{ "LPT9.cer", false },
};

static void
test_names(void **state)
{
	struct fixture *f = *state;
	char name[257];

	for (size_t i = 0; i < COUNT(names); i++)
		CHECK(names[i].name,
		    manifest_name_is_valid(
			span_str(names[i].name), &f->limits) == names[i].valid);
	memset(name, 'a', sizeof(name));
	memcpy(name + 251, ".roa", 4);
	assert_true(manifest_name_is_valid(span_of(name, 255), &f->limits));
	memcpy(name + 251, "a.roa", 5);
	assert_false(manifest_name_is_valid(span_of(name, 256), &f->limits));
}

/* n files of different names and hashes. */
static void
files_make(struct manifest *m, char (*text)[32], size_t n)
{
	for (size_t i = 0; i < n; i++) {
		(void)snprintf(
		    text[i], sizeof(text[i]), "%zu.roa", i * 7919 % n);
		m->files[i].name = span_str(text[i]);
		memset(&m->files[i].hash, 0, sizeof(m->files[i].hash));
		memcpy(m->files[i].hash.b, &i, sizeof(i));
	}
	m->n = n;
}

static void
test_write(void **state)
{
	struct fixture *f = *state;
	struct manifest_file files[3];
	struct manifest m = { .number = SPAN("\x80\x01"), .files = files },
			again;
	char text[3][32];
	struct buf b;

	m.this_update_at = AT_2026;
	m.next_update_at = AT_2026 + DAY;
	files_make(&m, text, 3);
	buf_init(&b, BUF_CAP);
	manifest_write(&b, &m);
	assert_int_equal(manifest_parse(&again, buf_view(&b),
			     fixture_decode(f, buf_view(&b))),
	    REASON_OK);
	assert_true(span_eq(again.number, SPAN("\0\x80\x01")));
	assert_int_equal(again.this_update_at, m.this_update_at);
	assert_int_equal(again.next_update_at, m.next_update_at);
	assert_int_equal(again.n, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_true(span_eq(again.files[i].name, files[i].name));
		assert_true(digest_eq(&again.files[i].hash, &files[i].hash));
	}
	buf_fini(&b);
}

static void
test_limit(void **state)
{
	struct fixture *f = *state;
	size_t n = 100000;
	struct manifest m = { .number = SPAN("\x01") }, again;
	char(*text)[32] = base_alloc((n + 1) * 32);
	struct buf b;

	m.files = base_alloc((n + 1) * sizeof(*m.files));
	assert_true(m.files != NULL && text != NULL);
	assert_int_equal(f->limits.manifest_files, n);
	m.this_update_at = AT_2026;
	m.next_update_at = AT_2026 + DAY;
	files_make(&m, text, n);
	buf_init(&b, BUF_CAP);
	manifest_write(&b, &m);
	assert_int_equal(manifest_parse(&again, buf_view(&b),
			     fixture_decode(f, buf_view(&b))),
	    REASON_OK);
	assert_int_equal(again.n, n);
	files_make(&m, text, n + 1);
	buf_reset(&b);
	manifest_write(&b, &m);
	assert_int_equal(manifest_parse(&again, buf_view(&b),
			     fixture_decode(f, buf_view(&b))),
	    R_LIMIT_ITEMS);
	buf_fini(&b);
	base_free(m.files);
	base_free(text);
}

/* Less memory than it takes, by every amount: never half a manifest. */
static void
test_no_memory(void **state)
{
	struct fixture *f = *state;
	enum reason r = R_LIMIT_MEMORY;
	struct manifest m = { 0 };
	struct decode *dec;
	size_t budget;
	struct buf b;

	buf_init(&b, BUF_CAP);
	der_text(&b, MFT("2a", CRL ROA));
	for (budget = 0; r != REASON_OK; budget++) {
		dec = fixture_decode(f, buf_view(&b));
		f->arena.budget = budget;
		r = manifest_parse(&m, buf_view(&b), dec);
		assert_true(r == REASON_OK || r == R_LIMIT_MEMORY);
		assert_true(r == dec->why.reason);
		assert_true((m.n == 2) == (r == REASON_OK));
	}
	assert_true(budget > sizeof(struct manifest_file));
	f->arena.budget = BUF_CAP;
	buf_fini(&b);
}

static void
test_check(void **state)
{
	struct fixture *f = *state;
	struct manifest m = { .this_update_at = AT_2026,
		.next_update_at = AT_2026 + DAY };
	struct cert ee = { .not_before_at = AT_2026,
		.not_after_at = AT_2026 + DAY };
	static const struct {
		const char *what;
		int64_t before, after;
		enum reason want;
	} windows[] = {
		{ "the same", 0, 0, REASON_OK },
		{ "wider", -5, 5, REASON_OK },
		{ "begins late", 1, 0, R_MANIFEST_EE_WINDOW },
		{ "ends early", 0, -1, R_MANIFEST_EE_WINDOW },
	};

	ee.resources.ip[0].holding = HOLDS_INHERIT;
	ee.resources.as.holding = HOLDS_INHERIT;
	for (size_t i = 0; i < COUNT(windows); i++) {
		ee.not_before_at = AT_2026 + windows[i].before;
		ee.not_after_at = AT_2026 + DAY + windows[i].after;
		CHECK_REASON(windows[i].what,
		    manifest_check(&m, &ee, fixture_decode(f, SPAN(""))),
		    windows[i].want);
	}
	ee.not_after_at = AT_2026 + DAY;
	ee.resources = fixture_resources(f);
	assert_int_equal(manifest_check(&m, &ee, fixture_decode(f, SPAN(""))),
	    R_MANIFEST_RESOURCES);
	ee.resources.ip[0] = ee.resources.ip[1] = (struct addr_set){ 0 };
	assert_int_equal(manifest_check(&m, &ee, fixture_decode(f, SPAN(""))),
	    R_MANIFEST_RESOURCES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_check),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
