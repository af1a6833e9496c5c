/*
 * Statements, as their files share them; private to the room.
 */
#ifndef CAIRN_LEDGER_STATEMENT_H
#define CAIRN_LEDGER_STATEMENT_H

#include "ledger/ledger.h"

/* Any failure to read one is `malformed`: the fault says what it was. */
#define MALFORMED(d) der_fail((d), R_STATEMENT_MALFORMED)

typedef enum reason body_parse(
    struct statement_body *, struct der *, struct decode *);
typedef void body_write(struct buf *, const struct statement_body *);

/* One row a kind, in the order of the tags. */
struct statement_row {
	const char *id;
	body_parse *parse;
	body_write *write;
};
extern const struct statement_row statement_rows[STATEMENT_KINDS];

/* SHA-256 of what is signed. */
void statement_id(struct digest *out, struct span tbs);

enum reason id_parse(struct digest *out, struct der *) MUST_CHECK;
enum reason time_value(uint64_t *out, struct der *) MUST_CHECK;
/* LEDGER_NEVER when it is not there. */
enum reason until_parse(uint64_t *out, struct der *) MUST_CHECK;
void id_write(struct buf *, const struct digest *);
void until_write(struct buf *, uint64_t);

/* Well-formed SubjectPublicKeyInfo; `known` says whether it has the shape of
 * one of the three kinds. Whether it is a point on its curve is crypt's. */
enum reason statement_key_parse(
    struct statement_key *out, struct der *) MUST_CHECK;
/* IA5String of that size. */
enum reason ia5_sized(
    struct span *out, struct der *, size_t min, size_t max) MUST_CHECK;

/* resources_as_parse, and no range of one number: canonical is one form. */
enum reason canonical_as_parse(
    struct resources *, struct der *, struct decode *) MUST_CHECK;

body_parse genesis_parse, tick_parse, key_change_parse, recover_parse;
body_write genesis_write, tick_write, key_change_write, recover_write;
body_parse claim_parse, release_parse, offer_parse, accept_parse, settle_parse,
    lease_parse;
body_write claim_write, release_write, offer_write, accept_write, settle_write,
    lease_write;
body_parse authorize_parse, withdraw_parse, endorse_parse, label_parse,
    service_parse, rdns_parse;
body_write authorize_write, withdraw_write, endorse_write, label_write,
    service_write, rdns_write;

/* ---- judging contents, ledger.md 4 and 8 --------------------------------- */

/* An authorization's content by its own profile. */
enum reason authorize_type_parse(
    enum authorize_type *out, struct span type) MUST_CHECK;
enum reason authorize_content_check(const struct statement_body *,
    enum authorize_type, struct crypt *, struct decode *) MUST_CHECK;
/* Router key content: SEQUENCE { asID, key }. */
enum reason router_key_parse(struct asn *, struct statement_key *,
    struct span content, struct decode *) MUST_CHECK;

enum reason evidence_check(struct ledger_evidence *out,
    const struct statement *, const struct verifier *,
    struct decode *) MUST_CHECK;

#endif
