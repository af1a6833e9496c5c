/*
 * Many workers, some of them poisoned, killed, stopped: all tasks end, and
 * those that were not poisoned with the same answers as without all that.
 */
#include "tests/pool/point.h"

#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "pool/pool.h"
#include "pool/worker.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define MIB ((size_t)1 << 20)

/* ---- poison: in the first bytes of the manifest's hash
 * ------------------------
 */

enum poison {
	HARMLESS,
	CRASH,
	ABORT,
	LOOP,
	EAT,
	LEAVE,
	KILL_PARENT,
	POISONS
};

static const uint8_t mark[4] = { 'p', 'o', 'i', 's' };

void
worker_poison(const struct job *j)
{
	const uint8_t *h = j->manifest_hash.b;

	if (memcmp(h, mark, sizeof(mark)) != 0)
		return;
	switch (h[4]) {
	case CRASH:
		(void)signal(SIGSEGV, SIG_DFL);
		(void)raise(SIGSEGV);
		break;
	case ABORT:
		(void)signal(SIGABRT, SIG_DFL);
		abort();
	case LOOP:
		for (volatile uint64_t i = 0;; i++)
			;
	case EAT:
		while (base_alloc(MIB) != NULL)
			;
		_exit(9); /* the judge would be out of memory too */
	case LEAVE:
		_exit(3);
	case KILL_PARENT:
		if (kill(getppid(), SIGKILL) != 0)
			_exit(4);
		break;
	default:
		break;
	}
}

/* ---- scene
 * -------------------------------------------------------------------
 */

struct scene {
	struct kit *kit;
	struct arena arena, answers;
	struct job job;
	struct pool_settings settings;
	struct pool *pool;
	struct fault why;
	char *want; /* what the point says, judged here */
	struct task *tasks;
	size_t n;

	/* The tormentor. */
	int signal;
	unsigned every_ms, n_hit;
	int64_t next_ms;
	uint64_t seed;
};

static int64_t
now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The pool calls it before each job: bytes are there, so it hits somebody. */
static void
torment(void *ctx, struct job *j)
{
	struct scene *s = ctx;
	int pids[64];
	size_t n;

	(void)j;
	if (s->signal == 0 || now_ms() < s->next_ms)
		return;
	s->next_ms = now_ms() + s->every_ms;
	n = pool_pids(s->pool, pids, COUNT(pids));
	s->seed = s->seed * 6364136223846793005u + 1442695040888963407u;
	if (n > 0 && kill(pids[(s->seed >> 33) % n], s->signal) == 0)
		s->n_hit++;
}

static int
setup(void **state)
{
	struct scene *s = base_alloc(sizeof(*s));
	struct rpki_point here;

	s->kit = kit_new();
	arena_init(&s->arena, SIZE_MAX);
	arena_init(&s->answers, SIZE_MAX);
	kit_write(s->kit);
	point_job(&s->job, s->kit, &s->arena);
	kit_judge(&here, s->kit, KIT_AT, &s->arena);
	s->want = point_text(&here);
	pool_settings_init(&s->settings);
	s->settings.in_size = s->settings.out_size = 16 * MIB;
	s->settings.memory = 256 * MIB;
	s->settings.jobs = 2;
	fault_init(&s->why, span_of(NULL, 0));
	*state = s;
	return 0;
}

static int
teardown(void **state)
{
	struct scene *s = *state;

	pool_close(s->pool);
	base_free(s->tasks);
	base_free(s->want);
	arena_fini(&s->answers);
	arena_fini(&s->arena);
	kit_free(s->kit);
	base_free(s);
	return 0;
}

static void
open_pool(struct scene *s)
{
	CHECK_REASON(s->why.detail, pool_open(&s->pool, &s->settings, &s->why),
	    REASON_OK);
}

static void
make_tasks(struct scene *s, size_t n)
{
	base_free(s->tasks);
	s->tasks = base_alloc(n * sizeof(*s->tasks));
	s->n = n;
	for (size_t i = 0; i < n; i++)
		s->tasks[i].job = s->job;
}

static void
poison(struct scene *s, size_t i, enum poison what)
{
	struct digest *h = &s->tasks[i].job.manifest_hash;

	memcpy(h->b, mark, sizeof(mark));
	h->b[4] = (uint8_t)what;
}

static void
run_for(struct scene *s, unsigned anchor)
{
	struct pool_for who = { anchor, torment, s };

	CHECK_REASON(s->why.detail,
	    pool_run(s->pool, &who, s->tasks, s->n, &s->answers), REASON_OK);
}

/* This one says what the point says. */
static void
check_exact(const struct scene *s, size_t i)
{
	const struct task *t = &s->tasks[i];
	char *got;

	CHECK(t->why, !t->lost);
	assert_false(t->answer.outgrown);
	got = point_text(&t->answer.point);
	assert_string_equal(got, s->want);
	base_free(got);
}

static bool
is_poisoned(const struct scene *s, size_t i)
{
	return memcmp(s->tasks[i].job.manifest_hash.b, mark, sizeof(mark)) == 0;
}

