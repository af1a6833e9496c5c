/*
 * Where hostile bytes are read: one process for one file, with the files it
 * was given open and no way to open another. What breaks in it, or takes it
 * over, can only tell us lies about that one file (rrdp_index.c expects
 * them).
 */
#include "fetch/process.h"

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>

#if defined(__SANITIZE_ADDRESS__)
#define WIDE_BOX 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define WIDE_BOX 1
#endif
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#endif

#define MEMORY ((uint64_t)64 << 20)

/* ---- confinement ----------------------------------------------------- */

static void
limit(int what, rlim_t n)
{
	struct rlimit r = { n, n };

	if (setrlimit((__rlimit_resource_t)what, &r) != 0)
		_exit(1);
}

#if defined(ARCH) && !defined(WIDE_BOX)
#define ALLOW(name)                                            \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), \
	    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)
#define LOAD(field)                        \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (uint32_t)offsetof(struct seccomp_data, field))
#define KILL          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS)
#define PROT_EXEC_BIT 4

/* What reading, writing and a heap need. Memory never becomes code. */
static void
forbid_the_rest(void)
{
	struct sock_filter rules[] = {
		LOAD(arch),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
		KILL,
		LOAD(nr),
		ALLOW(read),
		ALLOW(write),
		ALLOW(close),
		ALLOW(lseek),
		ALLOW(fstat),
		ALLOW(newfstatat),
		ALLOW(brk),
		ALLOW(munmap),
		ALLOW(mremap),
		ALLOW(madvise),
		ALLOW(sysinfo), /* qsort(3) of much asks it once */
		ALLOW(futex),
		ALLOW(getrandom),
		ALLOW(getpid),
		ALLOW(gettid),
		ALLOW(tgkill),
		ALLOW(clock_gettime),
		ALLOW(rt_sigprocmask),
		ALLOW(rt_sigreturn),
		ALLOW(exit),
		ALLOW(exit_group),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_mprotect, 0, 3),
		LOAD(args[2]),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC_BIT, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		KILL,
	};
	struct sock_fprog program = { COUNT(rules), rules };

	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		_exit(1);
}
#else
static void
forbid_the_rest(void)
{
}
#endif

void
box_confine(const struct limits *limits)
{
	limit(RLIMIT_CPU, limits->parse_time);
	limit(RLIMIT_FSIZE, limits->repository_bytes);
	limit(RLIMIT_CORE, 0);
	process_limit_memory(MEMORY + 2 * limits->object_max);
#ifndef WIDE_BOX
	limit(RLIMIT_NPROC, 0);
	limit(RLIMIT_NOFILE, 0);
#endif
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		_exit(1);
	forbid_the_rest();
}

/* ---- the maker ------------------------------------------------------- */

struct ask {
	uint32_t kind, is_gzip;
	uint64_t bytes_max;
};

enum {
	FD_BODY,
	FD_BYTES,
	FD_INDEX,
	FD_ALIVE
};

static void
make(const struct ask *ask, const int fds[PROCESS_FDS], int sock,
    const struct limits *limits)
{
	struct rrdp_spool spool = { .kind = (enum rrdp_kind)ask->kind,
		.is_gzip = ask->is_gzip != 0,
		.bytes_max = ask->bytes_max,
		.body = fds[FD_BODY],
		.bytes = fds[FD_BYTES],
		.index = fds[FD_INDEX] };
	pid_t maker = getpid();

	if (fork() != 0)
		return; /* when there is no box, its `alive` ends at once */
	(void)prctl(PR_SET_NAME, "cairn-box");
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)signal(SIGCHLD, SIG_DFL);
	if (getppid() != maker)
		_exit(1);
	(void)close(sock);
	box_confine(limits);
	rrdp_spool(&spool, limits);
	(void)!write(fds[FD_ALIVE], "", 1);
	_exit(0);
}

/* Not ignored: what boxes cost is to be told of whoever had them made. */
static void
reap(int number)
{
	int was = errno;

	(void)number;
	while (waitpid(-1, NULL, WNOHANG) > 0)
		continue;
	errno = was;
}

static void
run(int sock, int keep, const void *ctx)
{
	struct sigaction reaping = { .sa_handler = reap,
		.sa_flags = SA_RESTART | SA_NOCLDSTOP };
	int fds[PROCESS_FDS];
	struct ask ask;

	(void)keep;
	(void)sigaction(SIGCHLD, &reaping, NULL);
	for (;;) {
		ssize_t n = process_receive(sock, &ask, sizeof(ask), fds, true);

		if (n == 0)
			return;
		if (n == (ssize_t)sizeof(ask) && fds[FD_ALIVE] >= 0)
			make(&ask, fds, sock, ctx);
		for (size_t i = 0; i < PROCESS_FDS; i++)
			if (fds[i] >= 0)
				(void)close(fds[i]);
	}
}

enum reason
box_open(struct process *out, const struct limits *limits)
{
	struct process_body body = { "cairn-boxes", run, limits };

	return process_start(out, -1, &body);
}

bool
box_start(const struct process *p, int *alive, const struct rrdp_spool *spool)
{
	struct ask ask = { .kind = (uint32_t)spool->kind,
		.is_gzip = spool->is_gzip,
		.bytes_max = spool->bytes_max };
	int fds[PROCESS_FDS] = { spool->body, spool->bytes, spool->index };
	int ends[2];
	bool ok;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return false;
	fds[FD_ALIVE] = ends[1];
	ok = process_send(p->sock, SPAN_OF(ask), fds, PROCESS_FDS);
	(void)close(ends[1]);
	if (ok)
		*alive = ends[0];
	else
		(void)close(ends[0]);
	return ok;
}
