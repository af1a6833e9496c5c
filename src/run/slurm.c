/* Files of local exceptions, all or none of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "run/run.h"

static enum reason
fail(struct fault *why, enum reason reason, const char *path, const char *text)
{
	return fault_say(why, reason, NULL, "%s: %s", path, text);
}

static enum reason
read_all(struct buf *out, int fd, const char *path, struct fault *why)
{
	uint8_t piece[4096];
	ssize_t n;

	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return fail(why, R_SLURM_FILE, path, strerror(errno));
		buf_add(out, piece, (size_t)n);
		if (out->failed)
			return fail(why, R_LIMIT_SIZE, path,
			    "larger than the limit slurm-bytes");
	}
	return REASON_OK;
}

/* Its size is looked at first: what is too large is not read at all. */
static enum reason
load(struct buf *out, const char *path, const struct limits *limits,
    struct fault *why)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	enum reason reason;
	struct stat st;

	if (fd < 0)
		return fail(why, R_SLURM_FILE, path, strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		reason = fail(why, R_SLURM_FILE, path, "not a regular file");
	else if ((uint64_t)st.st_size > limits->slurm_bytes)
		reason = fail(why, R_LIMIT_SIZE, path,
		    "larger than the limit slurm-bytes");
	else
		reason = read_all(out, fd, path, why);
	(void)close(fd);
	return reason;
}

static enum reason
add(struct slurm *out, const char *path, const struct limits *limits,
    struct fault *why)
{
	struct slurm_error error;
	struct buf text;
	enum reason reason;

	buf_init(&text, (size_t)limits->slurm_bytes);
	reason = load(&text, path, limits, why);
	if (reason == REASON_OK) {
		reason =
		    slurm_parse(out, buf_view(&text), path, limits, &error);
		if (reason != REASON_OK)
			reason = fault_say(why, reason, NULL, "%s:%u: %s%s%s",
			    path, error.line, error.path,
			    error.path[0] != '\0' ? ": " : "", error.text);
	}
	buf_fini(&text);
	return reason;
}

enum reason
run_slurm_load(struct slurm *out, const char *const *paths, size_t n,
    const struct limits *limits, struct fault *why)
{
	slurm_init(out);
	for (size_t i = 0; i < n; i++)
		TRY(add(out, paths[i], limits, why));
	return REASON_OK;
}
