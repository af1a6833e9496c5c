/*
 * model - the currency that rooms exchange.
 *
 * What	    AS numbers, addresses, prefixes, resource sets, URIs, digests;
 *	    payloads (VRP, ASPA, router key) with their provenance; findings;
 *	    payload sets and the view.
 * In	    Numbers and spans, already decoded.
 * Out	    The same, ordered and set-wise combined.
 * Owns	    Nothing but what a set's arena holds.
 * Fails    R_URI_* for a URI that is not taken, R_RESOURCES_TEXT for text that
 *	    is no resource, R_LIMIT_MEMORY when the caller's arena is full.
 * Threads  No state.
 * Standards RFC 3779 (canonical sets), RFC 3986 and RFC 5781 (URIs), RFC 5952
 *	    (IPv6 text), RFC 6811 (VRP).
 */
#ifndef CAIRN_MODEL_H
#define CAIRN_MODEL_H

#include "base/base.h"

/* ---- numbers ------------------------------------------------------------ */

struct digest { /* SHA-256 */
	uint8_t b[32];
};

struct ski { /* SHA-1 of a key's bits, RFC 6487 4.8.2 */
	uint8_t b[20];
};

bool digest_eq(const struct digest *a, const struct digest *b);

struct asn {
	uint32_t v;
};

enum family {
	FAMILY_V4 = 1,
	FAMILY_V6 = 2
}; /* as the AFI of RFC 3779 */

/* IPv4 in the first 4 bytes, the rest zero. */
struct addr {
	uint8_t b[16];
};

struct prefix {
	enum family family;
	uint8_t len; /* bits; those of addr beyond it are zero */
	struct addr addr;
};

unsigned family_bits(enum family); /* 32 or 128 */
int addr_cmp(const struct addr *, const struct addr *);
/* By family, address, length. */
int prefix_cmp(const struct prefix *, const struct prefix *);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
/* The same, cut to a length not longer than its own. */
struct prefix prefix_cut(const struct prefix *, uint8_t len);
/* First and last address. */
void prefix_range(struct addr *lo, struct addr *hi, const struct prefix *);
/* "192.0.2.0/24", "2001:db8::/32" (RFC 5952, hex groups only). */
#define PREFIX_TEXT 44
void prefix_write(char out[PREFIX_TEXT], const struct prefix *);
void addr_write(char out[PREFIX_TEXT], enum family, const struct addr *);
/* Host bits must be zero. */
bool prefix_parse(struct prefix *out, const char *text) MUST_CHECK;
/* The same, or an address, which is its own prefix. */
bool prefix_or_addr_parse(struct prefix *out, const char *text) MUST_CHECK;
bool addr_parse(
    struct addr *out, enum family *family, const char *text) MUST_CHECK;
/* "AS64500" or "64500". */
bool asn_parse(struct asn *out, const char *text) MUST_CHECK;

/* ---- resource sets (RFC 3779) ------------------------------------------- */

struct addr_range { /* both ends included */
	struct addr lo, hi;
};

struct asn_range {
	uint32_t lo, hi;
};

enum holding {
	HOLDS_NONE,
	HOLDS_SOME,
	HOLDS_INHERIT
};

/* Ranges sorted, disjoint and not adjacent. [0] IPv4, [1] IPv6. */
struct addr_set {
	enum holding holding;
	size_t n;
	struct addr_range *r;
};

struct asn_set {
	enum holding holding;
	size_t n;
	struct asn_range *r;
};

struct resources {
	struct addr_set ip[2];
	struct asn_set as;
};
#define FAMILY_INDEX(family) ((family) == FAMILY_V4 ? 0 : 1)

/* RFC 3779 2.2.3.6, 3.2.3.4: false when not sorted, overlapping, adjacent or
 * upside down. */
bool addr_set_is_canonical(const struct addr_set *, enum family);
bool asn_set_is_canonical(const struct asn_set *);
/* Sort and merge in place whatever was collected. */
void addr_set_normalise(struct addr_set *, enum family);
void asn_set_normalise(struct asn_set *);

