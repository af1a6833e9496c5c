/*
 * A run that finds everything as the run before left it: it must say what one
 * that judges all anew says, and must not be taken for one where anything at
 * all is different.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "run/same.h"
#include "tests/run/scene.h"

/* ---- what came of it ------------------------------------------------- */

static void
file_path(char path[128], const struct scene *s, const char *name)
{
	(void)snprintf(path, 128, "%s/w/%s", s->root, name);
}

/* The published view, as bytes, without its times. */
static void
view_timeless(struct buf *out, const struct scene *s)
{
	struct view_edition edition = { 1, 0 };
	struct view_file *file = NULL;
	struct fault why;
	struct arena arena;
	struct view v;
	char path[128];

	file_path(path, s, "cache/view/current");
	fault_init(&why, SPAN(""));
	arena_init(&arena, SIZE_MAX);
	CHECK_REASON("open", view_open(&file, path, &why), REASON_OK);
	CHECK_REASON("load", view_load(&v, file, &arena), REASON_OK);
	v.at = v.made_at = 0;
	v.serial = 1;
	memset(v.sessions, 0, sizeof(v.sessions));
	for (size_t i = 0; i < v.n_repositories; i++) {
		struct view_repository *r =
		    (void *)(uintptr_t)&v.repositories[i];

		if (span_eq(r->state, SPAN("fresh")))
			r->fetched_at = 1;
	}
	buf_init(out, SIZE_MAX);
	CHECK_REASON("bytes", view_bytes(out, &v, edition), REASON_OK);
	view_close(file);
	arena_fini(&arena);
}

/* What a summary tells. */
static void
told(struct buf *out, const struct scene *s)
{
	const struct run_result *r = &s->result;

	buf_init(out, SIZE_MAX);
	buf_printf(out, "%d %llu %lld\n", r->degraded,
	    (unsigned long long)r->warnings, (long long)r->expires_at);
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (r->reasons[i] > 0)
			buf_printf(out, "%s %llu\n", reason_id((enum reason)i),
			    (unsigned long long)r->reasons[i]);
	for (size_t i = 0; i < r->n_tas; i++) {
		const struct run_ta *t = &r->tas[i];

		buf_printf(out, "%.*s %s %s %.*s %d", SPAN_FMT(t->name),
		    reason_id(t->reason), t->detail, SPAN_FMT(t->uri), t->kept);
		for (const uint64_t *n = &t->cas; n <= &t->refused; n++)
			buf_printf(out, " %llu", (unsigned long long)*n);
		buf_byte(out, '\n');
	}
	for (size_t i = 0; i < r->n_repositories; i++) {
		const struct run_repository *p = &r->repositories[i];

		buf_printf(out, "%.*s %.*s %u %u %s %llu %llu\n",
		    SPAN_FMT(p->uri), SPAN_FMT(p->source), p->state, p->via,
		    reason_id(p->reason), (unsigned long long)p->files,
		    (unsigned long long)p->bytes);
	}
	assert_false(out->failed);
}

static void
check_equal(const char *what, struct buf *a, struct buf *b)
{
	bool same = span_eq(buf_view(a), buf_view(b));

	CHECK(what, same);
	buf_fini(a);
	buf_fini(b);
}

/* The last run against one that judges all anew. */
static void
check_true(struct scene *s, const char *what)
{
	struct buf view[2], text[2];

	view_timeless(&view[0], s);
	told(&text[0], s);
	s->conf.no_memo = true;
	scene_run(s);
	s->conf.no_memo = false;
	assert_false(s->result.is_same);
	view_timeless(&view[1], s);
	told(&text[1], s);
	check_equal(what, &view[0], &view[1]);
	check_equal(what, &text[0], &text[1]);
}

/* Twice: so that the second finds what the first left. */
static void
settle_down(struct scene *s, const char *what)
{
	scene_run(s);
	scene_run(s);
	CHECK(what, s->result.is_same);
}

/* ---- tests ----------------------------------------------------------- */

