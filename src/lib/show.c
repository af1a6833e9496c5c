/* One object by itself, or against one certificate. */
#include "lib/lib.h"

/* A description is many times its object: a manifest of 8 MB lists 200,000
 * files. */
#define SHOW_MEMORY ((size_t)512 * 1024 * 1024)

static enum object_type
type_of(struct span bytes, const char *file_name)
{
	enum object_type type = OBJECT_UNKNOWN;

	if (file_name != NULL)
		type = object_type_by_name(span_str(file_name));
	return type != OBJECT_UNKNOWN ? type : object_type_guess(bytes);
}

/* The text, as the caller's. */
static enum reason
take_text(char **out, struct buf *text)
{
	buf_byte(text, '\0');
	if (text->failed)
		return R_LIMIT_MEMORY;
	*out = (char *)text->p;
	buf_init(text, 0);
	return REASON_OK;
}

int
cairn_show(char **json, struct cairn *c, struct cairn_bytes object,
    const char *file_name, struct cairn_fault *fault)
{
	struct span bytes = lib_span(object);
	enum reason r, made;
	struct arena arena;
	struct decode dec;
	struct emit e;
	struct buf text;

	*json = NULL;
	arena_init(&arena, SHOW_MEMORY);
	buf_init(&text, SHOW_MEMORY);
	decode_init(&dec, &arena, &c->limits, bytes);
	emit_init(&e, &text, EMIT_JSON);
	emit_object(&e, NULL);
	r = object_show(&e, bytes, type_of(bytes, file_name), &dec);
	emit_end(&e);
	if (r != R_LIMIT_MEMORY) {
		made = take_text(json, &text);
		r = made != REASON_OK ? made : r;
	}
	buf_fini(&text);
	arena_fini(&arena);
	return lib_fault(fault, r, &dec.why);
}

void
cairn_text_free(char *text)
{
	base_free(text);
}

/* ---- an issuer ----------------------------------------------------------- */

static enum reason
cert_take(struct cert *out, struct span der, struct decode *dec)
{
	if (der.n > dec->limits->object_max)
		return fault_at(&dec->why, R_LIMIT_SIZE, NULL);
	TRY(cert_parse(out, der, dec));
	return cert_check(
	    out, span_eq(out->subject, out->issuer) ? CERT_TA : CERT_CA, dec);
}

int
cairn_cert_new(struct cairn_cert **out, struct cairn *c, struct cairn_bytes der,
    struct cairn_fault *fault)
{
	struct cairn_cert *cert = base_alloc(sizeof(*cert));
	enum reason r = R_LIMIT_MEMORY;
	struct span copy = { 0 };
	struct decode dec;

	*out = NULL;
	if (cert != NULL) {
		arena_init(&cert->arena, (size_t)c->limits.point_memory);
		copy = arena_dup(&cert->arena, lib_span(der));
	}
	decode_init(&dec, cert != NULL ? &cert->arena : NULL, &c->limits, copy);
	if (copy.p != NULL)
		r = cert_take(&cert->cert, copy, &dec);
	if (r == REASON_OK)
		*out = cert;
	else
		cairn_cert_free(cert);
	return lib_fault(fault, r, &dec.why);
}

void
cairn_cert_free(struct cairn_cert *cert)
{
	if (cert == NULL)
		return;
	arena_fini(&cert->arena);
	base_free(cert);
}

int
cairn_issued(struct cairn *c, const struct cairn_cert *issuer,
    struct cairn_bytes object, const char *file_name, int64_t at,
    struct cairn_fault *fault)
{
	struct rpki_issued in = { &issuer->cert, at, &c->verifier };
	struct span bytes = lib_span(object);
	struct arena arena;
	struct decode dec;
	enum reason r;

	arena_init(&arena, SHOW_MEMORY);
	decode_init(&dec, &arena, &c->limits, bytes);
	if (bytes.n > c->limits.object_max)
		r = fault_at(&dec.why, R_LIMIT_SIZE, NULL);
	else
		r = rpki_issued(bytes, type_of(bytes, file_name), &in, &dec);
	arena_fini(&arena);
	return lib_fault(fault, r, &dec.why);
}
