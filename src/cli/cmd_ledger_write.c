/* cairn ledger init, append, tick: keep the log of a ledger in a folder. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/ledger_write.h"

#define CHALLENGE_DEFAULT 604800 /* seconds: a week */
#define SMALL_FILE        ((size_t)1 << 20)

/* ---- a statement of our own ------------------------------------------ */

/* Everything but tbs and the signature is filled in. */
static enum reason
sign(struct buf *out, struct statement *s, const struct crypt_secret *secret,
    struct span spki)
{
	struct buf tbs, message, value;
	enum reason why = R_LIMIT_MEMORY;

	buf_init(&tbs, LEDGER_ENTRY_MAX);
	buf_init(&message, (size_t)LEDGER_ENTRY_MAX + 64);
	buf_init(&value, 1024);
	statement_write_tbs(&tbs, s);
	s->tbs = buf_view(&tbs);
	statement_message(&message, s->tbs);
	if (!tbs.failed && !message.failed)
		why = crypt_sign(&value, secret, buf_view(&message));
	s->n_signatures = 1;
	s->signatures[0].holder = s->holder;
	s->signatures[0].key.der = spki;
	s->signatures[0].value = buf_view(&value);
	if (why == REASON_OK)
		statement_write(out, s);
	s->tbs = s->signatures[0].value = span_of(NULL, 0);
	buf_fini(&tbs);
	buf_fini(&message);
	buf_fini(&value);
	return why == REASON_OK && out->failed ? R_LIMIT_MEMORY : why;
}

static int
sign_and_judge(struct ledger_write *w, struct statement *s, struct span spki)
{
	struct buf entry;
	enum reason why;
	int status;

	buf_init(&entry, LEDGER_ENTRY_MAX);
	why = sign(&entry, s, w->holder, spki);
	status = why == REASON_OK
		     ? ledger_write_judge(
			   w, buf_view(&entry), statement_kind_id(s->kind))
		     : ledger_write_fail(w, statement_kind_id(s->kind), why);
	buf_fini(&entry);
	return status;
}

/* A validator does not take a ledger time that its clock has not reached. */
static int
time_check(const struct ledger_write *w)
{
	if (w->anyway || w->time_at - w->now <= CHECKPOINT_AHEAD_MAX)
		return STATUS_DONE;
	return ledger_write_fail(w, "--time", R_CHECKPOINT_TIME_AHEAD);
}

static int
print(const struct ledger_write *w)
{
	return cli_print(stdout, &w->out) ? STATUS_DONE : STATUS_FAILED;
}

/* ---- init ------------------------------------------------------------ */

/* SHA-256 in hexadecimal, or the TAL whose key it is of. */
static enum reason
anchor_read(struct digest *out, struct ledger_write *w, const char *value)
{
	enum reason why = R_CONF_FILE;
	struct limits limits;
	struct decode dec;
	struct span copy;
	struct buf text;
	struct tal tal = { .n_uris = 0 };

	if (hex_parse(out->b, sizeof(out->b), span_str(value)))
		return REASON_OK;
	buf_init(&text, SMALL_FILE);
	copy = cli_read(&text, value) ? arena_dup(&w->arena, buf_view(&text))
				      : span_of(NULL, 0);
	if (copy.p != NULL) {
		limits_init(&limits);
		decode_init(&dec, &w->arena, &limits, copy);
		why = tal_parse(&tal, copy, &dec);
	}
	buf_fini(&text);
	if (why == REASON_OK)
		crypt_sha256(out->b, tal.spki);
	return why;
}

static int
anchors_read(struct ledger_write *w, struct statement_body *b)
{
	enum reason why;

	if (w->anchors.n > COUNT(b->anchors))
		return usage_error(
		    w->self, "--anchor: %zu at most", COUNT(b->anchors));
	for (size_t i = 0; i < w->anchors.n; i++) {
		why = anchor_read(
		    &b->anchors[b->n_anchors++], w, w->anchors.v[i]);
		if (why != REASON_OK)
			return usage_error(w->self, "--anchor %s: %s: %s",
			    w->anchors.v[i], reason_id(why), reason_text(why));
	}
	return STATUS_DONE;
}