static void
test_nothing_new(void **state)
{
	struct scene *s = *state;
	const struct run_work *w = &s->result.work;
	struct digest contents;
	int64_t made_at;

	scene_world(s, NULL, s->at);
	scene_run(s);
	assert_false(s->result.is_same);
	s->conf.offline = true;
	scene_run(s);
	assert_false(s->result.is_same); /* nothing was fetched */
	contents = s->result.contents;
	made_at = s->result.view.made_at;
	for (int i = 0; i < 3; i++) {
		scene_run(s);
		assert_true(s->result.is_same);
		assert_true(s->result.is_published);
		assert_true(digest_eq(&contents, &s->result.contents));
		assert_true(s->result.view.made_at > made_at);
		made_at = s->result.view.made_at;
		assert_int_equal(s->result.published.n_changes, 0);
		assert_int_equal(w->walks, 0);
		assert_int_equal(w->points_looked_up, 0);
		assert_int_equal(w->workers, 0);
		assert_true(w->crypt.signatures <= 5); /* the anchors' own */
	}
	check_true(s, "nothing new");
	/* That left nothing to go by. */
	scene_run(s);
	assert_false(s->result.is_same);
	scene_run(s);
	assert_true(s->result.is_same);
}

/* Each of these, and what was there is not what is there. */
static void
test_not_the_same(void **state)
{
	static const struct {
		const char *what, *script;
	} changes[] = {
		{ "a page of the view is damaged",
		    BEND("w/cache/view/current", "2000") },
		{ "the view is damaged in front",
		    BEND("w/cache/view/current", "20") },
		{ "the view is gone", "rm w/cache/view/current" },
		{ "an earlier view", "cp old w/cache/view/current" },
		{ "an exception", "sed -i 's/64500/64501/' w/slurm.json" },
		{ "a constraint",
		    "echo deny 10.0.0.0/8 >>w/tals/$(ls w/tals |"
		    " sed -n 's/.constraints$//p' | head -1).constraints" },
	};
	static const char slurm[] =
	    "cat >w/slurm.json <<'EOF'\n"
	    "{\"slurmVersion\":1,\"validationOutputFilters\":"
	    "{\"prefixFilters\":[],\"bgpsecFilters\":[]},"
	    "\"locallyAddedAssertions\":{\"prefixAssertions\":"
	    "[{\"asn\":64500,\"prefix\":\"198.51.100.0/24\"}],"
	    "\"bgpsecAssertions\":[]}}\nEOF\n"
	    "for t in w/tals/*.tal; do :>${t%.tal}.constraints; done\n"
	    "cp w/cache/view/current old";
	struct scene *s = *state;
	static char path[128];
	static const char *paths[] = { path };
	static char constraints[8][160];

	scene_world(s, NULL, s->at);
	scene_run(s);
	s->conf.offline = true;
	scene_run(s);
	scene_shell(s, slurm);
	file_path(path, s, "slurm.json");
	s->conf.n_slurm = 1;
	s->conf.slurm = paths;
	for (size_t i = 0; i < s->conf.n_tals && i < COUNT(constraints); i++) {
		(void)snprintf(constraints[i], sizeof(constraints[i]),
		    "%s/w/tals/%s.constraints", s->root, s->conf.tals[i].name);
		s->conf.tals[i].constraints = constraints[i];
	}
	for (size_t i = 0; i < COUNT(changes); i++) {
		settle_down(s, changes[i].what);
		scene_shell(s, changes[i].script);
		scene_run(s);
		CHECK(changes[i].what, !s->result.is_same);
		/* That the view was lost is said once. */
		if (strstr(changes[i].script, "view/current") != NULL)
			scene_run(s);
		check_true(s, changes[i].what);
	}
	/* What is held back is held until a time, and said each time. */
	scene_run(s);
	scene_run(s);
	assert_true(scene_found(s, R_POLICY_HELD, ""));
	assert_false(s->result.is_same);
}

