/* Writing a ledger's log in a folder: what init, append and tick share. */
#ifndef CAIRN_CLI_LEDGER_WRITE_H
#define CAIRN_CLI_LEDGER_WRITE_H

#include "cli/cli.h"
#include "cli/ledger_rows.h"
#include "ledger/ledger.h"
#include "logdir/logdir.h"

struct ledger_write {
	const struct command *self;

	/* What was asked for. */
	const char *place, *origin, *log_key_path, *new_key_path,
	    *holder_key_path, *next_key_path, *passphrase_path,
	    *successions_path, *ca_path, *keys_path, *address, *tick, *rate;
	uint64_t challenge;
	int64_t now, time_at;
	bool quiet, has_time, anyway;
	bool seldom; /* the state is saved when the caller says so */
	VEC(const char *) anchors, files;

	/* What it works with. */
	struct arena arena, scratch; /* of the run, of one entry */
	struct buf log_key_text, passphrase, out;
	struct note_secret log_key;
	struct crypt_secret *holder, *next;
	struct crypt *crypt;
	struct verifier verifier;
	struct ledger_state *state;
	struct digest successions; /* SHA-256 of the file; zero: none */
	struct ledger_entry *entry;
	struct log_writer *writer;
	struct logdir dir;
	VEC(struct span) pending; /* judged, not yet in the log */
	bool in_step; /* state and writer are of a log that was there */
};

/* All but _init return a status; what is not STATUS_DONE has been said. */
int ledger_write_init(struct ledger_write *, const struct command *);
void ledger_write_fini(struct ledger_write *);

/* Lock the log, believe it by its own key, and replay it. */
int ledger_write_open(struct ledger_write *);
/* One more entry, unless the replay would reject it; with `anyway`, also
 * then. `what` is how to call it. */
int ledger_write_judge(
    struct ledger_write *, struct span entry, const char *what);
/* All that was judged goes into the log, and is signed. */
int ledger_write_commit(struct ledger_write *);
/* One that goes on for long holds the lock only meanwhile, for others to write
 * in between: lock the log and, where it is not what we left, have it anew;
 * and let go of it, and of what was judged. */
enum reason ledger_write_resume(struct ledger_write *) MUST_CHECK;
void ledger_write_pause(struct ledger_write *);
/* *verdict on an entry by the replay, which is pending only when it applies
 * (or with `anyway`); w->entry is it, while the lock is held. */
enum reason ledger_write_admit(
    enum reason *verdict, struct ledger_write *, struct span entry) MUST_CHECK;
/* The state, for the next run. */
void ledger_write_save(struct ledger_write *);
/* "PLACE: id: text: detail" */
int ledger_write_fail(
    const struct ledger_write *, const char *what, enum reason);

/* One more entry, of our own: all but tbs and the signature is filled in. */
int ledger_write_sign(struct ledger_write *, struct statement *);
int ledger_write_print(const struct ledger_write *);

/* ---- the command line: ledger_options.c ---- */

/* Reads it, and does the work. */
int ledger_write_run(const struct command *, int argc, char **argv,
    int (*work)(struct ledger_write *));

/* cmd_ledger_tick.c: what the sequencer says of time_at, judged. */
int ledger_tick(struct ledger_write *);
/* cmd_ledger_append.c: all of `files`. */
int ledger_append(struct ledger_write *);
/* cmd_ledger_submit.c: to a URL, or else append them. */
int ledger_submit(struct ledger_write *);

/* ---- keys: ledger_keys.c ---- */

int passphrase_read(struct ledger_write *);
int log_key_read(struct ledger_write *);
/* A key in PEM. */
int secret_read(
    struct ledger_write *, struct crypt_secret **out, const char *path);
/* The three of a new ledger: FILE, FILE.holder.pem, FILE.next.pem. None is
 * there yet, and only their owner may read them. */
int keys_make(struct ledger_write *);

#endif
