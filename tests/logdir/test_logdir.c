/* The folder on disk: whole files, the lock, .state. */
#include "tests/check.h"

#include <fcntl.h>
#include <ftw.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "logdir/logdir.h"

static char folder[64];

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static int
setup(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/logdir.XXXXXX");
	return mkdtemp(folder) == NULL ? -1 : chdir(folder);
}

static int
teardown(void **state)
{
	(void)state;
	return chdir("/") != 0 ||
	       nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0;
}

static void
write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
file_is(const char *path, const char *text)
{
	char have[512] = "";
	FILE *f = fopen(path, "r");
	size_t n;

	CHECK(path, f != NULL);
	n = fread(have, 1, sizeof(have) - 1, f);
	have[n] = '\0';
	assert_string_equal(have, text);
	assert_int_equal(fclose(f), 0);
}

#define EMPTY_STATE                                                     \
	"{\"size\":0,\"root\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3" \
	"hSuFU=\"}"

static struct merkle_head
empty(void)
{
	struct merkle_frontier f = { .size = 0 };
	struct merkle_head head = { .size = 0 };

	merkle_root(&head.root, &f);
	return head;
}

static void
make_log(void)
{
	struct merkle_head head = empty();
	struct logdir d;

	assert_int_equal(logdir_create(&d, "log"), REASON_OK);
	assert_int_equal(logdir_state_put(&d, &head), REASON_OK);
	assert_int_equal(
	    logdir_checkpoint_put(&d, SPAN("a checkpoint\n")), REASON_OK);
	logdir_close(&d);
}

static void
test_files(void **state)
{
	struct log_source source;
	struct log_sink sink;
	struct merkle_head head = empty();
	struct logdir d;
	struct buf b;

	(void)state;
	make_log();
	file_is("log/.state/version", "1");
	file_is("log/.state/treeState", EMPTY_STATE);
	file_is("log/checkpoint", "a checkpoint\n");
	assert_int_equal(logdir_open(&d, "log"), REASON_OK);
	assert_int_equal(d.state.size, 0);
	assert_true(digest_eq(&d.state.root, &head.root));
	sink = logdir_sink(&d);
	source = logdir_source(&d);
	assert_int_equal(
	    sink.put(sink.ctx, "tile/entries/x001/234.p/7", SPAN("seven")),
	    REASON_OK);
	assert_int_equal(
	    sink.put(sink.ctx, "tile/entries/x001/234", SPAN("all")),
	    REASON_OK);
	file_is("log/tile/entries/x001/234.p/7", "seven");
	/* Over what an interrupted run left. */
	assert_int_equal(
	    sink.put(sink.ctx, "tile/entries/x001/234", SPAN("anew")),
	    REASON_OK);
	assert_int_not_equal(access("log/.state/next", F_OK), 0);
	buf_init(&b, 100);
	assert_int_equal(
	    source.get(source.ctx, &b, "tile/entries/x001/234"), REASON_OK);
	assert_true(span_eq(buf_view(&b), SPAN("anew")));
	CHECK_REASON(
	    "no file", source.get(source.ctx, &b, "tile/0/000"), R_LOG_MISSING);
	CHECK_REASON(
	    "a folder", source.get(source.ctx, &b, "tile"), R_LOG_MISSING);
	assert_int_equal(symlink("234", "log/tile/entries/x001/235"), 0);
	CHECK_REASON("a link",
	    source.get(source.ctx, &b, "tile/entries/x001/235"), R_LOG_MISSING);
	buf_fini(&b);
	/* A file where a folder has to be. */
	write_file("log/tile/9", "");
	CHECK_REASON("no folder", sink.put(sink.ctx, "tile/9/000", SPAN("x")),
	    R_LOG_WRITE);
	assert_non_null(strstr(d.why.detail, "tile/9"));
	logdir_close(&d);
}

static void
test_create(void **state)
{
	struct logdir d;

	(void)state;
	make_log();
	CHECK_REASON("again", logdir_create(&d, "log"), R_LOG_EXISTS);
	logdir_close(&d);
	assert_int_equal(unlink("log/checkpoint"), 0);
	CHECK_REASON(
	    "without its checkpoint", logdir_create(&d, "log"), R_LOG_EXISTS);
	logdir_close(&d);
	CHECK_REASON("to open it", logdir_open(&d, "log"), R_LOG_MISSING);
	logdir_close(&d);
	CHECK_REASON("nothing there", logdir_open(&d, "none"), R_LOG_MISSING);
	logdir_close(&d);
	CHECK_REASON("too deep", logdir_create(&d, "none/none"), R_LOG_WRITE);
	logdir_close(&d);
}

