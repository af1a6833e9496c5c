/*
 * Reading a folder that somebody else filled.
 *
 * What is there may change while it is read, and may be made to mislead: so
 * each step opens one name relative to the folder above it, never through a
 * link, looks at what was opened and not at what was there before, and reads
 * bytes instead of mapping them. The walk keeps its own stack, as deep as
 * folder_depth allows.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fetch/inside.h"

/* Files changed in the last seconds may change again within one tick of the
 * file system's clock, and look the same: their stamps are not kept. */
#define STAMP_AGE 3

struct folder {
	int fd;
	size_t uri;         /* length of its URI, slash included */
	struct arena arena; /* names */
	VEC(const char *) names;
	size_t next;
};

struct tree {
	const struct limits *limits;
	const struct fetch_reader *reader;
	struct fetch_count *count;
	int64_t now;
	uint64_t n_names; /* met so far */
	struct buf uri;   /* of the entry at hand */
	struct buf bytes; /* of the file at hand */
	struct folder *stack;
	size_t depth;
};

static int
name_cmp(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* ---- folders --------------------------------------------------------- */

static void
folder_fini(struct folder *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	vec_fini(&f->names);
	arena_fini(&f->arena);
}

static enum reason
folder_add(struct folder *f, const char *name, struct tree *t)
{
	const char *copy;

	/* Hidden ones are rsync's own, in the making; and "." and "..". */
	if (name[0] == '.')
		return REASON_OK;
	if (t->n_names++ >= t->limits->repository_files)
		return R_FETCH_FILES;
	copy = arena_str(&f->arena, span_str(name));
	if (copy == NULL || !vec_push(&f->names, copy))
		return R_LIMIT_MEMORY;
	return REASON_OK;
}

/* Read all names of an open folder; takes fd. */
static enum reason
folder_init(struct folder *f, int fd, struct tree *t)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	enum reason r = REASON_OK;

	*f = (struct folder){ .fd = -1, .uri = t->uri.n };
	arena_init(&f->arena, SIZE_MAX);
	if (dir == NULL) {
		(void)close(fd);
		return R_FETCH_FOLDER;
	}
	f->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
	errno = 0;
	while (r == REASON_OK && (entry = readdir(dir)) != NULL)
		r = folder_add(f, entry->d_name, t);
	if (r == REASON_OK && (errno != 0 || f->fd < 0))
		r = R_FETCH_FOLDER;
	(void)closedir(dir);
	if (r != REASON_OK)
		folder_fini(f);
	else if (f->names.n > 1)
		qsort(f->names.v, f->names.n, sizeof(*f->names.v), name_cmp);
	return r;
}

static void
skip(struct tree *t, enum reason why)
{
	t->count->skipped++;
	t->reader->skipped(t->reader->ctx, buf_view(&t->uri), why);
}

static enum reason
enter(struct tree *t, struct folder *above, const char *name)
{
	int fd;
	enum reason r;

	if (t->depth > t->limits->folder_depth) {
		skip(t, R_FETCH_DEPTH);
		return REASON_OK;
	}
	fd = openat(
	    above->fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		skip(t, R_FETCH_FOLDER);
		return REASON_OK;
	}
	buf_byte(&t->uri, '/');
	r = folder_init(&t->stack[t->depth], fd, t);
	if (r == R_FETCH_FOLDER) {
		skip(t, r);
		return REASON_OK;
	}
	if (r != REASON_OK)
		return r;
	t->depth++;
	t->count->folders++;
	return REASON_OK;
}

/* ---- files
 * --------------------------------------------------------------------
 */

static uint64_t
stir(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15u;
	return h ^ h >> 29;
}

/* Not secret and not proof against its owner, who may as well write into the
 * folder; it tells changes made by rsync and by ordinary copying. */
static uint64_t
stamp_of(const struct stat *st, int64_t now)
{
	uint64_t h = 1;

	if (st->st_ctim.tv_sec > now - STAMP_AGE ||
	    st->st_mtim.tv_sec > now - STAMP_AGE)
		return 0;
	h = stir(h, (uint64_t)st->st_dev);
	h = stir(h, (uint64_t)st->st_ino);
	h = stir(h, (uint64_t)st->st_size);
	h = stir(h, (uint64_t)st->st_mtim.tv_sec);
	h = stir(h, (uint64_t)st->st_mtim.tv_nsec);
	h = stir(h, (uint64_t)st->st_ctim.tv_sec);
	h = stir(h, (uint64_t)st->st_ctim.tv_nsec);
	return h == 0 ? 1 : h;
}

