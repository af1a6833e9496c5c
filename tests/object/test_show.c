/* object_show: each type, in both forms, and what is left of a broken one. */
#include <stdlib.h>
#include <string.h>

#include "tests/object/fixture.h"

#include "tests/der/bytes.h"
#include "tests/object/kit.h"
#include "tests/starve.h"

#include "object/show.h"

/* ---- objects --------------------------------------------------------- */

static struct resources
inherited(void)
{
	struct resources r = { 0 };

	r.ip[0].holding = r.ip[1].holding = r.as.holding = HOLDS_INHERIT;
	return r;
}

static void
content_write(struct buf *b, struct fixture *f, enum object_type type)
{
	struct vrp vrps[] = { { { 64496 }, { FAMILY_V4, 8, { { 10 } } }, 24 } };
	struct prefix prefix = { FAMILY_V4, 8, { { 10 } } };
	struct asn provider = { 64500 };
	struct manifest_file file = { SPAN("a.roa"), { { 0xab } } };
	struct rsc_file listed = { SPAN("report.pdf"), { { 0xcd } } };
	struct span comment = SPAN("no change"),
		    uri = SPAN("https://rpki.example/ta.cer");
	struct tak tak = { .current = { .n_comments = 1,
			       .n_uris = 1,
			       .comments = &comment,
			       .uris = &uri } };

	tak.current.spki.key = crypt_secret_public(f->ca);
	switch ((int)type) {
	case OBJECT_MANIFEST:
		manifest_write(b, &(struct manifest){ SPAN("\x01\x00"), AT_2026,
				      AT_2026 + 1, 1, &file });
		break;
	case OBJECT_ROA:
		roa_write(b, &(struct roa){ { 64496 }, 1, vrps });
		break;
	case OBJECT_ASPA:
		aspa_write(b, &(struct aspa){ { 64496 }, 1, &provider });
		break;
	case OBJECT_TAK:
		tak_write(b, &tak);
		break;
	case OBJECT_RSC:
		rsc_write(b, &(struct rsc){ fixture_resources(f), 1, &listed });
		break;
	case OBJECT_GHOSTBUSTERS:
		buf_puts(b, "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Egon\r\n"
			    "TEL:555\r\nEND:VCARD\r\n");
		break;
	case OBJECT_PREFIX_LIST:
		prefix_list_write(
		    b, &(struct prefix_list){ { 64496 }, 1, &prefix });
		break;
	default:
		fail();
	}
}

static void
signed_write(struct buf *b, struct fixture *f, enum object_type type)
{
	struct cms_spec s;
	struct buf content;

	buf_init(&content, BUF_CAP);
	content_write(&content, f, type);
	s = fixture_cms(f, type, buf_view(&content));
	if (type == OBJECT_RSC) {
		s.ee.object_uri = SPAN("");
		s.ee.resources = fixture_resources(f);
	} else if (type == OBJECT_ASPA || type == OBJECT_PREFIX_LIST) {
		s.ee.resources = fixture_resources(f);
		s.ee.resources.ip[0] = s.ee.resources.ip[1] =
		    (struct addr_set){ 0 };
	} else if (type != OBJECT_ROA) {
		s.ee.resources = inherited();
	}
	assert_int_equal(cms_write(b, &s, f->ca), REASON_OK);
	buf_fini(&content);
}

static void
object_write(struct buf *b, struct fixture *f, enum object_type type)
{
	struct uri uri = { .text = SPAN("https://rpki.example/ta.cer") };
	struct tal tal = { .n_uris = 1, .uris = &uri };
	struct crypt_key key = crypt_secret_public(f->ca);
	struct cert_spec cert = fixture_cert(f, CERT_CA);
	struct crl_spec crl = fixture_crl(f);
	struct buf spki;

	switch ((int)type) {
	case OBJECT_TAL:
		buf_init(&spki, BUF_CAP);
		spki_write(&spki, &key);
		tal.spki = buf_view(&spki);
		tal_write(b, &tal);
		buf_fini(&spki);
		break;
	case OBJECT_CERT:
		assert_int_equal(cert_write(b, &cert, f->ca), REASON_OK);
		break;
	case OBJECT_CRL:
		assert_int_equal(crl_write(b, &crl, f->ca), REASON_OK);
		break;
	default:
		signed_write(b, f, type);
	}
}

