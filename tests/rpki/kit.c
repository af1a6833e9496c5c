#include <stdio.h>
#include <string.h>

#include "tests/rpki/kit.h"

#include "tests/rpki/keys.h"

#define KIT_CAP ((size_t)64 << 20)

static struct crypt_secret *
rsa(size_t key)
{
	uint8_t p[128], q[128];
	struct crypt_secret *s;

	assert_true(hex_parse(p, sizeof(p), span_str(primes[2 * key])));
	assert_true(hex_parse(q, sizeof(q), span_str(primes[2 * key + 1])));
	s = crypt_secret_rsa(SPAN_OF(p), SPAN_OF(q));
	assert_non_null(s);
	return s;
}

struct resources
kit_resources(struct kit *k, const char *text)
{
	struct resources r = { 0 };
	char item[64];
	size_t n;

	for (; *text != '\0'; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		assert_true(n < sizeof(item));
		memcpy(item, text, n);
		item[n] = '\0';
		assert_int_equal(
		    resources_add_text(&r, &k->arena, item), REASON_OK);
	}
	addr_set_normalise(&r.ip[0], FAMILY_V4);
	addr_set_normalise(&r.ip[1], FAMILY_V6);
	asn_set_normalise(&r.as);
	return r;
}

static struct resources
inherit(bool as)
{
	struct resources r = { 0 };

	r.ip[0].holding = r.ip[1].holding = HOLDS_INHERIT;
	r.as.holding = as ? HOLDS_INHERIT : HOLDS_NONE;
	return r;
}

/* ---- contents ---------------------------------------------------------- */

/* Copy what was written into the arena. */
static struct span
take(struct kit *k, struct buf *b)
{
	struct span s = arena_dup(&k->arena, buf_view(b));

	assert_true(!b->failed && s.p != NULL);
	buf_fini(b);
	return s;
}

struct span
kit_roa(struct kit *k, const char *prefix, uint8_t max_len, uint32_t asn)
{
	struct vrp vrp = { .asn = { asn }, .max_len = max_len };
	struct roa roa = { .asn = { asn }, .n = 1, .vrps = &vrp };
	struct buf b;

	assert_true(prefix_parse(&vrp.prefix, prefix));
	buf_init(&b, KIT_CAP);
	roa_write(&b, &roa);
	return take(k, &b);
}

static struct span
aspa(struct kit *k)
{
	static const struct asn providers[] = { { 64500 }, { 64501 } };
	const struct aspa a = { .customer = { 64496 },
		.n = COUNT(providers),
		.providers = providers };
	struct buf b;

	buf_init(&b, KIT_CAP);
	aspa_write(&b, &a);
	return take(k, &b);
}

/* Names the kit's own key, and a successor where there is one. */
struct span
kit_tak(struct kit *k, const struct crypt_secret *current,
    const struct crypt_secret *successor)
{
	struct span uri = SPAN("rsync://rpki.example/repo/ca.cer");
	struct tak t = { .current = { .n_uris = 1, .uris = &uri },
		.successor = { .n_uris = 1, .uris = &uri },
		.has_successor = successor != NULL };
	struct buf b;

	t.current.spki.key = crypt_secret_public(current);
	if (successor != NULL)
		t.successor.spki.key = crypt_secret_public(successor);
	buf_init(&b, KIT_CAP);
	tak_write(&b, &t);
	return take(k, &b);
}

static struct span
spl(struct kit *k)
{
	struct prefix p;
	const struct prefix_list l = {
		.asn = { 64496 }, .n = 1, .prefixes = &p
	};
	struct buf b;

	assert_true(prefix_parse(&p, "10.0.0.0/24"));
	buf_init(&b, KIT_CAP);
	prefix_list_write(&b, &l);
	return take(k, &b);
}

/* ---- the plan ---------------------------------------------------------- */

static struct span
uri_of(struct kit *k, const char *name)
{
	char text[300];
	int n = snprintf(text, sizeof(text), KIT_REPO "%s", name);
	struct span s;

	assert_true(n > 0 && (size_t)n < sizeof(text));
	s = arena_dup(&k->arena, span_of(text, (size_t)n));
	assert_non_null(s.p);
	return s;
}

