/* One statement on its way through ledger.md 4. Private to the room. */
#ifndef CAIRN_LEDGER_REPLAY_H
#define CAIRN_LEDGER_REPLAY_H

#include "ledger/state.h"

struct step {
	struct ledger_state *st;
	const struct ledger_entry *entry;
	const struct statement *s;
	const struct statement_body *body;
	struct holder *author;  /* NULL for enroll and genesis */
	struct holder *subject; /* of recover */
	struct parcel parcel;   /* of claim, release, offer, lease */
	uint32_t number;        /* once it applies: of the statement */
	/* What the check found, for the effect. */
	struct record *record;
	struct holder *to, *escrow;
};

/* Check the body's rule without any effect; then have it. A row a kind. */
typedef enum reason step_check(struct step *);
typedef void step_apply(struct step *);

struct replay_row {
	step_check *check;
	step_apply *apply;
};
extern const struct replay_row replay_rows[STATEMENT_KINDS];

step_check tick_check, enroll_check, rotate_check, recover_check;
step_apply tick_apply, enroll_apply, rotate_apply, recover_apply;
step_check claim_check, release_check;
step_apply claim_apply, release_apply;
step_check offer_check, accept_check, settle_check;
step_apply offer_apply, accept_apply, settle_apply;
step_check lease_check;
step_apply lease_apply;
step_check authorize_check, withdraw_check, endorse_check, name_check_rule,
    service_check, rdns_check;
step_apply authorize_apply, withdraw_apply, endorse_apply, name_apply,
    service_apply, rdns_apply;

/* Step 5: signers, keys, guardians. */
enum reason signers_check(const struct step *) MUST_CHECK;
/* Whose the ticks are, at the entry that comes next. */
const struct digest *state_sequencer(const struct ledger_state *);
/* Who enrols: also the genesis. */
void holder_enroll(struct step *);
/* Give the parcel to a record; the step keeps none. */
void parcel_take(struct record *, struct step *);

#endif