/* Configured otherwise. */
static void
test_configured(void **state)
{
	struct scene *s = *state;
	struct conf_error error = { 0 };

	scene_world(s, NULL, s->at);
	scene_run(s);
	s->conf.offline = true;
	settle_down(s, "as it is");
	s->conf.limits.point_vrps--;
	scene_run(s);
	assert_false(s->result.is_same);
	settle_down(s, "another limit");
	s->conf.policy.unsafe = POLICY_UNSAFE_REJECT;
	scene_run(s);
	assert_false(s->result.is_same);
	settle_down(s, "another policy");
	CHECK_REASON(error.text,
	    conf_option(&s->conf, "rsync-command", "/nowhere", &error),
	    REASON_OK);
	scene_run(s);
	assert_false(s->result.is_same);
	settle_down(s, "another option");
	s->conf.n_tals--;
	scene_run(s);
	assert_false(s->result.is_same);
	check_true(s, "one trust anchor less");
}

/* ---- time ------------------------------------------------------------ */

/* What the run left, changed by this and left again. */
static void
with_last(struct scene *s, void (*change)(struct same_last *, struct scene *))
{
	struct store *store;
	struct store_read *read;
	struct store_write *write;
	struct same_last last;
	struct arena arena;
	struct span bytes;
	struct buf copy;
	char path[128];

	file_path(path, s, "cache");
	arena_init(&arena, SIZE_MAX);
	CHECK_REASON("store", store_open(&store, path, &s->why), REASON_OK);
	CHECK_REASON(
	    "read", store_read_begin(&read, store, &s->why), REASON_OK);
	assert_true(store_same(&bytes, read));
	bytes = arena_dup(&arena, bytes);
	store_read_end(read);
	assert_true(same_read(&last, bytes, &arena));
	change(&last, s);
	buf_init(&copy, SIZE_MAX);
	CHECK_REASON("bytes", same_write(&copy, &last), REASON_OK);
	CHECK_REASON(
	    "write", store_write_begin(&write, store, &s->why), REASON_OK);
	CHECK_REASON(
	    "say", store_write_same(write, buf_view(&copy)), REASON_OK);
	CHECK_REASON("commit", store_write_commit(write), REASON_OK);
	buf_fini(&copy);
	store_close(store);
	arena_fini(&arena);
}

static void
keep_last(struct same_last *last, struct scene *s)
{
	(void)last;
	(void)s;
}

static void
end_now(struct same_last *last, struct scene *s)
{
	(void)s;
	last->until_at = last->at;
}

static void
begin_later(struct same_last *last, struct scene *s)
{
	(void)s;
	last->at += 1000;
}

/* Nothing that is in the view begins or ends before. */
static void
check_until(struct same_last *last, struct scene *s)
{
	const struct view *v = &s->result.view;

	assert_true(last->until_at > last->at);
	for (size_t i = 0; i < v->n; i++) {
		const struct origin *o = v->payloads[i].origin;
		const int64_t times[] = { o->not_before_at, o->not_after_at,
			o->stale_at, o->chain_from_at, o->chain_until_at };

		for (size_t k = 0; k < COUNT(times); k++)
			assert_true(times[k] <= last->at ||
				    last->until_at <= times[k] + 1);
		assert_true(
		    last->until_at <= payload_expires_at(&v->payloads[i]));
	}
}

static void
test_time(void **state)
{
	struct scene *s = *state;

	scene_world(s, NULL, s->at);
	scene_run(s);
	s->conf.offline = true;
	scene_run(s);
	with_last(s, check_until);
	with_last(s, keep_last);
	scene_run(s);
	assert_true(s->result.is_same);
	with_last(s, end_now);
	scene_run(s);
	assert_false(s->result.is_same);
	scene_run(s);
	assert_true(s->result.is_same);
	with_last(s, begin_later);
	scene_run(s);
	assert_false(s->result.is_same);
	/* At another time nothing is taken, and nothing is left. */
	scene_run(s);
	s->conf.has_at = true;
	s->conf.at = s->at + 3600;
	scene_run(s);
	assert_false(s->result.is_same);
	s->conf.has_at = false;
	scene_run(s);
	check_true(s, "after another time");
}

