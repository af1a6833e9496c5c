/* The folder, its locks, and its files. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/file.h"
#include "logdir/inside.h"

#define STATE_FOLDER ".state"
#define TREE_LOCK    ".state/treeState.lock"
#define PUBLISH_LOCK ".state/publish.lock"
#define CHECKPOINT   "checkpoint"
/* Not where files are served from; one is enough, as there is the lock. */
#define TEMPORARY ".state/next"

/* ---- locks --------------------------------------------------------------- */

static enum reason
busy(struct logdir *d, int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK)
		return fault_say(&d->why, R_LOG_BUSY, NULL,
		    "process %ld holds the lock", (long)lock.l_pid);
	return fault_say(&d->why, R_LOG_BUSY, NULL, "it has just ended");
}

/* As Tessera: one lock of fcntl(2) on the whole file. */
static enum reason
lock_take(struct logdir *d, int *out, const char *path)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	*out = openat(
	    d->folder, path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (*out < 0)
		return logdir_fail(d, path);
	if (fcntl(*out, F_SETLK, &lock) == 0)
		return REASON_OK;
	return errno == EACCES || errno == EAGAIN ? busy(d, *out)
						  : logdir_fail(d, path);
}

static enum reason
locks_take(struct logdir *d)
{
	TRY(lock_take(d, &d->tree_lock, TREE_LOCK));
	return lock_take(d, &d->publish_lock, PUBLISH_LOCK);
}

/* ---- open and close ---------------------------------------------------- */

static void
init(struct logdir *d)
{
	*d = (struct logdir){ -1, -1, -1, .state = { .size = 0 } };
	fault_init(&d->why, span_of(NULL, 0));
}

static enum reason
folder_open(struct logdir *d, const char *path)
{
	init(d);
	d->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return d->folder < 0 ? logdir_fail_as(d, R_LOG_MISSING, path)
			     : REASON_OK;
}

/* Open a folder and its state's, made where they are not there. */
static enum reason
folder_make(struct logdir *d, const char *path, mode_t mode)
{
	init(d);
	if (mkdir(path, mode) != 0 && errno != EEXIST)
		return logdir_fail(d, path);
	TRY(folder_open(d, path));
	if (mkdirat(d->folder, STATE_FOLDER, mode) != 0 && errno != EEXIST)
		return logdir_fail(d, STATE_FOLDER);
	return REASON_OK;
}

static bool
is_there(const struct logdir *d, const char *path)
{
	return faccessat(d->folder, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

enum reason
logdir_create(struct logdir *d, const char *path)
{
	TRY(folder_make(d, path, 0755));
	TRY(locks_take(d));
	if (is_there(d, CHECKPOINT) || is_there(d, "tile") ||
	    is_there(d, STATE_FILE))
		return fault_say(&d->why, R_LOG_EXISTS, NULL, "%s", path);
	return logdir_put(d, VERSION_FILE, SPAN(VERSION));
}

enum reason
logdir_open(struct logdir *d, const char *path)
{
	TRY(folder_open(d, path));
	if (!is_there(d, CHECKPOINT))
		return logdir_fail_as(d, R_LOG_MISSING, CHECKPOINT);
	if (!is_there(d, STATE_FOLDER))
		return logdir_fail_as(d, R_LOG_TREE_STATE, STATE_FOLDER);
	TRY(locks_take(d));
	return logdir_state_read(d);
}

enum reason
logdir_open_copy(struct logdir *d, const char *path)
{
	TRY(folder_make(d, path, 0755));
	TRY(locks_take(d));
	return is_there(d, VERSION_FILE)
		   ? REASON_OK
		   : logdir_put(d, VERSION_FILE, SPAN(VERSION));
}

enum reason
logdir_open_own(struct logdir *d, const char *path)
{
	TRY(folder_make(d, path, 0700));
	return lock_take(d, &d->tree_lock, TREE_LOCK);
}

void
logdir_close(struct logdir *d)
{
	const int fds[] = { d->publish_lock, d->tree_lock, d->folder };

	for (size_t i = 0; i < COUNT(fds); i++)
		if (fds[i] >= 0)
			(void)close(fds[i]);
	d->publish_lock = d->tree_lock = d->folder = -1;
}

enum reason
logdir_fail_as(struct logdir *d, enum reason why, const char *path)
{
	return fault_say(&d->why, why, NULL, "%s: %s", path, strerror(errno));
}

enum reason
logdir_fail(struct logdir *d, const char *path)
{
	return logdir_fail_as(d, R_LOG_WRITE, path);
}

/* ---- reading ----------------------------------------------------------- */

enum reason
logdir_get(void *ctx, struct buf *out, const char *path)
{
	const struct logdir *d = ctx;
	struct stat st;
	bool is_read;
	int fd = openat(
	    d->folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return R_LOG_MISSING;
	is_read =
	    fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && file_read(out, fd);
	(void)close(fd);
	return is_read       ? REASON_OK
	       : out->failed ? R_LOG_BUNDLE /* longer than any can be */
			     : R_LOG_MISSING;
}

struct log_source
logdir_source(struct logdir *d)
{
	return (struct log_source){ logdir_get, d };
}

/* ---- writing ----------------------------------------------------------- */

static enum reason
temporary_put(struct logdir *d, struct span bytes)
{
	int fd = openat(d->folder, TEMPORARY,
	    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
	bool good;

	if (fd < 0)
		return logdir_fail(d, TEMPORARY);
	good = file_write(fd, bytes) && fsync(fd) == 0;
	if (close(fd) != 0 || !good)
		return logdir_fail(d, TEMPORARY);
	return REASON_OK;
}

/* "" is the folder itself. */
static enum reason
folder_sync(struct logdir *d, const char *path)
{
	int fd = openat(d->folder, path[0] == '\0' ? "." : path,
	    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum reason why = REASON_OK;

	/* Some file systems have no way to sync a folder: EINVAL. */
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		why = logdir_fail(d, path);
	if (fd >= 0)
		(void)close(fd);
	return why;
}

/* Make the folders of a path; each is on the disk before what is in it.
 * folder[] is left with the last of them. */
static enum reason
folders_make(struct logdir *d, char folder[TILE_PATH], const char *path)
{
	char above[TILE_PATH] = "";

	folder[0] = '\0';
	for (const char *slash = strchr(path, '/'); slash != NULL;
	     slash = strchr(slash + 1, '/')) {
		size_t n = (size_t)(slash - path);

		ASSERT(n < TILE_PATH);
		memcpy(folder, path, n);
		folder[n] = '\0';
		if (mkdirat(d->folder, folder, 0755) == 0)
			TRY(folder_sync(d, above));
		else if (errno != EEXIST)
			return logdir_fail(d, folder);
		memcpy(above, folder, n + 1);
	}
	return REASON_OK;
}

enum reason
logdir_put(void *ctx, const char *path, struct span bytes)
{
	struct logdir *d = ctx;
	char folder[TILE_PATH];

	TRY(folders_make(d, folder, path));
	TRY(temporary_put(d, bytes));
	if (renameat(d->folder, TEMPORARY, d->folder, path) != 0)
		return logdir_fail(d, path);
	return folder_sync(d, folder);
}

struct log_sink
logdir_sink(struct logdir *d)
{
	return (struct log_sink){ logdir_put, d };
}

enum reason
logdir_checkpoint_put(struct logdir *d, struct span note)
{
	return logdir_put(d, CHECKPOINT, note);
}
