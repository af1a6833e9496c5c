/* The way of a statement: filled in, shown, judged, signed, kept, handed
 * over. Nothing is signed that was not shown before. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/holder.h"
#include "fetch/fetch.h"
#include "file/file.h"

#define SIGNATURE_MAX 1024

static int
no_memory(const struct holder *h)
{
	return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

int
holder_warn(struct holder *h, const char *fmt, ...)
{
	char line[512];
	va_list args;
	const char *copy;

	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	copy = arena_str(&h->arena, span_str(line));
	return copy != NULL && vec_push(&h->warnings, copy) ? STATUS_DONE
							    : no_memory(h);
}

/* ---- who, and after what --------------------------------------------- */

static int
author_fill(struct holder *h)
{
	struct statement *s = h->s;
	struct digest id;

	s->ledger = ledger_summary(h->state).genesis;
	s->holder = h->file.id;
	s->body.time = LEDGER_NEVER;
	crypt_sha256(id.b, h->file.spki);
	if (s->kind == STATEMENT_ENROLL) {
		h->signing = id;
	} else if (!h->enrolled) {
		return usage_error(h->self,
		    "%s is not in this ledger yet: cairn holder enroll",
		    h->file.name);
	} else {
		s->sequence = h->me.sequence + 1;
		s->previous = h->me.last;
		h->signing = h->me.key;
	}
	if (digest_eq(&id, &h->signing))
		h->signing_spki = h->file.spki;
	return STATUS_DONE;
}

/* Statements build on each other: no gap, and nothing after one that will not
 * be taken. */
static int
said_check(const struct holder *h)
{
	if (h->said_why == REASON_OK || h->dry_run)
		return STATUS_DONE;
	if (h->said_why == R_STATEMENT_GUARDIANS ||
	    h->said_why == R_STATEMENT_NOT_PARTY)
		return usage_error(h->self,
		    "%s waits for signatures of guardians (cairn holder sign); "
		    "\"cairn holder forget\" gives it up",
		    h->said_path);
	return usage_error(h->self,
	    "%s was signed and is not in the ledger, which would refuse it now "
	    "(%s: %s): \"cairn holder forget\" gives it up",
	    h->said_path, reason_id(h->said_why), reason_text(h->said_why));
}

/* ---- before it is signed --------------------------------------------- */

int
holder_show(struct holder *h)
{
	const struct statement_names names = holder_names(h);
	struct buf text;
	struct emit e;
	int status;

	if (h->quiet || h->json) /* one document, at the end */
		return STATUS_DONE;
	buf_init(&text, CLI_TEXT);
	emit_init(&e, &text, EMIT_TEXT);
	emit_object(&e, NULL);
	statement_emit(&e, h->s, &names, &h->arena);
	emit_end(&e);
	status = print_answer(h->self, &text);
	buf_fini(&text);
	return status;
}

static bool
is_guardian(const struct ledger_holder *of, const struct digest *id)
{
	for (size_t i = 0; i < of->n_guardians; i++)
		if (digest_eq(&of->guardians[i], id))
			return true;
	return false;
}

size_t
holder_missing(const struct holder *h)
{
	const bool recover = h->s->kind == STATEMENT_RECOVER;
	struct ledger_holder whose;
	size_t n = 0;

	if ((h->verdict != R_STATEMENT_GUARDIANS &&
		!(recover && h->verdict == R_STATEMENT_NOT_PARTY)) ||
	    !ledger_holder(&whose, h->state,
		recover ? &h->s->body.subject : &h->s->holder))
		return 0;
	if (recover && !is_guardian(&whose, &h->s->holder))
		return 0; /* no number of signatures would help */
	for (size_t i = 0; i < h->s->n_signatures; i++)
		n += is_guardian(&whose, &h->s->signatures[i].holder);
	return n < whose.threshold ? whose.threshold - n : 0;
}

