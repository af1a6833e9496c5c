/* Who is slow keeps nobody waiting for what others have: hostile.md D2. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/run/scene.h"

/* Connects, and never answers. */
struct silent {
	int sock;
	char url[64];
};

static void
silent_open(struct silent *out)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	out->sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(out->sock >= 0);
	assert_int_equal(bind(out->sock, (struct sockaddr *)&at, n), 0);
	assert_int_equal(listen(out->sock, 64), 0);
	assert_int_equal(getsockname(out->sock, (struct sockaddr *)&at, &n), 0);
	(void)snprintf(out->url, sizeof(out->url), "http://127.0.0.1:%u/",
	    ntohs(at.sin_port));
}

/* Whoever waits for it does so no longer. */
static void
silent_end(struct silent *s)
{
	if (s->sock >= 0)
		(void)close(s->sock);
	s->sock = -1;
}

static void
count(size_t n[2], const struct view *v)
{
	n[0] = n[1] = 0;
	for (size_t i = 0; i < v->n; i++)
		n[v->payloads[i].origin->statement != NULL]++;
}

struct seen {
	struct silent server;
	unsigned times;
	size_t n[2]; /* RPKI's, ledger's */
	uint64_t waiting;
	bool is_published, was_degraded;
	uint64_t size;
};

static void
early(void *ctx, struct run_result *r)
{
	struct seen *s = ctx;

	s->times++;
	count(s->n, &r->view);
	s->waiting = r->early_waiting;
	s->is_published = r->is_published;
	s->size = r->ledgers[0].size;
	s->was_degraded = r->degraded;
	silent_end(&s->server);
}

static void
test_silent_ledger(void **state)
{
	struct scene *s = *state;
	struct seen seen = { 0 };
	const char *sources[1];
	size_t n[2];

	scene_world(s, NULL, s->at);
	s->conf.n_ledgers = 1; /* the demonstration's, from its folder */
	scene_run(s);
	count(n, &s->result.view);
	assert_true(n[0] > 0 && n[1] > 0);
	assert_true(s->result.ledgers[0].size > 0);

	silent_open(&seen.server);
	sources[0] = seen.server.url;
	s->conf.ledgers[0].n_sources = 1;
	s->conf.ledgers[0].sources = sources;
	s->conf.limits.publish_after = 12; /* so it is due after a second */
	scene_forget(s);
	s->has_result = true;
	CHECK_REASON(s->why.detail,
	    run_validate(&s->result, &s->conf, (struct run_progress){ 0 },
		(struct run_early){ early, &seen }, &s->why),
	    REASON_OK);
	silent_end(&seen.server);
	/* All that there was to say was said while it was silent. */
	assert_int_equal(seen.times, 1);
	assert_int_equal(seen.waiting, 1);
	assert_true(seen.is_published);
	assert_int_equal(seen.n[0], n[0]);
	assert_int_equal(seen.n[1], n[1]);
	assert_int_equal(seen.size, s->result.ledgers[0].size);
	/* And at the end no less. */
	count(n, &s->result.view);
	assert_int_equal(seen.n[0], n[0]);
	assert_int_equal(seen.n[1], n[1]);
	assert_true(s->result.ledgers[0].reason != REASON_OK);
	assert_int_equal(s->result.ledgers[0].requests, 1);
}

/* ---- what both views of such a run tell ---------------------------------- */

struct told {
	struct scene *scene;
	unsigned times, vanished, held;
	char what[200]; /* the first that vanished */
	size_t n;
};

static void
hear(struct told *t, const struct run_result *r)
{
	t->n = r->view.n;
	t->vanished = t->held = 0;
	for (size_t i = 0; i < r->view.n_findings; i++) {
		const struct finding *f = &r->view.findings[i];

		t->held += f->reason == R_POLICY_HELD;
		if (f->reason == R_POLICY_VANISHED && t->vanished++ == 0)
			(void)snprintf(t->what, sizeof(t->what), "%.*s",
			    SPAN_FMT(f->detail));
	}
}

static void
hear_early(void *ctx, struct run_result *r)
{
	struct told *t = ctx;

	t->times++;
	hear(t, r);
	scene_shell(t->scene, "touch go");
}

/* Three of six objects vanish; then the other repository hangs until the view
 * is published early. `minutes`: when it was issued. */
static void
lose_three(struct scene *s, unsigned minutes, const char *fault)
{
	static char rsync[128];
	char text[1200];

	(void)snprintf(text, sizeof(text),
	    "ta a { host a.example module a resources 10.0.0.0/8 AS1\n"
	    "ca r { resources 10.1.0.0/16 AS1 reissued %u\n"
	    "roa a { as 1 prefix 10.1.1.0/24 prefix 10.1.5.0/24 %s }\n"
	    "roa b { as 1 prefix 10.1.2.0/24 %s }\n"
	    "roa c { as 1 prefix 10.1.3.0/24 prefix 10.1.4.0/24 %s }\n"
	    "roa d { as 1 prefix 10.1.6.0/24 }\n"
	    "roa e { as 1 prefix 10.1.7.0/24 } }\n"
	    "ca slow { host b.example module b resources 10.2.0.0/16 AS1\n"
	    "roa f { as 1 prefix 10.2.0.0/24 } } }",
	    minutes, fault, fault, fault);
	scene_world(s, text, s->at);
	(void)snprintf(rsync, sizeof(rsync), "%s/hang", s->root);
	s->conf.rsync_command = rsync;
	s->conf.limits.publish_after = 1;
}

/* The end of the run is compared with the run before, too, and with what it
 * had: what was told, and held, early, is not forgotten by the view that
 * stays. */
static void
test_told_twice(void **state)
{
	struct scene *s = *state;
	struct told early = { .scene = s }, late = { .scene = s };

	lose_three(s, 0, "");
	scene_run(s);
	hear(&late, &s->result);
	assert_int_equal(late.n, 8);
	assert_int_equal(late.vanished, 0);
	lose_three(s, 1, "fault file.unlisted");
	scene_shell(s,
	    "rm -r w/repo/b.example; find w/repo -name '[abc].roa' -delete;"
	    "printf '#!/bin/sh\n"
	    "while [ ! -e '$S'/go ]; do sleep 0.1; done; exit 1\n' >hang;"
	    "chmod +x hang");
	scene_forget(s);
	s->has_result = true;
	CHECK_REASON(s->why.detail,
	    run_validate(&s->result, &s->conf, (struct run_progress){ 0 },
		(struct run_early){ hear_early, &early }, &s->why),
	    REASON_OK);
	hear(&late, &s->result);
	assert_int_equal(early.times, 1);
	assert_int_equal(early.vanished, 3); /* objects */
	assert_int_equal(early.held, 2); /* the trust anchor, the repository */
	assert_int_equal(early.n, 8);
	assert_int_equal(late.vanished, 3);
	assert_int_equal(late.held, 2);
	assert_int_equal(late.n, 8);
	assert_string_equal(late.what, early.what);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { SCENE(test_silent_ledger),
		SCENE(test_told_twice) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
