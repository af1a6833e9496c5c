/* The story of a route: its state, who says so and along which chain, what
 * was left out or refused nearby, and what would change the answer. */
#include <string.h>

#include "policy/policy.h"

const char *
route_state_id(enum route_state state)
{
	static const char *const ids[] = { [ROUTE_NOT_FOUND] = "not-found",
		[ROUTE_VALID] = "valid",
		[ROUTE_INVALID] = "invalid" };

	ASSERT(state < COUNT(ids));
	return ids[state];
}

const char *
route_match_id(enum route_match match)
{
	static const char *const ids[] = { [MATCH_YES] = "yes",
		[MATCH_AS] = "as",
		[MATCH_LENGTH] = "length" };

	ASSERT(match < COUNT(ids));
	return ids[match];
}

/* RFC 6811 2; AS 0 is nobody's: RFC 6483 4. */
enum route_match
route_match(const struct route *r, const struct vrp *v)
{
	if (v->asn.v == 0 || (r->has_asn && v->asn.v != r->asn.v))
		return MATCH_AS;
	return r->prefix.len <= v->max_len ? MATCH_YES : MATCH_LENGTH;
}

struct explain {
	struct explanation *out;
	const struct view *view;
	const struct route *route;
	struct arena *arena;
	VEC(struct explain_vrp) covering;
	VEC(const struct payload *) inside;
	VEC(const struct view_left *) left;
	VEC(const struct view_authority *) over; /* all that hold it */
	VEC(const struct view_authority *) holders;
	VEC(const struct view_holding *) claims;
	VEC(const struct finding *) refused, troubles;
	VEC(const char *) changes;
	bool failed;
};

/* ---- payloads ------------------------------------------------------------ */

static void
take_payload(struct explain *x, size_t i, size_t n)
{
	const struct payload *p = &x->view->payloads[i];
	struct explain_vrp v = { p, n, route_match(x->route, &p->vrp) };

	if (prefix_covers(&p->vrp.prefix, &x->route->prefix))
		x->failed |= !vec_push(&x->covering, v);
	else if (prefix_covers(&x->route->prefix, &p->vrp.prefix))
		x->failed |= !vec_push(&x->inside, p);
}

static void
take_payloads(struct explain *x)
{
	const struct view *v = x->view;
	size_t n;

	for (size_t i = 0; i < v->n; i += n) {
		for (n = 1; i + n < v->n && payload_cmp(&v->payloads[i],
						&v->payloads[i + n]) == 0;)
			n++;
		if (v->payloads[i].kind == PAYLOAD_VRP)
			take_payload(x, i, n);
	}
	for (size_t i = 0; i < v->n_left; i++) {
		const struct payload *p = &v->left[i].payload;

		if (p->kind == PAYLOAD_VRP &&
		    prefix_covers(&p->vrp.prefix, &x->route->prefix))
			x->failed |= !vec_push(&x->left, &v->left[i]);
	}
}

static enum route_state
worse(enum route_state state, enum route_match match)
{
	if (state == ROUTE_VALID || match == MATCH_YES)
		return ROUTE_VALID;
	return ROUTE_INVALID;
}

/* The last of what matches decides how long it is valid, the last of what
 * covers how long it is invalid. */
static void
judge(struct explain *x)
{
	struct explanation *out = x->out;
	int64_t until[2] = { INT64_MIN, INT64_MIN }; /* covers, matches */

	out->state = ROUTE_NOT_FOUND;
	for (size_t i = 0; i < x->covering.n; i++) {
		const struct explain_vrp *v = &x->covering.v[i];

		out->state = worse(out->state, v->match);
		for (size_t j = 0; j < v->n; j++) {
			int64_t at = payload_expires_at(&v->entries[j]);

			if (at > until[0])
				until[0] = at;
			if (v->match == MATCH_YES && at > until[1])
				until[1] = at;
		}
	}
	out->if_all = out->state;
	for (size_t i = 0; i < x->left.n; i++)
		out->if_all = worse(out->if_all,
		    route_match(x->route, &x->left.v[i]->payload.vrp));
	out->until_at = out->state == ROUTE_NOT_FOUND
			    ? INT64_MAX
			    : until[out->state == ROUTE_VALID];
}

/* ---- who holds it -------------------------------------------------------- */

