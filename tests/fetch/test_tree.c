/* A folder that somebody else filled: hostile.md RS2, RS3, RS8. */
#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/fetch/scene.h"

struct seen {
	const struct scene *scene;
	struct buf text;      /* "uri=bytes\n" */
	struct buf skipped;   /* "uri reason\n" */
	uint64_t known_stamp; /* of files said to be known */
	uint64_t stamp;       /* of the last file */
	enum reason stop;
	const char *swap; /* shell to run at the first file */
};

static bool
known(void *ctx, struct span uri, uint64_t stamp)
{
	const struct seen *s = ctx;

	(void)uri;
	assert_true(stamp != 0);
	return stamp == s->known_stamp;
}

static enum reason
file(void *ctx, const struct fetch_file *f)
{
	struct seen *s = ctx;

	if (s->swap != NULL)
		scene_shell(s->scene, s->swap);
	s->swap = NULL;
	s->stamp = f->stamp;
	buf_span(&s->text, f->uri);
	buf_byte(&s->text, '=');
	if (f->known)
		buf_puts(&s->text, "known");
	else
		buf_span(&s->text, f->bytes);
	buf_byte(&s->text, '\n');
	return s->stop;
}

static void
skipped(void *ctx, struct span uri, enum reason why)
{
	struct seen *s = ctx;

	buf_printf(&s->skipped, "%.*s %s\n", SPAN_FMT(uri), reason_id(why));
}

/* Read the scene's folder t as the repository rsync://h/m/. */
static enum reason
look(struct seen *seen, struct fetch_count *count, struct scene *s, int64_t now)
{
	struct fetch_source source;
	struct fetch_job job;
	struct fetch_reader reader = { known, file, skipped, seen };
	char path[128];
	enum reason r;

	(void)snprintf(path, sizeof(path), "%s/t", s->root);
	source = scene_folder(path, "");
	job = scene_job(FETCH_TREE, &source, 1);
	if (s->fetch == NULL)
		scene_open(s);
	seen->scene = s;
	buf_init(&seen->text, 1 << 20);
	buf_init(&seen->skipped, 1 << 20);
	(void)scene_fetch(s, &job);
	CHECK_REASON("folder", job.reason, REASON_OK);
	fault_init(&s->why, span_of(NULL, 0));
	r = fetch_read(
	    count, s->fetch, &job, SPAN("rsync://h/m/"), now, &reader, &s->why);
	buf_byte(&seen->text, '\0');
	buf_byte(&seen->skipped, '\0');
	return r;
}

static void
seen_fini(struct seen *seen)
{
	buf_fini(&seen->text);
	buf_fini(&seen->skipped);
}

#define TEXT(seen)    ((const char *)(seen).text.p)
#define SKIPPED(seen) ((const char *)(seen).skipped.p)

static void
test_order(void **state)
{
	struct scene *s = *state;
	struct fetch_count count;
	struct seen seen = { 0 };

	scene_shell(s, "mkdir -p t/b/c; printf 1 >t/z.roa; printf 2 >t/a.cer;"
		       "printf 3 >t/b/c/x.mft; printf 4 >t/b.roa;"
		       "printf 5 >t/.hidden; mkdir t/.~tmp~; : >t/empty.roa");
	CHECK_REASON("order", look(&seen, &count, s, 0), REASON_OK);
	assert_string_equal(TEXT(seen), "rsync://h/m/a.cer=2\n"
					"rsync://h/m/b/c/x.mft=3\n"
					"rsync://h/m/b.roa=4\n"
					"rsync://h/m/empty.roa=\n"
					"rsync://h/m/z.roa=1\n");
	assert_string_equal(SKIPPED(seen), "");
	assert_int_equal(count.files, 5);
	assert_int_equal(count.folders, 2);
	assert_int_equal(count.bytes, 4);
	seen_fini(&seen);
}

