/* From a trust anchor's locator to a view, on the publication point of
 * tests/rpki/kit.c: as a caller does it. */
#include <string.h>

#include "tests/rpki/kit.h"
#include "tests/starve.h"

#include "lib/lib.h"

/* What a caller has: bytes that are his, and gone when the call is over. */
struct mine {
	struct mine *next;
	uint8_t bytes[];
};

struct scene {
	struct kit *kit;
	struct cairn *cairn;
	struct buf tal;
	struct mine *mine;
	unsigned asked, misnamed;
	bool lie; /* give other bytes than were asked for */
};

static int
setup(void **state)
{
	struct scene *s = base_alloc(sizeof(*s));
	struct crypt_key key;
	struct tal tal;
	struct uri uri;
	struct buf spki;

	if (s == NULL)
		return 1;
	*state = s;
	s->kit = kit_new();
	s->cairn = cairn_new();
	kit_write(s->kit);
	key = crypt_secret_public(s->kit->ca);
	buf_init(&spki, 4096);
	spki_write(&spki, &key);
	assert_int_equal(uri_parse(&uri, SPAN("rsync://rpki.example/ta/ta.cer"),
			     &s->kit->limits),
	    REASON_OK);
	tal =
	    (struct tal){ .n_uris = 1, .uris = &uri, .spki = buf_view(&spki) };
	buf_init(&s->tal, 4096);
	tal_write(&s->tal, &tal);
	buf_fini(&spki);
	return s->cairn == NULL || s->tal.failed;
}

static void
forget_mine(struct scene *s)
{
	while (s->mine != NULL) {
		struct mine *next = s->mine->next;

		free(s->mine);
		s->mine = next;
	}
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	forget_mine(s);
	buf_fini(&s->tal);
	cairn_free(s->cairn);
	kit_free(s->kit);
	base_free(s);
	return 0;
}

static struct cairn_bytes
make_mine(struct scene *s, struct span bytes)
{
	/* By a call that tests/starve.h leaves alone: this is the caller. */
	struct mine *m = aligned_alloc(sizeof(*m),
	    (sizeof(*m) + bytes.n + sizeof(*m) - 1) / sizeof(*m) * sizeof(*m));

	assert_non_null(m);
	m->next = s->mine;
	s->mine = m;
	memcpy(m->bytes, bytes.p, bytes.n);
	return (struct cairn_bytes){ m->bytes, bytes.n };
}

static struct cairn_bytes
object(void *ctx, const uint8_t sha256[32], const char *uri)
{
	struct scene *s = ctx;

	s->asked++;
	for (size_t i = 0; i < s->kit->n; i++) {
		const struct kit_file *f = &s->kit->files[i];

		if (memcmp(f->hash.b, sha256, 32) != 0)
			continue;
		s->misnamed += strncmp(uri, KIT_REPO, strlen(KIT_REPO)) != 0 ||
			       strcmp(uri + strlen(KIT_REPO), f->name) != 0;
		return make_mine(
		    s, buf_view(&s->kit->files[s->lie ? 0 : i].bytes));
	}
	return (struct cairn_bytes){ NULL, 0 };
}

static int
anchor_new(
    struct cairn_ca **out, struct scene *s, int64_t at, struct cairn_fault *why)
{
	struct cairn_anchor a = { .der = lib_bytes(buf_view(&s->kit->ta_bytes)),
		.uri = "rsync://rpki.example/ta/ta.cer",
		.at = at };
	struct cairn_tal *tal;
	int r;

	*out = NULL;
	r = cairn_tal_new(
	    &tal, s->cairn, "kit", lib_bytes(buf_view(&s->tal)), why);
	if (r != 0)
		return r;
	a.tal = tal;
	a.der = make_mine(s, lib_span(a.der));
	r = cairn_ca_anchor(out, s->cairn, &a, why);
	cairn_tal_free(tal);
	forget_mine(s);
	return r;
}

static int
point_new(struct cairn_point **out, struct scene *s, const struct cairn_ca *ca,
    int64_t at)
{
	struct cairn_point_in in = { .ca = ca,
		.manifest = make_mine(s, buf_view(&s->kit->mft.bytes)),
		.source = { object, s },
		.at = at };
	int r = cairn_point_judge(out, s->cairn, &in);

	forget_mine(s);
	return r;
}

