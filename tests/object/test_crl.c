/* CRLs: RFC 6487 5, RFC 9829. */
#include <string.h>

#include "tests/object/fixture.h"

#define NUMBER(v) "30{ 06{551d14} 04{" v "} }"
#define X4(x)     x x x x
#define X19(x)    X4(x) X4(x) X4(x) X4(x) x x x
#define ENTRY     "30{ 02{07} 17{3235313233313030303030305a} }"
#define AKI_OID   "06{551d23}"
#define THIS      "17{3236303130313030303030305a}"
#define NEXT      "17{3236303130323030303030305a}"

static const struct {
	const char *what, *find, *with;
	enum reason want;
} faults[] = {
	{ "version 1", "02{01} 300d", "300d", R_CRL_VERSION },
	{ "version 3", "02{01} 300d", "02{02} 300d", R_CRL_VERSION },
	{ "SHA-384", "06{2a864886f70d01010b}0500 301131",
	    "06{2a864886f70d01010c}0500 301131", R_SIGNATURE_ALGORITHM },
	{ "other algorithm outside", "06{2a864886f70d01010b}0500 0382",
	    "06{2a864886f70d01010c}0500 0382", R_SIGNATURE_ALGORITHM },
	{ "window upside down", NEXT, "17{3235303130323030303030305a}",
	    R_CRL_WINDOW },
	{ "window empty", NEXT, THIS, R_CRL_WINDOW },
	{ "no nextUpdate", NEXT, "", R_DER_TAG },
	{ "a reason in an entry", ENTRY,
	    "30{ 02{07} 17{3235313233313030303030305a}"
	    "30{ 30{ 06{551d15} 04{0a{01}} } } }",
	    R_CRL_ENTRY },
	{ "an entry without date", ENTRY, "30{ 02{07} }", R_DER_TAG },
	{ "an entry of 1950", ENTRY,
	    "30{ 02{07} 17{3530303130313030303030305a} }", REASON_OK },
	{ "a negative serial", ENTRY,
	    "30{ 02{87} 17{3235313233313030303030305a} }", REASON_OK },
	{ "number 0", NUMBER("02{2a}"), NUMBER("02{00}"), REASON_OK },
	{ "number 2^159 - 1", NUMBER("02{2a}"), NUMBER("02{7f " X19("ff") "}"),
	    REASON_OK },
	{ "number 2^159", NUMBER("02{2a}"), NUMBER("02{00 80 " X19("00") "}"),
	    R_CRL_NUMBER },
	{ "number 2^160", NUMBER("02{2a}"), NUMBER("02{01 00 " X19("00") "}"),
	    R_CRL_NUMBER },
	{ "number -1", NUMBER("02{2a}"), NUMBER("02{ff}"), R_CRL_NUMBER },
	{ "trailing after the number", NUMBER("02{2a}"), NUMBER("02{2a} 00"),
	    R_DER_TRAILING },
	{ "no number", NUMBER("02{2a}"), "", R_CRL_EXTENSION },
	{ "number twice", NUMBER("02{2a}"), NUMBER("02{2a}") NUMBER("02{2a}"),
	    R_CRL_EXTENSION },
	{ "number critical", NUMBER("02{2a}"),
	    "30{ 06{551d14} 01{ff} 04{02{2a}} }", R_CRL_EXTENSION },
	{ "a delta CRL", NUMBER("02{2a}"),
	    NUMBER("02{2a}") "30{ 06{551d1b} 01{ff} 04{02{01}} }",
	    R_CRL_EXTENSION },
	{ "an unknown extension", NUMBER("02{2a}"),
	    NUMBER("02{2a}") "30{ 06{2a03} 04{0500} }", R_CRL_EXTENSION },
	{ "an unknown critical extension", NUMBER("02{2a}"),
	    NUMBER("02{2a}") "30{ 06{2a03} 01{ff} 04{0500} }",
	    R_CRL_EXTENSION },
	{ "no AKI", AKI_OID, "06{551d24}", R_CRL_EXTENSION },
	{ "an issuer without name", "31{30{06{550403}13{497373756572}}}", "",
	    R_CERT_NAME },
};

static enum reason
judge(struct fixture *f, struct span der)
{
	struct decode *dec = fixture_decode(f, der);
	struct crl crl;
	enum reason r = crl_parse(&crl, der, dec);

	assert_int_equal(dec->why.reason, r);
	return r;
}

