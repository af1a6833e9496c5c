/*
 * What is known of whatever a person types: a prefix or an address, with an AS
 * number or without; an AS number; a holder by its id or by a name.
 */
#include <string.h>

#include "http/inside.h"
#include "policy/policy.h"

#define TOLD_MAX 500 /* payloads of one AS or holder */
#define WORD_MAX 80

/* ---- why ------------------------------------------------------------- */

/* The story, alone or, in a look-up, as what was found. */
static void
tell_why(struct http_call *call, const struct route *route, bool found)
{
	struct explanation x;
	struct arena arena;
	struct emit e;
	enum reason r;

	arena_init(&arena, SIZE_MAX);
	r = policy_explain(&x, call->world->view, route, &arena);
	if (r != REASON_OK) {
		arena_fini(&arena);
		http_refuse(call, 503, "%s", reason_text(r));
		return;
	}
	emit_init(&e, &call->out->body, EMIT_JSON);
	if (found) {
		emit_object(&e, NULL);
		emit_str(&e, "kind", "prefix");
		emit_array(&e, "why");
	}
	explanation_emit(&e, &x);
	if (found) {
		emit_end(&e);
		emit_end(&e);
	}
	arena_fini(&arena);
}

void
answer_why(struct http_call *call)
{
	const char *prefix = http_param(call, "prefix");
	const char *asn = http_param(call, "asn");
	struct route route = { .has_asn = asn != NULL && asn[0] != '\0' };

	if (prefix == NULL || !prefix_or_addr_parse(&route.prefix, prefix))
		http_refuse(call, 400,
		    "prefix: one without host bits is wanted, as 192.0.2.0/24");
	else if (route.has_asn && !asn_parse(&route.asn, asn))
		http_refuse(call, 400, "asn: AS0 to AS4294967295 is wanted");
	else
		tell_why(call, &route, false);
}

/* ---- lists ----------------------------------------------------------- */

/* Whom it is about. */
struct about {
	bool is_asn;
	struct asn asn;
	bool has_id;
	struct digest id;
	struct span name;
	struct http_call *call;
	struct emit e;
	size_t total, told;
};

static bool
is_holder(const struct about *a, const struct digest *id, struct span name)
{
	return a->has_id ? digest_eq(&a->id, id)
			 : policy_is_named(name, a->name);
}

static bool
is_about(const struct about *a, const struct payload *p)
{
	const struct statement_origin *s =
	    p->origin != NULL ? p->origin->statement : NULL;

	if (!a->is_asn)
		return s != NULL && is_holder(a, &s->holder, s->name);
	return payload_asn(p).v == a->asn.v;
}

static void
tell_payload(
    struct about *a, const struct payload *p, const struct view_left *left)
{
	struct emit *e = &a->e;
	char prefix[PREFIX_TEXT];
	struct buf words;

	a->total++;
	if (a->told == TOLD_MAX)
		return;
	a->told++;
	emit_object(e, NULL);
	if (p->kind == PAYLOAD_VRP) {
		prefix_write(prefix, &p->vrp.prefix);
		emit_str(e, "prefix", prefix);
		emit_uint(e, "max_length", p->vrp.max_len);
		emit_fmt(e, "asn", "AS%u", p->vrp.asn.v);
	} else {
		buf_init(&words, 4096);
		payload_words(&words, p);
		emit_span(e, "text", buf_view(&words));
		buf_fini(&words);
	}
	emit_span(e, "source", p->origin->source);
	if (left != NULL)
		emit_str(e, "left", left_cause_id(left->cause));
	emit_end(e);
}

static void
tell_payloads(struct about *a)
{
	const struct view *view = a->call->world->view;

	emit_array(&a->e, "payloads");
	for (size_t i = 0; i < view->n; i++)
		if (is_about(a, &view->payloads[i]))
			tell_payload(a, &view->payloads[i], NULL);
	for (size_t i = 0; i < view->n_left; i++)
		if (is_about(a, &view->left[i].payload))
			tell_payload(a, &view->left[i].payload, &view->left[i]);
	emit_end(&a->e);
	emit_uint(&a->e, "total", a->total);
}

static void
tell_holding(struct emit *e, const struct view_holding *h)
{
	char range[RESOURCE_TEXT];

	if (h->kind == HOLDING_AS)
		asn_range_text(range, &h->as);
	else
		addr_range_text(range,
		    h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6, &h->ip);
	emit_object(e, NULL);
	emit_str(e, "resource", range);
	emit_span(e, "ledger", h->holder->ledger);
	emit_hex(e, "holder", SPAN_OF(h->holder->id));
	if (h->holder->name.n > 0)
		emit_span(e, "name", h->holder->name);
	emit_str(e, "level", h->level == 0 ? "self-asserted" : "attested");
	emit_bool(e, "contested", h->contender != NULL);
	emit_bool(e, "young", h->is_young);
	emit_end(e);
}

static bool
holds(const struct about *a, const struct view_holding *h)
{
	if (a->is_asn)
		return h->kind == HOLDING_AS && h->as.lo <= a->asn.v &&
		       a->asn.v <= h->as.hi;
	return is_holder(a, &h->holder->id, h->holder->name);
}

static size_t
tell_holdings(struct about *a)
{
	const struct view *view = a->call->world->view;
	size_t n = 0;

	emit_array(&a->e, "holdings");
	for (size_t i = 0; i < view->n_holdings && n < TOLD_MAX; i++)
		if (holds(a, &view->holdings[i])) {
			tell_holding(&a->e, &view->holdings[i]);
			n++;
		}
	emit_end(&a->e);
	return n;
}

static void
tell_all(struct about *a, const char *query)
{
	size_t n;

	emit_init(&a->e, &a->call->out->body, EMIT_JSON);
	emit_object(&a->e, NULL);
	emit_str(&a->e, "query", query);
	tell_payloads(a);
	n = tell_holdings(a);
	emit_str(&a->e, "kind",
	    a->is_asn          ? "asn"
	    : n + a->total > 0 ? "holder"
			       : "none");
	emit_end(&a->e);
}

/* ---- which of them --------------------------------------------------- */

static bool
cut_word(char out[WORD_MAX], const char **at)
{
	size_t n;

	*at += strspn(*at, " ,\t");
	n = strcspn(*at, " ,\t");
	if (n == 0 || n >= WORD_MAX)
		return false;
	memcpy(out, *at, n);
	out[n] = '\0';
	*at += n;
	return true;
}

void
answer_lookup(struct http_call *call)
{
	const char *query = http_param(call, "q"), *at = query;
	char first[WORD_MAX], second[WORD_MAX];
	struct about a = { .call = call };
	struct route route = { 0 };

	if (at == NULL || !cut_word(first, &at)) {
		http_refuse(call, 400, "q: what is to be looked up?");
		return;
	}
	route.has_asn = cut_word(second, &at);
	if (prefix_or_addr_parse(&route.prefix, first)) {
		if (route.has_asn && !asn_parse(&route.asn, second))
			http_refuse(call, 400, "an AS number is wanted second");
		else
			tell_why(call, &route, true);
		return;
	}
	if (strchr(first, '/') != NULL) {
		http_refuse(
		    call, 400, "no prefix, or one with bits beyond its length");
		return;
	}
	a.is_asn = asn_parse(&a.asn, first);
	a.has_id = hex_parse(a.id.b, sizeof(a.id.b), span_str(first));
	a.name = span_str(first);
	tell_all(&a, first);
}
