/* cairn show, of what a ledger is made of: statements and checkpoints. */
#include "cli/show_ledger.h"
#include "ledger/ledger.h"

#define COSIGNATURE_BYTES 72 /* time, then an Ed25519 signature */

static void
findings_emit(struct emit *e, enum reason why)
{
	const struct finding f = { .reason = why, .effect = EFFECT_OBJECT };

	emit_array(e, "findings");
	if (why != REASON_OK)
		finding_emit(e, &f);
	emit_end(e);
}

/* ---- statements ------------------------------------------------------ */

/* All that can be said of it without the state. */
static enum reason
entry_reason(const struct ledger_entry *entry)
{
	const struct statement *s = &entry->statement;

	if (entry->frame != REASON_OK)
		return entry->frame;
	if (!entry->signed_well)
		return R_STATEMENT_BAD_SIGNATURE;
	if (s->kind == STATEMENT_AUTHORIZE && !entry->content_well)
		return R_STATEMENT_MALFORMED;
	if (s->kind == STATEMENT_CLAIM && s->body.has_evidence &&
	    !entry->evidence.holds)
		return R_STATEMENT_EVIDENCE;
	return REASON_OK;
}

static void
evidence_emit(struct emit *e, const struct ledger_entry *entry)
{
	const struct ledger_evidence *v = &entry->evidence;

	if (!v->holds)
		return;
	emit_object(e, "evidence_verified");
	emit_hex(e, "anchor", SPAN_OF(v->anchor.b));
	emit_hex(e, "ca_key", SPAN_OF(v->ca_key.b));
	emit_time(e, "valid_since", v->from_at);
	emit_time(e, "valid_until", v->until_at);
	emit_end(e);
}

static bool
show_statement(bool *good, struct emit *e, struct span bytes,
    struct crypt *crypt, struct arena *arena)
{
	const struct verifier v = crypt_verifier(crypt);
	struct ledger_entry *entry = ARENA_NEW(arena, struct ledger_entry);
	enum reason why;

	if (entry == NULL ||
	    ledger_precheck(entry, bytes, crypt, &v, arena) != REASON_OK ||
	    !entry->parsed)
		return false;
	why = entry_reason(entry);
	statement_emit(e, &entry->statement, NULL, arena);
	evidence_emit(e, entry);
	findings_emit(e, why);
	*good = why == REASON_OK;
	return true;
}

/* ---- checkpoints ----------------------------------------------------- */

/* A cosignature begins with its time, in eight bytes. */
static void
signature_emit(struct emit *e, const struct note_signature *s)
{
	uint64_t at = 0;

	emit_object(e, NULL);
	emit_span(e, "name", s->name);
	emit_fmt(e, "key_id", "%08x", (unsigned)s->id);
	emit_uint(e, "bytes", s->value.n);
	if (s->value.n == COSIGNATURE_BYTES) {
		for (size_t i = 0; i < 8; i++)
			at = at << 8 | s->value.p[i];
		if (at <= INT64_MAX)
			emit_time(e, "cosigned", (int64_t)at);
	}
	emit_end(e);
}

static bool
show_checkpoint(
    bool *good, struct emit *e, struct span bytes, struct arena *arena)
{
	struct checkpoint c;

	if (checkpoint_parse(&c, bytes, arena) != REASON_OK)
		return false;
	emit_str(e, "type", "checkpoint");
	emit_span(e, "origin", c.origin);
	emit_uint(e, "size", c.head.size);
	emit_hex(e, "root", SPAN_OF(c.head.root.b));
	emit_array(e, "signatures");
	for (size_t i = 0; i < c.note.n; i++)
		signature_emit(e, &c.note.signatures[i]);
	emit_end(e);
	findings_emit(e, REASON_OK);
	*good = true;
	return true;
}

bool
show_ledger(bool *good, struct emit *e, struct span bytes, struct crypt *crypt,
    struct arena *arena)
{
	return show_statement(good, e, bytes, crypt, arena) ||
	       show_checkpoint(good, e, bytes, arena);
}
