/* The history as it grows: one difference more, the oldest segments gone. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "file/file.h"
#include "view/history.h"

static enum reason
fail(struct fault *why, const char *path)
{
	return fault_say(
	    why, R_VIEW_WRITE, NULL, "%s: %s", path, strerror(errno));
}

static void
remove_part(const char *folder, uint64_t first, const char *ending)
{
	char *path = history_path(folder, first, ending);

	if (path != NULL)
		(void)unlink(path);
	base_free(path);
}

/* Without its index there is no segment. */
static void
remove_segment(const char *folder, uint64_t first)
{
	remove_part(folder, first, "index");
	remove_part(folder, first, "changes");
	remove_part(folder, first, "view");
}

/* ---- files --------------------------------------------------------------- */

static bool
write_at(int fd, struct span bytes, uint64_t at)
{
	return ftruncate(fd, (off_t)at) == 0 &&
	       lseek(fd, (off_t)at, SEEK_SET) == (off_t)at &&
	       file_write(fd, bytes);
}

/* From there on, durably. */
static enum reason
append(const char *path, struct span bytes, uint64_t at, struct fault *why)
{
	int fd = open(path,
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0644);
	enum reason reason = REASON_OK;

	if (fd < 0 || !write_at(fd, bytes, at) || fsync(fd) != 0)
		reason = fail(why, path);
	if (fd >= 0)
		(void)close(fd);
	if (reason == REASON_OK && at == 0 && !file_sync_folder(AT_FDCWD, path))
		reason = fail(why, path);
	return reason;
}

static enum reason
append_to(const struct keep *k, uint64_t first, const char *ending,
    struct span bytes, uint64_t at, struct fault *why)
{
	char *path = history_path(k->folder->path, first, ending);
	enum reason reason =
	    path == NULL ? R_LIMIT_MEMORY : append(path, bytes, at, why);

	base_free(path);
	return reason;
}

/* ---- where to go on ------------------------------------------------------ */

/* Of edition 0: there is no room there, or it does not lead to `current`. */
struct tail {
	uint64_t first, n, end; /* lines, bytes */
};

static enum reason
is_full(bool *out, const struct keep *k, const struct segment *s)
{
	const struct view_folder *f = k->folder;
	uint64_t changes = 0, most = k->n_payloads / SEGMENT_PAYLOADS;
	const struct view_past *last = &s->last;
	struct view_past *all;
	struct arena arena;
	enum reason reason;

	if (most < SEGMENT_CHANGES)
		most = SEGMENT_CHANGES;
	arena_init(&arena, SIZE_MAX);
	reason = segment_read(&all, s, f->path, &arena);
	for (size_t i = 0; reason == REASON_OK && i < s->n; i++)
		changes += all[i].n_changes;
	*out = s->n >= SEGMENT_DIFFERENCES || changes >= most ||
	       s->n >= f->keep_n / SEGMENTS_KEPT ||
	       last->offset + last->n >= f->keep_bytes / SEGMENTS_KEPT;
	/* What routers may ask for is kept whatever its age. */
	if (reason == REASON_OK && s->n >= f->serials)
		*out = *out || last->made_at - all[0].since_at >=
				   f->keep_s / SEGMENTS_KEPT;
	arena_fini(&arena);
	return reason;
}

/* `current` is what the full segment leads to, so it is its view. */
static enum reason
close_segment(const struct keep *k, const struct segment *s, struct fault *why)
{
	char *path = history_path(k->folder->path, s->first, "view");
	struct buf bytes;
	enum reason reason = R_LIMIT_MEMORY;

	buf_init(&bytes, SIZE_MAX);
	buf_add(&bytes, k->current->p, k->current->n);
	if (path != NULL && !bytes.failed)
		reason = view_file_put(path, &bytes, why);
	buf_fini(&bytes);
	base_free(path);
	return reason;
}

/* Lines behind the edition that is current are of a run that did not get to
 * its end, or of a `current` that somebody put back. */
static enum reason
cut_tail(const struct keep *k, struct segment *s, struct fault *why)
{
	uint64_t most = k->edition.number - s->first + 1;

	if (s->n <= most)
		return REASON_OK;
	s->n = (size_t)most;
	s->has_view = false;
	remove_part(k->folder->path, s->first, "view");
	return append_to(
	    k, s->first, "index", span_of(NULL, 0), most * INDEX_SIZE, why);
}

/* The line of the edition that is current; it may be the last no more. */
static enum reason
read_last(struct segment *s, const struct keep *k)
{
	struct view_past *all;
	struct arena arena;
	enum reason reason;

	arena_init(&arena, SIZE_MAX);
	reason = segment_read(&all, s, k->folder->path, &arena);
	if (reason == REASON_OK)
		s->last = all[s->n - 1];
	arena_fini(&arena);
	return reason;
}

static enum reason
find_tail(struct tail *out, const struct keep *k, struct history *h,
    struct fault *why)
{
	uint64_t now = k->edition.number;
	struct segment *s = NULL;
	bool full;

