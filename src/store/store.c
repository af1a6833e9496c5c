/*
 * Opening: the folder, whose it is, its lock, the tables.
 *
 * LMDB because it does what is needed and no more: copy-on-write pages, so a
 * process killed at any moment leaves the last commit; reads without copies;
 * one file. It is told the largest size it may ever take, which is address
 * space only.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "store/format.h"

#ifdef CAIRN_DEBUG_ARENA /* sanitizers want address space for themselves */
#define MAP_SIZE ((size_t)8 << 30)
#else
#define MAP_SIZE ((size_t)64 << 30)
#endif
#define MAP_LEAST    ((size_t)1 << 30)
#define READERS_MAX  64

#define ORPHAN_LOOKS 40 /* two seconds in all */
#define ORPHAN_US    50000

static const char *const table_names[TABLE_COUNT] = {
	[TABLE_META] = "meta",
	[TABLE_OBJECTS] = "objects",
	[TABLE_NUMBERS] = "numbers",
	[TABLE_NAMES] = "names",
	[TABLE_POINTS] = "points",
	[TABLE_ANCHORS] = "anchors",
	[TABLE_REPOSITORIES] = "repositories",
	[TABLE_BLOBS] = "blobs",
	[TABLE_MEMOS] = "memos",
};

const char *
store_table_name(enum table t)
{
	return table_names[t];
}

static enum reason
trouble_reason(int rc)
{
	switch (rc) {
	case ENOSPC:
	case EDQUOT:
	case EFBIG:
	case MDB_MAP_FULL:
		return R_STORE_FULL;
	case EROFS:
	case EACCES:
	case EPERM:
		return R_STORE_DENIED;
	case ENOMEM:
		return R_LIMIT_MEMORY;
	case MDB_CORRUPTED:
	case MDB_INVALID:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
	case MDB_VERSION_MISMATCH:
		return R_STORE_DAMAGED;
	default:
		return R_STORE_IO;
	}
}

enum reason
store_trouble(struct fault *why, int rc, const char *what)
{
	return fault_say(
	    why, trouble_reason(rc), NULL, "%s: %s", what, mdb_strerror(rc));
}

/* ---- the folder and its lock ----------------------------------------- */

static enum reason
folder_open(int *out, const char *path, struct fault *why)
{
	struct stat st;

	*out = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*out < 0)
		return store_trouble(why, errno, path);
	if (fstat(*out, &st) != 0)
		return store_trouble(why, errno, path);
	/* Who owns the folder decides what is in it: hostile.md LO3. */
	if (st.st_uid != geteuid())
		return fault_say(why, R_STORE_OWNER, NULL,
		    "%s is user %u's, this is user %u", path,
		    (unsigned)st.st_uid, (unsigned)geteuid());
	if ((st.st_mode & S_IWOTH) != 0)
		return fault_say(
		    why, R_STORE_OWNER, NULL, "%s: anyone may write it", path);
	return REASON_OK;
}

/* Whose number the lock names. */
static bool
holder_read(uint64_t *pid, int fd)
{
	char text[24];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return decimal_parse(pid, span_str(text), INT32_MAX);
}

static enum reason
lock_held(int fd, const char *path, struct fault *why)
{
	uint64_t pid;

	if (!holder_read(&pid, fd))
		return fault_at(why, R_STORE_LOCKED, NULL);
	return fault_say(why, R_STORE_LOCKED, NULL, "process %u uses %s",
	    (unsigned)pid, path);
}

static bool
holder_is_gone(int fd)
{
	uint64_t pid;

	return holder_read(&pid, fd) && kill((pid_t)pid, 0) != 0 &&
	       errno == ESRCH;
}

static void
stamp_read(char out[STAMP_TEXT], int fd)
{
	ssize_t n = pread(fd, out, STAMP_TEXT - 1, 0);

	out[n > 0 ? n : 0] = '\0';
}

/* The lock goes when the process does, however that comes about; but a child
 * of it that was just forked has it too, until it executes or dies. */
static enum reason
lock_take(int fd, char before[STAMP_TEXT], const char *path, struct fault *why)
{
	char text[24];
	int n;

	for (int i = 0; flock(fd, LOCK_EX | LOCK_NB) != 0; i++) {
		if (errno != EWOULDBLOCK)
			return store_trouble(why, errno, path);
		if (i == ORPHAN_LOOKS || !holder_is_gone(fd))
			return lock_held(fd, path, why);
		(void)usleep(ORPHAN_US);
	}
	stamp_read(before, fd);
	n = snprintf(text, sizeof(text), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, text, (size_t)n, 0) != n)
		return store_trouble(why, errno, path);
	return REASON_OK;
}

