#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <unistd.h>

#include "file/file.h"

/* Also of a failure, errno is what it was before. */
static void
close_quietly(int fd)
{
	int error = errno;

	(void)close(fd);
	errno = error;
}

bool
file_read(struct buf *out, int fd)
{
	uint8_t piece[4096];
	ssize_t n;

	do {
		n = read(fd, piece, sizeof(piece));
		if (n > 0)
			buf_add(out, piece, (size_t)n);
	} while (!out->failed && (n > 0 || (n < 0 && errno == EINTR)));
	if (out->failed)
		errno = EFBIG;
	return n == 0 && !out->failed;
}

bool
file_load(struct buf *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	bool good = false;
	struct stat st;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else
		good = file_read(out, fd);
	close_quietly(fd);
	return good;
}

bool
file_write(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n > 0)
			s = span_of(s.p + n, s.n - (size_t)n);
		else if (n == 0 || errno != EINTR)
			return false;
	}
	return true;
}

bool
file_sync_folder(int folder, const char *path)
{
	const char *slash = strrchr(path, '/');
	char name[PATH_MAX] = ".";
	bool good;
	int fd;

	if (slash != NULL) {
		int n = slash == path ? 1 : (int)(slash - path);

		if (snprintf(name, sizeof(name), "%.*s", n, path) != n) {
			errno = ENAMETOOLONG;
			return false;
		}
	}
	fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	/* Some file systems have no way to sync a folder: EINVAL. */
	good = fsync(fd) == 0 || errno == EINVAL;
	close_quietly(fd);
	return good;
}

static bool
put(int folder, const char *path, struct span s, unsigned mode)
{
	bool good;
	int fd;

	if (unlinkat(folder, path, 0) != 0 && errno != ENOENT)
		return false;
	fd = openat(folder, path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    (mode_t)mode);
	if (fd < 0)
		return false;
	good = file_write(fd, s) && fsync(fd) == 0;
	if (!good)
		close_quietly(fd);
	return good && close(fd) == 0;
}

bool
file_replace(int folder, const char *path, struct span s, unsigned mode)
{
	char fresh[PATH_MAX];
	int error, n = snprintf(fresh, sizeof(fresh), "%s.new", path);

	if (n < 0 || (size_t)n >= sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return false;
	}
	if (put(folder, fresh, s, mode) &&
	    renameat(folder, fresh, folder, path) == 0)
		return file_sync_folder(folder, path);
	error = errno;
	(void)unlinkat(folder, fresh, 0);
	errno = error;
	return false;
}
