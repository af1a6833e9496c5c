/*
 * When what bears on a prefix or an AS number came and went, and why: from the
 * differences that led to the view, the newest first, for as long as they are
 * kept and there is time.
 */
#include <string.h>

#include "http/inside.h"
#include "policy/policy.h"

#define TOLD     100
#define TOLD_MAX 1000

struct ask {
	bool has_prefix, has_asn;
	struct prefix prefix;
	struct asn asn;
	uint64_t most;
	bool has_before;
	int64_t before_at; /* changes of that second and later are left out */
};

static bool
read_ask(struct ask *out, struct http_call *call)
{
	const char *prefix = http_param(call, "prefix");
	const char *asn = http_param(call, "asn");
	const char *most = http_param(call, "limit");
	const char *before = http_param(call, "before");

	*out = (struct ask){ .has_prefix = prefix != NULL,
		.has_asn = asn != NULL,
		.most = TOLD,
		.has_before = before != NULL };
	if (out->has_prefix && !prefix_read(&out->prefix, prefix))
		http_refuse(call, 400,
		    "prefix: one without host bits is wanted, as 192.0.2.0/24");
	else if (out->has_asn && !asn_parse(&out->asn, asn))
		http_refuse(call, 400, "asn: AS0 to AS4294967295 is wanted");
	else if (most != NULL &&
		 (!decimal_parse(&out->most, span_str(most), TOLD_MAX) ||
		     out->most == 0))
		http_refuse(call, 400, "limit: 1 to %d is wanted", TOLD_MAX);
	else if (out->has_before && !time_parse(&out->before_at, before))
		http_refuse(call, 400,
		    "before: a time is wanted, as 2026-11-21T08:00:00Z");
	else
		return true;
	return false;
}

static bool
is_by(const struct payload *p, struct asn asn)
{
	switch (p->kind) {
	case PAYLOAD_VRP:
		return p->vrp.asn.v == asn.v;
	case PAYLOAD_ASPA:
		return p->aspa.customer.v == asn.v;
	case PAYLOAD_ROUTER_KEY:
		return p->key.asn.v == asn.v;
	}
	BUG("a kind of payload");
}

/* What covers the prefix, and what it covers. */
static bool
is_asked(const struct ask *a, const struct payload *p)
{
	if (a->has_asn && !is_by(p, a->asn))
		return false;
	return !a->has_prefix ||
	       (p->kind == PAYLOAD_VRP &&
		   (prefix_covers(&p->vrp.prefix, &a->prefix) ||
		       prefix_covers(&a->prefix, &p->vrp.prefix)));
}

/* The differences looked at; false: there was no room for all. */
static bool
tell(struct emit *e, const struct ask *a, const struct view_delta *d,
    uint64_t *told)
{
	for (size_t i = 0; i < d->n; i++) {
		if (!is_asked(a, &d->changes[i].payload))
			continue;
		if (*told == a->most)
			return false;
		change_emit(e, d, &d->changes[i]);
		++*told;
	}
	return true;
}

void
answer_history(struct http_call *call)
{
	const struct http_world *world = call->world;
	int64_t from_at = world->view->made_at;
	const struct view_delta *d;
	bool more = false;
	uint64_t told = 0;
	struct ask a;
	struct emit e;

	if (!read_ask(&a, call))
		return;
	emit_init(&e, &call->out->body, EMIT_JSON_LINE);
	emit_object(&e, NULL);
	emit_array(&e, "changes");
	for (size_t i = 0; !more && world->past != NULL; i++) {
		enum http_past got = world->past(world->ctx, i, &d);

		more = got == HTTP_PAST_LATER;
		if (got != HTTP_PAST_ONE)
			break;
		if (a.has_before && d->made_at >= a.before_at)
			continue;
		more = !tell(&e, &a, d, &told);
		from_at = more ? d->made_at : d->from_made_at;
	}
	emit_end(&e);
	emit_time(&e, "from", from_at);
	emit_time(&e, "until", world->view->made_at);
	emit_bool(&e, "more", more);
	emit_end(&e);
}
