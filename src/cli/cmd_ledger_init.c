/* cairn ledger init: begin a ledger in a folder. */
#include "cli/ledger_command.h"
#include "cli/ledger_write.h"

#define SMALL_FILE ((size_t)1 << 20)

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
	if (ledger_key(&spki, &s->holder, w->holder, &w->arena) != REASON_OK ||
	    ledger_key(&next, &b->next, w->next, &w->arena) != REASON_OK)
		return ledger_write_fail(w, "genesis", R_LIMIT_MEMORY);
	s->kind = STATEMENT_GENESIS;
	b->origin = span_str(w->origin);
	b->time = (uint64_t)w->time_at;
	b->challenge = w->challenge;
	b->key.der = spki;
	return ledger_write_sign(w, s);
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
	return ledger_write_print(w);
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

static int
run_init(const struct command *self, int argc, char **argv)
{
	return ledger_write_run(self, argc, argv, init);
}

static const struct option_row rows[] = {
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
	ROW_PASSPHRASE,
	{ .name = "challenge",
	    .argument = "SECONDS",
	    .otherwise = "604800",
	    .text = "how long a claim can be challenged" },
	{ .name = "anchor",
	    .many = true,
	    .argument = "TAL|SHA256",
	    .text = "legacy trust anchors whose evidence counts" },
	ROW_TIME("ledger time to begin with"),
	ROW_ANYWAY("even with a time ahead of the clock"),
};

const struct command command_ledger_init = {
	.name = "ledger init",
	.operands = "DIR",
	.text = "begin a ledger, and print a file of keys for it",
	.run = run_init,
	.n_rows = COUNT(rows),
	.rows = rows,
};
