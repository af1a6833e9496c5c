/* A world in a temporary folder, and runs over it. */
#ifndef CAIRN_TESTS_RUN_SCENE_H
#define CAIRN_TESTS_RUN_SCENE_H

#include "tests/check.h"

#include "run/run.h"

struct scene {
	char root[64]; /* the world is in root/w, its cache in root/w/cache */
	int64_t at;    /* what "now" was at the start */
	struct conf conf;
	bool has_conf;
	struct run_result result;
	bool has_result;
	struct fault why;
};

int scene_setup(void **state);
int scene_teardown(void **state);
#define SCENE(test) \
	cmocka_unit_test_setup_teardown(test, scene_setup, scene_teardown)

/* Write the world of this description (NULL: the demonstration) around `at`,
 * in the place of the one before, and read its configuration. */
void scene_world(struct scene *, const char *text, int64_t at);
/* The last result. */
void scene_forget(struct scene *);
enum reason scene_try(struct scene *);
/* Must succeed. */
void scene_run(struct scene *);
void scene_shell(const struct scene *, const char *script);

/* "AS1 10.0.0.0/8-8 ta\n" for each distinct VRP, in static memory. */
const char *scene_vrps(const struct scene *);
bool scene_has_vrp(const struct scene *, const char *line);
/* Is there a finding with this reason, about an object that ends so? */
bool scene_found(const struct scene *, enum reason, const char *object);
const struct run_repository *scene_repository(
    const struct scene *, const char *uri);

#endif
