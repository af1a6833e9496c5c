/* cairn ledger witness-key: make a witness's key. */
#include <string.h>

#include "cli/ledger_command.h"
#include "cli/secret_file.h"
#include "tlog/tlog.h"

struct ask {
	const struct command *self;
	const char *name, *path;
};

static int
take(void *ctx, const char *name, const char *value)
{
	struct ask *a = ctx;

	if (name != NULL)
		a->name = value;
	else if (a->path != NULL)
		return usage_error(a->self, "one file only");
	else
		a->path = value;
	return STATUS_DONE;
}

/* The key to its file; and the line that others need. */
static int
make(const struct ask *a)
{
	struct note_secret secret = { .name = span_str(a->name) };
	struct vkey key;
	struct buf text;
	int status;

	secret.secret = crypt_secret_generate(CRYPT_ED25519);
	if (secret.secret == NULL)
		return failure(a->self, "%s", reason_text(R_LIMIT_MEMORY));
	buf_init(&text, 65536);
	note_secret_write(&text, &secret);
	status = secret_bytes_make(a->self, a->path, &text);
	if (status == STATUS_DONE) {
		buf_reset(&text);
		note_secret_witness(&key, &secret);
		buf_puts(&text, "witness ");
		vkey_write(&text, &key);
		buf_byte(&text, '\n');
		status = print_answer(a->self, &text);
	}
	buf_fini(&text);
	note_secret_fini(&secret);
	return status;
}

static int
run_key(const struct command *self, int argc, char **argv)
{
	struct ask a = { .self = self };
	int status = options_each(self, argc, argv, take, &a);

	if (status != STATUS_DONE)
		return status;
	if (a.path == NULL || a.name == NULL ||
	    !vkey_name_is_valid(span_str(a.name)))
		return usage_error(self, "a file is wanted, and --name: "
					 "without spaces and '+'");
	return make(&a);
}

static const struct option_row rows[] = {
	{ .name = "name",
	    .argument = "NAME",
	    .text = "what the witness is called, such as "
		    "witness.example/cairn" },
};

const struct command command_ledger_witness_key = {
	.name = "ledger witness-key",
	.operands = "FILE",
	.text = "make a witness's key, and print the line for --keys",
	.run = run_key,
	.n_rows = COUNT(rows),
	.rows = rows,
};
