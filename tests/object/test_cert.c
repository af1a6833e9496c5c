/* Certificates: the frame, the extensions, the profile, the writer. */
#include <string.h>

#include "tests/object/fixture.h"

/* Extensions as the writer puts them, and their parts, for edits. */
#define KU_CA                  "30{ 06{551d0f} 01{ff} 04{03{0106}} }"
#define KU_EE                  "30{ 06{551d0f} 01{ff} 04{03{0780}} }"
#define KU(v)                  "30{ 06{551d0f} 01{ff} 04{" v "} }"
#define BC_CA                  "30{ 06{551d13} 01{ff} 04{30{01{ff}}} }"
#define BC(v)                  "30{ 06{551d13} 01{ff} 04{" v "} }"
#define POLICY                 "30{ 06{551d20} 01{ff} 04{30{30{06{2b06010505070e02}}}} }"
#define POLICIES(v)            "30{ 06{551d20} 01{ff} 04{" v "} }"
#define EKU                    "30{ 06{551d25} 04{30{06{2b0601050507031e}}} }"
#define X4(x)                  x x x x
#define X20(x)                 X4(x) X4(x) X4(x) X4(x) X4(x)
#define MFT_OID                "06{2b06010505073001}"
#define UNKNOWN(critical, oid) "30{ 06{" oid "}" critical " 04{0500} }"

