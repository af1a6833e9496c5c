/*
 * Earlier views over the long run: a year by a fast clock, each time of it
 * asked for; what is kept bounded as told; runs that were killed anywhere;
 * files that were damaged, put back, or written by another version.
 */
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include "crypt/crypt.h"
#include "tests/view/folder.h"

#define STEPS 730 /* a year of runs, two a day */
#define EVERY ((int64_t)12 * 3600)
#define BEGIN ((int64_t)1800000000)

/* What was published when: a view is its mask. */
static struct {
	int64_t at;
	unsigned mask;
	uint32_t serial;
} truth[STEPS + 64];
static size_t n_truth;

static unsigned
draw(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + 1442695040888963407U;
	return (unsigned)(*seed >> 33);
}

static void
publish_true(unsigned mask, int64_t at)
{
	struct view v = publish(mask, at);

	truth[n_truth].at = v.made_at;
	truth[n_truth].mask = mask;
	truth[n_truth++].serial = v.serial;
}

/* Is this the view of those payloads? */
static bool
is_view_of(const struct view *v, unsigned mask)
{
	struct sample s;
	struct view_delta d;
	struct view want;
	size_t n = 0;

	sample_init(&s);
	for (size_t i = 0; i < s.view.n; i++)
		if ((mask >> i & 1) != 0)
			s.payloads[n++] = s.payloads[i];
	want = s.view;
	want.n = n;
	CHECK_REASON("diff", view_diff(&d, v, &want, &arena), REASON_OK);
	return d.n == 0 && v->n == n;
}

/* That time's view is what was published then, or it is said that it cannot
 * be had. */
static enum reason
ask(struct view_file *now, int64_t at)
{
	struct view then;
	enum reason r = view_at(&then, now, folder.path, at, &arena);
	size_t i = n_truth;

	if (r != REASON_OK) {
		if (r != R_VIEW_PAST && r != R_VIEW_DAMAGED)
			fail_msg("%s", reason_id(r));
		return r;
	}
	while (i > 0 && truth[i - 1].at > at)
		i--;
	assert_true(i > 0);
	if (!is_view_of(&then, truth[i - 1].mask))
		fail_msg("another view at %lld", (long long)at);
	assert_int_equal(then.serial, truth[i - 1].serial);
	return r;
}

/* How many of all times can be had; each is right. */
static size_t
ask_all(void)
{
	struct arena mine = arena;
	struct view_file *now = open_current();
	size_t n = 0;

	for (size_t i = 0; i < n_truth; i++) {
		arena_init(&arena, SIZE_MAX);
		n += ask(now, truth[i].at) == REASON_OK;
		arena_fini(&arena);
	}
	arena = mine;
	view_close(now);
	return n;
}

/* Files and bytes of the history. */
static size_t
measure(uint64_t *bytes)
{
	char path[128];
	struct dirent *d;
	struct stat st;
	size_t n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/history", folder.path);
	dir = opendir(path);
	assert_non_null(dir);
	for (*bytes = 0; (d = readdir(dir)) != NULL;) {
		if (d->d_name[0] == '.')
			continue;
		assert_int_equal(fstatat(dirfd(dir), d->d_name, &st, 0), 0);
		*bytes += (uint64_t)st.st_size;
		n++;
	}
	(void)closedir(dir);
	return n;
}

/* The oldest time that is answered. */
static int64_t
oldest(void)
{
	struct view_past *past;
	size_t n;

	CHECK_REASON(
	    "list", view_past_list(&past, &n, folder.path, &arena), REASON_OK);
	assert_true(n > 0);
	for (size_t i = 1; i < n; i++)
		assert_int_equal(past[i].edition + 1, past[i - 1].edition);
	return past[n - 1].since_at;
}

static void
year(void)
{
	uint64_t seed = 8;

	n_truth = 0;
	for (int64_t i = 0; i < STEPS; i++) {
		struct arena mine = arena;

		arena_init(&arena, SIZE_MAX);
		publish_true(draw(&seed) % 5 == 0 && i > 0 ? truth[i - 1].mask
							   : draw(&seed) & 0xff,
		    BEGIN + i * EVERY);
		arena_fini(&arena);
		arena = mine;
	}
}

/* All of it kept: any time answers, and is what was published. */
static void
test_year(void **state)
{
	struct view_file *now;
	uint64_t bytes;

	(void)state;
	folder.keep_s = (int64_t)400 * 86400;
	folder.keep_n = 100000;
	year();
	assert_int_equal(oldest(), BEGIN);
	assert_int_equal(ask_all(), STEPS);
	now = open_current();
	assert_int_equal(ask(now, BEGIN - 1), R_VIEW_PAST);
	assert_int_equal(ask(now, BEGIN + STEPS * EVERY), REASON_OK);
	view_close(now);
	/* Three files for each eighth, not one for each difference. */
	assert_true(measure(&bytes) <= 3 * 10);
}

