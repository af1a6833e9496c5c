/* Signed objects: RFC 6488, RFC 9589. */
#include <string.h>

#include "tests/object/fixture.h"

#define X4(x)   x x x x
#define X20(x)  X4(x) X4(x) X4(x) X4(x) X4(x)
#define SHA256  "30{ 06{608648016503040201} 0500 }"
#define SHA512  "30{ 06{608648016503040203} 0500 }"
#define SHA1    "30{ 06{2b0e03021a} 0500 }"
#define ROA_OID "06{2a864886f70d0109100118}"
#define MFT_OID "06{2a864886f70d010910011a}"
#define CT(v)   "30{ 06{2a864886f70d010903} 31{ " v " } }"
#define TIME    "17{3236303130313030303030305a}"
#define ST(v)   "30{ 06{2a864886f70d010905} 31{ " v " } }"
#define RSA_ALG "30{ 06{2a864886f70d010101} 0500 } 0482"
#define CONTENT "a0{ 04{ 3003020100 } }"

/* The content is SEQUENCE { INTEGER 0 }: what it says is not judged here. */
static const struct {
	const char *what, *find, *with;
	enum reason want;
} faults[] = {
	{ "not signed data", "06{2a864886f70d010702}", "06{2a864886f70d010703}",
	    R_CMS_TYPE },
	{ "version 1", "02{03} 31{ " SHA256 " }", "02{01} 31{ " SHA256 " }",
	    R_CMS_VERSION },
	{ "version 4", "02{03} 31{ " SHA256 " }", "02{04} 31{ " SHA256 " }",
	    R_CMS_VERSION },
	{ "no digest algorithm", "31{ " SHA256 " }", "31{}",
	    R_CMS_DIGEST_ALGORITHM },
	{ "two digest algorithms", "31{ " SHA256 " }",
	    "31{ " SHA256 SHA512 " }", R_CMS_DIGEST_ALGORITHM },
	{ "SHA-1", "31{ " SHA256 " }", "31{ " SHA1 " }",
	    R_CMS_DIGEST_ALGORITHM },
	{ "SHA-512", "31{ " SHA256 " }", "31{ " SHA512 " }",
	    R_CMS_DIGEST_ALGORITHM },
	/* Lenient: doc/strictness.md. */
	{ "SHA-256 without parameters", "31{ " SHA256 " }",
	    "31{ 30{ 06{608648016503040201} } }", REASON_OK },
	{ "parameters that are not NULL", "31{ " SHA256 " }",
	    "31{ 30{ 06{608648016503040201} 02{00} } }", R_DER_TAG },
	{ "no content", CONTENT, "", R_CMS_CONTENT },
	{ "NULL content", CONTENT, "a0{ 0500 }", R_CMS_CONTENT },
	{ "empty content", CONTENT, "a0{ 04{} }", R_CMS_CONTENT },
	{ "a constructed octet string", CONTENT, "a0{ 24{ 04{ 3003020100 } } }",
	    R_CMS_CONTENT },
	{ "content twice", CONTENT, "a0{ 04{ 3003020100 } 04{ 3003020100 } }",
	    R_DER_TRAILING },
	{ "content of another type", ROA_OID CONTENT, MFT_OID CONTENT,
	    R_CMS_CONTENT_TYPE },
	{ "signer of version 1", "02{03} 80{ *ee }", "02{01} 80{ *ee }",
	    R_CMS_VERSION },
	{ "signer of another key", "02{03} 80{ *ee }",
	    "02{03} 80{ " X20("11") " }", R_CMS_SIGNER },
	{ "signer by issuer and serial", "02{03} 80{ *ee }",
	    "02{03} 30{ 30{} 02{01} }", R_CMS_SIGNER },
	{ "signer's digest SHA-512", SHA256 " a0", SHA512 " a0",
	    R_CMS_DIGEST_ALGORITHM },
	{ "no content-type", CT(ROA_OID), "", R_CMS_SIGNED_ATTRIBUTES },
	{ "another content-type", CT(ROA_OID), CT(MFT_OID),
	    R_CMS_CONTENT_TYPE },
	{ "two values", CT(ROA_OID), CT(MFT_OID ROA_OID), REASON_COUNT },
	{ "no value", ST(TIME), ST(""), REASON_COUNT },
	{ "no signing time", ST(TIME), "", R_CMS_SIGNING_TIME },
	{ "signing time as GeneralizedTime", ST(TIME),
	    ST("18{32303236303130313030303030305a}"), REASON_COUNT },
	{ "binary signing time too", "06{2a864886f70d010904}",
	    "06{2a864886f70d010910022e}", REASON_COUNT },
	{ "another attribute", "06{2a864886f70d010904}",
	    "06{2a864886f70d01092f}", R_CMS_SIGNED_ATTRIBUTES },
	{ "not in order", CT(ROA_OID) ST(TIME), ST(TIME) CT(ROA_OID),
	    R_DER_SET_ORDER },
	{ "content-type twice", CT(ROA_OID), CT(ROA_OID) CT(ROA_OID),
	    R_DER_SET_ORDER },
	{ "sha256WithRSAEncryption", RSA_ALG,
	    "30{ 06{2a864886f70d01010b} 0500 } 0482", REASON_OK },
	{ "sha512WithRSAEncryption", RSA_ALG,
	    "30{ 06{2a864886f70d01010d} 0500 } 0482", R_SIGNATURE_ALGORITHM },
	{ "ECDSA", RSA_ALG, "30{ 06{2a8648ce3d040302} } 0482",
	    R_SIGNATURE_ALGORITHM },
};

