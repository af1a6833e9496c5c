/* Certificate extensions, one decoder each: strict DER, no profile. */
#include <string.h>

#include "object/cert.h"

#define ROW(name, oid, critical)                     \
	{                                            \
		name, oid, sizeof(oid) - 1, critical \
	}

const struct cert_ext_row cert_ext_rows[CERT_EXT_COUNT] = {
	[CERT_EXT_BASIC_CONSTRAINTS] =
	    ROW("basicConstraints", "\x55\x1d\x13", true),
	[CERT_EXT_SKI] = ROW("subjectKeyIdentifier", "\x55\x1d\x0e", false),
	[CERT_EXT_AKI] = ROW("authorityKeyIdentifier", "\x55\x1d\x23", false),
	[CERT_EXT_KEY_USAGE] = ROW("keyUsage", "\x55\x1d\x0f", true),
	[CERT_EXT_EXT_KEY_USAGE] = ROW("extKeyUsage", "\x55\x1d\x25", false),
	[CERT_EXT_CRL_DP] = ROW("cRLDistributionPoints", "\x55\x1d\x1f", false),
	[CERT_EXT_AIA] = ROW(
	    "authorityInfoAccess", "\x2b\x06\x01\x05\x05\x07\x01\x01", false),
	[CERT_EXT_SIA] =
	    ROW("subjectInfoAccess", "\x2b\x06\x01\x05\x05\x07\x01\x0b", false),
	[CERT_EXT_POLICIES] = ROW("certificatePolicies", "\x55\x1d\x20", true),
	[CERT_EXT_IP] =
	    ROW("ipAddrBlocks", "\x2b\x06\x01\x05\x05\x07\x01\x07", true),
	[CERT_EXT_AS] =
	    ROW("autonomousSysIds", "\x2b\x06\x01\x05\x05\x07\x01\x08", true),
	[CERT_EXT_IP_V2] =
	    ROW("ipAddrBlocks-v2", "\x2b\x06\x01\x05\x05\x07\x01\x1c", true),
	[CERT_EXT_AS_V2] = ROW(
	    "autonomousSysIds-v2", "\x2b\x06\x01\x05\x05\x07\x01\x1d", true),
};

struct span
cert_ext_oid(enum cert_ext which)
{
	ASSERT(which < CERT_EXT_COUNT);
	return span_of(cert_ext_rows[which].oid, cert_ext_rows[which].oid_n);
}

