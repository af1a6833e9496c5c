/*
 * The whole result of the judge, and what must hold of every result: the
 * interval in which it stays the same, the order of findings, where the bytes
 * come from, how often anything is asked for, how little memory there is.
 */
#include "tests/starve.h"

#include "tests/rpki/kit.h"

#define POINT_MEMORY ((size_t)64 << 20)

static struct kit_file *
bent(struct kit *k)
{
	return &k->files[KIT_BENT];
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
gbr_broken(struct kit *k)
{
	k->files[KIT_GBR].content = SPAN("hello");
}

static void
mft_forged(struct kit *k)
{
	k->mft.forged = true;
}

static void
obj_forged(struct kit *k)
{
	bent(k)->forged = true;
}

static void
obj_is_cut(struct kit *k)
{
	bent(k)->cert.resources = kit_resources(k, "10.1.0.0/16 11.0.0.0/8");
	bent(k)->cert.reconsidered = true;
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
tak_with_successor(struct kit *k)
{
	k->files[KIT_TAK].content = kit_tak(k, k->ca, k->other);
}

/* ---- the good point, in full ------------------------------------------- */

static bool
uri_is(struct span uri, const char *name)
{
	return span_starts(uri, SPAN(KIT_REPO)) &&
	       span_eq(span_of(uri.p + sizeof(KIT_REPO) - 1,
			   uri.n - sizeof(KIT_REPO) + 1),
		   span_str(name));
}

static void
test_good(void **state)
{
	static const char *const yields[] = { "a-first.roa", "bent.roa",
		"router.cer", "AS64496.asa", "z-last.roa" };
	static const enum payload_kind kinds[] = { PAYLOAD_VRP, PAYLOAD_VRP,
		PAYLOAD_ROUTER_KEY, PAYLOAD_ROUTER_KEY, PAYLOAD_ASPA,
		PAYLOAD_VRP };
	struct resources own;
	struct rpki_point p;
	struct arena a;
	struct kit *k = kit_new();
	uint64_t bytes;

	(void)state;
	arena_init(&a, POINT_MEMORY);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_false(p.failed);
	assert_int_equal(p.n_findings, 0);
	assert_int_equal(p.n_files, KIT_PLANNED);
	bytes = k->mft.bytes.n;
	for (size_t i = 0; i < k->n; i++)
		bytes += k->files[i].bytes.n;
	assert_int_equal(p.bytes, bytes);
	assert_true(digest_eq(&p.issue.hash, &k->mft.hash));
	assert_int_equal(p.issue.number[19], 7);
	assert_int_equal(p.issue.this_update_at, KIT_AT - KIT_DAY);
	assert_int_equal(p.issue.next_update_at, KIT_AT + KIT_DAY);
	assert_int_equal(p.stale_at, KIT_AT + KIT_DAY);
	/* The least and the greatest of all times; the last is included. */
	assert_int_equal(p.from_at, KIT_AT - KIT_DAY);
	assert_int_equal(p.until_at, KIT_AT + KIT_DAY + 1);

	assert_int_equal(p.n_objects, COUNT(yields));
	for (size_t i = 0; i < COUNT(yields); i++) {
		CHECK(yields[i], uri_is(p.objects[i].uri, yields[i]));
		CHECK(yields[i],
		    p.objects[i].not_before_at == KIT_AT - 2 * KIT_DAY &&
			p.objects[i].not_after_at == KIT_AT + 30 * KIT_DAY);
	}
	own = kit_resources(k, "10.1.0.0/16");
	assert_true(resources_eq(&p.objects[0].resources, &own));
	assert_int_equal(p.n_payloads, COUNT(kinds));
	for (size_t i = 0; i < COUNT(kinds); i++)
		assert_int_equal(p.payloads[i].payload.kind, kinds[i]);
	assert_int_equal(p.payloads[3].object, 2);
	assert_int_equal(p.payloads[3].payload.key.asn.v, 64497);
	assert_true(p.payloads[3].payload.key.spki.n > 60);
	assert_int_equal(p.payloads[4].payload.aspa.customer.v, 64496);
	assert_int_equal(p.payloads[4].payload.aspa.n, 2);
	assert_int_equal(p.payloads[4].payload.aspa.providers[1].v, 64501);

	assert_int_equal(p.n_children, 1);
	assert_true(uri_is(p.children[0].uri, "child.cer"));
	assert_true(digest_eq(&p.children[0].hash, &k->files[KIT_CHILD].hash));
	own = kit_resources(k, "10.2.0.0/16 AS64500-AS64505");
	assert_true(resources_eq(&p.children[0].issuer.resources, &own));
	assert_true(span_eq(p.children[0].issuer.cert.manifest_uri,
	    SPAN("rsync://rpki.example/repo/child/c.mft")));
	assert_int_equal(p.n_valid[OBJECT_CERT], 2);
	assert_int_equal(p.n_valid[OBJECT_UNKNOWN], 1);
	arena_fini(&a);
	kit_free(k);
}

/* Of a child that RFC 8360 cuts, what is left; of one that inherits, all. */
static void
test_child_resources(void **state)
{
	struct resources want;
	struct rpki_point p;
	struct arena a;
	struct kit *k = kit_new();

	(void)state;
	arena_init(&a, POINT_MEMORY);
	child_is_cut(k);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.n_children, 1);
	want = kit_resources(k, "10.2.0.0/16");
	assert_true(resources_eq(&p.children[0].issuer.resources, &want));
	want = kit_resources(k, "10.2.0.0/16 192.0.2.0/24");
	assert_true(resources_eq(&p.children[0].issuer.cert.resources, &want));
	assert_true(span_eq(p.findings[0].detail, SPAN("192.0.2.0/24")));

	k->files[KIT_CHILD].cert.reconsidered = false;
	k->files[KIT_CHILD].cert.resources = k->mft.cert.resources;
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.n_findings, 0);
	assert_true(resources_eq(
	    &p.children[0].issuer.resources, &k->issuer.resources));
	assert_true(
	    resources_has_inherit(&p.children[0].issuer.cert.resources));
	arena_fini(&a);
	kit_free(k);
}

