/* One run that adds to the log in a folder. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/ledger_write.h"

#define SMALL_FILE ((size_t)1 << 20)
#define NOTE_FILE  ((size_t)65537)

int
ledger_write_init(struct ledger_write *w, const struct command *self)
{
	*w = (struct ledger_write){ .self = self, .now = time(NULL) };
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
 * then as ledger_save has it, with a checksum. It counts where the log that is
 * signed goes on from that one, else everything is replayed.
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

/* *of: the tree that the state is of. */
static bool
saved_parse(struct ledger_state **out, struct merkle_head *of,
    const struct ledger_write *w, struct span saved)
{
	const size_t magic = SAVED_MAGIC.n, head = magic + 8 + 32 + 32;
	const uint8_t *p = saved.p + magic;

	if (!span_starts(saved, SAVED_MAGIC) || saved.n < head)
		return false;
	*of = (struct merkle_head){ .size = 0 };
	for (size_t i = 0; i < 8; i++)
		of->size = of->size << 8 | p[i];
	memcpy(of->root.b, p + 8, sizeof(of->root.b));
	if (memcmp(p + 40, w->successions.b, sizeof(w->successions.b)) != 0 ||
	    ledger_load(out, span_of(saved.p + head, saved.n - head)) !=
		REASON_OK)
		return false;
	if (of->size > 0 && ledger_summary(*out).size == of->size)
		return true;
	ledger_state_free(*out);
	return false;
}

static void
writer_reset(struct ledger_write *w)
{
	log_writer_fini(w->writer);
	log_writer_init(w->writer);
}

/* The state and the writer as they were at a size no larger than `head`, if
 * the files here are of that tree. */
