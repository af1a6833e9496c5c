/* What a tick ends. Records lie in order of time, so that a tick costs what
 * it ends. Sums of ledger time and challenges stay far below 2^64. */
#include "ledger/state.h"

void
offer_end(struct ledger_state *st, struct record *offer)
{
	struct parts parts;
	struct part part;

	parts_init(&parts, st->offers, &offer->parcel);
	while (parts_next(&part, &parts)) {
		ASSERT(part.run != NULL && part.run->is.offer == offer);
		runs_remove(&st->offers[part.space], part.run);
	}
	record_end(st, offer);
}

void
contest_end(struct ledger_state *st, struct record *contest)
{
	struct parts parts;
	struct part part;

	/* Marks of this claim only: others may have come since. */
	parts_init(&parts, st->holds, &contest->parcel);
	while (parts_next(&part, &parts)) {
		struct claim *c =
		    part.run == NULL ? NULL : part.run->is.hold.contender;

		if (c != NULL && c->statement == contest->subject)
			hold_clear(part.run);
	}
	hold_join(st, &contest->parcel);
	record_end(st, contest);
}

static void
recovery_end(struct ledger_state *st, struct record *r)
{
	r->holder->key = r->digest;
	r->holder->next = r->next;
	r->holder->recovery = NULL;
	record_end(st, r);
}

void
state_expire(struct ledger_state *st)
{
	struct record *r;

	while (!st->failed && (r = record_due(st)) != NULL &&
	       r->until <= st->time) {
		switch (r->kind) {
		case RECORD_OFFER:
			offer_end(st, r);
			break;
		case RECORD_LEASE:
			lease_end(st, r);
			break;
		case RECORD_RECOVERY:
			recovery_end(st, r);
			break;
		case RECORD_CONTEST:
			contest_end(st, r);
			break;
		case RECORD_AUTHORIZE:
		case RECORD_ENDORSE:
			record_end(st, r);
			break;
		case RECORD_NAME:
		case RECORD_RDNS:
		case RECORD_SERVICE:
			BUG("a record without an end is due");
		}
	}
}
