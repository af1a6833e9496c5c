/* Step 5 of ledger.md 4: who signed, with which key, and whether the author's
 * guardians had to. */
#include "ledger/replay.h"

static bool
is_guardian(const struct holder *of, const struct digest *id)
{
	for (size_t i = 0; i < of->n_guardians; i++)
		if (digest_eq(&of->guardians[i], id))
			return true;
	return false;
}

static bool
holds_any(const struct step *step)
{
	struct parts parts;
	struct part part;

	parts_init(&parts, step->st->holds, &step->parcel);
	while (parts_next(&part, &parts))
		if (part.run != NULL &&
		    part.run->is.hold.holder == step->author)
			return true;
	return false;
}

static bool
is_guarded(const struct step *step)
{
	if (step->author == NULL || !step->author->lock)
		return false;
	switch ((int)step->s->kind) {
	case STATEMENT_OFFER:
	case STATEMENT_LEASE:
		return true;
	case STATEMENT_RELEASE:
		return holds_any(step);
	case STATEMENT_ROTATE:
		return step->body->guardians.given;
	default:
		return false;
	}
}

static bool
is_signer(const struct step *step, const struct digest *id, bool guarded)
{
	if (step->s->kind == STATEMENT_RECOVER)
		return is_guardian(step->subject, id);
	return digest_eq(id, &step->s->holder) ||
	       (guarded && is_guardian(step->author, id));
}

static enum reason
parties_check(const struct step *step, bool guarded)
{
	const struct statement *s = step->s;
	bool author = !guarded;

	for (size_t i = 0; i < s->n_signatures; i++) {
		const struct digest *id = &s->signatures[i].holder;

		if (!is_signer(step, id, guarded))
			return R_STATEMENT_NOT_PARTY;
		for (size_t j = 0; j < i; j++)
			if (digest_eq(id, &s->signatures[j].holder))
				return R_STATEMENT_NOT_PARTY;
		author |= digest_eq(id, &s->holder);
	}
	return author ? REASON_OK : R_STATEMENT_NOT_PARTY;
}

/* The key a signer has to use. */
static enum reason
key_check(const struct step *step, size_t i)
{
	const struct digest *id = &step->s->signatures[i].holder;
	const struct digest *key = &step->entry->keys[i];
	const struct holder *h;
	bool own = digest_eq(id, &step->s->holder);

	if (own && step->s->kind == STATEMENT_ENROLL)
		return digest_eq(key, &step->entry->body_key)
			   ? REASON_OK
			   : R_STATEMENT_WRONG_KEY;
	if (own && step->s->kind == STATEMENT_ROTATE)
		return digest_eq(key, &step->entry->body_key) &&
			       digest_eq(key, &step->author->next)
			   ? REASON_OK
			   : R_STATEMENT_WRONG_KEY;
	h = holder_find(step->st, id);
	return h != NULL && digest_eq(key, &h->key) ? REASON_OK
						    : R_STATEMENT_WRONG_KEY;
}

enum reason
signers_check(const struct step *step)
{
	const bool guarded = is_guarded(step);
	size_t guardians = 0;

	if (!step->entry->signed_well)
		return R_STATEMENT_BAD_SIGNATURE;
	TRY(parties_check(step, guarded));
	for (size_t i = 0; i < step->s->n_signatures; i++)
		TRY(key_check(step, i));
	if (!guarded)
		return REASON_OK;
	for (size_t i = 0; i < step->s->n_signatures; i++)
		guardians +=
		    is_guardian(step->author, &step->s->signatures[i].holder);
	return guardians >= step->author->threshold ? REASON_OK
						    : R_STATEMENT_GUARDIANS;
}
