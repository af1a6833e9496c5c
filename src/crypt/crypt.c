/* Verification, and the keys that were used last. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/params.h>

#include "crypt/key.h"

/* A CA's key comes back at each of its objects, between keys used once: a few
 * places keep it. */
#define KEPT 16

/* Far more than one verification allocates. */
#define ROOM ((size_t)1 << 20)

struct crypt {
	struct scratch scratch;
	struct prepared keys[KEPT];
	uint64_t uses;
	struct crypt_work work;
};

struct crypt *
crypt_new(void)
{
	struct crypt *c = base_alloc(sizeof(*c));

	if (c == NULL)
		return NULL;
	c->scratch = (struct scratch){
		.bn = BN_CTX_new(),
		.s = BN_new(),
		.x = BN_new(),
		.md = EVP_MD_CTX_new(),
	};
	if (c->scratch.bn == NULL || c->scratch.s == NULL ||
	    c->scratch.x == NULL || c->scratch.md == NULL) {
		crypt_free(c);
		return NULL;
	}
	return c;
}

void
crypt_free(struct crypt *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < KEPT; i++) {
		BN_free(c->keys[i].modulus);
		BN_MONT_CTX_free(c->keys[i].mont);
		EVP_PKEY_free(c->keys[i].pkey);
	}
	BN_CTX_free(c->scratch.bn);
	BN_free(c->scratch.s);
	BN_free(c->scratch.x);
	EVP_MD_CTX_free(c->scratch.md);
	base_free(c);
}

struct crypt_work
crypt_work(const struct crypt *c)
{
	return c->work;
}

/* Why OpenSSL refuses. Where memory ran out, it says nothing of a key or of a
 * signature, and not always that it did: so ask for more than it takes. */
static enum reason
refusal(enum reason why)
{
	void *room = OPENSSL_malloc(ROOM);

	ERR_clear_error();
	OPENSSL_free(room);
	return room == NULL ? R_LIMIT_MEMORY : why;
}

/* fromdata refuses a point that is not on the curve. */
static EVP_PKEY *
p256_import(struct span point)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	char group[] = "P-256";
	uint8_t copy[P256_POINT_SIZE];
	EVP_PKEY *pkey = NULL;
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(
		    OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(
		    OSSL_PKEY_PARAM_PUB_KEY, copy, sizeof(copy)),
		OSSL_PARAM_construct_end(),
	};

	memcpy(copy, point.p, sizeof(copy));
	if (ctx == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	return pkey;
}

static enum reason
pkey_prepare(struct prepared *k, struct scratch *scratch)
{
	const struct span raw = span_of(k->raw, k->n);

	if (k->alg == CRYPT_ED25519) {
		TRY(ed25519_check(raw, scratch));
		k->pkey = EVP_PKEY_new_raw_public_key(
		    EVP_PKEY_ED25519, NULL, k->raw, k->n);
	} else {
		if (k->n != P256_POINT_SIZE || k->raw[0] != 0x04)
			return R_KEY_BAD;
		k->pkey = p256_import(raw);
	}
	return k->pkey != NULL ? REASON_OK : refusal(R_KEY_BAD);
}

/* The place of this key, or else the one not used for longest. */
static struct prepared *
place(struct crypt *c, const struct crypt_key *key)
{
	struct prepared *oldest = &c->keys[0];

	for (struct prepared *k = c->keys; k < c->keys + KEPT; k++) {
		if (k->n > 0 && k->alg == key->alg &&
		    span_eq(span_of(k->raw, k->n), key->raw))
			return k;
		if (k->used_at < oldest->used_at)
			oldest = k;
	}
	EVP_PKEY_free(oldest->pkey);
	oldest->pkey = NULL;
	oldest->n = 0;
	return oldest;
}

static enum reason
prepare(struct prepared **out, struct crypt *c, const struct crypt_key *key)
{
	struct prepared *k;
	enum reason r = REASON_OK;

	if (key->raw.n == 0 || key->raw.n > KEY_MAX)
		return R_KEY_BAD;
	k = place(c, key);
	if (k->n == 0) {
		k->alg = key->alg;
		k->n = key->raw.n;
		memcpy(k->raw, key->raw.p, key->raw.n);
		r = k->alg == CRYPT_RSA ? rsa_prepare(k, &c->scratch)
					: pkey_prepare(k, &c->scratch);
	}
	if (r != REASON_OK) {
		k->n = 0;
		ERR_clear_error();
		return r;
	}
	k->used_at = ++c->uses;
	*out = k;
	return REASON_OK;
}

/* OpenSSL itself insists on DER and on r and s in range, and on the length
 * and the range of S. */
static enum reason
pkey_verify(struct prepared *k, struct scratch *scratch, struct span message,
    struct span signature)
{
	const char *digest = k->alg == CRYPT_ED25519 ? NULL : "SHA256";

	if (EVP_MD_CTX_reset(scratch->md) == 1 &&
	    EVP_DigestVerifyInit_ex(
		scratch->md, NULL, digest, NULL, NULL, k->pkey, NULL) == 1 &&
	    EVP_DigestVerify(scratch->md, signature.p, signature.n, message.p,
		message.n) == 1)
		return REASON_OK;
	return refusal(R_SIGNATURE_BAD);
}

enum reason
crypt_key_check(struct crypt *c, const struct crypt_key *key)
{
	struct prepared *k;

	return prepare(&k, c, key);
}

enum reason
crypt_verify(struct crypt *c, const struct crypt_key *key, struct span message,
    struct span signature)
{
	struct prepared *k;

	TRY(prepare(&k, c, key));
	c->work.signatures++;
	c->work.hashed_bytes += message.n;
	return k->alg == CRYPT_RSA
		   ? rsa_verify(k, &c->scratch, message, signature)
		   : pkey_verify(k, &c->scratch, message, signature);
}

void
crypt_warm_up(void)
{
	EVP_MD_free(EVP_MD_fetch(NULL, "SHA256", NULL));
	ERR_clear_error();
}

static enum reason
verify(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	return crypt_verify(ctx, key, message, signature);
}

struct verifier
crypt_verifier(struct crypt *c)
{
	return (struct verifier){ .verify = verify, .ctx = c };
}
