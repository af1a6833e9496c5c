/*
 * A chain nobody here wrote: RIPE NCC's trust anchor and the point below it as
 * they were in March 2019, from tests/wild; of the CA under it the certificate,
 * manifest and CRL, but not the two certificates its manifest lists.
 *
 * RIPE NCC wrote signed objects in BER then, which is refused (RFC 6488 2), so
 * the manifests are given as DER; no signature covers what changes by that.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/check.h"

#include "rpki/rpki.h"

#define IN_2019 INT64_C(1554543449) /* 2019-04-06T09:37:29Z */
#define MEMORY  ((size_t)16 << 20)

static const char *const names[] = { "rpki-rs/ta.cer", "rpki-rs/ta.mft",
	"rpki-rs/ta.crl", "rpki-rs/ca1.cer", "rpki-rs/ca1.mft",
	"rpki-rs/ca1.crl", "routinator/ripe.tal" };
enum wild {
	TA_CER,
	TA_MFT,
	TA_CRL,
	CA_CER,
	CA_MFT,
	CA_CRL,
	RIPE_TAL
};

struct wilderness {
	struct buf files[COUNT(names)];
	struct digest hashes[COUNT(names)];
	struct arena arena;
	struct limits limits;
	struct decode dec;
	struct crypt *crypt;
	struct verifier verifier;
	struct rpki_issuer ta;
};

static void
file_read(struct buf *b, const char *name)
{
	const char *top = getenv("top_srcdir");
	char path[512], block[4096];
	FILE *file;
	size_t n;

	buf_init(b, MEMORY);
	(void)snprintf(path, sizeof(path), "%s/tests/wild/%s",
	    top != NULL ? top : ".", name);
	file = fopen(path, "rb");
	if (file == NULL)
		fail_msg("cannot open %s", path);
	while ((n = fread(block, 1, sizeof(block), file)) > 0)
		buf_add(b, block, n);
	(void)fclose(file);
	assert_false(b->failed);
}

/* Indefinite lengths become definite ones, and a string in one segment (tag
 * 24) that segment. Each call ends at the end of contents. */
static const uint8_t *
ber_to_der(struct buf *out, const uint8_t *p, const uint8_t *end)
{
	while (p < end && (p[0] != 0 || p[1] != 0)) {
		size_t n = p[1], head = 2, mark = 0;
		bool segment = p[0] == 0x24;

		if (n == 0x80) {
			mark = segment ? 0 : der_open(out, p[0]);
			p = ber_to_der(out, p + 2, end) + 2;
			if (!segment)
				der_close(out, mark);
			continue;
		}
		if (n > 0x80) {
			head += n & 0x7f;
			n = 0;
			for (size_t i = 2; i < head; i++)
				n = n << 8 | p[i];
		}
		assert_true(n <= (size_t)(end - p) - head);
		buf_add(out, p, head + n);
		p += head + n;
	}
	return p;
}

static void
make_der(struct buf *b)
{
	struct buf out;

	buf_init(&out, MEMORY);
	(void)ber_to_der(&out, b->p, b->p + b->n);
	assert_false(out.failed);
	buf_fini(b);
	*b = out;
}

static struct span
file(const struct wilderness *w, enum wild which)
{
	return buf_view(&w->files[which]);
}

static struct span
by_hash(void *ctx, const struct digest *hash)
{
	struct wilderness *w = ctx;

	for (size_t i = 0; i < COUNT(names); i++)
		if (digest_eq(&w->hashes[i], hash))
			return buf_view(&w->files[i]);
	return span_of(NULL, 0);
}

static void
judge(struct rpki_point *out, struct wilderness *w,
    const struct rpki_issuer *issuer, enum wild manifest, int64_t at)
{
	struct rpki_point_in in = { .issuer = issuer,
		.manifest = file(w, manifest),
		.manifest_hash = w->hashes[manifest],
		.at = at,
		.source = { by_hash, w },
		.limits = &w->limits,
		.verifier = &w->verifier };

	assert_int_equal(rpki_point_judge(out, &in, &w->arena), REASON_OK);
}