static const uint8_t content[] = { 0x30, 3, 2, 1, 0 };

static void
good_write(struct fixture *f, struct buf *out)
{
	struct cms_spec s = fixture_cms(f, OBJECT_ROA, SPAN_OF(content));

	buf_reset(out);
	assert_int_equal(cms_write(out, &s, f->ca), REASON_OK);
}

static enum reason
judge(struct fixture *f, struct span der)
{
	struct decode *dec = fixture_decode(f, der);
	struct cms cms;
	enum reason r = cms_parse(&cms, der, dec);

	assert_int_equal(dec->why.reason, r);
	return r;
}

/* "*ee" stands for the EE key's identifier. */
static void
pattern_make(struct fixture *f, struct buf *out, const char *pattern)
{
	const struct crypt_key key = crypt_secret_public(f->ee);
	const char *star = strchr(pattern, '*');
	char text[1024], hex[41];
	struct ski ski;

	if (star == NULL) {
		der_text(out, pattern);
		return;
	}
	spki_key_ski(&ski, &key);
	hex_write(hex, SPAN_OF(ski.b));
	(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(star - pattern),
	    pattern, hex, star + 3);
	der_text(out, text);
}

static void
test_faults(void **state)
{
	struct fixture *f = *state;
	struct buf good, bad, find, with;

	buf_init(&good, BUF_CAP);
	buf_init(&bad, BUF_CAP);
	buf_init(&find, BUF_CAP);
	buf_init(&with, BUF_CAP);
	good_write(f, &good);
	assert_int_equal(judge(f, buf_view(&good)), REASON_OK);
	for (size_t i = 0; i < COUNT(faults); i++) {
		enum reason r;

		buf_reset(&bad);
		buf_reset(&find);
		buf_reset(&with);
		pattern_make(f, &find, faults[i].find);
		pattern_make(f, &with, faults[i].with);
		CHECK(faults[i].what, der_edit(&bad, buf_view(&good),
					  buf_view(&find), buf_view(&with)));
		r = judge(f, buf_view(&bad));
		if (faults[i].want == REASON_COUNT)
			CHECK(faults[i].what, r != REASON_OK);
		else
			CHECK_REASON(faults[i].what, r, faults[i].want);
	}
	buf_fini(&good);
	buf_fini(&bad);
	buf_fini(&find);
	buf_fini(&with);
}

/* Signed attributes as a whole, each set in its order, and the rest of the
 * signer: what "find" above cannot reach. */
#define DIGEST(v) "30{ 06{2a864886f70d010904} 31{ 04{" v "} } }"
#define D32       X4(X4("1111"))