/* One fault in a good certificate of its kind. */
static const struct {
	const char *what;
	enum cert_kind kind;
	const char *find, *with;
	enum reason want;
} faults[] = {
	/* the frame */
	{ "version 2", CERT_CA, "a0{ 02{02} }", "a0{ 02{01} }",
	    R_CERT_VERSION },
	{ "version 1", CERT_CA, "a0{ 02{02} }", "", R_CERT_VERSION },
	{ "serial 0", CERT_CA, "02{05}", "02{00}", R_CERT_SERIAL },
	{ "serial -1", CERT_CA, "02{05}", "02{ff}", R_CERT_SERIAL },
	{ "serial of 20 octets", CERT_CA, "02{05}", "02{" X20("7f") "}",
	    REASON_OK },
	{ "serial of 21 octets", CERT_CA, "02{05}", "02{00" X20("ff") "}",
	    R_CERT_SERIAL },
	{ "an empty serial", CERT_CA, "02{05}", "02{}", R_DER_INTEGER },
	{ "other algorithm outside", CERT_CA,
	    "300d06092a864886f70d01010b0500 03820101",
	    "300d06092a864886f70d01010c0500 03820101", R_SIGNATURE_ALGORITHM },
	{ "an issuer of two names", CERT_CA,
	    "31{30{06{550403}13{497373756572}}}",
	    "31{30{06{550403}13{49}}}31{30{06{550403}13{49}}}", R_CERT_NAME },
	{ "a subject without name", CERT_CA,
	    "31{30{06{550403}13{5375626a656374}}}", "", R_CERT_NAME },
	{ "notBefore after notAfter", CERT_CA, "17{3236303130313030303030305a}",
	    "17{3237303230313030303030305a}", R_CERT_VALIDITY },
	{ "2050 as UTCTime is 1950", CERT_CA, "17{3237303130313030303030305a}",
	    "17{3530303130313030303030305a}", R_CERT_VALIDITY },
	{ "2049 as GeneralizedTime", CERT_CA, "17{3237303130313030303030305a}",
	    "18{32303439313233313233353935395a}", R_DER_TIME },
	{ "2050 as GeneralizedTime", CERT_CA, "17{3237303130313030303030305a}",
	    "18{32303530303130313030303030305a}", REASON_OK },
	{ "the last second of all", CERT_CA, "17{3237303130313030303030305a}",
	    "18{39393939313233313233353935395a}", REASON_OK },
	{ "time with a fraction", CERT_CA, "17{3237303130313030303030305a}",
	    "18{32303530303130313030303030302e355a}", R_DER_TIME },
	{ "time with an offset", CERT_CA, "17{3237303130313030303030305a}",
	    "17{323730313031303030303030 2b30313030}", R_DER_TIME },
	{ "30 February", CERT_CA, "17{3237303130313030303030305a}",
	    "17{3237303233303030303030305a}", R_DER_TIME },
	/* which extensions */
	{ "no keyUsage", CERT_CA, KU_CA, "", R_CERT_EXTENSION_MISSING },
	{ "keyUsage twice", CERT_CA, KU_CA, KU_CA KU_CA,
	    R_CERT_EXTENSION_TWICE },
	{ "keyUsage not critical", CERT_CA, KU_CA,
	    "30{ 06{551d0f} 04{03{0106}} }", R_CERT_EXTENSION_CRITICAL },
	{ "critical false, encoded", CERT_CA, KU_CA,
	    "30{ 06{551d0f} 01{00} 04{03{0106}} }", R_DER_DEFAULT },
	{ "critical 01", CERT_CA, KU_CA, "30{ 06{551d0f} 01{01} 04{03{0106}} }",
	    R_DER_BOOLEAN },
	{ "an unknown extension", CERT_CA, KU_CA, KU_CA UNKNOWN("", "2a0304"),
	    REASON_OK },
	{ "an unknown extension twice", CERT_CA, KU_CA,
	    KU_CA UNKNOWN("", "2a0304") UNKNOWN("", "2a0304"),
	    R_CERT_EXTENSION_TWICE },
	{ "an unknown critical extension", CERT_CA, KU_CA,
	    KU_CA UNKNOWN("01{ff}", "2a0304"), R_CERT_EXTENSION_UNKNOWN },
	{ "33 extensions", CERT_CA, KU_CA,
	    KU_CA X20(UNKNOWN("", "2a0304")) X4(UNKNOWN("", "2a0304")),
	    R_LIMIT_ITEMS },
	{ "extKeyUsage in a CA", CERT_CA, KU_CA, KU_CA EKU,
	    R_CERT_EXTENSION_FORBIDDEN },
	{ "extKeyUsage in an EE", CERT_EE, KU_EE, KU_EE EKU,
	    R_CERT_EXTENSION_FORBIDDEN },
	{ "basicConstraints in an EE", CERT_EE, KU_EE, BC_CA KU_EE,
	    R_CERT_EXTENSION_FORBIDDEN },
	{ "no basicConstraints in a CA", CERT_CA, BC_CA, "",
	    R_CERT_EXTENSION_MISSING },
	{ "a path length", CERT_CA, BC_CA, BC("30{01{ff}02{00}}"),
	    R_CERT_BASIC_CONSTRAINTS },
	{ "not a CA", CERT_CA, BC_CA, BC("30{}"), R_CERT_BASIC_CONSTRAINTS },
	{ "cA false, encoded", CERT_CA, BC_CA, BC("30{01{00}}"),
	    R_DER_DEFAULT },
	/* keys */
	{ "keyUsage of 31 bytes", CERT_EE, KU_EE,
	    KU("03{00 " X20("ff") X4("ff") X4("ff") "ff ff}"),
	    R_CERT_KEY_USAGE },
	{ "keyUsage of no bit", CERT_EE, KU_EE, KU("03{00}"),
	    R_CERT_KEY_USAGE },
	{ "keyUsage with zero bits", CERT_EE, KU_EE, KU("03{0080}"),
	    R_DER_BITS },
	{ "a CA's bits in an EE", CERT_EE, KU_EE, KU_CA, R_CERT_KEY_USAGE },
	{ "an EE's bits in a CA", CERT_CA, KU_CA, KU_EE, R_CERT_KEY_USAGE },
	{ "one bit too many", CERT_EE, KU_EE, KU("03{06c0}"),
	    R_CERT_KEY_USAGE },
	{ "decipherOnly too", CERT_EE, KU_EE, KU("03{078080}"),
	    R_CERT_KEY_USAGE },
	{ "no keyIdentifier", CERT_CA, "04{ 30{ 80{ *ca } } }", "04{ 30{} }",
	    R_CERT_AKI },
	{ "issuer and serial too", CERT_CA, "04{ 30{ 80{ *ca } } }",
	    "04{ 30{ 80{ *ca } a1{ 82{41} } 82{01} } }", R_CERT_AKI },
	{ "keyIdentifier of 21 bytes", CERT_CA, "04{ 30{ 80{ *ca } } }",
	    "04{ 30{ 80{ *ca 00 } } }", R_CERT_AKI },
	{ "another's AKI in a trust anchor", CERT_TA, "04{ 30{ 80{ *ca } } }",
	    "04{ 30{ 80{ " X20("11") " } } }", R_CERT_AKI },
	{ "SKI of another key", CERT_TA, "04{ 04{ *ca } }",
	    "04{ 04{ " X20("11") " } }", R_CERT_SKI },
	{ "SKI of 19 bytes", CERT_TA, "04{ 04{ *ca } }",
	    "04{ 04{ " X4("1111") " } }", R_CERT_SKI },
	/* policies */
	{ "no policy", CERT_CA, POLICY, POLICIES("30{}"), R_CERT_POLICIES },
	{ "two policies", CERT_CA, POLICY,
	    POLICIES("30{30{06{2b06010505070e02}}30{06{2a03}}}"),
	    R_CERT_POLICIES },
	{ "another policy", CERT_CA, POLICY, POLICIES("30{30{06{2a03}}}"),
	    R_CERT_POLICIES },
	{ "a CPS, RFC 7318", CERT_CA, POLICY,
	    POLICIES("30{30{06{2b06010505070e02}"
		     "30{30{06{2b06010505070201}16{68747470}}}}}"),
	    REASON_OK },
	{ "a broken qualifier", CERT_CA, POLICY,
	    POLICIES("30{30{06{2b06010505070e02} 30{3080}}}"), R_DER_LENGTH },
	{ "the policy of RFC 8360 alone", CERT_CA, POLICY,
	    POLICIES("30{30{06{2b06010505070e03}}}"), R_CERT_POLICIES },
	/* places */
	{ "a CRL by https alone", CERT_CA, "a0{ a0{ 86{ *crl } } }",
	    "a0{ a0{ 86{ *https } } }", R_CERT_CRL_DP },
	{ "a CRL by https too", CERT_CA, "a0{ a0{ 86{ *crl } } }",
	    "a0{ a0{ 86{ *https } 86{ *crl } } }", REASON_OK },
	{ "two distribution points", CERT_CA, "30{ a0{ a0{ 86{ *crl } } } }",
	    "30{ a0{ a0{ 86{ *crl } } } } 30{ a0{ a0{ 86{ *crl } } } }",
	    R_CERT_CRL_DP },
	{ "reasons", CERT_CA, "30{ a0{ a0{ 86{ *crl } } } }",
	    "30{ a0{ a0{ 86{ *crl } } } 81{0780} }", R_CERT_CRL_DP },
	{ "a CRL by name", CERT_CA, "a0{ a0{ 86{ *crl } } }",
	    "a0{ a1{ 86{ *crl } } }", R_CERT_CRL_DP },
	{ "a directory name", CERT_CA, "a0{ a0{ 86{ *crl } } }",
	    "a0{ a0{ 82{ *crl } } }", R_CERT_CRL_DP },
	{ "issuer by https alone", CERT_CA,
	    "30{ 06{2b06010505073002} 86{ *cer } }",
	    "30{ 06{2b06010505073002} 86{ *https } }", R_CERT_AIA },
	{ "issuer by https too", CERT_CA,
	    "30{ 06{2b06010505073002} 86{ *cer } }",
	    "30{ 06{2b06010505073002} 86{ *https } }"
	    "30{ 06{2b06010505073002} 86{ *cer } }",
	    REASON_OK },
	{ "an OCSP responder alone", CERT_CA,
	    "30{ 06{2b06010505073002} 86{ *cer } }",
	    "30{ " MFT_OID " 86{ *cer } }", R_CERT_AIA },
	{ "no manifest", CERT_CA, "30{ 06{2b0601050507300a} 86{ *mft } }", "",
	    R_CERT_SIA },
	{ "manifest by https", CERT_CA, "86{ *mft }", "86{ *https }",
	    R_CERT_SIA },
	{ "no repository", CERT_CA, "30{ 06{2b06010505073005} 86{ *dir } }", "",
	    R_CERT_SIA },
	{ "another method too", CERT_CA,
	    "30{ 06{2b06010505073005} 86{ *dir } }",
	    "30{ 06{2b06010505073005} 86{ *dir } } 30{ 06{2a03} 86{ *cer } }",
	    REASON_OK },
	{ "notify by http", CERT_CA, "86{ *notify }",
	    "86{ 687474703a2f2f612e62 }", R_CERT_SIA },
	{ "manifest outside", CERT_CA, "86{ *mft }", "86{ *cer }",
	    R_CERT_MANIFEST_PLACE },
	{ "a URI with ..", CERT_CA, "86{ *dir }", "86{ *up }", REASON_COUNT },
	{ "an IA5String of a URI", CERT_CA, "86{ *mft }", "16{ *mft }",
	    R_CERT_SIA },
	{ "no signedObject", CERT_EE, "30{ 06{2b0601050507300b} 86{ *roa } }",
	    "30{ 06{2a03} 86{ *roa } }", R_CERT_SIA },
	/* Lenient, seen in the field: doc/strictness.md. */
	{ "notify in an EE", CERT_EE, "30{ 06{2b0601050507300b} 86{ *roa } }",
	    "30{ 06{2b0601050507300b} 86{ *roa } }"
	    "30{ 06{2b0601050507300d} 86{ *https } }",
	    REASON_OK },
	/* routers */
	{ "another purpose", CERT_ROUTER, EKU,
	    "30{ 06{551d25} 04{30{06{2a03}}} }", R_CERT_EXT_KEY_USAGE },
	{ "another purpose too", CERT_ROUTER, EKU,
	    "30{ 06{551d25} 04{30{06{2a03}06{2b0601050507031e}}} }",
	    REASON_OK },
	{ "no purpose", CERT_ROUTER, EKU, "30{ 06{551d25} 04{30{}} }",
	    R_CERT_EXT_KEY_USAGE },
	{ "a router that inherits", CERT_ROUTER,
	    "a0{30{30{02{00fbf0}02{00fbff}}}}", "a0{05{}}",
	    R_CERT_ROUTER_INHERIT },
	{ "resources not canonical", CERT_ROUTER, "30{02{00fbf0}02{00fbff}}",
	    "02{02}02{01}", R_RESOURCES_ORDER },
	{ "trailing bytes in an extension", CERT_CA, KU_CA, KU("03{0106} 00"),
	    R_DER_TRAILING },
};