/* Describe, and remember the text with a NUL. */
static enum reason
shown(struct buf *text, struct fixture *f, struct span bytes,
    enum object_type type, enum emit_form form)
{
	struct emit e;
	enum reason r;

	buf_reset(text);
	emit_init(&e, text, form);
	emit_object(&e, NULL);
	r = object_show(&e, bytes, type, fixture_decode(f, bytes));
	emit_end(&e);
	buf_byte(text, '\0');
	assert_false(text->failed);
	assert_int_equal(r, f->dec.why.reason);
	return r;
}

static void
check_has(const char *what, const struct buf *text, const char *part)
{
	if (strstr((const char *)text->p, part) == NULL)
		fail_msg("%s: no %s in\n%s", what, part, text->p);
}

/* ---- tests ----------------------------------------------------------- */

static const struct {
	enum object_type type;
	const char *json[4], *text[4];
} types[] = {
	{ OBJECT_TAL,
	    { "\"uris\":[\"https://rpki.example/ta.cer\"]",
		"\"key\":\"RSA 2048\"", "\"spki\":\"MIIB" },
	    { "type: tal\n", "uris:\n  - https://rpki.example/ta.cer\n" } },
	{ OBJECT_CERT,
	    { "\"kind\":\"ca\",\"subject\":\"Subject\",\"issuer\":\"Issuer\"",
		"\"valid_since\":\"2026-01-01T00:00:00Z\"",
		"\"manifest\":\"rsync://rpki.example/repo/sub/sub.mft\"",
		"\"as\":[\"AS64496-AS64511\"]" },
	    { "serial: 05\n", "crl: rsync://rpki.example/repo/issuer.crl\n",
		"  ipv6:\n    - 2001:db8::/32\n",
		"    - 192.0.2.1-192.0.3.255\n" } },
	{ OBJECT_CRL,
	    { "\"crl_number\":\"42\"", "\"serial\":\"07\"",
		"\"date\":\"2025-12-31T00:00:00Z\"" },
	    { "issuer: Issuer\n", "next_update: 2026-01-02T00:00:00Z\n" } },
	{ OBJECT_MANIFEST,
	    { "\"manifest_number\":\"256\"",
		"\"files\":[{\"name\":\"a.roa\",\"sha256\":\"ab00",
		"\"ipv4\":\"inherit\"",
		"\"signing_time\":\"2026-01-01T00:00:00Z\"" },
	    { "  - name: a.roa\n    sha256: ab00" } },
	{ OBJECT_ROA,
	    { "\"asid\":64496,\"vrps\":[{\"prefix\":\"10.0.0.0/8\","
	      "\"asid\":64496,\"maxlen\":24}]",
		"\"certificate\":{\"subject\":\"Subject\"",
		"\"signed_object\":\"rsync://rpki.example/repo/object.roa\"" },
	    { "vrps:\n  - prefix: 10.0.0.0/8\n    asid: 64496\n" } },
	{ OBJECT_ASPA, { "\"customer_asid\":64496,\"providers\":[64500]" },
	    { "customer_asid: 64496\nproviders:\n  - 64500\n" } },
	{ OBJECT_TAK,
	    { "\"current\":{\"comments\":[\"no change\"],\"uris\":["
	      "\"https://rpki.example/ta.cer\"],\"key\":\"RSA 2048\"" },
	    { "current:\n  comments:\n    - no change\n" } },
	{ OBJECT_RSC,
	    { "\"signed_with_resources\":{\"ipv4\":[\"10.0.0.0/8\"",
		"\"files\":[{\"name\":\"report.pdf\",\"sha256\":\"cd00" },
	    { "files:\n  - name: report.pdf\n" } },
	{ OBJECT_GHOSTBUSTERS,
	    { "\"vcard\":[\"BEGIN:VCARD\",\"VERSION:4.0\",\"FN:Egon\"" },
	    { "vcard:\n  - BEGIN:VCARD\n" } },
	{ OBJECT_PREFIX_LIST,
	    { "\"asid\":64496,\"prefixes\":[\"10.0.0.0/8\"]" },
	    { "prefixes:\n  - 10.0.0.0/8\n" } },
};

