/* Earlier views: what is kept of them, and how to get back to one. */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypt/crypt.h"
#include "view/history.h"

#define INDEX_FORM "CVH1"
#define INDEX_MAX  1000000 /* lines of one file */
#define STEM_N     20

/* ---- names --------------------------------------------------------------- */

char *
folder_path(const char *folder, const char *name)
{
	size_t n = strlen(folder) + strlen(name) + 2;
	char *path = base_alloc(n);

	if (path != NULL)
		(void)snprintf(path, n, "%s/%s", folder, name);
	return path;
}

char *
history_path(const char *folder, uint64_t first, const char *ending)
{
	char name[64];

	(void)snprintf(
	    name, sizeof(name), "history/%020ju.%s", (uintmax_t)first, ending);
	return folder_path(folder, name);
}

/* The number in front, and what it is the name of. */
static bool
name_parse(uint64_t *first, const char **ending, const char *name)
{
	static const char *const endings[] = { "changes", "index", "view" };
	struct span digits = { (const uint8_t *)name, STEM_N };

	if (strlen(name) <= STEM_N || name[STEM_N] != '.')
		return false;
	for (; digits.n > 1 && *digits.p == '0'; digits.n--)
		digits.p++;
	if (!decimal_parse(first, digits, INT64_MAX))
		return false;
	for (size_t i = 0; i < COUNT(endings); i++)
		if (strcmp(name + STEM_N + 1, endings[i]) == 0) {
			*ending = endings[i];
			return true;
		}
	return false;
}

bool
history_is_name(const char *name)
{
	const char *ending;
	uint64_t first;

	return name_parse(&first, &ending, name);
}

/* ---- lines --------------------------------------------------------------- */

void
index_write(uint8_t out[INDEX_SIZE], const struct view_past *past)
{
	struct record r = { 0 };
	uint8_t digest[32];

	record_bytes(&r, INDEX_FORM, 4);
	record_u32(&r, past->n_changes);
	record_u64(&r, past->edition);
	record_u64(&r, (uint64_t)past->made_at);
	record_u64(&r, (uint64_t)past->since_at);
	record_u64(&r, past->offset);
	record_u64(&r, past->n);
	record_u32(&r, past->serial);
	record_u32(&r, 0);
	crypt_sha256(digest, span_of(r.b, r.n));
	record_bytes(&r, digest, INDEX_SIZE - r.n);
	memcpy(out, r.b, INDEX_SIZE);
}

bool
index_parse(struct view_past *out, const uint8_t in[INDEX_SIZE])
{
	struct field f = { in + 4 };
	uint8_t digest[32];

	*out = (struct view_past){ 0 };
	crypt_sha256(digest, span_of(in, INDEX_SIZE - 8));
	if (memcmp(in, INDEX_FORM, 4) != 0 ||
	    memcmp(digest, in + INDEX_SIZE - 8, 8) != 0)
		return false;
	out->n_changes = field_u32(&f);
	out->edition = field_u64(&f);
	out->made_at = (int64_t)field_u64(&f);
	out->since_at = (int64_t)field_u64(&f);
	out->offset = field_u64(&f);
	out->n = field_u64(&f);
	out->serial = field_u32(&f);
	return out->edition > 0;
}

/* So many bytes from there, into the arena. */
static enum reason
read_part(
    struct span *out, int fd, uint64_t at, uint64_t n, struct arena *arena)
{
	struct stat st;
	uint8_t *p;
	size_t done = 0;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    at > (uint64_t)st.st_size || n > (uint64_t)st.st_size - at)
		return R_VIEW_DAMAGED;
	p = arena_alloc(arena, (size_t)n);
	if (p == NULL)
		return R_LIMIT_MEMORY;
	while (done < n) {
		ssize_t m = pread(fd, p + done, n - done, (off_t)(at + done));

		if (m < 0 && errno == EINTR)
			continue;
		if (m <= 0)
			return R_VIEW_DAMAGED;
		done += (size_t)m;
	}
	*out = span_of(p, (size_t)n);
	return REASON_OK;
}

static enum reason
read_file(struct span *out, const char *path, uint64_t at, uint64_t n,
    struct arena *arena)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	enum reason reason;
	struct stat st;

	if (fd < 0)
		return R_VIEW_MISSING;
	if (n == UINT64_MAX)
		n = fstat(fd, &st) == 0 ? (uint64_t)st.st_size : 0;
	reason = read_part(out, fd, at, n, arena);
	(void)close(fd);
	return reason;
}

static size_t
least(uint64_t a, size_t b)
{
	return a < b ? (size_t)a : b;
}

/* ---- segments ------------------------------------------------------------ */

static void
line_read(struct view_past *out, const struct segment *s, size_t i,
    const uint8_t line[INDEX_SIZE])
{
	if (!index_parse(out, line) || out->edition != s->first + i)
		*out = (struct view_past){ 0 };
	out->segment = s->first;
}