/* All bytes of an open file, up to the buffer's cap. Takes fd. */
static enum reason
slurp(struct buf *out, int fd)
{
	uint8_t chunk[4096];
	ssize_t n;

	buf_reset(out);
	while ((n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			break;
		buf_add(out, chunk, (size_t)n);
		if (out->failed)
			break;
	}
	(void)close(fd);
	if (out->failed)
		return R_LIMIT_SIZE;
	return n < 0 ? R_FETCH_FILE : REASON_OK;
}

/* Opening may not wait (a fifo) and may not give us a terminal. */
static int
open_file(int folder, const char *name, struct stat *st)
{
	int fd = openat(folder, name,
	    O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	if (fstat(fd, st) != 0 || !S_ISREG(st->st_mode)) {
		(void)close(fd);
		return -1;
	}
	return fd;
}

static enum reason
give(struct tree *t, struct fetch_file *file)
{
	const struct limits *l = t->limits;

	if (file->size > l->repository_bytes - t->count->bytes)
		return R_FETCH_BYTES;
	t->count->bytes += file->size;
	t->count->files++;
	file->uri = buf_view(&t->uri);
	return t->reader->file(t->reader->ctx, file);
}

static enum reason
visit_file(struct tree *t, const struct folder *f, const char *name,
    const struct stat *before)
{
	struct fetch_file file = { .size = (uint64_t)before->st_size };
	struct stat st;
	enum reason r;
	int fd;

	if (file.size > t->limits->object_max) {
		skip(t, R_LIMIT_SIZE);
		return REASON_OK;
	}
	file.stamp = stamp_of(before, t->now);
	if (file.stamp != 0 &&
	    t->reader->known(t->reader->ctx, buf_view(&t->uri), file.stamp)) {
		file.known = true;
		return give(t, &file);
	}
	fd = open_file(f->fd, name, &st);
	if (fd < 0) {
		skip(t, R_FETCH_FILE);
		return REASON_OK;
	}
	file.stamp = stamp_of(&st, t->now);
	r = slurp(&t->bytes, fd);
	if (r != REASON_OK) {
		skip(t, r);
		return REASON_OK;
	}
	file.bytes = buf_view(&t->bytes);
	file.size = file.bytes.n;
	return give(t, &file);
}

/* ---- the walk
 * -------------------------------------------------------------------
 */

static enum reason
visit(struct tree *t, struct folder *f, const char *name)
{
	struct stat st;
	struct uri uri;

	t->uri.n = f->uri;
	buf_puts(&t->uri, name);
	if (t->uri.failed) { /* longer than a URI may be */
		buf_reset(&t->uri);
		return R_FETCH_FOLDER;
	}
	if (uri_parse(&uri, buf_view(&t->uri), t->limits) != REASON_OK ||
	    fstatat(f->fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		skip(t, R_FETCH_FILE);
		return REASON_OK;
	}
	if (S_ISDIR(st.st_mode))
		return enter(t, f, name);
	if (S_ISREG(st.st_mode))
		return visit_file(t, f, name, &st);
	skip(t, R_FETCH_FILE);
	return REASON_OK;
}

static enum reason
tree_walk(struct tree *t, int folder, struct span root)
{
	enum reason r;
	int fd = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return R_FETCH_FOLDER;
	buf_span(&t->uri, root);
	r = folder_init(&t->stack[0], fd, t);
	if (r != REASON_OK)
		return r;
	t->depth = 1;
	while (r == REASON_OK && t->depth > 0) {
		struct folder *f = &t->stack[t->depth - 1];

		if (f->next < f->names.n)
			r = visit(t, f, f->names.v[f->next++]);
		else
			folder_fini(&t->stack[--t->depth]);
	}
	while (t->depth > 0)
		folder_fini(&t->stack[--t->depth]);
	return r;
}

enum reason
fetch_tree_read(struct fetch_count *out, int folder, struct span root,
    const struct limits *limits, int64_t now, const struct fetch_reader *reader)
{
	struct tree t = {
		.limits = limits, .reader = reader, .count = out, .now = now
	};
	enum reason r = R_LIMIT_MEMORY;

	*out = (struct fetch_count){ 0 };
	/* Names are at most 255 bytes (NAME_MAX), so that the longest URI
	 * that passed and one name always fit. */
	buf_init(&t.uri, limits->uri_max + 512);
	buf_init(&t.bytes, limits->object_max);
	t.stack =
	    base_alloc(sizeof(*t.stack) * ((size_t)limits->folder_depth + 1));
	if (t.stack != NULL)
		r = tree_walk(&t, folder, root);
	base_free(t.stack);
	buf_fini(&t.uri);
	buf_fini(&t.bytes);
	return r;
}

/* Each segment of the name is opened in the folder before it. */
enum reason
fetch_file_read(struct buf *out, int folder, struct span name)
{
	char segment[NAME_MAX + 1];
	struct stat st;
	int at = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	while (at >= 0) {
		const uint8_t *slash = memchr(name.p, '/', name.n);
		size_t n = slash != NULL ? (size_t)(slash - name.p) : name.n;
		int next;

		if (n == 0 || n >= sizeof(segment) || name.p[0] == '.')
			break;
		memcpy(segment, name.p, n);
		segment[n] = '\0';
		if (slash == NULL)
			next = open_file(at, segment, &st);
		else
			next = openat(at, segment,
			    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		(void)close(at);
		at = next;
		if (slash == NULL)
			return at < 0 ? R_FETCH_FILE : slurp(out, at);
		name = span_of(slash + 1, name.n - n - 1);
	}
	if (at >= 0)
		(void)close(at);
	return R_FETCH_FILE;
}
