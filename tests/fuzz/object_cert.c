/* Certificates, judged as each of the things they may be used as. */
#include "tests/fuzz/fuzz.h"

#include "object/object.h"

static void
check(struct cert c, enum cert_kind kind, struct decode *dec)
{
	fault_init(&dec->why, c.der);
	if (cert_check(&c, kind, dec) != REASON_OK) {
		ASSERT(dec->why.reason != REASON_OK);
		ASSERT(dec->why.offset <= c.der.n);
		return;
	}
	ASSERT(kind == CERT_TA || cert_guess(&c) == kind);
	ASSERT(name_common(c.issuer).n > 0 && name_common(c.subject).n > 0);
	for (unsigned i = 0; i < 2; i++)
		ASSERT(c.resources.ip[i].holding != HOLDS_SOME ||
		       addr_set_is_canonical(
			   &c.resources.ip[i], i == 0 ? FAMILY_V4 : FAMILY_V6));
	ASSERT(c.resources.as.holding != HOLDS_SOME ||
	       asn_set_is_canonical(&c.resources.as));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct span input = span_of(data, n);
	struct limits limits;
	struct decode dec;
	struct arena arena;
	struct cert c;

	limits_init(&limits);
	arena_init(&arena, limits.point_memory);
	decode_init(&dec, &arena, &limits, input);
	if (cert_parse(&c, input, &dec) != REASON_OK)
		ASSERT(dec.why.reason != REASON_OK && dec.why.offset <= n);
	else
		for (unsigned kind = CERT_TA; kind <= CERT_ROUTER; kind++)
			check(c, (enum cert_kind)kind, &dec);
	arena_fini(&arena);
	return 0;
}
