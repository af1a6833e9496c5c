/*
 * The box of a worker. Raw BPF and raw system calls: no library to trust, and
 * the whole list on one page.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pool/box.h"

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

/* ---- descriptors and limits ------------------------------------------- */

#define FD_MANY 65536 /* more than any process of ours has */

/* Kernels before 5.9 close them one by one. */
static void
close_range_of(int from, int to)
{
	if (from > to ||
	    syscall(SYS_close_range, (unsigned)from, (unsigned)to, 0) == 0)
		return;
	for (int fd = from; fd <= to && fd < FD_MANY; fd++)
		(void)close(fd);
}

void
box_close_others(int keep, int from)
{
	close_range_of(from, keep - 1);
	close_range_of(keep >= from ? keep + 1 : from, INT_MAX);
}

/* A sanitizer's last words go to standard error. */
static void
close_all_but(int keep)
{
	if (SANITIZED) {
		(void)close(STDIN_FILENO);
		(void)close(STDOUT_FILENO);
	}
	box_close_others(keep, SANITIZED ? STDERR_FILENO + 1 : 0);
}

/* The address space in use, in bytes. */
static size_t
space_used(void)
{
	char text[64];
	unsigned long long pages = 0;
	ssize_t n;
	int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text));
	(void)close(fd);
	for (ssize_t i = 0; i < n && text[i] >= '0' && text[i] <= '9'; i++)
		pages = pages * 10 + (unsigned)(text[i] - '0');
	return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE);
}

static bool
limit(int what, rlim_t most)
{
	struct rlimit r = { most, most }, now;

	if (getrlimit((__rlimit_resource_t)what, &now) == 0 &&
	    now.rlim_max < most)
		r.rlim_cur = r.rlim_max = now.rlim_max;
	return setrlimit((__rlimit_resource_t)what, &r) == 0;
}

static bool
limit_all(size_t memory)
{
	size_t used = space_used();

	if (!SANITIZED && used > 0 && !limit(RLIMIT_AS, used + memory))
		return false;
	return limit(RLIMIT_CORE, 0) && limit(RLIMIT_NPROC, 0) &&
	       limit(RLIMIT_FSIZE, 0) && limit(RLIMIT_MEMLOCK, 0);
}

/* When the machine runs out of memory, workers go first: each costs one
 * point. */
static void
offer_to_oom(void)
{
	int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	(void)!write(fd, "800", 3);
	(void)close(fd);
}

/* ---- Landlock: no file at all ----------------------------------------- */

/* An empty ruleset that handles all of the file system's rights of ABI 1, 2
 * and 3: nothing is allowed. glibc has no wrappers. */
static bool
forbid_files(void)
{
#ifdef SYS_landlock_create_ruleset
	static const uint64_t rights[] = { 0, 0x1fff, 0x3fff, 0x7fff };
	const unsigned version_flag = 1;
	uint64_t handled;
	long abi, rules;
	bool ok;

	abi = syscall(SYS_landlock_create_ruleset, NULL, 0, version_flag);
	if (abi < 1)
		return true; /* a kernel without it */
	handled = rights[abi < 3 ? abi : 3];
	rules =
	    syscall(SYS_landlock_create_ruleset, &handled, sizeof(handled), 0);
	if (rules < 0)
		return false;
	ok = syscall(SYS_landlock_restrict_self, (int)rules, 0) == 0;
	(void)close((int)rules);
	return ok;
#else
	return true;
#endif
}

/* ---- seccomp ---------------------------------------------------------- */

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH AUDIT_ARCH_RISCV64
#endif

#ifdef ARCH

#define LOAD(field)                        \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (uint32_t)offsetof(struct seccomp_data, field))
#define RETURN(what) BPF_STMT(BPF_RET | BPF_K, (what))
/* Skip over `n` when the word loaded is not that. */
#define UNLESS(value, n) \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(value), 0, (n))
#define ALLOW(call) UNLESS(__NR_##call, 1), RETURN(SECCOMP_RET_ALLOW)
/* Arguments are compared in their low half: the kernel's ints. */
#define ARGUMENT(i)                        \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (uint32_t)(offsetof(struct seccomp_data, args) + 8 * (i)))

static bool
install(struct sock_filter *filter, size_t n)
{
	struct sock_fprog prog = { .len = (unsigned short)n, .filter = filter };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog, 0, 0) == 0 ||
	       errno == EINVAL; /* a kernel without it */
}

#if SANITIZED

#define REFUSE(call) UNLESS(__NR_##call, 1), RETURN(SECCOMP_RET_ERRNO | EPERM)

static bool
filter_calls(void)
{
	struct sock_filter filter[] = {
		LOAD(nr),
#ifdef __NR_open
		REFUSE(open),
		REFUSE(creat),
		REFUSE(fork),
		REFUSE(vfork),
#endif
		REFUSE(openat),
#ifdef __NR_openat2
		REFUSE(openat2),
#endif
		REFUSE(socket),
		REFUSE(socketpair),
		REFUSE(connect),
		REFUSE(execve),
		REFUSE(execveat),
		REFUSE(ptrace),
		REFUSE(process_vm_readv),
		REFUSE(process_vm_writev),
		REFUSE(kill),
		REFUSE(tkill),
		REFUSE(clone),
#ifdef __NR_clone3
		REFUSE(clone3),
#endif
		REFUSE(io_uring_setup),
		REFUSE(bpf),
		REFUSE(prctl),
		RETURN(SECCOMP_RET_ALLOW),
	};

	return install(filter, COUNT(filter));
}

#else

/*
 * Memory that is not of a file and not code; the one descriptor; time and
 * chance; the end, also by abort(3). Anything else kills.
 */
static bool
filter_calls(void)
{
	struct sock_filter filter[] = {
		LOAD(arch),
		UNLESS(ARCH, 1),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		LOAD(nr),
		ALLOW(read),
		ALLOW(write),
		ALLOW(munmap),
		ALLOW(mremap),
		ALLOW(brk),
		ALLOW(madvise),
		ALLOW(futex),
		ALLOW(getrandom),
		ALLOW(clock_gettime),
		ALLOW(getpid),
		ALLOW(gettid),
		ALLOW(rt_sigaction),
		ALLOW(rt_sigprocmask),
		ALLOW(rt_sigreturn),
		ALLOW(restart_syscall),
		ALLOW(sched_yield),
		ALLOW(sysinfo), /* qsort(3) of much asks it once */
		ALLOW(exit),
		ALLOW(exit_group),
		/* No code is made. */
		UNLESS(__NR_mprotect, 4),
		ARGUMENT(2),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 1, 0),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		UNLESS(__NR_mmap, 6),
		ARGUMENT(2),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 3, 0),
		ARGUMENT(3),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, MAP_ANONYMOUS, 0, 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		/* Only to itself. */
		UNLESS(__NR_tgkill, 4),
		ARGUMENT(0),
		UNLESS(getpid(), 1),
		RETURN(SECCOMP_RET_ALLOW),
		RETURN(SECCOMP_RET_KILL_PROCESS),
		RETURN(SECCOMP_RET_KILL_PROCESS),
	};

	return install(filter, COUNT(filter));
}

#endif
#else /* an architecture whose calls nobody has looked at */

static bool
filter_calls(void)
{
	return true;
}

#endif

bool
box_enter(int keep, size_t memory)
{
	bool ok;

	offer_to_oom();
	ok = prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && limit_all(memory) &&
	     prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && forbid_files();
	if (ok)
		close_all_but(keep);
	return ok && filter_calls();
}
