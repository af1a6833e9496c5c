/* Private keys: made, and from and to PKCS #8 PEM. */
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include "crypt/key.h"

/* What OpenSSL's own tools take for scrypt: 16 MiB, some 50 ms. */
#define SCRYPT_N        16384
#define SCRYPT_R        8
#define SCRYPT_P        1

#define PASSPHRASE_MAX  1024
#define RSA_BITS_MAX    (KEY_MAX * 8)

#define PLAIN_BEGIN     SPAN("-----BEGIN PRIVATE KEY-----\n")
#define ENCRYPTED_BEGIN SPAN("-----BEGIN ENCRYPTED PRIVATE KEY-----\n")

void
crypt_wipe(void *p, size_t n)
{
	OPENSSL_cleanse(p, n);
}

/* ---- what kind of key it is ---------------------------------------------- */

static bool
rsa_public(struct crypt_secret *s)
{
	BIGNUM *n = NULL, *e = NULL;
	bool good =
	    EVP_PKEY_get_bn_param(s->pkey, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    EVP_PKEY_get_bn_param(s->pkey, OSSL_PKEY_PARAM_RSA_E, &e) == 1 &&
	    BN_is_word(e, RSA_E) && BN_is_odd(n) &&
	    BN_num_bits(n) >= RSA_BITS_MIN && BN_num_bits(n) <= RSA_BITS_MAX;

	if (good)
		s->n = (size_t)BN_bn2bin(n, s->raw);
	BN_free(n);
	BN_free(e);
	return good;
}

static bool
p256_public(struct crypt_secret *s)
{
	char group[32];

	return EVP_PKEY_get_group_name(s->pkey, group, sizeof(group), NULL) ==
		   1 &&
	       strcmp(group, "prime256v1") == 0 &&
	       EVP_PKEY_set_utf8_string_param(s->pkey,
		   OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
		   OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) == 1 &&
	       EVP_PKEY_get_octet_string_param(s->pkey, OSSL_PKEY_PARAM_PUB_KEY,
		   s->raw, sizeof(s->raw), &s->n) == 1 &&
	       s->n == P256_POINT_SIZE && s->raw[0] == 4;
}

static bool
ed25519_public(struct crypt_secret *s)
{
	s->n = sizeof(s->raw);
	return EVP_PKEY_get_raw_public_key(s->pkey, s->raw, &s->n) == 1 &&
	       s->n == ED25519_SIZE;
}

static const struct {
	const char *type;
	enum crypt_alg alg;
	bool (*public)(struct crypt_secret *);
} kinds[] = {
	{ "ED25519", CRYPT_ED25519, ed25519_public },
	{ "EC", CRYPT_P256, p256_public },
	{ "RSA", CRYPT_RSA, rsa_public },
};

/* Takes pkey; NULL when it is of none of the kinds. */
static struct crypt_secret *
secret_of(EVP_PKEY *pkey)
{
	struct crypt_secret *s;
	size_t k = 0;

	while (k < COUNT(kinds) && EVP_PKEY_is_a(pkey, kinds[k].type) != 1)
		k++;
	if (k == COUNT(kinds)) {
		EVP_PKEY_free(pkey);
		return NULL;
	}
	s = secret_take(kinds[k].alg, pkey);
	if (s != NULL && !kinds[k].public(s)) {
		crypt_secret_free(s);
		s = NULL;
	}
	ERR_clear_error();
	return s;
}

struct crypt_secret *
crypt_secret_generate(enum crypt_alg alg)
{
	EVP_PKEY *pkey = NULL;

	switch (alg) {
	case CRYPT_RSA:
		pkey =
		    EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS_MIN);
		break;
	case CRYPT_P256:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
		break;
	case CRYPT_ED25519:
		pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
		break;
	}
	ERR_clear_error();
	return pkey == NULL ? NULL : secret_of(pkey);
}

void
crypt_secret_seed(uint8_t out[32], const struct crypt_secret *s)
{
	size_t n = ED25519_SIZE;

	ASSERT(s->alg == CRYPT_ED25519);
	ASSERT(EVP_PKEY_get_raw_private_key(s->pkey, out, &n) == 1);
}

/* ---- PEM ------------------------------------------------------------- */

/* OpenSSL asks the terminal where it is given no way to ask. */
static int
passphrase_give(char *out, int size, int writing, void *ctx)
{
	const struct span *passphrase = ctx;

	(void)writing;
	if (passphrase->n == 0 || passphrase->n > (size_t)size)
		return -1;
	memcpy(out, passphrase->p, passphrase->n);
	return (int)passphrase->n;
}

enum reason
crypt_secret_read_pem(
    struct crypt_secret **out, struct span text, struct span passphrase)
{
	bool encrypted = span_starts(text, ENCRYPTED_BEGIN);
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	*out = NULL;
	if ((!encrypted && !span_starts(text, PLAIN_BEGIN)) ||
	    text.n > INT32_MAX)
		return R_KEY_PEM;
	bio = BIO_new_mem_buf(text.p, (int)text.n);
	if (bio == NULL)
		return R_LIMIT_MEMORY;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, passphrase_give, &passphrase);
	BIO_free(bio);
	ERR_clear_error();
	if (pkey == NULL)
		return encrypted ? R_KEY_PASSPHRASE : R_KEY_PEM;
	*out = secret_of(pkey);
	return *out == NULL ? R_KEY_PEM : REASON_OK;
}

/* NULL without memory. */
static X509_SIG *
seal(PKCS8_PRIV_KEY_INFO *key, struct span passphrase)
{
	X509_ALGOR *how = PKCS5_pbe2_set_scrypt(
	    EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
	X509_SIG *sealed = NULL;

	if (how != NULL)
		sealed = PKCS8_set0_pbe(
		    (const char *)passphrase.p, (int)passphrase.n, key, how);
	if (sealed == NULL)
		X509_ALGOR_free(how);
	return sealed;
}

static bool
pem_put(BIO *bio, PKCS8_PRIV_KEY_INFO *key, struct span passphrase)
{
	X509_SIG *sealed;
	bool good;

	if (passphrase.n == 0)
		return PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, key) == 1;
	sealed = seal(key, passphrase);
	good = sealed != NULL && PEM_write_bio_PKCS8(bio, sealed) == 1;
	X509_SIG_free(sealed);
	return good;
}

enum reason
crypt_secret_write_pem(
    struct buf *out, const struct crypt_secret *s, struct span passphrase)
{
	PKCS8_PRIV_KEY_INFO *key = NULL;
	BIO *bio = BIO_new(BIO_s_mem());
	bool good = false;
	char *text;
	long n;

	if (passphrase.n > PASSPHRASE_MAX)
		goto out;
	key = EVP_PKEY2PKCS8(s->pkey);
	good = bio != NULL && key != NULL && pem_put(bio, key, passphrase);
	if (good) {
		n = BIO_get_mem_data(bio, &text);
		buf_add(out, text, (size_t)n);
		good = !out->failed;
	}
out:
	PKCS8_PRIV_KEY_INFO_free(key);
	BIO_free(bio);
	ERR_clear_error();
	return good ? REASON_OK
		    : (passphrase.n > PASSPHRASE_MAX ? R_KEY_PASSPHRASE
						     : R_LIMIT_MEMORY);
}
