/*
 * RSA verification: most of the time of a run goes here.
 *
 * Signature, key and message are public, so there is no secret to protect
 * by constant time, and plain Montgomery products do. Against OpenSSL 3.0.22
 * (rsa2048, one core, same run; `openssl speed` says 26 us):
 *
 *	products, prepared key		18.5 us
 *	EVP_PKEY_verify, kept context	22.2 us
 *	EVP_PKEY_verify, kept key	27.5 us
 *	products, key used once		26.7 us
 *	EVP_PKEY_verify, key used once	41.7 us
 *
 * tests/bench/bench_crypt measures it again.
 */
#include <string.h>

#include "crypt/key.h"

/* DigestInfo of SHA-256 without the digest: RFC 8017 9.2, note 1. */
static const uint8_t digest_info[] = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60,
	0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20 };

enum reason
rsa_prepare(struct prepared *k, struct scratch *scratch)
{
	if (k->n < RSA_BITS_MIN / 8 || k->raw[0] == 0 ||
	    (k->n == RSA_BITS_MIN / 8 && k->raw[0] < 0x80) ||
	    k->raw[k->n - 1] % 2 == 0)
		return R_KEY_BAD;
	if (k->modulus == NULL)
		k->modulus = BN_new();
	if (k->mont == NULL)
		k->mont = BN_MONT_CTX_new();
	if (k->modulus == NULL || k->mont == NULL ||
	    BN_bin2bn(k->raw, (int)k->n, k->modulus) == NULL ||
	    BN_MONT_CTX_set(k->mont, k->modulus, scratch->bn) != 1)
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* EMSA-PKCS1-v1_5, RFC 8017 9.2: the only encoding of this message, n bytes
 * long. */
static void
encode(uint8_t *out, size_t n, struct span message)
{
	size_t tail = sizeof(digest_info) + SHA256_SIZE;

	out[0] = 0x00;
	out[1] = 0x01;
	memset(out + 2, 0xff, n - tail - 3);
	out[n - tail - 1] = 0x00;
	memcpy(out + n - tail, digest_info, sizeof(digest_info));
	crypt_sha256(out + n - SHA256_SIZE, message);
}

/* x = s^65537 mod n: 65537 is 2^16 + 1, and the product with the plain s
 * leaves the Montgomery form. */
static bool
power(struct scratch *t, BN_MONT_CTX *m)
{
	if (BN_to_montgomery(t->x, t->s, m, t->bn) != 1)
		return false;
	for (int i = 0; i < 16; i++)
		if (BN_mod_mul_montgomery(t->x, t->x, t->x, m, t->bn) != 1)
			return false;
	return BN_mod_mul_montgomery(t->x, t->x, t->s, m, t->bn) == 1;
}

enum reason
rsa_verify(const struct prepared *k, struct scratch *t, struct span message,
    struct span signature)
{
	uint8_t want[KEY_MAX];

	/* RFC 8017 8.2.2 step 1, and 5.2.2 step 1. */
	if (signature.n != k->n)
		return R_SIGNATURE_BAD;
	if (BN_bin2bn(signature.p, (int)signature.n, t->s) == NULL)
		return R_LIMIT_MEMORY;
	if (BN_ucmp(t->s, k->modulus) >= 0)
		return R_SIGNATURE_BAD;
	if (!power(t, k->mont))
		return R_LIMIT_MEMORY;
	encode(want, k->n, message);
	/* Both are k->n octets long; as numbers they compare in half of the
	 * time it takes to write x as octets. */
	if (BN_bin2bn(want, (int)k->n, t->s) == NULL)
		return R_LIMIT_MEMORY;
	return BN_ucmp(t->x, t->s) == 0 ? REASON_OK : R_SIGNATURE_BAD;
}
