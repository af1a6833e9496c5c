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
	bool has_prefix, has_asn, heard;
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
	const char *heard = http_param(call, "heard");

	*out = (struct ask){ .has_prefix = prefix != NULL,
		.has_asn = asn != NULL,
		.heard = heard != NULL && strcmp(heard, "1") == 0,
		.most = TOLD,
		.has_before = before != NULL };
	if (out->has_prefix && !prefix_or_addr_parse(&out->prefix, prefix))
		http_refuse(call, 400,
		    "prefix: one without host bits is wanted, as 192.0.2.0/24");
	else if (out->has_asn && !asn_parse(&out->asn, asn))
		http_refuse(call, 400, "asn: AS0 to AS4294967295 is wanted");
	else if (most != NULL &&
		 (!decimal_parse(&out->most, span_str(most), TOLD_MAX) ||
		     out->most == 0))
		http_refuse(call, 400, "limit: 1 to %d is wanted", TOLD_MAX);
	else if (heard != NULL && !out->heard)
		http_refuse(call, 400, "heard: 1, or not at all");
	else if (out->has_before && !time_parse(&out->before_at, before))
		http_refuse(call, 400,
		    "before: a time is wanted, as 2026-11-21T08:00:00Z");
	else
		return true;
	return false;
}

/* What covers the prefix, and what it covers. */
static bool
is_asked(const struct ask *a, const struct view_change *c)
{
	const struct payload *p = &c->payload;

	if (a->heard && !c->is_heard)
		return false;
	if (a->has_asn && payload_asn(p).v != a->asn.v)
		return false;
	return !a->has_prefix ||
	       (p->kind == PAYLOAD_VRP &&
		   (prefix_covers(&p->vrp.prefix, &a->prefix) ||
		       prefix_covers(&a->prefix, &p->vrp.prefix)));
}

struct telling {
	const struct ask *ask;
	struct emit e;
	uint64_t told, cut;
	int64_t from_at; /* all since then has been told */
	bool more;
};

/* All of a difference or, as the first, as much as is wanted, so that who asks
 * for what was before misses nothing. False: it is for the next answer. */
static bool
tell(struct telling *t, const struct view_delta *d)
{
	uint64_t n = 0;

	for (size_t i = 0; i < d->n; i++)
		n += is_asked(t->ask, &d->changes[i]);
	if (t->told > 0 && t->told + n > t->ask->most)
		return false;
	for (size_t i = 0; i < d->n && t->told < t->ask->most; i++)
		if (is_asked(t->ask, &d->changes[i])) {
			change_emit(&t->e, d, &d->changes[i]);
			t->told++;
			n--;
		}
	t->cut += n;
	return true;
}

static void
tell_all(struct telling *t, const struct http_world *world)
{
	int64_t before_at = t->ask->has_before ? t->ask->before_at : INT64_MAX;
	const struct view_delta *d;

	for (size_t i = 0; !t->more && world->past != NULL; i++) {
		enum http_past got = world->past(world->ctx, before_at, i, &d);

		t->more = got == HTTP_PAST_LATER;
		if (got != HTTP_PAST_ONE)
			break;
		t->more = !tell(t, d);
		if (!t->more)
			t->from_at = d->made_at;
	}
}

void
answer_history(struct http_call *call)
{
	const struct http_world *world = call->world;
	struct telling t = { .from_at = world->view->made_at };
	struct ask a;

	if (!read_ask(&a, call))
		return;
	t.ask = &a;
	emit_init(&t.e, &call->out->body, EMIT_JSON_LINE);
	emit_object(&t.e, NULL);
	emit_array(&t.e, "changes");
	tell_all(&t, world);
	emit_end(&t.e);
	emit_time(&t.e, "from", t.from_at);
	emit_time(&t.e, "until", world->view->made_at);
	emit_bool(&t.e, "more", t.more);
	if (t.cut > 0)
		emit_uint(&t.e, "cut", t.cut);
	emit_end(&t.e);
}
