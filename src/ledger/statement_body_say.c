/* Bodies about what a holder says: authorize, withdraw, endorse, name,
 * service, rdns. */
#include <string.h>

#include "ledger/statement.h"

enum reason
authorize_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	TRY(der_oid(&b->type, d));
	TRY(der_octets(&b->content, d));
	return until_parse(&b->time, d);
}

void
authorize_write(struct buf *out, const struct statement_body *b)
{
	der_put_oid(out, b->type);
	der_put_octets(out, b->content);
	until_write(out, b->time);
}

enum reason
withdraw_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	return id_parse(&b->subject, d);
}

void
withdraw_write(struct buf *out, const struct statement_body *b)
{
	id_write(out, &b->subject);
}

enum reason
endorse_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	TRY(id_parse(&b->subject, d));
	return until_parse(&b->time, d);
}

void
endorse_write(struct buf *out, const struct statement_body *b)
{
	id_write(out, &b->subject);
	until_write(out, b->time);
}

/* Which letters it has is the rule's to judge: ledger.md 4. */
enum reason
label_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	(void)dec;
	return ia5_sized(&b->label, d, 3, 63);
}

void
label_write(struct buf *out, const struct statement_body *b)
{
	der_put_ia5(out, b->label);
}

static bool
is_small_alnum(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static enum reason
region_parse(struct span *out, struct der *d)
{
	const uint8_t *at = d->at;

	TRY(der_next(out, d, DER_PRINTABLE_STRING));
	if (out->n != 2 || out->p[0] < 'A' || out->p[0] > 'Z' ||
	    out->p[1] < 'A' || out->p[1] > 'Z')
		return fault_at(d->why, R_STATEMENT_MALFORMED, at);
	return REASON_OK;
}

static enum reason
record_parse(struct service_record *out, struct der *d)
{
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(ia5_sized(&out->kind, &in, 1, 32));
	TRY(ia5_sized(&out->uri, &in, 1, 512));
	for (size_t i = 0; i < out->kind.n; i++)
		if (!is_small_alnum(out->kind.p[i]) && out->kind.p[i] != '-')
			return MALFORMED(&in);
	for (size_t i = 0; i < out->uri.n; i++)
		if (out->uri.p[i] < 0x21 || out->uri.p[i] > 0x7e)
			return MALFORMED(&in);
	if (der_more(&in))
		TRY(region_parse(&out->region, &in));
	return der_end(&in);
}

enum reason
service_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	struct der list;

	(void)dec;
	TRY(der_enter(&list, d, DER_SEQUENCE));
	while (der_more(&list)) {
		if (b->n_records == LEDGER_SERVICES)
			return MALFORMED(&list);
		TRY(record_parse(&b->records[b->n_records++], &list));
	}
	return REASON_OK;
}

void
service_write(struct buf *out, const struct statement_body *b)
{
	size_t list = der_open(out, DER_SEQUENCE), one;

	for (size_t i = 0; i < b->n_records; i++) {
		one = der_open(out, DER_SEQUENCE);
		der_put_ia5(out, b->records[i].kind);
		der_put_ia5(out, b->records[i].uri);
		if (b->records[i].region.n > 0)
			der_put_printable(out, b->records[i].region);
		der_close(out, one);
	}
	der_close(out, list);
}

/* IPAddressFamily of exactly one prefix, RFC 3779 2.2.3. */
static enum reason
prefix_parse_from(struct prefix *out, struct der *d)
{
	struct span afi, bits;
	struct der in, list;
	unsigned unused;
	size_t len;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_octets(&afi, &in));
	if (!span_eq(afi, SPAN("\0\1")) && !span_eq(afi, SPAN("\0\2")))
		return MALFORMED(&in);
	out->family = afi.p[1] == 1 ? FAMILY_V4 : FAMILY_V6;
	TRY(der_enter(&list, &in, DER_SEQUENCE));
	TRY(der_end(&in));
	TRY(der_bits(&bits, &unused, &list));
	TRY(der_end(&list));
	len = bits.n * 8 - unused;
	if (len > family_bits(out->family))
		return MALFORMED(&list);
	out->len = (uint8_t)len;
	if (bits.n > 0)
		memcpy(out->addr.b, bits.p, bits.n);
	return REASON_OK;
}

static enum reason
server_parse(struct span *out, struct der *d)
{
	TRY(ia5_sized(out, d, 1, 255));
	for (size_t i = 0; i < out->n; i++)
		if (!is_small_alnum(out->p[i]) && out->p[i] != '.' &&
		    out->p[i] != '-' && out->p[i] != '_')
			return fault_at(d->why, R_STATEMENT_MALFORMED, out->p);
	return REASON_OK;
}

enum reason
rdns_parse(struct statement_body *b, struct der *d, struct decode *dec)
{
	struct der list;

	(void)dec;
	TRY(prefix_parse_from(&b->prefix, d));
	TRY(der_enter(&list, d, DER_SEQUENCE));
	while (der_more(&list)) {
		if (b->n_records == LEDGER_RDNS)
			return MALFORMED(&list);
		TRY(server_parse(&b->servers[b->n_records++], &list));
	}
	TRY(der_enter(&list, d, DER_SEQUENCE));
	while (der_more(&list)) {
		struct span *ds = &b->ds[b->n_ds];

		if (b->n_ds++ == LEDGER_RDNS)
			return MALFORMED(&list);
		TRY(der_octets(ds, &list));
		if (ds->n < 5 || ds->n > 68)
			return MALFORMED(&list);
	}
	return REASON_OK;
}

void
rdns_write(struct buf *out, const struct statement_body *b)
{
	unsigned bytes = (b->prefix.len + 7U) / 8;
	size_t mark = der_open(out, DER_SEQUENCE), list;

	der_put_octets(
	    out, b->prefix.family == FAMILY_V4 ? SPAN("\0\1") : SPAN("\0\2"));
	list = der_open(out, DER_SEQUENCE);
	der_put_bits(
	    out, span_of(b->prefix.addr.b, bytes), bytes * 8 - b->prefix.len);
	der_close(out, list);
	der_close(out, mark);
	list = der_open(out, DER_SEQUENCE);
	for (size_t i = 0; i < b->n_records; i++)
		der_put_ia5(out, b->servers[i]);
	der_close(out, list);
	list = der_open(out, DER_SEQUENCE);
	for (size_t i = 0; i < b->n_ds; i++)
		der_put_octets(out, b->ds[i]);
	der_close(out, list);
}
