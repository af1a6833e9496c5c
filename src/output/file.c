/*
 * Files replaced whole or not at all: written beside the old one, synced,
 * renamed, and the folder synced, so that after a crash the name holds either
 * the old bytes or the new ones.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/file.h"
#include "output/output.h"

#define ATTEMPTS 100
#define PIECE    2048

static enum reason
fail(struct fault *why, const char *path)
{
	return fault_say(why, R_OUTPUT_WRITE, NULL, "%s: %s",
	    path != NULL ? path : "standard output", strerror(errno));
}

/* Standard output may be a pipe: a short write is no failure. */
static enum reason
write_fd(void *ctx, struct span bytes)
{
	const int *fd = ctx;

	return file_write(*fd, bytes) ? REASON_OK : R_OUTPUT_WRITE;
}

static enum reason
write_all(struct output_file *f, int fd, struct fault *why)
{
	struct output_sink sink = { write_fd, &fd };
	enum reason reason = output_write(f->format, f->in, sink);

	if (reason == R_OUTPUT_WRITE) {
		f->reader_left = f->path == NULL && errno == EPIPE;
		return fail(why, f->path);
	}
	if (reason != REASON_OK)
		return fault_say(why, reason, NULL, "%s",
		    f->path != NULL ? f->path : "standard output");
	return REASON_OK;
}

/* "FOLDER/" or "./", and "FOLDER/.NAME.PID-N.tmp". */
static bool
name_parts(struct output_file *f, unsigned attempt)
{
	const char *slash = strrchr(f->path, '/');
	size_t folder = slash != NULL ? (size_t)(slash - f->path) + 1 : 0;
	size_t n = strlen(f->path) + 64;

	base_free(f->folder);
	base_free(f->temporary);
	f->folder = base_alloc(folder + 3);
	f->temporary = base_alloc(n);
	if (f->folder == NULL || f->temporary == NULL)
		return false;
	(void)snprintf(f->folder, folder + 3, "%.*s", (int)folder,
	    folder > 0 ? f->path : "");
	if (folder == 0)
		(void)snprintf(f->folder, 3, "./");
	(void)snprintf(f->temporary, n, "%s.%s.%ld-%u.tmp", f->folder,
	    f->path + folder, (long)getpid(), attempt);
	return true;
}

/* With the mode of the file it replaces, or what umask leaves. */
static enum reason
create(struct output_file *f, struct fault *why)
{
	struct stat old;

	for (unsigned i = 0; i < ATTEMPTS && f->fd < 0; i++) {
		if (!name_parts(f, i))
			return fault_say(
			    why, R_LIMIT_MEMORY, NULL, "%s", f->path);
		f->fd = open(f->temporary,
		    O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
		if (f->fd < 0 && errno != EEXIST)
			break;
	}
	if (f->fd < 0) {
		base_free(f->temporary);
		f->temporary = NULL;
		return fail(why, f->path);
	}
	if (stat(f->path, &old) == 0 && fchmod(f->fd, old.st_mode & 07777) != 0)
		return fail(why, f->path);
	return REASON_OK;
}

/* A link stays, and what it points at is replaced. */
static enum reason
set_path(
    struct output_file *f, const char *path, bool *regular, struct fault *why)
{
	struct stat st;
	char real[PATH_MAX];

	*regular = true;
	if (stat(path, &st) != 0) {
		if (errno != ENOENT)
			return fail(why, path);
		f->path = base_strdup(path);
	} else {
		*regular = S_ISREG(st.st_mode);
		if (S_ISDIR(st.st_mode)) {
			errno = EISDIR;
			return fail(why, path);
		}
		f->path = base_strdup(
		    *regular && realpath(path, real) != NULL ? real : path);
	}
	if (f->path == NULL)
		return fault_say(why, R_LIMIT_MEMORY, NULL, "%s", path);
	return REASON_OK;
}

enum reason
output_prepare(struct output_file *out, const struct output_format *format,
    const struct output_in *in, const char *path, struct fault *why)
{
	bool regular;
	enum reason reason;

	*out = (struct output_file){ .format = format, .in = in, .fd = -1 };
	if (path == NULL)
		return REASON_OK;
	reason = set_path(out, path, &regular, why);
	if (reason == REASON_OK && regular) {
		reason = create(out, why);
		if (reason == REASON_OK)
			reason = write_all(out, out->fd, why);
		if (reason == REASON_OK && fsync(out->fd) != 0)
			reason = fail(why, out->path);
	}
	if (reason != REASON_OK)
		output_drop(out);
	return reason;
}

/* The next piece of both files: equal? At the end *done. */
static bool
same_piece(int a, int b, off_t at, bool *done)
{
	uint8_t x[PIECE], y[PIECE];
	ssize_t n = pread(a, x, sizeof(x), at);
	ssize_t m = pread(b, y, sizeof(y), at);

	*done = n <= 0;
	return n == m && n >= 0 && memcmp(x, y, (size_t)n) == 0;
}

static bool
is_same(const struct output_file *f)
{
	struct stat ours, theirs;
	bool same = false, done = false;
	int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return false;
	if (fstat(f->fd, &ours) == 0 && fstat(fd, &theirs) == 0 &&
	    S_ISREG(theirs.st_mode) && ours.st_size == theirs.st_size) {
		same = true;
		for (off_t at = 0; same && !done; at += PIECE)
			same = same_piece(f->fd, fd, at, &done);
	}
	(void)close(fd);
	return same;
}

static enum reason
sync_folder(const struct output_file *f, struct fault *why)
{
	int fd = open(f->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	enum reason reason = REASON_OK;

	/* Some file systems have no way to sync a folder: EINVAL. */
	if (fd < 0 || (fsync(fd) != 0 && errno != EINVAL))
		reason = fail(why, f->folder);
	if (fd >= 0)
		(void)close(fd);
	return reason;
}

static enum reason
write_directly(struct output_file *f, struct fault *why)
{
	int fd = STDOUT_FILENO;
	enum reason reason;

	if (f->path != NULL)
		fd = open(f->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return fail(why, f->path);
	reason = write_all(f, fd, why);
	if (f->path != NULL && close(fd) != 0 && reason == REASON_OK)
		reason = fail(why, f->path);
	return reason;
}

bool
output_is_file(const struct output_file *f)
{
	return f->fd >= 0;
}

enum reason
output_commit(struct output_file *f, struct fault *why)
{
	enum reason reason = REASON_OK;
	bool changed, left;

	if (f->fd < 0) {
		reason = write_directly(f, why);
		changed = reason == REASON_OK;
	} else if (is_same(f)) {
		changed = false;
	} else if (rename(f->temporary, f->path) != 0) {
		reason = fail(why, f->path);
		changed = false;
	} else {
		base_free(f->temporary); /* nothing to remove any more */
		f->temporary = NULL;
		reason = sync_folder(f, why);
		changed = true;
	}
	left = f->reader_left;
	output_drop(f);
	f->changed = changed;
	f->reader_left = left;
	return reason;
}

void
output_drop(struct output_file *f)
{
	if (f->temporary != NULL)
		(void)unlink(f->temporary);
	if (f->fd >= 0)
		(void)close(f->fd);
	base_free(f->path);
	base_free(f->temporary);
	base_free(f->folder);
	*f = (struct output_file){ .fd = -1 };
}
