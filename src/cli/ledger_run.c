/* One run over a log. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/ledger_run.h"

#define SMALL_FILE ((size_t)1 << 20)
#define NOTE_FILE  ((size_t)65537)

void
ledger_run_init(struct ledger_run *run, const struct command *self)
{
	*run = (struct ledger_run){ .self = self, .now = time(NULL) };
	arena_init(&run->arena, SIZE_MAX);
	buf_init(&run->out, SIZE_MAX / 2);
	for (size_t i = 0; i < COUNT(run->bytes); i++)
		buf_init(&run->bytes[i], i == 0 ? SMALL_FILE : NOTE_FILE);
	buf_init(&run->bytes[1], SMALL_FILE);
}

void
ledger_run_fini(struct ledger_run *run)
{
	ledger_place_close(&run->opened);
	for (size_t i = 0; i < COUNT(run->bytes); i++)
		buf_fini(&run->bytes[i]);
	buf_fini(&run->out);
	arena_fini(&run->arena);
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

	if (run->keys_path == NULL)
		return REASON_OK;
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

static enum reason
place_find(struct ledger_run *run)
{
	enum reason why;

	if (run->source.get != NULL)
		return REASON_OK;
	why = ledger_place_open(&run->opened, run->place, run->ca_path);
	if (why == REASON_OK)
		run->source = ledger_place_source(&run->opened);
	else
		(void)snprintf(run->detail, sizeof(run->detail), "%s",
		    ledger_place_detail(&run->opened));
	return why;
}

enum reason
ledger_run_read(struct ledger_run *run)
{
	TRY(keys_read(run));
	if (run->successions_path != NULL)
		TRY(file_read(run, &run->bytes[1], run->successions_path));
	if (run->after_path != NULL)
		TRY(after_read(run));
	TRY(place_find(run));
	return run->checkpoint_path == NULL
		   ? REASON_OK
		   : file_read(run, &run->bytes[2], run->checkpoint_path);
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
	if (r->run->each != NULL)
		TRY(r->run->each(r->run->ctx, i, bytes));
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
	if (why == REASON_OK && run->keep)
		run->state = r.state;
	else
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
	if (why == REASON_OK && run->keys_path != NULL)
		why = checkpoint_count(
		    &run->count, &run->checkpoint, &run->keys, &v);
	crypt_free(crypt);
	return why;
}

enum reason
ledger_run_replay(struct ledger_run *run)
{
	struct log_reader log = { .source = run->source };
	enum reason why;

	if (run->checkpoint_path == NULL)
		TRY(run->source.get(
		    run->source.ctx, &run->bytes[2], "checkpoint"));
	why = checkpoint_read(run);
	if (why != REASON_OK && why != R_LIMIT_MEMORY && run->has_after) {
		run->decision = CHECKPOINT_NOT_COUNTED;
		return REASON_OK;
	}
	if (why != REASON_OK || is_decided(run))
		return why;
	log.head = run->checkpoint.head;
	if (run->has_at_size && run->at_size > log.head.size)
		return R_CONF_RANGE;
	why = log_replay(run, &log);
	log_close(&log);
	/* A larger tree that cannot be shown to hold the accepted one. */
	if ((why == R_LOG_ROOT || why == R_LOG_MISSING) && run->has_after) {
		run->decision = CHECKPOINT_SPLIT_VIEW;
		return REASON_OK;
	}
	return why;
}

/* ---- the command line -------------------------------------------------- */

static int
take_size(struct ledger_run *run, const char *name, const char *value)
{
	run->has_at_size = true;
	return decimal_parse(&run->at_size, span_str(value), INT64_MAX) &&
		       run->at_size > 0
		   ? STATUS_DONE
		   : usage_error(run->self,
			 "--%s: a number of entries is wanted", name);
}

int
ledger_run_option(struct ledger_run *run, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **path;
	} paths[] = {
		{ "keys", &run->keys_path },
		{ "successions", &run->successions_path },
		{ "checkpoint", &run->checkpoint_path },
		{ "after", &run->after_path },
		{ "ca-file", &run->ca_path },
	};

	for (size_t i = 0; i < COUNT(paths); i++)
		if (strcmp(name, paths[i].name) == 0) {
			*paths[i].path = value;
			return STATUS_DONE;
		}
	if (strcmp(name, "at-size") == 0 || strcmp(name, "at") == 0)
		return take_size(run, name, value);
	if (strcmp(name, "now") == 0 && !time_parse(&run->now, value))
		return usage_error(run->self, "--now: a time is wanted");
	return STATUS_DONE;
}

static int
fail(const struct ledger_run *run, enum reason why)
{
	const char *detail = run->detail;

	if (detail[0] == '\0' && run->opened.name != NULL)
		detail = ledger_place_detail(&run->opened);
	return failure(run->self, "%s: %s: %s%s%s", run->place, reason_id(why),
	    reason_text(why), detail[0] == '\0' ? "" : ": ", detail);
}

int
ledger_run_status(struct ledger_run *run)
{
	enum reason why;

	if (run->place == NULL)
		return usage_error(run->self, "of which log?");
	if (run->keys_path == NULL && !run->keys_optional)
		return usage_error(
		    run->self, "--keys: whose signatures count?");
	why = ledger_run_read(run);
	if (why != REASON_OK)
		return usage_error(run->self, "%s: %s: %s", run->detail,
		    reason_id(why), reason_text(why));
	why = ledger_run_replay(run);
	if (why == R_CONF_RANGE)
		return usage_error(run->self, "--at-size: the log is smaller");
	if (why == R_SUCCESSION_LINE)
		return usage_error(run->self, "%s: %s", run->successions_path,
		    reason_text(why));
	return why == REASON_OK ? STATUS_DONE : fail(run, why);
}
