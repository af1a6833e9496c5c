/* Certificates as cert_check wants them; the signature is the issuer's. */
#include <string.h>

#include "object/cert.h"

struct ext_marks {
	size_t sequence, octets;
};

static struct ext_marks
ext_open(struct buf *b, enum cert_ext which)
{
	struct ext_marks m;

	m.sequence = der_open(b, DER_SEQUENCE);
	der_put_oid(b, cert_ext_oid(which));
	if (cert_ext_rows[which].critical)
		der_put_boolean(b, true);
	m.octets = der_open(b, DER_OCTET_STRING);
	return m;
}

static void
ext_close(struct buf *b, struct ext_marks m)
{
	der_close(b, m.octets);
	der_close(b, m.sequence);
}

static void
keys_write(struct buf *b, const struct cert_spec *s)
{
	bool is_ca = s->kind == CERT_CA || s->kind == CERT_TA;
	struct ext_marks m;
	struct ski ski;
	size_t mark;

	if (is_ca) {
		m = ext_open(b, CERT_EXT_BASIC_CONSTRAINTS);
		mark = der_open(b, DER_SEQUENCE);
		der_put_boolean(b, true);
		der_close(b, mark);
		ext_close(b, m);
	}
	spki_key_ski(&ski, &s->key);
	m = ext_open(b, CERT_EXT_SKI);
	der_put_octets(b, SPAN_OF(ski.b));
	ext_close(b, m);
	if (s->aki != NULL) {
		m = ext_open(b, CERT_EXT_AKI);
		mark = der_open(b, DER_SEQUENCE);
		der_put(b, DER_CONTEXT(0), SPAN_OF(s->aki->b));
		der_close(b, mark);
		ext_close(b, m);
	}
	m = ext_open(b, CERT_EXT_KEY_USAGE);
	if (is_ca)
		der_put_bits(b, SPAN("\x06"), 1);
	else
		der_put_bits(b, SPAN("\x80"), 7);
	ext_close(b, m);
	if (s->kind == CERT_ROUTER) {
		m = ext_open(b, CERT_EXT_EXT_KEY_USAGE);
		mark = der_open(b, DER_SEQUENCE);
		der_put_oid(b, OID_KP_BGPSEC);
		der_close(b, mark);
		ext_close(b, m);
	}
}

static void
crl_dp_write(struct buf *b, struct span uri)
{
	struct ext_marks m;
	size_t mark[4];

	if (uri.n == 0)
		return;
	m = ext_open(b, CERT_EXT_CRL_DP);
	mark[0] = der_open(b, DER_SEQUENCE);
	mark[1] = der_open(b, DER_SEQUENCE);
	mark[2] = der_open(b, DER_CONTEXT_CONS(0));
	mark[3] = der_open(b, DER_CONTEXT_CONS(0));
	der_put(b, DER_CONTEXT(6), uri);
	for (size_t i = COUNT(mark); i-- > 0;)
		der_close(b, mark[i]);
	ext_close(b, m);
}

static void
access_write(
    struct buf *b, enum cert_ext which, const struct access *list, size_t n)
{
	struct ext_marks m;
	size_t mark, one;
	bool any = false;

	for (size_t i = 0; i < n; i++)
		any |= list[i].uri.n > 0;
	if (!any)
		return;
	m = ext_open(b, which);
	mark = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < n; i++) {
		if (list[i].uri.n == 0)
			continue;
		one = der_open(b, DER_SEQUENCE);
		der_put_oid(b, list[i].method);
		der_put(b, DER_CONTEXT(6), list[i].uri);
		der_close(b, one);
	}
	der_close(b, mark);
	ext_close(b, m);
}

static void
places_write(struct buf *b, const struct cert_spec *s)
{
	const struct access aia[] = { { OID_AD_CA_ISSUERS, s->aia_uri } };
	const struct access sia[] = {
		{ OID_AD_CA_REPOSITORY, s->repository_uri },
		{ OID_AD_MANIFEST, s->manifest_uri },
		{ OID_AD_NOTIFY, s->notify_uri },
		{ OID_AD_SIGNED_OBJECT, s->object_uri },
	};

	crl_dp_write(b, s->crl_uri);
	access_write(b, CERT_EXT_AIA, aia, COUNT(aia));
	access_write(b, CERT_EXT_SIA, sia, COUNT(sia));
}

static void
rights_write(struct buf *b, const struct cert_spec *s)
{
	const struct resources *r = &s->resources;
	struct ext_marks m;
	size_t list, policy;

	m = ext_open(b, CERT_EXT_POLICIES);
	list = der_open(b, DER_SEQUENCE);
	policy = der_open(b, DER_SEQUENCE);
	der_put_oid(
	    b, s->reconsidered ? OID_CP_RECONSIDERED : OID_CP_RESOURCES);
	der_close(b, policy);
	der_close(b, list);
	ext_close(b, m);
	if (r->ip[0].holding != HOLDS_NONE || r->ip[1].holding != HOLDS_NONE) {
		m = ext_open(b, s->reconsidered ? CERT_EXT_IP_V2 : CERT_EXT_IP);
		resources_ip_write(b, r);
		ext_close(b, m);
	}
	if (r->as.holding != HOLDS_NONE) {
		m = ext_open(b, s->reconsidered ? CERT_EXT_AS_V2 : CERT_EXT_AS);
		resources_as_write(b, r);
		ext_close(b, m);
	}
}

static void
tbs_write(struct buf *b, const struct cert_spec *s)
{
	size_t tbs = der_open(b, DER_SEQUENCE), mark, list;

	mark = der_open(b, DER_CONTEXT_CONS(0));
	der_put_uint(b, 2);
	der_close(b, mark);
	der_put_integer(b, s->serial);
	part_algorithm_write(b, OID_SHA256_RSA);
	if (s->issuer_name.n > 0)
		buf_span(b, s->issuer_name);
	else
		name_write(b, s->issuer);
	mark = der_open(b, DER_SEQUENCE);
	der_put_time(b, s->not_before_at);
	der_put_time(b, s->not_after_at);
	der_close(b, mark);
	name_write(b, s->subject);
	spki_write(b, &s->key);
	mark = der_open(b, DER_CONTEXT_CONS(3));
	list = der_open(b, DER_SEQUENCE);
	keys_write(b, s);
	places_write(b, s);
	rights_write(b, s);
	der_close(b, list);
	der_close(b, mark);
	der_close(b, tbs);
}

enum reason
cert_write(
    struct buf *b, const struct cert_spec *s, const struct crypt_secret *issuer)
{
	struct buf tbs;
	enum reason r;

	buf_init(&tbs, b->cap);
	tbs_write(&tbs, s);
	r = part_signed_write(b, &tbs, issuer);
	buf_fini(&tbs);
	return r;
}
