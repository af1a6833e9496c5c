/*
 * Route Origin Authorization, RFC 9582.
 *
 *	RouteOriginAttestation ::= SEQUENCE {
 *		version [0]	INTEGER DEFAULT 0,
 *		asID		INTEGER (0..4294967295),
 *		ipAddrBlocks	SEQUENCE (SIZE(1..2)) OF SEQUENCE {
 *			addressFamily	OCTET STRING (SIZE(2)),
 *			addresses	SEQUENCE (SIZE(1..MAX)) OF SEQUENCE {
 *				address		BIT STRING,
 *				maxLength	INTEGER OPTIONAL } } }
 *
 * All payloads have this file's shape: the parts from the inside out, then
 * _parse, _check, _write. What is lenient here (order, duplicates, a
 * maxLength that says nothing) is in doc/strictness.md.
 */
#include "object/part.h"

static enum reason
address_parse(struct vrp *out, struct der *addresses, enum family family)
{
	struct der d;
	const uint8_t *at;
	uint64_t max_len;

	TRY(der_enter(&d, addresses, DER_SEQUENCE));
	TRY(part_prefix(&out->prefix, &d, family, R_ROA_PREFIX));
	out->max_len = out->prefix.len;
	if (!der_more(&d))
		return REASON_OK;
	at = d.at;
	TRY(der_uint(&max_len, &d, UINT32_MAX));
	if (max_len < out->prefix.len || max_len > family_bits(family))
		return fault_say(d.why, R_ROA_MAXLEN, at,
		    "%u for a prefix of %u bits", (unsigned)max_len,
		    out->prefix.len);
	out->max_len = (uint8_t)max_len;
	return der_end(&d);
}

/* One element of ipAddrBlocks: its family, and a cursor over its addresses. */
static enum reason
block_enter(struct der *addresses, enum family *family, struct der *blocks)
{
	struct der block;

	TRY(der_enter(&block, blocks, DER_SEQUENCE));
	TRY(part_family(family, &block, R_ROA_FAMILY));
	TRY(der_enter(addresses, &block, DER_SEQUENCE));
	if (!der_more(addresses))
		return der_fail(addresses, R_ROA_EMPTY);
	return der_end(&block);
}

/* Judge the families and count all addresses, so that one allocation does. */
static enum reason
blocks_count(size_t *out, struct der blocks, uint64_t max)
{
	enum family family;
	struct der addresses;
	unsigned seen = 0;
	size_t n;

	if (!der_more(&blocks))
		return der_fail(&blocks, R_ROA_EMPTY);
	for (*out = 0; der_more(&blocks); *out += n) {
		const uint8_t *at = blocks.at;

		TRY(block_enter(&addresses, &family, &blocks));
		if ((seen & 1U << family) != 0)
			return fault_at(blocks.why, R_ROA_FAMILY_TWICE, at);
		seen |= 1U << family;
		TRY(der_count(&n, &addresses, (size_t)max - *out));
	}
	return REASON_OK;
}

static enum reason
blocks_parse(struct roa *roa, struct der *blocks)
{
	struct der addresses;
	enum family family;
	size_t i = 0;

	while (der_more(blocks)) {
		TRY(block_enter(&addresses, &family, blocks));
		for (; der_more(&addresses); i++) {
			ASSERT(i < roa->n);
			roa->vrps[i].asn = roa->asn;
			TRY(address_parse(&roa->vrps[i], &addresses, family));
		}
	}
	return REASON_OK;
}

enum reason
roa_parse(struct roa *out, struct span content, struct decode *dec)
{
	struct roa roa = { 0 };
	struct der d, in, blocks;
	uint64_t asn;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(part_version(&in, 0, R_ROA_VERSION));
	TRY(der_uint(&asn, &in, UINT32_MAX));
	roa.asn.v = (uint32_t)asn;
	TRY(der_enter(&blocks, &in, DER_SEQUENCE));
	TRY(der_end(&in));
	TRY(blocks_count(&roa.n, blocks, dec->limits->resource_items));
	roa.vrps = ARENA_ARRAY(dec->arena, roa.n, struct vrp);
	if (roa.vrps == NULL)
		return der_fail(&blocks, R_LIMIT_MEMORY);
	TRY(blocks_parse(&roa, &blocks));
	*out = roa;
	return REASON_OK;
}

enum reason
roa_check(const struct roa *roa, const struct cert *ee, struct decode *dec)
{
	char text[PREFIX_TEXT];

	if (ee->resources.as.holding != HOLDS_NONE)
		return fault_at(&dec->why, R_ROA_AS_RESOURCES, NULL);
	if (resources_has_inherit(&ee->resources))
		return fault_at(&dec->why, R_ROA_INHERIT, NULL);
	for (size_t i = 0; i < roa->n; i++) {
		const struct prefix *p = &roa->vrps[i].prefix;

		if (resources_contain_prefix(&ee->resources, p))
			continue;
		prefix_write(text, p);
		return fault_say(&dec->why, R_ROA_RESOURCES, NULL, "%s", text);
	}
	return REASON_OK;
}

static void
block_write(struct buf *b, const struct roa *roa, enum family family)
{
	size_t block = der_open(b, DER_SEQUENCE), addresses, address;

	part_family_write(b, family);
	addresses = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < roa->n; i++) {
		const struct vrp *v = &roa->vrps[i];

		if (v->prefix.family != family)
			continue;
		address = der_open(b, DER_SEQUENCE);
		part_prefix_write(b, &v->prefix);
		if (v->max_len != v->prefix.len)
			der_put_uint(b, v->max_len);
		der_close(b, address);
	}
	der_close(b, addresses);
	der_close(b, block);
}

void
roa_write(struct buf *b, const struct roa *roa)
{
	size_t mark = der_open(b, DER_SEQUENCE), blocks;
	bool has[2] = { false, false };

	for (size_t i = 0; i < roa->n; i++)
		has[FAMILY_INDEX(roa->vrps[i].prefix.family)] = true;
	der_put_uint(b, roa->asn.v);
	blocks = der_open(b, DER_SEQUENCE);
	if (has[FAMILY_INDEX(FAMILY_V4)])
		block_write(b, roa, FAMILY_V4);
	if (has[FAMILY_INDEX(FAMILY_V6)])
		block_write(b, roa, FAMILY_V6);
	der_close(b, blocks);
	der_close(b, mark);
}
