/* Private keys, for those who write objects. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/param_build.h>

#include "crypt/key.h"

struct crypt_secret *
secret_take(enum crypt_alg alg, EVP_PKEY *pkey)
{
	struct crypt_secret *s = pkey == NULL ? NULL : base_alloc(sizeof(*s));

	if (s == NULL) {
		EVP_PKEY_free(pkey);
		ERR_clear_error();
		return NULL;
	}
	s->alg = alg;
	s->pkey = pkey;
	return s;
}

/* Takes bld; the key, or NULL. */
static EVP_PKEY *
import_take(const char *type, OSSL_PARAM_BLD *bld)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
	EVP_PKEY *pkey = NULL;

	if (ctx == NULL || params == NULL || EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_KEYPAIR, params) != 1)
		pkey = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(bld);
	return pkey;
}

/* The numbers of RFC 8017 3.2, second form, with n and d. */
struct rsa_numbers {
	BIGNUM *p, *q, *n, *e, *d, *dp, *dq, *qinv;
};

static bool
rsa_derive(struct rsa_numbers *k, struct span p, struct span q, BN_CTX *bn)
{
	BIGNUM *p1 = BN_CTX_get(bn), *q1 = BN_CTX_get(bn);
	BIGNUM *phi = BN_CTX_get(bn);

	k->p = BN_CTX_get(bn);
	k->q = BN_CTX_get(bn);
	k->n = BN_CTX_get(bn);
	k->e = BN_CTX_get(bn);
	k->d = BN_CTX_get(bn);
	k->dp = BN_CTX_get(bn);
	k->dq = BN_CTX_get(bn);
	k->qinv = BN_CTX_get(bn);
	return k->qinv != NULL && BN_bin2bn(p.p, (int)p.n, k->p) != NULL &&
	       BN_bin2bn(q.p, (int)q.n, k->q) != NULL && BN_is_odd(k->p) &&
	       BN_is_odd(k->q) && BN_copy(p1, k->p) != NULL &&
	       BN_copy(q1, k->q) != NULL && BN_sub_word(p1, 1) == 1 &&
	       BN_sub_word(q1, 1) == 1 && BN_mul(k->n, k->p, k->q, bn) == 1 &&
	       BN_mul(phi, p1, q1, bn) == 1 && BN_set_word(k->e, RSA_E) == 1 &&
	       BN_mod_inverse(k->d, k->e, phi, bn) != NULL &&
	       BN_mod(k->dp, k->d, p1, bn) == 1 &&
	       BN_mod(k->dq, k->d, q1, bn) == 1 &&
	       BN_mod_inverse(k->qinv, k->q, k->p, bn) != NULL;
}

static EVP_PKEY *
rsa_import(const struct rsa_numbers *k)
{
	const struct {
		const char *name;
		const BIGNUM *value;
	} rows[] = {
		{ OSSL_PKEY_PARAM_RSA_N, k->n },
		{ OSSL_PKEY_PARAM_RSA_E, k->e },
		{ OSSL_PKEY_PARAM_RSA_D, k->d },
		{ OSSL_PKEY_PARAM_RSA_FACTOR1, k->p },
		{ OSSL_PKEY_PARAM_RSA_FACTOR2, k->q },
		{ OSSL_PKEY_PARAM_RSA_EXPONENT1, k->dp },
		{ OSSL_PKEY_PARAM_RSA_EXPONENT2, k->dq },
		{ OSSL_PKEY_PARAM_RSA_COEFFICIENT1, k->qinv },
	};
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();

	for (size_t i = 0; bld != NULL && i < COUNT(rows); i++)
		if (OSSL_PARAM_BLD_push_BN(bld, rows[i].name, rows[i].value) !=
		    1) {
			OSSL_PARAM_BLD_free(bld);
			bld = NULL;
		}
	return bld == NULL ? NULL : import_take("RSA", bld);
}

/* Two numbers that are no primes give signatures that do not verify. */
static bool
signs(const struct crypt_secret *s)
{
	struct crypt_key key = crypt_secret_public(s);
	struct span message = SPAN("cairn");
	struct crypt *c = crypt_new();
	struct buf signature;
	bool good;

	buf_init(&signature, KEY_MAX);
	good =
	    c != NULL && crypt_sign(&signature, s, message) == REASON_OK &&
	    crypt_verify(c, &key, message, buf_view(&signature)) == REASON_OK;
	buf_fini(&signature);
	crypt_free(c);
	return good;
}

