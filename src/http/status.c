/* How it goes: for programs that watch, and for people. */
#include "config.h"

#include "http/inside.h"

static bool
is_well(const struct view_repository *r)
{
	return r->reason == REASON_OK;
}

size_t
health_causes(const struct http_world *world, bool *stale)
{
	const struct view *view = world->view;
	size_t n = 0;

	*stale = world->now - view->made_at > world->max_age;
	for (size_t i = 0; i < view->n_sources; i++)
		n += view->sources[i].reason != REASON_OK ||
		     view->sources[i].held_until_at > world->now;
	return n;
}

/* What went wrong, by id, in words and by clause. */
static void
emit_reason(struct emit *e, enum reason reason, struct span detail)
{
	if (reason != REASON_OK) {
		emit_str(e, "reason", reason_id(reason));
		emit_str(e, "text", reason_text(reason));
		if (reason_clause(reason)[0] != '\0')
			emit_str(e, "clause", reason_clause(reason));
	}
	if (detail.n > 0)
		emit_span(e, "detail", detail);
}

static void
emit_causes(struct emit *e, const struct http_world *world)
{
	const struct view *view = world->view;

	emit_array(e, "causes");
	for (size_t i = 0; i < view->n_sources; i++) {
		const struct view_source *s = &view->sources[i];

		if (s->reason == REASON_OK && s->held_until_at <= world->now)
			continue;
		emit_object(e, NULL);
		emit_span(e, "source", s->name);
		emit_reason(e, s->reason, s->detail);
		if (s->held_until_at > world->now)
			emit_time(e, "held_until", s->held_until_at);
		emit_end(e);
	}
	emit_end(e);
}

void
answer_health(struct http_call *call)
{
	const struct http_world *world = call->world;
	bool stale = false;
	size_t n = world->view != NULL ? health_causes(world, &stale) : 0;
	struct emit e;

	emit_init(&e, &call->out->body, EMIT_JSON);
	emit_object(&e, NULL);
	if (world->view == NULL) {
		call->out->status = 503;
		emit_str(&e, "status", "starting");
		emit_end(&e);
		return;
	}
	if (stale)
		call->out->status = 503;
	emit_str(&e, "status", stale ? "stale" : n > 0 ? "degraded" : "ready");
	emit_int(&e, "age",
	    world->now < world->view->made_at
		? 0
		: world->now - world->view->made_at);
	emit_time(&e, "made", world->view->made_at);
	emit_causes(&e, world);
	emit_end(&e);
}

/* ---- status ---------------------------------------------------------- */