static int
init_keys(struct ledger_write *w)
{
	int status;

	if (w->new_key_path != NULL)
		return keys_make(w);
	status = log_key_read(w);
	if (status == STATUS_DONE &&
	    !span_eq(w->log_key.name, span_str(w->origin)))
		status = usage_error(
		    w->self, "%s: not a key of that origin", w->log_key_path);
	if (status == STATUS_DONE)
		status = secret_read(w, &w->holder, w->holder_key_path);
	return status == STATUS_DONE
		   ? secret_read(w, &w->next, w->next_key_path)
		   : status;
}

static int
genesis(struct ledger_write *w, struct statement *s)
{
	struct statement_body *b = &s->body;
	struct span spki, next;
	int status = anchors_read(w, b);

	if (status != STATUS_DONE)
		return status;
	status = init_keys(w);
	if (status != STATUS_DONE)
		return status;
	if (secret_spki(&spki, &s->holder, w->holder, &w->arena) != REASON_OK ||
	    secret_spki(&next, &b->next, w->next, &w->arena) != REASON_OK)
		return ledger_write_fail(w, "genesis", R_LIMIT_MEMORY);
	s->kind = STATEMENT_GENESIS;
	b->origin = span_str(w->origin);
	b->time = (uint64_t)w->time_at;
	b->challenge = w->challenge;
	b->key.der = spki;
	return sign_and_judge(w, s, spki);
}

/* What a file of --keys needs. */
static void
tell_keys(struct ledger_write *w)
{
	struct vkey key;

	note_secret_vkey(&key, &w->log_key);
	buf_reset(&w->out);
	buf_puts(&w->out, "log ");
	vkey_write(&w->out, &key);
	buf_puts(&w->out, "\nquorum 0\n");
}

static int
init_checked(struct ledger_write *w)
{
	struct statement *s;
	enum reason why = logdir_create(&w->dir, w->place);
	int status;

	if (why != REASON_OK)
		return ledger_write_fail(w, w->place, why);
	s = base_alloc(sizeof(*s));
	if (s == NULL)
		return ledger_write_fail(w, w->place, R_LIMIT_MEMORY);
	status = genesis(w, s);
	base_free(s);
	if (status == STATUS_DONE)
		status = ledger_write_commit(w);
	if (status != STATUS_DONE)
		return status;
	tell_keys(w);
	return print(w);
}

static int
init(struct ledger_write *w)
{
	if (w->origin == NULL || !vkey_name_is_valid(span_str(w->origin)))
		return usage_error(w->self,
		    "--origin: a name without spaces and '+' is wanted");
	if ((w->new_key_path == NULL) == (w->log_key_path == NULL))
		return usage_error(
		    w->self, "either --key or --new-key is wanted");
	if (w->log_key_path != NULL &&
	    (w->holder_key_path == NULL || w->next_key_path == NULL))
		return usage_error(w->self,
		    "--key: --holder-key and --next-key are wanted, too");
	return init_checked(w);
}

/* ---- append ---------------------------------------------------------- */

static int
file_judge(struct ledger_write *w, const char *path)
{
	struct buf entry;
	int status;

	buf_init(&entry, SMALL_FILE);
	status = cli_read(&entry, path)
		     ? ledger_write_judge(w, buf_view(&entry), path)
		     : usage_error(w->self, "%s: %s", path, strerror(errno));
	buf_fini(&entry);
	return status;
}

static int
append(struct ledger_write *w)
{
	int status;

	if (w->log_key_path == NULL)
		return usage_error(w->self, "--log-key: who signs?");
	if (w->files.n == 0)
		return usage_error(w->self, "which statements?");
	status = log_key_read(w);
	if (status == STATUS_DONE)
		status = ledger_write_open(w);
	for (size_t i = 0; status == STATUS_DONE && i < w->files.n; i++)
		status = file_judge(w, w->files.v[i]);
	if (status == STATUS_DONE)
		status = ledger_write_commit(w);
	return status == STATUS_DONE ? print(w) : status;
}

/* ---- tick ------------------------------------------------------------ */

static int
tick_judge(struct ledger_write *w, struct statement *s)
{
	struct ledger_tip tip;
	struct digest id;
	struct span spki;

	if (secret_spki(&spki, &id, w->holder, &w->arena) != REASON_OK)
		return ledger_write_fail(w, "tick", R_LIMIT_MEMORY);
	/* Else the replay would have to say it of a statement by nobody. */
	if (!ledger_sequencer(&tip, w->state))
		return ledger_write_fail(
		    w, w->place, R_STATEMENT_UNKNOWN_HOLDER);
	if (!digest_eq(&tip.key, &id))
		return ledger_write_fail(
		    w, w->holder_key_path, R_STATEMENT_WRONG_KEY);
	s->kind = STATEMENT_TICK;
	s->ledger = ledger_summary(w->state).genesis;
	s->holder = tip.holder;
	s->sequence = tip.sequence + 1;
	s->previous = tip.last;
	s->body.time = (uint64_t)w->time_at;
	return sign_and_judge(w, s, spki);
}

