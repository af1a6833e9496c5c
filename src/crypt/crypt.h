/*
 * crypt - digests, public keys, signatures.
 *
 * What	    The only room that includes OpenSSL's crypto headers.
 * In	    Messages, raw public keys (a modulus, a point), signatures.
 * Out	    Digests; whether a signature holds; keys and signatures for
 *	    writers.
 * Owns	    A struct crypt owns OpenSSL contexts and the last keys it used.
 * Fails    R_SIGNATURE_BAD; R_KEY_BAD for a key that is none; R_KEY_PEM and
 *	    R_KEY_PASSPHRASE for a file of a private one.
 * Threads  One struct crypt for each thread or process. The digests are for
 *	    all.
 * Standards RFC 7935 (RSA 2048, e 65537, SHA-256), RFC 8017 8.2.2, RFC 8032,
 *	    RFC 8608 (ECDSA P-256), FIPS 180-4, RFC 5958 (private keys).
 */
#ifndef CAIRN_CRYPT_H
#define CAIRN_CRYPT_H

#include "base/base.h"

enum crypt_alg {
	CRYPT_RSA,
	CRYPT_P256,
	CRYPT_ED25519
};

/*
 * A public key as its raw bytes, borrowed: an RSA modulus (big-endian, no
 * leading zero; the exponent is always 65537), an uncompressed point
 * (04 || X || Y), or 32 bytes.
 */
struct crypt_key {
	enum crypt_alg alg;
	struct span raw;
};

/* What it has done, for the run's summary and for benchmarks. */
struct crypt_work {
	uint64_t signatures, hashed_bytes;
};

/* How signatures are checked: a value, so that a fuzz target may pass one
 * that accepts. R_SIGNATURE_BAD, R_KEY_BAD or REASON_OK. */
struct verifier {
	enum reason (*verify)(void *ctx, const struct crypt_key *,
	    struct span message, struct span signature);
	void *ctx;
};

struct crypt;

struct crypt *crypt_new(void); /* NULL without memory */
void crypt_free(struct crypt *);
struct verifier crypt_verifier(struct crypt *);
struct crypt_work crypt_work(const struct crypt *);
/* RSA: PKCS #1 v1.5, SHA-256, as long as the modulus. P-256: DER
 * Ecdsa-Sig-Value, SHA-256. Ed25519: RFC 8032, pure; small-order and
 * non-canonical keys are R_KEY_BAD, equation without cofactor. */
enum reason crypt_verify(struct crypt *, const struct crypt_key *,
    struct span message, struct span signature) MUST_CHECK;

/* Whether it is a key that could verify anything: REASON_OK or R_KEY_BAD.
 * RSA: odd, 2048 to 4096 bits. P-256: on the curve. */
enum reason crypt_key_check(
    struct crypt *, const struct crypt_key *) MUST_CHECK;

/* Have OpenSSL read now what it reads at the first use of a key that is not
 * RSA: for who is about to be without files. */
void crypt_warm_up(void);

/* A digest cannot fail. */
void crypt_sha256(uint8_t out[32], struct span);
void crypt_sha256_2(uint8_t out[32], struct span a, struct span b);
void crypt_sha1(
    uint8_t out[20], struct span); /* subject key identifiers only */

/* In pieces, for files larger than memory. */
struct crypt_hash;
struct crypt_hash *crypt_hash_new(void);
void crypt_hash_add(struct crypt_hash *, struct span);
void crypt_hash_take(struct crypt_hash *, uint8_t out[32]); /* and frees it */

/* ---- private keys: writers, the world maker, holders --------------------- */

struct crypt_secret;

/* An RSA key of two primes (big-endian), e 65537. NULL when it is none. */
struct crypt_secret *crypt_secret_rsa(struct span p, struct span q);
/* RFC 8032 seed of 32 bytes. */
struct crypt_secret *crypt_secret_ed25519(struct span seed);
/* A P-256 private number of 32 bytes. */
struct crypt_secret *crypt_secret_p256(struct span d);
/* A new one: Ed25519, P-256, or RSA of 2048 bits. */
struct crypt_secret *crypt_secret_generate(enum crypt_alg);
void crypt_secret_free(struct crypt_secret *);
/* PKCS #8 as PEM (RFC 7468 10 and 11): R_KEY_PEM when it is none or of
 * another kind of key; R_KEY_PASSPHRASE when it is encrypted, and not with
 * this passphrase. */
enum reason crypt_secret_read_pem(struct crypt_secret **out, struct span text,
    struct span passphrase) MUST_CHECK;
/* Encrypted (scrypt, AES-256-CBC) unless the passphrase is empty. */
enum reason crypt_secret_write_pem(struct buf *, const struct crypt_secret *,
    struct span passphrase) MUST_CHECK;
/* The RFC 8032 seed of an Ed25519 key: for formats that are made of it. */
void crypt_secret_seed(uint8_t out[32], const struct crypt_secret *);
/* Overwrite what was secret, also where a compiler sees no use in it. */
void crypt_wipe(void *, size_t n);
/* Its public half; the bytes live as long as the secret. */
struct crypt_key crypt_secret_public(const struct crypt_secret *);
/* Append the signature of message (deterministic for RSA and Ed25519). */
enum reason crypt_sign(struct buf *out, const struct crypt_secret *,
    struct span message) MUST_CHECK;

#endif
