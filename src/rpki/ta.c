/* Trust anchors: RFC 8630 3, RFC 10097. */
#include "rpki/path.h"

enum reason
rpki_ta_check(struct cert *out, struct span der, const struct tal *tal,
    int64_t at, const struct verifier *verifier, struct decode *dec)
{
	struct interval time;
	struct cert cert;

	interval_init(&time, at);
	if (der.n < dec->limits->object_min || der.n > dec->limits->object_max)
		return fault_say(
		    &dec->why, R_LIMIT_SIZE, NULL, "%zu bytes", der.n);
	TRY(cert_parse(&cert, der, dec));
	if (!span_eq(cert.spki.der, tal->spki))
		return fault_at(&dec->why, R_TA_KEY, cert.spki.der.p);
	TRY(cert_check(&cert, CERT_TA, dec));
	if (resources_has_inherit(&cert.resources))
		return fault_at(&dec->why, R_TA_INHERIT, NULL);
	TRY(cert_verify(&cert, &cert, verifier, &dec->why));
	TRY(path_check_time(&cert, &time, &dec->why));
	*out = cert;
	return REASON_OK;
}

bool
rpki_ta_replaces(const struct cert *fetched, const struct cert *kept)
{
	if (kept == NULL)
		return true;
	if (fetched->not_before_at != kept->not_before_at)
		return fetched->not_before_at > kept->not_before_at;
	if (fetched->not_after_at != kept->not_after_at)
		return fetched->not_after_at < kept->not_after_at;
	/* A tie: what is published now, unless nothing changed. */
	return !span_eq(fetched->der, kept->der);
}

bool
rpki_ta_is_long_lived(const struct cert *cert, const struct limits *limits)
{
	const int64_t year_s = 366 * 86400; /* no year is longer */
	int64_t life_s = cert->not_after_at - cert->not_before_at;

	return life_s > 0 &&
	       (uint64_t)((life_s - 1) / year_s) >= limits->ta_lifetime;
}
