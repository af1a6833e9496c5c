/*
 * Internet number resources in certificates, RFC 3779, in the one form its
 * sections 2.2.3 and 3.2.3 call canonical.
 *
 *	IPAddrBlocks ::= SEQUENCE OF SEQUENCE {
 *		addressFamily	OCTET STRING (SIZE (2..3)),
 *		CHOICE { NULL -- inherit --,
 *		    SEQUENCE OF CHOICE { BIT STRING -- prefix --,
 *			SEQUENCE { min BIT STRING, max BIT STRING } } } }
 *	ASIdentifiers ::= SEQUENCE {
 *		asnum [0] EXPLICIT CHOICE { NULL, SEQUENCE OF CHOICE {
 *		    INTEGER, SEQUENCE { min INTEGER, max INTEGER } } },
 *		rdi [1] -- not in the RPKI, RFC 6487 4.8.11 -- }
 *
 * Canonical sets are sorted, so everything here is one pass.
 */
#include <string.h>

#include "object/part.h"

/* ---- addresses ----------------------------------------------------------- */

static unsigned
bit_of(const struct addr *a, unsigned i)
{
	return ((unsigned)a->b[i / 8] >> (7 - i % 8)) & 1U;
}

static void
fill_ones(struct addr *a, unsigned from, unsigned to)
{
	for (; from < to && from % 8 != 0; from++)
		a->b[from / 8] |= (uint8_t)(0x80U >> from % 8);
	if (from < to)
		memset(a->b + from / 8, 0xff, (to - from) / 8);
}

/* What the bits of one BIT STRING say, the rest zero; how many they are. */
static enum reason
bits_read(struct addr *out, unsigned *len, struct der *d, unsigned max)
{
	const uint8_t *at = d->at;
	struct span bits;
	unsigned unused;
	size_t n;

	TRY(der_bits(&bits, &unused, d));
	n = bits.n * 8 - unused;
	if (n > max)
		return fault_say(d->why, R_RESOURCES_LENGTH, at, "%zu bits", n);
	*out = (struct addr){ { 0 } };
	if (bits.n > 0)
		memcpy(out->b, bits.p, bits.n);
	*len = (unsigned)n;
	return REASON_OK;
}

/* Is it lo/len exactly, for some len? Then RFC 3779 2.2.3.7 wants a prefix. */
static bool
range_is_prefix(unsigned *len, const struct addr_range *r, unsigned bits)
{
	unsigned i = 0;

	while (i < bits && bit_of(&r->lo, i) == bit_of(&r->hi, i))
		i++;
	*len = i;
	for (; i < bits; i++)
		if (bit_of(&r->lo, i) != 0 || bit_of(&r->hi, i) != 1)
			return false;
	return true;
}

/* RFC 3779 2.2.3.9: zeros at the end of min, ones at the end of max are left
 * out, as there is one way only to leave out all of them. */
static enum reason
range_read(struct addr_range *out, struct der *d, unsigned bits)
{
	const uint8_t *at = d->at;
	unsigned lo, hi, len;
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(bits_read(&out->lo, &lo, &in, bits));
	TRY(bits_read(&out->hi, &hi, &in, bits));
	TRY(der_end(&in));
	if ((lo > 0 && bit_of(&out->lo, lo - 1) == 0) ||
	    (hi > 0 && bit_of(&out->hi, hi - 1) == 1))
		return fault_say(d->why, R_RESOURCES_RANGE, at,
		    "end of the range not in its shortest form");
	fill_ones(&out->hi, hi, bits);
	if (addr_cmp(&out->lo, &out->hi) > 0)
		return fault_say(d->why, R_RESOURCES_RANGE, at, "upside down");
	if (range_is_prefix(&len, out, bits))
		return fault_say(
		    d->why, R_RESOURCES_RANGE, at, "should be a prefix");
	return REASON_OK;
}

static enum reason
address_read(struct addr_range *out, struct der *d, unsigned bits)
{
	unsigned len;

	if (!der_is(d, DER_BIT_STRING))
		return range_read(out, d, bits);
	TRY(bits_read(&out->lo, &len, d, bits));
	out->hi = out->lo;
	fill_ones(&out->hi, len, bits);
	return REASON_OK;
}

