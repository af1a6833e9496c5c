/*
 * Clocks that are wrong, jump, or tell of a year that is far away: LO4 of
 * hostile.md. time(2) says what a test wants (-Wl,--wrap=time).
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "tests/run/scene.h"

#define YEAR INT64_C(31557600)

/* The linker's wrapper has no argument to carry these. */
static int64_t clock_at = 1795000000, clock_step;

time_t __wrap_time(time_t *);

time_t
__wrap_time(time_t *out)
{
	time_t now = (time_t)clock_at;

	assert_null(out);
	clock_at += clock_step;
	return now;
}

static const char world[] =
    "ta a { host a.example module a resources 10.0.0.0/8 AS1-AS99"
    " roa r { as 1 prefix 10.1.0.0/16 }"
    " ca c { resources 10.2.0.0/16 AS2 roa r { as 2 prefix 10.2.0.0/16 } } }";
static const char both[] = "AS1 10.1.0.0/16-16 a\nAS2 10.2.0.0/16-16 a\n";

static void
run_at(struct scene *s, int64_t at)
{
	clock_at = at;
	scene_run(s);
}

/* As if nothing had been: all is in force, and nothing had to come again. */
static void
check_right(struct scene *s, const char *what, int64_t at)
{
	run_at(s, at);
	CHECK(what, strcmp(scene_vrps(s), both) == 0);
	CHECK(what, s->result.view.n_findings == 0 && !s->result.degraded);
	CHECK(what, s->result.repositories[0].new_objects == 0);
}

/* Nothing is lost: time stands, and that is told. */
static void
test_behind(void **state)
{
	static const struct {
		const char *what;
		int64_t at; /* after the epoch; else after "now" */
	} cases[] = { { "1970, at boot", 40 }, { "two years", -2 * YEAR },
		{ "a day", -86400 } };
	struct scene *s = *state;
	int64_t now = s->at + 60;

	scene_world(s, world, s->at);
	run_at(s, now);
	assert_string_equal(scene_vrps(s), both);
	for (size_t i = 0; i < COUNT(cases); i++) {
		int64_t at = cases[i].at;

		/* For longer than anything is held. */
		for (int64_t k = 0; k < 3; k++) {
			run_at(s, (at > 0 ? 0 : now) + at + k * 7200);
			CHECK(cases[i].what, strcmp(scene_vrps(s), both) == 0);
			CHECK(cases[i].what, scene_found(s, R_RUN_CLOCK, ""));
			CHECK(cases[i].what, s->result.degraded);
			provoked(R_RUN_CLOCK);
		}
		check_right(s, cases[i].what, now + 60 * (int64_t)(i + 1));
	}
	/* Nearly right is right. */
	check_right(s, "half an hour", s->at - 1800);
	/* The next issue is not kept out by what happened. */
	scene_world(s, world, s->at + 600);
	run_at(s, s->at + 660);
	assert_string_equal(scene_vrps(s), both);
	assert_true(s->result.repositories[0].new_objects > 0);
}

/* What expired by a wrong clock is there when it is right. */
static void
test_ahead(void **state)
{
	struct scene *s = *state;

	scene_world(s, world, s->at);
	run_at(s, s->at + 60);
	run_at(s, s->at + 2 * YEAR);
	assert_string_equal(scene_vrps(s), "");
	assert_true(s->result.degraded);
	check_right(s, "ahead", s->at + 120);
}

/* A run has one time: its clock may jump while it is under way. */
static void
test_jumps(void **state)
{
	struct scene *s = *state;

	scene_world(s, world, s->at);
	for (clock_step = -600; clock_step <= 600; clock_step += 600) {
		run_at(s, s->at + 60);
		assert_string_equal(scene_vrps(s), both);
		assert_int_equal(s->result.view.at, s->at + 60);
	}
	clock_step = 0;
}

/* 2^31 and 2^32 seconds are moments like others. */
static void
test_years(void **state)
{
	static const int64_t moments[] = { INT32_MAX, (int64_t)UINT32_MAX,
		INT64_C(2524608000) /* 2050: GeneralizedTime */ };
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(moments); i++) {
		scene_shell(s, "rm -rf w");
		scene_world(s, world, moments[i] - 5);
		for (int64_t k = -3; k <= 3; k++)
			run_at(s, moments[i] + k);
		assert_string_equal(scene_vrps(s), both);
		assert_int_equal(s->result.view.n_findings, 0);
	}
}

/* Where on the earth it stands says nothing. */
static void
test_zones(void **state)
{
	static const char *const zones[] = { "UTC", "Pacific/Kiritimati",
		"EST5EDT", "<-12>12", "nonsense/zone" };
	struct scene *s = *state;

	scene_world(s, world, s->at);
	for (size_t i = 0; i < COUNT(zones); i++) {
		assert_int_equal(setenv("TZ", zones[i], 1), 0);
		tzset();
		run_at(s, s->at + 60);
		CHECK(zones[i], strcmp(scene_vrps(s), both) == 0);
		CHECK(zones[i], s->result.view.n_findings == 0);
	}
	(void)unsetenv("TZ");
	tzset();
}

int
main(void)
{
	const struct CMUnitTest tests[] = { SCENE(test_behind),
		SCENE(test_ahead), SCENE(test_jumps), SCENE(test_years),
		SCENE(test_zones) };

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