/* Cut short anywhere, it is not believed. */
static void
test_record(void **state)
{
	struct run_ta tas[2] = { { .cas = 1, .refused = UINT64_MAX },
		{ .reason = R_TA_FETCH, .detail = "why" } };
	struct same_place places[2] = { { .tree = SPAN("rsync://h/m/") },
		{ .tree = SPAN("rsync://h/n/"), .rrdp = SPAN("https://h/n") } };
	struct same_last last = { .at = 1,
		.until_at = INT64_MAX,
		.n_tas = 2,
		.tas = tas,
		.n_places = 2,
		.places = places };
	struct same_last back;
	struct arena arena;
	struct buf b;

	(void)state;
	arena_init(&arena, SIZE_MAX);
	buf_init(&b, SIZE_MAX);
	CHECK_REASON("write", same_write(&b, &last), REASON_OK);
	assert_true(same_read(&back, buf_view(&b), &arena));
	assert_int_equal(back.n_tas, 2);
	assert_true(back.tas[0].refused == UINT64_MAX);
	assert_string_equal(back.tas[1].detail, "why");
	assert_true(span_eq(back.places[1].rrdp, SPAN("https://h/n")));
	for (size_t n = 0; n < b.n; n++)
		assert_false(same_read(&back, span_of(b.p, n), &arena));
	buf_byte(&b, 0);
	assert_false(same_read(&back, buf_view(&b), &arena));
	buf_fini(&b);
	arena_fini(&arena);
}

/* What cannot be read is said once, and had again. */
static void
test_store_damaged(void **state)
{
	struct scene *s = *state;
	struct buf text[2];

	scene_world(s, NULL, s->at);
	scene_run(s);
	view_timeless(&text[0], s);
	scene_shell(s, "dd if=/dev/zero of=w/cache/store/data.mdb bs=4096"
		       " seek=2 count=40 conv=notrunc 2>/dev/null");
	scene_run(s);
	assert_true(scene_found(s, R_STORE_DAMAGED, ""));
	provoked(R_STORE_DAMAGED);
	assert_true(s->result.work.points_judged > 0);
	scene_shell(s, "test -f w/cache/store/damaged.mdb");
	scene_run(s);
	assert_false(scene_found(s, R_STORE_DAMAGED, ""));
	view_timeless(&text[1], s);
	check_equal("had again", &text[0], &text[1]);
}

/* ---- folders --------------------------------------------------------- */

/* Files must have been there for a while: STAMP_AGE of fetch/tree.c. */
static void
test_folders(void **state)
{
	static const struct {
		const char *what, *script;
	} changes[] = {
		{ "bytes in place, of the same size and time",
		    "touch -r $F t; " BEND("$F", "100") "; touch -r t $F" },
		{ "a file more", "cp $F $(dirname $F)/other.roa" },
		{ "a file less", "rm $F" },
		{ "a folder more", "mkdir $(dirname $F)/more" },
		{ "another name", "mv $F $(dirname $F)/new.roa" },
	};
	struct scene *s = *state;
	char script[512];

	scene_world(s, NULL, s->at);
	(void)sleep(5);
	scene_run(s);
	scene_run(s);
	assert_true(s->result.is_same);
	assert_true(s->result.n_repositories > 0);
	for (size_t i = 0; i < s->result.n_repositories; i++)
		assert_int_equal(s->result.repositories[i].state, RUN_FRESH);
	check_true(s, "folders");
	for (size_t i = 0; i < COUNT(changes); i++) {
		scene_run(s);
		(void)snprintf(script, sizeof(script),
		    "F=$(find w/repo -name '*.roa' | sort | sed -n 2p); %s",
		    changes[i].script);
		scene_shell(s, script);
		scene_run(s);
		CHECK(changes[i].what, !s->result.is_same);
		check_true(s, changes[i].what);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { SCENE(test_nothing_new),
		SCENE(test_not_the_same), SCENE(test_configured),
		SCENE(test_time), cmocka_unit_test(test_record),
		SCENE(test_folders), SCENE(test_store_damaged) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
