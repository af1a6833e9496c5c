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

#include "crypt/crypt.h"
#include "fetch/inside.h"
#include "file/file.h"

/* Files changed in the last seconds may change again within one tick of the
 * file system's clock, and look the same: their stamps are not kept. */
#define STAMP_AGE 3

struct folder {
	int fd;
	size_t uri;             /* length of its URI, slash included */
	struct arena_mark mark; /* its names are behind it */
	size_t first, next;     /* of the names of all that are open */
};

#define ENTRIES ((size_t)32 << 10) /* bytes of names, read at once */
#define STAMPED ((size_t)8 << 10)

struct tree {
	const struct limits *limits;
	const struct fetch_reader *reader; /* NULL: only looked at */
	struct fetch_count *count;
	int64_t now;
	uint64_t n_names; /* met so far */
	struct buf uri;   /* of the entry at hand */
	struct buf bytes; /* of the file at hand */
	struct arena arena;
	VEC(const char *) names;
	uint8_t *entries;
	struct buf said; /* to be hashed */
	struct crypt_hash *hash;
	struct folder *stack;
	size_t depth;
};

static int
name_cmp(const void *a, const void *b)
{
	const char *const *x = a, *const *y = b;

	return strcmp(*x, *y);
}

/* ---- what it looks like ---------------------------------------------- */

static void
say(struct tree *t, struct span what)
{
	if (t->said.n + what.n > STAMPED) {
		crypt_hash_add(t->hash, buf_view(&t->said));
		buf_reset(&t->said);
	}
	if (what.n > STAMPED)
		crypt_hash_add(t->hash, what);
	else
		buf_span(&t->said, what);
}

static void
say_file(struct tree *t, const char *name, uint64_t size, uint64_t stamp)
{
	const uint64_t file[2] = { size, stamp };

	t->count->is_stamped = t->count->is_stamped && stamp != 0;
	say(t, SPAN("f"));
	say(t, span_of(name, strlen(name) + 1));
	say(t, SPAN_OF(file));
}

static void
say_end(struct tree *t)
{
	crypt_hash_add(t->hash, buf_view(&t->said));
	crypt_hash_take(t->hash, t->count->stamp.b);
	t->hash = NULL;
	if (t->said.failed)
		t->count->is_stamped = false;
}

/* ---- folders --------------------------------------------------------- */

static void
folder_fini(struct tree *t, struct folder *f)
{
	if (f->fd >= 0)
		(void)close(f->fd);
	t->names.n = f->first;
	arena_rewind(&t->arena, f->mark);
}

