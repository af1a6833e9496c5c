/* What is known of output files: see outputs.h. */
#include <sys/stat.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/outputs.h"
#include "file/file.h"

#define KEPT_MAX  ((size_t)1 << 20)
#define PATH_SIZE 2048

static bool
path_of(char path[PATH_SIZE], const char *cache, const char *name)
{
	int n = snprintf(path, PATH_SIZE, "%s/%s", cache, name);

	return n > 0 && n < PATH_SIZE;
}

void
outputs_kept_init(struct outputs_kept *out, const char *cache)
{
	char path[PATH_SIZE];
	int fd = -1;

	buf_init(&out->before, KEPT_MAX);
	buf_init(&out->now, KEPT_MAX);
	if (path_of(path, cache, "outputs"))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd < 0)
		return;
	if (!file_read(&out->before, fd))
		buf_reset(&out->before);
	(void)close(fd);
}

void
outputs_kept_fini(struct outputs_kept *k)
{
	buf_fini(&k->before);
	buf_fini(&k->now);
}

/* From its beginning, wherever the descriptor is. */
static bool
digest_fd(struct digest *out, int fd)
{
	struct crypt_hash *hash = crypt_hash_new();
	uint8_t piece[4096];
	off_t at = 0;
	ssize_t n;

	if (hash == NULL)
		return false;
	while ((n = pread(fd, piece, sizeof(piece), at)) > 0) {
		crypt_hash_add(hash, span_of(piece, (size_t)n));
		at += n;
	}
	crypt_hash_take(hash, out->b);
	return n == 0;
}

static bool
digest_path(struct digest *out, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	bool ok;

	if (fd < 0)
		return false;
	ok = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && digest_fd(out, fd);
	(void)close(fd);
	return ok;
}

/* "VIEW FILE FORMAT PATH\n" */
static void
line_write(struct buf *out, const struct digest *contents,
    const struct digest *file, const char *format, const char *path)
{
	char hex[2 * sizeof(struct digest) + 1];

	hex_write(hex, SPAN_OF(*contents));
	buf_puts(out, hex);
	buf_byte(out, ' ');
	hex_write(hex, SPAN_OF(*file));
	buf_printf(out, "%s %s %s\n", hex, format, path);
}

static bool
has_line(struct span text, struct span line)
{
	while (text.n >= line.n) {
		const uint8_t *end = memchr(text.p, '\n', text.n);
		size_t n = end == NULL ? text.n : (size_t)(end - text.p) + 1;

		if (n == line.n && memcmp(text.p, line.p, n) == 0)
			return true;
		text = span_of(text.p + n, text.n - n);
	}
	return false;
}

bool
outputs_kept_is(struct outputs_kept *k, const struct digest *contents,
    const struct output_format *format, const char *path)
{
	struct digest file;
	struct buf line;
	bool is;

	if (format->tells_time || path == NULL || strchr(path, '\n') != NULL ||
	    k->before.n == 0 || !digest_path(&file, path))
		return false;
	buf_init(&line, 2 * PATH_SIZE);
	line_write(&line, contents, &file, format->name, path);
	is = !line.failed && has_line(buf_view(&k->before), buf_view(&line));
	if (is)
		buf_span(&k->now, buf_view(&line));
	buf_fini(&line);
	return is;
}

void
outputs_kept_add(struct outputs_kept *k, const struct digest *contents,
    const struct output_file *f, const char *path)
{
	struct digest file;

	if (!f->format->tells_time && path != NULL && output_is_file(f) &&
	    strchr(path, '\n') == NULL && digest_fd(&file, f->fd))
		line_write(&k->now, contents, &file, f->format->name, path);
}

void
outputs_kept_write(const struct outputs_kept *k, const char *cache)
{
	char path[PATH_SIZE];
	struct span text = buf_view(&k->now);

	if (!k->now.failed && !span_eq(text, buf_view(&k->before)) &&
	    path_of(path, cache, "outputs"))
		/* Where it cannot be kept, outputs are written again. */
		(void)!file_replace(AT_FDCWD, path, text, 0600);
}
