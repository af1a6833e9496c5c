/* "legacy", "union", "2026-11-21T00:00:00Z", "vrps.csv": what is meant. */
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/compare_side.h"

/* ---- files --------------------------------------------------------------- */

bool
whole_file_open(struct whole_file *f, const char *path)
{
	struct stat st;
	void *p;
	int fd;

	*f = (struct whole_file){ 0 };
	buf_init(&f->read, SIZE_MAX);
	if (strcmp(path, "-") == 0) {
		if (!cli_read(&f->read, path))
			return false;
		f->bytes = buf_view(&f->read);
		return true;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
		(void)close(fd);
		if (!cli_read(&f->read, path))
			return false;
		f->bytes = buf_view(&f->read);
		return true;
	}
	p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	(void)close(fd);
	if (p == MAP_FAILED)
		return false;
	f->mapped = p;
	f->bytes = span_of(p, (size_t)st.st_size);
	return true;
}

void
whole_file_close(struct whole_file *f)
{
	if (f->mapped != NULL)
		(void)munmap(f->mapped, f->bytes.n);
	buf_fini(&f->read);
}

/* ---- sides --------------------------------------------------------------- */

static int
have_view(struct sides *s)
{
	enum reason reason;
	int status;

	if (s->has_view)
		return STATUS_DONE;
	s->is_open = true;
	status = shown_open(&s->shown, s->self, s->config, s->cache);
	if (status != STATUS_DONE)
		return status;
	reason = view_load(&s->view, s->shown.file, &s->arena);
	if (reason != REASON_OK)
		return shown_failure(&s->shown, reason, "");
	s->limits = s->shown.conf.limits;
	s->has_view = true;
	return STATUS_DONE;
}

static struct view *
new_view(struct sides *s)
{
	return ARENA_NEW(&s->arena, struct view);
}

static int
by_policy(struct compare_side *out, struct sides *s, enum policy_mode mode)
{
	struct policy policy;
	struct view *v = new_view(s);
	enum reason reason = R_LIMIT_MEMORY;

	policy_init(&policy);
	policy.mode = mode;
	if (v != NULL)
		reason =
		    policy_again(v, &s->view, &policy, &s->limits, &s->arena);
	if (reason != REASON_OK)
		return shown_failure(&s->shown, reason, "");
	out->view = v;
	return STATUS_DONE;
}

static int
by_time(struct compare_side *out, struct sides *s, int64_t at)
{
	struct view *v = new_view(s);
	enum reason reason = R_LIMIT_MEMORY;

	if (v != NULL)
		reason =
		    view_at(v, s->shown.file, s->shown.folder, at, &s->arena);
	if (reason != REASON_OK)
		return shown_failure(&s->shown, reason, out->name);
	out->view = v;
	return STATUS_DONE;
}

static int
by_file(struct compare_side *out, struct sides *s)
{
	struct whole_file *f = &s->files[s->n_files];
	struct view *v;
	struct fault why;
	enum reason reason;

	if (!whole_file_open(f, out->name)) {
		int error = errno;

		whole_file_close(f);
		return failure(s->self,
		    "\"%s\" is no world, mode or time, and no file: %s",
		    out->name, strerror(error));
	}
	s->n_files++;
	v = new_view(s);
	if (v == NULL)
		return failure(s->self, "no memory");
	reason = policy_said(v, f->bytes, &s->arena, &why);
	if (reason != REASON_OK)
		return failure(s->self, "%s: %s: %s", out->name,
		    reason_id(reason), why.detail);
	out->view = v;
	return STATUS_DONE;
}

int
side_make(struct compare_side *out, struct sides *s, const char *word)
{
	enum policy_mode mode;
	int64_t at;
	bool is_legacy = strcmp(word, "legacy") == 0;
	bool is_ledger = strcmp(word, "ledger") == 0;
	bool is_mode = policy_mode_parse(&mode, span_str(word));
	bool is_time = time_parse(&at, word);
	int status;

	*out = (struct compare_side){ .name = word };
	if (!is_legacy && !is_ledger && !is_mode && !is_time &&
	    strcmp(word, "view") != 0)
		return by_file(out, s);
	status = have_view(s);
	if (status != STATUS_DONE)
		return status;
	if (is_mode)
		return by_policy(out, s, mode);
	if (is_time)
		return by_time(out, s, at);
	out->view = &s->view;
	out->world = is_legacy   ? COMPARE_LEGACY
		     : is_ledger ? COMPARE_LEDGER
				 : COMPARE_ALL;
	return STATUS_DONE;
}

void
sides_init(struct sides *out, const struct command *self)
{
	*out = (struct sides){ .self = self };
	arena_init(&out->arena, SIZE_MAX);
}

void
sides_close(struct sides *s)
{
	if (s->is_open)
		shown_close(&s->shown);
	arena_fini(&s->arena);
	for (size_t i = 0; i < s->n_files; i++)
		whole_file_close(&s->files[i]);
}