static struct span
serial_of(struct kit *k)
{
	uint8_t *serial = arena_alloc(&k->arena, 2);

	assert_non_null(serial);
	serial[0] = 1;
	serial[1] = (uint8_t)k->n;
	return span_of(serial, 2);
}

static void
plan_ca(struct kit *k, struct kit_file *f)
{
	f->cert.kind = CERT_CA;
	f->cert.subject = "child";
	f->cert.key = crypt_secret_public(k->other);
	f->cert.resources = kit_resources(k, "10.2.0.0/16 AS64500-AS64505");
	f->cert.repository_uri = SPAN("rsync://rpki.example/repo/child/");
	f->cert.manifest_uri = SPAN("rsync://rpki.example/repo/child/c.mft");
}

/* What differs from type to type. */
static void
plan_type(struct kit *k, struct kit_file *f)
{
	switch (f->type) {
	case OBJECT_CERT:
		plan_ca(k, f);
		return;
	case OBJECT_ROA:
		f->content = kit_roa(k, "10.1.0.0/16", 20, 64496);
		f->cert.resources = kit_resources(k, "10.1.0.0/16");
		break;
	case OBJECT_ASPA:
		f->content = aspa(k);
		f->cert.resources = kit_resources(k, "AS64496");
		break;
	case OBJECT_TAK:
		f->content = kit_tak(k, k->ca, NULL);
		break;
	case OBJECT_GHOSTBUSTERS:
		f->content = SPAN("BEGIN:VCARD\r\nVERSION:4.0\r\nFN:x\r\n"
				  "EMAIL:x@example.net\r\nEND:VCARD\r\n");
		break;
	case OBJECT_PREFIX_LIST:
		f->content = spl(k);
		f->cert.resources = kit_resources(k, "AS64496");
		break;
	case OBJECT_UNKNOWN:
		f->raw = SPAN("whatever");
		break;
	case OBJECT_CRL:
	case OBJECT_MANIFEST:
	case OBJECT_RSC:
	case OBJECT_TAL:
	default:
		break;
	}
	f->cert.object_uri = uri_of(k, f->name);
}

static void
plan(struct kit *k, struct kit_file *f, const char *name, enum object_type type)
{
	*f = (struct kit_file){ .name = name,
		.type = type,
		.issuer = k->ca,
		.this_update_at = KIT_AT - KIT_DAY,
		.next_update_at = KIT_AT + KIT_DAY };
	f->cert = (struct cert_spec){ .kind = CERT_EE,
		.serial = serial_of(k),
		.issuer = "ca",
		.subject = "ee",
		.not_before_at = KIT_AT - 2 * KIT_DAY,
		.not_after_at = KIT_AT + 30 * KIT_DAY,
		.key = crypt_secret_public(k->ee),
		.aki = &k->ca_ski,
		.resources = inherit(true),
		.crl_uri = SPAN(KIT_CRL),
		.aia_uri = SPAN("rsync://rpki.example/repo/ca.cer") };
	plan_type(k, f);
}

struct kit_file *
kit_add(struct kit *k, const char *name, enum object_type type)
{
	struct kit_file *f = &k->files[k->n];

	assert_true(k->n < KIT_FILES);
	plan(k, f, name, type);
	k->n++;
	return f;
}

