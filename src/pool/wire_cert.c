/*
 * A CA's certificate, taken apart: its bytes are elsewhere, and what is in
 * them is told by place. So who was told need not decode it again.
 */
#include <string.h>

#include "pool/wire_answer.h"

/* All that is asked of a CA's certificate. Raw values of extensions stay
 * behind. */
static const size_t parts[] = { offsetof(struct cert, tbs),
	offsetof(struct cert, signature), offsetof(struct cert, serial),
	offsetof(struct cert, issuer), offsetof(struct cert, subject),
	offsetof(struct cert, spki.key.raw), offsetof(struct cert, spki.der),
	offsetof(struct cert, spki.bits), offsetof(struct cert, crl_uri),
	offsetof(struct cert, aia_uri), offsetof(struct cert, repository_uri),
	offsetof(struct cert, manifest_uri), offsetof(struct cert, notify_uri),
	offsetof(struct cert, object_uri) };

void
wire_put_part(struct wire_out *w, struct span whole, struct span part)
{
	bool none = part.p == NULL || part.n == 0;

	wire_put_u64(w, none ? 0 : (uint64_t)(part.p - whole.p));
	wire_put_u64(w, none ? 0 : part.n);
}

struct span
wire_get_part(struct wire_in *r, struct span whole)
{
	uint64_t at = wire_get_max(r, whole.n);
	uint64_t n = wire_get_max(r, whole.n - at);

	return r->failed || n == 0 ? span_of(NULL, 0)
				   : span_of(whole.p + at, (size_t)n);
}

void
wire_put_cert(
    struct wire_out *w, const struct cert *c, const struct resources *held)
{
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct span part;

		memcpy(&part, (const uint8_t *)c + parts[i], sizeof(part));
		wire_put_part(w, c->der, part);
	}
	wire_put_u64(w, c->spki.key.alg);
	wire_put(w, &c->not_before_at, sizeof(c->not_before_at));
	wire_put(w, &c->not_after_at, sizeof(c->not_after_at));
	wire_put_u64(w, c->kind);
	wire_put(w, &c->ski, sizeof(c->ski));
	wire_put(w, &c->aki, sizeof(c->aki));
	wire_put_u64(w, c->has_aki);
	wire_put_u64(w, c->reconsidered);
	wire_put_resources(w, &c->resources, held);
}

bool
wire_get_cert(struct wire_in *r, struct cert *out, struct span der,
    const struct resources *held, struct arena *arena)
{
	*out = (struct cert){ .der = der };
	for (size_t i = 0; i < COUNT(parts); i++) {
		struct span part = wire_get_part(r, der);

		memcpy((uint8_t *)out + parts[i], &part, sizeof(part));
	}
	out->spki.key.alg =
	    (enum crypt_alg)wire_get_max(r, (uint64_t)CRYPT_ED25519);
	out->not_before_at = wire_get_time(r);
	out->not_after_at = wire_get_time(r);
	out->kind = (enum cert_kind)wire_get_max(r, (uint64_t)CERT_ROUTER);
	wire_get(r, &out->ski, sizeof(out->ski));
	wire_get(r, &out->aki, sizeof(out->aki));
	out->has_aki = wire_get_bool(r);
	out->reconsidered = wire_get_bool(r);
	return wire_get_resources(r, &out->resources, held, arena);
}
