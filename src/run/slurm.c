/* Files of local exceptions, all or none of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file/file.h"
#include "run/slurm.h"

static enum reason
fail(struct fault *why, enum reason reason, const char *path, const char *text)
{
	return fault_say(why, reason, NULL, "%s: %s", path, text);
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
	else if (file_read(out, fd))
		reason = REASON_OK;
	else if (out->failed)
		reason = fail(why, R_LIMIT_SIZE, path,
		    "larger than the limit slurm-bytes");
	else
		reason = fail(why, R_SLURM_FILE, path, strerror(errno));
	(void)close(fd);
	return reason;
}

static enum reason
parse(struct slurm *out, struct span text, const char *path,
    const struct limits *limits, struct fault *why)
{
	struct slurm_error error;
	enum reason reason = slurm_parse(out, text, path, limits, &error);

	return reason == REASON_OK
		   ? reason
		   : fault_say(why, reason, NULL, "%s:%u: %s%s%s", path,
			 error.line, error.path,
			 error.path[0] != '\0' ? ": " : "", error.text);
}

enum reason
slurm_texts_read(struct slurm_texts *out, const char *const *paths, size_t n,
    const struct limits *limits, struct fault *why)
{
	*out = (struct slurm_texts){ 0 };
	for (size_t i = 0; i < n; i++) {
		struct buf text;

		buf_init(&text, (size_t)limits->slurm_bytes);
		if (!vec_push(&out->texts, text))
			return R_LIMIT_MEMORY;
		TRY(load(&out->texts.v[i], paths[i], limits, why));
	}
	return REASON_OK;
}

void
slurm_texts_fini(struct slurm_texts *t)
{
	for (size_t i = 0; i < t->texts.n; i++)
		buf_fini(&t->texts.v[i]);
	vec_fini(&t->texts);
}

enum reason
slurm_texts_parse(struct slurm *out, const struct slurm_texts *t,
    const char *const *paths, const struct limits *limits, struct fault *why)
{
	slurm_init(out);
	for (size_t i = 0; i < t->texts.n; i++)
		TRY(parse(
		    out, buf_view(&t->texts.v[i]), paths[i], limits, why));
	return slurm_check(out, why);
}

enum reason
run_slurm_load(struct slurm *out, const char *const *paths, size_t n,
    const struct limits *limits, struct fault *why)
{
	struct slurm_texts texts;
	enum reason reason;

	slurm_init(out);
	reason = slurm_texts_read(&texts, paths, n, limits, why);
	if (reason == REASON_OK)
		reason = slurm_texts_parse(out, &texts, paths, limits, why);
	slurm_texts_fini(&texts);
	return reason;
}
