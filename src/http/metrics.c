/*
 * /metrics, in OpenMetrics 1.0. Labels are of closed sets, or names that the
 * operator gave; what the network names is a label only when he asks for it.
 */
#include "config.h"

#include <stdlib.h>

#include "http/inside.h"

enum metric {
#define M(name, type, unit, text) METRIC_##name,
#include "http/metrics.def"
#undef M
	METRICS
};

static const struct metric_row {
	const char *name, *type, *unit, *text;
} rows[METRICS] = {
#define M(name, type, unit, text) { #name, #type, #unit, text },
#include "http/metrics.def"
#undef M
};

/* OpenMetrics 3.2.1: what a label's value must have escaped. */
static void
write_value(struct buf *out, struct span text)
{
	struct buf plain;

	buf_init(&plain, 8192);
	escape_write(&plain, text);
	for (size_t i = 0; i < plain.n; i++) {
		if (plain.p[i] == '"' || plain.p[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, plain.p[i]);
	}
	buf_fini(&plain);
}

static void
begin(struct buf *out, enum metric m)
{
	const struct metric_row *r = &rows[m];

	buf_printf(out, "# TYPE %s %s\n", r->name, r->type);
	if (r->unit[0] != '\0')
		buf_printf(out, "# UNIT %s %s\n", r->name, r->unit);
	buf_printf(out, "# HELP %s %s\n", r->name, r->text);
}

/* label NULL: none. */
static void
sample(struct buf *out, enum metric m, const char *label, struct span value,
    uint64_t n)
{
	bool counts = rows[m].type[0] == 'c';

	buf_printf(out, "%s%s", rows[m].name, counts ? "_total" : "");
	if (label != NULL) {
		buf_printf(out, "{%s=\"", label);
		write_value(out, value);
		buf_puts(out, "\"}");
	}
	buf_printf(out, " %llu\n", (unsigned long long)n);
}

static void
single(struct buf *out, enum metric m, uint64_t n)
{
	begin(out, m);
	sample(out, m, NULL, span_of(NULL, 0), n);
}

/* ---- the view -------------------------------------------------------- */

static void
payloads(struct buf *out, const struct view *view)
{
	static const char *const kinds[] = { [PAYLOAD_VRP] = "vrp",
		[PAYLOAD_ASPA] = "aspa",
		[PAYLOAD_ROUTER_KEY] = "router-key" };
	uint64_t n[COUNT(kinds)] = { 0 };

	for (size_t i = 0; i < view->n; i++)
		if (i == 0 || payload_cmp(&view->payloads[i - 1],
				  &view->payloads[i]) != 0)
			n[view->payloads[i].kind]++;
	begin(out, METRIC_cairn_payloads);
	for (size_t i = 0; i < COUNT(kinds); i++)
		sample(out, METRIC_cairn_payloads, "kind", span_str(kinds[i]),
		    n[i]);
}

static void
left(struct buf *out, const struct view *view)
{
	uint64_t n[LEFT_PROVIDERS + 1] = { 0 };

	for (size_t i = 0; i < view->n_left; i++)
		n[view->left[i].cause]++;
	begin(out, METRIC_cairn_payloads_left);
	for (unsigned i = 0; i < COUNT(n); i++)
		sample(out, METRIC_cairn_payloads_left, "cause",
		    span_str(left_cause_id((enum left_cause)i)), n[i]);
}

static void
findings(struct buf *out, const struct view *view)
{
	uint64_t n[REASON_COUNT] = { 0 };

	for (size_t i = 0; i < view->n_findings; i++)
		n[view->findings[i].reason]++;
	begin(out, METRIC_cairn_findings);
	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (n[i] > 0)
			sample(out, METRIC_cairn_findings, "reason",
			    span_str(reason_id((enum reason)i)), n[i]);
}

static void
sources(struct buf *out, const struct http_world *world, enum metric m)
{
	const struct view *view = world->view;

	begin(out, m);
	for (size_t i = 0; i < view->n_sources; i++) {
		const struct view_source *s = &view->sources[i];
		bool is_ledger = m == METRIC_cairn_ledger_size ||
				 m == METRIC_cairn_ledger_cosigned_time_seconds;
		uint64_t n =
		    m == METRIC_cairn_source_up ? s->reason == REASON_OK
		    : m == METRIC_cairn_source_held
			? s->held_until_at > world->now
		    : m == METRIC_cairn_source_payloads ? s->n_payloads
		    : m == METRIC_cairn_ledger_size     ? s->size
						    : (uint64_t)s->cosigned_at;

		if (!is_ledger || s->kind == SOURCE_LEDGER)
			sample(out, m, "source", s->name, n);
	}
}

struct state {
	struct span name;
	uint64_t n;
};

static void
repositories(struct buf *out, const struct view *view)
{
	struct state states[16];
	size_t n = 0, j;

	for (size_t i = 0; i < view->n_repositories; i++) {
		struct span name = view->repositories[i].state;

		for (j = 0; j < n && !span_eq(states[j].name, name);)
			j++;
		if (j == n && n < COUNT(states))
			states[n++] = (struct state){ .name = name };
		if (j < n)
			states[j].n++;
	}
	begin(out, METRIC_cairn_repositories);
	for (j = 0; j < n; j++)
		sample(out, METRIC_cairn_repositories, "state", states[j].name,
		    states[j].n);
}

static void
each_repository(struct buf *out, const struct view *view)
{
	begin(out, METRIC_cairn_repository_up);
	for (size_t i = 0; i < view->n_repositories; i++)
		sample(out, METRIC_cairn_repository_up, "uri",
		    view->repositories[i].uri,
		    view->repositories[i].reason == REASON_OK);
	begin(out, METRIC_cairn_repository_fetched_time_seconds);
	for (size_t i = 0; i < view->n_repositories; i++)
		sample(out, METRIC_cairn_repository_fetched_time_seconds, "uri",
		    view->repositories[i].uri,
		    (uint64_t)view->repositories[i].fetched_at);
}

static void
of_view(struct buf *out, const struct http_world *world)
{
	payloads(out, world->view);
	left(out, world->view);
	findings(out, world->view);
	sources(out, world, METRIC_cairn_source_up);
	sources(out, world, METRIC_cairn_source_held);
	sources(out, world, METRIC_cairn_source_payloads);
	sources(out, world, METRIC_cairn_ledger_size);
	sources(out, world, METRIC_cairn_ledger_cosigned_time_seconds);
	repositories(out, world->view);
	if (world->per_entity)
		each_repository(out, world->view);
}

/* ---- the server ------------------------------------------------------ */

static void
of_server(struct buf *out, const struct http_counters *c)
{
	static const char *const versions[] = { "0", "1", "2" };
	static const char *const hundreds[] = { "0xx", "1xx", "2xx", "3xx",
		"4xx", "5xx" };

	begin(out, METRIC_cairn_rtr_clients);
	for (size_t i = 0; i < COUNT(versions); i++)
		sample(out, METRIC_cairn_rtr_clients, "version",
		    span_str(versions[i]), c->rtr_clients[i]);
	single(out, METRIC_cairn_rtr_accepted, c->rtr_accepted);
	single(out, METRIC_cairn_rtr_refused, c->rtr_refused);
	single(out, METRIC_cairn_rtr_errors, c->rtr_errors);
	single(out, METRIC_cairn_rtr_queries, c->rtr_queries);
	single(out, METRIC_cairn_rtr_resets, c->rtr_resets);
	single(out, METRIC_cairn_rtr_timeouts, c->rtr_timeouts);
	single(out, METRIC_cairn_rtr_sent_bytes, c->rtr_sent_bytes);
	single(out, METRIC_cairn_rtr_received_bytes, c->rtr_received_bytes);
	single(out, METRIC_cairn_http_clients, c->http_clients);
	single(out, METRIC_cairn_http_accepted, c->http_accepted);
	single(out, METRIC_cairn_http_refused, c->http_refused);
	begin(out, METRIC_cairn_http_answers);
	for (size_t i = 1; i < COUNT(hundreds); i++)
		sample(out, METRIC_cairn_http_answers, "status",
		    span_str(hundreds[i]), c->http_answers[i]);
}

void
answer_metrics(struct http_call *call)
{
	const struct http_world *world = call->world;
	struct buf *out = &call->out->body;

	begin(out, METRIC_cairn_build_info);
	buf_puts(out, "cairn_build_info{version=\"" PACKAGE_VERSION "\"} 1\n");
	single(out, METRIC_cairn_start_time_seconds,
	    (uint64_t)world->counters->started_at);
	single(out, METRIC_cairn_view_made_time_seconds,
	    world->view != NULL ? (uint64_t)world->view->made_at : 0);
	single(out, METRIC_cairn_view_serial,
	    world->view != NULL ? world->view->serial : 0);
	if (world->view != NULL)
		of_view(out, world);
	of_server(out, world->counters);
	buf_puts(out, "# EOF\n");
}
