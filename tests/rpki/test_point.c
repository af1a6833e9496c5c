/*
 * The judge, on a point that is good but for what each case bends: one case
 * for each reason of the room, and for each rule that fails a point.
 */
#include <stdio.h>
#include <string.h>

#include "tests/rpki/kit.h"

#define POINT_MEMORY ((size_t)64 << 20)

/* ---- what is bent ------------------------------------------------------ */

static struct kit_file *
bent(struct kit *k)
{
	return &k->files[KIT_BENT];
}

static void
nothing(struct kit *k)
{
	(void)k;
}

/* The manifest. */
static void
mft_not_cms(struct kit *k)
{
	static const uint8_t zero[200];

	k->mft.raw = SPAN_OF(zero);
}
static void
mft_tiny(struct kit *k)
{
	k->mft.raw = SPAN("x");
}
static void
mft_is_a_roa(struct kit *k)
{
	kit_write(k);
	k->mft.raw = arena_dup(&k->arena, buf_view(&bent(k)->bytes));
}
static void
mft_by_other(struct kit *k)
{
	k->mft.issuer = k->other;
}
static void
mft_forged(struct kit *k)
{
	k->mft.forged = true;
}
static void
mft_names_resources(struct kit *k)
{
	k->mft.cert.resources = kit_resources(k, "10.0.0.0/8");
}
static void
mft_elsewhere(struct kit *k)
{
	k->mft.cert.object_uri = SPAN(KIT_REPO "cb.mft");
}
static void
mft_ee_expired(struct kit *k)
{
	k->mft.cert.not_after_at = KIT_AT - 1;
	k->manifest.next_update_at = KIT_AT - 1;
}
static void
mft_ee_early(struct kit *k)
{
	k->mft.cert.not_before_at = KIT_AT + 1;
	k->manifest.this_update_at = KIT_AT + 1;
}
static void
mft_stale(struct kit *k)
{
	k->manifest.next_update_at = KIT_AT - 1;
}
static void
mft_last_second(struct kit *k)
{
	k->manifest.next_update_at = KIT_AT;
}
static void
mft_future(struct kit *k)
{
	k->manifest.this_update_at = KIT_AT + 1;
}
static void
mft_first_second(struct kit *k)
{
	k->manifest.this_update_at = KIT_AT;
}
static void
mft_lists_itself(struct kit *k)
{
	k->list_manifest = true;
}
static void
mft_revoked(struct kit *k)
{
	k->files[KIT_THE_CRL].serials[0] = k->mft.cert.serial;
}

/* The CRL. */
static void
crl_unlisted(struct kit *k)
{
	k->files[KIT_THE_CRL].unlisted = true;
}
static void
crl_twice(struct kit *k)
{
	kit_add(k, "cb.crl", OBJECT_CRL)->this_update_at--;
}
static void
crl_second_first(struct kit *k)
{
	k->files[KIT_FIRST_ROA].name = "aa.crl";
	k->files[KIT_FIRST_ROA].type = OBJECT_CRL;
	k->files[KIT_FIRST_ROA].this_update_at--;
}
static void
crl_other_name(struct kit *k)
{
	k->files[KIT_THE_CRL].name = "cb.crl";
}
static void
crl_other_folder(struct kit *k)
{
	k->mft.cert.crl_uri = SPAN("rsync://rpki.example/repo/ca.crl");
}
static void
crl_absent(struct kit *k)
{
	k->files[KIT_THE_CRL].absent = true;
}
static void
crl_tiny(struct kit *k)
{
	k->files[KIT_THE_CRL].raw = SPAN("x");
}
static void
crl_broken(struct kit *k)
{
	static const uint8_t zero[200];

	k->files[KIT_THE_CRL].raw = SPAN_OF(zero);
}
static void
crl_by_other(struct kit *k)
{
	k->files[KIT_THE_CRL].issuer = k->other;
}
static void
crl_stale(struct kit *k)
{
	k->files[KIT_THE_CRL].next_update_at = KIT_AT - 1;
}
static void
crl_revokes_ta(struct kit *k)
{
	k->files[KIT_THE_CRL].serials[0] = k->ta.serial;
}
static void
crl_last_second(struct kit *k)
{
	k->files[KIT_THE_CRL].next_update_at = KIT_AT;
}
static void
crl_future(struct kit *k)
{
	k->files[KIT_THE_CRL].this_update_at = KIT_AT + 1;
}

