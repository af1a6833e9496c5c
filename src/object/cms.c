/*
 * Signed objects: the CMS of RFC 5652 that RFC 6488 2 leaves, with the signed
 * attributes of RFC 9589.
 *
 *	SEQUENCE { signed-data OID, [0] SEQUENCE {
 *		version			INTEGER 3,
 *		digestAlgorithms	SET OF AlgorithmIdentifier,
 *		encapContentInfo	SEQUENCE { OID, [0] OCTET STRING },
 *		certificates [0]	SET OF Certificate,
 *		signerInfos		SET OF SEQUENCE {
 *			version			INTEGER 3,
 *			sid [0]			OCTET STRING,
 *			digestAlgorithm		AlgorithmIdentifier,
 *			signedAttrs [0]		SET OF Attribute,
 *			signatureAlgorithm	AlgorithmIdentifier,
 *			signature		OCTET STRING } } }
 */
#include <string.h>

#include "object/cert.h"

#define OID_SIGNED_DATA    SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02")
#define OID_CONTENT_TYPE   SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03")
#define OID_MESSAGE_DIGEST SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04")
#define OID_SIGNING_TIME   SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05")
#define OID_BINARY_TIME    SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2e")

/* Three attributes of which one holds an OID: far more than that takes, and
 * little enough to copy to the stack when the signature is checked. */
#define SIGNED_ATTRS_MAX 1024

static enum reason
version3_parse(struct der *d)
{
	const uint8_t *at = d->at;
	uint64_t version;

	TRY(der_uint(&version, d, UINT32_MAX));
	return version == 3 ? REASON_OK : fault_at(d->why, R_CMS_VERSION, at);
}

/* ---- signed attributes --------------------------------------------------- */

/* SEQUENCE { type OID, values SET OF ANY }: one value, a cursor on it. */
static enum reason
attribute_next(struct span *type, struct der *value, struct der *attributes)
{
	struct der d, look;
	struct span any;

	TRY(der_enter(&d, attributes, DER_SEQUENCE));
	TRY(der_oid(type, &d));
	TRY(der_enter(value, &d, DER_SET));
	TRY(der_end(&d));
	look = *value;
	if (!der_more(&look))
		return der_fail(&look, R_CMS_SIGNED_ATTRIBUTES);
	TRY(der_any(&any, &look));
	return der_more(&look) ? der_fail(&look, R_CMS_SIGNED_ATTRIBUTES)
			       : REASON_OK;
}

struct attributes {
	struct span type, digest;
	int64_t signing_at;
	bool has_type, has_digest, has_time;
};

static enum reason
attribute_take(struct attributes *a, struct span type, struct der *value)
{
	if (span_eq(type, OID_CONTENT_TYPE) && !a->has_type) {
		a->has_type = true;
		return der_oid(&a->type, value);
	}
	if (span_eq(type, OID_MESSAGE_DIGEST) && !a->has_digest) {
		a->has_digest = true;
		return der_octets(&a->digest, value);
	}
	if (span_eq(type, OID_SIGNING_TIME) && !a->has_time) {
		a->has_time = true;
		return der_time(&a->signing_at, value);
	}
	if (span_eq(type, OID_BINARY_TIME))
		return der_fail(value, R_CMS_BINARY_TIME);
	return der_fail(value, R_CMS_SIGNED_ATTRIBUTES);
}

/* Each of the three once, no other: RFC 6488 2.1.6.4, RFC 9589 4. What is
 * signed is their DER, so their order counts. */
