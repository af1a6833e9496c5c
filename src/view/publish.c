/*
 * The folder of published views:
 *
 *	current				the newest, whole
 *	history/EDITION-MADE-SERIAL	what led to each edition, a difference
 *
 * A difference is written before the view it leads to: after a crash between
 * the two it is one too many, and the next run writes it again.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "view/format.h"

#define NAME_FORMAT "%020ju-%020ju-%010u"
#define NAME_N      (20 + 1 + 20 + 1 + 10)

/* "FOLDER/current", "FOLDER/history/NAME": NULL without memory. */
static char *
path_of(const char *folder, const char *in, const char *name)
{
	size_t n = strlen(folder) + strlen(in) + strlen(name) + 2;
	char *path = base_alloc(n);

	if (path != NULL)
		(void)snprintf(path, n, "%s/%s%s", folder, in, name);
	return path;
}

static enum reason
fail(struct fault *why, const char *path)
{
	return fault_say(
	    why, R_VIEW_WRITE, NULL, "%s: %s", path, strerror(errno));
}

/* ---- history ------------------------------------------------------------- */

static bool
parse_name(struct view_past *out, const char *name)
{
	struct span s = span_str(name);
	static const struct {
		size_t at, n;
	} fields[] = { { 0, 20 }, { 21, 20 }, { 42, 10 } };
	uint64_t v[3] = { 0 };

	if (s.n != NAME_N || name[20] != '-' || name[41] != '-')
		return false;
	for (size_t i = 0; i < COUNT(fields); i++) {
		const char *p = name + fields[i].at;
		size_t n = fields[i].n;

		for (; n > 1 && *p == '0'; n--)
			p++;
		if (!decimal_parse(
			&v[i], span_of(p, n), i < 2 ? INT64_MAX : UINT32_MAX))
			return false;
	}
	*out = (struct view_past){ .edition = v[0],
		.made_at = (int64_t)v[1],
		.serial = (uint32_t)v[2] };
	memcpy(out->name, name, NAME_N + 1);
	return true;
}

static int
newest_first(const void *va, const void *vb)
{
	const struct view_past *a = va, *b = vb;

	return (a->edition < b->edition) - (a->edition > b->edition);
}

enum reason
view_past_list(
    struct view_past **out, size_t *n, const char *folder, struct arena *arena)
{
	VEC(struct view_past) all = { 0 };
	char *path = path_of(folder, "history", "");
	DIR *dir = path == NULL ? NULL : opendir(path);
	struct view_past past;
	struct dirent *d;
	bool ok = path != NULL;

	while (ok && dir != NULL && (d = readdir(dir)) != NULL)
		if (parse_name(&past, d->d_name))
			ok = vec_push(&all, past);
	if (dir != NULL)
		(void)closedir(dir);
	base_free(path);
	*n = all.n;
	*out = ARENA_ARRAY(arena, all.n, struct view_past);
	ok = ok && *out != NULL;
	for (size_t i = 0; ok && i < all.n; i++)
		(*out)[i] = all.v[i];
	vec_fini(&all);
	if (ok && *n > 1)
		qsort(*out, *n, sizeof(**out), newest_first);
	return ok ? REASON_OK : R_LIMIT_MEMORY;
}

/* All of a file, into the arena. */
static enum reason
read_bytes(struct span *out, int fd, struct arena *arena)
{
	struct stat st;
	uint8_t *p;
	size_t n = 0;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return R_VIEW_DAMAGED;
	p = arena_alloc(arena, (size_t)st.st_size);
	if (p == NULL)
		return R_LIMIT_MEMORY;
	while (n < (size_t)st.st_size) {
		ssize_t m = read(fd, p + n, (size_t)st.st_size - n);

		if (m < 0 && errno == EINTR)
			continue;
		if (m <= 0)
			return R_VIEW_DAMAGED;
		n += (size_t)m;
	}
	*out = span_of(p, n);
	return REASON_OK;
}

enum reason
view_past_read(struct view_delta *out, const char *folder,
    const struct view_past *past, struct arena *arena)
{
	char *path = path_of(folder, "history/", past->name);
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	struct view_file *f = NULL;
	struct span bytes;
	enum reason reason = path == NULL ? R_LIMIT_MEMORY : R_VIEW_MISSING;

	base_free(path);
	if (fd < 0)
		return reason;
	reason = read_bytes(&bytes, fd, arena);
	(void)close(fd);
	if (reason == REASON_OK)
		reason = view_open_bytes(&f, bytes);
	if (reason == REASON_OK)
		reason = view_delta_load(out, f, arena);
	view_close(f);
	if (reason == REASON_OK &&
	    (out->edition != past->edition || out->made_at != past->made_at))
		reason = R_VIEW_DAMAGED;
	return reason;
}

/* Which view is looked for. */
struct when {
	const char *folder;
	int64_t at;
	uint64_t edition; /* of the newest */
};

/* The differences that came since, the newest first, without a gap. */
static enum reason
read_since(const struct view_delta ***out, size_t *n, const struct when *when,
    struct arena *arena)
{
	struct view_past *past;
	size_t n_past, i = 0;
	uint64_t edition = when->edition;

