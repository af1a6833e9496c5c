/* Whole runs in which judging one manifest ends the worker. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/run/scene.h"

#include "pool/worker.h"

/* Set before the run forks. */
static struct digest target;

void
worker_poison(const struct job *j)
{
	if (!digest_eq(&j->manifest_hash, &target))
		return;
	(void)signal(SIGSEGV, SIG_DFL);
	(void)raise(SIGSEGV);
}

static void
poison_file(const struct scene *s, const char *name)
{
	char path[160];
	struct buf bytes;
	uint8_t chunk[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/w/repo/%s", s->root, name);
	f = fopen(path, "r");
	CHECK(path, f != NULL);
	buf_init(&bytes, 1 << 20);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&bytes, chunk, n);
	(void)fclose(f);
	crypt_sha256(target.b, buf_view(&bytes));
	buf_fini(&bytes);
}

#define WORLD                                                           \
	"ta a { host a.example module a resources 10.0.0.0/8 AS1-AS9\n" \
	"ca one { resources 10.1.0.0/16 AS1\n"                          \
	"roa x { as 1 prefix 10.1.0.0/20 } }\n"                         \
	"ca two { resources 10.2.0.0/16 AS2\n"                          \
	"roa z { as 2 prefix 10.2.0.0/20 } } }\n"
#define ONE "AS1 10.1.0.0/20-20 a\n"
#define TWO "AS2 10.2.0.0/20-20 a\n"

/* One point is lost, the rest exact, and no run fails. */
static void
test_quarantine(void **state)
{
	static const uint64_t jobs[] = { 1, 2, 8 };
	struct scene *s = *state;
	bool found = false;

	scene_world(s, WORLD, s->at);
	poison_file(s, "a.example/a/one/one.mft");
	for (size_t i = 0; i < COUNT(jobs); i++) {
		s->conf.jobs = jobs[i];
		scene_run(s);
		assert_string_equal(scene_vrps(s), TWO);
		CHECK_REASON("quarantined",
		    scene_found(s, R_POINT_QUARANTINED, "one.mft")
			? R_POINT_QUARANTINED
			: REASON_OK,
		    R_POINT_QUARANTINED);
		assert_int_equal(s->result.work.points_quarantined, 1);
		assert_int_equal(s->result.tas[0].points_failed, 1);
	}
	for (size_t i = 0; i < s->result.view.n_findings; i++) {
		const struct finding *f = &s->result.view.findings[i];

		if (f->reason != R_POINT_QUARANTINED)
			continue;
		found = true;
		assert_true(span_eq(f->detail, SPAN("signal 11")));
		assert_true(digest_eq(&f->hash, &target));
	}
	assert_true(found);
	/* With the bytes, the quarantine goes. */
	memset(&target, 0, sizeof(target));
	scene_run(s);
	assert_string_equal(scene_vrps(s), ONE TWO);
	assert_int_equal(s->result.work.workers_died, 0);
}

/* RFC 9286 6.6: what was good holds. */
static void
test_last_good(void **state)
{
	struct scene *s = *state;

	memset(&target, 0, sizeof(target));
	scene_world(s, WORLD, s->at - 3600);
	scene_run(s);
	assert_string_equal(scene_vrps(s), ONE TWO);
	scene_world(s, WORLD, s->at);
	poison_file(s, "a.example/a/one/one.mft");
	scene_run(s);
	assert_string_equal(scene_vrps(s), ONE TWO);
	assert_true(scene_found(s, R_POINT_QUARANTINED, "one.mft"));
	assert_int_equal(s->result.tas[0].points_old, 1);
	assert_int_equal(s->result.tas[0].points_failed, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_quarantine),
		SCENE(test_last_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