/* Every type is found out, good, and the same when it is named. */
static void
test_types(void **state)
{
	struct fixture *f = *state;
	struct buf object, json, named;

	buf_init(&json, BUF_CAP);
	buf_init(&named, BUF_CAP);
	for (size_t i = 0; i < COUNT(types); i++) {
		const char *what = object_type_id(types[i].type);

		buf_init(&object, BUF_CAP);
		object_write(&object, f, types[i].type);
		CHECK_REASON(what,
		    shown(&json, f, buf_view(&object), OBJECT_UNKNOWN,
			EMIT_JSON_LINE),
		    REASON_OK);
		check_has(what, &json, "\"findings\":[]}");
		for (size_t j = 0; j < 4 && types[i].json[j] != NULL; j++)
			check_has(what, &json, types[i].json[j]);
		CHECK_REASON(what,
		    shown(&named, f, buf_view(&object), types[i].type,
			EMIT_JSON_LINE),
		    REASON_OK);
		CHECK(what, span_eq(buf_view(&json), buf_view(&named)));
		CHECK_REASON(what,
		    shown(
			&json, f, buf_view(&object), types[i].type, EMIT_TEXT),
		    REASON_OK);
		check_has(what, &json, "\nfindings: none\n");
		for (size_t j = 0; j < 4 && types[i].text[j] != NULL; j++)
			check_has(what, &json, types[i].text[j]);
		buf_fini(&object);
	}
	buf_fini(&json);
	buf_fini(&named);
}

/* One change each; what comes before and behind it is still shown. */
static void
test_faults(void **state)
{
	static const struct {
		const char *what;
		enum object_type type;
		const char *find, *with;
		enum reason want;
		const char *still[3];
	} cases[] = {
		{ "content changed", OBJECT_ASPA, "0203 00fbf4", "0203 00fbf5",
		    R_CMS_DIGEST,
		    { "\"providers\":[64501]", "\"certificate\":{",
			"\"reason\":\"cms.digest\"" } },
		{ "customer its own provider", OBJECT_ASPA, "0203 00fbf4",
		    "0203 00fbf0", R_ASPA_SELF,
		    { "\"certificate\":{\"subject\":\"Subject\"",
			"\"reason\":\"aspa.self\"", "\"offset\":" } },
		{ "no signing time", OBJECT_ROA,
		    "301c 06092a864886f70d010905 310f 170d"
		    "3236303130313030303030305a",
		    "", R_CMS_SIGNING_TIME,
		    { "\"vrps\":[{\"prefix\":\"10.0.0.0/8\"", "\"maxlen\":24",
			"\"certificate\":{" } },
		{ "no such extension", OBJECT_CERT, "0603551d0e", "0603551d7f",
		    R_CERT_EXTENSION_MISSING,
		    { "\"subject\":\"Subject\"",
			"\"repository\":\"rsync://rpki.example/repo/sub/\"",
			"\"detail\":" } },
		{ "no number", OBJECT_CRL, "0603551d14", "0603551d15",
		    R_CRL_EXTENSION,
		    { "\"type\":\"crl\"", "\"sha256\":\"", "\"class\":" } },
	};
	struct fixture *f = *state;
	struct buf object, edited, json;

	buf_init(&json, BUF_CAP);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_init(&object, BUF_CAP);
		buf_init(&edited, BUF_CAP);
		object_write(&object, f, cases[i].type);
		CHECK(cases[i].what, der_edit_text(&edited, buf_view(&object),
					 cases[i].find, cases[i].with));
		CHECK_REASON(cases[i].what,
		    shown(&json, f, buf_view(&edited), OBJECT_UNKNOWN,
			EMIT_JSON_LINE),
		    cases[i].want);
		for (size_t j = 0; j < 3; j++)
			check_has(cases[i].what, &json, cases[i].still[j]);
		buf_fini(&object);
		buf_fini(&edited);
	}
	buf_fini(&json);
}

static void
test_signature(void **state)
{
	struct fixture *f = *state;
	struct buf object, json;

	buf_init(&json, BUF_CAP);
	buf_init(&object, BUF_CAP);
	object_write(&object, f, OBJECT_ROA);
	object.p[object.n - 1] ^= 1; /* the signature is what is last */
	assert_int_equal(
	    shown(&json, f, buf_view(&object), OBJECT_UNKNOWN, EMIT_JSON_LINE),
	    R_SIGNATURE_BAD);
	check_has("bad signature", &json, "\"maxlen\":24");
	buf_fini(&object);
	buf_fini(&json);
}

