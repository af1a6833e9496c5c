/*
 * The judging of one point, between the files it is spread over: point.c
 * (manifest, CRL, presence: RFC 9286 6) and point_object.c (each file: RFC
 * 6487 7, RFC 6488 3); private to the room.
 */
#ifndef CAIRN_RPKI_POINT_H
#define CAIRN_RPKI_POINT_H

#include "rpki/path.h"

/*
 * Functions that take it return REASON_OK to go on; R_LIMIT_MEMORY, which
 * ends everything; or why what they were asked about is refused, which the
 * outermost reports.
 */
struct judge {
	const struct rpki_point_in *in;
	struct rpki_point *out;
	struct arena *arena;  /* what the result keeps */
	struct arena kept;    /* manifest and CRL, until the end */
	struct arena scratch; /* one object at a time */
	struct interval time;
	struct span point; /* manifest URI, in the arena */

	struct cms cms; /* of the manifest */
	struct manifest manifest;
	struct span *bytes; /* of each of its files */
	size_t crl;         /* which of them is the CRL */
	struct crl_index revoked;

	const struct manifest_file *file; /* in question; NULL: the manifest */
	bool absent;                      /* it was not there */
	bool too_much;                    /* refusing it refuses the point */

	VEC(struct rpki_payload) payloads;
	VEC(struct rpki_child) children;
	VEC(struct rpki_object) objects;
	VEC(struct finding) findings;
};

/* A finding about the file in question. `why` may be NULL. */
enum reason judge_report(struct judge *, enum effect, enum reason,
    const struct fault *why) MUST_CHECK;
/* R_LIMIT_SIZE. */
enum reason judge_size(
    const struct judge *, struct span, struct decode *) MUST_CHECK;
/* All signatures of a signed object: by its EE, and of its EE by the issuer. */
enum reason judge_signatures(
    const struct judge *, const struct cms *, struct decode *) MUST_CHECK;
/* URI of a file of that name in the point; p == NULL without memory. */
struct span judge_uri(struct judge *, struct span name);

/* Judge the file in question, one other than the CRL. */
enum reason judge_object(struct judge *, struct span bytes) MUST_CHECK;

/* point_issue.c: the manifest's identity. */
void issue_of(
    struct rpki_issue *out, const struct manifest *, const struct digest *hash);

#endif
