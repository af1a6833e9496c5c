/*
 * Names: LO9 of hostile.md. In a network and a view of the file system of its
 * own, with a resolver that says what is asked of it (dns.py).
 */
#include "tests/check.h"

#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/fetch/serve.h"

/* ---- a network ------------------------------------------------------- */

static bool
put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	bool ok = fd >= 0 && write(fd, text, strlen(text)) > 0;

	if (fd >= 0)
		(void)close(fd);
	return ok;
}

/* In the place of the machine's own, in this view of the file system. */
static bool
cover(const char *path, const char *text)
{
	static const char file[] = "/tmp/cairn-dns-covered";
	bool ok =
	    put(file, text) && mount(file, path, NULL, MS_BIND, NULL) == 0;

	(void)unlink(file);
	return ok;
}

static bool
set_address(const char *name, const char *address, const char *mask)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct ifreq r = { 0 };
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	bool ok;

	(void)snprintf(r.ifr_name, sizeof(r.ifr_name), "%s", name);
	(void)inet_pton(AF_INET, address, &in.sin_addr);
	memcpy(&r.ifr_addr, &in, sizeof(in));
	ok = ioctl(s, SIOCSIFADDR, &r) == 0;
	(void)inet_pton(AF_INET, mask, &in.sin_addr);
	memcpy(&r.ifr_netmask, &in, sizeof(in));
	ok = ok && ioctl(s, SIOCSIFNETMASK, &r) == 0 &&
	     ioctl(s, SIOCGIFFLAGS, &r) == 0;
	r.ifr_flags |= IFF_UP;
	ok = ok && ioctl(s, SIOCSIFFLAGS, &r) == 0;
	(void)close(s);
	return ok;
}

