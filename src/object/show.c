/*
 * Any object, for people and their scripts.
 *
 * The description is of the file alone: that it is well formed, meets its
 * profile, and (signed objects, trust anchors) is signed by the key it
 * carries. Who issued it, and whether that holds, is for others to say.
 */
#include "object/show.h"
#include "object/part.h"

/* ---- what is it? ----------------------------------------------------- */

/* Of a signed object, what is found where it should be, whatever is wrong
 * around it; empty where it was not found. */
struct frame {
	struct span type, content, cert;
};

static enum reason
frame_content(struct frame *out, struct der *data)
{
	struct der info, in;

	TRY(der_enter(&info, data, DER_SEQUENCE));
	TRY(der_oid(&out->type, &info));
	TRY(der_enter(&in, &info, DER_CONTEXT_CONS(0)));
	return der_octets(&out->content, &in);
}

static enum reason
frame_read(struct frame *out, struct span bytes, struct fault *why)
{
	struct der d, info, in, data;
	struct span skipped;

	*out = (struct frame){ 0 };
	der_init(&d, bytes, why);
	TRY(der_enter(&info, &d, DER_SEQUENCE));
	TRY(der_oid(&skipped, &info));
	TRY(der_enter(&in, &info, DER_CONTEXT_CONS(0)));
	TRY(der_enter(&data, &in, DER_SEQUENCE));
	TRY(der_any(&skipped, &data)); /* version */
	TRY(der_any(&skipped, &data)); /* digestAlgorithms */
	TRY(frame_content(out, &data));
	TRY(der_enter(&in, &data, DER_CONTEXT_CONS(0)));
	return der_any(&out->cert, &in);
}

/* Whatever was reached before something was not as it should be. */
static struct frame
frame_of(struct span bytes)
{
	struct frame frame;
	struct fault ignored;
	enum reason r;

	fault_init(&ignored, bytes);
	r = frame_read(&frame, bytes, &ignored);
	(void)r;
	return frame;
}

/* Both begin with a SEQUENCE. That of a certificate begins with [0], if not
 * of version 1; its fourth element is a SEQUENCE, where a CRL has a time. */
static enum reason
guess_tbs(enum object_type *out, struct der *tbs)
{
	struct span skipped;

	*out = OBJECT_CERT;
	if (der_is(tbs, DER_CONTEXT_CONS(0)))
		return REASON_OK;
	TRY(der_next(&skipped, tbs, DER_INTEGER));
	TRY(der_next(&skipped, tbs, DER_SEQUENCE));
	TRY(der_next(&skipped, tbs, DER_SEQUENCE));
	if (der_is(tbs, DER_UTC_TIME) || der_is(tbs, DER_GENERALIZED_TIME))
		*out = OBJECT_CRL;
	else if (!der_is(tbs, DER_SEQUENCE))
		*out = OBJECT_UNKNOWN; /* such as a request for a certificate */
	return REASON_OK;
}

