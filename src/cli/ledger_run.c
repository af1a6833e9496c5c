/* One run over the log in a folder. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/ledger_run.h"

#define SMALL_FILE ((size_t)1 << 20)
#define NOTE_FILE  ((size_t)65537)

void
ledger_run_init(struct ledger_run *run)
{
	*run = (struct ledger_run){ .now = 0 };
	arena_init(&run->arena, SIZE_MAX);
	buf_init(&run->out, SIZE_MAX / 2);
	for (size_t i = 0; i < COUNT(run->bytes); i++)
		buf_init(&run->bytes[i], i == 0 ? SMALL_FILE : NOTE_FILE);
	buf_init(&run->bytes[1], SMALL_FILE);
}

void
ledger_run_fini(struct ledger_run *run)
{
	for (size_t i = 0; i < COUNT(run->bytes); i++)
		buf_fini(&run->bytes[i]);
	buf_fini(&run->out);
	arena_fini(&run->arena);
}

/* ---- the folder ---------------------------------------------------------- */

static enum reason
whole_read(struct buf *out, int fd)
{
	uint8_t piece[4096];
	ssize_t n;

	for (;;) {
		n = read(fd, piece, sizeof(piece));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		buf_add(out, piece, (size_t)n);
		if (out->failed)
			return R_LOG_BUNDLE; /* longer than any can be */
	}
	return n == 0 ? REASON_OK : R_LOG_MISSING;
}

/* Paths are made of numbers, by room tlog; folders may be links, the files
 * themselves may not. */
static enum reason
folder_get(void *ctx, struct buf *out, const char *path)
{
	const int *folder = ctx;
	struct stat st;
	enum reason why;
	int fd = openat(
	    *folder, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0)
		return R_LOG_MISSING;
	why = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? whole_read(out, fd)
							 : R_LOG_MISSING;
	(void)close(fd);
	return why;
}

/* ---- what the caller names ------------------------------------------- */

static enum reason
file_read(struct ledger_run *run, struct buf *out, const char *path)
{
	if (cli_read(out, path))
		return REASON_OK;
	(void)snprintf(
	    run->detail, sizeof(run->detail), "%s: %s", path, strerror(errno));
	return R_CONF_FILE;
}

static enum reason
keys_read(struct ledger_run *run)
{
	unsigned line;
	enum reason why;

	TRY(file_read(run, &run->bytes[0], run->keys_path));
	why = tlog_keys_parse(
	    &run->keys, buf_view(&run->bytes[0]), &run->arena, &line);
	if (why != REASON_OK)
		(void)snprintf(run->detail, sizeof(run->detail), "%s:%u",
		    run->keys_path, line);
	return why;
}

static enum reason
after_read(struct ledger_run *run)
{
	struct checkpoint c;
	enum reason why;

	TRY(file_read(run, &run->bytes[3], run->after_path));
	why = checkpoint_parse(&c, buf_view(&run->bytes[3]), &run->arena);
	if (why != REASON_OK) {
		(void)snprintf(
		    run->detail, sizeof(run->detail), "%s", run->after_path);
		return why;
	}
	run->has_after = true;
	run->after = c.head;
	return REASON_OK;
}

enum reason
ledger_run_read(struct ledger_run *run)
{
	char path[4096];

	TRY(keys_read(run));
	if (run->successions_path != NULL)
		TRY(file_read(run, &run->bytes[1], run->successions_path));
	if (run->after_path != NULL)
		TRY(after_read(run));
	if (run->checkpoint_path != NULL)
		return file_read(run, &run->bytes[2], run->checkpoint_path);
	if (snprintf(path, sizeof(path), "%s/checkpoint", run->place) >=
	    (int)sizeof(path))
		return R_CONF_FILE;
	return file_read(run, &run->bytes[2], path);
}

/* ---- the replay ------------------------------------------------------ */

struct replay {
	struct ledger_run *run;
	struct crypt *crypt;
	struct verifier verifier;
	struct ledger_state *state;
	struct ledger_entry *entry;
	struct arena arena;
	bool told;
};

static enum reason
tell(struct replay *r)
{
	r->told = true;
	return r->run->tell == NULL
		   ? REASON_OK
		   : r->run->tell(&r->run->out, r->run, r->state);
}

