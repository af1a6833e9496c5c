/*
 * SubjectPublicKeyInfo as ledger.md 3 has it: what is well formed and of
 * another kind is told from what is not well formed, which the decoder of
 * room object need not do.
 */
#include "ledger/statement.h"

#define OID_RSA     SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")
#define OID_EC      SPAN("\x2a\x86\x48\xce\x3d\x02\x01")
#define OID_ED25519 SPAN("\x2b\x65\x70")
/* Parameters, with their header. */
#define NULL_TLV      SPAN("\x05\x00")
#define P256_TLV      SPAN("\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07")

#define RSA_BYTES_MIN 256
#define RSA_BYTES_MAX 512

/* A fault in here is no fault of the statement: the key is of another kind. */
static bool
rsa_shape(struct crypt_key *out, struct span bits)
{
	struct fault quiet;
	struct der d, in;
	struct span n, e;

	fault_init(&quiet, bits);
	der_init(&d, bits, &quiet);
	if (der_enter(&in, &d, DER_SEQUENCE) != REASON_OK || der_more(&d) ||
	    der_integer(&n, &in) != REASON_OK ||
	    der_integer(&e, &in) != REASON_OK || der_more(&in) ||
	    (n.p[0] & 0x80) != 0 || !span_eq(e, SPAN("\1\0\1")))
		return false;
	if (n.p[0] == 0)
		n = span_of(n.p + 1, n.n - 1);
	*out = (struct crypt_key){ CRYPT_RSA, n };
	return n.n >= RSA_BYTES_MIN && n.n <= RSA_BYTES_MAX &&
	       (n.n > RSA_BYTES_MIN || n.p[0] >= 0x80) && n.p[n.n - 1] % 2 == 1;
}

static bool
shape(struct crypt_key *out, struct span oid, struct span parameters,
    struct span bits)
{
	if (span_eq(oid, OID_ED25519)) {
		*out = (struct crypt_key){ CRYPT_ED25519, bits };
		return parameters.n == 0 && bits.n == 32;
	}
	if (span_eq(oid, OID_EC)) {
		*out = (struct crypt_key){ CRYPT_P256, bits };
		return span_eq(parameters, P256_TLV) && bits.n == 65 &&
		       bits.p[0] == 4;
	}
	return span_eq(oid, OID_RSA) && span_eq(parameters, NULL_TLV) &&
	       rsa_shape(out, bits);
}

enum reason
statement_key_parse(struct statement_key *out, struct der *d)
{
	struct span contents, oid, bits, parameters = { NULL, 0 };
	struct der in, algorithm;
	unsigned unused;

	TRY(der_whole(&out->der, &contents, d, DER_SEQUENCE));
	der_init(&in, contents, d->why);
	TRY(der_enter(&algorithm, &in, DER_SEQUENCE));
	TRY(der_oid(&oid, &algorithm));
	if (der_more(&algorithm))
		TRY(der_any(&parameters, &algorithm));
	TRY(der_end(&algorithm));
	TRY(der_bits(&bits, &unused, &in));
	TRY(der_end(&in));
	out->known = unused == 0 && shape(&out->key, oid, parameters, bits);
	return REASON_OK;
}
