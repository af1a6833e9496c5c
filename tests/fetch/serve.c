#include "tests/check.h"

#include "tests/fetch/serve.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void
run_server(const char *folder, int in, int out)
{
	const char *top = getenv("top_srcdir");
	char script[1024];

	(void)snprintf(script, sizeof(script), "%s/tests/fetch/server.py",
	    top == NULL ? "." : top);
	(void)dup2(in, 0);
	(void)dup2(out, 1);
	(void)execlp(
	    "python3", "python3", "-W", "ignore", script, folder, (char *)NULL);
	_exit(127);
}

struct served server;
bool has_server;

/* Only what the server and we have made: by name. */
static void
serve_end(struct served *s)
{
	pid_t pid;

	(void)close(s->in);
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
	pid = fork();
	if (pid == 0) {
		(void)execlp("rm", "rm", "-r", "--", s->folder, (char *)NULL);
		_exit(127);
	}
	(void)waitpid(pid, NULL, 0);
}

/* False: there is no python3 or openssl here. */
static bool
serve_start(struct served *s)
{
	char path[128], line[256] = "";
	int to[2], from[2];
	FILE *f;

	(void)snprintf(s->folder, sizeof(s->folder), "/tmp/cairn-https-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	(void)snprintf(path, sizeof(path), "%s/www", s->folder);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_int_equal(pipe2(to, O_CLOEXEC) | pipe2(from, O_CLOEXEC), 0);
	s->pid = fork();
	if (s->pid == 0)
		run_server(s->folder, to[0], from[1]);
	(void)close(to[0]);
	(void)close(from[1]);
	s->in = to[1];
	f = fdopen(from[0], "r");
	assert_non_null(f);
	if (fgets(line, sizeof(line), f) == NULL) {
		(void)fclose(f);
		serve_end(s);
		return false;
	}
	(void)fclose(f);
	assert_int_equal(
	    sscanf(line, "%u %u %u %u %u %u %u %u %u %u", &s->ports[0],
		&s->ports[1], &s->ports[2], &s->ports[3], &s->ports[4],
		&s->ports[5], &s->ports[6], &s->ports[7], &s->ports[8],
		&s->ports[9]),
	    PORTS);
	return true;
}

int
serve_set_up(void **state)
{
	(void)state;
	has_server = serve_start(&server);
	return 0;
}

int
serve_tear_down(void **state)
{
	(void)state;
	if (has_server)
		serve_end(&server);
	return 0;
}

void
serve_file(const struct served *s, const char *name, struct span bytes)
{
	char path[256], temporary[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/www/%s", s->folder, name);
	(void)snprintf(temporary, sizeof(temporary), "%s/www/.new", s->folder);
	f = fopen(temporary, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rename(temporary, path), 0);
}

void
serve_uri(char *out, size_t n, const struct served *s, enum port port,
    const char *path)
{
	(void)snprintf(out, n, "http%s://localhost:%u%s",
	    port == PORT_PLAIN ? "" : "s", s->ports[port], path);
}

void
serve_limits(struct limits *l)
{
	limits_init(l);
	l->connect_time = 2;
	l->first_byte_time = 3;
	l->idle_time = 2;
	l->speed_window = 2;
	l->transfer_time = 8;
	l->repository_time = 20;
	l->host_connections = 64;
	l->object_max = 1 << 20;
	l->notification_bytes = 1 << 20;
}

struct https *
serve_open_by(
    const struct served *s, const struct limits *limits, const char *proxy)
{
	static char spool[128], roots[128]; /* outlive what is opened */
	struct https_settings settings = { .spool = spool,
		.ca_file = roots,
		.proxy = proxy,
		.agent = "cairn-test",
		.limits = limits };
	struct https *h;
	struct fault why;

	(void)snprintf(spool, sizeof(spool), "%s/spool", s->folder);
	(void)snprintf(roots, sizeof(roots), "%s/ca.pem", s->folder);
	fault_init(&why, SPAN(""));
	if (https_open(&h, &settings, &why) != REASON_OK)
		fail_msg("https_open: %s", why.detail);
	return h;
}

struct https *
serve_open(const struct served *s, const struct limits *limits)
{
	return serve_open_by(s, limits, NULL);
}

int64_t
serve_now_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void
serve_wait(struct https *h)
{
	while (https_pending(h) > 0) {
		https_poll(h, serve_now_ms(), 50);
		while (https_take(h) != NULL)
			;
	}
}
