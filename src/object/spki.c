/*
 * subjectPublicKeyInfo (RFC 5280 4.1.2.7) of the three algorithms in use:
 * RSA (RFC 7935 3), ECDSA on P-256 (RFC 8608 3), Ed25519 (RFC 8410 4).
 *
 *	SEQUENCE { SEQUENCE { algorithm OID, parameters }, BIT STRING }
 *
 * The key is left as raw bytes: crypt makes a key of them only when a
 * signature is to be checked, which is several times cheaper than letting
 * OpenSSL decode the structure.
 */
#include <string.h>

#include "object/part.h"

#define OID_EC        SPAN("\x2a\x86\x48\xce\x3d\x02\x01")
#define OID_P256      SPAN("\x2a\x86\x48\xce\x3d\x03\x01\x07")
#define OID_ED25519   SPAN("\x2b\x65\x70")

#define RSA_BYTES_MIN 256
#define RSA_BYTES_MAX 512

/* RSAPublicKey ::= SEQUENCE { modulus INTEGER, publicExponent INTEGER } */
static enum reason
rsa_parse(struct span *modulus, struct span bits, struct fault *why)
{
	struct der d, in;
	struct span exponent;
	const uint8_t *at;

	der_init(&d, bits, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	at = in.at;
	TRY(der_integer(modulus, &in));
	if ((modulus->p[0] & 0x80) != 0)
		return fault_at(why, R_KEY_SIZE, at);
	if (modulus->p[0] == 0)
		*modulus = span_of(modulus->p + 1, modulus->n - 1);
	if (modulus->n < RSA_BYTES_MIN || modulus->n > RSA_BYTES_MAX ||
	    (modulus->n == RSA_BYTES_MIN && (modulus->p[0] & 0x80) == 0))
		return fault_at(why, R_KEY_SIZE, at);
	if ((modulus->p[modulus->n - 1] & 1) == 0)
		return fault_at(why, R_KEY_FORM, at);
	at = in.at;
	TRY(der_integer(&exponent, &in));
	if (!span_eq(exponent, SPAN("\1\0\1"))) /* 65537 */
		return fault_at(why, R_KEY_EXPONENT, at);
	return der_end(&in);
}

/* What follows the algorithm's OID is its parameters. */
static enum reason
algorithm_parse(enum crypt_alg *out, struct der *d)
{
	const uint8_t *at = d->at;
	struct span oid;

	TRY(der_oid(&oid, d));
	if (span_eq(oid, OID_RSA)) {
		*out = CRYPT_RSA;
		TRY(der_null(d));
	} else if (span_eq(oid, OID_EC)) {
		*out = CRYPT_P256;
		TRY(der_oid_is(d, OID_P256, R_KEY_ALGORITHM));
	} else if (span_eq(oid, OID_ED25519)) {
		*out = CRYPT_ED25519;
	} else {
		return fault_at(d->why, R_KEY_ALGORITHM, at);
	}
	return der_end(d);
}

static enum reason
key_parse(struct crypt_key *out, enum crypt_alg alg, struct span bits,
    struct fault *why)
{
	out->alg = alg;
	out->raw = bits;
	switch (alg) {
	case CRYPT_RSA:
		return rsa_parse(&out->raw, bits, why);
	case CRYPT_P256:
		if (bits.n != 65 || bits.p[0] != 4)
			return fault_at(why, R_KEY_FORM, bits.p);
		return REASON_OK;
	case CRYPT_ED25519:
		if (bits.n != 32)
			return fault_at(why, R_KEY_FORM, bits.p);
		return REASON_OK;
	}
	return fault_at(why, R_KEY_ALGORITHM, bits.p);
}

enum reason
spki_parse(struct spki *out, struct der *d, struct decode *dec)
{
	struct spki s = { 0 };
	struct der in, algorithm;
	enum crypt_alg alg;
	struct span contents;
	unsigned unused;
	const uint8_t *at;

	TRY(der_whole(&s.der, &contents, d, DER_SEQUENCE));
	der_init(&in, contents, &dec->why);
	TRY(der_enter(&algorithm, &in, DER_SEQUENCE));
	TRY(algorithm_parse(&alg, &algorithm));
	at = in.at;
	TRY(der_bits(&s.bits, &unused, &in));
	if (unused != 0)
		return fault_at(&dec->why, R_DER_BITS, at);
	TRY(der_end(&in));
	TRY(key_parse(&s.key, alg, s.bits, &dec->why));
	*out = s;
	return REASON_OK;
}

/* What the BIT STRING holds. */
static void
bits_write(struct buf *b, const struct crypt_key *key)
{
	size_t mark;

	if (key->alg != CRYPT_RSA) {
		buf_span(b, key->raw);
		return;
	}
	mark = der_open(b, DER_SEQUENCE);
	der_put_integer(b, key->raw);
	der_put_uint(b, 65537);
	der_close(b, mark);
}

static void
algorithm_write(struct buf *b, enum crypt_alg alg)
{
	size_t mark;

	if (alg == CRYPT_RSA) {
		part_algorithm_write(b, OID_RSA);
		return;
	}
	mark = der_open(b, DER_SEQUENCE);
	der_put_oid(b, alg == CRYPT_P256 ? OID_EC : OID_ED25519);
	if (alg == CRYPT_P256)
		der_put_oid(b, OID_P256);
	der_close(b, mark);
}

void
spki_write(struct buf *b, const struct crypt_key *key)
{
	size_t mark = der_open(b, DER_SEQUENCE), bits;

	algorithm_write(b, key->alg);
	bits = der_open(b, DER_BIT_STRING);
	buf_byte(b, 0); /* no unused bits */
	bits_write(b, key);
	der_close(b, bits);
	der_close(b, mark);
}

void
spki_ski(struct ski *out, const struct spki *s)
{
	crypt_sha1(out->b, s->bits);
}

void
spki_key_ski(struct ski *out, const struct crypt_key *key)
{
	struct buf bits;

	buf_init(&bits, 2 * RSA_BYTES_MAX);
	bits_write(&bits, key);
	crypt_sha1(out->b, buf_view(&bits));
	buf_fini(&bits);
}