static void
test_faults(void **state)
{
	struct fixture *f = *state;
	struct crl_spec s = fixture_crl(f);
	struct buf good, bad;

	buf_init(&good, BUF_CAP);
	buf_init(&bad, BUF_CAP);
	assert_int_equal(crl_write(&good, &s, f->ca), REASON_OK);
	assert_int_equal(judge(f, buf_view(&good)), REASON_OK);
	for (size_t i = 0; i < COUNT(faults); i++) {
		buf_reset(&bad);
		CHECK(faults[i].what, der_edit_text(&bad, buf_view(&good),
					  faults[i].find, faults[i].with));
		CHECK_REASON(
		    faults[i].what, judge(f, buf_view(&bad)), faults[i].want);
	}
	/* No extensions at all. */
	s.aki = NULL;
	buf_reset(&good);
	assert_int_equal(crl_write(&good, &s, f->ca), REASON_OK);
	buf_reset(&bad);
	assert_true(der_edit_text(
	    &bad, buf_view(&good), "a0{ 30{ " NUMBER("02{2a}") " } }", ""));
	assert_int_equal(judge(f, buf_view(&bad)), R_CRL_EXTENSION);
	buf_fini(&good);
	buf_fini(&bad);
}

static void
test_write(void **state)
{
	struct fixture *f = *state;
	struct crl_spec s = fixture_crl(f);
	struct crl_index index;
	struct decode *dec;
	struct crl crl;
	struct buf b;

	buf_init(&b, BUF_CAP);
	assert_int_equal(crl_write(&b, &s, f->ca), REASON_OK);
	dec = fixture_decode(f, buf_view(&b));
	assert_int_equal(crl_parse(&crl, buf_view(&b), dec), REASON_OK);
	assert_true(span_eq(name_common(crl.issuer), SPAN("Issuer")));
	assert_true(span_eq(crl.number, SPAN("\x2a")));
	assert_int_equal(crl.this_update_at, s.this_update_at);
	assert_int_equal(crl.next_update_at, s.next_update_at);
	assert_memory_equal(&crl.aki, s.aki, sizeof(crl.aki));
	assert_int_equal(crl.n, 3);
	assert_int_equal(crl_index(&index, &crl, dec), REASON_OK);
	assert_true(crl_index_has(&index, SPAN("\x07")));
	assert_true(crl_index_has(&index, SPAN("\0\x80")));
	assert_true(crl_index_has(&index, SPAN("\1\0")));
	assert_false(crl_index_has(&index, SPAN("\x80")));
	assert_false(crl_index_has(&index, SPAN("\1")));
	assert_false(crl_index_has(&index, SPAN("\x08")));

	dec = fixture_decode(f, buf_view(&b));
	f->arena.budget = 3 * sizeof(struct span) - 1;
	assert_int_equal(crl_index(&index, &crl, dec), R_LIMIT_MEMORY);
	f->arena.budget = BUF_CAP;

	s.n = 0;
	buf_reset(&b);
	assert_int_equal(crl_write(&b, &s, f->ca), REASON_OK);
	dec = fixture_decode(f, buf_view(&b));
	assert_int_equal(crl_parse(&crl, buf_view(&b), dec), REASON_OK);
	assert_int_equal(crl_index(&index, &crl, dec), REASON_OK);
	assert_int_equal(index.n, 0);
	assert_false(crl_index_has(&index, SPAN("\x07")));
	buf_fini(&b);
}

static void
test_limit(void **state)
{
	struct fixture *f = *state;
	struct crl_spec s = fixture_crl(f);
	size_t n = 350000;
	uint32_t *numbers = base_alloc((n + 1) * sizeof(*numbers));
	struct span *serials = base_alloc((n + 1) * sizeof(*serials));
	struct crl_index index;
	struct decode *dec;
	struct crl crl;
	struct buf b;

	assert_true(numbers != NULL && serials != NULL);
	assert_int_equal(f->limits.crl_entries, n);
	for (size_t i = 0; i <= n; i++) {
		numbers[i] = (uint32_t)(i * 2654435761U) | 1;
		serials[i] = SPAN_OF(numbers[i]);
	}
	s.serials = serials;
	s.n = n;
	buf_init(&b, BUF_CAP);
	assert_int_equal(crl_write(&b, &s, f->ca), REASON_OK);
	dec = fixture_decode(f, buf_view(&b));
	assert_int_equal(crl_parse(&crl, buf_view(&b), dec), REASON_OK);
	assert_int_equal(crl.n, n);
	assert_int_equal(crl_index(&index, &crl, dec), REASON_OK);
	buf_reset(&b);
	s.n++;
	assert_int_equal(crl_write(&b, &s, f->ca), REASON_OK);
	assert_int_equal(judge(f, buf_view(&b)), R_LIMIT_ITEMS);
	buf_fini(&b);
	base_free(numbers);
	base_free(serials);
}

