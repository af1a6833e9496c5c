/*
 * The RFC 6811 state of routes: one by path or parameters, many by POST. The
 * shape is Routinator's.
 */
#include <jansson.h>
#include <string.h>

#include "http/inside.h"
#include "policy/policy.h"

#define TOLD_MAX 1000 /* VRPs of each kind told of one route */

/* ---- one route ------------------------------------------------------- */

static void
emit_vrps(struct emit *e, const char *key, enum route_match which,
    const struct route *route, const struct view *view)
{
	struct covering c = covering_of(view, &route->prefix);
	const struct payload *p;
	char prefix[PREFIX_TEXT];
	size_t told = 0;

	emit_array(e, key);
	while (told < TOLD_MAX && (p = covering_next(&c)) != NULL) {
		if (route_match(route, &p->vrp) != which)
			continue;
		prefix_write(prefix, &p->vrp.prefix);
		emit_object(e, NULL);
		emit_fmt(e, "asn", "AS%u", p->vrp.asn.v);
		emit_str(e, "prefix", prefix);
		emit_fmt(e, "max_length", "%u", p->vrp.max_len);
		emit_end(e);
		told++;
	}
	emit_end(e);
}

static void
emit_why(struct emit *e, enum route_state state, bool any_origin)
{
	emit_str(e, "state", route_state_id(state));
	if (state == ROUTE_INVALID)
		emit_str(e, "reason", any_origin ? "length" : "as");
	emit_str(e, "description",
	    state == ROUTE_VALID       ? "a VRP allows this route"
	    : state == ROUTE_NOT_FOUND ? "no VRP covers this prefix"
	    : any_origin ? "the prefix is longer than the VRPs of this origin "
			   "allow"
			 : "VRPs cover this prefix, none of them for this "
			   "origin");
}

static void
emit_route(struct emit *e, const struct route *route, const struct view *view)
{
	struct covering c = covering_of(view, &route->prefix);
	enum route_state state = ROUTE_NOT_FOUND;
	const struct payload *p;
	bool any_origin = false;
	char prefix[PREFIX_TEXT];

	while ((p = covering_next(&c)) != NULL) {
		enum route_match m = route_match(route, &p->vrp);

		any_origin = any_origin || m == MATCH_LENGTH;
		state = m == MATCH_YES || state == ROUTE_VALID ? ROUTE_VALID
							       : ROUTE_INVALID;
	}
	prefix_write(prefix, &route->prefix);
	emit_object(e, "route");
	emit_fmt(e, "origin_asn", "AS%u", route->asn.v);
	emit_str(e, "prefix", prefix);
	emit_end(e);
	emit_object(e, "validity");
	emit_why(e, state, any_origin);
	emit_object(e, "VRPs");
	emit_vrps(e, "matched", MATCH_YES, route, view);
	emit_vrps(e, "unmatched_as", MATCH_AS, route, view);
	emit_vrps(e, "unmatched_length", MATCH_LENGTH, route, view);
	emit_end(e);
	emit_end(e);
}

static bool
read_route(struct route *out, struct http_call *call, const char *asn,
    const char *prefix)
{
	*out = (struct route){ .has_asn = true };
	if (asn == NULL || !asn_parse(&out->asn, asn))
		http_refuse(call, 400, "asn: AS0 to AS4294967295 is wanted");
	else if (prefix == NULL || !prefix_parse(&out->prefix, prefix))
		http_refuse(call, 400,
		    "prefix: one without host bits is wanted, as 192.0.2.0/24");
	else
		return true;
	return false;
}

static void
answer_one(struct http_call *call, const struct route *route)
{
	struct emit e;

	emit_init(&e, &call->out->body, EMIT_JSON);
	emit_object(&e, NULL);
	emit_object(&e, "validated_route");
	emit_route(&e, route, call->world->view);
	emit_end(&e);
	emit_time(&e, "generatedTime", call->world->view->made_at);
	emit_end(&e);
}

void
answer_validity_path(struct http_call *call)
{
	const char *slash = strchr(call->rest, '/');
	struct route route;
	char asn[16];
	size_t n = slash != NULL ? (size_t)(slash - call->rest) : sizeof(asn);

	if (n >= sizeof(asn)) {
		http_refuse(call, 400, "/api/v1/validity/ASN/PREFIX is wanted");
		return;
	}
	memcpy(asn, call->rest, n);
	asn[n] = '\0';
	if (read_route(&route, call, asn, slash + 1))
		answer_one(call, &route);
}

/* ---- many ------------------------------------------------------------ */

static void
answer_each(struct http_call *call, const json_t *routes)
{
	struct route route;
	struct emit e;

	emit_init(&e, &call->out->body, EMIT_JSON);
	emit_object(&e, NULL);
	emit_array(&e, "validated_routes");
	for (size_t i = 0; i < json_array_size(routes); i++) {
		const json_t *item = json_array_get(routes, i);
		const json_t *asn = json_object_get(item, "asn");
		char text[24] = "";

		if (json_is_integer(asn) && json_integer_value(asn) >= 0)
			(void)snprintf(text, sizeof(text), "%lld",
			    (long long)json_integer_value(asn));
		if (!read_route(&route, call,
			json_is_integer(asn) ? text : json_string_value(asn),
			json_string_value(json_object_get(item, "prefix"))))
			return;
		emit_object(&e, NULL);
		emit_route(&e, &route, call->world->view);
		emit_end(&e);
	}
	emit_end(&e);
	emit_time(&e, "generatedTime", call->world->view->made_at);
	emit_end(&e);
}

static void
answer_many(struct http_call *call)
{
	struct span body = call->request->body;
	json_error_t error;
	json_t *all = json_loadb(
	    (const char *)body.p, body.n, JSON_REJECT_DUPLICATES, &error);
	const json_t *routes = json_object_get(all, "routes");

	if (all == NULL)
		http_refuse(call, 400, "line %d: not JSON", error.line);
	else if (!json_is_array(routes))
		http_refuse(call, 400, "routes: an array is wanted");
	else if (json_array_size(routes) > HTTP_ROUTES_MAX)
		http_refuse(
		    call, 400, "at most %d routes at once", HTTP_ROUTES_MAX);
	else
		answer_each(call, routes);
	json_decref(all);
}

void
answer_validity(struct http_call *call)
{
	struct route route;

	if (call->request->method == HTTP_POST)
		answer_many(call);
	else if (read_route(&route, call, http_param(call, "asn"),
		     http_param(call, "prefix")))
		answer_one(call, &route);
}