static void
emit_witnesses(
    struct emit *e, const struct view *view, const struct view_source *s)
{
	emit_array(e, "witnesses");
	for (size_t i = 0; i < view->n_witnesses; i++) {
		const struct view_witness *w = &view->witnesses[i];

		if (!span_eq(w->ledger, s->name))
			continue;
		emit_object(e, NULL);
		emit_span(e, "name", w->name);
		if (w->cosigned_at != 0)
			emit_time(e, "cosigned", w->cosigned_at);
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_source(
    struct emit *e, const struct view *view, const struct view_source *s)
{
	static const char *const kinds[] = { [SOURCE_TRUST_ANCHOR] =
						 "trust-anchor",
		[SOURCE_LEDGER] = "ledger",
		[SOURCE_SLURM] = "slurm" };

	emit_object(e, NULL);
	emit_span(e, "name", s->name);
	emit_str(e, "kind", kinds[s->kind]);
	emit_str(e, "state", s->reason == REASON_OK ? "ok" : "failed");
	emit_reason(e, s->reason, s->detail);
	if (s->held_until_at != 0)
		emit_time(e, "held_until", s->held_until_at);
	emit_uint(e, "payloads", s->n_payloads);
	if (s->kind == SOURCE_LEDGER) {
		emit_uint(e, "size", s->size);
		emit_hex(e, "root", SPAN_OF(s->root));
		if (s->cosigned_at != 0)
			emit_time(e, "cosigned", s->cosigned_at);
		if (s->evidence.n > 0)
			emit_span(e, "evidence", s->evidence);
		emit_witnesses(e, view, s);
	}
	emit_end(e);
}

static void
emit_repository(struct emit *e, const struct view_repository *r)
{
	emit_object(e, NULL);
	emit_span(e, "uri", r->uri);
	emit_span(e, "from", r->from);
	emit_span(e, "state", r->state);
	if (!is_well(r))
		emit_reason(e, r->reason, r->detail);
	if (r->fetched_at != 0)
		emit_time(e, "fetched", r->fetched_at);
	emit_uint(e, "files", r->files);
	emit_uint(e, "bytes", r->bytes);
	emit_end(e);
}

/* What it says was written by another process: nothing is taken for sure. */
static void
emit_router(struct emit *e, const struct http_router *shared)
{
	const struct http_router r = *shared;
	char text[PREFIX_TEXT];

	if (r.family != FAMILY_V4 && r.family != FAMILY_V6)
		return;
	addr_write(text, r.family, &r.addr);
	emit_object(e, NULL);
	emit_str(e, "address", text);
	emit_bool(e, "tls", r.is_tls);
	if (r.is_open)
		emit_uint(e, "version", r.version);
	if (r.has_serial)
		emit_uint(e, "serial", r.serial);
	emit_time(e, "connected", r.came_at);
	emit_time(e, "heard", r.heard_at);
	emit_uint(e, "queries", r.queries);
	emit_uint(e, "resets", r.resets);
	emit_uint(e, "sent_bytes", r.sent_bytes);
	emit_end(e);
}

static void
emit_routers(struct emit *e, const struct http_counters *c)
{
	size_t n = c->n_routers;

	emit_array(e, "routers");
	for (size_t i = 0; i < n && i < HTTP_ROUTERS; i++)
		emit_router(e, &c->routers[i]);
	emit_end(e);
}

static void
emit_server(struct emit *e, const struct http_counters *c)
{
	emit_object(e, "rtr");
	emit_uint(e, "clients",
	    c->rtr_clients[0] + c->rtr_clients[1] + c->rtr_clients[2]);
	emit_uint(e, "accepted", c->rtr_accepted);
	emit_uint(e, "refused", c->rtr_refused);
	emit_uint(e, "errors", c->rtr_errors);
	emit_uint(e, "timeouts", c->rtr_timeouts);
	emit_uint(e, "sent_bytes", c->rtr_sent_bytes);
	emit_routers(e, c);
	emit_end(e);
	emit_object(e, "http");
	emit_uint(e, "clients", c->http_clients);
	emit_uint(e, "accepted", c->http_accepted);
	emit_uint(e, "refused", c->http_refused);
	emit_end(e);
}

static void
emit_view(struct emit *e, const struct view *view)
{
	emit_uint(e, "serial", view->serial);
	emit_uint(e, "session", view->sessions[1]);
	emit_time(e, "made", view->made_at);
	emit_time(e, "at", view->at);
	emit_uint(e, "payloads", view->n);
	emit_uint(e, "left", view->n_left);
	emit_uint(e, "findings", view->n_findings);
	emit_array(e, "sources");
	for (size_t i = 0; i < view->n_sources; i++)
		emit_source(e, view, &view->sources[i]);
	emit_end(e);
	emit_array(e, "repositories");
	for (size_t i = 0; i < view->n_repositories; i++)
		emit_repository(e, &view->repositories[i]);
	emit_end(e);
}

static void
emit_day(struct emit *e, const struct http_world *world)
{
	emit_array(e, "day");
	for (size_t i = 0; i < world->n_samples; i++) {
		const struct http_sample *sample = &world->samples[i];

		emit_object(e, NULL);
		emit_time(e, "at", sample->at);
		emit_uint(e, "payloads", sample->payloads);
		emit_uint(e, "left", sample->left);
		emit_uint(e, "findings", sample->findings);
		emit_uint(e, "rtr", sample->rtr);
		emit_end(e);
	}
	emit_end(e);
}

void
answer_status(struct http_call *call)
{
	const struct http_world *world = call->world;
	struct emit e;

	emit_init(&e, &call->out->body, EMIT_JSON);
	emit_object(&e, NULL);
	emit_str(&e, "version", PACKAGE_VERSION);
	emit_time(&e, "now", world->now);
	emit_time(&e, "started", world->counters->started_at);
	if (world->view != NULL)
		emit_view(&e, world->view);
	emit_server(&e, world->counters);
	emit_day(&e, world);
	emit_end(&e);
}

void
answer_ledger(struct http_call *call)
{
	const struct view *view = call->world->view;
	struct emit e;

	emit_init(&e, &call->out->body, EMIT_JSON);
	for (size_t i = 0; i < view->n_sources; i++) {
		const struct view_source *s = &view->sources[i];

		if (s->kind != SOURCE_LEDGER ||
		    !span_eq(s->name, span_str(call->rest)))
			continue;
		emit_source(&e, view, s);
		return;
	}
	http_refuse(call, 404, "no ledger of this name");
}