enum reason
cert_ext_basic_constraints(
    bool *ca, bool *has_path_len, struct span value, struct fault *why)
{
	struct der d, in;
	struct span path_len;
	const uint8_t *at;

	*ca = *has_path_len = false;
	der_init(&d, value, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	at = in.at;
	if (der_is(&in, DER_BOOLEAN)) {
		TRY(der_boolean(ca, &in));
		if (!*ca)
			return fault_at(why, R_DER_DEFAULT, at);
	}
	if (der_more(&in)) {
		TRY(der_integer(&path_len, &in));
		*has_path_len = true;
	}
	return der_end(&in);
}

/* A BIT STRING of named bits: DER leaves out zeros at its end (X.690
 * 11.2.2). */
enum reason
cert_ext_key_usage(uint16_t *bits, struct span value, struct fault *why)
{
	struct der d;
	struct span s;
	unsigned unused, last;

	der_init(&d, value, why);
	TRY(der_bits(&s, &unused, &d));
	TRY(der_end(&d));
	if (s.n == 0 || s.n > 2)
		return fault_at(why, R_CERT_KEY_USAGE, value.p);
	last = s.p[s.n - 1];
	if (((last >> unused) & 1U) == 0)
		return fault_at(why, R_DER_BITS, value.p);
	*bits = (uint16_t)(s.p[0] << 8 | (s.n == 2 ? s.p[1] : 0));
	return REASON_OK;
}

enum reason
cert_ext_ski(struct ski *out, struct span value, struct fault *why)
{
	struct der d;
	struct span s;

	der_init(&d, value, why);
	TRY(der_octets(&s, &d));
	TRY(der_end(&d));
	if (s.n != sizeof(out->b))
		return fault_at(why, R_CERT_SKI, value.p);
	memcpy(out->b, s.p, s.n);
	return REASON_OK;
}

/* SEQUENCE { keyIdentifier [0], issuer [1], serialNumber [2] } */
enum reason
cert_ext_aki(struct ski *out, struct span value, struct fault *why)
{
	struct der d, in;
	struct span s;

	der_init(&d, value, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	if (!der_is(&in, DER_CONTEXT(0)))
		return fault_at(why, R_CERT_AKI, value.p);
	TRY(der_next(&s, &in, DER_CONTEXT(0)));
	if (s.n != sizeof(out->b) || der_more(&in))
		return fault_at(why, R_CERT_AKI, value.p);
	memcpy(out->b, s.p, s.n);
	return REASON_OK;
}

enum reason
cert_ext_key_purposes(bool *router, struct span value, struct fault *why)
{
	struct der d, in;
	struct span oid;

	*router = false;
	der_init(&d, value, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	if (!der_more(&in))
		return der_fail(&in, R_CERT_EXT_KEY_USAGE);
	while (der_more(&in)) {
		TRY(der_oid(&oid, &in));
		*router |= span_eq(oid, OID_KP_BGPSEC);
	}
	return REASON_OK;
}

/* SEQUENCE OF SEQUENCE { policyIdentifier OID, policyQualifiers OPTIONAL } */
enum reason
cert_ext_policies(
    struct span *first, size_t *n, struct span value, struct fault *why)
{
	struct der d, in, policy;
	struct span oid, qualifiers, contents;

	*n = 0;
	der_init(&d, value, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	for (; der_more(&in); ++*n) {
		TRY(der_enter(&policy, &in, DER_SEQUENCE));
		TRY(der_oid(&oid, &policy));
		if (*n == 0)
			*first = oid;
		if (!der_more(&policy))
			continue;
		TRY(der_whole(&qualifiers, &contents, &policy, DER_SEQUENCE));
		TRY(der_walk(qualifiers, 8, why));
		TRY(der_end(&policy));
	}
	return *n > 0 ? REASON_OK : fault_at(why, R_CERT_POLICIES, value.p);
}

enum reason
uri_is(bool *is, struct span uri, struct span prefix, struct decode *dec)
{
	struct uri parsed;
	enum reason r;

	*is = false;
	if (uri.n > dec->limits->uri_max)
		return fault_at(&dec->why, R_CERT_URI_LENGTH, uri.p);
	if (!span_starts(uri, prefix))
		return REASON_OK;
	r = uri_parse(&parsed, uri, dec->limits);
	if (r != REASON_OK)
		return fault_at(&dec->why, r, uri.p);
	*is = true;
	return REASON_OK;
}

/* fullName [0] GeneralNames: the first rsync URI among them. */
static enum reason
full_name_parse(struct span *uri, struct der *names, struct decode *dec)
{
	struct span one;
	size_t n;
	bool is;

	TRY(der_count(&n, names, (size_t)dec->limits->sia_uris));
	while (der_more(names)) {
		if (!der_is(names, DER_CONTEXT(6)))
			return der_fail(names, R_CERT_CRL_DP);
		TRY(der_next(&one, names, DER_CONTEXT(6)));
		TRY(uri_is(&is, one, URI_RSYNC_PREFIX, dec));
		if (is && uri->n == 0)
			*uri = one;
	}
	return REASON_OK;
}

/* SEQUENCE OF SEQUENCE { distributionPoint [0] { fullName [0] }, reasons [1],
 * cRLIssuer [2] }: RFC 6487 4.8.6 allows one, of a fullName alone. */
enum reason
cert_ext_crl_dp(struct span *uri, struct span value, struct decode *dec)
{
	struct der d, in, point, name, names;

	*uri = span_of(NULL, 0);
	der_init(&d, value, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_enter(&point, &in, DER_SEQUENCE));
	if (der_more(&in) || !der_is(&point, DER_CONTEXT_CONS(0)))
		return fault_at(&dec->why, R_CERT_CRL_DP, value.p);
	TRY(der_enter(&name, &point, DER_CONTEXT_CONS(0)));
	if (der_more(&point) || !der_is(&name, DER_CONTEXT_CONS(0)))
		return fault_at(&dec->why, R_CERT_CRL_DP, value.p);
	TRY(der_enter(&names, &name, DER_CONTEXT_CONS(0)));
	TRY(der_end(&name));
	TRY(full_name_parse(uri, &names, dec));
	return uri->n > 0 ? REASON_OK
			  : fault_at(&dec->why, R_CERT_CRL_DP, value.p);
}

enum reason
access_enter(struct der *out, struct span value, struct decode *dec,
    enum reason otherwise)
{
	struct der d;
	size_t n;

	der_init(&d, value, &dec->why);
	TRY(der_enter(out, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_count(&n, out, (size_t)dec->limits->sia_uris));
	return n > 0 ? REASON_OK : fault_at(&dec->why, otherwise, value.p);
}

/* AccessDescription ::= SEQUENCE { accessMethod OID, GeneralName } */
enum reason
access_next(struct access *out, struct der *list, struct decode *dec,
    enum reason otherwise)
{
	struct der d;

	TRY(der_enter(&d, list, DER_SEQUENCE));
	TRY(der_oid(&out->method, &d));
	if (!der_is(&d, DER_CONTEXT(6)))
		return fault_at(&dec->why, otherwise, d.at);
	TRY(der_next(&out->uri, &d, DER_CONTEXT(6)));
	return der_end(&d);
}