static int
tick_locked(struct ledger_write *w)
{
	struct statement *s = base_alloc(sizeof(*s));
	int status;

	if (s == NULL)
		return ledger_write_fail(w, "tick", R_LIMIT_MEMORY);
	status = tick_judge(w, s);
	base_free(s);
	if (status == STATUS_DONE)
		status = ledger_write_commit(w);
	return status == STATUS_DONE ? print(w) : status;
}

static int
tick(struct ledger_write *w)
{
	int status;

	if (w->log_key_path == NULL || w->holder_key_path == NULL)
		return usage_error(
		    w->self, "--log-key and --holder-key: who signs?");
	status = log_key_read(w);
	if (status == STATUS_DONE)
		status = secret_read(w, &w->holder, w->holder_key_path);
	if (status == STATUS_DONE)
		status = ledger_write_open(w);
	return status == STATUS_DONE ? tick_locked(w) : status;
}

/* ---- options --------------------------------------------------------- */

static int
take_number(struct ledger_write *w, const char *name, const char *value)
{
	if (strcmp(name, "challenge") == 0)
		return decimal_parse(&w->challenge, span_str(value), 31536000)
			   ? STATUS_DONE
			   : usage_error(
				 w->self, "--challenge: 0 to 31536000 seconds");
	w->has_time = true;
	return time_parse(&w->time_at, value) && w->time_at >= 0
		   ? STATUS_DONE
		   : usage_error(w->self, "--time: a time is wanted");
}

static int
take_option(struct ledger_write *w, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **path;
	} paths[] = {
		{ "origin", &w->origin },
		{ "key", &w->log_key_path },
		{ "log-key", &w->log_key_path },
		{ "new-key", &w->new_key_path },
		{ "holder-key", &w->holder_key_path },
		{ "next-key", &w->next_key_path },
		{ "passphrase-file", &w->passphrase_path },
		{ "successions", &w->successions_path },
	};

	for (size_t i = 0; i < COUNT(paths); i++)
		if (strcmp(name, paths[i].name) == 0) {
			*paths[i].path = value;
			return STATUS_DONE;
		}
	if (strcmp(name, "anyway") == 0) {
		w->anyway = true;
		return STATUS_DONE;
	}
	if (strcmp(name, "anchor") == 0)
		return vec_push(&w->anchors, value)
			   ? STATUS_DONE
			   : failure(
				 w->self, "%s", reason_text(R_LIMIT_MEMORY));
	return take_number(w, name, value);
}

static int
take_operand(struct ledger_write *w, const char *value)
{
	if (w->place == NULL)
		w->place = value;
	else if (strcmp(w->self->name, "ledger append") != 0)
		return usage_error(w->self, "one folder only");
	else if (!vec_push(&w->files, value))
		return failure(w->self, "%s", reason_text(R_LIMIT_MEMORY));
	return STATUS_DONE;
}

static int
read_options(struct ledger_write *w, int argc, char **argv)
{
	struct options o;
	const char *name = NULL, *value = NULL;
	enum option_kind kind;
	int status = STATUS_DONE;

	w->now = time(NULL);
	w->challenge = CHALLENGE_DEFAULT;
	options_init(&o, w->self, argc, argv);
	while (status == STATUS_DONE &&
	       (kind = options_next(&o, &name, &value)) != OPTION_END) {
		if (kind == OPTION_BAD)
			return STATUS_USAGE;
		status = kind == OPTION_OPERAND ? take_operand(w, value)
						: take_option(w, name, value);
	}
	if (status != STATUS_DONE)
		return status;
	if (!w->has_time)
		w->time_at = w->now;
	if (w->place == NULL)
		return usage_error(w->self, "which folder?");
	status = passphrase_read(w);
	return status == STATUS_DONE ? time_check(w) : status;
}

