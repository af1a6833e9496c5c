/* The key under which what was judged may be remembered. */
#include "rpki/rpki.h"
#include "rpki/version.h" /* made by local.mk */

/* Each part with its length before it, so that no two lists of parts are the
 * same bytes. */
static void
part(struct buf *b, struct span s)
{
	uint64_t n = s.n;

	buf_add(b, &n, sizeof(n));
	buf_span(b, s);
}

static enum reason
hash_kind(struct digest *out, const struct resources *one)
{
	struct buf b;
	bool failed;

	buf_init(&b, SIZE_MAX);
	resources_digest_form(&b, one);
	failed = b.failed;
	if (!failed)
		crypt_sha256(out->b, buf_view(&b));
	buf_fini(&b);
	return failed ? R_LIMIT_MEMORY : REASON_OK;
}

enum reason
rpki_issuer_init(struct rpki_issuer *out, const struct cert *cert,
    const struct resources *effective, const struct rpki_issuer *above)
{
	const struct resources *r = effective;

	*out = (struct rpki_issuer){ .cert = *cert, .resources = *r };
	for (size_t i = 0; i < COUNT(r->ip); i++) {
		struct resources one = { 0 };

		one.ip[i] = r->ip[i];
		if (above != NULL && r->ip[i].r == above->resources.ip[i].r &&
		    r->ip[i].n == above->resources.ip[i].n)
			out->holds[i] = above->holds[i];
		else
			TRY(hash_kind(&out->holds[i], &one));
	}
	if (above != NULL && r->as.r == above->resources.as.r &&
	    r->as.n == above->resources.as.n) {
		out->holds[2] = above->holds[2];
		return REASON_OK;
	}
	return hash_kind(&out->holds[2], &(struct resources){ .as = r->as });
}

enum reason
rpki_point_key(struct digest *out, const struct rpki_issuer *issuer,
    const struct digest *with, const struct limits *limits)
{
	const struct cert *c = &issuer->cert;
	struct buf b;
	bool failed;

	buf_init(&b, (size_t)limits->point_memory);
	part(&b, SPAN(JUDGE_VERSION));
	part(&b, span_of(limits, sizeof(*limits)));
	part(&b, c->spki.der);
	part(&b, c->subject);
	/* A trust anchor may revoke itself. */
	part(&b, c->kind == CERT_TA ? c->serial : span_of(NULL, 0));
	part(&b, c->repository_uri);
	part(&b, c->manifest_uri);
	part(&b, SPAN_OF(*with));
	part(&b, SPAN_OF(issuer->holds));
	failed = b.failed;
	if (!failed)
		crypt_sha256(out->b, buf_view(&b));
	buf_fini(&b);
	return failed ? R_LIMIT_MEMORY : REASON_OK;
}

struct span
rpki_version(void)
{
	return SPAN(JUDGE_VERSION);
}
