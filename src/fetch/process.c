#include "fetch/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define SOCK_FD 3
#define KEEP_FD 4

/* What the parent has open or handles is not the child's. */
static void
become_child(int sock, int keep)
{
	static const int defaults[] = { SIGTERM, SIGCHLD, SIGUSR2, SIGALRM };
	static const int ignored[] = { SIGINT, SIGHUP, SIGUSR1, SIGPIPE,
		SIGXFSZ };
	int null = open("/dev/null", O_RDWR);
	sigset_t none;

	/* Both away from where they go. */
	sock = fcntl(sock, F_DUPFD, 64);
	keep = keep < 0 ? -1 : fcntl(keep, F_DUPFD, 64);
	if (null < 0 || sock < 0 || dup2(null, 0) < 0 || dup2(null, 1) < 0 ||
	    dup2(sock, SOCK_FD) < 0 ||
	    dup2(keep < 0 ? null : keep, KEEP_FD) < 0)
		_exit(1);
	if (close_range(KEEP_FD + 1, ~0U, 0) != 0)
		_exit(1);
	for (size_t i = 0; i < COUNT(defaults); i++)
		(void)signal(defaults[i], SIG_DFL);
	for (size_t i = 0; i < COUNT(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

enum reason
process_start(struct process *out, int keep, const struct process_body *body)
{
	pid_t parent = getpid();
	int sock[2];

	*out = (struct process){ 0, -1 };
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) != 0)
		return R_FETCH_PROCESS;
	out->pid = fork();
	if (out->pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() != parent)
			_exit(1);
		(void)prctl(PR_SET_NAME, body->name);
		become_child(sock[1], keep);
		body->run(SOCK_FD, keep < 0 ? -1 : KEEP_FD, body->ctx);
		_exit(0);
	}
	(void)close(sock[1]);
	if (out->pid < 0) {
		(void)close(sock[0]);
		*out = (struct process){ 0, -1 };
		return R_FETCH_PROCESS;
	}
	out->sock = sock[0];
	return REASON_OK;
}

void
process_end(struct process *p)
{
	if (p->pid > 0) {
		(void)kill(p->pid, SIGKILL);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (p->sock >= 0)
		(void)close(p->sock);
	*p = (struct process){ 0, -1 };
}

/* ---- memory ---------------------------------------------------------- */

#if defined(__SANITIZE_ADDRESS__)
#define WIDE 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WIDE 1
#endif
#endif

#ifndef WIDE
/* A parent that had a large map open has given it to its child. */
static uint64_t
memory_now(void)
{
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
	char text[64];
	uint64_t pages;
	ssize_t n;

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	for (ssize_t i = 0; i < n; i++)
		if (text[i] == ' ')
			n = i;
	if (n <= 0 || !decimal_parse(
			  &pages, span_of(text, (size_t)n), UINT64_MAX / 65536))
		return 0;
	return pages * (uint64_t)sysconf(_SC_PAGESIZE);
}
#endif

void
process_limit_memory(uint64_t more)
{
#ifndef WIDE
	struct rlimit r = { memory_now() + more, memory_now() + more };

	if (setrlimit(RLIMIT_AS, &r) != 0)
		_exit(1);
#else
	(void)more;
#endif
}

/* ---- messages -------------------------------------------------------- */

union control {
	char bytes[CMSG_SPACE(PROCESS_FDS * sizeof(int))];
	struct cmsghdr align;
};

bool
process_send(int sock, struct span message, const int *fds, size_t n_fds)
{
	struct iovec part = { (void *)(uintptr_t)message.p, message.n };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control = { { 0 } };
	struct cmsghdr *c;
	ssize_t n;

	ASSERT(n_fds <= PROCESS_FDS);
	if (n_fds > 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		c = CMSG_FIRSTHDR(&m);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(c), fds, n_fds * sizeof(int));
	}
	do
		n = sendmsg(sock, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n == (ssize_t)message.n;
}

bool
process_send_wait(int sock, struct span message)
{
	struct pollfd p = { sock, POLLOUT, 0 };

	while (!process_send(sock, message, NULL, 0)) {
		if (errno != EAGAIN)
			return false;
		(void)poll(&p, 1, -1);
	}
	return true;
}

static void
take_fds(int fds[PROCESS_FDS], struct msghdr *m)
{
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c != NULL;
	     c = CMSG_NXTHDR(m, c)) {
		size_t n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
		    n <= PROCESS_FDS)
			memcpy(fds, CMSG_DATA(c), n * sizeof(int));
	}
}

ssize_t
process_receive(
    int sock, void *out, size_t size, int fds[PROCESS_FDS], bool wait)
{
	struct iovec part = { out, size };
	union control control = { { 0 } };
	struct msghdr m = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = sizeof(control.bytes) };
	ssize_t n;

	for (size_t i = 0; i < PROCESS_FDS; i++)
		fds[i] = -1;
	do
		n = recvmsg(
		    sock, &m, MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? -1 : 0;
	take_fds(fds, &m);
	return n;
}
