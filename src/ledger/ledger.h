/*
 * ledger - replay a log of statements into one state.
 *
 * What	    Takes entries apart, checks their signatures and evidence, replays
 *	    them in order by doc/ledger.md, and says what the state is and
 *	    what it emits.
 * In	    Entries already hashed to a signed root (room tlog), by number.
 * Out	    A verdict on each entry; a state; payloads with their origin.
 * Owns	    A struct ledger_state owns all in it; everything else borrows.
 * Fails    R_STATEMENT_* are the reasons of doc/ledger.md 4, verdicts and no
 *	    failures. R_LOG_GENESIS, R_LIMIT_MEMORY, R_LOG_STATE are.
 * Threads  ledger_precheck anywhere; one caller per state.
 * Standards doc/ledger.md (normative); RFC 3779, 6487, 8360, 9323, 9582.
 */
#ifndef CAIRN_LEDGER_H
#define CAIRN_LEDGER_H

#include "base/base.h"
#include "crypt/crypt.h"
#include "der/der.h"
#include "model/model.h"
#include "object/object.h"
#include "tlog/tlog.h"

/* ---- statements: ledger.md 3 ---- */

#define LEDGER_ENTRY_MAX  TLOG_ENTRY_MAX
#define LEDGER_SIGNATURES 17
#define LEDGER_GUARDIANS  16
#define LEDGER_CHAIN      16
#define LEDGER_SERVICES   32
#define LEDGER_RDNS       16

enum statement_kind {
#define K(name, id, stem) STATEMENT_##name,
#include "ledger/statement.def"
#undef K
	STATEMENT_KINDS
};

const char *statement_kind_id(enum statement_kind); /* "genesis" */

struct statement_key {
	struct span der;      /* SubjectPublicKeyInfo */
	bool known;           /* one of the three kinds, by its shape */
	struct crypt_key key; /* when known */
};

struct statement_guardians {
	bool given;
	unsigned threshold, n;
	struct digest holder[LEDGER_GUARDIANS];
	bool lock;
};

struct statement_resources {
	struct resources set;
	struct span der;
};

struct service_record {
	struct span kind, uri, region; /* region.n == 0: absent */
};

enum authorize_type {
	AUTHORIZE_ROA,
	AUTHORIZE_ASPA,
	AUTHORIZE_ROUTER_KEY
};

/* Its OID, as a body has it. */
struct span authorize_type_oid(enum authorize_type);

#define LEDGER_NEVER UINT64_MAX /* no `until` */

/* The bodies, named as in ledger.md 3; what several kinds share has one place:
 * `time` is also until and expires, `subject` whom or which statement it is
 * about (also `to`), `flag` complete and sublease. */
struct statement_body {
	struct span origin, preimage, type, content, label; /* n == 0: none */
	uint64_t challenge, time;
	bool has_evidence, has_escrow, has_hashlock, flag;
	struct digest next, subject, escrow, hashlock;
	struct statement_key key;
	struct statement_guardians guardians;
	struct statement_resources resources;
	struct prefix prefix; /* rdns */
	size_t n_anchors, n_chain, n_records, n_ds;
	struct digest anchors[64];
	struct span chain[LEDGER_CHAIN], rsc;
	struct service_record records[LEDGER_SERVICES];
	struct span servers[LEDGER_RDNS]; /* n_records of them */
	struct span ds[LEDGER_RDNS];
};

struct statement_signature {
	struct digest holder;
	struct statement_key key;
	struct span value;
};

struct statement {
	struct span tbs;
	struct digest id, ledger, holder, previous;
	uint64_t sequence;
	enum statement_kind kind;
	struct statement_body body;
	size_t n_signatures;
	struct statement_signature signatures[LEDGER_SIGNATURES];
};

/* R_STATEMENT_MALFORMED, whose fault says more, or R_LIMIT_MEMORY. */
enum reason statement_parse(
    struct statement *out, struct span entry, struct decode *) MUST_CHECK;
/* tbs is not read but made of the other fields; sets tbs in out's bytes. */
void statement_write_tbs(struct buf *, const struct statement *);
/* What is signed, and whose SHA-256 is the id. */
void statement_message(struct buf *, struct span tbs);
/* tbs and signatures as they are. */
void statement_write(struct buf *, const struct statement *);
/* No limit of limits.def may change a verdict: these never bind. */
const struct limits *ledger_limits(void);

/* ---- making them: author.c ---- */

struct ledger_signer {
	struct digest holder; /* whose key it is */
	const struct crypt_secret *secret;
};

/* SubjectPublicKeyInfo, and its SHA-256. */
enum reason ledger_key(struct span *spki, struct digest *id,
    const struct crypt_secret *, struct arena *) MUST_CHECK;
/* Sets tbs and id by the other fields and signs them: a whole entry. Fails
 * with R_STATEMENT_MALFORMED when it is longer than one may be. */
enum reason statement_make(struct buf *out, struct statement *,
    const struct ledger_signer *, size_t n, struct arena *) MUST_CHECK;
