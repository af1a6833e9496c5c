/*
 * Trust anchor key: which key a registry uses, used, and will use. RFC 9691.
 *
 *	TAK ::= SEQUENCE {
 *		version		INTEGER DEFAULT 0,
 *		current		TAKey,
 *		predecessor [0]	TAKey OPTIONAL,
 *		successor [1]	TAKey OPTIONAL }
 *
 *	TAKey ::= SEQUENCE {
 *		comments	SEQUENCE OF UTF8String,
 *		certificateURIs	SEQUENCE (SIZE(1..MAX)) OF IA5String,
 *		subjectPublicKeyInfo SubjectPublicKeyInfo }
 *
 * Tags are explicit. A TAK is shown and reported; nothing here or above ever
 * changes which key is trusted: that is the operator's to do.
 */
#include "object/part.h"

static enum reason
comments_parse(struct tak_key *key, struct der *d, struct decode *dec)
{
	TRY(der_count(&key->n_comments, d, dec->limits->tal_uris));
	key->comments = ARENA_ARRAY(dec->arena, key->n_comments, struct span);
	if (key->comments == NULL)
		return der_fail(d, R_LIMIT_MEMORY);
	for (size_t i = 0; i < key->n_comments; i++) {
		const uint8_t *at = d->at;

		TRY(der_next(&key->comments[i], d, DER_UTF8_STRING));
		if (!utf8_is_valid(key->comments[i]))
			return fault_at(d->why, R_DER_STRING, at);
	}
	return REASON_OK;
}

static enum reason
uris_parse(struct tak_key *key, struct der *d, struct decode *dec)
{
	struct uri uri;

	TRY(der_count(&key->n_uris, d, dec->limits->tal_uris));
	if (key->n_uris == 0)
		return der_fail(d, R_TAK_NO_URI);
	key->uris = ARENA_ARRAY(dec->arena, key->n_uris, struct span);
	if (key->uris == NULL)
		return der_fail(d, R_LIMIT_MEMORY);
	for (size_t i = 0; i < key->n_uris; i++) {
		const uint8_t *at = d->at;
		enum reason r;

		TRY(der_ia5(&key->uris[i], d));
		r = uri_parse(&uri, key->uris[i], dec->limits);
		if (r != REASON_OK)
			return fault_at(d->why, r, at);
	}
	return REASON_OK;
}

static enum reason
key_parse(struct tak_key *out, struct der *d, struct decode *dec)
{
	struct der in, list;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_enter(&list, &in, DER_SEQUENCE));
	TRY(comments_parse(out, &list, dec));
	TRY(der_enter(&list, &in, DER_SEQUENCE));
	TRY(uris_parse(out, &list, dec));
	TRY(spki_parse(&out->spki, &in, dec));
	return der_end(&in);
}

/* The key under an explicit tag, if it is there. */
static enum reason
other_parse(bool *has, struct tak_key *out, struct der *d, uint8_t tag,
    struct decode *dec)
{
	struct der in;

	*has = der_is(d, tag);
	if (!*has)
		return REASON_OK;
	TRY(der_enter(&in, d, tag));
	TRY(key_parse(out, &in, dec));
	return der_end(&in);
}

/* hostile.md TK1: a change of key from one key to the same is none. */
static bool
has_twins(const struct tak *t)
{
	struct span current = t->current.spki.der;
	struct span before = t->predecessor.spki.der;
	struct span after = t->successor.spki.der;

	return (t->has_predecessor && span_eq(current, before)) ||
	       (t->has_successor && span_eq(current, after)) ||
	       (t->has_predecessor && t->has_successor &&
		   span_eq(before, after));
}

enum reason
tak_parse(struct tak *out, struct span content, struct decode *dec)
{
	struct tak tak = { 0 };
	struct der d, in;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(part_version(&in, 0, R_TAK_VERSION));
	TRY(key_parse(&tak.current, &in, dec));
	TRY(other_parse(&tak.has_predecessor, &tak.predecessor, &in,
	    DER_CONTEXT_CONS(0), dec));
	TRY(other_parse(
	    &tak.has_successor, &tak.successor, &in, DER_CONTEXT_CONS(1), dec));
	TRY(der_end(&in));
	if (has_twins(&tak))
		return fault_at(&dec->why, R_TAK_SAME_KEY, content.p);
	*out = tak;
	return REASON_OK;
}

static bool
inherits(enum holding h)
{
	return h != HOLDS_SOME;
}

/* Section 2.3: it is not about resources. That the key it calls current is
 * the issuer's is for those to judge who know the issuer. */
enum reason
tak_check(const struct tak *tak, const struct cert *ee, struct decode *dec)
{
	const struct resources *r = &ee->resources;

	(void)tak;
	if (!inherits(r->ip[0].holding) || !inherits(r->ip[1].holding) ||
	    !inherits(r->as.holding))
		return fault_at(&dec->why, R_TAK_RESOURCES, NULL);
	return REASON_OK;
}

static void
key_write(struct buf *b, const struct tak_key *key)
{
	size_t mark = der_open(b, DER_SEQUENCE), in;

	in = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < key->n_comments; i++)
		der_put_utf8(b, key->comments[i]);
	der_close(b, in);
	in = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < key->n_uris; i++)
		der_put_ia5(b, key->uris[i]);
	der_close(b, in);
	spki_write(b, &key->spki.key);
	der_close(b, mark);
}

void
tak_write(struct buf *b, const struct tak *tak)
{
	size_t mark = der_open(b, DER_SEQUENCE), in;

	key_write(b, &tak->current);
	if (tak->has_predecessor) {
		in = der_open(b, DER_CONTEXT_CONS(0));
		key_write(b, &tak->predecessor);
		der_close(b, in);
	}
	if (tak->has_successor) {
		in = der_open(b, DER_CONTEXT_CONS(1));
		key_write(b, &tak->successor);
		der_close(b, in);
	}
	der_close(b, mark);
}