static const struct {
	const char *what, *attributes;
	enum reason want;
} sets[] = {
	{ "three", CT(ROA_OID) ST(TIME) DIGEST(D32), REASON_OK },
	{ "none", "", R_CMS_SIGNED_ATTRIBUTES },
	{ "no digest", CT(ROA_OID) ST(TIME), R_CMS_SIGNED_ATTRIBUTES },
	{ "no type", ST(TIME) DIGEST(D32), R_CMS_SIGNED_ATTRIBUTES },
	{ "no time", CT(ROA_OID) DIGEST(D32), R_CMS_SIGNING_TIME },
	{ "two times",
	    CT(ROA_OID) ST(TIME) ST("17{3236303130323030303030305a}")
		DIGEST(D32),
	    R_CMS_SIGNED_ATTRIBUTES },
	{ "two digests",
	    CT(ROA_OID) ST(TIME) DIGEST(D32) DIGEST(X4(X4("2222"))),
	    R_CMS_SIGNED_ATTRIBUTES },
	{ "a time of two values",
	    CT(ROA_OID) DIGEST(D32) ST(TIME "17{3236303130323030303030305a}"),
	    REASON_COUNT },
	{ "a time of no value", ST("") CT(ROA_OID) DIGEST(D32),
	    R_CMS_SIGNED_ATTRIBUTES },
	{ "a digest of 31 bytes",
	    CT(ROA_OID) ST(TIME) DIGEST(X4("11") X4("11")), REASON_COUNT },
	{ "binary time too",
	    "30{ 06{2a864886f70d010910022e} 31{ 02{01} } }" CT(ROA_OID) ST(TIME)
		DIGEST(D32),
	    R_CMS_BINARY_TIME },
	{ "binary time instead",
	    "30{ 06{2a864886f70d010910022e} 31{ 02{01} } }" CT(ROA_OID)
		DIGEST(D32),
	    R_CMS_BINARY_TIME },
	{ "not DER inside", CT(ROA_OID) " 3080", R_DER_LENGTH },
	{ "trailing in an attribute",
	    CT(ROA_OID) "30{ 06{2a864886f70d010905} 31{ " TIME
			" } 0500 }" DIGEST(D32),
	    REASON_COUNT },
};

/* The last element's contents of the object replaced: its only signer. */
static void
signer_replace(struct buf *out, struct span good, const char *signers)
{
	struct fault why;
	struct der d, data, in;
	struct span part;
	struct buf b;
	size_t at[3];

	fault_init(&why, good);
	der_init(&d, good, &why);
	assert_int_equal(der_enter(&in, &d, DER_SEQUENCE), REASON_OK);
	assert_int_equal(der_any(&part, &in), REASON_OK);
	assert_int_equal(der_enter(&d, &in, DER_CONTEXT_CONS(0)), REASON_OK);
	assert_int_equal(der_enter(&data, &d, DER_SEQUENCE), REASON_OK);
	buf_init(&b, BUF_CAP);
	at[0] = der_open(out, DER_SEQUENCE);
	buf_span(out, part);
	at[1] = der_open(out, DER_CONTEXT_CONS(0));
	at[2] = der_open(out, DER_SEQUENCE);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(der_any(&part, &data), REASON_OK);
		buf_span(out, part);
	}
	der_text(out, signers);
	for (size_t i = 3; i-- > 0;)
		der_close(out, at[i]);
	buf_fini(&b);
}

static void
test_attributes(void **state)
{
	struct fixture *f = *state;
	const struct crypt_key key = crypt_secret_public(f->ee);
	char text[4096], hex[41];
	struct buf good, bad;
	struct ski ski;

	buf_init(&good, BUF_CAP);
	buf_init(&bad, BUF_CAP);
	good_write(f, &good);
	spki_key_ski(&ski, &key);
	hex_write(hex, SPAN_OF(ski.b));
	for (size_t i = 0; i < COUNT(sets); i++) {
		enum reason r;

		(void)snprintf(text, sizeof(text),
		    "31{ 30{ 02{03} 80{%s} " SHA256 " a0{ %s } "
		    "30{ 06{2a864886f70d010101} 0500 } 04{00} } }",
		    hex, sets[i].attributes);
		buf_reset(&bad);
		signer_replace(&bad, buf_view(&good), text);
		r = judge(f, buf_view(&bad));
		if (sets[i].want == REASON_COUNT)
			CHECK(sets[i].what, r != REASON_OK);
		else
			CHECK_REASON(sets[i].what, r, sets[i].want);
	}
	buf_fini(&good);
	buf_fini(&bad);
}

