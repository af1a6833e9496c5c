/*
 * One file against one certificate, for a person who asks: outside of any
 * publication point, so nothing is said of revocation, and nothing above the
 * issuer is looked at.
 */
#include "rpki/path.h"

/*
 * What the issuer inherits is not known here: its issuer is not at hand. There
 * the subject is taken at its word.
 */
static void
grant_unknown(struct resources *issuer, struct resources *subject)
{
	for (size_t i = 0; i < COUNT(issuer->ip); i++) {
		if (issuer->ip[i].holding != HOLDS_INHERIT)
			continue;
		if (subject->ip[i].holding == HOLDS_INHERIT)
			subject->ip[i] = (struct addr_set){ 0 };
		issuer->ip[i] = subject->ip[i];
	}
	if (issuer->as.holding != HOLDS_INHERIT)
		return;
	if (subject->as.holding == HOLDS_INHERIT)
		subject->as = (struct asn_set){ 0 };
	issuer->as = subject->as;
}

static enum reason
check_cert(const struct cert *subject, const struct rpki_issued *in,
    struct decode *dec)
{
	struct resources holds = in->issuer->resources, effective;
	struct cert copy = *subject;
	char cut[RESOURCE_TEXT];
	struct interval time;

	TRY(cert_verify(subject, in->issuer, in->verifier, &dec->why));
	interval_init(&time, in->at);
	TRY(path_check_time(subject, &time, &dec->why));
	TRY(path_check_time(in->issuer, &time, &dec->why));
	grant_unknown(&holds, &copy.resources);
	return path_resources(&effective, cut, &copy, &holds, dec);
}

/* Manifest and CRL: RFC 9286 6.3, RFC 5280 5.1.2.5. */
static enum reason
check_window(int64_t this_at, int64_t next_at, const struct rpki_issued *in,
    const enum reason fails[2], struct decode *dec)
{
	if (in->at < this_at)
		return fault_at(&dec->why, fails[0], NULL);
	if (in->at > next_at)
		return fault_at(&dec->why, fails[1], NULL);
	return REASON_OK;
}

static enum reason
check_crl(struct span bytes, const struct rpki_issued *in, struct decode *dec)
{
	static const enum reason fails[] = { R_POINT_CRL_FUTURE,
		R_POINT_CRL_STALE };
	struct interval time;
	struct crl crl;

	TRY(crl_parse(&crl, bytes, dec));
	TRY(crl_verify(&crl, in->issuer, in->verifier, &dec->why));
	interval_init(&time, in->at);
	TRY(path_check_time(in->issuer, &time, &dec->why));
	return check_window(
	    crl.this_update_at, crl.next_update_at, in, fails, dec);
}

static enum reason
check_signed(struct span bytes, enum object_type type,
    const struct rpki_issued *in, struct decode *dec)
{
	static const enum reason fails[] = { R_MANIFEST_FUTURE,
		R_MANIFEST_STALE };
	struct manifest manifest;
	struct cms cms;

	TRY(cms_parse(&cms, bytes, dec));
	TRY(check_cert(&cms.ee, in, dec));
	/* The certificate issued an EE's; the EE's key this object. */
	TRY(cms_verify(&cms, in->verifier, &dec->why));
	if (type != OBJECT_MANIFEST)
		return REASON_OK;
	TRY(manifest_parse(&manifest, cms.content, dec));
	return check_window(
	    manifest.this_update_at, manifest.next_update_at, in, fails, dec);
}

enum reason
rpki_issued(struct span bytes, enum object_type type,
    const struct rpki_issued *in, struct decode *dec)
{
	struct cert cert;

	if (type == OBJECT_TAL || type == OBJECT_UNKNOWN)
		return fault_say(&dec->why, R_OBJECT_TYPE, NULL,
		    "no certificate issues one");
	if (type == OBJECT_CRL)
		return check_crl(bytes, in, dec);
	if (type != OBJECT_CERT)
		return check_signed(bytes, type, in, dec);
	TRY(cert_parse(&cert, bytes, dec));
	TRY(cert_check(&cert, cert_guess(&cert), dec));
	return check_cert(&cert, in, dec);
}