static void
plan_all(struct kit *k)
{
	static const struct {
		const char *name;
		enum object_type type;
	} files[KIT_PLANNED] = {
		[KIT_FIRST_ROA] = { "a-first.roa", OBJECT_ROA },
		[KIT_THE_CRL] = { "ca.crl", OBJECT_CRL },
		[KIT_BENT] = { "bent.roa", OBJECT_ROA },
		[KIT_CHILD] = { "child.cer", OBJECT_CERT },
		[KIT_ROUTER] = { "router.cer", OBJECT_CERT },
		[KIT_ASPA] = { "AS64496.asa", OBJECT_ASPA },
		[KIT_TAK] = { "ta.tak", OBJECT_TAK },
		[KIT_GBR] = { "who.gbr", OBJECT_GHOSTBUSTERS },
		[KIT_SPL] = { "AS64496.spl", OBJECT_PREFIX_LIST },
		[KIT_UNKNOWN] = { "future.xyz", OBJECT_UNKNOWN },
		[KIT_LAST_ROA] = { "z-last.roa", OBJECT_ROA },
	};
	struct kit_file *router;

	for (size_t i = 0; i < COUNT(files); i++)
		(void)kit_add(k, files[i].name, files[i].type);
	/* No two files have the same bytes. */
	k->files[KIT_BENT].content = kit_roa(k, "10.1.128.0/24", 24, 64497);
	k->files[KIT_LAST_ROA].content = kit_roa(k, "10.1.255.0/24", 24, 64498);
	router = &k->files[KIT_ROUTER];
	router->cert.kind = CERT_ROUTER;
	router->cert.subject = "ROUTER-0000FBF0";
	router->cert.key = crypt_secret_public(k->router);
	router->cert.resources = kit_resources(k, "AS64496-AS64497");
	router->cert.repository_uri = router->cert.manifest_uri =
	    span_of(NULL, 0);
	plan(k, &k->mft, "ca.mft", OBJECT_MANIFEST);
	k->mft.cert.not_after_at = KIT_AT + KIT_DAY;
	k->manifest = (struct manifest){ .number = SPAN("\x07"),
		.this_update_at = KIT_AT - KIT_DAY,
		.next_update_at = KIT_AT + KIT_DAY };
	k->ta = (struct cert_spec){ .kind = CERT_TA,
		.serial = SPAN("\x01"),
		.issuer = "ca",
		.subject = "ca",
		.not_before_at = KIT_AT - 100 * KIT_DAY,
		.not_after_at = KIT_AT + 100 * KIT_DAY,
		.key = crypt_secret_public(k->ca),
		.resources = kit_resources(
		    k, "10.0.0.0/8 2001:db8::/32 AS64496-AS64511"),
		.repository_uri = SPAN(KIT_REPO),
		.manifest_uri = SPAN(KIT_MFT) };
}

struct kit *
kit_new(void)
{
	struct kit *k = base_alloc(sizeof(*k));
	static const uint8_t d[32] = { 1, 2, 3, [31] = 4 };
	struct crypt_key key;

	assert_non_null(k);
	arena_init(&k->arena, KIT_CAP);
	limits_init(&k->limits);
	k->crypt = crypt_new();
	assert_non_null(k->crypt);
	k->verifier = crypt_verifier(k->crypt);
	k->ca = rsa(0);
	k->ee = rsa(1);
	k->other = rsa(2);
	k->router = crypt_secret_p256(SPAN_OF(d));
	assert_non_null(k->router);
	key = crypt_secret_public(k->ca);
	spki_key_ski(&k->ca_ski, &key);
	plan_all(k);
	return k;
}

void
kit_free(struct kit *k)
{
	for (size_t i = 0; i < COUNT(k->files); i++)
		buf_fini(&k->files[i].bytes);
	buf_fini(&k->mft.bytes);
	buf_fini(&k->ta_bytes);
	crypt_secret_free(k->ca);
	crypt_secret_free(k->ee);
	crypt_secret_free(k->other);
	crypt_secret_free(k->router);
	crypt_free(k->crypt);
	arena_fini(&k->arena);
	base_free(k);
}

/* ---- bytes ------------------------------------------------------------- */

static enum reason
write_crl(struct buf *b, struct kit *k, const struct kit_file *f)
{
	struct crl_spec spec = { .issuer = f->cert.issuer,
		.aki = f->cert.aki,
		.number = SPAN("\x05"),
		.this_update_at = f->this_update_at,
		.next_update_at = f->next_update_at,
		.revoked_at = KIT_AT - KIT_DAY,
		.serials = f->serials };

	(void)k;
	while (spec.n < COUNT(f->serials) && f->serials[spec.n].n > 0)
		spec.n++;
	return crl_write(b, &spec, f->issuer);
}