static struct cairn_ca *
good_anchor(struct scene *s)
{
	struct cairn_fault why;
	struct cairn_ca *ca;

	assert_int_equal(anchor_new(&ca, s, KIT_AT, &why), 0);
	assert_int_equal(why.reason, 0);
	return ca;
}

/* ---- trust anchors ------------------------------------------------------- */

static void
test_tal(void **state)
{
	struct scene *s = *state;
	struct cairn_fault why;
	struct cairn_tal *tal;
	int r;

	assert_int_equal(cairn_tal_new(&tal, s->cairn, "kit",
			     lib_bytes(buf_view(&s->tal)), &why),
	    0);
	assert_string_equal(
	    cairn_tal_uri(tal, 0), "rsync://rpki.example/ta/ta.cer");
	assert_null(cairn_tal_uri(tal, 1));
	cairn_tal_free(tal);
	cairn_tal_free(NULL);
	r = cairn_tal_new(&tal, s->cairn, "kit", lib_bytes(SPAN("\n")), &why);
	CHECK_REASON("no URI", (enum reason)r, R_TAL_NO_URI);
	assert_null(tal);
	assert_int_equal(why.reason, R_TAL_NO_URI);
}

static void
test_anchor(void **state)
{
	struct scene *s = *state;
	const struct cairn_ca_info *info;
	struct cairn_ca *ca = good_anchor(s);
	struct cairn_fault why;
	int r;

	info = cairn_ca_info(ca);
	assert_string_equal(info->trust_anchor, "kit");
	assert_string_equal(info->uri, "rsync://rpki.example/ta/ta.cer");
	assert_string_equal(info->manifest_uri, KIT_MFT);
	assert_string_equal(info->repository_uri, KIT_REPO);
	assert_string_equal(info->notify_uri, "");
	assert_int_equal(info->depth, 0);
	assert_true(info->chain_until_at == info->not_after_at);
	assert_true(info->not_before_at < KIT_AT);
	assert_true(info->not_after_at > KIT_AT);
	cairn_ca_free(ca);
	r = anchor_new(&ca, s, KIT_AT + 40000 * KIT_DAY, &why);
	CHECK_REASON("expired", (enum reason)r, R_PATH_EXPIRED);
	assert_null(ca);
	assert_int_equal(why.reason, R_PATH_EXPIRED);
	cairn_ca_free(NULL);
}

/* ---- points -----------------------------------------------------------------
 */

static void
test_point(void **state)
{
	struct scene *s = *state;
	struct cairn_ca *ca = good_anchor(s);
	const struct cairn_point_info *info;
	const struct cairn_payload *p;
	struct cairn_point *point;
	struct rpki_point same;
	struct arena arena;
	size_t kinds[3] = { 0 }, n = 0;

	arena_init(&arena, SIZE_MAX);
	kit_judge(&same, s->kit, KIT_AT, &arena);
	s->asked = s->misnamed = 0;
	assert_int_equal(point_new(&point, s, ca, KIT_AT), 0);
	cairn_ca_free(ca); /* the point holds it */
	info = cairn_point_info(point);
	assert_int_equal(info->failed, 0);
	assert_int_equal(info->payloads, same.n_payloads);
	assert_int_equal(info->children, same.n_children);
	assert_int_equal(info->findings, same.n_findings);
	assert_int_equal(info->files, same.n_files);
	assert_true(info->stale_at == same.stale_at);
	assert_true(info->from_at == same.from_at);
	assert_true(info->until_at == same.until_at);
	assert_memory_equal(info->sha256, s->kit->mft.hash.b, 32);
	assert_memory_equal(info->number, same.issue.number, 20);
	assert_true(s->asked >= info->files && s->misnamed == 0);
	for (; (p = cairn_point_payload(point, n)) != NULL; n++) {
		kinds[p->kind]++;
		assert_string_equal(p->trust_anchor, "kit");
		assert_memory_equal(p->uri, KIT_REPO, strlen(KIT_REPO));
		assert_true(p->expires_at > KIT_AT);
		assert_true(p->expires_at <= info->stale_at);
	}
	assert_int_equal(n, info->payloads);
	for (size_t i = 0; i < same.n_payloads; i++)
		kinds[same.payloads[i].payload.kind]--;
	assert_true(kinds[CAIRN_VRP] == 0 && kinds[CAIRN_ASPA] == 0 &&
		    kinds[CAIRN_ROUTER_KEY] == 0);
	assert_true(n >= 4);
	assert_null(cairn_point_finding(point, info->findings));
	cairn_point_free(point);
	cairn_point_free(NULL);
	arena_fini(&arena);
}

