/*
 * What if? Where a run has found what is so, some of it is made otherwise:
 * points without what is assumed to be gone, or with what somebody is assumed
 * to have issued; ledgers with statements that nobody has appended. All that
 * follows from it the same functions find as ever: there is no second model.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file/file.h"
#include "run/follow.h"

static enum reason
refuse(struct run *run, const struct conf_assumption *a, enum reason why,
    const char *what)
{
	return fault_say(run->why, why, NULL, "%s: line %u: %s",
	    run->conf->assumed, a->line, what);
}

static void
meet(struct run *run, const struct conf_assumption *a)
{
	run->assumed.is_met[a - run->conf->assumptions] = true;
}

/* ---- what goes, to be found again ---------------------------------------- */

/* An ASPA goes with its customer, whatever it says. */
static int
said_cmp(const struct payload *a, const struct payload *b)
{
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if (a->kind == PAYLOAD_ASPA)
		return (a->aspa.customer.v > b->aspa.customer.v) -
		       (a->aspa.customer.v < b->aspa.customer.v);
	return payload_cmp(a, b);
}

static int
off_order(const void *va, const void *vb)
{
	const struct conf_assumption *const *a = va, *const *b = vb;

	return said_cmp(&(*a)->payload, &(*b)->payload);
}

enum reason
assume_begin(struct run *run)
{
	const struct conf *c = run->conf;
	struct assumed *x = &run->assumed;

	map_init(&x->uris);
	x->is_met = ARENA_ARRAY(&run->work, c->n_assumptions, bool);
	x->off = ARENA_ARRAY(
	    &run->work, c->n_assumptions, const struct conf_assumption *);
	if (x->is_met == NULL || x->off == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < c->n_assumptions; i++) {
		const struct conf_assumption *a = &c->assumptions[i];

		bool is_said = a->kind == CONF_ASSUME_STATEMENT ||
			       a->kind == CONF_ASSUME_ENTRY;

		x->n_said += is_said;
		if (a->is_added || is_said)
			continue;
		if (a->kind == CONF_ASSUME_PAYLOAD)
			x->off[x->n_off++] = a;
		else if (map_get(&x->uris, span_str(a->text)) != NULL)
			x->is_met[i] = true; /* said twice */
		else if (!map_put(
			     &x->uris, span_str(a->text), (void *)(uintptr_t)a))
			return R_LIMIT_MEMORY;
	}
	if (x->n_off > 1)
		qsort(x->off, x->n_off, sizeof(*x->off), off_order);
	return REASON_OK;
}

void
assume_fini(struct run *run)
{
	map_fini(&run->assumed.uris);
}

static bool
is_under(const struct conf_assumption *a, struct span source)
{
	return a->source == NULL || span_eq(span_str(a->source), source);
}

/* One file, or with `ca` a certificate of a CA, may be named by either. */
static const struct conf_assumption *
uri_off(const struct run *run, struct span uri, bool is_ca)
{
	const struct conf_assumption *a = map_get(&run->assumed.uris, uri);

	return a == NULL || (a->kind == CONF_ASSUME_CA && !is_ca) ? NULL : a;
}