static void
write_file(struct kit *k, struct kit_file *f)
{
	struct cms_spec cms = { .content = f->content,
		.signing_at = KIT_AT - KIT_DAY,
		.ee = f->cert,
		.ee_key = k->ee };
	enum reason r = REASON_OK;

	buf_fini(&f->bytes);
	buf_init(&f->bytes, KIT_CAP);
	if (f->raw.p != NULL) {
		buf_span(&f->bytes, f->raw);
	} else if (f->type == OBJECT_CRL) {
		r = write_crl(&f->bytes, k, f);
	} else if (f->type == OBJECT_CERT) {
		r = cert_write(&f->bytes, &f->cert, f->issuer);
	} else {
		cms.type = object_oid(f->type);
		r = cms_write(&f->bytes, &cms, f->issuer);
	}
	assert_int_equal(r, REASON_OK);
	assert_false(f->bytes.failed);
	if (f->forged) /* the signature's last byte: at the very end */
		f->bytes.p[f->bytes.n - 1] ^= 1;
	crypt_sha256(f->hash.b, buf_view(&f->bytes));
}

static void
write_manifest(struct kit *k)
{
	struct manifest_file files[KIT_FILES + 1];
	struct manifest m = k->manifest;
	struct buf b;

	m.files = files;
	for (size_t i = 0; i < k->n; i++)
		if (!k->files[i].unlisted)
			files[m.n++] =
			    (struct manifest_file){ span_str(k->files[i].name),
				    k->files[i].hash };
	if (k->list_manifest)
		files[m.n++] =
		    (struct manifest_file){ SPAN("ca.mft"), { { 1 } } };
	buf_init(&b, KIT_CAP);
	manifest_write(&b, &m);
	k->mft.content = take(k, &b);
	write_file(k, &k->mft);
}

void
kit_write(struct kit *k)
{
	struct decode dec;
	struct cert cert;
	struct span ta;

	for (size_t i = 0; i < k->n; i++)
		write_file(k, &k->files[i]);
	write_manifest(k);
	buf_fini(&k->ta_bytes);
	buf_init(&k->ta_bytes, KIT_CAP);
	assert_int_equal(cert_write(&k->ta_bytes, &k->ta, k->ca), REASON_OK);
	ta = buf_view(&k->ta_bytes);
	decode_init(&dec, &k->arena, &k->limits, ta);
	assert_int_equal(cert_parse(&cert, ta, &dec), REASON_OK);
	assert_int_equal(cert_check(&cert, CERT_TA, &dec), REASON_OK);
	assert_int_equal(
	    rpki_issuer_init(&k->issuer, &cert, &cert.resources, NULL),
	    REASON_OK);
}

static void
seed_part(struct buf *b, const struct buf *part)
{
	assert_true(part->n < 0x10000);
	buf_byte(b, (uint8_t)(part->n >> 8));
	buf_byte(b, (uint8_t)part->n);
	buf_span(b, buf_view(part));
}

void
kit_seed(struct buf *b, const struct kit *k)
{
	seed_part(b, &k->ta_bytes);
	seed_part(b, &k->mft.bytes);
	for (size_t i = 0; i < k->n; i++)
		if (!k->files[i].unlisted)
			seed_part(b, &k->files[i].bytes);
}

/* ---- judging ----------------------------------------------------------- */

static struct span
source_object(void *ctx, const struct digest *hash)
{
	struct kit *k = ctx;

	k->asked++;
	for (size_t i = 0; i < k->n; i++) {
		struct kit_file *f = &k->files[(k->from + i) % k->n];

		if (digest_eq(&f->hash, hash) && !f->absent)
			return buf_view(&f->bytes);
	}
	return span_of(NULL, 0);
}

static enum reason
count_and_verify(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	struct kit *k = ctx;

	k->verified++;
	return k->verifier.verify(k->verifier.ctx, key, message, signature);
}

enum reason
kit_try(struct rpki_point *out, struct kit *k, int64_t at, struct arena *arena)
{
	struct verifier verifier = { count_and_verify, k };
	struct rpki_point_in in = { .issuer = &k->issuer,
		.manifest = buf_view(&k->mft.bytes),
		.manifest_hash = k->mft.hash,
		.at = at,
		.source = { source_object, k },
		.limits = &k->limits,
		.verifier = &verifier };

	k->asked = k->verified = 0;
	return rpki_point_judge(out, &in, arena);
}

