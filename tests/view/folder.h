/* A folder that views are published in, for tests. */
#ifndef CAIRN_TESTS_VIEW_FOLDER_H
#define CAIRN_TESTS_VIEW_FOLDER_H

#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/check.h"
#include "tests/view/sample.h"

static struct arena arena;
static char root[64];
static struct view_folder folder;
static struct view_published done;

/* The sample with only those payloads, published at that time. */
static struct view
publish(unsigned mask, int64_t at)
{
	struct sample *s = ARENA_NEW(&arena, struct sample);
	struct fault why;
	size_t n = 0;

	assert_non_null(s);
	sample_init(s);
	for (size_t i = 0; i < s->view.n; i++)
		if ((mask >> i & 1) != 0)
			s->payloads[n++] = s->payloads[i];
	s->view.n = n;
	s->view.at = at;
	folder.now = at;
	fault_init(&why, SPAN(""));
	CHECK_REASON(
	    "publish", view_publish(&done, &s->view, &folder, &why), REASON_OK);
	return s->view;
}

__attribute__((unused)) static struct view_file *
open_current(void)
{
	struct view_file *f;
	struct fault why;
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/current", folder.path);
	fault_init(&why, SPAN(""));
	CHECK_REASON("open", view_open(&f, path, &why), REASON_OK);
	return f;
}

__attribute__((unused)) static size_t
count_past(void)
{
	struct view_past *past;
	size_t n;

	CHECK_REASON(
	    "list", view_past_list(&past, &n, folder.path, &arena), REASON_OK);
	return n;
}

static int
run_shell(const char *script)
{
	int status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(root) != 0)
			_exit(99);
		(void)execl("/bin/sh", "sh", "-ec", script, NULL);
		_exit(98);
	}
	return waitpid(pid, &status, 0) == pid ? status : -1;
}

__attribute__((unused)) static void
shell(const char *script)
{
	assert_int_equal(run_shell(script), 0);
}

static int
setup(void **state)
{
	static char path[80];

	(void)state;
	arena_init(&arena, SIZE_MAX);
	/* Where to be durable costs nothing, if there is such a place. */
	(void)snprintf(root, sizeof(root), "/dev/shm/cairn-publish-XXXXXX");
	if (mkdtemp(root) == NULL) {
		(void)snprintf(root, sizeof(root), "/tmp/cairn-publish-XXXXXX");
		if (mkdtemp(root) == NULL)
			return -1;
	}
	(void)snprintf(path, sizeof(path), "%s/v", root);
	folder = (struct view_folder){ .path = path,
		.serials = 24,
		.keep_s = 100000,
		.keep_n = 1000,
		.keep_bytes = 1 << 30,
		.sessions = { 7, 8, 9 } };
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	arena_fini(&arena);
	return run_shell("rm -rf v kept*; rmdir \"$PWD\"");
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