static enum reason
entry_take(void *ctx, uint64_t i, struct span bytes)
{
	struct replay *r = ctx;
	enum reason verdict = REASON_OK;

	if (r->run->has_at_size && i == r->run->at_size)
		TRY(tell(r));
	arena_reset(&r->arena);
	TRY(ledger_precheck(
	    r->entry, bytes, r->crypt, &r->verifier, &r->arena));
	TRY(ledger_replay(&verdict, r->state, r->entry));
	/* The log is the one that its genesis says it is: ledger.md 2. */
	if (i == 0 && !span_eq(r->entry->statement.body.origin,
			  r->run->checkpoint.origin))
		return R_CHECKPOINT_ORIGIN;
	if (r->run->log && !r->told)
		ledger_log_line(&r->run->out, i, r->entry, verdict);
	return r->run->out.failed ? R_LIMIT_MEMORY : REASON_OK;
}

static enum reason
replay_all(struct replay *r, const struct log_reader *log)
{
	const struct ledger_run *run = r->run;
	struct succession *successions = NULL;
	size_t n = 0;

	if (run->successions_path != NULL)
		TRY(successions_parse(&successions, &n,
		    buf_view(&run->bytes[1]), &r->run->arena));
	r->state = ledger_state_new(successions, n);
	r->crypt = crypt_new();
	r->entry = base_alloc(sizeof(*r->entry));
	if (r->state == NULL || r->crypt == NULL || r->entry == NULL)
		return R_LIMIT_MEMORY;
	r->verifier = crypt_verifier(r->crypt);
	TRY(log_each(log, log->head.size, entry_take, r));
	if (log->head.size == 0)
		return R_LOG_GENESIS;
	return r->told ? REASON_OK : tell(r);
}

/* Judged by what is known of the log when it has been replayed. */
static void
decide(struct ledger_run *run, const struct replay *r, bool consistent)
{
	const struct checkpoint_proposal p = {
		.accepted = run->has_after ? &run->after : NULL,
		.head = run->checkpoint.head,
		.counts = true,
		.consistent = consistent,
		.time = ledger_summary(r->state).time,
		.clock_at = run->now,
		.newest_at = run->count.newest_at,
	};

	run->decision = checkpoint_decide(&p);
}

static enum reason
log_replay(struct ledger_run *run, struct log_reader *log)
{
	struct replay r = { .run = run };
	struct merkle_head past = { 0 };
	enum reason why;

	past.size = run->has_after ? run->after.size : 0;
	why = log_open(log, &past);
	if (why != REASON_OK)
		return why;
	arena_init(&r.arena, SIZE_MAX);
	why = replay_all(&r, log);
	if (why == REASON_OK)
		decide(run, &r, digest_eq(&past.root, &run->after.root));
	ledger_state_free(r.state);
	crypt_free(r.crypt);
	base_free(r.entry);
	arena_fini(&r.arena);
	return why;
}

/* What can be said without the tiles. */
static bool
is_decided(struct ledger_run *run)
{
	const struct merkle_head *now = &run->checkpoint.head;

	if (!run->has_after || now->size > run->after.size)
		return false;
	if (now->size == run->after.size &&
	    digest_eq(&now->root, &run->after.root))
		return false; /* its time is to be judged */
	run->decision = now->size < run->after.size ? CHECKPOINT_STALE
						    : CHECKPOINT_SPLIT_VIEW;
	return true;
}

static enum reason
checkpoint_read(struct ledger_run *run)
{
	struct crypt *crypt = crypt_new();
	struct verifier v;
	enum reason why;

	if (crypt == NULL)
		return R_LIMIT_MEMORY;
	v = crypt_verifier(crypt);
	why = checkpoint_parse(
	    &run->checkpoint, buf_view(&run->bytes[2]), &run->arena);
	if (why == REASON_OK)
		why = checkpoint_count(
		    &run->count, &run->checkpoint, &run->keys, &v);
	crypt_free(crypt);
	return why;
}

enum reason
ledger_run_replay(struct ledger_run *run)
{
	int folder;
	struct log_reader log = { .source = { folder_get, &folder } };
	enum reason why = checkpoint_read(run);

	if (why != REASON_OK && why != R_LIMIT_MEMORY && run->has_after) {
		run->decision = CHECKPOINT_NOT_COUNTED;
		return REASON_OK;
	}
	if (why != REASON_OK || is_decided(run))
		return why;
	log.head = run->checkpoint.head;
	if (run->has_at_size && run->at_size > log.head.size)
		return R_CONF_RANGE;
	folder = open(run->place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return R_LOG_MISSING;
	why = log_replay(run, &log);
	log_close(&log);
	(void)close(folder);
	/* A larger tree that cannot be shown to hold the accepted one. */
	if ((why == R_LOG_ROOT || why == R_LOG_MISSING) && run->has_after) {
		run->decision = CHECKPOINT_SPLIT_VIEW;
		return REASON_OK;
	}
	return why;
}
