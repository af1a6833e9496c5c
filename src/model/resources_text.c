/* Resource sets as people write and read them. */
#include <inttypes.h>
#include <string.h>

#include "model/resources_ranges.h"

/* Whether the range is one prefix, and which. */
static bool
range_prefix(struct prefix *out, enum family family, const struct addr_range *r)
{
	unsigned len = 0, bits = family_bits(family);
	struct addr lo, hi;

	while (len < bits &&
	       ((r->lo.b[len / 8] ^ r->hi.b[len / 8]) & (0x80 >> len % 8)) == 0)
		len++;
	*out = (struct prefix){ family, (uint8_t)len, r->lo };
	prefix_range(&lo, &hi, out);
	if (addr_cmp(&hi, &r->hi) != 0)
		return false;
	/* The host bits of lo must be zero: those of hi are ones. */
	for (unsigned i = len; i < bits; i++)
		if ((r->lo.b[i / 8] & (0x80 >> i % 8)) != 0)
			return false;
	return true;
}

void
addr_range_text(
    char out[RESOURCE_TEXT], enum family family, const struct addr_range *r)
{
	char lo[PREFIX_TEXT], hi[PREFIX_TEXT];
	struct prefix p;

	if (range_prefix(&p, family, r)) {
		prefix_write(lo, &p);
		(void)snprintf(out, RESOURCE_TEXT, "%s", lo);
		return;
	}
	addr_write(lo, family, &r->lo);
	addr_write(hi, family, &r->hi);
	(void)snprintf(out, RESOURCE_TEXT, "%s-%s", lo, hi);
}

void
asn_range_text(char out[RESOURCE_TEXT], const struct asn_range *r)
{
	if (r->lo == r->hi)
		(void)snprintf(out, RESOURCE_TEXT, "AS%" PRIu32, r->lo);
	else
		(void)snprintf(out, RESOURCE_TEXT, "AS%" PRIu32 "-AS%" PRIu32,
		    r->lo, r->hi);
}

void
addr_range_write(
    struct buf *out, enum family family, const struct addr_range *r)
{
	char text[RESOURCE_TEXT];

	addr_range_text(text, family, r);
	buf_puts(out, text);
}

static void
set_emit(struct emit *e, const char *key, const struct ranges *s)
{
	char text[RESOURCE_TEXT];

	if (s->holding == HOLDS_INHERIT) {
		emit_str(e, key, "inherit");
		return;
	}
	if (s->n == 0)
		return;
	emit_array(e, key);
	for (size_t i = 0; i < s->n; i++) {
		if (s->kind == RANGE_AS)
			asn_range_text(text, &s->as[i]);
		else
			addr_range_text(text,
			    s->kind == RANGE_V4 ? FAMILY_V4 : FAMILY_V6,
			    &s->ip[i]);
		emit_str(e, NULL, text);
	}
	emit_end(e);
}

void
resources_emit(struct emit *e, const char *key, const struct resources *r)
{
	static const char *const keys[RANGE_KINDS] = {
		[RANGE_V4] = "ipv4",
		[RANGE_V6] = "ipv6",
		[RANGE_AS] = "as",
	};

	emit_object(e, key);
	for (enum range_kind k = 0; k < RANGE_KINDS; k++) {
		struct ranges s = ranges_of(r, k);

		set_emit(e, keys[k], &s);
	}
	emit_end(e);
}

/* The two ends of "lo-hi" or "lo - hi", or the whole text twice. */
static bool
split(char lo[PREFIX_TEXT], char hi[PREFIX_TEXT], const char *text)
{
	const char *dash = strchr(text, '-');
	size_t n = dash == NULL ? strlen(text) : (size_t)(dash - text);
	const char *second = dash == NULL ? text : dash + 1;

	while (n > 0 && dash != NULL && text[n - 1] == ' ')
		n--;
	while (dash != NULL && *second == ' ')
		second++;
	if (n >= PREFIX_TEXT || strlen(second) >= PREFIX_TEXT)
		return false;
	memcpy(lo, text, n);
	lo[n] = '\0';
	memcpy(hi, second, strlen(second) + 1);
	return true;
}

static bool
item_parse(struct addr_range *ip, struct asn_range *as, enum range_kind *kind,
    const char *text)
{
	char lo[PREFIX_TEXT], hi[PREFIX_TEXT];
	enum family family, family_hi;
	struct asn first, last;
	struct prefix p;

	if (prefix_parse(&p, text)) {
		prefix_range(&ip->lo, &ip->hi, &p);
		*kind = p.family == FAMILY_V4 ? RANGE_V4 : RANGE_V6;
		return true;
	}
	if (!split(lo, hi, text))
		return false;
	if (asn_parse(&first, lo) && asn_parse(&last, hi)) {
		*as = (struct asn_range){ first.v, last.v };
		*kind = RANGE_AS;
		return first.v <= last.v;
	}
	if (!addr_parse(&ip->lo, &family, lo) ||
	    !addr_parse(&ip->hi, &family_hi, hi) || family != family_hi)
		return false;
	*kind = family == FAMILY_V4 ? RANGE_V4 : RANGE_V6;
	return addr_cmp(&ip->lo, &ip->hi) <= 0;
}

/* Room for one more: at 0 and at each power of two from 8 on the ranges move
 * to twice the room, so their number alone says how much room there is. */
static bool
grow(struct ranges *s, struct arena *arena)
{
	struct ranges bigger = *s;
	size_t size = s->kind == RANGE_AS ? sizeof(*s->as) : sizeof(*s->ip);
	void *to;

	if (s->n != 0 && (s->n < 8 || (s->n & (s->n - 1)) != 0))
		return true;
	if (!ranges_alloc(&bigger, arena, s->n == 0 ? 8 : s->n * 2))
		return false;
	to = s->kind == RANGE_AS ? (void *)bigger.as : (void *)bigger.ip;
	if (s->n > 0)
		memcpy(to, s->kind == RANGE_AS ? (void *)s->as : (void *)s->ip,
		    s->n * size);
	*s = bigger;
	return true;
}

enum reason
resources_add_text(struct resources *r, struct arena *arena, const char *text)
{
	struct addr_range ip = { 0 };
	struct asn_range as = { 0 };
	enum range_kind kind;
	struct ranges s;

	if (!item_parse(&ip, &as, &kind, text))
		return R_RESOURCES_TEXT;
	s = ranges_of(r, kind);
	ASSERT(s.holding != HOLDS_INHERIT);
	if (!grow(&s, arena))
		return R_LIMIT_MEMORY;
	s.holding = HOLDS_SOME;
	if (kind == RANGE_AS)
		s.as[s.n++] = as;
	else
		s.ip[s.n++] = ip;
	ranges_set(r, &s);
	return REASON_OK;
}
