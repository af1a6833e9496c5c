/*
 * What is served: the table in force, and the difference to it from each of
 * the serials before it. A difference is kept as sets, so that the next step
 * joins without what cancels out; its bytes are made when first asked for.
 */
#include <string.h>

#include "rtr/cache.h"

/* Differences may take this much, or as much as the table if that is more:
 * who is further behind is better served by a full answer. */
#define HISTORY_BYTES ((size_t)8 << 20)

struct rtr_cache *
rtr_cache_new(size_t history, const struct rtr_timers *timers)
{
	struct rtr_cache *c = base_alloc(sizeof(*c));

	if (c != NULL)
		rtr_cache_set(c, history, timers);
	return c;
}

static void
past_free(struct past *p)
{
	rtr_delta_fini(&p->delta);
	for (size_t v = 0; v < RTR_VERSIONS; v++)
		rtr_bytes_drop(p->made[v]);
	base_free(p);
}

static void
forget_past(struct rtr_cache *c, size_t keep)
{
	while (c->past.n > keep)
		past_free(c->past.v[--c->past.n]);
}

void
rtr_cache_set(
    struct rtr_cache *c, size_t history, const struct rtr_timers *timers)
{
	ASSERT(rtr_timers_are_valid(timers));
	c->timers = *timers;
	c->history = history;
	forget_past(c, history);
}

void
rtr_cache_free(struct rtr_cache *c)
{
	if (c == NULL)
		return;
	forget_past(c, 0);
	vec_fini(&c->past);
	for (size_t v = 0; v < RTR_VERSIONS; v++)
		rtr_bytes_drop(c->full[v]);
	rtr_table_fini(&c->table);
	base_free(c);
}

bool
cache_speaks(const struct rtr_cache *c)
{
	return c->has_data && !c->is_silent;
}

void
rtr_cache_silence(struct rtr_cache *c, bool silent)
{
	c->is_silent = silent;
}

void
rtr_cache_facts(struct rtr_cache_facts *out, const struct rtr_cache *c)
{
	*out = (struct rtr_cache_facts){ .has_data = cache_speaks(c),
		.serial = c->serial,
		.vrps = c->table.n[SECTION_IPV4] + c->table.n[SECTION_IPV6],
		.router_keys = c->table.n[SECTION_KEY],
		.aspas = c->table.n[SECTION_ASPA],
		.left_out = c->table.left_out,
		.history = c->past.n };
	memcpy(out->sessions, c->sessions, sizeof(out->sessions));
}

/* ---- the next view ----------------------------------------------------------
 */

/* Each past, one step further: all of them, or none. */
static enum reason
join_all(struct delta *out, const struct rtr_cache *c, const struct delta *step)
{
	for (size_t i = 0; i < c->past.n; i++) {
		enum reason r =
		    rtr_delta_join(&out[i], &c->past.v[i]->delta, step);

		if (r == REASON_OK)
			continue;
		while (i-- > 0)
			rtr_delta_fini(&out[i]);
		return r;
	}
	return REASON_OK;
}

static void
put_joined(struct rtr_cache *c, struct delta *joined)
{
	for (size_t i = 0; i < c->past.n; i++) {
		struct past *p = c->past.v[i];

		rtr_delta_fini(&p->delta);
		p->delta = joined[i];
		for (size_t v = 0; v < RTR_VERSIONS; v++) {
			rtr_bytes_drop(p->made[v]);
			p->made[v] = NULL;
		}
	}
}

/* As many as are wanted, and as there is room for. */
static void
trim_past(struct rtr_cache *c)
{
	size_t room = c->table.bytes->n, used = 0, keep = 0;

	if (room < HISTORY_BYTES)
		room = HISTORY_BYTES;
	for (; keep < c->past.n && keep < c->history; keep++) {
		used += rtr_delta_size(&c->past.v[keep]->delta);
		if (used > room)
			break;
	}
	forget_past(c, keep);
}

/* The step becomes the newest past. Takes the step over when it succeeds. */
static enum reason
push_past(struct rtr_cache *c, struct delta *step)
{
	struct past *p = base_alloc(sizeof(*p)), *none = NULL;
	struct delta *joined = base_alloc((c->past.n + 1) * sizeof(*joined));
	enum reason r = R_LIMIT_MEMORY;

	if (p == NULL || joined == NULL || !vec_push(&c->past, none))
		goto out;
	c->past.n--;
	r = join_all(joined, c, step);
	if (r != REASON_OK)
		goto out;
	put_joined(c, joined);
	memmove(c->past.v + 1, c->past.v, c->past.n * sizeof(c->past.v[0]));
	p->serial = c->serial;
	p->delta = *step;
	c->past.v[0] = p;
	c->past.n++;
	p = NULL;
out:
	base_free(p);
	base_free(joined);
	return r;
}

