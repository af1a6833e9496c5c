/*
 * The language of descriptions, as its files share it; private to the room.
 */
#ifndef CAIRN_WORLD_PARSE_H
#define CAIRN_WORLD_PARSE_H

#include "world/tree.h"

struct parser {
	struct world *world;
	const uint8_t *at, *end;
	unsigned line, token_line;
	struct span token;           /* empty: the end */
	struct world_ca *ca;         /* the open block's, NULL at the top */
	struct world_item *item;     /* the open block's, when it is no CA's */
	struct world_ledger *ledger; /* the open one's */
	struct world_say *say;       /* the open block's in it */
	struct fault *why;
};

/* "line N: WHAT: WORD" */
enum reason parse_refuse(
    const struct parser *, const char *what, struct span word) MUST_CHECK;
/* The next token becomes p->token: a word, a brace, or what is quoted, with
 * its opening quote. */
void parse_next(struct parser *);
bool parse_is(const struct parser *, const char *word);
bool parse_is_resource(struct span word);
/* Take the token, whatever it is; a name; an AS number. */
enum reason parse_string(struct parser *, const char **out) MUST_CHECK;
enum reason parse_name(struct parser *, const char **out) MUST_CHECK;
enum reason parse_asn(struct parser *, struct asn *out) MUST_CHECK;

/* Behind the word: a property of an item. */
enum reason item_resources(struct parser *, struct world_item *) MUST_CHECK;
enum reason item_as(struct parser *, struct world_item *) MUST_CHECK;
enum reason item_prefix(struct parser *, struct world_item *) MUST_CHECK;
enum reason item_maxlen(struct parser *, struct world_item *) MUST_CHECK;
enum reason item_providers(struct parser *, struct world_item *) MUST_CHECK;

/* ---- parse_ledger.c ---- */

/* At the word "ledger"; and inside of what it opened. */
enum reason ledger_open(struct parser *) MUST_CHECK;
enum reason ledger_word(struct parser *) MUST_CHECK;
bool ledger_is_word(struct span token);
/* Everything that is named is there. */
enum reason ledger_resolve(struct parser *) MUST_CHECK;

#endif
