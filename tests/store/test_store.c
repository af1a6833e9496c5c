/* What was stored is there, whole, after whatever happens. */
#include "tests/store/scene.h"

#include <string.h>

/* ---- objects and names ----------------------------------------------- */

static void
test_objects(void **state)
{
	struct store *s = store_new();
	struct store_write *w = begin(s);
	struct digest a, absent = sha256("absent");
	struct store_read *r;
	bool fresh;

	(void)state;
	a = put(w, "one object");
	assert_true(store_write_has(w, &a));
	assert_false(store_write_has(w, &absent));
	CHECK_REASON("again",
	    store_write_object(w, &a, &fresh, SPAN("one object")), REASON_OK);
	assert_false(fresh);
	assert_false(has(s, "one object")); /* not before the commit */
	commit(w);
	assert_true(has(s, "one object"));
	w = begin(s);
	(void)put(w, "given up");
	store_write_abort(w);
	assert_false(has(s, "given up"));
	store_close(s);
	s = store_new();
	assert_true(has(s, "one object"));
	r = look(s);
	assert_null(store_object(r, &absent).p);
	store_read_end(r);
	store_close(s);
}

/* Who only looks takes no lock, and sees what there was. */
static void
test_look(void **state)
{
	struct store *s, *other;
	struct store_write *w;
	struct digest d;

	(void)state;
	CHECK_REASON("none", store_look(&other, folder, &why), R_STORE_IO);
	CHECK_REASON(
	    "none is made", store_look(&other, folder, &why), R_STORE_IO);
	s = store_new();
	w = begin(s);
	d = put(w, "one object");
	commit(w);
	store_close(s);
	CHECK_REASON("look", store_look(&other, folder, &why), REASON_OK);
	assert_true(has(other, "one object"));
	CHECK_REASON(
	    "no writing", store_write_begin(&w, other, &why), R_STORE_DENIED);
	store_close(other);
	s = store_new();
	w = begin(s);
	assert_true(store_write_has(w, &d));
	store_write_abort(w);
	store_close(s);
}

/* Spans of a later read last as long as an older read does. */
static void
test_spans(void **state)
{
	struct store *s = store_new();
	struct store_write *w = begin(s);
	struct store_read *pin, *later;
	struct digest d;
	struct span bytes;

	(void)state;
	(void)put(w, "first");
	commit(w);
	pin = look(s);
	w = begin(s);
	d = put(w, "second");
	commit(w);
	later = look(s);
	bytes = store_object(later, &d);
	store_read_end(later);
	for (int i = 0; i < 200; i++) {
		char text[32];

		w = begin(s);
		(void)snprintf(text, sizeof(text), "object %d", i);
		(void)put(w, text);
		commit(w);
	}
	assert_true(span_eq(bytes, SPAN("second")));
	store_read_end(pin);
	store_close(s);
}

static bool
named(
    struct store *s, const char *repository, const char *uri, const char *text)
{
	struct store_read *r = look(s);
	struct digest key = sha256(repository), want = sha256(text);
	struct store_name name;
	bool found = store_name(&name, r, &key, span_str(uri)) &&
		     digest_eq(&name.hash, &want);

	store_read_end(r);
	return found;
}

static void
test_names(void **state)
{
	static const char *const uris[] = { "rsync://h/m/a", "rsync://h/m/b",
		"rsync://h/m/c" };
	static const char *const old[] = { "a1", "b1", "c1" };
	static const char *const young[] = { "a1", "b2" };
	static const char *const other[] = { "rsync://g/m/a" };
	struct store *s = store_new();

	(void)state;
	put_names(s, "rsync://g/m/", other, old, 1);
	put_names(s, "rsync://h/m/", uris, old, 3);
	assert_true(named(s, "rsync://h/m/", uris[0], "a1"));
	assert_true(named(s, "rsync://h/m/", uris[2], "c1"));
	assert_false(named(s, "rsync://g/m/", uris[0], "a1"));
	/* The whole set is replaced, and no other's. */
	put_names(s, "rsync://h/m/", uris, young, 2);
	assert_true(named(s, "rsync://h/m/", uris[0], "a1"));
	assert_true(named(s, "rsync://h/m/", uris[1], "b2"));
	assert_false(named(s, "rsync://h/m/", uris[2], "c1"));
	assert_true(named(s, "rsync://g/m/", other[0], "a1"));
	put_names(s, "rsync://h/m/", uris, young, 0);
	assert_false(named(s, "rsync://h/m/", uris[0], "a1"));
	assert_true(named(s, "rsync://g/m/", other[0], "a1"));
	store_close(s);
}