/* RS3: nothing but regular files, and none through a link. */
static void
test_kinds(void **state)
{
	struct scene *s = *state;
	struct fetch_count count;
	struct seen seen = { 0 };

	scene_shell(s,
	    "mkdir t outside; printf no >outside/secret;"
	    "ln -s \"$S/outside/secret\" t/link.roa; ln -s \"$S/outside\" t/d;"
	    "ln -s loop t/loop; mkfifo t/fifo.roa;"
	    "printf yes >t/hard.roa; ln t/hard.roa t/harder.roa;"
	    "printf suid >t/suid.roa; chmod 4755 t/suid.roa;"
	    "printf bad >'t/with space.roa'; printf bad >'t/a%2fb.roa'");
	CHECK_REASON("kinds", look(&seen, &count, s, 0), REASON_OK);
	assert_string_equal(TEXT(seen), "rsync://h/m/hard.roa=yes\n"
					"rsync://h/m/harder.roa=yes\n"
					"rsync://h/m/suid.roa=suid\n");
	assert_int_equal(count.skipped, 6);
	assert_non_null(
	    strstr(SKIPPED(seen), "rsync://h/m/link.roa fetch.file\n"));
	assert_non_null(
	    strstr(SKIPPED(seen), "rsync://h/m/fifo.roa fetch.file\n"));
	seen_fini(&seen);
}

/* RS8: what was a file when its folder was listed is a link when opened. */
static void
test_swapped(void **state)
{
	struct scene *s = *state;
	struct fetch_count count;
	struct seen seen = { 0 };

	scene_shell(s, "mkdir t t/sub outside; printf no >outside/x.roa;"
		       "printf 1 >t/a.roa; printf 2 >t/b.roa;"
		       "printf 3 >t/sub/x.roa");
	seen.swap = "rm -r t/b.roa t/sub; ln -s \"$S/outside/x.roa\" t/b.roa;"
		    "ln -s \"$S/outside\" t/sub";
	CHECK_REASON("swapped", look(&seen, &count, s, 0), REASON_OK);
	assert_string_equal(TEXT(seen), "rsync://h/m/a.roa=1\n");
	assert_non_null(strstr(SKIPPED(seen), "rsync://h/m/b.roa fetch.file"));
	assert_non_null(strstr(SKIPPED(seen), "rsync://h/m/sub fetch.file"));
	seen_fini(&seen);
}

/* RS2, and each limit at its boundary. */
static void
test_limits(void **state)
{
#define TWO         "rsync://h/m/d/y.roa=22\nrsync://h/m/x.roa=1\n"
#define ALL         "rsync://h/m/d/e/z.roa=333\n" TWO
#define LIMIT(name) offsetof(struct limits, name)
	static const struct {
		const char *what;
		size_t limit;
		uint64_t value;
		enum reason want;
		const char *text, *skipped;
	} cases[] = {
		{ "files, the most", LIMIT(repository_files), 5, REASON_OK, ALL,
		    "" },
		{ "files, one too many", LIMIT(repository_files), 4,
		    R_FETCH_FILES, NULL, NULL },
		{ "bytes, the most", LIMIT(repository_bytes), 6, REASON_OK, ALL,
		    "" },
		{ "bytes, one too many", LIMIT(repository_bytes), 5,
		    R_FETCH_BYTES, NULL, NULL },
		{ "folders, the deepest", LIMIT(folder_depth), 2, REASON_OK,
		    ALL, "" },
		{ "folders, one too deep", LIMIT(folder_depth), 1, REASON_OK,
		    TWO, "rsync://h/m/d/e fetch.depth\n" },
		{ "object, the largest", LIMIT(object_max), 3, REASON_OK, ALL,
		    "" },
		{ "object, a byte too large", LIMIT(object_max), 2, REASON_OK,
		    TWO, "rsync://h/m/d/e/z.roa limit.size\n" },
	};
	struct scene *s = *state;

	scene_shell(s, "mkdir -p t/d/e; printf 1 >t/x.roa;"
		       "printf 22 >t/d/y.roa; printf 333 >t/d/e/z.roa");
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fetch_count count;
		struct seen seen = { 0 };

		limits_init(&s->limits);
		memcpy((uint8_t *)&s->limits + cases[i].limit, &cases[i].value,
		    sizeof(cases[i].value));
		CHECK_REASON(
		    cases[i].what, look(&seen, &count, s, 0), cases[i].want);
		CHECK(
		    cases[i].what, cases[i].text == NULL ||
				       strcmp(TEXT(seen), cases[i].text) == 0);
		CHECK(cases[i].what,
		    cases[i].skipped == NULL ||
			strcmp(SKIPPED(seen), cases[i].skipped) == 0);
		seen_fini(&seen);
	}
}

