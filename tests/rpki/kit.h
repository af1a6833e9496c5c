/*
 * A small publication point for the tests of the judge: a trust anchor whose
 * manifest lists one good file of each kind. A test bends what it likes of the
 * plan; kit_write makes the bytes, with real signatures.
 */
#ifndef CAIRN_TESTS_RPKI_KIT_H
#define CAIRN_TESTS_RPKI_KIT_H

#include "tests/check.h"

#include "rpki/rpki.h"

#define KIT_AT    INT64_C(1796083200) /* 2026-12-01T00:00:00Z */
#define KIT_DAY   INT64_C(86400)
#define KIT_REPO  "rsync://rpki.example/repo/ca/"
#define KIT_MFT   KIT_REPO "ca.mft"
#define KIT_CRL   KIT_REPO "ca.crl"
#define KIT_FILES 24

/* One file to be. */
struct kit_file {
	const char *name;
	enum object_type type; /* what is in it */
	struct cert_spec cert; /* the certificate, or the EE's */
	const struct crypt_secret *issuer;
	struct span content;    /* of a signed object */
	struct span raw;        /* if not empty: these bytes and nothing else */
	struct span serials[2]; /* of a CRL */
	int64_t this_update_at, next_update_at; /* of a CRL */
	bool unlisted, absent, forged;

	struct buf bytes; /* kit_write's */
	struct digest hash;
};

struct kit {
	struct arena arena;
	struct limits limits;
	struct crypt *crypt;
	struct verifier verifier;
	struct crypt_secret *ca, *ee, *other, *router;
	struct ski ca_ski;

	struct kit_file files[KIT_FILES];
	size_t n;
	struct manifest manifest;
	struct kit_file mft; /* not listed; content is made of manifest */
	struct cert_spec ta;
	struct buf ta_bytes;
	bool list_manifest; /* on itself */
	size_t from;        /* the file the source looks at first */

	struct rpki_issuer issuer;
	unsigned asked, verified; /* of source and verifier */
};

/* The files of the plan, in the manifest's order. KIT_BENT is there for each
 * type to be bent; the ROAs around it are good and stay good. */
enum kit_plan {
	KIT_FIRST_ROA,
	KIT_THE_CRL,
	KIT_BENT,
	KIT_CHILD,
	KIT_ROUTER,
	KIT_ASPA,
	KIT_TAK,
	KIT_GBR,
	KIT_SPL,
	KIT_UNKNOWN,
	KIT_LAST_ROA,
	KIT_PLANNED
};

struct kit *kit_new(void);
void kit_free(struct kit *);
/* Another file at the end of the plan, of this type, good by itself. */
struct kit_file *kit_add(struct kit *, const char *name, enum object_type);
/* "10.0.0.0/8 AS1-AS5" */
struct resources kit_resources(struct kit *, const char *text);
struct span kit_roa(
    struct kit *, const char *prefix, uint8_t max_len, uint32_t asn);
struct span kit_tak(struct kit *, const struct crypt_secret *current,
    const struct crypt_secret *successor);
/* Make all bytes; may be called again after bending more. */
void kit_write(struct kit *);
/* Judge what was written. The result borrows from the kit. */
void kit_judge(
    struct rpki_point *out, struct kit *, int64_t at, struct arena *);
/* The same, where it may fail for want of memory. */
enum reason kit_try(struct rpki_point *out, struct kit *, int64_t at,
    struct arena *) MUST_CHECK;
/* Is there a VRP of this AS? */
bool kit_says(const struct rpki_point *, uint32_t asn);
/* What was written, as tests/fuzz/rpki_point.c reads it. */
void kit_seed(struct buf *, const struct kit *);
/* All of a result, as text. */
void kit_show(struct buf *, const struct rpki_point *);

#endif
