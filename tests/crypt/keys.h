/* An RSA key made for these tests, and the signature of "sample" by it, from
 * Python's integers: an opinion that is not OpenSSL's. */
#ifndef CAIRN_TESTS_CRYPT_KEYS_H
#define CAIRN_TESTS_CRYPT_KEYS_H

#include <string.h>

#include "crypt/crypt.h"

#define RSA_P                                                              \
	"db8f1dbb941a7491a461bcb6d075958ddc07f35f2ce027ddd2c6f9fe6d4cdbfc" \
	"c0c0a40de20b5ffd5c53f47d2366c66582544a52e5b406bdecd9151e5ac93faa" \
	"4695513d717c63d606f291e5486a491f10201e8165e7c52750b57e833b42f042" \
	"4693d39585b5b429261ccefd3c9465fd839849aab5a7dc9cf352044d62f1c537"
#define RSA_Q                                                              \
	"cd6b0669315481b0c7e75d2b93a920d2ba4f764b292aa80ef803b30a6689e919" \
	"7b167ef53eabf8113534359300b6495bea31ac1e4fb2baf3ad9331766f206801" \
	"d991f8e0eeb802c5f4f785ed13c1a5ef96bdd34848cff4530f56b9c5d821f734" \
	"1cce317d497c1d131c69edb67c953514bfbed76f12e020ea053a21fe6562a6d1"
#define RSA_SAMPLE                                                         \
	"41083aae720534c61c37ae2cdb5ba6014ee61acccac75435df7106809a6b8fdf" \
	"9581866feac2bbaef93e1429e09f8cff4f99af836dfa2fe513db997cbe54c63c" \
	"4151619dd94e15f31fa3cc85891055e7b0c410902131d5bc1a1732a6d9e23ae5" \
	"a5d0b7fa8f725ba65faeb43ec2779d3af4eaefaff4914358359d2e350612d58b" \
	"ca9950eac5ab4c14f93c6c6b082b516bb54a589fce98d3e0023d3e6cc8c9eda2" \
	"d369880aa6f8970e23ef9069eb142f6f75652b7f71c184f9eec13ddca40f4530" \
	"10973459477a7400a34dfb1997ae29a90421a6fc03ee402d1d0c5de9bfb3f0b0" \
	"aba0fb7e36cfda9574537d8e3bb0db53a6c5461b9c60079d09d9e0fd8d1176a9"

struct bytes {
	uint8_t p[256];
	size_t n;
};

static inline struct bytes
bytes(const char *hex)
{
	struct bytes b = { .n = strlen(hex) / 2 };

	ASSERT(b.n <= sizeof(b.p) && hex_parse(b.p, b.n, span_str(hex)));
	return b;
}

static inline struct span
view(const struct bytes *b)
{
	return span_of(b->p, b->n);
}

static inline struct crypt_secret *
rsa_secret(void)
{
	struct bytes p = bytes(RSA_P), q = bytes(RSA_Q);
	struct crypt_secret *s = crypt_secret_rsa(view(&p), view(&q));

	ASSERT(s != NULL);
	return s;
}

#endif