/* Stale from the first nextUpdate of the two on. */
static void
test_stale(void **state)
{
	static const struct {
		int64_t manifest_s, crl_s, want_s; /* from now */
	} cases[] = { { 10, 20, 10 }, { 20, 10, 10 }, { 10, 10, 10 } };

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kit *k = kit_new();
		struct rpki_point p;
		struct arena a;

		arena_init(&a, POINT_MEMORY);
		k->manifest.next_update_at = KIT_AT + cases[i].manifest_s;
		k->files[KIT_THE_CRL].next_update_at = KIT_AT + cases[i].crl_s;
		kit_write(k);
		kit_judge(&p, k, KIT_AT, &a);
		assert_false(p.failed);
		assert_int_equal(p.stale_at, KIT_AT + cases[i].want_s);
		assert_int_equal(p.until_at, p.stale_at + 1);
		arena_fini(&a);
		kit_free(k);
	}
}

/* The largest and the smallest file set the limits; then a byte is missing.
 * (The file of unknown type may have any size.) */
static void
test_sizes(void **state)
{
	struct kit *k = kit_new();
	size_t least, most;
	struct rpki_point p;
	struct arena a;

	(void)state;
	arena_init(&a, POINT_MEMORY);
	kit_write(k);
	least = most = k->mft.bytes.n;
	for (size_t i = 0; i < k->n; i++) {
		size_t n = k->files[i].bytes.n;

		if (i == KIT_UNKNOWN)
			continue;
		least = n < least ? n : least;
		most = n > most ? n : most;
	}
	k->limits.object_min = least;
	k->limits.object_max = most;
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.n_findings, 0);
	k->limits.object_min = least + 1;
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.findings[0].reason, R_LIMIT_SIZE);
	k->limits.object_min = least;
	k->limits.object_max = most - 1;
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.findings[0].reason, R_LIMIT_SIZE);
	arena_fini(&a);
	kit_free(k);
}

/* caRepository without its slash names the same folder. */
static void
test_no_slash(void **state)
{
	struct kit *k = kit_new();
	struct rpki_point p;
	struct arena a;

	(void)state;
	arena_init(&a, POINT_MEMORY);
	k->ta.repository_uri.n--;
	child_overclaims(k);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_false(p.failed);
	assert_true(uri_is(p.objects[0].uri, "a-first.roa"));
	assert_int_equal(p.n_findings, 1);
	assert_true(uri_is(p.findings[0].object, "child.cer"));
	arena_fini(&a);
	kit_free(k);
}

/* A list of many ranges, as text. */
static struct span
many_ranges(struct kit *k, size_t n)
{
	struct buf b;
	struct span text;

	buf_init(&b, 1 << 20);
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s10.%zu.%zu.0/24", i == 0 ? "" : " ", i / 100,
		    2 * (i % 100));
	buf_byte(&b, 0);
	text = arena_dup(&k->arena, buf_view(&b));
	assert_non_null(text.p);
	buf_fini(&b);
	return text;
}

