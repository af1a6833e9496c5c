/*
 * A whole publication point: the issuer's certificate, the manifest, and the
 * files in the order in which they are asked for, each with its length in two
 * bytes before it. Every signature is taken for good, every digest of a signed
 * object is put right and every file is what its hash says, so that what is
 * bent is what the objects say.
 */
#include <string.h>

#include "tests/fuzz/fuzz.h"

#include "rpki/rpki.h"

#define AT     INT64_C(1796083200) /* as in tests/rpki/kit.h */
#define MEMORY ((size_t)64 << 20)
#define FILES  64

struct input {
	struct span part[FILES + 2];
	size_t n, next;
};

static enum reason
accept(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	(void)ctx, (void)key, (void)message, (void)signature;
	return REASON_OK;
}

static struct span
answer(void *ctx, const struct digest *hash)
{
	struct input *in = ctx;

	(void)hash;
	return in->next < in->n ? in->part[in->next++] : span_of(NULL, 0);
}

static void
divide(struct input *in, struct span bytes)
{
	while (in->n < COUNT(in->part) && bytes.n >= 2) {
		size_t n = (size_t)bytes.p[0] << 8 | bytes.p[1];

		bytes = span_of(bytes.p + 2, bytes.n - 2);
		if (n > bytes.n)
			n = bytes.n;
		in->part[in->n++] = span_of(bytes.p, n);
		bytes = span_of(bytes.p + n, bytes.n - n);
	}
}

/* `copy` is where `part` lies, and may be written to. */
static void
repair(struct span part, uint8_t *copy, struct arena *a,
    const struct limits *limits)
{
	struct decode dec;
	struct cms cms;

	decode_init(&dec, a, limits, part);
	if (cms_parse(&cms, part, &dec) == REASON_OK)
		crypt_sha256(copy + (cms.digest.p - part.p), cms.content);
}

static void
check_payload(const struct payload *p, const struct resources *r)
{
	switch (p->kind) {
	case PAYLOAD_VRP:
		ASSERT(resources_contain_prefix(r, &p->vrp.prefix));
		ASSERT(p->vrp.max_len >= p->vrp.prefix.len);
		ASSERT(p->vrp.max_len <= family_bits(p->vrp.prefix.family));
		break;
	case PAYLOAD_ASPA:
		ASSERT(resources_contain_asn(r, p->aspa.customer));
		break;
	case PAYLOAD_ROUTER_KEY:
	default:
		ASSERT(resources_contain_asn(r, p->key.asn));
		break;
	}
}

/* Nobody says anything about what the issuer does not hold. */
static void
check(const struct rpki_point *p, const struct rpki_point_in *in)
{
	const struct resources *r = &in->issuer->resources;

	ASSERT(p->from_at <= in->at && in->at < p->until_at);
	ASSERT(!p->failed || p->n_findings > 0);
	ASSERT(!p->failed || p->n_payloads + p->n_objects + p->n_children == 0);
	for (size_t i = 0; i < p->n_payloads; i++) {
		ASSERT(p->payloads[i].object < p->n_objects);
		check_payload(&p->payloads[i].payload, r);
	}
	for (size_t i = 0; i < p->n_children; i++)
		ASSERT(resources_contain(
		    r, &p->children[i].issuer.resources, NULL));
	for (size_t i = 0; i < p->n_findings; i++)
		ASSERT(p->findings[i].reason != REASON_OK);
}

static bool
judge(struct rpki_point *out, const struct rpki_point_in *in, struct arena *a)
{
	struct input *input = in->source.ctx;

	input->next = 2;
	arena_reset(a);
	if (rpki_point_judge(out, in, a) != REASON_OK)
		return false;
	check(out, in);
	return true;
}

static void
judge_all(struct rpki_point_in *in, struct arena *a)
{
	struct rpki_point first, other;
	int64_t when[2];

	if (!judge(&first, in, a))
		return;
	when[0] = first.from_at;
	when[1] = first.until_at - 1;
	for (size_t i = 0; i < COUNT(when); i++) {
		in->at = when[i];
		ASSERT(judge(&other, in, a));
		ASSERT(other.failed == first.failed &&
		       other.n_payloads == first.n_payloads &&
		       other.n_children == first.n_children &&
		       other.n_findings == first.n_findings &&
		       other.from_at == first.from_at &&
		       other.until_at == first.until_at);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct verifier verifier = { accept, NULL };
	struct rpki_point_in in = { .at = AT, .verifier = &verifier };
	struct rpki_issuer issuer;
	struct cert cert;
	struct input input = { 0 };
	struct arena kept, scratch;
	struct limits limits;
	struct decode dec;
	uint8_t *copy;

	limits_init(&limits);
	arena_init(&kept, MEMORY);
	arena_init(&scratch, MEMORY);
	copy = arena_alloc(&kept, n);
	ASSERT(copy != NULL);
	if (n > 0)
		memcpy(copy, data, n);
	divide(&input, span_of(copy, n));
	for (size_t i = 1; i < input.n; i++)
		repair(input.part[i], copy + (input.part[i].p - copy), &scratch,
		    &limits);
	decode_init(&dec, &kept, &limits, input.part[0]);
	if (input.n > 1 &&
	    cert_parse(&cert, input.part[0], &dec) == REASON_OK &&
	    cert_check(&cert, CERT_TA, &dec) == REASON_OK &&
	    !resources_has_inherit(&cert.resources)) {
		ASSERT(rpki_issuer_init(
			   &issuer, &cert, &cert.resources, NULL) == REASON_OK);
		in.issuer = &issuer;
		in.manifest = input.part[1];
		in.source = (struct rpki_source){ answer, &input };
		in.limits = &limits;
		judge_all(&in, &scratch);
	}
	arena_fini(&scratch);
	arena_fini(&kept);
	return 0;
}
