/* The view: what one run says. Part of model.h, which includes it. */
#ifndef CAIRN_MODEL_VIEW_H
#define CAIRN_MODEL_VIEW_H

#include "model/model.h"

enum source_kind {
	SOURCE_TRUST_ANCHOR,
	SOURCE_LEDGER,
	SOURCE_SLURM /* assertions of the operator's own */
};

/* Where payloads come from; names are those of TALs, ledgers, SLURM files. */
struct view_source {
	enum source_kind kind;
	struct span name;
	enum reason reason; /* REASON_OK, or why it gives less than it could */
	struct span detail;
	int64_t held_until_at; /* its last good set is in force; 0: it is not */
	uint64_t n_payloads;   /* distinct, before any policy */
	/* Of a ledger only: what was accepted last. */
	uint64_t size;
	struct digest root;
	int64_t cosigned_at;  /* newest counted cosignature; 0: none */
	struct span evidence; /* path of the evidence file; empty: none */
};

/* Where the bytes of a repository came from, and when. */
struct view_repository {
	struct span uri;   /* what it is for: ends with '/' */
	struct span from;  /* the place asked; empty: nowhere */
	struct span state; /* as run_state_id() */
	enum reason reason;
	struct span detail;
	int64_t fetched_at; /* last success; 0: never */
	uint64_t files, bytes;
};

/* A CA certificate found valid, with its effective resources. */
struct view_authority {
	struct span source;      /* trust anchor */
	const struct link *link; /* its certificate; of depth 0: the anchor's */
	struct digest key;       /* SHA-256 of its SubjectPublicKeyInfo */
	struct resources resources;
	bool in_force;  /* its publication point counts */
	bool is_holder; /* interface.md: no child CA, or issued a ROA or ASPA */
};

struct view_holder {
	struct span ledger;
	struct digest id;
	struct span name, region; /* empty: none; of several: blanks between */
};

enum holding_kind {
	HOLDING_V4, /* as FAMILY_INDEX */
	HOLDING_V6,
	HOLDING_AS
};

/* One that watches a ledger, and signs what it found consistent. */
struct view_witness {
	struct span ledger, name;
	int64_t cosigned_at; /* what was accepted last; 0: it has not */
};

/* One range that a ledger gives to one holder. */
struct view_holding {
	enum holding_kind kind;
	struct addr_range ip;
	struct asn_range as;
	const struct view_holder *holder;
	const struct view_holder *contender; /* NULL: uncontested */
	struct digest claim;
	unsigned level;
	bool has_ca_key;         /* level 1: of the evidence's last CA */
	struct digest ca_key;    /* SHA-256 of its SubjectPublicKeyInfo */
	bool is_young;           /* emits nothing yet */
	bool evidence_withdrawn; /* ledger.md 5: seen in the legacy world */
};

/* Why a payload that was found valid is not in the view. */
enum left_cause {
	LEFT_MODE,      /* the mode does not take this world at all */
	LEFT_COVERED,   /* the other world comes first here */
	LEFT_UNAGREED,  /* only one of the two gives it */
	LEFT_LEVEL,     /* below minimum-level */
	LEFT_ENDORSERS, /* none of endorsed-by endorses it */
	LEFT_RULE,      /* a rule of the configuration */
	LEFT_SLURM,     /* a filter of a SLURM file */
	LEFT_UNSAFE,    /* a refused CA overlaps, and the operator minds */
	LEFT_PROVIDERS  /* an ASPA of too many, or withdrawn by AS0 rules */
};

const char *left_cause_id(enum left_cause); /* "covered" */
/* "the other kind of source comes first there" */
const char *left_cause_text(enum left_cause);

struct view_left {
	struct payload payload;
	enum left_cause cause;
	unsigned rule;   /* of the configuration, from 1; 0: none */
	struct span why; /* the rule's words, the filter's comment */
	const struct origin
	    *by; /* who displaced it; NULL: nobody in particular */
};

/* What one run says. All arrays are borrowed; payloads and what was left out
 * are sorted by payload_order, one for each origin: outputs take the first of
 * equal contents, merge and why see all. */
struct view {
	struct payload *payloads;
	size_t n;
	struct view_left *left;
	size_t n_left;
	struct finding *findings;
	size_t n_findings;
	struct view_source *sources; /* trust anchors, ledgers, SLURM files */
	size_t n_sources;
	struct view_repository *repositories; /* by URI */
	size_t n_repositories;
	struct view_authority *authorities; /* by trust anchor, as walked */
	size_t n_authorities;
	struct view_holder *holders; /* by ledger, id */
	size_t n_holders;
	struct view_witness *witnesses; /* by ledger, as configured */
	size_t n_witnesses;
	struct view_holding *holdings; /* by ledger, kind, first */
	size_t n_holdings;
	uint64_t
	    n_unsafe;    /* VRPs found, in or out, that overlap a refused CA */
	int64_t at;      /* time of evaluation */
	int64_t made_at; /* by the clock; 0: not published */
	/* RTR: given at publication, kept in the view file. */
	uint32_t serial;
	uint16_t sessions[3]; /* one for each protocol version */
};

/* The earliest end of a payload after `now`; INT64_MAX: none. */
int64_t view_next_expiry(const struct view *, int64_t now);

#endif