/* The first of all that are alike. */
static size_t
off_first(const struct assumed *x, const struct payload *p)
{
	size_t lo = 0, hi = x->n_off;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (said_cmp(&x->off[mid]->payload, p) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* ---- points -------------------------------------------------------------- */

/* A point of its own in the making. */
struct edit {
	struct run *run;
	struct ta *ta;
	const struct rpki_point *from;
	struct rpki_point *to;
	bool has_changed;
};

/* Room for so many payloads more, each of an object of its own. */
static enum reason
edit_begin(struct edit *e, struct run *run, struct node *n, size_t more)
{
	struct arena *arena = &n->ta->tree.arena;
	const struct rpki_point *from = n->judged.point;

	*e = (struct edit){ run, n->ta, from, NULL, false };
	e->to = ARENA_NEW(arena, struct rpki_point);
	if (e->to == NULL)
		return R_LIMIT_MEMORY;
	*e->to = *from;
	e->to->n_payloads = e->to->n_objects = e->to->n_children = 0;
	e->to->payloads =
	    ARENA_ARRAY(arena, from->n_payloads + more, struct rpki_payload);
	e->to->objects =
	    ARENA_ARRAY(arena, from->n_objects + more, struct rpki_object);
	e->to->children =
	    ARENA_ARRAY(arena, from->n_children, struct rpki_child);
	return e->to->payloads != NULL && e->to->objects != NULL &&
		       e->to->children != NULL
		   ? REASON_OK
		   : R_LIMIT_MEMORY;
}

static void
count_valid(struct rpki_point *p, enum payload_kind kind, int by)
{
	static const enum object_type types[] = { [PAYLOAD_VRP] = OBJECT_ROA,
		[PAYLOAD_ASPA] = OBJECT_ASPA,
		[PAYLOAD_ROUTER_KEY] = OBJECT_CERT };

	p->n_valid[types[kind]] += (uint32_t)by;
}

/* That a CA or an object, or such a payload, goes. */
bool
assume_is_taken_back(const struct run *run, const struct payload *p)
{
	const struct assumed *x = &run->assumed;

	if (x->n_off == 0 && x->uris.n == 0)
		return false;
	if (map_get(&x->uris, p->origin->uri) != NULL)
		return true;
	for (const struct link *l = p->origin->chain; l != NULL; l = l->parent)
		if (map_get(&x->uris, l->uri) != NULL)
			return true;
	for (size_t i = off_first(x, p);
	     i < x->n_off && said_cmp(&x->off[i]->payload, p) == 0; i++)
		if (is_under(x->off[i], p->origin->source))
			return true;
	return false;
}

static void
gone(struct edit *e, const struct conf_assumption *a)
{
	e->has_changed = true;
	meet(e->run, a);
}

/* All that say so are met. */
static bool
is_payload_off(struct edit *e, const struct payload *p)
{
	const struct assumed *x = &e->run->assumed;
	bool is_off = false;

	for (size_t i = off_first(x, p);
	     i < x->n_off && said_cmp(&x->off[i]->payload, p) == 0; i++)
		if (is_under(x->off[i], e->ta->name)) {
			gone(e, x->off[i]);
			is_off = true;
		}
	return is_off;
}

/* Those payloads of one object that stay, and it when any does. Its payloads
 * come together, from *i on. */
static void
edit_object(struct edit *e, uint32_t object, size_t *i)
{
	const struct rpki_object *o = &e->from->objects[object];
	const struct conf_assumption *a = uri_off(e->run, o->uri, false);
	enum payload_kind kind = e->from->payloads[*i].payload.kind;
	size_t before = e->to->n_payloads;

	if (a != NULL)
		gone(e, a);
	for (;
	     *i < e->from->n_payloads && e->from->payloads[*i].object == object;
	     (*i)++) {
		const struct rpki_payload *p = &e->from->payloads[*i];
		bool is_off = is_payload_off(e, &p->payload);

		if (a != NULL || is_off)
			continue;
		e->to->payloads[e->to->n_payloads] = *p;
		e->to->payloads[e->to->n_payloads++].object =
		    (uint32_t)e->to->n_objects;
	}
	if (e->to->n_payloads > before)
		e->to->objects[e->to->n_objects++] = *o;
	else
		count_valid(e->to, kind, -1);
}

static void
edit_children(struct edit *e)
{
	for (size_t i = 0; i < e->from->n_children; i++) {
		const struct rpki_child *c = &e->from->children[i];
		const struct conf_assumption *a = uri_off(e->run, c->uri, true);

		if (a != NULL)
			gone(e, a);
		else
			e->to->children[e->to->n_children++] = *c;
	}
}

static void
edit_all(struct edit *e)
{
	for (size_t i = 0; i < e->from->n_payloads;)
		edit_object(e, e->from->payloads[i].object, &i);
	edit_children(e);
}

enum reason
assume_point(struct run *run, struct node *n)
{
	const struct assumed *x = &run->assumed;
	struct edit e;

	if (!run->is_guess || n->judged.point == NULL ||
	    (x->n_off == 0 && x->uris.n == 0))
		return REASON_OK;
	TRY(edit_begin(&e, run, n, 0));
	edit_all(&e);
	if (e.has_changed)
		n->judged.point = e.to;
	return REASON_OK;
}

/* ---- what CAs are assumed to issue --------------------------------------- */

/* One more object, and who would issue it. */
struct issue {
	const struct conf_assumption *a;
	struct node *by;
	struct resources resources;
};

static enum reason
issue_resources(
    struct resources *out, const struct payload *p, struct arena *arena)
{
	enum family f = p->vrp.prefix.family;

	*out = (struct resources){ 0 };
	if (p->kind == PAYLOAD_VRP) {
		struct addr_range *r = ARENA_NEW(arena, struct addr_range);

		if (r == NULL)
			return R_LIMIT_MEMORY;
		prefix_range(&r->lo, &r->hi, &p->vrp.prefix);
		out->ip[f].r = r;
		out->ip[f].n = 1;
	} else {
		struct asn_range *r = ARENA_NEW(arena, struct asn_range);

		if (r == NULL)
			return R_LIMIT_MEMORY;
		r->lo = r->hi = p->aspa.customer.v;
		out->as.r = r;
		out->as.n = 1;
	}
	return REASON_OK;
}

static bool
is_holding(const struct node *n, const struct payload *p)
{
	const struct resources *r = &n->issuer->resources;

	return p->kind == PAYLOAD_VRP
		   ? resources_contain_prefix(r, &p->vrp.prefix)
		   : resources_contain_asn(r, p->aspa.customer);
}

/* Whoever is furthest down: nobody else is asked for a ROA. */
static void
issue_look(struct issue *x, struct ta *ta)
{
	for (size_t i = 0; i < ta->tree.nodes.n; i++) {
		struct node *n = ta->tree.nodes.v[i];

		if (node_stands(n) &&
		    (x->by == NULL || n->depth > x->by->depth) &&
		    is_holding(n, &x->a->payload))
			x->by = n;
	}
}

static enum reason
issue_find(struct issue *x, struct run *run)
{
	char what[RESOURCE_TEXT];
	enum reason why;

	TRY(issue_resources(&x->resources, &x->a->payload, &run->work));
	for (size_t i = 0; i < run->n_tas; i++)
		if (run->tas[i].usable && is_under(x->a, run->tas[i].name))
			issue_look(x, &run->tas[i]);
	if (x->by == NULL)
		return refuse(run, x->a, R_ASSUME_HOLDER,
		    x->a->source != NULL ? x->a->source : "");
	why = constraints_check(&x->by->ta->constraints, &x->resources, what);
	return why == REASON_OK ? REASON_OK : refuse(run, x->a, why, what);
}

/* As long as the CA's own certificate may be believed. */
static enum reason
issue_add(struct rpki_point *to, const struct issue *x, struct run *run)
{
	struct rpki_object *o = &to->objects[to->n_objects];
	struct rpki_payload *p = &to->payloads[to->n_payloads];
	size_t n = strlen(run->conf->assumed) + sizeof("assumed::4294967295");
	char *uri = arena_alloc(&run->work, n);

	if (uri == NULL)
		return R_LIMIT_MEMORY;
	(void)snprintf(uri, n, "assumed:%s:%u", run->conf->assumed, x->a->line);
	*o = (struct rpki_object){ .uri = span_str(uri),
		.not_before_at = run->at,
		.not_after_at = x->by->issuer->cert.not_after_at,
		.resources = x->resources };
	crypt_sha256(o->hash.b, o->uri);
	*p = (struct rpki_payload){ x->a->payload, (uint32_t)to->n_objects };
	to->n_objects++;
	to->n_payloads++;
	count_valid(to, p->payload.kind, 1);
	return REASON_OK;
}

static int
issue_order(const void *va, const void *vb)
{
	const struct issue *a = va, *b = vb;

	if (a->by != b->by)
		return (uintptr_t)a->by < (uintptr_t)b->by ? -1 : 1;
	return a->a < b->a ? -1 : a->a > b->a;
}

/* All of one CA. */
static enum reason
issue_at(struct run *run, const struct issue *x, size_t n)
{
	struct node *by = x->by;
	const struct rpki_point *from = by->judged.point;
	struct edit e;

	TRY(edit_begin(&e, run, by, n));
	memcpy(e.to->payloads, from->payloads,
	    from->n_payloads * sizeof(*from->payloads));
	memcpy(e.to->objects, from->objects,
	    from->n_objects * sizeof(*from->objects));
	e.to->n_payloads = from->n_payloads;
	e.to->n_objects = from->n_objects;
	e.to->n_children = from->n_children;
	e.to->children = from->children;
	for (size_t i = 0; i < n; i++)
		TRY(issue_add(e.to, &x[i], run));
	by->judged.point = e.to;
	return REASON_OK;
}

enum reason
assume_payloads(struct run *run)
{
	const struct conf *c = run->conf;
	struct issue *all;
	size_t n = 0;

	if (!run->is_guess || c->n_assumptions == 0)
		return REASON_OK;
	all = ARENA_ARRAY(&run->work, c->n_assumptions, struct issue);
	if (all == NULL)
		return R_LIMIT_MEMORY;
	for (size_t i = 0; i < c->n_assumptions; i++) {
		const struct conf_assumption *a = &c->assumptions[i];

		if (!a->is_added || a->kind != CONF_ASSUME_PAYLOAD)
			continue;
		all[n].a = a;
		TRY(issue_find(&all[n++], run));
	}
	if (n > 1)
		qsort(all, n, sizeof(*all), issue_order);
	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && all[end].by == all[i].by;)
			end++;
		TRY(issue_at(run, &all[i], end - i));
	}
	return REASON_OK;
}

