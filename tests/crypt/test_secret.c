#include "tests/check.h"

#include "tests/crypt/keys.h"

/* RFC 8032 7.1, tests 1 to 3. */
static const struct {
	const char *what, *seed, *key, *message, *signature;
} eddsa[] = {
	{ "test 1",
	    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
	    "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
	    "",
	    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
	    "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
	{ "test 2",
	    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
	    "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
	    "72",
	    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
	    "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
	{ "test 3",
	    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
	    "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
	    "af82",
	    "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
	    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static void
test_ed25519(void **state)
{
	struct crypt *c = crypt_new();

	(void)state;
	for (size_t i = 0; i < COUNT(eddsa); i++) {
		struct bytes seed = bytes(eddsa[i].seed);
		struct bytes raw = bytes(eddsa[i].key);
		struct bytes message = bytes(eddsa[i].message);
		struct bytes want = bytes(eddsa[i].signature);
		struct crypt_secret *s = crypt_secret_ed25519(view(&seed));
		struct crypt_key key;
		struct buf have;

		assert_non_null(s);
		key = crypt_secret_public(s);
		CHECK(eddsa[i].what, key.alg == CRYPT_ED25519);
		CHECK(eddsa[i].what, span_eq(key.raw, view(&raw)));
		buf_init(&have, 64);
		CHECK_REASON(eddsa[i].what,
		    crypt_sign(&have, s, view(&message)), REASON_OK);
		CHECK(eddsa[i].what, span_eq(buf_view(&have), view(&want)));
		CHECK_REASON(eddsa[i].what,
		    crypt_verify(c, &key, view(&message), view(&want)),
		    REASON_OK);
		buf_fini(&have);
		crypt_secret_free(s);
	}
	assert_null(
	    crypt_secret_ed25519(SPAN("31 bytes are not a seed ......")));
	crypt_free(c);
}

static void
test_rsa(void **state)
{
	struct crypt_secret *s = rsa_secret();
	struct bytes p = bytes(RSA_P), q = bytes(RSA_Q);
	struct bytes want = bytes(RSA_SAMPLE);
	struct crypt_secret *other = crypt_secret_rsa(view(&q), view(&p));
	struct buf have;

	(void)state;
	buf_init(&have, 256);
	CHECK_REASON("sign", crypt_sign(&have, s, SPAN("sample")), REASON_OK);
	assert_true(span_eq(buf_view(&have), view(&want)));
	assert_int_equal(crypt_secret_public(s).raw.n, 256);

	assert_non_null(other);
	buf_reset(&have);
	CHECK_REASON(
	    "primes swapped", crypt_sign(&have, other, SPAN("sample")), 0);
	assert_true(span_eq(buf_view(&have), view(&want)));
	CHECK_REASON("no room", crypt_sign(&have, other, SPAN("sample")),
	    R_LIMIT_MEMORY);
	buf_fini(&have);
	crypt_secret_free(other);
	crypt_secret_free(s);
}

static void
test_no_primes(void **state)
{
	struct bytes p = bytes(RSA_P), q = bytes(RSA_Q), bad;

	(void)state;
	assert_null(crypt_secret_rsa(view(&p), view(&p)));
	bad = q;
	bad.p[bad.n - 1] ^= 2; /* still odd */
	assert_null(crypt_secret_rsa(view(&p), view(&bad)));
	bad.p[bad.n - 1] ^= 3; /* even */
	assert_null(crypt_secret_rsa(view(&p), view(&bad)));
	assert_null(crypt_secret_rsa(view(&p), span_of(NULL, 0)));
	assert_null(crypt_secret_rsa(view(&p), span_of(q.p, 64)));
	assert_null(crypt_secret_rsa(SPAN("\1"), SPAN("\1")));
}

/* RFC 6979 A.2.5. */
#define P256_D \
	"c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721"
#define P256_POINT                                                         \
	"04"                                                               \
	"60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" \
	"7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"

static void
test_p256(void **state)
{
	static const struct {
		const char *what, *d;
	} none[] = {
		{ "zero", "00000000000000000000000000000000"
			  "00000000000000000000000000000000" },
		{ "the order", "ffffffff00000000ffffffffffffffff"
			       "bce6faada7179e84f3b9cac2fc632551" },
		{ "31 bytes", "010203040506070809101112131415"
			      "16171819202122232425262728293031" },
	};
	struct bytes d = bytes(P256_D), point = bytes(P256_POINT);
	struct crypt_secret *s = crypt_secret_p256(view(&d));
	struct crypt *c = crypt_new();
	struct crypt_key key;
	struct buf have;

	(void)state;
	assert_non_null(s);
	key = crypt_secret_public(s);
	assert_true(key.alg == CRYPT_P256 && span_eq(key.raw, view(&point)));
	buf_init(&have, 80);
	CHECK_REASON("sign", crypt_sign(&have, s, SPAN("sample")), REASON_OK);
	CHECK_REASON("verify",
	    crypt_verify(c, &key, SPAN("sample"), buf_view(&have)), REASON_OK);
	for (size_t i = 0; i < COUNT(none); i++) {
		struct bytes bad = bytes(none[i].d);

		CHECK(none[i].what, crypt_secret_p256(view(&bad)) == NULL);
	}
	buf_fini(&have);
	crypt_secret_free(s);
	crypt_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ed25519),
		cmocka_unit_test(test_rsa),
		cmocka_unit_test(test_no_primes),
		cmocka_unit_test(test_p256),
	};

	return cmocka_run_group_tests_name("secret", tests, NULL, NULL);
}
