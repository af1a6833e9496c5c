/* Signed objects of any type, with a verifier that accepts. */
#include "tests/fuzz/fuzz.h"

#include "object/object.h"

static enum reason
accept(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	(void)ctx;
	(void)signature;
	ASSERT(key->alg == CRYPT_RSA && message.p[0] == DER_SET);
	return REASON_OK;
}

/* A payload by its type, with what its standard asks of the certificate. */
static void
payload(const struct cms *cms, struct decode *dec)
{
	struct manifest m;
	struct roa roa;
	enum reason r = REASON_OK;

	switch ((int)object_type_by_oid(cms->type)) {
	case OBJECT_ROA:
		r = roa_parse(&roa, cms->content, dec);
		if (r == REASON_OK)
			r = roa_check(&roa, &cms->ee, dec);
		break;
	case OBJECT_MANIFEST:
		r = manifest_parse(&m, cms->content, dec);
		if (r == REASON_OK)
			r = manifest_check(&m, &cms->ee, dec);
		break;
	default:
		break;
	}
	ASSERT(dec->why.reason == r);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct verifier v = { accept, NULL };
	struct span input = span_of(data, n);
	struct limits limits;
	struct decode dec;
	struct arena arena;
	struct cms cms;
	struct fault why;

	limits_init(&limits);
	arena_init(&arena, limits.point_memory);
	decode_init(&dec, &arena, &limits, input);
	if (cms_parse(&cms, input, &dec) != REASON_OK) {
		ASSERT(dec.why.reason != REASON_OK && dec.why.offset <= n);
	} else {
		fault_init(&why, input);
		if (cms_verify(&cms, &v, &why) != REASON_OK)
			ASSERT(why.reason == R_CMS_DIGEST);
		payload(&cms, &dec);
	}
	arena_fini(&arena);
	return 0;
}