/* ---- ledgers ------------------------------------------------------------- */

/* Is it this one, by name, or the one that the statement says it is for? */
static bool
is_for(const struct follow *f, const struct conf_assumption *a,
    const struct statement *s)
{
	struct ledger_summary sum = ledger_summary(f->state);

	return a->source != NULL ? strcmp(a->source, f->conf->name) == 0
				 : digest_eq(&sum.genesis, &s->ledger);
}

static enum reason
statement_judge(struct follow *f, const struct conf_assumption *a,
    struct ledger_entry *entry)
{
	enum reason verdict = REASON_OK;

	if (entry->frame != REASON_OK)
		return refuse(f->run, a, entry->frame, a->text);
	if (!is_for(f, a, &entry->statement))
		return REASON_OK;
	meet(f->run, a);
	TRY(ledger_admit(&verdict, f->state, entry));
	return verdict == REASON_OK ? REASON_OK
				    : refuse(f->run, a, verdict, a->text);
}

static enum reason
statement_take(struct follow *f, const struct conf_assumption *a,
    struct ledger_entry *entry, struct arena *arena)
{
	struct run *run = f->run;
	enum reason why;
	struct buf bytes;

	buf_init(&bytes, LEDGER_ENTRY_MAX);
	if (!file_load(&bytes, a->text))
		why = refuse(run, a, R_CONF_FILE, a->text);
	else
		why = ledger_precheck(
		    entry, buf_view(&bytes), run->crypt, &run->verifier, arena);
	if (why == REASON_OK)
		why = statement_judge(f, a, entry);
	buf_fini(&bytes);
	return why;
}

