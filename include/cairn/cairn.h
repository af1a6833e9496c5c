/*
 * libcairn - validate the RPKI inside of another program.
 *
 * What	    Decodes any object of the RPKI; says whether a certificate issued
 *	    it; judges one publication point after another, from a trust
 *	    anchor down; collects what they say into a view, and looks routes
 *	    up in it.
 * In	    Bytes and a time, from the caller, who fetches and keeps them. The
 *	    library opens no file and no socket, reads no clock and no
 *	    environment, prints nothing, and keeps nothing but in handles.
 * Out	    Handles, to be freed by the function named so; what is read out
 *	    of a handle is borrowed from it, until it is freed.
 * Owns	    `struct x **out` is the caller's to free; `const struct x *`
 *	    returned is borrowed. Where a call fails, *out is NULL. Each _free
 *	    takes NULL.
 * Fails    Functions that can fail return a reason: 0, or a number for the
 *	    cairn_reason_ functions. Numbers are of this build; ids are
 *	    stable. "limit.memory" may come from any of them, and then nothing
 *	    has changed. (Too little memory never ends the program.)
 * Threads  A struct cairn, and all handles made with it, belong to one thread
 *	    at a time. Two of them have nothing in common.
 * Standards RFC 6480 and what it led to: cairn(1), doc/strictness.md.
 */
#ifndef CAIRN_CAIRN_H
#define CAIRN_CAIRN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CAIRN_API        __attribute__((visibility("default")))
#define CAIRN_MUST_CHECK __attribute__((warn_unused_result))
#else
#define CAIRN_API
#define CAIRN_MUST_CHECK
#endif

/* Of the library that is linked: "0.1.0". */
CAIRN_API const char *cairn_version(void);

/* Borrowed, from whoever the function says. Times are in seconds since
 * 1970-01-01T00:00:00Z, and their names end in _at. */
struct cairn_bytes {
	const uint8_t *p;
	size_t n;
};

/* ---- reasons: doc/reasons.md --------------------------------------------- */

/* Reasons are 1 to this number less 1; of any other, the functions below
 * return NULL. Strings are constants. */
CAIRN_API int cairn_reason_count(void);
CAIRN_API const char *cairn_reason_id(int reason);    /* "roa.maxlength" */
CAIRN_API const char *cairn_reason_class(int reason); /* "profile" */
CAIRN_API const char *cairn_reason_text(int reason);  /* a sentence */
/* "RFC 9582 4.3.2.2"; "" where no standard says so. */
CAIRN_API const char *cairn_reason_clause(int reason);
/* The reason of this id, or 0. */
CAIRN_API int cairn_reason_by_id(const char *id);

/* The first thing wrong with the bytes a function was given. Wherever one is
 * taken, NULL may be given instead; it is filled in any case, with reason 0
 * where nothing is wrong. */
struct cairn_fault {
	int reason;
	size_t offset;    /* in those bytes; 0 also where there is no place */
	char detail[160]; /* printable ASCII, or "" */
};

/* ---- the context -----------------------------------------------------------
 */

/* What a thread needs to check signatures, and the limits. */
struct cairn;

/* NULL without memory. */
CAIRN_API struct cairn *cairn_new(void) CAIRN_MUST_CHECK;
/* After all that was made with it. */
CAIRN_API void cairn_free(struct cairn *);
/* Another value for a limit of doc/limits.md, by its key. To be called before
 * anything is made. "conf.key": there is none; "conf.range": 0, or more than a
 * hundred times the default. */
CAIRN_API int cairn_limit_set(
    struct cairn *, const char *key, uint64_t value) CAIRN_MUST_CHECK;

/* ---- one object ------------------------------------------------------------
 */

/*
 * Describe an object in JSON, as cairn-show(1) does: TAL, certificate, CRL,
 * manifest, ROA, ASPA, TAK, RSC, Ghostbusters record, prefix list. The end of
 * its file's name says which; NULL or another name: its bytes do.
 *
 * Returns the first thing by which it is not well formed or does not meet its
 * profile, by itself. *json is made all the same, and what can be read behind
 * a fault is in it; it is NULL on "limit.memory" alone. Free it by
 * cairn_text_free.
 */
CAIRN_API int cairn_show(char **json, struct cairn *, struct cairn_bytes object,
    const char *file_name, struct cairn_fault *) CAIRN_MUST_CHECK;
CAIRN_API void cairn_text_free(char *);

/* The certificate of a CA or a trust anchor, well formed and by its profile
 * (RFC 6487): nothing is said of who issued it. The bytes are copied. */
struct cairn_cert;
CAIRN_API int cairn_cert_new(struct cairn_cert **out, struct cairn *,
    struct cairn_bytes der, struct cairn_fault *) CAIRN_MUST_CHECK;
CAIRN_API void cairn_cert_free(struct cairn_cert *);

