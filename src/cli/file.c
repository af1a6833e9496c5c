/* Files in, text out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"

bool
cli_read(struct buf *out, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	uint8_t piece[4096];
	ssize_t n = -1;
	int saved;

	if (fd < 0)
		return false;
	while (!out->failed) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_add(out, piece, (size_t)n);
	}
	saved = out->failed ? EFBIG : errno;
	if (!is_stdin)
		(void)close(fd);
	errno = saved;
	return n == 0 && !out->failed;
}

bool
cli_print(FILE *out, const struct buf *text)
{
	if (text->failed) {
		errno = EFBIG;
		return false;
	}
	return (text->n == 0 || fwrite(text->p, text->n, 1, out) == 1) &&
	       fflush(out) == 0;
}

int
print_answer(const struct command *self, const struct buf *text)
{
	if (cli_print(stdout, text))
		return STATUS_DONE;
	return errno == EPIPE
		   ? STATUS_LEFT
		   : failure(self, "standard output: %s", strerror(errno));
}
