/*
 * Describe a world of so many CAs. Three trust anchors; below each, regions,
 * then providers, then customers; a /8 and a /12 of IPv6 to an anchor, cut
 * into sixteen at each level but the second, which has up to 256.
 */
#include "world/tree.h"

enum {
	ANCHORS = 3,
	REGIONS = 16,
	PROVIDERS = 256, /* of a region, at most */
	CUSTOMERS = 15,  /* of a provider, at most */
	HOSTED = 8       /* each eighth provider publishes elsewhere */
};

/* What is still to be described, and where we are. */
struct shape {
	struct buf *out;
	uint64_t left;
	unsigned anchor, region, provider;
	unsigned providers, customers; /* in each block of this world */
};

/* The second byte of an address is region and half of the provider. */
static void
prefixes(const struct shape *s, unsigned customer, unsigned len)
{
	unsigned block = s->region << 12 | s->provider << 4 | customer;

	buf_printf(s->out, " %u.%u.%u.0/%u 2a%02x:%04x::/%u", 10 + s->anchor,
	    block >> 8, block & 0xff, len, s->anchor, block, len + 8);
}

/* AS numbers: one for each /24, from 4200000000 on. */
static unsigned
asn_of(const struct shape *s, unsigned customer)
{
	return 4200000000u + (s->anchor << 16) +
	       (s->region << 12 | s->provider << 4 | customer);
}

/* What a provider or a customer publishes beside certificates. */
static void
payloads(const struct shape *s, unsigned customer)
{
	unsigned as = asn_of(s, customer);
	unsigned block = s->region << 12 | s->provider << 4 | customer;

	buf_printf(s->out, "roa v4 { as %u prefix %u.%u.%u.0/24 }\n", as,
	    10 + s->anchor, block >> 8, block & 0xff);
	buf_printf(s->out,
	    "roa v6 { as %u prefix 2a%02x:%04x::/32 maxlen 48 }\n", as,
	    s->anchor, block);
	if (block % 10 == 3)
		buf_printf(s->out,
		    "aspa up { customer %u providers 64496 64497 }\n", as);
}

static void
customers(struct shape *s)
{
	for (unsigned c = 1; c <= s->customers && s->left > 0; c++) {
		s->left--;
		buf_printf(s->out, "ca c%u-%u-%u-%u { resources AS%u",
		    s->anchor, s->region, s->provider, c, asn_of(s, c));
		prefixes(s, c, 24);
		buf_puts(s->out, "\n");
		payloads(s, c);
		buf_puts(s->out, "}\n");
	}
}

static void
providers(struct shape *s)
{
	for (s->provider = 0; s->provider < s->providers && s->left > 0;
	     s->provider++) {
		unsigned n =
		    (s->anchor * REGIONS + s->region) * PROVIDERS + s->provider;

		s->left--;
		buf_printf(s->out, "ca p%u-%u-%u { resources AS%u-AS%u",
		    s->anchor, s->region, s->provider, asn_of(s, 0),
		    asn_of(s, CUSTOMERS));
		prefixes(s, 0, 20);
		if ((s->region + s->provider) % HOSTED == 5)
			buf_printf(
			    s->out, "\nhost repo.p%u.example module p%u", n, n);
		buf_puts(s->out, "\n");
		payloads(s, 0);
		customers(s);
		buf_puts(s->out, "}\n");
	}
	s->provider = 0;
}

static void
regions(struct shape *s)
{
	for (s->region = 0; s->region < REGIONS && s->left > 0; s->region++) {
		s->left--;
		buf_printf(s->out, "ca r%u-%u { resources AS%u-AS%u", s->anchor,
		    s->region, asn_of(s, 0), asn_of(s, 0) + PROVIDERS * 16 - 1);
		prefixes(s, 0, 12);
		buf_puts(s->out, "\n");
		providers(s);
		buf_puts(s->out, "}\n");
	}
	s->region = 0;
}

enum reason
world_generate(struct buf *out, uint64_t cas, struct fault *why)
{
	static const char *const names[ANCHORS] = { "alpha", "bravo",
		"charlie" };
	const uint64_t most = 1 + REGIONS * (1 + PROVIDERS * (1 + CUSTOMERS));
	struct shape s = { .out = out };

	if (cas < ANCHORS || cas > ANCHORS * most)
		return fault_say(why, R_WORLD_DESCRIPTION, NULL,
		    "a world has from %d to %llu CAs", ANCHORS,
		    (unsigned long long)(ANCHORS * most));
	/* Eight regions of providers with seven customers each, until more
	 * is asked for than they hold. */
	s.customers =
	    cas < ANCHORS * REGIONS * PROVIDERS * 8u / 2 ? 7 : CUSTOMERS;
	s.providers = (unsigned)(cas / (ANCHORS * 8 * (s.customers + 1))) + 1;
	if (s.providers > PROVIDERS)
		s.providers = PROVIDERS;
	for (s.anchor = 0; s.anchor < ANCHORS; s.anchor++) {
		/* Anchors share evenly; the last takes what is over. */
		uint64_t share = cas / ANCHORS +
				 (s.anchor == ANCHORS - 1 ? cas % ANCHORS : 0);

		s.left = share - 1;
		buf_printf(out,
		    "ta %s {\nhost rpki.%s.example module %s\n"
		    "resources %u.0.0.0/8 2a%02x::/16 AS%u-AS%u\n",
		    names[s.anchor], names[s.anchor], names[s.anchor],
		    10 + s.anchor, s.anchor, asn_of(&s, 0),
		    asn_of(&s, 0) + 0xffff);
		regions(&s);
		buf_puts(out, "}\n");
	}
	return out->failed ? fault_at(why, R_LIMIT_MEMORY, NULL) : REASON_OK;
}
