/* One run that adds to the log in a folder. */
#include <inttypes.h>
#include <string.h>

#include "cli/ledger_write.h"

#define SMALL_FILE ((size_t)1 << 20)
#define NOTE_FILE  ((size_t)65537)

int
ledger_write_init(struct ledger_write *w, const struct command *self)
{
	*w = (struct ledger_write){ .self = self };
	arena_init(&w->arena, SIZE_MAX);
	arena_init(&w->scratch, SIZE_MAX);
	buf_init(&w->log_key_text, NOTE_FILE);
	buf_init(&w->passphrase, NOTE_FILE);
	buf_init(&w->out, SIZE_MAX / 2);
	w->dir.folder = w->dir.tree_lock = w->dir.publish_lock = -1;
	w->crypt = crypt_new();
	w->entry = base_alloc(sizeof(*w->entry));
	w->writer = base_alloc(sizeof(*w->writer));
	if (w->writer != NULL)
		log_writer_init(w->writer);
	if (w->crypt == NULL || w->entry == NULL || w->writer == NULL)
		return failure(self, "%s", reason_text(R_LIMIT_MEMORY));
	w->verifier = crypt_verifier(w->crypt);
	return STATUS_DONE;
}

static void
secret_wipe(struct buf *b)
{
	if (b->n > 0)
		crypt_wipe(b->p, b->n);
	buf_fini(b);
}

void
ledger_write_fini(struct ledger_write *w)
{
	if (w->writer != NULL)
		log_writer_fini(w->writer);
	base_free(w->writer);
	base_free(w->entry);
	ledger_state_free(w->state);
	crypt_free(w->crypt);
	note_secret_fini(&w->log_key);
	crypt_secret_free(w->holder);
	crypt_secret_free(w->next);
	logdir_close(&w->dir);
	vec_fini(&w->pending);
	vec_fini(&w->files);
	vec_fini(&w->anchors);
	secret_wipe(&w->log_key_text);
	secret_wipe(&w->passphrase);
	buf_fini(&w->out);
	arena_fini(&w->scratch);
	arena_fini(&w->arena);
}

int
ledger_write_fail(
    const struct ledger_write *w, const char *what, enum reason why)
{
	const struct fault *fault = &w->dir.why;

	if (fault->reason == why && fault->detail[0] != '\0')
		return failure(w->self, "%s: %s: %s: %s", what, reason_id(why),
		    reason_text(why), fault->detail);
	return failure(
	    w->self, "%s: %s: %s", what, reason_id(why), reason_text(why));
}

/* ---- what is there --------------------------------------------------- */

/*
 * The state after our last run, so that the next need not replay the log:
 * magic; the size and root of the log it is of; SHA-256 of the successions;
 * then as ledger_save has it, with a checksum. It counts for the very log that
 * is signed, else everything is replayed.
 */
#define SAVED       ".state/cairn"
#define SAVED_MAGIC SPAN("cairn log state 1\n")

static void
saved_head_write(struct buf *out, const struct ledger_write *w,
    const struct merkle_head *head)
{
	buf_span(out, SAVED_MAGIC);
	for (int shift = 56; shift >= 0; shift -= 8)
		buf_byte(out, (uint8_t)(head->size >> shift));
	buf_span(out, SPAN_OF(head->root.b));
	buf_span(out, SPAN_OF(w->successions.b));
}

/* Without it the next run takes longer: no failure of this one. */
static void
saved_put(struct ledger_write *w, const struct merkle_head *head)
{
	struct buf saved;

	buf_init(&saved, SIZE_MAX / 2);
	saved_head_write(&saved, w, head);
	ledger_save(&saved, w->state);
	if (!saved.failed)
		(void)!logdir_put(&w->dir, SAVED, buf_view(&saved));
	buf_fini(&saved);
}

static bool
saved_parse(struct ledger_state **out, const struct ledger_write *w,
    const struct merkle_head *head, struct span saved)
{
	struct buf want;
	bool good;

	buf_init(&want, 4096);
	saved_head_write(&want, w, head);
	good = !want.failed && span_starts(saved, buf_view(&want)) &&
	       ledger_load(out, span_of(saved.p + want.n, saved.n - want.n)) ==
		   REASON_OK;
	buf_fini(&want);
	if (!good)
		return false;
	if (ledger_summary(*out).size == head->size)
		return true;
	ledger_state_free(*out);
	return false;
}