/* The judge below takes a hash at its source's word: this room does not. */
static void
test_liar(void **state)
{
	struct scene *s = *state;
	struct cairn_ca *ca = good_anchor(s);
	const struct cairn_finding *f;
	struct cairn_point *point;

	s->lie = true;
	assert_int_equal(point_new(&point, s, ca, KIT_AT), 0);
	s->lie = false;
	assert_true(cairn_point_info(point)->failed);
	assert_true(cairn_point_info(point)->incomplete);
	assert_null(cairn_point_payload(point, 0));
	f = cairn_point_finding(point, 0);
	assert_non_null(f);
	CHECK_REASON("other bytes", (enum reason)f->reason, R_POINT_MISSING);
	assert_string_equal(f->effect, "point");
	assert_memory_equal(f->uri, KIT_REPO, strlen(KIT_REPO));
	assert_true(f->detail[0] != '\0');
	cairn_point_free(point);
	cairn_ca_free(ca);
}

static void
test_no_manifest(void **state)
{
	struct scene *s = *state;
	struct cairn_ca *ca = good_anchor(s);
	struct cairn_point_in in = { .ca = ca,
		.manifest = lib_bytes(SPAN("0")),
		.source = { object, s },
		.at = KIT_AT };
	struct cairn_point *point;

	s->asked = 0;
	assert_int_equal(cairn_point_judge(&point, s->cairn, &in), 0);
	assert_true(cairn_point_info(point)->failed);
	assert_int_equal(s->asked, 0);
	assert_int_equal(cairn_point_info(point)->findings, 1);
	cairn_point_free(point);
	cairn_ca_free(ca);
}

static void
test_child(void **state)
{
	struct scene *s = *state;
	struct cairn_ca *ca = good_anchor(s), *child, *again;
	const struct cairn_ca_info *info;
	struct cairn_point *point;
	int r;

	assert_int_equal(point_new(&point, s, ca, KIT_AT), 0);
	assert_int_equal(cairn_point_info(point)->children, 1);
	assert_int_equal(cairn_point_child(&child, s->cairn, point, 0), 0);
	info = cairn_ca_info(child);
	assert_int_equal(info->depth, 1);
	assert_string_equal(info->trust_anchor, "kit");
	assert_memory_not_equal(info->key, cairn_ca_info(ca)->key, 32);
	assert_memory_equal(info->sha256, s->kit->files[KIT_CHILD].hash.b, 32);
	assert_true(info->chain_until_at <= cairn_point_info(point)->stale_at);
	assert_int_equal(cairn_point_child(&again, s->cairn, point, 0), 0);
	assert_memory_equal(info->key, cairn_ca_info(again)->key, 32);
	cairn_ca_free(again);
	assert_int_equal(cairn_point_child(&again, s->cairn, point, 1), 0);
	assert_null(again);
	/* One more above it than may be. */
	ca->info.depth = (unsigned)s->cairn->limits.depth_max;
	r = cairn_point_child(&again, s->cairn, point, 0);
	CHECK_REASON("too deep", (enum reason)r, R_TREE_DEPTH);
	assert_null(again);
	ca->info.depth--;
	assert_int_equal(cairn_point_child(&again, s->cairn, point, 0), 0);
	cairn_ca_free(again);
	cairn_point_free(point);
	cairn_ca_free(ca);
	/* The child holds those above. */
	assert_string_equal(
	    cairn_ca_info(child->parent)->manifest_uri, KIT_MFT);
	assert_int_equal(point_new(&point, s, child, KIT_AT), 0);
	assert_true(cairn_point_info(point)->failed); /* not its manifest */
	cairn_point_free(point);
	cairn_ca_free(child);
}

