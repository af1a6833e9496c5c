/* What a witness keeps, and how it comes to cosign. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/ledger_witness.h"
#include "cli/secret_file.h"

#define SMALL_FILE ((size_t)1 << 20)
#define NOTE_FILE  ((size_t)65537)

void
ledger_witness_init(struct ledger_witness *w, const struct command *self)
{
	*w = (struct ledger_witness){ .self = self };
	arena_init(&w->arena, SIZE_MAX);
	arena_init(&w->scratch, SIZE_MAX);
	arena_init(&w->request, SIZE_MAX);
	buf_init(&w->key_text, NOTE_FILE);
	buf_init(&w->keys_text, SMALL_FILE);
	buf_init(&w->successions_text, SMALL_FILE);
	w->store.folder = w->store.tree_lock = w->store.publish_lock = -1;
}

void
ledger_witness_fini(struct ledger_witness *w)
{
	ledger_state_free(w->state);
	base_free(w->entry);
	crypt_free(w->crypt);
	note_secret_fini(&w->key);
	ledger_place_close(&w->from);
	logdir_close(&w->store);
	if (w->key_text.n > 0)
		crypt_wipe(w->key_text.p, w->key_text.n);
	buf_fini(&w->key_text);
	buf_fini(&w->keys_text);
	buf_fini(&w->successions_text);
	arena_fini(&w->arena);
	arena_fini(&w->scratch);
	arena_fini(&w->request);
}

/* ---- files ------------------------------------------------------------- */

static int
wrong(const struct ledger_witness *w, const char *path, enum reason why)
{
	if (why == R_CONF_FILE)
		return usage_error(w->self, "%s: %s", path, strerror(errno));
	return usage_error(
	    w->self, "%s: %s: %s", path, reason_id(why), reason_text(why));
}

static enum reason
key_read(struct ledger_witness *w)
{
	struct span text;

	if (!secret_bytes_read(w->self, &w->key_text, w->key_path))
		return R_CONF_FILE;
	text = buf_view(&w->key_text);
	if (text.n > 0 && text.p[text.n - 1] == '\n')
		text.n--;
	return note_secret_parse(&w->key, text);
}

static enum reason
keys_read(struct ledger_witness *w)
{
	unsigned line;

	if (!cli_read(&w->keys_text, w->keys_path))
		return R_CONF_FILE;
	return tlog_keys_parse(
	    &w->keys, buf_view(&w->keys_text), &w->arena, &line);
}

/* Where the successions are wrong, now is the time to say so. */
static enum reason
successions_read(struct ledger_witness *w)
{
	struct succession *unused;
	size_t n;

	if (w->successions_path == NULL)
		return REASON_OK;
	if (!cli_read(&w->successions_text, w->successions_path))
		return R_CONF_FILE;
	return successions_parse(
	    &unused, &n, buf_view(&w->successions_text), &w->arena);
}

void
ledger_witness_path(char out[TILE_PATH], struct span origin)
{
	uint8_t hash[32];
	char hex[65];

	crypt_sha256(hash, origin);
	hex_write(hex, SPAN_OF(hash));
	(void)snprintf(out, TILE_PATH, "%s/checkpoint", hex);
}

/* What was cosigned has to bear our own cosignature: whoever lost it or
 * changed it would have us sign a second history. */
static enum reason
last_read(struct merkle_head *out, struct ledger_witness *w, struct span origin)
{
	struct merkle_frontier none = { .size = 0 };
	struct checkpoint_count count;
	struct checkpoint c;
	struct tlog_keys keys = w->keys;
	struct vkey self;
	char path[TILE_PATH];
	struct buf note;
	enum reason why;

	out->size = 0;
	merkle_root(&out->root, &none);
	note_secret_witness(&self, &w->key);
	keys.witnesses = &self;
	keys.n_witnesses = 1;
	keys.n_groups = 0;
	keys.need_quorum = true;
	keys.quorum = 0;
	ledger_witness_path(path, origin);
	buf_init(&note, NOTE_FILE);
	why = logdir_get(&w->store, &note, path);
	if (why == R_LOG_MISSING && errno == ENOENT) {
		buf_fini(&note);
		return REASON_OK;
	}
	if (why == REASON_OK)
		why = checkpoint_parse(&c, buf_view(&note), &w->request);
	if (why == REASON_OK)
		why = checkpoint_count(&count, &c, &keys, &w->verifier);
	if (why == REASON_OK && !span_eq(c.origin, origin))
		why = R_CHECKPOINT_ORIGIN;
	if (why == REASON_OK)
		*out = c.head;
	buf_fini(&note);
	return why == REASON_OK || why == R_LIMIT_MEMORY ? why
							 : R_WITNESS_STATE;
}

