#include "tests/check.h"

#include <openssl/bn.h>

#include "tests/crypt/keys.h"

#define N 256

/* Encoded messages that are nearly right, signed by the key itself. */
struct forge {
	const char *what;
	const char *head; /* hex, at the start */
	size_t fill;      /* bytes of ff after it */
	const char *rest; /* hex, before the digest */
	size_t tail;      /* bytes of 00 after the digest */
	size_t digest;    /* bytes of it */
	enum reason want;
};

#define INFO "003031300d060960864801650304020105000420"

static const struct forge forges[] = {
	{ "right", "0001", 202, INFO, 0, 32, REASON_OK },
	{ "block type 2", "0002", 202, INFO, 0, 32, R_SIGNATURE_BAD },
	{ "block type 0", "0000", 202, INFO, 0, 32, R_SIGNATURE_BAD },
	{ "a bit above", "0101", 202, INFO, 0, 32, R_SIGNATURE_BAD },
	{ "padding not of ff", "0001fe", 201, INFO, 0, 32, R_SIGNATURE_BAD },
	{ "garbage after the digest", "0001", 8, INFO, 194, 32,
	    R_SIGNATURE_BAD },
	{ "one byte after the digest", "0001", 201, INFO, 1, 32,
	    R_SIGNATURE_BAD },
	{ "no zero before DigestInfo", "0001", 203,
	    "3031300d060960864801650304020105000420", 0, 32, R_SIGNATURE_BAD },
	{ "no NULL in the algorithm", "0001", 204,
	    "00302f300b0609608648016503040201"
	    "0420",
	    0, 32, R_SIGNATURE_BAD },
	{ "length in a long form", "0001", 201,
	    "00308131300d060960864801650304020105000420", 0, 32,
	    R_SIGNATURE_BAD },
	{ "SHA-512 by name", "0001", 202,
	    "003031300d060960864801650304020305000420", 0, 32,
	    R_SIGNATURE_BAD },
	{ "no DigestInfo", "0001", 221, "00", 0, 32, R_SIGNATURE_BAD },
	{ "digest cut short", "0001", 203, INFO, 0, 31, R_SIGNATURE_BAD },
};

static void
forge_write(uint8_t out[N], const struct forge *f)
{
	struct bytes head = bytes(f->head), rest = bytes(f->rest);
	uint8_t digest[32], *at = out;

	crypt_sha256(digest, SPAN("sample"));
	CHECK(f->what, head.n + f->fill + rest.n + f->digest + f->tail == N);
	memcpy(at, head.p, head.n);
	memset(at + head.n, 0xff, f->fill);
	at += head.n + f->fill;
	memcpy(at, rest.p, rest.n);
	memcpy(at + rest.n, digest, f->digest);
	memset(at + rest.n + f->digest, 0, f->tail);
}

/* s = m^d mod n, by hand: crypt_sign would not sign these. */
static void
private_power(uint8_t out[N], const uint8_t in[N], struct span modulus)
{
	struct bytes pb = bytes(RSA_P), qb = bytes(RSA_Q);
	BN_CTX *ctx = BN_CTX_new();
	BIGNUM *p = BN_bin2bn(pb.p, (int)pb.n, NULL);
	BIGNUM *q = BN_bin2bn(qb.p, (int)qb.n, NULL);
	BIGNUM *n = BN_bin2bn(modulus.p, (int)modulus.n, NULL);
	BIGNUM *m = BN_bin2bn(in, N, NULL), *e = NULL, *d;

	BN_sub_word(p, 1);
	BN_sub_word(q, 1);
	BN_mul(p, p, q, ctx);
	assert_true(BN_dec2bn(&e, "65537") > 0);
	d = BN_mod_inverse(NULL, e, p, ctx);
	assert_int_equal(BN_mod_exp(m, m, d, n, ctx), 1);
	assert_int_equal(BN_bn2binpad(m, out, N), N);
	BN_free(p);
	BN_free(q);
	BN_free(n);
	BN_free(m);
	BN_free(e);
	BN_free(d);
	BN_CTX_free(ctx);
}

static void
test_forged_encodings(void **state)
{
	struct crypt_secret *secret = rsa_secret();
	struct crypt_key key = crypt_secret_public(secret);
	struct crypt *c = crypt_new();

	(void)state;
	for (size_t i = 0; i < COUNT(forges); i++) {
		uint8_t em[N], signature[N];

		forge_write(em, &forges[i]);
		private_power(signature, em, key.raw);
		CHECK_REASON(forges[i].what,
		    crypt_verify(c, &key, SPAN("sample"), SPAN_OF(signature)),
		    forges[i].want);
	}
	crypt_free(c);
	crypt_secret_free(secret);
}

