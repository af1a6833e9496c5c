/* Who says what after what: authors, their keys, signatures, faults. */
#include <stdlib.h>
#include <string.h>

#include "world/say.h"

#define KEY_TYPE_X25519                                         \
	SPAN("\x30\x2a\x30\x05\x06\x03\x2b\x65\x6e\x03\x21\x00" \
	     "0123456789abcdef0123456789abcdef")

/* ---- authors --------------------------------------------------------- */

struct crypt_secret *
author_key(
    const struct world_writer *w, const struct world_author *a, unsigned number)
{
	char name[WORLD_URI];
	uint8_t seed[32];

	(void)snprintf(name, sizeof(name), "%s %u", a->name, number);
	if (a->is_rsa)
		return world_ee_key(w->seed, name);
	world_seed(seed, w->seed, "holder", name);
	return crypt_secret_ed25519(SPAN_OF(seed));
}

/* SHA-256 of its SubjectPublicKeyInfo, and that. */
static enum reason
key_id(struct digest *id, struct span *spki, struct world_speech *k,
    const struct world_author *a, unsigned number)
{
	struct crypt_secret *secret = author_key(k->w, a, number);
	enum reason r = R_LIMIT_MEMORY;

	if (secret != NULL)
		r = ledger_key(spki, id, secret, &k->arena);
	crypt_secret_free(secret);
	return r;
}

/* Whose keys are RSA is said where it enrols. */
static bool
is_rsa(const struct world_speech *k, const char *name)
{
	for (const struct world_say *s = k->w->world->ledger->says; s != NULL;
	     s = s->next)
		if (s->kind == STATEMENT_ENROLL &&
		    strcmp(s->item.name, name) == 0)
			return s->is_rsa;
	return false;
}

struct world_author *
author_find(struct world_speech *k, const char *name)
{
	struct world_author *a = k->authors;
	struct span spki;

	while (a != NULL && strcmp(a->name, name) != 0)
		a = a->next;
	if (a != NULL)
		return a;
	a = ARENA_NEW(&k->arena, struct world_author);
	if (a == NULL)
		return NULL;
	a->name = name;
	a->is_rsa = is_rsa(k, name);
	if (key_id(&a->id, &spki, k, a, 0) != REASON_OK)
		return NULL;
	*k->tail = a;
	k->tail = &a->next;
	return a;
}

const struct world_said *
said_find(const struct world_speech *k, const char *name)
{
	for (size_t i = 1; i < k->n; i++)
		if (strcmp(k->said[i].say->item.name, name) == 0)
			return &k->said[i];
	return NULL;
}

/* ---- speech ---------------------------------------------------------- */