static void
check_all(const struct scene *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (is_poisoned(s, i))
			assert_true(s->tasks[i].lost);
		else
			check_exact(s, i);
}

/* ---- tests
 * -------------------------------------------------------------------
 */

static void
test_numbers(void **state)
{
	static const uint32_t jobs[] = { 1, 2, 8, 64 };
	struct scene *s = *state;

	for (size_t i = 0; i < COUNT(jobs); i++) {
		s->settings.jobs = jobs[i];
		open_pool(s);
		assert_int_equal(pool_workers(s->pool), jobs[i]);
		make_tasks(s, 300);
		run_for(s, 0);
		check_all(s);
		assert_int_equal(pool_work(s->pool).jobs, 300);
		assert_int_equal(pool_work(s->pool).died, 0);
		assert_true(pool_work(s->pool).spawned <= jobs[i]);
		pool_close(s->pool);
		s->pool = NULL;
	}
	s->settings.jobs = 1000;
	open_pool(s);
	assert_int_equal(pool_workers(s->pool), 64);
	make_tasks(s, 0);
	run_for(s, 0);
	pool_close(s->pool);
	s->pool = NULL;
	s->settings.jobs = 0;
	open_pool(s);
	assert_true(pool_workers(s->pool) >= 1);
}

/* What is known to hold is not verified again, and says the same. */
static void
test_verdicts(void **state)
{
	struct scene *s = *state;
	uint64_t signatures;
	const uint8_t *held;

	open_pool(s);
	make_tasks(s, 1);
	run_for(s, 0);
	check_all(s);
	signatures = pool_work(s->pool).crypt.signatures;
	assert_true(signatures > 10);
	held = s->tasks[0].answer.held;
	for (size_t i = 0; i < s->job.n_files; i++)
		s->job.files[i].held = held[i];
	s->job.manifest_held = held[s->job.n_files];
	assert_int_equal(s->job.manifest_held, HELD_BY_ISSUER | HELD_BY_OWN);
	make_tasks(s, 1);
	run_for(s, 0);
	check_all(s);
	assert_int_equal(pool_work(s->pool).crypt.signatures, signatures);
}

/* The check of some objects finds what the judge would. */
static void
test_check(void **state)
{
	struct scene *s = *state;
	uint8_t held[KIT_FILES];

	open_pool(s);
	make_tasks(s, 1);
	run_for(s, 0);
	memcpy(held, s->tasks[0].answer.held, s->job.n_files);
	s->job.kind = JOB_CHECK;
	make_tasks(s, 1);
	run_for(s, 0);
	assert_false(s->tasks[0].lost);
	assert_memory_equal(s->tasks[0].answer.held, held, s->job.n_files);
}

/* A forged signature is no verdict, and is found again and again. */
static void
test_forged(void **state)
{
	struct scene *s = *state;
	struct rpki_point here;
	size_t bad = 0;

	s->kit->files[KIT_LAST_ROA].forged = true;
	kit_write(s->kit);
	point_job(&s->job, s->kit, &s->arena);
	kit_judge(&here, s->kit, KIT_AT, &s->arena);
	base_free(s->want);
	s->want = point_text(&here);
	open_pool(s);
	for (int again = 0; again < 2; again++) {
		make_tasks(s, 1);
		run_for(s, 0);
		check_all(s);
		bad = 0;
		for (size_t i = 0; i < s->job.n_files; i++) {
			s->job.files[i].held = s->tasks[0].answer.held[i];
			bad += span_ends(s->job.files[i].name, SPAN(".roa")) &&
			       s->job.files[i].held !=
				   (HELD_BY_ISSUER | HELD_BY_OWN);
		}
		assert_int_equal(bad, 1);
	}
}

static void
test_list(void **state)
{
	struct scene *s = *state;
	const struct listing *l;

	open_pool(s);
	make_tasks(s, 1);
	s->tasks[0].job.kind = JOB_LIST;
	run_for(s, 0);
	l = &s->tasks[0].answer.list;
	assert_true(l->readable);
	assert_int_equal(l->n, s->job.n_files);
	for (size_t i = 0; i < l->n; i++)
		assert_true(
		    digest_eq(&l->files[i].hash, &s->job.files[i].hash));
	make_tasks(s, 1);
	s->tasks[0].job.kind = JOB_LIST;
	s->tasks[0].job.manifest.n--;
	run_for(s, 0);
	assert_false(s->tasks[0].answer.list.readable);
}

/* D2: 100 poisoned points among many: those are given up, the rest exact. */
static void
test_poisoned(void **state)
{
	static const enum poison kinds[] = { CRASH, ABORT, LEAVE, KILL_PARENT };
	struct scene *s = *state;

	s->settings.jobs = 4;
	open_pool(s);
	make_tasks(s, 1000);
	for (size_t i = 0; i < 100; i++)
		poison(s, i * 10 + i % 7, kinds[i % COUNT(kinds)]);
	run_for(s, 0);
	check_all(s);
	assert_true(pool_work(s->pool).died >= 200);
	/* And the next ones are as if nothing had been. */
	make_tasks(s, 50);
	run_for(s, 0);
	check_all(s);
}

