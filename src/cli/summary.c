/* What a run came to, for people and for programs. */
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

#define MOST 10 /* reasons that are told */

struct tally {
	enum reason reason;
	uint64_t n;
};

static int
by_count(const void *va, const void *vb)
{
	const struct tally *a = va, *b = vb;

	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return strcmp(reason_id(a->reason), reason_id(b->reason));
}

/* The reasons met, most frequent first: how many. */
static size_t
tally(struct tally out[REASON_COUNT], const struct run_result *r)
{
	size_t n = 0;

	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (r->reasons[i] > 0)
			out[n++] =
			    (struct tally){ (enum reason)i, r->reasons[i] };
	qsort(out, n, sizeof(*out), by_count);
	return n;
}

/* Payloads of that kind, equal ones once. */
static uint64_t
count_distinct(const struct view *view, enum payload_kind kind)
{
	uint64_t n = 0;

	for (size_t i = 0; i < view->n; i++)
		n += view->payloads[i].kind == kind &&
		     (i == 0 || payload_cmp(&view->payloads[i - 1],
				    &view->payloads[i]) != 0);
	return n;
}

static bool
has_failed(const struct run_repository *r)
{
	return r->state == RUN_FAILED || r->state == RUN_REFUSED ||
	       r->reason != REASON_OK;
}

/* ---- for people ------------------------------------------------------ */

void
summary_row(struct buf *out, struct span name, const uint64_t n[6])
{
	escape_write(out, name);
	buf_printf(out, "%*s", (int)(name.n < 20 ? 20 - name.n : 1), "");
	for (int i = 0; i < 6; i++)
		buf_printf(out, "%10llu", (unsigned long long)n[i]);
	buf_byte(out, '\n');
}

static void
write_tas(struct buf *out, const struct run_result *r)
{
	uint64_t total[6] = { 0 };

	buf_printf(out, "%-20s%10s%10s%10s%10s%10s%10s\n", "trust anchor",
	    "CAs", "objects", "VRPs", "ASPAs", "keys", "refused");
	for (size_t i = 0; i < r->n_tas; i++) {
		const struct run_ta *ta = &r->tas[i];
		uint64_t n[6] = { ta->cas, ta->objects, ta->payloads.vrps,
			ta->payloads.aspa_customers, ta->payloads.router_keys,
			ta->refused };

		summary_row(out, ta->name, n);
		if (ta->reason != REASON_OK) {
			buf_printf(out, "  failed: %s: %s",
			    reason_id(ta->reason), reason_text(ta->reason));
			buf_puts(out, ta->detail[0] != '\0' ? ": " : "");
			escape_write(out, span_str(ta->detail));
			buf_byte(out, '\n');
		}
		for (int j = 0; j < 6; j++)
			total[j] += n[j];
	}
	total[2] = count_distinct(&r->view, PAYLOAD_VRP);
	total[3] = count_distinct(&r->view, PAYLOAD_ASPA);
	total[4] = count_distinct(&r->view, PAYLOAD_ROUTER_KEY);
	summary_row(out, SPAN("total, distinct"), total);
}

static void
write_reasons(struct buf *out, const struct run_result *r)
{
	struct tally most[REASON_COUNT];
	size_t n = tally(most, r);

	if (n == 0)
		return;
	buf_puts(out, "\nwhy things were refused:\n");
	for (size_t i = 0; i < n && i < MOST; i++)
		buf_printf(out, "%8llu  %-26s %s\n",
		    (unsigned long long)most[i].n, reason_id(most[i].reason),
		    reason_text(most[i].reason));
	if (n > MOST)
		buf_printf(out, "          and %zu other reasons\n", n - MOST);
	buf_puts(out, "each with object, place and clause: --findings FILE\n");
}