struct crypt_secret *
crypt_secret_rsa(struct span p, struct span q)
{
	struct crypt_secret *s = NULL;
	struct rsa_numbers numbers;
	BN_CTX *bn;

	if (p.n > KEY_MAX / 2 || q.n > KEY_MAX / 2)
		return NULL;
	bn = BN_CTX_new();
	if (bn == NULL)
		return NULL;
	BN_CTX_start(bn);
	if (rsa_derive(&numbers, p, q, bn) &&
	    BN_num_bits(numbers.n) >= RSA_BITS_MIN)
		s = secret_take(CRYPT_RSA, rsa_import(&numbers));
	if (s != NULL)
		s->n = (size_t)BN_bn2bin(numbers.n, s->raw);
	BN_CTX_end(bn);
	BN_CTX_free(bn);
	if (s != NULL && !signs(s)) {
		crypt_secret_free(s);
		s = NULL;
	}
	ERR_clear_error();
	return s;
}

struct crypt_secret *
crypt_secret_ed25519(struct span seed)
{
	struct crypt_secret *s;
	EVP_PKEY *pkey = NULL;

	if (seed.n == ED25519_SIZE)
		pkey = EVP_PKEY_new_raw_private_key(
		    EVP_PKEY_ED25519, NULL, seed.p, seed.n);
	s = secret_take(CRYPT_ED25519, pkey);
	if (s == NULL)
		return NULL;
	s->n = ED25519_SIZE;
	if (EVP_PKEY_get_raw_public_key(pkey, s->raw, &s->n) != 1) {
		crypt_secret_free(s);
		return NULL;
	}
	return s;
}

/* The point of d in 1 to n - 1. */
static bool
p256_point(uint8_t out[P256_POINT_SIZE], const BIGNUM *d, BN_CTX *bn)
{
	EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_X9_62_prime256v1);
	EC_POINT *point = group == NULL ? NULL : EC_POINT_new(group);
	bool good =
	    point != NULL && !BN_is_zero(d) &&
	    BN_ucmp(d, EC_GROUP_get0_order(group)) < 0 &&
	    EC_POINT_mul(group, point, d, NULL, NULL, bn) == 1 &&
	    EC_POINT_point2oct(group, point, POINT_CONVERSION_UNCOMPRESSED, out,
		P256_POINT_SIZE, bn) == P256_POINT_SIZE;

	EC_POINT_free(point);
	EC_GROUP_free(group);
	return good;
}

static EVP_PKEY *
p256_import(const BIGNUM *d, const uint8_t point[P256_POINT_SIZE])
{
	OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();

	if (bld == NULL)
		return NULL;
	if (OSSL_PARAM_BLD_push_utf8_string(
		bld, OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0) != 1 ||
	    OSSL_PARAM_BLD_push_octet_string(
		bld, OSSL_PKEY_PARAM_PUB_KEY, point, P256_POINT_SIZE) != 1 ||
	    OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_PRIV_KEY, d) != 1) {
		OSSL_PARAM_BLD_free(bld);
		return NULL;
	}
	return import_take("EC", bld);
}

struct crypt_secret *
crypt_secret_p256(struct span d)
{
	uint8_t point[P256_POINT_SIZE];
	struct crypt_secret *s = NULL;
	BN_CTX *bn = BN_CTX_new();
	BIGNUM *number = NULL;

	if (d.n == 32)
		number = BN_bin2bn(d.p, (int)d.n, NULL);
	if (bn != NULL && number != NULL && p256_point(point, number, bn))
		s = secret_take(CRYPT_P256, p256_import(number, point));
	if (s != NULL) {
		memcpy(s->raw, point, sizeof(point));
		s->n = sizeof(point);
	}
	BN_clear_free(number);
	BN_CTX_free(bn);
	ERR_clear_error();
	return s;
}

void
crypt_secret_free(struct crypt_secret *s)
{
	if (s == NULL)
		return;
	EVP_PKEY_free(s->pkey);
	base_free(s);
}

struct crypt_key
crypt_secret_public(const struct crypt_secret *s)
{
	return (
	    struct crypt_key){ .alg = s->alg, .raw = span_of(s->raw, s->n) };
}

enum reason
crypt_sign(struct buf *out, const struct crypt_secret *s, struct span message)
{
	const char *digest = s->alg == CRYPT_ED25519 ? NULL : "SHA256";
	uint8_t signature[KEY_MAX];
	size_t n = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good =
	    ctx != NULL &&
	    EVP_DigestSignInit_ex(
		ctx, NULL, digest, NULL, NULL, s->pkey, NULL) == 1 &&
	    EVP_DigestSign(ctx, signature, &n, message.p, message.n) == 1;

	EVP_MD_CTX_free(ctx);
	if (!good) {
		ERR_clear_error();
		return R_LIMIT_MEMORY;
	}
	buf_add(out, signature, n);
	return out->failed ? R_LIMIT_MEMORY : REASON_OK;
}