/* The presence of files. */
static void
file_absent(struct kit *k)
{
	bent(k)->absent = true;
}
static void
unknown_absent(struct kit *k)
{
	k->files[KIT_UNKNOWN].absent = true;
}
static void
too_many_payloads(struct kit *k)
{
	k->limits.point_vrps = 5; /* there are 6 */
}
static void
just_enough_payloads(struct kit *k)
{
	k->limits.point_vrps = 6;
}

/* One object. */
static void
obj_empty(struct kit *k)
{
	bent(k)->raw = SPAN("");
}
static void
obj_small(struct kit *k)
{
	bent(k)->raw = SPAN("x");
}
static void
obj_large(struct kit *k)
{
	uint8_t *p = arena_alloc(&k->arena, 8000);

	assert_non_null(p);
	k->limits.object_max = 7999;
	bent(k)->raw = span_of(p, 8000);
}
static void
obj_not_cms(struct kit *k)
{
	static const uint8_t zero[200];

	bent(k)->raw = SPAN_OF(zero);
}
static void
obj_other_type(struct kit *k)
{
	bent(k)->type = OBJECT_GHOSTBUSTERS;
}
static void
obj_other_name(struct kit *k)
{
	bent(k)->cert.object_uri = SPAN(KIT_REPO "bend.roa");
}
static void
obj_other_folder(struct kit *k)
{
	bent(k)->cert.object_uri =
	    SPAN("rsync://rpki.example/repo/cb/bent.roa");
}
static void
obj_by_other(struct kit *k)
{
	bent(k)->issuer = k->other;
}
static void
obj_other_issuer_name(struct kit *k)
{
	bent(k)->cert.issuer = "cb";
}
static void
obj_forged(struct kit *k)
{
	bent(k)->forged = true;
}
static void
obj_other_crl(struct kit *k)
{
	bent(k)->cert.crl_uri = SPAN(KIT_REPO "cb.crl");
}
static void
obj_expired(struct kit *k)
{
	bent(k)->cert.not_after_at = KIT_AT - 1;
}
static void
obj_early(struct kit *k)
{
	bent(k)->cert.not_before_at = KIT_AT + 1;
}
static void
obj_revoked(struct kit *k)
{
	k->files[KIT_THE_CRL].serials[1] = bent(k)->cert.serial;
	k->files[KIT_THE_CRL].serials[0] = SPAN("\x7e");
}
static void
obj_overclaims(struct kit *k)
{
	bent(k)->cert.resources = kit_resources(k, "10.1.0.0/16 11.0.0.0/8");
}
static void
obj_is_cut(struct kit *k)
{
	obj_overclaims(k);
	bent(k)->cert.reconsidered = true;
}
static void
obj_says_more(struct kit *k)
{
	bent(k)->content = kit_roa(k, "10.5.0.0/16", 16, 64496);
}
static void
obj_content_broken(struct kit *k)
{
	bent(k)->content = SPAN("\x30\x00");
}
static void
obj_inherits(struct kit *k)
{
	bent(k)->cert.resources.ip[0] =
	    (struct addr_set){ .holding = HOLDS_INHERIT };
}

