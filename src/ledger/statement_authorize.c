/* What an authorization says, by its own profile and ledger.md 4: one strict
 * form only, so that two that say the same are the same. */
#include "ledger/statement.h"

#define OID_ROA        SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x18")
#define OID_ASPA       SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x31")
#define OID_ROUTER_KEY SPAN("\x2b\x06\x01\x05\x05\x07\x03\x1e")

struct span
authorize_type_oid(enum authorize_type type)
{
	switch (type) {
	case AUTHORIZE_ROA:
		return OID_ROA;
	case AUTHORIZE_ASPA:
		return OID_ASPA;
	case AUTHORIZE_ROUTER_KEY:
		return OID_ROUTER_KEY;
	}
	BUG("type of authorization");
}

enum reason
authorize_type_parse(enum authorize_type *out, struct span type)
{
	for (int t = AUTHORIZE_ROA; t <= AUTHORIZE_ROUTER_KEY; t++)
		if (span_eq(type, authorize_type_oid((enum authorize_type)t))) {
			*out = (enum authorize_type)t;
			return REASON_OK;
		}
	return R_STATEMENT_MALFORMED;
}

/* roa_parse saw to the families: each once, IPv4 first. */
static enum reason
roa_order_check(const struct roa *roa)
{
	for (size_t i = 1; i < roa->n; i++) {
		const struct vrp *a = &roa->vrps[i - 1], *b = &roa->vrps[i];
		int order = prefix_cmp(&a->prefix, &b->prefix);

		if (order > 0 || (order == 0 && a->max_len >= b->max_len))
			return R_STATEMENT_MALFORMED;
	}
	return REASON_OK;
}

enum reason
router_key_parse(struct asn *asn, struct statement_key *key,
    struct span content, struct decode *dec)
{
	struct der d, in;
	uint64_t as;

	der_init(&d, content, &dec->why);
	TRY(der_enter(&in, &d, DER_SEQUENCE));
	TRY(der_end(&d));
	TRY(der_uint(&as, &in, UINT32_MAX));
	asn->v = (uint32_t)as;
	TRY(statement_key_parse(key, &in));
	TRY(der_end(&in));
	return key->known && key->key.alg == CRYPT_P256 ? REASON_OK
							: MALFORMED(&in);
}

enum reason
authorize_content_check(const struct statement_body *b,
    enum authorize_type type, struct crypt *crypt, struct decode *dec)
{
	struct statement_key key;
	struct aspa aspa;
	struct roa roa;
	struct asn asn;

	switch (type) {
	case AUTHORIZE_ROA:
		TRY(roa_parse(&roa, b->content, dec));
		return roa_order_check(&roa);
	case AUTHORIZE_ASPA:
		return aspa_parse(&aspa, b->content, dec);
	case AUTHORIZE_ROUTER_KEY:
		TRY(router_key_parse(&asn, &key, b->content, dec));
		return crypt_key_check(crypt, &key.key);
	}
	BUG("type of authorization");
}

static enum reason
asn_resources(struct resources *out, struct asn asn, struct arena *arena)
{
	char text[16];

	(void)snprintf(text, sizeof(text), "AS%u", (unsigned)asn.v);
	return resources_add_text(out, arena, text);
}

static enum reason
roa_resources(struct resources *out, struct span content, struct decode *dec)
{
	char text[PREFIX_TEXT];
	struct roa roa;

	TRY(roa_parse(&roa, content, dec));
	for (size_t i = 0; i < roa.n; i++) {
		prefix_write(text, &roa.vrps[i].prefix);
		TRY(resources_add_text(out, dec->arena, text));
	}
	addr_set_normalise(&out->ip[0], FAMILY_V4);
	addr_set_normalise(&out->ip[1], FAMILY_V6);
	return REASON_OK;
}

enum reason
authorize_resources(
    struct resources *out, const struct statement_body *b, struct arena *arena)
{
	struct statement_key key;
	enum authorize_type type;
	struct decode dec;
	struct aspa aspa;
	struct asn asn;

	*out = (struct resources){ 0 };
	decode_init(&dec, arena, ledger_limits(), b->content);
	TRY(authorize_type_parse(&type, b->type));
	switch (type) {
	case AUTHORIZE_ROA:
		return roa_resources(out, b->content, &dec);
	case AUTHORIZE_ASPA:
		TRY(aspa_parse(&aspa, b->content, &dec));
		return asn_resources(out, aspa.customer, arena);
	case AUTHORIZE_ROUTER_KEY:
		TRY(router_key_parse(&asn, &key, b->content, &dec));
		return asn_resources(out, asn, arena);
	}
	BUG("type of authorization");
}