bool resources_is_empty(const struct resources *);
bool resources_has_inherit(const struct resources *);
bool resources_eq(const struct resources *, const struct resources *);
#define RESOURCE_TEXT 96 /* two addresses and a dash, or two AS numbers */
/* Is each resource of inner in outer? Both are canonical and neither may
 * inherit. On false, and when `what` is not NULL, the first that is not is
 * written there. */
bool resources_contain(const struct resources *outer,
    const struct resources *inner, char what[RESOURCE_TEXT]);
bool resources_contain_prefix(const struct resources *, const struct prefix *);
bool resources_contain_asn(const struct resources *, struct asn);
bool resources_overlap_prefix(const struct resources *, const struct prefix *);
/* What an inheriting child holds: its own, with its issuer's where it says
 * inherit (no copy: ranges are borrowed from both). */
void resources_inherit(struct resources *out, const struct resources *own,
    const struct resources *issuer);
/* RFC 8360: the part of a that is also in b. Neither may inherit. */
enum reason resources_intersect(struct resources *out,
    const struct resources *a, const struct resources *b,
    struct arena *) MUST_CHECK;
/* The part of a that is not in b. Neither may inherit. */
enum reason resources_subtract(struct resources *out, const struct resources *a,
    const struct resources *b, struct arena *) MUST_CHECK;
/* A fixed byte form, the same for equal sets: for digests and keys. */
void resources_digest_form(struct buf *out, const struct resources *);
/* "192.0.2.0/24, 10.0.0.1-10.0.0.5": prefixes where a range is one. */
void addr_range_write(struct buf *out, enum family, const struct addr_range *);
void addr_range_text(
    char out[RESOURCE_TEXT], enum family, const struct addr_range *);
void asn_range_text(char out[RESOURCE_TEXT], const struct asn_range *);
/* {"ipv4": [...], "ipv6": "inherit", "as": [...]}, what is held. */
void resources_emit(struct emit *, const char *key, const struct resources *);
/* "10.0.0.0/8", "10.0.0.0 - 10.1.2.3", "AS1-AS5", "64500", "2001:db8::/32":
 * one item added to a set in the making. Its ranges are in the arena and
 * were put there by this function only; normalise the set in the end. */
enum reason resources_add_text(
    struct resources *, struct arena *, const char *text) MUST_CHECK;

/* ---- URIs --------------------------------------------------------------- */

enum uri_scheme {
	URI_RSYNC,
	URI_HTTPS
};

/* A checked URI; spans into the text it came from. An rsync URI has a slash
 * after its module. */
struct uri {
	struct span text;
	enum uri_scheme scheme;
	struct span host, port; /* port empty: the default */
	struct span module;     /* rsync: first segment; https: empty */
	struct span path;       /* what follows module or host, and '/' */
};

/*
 * hostile.md A14: segments of [A-Za-z0-9._~-] and the few others seen in the
 * field, none empty but a trailing one, none "." or "..", no leading dot, no
 * user, query or fragment, no percent encoding. A URI is data and never
 * becomes the name of a file.
 */
enum reason uri_parse(
    struct uri *out, struct span text, const struct limits *) MUST_CHECK;
/* Loopback, private and link-local addresses, single-label and local names,
 * and explicit ports: only for what the operator named. (Of the addresses
 * that a name resolves to, fetch must judge for itself.) */
bool uri_is_local(const struct uri *);
/* "rsync://host/module/": what one rsync fetch brings; "https://host/". */
struct span uri_module_root(const struct uri *);
/* What a folder has of that name. p == NULL: no memory. */
struct span uri_join(struct arena *, struct span folder, struct span name);

/* ---- findings ----------------------------------------------------------- */

/* How far the damage goes. */
enum effect {
	EFFECT_WARNING,
	EFFECT_OBJECT,
	EFFECT_POINT,
	EFFECT_REPOSITORY,
	EFFECT_TRUST_ANCHOR,
	EFFECT_LEDGER
};

const char *effect_id(enum effect); /* as in interface.md */

