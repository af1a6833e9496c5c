/* What a writer has to know of the state. */
#include "ledger/replay.h"

bool
ledger_sequencer(struct ledger_tip *out, const struct ledger_state *st)
{
	const struct holder *h = NULL;

	out->holder = *state_sequencer(st);
	if (st->size > 0)
		h = holder_find(st, &out->holder);
	if (h == NULL)
		return false;
	out->key = h->key;
	out->sequence = h->sequence;
	out->last = *ids_at(&st->statements, h->last);
	return true;
}
