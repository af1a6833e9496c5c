/*
 * The zygote: forks workers when told so, kills them, says how they ended.
 *
 * It is the parent of all workers, so it alone may signal them by number
 * without hitting a stranger. When it ends, so do they; when the run ends, so
 * does it (PR_SET_PDEATHSIG).
 */
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "pool/box.h"
#include "pool/worker.h"

struct zygote {
	const struct worker_settings *settings;
	int control, deaths;
	struct crypt *crypt;
	struct zygote_message *workers; /* by slot; pid 0: none */
};

static void
say(const struct zygote *z, const struct zygote_message *m)
{
	if (send(z->control, m, sizeof(*m), MSG_NOSIGNAL) != sizeof(*m))
		_exit(0); /* the run has ended */
}

/* ---- what it is told -------------------------------------------------- */

NORETURN static void
become_worker(struct zygote *z, int ring_fd, int sock, pid_t zygote)
{
	struct worker_settings settings = *z->settings;
	struct ring ring;
	sigset_t none;

	(void)prctl(PR_SET_NAME, "cairn-worker");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 ||
	    getppid() != zygote ||
	    !ring_join(&ring, ring_fd, settings.in_size, settings.out_size) ||
	    !box_enter(sock, settings.memory))
		_exit(WORKER_UNCONFINED);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	worker_main(sock, &ring, z->crypt, &settings);
}

static void
spawn(struct zygote *z, const struct zygote_message *asked, const int fd[2])
{
	struct zygote_message *w = &z->workers[asked->slot];
	pid_t self = getpid(), pid = fork();

	if (pid == 0)
		become_worker(z, fd[0], fd[1], self);
	*w = *asked;
	w->op = ZYGOTE_BORN;
	w->pid = pid;
	if (pid < 0) {
		w->op = ZYGOTE_DIED;
		w->status = -1;
		w->pid = 0;
	}
	say(z, w);
}

static void
obey(struct zygote *z, const struct zygote_message *m, const int fd[2])
{
	const struct zygote_message *w;

	if (m->slot >= z->settings->slots)
		return;
	w = &z->workers[m->slot];
	if (m->op == ZYGOTE_SPAWN && fd[1] >= 0)
		spawn(z, m, fd);
	else if (m->op == ZYGOTE_KILL && w->pid > 0 &&
		 w->generation == m->generation)
		(void)kill(w->pid, SIGKILL);
}

static void
take_descriptors(int fd[2], const struct msghdr *h)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(h);

	fd[0] = fd[1] = -1;
	if (c != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS &&
	    c->cmsg_len == CMSG_LEN(2 * sizeof(int)))
		memcpy(fd, CMSG_DATA(c), 2 * sizeof(int));
}

static void
listen_to_run(struct zygote *z)
{
	_Alignas(struct cmsghdr) char room[CMSG_SPACE(2 * sizeof(int))];
	struct zygote_message m;
	struct iovec v = { &m, sizeof(m) };
	struct msghdr h = { .msg_iov = &v,
		.msg_iovlen = 1,
		.msg_control = room,
		.msg_controllen = sizeof(room) };
	ssize_t n = recvmsg(z->control, &h, MSG_CMSG_CLOEXEC);
	int fd[2];

	if (n < 0 && errno == EINTR)
		return;
	if (n != sizeof(m))
		_exit(0);
	take_descriptors(fd, &h);
	obey(z, &m, fd);
	for (int i = 0; i < 2; i++)
		if (fd[i] >= 0)
			(void)close(fd[i]);
}

/* ---- who ended -------------------------------------------------------- */

static void
bury(struct zygote *z)
{
	struct signalfd_siginfo info;
	pid_t pid;
	int status;

	(void)!read(z->deaths, &info, sizeof(info));
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (uint32_t i = 0; i < z->settings->slots; i++) {
			struct zygote_message *w = &z->workers[i];

			if (w->pid != pid)
				continue;
			w->op = ZYGOTE_DIED;
			w->status = status;
			say(z, w);
			w->pid = 0;
		}
	}
}

/* ---- the whole -------------------------------------------------------- */

/* What libcrypto reads from files, or allocates once, it has before the box
 * closes: an RSA key and a signature of the right size, which is none. */
static void
warm_up(const struct zygote *z)
{
	uint8_t modulus[256], signature[256] = { 1 };
	struct crypt_key key = { CRYPT_RSA, SPAN_OF(modulus) };

	memset(modulus, 0xff, sizeof(modulus));
	(void)!crypt_verify(z->crypt, &key, SPAN("warm"), SPAN_OF(signature));
	if (z->settings->entries)
		crypt_warm_up();
}

/* What a terminal sends to all is not for those in the back. */
static bool
mind_signals(struct zygote *z)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGUSR1, SIGUSR2, SIGPIPE, SIGTSTP };
	sigset_t set;

	for (size_t i = 0; i < COUNT(ignored); i++)
		(void)signal(ignored[i], SIG_IGN);
	(void)signal(SIGCHLD, SIG_DFL);
	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_SETMASK, &set, NULL);
	z->deaths = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return z->deaths >= 0;
}

NORETURN void
zygote_main(int control, const struct worker_settings *settings)
{
	struct zygote z = { .settings = settings, .control = control };

	box_close_others(control, STDERR_FILENO + 1);
	z.workers = base_alloc(settings->slots * sizeof(*z.workers));
	z.crypt = crypt_new();
	if (z.workers == NULL || z.crypt == NULL || !mind_signals(&z))
		_exit(WORKER_UNCONFINED);
	warm_up(&z);
	for (;;) {
		struct pollfd fds[2] = { { z.control, POLLIN, 0 },
			{ z.deaths, POLLIN, 0 } };

		(void)poll(fds, COUNT(fds), -1);
		if (fds[1].revents != 0)
			bury(&z);
		if (fds[0].revents != 0)
			listen_to_run(&z);
	}
}