/* "*name" in a pattern is bytes that are awkward in hexadecimal. */
static void
pattern_make(struct fixture *f, struct buf *out, const char *pattern)
{
	const struct {
		const char *name;
		struct span value;
	} names[] = {
		{ "*ca", SPAN_OF(f->ca_ski.b) },
		{ "*crl", SPAN("rsync://rpki.example/repo/issuer.crl") },
		{ "*cer", SPAN("rsync://rpki.example/repo/issuer.cer") },
		{ "*dir", SPAN("rsync://rpki.example/repo/sub/") },
		{ "*mft", SPAN("rsync://rpki.example/repo/sub/sub.mft") },
		{ "*roa", SPAN("rsync://rpki.example/repo/object.roa") },
		{ "*notify", SPAN("https://rpki.example/notify.xml") },
		{ "*https", SPAN("https://rpki.example/other") },
		{ "*up", SPAN("rsync://rpki.example/repo/../sub/") },
	};
	char text[4096] = "", hex[128];
	size_t n = 0;

	for (const char *c = pattern; *c != '\0';) {
		size_t len = *c == '*' ? strcspn(c, " ") : 1;
		const char *from = c;

		for (size_t i = 0; *c == '*' && i < COUNT(names); i++)
			if (span_eq(span_of(c, len), span_str(names[i].name))) {
				hex_write(hex, names[i].value);
				from = hex;
			}
		assert_true(*c != '*' || from == hex);
		c += len;
		len = from == hex ? strlen(hex) : 1;
		assert_true(n + len < sizeof(text));
		memcpy(text + n, from, len);
		n += len;
	}
	der_text(out, text);
}

