/*
 * The entries of what was accepted, one behind the other, each behind its
 * length, in a file that grows with the log; behind the last, how many there
 * are. A state that other rules made is replayed from here: whoever had the
 * log may be gone when the program is renewed. Nothing rests on the file, as
 * what does not meet the accepted root is not there.
 */
#include <sys/stat.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "run/follow.h"

#define SUFFIX "entries"
#define WINDOW ((size_t)1 << 20) /* an entry is smaller */

/* ---- what is there --------------------------------------------------- */

static void
window_take(struct spool *s, struct span w, uint64_t size)
{
	while (w.n >= 2 && s->frontier.size < size) {
		size_t n = (size_t)w.p[0] << 8 | w.p[1];
		struct digest leaf;

		if (n > w.n - 2)
			return;
		merkle_leaf(&leaf, span_of(w.p + 2, n));
		merkle_push(&s->frontier, &leaf);
		s->bytes += 2 + n;
		w = span_of(w.p + 2 + n, w.n - 2 - n);
	}
}

/* So many entries, from the first on: their tree, and the bytes they take. */
static enum reason
take(struct spool *s, uint64_t size)
{
	uint8_t *window = base_alloc(WINDOW);
	enum reason why = window != NULL ? REASON_OK : R_LIMIT_MEMORY;

	while (why == REASON_OK && s->frontier.size < size) {
		uint64_t had = s->frontier.size;
		ssize_t n = pread(s->fd, window, WINDOW, (off_t)s->bytes);

		if (n > 0)
			window_take(s, span_of(window, (size_t)n), size);
		if (s->frontier.size == had)
			why = R_LOG_MISSING;
	}
	base_free(window);
	s->end = s->frontier.size;
	return why;
}

/* Those that were accepted; else R_LOG_MISSING. */
static enum reason
spool_open(struct spool *s, const struct follow *f)
{
	struct digest root;

	spool_init(s);
	if (f->kept.frontier.size > 0)
		s->fd = follow_file_open(f, SUFFIX, O_RDONLY);
	if (s->fd < 0)
		return R_LOG_MISSING;
	TRY(take(s, f->kept.frontier.size));
	merkle_root(&root, &s->frontier);
	return digest_eq(&root, &f->kept.root) ? REASON_OK : R_LOG_MISSING;
}

static enum reason
replay(struct follow *f, const struct spool *s)
{
	struct replay_to to = { .reasons = f->kept.reasons,
		.state = ledger_state_new(f->successions, f->n_successions) };
	enum reason why = R_LIMIT_MEMORY;

	memset(f->kept.reasons, 0, sizeof(f->kept.reasons));
	if (to.state != NULL)
		why = spool_replay(&to, f, s);
	if (why != REASON_OK) {
		ledger_state_free(to.state);
		return why == R_LIMIT_MEMORY ? why : R_LOG_MISSING;
	}
	f->state = to.state;
	return follow_save(f, true);
}

enum reason
entries_replay(struct follow *f)
{
	struct spool *s = base_alloc(sizeof(*s));
	enum reason why;

	if (s == NULL)
		return R_LIMIT_MEMORY;
	why = spool_open(s, f);
	if (why == REASON_OK)
		why = replay(f, s);
	spool_close(s);
	base_free(s);
	return why;
}

/* ---- what is new ----------------------------------------------------- */

/* Where the first `size` entries end. Behind them there may be more, of a run
 * that ended before they were accepted. */
static bool
end_find(uint64_t *out, int fd, uint64_t size)
{
	struct spool s;
	struct stat st;
	uint64_t n = 0;

	spool_init(&s);
	s.fd = fd;
	if (fstat(fd, &st) != 0)
		return false;
	*out = (uint64_t)st.st_size - sizeof(n);
	if (size > 0 && st.st_size > (off_t)sizeof(n) &&
	    pread(fd, &n, sizeof(n), (off_t)*out) == (ssize_t)sizeof(n) &&
	    n == size)
		return true;
	if (take(&s, size) != REASON_OK)
		return false;
	*out = s.bytes;
	return true;
}

static bool
put(int fd, const void *bytes, size_t n, uint64_t at)
{
	return pwrite(fd, bytes, n, (off_t)at) == (ssize_t)n;
}

static bool
copy(int fd, uint64_t at, const struct spool *s)
{
	uint8_t *window = base_alloc(WINDOW);
	bool good = window != NULL;

	for (uint64_t done = 0; good && done < s->bytes;) {
		ssize_t n = pread(s->fd, window, WINDOW, (off_t)done);

		good = n > 0 && put(fd, window, (size_t)n, at + done);
		done += good ? (uint64_t)n : 0;
	}
	base_free(window);
	return good && put(fd, &s->end, sizeof(s->end), at + s->bytes);
}

/* Without them the log is had anew one day: no failure of this run. */
void
entries_keep(struct follow *f, const struct spool *s)
{
	uint64_t at, most = f->run->conf->limits.repository_bytes;
	bool good;
	int fd;

	if (!f->run->is_now)
		return;
	fd = follow_file_open(f, SUFFIX, O_RDWR | O_CREAT);
	good = fd >= 0 && end_find(&at, fd, s->first) && at <= most &&
	       s->bytes <= most - at && ftruncate(fd, (off_t)at) == 0 &&
	       copy(fd, at, s);
	if (fd >= 0)
		(void)close(fd);
	if (!good)
		follow_file_drop(f, SUFFIX);
}