/* A key of the right kind stands for the one that is not opened yet. */
static int
judge_unsigned(struct holder *h)
{
	static const uint8_t nothing[64];
	struct statement_signature *at = &h->s->signatures[0];
	struct buf bytes;
	struct span copy;

	if (h->signing_spki.n == 0) {
		int status = holder_key_open(&h->secret, h, &h->signing);

		if (status != STATUS_DONE)
			return status;
		if (ledger_key(&h->signing_spki, &h->signing, h->secret,
			&h->arena) != REASON_OK)
			return no_memory(h);
	}
	at->holder = h->s->holder;
	at->key.der = h->signing_spki;
	at->value = SPAN_OF(nothing);
	h->s->n_signatures = 1;
	buf_init(&bytes, LEDGER_ENTRY_MAX);
	statement_write(&bytes, h->s);
	copy = arena_dup(&h->arena, buf_view(&bytes));
	if (bytes.failed)
		copy.p = NULL;
	buf_fini(&bytes);
	return copy.p == NULL
		   ? failure(h->self, "longer than a statement may be: say it "
				      "in several")
		   : holder_judge(h, copy, false);
}

static int
refuse(const struct holder *h)
{
	const char *hint = "";

	switch ((int)h->verdict) {
	case R_STATEMENT_OVERLAP:
		hint = ": evidence (--evidence) takes what is only "
		       "self-asserted";
		break;
	case R_STATEMENT_LIMIT:
		hint = ": claim less, or with evidence (--evidence)";
		break;
	case R_STATEMENT_EVIDENCE:
		hint = ": is its trust anchor one of the ledger's (cairn "
		       "ledger state), and all of it valid at ledger time?";
		break;
	case R_STATEMENT_LEASED:
	case R_STATEMENT_LOCKED:
	case R_STATEMENT_CONTESTED:
	case R_STATEMENT_NOT_HELD:
		hint = ": see cairn holder status";
		break;
	default:
		break;
	}
	return failure(h->self, "the ledger would refuse it: %s: %s%s%s",
	    reason_id(h->verdict), reason_text(h->verdict), hint,
	    h->dry_run ? "" : " (--anyway signs it all the same)");
}

/* ---- signing and keeping --------------------------------------------- */

static int
sign(struct holder *h)
{
	struct ledger_signer by = { h->s->holder, NULL };
	struct digest id;
	struct span spki;
	enum reason why;
	int status = STATUS_DONE;

	if (h->secret == NULL)
		status = holder_key_open(&h->secret, h, &h->signing);
	if (status != STATUS_DONE)
		return status;
	by.secret = h->secret;
	h->s->n_signatures = 0;
	why = ledger_key(&spki, &id, h->secret, &h->arena);
	if (why == REASON_OK)
		why = statement_sign(&h->bytes, h->s, &by, 1, &h->arena);
	return why == REASON_OK ? STATUS_DONE
				: failure(h->self, "%s", reason_text(why));
}

/* NAME-NNNN-kind.stmt beside the keys, so that NAME-*.stmt is in order. */
static int
path_choose(struct holder *h)
{
	char path[HOLDER_PATH];

	if (h->out != NULL)
		return STATUS_DONE;
	if (snprintf(path, sizeof(path), "%s-%04" PRIu64 "-%s.stmt",
		h->file.name, h->s->sequence,
		statement_kind_id(h->s->kind)) >= (int)sizeof(path))
		return usage_error(h->self, "name too long");
	h->out = arena_str(&h->arena, span_str(path));
	return h->out != NULL ? STATUS_DONE : no_memory(h);
}