/* Bounded by age, number, bytes: and what is kept is right. */
static void
test_bounds(void **state)
{
	static const struct {
		const char *what;
		int64_t keep_s;
		uint64_t keep_n, keep_bytes;
	} rows[] = {
		{ "age", (int64_t)30 * 86400, 100000, 1 << 30 },
		{ "number", (int64_t)400 * 86400, 100, 1 << 30 },
		{ "bytes", (int64_t)400 * 86400, 100000, 400000 },
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t last = BEGIN + (STEPS - 1) * EVERY;
		uint64_t bytes;
		size_t n;

		folder.keep_s = rows[i].keep_s;
		folder.keep_n = rows[i].keep_n;
		folder.keep_bytes = rows[i].keep_bytes;
		year();
		n = count_past();
		(void)measure(&bytes);
		CHECK(rows[i].what, n <= rows[i].keep_n);
		CHECK(rows[i].what, bytes <= rows[i].keep_bytes);
		CHECK(rows[i].what,
		    last - oldest() < rows[i].keep_s / 8 * 9 + 26 * EVERY);
		/* And not much less. */
		CHECK(rows[i].what, n >= rows[i].keep_n / 8 * 6 ||
					bytes >= rows[i].keep_bytes / 8 * 6 ||
					last - oldest() >= rows[i].keep_s);
		CHECK(rows[i].what, ask_all() >= n);
		shell("rm -rf v");
	}
}

/* ---- crashes ------------------------------------------------------------- */

static void
few(size_t n)
{
	n_truth = 0;
	folder.keep_n = 24; /* segments of three */
	for (size_t i = 0; i < n; i++)
		publish_true(1U << i % 8 | 0x10, 100 + 10 * (int64_t)i);
}

/* Each step of publishing, and the run was over: the next goes on as if that
 * one had not been. At 9 a segment is full, at 10 there is room. */
static void
test_crash(void **state)
{
	static const char *const stages[] = {
		/* Nothing but the view of the segment that was full. */
		"cp kept2/history/*.view kept1/history",
		"cp kept2/history/*.view kept2/history/*.changes "
		"kept1/history",
		"cp kept2/history/*.view kept2/history/*.changes "
		"kept2/history/*.index kept1/history",
	};

	(void)state;
	for (size_t full = 9; full <= 11; full++)
		for (size_t i = 0; i < COUNT(stages); i++) {
			few(full);
			shell("rm -rf kept*; cp -r v kept1");
			(void)publish(0xff, 1000);
			shell("cp -r v kept2");
			shell(stages[i]);
			shell("rm -rf v; mv kept1 v");
			assert_int_equal(ask_all(), full);
			publish_true(0x81, 2000);
			publish_true(0x82, 2010);
			assert_int_equal(ask_all(), full + 2);
			publish_true(0x83, 2020);
			assert_int_equal(ask_all(), full + 3);
			shell("rm -rf v kept*");
		}
}

/* What was half written when the disk stopped is cut off. */
static void
test_torn(void **state)
{
	(void)state;
	few(11);
	shell("f=$(ls v/history/*.index | tail -1); "
	      "printf nonsense >>$f; printf nonsense >>${f%index}changes");
	assert_int_equal(ask_all(), 11);
	publish_true(0x81, 2000);
	assert_int_equal(ask_all(), 12);
	publish_true(0x82, 2010);
	publish_true(0x83, 2020);
	assert_int_equal(ask_all(), 14);
}

static unsigned
mask_at(int64_t at)
{
	uint64_t seed = (uint64_t)at;

	(void)draw(&seed);
	return draw(&seed) & 0xff;
}

/* Publish and publish, until killed. */
static void
publish_for_ever(int64_t at)
{
	for (;; at += 10) {
		struct sample s;
		struct fault why;
		size_t n = 0;

		sample_init(&s);
		for (size_t i = 0; i < s.view.n; i++)
			if ((mask_at(at) >> i & 1) != 0)
				s.payloads[n++] = s.payloads[i];
		s.view.n = n;
		s.view.at = folder.now = at;
		if (view_publish(&done, &s.view, &folder, &why) != REASON_OK)
			_exit(1);
	}
}

static void
test_kill(void **state)
{
	uint64_t seed = 4;
	int64_t at = 1000;

	(void)state;
	folder.keep_n = 40;
	for (; at < 1100; at += 10)
		(void)publish(mask_at(at), at);
	for (size_t i = 0; i < 40; i++) {
		struct timespec nap = { 0, (long)(draw(&seed) % 20000000) };
		struct view_file *now;
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0)
			publish_for_ever(at);
		(void)nanosleep(&nap, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFSIGNALED(status));
		now = open_current();
		at = view_head(now)->made_at;
		for (int64_t t = oldest(); t <= at; t += 10) {
			struct view then;

			CHECK_REASON("at",
			    view_at(&then, now, folder.path, t, &arena),
			    REASON_OK);
			assert_true(is_view_of(&then, mask_at(t)));
		}
		at += 10;
		view_close(now);
		arena_fini(&arena);
		arena_init(&arena, SIZE_MAX);
	}
	/* The last may have been killed before it let the oldest go. */
	(void)publish(mask_at(at), at);
	assert_true(count_past() <= 40);
}

