/*
 * lib - the rooms below as a library: include/cairn/cairn.h.
 *
 * What	    The bodies of libcairn's handles, for the files of this room alone.
 *	    What each function promises is in the installed header.
 * In	    Bytes and a time, from another program.
 * Out	    Handles, and what is borrowed from them.
 * Owns	    What a handle holds, until its _free. A CA is counted: its
 *	    children, its point and a set hold it.
 * Fails    As the rooms below; R_TREE_LOOP and R_TREE_DEPTH as run does;
 *	    R_CONF_KEY, R_CONF_RANGE for a limit.
 * Threads  One caller for each struct cairn and all made with it.
 * Standards As object, rpki and policy; RFC 6811 2.
 */
#ifndef CAIRN_LIB_H
#define CAIRN_LIB_H

#include <cairn/cairn.h>

#include "base/base.h"
#include "crypt/crypt.h"
#include "model/model.h"
#include "object/object.h"
#include "policy/policy.h"
#include "rpki/rpki.h"

struct cairn {
	struct crypt *crypt;
	struct verifier verifier;
	struct limits limits;
};

struct cairn_cert {
	struct arena arena;
	struct cert cert;
};

struct cairn_tal {
	struct arena arena;
	struct tal tal;
	const char *name, **uris;
};

struct cairn_ca {
	unsigned held; /* by the caller, children, points and sets */
	struct cairn_ca *parent;
	struct arena arena;
	struct rpki_issuer issuer; /* may borrow resources from above */
	struct link link;
	struct cairn_ca_info info;
};

struct cairn_point {
	struct arena arena;
	struct cairn_ca *ca;
	/* Of a child, the certificate's bytes and resources are there, but
	 * issuer.cert borrowed what is gone. */
	struct rpki_point judged;
	struct cairn_point_info info;
	struct origin *origins; /* of judged.objects */
	struct cairn_payload *payloads;
	struct cairn_finding *findings;
};

/* context.c */
struct span lib_span(struct cairn_bytes);
struct cairn_bytes lib_bytes(struct span);
/* Fill the caller's fault, if he wants one; returns r. */
int lib_fault(struct cairn_fault *out, enum reason r, const struct fault *why);

/* ca.c: what is to be a CA; der and the resources' arrays are copied where
 * they are not the parent's own. */
struct lib_ca {
	struct cairn_ca *parent; /* NULL: a trust anchor */
	struct span der, uri;
	const char *trust_anchor;
	const struct tal *tal;             /* of a trust anchor */
	const struct resources *effective; /* of a child */
	int64_t at;
	int64_t until_at; /* of the chain above it */
};
enum reason lib_ca_new(struct cairn_ca **out, struct cairn *,
    const struct lib_ca *, struct fault *why) MUST_CHECK;
struct cairn_ca *lib_ca_hold(const struct cairn_ca *);

/* payload.c. Of an origin, source and uri end in a NUL. */
void lib_prefix(struct cairn_prefix *out, const struct prefix *);
bool lib_prefix_take(
    struct prefix *out, const struct cairn_prefix *) MUST_CHECK;
/* What is out of line is borrowed from `in` and its origin. */
void lib_payload(struct cairn_payload *out, const struct payload *in);

#endif