static bool
saved_take(struct ledger_write *w, const struct merkle_head *head)
{
	const struct log_source source = logdir_source(&w->dir);
	struct ledger_state *state;
	struct buf saved;
	bool good;

	buf_init(&saved, SIZE_MAX / 2);
	good = logdir_get(&w->dir, &saved, SAVED) == REASON_OK &&
	       saved_parse(&state, w, head, buf_view(&saved));
	buf_fini(&saved);
	if (!good)
		return false;
	if (log_writer_resume(w->writer, head, &source) == REASON_OK) {
		ledger_state_free(w->state);
		w->state = state;
		return true;
	}
	/* What is wrong with the log, the replay will say. */
	ledger_state_free(state);
	log_writer_fini(w->writer);
	log_writer_init(w->writer);
	return false;
}

static enum reason
state_begin(struct ledger_write *w)
{
	struct succession *successions = NULL;
	size_t n = 0;
	struct buf text;
	enum reason why = REASON_OK;

	if (w->successions_path != NULL) {
		buf_init(&text, SMALL_FILE);
		why = cli_read(&text, w->successions_path)
			  ? successions_parse(
				&successions, &n, buf_view(&text), &w->arena)
			  : R_CONF_FILE;
		crypt_sha256(w->successions.b, buf_view(&text));
		buf_fini(&text);
	}
	if (why != REASON_OK)
		return why;
	w->state = ledger_state_new(successions, n);
	return w->state == NULL ? R_LIMIT_MEMORY : REASON_OK;
}

/* The verdict on one entry, and its effect on the state. */
static enum reason
entry_replay(
    enum reason *verdict, struct ledger_write *w, uint64_t i, struct span bytes)
{
	arena_reset(&w->scratch);
	TRY(ledger_precheck(
	    w->entry, bytes, w->crypt, &w->verifier, &w->scratch));
	TRY(ledger_replay(verdict, w->state, w->entry));
	if (i == 0 &&
	    !span_eq(w->entry->statement.body.origin, w->log_key.name))
		return R_CHECKPOINT_ORIGIN;
	return REASON_OK;
}

static enum reason
entry_take(void *ctx, uint64_t i, struct span bytes)
{
	struct ledger_write *w = ctx;
	enum reason verdict;

	TRY(entry_replay(&verdict, w, i, bytes));
	return log_writer_add(w->writer, bytes, NULL);
}