/* More signatures on the tbs there is; one of the same holder is replaced. */
enum reason statement_sign(struct buf *out, struct statement *,
    const struct ledger_signer *, size_t n, struct arena *) MUST_CHECK;

/* ---- evidence: ledger.md 5 and 8 ---- */

/* DER SEQUENCE { ledger Id, holder Id, resources Resources }, whose SHA-256
 * the checklist lists; `resources` is the DER of the claim's. */
void evidence_binding(struct buf *, const struct digest *ledger,
    const struct digest *holder, struct span resources);
/* The DER of Resources, as a claim has it. */
void statement_resources_write(struct buf *, const struct resources *);

/* A checklist for a claim, by the CA whose certificate this is. */
struct evidence_spec {
	struct digest ledger, holder;
	struct resources resources;
	struct span ca_cert;                        /* DER */
	const struct crypt_secret *ca_key, *ee_key; /* RSA */
	struct span serial;                         /* of the EE certificate */
	int64_t from_at, until_at;
};

/* R_STATEMENT_EVIDENCE when it is no CA's certificate, or not of this key:
 * the fault says which. */
enum reason evidence_write(
    struct buf *out, const struct evidence_spec *, struct decode *) MUST_CHECK;

/* ---- for people: show.c ---- */

/* What is to stand behind an id: " (name)", or nothing. NULL: nothing. */
struct statement_names {
	void (*name)(struct buf *, void *ctx, const struct digest *);
	void *ctx;
};

/* Members of an object that the caller has opened. */
void statement_emit(struct emit *, const struct statement *,
    const struct statement_names *, struct arena *);
void authorize_content_emit(
    struct emit *, enum authorize_type, struct span content, struct arena *);
/* The prefixes or the AS number that an authorization is about. */
enum reason authorize_resources(struct resources *out,
    const struct statement_body *, struct arena *) MUST_CHECK;

/* ---- one entry, judged without the state ---- */

/* What can be said of evidence without ledger time and anchors. */
struct ledger_evidence {
	bool holds;                   /* all else does */
	int64_t from_at, until_at;    /* valid, both ends included */
	struct digest anchor, ca_key; /* SHA-256 of SubjectPublicKeyInfo */
};

struct ledger_entry {
	enum reason frame; /* malformed, key-type, or REASON_OK */
	bool parsed;       /* statement may be read */
	bool signed_well;  /* every signature verifies */
	bool content_well; /* authorize: valid by its own profile */
	struct ledger_evidence evidence;
	enum authorize_type type;
	struct digest keys[LEDGER_SIGNATURES]; /* SHA-256 of the keys */
	struct digest body_key;
	struct statement statement;
};

/* Of that what takes time to know: what a process that prechecked an entry
 * tells one that only parses it. */
struct ledger_checked {
	enum reason frame;
	bool signed_well, content_well;
	struct ledger_evidence evidence;
};

/* Costs what the entry's own bytes and signatures cost; any process may do
 * it, in any order. R_LIMIT_MEMORY or REASON_OK. */
enum reason ledger_precheck(struct ledger_entry *out, struct span entry,
    struct crypt *, const struct verifier *, struct arena *) MUST_CHECK;
void ledger_checked_of(struct ledger_checked *out, const struct ledger_entry *);
/* As a precheck of this entry that said so, less its work. Whatever was told,
 * an entry that does not parse is malformed. */
enum reason ledger_recall(struct ledger_entry *out, struct span entry,
    const struct ledger_checked *, struct arena *) MUST_CHECK;

/* ---- the state and its replay: ledger.md 4 to 7 ---- */

struct ledger_state;

struct succession {
	uint64_t size;
	struct digest holder;
};

/* Lines "SIZE\tHOLDER". */
enum reason successions_parse(struct succession **out, size_t *n,
    struct span text, struct arena *) MUST_CHECK;

/* NULL without memory. The successions are copied. */
struct ledger_state *ledger_state_new(const struct succession *, size_t n);
void ledger_state_free(struct ledger_state *);

/* *verdict: REASON_OK when applied, else why not. Fails with R_LOG_GENESIS
 * when the log is not a ledger, or R_LIMIT_MEMORY; then the state is lost. */
enum reason ledger_replay(enum reason *verdict, struct ledger_state *,
    const struct ledger_entry *) MUST_CHECK;

/* The same for who may still keep it out of the log: what is rejected was
 * never there, and the next has its number. */
enum reason ledger_admit(enum reason *verdict, struct ledger_state *,
    const struct ledger_entry *) MUST_CHECK;

/* What if what this statement left were taken back at the end of the log, by
 * whoever may: an authorization, an endorsement, a name, a reverse DNS record
 * or a lease withdrawn, a claim released? *verdict as of that. After another
 * than REASON_OK some of it may be done. */
enum reason ledger_take_back(enum reason *verdict, struct ledger_state *,
    const struct digest *statement) MUST_CHECK;
