/* Addresses, prefixes and AS numbers: their order and their text. */
#include <arpa/inet.h>
#include <string.h>

#include "model/model.h"

bool
digest_eq(const struct digest *a, const struct digest *b)
{
	return memcmp(a->b, b->b, sizeof(a->b)) == 0;
}

unsigned
family_bits(enum family family)
{
	return family == FAMILY_V4 ? 32 : 128;
}

int
addr_cmp(const struct addr *a, const struct addr *b)
{
	return memcmp(a->b, b->b, sizeof(a->b));
}

int
prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int c = (a->family > b->family) - (a->family < b->family);

	if (c == 0)
		c = addr_cmp(&a->addr, &b->addr);
	return c != 0 ? c : (a->len > b->len) - (a->len < b->len);
}

/* Set the bits of out from `len` to the family's last to those of `fill`. */
static void
fill_host(struct addr *out, enum family family, unsigned len, uint8_t fill)
{
	for (unsigned i = len / 8; i < family_bits(family) / 8; i++) {
		unsigned kept = i == len / 8 ? len % 8 : 0;
		uint8_t host = (uint8_t)(0xff >> kept);

		out->b[i] = (uint8_t)((out->b[i] & ~host) | (fill & host));
	}
}

bool
prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	struct addr net = inner->addr;

	if (outer->family != inner->family || outer->len > inner->len)
		return false;
	fill_host(&net, inner->family, outer->len, 0);
	return addr_cmp(&net, &outer->addr) == 0;
}

struct prefix
prefix_cut(const struct prefix *p, uint8_t len)
{
	struct prefix out = { .family = p->family, .len = len };
	unsigned whole = len / 8, rest = len % 8;

	ASSERT(len <= p->len);
	memcpy(out.addr.b, p->addr.b, whole);
	if (rest > 0)
		out.addr.b[whole] =
		    (uint8_t)(p->addr.b[whole] & (0xff00U >> rest));
	return out;
}

void
prefix_range(struct addr *lo, struct addr *hi, const struct prefix *p)
{
	*lo = *hi = p->addr;
	fill_host(hi, p->family, p->len, 0xff);
}

/* The first of the longest runs of two or more zero groups, RFC 5952 4.2. */
static void
longest_zeros(unsigned *at, unsigned *n, const uint16_t group[8])
{
	unsigned run = 0;

	*at = 8;
	*n = 1;
	for (unsigned i = 0; i < 8; i++) {
		run = group[i] == 0 ? run + 1 : 0;
		if (run > *n) {
			*n = run;
			*at = i + 1 - run;
		}
	}
}

/* In decimal or hexadecimal, without leading zeros: to the end of it. */
static char *
put_number(char *out, unsigned value, unsigned base)
{
	char digits[8];
	size_t n = 0;

	do
		digits[n++] = "0123456789abcdef"[value % base];
	while ((value /= base) > 0);
	while (n > 0)
		*out++ = digits[--n];
	return out;
}

/* Each returns the end of what it wrote. */
static char *
put_v6(char *out, const struct addr *a)
{
	unsigned at, n;
	uint16_t group[8];

	for (unsigned i = 0; i < 8; i++)
		group[i] = (uint16_t)(a->b[2 * i] << 8 | a->b[2 * i + 1]);
	longest_zeros(&at, &n, group);
	for (unsigned i = 0; i < 8; i++) {
		if (i == at) {
			*out++ = ':';
			*out++ = ':';
			i += n - 1;
			continue;
		}
		if (i > 0 && i != at + n)
			*out++ = ':';
		out = put_number(out, group[i], 16);
	}
	return out;
}

static char *
put_v4(char *out, const struct addr *a)
{
	for (unsigned i = 0; i < 4; i++) {
		if (i > 0)
			*out++ = '.';
		out = put_number(out, a->b[i], 10);
	}
	return out;
}

static char *
put_addr(char *out, enum family family, const struct addr *a)
{
	return family == FAMILY_V4 ? put_v4(out, a) : put_v6(out, a);
}

void
addr_write(char out[PREFIX_TEXT], enum family family, const struct addr *a)
{
	*put_addr(out, family, a) = '\0';
}

void
prefix_write(char out[PREFIX_TEXT], const struct prefix *p)
{
	char *end = put_addr(out, p->family, &p->addr);

	*end++ = '/';
	*put_number(end, p->len, 10) = '\0';
}

bool
addr_parse(struct addr *out, enum family *family, const char *text)
{
	struct addr a = { { 0 } };
	bool v6 = strchr(text, ':') != NULL;

	if (inet_pton(v6 ? AF_INET6 : AF_INET, text, a.b) != 1)
		return false;
	*out = a;
	*family = v6 ? FAMILY_V6 : FAMILY_V4;
	return true;
}

bool
prefix_parse(struct prefix *out, const char *text)
{
	const char *slash = strchr(text, '/');
	char addr_text[PREFIX_TEXT + 8];
	struct prefix p;
	struct addr net;
	uint64_t len;
	size_t n;

	if (slash == NULL)
		return false;
	n = (size_t)(slash - text);
	if (n >= sizeof(addr_text))
		return false;
	memcpy(addr_text, text, n);
	addr_text[n] = '\0';
	if (!addr_parse(&p.addr, &p.family, addr_text) ||
	    !decimal_parse(&len, span_str(slash + 1), family_bits(p.family)))
		return false;
	p.len = (uint8_t)len;
	net = p.addr;
	fill_host(&net, p.family, p.len, 0);
	if (addr_cmp(&net, &p.addr) != 0)
		return false;
	*out = p;
	return true;
}

bool
prefix_or_addr_parse(struct prefix *out, const char *text)
{
	*out = (struct prefix){ .family = FAMILY_V4 };
	if (strchr(text, '/') != NULL)
		return prefix_parse(out, text);
	if (!addr_parse(&out->addr, &out->family, text))
		return false;
	out->len = (uint8_t)family_bits(out->family);
	return true;
}

bool
asn_parse(struct asn *out, const char *text)
{
	uint64_t v;

	if ((text[0] == 'A' || text[0] == 'a') &&
	    (text[1] == 'S' || text[1] == 's'))
		text += 2;
	if (!decimal_parse(&v, span_str(text), UINT32_MAX))
		return false;
	out->v = (uint32_t)v;
	return true;
}