static enum reason
guess_der(enum object_type *out, struct span bytes, struct fault *why)
{
	struct der d, in, tbs;

	der_init(&d, bytes, why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	if (der_is(&in, DER_OID)) {
		*out = object_type_by_oid(frame_of(bytes).type);
		return REASON_OK;
	}
	TRY(der_enter(&tbs, &in, DER_SEQUENCE));
	return guess_tbs(out, &tbs);
}

enum object_type
object_type_guess(struct span bytes)
{
	enum object_type type = OBJECT_UNKNOWN;
	struct fault ignored;

	if (span_starts(bytes, SPAN("#")) ||
	    span_starts(bytes, SPAN("rsync://")) ||
	    span_starts(bytes, SPAN("https://")))
		return OBJECT_TAL;
	fault_init(&ignored, bytes);
	if (guess_der(&type, bytes, &ignored) != REASON_OK)
		return OBJECT_UNKNOWN;
	return type;
}

/* ---- one function for each shape ------------------------------------- */

static enum reason
show_tal(struct emit *e, struct span bytes, struct decode *dec)
{
	struct decode key;
	struct spki spki;
	struct ski ski;
	struct tal tal;
	struct der d;

	TRY(tal_parse(&tal, bytes, dec));
	emit_array(e, "uris");
	for (size_t i = 0; i < tal.n_uris; i++)
		emit_span(e, NULL, tal.uris[i].text);
	emit_end(e);
	decode_init(&key, dec->arena, dec->limits, tal.spki);
	der_init(&d, tal.spki, &key.why);
	TRY(spki_parse(&spki, &d, &key));
	show_key(e, "key", &spki);
	spki_ski(&ski, &spki);
	emit_hex(e, "ski", SPAN_OF(ski));
	emit_base64(e, "spki", tal.spki);
	return REASON_OK;
}

static enum reason
show_crl(struct emit *e, struct span bytes, struct decode *dec)
{
	struct crl crl;
	struct der list, one;
	struct span serial;
	int64_t at;

	TRY(crl_parse(&crl, bytes, dec));
	show_name(e, "issuer", crl.issuer);
	emit_hex(e, "aki", SPAN_OF(crl.aki));
	show_number(e, "crl_number", crl.number);
	emit_time(e, "this_update", crl.this_update_at);
	emit_time(e, "next_update", crl.next_update_at);
	emit_array(e, "revoked_certs");
	der_init(&list, crl.revoked, &dec->why);
	while (der_more(&list)) {
		TRY(der_enter(&one, &list, DER_SEQUENCE));
		TRY(der_integer(&serial, &one));
		TRY(der_time(&at, &one));
		emit_object(e, NULL);
		emit_hex(e, "serial", serial);
		emit_time(e, "date", at);
		emit_end(e);
	}
	emit_end(e);
	return REASON_OK;
}

/* A certificate that is a trust anchor's calls itself its issuer, and has no
 * CRL to be on. */
static enum cert_kind
kind_of(const struct cert *c)
{
	enum cert_kind kind = cert_guess(c);

	return kind == CERT_CA && span_eq(c->issuer, c->subject) &&
		       !c->ext[CERT_EXT_CRL_DP].present
		   ? CERT_TA
		   : kind;
}

static enum reason
show_certificate(struct emit *e, struct span bytes,
    const struct verifier *verifier, struct decode *dec)
{
	static const char *const kinds[] = {
		[CERT_TA] = "trust-anchor",
		[CERT_CA] = "ca",
		[CERT_EE] = "ee",
		[CERT_ROUTER] = "router",
	};
	enum cert_kind kind;
	struct cert cert;

	TRY(cert_parse(&cert, bytes, dec));
	kind = kind_of(&cert);
	emit_str(e, "kind", kinds[kind]);
	show_cert(e, &cert, dec);
	if (kind == CERT_ROUTER)
		emit_base64(e, "spki", cert.spki.der);
	TRY(cert_check(&cert, kind, dec));
	return kind == CERT_TA ? cert_verify(&cert, &cert, verifier, &dec->why)
			       : REASON_OK;
}

static void
show_ee(struct emit *e, struct span der, const struct decode *dec)
{
	struct decode d;
	struct cert ee;

	decode_init(&d, dec->arena, dec->limits, der);
	if (der.n == 0 || cert_parse(&ee, der, &d) != REASON_OK)
		return;
	emit_object(e, "certificate");
	show_cert(e, &ee, dec);
	emit_end(e);
}

static enum reason
show_signed(struct emit *e, struct span bytes, enum object_type type,
    const struct verifier *verifier, struct decode *dec)
{
	struct frame frame = frame_of(bytes);
	enum reason whole, payload;
	struct cms cms;
	char oid[80];

	whole = cms_parse(&cms, bytes, dec);
	if (object_type_by_oid(frame.type) == OBJECT_UNKNOWN) {
		(void)fault_at(&dec->why, R_OBJECT_TYPE, frame.type.p);
		if (der_oid_text(oid, sizeof(oid), frame.type))
			emit_str(e, "content_type", oid);
	}
	if (whole == REASON_OK)
		emit_time(e, "signing_time", cms.signing_at);
	payload = show_payload(
	    e, type, frame.content, whole == REASON_OK ? &cms.ee : NULL, dec);
	if (whole == REASON_OK)
		whole = cms_verify(&cms, verifier, &dec->why);
	show_ee(e, frame.cert, dec);
	return whole != REASON_OK ? whole : payload;
}

/* ---- all of it ------------------------------------------------------- */

static enum reason
show_as(struct emit *e, struct span bytes, enum object_type type,
    const struct verifier *verifier, struct decode *dec)
{
	if (bytes.n > dec->limits->object_max)
		return fault_at(&dec->why, R_LIMIT_SIZE, NULL);
	switch (type) {
	case OBJECT_TAL:
		return show_tal(e, bytes, dec);
	case OBJECT_CERT:
		return show_certificate(e, bytes, verifier, dec);
	case OBJECT_CRL:
		return show_crl(e, bytes, dec);
	case OBJECT_MANIFEST:
	case OBJECT_ROA:
	case OBJECT_ASPA:
	case OBJECT_TAK:
	case OBJECT_RSC:
	case OBJECT_GHOSTBUSTERS:
	case OBJECT_PREFIX_LIST:
		return show_signed(e, bytes, type, verifier, dec);
	case OBJECT_UNKNOWN:
		break;
	}
	return frame_of(bytes).type.n > 0
		   ? show_signed(e, bytes, type, verifier, dec)
		   : fault_at(&dec->why, R_OBJECT_TYPE, NULL);
}

static void
show_findings(struct emit *e, const struct fault *why)
{
	struct finding f = {
		.reason = why->reason,
		.effect = EFFECT_OBJECT,
		.offset = why->offset,
		.detail = span_str(why->detail),
	};

	emit_array(e, "findings");
	if (why->reason != REASON_OK)
		finding_emit(e, &f);
	emit_end(e);
}

/* It is shown as what it is, even where that is not what it should be. */
static enum object_type
settle(enum object_type should, enum object_type is, struct fault *why)
{
	if (should == OBJECT_UNKNOWN || is == should)
		return is;
	if (is == OBJECT_UNKNOWN)
		return should;
	(void)fault_say(why, R_OBJECT_TYPE, NULL, "%s, not %s",
	    object_type_id(is), object_type_id(should));
	return is;
}

/* What is in BER is described all the same, as the DER it might have been. */
static struct span
read_ber(struct buf *der, struct span bytes, struct decode *dec)
{
	buf_init(der, dec->limits->object_max);
	if (bytes.n > dec->limits->object_max || !show_from_ber(der, bytes))
		return bytes;
	(void)fault_say(&dec->why, R_DER_LENGTH, bytes.p,
	    "in BER, with open lengths, as was usual until about 2020: what is "
	    "shown is what it would be in DER");
	return buf_view(der);
}

enum reason
object_show(struct emit *e, struct span bytes, enum object_type type,
    struct decode *dec)
{
	struct crypt *crypt = crypt_new();
	struct verifier verifier;
	struct digest hash;
	struct span read;
	struct buf der;

	if (crypt == NULL)
		return fault_at(&dec->why, R_LIMIT_MEMORY, NULL);
	verifier = crypt_verifier(crypt);
	read = read_ber(&der, bytes, dec);
	type = settle(type, object_type_guess(read), &dec->why);
	crypt_sha256(hash.b, bytes);
	emit_str(e, "type", object_type_id(type));
	emit_hex(e, "sha256", SPAN_OF(hash));
	emit_uint(e, "size", bytes.n);
	if (read.p != bytes.p)
		emit_str(e, "encoding", "BER");
	if (show_as(e, read, type, &verifier, dec) != REASON_OK)
		ASSERT(dec->why.reason != REASON_OK);
	show_findings(e, &dec->why);
	buf_fini(&der);
	crypt_free(crypt);
	return dec->why.reason;
}