	TRY(view_past_list(&past, &n_past, when->folder, arena));
	*out = ARENA_ARRAY(arena, n_past, const struct view_delta *);
	if (*out == NULL)
		return R_LIMIT_MEMORY;
	while (i < n_past && past[i].edition > edition)
		i++; /* of a run that did not get to the end */
	for (*n = 0; i < n_past && past[i].edition == edition; i++, edition--) {
		struct view_delta *d;

		d = ARENA_NEW(arena, struct view_delta);
		if (d == NULL)
			return R_LIMIT_MEMORY;
		TRY(view_past_read(d, when->folder, &past[i], arena));
		(*out)[(*n)++] = d;
		if (d->from_since_at <= when->at)
			return REASON_OK;
	}
	return R_VIEW_PAST;
}

enum reason
view_at(struct view *out, struct view_file *now, const char *folder, int64_t at,
    struct arena *arena)
{
	struct when when = { folder, at, now->front.head.edition.number };
	const struct view_delta **deltas;
	struct view whole;
	size_t n = 0;

	TRY(view_load(&whole, now, arena));
	if (now->front.head.edition.since_at <= at) {
		*out = whole;
		return REASON_OK;
	}
	TRY(read_since(&deltas, &n, &when, arena));
	return view_back(out, &whole, deltas, n, arena);
}

/* ---- publishing ---------------------------------------------------------- */

static enum reason
make_folder(const char *path, struct fault *why)
{
	return mkdir(path, 0755) == 0 || errno == EEXIST ? REASON_OK
							 : fail(why, path);
}

/* What is neither wanted by routers nor young, and what leads nowhere. */
static enum reason
prune(const struct view_folder *f, const struct view *v, uint64_t edition)
{
	struct view_past *past;
	struct arena arena;
	size_t n, kept = 0;
	enum reason reason;

	arena_init(&arena, SIZE_MAX);
	reason = view_past_list(&past, &n, f->path, &arena);
	for (size_t i = 0; reason == REASON_OK && i < n; i++) {
		bool heard = v->serial - past[i].serial < f->serials;
		bool young = past[i].made_at > v->made_at - f->keep_s;
		bool ours = past[i].edition <= edition;
		char *path;

		if (ours && (heard || young) && kept < f->keep_n) {
			kept++;
			continue;
		}
		path = path_of(f->path, "history/", past[i].name);
		if (path != NULL)
			(void)unlink(path);
		base_free(path);
	}
	arena_fini(&arena);
	return reason;
}

static enum reason
write_delta(
    const struct view_folder *f, const struct view_delta *d, struct fault *why)
{
	char name[NAME_N + 1];
	char *folder = path_of(f->path, "history", "");
	char *path;
	enum reason reason = R_LIMIT_MEMORY;

	(void)snprintf(name, sizeof(name), NAME_FORMAT, (uintmax_t)d->edition,
	    (uintmax_t)d->made_at, d->serial);
	path = path_of(f->path, "history/", name);
	if (folder != NULL && path != NULL) {
		reason = make_folder(folder, why);
		if (reason == REASON_OK)
			reason = view_delta_write(path, d, why);
	}
	base_free(folder);
	base_free(path);
	return reason;
}

/* After the newest there is: also where `current` was lost. */
static enum reason
start_anew(struct view_published *out, struct view *v,
    const struct view_folder *f, struct arena *arena)
{
	struct view_past *past;
	size_t n;

	memcpy(v->sessions, f->sessions, sizeof(v->sessions));
	v->serial = 1;
	v->made_at = f->now;
	TRY(view_past_list(&past, &n, f->path, arena));
	/* Two, so that what is there leads nowhere. */
	out->edition =
	    (struct view_edition){ n > 0 ? past[0].edition + 2 : 1, f->now };
	out->is_new = true;
	return REASON_OK;
}

static enum reason
go_on(struct view_published *out, struct view *v, const struct view_folder *f,
    const struct view *old, struct fault *why)
{
	struct view_delta d;
	struct arena arena;
	enum reason reason;

	arena_init(&arena, SIZE_MAX);
	memcpy(v->sessions, old->sessions, sizeof(v->sessions));
	/* Time goes forward here, whatever the clock does. */
	v->made_at = f->now > old->made_at ? f->now : old->made_at + 1;
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
			reason = write_delta(f, &d, why);
		}
	}
	arena_fini(&arena);
	return reason;
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
		out->lost = view_load(&old, file, &arena);
	if (out->lost == R_LIMIT_MEMORY)
		reason = out->lost;
	else if (out->lost != REASON_OK)
		reason = start_anew(out, v, f, &arena);
	else {
		out->edition = view_head(file)->edition;
		reason = go_on(out, v, f, &old, why);
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
	char *current = path_of(f->path, "current", "");
	enum reason reason;

	*out = (struct view_published){ 0 };
	if (current == NULL)
		return R_LIMIT_MEMORY;
	reason = make_folder(f->path, why);
	if (reason == REASON_OK)
		reason = publish(out, v, f, current, why);
	if (reason == REASON_OK)
		reason = prune(f, v, out->edition.number);
	base_free(current);
	return reason;
}
