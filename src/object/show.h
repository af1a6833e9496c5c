/*
 * What the files of object_show share; private to the room.
 *
 * Each describes what it could read as members of the object that is open,
 * and returns the first fault. A fault is in the decode too, and the first
 * one stays there: so one thing after the other is tried, and what can be
 * read behind a fault is shown all the same.
 */
#ifndef CAIRN_OBJECT_SHOW_H
#define CAIRN_OBJECT_SHOW_H

#include "object/object.h"

/* The payload of a signed object; its rules for the EE certificate are judged
 * where there is one (ee is not NULL). */
enum reason show_payload(struct emit *, enum object_type, struct span content,
    const struct cert *ee, struct decode *) MUST_CHECK;

/* A certificate as cert_parse left it: each extension by itself, so that one
 * that is wrong hides no other. */
void show_cert(struct emit *, const struct cert *, const struct decode *);
void show_name(struct emit *, const char *key, struct span name);
/* "RSA 2048" */
void show_key(struct emit *, const char *key, const struct spki *);
/* A number in decimal, or where it is longer than 64 bits "0x...". */
void show_number(struct emit *, const char *key, struct span);

/* Write as DER what is in BER and has its outermost length open; false where
 * it is no such thing, or nothing sound. */
bool show_from_ber(struct buf *out, struct span ber) MUST_CHECK;

#endif