/* The authorization or claim of this entry, where it still says something. */
bool ledger_entry_find(struct digest *out, const struct ledger_state *,
    uint64_t entry) MUST_CHECK;

struct ledger_summary {
	struct digest genesis;
	uint64_t size, time, applied, rejected, challenge;
};

/* Whose the next tick is, SHA-256 of its current key, and what it has to
 * follow. False when nobody of that id is enrolled. */
struct ledger_tip {
	struct digest holder, key, last;
	uint64_t sequence;
};

bool ledger_sequencer(
    struct ledger_tip *out, const struct ledger_state *) MUST_CHECK;

struct ledger_summary ledger_summary(const struct ledger_state *);

/* ---- what is in it, for authors and for people ---- */

struct ledger_holder {
	struct digest id, key, next;  /* SHA-256 of the keys */
	struct digest last, enrolled; /* statements */
	uint64_t sequence;
	unsigned threshold;
	size_t n_guardians;
	const struct digest *guardians;
	bool lock;
};

/* False when there is none. */
bool ledger_holder(struct ledger_holder *out, const struct ledger_state *,
    const struct digest *id) MUST_CHECK;
/* Whose name this is. */
bool ledger_name(struct digest *out, const struct ledger_state *,
    struct span label) MUST_CHECK;
/* An applied statement by the first digits of its id: how many there are, 2
 * standing for more; out is one of them. */
size_t ledger_statement_find(
    struct digest *out, const struct ledger_state *, const char *hex);

enum ledger_fact_kind {
	FACT_HOLD,
	FACT_OFFER,
	FACT_LEASE,
	FACT_AUTHORIZE,
	FACT_ENDORSE,
	FACT_NAME,
	FACT_RDNS,
	FACT_RECOVERY,
	FACT_SERVICE
};

/* One thing the state says; what does not belong to its kind is zero. */
struct ledger_fact {
	enum ledger_fact_kind kind;
	struct digest statement; /* of a holding: its claim */
	struct digest holder;    /* offerer, lessor, author; the recovered */
	struct digest to;        /* offer, lease; endorse: which statement */
	struct digest other;     /* escrow of an offer; contender for it */
	bool has_other;
	bool flag;                  /* contested; accepted; sublease */
	unsigned level;             /* of a holding */
	bool has_ca_key;            /* of level 1: of the last CA */
	struct digest ca_key;       /* of its evidence */
	bool fresh;                 /* holding: its challenge is not over, */
	uint64_t until;             /* which it is then; or as in statements */
	uint64_t entry;             /* of the claim or authorization */
	struct resources resources; /* hold, offer, lease */
	enum authorize_type type;
	struct span bytes; /* content of an authorization, label */
	struct prefix prefix;
	struct digest digest; /* hashlock; new key of a recovery */
	bool has_hashlock;
	size_t n_texts, n_ds; /* rdns; services: kind, uri, region, ... */
	const struct span *texts;
};

/* All of it lasts as long as the call. */
struct ledger_facts {
	enum reason (*take)(void *ctx, const struct ledger_fact *);
	void *ctx;
};

/* Holdings, then all else in the order of statements, then services. */
enum reason ledger_facts(
    const struct ledger_state *, const struct ledger_facts *) MUST_CHECK;
/* number, id, author, kind, verdict; tab separated, with LF */
void ledger_log_line(struct buf *, uint64_t number, const struct ledger_entry *,
    enum reason verdict);

/* A form of its own with a checksum: load(save(s)) replays on as s does. What
 * another version of the replay saved is R_LOG_STATE, as it may have come to
 * another state. */
void ledger_save(struct buf *, const struct ledger_state *);
enum reason ledger_load(
    struct ledger_state **out, struct span saved) MUST_CHECK;

struct ledger_sink {
	void (*take)(void *ctx, struct span text);
	void *ctx;
};

/* The canonical text of ledger.md 7, and its digest. */
enum reason ledger_dump(
    const struct ledger_state *, const struct ledger_sink *) MUST_CHECK;
enum reason ledger_digest(
    struct digest *out, const struct ledger_state *) MUST_CHECK;

struct ledger_payload {
	struct payload payload; /* origin is NULL */
	struct digest holder, statement;
	uint64_t entry;
	uint64_t until; /* of the authorization and the leases that cover it */
	unsigned level;
	bool has_ca_key; /* level 1: of the last CA of the evidence */
	struct digest ca_key;
	size_t n_endorsers;
	const struct digest *endorsers; /* sorted, each once */
};

struct ledger_taker {
	enum reason (*take)(void *ctx, const struct ledger_payload *);
	void *ctx;
};

/* What the state emits at `now`: ledger.md 6. */
enum reason ledger_emit(const struct ledger_state *, int64_t now,
    const struct ledger_taker *) MUST_CHECK;
/* One line of `ledger emit`, with LF. */
#define LEDGER_CSV_HEAD                                                       \
	"kind,asn,prefix,maxlen,providers,spki,holder,level,statement,entry," \
	"endorsers\n"
void ledger_csv_line(struct buf *, const struct ledger_payload *);

#endif