/* Certificates. */
static void
child_small(struct kit *k)
{
	k->files[KIT_CHILD].raw = SPAN("x");
}
static void
child_overclaims(struct kit *k)
{
	k->files[KIT_CHILD].cert.resources = kit_resources(k, "192.0.2.0/24");
}
static void
child_is_cut(struct kit *k)
{
	k->files[KIT_CHILD].cert.resources =
	    kit_resources(k, "10.2.0.0/16 192.0.2.0/24");
	k->files[KIT_CHILD].cert.reconsidered = true;
}
static void
child_revoked(struct kit *k)
{
	k->files[KIT_THE_CRL].serials[0] = k->files[KIT_CHILD].cert.serial;
}
static void
child_expired(struct kit *k)
{
	k->files[KIT_CHILD].cert.not_after_at = KIT_AT - 1;
}
static void
child_manifest_outside(struct kit *k)
{
	k->files[KIT_CHILD].cert.manifest_uri =
	    SPAN("rsync://rpki.example/repo/c.mft");
}
static void
child_forged(struct kit *k)
{
	k->files[KIT_CHILD].forged = true;
}
static void
child_is_an_ee(struct kit *k)
{
	struct kit_file *f = &k->files[KIT_CHILD];

	f->cert.kind = CERT_EE;
	f->cert.repository_uri = f->cert.manifest_uri = span_of(NULL, 0);
	f->cert.object_uri = SPAN(KIT_REPO "child.cer");
}
static void
router_overclaims(struct kit *k)
{
	k->files[KIT_ROUTER].cert.resources = kit_resources(k, "AS1");
}
static void
router_of_all(struct kit *k)
{
	k->ta.resources = kit_resources(k, "10.0.0.0/8 AS0-AS4294967295");
	k->files[KIT_ROUTER].cert.resources =
	    kit_resources(k, "AS0-AS4294967295");
}
static void
router_is_cut_to_nothing(struct kit *k)
{
	k->files[KIT_ROUTER].cert.resources = kit_resources(k, "AS1");
	k->files[KIT_ROUTER].cert.reconsidered = true;
}

/* Other types. */
static void
tak_of_other_key(struct kit *k)
{
	k->files[KIT_TAK].content = kit_tak(k, k->other, NULL);
}
static void
tak_with_successor(struct kit *k)
{
	k->files[KIT_TAK].content = kit_tak(k, k->ca, k->other);
}
static void
tak_broken(struct kit *k)
{
	k->files[KIT_TAK].content = SPAN("\x30\x00");
}
static void
tak_names_resources(struct kit *k)
{
	k->files[KIT_TAK].cert.resources = kit_resources(k, "10.0.0.0/8");
}
static void
aspa_broken(struct kit *k)
{
	k->files[KIT_ASPA].content = SPAN("\x30\x00");
}
static void
aspa_overclaims(struct kit *k)
{
	k->files[KIT_ASPA].cert.resources = kit_resources(k, "AS64497");
}
static void
gbr_broken(struct kit *k)
{
	k->files[KIT_GBR].content = SPAN("hello");
}
static void
spl_broken(struct kit *k)
{
	k->files[KIT_SPL].content = SPAN("\x30\x00");
}
static void
rsc_listed(struct kit *k)
{
	kit_add(k, "checklist.sig", OBJECT_UNKNOWN)->raw = SPAN("a list");
}
static void
second_manifest(struct kit *k)
{
	kit_add(k, "cb.mft", OBJECT_UNKNOWN)->raw = SPAN("another");
}

/* ---- the cases --------------------------------------------------------- */

#define P EFFECT_POINT
#define O EFFECT_OBJECT
#define W EFFECT_WARNING