static enum reason
folder_lock(int *out, char before[STAMP_TEXT], int folder, const char *path,
    struct fault *why)
{
	*out = openat(
	    folder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*out < 0)
		return store_trouble(why, errno, path);
	return lock_take(*out, before, path, why);
}

/* ---- the tables ------------------------------------------------------ */

static enum reason
env_open(struct store *s, const char *path, unsigned flags, struct fault *why)
{
	size_t size = MAP_SIZE;
	int rc;

	for (;;) {
		rc = mdb_env_create(&s->env);
		if (rc != 0)
			return store_trouble(why, rc, path);
		(void)mdb_env_set_maxdbs(s->env, TABLE_COUNT);
		(void)mdb_env_set_maxreaders(s->env, READERS_MAX);
		(void)mdb_env_set_mapsize(s->env, size);
		rc = mdb_env_open(s->env, path, MDB_NOTLS | flags, 0600);
		if (rc != ENOMEM || size <= MAP_LEAST)
			break;
		/* RLIMIT_AS, or a small machine. */
		mdb_env_close(s->env);
		s->env = NULL;
		size /= 2;
	}
	return rc == 0 ? REASON_OK : store_trouble(why, rc, path);
}

static int
format_check(struct store *s, MDB_txn *txn, bool *same)
{
	MDB_val k = { .mv_size = 6, .mv_data = (char[]){ "format" } };
	MDB_val v;
	char format[] = STORE_FORMAT;
	int rc = mdb_get(txn, s->tables[TABLE_META], &k, &v);

	*same = true;
	if (rc == MDB_NOTFOUND) {
		v = (MDB_val){ .mv_size = strlen(format), .mv_data = format };
		return mdb_put(txn, s->tables[TABLE_META], &k, &v, 0);
	}
	if (rc == 0)
		*same =
		    span_eq(span_of(v.mv_data, v.mv_size), SPAN(STORE_FORMAT));
	return rc;
}

static enum reason
tables_open(struct store *s, const char *path, struct fault *why)
{
	MDB_txn *txn;
	bool same = true;
	int rc = mdb_txn_begin(s->env, NULL, 0, &txn);

	if (rc != 0)
		return store_trouble(why, rc, path);
	rc = mdb_dbi_open(
	    txn, table_names[TABLE_META], MDB_CREATE, &s->tables[TABLE_META]);
	if (rc == 0)
		rc = format_check(s, txn, &same);
	for (size_t i = TABLE_META + 1; rc == 0 && same && i < TABLE_COUNT; i++)
		rc = mdb_dbi_open(txn, table_names[i],
		    MDB_CREATE | (i == TABLE_OBJECTS ? MDB_INTEGERKEY : 0),
		    &s->tables[i]);
	if (rc == 0 && same)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	if (!same)
		return fault_say(why, R_STORE_FORMAT, NULL,
		    "%s: as it is, it is of use to that version; without it "
		    "all is fetched again, and what was seen of manifests and "
		    "ledgers is forgotten",
		    path);
	return rc == 0 ? REASON_OK : store_trouble(why, rc, path);
}

/* Is its file as it was left, or if not, can it be read? */
static enum reason
look_first(struct store *s, const char *path, const char before[STAMP_TEXT],
    struct fault *why)
{
	char now[STAMP_TEXT];

	stamp_write(now, s->folder);
	if (now[0] == '\0' || strcmp(now, before) == 0)
		return REASON_OK;
	s->is_suspect = strncmp(before, "closed", 6) == 0;
	return store_is_whole(path, MAP_SIZE)
		   ? REASON_OK
		   : fault_say(why, R_STORE_DAMAGED, NULL, "%s", path);
}