static enum reason
folder_add(struct tree *t, const char *name, uint8_t type)
{
	size_t n = strlen(name) + 1;
	char *copy;

	/* Hidden ones are rsync's own, in the making; and "." and "..". */
	if (name[0] == '.')
		return REASON_OK;
	if (t->n_names++ >= t->limits->repository_files)
		return R_FETCH_FILES;
	copy = arena_alloc(&t->arena, n + 1);
	if (copy == NULL)
		return R_LIMIT_MEMORY;
	copy[0] = type == DT_DIR;
	memcpy(copy + 1, name, n);
	return vec_push(&t->names, copy + 1) ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
folder_read(struct folder *f, struct tree *t)
{
	for (;;) {
		ssize_t n = getdents64(f->fd, t->entries, ENTRIES);

		if (n == 0)
			return REASON_OK;
		if (n < 0)
			return R_FETCH_FOLDER;
		for (ssize_t at = 0; at < n;) {
			const struct dirent64 *d =
			    (const void *)(t->entries + at);

			TRY(folder_add(t, d->d_name, d->d_type));
			at += d->d_reclen;
		}
	}
}

/* It was one when its name was read: whether it is one still is seen when it
 * is opened. */
static bool
is_folder(const char *name)
{
	return name[-1] != 0;
}

/* Read all names of an open folder; takes fd. */
static enum reason
folder_init(struct folder *f, int fd, struct tree *t)
{
	enum reason r;
	size_t n;

	*f = (struct folder){ .fd = fd,
		.uri = t->uri.n,
		.mark = arena_mark(&t->arena),
		.first = t->names.n,
		.next = t->names.n };
	r = folder_read(f, t);
	n = t->names.n - f->first;
	if (r != REASON_OK)
		folder_fini(t, f);
	else if (n > 1)
		qsort(t->names.v + f->first, n, sizeof(*t->names.v), name_cmp);
	return r;
}

static void
skip(struct tree *t, enum reason why)
{
	t->count->skipped++;
	t->count->is_stamped = false;
	if (t->reader != NULL)
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
	say(t, SPAN("d"));
	say(t, span_of(name, strlen(name) + 1));
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
	bool is_read;

	buf_reset(out);
	is_read = file_read(out, fd);
	(void)close(fd);
	return is_read ? REASON_OK : out->failed ? R_LIMIT_SIZE : R_FETCH_FILE;
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
give(struct tree *t, const char *name, struct fetch_file *file)
{
	const struct limits *l = t->limits;

	if (file->size > l->repository_bytes - t->count->bytes)
		return R_FETCH_BYTES;
	t->count->bytes += file->size;
	t->count->files++;
	say_file(t, name, file->size, file->stamp);
	if (t->reader == NULL)
		return REASON_OK;
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
	if (t->reader == NULL)
		return give(t, name, &file);
	if (file.stamp != 0 &&
	    t->reader->known(t->reader->ctx, buf_view(&t->uri), file.stamp)) {
		file.known = true;
		return give(t, name, &file);
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
	return give(t, name, &file);
}

/* ---- the walk
 * -------------------------------------------------------------------
 */

static enum reason
visit(struct tree *t, struct folder *f, const char *name)
{
	struct stat st;
	struct uri uri;
	bool is_read = t->reader != NULL;

	t->uri.n = f->uri;
	buf_puts(&t->uri, name);
	if (t->uri.failed) { /* longer than a URI may be */
		buf_reset(&t->uri);
		return R_FETCH_FOLDER;
	}
	/* What has a name that is none was not stamped when it was read. */
	if (!is_read && is_folder(name))
		return enter(t, f, name);
	if ((is_read &&
		uri_parse(&uri, buf_view(&t->uri), t->limits) != REASON_OK) ||
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

static void
leave(struct tree *t)
{
	say(t, SPAN("u"));
	folder_fini(t, &t->stack[--t->depth]);
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

		if (f->next < t->names.n)
			r = visit(t, f, t->names.v[f->next++]);
		else
			leave(t);
	}
	while (t->depth > 0)
		leave(t);
	return r;
}

static bool
tree_init(struct tree *t)
{
	const struct limits *l = t->limits;

	/* Names are at most 255 bytes (NAME_MAX), so that the longest URI
	 * that passed and one name always fit. */
	buf_init(&t->uri, l->uri_max + 512);
	buf_init(&t->bytes, l->object_max);
	buf_init(&t->said, STAMPED);
	arena_init(&t->arena, SIZE_MAX);
	t->hash = crypt_hash_new();
	t->entries = base_alloc(ENTRIES);
	t->stack =
	    base_alloc(sizeof(*t->stack) * ((size_t)l->folder_depth + 1));
	return t->hash != NULL && t->entries != NULL && t->stack != NULL;
}

static void
tree_fini(struct tree *t)
{
	struct digest unused;

	if (t->hash != NULL)
		crypt_hash_take(t->hash, unused.b);
	base_free(t->stack);
	base_free(t->entries);
	vec_fini(&t->names);
	arena_fini(&t->arena);
	buf_fini(&t->said);
	buf_fini(&t->uri);
	buf_fini(&t->bytes);
}

enum reason
fetch_tree_read(struct fetch_count *out, int folder, struct span root,
    const struct limits *limits, int64_t now, const struct fetch_reader *reader)
{
	struct tree t = {
		.limits = limits, .reader = reader, .count = out, .now = now
	};
	enum reason r = R_LIMIT_MEMORY;

	*out = (struct fetch_count){ .is_stamped = true };
	if (tree_init(&t)) {
		/* Under other limits something else may be passed over. */
		say(&t, SPAN_OF(*limits));
		say(&t, root);
		r = tree_walk(&t, folder, root);
		say_end(&t);
	}
	tree_fini(&t);
	out->is_stamped = out->is_stamped && r == REASON_OK;
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
