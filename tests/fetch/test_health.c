/* When to try again, and when rsync may stand in. */
#include "tests/check.h"

#include "fetch/fetch.h"

#define NOW  INT64_C(1800000000)
#define HOUR 3600

static void
test_wait(void **state)
{
	static const int64_t minutes[] = { 0, 0, 30, 60, 120, 240, 480, 960,
		1440, 1440 };
	struct fetch_health h = { .good_at = NOW - 60 };
	struct limits l;

	(void)state;
	limits_init(&l);
	assert_int_equal(fetch_health_check(&h, NOW, &l), REASON_OK);
	for (size_t i = 0; i < COUNT(minutes); i++) {
		int64_t wait = minutes[i] * 60;

		fetch_health_failed(&h, NOW, 0);
		assert_int_equal(h.failures, i + 1);
		if (wait > 0)
			CHECK_REASON("fetch.backoff",
			    fetch_health_check(&h, NOW + wait - 1, &l),
			    R_FETCH_BACKOFF);
		assert_int_equal(
		    fetch_health_check(&h, NOW + wait, &l), REASON_OK);
	}
	h.failures = UINT32_MAX;
	fetch_health_failed(&h, NOW, 0);
	assert_int_equal(h.next_at, NOW + 24 * HOUR);
	assert_int_equal(h.good_at, NOW - 60);
	/* The clock was set back by years. */
	assert_int_equal(fetch_health_check(&h, NOW / 2, &l), REASON_OK);
	fetch_health_good(&h, NOW + 5, false, &l);
	assert_int_equal(h.failures, 0);
	assert_int_equal(h.good_at, NOW + 5);
	assert_int_equal(fetch_health_check(&h, NOW + 5, &l), REASON_OK);
}

/* HT9 */
static void
test_retry_after(void **state)
{
	struct fetch_health h = { 0 };
	struct limits l;

	(void)state;
	limits_init(&l);
	fetch_health_failed(&h, NOW, 600);
	CHECK_REASON("fetch.backoff", fetch_health_check(&h, NOW + 599, &l),
	    R_FETCH_BACKOFF);
	assert_int_equal(fetch_health_check(&h, NOW + 600, &l), REASON_OK);
}

/* A12: the fourth change in an hour, and not the third. */
static void
test_flips(void **state)
{
	struct fetch_health h = { 0 };
	struct limits l;

	(void)state;
	limits_init(&l);
	for (int i = 0; i < 3; i++) {
		fetch_health_good(&h, NOW + i * 600, true, &l);
		assert_int_equal(
		    fetch_health_check(&h, NOW + i * 600, &l), REASON_OK);
	}
	fetch_health_good(&h, NOW + 3599, true, &l);
	CHECK_REASON(
	    "rrdp.flips", fetch_health_check(&h, NOW + 3599, &l), R_RRDP_FLIPS);
	assert_int_equal(
	    fetch_health_check(&h, NOW + 3599 + HOUR, &l), REASON_OK);
	/* Slowly, for ever: no trouble. */
	h = (struct fetch_health){ 0 };
	for (int i = 0; i < 100; i++) {
		fetch_health_good(&h, NOW + i * 1200, true, &l);
		assert_int_equal(
		    fetch_health_check(&h, NOW + i * 1200, &l), REASON_OK);
	}
	/* A limit beyond what is remembered still is one. */
	l.session_changes = 1000000;
	h = (struct fetch_health){ 0 };
	for (int i = 0; i < 9; i++)
		fetch_health_good(&h, NOW + i, true, &l);
	CHECK_REASON(
	    "rrdp.flips", fetch_health_check(&h, NOW + 9, &l), R_RRDP_FLIPS);
}

static const struct {
	const char *what;
	enum fetch_fallback policy;
	int64_t age; /* of what RRDP gave last; -1: never */
	uint8_t key; /* first byte: how much more than an hour */
	bool want;
} cases[] = {
	{ "never", FALLBACK_NEVER, -1, 0, false },
	{ "never, old", FALLBACK_NEVER, 1000 * HOUR, 0, false },
	{ "new", FALLBACK_NEW, -1, 0, true },
	{ "new, but it worked once", FALLBACK_NEW, 1000 * HOUR, 0, false },
	{ "stale, first time", FALLBACK_STALE, -1, 0, true },
	/* RR16, A17 */
	{ "stale, fresh", FALLBACK_STALE, 60, 0, false },
	{ "stale, nearly an hour", FALLBACK_STALE, HOUR - 1, 0, false },
	{ "stale, an hour", FALLBACK_STALE, HOUR, 0, true },
	{ "stale, spread", FALLBACK_STALE, HOUR, 1, false },
	{ "stale, beyond the spread", FALLBACK_STALE, 90 * 60, 1, true },
	{ "stale, from the future", FALLBACK_STALE, -HOUR, 0, false },
};

static void
test_fallback(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct fetch_health h = {
			.good_at = cases[i].age == -1 ? 0 : NOW - cases[i].age
		};
		struct digest key = { { cases[i].key } };

		CHECK(cases[i].what, fetch_may_fall_back(cases[i].policy, &h,
					 &key, NOW) == cases[i].want);
	}
}

/* All repositories of a server that fails do not turn to rsync at once. */
static void
test_spread(void **state)
{
	struct fetch_health h = { .good_at = NOW - HOUR - 900 };
	unsigned n = 0;

	(void)state;
	for (unsigned i = 0; i < 256; i++) {
		struct digest key = { { (uint8_t)(i * 7), (uint8_t)(i * 13),
		    (uint8_t)i, (uint8_t)(i * 31) } };

		n += fetch_may_fall_back(FALLBACK_STALE, &h, &key, NOW);
	}
	assert_in_range(n, 80, 176);
}

static void
test_form(void **state)
{
	struct fetch_health h = { .failures = 7,
		.good_at = NOW,
		.next_at = NOW + 60,
		.flips = { NOW, NOW - 1 } };
	struct fetch_health back;
	struct buf b;

	(void)state;
	buf_init(&b, 1000);
	fetch_health_write(&b, &h);
	assert_true(fetch_health_parse(&back, buf_view(&b)));
	assert_memory_equal(&back, &h, sizeof(h));
	for (size_t i = 0; i < b.n; i++)
		assert_false(fetch_health_parse(&back, span_of(b.p, i)));
	for (size_t i = 0; i < 25; i += 8) {
		uint8_t good = b.p[i == 0 ? 0 : i - 7];

		/* The version; and the highest byte of each number. */
		b.p[i == 0 ? 0 : i - 7] = 0xff;
		assert_false(fetch_health_parse(&back, buf_view(&b)));
		b.p[i == 0 ? 0 : i - 7] = good;
	}
	buf_byte(&b, 0);
	assert_false(fetch_health_parse(&back, buf_view(&b)));
	buf_fini(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_flips),
		cmocka_unit_test(test_fallback),
		cmocka_unit_test(test_spread),
		cmocka_unit_test(test_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