static enum reason
take_statements(struct follow *f, struct ledger_entry *entry)
{
	const struct conf *c = f->run->conf;
	enum reason why = REASON_OK;
	struct arena arena;

	arena_init(&arena, SIZE_MAX);
	for (size_t i = 0; why == REASON_OK && i < c->n_assumptions; i++) {
		arena_reset(&arena);
		if (c->assumptions[i].kind == CONF_ASSUME_STATEMENT &&
		    c->assumptions[i].is_added)
			why = statement_take(
			    f, &c->assumptions[i], entry, &arena);
	}
	arena_fini(&arena);
	return why;
}

static enum reason
take_back(struct follow *f, const struct conf_assumption *a)
{
	char what[32] = "";
	struct digest id = a->id;
	enum reason verdict;

	if (a->kind == CONF_ASSUME_ENTRY) {
		(void)snprintf(what, sizeof(what), "entry %" PRIu64, a->entry);
		if (!ledger_entry_find(&id, f->state, a->entry))
			return REASON_OK;
	}
	TRY(ledger_take_back(&verdict, f->state, &id));
	/* With several ledgers, one that has no such statement. */
	if (verdict == R_STATEMENT_NO_STATEMENT)
		return REASON_OK;
	meet(f->run, a);
	return verdict == REASON_OK ? REASON_OK
				    : refuse(f->run, a, verdict,
					  a->text != NULL ? a->text : what);
}

