/*
 * Parts that several object types have in common; private to the room.
 */
#ifndef CAIRN_OBJECT_PART_H
#define CAIRN_OBJECT_PART_H

#include "object/object.h"

/* Content octets of the OIDs met in more than one file. */
#define OID_RSA        SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")
#define OID_SHA256_RSA SPAN("\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b")
#define OID_SHA256     SPAN("\x60\x86\x48\x01\x65\x03\x04\x02\x01")
#define OID_AKI        SPAN("\x55\x1d\x23")

/*
 * version [0] INTEGER DEFAULT 0, at the start of every payload. DER leaves a
 * default out, so version 0 must not be there and any other must.
 */
enum reason part_version(
    struct der *, uint64_t want, enum reason otherwise) MUST_CHECK;

/* addressFamily of RFC 3779 2.2.3.3 without SAFI: "0001" or "0002". */
enum reason part_family(
    enum family *, struct der *, enum reason otherwise) MUST_CHECK;
void part_family_write(struct buf *, enum family);
/* A BIT STRING that is a prefix; longer than its family allows: otherwise. */
enum reason part_prefix(struct prefix *, struct der *, enum family,
    enum reason otherwise) MUST_CHECK;
void part_prefix_write(struct buf *, const struct prefix *);

/* A number of at most 20 octets and not negative: 0 to 2^159 - 1. */
enum reason part_number(
    struct span *out, struct der *, enum reason otherwise) MUST_CHECK;

/* AlgorithmIdentifier with NULL or no parameters; `whole` may be NULL. */
enum reason part_algorithm(struct span *whole, struct der *, struct span oid,
    enum reason otherwise) MUST_CHECK;
void part_algorithm_write(struct buf *, struct span oid);

/* What follows the body of a certificate or CRL: the same algorithm again,
 * and the signature, whose bits are whole bytes. */
enum reason part_signature(struct span *signature, struct der *,
    struct span algorithm, enum reason otherwise) MUST_CHECK;
/* Sign what was written to `body`, and append body, algorithm, signature as
 * one SEQUENCE. */
enum reason part_signed_write(struct buf *, const struct buf *body,
    const struct crypt_secret *) MUST_CHECK;

#endif
