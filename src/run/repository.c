/*
 * Repositories: which there are in this run, which of them a CA's points come
 * from, and how each was had.
 *
 * First come the mirrors that the operator configured for the rsync URI; then
 * RRDP, where the CA's certificate names a notification; then, if the policy
 * allows it (hostile.md A17), rsync. What fails leaves in force what was had
 * last.
 */
#include <string.h>

#include "run/inside.h"

static void
state_load(struct run *run, struct repository *r)
{
	struct span bytes;

	if (store_blob(&bytes, run->now, STORE_HEALTH, &r->key) &&
	    !fetch_health_parse(&r->health, bytes))
		r->health = (struct fetch_health){ 0 };
	if (!store_blob(&bytes, run->now, STORE_RRDP, &r->key))
		return;
	/* Without memory for it the snapshot comes. */
	r->state_had = ARENA_NEW(&run->work, struct rrdp_state);
	if (r->state_had == NULL || !rrdp_state_parse(r->state_had, bytes)) {
		r->state_had = NULL;
		return;
	}
	/* Which of the mirrors it came from is not known. */
	if (!r->by_rrdp)
		r->state_had->etag[0] = r->state_had->modified[0] = '\0';
	r->want.had = r->state_had;
}

static enum reason
repository_new(
    struct repository **out, struct run *run, struct span uri, bool by_rrdp)
{
	struct repository *r = ARENA_NEW(&run->work, struct repository);
	struct store_repository stored;

	if (r == NULL)
		return R_LIMIT_MEMORY;
	r->uri = arena_dup(&run->out->arena, uri);
	if (r->uri.p == NULL || !map_put(&run->repositories, r->uri, r))
		return R_LIMIT_MEMORY;
	crypt_sha256(r->key.b, r->uri);
	r->by_rrdp = by_rrdp;
	if (store_repository(&stored, run->now, &r->key))
		r->fetched_at = stored.fetched_at;
	r->known = r->fetched_at != 0;
	r->report.uri = r->uri;
	r->report.state = RUN_OFFLINE;
	r->want.repository = r;
	r->want.key = r->key;
	state_load(run, r);
	*out = r;
	return REASON_OK;
}

static enum reason
repository_get(
    struct repository **out, struct run *run, struct span uri, bool by_rrdp)
{
	*out = map_get(&run->repositories, uri);
	return *out != NULL ? REASON_OK
			    : repository_new(out, run, uri, by_rrdp);
}

/* Is there a notification, at an URI that can be had? */
static bool
has_notification(struct uri *out, const struct run *run, const struct cert *c)
{
	return c->notify_uri.n > 0 &&
	       uri_parse(out, c->notify_uri, &run->conf->limits) == REASON_OK &&
	       out->scheme == URI_HTTPS;
}

/* ---- from where ------------------------------------------------------ */

static enum reason
find_sources(struct run *run, struct repository *r)
{
	struct sources s;
	struct uri u;

	if (r->has_sources)
		return REASON_OK;
	TRY(uri_parse(&u, r->uri, &run->conf->limits));
	TRY(source_list(
	    &s, run, r->by_rrdp ? SOURCE_OF_RRDP : SOURCE_OF_TREE, &u));
	r->has_sources = true;
	r->want.sources = s.list;
	r->n_mirrors = s.n_mirrors;
	r->why_not = s.why_not;
	return REASON_OK;
}

enum reason
repository_places(struct places *out, struct run *run, const struct cert *cert)
{
	struct uri u;

	*out = (struct places){ 0 };
	TRY(uri_parse(&u, cert->repository_uri, &run->conf->limits));
	TRY(repository_get(&out->tree, run, source_root(run->conf, &u), false));
	TRY(find_sources(run, out->tree));
	if (!has_notification(&u, run, cert))
		return REASON_OK;
	TRY(repository_get(&out->rrdp, run, u.text, true));
	return find_sources(run, out->rrdp);
}

enum reason
repository_again(
    struct places *out, struct run *run, struct span tree, struct span rrdp)
{
	*out = (struct places){ 0 };
	TRY(repository_get(&out->tree, run, tree, false));
	TRY(find_sources(run, out->tree));
	if (rrdp.n == 0)
		return REASON_OK;
	TRY(repository_get(&out->rrdp, run, rrdp, true));
	return find_sources(run, out->rrdp);
}

static bool
may_fall_back(const struct run *run, const struct repository *rrdp)
{
	static const enum fetch_fallback policies[] = { [CONF_FALLBACK_NEVER] =
							    FALLBACK_NEVER,
		[CONF_FALLBACK_STALE] = FALLBACK_STALE,
		[CONF_FALLBACK_NEW] = FALLBACK_NEW };

	ASSERT(run->conf->rrdp_fallback < COUNT(policies));
	return fetch_may_fall_back(policies[run->conf->rrdp_fallback],
	    &rrdp->health, &rrdp->key, run->clock_at);
}

