/* What identifies an issue of a manifest, and the key of a memo. */
#include "tests/rpki/kit.h"

static void
nothing(struct kit *k)
{
	(void)k;
}

static void
mft_not_cms(struct kit *k)
{
	static const uint8_t zero[200];

	k->mft.raw = SPAN_OF(zero);
}

static void
mft_is_a_roa(struct kit *k)
{
	kit_write(k);
	k->mft.raw = arena_dup(&k->arena, buf_view(&k->files[KIT_BENT].bytes));
}

static void
mft_forged(struct kit *k)
{
	k->mft.forged = true;
}

static void
mft_stale(struct kit *k)
{
	k->manifest.next_update_at = KIT_AT - 1;
}

static void
mft_upside_down(struct kit *k)
{
	k->manifest.next_update_at = k->manifest.this_update_at;
}

static void
test_issue(void **state)
{
	static const struct {
		const char *what;
		void (*bend)(struct kit *);
		enum reason want;
	} issues[] = {
		{ "good", nothing, REASON_OK },
		{ "not verified", mft_forged, REASON_OK },
		{ "stale", mft_stale, REASON_OK },
		{ "a ROA", mft_is_a_roa, R_POINT_TYPE },
		{ "upside down", mft_upside_down, R_MANIFEST_WINDOW },
		{ "not CMS", mft_not_cms, R_DER_TAG },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(issues); i++) {
		struct rpki_issue issue;
		struct manifest lists;
		struct decode dec;
		struct kit *k = kit_new();
		struct span mft;

		issues[i].bend(k);
		kit_write(k);
		mft = buf_view(&k->mft.bytes);
		decode_init(&dec, &k->arena, &k->limits, mft);
		CHECK_REASON(issues[i].what,
		    rpki_issue_read(&issue, &lists, mft, &k->mft.hash, &dec),
		    issues[i].want);
		if (issues[i].want == REASON_OK) {
			CHECK(issues[i].what,
			    digest_eq(&issue.hash, &k->mft.hash));
			CHECK(issues[i].what, issue.number[19] == 7);
			CHECK(issues[i].what,
			    issue.this_update_at == k->manifest.this_update_at);
			CHECK(issues[i].what,
			    issue.next_update_at == k->manifest.next_update_at);
		}
		kit_free(k);
	}
}

static void
test_key(void **state)
{
	struct digest keys[10], manifest = { { 1 } };
	struct resources other;
	struct rpki_issuer i;
	struct limits l;
	struct kit *k = kit_new();
	size_t n = 0;

	(void)state;
	kit_write(k);
	i = k->issuer;
	l = k->limits;
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	manifest.b[31] ^= 1;
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	l.point_vrps++;
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	other = kit_resources(k, "10.0.0.0/8");
	assert_int_equal(
	    rpki_issuer_init(&i, &k->issuer.cert, &other, NULL), REASON_OK);
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	i.cert.manifest_uri = SPAN(KIT_REPO "cb.mft");
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	/* One byte moved from one part to the next. */
	i.cert.repository_uri.n--;
	i.cert.manifest_uri = SPAN("/" KIT_REPO "cb.mft");
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	i.cert.subject = i.cert.tbs;
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	i.cert.serial = SPAN("\x05");
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	i.cert.kind = CERT_CA;
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	i.cert.spki.der = i.cert.tbs;
	assert_int_equal(
	    rpki_point_key(&keys[n++], &i, &manifest, &l), REASON_OK);
	for (size_t a = 0; a < n; a++)
		for (size_t b = 0; b < a; b++)
			assert_false(digest_eq(&keys[a], &keys[b]));
	/* What the key is not about: a CA's serial, times, own resources. */
	i.cert.not_after_at++;
	i.cert.serial = SPAN("\x06");
	i.cert.resources = k->mft.cert.resources;
	assert_int_equal(
	    rpki_point_key(&keys[0], &i, &manifest, &l), REASON_OK);
	assert_true(digest_eq(&keys[0], &keys[n - 1]));
	l.point_memory = 100;
	assert_int_equal(
	    rpki_point_key(&keys[0], &i, &manifest, &l), R_LIMIT_MEMORY);
	kit_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_issue),
		cmocka_unit_test(test_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