/* A trust anchor is known by naming itself, and must have signed itself. */
static void
test_trust_anchor(void **state)
{
	struct fixture *f = *state;
	struct cert_spec ta = fixture_cert(f, CERT_TA);
	struct buf object, json;

	buf_init(&json, BUF_CAP);
	buf_init(&object, BUF_CAP);
	ta.aki = NULL;
	assert_int_equal(cert_write(&object, &ta, f->ca), REASON_OK);
	assert_int_equal(
	    shown(&json, f, buf_view(&object), OBJECT_CERT, EMIT_JSON_LINE),
	    REASON_OK);
	check_has("trust anchor", &json, "\"kind\":\"trust-anchor\"");
	object.p[object.n - 1] ^= 1;
	assert_int_equal(
	    shown(&json, f, buf_view(&object), OBJECT_CERT, EMIT_JSON_LINE),
	    R_SIGNATURE_BAD);
	buf_fini(&object);
	buf_init(&object, BUF_CAP);
	ta = fixture_cert(f, CERT_ROUTER);
	assert_int_equal(cert_write(&object, &ta, f->ca), REASON_OK);
	assert_int_equal(
	    shown(&json, f, buf_view(&object), OBJECT_CERT, EMIT_JSON_LINE),
	    REASON_OK);
	check_has("router", &json, "\"kind\":\"router\"");
	check_has("router", &json, "\"key\":\"ECDSA P-256\"");
	check_has("router", &json, "\"spki\":\"MFkw");
	buf_fini(&object);
	buf_fini(&json);
}

/* Shown as what it is; what cannot be anything, as what it should be. */
static void
test_wrong_type(void **state)
{
	static const enum object_type wrong[] = { OBJECT_MANIFEST, OBJECT_CERT,
		OBJECT_CRL, OBJECT_TAL };
	struct fixture *f = *state;
	struct buf object, json;

	buf_init(&json, BUF_CAP);
	buf_init(&object, BUF_CAP);
	object_write(&object, f, OBJECT_ROA);
	for (size_t i = 0; i < COUNT(wrong); i++) {
		const char *what = object_type_id(wrong[i]);

		CHECK_REASON(what,
		    shown(
			&json, f, buf_view(&object), wrong[i], EMIT_JSON_LINE),
		    R_OBJECT_TYPE);
		check_has(what, &json, "\"type\":\"roa\"");
		check_has(what, &json, "\"vrps\":[");
		check_has(what, &json, "\"detail\":\"roa, not ");
		CHECK(what, shown(&json, f, SPAN("abc"), wrong[i],
				EMIT_JSON_LINE) != REASON_OK);
		check_has(what, &json, what);
	}
	buf_fini(&object);
	buf_fini(&json);
}

/* A good signed object of a type of tomorrow, by the name of one of today. */
static void
test_new_type(void **state)
{
	struct fixture *f = *state;
	struct buf object, content, json;
	struct cms_spec s;

	buf_init(&json, BUF_CAP);
	buf_init(&object, BUF_CAP);
	buf_init(&content, BUF_CAP);
	content_write(&content, f, OBJECT_ROA);
	s = fixture_cms(f, OBJECT_ROA, buf_view(&content));
	s.type = SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x63");
	assert_int_equal(cms_write(&object, &s, f->ca), REASON_OK);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(
		    shown(&json, f, buf_view(&object),
			i == 0 ? OBJECT_UNKNOWN : OBJECT_ROA, EMIT_JSON_LINE),
		    R_OBJECT_TYPE);
		check_has("new type", &json,
		    "\"content_type\":\"1.2.840.113549.1.9.16.1.99\"");
		check_has("new type", &json, "\"certificate\":{");
	}
	buf_fini(&content);
	buf_fini(&object);
	buf_fini(&json);
}

