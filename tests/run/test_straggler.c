/* Who serves a ledger keeps nobody waiting for the RPKI: hostile.md D2. */
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

int
main(void)
{
	const struct CMUnitTest tests[] = { SCENE(test_silent_ledger) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