/* What RRDP does: one name at a time, after what was there before. */
static void
test_names_one_by_one(void **state)
{
	static const char *const uris[] = { "rsync://h/m/a", "rsync://h/m/b",
		"rsync://h/m/c" };
	static const char *const old[] = { "a1", "b1" };
	struct digest key = sha256("https://h/n.xml");
	struct store *s = store_new();
	struct store_name name = { 0 };
	struct store_write *w;

	(void)state;
	put_names(s, "https://h/n.xml", uris, old, 2);
	put_names(s, "https://other/n.xml", uris, old, 2);
	w = begin(s);
	name.uri = span_str(uris[2]);
	name.hash = put(w, "c1");
	CHECK_REASON("new", store_write_name_put(w, &key, &name), REASON_OK);
	name.uri = span_str(uris[1]);
	name.hash = put(w, "b2");
	CHECK_REASON(
	    "replaced", store_write_name_put(w, &key, &name), REASON_OK);
	CHECK_REASON("gone", store_write_name_drop(w, &key, span_str(uris[0])),
	    REASON_OK);
	CHECK_REASON("never there", store_write_name_drop(w, &key, SPAN("x")),
	    REASON_OK);
	assert_true(store_is_due(w)); /* b1 and a1 may have been the last */
	commit(w);
	assert_false(named(s, "https://h/n.xml", uris[0], "a1"));
	assert_true(named(s, "https://h/n.xml", uris[1], "b2"));
	assert_true(named(s, "https://h/n.xml", uris[2], "c1"));
	assert_true(named(s, "https://other/n.xml", uris[0], "a1"));
	assert_true(named(s, "https://other/n.xml", uris[1], "b1"));
	store_close(s);
}

static void
test_stamp(void **state)
{
	static const char *const uris[] = { "rsync://h/m/a", "rsync://h/m/b" };
	static const char *const texts[] = { "a", "b" };
	struct store *s = store_new();
	struct digest key = sha256("rsync://h/m/");
	struct store_write *w;
	struct store_name name;

	(void)state;
	put_names(s, "rsync://h/m/", uris, texts, 2);
	w = begin(s);
	assert_true(store_write_name(&name, w, &key, span_str(uris[1])));
	assert_int_equal(name.stamp, 2);
	assert_false(store_write_name(&name, w, &key, SPAN("rsync://h/m/c")));
	store_write_abort(w);
	store_close(s);
}

/* ---- points, anchors, repositories ----------------------------------- */

static void
test_points(void **state)
{
	struct store *s = store_new();
	struct digest key = sha256("key");
	struct digest needs[2] = { sha256("x"), sha256("y") };
	struct store_point in = { .has_floor = true, .has_last = true }, out;
	struct store_write *w = begin(s);
	struct store_read *r;

	(void)state;
	in.floor.hash = sha256("manifest 2");
	in.floor.number[19] = 2;
	in.floor.this_update_at = -5;
	in.last.hash = sha256("manifest 1");
	in.last.number[0] = 1;
	in.last.next_update_at = INT64_MAX;
	in.stale_at = 77;
	in.needs = SPAN_OF(needs);
	in.n_needs = 2;
	in.held = SPAN("\1\3\2");
	in.held_by = sha256("me");
	CHECK_REASON("point",
	    store_write_point(w, &key, SPAN("rsync://h/m/a.mft"), &in),
	    REASON_OK);
	commit(w);
	r = look(s);
	assert_true(store_point(&out, r, &key, SPAN("rsync://h/m/a.mft")));
	assert_true(out.has_floor && out.has_last);
	assert_memory_equal(&out.floor, &in.floor, sizeof(in.floor));
	assert_memory_equal(&out.last, &in.last, sizeof(in.last));
	assert_int_equal(out.stale_at, 77);
	assert_int_equal(out.n_needs, 2);
	assert_true(span_eq(out.needs, SPAN_OF(needs)));
	assert_true(span_eq(out.held, in.held));
	assert_true(digest_eq(&out.held_by, &in.held_by));
	assert_false(store_point(&out, r, &key, SPAN("rsync://h/m/b.mft")));
	key = sha256("other key");
	assert_false(store_point(&out, r, &key, SPAN("rsync://h/m/a.mft")));
	store_read_end(r);
	store_close(s);
}

