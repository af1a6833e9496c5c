/* What ledgers came to, for people and for programs. */
#include "cli/cli.h"

/* ---- for people ------------------------------------------------------ */

static void
write_trouble(struct buf *out, const struct run_ledger *r)
{
	if (r->reason == REASON_OK)
		return;
	buf_printf(out, "  %s: %s: %s",
	    r->gone || r->size == 0 ? "failed"
	    : r->frozen             ? "frozen"
				    : "kept",
	    reason_id(r->reason), reason_text(r->reason));
	buf_puts(out, r->detail[0] != '\0' ? ": " : "");
	escape_write(out, span_str(r->detail));
	buf_byte(out, '\n');
}

static void
write_state(struct buf *out, const struct run_ledger *r)
{
	char root[17], at[TIME_TEXT];

	if (r->size == 0)
		return;
	hex_write(root, span_of(r->root.b, 8));
	buf_printf(
	    out, "  size %llu, root %s...", (unsigned long long)r->size, root);
	if (r->cosigned_at > 0) {
		time_write(at, sizeof(at), r->cosigned_at);
		buf_printf(out, ", cosigned %s", at);
	}
	if (r->decision[0] != '\0')
		buf_printf(out, ", %s", r->decision);
	if (r->source.n > 0) {
		buf_puts(out, " from ");
		escape_write(out, r->source);
	}
	buf_byte(out, '\n');
}

void
ledgers_text(struct buf *out, const struct run_result *result)
{
	if (result->n_ledgers == 0)
		return;
	buf_printf(out, "%s%-20s%10s%10s%10s%10s%10s%10s\n",
	    result->n_tas > 0 ? "\n" : "", "ledger", "holders", "entries",
	    "VRPs", "ASPAs", "keys", "rejected");
	for (size_t i = 0; i < result->n_ledgers; i++) {
		const struct run_ledger *r = &result->ledgers[i];
		uint64_t n[6] = { r->holders, r->size, r->payloads.vrps,
			r->payloads.aspa_customers, r->payloads.router_keys,
			r->rejected };

		summary_row(out, r->name, n);
		write_state(out, r);
		write_trouble(out, r);
	}
}

/* ---- for programs ---------------------------------------------------- */

static void
emit_rejected(struct emit *e, const struct run_ledger *r)
{
	emit_array(e, "rejected_by_reason");
	for (unsigned i = 1; i < REASON_COUNT; i++)
		if (r->reasons[i] > 0) {
			emit_object(e, NULL);
			emit_str(e, "reason", reason_id((enum reason)i));
			emit_uint(e, "count", r->reasons[i]);
			emit_end(e);
		}
	emit_end(e);
}

static void
emit_accepted(struct emit *e, const struct run_ledger *r)
{
	emit_uint(e, "size", r->size);
	if (r->size == 0)
		return;
	emit_hex(e, "root", SPAN_OF(r->root.b));
	if (r->cosigned_at > 0)
		emit_time(e, "cosigned", r->cosigned_at);
	emit_uint(e, "ledger_time", r->time);
	emit_uint(e, "applied", r->applied);
	emit_uint(e, "rejected", r->rejected);
	emit_rejected(e, r);
	emit_uint(e, "holders", r->holders);
	emit_uint(e, "holdings", r->holdings);
	emit_uint(e, "vrps", r->payloads.vrps);
	emit_uint(e, "aspa_customers", r->payloads.aspa_customers);
	emit_uint(e, "router_keys", r->payloads.router_keys);
}

static void
emit_ledger(struct emit *e, const struct run_ledger *r)
{
	emit_object(e, NULL);
	emit_span(e, "name", r->name);
	emit_bool(e, "ok", r->reason == REASON_OK);
	if (r->reason != REASON_OK)
		emit_str(e, "reason", reason_id(r->reason));
	if (r->detail[0] != '\0')
		emit_str(e, "detail", r->detail);
	if (r->decision[0] != '\0')
		emit_str(e, "decision", r->decision);
	if (r->source.n > 0)
		emit_span(e, "source", r->source);
	emit_bool(e, "frozen", r->frozen);
	emit_bool(e, "gone", r->gone);
	if (r->evidence.n > 0)
		emit_span(e, "evidence", r->evidence);
	emit_accepted(e, r);
	emit_uint(e, "new_entries", r->fresh);
	emit_uint(e, "requests", r->requests);
	emit_uint(e, "duration_ms", r->duration_ms);
	emit_uint(e, "cpu_ms", r->cpu_ms);
	emit_end(e);
}

void
ledgers_json(struct emit *e, const struct run_result *result)
{
	emit_array(e, "ledgers");
	for (size_t i = 0; i < result->n_ledgers; i++)
		emit_ledger(e, &result->ledgers[i]);
	emit_end(e);
}
