/* The folder of published views: serials, sessions, what is kept of the past,
 * and what a crash or a lost file leaves. */
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/view/sample.h"

static struct arena arena;
static char root[64];
static struct view_folder folder;
static struct view_published done;

/* The sample with only those payloads, published at that time. */
static struct view
publish(unsigned mask, int64_t at)
{
	struct sample *s = ARENA_NEW(&arena, struct sample);
	struct fault why;
	size_t n = 0;

	assert_non_null(s);
	sample_init(s);
	for (size_t i = 0; i < s->view.n; i++)
		if ((mask >> i & 1) != 0)
			s->payloads[n++] = s->payloads[i];
	s->view.n = n;
	s->view.at = at;
	folder.now = at;
	fault_init(&why, SPAN(""));
	CHECK_REASON(
	    "publish", view_publish(&done, &s->view, &folder, &why), REASON_OK);
	return s->view;
}

static struct view_file *
open_current(void)
{
	struct view_file *f;
	struct fault why;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/current", folder.path);
	fault_init(&why, SPAN(""));
	CHECK_REASON("open", view_open(&f, path, &why), REASON_OK);
	return f;
}

static size_t
count_past(void)
{
	struct view_past *past;
	size_t n;

	CHECK_REASON(
	    "list", view_past_list(&past, &n, folder.path, &arena), REASON_OK);
	return n;
}

static int
run_shell(const char *script)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(root) != 0)
			_exit(99);
		(void)execl("/bin/sh", "sh", "-ec", script, NULL);
		_exit(98);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

static void
shell(const char *script)
{
	assert_int_equal(run_shell(script), 0);
}

static void
test_serial(void **state)
{
	struct view v;

	(void)state;
	v = publish(0xff, 100);
	assert_true(done.is_new);
	assert_int_equal(done.lost, R_VIEW_MISSING);
	assert_int_equal(v.serial, 1);
	assert_int_equal(v.sessions[2], 9);
	assert_int_equal(v.made_at, 100);
	folder.sessions[2] = 10;
	/* Nothing changed: the same serial, and no difference. */
	v = publish(0xff, 110);
	assert_int_equal(v.serial, 1);
	assert_int_equal(v.sessions[2], 9);
	assert_int_equal(count_past(), 0);
	/* One of two that say the same: kept, but routers hear nothing. */
	v = publish(0xfd, 120);
	assert_int_equal(done.n_changes, 1);
	assert_int_equal(done.n_heard, 0);
	assert_int_equal(v.serial, 1);
	assert_int_equal(count_past(), 1);
	v = publish(0xf9, 130);
	assert_int_equal(done.n_heard, 1);
	assert_int_equal(v.serial, 2);
	assert_int_equal(count_past(), 2);
	/* A clock that stands or goes back. */
	v = publish(0xff, 130);
	assert_int_equal(v.made_at, 131);
	v = publish(0xfe, 5);
	assert_int_equal(v.made_at, 132);
	assert_int_equal(v.serial, 4);
}

/* What is asked of the past is what was published. */
static void
test_at(void **state)
{
	static const unsigned masks[] = { 0xff, 0xff, 0x0f, 0xf1, 0xf1, 0x3c };
	struct view views[COUNT(masks)], then;
	struct view_file *f;

	(void)state;
	for (size_t i = 0; i < COUNT(masks); i++)
		views[i] = publish(masks[i], 100 + 10 * (int64_t)i);
	f = open_current();
	for (int64_t at = 100; at < 170; at++) {
		size_t i = at >= 150 ? 5 : (size_t)(at - 100) / 10;
		struct view_delta d;

		CHECK_REASON("at", view_at(&then, f, folder.path, at, &arena),
		    REASON_OK);
		CHECK_REASON(
		    "diff", view_diff(&d, &then, &views[i], &arena), REASON_OK);
		assert_int_equal(d.n, 0);
		assert_int_equal(then.n, views[i].n);
		assert_int_equal(then.serial, views[i].serial);
	}
	CHECK_REASON("before all", view_at(&then, f, folder.path, 50, &arena),
	    R_VIEW_PAST);
	/* A gap hides what is older, and nothing else. */
	shell("rm v/history/*0003-*");
	CHECK_REASON("after the gap",
	    view_at(&then, f, folder.path, 145, &arena), REASON_OK);
	CHECK_REASON("before the gap",
	    view_at(&then, f, folder.path, 125, &arena), R_VIEW_PAST);
	shell("echo x >$(ls v/history/*0004-*)");
	CHECK_REASON("damaged", view_at(&then, f, folder.path, 145, &arena),
	    R_VIEW_DAMAGED);
	view_close(f);
}

