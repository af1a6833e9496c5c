/* One file against one certificate, as `show --issuer` asks. */
#include "tests/rpki/kit.h"

static void
good(struct kit *k)
{
	(void)k;
}
static void
forged(struct kit *k)
{
	k->files[KIT_BENT].forged = true;
}
static void
by_other(struct kit *k)
{
	k->files[KIT_BENT].issuer = k->other;
}
static void
other_name(struct kit *k)
{
	k->files[KIT_BENT].cert.issuer = "cb";
}
static void
expired(struct kit *k)
{
	k->files[KIT_BENT].cert.not_after_at = KIT_AT - 1;
}
static void
early(struct kit *k)
{
	k->files[KIT_BENT].cert.not_before_at = KIT_AT + 1;
}
static void
overclaims(struct kit *k)
{
	k->files[KIT_BENT].cert.resources =
	    kit_resources(k, "10.1.0.0/16 11.0.0.0/8");
}
static void
reconsidered(struct kit *k)
{
	overclaims(k);
	k->files[KIT_BENT].cert.reconsidered = true;
}
static void
revoked(struct kit *k)
{
	k->files[KIT_THE_CRL].serials[0] = k->files[KIT_BENT].cert.serial;
}
static void
issuer_expired(struct kit *k)
{
	k->ta.not_after_at = KIT_AT - 1;
}
static void
issuer_inherits(struct kit *k)
{
	k->ta.resources = k->mft.cert.resources;
	overclaims(k);
}
static void
crl_stale(struct kit *k)
{
	k->files[KIT_THE_CRL].next_update_at = KIT_AT - 1;
}
static void
crl_future(struct kit *k)
{
	k->files[KIT_THE_CRL].this_update_at = KIT_AT + 1;
}
static void
crl_by_other(struct kit *k)
{
	k->files[KIT_THE_CRL].issuer = k->other;
}
static void
mft_stale(struct kit *k)
{
	k->manifest.next_update_at = KIT_AT - 1;
}
static void
mft_future(struct kit *k)
{
	k->manifest.this_update_at = KIT_AT + 1;
}
static void
mft_upside_down(struct kit *k)
{
	k->manifest.next_update_at = k->manifest.this_update_at;
}
static void
child_overclaims(struct kit *k)
{
	k->files[KIT_CHILD].cert.resources = kit_resources(k, "AS1");
}

#define MANIFEST KIT_PLANNED /* in place of a file of the plan */

static const struct {
	const char *what;
	void (*bend)(struct kit *);
	unsigned file;
	enum reason want;
} cases[] = {
	{ "ROA", good, KIT_BENT, REASON_OK },
	{ "ROA, forged", forged, KIT_BENT, R_SIGNATURE_BAD },
	{ "ROA of another key", by_other, KIT_BENT, R_SIGNATURE_BAD },
	{ "ROA of another name", other_name, KIT_BENT, R_CERT_ISSUER },
	{ "ROA, expired", expired, KIT_BENT, R_PATH_EXPIRED },
	{ "ROA, early", early, KIT_BENT, R_PATH_EARLY },
	{ "ROA, overclaims", overclaims, KIT_BENT, R_PATH_OVERCLAIM },
	{ "ROA, under RFC 8360", reconsidered, KIT_BENT, REASON_OK },
	{ "ROA, revoked: not asked", revoked, KIT_BENT, REASON_OK },
	{ "issuer expired", issuer_expired, KIT_BENT, R_PATH_EXPIRED },
	{ "issuer inherits: not known what", issuer_inherits, KIT_BENT,
	    REASON_OK },
	{ "both inherit", issuer_inherits, KIT_TAK, REASON_OK },
	{ "child", good, KIT_CHILD, REASON_OK },
	{ "child, overclaims", child_overclaims, KIT_CHILD, R_PATH_OVERCLAIM },
	{ "router", good, KIT_ROUTER, REASON_OK },
	{ "CRL", good, KIT_THE_CRL, REASON_OK },
	{ "CRL, stale", crl_stale, KIT_THE_CRL, R_POINT_CRL_STALE },
	{ "CRL, future", crl_future, KIT_THE_CRL, R_POINT_CRL_FUTURE },
	{ "CRL of another key", crl_by_other, KIT_THE_CRL, R_SIGNATURE_BAD },
	{ "CRL, issuer expired", issuer_expired, KIT_THE_CRL, R_PATH_EXPIRED },
	{ "manifest", good, MANIFEST, REASON_OK },
	{ "manifest, stale", mft_stale, MANIFEST, R_MANIFEST_STALE },
	{ "manifest, future", mft_future, MANIFEST, R_MANIFEST_FUTURE },
	{ "manifest, upside down", mft_upside_down, MANIFEST,
	    R_MANIFEST_WINDOW },
	{ "unknown", good, KIT_UNKNOWN, R_OBJECT_TYPE },
};

static void
test_issued(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kit *k = kit_new();
		struct rpki_issued in = { .issuer = &k->issuer.cert,
			.at = KIT_AT,
			.verifier = &k->verifier };
		const struct kit_file *f = cases[i].file == MANIFEST
					       ? &k->mft
					       : &k->files[cases[i].file];
		struct decode dec;

		cases[i].bend(k);
		kit_write(k);
		decode_init(&dec, &k->arena, &k->limits, buf_view(&f->bytes));
		CHECK_REASON(cases[i].what,
		    rpki_issued(buf_view(&f->bytes), f->type, &in, &dec),
		    cases[i].want);
		CHECK_REASON(cases[i].what, dec.why.reason, cases[i].want);
		kit_free(k);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_issued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
