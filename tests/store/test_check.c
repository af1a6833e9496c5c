/*
 * The store's file bent where LMDB itself would believe it: whoever opens it
 * hears so, or can read and write it; nobody dies. LO3 of hostile.md.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/store/scene.h"

#define OBJECTS 1500
#define FLIPS   160
#define PAGE    4096

static enum reason
fill(struct store *s, unsigned round)
{
	static char uris[OBJECTS][40];
	static struct store_name names[OBJECTS];
	struct digest repository = sha256("rsync://h/m/");
	struct store_write *w;
	char text[256];
	bool fresh;

	TRY(store_write_begin(&w, s, &why));
	for (unsigned i = 0; i < OBJECTS; i++) {
		enum reason r;

		(void)snprintf(
		    uris[i], sizeof(uris[i]), "rsync://h/m/%u.roa", i);
		(void)snprintf(text, sizeof(text), "%u of round %u %0150d", i,
		    i % 10 == 0 ? round : 0, 0);
		names[i] =
		    (struct store_name){ .uri = span_str(uris[i]), .stamp = 1 };
		r = store_write_object(
		    w, &names[i].hash, &fresh, span_str(text));
		if (r != REASON_OK) {
			store_write_abort(w);
			return r;
		}
	}
	if (store_write_names(w, &repository, names, OBJECTS) != REASON_OK) {
		store_write_abort(w);
		return R_STORE_IO;
	}
	return store_write_commit(w);
}

/* What there is; the first exit status that says how it went. */
static int
read_all(struct store **s,
    enum reason (*open_it)(struct store **, const char *, struct fault *))
{
	struct digest repository = sha256("rsync://h/m/"), hash;
	struct store_read *r;
	struct store_name name;
	enum reason reason;
	char text[64];

	fault_init(&why, span_of(NULL, 0));
	reason = open_it(s, folder, &why);
	if (reason != REASON_OK)
		return reason == R_STORE_DAMAGED || reason == R_STORE_FORMAT
			   ? 1
			   : 2;
	if (store_read_begin(&r, *s, &why) != REASON_OK)
		return 1;
	for (unsigned i = 0; i < OBJECTS; i++) {
		(void)snprintf(text, sizeof(text), "rsync://h/m/%u.roa", i);
		if (!store_name(&name, r, &repository, span_str(text)))
			continue;
		hash = name.hash;
		(void)store_object(r, &hash);
	}
	store_read_end(r);
	return 0;
}

/* As what-if does. */
static int
look_only(void)
{
	struct store *s = NULL;
	int status = read_all(&s, store_look);

	store_close(s);
	return status;
}

/* As a run does: read, and write some, in order. */
static int
use(void)
{
	struct store *s = NULL;
	int status = read_all(&s, store_open);

	if (status != 0)
		return status;
	if (fill(s, 2) != REASON_OK || fill(s, 3) != REASON_OK)
		return 3;
	store_close(s);
	return 0;
}

/* In a process of its own: what became of it. */
static int
try_it(int (*act)(void))
{
	static const int signals[] = { SIGSEGV, SIGBUS, SIGABRT, SIGILL,
		SIGFPE };
	const struct rlimit none = { 0, 0 };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		/* cmocka would take them for a failed test. */
		for (size_t i = 0; i < COUNT(signals); i++)
			(void)signal(signals[i], SIG_DFL);
		_exit(act());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static uint32_t
draw(void)
{
	static uint32_t x = 0x2545f491;

	x ^= x << 13;
	x ^= x >> 17;
	x ^= x << 5;
	return x;
}

/* What stands in front of a page, and its list of offsets, is what is believed;
 * half of the flips are there. */
static void
flip(uint8_t *p, size_t n)
{
	size_t at = draw() % (n / PAGE) * PAGE;

	at += (draw() & 1) != 0 ? draw() % 24 : draw() % PAGE;
	p[at] ^= (uint8_t)(1U << draw() % 8);
}

static void
put_file(const char *name, const uint8_t *p, size_t n)
{
	char path[128];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/store/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, p, n), (ssize_t)n);
	assert_int_equal(close(fd), 0);
}

static uint8_t *
get_file(size_t *n)
{
	char path[128];
	struct stat st;
	uint8_t *p;
	int fd;

	(void)snprintf(path, sizeof(path), "%s/store/data.mdb", folder);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0 && fstat(fd, &st) == 0);
	p = base_alloc((size_t)st.st_size);
	assert_non_null(p);
	*n = (size_t)st.st_size;
	assert_int_equal(read(fd, p, *n), (ssize_t)*n);
	(void)close(fd);
	return p;
}