/* "5 deltas to serial 17" */
static void
write_rrdp(struct buf *out, const struct run_repository *r)
{
	buf_puts(out, "by RRDP: ");
	switch (r->rrdp) {
	case RUN_RRDP_DELTAS:
		buf_printf(out, "%llu delta%s to",
		    (unsigned long long)r->deltas, r->deltas == 1 ? "" : "s");
		break;
	case RUN_RRDP_SNAPSHOT:
		buf_puts(out, "snapshot of");
		break;
	case RUN_RRDP_CURRENT:
		buf_puts(out, "nothing new since");
		break;
	}
	buf_printf(out, " serial %llu, %llu bytes",
	    (unsigned long long)r->serial, (unsigned long long)r->received);
	if (r->why != REASON_OK)
		buf_printf(out, "; no deltas: %s: %s", reason_id(r->why),
		    reason_text(r->why));
}

/* How it was had. */
static void
write_way(struct buf *out, const struct run_repository *r)
{
	buf_puts(out, "\n           ");
	if (r->via == RUN_VIA_RRDP)
		write_rrdp(out, r);
	else if (r->via == RUN_VIA_STORE)
		buf_puts(out, "as the cache has it");
	else
		buf_printf(out, "%s, %llu files, %llu bytes",
		    r->via == RUN_VIA_RSYNC ? "by rsync" : "from a folder",
		    (unsigned long long)r->files, (unsigned long long)r->bytes);
	if (r->instead_of.n > 0) {
		buf_puts(out, "\n           instead of ");
		escape_write(out, r->instead_of);
		if (r->why != REASON_OK)
			buf_printf(out, ": %s", reason_id(r->why));
	}
}

static void
write_repository(struct buf *out, const struct run_repository *r)
{
	buf_printf(out, "  %-8s ", run_state_id(r->state));
	escape_write(out, r->uri);
	if (r->state == RUN_FRESH || r->state == RUN_KEPT)
		write_way(out, r);
	if (r->reason != REASON_OK)
		buf_printf(out, "\n           %s: %s", reason_id(r->reason),
		    reason_text(r->reason));
	if (r->detail[0] != '\0') {
		buf_puts(out, ": ");
		escape_write(out, span_str(r->detail));
	}
	buf_byte(out, '\n');
}

/* "12 by RRDP (9 with nothing new, 2 by deltas, 1 by snapshot), 1 by rsync" */
static void
write_ways(struct buf *out, const struct run_result *r)
{
	static const char *const ways[] = { [RUN_VIA_STORE] = "from the cache",
		[RUN_VIA_RRDP] = "by RRDP",
		[RUN_VIA_RSYNC] = "by rsync",
		[RUN_VIA_FOLDER] = "from folders" };
	static const enum run_via order[] = { RUN_VIA_RRDP, RUN_VIA_RSYNC,
		RUN_VIA_FOLDER, RUN_VIA_STORE };
	size_t by[COUNT(ways)] = { 0 }, how[3] = { 0 }, nothing = 0;
	const char *comma = " ";

	for (size_t i = 0; i < r->n_repositories; i++) {
		const struct run_repository *one = &r->repositories[i];

		if (one->state == RUN_FAILED || one->state == RUN_REFUSED)
			nothing++;
		else
			by[one->via]++;
		how[one->rrdp] += one->via == RUN_VIA_RRDP;
	}
	if (r->n_repositories == 0)
		return;
	buf_puts(out, "\nrepositories:");
	for (size_t i = 0; i < COUNT(order); i++) {
		if (by[order[i]] == 0)
			continue;
		buf_printf(
		    out, "%s%zu %s", comma, by[order[i]], ways[order[i]]);
		comma = ", ";
		if (order[i] == RUN_VIA_RRDP)
			buf_printf(out,
			    " (%zu nothing new, %zu by deltas, %zu by "
			    "snapshot)",
			    how[RUN_RRDP_CURRENT], how[RUN_RRDP_DELTAS],
			    how[RUN_RRDP_SNAPSHOT]);
	}
	if (nothing > 0)
		buf_printf(out, "%s%zu not at all", comma, nothing);
	buf_byte(out, '\n');
}

static void
write_repositories(struct buf *out, const struct summary *s)
{
	const struct run_result *r = s->result;
	bool any = false;

	for (size_t i = 0; i < r->n_repositories; i++) {
		if (!s->verbose && !has_failed(&r->repositories[i]))
			continue;
		if (!any)
			buf_puts(out, s->verbose
					  ? "\neach repository:\n"
					  : "\nrepositories that failed:\n");
		any = true;
		write_repository(out, &r->repositories[i]);
	}
}

