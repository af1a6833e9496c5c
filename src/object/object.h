/*
 * object - what one published file says, and whether it may say so.
 *
 * What	    One file of source for each object type: TAL, certificate, CRL,
 *	    CMS, manifest, ROA, ASPA, TAK, RSC, Ghostbusters, prefix list;
 *	    each with its writer; and the check that one certificate issued
 *	    another.
 * In	    Bytes the caller keeps alive, and a struct decode.
 * Out	    Structs that borrow those bytes; arrays in the decode's arena.
 *	    On failure the struct is not to be used.
 * Owns	    Nothing.
 * Fails	    A reason, with offset and detail in decode.why.
 * Threads  No state.
 * Standards RFC 8630, 6487, 3779, 7318, 8209, 8608, 8360, 9829, 5652, 6488,
 *	    9589, 9286, 9981, 9582, 9691, 9323, 6493; drafts of sidrops:
 *	    aspa-profile-26 (version 1), rpki-prefixlist, rpki-ccr.
 */
#ifndef CAIRN_OBJECT_H
#define CAIRN_OBJECT_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "der/der.h"
#include "model/model.h"

/* What the decoding of one object needs; one fault, the first. */
struct decode {
	struct arena *arena;
	const struct limits *limits;
	struct fault why;
};

void decode_init(
    struct decode *, struct arena *, const struct limits *, struct span object);

/* ---- subjectPublicKeyInfo ----------------------------------------------- */

struct spki {
	struct crypt_key key;
	struct span der;  /* all of it */
	struct span bits; /* of the BIT STRING: their SHA-1 is the SKI */
};

/* Any of the three algorithms, well formed; an RSA modulus of 2048 to 4096
 * bits, odd, e 65537. Profiles narrow it (RFC 7935: 2048 exactly). */
enum reason spki_parse(
    struct spki *out, struct der *, struct decode *) MUST_CHECK;
void spki_write(struct buf *, const struct crypt_key *);
void spki_ski(struct ski *out, const struct spki *);
/* The same for a key that is about to be written. */
void spki_key_ski(struct ski *out, const struct crypt_key *);

/* ---- certificate --------------------------------------------------------- */

enum cert_ext {
	CERT_EXT_BASIC_CONSTRAINTS,
	CERT_EXT_SKI,
	CERT_EXT_AKI,
	CERT_EXT_KEY_USAGE,
	CERT_EXT_EXT_KEY_USAGE,
	CERT_EXT_CRL_DP,
	CERT_EXT_AIA,
	CERT_EXT_SIA,
	CERT_EXT_POLICIES,
	CERT_EXT_IP, /* RFC 3779 */
	CERT_EXT_AS,
	CERT_EXT_IP_V2, /* RFC 8360 */
	CERT_EXT_AS_V2,
	CERT_EXT_COUNT
};

struct cert_ext_value {
	bool present, critical;
	struct span value; /* contents of the OCTET STRING */
};

enum cert_kind {
	CERT_TA,
	CERT_CA,
	CERT_EE,
	CERT_ROUTER
};

/*
 * cert_parse fills the frame: what RFC 5280 4.1 says, extensions as raw
 * values. cert_check then decodes and judges the extensions by RFC 6487 for
 * what the certificate is used as, and fills the rest. (The ledger has a
 * frozen profile of its own: it uses the frame and the cert_ext_ decoders.)
 */
struct cert {
	struct span der, tbs; /* tbs is what is signed */
	struct span signature;
	struct span serial;          /* content octets */
	struct span issuer, subject; /* Name, with its header */
	int64_t not_before_at, not_after_at;
	struct spki spki;
	struct cert_ext_value ext[CERT_EXT_COUNT];
	bool unknown_extension, unknown_critical, duplicate_extension;

	enum cert_kind kind;
	struct ski ski, aki;
	bool has_aki, reconsidered;   /* RFC 8360 policy */
	struct resources resources;   /* may inherit */
	struct span crl_uri, aia_uri; /* the rsync ones */
	struct span repository_uri, manifest_uri, notify_uri; /* CA */
	struct span object_uri; /* EE: signedObject */
};