static bool
is_child(const struct view_authority *child, const struct view_authority *of)
{
	const struct link *up = child->link->parent;

	return up != NULL && digest_eq(&up->hash, &of->link->hash) &&
	       span_eq(up->manifest_uri, of->link->manifest_uri);
}

/* Of those that hold the prefix, each none of whose children does: the
 * deepest of its branch. */
static void
take_holders(struct explain *x)
{
	const struct view *v = x->view;

	for (size_t i = 0; i < v->n_authorities; i++)
		if (resources_contain_prefix(
			&v->authorities[i].resources, &x->route->prefix))
			x->failed |= !vec_push(&x->over, &v->authorities[i]);
	for (size_t i = 0; i < x->over.n; i++) {
		bool has_child = false;

		for (size_t j = 0; j < x->over.n && !has_child; j++)
			has_child = is_child(x->over.v[j], x->over.v[i]);
		if (!has_child)
			x->failed |= !vec_push(&x->holders, x->over.v[i]);
	}
}

static void
take_claims(struct explain *x)
{
	const struct view *v = x->view;
	const struct prefix *p = &x->route->prefix;
	struct addr lo, hi;

	prefix_range(&lo, &hi, p);
	for (size_t i = 0; i < v->n_holdings; i++) {
		const struct view_holding *h = &v->holdings[i];

		if ((int)h->kind == FAMILY_INDEX(p->family) &&
		    addr_cmp(&h->ip.lo, &hi) <= 0 &&
		    addr_cmp(&lo, &h->ip.hi) <= 0)
			x->failed |= !vec_push(&x->claims, h);
	}
}

/* A point that several certificates lead to is judged under each of them:
 * what it may not say under one says nothing of the others. */
static bool
is_point_over(const struct explain *x, const struct finding *f)
{
	for (size_t i = 0; i < x->over.n; i++)
		if (finding_is_under(f, x->over.v[i]->link))
			return true;
	return false;
}

/* Findings about points of authorities that hold the prefix; and those about
 * no point: the troubles of sources and repositories. */
static void
take_findings(struct explain *x)
{
	const struct view *v = x->view;

	for (size_t i = 0; i < v->n_findings; i++) {
		const struct finding *f = &v->findings[i];

		if (f->effect == EFFECT_WARNING)
			continue;
		if (f->point.n == 0)
			x->failed |= !vec_push(&x->troubles, f);
		else if (is_point_over(x, f))
			x->failed |= !vec_push(&x->refused, f);
	}
}

/* ---- what would change it ------------------------------------------------ */

static void would(struct explain *x, const char *fmt, ...) FORMAT(2, 3);

static void
would(struct explain *x, const char *fmt, ...)
{
	char line[512];
	va_list args;
	char *copy;

	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	copy = arena_str(x->arena, span_str(line));
	x->failed |= copy == NULL || !vec_push(&x->changes, copy);
}

/* One word for who it is about: "AS64500", or any. */
static void
origin_text(char out[16], const struct route *r)
{
	if (r->has_asn)
		(void)snprintf(out, 16, "AS%u", r->asn.v);
	else
		(void)snprintf(out, 16, "some AS");
}

static void
would_be_valid(struct explain *x, const char *prefix, const char *who)
{
	bool said = x->route->has_asn && x->route->asn.v == 0;

	if (said)
		would(x, "valid by nothing: no network is AS0");
	for (size_t i = 0; i < x->covering.n; i++) {
		const struct explain_vrp *v = &x->covering.v[i];

		if (v->match != MATCH_LENGTH)
			continue;
		would(x,
		    "valid if the maximum length of AS%u's authorization were "
		    "%u, not %u",
		    v->entries->vrp.asn.v, x->route->prefix.len,
		    v->entries->vrp.max_len);
		said = true;
	}
	for (size_t i = 0; i < x->left.n; i++) {
		const struct view_left *l = x->left.v[i];

		if (route_match(x->route, &l->payload.vrp) != MATCH_YES)
			continue;
		would(x, "valid if policy took what %.*s says (left out: %s)",
		    SPAN_FMT(l->payload.origin->source),
		    left_cause_text(l->cause));
		said = true;
	}
	if (!said)
		would(x, "valid if a holder of the prefix authorized %s for %s",
		    who, prefix);
}

/* "the matching VRP were gone" */
#define GONE_TEXT 64

