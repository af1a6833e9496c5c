/*
 * Evidence, exactly: ledger.md 8. All of it but what the state decides:
 * whether the trust anchor is one of the ledger's, and whether ledger time is
 * within what all certificates allow.
 */
#include <string.h>

#include "ledger/evidence.h"

static enum reason
signature_verify(const struct cert *subject, const struct cert *issuer,
    const struct verifier *v, struct fault *why)
{
	enum reason r;

	if (!span_eq(subject->issuer, issuer->subject))
		return EVIDENCE_BAD(why, subject->issuer.p);
	r = v->verify(
	    v->ctx, &issuer->spki.key, subject->tbs, subject->signature);
	return r == REASON_OK || r == R_LIMIT_MEMORY
		   ? r
		   : EVIDENCE_BAD(why, subject->signature.p);
}

/* A trust anchor may lack it; else it names the issuer's key. */
static enum reason
aki_check(const struct evidence_cert *c, const struct evidence_cert *issuer,
    struct fault *why)
{
	const struct cert_ext_value *ext = &c->cert.ext[CERT_EXT_AKI];
	struct ski aki;

	if (!ext->present)
		return c == issuer ? REASON_OK : EVIDENCE_BAD(why, NULL);
	TRY(cert_ext_aki(&aki, ext->value, why));
	return span_eq(SPAN_OF(aki.b), SPAN_OF(issuer->ski.b))
		   ? REASON_OK
		   : EVIDENCE_BAD(why, ext->value.p);
}

/* Within the issuer's, or cut to them: RFC 6487 7.2, RFC 8360 4.2.4.4. */
static enum reason
effective(struct resources *out, const struct evidence_cert *c,
    const struct resources *issuer, struct decode *dec)
{
	struct resources own;

	resources_inherit(&own, &c->resources, issuer);
	if (c->reconsidered)
		return resources_intersect(out, &own, issuer, dec->arena);
	if (!resources_contain(issuer, &own, NULL))
		return EVIDENCE_BAD(&dec->why, c->cert.der.p);
	*out = own;
	return REASON_OK;
}

static void
validity_narrow(struct ledger_evidence *e, const struct cert *c)
{
	if (c->not_before_at > e->from_at)
		e->from_at = c->not_before_at;
	if (c->not_after_at < e->until_at)
		e->until_at = c->not_after_at;
}

/* What the path has come to. */
struct path {
	struct evidence_cert last;
	struct resources resources; /* effective ones of the last */
};

static enum reason
path_step(struct path *p, struct evidence_cert *next, enum evidence_role role,
    const struct verifier *v, struct decode *dec)
{
	const struct evidence_cert *issuer =
	    role == EVIDENCE_TA ? next : &p->last;

	TRY(evidence_cert_check(next, role, dec));
	TRY(aki_check(next, issuer, &dec->why));
	if (role == EVIDENCE_TA)
		p->resources = next->resources;
	else
		TRY(effective(&p->resources, next, &p->resources, dec));
	TRY(signature_verify(&next->cert, &issuer->cert, v, &dec->why));
	p->last = *next;
	return REASON_OK;
}

static enum reason
chain_check(struct path *p, struct ledger_evidence *e,
    const struct statement_body *b, const struct verifier *v,
    struct decode *dec)
{
	for (size_t i = 0; i < b->n_chain; i++) {
		struct evidence_cert next = { 0 };

		TRY(cert_parse(&next.cert, b->chain[i], dec));
		TRY(path_step(
		    p, &next, i == 0 ? EVIDENCE_TA : EVIDENCE_CA, v, dec));
		validity_narrow(e, &next.cert);
		if (i == 0)
			crypt_sha256(e->anchor.b, next.cert.spki.der);
		crypt_sha256(e->ca_key.b, next.cert.spki.der);
	}
	return REASON_OK;
}

/* Signed under the tag of a SET: RFC 5652 5.4. */
static enum reason
attributes_verify(
    const struct evidence_cms *c, const struct verifier *v, struct fault *why)
{
	struct buf message;
	enum reason r;

	buf_init(&message, LEDGER_ENTRY_MAX);
	der_put(&message, DER_SET, c->signed_attrs);
	r = message.failed ? R_LIMIT_MEMORY
			   : v->verify(v->ctx, &c->ee.spki.key,
				 buf_view(&message), c->signature);
	buf_fini(&message);
	return r == REASON_OK || r == R_LIMIT_MEMORY
		   ? r
		   : EVIDENCE_BAD(why, c->signature.p);
}

static void
binding_digest(struct digest *out, const struct statement *s)
{
	struct buf b;

	buf_init(&b, LEDGER_ENTRY_MAX + 128);
	evidence_binding(&b, &s->ledger, &s->holder, s->body.resources.der);
	crypt_sha256(out->b, buf_view(&b));
	buf_fini(&b);
}

/* rsc_parse takes a range of one AS number; what is canonical does not. */
static enum reason
content_as_check(struct span content, struct decode *dec)
{
	struct resources unused = { 0 };
	struct der d, in, resources, as;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_enter(&resources, &in, DER_SEQUENCE));
	if (!der_is(&resources, DER_CONTEXT_CONS(0)))
		return REASON_OK;
	TRY(der_enter(&as, &resources, DER_CONTEXT_CONS(0)));
	return canonical_as_parse(&unused, &as, dec);
}

static enum reason
content_check(const struct evidence_cms *c, const struct statement *s,
    const struct resources *ee, struct decode *dec)
{
	struct digest binding;
	bool listed = false;
	struct rsc rsc;

	TRY(rsc_parse(&rsc, c->content, dec));
	TRY(content_as_check(c->content, dec));
	if (!resources_contain(ee, &rsc.resources, NULL) ||
	    !resources_contain(&rsc.resources, &s->body.resources.set, NULL))
		return EVIDENCE_BAD(&dec->why, c->content.p);
	binding_digest(&binding, s);
	for (size_t i = 0; i < rsc.n; i++)
		listed |= digest_eq(&rsc.files[i].hash, &binding);
	return listed ? REASON_OK : EVIDENCE_BAD(&dec->why, c->content.p);
}

enum reason
evidence_check(struct ledger_evidence *out, const struct statement *s,
    const struct verifier *v, struct decode *dec)
{
	struct path path = { 0 };
	struct evidence_cert ee = { 0 };
	struct evidence_cms cms;

	out->from_at = INT64_MIN;
	out->until_at = INT64_MAX;
	TRY(chain_check(&path, out, &s->body, v, dec));
	TRY(evidence_cms_parse(&cms, s->body.rsc, dec));
	ee.cert = cms.ee;
	TRY(path_step(&path, &ee, EVIDENCE_EE, v, dec));
	validity_narrow(out, &ee.cert);
	if (!span_eq(cms.sid, SPAN_OF(ee.ski.b)))
		return EVIDENCE_BAD(&dec->why, cms.sid.p);
	TRY(attributes_verify(&cms, v, &dec->why));
	return content_check(&cms, s, &path.resources, dec);
}