static void
test_last_words(void **state)
{
	struct scene *s = *state;

	open_pool(s);
	make_tasks(s, 3);
	poison(s, 0, CRASH);
	poison(s, 1, LEAVE);
	run_for(s, 0);
	assert_string_equal(s->tasks[0].why, "signal 11");
	assert_string_equal(s->tasks[1].why, "exit 3");
	check_all(s);
}

/* One that computes for ever, one that eats all memory. */
static void
test_greedy(void **state)
{
	struct scene *s = *state;

	s->settings.cpu_ms = 300;
	open_pool(s);
	make_tasks(s, 20);
	poison(s, 3, LOOP);
	if (!SANITIZED)
		poison(s, 7, EAT);
	run_for(s, 0);
	assert_string_equal(s->tasks[3].why, "more than 300 ms of CPU");
	check_all(s);
}

/* Larger than the ring, or the answer: nobody's fault but its own. */
static void
test_outgrown(void **state)
{
	struct job_file *many;
	struct scene *s = *state;

	s->settings.in_size = 4096;
	open_pool(s);
	make_tasks(s, 2);
	run_for(s, 0);
	assert_true(s->tasks[0].answer.outgrown && !s->tasks[0].lost);
	pool_close(s->pool);
	s->settings.in_size = 16 * MIB;
	s->settings.out_size = 4096;
	open_pool(s);
	make_tasks(s, 2);
	s->tasks[1].job.kind = JOB_LIST;
	many = ARENA_ARRAY(&s->arena, 5000, struct job_file);
	assert_non_null(many);
	s->tasks[0].job.kind = JOB_CHECK;
	s->tasks[0].job.files = many;
	s->tasks[0].job.n_files = 5000;
	run_for(s, 0);
	CHECK(s->tasks[0].why, s->tasks[0].answer.outgrown);
	CHECK(s->tasks[1].why, s->tasks[1].answer.list.readable);
	assert_int_equal(pool_work(s->pool).died, 0);
}

/* Nobody serves two trust anchors, or for ever. */
static void
test_replaced(void **state)
{
	struct scene *s = *state;

	s->settings.jobs = 1;
	s->settings.recycle = 20;
	open_pool(s);
	make_tasks(s, 10);
	run_for(s, 0);
	assert_int_equal(pool_work(s->pool).spawned, 1);
	run_for(s, 1);
	assert_int_equal(pool_work(s->pool).spawned, 2);
	run_for(s, 0);
	assert_int_equal(pool_work(s->pool).spawned, 3);
	make_tasks(s, 200);
	run_for(s, 0);
	check_all(s);
	assert_true(pool_work(s->pool).spawned > 4);
	assert_int_equal(pool_work(s->pool).died, 0);
}

/* When the machine has no memory left, one of these goes first (LO5). */
static void
test_offered(void **state)
{
	struct scene *s = *state;
	int pids[16];
	size_t n;

	open_pool(s);
	make_tasks(s, 10);
	run_for(s, 0);
	n = pool_pids(s->pool, pids, COUNT(pids));
	assert_true(n > 0);
	while (n-- > 0) {
		char path[64], text[16] = "";
		FILE *f;

		(void)snprintf(
		    path, sizeof(path), "/proc/%d/oom_score_adj", pids[n]);
		f = fopen(path, "r");
		assert_non_null(f);
		assert_non_null(fgets(text, sizeof(text), f));
		(void)fclose(f);
		assert_string_equal(text, "800\n");
	}
}

/* LO7: killed, or stopped, at random. */
static void
test_tormented(void **state)
{
	static const int signals[] = { SIGKILL, SIGSTOP };
	struct scene *s = *state;

	s->settings.jobs = 4;
	s->settings.wall_ms = 200;
	s->settings.cpu_ms = 20000;
	for (size_t k = 0; k < COUNT(signals); k++) {
		open_pool(s);
		make_tasks(s, signals[k] == SIGKILL ? 2000 : 600);
		s->signal = signals[k];
		s->every_ms = 100;
		s->n_hit = 0;
		run_for(s, 0);
		check_all(s);
		assert_true(s->n_hit >= 2);
		pool_close(s->pool);
		s->pool = NULL;
	}
}

static void
kill_zygote(void *ctx, struct job *j)
{
	struct scene *s = ctx;

	(void)j;
	if (s->n_hit++ == 50)
		(void)kill(pool_zygote_pid(s->pool), s->signal);
}

/* Even who makes them may end, or stop. */
static void
test_zygote(void **state)
{
	struct scene *s = *state;
	struct pool_for who = { 0, kill_zygote, s };

	s->signal = SIGKILL;
	open_pool(s);
	make_tasks(s, 300);
	CHECK_REASON(s->why.detail,
	    pool_run(s->pool, &who, s->tasks, s->n, &s->answers), REASON_OK);
	check_all(s);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = { TEST(test_numbers),
		TEST(test_verdicts), TEST(test_check), TEST(test_forged),
		TEST(test_list), TEST(test_poisoned), TEST(test_last_words),
		TEST(test_greedy), TEST(test_outgrown), TEST(test_replaced),
		TEST(test_offered), TEST(test_tormented), TEST(test_zygote) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
