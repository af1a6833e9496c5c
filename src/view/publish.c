/*
 * The folder of published views:
 *
 *	current		the newest, whole
 *	history		what led to it: history.h
 *
 * A difference is written before the view it leads to: after a crash between
 * the two it is one too many, and the next run writes it again.
 */
#include <sys/stat.h>

#include <errno.h>
#include <string.h>

#include "view/history.h"

static enum reason
make_folder(const char *path, struct fault *why)
{
	if (mkdir(path, 0755) == 0 || errno == EEXIST)
		return REASON_OK;
	return fault_say(
	    why, R_VIEW_WRITE, NULL, "%s: %s", path, strerror(errno));
}

/* After the newest there is: also where `current` was lost. */
static enum reason
start_anew(
    struct view_published *out, struct view *v, const struct view_folder *f)
{
	uint64_t newest;

	memcpy(v->sessions, f->sessions, sizeof(v->sessions));
	v->serial = 1;
	v->made_at = f->now;
	TRY(keep_newest(&newest, f));
	/* One more, so that what is there leads nowhere. */
	out->edition = (struct view_edition){ newest + 1, f->now };
	out->is_new = true;
	return REASON_OK;
}

static enum reason
go_on(struct view_published *out, struct view *v, const struct keep *keep,
    const struct view *old, struct fault *why)
{
	const struct view_folder *f = keep->folder;
	struct view_delta d;
	struct arena arena;
	enum reason reason;

	arena_init(&arena, SIZE_MAX);
	memcpy(v->sessions, old->sessions, sizeof(v->sessions));
	v->made_at = view_made_after(old->made_at, f->now);
	reason = view_diff(&d, old, v, &arena);
	if (reason == REASON_OK) {
		for (size_t i = 0; i < d.n; i++)
			out->n_heard += d.changes[i].is_heard;
		out->n_changes = d.n;
		v->serial = old->serial + (out->n_heard > 0);
		d.serial = v->serial;
		d.from_since_at = out->edition.since_at;
		if (d.n > 0) {
			d.edition = ++out->edition.number;
			out->edition.since_at = v->made_at;
			reason = keep_difference(keep, &d, why);
		}
	}
	arena_fini(&arena);
	return reason;
}

/* The newest, unless the caller has it. */
static enum reason
read_newest(struct view *out, struct view_file *file,
    const struct view_folder *f, struct arena *arena)
{
	struct view_name name;

	view_name_of(&name, view_head(file));
	if (f->read == NULL || !view_is_named(view_head(f->read_file), &name))
		return view_load(out, file, arena);
	*out = *f->read;
	return REASON_OK;
}

static enum reason
publish(struct view_published *out, struct view *v, const struct view_folder *f,
    const char *current, struct fault *why)
{
	struct view_file *file = NULL;
	struct view old = { 0 };
	struct fault lost;
	struct arena arena;
	enum reason reason;

	fault_init(&lost, SPAN(""));
	arena_init(&arena, SIZE_MAX);
	out->lost = view_open(&file, current, &lost);
	if (out->lost == REASON_OK)
		out->lost = read_newest(&old, file, f, &arena);
	if (out->lost == R_LIMIT_MEMORY)
		reason = out->lost;
	else if (out->lost != REASON_OK)
		reason = start_anew(out, v, f);
	else {
		struct keep keep = { .folder = f,
			.current = file,
			.edition = view_head(file)->edition,
			.n_payloads = old.n };

		out->edition = keep.edition;
		reason = go_on(out, v, &keep, &old, why);
	}
	if (reason == REASON_OK)
		reason = view_write(current, v, out->edition, why);
	view_close(file);
	arena_fini(&arena);
	return reason;
}

enum reason
view_publish(struct view_published *out, struct view *v,
    const struct view_folder *f, struct fault *why)
{
	char *current = folder_path(f->path, "current");
	enum reason reason;

	*out = (struct view_published){ 0 };
	if (current == NULL)
		return R_LIMIT_MEMORY;
	reason = make_folder(f->path, why);
	if (reason == REASON_OK)
		reason = publish(out, v, f, current, why);
	if (reason == REASON_OK)
		reason = keep_tidy(f, v);
	base_free(current);
	return reason;
}