#define SIGNER(rest)                                                     \
	"30{ 02{03} 80{%s} " SHA256 " a0{ " CT(ROA_OID) ST(TIME) DIGEST( \
	    D32) " } 30{ 06{2a864886f70d010101} 0500 } 04{00} " rest "}"

static void
test_signers(void **state)
{
	static const struct {
		const char *what, *format;
		enum reason want;
	} rows[] = {
		{ "one", "31{ " SIGNER("") " }", REASON_OK },
		{ "none", "31{}", R_CMS_SIGNERS },
		{ "two", "31{ " SIGNER("") " 30{} }", R_CMS_SIGNERS },
		{ "unsigned attributes",
		    "31{ " SIGNER("a1{ " ST(TIME) " }") " }",
		    R_CMS_UNSIGNED_ATTRIBUTES },
		{ "trailing", "31{ " SIGNER("0500") " }", R_DER_TRAILING },
		{ "a CRL before them", "a1{ 30{} } 31{ " SIGNER("") " }",
		    R_CMS_CRLS },
		{ "no signed attributes",
		    "31{ 30{ 02{03} 80{%s} " SHA256
		    " 30{ 06{2a864886f70d010101} 0500 } 04{00} } }",
		    R_CMS_SIGNED_ATTRIBUTES },
		{ "signers twice", "31{ " SIGNER("") " } 31{}",
		    R_DER_TRAILING },
	};
	struct fixture *f = *state;
	const struct crypt_key key = crypt_secret_public(f->ee);
	char text[4096], hex[41];
	struct buf good, bad;
	struct ski ski;

	buf_init(&good, BUF_CAP);
	buf_init(&bad, BUF_CAP);
	good_write(f, &good);
	spki_key_ski(&ski, &key);
	hex_write(hex, SPAN_OF(ski.b));
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *star = strstr(rows[i].format, "%s");
		size_t head = star == NULL ? strlen(rows[i].format)
					   : (size_t)(star - rows[i].format);

		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)head,
		    rows[i].format, star == NULL ? "" : hex,
		    star == NULL ? "" : star + 2);
		buf_reset(&bad);
		signer_replace(&bad, buf_view(&good), text);
		CHECK_REASON(
		    rows[i].what, judge(f, buf_view(&bad)), rows[i].want);
	}
	buf_fini(&good);
	buf_fini(&bad);
}

/* The set of certificates: none, two; and what is around everything. */
static void
test_certificates(void **state)
{
	struct fixture *f = *state;
	struct cert_spec spec = fixture_cert(f, CERT_EE);
	struct buf good, bad, ee, two;

	buf_init(&good, BUF_CAP);
	buf_init(&bad, BUF_CAP);
	buf_init(&ee, BUF_CAP);
	buf_init(&two, BUF_CAP);
	good_write(f, &good);
	assert_int_equal(cert_write(&ee, &spec, f->ca), REASON_OK);
	buf_span(&two, buf_view(&ee));
	buf_span(&two, buf_view(&ee));
	assert_true(
	    der_edit(&bad, buf_view(&good), buf_view(&ee), buf_view(&two)));
	assert_int_equal(judge(f, buf_view(&bad)), R_CMS_CERTIFICATES);
	buf_reset(&bad);
	assert_true(der_edit(&bad, buf_view(&good), buf_view(&ee), SPAN("")));
	assert_int_equal(judge(f, buf_view(&bad)), R_CMS_CERTIFICATES);
	buf_reset(&two);
	der_put(&two, DER_CONTEXT_CONS(0), buf_view(&ee));
	buf_reset(&bad);
	assert_true(der_edit(&bad, buf_view(&good), buf_view(&two), SPAN("")));
	assert_int_equal(judge(f, buf_view(&bad)), R_CMS_CERTIFICATES);
	buf_byte(&good, 0);
	assert_int_equal(judge(f, buf_view(&good)), R_DER_TRAILING);
	buf_fini(&good);
	buf_fini(&bad);
	buf_fini(&ee);
	buf_fini(&two);
}

