/*
 * The box of the server: it talks to whoever may connect, so it may do little
 * else. A list of what is forbidden, since the libraries it uses (TLS, events)
 * are not ours to enumerate: no program, no process, no file opened to be
 * written, no connection made, no debugging, no signal.
 */
#include "config.h"

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

#include "run/run.h"
#include "run/supervise_inside.h"

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
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

#ifdef ARCHITECTURE
#define LOAD(field)                        \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (uint32_t)offsetof(struct seccomp_data, field))
#define ARG_LOW(i)                         \
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, \
	    (uint32_t)offsetof(struct seccomp_data, args[i]))
#define ANSWER(what) BPF_STMT(BPF_RET | BPF_K, (uint32_t)(what))
#define DENIED       (SECCOMP_RET_ERRNO | EPERM)
/* Two instructions: this call is denied. */
#define NO(call)                                                         \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)SYS_##call, 0, 1), \
	    ANSWER(DENIED)
/* Five: and this one where argument i has any of these bits. */
#define NO_BITS(call, i, bits)                                            \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)SYS_##call, 0, 4),  \
	    ARG_LOW(i),                                                   \
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, (uint32_t)(bits), 0, 1), \
	    ANSWER(DENIED), LOAD(nr)

#define WRITES (O_WRONLY | O_RDWR | O_CREAT | O_TRUNC | O_APPEND)

/* clang-format off */
#ifdef __x86_64__
#define NO_FORK NO(fork), NO(vfork)
#else
#define NO_FORK NO(clone)
#endif
/* What neither has need of. */
#define NEITHER                                                             \
	LOAD(arch),                                                         \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),            \
	ANSWER(SECCOMP_RET_KILL_PROCESS),                                   \
	LOAD(nr),                                                           \
	NO(execve), NO(execveat), NO(clone), NO(clone3), NO_FORK, NO(kill), \
	NO(tkill), NO(ptrace), NO(process_vm_readv), NO(process_vm_writev), \
	NO(connect), NO(bind), NO(listen), NO(mount), NO(umount2),          \
	NO(unshare), NO(setns), NO(bpf), NO(io_uring_setup)
/* clang-format on */

/* It keeps files of its own: where, is for Landlock to say. */
static struct sock_filter keeper[] = { NEITHER, ANSWER(SECCOMP_RET_ALLOW) };

static struct sock_filter filter[] = {
	NEITHER,
	NO(unlinkat),
	NO(renameat2),
	NO(linkat),
	NO(symlinkat),
	NO(mkdirat),
	NO(mknodat),
	NO(fchmod),
	NO(fchmodat),
	NO(fchownat),
	NO(truncate),
	NO(openat2),
#ifdef __x86_64__
	NO(unlink),
	NO(rename),
	NO(renameat),
	NO(link),
	NO(symlink),
	NO(mkdir),
	NO(mknod),
	NO(chmod),
	NO(creat),
	NO_BITS(open, 1, WRITES),
#endif
	NO_BITS(openat, 2, WRITES),
	ANSWER(SECCOMP_RET_ALLOW),
};

static bool
enter(struct sock_filter *rules, size_t n)
{
	struct sock_fprog program = { (unsigned short)n, rules };

	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) == 0;
}

bool
box_server(void)
{
	return enter(filter, COUNT(filter));
}

/* At its end a sanitizer traces the process by another. */
bool
run_box_keeper(void)
{
	return SANITIZED || enter(keeper, COUNT(keeper));
}
#else
bool
box_server(void)
{
	return true; /* not known here: systemd's wall stands */
}

bool
run_box_keeper(void)
{
	return true;
}
#endif
