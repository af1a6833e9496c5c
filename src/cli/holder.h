/* cairn holder: what its commands share. */
#ifndef CAIRN_CLI_HOLDER_H
#define CAIRN_CLI_HOLDER_H

#include "cli/cli.h"
#include "cli/ledger_run.h"
#include "cli/secret_file.h"
#include "ledger/ledger.h"

#define HOLDER_PATH 1024

/* A statement that was signed, and not yet seen in the ledger. */
struct holder_said {
	struct digest id;
	const char *path;
};

/* NAME.holder, which holds nothing secret; NAME.pem and NAME.next.pem. */
struct holder_file {
	const char *name; /* may have folders before it */
	struct digest id;
	struct span spki;   /* of NAME.pem */
	struct digest next; /* SHA-256 of the one of NAME.next.pem */
	const char *ledger, *keys, *successions; /* NULL: not known */
	struct merkle_head seen; /* of the ledger, last; size 0: never */
	VEC(struct holder_said) said;
};

struct holder {
	const struct command *self;

	/* What was asked for; NULL and false: not. */
	const char *as, *ledger, *keys, *successions, *out, *log_key, *to,
	    *escrow, *hashlock, *preimage, *until, *ca_key, *checklist,
	    *threshold, *fd, *now_text, *of;
	bool dry_run, anyway, submit, json, quiet, lock, no_guardians, sublease,
	    complete, cancel, none;
	VEC(const char *) operands, guardians, evidence, ds;
	int64_t now;
	struct passphrase passphrase;

	/* What it works with. */
	struct arena arena;
	struct holder_file file;
	struct ledger_run run;
	struct ledger_state *state; /* of the ledger, and what was said since */
	struct crypt *crypt;
	struct verifier verifier;
	struct ledger_entry *entry;
	bool enrolled;
	struct ledger_holder me;
	/* Why one of file.said could not be replayed; REASON_OK: all were. */
	enum reason said_why;
	const char *said_path;

	/* The statement in the making. */
	struct statement *s;
	struct digest signing;       /* SHA-256 of the key that is to sign */
	struct span signing_spki;    /* of it, when known before it is opened */
	struct crypt_secret *secret; /* it, once opened */
	struct crypt_secret *fresh;  /* rotate: the next next key */
	struct buf bytes;            /* all of it, signed */
	enum reason verdict;
	VEC(const char *) warnings;
};

/* A command; its statement is filled in by `fill`, or it does its own work. */
struct holder_job {
	struct command command;
	enum statement_kind kind;
	int (*fill)(struct holder *);
	int (*work)(struct holder *);
};

/* All functions that return an int return a status, and what is not
 * STATUS_DONE has been said. */

/* ---- the holder's file: holder_file.c ---- */

/* The one meant: --as, else the only one in this folder. */
int holder_file_find(struct holder *);
int holder_file_read(
    struct holder_file *out, struct holder *, const char *name);
/* Whole or not at all. */
int holder_file_write(struct holder *);
/* NAME with this ending. */
int holder_path(
    char out[HOLDER_PATH], const struct holder *, const char *ending);

/* ---- its keys: holder_keys.c ---- */

/* The key of that SHA-256, wherever it is kept: after a rotation that is not
 * in the ledger yet, the current one is an old one. */
int holder_key_open(
    struct crypt_secret **out, struct holder *, const struct digest *key);
/* new: both keys and the file. */
int holder_new(struct holder *);
/* rotate: one more key is on the disk, and which is the next is told. */
int holder_rotation_begin(struct holder *);
/* The next becomes the current, and the new one the next. */
int holder_rotation_end(struct holder *);
int holder_passphrase(struct holder *);
int holder_print_id(struct holder *);

/* ---- the ledger: holder_ledger.c ---- */

/* Replays it, and all that was said since. */
int holder_open(struct holder *);
/* What the replay would say to these bytes now, in h->verdict; without
 * signatures, they are taken for good. It may be called once. */
int holder_judge(struct holder *, struct span bytes, bool with_signatures);
/* A holder's id, its name in the ledger, or a NAME.holder here. */
int holder_resolve(struct digest *out, const struct holder *, const char *text);
/* A statement by the first digits of its id. */
int holder_statement(
    struct digest *out, const struct holder *, const char *text);
struct statement_names holder_names(const struct holder *);
/* Everything said and not yet in the ledger goes there. */
int holder_submit(struct holder *);

/* ---- statements: holder_say.c, holder_fill*.c ---- */

int holder_say(struct holder *, const struct holder_job *);
/* Print the statement, unless it is told as JSON at the end. */
int holder_show(struct holder *);
int holder_warn(struct holder *, const char *fmt, ...) FORMAT(2, 3);
int holder_resources(struct holder *, size_t from);
int holder_evidence(struct holder *);
/* "2027-01-01", seconds, "30d": from now on. */
int holder_time(
    uint64_t *out, const struct holder *, const char *option, const char *text);
int holder_sign(struct holder *); /* another's statement, as a guardian */
int holder_status(struct holder *);
int holder_forget(struct holder *);
int holder_binding(struct holder *);
/* What no rule can prevent. */
int holder_warnings(struct holder *);
/* How many more guardians have to sign h->s; 0: none, or it is no matter of
 * theirs. */
size_t holder_missing(const struct holder *);
/* What came of it: text, or the one JSON document. */
int holder_tell(const struct holder *, size_t missing);

int fill_enroll(struct holder *);
int fill_rotate(struct holder *);
int fill_recover(struct holder *);
int fill_claim(struct holder *);
int fill_release(struct holder *);
int fill_offer(struct holder *);
int fill_accept(struct holder *);
int fill_settle(struct holder *);
int fill_lease(struct holder *);
int fill_authorize(struct holder *);
int fill_withdraw(struct holder *);
int fill_endorse(struct holder *);
int fill_name(struct holder *);
int fill_service(struct holder *);
int fill_rdns(struct holder *);

#endif