/* The lock is the process's: it takes another to find it taken. */
static void
test_busy(void **state)
{
	struct logdir d;
	char pid[32];
	int got = 0;
	pid_t child;

	(void)state;
	make_log();
	assert_int_equal(logdir_open(&d, "log"), REASON_OK);
	(void)snprintf(pid, sizeof(pid), "process %ld", (long)getpid());
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		struct logdir other;
		enum reason why = logdir_open(&other, "log");

		_exit(why == R_LOG_BUSY && strstr(other.why.detail, pid) != NULL
			  ? 42
			  : 1);
	}
	assert_int_equal(waitpid(child, &got, 0), child);
	assert_true(WIFEXITED(got));
	assert_int_equal(WEXITSTATUS(got), 42);
	provoked(R_LOG_BUSY);
	logdir_close(&d);
	assert_int_equal(logdir_open(&d, "log"), REASON_OK);
	logdir_close(&d);
}

static void
test_state(void **state)
{
	static const struct {
		const char *what, *text;
	} none[] = {
		{ "empty", "" },
		{ "another order",
		    "{\"root\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
		    "\",\"size\":0}" },
		{ "a line end", EMPTY_STATE "\n" },
		{ "a leading zero",
		    "{\"size\":00,\"root\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5N"
		    "MpJWZG3hSuFU=\"}" },
		{ "31 bytes",
		    "{\"size\":0,\"root\":\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NM"
		    "pJWZG3hSuA==\"}" },
		{ "cut off", "{\"size\":0,\"root\":\"47DEQpj8HBSa" },
		{ "cut off at the size", "{\"size\":0" },
	};
	struct logdir d;

	(void)state;
	make_log();
	for (size_t i = 0; i < COUNT(none); i++) {
		write_file("log/.state/treeState", none[i].text);
		CHECK_REASON(
		    none[i].what, logdir_open(&d, "log"), R_LOG_TREE_STATE);
		logdir_close(&d);
	}
	assert_int_equal(unlink("log/.state/treeState"), 0);
	CHECK_REASON("lost", logdir_open(&d, "log"), R_LOG_TREE_STATE);
	logdir_close(&d);
	write_file("log/.state/treeState", EMPTY_STATE);
	write_file("log/.state/version", "2");
	CHECK_REASON("version 2", logdir_open(&d, "log"), R_LOG_TREE_STATE);
	logdir_close(&d);
	assert_int_equal(unlink("log/.state/version"), 0);
	CHECK_REASON("no version", logdir_open(&d, "log"), R_LOG_TREE_STATE);
	logdir_close(&d);
	assert_int_equal(rename("log/.state", "log/state"), 0);
	CHECK_REASON("no .state", logdir_open(&d, "log"), R_LOG_TREE_STATE);
	logdir_close(&d);
}

static void
test_check(void **state)
{
	static const struct {
		const char *what;
		uint64_t state, published;
		bool same_root;
		enum reason why;
	} rows[] = {
		{ "as published", 7, 7, true, REASON_OK },
		{ "ahead: not yet signed", 8, 7, false, REASON_OK },
		{ "behind", 6, 7, false, R_LOG_TREE_STATE },
		{ "behind, and nothing", 0, 1, false, R_LOG_TREE_STATE },
		{ "another root", 7, 7, false, R_LOG_TREE_STATE },
	};
	struct logdir d;

	(void)state;
	make_log();
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct merkle_head published = { .size = rows[i].published };

		assert_int_equal(logdir_open(&d, "log"), REASON_OK);
		d.state = (struct merkle_head){ .size = rows[i].state };
		published.root.b[9] = !rows[i].same_root;
		CHECK_REASON(
		    rows[i].what, logdir_check(&d, &published), rows[i].why);
		logdir_close(&d);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_files, setup, teardown),
		cmocka_unit_test_setup_teardown(test_create, setup, teardown),
		cmocka_unit_test_setup_teardown(test_busy, setup, teardown),
		cmocka_unit_test_setup_teardown(test_state, setup, teardown),
		cmocka_unit_test_setup_teardown(test_check, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