enum reason cert_parse(
    struct cert *out, struct span der, struct decode *) MUST_CHECK;
/* The same from a cursor inside another structure (CMS, evidence). */
enum reason cert_parse_from(
    struct cert *out, struct der *, struct decode *) MUST_CHECK;
/* CERT_CA, CERT_EE (of a signed object) or CERT_ROUTER by keyUsage, basic
 * constraints and extended key usage; a guess that cert_check then judges. */
enum cert_kind cert_guess(const struct cert *);
enum reason cert_check(
    struct cert *, enum cert_kind as, struct decode *) MUST_CHECK;

/* One extension each, strict DER, no profile. */
enum reason cert_ext_basic_constraints(
    bool *ca, bool *has_path_len, struct span value, struct fault *) MUST_CHECK;
enum reason cert_ext_key_usage(
    uint16_t *bits, struct span value, struct fault *) MUST_CHECK;
#define KEY_USAGE_DIGITAL_SIGNATURE 0x8000
#define KEY_USAGE_CERT_SIGN         0x0400
#define KEY_USAGE_CRL_SIGN          0x0200
enum reason cert_ext_ski(
    struct ski *out, struct span value, struct fault *) MUST_CHECK;
/* keyIdentifier alone, 20 bytes. */
enum reason cert_ext_aki(
    struct ski *out, struct span value, struct fault *) MUST_CHECK;
/* The policies' OIDs; qualifiers are walked, not read. */
enum reason cert_ext_policies(struct span *first, size_t *n, struct span value,
    struct fault *) MUST_CHECK;
/* Canonical RFC 3779; inherit allowed; no SAFI, no RDI. */
enum reason resources_ip_parse(
    struct resources *, struct der *, struct decode *) MUST_CHECK;
enum reason resources_as_parse(
    struct resources *, struct der *, struct decode *) MUST_CHECK;
void resources_ip_write(struct buf *, const struct resources *);
void resources_as_write(struct buf *, const struct resources *);
/* Names: one commonName, at most one serialNumber, RFC 6487 4.4. */
enum reason name_check(struct span name, struct fault *) MUST_CHECK;
void name_write(struct buf *, const char *common_name);
/* For people: the commonName. */
struct span name_common(struct span name);

/*
 * Did `issuer` issue `subject`? Names, key identifiers and, last because it
 * costs most, the signature. Not time, revocation or resources.
 */
enum reason cert_verify(const struct cert *subject, const struct cert *issuer,
    const struct verifier *, struct fault *) MUST_CHECK;

/* What a certificate is to be made of; zero and empty mean absent. */
struct cert_spec {
	enum cert_kind kind;
	struct span serial;           /* big-endian, without sign */
	const char *issuer, *subject; /* commonNames */
	struct span issuer_name;      /* DER of a Name: instead of issuer */
	int64_t not_before_at, not_after_at;
	struct crypt_key key;
	const struct ski *aki; /* NULL: none */
	bool reconsidered;
	struct resources resources;
	struct span crl_uri, aia_uri, repository_uri, manifest_uri, notify_uri,
	    object_uri;
};
enum reason cert_write(struct buf *, const struct cert_spec *,
    const struct crypt_secret *issuer) MUST_CHECK;

/* ---- CRL ------------------------------------------------------------------
 */

struct crl {
	struct span der, tbs, signature, issuer;
	struct ski aki;
	struct span number; /* content octets */
	int64_t this_update_at, next_update_at;
	size_t n;
	struct span revoked; /* the SEQUENCE OF's contents, checked */
};

enum reason crl_parse(
    struct crl *out, struct span der, struct decode *) MUST_CHECK;
enum reason crl_verify(const struct crl *, const struct cert *issuer,
    const struct verifier *, struct fault *) MUST_CHECK;
