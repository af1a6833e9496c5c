#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "file/file.h"

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
	int error;

	if (fd < 0)
		return false;
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode))
		errno = EINVAL;
	else
		good = file_read(out, fd);
	error = errno;
	(void)close(fd);
	errno = error;
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