static enum reason
signed_attrs_parse(struct cms *c, struct der *d)
{
	struct attributes a = { 0 };
	struct der list, value;
	struct span type;

	if (!der_is(d, DER_CONTEXT_CONS(0)))
		return der_fail(d, R_CMS_SIGNED_ATTRIBUTES);
	TRY(der_next(&c->signed_attrs, d, DER_CONTEXT_CONS(0)));
	der_init(&list, c->signed_attrs, d->why);
	if (c->signed_attrs.n > SIGNED_ATTRS_MAX)
		return der_fail(&list, R_CMS_SIGNED_ATTRIBUTES);
	TRY(der_set_order(&list));
	while (der_more(&list)) {
		TRY(attribute_next(&type, &value, &list));
		TRY(attribute_take(&a, type, &value));
	}
	if (!a.has_type || !a.has_digest)
		return der_fail(&list, R_CMS_SIGNED_ATTRIBUTES);
	if (!a.has_time)
		return der_fail(&list, R_CMS_SIGNING_TIME);
	if (!span_eq(a.type, c->type))
		return fault_at(d->why, R_CMS_CONTENT_TYPE, a.type.p);
	if (a.digest.n != 32)
		return fault_at(d->why, R_CMS_DIGEST, a.digest.p);
	c->digest = a.digest;
	c->signing_at = a.signing_at;
	return REASON_OK;
}

/* ---- the structure --------------------------------------------------- */

/* RFC 7935 2: rsaEncryption is to be written, sha256WithRSAEncryption to be
 * accepted too. */
static enum reason
signature_algorithm_parse(struct der *d)
{
	struct der look = *d, in;
	struct span oid;

	TRY(der_enter(&in, &look, DER_SEQUENCE));
	TRY(der_oid(&oid, &in));
	return part_algorithm(NULL, d,
	    span_eq(oid, OID_SHA256_RSA) ? OID_SHA256_RSA : OID_RSA,
	    R_SIGNATURE_ALGORITHM);
}

static enum reason
signer_parse(struct cms *c, struct der *d)
{
	const uint8_t *at;
	struct span sid;

	TRY(version3_parse(d));
	at = d->at;
	if (!der_is(d, DER_CONTEXT(0))) /* issuer and serial number */
		return der_fail(d, R_CMS_SIGNER);
	TRY(der_next(&sid, d, DER_CONTEXT(0)));
	if (!span_eq(sid, SPAN_OF(c->ee.ski.b)))
		return fault_at(d->why, R_CMS_SIGNER, at);
	TRY(part_algorithm(NULL, d, OID_SHA256, R_CMS_DIGEST_ALGORITHM));
	TRY(signed_attrs_parse(c, d));
	TRY(signature_algorithm_parse(d));
	TRY(der_octets(&c->signature, d));
	if (der_is(d, DER_CONTEXT_CONS(1)))
		return der_fail(d, R_CMS_UNSIGNED_ATTRIBUTES);
	return der_end(d);
}

static enum reason
content_parse(struct cms *c, struct der *d)
{
	struct der info, in;

	TRY(der_enter(&info, d, DER_SEQUENCE));
	TRY(der_oid(&c->type, &info));
	if (!der_is(&info, DER_CONTEXT_CONS(0)))
		return der_fail(&info, R_CMS_CONTENT);
	TRY(der_enter(&in, &info, DER_CONTEXT_CONS(0)));
	TRY(der_end(&info));
	if (!der_is(&in, DER_OCTET_STRING))
		return der_fail(&in, R_CMS_CONTENT);
	TRY(der_octets(&c->content, &in));
	if (c->content.n == 0)
		return fault_at(d->why, R_CMS_CONTENT, c->content.p);
	return der_end(&in);
}

/* RFC 6488 2.1.4: the EE certificate and no other. */
static enum reason
certificate_parse(struct cms *c, struct der *d, struct decode *dec)
{
	struct der in;

	if (!der_is(d, DER_CONTEXT_CONS(0)))
		return der_fail(d, R_CMS_CERTIFICATES);
	TRY(der_enter(&in, d, DER_CONTEXT_CONS(0)));
	if (!der_is(&in, DER_SEQUENCE))
		return der_fail(&in, R_CMS_CERTIFICATES);
	TRY(cert_parse_from(&c->ee, &in, dec));
	if (der_more(&in))
		return der_fail(&in, R_CMS_CERTIFICATES);
	if (der_is(d, DER_CONTEXT_CONS(1)))
		return der_fail(d, R_CMS_CRLS);
	TRY(cert_check(&c->ee, CERT_EE, dec));
	/* RFC 6487 4.8.8.2; RFC 9323 2: a checklist is not published. */
	if (!c->ee.ext[CERT_EXT_SIA].present &&
	    !span_eq(c->type, object_oid(OBJECT_RSC)))
		return fault_say(&dec->why, R_CERT_EXTENSION_MISSING,
		    c->ee.der.p, "%s", cert_ext_rows[CERT_EXT_SIA].name);
	return REASON_OK;
}