static void
good_write(struct fixture *f, struct buf *out, enum cert_kind kind)
{
	struct cert_spec s = fixture_cert(f, kind);

	buf_reset(out);
	assert_int_equal(cert_write(out, &s, f->ca), REASON_OK);
}

static enum reason
judge(struct fixture *f, struct span der, enum cert_kind kind)
{
	struct decode *dec = fixture_decode(f, der);
	struct cert c;
	enum reason r = cert_parse(&c, der, dec);

	if (r == REASON_OK)
		r = cert_check(&c, kind, dec);
	assert_int_equal(dec->why.reason, r);
	return r;
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
	for (size_t i = 0; i < COUNT(faults); i++) {
		enum reason r;

		buf_reset(&bad);
		buf_reset(&find);
		buf_reset(&with);
		good_write(f, &good, faults[i].kind);
		pattern_make(f, &find, faults[i].find);
		pattern_make(f, &with, faults[i].with);
		CHECK(faults[i].what, der_edit(&bad, buf_view(&good),
					  buf_view(&find), buf_view(&with)));
		r = judge(f, buf_view(&bad), faults[i].kind);
		if (faults[i].want == REASON_COUNT) /* another room's */
			CHECK(faults[i].what, r != REASON_OK);
		else
			CHECK_REASON(faults[i].what, r, faults[i].want);
	}
	buf_fini(&good);
	buf_fini(&bad);
	buf_fini(&find);
	buf_fini(&with);
}

