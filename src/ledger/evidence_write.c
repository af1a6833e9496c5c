/* Make evidence: a checklist by a CA's key that binds its resources to a
 * holder of a ledger (ledger.md 5), by the profile of ledger.md 8. */
#include <string.h>

#include "ledger/evidence.h"

#define FILE_NAME SPAN("cairn-binding.der")
#define URI_MAX   2048

void
evidence_binding(struct buf *b, const struct digest *ledger,
    const struct digest *holder, struct span resources)
{
	size_t mark = der_open(b, DER_SEQUENCE);

	id_write(b, ledger);
	id_write(b, holder);
	buf_span(b, resources);
	der_close(b, mark);
}

static void
content_write(struct buf *out, const struct evidence_spec *spec)
{
	struct rsc_file file = { .name = FILE_NAME };
	const struct rsc rsc = { spec->resources, 1, &file };
	struct buf resources, binding;

	buf_init(&resources, LEDGER_ENTRY_MAX);
	buf_init(&binding, LEDGER_ENTRY_MAX + 128);
	statement_resources_write(&resources, &spec->resources);
	evidence_binding(
	    &binding, &spec->ledger, &spec->holder, buf_view(&resources));
	crypt_sha256(file.hash.b, buf_view(&binding));
	if (resources.failed || binding.failed)
		out->failed = true;
	buf_fini(&resources);
	buf_fini(&binding);
	rsc_write(out, &rsc);
}

/* The CA that is to sign, and whether its key does. */
static enum reason
ca_read(struct cert *ca, const struct evidence_spec *spec, struct decode *dec)
{
	struct crypt_key key = crypt_secret_public(spec->ca_key);
	enum cert_kind kind;

	TRY(cert_parse(ca, spec->ca_cert, dec));
	kind = span_eq(ca->subject, ca->issuer) ? CERT_TA : CERT_CA;
	TRY(cert_check(ca, kind, dec));
	if (key.alg != CRYPT_RSA || !span_eq(key.raw, ca->spki.key.raw))
		return fault_say(&dec->why, R_STATEMENT_EVIDENCE, NULL,
		    "the CA's key is not the one of the last certificate");
	return REASON_OK;
}

/* Where its CRL and its own certificate are: the first by what it publishes,
 * the second is known to its issuer only, and nobody looks (ledger.md 8). */
static enum reason
places(struct cert_spec *ee, const struct cert *ca, struct arena *arena)
{
	struct span manifest = ca->manifest_uri;
	char crl[URI_MAX], aia[URI_MAX];

	if (manifest.n > 4)
		manifest.n -= 4;
	(void)snprintf(crl, sizeof(crl), "%.*s.crl", SPAN_FMT(manifest));
	(void)snprintf(
	    aia, sizeof(aia), "%.*sca.cer", SPAN_FMT(ca->repository_uri));
	ee->crl_uri = arena_dup(arena, span_str(crl));
	ee->aia_uri = arena_dup(arena, span_str(aia));
	return ee->crl_uri.p != NULL && ee->aia_uri.p != NULL ? REASON_OK
							      : R_LIMIT_MEMORY;
}

enum reason
evidence_write(
    struct buf *out, const struct evidence_spec *spec, struct decode *dec)
{
	struct cms_spec cms = { .type = object_oid(OBJECT_RSC),
		.signing_at = spec->from_at,
		.ee_key = spec->ee_key };
	struct buf content;
	char subject[48];
	struct cert ca;
	struct ski ski;
	enum reason why;

	TRY(ca_read(&ca, spec, dec));
	spki_key_ski(&ski, &ca.spki.key);
	hex_write(subject,
	    span_of(spec->serial.p, spec->serial.n < 20 ? spec->serial.n : 20));
	cms.ee = (struct cert_spec){
		.kind = CERT_EE,
		.serial = spec->serial,
		.issuer_name = ca.subject,
		.subject = subject,
		.not_before_at = spec->from_at,
		.not_after_at = spec->until_at,
		.key = crypt_secret_public(spec->ee_key),
		.aki = &ski,
		.reconsidered = ca.reconsidered,
		.resources = spec->resources,
	};
	TRY(places(&cms.ee, &ca, dec->arena));
	buf_init(&content, LEDGER_ENTRY_MAX);
	content_write(&content, spec);
	cms.content = buf_view(&content);
	why = content.failed ? R_LIMIT_MEMORY
			     : cms_write(out, &cms, spec->ca_key);
	buf_fini(&content);
	return why == REASON_OK && out->failed ? R_LIMIT_MEMORY : why;
}