/* Ten that inherit a long list do not make ten of it. */
static void
test_heirs(void **state)
{
	const size_t heirs = 10, n = 2000;
	const size_t list = n * sizeof(struct addr_range);
	struct rpki_point p;
	struct arena a;
	struct kit *k = kit_new();

	(void)state;
	arena_init(&a, POINT_MEMORY);
	k->ta.resources = kit_resources(k, (const char *)many_ranges(k, n).p);
	for (size_t i = 0; i < heirs; i++) {
		static const char *const names[] = { "0.cer", "1.cer", "2.cer",
			"3.cer", "4.cer", "5.cer", "6.cer", "7.cer", "8.cer",
			"9.cer" };
		struct kit_file *f = kit_add(k, names[i], OBJECT_CERT);

		f->cert.resources = k->mft.cert.resources;
	}
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_false(p.failed);
	assert_int_equal(p.n_children, heirs);
	for (size_t i = 0; i < heirs; i++) {
		const struct rpki_issuer *child = &p.children[i].issuer;
		struct rpki_issuer keyed;

		assert_true(
		    resources_eq(&child->resources, &k->issuer.resources));
		CHECK_REASON("heir",
		    rpki_issuer_init(
			&keyed, &child->cert, &child->resources, &k->issuer),
		    REASON_OK);
		assert_memory_equal(
		    keyed.holds, k->issuer.holds, sizeof(keyed.holds));
	}
	assert_true(a.used < list);
	arena_fini(&a);
	kit_free(k);
}

/* The result is bounded as well, and one that fails leaves nothing. */
static void
test_too_much(void **state)
{
	struct rpki_point p;
	struct arena a;
	struct kit *k = kit_new();
	size_t used;

	(void)state;
	arena_init(&a, POINT_MEMORY);
	k->files[KIT_CHILD].cert.resources =
	    kit_resources(k, (const char *)many_ranges(k, 2000).p);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.n_children, 1);
	used = a.used;
	/* Enough to decode the longest file, not to keep them all. */
	for (k->limits.point_memory = used; k->limits.point_memory > 50000;
	     k->limits.point_memory -= 1000) {
		enum reason r = kit_try(&p, k, KIT_AT, &a);

		assert_int_equal(a.budget, POINT_MEMORY);
		if (r != REASON_OK)
			break;
		used = a.used;
	}
	assert_int_equal(a.used, used);
	assert_true(k->limits.point_memory > 50000);
	arena_fini(&a);
	kit_free(k);
}

/* What RFC 8360 leaves is what the object may speak about. */
static void
test_cut_away(void **state)
{
	struct rpki_point p;
	struct arena a;
	struct kit *k = kit_new();

	(void)state;
	arena_init(&a, POINT_MEMORY);
	obj_is_cut(k);
	bent(k)->content = kit_roa(k, "11.0.0.0/16", 16, 64497);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.n_findings, 2);
	assert_int_equal(p.findings[0].reason, R_PATH_CUT);
	assert_int_equal(p.findings[1].reason, R_ROA_RESOURCES);
	assert_int_equal(p.findings[1].effect, EFFECT_OBJECT);
	assert_false(kit_says(&p, 64497));
	arena_fini(&a);
	kit_free(k);
}

/* RFC 9582 5, RFC 9691 2.3 and the ASPA profile forbid certificates that name
 * resources of other kinds: whether or not RFC 8360 leaves any of them. */
static void
test_cut_to_nothing(void **state)
{
	static const struct {
		const char *what, *resources;
		size_t file;
		enum reason want;
	} cases[] = {
		{ "ROA", "10.1.0.0/16 AS1", KIT_BENT, R_ROA_AS_RESOURCES },
		{ "ASPA", "11.0.0.0/8 AS64496", KIT_ASPA, R_ASPA_IP_RESOURCES },
		{ "prefix list", "11.0.0.0/8 AS64496", KIT_SPL,
		    R_PREFIX_LIST_IP_RESOURCES },
		{ "TAK", "11.0.0.0/8", KIT_TAK, R_TAK_RESOURCES },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct kit *k = kit_new();
		struct kit_file *f = &k->files[cases[i].file];
		struct rpki_point p;
		struct arena a;

		arena_init(&a, POINT_MEMORY);
		f->cert.resources = kit_resources(k, cases[i].resources);
		f->cert.reconsidered = true;
		kit_write(k);
		kit_judge(&p, k, KIT_AT, &a);
		CHECK(cases[i].what, p.n_findings == 2);
		CHECK_REASON(cases[i].what, p.findings[0].reason, R_PATH_CUT);
		CHECK_REASON(
		    cases[i].what, p.findings[1].reason, cases[i].want);
		CHECK(cases[i].what, p.findings[1].effect == EFFECT_OBJECT);
		arena_fini(&a);
		kit_free(k);
	}
}

