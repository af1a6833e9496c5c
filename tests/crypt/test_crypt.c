#include "tests/check.h"

#include "tests/crypt/keys.h"

/* RFC 6979 A.2.5, SHA-256, "sample". */
#define POINT                                                              \
	"04"                                                               \
	"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" \
	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"
#define R "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
#define S "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
/* n - s: as good an s as the other. */
#define S_LOW "0834e36ad29a83bf2bc9385e491d6099c8fdf9d1ed67aa7ea5f51f93782857a9"
#define ORDER "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"

static const struct {
	const char *what, *signature;
	enum reason want;
} ecdsa[] = {
	{ "RFC 6979", "3046022100" R "022100" S, REASON_OK },
	{ "low s", "3045022100" R "0220" S_LOW, REASON_OK },
	{ "empty", "", R_SIGNATURE_BAD },
	{ "no contents", "3000", R_SIGNATURE_BAD },
	{ "r only", "3023022100" R, R_SIGNATURE_BAD },
	{ "trailing byte", "3046022100" R "022100" S "00", R_SIGNATURE_BAD },
	{ "trailing byte inside", "3047022100" R "022100" S "00",
	    R_SIGNATURE_BAD },
	{ "trailing NULL inside", "3048022100" R "022100" S "0500",
	    R_SIGNATURE_BAD },
	{ "length in a long form", "308146022100" R "022100" S,
	    R_SIGNATURE_BAD },
	{ "indefinite length", "3080022100" R "022100" S "0000",
	    R_SIGNATURE_BAD },
	{ "r with a zero more", "304702220000" R "022100" S, R_SIGNATURE_BAD },
	{ "s with a zero more", "304602210000" S_LOW "022100" R,
	    R_SIGNATURE_BAD },
	{ "r without its zero: negative", "30450220" R "022100" S,
	    R_SIGNATURE_BAD },
	{ "s without its zero: negative", "3045022100" R "0220" S,
	    R_SIGNATURE_BAD },
	{ "r = 0", "3026020100022100" S, R_SIGNATURE_BAD },
	{ "s = 0", "3026022100" R "020100", R_SIGNATURE_BAD },
	{ "r = n", "3046022100" ORDER "022100" S, R_SIGNATURE_BAD },
	{ "s = n", "3046022100" R "022100" ORDER, R_SIGNATURE_BAD },
	{ "r and s swapped", "3046022100" S "022100" R, R_SIGNATURE_BAD },
	{ "r and s without DER", R S, R_SIGNATURE_BAD },
	{ "a SET", "3146022100" R "022100" S, R_SIGNATURE_BAD },
};

static void
test_ecdsa(void **state)
{
	struct bytes raw = bytes(POINT);
	struct crypt_key key = { CRYPT_P256, view(&raw) };
	struct crypt *c = crypt_new();

	(void)state;
	for (size_t i = 0; i < COUNT(ecdsa); i++) {
		struct bytes signature = bytes(ecdsa[i].signature);

		CHECK_REASON(ecdsa[i].what,
		    crypt_verify(c, &key, SPAN("sample"), view(&signature)),
		    ecdsa[i].want);
	}
	crypt_free(c);
}

static void
test_points(void **state)
{
	struct bytes good = bytes(POINT), bad = good;
	struct crypt_key key = { CRYPT_P256, view(&bad) };
	struct crypt *c = crypt_new();

	(void)state;
	CHECK_REASON("good", crypt_key_check(c, &key), REASON_OK);
	bad.p[64] ^= 1;
	CHECK_REASON("off the curve", crypt_key_check(c, &key), R_KEY_BAD);
	bad = good;
	bad.p[0] = 0x03;
	CHECK_REASON("other form", crypt_key_check(c, &key), R_KEY_BAD);
	bad.p[0] = 0x07;
	CHECK_REASON("hybrid form", crypt_key_check(c, &key), R_KEY_BAD);
	bad.p[0] = 0x03;
	key.raw.n = 33;
	CHECK_REASON("compressed", crypt_key_check(c, &key), R_KEY_BAD);
	bad.p[0] = 0x00;
	key.raw.n = 1;
	CHECK_REASON("infinity", crypt_key_check(c, &key), R_KEY_BAD);
	key.raw.n = 0;
	CHECK_REASON("nothing", crypt_key_check(c, &key), R_KEY_BAD);
	bad = good;
	memset(bad.p + 1, 0xff, 32);
	key.raw.n = 65;
	CHECK_REASON("x above p", crypt_key_check(c, &key), R_KEY_BAD);
	crypt_free(c);
}

/* A key judged by one algorithm is not found under another. */
static void
test_kept_by_algorithm(void **state)
{
	struct bytes raw = bytes("d75a980182b10ab7d54bfed3c964073a"
				 "0ee172f3daa62325af021a68f707511a");
	struct crypt_key key = { CRYPT_ED25519, view(&raw) };
	struct crypt *c = crypt_new();

	(void)state;
	CHECK_REASON("ed25519", crypt_key_check(c, &key), REASON_OK);
	key.alg = CRYPT_RSA;
	CHECK_REASON("rsa", crypt_key_check(c, &key), R_KEY_BAD);
	key.alg = CRYPT_P256;
	CHECK_REASON("p256", crypt_key_check(c, &key), R_KEY_BAD);
	crypt_free(c);
}

/* More keys than are kept, of all kinds in turn, and the first again. */
static void
test_many_keys(void **state)
{
	struct crypt_secret *secrets[40];
	struct verifier v;
	struct crypt *c = crypt_new();

	(void)state;
	v = crypt_verifier(c);
	for (size_t i = 0; i < COUNT(secrets); i++) {
		uint8_t number[32] = { 0, (uint8_t)(i + 1) };

		secrets[i] = i == 7 ? rsa_secret()
			     : i % 2 == 0
				 ? crypt_secret_p256(SPAN_OF(number))
				 : crypt_secret_ed25519(SPAN_OF(number));
		assert_non_null(secrets[i]);
	}
	for (size_t round = 0; round < 3; round++)
		for (size_t i = 0; i < COUNT(secrets); i++) {
			struct crypt_key key = crypt_secret_public(secrets[i]);
			struct buf b;

			buf_init(&b, 512);
			CHECK_REASON("sign",
			    crypt_sign(&b, secrets[i], SPAN("m")), REASON_OK);
			CHECK_REASON("good",
			    v.verify(v.ctx, &key, SPAN("m"), buf_view(&b)),
			    REASON_OK);
			CHECK_REASON("other message",
			    v.verify(v.ctx, &key, SPAN("n"), buf_view(&b)),
			    R_SIGNATURE_BAD);
			buf_fini(&b);
		}
	assert_int_equal(crypt_work(c).signatures, 240);
	assert_int_equal(crypt_work(c).hashed_bytes, 240);
	for (size_t i = 0; i < COUNT(secrets); i++)
		crypt_secret_free(secrets[i]);
	crypt_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ecdsa),
		cmocka_unit_test(test_points),
		cmocka_unit_test(test_kept_by_algorithm),
		cmocka_unit_test(test_many_keys),
	};

	return cmocka_run_group_tests_name("crypt", tests, NULL, NULL);
}