static void
test_write(void **state)
{
	struct fixture *f = *state;
	struct decode *dec;
	struct cms cms;
	struct buf b;

	buf_init(&b, BUF_CAP);
	good_write(f, &b);
	dec = fixture_decode(f, buf_view(&b));
	assert_int_equal(cms_parse(&cms, buf_view(&b), dec), REASON_OK);
	assert_true(span_eq(cms.type, object_oid(OBJECT_ROA)));
	assert_true(span_eq(cms.content, SPAN_OF(content)));
	assert_int_equal(cms.signing_at, AT_2026);
	assert_int_equal(cms.ee.kind, CERT_EE);
	assert_true(span_eq(
	    cms.ee.object_uri, SPAN("rsync://rpki.example/repo/object.roa")));
	assert_int_equal(cms_verify(&cms, &f->verifier, &dec->why), REASON_OK);
	buf_fini(&b);
}

/* DE4, over all three signatures and the digest. */
static void
test_flips(void **state)
{
	struct fixture *f = *state;
	struct cert_spec spec = fixture_cert(f, CERT_TA);
	struct arena arena;
	struct decode dec;
	struct buf a, b;
	struct cert ta;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	arena_init(&arena, BUF_CAP);
	assert_int_equal(cert_write(&a, &spec, f->ca), REASON_OK);
	decode_init(&dec, &arena, &f->limits, buf_view(&a));
	assert_int_equal(cert_parse(&ta, buf_view(&a), &dec), REASON_OK);
	assert_int_equal(cert_check(&ta, CERT_TA, &dec), REASON_OK);
	good_write(f, &b);
	for (size_t i = 0; i < b.n; i++)
		assert_int_not_equal(judge(f, span_of(b.p, i)), REASON_OK);
	for (size_t i = 0; i < b.n * 8; i++) {
		struct decode *d;
		struct cms cms;
		enum reason r;

		b.p[i / 8] ^= (uint8_t)(1U << i % 8);
		d = fixture_decode(f, buf_view(&b));
		r = cms_parse(&cms, buf_view(&b), d);
		if (r == REASON_OK)
			r = cert_verify(&cms.ee, &ta, &f->verifier, &d->why);
		if (r == REASON_OK)
			r = cms_verify(&cms, &f->verifier, &d->why);
		if (r == REASON_OK)
			fail_msg("bit %zu makes no difference", i);
		b.p[i / 8] ^= (uint8_t)(1U << i % 8);
	}
	buf_fini(&a);
	buf_fini(&b);
	arena_fini(&arena);
}

static const struct {
	const char *name;
	enum reason want;
} wild[] = {
	/* BER: RFC 6488 2 wants DER, and so do we (doc/strictness.md). */
	{ "rpki-rs/example-ripe.roa", R_DER_LENGTH },
	{ "rpki-rs/ta.mft", R_DER_LENGTH },
	{ "rpki-rs/ta.mft.bad-filename", R_DER_LENGTH },
	/* From before RFC 9589. */
	{ "rpki-rs/maxlen-overflow.roa", R_CMS_SIGNING_TIME },
	{ "rpki-rs/maxlen-underflow.roa", R_CMS_SIGNING_TIME },
	{ "rpki-rs/prefix-len-overflow.roa", R_RESOURCES_LENGTH },
	/* Inside and outside of its certificate disagree: RFC 5280 4.1.1.2. */
	{ "rpki-rs/signature-alg-mismatch.mft", R_SIGNATURE_ALGORITHM },
};

static void
test_wild(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(wild); i++) {
		buf_reset(&b);
		wild_read(&b, wild[i].name);
		CHECK_REASON(
		    wild[i].name, judge(f, buf_view(&b)), wild[i].want);
	}
	buf_fini(&b);
}

