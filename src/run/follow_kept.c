/*
 * What is kept of a ledger between runs: a record in the store, and the state
 * in a file beside it, named by ledger, size and root, as it may be large.
 * The file is whole on the disk before the record names it.
 */
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "file/file.h"
#include "run/follow.h"

#define KEPT_MAX  ((size_t)1 << 20)
#define STATE_MAX ((size_t)1 << 40)
#define NAME_SIZE 128

/* ---- the state's file ------------------------------------------------ */

static enum reason
trouble(struct fault *why, const char *name)
{
	return fault_say(why, errno == ENOSPC ? R_STORE_FULL : R_STORE_IO, NULL,
	    "%s: %s", name, strerror(errno));
}

/* CACHE/ledgers; made where it is not there. -1: errno says why. */
static int
folder_open(const struct conf *conf)
{
	char path[4096];

	if (snprintf(path, sizeof(path), "%s/ledgers", conf->cache) >=
	    (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	if (mkdir(path, 0700) != 0 && errno != EEXIST)
		return -1;
	return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* By ledger, size and root. */
static void
state_name(char out[NAME_SIZE], const struct digest *key, const struct kept *k)
{
	char ledger[33], root[17];

	hex_write(ledger, span_of(key->b, 16));
	hex_write(root, span_of(k->root.b, 8));
	(void)snprintf(out, NAME_SIZE, "%s.%llu.%s", ledger,
	    (unsigned long long)k->frontier.size, root);
}

/* All of it; R_LOG_STATE where it is not there, or not whole. */
static enum reason
read_most(struct buf *b, int folder, const char *name, size_t most)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	enum reason why = R_LOG_STATE;
	struct stat st;
	uint8_t *room;

	if (fd < 0)
		return R_LOG_STATE;
	if (fstat(fd, &st) == 0 && st.st_size > 0) {
		size_t size = (size_t)st.st_size, done = 0;
		size_t n = size < most ? size : most;
		ssize_t got = 1;

		room = buf_insert(b, 0, n);
		while (room != NULL && done < n && got > 0) {
			got = read(fd, room + done, n - done);
			done += got > 0 ? (size_t)got : 0;
		}
		if (room == NULL)
			why = R_LIMIT_MEMORY;
		else if (done == n)
			why = REASON_OK;
	}
	(void)close(fd);
	return why;
}

static enum reason
state_read(struct ledger_state **out, int folder, const char *name)
{
	enum reason why;
	struct buf b;

	buf_init(&b, STATE_MAX);
	why = read_most(&b, folder, name, SIZE_MAX);
	if (why == REASON_OK)
		why = ledger_load(out, buf_view(&b));
	buf_fini(&b);
	return why;
}

static enum reason
state_write(struct follow *f, int folder, const char *name)
{
	enum reason why = REASON_OK;
	struct buf b;

	buf_init(&b, STATE_MAX);
	ledger_save(&b, f->state);
	if (b.failed)
		why = R_LIMIT_MEMORY;
	else if (!file_replace(folder, name, buf_view(&b), 0600))
		why = trouble(f->run->why, "state of a ledger");
	buf_fini(&b);
	return why;
}

/* ---- other files ----------------------------------------------------- */

static void
file_name(char out[NAME_SIZE], const struct follow *f, const char *suffix)
{
	char ledger[33];

	hex_write(ledger, span_of(f->key.b, 16));
	(void)snprintf(out, NAME_SIZE, "%s.%s", ledger, suffix);
}

int
follow_file_open(const struct follow *f, const char *suffix, int flags)
{
	int folder = folder_open(f->run->conf), fd;
	char name[NAME_SIZE];

	if (folder < 0)
		return -1;
	file_name(name, f, suffix);
	fd = openat(folder, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600);
	(void)close(folder);
	return fd;
}

void
follow_file_drop(const struct follow *f, const char *suffix)
{
	int folder = folder_open(f->run->conf);
	char name[NAME_SIZE];

	if (folder < 0)
		return;
	file_name(name, f, suffix);
	(void)unlinkat(folder, name, 0);
	(void)close(folder);
}

void
follow_file_put(struct follow *f, const char *suffix, struct span bytes)
{
	int folder = folder_open(f->run->conf);
	char name[NAME_SIZE];

	if (folder < 0)
		return;
	file_name(name, f, suffix);
	(void)!file_replace(folder, name, bytes, 0600);
	(void)close(folder);
}

bool
follow_file_get(
    struct buf *out, const struct follow *f, const char *suffix, size_t most)
{
	int folder = folder_open(f->run->conf);
	char name[NAME_SIZE];
	bool good;

	if (folder < 0)
		return false;
	file_name(name, f, suffix);
	good = read_most(out, folder, name, most) == REASON_OK;
	(void)close(folder);
	return good;
}

/* ---- both ------------------------------------------------------------ */

static void
say(struct follow *f)
{
	const struct kept *k = &f->kept;
	struct run_ledger *r = f->report;

	r->size = k->frontier.size;
	r->root = k->root;
	r->cosigned_at = k->cosigned_at;
	r->frozen = k->frozen;
}

static enum reason
state_find(struct follow *f)
{
	int folder = folder_open(f->run->conf);
	enum reason why;

	if (folder < 0)
		return trouble(f->run->why, f->run->conf->cache);
	why = state_read(&f->state, folder, f->state_file);
	(void)close(folder);
	return why;
}

/* Under the successions it was accepted under, which are those of today; or
 * else the log is had anew. */
static enum reason
state_replay(struct follow *f)
{
	enum reason why;

	if (f->is_outdated)
		return R_LOG_MISSING;
	why = entries_replay(f);
	if (why == REASON_OK && !f->run->conf->no_memo)
		TRY(follow_find(f, R_LOG_STATE, EFFECT_WARNING, f->report->name,
		    "replayed from the entries kept"));
	return why;
}

static bool
is_absent(enum reason why)
{
	return why == R_LOG_STATE || why == R_LOG_MISSING;
}

enum reason
follow_load_state(struct follow *f)
{
	bool anew = f->run->conf->no_memo;
	enum reason why;

	ledger_state_free(f->state);
	f->state = NULL;
	why = anew ? state_replay(f) : state_find(f);
	if (is_absent(why))
		why = anew ? state_find(f) : state_replay(f);
	return is_absent(why) ? REASON_OK : why;
}

enum reason
follow_load(struct follow *f)
{
	struct span bytes;

	if (!store_blob(&bytes, f->run->now, STORE_LEDGER, &f->key))
		return REASON_OK;
	/* The store's own are there until the next commit. */
	bytes = arena_dup(&f->run->work, bytes);
	if (bytes.p == NULL)
		return R_LIMIT_MEMORY;
	if (!kept_parse(&f->kept, bytes)) {
		f->kept = (struct kept){ 0 };
		return REASON_OK;
	}
	f->report->evidence = arena_dup(&f->run->out->arena, f->kept.evidence);
	if (f->report->evidence.p == NULL)
		return R_LIMIT_MEMORY;
	say(f);
	state_name(f->state_file, &f->key, &f->kept);
	f->is_outdated =
	    !digest_eq(&f->kept.successions, &f->succession_digest);
	return said_load(f) ? REASON_OK : follow_load_state(f);
}

enum reason
follow_need_state(struct follow *f)
{
	return f->state == NULL && f->said.is_there ? follow_load_state(f)
						    : REASON_OK;
}

bool
follow_has_state(const struct follow *f)
{
	return f->state != NULL || f->said.is_there;
}

uint64_t
follow_time(const struct follow *f)
{
	return f->said.is_there ? f->said.sum.time
				: ledger_summary(f->state).time;
}

static enum reason
record_save(struct follow *f)
{
	struct store_write *w;
	enum reason why;
	struct buf b;

	TRY(store_write_begin(&w, f->run->store, f->run->why));
	buf_init(&b, KEPT_MAX);
	kept_write(&b, &f->kept);
	why = b.failed
		  ? R_LIMIT_MEMORY
		  : store_write_blob(w, STORE_LEDGER, &f->key, buf_view(&b));
	buf_fini(&b);
	if (why != REASON_OK) {
		store_write_abort(w);
		return why;
	}
	TRY(store_write_commit(w));
	return run_renew(f->run);
}

enum reason
follow_save(struct follow *f, bool with_state)
{
	char name[NAME_SIZE];
	enum reason why;
	int folder;

	say(f);
	if (!f->run->is_now || f->run->is_guess)
		return REASON_OK; /* it leaves no trace */
	if (!with_state)
		return record_save(f);
	folder = folder_open(f->run->conf);
	if (folder < 0)
		return trouble(f->run->why, f->run->conf->cache);
	state_name(name, &f->key, &f->kept);
	why = state_write(f, folder, name);
	if (why == REASON_OK)
		why = record_save(f);
	if (why == REASON_OK && f->state_file[0] != '\0' &&
	    strcmp(f->state_file, name) != 0)
		(void)unlinkat(folder, f->state_file, 0);
	(void)close(folder);
	memcpy(f->state_file, name, sizeof(name));
	return why;
}
