/*
 * The profile of certificates, RFC 6487 section 4, for each of the four things
 * a certificate is used as; RFC 8209 for routers, RFC 8360 for the policy
 * under which resources are reconsidered. Deviations: doc/strictness.md.
 */
#include <string.h>

#include "object/cert.h"

#define BIT(ext)      (1U << CERT_EXT_##ext)
#define RESOURCE_BITS (BIT(IP) | BIT(AS) | BIT(IP_V2) | BIT(AS_V2))
#define ALWAYS        (BIT(SKI) | BIT(KEY_USAGE) | BIT(POLICIES))
#define ISSUED        (BIT(AKI) | BIT(CRL_DP) | BIT(AIA))

static const struct {
	unsigned must, may; /* extensions */
	enum crypt_alg alg;
	uint16_t key_usage;
} kinds[] = {
	/* A trust anchor has no issuer to point to: 4.8.6, 4.8.7. */
	[CERT_TA] = { ALWAYS | BIT(BASIC_CONSTRAINTS) | BIT(SIA),
	    BIT(AKI) | RESOURCE_BITS, CRYPT_RSA, KEY_USAGE_CA },
	[CERT_CA] = { ALWAYS | ISSUED | BIT(BASIC_CONSTRAINTS) | BIT(SIA),
	    RESOURCE_BITS, CRYPT_RSA, KEY_USAGE_CA },
	/* Without SIA only in a checklist: cms.c. */
	[CERT_EE] = { ALWAYS | ISSUED, BIT(SIA) | RESOURCE_BITS, CRYPT_RSA,
	    KEY_USAGE_EE },
	/* RFC 8209 3.1.3: no SIA, AS numbers only. */
	[CERT_ROUTER] = { ALWAYS | ISSUED | BIT(EXT_KEY_USAGE),
	    BIT(AS) | BIT(AS_V2), CRYPT_P256, KEY_USAGE_EE },
};

#define RSA_BYTES 256 /* RFC 7935 3: 2048 bits, no more and no less */

/* Value of an extension that is there: extensions_check saw to that. */
static struct span
value_of(const struct cert *c, enum cert_ext which)
{
	return c->ext[which].value;
}

static bool
has(const struct cert *c, enum cert_ext which)
{
	return c->ext[which].present;
}

/* ---- the fields ------------------------------------------------------ */

static enum reason
fields_check(const struct cert *c, struct decode *dec)
{
	const struct crypt_key *key = &c->spki.key;

	/* RFC 6487 4.2, RFC 5280 4.1.2.2 */
	if (c->serial.n > 20 || (c->serial.p[0] & 0x80) != 0 ||
	    (c->serial.n == 1 && c->serial.p[0] == 0))
		return fault_at(&dec->why, R_CERT_SERIAL, c->serial.p);
	TRY(name_check(c->issuer, &dec->why));
	TRY(name_check(c->subject, &dec->why));
	if (c->not_before_at > c->not_after_at)
		return fault_at(&dec->why, R_CERT_VALIDITY, c->issuer.p);
	if (key->alg != kinds[c->kind].alg ||
	    (key->alg == CRYPT_RSA && key->raw.n != RSA_BYTES))
		return fault_at(&dec->why, R_CERT_KEY, c->spki.der.p);
	return REASON_OK;
}

static enum reason
extensions_check(const struct cert *c, struct decode *dec)
{
	unsigned must = kinds[c->kind].must, may = kinds[c->kind].may;

	if (c->duplicate_extension)
		return fault_at(&dec->why, R_CERT_EXTENSION_TWICE, c->der.p);
	if (c->unknown_critical)
		return fault_at(&dec->why, R_CERT_EXTENSION_UNKNOWN, c->der.p);
	for (unsigned i = 0; i < CERT_EXT_COUNT; i++) {
		const struct cert_ext_value *v = &c->ext[i];
		const char *name = cert_ext_rows[i].name;

		if (!v->present && (must & 1U << i) != 0)
			return fault_say(&dec->why, R_CERT_EXTENSION_MISSING,
			    c->der.p, "%s", name);
		if (!v->present)
			continue;
		if (((must | may) & 1U << i) == 0)
			return fault_say(&dec->why, R_CERT_EXTENSION_FORBIDDEN,
			    v->value.p, "%s", name);
		if (v->critical != cert_ext_rows[i].critical)
			return fault_say(&dec->why, R_CERT_EXTENSION_CRITICAL,
			    v->value.p, "%s", name);
	}
	return REASON_OK;
}

/* ---- keys ------------------------------------------------------------ */

