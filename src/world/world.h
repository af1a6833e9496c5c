/*
 * world - make small (or world-sized) Internets, and break them on purpose.
 *
 * What	    Reads a description of trust anchors, CAs and what they publish,
 *	    with named faults, and writes the repositories, the trust anchor
 *	    locators, a configuration that validates them without any network,
 *	    and, beside them, the truth: which payloads a validator must find
 *	    and for which reason it must refuse each broken thing.
 * In	    The text of a description (doc/world.md), a time, a seed.
 * Out	    A folder; the same one, to the byte, for the same input.
 * Owns	    A struct world owns what its description says.
 * Fails    R_WORLD_DESCRIPTION with the line in the fault's detail;
 *	    R_WORLD_WRITE with the path.
 * Threads  No state.
 * Standards Those of the objects: see object.h. RFC 6481 for file names, RFC
 *	    8182 for RRDP.
 */
#ifndef CAIRN_WORLD_H
#define CAIRN_WORLD_H

#include "base/base.h"
#include "model/model.h"

struct world;

/* On failure *out is NULL. */
enum reason world_parse(
    struct world **out, struct span text, struct fault *why) MUST_CHECK;
/* The built-in demonstration: about 30 CAs, 200 objects, ten broken things;
 * or, when cas is not 0, a generated world of so many CAs and no fault. */
enum reason world_demo(
    struct world **out, uint64_t cas, struct fault *why) MUST_CHECK;
void world_free(struct world *);
/*
 * Publish it by RRDP, too: certificates name notifications, and locators the
 * trust anchors' certificates, below this https URI, which ends with '/' and
 * is what serves DIR/rrdp.
 */
enum reason world_use_rrdp(
    struct world *, const char *base, struct fault *why) MUST_CHECK;

/*
 * Write into `dir`, which is made when it is not there:
 *
 *	tals/NAME.tal		    the trust anchors
 *	repo/HOST/MODULE/...	    what each host serves
 *	cairn.yaml		    validates this folder, without network
 *	rsyncd.conf		    serves repo/ as those hosts would
 *	rrdp/HOST/MODULE/...	    by RRDP: notification.xml and what it names,
 *				    with deltas from what was there before
 *	README			    what this is
 *	truth/vrps.csv		    what the registries give, as CSV
 *	truth/view.csv		    as `cairn validate --output csv` prints it
 *	truth/aspas.csv		    customer, providers, trust anchor
 *	truth/router-keys.csv	    AS, name of the certificate, trust anchor
 *	truth/findings.csv	    object, reason, effect
 *
 * and where there is a ledger:
 *
 *	ledger/			    its log, as Tessera keeps one
 *	ledger.keys, ledger.yaml    by whose signatures to believe it
 *	ledger.key, ledger.witness-NAME.key	whose they are
 *	holders/NAME.holder, .pem   who speaks in it: cairn holder --as
 *	keys/NAME.pem		    of the CAs that attest claims
 *	truth/ledger.csv	    as `cairn ledger emit` prints it
 *	truth/ledger-log.csv	    each entry's name and verdict
 *	truth/compare.csv	    where both worlds agree, and where not
 *
 *
 * Objects are valid around `at`: manifests from an hour before to a week
 * after it.
 */
enum reason world_write(const struct world *, const char *dir, int64_t at,
    uint64_t seed, struct fault *why) MUST_CHECK;

/* What was written: for the one who waits, and for tests. */
struct world_size {
	uint64_t tas, cas, objects, vrps, faults;
	uint64_t statements; /* in its ledger */
};
void world_measure(struct world_size *out, const struct world *);

/* ---- faults -------------------------------------------------------------- */

/*
 * One way of being wrong: what `fault NAME` in a description does. Most are
 * edits of the DER, after which everything is signed again, so that what is
 * met is the fault and not a bad signature.
 */
struct world_fault {
	const char *name; /* "roa.maxlength-255" */
	const char *row;  /* of the hostile catalogue: "RO1" */
	const char *on;   /* where it may stand: "roa", "manifest", ... */
	const char *edit; /* see edit.h */
	enum reason reason;
	enum effect effect;
	const char *text;
};

/* All of them: `n` rows. Those of statements are in ledger.def. */
const struct world_fault *world_faults(size_t *n);
/* NULL when there is none of that name. */
const struct world_fault *world_fault(struct span name);

#endif