/* Which was had last, of those that may be used. */
static struct repository *
had_last(const struct run *run, const struct places *p)
{
	if (p->rrdp == NULL)
		return p->tree;
	if (p->tree->fetched_at > p->rrdp->fetched_at &&
	    (p->tree->n_mirrors > 0 || may_fall_back(run, p->rrdp)))
		return p->tree;
	return p->rrdp;
}

/* False: it is no way, or no way any more. */
static bool
step_by(enum step *out, const struct repository *r, bool is_asked)
{
	if (!is_asked)
		*out = STEP_ASK;
	else if (r->state == REPOSITORY_PENDING)
		*out = STEP_WAIT;
	else
		*out = STEP_USE;
	return *out != STEP_USE || r->is_fresh;
}

enum step
repository_step(struct repository **out, bool *itself, const struct run *run,
    const struct places *p)
{
	struct repository *tree = p->tree, *rrdp = p->rrdp;
	bool is_new = tree->state == REPOSITORY_NEW;
	enum step step;

	*itself = rrdp == NULL;
	*out = tree;
	if (run->fetch == NULL || run->is_early)
		goto last;
	if (tree->n_mirrors > 0 && step_by(&step, tree, !is_new) &&
	    (step != STEP_USE || tree->by_mirror))
		return step;
	*itself = true;
	*out = rrdp;
	if (rrdp != NULL && step_by(&step, rrdp, rrdp->asked_itself))
		return step;
	*out = tree;
	if ((rrdp == NULL || may_fall_back(run, rrdp)) &&
	    step_by(&step, tree, tree->asked_itself))
		return step;
last:
	*out = had_last(run, p);
	return STEP_USE;
}

bool
repository_is_ready(
    struct digest *key, const struct run *run, const struct cert *cert)
{
	struct places p = { 0 };
	struct repository *r;
	struct uri u;
	bool itself;

	if (uri_parse(&u, cert->repository_uri, &run->conf->limits) !=
	    REASON_OK)
		return false;
	p.tree = map_get(&run->repositories, source_root(run->conf, &u));
	if (has_notification(&u, run, cert)) {
		p.rrdp = map_get(&run->repositories, u.text);
		if (p.rrdp == NULL)
			return false;
	}
	if (p.tree == NULL || repository_step(&r, &itself, run, &p) != STEP_USE)
		return false;
	*key = r->key;
	return true;
}

void
repository_use(struct repository *r, const struct places *p)
{
	bool stands_in = p->rrdp != NULL && r == p->tree && !r->by_mirror;

	r->used = true;
	r->used_itself = r->used_itself || !stands_in;
	if (!stands_in)
		return;
	/* It is asked again in the next run, before us. */
	p->rrdp->used = true;
	r->report.instead_of = p->rrdp->uri;
	r->report.why = p->rrdp->report.reason;
}

/* ---- asking ---------------------------------------------------------- */

/* Not asked for, and why. */
static void
not_asked(struct repository *r, enum reason why)
{
	r->report.state = r->known ? RUN_KEPT : RUN_REFUSED;
	r->report.reason = why;
}

enum reason
repository_want(struct run *run, struct repository *r, bool itself)
{
	struct want *w = &r->want;
	enum reason why;

	w->at = r->state == REPOSITORY_NEW ? 0 : r->n_mirrors;
	w->n = r->n_mirrors;
	r->state = REPOSITORY_DONE;
	if (itself) {
		r->asked_itself = true;
		why = r->why_not;
		if (why == REASON_OK)
			why = fetch_health_check(
			    &r->health, run->clock_at, &run->conf->limits);
		if (why == REASON_OK)
			w->n++;
		else if (w->at == w->n)
			not_asked(r, why);
	}
	if (w->at == w->n)
		return REASON_OK;
	r->state = REPOSITORY_PENDING;
	return want_start(run, w);
}

/* ---- before anybody names them --------------------------------------- */

struct prefetch {
	struct run *run;
	int64_t last_at; /* of the last run */
	bool fetch;
	enum reason failed;
};

static enum reason
prefetch_repository(struct run *run, const struct store_repository *stored)
{
	struct repository *r;
	struct uri u;

	/* Under another configuration it may be part of another. */
	if (uri_parse(&u, stored->uri, &run->conf->limits) != REASON_OK)
		return REASON_OK;
	if (u.scheme == URI_HTTPS)
		TRY(repository_get(&r, run, u.text, true));
	else
		TRY(repository_get(&r, run, source_root(run->conf, &u), false));
	TRY(find_sources(run, r));
	if (r->state != REPOSITORY_NEW)
		return REASON_OK;
	return repository_want(run, r, r->by_rrdp || r->n_mirrors == 0);
}

