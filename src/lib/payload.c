/* Payloads and prefixes, between the model's form and the caller's. */
#include <string.h>

#include "lib/lib.h"

/* Arrays of one are given out as arrays of the other. */
_Static_assert(sizeof(struct asn) == sizeof(uint32_t), "struct asn is bare");

void
lib_prefix(struct cairn_prefix *out, const struct prefix *in)
{
	*out = (struct cairn_prefix){ .family = in->family == FAMILY_V4 ? 4 : 6,
		.length = in->len };
	memcpy(out->address, in->addr.b, sizeof(out->address));
}

/* By way of its text, which only a prefix has. */
bool
lib_prefix_take(struct prefix *out, const struct cairn_prefix *in)
{
	char text[PREFIX_TEXT];
	struct prefix p = { .family = in->family == 4 ? FAMILY_V4 : FAMILY_V6,
		.len = in->length };

	if ((in->family != 4 && in->family != 6) ||
	    in->length > family_bits(p.family))
		return false;
	memcpy(p.addr.b, in->address, sizeof(p.addr.b));
	prefix_write(text, &p);
	return prefix_parse(out, text) &&
	       memcmp(out->addr.b, p.addr.b, sizeof(p.addr.b)) == 0;
}

int
cairn_prefix_parse(struct cairn_prefix *out, const char *text)
{
	struct prefix p;

	if (!prefix_parse(&p, text))
		return R_RESOURCES_TEXT;
	lib_prefix(out, &p);
	return REASON_OK;
}

void
cairn_prefix_write(
    char out[CAIRN_PREFIX_TEXT], const struct cairn_prefix *prefix)
{
	struct prefix p;

	_Static_assert(CAIRN_PREFIX_TEXT == PREFIX_TEXT, "as promised");
	out[0] = '\0';
	if (lib_prefix_take(&p, prefix))
		prefix_write(out, &p);
}

static void
take_origin(struct cairn_payload *out, const struct payload *in)
{
	const struct origin *o = in->origin;

	out->trust_anchor = (const char *)o->source.p;
	out->uri = (const char *)o->uri.p;
	memcpy(out->sha256, o->hash.b, sizeof(out->sha256));
	out->expires_at = payload_expires_at(in);
}

void
lib_payload(struct cairn_payload *out, const struct payload *in)
{
	memset(out, 0, sizeof(*out));
	take_origin(out, in);
	switch (in->kind) {
	case PAYLOAD_VRP:
		out->kind = CAIRN_VRP;
		out->asn = in->vrp.asn.v;
		lib_prefix(&out->prefix, &in->vrp.prefix);
		out->max_length = in->vrp.max_len;
		break;
	case PAYLOAD_ASPA:
		out->kind = CAIRN_ASPA;
		out->asn = in->aspa.customer.v;
		out->providers = (const uint32_t *)in->aspa.providers;
		out->n_providers = in->aspa.n;
		break;
	case PAYLOAD_ROUTER_KEY:
		out->kind = CAIRN_ROUTER_KEY;
		out->asn = in->key.asn.v;
		memcpy(out->ski, in->key.ski.b, sizeof(out->ski));
		out->spki = lib_bytes(in->key.spki);
		break;
	}
}