	*out = (struct tail){ .first = now + 1 };
	for (size_t i = h->segments.n; i > 0 && s == NULL; i--) {
		s = &h->segments.v[i - 1];
		if (s->first <= now)
			break;
		remove_segment(k->folder->path, s->first);
		s = NULL;
	}
	if (s == NULL || s->n == 0)
		return REASON_OK;
	TRY(cut_tail(k, s, why));
	TRY(read_last(s, k));
	if (s->has_view || s->last.edition != now)
		return REASON_OK;
	TRY(is_full(&full, k, s));
	if (full)
		return close_segment(k, s, why);
	*out = (struct tail){ s->first, s->n, s->last.offset + s->last.n };
	return REASON_OK;
}

/* ---- one more ------------------------------------------------------------ */

static enum reason
add(const struct keep *k, const struct view_delta *d, const struct tail *tail,
    struct fault *why)
{
	struct view_past past = { .edition = d->edition,
		.made_at = d->made_at,
		.since_at = d->from_since_at,
		.serial = d->serial,
		.n_changes = d->n < UINT32_MAX ? (uint32_t)d->n : UINT32_MAX,
		.offset = tail->end };
	uint8_t line[INDEX_SIZE];
	enum reason reason;
	struct buf bytes;

	buf_init(&bytes, SIZE_MAX);
	reason = view_delta_bytes(&bytes, d);
	past.n = bytes.n;
	if (reason == REASON_OK)
		reason = append_to(k, tail->first, "changes", buf_view(&bytes),
		    tail->end, why);
	buf_fini(&bytes);
	if (reason != REASON_OK)
		return reason;
	index_write(line, &past);
	return append_to(
	    k, tail->first, "index", SPAN_OF(line), tail->n * INDEX_SIZE, why);
}

enum reason
keep_difference(
    const struct keep *k, const struct view_delta *d, struct fault *why)
{
	char *folder = folder_path(k->folder->path, "history");
	enum reason reason = R_LIMIT_MEMORY;
	struct history h = { 0 };
	struct tail tail;

	if (folder != NULL)
		reason = mkdir(folder, 0755) == 0 || errno == EEXIST
			     ? REASON_OK
			     : fail(why, folder);
	if (reason == REASON_OK)
		reason = history_read(&h, k->folder->path);
	if (reason == REASON_OK)
		reason = find_tail(&tail, k, &h, why);
	if (reason == REASON_OK)
		reason = add(k, d, &tail, why);
	history_fini(&h);
	base_free(folder);
	return reason;
}

/* ---- what goes ----------------------------------------------------------- */

struct tidy {
	const struct view_folder *folder;
	const struct view *view;
	uint64_t n, bytes; /* of all segments */
};

/* Is all of it neither wanted by routers nor young? */
static bool
is_old(const struct tidy *t, const struct segment *s)
{
	const struct view_past *last = &s->last;

	return last->edition == 0 ||
	       (last->made_at <= t->view->made_at - t->folder->keep_s &&
		   t->view->serial - last->serial >= t->folder->serials);
}

/* The newest stays whatever it is: the next run goes on there. */
static void
tidy_segments(struct tidy *t, const struct history *h)
{
	size_t n = h->segments.n;

	for (size_t i = 0; i < n; i++) {
		t->n += h->segments.v[i].n;
		t->bytes += h->segments.v[i].bytes;
	}
	for (size_t i = 0; i < n; i++) {
		const struct segment *s = &h->segments.v[i];
		bool is_newest = i + 1 == n;

		if (s->n > 0 &&
		    (is_newest || (t->n <= t->folder->keep_n &&
				      t->bytes <= t->folder->keep_bytes &&
				      !is_old(t, s))))
			continue;
		remove_segment(t->folder->path, s->first);
		t->n -= s->n;
		t->bytes -= s->bytes;
	}
}

/* Files of no form that we know: of another version, or half written. */
static enum reason
remove_strange(const char *folder)
{
	char *path = folder_path(folder, "history");
	DIR *dir = path == NULL ? NULL : opendir(path);
	struct dirent *d;

	while (dir != NULL && (d = readdir(dir)) != NULL)
		if (d->d_name[0] != '.' && !history_is_name(d->d_name))
			(void)unlinkat(dirfd(dir), d->d_name, 0);
	if (dir != NULL)
		(void)closedir(dir);
	base_free(path);
	return path != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

enum reason
keep_tidy(const struct view_folder *f, const struct view *v)
{
	struct tidy tidy = { .folder = f, .view = v };
	struct history h;
	enum reason reason = history_read(&h, f->path);

	if (reason == REASON_OK)
		tidy_segments(&tidy, &h);
	if (reason == REASON_OK && h.n_strange > 0)
		reason = remove_strange(f->path);
	history_fini(&h);
	return reason;
}

enum reason
keep_newest(uint64_t *out, const struct view_folder *f)
{
	struct history h;
	enum reason reason = history_read(&h, f->path);

	*out = 0;
	if (reason == REASON_OK && h.segments.n > 0) {
		const struct segment *s = &h.segments.v[h.segments.n - 1];

		*out = s->first + s->n;
	}
	history_fini(&h);
	return reason;
}
