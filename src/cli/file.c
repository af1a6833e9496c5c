/* Files in, text out. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "file/file.h"

bool
cli_read(struct buf *out, const char *path)
{
	bool is_stdin = strcmp(path, "-") == 0;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	bool good;
	int saved;

	if (fd < 0)
		return false;
	good = file_read(out, fd);
	saved = errno;
	if (!is_stdin)
		(void)close(fd);
	errno = saved;
	return good;
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