enum reason
segment_read(struct view_past **out, const struct segment *s,
    const char *folder, struct arena *arena)
{
	char *path = history_path(folder, s->first, "index");
	struct span bytes = { 0 };
	enum reason reason = R_LIMIT_MEMORY;

	*out = ARENA_ARRAY(arena, s->n, struct view_past);
	if (path != NULL && *out != NULL)
		reason = read_file(&bytes, path, 0, s->n * INDEX_SIZE, arena);
	base_free(path);
	if (reason == R_LIMIT_MEMORY)
		return reason;
	/* It may have been removed since: then there are gaps. */
	for (size_t i = 0; i < bytes.n / INDEX_SIZE; i++)
		line_read(&(*out)[i], s, i, bytes.p + i * INDEX_SIZE);
	return REASON_OK;
}

/* What its first and its last line say. *strange: neither is of our form. */
static enum reason
segment_look(struct segment *s, bool *strange, const char *folder)
{
	char *path = history_path(folder, s->first, "index");
	struct view_past first;
	struct arena arena;
	struct span line;

	*strange = false;
	if (path == NULL)
		return R_LIMIT_MEMORY;
	arena_init(&arena, SIZE_MAX);
	if (s->n > 0 &&
	    read_file(&line, path, 0, INDEX_SIZE, &arena) == REASON_OK) {
		line_read(&first, s, 0, line.p);
		*strange = first.edition == 0;
	}
	if (s->n > 0 && read_file(&line, path, (s->n - 1) * INDEX_SIZE,
			    INDEX_SIZE, &arena) == REASON_OK)
		line_read(&s->last, s, s->n - 1, line.p);
	*strange = *strange && s->last.edition == 0;
	arena_fini(&arena);
	base_free(path);
	return REASON_OK;
}

static struct segment *
find(struct history *h, uint64_t first)
{
	struct segment s = { .first = first };

	for (size_t i = h->segments.n; i > 0; i--)
		if (h->segments.v[i - 1].first == first)
			return &h->segments.v[i - 1];
	return vec_push(&h->segments, s) ? &h->segments.v[h->segments.n - 1]
					 : NULL;
}

static enum reason
note_file(struct history *h, int folder, const char *name)
{
	const char *ending;
	struct segment *s;
	uint64_t first;
	struct stat st;

	if (name[0] == '.')
		return REASON_OK;
	if (!name_parse(&first, &ending, name)) {
		h->n_strange++;
		return REASON_OK;
	}
	s = find(h, first);
	if (s == NULL)
		return R_LIMIT_MEMORY;
	if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return REASON_OK; /* it is gone */
	s->bytes += (uint64_t)st.st_size;
	if (ending[0] == 'i')
		s->n = least((uint64_t)st.st_size / INDEX_SIZE, INDEX_MAX);
	s->has_view = s->has_view || ending[0] == 'v';
	return REASON_OK;
}

static int
segment_order(const void *va, const void *vb)
{
	const struct segment *a = va, *b = vb;

	return (a->first > b->first) - (a->first < b->first);
}

static enum reason
list_files(struct history *h, const char *folder)
{
	char *path = folder_path(folder, "history");
	DIR *dir = path == NULL ? NULL : opendir(path);
	enum reason reason = path == NULL ? R_LIMIT_MEMORY : REASON_OK;
	struct dirent *d;

	while (reason == REASON_OK && dir != NULL && (d = readdir(dir)) != NULL)
		reason = note_file(h, dirfd(dir), d->d_name);
	if (dir != NULL)
		(void)closedir(dir);
	base_free(path);
	return reason;
}

enum reason
history_read(struct history *out, const char *folder)
{
	bool strange;

	*out = (struct history){ 0 };
	TRY(list_files(out, folder));
	if (out->segments.n > 1)
		qsort(out->segments.v, out->segments.n,
		    sizeof(*out->segments.v), segment_order);
	for (size_t i = 0; i < out->segments.n; i++) {
		TRY(segment_look(&out->segments.v[i], &strange, folder));
		out->n_strange += strange;
	}
	return REASON_OK;
}

void
history_fini(struct history *h)
{
	vec_fini(&h->segments);
}

enum reason
view_past_check(const char *folder, struct fault *why)
{
	struct history h;
	enum reason reason = history_read(&h, folder);

	if (reason == REASON_OK && h.n_strange > 0)
		reason = fault_say(why, R_VIEW_HISTORY, NULL,
		    "%s/history: %zu files", folder, h.n_strange);
	history_fini(&h);
	return reason;
}

/* ---- for readers --------------------------------------------------------- */

