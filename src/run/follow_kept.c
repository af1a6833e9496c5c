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

#define KEPT_FORM "cairn follow 1"
#define KEPT_MAX  ((size_t)1 << 20)
#define STATE_MAX ((size_t)1 << 40)
#define NAME_SIZE 128

/* ---- the record ------------------------------------------------------ */

static void
put(struct buf *b, const void *p, size_t n)
{
	buf_add(b, p, n);
}

static void
put_u64(struct buf *b, uint64_t v)
{
	put(b, &v, sizeof(v));
}

static void
put_span(struct buf *b, struct span s)
{
	put_u64(b, s.n);
	buf_span(b, s);
}

static size_t
bits_set(uint64_t v)
{
	size_t n = 0;

	for (; v != 0; v &= v - 1)
		n++;
	return n;
}

/* Reasons are kept by their ids: numbers change from version to version. */
static void
put_reasons(struct buf *b, const uint64_t reasons[REASON_COUNT])
{
	uint64_t n = 0;

	for (size_t i = 0; i < REASON_COUNT; i++)
		n += reasons[i] > 0;
	put_u64(b, n);
	for (size_t i = 0; i < REASON_COUNT; i++)
		if (reasons[i] > 0) {
			put_span(b, span_str(reason_id((enum reason)i)));
			put_u64(b, reasons[i]);
		}
}

void
kept_write(struct buf *b, const struct kept *k)
{
	put_span(b, SPAN(KEPT_FORM));
	put_u64(b, k->frontier.size);
	put(b, k->frontier.hash,
	    bits_set(k->frontier.size) * sizeof(k->frontier.hash[0]));
	put(b, &k->root, sizeof(k->root));
	put(b, &k->cosigned_at, sizeof(k->cosigned_at));
	put_u64(b, k->frozen);
	put(b, &k->successions, sizeof(k->successions));
	put_span(b, k->note);
	put_span(b, k->evidence);
	put_u64(b, k->n_tags);
	for (size_t i = 0; i < k->n_tags; i++) {
		put(b, &k->tags[i].source, sizeof(k->tags[i].source));
		put_span(b, span_str(k->tags[i].etag));
	}
	put_reasons(b, k->reasons);
	/* Records of before there were any end here. */
	if (!k->has_looked)
		return;
	put_u64(b, k->n_mirrors);
	for (size_t i = 0; i < k->n_mirrors; i++)
		put_span(b, k->mirrors[i]);
}

/* What put_u64 and put_span wrote: the wire between processes has a form of
 * its own, which may be another in the next version. */
static uint64_t
get_max(struct wire_in *r, uint64_t max)
{
	uint64_t v;

	wire_get(r, &v, sizeof(v));
	r->failed = r->failed || v > max;
	return r->failed ? 0 : v;
}

static struct span
get_span(struct wire_in *r)
{
	uint64_t n = get_max(r, r->n);
	struct span s = { r->p + r->at, 0 };

	if (r->failed || n > r->n - r->at) {
		r->failed = true;
		return s;
	}
	s.n = (size_t)n;
	r->at += s.n;
	return s;
}

static int64_t
get_at(struct wire_in *r)
{
	int64_t v;

	wire_get(r, &v, sizeof(v));
	return v;
}

static bool
get_tags(struct wire_in *r, struct kept *k)
{
	k->n_tags = (size_t)get_max(r, COUNT(k->tags));
	for (size_t i = 0; i < k->n_tags; i++) {
		struct kept_tag *t = &k->tags[i];
		struct span etag;

		wire_get(r, &t->source, sizeof(t->source));
		etag = get_span(r);
		if (r->failed || etag.n >= sizeof(t->etag))
			return false;
		memcpy(t->etag, etag.p, etag.n);
		t->etag[etag.n] = '\0';
	}
	return true;
}

static bool
get_reasons(struct wire_in *r, struct kept *k)
{
	uint64_t n = get_max(r, REASON_COUNT);

	for (uint64_t i = 0; i < n; i++) {
		struct span id = get_span(r);
		uint64_t count = get_max(r, UINT64_MAX);
		char text[64];

		if (r->failed || id.n >= sizeof(text))
			return false;
		memcpy(text, id.p, id.n);
		text[id.n] = '\0';
		k->reasons[reason_by_id(text)] += count;
	}
	return true;
}

static bool
get_mirrors(struct wire_in *r, struct kept *k)
{
	if (r->failed || r->at == r->n)
		return !r->failed;
	k->has_looked = true;
	k->n_mirrors = (size_t)get_max(r, MIRRORS_MAX);
	for (size_t i = 0; i < k->n_mirrors; i++)
		k->mirrors[i] = get_span(r);
	return !r->failed;
}

bool
kept_parse(struct kept *out, struct span bytes)
{
	struct wire_in r = { .p = bytes.p, .n = bytes.n };
	struct digest root;

	*out = (struct kept){ 0 };
	if (!span_eq(get_span(&r), SPAN(KEPT_FORM)))
		return false;
	out->frontier.size = get_max(&r, INT64_MAX);
	wire_get(&r, out->frontier.hash,
	    bits_set(out->frontier.size) * sizeof(out->frontier.hash[0]));
	wire_get(&r, &out->root, sizeof(out->root));
	out->cosigned_at = get_at(&r);
	out->frozen = get_max(&r, 1) == 1;
	wire_get(&r, &out->successions, sizeof(out->successions));
	out->note = get_span(&r);
	out->evidence = get_span(&r);
	if (!get_tags(&r, out) || !get_reasons(&r, out) ||
	    !get_mirrors(&r, out))
		return false;
	merkle_root(&root, &out->frontier);
	return !r.failed && r.at == r.n && digest_eq(&root, &out->root);
}

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
