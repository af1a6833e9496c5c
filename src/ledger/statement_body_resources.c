/* Bodies about who has what: claim, release, offer, accept, settle, lease. */
#include <string.h>

#include "ledger/statement.h"

/* The contents of ASIdentifiers are well formed; is a range a single number? */
static enum reason
singles_check(struct der as)
{
	struct der in, list, range;
	uint64_t lo, hi;

	TRY(der_enter(&in, &as, DER_SEQUENCE));
	TRY(der_enter(&list, &in, DER_CONTEXT_CONS(0)));
	if (!der_is(&list, DER_SEQUENCE))
		return REASON_OK; /* inherit */
	TRY(der_enter(&in, &list, DER_SEQUENCE));
	while (der_more(&in)) {
		if (!der_is(&in, DER_SEQUENCE)) {
			TRY(der_uint(&lo, &in, UINT32_MAX));
			continue;
		}
		TRY(der_enter(&range, &in, DER_SEQUENCE));
		TRY(der_uint(&lo, &range, UINT32_MAX));
		TRY(der_uint(&hi, &range, UINT32_MAX));
		if (lo == hi)
			return MALFORMED(&range);
	}
	return REASON_OK;
}

enum reason
canonical_as_parse(struct resources *out, struct der *d, struct decode *dec)
{
	const struct der before = *d;

	TRY(resources_as_parse(out, d, dec));
	return singles_check(before);
}

/* SEQUENCE { ip [0] IPAddrBlocks OPTIONAL, as [1] ASIdentifiers OPTIONAL } */
static enum reason
resources_parse(
    struct statement_resources *out, struct der *d, struct decode *dec)
{
	struct span contents;
	struct der in, part;

	TRY(der_whole(&out->der, &contents, d, DER_SEQUENCE));
	der_init(&in, contents, d->why);
	if (!der_more(&in))
		return MALFORMED(&in);
	if (der_is(&in, DER_CONTEXT_CONS(0))) {
		TRY(der_enter(&part, &in, DER_CONTEXT_CONS(0)));
		TRY(resources_ip_parse(&out->set, &part, dec));
		TRY(der_end(&part));
	}
	if (der_is(&in, DER_CONTEXT_CONS(1))) {
		TRY(der_enter(&part, &in, DER_CONTEXT_CONS(1)));
		TRY(canonical_as_parse(&out->set, &part, dec));
		TRY(der_end(&part));
	}
	TRY(der_end(&in));
	return resources_has_inherit(&out->set) ? MALFORMED(&in) : REASON_OK;
}

void
statement_resources_write(struct buf *out, const struct resources *r)
{
	size_t mark = der_open(out, DER_SEQUENCE), part;

	if (r->ip[0].n > 0 || r->ip[1].n > 0) {
		part = der_open(out, DER_CONTEXT_CONS(0));
		resources_ip_write(out, r);
		der_close(out, part);
	}
	if (r->as.n > 0) {
		part = der_open(out, DER_CONTEXT_CONS(1));
		resources_as_write(out, r);
		der_close(out, part);
	}
	der_close(out, mark);
}

/* SEQUENCE { chain SEQUENCE OF Certificate, rsc OCTET STRING }: of each
 * certificate, the header of its SEQUENCE is ours to judge. */
static enum reason
evidence_parse(struct statement_body *b, struct der *d)
{
	struct span contents;
	struct der in, list;

	b->has_evidence = true;
	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_enter(&list, &in, DER_SEQUENCE));
	while (der_more(&list)) {
		if (b->n_chain == LEDGER_CHAIN)
			return MALFORMED(&list);
		TRY(der_whole(
		    &b->chain[b->n_chain++], &contents, &list, DER_SEQUENCE));
	}
	if (b->n_chain == 0)
		return MALFORMED(&list);
	TRY(der_octets(&b->rsc, &in));
	return der_end(&in);
}

enum reason
claim_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	TRY(resources_parse(&b->resources, d, dec));
	return der_more(d) ? evidence_parse(b, d) : REASON_OK;
}

void
claim_write(struct buf *out, const struct statement_body *b)
{
	size_t mark, list;

	statement_resources_write(out, &b->resources.set);
	if (!b->has_evidence)
		return;
	mark = der_open(out, DER_SEQUENCE);
	list = der_open(out, DER_SEQUENCE);
	for (size_t i = 0; i < b->n_chain; i++)
		buf_span(out, b->chain[i]);
	der_close(out, list);
	der_put_octets(out, b->rsc);
	der_close(out, mark);
}

enum reason
release_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	return resources_parse(&b->resources, d, dec);
}

void
release_write(struct buf *out, const struct statement_body *b)
{
	statement_resources_write(out, &b->resources.set);
}

/* [n] IMPLICIT Id OPTIONAL */
static enum reason
tagged_id_parse(bool *is, struct digest *out, struct der *d, uint8_t tag)
{
	const uint8_t *at = d->at;
	struct span s;

	*is = der_is(d, tag);
	if (!*is)
		return REASON_OK;
	TRY(der_next(&s, d, tag));
	if (s.n != sizeof(out->b))
		return fault_at(d->why, R_STATEMENT_MALFORMED, at);
	memcpy(out->b, s.p, s.n);
	return REASON_OK;
}

enum reason
offer_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	TRY(resources_parse(&b->resources, d, dec));
	TRY(id_parse(&b->subject, d));
	TRY(time_value(&b->time, d));
	TRY(tagged_id_parse(&b->has_escrow, &b->escrow, d, DER_CONTEXT(0)));
	return tagged_id_parse(
	    &b->has_hashlock, &b->hashlock, d, DER_CONTEXT(1));
}

void
offer_write(struct buf *out, const struct statement_body *b)
{
	statement_resources_write(out, &b->resources.set);
	id_write(out, &b->subject);
	der_put_uint(out, b->time);
	if (b->has_escrow)
		der_put(out, DER_CONTEXT(0), SPAN_OF(b->escrow.b));
	if (b->has_hashlock)
		der_put(out, DER_CONTEXT(1), SPAN_OF(b->hashlock.b));
}

enum reason
accept_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	const uint8_t *at;

	(void)dec;
	TRY(id_parse(&b->subject, d));
	if (!der_more(d))
		return REASON_OK;
	at = d->at;
	TRY(der_octets(&b->preimage, d));
	if (b->preimage.n < 1 || b->preimage.n > 64)
		return fault_at(d->why, R_STATEMENT_MALFORMED, at);
	return REASON_OK;
}

void
accept_write(struct buf *out, const struct statement_body *b)
{
	id_write(out, &b->subject);
	if (b->preimage.n > 0)
		der_put_octets(out, b->preimage);
}

enum reason
settle_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	TRY(id_parse(&b->subject, d));
	return der_boolean(&b->flag, d);
}

void
settle_write(struct buf *out, const struct statement_body *b)
{
	id_write(out, &b->subject);
	der_put_boolean(out, b->flag);
}

enum reason
lease_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	TRY(resources_parse(&b->resources, d, dec));
	TRY(id_parse(&b->subject, d));
	TRY(time_value(&b->time, d));
	return der_boolean(&b->flag, d);
}

void
lease_write(struct buf *out, const struct statement_body *b)
{
	statement_resources_write(out, &b->resources.set);
	id_write(out, &b->subject);
	der_put_uint(out, b->time);
	der_put_boolean(out, b->flag);
}
