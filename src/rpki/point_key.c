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

enum reason
rpki_point_key(struct digest *out, const struct rpki_issuer *issuer,
    const struct digest *manifest, const struct limits *limits)
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
	part(&b, span_of(manifest->b, sizeof(manifest->b)));
	resources_digest_form(&b, &issuer->resources);
	failed = b.failed;
	if (!failed)
		crypt_sha256(out->b, buf_view(&b));
	buf_fini(&b);
	return failed ? R_LIMIT_MEMORY : REASON_OK;
}
