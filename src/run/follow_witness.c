/* Which witnesses of each ledger cosigned what was accepted last, and when: of
 * those that its last succession names. */
#include <string.h>

#include "run/follow.h"

static enum reason
add_witness(struct view *v, struct run *run, const struct follow *f,
    struct span name, int64_t cosigned_at)
{
	struct view_witness *w = &v->witnesses[v->n_witnesses];

	*w = (struct view_witness){ .ledger = f->report->name,
		.name = arena_dup(&run->out->arena, name),
		.cosigned_at = cosigned_at };
	if (w->name.p == NULL)
		return R_LIMIT_MEMORY;
	v->n_witnesses++;
	return REASON_OK;
}

static enum reason
add_ledger(struct view *v, struct run *run, const struct follow *f)
{
	const struct tlog_keys *keys = &f->segments[f->n_segments - 1].keys;
	int64_t at[TLOG_KEYS_MAX] = { 0 };
	struct checkpoint accepted;

	/* It counted when it was accepted. By other keys now, perhaps: then
	 * nobody that is named has cosigned it. */
	if (f->kept.note.n > 0 &&
	    checkpoint_parse(&accepted, f->kept.note, &run->work) ==
		REASON_OK &&
	    checkpoint_witnesses(at, &accepted, keys, &run->verifier) !=
		REASON_OK)
		memset(at, 0, sizeof(at));
	for (size_t w = 0; w < keys->n_witnesses; w++)
		TRY(add_witness(v, run, f, keys->witnesses[w].name, at[w]));
	return REASON_OK;
}

enum reason
follow_witnesses(struct view *v, struct run *run)
{
	size_t n = 0;

	for (size_t i = 0; i < run->n_follows; i++)
		n += run->follows[i]
			 .segments[run->follows[i].n_segments - 1]
			 .keys.n_witnesses;
	v->witnesses = ARENA_ARRAY(&run->out->arena, n, struct view_witness);
	if (v->witnesses == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < run->n_follows; i++)
		TRY(add_ledger(v, run, &run->follows[i]));
	return REASON_OK;
}
