#include "tests/check.h"

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <unistd.h>

#include "file/file.h"

static char root[64];

static const char *
path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	return path;
}

static void
put(const char *name, struct span s)
{
	int fd = open(path_of(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_true(file_write(fd, s));
	assert_int_equal(close(fd), 0);
}

static void
test_load(void **state)
{
	static const struct {
		const char *what;
		size_t n, most;
		int error;
	} cases[] = {
		{ "empty", 0, 0, 0 },
		{ "one", 1, 1, 0 },
		{ "as large as may be", 100000, 100000, 0 },
		{ "one larger", 100001, 100000, EFBIG },
	};
	static uint8_t bytes[100001];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)(i * 7);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;

		put("file", span_of(bytes, cases[i].n));
		buf_init(&b, cases[i].most);
		errno = 0;
		CHECK(cases[i].what,
		    file_load(&b, path_of("file")) == (cases[i].error == 0));
		CHECK(cases[i].what,
		    cases[i].error == 0
			? span_eq(buf_view(&b), span_of(bytes, cases[i].n))
			: errno == cases[i].error);
		buf_fini(&b);
	}
}

/* What is no file is neither read nor waited for. */
static void
test_others(void **state)
{
	static const struct {
		const char *name;
		int error;
	} cases[] = { { "fifo", EINVAL }, { "folder", EINVAL },
		{ "nothing", ENOENT } };

	(void)state;
	assert_int_equal(mkfifo(path_of("fifo"), 0600), 0);
	assert_int_equal(mkdir(path_of("folder"), 0700), 0);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct buf b;

		buf_init(&b, 10);
		CHECK(cases[i].name, !file_load(&b, path_of(cases[i].name)));
		CHECK(cases[i].name, errno == cases[i].error);
		buf_fini(&b);
	}
}

/* More than a pipe holds, to somebody slow. */
static void
test_pipe(void **state)
{
	static uint8_t bytes[300000];
	struct buf b;
	int ends[2], status;
	pid_t pid;

	(void)state;
	memset(bytes, 'x', sizeof(bytes));
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	if (pid == 0) {
		(void)close(ends[0]);
		_exit(!file_write(ends[1], span_of(bytes, sizeof(bytes))));
	}
	(void)close(ends[1]);
	buf_init(&b, sizeof(bytes));
	assert_true(file_read(&b, ends[0]));
	assert_int_equal(b.n, sizeof(bytes));
	buf_fini(&b);
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void
test_full(void **state)
{
	int fd = open("/dev/full", O_WRONLY);

	(void)state;
	if (fd < 0)
		SKIP("no /dev/full");
	assert_false(file_write(fd, SPAN("x")));
	assert_int_equal(errno, ENOSPC);
	assert_true(file_write(fd, SPAN("")));
	(void)close(fd);
}

static void
expect(const char *what, const char *name, struct span want)
{
	struct buf b;

	buf_init(&b, 100);
	CHECK(what, file_load(&b, path_of(name)));
	CHECK(what, span_eq(buf_view(&b), want));
	buf_fini(&b);
}

/* Whole or not at all, and nothing is left beside it. */
static void
test_replace(void **state)
{
	int folder = open(root, O_RDONLY | O_DIRECTORY);
	char path[128];

	(void)state;
	assert_true(folder >= 0);
	assert_true(file_replace(folder, "file", SPAN("one"), 0600));
	expect("in a folder", "file", SPAN("one"));
	(void)snprintf(path, sizeof(path), "%s", path_of("file"));
	assert_true(file_replace(AT_FDCWD, path, SPAN("two"), 0600));
	expect("by its path", "file", SPAN("two"));
	/* What a crash left, or somebody put there, is not written through. */
	assert_int_equal(symlinkat("file", folder, "file.new"), 0);
	assert_true(file_replace(folder, "file", SPAN("three"), 0600));
	expect("a link beside it", "file", SPAN("three"));
	/* A folder is in the way of its name. */
	assert_false(file_replace(folder, "folder", SPAN("x"), 0600));
	assert_int_equal(errno, EISDIR);
	assert_int_equal(faccessat(folder, "folder.new", F_OK, 0), -1);
	assert_false(file_replace(folder, "nothing/file", SPAN("x"), 0600));
	assert_int_equal(errno, ENOENT);
	(void)close(folder);
}

static void
test_sync(void **state)
{
	(void)state;
	assert_true(file_sync_folder(AT_FDCWD, path_of("file")));
	assert_true(file_sync_folder(AT_FDCWD, "/x"));
	assert_true(file_sync_folder(AT_FDCWD, "x"));
	assert_false(file_sync_folder(AT_FDCWD, path_of("nothing/x")));
	assert_int_equal(errno, ENOENT);
}

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(root, sizeof(root), "%s/cairn-file-XXXXXX", P_tmpdir);
	return mkdtemp(root) == NULL;
}

static int
teardown(void **state)
{
	(void)state;
	(void)unlink(path_of("file"));
	(void)unlink(path_of("fifo"));
	(void)rmdir(path_of("folder"));
	return rmdir(root);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_sync),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
