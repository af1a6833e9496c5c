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
#define OF_FILES                                                     \
	(LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | \
	    LANDLOCK_ACCESS_FS_WRITE_FILE)

/* glibc 2.36 has no wrappers. */
static int
ruleset_new(const struct landlock_ruleset_attr *attr)
{
	return (int)syscall(
	    SYS_landlock_create_ruleset, attr, sizeof(*attr), 0);
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
	struct landlock_ruleset_attr attr = { .handled_access_fs =
						  MAY_READ | MAY_WRITE };
	int rules;
	bool ok;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return false;
	rules = ruleset_new(&attr);
	if (rules < 0)
		return true; /* a kernel without it */
	allow_system(rules);
	allow_folder_of(rules, command);
	ok = allow_fd(rules, folder, MAY_READ | MAY_WRITE) &&
	     syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	(void)close(rules);
	return ok;
}

#else

bool
confine_writes(int folder, const char *command)
{
	(void)folder;
	(void)command;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

#endif
