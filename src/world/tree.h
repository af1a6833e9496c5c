/*
 * A description, read; private to the room.
 */
#ifndef CAIRN_WORLD_TREE_H
#define CAIRN_WORLD_TREE_H

#include "ledger/ledger.h"
#include "world/world.h"

enum world_kind {
	WORLD_TA,
	WORLD_CA,
	WORLD_COPY, /* another certificate for the key and place of a CA */
	WORLD_ROA,
	WORLD_ASPA,
	WORLD_ROUTER,
	WORLD_TAK,
	WORLD_GHOSTBUSTERS,
	WORLD_PREFIX_LIST,
	WORLD_FILE, /* bytes that are no object we know */
	WORLD_KINDS
};

struct world_vrp {
	struct vrp vrp;
	bool has_max_len;
	struct world_vrp *next;
};

/* One file that a CA publishes. */
struct world_item {
	enum world_kind kind;
	const char *name;
	unsigned line;
	struct world_ca *in; /* who publishes it; NULL: a trust anchor's */
	struct world_ca *ca; /* of a TA or CA: what it makes; a copy: of whom */
	const char *of;      /* of a copy: the name of that CA */
	struct resources resources; /* TA, CA, copy */
	struct asn asn;
	size_t n_vrps, n_providers;
	struct world_vrp *vrps, **vrps_tail;
	struct asn *providers;
	const char *text;
	const struct world_fault *fault;
	/* What a validator must say of it beyond its fault. */
	enum reason expect;
	enum effect expect_effect;
	struct world_item *next; /* in the order of the description */
};

struct world_ca {
	size_t number; /* from 0, in the order of the description */
	struct world_item *item;
	struct world_ca *parent;
	const char *host, *module;
	const char *manifest; /* the file's name, less ".mft" */
	bool reconsidered;    /* its certificates follow RFC 8360 */
	int64_t later;        /* its manifest and CRL, by seconds */
	struct world_item *items, **items_tail;
	const struct world_fault *on_manifest, *on_crl;
	struct world_ca *next; /* parents before children */
	bool dead;             /* nothing that it publishes counts */
};

/* ---- the ledger ------------------------------------------------------ */

/* A way for a statement to be refused: ledger.def. */
struct world_ledger_fault {
	const char *name; /* "sequence-gap" */
	const char *row;  /* of the hostile catalogue */
	const char *act;  /* what is done to it; "": it is wrong as it stands */
	enum reason reason;
	const char *text;
};
/* All of them: `n` rows; NULL when there is none of that name. */
const struct world_ledger_fault *world_ledger_faults(size_t *n);
const struct world_ledger_fault *world_ledger_fault(struct span name);

#define WORLD_NAMES 16

struct world_names {
	size_t n;
	const char *name[WORLD_NAMES];
};

enum world_emits {
	EMITS_NOTHING,
	EMITS_SELF_ASSERTED,
	EMITS_ATTESTED,
	EMITS_CONTESTED, /* nothing, as it is contested */
	EMITS_YOUNG      /* nothing yet */
};

/* A statement. */
struct world_say {
	struct world_item item; /* name, line, resources, and what ROAs say */
	enum statement_kind kind;
	enum authorize_type type;
	bool again; /* the bytes of another once more */
	/* Names: of holders, of statements, of a CA. */
	const char *by, *to, *of, *escrow, *evidence, *new_keys;
	const char *hashlock, *preimage, *label; /* text */
	const char *ds;                          /* hexadecimal */
	int64_t time;                            /* seconds after the world's */
	bool has_time, sublease, complete, lock, is_rsa;
	unsigned threshold;
	struct world_names guardians, with, endorsers, servers;
	size_t n_records;
	struct service_record records[4];
	const struct world_ledger_fault *fault;
	enum world_emits emits;
	struct world_say *next;
};

struct world_ledger {
	const char *name, *origin;
	unsigned line;
	uint64_t challenge;
	int64_t begin, cosigned; /* seconds after the world's time */
	struct world_names anchors, witnesses;
	size_t n;
	struct world_say *says, **tail;
};

struct world {
	struct arena arena;
	struct span text;
	size_t n_cas;
	struct world_ca *cas, **cas_tail;
	struct world_ledger *ledger; /* or NULL */
	struct world_size size;
	const char *rrdp; /* URI of its folder; NULL: it has none */
};