/*
 * Did this certificate issue the object, and are both valid at that time?
 * Signatures, names, validity, resources (RFC 6487 7). Not revocation, nor
 * anything above the issuer, nor resources that it inherits: that is for
 * cairn_point_judge. The file name as for cairn_show.
 */
CAIRN_API int cairn_issued(struct cairn *, const struct cairn_cert *issuer,
    struct cairn_bytes object, const char *file_name, int64_t at,
    struct cairn_fault *) CAIRN_MUST_CHECK;

/* ---- trust anchors ---------------------------------------------------------
 */

/* A trust anchor locator, RFC 8630. Both name (for payloads and findings:
 * "ripe") and text are copied. */
struct cairn_tal;
CAIRN_API int cairn_tal_new(struct cairn_tal **out, struct cairn *,
    const char *name, struct cairn_bytes text,
    struct cairn_fault *) CAIRN_MUST_CHECK;
CAIRN_API void cairn_tal_free(struct cairn_tal *);
/* Where its certificate is to be had, in the order to try; NULL behind the
 * last. */
CAIRN_API const char *cairn_tal_uri(const struct cairn_tal *, size_t i);

/* ---- authorities ------------------------------------------------------------
 */

/*
 * A CA found valid, through every certificate and publication point above it
 * at the times they were judged at. It keeps what it needs of those above:
 * they may be freed before it.
 */
struct cairn_ca;

/*
 * The trust anchor itself: RFC 8630 3. The certificate has the locator's key,
 * is signed by it, inherits nothing and is valid at that time. The bytes are
 * copied; uri, also copied, is where they came from, for those who ask.
 * (Between one seen before and this one, RFC 10097 decides, by notBefore: the
 * library remembers none.)
 */
struct cairn_anchor {
	const struct cairn_tal *tal;
	struct cairn_bytes der;
	const char *uri;
	int64_t at;
};
CAIRN_API int cairn_ca_anchor(struct cairn_ca **out, struct cairn *,
    const struct cairn_anchor *, struct cairn_fault *) CAIRN_MUST_CHECK;
CAIRN_API void cairn_ca_free(struct cairn_ca *);

struct cairn_ca_info {
	const char *trust_anchor;                  /* name */
	const char *uri;                           /* of its certificate */
	uint8_t sha256[32];                        /* of its certificate */
	const char *manifest_uri, *repository_uri; /* rsync; a slash ends it */
	const char *notify_uri;                    /* RRDP, or "" */
	int64_t not_before_at, not_after_at;
	/* Until when all above it holds: certificates, manifests, CRLs. */
	int64_t chain_until_at;
	unsigned depth; /* 0: trust anchor */
	/*
	 * The same for two CAs whose points will be judged alike: the same
	 * key, name, URIs and resources. Who walks a tree descends each once:
	 * else two certificates a level make 2^32 walks.
	 */
	uint8_t key[32];
};
CAIRN_API const struct cairn_ca_info *cairn_ca_info(const struct cairn_ca *);

/* ---- publication points
 * ------------------------------------------------------ */

/*
 * Where the objects on a manifest come from: called for each file on it, once
 * or more, with its SHA-256 and the URI it is published under. Return bytes
 * with p NULL where there are none. Bytes of another hash count as none. All
 * that was returned must stay as it is until cairn_point_judge returns.
 */
struct cairn_source {
	struct cairn_bytes (*object)(
	    void *ctx, const uint8_t sha256[32], const char *uri);
	void *ctx;
};

/*
 * Judge what a CA publishes by this manifest (RFC 9286 6, RFC 6487 7, RFC
 * 6488 3, RFC 8360, RFC 9582 and the other profiles), at that time. What is
 * wrong with it is in the result: 0 is returned for whatever bytes.
 *
 * The library remembers no manifest. That this one is not older than one seen
 * before (RFC 9286 4.2.1) is the caller's to see, by number and thisUpdate;
 * so is what to do with a failed one (6.6: the last good one holds on).
 */
struct cairn_point;
struct cairn_point_in {
	const struct cairn_ca *ca;
	struct cairn_bytes manifest;
	struct cairn_source source;
	int64_t at;
};
CAIRN_API int cairn_point_judge(struct cairn_point **out, struct cairn *,
    const struct cairn_point_in *) CAIRN_MUST_CHECK;
CAIRN_API void cairn_point_free(struct cairn_point *);

struct cairn_point_info {
	int failed;     /* RFC 9286 6.6: nothing of it counts but findings */
	int incomplete; /* ... because a listed file was not there */
	uint8_t sha256[32]; /* of the manifest */
	uint8_t number[20]; /* big-endian; zero where unreadable, as both: */
	int64_t this_update_at, next_update_at;
	int64_t stale_at; /* the earlier nextUpdate, of manifest and CRL */
	/* At any time from this to before that, the result is the same. */
	int64_t from_at, until_at;
	size_t files, payloads, children, findings;
};
CAIRN_API const struct cairn_point_info *cairn_point_info(
    const struct cairn_point *);

