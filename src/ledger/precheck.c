/*
 * What can be said of an entry without the state: its form, its keys, its
 * signatures, its contents. This is where the time goes, and any process may
 * spend it; the replay that follows is sequential and cheap.
 */
#include <string.h>

#include "ledger/statement.h"

/* 19 bytes and the header of what is signed. */
#define MESSAGE_MAX (LEDGER_ENTRY_MAX + 64)

static bool
kind_has_key(enum statement_kind kind)
{
	return kind == STATEMENT_GENESIS || kind == STATEMENT_ENROLL ||
	       kind == STATEMENT_ROTATE || kind == STATEMENT_RECOVER;
}

/* Of one of the three kinds, and a key at all. */
static enum reason
key_check(const struct statement_key *k, struct crypt *crypt)
{
	enum reason r;

	if (!k->known)
		return R_STATEMENT_KEY_TYPE;
	r = crypt_key_check(crypt, &k->key);
	return r == R_KEY_BAD ? R_STATEMENT_KEY_TYPE : r;
}

static enum reason
keys_check(struct ledger_entry *e, struct crypt *crypt)
{
	const struct statement *s = &e->statement;

	if (kind_has_key(s->kind)) {
		TRY(key_check(&s->body.key, crypt));
		crypt_sha256(e->body_key.b, s->body.key.der);
	}
	for (size_t i = 0; i < s->n_signatures; i++) {
		TRY(key_check(&s->signatures[i].key, crypt));
		crypt_sha256(e->keys[i].b, s->signatures[i].key.der);
	}
	return REASON_OK;
}

static enum reason
signatures_verify(bool *well, const struct statement *s,
    const struct verifier *v, struct arena *arena)
{
	struct buf message;
	enum reason r;

	(void)arena;
	buf_init(&message, MESSAGE_MAX);
	statement_message(&message, s->tbs);
	r = message.failed ? R_LIMIT_MEMORY : REASON_OK;
	for (size_t i = 0; r == REASON_OK && i < s->n_signatures; i++)
		r = v->verify(v->ctx, &s->signatures[i].key.key,
		    buf_view(&message), s->signatures[i].value);
	buf_fini(&message);
	*well = r == REASON_OK;
	return r == R_LIMIT_MEMORY ? r : REASON_OK;
}

/* What only counts when everything before it in ledger.md 4 is in order is
 * only looked at when the signatures are. */
static enum reason
contents_check(struct ledger_entry *e, struct crypt *crypt,
    const struct verifier *v, struct decode *dec)
{
	const struct statement *s = &e->statement;
	enum reason r = REASON_OK;

	if (s->kind == STATEMENT_AUTHORIZE) {
		r = authorize_type_parse(&e->type, s->body.type);
		if (r == REASON_OK)
			r = authorize_content_check(
			    &s->body, e->type, crypt, dec);
		e->content_well = r == REASON_OK;
	} else if (s->kind == STATEMENT_CLAIM && s->body.has_evidence) {
		r = evidence_check(&e->evidence, s, v, dec);
		e->evidence.holds = r == REASON_OK;
	}
	return r == R_LIMIT_MEMORY ? r : REASON_OK;
}

enum reason
ledger_precheck(struct ledger_entry *out, struct span entry,
    struct crypt *crypt, const struct verifier *v, struct arena *arena)
{
	struct decode dec;

	*out = (struct ledger_entry){ 0 };
	decode_init(&dec, arena, ledger_limits(), entry);
	out->frame = statement_parse(&out->statement, entry, &dec);
	if (out->frame == R_LIMIT_MEMORY)
		return R_LIMIT_MEMORY;
	out->parsed = out->frame == REASON_OK;
	if (!out->parsed)
		return REASON_OK;
	out->frame = keys_check(out, crypt);
	if (out->frame == R_LIMIT_MEMORY)
		return R_LIMIT_MEMORY;
	if (out->frame != REASON_OK)
		return REASON_OK;
	TRY(signatures_verify(&out->signed_well, &out->statement, v, arena));
	if (!out->signed_well)
		return REASON_OK;
	fault_init(&dec.why, entry);
	return contents_check(out, crypt, v, &dec);
}

/* ---- by somebody else ------------------------------------------------ */

void
ledger_checked_of(struct ledger_checked *out, const struct ledger_entry *e)
{
	*out = (struct ledger_checked){ .frame = e->frame,
		.signed_well = e->signed_well,
		.content_well = e->content_well,
		.evidence = e->evidence };
}

static void
keys_recall(struct ledger_entry *e)
{
	const struct statement *s = &e->statement;

	if (kind_has_key(s->kind))
		crypt_sha256(e->body_key.b, s->body.key.der);
	for (size_t i = 0; i < s->n_signatures; i++)
		crypt_sha256(e->keys[i].b, s->signatures[i].key.der);
}

enum reason
ledger_recall(struct ledger_entry *out, struct span entry,
    const struct ledger_checked *checked, struct arena *arena)
{
	struct decode dec;

	*out = (struct ledger_entry){ 0 };
	decode_init(&dec, arena, ledger_limits(), entry);
	out->frame = statement_parse(&out->statement, entry, &dec);
	if (out->frame == R_LIMIT_MEMORY)
		return R_LIMIT_MEMORY;
	out->parsed = out->frame == REASON_OK;
	if (!out->parsed)
		return REASON_OK;
	out->frame = checked->frame;
	if (out->frame != REASON_OK)
		return REASON_OK;
	keys_recall(out);
	out->signed_well = checked->signed_well;
	if (!out->signed_well)
		return REASON_OK;
	out->evidence = checked->evidence;
	out->content_well = checked->content_well &&
			    out->statement.kind == STATEMENT_AUTHORIZE &&
			    authorize_type_parse(&out->type,
				out->statement.body.type) == REASON_OK;
	return REASON_OK;
}
