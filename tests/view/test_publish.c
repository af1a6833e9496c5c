/* The folder of published views: serials, sessions, what is kept of the past,
 * and what a crash or a lost file leaves. */
#include "tests/view/folder.h"

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
	view_close(f);
}

/* Of the time, of the serials that routers may ask for, and not too many: in
 * eighths, so never more, and never much less. */
static void
test_prune(void **state)
{
	size_t n;

	(void)state;
	folder.keep_s = 35;
	folder.serials = 2;
	for (int64_t i = 0; i < 13; i++)
		(void)publish(i % 2 == 0 ? 0xff : 0x0f, 100 + 10 * i);
	n = count_past();
	assert_true(n >= 4 && n <= 5);
	folder.keep_s = 5;
	(void)publish(0x0f, 230);
	(void)publish(0xff, 240);
	n = count_past();
	assert_true(n >= 2 && n <= 3);
	folder.keep_s = 1000;
	folder.keep_n = 3;
	for (int64_t i = 0; i < 6; i++) {
		(void)publish(i % 2 == 0 ? 0x0f : 0xff, 300 + 10 * i);
		assert_true(count_past() <= 3);
	}
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

/* What the caller has read is believed of that view, and of no other. */
static void
test_read(void **state)
{
	struct view_file *f;
	struct view read;

	(void)state;
	(void)publish(0xff, 100);
	f = open_current();
	CHECK_REASON("load", view_load(&read, f, &arena), REASON_OK);
	folder.read_file = f;
	folder.read = &read;
	/* To see that it is this that is looked at. */
	read.n = 0;
	(void)publish(0xff, 110);
	assert_true(done.n_changes > 0);
	/* It is not the newest by now. */
	(void)publish(0xff, 120);
	assert_int_equal(done.n_changes, 0);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_serial),
		CASE(test_at),
		CASE(test_prune),
		CASE(test_lost),
		CASE(test_crash),
		CASE(test_read),
		CASE(test_folder),
	};

	return cmocka_run_group_tests_name("publish", tests, NULL, NULL);
}