void
summary_text(struct buf *out, const struct summary *s)
{
	char at[32];

	time_write(at, sizeof(at), s->result->at);
	buf_printf(out, "validated as of %s\n\n", at);
	if (s->result->n_tas > 0 || s->result->n_ledgers == 0)
		write_tas(out, s->result);
	ledgers_text(out, s->result);
	summary_policy_text(out, &s->result->view);
	write_reasons(out, s->result);
	write_ways(out, s->result);
	write_repositories(out, s);
	if (s->result->work.objects_damaged > 0)
		buf_printf(out,
		    "\nthe store was damaged: %llu object%s removed, to be had "
		    "again by the next run\n",
		    (unsigned long long)s->result->work.objects_damaged,
		    s->result->work.objects_damaged == 1 ? "" : "s");
	if (s->result->early_ms > 0)
		buf_printf(out,
		    "\nfiles were first written after %llu s, without waiting "
		    "for %llu source%s\n",
		    (unsigned long long)s->result->early_ms / 1000,
		    (unsigned long long)s->result->early_waiting,
		    s->result->early_waiting == 1 ? "" : "s");
	if (s->result->warnings > 0)
		buf_printf(out, "\n%llu warning%s: see --findings FILE\n",
		    (unsigned long long)s->result->warnings,
		    s->result->warnings == 1 ? "" : "s");
	if (s->result->alerts_told + s->result->alerts_waiting +
		s->result->alerts_lost >
	    0)
		buf_printf(out,
		    "alerts: %llu told, %llu not taken and told again later, "
		    "%llu given up\n",
		    (unsigned long long)s->result->alerts_told,
		    (unsigned long long)s->result->alerts_waiting,
		    (unsigned long long)s->result->alerts_lost);
}

/* ---- for programs ---------------------------------------------------- */

static void
emit_reason(struct emit *e, enum reason reason, const char *detail)
{
	if (reason != REASON_OK)
		emit_str(e, "reason", reason_id(reason));
	if (detail[0] != '\0')
		emit_str(e, "detail", detail);
}

static void
emit_ta(struct emit *e, const struct run_ta *ta)
{
	emit_object(e, NULL);
	emit_span(e, "name", ta->name);
	emit_bool(e, "ok", ta->reason == REASON_OK);
	emit_reason(e, ta->reason, ta->detail);
	if (ta->uri.n > 0)
		emit_span(e, "uri", ta->uri);
	emit_bool(e, "kept", ta->kept);
	emit_uint(e, "cas", ta->cas);
	emit_uint(e, "points", ta->points);
	emit_uint(e, "points_old", ta->points_old);
	emit_uint(e, "points_failed", ta->points_failed);
	emit_uint(e, "objects", ta->objects);
	emit_uint(e, "roas", ta->roas);
	emit_uint(e, "aspas", ta->aspas);
	emit_uint(e, "router_certificates", ta->router_certs);
	emit_uint(e, "vrps", ta->payloads.vrps);
	emit_uint(e, "aspa_customers", ta->payloads.aspa_customers);
	emit_uint(e, "router_keys", ta->payloads.router_keys);
	emit_uint(e, "refused", ta->refused);
	emit_end(e);
}

static void
emit_repository(struct emit *e, const struct run_repository *r)
{
	emit_object(e, NULL);
	emit_span(e, "uri", r->uri);
	if (r->source.n > 0)
		emit_span(e, "source", r->source);
	emit_str(e, "state", run_state_id(r->state));
	emit_str(e, "via", run_via_id(r->via));
	emit_reason(e, r->reason, r->detail);
	if (r->via == RUN_VIA_RRDP) {
		emit_str(e, "rrdp", run_rrdp_id(r->rrdp));
		emit_uint(e, "serial", r->serial);
		emit_uint(e, "deltas", r->deltas);
		emit_uint(e, "received", r->received);
	}
	if (r->instead_of.n > 0)
		emit_span(e, "instead_of", r->instead_of);
	if (r->why != REASON_OK)
		emit_str(e, "why", reason_id(r->why));
	emit_uint(e, "files", r->files);
	emit_uint(e, "bytes", r->bytes);
	emit_uint(e, "new_objects", r->new_objects);
	emit_uint(e, "duration_ms", r->duration_ms);
	emit_end(e);
}