static enum reason
key_ids_check(struct cert *c, struct decode *dec)
{
	struct ski computed;
	bool own;

	TRY(cert_ext_ski(&c->ski, value_of(c, CERT_EXT_SKI), &dec->why));
	spki_ski(&computed, &c->spki);
	if (memcmp(&computed, &c->ski, sizeof(computed)) != 0)
		return fault_say(&dec->why, R_CERT_SKI,
		    value_of(c, CERT_EXT_SKI).p, "not the key's SHA-1");
	c->has_aki = has(c, CERT_EXT_AKI);
	if (!c->has_aki)
		return REASON_OK;
	TRY(cert_ext_aki(&c->aki, value_of(c, CERT_EXT_AKI), &dec->why));
	/* 4.8.3: optional in a self-signed certificate, and then its own; any
	 * other has an issuer of another key. */
	own = memcmp(&c->aki, &c->ski, sizeof(c->ski)) == 0;
	if (own != (c->kind == CERT_TA))
		return fault_say(&dec->why, R_CERT_AKI,
		    value_of(c, CERT_EXT_AKI).p,
		    own ? "its own key's" : "not the trust anchor's own");
	return REASON_OK;
}

static enum reason
usage_check(const struct cert *c, struct decode *dec)
{
	bool ca, has_path_len, router;
	uint16_t bits;

	TRY(cert_ext_key_usage(
	    &bits, value_of(c, CERT_EXT_KEY_USAGE), &dec->why));
	if (bits != kinds[c->kind].key_usage)
		return fault_at(&dec->why, R_CERT_KEY_USAGE,
		    value_of(c, CERT_EXT_KEY_USAGE).p);
	if (has(c, CERT_EXT_BASIC_CONSTRAINTS)) {
		struct span value = value_of(c, CERT_EXT_BASIC_CONSTRAINTS);

		TRY(cert_ext_basic_constraints(
		    &ca, &has_path_len, value, &dec->why));
		if (!ca || has_path_len)
			return fault_at(
			    &dec->why, R_CERT_BASIC_CONSTRAINTS, value.p);
	}
	if (has(c, CERT_EXT_EXT_KEY_USAGE)) {
		struct span value = value_of(c, CERT_EXT_EXT_KEY_USAGE);

		TRY(cert_ext_key_purposes(&router, value, &dec->why));
		if (!router)
			return fault_at(
			    &dec->why, R_CERT_EXT_KEY_USAGE, value.p);
	}
	return REASON_OK;
}

/* ---- where things are ------------------------------------------------ */

static enum reason
aia_check(struct cert *c, struct decode *dec)
{
	struct access a;
	struct der list;
	bool is;

	if (!has(c, CERT_EXT_AIA))
		return REASON_OK;
	TRY(access_enter(&list, value_of(c, CERT_EXT_AIA), dec, R_CERT_AIA));
	while (der_more(&list)) {
		TRY(access_next(&a, &list, dec, R_CERT_AIA));
		if (!span_eq(a.method, OID_AD_CA_ISSUERS))
			continue;
		TRY(uri_is(&is, a.uri, URI_RSYNC_PREFIX, dec));
		if (is && c->aia_uri.n == 0)
			c->aia_uri = a.uri;
	}
	return c->aia_uri.n > 0 ? REASON_OK
				: fault_at(&dec->why, R_CERT_AIA,
				      value_of(c, CERT_EXT_AIA).p);
}

/* The first URI of its kind is the one its issuer prefers: RFC 5280 4.2.2.2,
 * RFC 6487 4.8.8. */
static enum reason
sia_take(struct cert *c, const struct access *a, struct decode *dec)
{
	struct span *place = NULL, prefix = URI_RSYNC_PREFIX;
	bool is;

	if (c->kind == CERT_EE) {
		if (span_eq(a->method, OID_AD_SIGNED_OBJECT))
			place = &c->object_uri;
	} else if (span_eq(a->method, OID_AD_CA_REPOSITORY)) {
		place = &c->repository_uri;
	} else if (span_eq(a->method, OID_AD_MANIFEST)) {
		place = &c->manifest_uri;
	} else if (span_eq(a->method, OID_AD_NOTIFY)) {
		place = &c->notify_uri;
		prefix = URI_HTTPS_PREFIX;
	}
	if (place == NULL)
		return REASON_OK;
	TRY(uri_is(&is, a->uri, prefix, dec));
	if (!is && place == &c->notify_uri)
		return fault_say(
		    &dec->why, R_CERT_SIA, a->uri.p, "rpkiNotify is not https");
	if (is && place->n == 0)
		*place = a->uri;
	return REASON_OK;
}

/* A CA's manifest lies in its repository folder, not beside or below it. */
static bool
manifest_is_inside(const struct cert *c, const struct limits *limits)
{
	struct span folder = c->repository_uri, name = c->manifest_uri;

	if (!span_starts(name, folder))
		return false;
	name = span_of(name.p + folder.n, name.n - folder.n);
	if (folder.p[folder.n - 1] != '/') {
		if (name.n == 0 || name.p[0] != '/')
			return false;
		name = span_of(name.p + 1, name.n - 1);
	}
	return manifest_name_is_valid(name, limits) &&
	       object_type_by_name(name) == OBJECT_MANIFEST;
}