static bool
count_each(void *ctx, const struct store_repository *r)
{
	size_t *n = ctx;

	assert_true(r->used_at > 0);
	return ++*n < 2;
}

static void
test_anchors_and_repositories(void **state)
{
	struct store *s = store_new();
	struct digest key = sha256("tal");
	struct store_repository repository;
	struct store_write *w = begin(s);
	struct store_read *r;
	struct span der, uri;
	size_t n = 0;

	(void)state;
	CHECK_REASON("anchor",
	    store_write_anchor(w, &key, SPAN("certificate"), SPAN("uri")),
	    REASON_OK);
	put_repository(w, "rsync://a/m/", 1);
	put_repository(w, "rsync://b/m/", 2);
	put_repository(w, "rsync://c/m/", 3);
	commit(w);
	r = look(s);
	assert_true(store_anchor(&der, &uri, r, &key));
	assert_true(span_eq(der, SPAN("certificate")));
	assert_true(span_eq(uri, SPAN("uri")));
	key = sha256("rsync://b/m/");
	assert_false(store_anchor(&der, &uri, r, &key));
	assert_true(store_repository(&repository, r, &key));
	assert_int_equal(repository.used_at, 2);
	assert_true(span_eq(repository.uri, SPAN("rsync://b/m/")));
	CHECK_REASON("each", store_repositories(r, count_each, &n), REASON_OK);
	assert_int_equal(n, 2); /* it may stop */
	store_read_end(r);
	store_close(s);
}

/* They go with their repository: sooner where nothing was ever had. */
static void
test_blobs(void **state)
{
	static const char *const uris[] = { "rsync://h/m/a" };
	static const char *const texts[] = { "a" };
	struct store_repository never = {
		.uri = SPAN("https://n/"), .used_at = 1000, .stood_in = true
	};
	struct store *s = store_new();
	struct store_swept swept;
	struct store_repository got;
	struct store_write *w;
	struct store_read *r;

	(void)state;
	put_names(s, "https://a/", uris, texts, 1);
	never.key = sha256("https://n/");
	w = begin(s);
	CHECK_REASON("never", store_write_repository(w, &never), REASON_OK);
	commit(w);
	put_blob(s, STORE_RRDP, "https://a/", "state");
	put_blob(s, STORE_HEALTH, "https://a/", "good");
	put_blob(s, STORE_HEALTH, "https://n/", "bad");
	put_blob(s, STORE_HEALTH, "https://nobody/", "lost");
	put_blob(s, STORE_LEDGER, "a ledger", "kept");
	assert_true(blob_is(s, STORE_RRDP, "https://a/", "state"));
	assert_true(blob_is(s, STORE_HEALTH, "https://a/", "good"));
	assert_true(blob_is(s, STORE_RRDP, "https://n/", ""));
	put_blob(s, STORE_HEALTH, "https://a/", "better");
	assert_true(blob_is(s, STORE_HEALTH, "https://a/", "better"));
	put_blob(s, STORE_HEALTH, "https://a/", "");
	assert_true(blob_is(s, STORE_HEALTH, "https://a/", ""));
	put_blob(s, STORE_HEALTH, "https://a/", "");
	r = look(s);
	assert_true(store_repository(&got, r, &never.key));
	assert_true(got.stood_in && got.fetched_at == 0);
	store_read_end(r);

	w = begin(s);
	CHECK_REASON("sweep",
	    store_collect(w, &swept, 1000 + STORE_KEEP_FAILED), REASON_OK);
	commit(w);
	assert_int_equal(swept.repositories, 0);
	assert_true(blob_is(s, STORE_HEALTH, "https://n/", "bad"));
	assert_true(blob_is(s, STORE_HEALTH, "https://nobody/", ""));
	w = begin(s);
	CHECK_REASON("sweep",
	    store_collect(w, &swept, 1001 + STORE_KEEP_FAILED), REASON_OK);
	commit(w);
	assert_int_equal(swept.repositories, 1);
	assert_true(blob_is(s, STORE_HEALTH, "https://n/", ""));
	assert_true(blob_is(s, STORE_RRDP, "https://a/", "state"));
	assert_true(blob_is(s, STORE_LEDGER, "a ledger", "kept"));
	store_close(s);
}