static void
test_write(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (unsigned kind = CERT_TA; kind <= CERT_ROUTER; kind++) {
		struct cert_spec s = fixture_cert(f, (enum cert_kind)kind);
		struct decode *dec;
		struct cert c;

		good_write(f, &b, (enum cert_kind)kind);
		dec = fixture_decode(f, buf_view(&b));
		assert_int_equal(cert_parse(&c, buf_view(&b), dec), REASON_OK);
		assert_int_equal(
		    cert_check(&c, (enum cert_kind)kind, dec), REASON_OK);
		assert_true(span_eq(c.serial, s.serial));
		assert_true(span_eq(name_common(c.issuer), span_str(s.issuer)));
		assert_true(
		    span_eq(name_common(c.subject), span_str(s.subject)));
		assert_int_equal(c.not_before_at, s.not_before_at);
		assert_int_equal(c.not_after_at, s.not_after_at);
		assert_true(span_eq(c.spki.key.raw, s.key.raw));
		assert_memory_equal(&c.aki, s.aki, sizeof(c.aki));
		assert_true(resources_eq(&c.resources, &s.resources));
		assert_true(span_eq(c.crl_uri, s.crl_uri));
		assert_true(span_eq(c.aia_uri, s.aia_uri));
		assert_true(span_eq(c.repository_uri, s.repository_uri));
		assert_true(span_eq(c.manifest_uri, s.manifest_uri));
		assert_true(span_eq(c.notify_uri, s.notify_uri));
		assert_true(span_eq(c.object_uri, s.object_uri));
		assert_int_equal(cert_guess(&c),
		    kind == CERT_TA ? CERT_CA : (enum cert_kind)kind);
	}
	buf_fini(&b);
}

