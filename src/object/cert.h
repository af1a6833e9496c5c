/*
 * Certificate extensions, as the files of the certificate share them; private
 * to the room.
 */
#ifndef CAIRN_OBJECT_CERT_H
#define CAIRN_OBJECT_CERT_H

#include "object/part.h"

/* What each extension is called, and whether RFC 6487 wants it critical. */
struct cert_ext_row {
	const char *name;
	const char *oid;
	size_t oid_n;
	bool critical;
};
extern const struct cert_ext_row cert_ext_rows[CERT_EXT_COUNT];
struct span cert_ext_oid(enum cert_ext);

#define OID_AD_CA_ISSUERS    SPAN("\x2b\x06\x01\x05\x05\x07\x30\x02")
#define OID_AD_CA_REPOSITORY SPAN("\x2b\x06\x01\x05\x05\x07\x30\x05")
#define OID_AD_MANIFEST      SPAN("\x2b\x06\x01\x05\x05\x07\x30\x0a")
#define OID_AD_SIGNED_OBJECT SPAN("\x2b\x06\x01\x05\x05\x07\x30\x0b")
#define OID_AD_NOTIFY        SPAN("\x2b\x06\x01\x05\x05\x07\x30\x0d")
#define OID_KP_BGPSEC        SPAN("\x2b\x06\x01\x05\x05\x07\x03\x1e")
#define OID_CP_RESOURCES     SPAN("\x2b\x06\x01\x05\x05\x07\x0e\x02")
#define OID_CP_RECONSIDERED  SPAN("\x2b\x06\x01\x05\x05\x07\x0e\x03")

/* keyUsage of the two kinds of key, in the form cert_ext_key_usage gives. */
#define KEY_USAGE_CA     (KEY_USAGE_CERT_SIGN | KEY_USAGE_CRL_SIGN)
#define KEY_USAGE_EE     KEY_USAGE_DIGITAL_SIGNATURE

#define URI_RSYNC_PREFIX SPAN("rsync://")
#define URI_HTTPS_PREFIX SPAN("https://")

/* Is the BGPsec router purpose among them? */
enum reason cert_ext_key_purposes(
    bool *router, struct span value, struct fault *) MUST_CHECK;

/* The first rsync URI of the only distribution point. */
enum reason cert_ext_crl_dp(
    struct span *uri, struct span value, struct decode *) MUST_CHECK;

/* One AccessDescription after the other, of AIA and SIA. */
struct access {
	struct span method; /* OID */
	struct span uri;
};
enum reason access_enter(struct der *out, struct span value, struct decode *,
    enum reason otherwise) MUST_CHECK;
enum reason access_next(struct access *out, struct der *, struct decode *,
    enum reason otherwise) MUST_CHECK;

/* Is it a URI of this scheme's prefix, and well formed? Others are not ours
 * to judge: false in *is, no fault. */
enum reason uri_is(
    bool *is, struct span uri, struct span prefix, struct decode *) MUST_CHECK;

#endif