static bool
same_is(struct store *s, const char *text)
{
	struct store_read *r = look(s);
	struct span out;
	bool there = store_same(&out, r);
	bool is = text == NULL ? !there : there && span_eq(out, span_str(text));

	store_read_end(r);
	return is;
}

static void
put_same(struct store *s, const char *text)
{
	struct store_write *w = begin(s);

	CHECK_REASON("same", store_write_same(w, span_str(text)), REASON_OK);
	commit(w);
}

/* Every write but one that says it again takes it away. */
static void
test_said_the_same(void **state)
{
	struct store *s = store_new();
	struct store_write *w;

	(void)state;
	assert_true(same_is(s, NULL));
	put_same(s, "one");
	assert_true(same_is(s, "one"));
	put_same(s, "two");
	assert_true(same_is(s, "two"));
	put_blob(s, STORE_HEALTH, "https://a/", "good");
	assert_true(same_is(s, NULL));
	put_same(s, "three");
	w = begin(s);
	store_write_abort(w);
	assert_true(same_is(s, "three"));
	w = begin(s);
	commit(w);
	assert_true(same_is(s, NULL));
	put_same(s, "four");
	w = begin(s);
	CHECK_REASON("flush", store_write_flush(w), REASON_OK);
	store_write_abort(w);
	assert_true(same_is(s, NULL));
	store_close(s);
}

static bool
has_memo(struct store *s, const struct digest *who, const char *manifest)
{
	struct digest hash = sha256(manifest);
	struct store_read *r = look(s);
	struct span out;
	bool there = store_memo(&out, r, who, &hash);

	assert_true(!there || span_eq(out, span_str(manifest)));
	store_read_end(r);
	return there;
}

static void
put_memo(struct store_write *w, const struct digest *who, const char *manifest)
{
	struct digest hash = sha256(manifest);

	CHECK_REASON(manifest,
	    store_write_memo(w, who, &hash, span_str(manifest)), REASON_OK);
}

static void
test_memos(void **state)
{
	struct digest who[3] = { { { 1 } }, { { 2 } }, { { 3 } } };
	struct digest two = sha256("2");
	const struct digest *keep = &two;
	struct store *s = store_new();
	struct store_write *w = begin(s);

	(void)state;
	for (size_t i = 0; i < COUNT(who); i++) {
		put_memo(w, &who[i], "1");
		put_memo(w, &who[i], "2");
	}
	put_memo(w, &who[1], "3");
	commit(w);
	assert_true(has_memo(s, &who[1], "1") && has_memo(s, &who[1], "3"));
	assert_false(has_memo(s, &who[1], "4"));
	w = begin(s);
	CHECK_REASON(
	    "only", store_write_memo_only(w, &who[1], &keep, 1), REASON_OK);
	commit(w);
	assert_true(has_memo(s, &who[1], "2"));
	assert_false(has_memo(s, &who[1], "1") || has_memo(s, &who[1], "3"));
	assert_true(has_memo(s, &who[0], "1") && has_memo(s, &who[2], "1"));
	/* All but those who are still there. */
	who[0].b[0] = 0;
	w = begin(s);
	CHECK_REASON("collect", store_collect_memos(w, who, 2), REASON_OK);
	commit(w);
	who[0].b[0] = 1;
	assert_true(has_memo(s, &who[1], "2"));
	assert_false(has_memo(s, &who[0], "1") || has_memo(s, &who[2], "1"));
	w = begin(s);
	CHECK_REASON("none", store_collect_memos(w, who, 0), REASON_OK);
	commit(w);
	assert_false(has_memo(s, &who[1], "2"));
	store_close(s);
}

