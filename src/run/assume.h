/*
 * What if? What is assumed, where it meets a run: assume.c. Nothing is where
 * nothing is assumed. Private to the room.
 */
#ifndef CAIRN_RUN_ASSUME_H
#define CAIRN_RUN_ASSUME_H

#include "base/base.h"
#include "conf/conf.h"
#include "model/model.h"

struct run;
struct node;
struct follow;

struct assumed {
	struct map uris; /* of what is gone -> conf_assumption */
	const struct conf_assumption **off; /* payloads that are gone, sorted */
	size_t n_off, n_said; /* n_said: of ledgers */
	bool *is_met; /* of each assumption */
};

enum reason assume_begin(struct run *) MUST_CHECK;
/* Without what is assumed to be gone from this point: before the walk goes
 * on to its children. */
enum reason assume_point(struct run *, struct node *) MUST_CHECK;
/* As if what some of this ledger's left were taken back, and then others had
 * been appended. */
enum reason assume_statements(struct follow *) MUST_CHECK;
/* As if CAs had issued these: once all is walked. */
enum reason assume_payloads(struct run *) MUST_CHECK;
/* Is it assumed to be gone, or a CA above it? What goes so is taken back by
 * who said it, and not lost. */
bool assume_is_taken_back(const struct run *, const struct payload *);
/* At the end: was there all that was to be removed? */
enum reason assume_check(struct run *) MUST_CHECK;
void assume_fini(struct run *);

#endif