/* RFC 8360: its policy, its extensions. */
static void
test_reconsidered(void **state)
{
	struct fixture *f = *state;
	struct cert_spec s = fixture_cert(f, CERT_CA);
	struct decode *dec;
	struct cert c;
	struct buf b;

	buf_init(&b, BUF_CAP);
	s.reconsidered = true;
	assert_int_equal(cert_write(&b, &s, f->ca), REASON_OK);
	dec = fixture_decode(f, buf_view(&b));
	assert_int_equal(cert_parse(&c, buf_view(&b), dec), REASON_OK);
	assert_int_equal(cert_check(&c, CERT_CA, dec), REASON_OK);
	assert_true(c.reconsidered);
	assert_true(resources_eq(&c.resources, &s.resources));
	buf_reset(&b);
	s = fixture_cert(f, CERT_CA);
	s.resources = (struct resources){ 0 };
	assert_int_equal(cert_write(&b, &s, f->ca), REASON_OK);
	assert_int_equal(judge(f, buf_view(&b), CERT_CA), R_CERT_NO_RESOURCES);
	buf_fini(&b);
}

/* Variants that the writer itself makes. */
static void
test_specs(void **state)
{
	struct fixture *f = *state;
	const uint8_t m4096[512] = { 0x80, [511] = 1 }, ed[32] = { 9 };
	const struct {
		const char *what;
		struct crypt_key key;
		enum cert_kind kind;
		enum reason want;
	} keys[] = {
		{ "P-256 in a CA", crypt_secret_public(f->p256), CERT_CA,
		    R_CERT_KEY },
		{ "Ed25519 in a CA", { CRYPT_ED25519, SPAN_OF(ed) }, CERT_CA,
		    R_CERT_KEY },
		{ "RSA 4096 in a CA", { CRYPT_RSA, SPAN_OF(m4096) }, CERT_CA,
		    R_CERT_KEY },
		{ "its issuer's key again", crypt_secret_public(f->ca), CERT_CA,
		    R_CERT_AKI },
		{ "RSA in a router", crypt_secret_public(f->ee), CERT_ROUTER,
		    R_CERT_KEY },
	};
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct cert_spec s = fixture_cert(f, keys[i].kind);

		s.key = keys[i].key;
		buf_reset(&b);
		assert_int_equal(cert_write(&b, &s, f->ca), REASON_OK);
		CHECK_REASON(keys[i].what, judge(f, buf_view(&b), keys[i].kind),
		    keys[i].want);
	}
	/* Without its slash the folder is the same. */
	{
		struct cert_spec s = fixture_cert(f, CERT_CA);

		s.repository_uri = SPAN("rsync://rpki.example/repo/sub");
		buf_reset(&b);
		assert_int_equal(cert_write(&b, &s, f->ca), REASON_OK);
		assert_int_equal(judge(f, buf_view(&b), CERT_CA), REASON_OK);
		s.repository_uri = SPAN("rsync://rpki.example/repo/su");
		buf_reset(&b);
		assert_int_equal(cert_write(&b, &s, f->ca), REASON_OK);
		assert_int_equal(
		    judge(f, buf_view(&b), CERT_CA), R_CERT_MANIFEST_PLACE);
	}
	buf_fini(&b);
}

/* Less memory than its resources take, by every amount. */
static void
test_no_memory(void **state)
{
	struct fixture *f = *state;
	enum reason r = R_LIMIT_MEMORY;
	struct decode *dec;
	struct cert c;
	size_t budget;
	struct buf b;

	buf_init(&b, BUF_CAP);
	good_write(f, &b, CERT_CA);
	for (budget = 0; r != REASON_OK; budget++) {
		dec = fixture_decode(f, buf_view(&b));
		f->arena.budget = budget;
		assert_int_equal(cert_parse(&c, buf_view(&b), dec), REASON_OK);
		r = cert_check(&c, CERT_CA, dec);
		assert_true(r == REASON_OK || r == R_LIMIT_MEMORY);
		assert_true((c.resources.as.n == 1) == (r == REASON_OK));
	}
	assert_true(budget > 3 * sizeof(struct addr_range));
	f->arena.budget = BUF_CAP;
	buf_fini(&b);
}

