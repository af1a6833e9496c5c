/* Bodies about the ledger itself and about keys: genesis, tick, enroll,
 * rotate, recover. */
#include <string.h>

#include "ledger/statement.h"

#define CHALLENGE_MAX 31536000

/* Characters, none below U+0020: their number is that of the bytes that are
 * no continuation. */
static bool
origin_is_valid(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 0x20)
			return false;
		n += (s.p[i] & 0xc0) != 0x80;
	}
	return n >= 1 && n <= 255 && utf8_is_valid(s);
}

static enum reason
anchors_parse(struct statement_body *b, struct der *d)
{
	struct der list;

	TRY(der_enter(&list, d, DER_SEQUENCE));
	while (der_more(&list)) {
		if (b->n_anchors == COUNT(b->anchors))
			return MALFORMED(&list);
		TRY(id_parse(&b->anchors[b->n_anchors++], &list));
	}
	return REASON_OK;
}

enum reason
genesis_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	const uint8_t *at = d->at;
	uint64_t version;

	(void)dec;
	TRY(der_uint(&version, d, 1));
	if (version != 1)
		return fault_at(d->why, R_STATEMENT_MALFORMED, at);
	at = d->at;
	TRY(der_next(&b->origin, d, DER_UTF8_STRING));
	if (!origin_is_valid(b->origin))
		return fault_at(d->why, R_STATEMENT_MALFORMED, at);
	TRY(time_value(&b->time, d));
	TRY(der_uint(&b->challenge, d, CHALLENGE_MAX));
	TRY(anchors_parse(b, d));
	TRY(statement_key_parse(&b->key, d));
	return id_parse(&b->next, d);
}

void
genesis_write(struct buf *out, const struct statement_body *b)
{
	size_t list;

	der_put_uint(out, 1);
	der_put_utf8(out, b->origin);
	der_put_uint(out, b->time);
	der_put_uint(out, b->challenge);
	list = der_open(out, DER_SEQUENCE);
	for (size_t i = 0; i < b->n_anchors; i++)
		id_write(out, &b->anchors[i]);
	der_close(out, list);
	buf_span(out, b->key.der);
	id_write(out, &b->next);
}

enum reason
tick_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	return time_value(&b->time, d);
}

void
tick_write(struct buf *out, const struct statement_body *b)
{
	der_put_uint(out, b->time);
}

static enum reason
guardians_parse(struct statement_guardians *g, struct der *d)
{
	struct der in, list;
	uint64_t threshold;

	g->given = true;
	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_uint(&threshold, &in, LEDGER_GUARDIANS));
	g->threshold = (unsigned)threshold;
	TRY(der_enter(&list, &in, DER_SEQUENCE));
	while (der_more(&list)) {
		if (g->n == LEDGER_GUARDIANS)
			return MALFORMED(&list);
		TRY(id_parse(&g->holder[g->n++], &list));
	}
	TRY(der_boolean(&g->lock, &in));
	return der_end(&in);
}

static void
guardians_write(struct buf *out, const struct statement_guardians *g)
{
	size_t mark = der_open(out, DER_SEQUENCE), list;

	der_put_uint(out, g->threshold);
	list = der_open(out, DER_SEQUENCE);
	for (size_t i = 0; i < g->n; i++)
		id_write(out, &g->holder[i]);
	der_close(out, list);
	der_put_boolean(out, g->lock);
	der_close(out, mark);
}

enum reason
key_change_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	TRY(statement_key_parse(&b->key, d));
	TRY(id_parse(&b->next, d));
	return der_more(d) ? guardians_parse(&b->guardians, d) : REASON_OK;
}

void
key_change_write(struct buf *out, const struct statement_body *b)
{
	buf_span(out, b->key.der);
	id_write(out, &b->next);
	if (b->guardians.given)
		guardians_write(out, &b->guardians);
}

enum reason
recover_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	TRY(id_parse(&b->subject, d));
	TRY(statement_key_parse(&b->key, d));
	return id_parse(&b->next, d);
}

void
recover_write(struct buf *out, const struct statement_body *b)
{
	id_write(out, &b->subject);
	buf_span(out, b->key.der);
	id_write(out, &b->next);
}
