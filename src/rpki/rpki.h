/*
 * rpki - judge one publication point, one trust anchor.
 *
 * What	    Given an issuer already found valid, decide which of its manifest,
 *	    CRL and signed objects hold now, and what they say. One call judges
 *	    one point; it never descends. Children come back as values.
 * In	    Const issuer (key, name, resources), a source of bytes by hash, the
 *	    time, the limits, a verifier.
 * Out	    A result in the caller's arena: payloads, children, findings in
 *	    manifest order, and the interval of time in which all of that is
 *	    so.
 * Owns	    Nothing.
 * Fails    Bad input is a finding in the result. What comes back otherwise
 *	    is of class LIMIT.
 * Threads  Reentrant; any number of points at once.
 * Standards RFC 6487 7, 6488 3, 8360, 9286 6, 9582, 9829, 9981, 10097;
 *	    stricter where doc/strictness.md says so.
 */
#ifndef CAIRN_RPKI_H
#define CAIRN_RPKI_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "model/model.h"
#include "object/object.h"

/* ---- trust anchors ------------------------------------------------------- */

/* Is this certificate the TAL's, self-signed, without inherit, valid now?
 * The struct cert borrows `der`. */
enum reason rpki_ta_check(struct cert *out, struct span der, const struct tal *,
    int64_t at, const struct verifier *, struct decode *) MUST_CHECK;
/* RFC 10097: does the fetched certificate replace the kept one? (Both passed
 * rpki_ta_check; kept may be NULL.) */
bool rpki_ta_replaces(const struct cert *fetched, const struct cert *kept);
/* Is it valid for longer than limits.ta_lifetime? Then R_TA_LIFETIME is to be
 * reported, as a warning. */
bool rpki_ta_is_long_lived(const struct cert *, const struct limits *);

/* NAME.constraints beside a TAL: "allow 192.0.2.0/24", "deny AS0-AS5". They
 * cut no certificate: an object whose EE resources leave them is refused. */
struct constraints {
	bool given;               /* else everything is allowed */
	struct resources allowed; /* in the decode's arena */
};
/* On failure, *line is where (from 1), or 0. */
enum reason constraints_parse(struct constraints *, struct span text,
    struct decode *, unsigned *line) MUST_CHECK;
/* Do the EE's resources stay inside? If not, R_CONSTRAINTS_OUTSIDE, and
 * `what` is the first that does not. What is inherited is not judged. */
enum reason constraints_check(const struct constraints *,
    const struct resources *ee, char what[RESOURCE_TEXT]) MUST_CHECK;

/* One file against one certificate, for a person who asks: signature, names,
 * resources, and validity at that time. Not revocation; where the issuer
 * inherits, not its resources. The issuer passed cert_check. */
struct rpki_issued {
	const struct cert *issuer;
	int64_t at;
	const struct verifier *verifier;
};
enum reason rpki_issued(struct span bytes, enum object_type,
    const struct rpki_issued *, struct decode *) MUST_CHECK;

/* ---- publication points ---------------------------------------------- */

/* A CA already found valid, as its children are judged against it. Its point
 * is at cert.manifest_uri, in cert.repository_uri. */
struct rpki_issuer {
	struct cert cert;           /* resources as in the certificate */
	struct resources resources; /* effective: resolved, cut where 8360 */
	struct digest holds[3];     /* of each kind of them, for the key */
};

/* Both are borrowed. What is the very array that its issuer `above` has (NULL:
 * a trust anchor), as what is inherited is, is not hashed again. */
enum reason rpki_issuer_init(struct rpki_issuer *out, const struct cert *,
    const struct resources *effective,
    const struct rpki_issuer *above) MUST_CHECK;

/*
 * Objects by hash, from wherever they are. Empty when not there. That the
 * bytes have that SHA-256 is the source's promise (the store hashes what it is
 * given once, and indexes by the result): the judge does not hash them again.
 * The bytes outlive the result, which borrows them.
 */
struct rpki_source {
	struct span (*object)(void *ctx, const struct digest *);
	void *ctx;
};

/* What identifies one issue of a manifest: RFC 9286 4.2.1, RFC 9981. */
struct rpki_issue {
	struct digest hash; /* of the manifest's file */
	uint8_t number[20]; /* big-endian, leading zeros */
	int64_t this_update_at, next_update_at;
};

