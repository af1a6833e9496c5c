/*
 * Mirrors that holders announce in the ledger itself: doc/ledger.md 9. What a
 * mirror gives counts by its hashes, so that a hostile one can do no more than
 * cost time; this is bounded by how many there are, and by whom one asks first.
 */
#include <string.h>

#include "run/follow.h"

#define KIND "mirror"

/* In the order in which they are taken. */
enum rank {
	RANK_SEQUENCER,
	RANK_ATTESTED,
	RANK_HOLDER,
	RANKS
};

struct search {
	struct follow *f;
	struct map ranks; /* id -> of the ranks below */
	enum rank all[RANKS];
	struct digest sequencer;
	bool has_sequencer;
	enum rank rank; /* that is looked for */
	size_t n;
	struct span found[MIRRORS_MAX];
};

/* ---- who announces ----------------------------------------------------- */

static enum reason
take_hold(void *ctx, const struct ledger_fact *fact)
{
	struct search *s = ctx;
	enum rank rank = fact->level > 0 ? RANK_ATTESTED : RANK_HOLDER;
	const enum rank *had;
	struct span id;

	if (fact->kind != FACT_HOLD)
		return REASON_OK;
	had = map_get(&s->ranks, SPAN_OF(fact->holder));
	if (had != NULL && *had <= rank)
		return REASON_OK;
	id = arena_dup(&s->f->run->work, SPAN_OF(fact->holder));
	return id.p != NULL && map_put(&s->ranks, id, &s->all[rank])
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

/* Who holds nothing announces nothing: such a one costs its author nothing. */
static enum rank
rank_of(const struct search *s, const struct digest *holder)
{
	const enum rank *had;

	if (s->has_sequencer && digest_eq(holder, &s->sequencer))
		return RANK_SEQUENCER;
	had = map_get(&s->ranks, SPAN_OF(*holder));
	return had != NULL ? *had : RANKS;
}

/* ---- what they announce ------------------------------------------------ */

static bool
is_known(const struct search *s, struct span uri)
{
	const struct conf_ledger *c = s->f->conf;

	for (size_t i = 0; i < s->n; i++)
		if (span_eq(s->found[i], uri))
			return true;
	for (size_t i = 0; i < c->n_sources; i++)
		if (span_eq(span_str(c->sources[i]), uri))
			return true;
	return false;
}

static bool
is_usable(const struct search *s, struct span uri)
{
	const struct conf *conf = s->f->run->conf;
	struct uri u;

	return uri_parse(&u, uri, &conf->limits) == REASON_OK &&
	       u.scheme == URI_HTTPS &&
	       (conf->allow_local || !uri_is_local(&u)) && !is_known(s, uri);
}

/* One of each holder, its first. */
static enum reason
take_mirror(void *ctx, const struct ledger_fact *fact)
{
	struct search *s = ctx;
	struct span copy;

	if (fact->kind != FACT_SERVICE || s->n == MIRRORS_MAX ||
	    rank_of(s, &fact->holder) != s->rank)
		return REASON_OK;
	for (size_t i = 0; i + 2 < fact->n_texts; i += 3) {
		if (!span_eq(fact->texts[i], SPAN(KIND)) ||
		    !is_usable(s, fact->texts[i + 1]))
			continue;
		copy = arena_dup(&s->f->run->work, fact->texts[i + 1]);
		if (copy.p == NULL)
			return R_LIMIT_MEMORY;
		s->found[s->n++] = copy;
		return REASON_OK;
	}
	return REASON_OK;
}

static enum reason
search(struct search *s)
{
	const struct ledger_facts holds = { take_hold, s };
	const struct ledger_facts mirrors = { take_mirror, s };
	struct ledger_tip tip;

	s->has_sequencer = ledger_sequencer(&tip, s->f->state);
	if (s->has_sequencer)
		s->sequencer = tip.holder;
	TRY(ledger_facts(s->f->state, &holds));
	for (s->rank = RANK_SEQUENCER; s->rank < RANKS; s->rank++)
		TRY(ledger_facts(s->f->state, &mirrors));
	return REASON_OK;
}

enum reason
follow_discover(struct follow *f)
{
	struct search s = { .f = f,
		.all = { RANK_SEQUENCER, RANK_ATTESTED, RANK_HOLDER } };
	enum reason why;

	f->kept.n_mirrors = 0;
	f->kept.has_looked = f->conf->discover;
	if (!f->conf->discover)
		return REASON_OK;
	map_init(&s.ranks);
	why = search(&s);
	map_fini(&s.ranks);
	if (why == REASON_OK) {
		f->kept.n_mirrors = s.n;
		memcpy(f->kept.mirrors, s.found, sizeof(s.found));
	}
	return why;
}

/* ---- to sources -------------------------------------------------------- */

enum reason
follow_announced(struct follow *f)
{
	const struct segment *newest = &f->segments[f->n_segments - 1];

	for (size_t i = 0; f->conf->discover && i < f->kept.n_mirrors; i++) {
		const char *text = arena_str(&f->run->work, f->kept.mirrors[i]);

		if (text == NULL)
			return R_LIMIT_MEMORY;
		TRY(follow_add_spots(f, newest, &text, 1));
		f->spots[f->n_spots - 1].is_announced = true;
	}
	return REASON_OK;
}