void
kit_judge(
    struct rpki_point *out, struct kit *k, int64_t at, struct arena *arena)
{
	assert_int_equal(kit_try(out, k, at, arena), REASON_OK);
}

bool
kit_says(const struct rpki_point *p, uint32_t asn)
{
	for (size_t i = 0; i < p->n_payloads; i++)
		if (p->payloads[i].payload.kind == PAYLOAD_VRP &&
		    p->payloads[i].payload.vrp.asn.v == asn)
			return true;
	return false;
}

static void
show_payload(struct emit *e, const struct payload *p)
{
	char prefix[PREFIX_TEXT];

	switch (p->kind) {
	case PAYLOAD_VRP:
		prefix_write(prefix, &p->vrp.prefix);
		emit_fmt(e, "vrp", "%s-%u AS%u", prefix, p->vrp.max_len,
		    p->vrp.asn.v);
		break;
	case PAYLOAD_ASPA:
		emit_uint(e, "customer", p->aspa.customer.v);
		for (size_t i = 0; i < p->aspa.n; i++)
			emit_uint(e, "provider", p->aspa.providers[i].v);
		break;
	case PAYLOAD_ROUTER_KEY:
	default:
		emit_uint(e, "router", p->key.asn.v);
		emit_hex(e, "ski", SPAN_OF(p->key.ski.b));
		emit_hex(e, "spki", p->key.spki);
		break;
	}
}

static void
show_lists(struct emit *e, const struct rpki_point *p)
{
	emit_object(e, NULL);
	for (size_t i = 0; i < p->n_payloads; i++) {
		assert_true(p->payloads[i].object < p->n_objects);
		show_payload(e, &p->payloads[i].payload);
		emit_uint(e, "object", p->payloads[i].object);
	}
	for (size_t i = 0; i < p->n_objects; i++) {
		emit_span(e, "object", p->objects[i].uri);
		emit_hex(e, "hash", SPAN_OF(p->objects[i].hash.b));
		emit_int(e, "from", p->objects[i].not_before_at);
		emit_int(e, "until", p->objects[i].not_after_at);
		resources_emit(e, "resources", &p->objects[i].resources);
	}
	for (size_t i = 0; i < p->n_children; i++) {
		emit_span(e, "child", p->children[i].uri);
		emit_hex(e, "hash", SPAN_OF(p->children[i].hash.b));
		emit_hex(e, "der", p->children[i].der);
		emit_hex(e, "cert", p->children[i].issuer.cert.der);
		resources_emit(e, "own", &p->children[i].issuer.cert.resources);
		resources_emit(e, "held", &p->children[i].issuer.resources);
	}
	emit_end(e);
	for (size_t i = 0; i < p->n_findings; i++)
		finding_emit(e, &p->findings[i]);
}

void
kit_show(struct buf *out, const struct rpki_point *p)
{
	struct emit e;

	buf_init(out, KIT_CAP);
	emit_init(&e, out, EMIT_TEXT);
	emit_object(&e, NULL);
	emit_hex(&e, "hash", SPAN_OF(p->issue.hash.b));
	emit_hex(&e, "number", SPAN_OF(p->issue.number));
	emit_int(&e, "this", p->issue.this_update_at);
	emit_int(&e, "next", p->issue.next_update_at);
	emit_int(&e, "stale", p->stale_at);
	emit_int(&e, "from", p->from_at);
	emit_int(&e, "until", p->until_at);
	emit_bool(&e, "failed", p->failed);
	emit_bool(&e, "incomplete", p->incomplete);
	emit_uint(&e, "bytes", p->bytes);
	emit_uint(&e, "files", p->n_files);
	for (size_t i = 0; i < OBJECT_TYPES; i++)
		emit_uint(
		    &e, object_type_id((enum object_type)i), p->n_valid[i]);
	emit_array(&e, "lists");
	show_lists(&e, p);
	emit_end(&e);
	emit_end(&e);
	assert_false(out->failed);
}