static void
test_known_signature(void **state)
{
	struct crypt_secret *secret = rsa_secret();
	struct crypt_key key = crypt_secret_public(secret);
	struct bytes good = bytes(RSA_SAMPLE);
	struct crypt *c = crypt_new();

	(void)state;
	CHECK_REASON("sample",
	    crypt_verify(c, &key, SPAN("sample"), view(&good)), REASON_OK);
	CHECK_REASON("other message",
	    crypt_verify(c, &key, SPAN("samplE"), view(&good)),
	    R_SIGNATURE_BAD);
	for (size_t bit = 0; bit < N * 8; bit++) {
		struct bytes bad = good;

		bad.p[bit / 8] ^= (uint8_t)(1U << bit % 8);
		CHECK_REASON("one bit flipped",
		    crypt_verify(c, &key, SPAN("sample"), view(&bad)),
		    R_SIGNATURE_BAD);
	}
	for (size_t n = 0; n < N; n++)
		CHECK_REASON("cut short",
		    crypt_verify(c, &key, SPAN("sample"), span_of(good.p, n)),
		    R_SIGNATURE_BAD);
	crypt_free(c);
	crypt_secret_free(secret);
}

/* RFC 8017 5.2.2 step 1: s + n would have the same power. */
static void
test_signature_below_modulus(void **state)
{
	struct crypt_secret *secret = rsa_secret();
	struct crypt_key key = crypt_secret_public(secret);
	struct crypt *c = crypt_new();
	struct bytes good = bytes(RSA_SAMPLE), bad = { .n = N };
	BIGNUM *s = BN_bin2bn(good.p, N, NULL);
	BIGNUM *n = BN_bin2bn(key.raw.p, N, NULL);

	(void)state;
	CHECK_REASON("n itself", crypt_verify(c, &key, SPAN("sample"), key.raw),
	    R_SIGNATURE_BAD);
	assert_int_equal(BN_add(s, s, n), 1);
	assert_int_equal(BN_bn2binpad(s, bad.p, N), N); /* it fits */
	CHECK_REASON("s + n", crypt_verify(c, &key, SPAN("sample"), view(&bad)),
	    R_SIGNATURE_BAD);
	memset(bad.p, 0xff, N);
	CHECK_REASON("all ones",
	    crypt_verify(c, &key, SPAN("sample"), view(&bad)), R_SIGNATURE_BAD);
	memset(bad.p, 0, N);
	CHECK_REASON("zero", crypt_verify(c, &key, SPAN("sample"), view(&bad)),
	    R_SIGNATURE_BAD);
	BN_free(s);
	BN_free(n);
	crypt_free(c);
	crypt_secret_free(secret);
}

static void
test_modulus(void **state)
{
	static const struct {
		const char *what;
		size_t n;
		uint8_t first, last;
		enum reason want;
	} cases[] = {
		{ "2048 bits", 256, 0x80, 1, REASON_OK },
		{ "2047 bits", 256, 0x7f, 1, R_KEY_BAD },
		{ "2049 bits", 257, 0x01, 1, REASON_OK },
		{ "4096 bits", 512, 0xff, 1, REASON_OK },
		{ "4097 bits", 513, 0x01, 1, R_KEY_BAD },
		{ "leading zero", 257, 0x00, 1, R_KEY_BAD },
		{ "even", 256, 0x80, 2, R_KEY_BAD },
		{ "1024 bits", 128, 0x80, 1, R_KEY_BAD },
		{ "empty", 0, 0, 0, R_KEY_BAD },
	};
	struct crypt *c = crypt_new();

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		uint8_t raw[513] = { 0 };
		struct crypt_key key = { CRYPT_RSA, span_of(raw, cases[i].n) };

		raw[0] = cases[i].first;
		if (cases[i].n > 0)
			raw[cases[i].n - 1] = cases[i].last;
		CHECK_REASON(
		    cases[i].what, crypt_key_check(c, &key), cases[i].want);
	}
	crypt_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_forged_encodings),
		cmocka_unit_test(test_known_signature),
		cmocka_unit_test(test_signature_below_modulus),
		cmocka_unit_test(test_modulus),
	};

	return cmocka_run_group_tests_name("rsa", tests, NULL, NULL);
}