/* The CA of that name; or NULL. */
const struct world_ca *world_ca_find(const struct world *, const char *name);

/* Work out who is dead, and the sizes. */
void world_judge(struct world *);
/* Do its payloads count? */
bool world_item_holds(const struct world_item *);
/* The name of the trust anchor above. */
const char *world_anchor(const struct world_ca *);

/* The folder a CA publishes in, its manifest, its CRL, and an item. */
void world_repository_uri(char *out, size_t n, const struct world_ca *);
void world_manifest_uri(char *out, size_t n, const struct world_ca *);
void world_crl_uri(char *out, size_t n, const struct world_ca *);
void world_item_uri(char *out, size_t n, const struct world_item *);
/* By HTTPS: the notification for a CA, the certificate of a trust anchor; ""
 * when the world is not published so. */
void world_notify_uri(
    char *out, size_t n, const struct world *, const struct world_ca *);
void world_anchor_uri(
    char *out, size_t n, const struct world *, const struct world_ca *);
#define WORLD_URI 512
/* The file's name alone. */
void world_item_file(char *out, size_t n, const struct world_item *);

/* ---- keys ------------------------------------------------------------ */

/* CA number `number`'s own key: no other CA has it while there are at most
 * world_key_pairs of them. NULL without memory. */
struct crypt_secret;
struct crypt_secret *world_ca_key(uint64_t seed, size_t number);
/* The key of an EE certificate or a router, from its URI. */
struct crypt_secret *world_ee_key(uint64_t seed, const char *uri);
struct crypt_secret *world_router_key(uint64_t seed, const char *uri);
size_t world_key_pairs(void);
/* A holder's n-th key, or a log's or witness's: 32 bytes of a seed. */
void world_seed(
    uint8_t out[32], uint64_t seed, const char *use, const char *name);
/* 16 bytes that look like nothing, the same for the same input; positive as
 * a serial number. */
void world_serial(uint8_t out[16], uint64_t seed, const char *uri);

/* ---- writing --------------------------------------------------------- */

/* What is the same for all files of one world_write. */
struct world_writer {
	const struct world *world;
	const char *dir;
	int64_t at;
	uint64_t seed;
	struct fault *why;
	struct world_rrdp *rrdp; /* what was put so far; NULL: not wanted */
};

/* Write a file below the folder, with the folders it needs. */
enum reason world_put(const struct world_writer *, const char *path,
    struct span bytes) MUST_CHECK;
/* More of the file that was last put there. */
enum reason world_append(const struct world_writer *, const char *path,
    struct span bytes) MUST_CHECK;
enum reason world_write_point(
    const struct world_writer *, const struct world_ca *) MUST_CHECK;
enum reason world_write_ta(
    const struct world_writer *, const struct world_ca *) MUST_CHECK;
/* Everything beside the objects. */
enum reason world_write_truth(const struct world_writer *) MUST_CHECK;
enum reason world_write_setting(const struct world_writer *) MUST_CHECK;

/* The ledger, and the truth about it. */
enum reason world_write_ledger(const struct world_writer *) MUST_CHECK;
/* As cairn.yaml(5) has a ledger; all lines but the first are indented. */
enum reason world_ledger_setting(
    struct buf *, const struct world_writer *, const char *indent) MUST_CHECK;
/* What was written of each statement, in their order: ids are zero where it
 * was refused. The genesis is entry 0. */
struct world_said {
	const struct world_say *say;
	struct digest id, holder;
	uint64_t entry;
	struct digest *endorsers; /* sorted */
	size_t n_endorsers;
};
enum reason world_write_ledger_truth(const struct world_writer *,
    const struct world_said *, size_t n) MUST_CHECK;

/* ---- RRDP ------------------------------------------------------------ */

struct world_rrdp *world_rrdp_new(void); /* NULL without memory */
void world_rrdp_free(struct world_rrdp *);
/* A file was put there. */
enum reason world_rrdp_note(
    struct world_rrdp *, const char *path, struct span bytes) MUST_CHECK;
/* All files have been put. */
enum reason world_rrdp_write(const struct world_writer *) MUST_CHECK;

/* The text of a world of so many CAs. */
enum reason world_generate(
    struct buf *out, uint64_t cas, struct fault *why) MUST_CHECK;

#endif