/* Ask many: the serials, sorted, in the decode's arena. */
struct crl_index {
	size_t n;
	struct span *serials;
};
enum reason crl_index(
    struct crl_index *out, const struct crl *, struct decode *) MUST_CHECK;
bool crl_index_has(const struct crl_index *, struct span serial);

struct crl_spec {
	const char *issuer;
	const struct ski *aki;
	struct span number; /* big-endian, without sign */
	int64_t this_update_at, next_update_at, revoked_at;
	size_t n;
	const struct span *serials;
};
enum reason crl_write(struct buf *, const struct crl_spec *,
    const struct crypt_secret *issuer) MUST_CHECK;

/* ---- signed objects (CMS) --------------------------------------------------
 */

struct cms {
	struct span type;         /* eContentType OID contents */
	struct span content;      /* eContent */
	struct cert ee;           /* checked as CERT_EE */
	struct span signed_attrs; /* contents, without header */
	struct span digest;       /* the message-digest attribute */
	int64_t signing_at;
	struct span signature;
};

/* RFC 6488 section 3 and RFC 9589, all but the two signatures. */
enum reason cms_parse(
    struct cms *out, struct span der, struct decode *) MUST_CHECK;
/* What is signed, whoever signed it: all behind it is not even parsed. */
enum reason cms_look(struct span *type, struct span *content, struct span der,
    struct decode *) MUST_CHECK;
/* The content's digest, and the EE key's signature over the attributes. The
 * EE certificate's own signature: cert_verify. */
enum reason cms_verify(
    const struct cms *, const struct verifier *, struct fault *) MUST_CHECK;

struct cms_spec {
	struct span type, content;
	int64_t signing_at;
	struct cert_spec ee; /* by the caller, but for its key */
	const struct crypt_secret *ee_key;
};
enum reason cms_write(struct buf *, const struct cms_spec *,
    const struct crypt_secret *issuer) MUST_CHECK;

/* Types, by eContentType and by the end of the file's name. */
enum object_type {
	OBJECT_UNKNOWN,
	OBJECT_TAL,
	OBJECT_CERT,
	OBJECT_CRL,
	OBJECT_MANIFEST,
	OBJECT_ROA,
	OBJECT_ASPA,
	OBJECT_TAK,
	OBJECT_RSC,
	OBJECT_GHOSTBUSTERS,
	OBJECT_PREFIX_LIST
};
#define OBJECT_TYPES (OBJECT_PREFIX_LIST + 1) /* behind the last of them */
enum object_type object_type_by_name(struct span file_name);
enum object_type object_type_by_oid(struct span content_type);
/* By what the bytes begin with. */
enum object_type object_type_guess(struct span bytes);
struct span object_oid(enum object_type);     /* of the signed ones */
const char *object_type_id(enum object_type); /* "roa" */

/* ---- payloads of signed objects: one shape for all --------------------------
 * X_parse: eContent to struct. X_check: what its standard asks of the EE
 * certificate. X_write: struct to eContent. X_emit: for people.
 */

struct manifest_file {
	struct span name;
	struct digest hash;
};

struct manifest {
	struct span number; /* content octets, at most 20, not negative */
	int64_t this_update_at, next_update_at;
	size_t n;
	struct manifest_file *files; /* in the manifest's order */
};
enum reason manifest_parse(
    struct manifest *, struct span content, struct decode *) MUST_CHECK;
enum reason manifest_check(
    const struct manifest *, const struct cert *ee, struct decode *) MUST_CHECK;
void manifest_write(struct buf *, const struct manifest *);
/* RFC 9286 4.2.2: may a file be called that? */
bool manifest_name_is_valid(struct span, const struct limits *);

struct roa {
	struct asn asn;
	size_t n;
	struct vrp *vrps; /* in the ROA's order; asn repeated */
};
enum reason roa_parse(
    struct roa *, struct span content, struct decode *) MUST_CHECK;
