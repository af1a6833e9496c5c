/*
 * Ledgers as a run would see them, less what it would do about it: whose
 * signatures count, what each source has, what was accepted so far.
 */
#include <string.h>

#include "run/follow.h"

struct look {
	const struct conf *conf;
	struct run run; /* as much of one as following has need of */
	struct fault why;
	struct arena *arena;
};

static void
kept_read(struct run_ledger_look *out, struct follow *f, struct store_read *r)
{
	struct span bytes;

	if (!store_blob(&bytes, r, STORE_LEDGER, &f->key))
		return;
	bytes = arena_dup(&f->run->work, bytes);
	out->has_record = bytes.p != NULL && kept_parse(&f->kept, bytes);
	if (!out->has_record)
		f->kept = (struct kept){ 0 };
}

/* One that cannot be opened, the check of the cache tells of. */
static void
store_ask(struct run_ledger_look *out, struct follow *f, const char *cache)
{
	struct store_read *read = NULL;
	struct store *store = NULL;
	struct fault why;

	fault_init(&why, SPAN(""));
	if (!store_is_there(cache) ||
	    store_open(&store, cache, &why) != REASON_OK)
		return;
	if (store_read_begin(&read, store, &why) == REASON_OK)
		kept_read(out, f, read);
	store_read_end(read);
	store_close(store);
}

static enum reason
spot_say(struct run_ledger_source *out, const struct spot *s, struct arena *a)
{
	*out =
	    (struct run_ledger_source){ .text = arena_str(a, span_str(s->text)),
		    .is_announced = s->is_announced,
		    .reason = s->reason,
		    .size = s->checkpoint.head.size,
		    .cosigned_at = s->count.newest_at,
		    .witnesses = s->count.witnesses };
	memcpy(out->detail, s->detail, sizeof(out->detail));
	return out->text != NULL ? REASON_OK : R_LIMIT_MEMORY;
}

static enum reason
sources_ask(struct run_ledger_look *out, struct follow *f, struct look *l)
{
	out->sources =
	    ARENA_ARRAY(l->arena, f->n_spots, struct run_ledger_source);
	if (out->sources == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < f->n_spots; i++)
		if (!l->conf->offline || !place_is_web(f->spots[i].text))
			follow_spot_begin(f, &f->spots[i]);
	for (size_t i = 0; i < f->n_spots; i++) {
		struct spot *s = &f->spots[i];

		TRY(follow_spot_end(f, s));
		if (s->place != NULL || s->reason != REASON_OK)
			TRY(spot_say(
			    &out->sources[out->n_sources++], s, l->arena));
	}
	return REASON_OK;
}

static bool
is_reachable(const struct follow *f)
{
	for (size_t i = 0; i < f->n_segments; i++)
		if (!tlog_keys_suffice(&f->segments[i].keys))
			return false;
	return true;
}

static enum reason
see(struct run_ledger_look *out, struct follow *f, struct look *l,
    const struct conf_ledger *conf)
{
	out->reason = follow_init(f, &l->run, conf);
	if (out->reason != REASON_OK) {
		(void)snprintf(
		    out->detail, sizeof(out->detail), "%s", l->why.detail);
		return out->reason == R_LIMIT_MEMORY ? R_LIMIT_MEMORY
						     : REASON_OK;
	}
	out->is_reachable = is_reachable(f);
	store_ask(out, f, l->conf->cache);
	out->is_frozen = f->kept.frozen;
	out->size = f->kept.frontier.size;
	out->cosigned_at = f->kept.cosigned_at;
	out->evidence = arena_dup(l->arena, f->kept.evidence);
	if (out->evidence.p == NULL)
		return R_LIMIT_MEMORY;
	TRY(follow_announced(f));
	return sources_ask(out, f, l);
}

static enum reason
one_look(
    struct run_ledger_look *out, struct look *l, const struct conf_ledger *conf)
{
	struct follow *f = base_alloc(sizeof(*f));
	struct run_ledger report = { .name = span_str(conf->name) };
	enum reason why;

	if (f == NULL)
		return R_LIMIT_MEMORY;
	fault_init(&l->why, SPAN(""));
	f->report = &report;
	why = see(out, f, l, conf);
	follow_fini(f);
	base_free(f);
	return why;
}

static bool
look_open(struct look *l, const struct limits *limits)
{
	struct https_settings settings = { .ca_file = l->conf->ca_file,
		.proxy = l->conf->proxy,
		.agent = "cairn/doctor",
		.limits = limits };

	arena_init(&l->run.work, SIZE_MAX);
	fault_init(&l->why, SPAN(""));
	l->run.conf = l->conf;
	l->run.why = &l->why;
	l->run.crypt = crypt_new();
	if (l->run.crypt == NULL)
		return false;
	l->run.verifier = crypt_verifier(l->run.crypt);
	if (!l->conf->offline &&
	    web_open(&l->run.web, &settings, &l->why) != REASON_OK)
		l->run.web = NULL; /* each source will say so */
	return true;
}

enum reason
run_look_ledgers(struct run_ledger_look **out, const struct conf *conf,
    const struct limits *limits, struct arena *arena)
{
	struct look *l = base_alloc(sizeof(*l));
	enum reason why = R_LIMIT_MEMORY;

	*out = ARENA_ARRAY(arena, conf->n_ledgers, struct run_ledger_look);
	if (l == NULL || *out == NULL) {
		base_free(l);
		return R_LIMIT_MEMORY;
	}
	l->conf = conf;
	l->arena = arena;
	if (look_open(l, limits))
		why = REASON_OK;
	for (size_t i = 0; why == REASON_OK && i < conf->n_ledgers; i++)
		why = one_look(&(*out)[i], l, &conf->ledgers[i]);
	web_close(l->run.web);
	crypt_free(l->run.crypt);
	arena_fini(&l->run.work);
	base_free(l);
	return why;
}
