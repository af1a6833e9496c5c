/*
 * What rsync may touch, by Landlock where the kernel has it: programs,
 * libraries and what a resolver needs may be read; only its staging folder
 * may be written. A server that takes over its client (rsync's CVEs of 2024 to
 * 2026) then has no file of ours to change.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fetch/inside.h"
#include "fetch/process.h"

#if __has_include(<linux/landlock.h>)
#include <linux/landlock.h>

#define MAY_READ                                                     \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
	    LANDLOCK_ACCESS_FS_READ_DIR)
#define MAY_WRITE                                                           \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |    \
	    LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR | \
	    LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |     \
	    LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |   \
	    LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM)
/* Newer than the headers of Debian 12, 6.1: truncate(2) asks for no right to
 * write where a kernel is not told to mind it, and so empties any file of
 * ours; signals reach any process of ours. */
#define TRUNCATE       (UINT64_C(1) << 14) /* from the third version on */
#define NO_SIGNALS_OUT (UINT64_C(1) << 1)  /* from the sixth on */
/* From one folder to another: never, by the first version. */
#define REFER            (UINT64_C(1) << 13) /* from the second on */
#define REFER_VERSION    2
#define TRUNCATE_VERSION 3
#define SCOPE_VERSION    6

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

struct ruleset {
	uint64_t files, net, scoped;
};

#define OF_FILES                                                     \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
	    LANDLOCK_ACCESS_FS_WRITE_FILE | TRUNCATE)

/* As much as this kernel knows of; glibc 2.36 has no wrappers. */
static int
ruleset_new(uint64_t *handled)
{
	struct ruleset rules = { .files = MAY_READ | MAY_WRITE };
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);
	size_t size = sizeof(rules.files);

	if (version >= REFER_VERSION)
		rules.files |= REFER;
	if (version >= TRUNCATE_VERSION)
		rules.files |= TRUNCATE;
	if (version >= SCOPE_VERSION) {
		rules.scoped = NO_SIGNALS_OUT;
		size = sizeof(rules);
	}
	*handled = rules.files;
	return (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
}

static bool
allow_fd(int rules, int fd, uint64_t access)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = access,
		.parent_fd = fd };
	struct stat st;

	if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
		beneath.allowed_access &= OF_FILES;
	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		   &beneath, 0) == 0;
}

/* What is not there need not be allowed. */
static void
allow_path(int rules, const char *path, uint64_t access)
{
	int fd = open(path, O_PATH | O_CLOEXEC);

	if (fd >= 0) {
		(void)allow_fd(rules, fd, access);
		(void)close(fd);
	}
}

/* The operator's own rsync, or wrapper of it, wherever it is. */
static void
allow_folder_of(int rules, const char *command)
{
	char path[4096];
	const char *slash = strrchr(command, '/');

	if (slash == NULL || (size_t)(slash - command) >= sizeof(path))
		return;
	memcpy(path, command, (size_t)(slash - command));
	path[slash - command] = '\0';
	allow_path(rules, path[0] == '\0' ? "/" : path, MAY_READ);
}

static void
allow_system(int rules)
{
	static const char *const readable[] = { "/usr", "/lib", "/lib64",
		"/lib32", "/bin", "/sbin", "/opt", "/nix/store", "/gnu/store",
		"/etc", "/run/systemd/resolve", "/run/resolvconf", "/proc",
		"/dev/urandom", "/dev/random", "/dev/zero" };

	for (size_t i = 0; i < COUNT(readable); i++)
		allow_path(rules, readable[i], MAY_READ);
	allow_path(rules, "/dev/null",
	    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
}

bool
confine_writes(int folder, const char *command)
{
	uint64_t all;
	int rules;
	bool ok;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	rules = ruleset_new(&all);
	if (rules < 0)
		return true; /* a kernel without it */
	allow_system(rules);
	allow_folder_of(rules, command);
	ok = allow_fd(rules, folder, all) &&
	     syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	return ok;
}

bool
confine_folders(const int *folders, size_t n, bool resolves)
{
	uint64_t all;
	bool ok = true;
	int rules;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	rules = ruleset_new(&all);
	if (rules < 0)
		return true; /* a kernel without it */
	if ((all & REFER) == 0) {
		(void)close(rules);
		return true; /* one whose folders' files could not be renamed */
	}
	if (resolves)
		allow_system(rules);
	if (SANITIZED) /* which looks for leaks when the process ends */
		allow_path(rules, "/proc", MAY_READ);
	for (size_t i = 0; i < n; i++)
		ok = ok && allow_fd(rules, folders[i], all);
	ok = ok && syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	return ok;
}

bool
confine_reads(void)
{
	uint64_t all;
	int rules;
	bool ok;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	rules = ruleset_new(&all);
	if (rules < 0)
		return true; /* a kernel without it */
	allow_system(rules);
	ok = syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	return ok;
}

#else

bool
confine_folders(const int *folders, size_t n, bool resolves)
{
	(void)folders, (void)n, (void)resolves;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool
confine_reads(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

bool
confine_writes(int folder, const char *command)
{
	(void)folder;
	(void)command;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

#endif