struct merkle_head
ledger_witness_last(void *witness, struct span origin)
{
	struct ledger_witness *w = witness;
	struct merkle_head last;
	enum reason why = last_read(&last, w, origin);

	if (why != REASON_OK)
		w->store_failed = why;
	return last;
}

int64_t
ledger_witness_clock(const struct ledger_witness *w)
{
	return w->has_now ? w->now : (int64_t)time(NULL);
}

static int
store_open(struct ledger_witness *w)
{
	enum reason why = logdir_open_own(&w->store, w->state_path);

	if (why != REASON_OK)
		return failure(w->self, "%s: %s: %s: %s", w->state_path,
		    reason_id(why), reason_text(why), w->store.why.detail);
	for (size_t i = 0; i < w->keys.n_logs; i++)
		(void)ledger_witness_last(w, w->keys.logs[i].name);
	why = w->store_failed;
	return why == REASON_OK ? STATUS_DONE
				: failure(w->self, "%s: %s: %s", w->state_path,
				      reason_id(why), reason_text(why));
}

static int
files_read(struct ledger_witness *w)
{
	enum reason why = key_read(w);

	if (why != REASON_OK)
		return wrong(w, w->key_path, why);
	why = keys_read(w);
	if (why != REASON_OK)
		return wrong(w, w->keys_path, why);
	why = successions_read(w);
	if (why != REASON_OK)
		return wrong(w, w->successions_path, why);
	why = ledger_place_open(&w->from, w->place, w->ca_path);
	return why == REASON_OK ? STATUS_DONE
				: usage_error(w->self, "%s: %s: %s",
				      ledger_place_detail(&w->from),
				      reason_id(why), reason_text(why));
}

int
ledger_witness_open(struct ledger_witness *w)
{
	int status;

	w->crypt = crypt_new();
	w->entry = base_alloc(sizeof(*w->entry));
	if (w->crypt == NULL || w->entry == NULL)
		return failure(w->self, "%s", reason_text(R_LIMIT_MEMORY));
	w->verifier = crypt_verifier(w->crypt);
	status = files_read(w);
	return status == STATUS_DONE ? store_open(w) : status;
}

/* ---- replay ------------------------------------------------------------ */

void
ledger_witness_forget(struct ledger_witness *w)
{
	ledger_state_free(w->state);
	w->state = NULL;
	w->known = (struct merkle_frontier){ .size = 0 };
}

static enum reason
begin(struct ledger_witness *w)
{
	struct succession *successions = NULL;
	size_t n = 0;

	if (w->successions_path != NULL)
		TRY(successions_parse(&successions, &n,
		    buf_view(&w->successions_text), &w->arena));
	w->state = ledger_state_new(successions, n);
	return w->state == NULL ? R_LIMIT_MEMORY : REASON_OK;
}

static enum reason
entry_take(void *ctx, uint64_t i, struct span bytes)
{
	struct ledger_witness *w = ctx;
	enum reason verdict;

	arena_reset(&w->scratch);
	TRY(ledger_precheck(
	    w->entry, bytes, w->crypt, &w->verifier, &w->scratch));
	TRY(ledger_replay(&verdict, w->state, w->entry));
	return i > 0 || span_eq(w->entry->statement.body.origin, w->origin)
		   ? REASON_OK
		   : R_CHECKPOINT_ORIGIN;
}