/* effective: the EE's resources with inherit (never in a ROA) resolved. */
enum reason roa_check(
    const struct roa *, const struct cert *ee, struct decode *) MUST_CHECK;
void roa_write(struct buf *, const struct roa *);

enum reason aspa_parse(
    struct aspa *, struct span content, struct decode *) MUST_CHECK;
enum reason aspa_check(
    const struct aspa *, const struct cert *ee, struct decode *) MUST_CHECK;
void aspa_write(struct buf *, const struct aspa *);

struct tak_key {
	size_t n_comments, n_uris;
	struct span *comments, *uris;
	struct spki spki;
};
struct tak {
	struct tak_key current;
	bool has_predecessor, has_successor;
	struct tak_key predecessor, successor;
};
enum reason tak_parse(
    struct tak *, struct span content, struct decode *) MUST_CHECK;
enum reason tak_check(
    const struct tak *, const struct cert *ee, struct decode *) MUST_CHECK;
void tak_write(struct buf *, const struct tak *);

struct rsc_file {
	struct span name; /* empty: none given */
	struct digest hash;
};
struct rsc {
	struct resources resources;
	size_t n;
	struct rsc_file *files;
};
enum reason rsc_parse(
    struct rsc *, struct span content, struct decode *) MUST_CHECK;
enum reason rsc_check(
    const struct rsc *, const struct cert *ee, struct decode *) MUST_CHECK;
void rsc_write(struct buf *, const struct rsc *);
/* Section 6: a name on the list must have that hash there; where the name is
 * not on it, an entry without one will do. */
enum rsc_match {
	RSC_LISTED,
	RSC_DIFFERS, /* the name is listed, with another hash */
	RSC_NOT_LISTED
};
enum rsc_match rsc_find(
    const struct rsc *, struct span name, const struct digest *);

struct ghostbusters { /* RFC 6493: a vCard, shown as it is */
	struct span vcard;
};
enum reason ghostbusters_parse(
    struct ghostbusters *, struct span content, struct decode *) MUST_CHECK;
enum reason ghostbusters_check(const struct ghostbusters *,
    const struct cert *ee, struct decode *) MUST_CHECK;

struct prefix_list {
	struct asn asn;
	size_t n;
	struct prefix *prefixes;
};
enum reason prefix_list_parse(
    struct prefix_list *, struct span content, struct decode *) MUST_CHECK;
enum reason prefix_list_check(const struct prefix_list *, const struct cert *ee,
    struct decode *) MUST_CHECK;
void prefix_list_write(struct buf *, const struct prefix_list *);

struct ccr { /* no published object: what a validated cache says */
	int64_t produced_at;
	bool has_vrps, has_aspas, has_keys; /* is that said at all? */
	size_t n;
	struct payload *payloads; /* no origins; written: by payload_cmp */
};
enum reason ccr_parse(
    struct ccr *, struct span der, struct decode *) MUST_CHECK;
void ccr_write(struct buf *, const struct ccr *);
/* A router key: RFC 8209 certificate, checked as CERT_ROUTER. */

/* ---- trust anchor locator (RFC 8630) ----------------------------------------
 */

struct tal {
	struct span name; /* given by the caller: the file's name less ".tal" */
	size_t n_uris;
	struct uri *uris; /* in the file's order */
	struct span spki; /* DER */
};
enum reason tal_parse(
    struct tal *, struct span text, struct decode *) MUST_CHECK;
void tal_write(struct buf *, const struct tal *);

/* ---- for people
 * -------------------------------------------------------------- Describe any
 * object, of the type its content has where it is given as OBJECT_UNKNOWN:
 * members of an object that the caller has opened, the last of them "findings"
 * with the first fault. What can be read behind a fault is shown all the same.
 * Returns that fault, or REASON_OK when the object meets its profile by itself,
 * and is signed by the key it carries.
 */
enum reason object_show(
    struct emit *, struct span bytes, enum object_type, struct decode *);

#endif