struct finding {
	enum reason reason;
	enum effect effect;
	struct span object;              /* URI, as the network gave it */
	struct digest hash;              /* all zero: no bytes were there */
	struct span trust_anchor, point; /* name; manifest URI */
	/* URI of the CA certificate that led there: a point may be reached
	 * by several, and what one may not say another may. */
	struct span certificate;
	size_t offset;
	struct span detail;
};

/* A total order, so that reports are stable. */
int finding_cmp(const void *, const void *); /* for qsort */
/* An object with the fields of interface.md, and `text`. What is absent is
 * left out: an offset of 0 as well. */
void finding_emit(struct emit *, const struct finding *);

/* ---- payloads ----------------------------------------------------------- */

/* One CA certificate of a chain; the trust anchor's has no parent. */
struct link {
	const struct link *parent;
	struct span uri; /* of the certificate */
	struct digest hash;
	struct span manifest_uri;
	int64_t not_before_at, not_after_at;
	/* All of the chain down to and including this CA's manifest and CRL. */
	int64_t chain_from_at, chain_until_at;
	unsigned depth; /* 0: trust anchor */
};

/* What a ledger's statement adds to that: ledger.md 6. */
struct statement_origin {
	uint64_t entry; /* its number in the log */
	struct digest holder;
	struct span name;   /* the holder's first in the ledger; empty: none */
	struct span region; /* of its services: blanks between; empty: none */
	unsigned level;     /* lowest of what covers it; 0 self-asserted */
	bool has_ca_key;    /* level 1: of the evidence's last CA */
	struct digest ca_key; /* SHA-256 of its SubjectPublicKeyInfo */
	size_t n_endorsers;
	const struct digest *endorsers; /* sorted, each once */
};

/* Who said it. In a ledger: uri is "ledger:NAME/ENTRY", hash the statement's
 * id, and the times are those of the authorization and of the leases that
 * cover it. An assertion of SLURM has neither chain nor statement. */
struct origin {
	struct span source;       /* name of the trust anchor (or ledger) */
	const struct link *chain; /* of the issuing CA; NULL in a ledger */
	const struct statement_origin *statement; /* NULL: not of a ledger */
	struct span uri;                          /* of the signed object */
	struct digest hash;
	int64_t not_before_at, not_after_at; /* of its EE certificate */
	int64_t stale_at; /* manifest's or CRL's nextUpdate */
	int64_t chain_from_at, chain_until_at; /* over all of the chain */
};

struct vrp {
	struct asn asn;
	struct prefix prefix;
	uint8_t max_len;
};

struct aspa {
	struct asn customer;
	size_t n;
	const struct asn *providers; /* ascending */
};

struct router_key {
	struct asn asn;
	struct ski ski;
	struct span spki; /* DER */
};

enum payload_kind {
	PAYLOAD_VRP,
	PAYLOAD_ASPA,
	PAYLOAD_ROUTER_KEY
};

struct payload {
	enum payload_kind kind;
	union {
		struct vrp vrp;
		struct aspa aspa;
		struct router_key key;
	};
	const struct origin *origin;
};

int vrp_cmp(const struct vrp *, const struct vrp *);
/* By kind and contents, without origin: family, prefix, max_len, asn. */
int payload_cmp(const struct payload *, const struct payload *);
/* Then by origin: source name, chain depth, URI, hash, chain. Total. */
int payload_order(const void *, const void *); /* for qsort of struct payload */
int64_t payload_expires_at(const struct payload *);
/* Who may originate, whose providers, whose router. */
struct asn payload_asn(const struct payload *);
/* For people: "10.0.0.0/8-24 AS1", "ASPA AS1: AS2 AS3", "router key AS1". A
 * line, whatever it is: of a great many providers the first. */
void payload_words(struct buf *, const struct payload *);

struct payload_counts {
	uint64_t vrps, aspa_customers, router_keys;
};

/* Distinct ones of n in order; of ASPAs their customers. */
struct payload_counts payload_count(const struct payload *, size_t n);

#include "model/view.h"

/* Is it about the point that this certificate names, as judged under it? */
bool finding_is_under(const struct finding *, const struct link *);

#endif