/* From where we are to this head; what fails leaves nothing behind. */
static enum reason
go_on(struct ledger_witness *w, const struct merkle_head *head,
    struct merkle_head *past)
{
	struct log_reader r = { .source = ledger_place_source(&w->from),
		.head = *head,
		.known = w->known };
	enum reason why = log_open(&r, past);

	if (why == REASON_OK && w->state == NULL)
		why = begin(w);
	if (why == REASON_OK)
		why = log_each(&r, head->size, entry_take, w);
	if (why == REASON_OK)
		w->known = r.frontier;
	else
		ledger_witness_forget(w);
	log_close(&r);
	return why;
}

static enum reason
replay(struct ledger_witness *w, const struct merkle_head *head,
    struct merkle_head *past)
{
	enum reason why;

	ledger_witness_recall(w);
	if (w->known.size > head->size ||
	    (past != NULL && past->size < w->known.size))
		ledger_witness_forget(w);
	if (w->known.size == 0)
		return go_on(w, head, past);
	/* What was replayed and not cosigned may have been another branch. */
	why = go_on(w, head, past);
	return why == R_LOG_ROOT ? go_on(w, head, past) : why;
}

enum reason
ledger_witness_replay(struct ledger_witness *w, const struct checkpoint *c,
    struct merkle_head *past)
{
	const struct merkle_frontier none = { .size = 0 };
	uint64_t time = 0;

	w->origin = c->origin;
	if (c->head.size == 0 && past != NULL)
		merkle_root(&past->root, &none);
	if (c->head.size > 0) {
		TRY(replay(w, &c->head, past));
		time = ledger_summary(w->state).time;
		ledger_witness_save(w);
	}
	return (int64_t)time - ledger_witness_clock(w) > CHECKPOINT_AHEAD_MAX
		   ? R_CHECKPOINT_TIME_AHEAD
		   : REASON_OK;
}

/* ---- cosign ------------------------------------------------------------ */

/* The text, the log's signatures, and ours. */
static void
note_write(struct buf *out, const struct ledger_witness *w,
    const struct checkpoint *c, struct span line)
{
	buf_span(out, c->note.text);
	buf_byte(out, '\n');
	for (size_t i = 0; i < c->note.n; i++) {
		const struct note_signature *s = &c->note.signatures[i];

		for (size_t k = 0; k < w->keys.n_logs; k++)
			if (w->keys.logs[k].id == s->id &&
			    span_eq(w->keys.logs[k].name, s->name))
				note_write_signature(
				    out, s->name, s->id, s->value);
	}
	buf_span(out, line);
}

enum reason
ledger_witness_cosign(
    struct ledger_witness *w, struct buf *line, const struct checkpoint *c)
{
	char path[TILE_PATH];
	struct buf note, own;
	enum reason why;

	buf_init(&note, NOTE_FILE);
	buf_init(&own, NOTE_FILE);
	why = checkpoint_cosign(
	    &own, c, &w->key, (uint64_t)ledger_witness_clock(w));
	if (why == REASON_OK)
		note_write(&note, w, c, buf_view(&own));
	if (note.failed)
		why = R_LIMIT_MEMORY;
	ledger_witness_path(path, c->origin);
	/* Before anybody hears of it. */
	if (why == REASON_OK)
		why = logdir_put(&w->store, path, buf_view(&note));
	if (why == REASON_OK)
		buf_span(line, buf_view(&own));
	buf_fini(&note);
	buf_fini(&own);
	return why == REASON_OK && line->failed ? R_LIMIT_MEMORY : why;
}

void
ledger_witness_evidence(
    struct ledger_witness *w, const struct checkpoint *c, struct span note)
{
	char path[TILE_PATH], hex[65];
	uint8_t hash[32];

	crypt_sha256(hash, note);
	hex_write(hex, SPAN_OF(hash));
	(void)snprintf(path, sizeof(path), "split-view/%" PRIu64 "-%.16s",
	    c->head.size, hex);
	(void)!logdir_put(&w->store, path, note);
	(void)failure(w->self, "%s: %s: %s/%s",
	    reason_id(R_CHECKPOINT_SPLIT_VIEW),
	    reason_text(R_CHECKPOINT_SPLIT_VIEW), w->state_path, path);
}
