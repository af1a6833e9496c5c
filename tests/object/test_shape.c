/*
 * Each element of a good object has one tag, and nothing behind what belongs
 * in it: here another tag, and an element more, are given to each in turn.
 * Nothing of that may pass, whatever else is checked. (A CCR may have more.)
 */
#include "tests/object/fixture.h"
#include "tests/shape.h"

/* ---- objects ------------------------------------------------------------ */

struct shape {
	const char *what;
	void (*make)(struct buf *out, struct fixture *);
	enum reason (*read)(struct span, struct decode *);
};

#define READ(type)                                                            \
	static enum reason read_##type(struct span bytes, struct decode *dec) \
	{                                                                     \
		struct type object;                                           \
                                                                              \
		return type##_parse(&object, bytes, dec);                     \
	}

READ(manifest)
READ(roa)
READ(aspa)
READ(tak)
READ(rsc)
READ(prefix_list)
READ(crl)
READ(cms)

#define CERT(kind, KIND)                                                      \
	static enum reason read_##kind(struct span bytes, struct decode *dec) \
	{                                                                     \
		struct cert c;                                                \
                                                                              \
		TRY(cert_parse(&c, bytes, dec));                              \
		return cert_check(&c, KIND, dec);                             \
	}                                                                     \
	static void make_##kind(struct buf *out, struct fixture *f)           \
	{                                                                     \
		const struct cert_spec s = fixture_cert(f, KIND);             \
                                                                              \
		assert_int_equal(cert_write(out, &s, f->ca), REASON_OK);      \
	}

CERT(ta, CERT_TA)
CERT(ca, CERT_CA)
CERT(ee, CERT_EE)
CERT(router, CERT_ROUTER)

static void
make_manifest(struct buf *out, struct fixture *f)
{
	struct manifest_file files[] = { { SPAN("a.roa"), { { 1 } } },
		{ SPAN("b.crl"), { { 2 } } } };
	const struct manifest m = { .number = SPAN("\x07"),
		.this_update_at = AT_2026,
		.next_update_at = AT_2026 + DAY,
		.n = COUNT(files),
		.files = files };

	(void)f;
	manifest_write(out, &m);
}

static void
make_roa(struct buf *out, struct fixture *f)
{
	struct vrp vrps[2] = { { .asn = { 64496 }, .max_len = 24 },
		{ .asn = { 64496 }, .max_len = 32 } };
	const struct roa roa = { { 64496 }, COUNT(vrps), vrps };

	(void)f;
	assert_true(prefix_parse(&vrps[0].prefix, "10.0.0.0/8"));
	assert_true(prefix_parse(&vrps[1].prefix, "2001:db8::/32"));
	roa_write(out, &roa);
}

static void
make_aspa(struct buf *out, struct fixture *f)
{
	const struct asn providers[] = { { 5 }, { 6 } };

	(void)f;
	aspa_write(
	    out, &(struct aspa){ { 64496 }, COUNT(providers), providers });
}

static void
make_tak(struct buf *out, struct fixture *f)
{
	struct span comment = SPAN("a key"),
		    uri = SPAN("rsync://ta.example/ta/ta.cer");
	struct tak tak = { .current = { .n_comments = 1,
			       .n_uris = 1,
			       .comments = &comment,
			       .uris = &uri },
		.has_successor = true };

	tak.current.spki.key = crypt_secret_public(f->ca);
	tak.successor = tak.current;
	tak.successor.spki.key = crypt_secret_public(f->ee);
	tak_write(out, &tak);
}

static void
make_rsc(struct buf *out, struct fixture *f)
{
	struct rsc_file files[] = { { SPAN("a.txt"), { { 1 } } },
		{ SPAN(""), { { 2 } } } };
	const struct rsc rsc = { fixture_resources(f), COUNT(files), files };

	rsc_write(out, &rsc);
}

static void
make_prefix_list(struct buf *out, struct fixture *f)
{
	struct prefix prefixes[2];
	const struct prefix_list list = { { 64496 }, COUNT(prefixes),
		prefixes };

	(void)f;
	assert_true(prefix_parse(&prefixes[0], "10.0.0.0/8"));
	assert_true(prefix_parse(&prefixes[1], "2001:db8::/32"));
	prefix_list_write(out, &list);
}

static void
make_crl(struct buf *out, struct fixture *f)
{
	const struct crl_spec s = fixture_crl(f);

	assert_int_equal(crl_write(out, &s, f->ca), REASON_OK);
}

static void
make_cms(struct buf *out, struct fixture *f)
{
	const struct cms_spec s = fixture_cms(f, OBJECT_ROA, SPAN("whatever"));

	assert_int_equal(cms_write(out, &s, f->ca), REASON_OK);
}

static const struct shape shapes[] = {
	{ "manifest", make_manifest, read_manifest },
	{ "ROA", make_roa, read_roa },
	{ "ASPA", make_aspa, read_aspa },
	{ "TAK", make_tak, read_tak },
	{ "checklist", make_rsc, read_rsc },
	{ "prefix list", make_prefix_list, read_prefix_list },
	{ "CRL", make_crl, read_crl },
	{ "signed object", make_cms, read_cms },
	{ "trust anchor", make_ta, read_ta },
	{ "CA", make_ca, read_ca },
	{ "EE", make_ee, read_ee },
	{ "router", make_router, read_router },
};

static void
test_shapes(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < COUNT(shapes); i++) {
		const struct shape *s = &shapes[i];
		struct buf good, bent;
		size_t n;

		buf_init(&good, BUF_CAP);
		buf_init(&bent, BUF_CAP);
		s->make(&good, f);
		n = shape_bend(&bent, buf_view(&good), true, SIZE_MAX, BENDS);
		CHECK(s->what, span_eq(buf_view(&bent), buf_view(&good)));
		CHECK_REASON(s->what,
		    s->read(
			buf_view(&good), fixture_decode(f, buf_view(&good))),
		    REASON_OK);
		for (size_t k = 0; k < 2 * n; k++) {
			enum bend how = (enum bend)(k % 2);
			struct span v;

			(void)shape_bend(
			    &bent, buf_view(&good), true, k / 2, how);
			v = buf_view(&bent);
			if (span_eq(v, buf_view(&good)))
				continue; /* nothing can be in it */
			if (s->read(v, fixture_decode(f, v)) == REASON_OK)
				fail_msg("%s: element %zu: %s", s->what, k / 2,
				    how == BEND_TAG ? "another tag"
						    : "a BOOLEAN more");
		}
		buf_fini(&bent);
		buf_fini(&good);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_shapes),
	};

	return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
