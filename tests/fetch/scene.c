#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/fetch/scene.h"

int
scene_setup(void **state)
{
	struct scene *s = base_alloc(sizeof(*s));

	if (s == NULL)
		return 1;
	*state = s;
	limits_init(&s->limits);
	(void)snprintf(s->root, sizeof(s->root), "/tmp/cairn-fetch-XXXXXX");
	(void)snprintf(s->command, sizeof(s->command), "rsync");
	return mkdtemp(s->root) == NULL;
}

int
scene_teardown(void **state)
{
	struct scene *s = *state;

	fetch_close(s->fetch);
	scene_shell(s, "chmod -R u+rwx . ; cd /; rm -rf \"$S\"");
	base_free(s);
	return 0;
}

void
scene_open(struct scene *s)
{
	struct fetch_settings settings = { s->root, s->command, s->proxy,
		&s->limits };

	fault_init(&s->why, span_of(NULL, 0));
	CHECK_REASON(
	    "open", fetch_open(&s->fetch, &settings, &s->why), REASON_OK);
}

const char *
scene_path(const struct scene *s, const char *rest)
{
	static char path[1024];

	(void)snprintf(path, sizeof(path), "%s/%s", s->root, rest);
	return path;
}

void
scene_write(
    const struct scene *s, const char *rest, const char *text, unsigned mode)
{
	int fd = open(scene_path(s, rest), O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, (mode_t)mode), 0);
	assert_int_equal(close(fd), 0);
}

void
scene_shell(const struct scene *s, const char *script)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (chdir(s->root) != 0 || setenv("S", s->root, 1) != 0)
			_exit(99);
		(void)execl("/bin/sh", "sh", "-ec", script, NULL);
		_exit(98);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		fail_msg("%s", script);
}

int64_t
scene_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t
scene_fetch(struct scene *s, struct fetch_job *job)
{
	int64_t start = scene_now_ms();

	fetch_start(s->fetch, job);
	for (;;) {
		struct fetch_job *done = fetch_take(s->fetch);

		if (done != NULL) {
			assert_ptr_equal(done, job);
			return scene_now_ms() - start;
		}
		fetch_poll(s->fetch, scene_now_ms(), 50);
	}
}

struct fetch_job
scene_job(enum fetch_what what, const struct fetch_source *sources, size_t n)
{
	return (struct fetch_job){ .key = { { 1, 2, 3 } },
		.what = what,
		.sources = sources,
		.n_sources = n };
}

struct fetch_source
scene_rsync(const char *uri)
{
	return (struct fetch_source){ .via = FETCH_BY_RSYNC,
		.text = span_str(uri),
		.host = SPAN("127.0.0.1") };
}

struct fetch_source
scene_folder(const char *path, const char *rest)
{
	return (struct fetch_source){ .via = FETCH_BY_FOLDER,
		.text = span_str(path),
		.rest = span_str(rest) };
}