/* What the child says it inherits is what its parent has, the array itself. */
static void
test_inherit(void **state)
{
	struct scene *s = *state;
	struct kit_file *f = &s->kit->files[KIT_CHILD];
	struct resources was = f->cert.resources;
	struct cairn_ca *ca, *child;
	struct cairn_point *point;

	f->cert.resources.ip[0] = (struct addr_set){ HOLDS_INHERIT, 0, NULL };
	kit_write(s->kit);
	ca = good_anchor(s);
	assert_int_equal(point_new(&point, s, ca, KIT_AT), 0);
	assert_int_equal(cairn_point_child(&child, s->cairn, point, 0), 0);
	assert_ptr_equal(
	    child->issuer.resources.ip[0].r, ca->issuer.resources.ip[0].r);
	assert_ptr_not_equal(
	    child->issuer.resources.as.r, ca->issuer.resources.as.r);
	cairn_point_free(point);
	cairn_ca_free(ca);
	assert_true(child->issuer.resources.ip[0].n > 0);
	assert_false(resources_has_inherit(&child->issuer.resources));
	cairn_ca_free(child);
	f->cert.resources = was;
	kit_write(s->kit);
}

/* One above has its key: as if it came round to it again. */
static void
test_loop(void **state)
{
	struct scene *s = *state;
	struct cairn_ca *ca = good_anchor(s), *child, *again;
	struct cairn_point *point;
	int r;

	assert_int_equal(point_new(&point, s, ca, KIT_AT), 0);
	assert_int_equal(cairn_point_child(&child, s->cairn, point, 0), 0);
	ca->issuer.cert.spki.der = child->issuer.cert.spki.der;
	r = cairn_point_child(&again, s->cairn, point, 0);
	CHECK_REASON("a key from above", (enum reason)r, R_TREE_LOOP);
	assert_null(again);
	cairn_point_free(point);
	cairn_ca_free(ca);
	cairn_ca_free(child);
}

/* ---- a heap that runs dry ---------------------------------------------------
 */

/* All there is, once: the first reason that is none of the input's. */
static int
whole(struct scene *s)
{
	struct cairn_point *point = NULL;
	struct cairn_set *set = cairn_set_new();
	struct cairn_ca *ca = NULL, *child = NULL;
	struct cairn_view *view = NULL;
	struct cairn_bytes roa =
	    lib_bytes(buf_view(&s->kit->files[KIT_FIRST_ROA].bytes));
	char *json = NULL;
	int r = set == NULL ? R_LIMIT_MEMORY : 0;

	if (r == 0)
		r = cairn_show(&json, s->cairn, roa, "a.roa", NULL);
	if (r == 0)
		r = anchor_new(&ca, s, KIT_AT, NULL);
	if (r == 0)
		r = point_new(&point, s, ca, KIT_AT);
	if (r == 0)
		r = cairn_point_child(&child, s->cairn, point, 0);
	if (r == 0)
		r = cairn_set_add(set, point);
	if (r == 0)
		r = cairn_view_new(&view, s->cairn, set);
	if (r == 0)
		assert_non_null(cairn_view_payload(view, 0));
	assert_true(r == 0 || view == NULL);
	cairn_text_free(json);
	cairn_view_free(view);
	cairn_set_free(set);
	cairn_point_free(point);
	cairn_ca_free(child);
	cairn_ca_free(ca);
	return r;
}

static void
test_starve(void **state)
{
	struct scene *s = *state;
	size_t n;

	starve_never();
	assert_int_equal(whole(s), 0);
	n = starve_count();
	assert_true(n > 20);
	for (size_t i = 0; i < n; i++) {
		int r;

		starve_after(i);
		r = whole(s);
		starve_never();
		CHECK_REASON("dry", (enum reason)r, R_LIMIT_MEMORY);
	}
	starve_after(n);
	assert_int_equal(whole(s), 0);
	starve_never();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tal),
		cmocka_unit_test(test_anchor),
		cmocka_unit_test(test_point),
		cmocka_unit_test(test_liar),
		cmocka_unit_test(test_no_manifest),
		cmocka_unit_test(test_child),
		cmocka_unit_test(test_inherit),
		cmocka_unit_test(test_loop),
		cmocka_unit_test(test_starve),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