static void
test_flips(void **state)
{
	struct store *s = store_new();
	unsigned heard = 0, late = 0;
	uint8_t *good, *bad;
	char path[128];
	size_t n;

	(void)state;
	CHECK_REASON("fill", fill(s, 0), REASON_OK);
	/* So that some pages are free. */
	CHECK_REASON("fill", fill(s, 1), REASON_OK);
	store_is_well(s);
	store_close(s);
	good = get_file(&n);
	bad = base_alloc(n);
	assert_non_null(bad);
	for (unsigned i = 0; i < FLIPS; i++) {
		int status;

		memcpy(bad, good, n);
		for (unsigned k = 0; k <= i % 4; k++)
			flip(bad, n);
		put_file("data.mdb", bad, n);
		status = try_it(look_only);
		if (!WIFEXITED(status))
			fail_msg("look %u: status %x", i, (unsigned)status);
		status = try_it(use);
		late += WIFEXITED(status) && WEXITSTATUS(status) == 3;
		if (!WIFEXITED(status))
			fail_msg("flip %u: status %x", i, (unsigned)status);
		heard += WEXITSTATUS(status) == 1;
	}
	assert_in_range(heard, FLIPS / 20, FLIPS);
	assert_in_range(late, 0, FLIPS / 20);
	/* Cut short. */
	put_file("data.mdb", good, n / 2);
	assert_int_equal(try_it(look_only), 1 << 8);
	assert_int_equal(try_it(use), 1 << 8);
	/* Set aside, another is made, and the bytes are there to look at. */
	memset(bad, 0xff, n);
	put_file("data.mdb", bad, n);
	assert_int_equal(try_it(use), 1 << 8);
	fault_init(&why, span_of(NULL, 0));
	CHECK_REASON("aside", store_set_aside(folder, &why), REASON_OK);
	s = store_new();
	CHECK_REASON("anew", fill(s, 0), REASON_OK);
	store_close(s);
	(void)snprintf(path, sizeof(path), "%s/store/damaged.mdb", folder);
	assert_int_equal(unlink(path), 0);
	base_free(good);
	base_free(bad);
}

/* The file is not looked at where it is as it was left. */
static void
test_stamp(void **state)
{
	struct store *s = store_new();
	char before[128], path[128];
	ssize_t n;
	int fd;

	(void)state;
	store_close(s); /* as by one that failed */
	(void)snprintf(path, sizeof(path), "%s/lock", folder);
	fd = open(path, O_RDONLY);
	assert_true(fd >= 0);
	n = pread(fd, before, sizeof(before) - 1, 0);
	assert_true(n > 0);
	before[n] = '\0';
	assert_null(strstr(before, "closed"));
	s = store_new();
	assert_false(store_is_suspect(s)); /* but LMDB knows about deaths */
	store_is_well(s);
	store_close(s);
	s = store_new();
	assert_false(store_is_suspect(s));
	store_is_well(s);
	store_close(s);
	(void)snprintf(path, sizeof(path), "%s/store/data.mdb", folder);
	assert_int_equal(utimensat(AT_FDCWD, path, NULL, 0), 0);
	s = store_new();
	assert_true(store_is_suspect(s));
	store_is_well(s);
	store_close(s);
	n = pread(fd, before, sizeof(before) - 1, 0);
	before[n > 0 ? n : 0] = '\0';
	assert_ptr_equal(strstr(before, "closed"), before);
	(void)close(fd);
}

/* Kills what else `pid` starts, until it did so a few times. */
NORETURN static void
hunt(pid_t pid)
{
	char path[64], text[256];
	unsigned killed = 0;

	(void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
	    (int)pid, (int)pid);
	while (killed < 3 && getppid() == pid) {
		FILE *f = fopen(path, "r");
		char *at = text, *end;

		if (f == NULL)
			_exit(1);
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
		(void)fclose(f);
		for (;; at = end) {
			pid_t child = (pid_t)strtol(at, &end, 10);

			if (end == at)
				break;
			killed +=
			    child != getpid() && kill(child, SIGKILL) == 0;
		}
	}
	_exit(0);
}

/* Somebody kills the process that looks: that says nothing about the file. */
static void
test_killed(void **state)
{
	struct store *s = store_new();
	pid_t pid, self = getpid();
	int status;

	(void)state;
	CHECK_REASON("fill", fill(s, 0), REASON_OK);
	store_close(s); /* as by one that failed */
	if (access("/proc/thread-self/children", R_OK) != 0)
		SKIP("a kernel that tells of no children");
	pid = fork();
	if (pid == 0)
		hunt(self);
	(void)alarm(60);
	while (waitpid(pid, &status, WNOHANG) == 0) {
		s = NULL;
		fault_init(&why, span_of(NULL, 0));
		CHECK_REASON("killed", store_open(&s, folder, &why), REASON_OK);
		store_close(s);
	}
	(void)alarm(0);
	assert_int_equal(status, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { SCENE(test_flips),
		SCENE(test_stamp), SCENE(test_killed) };

	return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