/* ---- collection ------------------------------------------------------ */

static void
test_collection(void **state)
{
	static const char *const uris[] = { "rsync://h/m/a", "rsync://h/m/b" };
	static const char *const old[] = { "a1", "b1" };
	static const char *const young[] = { "a1", "b2" };
	static const char *const left[] = { "rsync://l/m/a" };
	static const char *const lost[] = { "left" };
	struct digest key = sha256("key"), need = sha256("needed");
	struct store_point point = { .has_floor = true, .has_last = true };
	struct store *s = store_new();
	struct store_swept swept;
	struct store_write *w;
	struct store_read *r;
	int64_t at;

	(void)state;
	put_names(s, "rsync://h/m/", uris, old, 2);
	put_names(s, "rsync://h/m/", uris, young, 2);
	put_names(s, "rsync://l/m/", left, lost, 1);
	w = begin(s);
	point.last.hash = put(w, "last manifest");
	(void)put(w, "needed");
	point.needs = SPAN_OF(need);
	point.stale_at = 5000;
	CHECK_REASON(
	    "point", store_write_point(w, &key, SPAN("m"), &point), REASON_OK);
	put_repository(w, "rsync://h/m/", 1000 + STORE_KEEP_UNUSED);
	assert_true(store_is_due(w));
	commit(w);

	w = begin(s);
	at = 1000 + STORE_KEEP_UNUSED; /* the last moment of the one unused */
	CHECK_REASON("sweep", store_collect(w, &swept, at), REASON_OK);
	assert_false(store_is_due(w));
	commit(w);
	assert_int_equal(swept.objects, 1); /* b1 */
	assert_int_equal(swept.kept, 5);
	assert_int_equal(swept.repositories, 0);
	assert_false(has(s, "b1"));
	assert_true(has(s, "a1") && has(s, "b2") && has(s, "left"));
	assert_true(has(s, "last manifest") && has(s, "needed"));

	w = begin(s);
	CHECK_REASON("sweep", store_collect(w, &swept, at + 1), REASON_OK);
	commit(w);
	assert_int_equal(swept.repositories, 1);
	assert_int_equal(swept.objects, 1);
	assert_false(has(s, "left"));
	assert_false(named(s, "rsync://l/m/", left[0], "left"));

	/* A last good point goes when it is long of no use; floors never. */
	w = begin(s);
	put_repository(w, "rsync://h/m/", 5001 + STORE_KEEP_STALE);
	CHECK_REASON("sweep", store_collect(w, &swept, 5001 + STORE_KEEP_STALE),
	    REASON_OK);
	commit(w);
	assert_int_equal(swept.points, 1);
	assert_int_equal(swept.objects, 2);
	r = look(s);
	assert_true(store_point(&point, r, &key, SPAN("m")));
	assert_true(point.has_floor);
	assert_false(point.has_last);
	store_read_end(r);
	store_close(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_objects),
		SCENE(test_look),
		SCENE(test_spans),
		SCENE(test_names),
		SCENE(test_names_one_by_one),
		SCENE(test_stamp),
		SCENE(test_points),
		SCENE(test_anchors_and_repositories),
		SCENE(test_blobs),
		SCENE(test_said_the_same),
		SCENE(test_memos),
		SCENE(test_collection),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
