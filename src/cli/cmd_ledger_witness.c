/* cairn ledger witness: cosign what is consistent. */
#include <string.h>

#include "cli/ledger_command.h"
#include "cli/ledger_rows.h"
#include "cli/ledger_witness.h"

#define NOTE_FILE ((size_t)65537)

static int
fail(const struct ledger_witness *w, enum reason why)
{
	return failure(
	    w->self, "%s: %s: %s", w->place, reason_id(why), reason_text(why));
}

/* ---- a folder ---------------------------------------------------------- */

/* The checkpoint with our new cosignature instead of an older one. */
static enum reason
publish(struct ledger_witness *w, struct logdir *dir,
    const struct checkpoint *c, struct span line)
{
	struct vkey self;
	struct buf note;
	enum reason why;

	note_secret_witness(&self, &w->key);
	buf_init(&note, NOTE_FILE);
	checkpoint_write_with(&note, c, &self, line);
	why = note.failed ? R_LIMIT_MEMORY
			  : logdir_checkpoint_put(dir, buf_view(&note));
	buf_fini(&note);
	return why;
}

/* Whether it goes on from what we cosigned is seen in the entries. */
static enum reason
judge(struct ledger_witness *w, const struct checkpoint *c, struct span note)
{
	const struct tlog_keys logs = { .n_logs = w->keys.n_logs,
		.logs = w->keys.logs };
	struct merkle_head last, past;
	struct checkpoint_count count;

	TRY(checkpoint_count(&count, c, &logs, &w->verifier));
	last = past = ledger_witness_last(w, c->origin);
	if (w->store_failed != REASON_OK)
		return w->store_failed;
	if (c->head.size < last.size)
		return R_CHECKPOINT_STALE;
	if (c->head.size == last.size &&
	    !digest_eq(&c->head.root, &last.root)) {
		ledger_witness_evidence(w, c, note);
		return R_CHECKPOINT_SPLIT_VIEW;
	}
	TRY(ledger_witness_replay(w, c, &past));
	if (digest_eq(&past.root, &last.root))
		return REASON_OK;
	ledger_witness_evidence(w, c, note);
	return R_CHECKPOINT_SPLIT_VIEW;
}

static enum reason
folder_cosign(struct ledger_witness *w, struct logdir *dir, struct buf *note,
    struct buf *line)
{
	struct checkpoint c;

	TRY(logdir_open(dir, w->place));
	TRY(logdir_get(dir, note, "checkpoint"));
	TRY(checkpoint_parse(&c, buf_view(note), &w->request));
	TRY(judge(w, &c, buf_view(note)));
	TRY(ledger_witness_cosign(w, line, &c));
	return publish(w, dir, &c, span_of(line->p, line->n - 1));
}

static int
folder(struct ledger_witness *w)
{
	struct logdir dir = { -1, -1, -1, .state = { .size = 0 } };
	struct buf note, line;
	enum reason why;
	int status;

	buf_init(&note, NOTE_FILE);
	buf_init(&line, NOTE_FILE);
	fault_init(&dir.why, span_of(NULL, 0));
	why = folder_cosign(w, &dir, &note, &line);
	status = why != REASON_OK ? fail(w, why) : print_answer(w->self, &line);
	logdir_close(&dir);
	buf_fini(&note);
	buf_fini(&line);
	return status;
}

/* ---- the command ------------------------------------------------------- */

static int
take(void *ctx, const char *name, const char *value)
{
	struct ledger_witness *w = ctx;
	const struct {
		const char *name;
		const char **path;
	} paths[] = {
		{ "key", &w->key_path },
		{ "keys", &w->keys_path },
		{ "state", &w->state_path },
		{ "listen", &w->address },
		{ "ca-file", &w->ca_path },
		{ "successions", &w->successions_path },
	};

	if (name == NULL && w->place != NULL)
		return usage_error(w->self, "one log only");
	if (name == NULL) {
		w->place = value;
		return STATUS_DONE;
	}
	for (size_t i = 0; i < COUNT(paths); i++)
		if (strcmp(name, paths[i].name) == 0) {
			*paths[i].path = value;
			return STATUS_DONE;
		}
	w->has_now = true;
	return time_parse(&w->now, value) && w->now > 0
		   ? STATUS_DONE
		   : usage_error(w->self, "--now: a time is wanted");
}

static int
witness(struct ledger_witness *w)
{
	int status;

	if (w->place == NULL)
		return usage_error(w->self, "of which log?");
	if (w->key_path == NULL || w->keys_path == NULL ||
	    w->state_path == NULL)
		return usage_error(
		    w->self, "--key, --keys and --state are wanted");
	if (w->address == NULL && place_is_web(w->place))
		return usage_error(
		    w->self, "--listen: only a folder is cosigned in place");
	status = ledger_witness_open(w);
	if (status != STATUS_DONE)
		return status;
	return w->address == NULL ? folder(w) : ledger_witness_serve(w);
}

static int
run_witness(const struct command *self, int argc, char **argv)
{
	struct ledger_witness w;
	int status;

	ledger_witness_init(&w, self);
	status = options_each(self, argc, argv, take, &w);
	if (status == STATUS_DONE)
		status = witness(&w);
	ledger_witness_fini(&w);
	return status;
}

static const struct option_row rows[] = {
	{ .name = "key",
	    .argument = "FILE",
	    .text = "the witness's private key, as witness-key makes it" },
	ROW_KEYS,
	{ .name = "state",
	    .argument = "DIR",
	    .text = "where it keeps what it cosigned; its own, and not to be "
		    "lost" },
	{ .name = "listen",
	    .argument = "ADDRESS",
	    .text = "answer by HTTP, such as at 127.0.0.1:8090, instead of "
		    "cosigning the checkpoint in the folder" },
	ROW_SUCCESSIONS,
	ROW_NOW,
	ROW_CA_FILE,
};

const struct command command_ledger_witness = {
	.name = "ledger witness",
	.operands = "PLACE",
	.text = "cosign checkpoints that are consistent with all before",
	.run = run_witness,
	.n_rows = COUNT(rows),
	.rows = rows,
};
