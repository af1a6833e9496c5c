/*
 * Change single elements of a DER structure; private to the room.
 *
 * A program is a list of steps separated by ';'. A step names an element by
 * its path and says what becomes of it:
 *
 *	PATH = VALUE	is replaced by
 *	PATH < VALUE	gets before it
 *	PATH > VALUE	gets after it
 *	PATH + VALUE	gets as its last contents
 *	PATH del	goes
 *	PATH x N	is there N times
 *	PATH swap	changes places with the next
 *	PATH tag HH	gets another tag
 *	PATH wrap HH	comes to stand inside an element of that tag
 *	PATH long	gets a length that is not in its shortest form
 *	PATH open	gets the indefinite form
 *	PATH cut N	loses all but N bytes; the last -N, when N is negative
 *
 * "." is the whole file: it keeps no length in order, and what comes after
 * ". signed" is not signed again.
 *
 * A path is parts with '/' between: 0 for the first element inside, -1 for
 * the last, @1.2.3 for the one that begins with this OID, or a word that
 * stands for a path (edit.c has the table): "ee/ext/key-usage/value". Paths
 * lead into OCTET STRINGs and BIT STRINGs as into sequences.
 *
 * A value is hex digits (0500), text ("a"), an element (30(020101 0500)), a
 * time in seconds from now as a GeneralizedTime's or UTCTime's text (@-60,
 * u@-60), or one byte many times (41*300); several of them one after another.
 */
#ifndef CAIRN_WORLD_EDIT_H
#define CAIRN_WORLD_EDIT_H

#include "base/base.h"
#include "crypt/crypt.h"

/* Who signs again what was changed. */
struct edit_keys {
	const struct crypt_secret *issuer; /* of the certificate or CRL */
	const struct crypt_secret *ee;     /* NULL: not a signed object */
};

/* False when the program is wrong, names what is not there, or memory ran
 * out: ours to mend, not the input's. The keys may be NULL. */
bool edit_run(struct buf *object, const char *program, int64_t at,
    const struct edit_keys *) MUST_CHECK;
/* Sign again every part that is signed and still there. */
bool edit_sign(struct buf *object, const struct edit_keys *) MUST_CHECK;

/* The element a path leads to, header and contents; empty when none. */
struct span edit_find(struct span object, const char *path);

#endif
