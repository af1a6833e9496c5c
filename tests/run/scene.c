#include <sys/wait.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "tests/run/scene.h"
#include "world/world.h"

int
scene_setup(void **state)
{
	struct scene *s = base_alloc(sizeof(*s));

	if (s == NULL)
		return 1;
	*state = s;
	s->at = (int64_t)time(NULL);
	(void)snprintf(s->root, sizeof(s->root), "/tmp/cairn-run-XXXXXX");
	return mkdtemp(s->root) == NULL;
}

void
scene_forget(struct scene *s)
{
	if (s->has_result)
		run_result_fini(&s->result);
	s->has_result = false;
}

int
scene_teardown(void **state)
{
	struct scene *s = *state;

	scene_forget(s);
	if (s->has_conf)
		conf_fini(&s->conf);
	scene_shell(s, "cd /; rm -rf \"$S\"");
	base_free(s);
	return 0;
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
	assert_int_equal(status, 0);
}

void
scene_world(struct scene *s, const char *text, int64_t at)
{
	struct conf_error error = { 0 };
	struct world *world = NULL;
	char path[128];
	enum reason r;

	scene_shell(s, "rm -rf w/repo w/tals w/truth");
	fault_init(&s->why, span_of(NULL, 0));
	r = text == NULL ? world_demo(&world, 0, &s->why)
			 : world_parse(&world, span_str(text), &s->why);
	CHECK_REASON(s->why.detail, r, REASON_OK);
	(void)snprintf(path, sizeof(path), "%s/w", s->root);
	CHECK_REASON(
	    s->why.detail, world_write(world, path, at, 1, &s->why), REASON_OK);
	world_free(world);
	if (s->has_conf)
		conf_fini(&s->conf);
	conf_init(&s->conf);
	s->has_conf = true;
	(void)snprintf(path, sizeof(path), "%s/w/cairn.yaml", s->root);
	CHECK_REASON(error.text, conf_load(&s->conf, path, &error), REASON_OK);
	CHECK_REASON(error.text, conf_finish(&s->conf, &error), REASON_OK);
	s->conf.n_ledgers = 0; /* test_follow's and tests/world/ledger.sh's */
}

enum reason
scene_try(struct scene *s)
{
	struct run_progress quiet = { 0 };

	enum reason r;

	scene_forget(s);
	s->has_result = true;
	r = run_validate(
	    &s->result, &s->conf, quiet, (struct run_early){ 0 }, &s->why);
	return r == REASON_OK ? run_result_view(&s->result, &s->conf, &s->why)
			      : r;
}

void
scene_run(struct scene *s)
{
	enum reason r = scene_try(s);

	CHECK_REASON(s->why.detail, r, REASON_OK);
}

const char *
scene_vrps(const struct scene *s)
{
	static char text[65536];
	const struct view *v = &s->result.view;
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < v->n && n < sizeof(text); i++) {
		const struct payload *p = &v->payloads[i];
		char prefix[PREFIX_TEXT];

		if (p->kind != PAYLOAD_VRP ||
		    (i > 0 && payload_cmp(p, p - 1) == 0))
			continue;
		prefix_write(prefix, &p->vrp.prefix);
		n += (size_t)snprintf(text + n, sizeof(text) - n,
		    "AS%u %s-%u %.*s\n", p->vrp.asn.v, prefix, p->vrp.max_len,
		    SPAN_FMT(p->origin->source));
	}
	return text;
}

bool
scene_has_vrp(const struct scene *s, const char *line)
{
	return strstr(scene_vrps(s), line) != NULL;
}

bool
scene_found(const struct scene *s, enum reason reason, const char *object)
{
	const struct view *v = &s->result.view;

	for (size_t i = 0; i < v->n_findings; i++)
		if (v->findings[i].reason == reason &&
		    span_ends(v->findings[i].object, span_str(object)))
			return true;
	return false;
}

const struct run_repository *
scene_repository(const struct scene *s, const char *uri)
{
	for (size_t i = 0; i < s->result.n_repositories; i++)
		if (span_eq(s->result.repositories[i].uri, span_str(uri)))
			return &s->result.repositories[i];
	fail_msg("no repository %s", uri);
	return NULL;
}