/* A file that is as it was need not be read; one just changed must be. */
static void
test_stamps(void **state)
{
	struct scene *s = *state;
	struct fetch_count count;
	struct seen seen = { 0 };
	struct stat st;
	uint64_t stamp;
	int64_t now;

	scene_shell(s, "mkdir t; printf 1 >t/x.roa");
	assert_int_equal(stat(scene_path(s, "t/x.roa"), &st), 0);
	now = st.st_ctim.tv_sec;
	CHECK_REASON("new", look(&seen, &count, s, now + 1), REASON_OK);
	assert_int_equal(seen.stamp, 0);
	seen_fini(&seen);
	CHECK_REASON("old", look(&seen, &count, s, now + 100), REASON_OK);
	stamp = seen.known_stamp = seen.stamp;
	assert_true(stamp != 0);
	seen_fini(&seen);
	CHECK_REASON("known", look(&seen, &count, s, now + 100), REASON_OK);
	assert_string_equal(TEXT(seen), "rsync://h/m/x.roa=known\n");
	assert_true(seen.stamp == stamp);
	seen_fini(&seen);
	/* The same length, time and name, but another file. */
	scene_shell(s, "printf 2 >t/y; touch -r t/x.roa t/y; mv t/y t/x.roa");
	CHECK_REASON("other", look(&seen, &count, s, now + 100), REASON_OK);
	assert_string_equal(TEXT(seen), "rsync://h/m/x.roa=2\n");
	seen_fini(&seen);
}

/* What is only looked at: the same stamp if all is the same, and another one
 * for whatever is not. */
static struct fetch_count
glance(struct scene *s, int64_t now)
{
	struct fetch_source source = scene_folder(scene_path(s, "t"), "");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);
	struct fetch_count count;

	(void)scene_fetch(s, &job);
	CHECK_REASON("look",
	    fetch_read(&count, s->fetch, &job, SPAN("rsync://h/m/"), now, NULL,
		&s->why),
	    REASON_OK);
	return count;
}

static void
test_looks(void **state)
{
	static const char *const changes[] = {
		"printf 3 >t/a/x.roa",
		"touch -d @1 t/a/x.roa",
		"printf 1 >t/z.roa",
		"rm t/z.roa",
		"mv t/a/x.roa t/a/w.roa",
		"mv t/a t/b",
		"mv t/b/w.roa t",
		"mkdir t/c",
		"mkdir t/c/c",
		"cp -p t/y.roa t/v.roa; mv t/v.roa t/y.roa",
	};
	struct scene *s = *state;
	struct fetch_count read, seen;
	struct seen all = { 0 };
	int64_t now = (int64_t)time(NULL) + 1000;

	scene_shell(s, "mkdir -p t/a; printf 1 >t/a/x.roa; printf 2 >t/y.roa");
	CHECK_REASON("read", look(&all, &read, s, now), REASON_OK);
	seen_fini(&all);
	assert_true(read.is_stamped);
	for (size_t i = 0; i < COUNT(changes); i++) {
		seen = glance(s, now);
		assert_true(seen.is_stamped);
		CHECK(changes[i], digest_eq(&seen.stamp, &read.stamp));
		assert_int_equal(seen.files, read.files);
		assert_int_equal(seen.bytes, read.bytes);
		assert_int_equal(seen.folders, read.folders);
		scene_shell(s, changes[i]);
		seen = glance(s, now);
		CHECK(changes[i], !digest_eq(&seen.stamp, &read.stamp));
		all = (struct seen){ 0 };
		CHECK_REASON("read", look(&all, &read, s, now), REASON_OK);
		seen_fini(&all);
		CHECK(changes[i], digest_eq(&seen.stamp, &read.stamp));
	}
}