/* hostile.md JU1, and a signed object of a type of tomorrow. */
static void
test_junk(void **state)
{
	static const struct {
		const char *what, *der;
		const char *has;
	} cases[] = {
		{ "nothing", "", "\"size\":0" },
		{ "one byte", "30", "\"type\":\"unknown\"" },
		{ "indefinite", "3080", "\"size\":2" },
		{ "empty sequence", "30{}", "\"size\":2" },
		{ "text", "61 62 63", "\"size\":3" },
		{ "a number", "30{ 30{ 0500 } }", "\"type\":\"unknown\"" },
		{ "another content type",
		    "30{ 06{2a864886f70d010702} a0{ 30{ 020103 31{}"
		    "30{ 06{2a864886f70d0109100163} a0{ 04{00} } } } } }",
		    "\"content_type\":\"1.2.840.113549.1.9.16.1.99\"" },
	};
	struct fixture *f = *state;
	struct buf object, json;

	buf_init(&json, BUF_CAP);
	for (size_t i = 0; i < COUNT(cases); i++) {
		buf_init(&object, BUF_CAP);
		der_text(&object, cases[i].der);
		CHECK(cases[i].what,
		    shown(&json, f, buf_view(&object), OBJECT_UNKNOWN,
			EMIT_JSON_LINE) != REASON_OK);
		check_has(cases[i].what, &json, cases[i].has);
		check_has(cases[i].what, &json, "\"findings\":[{\"reason\":");
		buf_fini(&object);
	}
	buf_fini(&json);
}

/* With memory for n allocations, or a smaller arena: the same as with enough
 * of it, or refused for want of memory. */
static void
test_starved(void **state)
{
	struct fixture *f = *state;
	struct buf object, json;
	enum reason r;

	for (size_t i = 0; i < COUNT(types); i++) {
		const char *what = object_type_id(types[i].type);
		size_t n = 0;

		buf_init(&object, BUF_CAP);
		object_write(&object, f, types[i].type);
		do {
			struct emit e;

			buf_init(&json, BUF_CAP);
			emit_init(&e, &json, EMIT_JSON_LINE);
			fixture_decode(f, buf_view(&object));
			starve_after(n++);
			emit_object(&e, NULL);
			r = object_show(
			    &e, buf_view(&object), types[i].type, &f->dec);
			emit_end(&e);
			starve_never();
			CHECK(what, r == REASON_OK || r == R_LIMIT_MEMORY);
			CHECK(what, n < 10000);
		} while (
		    (r != REASON_OK || json.failed) && (buf_fini(&json), true));
		buf_fini(&json);
		buf_fini(&object);
	}
}

/* Cut off anywhere, it is refused, and nothing is read beyond its end. */
static void
test_cut(void **state)
{
	struct fixture *f = *state;
	struct buf object, json;

	buf_init(&json, BUF_CAP);
	buf_init(&object, BUF_CAP);
	object_write(&object, f, OBJECT_ASPA);
	for (size_t n = 0; n < object.n; n++) {
		uint8_t *copy = base_alloc(n);

		assert_non_null(copy);
		if (n > 0)
			memcpy(copy, object.p, n);
		assert_int_not_equal(shown(&json, f, span_of(copy, n),
					 OBJECT_ASPA, EMIT_JSON_LINE),
		    REASON_OK);
		base_free(copy);
	}
	buf_fini(&object);
	buf_fini(&json);
}

static void
test_wild(void **state)
{
	static const struct {
		const char *name;
		enum reason want;
		const char *has;
	} cases[] = {
		{ "rpki-rs/ta.cer", REASON_OK,
		    "\"kind\":\"trust-anchor\",\"subject\":\"ripe-ncc-ta\"" },
		{ "rpki-rs/ca1.cer", REASON_OK, "\"kind\":\"ca\"" },
		{ "rpki-rs/router.cer", REASON_OK,
		    "\"as\":[\"AS3000-AS9001\",\"AS199664\"]" },
		{ "rpki-rs/ta.crl", REASON_OK, "\"crl_number\":\"" },
		{ "rpki-rs/ca1.crl", REASON_OK, "\"crl_number\":\"1702\"" },
		/* An address of more bits than it can have; the rest is seen.
		 */
		{ "rpki-rs/res_incorrect.cer", R_RESOURCES_LENGTH,
		    "\"manifest\":\"rsync://" },
		{ "rpki-rs/maxlen-overflow.roa", R_CMS_SIGNING_TIME,
		    "\"signed_object\":\"rsync://rpki.example.com/" },
		/* BER: refused, and shown all the same. */
		{ "rpki-rs/example-ripe.roa", R_DER_LENGTH,
		    "\"encoding\":\"BER\"" },
		{ "rpki-rs/example-ripe.roa", R_DER_LENGTH,
		    "\"prefix\":\"2a0c:b642:fc0::/43\"" },
		{ "rpki-rs/ta.mft", R_DER_LENGTH,
		    "\"manifest_number\":\"50\"" },
		{ "rpki-rs/ca1.mft", R_DER_LENGTH,
		    "\"name\":\"Kn3R14fXk-TIr1bhl9Tu2Sr2uhM.crl\"" },
		{ "rpki-rs/ta.mft.bad-filename", R_DER_LENGTH,
		    "\"type\":\"manifest\"" },
		{ "routinator/arin.tal", REASON_OK, "\"ski\":\"" },
	};
	struct fixture *f = *state;
	struct buf object, json;

	buf_init(&json, BUF_CAP);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct span name = span_str(cases[i].name);

		buf_init(&object, BUF_CAP);
		wild_read(&object, cases[i].name);
		CHECK_REASON(cases[i].name,
		    shown(&json, f, buf_view(&object),
			object_type_by_name(name), EMIT_JSON_LINE),
		    cases[i].want);
		check_has(cases[i].name, &json, cases[i].has);
		buf_fini(&object);
	}
	buf_fini(&json);
}