static bool
saved_take(struct ledger_write *w, const struct merkle_head *head)
{
	const struct log_source source = logdir_source(&w->dir);
	struct ledger_state *state;
	struct merkle_head of;
	struct buf saved;
	bool good;

	buf_init(&saved, SIZE_MAX / 2);
	good = logdir_get(&w->dir, &saved, SAVED) == REASON_OK &&
	       saved_parse(&state, &of, w, buf_view(&saved));
	buf_fini(&saved);
	if (!good)
		return false;
	if (of.size <= head->size &&
	    log_writer_resume(w->writer, &of, &source) == REASON_OK) {
		ledger_state_free(w->state);
		w->state = state;
		return true;
	}
	/* What is wrong with the log, the replay will say. */
	ledger_state_free(state);
	writer_reset(w);
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

/* A tick that would keep every validator from taking the log: ledger.md 2. */
static bool
is_ahead(const struct ledger_write *w)
{
	const struct statement *s = &w->entry->statement;
	uint64_t latest = (uint64_t)w->now + CHECKPOINT_AHEAD_MAX;

	return w->entry->frame == REASON_OK && s->kind == STATEMENT_TICK &&
	       s->body.time > latest;
}

/* The verdict on one entry, and its effect on the state; while it is not in
 * the log, being rejected has none. */
static enum reason
entry_replay(
    enum reason *verdict, struct ledger_write *w, uint64_t i, struct span bytes)
{
	bool is_new = w->in_step && !w->anyway;

	arena_reset(&w->scratch);
	TRY(ledger_precheck(
	    w->entry, bytes, w->crypt, &w->verifier, &w->scratch));
	*verdict = R_CHECKPOINT_TIME_AHEAD;
	if (is_new && is_ahead(w))
		return REASON_OK;
	if (is_new)
		TRY(ledger_admit(verdict, w->state, w->entry));
	else
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

/* Is the log what it was when we last had it? */
static bool
is_in_step(const struct ledger_write *w, const struct merkle_head *published)
{
	struct merkle_head known;

	if (!w->in_step || w->dir.state.size != published->size)
		return false;
	log_writer_head(&known, w->writer);
	return known.size == published->size &&
	       digest_eq(&known.root, &published->root);
}

/* All that .state says is there is there, and goes on from what was signed. */
static enum reason
log_replay(struct ledger_write *w, const struct merkle_head *published)
{
	struct merkle_head past = { .size = published->size };
	struct log_reader log = { .source = logdir_source(&w->dir),
		.head = w->dir.state,
		.known = w->writer->frontier };
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

/* From nothing: what was known was not of this log. */
static enum reason
begin_again(struct ledger_write *w)
{
	writer_reset(w);
	ledger_state_free(w->state);
	w->state = NULL;
	return state_begin(w);
}

static enum reason
tree_take(struct ledger_write *w, const struct merkle_head *published)
{
	enum reason why;

	if (!saved_take(w, published))
		return log_replay(w, published);
	why = log_replay(w, published);
	if (why == REASON_OK || why == R_LIMIT_MEMORY)
		return why;
	TRY(begin_again(w));
	return log_replay(w, published);
}

/* Others appended to what we had: only what is new is replayed. */
static bool
may_go_on(struct ledger_write *w, const struct merkle_head *published)
{
	bool had = w->in_step && published->size > w->writer->frontier.size;

	w->in_step = false;
	return had && log_replay(w, published) == REASON_OK;
}

static enum reason
replay_all(struct ledger_write *w)
{
	struct merkle_head published;

	TRY(logdir_open(&w->dir, w->place));
	TRY(published_read(&published, w));
	TRY(logdir_check(&w->dir, &published));
	if (is_in_step(w, &published))
		return REASON_OK;
	if (!may_go_on(w, &published)) {
		if (w->state == NULL || w->writer->frontier.size > 0)
			TRY(begin_again(w));
		TRY(tree_take(w, &published));
	}
	w->in_step = true;
	if (w->dir.state.size == published.size)
		return REASON_OK;
	TRY(checkpoint_put(w, &w->dir.state));
	(void)failure(w->self,
	    "%s: signed %" PRIu64 " entries of a run that was interrupted",
	    w->place, w->dir.state.size - published.size);
	return REASON_OK;
}

enum reason
ledger_write_resume(struct ledger_write *w)
{
	enum reason why = replay_all(w);

	if (why != REASON_OK)
		logdir_close(&w->dir);
	return why;
}

void
ledger_write_pause(struct ledger_write *w)
{
	logdir_close(&w->dir);
	vec_fini(&w->pending);
	arena_reset(&w->arena);
	buf_reset(&w->out);
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

enum reason
ledger_write_admit(
    enum reason *verdict, struct ledger_write *w, struct span entry)
{
	struct span copy;

	*verdict = R_STATEMENT_MALFORMED;
	if (entry.n > TLOG_ENTRY_MAX) /* no log can have it, anyway or not */
		return REASON_OK;
	/* The parsed entry borrows from the copy, while w->entry has it. */
	copy = arena_dup(&w->arena, entry);
	if (copy.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(entry_replay(verdict, w, ledger_summary(w->state).size, copy));
	if (*verdict != REASON_OK && !w->anyway)
		return REASON_OK;
	return vec_push(&w->pending, copy) ? REASON_OK : R_LIMIT_MEMORY;
}

int
ledger_write_judge(struct ledger_write *w, struct span entry, const char *what)
{
	enum reason verdict, why;
	uint64_t number;

	if (w->state == NULL && state_begin(w) != REASON_OK)
		return ledger_write_fail(w, what, R_LIMIT_MEMORY);
	number = ledger_summary(w->state).size;
	why = ledger_write_admit(&verdict, w, entry);
	if (why == REASON_OK && (!w->anyway || entry.n > TLOG_ENTRY_MAX))
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
	return checkpoint_put(w, &head);
}

void
ledger_write_save(struct ledger_write *w)
{
	struct merkle_head head;

	log_writer_head(&head, w->writer);
	saved_put(w, &head);
}

int
ledger_write_commit(struct ledger_write *w)
{
	enum reason why = commit(w);

	if (why == REASON_OK && !w->seldom)
		ledger_write_save(w);
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
	return print_answer(w->self, &w->out);
}