enum reason
speech_init(struct world_speech *k, const struct world_writer *w)
{
	const size_t n = w->world->ledger->n + 1;

	*k = (struct world_speech){ .w = w };
	arena_init(&k->arena, SIZE_MAX);
	k->tail = &k->authors;
	k->entries = ARENA_ARRAY(&k->arena, n, struct span);
	k->said = ARENA_ARRAY(&k->arena, n, struct world_said);
	k->s = ARENA_NEW(&k->arena, struct statement);
	return k->entries != NULL && k->said != NULL && k->s != NULL
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

static void
signers_end(struct world_speech *k)
{
	for (size_t i = 0; i < k->n_by; i++)
		crypt_secret_free(
		    (struct crypt_secret *)(uintptr_t)k->by[i].secret);
	k->n_by = 0;
}

void
speech_fini(struct world_speech *k)
{
	signers_end(k);
	arena_fini(&k->arena);
}

static enum reason
signer_add(
    struct world_speech *k, const struct world_author *a, unsigned number)
{
	struct crypt_secret *secret = author_key(k->w, a, number);

	if (secret == NULL)
		return R_LIMIT_MEMORY;
	ASSERT(k->n_by < COUNT(k->by));
	k->by[k->n_by++] = (struct ledger_signer){ a->id, secret };
	return REASON_OK;
}

static enum reason
entry_add(struct world_speech *k, struct span bytes)
{
	k->entries[k->n] = arena_dup(&k->arena, bytes);
	return k->entries[k->n].p != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
sign_and_add(struct world_speech *k, const char *act)
{
	struct buf entry;
	enum reason r;

	buf_init(&entry, LEDGER_ENTRY_MAX);
	r = statement_make(&entry, k->s, k->by, k->n_by, &k->arena);
	if (r == REASON_OK && strcmp(act, "signature") == 0)
		entry.p[entry.n - 1] ^= 1;
	if (strcmp(act, "trailing") == 0)
		buf_byte(&entry, 0);
	if (r == REASON_OK)
		r = entry_add(k, buf_view(&entry));
	buf_fini(&entry);
	return r;
}

/* ---- the genesis ----------------------------------------------------- */

static enum reason
anchors_fill(struct world_speech *k)
{
	const struct world_names *names = &k->w->world->ledger->anchors;
	struct statement_body *b = &k->s->body;

	for (size_t i = 0; i < names->n; i++) {
		const struct world_ca *ca =
		    world_ca_find(k->w->world, names->name[i]);
		struct crypt_secret *key = world_ca_key(k->w->seed, ca->number);
		struct span spki;
		enum reason r = R_LIMIT_MEMORY;

		if (key != NULL)
			r = ledger_key(
			    &spki, &b->anchors[b->n_anchors++], key, &k->arena);
		crypt_secret_free(key);
		TRY(r);
	}
	return REASON_OK;
}

enum reason
speech_genesis(struct world_speech *k)
{
	const struct world_ledger *l = k->w->world->ledger;
	struct world_author *a = author_find(k, SEQUENCER);
	struct statement_body *b = &k->s->body;
	struct span spki;
	struct digest id;
	enum reason r;

	if (a == NULL)
		return R_LIMIT_MEMORY;
	*k->s =
	    (struct statement){ .kind = STATEMENT_GENESIS, .holder = a->id };
	b->origin = span_str(l->origin);
	b->time = (uint64_t)(k->w->at + l->begin);
	b->challenge = l->challenge;
	TRY(anchors_fill(k));
	TRY(key_id(&id, &b->key.der, k, a, 0));
	TRY(key_id(&b->next, &spki, k, a, 1));
	TRY(signer_add(k, a, 0));
	r = sign_and_add(k, "");
	signers_end(k);
	TRY(r);
	k->ledger_at = l->begin;
	a->enrolled = true;
	a->last = k->genesis = k->s->id;
	k->said[k->n++] =
	    (struct world_said){ .id = k->genesis, .holder = a->id };
	return REASON_OK;
}

/* ---- one more -------------------------------------------------------- */

static bool
is_act(const struct world_say *s, const char *act)
{
	return s->fault != NULL && strcmp(s->fault->act, act) == 0;
}

/* Faults of the frame, before it is signed. */
static void
frame_fault(struct statement *s, const struct world_say *say)
{
	if (is_act(say, "ledger"))
		s->ledger.b[0] ^= 1;
	if (is_act(say, "gap"))
		s->sequence++;
	if (is_act(say, "far"))
		s->sequence = INT64_MAX;
	if (is_act(say, "previous"))
		s->previous.b[0] ^= 1;
	if (is_act(say, "key-type"))
		s->body.key.der = KEY_TYPE_X25519;
}

/* With which key of its own. */
static unsigned
signing_key(const struct world_author *a, const struct world_say *s)
{
	if (is_act(s, "old-key"))
		return a->key > 0 ? a->key - 1 : a->key + 1;
	return s->kind == STATEMENT_ROTATE ? a->key + 1 : a->key;
}

/* Key and next of what brings them. */
static enum reason
keys_fill(struct world_speech *k, const struct world_author *a,
    const struct world_say *s)
{
	struct statement_body *b = &k->s->body;
	unsigned number = s->kind == STATEMENT_ROTATE ? a->key + 1 : 0;
	struct digest id;
	struct span spki;

	if (s->kind == STATEMENT_RECOVER) {
		a = author_find(k, s->of);
		number = AUTHOR_RECOVERED;
		if (a == NULL)
			return R_LIMIT_MEMORY;
		b->subject = a->id;
	} else if (s->kind != STATEMENT_ENROLL && s->kind != STATEMENT_ROTATE) {
		return REASON_OK;
	}
	TRY(key_id(&id, &b->key.der, k, a, number));
	return key_id(&b->next, &spki, k, a, number + 1);
}

static enum reason
make(struct world_speech *k, struct world_author *a, const struct world_say *s)
{
	*k->s = (struct statement){ .kind = s->kind,
		.ledger = k->genesis,
		.holder = a->id,
		.sequence = a->enrolled && s->kind != STATEMENT_ENROLL
				? a->sequence + 1
				: 0 };
	if (s->kind != STATEMENT_ENROLL)
		k->s->previous = a->last;
	TRY(body_fill(k, s));
	TRY(keys_fill(k, a, s));
	if (s->evidence != NULL)
		TRY(body_evidence(k, s));
	frame_fault(k->s, s);
	TRY(signer_add(k, a, signing_key(a, s)));
	for (size_t i = 0; i < s->with.n; i++) {
		const struct world_author *g = author_find(k, s->with.name[i]);

		if (g == NULL)
			return R_LIMIT_MEMORY;
		TRY(signer_add(k, g, g->key));
	}
	return sign_and_add(k, s->fault != NULL ? s->fault->act : "");
}

/* A tick that is late enough gives those who are silent their new keys. */
static void
recoveries_end(struct world_speech *k, int64_t at)
{
	k->ledger_at = at;
	for (struct world_author *a = k->authors; a != NULL; a = a->next)
		if (a->recovering && at >= a->recovers_at) {
			a->recovering = false;
			a->key = AUTHOR_RECOVERED;
		}
}

/* What became of those who said it. */
static void
effect(
    struct world_speech *k, struct world_author *a, const struct world_say *s)
{
	struct world_author *subject;

	if (s->kind == STATEMENT_ENROLL)
		a->enrolled = true;
	else
		a->sequence++;
	a->last = k->s->id;
	a->recovering = false; /* who still speaks needs none */
	if (s->kind == STATEMENT_ROTATE)
		a->key++;
	if (s->kind == STATEMENT_TICK)
		recoveries_end(k, s->time);
	if (s->kind != STATEMENT_RECOVER)
		return;
	subject = author_find(k, s->of);
	subject->recovering = true;
	subject->recovers_at =
	    k->ledger_at + (int64_t)k->w->world->ledger->challenge;
}

static int
digest_order(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct digest));
}

