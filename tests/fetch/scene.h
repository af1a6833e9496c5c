/* A cache in a temporary folder, and jobs run to their end. */
#ifndef CAIRN_TESTS_FETCH_SCENE_H
#define CAIRN_TESTS_FETCH_SCENE_H

#include "tests/check.h"

#include "fetch/fetch.h"

struct scene {
	char root[64];
	char command[512]; /* of rsync */
	const char *proxy;
	struct limits limits;
	struct fetch *fetch;
	struct fault why;
};

int scene_setup(void **state);
int scene_teardown(void **state);
#define SCENE(test) \
	cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

/* Opened with the command and limits as they are now. */
void scene_open(struct scene *);
/* A path below the scene's folder, in static memory. */
const char *scene_path(const struct scene *, const char *rest);
void scene_write(
    const struct scene *, const char *rest, const char *text, unsigned mode);
void scene_shell(const struct scene *, const char *script);
int64_t scene_now_ms(void);
/* Start, and wait to the end; the reason is in the job. Milliseconds. */
int64_t scene_fetch(struct scene *, struct fetch_job *);
struct fetch_job scene_job(
    enum fetch_what, const struct fetch_source *, size_t n);
struct fetch_source scene_rsync(const char *uri);
struct fetch_source scene_folder(const char *path, const char *rest);

#endif