/* The newest first. */
static enum reason
flatten(struct view_past **out, size_t *n, const struct history *h,
    const char *folder, struct arena *arena)
{
	size_t all = 0;

	*n = 0;
	for (size_t i = 0; i < h->segments.n; i++)
		all += h->segments.v[i].n;
	*out = ARENA_ARRAY(arena, all, struct view_past);
	if (*out == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = h->segments.n; i > 0; i--) {
		const struct segment *s = &h->segments.v[i - 1];
		struct view_past *past;

		TRY(segment_read(&past, s, folder, arena));
		for (size_t j = s->n; j > 0; j--)
			if (past[j - 1].edition != 0)
				(*out)[(*n)++] = past[j - 1];
	}
	return REASON_OK;
}

enum reason
view_past_list(
    struct view_past **out, size_t *n, const char *folder, struct arena *arena)
{
	struct history h;
	enum reason reason = history_read(&h, folder);

	if (reason == REASON_OK)
		reason = flatten(out, n, &h, folder, arena);
	history_fini(&h);
	return reason;
}

enum reason
view_past_read(struct view_delta *out, const char *folder,
    const struct view_past *past, struct arena *arena)
{
	char *path = history_path(folder, past->segment, "changes");
	enum reason reason = R_LIMIT_MEMORY;
	struct view_file *f = NULL;
	struct span bytes;

	if (path != NULL)
		reason = read_file(&bytes, path, past->offset, past->n, arena);
	base_free(path);
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

/* ---- a view of the past -------------------------------------------------- */

struct back_to {
	struct view_file *now;
	const char *folder;
	int64_t at;
	struct view_past *past; /* newest first */
	size_t n;
	struct arena *arena;
};

/* The difference that ended the view of that time. */
static bool
find_end(size_t *out, const struct back_to *b)
{
	for (size_t i = 0; i < b->n; i++)
		if (b->past[i].since_at <= b->at &&
		    b->at < b->past[i].made_at) {
			*out = i;
			return true;
		}
	return false;
}

/* The view that this difference led to, where it is kept whole. Whatever is
 * said, *out is to be closed. */
static enum reason
open_whole(
    struct view_file **out, const struct back_to *b, const struct view_past *p)
{
	char *path = history_path(b->folder, p->segment, "view");
	enum reason reason = R_LIMIT_MEMORY;
	struct span bytes;

	if (path != NULL)
		reason = read_file(&bytes, path, 0, UINT64_MAX, b->arena);
	base_free(path);
	if (reason == REASON_OK)
		reason = view_open_bytes(out, bytes);
	if (reason == REASON_OK &&
	    view_head(*out)->edition.number != p->edition)
		reason = R_VIEW_DAMAGED;
	return reason;
}

/* The last of its segment, by what is known of the next difference. */
static bool
is_last(const struct back_to *b, size_t i)
{
	return i == 0 || b->past[i - 1].segment != b->past[i].segment;
}

/*
 * The nearest whole view from there on, through differences without a gap: the
 * one that led to it is at *from. One that is damaged is passed by: there is a
 * later one.
 */
static enum reason
find_whole(struct view *out, size_t *from, const struct back_to *b, size_t end)
{
	for (size_t i = end;; i--) {
		struct view_file *f = NULL;
		enum reason reason = R_VIEW_MISSING;

		*from = i;
		if (b->past[i].edition == view_head(b->now)->edition.number)
			return view_load(out, b->now, b->arena);
		if (is_last(b, i))
			reason = open_whole(&f, b, &b->past[i]);
		if (reason == REASON_OK)
			reason = view_load(out, f, b->arena);
		view_close(f); /* its bytes are in the arena */
		if (reason == REASON_OK || reason == R_LIMIT_MEMORY)
			return reason;
		if (i == 0 || b->past[i - 1].edition != b->past[i].edition + 1)
			return R_VIEW_PAST;
	}
}

static enum reason
go_back(struct view *out, const struct back_to *b)
{
	const struct view_delta **deltas;
	struct view whole;
	size_t end, from, n = 0;

	if (!find_end(&end, b))
		return R_VIEW_PAST;
	TRY(find_whole(&whole, &from, b, end));
	deltas =
	    ARENA_ARRAY(b->arena, end - from + 1, const struct view_delta *);
	if (deltas == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = from; i <= end; i++) {
		struct view_delta *d = ARENA_NEW(b->arena, struct view_delta);

		if (d == NULL)
			return R_LIMIT_MEMORY;
		TRY(view_past_read(d, b->folder, &b->past[i], b->arena));
		deltas[n++] = d;
	}
	return view_back(out, &whole, deltas, n, b->arena);
}

enum reason
view_at(struct view *out, struct view_file *now, const char *folder, int64_t at,
    struct arena *arena)
{
	struct back_to b = {
		.now = now, .folder = folder, .at = at, .arena = arena
	};

	if (view_head(now)->edition.since_at <= at)
		return view_load(out, now, arena);
	TRY(view_past_list(&b.past, &b.n, folder, arena));
	return go_back(out, &b);
}