/* All that is asked for stays here, and each address is one of ours. */
static bool
enter_network(void)
{
	return unshare(CLONE_NEWNET | CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       cover("/etc/resolv.conf", "nameserver 127.0.0.1\n") &&
	       cover("/etc/nsswitch.conf", "hosts: files dns\n") &&
	       set_address("lo", "127.0.0.1", "255.0.0.0") &&
	       set_address("lo:1", "198.51.100.1", "255.255.248.0") &&
	       set_address("lo:2", "169.254.169.254", "255.255.0.0") &&
	       set_address("lo:3", "10.0.0.1", "255.0.0.0");
}

/* ---- the resolver ---------------------------------------------------- */

static FILE *to_dns, *from_dns;

static bool
start_dns(void)
{
	const char *top = getenv("top_srcdir");
	char script[1024], line[32];
	int to[2], from[2];

	(void)snprintf(script, sizeof(script), "%s/tests/fetch/dns.py",
	    top == NULL ? "." : top);
	if (pipe2(to, O_CLOEXEC) != 0 || pipe2(from, O_CLOEXEC) != 0)
		return false;
	if (fork() == 0) {
		(void)dup2(to[0], 0);
		(void)dup2(from[1], 1);
		(void)execlp("python3", "python3", script, (char *)NULL);
		_exit(127);
	}
	(void)close(to[0]);
	(void)close(from[1]);
	to_dns = fdopen(to[1], "w");
	from_dns = fdopen(from[0], "r");
	return to_dns != NULL && from_dns != NULL &&
	       fgets(line, sizeof(line), from_dns) != NULL;
}

/* To where connections were begun since the last time, in static memory. */
static const char *
reached(void)
{
	static char line[65536];

	assert_true(fputs("?\n", to_dns) >= 0 && fflush(to_dns) == 0);
	assert_non_null(fgets(line, sizeof(line), from_dns));
	line[strcspn(line, "\n")] = '\0';
	return line;
}

/* ---- the tests ------------------------------------------------------- */

static bool has_network;
#define NEED_NETWORK()                                      \
	do {                                                \
		if (!has_network)                           \
			SKIP("no network of its own here"); \
	} while (0)

static int
set_up(void **state)
{
	has_network = enter_network() && start_dns();
	return serve_set_up(state);
}

static void
begin(struct https_job *job, struct https *h, const char *uri, bool is_named)
{
	*job = (struct https_job){
		.what = HTTPS_FILE, .uri = span_str(uri), .is_named = is_named
	};
	https_start(h, job, serve_now_ms());
}

static void
test_addresses(void **state)
{
	static const struct {
		const char *uri;
		enum reason want;
		const char *reached; /* NULL: some four */
	} cases[] = {
		{ "https://this.example/x", R_FETCH_ADDRESS, "" },
		{ "https://meta.example/x", R_FETCH_ADDRESS, "" },
		{ "https://ten.example/x", R_FETCH_ADDRESS, "" },
		{ "https://mapped.example/x", R_FETCH_ADDRESS, "" },
		{ "https://half.example/x", R_FETCH_ADDRESS, "198.51.100.7" },
		{ "https://none.example/x", R_FETCH_RESOLVE, "" },
		{ "https://flip.example/x", R_FETCH_CONNECT, "198.51.100.9" },
		{ "https://many.example/x", R_FETCH_CONNECT, NULL },
	};
	static struct https_job job;
	struct limits l;

	(void)state;
	NEED_NETWORK();
	serve_limits(&l);
	for (size_t i = 0; i < COUNT(cases); i++) {
		struct https *h = serve_open(&server, &l);
		const char *to;
		size_t n = 1;

		begin(&job, h, cases[i].uri, false);
		serve_wait(h);
		CHECK_REASON(cases[i].uri, job.reason, cases[i].want);
		https_drop(&job);
		to = reached();
		if (cases[i].reached != NULL)
			CHECK(cases[i].uri, strcmp(to, cases[i].reached) == 0);
		else
			for (const char *p = to; *p != '\0'; p++)
				n += *p == ' ';
		CHECK(
		    to, n == (cases[i].reached != NULL ? 1 : l.http_addresses));
		https_close(h);
	}
	/* What it was is nothing to rely on. */
	for (int i = 0; i < 2; i++) {
		struct https *h = serve_open(&server, &l);

		begin(&job, h, "https://flip.example/x", false);
		serve_wait(h);
		CHECK_REASON("flips", job.reason, R_FETCH_ADDRESS);
		https_drop(&job);
		assert_string_equal(reached(), "");
		https_close(h);
	}
}

/* Names that nobody answers for, however many, keep nobody waiting: not while
 * they are asked for, and not once they are given up, which the resolver's
 * library learns only later. */
#define NEVERS 400

static void
test_silence(void **state)
{
	static struct https_job never[NEVERS], good;
	static char uris[NEVERS][48];
	char uri[128];
	struct limits l;
	struct https *h;
	int64_t begun;

	(void)state;
	NEED_NETWORK();
	NEED_SERVER();
	serve_limits(&l);
	l.resolve_time = 1;
	l.http_count = NEVERS + 1;
	serve_file(&server, "dns", SPAN("here"));
	serve_uri(uri, sizeof(uri), &server, PORT_GOOD, "/www/dns");
	h = serve_open(&server, &l);
	for (size_t i = 0; i < NEVERS; i++) {
		(void)snprintf(
		    uris[i], sizeof(uris[i]), "https://never%zu.example/x", i);
		begin(&never[i], h, uris[i], false);
	}
	while (https_take(h) == NULL)
		https_poll(h, serve_now_ms(), 100);
	begun = serve_now_ms();
	begin(&good, h, uri, true);
	serve_wait(h);
	CHECK_REASON(good.detail, good.reason, REASON_OK);
	/* A resolver is asked for ten seconds. */
	assert_in_range(serve_now_ms() - begun, 0, 6000);
	https_drop(&good);
	for (size_t i = 0; i < NEVERS; i++) {
		CHECK_REASON(uris[i], never[i].reason, R_FETCH_RESOLVE);
		/* By its time, not for want of threads. */
		CHECK(uris[i], never[i].duration_ms >= 500);
		https_drop(&never[i]);
	}
	https_close(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_silence) };

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name(
	    "dns", tests, set_up, serve_tear_down);
}