static const struct {
	const char *what;
	void (*bend)(struct kit *);
	enum reason want;
	enum effect effect;
	const char *name; /* of the file the finding is about */
} cases[] = {
	{ "good", nothing, REASON_OK, W, NULL },
	{ "manifest: not CMS", mft_not_cms, R_DER_TAG, P, "ca.mft" },
	{ "manifest: tiny", mft_tiny, R_LIMIT_SIZE, P, "ca.mft" },
	{ "manifest: a ROA", mft_is_a_roa, R_POINT_TYPE, P, "ca.mft" },
	{ "manifest: signed by another", mft_by_other, R_SIGNATURE_BAD, P,
	    "ca.mft" },
	{ "manifest: forged", mft_forged, R_SIGNATURE_BAD, P, "ca.mft" },
	{ "manifest: names resources", mft_names_resources,
	    R_MANIFEST_RESOURCES, P, "ca.mft" },
	{ "manifest: elsewhere", mft_elsewhere, R_MANIFEST_PLACE, P, "ca.mft" },
	{ "manifest: certificate expired", mft_ee_expired, R_PATH_EXPIRED, P,
	    "ca.mft" },
	{ "manifest: certificate early", mft_ee_early, R_PATH_EARLY, P,
	    "ca.mft" },
	{ "manifest: stale", mft_stale, R_MANIFEST_STALE, P, "ca.mft" },
	{ "manifest: in its last second", mft_last_second, REASON_OK, W, NULL },
	{ "manifest: future", mft_future, R_MANIFEST_FUTURE, P, "ca.mft" },
	{ "manifest: in its first second", mft_first_second, REASON_OK, W,
	    NULL },
	{ "manifest: lists itself", mft_lists_itself, R_MANIFEST_SELF, P,
	    "ca.mft" },
	{ "manifest: revoked", mft_revoked, R_PATH_REVOKED, P, "ca.mft" },
	{ "CRL: not listed", crl_unlisted, R_POINT_CRL, P, "ca.mft" },
	{ "CRL: a second", crl_twice, R_POINT_CRL, P, "ca.mft" },
	{ "CRL: a second, before the right one", crl_second_first, R_POINT_CRL,
	    P, "ca.mft" },
	{ "CRL: another name", crl_other_name, R_POINT_CRL, P, "ca.mft" },
	{ "CRL: another folder", crl_other_folder, R_POINT_CRL, P, "ca.mft" },
	{ "CRL: absent", crl_absent, R_POINT_MISSING, P, "ca.crl" },
	{ "CRL: tiny", crl_tiny, R_LIMIT_SIZE, P, "ca.crl" },
	{ "CRL: broken", crl_broken, R_DER_TAG, P, "ca.crl" },
	{ "CRL: signed by another", crl_by_other, R_SIGNATURE_BAD, P,
	    "ca.crl" },
	{ "CRL: stale", crl_stale, R_POINT_CRL_STALE, P, "ca.crl" },
	{ "CRL: revokes its trust anchor", crl_revokes_ta, R_PATH_REVOKED, P,
	    "ca.mft" },
	{ "CRL: in its last second", crl_last_second, REASON_OK, W, NULL },
	{ "CRL: future", crl_future, R_POINT_CRL_FUTURE, P, "ca.crl" },
	{ "files: one absent", file_absent, R_POINT_MISSING, P, "bent.roa" },
	{ "files: an unknown one absent", unknown_absent, R_POINT_MISSING, P,
	    "future.xyz" },
	{ "payloads: one too many", too_many_payloads, R_LIMIT_ITEMS, P,
	    "z-last.roa" },
	{ "payloads: just enough", just_enough_payloads, REASON_OK, W, NULL },
	{ "object: empty", obj_empty, R_LIMIT_SIZE, O, "bent.roa" },
	{ "object: small", obj_small, R_LIMIT_SIZE, O, "bent.roa" },
	{ "object: large", obj_large, R_LIMIT_SIZE, O, "bent.roa" },
	{ "object: not CMS", obj_not_cms, R_DER_TAG, O, "bent.roa" },
	{ "object: another type", obj_other_type, R_POINT_TYPE, O, "bent.roa" },
	{ "object: another name", obj_other_name, R_POINT_NAME, O, "bent.roa" },
	{ "object: another folder", obj_other_folder, R_POINT_NAME, O,
	    "bent.roa" },
	{ "object: signed by another", obj_by_other, R_SIGNATURE_BAD, O,
	    "bent.roa" },
	{ "object: names another issuer", obj_other_issuer_name, R_CERT_ISSUER,
	    O, "bent.roa" },
	{ "object: forged", obj_forged, R_SIGNATURE_BAD, O, "bent.roa" },
	{ "object: another CRL", obj_other_crl, R_PATH_CRL_URI, O, "bent.roa" },
	{ "object: expired", obj_expired, R_PATH_EXPIRED, O, "bent.roa" },
	{ "object: early", obj_early, R_PATH_EARLY, O, "bent.roa" },
	{ "object: revoked", obj_revoked, R_PATH_REVOKED, O, "bent.roa" },
	{ "object: overclaims", obj_overclaims, R_PATH_OVERCLAIM, O,
	    "bent.roa" },
	{ "object: cut by RFC 8360", obj_is_cut, R_PATH_CUT, W, "bent.roa" },
	{ "object: beyond its certificate", obj_says_more, R_ROA_RESOURCES, O,
	    "bent.roa" },
	{ "object: inherits", obj_inherits, R_ROA_INHERIT, O, "bent.roa" },
	{ "object: content broken", obj_content_broken, R_DER_TAG, O,
	    "bent.roa" },
	{ "child: small", child_small, R_LIMIT_SIZE, O, "child.cer" },
	{ "child: overclaims", child_overclaims, R_PATH_OVERCLAIM, O,
	    "child.cer" },
	{ "child: cut by RFC 8360", child_is_cut, R_PATH_CUT, W, "child.cer" },
	{ "child: revoked", child_revoked, R_PATH_REVOKED, O, "child.cer" },
	{ "child: expired", child_expired, R_PATH_EXPIRED, O, "child.cer" },
	{ "child: manifest outside its folder", child_manifest_outside,
	    R_CERT_MANIFEST_PLACE, O, "child.cer" },
	{ "child: forged", child_forged, R_SIGNATURE_BAD, O, "child.cer" },
	{ "child: an EE certificate", child_is_an_ee, R_POINT_MISPLACED, O,
	    "child.cer" },
	{ "router: overclaims", router_overclaims, R_PATH_OVERCLAIM, O,
	    "router.cer" },
	{ "router: of all AS numbers", router_of_all, R_LIMIT_ITEMS, P,
	    "router.cer" },
	{ "router: cut to nothing", router_is_cut_to_nothing, R_PATH_CUT, W,
	    "router.cer" },
	{ "TAK: of another key", tak_of_other_key, R_POINT_TAK_KEY, O,
	    "ta.tak" },
	{ "TAK: successor", tak_with_successor, R_POINT_TAK_SUCCESSOR, W,
	    "ta.tak" },
	{ "TAK: broken", tak_broken, R_DER_TAG, O, "ta.tak" },
	{ "TAK: names resources", tak_names_resources, R_TAK_RESOURCES, O,
	    "ta.tak" },
	{ "ASPA: broken", aspa_broken, R_ASPA_VERSION, O, "AS64496.asa" },
	{ "ASPA: beyond its certificate", aspa_overclaims, R_ASPA_RESOURCES, O,
	    "AS64496.asa" },
	{ "Ghostbusters: broken", gbr_broken, R_GHOSTBUSTERS_VCARD, O,
	    "who.gbr" },
	{ "prefix list: broken", spl_broken, R_DER_TAG, O, "AS64496.spl" },
	{ "checklist listed", rsc_listed, R_POINT_MISPLACED, O,
	    "checklist.sig" },
	{ "manifest listed", second_manifest, R_POINT_MISPLACED, O, "cb.mft" },
};

