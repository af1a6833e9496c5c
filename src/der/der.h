/*
 * der - read and write DER, strictly.
 *
 * What	    A cursor over bytes that accepts only the one encoding X.690 10-11
 *	    allows: shortest lengths, no indefinite form, minimal integers. A
 *	    container is read through a child cursor bounded by its parent.
 * In	    A span the caller keeps alive and unchanged.
 * Out	    Spans into that same memory. Nothing is copied or allocated.
 * Owns	    Nothing.
 * Fails    R_DER_*; the fault then holds the offset of the element that
 *	    failed, the cursor stays on it, and out is untouched. Where the
 *	    container ends and an element is wanted: R_DER_TAG.
 * Threads  No state; a cursor belongs to one caller.
 * Standards X.690 (2021) 8.1, 10, 11; RFC 5280 4.1.2.5 for time.
 */
#ifndef CAIRN_DER_H
#define CAIRN_DER_H

#include "base/base.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8_STRING = 0x0c,
	DER_PRINTABLE_STRING = 0x13,
	DER_IA5_STRING = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31
};
/* Context-specific tags, numbers 0 to 30. */
#define DER_CONTEXT(n) (uint8_t)(0x80 | (n)) /* implicit, primitive */
#define DER_CONTEXT_CONS(n)                              \
	(uint8_t)(0xa0 | (n)) /* explicit or constructed \
			       */

struct der {
	const uint8_t *at, *end;
	struct fault *why;
};

/* Read from the first byte of `bytes`, which lie in why->base's object. */
void der_init(struct der *out, struct span bytes, struct fault *why);
static inline bool
der_more(const struct der *d)
{
	return d->at != d->end;
}
/* Is the next element of this tag? False at the end. */
static inline bool
der_is(const struct der *d, uint8_t tag)
{
	return d->at != d->end && *d->at == tag;
}
/* Record the reason at the cursor, and return it. */
enum reason der_fail(const struct der *, enum reason);
/* Nothing may be left: R_DER_TRAILING. */
enum reason der_end(const struct der *) MUST_CHECK;

/* One element of that tag: its contents. */
enum reason der_next(struct span *out, struct der *, uint8_t tag) MUST_CHECK;
/* One element of that tag: a cursor over its contents. */
enum reason der_enter(struct der *out, struct der *, uint8_t tag) MUST_CHECK;
/* One element of any tag: header and contents, without looking inside. */
enum reason der_any(struct span *out, struct der *) MUST_CHECK;
/* One element of that tag, header and contents; and its contents. */
enum reason der_whole(struct span *whole, struct span *contents, struct der *,
    uint8_t tag) MUST_CHECK;
/* How many elements are left, without moving; R_LIMIT_ITEMS past max. */
enum reason der_count(size_t *out, const struct der *, size_t max) MUST_CHECK;

enum reason der_boolean(bool *out, struct der *) MUST_CHECK;
/* Shortest form, any sign: its content octets. */
enum reason der_integer(struct span *out, struct der *) MUST_CHECK;
/* 0 to max, else R_DER_RANGE. */
enum reason der_uint(uint64_t *out, struct der *, uint64_t max) MUST_CHECK;
enum reason der_null(struct der *) MUST_CHECK;
/* Contents of an OID, checked: compare with span_eq. */
enum reason der_oid(struct span *out, struct der *) MUST_CHECK;
/* An OID and no other. */
enum reason der_oid_is(
    struct der *, struct span oid, enum reason otherwise) MUST_CHECK;
/* Bits as bytes, with the count of unused bits in the last (0 to 7, zero). */
enum reason der_bits(
    struct span *out, unsigned *unused, struct der *) MUST_CHECK;
/* The same under an implicit tag. */
enum reason der_bits_tagged(
    struct span *out, unsigned *unused, struct der *, uint8_t tag) MUST_CHECK;
enum reason der_octets(struct span *out, struct der *) MUST_CHECK;
/* Bytes 0 to 127. */
enum reason der_ia5(struct span *out, struct der *) MUST_CHECK;
/* UTCTime until 2049, GeneralizedTime from 2050 on. */
enum reason der_time(int64_t *out, struct der *) MUST_CHECK;
enum reason der_generalized_time(int64_t *out, struct der *) MUST_CHECK;
/* The elements of a SET OF are ascending and none is there twice: checks all
 * that is left, without moving. */
enum reason der_set_order(const struct der *) MUST_CHECK;
/* Any number of elements of unknown kind: well-formed DER to the bottom,
 * without recursion, at most `depth` constructed ones within each other. What
 * X.690 fixes of universal types is checked; what a profile says is not. */
#define DER_WALK_DEPTH 64 /* the greatest `depth` */
enum reason der_walk(struct span, unsigned depth, struct fault *) MUST_CHECK;

/* Content octets as "1.2.840.113549"; false when out is too small, or a
 * number in it takes more than 64 bits. */
bool der_oid_text(char *out, size_t n, struct span oid) MUST_CHECK;

/* ---- writing ------------------------------------------------------------- */

/* size_t mark = der_open(b, DER_SEQUENCE); ...; der_close(b, mark); inner
 * marks are closed first. A failure sticks in the buffer. */
size_t der_open(struct buf *, uint8_t tag);
void der_close(struct buf *, size_t mark);
void der_put(struct buf *, uint8_t tag, struct span contents);
void der_put_boolean(struct buf *, bool);
/* A number without sign, from its big-endian bytes. */
void der_put_integer(struct buf *, struct span magnitude);
void der_put_uint(struct buf *, uint64_t);
void der_put_uint_tagged(struct buf *, uint8_t tag, uint64_t);
void der_put_null(struct buf *);
void der_put_oid(struct buf *, struct span oid);
/* The unused bits of the last byte are zero. */
void der_put_bits(struct buf *, struct span bytes, unsigned unused);
void der_put_octets(struct buf *, struct span);
void der_put_ia5(struct buf *, struct span);
void der_put_printable(struct buf *, struct span);
void der_put_utf8(struct buf *, struct span);
/* UTCTime until 2049; years 0 to 9999. */
void der_put_time(struct buf *, int64_t at);
void der_put_generalized_time(struct buf *, int64_t at);
/* Sort the elements that follow mark (an open SET OF) into DER order. They
 * are DER themselves. */
void der_sort(struct buf *, size_t mark);

#endif
