/*
 * Entries of a log, and what of them takes time to know. A worker taken over
 * by one can lie about those of its batch only, and only about signatures,
 * contents and evidence: what they say is read again by the run.
 */
#include "pool/wire.h"

#define FRAME_MAX     2
#define SIGNED_WELL   1
#define CONTENT_WELL  2
#define HAS_EVIDENCE  4
#define LEAST_CHECKED 2

static const enum reason frames[FRAME_MAX + 1] = { REASON_OK,
	R_STATEMENT_MALFORMED, R_STATEMENT_KEY_TYPE };

void
wire_put_entries(struct wire_out *w, const struct job *j)
{
	wire_put_u64(w, j->n_entries);
	for (size_t i = 0; i < j->n_entries; i++)
		wire_put_span(w, j->entries[i]);
}

bool
wire_get_entries(struct wire_in *r, struct job *j, struct arena *arena)
{
	j->n_entries = wire_get_count(r, 1); /* its length at least */
	j->entries = ARENA_ARRAY(arena, j->n_entries, struct span);
	if (j->entries == NULL)
		return false;
	for (size_t i = 0; i < j->n_entries; i++)
		j->entries[i] = wire_get_span(r);
	return !r->failed;
}

/* ---- answers ---------------------------------------------------------- */

static uint8_t
frame_number(enum reason frame)
{
	uint8_t i = 0;

	while (frames[i] != frame)
		i++;
	return i;
}

static void
put_evidence(struct wire_out *w, const struct ledger_evidence *e)
{
	wire_put(w, &e->from_at, sizeof(e->from_at));
	wire_put(w, &e->until_at, sizeof(e->until_at));
	wire_put(w, &e->anchor, sizeof(e->anchor));
	wire_put(w, &e->ca_key, sizeof(e->ca_key));
}

void
wire_put_checked(
    struct wire_out *w, const struct ledger_checked *checked, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct ledger_checked *c = &checked[i];
		uint8_t two[2] = { frame_number(c->frame) };

		two[1] = (uint8_t)((c->signed_well ? SIGNED_WELL : 0) |
				   (c->content_well ? CONTENT_WELL : 0) |
				   (c->evidence.holds ? HAS_EVIDENCE : 0));
		wire_put(w, two, sizeof(two));
		if (c->evidence.holds)
			put_evidence(w, &c->evidence);
	}
}

static void
get_evidence(struct wire_in *r, struct ledger_evidence *e)
{
	e->from_at = wire_get_time(r);
	e->until_at = wire_get_time(r);
	wire_get(r, &e->anchor, sizeof(e->anchor));
	wire_get(r, &e->ca_key, sizeof(e->ca_key));
	e->holds = e->from_at <= e->until_at;
	r->failed = r->failed || !e->holds;
}

/* Nothing is looked at before what comes before it is well. */
static void
get_checked(struct wire_in *r, struct ledger_checked *c)
{
	uint8_t two[2];
	bool has;

	wire_get(r, two, sizeof(two));
	if (two[0] > FRAME_MAX ||
	    two[1] > (SIGNED_WELL | CONTENT_WELL | HAS_EVIDENCE) ||
	    (two[0] != 0 && two[1] != 0) ||
	    (two[1] != 0 && (two[1] & SIGNED_WELL) == 0)) {
		r->failed = true;
		return;
	}
	has = (two[1] & HAS_EVIDENCE) != 0;
	*c = (struct ledger_checked){ .frame = frames[two[0]],
		.signed_well = (two[1] & SIGNED_WELL) != 0,
		.content_well = (two[1] & CONTENT_WELL) != 0 };
	if (has)
		get_evidence(r, &c->evidence);
}

bool
wire_get_checked(struct wire_in *r, struct ledger_checked **out, size_t n,
    struct arena *arena)
{
	if (n > (r->n - r->at) / LEAST_CHECKED) {
		r->failed = true;
		return true;
	}
	*out = ARENA_ARRAY(arena, n, struct ledger_checked);
	if (*out == NULL)
		return false;
	for (size_t i = 0; i < n && !r->failed; i++)
		get_checked(r, &(*out)[i]);
	return true;
}
