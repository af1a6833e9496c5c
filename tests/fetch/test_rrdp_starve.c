/* A heap that runs dry at any moment: a refusal for want of memory, never
 * anything else, and nothing is lost. */
#include "tests/check.h"

#include <unistd.h>

#include "tests/fetch/files.h"
#include "tests/starve.h"

static enum reason
take(void *ctx, struct span bytes)
{
	return rrdp_reader_feed(ctx, bytes);
}

static enum reason
on_head(void *ctx, const struct rrdp_session *session, uint64_t serial)
{
	(void)ctx, (void)session, (void)serial;
	return REASON_OK;
}

static enum reason
on_begin(void *ctx, const struct rrdp_element *e)
{
	(void)ctx, (void)e;
	return REASON_OK;
}

static enum reason
on_bytes(void *ctx, struct span bytes)
{
	(void)ctx, (void)bytes;
	return REASON_OK;
}

static enum reason
on_end(void *ctx)
{
	(void)ctx;
	return REASON_OK;
}

static enum reason
read_snapshot(struct span text, const struct limits *l)
{
	const struct rrdp_events events = { .head = on_head,
		.begin = on_begin,
		.bytes = on_bytes,
		.end = on_end };
	struct rrdp_reader *x = NULL;
	enum reason r = rrdp_reader_new(&x, RRDP_SNAPSHOT, &events, l);

	if (r == REASON_OK)
		r = take(x, text);
	if (r == REASON_OK)
		r = rrdp_reader_end(x);
	rrdp_reader_free(x);
	return r;
}

static void
test_reader(void **state)
{
	enum reason r = R_LIMIT_MEMORY;
	struct limits l;
	struct buf b;
	size_t n;

	(void)state;
	limits_init(&l);
	buf_init(&b, 1 << 20);
	put_words(&b, "snapshot", SESSION, 3, "+a1 +b2 +c3");
	for (n = 0; r != REASON_OK; n++) {
		assert_true(n < 1000);
		starve_after(n);
		r = read_snapshot(buf_view(&b), &l);
		starve_never();
		if (r != REASON_OK)
			CHECK_REASON("limit.memory", r, R_LIMIT_MEMORY);
	}
	assert_true(n > 5);
	buf_fini(&b);
}

/* In a box: the last record says so, or there is none. */
static void
test_box(void **state)
{
	enum reason r = R_LIMIT_MEMORY;
	struct rrdp_record end;
	struct span detail;
	struct limits l;
	struct buf b;
	size_t n;

	(void)state;
	limits_init(&l);
	buf_init(&b, 1 << 20);
	put_words(&b, "delta", SESSION, 3, "+a1 ~b12 -c3");
	for (n = 0; r != REASON_OK; n++) {
		struct rrdp_spool ask = { .kind = RRDP_DELTA,
			.bytes_max = 1 << 20,
			.body = file_of(buf_view(&b)),
			.bytes = file_new(),
			.index = file_new() };
		struct rrdp_index x = { .limits = &l };

		assert_true(n < 1000);
		starve_after(n);
		rrdp_spool(&ask, &l);
		starve_never();
		x.rest = file_map(ask.index);
		r = rrdp_index_check(&end, &detail, &x);
		assert_true(r == REASON_OK || r == R_LIMIT_MEMORY ||
			    r == R_FETCH_PROCESS);
		file_unmap(x.rest);
		assert_int_equal(lseek(ask.body, 0, SEEK_SET), 0);
		(void)close(ask.body);
		(void)close(ask.bytes);
		(void)close(ask.index);
	}
	assert_true(n > 8);
	buf_fini(&b);
}

static void
test_fold(void **state)
{
	struct rrdp_expected want = { .kind = RRDP_SNAPSHOT, .serial = 3 };
	enum reason r = R_LIMIT_MEMORY;
	struct taken t;
	struct limits l;
	struct buf b;
	size_t n;

	(void)state;
	limits_init(&l);
	assert_true(rrdp_session_parse(&want.session, SPAN(SESSION)));
	buf_init(&b, 1 << 20);
	put_words(&b, "snapshot", SESSION, 3, "+a1 +b2 +c3 +d4 +e5 +f6 +g7");
	want.hash = hash_of(buf_view(&b));
	take_file(&t, RRDP_SNAPSHOT, buf_view(&b), false, &l);
	for (n = 0; r != REASON_OK; n++) {
		struct rrdp_fold f;
		struct fault why;

		assert_true(n < 100);
		fault_init(&why, SPAN(""));
		rrdp_fold_init(&f, &l);
		starve_after(n);
		r = rrdp_fold_add(&f, &want, &t.view, &why);
		starve_never();
		if (r != REASON_OK)
			CHECK_REASON("limit.memory", r, R_LIMIT_MEMORY);
		rrdp_fold_fini(&f);
	}
	assert_true(n > 3);
	taken_fini(&t);
	buf_fini(&b);
}

/* A list longer than its arena. */
static void
test_notification(void **state)
{
	struct rrdp_notification n;
	struct rrdp_events e;
	struct digest d = { { 0 } };
	struct arena a;
	struct limits l;
	struct uri uri;
	enum reason r = REASON_OK;
	uint64_t serial = 1;

	(void)state;
	limits_init(&l);
	assert_int_equal(uri_parse(&uri, SPAN(HOST "n"), &l), REASON_OK);
	arena_init(&a, 8192);
	rrdp_notification_init(&n, &uri, &a, &l);
	e = rrdp_notification_events(&n);
	for (; r == REASON_OK && serial < 500; serial++)
		r = e.delta(e.ctx, serial, SPAN(HOST "d"), &d);
	CHECK_REASON("limit.memory", r, R_LIMIT_MEMORY);
	arena_fini(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reader),
		cmocka_unit_test(test_box),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_notification),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
