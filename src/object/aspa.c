/*
 * ASPA: who may carry on what a customer AS announces.
 *
 *	ASProviderAttestation ::= SEQUENCE {
 *		version [0]	INTEGER,		-- 1, explicit
 *		customerASID	ASID,
 *		providers	SEQUENCE OF ASID }	-- ascending
 *
 * draft-ietf-sidrops-aspa-profile-26 section 3. Version 0, as issued before
 * draft 16, said something else in the same place: it is refused.
 */
#include "object/part.h"

enum {
	ASPA_VERSION = 1
};

static enum reason
asn_parse_from(struct asn *out, struct der *d)
{
	uint64_t asn;

	TRY(der_uint(&asn, d, UINT32_MAX));
	out->v = (uint32_t)asn;
	return REASON_OK;
}

/* Ascending: each once, and AS 0 first if it is there. */
static enum reason
provider_parse(struct asn *out, struct der *d, const struct asn *before)
{
	const uint8_t *at = d->at;

	TRY(asn_parse_from(out, d));
	if (before == NULL || out->v > before->v)
		return REASON_OK;
	return fault_say(
	    d->why, R_ASPA_ORDER, at, "AS%u after AS%u", out->v, before->v);
}

static enum reason
providers_parse(struct aspa *aspa, struct der *d, struct decode *dec)
{
	const uint8_t *start = d->at, *at;
	struct asn *providers;

	TRY(der_count(&aspa->n, d, dec->limits->aspa_providers));
	if (aspa->n == 0)
		return der_fail(d, R_ASPA_NO_PROVIDERS);
	providers = ARENA_ARRAY(dec->arena, aspa->n, struct asn);
	if (providers == NULL)
		return der_fail(d, R_LIMIT_MEMORY);
	for (size_t i = 0; i < aspa->n; i++) {
		at = d->at;
		TRY(provider_parse(
		    &providers[i], d, i > 0 ? &providers[i - 1] : NULL));
		if (providers[i].v == aspa->customer.v)
			return fault_at(d->why, R_ASPA_SELF, at);
	}
	if (providers[0].v == 0 && aspa->n > 1)
		return fault_at(d->why, R_ASPA_AS0, start);
	aspa->providers = providers;
	return REASON_OK;
}

enum reason
aspa_parse(struct aspa *out, struct span content, struct decode *dec)
{
	struct aspa aspa = { 0 };
	struct der d, in, providers;
	const uint8_t *at;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(part_version(&in, ASPA_VERSION, R_ASPA_VERSION));
	at = in.at;
	TRY(asn_parse_from(&aspa.customer, &in));
	if (aspa.customer.v == 0)
		return fault_at(in.why, R_ASPA_CUSTOMER, at);
	TRY(der_enter(&providers, &in, DER_SEQUENCE));
	TRY(der_end(&in));
	TRY(providers_parse(&aspa, &providers, dec));
	*out = aspa;
	return REASON_OK;
}

/* Section 4: the customer among AS numbers of its own, and no addresses. */
enum reason
aspa_check(const struct aspa *aspa, const struct cert *ee, struct decode *dec)
{
	const struct resources *r = &ee->resources;

	if (r->ip[0].holding != HOLDS_NONE || r->ip[1].holding != HOLDS_NONE)
		return fault_at(&dec->why, R_ASPA_IP_RESOURCES, NULL);
	if (r->as.holding == HOLDS_INHERIT)
		return fault_at(&dec->why, R_ASPA_INHERIT, NULL);
	if (!resources_contain_asn(r, aspa->customer))
		return fault_say(&dec->why, R_ASPA_RESOURCES, NULL, "AS%u",
		    aspa->customer.v);
	return REASON_OK;
}

void
aspa_write(struct buf *b, const struct aspa *aspa)
{
	size_t mark = der_open(b, DER_SEQUENCE), in;

	in = der_open(b, DER_CONTEXT_CONS(0));
	der_put_uint(b, ASPA_VERSION);
	der_close(b, in);
	der_put_uint(b, aspa->customer.v);
	in = der_open(b, DER_SEQUENCE);
	for (size_t i = 0; i < aspa->n; i++)
		der_put_uint(b, aspa->providers[i].v);
	der_close(b, in);
	der_close(b, mark);
}
