/* Signing what another has written, as one of its guardians; and giving up
 * what nobody will take. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cli/holder.h"
#include "file/file.h"

#define STATEMENT_FILE ((size_t)1 << 20)

static int
statement_read(struct holder *h, const char *path)
{
	struct decode dec;
	struct buf text;
	struct span copy;
	enum reason why;
	int status = STATUS_DONE;

	buf_init(&text, STATEMENT_FILE);
	if (!cli_read(&text, path))
		status = usage_error(h->self, "%s: %s", path, strerror(errno));
	copy = arena_dup(&h->arena, buf_view(&text));
	buf_fini(&text);
	if (status != STATUS_DONE)
		return status;
	decode_init(&dec, &h->arena, ledger_limits(), copy);
	why = statement_parse(h->s, copy, &dec);
	return why == REASON_OK ? STATUS_DONE
				: usage_error(h->self, "%s: %s: %s", path,
				      reason_id(why), reason_text(why));
}

/* Only a guardian of whom it is about. */
static int
party_check(const struct holder *h)
{
	const struct digest *whose = h->s->kind == STATEMENT_RECOVER
					 ? &h->s->body.subject
					 : &h->s->holder;
	struct ledger_holder of;

	if (!h->enrolled)
		return usage_error(h->self, "you are not in this ledger");
	if (!ledger_holder(&of, h->state, whose))
		return usage_error(
		    h->self, "whom it is about is not in this ledger");
	for (size_t i = 0; i < of.n_guardians; i++)
		if (digest_eq(&of.guardians[i], &h->me.id))
			return STATUS_DONE;
	return usage_error(h->self,
	    "you are no guardian of whom it is about: your signature would "
	    "only make the ledger refuse it");
}

static int
add_signature(struct holder *h)
{
	struct ledger_signer by = { h->me.id, NULL };
	enum reason why;
	int status = holder_key_open(&h->secret, h, &h->me.key);

	if (status != STATUS_DONE)
		return status;
	by.secret = h->secret;
	why = statement_sign(&h->bytes, h->s, &by, 1, &h->arena);
	return why == REASON_OK ? STATUS_DONE
				: failure(h->self, "%s", reason_text(why));
}

/* In the place of the file that was handed over, or elsewhere. */
static int
bytes_replace(struct holder *h, const char *path)
{
	return file_replace(AT_FDCWD, path, buf_view(&h->bytes), 0666)
		   ? STATUS_DONE
		   : failure(h->self, "%s: %s", path, strerror(errno));
}

static int
tell(struct holder *h, const char *path)
{
	size_t missing;
	int status = holder_judge(h, buf_view(&h->bytes), true);

	if (status != STATUS_DONE || (h->quiet && !h->json))
		return status;
	missing = holder_missing(h);
	if (h->json) {
		h->out = path;
		return holder_tell(h, missing);
	}
	if (missing > 0)
		(void)printf("%s: signed; %zu more of the guardians %s to\n",
		    path, missing, missing == 1 ? "has" : "have");
	else if (h->verdict == REASON_OK)
		(void)printf("%s: signed; the ledger as it is would apply it: "
			     "submit it\n",
		    path);
	else
		(void)printf("%s: signed; the ledger as it is would refuse it: "
			     "%s: %s\n",
		    path, reason_id(h->verdict), reason_text(h->verdict));
	return fflush(stdout) == 0 ? STATUS_DONE : STATUS_FAILED;
}

int
holder_sign(struct holder *h)
{
	const char *path;
	int status = holder_file_find(h);

	if (status == STATUS_DONE && h->operands.n != 1)
		status = usage_error(h->self, "which file?");
	if (status != STATUS_DONE)
		return status;
	/* The file may be the next of what this holder said itself. */
	path = h->operands.v[0];
	status = holder_open(h);
	if (status == STATUS_DONE)
		status = statement_read(h, path);
	if (status == STATUS_DONE)
		status = holder_show(h);
	if (status == STATUS_DONE)
		status = party_check(h);
	if (status == STATUS_DONE)
		status = add_signature(h);
	if (h->out != NULL)
		path = h->out;
	if (status == STATUS_DONE)
		status = bytes_replace(h, path);
	return status == STATUS_DONE ? tell(h, path) : status;
}

int
holder_forget(struct holder *h)
{
	int status = holder_file_find(h);

	if (status != STATUS_DONE)
		return status;
	for (size_t i = 0; !h->quiet && i < h->file.said.n; i++)
		(void)printf("%s: forgotten; who has the file can still submit "
			     "it\n",
		    h->file.said.v[i].path);
	h->file.said.n = 0;
	return holder_file_write(h);
}