/* Old objects of the RIPE NCC are BER: indefinite lengths, and the content in
 * segments. Neither is signed, so in DER the same object has to hold. Each
 * call converts elements up to the end of its contents. */
static const uint8_t *
ber_to_der(struct buf *out, const uint8_t *p, const uint8_t *end)
{
	while (p < end && (p[0] != 0 || p[1] != 0)) {
		size_t n = p[1], head = 2, mark;
		uint8_t tag = p[0];

		if (n == 0x80) {
			bool segments = tag == 0x24; /* one is all there is */

			mark = segments ? 0 : der_open(out, tag);
			p = ber_to_der(out, p + 2, end) + 2;
			if (!segments)
				der_close(out, mark);
			continue;
		}
		if (n > 0x80) {
			head += n & 0x7f;
			n = 0;
			for (size_t i = 2; i < head; i++)
				n = n << 8 | p[i];
		}
		assert_true(n <= (size_t)(end - p) - head);
		buf_add(out, p, head + n);
		p += head + n;
	}
	return p;
}

static void
test_wild_as_der(void **state)
{
	static const struct {
		const char *name, *issuer;
		enum reason want; /* of the payload */
		enum reason issued;
	} rows[] = {
		{ "rpki-rs/ta.mft", "rpki-rs/ta.cer", REASON_OK, REASON_OK },
		{ "rpki-rs/ca1.mft", "rpki-rs/ca1.cer", REASON_OK, REASON_OK },
		{ "rpki-rs/ca1.mft", "rpki-rs/ta.cer", REASON_OK,
		    R_CERT_ISSUER },
		{ "rpki-rs/ta.mft.bad-filename", "rpki-rs/ta.cer",
		    R_MANIFEST_NAME, REASON_OK },
		{ "rpki-rs/example-ripe.roa", NULL, REASON_OK, REASON_OK },
	};
	struct fixture *f = *state;
	struct buf a, b, issuer;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	buf_init(&issuer, BUF_CAP);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct decode dec, cdec;
		struct manifest m;
		struct cert c;
		struct cms cms;
		struct roa roa;
		enum reason r;

		buf_reset(&a);
		buf_reset(&b);
		wild_read(&a, rows[i].name);
		(void)ber_to_der(&b, a.p, a.p + a.n);
		arena_reset(&f->arena);
		decode_init(&dec, &f->arena, &f->limits, buf_view(&b));
		CHECK_REASON(rows[i].name, cms_parse(&cms, buf_view(&b), &dec),
		    REASON_OK);
		r = cms_verify(&cms, &f->verifier, &dec.why);
		if (rows[i].want == REASON_OK)
			CHECK_REASON(rows[i].name, r, REASON_OK);
		if (rows[i].issuer == NULL) {
			CHECK_REASON(rows[i].name,
			    roa_parse(&roa, cms.content, &dec), REASON_OK);
			CHECK_REASON(rows[i].name,
			    roa_check(&roa, &cms.ee, &dec), REASON_OK);
			assert_int_equal(roa.n, 1);
			continue;
		}
		CHECK_REASON(rows[i].name,
		    manifest_parse(&m, cms.content, &dec), rows[i].want);
		if (rows[i].want == REASON_OK)
			CHECK_REASON(rows[i].name,
			    manifest_check(&m, &cms.ee, &dec), REASON_OK);
		buf_reset(&issuer);
		wild_read(&issuer, rows[i].issuer);
		decode_init(&cdec, &f->arena, &f->limits, buf_view(&issuer));
		assert_int_equal(
		    cert_parse(&c, buf_view(&issuer), &cdec), REASON_OK);
		assert_int_equal(
		    cert_check(&c,
			c.ext[CERT_EXT_AKI].present ? CERT_CA : CERT_TA, &cdec),
		    REASON_OK);
		fault_init(&cdec.why, c.der);
		CHECK_REASON(rows[i].name,
		    cert_verify(&cms.ee, &c, &f->verifier, &cdec.why),
		    rows[i].issued);
	}
	buf_fini(&a);
	buf_fini(&b);
	buf_fini(&issuer);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_signers),
		cmocka_unit_test(test_certificates),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_wild),
		cmocka_unit_test(test_wild_as_der),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