/* Of the time, of the serials that routers may ask for, and not too many. */
static void
test_prune(void **state)
{
	(void)state;
	folder.keep_s = 35;
	folder.serials = 2;
	for (int64_t i = 0; i < 12; i++)
		(void)publish(i % 2 == 0 ? 0xff : 0x0f, 100 + 10 * i);
	assert_int_equal(count_past(), 4);
	folder.keep_s = 5;
	(void)publish(0xff, 230);
	assert_int_equal(count_past(), 2);
	folder.keep_s = 1000;
	folder.keep_n = 3;
	for (int64_t i = 0; i < 6; i++)
		(void)publish(i % 2 == 0 ? 0x0f : 0xff, 300 + 10 * i);
	assert_int_equal(count_past(), 3);
}

/* Sessions are new when the view was lost, and what led to it leads nowhere:
 * its editions are not given again. */
static void
test_lost(void **state)
{
	struct view v, then;
	struct view_file *f;

	(void)state;
	(void)publish(0xff, 100);
	(void)publish(0x0f, 110);
	(void)publish(0xff, 120);
	folder.sessions[2] = 10;
	shell("echo nonsense >v/current");
	v = publish(0x0f, 130);
	assert_true(done.is_new);
	assert_int_equal(done.lost, R_VIEW_DAMAGED);
	assert_int_equal(v.sessions[2], 10);
	assert_int_equal(v.serial, 1);
	(void)publish(0xff, 140);
	f = open_current();
	CHECK_REASON(
	    "since", view_at(&then, f, folder.path, 135, &arena), REASON_OK);
	CHECK_REASON(
	    "before", view_at(&then, f, folder.path, 115, &arena), R_VIEW_PAST);
	view_close(f);
}

/* A difference without its view: the run ended between the two. */
static void
test_crash(void **state)
{
	struct view views[2], then;
	struct view_file *f;
	struct view_delta d;

	(void)state;
	views[0] = publish(0xff, 100);
	shell("cp v/current kept");
	(void)publish(0x01, 110);
	shell("cp kept v/current");
	views[1] = publish(0x0f, 120);
	assert_int_equal(views[1].serial, 2);
	f = open_current();
	CHECK_REASON(
	    "then", view_at(&then, f, folder.path, 105, &arena), REASON_OK);
	CHECK_REASON(
	    "diff", view_diff(&d, &then, &views[0], &arena), REASON_OK);
	assert_int_equal(d.n, 0);
	view_close(f);
}

static void
test_folder(void **state)
{
	struct sample s;
	struct fault why;

	(void)state;
	sample_init(&s);
	folder.path = "/proc/no-such-folder";
	fault_init(&why, SPAN(""));
	CHECK_REASON("no folder", view_publish(&done, &s.view, &folder, &why),
	    R_VIEW_WRITE);
	assert_true(strstr(why.detail, folder.path) != NULL);
}

static int
setup(void **state)
{
	static char path[80];

	(void)state;
	arena_init(&arena, SIZE_MAX);
	(void)snprintf(root, sizeof(root), "/tmp/cairn-publish-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	(void)snprintf(path, sizeof(path), "%s/v", root);
	folder = (struct view_folder){ .path = path,
		.serials = 24,
		.keep_s = 100000,
		.keep_n = 1000,
		.sessions = { 7, 8, 9 } };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return run_shell("rm -rf v kept; rmdir \"$PWD\"");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_serial),
		CASE(test_at),
		CASE(test_prune),
		CASE(test_lost),
		CASE(test_crash),
		CASE(test_folder),
	};

	return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