static enum reason
step_to(struct rtr_cache *c, const struct table *table)
{
	struct delta step;
	enum reason r = rtr_delta_make(&step, &c->table, table);

	if (r != REASON_OK)
		return r;
	r = push_past(c, &step);
	if (r != REASON_OK)
		rtr_delta_fini(&step);
	return r;
}

static void
put_table(struct rtr_cache *c, struct table *table)
{
	for (size_t v = 0; v < RTR_VERSIONS; v++) {
		rtr_bytes_drop(c->full[v]);
		c->full[v] = NULL;
	}
	rtr_table_fini(&c->table);
	c->table = *table;
	c->generation++;
	c->table.bytes->generation = c->generation;
}

enum reason
rtr_cache_take(struct rtr_cache *c, const struct view *view)
{
	bool same = c->has_data && memcmp(c->sessions, view->sessions,
				       sizeof(c->sessions)) == 0;
	struct table table;
	enum reason r;

	if (same && view->serial == c->serial)
		return REASON_OK;
	TRY(rtr_table_make(&table, view->payloads, view->n));
	if (same && rtr_serial_before(c->serial, view->serial)) {
		r = step_to(c, &table);
		if (r != REASON_OK) {
			rtr_table_fini(&table);
			return r;
		}
	} else {
		forget_past(c, 0);
	}
	put_table(c, &table);
	c->serial = view->serial;
	memcpy(c->sessions, view->sessions, sizeof(c->sessions));
	c->has_data = true;
	trim_past(c);
	return REASON_OK;
}

/* ---- a past from before
 * ------------------------------------------------------ */

static enum reason
delta_read(struct delta *out, const struct rtr_step *step)
{
	enum reason r;

	*out = (struct delta){ 0 };
	r = rtr_table_make(&out->came, step->came, step->n_came);
	if (r == REASON_OK)
		r = rtr_table_make(&out->went, step->went, step->n_went);
	if (r != REASON_OK)
		rtr_delta_fini(out);
	return r;
}

static enum reason
add_past(struct rtr_cache *c, uint32_t serial, struct delta *step)
{
	struct past *p = base_alloc(sizeof(*p));
	enum reason r = REASON_OK;

	if (p == NULL)
		return R_LIMIT_MEMORY;
	p->serial = serial;
	if (c->past.n > 0) {
		r = rtr_delta_join(
		    &p->delta, step, &c->past.v[c->past.n - 1]->delta);
	} else {
		p->delta = *step;
		*step = (struct delta){ 0 };
	}
	if (r == REASON_OK && !vec_push(&c->past, p))
		r = R_LIMIT_MEMORY;
	if (r != REASON_OK)
		past_free(p);
	return r;
}

enum reason
rtr_cache_past(struct rtr_cache *c, const struct rtr_step *in)
{
	uint32_t oldest =
	    c->past.n > 0 ? c->past.v[c->past.n - 1]->serial : c->serial;
	struct delta step;
	enum reason r;

	if (!c->has_data || c->past.n >= c->history || in->until != oldest ||
	    !rtr_serial_before(in->from, oldest))
		return REASON_OK;
	TRY(delta_read(&step, in));
	r = add_past(c, in->from, &step);
	rtr_delta_fini(&step);
	if (r == REASON_OK)
		trim_past(c);
	return r;
}

/* ---- answers
 * ------------------------------------------------------------------ */

enum reason
cache_full(struct rtr_bytes **out, struct rtr_cache *c, uint8_t version)
{
	struct rtr_bytes **made = &c->full[version];

	if (*made == NULL) {
		TRY(body_full(made, &c->table, version));
		(*made)->generation = c->generation;
	}
	*out = rtr_bytes_hold(*made);
	return REASON_OK;
}

enum reason
cache_since(struct rtr_bytes **out, bool *known, struct rtr_cache *c,
    uint8_t version, uint32_t serial)
{
	*out = NULL;
	*known = serial == c->serial;
	for (size_t i = 0; !*known && i < c->past.n; i++) {
		struct past *p = c->past.v[i];

		if (p->serial != serial)
			continue;
		if (p->made[version] == NULL) {
			TRY(body_delta(&p->made[version], &p->delta, version));
			p->made[version]->generation = c->generation;
		}
		*out = rtr_bytes_hold(p->made[version]);
		*known = true;
	}
	return REASON_OK;
}