/* ---- damage -------------------------------------------------------------- */

/* A bit of any file: what is answered is right, and only what one segment
 * leads to is lost. */
static void
test_damage(void **state)
{
	char path[300];
	struct dirent *d;
	size_t n = 0;
	DIR *dir;

	(void)state;
	few(20);
	(void)snprintf(path, sizeof(path), "%s/history", folder.path);
	dir = opendir(path);
	assert_non_null(dir);
	for (; (d = readdir(dir)) != NULL;) {
		struct stat st;
		int fd;

		if (d->d_name[0] == '.')
			continue;
		fd = openat(dirfd(dir), d->d_name, O_RDWR);
		assert_true(fd >= 0);
		assert_int_equal(fstat(fd, &st), 0);
		for (off_t at = 5; at < st.st_size; at += st.st_size / 4) {
			uint8_t b[2];

			assert_int_equal(pread(fd, b, 1, at), 1);
			b[1] = b[0] ^ 0x10;
			assert_int_equal(pwrite(fd, b + 1, 1, at), 1);
			assert_true(ask_all() >= 20 - 3 - 3);
			assert_int_equal(pwrite(fd, b, 1, at), 1);
			n++;
		}
		(void)close(fd);
	}
	(void)closedir(dir);
	assert_true(n > 20);
	assert_int_equal(ask_all(), 20);
}

/* The next run goes on behind a damaged end. */
static void
test_damaged_end(void **state)
{
	(void)state;
	few(11);
	shell("f=$(ls v/history/*.index | tail -1); "
	      "truncate -s -1 $f; printf x >>$f");
	publish_true(0x81, 2000);
	publish_true(0x82, 2010);
	/* Those of before the segment that was damaged, and since. */
	assert_int_equal(ask_all(), 9 + 1 + 2);
}

/* An older view in the place of the newest: editions are given again, and
 * what was after it is no more. */
static void
test_put_back(void **state)
{
	(void)state;
	for (size_t kept = 2; kept <= 7; kept++) {
		few(kept);
		shell("cp v/current kept");
		for (size_t i = 0; i < 9; i++)
			(void)publish(0xf0U + (unsigned)i, 500 + (int64_t)i);
		shell("mv kept v/current");
		for (size_t i = 0; i < 5; i++) {
			publish_true(0x81U + (unsigned)i, 700 + (int64_t)i);
			assert_int_equal(ask_all(), kept + 1 + i);
		}
		(void)oldest();
		shell("rm -rf v");
	}
}

/* ---- other versions ------------------------------------------------------ */

/* One file for each difference, as it was once. */
static void
test_older(void **state)
{
	struct fault why;
	uint64_t bytes;

	(void)state;
	few(3);
	shell("cd v/history; rm *; for i in 2 3; do echo x >"
	      "$(printf '%020d-%020d-%010d' $i 12$i $i); done");
	fault_init(&why, SPAN(""));
	CHECK_REASON(
	    "older", view_past_check(folder.path, &why), R_VIEW_HISTORY);
	assert_true(strstr(why.detail, "2 files") != NULL);
	publish_true(0x81, 2000);
	/* Routers go on where they were. */
	assert_false(done.is_new);
	assert_int_equal(truth[n_truth - 1].serial, truth[2].serial + 1);
	CHECK_REASON("gone", view_past_check(folder.path, &why), REASON_OK);
	assert_int_equal(measure(&bytes), 2);
	assert_int_equal(ask_all(), 2);
}

/* Lines of another form, with sums of their own that hold. */
static void
test_newer(void **state)
{
	struct fault why;
	uint8_t line[64], digest[32];
	char path[128];
	int fd;

	(void)state;
	few(3);
	(void)snprintf(path, sizeof(path),
	    "%s/history/00000000000000000002.index", folder.path);
	fd = open(path, O_RDWR);
	assert_true(fd >= 0);
	for (off_t at = 0; at < 128; at += 64) {
		assert_int_equal(pread(fd, line, 64, at), 64);
		line[3]++;
		crypt_sha256(digest, span_of(line, 56));
		memcpy(line + 56, digest, 8);
		assert_int_equal(pwrite(fd, line, 64, at), 64);
	}
	(void)close(fd);
	fault_init(&why, SPAN(""));
	CHECK_REASON(
	    "newer", view_past_check(folder.path, &why), R_VIEW_HISTORY);
	assert_int_equal(ask_all(), 1);
	publish_true(0x81, 2000);
	assert_false(done.is_new);
	CHECK_REASON("gone", view_past_check(folder.path, &why), REASON_OK);
	assert_int_equal(ask_all(), 2);
	publish_true(0x82, 2010);
	assert_int_equal(ask_all(), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_year),
		CASE(test_bounds),
		CASE(test_crash),
		CASE(test_torn),
		CASE(test_kill),
		CASE(test_damage),
		CASE(test_damaged_end),
		CASE(test_put_back),
		CASE(test_older),
		CASE(test_newer),
	};

	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}
