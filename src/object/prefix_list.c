/*
 * Signed prefix list: all that an AS originates.
 * draft-ietf-sidrops-rpki-prefixlist-05 section 3.
 *
 *	RpkiSignedPrefixList ::= SEQUENCE {
 *		version [0]	INTEGER DEFAULT 0,
 *		asID		INTEGER (0..4294967295),
 *		prefixBlocks	SEQUENCE (SIZE(0..2)) OF SEQUENCE {
 *			addressFamily	OCTET STRING (SIZE(2)),
 *			prefixes	SEQUENCE (SIZE(1..MAX)) OF BIT STRING }
 *}
 *
 * Blocks are in order of family, prefixes in order of address and length. An
 * empty list says that the AS originates nothing. It is shown; no router is
 * told of it.
 */
#include "object/part.h"

/* One element of prefixBlocks: its family, and a cursor over its prefixes. */
static enum reason
block_enter(struct der *prefixes, enum family *family, struct der *blocks)
{
	struct der block;

	TRY(der_enter(&block, blocks, DER_SEQUENCE));
	TRY(part_family(family, &block, R_PREFIX_LIST_FAMILY));
	TRY(der_enter(prefixes, &block, DER_SEQUENCE));
	if (!der_more(prefixes))
		return der_fail(prefixes, R_PREFIX_LIST_EMPTY);
	return der_end(&block);
}

static enum reason
blocks_count(size_t *out, struct der blocks, uint64_t max)
{
	enum family family, seen = 0;
	struct der prefixes;
	size_t n;

	for (*out = 0; der_more(&blocks); *out += n) {
		const uint8_t *at = blocks.at;

		TRY(block_enter(&prefixes, &family, &blocks));
		if (family == seen || seen == FAMILY_V6)
			return fault_at(blocks.why, R_PREFIX_LIST_FAMILY, at);
		seen = family;
		TRY(der_count(&n, &prefixes, (size_t)max - *out));
	}
	return REASON_OK;
}

static enum reason
prefix_parse_after(struct prefix *out, struct der *d, enum family family,
    const struct prefix *before)
{
	const uint8_t *at = d->at;
	char text[PREFIX_TEXT];

	TRY(part_prefix(out, d, family, R_PREFIX_LIST_PREFIX));
	if (before == NULL || prefix_cmp(before, out) < 0)
		return REASON_OK;
	prefix_write(text, out);
	return fault_say(d->why, R_PREFIX_LIST_ORDER, at, "%s", text);
}

static enum reason
blocks_parse(struct prefix_list *list, struct der *blocks)
{
	struct der prefixes;
	enum family family;
	size_t i = 0;

	while (der_more(blocks)) {
		const struct prefix *before = NULL;

		TRY(block_enter(&prefixes, &family, blocks));
		for (; der_more(&prefixes); before = &list->prefixes[i++]) {
			ASSERT(i < list->n);
			TRY(prefix_parse_after(
			    &list->prefixes[i], &prefixes, family, before));
		}
	}
	return REASON_OK;
}

enum reason
prefix_list_parse(
    struct prefix_list *out, struct span content, struct decode *dec)
{
	struct prefix_list list = { 0 };
	struct der d, in, blocks;
	uint64_t asn;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(part_version(&in, 0, R_PREFIX_LIST_VERSION));
	TRY(der_uint(&asn, &in, UINT32_MAX));
	list.asn.v = (uint32_t)asn;
	TRY(der_enter(&blocks, &in, DER_SEQUENCE));
	TRY(der_end(&in));
	TRY(blocks_count(&list.n, blocks, dec->limits->resource_items));
	list.prefixes = ARENA_ARRAY(dec->arena, list.n, struct prefix);
	if (list.prefixes == NULL)
		return der_fail(&blocks, R_LIMIT_MEMORY);
	TRY(blocks_parse(&list, &blocks));
	*out = list;
	return REASON_OK;
}

/* Section 4: the AS among AS numbers of its own, and no addresses. */
enum reason
prefix_list_check(
    const struct prefix_list *list, const struct cert *ee, struct decode *dec)
{
	const struct resources *r = &ee->resources;

	if (r->ip[0].holding != HOLDS_NONE || r->ip[1].holding != HOLDS_NONE)
		return fault_at(&dec->why, R_PREFIX_LIST_IP_RESOURCES, NULL);
	if (r->as.holding == HOLDS_INHERIT)
		return fault_at(&dec->why, R_PREFIX_LIST_INHERIT, NULL);
	if (!resources_contain_asn(r, list->asn))
		return fault_say(&dec->why, R_PREFIX_LIST_RESOURCES, NULL,
		    "AS%u", list->asn.v);
	return REASON_OK;
}

static void
block_write(struct buf *b, const struct prefix_list *list, enum family family)
{
	size_t block = der_open(b, DER_SEQUENCE), prefixes;

	part_family_write(b, family);
	prefixes = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < list->n; i++)
		if (list->prefixes[i].family == family)
			part_prefix_write(b, &list->prefixes[i]);
	der_close(b, prefixes);
	der_close(b, block);
}

void
prefix_list_write(struct buf *b, const struct prefix_list *list)
{
	size_t mark = der_open(b, DER_SEQUENCE), blocks;
	bool has[2] = { false, false };

	for (size_t i = 0; i < list->n; i++)
		has[FAMILY_INDEX(list->prefixes[i].family)] = true;
	der_put_uint(b, list->asn.v);
	blocks = der_open(b, DER_SEQUENCE);
	if (has[FAMILY_INDEX(FAMILY_V4)])
		block_write(b, list, FAMILY_V4);
	if (has[FAMILY_INDEX(FAMILY_V6)])
		block_write(b, list, FAMILY_V6);
	der_close(b, blocks);
	der_close(b, mark);
}
