#include "tests/check.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/run/server.h"

#include "crypt/crypt.h"

static void
say(int fd, const void *p, size_t n)
{
	const char *at = p;

	while (n > 0) {
		ssize_t w = write(fd, at, n);

		if (w <= 0)
			return;
		at += w;
		n -= (size_t)w;
	}
}

static bool
content(struct buf *out, const char *folder, const char *path)
{
	char name[512];
	uint8_t piece[1024];
	struct stat st;
	ssize_t n;
	int fd;

	(void)snprintf(name, sizeof(name), "%s%s", folder, path);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	while ((n = read(fd, piece, sizeof(piece))) > 0)
		buf_add(out, piece, (size_t)n);
	n = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? n : -1;
	(void)close(fd);
	return n == 0;
}

static unsigned
answer(int fd, const char *folder, const char *request, const char *path)
{
	char head[256], tag[40], hex[65];
	unsigned status = 404;
	uint8_t hash[32];
	struct buf b;

	buf_init(&b, (size_t)1 << 26);
	if (content(&b, folder, path))
		status = 200;
	crypt_sha256(hash, buf_view(&b));
	hex_write(hex, SPAN_OF(hash));
	(void)snprintf(tag, sizeof(tag), "\"%.16s\"", hex);
	if (status == 200 && strstr(request, tag) != NULL) {
		status = 304;
		buf_reset(&b);
	}
	(void)snprintf(head, sizeof(head),
	    "HTTP/1.1 %u x\r\nETag: %s\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n",
	    status, tag, b.n);
	say(fd, head, strlen(head));
	say(fd, b.p, b.n);
	buf_fini(&b);
	return status;
}

static void
talk(int fd, const char *folder, int log)
{
	char request[2048], path[256], line[300];
	size_t n = 0;
	ssize_t got;
	unsigned status;

	while (n < sizeof(request) - 1 &&
	       (got = read(fd, request + n, sizeof(request) - 1 - n)) > 0) {
		n += (size_t)got;
		request[n] = '\0';
		if (strstr(request, "\r\n\r\n") != NULL)
			break;
	}
	request[n] = '\0';
	if (sscanf(request, "GET %255s", path) != 1)
		return;
	status = answer(fd, folder, request, path);
	(void)snprintf(line, sizeof(line), "%u %s\n", status, path);
	say(log, line, strlen(line));
}

__attribute__((noreturn)) static void
serve(int sock, const char *folder, int log)
{
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGPIPE, SIG_IGN);
	for (;;) {
		int fd = accept(sock, NULL, NULL);

		if (fd < 0)
			continue;
		talk(fd, folder, log);
		(void)shutdown(fd, SHUT_WR);
		(void)close(fd);
	}
}

void
server_start(struct server *out, const char *folder, const char *log)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);
	int sock = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_true(sock >= 0);
	assert_int_equal(bind(sock, (struct sockaddr *)&at, sizeof(at)), 0);
	assert_int_equal(listen(sock, 64), 0);
	assert_int_equal(getsockname(sock, (struct sockaddr *)&at, &n), 0);
	out->port = ntohs(at.sin_port);
	(void)snprintf(out->log, sizeof(out->log), "%s", log);
	fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	out->pid = fork();
	assert_true(out->pid >= 0);
	if (out->pid == 0)
		serve(sock, folder, fd);
	(void)close(fd);
	(void)close(sock);
}

void
server_end(struct server *s)
{
	if (s->pid <= 0)
		return;
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

unsigned
server_count(const struct server *s, unsigned status)
{
	FILE *f = fopen(s->log, "r");
	char line[512];
	unsigned n = 0, got;

	assert_non_null(f);
	while (fgets(line, sizeof(line), f) != NULL)
		n += sscanf(line, "%u", &got) == 1 &&
		     (status == 0 || got == status);
	(void)fclose(f);
	return n;
}
