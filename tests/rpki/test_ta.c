/* Trust anchor certificates: rows TAL3, TAL4 and A32 of the hostile
 * catalogue. */
#include <string.h>

#include "tests/rpki/kit.h"

#define YEAR (365 * KIT_DAY)

static struct tal
tal_of(struct kit *k, const struct crypt_secret *key, struct buf *spki)
{
	struct crypt_key public = crypt_secret_public(key);

	(void)k;
	buf_init(spki, 4096);
	spki_write(spki, &public);
	return (struct tal){ .name = SPAN("kit"), .spki = buf_view(spki) };
}

static void
good(struct kit *k)
{
	(void)k;
}
static void
inherits(struct kit *k)
{
	k->ta.resources = k->mft.cert.resources;
}
static void
is_an_ee(struct kit *k)
{
	k->ta.kind = CERT_EE;
	k->ta.object_uri = SPAN(KIT_REPO "ta.cer");
}
static void
of_other_issuer(struct kit *k)
{
	k->ta.issuer = "cb";
}
static void
with_other_aki(struct kit *k)
{
	static const struct ski aki = { { 1 } };

	k->ta.aki = &aki;
}
static void
last_second(struct kit *k)
{
	k->ta.not_after_at = KIT_AT;
}
static void
expired(struct kit *k)
{
	k->ta.not_after_at = KIT_AT - 1;
}
static void
early(struct kit *k)
{
	k->ta.not_before_at = KIT_AT + 1;
}
static void
too_large(struct kit *k)
{
	k->limits.object_max = 500;
}

static void
test_check(void **state)
{
	static const struct {
		const char *what;
		void (*bend)(struct kit *);
		bool other_tal, by_other;
		enum reason want;
	} cases[] = {
		{ "good", good, false, false, REASON_OK },
		{ "another key than the TAL's", good, true, false, R_TA_KEY },
		{ "signed by another key", good, false, true, R_SIGNATURE_BAD },
		{ "inherits", inherits, false, false, R_TA_INHERIT },
		{ "an EE certificate", is_an_ee, false, false,
		    R_CERT_EXTENSION_MISSING },
		{ "issuer is not subject", of_other_issuer, false, false,
		    R_CERT_ISSUER },
		{ "issuer's key is another", with_other_aki, false, false,
		    R_CERT_AKI },
		{ "last second", last_second, false, false, REASON_OK },
		{ "expired", expired, false, false, R_PATH_EXPIRED },
		{ "early", early, false, false, R_PATH_EARLY },
		{ "too large", too_large, false, false, R_LIMIT_SIZE },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cert cert = { 0 };
		struct decode dec;
		struct buf spki, der;
		struct tal tal;
		struct kit *k = kit_new();

		cases[i].bend(k);
		buf_init(&der, 1 << 16);
		assert_int_equal(cert_write(&der, &k->ta,
				     cases[i].by_other ? k->other : k->ca),
		    REASON_OK);
		tal = tal_of(k, cases[i].other_tal ? k->other : k->ca, &spki);
		decode_init(&dec, &k->arena, &k->limits, buf_view(&der));
		CHECK_REASON(cases[i].what,
		    rpki_ta_check(&cert, buf_view(&der), &tal, KIT_AT,
			&k->verifier, &dec),
		    cases[i].want);
		CHECK_REASON(cases[i].what, dec.why.reason, cases[i].want);
		CHECK(cases[i].what,
		    (cert.manifest_uri.n > 0) == (cases[i].want == REASON_OK));
		buf_fini(&der);
		buf_fini(&spki);
		kit_free(k);
	}
}

/* As large, and as small, as an object may be; a byte more, or less. */
static void
test_size(void **state)
{
	(void)state;
	for (int over = 0; over <= 1; over++) {
		struct kit *k = kit_new();
		enum reason want = over ? R_LIMIT_SIZE : REASON_OK;
		struct cert cert;
		struct decode dec;
		struct span der;
		struct buf spki;
		struct tal tal = tal_of(k, k->ca, &spki);

		kit_write(k);
		der = buf_view(&k->ta_bytes);
		k->limits.object_max = der.n - (unsigned)over;
		decode_init(&dec, &k->arena, &k->limits, der);
		assert_int_equal(
		    rpki_ta_check(&cert, der, &tal, KIT_AT, &k->verifier, &dec),
		    want);
		limits_init(&k->limits);
		k->limits.object_min = der.n + (unsigned)over;
		decode_init(&dec, &k->arena, &k->limits, der);
		assert_int_equal(
		    rpki_ta_check(&cert, der, &tal, KIT_AT, &k->verifier, &dec),
		    want);
		buf_fini(&spki);
		kit_free(k);
	}
}

static void
test_replaces(void **state)
{
	static const struct {
		const char *what;
		int64_t fetched_from, fetched_until, kept_from, kept_until;
		bool same, want;
	} cases[] = {
		{ "issued later", 200, 900, 100, 900, false, true },
		{ "issued later, valid for longer", 200, 999, 100, 900, false,
		    true },
		{ "issued earlier", 100, 900, 200, 900, false, false },
		{ "issued earlier, valid for less", 100, 800, 200, 900, false,
		    false },
		{ "as late, valid for less", 100, 800, 100, 900, false, true },
		{ "as late, valid for longer", 100, 900, 100, 800, false,
		    false },
		{ "a tie: what is published", 100, 900, 100, 900, false, true },
		{ "unchanged", 100, 900, 100, 900, true, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct cert fetched = { .der = SPAN("a"),
			.not_before_at = cases[i].fetched_from,
			.not_after_at = cases[i].fetched_until };
		struct cert kept = { .der =
					 cases[i].same ? SPAN("a") : SPAN("b"),
			.not_before_at = cases[i].kept_from,
			.not_after_at = cases[i].kept_until };

		CHECK(cases[i].what,
		    rpki_ta_replaces(&fetched, &kept) == cases[i].want);
		CHECK(cases[i].what, rpki_ta_replaces(&fetched, NULL));
	}
}

static void
test_long_lived(void **state)
{
	struct cert cert = { .not_before_at = KIT_AT };
	struct limits limits;

	(void)state;
	limits_init(&limits);
	limits.ta_lifetime = 15;
	cert.not_after_at = KIT_AT + 15 * YEAR + 4 * KIT_DAY; /* leap days */
	assert_false(rpki_ta_is_long_lived(&cert, &limits));
	cert.not_after_at = KIT_AT + 16 * YEAR;
	assert_true(rpki_ta_is_long_lived(&cert, &limits));
	cert.not_after_at = KIT_AT + INT64_C(15) * 366 * KIT_DAY;
	assert_false(rpki_ta_is_long_lived(&cert, &limits));
	cert.not_after_at++;
	assert_true(rpki_ta_is_long_lived(&cert, &limits));
	limits.ta_lifetime = UINT64_MAX;
	assert_false(rpki_ta_is_long_lived(&cert, &limits));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_size),
		cmocka_unit_test(test_replaces),
		cmocka_unit_test(test_long_lived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