static int
setup(void **state)
{
	static struct wilderness w;
	struct cert cert;
	struct tal tal;

	arena_init(&w.arena, MEMORY);
	limits_init(&w.limits);
	w.crypt = crypt_new();
	assert_non_null(w.crypt);
	w.verifier = crypt_verifier(w.crypt);
	for (size_t i = 0; i < COUNT(names); i++) {
		file_read(&w.files[i], names[i]);
		if (i == TA_MFT || i == CA_MFT)
			make_der(&w.files[i]);
		crypt_sha256(w.hashes[i].b, buf_view(&w.files[i]));
	}
	decode_init(&w.dec, &w.arena, &w.limits, file(&w, RIPE_TAL));
	assert_int_equal(
	    tal_parse(&tal, file(&w, RIPE_TAL), &w.dec), REASON_OK);
	decode_init(&w.dec, &w.arena, &w.limits, file(&w, TA_CER));
	assert_int_equal(rpki_ta_check(&cert, file(&w, TA_CER), &tal, IN_2019,
			     &w.verifier, &w.dec),
	    REASON_OK);
	assert_int_equal(
	    rpki_issuer_init(&w.ta, &cert, &cert.resources, NULL), REASON_OK);
	*state = &w;
	return 0;
}

static int
teardown(void **state)
{
	struct wilderness *w = *state;

	for (size_t i = 0; i < COUNT(names); i++)
		buf_fini(&w->files[i]);
	crypt_free(w->crypt);
	arena_fini(&w->arena);
	return 0;
}

static void
test_trust_anchor(void **state)
{
	struct wilderness *w = *state;

	assert_true(rpki_ta_is_long_lived(&w->ta.cert, &w->limits));
	assert_true(span_eq(w->ta.cert.manifest_uri,
	    SPAN("rsync://rpki.ripe.net/repository/ripe-ncc-ta.mft")));
}

static void
test_whole_point(void **state)
{
	struct wilderness *w = *state;
	struct rpki_point p;

	judge(&p, w, &w->ta, TA_MFT, IN_2019);
	if (p.n_findings > 0)
		fail_msg("%s: %.*s", reason_id(p.findings[0].reason),
		    SPAN_FMT(p.findings[0].detail));
	assert_false(p.failed);
	assert_int_equal(p.n_files, 2);
	assert_int_equal(p.n_children, 1);
	assert_true(digest_eq(&p.children[0].hash, &w->hashes[CA_CER]));
	assert_true(p.from_at <= IN_2019 && IN_2019 < p.until_at);
	/* Manifest and CRL: until 2019-05-26T13:14:44Z. */
	assert_int_equal(p.stale_at, INT64_C(1558876484));
}

/* As it was published: not DER. */
static void
test_ber(void **state)
{
	struct wilderness *w = *state;
	struct rpki_point p;
	struct buf der = w->files[TA_MFT];

	file_read(&w->files[TA_MFT], names[TA_MFT]);
	judge(&p, w, &w->ta, TA_MFT, IN_2019);
	assert_true(p.failed && !p.incomplete);
	assert_int_equal(p.findings[0].reason, R_DER_LENGTH);
	buf_fini(&w->files[TA_MFT]);
	w->files[TA_MFT] = der;
}

static void
test_stale(void **state)
{
	struct wilderness *w = *state;
	struct rpki_point p;

	judge(&p, w, &w->ta, TA_MFT, IN_2019 + 86400 * 365);
	assert_true(p.failed);
	assert_int_equal(p.n_findings, 1);
	assert_int_equal(reason_class(p.findings[0].reason), CLASS_TIME);
}

/* ca1.mft is not the trust anchor's to issue. */
static void
test_wrong_issuer(void **state)
{
	struct wilderness *w = *state;
	struct rpki_point p;

	judge(&p, w, &w->ta, CA_MFT, IN_2019);
	assert_true(p.failed);
	assert_int_equal(p.findings[0].reason, R_CERT_ISSUER);
}

static void
test_incomplete_point(void **state)
{
	struct wilderness *w = *state;
	struct rpki_point above, p;

	judge(&above, w, &w->ta, TA_MFT, IN_2019);
	assert_int_equal(above.n_children, 1);
	judge(&p, w, &above.children[0].issuer, CA_MFT, IN_2019);
	assert_true(p.failed && p.incomplete);
	assert_int_equal(p.n_findings, 1);
	assert_int_equal(p.findings[0].reason, R_POINT_MISSING);
	assert_true(span_eq(
	    p.findings[0].detail, SPAN("at least this one of 3 files")));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trust_anchor),
		cmocka_unit_test(test_whole_point),
		cmocka_unit_test(test_ber),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_wrong_issuer),
		cmocka_unit_test(test_incomplete_point),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