/* The checkpoint in the folder, by our own key: nobody else's counts. */
static enum reason
published_read(struct merkle_head *out, struct ledger_write *w)
{
	struct log_source source = logdir_source(&w->dir);
	struct checkpoint_count count;
	struct checkpoint c;
	struct vkey key;
	const struct tlog_keys keys = { .n_logs = 1, .logs = &key };
	struct span copy;
	struct buf note;
	enum reason why;

	note_secret_vkey(&key, &w->log_key);
	buf_init(&note, NOTE_FILE);
	why = source.get(source.ctx, &note, "checkpoint");
	copy = why == REASON_OK ? arena_dup(&w->arena, buf_view(&note))
				: span_of(NULL, 0);
	buf_fini(&note);
	TRY(why);
	if (copy.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(checkpoint_parse(&c, copy, &w->arena));
	TRY(checkpoint_count(&count, &c, &keys, &w->verifier));
	*out = c.head;
	return REASON_OK;
}

/* All that .state says is there is there, and goes on from what was signed. */
static enum reason
log_replay(struct ledger_write *w, const struct merkle_head *published)
{
	struct merkle_head past = { .size = published->size };
	struct log_reader log = { .source = logdir_source(&w->dir),
		.head = w->dir.state };
	enum reason why = log_open(&log, &past);

	if (why == REASON_OK && !digest_eq(&past.root, &published->root))
		why = fault_say(&w->dir.why, R_LOG_TREE_STATE, NULL,
		    "the entries are not those of the checkpoint");
	if (why == REASON_OK)
		why = log_each(&log, log.head.size, entry_take, w);
	log_close(&log);
	return why;
}

static enum reason
checkpoint_put(struct ledger_write *w, const struct merkle_head *head)
{
	struct buf text, note;
	enum reason why;

	buf_init(&text, NOTE_FILE);
	buf_init(&note, NOTE_FILE);
	checkpoint_write(&text, w->log_key.name, head);
	why = text.failed ? R_LIMIT_MEMORY
			  : note_sign(&note, &w->log_key, buf_view(&text));
	if (why == REASON_OK)
		why = logdir_checkpoint_put(&w->dir, buf_view(&note));
	buf_fini(&text);
	buf_fini(&note);
	return why;
}

static enum reason
replay_all(struct ledger_write *w)
{
	struct merkle_head published;

	TRY(logdir_open(&w->dir, w->place));
	TRY(published_read(&published, w));
	TRY(logdir_check(&w->dir, &published));
	if (w->dir.state.size == published.size && saved_take(w, &published))
		return REASON_OK;
	TRY(log_replay(w, &published));
	if (w->dir.state.size == published.size)
		return REASON_OK;
	TRY(checkpoint_put(w, &w->dir.state));
	(void)failure(w->self,
	    "%s: signed %" PRIu64 " entries of a run that was interrupted",
	    w->place, w->dir.state.size - published.size);
	return REASON_OK;
}

int
ledger_write_open(struct ledger_write *w)
{
	enum reason why = state_begin(w);

	if (why == R_CONF_FILE || why == R_SUCCESSION_LINE)
		return usage_error(w->self, "%s: %s: %s", w->successions_path,
		    reason_id(why), reason_text(why));
	if (why != REASON_OK)
		return ledger_write_fail(w, w->place, why);
	why = replay_all(w);
	return why == REASON_OK ? STATUS_DONE
				: ledger_write_fail(w, w->place, why);
}

/* ---- what is new ----------------------------------------------------- */

int
ledger_write_judge(struct ledger_write *w, struct span entry, const char *what)
{
	enum reason verdict = R_STATEMENT_MALFORMED, why;
	uint64_t number;
	struct span copy;

	if (entry.n > TLOG_ENTRY_MAX) /* no log can have it, anyway or not */
		return ledger_write_fail(w, what, verdict);
	if (w->state == NULL && state_begin(w) != REASON_OK)
		return ledger_write_fail(w, what, R_LIMIT_MEMORY);
	number = ledger_summary(w->state).size;
	copy = arena_dup(&w->arena, entry);
	if (copy.p == NULL || !vec_push(&w->pending, copy))
		return ledger_write_fail(w, what, R_LIMIT_MEMORY);
	why = entry_replay(&verdict, w, number, copy);
	if (why == REASON_OK && !w->anyway)
		why = verdict;
	if (why != REASON_OK)
		return ledger_write_fail(w, what, why);
	ledger_log_line(&w->out, number, w->entry, verdict);
	return STATUS_DONE;
}

/*
 * .state before the checkpoint, as Tessera does it. Whoever ends in between
 * leaves a tree that is whole and not yet signed, which the next run signs. In
 * the other order a writer that trusts .state would sign the sizes behind the
 * checkpoint a second time, with other entries.
 */
static enum reason
commit(struct ledger_write *w)
{
	struct log_sink sink = logdir_sink(&w->dir);
	struct merkle_head head;

	for (size_t i = 0; i < w->pending.n; i++)
		TRY(log_writer_add(w->writer, w->pending.v[i], &sink));
	TRY(log_writer_end(w->writer, &sink));
	log_writer_head(&head, w->writer);
	TRY(logdir_state_put(&w->dir, &head));
	TRY(checkpoint_put(w, &head));
	saved_put(w, &head);
	return REASON_OK;
}

int
ledger_write_commit(struct ledger_write *w)
{
	enum reason why = commit(w);

	return why == REASON_OK ? STATUS_DONE
				: ledger_write_fail(w, w->place, why);
}

/* ---- a statement of our own ------------------------------------------ */

int
ledger_write_sign(struct ledger_write *w, struct statement *s)
{
	const struct ledger_signer by = { s->holder, w->holder };
	struct buf entry;
	enum reason why;
	int status;

	buf_init(&entry, LEDGER_ENTRY_MAX);
	why = statement_make(&entry, s, &by, 1, &w->arena);
	status = why == REASON_OK
		     ? ledger_write_judge(
			   w, buf_view(&entry), statement_kind_id(s->kind))
		     : ledger_write_fail(w, statement_kind_id(s->kind), why);
	buf_fini(&entry);
	return status;
}

int
ledger_write_print(const struct ledger_write *w)
{
	return cli_print(stdout, &w->out) ? STATUS_DONE : STATUS_FAILED;
}