/* Is there a gap between them, the first being the lower one? */
static bool
addr_apart(const struct addr *hi, const struct addr *lo, unsigned bits)
{
	struct addr next = *hi;
	unsigned i = bits / 8;

	if (addr_cmp(hi, lo) >= 0)
		return false;
	while (i-- > 0)
		if (++next.b[i] != 0)
			break;
	return addr_cmp(&next, lo) != 0;
}

static enum reason
addresses_read(
    struct addr_set *out, struct der *d, unsigned bits, struct decode *dec)
{
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	if (!der_more(&in))
		return der_fail(&in, R_RESOURCES_EMPTY);
	TRY(der_count(&out->n, &in, (size_t)dec->limits->resource_items));
	out->r = ARENA_ARRAY(dec->arena, out->n, struct addr_range);
	if (out->r == NULL)
		return der_fail(&in, R_LIMIT_MEMORY);
	for (size_t i = 0; i < out->n; i++) {
		const uint8_t *at = in.at;

		TRY(address_read(&out->r[i], &in, bits));
		if (i > 0 &&
		    !addr_apart(&out->r[i - 1].hi, &out->r[i].lo, bits))
			return fault_at(in.why, R_RESOURCES_ORDER, at);
	}
	out->holding = HOLDS_SOME;
	return REASON_OK;
}

/* One IPAddressFamily. RFC 6487 4.8.10: no SAFI. */
static enum reason
family_read(
    struct addr_set ip[2], unsigned *last, struct der *d, struct decode *dec)
{
	const uint8_t *at = d->at;
	struct addr_set set = { 0 };
	struct span afi;
	struct der in;
	unsigned family;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	TRY(der_octets(&afi, &in));
	if (afi.n != 2 || afi.p[0] != 0 ||
	    (afi.p[1] != FAMILY_V4 && afi.p[1] != FAMILY_V6))
		return fault_at(d->why, R_RESOURCES_FAMILY, at);
	family = afi.p[1];
	if (family <= *last)
		return fault_say(
		    d->why, R_RESOURCES_FAMILY, at, "twice, or not in order");
	*last = family;
	if (der_is(&in, DER_NULL)) {
		TRY(der_null(&in));
		set.holding = HOLDS_INHERIT;
	} else {
		TRY(addresses_read(
		    &set, &in, family_bits((enum family)family), dec));
	}
	ip[FAMILY_INDEX(family)] = set;
	return der_end(&in);
}

enum reason
resources_ip_parse(struct resources *out, struct der *d, struct decode *dec)
{
	struct addr_set ip[2] = { 0 };
	unsigned last = 0;
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	if (!der_more(&in))
		return der_fail(&in, R_RESOURCES_EMPTY);
	while (der_more(&in))
		TRY(family_read(ip, &last, &in, dec));
	if (ip[0].n + ip[1].n > dec->limits->resource_items)
		return fault_at(&dec->why, R_LIMIT_ITEMS, d->at);
	memcpy(out->ip, ip, sizeof(ip));
	return REASON_OK;
}

/* ---- AS numbers ---------------------------------------------------------- */

static enum reason
asn_read(struct asn_range *out, struct der *d)
{
	const uint8_t *at = d->at;
	uint64_t lo, hi;
	struct der in;

	if (der_is(d, DER_SEQUENCE)) {
		TRY(der_enter(&in, d, DER_SEQUENCE));
		TRY(der_uint(&lo, &in, UINT32_MAX));
		TRY(der_uint(&hi, &in, UINT32_MAX));
		TRY(der_end(&in));
		if (lo >= hi)
			return fault_say(d->why, R_RESOURCES_RANGE, at,
			    lo == hi ? "should be a number" : "upside down");
	} else {
		TRY(der_uint(&lo, d, UINT32_MAX));
		hi = lo;
	}
	*out = (struct asn_range){ (uint32_t)lo, (uint32_t)hi };
	return REASON_OK;
}

static enum reason
asns_read(struct asn_set *out, struct der *d, struct decode *dec)
{
	struct der in;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	if (!der_more(&in))
		return der_fail(&in, R_RESOURCES_EMPTY);
	TRY(der_count(&out->n, &in, (size_t)dec->limits->resource_items));
	out->r = ARENA_ARRAY(dec->arena, out->n, struct asn_range);
	if (out->r == NULL)
		return der_fail(&in, R_LIMIT_MEMORY);
	for (size_t i = 0; i < out->n; i++) {
		const uint8_t *at = in.at;

		TRY(asn_read(&out->r[i], &in));
		if (i > 0 && (uint64_t)out->r[i - 1].hi + 1 >= out->r[i].lo)
			return fault_at(in.why, R_RESOURCES_ORDER, at);
	}
	out->holding = HOLDS_SOME;
	return REASON_OK;
}