/* What is made of BER: the same in DER, or nothing. */
static void
test_ber(void **state)
{
	static const struct {
		const char *what, *ber, *der;
	} cases[] = {
		{ "empty", "30800000", "3000" },
		{ "an element", "30800201050000", "3003020105" },
		{ "one in the other", "3080a08002010500000000",
		    "3005a003020105" },
		{ "a string in segments", "308024800402010204010300000000",
		    "30050403010203" },
		{ "a string in no segment", "3080248000000000", "30020400" },
		{ "a length of two octets", "308004820001610000",
		    "30050482000161" },
		{ "DER", "3000", NULL },
		{ "nothing", "", NULL },
		{ "one byte", "30", NULL },
		{ "a set", "31800000", NULL },
		{ "never ends", "3080", NULL },
		{ "ends half", "308000", NULL },
		{ "inner never ends", "3080a0800000", NULL },
		{ "more after the end", "3080000000", NULL },
		{ "a tag of two octets", "30801f01000000", NULL },
		{ "longer than all", "30800203050000", NULL },
		{ "a length beyond the end", "30800482", NULL },
		{ "a length of five octets", "3080048500000000000000", NULL },
		{ "another string in segments", "3080248002010500000000",
		    NULL },
		{ "segments in segments", "308024802480000000000000", NULL },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct bytes ber, der;
		struct span in = from_hex(&ber, cases[i].ber);
		struct buf out;
		bool made;

		buf_init(&out, 1000);
		made = show_from_ber(&out, in);
		CHECK(cases[i].what, made == (cases[i].der != NULL));
		CHECK(cases[i].what,
		    !made ||
			span_eq(buf_view(&out), from_hex(&der, cases[i].der)));
		buf_fini(&out);
	}
}

/* As deep as may be, and one deeper. */
static void
test_ber_depth(void **state)
{
	(void)state;
	for (size_t depth = 32; depth <= 33; depth++) {
		struct buf in, out;

		buf_init(&in, 1000);
		buf_init(&out, 1000);
		for (size_t i = 0; i < depth; i++)
			buf_span(&in, SPAN("\x30\x80"));
		for (size_t i = 0; i < depth; i++)
			buf_span(&in, SPAN("\0\0"));
		assert_int_equal(
		    show_from_ber(&out, buf_view(&in)), depth == 32);
		buf_fini(&in);
		buf_fini(&out);
	}
}

static void
test_limits(void **state)
{
	struct fixture *f = *state;
	struct limits before = f->limits;
	struct buf object, json;

	buf_init(&json, BUF_CAP);
	buf_init(&object, BUF_CAP);
	object_write(&object, f, OBJECT_TAL);
	f->limits.object_max = object.n;
	assert_int_equal(
	    shown(&json, f, buf_view(&object), OBJECT_UNKNOWN, EMIT_JSON_LINE),
	    REASON_OK);
	f->limits.object_max = object.n - 1;
	assert_int_equal(
	    shown(&json, f, buf_view(&object), OBJECT_UNKNOWN, EMIT_JSON_LINE),
	    R_LIMIT_SIZE);
	f->limits = before;
	buf_fini(&object);
	buf_fini(&json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_signature),
		cmocka_unit_test(test_trust_anchor),
		cmocka_unit_test(test_wrong_type),
		cmocka_unit_test(test_new_type),
		cmocka_unit_test(test_junk),
		cmocka_unit_test(test_starved),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_wild),
		cmocka_unit_test(test_ber),
		cmocka_unit_test(test_ber_depth),
		cmocka_unit_test(test_limits),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
