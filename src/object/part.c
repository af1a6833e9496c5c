/* Parts that several object types have in common, and the decode itself. */
#include <string.h>

#include "object/part.h"

void
decode_init(struct decode *out, struct arena *arena,
    const struct limits *limits, struct span object)
{
	out->arena = arena;
	out->limits = limits;
	fault_init(&out->why, object);
}

enum reason
part_version(struct der *d, uint64_t want, enum reason otherwise)
{
	const uint8_t *at = d->at;
	struct der in;
	uint64_t version;

	if (!der_is(d, DER_CONTEXT_CONS(0)))
		return want == 0 ? REASON_OK : der_fail(d, otherwise);
	TRY(der_enter(&in, d, DER_CONTEXT_CONS(0)));
	TRY(der_uint(&version, &in, UINT32_MAX));
	TRY(der_end(&in));
	if (version == 0)
		return fault_at(d->why, R_DER_DEFAULT, at);
	if (version != want)
		return fault_at(d->why, otherwise, at);
	return REASON_OK;
}

enum reason
part_family(enum family *out, struct der *d, enum reason otherwise)
{
	const uint8_t *at = d->at;
	struct span afi;

	TRY(der_octets(&afi, d));
	if (span_eq(afi, SPAN("\0\1")))
		*out = FAMILY_V4;
	else if (span_eq(afi, SPAN("\0\2")))
		*out = FAMILY_V6;
	else
		return fault_at(d->why, otherwise, at);
	return REASON_OK;
}

void
part_family_write(struct buf *b, enum family family)
{
	der_put_octets(b, family == FAMILY_V4 ? SPAN("\0\1") : SPAN("\0\2"));
}

/* der_bits saw to it that bits beyond the length are zero. */
enum reason
part_prefix(struct prefix *out, struct der *d, enum family family,
    enum reason otherwise)
{
	const uint8_t *at = d->at;
	struct span bits;
	unsigned unused;
	size_t len;

	TRY(der_bits(&bits, &unused, d));
	len = bits.n * 8 - unused;
	if (len > family_bits(family))
		return fault_say(d->why, otherwise, at, "%zu bits", len);
	*out = (struct prefix){ .family = family, .len = (uint8_t)len };
	if (bits.n > 0)
		memcpy(out->addr.b, bits.p, bits.n);
	return REASON_OK;
}

void
part_prefix_write(struct buf *b, const struct prefix *p)
{
	unsigned bytes = (p->len + 7U) / 8;

	der_put_bits(b, span_of(p->addr.b, bytes), bytes * 8 - p->len);
}

enum reason
part_number(struct span *out, struct der *d, enum reason otherwise)
{
	const uint8_t *at = d->at;

	TRY(der_integer(out, d));
	if (out->n > 20 || (out->p[0] & 0x80) != 0)
		return fault_at(d->why, otherwise, at);
	return REASON_OK;
}

enum reason
part_algorithm(
    struct span *whole, struct der *d, struct span oid, enum reason otherwise)
{
	struct span all, contents;
	struct der in;

	TRY(der_whole(&all, &contents, d, DER_SEQUENCE));
	der_init(&in, contents, d->why);
	TRY(der_oid_is(&in, oid, otherwise));
	if (der_more(&in))
		TRY(der_null(&in));
	if (whole != NULL)
		*whole = all;
	return der_end(&in);
}

void
part_algorithm_write(struct buf *b, struct span oid)
{
	size_t mark = der_open(b, DER_SEQUENCE);

	der_put_oid(b, oid);
	der_put_null(b);
	der_close(b, mark);
}

enum reason
part_signature(struct span *signature, struct der *d, struct span algorithm,
    enum reason otherwise)
{
	const uint8_t *at = d->at;
	struct span again;
	unsigned unused;

	TRY(der_any(&again, d));
	if (!span_eq(again, algorithm))
		return fault_at(d->why, otherwise, at);
	at = d->at;
	TRY(der_bits(signature, &unused, d));
	if (unused != 0)
		return fault_at(d->why, R_DER_BITS, at);
	return REASON_OK;
}

enum reason
part_signed_write(
    struct buf *b, const struct buf *body, const struct crypt_secret *key)
{
	size_t mark = der_open(b, DER_SEQUENCE);
	struct buf signature;
	enum reason r;

	buf_init(&signature, 4096);
	r = body->failed ? R_LIMIT_MEMORY
			 : crypt_sign(&signature, key, buf_view(body));
	if (r == REASON_OK && signature.failed)
		r = R_LIMIT_MEMORY;
	if (r != REASON_OK)
		goto out;
	buf_span(b, buf_view(body));
	part_algorithm_write(b, OID_SHA256_RSA);
	der_put_bits(b, buf_view(&signature), 0);
	der_close(b, mark);
	if (b->failed)
		r = R_LIMIT_MEMORY;
out:
	buf_fini(&signature);
	return r;
}
