/*
 * Statements: the frame around the bodies (ledger.md 3).
 *
 *	Statement ::= SEQUENCE {
 *		tbs SEQUENCE {
 *			ledger, holder	Id,
 *			sequence	INTEGER,
 *			previous	Id,
 *			body		CHOICE by tag },
 *		signatures SEQUENCE SIZE (1..17) OF SEQUENCE {
 *			holder	Id,
 *			key	SubjectPublicKeyInfo,
 *			value	OCTET STRING } }
 */
#include <string.h>

#include "ledger/statement.h"

const struct statement_row statement_rows[STATEMENT_KINDS] = {
#define K(name, id, stem) \
	[STATEMENT_##name] = { id, stem##_parse, stem##_write },
#include "ledger/statement.def"
#undef K
};

#define ID_PREFIX SPAN("cairn statement v1\n")

/* What nothing in an entry can reach: its bytes bound all else. */
static const struct limits unbound = {
#define L(name, value, unit, key, text) .name = UINT32_MAX,
#include "base/limits.def"
#undef L
};

const struct limits *
ledger_limits(void)
{
	return &unbound;
}

const char *
statement_kind_id(enum statement_kind kind)
{
	ASSERT(kind < STATEMENT_KINDS);
	return statement_rows[kind].id;
}

enum reason
id_parse(struct digest *out, struct der *d)
{
	const uint8_t *at = d->at;
	struct span s;

	TRY(der_octets(&s, d));
	if (s.n != sizeof(out->b))
		return fault_at(d->why, R_STATEMENT_MALFORMED, at);
	memcpy(out->b, s.p, s.n);
	return REASON_OK;
}

void
id_write(struct buf *b, const struct digest *id)
{
	der_put_octets(b, SPAN_OF(id->b));
}

enum reason
time_value(uint64_t *out, struct der *d)
{
	return der_uint(out, d, INT64_MAX);
}

enum reason
until_parse(uint64_t *out, struct der *d)
{
	*out = LEDGER_NEVER;
	return der_more(d) ? time_value(out, d) : REASON_OK;
}

void
until_write(struct buf *b, uint64_t until)
{
	if (until != LEDGER_NEVER)
		der_put_uint(b, until);
}

enum reason
ia5_sized(struct span *out, struct der *d, size_t min, size_t max)
{
	const uint8_t *at = d->at;

	TRY(der_ia5(out, d));
	if (out->n < min || out->n > max)
		return fault_at(d->why, R_STATEMENT_MALFORMED, at);
	return REASON_OK;
}

static enum reason
body_choice(struct statement *s, struct der *d, struct decode *dec)
{
	struct der body;
	unsigned kind;

	for (kind = 0; kind < STATEMENT_KINDS; kind++)
		if (der_is(d, DER_CONTEXT_CONS(kind)))
			break;
	if (kind == STATEMENT_KINDS)
		return MALFORMED(d);
	s->kind = (enum statement_kind)kind;
	TRY(der_enter(&body, d, DER_CONTEXT_CONS(kind)));
	TRY(statement_rows[kind].parse(&s->body, &body, dec));
	return der_end(&body);
}

static enum reason
tbs_parse(struct statement *s, struct der *d, struct decode *dec)
{
	TRY(id_parse(&s->ledger, d));
	TRY(id_parse(&s->holder, d));
	TRY(der_uint(&s->sequence, d, INT64_MAX));
	TRY(id_parse(&s->previous, d));
	TRY(body_choice(s, d, dec));
	return der_end(d);
}

static enum reason
signature_parse(struct statement_signature *out, struct der *d)
{
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(id_parse(&out->holder, &in));
	TRY(statement_key_parse(&out->key, &in));
	TRY(der_octets(&out->value, &in));
	return der_end(&in);
}

static enum reason
signatures_parse(struct statement *s, struct der *d)
{
	struct der list;

	TRY(der_enter(&list, d, DER_SEQUENCE));
	while (der_more(&list)) {
		if (s->n_signatures == LEDGER_SIGNATURES)
			return MALFORMED(&list);
		TRY(signature_parse(&s->signatures[s->n_signatures++], &list));
	}
	return s->n_signatures > 0 ? REASON_OK : MALFORMED(&list);
}

static enum reason
frame_parse(struct statement *s, struct span entry, struct decode *dec)
{
	struct der d, in, tbs;
	struct span contents;

	der_init(&d, entry, &dec->why);
	if (entry.n > LEDGER_ENTRY_MAX)
		return MALFORMED(&d);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_whole(&s->tbs, &contents, &in, DER_SEQUENCE));
	der_init(&tbs, contents, &dec->why);
	TRY(tbs_parse(s, &tbs, dec));
	TRY(signatures_parse(s, &in));
	return der_end(&in);
}

enum reason
statement_parse(struct statement *out, struct span entry, struct decode *dec)
{
	enum reason r;

	*out = (struct statement){ 0 };
	r = frame_parse(out, entry, dec);
	if (r == R_LIMIT_MEMORY)
		return r;
	if (r != REASON_OK)
		return R_STATEMENT_MALFORMED;
	statement_id(&out->id, out->tbs);
	return REASON_OK;
}

void
statement_id(struct digest *out, struct span tbs)
{
	crypt_sha256_2(out->b, ID_PREFIX, tbs);
}

void
statement_message(struct buf *b, struct span tbs)
{
	buf_span(b, ID_PREFIX);
	buf_span(b, tbs);
}

void
statement_write_tbs(struct buf *b, const struct statement *s)
{
	size_t mark = der_open(b, DER_SEQUENCE), body;

	id_write(b, &s->ledger);
	id_write(b, &s->holder);
	der_put_uint(b, s->sequence);
	id_write(b, &s->previous);
	ASSERT(s->kind < STATEMENT_KINDS);
	body = der_open(b, DER_CONTEXT_CONS(s->kind));
	statement_rows[s->kind].write(b, &s->body);
	der_close(b, body);
	der_close(b, mark);
}

void
statement_write(struct buf *b, const struct statement *s)
{
	size_t mark = der_open(b, DER_SEQUENCE), list, one;

	buf_span(b, s->tbs);
	list = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < s->n_signatures; i++) {
		one = der_open(b, DER_SEQUENCE);
		id_write(b, &s->signatures[i].holder);
		buf_span(b, s->signatures[i].key.der);
		der_put_octets(b, s->signatures[i].value);
		der_close(b, one);
	}
	der_close(b, list);
	der_close(b, mark);
}