static enum reason
digest_algorithms_parse(struct der *d)
{
	struct der in;

	TRY(der_enter(&in, d, DER_SET));
	if (!der_more(&in))
		return der_fail(&in, R_CMS_DIGEST_ALGORITHM);
	TRY(part_algorithm(NULL, &in, OID_SHA256, R_CMS_DIGEST_ALGORITHM));
	return der_more(&in) ? der_fail(&in, R_CMS_DIGEST_ALGORITHM)
			     : REASON_OK;
}

static enum reason
signed_data_parse(struct cms *c, struct der *d, struct decode *dec)
{
	struct der signers, signer;

	TRY(certificate_parse(c, d, dec));
	TRY(der_enter(&signers, d, DER_SET));
	TRY(der_end(d));
	if (!der_more(&signers))
		return der_fail(&signers, R_CMS_SIGNERS);
	TRY(der_enter(&signer, &signers, DER_SEQUENCE));
	if (der_more(&signers))
		return der_fail(&signers, R_CMS_SIGNERS);
	return signer_parse(c, &signer);
}

/* As far as the content; *data is behind it. */
static enum reason
begin_parse(
    struct cms *c, struct der *data, struct span der, struct decode *dec)
{
	struct der d, info, explicit;

	der_init(&d, der, &dec->why);
	TRY(der_enter(&info, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_oid_is(&info, OID_SIGNED_DATA, R_CMS_TYPE));
	TRY(der_enter(&explicit, &info, DER_CONTEXT_CONS(0)));
	TRY(der_end(&info));
	TRY(der_enter(data, &explicit, DER_SEQUENCE));
	TRY(der_end(&explicit));
	TRY(version3_parse(data));
	TRY(digest_algorithms_parse(data));
	return content_parse(c, data);
}

enum reason
cms_look(struct span *type, struct span *content, struct span der,
    struct decode *dec)
{
	struct der data;
	struct cms c;