/* Limits of URIs: how many, how long. */
static void
test_uri_limits(void **state)
{
	struct fixture *f = *state;
	struct cert_spec s = fixture_cert(f, CERT_CA);
	char uri[2100] = "rsync://rpki.example/", one[256];
	struct buf good, bad, find, with;

	buf_init(&good, BUF_CAP);
	buf_init(&bad, BUF_CAP);
	buf_init(&find, BUF_CAP);
	buf_init(&with, BUF_CAP);
	for (size_t i = strlen(uri); i < sizeof(uri) - 1; i++)
		uri[i] = i % 100 == 0 ? '/' : 'a';
	s.crl_uri = span_of(uri, 2048);
	assert_int_equal(cert_write(&good, &s, f->ca), REASON_OK);
	assert_int_equal(judge(f, buf_view(&good), CERT_CA), REASON_OK);
	buf_reset(&good);
	s.crl_uri = span_of(uri, 2049);
	assert_int_equal(cert_write(&good, &s, f->ca), REASON_OK);
	assert_int_equal(judge(f, buf_view(&good), CERT_CA), R_CERT_URI_LENGTH);

	good_write(f, &good, CERT_CA);
	pattern_make(f, &find, "30{ 06{2b06010505073005} 86{ *dir } }");
	hex_write(one, buf_view(&find));
	for (size_t i = 0; i < f->limits.sia_uris - 2; i++)
		buf_span(&with, buf_view(&find));
	assert_true(
	    der_edit(&bad, buf_view(&good), buf_view(&find), buf_view(&with)));
	assert_int_equal(judge(f, buf_view(&bad), CERT_CA), REASON_OK);
	buf_span(&with, buf_view(&find));
	buf_reset(&bad);
	assert_true(
	    der_edit(&bad, buf_view(&good), buf_view(&find), buf_view(&with)));
	assert_int_equal(judge(f, buf_view(&bad), CERT_CA), R_LIMIT_ITEMS);
	buf_fini(&good);
	buf_fini(&bad);
	buf_fini(&find);
	buf_fini(&with);
}

static void
test_verify(void **state)
{
	struct fixture *f = *state;
	struct cert_spec spec = fixture_cert(f, CERT_CA);
	struct cert ta, c;
	struct buf a, b;
	struct fault why;
	struct decode dec;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	good_write(f, &a, CERT_TA);
	good_write(f, &b, CERT_CA);
	arena_reset(&f->arena);
	decode_init(&dec, &f->arena, &f->limits, buf_view(&a));
	assert_int_equal(cert_parse(&ta, buf_view(&a), &dec), REASON_OK);
	assert_int_equal(cert_check(&ta, CERT_TA, &dec), REASON_OK);
	decode_init(&dec, &f->arena, &f->limits, buf_view(&b));
	assert_int_equal(cert_parse(&c, buf_view(&b), &dec), REASON_OK);
	assert_int_equal(cert_check(&c, CERT_CA, &dec), REASON_OK);
	fault_init(&why, c.der);
	assert_int_equal(cert_verify(&c, &ta, &f->verifier, &why), REASON_OK);
	assert_int_equal(cert_verify(&ta, &ta, &f->verifier, &why), REASON_OK);
	/* The other way round: another name, and once that fits, another
	 * key. */
	assert_int_equal(
	    cert_verify(&ta, &c, &f->verifier, &why), R_CERT_ISSUER);
	fault_init(&why, c.der);
	c.subject = ta.subject;
	assert_int_equal(
	    cert_verify(&ta, &c, &f->verifier, &why), R_CERT_ISSUER_KEY);
	/* Signed by another key than its names say. */
	buf_reset(&b);
	assert_int_equal(cert_write(&b, &spec, f->ee), REASON_OK);
	decode_init(&dec, &f->arena, &f->limits, buf_view(&b));
	assert_int_equal(cert_parse(&c, buf_view(&b), &dec), REASON_OK);
	assert_int_equal(cert_check(&c, CERT_CA, &dec), REASON_OK);
	fault_init(&why, c.der);
	assert_int_equal(
	    cert_verify(&c, &ta, &f->verifier, &why), R_SIGNATURE_BAD);
	buf_fini(&a);
	buf_fini(&b);
}