/* The issuing trust anchor's certificate, decoded into an arena that stays. */
static void
issuer_make(
    struct fixture *f, struct cert *ta, struct buf *b, struct arena *arena)
{
	struct cert_spec s = fixture_cert(f, CERT_TA);
	struct decode dec;

	assert_int_equal(cert_write(b, &s, f->ca), REASON_OK);
	decode_init(&dec, arena, &f->limits, buf_view(b));
	assert_int_equal(cert_parse(ta, buf_view(b), &dec), REASON_OK);
	assert_int_equal(cert_check(ta, CERT_TA, &dec), REASON_OK);
}

static void
test_verify(void **state)
{
	struct fixture *f = *state;
	struct crl_spec s = fixture_crl(f);
	const struct ski other = { { 1 } };
	struct arena arena;
	struct decode *dec;
	struct buf a, b;
	struct cert ta;
	struct crl crl;
	const struct {
		const char *what, *issuer;
		const struct ski *aki;
		const struct crypt_secret *key;
		enum reason want;
	} rows[] = {
		{ "good", "Issuer", &f->ca_ski, f->ca, REASON_OK },
		{ "another name", "Other", &f->ca_ski, f->ca, R_CRL_ISSUER },
		{ "another key named", "Issuer", &other, f->ca,
		    R_CRL_ISSUER_KEY },
		{ "another key", "Issuer", &f->ca_ski, f->ee, R_SIGNATURE_BAD },
	};

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	arena_init(&arena, BUF_CAP);
	issuer_make(f, &ta, &a, &arena);
	for (size_t i = 0; i < COUNT(rows); i++) {
		s.issuer = rows[i].issuer;
		s.aki = rows[i].aki;
		buf_reset(&b);
		assert_int_equal(crl_write(&b, &s, rows[i].key), REASON_OK);
		dec = fixture_decode(f, buf_view(&b));
		assert_int_equal(crl_parse(&crl, buf_view(&b), dec), REASON_OK);
		CHECK_REASON(rows[i].what,
		    crl_verify(&crl, &ta, &f->verifier, &dec->why),
		    rows[i].want);
	}
	buf_fini(&a);
	buf_fini(&b);
	arena_fini(&arena);
}

static void
test_flips(void **state)
{
	struct fixture *f = *state;
	struct crl_spec s = fixture_crl(f);
	struct arena arena;
	struct buf a, b;
	struct cert ta;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	arena_init(&arena, BUF_CAP);
	issuer_make(f, &ta, &a, &arena);
	assert_int_equal(crl_write(&b, &s, f->ca), REASON_OK);
	for (size_t i = 0; i < b.n; i++)
		assert_int_not_equal(judge(f, span_of(b.p, i)), REASON_OK);
	for (size_t i = 0; i < b.n * 8; i++) {
		struct decode *dec;
		struct crl crl;
		enum reason r;

		b.p[i / 8] ^= (uint8_t)(1U << i % 8);
		dec = fixture_decode(f, buf_view(&b));
		r = crl_parse(&crl, buf_view(&b), dec);
		if (r == REASON_OK)
			r = crl_verify(&crl, &ta, &f->verifier, &dec->why);
		if (r == REASON_OK)
			fail_msg("bit %zu makes no difference", i);
		b.p[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	buf_fini(&a);
	buf_fini(&b);
	arena_fini(&arena);
}

static void
test_wild(void **state)
{
	static const char *const names[][2] = {
		{ "rpki-rs/ta.cer", "rpki-rs/ta.crl" },
		{ "rpki-rs/ca1.cer", "rpki-rs/ca1.crl" },
	};
	struct fixture *f = *state;
	struct buf a, b;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(names); i++) {
		struct decode dec;
		struct cert c;
		struct crl crl;

		buf_reset(&a);
		buf_reset(&b);
		wild_read(&a, names[i][0]);
		wild_read(&b, names[i][1]);
		arena_reset(&f->arena);
		decode_init(&dec, &f->arena, &f->limits, buf_view(&a));
		assert_int_equal(cert_parse(&c, buf_view(&a), &dec), REASON_OK);
		assert_int_equal(
		    cert_check(&c, i == 0 ? CERT_TA : CERT_CA, &dec),
		    REASON_OK);
		decode_init(&dec, &f->arena, &f->limits, buf_view(&b));
		CHECK_REASON(names[i][1], crl_parse(&crl, buf_view(&b), &dec),
		    REASON_OK);
		CHECK_REASON(names[i][1],
		    crl_verify(&crl, &c, &f->verifier, &dec.why), REASON_OK);
		assert_int_equal(crl.n, i == 0 ? 6 : 163);
	}
	buf_fini(&a);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_wild),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