static int
bytes_write(struct holder *h)
{
	bool good;
	int fd;

	if (strcmp(h->out, "-") == 0)
		return print_answer(h->self, &h->bytes);
	fd = open(h->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	good = fd >= 0 && file_write(fd, buf_view(&h->bytes)) && fsync(fd) == 0;
	if (fd >= 0)
		good = close(fd) == 0 && good;
	return good ? folder_sync(h->self, h->out)
		    : failure(h->self, "%s: %s", h->out, strerror(errno));
}

/* The file first: what the holder's file names is there. */
static int
keep(struct holder *h)
{
	struct holder_said said = { h->s->id, h->out };
	int status = bytes_write(h);

	if (status != STATUS_DONE || strcmp(h->out, "-") == 0)
		return status;
	if (!vec_push(&h->file.said, said))
		return no_memory(h);
	if (h->s->kind == STATEMENT_ROTATE)
		status = holder_rotation_end(h);
	return status == STATUS_DONE ? holder_file_write(h) : status;
}

/* ---- what came of it ------------------------------------------------- */

static void
tell_text(struct buf *b, const struct holder *h, size_t missing)
{
	if (h->dry_run)
		buf_puts(b, "dry run: ");
	else
		buf_printf(b, "%s: signed; ", h->out);
	if (missing > 0)
		buf_printf(b,
		    "%zu more of the guardians %s to sign it: hand the file "
		    "to one, for \"cairn holder sign FILE\"\n",
		    missing, missing == 1 ? "has" : "have");
	else if (h->verdict == REASON_OK)
		buf_puts(b, !h->submit ? "the ledger as it is would apply it\n"
			    : place_is_web(h->ledger)
				? "submitted\n"
				: "it is in the ledger\n");
	else
		buf_printf(b, "the ledger as it is would refuse it: %s: %s\n",
		    reason_id(h->verdict), reason_text(h->verdict));
}

static void
tell_json(struct buf *b, const struct holder *h, size_t missing)
{
	const struct statement_names names = { NULL, NULL };
	struct emit e;

	(void)names;
	emit_init(&e, b, EMIT_JSON);
	emit_object(&e, NULL);
	emit_object(&e, "statement");
	statement_emit(&e, h->s, NULL, (struct arena *)(uintptr_t)&h->arena);
	emit_end(&e);
	emit_array(&e, "warnings");
	for (size_t i = 0; i < h->warnings.n; i++)
		emit_str(&e, NULL, h->warnings.v[i]);
	emit_end(&e);
	emit_str(&e, "verdict",
	    h->verdict == REASON_OK ? "applied"
				    : strchr(reason_id(h->verdict), '.') + 1);
	emit_uint(&e, "guardians_missing", missing);
	emit_bool(&e, "dry_run", h->dry_run);
	emit_bool(&e, "submitted", h->submit && !h->dry_run);
	if (!h->dry_run)
		emit_str(&e, "file", h->out);
	emit_end(&e);
}

int
holder_tell(const struct holder *h, size_t missing)
{
	struct buf text;
	int status;

	if ((h->quiet && !h->json) || (!h->dry_run && strcmp(h->out, "-") == 0))
		return STATUS_DONE;
	buf_init(&text, CLI_TEXT);
	if (h->json)
		tell_json(&text, h, missing);
	else
		tell_text(&text, h, missing);
	status = print_answer(h->self, &text);
	buf_fini(&text);
	return status;
}

/* ---- all of it ------------------------------------------------------- */

static int
warnings_print(const struct holder *h)
{
	for (size_t i = 0; !h->json && i < h->warnings.n; i++)
		(void)failure(h->self, "warning: %s", h->warnings.v[i]);
	return STATUS_DONE;
}

/* Fill, show, warn, judge. */
static int
prepare(struct holder *h, const struct holder_job *job)
{
	struct buf unsigned_bytes;
	enum reason why;
	int status;

	h->s->kind = job->kind;
	status = author_fill(h);
	if (status == STATUS_DONE)
		status = job->fill(h);
	if (status != STATUS_DONE)
		return status;
	buf_init(&unsigned_bytes, LEDGER_ENTRY_MAX);
	why = statement_make(&unsigned_bytes, h->s, NULL, 0, &h->arena);
	buf_fini(&unsigned_bytes);
	if (why != REASON_OK)
		return failure(h->self, "%s", reason_text(why));
	/* Before the replay, which may change what they are about. */
	status = holder_warnings(h);
	if (status == STATUS_DONE)
		status = holder_show(h);
	if (status == STATUS_DONE)
		status = warnings_print(h);
	return status == STATUS_DONE ? judge_unsigned(h) : status;
}

static int
finish(struct holder *h, size_t missing)
{
	int status = sign(h);

	if (status == STATUS_DONE)
		status = path_choose(h);
	if (status == STATUS_DONE)
		status = keep(h);
	if (status == STATUS_DONE && h->submit && missing == 0)
		status = holder_submit(h);
	return status == STATUS_DONE ? holder_tell(h, missing) : status;
}

int
holder_say(struct holder *h, const struct holder_job *job)
{
	size_t missing;
	int status = holder_file_find(h);

	if (status == STATUS_DONE)
		status = holder_open(h);
	if (status == STATUS_DONE)
		status = said_check(h);
	if (status == STATUS_DONE)
		status = prepare(h, job);
	if (status != STATUS_DONE)
		return status;
	missing = holder_missing(h);
	if (h->dry_run) {
		if (h->verdict != REASON_OK && missing == 0 && !h->json)
			return refuse(h);
		status = holder_tell(h, missing);
		return h->verdict == REASON_OK ? status : STATUS_FAILED;
	}
	if (h->verdict != REASON_OK && missing == 0 && !h->anyway)
		return refuse(h);
	return finish(h, missing);
}