/* ---- what must hold of every result ------------------------------------ */

static void
check_finding(
    const char *what, size_t i, const struct rpki_point *p, const struct kit *k)
{
	static const struct digest none;
	const struct finding *f = &p->findings[0];
	struct span name;

	if (cases[i].want == REASON_OK) {
		if (p->n_findings > 0)
			fail_msg("%s: %s: %.*s", what, reason_id(f->reason),
			    SPAN_FMT(f->detail));
		return;
	}
	CHECK(what, p->n_findings == 1);
	CHECK_REASON(what, f->reason, cases[i].want);
	CHECK(what, f->effect == cases[i].effect);
	CHECK(what, span_starts(f->object, SPAN(KIT_REPO)));
	name = span_of(f->object.p + sizeof(KIT_REPO) - 1,
	    f->object.n - sizeof(KIT_REPO) + 1);
	CHECK(what, span_eq(name, span_str(cases[i].name)));
	CHECK(what, span_eq(f->point, SPAN(KIT_MFT)));
	CHECK(what, digest_eq(&f->hash, &none) == p->incomplete);
	if (strcmp(cases[i].name, "ca.mft") == 0)
		CHECK(what, digest_eq(&f->hash, &k->mft.hash));
}

/* An object is listed for its payloads. */
static void
check_objects(const char *what, const struct rpki_point *p)
{
	size_t next = 0;

	for (size_t i = 0; i < p->n_payloads; i++) {
		CHECK(what, p->payloads[i].object <= next);
		if (p->payloads[i].object == next)
			next++;
		CHECK(what, p->payloads[i].object + 1 == next);
	}
	CHECK(what, next == p->n_objects);
}

