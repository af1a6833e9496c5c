/* The ledger as a holder sees it: its state, and what was said since. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "cli/holder.h"
#include "cli/ledger_write.h"

#define STATEMENT_FILE ((size_t)1 << 20)

static int
no_memory(const struct holder *h)
{
	return failure(h->self, "%s", reason_text(R_LIMIT_MEMORY));
}

static enum reason
tell_nothing(struct buf *out, const struct ledger_run *run,
    const struct ledger_state *state)
{
	(void)out, (void)run, (void)state;
	return REASON_OK;
}

/* ---- judging --------------------------------------------------------- */

/* For what is not signed yet: statements are taken for good, and all else, as
 * evidence, is verified. */
static enum reason
lenient(void *ctx, const struct crypt_key *key, struct span message,
    struct span signature)
{
	if (span_starts(message, SPAN("cairn statement v1\n")))
		return REASON_OK;
	return crypt_verify(ctx, key, message, signature);
}

int
holder_judge(struct holder *h, struct span bytes, bool with_signatures)
{
	const struct verifier easy = { lenient, h->crypt };
	enum reason why = ledger_precheck(h->entry, bytes, h->crypt,
	    with_signatures ? &h->verifier : &easy, &h->arena);

	if (why == REASON_OK)
		why = ledger_replay(&h->verdict, h->state, h->entry);
	return why == REASON_OK ? STATUS_DONE
				: failure(h->self, "%s: %s", reason_id(why),
				      reason_text(why));
}

/* ---- what was said since --------------------------------------------- */

static bool
is_in_ledger(const struct holder *h, const struct digest *id)
{
	struct digest found;
	char hex[65];

	hex_write(hex, SPAN_OF(id->b));
	return ledger_statement_find(&found, h->state, hex) > 0;
}

/* The first that the ledger would not take ends it: those after it build on
 * it. */
static int
said_replay(struct holder *h, const struct holder_said *said)
{
	struct buf text;
	int status = STATUS_DONE;

	buf_init(&text, STATEMENT_FILE);
	h->verdict = R_CONF_FILE;
	if (cli_read(&text, said->path)) {
		struct span copy = arena_dup(&h->arena, buf_view(&text));

		status =
		    copy.p == NULL ? no_memory(h) : holder_judge(h, copy, true);
	}
	buf_fini(&text);
	h->said_why = h->verdict;
	h->said_path = said->path;
	return status;
}

static int
said_all(struct holder *h)
{
	struct holder_file *f = &h->file;
	int status = STATUS_DONE;
	size_t kept = 0;

	for (size_t i = 0; i < f->said.n; i++) {
		if (is_in_ledger(h, &f->said.v[i].id))
			continue;
		if (status == STATUS_DONE && h->said_why == REASON_OK)
			status = said_replay(h, &f->said.v[i]);
		f->said.v[kept++] = f->said.v[i];
	}
	f->said.n = kept;
	return status;
}

/* ---- the ledger ------------------------------------------------------ */

static bool
is_own_place(const struct holder *h)
{
	return h->file.ledger != NULL && h->ledger == h->file.ledger;
}

static int
ledger_read(struct holder *h)
{
	enum reason why;

	h->run.place = h->ledger;
	h->run.keys_path = h->keys;
	h->run.successions_path = h->successions;
	h->run.now = h->now;
	h->run.tell = tell_nothing;
	h->run.keep = true;
	/* Nobody shows us an older ledger, or another, and we sign by it. */
	h->run.has_after = h->file.seen.size > 0 && is_own_place(h);
	h->run.after = h->file.seen;
	why = ledger_run_read(&h->run);
	if (why != REASON_OK)
		return usage_error(h->self, "%s: %s: %s", h->run.detail,
		    reason_id(why), reason_text(why));
	why = ledger_run_replay(&h->run);
	h->state = h->run.state;
	h->run.state = NULL;
	if (why == REASON_OK && !decision_accepts(h->run.decision))
		why = decision_reason(h->run.decision);
	if (why == REASON_OK && is_own_place(h))
		h->file.seen = h->run.checkpoint.head;
	return why == REASON_OK ? STATUS_DONE
				: failure(h->self, "%s: %s: %s", h->ledger,
				      reason_id(why), reason_text(why));
}

int
holder_open(struct holder *h)
{
	int status;

	if (h->ledger == NULL || h->keys == NULL)
		return usage_error(h->self,
		    "which ledger? --ledger PLACE --keys FILE, best of all "
		    "when \"cairn holder new\" makes the keys");
	status = ledger_read(h);
	if (status == STATUS_DONE)
		status = said_all(h);
	if (status == STATUS_DONE)
		h->enrolled = ledger_holder(&h->me, h->state, &h->file.id);
	return status;
}

/* ---- names ----------------------------------------------------------- */