/* Many faults at once: all are found, in the order of the manifest. */
static void
test_order(void **state)
{
	static const enum reason want[] = { R_SIGNATURE_BAD, R_PATH_OVERCLAIM,
		R_POINT_TAK_SUCCESSOR, R_GHOSTBUSTERS_VCARD };
	struct rpki_point p;
	struct arena a;
	struct kit *k = kit_new();

	(void)state;
	arena_init(&a, POINT_MEMORY);
	gbr_broken(k);
	tak_with_successor(k);
	child_overclaims(k);
	obj_forged(k);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(p.n_findings, COUNT(want));
	for (size_t i = 0; i < COUNT(want); i++)
		assert_int_equal(p.findings[i].reason, want[i]);
	assert_true(span_eq(p.findings[2].detail, SPAN("successor")));
	assert_true(kit_says(&p, 64496) && kit_says(&p, 64498));
	arena_fini(&a);
	kit_free(k);
}

/* hostile.md X10: RFC 6487 4.2 asks for distinct serial numbers, of the CA;
 * whoever uses one twice has both judged by it. */
static void
test_serial_twice(void **state)
{
	(void)state;
	for (int revoked = 0; revoked < 2; revoked++) {
		struct rpki_point p;
		struct arena a;
		struct kit *k = kit_new();
		struct span serial = k->files[KIT_FIRST_ROA].cert.serial;

		arena_init(&a, POINT_MEMORY);
		bent(k)->cert.serial = serial;
		if (revoked)
			k->files[KIT_THE_CRL].serials[0] = serial;
		kit_write(k);
		kit_judge(&p, k, KIT_AT, &a);
		assert_false(p.failed);
		assert_int_equal(p.n_findings, revoked ? 2 : 0);
		for (size_t i = 0; i < p.n_findings; i++)
			CHECK_REASON(
			    "twice", p.findings[i].reason, R_PATH_REVOKED);
		assert_int_equal(kit_says(&p, 64496), !revoked);
		assert_int_equal(kit_says(&p, 64497), !revoked);
		assert_true(kit_says(&p, 64498));
		arena_fini(&a);
		kit_free(k);
	}
}

/* Each signature is checked once, each file asked for once. */
static void
test_work(void **state)
{
	struct rpki_point p;
	struct arena a;
	struct kit *k = kit_new();

	(void)state;
	arena_init(&a, POINT_MEMORY);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(k->asked, KIT_PLANNED);
	/* Manifest, 3 ROAs, ASPA, TAK, Ghostbusters, list: 2; 2 .cer, CRL: 1 */
	assert_int_equal(k->verified, 8 * 2 + 3);
	/* Nothing is asked for under a manifest that does not hold. */
	mft_forged(k);
	kit_write(k);
	kit_judge(&p, k, KIT_AT, &a);
	assert_int_equal(k->asked, 0);
	assert_int_equal(k->verified, 2);
	arena_fini(&a);
	kit_free(k);
}

/* ---- properties -------------------------------------------------------- */

static void
show_at(struct buf *out, struct kit *k, int64_t at, struct rpki_point *p)
{
	struct arena a;

	arena_init(&a, POINT_MEMORY);
	kit_judge(p, k, at, &a);
	kit_show(out, p);
	arena_fini(&a);
}

static int64_t
chance(uint64_t *seed, int64_t n)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((*seed >> 33) % (uint64_t)n);
}

/* Move every time there is by up to two days. */
static void
shake(struct kit *k, uint64_t *seed)
{
	for (size_t i = 0; i < k->n; i++) {
		struct kit_file *f = &k->files[i];

		f->cert.not_before_at =
		    KIT_AT - 2 * KIT_DAY + chance(seed, 3 * KIT_DAY);
		f->cert.not_after_at = f->cert.not_before_at + KIT_DAY / 2 +
				       chance(seed, 2 * KIT_DAY);
		f->this_update_at = f->cert.not_before_at;
		f->next_update_at = f->cert.not_after_at;
	}
	k->manifest.this_update_at =
	    KIT_AT - 2 * KIT_DAY + chance(seed, 2 * KIT_DAY);
	k->manifest.next_update_at =
	    KIT_AT + KIT_DAY - chance(seed, 2 * KIT_DAY);
	if (k->manifest.next_update_at <= k->manifest.this_update_at)
		k->manifest.next_update_at =
		    k->manifest.this_update_at + KIT_DAY;
	k->mft.cert.not_before_at = k->manifest.this_update_at - 100;
	k->mft.cert.not_after_at = k->manifest.next_update_at + 100;
}