enum rpki_choice {
	RPKI_USE_CANDIDATE,
	RPKI_USE_LAST_GOOD,
	RPKI_USE_NONE
};

/*
 * Which manifest is in force? NULL for what is not there. The floor is the
 * newest issue ever found good under this (issuer key, manifest URI); a new
 * file name so starts afresh, as RFC 9981 2 asks. (Replaying an older CA
 * certificate, with an older name in it, is what the floor of its issuer's
 * point, or RFC 10097 for a trust anchor, refuses.) On RPKI_USE_LAST_GOOD or
 * _NONE with a candidate, *why says what was wrong with it
 * (R_MANIFEST_NUMBER, _TIME, _REPLAY, _REUSED_NUMBER), else REASON_OK.
 * Whether the candidate is any good is rpki_point_judge's to say: where it
 * is not, call again without it. Pure.
 */
enum rpki_choice rpki_point_choose(enum reason *why,
    const struct rpki_issue *candidate, const struct rpki_issue *last_good,
    const struct rpki_issue *floor, int64_t at);

struct rpki_point_in {
	const struct rpki_issuer *issuer;
	struct span manifest;        /* its bytes */
	struct digest manifest_hash; /* and their SHA-256: the caller's word */
	int64_t at;
	struct rpki_source source;
	const struct limits *limits;
	/* All signatures are checked by it, each once: the two of a signed
	 * object, one of a CRL or certificate. It may know some by heart. */
	const struct verifier *verifier;
};

struct rpki_child {
	struct span uri, der; /* der: borrowed from the source */
	struct digest hash;
	struct rpki_issuer issuer; /* but for what is made for its key */
};

struct rpki_payload {
	struct payload payload; /* origin NULL: the walk makes it */
	uint32_t object;        /* index in objects */
};

struct rpki_object { /* one that yielded payloads */
	struct span uri;
	struct digest hash;
	int64_t not_before_at, not_after_at;
	struct resources resources; /* effective, of its EE: for .constraints */
};

struct rpki_point {
	struct rpki_issue issue; /* zero where the manifest was unreadable */
	int64_t stale_at;        /* least of manifest's and CRL's nextUpdate */
	size_t n_payloads, n_children, n_objects, n_findings, n_files;
	struct rpki_payload *payloads;
	struct rpki_child *children;
	struct rpki_object *objects;
	struct finding *findings; /* trust_anchor is the walk's to fill */
	/* The same result at any time in [from, until). */
	int64_t from_at, until_at;
	bool failed;     /* RFC 9286 6.6: only findings; nothing of it counts */
	bool incomplete; /* a listed file was not there: never stored */
	struct digest missing; /* the first; until it comes, nothing changes */
	uint64_t bytes;        /* of the objects read */
	uint32_t n_valid[OBJECT_TYPES]; /* objects found good, by object_type */
};

/* Read (do not verify) what identifies a manifest, and what is on it; hash is
 * of its bytes. */
enum reason rpki_issue_read(struct rpki_issue *out, struct manifest *lists,
    struct span manifest, const struct digest *hash,
    struct decode *) MUST_CHECK;
/*
 * Findings are in the order of the manifest; URIs in them, and all else that
 * is not bytes of an object, are in the arena. But what a child inherits is
 * borrowed from the issuer, whose resources must live as long as the result:
 * one list of 200,000 ranges must not become as many lists as it has heirs.
 * R_LIMIT_MEMORY: the arena or limits.point_memory, which is also the most
 * that the result may take of it, is used up; out is not to be used, and the
 * arena is as it was.
 */
enum reason rpki_point_judge(struct rpki_point *out,
    const struct rpki_point_in *, struct arena *) MUST_CHECK;
/* SHA-256 over everything the result depends on but the time, the manifest and
 * the bytes it pins, and over what else the caller wants in it: who a memo is
 * about, and "already descended". */
enum reason rpki_point_key(struct digest *out, const struct rpki_issuer *,
    const struct digest *with, const struct limits *) MUST_CHECK;
/* What the code is known by that a result depends on: made from its sources. */
struct span rpki_version(void);

#endif