	TRY(begin_parse(&c, &data, der, dec));
	*type = c.type;
	*content = c.content;
	return REASON_OK;
}

enum reason
cms_parse(struct cms *out, struct span der, struct decode *dec)
{
	struct der data;
	struct cms c = { 0 };

	TRY(begin_parse(&c, &data, der, dec));
	TRY(signed_data_parse(&c, &data, dec));
	*out = c;
	return REASON_OK;
}

enum reason
cms_verify(const struct cms *c, const struct verifier *v, struct fault *why)
{
	/* RFC 5652 5.4: signed under the tag of a SET, not the [0] it has. */
	uint8_t message[SIGNED_ATTRS_MAX + 4] = { DER_SET }, digest[32];
	size_t n = c->signed_attrs.n, at = 1;
	enum reason r;

	ASSERT(n <= SIGNED_ATTRS_MAX);
	crypt_sha256(digest, c->content);
	if (!span_eq(c->digest, SPAN_OF(digest)))
		return fault_at(why, R_CMS_DIGEST, c->digest.p);
	if (n >= 0x100) {
		message[at++] = 0x82;
		message[at++] = (uint8_t)(n >> 8);
	} else if (n >= 0x80) {
		message[at++] = 0x81;
	}
	message[at++] = (uint8_t)n;
	memcpy(message + at, c->signed_attrs.p, n);
	r = v->verify(
	    v->ctx, &c->ee.spki.key, span_of(message, at + n), c->signature);
	return r == REASON_OK ? r : fault_at(why, r, c->signature.p);
}

/* ---- writing ------------------------------------------------------------- */

/* OID and SET of the one value that `write` appends. */
static size_t
attribute_open(struct buf *b, struct span type, size_t *sequence)
{
	*sequence = der_open(b, DER_SEQUENCE);
	der_put_oid(b, type);
	return der_open(b, DER_SET);
}

static void
attribute_close(struct buf *b, size_t set, size_t sequence)
{
	der_close(b, set);
	der_close(b, sequence);
}

/* With the SET's header, as they are signed. */
static void
signed_attrs_write(struct buf *b, const struct cms_spec *s)
{
	size_t all = der_open(b, DER_SET), set, sequence;
	uint8_t digest[32];

	crypt_sha256(digest, s->content);
	set = attribute_open(b, OID_CONTENT_TYPE, &sequence);
	der_put_oid(b, s->type);
	attribute_close(b, set, sequence);
	set = attribute_open(b, OID_SIGNING_TIME, &sequence);
	der_put_time(b, s->signing_at);
	attribute_close(b, set, sequence);
	set = attribute_open(b, OID_MESSAGE_DIGEST, &sequence);
	der_put_octets(b, SPAN_OF(digest));
	attribute_close(b, set, sequence);
	der_sort(b, all);
	der_close(b, all);
}

static void
signer_write(struct buf *b, const struct cms_spec *s,
    const struct buf *attributes, const struct buf *signature)
{
	size_t set = der_open(b, DER_SET), signer = der_open(b, DER_SEQUENCE);
	const struct crypt_key key = crypt_secret_public(s->ee_key);
	struct ski ski;
	size_t at;

	spki_key_ski(&ski, &key);
	der_put_uint(b, 3);
	der_put(b, DER_CONTEXT(0), SPAN_OF(ski.b));
	part_algorithm_write(b, OID_SHA256);
	at = b->n;
	buf_span(b, buf_view(attributes));
	if (!b->failed)
		b->p[at] = DER_CONTEXT_CONS(0);
	part_algorithm_write(b, OID_RSA);
	der_put_octets(b, buf_view(signature));
	der_close(b, signer);
	der_close(b, set);
}

static void
object_write(struct buf *b, const struct cms_spec *s, const struct buf *ee,
    const struct buf *attributes, const struct buf *signature)
{
	size_t info = der_open(b, DER_SEQUENCE), explicit, data, mark, inner;

	der_put_oid(b, OID_SIGNED_DATA);
	explicit = der_open(b, DER_CONTEXT_CONS(0));
	data = der_open(b, DER_SEQUENCE);
	der_put_uint(b, 3);
	mark = der_open(b, DER_SET);
	part_algorithm_write(b, OID_SHA256);
	der_close(b, mark);
	mark = der_open(b, DER_SEQUENCE);
	der_put_oid(b, s->type);
	inner = der_open(b, DER_CONTEXT_CONS(0));
	der_put_octets(b, s->content);
	der_close(b, inner);
	der_close(b, mark);
	der_put(b, DER_CONTEXT_CONS(0), buf_view(ee));
	signer_write(b, s, attributes, signature);
	der_close(b, data);
	der_close(b, explicit);
	der_close(b, info);
}

enum reason
cms_write(
    struct buf *b, const struct cms_spec *s, const struct crypt_secret *issuer)
{
	struct buf ee, attributes, signature;
	struct cert_spec spec = s->ee;
	enum reason r;

	buf_init(&ee, b->cap);
	buf_init(&attributes, SIGNED_ATTRS_MAX + 4);
	buf_init(&signature, 4096);
	spec.key = crypt_secret_public(s->ee_key);
	r = cert_write(&ee, &spec, issuer);
	if (r != REASON_OK)
		goto out;
	signed_attrs_write(&attributes, s);
	r = attributes.failed
		? R_LIMIT_MEMORY
		: crypt_sign(&signature, s->ee_key, buf_view(&attributes));
	if (r != REASON_OK)
		goto out;
	object_write(b, s, &ee, &attributes, &signature);
	if (b->failed)
		r = R_LIMIT_MEMORY;
out:
	buf_fini(&ee);
	buf_fini(&attributes);
	buf_fini(&signature);
	return r;
}
