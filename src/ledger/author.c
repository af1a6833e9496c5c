/* Making statements: fields in, signed DER out. */
#include <string.h>

#include "ledger/statement.h"

#define KEY_MAX       1024
#define SIGNATURE_MAX 1024

enum reason
ledger_key(struct span *spki, struct digest *id,
    const struct crypt_secret *secret, struct arena *arena)
{
	struct crypt_key key = crypt_secret_public(secret);
	struct buf der;

	buf_init(&der, KEY_MAX);
	spki_write(&der, &key);
	*spki =
	    der.failed ? span_of(NULL, 0) : arena_dup(arena, buf_view(&der));
	buf_fini(&der);
	if (spki->p == NULL)
		return R_LIMIT_MEMORY;
	crypt_sha256(id->b, *spki);
	return REASON_OK;
}

/* A signature over s->tbs in the place of that holder's, or behind all. */
static enum reason
signature_add(struct statement *s, const struct ledger_signer *by,
    struct span message, struct arena *arena)
{
	struct statement_signature *at = s->signatures;
	struct digest unused;
	struct buf value;
	enum reason why;

	while (at < s->signatures + s->n_signatures &&
	       !digest_eq(&at->holder, &by->holder))
		at++;
	if (at == s->signatures + LEDGER_SIGNATURES)
		return R_STATEMENT_MALFORMED;
	TRY(ledger_key(&at->key.der, &unused, by->secret, arena));
	buf_init(&value, SIGNATURE_MAX);
	why = crypt_sign(&value, by->secret, message);
	if (why == REASON_OK) {
		at->holder = by->holder;
		at->value = arena_dup(arena, buf_view(&value));
		if (at->value.p == NULL)
			why = R_LIMIT_MEMORY;
	}
	buf_fini(&value);
	if (at == s->signatures + s->n_signatures)
		s->n_signatures++;
	return why;
}

enum reason
statement_sign(struct buf *out, struct statement *s,
    const struct ledger_signer *by, size_t n, struct arena *arena)
{
	enum reason why = REASON_OK;
	struct buf message;

	buf_init(&message, (size_t)LEDGER_ENTRY_MAX + 64);
	statement_message(&message, s->tbs);
	if (message.failed)
		why = R_STATEMENT_MALFORMED; /* longer than one may be */
	for (size_t i = 0; why == REASON_OK && i < n; i++)
		why = signature_add(s, &by[i], buf_view(&message), arena);
	buf_fini(&message);
	TRY(why);
	statement_write(out, s);
	return out->failed ? R_STATEMENT_MALFORMED : REASON_OK;
}

enum reason
statement_make(struct buf *out, struct statement *s,
    const struct ledger_signer *by, size_t n, struct arena *arena)
{
	struct buf tbs;

	buf_init(&tbs, LEDGER_ENTRY_MAX);
	statement_write_tbs(&tbs, s);
	s->tbs =
	    tbs.failed ? span_of(NULL, 0) : arena_dup(arena, buf_view(&tbs));
	buf_fini(&tbs);
	if (s->tbs.p == NULL)
		return R_STATEMENT_MALFORMED;
	s->n_signatures = 0;
	statement_id(&s->id, s->tbs);
	return statement_sign(out, s, by, n, arena);
}