/* Without the lock. Who has it has looked, and changes the file meanwhile. */
static enum reason
look_beside(struct store *s, const char *path, struct fault *why)
{
	int lock = openat(s->folder, "lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char before[STAMP_TEXT] = "";
	bool is_used = false;
	uint64_t pid;

	if (lock >= 0) {
		is_used = holder_read(&pid, lock) && !holder_is_gone(lock);
		stamp_read(before, lock);
		(void)close(lock);
	}
	return is_used ? REASON_OK : look_first(s, path, before, why);
}

bool
store_is_suspect(const struct store *s)
{
	return s->is_suspect;
}

void
store_is_well(struct store *s)
{
	s->is_well = true;
}

enum reason
store_set_aside(const char *cache, struct fault *why)
{
	char before[STAMP_TEXT];
	int folder = -1, lock = -1;
	enum reason r = folder_open(&folder, cache, why);

	if (r == REASON_OK)
		r = folder_lock(&lock, before, folder, cache, why);
	if (r == REASON_OK && renameat(folder, "store/data.mdb", folder,
				  "store/damaged.mdb") != 0)
		r = store_trouble(why, errno, cache);
	if (r == REASON_OK)
		(void)unlinkat(folder, "store/lock.mdb", 0);
	if (folder >= 0)
		(void)close(folder);
	if (lock >= 0)
		(void)close(lock);
	return r;
}

/* As they are; there is nothing to be had where one is missing. */
static enum reason
tables_look(struct store *s, const char *path, struct fault *why)
{
	MDB_val k = { .mv_size = 6, .mv_data = (char[]){ "format" } };
	MDB_val v = { 0 };
	MDB_txn *txn;
	int rc = mdb_txn_begin(s->env, NULL, MDB_RDONLY, &txn);

	if (rc != 0)
		return store_trouble(why, rc, path);
	for (size_t i = TABLE_META; rc == 0 && i < TABLE_COUNT; i++)
		rc = mdb_dbi_open(txn, table_names[i],
		    i == TABLE_OBJECTS ? MDB_INTEGERKEY : 0, &s->tables[i]);
	if (rc == 0)
		rc = mdb_get(txn, s->tables[TABLE_META], &k, &v);
	if (rc == 0 &&
	    !span_eq(span_of(v.mv_data, v.mv_size), SPAN(STORE_FORMAT))) {
		mdb_txn_abort(txn);
		return fault_say(why, R_STORE_FORMAT, NULL, "%s", path);
	}
	/* The tables stay open with the end of this transaction. */
	if (rc == 0)
		rc = mdb_txn_commit(txn);
	else
		mdb_txn_abort(txn);
	return rc == 0 ? REASON_OK : store_trouble(why, rc, path);
}

static enum reason
open_to_write(
    struct store *s, const char *cache, const char *path, struct fault *why)
{
	char before[STAMP_TEXT] = "";

	if (mkdir(cache, 0700) != 0 && errno != EEXIST)
		return store_trouble(why, errno, cache);
	TRY(folder_open(&s->folder, cache, why));
	TRY(folder_lock(&s->lock, before, s->folder, cache, why));
	if (mkdirat(s->folder, "store", 0700) != 0 && errno != EEXIST)
		return store_trouble(why, errno, cache);
	TRY(look_first(s, path, before, why));
	TRY(env_open(s, path, 0, why));
	return tables_open(s, path, why);
}

static enum reason
open_to_read(
    struct store *s, const char *cache, const char *path, struct fault *why)
{
	TRY(folder_open(&s->folder, cache, why));
	TRY(look_beside(s, path, why));
	TRY(env_open(s, path, MDB_RDONLY, why));
	return tables_look(s, path, why);
}

static enum reason
open_as(struct store **out, const char *cache, bool writes, struct fault *why)
{
	struct store *s = base_alloc(sizeof(*s));
	struct buf path;
	enum reason r;

	if (s == NULL)
		return fault_at(why, R_LIMIT_MEMORY, NULL);
	s->lock = s->folder = -1;
	buf_init(&path, 8192);
	buf_puts(&path, cache);
	buf_add(&path, "/store", sizeof("/store"));
	if (path.failed)
		r = fault_say(why, R_STORE_IO, NULL, "cache: long path");
	else if (writes)
		r = open_to_write(s, cache, (const char *)path.p, why);
	else
		r = open_to_read(s, cache, (const char *)path.p, why);
	buf_fini(&path);
	if (r != REASON_OK) {
		store_close(s);
		return r;
	}
	*out = s;
	return REASON_OK;
}

enum reason
store_open(struct store **out, const char *cache, struct fault *why)
{
	return open_as(out, cache, true, why);
}

enum reason
store_look(struct store **out, const char *cache, struct fault *why)
{
	return open_as(out, cache, false, why);
}

bool
store_is_there(const char *cache)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/store/data.mdb", cache);
	return access(path, F_OK) == 0;
}

static void
say_closed(const struct store *s)
{
	char text[STAMP_TEXT];

	stamp_write(text, s->folder);
	/* Where this fails it is looked at before it is opened. */
	(void)!pwrite(s->lock, text, strlen(text), 0);
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->env != NULL)
		mdb_env_close(s->env);
	if (s->is_well)
		say_closed(s);
	if (s->folder >= 0)
		(void)close(s->folder);
	if (s->lock >= 0)
		(void)close(s->lock);
	vec_fini(&s->damaged);
	base_free(s);
}