/* The result at any time in its interval is the same, to the byte; and one
 * interval begins where another ends. */
static void
test_interval(void **state)
{
	uint64_t seed = 1;

	(void)state;
	for (int round = 0; round < 12; round++) {
		int64_t at = KIT_AT - 4 * KIT_DAY;
		struct kit *k = kit_new();

		shake(k, &seed);
		kit_write(k);
		for (int steps = 0; at < KIT_AT + 8 * KIT_DAY; steps++) {
			struct rpki_point p, q;
			struct buf here, there;

			assert_true(steps < 200);
			show_at(&here, k, at, &p);
			assert_true(p.from_at <= at && at < p.until_at);
			for (int i = 0; i < 4; i++) {
				int64_t first = at - 9 * KIT_DAY > p.from_at
						    ? at - 9 * KIT_DAY
						    : p.from_at;
				int64_t last = at + 9 * KIT_DAY < p.until_at
						   ? at + 9 * KIT_DAY
						   : p.until_at - 1;
				int64_t other =
				    i == 0   ? first
				    : i == 1 ? last
					     : first + chance(&seed,
							   last - first + 1);

				show_at(&there, k, other, &q);
				assert_true(
				    span_eq(buf_view(&here), buf_view(&there)));
				buf_fini(&there);
			}
			buf_fini(&here);
			at = p.until_at;
		}
		kit_free(k);
	}
}

/* From wherever the bytes come, in whatever order they lie there. */
static void
test_source(void **state)
{
	struct rpki_point p;
	struct buf first, other;
	struct kit *k = kit_new();

	(void)state;
	obj_forged(k);
	tak_with_successor(k);
	kit_write(k);
	show_at(&first, k, KIT_AT, &p);
	for (k->from = 1; k->from < k->n; k->from++) {
		show_at(&other, k, KIT_AT, &p);
		assert_true(span_eq(buf_view(&first), buf_view(&other)));
		buf_fini(&other);
	}
	buf_fini(&first);
	kit_free(k);
}

/* However little memory there is, it is said and nothing else happens. */
static void
test_memory(void **state)
{
	struct rpki_point p;
	size_t refused = 0, good = 0;
	struct arena a;
	struct kit *k = kit_new();

	(void)state;
	obj_is_cut(k);
	obj_large(k);
	tak_with_successor(k);
	kit_write(k);
	for (size_t budget = 0; budget < 20000; budget += 61) {
		enum reason r;

		arena_init(&a, budget);
		r = kit_try(&p, k, KIT_AT, &a);
		if (r == REASON_OK)
			good++;
		else
			refused++;
		assert_true(r == REASON_OK || r == R_LIMIT_MEMORY);
		arena_fini(&a);
	}
	assert_true(good > 0 && refused > 0);
	/* Nor the memory of the judge itself. */
	k->limits.point_memory = 500;
	arena_init(&a, POINT_MEMORY);
	assert_int_equal(kit_try(&p, k, KIT_AT, &a), R_LIMIT_MEMORY);
	arena_fini(&a);
	kit_free(k);
}

/* The heap runs dry at the n-th allocation, for every n. */
static void
test_starved(void **state)
{
	struct kit *k = kit_new();
	enum reason r = R_LIMIT_MEMORY;
	struct rpki_point p;
	struct arena a;
	size_t n = 0;

	(void)state;
	obj_is_cut(k);
	tak_with_successor(k);
	kit_write(k);
	for (; r != REASON_OK; n++) {
		assert_true(r == R_LIMIT_MEMORY && n < 10000);
		arena_init(&a, POINT_MEMORY);
		starve_after(n);
		r = kit_try(&p, k, KIT_AT, &a);
		starve_never();
		if (r == REASON_OK)
			assert_int_equal(p.n_findings, 2);
		arena_fini(&a);
	}
	assert_true(n > 4);
	kit_free(k);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_child_resources),
		cmocka_unit_test(test_stale),
		cmocka_unit_test(test_sizes),
		cmocka_unit_test(test_no_slash),
		cmocka_unit_test(test_heirs),
		cmocka_unit_test(test_too_much),
		cmocka_unit_test(test_cut_away),
		cmocka_unit_test(test_cut_to_nothing),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_serial_twice),
		cmocka_unit_test(test_work),
		cmocka_unit_test(test_interval),
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_memory),
		cmocka_unit_test(test_starved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