/* DE3, DE4: no bit of a certificate can be changed, no byte left out. */
static void
test_flips(void **state)
{
	struct fixture *f = *state;
	struct buf a, b;
	struct cert ta;
	struct decode dec;
	struct arena arena;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	arena_init(&arena, BUF_CAP);
	good_write(f, &a, CERT_TA);
	good_write(f, &b, CERT_CA);
	decode_init(&dec, &arena, &f->limits, buf_view(&a));
	assert_int_equal(cert_parse(&ta, buf_view(&a), &dec), REASON_OK);
	assert_int_equal(cert_check(&ta, CERT_TA, &dec), REASON_OK);
	for (size_t i = 0; i < b.n; i++)
		assert_int_not_equal(
		    judge(f, span_of(b.p, i), CERT_CA), REASON_OK);
	for (size_t i = 0; i < b.n * 8; i++) {
		struct cert c;
		struct decode *d;
		enum reason r;

		b.p[i / 8] ^= (uint8_t)(1U << i % 8);
		d = fixture_decode(f, buf_view(&b));
		r = cert_parse(&c, buf_view(&b), d);
		if (r == REASON_OK)
			r = cert_check(&c, CERT_CA, d);
		if (r == REASON_OK)
			r = cert_verify(&c, &ta, &f->verifier, &d->why);
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
	enum cert_kind kind;
	enum reason want;
} wild[] = {
	{ "ta.cer", CERT_TA, REASON_OK },
	{ "ca1.cer", CERT_CA, REASON_OK },
	{ "router.cer", CERT_ROUTER, REASON_OK },
	{ "router.cer", CERT_EE, R_CERT_KEY },
	{ "ca1.cer", CERT_TA, R_CERT_EXTENSION_FORBIDDEN },
	{ "ca1.cer", CERT_EE, R_CERT_EXTENSION_FORBIDDEN },
	{ "res_incorrect.cer", CERT_CA, R_RESOURCES_LENGTH },
};

static void
test_wild(void **state)
{
	struct fixture *f = *state;
	struct decode dec;
	struct cert ta, ca;
	struct buf a, b;

	buf_init(&a, BUF_CAP);
	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(wild); i++) {
		char path[64] = "rpki-rs/";

		memcpy(path + 8, wild[i].name, strlen(wild[i].name) + 1);
		buf_reset(&a);
		wild_read(&a, path);
		CHECK_REASON(wild[i].name, judge(f, buf_view(&a), wild[i].kind),
		    wild[i].want);
	}
	buf_reset(&a);
	wild_read(&a, "rpki-rs/ta.cer");
	wild_read(&b, "rpki-rs/ca1.cer");
	arena_reset(&f->arena);
	decode_init(&dec, &f->arena, &f->limits, buf_view(&a));
	assert_int_equal(cert_parse(&ta, buf_view(&a), &dec), REASON_OK);
	assert_int_equal(cert_check(&ta, CERT_TA, &dec), REASON_OK);
	assert_int_equal(
	    cert_verify(&ta, &ta, &f->verifier, &dec.why), REASON_OK);
	decode_init(&dec, &f->arena, &f->limits, buf_view(&b));
	assert_int_equal(cert_parse(&ca, buf_view(&b), &dec), REASON_OK);
	assert_int_equal(cert_check(&ca, CERT_CA, &dec), REASON_OK);
	assert_int_equal(
	    cert_verify(&ca, &ta, &f->verifier, &dec.why), REASON_OK);
	assert_true(span_eq(
	    ca.manifest_uri, SPAN("rsync://rpki.ripe.net/repository/aca/"
				  "Kn3R14fXk-TIr1bhl9Tu2Sr2uhM.mft")));
	buf_fini(&a);
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_write),
		cmocka_unit_test(test_reconsidered),
		cmocka_unit_test(test_specs),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_uri_limits),
		cmocka_unit_test(test_verify),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_wild),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