/* IPv4 in the first four bytes of the address; what is beyond the length is
 * zero. */
struct cairn_prefix {
	uint8_t family; /* 4 or 6 */
	uint8_t length; /* bits */
	uint8_t address[16];
};

enum cairn_kind {
	CAIRN_VRP,
	CAIRN_ASPA,
	CAIRN_ROUTER_KEY
};

struct cairn_payload {
	enum cairn_kind kind;
	uint32_t asn; /* origin, customer, or the router's */
	/* CAIRN_VRP, RFC 6811. */
	struct cairn_prefix prefix;
	uint8_t max_length;
	/* CAIRN_ASPA: ascending. */
	const uint32_t *providers;
	size_t n_providers;
	/* CAIRN_ROUTER_KEY, RFC 8209: subjectPublicKeyInfo in DER. */
	uint8_t ski[20];
	struct cairn_bytes spki;
	/* Who says so: the signed object, or the router's certificate. */
	const char *trust_anchor, *uri;
	uint8_t sha256[32];
	/* The last second at which it holds, unless renewed: of the object,
	 * manifest and CRL, and all above. */
	int64_t expires_at;
};

struct cairn_finding {
	int reason;
	const char *effect; /* "warning", "object", "point" */
	const char *uri;    /* of the object */
	uint8_t sha256[32]; /* zero: its bytes were not there */
	size_t offset;      /* as in a fault */
	const char *detail;
};

/* Each in the manifest's order; NULL behind the last. */
CAIRN_API const struct cairn_payload *cairn_point_payload(
    const struct cairn_point *, size_t i);
CAIRN_API const struct cairn_finding *cairn_point_finding(
    const struct cairn_point *, size_t i);

/*
 * The i-th child, with the resources it holds in fact: what it inherits, and
 * what RFC 8360 cuts, is settled. The point may be freed before it.
 * "tree.loop": it has the key of one above it (RFC 6487 7); "tree.depth":
 * there are more above it than limit depth-max. Such are not to be followed.
 */
CAIRN_API int cairn_point_child(struct cairn_ca **out, struct cairn *,
    const struct cairn_point *, size_t i) CAIRN_MUST_CHECK;

/* ---- the view
 * ------------------------------------------------------------------ */

/* What many points say, in the making. Copies what it is given. */
struct cairn_set;
CAIRN_API struct cairn_set *cairn_set_new(void) CAIRN_MUST_CHECK;
CAIRN_API void cairn_set_free(struct cairn_set *);
CAIRN_API int cairn_set_add(
    struct cairn_set *, const struct cairn_point *) CAIRN_MUST_CHECK;

/* The same, sorted, each payload once (the origin is that of the shortest
 * chain), all ASPAs of one customer united. The set is empty afterwards. */
struct cairn_view;
CAIRN_API int cairn_view_new(struct cairn_view **out, struct cairn *,
    struct cairn_set *) CAIRN_MUST_CHECK;
CAIRN_API void cairn_view_free(struct cairn_view *);
/* VRPs by prefix, length, maximum length and AS; ASPAs; router keys. NULL
 * behind the last. */
CAIRN_API const struct cairn_payload *cairn_view_payload(
    const struct cairn_view *, size_t i);

/* "192.0.2.0/24", "2001:db8::/32". "resources.text" for what is none, or has
 * bits beyond its length. */
CAIRN_API int cairn_prefix_parse(
    struct cairn_prefix *out, const char *text) CAIRN_MUST_CHECK;
#define CAIRN_PREFIX_TEXT 44
/* RFC 5952. "" for what is no prefix. */
CAIRN_API void cairn_prefix_write(
    char out[CAIRN_PREFIX_TEXT], const struct cairn_prefix *);

/* RFC 6811 2. */
enum cairn_validity {
	CAIRN_NOT_FOUND, /* no VRP covers the prefix */
	CAIRN_VALID,     /* one matches: AS and maximum length */
	CAIRN_INVALID
};
/* Of a route to the prefix by the AS; 0 where its path ends in no single AS,
 * which nothing matches. "resources.text": that is no prefix. */
CAIRN_API int cairn_view_origin(enum cairn_validity *out,
    const struct cairn_view *, uint32_t asn,
    const struct cairn_prefix *) CAIRN_MUST_CHECK;
/* The VRPs that cover the prefix, the shortest first: *at is 0 at first, and
 * the function's own from then on. NULL behind the last. */
CAIRN_API const struct cairn_payload *cairn_view_covering(
    const struct cairn_view *, const struct cairn_prefix *, size_t *at);

#ifdef __cplusplus
}
#endif

#endif
