/* What cairn serve would stumble over: its listeners, certificates and keys. */
#include <sys/socket.h>
#include <sys/stat.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "crypt/crypt.h"
#include "doctor/inside.h"
#include "serve/serve.h"
#include "supervise/supervise.h"

#define ANSWER_MS 2000
#define SOON_S    ((int64_t)14 * 86400) /* a certificate's end */

/* ---- listeners --------------------------------------------------------- */

/* Some bytes of an answer to what is sent; how many. */
static size_t
converse(uint8_t *answer, size_t room, const char *address, struct span sent)
{
	int fd = supervise_dial(address);
	size_t got = 0;
	ssize_t n = fd < 0 ? -1 : send(fd, sent.p, sent.n, MSG_NOSIGNAL);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	while (n > 0 && got < room && poll(&p, 1, ANSWER_MS) > 0) {
		n = recv(fd, answer + got, room - got, 0);
		got += n > 0 ? (size_t)n : 0;
	}
	if (fd >= 0)
		(void)close(fd);
	return got;
}

/* Somebody listens there: is it a Cairn, or for routers? By TLS we do not
 * ask. */
static bool
is_ours(const struct conf_listener *l, bool is_http)
{
	static const char get[] = "GET /version HTTP/1.1\r\nHost: localhost\r\n"
				  "Connection: close\r\n\r\n";
	/* Reset Query of version 1. */
	static const uint8_t query[8] = { 1, 2, 0, 0, 0, 0, 0, 8 };
	uint8_t answer[1024];
	size_t n;

	if (l->is_tls)
		return false;
	if (is_http) {
		n = converse(answer, sizeof(answer), l->address,
		    span_of(get, sizeof(get) - 1));
		return memmem(answer, n, "\r\n\r\ncairn ", 10) != NULL;
	}
	n = converse(answer, 8, l->address, SPAN_OF(query));
	/* Cache Response, Cache Reset, Error Report. */
	return n == 8 && answer[0] <= 2 &&
	       (answer[1] == 3 || answer[1] == 8 || answer[1] == 10);
}

static void
say_in_use(struct doctor_checkup *c, struct doctor_check *check,
    const struct conf_listener *l, bool is_http)
{
	if (is_ours(l, is_http)) {
		doctor_say(c, check,
		    is_http ? "a cairn serves there"
			    : "somebody serves routers there");
		return;
	}
	check->health = DOCTOR_WARN;
	check->advice = "unless it is cairn serve, end who has it (ss -ltnp "
			"tells), or listen elsewhere";
	doctor_say(c, check,
	    "in use, and what is there does not answer as "
	    "cairn serve would");
}

static void
check_listener(
    struct doctor_checkup *c, const struct conf_listener *l, bool is_http)
{
	struct doctor_check check = { .name = is_http ? "http" : "rtr",
		.object = l->address };
	int fd = supervise_bind(l->address), error = errno;

	if (fd >= 0) {
		(void)close(fd);
		doctor_say(
		    c, &check, "free to listen on%s", l->is_tls ? ", TLS" : "");
		return;
	}
	if (error == EADDRINUSE) {
		say_in_use(c, &check, l, is_http);
		return;
	}
	check.health = DOCTOR_FAIL;
	check.advice =
	    error == EACCES ? "ports below 1024 are root's: give the service "
			      "CAP_NET_BIND_SERVICE, or its socket by systemd, "
			      "or listen elsewhere"
	    : error == EADDRNOTAVAIL
		? "listen on an address that this machine has (ip address)"
		: "listen elsewhere";
	doctor_say(c, &check, "%s", strerror(error));
}

/* ---- certificates ------------------------------------------------------ */

/* False: that has been said. */
static bool
read_pem(struct doctor_checkup *c, struct buf *out, const char *name,
    const char *path)
{
	struct doctor_check check = { .name = name,
		.object = path,
		.health = DOCTOR_FAIL,
		.advice = "let the user that runs cairn read it" };

	errno = 0;
	if (supervise_read(out, path))
		return true;
	doctor_say(c, &check, "%s",
	    errno != 0 ? strerror(errno) : "it is too large for that");
	return false;
}

static void
check_key_mode(struct doctor_checkup *c, const char *name, const char *path)
{
	struct doctor_check check = { .name = name,
		.object = path,
		.health = DOCTOR_WARN,
		.advice = "chmod o= it: who has the key can stand in for this "
			  "server" };
	struct stat st;

	if (path != NULL && stat(path, &st) == 0 && (st.st_mode & 0007) != 0)
		doctor_say(c, &check, "every user of this machine may %s it",
		    (st.st_mode & 0002) != 0 ? "write" : "read");
}

static void
say_certificate(
    struct doctor_checkup *c, struct doctor_check *check, int64_t until)
{
	int64_t now = time(NULL);
	char text[TIME_TEXT];

	time_write(text, sizeof(text), until);
	if (until <= now) {
		check->health = DOCTOR_FAIL;
		check->advice = "renew it, and reload";
		doctor_say(c, check, "it ended at %s", text);
		return;
	}
	if (until < now + SOON_S) {
		check->health = DOCTOR_WARN;
		check->advice = "renew it, and reload";
	}
	doctor_say(c, check, "with its key, until %s", text);
}

struct pems {
	const char *name, *certificate, *key, *client_ca;
};

static void
check_tls(struct doctor_checkup *c, const struct pems *p)
{
	struct doctor_check check = { .name = p->name,
		.object = p->certificate };
	struct buf certificate, key, ca;
	struct fault why;
	int64_t until = 0;
	enum reason r;
	/* All three, so that each that fails is said. */
	bool good = read_pem(c, &certificate, p->name, p->certificate);

	good = read_pem(c, &key, p->name, p->key) && good;
	good = read_pem(c, &ca, p->name, p->client_ca) && good;
	fault_init(&why, SPAN(""));
	if (good) {
		const struct serve_tls tls = { buf_view(&certificate),
			buf_view(&key), buf_view(&ca) };

		r = serve_tls_check(&until, &tls, &why);
		if (r == REASON_OK) {
			say_certificate(c, &check, until);
		} else {
			check.health = DOCTOR_FAIL;
			check.advice = "name a chain in PEM, the server's own "
				       "certificate first, and its key";
			doctor_say(c, &check, "%s: %s: %s", reason_id(r),
			    reason_text(r), why.detail);
		}
	}
	check_key_mode(c, p->name, p->key);
	buf_fini(&certificate);
	buf_fini(&key);
	buf_fini(&ca);
}

void
doctor_serve(struct doctor_checkup *c, const struct conf *conf)
{
	const struct conf_server *rtr = &conf->rtr.server;
	const struct conf_server *http = &conf->http.server;

	for (size_t i = 0; i < rtr->n; i++)
		check_listener(c, &rtr->listeners[i], false);
	if (rtr->certificate != NULL)
		check_tls(c, &(struct pems){ "rtr-tls", rtr->certificate,
				 rtr->key, rtr->client_ca });
	for (size_t i = 0; i < http->n; i++)
		check_listener(c, &http->listeners[i], true);
	if (http->certificate != NULL)
		check_tls(c, &(struct pems){ "http-tls", http->certificate,
				 http->key, NULL });
}
