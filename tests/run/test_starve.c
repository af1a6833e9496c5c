/*
 * A run whose memory ends at the n-th allocation, and its processes' with it:
 * it says so, or is right; what was published stays; the next one is right.
 * LO5 of hostile.md.
 */
#include <string.h>

#include "tests/run/scene.h"
#include "tests/starve.h"

static const char first[] =
    "ta a { host a.example module a resources 10.0.0.0/8 AS1-AS99"
    " roa r { as 1 prefix 10.1.0.0/16 }"
    " ca c { resources 10.2.0.0/16 AS2 roa r { as 2 prefix 10.2.0.0/16 } } }";
static const char second[] =
    "ta a { host a.example module a resources 10.0.0.0/8 AS1-AS99"
    " roa r { as 1 prefix 10.1.0.0/16 }"
    " roa new { as 3 prefix 10.3.0.0/16 }"
    " ca c { resources 10.2.0.0/16 AS2 roa r { as 2 prefix 10.2.0.0/16 } } }";
static const char before[] = "AS1 10.1.0.0/16-16 a\nAS2 10.2.0.0/16-16 a\n";
static const char after[] = "AS1 10.1.0.0/16-16 a\nAS2 10.2.0.0/16-16 a\n"
			    "AS3 10.3.0.0/16-16 a\n";

static void
check(const struct scene *s, size_t n, bool ok)
{
	if (!ok)
		fail_msg("memory for %zu: %s", n, scene_vrps(s));
}

/* What is published, by reading it: once is enough for two outcomes. */
static bool
is_published(const struct scene *s, const char *vrps)
{
	struct arena arena;
	struct view_file *file = NULL;
	struct scene published = { 0 };
	struct fault why;
	char path[128];
	bool is;

	(void)snprintf(path, sizeof(path), "%s/w/cache/view/current", s->root);
	fault_init(&why, SPAN(""));
	arena_init(&arena, SIZE_MAX);
	CHECK_REASON("open", view_open(&file, path, &why), REASON_OK);
	CHECK_REASON(
	    "load", view_load(&published.result.view, file, &arena), REASON_OK);
	is = strcmp(scene_vrps(&published), vrps) == 0;
	view_close(file);
	arena_fini(&arena);
	return is;
}

static void
test_starved(void **state)
{
	struct scene *s = *state;
	size_t n = 0, total, failed = 0;

	bool was_short;

	do {
		enum reason r;

		scene_shell(s, "rm -rf w");
		scene_world(s, first, s->at);
		s->conf.jobs = 1;
		scene_run(s);
		scene_world(s, second, s->at + 60);
		s->conf.jobs = 1;
		starve_after(n);
		r = scene_try(s);
		total = starve_count();
		starve_never();
		failed += r != REASON_OK;
		if (r == REASON_OK) {
			check(s, n,
			    strcmp(scene_vrps(s), after) == 0 ||
				(strcmp(scene_vrps(s), before) == 0 &&
				    s->result.view.n_findings > 0));
		}
		check(s, n, is_published(s, before) || is_published(s, after));
		scene_run(s);
		check(s, n, strcmp(scene_vrps(s), after) == 0);
		check(s, n, is_published(s, after));
		was_short = total > n;
		n += n / 8 + 1;
	} while (was_short);
	assert_true(failed > 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { SCENE(test_starved) };

	return cmocka_run_group_tests_name("starve", tests, NULL, NULL);
}