static enum reason
sia_check(struct cert *c, struct decode *dec)
{
	struct span value = value_of(c, CERT_EXT_SIA);
	struct access a;
	struct der list;

	if (!has(c, CERT_EXT_SIA))
		return REASON_OK;
	TRY(access_enter(&list, value, dec, R_CERT_SIA));
	while (der_more(&list)) {
		TRY(access_next(&a, &list, dec, R_CERT_SIA));
		TRY(sia_take(c, &a, dec));
	}
	if (c->kind == CERT_EE)
		return c->object_uri.n > 0
			   ? REASON_OK
			   : fault_say(&dec->why, R_CERT_SIA, value.p,
				 "no signedObject by rsync");
	if (c->repository_uri.n == 0 || c->manifest_uri.n == 0)
		return fault_say(&dec->why, R_CERT_SIA, value.p, "no %s",
		    c->manifest_uri.n == 0 ? "rpkiManifest" : "caRepository");
	if (!manifest_is_inside(c, dec->limits))
		return fault_at(
		    &dec->why, R_CERT_MANIFEST_PLACE, c->manifest_uri.p);
	return REASON_OK;
}

/* ---- resources ------------------------------------------------------- */

static enum reason
policy_check(struct cert *c, struct decode *dec)
{
	struct span policy, value = value_of(c, CERT_EXT_POLICIES);
	bool plain, again;
	size_t n;

	TRY(cert_ext_policies(&policy, &n, value, &dec->why));
	c->reconsidered = span_eq(policy, OID_CP_RECONSIDERED);
	if (n != 1 || (!c->reconsidered && !span_eq(policy, OID_CP_RESOURCES)))
		return fault_at(&dec->why, R_CERT_POLICIES, value.p);
	plain = has(c, CERT_EXT_IP) || has(c, CERT_EXT_AS);
	again = has(c, CERT_EXT_IP_V2) || has(c, CERT_EXT_AS_V2);
	if (c->reconsidered ? plain : again)
		return fault_say(&dec->why, R_CERT_POLICIES, value.p,
		    "not the policy of its resource extensions");
	if (!plain && !again)
		return fault_at(&dec->why, R_CERT_NO_RESOURCES, c->der.p);
	return REASON_OK;
}

static enum reason
resources_check(struct cert *c, struct decode *dec)
{
	enum cert_ext ip = c->reconsidered ? CERT_EXT_IP_V2 : CERT_EXT_IP;
	enum cert_ext as = c->reconsidered ? CERT_EXT_AS_V2 : CERT_EXT_AS;
	struct der d;

	if (has(c, ip)) {
		der_init(&d, value_of(c, ip), &dec->why);
		TRY(resources_ip_parse(&c->resources, &d, dec));
		TRY(der_end(&d));
	}
	if (has(c, as)) {
		der_init(&d, value_of(c, as), &dec->why);
		TRY(resources_as_parse(&c->resources, &d, dec));
		TRY(der_end(&d));
	}
	/* RFC 8209 3.1.3.5 */
	if (c->kind == CERT_ROUTER && c->resources.as.holding != HOLDS_SOME)
		return fault_at(
		    &dec->why, R_CERT_ROUTER_INHERIT, value_of(c, as).p);
	return REASON_OK;
}

enum reason
cert_check(struct cert *out, enum cert_kind as, struct decode *dec)
{
	struct cert c = *out;

	c.kind = as;
	TRY(fields_check(&c, dec));
	TRY(extensions_check(&c, dec));
	TRY(key_ids_check(&c, dec));
	TRY(usage_check(&c, dec));
	if (has(&c, CERT_EXT_CRL_DP))
		TRY(cert_ext_crl_dp(
		    &c.crl_uri, value_of(&c, CERT_EXT_CRL_DP), dec));
	TRY(aia_check(&c, dec));
	TRY(sia_check(&c, dec));
	TRY(policy_check(&c, dec));
	TRY(resources_check(&c, dec));
	*out = c;
	return REASON_OK;
}

enum cert_kind
cert_guess(const struct cert *c)
{
	bool ca = false, has_path_len;
	struct fault ignored;

	fault_init(&ignored, c->der);
	if (has(c, CERT_EXT_BASIC_CONSTRAINTS) &&
	    cert_ext_basic_constraints(&ca, &has_path_len,
		value_of(c, CERT_EXT_BASIC_CONSTRAINTS),
		&ignored) == REASON_OK &&
	    ca)
		return CERT_CA;
	return has(c, CERT_EXT_EXT_KEY_USAGE) ? CERT_ROUTER : CERT_EE;
}