/* What was passed over, and what is too young, has to be read again. */
static void
test_looks_in_vain(void **state)
{
	static const char *const scripts[] = {
		"ln -s x t/link.roa",
		"mkfifo t/fifo.roa",
		"printf bad >'t/with space.roa'",
		"truncate -s 9000000 t/large.roa",
	};
	struct scene *s = *state;
	struct fetch_count count;
	struct seen all;
	int64_t now = (int64_t)time(NULL) + 1000;

	for (size_t i = 0; i < COUNT(scripts); i++) {
		scene_shell(s, "rm -rf t; mkdir t; printf 1 >t/x.roa");
		scene_shell(s, scripts[i]);
		all = (struct seen){ 0 };
		CHECK_REASON(scripts[i], look(&all, &count, s, now), REASON_OK);
		CHECK(scripts[i], !count.is_stamped);
		seen_fini(&all);
	}
	scene_shell(s, "rm -rf t; mkdir t; printf 1 >t/x.roa");
	count = glance(s, now - 1000);
	assert_false(count.is_stamped);
}

static void
test_reader_stops(void **state)
{
	struct scene *s = *state;
	struct fetch_count count;
	struct seen seen = { .stop = R_STORE_FULL };

	scene_shell(s, "mkdir -p t/a; printf 1 >t/a/x.roa; printf 2 >t/y.roa");
	CHECK_REASON("stops", look(&seen, &count, s, 0), R_STORE_FULL);
	assert_string_equal(TEXT(seen), "rsync://h/m/a/x.roa=1\n");
	seen_fini(&seen);
}

/* A single file below a folder: each segment without links. */
static void
test_file(void **state)
{
	static const struct {
		const char *rest;
		enum reason want;
	} cases[] = {
		{ "a/b/ta.cer", REASON_OK },
		{ "a/b/none.cer", R_FETCH_FILE },
		{ "a/link/ta.cer", R_FETCH_FILE },
		{ "a/b/link.cer", R_FETCH_FILE },
		{ "a/b", R_FETCH_FILE },
		{ "a//b/ta.cer", R_FETCH_FILE },
		{ "a/../a/b/ta.cer", R_FETCH_FILE },
		{ "../x", R_FETCH_FILE },
		{ "", R_FETCH_FILE },
	};
	struct scene *s = *state;

	scene_shell(s, "mkdir -p t/a/b; printf cert >t/a/b/ta.cer; printf o >x;"
		       "ln -s b t/a/link; ln -s ta.cer t/a/b/link.cer");
	scene_open(s);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fetch_source source =
		    scene_folder(scene_path(s, "t"), cases[i].rest);
		struct fetch_job job = scene_job(FETCH_FILE, &source, 1);
		struct buf bytes;

		buf_init(&bytes, 100);
		(void)scene_fetch(s, &job);
		CHECK_REASON(cases[i].rest,
		    fetch_read_file(&bytes, s->fetch, &job, &s->why),
		    cases[i].want);
		CHECK(
		    cases[i].rest, cases[i].want != REASON_OK ||
				       span_eq(buf_view(&bytes), SPAN("cert")));
		buf_fini(&bytes);
	}
}

static void
test_no_folder(void **state)
{
	struct scene *s = *state;
	struct fetch_source source = scene_folder("/no/such/folder", "");
	struct fetch_job job = scene_job(FETCH_TREE, &source, 1);
	struct seen seen = { 0 };
	struct fetch_reader reader = { known, file, skipped, &seen };
	struct fetch_count count;

	scene_open(s);
	(void)scene_fetch(s, &job);
	CHECK_REASON("no folder",
	    fetch_read(&count, s->fetch, &job, SPAN("rsync://h/m/"), 0, &reader,
		&s->why),
	    R_FETCH_FOLDER);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_order),
		SCENE(test_kinds),
		SCENE(test_swapped),
		SCENE(test_limits),
		SCENE(test_stamps),
		SCENE(test_looks),
		SCENE(test_looks_in_vain),
		SCENE(test_reader_stops),
		SCENE(test_file),
		SCENE(test_no_folder),
	};

	return cmocka_run_group_tests_name("tree", tests, NULL, NULL);
}
