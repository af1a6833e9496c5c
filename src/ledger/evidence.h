/* The frozen profile of ledger.md 8, as its files share it. */
#ifndef CAIRN_LEDGER_EVIDENCE_H
#define CAIRN_LEDGER_EVIDENCE_H

#include "ledger/statement.h"

/* One certificate and what it holds once its issuer has been asked. */
struct evidence_cert {
	struct cert cert;
	struct ski ski;
	struct resources resources; /* of its own extensions; may inherit */
	bool reconsidered;
};

enum evidence_role {
	EVIDENCE_TA,
	EVIDENCE_CA,
	EVIDENCE_EE
};

/* The frame is parsed; everything that one certificate says by itself. */
enum reason evidence_cert_check(
    struct evidence_cert *, enum evidence_role, struct decode *) MUST_CHECK;

/* A signed checklist taken apart. */
struct evidence_cms {
	struct span content, signed_attrs, signature;
	struct cert ee;
	struct span sid;
};

enum reason evidence_cms_parse(
    struct evidence_cms *out, struct span rsc, struct decode *) MUST_CHECK;

#define EVIDENCE_BAD(why, at) fault_at((why), R_STATEMENT_EVIDENCE, (at))

#endif