static const char *
gone(char out[GONE_TEXT], const char *which, size_t n)
{
	if (n == 1)
		(void)snprintf(out, GONE_TEXT, "the %s VRP were gone", which);
	else
		(void)snprintf(
		    out, GONE_TEXT, "all %zu %s VRPs were gone", n, which);
	return out;
}

/* A claim that counts as nobody's yet: what its holder authorizes is not
 * emitted, and may be there all the same. */
static void
would_settle(struct explain *x)
{
	char range[RESOURCE_TEXT];

	for (size_t i = 0; i < x->claims.n; i++) {
		const struct view_holding *h = x->claims.v[i];

		addr_range_text(range,
		    h->kind == HOLDING_V4 ? FAMILY_V4 : FAMILY_V6, &h->ip);
		if (h->contender != NULL)
			would(x,
			    "perhaps valid if it were settled who holds %s in "
			    "ledger %.*s",
			    range, SPAN_FMT(h->holder->ledger));
		else if (h->is_young)
			would(x,
			    "perhaps valid once the claim of %s in ledger %.*s "
			    "has stood long enough",
			    range, SPAN_FMT(h->holder->ledger));
	}
}

static void
would_change(struct explain *x)
{
	const struct explanation *out = x->out;
	char prefix[PREFIX_TEXT], who[16], time[TIME_TEXT], n[GONE_TEXT];
	size_t matching = 0;

	prefix_write(prefix, &x->route->prefix);
	origin_text(who, x->route);
	for (size_t i = 0; i < x->covering.n; i++)
		matching += x->covering.v[i].match == MATCH_YES;
	if (out->state != ROUTE_VALID)
		would_be_valid(x, prefix, who);
	if (out->state == ROUTE_INVALID)
		would(x, "not found if %s", gone(n, "covering", x->covering.n));
	if (out->state == ROUTE_VALID)
		would(x, "%s if %s",
		    x->covering.n > matching ? "invalid" : "not found",
		    gone(n, "matching", matching));
	if (out->state != ROUTE_VALID)
		would_settle(x);
	if (out->state == ROUTE_NOT_FOUND && x->refused.n == 1)
		would(x, "perhaps otherwise if what was refused nearby were in "
			 "order");
	if (out->state == ROUTE_NOT_FOUND && x->refused.n > 1)
		would(x,
		    "perhaps otherwise if the %zu refused objects nearby "
		    "were in order",
		    x->refused.n);
	if (out->if_all != out->state)
		would(x, "%s if nothing were left out by policy",
		    route_state_id(out->if_all));
	if (out->until_at < INT64_C(253402300799)) {
		time_write(time, sizeof(time), out->until_at);
		would(x, "no longer %s after %s if nothing is renewed",
		    route_state_id(out->state), time);
	}
}

/* ---- the whole ----------------------------------------------------------- */

/* A vector into the arena. */
#define KEEP(x, vec)                                                 \
	do {                                                         \
		(x)->out->vec = arena_array(                         \
		    (x)->arena, (x)->vec.n, sizeof(*(x)->out->vec)); \
		(x)->failed |= (x)->out->vec == NULL;                \
		if (!(x)->failed && (x)->vec.n > 0)                  \
			memcpy((x)->out->vec, (x)->vec.v,            \
			    (x)->vec.n * sizeof(*(x)->vec.v));       \
		(x)->out->n_##vec = (x)->vec.n;                      \
	} while (0)

static void
explain_all(struct explain *x)
{
	take_payloads(x);
	judge(x);
	take_holders(x);
	take_claims(x);
	take_findings(x);
	would_change(x);
	KEEP(x, covering);
	KEEP(x, inside);
	KEEP(x, left);
	KEEP(x, holders);
	KEEP(x, claims);
	KEEP(x, refused);
	KEEP(x, troubles);
	KEEP(x, changes);
}

enum reason
policy_explain(struct explanation *out, const struct view *view,
    const struct route *route, struct arena *arena)
{
	struct explain x = {
		.out = out, .view = view, .route = route, .arena = arena
	};

	*out = (struct explanation){ .view = view, .route = *route };
	explain_all(&x);
	vec_fini(&x.covering);
	vec_fini(&x.inside);
	vec_fini(&x.left);
	vec_fini(&x.over);
	vec_fini(&x.holders);
	vec_fini(&x.claims);
	vec_fini(&x.refused);
	vec_fini(&x.troubles);
	vec_fini(&x.changes);
	return x.failed ? R_LIMIT_MEMORY : REASON_OK;
}