/* A failed point yields nothing; else only the object in question is lost. */
static void
check_rest(const char *what, size_t i, const struct rpki_point *p)
{
	bool failed = cases[i].effect == EFFECT_POINT;
	bool lost = cases[i].effect == EFFECT_OBJECT;

	check_objects(what, p);
	CHECK(what, p->failed == failed);
	CHECK(what, p->incomplete == (cases[i].want == R_POINT_MISSING));
	CHECK(what, kit_says(p, 64496) == !failed);
	CHECK(what, kit_says(p, 64498) == !failed);
	if (failed) {
		CHECK(what, p->n_payloads == 0 && p->n_children == 0 &&
				p->n_objects == 0);
		for (size_t t = 0; t < OBJECT_TYPES; t++)
			CHECK(what, p->n_valid[t] == 0);
		return;
	}
	CHECK(what, kit_says(p, 64497) ==
			!(lost && strcmp(cases[i].name, "bent.roa") == 0));
	CHECK(what, p->n_children ==
			!(lost && strcmp(cases[i].name, "child.cer") == 0));
	CHECK(what, p->n_valid[OBJECT_MANIFEST] == 1);
	CHECK(what, p->n_valid[OBJECT_CRL] == 1);
	CHECK(what, p->n_valid[OBJECT_ROA] ==
			3U - (lost && strcmp(cases[i].name, "bent.roa") == 0));
}

static void
test_cases(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		const char *what = cases[i].what;
		struct rpki_point p;
		struct arena a;
		struct kit *k = kit_new();

		arena_init(&a, POINT_MEMORY);
		cases[i].bend(k);
		kit_write(k);
		kit_judge(&p, k, KIT_AT, &a);
		check_finding(what, i, &p, k);
		check_rest(what, i, &p);
		CHECK(what, p.from_at <= KIT_AT && KIT_AT < p.until_at);
		arena_fini(&a);
		kit_free(k);
	}
}

/* ---- seeds for the fuzzer ---------------------------------------------- */

/* The point with the CRL and this file alone; with all of them at -1. */
static void
seed(const char *folder, size_t i, int only)
{
	struct kit *k = kit_new();
	struct buf b, name;
	FILE *f;

	cases[i].bend(k);
	for (int at = 0; only >= 0 && at < KIT_PLANNED; at++)
		k->files[at].unlisted = at != only && at != KIT_THE_CRL;
	kit_write(k);
	buf_init(&b, POINT_MEMORY);
	kit_seed(&b, k);
	buf_init(&name, 4096);
	buf_printf(&name, "%s/%s", folder, cases[i].what);
	if (only >= 0)
		buf_printf(&name, " %s", k->files[only].name);
	for (size_t c = strlen(folder); c < name.n; c++)
		if (name.p[c] == ' ' || name.p[c] == ':')
			name.p[c] = '-';
	buf_byte(&name, 0);
	f = fopen((const char *)name.p, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(b.p, 1, b.n, f), b.n);
	assert_int_equal(fclose(f), 0);
	buf_fini(&b);
	buf_fini(&name);
	kit_free(k);
}

/* test_point FOLDER: the good point, and those of one file good and bent. */
static int
seeds(const char *folder)
{
	seed(folder, 0, -1);
	for (int only = 0; only < KIT_PLANNED; only++)
		if (only != KIT_THE_CRL && only != KIT_LAST_ROA)
			seed(folder, 0, only);
	for (size_t i = 0; i < COUNT(cases); i++) {
		if (cases[i].bend == obj_is_cut)
			seed(folder, i, KIT_BENT);
		if (cases[i].bend == child_is_cut)
			seed(folder, i, KIT_CHILD);
		if (cases[i].bend == tak_with_successor)
			seed(folder, i, KIT_TAK);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
	};

	if (argc == 2)
		return seeds(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