static int
run(const struct command *self, int argc, char **argv,
    int (*work)(struct ledger_write *))
{
	struct ledger_write w;
	int status = ledger_write_init(&w, self);

	if (status == STATUS_DONE)
		status = read_options(&w, argc, argv);
	if (status == STATUS_DONE)
		status = work(&w);
	ledger_write_fini(&w);
	return status;
}

static int
run_init(const struct command *self, int argc, char **argv)
{
	return run(self, argc, argv, init);
}

static int
run_append(const struct command *self, int argc, char **argv)
{
	return run(self, argc, argv, append);
}

static int
run_tick(const struct command *self, int argc, char **argv)
{
	return run(self, argc, argv, tick);
}

/* ---- the commands ---------------------------------------------------- */

#define LOG_KEY                                                   \
	{                                                         \
		.name = "log-key", .argument = "FILE",            \
		.text = "the log's private key, which signs its " \
			"checkpoints"                             \
	}
#define PASSPHRASE                                              \
	{                                                       \
		.name = "passphrase-file", .argument = "FILE",  \
		.text = "its first line encrypts and decrypts " \
			"keys in PEM"                           \
	}
#define SUCCESSIONS                                                 \
	{                                                           \
		.name = "successions", .argument = "FILE",          \
		.text = "who succeeds the sequencer: a size and a " \
			"holder a line"                             \
	}
#define ANYWAY(what)                             \
	{                                        \
		.name = "anyway", .text = (what) \
	}
#define TIME(what)                                                      \
	{                                                               \
		.name = "time", .argument = "TIME", .otherwise = "now", \
		.text = (what)                                          \
	}

static const struct option_row init_rows[] = {
	{ .name = "origin",
	    .argument = "NAME",
	    .text = "the log's name, also that of its key" },
	{ .name = "new-key",
	    .argument = "FILE",
	    .text = "make the log's key in FILE, the sequencer's in "
		    "FILE.holder.pem and its next in FILE.next.pem" },
	{ .name = "key",
	    .argument = "FILE",
	    .text = "the log's private key, PRIVATE+KEY+..." },
	{ .name = "holder-key",
	    .argument = "FILE",
	    .text = "the sequencer's private key, PKCS #8 in PEM" },
	{ .name = "next-key",
	    .argument = "FILE",
	    .text = "the sequencer's next private key, PKCS #8 in PEM" },
	PASSPHRASE,
	{ .name = "challenge",
	    .argument = "SECONDS",
	    .otherwise = "604800",
	    .text = "how long a claim can be challenged" },
	{ .name = "anchor",
	    .many = true,
	    .argument = "TAL|SHA256",
	    .text = "legacy trust anchors whose evidence counts" },
	TIME("ledger time to begin with"),
	ANYWAY("even with a time ahead of the clock"),
};

static const struct option_row append_rows[] = {
	LOG_KEY,
	SUCCESSIONS,
	ANYWAY("also what the replay rejects"),
};

static const struct option_row tick_rows[] = {
	LOG_KEY,
	{ .name = "holder-key",
	    .argument = "FILE",
	    .text = "the sequencer's private key, PKCS #8 in PEM" },
	PASSPHRASE,
	TIME("ledger time from now on"),
	SUCCESSIONS,
	ANYWAY("even ahead of the clock"),
};

static const struct command writers[] = {
	{ .name = "ledger init",
	    .operands = "DIR",
	    .text = "begin a ledger, and print a file of keys for it",
	    .run = run_init,
	    .n_rows = COUNT(init_rows),
	    .rows = init_rows },
	{ .name = "ledger append",
	    .operands = "DIR STATEMENT...",
	    .text = "append statements, files of DER, all or none of them",
	    .run = run_append,
	    .n_rows = COUNT(append_rows),
	    .rows = append_rows },
	{ .name = "ledger tick",
	    .operands = "DIR",
	    .text = "append the sequencer's statement of what time it is",
	    .run = run_tick,
	    .n_rows = COUNT(tick_rows),
	    .rows = tick_rows },
};

const struct command *
ledger_writer_by_name(const char *word)
{
	for (size_t i = 0; i < COUNT(writers); i++)
		if (strcmp(strchr(writers[i].name, ' ') + 1, word) == 0)
			return &writers[i];
	return NULL;
}

void
ledger_writers_usage(struct buf *out)
{
	for (size_t i = 0; i < COUNT(writers); i++) {
		buf_byte(out, '\n');
		usage_write(out, &writers[i]);
	}
}