static bool
prefetch_one(void *ctx, const struct store_repository *stored)
{
	struct prefetch *p = ctx;

	if (!p->fetch) {
		if (stored->used_at > p->last_at)
			p->last_at = stored->used_at;
		return true;
	}
	/* Whether rsync is to stand in once more is not known yet. */
	if (stored->used_at >= p->last_at && !stored->stood_in)
		p->failed = prefetch_repository(p->run, stored);
	return p->failed == REASON_OK;
}

/* What the last run used this one will want too: all at once, instead of one
 * level of the tree after the other. */
enum reason
repository_prefetch(struct run *run)
{
	struct prefetch p = { .run = run };

	if (run->fetch == NULL)
		return REASON_OK;
	TRY(store_repositories(run->now, prefetch_one, &p));
	p.fetch = true;
	TRY(store_repositories(run->now, prefetch_one, &p));
	return p.failed;
}

/* ---- what came of it ------------------------------------------------- */

static enum reason
failed(struct run *run, struct repository *r)
{
	const struct want *w = &r->want;
	struct finding f = { .reason = w->reason,
		.effect = r->asked_itself ? EFFECT_REPOSITORY : EFFECT_WARNING,
		.object = r->uri };

	r->state = REPOSITORY_DONE;
	r->is_blamed = w->at >= r->n_mirrors;
	r->report.state = r->known ? RUN_KEPT : RUN_FAILED;
	r->report.reason = w->reason;
	(void)snprintf(
	    r->report.detail, sizeof(r->report.detail), "%s", w->detail);
	f.detail = arena_dup(&run->work, span_str(w->detail));
	if (f.detail.p == NULL)
		return R_LIMIT_MEMORY;
	return run_find(run, &f);
}

static void
report_source(struct run_repository *out, const struct want *w)
{
	const struct source *s = want_source(w);

	out->via = s->is_https                    ? RUN_VIA_RRDP
		   : s->at.via == FETCH_BY_FOLDER ? RUN_VIA_FOLDER
						  : RUN_VIA_RSYNC;
	if (!s->is_https)
		return;
	out->serial = w->https->state.serial;
	out->received = w->https->received;
	out->why = w->https->why;
	switch (w->https->outcome) {
	case RRDP_BY_DELTAS:
		out->rrdp = RUN_RRDP_DELTAS;
		out->deltas = w->https->files - 1;
		break;
	case RRDP_BY_SNAPSHOT:
		out->rrdp = RUN_RRDP_SNAPSHOT;
		break;
	case RRDP_NOTHING:
	default:
		out->rrdp = RUN_RRDP_CURRENT;
		break;
	}
}

static enum reason
succeeded(struct run *run, struct repository *r)
{
	const struct source *s = want_source(&r->want);

	r->state = REPOSITORY_DONE;
	r->is_fresh = true;
	r->fetched_at = run->clock_at;
	r->report.state = RUN_FRESH;
	r->report.reason = REASON_OK;
	r->report.detail[0] = '\0';
	r->report.source = arena_dup(&run->out->arena, s->at.text);
	if (r->report.source.p == NULL)
		return R_LIMIT_MEMORY;
	report_source(&r->report, &r->want);
	/* Nothing new: then there is nothing to see either. */
	return r->is_current ? REASON_OK : run_renew(run);
}

static enum reason
take_in(struct run *run, struct repository *r, struct fault *bad)
{
	if (!want_source(&r->want)->is_https)
		return intake_tree(run, r, bad);
	r->is_current = r->want.https->outcome == RRDP_NOTHING;
	return r->is_current ? REASON_OK : intake_changes(run, r, bad);
}

/* Its fetch has ended. */
enum reason
repository_took(struct run *run, struct repository *r)
{
	struct want *w = &r->want;
	struct fault bad;
	bool goes_on;

	r->report.duration_ms = w->spent_ms;
	r->by_mirror = w->at < r->n_mirrors;
	if (w->reason == REASON_OK) {
		fault_init(&bad, span_of(NULL, 0));
		TRY(take_in(run, r, &bad));
		if (bad.reason != REASON_OK)
			want_refuse(w, bad.reason, bad.detail);
	}
	if (w->reason == REASON_OK) {
		want_drop(w);
		return succeeded(run, r);
	}
	TRY(want_next(&goes_on, run, w));
	return goes_on ? REASON_OK : failed(run, r);
}
