/* Small views for the tests of rtr. */
#ifndef CAIRN_TESTS_RTR_KIT_H
#define CAIRN_TESTS_RTR_KIT_H

#include <string.h>

#include "rtr/rtr.h"

static const struct origin kit_origin = { .not_after_at = INT64_MAX };

__attribute__((unused)) static struct payload
kit_vrp(uint32_t asn, const char *prefix, uint8_t max_len)
{
	struct payload p = { .kind = PAYLOAD_VRP, .origin = &kit_origin };

	if (!prefix_parse(&p.vrp.prefix, prefix))
		BUG("a prefix of a test");
	p.vrp.asn.v = asn;
	p.vrp.max_len = max_len;
	return p;
}

__attribute__((unused)) static struct payload
kit_aspa(uint32_t customer, const struct asn *providers, size_t n)
{
	return (struct payload){ .kind = PAYLOAD_ASPA,
		.aspa = { { customer }, n, providers },
		.origin = &kit_origin };
}

__attribute__((unused)) static struct payload
kit_key(uint32_t asn, uint8_t ski, const char *spki)
{
	struct payload p = { .kind = PAYLOAD_ROUTER_KEY,
		.key = { .asn = { asn }, .spki = span_str(spki) },
		.origin = &kit_origin };

	memset(p.key.ski.b, ski, sizeof(p.key.ski.b));
	return p;
}

__attribute__((unused)) static struct view
kit_view(struct payload *p, size_t n, uint32_t serial)
{
	return (struct view){ .payloads = p,
		.n = n,
		.serial = serial,
		.sessions = { 0x1000, 0x1001, 0x1002 } };
}

#endif
