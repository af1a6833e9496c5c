/* Public keys in certificates. */
#include <string.h>

#include "tests/object/fixture.h"

#define X16(x)  x x x x x x x x x x x x x x x x
#define RSA_ALG "30{ 06{2a864886f70d010101} 05{} } "
#define M256    "00 " X16(X16("ab"))
#define M512    M256 X16(X16("ab"))
#define RSA(modulus, exponent) \
	"30{ " RSA_ALG "03{00 30{ 02{" modulus "} 02{" exponent "} } } }"
#define EC_ALG "30{ 06{2a8648ce3d0201} 06{2a8648ce3d030107} } "
#define POINT  "04 " X16("11") X16("22") X16("33") X16("44")

static const struct {
	const char *what, *der;
	enum reason want;
} keys[] = {
	{ "RSA 2048", RSA(M256, "010001"), REASON_OK },
	{ "RSA 4096", RSA(M512, "010001"), REASON_OK },
	{ "RSA 2056", RSA("00 " X16(X16("ab")) "ab", "010001"), REASON_OK },
	{ "RSA 2047",
	    RSA(X16("5b") X16("ab") X16("ab") X16("ab") X16("ab") X16("ab")
		    X16("ab") X16("ab") X16("ab") X16("ab") X16("ab") X16("ab")
			X16("ab") X16("ab") X16("ab") X16("ab"),
		"010001"),
	    R_KEY_SIZE },
	{ "RSA 1024",
	    RSA("00 " X16("ab") X16("ab") X16("ab") X16("ab") X16("ab")
		    X16("ab") X16("ab") X16("ab"),
		"010001"),
	    R_KEY_SIZE },
	{ "RSA 4104", RSA(M512 "ab", "010001"), R_KEY_SIZE },
	{ "RSA 8192", RSA(M512 X16(X16("ab")) X16(X16("ab")), "010001"),
	    R_KEY_SIZE },
	{ "modulus 0", RSA("00", "010001"), R_KEY_SIZE },
	{ "negative modulus", RSA(X16(X16("ab")), "010001"), R_KEY_SIZE },
	{ "even modulus", RSA(M256 "aa", "010001"), R_KEY_FORM },
	{ "exponent 3", RSA(M256, "03"), R_KEY_EXPONENT },
	{ "exponent 0", RSA(M256, "00"), R_KEY_EXPONENT },
	{ "exponent of 2047 bits", RSA(M256, "7f " X16(X16("ff"))),
	    R_KEY_EXPONENT },
	{ "no exponent", "30{ " RSA_ALG "03{00 30{ 02{" M256 "} } } }",
	    R_DER_TAG },
	{ "RSA without parameters",
	    "30{ 30{ 06{2a864886f70d010101} } 03{00 30{ 02{" M256
	    "} 02{010001} } } }",
	    R_DER_TAG },
	{ "trailing in the key",
	    "30{ " RSA_ALG "03{00 30{ 02{" M256 "} 02{010001} 05{} } } }",
	    R_DER_TRAILING },
	{ "trailing after the key",
	    "30{ " RSA_ALG "03{00 30{ 02{" M256 "} 02{010001} } 0500 } }",
	    R_DER_TRAILING },
	{ "garbage for a key", "30{ " RSA_ALG "03{00 deadbeef} }", R_DER_TAG },
	{ "no bits", "30{ " RSA_ALG "03{00} }", R_DER_TAG },
	{ "unused bits", "30{ " EC_ALG "03{04 " POINT "} }", R_DER_BITS },
	{ "P-256", "30{ " EC_ALG "03{00 " POINT "} }", REASON_OK },
	{ "P-256, compressed",
	    "30{ " EC_ALG "03{00 02 " X16("11") X16("22") "} }", R_KEY_FORM },
	{ "P-256, a byte more", "30{ " EC_ALG "03{00 " POINT "00} }",
	    R_KEY_FORM },
	{ "P-384",
	    "30{ 30{ 06{2a8648ce3d0201} 06{2b81040022} } 03{00 " POINT "} }",
	    R_KEY_ALGORITHM },
	{ "Ed25519", "30{ 30{ 06{2b6570} } 03{00 " X16("11") X16("22") "} }",
	    REASON_OK },
	{ "Ed25519 of 31 bytes", "30{ 30{ 06{2b6570} } 03{00 1111} }",
	    R_KEY_FORM },
	{ "Ed25519 with parameters",
	    "30{ 30{ 06{2b6570} 05{} } 03{00 " X16("11") X16("22") "} }",
	    R_DER_TRAILING },
	{ "Ed448", "30{ 30{ 06{2b6571} } 03{00 11} }", R_KEY_ALGORITHM },
};

static void
test_parse(void **state)
{
	struct fixture *f = *state;
	struct buf b;

	buf_init(&b, BUF_CAP);
	for (size_t i = 0; i < COUNT(keys); i++) {
		struct decode *dec;
		struct spki s;
		struct der d;

		buf_reset(&b);
		der_text(&b, keys[i].der);
		dec = fixture_decode(f, buf_view(&b));
		der_init(&d, buf_view(&b), &dec->why);
		CHECK_REASON(
		    keys[i].what, spki_parse(&s, &d, dec), keys[i].want);
		CHECK_REASON(keys[i].what, dec->why.reason, keys[i].want);
	}
	buf_fini(&b);
}

static void
round_trip(struct fixture *f, struct crypt_key key)
{
	struct decode *dec;
	struct ski a, b;
	struct spki s;
	struct buf out;
	struct der d;

	buf_init(&out, BUF_CAP);
	spki_write(&out, &key);
	dec = fixture_decode(f, buf_view(&out));
	der_init(&d, buf_view(&out), &dec->why);
	assert_int_equal(spki_parse(&s, &d, dec), REASON_OK);
	assert_int_equal(s.key.alg, key.alg);
	assert_true(span_eq(s.key.raw, key.raw));
	assert_true(span_eq(s.der, buf_view(&out)));
	spki_ski(&a, &s);
	spki_key_ski(&b, &key);
	assert_memory_equal(&a, &b, sizeof(a));
	buf_fini(&out);
}

static void
test_write(void **state)
{
	struct fixture *f = *state;
	const uint8_t ed[32] = { 9 };

	round_trip(f, crypt_secret_public(f->ca));
	round_trip(f, crypt_secret_public(f->p256));
	round_trip(f, (struct crypt_key){ CRYPT_ED25519, SPAN_OF(ed) });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_write),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
