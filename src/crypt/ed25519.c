/*
 * Ed25519 public keys, more strictly than OpenSSL: it accepts keys of small
 * order and y of 2^255 - 19 or more. What it does itself is what we want: S
 * canonical, the equation without cofactor, R compared as bytes. The twelve
 * vectors of "Taming the Many EdDSAs" pin all of it in the tests.
 */
#include <string.h>

#include "crypt/key.h"

/* Little-endian, as RFC 8032 5.1.2 encodes y. */
static const uint8_t p_bytes[ED25519_SIZE] = { 0xed, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	0xff, 0xff, 0x7f };

/* y of the points whose order divides 8; either sign of x. */
static const uint8_t small_order[][ED25519_SIZE] = { { 0 }, /* order 4 */
	{ 1 },                                              /* order 1 */
	{ 0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
	    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f },
	/* order 2 above, order 8 below */
	{ 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
	    0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
	    0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 },
	{ 0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
	    0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
	    0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a } };

static bool
is_below_p(const uint8_t y[ED25519_SIZE])
{
	for (size_t i = ED25519_SIZE; i > 0; i--)
		if (y[i - 1] != p_bytes[i - 1])
			return y[i - 1] < p_bytes[i - 1];
	return false;
}

static bool
is_small(const uint8_t y[ED25519_SIZE])
{
	for (size_t i = 0; i < COUNT(small_order); i++)
		if (memcmp(y, small_order[i], ED25519_SIZE) == 0)
			return true;
	return false;
}

/* x^2 = (y^2 - 1) / (d y^2 + 1) has a root when the product of both sides of
 * the fraction is a square: RFC 8032 5.1.3. Negative without memory. */
static int
is_square(const uint8_t y[ED25519_SIZE], BN_CTX *bn)
{
	static const char d_hex[] = "52036cee2b6ffe738cc740797779e898"
				    "00700a4d4141d8ab75eb4dca135978a3";
	BIGNUM *p, *d, *u, *v;
	int square = -2;

	BN_CTX_start(bn);
	p = BN_CTX_get(bn);
	d = BN_CTX_get(bn);
	u = BN_CTX_get(bn);
	v = BN_CTX_get(bn);
	if (v != NULL && BN_hex2bn(&d, d_hex) > 0 &&
	    BN_lebin2bn(p_bytes, ED25519_SIZE, p) != NULL &&
	    BN_lebin2bn(y, ED25519_SIZE, u) != NULL &&
	    BN_mod_sqr(u, u, p, bn) == 1 && BN_mod_mul(v, u, d, p, bn) == 1 &&
	    BN_add_word(v, 1) == 1 && BN_sub_word(u, 1) == 1 &&
	    BN_mod_mul(u, u, v, p, bn) == 1)
		square = BN_kronecker(u, p, bn);
	BN_CTX_end(bn);
	return square == -2 ? -1 : square != -1;
}

enum reason
ed25519_check(struct span raw, struct scratch *scratch)
{
	uint8_t y[ED25519_SIZE];
	int square;

	if (raw.n != ED25519_SIZE)
		return R_KEY_BAD;
	memcpy(y, raw.p, sizeof(y));
	y[ED25519_SIZE - 1] &= 0x7f; /* the sign of x */
	if (!is_below_p(y) || is_small(y))
		return R_KEY_BAD;
	square = is_square(y, scratch->bn);
	if (square < 0)
		return R_LIMIT_MEMORY;
	return square == 1 ? REASON_OK : R_KEY_BAD;
}
