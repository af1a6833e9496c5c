/*
 * What a certification path demands of each certificate on it (RFC 6487 7,
 * RFC 8360), for the certificates of a point; private to the room.
 */
#ifndef CAIRN_RPKI_PATH_H
#define CAIRN_RPKI_PATH_H

#include "rpki/rpki.h"

/*
 * The time of evaluation, and the times around it between which every
 * question asked so far has the same answer: [from, until). Whoever compares
 * a time with that of evaluation does it by asking here, so that a verdict
 * can be kept for as long as nothing it rests on changes.
 */
struct interval {
	int64_t at, from_at, until_at;
};

void interval_init(struct interval *out, int64_t at);
/* Is it that time, or later? */
bool interval_reached(struct interval *, int64_t when);

/* R_PATH_EARLY, R_PATH_EXPIRED: RFC 6487 7.2, step 2. */
enum reason path_check_time(
    const struct cert *, struct interval *, struct fault *) MUST_CHECK;
/*
 * What the certificate holds: its own resources, its issuer's where it says
 * inherit. More than the issuer holds is R_PATH_OVERCLAIM; or, where the
 * certificate asks for RFC 8360, is left out, and `cut` then has the first of
 * it (else ""). Ranges are borrowed, or in the arena.
 */
enum reason path_resources(struct resources *out, char cut[RESOURCE_TEXT],
    const struct cert *, const struct resources *issuer,
    struct decode *) MUST_CHECK;
/* Leave what is named. */
void path_drop_inherited(struct resources *);
/* A copy that borrows nothing, but the arrays that are `lender`'s (NULL:
 * nobody's). */
enum reason path_resources_copy(struct resources *out, const struct resources *,
    const struct resources *lender, struct arena *) MUST_CHECK;

/* The name that makes folder and name (without '/') that URI. */
bool path_name(struct span *name, struct span folder, struct span uri);

#endif