int
holder_resolve(struct digest *out, const struct holder *h, const char *text)
{
	struct holder_file here;
	char path[HOLDER_PATH];
	int status;

	if (hex_parse(out->b, sizeof(out->b), span_str(text)) ||
	    (h->state != NULL && ledger_name(out, h->state, span_str(text))))
		return STATUS_DONE;
	(void)snprintf(path, sizeof(path), "%s.holder", text);
	if (access(path, F_OK) != 0)
		return usage_error(h->self,
		    "%s: no holder: an id of 64 hexadecimal digits, a name in "
		    "the ledger, or a file NAME.holder here is wanted",
		    text);
	/* Only its id is looked at. */
	status = holder_file_read(&here, (struct holder *)(uintptr_t)h, text);
	*out = here.id;
	vec_fini(&here.said);
	return status;
}

int
holder_statement(struct digest *out, const struct holder *h, const char *text)
{
	size_t n = strlen(text);

	if (n >= 6 && n <= 64)
		switch (ledger_statement_find(out, h->state, text)) {
		case 1:
			return STATUS_DONE;
		case 2:
			return usage_error(h->self,
			    "%s: several statements begin so: more digits",
			    text);
		default:
			break;
		}
	/* One that the ledger does not have is for the replay to refuse. */
	if (hex_parse(out->b, sizeof(out->b), span_str(text)))
		return STATUS_DONE;
	return usage_error(h->self,
	    "%s: no statement in the ledger: the first digits of its id, six "
	    "at least, are wanted (cairn holder status, cairn ledger log)",
	    text);
}

struct naming {
	struct buf *out;
	const struct digest *id;
};

static enum reason
name_take(void *ctx, const struct ledger_fact *f)
{
	struct naming *n = ctx;

	if (f->kind == FACT_NAME && digest_eq(&f->holder, n->id))
		buf_printf(n->out, " (%.*s)", SPAN_FMT(f->bytes));
	return REASON_OK;
}

static void
id_name_write(struct buf *out, void *ctx, const struct digest *id)
{
	const struct holder *h = ctx;
	struct naming n = { out, id };
	const struct ledger_facts facts = { name_take, &n };

	if (digest_eq(id, &h->file.id))
		buf_puts(out, " (you)");
	if (h->state != NULL && ledger_facts(h->state, &facts) != REASON_OK)
		out->failed = true;
}

struct statement_names
holder_names(const struct holder *h)
{
	return (struct statement_names){ id_name_write, (void *)(uintptr_t)h };
}

/* ---- handing over ---------------------------------------------------- */

static int
file_append(struct holder *h, struct ledger_write *w, const char *path)
{
	struct buf text;
	int status;

	buf_init(&text, STATEMENT_FILE);
	status = cli_read(&text, path)
		     ? ledger_write_judge(w, buf_view(&text), path)
		     : failure(h->self, "%s: %s", path, strerror(errno));
	buf_fini(&text);
	return status;
}

/* A ledger in a folder, by the one who keeps it. */
static int
folder_submit(struct holder *h)
{
	const struct holder_file *f = &h->file;
	struct ledger_write w;
	int status = ledger_write_init(&w, h->self);

	w.place = h->ledger;
	w.log_key_path = h->log_key;
	w.successions_path = h->successions;
	w.anyway = h->anyway;
	if (status == STATUS_DONE)
		status = log_key_read(&w);
	if (status == STATUS_DONE)
		status = ledger_write_open(&w);
	for (size_t i = 0; i < f->said.n && status == STATUS_DONE; i++)
		status = file_append(h, &w, f->said.v[i].path);
	if (status == STATUS_DONE)
		status = ledger_write_commit(&w);
	if (status == STATUS_DONE && is_own_place(h))
		log_writer_head(&h->file.seen, w.writer);
	if (status == STATUS_DONE && !h->quiet && !h->json)
		status = ledger_write_print(&w);
	ledger_write_fini(&w);
	return status;
}

/* By HTTP: what was taken stays in the holder's file until the ledger has
 * it. */
static int
web_submit(struct holder *h)
{
	struct ledger_write w;
	int status = ledger_write_init(&w, h->self);

	w.place = h->ledger;
	w.ca_path = h->run.ca_path;
	w.anyway = h->anyway;
	w.quiet = h->quiet || h->json;
	for (size_t i = 0; i < h->file.said.n && status == STATUS_DONE; i++)
		if (!vec_push(&w.files, h->file.said.v[i].path))
			status = no_memory(h);
	if (status == STATUS_DONE)
		status = ledger_submit(&w);
	ledger_write_fini(&w);
	return status;
}

int
holder_submit(struct holder *h)
{
	int status;

	if (h->file.said.n == 0)
		return usage_error(h->self, "there is nothing to submit");
	if (place_is_web(h->ledger))
		return web_submit(h);
	if (h->log_key == NULL)
		return usage_error(h->self,
		    "--submit: a ledger in a folder takes statements from who "
		    "has its key: --log-key FILE, or hand them the files");
	status = folder_submit(h);
	if (status != STATUS_DONE)
		return status;
	h->file.said.n = 0;
	return holder_file_write(h);
}
