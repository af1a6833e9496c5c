/*
 * The box of the servers: they talk to whoever may connect, so they may do
 * little else. Connections that come to sockets they were given, files read,
 * memory, time; no program, no process, no file written, no socket made, no
 * code. What is not in the list is not there (ENOSYS), so that a C library
 * newer than this list falls back to what it did before.
 */
#include "config.h"

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "supervise/inside.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

void
box_oom_score(int score)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", score);
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, text, n > 0 ? (size_t)n : 0);
	(void)close(fd);
}

#ifdef ARCH
#define LOAD(field)                        \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (uint32_t)offsetof(struct seccomp_data, field))
/* The low half: the kernel's ints. */
#define ARGUMENT(i)                        \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (uint32_t)offsetof(struct seccomp_data, args[i]))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (uint32_t)(what))
#define ALLOWED      ANSWER(SECCOMP_RET_ALLOW)
#define DENIED       ANSWER(SECCOMP_RET_ERRNO | EPERM)
/* Skip over `n` when the word loaded is not that. */
#define UNLESS(value, n) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (n))
#define ALLOW(call) UNLESS(__NR_##call, 1), ALLOWED
#define DENY(call)  UNLESS(__NR_##call, 1), DENIED
/* Allowed, but not where argument i has any of these bits. */
#define ALLOW_BUT(call, i, bits)                                          \
	UNLESS(__NR_##call, 4), ARGUMENT(i),                              \
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), 0, 1), \
	    DENIED, ALLOWED
/* Allowed where argument 1 is that. */
#define ALLOW_ONLY(call, value) \
	UNLESS(__NR_##call, 4), ARGUMENT(1), UNLESS(value, 1), ALLOWED, LOAD(nr)

#define OPEN_BITS (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)

static struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
#if SANITIZED /* they need much more: the worst is left out */
	DENY(execve),
	DENY(execveat),
	DENY(socket),
	DENY(connect),
	DENY(bind),
	DENY(kill),
	DENY(ptrace),
	DENY(unlinkat),
	DENY(mkdirat),
#ifdef __NR_open
	DENY(fork),
	DENY(unlink),
	DENY(mkdir),
	ALLOW_BUT(open, 1, OPEN_BITS),
#endif
	ALLOW_BUT(openat, 2, OPEN_BITS),
	ALLOWED,
#else
	/* sockets */
	ALLOW(read),
	ALLOW(readv),
	ALLOW(write),
	ALLOW(writev),
	ALLOW(sendto),
	ALLOW(sendmsg),
	ALLOW(recvfrom),
	ALLOW(recvmsg),
	ALLOW(accept),
	ALLOW(accept4),
	ALLOW(shutdown),
	ALLOW(close),
	ALLOW(setsockopt),
	ALLOW(getsockopt),
	ALLOW(getsockname),
	ALLOW(getpeername),
	ALLOW(dup),
	ALLOW_ONLY(fcntl, F_DUPFD_CLOEXEC),
	ALLOW_ONLY(fcntl, F_GETFD),
	ALLOW_ONLY(fcntl, F_SETFD),
	ALLOW_ONLY(fcntl, F_GETFL),
	ALLOW_ONLY(fcntl, F_SETFL),
	ALLOW_ONLY(ioctl, FIONREAD),
	ALLOW_ONLY(ioctl, FIONBIO),
	/* their loop */
	ALLOW(epoll_pwait),
	ALLOW(epoll_ctl),
	ALLOW(ppoll),
	ALLOW(inotify_init1),
	ALLOW(inotify_add_watch),
	ALLOW(inotify_rm_watch),
	/* files, to be read: the view, at a reload all else */
	ALLOW_BUT(openat, 2, OPEN_BITS),
	ALLOW(fstat),
	ALLOW(newfstatat),
	ALLOW(statx),
	ALLOW(lseek),
	ALLOW(pread64),
	ALLOW(getdents64),
	ALLOW(faccessat),
	ALLOW(readlinkat),
	ALLOW(getcwd),
#ifdef __NR_open /* of the older architectures alone */
	ALLOW(epoll_wait),
	ALLOW(poll),
	ALLOW_BUT(open, 1, OPEN_BITS),
	ALLOW(stat),
	ALLOW(lstat),
	ALLOW(access),
	ALLOW(readlink),
#endif
	/* memory, which does not become code */
	ALLOW_BUT(mmap, 2, PROT_EXEC),
	ALLOW_BUT(mprotect, 2, PROT_EXEC),
	ALLOW(munmap),
	ALLOW(mremap),
	ALLOW(brk),
	ALLOW(madvise),
	/* time, chance, who we are */
	ALLOW(clock_gettime),
	ALLOW(clock_nanosleep),
	ALLOW(nanosleep),
	ALLOW(gettimeofday),
	ALLOW(getrandom),
	ALLOW(sysinfo), /* qsort(3) of much asks it once */
	ALLOW(sched_getaffinity),
	ALLOW(sched_yield),
	ALLOW(uname),
	ALLOW(getpid),
	ALLOW(gettid),
	ALLOW(getuid),
	ALLOW(geteuid),
	ALLOW(getgid),
	ALLOW(getegid),
	ALLOW(futex),
	/* signals to oneself, by abort(3); the end */
	ALLOW(rt_sigaction),
	ALLOW(rt_sigprocmask),
	ALLOW(rt_sigreturn),
	ALLOW(sigaltstack),
	ALLOW(restart_syscall),
	ALLOW(tgkill),
	ALLOW(exit),
	ALLOW(exit_group),
	ANSWER(SECCOMP_RET_ERRNO | ENOSYS),
#endif
};

/* What keeps files of its own; where, is for Landlock to say. */
static struct sock_filter keeper[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
#ifdef __x86_64__
	/* Another ABI's numbers for the same calls. */
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	DENIED,
	DENY(fork),
	DENY(vfork),
#endif
	DENY(execve),
	DENY(execveat),
	DENY(clone),
	DENY(clone3),
	DENY(kill),
	DENY(tkill),
	DENY(ptrace),
	DENY(process_vm_readv),
	DENY(process_vm_writev),
	DENY(connect),
	DENY(bind),
	DENY(listen),
	DENY(mount),
	DENY(umount2),
	DENY(unshare),
	DENY(setns),
	DENY(bpf),
	DENY(io_uring_setup),
	ALLOWED,
};

static bool
install(struct sock_filter *calls, size_t n)
{
	struct sock_fprog program = { (unsigned short)n, calls };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) ==
		   0 ||
	       errno == EINVAL; /* a kernel without it */
}

bool
box_server(void)
{
	struct sock_filter to_itself[] = {
		LOAD(nr),
		UNLESS(__NR_tgkill, 3),
		ARGUMENT(0),
		UNLESS(getpid(), 1),
		ALLOWED,
		/* of another process, or another call */
		LOAD(nr),
		UNLESS(__NR_tgkill, 1),
		DENIED,
		ALLOWED,
	};

	/* Nor may others of the same user look for keys in its memory. */
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       install(to_itself, COUNT(to_itself)) &&
	       install(filter, COUNT(filter));
}
/* At its end a sanitizer traces the process by another. */
bool
supervise_box_keeper(void)
{
	return SANITIZED || (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
				install(keeper, COUNT(keeper)));
}
#else
bool
box_server(void)
{
	return true; /* not known here: systemd's wall stands */
}

bool
supervise_box_keeper(void)
{
	return true;
}
#endif
