/* The newest view published once more, at another time. */
#include "tests/view/folder.h"
#include "view/format.h"

static enum reason
publish_again(const struct view_name *was, int64_t at)
{
	const struct view_again again = { .was = *was,
		.at = at,
		.state = SPAN("fresh"),
		.fetched_at = at - 1 };
	struct fault why;

	folder.now = at;
	fault_init(&why, SPAN(""));
	return view_publish_again(&done, &again, &folder, &why);
}

static struct view_name
newest(void)
{
	struct view_head head;
	struct view_name name;

	assert_true(view_newest(&head, folder.path));
	view_name_of(&name, &head);
	return name;
}

/* To the byte what a view with those times makes. */
static void
test_again(void **state)
{
	struct view_name name;
	struct view_file *f;
	struct buf want;
	struct view v;

	(void)state;
	(void)publish(0xff, 100);
	(void)publish(0x0f, 110);
	name = newest();
	CHECK_REASON("again", publish_again(&name, 200), REASON_OK);
	assert_int_equal(done.n_changes, 0);
	assert_int_equal(done.edition.number, 2);
	f = open_current();
	assert_int_equal(view_head(f)->at, 200);
	assert_int_equal(view_head(f)->made_at, 200);
	CHECK_REASON("load", view_load(&v, f, &arena), REASON_OK);
	for (size_t i = 0; i < v.n_repositories; i++)
		assert_true(span_eq(v.repositories[i].state, SPAN("fresh")) ==
			    (v.repositories[i].fetched_at == 199));
	buf_init(&want, SIZE_MAX);
	CHECK_REASON(
	    "bytes", view_bytes(&want, &v, view_head(f)->edition), REASON_OK);
	assert_int_equal(want.n, f->n);
	assert_memory_equal(want.p, f->p, f->n);
	buf_fini(&want);
	view_close(f);
	/* A clock that goes back; then it is not the one any more. */
	name = newest();
	CHECK_REASON("back", publish_again(&name, 150), REASON_OK);
	assert_int_equal(newest().made_at, 201);
	CHECK_REASON("other", publish_again(&name, 300), R_VIEW_DAMAGED);
	assert_int_equal(newest().made_at, 201);
}

/* One byte in each page and in front: it is not carried on. */
static void
test_again_damaged(void **state)
{
	struct view_name name;
	struct view_file *f;
	char script[128];
	size_t n;

	(void)state;
	(void)publish(0xff, 100);
	name = newest();
	f = open_current();
	n = f->n;
	view_close(f);
	shell("cp v/current kept");
	for (size_t at = 3; at < n; at += 509) {
		(void)snprintf(script, sizeof(script),
		    "cp kept v/current; printf '\377' |"
		    " dd of=v/current bs=1 seek=%zu conv=notrunc 2>/dev/null;"
		    "! cmp -s kept v/current",
		    at);
		if (run_shell(script) == 0)
			CHECK_REASON(
			    script, publish_again(&name, 200), R_VIEW_DAMAGED);
	}
	shell("rm v/current");
	CHECK_REASON("none", publish_again(&name, 200), R_VIEW_DAMAGED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_again),
		CASE(test_again_damaged),
	};

	return cmocka_run_group_tests_name("again", tests, NULL, NULL);
}