static void
emit_reasons(struct emit *e, const struct run_result *r)
{
	struct tally all[REASON_COUNT];
	size_t n = tally(all, r);

	emit_array(e, "reasons");
	for (size_t i = 0; i < n; i++) {
		emit_object(e, NULL);
		emit_str(e, "reason", reason_id(all[i].reason));
		emit_uint(e, "count", all[i].n);
		emit_str(e, "text", reason_text(all[i].reason));
		emit_end(e);
	}
	emit_end(e);
}

static void
emit_work(struct emit *e, const struct run_work *w)
{
	emit_object(e, "work");
	emit_uint(e, "signatures", w->crypt.signatures);
	emit_uint(e, "hashed_bytes", w->crypt.hashed_bytes);
	emit_uint(e, "points_looked_up", w->points_looked_up);
	emit_uint(e, "points_judged", w->points_judged);
	emit_uint(e, "points_from_memo", w->points_from_memo);
	emit_uint(e, "points_quarantined", w->points_quarantined);
	emit_uint(e, "manifests_listed", w->manifests_listed);
	emit_uint(e, "objects_checked", w->objects_checked);
	emit_uint(e, "workers", w->workers);
	emit_uint(e, "objects_damaged", w->objects_damaged);
	emit_uint(e, "workers_died", w->workers_died);
	emit_uint(e, "walks", w->walks);
	emit_uint(e, "fetch_ms", w->fetch_ms);
	emit_uint(e, "total_ms", w->total_ms);
	emit_end(e);
}

static void
emit_outputs(struct emit *e, const struct summary *s)
{
	emit_array(e, "outputs");
	for (size_t i = 0; i < s->n_outputs; i++) {
		emit_object(e, NULL);
		emit_str(e, "format", s->outputs[i].format);
		emit_str(e, "path",
		    s->outputs[i].path != NULL ? s->outputs[i].path : "-");
		emit_bool(e, "changed", s->outputs[i].changed);
		emit_end(e);
	}
	emit_end(e);
}

void
summary_json(struct buf *out, const struct summary *s)
{
	const struct run_result *r = s->result;
	struct emit e;

	emit_init(&e, out, EMIT_JSON);
	emit_object(&e, NULL);
	emit_time(&e, "at", r->at);
	emit_time(&e, "started", r->started_at);
	emit_bool(&e, "degraded", r->degraded);
	emit_uint(&e, "vrps", count_distinct(&r->view, PAYLOAD_VRP));
	emit_uint(&e, "aspas", count_distinct(&r->view, PAYLOAD_ASPA));
	emit_uint(
	    &e, "router_keys", count_distinct(&r->view, PAYLOAD_ROUTER_KEY));
	emit_array(&e, "trust_anchors");
	for (size_t i = 0; i < r->n_tas; i++)
		emit_ta(&e, &r->tas[i]);
	emit_end(&e);
	ledgers_json(&e, r);
	summary_policy_json(&e, &r->view);
	emit_reasons(&e, r);
	emit_uint(&e, "warnings", r->warnings);
	emit_object(&e, "alerts");
	emit_uint(&e, "told", r->alerts_told);
	emit_uint(&e, "not_taken", r->alerts_waiting);
	emit_uint(&e, "given_up", r->alerts_lost);
	emit_end(&e);
	emit_array(&e, "repositories");
	for (size_t i = 0; i < r->n_repositories; i++)
		emit_repository(&e, &r->repositories[i]);
	emit_end(&e);
	emit_outputs(&e, s);
	if (r->early_ms > 0) {
		emit_object(&e, "early");
		emit_uint(&e, "after_ms", r->early_ms);
		emit_uint(&e, "waiting", r->early_waiting);
		emit_end(&e);
	}
	emit_work(&e, &r->work);
	emit_end(&e);
}
