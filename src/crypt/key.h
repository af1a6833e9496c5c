/* Inside crypt: a public key made ready, and the scratch space to use it;
 * and a private one. */
#ifndef CAIRN_CRYPT_KEY_H
#define CAIRN_CRYPT_KEY_H

#include <openssl/bn.h>
#include <openssl/evp.h>

#include "crypt/crypt.h"

#define KEY_MAX         512 /* an RSA modulus of 4096 bits */
#define RSA_BITS_MIN    2048
#define RSA_E           65537
#define P256_POINT_SIZE 65
#define ED25519_SIZE    32
#define SHA256_SIZE     32

struct scratch {
	BN_CTX *bn;
	BIGNUM *s, *x;
	EVP_MD_CTX *md;
};

struct prepared {
	enum crypt_alg alg;
	uint8_t raw[KEY_MAX];
	size_t n;          /* of raw; 0: nothing prepared */
	uint64_t used_at;  /* by the count of uses */
	BIGNUM *modulus;   /* RSA */
	BN_MONT_CTX *mont; /* RSA */
	EVP_PKEY *pkey;    /* the others */
};

struct crypt_secret {
	enum crypt_alg alg;
	EVP_PKEY *pkey;
	uint8_t raw[KEY_MAX]; /* the public half */
	size_t n;
};

/* Takes pkey; NULL without it. The caller fills in the public half. */
struct crypt_secret *secret_take(enum crypt_alg, EVP_PKEY *);

/* Of a modulus: odd, of 2048 to 4096 bits, no leading zero. */
enum reason rsa_prepare(struct prepared *, struct scratch *) MUST_CHECK;
enum reason rsa_verify(const struct prepared *, struct scratch *,
    struct span message, struct span signature) MUST_CHECK;

/* A canonical point on the curve that is not of small order. */
enum reason ed25519_check(struct span raw, struct scratch *) MUST_CHECK;

#endif