static enum reason
said_add(struct world_speech *k, const struct world_say *s,
    const struct world_author *a)
{
	struct world_said *said = &k->said[k->n];

	*said = (struct world_said){ .say = s, .entry = k->n };
	if (a != NULL)
		said->holder = a->id;
	if (s->fault == NULL)
		said->id = k->s->id;
	said->endorsers =
	    ARENA_ARRAY(&k->arena, s->endorsers.n + 1, struct digest);
	if (said->endorsers == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < s->endorsers.n; i++) {
		a = author_find(k, s->endorsers.name[i]);
		if (a == NULL)
			return R_LIMIT_MEMORY;
		said->endorsers[said->n_endorsers++] = a->id;
	}
	if (said->n_endorsers > 0)
		qsort(said->endorsers, said->n_endorsers, sizeof(struct digest),
		    digest_order);
	k->n++;
	return REASON_OK;
}

/* What is no statement of its own. */
static bool
copied(
    struct span *out, const struct world_speech *k, const struct world_say *s)
{
	if (is_act(s, "junk"))
		*out = SPAN("no statement");
	else if (is_act(s, "empty"))
		*out = SPAN("");
	else if (is_act(s, "genesis"))
		*out = k->entries[0];
	else if (s->again)
		*out = k->entries[said_find(k, s->of)->entry];
	else
		return false;
	return true;
}

enum reason
speech_say(struct world_speech *k, const struct world_say *s)
{
	const char *by = s->kind == STATEMENT_ENROLL ? s->item.name : s->by;
	struct world_author *a;
	struct span bytes;
	enum reason r;

	if (s->kind == STATEMENT_ENROLL && s->by != NULL)
		by = s->by; /* a second time */
	if (by == NULL)
		by = SEQUENCER;
	if (copied(&bytes, k, s)) {
		TRY(entry_add(k, bytes));
		return said_add(k, s, NULL);
	}
	a = author_find(k, by);
	if (a == NULL)
		return R_LIMIT_MEMORY;
	r = make(k, a, s);
	signers_end(k);
	TRY(r);
	if (s->fault == NULL)
		effect(k, a, s);
	return said_add(k, s, a);
}