enum reason
resources_as_parse(struct resources *out, struct der *d, struct decode *dec)
{
	struct asn_set as = { 0 };
	struct der in, asnum;

	TRY(der_enter(&in, d, DER_SEQUENCE));
	if (!der_more(&in))
		return der_fail(&in, R_RESOURCES_EMPTY);
	if (der_is(&in, DER_CONTEXT_CONS(1)))
		return der_fail(&in, R_RESOURCES_RDI);
	TRY(der_enter(&asnum, &in, DER_CONTEXT_CONS(0)));
	if (der_is(&asnum, DER_NULL)) {
		TRY(der_null(&asnum));
		as.holding = HOLDS_INHERIT;
	} else {
		TRY(asns_read(&as, &asnum, dec));
	}
	TRY(der_end(&asnum));
	if (der_is(&in, DER_CONTEXT_CONS(1)))
		return der_fail(&in, R_RESOURCES_RDI);
	TRY(der_end(&in));
	out->as = as;
	return REASON_OK;
}

/* ---- writing ------------------------------------------------------------- */

static void
bits_write(struct buf *b, const struct addr *a, unsigned len)
{
	struct addr cut = *a;
	unsigned bytes = (len + 7) / 8;

	if (len % 8 != 0)
		cut.b[len / 8] &= (uint8_t)(0xff00U >> len % 8);
	der_put_bits(b, span_of(cut.b, bytes), bytes * 8 - len);
}

static void
range_write(struct buf *b, const struct addr_range *r, unsigned bits)
{
	unsigned len, lo = bits, hi = bits;
	size_t mark;

	if (range_is_prefix(&len, r, bits)) {
		bits_write(b, &r->lo, len);
		return;
	}
	while (lo > 0 && bit_of(&r->lo, lo - 1) == 0)
		lo--;
	while (hi > 0 && bit_of(&r->hi, hi - 1) == 1)
		hi--;
	mark = der_open(b, DER_SEQUENCE);
	bits_write(b, &r->lo, lo);
	bits_write(b, &r->hi, hi);
	der_close(b, mark);
}

static void
family_write(struct buf *b, const struct addr_set *set, enum family family)
{
	size_t mark, list;

	if (set->holding == HOLDS_NONE)
		return;
	mark = der_open(b, DER_SEQUENCE);
	der_put_octets(b, family == FAMILY_V4 ? SPAN("\0\1") : SPAN("\0\2"));
	if (set->holding == HOLDS_INHERIT) {
		der_put_null(b);
	} else {
		list = der_open(b, DER_SEQUENCE);
		for (size_t i = 0; i < set->n; i++)
			range_write(b, &set->r[i], family_bits(family));
		der_close(b, list);
	}
	der_close(b, mark);
}

void
resources_ip_write(struct buf *b, const struct resources *r)
{
	size_t mark = der_open(b, DER_SEQUENCE);

	family_write(b, &r->ip[0], FAMILY_V4);
	family_write(b, &r->ip[1], FAMILY_V6);
	der_close(b, mark);
}

static void
asn_range_write(struct buf *b, const struct asn_range *r)
{
	size_t mark;

	if (r->lo == r->hi) {
		der_put_uint(b, r->lo);
		return;
	}
	mark = der_open(b, DER_SEQUENCE);
	der_put_uint(b, r->lo);
	der_put_uint(b, r->hi);
	der_close(b, mark);
}

void
resources_as_write(struct buf *b, const struct resources *r)
{
	size_t mark = der_open(b, DER_SEQUENCE), asnum, list;

	if (r->as.holding != HOLDS_NONE) {
		asnum = der_open(b, DER_CONTEXT_CONS(0));
		if (r->as.holding == HOLDS_INHERIT) {
			der_put_null(b);
		} else {
			list = der_open(b, DER_SEQUENCE);
			for (size_t i = 0; i < r->as.n; i++)
				asn_range_write(b, &r->as.r[i]);
			der_close(b, list);
		}
		der_close(b, asnum);
	}
	der_close(b, mark);
}