/* In their order: a lease before the claim it is of. */
static enum reason
take_back_all(struct follow *f)
{
	const struct conf *c = f->run->conf;

	for (size_t i = 0; i < c->n_assumptions; i++) {
		const struct conf_assumption *a = &c->assumptions[i];
		bool is_said = a->kind == CONF_ASSUME_STATEMENT ||
			       a->kind == CONF_ASSUME_ENTRY;

		if (!a->is_added && is_said &&
		    (a->source == NULL ||
			strcmp(a->source, f->conf->name) == 0))
			TRY(take_back(f, a));
	}
	return REASON_OK;
}

enum reason
assume_statements(struct follow *f)
{
	struct ledger_entry *entry;
	enum reason why;

	if (f->run->assumed.n_said == 0)
		return REASON_OK;
	TRY(follow_need_state(f));
	if (f->state == NULL)
		return REASON_OK;
	said_fini(f);
	TRY(take_back_all(f));
	entry = base_alloc(sizeof(*entry));
	if (entry == NULL)
		return R_LIMIT_MEMORY;
	why = take_statements(f, entry);
	base_free(entry);
	return why;
}

/* ---- all that was to go -------------------------------------------------- */

static enum reason
refuse_unmet(struct run *run, const struct conf_assumption *a)
{
	enum reason why;
	struct buf what;

	if (a->text != NULL)
		return refuse(run, a, R_ASSUME_NOTHING, a->text);
	buf_init(&what, 4096);
	if (a->kind == CONF_ASSUME_ENTRY)
		buf_printf(&what, "entry %llu", (unsigned long long)a->entry);
	else
		payload_words(&what, &a->payload);
	buf_byte(&what, '\0');
	why = what.failed
		  ? R_LIMIT_MEMORY
		  : refuse(run, a, R_ASSUME_NOTHING, (const char *)what.p);
	buf_fini(&what);
	return why;
}

enum reason
assume_check(struct run *run)
{
	const struct conf *c = run->conf;

	for (size_t i = 0; i < c->n_assumptions; i++) {
		const struct conf_assumption *a = &c->assumptions[i];

		if ((a->is_added && a->kind == CONF_ASSUME_PAYLOAD) ||
		    run->assumed.is_met[i])
			continue;
		if (a->is_added)
			return refuse(run, a, R_ASSUME_LEDGER, a->text);
		return refuse_unmet(run, a);
	}
	return REASON_OK;
}
