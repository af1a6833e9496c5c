/* Files: replaced whole, kept when equal, untouched when writing fails. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/check.h"

#include "output/output.h"

static const char empty_csv[] = "ASN,IP Prefix,Max Length,Trust Anchor\n";
static const struct origin nowhere;
static struct payload payloads[5000];

static int
setup(void **state)
{
	static char folder[64];

	(void)snprintf(folder, sizeof(folder), "/tmp/cairn-output-XXXXXX");
	if (mkdtemp(folder) == NULL || chdir(folder) != 0)
		return -1;
	for (size_t i = 0; i < COUNT(payloads); i++)
		payloads[i] = (struct payload){ .kind = PAYLOAD_VRP,
			.vrp = { { (uint32_t)i }, { FAMILY_V4, 0, { { 0 } } },
			    0 },
			.origin = &nowhere };
	*state = folder;
	return 0;
}

/* Also: nothing but what the tests removed may be left. */
static int
teardown(void **state)
{
	return chdir("/") != 0 || rmdir(*state) != 0;
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static bool
holds(const char *path, const char *text)
{
	char have[4096];
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL)
		return false;
	n = fread(have, 1, sizeof(have), f);
	assert_int_equal(fclose(f), 0);
	return n == strlen(text) && memcmp(have, text, n) == 0;
}

static enum reason
save(const char *path, size_t n, bool *changed)
{
	struct view view = { .payloads = payloads, .n = n };
	struct output_in in = { .view = &view };
	struct output_file f;
	struct fault why;

	fault_init(&why, SPAN(""));
	TRY(output_prepare(&f, output_by_name("csv"), &in, path, &why));
	TRY(output_commit(&f, &why));
	*changed = f.changed;
	return REASON_OK;
}

static void
test_replace(void **state)
{
	struct stat before, after;
	bool changed;

	(void)state;
	assert_int_equal(save("a", 0, &changed), REASON_OK);
	assert_true(changed);
	assert_true(holds("a", empty_csv));
	assert_int_equal(chmod("a", 0640), 0);
	assert_int_equal(stat("a", &before), 0);
	assert_int_equal(save("a", 0, &changed), REASON_OK);
	assert_false(changed);
	assert_int_equal(stat("a", &after), 0);
	assert_int_equal(before.st_ino, after.st_ino);
	assert_int_equal(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	assert_int_equal(save("./a", 1, &changed), REASON_OK);
	assert_true(changed);
	assert_false(holds("a", empty_csv));
	assert_int_equal(stat("a", &after), 0);
	assert_int_equal(after.st_mode & 07777, 0640);
	/* The same length, other bytes, late in the file. */
	assert_int_equal(save("a", 5000, &changed), REASON_OK);
	payloads[4999].vrp.asn.v = 9999;
	assert_int_equal(save("a", 5000, &changed), REASON_OK);
	assert_true(changed);
	payloads[4999].vrp.asn.v = 4999;
	assert_int_equal(unlink("a"), 0);
}

static void
test_link(void **state)
{
	struct stat st;
	bool changed;

	(void)state;
	put("real", "old");
	assert_int_equal(symlink("real", "link"), 0);
	assert_int_equal(save("link", 0, &changed), REASON_OK);
	assert_true(holds("real", empty_csv));
	assert_int_equal(lstat("link", &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(unlink("link"), 0);
	assert_int_equal(unlink("real"), 0);
}

/* Of two files both change or none: the second cannot be prepared. */
static void
test_two_steps(void **state)
{
	struct view view = { 0 };
	struct output_in in = { .view = &view };
	const struct output_format *csv = output_by_name("csv");
	struct output_file first, second;
	struct fault why;

	(void)state;
	fault_init(&why, SPAN(""));
	put("a", "old");
	assert_int_equal(
	    output_prepare(&first, csv, &in, "a", &why), REASON_OK);
	assert_true(holds("a", "old"));
	assert_int_equal(output_prepare(&second, csv, &in, "no/such/b", &why),
	    R_OUTPUT_WRITE);
	assert_non_null(strstr(why.detail, "no/such/b: No such file"));
	output_drop(&first);
	assert_true(holds("a", "old"));
	assert_int_equal(unlink("a"), 0);
}

static void
test_failures(void **state)
{
	struct rlimit old, small = { 1000, 1000 };
	bool changed;

	(void)state;
	assert_int_equal(mkdir("folder", 0700), 0);
	CHECK_REASON("a folder", save("folder", 0, &changed), R_OUTPUT_WRITE);
	assert_int_equal(rmdir("folder"), 0);
	put("a", "old");
	assert_int_equal(save("a/b", 0, &changed), R_OUTPUT_WRITE);
	/* The disk is full in the middle. */
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small.rlim_max = old.rlim_max;
	assert_true(signal(SIGXFSZ, SIG_IGN) != SIG_ERR);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_int_equal(save("a", 5000, &changed), R_OUTPUT_WRITE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_true(holds("a", "old"));
	assert_int_equal(unlink("a"), 0);
	assert_int_equal(save("/dev/full", 5000, &changed), R_OUTPUT_WRITE);
}

/* What is no file is written as it is: a terminal, a pipe, /dev/null. */
static void
test_device(void **state)
{
	char have[256];
	struct stat st;
	bool changed;
	int fd;

	(void)state;
	assert_int_equal(save("/dev/null", 3, &changed), REASON_OK);
	assert_int_equal(stat("/dev/null", &st), 0);
	assert_true(S_ISCHR(st.st_mode));
	assert_int_equal(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDONLY | O_NONBLOCK);
	assert_true(fd >= 0);
	assert_int_equal(save("pipe", 0, &changed), REASON_OK);
	assert_int_equal(read(fd, have, sizeof(have)), sizeof(empty_csv) - 1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink("pipe"), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replace),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_two_steps),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_device),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
